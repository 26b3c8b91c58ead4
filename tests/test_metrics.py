# SPDX-License-Identifier: BSD-3-Clause
"""What ukpktgen-metrics serves of appliances that are made up here, judged by promtool and by
the strict parser of OpenMetrics; and the plot of a file of CSV."""
import http.client
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAUNCHER = os.path.join(ROOT, "scripts", "ukpktgen")
METRICS = os.path.join(ROOT, "build", "metrics-asan", "ukpktgen-metrics")
PATIENCE = 120
TX = ["packets", "bytes", "errors", "ring_full", "skipped", "dropped", "stalls", "lease_ends"]
RX = ["packets", "bytes", "ignored", "oversize", "errors", "underrun"]
CLASSIC = "text/plain; version=0.0.4; charset=utf-8"
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def port_counts(seed, port):
    """Of a port: what the made-up appliance counts, all different."""
    tx = {name: seed * 1000 + port * 100 + i for i, name in enumerate(TX)}
    rx = {name: seed * 1000 + port * 100 + 50 + i for i, name in enumerate(RX)}
    tx["packets"] = 2 ** 53 - seed
    tx.update(rate=1234.5, l1=0.672)
    rx.update(rate=0, l1=0)
    return {"port": port, "tx": tx, "rx": rx}


class Appliance:
    """Answers as the relay does at the socket for those who watch."""

    def __init__(self, folder, name, seed=1, streams=1, say=None):
        self.seed, self.streams, self.say = seed, streams, say
        self.asked = 0
        self.path = str(folder / (name + ".watch"))
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(self.path)
        self.sock.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_one, args=(client,), daemon=True).start()

    def end(self):
        """Its socket stays, as that of one that was killed."""
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reply(self, command):
        if self.say is not None:
            return self.say
        if command == "stats all --json":
            self.asked += 1
            return [{"ports": [port_counts(self.seed, 0), port_counts(self.seed, 1)]}]
        if command == "version --json":
            return [{"version": "1.0\"\\\n-é"}]
        if command == "port --json":
            return [{"ports": [{"port": 0, "state": "sending", "stream_count": self.streams},
                               {"port": 1, "state": "idle"}]}]
        assert command == "stats all.all --json"
        rows = [{"port": 0, "stream": i, "tx": {"packets": i, "bytes": 64 * i,
                                               "first_at": 0, "last_at": 1500000000 * i},
                 "rx": None} for i in range(self.streams)]
        rows.append({"port": 1, "stream": 0, "tx": {"packets": 0, "bytes": 0, "first_at": 0,
                                                    "last_at": 0},
                     "rx": {"packets": 7, "bytes": 448, "first_at": 1, "last_at": 2}})
        return [{"streams": rows[i:i + 16]} for i in range(0, len(rows), 16)]

    def serve_one(self, client):
        try:
            self.serve(client)
        except ConnectionResetError:
            pass  # who asked has ended

    def serve(self, client):
        with client, client.makefile("rb") as lines:
            for line in lines:
                tag, command = line.decode().rstrip("\n").split(" ", 1)
                out = "@! 1.000 port 0 done count=1\r\n"
                for one in self.reply(command):
                    out += "%s %s\r\n" % (tag, one if isinstance(one, str) else json.dumps(one))
                try:
                    client.sendall((out + tag + " OK\r\n").encode())
                except OSError:
                    return


SERVERS = []  # that a test which fails leaves running


@pytest.fixture
def folder(tmp_path):
    """The launcher's directory, as it finds it."""
    one = tmp_path / "run" / "ukpktgen"
    one.mkdir(parents=True, mode=0o700)
    one.parent.chmod(0o700)
    yield one
    while SERVERS:
        SERVERS.pop().kill()


def run(folder, *args, check=True):
    """The launcher's verb; each appliance has all the time that it may need."""
    env = dict(os.environ, XDG_RUNTIME_DIR=str(folder.parent))
    done = subprocess.run([LAUNCHER, "metrics", "--timeout", "60s", *args], env=env,
                          capture_output=True, text=True, timeout=PATIENCE)
    if check:
        assert done.returncode == 0, done.stderr
    return done


def lint(text):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("there is no promtool")
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True,
                          text=True, timeout=PATIENCE)
    assert done.returncode == 0 and not done.stdout + done.stderr, done.stdout + done.stderr


