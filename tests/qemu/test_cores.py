# SPDX-License-Identifier: BSD-3-Clause
"""Two queues on two cores: what the appliance counts against what the host counts,
where every frame is checked. Counts only, so that no load matters."""
import os
import subprocess
import sys

import pytest

from lab import IMAGE, PATIENCE, ROOT, lab  # noqa: F401

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


@pytest.mark.parametrize("told, said", [
    ("cpus=2", ""), ("cpus=3", "boot: 2 of 3 CPUs are used; "),
    ("wires=0:1", "boot: not all of wires=0:1 are between two of the 0 ports; "),
    ("wires=0:1 cpus=3", "boot: 2 of 3 CPUs are used; ")])
def test_who_boots_is_told_of_what_is_not_used(told, said):
    """As with an image that was built for fewer; the launcher says how many there are."""
    done = subprocess.run(
        ["qemu-system-x86_64", "-M", "q35", "-cpu", "max", "-m", "16M", "-smp", "2",
         "-accel", "tcg,thread=multi", "-kernel", IMAGE, "-nodefaults", "-display", "none",
         "-no-reboot", "-serial", "stdio", "-append", "%s echo hello; quit" % told],
        stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=PATIENCE)
    assert "hello" in done.stdout and "E_" not in done.stdout
    assert ("the image was" in done.stdout) == bool(said) and said in done.stdout, done.stdout


def test_the_launcher_says_how_many_cpus_there_are(lab):
    for machine in ("q35", "microvm"):
        done = lab.launch("exec", "--boot", "--cpus", "2", "--machine", machine, "-c", "version")
        assert "CPUs are used" not in done.stdout + done.stderr
