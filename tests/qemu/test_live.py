# SPDX-License-Identifier: BSD-3-Clause
"""`stats live` as a person sees it in tmux, while frames are sent."""
import re

import pytest

from lab import LAUNCHER, TEST_IMAGE, lab  # noqa: F401
from screen import Tmux

BLOCKS = "▁▂▃▄▅▆▇█"


@pytest.fixture
def tmux(lab):
    terminals = []

    def make(*options, image=None):
        env = dict(lab.env, **({"UKPKTGEN_IMAGE": image} if image else {}))
        terminals.append(Tmux(lab.path / "tmux", env, LAUNCHER, "run", "--name", "a",
                              *options))
        return terminals[-1]
    yield make
    for one in terminals:
        one.run("kill-server")


def number(rows, label):
    """The figure that stands behind a label, the first that there is."""
    for row in rows:
        found = re.search(label + r" +([\d,]+)", row)
        if found:
            return int(found.group(1).replace(",", ""))
    return None


def test_a_page_while_frames_are_sent(lab, tmux):
    terminal = tmux()
    terminal.line("rate 10kpps; start")
    terminal.line("stats live 200ms")
    rows = terminal.until(lambda rows: number(rows, "rx packets") is not None
                          and any(set(BLOCKS) & set(r) for r in rows))
    assert rows[0].endswith("any key leaves")
    assert "every 200ms" in rows[0]
    assert rows[1].startswith("port 0  sending  mode tx  set to rate 10kpps, "
                              "size 64 bytes")
    assert any(r.startswith("port 1  receiving  mode rx") for r in rows)
    assert terminal.modes() == "1 0"
    # It moves, and tells the truth: what was sent by then and thereafter.
    before = number(rows[1:], "tx packets")
    rows = terminal.until(lambda r: (number(r[1:], "tx packets") or 0) > before + 5000)
    assert 8000 < number(rows[1:], "tx rate") < 12000
    assert number(rows[1:], "tx mean size") == 64
    # A larger window, then one that has no room for both.
    terminal.run("resize-window", "-x", "132", "-y", "40")
    terminal.until(lambda rows: rows[0].endswith("any key leaves")
                   and len(rows[0]) == 130)
    terminal.until(lambda rows: "tx packets" in rows[2])
    terminal.run("resize-window", "-x", "80", "-y", "14")
    terminal.until(lambda rows: rows[13] == "not shown, for want of room: port 1")
    terminal.run("resize-window", "-x", "80", "-y", "24")
    terminal.until(lambda rows: any(r.startswith("port 1") for r in rows))
    # A key leaves; it is no part of the next line.
    terminal.keys("x")
    rows = terminal.until_prompt()
    assert not any("any key" in r or "max" in r for r in rows)
    assert terminal.modes() == "0 1"
    terminal.line("stop")
    terminal.until(lambda rows: any("in flight" in r for r in rows))
    rows = terminal.until_prompt()
    sums = [r.split() for r in rows if re.match(r" +[01] ", r)]
    assert sums[-2][1] == sums[-2][2] == sums[-1][4] != "0"
    terminal.line("quit")
    terminal.until_ended()


def test_a_program_on_the_same_line(lab, tmux):
    """What it is told stays among the lines; the page comes back."""
    terminal = tmux()
    terminal.line("stats live")
    terminal.until(lambda rows: "any key leaves" in rows[0])
    terminal.keys("@7 version", "Enter")
    terminal.until(lambda rows: "@7 OK" in rows)
    terminal.until(lambda rows: "any key leaves" in rows[0])
    terminal.keys("@8 quit", "Enter")
    rows = terminal.until_ended()
    assert terminal.modes() == "0 1"
    assert "@7 OK" in rows and "@8 OK" in rows


def test_a_crash_gives_the_terminal_back(lab, tmux):
    terminal = tmux(image=TEST_IMAGE)
    terminal.line("stats live")
    terminal.until(lambda rows: "any key leaves" in rows[0])
    terminal.keys("@1 crash assert", "Enter")
    terminal.until_ended()
    assert terminal.modes() == "0 1"
    assert "*** CRASH" in terminal.run("capture-pane", "-p", "-S", "-")
