# SPDX-License-Identifier: BSD-3-Clause
"""What a stream can be set to, judged by captures taken on the host."""
import collections
import ipaddress
import json
import re

from scapy.all import IP, UDP, Ether, IPv6, rdpcap

from lab import hardly_skipped, lab, tshark  # noqa: F401

FIELDS = ["frame.len", "eth.dst", "eth.src", "eth.type", "ip.src", "ip.dst", "ip.ttl",
          "ipv6.src", "ipv6.dst", "ipv6.hlim", "ip.checksum.status",
          "udp.checksum.status", "udp.srcport", "udp.dstport"]


def capture(lab, commands):
    """The frames that reached port 1, by tshark and by scapy."""
    path = lab.path / "port1.pcap"
    done = lab.launch("exec", "--boot", "--capture", "1=%s" % path, "-",
                      stdin=commands + "\n")
    return done, tshark(path, *FIELDS), rdpcap(str(path))


def check_sums(frames):
    """Scapy builds each frame anew: the same bytes, lengths and checksums."""
    for frame in frames:
        again = Ether(bytes(frame))
        for layer, names in ((IP, ("len", "chksum")), (IPv6, ("plen",)),
                             (UDP, ("len", "chksum"))):
            if layer in again:
                for name in names:
                    delattr(again[layer], name)
        assert bytes(again) == bytes(frame), frame.summary()
        payload = bytes(again[UDP].payload)
        assert payload == bytes(i & 255 for i in range(len(payload)))


def test_every_setting_is_in_the_frames(lab):
    _, shark, frames = capture(lab, """
        src 0 mac 02:11:12:13:14:15; dst 0 mac 02-21-22-23-24-25
        src 0 ip 10.1.2.3; dst 0 ip 10.4.5.6; src 0 udp 65535; dst 0 udp 53
        ttl 0 255; size 0 128; rate 0 1kpps; start 0 count 100; sleep 500ms""")
    assert len(shark) == len(frames) == 100
    for f in shark:
        assert (f["eth.src"], f["eth.dst"]) == ("02:11:12:13:14:15", "02:21:22:23:24:25")
        assert (f["ip.src"], f["ip.dst"], f["ip.ttl"]) == ("10.1.2.3", "10.4.5.6", "255")
        assert (f["udp.srcport"], f["udp.dstport"]) == ("65535", "53")
        assert f["ip.checksum.status"] == f["udp.checksum.status"] == "1"
        assert f["frame.len"] == "124"
    check_sums(frames)


def test_ipv6(lab):
    _, shark, frames = capture(lab, """
        size 0 66; proto 0 ipv6; ttl 0 7; src 0 ip6 2001:2::ab:cd; dst 0 ip6 ff02::1
        rate 0 1kpps; start 0 count 50; sleep 200ms
        size 0 1518; start 0 count 50; sleep 200ms""")
    assert len(shark) == len(frames) == 100
    sizes = collections.Counter(f["frame.len"] for f in shark)
    assert sizes == {"62": 50, "1514": 50}
    for f in shark:
        assert f["eth.type"] == "0x86dd"
        assert (f["ipv6.src"], f["ipv6.dst"]) == ("2001:2::ab:cd", "ff02::1")
        assert f["ipv6.hlim"] == "7"
        assert f["udp.checksum.status"] == "1"
    check_sums(frames)


def test_defaults_of_ipv6_are_those_for_benchmarks(lab):
    _, shark, _ = capture(lab, "size 66; proto ipv6; start 0 count 1; sleep 100ms")
    assert [(f["ipv6.src"], f["ipv6.dst"]) for f in shark] == [("2001:2::1", "2001:2::2")]


def test_prefixes_are_gone_through_one_after_another(lab):
    count = 5000
    _, shark, frames = capture(lab, """
        src 0 ip 10.0.255.250/20; dst 0 ip 198.18.0.3/30; rate 0 20kpps
        start 0 count %d; sleep 1s""" % count)
    assert len(shark) == count
    src, dst = (int(ipaddress.ip_address(a)) for a in ("10.0.255.250", "198.18.0.3"))
    for n, f in enumerate(shark):
        assert int(ipaddress.ip_address(f["ip.src"])) == src & ~0xfff | (src + n) & 0xfff
        assert int(ipaddress.ip_address(f["ip.dst"])) == dst & ~3 | (dst + n) & 3
        assert f["ip.checksum.status"] == f["udp.checksum.status"] == "1"
    check_sums(frames[::7])


def test_ipv6_prefixes(lab):
    count = 3000
    _, shark, frames = capture(lab, """
        size 0 70; proto 0 ipv6; rate 0 20kpps
        src 0 ip6 2001:2::ffff:fffe/96; dst 0 ip6 2001:2:0:1::fe/120
        start 0 count %d; sleep 1s""" % count)
    src = int(ipaddress.ip_address("2001:2::"))
    dst = int(ipaddress.ip_address("2001:2:0:1::"))
    assert len(shark) == count
    for n, f in enumerate(shark):
        assert int(ipaddress.ip_address(f["ipv6.src"])) == src + (0xfffffffe + n) % 2 ** 32
        assert int(ipaddress.ip_address(f["ipv6.dst"])) == dst + (0xfe + n) % 256
        assert f["udp.checksum.status"] == "1"
    check_sums(frames[::7])


