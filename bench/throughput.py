# SPDX-License-Identifier: BSD-3-Clause
"""Runs the contenders of a case in turns, each time from a fresh start, and probes
the machine between any two runs."""
import re
import subprocess
import time

import dpdk
import figures
import files
import machine
from appliance import Appliance
from cases import BURST, Contender, Dpdk
from peers import PROGRAM, Unable, Wrong

WARM_S = 0.2
SECONDS = 0.5
EXTRA = 2  # times as many rounds at most, while the machine's state changes
WINDOWS = "stats every 10ms 20 --json"


def instructions(appliance, mode):
    """A frame has this much of guest time, which -icount makes a ns for each. The
    best of some short windows, as that is one in which the peer never let it wait."""
    key = "tx" if mode == "tx" else "rx"  # it answers each frame that comes
    best = max(window["ports"][0][key]["rate"] for window in appliance.ask(WINDOWS))
    return 1e9 / best if best else 0


def run_appliance(one, cpus, seconds):
    with one.peer(cpus, **one.options) as peer, \
            Appliance(peer, cpus, **one.qemu) as appliance:
        if one.file:
            files.upload(appliance.line, one.file())
        appliance.ask("burst %d; mode %s; %s" % (BURST, one.mode, one.commands))
        if one.mode != "rx":  # it receives as it is
            appliance.ask("start")
        peer.begin()
        if one.qemu.get("icount"):
            value = instructions(appliance, one.mode)
        else:
            time.sleep(WARM_S)
            value = peer.rate(appliance, seconds)
        if one.mode not in ("rx", "reflect-any"):
            appliance.stop()
        return value, peer.verify(appliance)


def run_alone(one, cpus):
    """The sink measures all that it can do, a second each."""
    done = subprocess.run([PROGRAM, "--bench-self", "--cpu", str(cpus[1]), "--duration",
                           "1"], check=True, capture_output=True, text=True, timeout=120)
    found = re.search(r"sink, %s, %s +([0-9.]+) Mpps steady.*, 0 bad, 0 missing" % (
        one.layout, one.frames), done.stdout)
    if not found:
        raise Wrong(done.stdout)
    return 1e6 * float(found.group(1)), "all frames checked"


def run(one, cpus, seconds):
    """One run: its figure, in packets a second or instructions, and what was checked."""
    if isinstance(one, Contender):
        return run_appliance(one, cpus, seconds)
    if isinstance(one, Dpdk):
        return dpdk.virtio_user(cpus, seconds, WARM_S, **one.options)
    return run_alone(one, cpus)


def attempt(one, cpus, seconds):
    """As it is kept; what went wrong stands in it and ends nothing but the run."""
    try:
        value, checked = run(one, cpus, seconds)
        if not value:
            raise Wrong("nothing moved")
        return {"value": value, "checked": checked}
    except Unable as why:
        return {"skipped": str(why)}
    except (Wrong, RuntimeError, AssertionError, OSError, ValueError,
            subprocess.SubprocessError) as why:
        return {"failed": "%s: %s" % (type(why).__name__, why)}


def enough(record, probes, runs):
    """Whether the state that most runs were in has more than half of what is wanted."""
    rows = figures.summarize(record, machine.border(probes))
    return all(row["used"] > runs // 2 or row["skipped"] for row in rows)


def measure(case, cpus, runs, seconds, probes):
    """All runs of a case, as they are kept; adds to `probes`, all of the bench."""
    runs = min(runs, case.runs)
    record = {"title": case.title, "unit": case.unit, "seconds": seconds,
              "contenders": [{"name": one.name, "size": one.size, "runs": []}
                             for one in case.contenders]}
    probes.append(machine.probe(cpus))
    for turn in range(EXTRA * runs):
        if turn >= runs and enough(record, probes, runs):
            break
        for one, kept in zip(case.contenders, record["contenders"]):
            result = attempt(one, cpus, seconds)
            probes.append(machine.probe(cpus))
            kept["runs"].append({**result, "probes_ns": probes[-2:]})
    return record
