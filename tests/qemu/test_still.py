# SPDX-License-Identifier: BSD-3-Clause
"""A machine that stands still while its ports answer, forward and delay, each kind over a
wire of its own: it goes on, and each frame is where it was sent to, or counted."""
import contextlib
import os
import signal
import time

import pytest

from lab import lab, until  # noqa: F401
from test_backends import STANDS, Monitor, wake

REQUEST = "000100000001000067657420303030300d0a"  # "get 0000" of memcached
WIRES = ["--net", "loop"] * 4
SENDERS = "0,2"
# Frames that QEMU holds for rings without room, some rings of them: it drops them as it
# stops the machine, and those that were on their way as it was saved may be sent twice.
HELD = 2048
ANNOUNCED = 5  # by QEMU for each port as it wakes


def prepare(line):
    """Port 1 answers port 0. What 2 sends, 3 forwards by 4, and 5 with a delay by 6 to 7."""
    mac = line.json("port --json")["ports"][1]["mac"]
    for command in (
            "kv keys 100 value-size 2; set 0 udp.dst 11211; dst 0 mac %s" % mac,
            "payload 0 hex %s; mode 0 txrx; mode 1 kv" % REQUEST,
            "mode 2 tx; mode 3 forward 4; mode 5 impair 6; mode 7 rx",
            "impair 5 loss 1% delay 200us jitter 50us",
            "rate all 2kpps; start 1,3,5"):
        line.ask(command)


def goes_on(line, more=500):
    """Each that frames arrive at gets more of them."""
    ports = line.ports()
    for port in 0, 7:
        line.ask("wait %d rx.packets > %d within 60s"
                 % (port, ports[port]["rx"]["packets"] + more))


def missing(line):
    """Frames that are not accounted for: within the appliance, and on each wire."""
    p = line.ports()
    assert all(port[way]["errors"] == 0 for port in p for way in ("rx", "tx"))
    link, kv = p[5]["impair"], p[1]["kv"]
    rx, tx = ([port[way]["packets"] for port in p] for way in ("rx", "tx"))
    on, via = p[3]["forward"]["packets"], p[5]["forward"]["packets"]
    assert kv["misses"] == 0 and link["lost"] > 0
    announced = kv["malformed"] + sum(p[1].get("reflect", {}).values())
    return ([rx[1] - kv["hits"] - announced, kv["hits"] - tx[1], rx[3] - on, on - tx[4],
             rx[5] - via - link["lost"] - link["queue_full"], via - tx[6]],
            [tx[one] - rx[other] for one, other in ((0, 1), (1, 0), (2, 3), (4, 5), (6, 7))])


def balances(line, held=0):
    until(lambda: not any(missing(line)[0]) and max(map(abs, missing(line)[1])) <= held,
          lambda: missing(line))


def settle(line):
    """Until nothing more comes of what was sent."""
    line.ask("stop %s" % SENDERS)
    before = None
    while before != (before := missing(line)):
        time.sleep(0.5)


# A microvm has no room for a console beside eight ports.
@pytest.mark.parametrize("options", [(), ("--packed",)], ids=["split", "packed"])
def test_what_answers_and_forwards_stands_still(lab, options):
    lab.env["UKPKTGEN_SANDBOX"] = "off"  # of which no shell could write the file
    monitor = Monitor(lab)
    state = lab.path / "state"
    with lab.start("a", "--memory", "32M", *WIRES, *options) as line:
        monitor.open()
        prepare(line)
        for stop, go_on, held in (
                (lambda: os.kill(line.pid, signal.SIGSTOP),
                 lambda: os.kill(line.pid, signal.SIGCONT), 0),
                (lambda: monitor.do("stop"), lambda: monitor.do("cont"), HELD)):
            line.ask("stats clear; start %s" % SENDERS)
            goes_on(line)
            stop()
            time.sleep(STANDS)
            go_on()
            goes_on(line)
            settle(line)
            balances(line, held)
        line.ask("stats clear; start %s" % SENDERS)
        goes_on(line)
        monitor.save(state)
        child, woken = wake(lab, line, state)
        monitor.close()
    try:
        with contextlib.closing(woken):
            assert all(woken.ports()[port]["rx"]["packets"] > 500 for port in (0, 7))
            goes_on(woken)
            settle(woken)
            balances(woken, HELD)
            woken.ask("stats clear; start %s count 1000; wait 0 idle within 60s; "
                      "wait 2 idle within 60s" % SENDERS)
            balances(woken, ANNOUNCED)
    finally:
        child.kill()
        child.wait()
