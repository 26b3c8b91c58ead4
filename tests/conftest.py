# SPDX-License-Identifier: BSD-3-Clause
"""A test may be skipped for one reason only: hardware that the machine lacks, named
behind "hardware:". Any other skip fails the run.

pexpect gives a child 0.1 s to end by itself and as long to die of SIGKILL, then kills it or
fails; a host that is busy with other tests takes longer."""
import time

import pexpect
import ptyprocess

skipped = []
ENDS, DIES = 20, 120  # seconds
quick_terminate, quick_close = ptyprocess.PtyProcess.terminate, pexpect.spawn.close


def wait_for_end(child, seconds):
    end = time.monotonic() + seconds
    while child.isalive() and time.monotonic() < end:
        time.sleep(0.01)


def terminate(self, force=False):
    if not quick_terminate(self, force) and force:
        wait_for_end(self, DIES)
    return not self.isalive()


def close(self, force=True):
    if self.flag_eof and not self.closed:
        wait_for_end(self, ENDS)
    quick_close(self, force)


ptyprocess.PtyProcess.terminate, pexpect.spawn.close = terminate, close


def pytest_runtest_logreport(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[-1])
        if not reason.startswith("Skipped: hardware: "):
            skipped.append("%s: %s" % (report.nodeid, reason))


def pytest_sessionfinish(session):
    if skipped and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    for line in skipped:
        terminalreporter.write_line("skipped without missing hardware: " + line)
