# SPDX-License-Identifier: BSD-3-Clause
"""Figures of the image: boot time, size, least memory, files over the line, what
the live page costs. All runs are under TCG, so that machines compare."""
import json
import os
import statistics
import subprocess
import sys
import time

import console
import files
import live
from appliance import IMAGE, MACHINES, ROOT, command
from cases import IMAGES

TINY = os.path.join(ROOT, "build", "tiny", "ukpktgen.elf")
DEBUG = os.path.join(ROOT, "build", "ukpktgen.debug")
PROMPT = b"ukpktgen> "
RUNS = 21
FILE_BYTES = 1 << 20
FILE_RUNS = 3
LIVE_PAIRS = 10
LEASES = 5


def boot_ms(machine):
    """From exec to the last byte of the first prompt."""
    begin = time.perf_counter()
    child = subprocess.Popen(command(machine, "16M"), stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seen = b""
    while PROMPT not in seen:
        data = os.read(child.stdout.fileno(), 4096)
        if not data:
            sys.exit("bench: %s ended before its prompt" % machine)
        seen += data
    took = (time.perf_counter() - begin) * 1000
    child.kill()
    child.wait()
    return took


def works(machine, megabytes):
    """Boots, and moves a million frames or so."""
    try:
        done = subprocess.run(
            command(machine, "%dM" % megabytes), timeout=20, capture_output=True,
            input=b"@1 start; sleep 300ms; stop; stats --json; quit\n")
    except subprocess.TimeoutExpired:
        return False
    for line in done.stdout.splitlines():
        if line.startswith(b"@1 {"):
            return json.loads(line[3:])["ports"][0]["tx"]["packets"] > 0
    return False


def least_memory(machine):
    return next(m for m in range(1, 65) if works(machine, m))


def sections():
    done = subprocess.run(["size", "-A", "-d", DEBUG], text=True, check=True,
                          capture_output=True)
    sizes = {}
    for line in done.stdout.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[0].startswith("."):
            sizes[fields[0]] = int(fields[1])
    return sizes


def row(what, figure, unit, note=""):
    print(("%-34s %10s %-5s %s" % (what, figure, unit, note)).rstrip())


def measure():
    """Prints a table and returns what it shows, every run of it."""
    result = {"boot_ms": {}, "least_memory_mb": {}, "file_kb_per_s": {},
              "image_bytes": os.path.getsize(IMAGE),
              "tiny_image_bytes": os.path.getsize(TINY), "sections": sections()}
    print("Under TCG; medians of %d boots, fastest and slowest beside them.\n"
          % RUNS)
    for machine in MACHINES:
        boot_ms(machine)  # warms the page cache
        runs = sorted(boot_ms(machine) for _ in range(RUNS))
        result["boot_ms"][machine] = runs
        row("exec to prompt, " + machine, "%.1f" % statistics.median(runs),
            "ms", "%.1f..%.1f" % (runs[0], runs[-1]))
    row("image, stripped", "%.1f" % (result["image_bytes"] / 1024), "KiB")
    row("the same of tinyconfig", "%.1f" % (result["tiny_image_bytes"] / 1024),
        "KiB", "%.0f%% of it" % (
            100 * result["tiny_image_bytes"] / result["image_bytes"]))
    result["compiler_bytes"] = {}
    for name, path in IMAGES.items():
        result["compiler_bytes"][name] = os.path.getsize(path)
        if path != IMAGE:
            row("the same " + name, "%.1f" % (os.path.getsize(path) / 1024), "KiB")
    for machine in MACHINES:
        least = least_memory(machine)
        result["least_memory_mb"][machine] = least
        row("least memory, " + machine, least, "MB")
    for machine in MACHINES:
        rates = [files.kb_per_second(command(machine, "16M", ()), FILE_BYTES)
                 for _ in range(FILE_RUNS)]
        for way, runs in zip(("up", "down"), zip(*rates)):
            result["file_kb_per_s"][machine + " " + way] = runs
            row("1 MB file %s, %s" % (way, machine),
                "%.0f" % statistics.median(runs), "KB/s",
                "%.0f..%.0f" % (min(runs), max(runs)))
    result["console_prompt_ms"] = runs = console.prompt_ms(RUNS)
    row("client, exec to prompt", "%.1f" % statistics.median(runs), "ms",
        "%.1f..%.1f" % (runs[0], runs[-1]))
    result["lease_late_ms"] = runs = console.lease_late_ms(LEASES)
    row("traffic after client and lease", "%.1f" % max(runs), "ms",
        "the latest of %d" % LEASES)
    with_page, without = live.with_and_without(
        command("q35", live.MEMORY, (), ",netdev=n"), LIVE_PAIRS)
    result["live_mpps"] = {"with": with_page, "without": without}
    figures = [statistics.median(with_page), statistics.median(without)]
    row("'stats live' into a checking sink", "%.1f" % (
        100 * (figures[0] / figures[1] - 1)), "%",
        "%.2f with and %.2f Mpps without, medians of %d" % (*figures, LIVE_PAIRS))
    return result
