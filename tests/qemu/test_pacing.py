# SPDX-License-Identifier: BSD-3-Clause
"""The asked rate is the rate: judged by when frames leave, on QEMU's own clock, which
counts the guest's instructions here (-icount). So nothing that the host does counts."""
import json
import re
import struct

from lab import run_icount

SECOND = 1000000000
MAGIC = 0xb5c126
SHAPES = ["even", "burst 50", "poisson"]


class Frame:
    """When it left by QEMU's clock, and when by the appliance's, if it is signed."""

    def __init__(self, at, data):
        self.at = at
        self.port = struct.unpack_from(">H", data, 36)[0]
        magic, stamp = struct.unpack(">I6xQ", data[42:60])
        self.stamp = stamp & (1 << 40) - 1 if magic >> 8 == MAGIC else None


def read_capture(path):
    data = path.read_bytes()
    assert data[:4] == b"\xd4\xc3\xb2\xa1"
    frames, at = [], 24
    while at < len(data):
        second, micro, length = struct.unpack_from("<III", data, at)
        at += 16
        frames.append(Frame(second * SECOND + micro * 1000, data[at:at + length]))
        at += length
    return frames


def start(frames):
    return "start 0 count %d; wait idle" % frames


def boot(path, shift, commands):
    """Boots with an instruction every 2^shift ns. Returns all frames, and what was put
    out."""
    capture = path / "capture"
    line = "; ".join(commands + ["quit"])
    done = run_icount(capture, shift, line)
    assert done.returncode == 0 and "E_" not in done.stdout, done.stdout + done.stderr
    return read_capture(capture), done.stdout


def run(path, shift, commands):
    """The same; returns the frames of each start, and the replies."""
    frames, out = boot(path, shift, commands)
    runs = []
    for count in re.findall(r"count (\d+)", "; ".join(commands)):
        runs.append(frames[:int(count)])
        del frames[:int(count)]
        assert len(runs[-1]) == int(count)
    assert not frames
    replies = [json.loads(text) for text in re.findall(r"\[1\] (\{.*\})", out)]
    return runs, replies


def error(frames, pps, clock=1.0):
    """Of the rate from the first to the last: whole bursts, whole rounds of random gaps."""
    took = (frames[-1].at - frames[0].at) * clock / SECOND
    return abs((len(frames) - 1) / took / pps - 1)


def test_fast_rates(tmp_path):
    """Without the first 1,000 frames: how the very first are made takes its time."""
    cases = [(pps, shape) for pps in (10000, 100000, 1000000) for shape in SHAPES]
    frames = {10000: 2001, 100000: 6001, 1000000: 51001}
    runs, _ = run(tmp_path, 0, ["rate %dpps; gap %s; %s" % (pps, shape, start(frames[pps]))
                                for pps, shape in cases])
    for (pps, shape), sent in zip(cases, runs):
        assert error(sent[1000:], pps) <= 1e-4, (pps, shape)


def test_slow_rates(tmp_path):
    cases = [("1pps", 1, "even", 11), ("1pps", 1, "burst 5", 6)]
    cases += [("1kpps", 1000, shape, 1001) for shape in SHAPES]
    runs, _ = run(tmp_path, 4, ["rate %s; gap %s; %s" % (rate, shape, start(count))
                                for rate, _, shape, count in cases])
    for (rate, pps, shape, _), sent in zip(cases, runs):
        assert error(sent, pps) <= 1e-4, (rate, shape)
    together = [frame.at - runs[1][0].at < SECOND for frame in runs[1]]
    assert together == [True] * 5 + [False]


def test_slowest_rates(tmp_path):
    """A thousand random gaps of a second, and a frame a minute. So few instructions make
    the appliance's clock inexact, but not its rates beside each other."""
    cases = [("1pps", "even", 102), ("1pps", "poisson", 1001), ("1/min", "even", 3)]
    runs, _ = run(tmp_path, 10, ["rate %s; gap %s; %s" % (rate, shape, start(count))
                                 for rate, shape, count in cases])
    # How the very first frame is made takes its time.
    clock = 100 * SECOND / (runs[0][-1].at - runs[0][1].at)
    assert abs(clock - 1) < 0.01
    assert error(runs[1], 1, clock) <= 1e-4
    assert error(runs[2][1:], 1 / 60, clock) <= 1e-4
    gaps = [b.at - a.at for a, b in zip(runs[1], runs[1][1:])]
    # Of an exponential distribution 1 - 1/e are below the mean, and 1 - 1/e^3 below 3.
    assert 620 <= sum(gap < SECOND for gap in gaps) <= 645
    assert 945 <= sum(gap < 3 * SECOND for gap in gaps) <= 955


def test_pacing_error(tmp_path):
    runs, replies = run(tmp_path, 0, [
        "rate 100kpps; stats clear; gap %s; %s; stats 0 pacing --json"
        % (shape, start(count)) for shape, count in zip(SHAPES, (1001, 10001, 10001))])
    lag = sorted(frame.at - k * 10000 for k, frame in enumerate(runs[0]))
    assert lag[len(lag) * 99 // 100] - lag[0] <= 2000
    for shape, reply, sent in zip(SHAPES, replies, runs):
        (port,) = reply["ports"]
        assert port["frames"] == len(sent)
        assert sum(row["frames"] for row in reply["histogram"]) == len(sent)
        assert 0 < port["p50"] <= port["p90"] <= port["p99"] <= port["max"]
        # One frame of ten is behind a look at the console, which takes a microsecond; one
        # of a hundred behind one at all counters, which takes two.
        assert port["p90"] <= 1250 and port["p99"] <= 2500, (shape, port)


def test_strict_is_never_above_the_rate(tmp_path):
    """While the console keeps the appliance from sending in time."""
    busy = "start 0 count 6001; " + "help; " * 20 + "wait idle; stats 0 --json; stats clear"
    cases = [("catchup", "even", 2000), ("strict", "even", 2000),
             ("strict", "burst 40", 2000)]
    runs, replies = run(tmp_path, 5, ["signature on; rate 2kpps"] + [
        "debt %s; gap %s; %s" % (debt, shape, busy) for debt, shape, _ in cases])
    least = [min(b.stamp - a.stamp for a, b in zip(sent, sent[count:]))
             for sent, (_, _, count) in zip(runs, cases)]
    # This is what strict has to cope with...
    assert least[0] < 0.99 * SECOND
    assert least[1] >= SECOND and least[2] >= SECOND
    for sent, reply, (debt, shape, count) in zip(runs, replies, cases):
        skipped = reply["ports"][0]["tx"]["skipped"]
        assert (skipped == 0) == (debt == "catchup")
        # ...and nothing that was lost goes uncounted. Both clocks agree to 0.01 %.
        due = (sent[-1].at - sent[0].at) * 2000 / SECOND
        assert abs(len(sent) - 1 + skipped - due) <= 2 + (40 if "burst" in shape else 0)
        if debt == "strict":
            assert min(b.at - a.at for a, b in zip(sent, sent[count:])) > 0.9999 * SECOND
