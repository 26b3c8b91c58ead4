# SPDX-License-Identifier: BSD-3-Clause
"""bench tx: what it says it sent is what a back end saw, and all is as it was behind
it, also where it was stopped. By counts alone: how fast it was proves nothing."""
import os
import sys

from lab import ROOT, lab  # noqa: F401

sys.path.insert(0, os.path.join(ROOT, "tests", "vhost"))
from peer import Peer  # noqa: E402


def settings(line):
    return line.ask("show config")


def check(peer, frames):
    received = peer.wait(lambda r: r["received"]["frames"] >= frames)["received"]
    assert received["frames"] == frames
    assert received["bad"] == 0, received["reasons"]


def type_until(line, keys, text):
    """Presses keys and reads on until a person sees that text."""
    seen = b""
    line.send(keys)
    while text not in seen:
        data = line.sock.recv(65536)
        assert data and b"*** CRASH" not in seen
        seen += data


def test_a_walk_and_one_that_is_cancelled(lab):
    with Peer(lab.path / "v") as peer, \
            lab.start("a", "--net", "vhost-user:" + peer.path) as line:
        line.ask("rate 20kpps; strategy copy; burst 3; onfull drop; size 64:2,128:1")
        before = settings(line)
        bench = line.json("bench tx 5ms --json")
        runs = bench["runs"]
        assert [(r["strategy"], r["burst"], r["mode"]) for r in runs] == [
            (s, b, m) for s in ("create", "copy", "pool", "shared")
            for b in (1, 8, 32, 64, 256) for m in ("tx", "null")]
        assert runs[0]["ratio"] == 1 and all(r["rate"] for r in runs if
                                             r["mode"] == "null")
        check(peer, bench["sent"])
        tx = line.ports()[0]["tx"]
        assert bench["sent"] > 0 and bench["null"] > 0
        assert tx["packets"] == bench["sent"] + bench["null"]
        assert tx["errors"] == 0
        assert settings(line) == before
        line.ask("wait idle within 0s")

        # A person sees how far it is; the first run of all goes to the device.
        type_until(line, b"bench tx 30s\r", b" s left: create, burst 1, mode tx")
        assert line.ports()[0]["tx"]["packets"] > tx["packets"]
        type_until(line, b"\x03", b"E_CANCEL: cancelled by Ctrl-C\r\n")
        line.ask("bench stop")
        assert settings(line) == before
        line.ask("wait idle within 0s; stop")
        now = line.ports()[0]["tx"]
        check(peer, now["packets"] - bench["null"])
