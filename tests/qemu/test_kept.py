# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 in the middle of an experiment. Of the client: it goes on, and leaves its result.
Of QEMU: the client has kept the trials so far, and another appliance goes on from them."""
import json
import os
import signal
import subprocess
import time

from lab import PATIENCE, ROOT, lab  # noqa: F401

CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")
RATES = ["%dpps" % (1000 + 100 * i) for i in range(8)]
SWEEP = "sweep trial 700ms rate " + " ".join(RATES)


def env_of(lab):
    return dict(lab.env, XDG_STATE_HOME=str(lab.path / "state"))


def client(lab, *words):
    done = subprocess.run([CLIENT, *words], env=env_of(lab), cwd=lab.path, text=True,
                          capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def begin(lab, *words, line=SWEEP):
    return subprocess.Popen([CLIENT, "a", *words, "-c", line], env=env_of(lab), text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def kept(lab):
    """The path of the file, and the trials in it."""
    paths = list((lab.path / "state" / "ukpktgen" / "trials").glob("*.json"))
    trials = [trial for path in paths for line in path.read_text().splitlines()
              for trial in json.loads(line).get("trials", [])]
    return (paths + [None])[0], trials


def wait_until(look):
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end
        time.sleep(0.05)


def whole(line, result):
    """Of a result, whose lists come in parts."""
    found = {}
    for part in line.ask("results %s --json" % result):
        for key, value in json.loads(part).items():
            found[key] = found[key] + value if key in found else value
    return found


def test_a_search_outlives_its_machine(lab):
    line = lab.start("a", "--net", "loop", "--net", "loop")
    going = begin(lab)
    wait_until(lambda: len([t for t in kept(lab)[1] if t["good"]]) >= 3)
    os.kill(line.pid, signal.SIGKILL)
    said = going.communicate(timeout=PATIENCE)[1]
    path, trials = kept(lab)
    good = [trial for trial in trials if trial["good"]]
    name = path.name[:-len(".json")]
    assert going.returncode == 2
    assert "%d trials of 'sweep' are in %s" % (len(trials), path) in said
    assert "'sweep resume %s'" % name in said and 3 <= len(good) < len(RATES)

    line = lab.start("b", "--net", "loop", "--net", "loop")
    client(lab, "b", "-c", ".upload " + str(path), "-c", "sweep resume " + name,
           "-c", "sweep follow")
    with line:
        found = whole(line, "sweep-1")
        sent = line.ports()[0]["tx"]["packets"]
    assert found["state"] == "done" and [r["value"] for r in found["rows"]] == RATES
    # Those that were kept are those that it has, and were not sent again.
    again = [trial for trial in found["trials"] if trial["good"]]
    for before, now in zip(good, again):
        assert {k: before[k] for k in ("offered", "arrived", "lost", "took")} == {
            k: now[k] for k in ("offered", "arrived", "lost", "took")}
    assert sent == sum(trial["sent"] for trial in found["trials"][len(good):])


def test_a_performance_test_outlives_its_machine(lab):
    """Y.1564: each service has what it had before, and the rest is sent."""
    line = lab.start("a", "--net", "loop", "--net", "loop")
    set_up = "stream 0.1 add; rate 0.0 100pps; rate 0.1 200pps"
    client(lab, "a", "-c", set_up)
    going = begin(lab, line="y1564 0 performance time 12s flr 99.9%")

    def rows():
        paths = list((lab.path / "state" / "ukpktgen" / "trials").glob("*.json"))
        return [row for path in paths for text in path.read_text().splitlines()
                for row in json.loads(text).get("rows", [])]

    wait_until(lambda: len(rows()) >= 6)
    os.kill(line.pid, signal.SIGKILL)
    going.communicate(timeout=PATIENCE)
    path, had = kept(lab)[0], {row["service"]: row for row in rows()}
    assert all(row["outcome"] == "so far" and 2 <= row["time"] < 12 for row in had.values())

    line = lab.start("b", "--net", "loop", "--net", "loop")
    client(lab, "b", "-c", set_up, "-c", ".upload " + str(path),
           "-c", "y1564 resume " + path.name[:-len(".json")], "-c", "y1564 follow")
    with line:
        found = whole(line, "y1564-performance-1")
        sent = line.ports()[0]["tx"]["packets"]
    rows = {row["service"]: row for row in found["rows"]}
    assert found["state"] == "done" and sorted(rows) == ["0.0", "0.1"]
    for name, row in rows.items():
        # What a busy host has sent of what was due, nobody can say before.
        due = 1200 if name == "0.0" else 2400
        assert row["time"] == 12 and had[name]["offered"] <= row["offered"] <= due + 24
        assert row["lost"] >= had[name]["lost"]
        assert row["min"] <= had[name]["min"] and row["mean"] >= row["min"]
    # None of what was sent before is sent again.
    assert sent == sum(trial["sent"] for trial in found["trials"])
    assert sent <= 300 * (12 - max(row["time"] for row in had.values())) + 100
    assert sum(row["offered"] - had[name]["offered"] for name, row in rows.items()) >= sent


def test_who_comes_later_keeps_what_was_made_before(lab):
    line = lab.start("a", "--net", "loop", "--net", "loop")
    going = begin(lab, "--no-keep", line=SWEEP.replace("700ms", "3s"))
    time.sleep(4)
    going.kill()
    going.communicate()
    assert kept(lab) == (None, [])
    client(lab, "a", "-c", "sleep 4s")
    made = kept(lab)[1]
    assert made and [trial["trial"] for trial in made] == list(range(1, len(made) + 1))


def test_an_experiment_outlives_its_client(lab):
    line = lab.start("a", "--net", "loop", "--net", "loop")
    going = begin(lab, "--no-keep")
    wait_until(lambda: json.loads(client(lab, "a", "--watch", "-c", "stats 0 --json"))
               ["ports"][0]["tx"]["packets"])
    going.kill()
    going.communicate()
    with line:
        line.ask("sweep follow")
        assert whole(line, "sweep-1")["state"] == "done"
    assert kept(lab) == (None, [])
