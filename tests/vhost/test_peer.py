# SPDX-License-Identifier: BSD-3-Clause
"""vhost-peer before a driver of the tests' own: rings, frames, faults, errors."""
import json
import os
import signal
import struct
import time

import pytest
from scapy.all import ARP, IP, UDP, Ether, IPv6, Raw

from driver import (EVENT_IDX, GET_FEATURES, GET_QUEUE_NUM, INDIRECT, MRG_RXBUF, PACKED,
                    SET_FEATURES, SET_KICK, SET_MEM_TABLE, SET_NUM, TX,
                    Driver, GUEST, MEMORY)
from peer import Peer, wait_for

LAYOUTS = {"split": 0, "packed": PACKED}


@pytest.fixture(params=LAYOUTS, ids=LAYOUTS)
def layout(request):
    return LAYOUTS[request.param]


def peer_for(path, features, *options):
    names = {PACKED: "--packed", EVENT_IDX: "--event-idx", MRG_RXBUF: "--mrg-rxbuf"}
    return Peer(path / "v", *(n for f, n in names.items() if features & f), *options)


def signature(seq, stream=3):
    return struct.pack(">IHIQ", 0xb5c12600, 0, seq, stream << 50 | 99)


def frame(payload=b"x" * 18, **ip):
    return bytes(Ether(dst="ff:ff:ff:ff:ff:ff") / IP(**ip) / UDP() / Raw(payload))


def judged(report):
    """The verdicts that were given, without zeros."""
    verdicts = {**report["received"]["reasons"], **report["received"]["unchecked"]}
    return {name: n for name, n in verdicts.items() if n}


# ---- Frames from the driver --------------------------------------------------

def test_good_frames_in_any_number_of_pieces(tmp_path, layout):
    with peer_for(tmp_path, layout) as peer, Driver(peer, layout) as d:
        total = 0
        for n in range(40):  # several times round the ring
            d.tx.send(frame(b"y" * (18 + n)), cut=[[], [12], [7, 12, 30, 50]][n % 3])
            assert len(d.tx.wait(1)) == 1
            total += 14 + 20 + 8 + 18 + n + 4
        report = peer.report()
        assert report["received"]["frames"] == 40
        assert report["received"]["bytes"] == total
        assert report["received"]["sizes"] == {str(64 + n): 1 for n in range(40)}
        assert judged(report) == {}
        assert report["queues"][TX]["chained"] == 26
        assert report["queues"][TX]["packed"] == bool(layout)


def test_bad_frames_are_told_apart(tmp_path, layout):
    good = frame(b"z" * 100)
    spoilt = {
        "too_short": good[:59],
        "ipv4_checksum": good[:22] + b"\x01" + good[23:],
        "udp_checksum": good[:-1] + b"?",
        "ip_length": good + b"?",
        "udp_length": bytes(Ether() / IP() / UDP(len=99) / Raw(b"z" * 100)),
        "no_udp_checksum": bytes(Ether() / IP() / UDP(chksum=0) / Raw(b"z" * 100)),
        "not_udp": bytes(Ether() / IP(proto=47) / Raw(b"z" * 100)),
        "not_ip": bytes(Ether() / ARP()) + bytes(18),
    }
    with peer_for(tmp_path, layout) as peer, Driver(peer, layout) as d:
        d.tx.send(*spoilt.values(), good)
        d.tx.send(good, header=b"\x01" + bytes(11))
        d.tx.send(b"")
        d.tx.wait(len(spoilt) + 3)
        report = peer.report()
        assert judged(report) == {**{name: 1 for name in spoilt}, "offload": 1,
                                  "too_short": 2}
        assert report["received"]["bad"] == 7


def test_ipv6(tmp_path, layout):
    six = bytes(Ether() / IPv6(src="fe80::1", dst="ff02::1") / UDP() / Raw(b"6" * 30))
    with peer_for(tmp_path, layout) as peer, Driver(peer, layout) as d:
        d.tx.send(six, six[:-1] + b"7")
        d.tx.wait(2)
        assert judged(peer.report()) == {"udp_checksum": 1}


