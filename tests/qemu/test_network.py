# SPDX-License-Identifier: BSD-3-Clause
"""A port with addresses among Linux's: it answers, asks, and goes by gateways."""
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest

from lab import PATIENCE, ROOT, TAP, lab, own_network  # noqa: F401

PINGS = 500  # by hand 10,000
WANTED = ("ping", "arping", "ndisc6", "fping")


def sh(command, check=True):
    done = subprocess.run(command.split(), text=True, capture_output=True, timeout=PATIENCE)
    if check:
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout + done.stderr


def tap(name, *addresses):
    sh("ip tuntap add %s %s" % (name, TAP))
    sh("sysctl -qw net.ipv6.conf.%s.accept_dad=0" % name)
    # Only what a test sends, and what answers that.
    sh("sysctl -qw net.ipv6.conf.%s.router_solicitations=0" % name)
    for address in addresses:
        sh("ip addr add %s dev %s" % (address, name))
    sh("ip link set %s up txqueuelen 10000" % name)


def valid(line, count):
    """Waits until the port has checked its addresses."""
    for _ in range(200):
        states = [a["state"] for a in line.json("address --json")["addresses"]]
        if states.count("valid") >= count:
            return
        time.sleep(0.05)
    raise AssertionError(states)


def received(text):
    """How many echoes were answered, of how many."""
    sent, got = re.search(r"(\d+) packets transmitted, (\d+) (?:packets )?received",
                          text).groups()
    return int(got), int(sent)


def host(line, port=0):
    return line.ports()[port]["host"]


def flooded(line, command):
    """All are answered: the port's count, and ping's, which waits for the last of a flood
    only as long as two of the slowest before took."""
    before = host(line)
    shown = sh(command)
    got, sent = received(shown)
    after = host(line)
    assert sent - got <= 1, shown
    assert after["dropped"] == before["dropped"] and after["tx"] - before["tx"] >= sent, shown


def dropped_by(name):
    """Frames that Linux had no place for, as nobody took them from that tap."""
    return json.loads(sh("ip -j -s link show " + name))[0]["stats64"]["tx"]["dropped"]


@pytest.mark.skipif(not all(map(shutil.which, WANTED)), reason=", ".join(WANTED))
def test_linux_asks_while_the_port_sends(own_network, lab):
    tap("t0", "10.0.0.1/24", "2001:db8::1/64")
    with lab.start("a", "--net", "tap:t0") as line:
        assert received(sh("ping -c 2 -i 0.01 -W 0.2 10.0.0.2", check=False)) == (0, 2)
        assert "host" not in line.ports()[0]
        for address in ("10.0.0.2/24", "2001:db8::2/64", "10.1.64.0/18",
                        "10.2.0.0-10.2.39.15"):
            line.ask("address 0 " + address)
        valid(line, 4)
        sh("ip route add 10.0.0.0/8 via 10.0.0.2")
        line.ask("dst 0 mac 02:00:00:00:00:99; rate 0 100kpps; start 0")
        begun = host(line)["rx"]
        for options, count in (("-f", PINGS), ("-i 0.002 -s 57", 50),
                               ("-i 0.002 -s 1472", 50)):
            flooded(line, "ping -c %d %s 10.0.0.2" % (count, options))
        flooded(line, "ping -6 -f -c %d 2001:db8::2" % PINGS)
        assert host(line)["rx"] - begun >= 2 * PINGS + 100
        assert re.search(r"\b0% unanswered", sh("arping -c 3 -W 1 10.0.0.2"))
        assert "Target link-layer address" in sh("ndisc6 -1 2001:db8::2 t0")
        # Ranges, from the first to the last, and not one more.
        missed = sh("fping -q -u -c 1 -i 0.3 -t 20000 -g 10.1.127.0/24", check=False)
        assert missed.count("xmt/rcv/%loss = 1/1/0%") == 254, missed
        for alive, target in ((1, "10.2.0.0"), (1, "10.2.39.15"), (0, "10.2.39.16"),
                              (0, "10.1.63.255"), (0, "10.0.0.3")):
            shown = sh("ping -c 1 -W %s %s" % ("20" if alive else "0.1", target), check=False)
            assert received(shown)[0] == alive, shown
        assert "No response" in sh("ndisc6 -1 -r 1 -w 100 2001:db8::3 t0", check=False)
        line.ask("stop 0")
        counts = host(line)
        assert counts["dropped"] == 0
        # The other way round, and who does not answer.
        asked = line.json("ping 0 10.0.0.1 count 200 every 1ms size 1472 --json")
        assert (asked["sent"], asked["received"], asked["bad"]) == (200, 200, 0)
        asked = line.json("ping 0 2001:db8::1 count 20 every 1ms --json")
        assert asked["received"] == 20
        lines, end = line.raw(b"ping 0 10.0.0.77 count 1 --json")
        assert json.loads(lines[0])["received"] == 0 and "E_TIMEOUT" in end
        known = {n["address"]: n for n in line.json("neighbour --json")["neighbours"]}
        mac = json.loads(sh("ip -j link show t0"))[0]["address"]
        assert known["10.0.0.1"]["mac"] == known["2001:db8::1"]["mac"] == mac
        assert known["10.0.0.77"]["state"] == "silent"
        # Linux has an address that the port is to get.
        line.ask("address 0 10.0.0.1")
        for _ in range(100):
            if b"port 0 address 10.0.0.1 is in use by " + mac.encode() in line.seen:
                break
            line.ask("sleep 20ms")
        assert b"is in use by" in line.seen
        line.ask("address off")
        assert received(sh("ping -c 2 -i 0.01 -W 0.2 10.0.0.2", check=False)) == (0, 2)


