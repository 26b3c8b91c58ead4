# SPDX-License-Identifier: BSD-3-Clause
"""build/ukpktgen-console at an appliance: as a person has it, and as a program."""
import json
import os
import random
import re
import signal
import struct
import subprocess
import time
import zlib

import pexpect
import pytest

from lab import PATIENCE, ROOT, lab, own_network, until  # noqa: F401

CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")
# Or one that a checker runs: a script with valgrind in it.
ASAN = os.environ.get("UKPKTGEN_TEST_CLIENT") or os.path.join(
    ROOT, "build", "client-asan", "ukpktgen-console")
PLAIN = os.path.join(ROOT, "build", "client", "ukpktgen-console-plain")
PROMPT = "ukpktgen> "
PROGRESS = r"\] +\d+ %  \d+ kB/s  \d+ s left"
UP, CTRL_C, CTRL_D = "\x1b[A", "\x03", "\x04"


@pytest.fixture
def env(lab):
    return dict(lab.env, XDG_STATE_HOME=str(lab.path / "state"), TERM="xterm",
                NO_COLOR="1", LC_ALL="C.UTF-8")


def person(env, *args, client=ASAN, size=(24, 80), prompt=PROMPT):
    child = pexpect.spawn(client, list(args), env=env, timeout=PATIENCE,
                          encoding="utf-8", dimensions=size)
    child.delaybeforesend = None
    child.expect_exact(prompt)
    return child


def program(env, *args, client=ASAN, stdin=""):
    return subprocess.run([client, *args], env=env, input=stdin, text=True,
                          capture_output=True, timeout=PATIENCE)


def type_line(child, text):
    child.send(text + "\r")
    child.expect_exact(text + "\r\n")
    child.expect_exact(PROMPT)
    return child.before


def leave(child):
    child.send(CTRL_D)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before


# ---- A person ----------------------------------------------------------------

@pytest.mark.parametrize("client", [ASAN, PLAIN])
def test_a_person_types_and_errors_point_at_the_word(lab, env, client):
    lab.start("a")
    child = person(env, "a", client=client)
    assert type_line(child, "size 0 128") == ""
    assert "128" in type_line(child, "port")
    rows = type_line(child, "size 0 5").split("\r\n")
    assert rows[0] == " " * len(PROMPT + "size 0 ") + "^"
    assert rows[1].startswith("E_RANGE: 'size' takes SIZE 64..9018 bytes")
    child.send(".quit\r")
    child.expect(pexpect.EOF)


def test_the_appliance_completes_and_explains(lab, env):
    lab.start("a").open().ask("put x7yz 0 00000000")
    child = person(env, "a")
    child.send("siz\t")
    child.expect_exact("e ")
    child.send("?")
    child.expect_exact("SIZE")
    child.expect_exact("64..9018 bytes")
    child.expect_exact(PROMPT + "size ")
    child.send(CTRL_C)
    child.expect_exact("^C\r\n" + PROMPT)
    child.send("st\t")
    child.expect("start +Start traffic.*stats +Show.*" + PROMPT + "st")
    child.send(CTRL_C)
    child.expect_exact(PROMPT)
    child.send("cat x7\t")
    child.expect_exact("yz")
    child.send(CTRL_C)
    child.send("echo \"a?b\" ?")
    child.expect_exact("a?b")
    leave_now(child)


def leave_now(child):
    child.send(CTRL_C)
    child.expect_exact("^C\r\n" + PROMPT)
    leave(child)


def test_history_is_kept_between_runs_for_the_owner_alone(lab, env):
    lab.start("a")
    child = person(env, "a")
    type_line(child, "size 0 256")
    child.kill(signal.SIGKILL)
    child.close()
    path = lab.path / "state" / "ukpktgen" / "history"
    assert path.read_text() == "size 0 256\n"
    assert os.stat(path).st_mode & 0o777 == 0o600
    child = person(env, "a")
    child.send(UP)
    child.expect_exact("size 0 256")
    leave_now(child)


def test_a_paste_of_a_thousand_lines_loses_nothing(lab, env):
    lab.start("a")
    child = person(env, "a")
    child.send("".join("echo line-%d-\r" % i for i in range(1000)))
    for i in range(1000):
        child.expect_exact("\r\nline-%d-\r\n" % i)
    child.expect_exact(PROMPT)
    leave(child)


