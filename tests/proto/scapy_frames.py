# SPDX-License-Identifier: BSD-3-Clause
"""Frames by scapy, from stacks and values as build/host/frames takes them.

What follows from the stack is left to scapy where scapy knows it; numbers and
defaults that it lacks stand here, from the RFCs and docs, not from our code."""
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header
from scapy.contrib.igmp import IGMP
from scapy.contrib.igmpv3 import IGMPv3, IGMPv3gr, IGMPv3mr
from scapy.contrib.mpls import MPLS, EoMCW
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6EchoReply, ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting,
    IPv6ExtHdrSegmentRouting)
from scapy.layers.l2 import (
    ARP, GRE, LLC, SNAP, Dot1AD, Dot1Q, Dot3, Ether)
from scapy.layers.ppp import PPPoE
from scapy.layers.sctp import SCTP, SCTPChunkData
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw

MACS = {"dst": "02:00:00:00:00:02", "src": "02:00:00:00:00:01"}
PORTS = {"src": 5001, "dst": 5001}
EXPERIMENT = 0x88b5

# What is not 0 where nothing is set, and does not follow from the stack.
DEFAULT = {
    "eth": MACS,
    "vlan": {"id": 1}, "svlan": {"id": 1}, "vlan9100": {"id": 1},
    "mpls": {"label": 16, "ttl": 64},
    "arp": {"hrd": 1, "pro": 0x800, "hln": 6, "pln": 4, "op": 1,
            "spa": "198.18.0.1", "tpa": "198.18.0.2",
            "tha": "00:00:00:00:00:00"},
    "ipv4": {"version": 4, "df": 1, "ttl": 64,
             "src": "198.18.0.1", "dst": "198.18.0.2"},
    "ipv6": {"version": 6, "hops": 64, "src": "2001:2::1"},
    "hopopts": {"options": bytes.fromhex("010400000000")},
    "dstopts": {"options": bytes.fromhex("010400000000")},
    "srh": {"type": 4, "segments": ["2001:2::2"]},
    "routing": {"type": 253, "data": bytes(4)},
    "fragment": {}, "udp": PORTS,
    "tcp": {**PORTS, "flags": 0x10, "window": 8192},
    "icmp": {"type": 8}, "icmpv6": {"type": 128},
    "igmp": {"type": 0x16, "max_resp": 0, "group": "233.252.0.1"},
    "igmp3": {"type": 0x22, "records": 1, "record": 4,
              "group": "233.252.0.1", "sources": []},
    "cw": {},
    "sctp": {**PORTS, "vtag": 1, "flags": 3},
    "gre": {}, "vxlan": {"flags": 8, "vni": 1}, "geneve": {"vni": 1},
    "gtpu": {"version": 1, "pt": 1, "type": 255, "teid": 1},
    "pppoe": {"version": 1, "type": 1, "session": 1},
    "llc": {"control": 3}, "snap": {}, "raw": {},
}

# Bytes of the header; what its tail makes it a multiple of; its tail's name.
LENGTH = {
    "eth": 14, "vlan": 4, "svlan": 4, "vlan9100": 4, "mpls": 4, "arp": 28,
    "ipv4": (20, 4, "options"), "ipv6": 40, "hopopts": (2, 8, "options"),
    "dstopts": (2, 8, "options"), "srh": 8, "routing": (4, 8, "data"),
    "fragment": 8, "udp": 8, "tcp": (20, 4, "options"), "icmp": 8,
    "icmpv6": 8, "igmp": 8, "igmp3": 16, "cw": 4, "sctp": 28, "gre": 4, "vxlan": 8,
    "geneve": (8, 4, "options"), "gtpu": 8, "pppoe": 8, "llc": 3, "snap": 5,
    "raw": (0, 1, "bytes"),
}

ETHER = {"vlan": 0x8100, "svlan": 0x88a8, "vlan9100": 0x9100, "mpls": 0x8847,
         "arp": 0x806, "ipv4": 0x800, "ipv6": 0x86dd, "pppoe": 0x8864,
         "eth": 0x6558}
IP_PROTO = {"ipv4": 4, "ipv6": 41, "hopopts": 0, "dstopts": 60, "srh": 43,
            "routing": 43, "fragment": 44, "udp": 17, "tcp": 6, "icmp": 1,
            "icmpv6": 58, "igmp": 2, "igmp3": 2, "sctp": 132, "gre": 47}
PPP_PROTO = {"ipv4": 0x21, "ipv6": 0x57, "mpls": 0x281}
# scapy's VXLAN goes to 8472, which Linux used before there was an RFC.
UDP_PORT = {"vxlan": 4789, "geneve": 6081, "gtpu": 2152}

