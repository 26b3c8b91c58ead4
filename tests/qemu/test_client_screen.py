# SPDX-License-Identifier: BSD-3-Clause
"""The client on a real terminal, judged by the rows of its screen."""
import os
import re
import signal

import pytest

from lab import ROOT, lab  # noqa: F401
from screen import PROMPT, Tmux

# Or one that a checker runs: a script with valgrind in it.
ASAN = os.environ.get("UKPKTGEN_TEST_CLIENT") or os.path.join(
    ROOT, "build", "client-asan", "ukpktgen-console")


@pytest.fixture
def console(lab):
    """Opens the client at appliance `a`, each time on a terminal of its own."""
    lab.start("a")
    env = dict(lab.env, XDG_STATE_HOME=str(lab.path / "state"))
    terminals = []

    def make():
        name = "tmux%d" % len(terminals)
        terminals.append(Tmux(lab.path / name, env, ASAN, "a"))
        terminals[-1].until_prompt()
        return terminals[-1]
    yield make
    for one in terminals:
        one.run("kill-server")


def shown(terminal):
    """The rows down to the last that is not empty."""
    return "\n".join(terminal.screen()).rstrip("\n").split("\n")


def until_last(terminal, *last):
    """Waits until the screen ends with these rows, and returns all of it."""
    terminal.until(lambda _: shown(terminal)[-len(last):] == list(last))
    return shown(terminal)


def test_typing(console):
    terminal = console()
    assert terminal.screen()[0].startswith("connected to 'a' (ukpktgen ")
    terminal.line("size 0 5")
    terminal.until(lambda rows: any("E_RANGE" in row for row in rows))
    rows = until_last(terminal, PROMPT)
    typed = rows.index(PROMPT + " size 0 5")
    assert rows[typed + 1] == " " * len(PROMPT + " size 0 ") + "^"
    assert rows[typed + 2].startswith("E_RANGE: 'size' takes SIZE 64..9018 bytes")
    # Words, and what is between them, by the keys of Emacs.
    terminal.keys("echo one three", "M-b", "two ", "C-a", "M-f", " zero", "C-e", "!",
                  "BSpace")
    until_last(terminal, PROMPT + " echo zero one two three")
    terminal.keys("Enter")
    until_last(terminal, PROMPT + " echo zero one two three", "zero one two three", PROMPT)


def test_completion(console):
    terminal = console()
    terminal.keys("sta", "Tab")
    rows = until_last(terminal, PROMPT + " sta")
    listed = [row.split()[0] for row in rows[-3:-1]]
    assert listed == ["start", "stats"]
    assert all(len(row.split()) > 2 for row in rows[-3:-1])
    terminal.keys("rt", " ", "?")
    rows = until_last(terminal, PROMPT + " start")
    assert any("count" in row for row in rows)
    terminal.keys("C-u", "stra", "Tab")
    until_last(terminal, PROMPT + " strategy")
    # Names that only the appliance knows.
    terminal.keys("C-u", "save night", "Enter")
    terminal.until_prompt()
    terminal.keys("cat ni", "Tab")
    until_last(terminal, PROMPT + " cat night")


def test_history_across_runs(console):
    terminal = console()
    terminal.line("echo first")
    terminal.line("echo second")
    until_last(terminal, "second", PROMPT)
    terminal.keys("C-d")
    terminal.until_ended()
    terminal = console()
    terminal.keys("Up", "Up")
    until_last(terminal, PROMPT + " echo first")
    terminal.keys("C-c", "C-r", "sec")
    terminal.until(lambda rows: any("echo second" in row for row in rows))
    terminal.keys("Enter")
    until_last(terminal, "second", PROMPT)


def test_a_paste_of_a_thousand_lines(lab, console):
    terminal = console()
    text = "".join("echo %d\n" % n for n in range(1000))
    (lab.path / "paste").write_text(text + "echo last")
    terminal.run("load-buffer", str(lab.path / "paste"))
    terminal.run("paste-buffer", "-p")
    rows = until_last(terminal, PROMPT + " echo last")
    assert rows[-7:-1] == sum(([PROMPT + " echo %d" % n, "%d" % n]
                               for n in (997, 998, 999)), [])
    terminal.keys("Enter")
    until_last(terminal, "last", PROMPT)
    printed = terminal.run("capture-pane", "-p", "-S", "-").split("\n")
    assert [row for row in printed if row.isdigit()] == [str(n) for n in range(1000)]


def test_resize(console):
    terminal = console()
    long = "echo " + "x" * 100
    terminal.keys(long)
    until_last(terminal, (PROMPT + " " + long)[:80], (PROMPT + " " + long)[80:])
    terminal.run("resize-window", "-x", "132", "-y", "30")
    terminal.keys("C-l")
    until_last(terminal, PROMPT + " " + long)
    terminal.run("resize-window", "-x", "60", "-y", "24")
    terminal.keys("C-l")
    until_last(terminal, (PROMPT + " " + long)[:60], (PROMPT + " " + long)[60:])
    terminal.keys("Enter")
    until_last(terminal, "x" * 60, "x" * 40, PROMPT)


def test_ctrl_c(console):
    terminal = console()
    terminal.keys("size 0", "C-c")
    until_last(terminal, PROMPT + " size 0^C", PROMPT)
    terminal.keys("echo begun; sleep 1h", "Enter")
    until_last(terminal, PROMPT + " echo begun; sleep 1h", "begun")
    terminal.keys("C-c")
    rows = until_last(terminal, PROMPT)
    assert "E_CANCEL" in rows[-2]


def test_an_event_while_typing(console):
    terminal = console()
    terminal.line("rate 0 10pps; start 0 count 10")
    terminal.until_prompt()
    terminal.keys("echo ab")
    terminal.until(lambda rows: any("port 0 done count=10" in row for row in rows))
    rows = until_last(terminal, PROMPT + " echo ab")
    assert re.search(r" port 0 done count=10 .* missing=0 [A-Z]+$", rows[-2])
    terminal.keys("cd", "Enter")
    until_last(terminal, PROMPT + " echo abcd", "abcd", PROMPT)


def test_an_appliance_that_goes(lab, console):
    terminal = console()
    terminal.keys("echo ab")
    pid = lab.launch("list").stdout.split()[1]
    os.kill(int(pid), signal.SIGKILL)
    rows = until_last(terminal, PROMPT + " echo ab")
    terminal.until(lambda rows: any("'a' is gone" in row for row in rows))
    lab.start("a")
    terminal.until(lambda rows: any("'a' (ukpktgen " in row and "restarted" in row for row in rows))
    until_last(terminal, PROMPT + " echo ab")
    terminal.keys("Enter")
    until_last(terminal, "ab", PROMPT)
