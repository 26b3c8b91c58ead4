# SPDX-License-Identifier: BSD-3-Clause
"""A test may be skipped for one reason only: hardware that the machine lacks, named
behind "hardware:". Any other skip fails the run."""

skipped = []


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
