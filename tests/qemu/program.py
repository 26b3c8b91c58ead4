# SPDX-License-Identifier: BSD-3-Clause
"""A program's end of the line, for test_protocol.py. It was written from
docs/protocol.md alone, unlike lab.Line: keep it so, and to what the page says."""
import base64
import json
import re
import socket
import zlib

import pytest

from lab import PATIENCE


class Failed(Exception):
    """@TAG ERR CODE COLUMN MESSAGE, and what was replied before it."""

    def __init__(self, code, column, message, lines):
        super().__init__("%s %d %s" % (code, column, message))
        self.code, self.column, self.message = code, column, message
        self.lines = lines


class Program:
    """The line as docs/protocol.md has it, and nothing besides."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(path)
        self.rest = b""
        self.sent = 0
        self.replies = {}  # of requests that are not over, by tag
        self.over = {}
        self.notices = []
        self.jobs = []
        self.others = []
        self.keys(b"\x05\x15\n\x03")  # ends what somebody left behind

    def keys(self, data):
        self.sock.sendall(data)

    def send(self, commands):
        """Sends a request ahead; its tag is for reply()."""
        self.sent += 1
        tag = "prog.%d" % self.sent
        self.replies[tag] = []
        self.keys(("@%s %s\n" % (tag, commands)).encode())
        return tag

    def take_line(self):
        while b"\r\n" not in self.rest:
            data = self.sock.recv(4096)
            assert data, "the line was closed"
            self.rest += data
        line, self.rest = self.rest.split(b"\r\n", 1)
        # A notice takes the place of a prompt and what was typed there.
        line = line.rsplit(b"\r\x1b[K", 1)[-1].decode("utf-8", "replace")
        assert "*** CRASH" not in line
        word, _, text = line.partition(" ")
        if word == "@!":
            seconds, _, text = text.partition(" ")
            assert re.fullmatch(r"\d+\.\d{3}", seconds), line
            self.notices.append(text)
        elif word[1:] in self.replies and word[0] == "@":
            self.take_reply(word[1:], text)
        elif re.fullmatch(r"\[\d+\]", word):
            self.jobs.append((int(word[1:-1]), text))
        else:
            self.others.append(line)

    def take_reply(self, tag, text):
        if text == "OK" or text.startswith("ERR "):
            self.over[tag] = (self.replies.pop(tag), text)
        else:
            self.replies[tag].append(text)

    def reply(self, tag):
        while tag not in self.over:
            self.take_line()
        lines, end = self.over.pop(tag)
        if end == "OK":
            return lines
        _, code, column, message = end.split(" ", 3)
        raise Failed(code, int(column), message, lines)

    def ask(self, commands):
        return self.reply(self.send(commands))

    def json(self, commands):
        return [json.loads(line) for line in self.ask(commands)]

    def fails(self, commands):
        with pytest.raises(Failed) as failure:
            self.ask(commands)
        return failure.value

    def notice(self, pattern):
        """The first notice like that; it is taken out of the list."""
        while True:
            for text in self.notices:
                if re.fullmatch(pattern, text):
                    self.notices.remove(text)
                    return text
            self.take_line()

    def upload(self, name, data, room=720):
        """Sends all pieces ahead, then reads the replies."""
        (reply,) = self.json("put %s %d %s --json" % (name, len(data), crc(data)))
        tags = []
        for at in range(reply["offset"], len(data), room):
            piece = data[at:at + room]
            text = base64.b64encode(piece).decode()
            tags.append((at + len(piece), self.send("chunk %s %d %s %s --json" % (
                name, at, crc(piece), text))))
        for end, tag in tags:
            (reply,) = [json.loads(line) for line in self.reply(tag)]
            assert reply["offset"] == end
        assert reply["offset"] == len(data)

    def fetch(self, name, offset=0):
        whole, *pieces = self.json("get %s %d --json" % (name, offset))
        data = b""
        for piece in pieces:
            assert piece["offset"] == offset + len(data)
            part = base64.b64decode(piece["data"], validate=True)
            assert piece["crc32"] == crc(part)
            data += part
        assert whole["name"] == name and whole["size"] == offset + len(data)
        return whole["crc32"], data


def crc(data):
    return "%08x" % zlib.crc32(data)
