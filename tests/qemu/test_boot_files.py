# SPDX-License-Identifier: BSD-3-Clause
"""Files that the launcher gives an appliance at boot, and commands to run then."""
import json
import os
import random
import re
import subprocess
import zlib

import pytest

from lab import TEST_IMAGE, lab  # noqa: F401
from test_launcher import (PROMPT, LAUNCHER, end_of, ended, in_background,
                           left_behind, runs, terminal)

MACHINES = pytest.mark.parametrize("machine", ["q35", "microvm"])
ALL_BYTES = bytes(range(256))
FILES = {
    "empty": b"",
    "one": b"\0",
    "lines": b"a\r\nb\n\n\nlast without an end",
    "all-bytes": ALL_BYTES,
    "backwards": ALL_BYTES[::-1] * 3 + b"\n",
    "_0.9-Z": b"\xff" * 3,
    "cpio": b"070701" + b"0" * 104 + b"TRAILER!!!\0",
    "n" * 31: b"\n" * 5,
    "big": random.Random(7).randbytes(1000003),
}


def listed(text):
    return {f["name"]: (f["size"], f["crc32"]) for f in json.loads(text)["files"]}


def seen(files):
    return {name: (len(data), "%08x" % zlib.crc32(data))
            for name, data in files.items()}


def write(lab, name, data):
    path = lab.path / name
    path.write_bytes(data)
    return str(path)


def at_boot(lab, job, *options, image=None, **files):
    """Runs JOB at boot without a terminal; a file's name has _ for its dot."""
    options = [*options, "--accel", "tcg"]
    for name, text in files.items():
        options += ["--file", write(lab, name.replace("_", "."), text.encode())]
    return lab.launch("run", "--run", job, *options, check=False, image=image)


# ---- Files -------------------------------------------------------------------

@MACHINES
def test_files_of_any_bytes_arrive_as_they_are(lab, machine):
    options = [word for name, data in FILES.items()
               for word in ("--file", write(lab, name, data))]
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--machine", machine,
                      *options, "-c", "ls --json")
    assert listed(done.stdout) == seen(FILES)
    assert done.stderr == ""
    assert left_behind(lab) == []


def test_a_file_may_have_another_name_there(lab):
    path = write(lab, "a b=c,d;\"'$", b"text")
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--file", path + "=plain",
                      "--file", path + "=again", "-c", "ls --json")
    assert listed(done.stdout) == seen({"plain": b"text", "again": b"text"})


def test_the_archive_is_newc_field_by_field(lab):
    lab.launch("run", "--detach", "--name", "a", "--accel", "tcg", "--file",
               write(lab, "x", ALL_BYTES + b"."))
    data = (lab.run_dir / "ukpktgen" / "a.initrd").read_bytes()
    names, at = [], 0
    while at < len(data):
        assert data[at:at + 6] == b"070701" and at % 4 == 0
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        assert len(data[at:at + 110]) == 110 and fields[4] == 1
        name = data[at + 110:at + 110 + fields[11]]
        body = at + (110 + fields[11] + 3) // 4 * 4
        names.append((name, fields[1], data[body:body + fields[6]]))
        at = body + (fields[6] + 3) // 4 * 4
    assert names == [(b"x\0", 0o100644, ALL_BYTES + b"."),
                     (b"TRAILER!!!\0", 0o100644, b"")]
    lab.launch("down")
    assert left_behind(lab) == []


@pytest.mark.parametrize("files, wanted", [
    (["none"], "cannot read 'none'"),
    (["."], "cannot read '.'"),
    (["/dev/null=null"], "cannot read '/dev/null'"),
    (["=x"], "cannot read ''"),
    (["x="], "no name ''"),
    (["x=a/b"], "no name 'a/b'"),
    (["x=" + "n" * 32], "1 to 31"),
    (["a,b"], "no name 'a,b'"),
    (["x", "./x"], "PATH=NAME gives another"),
    (["x=y", "y"], "PATH=NAME gives another"),
    ([""], "needs a value"),
])
def test_a_file_that_cannot_be_is_refused(lab, files, wanted):
    for name in ("x", "y", "a,b"):
        write(lab, name, b"version\n")
    options = [word for name in files for word in ("--file", name)]
    for command in (["run", "--detach"], ["exec", "--boot", "-c", "version"]):
        done = subprocess.run([LAUNCHER, *command, "--accel", "tcg", *options],
                              env=lab.env, cwd=lab.path, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL)
        assert (done.returncode, done.stdout) == (2, "")
        assert wanted in done.stderr
    assert left_behind(lab) == []


def test_only_one_that_boots_takes_files(lab):
    path = write(lab, "x", b"")
    for command in (["exec", "--file", path, "-c", "ls"], ["console", "--file", path],
                    ["down", "--file", path]):
        done = lab.launch(*command, check=False)
        assert done.returncode == 2 and "takes no '--file'" in done.stderr


@MACHINES
def test_what_the_store_has_no_room_for_is_told(lab, machine):
    small = write(lab, "small", b"text")
    large = write(lab, "large", bytes(2 << 20))
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--machine", machine,
                      "--file", large, "--file", small, "-c", "ls --json")
    assert listed(done.stdout) == seen({"small": b"text"})
    assert re.fullmatch(r"ukpktgen: [0-9.]+ initrd: .*\blarge: .*\n", done.stderr)


