# SPDX-License-Identifier: BSD-3-Clause
"""The appliance over vhost-user: what it counts against what the host counts,
where each frame is checked. Counts only, so that no load of the machine matters."""
import os
import sys

import pytest

from lab import ROOT, TWO_CORES, lab  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402

RINGS = [(), ("--event-idx",), None]


@pytest.fixture(params=RINGS, ids=["flags", "event-idx", "two-cores"])
def rings(request, lab):
    if request.param is None:
        lab.more = TWO_CORES
    return request.param or ()


def boot(lab, peer):
    line = lab.start("a", "--net", "vhost-user:" + peer.path)
    with open("/proc/%d/status" % line.pid) as file:
        assert "Seccomp:\t2\n" in file.read(), "QEMU is not in its sandbox"
    return line


def received(peer):
    """The report, after checks that hold for all that the appliance sends."""
    report = peer.report()
    assert report["connected"] and report["error"] is None
    assert report["received"]["bad"] == 0, report["received"]["reasons"]
    assert not any(report["received"]["unchecked"].values())
    return report


def test_every_frame_sent_arrives_and_is_right(lab, rings):
    with Peer(lab.path / "v", *rings) as peer, boot(lab, peer) as line:
        line.ask("size 64; rate 10kpps; start; sleep 500ms")
        port = line.json("stop --json")["ports"][0]
        tx, sent = line.ports()[0]["tx"], port["sent"]
        report = received(peer)
        assert report["received"]["frames"] == tx["packets"] == sent > 100
        assert port["completed"] == sent and port["in_flight"] == 0
        assert report["received"]["bytes"] == tx["bytes"] == 64 * sent
        assert report["received"]["sizes"] == {"64": sent}
        assert report["queues"][1]["event_idx"] == ("--event-idx" in rings)


def test_all_out_nothing_is_lost(lab, rings):
    with Peer(lab.path / "v", *rings) as peer, boot(lab, peer) as line:
        line.ask("rate max; start; sleep 500ms")
        sent = line.json("stop --json")["ports"][0]["sent"]
        report = received(peer)
        assert report["received"]["frames"] == sent > 100
        # It is polled and asks for no notification: only an idle queue sends some.
        assert report["queues"][1]["kicks"] < sent / 10


def test_sizes(lab):
    sizes = [64, 65, 128, 511, 1024, 1518]
    with Peer(lab.path / "v") as peer, boot(lab, peer) as line:
        wanted = {}
        for size in sizes:
            line.ask("stats clear; size %d; rate 10kpps; start" % size)
            line.ask("sleep 50ms; stop")
            wanted[str(size)] = line.ports()[0]["tx"]["packets"]
        report = received(peer)
        assert report["received"]["sizes"] == wanted
        assert min(wanted.values()) > 10


def test_what_a_source_makes_the_appliance_receives(lab, rings):
    sizes = [64, 65, 512, 1518]
    with Peer(lab.path / "v", *rings, "--mode", "source", "--hold", "--flows", "7",
              "--size", ",".join(map(str, sizes))) as peer, boot(lab, peer) as line:
        line.ask("mode rx")
        for count in (1, 4000, 20000):
            peer.do("reset")
            before = line.ports()[0]["rx"]
            peer.do("go %d" % count)
            sent = peer.wait(lambda r: r["sent"]["frames"] == count)["sent"]
            # They are in its ring; it looks there every 10 ms at the latest.
            rx = wait_for_packets(line, before["packets"] + count)
            assert rx["packets"] - before["packets"] == count
            assert rx["bytes"] - before["bytes"] == sent["bytes"]
            assert rx["errors"] == 0
        received(peer)


def wait_for_packets(line, packets):
    for _ in range(200):
        rx = line.ports()[0]["rx"]
        if rx["packets"] >= packets:
            break
        line.ask("sleep 20ms")
    return rx


def test_an_echo_brings_all_back(lab, rings):
    with Peer(lab.path / "v", *rings, "--mode", "echo") as peer, \
            boot(lab, peer) as line:
        line.ask("mode txrx; size 200; rate 10kpps; start; sleep 300ms; stop")
        tx = line.ports()[0]["tx"]
        rx = wait_for_packets(line, tx["packets"])
        report = received(peer)
        assert report["received"]["frames"] == tx["packets"] > 100
        assert report["sent"]["frames"] == rx["packets"] == tx["packets"]
        assert rx["bytes"] == tx["bytes"]


def test_a_stalled_ring_loses_nothing(lab):
    with Peer(lab.path / "v") as peer, boot(lab, peer) as line:
        line.ask("rate 10kpps; start")
        peer.do("stall 300")
        line.ask("sleep 100ms")
        held = peer.report()["received"]["frames"]
        line.ask("sleep 500ms; stop")
        tx = line.ports()[0]["tx"]
        assert received(peer)["received"]["frames"] == tx["packets"] > held
