# SPDX-License-Identifier: BSD-3-Clause
"""tests/netdev on virtio-net: what uk/netdev.h promises, checked in the image."""
import json
import subprocess

import pytest

from lab import IMAGE, PATIENCE, TEST_IMAGE

# The ports that an image takes, and behind them two pairs for the checks.
PORTS = 8
DEVICES = PORTS + 4


def boot(path, image, command, devices=DEVICES, device="virtio-net-pci"):
    """Devices wired in pairs. QEMU's hub swaps frames where one had to wait."""
    args = ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "max",
            "-m", "64M", "-kernel", image, "-nodefaults", "-no-user-config",
            "-display", "none", "-no-reboot", "-serial", "stdio"]
    for i in range(devices):
        args += ["-netdev", "dgram,id=n%d,local.type=unix,local.path=%s/%d,"
                 "remote.type=unix,remote.path=%s/%d" % (i, path, i, path, i ^ 1),
                 "-device", "%s,netdev=n%d,romfile=" % (device, i)]
    done = subprocess.run(args, input="@1 %s\n@2 quit\n" % command, text=True,
                          capture_output=True, timeout=PATIENCE)
    assert "*** CRASH" not in done.stdout
    return [line[3:] for line in done.stdout.splitlines() if line.startswith("@1 ")]


@pytest.mark.parametrize("device", ["virtio-net-pci", "virtio-net-pci,packed=on"])
def test_virtio_net_keeps_every_rule(tmp_path, device):
    lines = boot(tmp_path, TEST_IMAGE, "netdev-check", device=device)
    assert lines[-1] == "OK", lines
    assert lines[-2].endswith(" ok, 0 failed, 0 skipped"), lines
    checks = lines[:-2]
    assert len(checks) > 50
    assert all(line.startswith("ok ") for line in checks)
    assert "ok rx-underrun-recovers" in checks


def test_report_as_json(tmp_path):
    lines = boot(tmp_path, TEST_IMAGE, "netdev-check --json")
    assert lines[-1] == "OK", lines
    report = json.loads(lines[0])
    assert report["failed"] == report["skipped"] == 0
    assert report["ok"] == len(report["checks"]) > 50
    assert report["checks"][0] == {"check": "device-numbers", "result": "ok", "why": ""}


def test_devices_that_are_ports_are_left_alone(tmp_path):
    lines = boot(tmp_path, TEST_IMAGE, "netdev-check", devices=2)
    assert lines[-1].startswith("ERR E_STATE"), lines


def test_without_a_second_pair_a_check_is_skipped(tmp_path):
    lines = boot(tmp_path, TEST_IMAGE, "netdev-check", devices=PORTS + 2)
    assert [l for l in lines if l.startswith("skipped ")] == [
        "skipped queue-shorter-than-longest: there is no second pair of devices"]
    assert not [l for l in lines if l.startswith("FAIL ")]


def test_it_is_in_no_image_by_default(tmp_path):
    lines = boot(tmp_path, IMAGE, "netdev-check", devices=2)
    assert lines[-1].startswith("ERR E_UNKNOWN"), lines
