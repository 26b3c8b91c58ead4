# SPDX-License-Identifier: BSD-3-Clause
"""What signed frames tell, beside an analyser that is written from the RFCs and from
docs/protocol.md alone, and told what a wire had from port 0 and gave to port 1."""
import json
import os
import random
import re
import socket
import threading
import time

import pytest
from lab import PATIENCE, lab, run_icount  # noqa: F401

FRAMES = 5000


class Wire:
    """Loses, doubles and holds back frames by a seed."""

    def __init__(self, path, seed):
        self.ends = [str(path / ("wire%d" % i)) for i in range(2)]
        self.ports = [str(path / ("port%d" % i)) for i in range(2)]
        self.random = random.Random(seed)
        self.sent, self.came, self.held = [], [], []
        self.sock = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
        # A host that is busy may keep the receiver from its frames for a while.
        for sock, end, patience in zip(self.sock, self.ends, (0.2, PATIENCE)):
            sock.bind(end)
            sock.settimeout(patience)
        self.over = threading.Event()
        self.runs = threading.Thread(target=self.run)
        self.runs.start()

    def net(self):
        return [word for port, end in zip(self.ports, self.ends)
                for word in ("--net", "dgram:%s,%s" % (port, end))]

    def give(self, frame):
        self.came.append(number(frame))
        self.sock[1].sendto(frame, self.ports[1])

    def pass_on(self, frame):
        self.sent.append(number(frame))
        dice = self.random.random()
        if dice < 0.02:
            return
        if dice < 0.05:
            self.held.append([self.random.randrange(1, 40), frame])
            return
        for _ in range(2 if dice < 0.07 else 1):
            self.give(frame)
        for one in self.held:
            one[0] -= 1
        for _, late in [one for one in self.held if not one[0]]:
            self.give(late)
        self.held = [one for one in self.held if one[0]]

    def run(self):
        while not self.over.is_set():
            try:
                frame = self.sock[0].recv(4096)
            except socket.timeout:
                continue
            self.pass_on(frame)

    def end(self):
        self.over.set()
        self.runs.join()


def number(frame):
    """Stream and number of a signed frame."""
    end = frame[-18:]
    assert end[:3] == b"\xb5\xc1\x26"
    return int.from_bytes(end[10:], "big") >> 50, int.from_bytes(end[5:10], "big")


def runs(numbers):
    """RFC 3357: loss periods; here stretches of numbers without a gap."""
    lengths, last = [], None
    for n in sorted(numbers):
        if last is not None and n == last + 1:
            lengths[-1] += 1
        else:
            lengths.append(1)
        last = n
    return lengths


def analyse(sent, came):
    """RFC 4737 for each stream."""
    seen, order, expected, reordered, extents, by = set(), [], 0, 0, [], [0, 0, 0]
    duplicate = 0
    for n in came:
        if n in seen:
            duplicate += 1
            continue
        if n < expected:
            # Section 4.2.1: back to the first that was sent later.
            first = next(i for i, m in enumerate(order) if m > n)
            extents.append(len(order) - first)
            reordered += 1
            right = 0
            for m in reversed(order[-3:]):
                if m < n:
                    break
                right += 1
            if right:
                by[right - 1] += 1
        seen.add(n)
        order.append(n)
        expected = max(expected, n + 1)
    lost = set(sent) - seen
    periods = runs(lost)
    return {
        "unique": len(seen), "lost": len(lost), "duplicate": duplicate,
        "reordered": reordered, "late": 0, "old": 0,
        "extent_max": max(extents) if extents else None,
        "extent_mean": (sum(extents) * 1000 // len(extents) / 1000
                        if extents else None),
        "reordered_by": dict(zip(["n1", "n2", "n3"], by)),
        "episodes": len(periods), "longest": max(periods) if periods else None,
    }