def test_files_that_leave_no_memory_are_refused(lab):
    path = write(lab, "x", bytes(2 << 20))
    for memory, wanted in (("4M", "6M"), ("5M", "6M")):
        done = lab.launch("exec", "--boot", "--accel", "tcg", "--memory", memory,
                          "--file", path, "-c", "ls", check=False)
        assert done.returncode == 2
        assert "--memory %s or more" % wanted in done.stderr
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--memory", "6M",
                      "--file", path, "-c", "ls; port")
    assert "initrd" in done.stderr
    assert left_behind(lab) == []


def test_a_directory_with_odd_characters_takes_the_archive(lab):
    odd = lab.path / "a, b:'c\""
    odd.mkdir(mode=0o700)
    lab.env["XDG_RUNTIME_DIR"] = str(odd)
    path = write(lab, "x", b"text")
    done = lab.launch("exec", "--boot", "--accel", "tcg", "--file", path, "-c",
                      "ls --json")
    assert listed(done.stdout) == seen({"x": b"text"})


# ---- Commands ----------------------------------------------------------------

@MACHINES
def test_a_file_runs_at_boot_without_anybody_at_the_prompt(lab, machine):
    done = at_boot(lab, "bench.cmds", "--machine", machine, bench_cmds=(
        "# quick\nsize 0 128\nrate 1kpps\nstart 0 count 100\nwait idle\n"
        "stats --json\nport --json\n"))
    assert done.returncode == 0
    # A host that is busy may have made it suspect.
    assert re.fullmatch(r"(ukpktgen: [0-9.]+ port 0 [A-Z]+: .*\n)?"
                        r"ukpktgen: [0-9.]+ port 0 done count=100.*\n", done.stderr)
    stats, port = map(json.loads, done.stdout.splitlines())
    sent, received = stats["ports"]
    assert sent["tx"]["packets"] == received["rx"]["packets"] == 100
    assert port["ports"][0]["size"] == 128
    assert left_behind(lab) == []


@MACHINES
def test_commands_run_at_boot(lab, machine):
    done = at_boot(lab, "size 0 128;\tsleep 20ms;  port --json", "--machine", machine)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["ports"][0]["size"] == 128


def test_output_is_whole_whenever_it_comes(lab):
    """Early, while the launcher still connects, and more than the ring holds."""
    done = at_boot(lab, "a.cmds", a_cmds="cat lines\nsleep 200ms\ncat lines\n",
                   lines="".join("%d [1] x\n" % n for n in range(3000)))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["%d [1] x" % n for n in range(3000)] * 2


@MACHINES
def test_a_file_that_fails_is_shown_in_its_place(lab, machine):
    done = at_boot(lab, "a.cmds", "--machine", machine,
                   a_cmds="size 0 128\r\nversion --json\n\n\tsize 0 3\r\nversion\n")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    place, text, caret = done.stderr.splitlines()
    assert place.startswith("%s:4:9: E_RANGE: 'size' takes" % (lab.path / "a.cmds"))
    assert (text, caret) == ("\tsize 0 3", "\t       ^")
    assert left_behind(lab) == []


def test_commands_that_fail_are_told(lab):
    done = at_boot(lab, "version --json; size 0 3; version --json")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.startswith("--run: E_RANGE: 'size' takes")


def test_lines_that_are_passed_over_are_errors(lab):
    done = at_boot(lab, "run a.cmds --keep-going", a_cmds=(
        "echo one\nnosuch\n\tsize 0 3\nrun b.cmds\necho two\n"), b_cmds="sleep\n")
    assert (done.returncode, done.stdout) == (1, "one\ntwo\n")
    a, b = lab.path / "a.cmds", lab.path / "b.cmds"
    told = done.stderr.splitlines()
    assert [row for row in told if ": E_" in row or "--run" in row] == [
        next(row for row in told if row.startswith(start)) for start in (
            "%s:2:1: E_UNKNOWN: " % a, "%s:3:9: E_RANGE: " % a, "%s:1:" % b,
            "--run: 3 lines of 'a.cmds' failed")]
    at = told.index("\tsize 0 3")
    assert told[at + 1] == "\t       ^"


def test_every_notice_comes_before_the_end(lab):
    """The frames of the last run are still under way when the job ends."""
    for _ in range(8):
        done = at_boot(lab, "rate 100kpps; start 0 count 1k; wait idle")
        assert (done.returncode, done.stdout) == (0, "")
        assert re.findall(r"port \d done count=\d+", done.stderr) == ["port 0 done count=1000"]


def test_a_name_that_is_no_file_is_a_command(lab):
    done = at_boot(lab, "nosuch")
    assert done.returncode == 1 and "E_UNKNOWN" in done.stderr
    # One that looks like a file is told from that before it boots.
    done = at_boot(lab, "bench.cmds")
    assert done.returncode == 2 and "--run 'bench.cmds': no command" in done.stderr
    done = at_boot(lab, "run bench.cmds")
    assert done.returncode == 1 and "E_NOFILE" in done.stderr