def parse(text):
    """Samples by (name, labels), as the strict parser of OpenMetrics has them."""
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    found = {}
    for family in parser.text_string_to_metric_families(text):
        for s in family.samples:
            key = s.name, tuple(sorted(s.labels.items()))
            assert key not in found
            found[key] = s.value
    return found


def wanted(name, seed):
    """The counters of such an appliance."""
    for port in (0, 1):
        for group, names in (("tx", TX), ("rx", RX)):
            for one in names:
                yield (("ukpktgen_port_%s_%s_total" % (group, one),
                        (("appliance", name), ("port", str(port)))),
                       port_counts(seed, port)[group][one])


def test_both_formats_hold_what_stats_says(folder):
    for i in range(3):
        Appliance(folder, "a%d" % i, seed=i + 1)
    text = run(folder, "--all", "--print").stdout
    lint(text)
    opened = run(folder, "--all", "--openmetrics").stdout
    assert opened.endswith("\n# EOF\n") and "# EOF" not in text
    assert "# TYPE ukpktgen_port_tx_packets_total counter\n" in text
    assert "# TYPE ukpktgen_port_tx_packets counter\n" in opened
    assert "# UNIT ukpktgen_port_tx_bytes bytes\n" in opened
    classic = pytest.importorskip("prometheus_client.parser")
    both = [parse(opened),
            {(s.name, tuple(sorted(s.labels.items()))): s.value
             for f in classic.text_string_to_metric_families(text) for s in f.samples}]
    for found in both:
        for i in range(3):
            for key, value in wanted("a%d" % i, i + 1):
                assert found[key] == value, key
            a = ("appliance", "a%d" % i)
            assert found["ukpktgen_up", (a,)] == 1
            assert found["ukpktgen_build_info", (a, ("version", "1.0\"\\\n-é"))] == 1
            assert found["ukpktgen_port_sending", (a, ("port", "0"))] == 1
            assert found["ukpktgen_port_tx_packets_per_second", (a, ("port", "1"))] == 1234.5
            assert found["ukpktgen_port_tx_l1_bytes_per_second", (a, ("port", "1"))] == 84000
            stream = a, ("port", "1"), ("stream", "0")
            assert found["ukpktgen_stream_rx_packets_total", stream] == 7
            assert found["ukpktgen_stream_rx_last_seconds", stream] == 2e-9
            # What has never been has no time.
            assert ("ukpktgen_stream_tx_last_seconds", stream) not in found


def test_no_more_streams_than_were_asked_for(folder):
    Appliance(folder, "few", streams=63)
    Appliance(folder, "many", streams=64)
    for args, few, many in (((), 64, 0), (("--streams", "65"), 64, 65),
                            (("--streams", "all"), 64, 65), (("--streams", "0"), 0, 0)):
        found = parse(run(folder, "few", "many", "--openmetrics", *args).stdout)
        count = [sum(name == "ukpktgen_stream_tx_packets_total" and ("appliance", one) in labels
                     for name, labels in found) for one in ("few", "many")]
        assert count == [few, many], args
        assert found["ukpktgen_port_streams", (("appliance", "many"), ("port", "0"))] == 64


class Server:
    def __init__(self, folder, *args, at="127.0.0.1:0"):
        option = "--unix" if "/" in at else "--listen"
        self.process = subprocess.Popen([METRICS, "--timeout", "60s", option, at, *args,
                                         str(folder)], stdout=subprocess.PIPE, text=True)
        SERVERS.append(self.process)
        self.url = self.process.stdout.readline().strip()

    def ask(self, accept=None, method="GET", path="/metrics"):
        c = http.client.HTTPConnection(self.url.split("/")[2], timeout=PATIENCE)
        c.request(method, path, headers={"Accept": accept} if accept else {})
        r = c.getresponse()
        body = r.read().decode()
        c.close()
        return r.status, r.getheader("Content-Type"), body

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0


PROMETHEUS = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
              "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")


