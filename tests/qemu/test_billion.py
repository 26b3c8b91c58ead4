# SPDX-License-Identifier: BSD-3-Clause
"""Signed frames at full speed to a peer that sends each back, with `stats clear` again
and again: whenever one asks, none is lost, and the memory stays as it was.

UKPKTGEN_FRAMES=1000000000 UKPKTGEN_CLEARS=1000 makes a billion of them."""
import os
import sys
import time

from lab import ROOT, lab  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402

FRAMES = int(os.environ.get("UKPKTGEN_FRAMES", "1000000"))
CLEARS = int(os.environ.get("UKPKTGEN_CLEARS", "10"))
HOURS = 3600 * 4


def resident(pid):
    with open("/proc/%d/statm" % pid) as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def check(line):
    """Whatever has not come yet is under way: none is lost, and none came twice.
    After `stats clear` neither says what is lost before a frame has come."""
    (port,) = line.ports()
    assert port.get("lost", 0) == 0, port
    (order,) = line.json("order 0.all --json")["streams"]
    assert [order.get(key, 0) for key in ("lost", "duplicate", "reordered", "late", "episodes")
            ] == [0] * 5, order
    return port


def test_none_is_lost_whenever_one_asks(lab):
    with Peer(lab.path / "v", "--mode", "echo", patience=HOURS) as peer:
        with lab.start("a", "--net", "vhost-user:" + peer.path) as line:
            line.ask("mode txrx; signature on; rate max; start 0 count 100k; wait idle")
            line.ask("stats clear")
            idle = line.json("port --json")["ports"][0]["state"]
            free, size = line.json("df --json"), resident(line.pid)
            before = peer.report()["received"]["frames"]
            line.ask("start 0 count %d" % FRAMES)
            clears = done = 0
            begin = time.monotonic()
            while line.json("port --json")["ports"][0]["state"] != idle:
                sent = peer.report()["received"]["frames"] - before
                assert time.monotonic() < begin + HOURS
                # As evenly over the run as it goes.
                if sent * CLEARS < clears * FRAMES:
                    time.sleep(0.01)
                    continue
                line.ask("stats clear")
                clears += 1
                check(line)
            # The last clear may have come behind the last frame.
            done = check(line)
            seconds = time.monotonic() - begin
            report = peer.report()["received"]
            assert report["frames"] - before == FRAMES and report["bad"] == 0
            assert clears and done["tx"]["packets"] == done["rx"]["packets"]
            assert line.json("df --json") == free
            # QEMU's own memory, which the sockets may move a little.
            assert abs(resident(line.pid) - size) < 8 << 20
            print("%d frames, %d clears, %.0f s" % (FRAMES, clears, seconds))
