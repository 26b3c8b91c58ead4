# SPDX-License-Identifier: BSD-3-Clause
"""What the appliance's port 0 is tied to. Each peer counts on the host and, at the
end of a run, compares with what the appliance says: `verify()` returns in words
what was checked, or raises Wrong.

`rate(appliance, seconds)` is frames a second in a window of that length.
"""
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

from appliance import ROOT

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import PROGRAM, Peer  # noqa: E402,F401

SINK = os.path.join(ROOT, "build", "bench", "sink")
SPACE = "ukpktgen-bench-"  # network namespaces, with our process id
SETTLE_S = 30  # for the last frames of a run to come through


class Wrong(Exception):
    """Frames that are missing, too many or not right."""


class Unable(Exception):
    """This machine or this user cannot have such a peer."""


def same(what, host, guest):
    if host != guest:
        raise Wrong("%s: %d on the host, %d in the appliance" % (what, host, guest))


class Tied:
    """What peers have in common; `with` ends it."""
    before = ()
    netdev = ()
    nic = ""
    by_qemu = False

    def __init__(self, cpus, **options):
        self.stack = contextlib.ExitStack()
        self.folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        try:
            self.open(cpus, **options)
        except BaseException:
            self.stack.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def begin(self):
        """The appliance has started."""

    def settle(self, done):
        """Waits until done() says so, or for too long."""
        end = time.monotonic() + SETTLE_S
        while not done() and time.monotonic() < end:
            time.sleep(0.02)


def vhost_netdev(path):
    return ["-chardev", "socket,id=v,path=" + path, "-netdev",
            "vhost-user,id=n,chardev=v", "-machine", "memory-backend=mem", "-object",
            "memory-backend-memfd,id=mem,size={memory},share=on"]


class Vhost(Tied):
    """build/vhost/vhost-peer: checks every frame, or makes some as well."""
    figure = "received"

    def open(self, cpus, packed=False, size=64, options=()):
        path = os.path.join(self.folder, "v")
        layout = ("--packed",) if packed else ()
        self.netdev = vhost_netdev(path)
        self.nic = ",netdev=n" + (",packed=on" if packed else "")
        self.size = size
        self.peer = self.stack.enter_context(Peer(
            path, "--cpu", str(cpus[1]), "--spin", *layout, *options))

    def rate(self, _, seconds):
        first = self.peer.report()[self.figure]
        time.sleep(seconds)
        last = self.peer.report()[self.figure]
        took_ns = last["ns"] - first["ns"]
        return 1e9 * (last["frames"] - first["frames"]) / took_ns if took_ns else 0

    def verify(self, appliance):
        tx = appliance.port()["tx"]
        self.settle(lambda: self.peer.report()["received"]["frames"] == tx["packets"])
        report = self.peer.report()
        got = report["received"]
        if report["error"] or got["bad"] or any(got["unchecked"].values()):
            raise Wrong("%s %s %s" % (report["error"], got["reasons"],
                                      got["unchecked"]))
        same("frames sent", got["frames"], tx["packets"])
        if set(got["sizes"]) - {str(self.size)}:
            raise Wrong("sizes: %s" % got["sizes"])
        return self.sequence(got)

    def sequence(self, got):
        if not got["signed"]:
            return "%d frames checked" % got["frames"]
        for stream in got["streams"]:
            lost = {k: stream[k] for k in ("missing", "duplicate", "reordered", "old")}
            if any(lost.values()):
                raise Wrong("stream %d: %s" % (stream["stream"], lost))
        return "%d frames checked, %d of them numbered" % (got["frames"],
                                                           got["signed"])


class Source(Vhost):
    """The same as one that makes frames for the appliance to receive."""
    figure = "sent"

    def open(self, cpus, packed=False, size=64, options=()):
        chains = ("--mrg-rxbuf",) if size > 1518 else ()
        super().open(cpus, packed, size, (
            "--mode", "source", "--hold", "--size", str(size), *chains, *options))

    def begin(self):
        self.peer.do("go")

    def verify(self, appliance):
        self.peer.do("hold")
        sent = self.peer.report()["sent"]
        self.settle(lambda: appliance.port()["rx"]["packets"] == sent["frames"])
        rx = appliance.port()["rx"]
        same("frames received", sent["frames"], rx["packets"])
        same("bytes received", sent["bytes"], rx["bytes"])
        return "%d frames received" % sent["frames"]


