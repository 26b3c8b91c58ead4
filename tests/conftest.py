# SPDX-License-Identifier: BSD-3-Clause
"""A test may be skipped for one reason only: hardware that the machine lacks, named
behind "hardware:". Any other skip fails the run."""

skipped = []


def pytest_collection_modifyitems(items):
    """The longest file first: files are shared out among the processors."""
    items.sort(key=lambda item: "test_soak" not in item.nodeid)


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
