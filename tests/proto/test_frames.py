# SPDX-License-Identifier: BSD-3-Clause
"""Headers as others see them: scapy builds the same frames from the same values,
byte by byte, and tshark and tcpdump find nothing wrong in them that was not
asked for. No appliance is needed: build/host/frames makes the frames."""
import ipaddress
import os
import random
import re
import struct
import subprocess

import pytest
import scapy_frames

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FRAMES = os.path.join(ROOT, "build/host/frames")

STACKS = 3000
LENGTH_MAX = 512

# What may stand on what, by the RFCs; a random stack goes through this.
ON_ETH = ["vlan", "svlan", "vlan9100", "mpls", "arp", "ipv4", "ipv6", "pppoe",
          "llc", "raw"]
EXTENSIONS = ["dstopts", "srh", "routing", "fragment"]
ON_IP = ["udp", "udp", "udp", "tcp", "sctp", "gre", "ipv4", "ipv6"]
ON_IPV6 = ON_IP + ["icmpv6"] + EXTENSIONS
NEXT = {
    "eth": ON_ETH, "vlan": ON_ETH, "vlan9100": ON_ETH,
    # To tshark a length behind a provider's tag is a type.
    "svlan": [name for name in ON_ETH if name != "llc"],
    "mpls": ["mpls", "mpls", "ipv4", "ipv6", "eth", "cw"], "cw": ["eth"],
    "pppoe": ["ipv4", "ipv6", "mpls"], "llc": ["snap", "raw"],
    "snap": ["ipv4", "ipv6", "arp"],
    "ipv4": ON_IP + ["icmp", "igmp", "igmp3", "raw"],
    "ipv6": ON_IPV6 + ["hopopts"], "hopopts": ON_IPV6,
    **{name: ON_IPV6 for name in EXTENSIONS},
    "udp": ["vxlan", "geneve", "gtpu"],
    "gre": ["eth", "ipv4", "ipv6", "mpls"], "vxlan": ["eth"],
    "geneve": ["eth", "ipv4", "ipv6"], "gtpu": ["ipv4", "ipv6"],
}
LAST = {"udp": 0.5, "raw": 1, "eth": 0, "mpls": 0, "cw": 0, "pppoe": 0,
        "vxlan": 0}

TYPICAL = [
    "eth/ipv4/udp", "eth/ipv6/udp", "eth/raw", "eth/vlan/ipv4/udp",
    "eth/svlan/vlan/ipv4/udp", "eth/vlan9100/vlan/ipv6/tcp",
    "eth/vlan/vlan/vlan/vlan/ipv4/udp", "eth/mpls/mpls/ipv4/udp",
    "eth/mpls/ipv6/udp", "eth/mpls/eth/ipv4/udp", "eth/mpls/cw/eth/ipv4/udp", "eth/arp", "eth/vlan/arp",
    "eth/ipv4/tcp", "eth/ipv4/icmp", "eth/ipv6/icmpv6", "eth/ipv4/igmp",
    "eth/ipv4/igmp3",
    "eth/ipv4/sctp", "eth/ipv6/sctp", "eth/ipv6/hopopts/udp",
    "eth/ipv6/dstopts/tcp", "eth/ipv6/srh/udp", "eth/ipv6/srh/ipv4/udp",
    "eth/ipv6/routing/udp", "eth/ipv6/fragment/udp",
    "eth/ipv6/hopopts/dstopts/srh/fragment/tcp", "eth/ipv4/gre/ipv4/udp",
    "eth/ipv4/gre/eth/ipv4/udp", "eth/ipv6/gre/mpls/ipv6/udp",
    "eth/ipv4/udp/vxlan/eth/ipv4/udp", "eth/ipv6/udp/vxlan/eth/vlan/arp",
    "eth/ipv4/udp/geneve/eth/ipv6/tcp", "eth/ipv6/udp/geneve/ipv4/icmp",
    "eth/ipv4/udp/gtpu/ipv4/udp", "eth/ipv6/udp/gtpu/ipv6/tcp",
    "eth/pppoe/ipv4/udp", "eth/vlan/pppoe/ipv6/udp", "eth/llc/raw",
    "eth/llc/snap/ipv4/udp", "eth/vlan/llc/snap/arp", "eth/ipv4/ipv4/udp",
    "eth/ipv4/ipv6/udp", "eth/ipv6/ipv4/udp",
]

