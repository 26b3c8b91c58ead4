# SPDX-License-Identifier: BSD-3-Clause
"""A file up and down an appliance's serial line as docs/protocol.md has it, with
pieces sent ahead. Timed from the first byte of the request to the last reply."""
import base64
import os
import subprocess
import tempfile
import time
import zlib

from appliance import Line

PIECE = 720
AHEAD = 64
NAME = "bench"


def crc(data):
    return b"%08x" % zlib.crc32(data)


def upload(line, data):
    waiting = 0
    line.ask(b"put %s %d %s --json" % (NAME.encode(), len(data), crc(data)))
    for offset in range(0, len(data), PIECE):
        piece = data[offset:offset + PIECE]
        line.sock.sendall(b"@1 chunk %s %d %s %s --json\n" % (
            NAME.encode(), offset, crc(piece), base64.b64encode(piece)))
        waiting += 1
        if waiting == AHEAD:
            line.reply()
            waiting -= 1
    for _ in range(waiting):
        last = line.reply()
    if last != [{"offset": len(data)}]:
        raise RuntimeError("the upload ended at %s" % last)


def download(line):
    head, *pieces = line.ask(b"get %s --json" % NAME.encode())
    data = b"".join(base64.b64decode(p["data"]) for p in pieces)
    if head["crc32"].encode() != crc(data):
        raise RuntimeError("the file came back as another")
    return data


def kb_per_second(qemu, size):
    """Boots it, moves random bytes; returns the rates up and down in KB/s."""
    data = os.urandom(size)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "line")
        child = subprocess.Popen(
            [*qemu, "-serial", "unix:%s,server=on,wait=off" % path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            line = Line(path)
            line.ask(b"")
            begin = time.perf_counter()
            upload(line, data)
            middle = time.perf_counter()
            if download(line) != data:
                raise RuntimeError("the file came back as another")
            end = time.perf_counter()
        finally:
            child.kill()
            child.wait()
    return size / 1000 / (middle - begin), size / 1000 / (end - middle)
