# SPDX-License-Identifier: BSD-3-Clause
"""`.play` of build/ukpktgen-console, the one under ASan, at an appliance that is a socket of
this test, with a data channel beside it: what is fed, and what breaks on the way."""
import os
import select
import socket
import struct
import subprocess
import threading

import pexpect
import pytest

from lab import PATIENCE, until
from test_client_hostile import ASAN, PROMPT, Appliance

FRAMES = 3000
FED = 1
# What the appliance's threads assert counts as well.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")


def capture(frames, length=100):
    records = b"".join(struct.pack("<IIII", 0, i * 1000, length, length)
                       + struct.pack("<I", i) * (length // 4) for i in range(frames))
    return struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1) + records


class Fed(Appliance):
    """Takes 50,000 bytes before, and all that come while, it is asked to `wait idle`, which
    ends with the last of them. After `cut_at` bytes it closes the channel once, or `deaf`
    hears no more of it, and says so."""

    def __init__(self, path, size, refuse=False, cut_at=None, deaf=False):
        self.size, self.refuse, self.cut_at, self.deaf = size, refuse, cut_at, deaf
        self.fed, self.commands, self.waits, self.playing = b"", [], None, False
        self.wanted, self.channel, self.token, self.open, self.opened = 50000, None, None, False, 0
        self.fresh = False
        self.data = socket.socket(socket.AF_UNIX)
        self.data.bind(str(path)[:-5] + ".data")
        self.data.listen(8)
        self.feeder = threading.Thread(target=self.take, daemon=True)
        super().__init__(path, self.answer)
        self.feeder.start()

    def block(self, kind, lane, position):
        self.channel.sendall(b"uk" + kind + bytes([lane]) + struct.pack("<IQ", 0, position))

    def grant(self, begins):
        if self.open and self.playing:
            if begins:
                self.block(b"A", FED, len(self.fed))
            self.block(b"G", FED, max(self.wanted, len(self.fed)))

    def answer(self, tag, command):
        words = command.split()
        self.commands.append(command.decode())
        good = tag + b" OK\r\n"
        if words[:2] == [b"channel", b"open"]:
            self.token, self.open = int(words[2], 16), False
            # Not the one before, whose end is not seen yet.
            until(lambda: self.fresh or self.ended, "no channel is opened")
            self.fresh = False
            self.block(b"O", 0, self.token)
        elif words[:2] == [b"channel", b"put"]:
            self.open = False
            return tag + b" ERR E_STATE 0 a break\r\n"
        elif words[0] == b"play" and self.refuse:
            return tag + b" ERR E_STATE 0 refused\r\n"
        elif words[0] == b"play":
            self.fed, self.playing = b"", True
            self.grant(True)
        elif words[0] in (b"put", b"chunk"):
            return tag + b' {"offset":%d}\r\n' % (0 if words[0] == b"put" else 5) + good
        elif words == [b"wait", b"idle"]:
            self.waits, self.wanted = tag, self.cut_at or 1 << 40
            self.grant(False)
            return b""
        return good

    def end_wait(self, how):
        if self.waits:
            self.peer.sendall(self.waits + how)
            self.waits = None

    def take(self):
        rest = b""
        while not self.ended:
            if len(self.fed) >= self.size:
                self.end_wait(b" OK\r\n")
            if b"\x03" in self.got:
                self.end_wait(b" ERR E_CANCEL 0 cancelled\r\n")
            if self.cut_at and len(self.fed) >= self.cut_at:
                self.cut_at, self.open, self.wanted = None, False, 1 << 40
                if self.deaf:
                    self.peer.sendall(b"@! 1.0 play: the data channel is closed: a fault\r\n")
                else:
                    self.channel.close()
                    self.channel = None
            ready = select.select([self.data] + [self.channel] * bool(self.channel), [], [], 0.02)
            if self.data in ready[0]:
                self.channel, rest, self.fresh = self.data.accept()[0], b"", True
            elif ready[0]:
                rest = self.blocks(rest + self.channel.recv(65536))

    def blocks(self, data):
        if not data:
            self.channel, self.open = None, False
        while len(data) >= 16:
            length, position = struct.unpack("<IQ", data[4:16])
            if len(data) < 16 + length:
                break
            if data[2:3] == b"O" and position == self.token:
                self.open, self.opened = True, self.opened + 1
                self.grant(True)
            elif data[2:3] == b"D" and self.open and data[3] == FED:
                assert position <= len(self.fed)
                self.fed = self.fed[:position] + data[16:16 + length]
            data = data[16 + length:]
        return data


@pytest.fixture
def feed(tmp_path):
    made = []

    def run(*lines, name="big.pcap", during=None, **more):
        data = capture(FRAMES)
        (tmp_path / name).write_bytes(data)
        (tmp_path / "five").write_bytes(b"hello")
        one = Fed(tmp_path / ("s%d.sock" % len(made)), len(data) - 24, **more)
        made.append(one)
        words = [word for line in lines for word in ("-c", line)]
        client = subprocess.Popen([ASAN, one.path, *words], env=dict(os.environ, LC_ALL="C.UTF-8"),
                                  cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        try:
            if during:
                during(one, tmp_path / name)
            one.err = client.communicate(timeout=PATIENCE)[1].decode()
        finally:
            client.kill()
        one.returncode, one.sent = client.returncode, data[24:]
        return one

    yield run
    for one in made:
        one.close()
        one.feeder.join()
        one.data.close()


@pytest.mark.parametrize("words,sent", [
    ("allports.pcap speed 2x", "play  - frames 3000 bytes 300000 span 2999000ns speed 2x"),
    ("2024.pcap speed rate loops 2", "play  - frames 6000 bytes 600000 span 5999000ns speed rate"),
    ("0-1,3 2024.pcap bad refuse", "play 0-1,3 - frames 3000 bytes 300000 span 2999000ns"),
    ("all.voice big.pcap", "play all.voice - frames 3000 bytes 300000 span 2999000ns")])
def test_ports_are_told_from_files(feed, words, sent):
    one = feed(".play " + words, name=next(w for w in words.split() if w.endswith(".pcap")))
    assert one.returncode == 0 and sent in one.commands, (one.commands, one.err)


@pytest.mark.parametrize("words,why", [
    ("bad skpi", "bad takes refuse or skip"), ("loops 0", "loops takes 1..1000000000"),
    ("loops -1", "loops takes 1..1000000000"), ("speed", "the form is .play"),
    ("spped 2x", "takes speed, loops, bad, checksums or tag behind FILE, not 'spped'"),
    ("extra", "takes speed, loops, bad, checksums or tag behind FILE, not 'extra'")])
def test_what_is_behind_a_file_is_looked_at(feed, words, why):
    one = feed(".play big.pcap " + words)
    assert one.returncode == 1 and why in one.err, one.err
    assert not any(command.startswith("play") for command in one.commands)


def test_a_file_that_becomes_shorter_ends_the_wait(feed):
    def cut(one, path):
        until(lambda: len(one.fed) >= 50000, "it is not fed")
        os.truncate(path, 30000)
        one.wanted = 1 << 40

    one = feed(".play big.pcap", "wait idle", during=cut)
    assert one.returncode == 1, one.err
    assert "'big.pcap' cannot be sent on: the file has become shorter" in one.err
    assert "was only sent in part" in one.err and "E_CANCEL" in one.err


def test_a_transfer_that_breaks_the_channel_does_not_end_the_feed(feed):
    one = feed(".play big.pcap", ".upload five f", "wait idle")
    assert one.returncode == 0, one.err
    assert one.fed == one.sent and one.opened == 2
    assert "only sent in part" not in one.err


@pytest.mark.parametrize("deaf,why", [(False, "its end has gone"), (True, "the appliance did")])
def test_a_channel_that_breaks_is_opened_again(feed, deaf, why):
    """While a command waits for what is fed, and told at once."""
    one = feed(".play big.pcap", "wait idle", cut_at=150000, deaf=deaf)
    assert one.returncode == 0, one.err
    assert one.fed == one.sent and one.opened == 2
    assert "the data channel is closed: %s; 'big.pcap' waits" % why in one.err
    assert "'big.pcap' is sent on" in one.err


def test_one_that_is_refused_ends_no_other(tmp_path):
    data = capture(FRAMES)
    (tmp_path / "big.pcap").write_bytes(data)
    (tmp_path / "two.pcap").write_bytes(capture(2))
    one = Fed(tmp_path / "s.sock", len(data) - 24)
    child = pexpect.spawn(ASAN, [one.path], cwd=tmp_path, timeout=PATIENCE, dimensions=(24, 240),
                          env=dict(os.environ, TERM="xterm", NO_COLOR="1", LC_ALL="C.UTF-8"))
    child.expect_exact(PROMPT)
    child.send(".play big.pcap\r")
    child.expect_exact(PROMPT)
    one.refuse = True
    child.send(".play two.pcap\r")
    child.expect_exact("E_STATE: refused")
    child.expect_exact(PROMPT)
    child.send("wait idle\r")
    until(lambda: one.fed == data[24:], len(one.fed))
    child.close(force=True)
    one.close()
    one.feeder.join()