def test_tabs_and_question_marks_in_a_paste_are_text(lab, env):
    lab.start("a")
    child = person(env, "a")
    child.send("\x1b[200~echo\t\"a?\x1b[Ab\"\recho c\r\x1b[201~")
    child.expect_exact("\r\na?[Ab\r\n")
    child.expect_exact("\r\nc\r\n")
    child.expect_exact(PROMPT)
    leave(child)


def test_ctrl_c_cancels_there_and_not_here(lab, env):
    lab.start("a")
    child = person(env, "a")
    child.send("echo begun; sleep 1h\r")
    child.expect_exact("\r\nbegun\r\n")
    child.send(CTRL_C)
    child.expect_exact("E_CANCEL")
    child.expect_exact(PROMPT)
    assert type_line(child, "echo on") == "on\r\n"
    leave(child)


def test_an_event_appears_above_the_line_being_typed(lab, env):
    lab.start("a")
    child = person(env, "a")
    type_line(child, "rate 0 10pps")
    type_line(child, "start 0 count 10")
    child.send("echo abc")
    child.expect_exact("echo abc")
    child.expect(r"\r\x1b\[J[0-9.]+ port 0 done count=10 .* missing=0 [A-Z]+\r\n" + PROMPT + "echo abc")
    child.send("def\r")
    child.expect_exact("\r\nabcdef\r\n")
    child.expect_exact(PROMPT)
    leave(child)


def test_a_line_longer_than_the_terminal_comes_back_whole(lab, env):
    lab.start("a")
    child = person(env, "a", size=(24, 40))
    type_line(child, "rate 0 10pps")
    type_line(child, "start 0 count 10")
    long = "echo " + "x" * 60
    child.send(long)
    child.expect(r"\x1b\[1A\r\x1b\[J[0-9.]+ port 0 done count=10 .* missing=0 [A-Z]+\r\n")
    child.setwinsize(24, 100)
    child.expect_exact(PROMPT + long)
    child.send("\r")
    child.expect_exact("\r\n" + "x" * 60 + "\r\n")
    child.expect_exact(PROMPT)
    leave(child)


def test_long_output_goes_to_the_pager_and_only_then(lab, env):
    lab.start("a")
    env["PAGER"] = "sed 's/^/>/'"
    child = person(env, "a", size=(12, 80))
    assert ">Traffic:" in type_line(child, "help")
    assert type_line(child, "echo short") == "short\r\n"
    leave(child)
    env["PAGER"] = "/nonexistent"
    child = person(env, "a", size=(12, 80))
    assert "\nTraffic:" in type_line(child, "help")
    leave(child)


def test_the_page_of_stats_live(lab, env):
    lab.start("a")
    child = person(env, "a", client=ASAN)
    child.send("stats live 200ms\r")
    child.expect_exact("\x1b[?1049h")
    child.expect_exact("port 0")
    child.setwinsize(30, 120)
    child.expect_exact("q leave")
    time.sleep(1.5)
    child.send("@")
    child.expect_exact("\x1b[?1049l")
    child.expect_exact(PROMPT)
    assert type_line(child, "echo on") == "on\r\n"
    leave(child)


def test_a_second_client_is_told_who_holds_the_console(lab, env):
    lab.start("a")
    child = person(env, "a")
    other = pexpect.spawn(CLIENT, ["a"], env=env, timeout=PATIENCE, encoding="utf-8")
    other.expect_exact("held by process %d (ukpktgen-console)" % child.pid)
    other.expect(pexpect.EOF)
    other.close()
    assert other.exitstatus == 2
    done = lab.launch("exec", "-c", "version", check=False)
    assert done.returncode == 2 and "process %d " % child.pid in done.stderr
    leave(child)
    lab.launch("exec", "-c", "version")


def test_an_appliance_that_goes_is_told_of_at_once_and_found_again(lab, env):
    line = lab.start("a")
    child = person(env, "a")
    type_line(child, "size 0 128")
    child.send("echo half")
    child.expect_exact("echo half")
    os.kill(line.pid, signal.SIGKILL)
    child.expect_exact("'a' is gone")
    child.expect_exact(PROMPT + "echo half")
    child.send("\r")
    child.expect_exact("not connected: the line was not sent")
    lab.start("a")
    child.expect(r"'a' \(ukpktgen \S+\)\s+has\s+restarted:\s+settings,\s+files\s+and\s+"
                 r"counters\s+are\s+new")
    child.expect_exact(PROMPT)
    assert "half" not in type_line(child, "port --json")
    assert '"size":64' in type_line(child, "port --json")
    leave(child)


