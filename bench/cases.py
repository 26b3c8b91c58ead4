# SPDX-License-Identifier: BSD-3-Clause
"""What make bench measures, as data. A case is a few contenders that run in turns,
so that each has its share of what the machine does; ratios are to the first."""
import os
from dataclasses import dataclass, field

import dpdk
import held
import peers
from appliance import IMAGE, ROOT

RUNS = 5
FEW_RUNS = 2  # of what is counted rather than timed
SIZES = (64, 128, 256, 512, 1024, 1280, 1518, 9018)
LESS_SIZES = (64, 512, 1518, 9018)
BURSTS = (1, 4, 16, 64, 256)
BURST = 64
DPDK_BURSTS = (32, 64)  # testpmd's default, and ours
LAYOUTS = {"split": False, "packed": True}
# An address of /22 makes 1,024 flows, one of /12 1,048,576.
CONTENTS = {"one shared frame": "strategy shared",
            "signed": "signature on",
            "1 flow": "strategy pool",
            "1,024 flows": "src ip 10.0.0.0/22",
            "1,048,576 flows": "src ip 10.0.0.0/12",
            "signed, 1,048,576 flows": "signature on; src ip 10.0.0.0/12"}
# What varies, each beside signed frames.
FIELDS = {"signed": CONTENTS["signed"],
          "a field": "set udp.src 1000-1999",
          "five fields": "set ipv4.src 10.0.0.1-10.0.3.231; set ipv4.dst "
                         "10.1.0.1-10.1.3.231; set udp.src 1000-1999; set udp.dst "
                         "2000-2999; set ipv4.ttl 1-250",
          "nested": "set ipv4.src 10.0.0.0/24; set ipv4.dst 10.1.0.0/24; "
                    "vary nested ipv4.src ipv4.dst",
          "random": "set ipv4.src random",
          "shuffled": "set ipv4.src 10.0.0.0/8 shuffled"}
FLOWS = (1, 2, 5, 10)  # millions
PACED = 100000000  # frames a second of all streams: more than there is time for
STREAMS = (1, 256, 2048)
FILES = {"a list of 500,000": (held.values, "set udp.src list @bench"),
         "a capture": (held.capture, "play bench speed rate loops forever")}
# As 'tcpdump -ddd udp port 7' prints it; nothing that comes is.
NEVER = ("20,40,0,0,12,21,0,6,34525,48,0,0,20,21,0,15,17,40,0,0,54,21,12,0,7,40,0,0,56,"
         "21,10,11,7,21,0,10,2048,48,0,0,23,21,0,8,17,40,0,0,20,69,6,0,8191,177,0,0,14,"
         "72,0,0,14,21,2,0,7,72,0,0,16,21,0,1,7,6,0,0,262144,6,0,0,0")
# The same of "ether[0] = 3": the least that a filter can ask of a frame.
BYTE = "4,48,0,0,0,21,0,1,3,6,0,0,262144,6,0,0,0"
IMAGES = {"as it is": IMAGE,
          "with LTO": os.path.join(ROOT, "build", "lto", "ukpktgen.elf"),
          "without section GC": os.path.join(ROOT, "build", "nogc", "ukpktgen.elf")}


@dataclass
class Contender:
    """The appliance, `commands` of it before its start, and what it is tied to."""
    name: str
    peer: type = None
    options: dict = field(default_factory=dict)  # of the peer
    mode: str = "tx"
    commands: str = ""
    file: object = None  # what makes its store's file `bench`
    qemu: dict = field(default_factory=dict)  # of the appliance.Appliance
    size: int = 64  # of its frames; None where bits a second say nothing


@dataclass
class Dpdk:
    """DPDK's own port in the appliance's place."""
    name: str
    options: dict
    size: int = 64


@dataclass
class SelfDriven:
    """The checking sink and a driver within its own process."""
    name: str
    layout: str
    frames: str = "one shared frame"
    size: int = 64


@dataclass
class Case:
    name: str
    title: str
    contenders: list
    unit: str = "Mpps"
    runs: int = RUNS  # at most


def jumbo(size):
    return {"nic": ",host_mtu=9000"} if size > 1518 else {}


def send(name, packed=False, size=64, commands="", **qemu):
    return Contender(name, peers.Vhost, {"packed": packed, "size": size}, "tx",
                     "size %d; %s" % (size, commands), None, {**jumbo(size), **qemu},
                     size)


def take(name, peer, mode, packed=False, size=64, options=("--unsigned",), commands="",
         **qemu):
    return Contender(name, peer, {"packed": packed, "size": size, "options": options},
                     mode, commands, None, {**jumbo(size), **qemu}, size)


def beside_dpdk():
    for layout, packed in LAYOUTS.items():
        for verb, back, mode in (("send", "rxonly", "tx"), ("receive", "txonly", "rx")):
            for burst in DPDK_BURSTS:
                ends = {"packed": packed, "mode": back,
                        "options": ("--burst=%d" % burst,)}
                yield Case("dpdk-%s-%s-%d" % (verb, layout, burst),
                           "%s, testpmd %s, bursts of %d, %s ring" % (
                               verb, back, burst, layout),
                           [Dpdk("DPDK's virtio_user", ends),
                            Contender("ukpktgen", dpdk.Backend, ends, mode)])


def to_testpmd():
    for layout, packed in LAYOUTS.items():
        ends = {"packed": packed, "mode": "rxonly", "options": ("--burst=%d" % BURST,)}
        yield Case("testpmd-content-" + layout,
                   "what the frames hold, testpmd rxonly, %s ring" % layout, [
                       Contender(name, dpdk.Backend, ends, "tx", commands)
                       for name, commands in CONTENTS.items()])


