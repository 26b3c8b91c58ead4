# SPDX-License-Identifier: BSD-3-Clause
"""Experiments under -icount, on devices whose truth is known: ports 1 and 2, a link that
bears so many frames of 64 bytes a second, lets so many wait, and holds them for so long."""
import json
import os
import random
import re
import sys

import pytest

from lab import ROOT, lab, run_icount  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402

DEVICE = ("mode 1 impair 2; mode 3 rx; impair 1 rate 63.209472mbps queue 32; "
          "impair 1 delay 2ms; start 1; ")
TESTS = {
    "throughput": "rfc2544 0 throughput sizes 64 to 250kpps trial 20ms width 1% "
                  "settle 5ms",
    "loss": "rfc2544 0 loss sizes 64 to 246.912kpps trial 20ms step 25% settle 5ms",
}


def results(out, line=r"\[1\] (\{.*\})"):
    """Each result, whose parts are an object each: lists go on."""
    whole = {}
    for part in (json.loads(text) for text in re.findall(line, out)):
        if "result" in part:
            whole[part["test"]] = result = part
        else:
            for key, value in part.items():
                result[key] += value
    return whole


def test_what_a_link_bears_is_found(tmp_path):
    line = DEVICE + "; ".join("%s; results rfc2544-%s-1 --json" % (line, test)
                              for test, line in TESTS.items()) + "; quit"
    done = run_icount(tmp_path / "capture", 2, line, (1000, 1000))
    assert done.returncode == 0 and "E_" not in done.stdout, done.stdout + done.stderr
    found = results(done.stdout)

    row = found["throughput"]["rows"][0]
    assert 122000 <= row["lower"] <= 124000 and row["upper"] <= 125500
    trials = found["throughput"]["trials"]
    # Nothing comes sooner than the link's delay, and nothing is counted twice.
    assert all(t["min"] >= 2000000 for t in trials)
    assert all(t["offered"] - t["arrived"] == t["lost"] for t in trials)
    assert max(t["dead"] for t in trials) <= 0.050

    assert found["throughput"]["repeated"] == found["loss"]["repeated"] == 0

    # 32 frames of the queue are 1.3 % of a trial.
    loss = {row["part"]: row["loss"] for row in found["loss"]["rows"]}
    assert 48.5 <= loss[100] <= 50.5 and 31 <= loss[75] <= 33.5 and loss[25] == 0


def test_a_warm_up_is_not_counted(tmp_path):
    """A device that is cold for 100 ms before each of two experiments: it loses of the
    first trial, but nothing of one with a warm-up."""
    ramp = "stop 1; run warm --job; ramp 0 10kpps 20kpps over 400ms steps 2 settle 5ms"
    lines = [DEVICE.rstrip("; "), ramp, "results ramp-1 --json",
             ramp + " warmup 150ms", "results ramp-2 --json", "quit"]
    done = run_icount(tmp_path / "capture", 2, "run all --keep-going", (1000, 1000),
                      files={"all": "\n".join(lines), "warm": "sleep 100ms; start 1"})
    assert done.returncode == 0 and "E_" not in done.stdout, done.stdout + done.stderr
    cold, warm = re.findall(r"\[1\] (\{\"result\".*\})", done.stdout)

    trials = json.loads(cold)["trials"]
    assert trials[0]["lost"] >= 500 and trials[1]["lost"] == 0, trials
    warm = json.loads(warm)
    assert warm["warmup"] == 0.150
    assert [(t["offered"], t["lost"], t["verdict"]) for t in warm["trials"]] == [
        (2000, 0, "valid"), (4000, 0, "valid")], warm


def test_a_warm_up_reaches_the_device(lab):  # noqa: F811
    """A peer counts what a warm-up and a trial send; of the trial alone is all that is told."""
    with Peer(lab.path / "v", "--mode", "echo") as peer, \
            lab.start("a", "--net", "vhost-user:" + peer.path) as line:
        line.ask("verdict again 50; mode 0 txrx; ramp 0 1kpps 2kpps over 400ms steps 2 warmup 300ms")
        result = results("\n".join(line.ask("results ramp-1 --json")), r"\{.*\}")["ramp"]
        (port,) = line.ports()
        seen = peer.report()["received"]["frames"]
    trials = result["trials"]
    assert result["warmup"] == 0.3 and [row["offered"] for row in result["rows"]] == [200, 400]
    assert all(t["arrived"] <= t["sent"] <= t["offered"] for t in trials), trials
    assert seen == port["tx"]["packets"], (seen, port)
    # Where the host stands still at its end, a warm-up is over before all has been sent.
    due = sum(t["rate"] * 0.3 for t in trials)
    warm = seen - sum(t["sent"] for t in trials)
    assert due / 2 < warm <= due, (warm, due, port)


# ---- Any device --------------------------------------------------------------

