# SPDX-License-Identifier: BSD-3-Clause
"""Whoever opens the line as docs/protocol.md says has it, whatever the client before left
there, frames moving or not. What is left behind here would last for hours, so that an
answer is enough to go by; tests/unit/test_line.c has the promises and the times."""
import select
import subprocess
import time

import pytest

from lab import LAUNCHER, PATIENCE, lab  # noqa: F401 (a fixture)
from program import Program

FOREVER = b"@r repeat 1000000000 echo x\n"
LEFT = {
    "a request that prints for ever": FOREVER,
    "one with long replies": b"@r repeat 1000000000 stats\n",
    "requests that wait": b"@r sleep 24h\n" + b"@f sleep 24h\n" * 3000,
    "more than fits, behind one that prints": FOREVER + b"@f sleep 24h\n" * 20000,
    "half a line behind them": b"@r sleep 24h\n@f sleep 24h\n@g sleep 24h\nquit",
    "half an upload": b"@r put f 9 00000000\n@s sleep 24h\n@t chunk f 0",
    "half a key": b"@r repeat 1000000000 version\n\x1b[24;",
    "a person's": b"repeat 1000000000 version\r" + b"size 64\r" * 1000,
    "a page": b"stats live\r",
}


def leave(path, data):
    """Sends as much as is taken, reads for a moment, and goes."""
    left = Program(path)
    left.sock.setblocking(False)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        read, write, _ = select.select([left.sock], [left.sock] if data else [], [], 0.1)
        if read:
            left.sock.recv(65536)
        if write:
            data = data[left.sock.send(data):]
    left.sock.close()


@pytest.mark.parametrize("traffic", ["idle", "5kpps", "max"])
def test_whoever_opens_the_line_has_it(lab, traffic):  # noqa: F811
    path = lab.start("a").path
    if traffic != "idle":
        Program(path).ask("rate %s; start 0" % traffic)
    for name, data in LEFT.items():
        leave(path, data)
        program = Program(path)
        assert program.ask("echo in") == ["in"], name
        program.ask("stats")
        program.sock.close()


@pytest.mark.parametrize("traffic", ["idle", "5kpps"])
def test_jobs_that_print_for_ever_are_cancelled(lab, traffic):  # noqa: F811
    path = lab.start("a").path
    program = Program(path)
    if traffic != "idle":
        program.ask("rate 0 %s; start 0" % traffic)
    program.upload("forever", b'repeat 1000000000 "echo x"\n')
    for _ in range(4):
        program.ask("run forever --job")
    program.sock.close()
    program = Program(path)
    jobs = program.json("jobs --json")[0]["jobs"]
    assert [job["state"] for job in jobs] == ["running"] * 4
    program.ask("rate 1 1kpps; mode 1 tx; start 1 count 10")
    program.notice("port 1 done count=10 .*")  # which finds its turn among them
    for job in jobs:
        program.ask("cancel %d" % job["job"])
        program.notice("job %d cancelled" % job["job"])


def test_a_selection_ends_with_its_client(lab):  # noqa: F811
    lab.start("a")
    lab.launch("exec", "--name", "a", "-c", "port 1; size 128; expect 0 size = 64")
    lab.launch("exec", "--name", "a", "-c", "size 256; expect all size = 256")


def test_the_last_notices_come_before_the_end(lab, tmp_path):  # noqa: F811
    file = tmp_path / "runs.cmds"
    file.write_text("rate 20kpps\nstart 0 count 500; wait 0 idle\n"
                    "start 0 count 600; wait 0 idle\n")
    for end in "", "quit\n":
        file.write_text(file.read_text() + end)
        done = subprocess.run(
            [LAUNCHER, "run", "--file", str(file), "--run", "runs.cmds"],
            env=lab.env, text=True, capture_output=True, timeout=PATIENCE)
        for count in 500, 600:
            assert done.stderr.count("port 0 done count=%d " % count) == 1, done.stderr