# What names the next: scapy's field, numbers, and the one without a next.
NAMES_NEXT = {
    "eth": ("type", ETHER, EXPERIMENT),
    "vlan": ("type", ETHER, EXPERIMENT),
    "svlan": ("type", ETHER, EXPERIMENT),
    "vlan9100": ("type", ETHER, EXPERIMENT),
    "snap": ("code", ETHER, EXPERIMENT),
    "gre": ("proto", ETHER, EXPERIMENT),
    "geneve": ("proto", ETHER, EXPERIMENT),
    "ipv4": ("proto", IP_PROTO, 253),
    "ipv6": ("nh", IP_PROTO, 253),
    "hopopts": ("nh", IP_PROTO, 253),
    "dstopts": ("nh", IP_PROTO, 253),
    "srh": ("nh", IP_PROTO, 253),
    "routing": ("nh", IP_PROTO, 253),
    "fragment": ("nh", IP_PROTO, 253),
}
# Class, and names of fields where scapy's differ.
PLAIN = {
    "vlan": (Dot1Q, {"dei": "id", "id": "vlan"}),
    "vlan9100": (Dot1Q, {"dei": "id", "id": "vlan"}),
    "svlan": (Dot1AD, {"dei": "id", "id": "vlan"}),
    "mpls": (MPLS, {"tc": "cos"}),
    "arp": (ARP, {"hrd": "hwtype", "pro": "ptype", "hln": "hwlen",
                  "pln": "plen", "sha": "hwsrc", "spa": "psrc",
                  "tha": "hwdst", "tpa": "pdst"}),
    "fragment": (IPv6ExtHdrFragment, {"reserved": "res1", "res": "res2",
                                      "more": "m", "next": "nh"}),
    "udp": (UDP, {"src": "sport", "dst": "dport", "checksum": "chksum"}),
    "tcp": (TCP, {"src": "sport", "dst": "dport", "offset": "dataofs",
                  "checksum": "chksum", "urgent": "urgptr"}),
    "igmp": (IGMP, {"max_resp": "mrcode", "group": "gaddr",
                    "checksum": "chksum"}),
    "icmp": (ICMP, {"checksum": "chksum"}),
    "vxlan": (VXLAN, {"reserved": "reserved1"}),
    "geneve": (GENEVE, {"o": "oam", "c": "critical", "optlen": "optionlen"}),
    "gtpu": (GTP_U_Header, {"pt": "PT", "e": "E", "s": "S", "pn": "PN",
                            "type": "gtp_type", "len": "length",
                            "next": "next_ex"}),
    "llc": (LLC, {"control": "ctrl"}),
    "snap": (SNAP, {"oui": "OUI", "pid": "code"}),
}


class Bytes(Raw):
    """Options of a packet as they are: scapy would read and write its own."""

    def alignment_delta(self, _):
        return 0


def header_length(name, fields):
    """Bytes of a layer, as our program makes it."""
    given = {**DEFAULT[name], **fields}
    length, unit, tail = (LENGTH[name] if isinstance(LENGTH[name], tuple)
                          else (LENGTH[name], 1, None))
    if name == "srh":
        length += 16 * len(given["segments"])
    if name == "igmp3":
        length += 4 * len(given["sources"])
    if name == "gre":
        length += 4 * sum(any(given.get(f) is not None and (f[1:] or given[f])
                              for f in part) for part in (
                                  ("checksum", "reserved1", "c"),
                                  ("key", "k"), ("seq", "s")))
    if name == "gtpu":
        length += 4 * any(f in fields for f in (
            "e", "s", "pn", "seq", "npdu", "next", "ext"))
        length += len(given.get("ext", b""))
    length += len(given.get(tail, b""))
    return length + -length % unit


def filled(data, used, unit):
    return data + bytes(-(used + len(data)) % unit)


def ethernet(given, layers, i, behind):
    if "type" not in given and i + 1 < len(layers) and \
            layers[i + 1][0] == "llc":
        if behind <= 1500:
            return Dot3(dst=given["dst"], src=given["src"])
        given["type"] = 0x8870
    return Ether(**given)


def tag(name, given, layers, i, behind):
    cls, names = PLAIN[name]
    # scapy takes a tag's type from what it knows above: no lengths.
    if "type" not in given and i + 1 < len(layers) and \
            layers[i + 1][0] == "llc":
        given["type"] = behind if behind <= 1500 else 0x8870
    return cls(**{names.get(k, k): v for k, v in given.items()})


def ipv4(given):
    tos = given.pop("dscp", 0) << 2 | given.pop("ecn", 0)
    flags = (given.pop("rb", 0) << 2 | given.pop("df", 0) << 1 |
             given.pop("mf", 0))
    names = {"offset": "frag", "checksum": "chksum"}
    options = given.pop("options", b"")
    if options:
        given["options"] = [Bytes(filled(options, 0, 4))]
    if "id" not in given:
        given["id"] = 0
    return IP(tos=tos, flags=flags,
              **{names.get(k, k): v for k, v in given.items()})


