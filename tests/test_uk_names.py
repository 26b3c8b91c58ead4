# SPDX-License-Identifier: BSD-3-Clause
"""tools/uk-names finds what stock Unikraft lacks, and nothing else."""
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

SOURCE = """\
#include <uk/netdev.h>
#include <uk/lacking.h>
/* uk_comment, over
 * uk_lines */ uk_lacking_1();
uk_netdev_count(); ukplat_monotonic_clock(); my_uk_name();
#ifdef UK_NETDEV_HAVE_BURST
uk_netdev_tx_burst();
#ifdef OTHER
uk_deeper();
#endif
#else
uk_lacking_2();
#endif
#ifndef UK_NETDEV_HAVE_BURST
ukplat_lacking_3();
#endif
#ifdef UK_LACKING_4
#endif
uk_netdev_tx_burst();
"""


def test_what_is_not_listed_is_found(tmp_path):
    source = tmp_path / "a.c"
    source.write_text(SOURCE)
    done = subprocess.run(
        ["tools/uk-names", "tests/unikraft/names.txt", str(source)], cwd=ROOT,
        text=True, capture_output=True, check=True)
    assert [line.split(":", 1)[1] for line in done.stdout.splitlines()] == [
        "2: <uk/lacking.h>", "4: uk_lacking_1", "12: uk_lacking_2",
        "15: ukplat_lacking_3", "17: UK_LACKING_4", "19: uk_netdev_tx_burst"]
