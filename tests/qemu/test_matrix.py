# SPDX-License-Identifier: BSD-3-Clause
"""What a port does in a network, by the same list over each back end and ring: one port
asks, the one behind that back end answers, a third takes what is forwarded. By counts."""
import contextlib
import shutil
import socket
import subprocess
import threading

import pytest

from lab import QUEUES, lab, own_network, until  # noqa: F401
from test_network import sh, tap, valid

COUNT = 500
REQUEST = "000100000001000067657420303030300d0a"  # "get 0000" of memcached


def copy(one, other):
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)


def wire(*ends):
    """Two that connect are each other's."""
    one, other = (end.accept()[0] for end in ends)
    threading.Thread(target=copy, args=(one, other), daemon=True).start()
    copy(other, one)


class Pmd:
    """A wire between two ports of vhost-user, which waits for a ring to have room. It
    listens, or is the client of who does."""

    def __init__(self, *paths, client=0):
        ports = [word for i, path in enumerate(paths)
                 for word in ("--vdev", "net_vhost%d,iface=%s,queues=%d,client=%d"
                              % (i, path, QUEUES, client))]
        self.child = subprocess.Popen(
            ["dpdk-testpmd", "--no-huge", "--no-shconf", "-m", "512", "--no-pci", "-l", "0,1",
             *ports, "--", "-i", "--total-num-mbufs=4096", "--rxq=%d" % QUEUES,
             "--txq=%d" % QUEUES],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, text=True)
        self.child.stdin.write("set fwd io retry\nset burst tx delay 100 retry 1000000\nstart\n")
        self.child.stdin.flush()
        until(lambda: client or self.child.poll() is not None
              or all(path.exists() for path in paths))

    def end(self):
        self.child.kill()
        self.child.communicate()


def nets(lab, kind, ends):
    """Two ports with that back end between them; what it is, goes with `ends`."""
    one, other = lab.path / "one", lab.path / "other"
    if kind == "dgram":
        return ["dgram:%s,%s" % (one, other), "dgram:%s,%s" % (other, one)]
    if kind == "stream":
        listen = [socket.socket(socket.AF_UNIX) for _ in range(2)]
        for end, path in zip(listen, (one, other)):
            end.bind(str(path))
            end.listen()
        threading.Thread(target=wire, args=listen, daemon=True).start()
        return ["stream:%s" % one, "stream:%s" % other]
    if kind == "vhost":
        ends.callback(Pmd(one, other).end)
        return ["vhost-user:%s" % one, "vhost-user:%s" % other]
    if kind == "vhost-listen":
        ends.callback(Pmd(one, other, client=1).end)
        return ["vhost-user-listen:%s" % one, "vhost-user-listen:%s" % other]
    if kind == "tap":
        sh("ip link add b0 type bridge mcast_snooping 0")
        sh("sysctl -qw net.ipv6.conf.b0.disable_ipv6=1")
        for name in "t0", "t1":
            tap(name)
            sh("sysctl -qw net.ipv6.conf.%s.disable_ipv6=1" % name)
            sh("ip link set %s master b0" % name)
        sh("ip link set b0 up")
        return ["tap:t0", "tap:t1"]
    return ["loop"]


def run(line, mode):
    """Port 0 sends; returns what was counted, once port 1 has all of it."""
    line.ask("stop; mode 1 %s; stats clear; start 1; start 0 count %d; wait 0 idle within 60s; "
             "wait 1 rx.packets = %d within 60s" % (mode, COUNT, COUNT))
    return line.ports()


@pytest.mark.parametrize("layout", [(), ("--packed",)], ids=["split", "packed"])
@pytest.mark.parametrize("kind", ["loop", "dgram", "stream", "tap", "vhost", "vhost-listen"])
def test_a_network_by_each_back_end(own_network, lab, kind, layout):
    if "vhost" in kind and not shutil.which("dpdk-testpmd"):
        pytest.skip("dpdk-testpmd")
    with contextlib.ExitStack() as ends:
        options = [word for net in [*nets(lab, kind, ends), "null"] for word in ("--net", net)]
        with lab.start("a", *options, *layout) as line:
            in_a_network(line)


def in_a_network(line):
    line.ask("address 0 10.0.0.1/24; address 1 10.0.0.2/24; mode 0 txrx; mode 1 rx")
    valid(line, 2)
    ping = line.json("ping 0 10.0.0.2 count 20 every 5ms --json")
    assert (ping["sent"], ping["received"]) == (20, 20)
    mac = line.json("port --json")["ports"][1]["mac"]
    assert mac in "\n".join(line.ask("neighbour 0"))
    line.ask("dst 0 mac %s; src 0 ip 10.0.0.1; dst 0 ip 10.0.0.2; rate 0 5kpps" % mac)

    assert run(line, "reflect")[1]["tx"]["packets"] == COUNT
    line.ask("wait 0 rx.packets = %d within 60s" % COUNT)

    line.ask("kv keys 1000 value-size 2; set 0 udp.dst 11211; payload 0 hex " + REQUEST)
    ports = run(line, "kv")
    assert ports[1]["kv"]["hits"] + ports[1]["kv"]["misses"] == COUNT
    line.ask("wait 0 rx.packets = %d within 60s" % COUNT)

    ports = run(line, "forward 2")
    assert ports[1]["forward"]["packets"] == ports[2]["tx"]["packets"] == COUNT

    line.ask("impair 1 loss 10% duplicate 5% delay 200us")
    run(line, "impair 2")
    line.ask("sleep 10ms; stop")
    ports = line.ports()
    link, forwarded = ports[1]["impair"], ports[1]["forward"]["packets"]
    assert forwarded == ports[2]["tx"]["packets"]
    assert forwarded == COUNT - link["lost"] + link["duplicated"]
    assert link["lost"] > 0 and link["duplicated"] > 0


def test_a_switch_that_is_the_client(own_network, lab):
    """It goes and comes back, and is let in again."""
    if not shutil.which("dpdk-testpmd"):
        pytest.skip("dpdk-testpmd")
    one, other = lab.path / "one", lab.path / "other"
    switch = Pmd(one, other, client=1)
    try:
        with lab.start("a", "--net", "vhost-user-listen:%s" % one,
                       "--net", "vhost-user-listen:%s" % other) as line:
            line.ask("mode 0 tx; mode 1 rx; rate 0 5kpps")
            for _ in range(2):
                line.ask("wait link = up within 60s; stats clear; start 0; "
                         "wait 1 rx.packets > 100 within 60s")
                switch.end()
                line.ask("wait link = down within 60s; wait 0 tx.link_down > 100 within 60s; stop 0")
                switch = Pmd(one, other, client=1)
            line.ask("wait link = up within 60s; start 0; wait 1 rx.packets > 1000 within 60s")
    finally:
        switch.end()