def sizes_of_other_kinds(shark, frames):
    """Each of a range in turn, letters, fractions, at random in a tunnel."""
    sizes = [int(f["frame.len"]) + 4 for f in shark]
    assert sizes[:1455] == list(range(64, 1519))
    assert sizes[1455:1505] == [64, 128, 128, 64, 1518] * 10
    mix = collections.Counter(sizes[1505:4505])
    for size, share in ((90, 1760.1), (92, 60), (594, 709.8), (1418, 470.1)):
        assert abs(mix.pop(size) - share) < 1
    assert not mix
    check_sums(frames[:4505:3])
    drawn = sizes[4505:]
    assert len(drawn) == 500 and len(set(drawn)) > 350
    assert min(drawn) < 200 and max(drawn) > 1450 and abs(sum(drawn) / 500 - 825) < 60
    for f in shark:
        assert set(f["ip.checksum.status"] + f["udp.checksum.status"]) <= {"1", ","}


def test_a_mix_has_exactly_its_weights(lab):
    done, shark, frames = capture(lab, """
        size 0 imix; src 0 ip 10.0.0.0/16; rate 0 10kpps; start 0 count 3600; wait 0 idle
        port --json
        src 0 ip 10.0.0.1; size 0 64-1518; start 0 count 1455; wait 0 idle
        size 0 imix abbag; start 0 count 50; wait 0 idle
        size 0 90:58.67,92:2,594:23.66,1418:15.67; start 0 count 3000; wait 0 idle
        headers 0 eth/vlan/ipv6/udp/gtpu/ipv4/udp size random 150-1500
        signature 0 on; start 0 count 500; wait 0 idle""")
    assert json.loads(done.stdout.split("\n")[0])["ports"][0]["mix"] == "64:7,594:4,1518:1"
    sizes_of_other_kinds(shark[3600:], frames[3600:])
    shark, frames = shark[:3600], frames[:3600]
    sizes = [int(f["frame.len"]) + 4 for f in shark]
    assert collections.Counter(sizes) == {64: 2100, 594: 1200, 1518: 300}
    for at in range(0, 3600, 12):
        assert sizes[at:at + 12] == sizes[:12]
    # Spread out, not in blocks.
    assert all(1518 not in sizes[n:n + 11] for n in range(3600) if sizes[n - 1] == 1518)
    for n, f in enumerate(shark):
        assert f["ip.src"] == "10.0.%d.%d" % (n >> 8, n & 255)
        assert f["ip.checksum.status"] == f["udp.checksum.status"] == "1"
    check_sums(frames[::7])


def wait_done(line, port):
    """The count of the next notice that a port is done."""
    while True:
        text = line.read_line()
        if text.startswith("@! ") and " port %d done " % port in text:
            return int(re.search(r" count=(\d+)", text).group(1))


def test_counted_runs_end_by_themselves(lab):
    path = lab.path / "port1.pcap"
    with lab.start("a", "--capture", "1=%s" % path) as line:
        line.ask("start 0 count 1")
        assert wait_done(line, 0) == 1
        line.ask("start 0 count 4097")
        assert wait_done(line, 0) == 4097
        line.ask("rate 1kpps; start 0 for 500ms")
        assert line.raw(b"start 0 count 5")[1].startswith("ERR E_STATE 7 ")
        assert line.raw(b"start")[1].startswith("ERR E_STATE ")
        assert wait_done(line, 0) == 500
        assert line.ports()[0]["tx"]["packets"] == 1 + 4097 + 500
        # A run that is stopped says nothing, the next one does.
        line.ask("start 0 count 1m")
        stopped = json.loads(line.ask("stop --json")[0])["ports"][0]
        assert stopped["in_flight"] == 0
        line.ask("rate max; start 0 for 50ms")
        last = wait_done(line, 0)
        sent = line.ports()[0]["tx"]["packets"]
        assert sent == 1 + 4097 + 500 + stopped["sent"] + last
        assert line.json("port --json")["ports"][0]["state"] == "idle"
        line.ask("stop")
        assert line.ports()[1]["rx"]["packets"] == sent
    lab.launch("down", "--all")
    assert len(tshark(path, "frame.len")) == sent


def test_percent_is_of_linkspeed(lab):
    done = lab.launch("exec", "--boot", "-c", "linkspeed 10mbps; rate 50%; size imix; "
                      "start 0 for 2s; wait 0 idle; stats 0 --json")
    tx = json.loads(done.stdout)["ports"][0]["tx"]
    # 12 frames of 4,342 bytes and 20 each on layer 1; the last round begun.
    bits = 8 * (tx["bytes"] + 20 * tx["packets"])
    round_bits, sent = 12 * 1538 * 8, tx["packets"] / (tx["packets"] + tx["skipped"])
    assert 10e6 * sent - round_bits * (sent < 1) <= bits <= 10e6 + round_bits
    assert hardly_skipped(tx)
