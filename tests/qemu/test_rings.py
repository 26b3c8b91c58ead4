# SPDX-License-Identifier: BSD-3-Clause
"""Rings of both layouts and all sizes, and frames larger than a buffer."""
import json
import threading

import pytest

from lab import HUB_HOLDS, DgramSink, lab, tshark  # noqa: F401

LAYOUTS = {"split": (), "packed": ("--packed",)}


def ports_of(done):
    return json.loads(done.stdout.splitlines()[-1])["ports"]


@pytest.mark.parametrize("machine", ["q35", "microvm"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_out_nothing_is_lost(lab, layout, machine):
    capture = lab.path / "port1.pcap"
    done = lab.launch("exec", "--boot", "--machine", machine, *LAYOUTS[layout],
                      "--capture", "1=%s" % capture, "-c",
                      "rate max; " + "start 0 count %d; wait idle; " % HUB_HOLDS * 6 +
                      "stats --json")
    a, b = ports_of(done)
    frames = tshark(capture, "frame.len", "udp.checksum.status")
    assert a["tx"]["packets"] == b["rx"]["packets"] == len(frames) == 6 * HUB_HOLDS
    assert all(f == {"frame.len": "60", "udp.checksum.status": "1"} for f in frames)
    assert a["tx"]["errors"] == b["rx"]["errors"] == 0


@pytest.mark.parametrize("size", [256, 512, 1024])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_queue_size(lab, layout, size):
    done = lab.launch("exec", "--boot", "--queue-size", str(size), *LAYOUTS[layout],
                      "-c", "mode all txrx; rate 20kpps; start count 5k; wait idle; "
                      "port --json\nstats --json")
    port = json.loads(done.stdout.splitlines()[0])["ports"]
    assert [p["rx_ring"] for p in port] == [size, size]
    # QEMU's own backends have no longer queues to send from.
    assert [p["tx_ring"] for p in port] == [256, 256]
    a, b = ports_of(done)
    assert a["tx"]["packets"] == b["rx"]["packets"] == 5000
    assert b["tx"]["packets"] == a["rx"]["packets"] == 5000


def test_queues_of_two_sizes(lab):
    """Longer ones to send with are for vhost-user: see test_vhost.py."""
    done = lab.launch("exec", "--boot", "--queue-size", "512,256", "-c", "port --json")
    port = json.loads(done.stdout)["ports"]
    assert [(p["rx_ring"], p["tx_ring"]) for p in port] == [(512, 256)] * 2


def test_long_queues_are_shortened_to_fit(lab):
    done = lab.launch("exec", "--boot", "--queue-size", "1024", "--memory", "4M",
                      "-c", "rate 10kpps; start 0 count 3k; wait 0 idle; port --json\n"
                      "stats --json")
    port = json.loads(done.stdout.splitlines()[0])["ports"]
    assert all(64 <= p["rx_ring"] < 1024 for p in port)
    a, b = ports_of(done)
    assert a["tx"]["packets"] == b["rx"]["packets"] == 3000


@pytest.mark.parametrize("layout", LAYOUTS)
def test_jumbo_frames(lab, layout):
    """On the loop, at every size around a buffer's end, judged from a capture."""
    capture = lab.path / "port1.pcap"
    sizes = [64, 1518, 2047, 2048, 2049, 2050, 2051, 2052, 2053, 2064, 4096, 4100,
             6144, 9000, 9017, 9018]
    commands = "".join("size %d; rate 1kpps; start 0; sleep 20ms; stop\n" % size
                       for size in sizes)
    done = lab.launch("exec", "--boot", "--mtu", "9000", *LAYOUTS[layout],
                      "--capture", "1=%s" % capture, "-",
                      stdin=commands + "port --json\nstats --json\n")
    assert json.loads(done.stdout.splitlines()[0])["ports"][0]["mtu"] == 9000
    a, b = ports_of(done)
    frames = tshark(capture, "frame.len", "ip.checksum.status",
                    "udp.checksum.status")
    assert {int(f["frame.len"]) + 4 for f in frames} == set(sizes)
    assert all(f["udp.checksum.status"] == f["ip.checksum.status"] == "1"
               for f in frames)
    assert a["tx"]["packets"] == b["rx"]["packets"] == len(frames)
    assert a["tx"]["bytes"] == b["rx"]["bytes"] == \
        sum(int(f["frame.len"]) + 4 for f in frames)


@pytest.mark.parametrize("kind", ["dgram", "stream"])
def test_jumbo_frames_between_two_appliances(lab, kind):
    x, y = lab.path / "x", lab.path / "y"
    nets = {"dgram": ("dgram:%s,%s" % (x, y), "dgram:%s,%s" % (y, x)),
            "stream": ("stream-listen:%s" % x, "stream:%s" % x)}[kind]
    with lab.start("a", "--mtu", "9000", "--net", nets[0]) as a, \
            lab.start("b", "--mtu", "9000", "--net", nets[1]) as b:
        a.ask("mode tx; size 9018; rate 2kpps")
        b.ask("mode rx")
        a.ask("start count 2k; wait idle")
        b.ask("stop")
        sent, received = a.ports()[0]["tx"], b.ports()[0]["rx"]
        assert received["packets"] == sent["packets"] == 2000
        assert received["bytes"] == sent["bytes"] == 9018 * sent["packets"]


def test_jumbo_frames_leave_whole(lab):
    """The bytes as a socket on the host gets them."""
    sink = DgramSink(lab.path / "sink")
    done = threading.Event()
    worker = threading.Thread(target=sink.take, args=(done,))
    worker.start()
    try:
        run = lab.launch("exec", "--boot", "--mtu", "9000", "--net",
                         "dgram:%s,%s" % (lab.path / "a", sink.path), "-c",
                         "size 9018; rate 1kpps; start count 500; wait idle; "
                         "stats --json")
    finally:
        done.set()
        worker.join()
    assert sink.frames == ports_of(run)[0]["tx"]["packets"] == 500
    assert sink.bytes == 9014 * sink.frames


def test_what_the_mtu_forbids(lab):
    done = lab.launch("exec", "--boot", "-c", "size 1519", check=False)
    assert done.returncode == 1
    assert "E_RANGE" in done.stderr
    assert "64..1518" in done.stderr
    done = lab.launch("exec", "--boot", "--mtu", "9000", "-c",
                      "size 9018; size 9019", check=False)
    assert done.returncode == 1
    assert "64..9018" in done.stderr


@pytest.mark.parametrize("option", [("--mtu", "67"), ("--mtu", "9001"),
                                    ("--queue-size", "128"),
                                    ("--queue-size", "2048"),
                                    ("--queue-size", "300"),
                                    ("--queue-size", "1024,"),
                                    ("--queue-size", "1024,128"),
                                    ("--queue-size", "256,256,256")])
def test_options_out_of_range(lab, option):
    done = lab.launch("exec", "--boot", *option, "-c", "port", check=False)
    assert done.returncode == 2
    assert option[0] in done.stderr and "must be" in done.stderr


def test_too_little_memory_is_said_to_be(lab):
    done = lab.launch("exec", "--boot", "--memory", "4M", "--mtu", "9000",
                      "-c", "port --json", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert ("port 1 failed at 'buffer pool': not enough memory, "
            "see 'ukpktgen run --memory'") in done.stderr
