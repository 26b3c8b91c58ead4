# SPDX-License-Identifier: BSD-3-Clause
"""What the launcher has the client do with one that boots, here at two pipes of this
test in place of an appliance. The client is the one under ASan."""
import os
import random
import subprocess
import threading

import pytest

from lab import PATIENCE
from test_client_hostile import ASAN, Appliance

BANNER = b"ukpktgen: 'help' lists the commands\r\n"
SILENCE = 10  # after which the client asks what became of a job


class Line(Appliance):
    """Says `first`, then answers as others do; with `close`, it has gone by then."""

    def __init__(self, first, replies=(), close=False):
        self.greet, self.got, self.ended = True, b"", False
        self.replies, self.closed = dict(replies), close
        self.to_client, self.from_client = os.pipe(), os.pipe()
        os.write(self.to_client[1], first)
        if close:
            os.close(self.to_client[1])
        self.thread = threading.Thread(target=self.talk, args=(self,), daemon=True)
        self.thread.start()

    def recv(self, size):
        return os.read(self.from_client[0], size)

    def sendall(self, data):
        if not self.closed:
            os.write(self.to_client[1], data)

    def reply(self, tag, command):
        text = self.replies.get(command.decode())
        return (tag + b" " + text + b"\r\n" if text else b"") + tag + b" OK\r\n"

    def run(self, *args):
        end = self.to_client[0], self.from_client[1]
        done = subprocess.run(
            [ASAN, *args, "--booting", "--events", "--name", "a",
             "PIPES:/proc/self/fd/%d,/proc/self/fd/%d" % end, "-c", ""],
            pass_fds=end, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        os.close(end[1])
        self.thread.join()
        assert b"Sanitizer" not in done.stderr, done.stderr
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(
            errors="replace")


@pytest.mark.parametrize("reply, status, wanted", [
    ('{"jobs":[]}', 1, "--run: E_STATE: there is no job 1\n"),
    ('{"jobs":[{"job":1,"state":"running","time":1.000,"at":"a:2","line":"run a",'
     '"error":"","message":""}]}', 0, ""),
    ('{"jobs":[{"job":11,"state":"failed","time":1.000,"at":"","line":"x",'
     '"error":"E_FULL","message":"no"},{"job":1,"state":"done","time":1.000,'
     '"at":"","line":"y","error":"","message":""}]}', 0, ""),
    ('{"jobs":[{"job":1,"state":"failed","time":1.000,"at":"","line":"echo \\"error\\":",'
     '"error":"E_RANGE","message":"a:2:6: \\"}\\" is none"},{"job":2,"state":"failed",'
     '"time":0.000,"at":"","line":"","error":"E_FULL","message":"no"}]}', 1,
     'a:2:6: E_RANGE: "}" is none\n'),
])
def test_the_list_of_jobs_tells_what_a_lost_notice_would_have(reply, status, wanted):
    line = Line(BANNER, {"jobs --json": reply.encode()})
    assert line.run("--job", "check") == (status, "", wanted)


def test_a_job_whose_last_notice_was_lost_is_asked_for():
    line = Line(BANNER + b"[1] text\r\n", {"jobs --json": b'{"jobs":[{"job":1,"state":"done"}]}'})
    # The question for trials is asked after a second, if it has taken so long.
    assert line.run("--job", "follow", "--no-keep") == (0, "text\n", "")
    assert [row.partition(b" ")[2] for row in line.got.split(b"\n") if row] == [
        b"jobs --json", b"stop", b"version"]


def test_a_job_is_followed_with_nothing_sent_until_it_ends(tmp_path):
    (tmp_path / "x").write_bytes(b"one\r\n\tt\0wo 3\r\n")
    said = (b"@! 0.001 job 1 started: run a\r\n[1] text\r\n[1]\r\n[1] \x1b[7mno\r\n"
            b"[2] of another\r\n[1] a:2:5: E_RANGE: wrong\r\n[1] b:7: E_FULL: no room\r\n"
            b"[1] a:0:1: E_RANGE: is no line\r\n@! 0.002 job 2 done\r\n"
            b"\r\x1b[K@! 1.000 job 1 failed E_RANGE 2 lines of 'a' failed\r\n")
    line = Line(BANNER + said, close=True)
    status, out, err = line.run("--job", "follow", "--source", "a=%s/x" % tmp_path)
    assert status == 1
    assert out == ("text\n\n\\x1b[7mno\n[2] of another\na:0:1: E_RANGE: is no line\n")
    assert err.splitlines() == [
        "%s/x:2:5: E_RANGE: wrong" % tmp_path, "\ttwo 3", "\t   ^",
        "b:7: E_FULL: no room", "ukpktgen-console: 0.002 job 2 done",
        "--run: 2 lines of 'a' failed"]
    assert line.got.startswith(b"@")


@pytest.mark.parametrize("said, status, wanted", [
    (b"", 4, ""), (b"[1] half a li", 4, ""),
    (b"@! 0.1 job 1 cancelled\r\n", 1, "ukpktgen-console: what --run began was cancelled\n"),
    (b"*** CRASH: x\r\n*** END OF CRASH\r\n", 3,
     "*** CRASH: x\n*** END OF CRASH\nukpktgen-console: 'a' crashed\n"),
    (b"@! 0.1 port 1 failed at 'rings': no\r\n", 2,
     "ukpktgen-console: the appliance has booted, but port 1 failed at 'rings': no\n"),
])
def test_a_line_that_ends_is_told_from_a_job_that_does(said, status, wanted):
    line = Line(BANNER + said, close=True)
    assert line.run("--job", "follow", "--ports", "2") == (status, "", wanted)


@pytest.mark.parametrize("reply, status, wanted", [
    (b'{"ports":[{"port":0,"state":"idle"},{"port":1,"state":"idle"}]}', 0, ""),
    (b'{"ports":[{"port":0,"state":"idle"}]}', 2, "but takes 1 of its 2 ports"),
    (b'{"ports":[{"port":0},{"port":1,"state":"failed at \'x\': no"}]}', 2,
     "port 1 failed at 'x': no"),
    (b"{", 2, "takes 0 of its 2 ports"), (b'{"ports":7}', 2, "takes 0 of its 2 ports"),
    (None, 0, ""),  # an appliance that does not say
])
def test_all_ports_have_to_be_there(reply, status, wanted):
    told = Line(BANNER, {"port --json": reply}).run("--ports", "2")
    assert told[:2] == (status, "") and wanted in told[2]


def test_what_a_job_says_before_a_terminal_comes_is_shown_to_the_last_byte():
    line = Line(BANNER + b"[1] text\r\nukpktgen> \r\n",
                {"port --json": b'{"ports":[{"port":0}]}'})
    reply = line.reply
    line.reply = lambda tag, command: reply(tag, command) + (
        b"[1] more\r\n@old {}\r\n[1] ha" if command == b"port --json" else b"")
    assert line.run("--ports", "1", "--attaching") == (
        0, "ukpktgen: 'help' lists the commands\n[1] text\n[1] more\n[1] ha", "")
    assert line.got.startswith(b"@")  # no key: a prompt is for the terminal to see


def test_a_job_that_says_anything_at_all_does_no_harm():
    rng = random.Random(5)
    parts = [b"[1] ", b"[", b"] ", b"@! ", b"1.0 ", b"job 1 ", b"failed ", b"started: ", b":",
             b"a:1:", b"99999999999", b"E_RANGE", b": ", b"\r\n", b"\n", b"\r\x1b[K", b"\0",
             b"x" * 500, b"port 1 failed at ", b"E_" * 20, b" of ", b"\xff", b"-"]
    for _ in range(20):
        said = b"".join(rng.choice(parts) for _ in range(300))
        status = Line(BANNER + said, close=True).run("--job", "follow", "--ports", "1")[0]
        assert status in (0, 1, 2, 4)