# Options that make sense: others tshark has a right to complain about.
IPV4_OPTIONS = ["010101", "94040000", "0101", "1e0401020101"]
IPV6_OPTIONS = ["0502000001020000", "010400000000", "1e0401020304",
                "1e0a0102030405060708090a", "3e03010203"]
TCP_OPTIONS = ["0101080a0000000100000002", "01", "fd0401020101"]
GENEVE_OPTIONS = ["0102010101020304", "01020100", "010201021122334455667788"]
# A PDU session container of 5G, down and up.
GTPU_EXTENSIONS = ["01000900", "01100500"]


def bits(n):
    return lambda r: r.getrandbits(n)


def pick(*values):
    return lambda r: r.choice(values)


def unicast_mac(r):
    return ":".join("%02x" % b for b in [
        r.choice([0x02, 0x22, 0x6a, 0xfe])] +
        [r.getrandbits(8) for _ in range(5)])


def vendor_mac(r):
    # tshark guesses what MPLS carries: Ethernet where there are addresses of
    # vendors that it knows, with a control word or without.
    return "00:1b:21:f3:%02x:%02x" % (r.getrandbits(8), r.getrandbits(8))


def ipv4_address(r):
    return str(ipaddress.IPv4Address(r.randrange(1 << 24, 0xdf000000)))


def group(r):
    return "239.%d.%d.%d" % tuple(r.getrandbits(8) for _ in range(3))


def ipv6_address(r):
    return str(ipaddress.IPv6Address(0x2001 << 112 | r.getrandbits(112)))


def port(r):
    return r.randrange(49152, 65536)


def tail(options):
    return lambda r: bytes.fromhex(r.choice(options))


# A field's values that nobody has to complain about. A field that is not here
# follows from the stack, or says what else there is: any value but that is
# wrong, which scapy builds as well, and tshark is not asked about it.
FAIR = {
    "eth": {"dst": unicast_mac, "src": unicast_mac},
    "vlan": {"prio": bits(3), "dei": bits(1), "id": bits(12)},
    "mpls": {"label": lambda r: r.randrange(16, 1 << 20), "tc": bits(3),
             "ttl": bits(8)},
    "arp": {"op": pick(1, 2), "sha": unicast_mac, "spa": ipv4_address,
            "tha": unicast_mac, "tpa": ipv4_address},
    "ipv4": {"dscp": bits(6), "ecn": bits(2), "id": bits(16), "df": bits(1),
             "ttl": lambda r: r.randrange(1, 256), "src": ipv4_address,
             "dst": ipv4_address, "options": tail(IPV4_OPTIONS)},
    "ipv6": {"dscp": bits(6), "ecn": bits(2), "flow": bits(20),
             "hops": lambda r: r.randrange(1, 256), "src": ipv6_address,
             "dst": ipv6_address},
    "hopopts": {"options": tail(IPV6_OPTIONS)},
    "dstopts": {"options": tail(IPV6_OPTIONS[1:])},
    "srh": {"flags": bits(8), "tag": bits(16),
            "segments": lambda r: [ipv6_address(r) for _ in range(
                r.randrange(1, 5))]},
    "routing": {"data": pick(bytes(4), b"\1\2\3\4", bytes(range(20)))},
    "fragment": {"id": bits(32), "reserved": bits(8), "res": bits(2)},
    "udp": {"src": port, "dst": port},
    "tcp": {"src": port, "dst": port, "seq": bits(32), "ack": bits(32),
            "flags": pick(0x02, 0x10, 0x12, 0x18, 0x11, 0x52, 0xd8),
            "window": bits(16), "options": tail(TCP_OPTIONS)},
    "icmp": {"type": pick(8, 0), "id": bits(16), "seq": bits(16)},
    "icmpv6": {"type": pick(128, 129), "id": bits(16), "seq": bits(16)},
    "igmp": {"type": pick(0x11, 0x16, 0x17), "max_resp": bits(8),
             "group": group},
    "igmp3": {"record": lambda r: r.randrange(1, 7), "group": group,
              "sources": lambda r: [ipv4_address(r) for _ in range(
                  r.randrange(1, 9))]},
    "cw": {},
    "sctp": {"src": port, "dst": port, "vtag": bits(32), "tsn": bits(32),
             "flags": bits(4), "stream": bits(16), "ssn": bits(16)},
    "gre": {"c": pick(1), "k": pick(1), "s": pick(1), "reserved1": pick(0),
            "key": bits(32), "seq": bits(32)},
    "vxlan": {"vni": bits(24), "reserved": bits(24), "reserved2": bits(8)},
    "geneve": {"vni": bits(24), "o": bits(1), "c": bits(1),
               "options": tail(GENEVE_OPTIONS)},
    "gtpu": {"teid": bits(32), "seq": bits(16), "npdu": bits(8), "s": pick(1),
             "pn": pick(1), "ext": tail(GTPU_EXTENSIONS)},
    "pppoe": {"session": bits(16)},
    "raw": {"bytes": lambda r: r.randbytes(r.randrange(1, 60))},
    "llc": {}, "snap": {},
}
FAIR["svlan"] = FAIR["vlan9100"] = FAIR["vlan"]

