# SPDX-License-Identifier: BSD-3-Clause
"""Counts of two ports agree: after a clear under traffic, and at the end of a run."""
import pytest

from lab import lab  # noqa: F401

WAYS = ["rate 0 max", "rate 0 20kpps", "rate 0 max; src 0 ip 10.0.0.1/24; burst 256",
        "src 0 ip 10.0.0.1; rate 0 100kpps; gap 0 burst 300"]


def nets(lab, kind):
    here, there = str(lab.path / "x"), str(lab.path / "y")
    if kind == "loop":
        return ["--net", "loop"]
    return ["--net", "dgram:%s,%s" % (here, there), "--net",
            "dgram:%s,%s" % (there, here)]


@pytest.mark.parametrize("kind", ["loop", "dgram"])
def test_counts_agree(lab, kind):
    with lab.start("a", *nets(lab, kind)) as line:
        for way in WAYS:
            line.ask(way)
            for _ in range(5):
                line.ask("start 0; sleep 50ms; stats clear; sleep 30ms; stop; "
                         "expect 1 rx.packets = 0:tx.packets")
                line.ask("expect 1 rx.bytes = 0:tx.bytes; expect 0 tx.packets > 0")
        line.ask("reset; rate 10kpps")
        for _ in range(10):
            line.ask("stats clear; start 0 count 500; wait 0 idle; "
                     "expect 1 rx.packets = 500; expect 0 state = idle")
            # The notice says the same: the very next request finds all of it.
            line.ask("stats clear")
            line.count += 1
            line.send(b"@n start 0 count 200\n")
            while "port 0 done count=200 " not in line.read_line():
                pass
            line.ask("expect 1 rx.packets = 200; expect 0 state = idle")


def test_nobody_waits_for_what_never_comes(lab):
    """Frames that go elsewhere: held back for less than the time of a measurement."""
    with lab.start("a", "--net", "null") as line:
        line.ask("rate 1kpps; start; sleep 50ms")
        for _ in range(3):
            line.ask("stats clear; sleep 20ms; expect tx.packets > 0")
        line.ask("stop; expect state = idle")