ALL, OURS, OTHER = (bytes.fromhex(mac) for mac in ("ff" * 6, "020000000002", "020000000077"))
ALIENS = {  # what nobody may answer, or not for this port
    "ARP for others": ALL + OTHER + bytes.fromhex("08060001080006040001") + OTHER
    + bytes((10, 0, 0, 77)) + bytes(6) + bytes((10, 0, 0, 9)),
    "echo of others": OURS + OTHER + bytes.fromhex(
        "08004500001c0001000040016692" "0a00004d0a000003" "0800f7fe00000001"),
    "echo to another station": OTHER + OTHER + bytes.fromhex(
        "08004500001c0001000040016693" "0a00004d0a000002" "0800f7fe00000001"),
    "echo on a VLAN": OURS + OTHER + bytes.fromhex(
        "8100000708004500001c0001000040016693" "0a00004d0a000002" "0800f7fe00000001"),
    "echo, cut": OURS + OTHER + bytes.fromhex("08004500001c00010000400166930a00"),
    "solicitation for others": bytes.fromhex("3333ff000099") + OTHER + bytes.fromhex(
        "86dd6000000000183aff" "fe80000000000000000000fffe000077" "ff0200000000000000000001ff000099"
        "8700000000000000" "20010db8000000000000000000000099"),
    "a bridge's": bytes.fromhex("0180c2000000") + OTHER + bytes.fromhex("0026424203"),
    "nothing": bytes(12) + b"\x88\xb5",
}