# What scapy cannot say: flags without what they announce, and the reverse; its
# other forms of a header by these values.
UNSAID = {
    "gre.c", "gre.k", "gre.s", "gre.r", "gre.checksum", "gtpu.e", "gtpu.s",
    "gtpu.pn", "gtpu.next", "gtpu.ext", "vxlan.flags", "icmp.type",
    "icmpv6.type", "srh.segments", "srh.type", "routing.left",
    # scapy writes addresses by what these say.
    "arp.hrd", "arp.pro", "arp.hln", "arp.pln",
    # Dot3 or not, by the type.
    "eth.type", "vlan.type", "svlan.type", "vlan9100.type",
    # scapy's pseudo header takes the length from these, wrong or not.
    "ipv4.len", "ipv4.ihl",
    # The chunk's other fields go by its type.
    "sctp.type", "sctp.len",
}


@pytest.fixture(scope="session")
def fields():
    """{"ipv4.src": bits, or 0 for a tail}"""
    lines = ask(["list"])
    return {line.split()[0]: int(line.split()[1]) for line in lines}


def ask(lines):
    assert os.path.exists(FRAMES), "make build/host/frames"
    done = subprocess.run([FRAMES], input="\n".join(lines) + "\n", text=True,
                          capture_output=True, check=True)
    return done.stdout.splitlines()


def text(value):
    if isinstance(value, bytes):
        return value.hex()
    return ",".join(value) if isinstance(value, list) else str(value)


def line_of(layers, length):
    """The line that asks for it: of several of a name with a number."""
    words = ["/".join(name for name, _ in layers), str(length)]
    for i, (name, values) in enumerate(layers):
        nth = sum(n == name for n, _ in layers[:i + 1])
        words += ["%s.%d.%s=%s" % (name, nth, field, text(value))
                  for field, value in values.items()]
    return " ".join(words)


def sized(layers, r):
    used = sum(scapy_frames.header_length(*layer) for layer in layers)
    names = [name for name, _ in layers]
    # Padding is no part of PPPoE's length, which tshark looks at.
    if "pppoe" in names and names[-1] in ("arp", "igmp", "igmp3"):
        return max(60, used)
    if "pppoe" in names and names[-1] == "sctp":
        return used + 4 * r.randrange(1, 50)
    return max(60, used + 4) + (r.randrange(200) if r.random() < 0.8 else 0)


def compare(cases):
    """Frames of [(layers, length)], each as scapy has it."""
    lines = [line_of(*case) for case in cases]
    ours = ask(lines)
    assert len(ours) == len(cases)
    for line, case, made in zip(lines, cases, ours):
        packet, trailer = scapy_frames.build(*case)
        assert made == (packet + trailer).hex(), line
    return [bytes.fromhex(made) for made in ours], lines


def write_pcap(path, frames):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames):
            out.write(struct.pack("<IIII", i, 0, len(frame), len(frame)))
            out.write(frame)


# The dissectors in question, so that no port is another protocol's.
DISSECTORS = """eth ethertype vlan ieee8021ad llc mpls arp ip ipv6
    ipv6.hopopts ipv6.dstopts ipv6.routing ipv6.routing.type.srh ipv6.fraghdr udp tcp icmp icmpv6
    igmp sctp gre vxlan geneve gtp pppoes ppp data pwethheuristic pwethnocw
    pwethcw frame""".split()
