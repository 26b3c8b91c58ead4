# SPDX-License-Identifier: BSD-3-Clause
"""Two queues on two cores: what the appliance counts against what the host counts,
where every frame is checked. Counts only, so that no load matters."""
import os
import sys

import pytest

from lab import ROOT, lab  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402
from test_queues import boot, by_queue, layout, machine  # noqa: F401,E402


def test_a_count_is_exact(lab, layout, machine):
    with Peer(lab.path / "v") as peer, \
            boot(lab, peer, *layout, "--machine", machine, "--cpus", "2") as line:
        for rate in ("20kpps", "max"):
            line.ask("stats clear; size 64; rate %s; start 0 count 1001; wait 0 idle" % rate)
            assert line.ports()[0]["tx"]["packets"] == 1001
            assert [q[0] for q in by_queue(line)] == [512, 489]
        report = peer.report()
        assert report["error"] is None and report["received"]["bad"] == 0
        assert report["received"]["frames"] == 2002


def test_values_and_numbers_are_those_of_one_core(lab, layout):
    with Peer(lab.path / "v", "--mode", "echo") as peer, \
            boot(lab, peer, *layout, "--cpus", "3", queues=3) as line:
        line.ask("mode txrx; signature on; set ipv4.dst 198.18.1.0/30; size 100; "
                 "rate 20kpps; start 0 count 4000; wait 0 idle")
        counted = line.json("order 0 --json")["streams"][0]
        assert counted["unique"] == 4000
        assert [counted[k] for k in ("lost", "duplicate", "reordered", "late")] == [0] * 4
