# SPDX-License-Identifier: BSD-3-Clause
"""A minute of `make soak` on each back end, on all of them at once."""
import os
import subprocess
import sys

import pytest

import soak
from lab import PATIENCE

MINUTES = 1


@pytest.fixture(scope="module")
def soaks():
    """By back end, while they run."""
    all_of_them = {
        backend: subprocess.Popen(
            [sys.executable, soak.__file__, "--minutes", str(MINUTES), "--backends", backend,
             "--seed", os.environ.get("SEED", "2")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for backend in soak.BACKENDS}
    yield all_of_them
    for one in all_of_them.values():
        if one.poll() is None:
            one.terminate()
            one.wait()


@pytest.mark.parametrize("backend", soak.BACKENDS)
def test_nothing_stalls_and_nothing_is_missing(soaks, backend):
    said, _ = soaks[backend].communicate(timeout=MINUTES * 60 + 4 * PATIENCE)
    assert soaks[backend].returncode == 0, said
    assert "none stalled, none missing" in said
