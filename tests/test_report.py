# SPDX-License-Identifier: BSD-3-Clause
"""What ukpktgen-report writes of results that are made up here, judged by tidy and by
chromium; each number on a page is one of its result."""
import csv
import html.parser
import io
import json
import os
import re
import select
import shutil
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REPORT = os.path.join(ROOT, "build", "report-asan", "ukpktgen-report")
PATIENCE = 120
HOSTILE = ["<script>alert(1)</script>", "\"'&<>|`*_[x](http://h.example/)", "a\0b\x1b[31m\x7f",
           "\u202etxt.exe", "=1+1", "</style><img src=http://h.example/i>", "' onload='x",
           "-->", "${x}", "%s%n%99999d", "x" * 5000]
needs_chromium = pytest.mark.skipif(not shutil.which("chromium"), reason="chromium")


def trial(number, size, rate, lost, **more):
    offered = int(rate)
    one = {"trial": number, "size": size, "rate": rate, "time": 1.0, "offered": offered,
           "sent": offered, "arrived": offered - lost, "lost": lost,
           "loss": round(100 * lost / offered, 3), "reordered": 0, "min": 10000 + size,
           "p50": 21000 + size, "p99": 45000 + size, "p999": 99000 + size,
           "max": 123456 + size, "verdict": "valid", "good": True, "dead": 0.021}
    one.update(more)
    return one


def throughput(name="rfc2544-throughput-1", rate=1190000.125):
    """A whole run, as docs/results.md has it."""
    rows, trials = [], []
    for size in (64, 128, 256, 512, 1024, 1280, 1518):
        limit = round(10e9 / 8 / (size + 20), 3)
        bears = min(rate, limit)
        for offered, lost in ((limit, 31415), (bears, 0), (bears * 1.01, 271)):
            trials.append(trial(len(trials) + 1, size, round(offered, 3), lost))
        rows.append({"size": size, "goal": "rfc2544", "throughput": bears, "lower": bears,
                     "upper": round(bears * 1.01, 3), "l1": round(bears * (size + 20) / 125e3, 3),
                     "part": round(100 * bears / limit, 3), "repeats": 1, "spread": 0.0,
                     "note": "-"})
    trials[4].update(verdict="suspect", good=False)
    return {"result": name, "experiment": "rfc2544", "test": "throughput",
            "clause": "RFC 2544, 26.1", "state": "done", "why": "is done",
            "command": "rfc2544 0 throughput to 100% trial 1s", "version": "0.9.0",
            "platform": "kvm x86_64", "senders": "0", "both_ways": False,
            "largest": 14880952.381, "time": 93.125, "sending": 70.5, "made": len(trials),
            "repeated": 1, "settings": ["linkspeed 0-1 10gbps", "src 0 ip 10.0.0.2"],
            "goals": [{"goal": "rfc2544", "full": 1.0, "sum": 1.0, "tolerance": 0.0,
                       "exceed": 0.0, "width": 0.5}],
            "rows": rows, "trials": trials,
            "host": {"name": "lab7", "qemu": "7.2.22", "accelerator": "tcg",
                     "ports": ["tap:t0", "tap:t1"]}}


def latency():
    return {"result": "rfc2544-latency-1", "experiment": "rfc2544", "test": "latency",
            "rows": [{"size": size, "part": part, "rate": 1000.0 * part, "min": 1000 + size,
                      "mean": 2000, "p50": 2100, "p90": 3000, "p99": 7000, "p999": 12000,
                      "max": 20000, "store_forward": 1800, "cut_through": 2400}
                     for size in (64, 1518) for part in (10, 100)]}


def soak():
    return {"result": "soak-1", "experiment": "soak", "test": "soak",
            "rows": [{"since": 60.0 * i, "time": 60.0, "offered": 60000, "lost": 7 * (i == 5),
                      "loss": 0.011 * (i == 5), "p50": 40000 + i, "p99": 90000, "p999": 200000,
                      "max": 900000, "stolen": 12345} for i in range(10)]}


def sweep():
    return {"result": "sweep-1", "experiment": "sweep", "test": "sweep",
            "rows": [{"value": str(v), "rate": 10000.0, "offered": 1000, "lost": v, "loss": v / 10,
                      "p50": 5000} for v in (1, 2, 4)]}


STEPS = (None, "CIR 25%", "CIR 50%", "CIR 75%", "CIR 100%", "policing")