def test_sequences(tmp_path):
    with peer_for(tmp_path, 0) as peer, Driver(peer) as d:
        d.tx.send(*(frame(signature(n)) for n in (2, 3, 6, 4, 4, 7)),
                  frame(signature(0, stream=9)))
        d.tx.wait(7)
        report = peer.report()["received"]
        assert report["signed"] == 7
        assert report["streams"] == [
            {"stream": 3, "frames": 6, "first": 2, "last": 7, "gaps": 1, "missing": 1,
             "duplicate": 1, "reordered": 1, "old": 0},
            {"stream": 9, "frames": 1, "first": 0, "last": 0, "gaps": 0, "missing": 0,
             "duplicate": 0, "reordered": 0, "old": 0}]
        peer.do("reset")
        assert peer.report()["received"]["frames"] == 0


def test_a_second_pair_of_queues(tmp_path, layout):
    with peer_for(tmp_path, layout, "--mode", "source", "--hold") as peer, \
            Driver(peer, layout) as d:
        receive, send = d.start(2), d.start(3)
        send.send(frame(), frame())
        d.rings[TX].send(frame())
        send.wait(2)
        d.rings[TX].wait(1)
        receive.post(1)
        peer.do("go 1")
        assert is_right(take(receive, 1)[0])
        assert peer.report()["received"]["frames"] == 3


def test_null_looks_at_nothing(tmp_path, layout):
    with peer_for(tmp_path, layout, "--mode", "null") as peer, \
            Driver(peer, layout) as d:
        d.tx.send(b"?" * 60)
        d.tx.wait(1)
        assert peer.report()["received"]["sizes"] == {"64": 1}
        assert judged(peer.report()) == {}


# ---- Frames to the driver ----------------------------------------------------

def take(ring, count):
    """Received frames without header; each in a buffer of its own."""
    frames = []
    for number, length in ring.wait(count):
        data = ring.data(number, length)
        assert data[:12] == bytes(10) + b"\x01\x00"
        frames.append(data[12:])
    return frames


def is_right(data):
    """Does scapy come to the same lengths and checksums?"""
    packet = Ether(data)
    for layer, field in ((IP, "len"), (IP, "chksum"), (UDP, "len"), (UDP, "chksum")):
        delattr(packet[layer], field)
    return bytes(packet) == data


@pytest.mark.parametrize("pieces", [1, 4])
def test_made_frames_are_right(tmp_path, layout, pieces):
    with peer_for(tmp_path, layout, "--mode", "source", "--hold", "--flows", "3",
                  "--size", "64,65,1518", "--stream", "5") as peer, \
            Driver(peer, layout) as d:
        d.rx.post(4, pieces=pieces)
        peer.do("go 10")
        frames = []
        for _ in range(2):
            frames += take(d.rx, 4)
            d.rx.post(4, pieces=pieces)
        frames += take(d.rx, 2)
        assert [len(f) + 4 for f in frames] == [64, 65, 1518] * 3 + [64]
        for n, data in enumerate(frames):
            assert is_right(data)
            assert Ether(data)[UDP].sport == 5001 + n % 3
            assert data[-18:-5] == signature(n, stream=5)[:13]
        sent = peer.report()["sent"]
        assert sent["frames"] == 10
        assert sent["bytes"] == sum(len(f) + 4 for f in frames)


def test_made_frames_may_be_the_drivers(tmp_path):
    with peer_for(tmp_path, 0, "--mode", "source", "--hold", "--mimic", "--stream", "5",
                  "--streams", "3") as peer, Driver(peer) as d:
        sent = struct.pack(">IHIQ", 0xb5c12612, 0x3400, 9, 5 << 50 | 77 << 40 | 99)
        d.tx.send(frame(sent))
        assert len(d.tx.wait(1)) == 1
        d.rx.post(7)
        peer.do("go 7")
        for n, data in enumerate(take(d.rx, 7)):
            data = data[-18:]
            assert data[:5] == sent[:5]
            assert int.from_bytes(data[5:10], "big") == n // 3
            stamp = int.from_bytes(data[10:], "big")
            assert (stamp >> 50, stamp >> 40 & 0x3ff) == (5 + n % 3, 77)
            # Later than what came, by the driver's clock.
            assert 0 < (stamp - 99 & (1 << 40) - 1) < 600 * 10**9


