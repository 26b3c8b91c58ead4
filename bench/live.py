# SPDX-License-Identifier: BSD-3-Clause
"""What `stats live` on the screen costs: frames a second into a checking sink, with
the page and without it in turns, counted by the sink. QEMU has a CPU, the sink
another."""
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402

SECONDS = 1.0
MEMORY = "16M"


class Screen:
    """A terminal that is read but not looked at."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        while self.sock.connect_ex(path):
            time.sleep(0.01)
        self.bytes = 0
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        while True:
            try:
                data = self.sock.recv(65536)
            except OSError:
                return
            if not data:
                return
            self.bytes += len(data)

    def type(self, text):
        self.sock.sendall(text)
        time.sleep(0.3)


def rate(peer):
    """Mpps of good frames over the next second."""
    peer.do("reset")
    time.sleep(SECONDS)
    got = peer.report()["received"]
    if got["bad"]:
        raise RuntimeError("bad frames: %s" % got["reasons"])
    return got["pps"] / 1e6


def with_and_without(qemu, pairs):
    """Two lists of rates, each pair taken one behind the other."""
    live, plain = [], []
    with tempfile.TemporaryDirectory() as folder:
        sink, line = os.path.join(folder, "v"), os.path.join(folder, "line")
        with Peer(sink, "--cpu", "1", "--spin") as peer:
            child = subprocess.Popen(
                ["taskset", "-c", "0", *qemu, "-m", MEMORY, "-chardev",
                 "socket,id=v,path=%s" % sink, "-netdev",
                 "vhost-user,id=n,chardev=v", "-machine", "memory-backend=mem",
                 "-object", "memory-backend-memfd,id=mem,size=%s,share=on" % MEMORY,
                 "-serial", "unix:%s,server=on,wait=off" % line],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            try:
                screen = Screen(line)
                time.sleep(0.5)
                screen.type(b"start\r")
                rate(peer)
                for i in range(pairs):
                    for with_page in ((True, False) if i % 2 else (False, True)):
                        if not with_page:
                            plain.append(rate(peer))
                            continue
                        screen.type(b"stats live\r")
                        before = screen.bytes
                        live.append(rate(peer))
                        if screen.bytes == before:
                            raise RuntimeError("no page was drawn")
                        screen.type(b"q")
            finally:
                child.kill()
                child.wait()
    return live, plain
