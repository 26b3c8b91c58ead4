# SPDX-License-Identifier: BSD-3-Clause
"""The relay in front of QEMU's socket: who sends no more gets the answer, and others may
watch. One boot for many checks."""
import os
import re
import signal
import socket
import subprocess
import time

import pexpect
import pytest

from lab import LAUNCHER, PATIENCE, ROOT, captured, lab, until as wait_until  # noqa: F401

PROMPT = b"ukpktgen> "


def connect(path):
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(PATIENCE)
    one.connect(path)
    return one


def said(path, data):
    """All that comes of a client that sends DATA and no more."""
    with connect(path) as one:
        one.sendall(data)
        one.shutdown(socket.SHUT_WR)
        got = b""
        while more := one.recv(65536):
            got += more
    return got


def until(one, wanted):
    got = b""
    while wanted not in got:
        more = one.recv(65536)
        assert more, got
        got += more
    return got


def test_who_sends_no_more_gets_the_answer(lab):
    path = lab.start("a", "--accel", "tcg").path
    # As everybody types it.
    for text, wanted in (("stats", "rx packets"), ("@1 stats --json", '@1 {"ports":'),
                         ("version; port", "tx ring")):
        done = subprocess.run(["sh", "-c", 'echo "$1" | socat -t5 - UNIX-CONNECT:"$2"', "sh",
                               text, path], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0 and wanted in done.stdout, done.stdout
    # However long it takes, and however much it is.
    got = said(path, b"echo one; sleep 700ms; echo two\n")
    assert b"\r\none\r\n" in got and got.endswith(b"\r\ntwo\r\n" + PROMPT)
    got = said(path, b"@1 sleep 700ms; echo two\n@2 echo three\n")
    assert got.endswith(b"@1 two\r\n@1 OK\r\n@2 three\r\n@2 OK\r\n")
    got = said(path, b"@1 repeat 5 help --json\n")
    assert got.count(b"\r\n") > 150 and got.endswith(b"@1 OK\r\n")
    assert b"E_UNKNOWN" in said(path, b"nonsense\n")
    # Half a line has no answer, nothing at all neither; nobody waits for ever.
    assert said(path, b"sta").endswith(b"sta")
    said(path, b"")
    said(path, b"\x05\x15\n\x03")
    assert lab.launch("exec", "-c", "echo on").stdout == "on\n"


def answer(lab, command):
    """A client has it within its patience, or another one after it has."""
    end = time.monotonic() + PATIENCE
    while True:
        done = lab.launch("exec", "-c", command, check=False)
        if not done.returncode:
            return done.stdout
        assert "does not answer" in done.stderr and time.monotonic() < end, done.stderr


def test_what_one_leaves_is_not_the_next_ones(lab):
    frames = lab.path / "frames.pcap"
    path = lab.start("a", "--accel", "tcg", "--capture", "0=%s" % frames).path
    with connect(path) as flood: # nothing of it is read, and it is not read
        flood.settimeout(1)
        flood.sendall(b"@f repeat 1000000 help --json\n")
        with pytest.raises(socket.timeout):
            while True:
                flood.sendall(b"@f echo x\n" * 1000)
    with connect(path) as one:
        one.sendall(b"\x05\x15\n\x03@1 version --json\n")
        got = until(one, b"@1 OK\r\n")
        assert b'@1 {"version"' in got
        assert b"@f echo" not in got
    # One that is gone at once was heard all the same.
    with connect(path) as one:
        one.sendall(b"@1 size 0 333\n")
    deadline = time.monotonic() + PATIENCE
    while '"size":333' not in answer(lab, "port --json"):
        assert time.monotonic() < deadline
    # One that takes nothing holds up no traffic: frames go on behind what there is room for.
    with connect(path) as one:
        one.sendall(b"@1 size 64; rate 10kpps; start 0\n@2 repeat 100000 help --json\n")
        wait_until(lambda: frames.stat().st_size > 30000 * (16 + 60),
                   lambda: "%d frames" % len(captured(frames)))
    assert '"packets"' in answer(lab, "stats 0 --json")


def test_who_comes_while_another_has_it_is_told(lab):
    path = lab.start("a", "--accel", "tcg").path
    told = b"ukpktgen: another client has the console; waiting for it\r\n"
    with connect(path) as one:
        one.sendall(b"\x05\x15\n\x03@1 version --json\n")
        until(one, b"@1 OK\r\n")
        # It stays for longer than a busy host takes to tell it.
        done = subprocess.run(["sh", "-c", 'echo "size 0 333" | socat -t 4 - UNIX-CONNECT:"$1"',
                               "sh", path], capture_output=True, timeout=PATIENCE)
        assert done.stdout == told
        with connect(path) as next_one:
            next_one.sendall(b"\x05\x15\n\x03@2 port --json\n")
            assert until(next_one, told) == told
            one.close()
            # The one that did not wait for an answer was not heard.
            got = until(next_one, b"@2 OK\r\n")
            assert b'"size":64' in got and b'"size":333' not in got


def rows_say(lab, words, sent):
    """The slots that have ended come to the counter, once that of the last frame is one."""
    end = time.monotonic() + PATIENCE
    while True:
        rows = lab.launch(*words, "stats 0 history minute --csv").stdout.splitlines()[1:]
        if sum(int(row.split(",")[3] or 0) for row in rows) == sent:
            return
        assert time.monotonic() < end, rows


def test_others_may_watch(lab):
    line = lab.start("a", "--accel", "tcg")
    path = line.path
    watch = path.replace(".sock", ".watch")
    holder = subprocess.Popen([LAUNCHER, "exec", "-c", "echo on; rate 1kpps; start 0 count 2000; "
                               "wait 0 idle; sleep 1h"], env=lab.env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert holder.stdout.readline() == "on\n"
    with connect(watch) as one, connect(watch) as other:
        # Beside a command that runs, while another has the console.
        one.sendall(b"@w stats 0 --json\n")
        got = until(one, b"@w OK\r\n")
        assert b'@w {"ports":[{"port":0,' in got and b"?r" not in got
        one.sendall(b"@1 stats clear\n@2 start 0\n@3 port --json\n")
        got = until(one, b"@3 OK\r\n")
        assert b"@1 ERR E_STATE 7 this console watches: of 'stats' it takes no 'clear'" in got
        assert b"@2 ERR E_STATE 1 this console watches and takes no 'start'" in got
        for each in (one, other):
            assert b"port 0 done" in until(each, b"port 0 done")
    # With words that are typed.
    exec_watch = ["exec", "--watch", "-c"]
    assert '"packets":2000' in lab.launch(*exec_watch, "stats 0 --json").stdout
    rows_say(lab, exec_watch, 2000)
    text = lab.launch("metrics", "a", "--print", "--timeout", "60s").stdout
    assert 'ukpktgen_port_tx_packets_total{appliance="a",port="0"} 2000\n' in text
    drawn = lab.launch("plot", "--span", "minute")
    assert "frames per second" in drawn.stdout and "arning" not in drawn.stderr
    done = lab.launch("plot", "--output", "/nonexistent/run.svg", check=False)
    assert done.returncode == 2 and done.stderr == "ukpktgen: cannot write '/nonexistent/run.svg'\n"
    done = lab.launch(*exec_watch, "size 0 128", check=False)
    assert done.returncode == 1 and "E_STATE: this console watches" in done.stderr
    assert said(watch, b"@1 version\n").endswith(b"@1 OK\r\n")
    assert holder.poll() is None
    holder.terminate()
    holder.communicate(timeout=PATIENCE)
    # As many as eight, and with nobody at the console.
    many = [connect(watch) for _ in range(9)]
    for one in many[:8]:
        one.sendall(b"@w jobs\n")
        until(one, b"@w OK\r\n")
    assert many[8].recv(1) == b""
    with connect(path) as raw:
        # A person's prompt stays; half a line is in the way.
        raw.sendall(b"\n")
        until(raw, PROMPT)
        many[0].sendall(b"@1 version\n")
        until(many[0], b"@1 OK\r\n")
        raw.sendall(b"echo ab")
        got = until(raw, b"echo ab")
        assert b"@?" not in got
        many[0].sendall(b"@2 version\n")
        assert b"a line is being typed" in until(many[0], b"@2 ERR E_STATE 0 a line is")
        raw.sendall(b"c\n")
        until(raw, b"\r\nabc\r\n")
        # Who holds the line goes away while a reply is under way.
        os.kill(line.pid, signal.SIGSTOP)
        time.sleep(0.2)
        many[0].sendall(b"@3 version\n")
        time.sleep(0.2)
    time.sleep(0.5)
    os.kill(line.pid, signal.SIGCONT)
    assert until(many[0], b"@3 OK\r\n").startswith(b"@3 version")
    for one in many:
        one.close()
    # A lease is not theirs to renew.
    lab.launch("exec", "-c", "stats clear; start 0; lease 2s")
    with connect(watch) as one:
        for _ in range(200):
            one.sendall(b"@w port --json\n\0")
            if b'"lease_ends":1' in said(watch, b"@l stats 0 --json\n"):
                break
            until(one, b"@w OK\r\n")
            time.sleep(0.1)
        else:
            pytest.fail("the lease never ends")


def test_a_person_watches(lab):
    lab.start("a", "--accel", "tcg")
    lab.env.update(TERM="xterm", NO_COLOR="1", XDG_STATE_HOME=str(lab.path / "state"))
    one = pexpect.spawn(LAUNCHER, ["console", "--watch"], env=lab.env, encoding="utf-8",
                        timeout=PATIENCE, dimensions=(40, 80))
    one.expect_exact("watching 'a'")
    one.expect_exact("watching:ukpktgen> ")
    lab.launch("exec", "-c", "rate 100pps; start 0 count 10; wait 0 idle")
    one.expect_exact("port 0 done count=10")
    one.send("stats\r")
    one.expect_exact("tx packets")
    one.expect_exact("ukpktgen> ")
    # What it is that may not stand there is pointed at.
    caret = " " * len("watching:ukpktgen> ")
    for line, at, why in (("stop", 0, " and takes no 'stop', but stats, latency,"),
                          ("stats live", 6, ": of 'stats' it takes no 'live', but PORTS"),
                          ("stats 0; stop", None, ": it takes one command a line"),
                          ("run x", 0, " and takes no 'run', but ")):
        one.send(line + "\r")
        one.expect_exact("\r\n")
        if at is not None:
            one.expect_exact(caret + " " * at + "^\r\n")
        one.expect_exact("E_STATE: this console watches" + why)
        one.expect_exact("watching:ukpktgen> ")
    one.send("sta\t")
    one.expect_exact("stats")
    one.send("\x03")
    one.send("exit\r")
    one.expect(pexpect.EOF)
    one.close()
    assert one.exitstatus == 0


def test_it_ends_with_its_appliance(lab):
    line = lab.start("a", "--accel", "tcg")
    pids = subprocess.run(["pgrep", "-f", "ukpktgen-relay %d " % line.pid],
                          capture_output=True, text=True).stdout.split()
    assert len(pids) == 1
    with connect(line.path) as one:
        one.sendall(b"@1 quit\n")
        got = b""
        while more := one.recv(4096):
            got += more
        assert b"@1 OK\r\n" in got
    deadline = time.monotonic() + PATIENCE
    while os.path.exists("/proc/%s" % pids[0]) or os.path.exists(line.path):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    # Where the relay alone is gone, that is said, and 'down' works.
    line = lab.start("a", "--accel", "tcg")
    (relay,) = subprocess.run(["pgrep", "-f", "ukpktgen-relay %d " % line.pid],
                              capture_output=True, text=True).stdout.split()
    os.kill(int(relay), signal.SIGKILL)
    assert re.search(r" does not answer", lab.launch("list").stdout)
    assert lab.launch("exec", "-c", "version", check=False).returncode == 2
    lab.launch("down")
