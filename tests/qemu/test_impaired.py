# SPDX-License-Identifier: BSD-3-Clause
"""A link that is not perfect, between two namespaces: Linux counts what it lost and doubled
as the link itself does."""
import json
import re

from lab import lab, own_network  # noqa: F401
from test_network import Router, sh, tap

PINGS = 500


def address_of(run, name):
    return json.loads(run("ip -j link show " + name))[0]["address"]


def ping(line, what):
    """What ping got and got twice through it both ways, and what the link counted."""
    line.ask("stop; reset; mode 0 impair 1; mode 1 impair 0; %s; start all; stats clear" % what)
    shown = sh("ping -q -c %d -i 0.002 -W 10 10.0.0.2" % PINGS, check=False)
    got = int(re.search(r"(\d+) received", shown).group(1))
    twice = re.search(r"\+(\d+) duplicates", shown)
    links = [port["impair"] for port in line.ports()]
    return (got, int(twice.group(1)) if twice else 0,
            *(sum(link[key] for link in links) for key in ("lost", "duplicated", "queue_full")))


def test_linux_counts_the_same(own_network, lab, tmp_path):  # noqa: F811
    with Router("uki" + tmp_path.name[-6:]) as far:
        tap("t0", "10.0.0.1/24")
        tap("t1")
        sh("ip link add v type veth peer name w netns " + far.name)
        sh("ip link add b1 type bridge mcast_snooping 0")
        for member in "t1", "v":
            sh("ip link set %s master b1 up" % member)
        sh("ip link set b1 up")
        far("ip addr add 10.0.0.2/24 dev w")
        far("ip link set w up")
        sh("ip neigh replace 10.0.0.2 lladdr %s dev t0" % address_of(far, "w"))
        far("ip neigh replace 10.0.0.1 lladdr %s dev w" % address_of(sh, "t0"))
        with lab.start("a", "--net", "tap:t0", "--net", "tap:t1") as line:
            assert ping(line, "impair all delay 1ms jitter 500us") == (PINGS, 0, 0, 0, 0)
            got, twice, lost, _, full = ping(line, "impair all loss 5%")
            assert got == PINGS - lost < PINGS and (twice, full) == (0, 0)
            got, twice, lost, doubled, full = ping(line, "impair 0 duplicate 10%")
            assert (got, twice, lost, full) == (PINGS, doubled, 0, 0) and doubled > 0