def test_without_signature(tmp_path):
    with peer_for(tmp_path, 0, "--mode", "source", "--unsigned", "--count", "1") \
            as peer, Driver(peer) as d:
        d.rx.post(1)
        data, = take(d.rx, 1)
        assert is_right(data) and data[42:] == bytes(range(18))


def test_one_frame_in_several_buffers(tmp_path, layout):
    features = layout | MRG_RXBUF
    with peer_for(tmp_path, features, "--mode", "source", "--hold", "--size", "1518") \
            as peer, Driver(peer, features) as d:
        d.rx.post(8, length=400)
        peer.do("go 2")
        used = d.rx.wait(8)
        for first in (0, 4):
            whole = b"".join(d.rx.data(*u) for u in used[first:first + 4])
            assert whole[:12] == bytes(10) + b"\x04\x00"
            assert len(whole) == 12 + 1514 and is_right(whole[12:])


def test_buffers_too_small_end_it(tmp_path, layout):
    with peer_for(tmp_path, layout, "--mode", "source", "--size", "1518") as peer, \
            Driver(peer, layout) as d:
        d.rx.post(1, length=400)
        ends_with(peer, "queue 0: the driver's buffers are too small")


def test_echo(tmp_path, layout):
    with peer_for(tmp_path, layout, "--mode", "echo") as peer, \
            Driver(peer, layout) as d:
        out = [frame(b"e" * (20 + n)) for n in range(3)]
        d.tx.send(*out)
        d.rx.post(2)
        assert take(d.rx, 2) == out[:2]
        assert len(d.tx.wait(2)) == 2  # the third waits for a buffer
        d.rx.post(1)
        assert take(d.rx, 1) == out[2:]
        assert peer.report()["sent"]["frames"] == 3


def test_a_rate(tmp_path):
    """Never more than are due; time is the machine's, so no less is asked for."""
    with peer_for(tmp_path, 0, "--mode", "source", "--hold", "--rate", "20") as peer, \
            Driver(peer) as d:
        d.rx.post(16)
        began = time.monotonic()
        peer.do("go")
        report = peer.wait(lambda r: r["sent"]["frames"] >= 4)
        assert report["sent"]["frames"] <= 1 + 20 * (time.monotonic() - began)


# ---- Notifications -----------------------------------------------------------

@pytest.mark.parametrize("event_idx", [0, EVENT_IDX])
def test_the_driver_is_told_when_it_wants_to_be(tmp_path, layout, event_idx):
    features = layout | event_idx
    with peer_for(tmp_path, features) as peer, Driver(peer, features) as d:
        if not event_idx:  # else the index rules, and stands behind
            d.tx.send(frame())
            d.tx.wait(1)
            peer.report()
            assert d.tx.calls() == 0
        d.tx.want_call(3 if event_idx else None)
        d.tx.send(frame(), frame())
        d.tx.wait(2)
        if event_idx:
            peer.report()
            assert d.tx.calls() == 0
            d.tx.send(frame())
            d.tx.wait(1)
        wait_for(d.tx.calls)
        assert peer.report()["queues"][TX]["calls"] >= 1


@pytest.mark.parametrize("option", [(), ("--kicks",)])
def test_it_asks_for_notifications_or_not(tmp_path, layout, option):
    with peer_for(tmp_path, layout, *option) as peer, Driver(peer, layout) as d:
        assert d.tx.wants_kicks() == bool(option)
        os.eventfd_write(d.tx.kick, 3)
        assert peer.report()["queues"][TX]["kicks"] == 3


# ---- Faults ------------------------------------------------------------------

FRAMES = 4


def used_after(tmp_path, layout, fault, count=FRAMES):
    """What four sent frames and four posted buffers come back as."""
    with peer_for(tmp_path, layout, "--mode", "source", "--hold") as peer, \
            Driver(peer, layout) as d:
        d.rx.post(FRAMES)
        peer.do(fault)
        peer.do("go %d" % FRAMES)
        used = d.rx.wait(count)
        name, times = fault.split()
        assert peer.report()["faults"][name] == int(times)
        frames = [d.rx.data(n & 15, length)[12:] for n, length in used]
        return used, frames


