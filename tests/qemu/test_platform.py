# SPDX-License-Identifier: BSD-3-Clause
"""Boot, memory, idling, crashes, power: the platform seen from outside."""
import glob
import json
import os
import re
import subprocess
import time

import pytest

from lab import IMAGE, PATIENCE, ROOT, TEST_IMAGE, lab  # noqa: F401

OBJECTS = ROOT + "/build/kvm/"

KINDS = {
    "null": "write to 0x0: null page",
    "stack": "stack overflow: guard page",
    "exec": "execution of .*: non-executable",
    "text": "write to .*: code is read-only",
    "div": "divi",
    "ud": "invalid instruction",
    "syscall": "system call 999",
    "assert": "assertion 'zero'",
    "smash": "stack smashed",
}


@pytest.mark.parametrize("machine", ["q35", "microvm"])
@pytest.mark.parametrize("memory", ["4M", "8M", "4096M"])
def test_it_runs_in_little_and_in_much_memory(lab, machine, memory):
    done = lab.launch("exec", "--boot", "--machine", machine, "--memory", memory,
                      "-c", "rate 1kpps; start 0 count 100; wait idle; stats 1")
    assert re.search(r"rx packets +100\b", done.stdout), done.stdout


@pytest.mark.parametrize("firmware", [[], ["-bios", "qboot.rom"]])
def test_pc_boots_too(lab, firmware):
    """The launcher offers no `pc`, the platform runs on it."""
    done = subprocess.run(
        ["qemu-system-x86_64", "-M", "pc", *firmware, "-accel", "tcg", "-cpu",
         "max", "-m", "16M", "-kernel", IMAGE, "-nodefaults",
         "-no-user-config", "-display", "none", "-no-reboot", "-serial",
         "stdio", "-netdev", "hubport,id=a,hubid=0", "-netdev",
         "hubport,id=b,hubid=0", "-device", "virtio-net-pci,netdev=a",
         "-device", "virtio-net-pci,netdev=b"],
        input="@1 rate 1kpps; start 0 count 100; wait 0 idle; stop --json; quit\n",
        text=True, capture_output=True, timeout=PATIENCE)
    reply = [l for l in done.stdout.splitlines() if l.startswith("@1 {")]
    assert done.returncode == 0, done.stderr
    sent, received = re.findall(r'"(?:sent|received)":(\d+)', reply[0])[0::3]
    assert int(sent) == int(received) == 100


def test_a_device_that_cannot_be_used_says_why():
    done = subprocess.run(
        ["qemu-system-x86_64", "-M", "q35", "-m", "16M", "-display", "none",
         "-nodefaults", "-no-reboot", "-serial", "stdio", "-kernel", IMAGE,
         "-device", "virtio-net-pci,host_mtu=60,romfile=",
         "-device", "virtio-net-pci,iommu_platform=on,disable-legacy=on,romfile="],
        input="@1 port --json; quit\n", text=True, capture_output=True, timeout=PATIENCE)
    reply = [l for l in done.stdout.splitlines() if l.startswith("@1 {")]
    states = [port["state"] for port in json.loads(reply[0][3:])["ports"]]
    assert states == ["failed at 'probe': MTU 60 is below 68",
                      "failed at 'probe': the device wants an IOMMU "
                      "(VIRTIO_F_ACCESS_PLATFORM)"]
    for i in range(2):
        assert "port %d %s" % (i, states[i]) in done.stdout


def test_image_is_small():
    assert os.path.getsize(IMAGE) < 832 * 1024


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_an_idle_appliance_halts(lab, machine):
    """CPU time, not time: under 3 % of a core."""
    with lab.start("a", "--machine", machine) as line:
        line.ask("rate 1kpps; start; sleep 100ms; stop")
        before, begin = line.cpu_seconds(), time.monotonic()
        time.sleep(4)
        used = line.cpu_seconds() - before
        assert used < 0.05 * (time.monotonic() - begin)
        line.ask("version")


@pytest.mark.parametrize("machine", ["q35", "microvm"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_crash_tells_and_ends(lab, kind, machine):
    done = lab.launch("exec", "--boot", "--machine", machine, "-c",
                      "crash %s; version" % kind, check=False, image=TEST_IMAGE)
    assert done.returncode == 3, done.stderr
    assert re.search(r"\*\*\* CRASH: .*(%s)" % KINDS[kind], done.stderr), done.stderr
    assert re.search(r"\n +rip [0-9a-f]{16}  rsp ", done.stderr)
    assert "*** END OF CRASH" in done.stderr
    assert re.search(r"\n +#\d+ 0x[0-9a-f]{16}  (run|recurse|smash) at crash.c", done.stderr)
    assert "version" not in done.stdout


def test_the_stack_is_guarded_where_no_frame_passes():
    def guarded(folder):
        return {os.path.basename(path) for path in glob.glob(OBJECTS + folder + "/*.o")
                if "__stack_chk_fail" in subprocess.run(
                    ["nm", "-u", path], text=True, capture_output=True, check=True).stdout}
    for folder in ("net", "pktgen", "stats", "plat/lib"):
        assert guarded(folder) == set()
    assert "main.o" not in guarded("")
    assert {"parse.o", "render_text.o", "runner.o"} <= guarded("shell")
    assert "value.o" in guarded("units")
    assert guarded("plat/kvm") == {"acpi.o", "mm.o", "pci.o"}
    assert len(guarded("cmds")) > 10


def test_a_crash_of_an_appliance_that_ran(lab):
    done = lab.launch("run", "--detach", "--name", "a", image=TEST_IMAGE)
    done = lab.launch("exec", "--name", "a", "-c", "crash null", check=False,
                      image=TEST_IMAGE)
    assert done.returncode == 3
    done = lab.launch("list")
    assert "a " not in done.stdout


def test_the_crash_command_is_in_no_image_that_ships(lab):
    done = lab.launch("exec", "--boot", "-c", "crash null", check=False)
    assert done.returncode == 1
    assert "E_UNKNOWN" in done.stderr


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_quit_powers_off_with_success(lab, machine):
    done = lab.launch("exec", "--boot", "--machine", machine, "-c", "quit")
    assert done.returncode == 0


def test_reset_resets(lab):
    """QEMU, told not to reboot, ends with success."""
    done = subprocess.run(
        ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "max",
         "-m", "16M", "-kernel", TEST_IMAGE, "-nodefaults", "-display", "none",
         "-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
         "-action", "reboot=shutdown"],
        input="@1 crash reset\n", text=True, capture_output=True,
        timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CRASH" not in done.stdout


def test_no_network_device_is_no_crash(lab):
    done = subprocess.run(
        ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "max",
         "-m", "16M", "-kernel", IMAGE, "-nodefaults", "-display", "none",
         "-no-reboot", "-serial", "stdio"],
        input="@1 port\n@2 start\n@3 stats --json\n@4 quit\n", text=True,
        capture_output=True, timeout=PATIENCE)
    assert "no network device was found" in done.stdout
    assert "@2 ERR E_STATE" in done.stdout
    assert "@4 OK" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_kvm(lab, machine):
    """The same on KVM, whose clock and interrupts differ."""
    done = lab.launch("exec", "--boot", "--accel", "kvm", "--machine", machine, "-c",
                      "rate 10kpps; start 0; sleep 1s; stop --json", check=False)
    if done.returncode == 2 and "no KVM" in done.stderr:
        pytest.skip("hardware: " + done.stderr.strip())
    sent, received = re.findall(r'"(?:sent|received)":(\d+)', done.stdout)[0::3]
    assert 9900 <= int(sent) == int(received) <= 10100