def test_the_format_is_the_one_that_is_accepted(folder):
    Appliance(folder, "a")
    server = Server(folder)
    for accept, wanted_type in (
            (None, CLASSIC), ("*/*", CLASSIC), ("text/plain", CLASSIC), ("", CLASSIC),
            (PROMETHEUS, OPEN), ("application/openmetrics-text", OPEN),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", OPEN),
            ("text/plain;q=0.3, application/openmetrics-text;q=0.2", CLASSIC),
            ("text/plain;q=0.2, APPLICATION/OPENMETRICS-TEXT ;q=0.3", OPEN),
            ("application/openmetrics-text;q=0", CLASSIC),
            ("application/openmetrics-text;version=2.0.0", CLASSIC),
            ("application/openmetrics-textual, text/html", CLASSIC),
            (",;,=;q", CLASSIC)):
        status, is_type, body = server.ask(accept)
        assert (status, is_type) == (200, wanted_type), accept
        assert body.endswith("# EOF\n") == (wanted_type == OPEN)
    lint(server.ask()[2])
    assert server.ask(path="/")[0] == 200
    assert server.ask(path="/metrics/x")[0] == 404
    assert server.ask(method="POST")[0] == 405
    status, is_type, body = server.ask(method="HEAD")
    assert (status, is_type, body) == (200, CLASSIC, "")
    server.end()


def test_twenty_at_once_and_one_that_has_gone(folder):
    all_of_them = [Appliance(folder, "a%02d" % i, seed=i) for i in range(20)]
    server = Server(folder)
    found = parse(server.ask(PROMETHEUS)[2])
    for i in range(20):
        for key, value in wanted("a%02d" % i, i):
            assert found[key] == value
    # One goes, one comes, one is named by a socket that nobody serves.
    for one in (7, 8):
        all_of_them[one].end()
    os.unlink(all_of_them[7].path)
    Appliance(folder, "late", seed=77)
    found = parse(server.ask(PROMETHEUS)[2])
    up = {labels[0][1]: value for (name, labels), value in found.items()
          if name == "ukpktgen_up"}
    assert len(up) == 21 and up["late"] == 1 and up["a06"] == 1
    assert up["a07"] == 0 and up["a08"] == 0 and sum(up.values()) == 19
    assert not any(("appliance", "a07") in labels for name, labels in found
                   if name not in ("ukpktgen_up", "ukpktgen_answer_seconds"))
    server.end()


@pytest.mark.parametrize("say", [
    [], ["{"], ["[]"], ["{}"], ['{"ports":7}'], ['{"ports":[1,null,{}]}'], ["x" * 100000],
    ['{"ports":[{"port":"0","tx":1}]}'], ['{"ports":[{"port":0,"tx":{"a b":1,"":2}}]}'],
    ['{"ports":[{"port":0,"tx":{"packets":"1","new_one":5}}],"streams":[{"port":1}]}'],
    ["ERR E_STATE 0 no"], ["\0\x01\x7f"]])
def test_whatever_an_appliance_says(folder, say):
    Appliance(folder, "odd", say=say)
    text = run(folder, "odd", "--openmetrics").stdout
    found = parse(text)
    assert ("ukpktgen_up", (("appliance", "odd"),)) in found
    if "new_one" in str(say):
        assert found["ukpktgen_port_tx_new_one", (("appliance", "odd"), ("port", "0"))] == 5
        assert "# TYPE ukpktgen_port_tx_new_one unknown\n" in text


