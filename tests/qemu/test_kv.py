# SPDX-License-Identifier: BSD-3-Clause
"""Mode kv beside Debian's memcached: the same answers, byte by byte, and our own requests
counted by it as we count them."""
import random
import shutil
import socket
import subprocess
import time

import pytest

from lab import PATIENCE, lab, own_network  # noqa: F401
from test_network import sh, tap, valid

KEYS = 500  # by hand 10,000
HEAD = bytes.fromhex("0000000000010000")
# Which a driver of its own would send, and what is wrong with them.
ODD = [b"get k1\n", b"get  k1\r\n", b"get k1 \r\n", b" get k1\r\n", b"get\r\n", b"GET k1\r\n",
       b"foo\r\n", b"\r\n", b"get k1\r\nget k2\r\n", b"get k1 k2 k3 k1\r\n", b"get k1 none\r\n",
       b"get k1\r\r\n", b"get " + b"L" * 251 + b"\r\n", b"get k1\r\nget k2", b"get k1\tx\r\n"]
# What neither answers.
NONE = [(b"get k1", HEAD), (b"get k1\r\n", bytes.fromhex("0000000000020000"))]


class Memcached:
    def __init__(self):
        self.process = subprocess.Popen(
            ["memcached", "-u", "nobody", "-l", "0.0.0.0", "-U", "11211", "-p", "11211"],
            stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.tcp = socket.create_connection(("127.0.0.1", 11211))
                break
            except ConnectionRefusedError:
                time.sleep(0.02)
        self.file = self.tcp.makefile("rb")

    def load(self, table):
        self.tcp.sendall(table)
        for _ in range(table.count(b"set ")):
            assert self.file.readline() == b"STORED\r\n"

    def stats(self):
        self.tcp.sendall(b"stats\r\n")
        lines = {}
        for line in self.file:
            if line == b"END\r\n":
                return lines
            _, name, value = line.split(maxsplit=2)
            lines[name.decode()] = value.strip().decode()

    def gets(self):
        stats = self.stats()
        return int(stats["get_hits"]), int(stats["get_misses"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def table(count):
    """Keys and values of many lengths, in the form that both read."""
    chance = random.Random(1)
    keys, lines = [b"k%d" % i for i in range(3)], []
    keys += [b"%s:%d" % (b"x" * (i % 9 * 29), i) for i in range(count - 3)]
    for i, key in enumerate(keys):
        value = chance.randbytes([2, 0, 9, 60, 333, 1000][i % 6]).replace(b"set ", b"")
        lines.append(b"set %s %d 0 %d\r\n%s\r\n" % (key, i % 3, len(value), value))
    return keys, b"".join(lines)


def asker(family, address):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.connect((address, 11211))
    sock.settimeout(PATIENCE)
    return sock


def answers(sock, request, head=HEAD, wait=None):
    """All datagrams up to those that end, one for each line; what comes in `wait`."""
    sock.send(head + request)
    sock.settimeout(wait or PATIENCE)
    got, ends = [], 0
    try:
        # memcached sends an empty one for a miss that another key follows.
        while ends < request.count(b"\n"):
            got.append(sock.recv(65536))
            ends += got[-1].endswith((b"END\r\n", b"ERROR\r\n", b"format\r\n"))
    except socket.timeout:
        assert wait
    return got


@pytest.mark.skipif(not shutil.which("memcached"), reason="memcached")
def test_memcached_answers_the_same(own_network, lab):
    keys, text = table(KEYS)
    path = lab.path / "table"
    path.write_bytes(text)
    tap("t0", "10.0.0.1/24", "2001:db8::1/64")
    with Memcached() as judge, lab.start("a", "--memory", "24M", "--file", str(path),
                                         "--net", "tap:t0") as line:
        judge.load(text)
        line.ask("address 0 10.0.0.2/24; address 0 2001:db8::2/64")
        line.ask("kv file table; mode 0 kv; start 0")
        assert line.json("kv --json")["keys"] == KEYS
        valid(line, 3)  # one of the link by itself
        before = judge.gets()
        theirs = asker(socket.AF_INET, "127.0.0.1")
        ours = [asker(socket.AF_INET, "10.0.0.2"), asker(socket.AF_INET6, "2001:db8::2")]
        requests = [b"get %s\r\n" % key for key in keys + [b"no%s" % key for key in keys[::7]
                                                            if len(key) < 240]] + ODD
        for i, request in enumerate(requests):
            head = i.to_bytes(2, "big") + HEAD[2:]
            wanted = answers(theirs, request, head)
            for sock in ours[:1] if i % 10 else ours:
                assert answers(sock, request, head) == wanted, request
        # Each family's count: both had the same, of those that are in both.
        asked = [n - m for n, m in zip(judge.gets(), before)]
        line.ask("stats clear")
        for i, request in enumerate(requests):
            answers(ours[0], request, HEAD)
        counts = line.ports()[0]["kv"]
        assert [counts["hits"], counts["misses"]] == asked
        for request, head in NONE:
            assert answers(theirs, request, head, 0.1) == answers(ours[0], request, head, 0.1)
        # Without a checksum.
        ours[0].setsockopt(socket.SOL_SOCKET, 11, 1)  # SO_NO_CHECK
        assert answers(ours[0], b"get k1\r\n") == answers(theirs, b"get k1\r\n")
        line.ask("stop 0")

        # The other way round: 10,000 keys of digits in order, of which it has some.
        judge.load(b"".join(b"set %04d 0 0 2\r\nab\r\n" % i for i in range(2500)))
        before = judge.gets()
        count = 4 * KEYS
        for command in ("mode 0 txrx; src 0 ip 10.0.0.2; dst 0 ip 10.0.0.1; "
                        "dst 0 mac via auto; set 0 udp.dst 11211; rate 0 5kpps",
                        "payload 0 hex 000100000001000067657420303030300d0a",
                        "set 0 @57.8 48-57; set 0 @56.8 48-57; set 0 @55.8 48-57; "
                        "set 0 @54.8 48-57; vary 0 nested @57.8 @56.8 @55.8 @54.8",
                        "stats clear; start 0 count %d; wait 0 rx.packets >= %d within 60s"
                        % (count, count)):
            line.ask(command)
        # One of those that came may have been a neighbour's of the link.
        wanted, end = [min(2500, count), max(0, count - 2500)], time.monotonic() + PATIENCE
        while [n - m for n, m in zip(judge.gets(), before)] != wanted:
            assert time.monotonic() < end, (judge.gets(), before)
            time.sleep(0.05)
