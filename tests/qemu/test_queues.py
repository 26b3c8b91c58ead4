# SPDX-License-Identifier: BSD-3-Clause
"""Several queues: what the appliance counts of each against what the host counts of
each, where every frame is checked. Counts only, so that no load matters."""
import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

import pytest
from scapy.all import ARP, IP, UDP, Ether, IPv6

from lab import LAUNCHER, PATIENCE, ROOT, lab, own_network  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402

LAYOUTS = [(), ("--packed",)]


@pytest.fixture(params=LAYOUTS, ids=["split", "packed"])
def layout(request):
    return request.param


@pytest.fixture(params=["q35", "microvm"])
def machine(request):
    return request.param


def boot(lab, peer, *options, queues=2):
    return lab.start("a", "--net", "vhost-user:" + peer.path, "--queues", str(queues),
                     *options)


def by_queue(line):
    """(sent, received) of each queue of port 0."""
    return [(q["tx_packets"], q["rx_packets"])
            for q in line.json("stats 0 --queues --json")["by_queue"]]


def test_queues_add_up(lab, layout, machine):
    with Peer(lab.path / "v") as peer, \
            boot(lab, peer, *layout, "--machine", machine) as line:
        port = line.json("queues --json")["ports"][0]
        assert (port["spread_over"], port["pairs"]) == (2, 2)
        line.ask("size 64; rate 20kpps; start 0 count 1001; wait 0 idle")
        sent = line.ports()[0]["tx"]["packets"]
        report = peer.report()
        assert report["error"] is None and report["received"]["bad"] == 0
        assert report["received"]["frames"] == sent == 1001
        queues = by_queue(line)
        # Blocks of 64 in turn: 8 times 64, and 7 times 64 and 41 more.
        assert [q[0] for q in queues] == [512, 489]


def test_values_and_numbers_are_those_of_one_queue(lab, layout):
    with Peer(lab.path / "v", "--mode", "echo", *()) as peer, \
            boot(lab, peer, *layout, queues=3) as line:
        line.ask("mode txrx; signature on; set ipv4.dst 198.18.1.0/30; size 100; "
                 "rate 20kpps; start 0 count 4000; wait 0 idle")
        counted = line.json("order 0 --json")["streams"][0]
        assert counted["unique"] == 4000
        assert [counted[k] for k in ("lost", "duplicate", "reordered", "late")] == [0] * 4
        queues = by_queue(line)
        assert sum(q[0] for q in queues) == sum(q[1] for q in queues) == 4000
        assert all(q[0] > 1200 for q in queues)


def test_one_queue_of_two(lab):
    with Peer(lab.path / "v") as peer, boot(lab, peer) as line:
        line.ask("queues 0 1; rate 20kpps; start 0 count 500; wait 0 idle")
        assert [q[0] for q in by_queue(line)] == [500, 0]
        assert peer.report()["received"]["frames"] == 500


def test_ports_of_one_queue_say_so(lab):
    done = lab.launch("exec", "--boot", "--queues", "2", "-c", "queues; queues 0 2",
                      check=False)
    assert "has one queue" in done.stderr
    assert done.returncode == 1 and "port 0 has 1 queue" in done.stdout + done.stderr


@pytest.mark.parametrize("options", [("--rss",), ("--rss", "--queues", "2")])
def test_ports_without_rss_say_so(lab, options):
    done = lab.launch("exec", "--boot", "--net", "loop", *options, "-c", "version")
    assert "--net 'loop' has no --rss; tap with --queues 2 or more has" in done.stderr


@pytest.mark.parametrize("how, queues, said", [
    ("", "2", "'t0' has one queue"),
    ("multi_queue", "1", "'t0' has several queues; give --queues 2 or more"),
])
def test_a_tap_of_other_queues_is_refused(lab, how, queues, said):
    # With a look of its own at the interfaces, as a network namespace of iproute2 has.
    done = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", "mount -t sysfs none /sys && "
         "ip tuntap add t0 mode tap %s && exec %s exec --boot --net tap:t0 --queues %s "
         "-c version" % (how, LAUNCHER, queues)],
        env=lab.env, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2 and said in done.stderr, done.stderr


@pytest.mark.skipif(not shutil.which("dpdk-testpmd"),
                    reason="dpdk-testpmd is not installed (tools/setup bench)")
