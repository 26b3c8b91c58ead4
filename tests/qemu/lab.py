# SPDX-License-Identifier: BSD-3-Clause
"""What the tests under QEMU share: the launcher, the serial line, captures."""
import ctypes
import json
import os
import re
import socket
import struct
import subprocess
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAUNCHER = os.path.join(ROOT, "scripts", "ukpktgen")
TEST_IMAGE = os.path.join(ROOT, "build", "test", "ukpktgen.elf")
IMAGE = os.path.join(ROOT, "build", "ukpktgen.elf")
# For anything that a loaded machine without KVM may take its time over.
PATIENCE = 120
CLONE_NEWNET = 0x40000000  # of sched.h
# Frames for a receiver that is behind: of more, QEMU 7.2's hub drops some. With one CPU
# who sends waits for who receives, with several not.
HUB_HOLDS = 9000
# For Lab.more, or as LAB_OPTIONS for all tests of a run: what can have two queues has
# them, and what is busy is on two cores.
TWO_CORES = ["--cpus", "2", "--queues", "2"]
# How many queues LAB_OPTIONS says, and how `ip tuntap` makes a tap that has as many.
QUEUES = 2 if "--queues" in os.environ.get("LAB_OPTIONS", "") else 1
TAP = "mode tap" + " multi_queue" * (QUEUES > 1)


@pytest.fixture
def lab(tmp_path):
    """A runtime directory of the test's own; nothing is left running in it."""
    one = Lab(tmp_path)
    yield one
    one.launch("down", "--all", check=False)
    if list((one.run_dir / "ukpktgen").glob(".share.*")):
        one.launch("unshare", "--all", check=False)