# What tshark calls them; what it has no name for is not here.
CALLED = {
    "eth": "eth", "vlan": "vlan", "svlan": "ieee8021ad", "vlan9100": "vlan",
    "mpls": "mpls", "cw": "pwethcw", "arp": "arp", "ipv4": "ip",
    "ipv6": "ipv6", "hopopts": "ipv6.hopopts", "dstopts": "ipv6.dstopts",
    "srh": "ipv6.routing", "routing": "ipv6.routing",
    "fragment": "ipv6.fraghdr", "udp": "udp", "tcp": "tcp", "icmp": "icmp",
    "icmpv6": "icmpv6", "igmp": "igmp", "igmp3": "igmp", "sctp": "sctp",
    "gre": "gre", "vxlan": "vxlan", "geneve": "geneve", "gtpu": "gtp",
    "pppoe": "pppoes", "llc": "llc",
}
WARN = 0x600000
# Frames of one file have nothing to do with each other.
UNASKED = ("Duplicate IP address configured",)


def once(names):
    """Several labels or tags of a provider are one to tshark, and a message
    of IGMP two."""
    return [name for i, name in enumerate(names)
            if name not in ("mpls", "ieee8021ad", "igmp") or
            names[i - 1:i] != [name]]


def disable_others(folder):
    known = subprocess.run(["tshark", "-G", "protocols"], text=True,
                           capture_output=True, check=True).stdout
    names = {line.split("\t")[2] for line in known.splitlines()}
    assert set(DISSECTORS) <= names
    (folder / "disabled_protos").write_text(
        "\n".join(sorted(names - set(DISSECTORS))) + "\n")
    return str(folder)


def dissect(path, frames, lines):
    write_pcap(path, frames)
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E",
               "aggregator=|", "-e",
               "frame.number", "-e", "_ws.expert.severity", "-e",
               "_ws.expert.message", "-e", "frame.protocols",
               "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
               "-o", "tcp.check_checksum:TRUE", "-o", "sctp.checksum:CRC 32c",
               # They compare frames that have nothing to do with each other.
               "-o", "tcp.analyze_sequence_numbers:FALSE",
               "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"]
    done = subprocess.run(command, text=True, capture_output=True, check=False,
                          env={**os.environ, "WIRESHARK_CONFIG_DIR":
                               disable_others(path.parent)})
    assert done.returncode == 0, done.stderr
    rows = [row.split("\t") for row in done.stdout.splitlines()]
    assert len(rows) == len(frames), done.stderr
    wrong = []
    for (_, severity, message, protocols), line in zip(rows, lines):
        items = zip(severity.split("|"), message.split("|"))
        if any(int(level, 0) >= WARN and not text.startswith(UNASKED)
               for level, text in items if level):
            wrong.append("%s: %s (%s)" % (line, message, protocols))
        asked = once([CALLED[name] for name in line.split()[0].split("/")
                      if name in CALLED])
        if asked != once([name for name in protocols.split(":")
                          if name in CALLED.values()]):
            wrong.append("%s: read as %s" % (line, protocols))
    return wrong


def dump(path, lines):
    done = subprocess.run(["tcpdump", "-vvv", "-n", "-r", str(path)],
                          text=True, capture_output=True, check=True)
    packets = []
    for line in done.stdout.splitlines():
        if re.match(r"\d\d:\d\d:\d\d\.\d{6} ", line):
            packets.append("")
        if not re.match(r"\t+0x", line):
            packets[-1] += line + "\n"
    assert len(packets) == len(lines)
    return ["%s: %s" % (line, packet) for line, packet in zip(lines, packets)
            if any(bad in packet for bad in (
                "bad cksum", "bad udp cksum", "incorrect", "truncated",
                "[|"))]


def named(stack):
    names = stack.split("/")
    r = random.Random(0)
    return [(name, {"dst": vendor_mac(r), "src": vendor_mac(r)}
             if name == "eth" and names[i - 1:i] in (["mpls"], ["cw"]) else {})
            for i, name in enumerate(names)]


def test_each_header_in_a_typical_stack(tmp_path):
    cases = []
    for stack in TYPICAL:
        layers = named(stack)
        used = sum(scapy_frames.header_length(*layer) for layer in layers)
        cases += [(layers, max(used, length)) for length in (
            used + 4, 60, 61, 128)]
    frames, lines = compare(cases)
    covered = {name for stack in TYPICAL for name in stack.split("/")}
    assert covered == set(FAIR)
    wrong = dissect(tmp_path / "a.pcap", frames, lines)
    assert wrong == []
    assert dump(tmp_path / "a.pcap", lines) == []


