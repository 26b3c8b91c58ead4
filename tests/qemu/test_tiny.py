# SPDX-License-Identifier: BSD-3-Clause
"""What tinyconfig leaves: the six commands and their kin work, the others are not
there, and neither is what only they would need."""
import os
import re
import threading

import pytest

from lab import IMAGE, LAUNCHER, ROOT, DgramSink, lab  # noqa: F401

TINY = os.path.join(ROOT, "build", "tiny", "ukpktgen.elf")
SIX = ["start", "stop", "rate", "size", "mode", "stats"]
KIN = ["help", "port", "quit", "version"]
FRAMES = 3000


def commands():
    return sorted(name[:-2] for name in os.listdir(os.path.join(ROOT, "cmds"))
                  if name.endswith(".c") and not name.startswith("_"))


@pytest.fixture
def tiny(lab):
    lab.env["UKPKTGEN_IMAGE"] = TINY
    return lab


def test_it_is_measurably_smaller():
    assert os.path.getsize(TINY) < 0.75 * os.path.getsize(IMAGE)


def test_the_six_commands_and_their_kin(tiny):
    with tiny.start("a") as line:
        listed = [row.split()[0] for row in line.ask("help") if row.startswith("    ")]
        assert sorted(listed) == sorted(SIX + KIN)
        for name in listed:
            explained = "\n".join(line.ask("help " + name))
            assert "--json" not in explained and "JSON" not in explained
            assert "live" not in explained
            see = explained.partition("See also: ")[2].replace(",", "").split()
            assert set(see) <= set(listed)


def test_the_others_are_unknown(tiny):
    with tiny.start("a") as line:
        others = set(commands()) - set(SIX + KIN)
        assert len(others) > 20
        for name in others:
            assert line.raw(name.encode())[1].startswith("ERR E_UNKNOWN 1 "), name
        for command in ("stats --json", "stats live"):
            assert line.raw(command.encode())[1].startswith("ERR E_SYNTAX 7 ")


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_every_frame_arrives(tiny, machine):
    sink = DgramSink(tiny.path / "sink")
    done = threading.Event()
    taker = threading.Thread(target=sink.take, args=(done,))
    taker.start()
    with tiny.start("a", "--machine", machine, "--net",
                    "dgram:%s,%s" % (tiny.path / "a", sink.path)) as line:
        line.ask("size 128; rate 10kpps; mode tx; start count %d" % FRAMES)
        while "@! " not in line.read_line():
            pass
        line.ask("stop")
        done.set()
        taker.join()
        assert sink.frames == FRAMES
        assert sink.bytes == FRAMES * 124
        shown = "\n".join(line.ask("stats"))
        assert re.search(r"tx packets +3,000$", shown, re.M)
        assert re.search(r"tx bytes +384,000$", shown, re.M)


def test_files_at_boot_are_refused_aloud(tiny):
    done = tiny.launch("run", "--file", LAUNCHER, "--run", "help", check=False)
    assert "this image has no files" in done.stdout + done.stderr
