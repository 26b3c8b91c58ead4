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


def blast(name, count, length, rate=RATE, to="020000000001"):
    frame = bytes.fromhex(to + "020000000002" "88b5") + bytes(length - 14)
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


# All of it is for the port, which polls: as it sends now and then, and as what comes is to
# be sent on.
POLLS = ["mode 0 txrx; rate 0 1/min", "mode 0 txrx; rate 0 10kpps",
         "mode 0 reflect-any", "mode 0 forward 1", "impair 0 delay 100us; mode 0 impair 1",
         "kv keys 100 value-size 2; mode 0 kv"]


@pytest.mark.parametrize("options", [(), ("--packed",), ("--machine", "microvm")],
                         ids=["split", "packed", "mmio"])
def test_what_a_port_that_polls_does_not_get_the_tap_counts(own_network, lab, options):
    """It takes the host's processor from QEMU's thread that reads the tap. Where that holds
    all of a burst, nothing is lost; where not, the tap tells what is."""
    tap("t0")
    with lab.start("a", "--net", "tap:t0", "--net", "null", *options) as line:
        to = line.json("port --json")["ports"][0]["mac"].replace(":", "")
        for held in 20000, 500:  # frames
            subprocess.run(["ip", "link", "set", "t0", "txqueuelen", str(held)], check=True)
            for mode in ["mode 0 rx", "mode 0 off"] + POLLS:
                line.ask("stop; %s; stats clear%s" % (mode, "; start 0" * (mode in POLLS)))
                before = lost("t0")
                blast("t0", 5000, 60, 1e9, to)
                dropped = lost("t0") - before
                assert dropped == 0 or held == 500, mode
                field = "ignored" if mode == "mode 0 off" else "packets"
                line.ask("wait 0 rx.%s = %d within 60s; sleep 20ms" % (field, 5000 - dropped))
                rx = line.ports()[0]["rx"]
                assert rx[field] + lost("t0") - before == 5000, (mode, rx)
                assert rx["errors"] == rx["oversize"] == 0


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
