# SPDX-License-Identifier: BSD-3-Clause
"""`stats live` as a person sees it in tmux, while frames are sent."""
import os
import re
import signal
import subprocess
import time

import pytest

from lab import LAUNCHER, ROOT, TEST_IMAGE, lab  # noqa: F401
from screen import Tmux

CLIENT = os.path.join(ROOT, "build", "ukpktgen-console")

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
    assert rows[0].endswith("q leave")
    assert "every 200ms" in rows[0]
    assert rows[1].startswith("port 0  sending  mode tx  set to rate 10kpps, "
                              "size 64 bytes")
    assert any(r.startswith("port 1  receiving  mode rx") for r in rows)
    assert terminal.modes() == "1 0"
    # It moves, and tells the truth: what was sent by then and thereafter.
    before = number(rows[1:], "tx packets")
    rows = terminal.until(lambda r: (number(r[1:], "tx packets") or 0) > before + 5000
                          and 8000 < (number(r[1:], "tx rate") or 0) < 12000)
    assert number(rows[1:], "tx mean size") == 64
    # A larger window, then one that has no room for both.
    terminal.run("resize-window", "-x", "132", "-y", "40")
    terminal.until(lambda rows: rows[0].endswith("q leave")
                   and len(rows[0]) == 130)
    terminal.until(lambda rows: "tx packets" in rows[2])
    terminal.run("resize-window", "-x", "80", "-y", "14")
    terminal.until(lambda rows: rows[13] == "not shown, for want of room: port 1")
    terminal.run("resize-window", "-x", "80", "-y", "24")
    terminal.until(lambda rows: any(r.startswith("port 1") for r in rows))
    # Its keys start and stop, and leave it open.
    terminal.keys("s")
    terminal.until(lambda rows: rows[1].startswith("port 0  idle"))
    terminal.keys("s")
    terminal.until(lambda rows: rows[1].startswith("port 0  sending"))
    # Another leaves; it is no part of the next line.
    terminal.keys("q")
    rows = terminal.until_prompt()
    assert not any("q leave" in r or "max" in r for r in rows)
    assert terminal.modes() == "0 1"
    terminal.line("stop")
    terminal.until(lambda rows: any("in flight" in r for r in rows))
    rows = terminal.until_prompt()
    sums = {r.split()[0]: r.split() for r in rows if r.split()}
    assert sums["sent"][1] == sums["completed"][1] == sums["received"][2] != "0"
    assert sums["missing"][1] == "0"
    terminal.line("quit")
    terminal.until_ended()


def test_a_program_on_the_same_line(lab, tmux):
    """What it is told stays among the lines; the page comes back."""
    terminal = tmux()
    terminal.line("stats live")
    terminal.until(lambda rows: "q leave" in rows[0])
    terminal.keys("@7 version", "Enter")
    terminal.until(lambda rows: "@7 OK" in rows)
    terminal.until(lambda rows: "q leave" in rows[0])
    terminal.keys("@8 quit", "Enter")
    rows = terminal.until_ended()
    assert terminal.modes() == "0 1"
    assert "@7 OK" in rows and "@8 OK" in rows


def test_a_crash_gives_the_terminal_back(lab, tmux):
    terminal = tmux(image=TEST_IMAGE)
    terminal.line("stats live")
    terminal.until(lambda rows: "q leave" in rows[0])
    terminal.keys("@1 crash assert", "Enter")
    terminal.until_ended()
    assert terminal.modes() == "0 1"
    assert "*** CRASH" in terminal.run("capture-pane", "-p", "-S", "-")


# ---- By each way, in each locale ---------------------------------------------

def latin_1(path):
    """Makes that locale; None where its sources are not installed."""
    done = subprocess.run(["localedef", "-i", "en_US", "-f", "ISO-8859-1",
                           str(path / "en_US.ISO-8859-1")], capture_output=True)
    made = (path / "en_US.ISO-8859-1" / "LC_CTYPE").exists()
    return made and done.returncode in (0, 1) and [
        "LOCPATH=%s" % path, "LC_ALL=en_US.ISO-8859-1"] or None


def words(rows):
    """Those of a page in their order, without what changes from one to the next."""
    return re.sub(r"[-0-9,.:|#%s]" % BLOCKS, " ", "\n".join(rows)).split()