def test_what_was_under_way_when_it_went_is_not_repeated(lab, env):
    line = lab.start("a")
    child = person(env, "a")
    child.send("size 0 128; echo begun; sleep 1h\r")
    child.expect_exact("\r\nbegun\r\n")
    os.kill(line.pid, signal.SIGKILL)
    child.expect_exact("not repeated")
    lab.start("a")
    child.expect(r"'a' \(ukpktgen \S+\)\s+has\s+restarted:\s+settings,\s+files\s+and\s+"
                 r"counters\s+are\s+new")
    assert '"size":64' in type_line(child, "port --json")
    leave(child)


def test_leaving_says_that_the_appliance_goes_on(lab, env):
    lab.start("a")
    for word in ("exit\r", "  logout \r", "bye;\r", ".quit\r", ".q\r", CTRL_D):
        child = person(env, "a")
        child.send(word)
        child.expect_exact("'a' keeps running, and what it sends goes on; 'quit' in its ")
        child.expect("come back:\\s+%s a" % re.escape(ASAN))
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0
    # Of a program they are no words of the client.
    assert program(env, "a", "-c", "exit").returncode == 1


def test_quit_is_a_good_end(lab, env):
    lab.start("a")
    child = person(env, "a")
    child.send("quit\r")
    child.expect_exact("'a' has powered off")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_a_person_sees_what_the_prompt_shows(lab, env):
    """What `stop`, `run` and `bench` say to people, they say in the client, too."""
    lab.start("a")
    (lab.path / "two").write_text("echo one\nsleep 300ms\necho two\n")
    child = person(env, "a", size=(60, 100))
    type_line(child, ".upload %s/two" % lab.path)
    type_line(child, "rate 1kpps; start 0 count 100; sleep 300ms")
    table = [row.split() for row in type_line(child, "stop").split("\r\n")]
    for row in (["port", "0", "port", "1"], ["sent", "100", "0"],
                ["completed", "100", "0"], ["received", "0", "100"], ["missing", "0", "-"]):
        assert row in table
    # A file is a job: the prompt is there at once, its lines come above it.
    child.send("run two\r")
    child.expect("job 1 started: run two\r\n")
    child.expect_exact(PROMPT)
    child.send("echo th")
    child.expect_exact("[1] two\r\n")
    child.expect_exact("job 1 done\r\n")
    child.expect_exact(PROMPT + "echo th")
    child.send("ree\r")
    child.expect_exact("\r\nthree\r\n")
    child.expect_exact(PROMPT)
    # ...but not for a file of ours, whose next line waits for it.
    (lab.path / "x").write_text("run two\necho after\n")
    assert type_line(child, ".source %s/x" % lab.path).split() == ["one", "two", "after"]
    # A row says how far it is, and is gone at the end.
    child.send("bench 0 tx 20ms\r")
    child.expect(r"\d+ of 40, about \d+ s left: \w+, burst \d+, mode \w+\r\x1b\[K")
    child.expect("port  0\r\n")
    assert "... " not in child.before
    child.expect_exact(PROMPT)
    # As wide as the terminal.
    child.setwinsize(60, 30)
    assert "time [s]  " in type_line(child, "jobs").split("\r\n")[2]
    leave(child)
    # A program is told as before.
    assert program(env, "a", "-c", "stop").stdout == ""
    assert program(env, "a", "-c", "run two; echo x").stdout == "one\ntwo\nx\n"


def test_colours_follow_the_setting(lab, env):
    lab.start("a")
    del env["NO_COLOR"]
    red, bold = "\x1b[31m", "\x1b[1mukpktgen>"
    child = person(env, "a", prompt="ukpktgen>\x1b[0m ")

    def says(text):
        child.send(text + "\r")
        child.expect_exact("\r\n")
        child.expect("ukpktgen>[^\n]*$")
        return child.before + child.after
    assert red in says("size 5") and "yes" in says("color")
    says("color off")
    said = says("size 5")
    assert red not in said and bold not in said and "shown  no" in says("color")
    child.send("\x04")
    child.expect(pexpect.EOF)
    # The next one is told as it connects.
    child = person(env, "a")
    assert bold not in child.before + child.after
    child.send("color auto\r")
    child.expect_exact(bold)
    child.send("\x04")
    child.expect(pexpect.EOF)
    env["NO_COLOR"] = "1"
    child = person(env, "a")
    assert "shown  no" in type_line(child, "color")
    leave(child)


