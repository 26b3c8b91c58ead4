# SPDX-License-Identifier: BSD-3-Clause
"""Modes forward and impair: the host sends into one port and looks at what leaves by
the other, byte by byte."""
import collections
import random
import socket
import threading

import pytest

from lab import PATIENCE, lab  # noqa: F401


class End:
    """The host's end of a port of --net dgram:..."""

    def __init__(self, path):
        self.here, self.there = str(path) + ".host", str(path) + ".port"
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.here)
        self.sock.settimeout(PATIENCE)
        self.due = None

    @property
    def net(self):
        return "dgram:%s,%s" % (self.there, self.here)

    def send(self, frame):
        self.sock.sendto(frame, self.there)

    def take_all(self):
        """What comes until as many came as are due, or nothing more comes. The number is
        known only after the fact: until then it goes on."""
        self.sock.settimeout(0.2)
        silent, came = 0, 0
        while came != self.due and silent < 10:
            try:
                yield self.sock.recv(65536)
                silent, came = 0, came + 1
            except socket.timeout:
                silent += 0.2 if self.due is not None else 0

    def take(self, count):
        return [self.sock.recv(65536) for _ in range(count)]


def frames(count, sizes, seed):
    chance = random.Random(seed)
    return [bytes.fromhex("020000000002" "020000000001" "88b5") + i.to_bytes(4, "big") +
            chance.randbytes(sizes[i % len(sizes)] - 18) for i in range(count)]


def through(sender, receiver, sent, held):
    """Sends them, never more than `held` ahead of what came; returns that."""
    came = []
    for i in range(0, len(sent), held):
        for frame in sent[i:i + held]:
            sender.send(frame)
        came += receiver.take(len(sent[i:i + held]))
    return came


def by_number(came):
    return collections.Counter(int.from_bytes(frame[14:18], "big") for frame in came)


@pytest.mark.parametrize("layout", [(), ("--packed",)], ids=["split", "packed"])
def test_frames_leave_by_another_port(lab, layout):
    left, right = End(lab.path / "l"), End(lab.path / "r")
    with lab.start("a", "--mtu", "9000", *layout, "--net", left.net,
                   "--net", right.net) as line:
        line.ask("mode 0 forward 1; mode 1 forward 0; start all")
        sizes = [60, 61, 64, 590, 1514, 2030, 2048, 4000, 9014]
        sent = frames(900, sizes, 1)
        assert through(left, right, sent, 32) == sent
        back = frames(300, sizes, 2)
        assert through(right, left, back, 32) == back
        ports = line.ports()
        for port, count in enumerate((900, 300)):
            assert ports[port]["rx"]["packets"] == count
            assert ports[port]["forward"] == {
                "packets": count, "dropped": 0, "unfit": 0, "no_buffer": 0, "link_down": 0,
                "stopped": 0, "filtered": 0, "flooded": 0, "no_route": 0, "unresolved": 0, "expired": 0,
                "copies": 0}
            assert ports[1 - port]["tx"]["packets"] == count
            assert ports[1 - port]["tx"]["bytes"] == ports[port]["rx"]["bytes"]

        # As a bridge: what nobody knows goes everywhere, what is for a station on its own
        # side nowhere.
        line.ask("stop; mode all forward learn; start all; stats clear")
        here, there, third = (bytes([2, 0, 0, 0, 0, i]) for i in (1, 2, 3))
        rest = bytes.fromhex("88b5") + bytes(46)
        for sender, receiver, frame in ((left, right, there + here + rest),
                                        (right, left, here + there + rest),
                                        (left, right, there + here + rest)):
            assert through(sender, receiver, [frame], 1) == [frame]
        left.send(here + third + rest)
        line.ask("wait 0 forward.filtered = 1 within 60s; expect 0 forward.flooded = 1; "
                 "expect 1 forward.flooded = 0; expect 0 forward.packets = 2")
        assert [port["macs_learned"] for port in line.json("port --json")["ports"]] == [3, 3]

        # Through a link: each frame that came is one that was sent, and the counts are
        # those of what is missing and what came twice.
        line.ask("stop; mode 0 impair 1; stats clear; start 0")
        line.ask("impair 0 loss 10% duplicate 5% delay 2ms jitter 1ms seed 3")
        sent = frames(600, [60, 300, 1514, 9014], 3)
        came = []
        taking = threading.Thread(target=lambda: came.extend(right.take_all()),
                                  daemon=True)
        taking.start()
        for i in range(0, len(sent), 60):
            for frame in sent[i:i + 60]:
                left.send(frame)
            line.ask("wait 0 rx.packets = %d within 30s; sleep 3ms" % (i + 60))
        line.ask("sleep 10ms; stop 0")
        port = line.ports()[0]
        count, link = port["forward"], port["impair"]
        assert port["rx"]["packets"] == 600
        assert count["packets"] == 600 - link["lost"] + link["duplicated"]
        assert link["queue_full"] == 0
        assert 30 < link["lost"] < 95 and 8 < link["duplicated"] < 55
        right.due = count["packets"]
        taking.join()
        assert len(came) == right.due
        assert set(came) <= set(sent)
        seen = by_number(came)
        assert 600 - len(seen) == link["lost"]
        assert sum(n - 1 for n in seen.values()) == link["duplicated"]
