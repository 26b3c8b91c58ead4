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


def begin(lab, *words):
    return subprocess.Popen([CLIENT, "a", *words, "-c", SWEEP], env=env_of(lab), text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def kept(lab):
    """The path of the file, and the trials in it."""
    paths = list((lab.path / "state" / "ukpktgen" / "trials").glob("*.json"))
    trials = [trial for path in paths for line in path.read_text().splitlines()
              for trial in json.loads(line)["trials"]]
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


def test_who_comes_later_keeps_what_was_made_before(lab):
    line = lab.start("a", "--net", "loop", "--net", "loop")
    going = begin(lab, "--no-keep")
    time.sleep(1.5)
    going.kill()
    going.communicate()
    assert kept(lab) == (None, [])
    client(lab, "a", "-c", "sweep follow")
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
