# SPDX-License-Identifier: BSD-3-Clause
"""Many streams on a port, judged by captures: told apart by their UDP ports, sent
without bunching."""
import collections
import math
import os
import signal
import time

from lab import lab, tshark  # noqa: F401
from test_pacing import SECOND, boot

MS = 1000000


def test_a_hundred_equal_rates_do_not_bunch(tmp_path):
    """By QEMU's clock, which counts instructions: nothing that the host does counts."""
    frames, _ = boot(tmp_path, 3, [
        "stream 0.1-99 add; rate 0.all 10pps", "start 0 for 2s; wait idle",
        "expect 0.all tx.packets = 20; expect 1 rx.packets = 2000"])
    assert len(frames) == 2000
    times = [f.at for f in frames]
    most = max(sum(t <= u < t + MS for u in times[i:i + 100])
               for i, t in enumerate(times))
    assert most <= 3
    # Of the first second as of the last, and none is lost on the way.
    assert sum(t < times[0] + SECOND for t in times) in range(998, 1003)


def test_shapes_bursts_and_chains_are_on_time(tmp_path):
    """Beside each other, by QEMU's clock as above: each frame when theory has it."""
    frames, out = boot(tmp_path, 3, [
        "stream 0.1-4 add; dst 0.0 udp 5000; dst 0.1 udp 5001; dst 0.2 udp 5002",
        "dst 0.3 udp 5003; dst 0.4 udp 5004",
        "shape 0.0 ramp 100pps-1900pps over 1s; limit 0.0 for 1s",
        "gap 0.1 burst 10 every 50ms; limit 0.1 for 500ms; after 0.1 0.0",
        "rate 0.2 1kpps; limit 0.2 count 100; after 0.2 0.1 100ms; loop 0.1 2",
        "shape 0.3 square 0pps-2kpps every 100ms duty 20%; limit 0.3 for 1s",
        "after 0.3 250ms",
        "shape 0.4 sine 0pps-400pps every 500ms; limit 0.4 for 1s",
        "start 0 --dry-run; start 0; wait idle; stream 0"])
    begin = frames[0].at
    of = [[(f.at - begin) / SECOND for f in frames if f.port == 5000 + i]
          for i in range(5)]
    assert [len(times) for times in of] == [1000, 200, 200, 400, 200], out

    def ramp(t):
        return 100 * t + 900 * t * t

    def sine(t):
        return 200 * t - 200 / (4 * math.pi) * math.sin(4 * math.pi * t)

    for k, t in enumerate(of[0]):
        assert abs(ramp(t) - k) <= 0.3, (k, t)
    # Half a gap later, so that the first ones do not come together.
    for k, t in enumerate(of[4]):
        assert abs(sine(t) - k - 0.5) <= 0.3, (k, t)
    exact = {
        1: [turn * 0.7 + 1 + burst * 0.05 for turn in range(2) for burst in range(10)
            for _ in range(10)],
        2: [turn * 0.7 + 1.6 + k / 1000 for turn in range(2) for k in range(100)],
        3: [0.25 + second * 0.1 + 0.08 + k / 2000 for second in range(10)
            for k in range(40)]}
    for i, times in exact.items():
        late = [t - due for t, due in zip(of[i], times)]
        assert -50e-6 < min(late) and max(late) < 100e-6, (i, min(late), max(late))


def test_two_ports_of_256_streams_arrive_told_apart(lab):
    """In 16 MB. Each stream has its UDP port, 10 frames of each come to the other side."""
    paths = [lab.path / ("port%d.pcap" % i) for i in range(2)]
    lines = ["mode all txrx", "stream all.1-255 add", "rate all.all 10pps"]
    for port in range(2):
        lines += ["dst %d.%d udp %d" % (port, i, 10000 + 1000 * port + i)
                  for i in range(256)]
    lines += ["save many; reset; load many; save again; ls",
              "start count 10", "wait idle within 60s",
              "expect all.all tx.packets = 10; expect rx.packets = 2560",
              "stats 0.255 --json"]
    done = lab.launch("exec", "--boot", "--memory", "16M", "--capture",
                      "0=%s" % paths[0], "--capture", "1=%s" % paths[1], "-",
                      stdin="\n".join(lines) + "\n")
    assert '"stream":255,"tx":{"packets":10,"bytes":640,' in done.stdout
    # What port 0 sent arrived at port 1, and the other way round.
    for port, path in ((0, paths[1]), (1, paths[0])):
        first = 10000 + 1000 * port
        count = collections.Counter(
            int(f["udp.dstport"]) for f in tshark(path, "udp.dstport")
            if first <= int(f["udp.dstport"]) < first + 1000)
        assert count == {first + i: 10 for i in range(256)}


def test_who_finds_no_room_is_charged_with_what_went(lab):
    """QEMU stands still, so that more is due at once than the ring has room for:
    each stream has sent its ten, and all of them what the port has."""
    with lab.start("a", "--memory", "16M") as line:
        line.ask("mode 0 tx; mode 1 rx; stream 0.1-255 add; rate 0.all 10pps")
        line.ask("start 0 count 10")
        for milliseconds in (300, 100, 390, 200, 60):
            os.kill(line.pid, signal.SIGSTOP)
            time.sleep(milliseconds / 1000)
            os.kill(line.pid, signal.SIGCONT)
            time.sleep(0.005)
        line.ask("wait idle within 60s")
        ports = line.ports()
        sent = [stream["tx"]["packets"] for first in range(0, 256, 8) for stream in
                line.json("stats 0.%d-%d --json" % (first, first + 7))["streams"]]
        assert sent == [10] * 256
        assert ports[0]["tx"]["packets"] == ports[1]["rx"]["packets"] == 2560
