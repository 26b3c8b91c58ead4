# SPDX-License-Identifier: BSD-3-Clause
"""A person at the terminal, played by pexpect."""
import re
import subprocess

import pexpect
import pytest

from lab import LAUNCHER, PATIENCE, ROOT, lab  # noqa: F401

PROMPT = "ukpktgen> "


@pytest.fixture
def person(lab):
    """Someone who has just typed `ukpktgen run`."""
    child = pexpect.spawn(LAUNCHER, ["run", "--name", "a"], env=lab.env,
                          timeout=PATIENCE, encoding="utf-8", dimensions=(24, 100))
    child.expect_exact(PROMPT)
    yield child
    child.close(force=True)


def type_line(child, text):
    """What appears between the echo of a line and the next prompt."""
    child.send(text + "\r")
    child.expect_exact(text + "\r\n")
    child.expect_exact(PROMPT)
    return child.before


def test_a_newcomers_session(person):
    assert type_line(person, "rate 10kpps") == ""
    assert "sends frames of 64 bytes at 10kpps until 'stop'" in type_line(person, "start 0")
    type_line(person, "sleep 1s")
    assert re.search(r"tx packets +[1-9]", type_line(person, "stats"))
    table = dict(re.findall(r"(\w+)(?: \[.*\])? +([\d,.]+ +[\d,.-]+)\r\n",
                            type_line(person, "stop")))
    sent = table["sent"].split()[0]
    assert table["completed"].split() == [sent, "0"]
    assert table["received"].split() == ["0", sent]
    assert table["missing"].split() == ["0", "-"]
    person.send("quit\r")
    person.expect(pexpect.EOF)
    person.wait()
    assert person.exitstatus == 0


def test_errors_point_at_the_word(person):
    screen = type_line(person, "size 0 5").split("\r\n")
    assert screen[0] == " " * len(PROMPT + "size 0 ") + "^"
    assert screen[1].startswith("E_RANGE: 'size' takes SIZE 64..9018 bytes")
    assert "did you mean 'stats'" in type_line(person, "statz")


def test_editing_and_history(person):
    person.send("sizf 128\x01\x06\x06\x06\x04e\r")  # ^A ^F ^F ^F ^D e
    person.expect_exact(PROMPT)
    person.send("\x1b[A")
    person.expect_exact("size 128")
    person.send("\x15port\r")
    person.expect(r"size \[bytes\] +128 +128")
    person.expect_exact(PROMPT)


def test_tab_completes_and_question_mark_lists(person):
    person.send("siz\t")
    person.expect_exact("size ")
    person.send("?")
    person.expect_exact("SIZE     frame on layer 2, FCS included, 64..9018 bytes")
    person.expect_exact(PROMPT + "size ")
    person.send("128\r")
    person.expect_exact(PROMPT)
    assert re.search(r"size \[bytes\] +128 +128", type_line(person, "port"))


def test_searching_and_undoing(person):
    type_line(person, "size 128")
    type_line(person, "rate 10kpps")
    person.send("\x12si")  # ^R
    person.expect_exact("(search)'si': size 128")
    person.send("\x05\x17" "256\x1f\x1f\r")  # ^E ^W 256 ^_ ^_
    person.expect_exact("size 128\r\n")
    person.expect_exact(PROMPT)
    assert re.search(r"size \[bytes\] +128 +128", type_line(person, "port"))


def test_a_terminal_that_tells_its_width(person):
    person.send("x")
    person.expect_exact("\x1b[6n")
    person.expect_exact("x")
    person.send("\x1b[24;30R" + "y" * 40)
    person.expect_exact("\r\x1b[K\x1b[1m" + PROMPT + "\x1b[m" + "y" * 19)
    person.send("\x03")
    person.expect_exact(PROMPT)


def test_ctrl_c_ends_what_runs_and_drops_what_is_typed(person):
    person.send("echo begun; sleep 1h\r")
    person.expect_exact("\r\nbegun\r\n")
    person.send("\x03")
    person.expect_exact("E_CANCEL")
    person.expect_exact(PROMPT)
    person.send("stats every 20ms\r")
    for _ in range(2):
        person.expect(r"\n +\d+\.\d\d\d +0 ")
    person.send("\x03")
    person.expect_exact("E_CANCEL")
    person.expect_exact(PROMPT)
    person.send("quit\x03")
    person.expect_exact(PROMPT)
    assert "platform" in type_line(person, "version")


def test_what_is_typed_while_a_command_runs_runs_next(person):
    person.send("sleep 300ms\rversion\r")
    person.expect_exact("platform")
    person.expect_exact(PROMPT)


def test_leaving_and_coming_back(lab, person):
    type_line(person, "size 256")
    person.send("\x1d")
    person.expect_exact("keeps running")
    person.expect(pexpect.EOF)
    person.wait()
    assert person.exitstatus == 0
    again = pexpect.spawn(LAUNCHER, ["console", "--raw"], env=lab.env, timeout=PATIENCE,
                          encoding="utf-8", dimensions=(24, 100))
    again.expect_exact(PROMPT)
    assert re.search(r"size \[bytes\] +256", type_line(again, "port"))
    again.send("quit\r")
    again.expect(pexpect.EOF)
    again.close()


def test_make_run_without_a_terminal(lab):
    """Boots, runs the first example, ends with its status."""
    done = subprocess.run([ROOT + "/tools/first-run"], env=lab.env, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    sent = re.search(r"^tx packets +([\d,]+) +0$", done.stdout, re.M)
    received = re.search(r"^rx packets +0 +([\d,]+)$", done.stdout, re.M)
    assert sent and received and sent[1] == received[1], done.stdout
    # What a busy host had no time for was skipped, and counted.
    skipped = re.search(r"^tx skipped +([\d,]+) +0$", done.stdout, re.M)
    assert sent[1] != "0", done.stdout
    assert sum(int(n[1].replace(",", "")) for n in (sent, skipped)) >= 20000, done.stdout
