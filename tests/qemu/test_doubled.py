# SPDX-License-Identifier: BSD-3-Clause
"""Tests of traffic and measurement once more, with two CPUs and two queues wherever a back
end has them: here one, all files that are named below by UKPKTGEN_DOUBLED=1."""
import os
import subprocess
import sys

import pytest

from lab import TWO_CORES

HERE = os.path.dirname(os.path.abspath(__file__))
FEW = ["test_traffic.py::test_both_ways_at_once"]
# Those of queues and cores ask for their own.
ALL = ["test_traffic.py", "test_engine.py", "test_vhost.py", "test_rings.py", "test_counts.py",
       "test_receive.py", "test_streams.py", "test_headers.py", "test_many.py",
       "test_measured.py", "test_capture.py", "test_bench_tx.py", "test_billion.py",
       "test_backends.py", "test_verdict.py", "test_together.py", "test_uses.py",
       "test_forward.py", "test_kv.py", "test_matrix.py", "test_network.py", "test_clock.py",
       "test_observed.py", "test_lab.py", "test_switch.py", "test_experiments.py",
       "test_pacing.py"]
# Its taps are made as a user is told to make them, with one queue.
NOT = "test_network.py::test_the_lab_of_the_docs"


@pytest.mark.parametrize("what", ALL if os.environ.get("UKPKTGEN_DOUBLED") else FEW)
def test_the_same_with_two_queues(what):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--deselect", NOT, what],
        cwd=HERE,
        env=dict(os.environ, LAB_OPTIONS=" ".join(TWO_CORES)), text=True,
        capture_output=True, timeout=3600)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
