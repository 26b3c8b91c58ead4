# SPDX-License-Identifier: BSD-3-Clause
"""Two appliances that were booted at different times, on a wire that one way may take
longer: what each knows of the other's clock, and how long its frames took. Once on a wire
of datagrams, and once in two network namespaces, where the host says what is true."""
import contextlib
import ctypes
import heapq
import os
import select
import socket
import subprocess
import threading
import time

from lab import CLONE_NEWNET, PATIENCE, TAP, lab, own_network  # noqa: F401
from test_observed import by_number, ip

RUNS = int(os.environ.get("UKPKTGEN_RUNS", "2"))


class Way:
    """Between two sockets; what the second sends is late by `late` seconds."""

    def __init__(self, sock, late=0):
        self.sock = sock
        self.late = late
        self.way = []
        self.over = threading.Event()
        self.runs = threading.Thread(target=self.run)
        self.runs.start()

    def give(self, to, frame):
        self.sock[to].send(frame)

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


class Wire(Way):
    """Between port 0 of both."""

    def __init__(self, path):
        self.ends = [str(path / ("wire%d" % i)) for i in range(2)]
        self.ports = [str(path / ("port%d" % i)) for i in range(2)]
        sock = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
        for one, end in zip(sock, self.ends):
            one.bind(end)
        super().__init__(sock)

    def net(self, i):
        return "--net", "dgram:%s,%s" % (self.ports[i], self.ends[i])

    def give(self, to, frame):
        try:
            self.sock[to].sendto(frame, self.ports[to])
        except OSError:
            pass  # nobody is there yet


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
                for _ in range(RUNS):
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


# ---- In two namespaces -------------------------------------------------------

PACKET_IGNORE_OUTGOING = 23
OBSERVED = 250000  # ns: from the hand-over of a frame to the tap, at the least


class Place:
    """A namespace with a tap, on a bridge with one end of a cable to where we are."""

    def __init__(self, i, path):
        self.name = "ukc%d%s" % (i, path.name[-6:])
        self.file = str(path / ("seen%d.pcap" % i))
        ip("netns", "add", self.name)
        self.ip("link", "set", "lo", "up")
        self.ip("tuntap", "add", "t0", *TAP.split())
        self.ip("link", "add", "br0", "type", "bridge")
        ip("link", "add", "c%d" % i, "type", "veth", "peer", "name", "cable",
           "netns", self.name)
        for one in ("t0", "cable", "br0"):
            self.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/%s/disable_ipv6" % one)
            if one != "br0":
                self.ip("link", "set", one, "master", "br0")
            self.ip("link", "set", one, "up")
        with open("/proc/sys/net/ipv6/conf/c%d/disable_ipv6" % i, "w") as off:
            off.write("1")
        ip("link", "set", "c%d" % i, "up")

    def run(self, *words):
        return subprocess.run(["ip", "netns", "exec", self.name, *words], check=True,
                              capture_output=True, text=True)

    def ip(self, *words):
        self.run("ip", *words)

    @contextlib.contextmanager
    def inside(self):
        """What is started here is in the namespace."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/ns/net") as home, open("/run/netns/" + self.name) as there:
            assert libc.setns(there.fileno(), CLONE_NEWNET) == 0
            try:
                yield
            finally:
                assert libc.setns(home.fileno(), CLONE_NEWNET) == 0

    def behind_host(self, line, frames=100):
        """How far the appliance's clock is behind the host's, in ns: the host has seen
        frames that have the time in them, none sooner than it left."""
        with self.inside():
            one = subprocess.Popen(["tcpdump", "-i", "t0", "-Q", "in", "--nano", "-w",
                                    self.file, "-c", str(frames), "udp"],
                                   stderr=subprocess.PIPE, text=True)
        while "listening" not in one.stderr.readline():
            assert one.poll() is None
        line.ask("start 0 count %d; wait idle" % frames)
        one.wait(timeout=PATIENCE)
        with open(self.file, "rb") as seen:
            times = by_number(seen.read()).values()
        assert len(times) == frames
        return min(seen - sent for seen, sent in times)

    def end(self):
        ip("netns", "del", self.name)


def check(of, truth):
    """What one says of the other, beside what the host has seen of both."""
    assert abs(of["ahead"] - truth) <= of["bound"] + OBSERVED, (of, truth)


def test_each_is_right_about_the_other_in_its_namespace(lab, own_network):
    places = [Place(i, lab.path) for i in range(2)]
    try:
        ip("link", "add", "br0", "type", "bridge")
        for one in ("c0", "c1"):
            ip("link", "set", one, "master", "br0")
        ip("link", "set", "br0", "up")
        with places[0].inside():
            a = lab.start("a", "--net", "tap:t0")
        time.sleep(0.5)
        with places[1].inside():
            b = lab.start("b", "--net", "tap:t0")
        with a, b:
            for line in (a, b):
                line.ask("clock 0 on within 1s; signature on; rate 0 1kpps")
            known(a, "known", 50), known(b, "known", 50)
            truth = places[0].behind_host(a) - places[1].behind_host(b)
            # It booted later, so its clock is behind by that.
            assert truth < -400000000
            least = []
            for _ in range(RUNS):
                for line in (a, b):
                    line.ask("clock off; clock 0 on within 1s")
                of_b, of_a = known(a, "known", 10), known(b, "known", 10)
                check(of_b, truth)
                check(of_a, -truth)
                least += [of_b["bound"], of_a["bound"]]
            again = places[0].behind_host(a) - places[1].behind_host(b)
            print("offset %.6f s, by the host %.6f and then %.6f; bounds %.3f to %.3f ms" % (
                of_b["ahead"] / 1e9, truth / 1e9, again / 1e9, min(least) / 1e6,
                max(least) / 1e6))
            # Now one way takes 10 ms longer, and nobody can say which.
            for one in ("c0", "c1"):
                ip("link", "set", one, "nomaster")
            sock = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
                    for _ in range(2)]
            for i, one in enumerate(sock):
                one.setsockopt(263, PACKET_IGNORE_OUTGOING, 1)
                one.bind(("c%d" % i, 0))
            way = Way(sock, 0.010)
            try:
                for line in (a, b):
                    line.ask("clock off; clock 0 on within 1ms")
                for line, sign in ((a, 1), (b, -1)):
                    of = known(line, "too wide", 20)
                    assert of["bound"] >= 5000000
                    check(of, sign * again)
                b.ask("start 0 count 50; wait idle")
                of = timed(a, 50)
                assert of["untimed"] >= 50
            finally:
                way.end()
    finally:
        for one in places:
            one.end()
