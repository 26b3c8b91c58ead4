# SPDX-License-Identifier: BSD-3-Clause
"""Several CPUs on the bare platform: tests/smp/main.c says what its image does."""
import re
import subprocess

import pytest

from lab import PATIENCE, ROOT, lab  # noqa: F401
from test_platform import KINDS as KINDS_OF_ONE

IMAGE = ROOT + "/build/test/smp.elf"
MACHINES = {
    "q35": ["-M", "q35,sata=off,smbus=off,usb=off,vmport=off"],
    "microvm": ["-M", "microvm,acpi=off,isa-serial=on,rtc=off"],
}
EINVAL, ENOMEM, ETIMEDOUT = -22, -12, -110
KINDS = {kind: KINDS_OF_ONE[kind] for kind in
         ("null", "stack", "exec", "text", "div", "ud", "syscall", "assert")}
KINDS["stack"] = "stack overflow: guard page of the main stack"
KINDS["heap"] = "the heap belongs to CPU 0"
KINDS["console"] = "the console belongs to CPU 0"
KINDS["store"] = r"assertion 'ukplat_lcpu_idx\(\) == 0' files/store.c"

boards = pytest.mark.parametrize("machine", MACHINES)


def run(machine, cpus, words, told=None, accel="tcg,thread=multi", options=()):
    """Its output, and the status of QEMU. On microvm the CPUs have to be told."""
    told = cpus if told is None and machine == "microvm" else told
    line = ("lcpu.count=%d " % told if told else "") + words
    done = subprocess.run(
        ["qemu-system-x86_64", *MACHINES[machine], "-accel", accel, "-cpu", "max", "-m",
         "16M", "-smp", str(cpus), "-kernel", IMAGE, "-nodefaults", "-no-user-config",
         "-display", "none", "-no-reboot", "-device",
         "isa-debug-exit,iobase=0xf4,iosize=4", "-serial", "stdio", "-append", line,
         *options], text=True, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    return done.stdout, done.returncode


@boards
@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_each_counts_halts_and_is_woken(machine, cpus):
    out, status = run(machine, cpus, "start")
    assert status == 0, out
    assert out.startswith("cpus %d, this is 0\n" % cpus), out
    for i in range(1, cpus):
        assert ("cpu %d: is %d, counted 100000, sum right, printed 5, halts 1, "
                "timer in time\n" % (i, i)) in out, out
    again = EINVAL if cpus > 1 else 0
    assert "again: %d, CPU 0: -22, none: -22\nend: 0\n" % again in out, out


@boards
def test_a_core_takes_less_than_64_kib(machine):
    """Its stack among it, and what the allocator has of its own."""
    out, _ = run(machine, 4, "idle")
    assert 0 < int(re.search(r", (\d+) bytes", out)[1]) < 3 * 64 * 1024, out


@boards
def test_one_without_room_leaves_nothing_behind(machine):
    out, status = run(machine, 2, "full")
    assert status == 0 and "full: %d, 0 bytes\nroom is left: 2\nend: 0" % ENOMEM in out, out


@pytest.mark.parametrize("accel, options", [
    ("tcg,thread=single", []), ("tcg", ["-icount", "shift=0,sleep=off"])])
def test_one_thread_may_play_all_cpus(accel, options):
    out, status = run("q35", 3, "start", accel=accel, options=options)
    assert status == 0 and out.count("halts 1, timer in time") == 2, out


@boards
def test_there_are_no_more_than_the_machine_has(machine):
    assert run(machine, 8, "count")[0].startswith("cpus 8,")
    assert run(machine, 11, "count")[0].startswith("cpus 8,")


def test_what_is_not_told_is_not_there():
    assert run("microvm", 2, "count", told=0)[0].startswith("cpus 1,")


def test_ids_of_local_apics_may_have_gaps():
    """Three cores a socket are numbered as four would be."""
    out, status = run("q35", 6, "start", options=["-smp", "6,sockets=2,cores=3"])
    assert status == 0 and out.count("halts 1, timer in time") == 5, out


def test_a_cpu_that_does_not_come_up_is_an_error():
    out, status = run("microvm", 2, "missing", told=3)
    assert status == 0, out
    assert "start: %d\nwake: %d\nagain: %d\n" % (ETIMEDOUT, EINVAL, EINVAL) in out


@boards
def test_no_time_is_behind_another_cpus(machine):
    out, status = run(machine, 3, "clock")
    assert status == 0 and "behind: 0\n" in out, out


@boards
@pytest.mark.parametrize("kind", KINDS)
def test_a_crash_says_on_which_cpu(machine, kind):
    """CPU 0 prints until it is stopped, CPU 1 was never started, CPU 2 fails."""
    out, status = run(machine, 3, "crash " + kind)
    assert status == 3, out
    assert "." not in out[out.index("*** CRASH"):].replace(".c:", ""), out
    assert re.search(r"\*\*\* CRASH: .*%s.*, CPU 2\)" % KINDS[kind], out), out
    assert re.search(r"\n +rip [0-9a-f]{16}  rsp ", out)
    assert re.search(r"\nbacktrace:\n +#0 .*\n +#1 0x", out), out
    assert out.endswith("*** END OF CRASH\n")


@boards
def test_of_several_that_fail_one_reports(machine):
    out, status = run(machine, 4, "both null")
    assert status == 3
    assert out.count("*** CRASH: ") == out.count("*** END OF CRASH") == 1
    assert "fault in the report" not in out


@boards
def test_the_appliance_is_given_them(lab, machine):  # noqa: F811
    """Told by the launcher, also to what the line at boot is."""
    with lab.start("a", "--machine", machine, "--cpus", "2", "--run", "rate 2kpps") as line:
        with open("/proc/%d/cmdline" % line.pid, encoding="utf-8") as f:
            words = f.read().split("\0")
        assert words[words.index("-smp") + 1] == "2"
        assert "thread=multi" in words[words.index("-accel") + 1] or \
            words[words.index("-accel") + 1] == "kvm"
        assert "2kpps" in "".join(line.ask("rate"))