def test_a_session_is_recorded(lab, env):
    lab.start("a")
    os.chdir(lab.path)
    child = person(env, "a")
    path = lab.path / "session"
    type_line(child, ".record session")
    type_line(child, "echo seen")
    type_line(child, "size 0 3")
    type_line(child, ".record")
    type_line(child, "echo unseen")
    leave(child)
    text = path.read_text()
    assert PROMPT + "echo seen\nseen\n" + PROMPT + "size 0 3\n" in text
    assert "E_RANGE" in text and "unseen" not in text


def test_a_file_of_lines_is_sourced_to_its_first_error(lab, env):
    lab.start("a")
    os.chdir(lab.path)
    path = lab.path / "x.cmds"
    path.write_text("# first\necho one\n size 0 3\necho two\n")
    child = person(env, "a")
    seen = type_line(child, ".source x.cmds")
    assert "one\r\nx.cmds:3:9: E_RANGE: " in seen and "two" not in seen
    assert "no command '.dance'; '.help' lists" in type_line(child, ".dance")
    assert "did you mean '.upload'?" in type_line(child, ".uplod x")
    assert "did you mean '.quit'?" in type_line(child, ".exit")
    assert "the form is .source FILE" in type_line(child, ".so")
    assert "'.re' may be '.reconnect' or '.record'" in type_line(child, ".re")
    words = type_line(child, ".help")
    assert ".upload FILE [NAME]" in words
    assert max(len(re.sub("\x1b\\[[?0-9;]*[A-Za-z]", "", row))
               for row in words.splitlines()) <= 80, words
    leave(child)


def test_the_faults_of_a_file_are_told_with_their_place(lab, env):
    lab.start("a")
    for name, text in [("mark", b"\xef\xbb\xbfsize 128\r\nsiez 5\n"), ("inner", b"sleep 1\n"),
                       ("outer", b".upload inner\nrun inner\n"), ("two", b".record x; size 5\n")]:
        (lab.path / name).write_bytes(text)
    os.chdir(lab.path)
    for name, error in [
            ("mark", "mark:2:1: E_UNKNOWN: no command 'siez'; did you mean 'size'?\nsiez 5\n^\n"),
            ("outer", "outer:2: E_SYNTAX: inner:1:7: '1' has no unit; type '1s', "),
            ("two", "two:1:1: E_SYNTAX: '.record' stands alone on its line: nothing may follow")]:
        done = program(env, "a", name)
        assert done.returncode == 1 and error in done.stderr, done
    child = person(env, "a")
    for line, error in [
            (".record x; size 5", "'.record' stands alone on its line: nothing may follow"),
            (".play", "the form is .play [PORTS] FILE [speed SPEED]"),
            (".help dance", "no command '.dance'; '.help' lists those of this console")]:
        assert error in type_line(child, line)
    assert not (lab.path / "x").exists() and not (lab.path / "x;").exists()
    for line in (".help upload", ".help .upload", "help .upload"):
        seen = type_line(child, line)
        assert ".upload FILE [NAME]" in seen and ".record" not in seen
    assert "CRC checked" in type_line(child, ".upload inner inner2;")
    leave(child)


def test_who_plays_a_capture_is_told_what_comes_of_it(lab, env):
    lab.start("a")
    frame = bytes(range(12)) + b"\x88\xb5" + bytes(46)
    records = b"".join(struct.pack("<IIII", 0, i * 1000, 60, 60) + frame for i in range(3))
    (lab.path / "x.pcap").write_bytes(
        struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + records)
    (lab.path / "x.cmds").write_text("size 64\n")
    os.chdir(lab.path)
    child = person(env, "a")
    for line, answer in [
            (".play x.pcap", "E_RANGE: a feed goes to one stream, not to 2: name it, as in "
                             "'.play 0 FILE'"),
            (".play 0 x.cmds", "byte 0: 73697a65 begins no capture, which is pcap or pcapng"),
            (".play 0 x.pcap", "'x.pcap' has 3 frames; 'start 0' plays it"),
            ("start 0", "port 0 plays the client's capture: 3 frames, to its end")]:
        seen = " ".join(type_line(child, line).split())
        assert answer in seen, line
    # On a busy host all of it is over by the prompt.
    if "port 0 done count=3" not in seen:
        child.expect_exact("port 0 done count=3")
    leave(child)


