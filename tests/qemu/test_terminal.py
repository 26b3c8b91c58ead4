# SPDX-License-Identifier: BSD-3-Clause
"""A terminal is given back as it was, however what had it comes to its end."""
import os
import re
import signal
import subprocess

import pytest

from lab import LAUNCHER, lab  # noqa: F401
from screen import Tmux
from test_launcher import CTRL_CLOSE, terminal, wait_for

ANSWER = "\x1b[24;80R"  # to the question for the size
MODE = re.compile(r"\x1b\[\?(\d+)([hl])")


def children(pid):
    rows = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], text=True, check=True,
                          capture_output=True).stdout.splitlines()
    for row in rows:
        child, parent, args = row.split(None, 2)
        if int(parent) == pid:
            yield int(child), args
            yield from children(int(child))


def that_runs(pid, what):
    return next(child for child, args in children(pid) if what in args)


def left_on(text):
    """The modes that are not as a terminal has them at first."""
    last = dict(MODE.findall(text))
    return [mode for mode, rest in (("1049", "l"), ("25", "h"), ("2004", "l"))
            if last.get(mode, rest) != rest]


class Terminal:
    """A shell with COMMAND in it, which says what the terminal is like after it."""

    def __init__(self, lab, *command):
        self.lab = lab
        self.shell = terminal(
            lab, "bash", "-c", 'stty -g; "$@"; echo "status=$?"; read -r; stty -g', "sh",
            LAUNCHER, *command)
        self.before = self.shell.readline()
        self.text = ""
        self.expect("ukpktgen>")
        (lab.path / "terminal").write_text("")

    def expect(self, pattern):
        while self.shell.expect([pattern, "\x1b\\[6n"]) == 1:
            self.keep()
            self.shell.send(ANSWER)
        self.keep()

    def keep(self):
        self.text += self.shell.before + self.shell.after

    def page(self):
        self.shell.send("stats live\r")
        self.expect(re.escape("\x1b[?25l"))
        assert {"1049", "25"} <= set(left_on(self.text))

    def paste(self):
        self.shell.send("\x1b[200~size 12")
        self.expect("size 12")

    def until_given_back(self):
        """Waits for the end, and says what is left on, and whether it is set as before."""
        self.expect(r"status=(\d+)")
        self.status = int(self.shell.match[1])
        wait_for(lambda: not any(True for _ in children(self.shell.pid)), "the last child")
        self.shell.send("\n")
        self.shell.expect(r"(?m)^([0-9a-f]+(:[0-9a-f]+)+)\r\n")
        self.text += self.shell.before
        return left_on(self.text), self.shell.match[1] + "\r\n" == self.before


def close(one):
    one.shell.send(CTRL_CLOSE)


def kill(what, how):
    """Sends a signal to what has the terminal, or to QEMU."""
    def act(one):
        pid = (int((one.lab.run_dir / "ukpktgen" / "a.pid").read_text())
               if what == "qemu" else
               next(p for p, args in children(one.shell.pid) if args.startswith("bash ") or
                    "/ukpktgen " in args) if what == "launcher" else
               that_runs(one.shell.pid, what))
        os.kill(pid, how)
    return act


WAYS = [("socat -t0.1 -R", signal.SIGTERM), ("socat -t0.1 -R", signal.SIGHUP),
        ("socat -t0.1 -R", signal.SIGINT), ("socat -t0.1 -R", signal.SIGKILL),
        ("UNIX-CONNECT", signal.SIGKILL), ("UNIX-CONNECT", signal.SIGTERM),
        ("launcher", signal.SIGTERM), ("launcher", signal.SIGHUP),
        ("launcher", signal.SIGINT), ("launcher", signal.SIGKILL),
        ("qemu", signal.SIGKILL), ("qemu", signal.SIGTERM)]


RAW = ["console", "--raw", "--name", "a"]
RUN = ["run", "--accel", "tcg", "--name", "a"]
CASES = ([pytest.param(RAW, "page", close, id="raw-page-key"),
          pytest.param(RAW, "paste", close, id="raw-paste-key"),
          pytest.param(RUN, "page", close, id="run-page-key")] +
         [pytest.param(words, state, kill(what, how),
                       id="-".join([words[0], state, what.split()[0], how.name]))
          for words, state in ((RAW, "page"), (RUN, "page"), (RAW, "paste"))
          for what, how in WAYS
          if words is RAW and state == "page" or how == signal.SIGKILL])


@pytest.mark.parametrize("command, state, how", CASES)
def test_the_bare_line_gives_it_back(lab, command, state, how):
    if command is RAW:
        lab.start("a", "--accel", "tcg")
    one = Terminal(lab, *command)
    getattr(one, state)()
    how(one)
    assert one.until_given_back() == ([], True)


@pytest.mark.parametrize("what, how", [
    ("ukpktgen-console", signal.SIGKILL), ("ukpktgen-console", signal.SIGTERM),
    ("launcher", signal.SIGTERM), ("launcher", signal.SIGHUP),
    ("launcher", signal.SIGKILL)], ids=str)
def test_the_client_gives_it_back(lab, what, how):
    lab.start("a", "--accel", "tcg")
    one = Terminal(lab, "console", "--name", "a")
    one.page()
    kill(what, how)(one)
    assert one.until_given_back() == ([], True)
    # What started the launcher is a shell that tells as well.
    assert what == "launcher" or "Killed" not in one.text


def test_the_screen_is_as_it_was(lab):
    """What stands on the screen, and the cursor's row, outlive a page that is killed."""
    line = lab.start("a", "--accel", "tcg")
    tmux = Tmux(lab.path / "tmux", lab.env, "sh", "-c",
                'echo before; "$@"; echo after', "sh", LAUNCHER, "console", "--raw",
                "--name", "a")
    tmux.until(lambda rows: rows[0].startswith("ukpktgen>"))
    tmux.keys("stats live", "Enter")
    tmux.until(lambda rows: tmux.modes() == "1 0")
    os.kill(line.pid, signal.SIGKILL)
    rows = tmux.until_ended()
    assert tmux.modes() == "0 1"
    assert rows[0].startswith("ukpktgen> stats live") and "after" in rows
    tmux.run("kill-server")
