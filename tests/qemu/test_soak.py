# SPDX-License-Identifier: BSD-3-Clause
"""A minute of `make soak` on each back end."""
import os
import subprocess
import sys

import pytest

import soak
from lab import PATIENCE

MINUTES = 1


@pytest.mark.parametrize("backend", soak.BACKENDS)
def test_nothing_stalls_and_nothing_is_missing(backend):
    done = subprocess.run([sys.executable, soak.__file__, "--minutes", str(MINUTES),
                           "--backends", backend, "--seed", os.environ.get("SEED", "2")],
                          capture_output=True, text=True,
                          timeout=MINUTES * 60 + 2 * PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none stalled, none missing" in done.stdout
