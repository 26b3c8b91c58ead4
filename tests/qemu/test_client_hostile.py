# SPDX-License-Identifier: BSD-3-Clause
"""build/ukpktgen-console at something that is no appliance and means no good: here
it is a socket of this test. The client is the one under ASan."""
import os
import random
import re
import select
import socket
import subprocess
import threading
import time

import pexpect
import pytest

from lab import PATIENCE, ROOT, until

# Or one that a checker runs: a script with valgrind in it.
ASAN = os.environ.get("UKPKTGEN_TEST_CLIENT") or os.path.join(
    ROOT, "build", "client-asan", "ukpktgen-console")
PLAIN = os.path.join(ROOT, "build", "client", "ukpktgen-console-plain")
CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")
PROMPT = "ukpktgen> "
# What the client itself sends to a terminal that knows no colour.
OWN = re.compile(rb"\x07|\r\x1b\[J|\x1b\[\d*[ACGK]|\x1b\[\d+;\d+H|\x1b\[\d*[P@]")


class Appliance:
    """Answers each request with what `reply` makes of tag and command."""

    def __init__(self, path, reply, greet=True):
        self.path = str(path)
        self.reply = reply
        self.greet = greet
        self.got = b""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(8)
        self.peer = None
        self.ended = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.ended:
            try:
                self.peer = self.listener.accept()[0]
                self.talk(self.peer)
            except OSError:
                pass

    def talk(self, peer):
        rest = b""
        while not self.ended:
            data = peer.recv(65536)
            if not data:
                return
            self.got += data
            rest += data
            while b"\n" in rest:
                line, rest = rest.split(b"\n", 1)
                at = line.rfind(b"@")
                if at < 0:
                    continue
                tag, _, command = line[at:].partition(b" ")
                if command.startswith(b">"):  # a person typed it
                    command = command.partition(b" ")[2]
                if not command or command == b"color --json":
                    peer.sendall(tag + b" OK\r\n")
                    continue
                if self.greet and command == b"version --json":
                    peer.sendall(tag + b' {"version":"f\\u001b[7mke"}\r\n' + tag + b" OK\r\n")
                else:
                    peer.sendall(self.reply(tag, command))

    def close(self):
        self.ended = True
        for one in (self.peer, self.listener):
            if one:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                one.close()


@pytest.fixture
def host(tmp_path):
    made = []

    def make(reply, **more):
        made.append(Appliance(tmp_path / ("s%d" % len(made)), reply, **more))
        return made[-1]

    make.env = dict(os.environ, XDG_STATE_HOME=str(tmp_path / "state"), TERM="xterm",
                    NO_COLOR="1", LC_ALL="C.UTF-8", PAGER="cat")
    yield make
    for one in made:
        one.close()


def program(host, one, *args, client=ASAN):
    return subprocess.run([client, one.path, *args], env=host.env, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE)


def person(host, one, client=ASAN):
    child = pexpect.spawn(client, [one.path], env=host.env, timeout=PATIENCE,
                          dimensions=(24, 240))
    child.delaybeforesend = None
    child.expect_exact(PROMPT)
    return child


def all_of(child, seconds):
    """What comes within so long, with what was read already but not looked at."""
    out, until = child.buffer, time.monotonic() + seconds
    child.buffer = b""
    while time.monotonic() < until:
        if select.select([child.child_fd], [], [], 0.1)[0]:
            try:
                out += os.read(child.child_fd, 65536)
            except OSError:
                break
    return out


def sane(out):
    """True when all that would steer a terminal is the client's own."""
    out = OWN.sub(b"", out)
    return not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]", out)


EVIL = (b"\x1b]0;owned\x07 \x1b[2J \x1b[31m \x1bP1$r\x1b\\ \x9b6n \xc2\x9b6n \x0e \x08 \x7f "
        b"\x1b[5n \xe2\x80\xae \xff\xfe a\rb")


@pytest.mark.parametrize("client", [ASAN, PLAIN])
def test_no_escape_sequence_reaches_the_terminal(host, client):
    one = host(lambda tag, command: tag + b" " + EVIL + b"\r\n@! 1.0 " + EVIL + b"\r\n" +
               tag + b" ERR E_" + EVIL[:6] + b" 3 " + EVIL + b"\r\n")
    child = person(host, one, client)
    child.send("x\r")
    child.expect_exact(PROMPT)
    one.peer.sendall(b"@! 2.0 " + EVIL + b"\r\n*** CRASH: " + EVIL + b"\r\n" + EVIL +
                     b"\r\n*** END OF CRASH\r\n")
    out = child.before + all_of(child, 5)
    assert b"\\x1b[2J" in out and out.count(b"owned") >= 5
    assert sane(out) and b"\x07" not in out, out
    child.close(force=True)
    done = program(host, one, "-c", "x")
    assert done.returncode == 1 and b"\\x1b" in done.stdout + done.stderr
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", done.stdout + done.stderr)


