# SPDX-License-Identifier: BSD-3-Clause
"""Experiments under -icount, on a device whose truth is known: ports 1 and 2, a link
that bears 123,456 frames of 64 bytes a second and holds them for 2 ms."""
import json
import re

from lab import run_icount

DEVICE = ("mode 1 impair 2; mode 3 rx; impair 1 rate 63.209472mbps queue 32; "
          "impair 1 delay 2ms; start 1; ")
TESTS = {
    "throughput": "rfc2544 0 throughput sizes 64 to 250kpps trial 20ms width 1% "
                  "settle 5ms",
    "loss": "rfc2544 0 loss sizes 64 to 246.912kpps trial 20ms step 25% settle 5ms",
}


def results(out):
    """Each result, whose parts are an object each: lists go on."""
    whole = {}
    for part in (json.loads(text) for text in re.findall(r"\[1\] (\{.*\})", out)):
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

    # 32 frames of the queue are 1.3 % of a trial.
    loss = {row["part"]: row["loss"] for row in found["loss"]["rows"]}
    assert 48.5 <= loss[100] <= 50.5 and 31 <= loss[75] <= 33.5 and loss[25] == 0