# Each takes half a minute of a processor; all 20 are for who has the time.
DEVICES = int(os.environ.get("UKPKTGEN_DEVICES", "3"))
TRIAL = 0.3  # s
BURST = 50000  # pps
ANY = {
    "search": "to 30kpps trial 300ms width 1%% settle 20ms ndr pdr",
    "rfc2544 throughput": "sizes 64 to 30kpps trial 300ms width 1%% settle 20ms",
    "rfc2544 loss": "sizes 64 to %(twice)dpps trial 300ms step 25%% settle 20ms",
    "ramp": "%(half)dpps %(twice)dpps over 600ms steps 2 settle 20ms",
    "rfc2544 back-to-back": "sizes 64 to 50kpps trial 200ms width 1%% settle 20ms",
}


class Device:
    """Bears `pps`, lets `queue` frames wait, and holds each for `delay`. Before each
    experiment it is cold, and loses what comes for `warm`. Beside its frames come others,
    `foreign` a second, from port 4, which is on the same wire as ports 2 and 3.

    A deep one lets frames wait for 120 to 200 ms: what a host that stands still for some
    milliseconds sends together is nothing to it, but where its queue is still empty."""

    def __init__(self, seed, deep=False):
        some = random.Random(seed)
        self.pps = some.randrange(4000, 12000)
        self.queue = self.pps * some.randrange(120, 200) // 1000 if deep else some.randrange(8, 41)
        self.delay = some.randrange(100, 5000) * 1000  # ns
        self.warm = some.randrange(0, 10)  # ms
        self.foreign = some.randrange(50, 500)

    def loses(self, frames, rate, together=0):
        """Of so many at a rate above its own. One leaves each 1 / pps, the last one comes as
        long after the first as `frames` - 1 take. `together` come before they are due to."""
        taken = self.queue - together + int((frames - 1) * self.pps / rate)
        return max(0, frames - taken)

    def bears(self, seconds, share=0, together=0):
        """The rate at which no more than that share of a trial is lost."""
        low, high = float(self.pps), 4.0 * self.pps
        while high - low > 0.01:
            rate = (low + high) / 2
            frames = int(rate * seconds)
            if self.loses(frames, rate, together) <= share * frames:
                low = rate
            else:
                high = rate
        return low

    def burst(self, together=0):
        """The longest of which it loses nothing."""
        frames = self.queue - together
        while not self.loses(frames + 1, BURST, together):
            frames += 1
        return frames

    def commands(self):
        lines = ["mode 0 tx; mode 1 impair 2; mode 3 rx; mode 4 tx",
                 "impair 1 rate %dbps queue %d delay %dns" % (self.pps * 512, self.queue,
                                                             self.delay),
                 "rate 4 %dpps; start 4" % self.foreign]
        rates = {"half": self.pps // 2, "twice": self.pps * 2}
        for name, rest in ANY.items():
            command, *test = name.split()
            lines += ["stop 1; run warm --job",
                      " ".join([command, "0", *test, rest % rates]),
                      "results %s-1 --json" % "-".join([command, *test])]
        return {"all": "\n".join([*lines, "quit"]), "warm": "sleep %dms; start 1" % self.warm}


def within(row, truth):
    """The truth lies between the bounds, which are a width of 1 % apart; half a permille is
    for the frame that is on its way when a trial ends."""
    assert row["lower"] <= truth * 1.0005 and row["upper"] >= truth * 0.9995, (row, truth)
    assert row["lower"] >= row["upper"] * 0.9899, row


@pytest.mark.parametrize("seed, deep", [
    *((seed, False) for seed in range(1, DEVICES + 1)), (1, True)])
def test_any_device_is_known(tmp_path, seed, deep):
    device = Device(seed, deep)
    done = run_icount(tmp_path / "capture", 3, "run all --keep-going", (1000, 1000),
                      more=1, files=device.commands())
    assert done.returncode == 0 and "E_" not in done.stdout, done.stdout + done.stderr
    found = results(done.stdout)

    bears = device.bears(TRIAL)
    ndr, pdr = found["search"]["rows"]
    within(ndr, bears)
    within(pdr, device.bears(TRIAL, 0.005))
    within(found["throughput"]["rows"][0], bears)

    # What the device bears comes, of what its queue does not hold all else is lost.
    for row in found["loss"]["rows"]:
        lost = device.loses(row["offered"], row["rate"]) if row["rate"] > device.pps else 0
        assert abs(row["lost"] - lost) <= 3, row

    # A frame is sent whole, then held; all else that takes time is the appliance.
    trial = found["ramp"]["trials"][0]
    least = device.delay + 1e9 / device.pps
    assert least <= trial["min"] <= least + 40000, trial
    assert trial["max"] <= least + 300000, trial

    frames = found["back-to-back"]["rows"][0]["frames"]
    truth = device.burst()
    assert abs(frames - truth) <= 1 + truth / 100
