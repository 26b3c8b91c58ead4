# SPDX-License-Identifier: BSD-3-Clause
"""The same frames as trafgen's, for the same description in its language."""

import os
import struct
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
PROGRAMS = os.path.join(ROOT, "build/host/programs")

ETH = "eth(da=02:00:00:00:00:02, sa=02:00:00:00:00:01%s)"
IPV4 = "ipv4(sa=10.0.0.1, da=10.0.0.2, ttl=64, df%s)"
IPV6 = "ipv6(sa=2001:2::1, da=2001:2::2, hl=64%s)"
UDP = "udp(sp=7, dp=9)"
OURS4 = "ipv4.src=10.0.0.1 ipv4.dst=10.0.0.2 "
OURS_UDP = "udp.src=7 udp.dst=9"

# Headers, bytes of payload, what trafgen is told and what is set here.
CASES = [
    ("eth/ipv4/udp", 18, IPV4 % "", UDP, OURS4 + OURS_UDP),
    ("eth/ipv4/udp", 1458, IPV4 % ", dscp=46, ecn=1, id=777", UDP,
     OURS4 + OURS_UDP + " ipv4.dscp=46 ipv4.ecn=1 ipv4.id=777"),
    ("eth/ipv4/udp", 19, IPV4 % ", mf, frag=100", UDP,
     OURS4 + OURS_UDP + " ipv4.mf=1 ipv4.offset=100"),
    ("eth/ipv4/udp", 20, IPV4 % ", csum=0xdead", UDP,
     OURS4 + OURS_UDP + " ipv4.checksum=0xdead"),
    ("eth/ipv4/udp", 18, IPV4 % "", "udp(sp=7, dp=9, csum=0)",
     OURS4 + OURS_UDP + " udp.checksum=0"),
    ("eth/ipv4/udp", 18, IPV4 % "", "udp(sp=dinc(7, 9), dp=9)",
     OURS4 + "udp.src=7-9 udp.dst=9"),
    ("eth/ipv4/udp", 18, IPV4 % "", "udp(sp=7, dp=dinc(1000, 1020, 5))",
     OURS4 + "udp.src=7 udp.dst=1000-1020+step+5"),
    ("eth/ipv4/udp", 18, IPV4 % ", sa=dinc()", UDP,
     "ipv4.src=10.0.0.1-10.0.0.12 ipv4.dst=10.0.0.2 " + OURS_UDP),
    ("eth/ipv4/udp", 30, IPV4 % ", ttl=dinc(1, 5)", UDP,
     OURS4 + OURS_UDP + " ipv4.ttl=1-5"),
    ("eth/vlan/ipv4/udp", 18, "vlan(id=5, pcp=3)", IPV4 % "", UDP,
     OURS4 + OURS_UDP + " vlan.id=5 vlan.prio=3"),
    ("eth/svlan/vlan/ipv4/udp", 18, "vlan(1ad, id=100)", "vlan(id=7, dei=1)",
     IPV4 % "", UDP,
     OURS4 + OURS_UDP + " svlan.id=100 vlan.id=7 vlan.dei=1"),
    ("eth/mpls/ipv4/udp", 22, "mpls(label=1000, tc=2, ttl=64)", IPV4 % "", UDP,
     OURS4 + OURS_UDP + " mpls.label=1000 mpls.tc=2 mpls.ttl=64"),
    ("eth/mpls/mpls/ipv4/udp", 22, "mpls(label=16, ttl=9)",
     "mpls(label=17, ttl=8)", IPV4 % "", UDP,
     OURS4 + OURS_UDP + " mpls.1.label=16 mpls.1.ttl=9 mpls.2.label=17 "
     "mpls.2.ttl=8"),
    ("eth/ipv4/tcp", 12, IPV4 % "",
     "tcp(sp=1024, dp=80, seq=1000, win=512, syn)",
     OURS4 + "tcp.src=1024 tcp.dst=80 tcp.seq=1000 tcp.ack=0 tcp.window=512 "
     "tcp.flags=2"),
    ("eth/ipv4/tcp", 100, IPV4 % "",
     "tcp(sp=dinc(1, 4), dp=80, seq=7, aseq=9, win=1, ack, psh)",
     OURS4 + "tcp.src=1-4 tcp.dst=80 tcp.seq=7 tcp.ack=9 tcp.window=1 "
     "tcp.flags=0x18"),
    ("eth/ipv4/icmp", 40, IPV4 % "", "icmp4(echorequest, id=1326, seq=3)",
     OURS4 + "icmp.type=8 icmp.id=1326 icmp.seq=3"),
    ("eth/ipv6/udp", 18, IPV6 % "", UDP,
     "ipv6.src=2001:2::1 ipv6.dst=2001:2::2 " + OURS_UDP),
    ("eth/ipv6/udp", 18, IPV6 % ", tc=184, fl=0xacbbb",
     "udp(sp=dinc(7, 9), dp=9)",
     "ipv6.src=2001:2::1 ipv6.dst=2001:2::2 ipv6.dscp=46 "
     "ipv6.flow=0xacbbb udp.src=7-9 udp.dst=9"),
    ("eth/ipv6/tcp", 20, IPV6 % "", "tcp(sp=1, dp=2, seq=3, win=4, syn)",
     "ipv6.src=2001:2::1 ipv6.dst=2001:2::2 tcp.src=1 tcp.dst=2 tcp.seq=3 "
     "tcp.ack=0 tcp.window=4 tcp.flags=2"),
    ("eth/arp", 0, "arp(sha=02:00:00:00:00:01, spa=10.0.0.1, "
     "tha=00:00:00:00:00:00, tpa=10.0.0.2), fill(0, 18)",
     "arp.spa=10.0.0.1 arp.tpa=10.0.0.2"),
]


def frames_of(path):
    """The frames of a capture; trafgen's is in microseconds."""
    data = path.read_bytes()
    at, found = 24, []
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        found.append(data[at + 16:at + 16 + size])
        at += 16 + size
    return found


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_frames_are_those_of_trafgen(tmp_path, case):
    stack, payload, *told, ours = case
    theirs, mine = tmp_path / "theirs.pcap", tmp_path / "mine.pcap"
    # It does not set the type of IPv6.
    of = ", type=0x86dd" if stack.startswith("eth/ipv6") else ""
    config = ", ".join([ETH % of] + told +
                       (["seqinc(0, %d, 1)" % payload] if payload else []))
    subprocess.run(["trafgen", "-P", "1", "-C", "-n", "12", "-o", theirs,
                    "{ %s }" % config], capture_output=True, check=True)
    want = frames_of(theirs)
    line = "%s %d 12 eth.dst=02:00:00:00:00:02 %s" % (stack, len(want[0]),
                                                      ours)
    done = subprocess.run([PROGRAMS, "-p", mine], input=line, text=True,
                          capture_output=True, check=True)
    assert done.stdout == ""
    assert [f.hex() for f in frames_of(mine)] == [f.hex() for f in want]