@MACHINES
def test_quit_in_a_file_is_a_good_end(lab, machine):
    done = at_boot(lab, "a.cmds", "--machine", machine,
                   a_cmds="version --json\nquit\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    done = at_boot(lab, "quit", "--machine", machine)
    assert (done.returncode, done.stderr) == (0, "")
    # What would not run is told, not dropped.
    for job, files in (("quit; sleep 1h", {}),
                       ("b.cmds", {"b_cmds": "quit\nsleep 1h\n"})):
        done = at_boot(lab, job, "--machine", machine, **files)
        assert done.returncode == 1 and "E_STATE" in done.stderr
    assert left_behind(lab) == []


@MACHINES
def test_a_crash_at_boot_is_reported(lab, machine):
    done = at_boot(lab, "a.cmds", "--machine", machine, image=TEST_IMAGE,
                   a_cmds="version --json\nsleep 100ms\ncrash null\nversion\n")
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 1
    assert "*** CRASH: " in done.stderr and "*** END OF CRASH" in done.stderr
    assert re.search(r"^ *#0 0x[0-9a-f]+ .*crash\.c:\d+", done.stderr, re.M)
    assert left_behind(lab) == []


def test_an_end_that_nothing_asked_for_is_none(lab):
    done = at_boot(lab, "version; crash reset", image=TEST_IMAGE)
    assert done.returncode == 3 and "without being asked" in done.stderr


@pytest.mark.parametrize("job, wanted", [
    ("", "needs a value"),
    ("version\nversion", "control characters"),
    ("version \x1b", "control characters"),
    ("version;" * 128 + " ", "1024 bytes"),
])
def test_commands_that_cannot_be_carried_are_refused(lab, job, wanted):
    done = at_boot(lab, job)
    assert (done.returncode, done.stdout) == (2, "")
    assert wanted in done.stderr
    assert left_behind(lab) == []


def test_commands_with_quotes_arrive_as_they_are(lab):
    done = at_boot(lab, 'echo "a;  b" ; echo c" \\d\'')
    assert (done.returncode, done.stdout) == (1, "a;  b\n")
    done = at_boot(lab, 'echo "\\"a;\\\\ b"; echo \\ c')
    assert (done.returncode, done.stdout) == (0, '"a;\\ b\n\\ c\n')


def test_commands_as_long_as_a_line_may_be(lab):
    done = at_boot(lab, "version;" * 127 + " version")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(re.findall("^platform", done.stdout, re.M)) == 128


def test_a_host_file_that_was_not_given_is_no_command(lab):
    path = write(lab, "a.cmds", b"version\n")
    done = at_boot(lab, path)
    assert done.returncode == 2
    assert "--file '%s' --run 'a.cmds'" % path in done.stderr
    twice = lab.launch("run", "--run", "version", "--run", "port", check=False)
    assert twice.returncode == 2 and "COMMAND; COMMAND" in twice.stderr


def test_one_in_the_background_goes_on_with_its_job(lab):
    line = lab.start("a", "--accel", "tcg", "--run", "a.cmds", "--file",
                     write(lab, "a.cmds", b"rate 1kpps\nstart 0\nsleep 1h\n"))
    assert runs(line.pid)
    with line:
        for _ in range(100):
            if line.ports()[0]["tx"]["packets"]:
                break
            line.ask("sleep 20ms")
        assert line.ports()[0]["tx"]["packets"] > 0
    lab.launch("down")
    ended(line.pid)
    assert left_behind(lab) == []


def test_one_that_is_taken_down_meanwhile_is_no_crash(lab):
    waiting = in_background(lab, "run", "--accel", "tcg", "--name", "a", "--run",
                            "version; sleep 1h")
    assert waiting.stdout.readline()
    busy = lab.launch("exec", "--name", "a", "-c", "version", check=False)
    assert busy.returncode == 2 and "ukpktgen run" in busy.stderr
    lab.launch("down", "--name", "a")
    _, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 2 and "taken down" in err
    assert left_behind(lab) == []


def test_no_qemu_is_left_when_run_is_killed(lab):
    waiting = in_background(lab, "run", "--accel", "tcg", "--name", "a", "--run",
                            "version; sleep 1h")
    assert waiting.stdout.readline()
    pid = int((lab.run_dir / "ukpktgen" / "a.pid").read_text())
    os.kill(waiting.pid, 9)
    waiting.communicate(timeout=60)
    ended(pid)
    lab.launch("list")
    assert left_behind(lab) == []


def test_a_person_sees_the_job_and_has_the_prompt(lab):
    run = terminal(lab, LAUNCHER, "run", "--accel", "tcg", "--file",
                   write(lab, "a.cmds", b"version --json\nsleep 100ms\nsize 0 128\n"),
                   "--run", "a.cmds")
    run.expect_exact("\"platform\"")
    run.expect_exact("job 1 done")
    run.expect_exact(PROMPT)
    run.send("port --json\r")
    run.expect_exact("\"size\":128")
    run.send("quit\r")
    assert end_of(run) == 0
    assert left_behind(lab) == []
