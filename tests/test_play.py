# SPDX-License-Identifier: BSD-3-Clause
"""What `play` sends of a capture: the same frames from any form of it, those that
tcprewrite makes of the same changes, and a record named where it cannot be sent. The
folder that UKPKTGEN_CAPTURES names, if there is one, has more captures."""
import glob
import os
import random
import re
import struct
import subprocess

from scapy.all import ARP, ICMP, IP, TCP, UDP, Dot1Q, Ether, ICMPv6EchoRequest, IPv6, Raw

from test_captures import FOLDER, ROOT, block, enhanced, interface, pcap, read_pcap, run, section

PLAY = os.path.join(ROOT, "build/host/capture-play")


def play(name, *options):
    """[(ns, bytes in hex)] and how many were skipped; or why it is refused."""
    code, out, err = run(PLAY, name, *options)
    assert code == 0, (name, options, err)
    lines = out.decode().splitlines()
    if lines[0].startswith("refused "):
        return lines[0][8:], None
    word, skipped = lines[-1].split(" ")
    assert word == "skipped"
    return [(int(ns), octets) for ns, octets in (line.split(" ") for line in lines[:-1])], \
        int(skipped)


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)
    return name


def sample(n=80):
    """Frames whose ends are those of what they carry, to one neighbour."""
    rng = random.Random(15)
    records, ns = [], 1700000000 * 10**9 + 999000000
    for i in range(n):
        src, dst = ("10.%u.%u.%u" % tuple(rng.randbytes(3)) for _ in range(2))
        if rng.randrange(3) == 0:
            src = "192.168.7.%u" % rng.randrange(1, 255)
        ports = {"sport": rng.choice([53, 80, 443, 1000 + i]),
                 "dport": rng.choice([53, 80, 8443, 2000 + i])}
        top = rng.choice([UDP(**ports), TCP(flags="PA", **ports), ICMP(type=8, id=i)])
        ip = IP(src=src, dst=dst, ttl=rng.randrange(1, 255), tos=rng.randrange(256), id=i)
        if rng.randrange(4) == 0:
            top = rng.choice([UDP(**ports), TCP(**ports), ICMPv6EchoRequest(id=i)])
            ip = IPv6(src="fd00:1::%x" % (i + 1), dst="fd00:2::ffff", hlim=rng.randrange(1, 255))
        elif rng.randrange(6) == 0:
            ip.options = [b"\x01\x01\x01\x01"]
        frame = bytes(Ether(src="00:16:3e:00:00:01", dst="00:16:3e:00:00:02") / ip / top /
                      Raw(rng.randbytes(rng.randrange(30, 700))))
        records.append((ns, len(frame), frame))
        ns += 1000 * rng.randrange(2 * 10**6)
    return records


