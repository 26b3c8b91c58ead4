# SPDX-License-Identifier: BSD-3-Clause
"""A port whose other side goes away and comes back: its link, what is counted, and that
traffic goes on. Counts only, so that no load of the machine matters."""
import contextlib
import json
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest

from lab import PATIENCE, ROOT, Line, lab, until  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402

# More of both by hand.
KILLS = int(os.environ.get("UKPKTGEN_KILLS", 3))
FLAPS = int(os.environ.get("UKPKTGEN_FLAPS", 10))
STANDS = float(os.environ.get("UKPKTGEN_STANDS", 0.5))  # seconds
LAYOUTS = [(), ("--packed",)]


@pytest.fixture(params=LAYOUTS, ids=["split", "packed"])
def layout(request):
    return request.param


class Monitor:
    """QEMU's, which a wrapper of it has been given."""

    def __init__(self, lab, *more):
        self.path = lab.path / "qmp"
        qemu = lab.path / "qemu"
        qemu.write_text("#!/bin/sh\ncase $* in *-serial*chardev:console*) "
                        "set -- \"$@\" -qmp unix:%s,server=on,wait=off %s;; esac\n"
                        "exec qemu-system-x86_64 \"$@\"\n" % (self.path, " ".join(more)))
        qemu.chmod(0o755)
        lab.env["UKPKTGEN_QEMU"] = str(qemu)

    def open(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self.path))
        self.file = self.sock.makefile("rw")
        self.file.readline()
        self.do("qmp_capabilities")
        return self

    def pull_out(self, name, slot):
        """A device of the bus, as the firmware does once an operating system agrees."""
        self.do("device_del", id=name)
        for register, value in (0xae10, 0), (0xae08, 1 << slot):
            self.do("human-monitor-command", **{"command-line": "o /w %d %d" % (register, value)})

    def save(self, path):
        """The machine, which stands still from then on."""
        self.do("migrate", uri="exec:cat >%s" % path)
        while self.do("query-migrate")["status"] != "completed":
            time.sleep(0.05)

    def close(self):
        self.file.close()
        self.sock.close()

    def do(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "event" not in answer:
                assert "return" in answer, (command, answer)
                return answer["return"]


def link_of(line, port=0):
    return line.json("port --json")["ports"][port]["link_state"]


@pytest.mark.parametrize("rate", ["20kpps", "max"])
def test_a_back_end_that_comes_back(lab, layout, rate):
    peer = Peer(lab.path / "v", "--mode", "echo", *layout)
    with lab.start("a", "--net", "vhost-user:" + peer.path, *layout) as line:
        line.ask("mode txrx; burst 64; rate %s; start; wait rx.packets > 1000 within 60s" % rate)
        for _ in range(KILLS):
            peer.__exit__()
            line.ask("wait link = down within 60s")
            before = line.ports()[0]
            peer = Peer(lab.path / "v", "--mode", "echo", *layout)
            line.ask("wait link = up within 60s")
            since = time.monotonic()
            peer.wait(lambda r: r["received"]["frames"] > 100)
            line.ask("wait rx.packets > %d within 60s" % (before["rx"]["packets"] + 100))
            print("back after", time.monotonic() - since)
            assert peer.report()["received"]["bad"] == 0
        (stopped,) = line.json("stop --json")["ports"]
        assert stopped["in_flight"] == 0
        assert line.ports()[0]["tx"]["link_down"] > 0
        # Each buffer is there: as many frames as there are come back at once, and again.
        peer.do("reset")
        line.ask("stats clear; rate max; onfull retry; start count 5000; wait idle within 60s")
        line.ask("wait rx.packets = 5000 within 60s")
        report = peer.wait(lambda r: r["sent"]["frames"] >= 5000)
        assert report["received"]["frames"] == report["sent"]["frames"] == 5000
        assert report["received"]["bad"] == 0
        assert line.json("stop --json")["ports"][0]["in_flight"] == 0
    peer.__exit__()


def count_of(line, port=0):
    tx = line.ports()[port]["tx"]
    return tx["packets"] + tx["link_down"]


def test_a_link_that_goes_off_and_on(lab, layout):
    """Of frames that are due each is counted, as sent or as not, and none stays behind."""
    monitor = Monitor(lab)
    with lab.start("a", "--net", "loop", *layout) as line:
        monitor.open()
        line.ask("rate 100kpps; start 0")
        for up in [False, True] * FLAPS:
            monitor.do("set_link", name="n0", up=up)
        line.ask("wait 0 link = up within 60s")
        monitor.do("set_link", name="n0", up=False)
        line.ask("wait 0 link = down within 60s; sleep 20ms")
        assert b"port 0 link down" in line.seen
        before = line.ports()[0]["tx"]
        line.ask("wait 0 tx.link_down > %d within 60s" % (before["link_down"] + 1000))
        after = line.ports()[0]["tx"]
        assert after["packets"] == before["packets"]
        monitor.do("set_link", name="n0", up=True)
        line.ask("wait 0 link = up within 60s; wait 0 tx.packets > %d within 60s"
                 % (after["packets"] + 1000))
        stopped = line.json("stop --json")["ports"][0]
        assert stopped["in_flight"] == 0 and stopped["verdict"] == "invalid"
        # As many as are sent arrive, once nothing is in between.
        line.ask("stats clear; start 0 count 5000; wait 0 idle within 60s")
        assert line.ports()[1]["rx"]["packets"] == 5000
        # With its back end, it is gone for good.
        monitor.do("netdev_del", id="n1")
        line.ask("wait 1 link = down within 60s")
        monitor.close()


STATES = ["sending", "receiving"]


def test_a_device_that_is_pulled_out(lab, layout):
    """Of a machine whose bus allows that, QEMU's older one: the port ends, and says why."""
    monitor = Monitor(lab)
    qemu = lab.path / "qemu"
    qemu.write_text(qemu.read_text().replace("exec ", "for word; do shift; case $word in "
                    "q35*) word=pc,usb=off;; esac; set -- \"$@\" \"$word\"; done\nexec ", 1))
    with lab.start("a", "--net", "loop", *layout) as line:
        monitor.open()
        line.ask("rate 0 10kpps; start 0; wait 1 rx.packets > 100 within 60s")
        devices = [d for bus in monitor.do("query-pci") for d in bus["devices"]
                   if d["class_info"]["class"] == 0x200]
        # The first in the machine's list is the device that ends QEMU.
        for port, device in enumerate(devices):
            monitor.pull_out("/machine/peripheral-anon/device[%d]" % (port + 1), device["slot"])
            until(lambda: line.json("port --json")["ports"][port]["state"] != STATES[port])
            states = [p["state"] for p in line.json("port --json")["ports"]]
            assert states == ["failed: the device has gone"] * (port + 1) + STATES[port + 1:]
            until(lambda: line.ask("echo") and b" port %d failed: the device has gone" % port
                  in line.seen)
        monitor.close()


NEXT = 1  # a descriptor's flag: virtio 1.2, 2.7.5 and 2.8.1


class Memory:
    """The machine's, as a file that the test writes as well."""

    def __init__(self, lab, megabytes):
        self.path = lab.path / "memory"
        self.monitor = Monitor(lab, "-object memory-backend-file,id=mem,share=on,size=%dM,"
                               "mem-path=%s -machine memory-backend=mem" % (megabytes, self.path))

    def open(self):
        with open(self.path, "r+b") as file:
            self.bytes = mmap.mmap(file.fileno(), 0)
        self.devices = {}
        for device in self.monitor.open().do("x-query-virtio"):
            if device["name"] == "virtio-net":
                mac = self.monitor.do("qom-get", path=device["path"], property="mac")
                self.devices[mac] = device["path"]

    def spoil(self, mac, is_packed):
        """After each descriptor of the port's first two rings there is one too many."""
        self.monitor.do("stop")
        for queue in 0, 1:
            ring = self.monitor.do("x-query-virtio-queue-status", path=self.devices[mac],
                                   queue=queue)
            for i in range(ring["vring-num"] if ring["vring-desc"] else 0):
                at = ring["vring-desc"] + 16 * i + 12
                one, other = struct.unpack_from("<HH", self.bytes, at)
                struct.pack_into("<HH", self.bytes, at, *(
                    (one, other | NEXT) if is_packed else (one | NEXT, 0xffff)))
        self.monitor.do("cont")

    def close(self):
        self.monitor.close()
        self.bytes.close()


MODES = ["tx", "kv", "txrx", "reflect-any", "tx", "impair 6", "forward 5", "txrx"]
WHY = "failed: the device asks for a reset (NEEDS_RESET)"


def state_of(line, port):
    return line.json("port --json")["ports"][port]["state"]


def test_a_device_that_asks_for_a_reset(lab, layout):
    """In each mode, as the driver of its rings has erred: the port ends and says why, and
    the others go on."""
    memory = Memory(lab, 32)
    nets = ["--net", "loop"] * (len(MODES) // 2)
    with lab.start("a", "--memory", "32M", *nets, *layout) as line:
        memory.open()
        macs = [p["mac"] for p in line.json("port --json")["ports"]]
        for port, mode in enumerate(MODES):
            line.ask("mode %d %s" % (port, mode))
        line.ask("impair 5 delay 1ms; rate 2kpps; start")
        # Each while frames come to it; then those that send, where a driver leaves a
        # descriptor's flags as they are.
        for port in [1, 3, 5, 6] + ([] if layout else [0, 2, 4, 7]):
            end, tries = time.monotonic() + PATIENCE, 0
            while state_of(line, port) != WHY:
                assert time.monotonic() < end, (port, state_of(line, port))
                memory.spoil(macs[port], bool(layout))
                time.sleep(0.05)
                tries += 1
                # A packed ring may be spoilt so that QEMU waits for buffers, without a
                # word. That ends where its link changes.
                if tries % 20 == 0:
                    for up in False, True:
                        memory.monitor.do("set_link", name="n%d" % port, up=up)
                        time.sleep(0.05)
            assert b"port %d " % port in line.seen and WHY.encode() in line.seen
        assert line.ask("version")
        memory.close()


def wake(lab, line, state):
    """The machine that was saved, in a QEMU of its own; returns it and its line."""
    with open("/proc/%d/cmdline" % line.pid) as file:
        args = file.read().split("\0")[:-1]
    args = [a.replace(".qemu,server=on,wait=on", ".woken,server=on,wait=off") for a in args
            if not a.startswith("unix:%s" % (lab.path / "qmp"))]
    args.remove("-qmp")
    sock = next(a for a in args if ".woken" in a).split("path=")[1].split(",")[0]
    child = subprocess.Popen([*args, "-incoming", "exec:cat %s" % state],
                             stdin=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return child, Line(sock, child.pid).open()
        except OSError:  # it is not there, or does not listen yet
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.mark.parametrize("options", [(), ("--packed",), ("--machine", "microvm")],
                         ids=["split", "packed", "mmio"])
def test_a_machine_that_stands_still(lab, options):
    """Stopped by its monitor, or saved to a file and woken elsewhere: it goes on, and no
    frame is lost or doubled but what was in QEMU's own hands when it was saved."""
    lab.env["UKPKTGEN_SANDBOX"] = "off"  # of which no shell could write the file
    monitor = Monitor(lab)
    state = lab.path / "state"
    with lab.start("a", "--net", "loop", *options) as line:
        monitor.open()
        line.ask("signature on; rate 10kpps; start 0")
        monitor.do("stop")
        time.sleep(STANDS / 10)
        monitor.do("cont")
        line.ask("wait 1 rx.packets > 1000 within 60s")
        monitor.save(state)
        child, woken = wake(lab, line, state)
        monitor.close()
    try:
        with contextlib.closing(woken):
            (first,) = woken.json("stats 1 --json")["ports"]
            assert first["rx"]["packets"] > 1000
            woken.ask("wait 1 rx.packets > %d within 60s" % (first["rx"]["packets"] + 1000))
            stopped = woken.json("stop --json")["ports"][0]
            tx, rx = (p[k] for p, k in zip(woken.ports(), ("tx", "rx")))
            assert stopped["in_flight"] == 0 and tx["errors"] == rx["errors"] == 0
            # Those that QEMU had itself are lost, or sent twice.
            assert abs(tx["packets"] - rx["packets"]) <= 256
            woken.ask("stats clear; start 0 count 5000; wait 0 idle within 60s")
            assert 0 <= woken.ports()[1]["rx"]["packets"] - 5000 <= 256
    finally:
        child.kill()
        child.wait()


def test_a_process_that_is_stopped(lab):
    """In each mode: it goes on, and what is counted fits."""
    with lab.start("a", "--net", "loop") as line:
        for mode in "mode 0 tx; mode 1 rx", "mode all txrx", "mode 0 txrx; mode 1 reflect-any":
            line.ask("stop; stats clear; signature on; rate 10kpps; %s; start" % mode)
            os.kill(line.pid, signal.SIGSTOP)
            time.sleep(STANDS)
            os.kill(line.pid, signal.SIGCONT)
            line.ask("wait 1 rx.packets > 1000 within 60s; stop")
            ports = line.ports()
            assert all(p["tx"]["stalls"] == p["tx"]["errors"] == p["tx"]["link_down"] == 0
                       for p in ports)
            assert ports[1]["rx"]["packets"] == ports[0]["tx"]["packets"]


RELAYS = {"kv": ("kv keys 10000 value-size 2; mode 0 kv", ["--ask"]),
          "forward": ("mode 0 forward 1", []),
          "impair": ("impair 0 loss 1% delay 100us jitter 10us; mode 0 impair 1", [])}


@pytest.mark.parametrize("mode", RELAYS)
def test_both_sides_stand_still(lab, layout, mode):
    """The back end, then the machine: each frame that went in came out, or is counted."""
    command, options = RELAYS[mode]
    with Peer(lab.path / "v", "--mode", "source", "--unsigned", "--hold", "--also",
              str(lab.path / "w"), *options, *layout) as peer, \
            lab.start("a", "--mac", "0=02:00:00:00:00:02", "--net", "vhost-user:" + peer.path,
                      "--net", "vhost-user:%s" % (lab.path / "w"), *layout) as line:
        line.ask(command + "; start 0")
        count = 0
        for pid in peer.child.pid, line.pid:
            peer.do("go 10000")
            peer.wait(lambda r: r["sent"]["frames"] > count)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(STANDS)
            os.kill(pid, signal.SIGCONT)
            count += 10000
            peer.wait(lambda r: r["sent"]["frames"] == count)
        line.ask("wait 0 rx.packets = %d within 60s; sleep 10ms; stop" % count)
        report, ports = peer.report(), line.ports()
        assert ports[0]["rx"]["packets"] == count and ports[0]["rx"]["errors"] == 0
        if mode == "kv":
            assert report["received"]["frames"] == count
            assert ports[0]["kv"]["hits"] + ports[0]["kv"]["misses"] == count
        else:
            forwarded = ports[0]["forward"]["packets"]
            assert report["also"]["received"]["frames"] == ports[1]["tx"]["packets"] == forwarded
            link = ports[0].get("impair", {"lost": 0, "queue_full": 0})
            assert forwarded + link["lost"] + link["queue_full"] == count
            assert forwarded > count / 2
