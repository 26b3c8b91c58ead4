# SPDX-License-Identifier: BSD-3-Clause
"""How frames are made and sent, judged by a back end that checks each of them: its
content, its number, and that none is missing or came twice."""
import os
import sys

import pytest

from lab import ROOT, lab, until  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402

STRATEGIES = ["create", "copy", "pool", "shared"]


def sink(lab):
    return Peer(lab.path / "v", "--numbers")


def boot(lab, peer):
    return lab.start("a", "--net", "vhost-user:" + peer.path)


def check(peer, frames, is_signed, counted=True):
    """Each number once, and rising in each queue. A run that is not `counted` ends where
    each of its queues is, and what another would have sent is missing."""
    # Sent, a frame still has to be taken from the ring and looked at.
    report = peer.wait(lambda r: r["received"]["frames"] >= frames)
    received = report["received"]
    assert report["error"] is None
    assert received["bad"] == 0, received["reasons"]
    assert received["frames"] == frames
    if is_signed:
        (stream,) = received["streams"]
        assert received["numbers"] == {
            "different": frames, "again": 0, "beyond": 0, "behind": 0}
        if counted or sending_queues(report) == 1:
            assert stream["last"] == frames - 1
    return report


def sending_queues(report):
    return sum(q["index"] % 2 for q in report["queues"] if q["live"])


@pytest.mark.parametrize("sign", ["on", "off"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_strategy_changed_while_it_runs(lab, strategy, sign):
    with sink(lab) as peer, boot(lab, peer) as line:
        line.ask("signature %s; strategy %s; start" % (sign, strategy))
        for change in ("size 64:7,594:4,1518:1", "src ip 10.0.0.1/12", "size 65",
                       "rate 100kpps", "size 1518", "burst 256", "burst 1",
                       "src ip 10.0.0.1", "dst ip 10.1.0.1/24", "rate max",
                       "burst 33", "proto ipv4", "dst ip 10.1.0.1", "size 512"):
            line.ask(change + "; sleep 20ms")
        port = line.json("stop --json")["ports"][0]
        tx = line.ports()[0]["tx"]
        assert port["in_flight"] == 0 and port["completed"] == tx["packets"] > 1000
        assert tx["errors"] == tx["dropped"] == 0
        report = check(peer, tx["packets"], sign == "on", counted=False)
        assert report["received"]["bytes"] == tx["bytes"]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_count_is_exact_through_a_stall(lab, strategy):
    with sink(lab) as peer, boot(lab, peer) as line:
        line.ask("signature on; strategy %s; start count 100007" % strategy)
        peer.do("stall 200")
        line.ask("sleep 100ms; strategy shared; strategy %s; size 99" % strategy)
        line.ask("wait tx.packets = 100007 within 60s")
        check(peer, 100007, True)


def test_a_full_ring_drops(lab):
    with sink(lab) as peer, boot(lab, peer) as line:
        line.ask("onfull drop; signature on; rate 200kpps; start")
        peer.do("stall 300")
        line.ask("sleep 600ms; stop")
        tx = line.ports()[0]["tx"]
        report = peer.report()
        assert report["received"]["frames"] == tx["packets"]
        assert report["received"]["bad"] == 0
        assert tx["dropped"] > 100
        numbers, (stream,) = report["received"]["numbers"], report["received"]["streams"]
        assert numbers == {"different": tx["packets"], "again": 0, "beyond": 0, "behind": 0}
        assert stream["last"] >= tx["packets"] - 1


def test_what_is_reflected_comes_back(lab):
    with Peer(lab.path / "v", "--mode", "source", "--hold", "--size", "64,65,512,1518",
              "--flows", "7") as peer, boot(lab, peer) as line:
        line.ask("mode reflect-any; start")
        sent = 0
        for count in (1, 4000, 20000):
            peer.do("reset")
            peer.do("go %d" % count)
            line.ask("sleep 50ms; wait tx.packets >= %d within 60s" % (sent + count))
            sent += count
            # Taken by its ring, a frame still has to be looked at.
            received = peer.wait(
                lambda r: r["received"]["frames"] >= count)["received"]
            assert received["frames"] == count
            assert received["bad"] == 0, received["reasons"]
        line.ask("stop")
        tx, rx = line.ports()[0]["tx"], line.ports()[0]["rx"]
        assert tx["packets"] == rx["packets"] == 24001
        assert tx["bytes"] == rx["bytes"]
        # Stopped, it takes what comes and sends nothing.
        peer.do("go 100")
        line.ask("wait rx.packets = 24101 within 60s")
        assert line.ports()[0]["tx"]["packets"] == 24001


def test_null_reaches_nobody(lab):
    with Peer(lab.path / "v") as peer, boot(lab, peer) as line:
        line.ask("mode null; start count 1m; wait tx.packets = 1000000 within 60s")
        assert peer.report()["received"]["frames"] == 0
        line.ask("mode tx; start count 1000; wait tx.packets = 1001000 within 60s")
        check(peer, 1000, False)


def test_waiting_for_room(lab):
    looks = {}
    with sink(lab) as peer, boot(lab, peer) as line:
        line.ask("signature on")
        for wait in "spin", "pause", "halt", "auto":
            line.ask("stats clear; port 0 wait " + wait)
            assert line.json("port --json")["ports"][0]["wait"] == wait
            peer.do("reset")
            peer.do("stall 400")
            line.ask("start count 20000; wait tx.packets = 20000 within 60s; wait idle")
            check(peer, 20000, True)
            looks[wait] = line.ports()[0]["tx"]["ring_full"]
        # Who halts looks but every 50 us, of 400 ms, at each queue; who spins, all the time.
        assert looks["halt"] < sending_queues(peer.report()) * (400e3 / 50 + 1000)
        assert looks["spin"] > 2 * looks["halt"]
        # What was chosen is one of them, and is said to be, once it was full for long enough.
        def is_chosen():
            peer.do("stall 200")
            line.ask("start count 2000; wait idle")
            return line.json("port --json")["ports"][0]["wait"].split(":") in (
                ["auto", "spin"], ["auto", "pause"], ["auto", "halt"])
        until(is_chosen)
        assert line.json("show config --json")["ports"][0]["wait"] == "auto"