def density(came, threshold=8):
    """RFC 5236, sections 7.1 and 7.2: frames by displacement, and by how many a buffer keeps."""
    displaced, window, buffer, index = {}, [], set(), 0
    left = list(dict.fromkeys(came))

    def arrive():
        while left:
            n = left.pop(0)
            if n >= index and n not in buffer:
                window.append(n)
                return

    while left and len(window) <= threshold:
        arrive()
    while window:
        if index not in window and index not in buffer:
            least = min(window + list(buffer))
            index = least if index < least else index + 1
            continue
        n = window.pop(0)
        if abs(index - n) <= threshold:
            displaced[index - n] = displaced.get(index - n, 0) + 1
            buffer.discard(index)
            if n > index:
                buffer.add(n)
            index += 1
        arrive()

    occupied, held, expected = {}, set(), 0
    for n in dict.fromkeys(came):
        if n < expected:
            continue
        if n != expected and len(held) == threshold:
            expected = min(held | {n})
        held.add(n)
        while expected in held:
            held.remove(expected)
            expected += 1
        occupied[len(held)] = occupied.get(len(held), 0) + 1
    return {"displacement": displaced, "buffered": occupied}


@pytest.mark.parametrize("seed", range(7, 7 + int(os.environ.get("UKPKTGEN_SEEDS", "1"))))
def test_an_analyser_of_the_wire_says_the_same(lab, seed):
    wire = Wire(lab.path, seed)
    try:
        with lab.start("a", *wire.net()) as line:
            line.ask("stream 0.1-2 add; signature 0.all on; rate 0.all 2kpps")
            line.ask("size 0.1 200; start 0 count %d; wait idle" % FRAMES)
            # On a busy host some are on the wire for longer than that waits.
            end = time.monotonic() + PATIENCE
            while len(wire.sent) < 3 * FRAMES and time.monotonic() < end:
                time.sleep(0.05)
            wire.end()
            line.ask("expect 1 rx.packets = %d within %ds" % (len(wire.came), PATIENCE))
            order, latency, stats = (line.json(command + " --json")["streams"] for command
                                     in ("order 0", "latency 0.all", "stats 0.all"))
            dense = [row for text in line.ask("order density 0.all --json")
                     for row in json.loads(text)["density"]]
            checks = line.json("selftest --json")["checks"]
    finally:
        wire.end()
    assert checks and all(check["result"] == "ok" for check in checks)
    for stream, told in enumerate(order):
        sent = [n for s, n in wire.sent if s == stream]
        assert sent == list(range(FRAMES)), "they leave in order"
        came = [n for s, n in wire.came if s == stream]
        be = analyse(sent, came)
        for metric, counts in density(came).items():
            assert {row["places"]: row["frames"] for row in dense if
                    row["stream"] == stream and row["metric"] == metric} == counts, metric
        assert be["lost"] and be["duplicate"] and be["reordered"]
        for key, value in be.items():
            assert told.get(key) == value, (stream, key, told, be)
        assert stats[stream]["rx"]["lost"] == be["lost"]
        timed = latency[stream]
        assert timed["frames"] == be["unique"]
        assert timed["min"] <= timed["p50"] <= timed["p99"] <= timed["max"]
        assert timed["min"] <= timed["mean"] <= timed["max"]


def test_a_latency_is_what_the_wire_takes_and_less_than_the_floor(tmp_path):
    """Of 3,000 frames each hundredth takes 1 ms, the others 10 us, by the guest's own
    clock. What is longer than that is what `calibrate` says, and nothing is shorter."""
    line = ("signature on; mode 2 tx; rate 0 10kpps; rate 2 100pps; start 0 count 2970; "
            "start 2 count 30; wait idle; latency 0,2 --json; "
            "start 0 for 50ms; calibrate 20ms --json; quit")
    done = run_icount(tmp_path / "capture", 0, line, (10000, 1000000))
    assert done.returncode == 0 and "E_" not in done.stdout, done.stdout + done.stderr
    told = [json.loads(text) for text in re.findall(r"\[1\] (\{.*\})", done.stdout)]
    ports, floor = [p for t in told[:-1] for p in t["ports"]], told[-1]["floor"]
    assert [p["frames"] for p in ports] == [2970, 30]
    mean = sum(p["frames"] * p["mean"] for p in ports) / 3000
    assert 19900 <= mean <= 19900 + floor
    for port, late in zip(ports, (10000, 1000000)):
        assert port["min"] >= late
        # Quantiles are rounded up by 1/128 at most.
        assert late <= port["p50"] <= (late + floor) * 129 // 128
        assert port["p50"] <= port["max"] * 129 // 128