@pytest.fixture
def own_network():
    """A network namespace for the test and all that it starts: none of the machine's
    interfaces and addresses is there. It goes with its last process."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    if libc.unshare(CLONE_NEWNET):
        os.close(home)
        pytest.skip("a network namespace wants root")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    yield
    assert libc.setns(home, CLONE_NEWNET) == 0
    os.close(home)


class Lab:
    def __init__(self, path):
        self.path = path
        self.run_dir = path / "run"
        self.run_dir.mkdir(mode=0o700)
        self.env = dict(os.environ, XDG_RUNTIME_DIR=str(self.run_dir))
        self.env.pop("UKPKTGEN_IMAGE", None)
        # Options of all that boots.
        self.more = os.environ.get("LAB_OPTIONS", "").split()

    def launch(self, *args, check=True, stdin="", image=None):
        """Runs the launcher; with check, its status has to be 0."""
        env = dict(self.env, **({"UKPKTGEN_IMAGE": image} if image else {}))
        if args[:1] == ("run",) or args[:2] == ("exec", "--boot"):
            args = (*args[:1], *self.more, *args[1:])
        done = subprocess.run([LAUNCHER, *args], input=stdin, env=env, text=True,
                              capture_output=True, timeout=PATIENCE)
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def start(self, name, *options):
        """Boots NAME in the background; returns its serial line."""
        done = self.launch("run", "--detach", "--name", name, *options)
        name, pid, sock = done.stdout.split()
        return Line(sock, int(pid))


class Line:
    """A program's end of the serial line, written from docs/protocol.md."""

    def __init__(self, path, pid):
        self.path = path
        self.pid = pid
        self.count = 0
        self.rest = b""
        self.seen = b""
        self.sock = None

    def open(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)
        self.send(b"\n")
        return self

    def close(self):
        self.sock.close()
        self.sock = None

    def __enter__(self):
        return self.open()

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.sock.sendall(data)

    def read_line(self):
        while b"\n" not in self.rest:
            data = self.sock.recv(65536)
            assert data, "the line was closed: %r" % self.seen[-2000:]
            self.seen += data
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def read_reply(self, tag):
        """The lines of the reply and how it ended: "OK" or "ERR ..."."""
        lines = []
        while True:
            line = self.read_line()
            assert "*** CRASH" not in line
            if not line.startswith("@%s " % tag):
                continue
            text = line[len(tag) + 2:]
            if text == "OK" or text.startswith("ERR "):
                return lines, text
            lines.append(text)

    def raw(self, command):
        """Sends bytes as a request; returns lines and ending."""
        self.count += 1
        tag = "t%d" % self.count
        self.send(b"@" + tag.encode() + b" " + command + b"\n")
        return self.read_reply(tag)

    def ask(self, command):
        lines, end = self.raw(command.encode())
        assert end == "OK", (command, end)
        return lines

    def json(self, command):
        return json.loads("".join(self.ask(command)))

    def ports(self):
        return self.json("stats --json")["ports"]

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def until(holds, what="it does not come"):
    """Waits for it, however busy the host is."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.01)


def hardly_skipped(tx):
    """Whether sending went on. A host that is busy with other tests takes the processor
    away for longer than the pacer makes up for, now and then."""
    return tx["skipped"] <= tx["packets"] // 10


def captured(path):
    """The lengths of the frames in a pcap file."""
    data = path.read_bytes()
    (magic,) = struct.unpack("<I", data[:4])
    assert magic == 0xa1b2c3d4
    lengths, at = [], 24
    # What QEMU is writing is not all there.
    while at + 16 <= len(data):
        taken, length = struct.unpack("<8xII", data[at:at + 16])
        at += 16 + taken
        if at <= len(data):
            lengths.append(length)
    return lengths


def cpio(files):
    """{NAME: TEXT} as the launcher gives files to an appliance."""
    whole = b""
    for name, text in (*files.items(), ("TRAILER!!!", "")):
        head = "070701%08x%08x" % (0, 0o100644) + "%08x" * 11 % (
            0, 0, 1, 0, len(text), 0, 0, 0, 0, len(name) + 1, 0) + name + "\0"
        for part in (head.encode(), text.encode()):
            whole += part + b"\0" * (-len(part) % 4)
    return whole


def run_icount(capture, shift, line, late_ns=(1000,), also=(), more=0, files=None):
    """Boots pairs of ports, each on a wire, and `more` on the last one, with an instruction
    every 2^shift ns, and runs the line, which ends it. What port 0 sends is captured, and
    of other ports (PORT, FILE); `files` are {NAME: TEXT}.

    QEMU sends by its clock, so many ns after it was notified, pair by pair. At once would
    be when its other thread comes to it, which the host decides."""
    args = []
    for i in range(2 * len(late_ns) + more):
        wire = min(i // 2, len(late_ns) - 1)
        args += ["-netdev", "hubport,hubid=%d,id=n%d" % (wire, i),
                 "-device", "virtio-net-pci,disable-legacy=on,vectors=0,romfile=,ioeventfd=off,"
                 "tx=timer,x-txtimer=%d,netdev=n%d" % (late_ns[wire], i)]
    if files:
        archive = capture.with_name("files.cpio")
        archive.write_bytes(cpio(files))
        args += ["-initrd", str(archive)]
    for port, path in ((0, capture), *also):
        args += ["-object", "filter-dump,id=d%d,netdev=n%d,file=%s" % (port, port, path)]
    return subprocess.run(
        ["qemu-system-x86_64", "-M", "q35,sata=off,smbus=off,usb=off,vmport=off",
         "-accel", "tcg", "-icount", "shift=%d,sleep=off" % shift, "-cpu", "max",
         "-m", "16M", "-kernel", IMAGE, "-nodefaults", "-display", "none", "-no-reboot",
         *args, "-serial", "stdio", "-append", line],
        stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=PATIENCE)


def tshark(capture, *fields, filter=None):
    """A dict per frame, checksums verified."""
    command = ["tshark", "-r", str(capture), "-T", "fields",
               "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    for field in fields:
        command += ["-e", field]
    if filter:
        command += ["-Y", filter]
    done = subprocess.run(command, text=True, capture_output=True,
                          timeout=PATIENCE, check=True)
    return [dict(zip(fields, line.split("\t")))
            for line in done.stdout.splitlines()]


class DgramSink:
    """Counts the frames that a port of --net dgram:... sends."""

    def __init__(self, path):
        self.path = str(path)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path)
        self.sock.settimeout(0.2)
        self.frames = 0
        self.bytes = 0

    def take(self, done):
        """Takes what comes until `done` is set and nothing more comes."""
        while True:
            try:
                self.bytes += len(self.sock.recv(65536))
                self.frames += 1
            except socket.timeout:
                if done.is_set():
                    return