def test_the_page_is_the_same_by_each_way_and_in_each_locale(lab):
    with lab.start("a") as line:
        line.ask("rate 20kpps; start 0; sleep 3s")
    env = dict(lab.env, XDG_STATE_HOME=str(lab.path / "state"))
    unset = ["-u", "LC_ALL", "-u", "LC_CTYPE", "-u", "LANG"]
    ways = [[*unset, LAUNCHER, "console", "--raw"]]
    locales = [["LC_ALL=C.UTF-8"], ["LC_ALL=C"], ["LC_ALL=POSIX"], unset,
               [*unset, "LC_CTYPE=C.UTF-8"], latin_1(lab.path)]
    for locale in filter(None, locales):
        ways += [[*locale, LAUNCHER, "console"], [*locale, CLIENT, "a"]]
    seen = {}
    for n, way in enumerate(ways):
        terminal = Tmux(lab.path / ("tmux%d" % n), env, "env", *way)
        try:
            terminal.until(lambda rows: any(r.startswith("ukpktgen>") for r in rows))
            terminal.keys("stats live 200ms", "Enter")
            for size in ((80, 24), (40, 12), (200, 50), (132, 43)):
                terminal.run("resize-window", "-x", "%d" % size[0], "-y", "%d" % size[1])
                terminal.until(lambda rows: rows[0].endswith("q leave") and
                               len(rows[0]) == min(size[0] - 1, 132) - 1)
                if n == 0:
                    time.sleep(1)
                    seen[size] = words(terminal.screen())
                elif size != (40, 12):  # which has no room for all
                    terminal.until(lambda rows: words(rows) == seen[size])
                text = "\n".join(terminal.screen())
                assert "\\" not in text
                plain = "UTF-8" not in "".join(way[:-1]) and n != 0
                assert size == (40, 12) or bool(set(BLOCKS) & set(text)) != plain, text
                assert not plain or text.isascii()
            terminal.keys("q")
            terminal.until(lambda rows: not any("q leave" in r for r in rows))
        finally:
            terminal.run("kill-server")
            # The line is free once the client has gone.
            lab.launch("exec", "--name", "a", "-c", "version")


# ---- However it ends ---------------------------------------------------------

def below(pid, name):
    """The process with this name that descends from another one."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry) as file:
                words = file.read().rsplit(")", 1)
        except OSError:
            continue
        parents[int(entry)] = (int(words[1].split()[1]), words[0].split("(", 1)[1])
    for one, (parent, called) in parents.items():
        while called.startswith(name) and parent in parents:
            if parent == pid:
                return one
            parent = parents[parent][0]
    return None


def one_ending(lab, terminal, how, page, qemu):
    terminal.until_prompt()
    if page:
        terminal.keys("stats live", "Enter")
        terminal.until(lambda rows: rows[0].endswith("q leave"))
    shell = int(terminal.run("display-message", "-p", "#{pane_pid}"))
    client = below(shell, "ukpktgen-consol")
    if how in ("qemu", "socat"):
        os.kill(qemu if how == "qemu" else below(client, "socat"), signal.SIGKILL)
        terminal.until(lambda rows: any("'a' is gone" in r for r in rows))
    elif how != "quit":
        os.kill(client, getattr(signal, "SIG" + how))
    if how in ("qemu", "socat", "quit", "INT"):
        if page and how in ("quit", "INT"):
            terminal.keys("q")
        terminal.until_prompt()
        assert terminal.modes() == "0 1"
        terminal.keys(".quit", "Enter")
    terminal.until_ended()
    assert terminal.modes() == "0 1"
    before, after = ((lab.path / ("stty." + when)).read_text()
                     for when in ("before", "after"))
    assert before == after


def test_the_client_gives_the_terminal_back_however_it_ends(lab):
    qemu = lab.start("a").pid
    env = dict(lab.env, XDG_STATE_HOME=str(lab.path / "state"))
    for n, how in enumerate(["quit", "TERM", "HUP", "INT", "QUIT", "socat", "qemu"]):
        for page in (False, True):
            terminal = Tmux(lab.path / ("tmux%d%d" % (n, page)), env, "sh", "-c",
                            'stty -g >"$1.before"; "$2" a; stty -g >"$1.after"', "sh",
                            str(lab.path / "stty"), CLIENT)
            try:
                one_ending(lab, terminal, how, page, qemu)
            finally:
                terminal.run("kill-server")
            if how == "qemu":
                qemu = lab.start("a").pid
