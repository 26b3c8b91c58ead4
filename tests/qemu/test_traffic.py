# SPDX-License-Identifier: BSD-3-Clause
"""Frames that leave one port and arrive at another, judged from the host."""
import json
import threading
import time

import pytest

from lab import HUB_HOLDS, DgramSink, hardly_skipped, lab, tshark  # noqa: F401

SIZES = [64, 65, 128, 512, 1024, 1280, 1518]


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_what_port_0_sends_port_1_receives(lab, machine):
    """No more than QEMU's hub holds: with two CPUs the host may run who sends alone."""
    done = lab.launch("exec", "--boot", "--machine", machine, "-c",
                      "size 64; rate 10kpps; start 0 count %d; wait 0 idle; stats --json"
                      % HUB_HOLDS)
    ports = json.loads(done.stdout)["ports"]
    assert [p["port"] for p in ports] == [0, 1]
    sent, received = ports[0]["tx"], ports[1]["rx"]
    assert received["packets"] == sent["packets"] == HUB_HOLDS
    assert received["bytes"] == sent["bytes"] == HUB_HOLDS * 64
    assert ports[0]["rx"]["packets"] == ports[1]["tx"]["packets"] == 0


def test_all_out_nothing_is_lost_on_the_loop(lab):
    """A count that QEMU's hub holds: it drops more where the receiver is behind."""
    done = lab.launch("exec", "--boot", "-c", "rate max; " +
                      "start 0 count %d; wait idle; " % HUB_HOLDS * 20 + "stats --json")
    ports = json.loads(done.stdout)["ports"]
    assert ports[0]["tx"]["packets"] == 20 * HUB_HOLDS
    assert ports[1]["rx"]["packets"] == ports[0]["tx"]["packets"]
    assert ports[1]["rx"]["errors"] == ports[0]["tx"]["errors"] == 0


def test_both_ways_at_once(lab):
    done = lab.launch("exec", "--boot", "-c", "mode all txrx; rate 5kpps; "
                      "start count 5k; wait idle; stats --json")
    a, b = json.loads(done.stdout)["ports"]
    assert a["tx"]["packets"] == b["rx"]["packets"] == 5000
    assert b["tx"]["packets"] == a["rx"]["packets"] == 5000


@pytest.mark.parametrize("kind", ["dgram", "stream"])
def test_two_appliances(lab, kind):
    x, y = lab.path / "x", lab.path / "y"
    nets = {"dgram": ("dgram:%s,%s" % (x, y), "dgram:%s,%s" % (y, x)),
            "stream": ("stream-listen:%s" % x, "stream:%s" % x)}[kind]
    with lab.start("a", "--net", nets[0]) as a, \
            lab.start("b", "--net", nets[1]) as b:
        a.ask("mode tx; size 128; rate 10kpps")
        b.ask("mode rx")
        a.ask("start count 20k; wait idle; stop")
        b.ask("stop")
        sent, received = a.ports()[0]["tx"], b.ports()[0]["rx"]
        assert received["packets"] == sent["packets"]
        assert received["bytes"] == sent["bytes"] == 128 * sent["packets"]
        assert sent["packets"] == 20000


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_frames_are_right(lab, machine):
    capture = lab.path / "port1.pcap"
    commands = "".join("stats clear; size %d; rate 1kpps; start 0 count 50; "
                       "wait 0 idle\nstats --json\n" % size for size in SIZES)
    done = lab.launch("exec", "--boot", "--machine", machine, "--capture",
                      "1=%s" % capture, "-", stdin=commands)
    counts = [json.loads(line)["ports"] for line in done.stdout.splitlines()]
    frames = tshark(capture, "frame.len", "eth.dst", "eth.src", "ip.src", "ip.dst",
                    "ip.ttl", "ip.checksum.status", "udp.checksum.status",
                    "udp.srcport", "udp.dstport", "udp.length")
    assert len(counts) == len(SIZES)
    for size, ports in zip(SIZES, counts):
        mine = [f for f in frames if int(f["frame.len"]) == size - 4]
        assert len(mine) == ports[0]["tx"]["packets"] == 50
        assert len(mine) == ports[1]["rx"]["packets"]
        for f in mine:
            assert f["ip.checksum.status"] == f["udp.checksum.status"] == "1"
            assert (f["ip.src"], f["ip.dst"]) == ("198.18.0.1", "198.18.0.2")
            assert (f["udp.srcport"], f["udp.dstport"]) == ("5001", "5001")
            assert f["ip.ttl"] == "64"
            assert f["eth.dst"] == "ff:ff:ff:ff:ff:ff"
            assert f["eth.src"].startswith("02:")
            assert int(f["udp.length"]) == size - 4 - 34
    assert len(frames) == sum(p[0]["tx"]["packets"] for p in counts)


def test_source_is_the_ports_own_mac(lab):
    capture = lab.path / "port1.pcap"
    done = lab.launch("exec", "--boot", "--capture", "1=%s" % capture, "-c",
                      "rate 1kpps; start 0 count 20; wait 0 idle; port --json")
    mac = json.loads(done.stdout)["ports"][0]["mac"]
    frames = tshark(capture, "eth.src")
    assert len(frames) == 20 and all(f["eth.src"] == mac for f in frames)


def test_sending_goes_on_while_nobody_reads_the_line(lab):
    """A counting sink on the host; 4 s of output that no one takes."""
    sink = DgramSink(lab.path / "sink")
    done = threading.Event()
    worker = threading.Thread(target=sink.take, args=(done,))
    worker.start()
    try:
        with lab.start("a", "--net",
                       "dgram:%s,%s" % (lab.path / "a", sink.path)) as line:
            line.ask("rate 5kpps; start")
            # Far more than socket, UART and ring take, unread for 4 seconds.
            line.send(b"@go " + b"help; help stats; " * 50 +
                      b"stats every 10ms 400\n")
            time.sleep(4)
            while_unread = sink.frames
            lines, end = line.read_reply("go")
            assert end == "OK" and len(lines) > 400
            line.ask("stop")
            tx = line.ports()[0]["tx"]
        done.set()
        worker.join()
    finally:
        done.set()
    assert while_unread > 5000
    assert hardly_skipped(tx) and tx["errors"] == 0
    assert sink.frames == tx["packets"] > while_unread
    assert sink.bytes == 60 * sink.frames


def test_a_null_port_takes_everything(lab):
    done = lab.launch("exec", "--boot", "--net", "null", "-c",
                      "start; sleep 200ms; stop --json")
    port = json.loads(done.stdout)["ports"][0]
    assert port["completed"] == port["sent"] > 0
    assert port["in_flight"] == 0
