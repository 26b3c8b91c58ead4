# SPDX-License-Identifier: BSD-3-Clause
"""docs/examples: what users start from does what it says."""
import glob
import os
import subprocess
from collections import Counter

import pytest

from lab import LAUNCHER, PATIENCE, ROOT, captured, lab  # noqa: F401 (a fixture)

EXAMPLES = os.path.join(ROOT, "docs", "examples")
# Each of these has a test of its own.
PAIR = ["two-receive.cmds", "two-send.cmds"]
SOAK = "soak.cmds"
ALONE = sorted({os.path.basename(path) for path in glob.glob(EXAMPLES + "/*.cmds")} -
               {*PAIR, SOAK})


def example(name):
    return os.path.join(EXAMPLES, name)


def changed(name, old, new):
    with open(example(name)) as file:
        text = file.read()
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize("name", ALONE)
def test_the_examples_hold(lab, name):
    lab.launch("exec", "--boot", example(name))


def test_they_hold_again_on_an_appliance_that_runs(lab):
    lab.start("a")
    for name in ALONE + ALONE:
        lab.launch("exec", "--name", "a", example(name))
    soak = changed(SOAK, "repeat 480 ", "repeat 1 ").replace("1200k", "10k")
    for _ in range(2):
        lab.launch("exec", "--name", "a", "-", stdin=soak)


def test_the_sweep_sends_every_size_whole(lab):
    pcap = lab.path / "port1.pcap"
    lab.launch("exec", "--boot", "--capture", "1=%s" % pcap,
               example("size-sweep.cmds"))
    assert Counter(captured(pcap)) == {
        size - 4: 10000 for size in (64, 128, 256, 512, 1024, 1280, 1518)}


def test_the_soak_goes_round_when_it_is_short(lab):
    text = changed(SOAK, "repeat 480 ", "repeat 3 ").replace("1200k", "10k")
    done = lab.launch("exec", "--boot", "-", stdin=text)
    assert done.stdout.splitlines() == ["a round without loss"] * 3 + [
        "nothing was lost"]


def two(lab, receive_cmds, *b_options):
    """Two appliances, the receiving one waiting by the lines of `receive_cmds`."""
    here, there = str(lab.path / "a.net"), str(lab.path / "b.net")
    lab.start("a", "--net", "dgram:%s,%s" % (here, there))
    lab.start("b", "--net", "dgram:%s,%s" % (there, here), *b_options)
    return receive(lab, receive_cmds)


def receive(lab, commands):
    waiting = subprocess.Popen(
        [LAUNCHER, "exec", "--name", "b", commands], env=lab.env, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert waiting.stdout.readline() == "waiting for frames\n"
    return waiting


def test_two_appliances_meet(lab):
    pcap = lab.path / "b.pcap"
    receiver = two(lab, example("two-receive.cmds"), "--capture", "0=%s" % pcap)
    done = lab.launch("exec", "--name", "a", example("two-send.cmds"))
    assert done.stdout == "all have gone\n"
    out, err = receiver.communicate(timeout=PATIENCE)
    assert (receiver.returncode, out, err) == (0, "all have come\n", "")
    # And once more, with what was set.
    waiting = receive(lab, example("two-receive.cmds"))
    assert lab.launch("exec", "--name", "a", example("two-send.cmds")
                      ).stdout == "all have gone\n"
    assert waiting.communicate(timeout=PATIENCE)[0] == "all have come\n"
    lab.launch("down", "--all")
    assert captured(pcap) == [124] * 40000


@pytest.mark.parametrize("count, within, code", [
    (19999, "3s", "E_TIMEOUT"), (20001, "60s", "E_EXPECT")])
def test_the_receiver_tells_one_frame_too_few_or_too_many(lab, count, within, code):
    commands = lab.path / "receive.cmds"
    commands.write_text(changed("two-receive.cmds", "within 60s", "within " + within))
    receiver = two(lab, str(commands))
    lab.launch("exec", "--name", "a", "-",
               stdin=changed("two-send.cmds", "20k\n", "%d\n" % count))
    out, err = receiver.communicate(timeout=PATIENCE)
    assert receiver.returncode == 1 and out == ""
    assert code in err
