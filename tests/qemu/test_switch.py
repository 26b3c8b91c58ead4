# SPDX-License-Identifier: BSD-3-Clause
"""Two ports of the appliance at Open vSwitch's userspace datapath, and at the bridge of
Linux: what frames came with, as the switch counts it; and how long it let none pass.

UKPKTGEN_EPISODES=1000 has that many outages in a row, UKPKTGEN_QUIET=1 holds them to
the clock."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import pytest
from lab import PATIENCE, ROOT, TAP, lab, own_network  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "proto"))
import ovs  # noqa: E402

FRAMES = 10000
VLANS = 4096
EPISODES = int(os.environ.get("UKPKTGEN_EPISODES", "4"))
# Nobody else is on the host: times hold, too.
QUIET = "UKPKTGEN_QUIET" in os.environ


def ip(*args):
    subprocess.run(["ip", *args], check=True)


@pytest.fixture
def taps(own_network):
    for tap in ("t0", "t1"):
        ip("tuntap", "add", tap, *TAP.split())
        with open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % tap, "w") as off:
            off.write("1")
        ip("link", "set", tap, "mtu", "2000", "txqueuelen", "10000", "up")


@pytest.fixture
def switch(taps):
    had, folder = dict(os.environ), tempfile.mkdtemp(prefix="ovs-")
    one = ovs.Switch(folder)
    try:
        one.set("add-br", "inner", "--", "set", "bridge", "inner",
                "datapath_type=netdev", "fail_mode=secure", "--",
                "add-port", "inner", "t0", "--", "add-port", "inner", "t1")
        yield one
    finally:
        one.stop()
        shutil.rmtree(folder)
        os.environ.clear()
        os.environ.update(had)


def packets(switch, match):
    """By the value of `match` the packets of each flow that has it."""
    by = {}
    for line in switch.flows("dump-flows", "--no-names").splitlines():
        value = re.search(r"n_packets=(\d+).*\b%s=(\d+)" % match, line)
        if value:
            by[int(value.group(2))] = int(value.group(1))
    return by


def run(line, switch, field, match, frames):
    """What the appliance and the switch counted, of a run in which none was lost: where
    the host is busy a switch drops what it has no time for."""
    for pps in (2000, 1000, 500, 250):
        line.ask("track 1 %s; stats clear; rate 0 %dpps" % (field, pps))
        was = packets(switch, match)
        line.ask("start 0 count %d; wait idle" % frames)
        if line.ports()[0]["lost"]:
            time.sleep(2)
            continue
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            # Counts come with a delay.
            by = {i: n - was[i] for i, n in packets(switch, match).items() if n > was[i]}
            if sum(by.values()) >= frames:
                return tracked(line), by
            time.sleep(0.2)
        assert False, (frames, sum(by.values()))
    assert False, line.ports()


def tracked(line):
    told = {}
    for text in line.ask("track 1 --json"):
        for row in json.loads(text).get("tracked", []):
            told[int(row["value"], 0)] = row
    return told


def test_values_are_as_the_switch_counts_them(lab, switch, tmp_path):
    """It pushes a tag by the source port, and remarks the DSCP."""
    flows = tmp_path / "flows"
    flows.write_text("".join(
        ["table=0,udp,tp_src=%d actions=mod_vlan_vid:%d,resubmit(,1)\n" % (4096 + i, i)
         for i in range(VLANS)] +
        ["table=1,ip,nw_tos=%d actions=mod_nw_tos:%d,output:t1\n" % (i * 4, 252 - i * 4)
         for i in range(64)]))
    switch.flows("add-flows", str(flows))
    with lab.start("a", "--net", "tap:t0", "--net", "tap:t1") as line:
        line.ask("set 0 udp.src 4096-8191 random; signature 0 on; size 0 128")
        told, by = run(line, switch, "vlan.id", "tp_src", FRAMES)
        # They are drawn at random: some come more often than others.
        assert len(by) > VLANS * 0.9 and len(set(by.values())) > 5
        assert {4096 + i: row["frames"] for i, row in told.items()} == by
        # With the switch's tag, FCS included.
        assert {row["bytes"] // row["frames"] for row in told.values()} == {132}
        assert all(0 < row["min"] <= row["mean"] <= row["max"] for row in told.values())
        line.ask("set 0 udp.src 4096; set 0 ipv4.dscp random")
        told, by = run(line, switch, "ipv4.dscp", "nw_tos", 2000)
        assert {63 - i: row["frames"] for i, row in told.items()} == {
            tos // 4: frames for tos, frames in by.items()}
        assert len(told) == 64 and len({row["frames"] for row in told.values()}) > 5


# ---- Outages ---------------------------------------------------------------


def outage(line, down, up, lost=0):
    """One, beside frames that were lost before; what is told of their order, and the
    shortest and the longest that it may have been, in ns."""
    time.sleep(0.02)
    before = time.monotonic()
    down()
    is_down = time.monotonic()
    time.sleep(0.05)
    again = time.monotonic()
    up()
    is_up = time.monotonic()
    line.ask("expect 0 lost > %d within 60s; sleep 20ms" % lost)
    (order,) = line.json("order 0.all --json")["streams"]
    return order, (again - is_down) * 1e9, (is_up - before) * 1e9


def outages(line, down, up, pps=2000):
    """Each is one episode, as long as the host says that it was, to within a gap and what
    the commands took; what CSIT would say of it, loss over load, is beside it."""
    told = []
    line.ask("signature 0 on; rate 0 %dpps; start 0" % pps)
    for i in range(min(EPISODES, 4)):
        # Where the host is busy a switch drops what it has no time for, too.
        for _ in range(1 if QUIET else 5):
            line.ask("stats clear")
            order, least, most = outage(line, down, up)
            if order["episodes"] == 1:
                break
        assert order["episodes"] == 1, order
        assert order["lost"] == order["longest"] > 0, order
        # It begins and ends with frames, which a busy host may hold.
        gap_ns, late_ns = 2 * 10**9 // pps, 0 if QUIET else 3 * 10**9
        least, most = least - gap_ns, most + gap_ns
        assert least / (1 if QUIET else 2) <= order["outage"] <= most + late_ns, (
            least, order, most)
        told.append((most - least, order["outage"], order["lost"] * 10**9 // pps))
    for i in range(4, EPISODES):
        order, _, _ = outage(line, down, up, order["lost"])
        assert order["episodes"] == i - 2, (i, order)
    line.ask("stop 0; stats clear")
    for of in told:
        print("outage known to %.1f ms: %.1f ms, by loss over load %.1f ms" % tuple(
            ns / 1e6 for ns in of))


def test_an_outage_of_open_vswitch_is_one_episode(lab, switch):
    switch.flows("add-flow", "in_port=t0 actions=output:t1")
    with lab.start("a", "--net", "tap:t0", "--net", "tap:t1") as line:
        outages(line, lambda: switch.flows("mod-port", "t1", "down"),
                lambda: switch.flows("mod-port", "t1", "up"))


def test_an_outage_of_a_bridge_is_one_episode(lab, taps):
    ip("link", "add", "br0", "type", "bridge")
    for tap in ("t0", "t1"):
        ip("link", "set", tap, "master", "br0")
    ip("link", "set", "br0", "up")
    with lab.start("a", "--net", "tap:t0", "--net", "tap:t1") as line:
        # It forwards once it has learnt.
        line.ask("signature 0 on; rate 0 100pps; start 0")
        line.ask("expect 1 rx.packets > 0 within 60s; stop 0")
        outages(line, lambda: ip("link", "set", "t1", "down"),
                lambda: ip("link", "set", "t1", "up"))
