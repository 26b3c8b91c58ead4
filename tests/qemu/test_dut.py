# SPDX-License-Identifier: BSD-3-Clause
"""docs/examples/dut-*.sh: real devices under test, each set up, measured and taken down.
What is asserted are counts: how fast a device is depends on who else uses the machine."""
import json
import os
import re
import shutil
import subprocess

import pytest

from lab import PATIENCE, ROOT, lab  # noqa: F401

EXAMPLES = os.path.join(ROOT, "docs", "examples")
COUNT = 1500
# Told by the signature at whichever port they arrive.
COMMANDS = ("signature 0 on; rate 0 %s; start 0 count %d; wait 0 idle within 60s; "
            "%s; stats --json")
# Until all are here; who may lose some cannot be waited for.
ALL, SOME = "wait 0 lost = 0 within 60s", "sleep 1s"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="root")


def measure(name, rate, count=COUNT, until=ALL, **env):
    """What the ports counted, and all that was said."""
    done = subprocess.run([os.path.join(EXAMPLES, name), COMMANDS % (rate, count, until)],
                          text=True, capture_output=True, timeout=PATIENCE,
                          env=dict(os.environ, **env))
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith('{"ports"')]
    return json.loads(line)["ports"], done.stdout


def links():
    return subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout


@needs_root
@pytest.mark.parametrize("name, program", [
    ("dut-bridge.sh", "ip"), ("dut-router.sh", "ip"), ("dut-bird.sh", "/usr/sbin/bird")])
def test_a_slow_stream_comes_through_whole(name, program):
    if not shutil.which(program):
        pytest.skip(program)
    before = links()
    ports, _ = measure(name, "5kpps")
    assert (ports[0]["tx"]["packets"], ports[0]["lost"]) == (COUNT, 0)
    assert ports[1]["rx"]["packets"] >= COUNT
    assert [line.split()[1] for line in links().splitlines()] == [
        line.split()[1] for line in before.splitlines()]


@needs_root
def test_what_a_meter_lets_through_is_what_arrives():
    """Whatever the rate comes to on a busy machine: the switch counts for itself. What it
    is too slow to read from the tap, it does not count."""
    if not shutil.which("ovs-vswitchd"):
        pytest.skip("ovs-vswitchd")
    ports, said = measure("dut-ovs.sh", "100kpps", 20000, SOME)
    through, dropped = metered(said)
    assert ports[0]["tx"]["packets"] == 20000 and dropped > 0
    assert 20000 - ports[0]["lost"] == ports[1]["rx"]["packets"] == through


# What a device may send of its own: a Linux bridge does so when it begins.
OWN = {"meter": 0, "tbf": 5, "htb": 5}


def trials(name, commands, **env):
    """The trials of an experiment that ran last in `commands`, and all that was said."""
    word = commands.split()[0]
    done = subprocess.run([os.path.join(EXAMPLES, name), f"{commands}; {word} trials --json"],
                          text=True, capture_output=True, timeout=PATIENCE,
                          env=dict(os.environ, **env))
    assert done.returncode == 0, done.stderr
    made = [trial for line in done.stdout.splitlines() if line.startswith('{"') and
            '"trials":' in line for trial in json.loads(line)["trials"]]
    assert made
    return made, done.stdout


def metered(said):
    """How many frames the switch's meters let through and how many they dropped."""
    came, dropped = (sum(int(n) for n in re.findall(key + r":(\d+)", said))
                     for key in (r"\bpacket_in_count", r"\bpacket_count"))
    return came - dropped, dropped


def shaped(said):
    """The same of a shaper of Linux."""
    return tuple(int(re.search(key, said).group(1))
                 for key in (r"\bSent \d+ bytes (\d+) pkt", r"\bdropped (\d+)"))


@needs_root
@pytest.mark.parametrize("name, mode, room", [
    ("dut-ovs.sh", "meter", 50), ("dut-shaper.sh", "tbf", 50 + 4), ("dut-shaper.sh", "htb", 50 + 4)])
def test_too_much_is_cut_to_what_the_device_lets_through(name, mode, room):
    """1,000 frames a second for two seconds, and those that may come at once or wait: more is
    never seen. How near a busy host lets it come to that is for the bench: the device counts."""
    if mode == "meter" and not shutil.which("ovs-vswitchd"):
        pytest.skip("ovs-vswitchd")
    made, said = trials(name, "sweep 0 trial 2s settle 1s rate 1500pps 2kpps 3kpps",
                        MODE=mode, RATE="1000", BURST="50", QUEUE="50")
    assert sorted({trial["offered"] for trial in made}) == [3000, 4000, 6000]
    for trial in made:
        assert trial["arrived"] <= 2000 * 1.05 + room, made
    through, dropped = (metered if mode == "meter" else shaped)(said)
    assert 0 <= through - sum(trial["arrived"] for trial in made) <= OWN[mode], said
    assert dropped > 0