def ipv6(given, layers, i):
    tc = given.pop("dscp", 0) << 2 | given.pop("ecn", 0)
    names = {"flow": "fl", "len": "plen", "next": "nh", "hops": "hlim"}
    if "dst" not in given:
        given["dst"] = "2001:2::2"
        for name, fields in layers[i + 1:]:
            if name == "srh":
                # On its way to the segment of that number.
                segments = fields.get("segments", DEFAULT["srh"]["segments"])
                left = fields.get("left", len(segments) - 1)
                if left < len(segments):
                    given["dst"] = segments[left]
                break
            if name not in ("hopopts", "dstopts", "routing", "fragment"):
                break
    return IPv6(tc=tc, **{names.get(k, k): v for k, v in given.items()})


def extension(name, given):
    if "next" in given:
        given["nh"] = given.pop("next")
    if name in ("hopopts", "dstopts"):
        cls = IPv6ExtHdrHopByHop if name == "hopopts" else IPv6ExtHdrDestOpt
        # Padding of its own would be PadN.
        return cls(options=[Bytes(filled(given.pop("options"), 2, 8))],
                   autopad=0, **given)
    if name == "srh":
        flags = given.pop("flags", 0)
        # One that is not set counts as not 0 to scapy's checksums.
        given.setdefault("left", len(given["segments"]) - 1)
        names = {"left": "segleft", "last": "lastentry",
                 "segments": "addresses"}
        return IPv6ExtHdrSegmentRouting(
            unused1=flags >> 7, protected=flags >> 6, oam=flags >> 5,
            alert=flags >> 4, hmac=flags >> 3, unused2=flags,
            **{names.get(k, k): v for k, v in given.items()})
    data = filled(given.pop("data"), 4, 8)
    # scapy has addresses behind the first four bytes: our data are such.
    addresses = [data[at:at + 16] for at in range(4, len(data), 16)]
    assert not addresses or len(addresses[-1]) == 16
    return IPv6ExtHdrRouting(
        reserved=int.from_bytes(data[:4], "big"), segleft=given.pop("left", 0),
        addresses=[":".join(a[k:k + 2].hex() for k in range(0, 16, 2))
                   for a in addresses], **given)


def gre(given):
    bits = given.pop("reserved", 0)
    c = given.pop("c", "checksum" in given or "reserved1" in given)
    k = given.pop("k", "key" in given)
    s = given.pop("s", "seq" in given)
    names = {"checksum": "chksum", "reserved1": "offset",
             "seq": "sequence_number", "r": "routing_present"}
    return GRE(chksum_present=int(c), key_present=int(k),
               seqnum_present=int(s), strict_route_source=bits >> 8,
               recursion_control=bits >> 5 & 7, flags=bits & 31,
               **{names.get(f, f): v for f, v in given.items()})


def igmp3(given):
    names = {"record": "rtype", "group": "maddr", "sources": "srcaddrs",
             "aux_len": "auxdlen", "nb_sources": "numsrc"}
    record = IGMPv3gr(**{theirs: given.pop(ours) for ours, theirs
                         in names.items() if ours in given})
    reserved = given.pop("reserved", 0)
    names = {"reserved2": "res2", "records": "numgrp"}
    checksum = given.pop("checksum", None)
    kind = given.pop("type")
    report = IGMPv3mr(records=[record], **{
        names.get(k, k): v for k, v in given.items()})
    return IGMPv3(type=kind, mrcode=reserved, chksum=checksum) / report


def sctp(given, payload):
    common = {"sport": given.pop("src"), "dport": given.pop("dst"),
              "tag": given.pop("vtag"),
              "chksum": given.pop("checksum", None)}
    flags = given.pop("flags")
    names = {"stream": "stream_id", "ssn": "stream_seq", "ppid": "proto_id"}
    chunk = {names.get(k, k): v for k, v in given.items()}
    return SCTP(**common) / SCTPChunkData(
        reserved=flags >> 4, delay_sack=flags >> 3 & 1,
        unordered=flags >> 2 & 1, beginning=flags >> 1 & 1, ending=flags & 1,
        data=payload, **chunk)


def tcp_options(data):
    """As (kind, bytes), which scapy writes without a look at them."""
    options = []
    while data:
        length = data[1] if data[0] > 1 else 1
        options.append((data[0], data[2:length]))
        data = data[length:]
    return options


def tunnel(given, fields, layers, i):
    above = layers[i + 1][0] if i + 1 < len(layers) else None
    if "dst" not in fields:
        given["dst"] = UDP_PORT.get(above, given["dst"])
    # RFC 7348, 5; RFC 8926, 3.3: zero.
    if above in ("vxlan", "geneve") and layers[i - 1][0] == "ipv4":
        given.setdefault("checksum", 0)