def services():
    return {"result": "y1564-configuration-1", "experiment": "y1564", "test": "configuration",
            "rows": [{"service": "0.1", "phase": STEPS[i], "cir": 25.0 * i, "rate": 5000.0 * i,
                      "offered": 1000 * i, "lost": 200 * (i > 4), "loss": 16.0 * (i > 4), "mean": 30000,
                      "variation": 5000, "outcome": "policed" if i > 4 else "pass",
                      "clause": "ITU-T Y.1564, 8.1: CIR by steps", "flr": 0.5, "ftd": 10000000,
                      "fdv": 500000}
                     for i in range(1, 6)]}


@pytest.fixture
def run(tmp_path):
    """Writes results, each a value or a text, and runs the program on them."""
    def one(output, *results, options=(), check=True, env=None):
        paths = []
        for i, result in enumerate(results):
            paths.append(tmp_path / ("r%d.json" % i))
            paths[-1].write_text(result if isinstance(result, str) else json.dumps(result))
        done = subprocess.run([REPORT, *options, "-o", str(tmp_path / output), *map(str, paths)],
                              capture_output=True, text=True, timeout=PATIENCE, env=env)
        if check:
            assert (done.returncode, done.stderr) == (0, "")
            return tmp_path / output
        return done
    return one


class Page(html.parser.HTMLParser):
    """The texts of a page but for its pictures and style, and what is ours alone."""

    def __init__(self, path):
        super().__init__()
        self.stack, self.texts, self.marks, self.tags = [], [], [], set()
        text = path.read_text()
        self.feed(text)
        assert not self.stack, self.stack

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not [name for name, value in attrs if name.startswith("on") or name == "src"]
        if tag not in ("meta", "link"):
            classes = dict(attrs).get("class", "").split()
            self.stack.append((tag, "own" in classes or tag in ("svg", "style", "title", "h1")))

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        if not any(own for _, own in self.stack):
            self.texts.append(data)


