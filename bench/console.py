# SPDX-License-Identifier: BSD-3-Clause
"""The console client at an appliance that runs: how soon its prompt is there, and how
late a lease stops the traffic of one that was killed."""
import contextlib
import os
import pty
import signal
import struct
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")
LAUNCHER = os.path.join(ROOT, "scripts", "ukpktgen")
PROMPT = b"ukpktgen> "
LEASE_MS = 200
PPS = 10000


class Appliance:
    """One of the launcher's, in a runtime directory of its own."""

    def __init__(self, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.capture = os.path.join(self.folder.name, "p.pcap")
        self.env = dict(os.environ, XDG_RUNTIME_DIR=self.folder.name,
                        XDG_STATE_HOME=self.folder.name, NO_COLOR="1", TERM="xterm")
        self.run("run", "--detach", "--name", "a", "--accel", "tcg", *options,
                 "--capture", "1=" + self.capture)

    def run(self, *words):
        subprocess.run([LAUNCHER, *words], env=self.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("down", "--all")
        self.folder.cleanup()


def prompt_ms(runs):
    """From exec to the last byte of the prompt, on a terminal."""
    took = []
    with Appliance() as one:
        for _ in range(runs + 1):
            begin = time.perf_counter()
            pid, fd = pty.fork()
            if pid == 0:
                os.execve(CLIENT, [CLIENT, "a"], one.env)
            seen = b""
            while PROMPT not in seen:
                seen += os.read(fd, 4096)
            took.append((time.perf_counter() - begin) * 1000)
            os.write(fd, b"\x04")
            with contextlib.suppress(OSError):  # a terminal without a program
                while os.read(fd, 4096):
                    pass
            os.waitpid(pid, 0)
            os.close(fd)
    return sorted(took[1:])  # the first warms the page cache


def frames(path):
    """How many a capture has."""
    count, at = 0, 24
    with open(path, "rb") as file:
        data = file.read()
    while at + 16 <= len(data):
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
        count += 1
    return count


def lease_late_ms(runs):
    """How much longer than the lease frames came after kill -9, each of which stands
    for its part of a second: a capture's own times begin at a whole one."""
    late = []
    for _ in range(runs):
        with Appliance() as one:
            going = subprocess.Popen([CLIENT, "a"], env=one.env, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE)
            going.stdin.write(b"lease %dms; rate %dpps; start 0; echo on\n"
                              % (LEASE_MS, PPS))
            going.stdin.flush()
            going.stdout.readline()
            began = time.perf_counter()
            time.sleep(3 * LEASE_MS / 1000)
            lived = time.perf_counter() - began
            os.kill(going.pid, signal.SIGKILL)
            going.communicate()
            time.sleep(0.5 + LEASE_MS / 1000)
            late.append((frames(one.capture) / PPS - lived) * 1000 - LEASE_MS)
    return sorted(late)
