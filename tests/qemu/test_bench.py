# SPDX-License-Identifier: BSD-3-Clause
"""The harness of make bench: that its runs count and check what they say, and that
it compares what may be compared. Counts only, no figure is judged."""
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from lab import ROOT

BENCH = os.path.join(ROOT, "bench")
sys.path.insert(0, BENCH)
import cases  # noqa: E402
import dpdk  # noqa: E402
import figures  # noqa: E402
import machine  # noqa: E402
import peers  # noqa: E402
import throughput  # noqa: E402

SECONDS = 0.2
CPUS = machine.cpus() if len(os.sched_getaffinity(0)) > 1 else None

needs_cpus = pytest.mark.skipif(not CPUS, reason="the bench wants two CPUs")


def attempt(one):
    return throughput.attempt(one, CPUS, SECONDS)


@needs_cpus
@pytest.mark.parametrize("one", [
    cases.send("plain", packed=True, size=9018),
    cases.send("signed", commands="signature on; src ip 10.0.0.0/12"),
    cases.take("receive", peers.Source, "rx", packed=True),
    cases.take("reflect", peers.Mirror, "reflect-any"),
    cases.send("instructions", icount=True),
    cases.Contender("null", peers.Null, {}, "null"),
    cases.Contender("dgram", peers.Dgram, {}, "tx", "size 1518"),
], ids=lambda one: one.name)
def test_a_run_is_checked(one):
    result = attempt(one)
    assert result.get("value", 0) > 0, result
    assert int(re.search(r"\d+", result["checked"]).group()) > 0
    assert ("numbered" in result["checked"]) == (one.name == "signed")


class Forgets(peers.Vhost):
    """Has not seen some of the frames."""

    def verify(self, appliance):
        self.peer.do("reset")
        return super().verify(appliance)


@needs_cpus
@pytest.mark.parametrize("one, why", [
    (cases.Contender("size", peers.Vhost, {"size": 128}, "tx", "size 64"), "sizes"),
    (cases.Contender("count", Forgets, {}, "tx"), "frames sent: 0 on the host"),
    (cases.send("command", commands="size 1"), "E_RANGE"),
], ids=lambda one: getattr(one, "name", ""))
def test_what_is_not_right_is_no_figure(one, why, monkeypatch):
    monkeypatch.setattr(peers, "SETTLE_S", 0.1)
    result = attempt(one)
    assert "value" not in result
    assert why in result["failed"]


@needs_cpus
@pytest.mark.skipif(not shutil.which("dpdk-testpmd"),
                    reason="dpdk-testpmd is not installed (tools/setup bench)")
@pytest.mark.parametrize("one", [
    cases.Contender("send", dpdk.Backend, {"packed": True}, "tx"),
    cases.Contender("receive", dpdk.Backend, {"mode": "txonly"}, "rx"),
    cases.Dpdk("virtio_user", {"packed": True, "mode": "txonly"}),
], ids=lambda one: one.name)
def test_testpmd_and_the_other_end_agree(one):
    result = attempt(one)
    assert result.get("value", 0) > 0, result
    assert int(result["checked"].split()[0]) > 0


def test_two_states_are_told_apart():
    assert machine.border([83, 84, 85, 84]) is None
    assert machine.border([83, 84, 900, 85, 84, 83]) is None  # one was disturbed
    at = machine.border([83, 400, 84, 420, 85, 390, 440])
    assert 85 < at < 390
    assert machine.state([84, 85], at) == "fast"
    assert machine.state([400, 410], at) == "slow"
    assert machine.state([84, 410], at) == "mixed"
    assert machine.state([84, 410], None) == "one"


def test_only_one_state_enters_a_table():
    def contender(name, *runs):
        return {"name": name, "size": 64, "runs": [
            {"value": value, "probes_ns": probes} for value, probes in runs]}
    fast, slow, mixed = [84, 85], [400, 410], [84, 410]
    record = {"title": "", "unit": "Mpps", "contenders": [
        contender("a", (10e6, fast), (12e6, fast), (4e6, slow), (1e6, mixed)),
        contender("b", (22e6, fast), (8e6, slow), (20e6, fast), (24e6, fast))]}
    record["contenders"][1]["runs"].append({"failed": "!", "probes_ns": fast})
    a, b = figures.summarize(record, 200)
    assert (a["state"], a["used"], a["runs"]) == ("fast", 2, 4)
    assert (b["state"], b["used"], b["runs"]) == ("fast", 3, 5)
    assert (a["median"], a["least"], a["most"]) == (11e6, 10e6, 12e6)
    assert (b["median"], b["ratio"], b["failed"]) == (22e6, 2, ["!"])
    assert b["gbps"] == pytest.approx(22e6 * 84 * 8 / 1e9)


@needs_cpus
def test_the_program(tmp_path):
    """From the command line to its table and its file."""
    out = tmp_path / "bench.json"
    done = subprocess.run(
        [os.path.join(BENCH, "bench"), "--cases", "memory", "--runs", "1",
         "--seconds", str(SECONDS), "--out", str(out)],
        text=True, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    record = json.loads(out.read_text())["throughput"]["memory"]
    assert [one["name"] for one in record["contenders"]] == ["16M", "8M", "4M"]
    for one in record["contenders"]:
        assert one["runs"][0]["value"] > 0
        assert len(one["runs"][0]["probes_ns"]) == 2
        # None where the host was in another state behind the run than before it.
        assert re.search(r"^%s +(\d+\.\d\d|- +\w)" % one["name"], done.stdout, re.M)
    if not shutil.which("gnuplot"):
        return  # as on a machine that only tests
    page = tmp_path / "performance.md"
    shutil.copy(os.path.join(ROOT, "docs", "performance.md"), page)
    for _ in range(2):  # it replaces what it has written
        subprocess.run([os.path.join(BENCH, "report"), str(out), str(page)], check=True)
        assert page.read_text().count("| 16M | ") == 1
