# SPDX-License-Identifier: BSD-3-Clause
"""A port that receives without having been started, and frames too long for it."""
import json
import os
import socket
import subprocess
import time

import pytest

from lab import LAUNCHER, PATIENCE, ROOT, TAP, lab, own_network  # noqa: F401
from test_backends import Monitor

RECEIVE = os.path.join(ROOT, "docs", "examples", "two-receive.cmds")
# More than a ring of 256 takes when it is looked at every 10 ms.
RATE = 40000
# A busy host may keep any one run from being whole.
TRIES = 5


def tap(name):
    """A tap on which nobody but the test sends. As many frames wait there as come, should the
    host leave the appliance for last."""
    for command in ("ip tuntap add %s " + TAP, "sysctl -qw net.ipv6.conf.%s.disable_ipv6=1",
                    "ip link set %s up txqueuelen 20000"):
        subprocess.run((command % name).split(), check=True)


def lost(name):
    """Frames that the host dropped, as the appliance took them too late."""
    shown = subprocess.run(["ip", "-s", "-j", "link", "show", name], check=True,
                           capture_output=True, text=True).stdout
    return json.loads(shown)[0]["stats64"]["tx"]["dropped"]


def blast(name, count, length, rate=RATE):
    frame = bytes.fromhex("020000000001" "020000000002" "88b5") + bytes(length - 14)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        out.bind((name, 0))
        begin = time.perf_counter()
        for i in range(count):
            while time.perf_counter() - begin < i / rate:
                pass
            out.send(frame)


def interrupts(monitor):
    """Of devices, not of timer and serial line, as QEMU counts them."""
    shown = monitor.do("human-monitor-command", **{"command-line": "info irq"})
    shown = shown.split("statistics for ioapic:")[1].split("IRQ")[0]
    counts = dict((int(n) for n in row.split(":")) for row in shown.split("\n") if ":" in row)
    # Those of PCI come at two inputs, one of which is masked.
    return sum(n for line, n in counts.items() if 4 < line < 16)


@pytest.mark.parametrize("options", [(), ("--packed",), ("--machine", "microvm")],
                         ids=["split", "packed", "mmio"])
def test_a_frame_ends_a_halt(own_network, lab, options):
    """A burst into an idle port loses nothing, and interrupts no more than it has to."""
    tap("t0")
    monitor = Monitor(lab)
    with lab.start("a", "--net", "tap:t0", *options) as line:
        monitor.open()
        line.ask("mode 0 rx; sleep 100ms")
        for n in range(1, 4):
            before = interrupts(monitor)
            blast("t0", 10000, 60, 1e9)
            line.ask("wait rx.packets = %d within 60s; sleep 100ms" % (n * 10000))
            assert before < interrupts(monitor) < before + 1000
            assert lost("t0") == 0
        monitor.close()


def test_the_example_receives_all_from_a_tap(own_network, lab):
    tap("t0")
    line = lab.start("a", "--net", "tap:t0")
    seen = []
    for _ in range(TRIES):
        waiting = subprocess.Popen(
            [LAUNCHER, "exec", "--name", "a", RECEIVE], env=lab.env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert waiting.stdout.readline() == "waiting for frames\n"
        before = lost("t0")
        blast("t0", 20000, 124)
        out, err = waiting.communicate(timeout=PATIENCE)
        with line:
            received = line.ports()[0]["rx"]["packets"]
        # Whatever the host did, nothing is lost that nobody counts.
        seen.append((received, lost("t0") - before, err))
        assert received + lost("t0") - before == 20000, seen
        if waiting.returncode == 0:
            assert out == "all have come\n"
            return
    assert False, seen


@pytest.mark.parametrize("mode", ["rx", "off"])
def test_an_idle_receiver_does_not_hold_the_sender_up(lab, mode):
    """It takes as many as one that sends now and then, whatever the host has time for."""
    here, there = str(lab.path / "a.net"), str(lab.path / "b.net")
    field = "packets" if mode == "rx" else "ignored"
    awake = "mode %s; rate 1/min; start" % ("txrx" if mode == "rx" else "tx")
    seen = []
    with lab.start("a", "--net", "dgram:%s,%s" % (here, there)) as a, \
            lab.start("b", "--net", "dgram:%s,%s" % (there, here)) as b:
        a.ask("mode tx; rate %dpps" % RATE)
        for _ in range(TRIES):
            sent = []
            for receiver in (awake, "stop; mode " + mode):
                b.ask("%s; stats clear" % receiver)
                a.ask("stats clear; start for 1s; wait idle")
                sent.append(a.ports()[0]["tx"]["packets"])
                b.ask("expect rx.%s = %d within 60s" % (field, sent[-1]))
            seen.append(sent)
            if sent[1] > 0.9 * sent[0]:
                return
    assert False, seen


@pytest.mark.parametrize("layout", [(), ("--packed",)], ids=["split", "packed"])
def test_what_is_too_long_for_the_receiver_is_counted(lab, layout):
    here, there = str(lab.path / "a.net"), str(lab.path / "b.net")
    with lab.start("a", "--mtu", "9000", "--net", "dgram:%s,%s" % (here, there)) as a, \
            lab.start("b", *layout, "--net", "dgram:%s,%s" % (there, here)) as b:
        a.ask("mode tx; rate 2kpps")
        b.ask("mode rx")
        for size in (1518, 1519, 1522, 1526, 1530, 1540, 2048, 2052, 4000, 9018):
            b.ask("stats clear")
            a.ask("size %d; start count 100; wait idle" % size)
            field = "packets" if size <= 1518 else "oversize"
            b.ask("expect rx.%s = 100 within 30s" % field)
            rx = b.ports()[0]["rx"]
            assert rx["packets"] + rx["oversize"] == 100
            assert rx["bytes"] == rx["packets"] * size
            assert rx["errors"] == rx["ignored"] == rx["underrun"] == 0
        # Both sizes in turns, at full speed.
        b.ask("stats clear")
        a.ask("size 64:3,9018:1; rate max; stats clear; start count 4000; wait idle")
        b.ask("expect rx.packets = 3000 within 30s; expect rx.oversize = 1000 within 30s; "
              "expect rx.bytes = 192000")