def to_the_sink():
    for layout, packed in LAYOUTS.items():
        ring = ", %s ring" % layout
        yield Case("sink-" + layout, "into the checking sink" + ring, [
            SelfDriven("a driver in its process", layout), send("ukpktgen", packed),
            SelfDriven("a driver in its process, signed", layout, "signed frames"),
            send("ukpktgen, signed", packed, 64, CONTENTS["signed"])],
            runs=3)
        yield Case("send-content-" + layout, "what the frames hold" + ring, [
            send(name, packed, 64, commands) for name, commands in CONTENTS.items()])
        yield Case("send-size-" + layout, "send by size" + ring, [
            send("%d bytes" % size, packed, size) for size in SIZES])
        yield Case("send-burst-" + layout, "send by burst" + ring, [
            send("burst %d" % burst, packed, 64, "burst %d" % burst)
            for burst in BURSTS])


def streams(number, commands):
    """All alike but for their UDP port, which they count up."""
    more = number > 1
    return "; ".join([*(["stream 0.1-%d add" % (number - 1)] if more else ()),
                      *(text.replace("0.N", "0.all" if more else "0")
                        for text in commands)])


def varying():
    for layout, packed in LAYOUTS.items():
        ring = ", %s ring" % layout
        yield Case("send-fields-" + layout, "what varies" + ring, [
            send(name, packed, 64, commands) for name, commands in FIELDS.items()])
        yield Case("send-flows-" + layout, "millions of flows" + ring, [
            send("%d million" % n, packed, 64, "set ipv4.src 10.0.0.1-10.%d.%d.%d" % (
                n * 10**6 >> 16, n * 10**6 >> 8 & 255, n * 10**6 & 255))
            for n in FLOWS])
        yield Case("send-files-" + layout, "what files hold" + ring, [
            send("signed", packed, 64, CONTENTS["signed"], memory="32M"),
            *(Contender(name, peers.Vhost, {"packed": packed}, "tx", commands, file,
                        {"memory": "32M"}) for name, (file, commands) in FILES.items())])
        for what, commands in (("", ()), ("signed", ("signature 0.N on",)),
                               ("paced", ("rate 0.N %dpps",))):
            yield Case("send-streams-%s%s" % (what and what + "-", layout),
                       "streams, %s%s" % (what or "flat out", ring), [
                send("%d" % n, packed, 64, streams(n, [
                    text.replace("%d", str(PACED // n)) for text in commands]),
                    memory="32M")
                for n in STREAMS])


def from_the_source():
    for layout, packed in LAYOUTS.items():
        ring = ", %s ring" % layout
        sizes = LESS_SIZES if packed else SIZES
        yield Case("receive-size-" + layout, "receive by size" + ring, [
            take("%d bytes" % size, peers.Source, "rx", packed, size)
            for size in sizes])
        yield Case("receive-filter-" + layout, "receive, and capture nothing" + ring, [
            take(name, peers.Source, "rx", packed, commands=commands)
            for name, commands in (
                ("no capture", ""),
                ("one byte is read", "capture 0 rx filter %s none.pcap" % BYTE),
                ("no frame is kept", "capture 0 rx filter %s none.pcap" % NEVER))])
        yield Case("reflect-size-" + layout, "reflect by size" + ring, [
            take("%d bytes" % size, peers.Mirror, "reflect-any", packed, size)
            for size in sizes if size <= 1518])  # a chain is not sent back


def elsewhere():
    yield Case("null", "no device: the generator alone", [
        Contender(name, peers.Null, {}, "null", commands, None, {}, None)
        for name, commands in CONTENTS.items()])
    for name, peer in (("dgram", peers.Dgram), ("tap", peers.Tap)):
        yield Case(name, "send to QEMU's own %s" % name, [
            Contender("%d bytes" % size, peer, {}, "tx", "size %d" % size,
                      None, jumbo(size), size) for size in (64, 1518, 9018)])
    yield Case("memory", "memory, into the checking sink", [
        send(memory, memory=memory) for memory in ("16M", "8M", "4M")])


def instructions():
    for layout, packed in LAYOUTS.items():
        yield Case(
            "icount-" + layout, "instructions of the guest for a frame, %s ring" %
            layout, [
                *(send("send, " + name, packed, 64, commands, icount=True)
                  for name, commands in CONTENTS.items()),
                take("receive", peers.Source, "rx", packed, icount=True),
                take("reflect", peers.Mirror, "reflect-any", packed, icount=True)],
            "instructions", FEW_RUNS)


def compiler():
    yield Case("compiler", "link-time optimisation: 1,048,576 signed flows", [
        send(name, commands=CONTENTS["signed, 1,048,576 flows"], image=image)
        for name, image in IMAGES.items()])
    yield Case("compiler-receive", "link-time optimisation: receive", [
        take(name, peers.Source, "rx", image=image) for name, image in IMAGES.items()])
    for what, commands in (("shared", "one shared frame"),
                           ("signed", "signed, 1,048,576 flows")):
        yield Case("compiler-icount-" + what,
                   "link-time optimisation: instructions, " + commands, [
                       send(name, commands=CONTENTS[commands], image=image,
                            icount=True) for name, image in IMAGES.items()],
                   "instructions", FEW_RUNS)


CASES = [*beside_dpdk(), *to_testpmd(), *to_the_sink(), *varying(), *from_the_source(),
         *elsewhere(), *instructions(), *compiler()]
