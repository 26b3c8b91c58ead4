# SPDX-License-Identifier: BSD-3-Clause
"""The machine that the bench runs on: its CPUs, and which of its states it is in."""
import math
import os
import platform
import statistics
import subprocess

from appliance import ROOT

PROBE = os.path.join(ROOT, "build", "bench", "probe")
# Two states are told apart where no probe lies between one figure and 1.4 times it,
# and each has its part of the probes: one that was disturbed is no state.
GAP = 1.4
SHARE = 0.02


def cpus():
    """The appliance's and its peer's."""
    ours = sorted(os.sched_getaffinity(0))
    if len(ours) < 2:
        raise SystemExit("bench: two CPUs are wanted, one for each end of a ring")
    return ours[:2]


def probe(pair):
    """ns that a cache line takes from one to the other and back."""
    done = subprocess.run([PROBE, *map(str, pair)], check=True, text=True,
                          capture_output=True, timeout=60)
    return float(done.stdout)


def border(probes):
    """What lies between the two states, or None where there is one."""
    probes = sorted(probes)
    least = max(2, math.ceil(SHARE * len(probes)))
    gaps = [(b / a, a, b) for a, b in zip(probes[least - 1:], probes[least:])
            ][:len(probes) - 2 * least + 1]
    ratio, a, b = max(gaps, default=(1, 1, 1))
    return math.sqrt(a * b) if ratio >= GAP else None


def state(around, at):
    """Of a run with these probes around it, when the border is `at`."""
    if at is None:
        return "one"
    sides = {probe > at for probe in around}
    return "mixed" if len(sides) > 1 else "slow" if sides == {True} else "fast"


def first_line(*command):
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    return (done.stdout or done.stderr).strip().split("\n")[0]


def describe():
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":", 1)[1].strip() for line in info
                      if line.startswith("model name")), platform.machine())
    return {"cpu": model, "cpus": os.cpu_count(), "kernel": platform.release(),
            "qemu": first_line("qemu-system-x86_64", "--version"),
            "dpdk": first_line("dpkg-query", "-W", "-f=${Version}", "dpdk"),
            "compiler": first_line("gcc", "--version")}


def median(values):
    return statistics.median(values) if values else None