def one(name, fields, layers, i, behind, payload):
    """The scapy layer of layer i, with what was set and the defaults."""
    given = {**DEFAULT[name], **fields}
    if name == "eth":
        return ethernet(given, layers, i, behind)
    if "vlan" in name:
        return tag(name, given, layers, i, behind)
    if name == "ipv4":
        return ipv4(given)
    if name == "ipv6":
        return ipv6(given, layers, i)
    if name in ("hopopts", "dstopts", "srh", "routing"):
        return extension(name, given)
    if name == "gre":
        return gre(given)
    if name == "sctp":
        return sctp(given, payload)
    if name == "igmp3":
        return igmp3(given)
    if name == "cw":
        # Four bits and eight of scapy's are our flags, fragment and length.
        return EoMCW(zero=given.get("zero", 0),
                     reserved=given.get("flags", 0) << 8 |
                     given.get("frg", 0) << 6 | given.get("len", 0),
                     seq=given.get("seq", 0))
    if name == "raw":
        return Raw(given.get("bytes", b""))
    if name == "pppoe":
        # scapy makes a number below 256 one byte, which RFC 2516, 7 advises
        # against.
        above = layers[i + 1][0] if i + 1 < len(layers) else None
        proto = given.pop("proto", PPP_PROTO.get(above, 0x21))
        if "session" in given:
            given["sessionid"] = given.pop("session")
        return PPPoE(**given) / Raw(proto.to_bytes(2, "big"))
    if name == "icmpv6":
        cls = ICMPv6EchoRequest if given["type"] == 128 else ICMPv6EchoReply
        if "checksum" in given:
            given["cksum"] = given.pop("checksum")
        return cls(**given)
    options = given.pop("options", None)
    if name == "tcp":
        # scapy has three reserved bits and nine flags.
        reserved = given.pop("reserved", 0)
        given["reserved"] = reserved >> 1
        given["flags"] |= (reserved & 1) << 8
        given["options"] = tcp_options(options or b"")
    if name == "geneve":
        data = filled(options or b"", 0, 4)
        # scapy's own length loses a bit: it masks with 0x2f.
        given.setdefault("optlen", len(data) // 4)
        given["options"] = [Bytes(data)]
    if name == "gtpu":
        ext = given.pop("ext", None)
        if ext:
            # A PDU session container.
            given.setdefault("next", 0x85)
        for flag, field in (("s", "seq"), ("pn", "npdu"), ("e", "next")):
            given.setdefault(flag, int(field in given))
    if name == "arp" and "sha" not in given:
        given["sha"] = next(
            {**MACS, **f}["src"] for n, f in reversed(layers[:i])
            if n == "eth")
    if name == "udp":
        tunnel(given, fields, layers, i)
    cls, names = PLAIN[name]
    layer = cls(**{names.get(k, k): v for k, v in given.items()})
    if name == "gtpu" and ext:
        layer /= Raw(ext)
    return layer


NO_PAYLOAD = ("arp", "igmp", "igmp3")


def build(layers, length):
    """Bytes of a frame of that length; layers are (name, {field: value})."""
    lengths = [header_length(*layer) for layer in layers]
    left = length - sum(lengths)
    payload = bytes(i & 255 for i in range(left))
    trailer = b""
    if layers[-1][0] in NO_PAYLOAD:
        payload, trailer = b"", bytes(left)
    elif layers[-1][0] == "sctp" and left % 4:
        # Chunks are filled up to four bytes; what is less is padding.
        payload, trailer = payload[:left - left % 4], payload[-(left % 4):]
    packet = None
    for i, (name, fields) in enumerate(layers):
        behind = length - len(trailer) - sum(lengths[:i + 1])
        layer = one(name, fields, layers, i, behind, payload)
        packet = layer if packet is None else packet / layer
    if layers[-1][0] != "sctp":
        packet /= Raw(payload)
    name_next(packet, layers)
    return bytes(packet), trailer


def name_next(packet, layers):
    """Where scapy has no binding, the number of the RFC."""
    at = packet
    for i, (name, fields) in enumerate(layers):
        if name == "pppoe":
            at = at.payload
        if name in NAMES_NEXT and not isinstance(at, Dot3):
            field, numbers, none = NAMES_NEXT[name]
            above = layers[i + 1][0] if i + 1 < len(layers) else None
            # scapy's tag is of type 8100, whatever its number.
            known = field in at.overloaded_fields and above != "vlan9100"
            if field not in at.fields and not known:
                setattr(at, field, numbers.get(above, none))
        at = at.payload
        if name == "sctp" or (name == "gtpu" and fields.get("ext")):
            at = at.payload
