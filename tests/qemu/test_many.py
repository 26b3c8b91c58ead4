# SPDX-License-Identifier: BSD-3-Clause
"""Many streams on a port, judged by captures: told apart by their UDP ports, sent
without bunching."""
import collections

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
