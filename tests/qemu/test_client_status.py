# SPDX-License-Identifier: BSD-3-Clause
"""What the client says and how it ends: nothing is left undone in silence."""
import os
import re
import signal
import socket
import subprocess
import time

import pexpect
import pytest

from lab import LAUNCHER, PATIENCE, ROOT, lab  # noqa: F401

CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")
# Or one that a checker runs: a script with valgrind in it.
ASAN = os.environ.get("UKPKTGEN_TEST_CLIENT") or os.path.join(
    ROOT, "build", "client-asan", "ukpktgen-console")
PROMPT = "ukpktgen> "


@pytest.fixture
def env(lab):
    return dict(lab.env, XDG_STATE_HOME=str(lab.path / "state"), TERM="xterm", NO_COLOR="1",
                LC_ALL="C.UTF-8")


def program(env, *args, stdin=b"", client=ASAN, **more):
    """Status, standard output, standard error."""
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    done = subprocess.run([client, *args], env=env, input=stdin, timeout=PATIENCE, **more)
    return (done.returncode, *((text or b"").decode() for text in (done.stdout, done.stderr)))


def person(env, *args):
    child = pexpect.spawn(ASAN, list(args), env=env, timeout=PATIENCE, encoding="utf-8",
                          dimensions=(12, 200))
    child.delaybeforesend = None
    child.expect_exact(PROMPT)
    return child


def type_line(child, text):
    child.send(text + "\r")
    child.expect_exact(text + "\r\n")
    child.expect_exact(PROMPT)
    return child.before


def test_no_command_is_dropped_in_silence(lab, env):
    lab.start("a")
    assert program(env, "a", "-c", "echo 1", "-c", "echo 2; echo 3")[:2] == (0, "1\n2\n3\n")
    status, out, err = program(env, "a", "-c", "size 5", "-c", "echo ok")
    assert (status, out) == (1, "") and err.startswith("-c:1:6: E_RANGE: ")
    status, out, err = program(env, "a", "-c", "echo ok", "-c", "size 5")
    assert (status, out) == (1, "ok\n") and err.startswith("-c:2:6: E_RANGE: ")
    status, out, err = program(env, "a", stdin=b"echo 1\nec\0ho 2\n")
    assert (status, out) == (1, "1\n") and "-:2:3: E_BYTE: " in err
    # A script that leaves has left.
    assert program(env, "a", "-c", "echo 1\n.quit\necho 2")[:2] == (0, "1\n")
    assert program(env, "a", stdin=b"echo 1\n.quit\necho 2\n")[:2] == (0, "1\n")
    # No file of commands.
    for args in (["a", str(lab.path)], ["a", "-c", ".source " + str(lab.path)]):
        status, out, err = program(env, *args)
        assert status == 2 and "cannot read '%s': Is a dir" % lab.path in err, args
    # What stands in quotes is no command; behind a quit there is none.
    assert program(env, "a", "-c", 'echo "a; quit"; echo b')[:2] == (0, "a; quit\nb\n")
    status, out, err = program(env, "a", "-c", "quit; echo after")
    assert (status, out) == (1, "") and "E_STATE" in err
    status, out, err = program(env, "a", "-c", "quit", "-c", "echo after")
    assert (status, out) == (2, "") and "powered off; the rest was not run" in err
    lab.start("a")
    status, out, err = program(env, "a", "--json", "-c", "quit; echo after")
    assert (status, out) == (2, "") and "powered off; the rest was not run" in err
    lab.start("a")
    assert program(env, "a", "-c", "quit ; # all")[0] == 0


def test_no_option_is_dropped_in_silence(env):
    usage = [
        (["a", "-c", "x", "file"], "'file' is one too many"),
        (["a", "file", "-c", "x"], "'file' is one too many"),
        (["a", "-", "-c", "x"], "'-' is one too many"),
        (["a", "--timeout", "1s", "--timeout", "2s"], "'--timeout' is given twice"),
        (["a", "--name=b", "--name", "c"], "'--name' is given twice"),
        (["a", "--as-pid", "me"], "--as-pid 'me': a process id"),
        (["a", "--timeout", "5parsecs"], "a TIME from 1ms on"),
        (["a", "--timeout", "0"], "a TIME from 1ms on"),
        (["a", "--quiet", "--events", "-c", "x"], "--quiet prints no notices"),
        (["a", "--dance"], "unrecognized option '--dance'"),
        (["a", "--name"], "option '--name' requires an argument"),
        (["a", "-x"], "invalid option -- 'x'"),
    ]
    for args, why in usage:
        status, out, err = program(env, *args)
        assert (status, out) == (2, ""), args
        assert err.startswith("ukpktgen-console: ") and why in err, (args, err)


