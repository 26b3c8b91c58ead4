# SPDX-License-Identifier: BSD-3-Clause
"""The three uses of a console, one behind the other in every order, while it sends: a
terminal on the socket through socat, a command file, and a shell's pipe."""
import itertools
import json
import subprocess

import pexpect

from lab import PATIENCE, lab  # noqa: F401

PROMPT = "ukpktgen> "


def by_hand(lab, line, size):
    child = pexpect.spawn("socat", ["-,rawer,escape=0x1d", "UNIX-CONNECT:" + line.path],
                          timeout=PATIENCE, encoding="utf-8")
    child.send("\r")
    child.expect_exact(PROMPT)
    child.send("size 0 %d\r" % size)
    child.expect_exact(PROMPT + "size 0 %d\r\n" % size)
    child.expect_exact(PROMPT)
    child.send("half a line that is left behind")
    child.expect_exact("behind")
    child.send("\x1d")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def by_file(lab, line, size):
    (lab.path / "f.cmds").write_text("# a file\nsize 0 %d\nexpect 0 size = %d\n"
                                     % (size, size))
    assert lab.launch("exec", str(lab.path / "f.cmds")).stdout == ""


def by_pipe(lab, line, size):
    done = subprocess.run("printf '\\n@1 size 0 %d\\n@2 stats --json\\n' | "
                          "socat -t1 - UNIX-CONNECT:%s,shut-none" % (size, line.path),
                          shell=True, capture_output=True, text=True,
                          timeout=PATIENCE)
    lines = done.stdout.splitlines()
    assert "@1 OK" in lines and "@2 OK" in lines
    (stats,) = [text[3:] for text in lines if text.startswith("@2 {")]
    assert json.loads(stats)["ports"][0]["tx"]["packets"] > 0


def test_the_three_uses_in_every_order(lab):
    line = lab.start("a")
    lab.launch("exec", "-c", "rate 0 10kpps; start 0; wait 1 rx.packets > 0")
    size = 100
    for order in itertools.permutations((by_hand, by_file, by_pipe)):
        for use in order:
            size += 1
            use(lab, line, size)
            with line:
                assert line.json("port --json")["ports"][0]["size"] == size
    with line:
        # Whoever came and went, it sent on and lost none.
        line.ask("stop")
        sender, receiver = line.ports()
        assert 0 < sender["tx"]["packets"] == receiver["rx"]["packets"]