# ---- Files -------------------------------------------------------------------

def test_files_go_up_and_come_down(lab, env):
    line = lab.start("a")
    data = random.Random(1).randbytes(20000)
    (lab.path / "f").write_bytes(data)
    os.chdir(lab.path)
    child = person(env, "a")
    assert "CRC checked" in type_line(child, ".upload f up")
    assert "CRC checked" in type_line(child, ".download up down")
    assert "is there already" in type_line(child, ".upload f up")
    assert "E_NOFILE" in type_line(child, ".download nothing")
    assert "'a/b' is no file name" in type_line(child, ".upload f a/b")
    assert "'none': No such file" in type_line(child, ".upload none")
    assert "'run': Is a directory" in type_line(child, ".upload run")
    # What is here already is not lost by a word.
    (lab.path / "other").write_bytes(b"mine")
    assert "'down' is there already" in type_line(child, ".download up down")
    assert "to replace it: .download up other" in type_line(child, ".download up other")
    assert "no file that could be" in type_line(child, ".download up /dev/null --force")
    assert "the form is" in type_line(child, ".download up other more")
    assert (lab.path / "other").read_bytes() == b"mine"
    assert "CRC checked" in type_line(child, ".download up other --force")
    assert (lab.path / "other").read_bytes() == data
    leave(child)
    assert (lab.path / "down").read_bytes() == data
    assert sorted(os.listdir(lab.path)) == ["down", "f", "other", "run", "state"]
    with line:
        assert line.json("ls --json")["files"] == [
            {"name": "up", "size": 20000, "crc32": "%08x" % zlib.crc32(data)}]


def by_the_line(line):
    """Without the data channel, which is too fast to be watched."""
    os.unlink(line.path[:-len(".sock")] + ".data")


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_client_killed_in_a_transfer_goes_on(lab, env, way):
    by_the_line(lab.start("a"))
    data = random.Random(2).randbytes(400000)
    (lab.path / "f").write_bytes(data)
    os.chdir(lab.path)
    words = ".upload f f" if way == "up" else ".download f g"
    if way == "down":
        assert program(env, "a", "-c", ".upload f f", client=CLIENT).returncode == 0
    going = person(env, "a")
    going.send(words + "\r")
    going.expect(PROGRESS)
    going.kill(signal.SIGKILL)
    going.wait()
    assert going.signalstatus == signal.SIGKILL
    done = program(env, "a", "-c", words)
    assert done.returncode == 0, done.stderr
    at = int(re.search(r"resumed at (\d+)", done.stderr).group(1))
    assert 0 < at < len(data)
    if way == "up":
        program(env, "a", "-c", ".download f g")
    assert (lab.path / "g").read_bytes() == data


def test_ctrl_c_stops_a_transfer_which_goes_on_later(lab, env):
    by_the_line(lab.start("a"))
    data = random.Random(3).randbytes(400000)
    (lab.path / "f").write_bytes(data)
    os.chdir(lab.path)
    child = person(env, "a")
    for word in (".upload f", ".download f g"):
        child.send(word + "\r")
        child.expect(PROGRESS)
        child.send(CTRL_C)
        child.expect_exact("E_CANCEL")
        child.expect_exact("the same command again resumes it")
        child.expect_exact(PROMPT)
        assert "resumed at" in type_line(child, word)
    leave(child)
    assert (lab.path / "g").read_bytes() == data


def test_a_suspended_client_gives_the_terminal_back(lab, env):
    lab.start("a")
    child = pexpect.spawn("bash", ["--norc", "-i"], env=dict(env, PS1="sh$ "), timeout=PATIENCE,
                          encoding="utf-8")
    child.expect_exact("sh$ ")
    child.send(ASAN + " a\r")
    child.expect_exact(PROMPT)
    child.send("echo ab")
    child.expect_exact("echo ab")
    child.send("\x1a")
    child.expect_exact("Stopped")
    child.send("stty -a | grep -o ' icanon'; fg\r")
    child.expect("[\r\n] icanon")
    child.expect_exact(PROMPT + "echo ab")
    child.send("c\r")
    child.expect_exact("\r\nabc\r\n")
    child.send(".quit\r")
    child.expect_exact("sh$ ")
    child.close(force=True)