def test_nothing_in_a_storm_is_answered(own_network, lab):
    """What is asked in it is, and from no address but the port's."""
    tap("t0", "10.0.0.1/24", "2001:db8::1/64")
    done = threading.Event()
    with lab.start("a", "--net", "tap:t0", "--mac", "0=02:00:00:00:00:02") as line, \
            socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as wire:
        line.ask("address 0 10.0.0.2/24; address 0 2001:db8::2/64; mode 0 txrx; refuse 0 on")
        valid(line, 2)
        wire.bind(("t0", 0))
        sent = 0

        def storm():
            nonlocal sent
            while not done.wait(0.02):  # not faster than a busy host takes it
                for alien in ALIENS.values():
                    wire.send(alien.ljust(60, b"\0"))
                    sent += 1
        line.ask("dst 0 mac 02:00:00:00:00:99; rate 0 2kpps; start 0")
        sh("ping -c 1 -W 20 10.0.0.2")
        sh("ping -c 1 -W 20 2001:db8::2")
        before, came = host(line), line.ports()[0]["rx"]["packets"]
        thread = threading.Thread(target=storm)
        thread.start()
        try:
            for to in "10.0.0.2", "2001:db8::2":
                shown = sh("ping -i 0.01 -c 100 -W 60 " + to)
                assert received(shown) == (100, 100), shown
            with socket.socket() as asked, pytest.raises(ConnectionRefusedError):
                asked.settimeout(PATIENCE)
                asked.connect(("10.0.0.2", 9))
        finally:
            done.set()
            thread.join()
        assert sent >= len(ALIENS)
        # Linux asks who has the address now and then.
        assert 201 <= host(line)["tx"] - before["tx"] < 201 + 20
        whole = sent - sent // len(ALIENS)
        line.ask("wait 0 rx.packets > %d within 60s; stop 0" % (came + whole // 2))


class Router:
    """A namespace that forwards between its interfaces."""

    def __init__(self, name):
        self.name = name
        sh("ip netns add " + name)
        self("ip link set lo up")
        self("sysctl -qw net.ipv4.ip_forward=1")

    def __call__(self, command, check=True):
        return sh("ip netns exec %s %s" % (self.name, command), check)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        sh("ip netns del " + self.name, check=False)


def routes_between(line, one, two):
    """The appliance is a router between the two, whose ways lead through it."""
    one("ip route replace 10.0.1.0/24 via 10.0.0.2")
    two("ip route replace 10.0.0.0/24 via 10.0.1.2")
    line.ask("mode all forward route; start all")
    one("ping -c 20 -i 0.05 -w 10 10.0.1.1")
    line.ask("stats clear")
    for size in (0, 1472):
        shown = one("ping -f -c %d -s %d 10.0.1.1" % (PINGS, size))
        assert received(shown) == (PINGS, PINGS), shown
    assert "ttl=63" in one("ping -c 1 10.0.1.1")
    counts = line.ports()
    for port in (0, 1):
        assert counts[port]["forward"]["packets"] == 2 * PINGS + 1
    # Its own address on the far side, by way of it.
    shown = one("ping -c %d -i 0.01 -t 1 -w 60 10.0.1.2" % PINGS)
    assert received(shown) == (PINGS, PINGS) and "ttl=64" in shown, shown
    assert re.search("From 10.0.0.2 .*Time to live exceeded",
                     one("ping -c 1 -W 20 -t 1 10.0.1.1", check=False))
    one("ip route add 192.0.2.0/24 via 10.0.0.2")
    line.ask("address 1 10.0.1.2/24; address 0 10.0.0.2/24")
    valid(line, 2)
    assert re.search("From 10.0.0.2 .*Net Unreachable",
                     one("ping -c 1 -W 20 192.0.2.1", check=False))
    counts = line.ports()[0]["forward"]
    assert (counts["expired"], counts["no_route"]) == (1, 1)
    line.ask("address 0 10.0.0.2/24 gateway 10.0.0.1; address 1 10.0.1.2/24 gateway 10.0.1.1; "
             "stop")
    valid(line, 2)
    one("ip route replace 10.0.1.0/24 via 10.9.0.2")
    two("ip route replace 10.0.0.0/24 via 10.9.0.1")


def test_a_stream_goes_through_two_routers(own_network, lab, tmp_path):
    """Taps stay with the appliance: bridges in its namespace lead to the routers."""
    names = ["ukp%d%s" % (i, tmp_path.name[-6:]) for i in range(2)]
    with Router(names[0]) as one, Router(names[1]) as two:
        for i, router in enumerate((one, two)):
            tap("t%d" % i)
            sh("ip link add v%d type veth peer name lan netns %s" % (i, router.name))
            sh("ip link add b%d type bridge" % i)
            for member in ("t%d" % i, "v%d" % i):
                sh("ip link set %s master b%d up" % (member, i))
            sh("ip link set b%d up" % i)
            router("ip addr add 10.0.%d.1/24 dev lan" % i)
            router("ip link set lan up")
        sh("ip link add wan netns %s type veth peer name wan netns %s" % tuple(names))
        for i, router in enumerate((one, two)):
            router("ip addr add 10.9.0.%d/24 dev wan" % (i + 1))
            router("ip link set wan up")
            router("ip route add 10.0.%d.0/24 via 10.9.0.%d" % (1 - i, 2 - i))
        with lab.start("a", "--net", "tap:t0", "--net", "tap:t1") as line:
            line.ask("address 0 10.0.0.2/24 gateway 10.0.0.1")
            line.ask("address 1 10.0.1.2/24 gateway 10.0.1.1")
            line.ask("mode 0 tx; mode 1 rx; src 0 ip 10.0.0.2; dst 0 ip 10.0.1.2")
            line.ask("dst 0 mac via auto; signature 0 on; rate 0 2kpps; size 0 128")
            valid(line, 2)
            assert line.json("ping 0 10.0.1.2 count 5 every 10ms --json")["received"] == 5
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as out:
                out.bind(("t1", 0))
                out.settimeout(PATIENCE)
                line.ask("start 0 count 500; wait 0 idle within 30s")
                frame = b""
                while frame[12:14] != b"\x08\x00" or frame[23] != 17:
                    frame = out.recv(2048)
            lan = json.loads(two("ip -j link show lan"))[0]["address"]
            assert frame[:6].hex(":") == line.json("port --json")["ports"][1]["mac"]
            assert (frame[6:12].hex(":"), frame[22]) == (lan, 64 - 2)
            counts = line.ports()
            assert (counts[0]["tx"]["packets"], counts[0]["lost"]) == (500, 0)
            routes_between(line, one, two)
            # It moves while frames are sent, and is heard.
            line.ask("mode 0 tx; mode 1 rx; start 0")
            one("ip link set lan down")
            one("ip link set lan address 02:00:00:00:aa:01")
            one("ip link set lan up")
            one("ip route replace 10.0.1.0/24 via 10.9.0.2")
            one("ping -c 1 -W 20 10.0.0.2")
            until = time.monotonic() + PATIENCE
            while "02:00:00:00:aa:01" not in "".join(line.ask("show frame 0 0 --json")):
                assert time.monotonic() < until, line.json("neighbour --json")
                time.sleep(0.05)
            before = line.ports()[1]["rx"]["packets"]
            while line.ports()[1]["rx"]["packets"] < before + 300:
                assert time.monotonic() < until
                time.sleep(0.05)
            line.ask("stop 0")
            # A router that is gone is found out before a run, within a second.
            one("ip link set lan down")
            line.ask("neighbour clear")
            end = line.raw(b"start 0 count 10")[1]
            assert end.startswith("ERR E_TIMEOUT") and "10.0.0.1" in end, end


LAB = re.compile(r"^## A lab to copy\n(.*?)^## ", re.S | re.M)


def lab_of_the_docs(far):
    """The lines of docs/network.md's lab: the host's, and the appliance's."""
    with open(os.path.join(ROOT, "docs", "network.md")) as file:
        lines = [line[4:] for line in LAB.search(file.read())[1].splitlines()
                 if line.startswith("    ")]
    lines = [re.sub(r"\bfar\b", far, line) for line in lines]
    here = lines.index("ip netns exec lab bash") + 1
    run = next(i for i, line in enumerate(lines) if line.startswith("scripts/ukpktgen run "))
    typed = [line.removeprefix("ukpktgen> ") for line in lines if line.startswith("ukpktgen> ")]
    assert lines[0] == "ip netns add " + far and typed[-1] == "quit"
    return lines[here:run], lines[run].split()[2:], typed[:-1], [
        line for line in lines[run:] if " ping " in line and line.startswith("ip netns")]


def test_the_lab_of_the_docs(own_network, lab, tmp_path):
    """Typed line by line; the namespace `lab` is the test's own."""
    far = "ukpf" + tmp_path.name[-8:]
    prepare, options, typed, pings = lab_of_the_docs(far)
    sh("ip netns add " + far)
    try:
        done = subprocess.run(["bash", "-ec", "\n".join(prepare)], text=True, capture_output=True,
                              timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        with lab.start("a", *options) as line:
            for text in typed:
                line.ask(text)
                if not text.startswith("start"):
                    continue
                assert len(pings) == 2
                for ping in pings:
                    got, sent = received(sh(ping.replace("-c 10000", "-c %d" % PINGS)))
                    # Of a flood it waits for the last as long as two others took.
                    assert sent - got <= 1
                line.ask("wait 0 idle within 60s")
            latency = json.loads(line.ask("latency 0 --json")[0])["ports"][0]
            ports = line.ports()
            lost = ports[0]["lost"]
            assert 0 < latency["frames"] == ports[0]["tx"]["packets"] - lost
            assert lost <= dropped_by("t1")
            assert ports[0]["host"]["rx"] >= PINGS
    finally:
        sh("ip netns del " + far, check=False)
