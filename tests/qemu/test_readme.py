# SPDX-License-Identifier: BSD-3-Clause
"""The README's session is a recording: typed again, the screen has to be the same
but for the numbers. UPDATE_README=1 records it anew."""
import os
import re
import time

import pexpect

from lab import LAUNCHER, PATIENCE, ROOT, lab  # noqa: F401

PROMPT = "ukpktgen> "
README = os.path.join(ROOT, "README.md")
BLOCK = re.compile(r"(<!-- session -->\n```\n)(.*?)(```\n<!-- /session -->)", re.S)
TYPED = ["rate 100kpps; stats clear", "start 0", "stats every 1s 2", "stop",
         "expect 1 rx.packets = 0:tx.packets", "echo nothing was lost", "quit"]


def record(env):
    child = pexpect.spawn(LAUNCHER, ["run"], env=env, timeout=PATIENCE,
                          encoding="utf-8", dimensions=(40, 80))
    child.expect_exact(PROMPT)
    screen = child.before[child.before.index("ukpktgen: 'help'"):] + PROMPT
    for text in TYPED:
        child.send(text + "\r")
        child.expect_exact(pexpect.EOF if text == "quit" else "\r\n" + PROMPT)
        screen += child.before + ("" if text == "quit" else "\r\n" + PROMPT)
        time.sleep(2)
    child.close()
    assert child.exitstatus == 0
    # What a terminal is asked for, and given back by, shows nothing.
    screen = re.sub(r"\x1b([78]|\[\??[\d;]*[Hnlhm])", "", screen)
    return screen.replace("\r", "").rstrip() + "\n"


def shape(screen):
    """Numbers and the blanks that align them may differ from run to run."""
    # So may what a busy host makes of a run.
    screen = re.sub(r"\b(suspect|invalid)\b", "valid", screen)
    return [re.sub(r" +", " ", re.sub(r"[\d,.]+", "N", line)).strip()
            for line in screen.splitlines() if not re.search(r"port \d [A-Z]+: ", line)]


def test_the_readme_shows_what_happens(lab):
    screen = record(lab.env)
    with open(README) as f:
        text = f.read()
    if os.environ.get("UPDATE_README"):
        with open(README, "w") as f:
            f.write(BLOCK.sub(lambda m: m[1] + screen + m[3], text))
        return
    assert shape(BLOCK.search(text)[2]) == shape(screen)