@needs_root
def test_back_to_back_finds_how_many_frames_may_wait():
    """RFC 9004: 100 frames wait, 4 go at once. One leaves in 8 ms, so that what a busy machine
    takes to send them hardly matters."""
    made, _ = trials("dut-shaper.sh", "rfc2544 0 back-to-back sizes 500 to 10kpps trial 500ms "
                     "settle 300ms width 1% learn 0", MODE="htb", RATE="125", QUEUE="100")
    bursts = [trial for trial in made if trial["rate"] == 10000 and trial["offered"] < 1000]
    assert max(trial["offered"] for trial in bursts if not trial["lost"]) >= 102, bursts
    for trial in bursts:
        assert trial["lost"] or trial["offered"] <= 125 or trial["verdict"] != "valid", bursts
        assert not trial["lost"] or trial["offered"] > 102 or trial["verdict"] != "valid", bursts


@needs_root
@pytest.mark.parametrize("mode", ["io", "mac", "macswap"])
def test_testpmd_gives_all_frames_on(mode):
    """testpmd waits for nobody: what finds the ring full is lost. As all that may be under way
    has room there, that is never so, however long the host stands still. With rings of one
    size some hundred are lost of these on a busy host."""
    if not shutil.which("dpdk-testpmd"):
        pytest.skip("dpdk-testpmd")
    ports, _ = measure("dut-testpmd.sh", "max", 20000, MODE=mode)
    assert (ports[0]["tx"]["packets"], ports[0]["lost"]) == (20000, 0)
    assert ports[1]["rx"]["packets"] == 20000


@needs_root
@pytest.mark.parametrize("mode, room", [("meter", 25), ("htb", 50)])
def test_services_get_their_rates_and_no_more(mode, room):
    """ITU-T Y.1564: services of 1 and 2 Mbit/s, by meters or classes; what is more is cut. A
    meter that did not run for a while finds too many frames at once: it counts what it drops."""
    if mode == "meter" and not shutil.which("ovs-vswitchd"):
        pytest.skip("ovs-vswitchd")
    made, said = trials("dut-services.sh", "y1564 0 configuration time 2s settle 1s",
                        MODE=mode, CIR="1000")
    good = [trial for trial in made if trial["good"]]
    assert [trial["offered"] for trial in good] == [
        125, 250, 375, 500, 625, 250, 500, 750, 1000, 1250]
    for trial in good:
        service, over = (500, 625) if good.index(trial) < 5 else (1000, 1250)
        assert trial["arrived"] <= service * 1.05 + room + 10, made
        if mode == "htb" and trial["verdict"] == "valid" and trial["offered"] != over:
            assert trial["lost"] == 0, made
    # What a switch is too slow to take from the tap it does not count.
    through, dropped = (metered if mode == "meter" else shaped)(said)
    assert 0 <= through - sum(trial["arrived"] for trial in made) <= OWN[mode], said
    assert sum(trial["lost"] for trial in made) >= dropped > 0, said
    outcomes = [line.split()[-1] for line in said.splitlines() if " policing " in line]
    # By the usual delay, which a busy host's is not: that they are cut is sure.
    assert len(outcomes) == 2 and set(outcomes) <= {"policed", "shaped"}, said


@needs_root
def test_a_bridge_learns_addresses_and_floods_what_it_has_not():
    """RFC 2889: what the appliance concludes is what the bridge has in its table."""
    done = subprocess.run([os.path.join(EXAMPLES, "dut-addresses.sh")], text=True,
                          capture_output=True, timeout=PATIENCE,
                          env=dict(os.environ, RATE="2kpps"))
    assert done.returncode == 0, done.stderr
    came, said = {}, done.stdout.splitlines()
    for name, line in zip(said, said[1:]):
        if line.startswith('{"ports"'):
            came[name] = [port["rx"]["packets"] for port in json.loads(line)["ports"]]
    learnt = int(said[-1].rsplit(" ", 1)[1])
    assert came["addresses"] == [8000, 0, 8000 - learnt, 8000 - learnt] and learnt > 7000
    assert came["broadcast"] == [0, 1000, 1000, 1000]
    assert came["longest"] == [0, 500, 0, 0] and came["longer"] == [0, 0, 0, 0]


def test_a_result_is_fetched_for_a_report(lab, tmp_path):
    result = {"result": "x-1", "experiment": "search", "rows": [{"goal": "ndr", "lower": 1.5}]}
    path = tmp_path / "x-1.json"
    path.write_text(json.dumps(result))
    lab.launch("run", "--detach", "--name", "a", "--file", str(path), "--net", "null")
    for extra, output in ((["x-1"], "r.json"), (["x-1", "x-1"], "r.html")):
        lab.launch("report", "--name", "a", *extra, "-o", str(tmp_path / output))
    found = json.loads((tmp_path / "r.json").read_text())
    host = found.pop("host")
    assert found == result
    assert host["accelerator"] in ("tcg", "kvm") and host["memory"] == "16M"
    assert host["name"] == os.uname().nodename and host["qemu"]
    assert (tmp_path / "r.html").read_text().count("<h2>Rates that the device bears</h2>") == 2
    done = lab.launch("report", "--name", "a", "y-1", "-o", str(tmp_path / "y.html"), check=False)
    assert done.returncode == 2 and "no result 'y-1'" in done.stderr
