# SPDX-License-Identifier: BSD-3-Clause
"""capture/ reads of captures what editcap, tcpdump and tshark read, and keeps of them
what tcpdump keeps. Beside captures that are made here it takes those of a folder that
UKPKTGEN_CAPTURES names, if there is one."""
import glob
import os
import random
import struct
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FRAMES = os.path.join(ROOT, "build/host/capture-frames")
FOLDER = os.environ.get("UKPKTGEN_CAPTURES", "")


def run(*words, **more):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    return done.returncode, done.stdout, done.stderr.decode()


def frames(name, *options):
    """[(ns, link, length, original length, bytes in hex)] and the last line."""
    code, out, err = run(FRAMES, *options, name)
    assert code == 0, err
    lines = out.decode().split("\n")[1:-1]
    found = []
    for at, line in enumerate(lines[:-1]):
        number, _, ns, link, length, was, *octets = line.split(" ")
        assert int(number) == at + 1
        found.append((int(ns), int(link), int(length), int(was), octets[0]))
    return found, lines[-1]


def pcap(records, link=1, order="<", nano=True):
    """Records are (ns since 1970, original length, bytes)."""
    out = struct.pack(order + "IHHIIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0,
                      262144, link)
    for ns, was, octets in records:
        out += struct.pack(order + "IIII", ns // 10**9, ns % 10**9 // (1 if nano else 1000),
                           len(octets), was) + octets
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order, link=1, snap=0, resolution=None, offset=None):
    body = struct.pack(order + "HHI", link, 0, snap)
    if resolution is not None:
        body += option(order, 9, bytes([resolution]))
    if offset is not None:
        body += option(order, 14, struct.pack(order + "q", offset))
    return block(order, 1, body + option(order, 0, b""))


def enhanced(order, number, ticks, octets, was=None):
    body = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(octets),
                       len(octets) if was is None else was)
    return block(order, 6, body + octets + bytes(-len(octets) % 4) +
                 option(order, 1, b"a comment") + option(order, 0, b""))