class Mirror(Source):
    """Makes frames and checks those that the appliance sends back."""
    figure = "received"

    def verify(self, appliance):
        self.peer.do("hold")
        sent = self.peer.report()["sent"]
        self.settle(lambda: appliance.port()["rx"]["packets"] == sent["frames"])
        port = appliance.port()
        same("frames received", sent["frames"], port["rx"]["packets"])
        same("frames sent back or dropped", port["tx"]["packets"] +
             port["tx"]["dropped"], sent["frames"])
        return Vhost.verify(self, appliance)

    def sequence(self, got):
        """Frames that found the ring full are missing, which verify() has counted."""
        for stream in got["streams"]:
            if stream["duplicate"] or stream["reordered"]:
                raise Wrong("stream %d: %s" % (stream["stream"], stream))
        return "%d frames checked" % got["frames"]


class Null(Tied):
    """No device at all: the appliance's own count over the host's time."""
    nic = ""

    def open(self, cpus):
        pass

    def rate(self, appliance, seconds):
        begin = time.perf_counter()
        first = appliance.port()["tx"]["packets"]
        time.sleep(max(0, seconds - (time.perf_counter() - begin)))
        last = appliance.port()["tx"]["packets"]
        return (last - first) / (time.perf_counter() - begin)

    def verify(self, appliance):
        return "%d frames, by the appliance alone" % appliance.port()["tx"]["packets"]


class Socket(Tied):
    """QEMU's own back ends, which end in bench/sink.c."""
    by_qemu = True

    def sink(self, cpus, *words):
        self.child = self.stack.enter_context(subprocess.Popen(
            ["taskset", "-c", str(cpus[1]), *self.before, SINK, *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        self.stack.callback(self.child.kill)
        if not self.child.stdout.readline():
            raise RuntimeError("bench/sink.c does not start")

    def report(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())

    def count(self):
        got = self.report()
        return got["frames"] + got["dropped"]

    def rate(self, _, seconds):
        first = self.report()
        time.sleep(seconds)
        last = self.report()
        frames = sum(last[k] - first[k] for k in ("frames", "dropped"))
        return 1e9 * frames / (last["ns"] - first["ns"])

    def verify(self, appliance):
        tx = appliance.port()["tx"]
        self.settle(lambda: self.count() == tx["packets"])
        got = self.report()
        if got["bad"]:
            raise Wrong("%d bad frames" % got["bad"])
        same("frames sent", got["frames"] + got["dropped"], tx["packets"])
        if not got["dropped"]:
            same("bytes sent", got["bytes"], tx["bytes"])
        return "%d frames checked, %d not seen" % (got["frames"], got["dropped"])


class Dgram(Socket):
    def open(self, cpus, size=64):
        here, there = (os.path.join(self.folder, name) for name in "lr")
        self.sink(cpus, "dgram", there)
        self.netdev = ["-netdev", "dgram,id=n,local.type=unix,local.path=%s,"
                       "remote.type=unix,remote.path=%s" % (here, there)]
        self.nic = ",netdev=n"


class Tap(Socket):
    """A tap in a network namespace that is made for the run and goes with it."""

    def open(self, cpus, size=64):
        space = SPACE + str(os.getpid())
        self.before = ["ip", "netns", "exec", space]

        def ip(*words):
            done = subprocess.run(["ip", *words], capture_output=True, text=True,
                                  check=False)
            if done.returncode:
                raise Unable("ip: " + done.stderr.strip())
        for left in os.listdir("/run/netns") if os.path.isdir("/run/netns") else ():
            owner = left[len(SPACE):]
            if left.startswith(SPACE) and not os.path.exists("/proc/" + owner):
                ip("netns", "del", left)  # by a bench that was killed
        ip("netns", "add", space)
        self.stack.callback(ip, "netns", "del", space)
        subprocess.run([*self.before, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/"
                        "default/disable_ipv6"], check=False, capture_output=True)
        ip("-n", space, "tuntap", "add", "t0", "mode", "tap")
        ip("-n", space, "link", "set", "t0", "mtu", "9000", "up")
        self.sink(cpus, "packet", "t0")
        self.netdev = ["-netdev", "tap,id=n,ifname=t0,script=no,downscript=no"]
        self.nic = ",netdev=n"
        self.space = space

    def verify(self, appliance):
        """The kernel has counted them as well."""
        said = super().verify(appliance)
        shown = subprocess.run(["ip", "-n", self.space, "-s", "-j", "link", "show",
                                "t0"], check=True, capture_output=True, text=True)
        rx = json.loads(shown.stdout)[0]["stats64"]["rx"]
        same("frames by the kernel's count", rx["packets"],
             appliance.port()["tx"]["packets"])
        return said