def test_words_that_would_not_be_seen_are_not_completed(host):
    words = b'","help":"\\u001b[2J"},{"word":"'
    one = host(lambda tag, command: tag + b' {"start":0,"words":[{"word":"ab\\u001b[2J' +
               words + b'ab\\nquit' + words + b'abc","help":"\\u001b[2J"}],"more":-7}\r\n' +
               tag + b" OK\r\n")
    child = person(host, one)
    child.send("ab\t")
    child.expect_exact("c ")
    child.send("\t?")
    assert sane(child.before + all_of(child, 1))
    assert b"quit" not in one.got
    child.close(force=True)


@pytest.mark.parametrize("reply", [
    b"", b"{", b"[" * 5000, b'{"start":99999999,"words":[]}', b'{"start":-1,"words":7}',
    b'{"start":0,"words":[' + b'{"word":"abX"},' * 3000 + b'{"word":"abY"}]}',
    b'{"start":0,"words":[{"word":"' + b"ab" * 9000 + b'"}]}', b'{"words":[{"word":3}]}'])
def test_broken_completions_do_no_harm(host, reply):
    one = host(lambda tag, command: tag + b" " + reply + b"\r\n" + tag + b" OK\r\n")
    child = person(host, one)
    child.send("ab\t\t?")
    all_of(child, 1)
    child.send("\x03")
    child.expect_exact("^C")
    child.send("\x04")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before


def test_an_endless_line_is_cut_and_takes_no_memory(host):
    one = host(lambda tag, command: tag + b" " + b"x" * (8 << 20) + b"\r\n" + tag + b" OK\r\n")
    done = program(host, one, "-c", "x")
    assert done.returncode == 0 and b"cut" in done.stderr
    assert 60000 < len(done.stdout) < 70000


def test_ctrl_c_gives_up_what_never_ends(host):
    one = host(lambda tag, command: b"y" * 100000)
    child = person(host, one)
    child.send("x\r")
    child.expect_exact("x\r\n")
    for _ in range(3):
        time.sleep(0.2)
        child.send("\x03")
    child.expect_exact("gave up the reply")
    child.expect_exact(PROMPT)
    child.close(force=True)


def test_replies_with_wrong_tags_are_none(host):
    one = host(lambda tag, command: b"".join(
        t + b" no\r\n" + t + b" OK\r\n" for t in
        (b"@", b"@?", b"@!", tag + b"0", tag[:-1], b"@x", tag.upper(), b"x" + tag)) +
        tag + b" yes\r\n" + tag + b" OK\r\n" + tag + b" no\r\n")
    done = program(host, one, "-c", "x\nx")
    assert (done.returncode, done.stdout) == (0, b"yes\nyes\n")


def test_a_restart_behind_a_line_that_stays_is_seen(host):
    one = host(lambda tag, command: b"\r\nukpktgen: 'help' lists the commands\r\n"
               if command == b"x" else tag + b" on\r\n" + tag + b" OK\r\n")
    child = person(host, one)
    child.send("x\r")
    child.expect_exact("has restarted")
    child.expect_exact("it is not repeated")
    child.expect_exact("reconnected to")
    child.send("y\r")
    child.expect_exact("\r\non\r\n")
    assert one.got.count(b" x\n") == 1
    child.close(force=True)
    done = program(host, one, "-c", "x\ny")
    assert done.returncode == 2 and done.stdout == b""


def test_a_silent_one_is_given_up(host):
    one = host(lambda tag, command: b"", greet=False)
    done = program(host, one, "-c", "x")
    assert done.returncode == 2 and b"does not answer" in done.stderr


def test_random_bytes(host):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    rnd = random.Random(seed)

    def reply(tag, command):
        pieces = [rnd.randbytes(rnd.randrange(200)), tag, b" ", b"\r\n", b"\x1b[", b"@!",
                  b"OK", b"ERR ", b"{", b"\x1b[?1049h", b"*** CRASH", b"\r\x1b[K"]
        return (b"".join(rnd.choice(pieces) for _ in range(rnd.randrange(300))) +
                b"\r\n*** END OF CRASH\r\n" + tag + b" OK\r\n")

    one = host(reply)
    child = person(host, one)
    for _ in range(40):
        child.send(rnd.choice(["x\r", "a\t", "?", "\x03", "stats live\r", "q", "\r"]))
        out = all_of(child, 0.15)
        assert sane(out), (seed, out)
    assert child.isalive(), seed
    child.close(force=True)
    done = program(host, one, "-c", "\n".join(["x"] * 50))
    assert done.returncode in (0, 1, 3) and b"Sanitizer" not in done.stderr, seed