def test_each_field_at_its_ends(fields):
    """All bits, one bit, none: as scapy has it, right or wrong."""
    assert {name.split(".")[0] for name in fields} | {"raw"} == set(FAIR)
    cases = []
    for full, width in fields.items():
        name, field = full.split(".")
        if not width or full in UNSAID:
            continue
        stack = next(s for s in TYPICAL if name in s.split("/"))
        for value in (0, 1, (1 << width) - 1):
            if width == 48:
                value = ":".join("%02x" % b for b in value.to_bytes(6, "big"))
            if width == 128:
                value = str(ipaddress.IPv6Address(value))
            if width == 32 and field in ("src", "dst", "group", "spa", "tpa"):
                value = str(ipaddress.IPv4Address(value))
            layers = [(n, {field: value} if n == name and
                       "/".join(stack.split("/")[:i]).split("/").count(
                           name) == 0 else {})
                      for i, n in enumerate(stack.split("/"))]
            cases.append((layers, 160))
    compare(cases)


def test_bytes_between_headers_and_long_frames():
    """What tshark cannot read, but scapy write."""
    raw = ("raw", {"bytes": bytes(range(10))})
    cases = []
    for stack in ("raw/ipv4/udp", "eth/raw/ipv6/tcp", "eth/vlan/raw/mpls/ipv4",
                  "eth/ipv4/udp/raw/eth/ipv4/udp", "eth/raw/raw",
                  "eth/llc/raw", "eth/vlan/llc/snap/ipv6"):
        layers = [raw if name == "raw" else (name, {})
                  for name in stack.split("/")]
        cases += [(layers, length) for length in (150, 1514, 1515, 9014)]
    compare(cases)
    compare([(named(stack), length) for stack in TYPICAL
             for length in (1514, 9014)])


def random_stack(r):
    layers, size = [("eth", {})], 14
    while True:
        name = layers[-1][0]
        # An extension header stands once (RFC 8200, 4.1).
        have = [n for n, _ in layers]
        choices = [n for n in NEXT.get(name, [])
                   if n not in EXTENSIONS or n not in have]
        if not choices or r.random() < LAST.get(name, 0.05):
            break
        above = r.choice(choices)
        if len(layers) == 14 or size > 300:
            return random_stack(r)
        layers.append((above, {}))
        size += scapy_frames.header_length(above, {})
    return layers


def random_values(layers, r, fields):
    """Fields of layers, and whether all of them are fair."""
    fair, made = True, []
    for i, (name, _) in enumerate(layers):
        values = {field: value(r) for field, value in FAIR[name].items()
                  if r.random() < 0.3}
        # The segment on the way, unless it is to be wrong.
        if name == "ipv6" and any(n == "srh" for n, _ in layers):
            values.pop("dst", None)
        if name == "eth" and i and layers[i - 1][0] in ("mpls", "cw"):
            values = {"dst": vendor_mac(r), "src": vendor_mac(r)}
        # Another port is no tunnel.
        if name == "udp" and i + 1 < len(layers):
            values.pop("dst", None)
        if r.random() < 0.05:
            full = r.choice([f for f, width in fields.items()
                             if f.split(".")[0] == name and width and
                             f not in UNSAID] or [None])
            if full and full.split(".")[1] not in FAIR[name]:
                values[full.split(".")[1]] = r.getrandbits(fields[full])
                fair = False
        made.append((name, values))
    return made, fair


def test_random_stacks_with_random_values(tmp_path, fields):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print("SEED=%d" % seed)
    r = random.Random(seed)
    cases, fair = [], []
    while len(cases) < STACKS:
        layers, is_fair = random_values(random_stack(r), r, fields)
        length = sized(layers, r)
        if length > 1500:
            continue
        cases.append((layers, length))
        fair.append(is_fair)
    frames, lines = compare(cases)
    asked = [(f, line) for f, line, ok in zip(frames, lines, fair) if ok]
    assert len(asked) > STACKS * 0.75
    frames, lines = zip(*asked)
    wrong = dissect(tmp_path / "a.pcap", frames, lines)
    assert wrong == []
    assert dump(tmp_path / "a.pcap", lines) == []
