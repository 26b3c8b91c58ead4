# SPDX-License-Identifier: BSD-3-Clause
"""Ports that start together: how far apart their first frames leave, on QEMU's own clock,
which counts the guest's instructions here (-icount), 1 ns each."""
import json
import re
import struct

import pytest

from lab import run_icount

SETUPS = ["rate 10kpps", "rate max", "signature on; size imix; rate 2kpps",
          "stream 0.1-3 add; stream 2.1-3 add; rate 10kpps"]


def first_us(path):
    """When the first frame left; a capture's times have microseconds."""
    second, micro = struct.unpack_from("<II", path.read_bytes(), 24)
    return second * 1000000 + micro


@pytest.mark.parametrize("setup", SETUPS)
def test_first_frames(tmp_path, setup):
    paths = [tmp_path / "0", tmp_path / "2"]
    done = run_icount(paths[0], 0, "mode 0,2 tx; mode 1,3 rx; %s; "
                      "start 0,2 for 5ms --together --json; wait idle; stats all.all --json; "
                      "quit" % setup, late_ns=(1000, 1000), also=[(2, paths[1])])
    assert done.returncode == 0 and "E_" not in done.stdout, done.stdout + done.stderr
    replies = [json.loads(t) for t in re.findall(r"\[1\] (\{.*\})", done.stdout)]
    (reply,) = [r for r in replies if "started" in r]
    streams = [s for r in replies for s in r.get("streams", [])]
    told = [port["first_at"] for port in reply["started"]]
    counted = [min(s["tx"]["first_at"] for s in streams
                   if s["port"] == port and s["tx"]["packets"]) for port in (0, 2)]
    assert told == counted
    assert abs(told[1] - told[0]) <= 1000
    left = [first_us(path) for path in paths]
    assert abs(left[1] - left[0]) <= 1, left