PAGE = b"\x1b[?1049h\x1b[?25l\x1b[2J\x1b[3;4Htext"


def live(tag, command):
    if command.startswith(b"help"):
        return (tag + b' {"forms":[{"arguments":[{"name":"live","page":true}]}]}\r\n' + tag +
                b" OK\r\n")
    return tag + b" ERR E_STATE 1 a page\r\n"


def open_page(host, one):
    child = person(host, one)
    child.send("stats live\r")
    until(lambda: b"\x15stats live\r" in one.got, lambda: one.got)
    return child


def test_a_page_may_draw_and_nothing_else(host):
    one = host(live)
    child = open_page(host, one)
    one.peer.sendall(PAGE + b"\x1b[999;999H\x1b[6n" + EVIL + b"\x1b[?1000h\x1b[c\x1b[3q" +
                     b"\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18m\xe2\x96")
    time.sleep(0.2)
    one.peer.sendall(b"\x88done")
    child.expect_exact("█done".encode())
    out = child.before
    assert b"\x1b[3;4Htext" in out and b"\x1b[6n" not in out
    until(lambda: b"\x1b[24;240R" in one.got, lambda: one.got)
    for bad in (b"\x1b]", b"\x07", b"\x1bP", b"\x9b", b"\x1b[c", b"1000h", b"\x1b[5n", b"3q"):
        assert bad not in out.replace(b"\\x9b", b""), bad
    child.send("q")
    until(lambda: one.got.endswith(b"q"), lambda: one.got)
    one.peer.sendall(b"\x1b[?25h\x1b[?1049l\x1b[2Jtail")
    child.expect_exact(PROMPT)
    assert b"tail" not in child.before
    child.close(force=True)


def test_a_page_whose_appliance_goes_leaves_the_terminal_whole(host):
    one = host(live)
    child = open_page(host, one)
    one.peer.sendall(PAGE)
    child.expect_exact("text")
    one.close()
    child.expect_exact("\x1b[?1049l\x1b[?25h")
    child.expect_exact("is gone")
    child.close(force=True)


@pytest.mark.parametrize("reply", [
    b'{"offset":0}', b'{"offset":-1}', b'{"offset":1e30}', b'{"offset":99}', b"{", b"",
    b'{"files":[{"name":"f","size":10,"crc32":"00000001"}],"offset":0,"data":"AAAA"}',
    b'{"files":[{"name":"f","size":1e99,"crc32":"zz"}]}',
    b'{"files":[{"name":"f","size":-5,"crc32":5}]}'])
@pytest.mark.parametrize("words", [".upload f", ".download f"])
def test_transfers_that_make_no_sense_end(host, tmp_path, reply, words):
    one = host(lambda tag, command: tag + b" " + reply + b"\r\n" + tag + b" OK\r\n")
    os.chdir(tmp_path)
    (tmp_path / "f").write_bytes(b"z" * 3000)
    done = program(host, one, "-c", words)
    assert done.returncode in (1, 2), done
    assert b"Sanitizer" not in done.stderr and (tmp_path / "f").read_bytes() == b"z" * 3000


@pytest.mark.parametrize("answers", [True, False])
def test_what_it_asked_by_itself_is_answered_before_it_goes(host, answers):
    """Who is next on the line would read it."""
    there = []

    def reply(tag, command):
        if command.startswith(b"search trials"):
            # The last command was answered before this is looked at.
            ready = select.select([one.peer], [], [], 0.3)[0]
            there.append(not ready or one.peer.recv(99, socket.MSG_PEEK))
            return tag + b' {"trials":[]}\r\n' + tag + b" OK\r\n" if answers else b""
        if command == b"wait idle":
            time.sleep(1.5)  # a second after it came it asks what runs
        return tag + b" OK\r\n"

    one = host(reply)
    done = program(host, one, "-c", "wait idle", client=CLIENT)
    assert done.returncode == 0 and done.stdout == b"", done
    assert all(there) and len(there) == 1, there


def test_it_is_clean_under_valgrind(host, tmp_path):
    one = host(lambda tag, command: tag + b' {"start":0,"words":[{"word":"xy"}]}\r\n' + tag +
               b" OK\r\n")
    log = tmp_path / "log"
    child = pexpect.spawn("valgrind", ["--leak-check=full", "--error-exitcode=9",
                                       "--log-file=%s" % log, CLIENT, one.path],
                          env=host.env, timeout=PATIENCE, dimensions=(24, 80))
    child.expect_exact(PROMPT)
    for text in ("x\t\r", "?", "\x03", ".help\r", "\x1b[A\r"):
        child.send(text)
        all_of(child, 1)
    child.send("\x04")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, log.read_text()