def numbers(text):
    """As they are written, without the commas between thousands."""
    return {float(n.replace(",", "")) for n in
            re.findall(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?![\w])", text)}


def known(value):
    if isinstance(value, dict):
        return set().union(*map(known, value.values()))
    if isinstance(value, list):
        return set().union(set(), *map(known, value))
    return numbers(value) if isinstance(value, str) else {float(value)}


def tidy(path):
    if not shutil.which("tidy"):
        pytest.skip("tidy")
    done = subprocess.run(["tidy", "-q", "-e", str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("result", [throughput, latency, soak, sweep, services])
def test_a_page_says_what_the_result_says_and_nothing_else(run, result):
    page = run("r.html", result())
    tidy(page)
    text = Page(page)
    said, may = numbers(" ".join(text.texts)), known(result())
    assert said - may == set()
    # And all of it: each row and trial.
    assert known([result()["rows"], result().get("trials", [])]) - said == set()
    assert "script" not in text.tags
    # By words of a person, which a key is not.
    assert not {"flr", "ftd", "fdv"} & set(" ".join(text.texts).split())
    if shutil.which("gnuplot") and result != services:
        assert "svg" in text.tags


def test_all_that_was_set_and_how_to_repeat_it_is_there(run):
    text = " ".join(Page(run("r.html", throughput())).texts)
    for one in ("lab7", "7.2.22", "tcg", "tap:t0, tap:t1", "linkspeed 0-1 10gbps",
                "src 0 ip 10.0.0.2", "rfc2544 0 throughput to 100% trial 1s", "suspect", "Router X"):
        assert (one in text) == (one != "Router X")
    text = run("r.html", throughput(), options=("--device", "Router X", "--title", "T<b>")).read_text()
    assert "Router X" in text and "<h1>T&lt;b&gt;</h1>" in text


def test_hostile_names_stay_text(run):
    result = throughput()
    for i, one in enumerate(HOSTILE):
        result["x" + one] = one
        result["rows"][i % 7]["y" + one] = one
        result["rows"][i % 7]["goal"] = one
        result["settings"].append(one)
        result["trials"][i]["verdict"] = one
        result["trials"][i]["mix"] = one
        del result["trials"][i]["size"]
    result["z<b>"] = [{"a<b>": one} for one in HOSTILE]
    for key in ("result", "command", "why", "clause", "version"):
        result[key] = HOSTILE[0]
    page = run("r.html", result)
    tidy(page)
    assert not Page(page).tags & {"script", "img", "b", "a", "iframe", "object"}
    text = page.read_text()
    assert not set(text) & set("\0\x1b\x7f\u202e")
    compared = run("c.html", result, throughput(), options=("--compare",))
    tidy(compared)
    assert not Page(compared).tags & {"script", "img", "b"}
    marked = run("r.md", result).read_text()
    assert not re.search(r"(?m)^(?!    ).*<(script|img)", marked)
    rows = list(csv.reader(io.StringIO(run("r.csv", result, options=("--list", "trials")
                                           ).read_text())))
    assert {len(row) for row in rows} == {len(rows[0])} and len(rows) == 22
    assert not [cell for row in rows for cell in row if re.match(r"[=+@]|-\D", cell)]


@pytest.mark.parametrize("text, why", [
    ("", "empty"), ("[]", "no JSON object at byte"), ("{", "no JSON object"), ("{}", "no result"),
    (json.dumps(throughput())[:3000] + "\n", "; its end is missing"), ('{"a":x}', "at byte 6\n"),
    ('{"a":1} x', "byte 9"), ("[" * 100000, "no JSON object"), ('{"a":1}{"b"', "no JSON object"),
])
def test_what_is_no_result_is_said(run, text, why):
    done = run("r.html", text, check=False)
    assert done.returncode == 2 and why in done.stderr and "r0.json" in done.stderr


@pytest.mark.parametrize("result", [
    {"a": 1}, {"rows": []}, {"rows": [1, "x", None, {}]}, {"rows": [{}]}, {"trials": {"trial": 1}},
    {"rows": [{"size": "x", "throughput": "y", "part": None}]}, {"goals": [[]], "settings": [1]},
    {"trials": [{"trial": i, "rate": 1e308 * 10 ** i, "lost": -i} for i in range(3)]},
    {"rows": [{"a": {"b": {"c": {"d": {"e": 1}}}}, "l": list(range(100))}]},
    {"rows": [{"k%d" % i: i for i in range(200)}]}, {"rows": [{"k" * 500: 1}]},
])
def test_any_object_is_a_result(run, result):
    text = json.dumps(result).replace("Infinity", "1e999")
    for output in ("r.html", "r.md", "r.json"):
        run(output, text)
    tidy(run("r.html", text))
    run("c.html", text, throughput(), options=("--compare",))
    run("c.html", throughput(), text, options=("--compare",))


def test_replies_of_search_are_a_result(run):
    """As `exec --json` prints them: several values, trials in pieces."""
    trials = [trial(i, 64, 1000.0 + i, i % 2) for i in range(1, 41)]
    for one in trials:
        del one["size"]
    text = "\n".join(map(json.dumps, [
        {"search": "done", "goals": [{"goal": "ndr", "throughput": 1001.5, "note": "-"}],
         "made": 40}, {"trials": trials[:16]}, {"trials": trials[16:]}, {"version": "1"}]))
    page = run("r.html", text)
    said = numbers(" ".join(Page(page).texts))
    assert {1001.5, *(t["rate"] for t in trials)} <= said
    assert json.loads(run("r.json", text).read_text())["trials"] == trials


def test_csv_has_a_line_for_each_row(run):
    results = throughput(), throughput("other", 1500000.0)
    rows = list(csv.DictReader(io.StringIO(run("r.csv", *results).read_text())))
    assert [row["result"] for row in rows] == ["rfc2544-throughput-1"] * 7 + ["other"] * 7
    assert [float(row["throughput"]) for row in rows] == [
        row["throughput"] for one in results for row in one["rows"]]
    rows = list(csv.DictReader(io.StringIO(
        run("r.csv", *results, options=("--list", "trials")).read_text())))
    assert [float(row["rate"]) for row in rows] == [
        row["rate"] for one in results for row in one["trials"]]
    done = run("r.csv", *results, options=("--list", "services"), check=False)
    assert done.returncode == 2 and "services" in done.stderr


def test_a_column_stands_where_its_first_row_has_it(run):
    result = {"rows": [{"size": 64, "p50": 1, "max": 3}, {"size": 65, "p50": 1, "p99": 2, "max": 3}]}
    assert run("r.csv", result).read_text().splitlines()[0] == \
        '"result","size","p50","p99","max"'


def test_markdown_has_the_tables(run):
    text = run("r.md", throughput()).read_text()
    assert "| 64 | rfc2544 | 1,190,000.125 |" in text
    assert "\n    src 0 ip 10.0.0.2\n    rfc2544 0 throughput to 100% trial 1s\n" in text


def test_two_results_side_by_side(run):
    one, two = throughput(), throughput("two", 1309000.1375)
    two["settings"][1] = "src 0 ip 10.0.0.9"
    two["host"]["accelerator"] = "kvm"
    two["rows"].pop()
    page = run("c.html", one, two, options=("--compare",))
    tidy(page)
    text = page.read_text()
    cells = [re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", row) for row in
             re.findall(r"<tr>(.*?)</tr>", text.split("Side by side")[1].split("</table>")[0])]
    assert cells[1] == ["64", "rfc2544", "throughput [pps]", "1,190,000.125", "1,309,000.138",
                        "10.0"] or cells[1][3:] == ["1,190,000.125", "1,309,000.1375", "10.0"]
    assert cells[7][3:] == ["812,743.823", "", "-"]
    changed = text.split("Where A and B differ")[1].split("</table>")[0]
    assert all(word in changed for word in ("tcg", "kvm", "src 0 ip 10.0.0.2", "src 0 ip 10.0.0.9"))
    assert "linkspeed" not in changed
    # Numbers stand below each other, and have their unit; each has its own limit.
    assert '<th scope="row" class="n">64</th>' in text
    two["largest"] = 2e6
    text = run("c.html", one, two, options=("--compare",)).read_text()
    assert "<th scope=\"row\">largest rate [pps]</th>" in text
    if shutil.which("gnuplot"):
        assert all(">%s largest rate<" % side in text for side in "AB")
    for results in ((one,), (one, two, two)):
        assert run("c.html", *results, options=("--compare",), check=False).returncode == 2


@pytest.mark.skipif(not shutil.which("gnuplot"), reason="gnuplot")
def test_plots_can_be_read(run):
    """Series differ by shape, not by colour alone; a logarithmic axis has more marks than powers
    of ten, its ends too; what counts has no halves."""
    figures = {title: drawing for title, drawing in re.findall(
        r"<figcaption>(.*?)</figcaption>(.*?)</figure>",
        run("r.html", throughput(rate=190000.125)).read_text(), re.DOTALL)}
    loss = re.sub(r"<defs>.*?</defs>", "", figures["Loss by offered rate"], flags=re.DOTALL)
    assert len(set(re.findall(r"gpPt(\d+)'", loss))) == 6  # of seven sizes
    assert all(">%s<" % mark in loss for mark in ("0.1", "0.2", "0.5", "1", "2", "5", "10", "20"))
    assert ">10<" in figures["Latency by percentile"] and ">200<" in figures["Latency by percentile"]
    few = throughput()
    del few["trials"][3:]
    few = run("r.html", few).read_text().split("trial by trial</figcaption>")[1]
    assert ">2<" in few.split("</figure>")[0] and ">1.5<" not in few.split("</figure>")[0]


def test_without_gnuplot_it_says_so_and_goes_on(run, tmp_path):
    done = run("r.html", throughput(), check=False, env={"PATH": str(tmp_path)})
    assert done.returncode == 0 and "apt-get install -y --no-install-recommends gnuplot-nox" in done.stderr
    assert "svg" not in Page(tmp_path / "r.html").tags


def test_without_chromium_there_is_no_pdf(run, tmp_path):
    os.symlink(shutil.which("gnuplot") or "/bin/true", tmp_path / "gnuplot")
    done = run("r.pdf", latency(), check=False, env={"PATH": str(tmp_path)})
    assert done.returncode == 2 and "apt-get install -y --no-install-recommends chromium" in done.stderr
    assert not (tmp_path / "r.pdf").exists()


@needs_chromium
def test_paper(run):
    pdf = run("r.pdf", latency())
    assert pdf.read_bytes().startswith(b"%PDF-")
    if shutil.which("pdfinfo"):
        said = subprocess.run(["pdfinfo", "-l", "99", run("all.pdf", throughput())],
                              capture_output=True, text=True, check=True).stdout
        sizes = re.findall(r"Page +\d+ size: +(\d+)[\d.]* x (\d+)", said)
        # All trials lie across the last ones.
        assert sizes[0] == ("594", "841") and sizes[-1] == ("841", "594")
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True,
                              text=True, check=True).stdout
        assert "RFC 2544: latency" in text and "cut through" in text


class Chromium:
    """Spoken to by its pipe, as DevTools do."""

    def __init__(self, folder):
        to, self.out = os.pipe()
        self.into, back = os.pipe()
        # Its ends are 3 and 4 there.
        self.process = subprocess.Popen(
            ["bash", "-c", "exec \"$@\" 3<&%d 4>&%d" % (to, back), "bash", "chromium", "--headless",
             "--disable-gpu", "--no-sandbox", "--no-first-run", "--remote-debugging-pipe",
             "--user-data-dir=%s" % folder, "about:blank"], pass_fds=(to, back),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to)
        os.close(back)
        self.number, self.rest, self.events = 0, b"", []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.out)
        os.close(self.into)

    def hear(self):
        while b"\0" not in self.rest:
            assert select.select([self.into], [], [], PATIENCE)[0], "chromium says nothing"
            more = os.read(self.into, 65536)
            assert more, "chromium has ended"
            self.rest += more
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, session=None, **params):
        self.number += 1
        what = {"id": self.number, "method": method, "params": params}
        if session:
            what["sessionId"] = session
        os.write(self.out, json.dumps(what).encode() + b"\0")
        while True:
            said = self.hear()
            if said.get("id") == self.number:
                assert "error" not in said, said
                return said["result"]
            self.events.append(said)

    def measure(self, path, width, media, expression):
        """What a script says of the page on a screen or paper so wide."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable", session)
        self.ask("Emulation.setDeviceMetricsOverride", session, width=width, height=900,
                 deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", session, media=media)
        del self.events[:]
        self.ask("Page.navigate", session, url="file://%s" % path)
        while not [e for e in self.events if e["method"] == "Page.loadEventFired"]:
            self.events.append(self.hear())
        return self.ask("Runtime.evaluate", session, expression=expression,
                        returnByValue=True)["result"]["value"]

    def open(self, path):
        """What is asked of the network or of files, and what is said on the console."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Log", "Runtime", "Page"):
            self.ask(domain + ".enable", session)
        del self.events[:]
        self.ask("Page.navigate", session, url="file://%s" % path)
        while not [e for e in self.events if e["method"] == "Page.loadEventFired"]:
            self.events.append(self.hear())
        title = self.ask("Runtime.evaluate", session, expression="document.title + "
                         "document.querySelectorAll('svg').length")["result"]["value"]
        asked = [e["params"]["request"]["url"] for e in self.events
                 if e["method"] == "Network.requestWillBeSent"]
        said = [e for e in self.events if e["method"] in
                ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")]
        return title, [url for url in asked if not url.startswith("data:")], said


@needs_chromium
def test_chromium_opens_it_and_asks_nobody(run, tmp_path):
    page = run("r.html", throughput())
    with Chromium(tmp_path / "profile") as chromium:
        title, asked, said = chromium.open(page)
        assert title == "RFC 2544: throughput" + ("4" if shutil.which("gnuplot") else "0")
        assert asked == ["file://%s" % page] and not said
        # It would have been seen.
        bad = tmp_path / "bad.html"
        bad.write_text(page.read_text().replace("<main>", "<main><img src='http://127.0.0.1:9/x'>")
                       .replace("img-src data:", "img-src *"))
        assert chromium.open(bad)[1] == ["file://%s" % bad, "http://127.0.0.1:9/x"]
        worse = tmp_path / "worse.html"
        worse.write_text(page.read_text().replace("<main>", "<main><script>x()</script>"))
        assert chromium.open(worse)[2]


@needs_chromium
def test_it_fits_paper_and_a_narrow_screen(run, tmp_path):
    """A4 less its margins is 680 of CSS's pixels wide, or 1,009 for tables that lie across it.
    A telephone has 400, where tables move, plots and the page do not, and letters are large
    enough to be read."""
    result = throughput()
    for one in result["trials"]:
        one.update(size="64:7,594:4,1518:1", rate=14880952.381, took=1234567890, p90=1234567,
                   mean=1234567, p50=1234567, p99=1234567, p999=1234567, max=1234567)
    page = run("r.html", result)
    with Chromium(tmp_path / "profile") as chromium:
        for what, width in ("div:not(.many) > table, svg", 680), (".many > table", 1009):
            right = chromium.measure(
                page, width, "print", "[...document.querySelectorAll('%s')]"
                ".map(t => t.getBoundingClientRect().right)" % what)
            assert right and max(right) <= width, (what, right)
        narrow = chromium.measure(
            page, 400, "screen", "[document.documentElement.scrollWidth, Math.min("
            "...[...document.querySelectorAll('svg text, td, th, p')]"
            ".map(t => t.getBoundingClientRect().height)), Math.max("
            "...[...document.querySelectorAll('svg')]"
            ".map(t => t.getBoundingClientRect().right))]")
        assert narrow[0] <= 400 and narrow[1] >= 10 and narrow[2] <= 400, narrow
        # A heading stands on the page of what it is above.
        assert chromium.measure(
            page, 1009, "print", "[...document.querySelectorAll('h2, h3')].filter(h => "
            "getComputedStyle(h).page != getComputedStyle(h.nextElementSibling).page)"
            ".map(h => h.textContent)") == []
