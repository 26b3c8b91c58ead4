# SPDX-License-Identifier: BSD-3-Clause
"""What the compiler made of the image's sources."""
import glob
import os
import re
import subprocess

from lab import ROOT


def output(*command):
    return subprocess.run(command, text=True, check=True, capture_output=True).stdout


def never_used(path):
    """Functions of their file alone that nothing in it refers to."""
    section, used, where = {}, set(), ""
    for line in output("objdump", "-t", path).splitlines():
        word = line.split()
        if word[1:3] == ["l", "F"] and not word[-1].endswith(".cold"):
            section[word[-1]] = word[3]
    for line in output("objdump", "-r", path).splitlines():
        word = line.split()
        if line.startswith("RELOCATION"):
            where = line
        elif len(word) == 3 and ".debug" not in where and ".eh_frame" not in where:
            used.add(re.split(r"[-+]0x", word[2])[0])
    return [name for name, of in section.items() if not {name, of} & used]


def test_no_call_is_left_out():
    """GCC 12.2 once made a function and left out its only call, which is told by
    nothing but wrong counts."""
    objects = glob.glob(os.path.join(ROOT, "build/kvm/**/*.o"), recursive=True)
    assert len(objects) > 100
    assert {o: never_used(o) for o in objects if never_used(o)} == {}
