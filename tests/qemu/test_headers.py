# SPDX-License-Identifier: BSD-3-Clause
"""Headers and fields as they are typed, judged by scapy and tshark on the host's capture."""
import collections
import json
import os
import re

from scapy.all import rdpcap

from lab import ROOT, lab, tshark  # noqa: F401

# What to type, how many frames, and what tshark has to find in each.
CASES = [
    ("vlan 0 5 prio 3; size 0 68", 3,
     {"frame.len": "64", "vlan.id": "5", "vlan.priority": "3", "ip.len": "46"}),
    ("headers 0 eth/svlan/vlan/ipv6/udp size 90; set 0 svlan.id 7; set 0 ipv6.flow 0xacbbb", 3,
     {"frame.len": "86", "ipv6.flow": "0x0acbbb"}),
    ("headers 0 eth/ipv4/tcp size 64; tcp 0 flags syn; dst 0 tcp 80", 3,
     {"tcp.flags": "0x0002", "tcp.dstport": "80"}),
    ("headers 0 eth/ipv4/udp/vxlan/eth/ipv4/udp size 128; set 0 vxlan.vni 77; "
     "set 0 ipv4.2.src 10.0.0.0/24", 300, {"vxlan.vni": "77"}),
    ("headers 0 eth/mpls/mpls/ipv4/udp size 80; set 0 mpls.2.label 16-99", 100, {}),
    ("headers 0 eth/arp size 64", 3, {"arp.opcode": "1"}),
    ("headers 0 eth/ipv6/icmpv6 size 90", 3, {}),
    ("headers 0 eth/ipv4/gre/ipv6/udp size 110; set 0 gre.key 5", 3, {"gre.key": "0x00000005"}),
    ("headers 0 eth/ipv4/udp size 64; set 0 udp.src random 40000-40999; set 0 ipv4.src random 10.0.0.0/8; "
     "set 0 ipv4.dst 10.1.0.0/16 shuffled; signature 0 on", 500, {}),
]
WATCHED = ["frame.len", "vlan.id", "vlan.priority", "ip.len", "ipv6.flow", "tcp.flags",
           "tcp.dstport", "vxlan.vni", "arp.opcode", "gre.key", "_ws.expert.severity",
           "ip.checksum.status", "udp.checksum.status", "tcp.checksum.status",
           "icmpv6.checksum.status", "ip.src"]


def split(shark):
    """The captured frames, as many for each case as it sent."""
    at = 0
    for _, count, _ in CASES:
        yield shark[at:at + count]
        at += count
    assert at == len(shark)


def test_each_stack_arrives_as_it_was_typed(lab):
    path = lab.path / "port1.pcap"
    lines = ["rate 20kpps"]
    for number, (case, count, _) in enumerate(CASES):
        lines += ["echo case %d" % number, case, "show frame 0 0 --json",
                  "start 0 count %d; wait 0 idle" % count, "stop; reset; rate 20kpps"]
    done = lab.launch("exec", "--boot", "--capture", "1=%s" % path, "-",
                      stdin="\n".join(lines) + "\n")
    shown = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    frames = [bytes(f) for f in rdpcap(str(path))]
    at = 0
    for (case, count, wanted), dissected, frame in zip(CASES, split(tshark(path, *WATCHED)),
                                                       shown):
        for f in dissected:
            for name, value in wanted.items():
                assert value in f[name].split(","), (case, name, f)
            for name in WATCHED:
                # 0 is bad, 1 good, 2 not there.
                assert not name.endswith("status") or "0" not in f[name].split(","), (case, f)
            assert not re.search(r"\b(6291456|8388608)\b", f["_ws.expert.severity"]), (case, f)
        # Bit by bit what was shown, but for a signature's time.
        text = bytes.fromhex("".join(row[4:] for row in frame["hex"]))
        first = frames[at]
        if "signature" in case:
            text, first = text[:40], first[:40]
        assert text == first, case
        at += count
    inner = [f["ip.src"] for f in list(split(tshark(path, *WATCHED)))[3]]
    assert len(set(inner)) == 256 and all(a.startswith("198.18.0.1") for a in inner)
    drawn = collections.Counter(f["ip.src"] for f in list(split(tshark(path, *WATCHED)))[-1])
    assert len(drawn) > 490


def test_the_examples_of_the_docs_have_these_bytes(lab):
    with open(os.path.join(ROOT, "docs", "traffic.md")) as file:
        blocks = re.findall(r"```\n(.*?)```\n", file.read().split("## Examples\n")[1], re.S)
    typed, wanted = blocks[::2], [block.split("\n")[:-1] for block in blocks[1::2]]
    assert len(typed) == len(wanted) == 12
    lines = ["reset; src 0 mac 02:00:00:00:00:01\n%sshow frame 0 0 --json" % b for b in typed]
    done = lab.launch("exec", "--boot", "-", stdin="\n".join(lines) + "\n")
    shown = [json.loads(line)["hex"] for line in done.stdout.splitlines()]
    assert shown == wanted