# ---- A program ---------------------------------------------------------------

def test_a_program_has_replies_and_errors_apart(lab, env):
    lab.start("a")
    done = program(env, "a", stdin="echo one\n\n# no\n  size 0 3\necho two")
    assert (done.returncode, done.stdout) == (1, "one\n")
    assert done.stderr.splitlines()[0].startswith("-:4:10: E_RANGE: ")
    assert done.stderr.splitlines()[1:] == ["  size 0 3", "         ^"]
    path = lab.path / "x"
    path.write_text("echo three\r\n")
    assert program(env, "a", str(path)).stdout == "three\n"


def test_json_where_there_is_some(lab, env):
    lab.start("a")
    done = program(env, "a", "--json", "-c", "size 0 128; port ;echo \"a;b\"; ls --json")
    assert done.stderr == ""
    port, text, files = done.stdout.splitlines()
    assert json.loads(port)["ports"][0]["size"] == 128
    assert "a;b" in text and json.loads(files) == {"files": []}
    done = program(env, "a", "--json", "-c", "port; size 0 3")
    assert done.stderr.startswith("-c:1:14: E_RANGE: ")
    # The README's line.
    done = program(env, "a", "--json", "-c", "rate 1kpps; start 0 for 10ms; wait idle; stats")
    started, stats = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, started) == (0, {"started": [{"port": 0, "mode": "tx"}]})
    # What a busy host keeps from being sent in time is given up.
    tx = stats["ports"][0]["tx"]
    assert tx["packets"] + tx["skipped"] == 10


def test_a_command_has_its_time(lab, env):
    lab.start("a")
    done = program(env, "a", "--timeout", "300ms", "-c", "sleep 1h")
    assert done.returncode == 1 and "E_TIMEOUT" in done.stderr
    assert program(env, "a", "--timeout", "5m", "-c", "echo on").stdout == "on\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cancels_what_runs(lab, env, how):
    line = lab.start("a")
    going = subprocess.Popen([ASAN, "a", "-c", "echo on; sleep 1h"], env=env, text=True,
                             stdout=subprocess.PIPE)
    assert going.stdout.readline() == "on\n"
    going.send_signal(how)
    assert going.wait(PATIENCE) == 128 + how
    # A request behind one that sleeps for an hour would have no answer.
    with line:
        line.ask("version")


@pytest.mark.parametrize("args", [
    [], ["a", "b", "c"], ["a", "--timeout", "soon", "-c", "x"], ["a", "--dance"],
    ["/nowhere", "-c", "x"], ["TCP:localhost:1", "-c", "x"], ["a", "/no/file"],
    ["x" * 600, "-c", "x"]])
def test_misuse_is_said_and_has_status_2(lab, env, args):
    done = program(env, *args)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "ukpktgen-console: " in done.stderr or "dance" in done.stderr


def listens(port):
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(row.split()[1].endswith(":%04X" % port) and row.split()[3] == "0A"
                   for row in table.readlines()[1:])


@pytest.mark.parametrize("form", ["{0}", "UNIX-CONNECT:{0}", "TCP:127.0.0.1:{1}",
                                  "EXEC:socat STDIO UNIX-CONNECT\\:{0}", "{2}"])
def test_any_address_of_socat(own_network, lab, env, form):
    line = lab.start("a")
    link = str(lab.path / "tty")
    relays = []
    if "{1}" in form:
        relays = ["TCP-LISTEN:43017,bind=127.0.0.1,reuseaddr"]
    elif "{2}" in form:
        relays = ["PTY,rawer,link=" + link]
    relays = [subprocess.Popen(["socat", one, "UNIX-CONNECT:" + line.path])
              for one in relays]
    until(lambda: "{1}" not in form or listens(43017))
    until(lambda: "{2}" not in form or os.path.exists(link))
    done = program(env, form.format(line.path, 43017, link), "-c", "echo on")
    for relay in relays:
        relay.terminate()
        relay.wait()
    assert (done.returncode, done.stdout) == (0, "on\n"), done.stderr