def test_ring_faults(tmp_path, layout):
    whole = 12 + 60
    cases = {
        "bad-id 1": [(0xffff, whole), (1, whole), (2, whole), (3, whole)],
        "dup-id 1": [(0, whole), (0, whole), (2, whole), (3, whole)],
        "swap 1": [(1, whole), (0, whole), (2, whole), (3, whole)],
        "lose 2": [(2, whole), (3, whole)],
        "long 2": [(0, 2048 + 64), (1, 2048 + 64), (2, whole), (3, whole)],
        "short 1": [(0, 5), (1, whole), (2, whole), (3, whole)],
    }
    for fault, wanted in cases.items():
        used, _ = used_after(tmp_path, layout, fault, len(wanted))
        assert used == wanted, fault


def test_frame_faults(tmp_path, layout):
    def seqs(frames):
        return [int.from_bytes(f[-14:-8], "big") for f in frames]

    for fault in ("ipv4-checksum 1", "udp-checksum 1"):
        _, frames = used_after(tmp_path, layout, fault)
        assert [is_right(f) for f in frames] == [False, True, True, True]
        layer = IP if fault.startswith("ipv4") else UDP
        packet = Ether(frames[0])
        del packet[layer].chksum
        assert is_right(bytes(packet))  # nothing else was wrong
    assert [len(f) for f in used_after(tmp_path, layout, "runt 1")[1]] == [40, 60, 60, 60]
    assert seqs(used_after(tmp_path, layout, "gap 1")[1]) == [1, 2, 3, 4]
    assert seqs(used_after(tmp_path, layout, "repeat 1")[1]) == [0, 0, 1, 2]


def test_a_stall_ends(tmp_path, layout):
    with peer_for(tmp_path, layout) as peer, Driver(peer, layout) as d:
        began = time.monotonic()
        peer.do("stall 300")
        d.tx.send(frame())
        d.tx.wait(1)
        assert time.monotonic() - began >= 0.3


def test_disconnect_and_come_back(tmp_path, layout):
    with peer_for(tmp_path, layout) as peer:
        with Driver(peer, layout) as d:
            d.tx.send(frame())
            d.tx.wait(1)
            peer.do("disconnect 200")
            began = time.monotonic()
            assert d.sock.recv(1) == b""
            assert peer.report()["connected"] is False
        with Driver(peer, layout) as d:
            assert time.monotonic() - began >= 0.19
            d.tx.send(frame())
            d.tx.wait(1)
        report = peer.wait(lambda r: not r["connected"])
        assert report["connections"] == 2
        assert report["received"]["frames"] == 2


def test_a_ring_goes_on_where_it_was_stopped(tmp_path, layout):
    with peer_for(tmp_path, layout) as peer, Driver(peer, layout) as d:
        for _ in range(19):
            d.tx.send(frame())
            d.tx.wait(1)
        base = d.stop(TX)
        # Both counts of a packed ring: 3, after one wrap.
        assert base == (0x00030003 if layout else 19)
        d.start(TX, base & 0xffff, d.tx)
        d.tx.send(frame())
        d.tx.wait(1)
        assert peer.report()["received"]["frames"] == 20


# ---- What is wrong ends with a word about it ---------------------------------

def ends_with(peer, *messages):
    report, status, err = peer.end()
    assert status == 1
    for message in messages:
        assert message in err and message in report["error"]


@pytest.mark.parametrize("request_id, payload, message", [
    (99, b"", "message 99 (?): a request that is unknown here"),
    (SET_FEATURES, b"", "message 2 (SET_FEATURES): the message is too short"),
    (SET_FEATURES, b"\xff" * 8, "features that were not offered"),
    (SET_NUM, struct.pack("<II", 16, 256), "no such queue"),
    (SET_NUM, struct.pack("<II", 1, 40000), "a size out of 1..32768"),
    (SET_KICK, struct.pack("<Q", 1), "no such queue"),
    (SET_KICK, struct.pack("<Q", 0x101), "does not speak virtio 1"),
    (SET_MEM_TABLE, struct.pack("<II", 9, 0), "more regions than it has room for"),
    (SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, 0, 4096, 0, 0),
     "not one descriptor for each region"),
])
def test_wrong_messages(tmp_path, request_id, payload, message):
    with Peer(tmp_path / "v") as peer, Driver(peer, start=False) as d:
        d.send(request_id, payload)
        ends_with(peer, message)


