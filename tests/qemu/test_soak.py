# SPDX-License-Identifier: BSD-3-Clause
"""Ten seconds of `make soak` on each back end, two at a time: on a host with less than a
processor for each, QEMU's hub loses frames."""
import concurrent.futures
import os
import subprocess
import sys

import pytest

import soak
from lab import PATIENCE

MINUTES = 1 / 6


def run(backend):
    return subprocess.run(
        [sys.executable, soak.__file__, "--minutes", str(MINUTES), "--backends", backend,
         "--seed", os.environ.get("SEED", "2")],
        capture_output=True, text=True, timeout=MINUTES * 60 + 2 * PATIENCE)


@pytest.fixture(scope="module")
def soaks():
    """By back end, what is said of it at the end."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        yield {backend: pool.submit(run, backend) for backend in soak.BACKENDS}


@pytest.mark.parametrize("backend", soak.BACKENDS)
def test_nothing_stalls_and_nothing_is_missing(soaks, backend):
    done = soaks[backend].result()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none stalled, none missing" in done.stdout
