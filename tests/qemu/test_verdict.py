# SPDX-License-Identifier: BSD-3-Clause
"""The verdict on runs of the image: by QEMU's clock, which counts the guest's instructions
under -icount, a clean run is valid; a machine that was stopped is named."""
import json
import os
import re
import signal
import sys
import time

from lab import ROOT, lab, run_icount  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402


def test_a_clean_run_is_valid_by_its_own_clock(tmp_path):
    line = ("signature on; classify 1 checksums; rate 10kpps; start 0 count 1000; wait idle; "
            "verdict check; expect 0 lost = 0; stats 1 kinds --json; "
            "size imix; start 0 for 100ms; wait idle; verdict check; expect 0 lost = 0; "
            "rate max; start 0 count 1000; wait idle; expect 0 lost = 0; quit")
    done = run_icount(tmp_path / "capture", 0, line)
    assert done.returncode == 0 and "E_" not in done.stdout, done.stdout + done.stderr
    runs = re.findall(r" done count=(\d+) .* lost=(\d+) (\w+)", done.stdout)
    assert runs[:2] == [("1000", "0", "VALID")] * 2, done.stdout
    assert runs[2][:2] == ("1000", "0")
    assert '"classified":1000' in done.stdout
    assert '"bad_ipv4_checksum":0,"bad_checksum":0' in done.stdout


def test_a_machine_that_is_stopped_is_named(lab):  # noqa: F811
    with lab.start("a", "--accel", "tcg") as line:
        line.ask("signature on; rate 10kpps; start 0 for 3s")
        line.ask("sleep 500ms")
        os.kill(line.pid, signal.SIGSTOP)
        time.sleep(2)
        os.kill(line.pid, signal.SIGCONT)
        line.ask("wait idle")
        reasons = {r["reason"]: r for r in line.json("verdict 0 --json")["reasons"]}
        # Whatever else the host does to it, 500 ms are far below that.
        assert reasons["gap"]["verdict"] == "suspect", reasons
        assert reasons["rate"]["verdict"] == "invalid", reasons
        assert float(reasons["gap"]["measured"][:-2]) >= 1900, reasons
        tx = line.ports()[0]
        assert tx["tx"]["packets"] + tx["tx"]["skipped"] == 30000
        assert tx["lost"] == 0
        assert re.search(rb" port 0 INVALID: .* \(and \d more\)", line.seen)
        lines, end = line.raw(b"verdict check")
        assert end.startswith("ERR E_EXPECT"), end
    done = lab.launch("exec", "--verdict", "-c", "echo x", check=False)
    assert (done.returncode, done.stdout) == (6, "x\n"), done.stderr
    assert "port 0 INVALID: " in done.stderr
    done = lab.launch("exec", "--verdict", "-c", "rate max; start 0 count 10; wait idle; "
                      "verdict buffers 1g; verdict gap 1h; verdict errors 9", check=False)
    assert (done.returncode, done.stderr.count("INVALID")) == (0, 0), done.stderr
    lab.launch("down", "--all")


def test_a_busy_machine_loses_nothing(lab):  # noqa: F811
    """Whatever the host does to the appliance: what is called lost was, by the sink. With
    UKPKTGEN_RUNS=100 there are 100 runs."""
    runs, claimed = int(os.environ.get("UKPKTGEN_RUNS", "3")), []
    with lab.start("a", "--net", "loop") as line:
        line.ask("signature on")
        for i in range(runs):
            line.ask("rate 0 %s; size %s; start 0 for 200ms; wait idle" % (
                ("10kpps", "100kpps", "max")[i % 3], ("64", "imix")[i % 2]))
            told = line.json("order 0 --json")["streams"][0]
            port = line.ports()
            # Of a run of which nothing was sent, nobody knows.
            if any([*map(told.get, ("lost", "late", "duplicate")), port[0].get("lost")]):
                claimed.append((i, told, port))
            assert port[0]["tx"]["packets"] == port[1]["rx"]["packets"]
            reasons = {r["reason"]: r["verdict"]
                       for r in line.json("verdict 0 --json")["reasons"]}
            assert reasons["unaccounted"] == reasons["errors"] == "valid", reasons
    assert not claimed, claimed


def test_what_is_under_way_when_it_stops_is_not_lost(lab):  # noqa: F811
    """Each third time the host runs neither the appliance nor who brings its frames back,
    for longer than late frames are waited for. With UKPKTGEN_RUNS=200 it stops so often."""
    runs, claimed = int(os.environ.get("UKPKTGEN_RUNS", "3")), []
    with Peer(lab.path / "v", "--mode", "echo", patience=60 + 5 * runs) as peer, \
            lab.start("a", "--net", "vhost-user:" + peer.path) as line:
        line.ask("mode 0 txrx; signature 0 on; rate 0 5kpps; start 0 count 1000; wait idle")
        for i in range(runs):
            line.ask("start 0; sleep 20ms")
            if i % 3 == 2:
                os.kill(peer.child.pid, signal.SIGSTOP)
            line.count += 1
            line.send(b"@t%d stop 0 --json\n" % line.count)
            if i % 3 == 2:
                time.sleep(0.3)
                os.kill(line.pid, signal.SIGSTOP)
                time.sleep(2)
                os.kill(line.pid, signal.SIGCONT)
                time.sleep(0.1)
                os.kill(peer.child.pid, signal.SIGCONT)
            told, end = line.read_reply("t%d" % line.count)
            assert end == "OK", end
            (stopped,) = json.loads("".join(told))["ports"]
            reasons = {r["reason"]: r["verdict"]
                       for r in line.json("verdict 0 --json")["reasons"]}
            if stopped["lost"] or stopped["in_flight"] or reasons["unaccounted"] != "valid":
                claimed.append((i, stopped, line.json("order 0 --json"), line.ports()))
        line.ask("expect 0 lost = 0")
    assert not claimed, (len(claimed), claimed)
