# SPDX-License-Identifier: BSD-3-Clause
"""Linux accepts the frames: it routes segments and takes them off, finds no
header wrong, gives datagrams to a socket, and answers what asks."""
import json
import os
import subprocess
import sys

import pytest
from test_frames import ask

NB = 200
LENGTH = 200
ON = "02:00:00:00:00:04"
FROM = "02:00:00:00:00:03"

ERRORS = ["IpInHdrErrors", "IpInAddrErrors", "Ip6InHdrErrors",
          "Ip6InAddrErrors", "Ip6InTruncatedPkts", "IpInUnknownProtos", "Ip6InUnknownProtos",
          "UdpInErrors", "UdpInCsumErrors", "Udp6InErrors", "Udp6InCsumErrors",
          "TcpInErrs", "TcpInCsumErrors", "IcmpInErrors", "IcmpInCsumErrors",
          "Icmp6InErrors", "Icmp6InCsumErrors", "Ip6ReasmFails"]

DATAGRAMS = [
    "eth/ipv4/udp", "eth/ipv4/udp ipv4.options=94040000", "eth/ipv6/udp",
    "eth/ipv6/hopopts/udp", "eth/ipv6/hopopts/udp hopopts.options=0502000001",
    "eth/ipv6/dstopts/udp", "eth/ipv6/dstopts/udp dstopts.options=1e0401020304",
    "eth/ipv6/fragment/udp", "eth/ipv6/srh/udp",
    "eth/ipv6/hopopts/dstopts/srh/fragment/dstopts/udp",
]
SEGMENTS = [
    "srh.segments=2001:5::6",
    "srh.segments=2001:5::6,2001:5::1",
    "srh.segments=2001:5::6,2001:5::2,2001:5::1",
]
# What asks, and what the first byte of the answer's last header is.
ASKING = [
    ("eth/ipv4/icmp", 34, 0), ("eth/ipv6/icmpv6", 54, 129),
    ("eth/ipv6/hopopts/icmpv6", 54, 129),
    ("eth/ipv6/dstopts/fragment/icmpv6", 54, 129),
]


def give(words):
    """What the kernel says of NB frames by each of these."""
    frames = ask([("%s %d %s" % (stack, LENGTH + i % 7, fields)).strip() for
                  stack, _, fields in (word.partition(" ") for word in words)
                  for i in range(NB)])
    assert not any(frame.startswith("error") for frame in frames)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "kernel.py")
    done = subprocess.run(["unshare", "-n", sys.executable, script],
                          input=json.dumps(frames), text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    wrong = {name: answer["counters"][name] for name in ERRORS
             if answer["counters"].get(name)}
    assert wrong == {}
    return answer


def test_its_socket_gets_each_datagram():
    assert give(DATAGRAMS)["datagrams"] == NB * len(DATAGRAMS)


@pytest.mark.parametrize("segments", SEGMENTS)
def test_it_routes_segments_and_takes_them_off(segments):
    headers = 40 + 8 + 16 * len(segments.split(","))
    inner = "ipv6.%d.dst=2001:9::1"
    answer = give(["eth/ipv6/srh/ipv6/udp %s %s" % (segments, inner % 2)])
    expected = ask([
        "eth/ipv6/udp %d %s ipv6.hops=63 eth.dst=%s eth.src=%s" % (
            LENGTH + i % 7 - headers, inner % 1, ON, FROM)
        for i in range(NB)])
    assert answer["out"] == expected


@pytest.mark.parametrize("stack,at,kind", ASKING)
def test_it_answers_what_asks(stack, at, kind):
    answers = [bytes.fromhex(frame) for frame in give([stack])["out"]]
    assert [frame[at] for frame in answers] == [kind] * NB


def test_it_refuses_a_tcp_connection():
    answers = [bytes.fromhex(frame) for frame in give(
        ["eth/ipv4/tcp tcp.flags=2 tcp.options=020405b4"])["out"]]
    assert [frame[47] for frame in answers] == [0x14] * NB  # RST, ACK