@pytest.mark.parametrize("flags, size, message", [
    (2, 0, "not version 1 of vhost-user"),
    (5, 0, "not version 1 of vhost-user"),
    (1, 1 << 20, "longer than any message"),
])
def test_wrong_headers(tmp_path, flags, size, message):
    with Peer(tmp_path / "v") as peer, Driver(peer, start=False) as d:
        d.send(GET_FEATURES, flags=flags, size=size)
        ends_with(peer, message)


def test_a_message_that_breaks_off(tmp_path):
    with Peer(tmp_path / "v") as peer, Driver(peer, start=False) as d:
        d.send(SET_FEATURES, b"1234", size=8)
        d.sock.close()
        ends_with(peer, "it was cut off")


def test_a_ring_that_is_not_there(tmp_path):
    with Peer(tmp_path / "v") as peer, Driver(peer, start=False) as d:
        d.negotiate()
        d.send(SET_NUM, struct.pack("<II", TX, 16))
        d.send(SET_KICK, struct.pack("<Q", 0x100 | TX))
        ends_with(peer, "message 12 (SET_VRING_KICK): a ring is outside of memory")


@pytest.mark.parametrize("what, message", [
    ("address", "address is outside of memory"),
    ("length", "address is outside of memory"),
    ("direction", "goes the wrong way"),
    ("indirect", "an indirect descriptor"),
    ("pieces", "too many pieces"),
])
def test_bad_descriptors(tmp_path, layout, what, message):
    with peer_for(tmp_path, layout) as peer, Driver(peer, layout, size=128) as d:
        pieces = [(GUEST, 100)]
        if what == "address":
            pieces = [(GUEST - 1, 100)]
        elif what == "length":
            pieces = [(GUEST, 100), (GUEST + MEMORY - 50, 51)]
        elif what == "pieces":
            pieces *= 65
        else:
            d.tx.write = 2 if what == "direction" else INDIRECT
        d.tx.offer(pieces)
        d.tx.publish()
        ends_with(peer, "queue 1: ", message)


def test_bad_split_indices(tmp_path):
    for at, value, message in ((0x8002, 17, "ahead by more than a ring"),
                               (0x8004, 16, "entry is outside of the ring")):
        with Peer(tmp_path / "v") as peer, Driver(peer) as d:
            d.tx.put("<H", at, value)
            if at == 0x8004:
                d.tx.put("<H", 0x8002, 1)
            ends_with(peer, message)


def test_signals_and_time(tmp_path):
    with Peer(tmp_path / "v", "--duration", "1") as peer, Driver(peer) as d:
        peer.child.send_signal(signal.SIGUSR1)
        assert json.loads(peer.child.stdout.readline())["received"]["frames"] == 0
        d.tx.send(frame())
        report, status, _ = peer.end()
        assert (report["received"]["frames"], status) == (1, 0)
    with Peer(tmp_path / "v") as peer:
        peer.child.send_signal(signal.SIGTERM)
        assert peer.end()[1] == 0
        assert not os.path.exists(peer.path)


def test_queue_number_and_control(tmp_path):
    with Peer(tmp_path / "v") as peer, Driver(peer, start=False) as d:
        assert d.u64(GET_QUEUE_NUM) == 8
        assert peer.ask("stall").startswith("error: it wants a number")
        assert peer.ask("stall x").startswith("error: that is no number")
        assert peer.ask("stall 1 2").startswith("error: too many words")
        assert peer.ask("dance").startswith("error: no such command")
        peer.do("quit")
        report, status, err = peer.end()
        assert (report["error"], status, err) == (None, 0, "")
