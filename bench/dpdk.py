# SPDX-License-Identifier: BSD-3-Clause
"""dpdk-testpmd as what the appliance is tied to, and DPDK's own virtio_user port as
what stands beside the appliance. Counts are those of the testpmd behind the rings."""
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

from appliance import PATIENCE_S, WITH_US
from peers import Tied, Unable, Wrong, same, vhost_netdev

PROMPT = b"testpmd> "
MBUFS = 16384
MEGABYTES = 512


class Testpmd:
    """One that runs, its worker on a CPU and its prompt on the other; waits for its
    prompt after each command."""

    def __init__(self, vdev, mode, worker_cpu, main_cpu, *options):
        if not shutil.which("dpdk-testpmd"):
            raise Unable("there is no dpdk-testpmd")
        self.log = tempfile.TemporaryFile()
        self.runtime = tempfile.TemporaryDirectory()
        self.child = subprocess.Popen(
            # Else its answers come behind its prompt.
            [*WITH_US, "stdbuf", "-oL", "dpdk-testpmd", "--no-huge", "-m",
             str(MEGABYTES), "--no-pci", "--file-prefix", "bench", "--vdev", vdev,
             "--lcores", "0@%d,1@%d" % (main_cpu, worker_cpu), "--", "-i",
             "--forward-mode=" + mode, "--total-num-mbufs=%d" % MBUFS, *options],
            env=dict(os.environ, RUNTIME_DIRECTORY=self.runtime.name),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        self.guard = threading.Timer(PATIENCE_S, self.child.kill)
        self.guard.start()
        try:
            self.read()
        except BaseException:
            self.close()
            raise

    def read(self):
        text = b""
        while not text.endswith(PROMPT):
            data = os.read(self.child.stdout.fileno(), 65536)
            if not data:
                self.log.seek(0)
                raise RuntimeError("testpmd ended: %s" % self.log.read()[-500:])
            text += data
        return text.decode()

    def ask(self, command):
        self.child.stdin.write(command.encode() + b"\n")
        self.child.stdin.flush()
        return self.read()

    def stats(self):
        """Packets and packets a second since the last time, by name."""
        shown = self.ask("show port stats 0")
        return {name: int(value) for name, value in
                re.findall(r"([RT][Xx]-(?:packets|pps|missed|errors)): +(\d+)", shown)}

    def close(self):
        self.guard.cancel()
        self.child.kill()
        self.child.communicate()
        self.log.close()
        self.runtime.cleanup()


class Backend(Tied):
    """testpmd that takes frames (rxonly) or makes some (txonly)."""

    def open(self, cpus, packed=False, mode="rxonly", options=()):
        path = os.path.join(self.folder, "v")
        self.way = "RX" if mode == "rxonly" else "TX"
        self.path = path
        self.netdev = vhost_netdev(path)
        self.nic = ",netdev=n" + (",packed=on" if packed else "")
        self.testpmd = Testpmd("net_vhost0,iface=" + path, mode, cpus[1], cpus[0],
                               "--txpkts=60", *options)
        self.stack.callback(self.testpmd.close)

    def begin(self):
        self.testpmd.ask("start")

    def rate(self, _, seconds):
        self.testpmd.stats()
        time.sleep(seconds)
        return self.testpmd.stats()[self.way[0] + "x-pps"]

    def packets(self):
        return self.testpmd.stats()[self.way + "-packets"]

    def verify(self, appliance):
        if self.way == "TX":
            self.testpmd.ask("stop")
        key = "tx" if self.way == "RX" else "rx"
        self.settle(lambda: self.packets() == appliance.port()[key]["packets"])
        frames = self.packets()
        port = appliance.port()[key]
        same("frames", frames, port["packets"])
        same("bytes", 64 * frames, port["bytes"])
        return "%d frames in both counts" % frames


def virtio_user(cpus, seconds, warm_s, packed=False, mode="rxonly", options=()):
    """A run of DPDK's port instead of the appliance; `mode` is that of the testpmd
    behind it. Returns frames a second and what was checked."""
    front_mode = {"rxonly": "txonly", "txonly": "rxonly"}[mode]
    with Backend(cpus, packed=packed, mode=mode, options=options) as back:
        front = Testpmd(
            "net_virtio_user0,path=%s,queues=1,queue_size=256,packed_vq=%d" % (
                back.path, packed), front_mode, cpus[0], cpus[1], "--txpkts=60",
            *options)
        try:
            front.ask("start")
            back.begin()
            time.sleep(warm_s)
            rate = back.rate(None, seconds)
            (front if mode == "rxonly" else back.testpmd).ask("stop")
            other = ("TX" if mode == "rxonly" else "RX") + "-packets"
            back.settle(lambda: back.packets() == front.stats()[other])
            frames = back.packets()
            if frames != front.stats()[other] or not frames:
                raise Wrong("%d and %d frames" % (frames, front.stats()[other]))
        finally:
            front.close()
    return rate, "%d frames in both counts" % frames