def test_testpmd_counts_the_same_by_queue(lab, layout):
    path = str(lab.path / "v")
    pmd = subprocess.Popen(
        ["dpdk-testpmd", "--no-huge", "-m", "512", "--no-pci", "--file-prefix",
         "q%d" % os.getpid(), "--vdev", "net_vhost0,iface=%s,queues=2" % path,
         "-l", "0,1", "--", "-i", "--forward-mode=macswap", "--rxq=2", "--txq=2",
         "--auto-start", "--total-num-mbufs=16384"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until = time.monotonic() + 60
        while not os.path.exists(path):
            assert time.monotonic() < until and pmd.poll() is None
            time.sleep(0.1)
        with lab.start("a", "--net", "vhost-user:" + path, "--queues", "2", *layout) as line:
            line.ask("mode txrx; signature on; set ipv4.dst 198.18.1.0/30; size 100; "
                     "rate 20kpps; start 0 count 20000; wait 0 idle")
            counted = line.json("order 0 --json")["streams"][0]
            queues = by_queue(line)
        assert sum(q[0] for q in queues) == 20000
        assert counted["unique"] + counted["lost"] == 20000
        assert counted["reordered"] == 0
        out, _ = pmd.communicate("stop\nshow fwd stats all\nquit\n", timeout=60)
        for i, (sent, got) in enumerate(queues):
            head = "RX Port= 0/Queue= %d" % i
            assert head in out, out
            part = out.split(head)[1].split("RX-packets: ")[1]
            assert int(part.split()[0]) == sent
    finally:
        pmd.kill()
        pmd.wait()


# Of "Verifying the RSS Hash Calculation" by Microsoft: the key, and two of its flows.
RSS_KEY = int("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b4"
              "77cb2da38030f20c6a42b73bbeac01fa", 16)
RSS_FLOWS = [("66.9.149.187", 2794, "161.142.100.80", 1766, 0x51ccc178),
             ("3ffe:2501:200:1fff::7", 2794, "3ffe:2501:200:3::1", 1766, 0x40207d3d)]


def toeplitz(src, sport, dst, dport):
    data = b"".join(map(lambda a: ipaddress.ip_address(a).packed, (src, dst)))
    data += struct.pack(">HH", sport, dport)
    found = 0
    for bit in range(8 * len(data)):
        if data[bit // 8] >> (7 - bit % 8) & 1:
            found ^= RSS_KEY >> (320 - 32 - bit) & 0xffffffff
    return found


def test_a_hash_says_by_which_queue_a_frame_comes(own_network, lab, layout, machine):
    for flow in RSS_FLOWS:
        assert toeplitz(*flow[:4]) == flow[4]
    subprocess.run("ip tuntap add t0 mode tap multi_queue && ip link set t0 up "
                   "txqueuelen 10000 && sysctl -qw net.ipv6.conf.t0.disable_ipv6=1",
                   shell=True, check=True)
    flows = [flow[:4] for flow in RSS_FLOWS] + \
        [("10.0.0.%d" % i, 1000 + i, "10.1.0.1", 9) for i in range(60)]
    queues, frames = [0] * 3, []
    for flow in flows:
        queues[toeplitz(*flow) % 128 % 3] += 1
        ip = IPv6 if ":" in flow[0] else IP
        frames.append(bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") /
                            ip(src=flow[0], dst=flow[2]) /
                            UDP(sport=flow[1], dport=flow[3]) / b"data"))
    # Of other types the first queue has them.
    frames += [bytes(Ether(src="02:00:00:00:00:01", dst="ff:ff:ff:ff:ff:ff") /
                     ARP())] * 5
    queues[0] += 5
    assert min(queues) > 10
    with lab.start("a", "--net", "tap:t0", "--queues", "3", "--rss", *layout,
                   "--machine", machine) as line:
        assert line.json("queues --json")["ports"][0]["rx_steering"] == "rss"
        line.ask("mode 0 rx; stats clear")
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            raw.bind(("t0", 0))
            for frame in frames:
                raw.send(frame)
        line.ask("wait 0 rx.packets >= %d within 60s" % len(frames))
        assert [got for _, got in by_queue(line)] == queues