def test_every_form_has_the_same_frames_at_the_same_times(tmp_path):
    records = sample()
    first = records[0][0]
    want = [(ns - first, octets.hex()) for ns, _, octets in records], 0
    name = str(tmp_path / "c")
    forms = [pcap(records, 1, order, nano) for order in "<>" for nano in (False, True)]
    for order in "<>":
        forms.append(section(order) + interface(order) + b"".join(
            enhanced(order, 0, ns // 1000, octets) for ns, _, octets in records))
    for form in forms:
        write(name, form)
        assert play(name) == want
        doubled = play(name, "speed=2000")[0]
        assert doubled == [(ns // 2, octets) for ns, octets in want[0]]
        # Round and round, one mean gap between.
        again = play(name, "frames=%u" % (3 * len(records)))[0]
        assert [octets for _, octets in again] == 3 * [octets for _, octets in want[0]]
        last = want[0][-1][0]
        assert again[len(records)][0] == last + last // (len(records) - 1)
    for form in ("pcap", "nsecpcap", "pcapng"):
        run("editcap", "-F", form, name, name + form)
        assert play(name + form) == want


def test_what_is_cut_is_refused_and_what_is_random_sent_as_it_is(tmp_path):
    name = write(str(tmp_path / "c"), pcap(sample()))
    for form, byte in (("pcap", 24), ("nsecpcap", 24), ("pcapng", 140)):
        run("editcap", "-F", form, "-s", "60", name, name + form)
        assert re.fullmatch(r"FILE: record 1, byte %d: cut to 60 of \d+ bytes" % byte,
                            play(name + form)[0])
    for kind in ("eth", "arp", "ipv6", "sctp", "tr"):
        run("randpkt", "-b", "1600", "-c", "300", "-t", kind, name)
        run("editcap", "-F", "pcap", name, name + ".pcap")
        with open(name + ".pcap", "rb") as f:
            frames = [frame[4] for frame in read_pcap(f.read())]
        fits = [octets for octets in frames if 14 <= len(octets) // 2 <= 1514]
        sent, skipped = play(name + ".pcap", "skip")
        if kind == "tr":
            assert sent == "FILE: record 1, byte 24: link type 6 (Token Ring) is not Ethernet"
            continue
        assert [octets for _, octets in sent] == fits
        assert skipped == len(frames) - len(fits)


# What tcprewrite is asked for, and what is set. It rewrites ARP, too, and lengths of
# frames with padding, which are not in the sample.
PORTS = ("udp.src", "udp.dst", "tcp.src", "tcp.dst")
REWRITES = [
    ("", ""),
    ("--enet-dmac=02:00:00:00:00:99", "eth.dst=02:00:00:00:00:99"),
    ("--enet-smac=02:00:00:00:00:98", "eth.src=02:00:00:00:00:98"),
    ("--enet-smac=02:00:00:00:00:98 --enet-dmac=02:00:00:00:00:99",
     "eth.src=02:00:00:00:00:98 eth.dst=02:00:00:00:00:99"),
    ("--enet-vlan=add --enet-vlan-tag=5 --enet-vlan-cfi=0 --enet-vlan-pri=0",
     "tag vlan.id=5"),
    ("--enet-vlan=add --enet-vlan-tag=4095 --enet-vlan-cfi=1 --enet-vlan-pri=7",
     "tag vlan.id=4095 vlan.dei=1 vlan.prio=7"),
    ("--ttl=17", "ipv4.ttl=17 ipv6.hops=17"),
    ("--tos=184", "ipv4.dscp=46 ipv4.ecn=0"),
    ("--tclass=184", "ipv6.dscp=46 ipv6.ecn=0"),
    ("--flowlabel=12345", "ipv6.flow=12345"),
    ("--fixcsum", "new"),
    ("--srcipmap=0.0.0.0/0:10.1.2.3/32", "ipv4.src=10.1.2.3"),
    ("--dstipmap=0.0.0.0/0:10.1.2.3/32", "ipv4.dst=10.1.2.3"),
    ("--srcipmap=10.0.0.0/8:172.16.0.0/12", "ipv4.src=map+10.0.0.0/8+172.16.0.0/12"),
    ("--dstipmap=10.0.0.0/8:192.168.5.0/24", "ipv4.dst=map+10.0.0.0/8+192.168.5.0/24"),
    ("--srcipmap=192.168.0.0/16:10.9.0.0/16,10.0.0.0/8:1.2.3.4/32",
     "ipv4.src=map+192.168.0.0/16+10.9.0.0/16+10.0.0.0/8+1.2.3.4"),
    ("--pnat=10.0.0.0/8:11.0.0.0/8",
     "ipv4.src=map+10.0.0.0/8+11.0.0.0/8 ipv4.dst=map+10.0.0.0/8+11.0.0.0/8"),
    ("--portmap=53:5353", " ".join(f + "=map+53+5353" for f in PORTS)),
    ("--portmap=80:8080,443:8443,53:1", " ".join(f + "=map+80+8080+443+8443+53+1"
                                                 for f in PORTS)),
    ("--portmap=80:8080 --srcipmap=10.0.0.0/8:172.16.0.0/12 --ttl=3 --fixcsum",
     " ".join(f + "=map+80+8080" for f in PORTS) +
     " ipv4.src=map+10.0.0.0/8+172.16.0.0/12 ipv4.ttl=3 ipv6.hops=3 new"),
    ("--srcipmap=[fd00:1::/32]:[2001:db8::/32] --dstipmap=[fd00:2::ffff/128]:[2001:db8::7/128]",
     "ipv6.src=map+fd00:1::/32+2001:db8::/32 ipv6.dst=map+fd00:2::ffff+2001:db8::7"),
    ("--srcipmap=[fd00:1::/96]:[2001:db8:1:2:3:4::/96] --portmap=53:5353",
     "ipv6.src=map+fd00:1::/96+2001:db8:1:2:3:4::/96 " +
     " ".join(f + "=map+53+5353" for f in PORTS)),
]


def test_fields_that_are_set_are_those_that_tcprewrite_writes(tmp_path):
    name, out = write(str(tmp_path / "c.pcap"), pcap(sample())), str(tmp_path / "out")
    assert len(REWRITES) >= 20
    for options, fields in REWRITES:
        code, _, err = run("tcprewrite", "-i", name, "-o", out, *options.split())
        assert code == 0, (options, err)
        with open(out, "rb") as f:
            want = [icmpv6(frame[4]) for frame in read_pcap(f.read())]
        mine = [octets for _, octets in play(name, *fields.split())[0]]
        assert [judged(octets) for octets in mine] == [judged(octets) for octets in want], options


def icmpv6(octets):
    """tcprewrite 4.4.3 adjusts its checksum as if no address were in it: scapy's instead."""
    frame = Ether(bytes.fromhex(octets))
    if ICMPv6EchoRequest not in frame:
        return octets
    del frame[ICMPv6EchoRequest].cksum
    return bytes(frame).hex()


def judged(octets):
    """tcprewrite 4.4.3 makes both MAC addresses of IPv6 multicast ones, unasked."""
    at = 32 if octets[24:28] == "8100" else 24
    return octets[24:] if octets[at:at + 4] == "86dd" else octets


def test_values_vary_by_the_number_of_the_frame(tmp_path):
    frames = [Ether() / IP() / UDP(sport=1) / Raw(bytes(40)), Ether() / ARP(),
              Ether() / Dot1Q(vlan=7) / IP() / TCP(sport=2) / Raw(bytes(40)),
              Ether() / Dot1Q(vlan=8) / Dot1Q(vlan=9) / IPv6() / UDP(sport=3, chksum=0) /
              Raw(bytes(41))]
    name = write(str(tmp_path / "c"), pcap([(i, len(f), bytes(f)) for i, f in enumerate(frames)]))
    got = [Ether(bytes.fromhex(octets)) for _, octets in play(
        name, "frames=8", "ipv4.src=10.0.0.0/8", "udp.src=100-107", "vlan.1.id=50-57",
        "vlan.2.id=77", "tcp.checksum=0xdead", "@60.8=0xff", "arp.op=2",
        "ipv6.src=2001:2::5")[0]]
    for n in (0, 4):
        ip = got[n]
        assert (ip[IP].src, ip[UDP].sport) == ("10.0.0.%u" % n, 100 + n)
        assert bytes(ip)[60] == 255
        assert bytes(ip) == bytes(strip_csums(ip))
    assert [g[ARP].op for g in (got[1], got[5])] == [2, 2]
    for n in (2, 6):
        assert (got[n][Dot1Q].vlan, got[n][IP].src) == (50 + n, "10.0.0.%u" % n)
        assert got[n][TCP].chksum == 0xDEAD
    for n in (3, 7):
        assert (got[n][Dot1Q].vlan, got[n][Dot1Q:2].vlan) == (50 + n, 77)
        assert (got[n][IPv6].src, got[n][UDP].sport) == ("2001:2::5", 100 + n)
        assert got[n][UDP].chksum == 0  # it is absent, and stays so


def strip_csums(frame):
    """The same with checksums that scapy makes."""
    copy = frame.copy()
    del copy[IP].chksum
    del copy[UDP].chksum
    return Ether(bytes(copy))


def test_what_cannot_be_sent_is_named_or_skipped(tmp_path):
    name = str(tmp_path / "c")
    good, two = b"g" * 60, struct.pack
    head = pcap([])

    def record(octets, was=None, length=None):
        return two("<IIII", 0, 0, len(octets) if length is None else length,
                   len(octets) if was is None else was) + octets

    tagged = b"m" * 12 + b"\x81\x00" + b"t" * 1504
    refused = [
        (head, "FILE: it has no records", None),
        (b"", "FILE: byte 0: the file ends inside its header", None),
        (b"\x1f\x8b" + bytes(30), "FILE: byte 0: 1f8b0000 begins no capture; it is compressed "
                                  "by gzip", None),
        (head + record(good) + record(good, 61),
         "FILE: record 2, byte 100: cut to 60 of 61 bytes", 1),
        (head + record(good) + record(b"x" * 13),
         "FILE: record 2, byte 100: 13 bytes, the port takes 14..1514 without FCS", 1),
        (head + record(b"x" * 1515) + record(good),
         "FILE: record 1, byte 24: 1515 bytes, the port takes 14..1514 without FCS", 1),
        (head + record(tagged) + record(tagged + b"t"),
         "FILE: record 2, byte 1558: 1519 bytes, the port takes 14..1518 without FCS", 1),
        (head + record(good) + record(good)[:-1],
         "FILE: record 2, byte 175: the file ends inside it", 1),
        (head + record(good) + record(good)[:9],
         "FILE: record 2, byte 109: the file ends inside its header", 1),
        (head + record(good) + record(good, length=300000),
         "FILE: record 2, byte 100: its length, 300000 bytes, is over 262144", 1),
        (pcap([(0, 60, good)], 105), "FILE: record 1, byte 24: link type 105 (802.11) is not "
                                     "Ethernet", None),
        (section("<") + interface("<") + interface("<", 147) + enhanced("<", 0, 0, good) +
         enhanced("<", 1, 0, good) + block("<", 0x0BAD, b"between"),
         "FILE: record 2, byte 188: link type 147 (user 0) is not Ethernet", 1),
    ]
    for data, why, skipped in refused:
        write(name, data)
        assert play(name) == (why, None)
        if skipped is None:
            assert play(name, "skip")[1] is None
        else:
            assert play(name, "skip", "frames=2")[1] == skipped
    write(name, head + record(b"x" * 64))
    assert play(name, "max=64")[1] == 0 and play(name, "tag", "max=64")[1] == 0
    assert play(name, "max=63")[1] is None
    run("editcap", "-s", "40", write(name, pcap(sample(3))), name + "40")
    assert play(name + "40")[0].startswith("FILE: record 1, byte ")


def test_each_file_is_played_or_refused(tmp_path):
    files = sorted(glob.glob(os.path.join(FOLDER, "*"))) if FOLDER else []
    for kind in "arp eth icmp ip ipv6 llc tcp udp fddi".split():
        name = str(tmp_path / kind)
        run("randpkt", "-b", "200", "-c", "60", "-t", kind, name)
        files.append(name)
    fields = ("ipv4.src=random", "ipv6.dst=2001:2::1-2001:2::9", "udp.dst=map+1+2", "ipv4.ttl=9",
              "tcp.src=1-9", "icmp.type=1", "icmpv6.code=2", "arp.spa=1.2.3.4", "vlan.id=5",
              "@20.16=7", "tag", "new")
    for name in files:
        for options in ((), ("skip",), fields, ("skip", *fields)):
            frames, skipped = play(name, *options)
            assert skipped is not None or frames.startswith("FILE: "), name