def test_output_that_cannot_be_written_is_an_error(lab, env):
    lab.start("a")
    full = os.open("/dev/full", os.O_WRONLY)
    why = "cannot write standard output: No space left on device"
    for commands in ("version", "echo 1\nsize 128\necho 2", "stats every 10ms",
                     "repeat 100000 version", "echo x; size 5"):
        status, _, err = program(env, "a", "-c", commands, stdout=full)
        assert status == 2 and err == "ukpktgen-console: %s\n" % why, (commands, err)
    # What would have come after the first that was lost was not run.
    assert '"size":64' in program(env, "a", "-c", "port --json")[1]
    status, _, err = program(env, "--help", stdout=full)
    assert status == 2 and why in err
    assert program(env, "a", "-c", "size 128", stdout=full)[0] == 0
    assert program(env, "a", "-c", "size 5", stderr=full)[0] == 1
    assert program(env, "a", "--events", "-c", "rate 10pps; start 0 count 1; sleep 1s",
                   stderr=full)[0] == 2
    status, out, err = program(env, "a", "-c", ".record /dev/full\necho 1\necho 2")
    assert status == 2 and "cannot write '/dev/full', where this was rec" in err
    assert program(env, "a", "-c", ".upload %s f\n.download f /nowhere/f" % __file__)[0] == 1
    # As a program of the launcher's, and where nothing is wanted at all.
    done = subprocess.run([LAUNCHER, "exec", "-c", "version"], env=env, stdout=full,
                          stderr=subprocess.PIPE, timeout=PATIENCE)
    assert done.returncode == 2 and why.encode() in done.stderr
    os.close(full)
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(["sh", "-c", '"$1" a -c version ' + closed, "sh", ASAN], env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        assert done.returncode == 0, closed


def test_a_person_is_told_too(lab, env):
    lab.start("a")
    state = lab.path / "state"
    state.write_text("no folder")
    child = person(env, "a")
    assert "the history is not kept: Not a directory" in type_line(child, "echo 1")
    assert "history" not in type_line(child, "echo 2")
    assert "nothing is being recorded" in type_line(child, ".record")
    path = str(lab.path / "r")
    assert "recording to '%s'; '.record' ends it\r\n" % path in type_line(child, ".record " + path)
    said = type_line(child, ".record")
    assert re.search(r"recording ended: \d+ bytes in '%s'" % path, said)
    assert "nothing is being recorded" in type_line(child, ".record")
    assert "cannot write '/nowhere/x': No such" in type_line(child, ".record /nowhere/x")
    assert "cannot write '/dev/full'" in type_line(child, ".record /dev/full")
    assert type_line(child, "echo 3") == "3\r\n"
    child.send(".quit\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    # An upload that is refused does not go on the next time.
    (lab.path / "big").write_bytes(b"x" * (8 << 20))
    child = person(env, "a")
    said = type_line(child, ".upload %s/big" % lab.path)
    assert "E_FULL" in said and "resumes" not in said
    child.close(force=True)


def test_the_pager_writes_no_file_and_loses_nothing(lab, env):
    lab.start("a")
    env["PAGER"] = 'echo "secure=$LESSSECURE"; cat'
    child = person(env, "a")
    assert "secure=1\r\n" in type_line(child, "help")
    child.close(force=True)
    for pager in ("false", "exec >/dev/full; cat", "/nonexistent"):
        env["PAGER"] = pager
        child = person(env, "a")
        assert "Traffic:" in type_line(child, "help"), pager
        child.close(force=True)


# ---- Locks -------------------------------------------------------------------

def locks(path):
    return sorted(name for name in os.listdir(path) if name.endswith(".client"))


def test_no_lock_is_left_behind(lab, env):
    here = lab.path / "here"
    here.mkdir()
    (here / "file").write_text("no socket")
    gone = socket.socket(socket.AF_UNIX)
    gone.bind(str(here / "gone.sock"))
    gone.close()  # nobody listens there
    lab.launch("list")  # makes the directory
    for name in ("nosuch", "./nosuch", str(here / "nosuch.sock"), "file", str(here),
                 "gone.sock"):
        status, _, err = program(env, name, "-c", "stats", cwd=here)
        assert status == 2
        assert "no 'nosuch' runs; running: none" in err if name == "nosuch" else \
            "is not reachable" in err
        assert sorted(os.listdir(here)) == ["file", "gone.sock"], name
    run = lab.run_dir / "ukpktgen"
    lab.start("a")
    assert locks(run) == []
    program(env, "a", "-c", "version")
    lab.launch("exec", "-c", "version")
    assert locks(run) == []
    child = person(env, "a")
    assert locks(run) == ["a.client"]
    child.send(".quit\r")
    child.expect(pexpect.EOF)
    child.close()
    assert locks(run) == []
    # One that was killed leaves its lock to the next.
    child = person(env, "a")
    child.kill(signal.SIGKILL)
    child.wait()
    assert locks(run) == ["a.client"]
    lab.launch("exec", "-c", "version")
    assert locks(run) == []
    status, _, err = program(env, "nosuch", "-c", "stats", cwd=here)
    assert status == 2 and "no 'nosuch' runs; running: a\n" in err
    (run / "old.client").write_text("process 1 (ukpktgen-console)\n")
    lab.launch("list")
    assert locks(run) == []


def test_one_at_a_time_has_the_line_as_locks_come_and_go(lab, env):
    """Clients and launchers in turn: none is let in beside another, none is refused."""
    lab.start("a")
    log = lab.path / "log"
    log.write_text("")
    script = ('for i in 1 2 3 4 5 6; do "$@" >/dev/null 2>"$0.$$" || '
              '{ cat "$0.$$" >>"$0.failed"; exit 1; }; done')
    commands = "size 64; sleep 20ms; expect size = 64"
    ways = [[CLIENT, "a", "-c", commands], [LAUNCHER, "exec", "-c", commands]] * 2
    going = [subprocess.Popen(["sh", "-c", script, str(log), *way], env=env) for way in ways]
    while any(one.poll() is None for one in going):
        time.sleep(0.2)
    assert [one.returncode for one in going] == [0] * 4, (lab.path / "log.failed").read_text()
    assert locks(lab.run_dir / "ukpktgen") == []
