# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 of the client, of its socat and of QEMU at any moment of a transfer or of a
command file. UKPKTGEN_CLIENT_KILLS=200 has more of them than CI has time for; SEED=N other moments."""
import contextlib
import os
import random
import signal
import subprocess
import time
import zlib

import pytest

from lab import PATIENCE, ROOT, captured, lab  # noqa: F401

CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")
KILLS = int(os.environ.get("UKPKTGEN_CLIENT_KILLS", "24"))
SEED = int(os.environ.get("SEED", "1"))
FILE = random.Random(9).randbytes(100000)
COMMANDS = "".join("size 0 %d; start 0; sleep 5ms; stop 0\necho at %d\n" % (64 + n % 1400, n)
                   for n in range(2000))
WAYS = {"up": ["-c", ".upload up"], "down": ["-c", ".download there down"],
        "file": ["many.cmds"]}


@pytest.fixture
def env(lab):
    for name, data in (("up", FILE), ("there", FILE[::-1]), ("many.cmds", COMMANDS.encode())):
        (lab.path / name).write_bytes(data)
    return dict(lab.env, XDG_STATE_HOME=str(lab.path / "state"))


def client(lab, env, *words, **more):
    return subprocess.run([CLIENT, "a", *words], env=env, cwd=lab.path, text=True,
                          capture_output=True, timeout=PATIENCE, **more)


def boot(lab, env):
    line = lab.start("a", "--accel", "tcg")
    done = client(lab, env, "-c", ".upload there")
    assert done.returncode == 0, done.stderr
    return line


def until(look):
    """What look() returns once that is something."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end
        time.sleep(0.001)
    return found


def child_of(pid):
    """The socat of a client, once it is there."""
    def children():
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return file.read().split()
    return int(until(children)[0])


def check_what_is_left(lab, line):
    """Nothing has its final name that is not whole."""
    whole = {"up": FILE, "there": FILE[::-1]}
    with line:
        for file in line.json("ls --json")["files"]:
            data = whole[file["name"]]
            assert (file["size"], file["crc32"]) == (
                len(data), "%08x" % zlib.crc32(data))
    down = lab.path / "down"
    assert not down.exists() or down.read_bytes() == whole["there"]


def test_kills_at_any_moment(lab, env):
    rng = random.Random(SEED)
    line = boot(lab, env)
    killed = dict.fromkeys(("client", "socat", "qemu"), 0)
    while sum(killed.values()) < KILLS:
        way, victim = rng.choice(list(WAYS)), rng.choice(list(killed))
        client(lab, env, "-c", "rm up" if rng.random() < 0.5 else "ls")
        (lab.path / "down").unlink(missing_ok=True)
        going = subprocess.Popen([CLIENT, "a", *WAYS[way]], env=env, cwd=lab.path,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        socat = child_of(going.pid)
        time.sleep(rng.uniform(0, 0.4))
        with contextlib.suppress(ProcessLookupError):
            os.kill({"client": going.pid, "socat": socat, "qemu": line.pid}[victim],
                    signal.SIGKILL)
        said = going.communicate(timeout=PATIENCE)[0].decode()
        if victim == "qemu":
            assert lab.launch("list").stdout == ""
            line = boot(lab, env)
        if going.returncode == 0:
            continue  # it was through before
        killed[victim] += 1
        assert going.returncode == {"client": -signal.SIGKILL}.get(victim, 2), said
        assert victim == "client" or "is gone" in said or "reachable" in said, said
        # The next one has the console, and all there is is whole.
        done = client(lab, env, "-c", "stop; version")
        assert (done.returncode, done.stderr) == (0, ""), (way, victim)
        check_what_is_left(lab, line)


@pytest.mark.parametrize("victim", ["client", "socat", "stopped"])
def test_a_lease_is_renewed_until_the_kill(lab, env, victim):
    capture = lab.path / "p.pcap"
    line = lab.start("a", "--accel", "tcg", "--capture", "1=%s" % capture)
    going = subprocess.Popen([CLIENT, "a"], env=env, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    going.stdin.write("lease 300ms; rate 1kpps; start 0; echo on\n")
    going.stdin.flush()
    assert going.stdout.readline() == "on\n"
    # Five times as long as it would last, with nothing typed.
    until(lambda: len(captured(capture)) >= 1500)
    pid = child_of(going.pid) if victim == "socat" else going.pid
    os.kill(pid, signal.SIGSTOP if victim == "stopped" else signal.SIGKILL)
    before = -1
    while before != capture.stat().st_size:
        before = capture.stat().st_size
        time.sleep(1)
    going.kill()
    going.communicate()
    with line:
        port = line.ports()[0]["tx"]
        assert line.json("lease --json")["lease"] is False
    assert port["lease_ends"] == 1
    assert port["packets"] == len(captured(capture))
