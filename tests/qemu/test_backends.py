# SPDX-License-Identifier: BSD-3-Clause
"""A port whose other side goes away and comes back: its link, what is counted, and that
traffic goes on. Counts only, so that no load of the machine matters."""
import json
import os
import socket
import sys
import time

import pytest

from lab import PATIENCE, ROOT, Line, lab  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402

# More of both by hand.
KILLS = int(os.environ.get("UKPKTGEN_KILLS", 3))
FLAPS = int(os.environ.get("UKPKTGEN_FLAPS", 10))
LAYOUTS = [(), ("--packed",)]


@pytest.fixture(params=LAYOUTS, ids=["split", "packed"])
def layout(request):
    return request.param


class Monitor:
    """QEMU's, which a wrapper of it has been given."""

    def __init__(self, lab):
        self.path = lab.path / "qmp"
        qemu = lab.path / "qemu"
        qemu.write_text("#!/bin/sh\ncase $* in *-serial*chardev:console*) "
                        "set -- \"$@\" -qmp unix:%s,server=on,wait=off;; esac\n"
                        "exec qemu-system-x86_64 \"$@\"\n" % self.path)
        qemu.chmod(0o755)
        lab.env["UKPKTGEN_QEMU"] = str(qemu)

    def open(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self.path))
        self.file = self.sock.makefile("rw")
        self.file.readline()
        self.do("qmp_capabilities")
        return self

    def close(self):
        self.file.close()
        self.sock.close()

    def do(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "event" not in answer:
                assert "return" in answer, (command, answer)
                return answer["return"]


def link_of(line, port=0):
    return line.json("port --json")["ports"][port]["link_state"]


@pytest.mark.parametrize("rate", ["20kpps", "max"])
def test_a_back_end_that_comes_back(lab, layout, rate):
    peer = Peer(lab.path / "v", "--mode", "echo", *layout)
    with lab.start("a", "--net", "vhost-user:" + peer.path, *layout) as line:
        line.ask("mode txrx; burst 64; rate %s; start; wait rx.packets > 1000 within 60s" % rate)
        for _ in range(KILLS):
            peer.__exit__()
            line.ask("wait link = down within 60s")
            before = line.ports()[0]
            peer = Peer(lab.path / "v", "--mode", "echo", *layout)
            line.ask("wait link = up within 60s")
            since = time.monotonic()
            peer.wait(lambda r: r["received"]["frames"] > 100)
            line.ask("wait rx.packets > %d within 60s" % (before["rx"]["packets"] + 100))
            print("back after", time.monotonic() - since)
            assert peer.report()["received"]["bad"] == 0
        (stopped,) = line.json("stop --json")["ports"]
        assert stopped["in_flight"] == 0
        assert line.ports()[0]["tx"]["link_down"] > 0
        # Each buffer is there: as many frames as there are come back at once, and again.
        peer.do("reset")
        line.ask("stats clear; rate max; onfull retry; start count 5000; wait idle within 60s")
        line.ask("wait rx.packets = 5000 within 60s")
        report = peer.wait(lambda r: r["sent"]["frames"] >= 5000)
        assert report["received"]["frames"] == report["sent"]["frames"] == 5000
        assert report["received"]["bad"] == 0
        assert line.json("stop --json")["ports"][0]["in_flight"] == 0
    peer.__exit__()
