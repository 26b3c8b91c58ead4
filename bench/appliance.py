# SPDX-License-Identifier: BSD-3-Clause
"""Boots the appliance as scripts/ukpktgen does and talks to it as docs/protocol.md
has it."""
import json
import os
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGE = os.path.join(ROOT, "build", "ukpktgen.elf")
MACHINES = {
    "microvm": ["-M", "microvm,acpi=off,isa-serial=on,rtc=off", "-global",
                "virtio-mmio.force-legacy=false"],
    "q35": ["-M", "q35,sata=off,smbus=off,usb=off,vmport=off"],
}
PATIENCE_S = 120
WITH_US = ["setpriv", "--pdeathsig", "KILL"]  # it ends, even if we are killed


def command(machine, memory, serial=("-serial", "stdio"), netdev="", image=IMAGE):
    """A NIC without a netdev: QEMU drops what it sends."""
    nic = "virtio-net-device" if machine == "microvm" else \
        "virtio-net-pci,disable-legacy=on,disable-modern=off,vectors=0,romfile="
    return ["qemu-system-x86_64", *MACHINES[machine], "-accel", "tcg", "-cpu",
            "max", "-kernel", image, "-nodefaults", "-no-user-config",
            "-display", "none", "-no-reboot", "-m", memory, *serial,
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-device", nic + netdev]


class Line:
    """The socket that a serial line ends in."""

    def __init__(self, path, qemu=None):
        self.sock = socket.socket(socket.AF_UNIX)
        while self.sock.connect_ex(path):
            if qemu and qemu.poll() is not None:
                raise RuntimeError("QEMU ended: %s" % qemu.stderr.read().decode())
            time.sleep(0.01)
        self.sock.settimeout(PATIENCE_S)
        self.rest = b""

    def reply(self):
        """The lines of the next reply; it has to be OK."""
        lines = []
        while True:
            while b"\n" not in self.rest:
                data = self.sock.recv(1 << 16)
                if not data:
                    raise RuntimeError("the appliance is gone")
                self.rest += data
            line, self.rest = self.rest.split(b"\n", 1)
            if line.startswith(b"@1 ERR"):
                raise RuntimeError(line.decode())
            if line.startswith(b"@1 OK"):
                return lines
            if line.startswith(b"@1 {"):
                lines.append(json.loads(line[3:]))

    def ask(self, request):
        self.sock.sendall(b"@1 " + request + b"\n")
        return self.reply()


class Appliance:
    """One that runs on a CPU of its own, its port 0 at a peer; `with` ends it.

    A peer has `before` (words that QEMU is started with), `netdev` (QEMU's words;
    {memory} is its memory) and `nic` (properties of the device).
    """

    def __init__(self, peer, cpus, memory="16M", image=IMAGE, nic="", icount=False):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "line")
        more = ["-icount", "shift=0,sleep=off"] if icount else []
        netdev = [word.format(memory=memory) for word in peer.netdev]
        self.child = subprocess.Popen(
            [*WITH_US, *peer.before, "taskset", "-c", str(cpus[0]),
             *command("q35", memory, (), peer.nic + nic, image), *netdev, *more,
             "-name", "bench,debug-threads=on", "-serial",
             "unix:%s,server=on,wait=off" % path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        try:
            self.line = Line(path, self.child)
            self.line.ask(b"")
            if peer.by_qemu:
                self.part(cpus)
        except BaseException:
            self.__exit__()
            raise

    def part(self, cpus):
        """QEMU moves the frames itself: not on the CPU of the appliance."""
        folder = "/proc/%d/task" % self.child.pid
        for task in os.listdir(folder):
            with open(os.path.join(folder, task, "comm")) as comm:
                if not comm.read().startswith("CPU "):
                    os.sched_setaffinity(int(task), {cpus[1]})

    def ask(self, request):
        return self.line.ask(request.encode())

    def port(self):
        """The counters of port 0."""
        return self.ask("stats --json")[0]["ports"][0]

    def stop(self):
        """Stops and waits until the device has given all frames back."""
        left = self.ask("stop --json")[0]["ports"][0]["in_flight"]
        if left:
            raise RuntimeError("%d frames stay with the device" % left)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.communicate()
        self.folder.cleanup()
