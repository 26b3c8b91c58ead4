# SPDX-License-Identifier: BSD-3-Clause
"""Two appliances that were booted at different times, on a wire that one way may take
longer: what each knows of the other's clock, and how long its frames took."""
import heapq
import os
import select
import socket
import threading
import time

from lab import PATIENCE, lab  # noqa: F401


class Wire:
    """Between port 0 of both; what the second sends is late by `late` seconds."""

    def __init__(self, path):
        self.ends = [str(path / ("wire%d" % i)) for i in range(2)]
        self.ports = [str(path / ("port%d" % i)) for i in range(2)]
        self.late = 0
        self.way = []
        self.sock = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
        for sock, end in zip(self.sock, self.ends):
            sock.bind(end)
        self.over = threading.Event()
        self.runs = threading.Thread(target=self.run)
        self.runs.start()

    def net(self, i):
        return "--net", "dgram:%s,%s" % (self.ports[i], self.ends[i])

    def give(self, to, frame):
        try:
            self.sock[to].sendto(frame, self.ports[to])
        except OSError:
            pass  # nobody is there yet

    def run(self):
        while not self.over.is_set():
            left = self.way[0][0] - time.monotonic() if self.way else 0.1
            for sock in select.select(self.sock, [], [], max(left, 0))[0]:
                frame = sock.recv(4096)
                if sock is self.sock[0]:
                    self.give(1, frame)
                else:
                    heapq.heappush(self.way, (time.monotonic() + self.late, frame))
            while self.way and self.way[0][0] <= time.monotonic():
                self.give(0, heapq.heappop(self.way)[1])

    def end(self):
        self.over.set()
        self.runs.join()


def known(line, clock, probes=1):
    """What it says of the other's clock, once that is so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        clocks = line.json("clock --json")["clocks"]
        if clocks and clocks[0]["clock"] == clock and clocks[0]["exchanges"] >= probes:
            return clocks[0]
        time.sleep(0.1)
    assert False, line.json("clock --json")


def timed(line, frames):
    """What it says of frames of the other, once so many are here."""
    end = time.monotonic() + PATIENCE
    while True:
        peers = line.json("latency peers --json")["peers"]
        if peers and peers[0]["frames"] + peers[0]["untimed"] >= frames:
            return peers[0]
        assert time.monotonic() < end, peers
        time.sleep(0.05)


def test_each_knows_the_clock_of_the_other(lab):
    wire = Wire(lab.path)
    try:
        with lab.start("a", *wire.net(0)) as a:
            time.sleep(0.5)
            with lab.start("b", *wire.net(1)) as b:
                for line in (a, b):
                    line.ask("clock 0 on within 1s")
                of_b, of_a = known(a, "known", 50), known(b, "known", 50)
                # It booted later, so its clock is behind by that.
                assert of_b["ahead"] < -400000000
                # Both are wrong by no more than they say; the other's clock went on,
                # by a thousandth of what is left of a second at most.
                assert abs(of_b["ahead"] + of_a["ahead"]) <= (
                    of_b["bound"] + of_a["bound"] + 1000000)
                assert of_b["bound"] >= of_b["round_trip"] // 2
                assert of_b["appliance"] != of_a["appliance"]
                # The same each time that both begin to learn it anew.
                for _ in range(int(os.environ.get("UKPKTGEN_RUNS", "2"))):
                    for line in (a, b):
                        line.ask("clock off; clock 0 on within 1s")
                    again_b, again_a = known(a, "known", 10), known(b, "known", 10)
                    assert abs(again_b["ahead"] + again_a["ahead"]) <= (
                        again_b["bound"] + again_a["bound"] + 1000000)
                    assert abs(again_b["ahead"] - of_b["ahead"]) <= (
                        again_b["bound"] + of_b["bound"] + 1000000)
                b.ask("signature on; rate 0 1kpps; start 0 count 200; wait idle")
                of = timed(a, 200)
                assert of["frames"] == 200 and of["untimed"] == 0
                assert of["appliance"] == of_b["appliance"] and of["peer_port"] == 0
                assert of["min"] <= of["p50"] <= of["max"]
                # Now one way takes 5 ms longer: nothing is told to within 1 ms.
                wire.late = 0.005
                for line in (a, b):
                    line.ask("clock off; clock 0 on within 1ms")
                for line in (a, b):
                    assert known(line, "too wide", 20)["bound"] >= 2500000
                b.ask("start 0 count 50; wait idle")
                of = timed(a, 50)
                assert (of["frames"], of["untimed"]) == (0, 50)
    finally:
        wire.end()