def read_pcap(data):
    """The same of what another program wrote: nanoseconds, this machine's order."""
    magic, _, _, _, _, _, link = struct.unpack("<IHHIIII", data[:24])
    tick = {0xA1B23C4D: 1, 0xA1B2C3D4: 1000}[magic]
    found, at, first = [], 24, None
    while at < len(data):
        s, part, length, was = struct.unpack("<IIII", data[at:at + 16])
        ns = s * 10**9 + part * tick
        first = ns if first is None else first
        found.append((ns - first, link & 0xFFFF, length, was, data[at + 16:at + 16 + length].hex()))
        at += 16 + length
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Captures of random packets of many protocols, as randpkt makes them."""
    to = tmp_path_factory.mktemp("captures")
    for kind in "arp dns eth icmp ip ipv6 llc syslog tcp udp sctp sip".split():
        name = str(to / kind) + ".pcap"
        run("randpkt", "-b", "200", "-c", "60", "-t", kind, name)
        if os.path.exists(name):
            run("editcap", "-F", "pcapng", name, name + "ng")
    assert len(os.listdir(to)) > 10
    return to


@pytest.fixture(scope="module")
def files(folder):
    names = glob.glob(str(folder / "*.pcap*"))
    return names + sorted(glob.glob(os.path.join(FOLDER, "*.pcap*"))) if FOLDER else names


def test_each_capture_has_the_frames_that_others_find(files, tmp_path):
    for name in files:
        mine, end = frames(name)
        assert end == "end", name
        # Of other links wiretap writes some bytes anew.
        if all(frame[1] == 1 for frame in mine):
            out = str(tmp_path / "out")
            code, _, err = run("editcap", "-F", "nsecpcap", name, out)
            assert code == 0, (name, err)
            with open(out, "rb") as f:
                assert mine == read_pcap(f.read()), name
        code, data, err = run("tcpdump", "--nano", "-r", name, "-w", "-")
        assert code == 0, (name, err)
        snap = struct.unpack("<I", data[16:20])[0]  # libpcap cuts to what the header says
        assert [(ns, link, min(length, snap), was, octets[:2 * snap])
                for ns, link, length, was, octets in mine] == read_pcap(data), name
        assert frames(name, "-p", "1") == (mine, end), name


def sample():
    rng = random.Random(14)
    ns, records = 1700000000 * 10**9 + 999999000, []
    for _ in range(300):
        octets = rng.randbytes(rng.choice([0, 1, 14, 60, 61, 62, 63, 1514]))
        records.append((ns, len(octets) + rng.choice([0, 0, 5]), octets))
        ns += 1000 * rng.randrange(10**6)
    return records


def test_one_capture_in_every_form_has_the_same_frames(tmp_path):
    records = sample()
    name = str(tmp_path / "c")
    want = [(ns - records[0][0], 1, len(octets), was, octets.hex())
            for ns, was, octets in records]
    forms = [pcap(records, 1, order, nano) for order in "<>" for nano in (False, True)]
    for order in "<>":
        for resolution, ticks in ((None, lambda ns: ns // 1000), (9, lambda ns: ns),
                                  (6, lambda ns: ns // 1000), (12, lambda ns: ns * 1000 %
                                                               2**64)):
            if resolution == 12:  # 2^64 picoseconds end in 1970
                continue
            out = section(order) + block(order, 0x0BAD, b"passed over")
            out += interface(order, resolution=resolution)
            out += block(order, 5, bytes(12))
            for ns, was, octets in records:
                out += enhanced(order, 0, ticks(ns), octets, was)
            forms.append(out)
    for form in forms:
        with open(name, "wb") as f:
            f.write(form)
        for options in ((), ("-p", "1"), ("-p", "97"), ("-p", "4096")):
            assert frames(name, *options) == (want, "end")
    with open(name, "wb") as f:
        f.write(forms[0])
    for form in ("pcap", "nsecpcap", "pcapng"):
        run("editcap", "-F", form, name, name + form)
        assert frames(name + form) == (want, "end")


def test_interfaces_and_sections_of_pcapng_are_those_of_tshark(tmp_path):
    """Each has its own resolution, offset and order of bytes."""
    name, s = str(tmp_path / "c.pcapng"), 1700000000
    out = b""
    for order in "<>":
        out += section(order)
        out += interface(order) + interface(order, resolution=9)
        out += interface(order, resolution=3, offset=s)
        out += interface(order, resolution=0x80 | 20) + interface(order, resolution=0x80 | 10,
                                                                  offset=-5)
        out += interface(order, resolution=11, offset=s - 100000)
        out += enhanced(order, 0, s * 10**6 + 1, b"a" * 60)
        out += enhanced(order, 1, s * 10**9 + 1234, b"b" * 61)
        out += enhanced(order, 2, 77, b"c" * 62)
        out += enhanced(order, 3, s * 2**20 + 12345, b"d" * 63, 1514)
        out += enhanced(order, 4, (s + 9) * 2**10 + 3, b"e" * 64)
        out += enhanced(order, 5, 100000 * 10**11 + 123456789, b"f" * 65)
        out += block(order, 2, struct.pack(order + "HHIIII", 1, 0, s * 10**9 >> 32,
                                           s * 10**9 + 7 & 0xFFFFFFFF, 66, 66) + b"g" * 66)
    with open(name, "wb") as f:
        f.write(out)
    code, text, err = run("tshark", "-r", name, "-T", "fields", "-e", "frame.time_relative",
                          "-e", "frame.cap_len", "-e", "frame.len")
    assert code == 0, err
    found, end = frames(name)
    assert end == "end"
    assert len(found) == 14
    want = []
    for line in text.decode().splitlines():
        relative, length, was = line.split("\t")
        want.append((round(float(relative) * 1e9), int(length), int(was)))
    assert [(f[0], f[2], f[3]) for f in found] == want


@pytest.mark.parametrize("what, fault", [
    (b"", "byte 0: the file ends inside its header"),
    (b"\xd4\xc3\xb2", "byte 3: the file ends inside its header"),
    (b"\x1f\x8b\x08\x00", "byte 0: 1f8b0800 begins no capture; it is compressed by gzip"),
    (b"hello", "byte 0: 68656c6c begins no capture, which is pcap or pcapng"),
    (pcap([])[:23], "byte 23: the file ends inside its header"),
    (pcap([(0, 60, bytes(60))])[:30], "record 1, byte 30: the file ends inside its header"),
    (pcap([(0, 60, bytes(60))] * 3)[:-1], "record 3, byte 251: the file ends inside it"),
    (pcap([]) + struct.pack("<IIII", 0, 0, 262145, 262145),
     "record 1, byte 24: its length, 262145 bytes, is over 262144"),
    (section("<")[:20], "record 1, byte 20: the file ends inside a block"),
    (section("<")[:8] + b"abcd" + bytes(16),
     "record 1, byte 8: a section's order of bytes is 61626364"),
    (section(">") + interface(">") + enhanced(">", 1, 0, b"x"),
     "record 1, byte 52: it names interface 1, which no block describes"),
    (section("<") + block("<", 99, bytes(8))[:-1] + b"\1",
     "record 1, byte 44: a block of 20 bytes ends with a length of 16777236"),
    (section("<") + struct.pack("<III", 6, 33, 0),
     "record 1, byte 32: a block of type 6 has a length of 33 bytes"),
])
def test_a_fault_is_named_with_its_record_and_byte(what, fault, tmp_path):
    name = str(tmp_path / "c")
    with open(name, "wb") as f:
        f.write(what)
    for options in ((), ("-p", "1"), ("-p", "50")):
        assert frames(name, *options)[1] == "fault " + fault


def expressions():
    """300 of them, such as people type, some with values of the random packets."""
    rng = random.Random(300)
    simple = """ip;ip6;arp;rarp;tcp;udp;icmp;icmp6;sctp;igmp;vlan;mpls;pppoes;stp;ether broadcast
        ether multicast;ip broadcast;ip multicast;ip6 multicast;less 64;greater 1000;len > 100
        vlan 5;vlan and tcp;vlan 100 and vlan 200;mpls 100;mpls and udp;pppoes and ip
        host 10.0.0.1;src host 192.168.1.1;dst host 10.0.0.2;net 10.0.0.0/8;src net 192.168
        dst net 172.16.0.0/12;port 53;src port 80;dst port 443;portrange 1-1023;tcp port 179
        udp port 67 or udp port 68;tcp portrange 6000-6063;port 53 and udp;not port 22
        ip proto 89;ip proto ospf;ip proto 17;ip6 proto 58;ip6 protochain 6
        ether proto 0x88cc;ether proto 0x8847;ether[0] & 1 = 1;ether src 00:00:00:00:00:01
        ether host ff:ff:ff:ff:ff:ff;ether dst 01:80:c2:00:00:00;ip[8] < 5;ip[0] & 0xf > 5
        ip[6:2] & 0x1fff != 0;ip[2:2] > 576;tcp[tcpflags] & tcp-syn != 0
        tcp[tcpflags] & (tcp-syn|tcp-fin) != 0;tcp[tcpflags] = tcp-ack;tcp[13] = 2
        tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420;udp[4:2] > 100;icmp[icmptype] = icmp-echo
        icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply;ip6[6] = 58
        icmp6[icmp6type] = icmp6-neighborsolicit;arp[6:2] = 1;ip6 host 2001:db8::1
        ip6 net fe80::/10;ether[12:2] = 0x0800;ether[12:2] > 1500
        ether[20:2] = 0x2000;llc;llc i;llc u;llc s
        iso;isis;clnp;esis;decnet src 1;ipx;netbeui;atalk;aarp;lat;moprc
        ip[0] + ip[1] * 2 > 100;ip[1] / 4 = 0;ip[3] % 2 = 1;len - 14 > ip[2:2];1 << ip[8] = 0
        ip[8] >> 2 = 15;ip[9] ^ 6 = 0;ip[9] | 1 = 17;ip[9] = ip[8];len / ip[1] > 3;len % ip[1] = 1
        geneve;geneve 100;vxlan;tcp and not net 10;ip and not (tcp or udp);gateway 10.0.0.1
        tcp or udp or sctp;port 161 or port 162;host 1.1.1.1 and port 53 or arp"""
    found = [e.strip() for e in simple.replace("\n", ";").split(";")]
    while len(found) < 420:
        kind = rng.randrange(7)
        byte, op = rng.randrange(64), rng.choice("< > = != <= >=".split())
        if kind == 0:
            found.append("ether[%d] %s %d" % (byte, op, rng.randrange(256)))
        elif kind == 1:
            found.append("%s[%d:2] & 0x%x %s %d" % (rng.choice(["ip", "ip6", "udp", "tcp"]), byte,
                                                    rng.randrange(65536), op,
                                                    rng.randrange(65536)))
        elif kind == 2:
            found.append("%s port %d" % (rng.choice(["tcp", "udp", "src", "dst", "sctp"]),
                                         rng.randrange(65536)))
        elif kind == 3:
            found.append("%s net %d.%d.0.0/%d" % (rng.choice(["src", "dst"]), rng.randrange(256), 0,
                                                  rng.randrange(9, 17)))
        elif kind == 4:
            found.append("len %s %d" % (op, rng.randrange(14, 1600)))
        else:
            a, b = rng.sample(found, 2)
            found.append("%s(%s) %s (%s)" % (rng.choice(["", "not "]), a,
                                             rng.choice(["and", "or", "and not"]), b))
    return found


def test_300_filters_keep_what_tcpdump_keeps(files, tmp_path):
    records = []
    for name in files:
        records += [(ns % 10**18, was, bytes.fromhex(octets))
                    for ns, link, _, was, octets in frames(name)[0] if link == 1]
    name, programs = str(tmp_path / "all.pcap"), str(tmp_path / "programs")
    with open(name, "wb") as f:
        f.write(pcap(records))
    compiled = []
    with open(programs, "w") as f:
        for expression in expressions():
            code, text, _ = run("tcpdump", "-ddd", "-y", "EN10MB", expression)
            # Some that were put together are none: libpcap says so.
            if code == 0:
                f.write(",".join(text.decode().split()) + "\n")
                compiled.append(expression)
    code, out, err = run(FRAMES, "-f", programs, name)
    assert code == 0, err
    kept = list(zip(compiled, out.decode().split("\n")[1:-1]))
    # Linux refuses these, too: libpcap's stacks of tunnels, and loops.
    refused = [(e, k) for e, k in kept if k.startswith("refused: ")]
    for expression, why in refused:
        assert "loads memory that none" in why and "geneve" in expression or \
            "jumps out of the program" in why and "protochain" in expression, why
    kept = [k for k in kept if k not in refused][:300]
    assert len(kept) == 300 and 1 <= len(refused) < 40
    some = 0
    for expression, numbers in kept:
        mine = [records[int(n) - 1] for n in numbers.split()]
        code, data, err = run("tcpdump", "--nano", "-n", "-r", name, "-w", "-", expression)
        assert code == 0, err
        theirs = [(t[3], t[4]) for t in read_pcap(data)]
        assert [(was, octets.hex()) for _, was, octets in mine] == theirs, expression
        some += 0 < len(mine) < len(records)
    assert some > 60