def test_one_that_never_answers_is_down(folder):
    silent = socket.socket(socket.AF_UNIX)
    silent.bind(str(folder / "silent.watch"))
    silent.listen(1)
    done = subprocess.run([METRICS, "--print", "--timeout", "100ms", str(folder), "silent"],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert 'ukpktgen_up{appliance="silent"} 0\n' in done.stdout


def test_a_file_is_whole_or_not_there(folder, tmp_path):
    Appliance(folder, "a")
    out = tmp_path / "out"
    out.mkdir()
    path = out / "ukpktgen.prom"
    run(folder, "a", "--textfile", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    lint(path.read_text())
    first = path.stat().st_ino
    process = subprocess.Popen([METRICS, "--textfile", str(path), "--every", "10ms",
                                str(folder), "a"])
    SERVERS.append(process)
    seen = set()
    end = time.monotonic() + PATIENCE
    while len(seen) < 5:
        assert time.monotonic() < end
        with open(path, encoding="utf-8") as f:
            seen.add(os.fstat(f.fileno()).st_ino)
            text = f.read()
        assert text.startswith("# HELP") and 'port="1",stream="0"} 448\n' in text
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert os.listdir(out) == ["ukpktgen.prom"] and first
    assert run(folder, "a", "--textfile", str(out / "no" / "x"), check=False).returncode == 2


def until(holds):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_asked_for_each_time_waits_for_nobody(folder):
    one = Appliance(folder, "a", seed=1)
    server = Server(folder, "--every", "1h")
    for _ in range(100):
        assert parse(server.ask(PROMETHEUS)[2])["ukpktgen_up", (("appliance", "a"),)] == 1
        lint(server.ask()[2])
    assert one.asked == 1
    server.end()
    server = Server(folder, "--every", "20ms")
    others = [Appliance(folder, "b%d" % i, seed=10 + i) for i in range(4)]
    one.seed = 2

    def seen():
        found = parse(server.ask(PROMETHEUS)[2])
        every = [*wanted("a", 2), *(w for i in range(4) for w in wanted("b%d" % i, 10 + i))]
        return all(found.get(key) == value for key, value in every)
    until(seen)
    count = one.asked
    until(lambda: one.asked > count + 2)
    others[2].end()
    until(lambda: parse(server.ask(PROMETHEUS)[2])["ukpktgen_up", (("appliance", "b2"),)] == 0)
    server.end()


def test_a_unix_socket(folder, tmp_path):
    Appliance(folder, "a")
    path = str(tmp_path / "m.sock")
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(path)
    stale.close()
    server = Server(folder, at=path)
    assert server.url == "unix:" + path
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(PATIENCE)
        one.connect(path)
        one.sendall(b"GET /metrics HTTP/1.0\r\nAccept: application/openmetrics-text\r\n\r\n")
        got = b""
        while more := one.recv(65536):
            got += more
    assert got.startswith(b"HTTP/1") and got.endswith(b"# EOF\n")
    # One that is served is nobody else's to take.
    other = subprocess.run([METRICS, "--unix", path, str(folder)], capture_output=True,
                           text=True, timeout=PATIENCE)
    assert other.returncode == 2 and "in use" in other.stderr
    server.end()
    assert not os.path.exists(path)


@pytest.mark.parametrize("args, said", [
    (["a", "--all"], "--all or NAMEs, not both"),
    (["--all", "--listen", "localhost:1"], "ADDRESS:PORT"),
    (["a", "--every", "0"], "a TIME such as"),
    (["a", "--streams", "x"], "a number, or all"),
    (["a", "--print", "--unix", "/x"], "one of these"),
    (["a", "--print", "--every", "1s"], "--every: goes with --listen"),
    (["a", "--unix", "x"], "is not taken here"),
    (["../a", "--print"], "no appliance's name"),
    (["--name", "a"], "'metrics' takes no '--name'"),
    ([], "no appliance runs")])
def test_what_is_misused_is_said(folder, args, said):
    done = run(folder, *args, check=False)
    assert done.returncode == 2 and said in done.stderr, done.stderr


CSV = """time,span,port,tx_packets,tx_bytes,rx_packets,rx_bytes,tx_skipped,tx_dropped,\
rx_ignored,rx_oversize
1.000,1.000,0,1000,64000,0,0,0,0,0,0
2.000,5.000,0,,,,,,,,
7.000,1.000,0,900,57600,0,0,5,0,0,0
1.000,1.000,1,0,0,1000,64000,0,0,0,0
"""


def test_a_file_is_plotted(folder, tmp_path):
    if not shutil.which("gnuplot"):
        pytest.skip("there is no gnuplot")
    env = dict(os.environ, XDG_RUNTIME_DIR=str(folder.parent))
    csv = tmp_path / "h.csv"
    csv.write_text(CSV)

    def plot(*args):
        return subprocess.run([LAUNCHER, "plot", *args], env=env, capture_output=True, text=True,
                              timeout=PATIENCE)

    done = plot(str(csv))
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "frames per second" in done.stdout and "rx 1" in done.stdout
    for ending, magic in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        out = tmp_path / ("out." + ending)
        done = plot(str(csv), "--output", str(out))
        assert done.returncode == 0 and not done.stderr, done.stderr
        assert out.read_bytes().startswith(magic) and out.stat().st_size > 3000
    csv.write_text("a,b\n1,2\n")
    done = plot(str(csv))
    assert done.returncode == 2 and "no rows of 'stats history --csv'" in done.stderr
    assert plot(str(csv), "--output", "x.gif").returncode == 2
