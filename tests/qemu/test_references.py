# SPDX-License-Identifier: BSD-3-Clause
"""Frames that go without references, by the back ends of QEMU: those that a round which is
played again keeps, and received ones that are lent to the device. Each that was sent is on
the host once, byte by byte, as often as is counted."""
import collections
import socket
import struct
import threading

import pytest

from lab import lab, own_network, until  # noqa: F401
from test_network import sh, tap

STREAMS = 8
ENOUGH = 2000  # some laps of the ring
UNDER_WAY = 64  # of what the host sends: none is dropped on the way
ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
HOST = bytes.fromhex("020000000001")


class Host:
    """Has the frames that come to the host, in order."""

    def __init__(self):
        self.frames = []

    def listen(self):
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        for frame in self.read():
            self.frames.append(frame)

    def taken(self, count):
        """So many; what comes after them is not awaited, and seen by the next."""
        until(lambda: len(self.frames) >= count,
              lambda: "%d of %d came" % (len(self.frames), count))
        frames, self.frames = self.frames, []
        return frames


class Dgram(Host):
    def __init__(self, lab):
        super().__init__()
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(str(lab.path / "theirs"))
        self.ours = str(lab.path / "ours")
        self.net = "dgram:%s,%s" % (self.ours, lab.path / "theirs")
        self.listen()

    def read(self):
        while True:
            yield self.sock.recv(65536)

    def send(self, frame):
        self.sock.sendto(frame, self.ours)


class Stream(Host):
    def __init__(self, lab):
        super().__init__()
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(str(lab.path / "theirs"))
        self.sock.listen()
        self.net = "stream:%s" % (lab.path / "theirs")
        self.listen()

    def read(self):
        self.peer = self.sock.accept()[0]
        with self.peer.makefile("rb") as frames:
            while head := frames.read(4):
                yield frames.read(struct.unpack("!I", head)[0])

    def send(self, frame):
        self.peer.sendall(struct.pack("!I", len(frame)) + frame)


class Tap(Host):
    """What it has no room for, the kernel drops: it is given as much as it needs."""

    def __init__(self, lab):
        super().__init__()
        tap("t0")
        sh("sysctl -qw net.ipv6.conf.t0.disable_ipv6=1")
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
        self.sock.bind(("t0", ETH_P_ALL))
        self.net = "tap:t0"
        self.listen()

    def read(self):
        while True:
            yield self.sock.recv(65536)

    def send(self, frame):
        self.sock.send(frame)


def folded(octets):
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets[:len(octets) & ~1]))
    total += octets[-1] << 8 if len(octets) % 2 else 0
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def udp_is_right(frame):
    end = 14 + int.from_bytes(frame[16:18], "big")
    pseudo = frame[26:34] + b"\0\x11" + frame[38:40]
    return folded(pseudo + frame[34:end]) == 0xffff


def shown(line, stream):
    """Its frame, as `show frame` has it."""
    return bytes.fromhex("".join(row[6:] for row in line.json(
        "show frame 0 0.%d --json" % stream)["hex"]))


def run_of(line, host):
    """What each stream says that it sent in a run, and what came to the host."""
    line.ask("stats clear; start 0; wait 0 tx.packets >= %d within 60s; stop 0; "
             "wait 0 idle within 60s" % ENOUGH)
    sent = {row["stream"]: row["tx"]["packets"]
            for row in line.json("stats 0.all --json")["streams"]}
    total = line.ports()[0]["tx"]["packets"]
    assert sum(sent.values()) == total >= ENOUGH and len(sent) == STREAMS
    return sent, host.taken(total)


def shared(line, host):
    frames = {shown(line, i): i for i in range(STREAMS)}
    assert len(frames) == STREAMS
    # The second time what was kept of the first is back.
    for _ in range(2):
        sent, came = run_of(line, host)
        assert collections.Counter(frames.get(frame, frame) for frame in came) == sent


def edited(line, host):
    """Signed: each has a number of its own, and the rest is as it is shown."""
    line.ask("signature 0.all on")

    def rest(frame):
        # All but the UDP checksum and the signature, which ends with the datagram.
        end = 14 + int.from_bytes(frame[16:18], "big")
        return frame[:40] + frame[42:end - 18] + frame[end:], frame[end - 18:end]

    frames = {rest(shown(line, i))[0]: i for i in range(STREAMS)}
    sent, came = run_of(line, host)
    numbers = {i: [] for i in range(STREAMS)}
    for frame in came:
        assert udp_is_right(frame)
        body, mark = rest(frame)
        assert mark[:3] == b"\xb5\xc1\x26" and int.from_bytes(mark[10:12], "big") >> 2 == \
            frames[body]
        numbers[frames[body]].append(int.from_bytes(mark[5:10], "big"))
    assert numbers == {i: list(range(sent[i])) for i in sent}
    line.ask("signature 0.all off")


def lent(line, host):
    """Sent back in the buffers in which they came, by several laps of the ring."""
    mac = bytes.fromhex(line.json("port --json")["ports"][0]["mac"].replace(":", ""))
    line.ask("mode 0 reflect; stats clear; start 0")
    here, there = socket.inet_aton("10.1.0.1"), socket.inet_aton("10.1.0.2")

    def datagram(macs, addresses, ports, i):
        # At first alike, so that descriptors can stay as they stand in the ring.
        size = 60 + max(0, i - ENOUGH // 2) * 7 % 1400
        body = struct.pack("!I", i) + bytes(k * i & 0xff for k in range(size - 46))
        ip = struct.pack("!BBHHHBBH", 0x45, 0, size - 14, i, 0, 64, 17, 0)
        ip = ip[:10] + struct.pack("!H", folded(ip + addresses) ^ 0xffff) + addresses
        udp = struct.pack("!HHHH", *ports, size - 34, 0) + body
        return macs + b"\x08\0" + ip + udp

    came = []
    for i in range(ENOUGH):
        host.send(datagram(mac + HOST, here + there, (1000, 2000), i))
        until(lambda: i - len(came) - len(host.frames) < UNDER_WAY, lambda: "%d is lost" % i)
    came = host.taken(ENOUGH)
    line.ask("stop 0; wait 0 idle within 60s")
    want = [datagram(HOST + mac, there + here, (2000, 1000), i) for i in range(ENOUGH)]
    assert came == want
    port = line.ports()[0]
    assert port["rx"]["packets"] == port["tx"]["packets"] == ENOUGH
    line.ask("mode 0 txrx")


@pytest.mark.parametrize("layout", [(), ("--packed",)], ids=["split", "packed"])
@pytest.mark.parametrize("kind", [Dgram, Stream, Tap])
def test_frames_without_references_arrive(own_network, lab, kind, layout):
    host = kind(lab)
    with lab.start("a", "--accel", "tcg", "--net", host.net, *layout) as line:
        line.ask("stream 0.1-%d add; rate 0.all max" % (STREAMS - 1))
        line.ask("; ".join("dst 0.%d udp %d; size 0.%d %d" % (i, 5000 + i, i, 68 + 100 * i)
                           for i in range(STREAMS)))
        # A round that the ring has room for a whole number of times, and one of which not.
        shared(line, host)
        line.ask("; ".join("weight 0.%d %d" % (i, 1 + i % 3) for i in range(STREAMS)))
        edited(line, host)
        lent(line, host)
        shared(line, host)
