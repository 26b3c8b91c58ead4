# SPDX-License-Identifier: BSD-3-Clause
"""Flows that another program counts: softflowd, of a capture that
build/host/programs writes. As many as there are to be, each of as many frames.
"""

import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
PROGRAMS = os.path.join(ROOT, "build/host/programs")


def count(tmp_path, line):
    """(flows, least, most frames of one), as softflowd has them."""
    path = tmp_path / "flows.pcap"
    done = subprocess.run([PROGRAMS, "-p", path], input=line, text=True,
                          capture_output=True, check=True)
    assert done.stdout == ""
    said = subprocess.run(["softflowd", "-6", "-d", "-m", "100000", "-r", path],
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=True).stdout
    path.unlink()
    flows = re.search(r"Flows expired: (\d+) \(0 forced\)", said)
    frames = re.search(r"Flow packets: +(\d+) +(\d+) +(\d+)", said)
    return tuple(int(n) for n in (flows[1], frames[1], frames[3]))


def test_65536_flows_have_two_frames_each(tmp_path):
    for values in ("ipv4.src=10.1.0.0/16", "ipv4.src=10.0.0.0/16+shuffled",
                   "ipv4.dst=10.0.0.7-10.1.0.6+down"):
        assert count(tmp_path, "eth/ipv4/udp 60 131072 " + values) == \
            (65536, 2, 2)


def test_flows_of_two_fields_are_their_pairs(tmp_path):
    # 251 and 256 have no divisor in common: side by side all pairs come.
    line = "eth/ipv6/udp 62 192768 ipv6.src=2001:2::/120 udp.dst=1-251"
    assert count(tmp_path, line) == (256 * 251, 3, 3)
