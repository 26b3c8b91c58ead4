# SPDX-License-Identifier: BSD-3-Clause
"""What a port says in a lab, judged by those whom it is said to: a bridge of Linux that
snoops, lldpd, dnsmasq, kea, radvd, tshark, Linux's sockets. One boot for all."""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

from lab import PATIENCE, lab, own_network  # noqa: F401
from test_network import sh, tap, valid

GROUP, GROUP6 = "239.1.1.1", "ff3e::1"


def until(what, *args):
    """The first that is true of what a function finds."""
    end = time.monotonic() + PATIENCE
    while True:
        found = what(*args)
        if found:
            return found
        assert time.monotonic() < end, what
        time.sleep(0.05)


def listens(port, table="udp"):
    with open("/proc/self/net/" + table) as sockets:
        return ":%04X " % port in sockets.read()


def groups():
    listed = json.loads(sh("bridge -j mdb show"))[0]["mdb"]
    # Beside those by which its addresses of IPv6 are asked for.
    return {m["grp"] for m in listed
            if m["port"] == "t0" and not m["grp"].startswith("ff02::1:ff")}


def sent(name):
    return json.loads(sh("ip -j -s link show " + name))[0]["stats64"]["tx"]["packets"]


def send_group(family, group, count):
    with socket.socket(family, socket.SOCK_DGRAM) as out:
        if family == socket.AF_INET:
            out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                           socket.inet_aton("10.0.0.1"))
        else:
            out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF,
                           socket.if_nametoindex("b0"))
        for _ in range(count):
            out.sendto(b"x" * 30, (group, 5000))


def refused(family, kind, address):
    with socket.socket(family, kind) as asked:
        asked.settimeout(PATIENCE)
        with pytest.raises(ConnectionRefusedError):
            asked.connect((address, 9))
            asked.send(b"x")
            asked.recv(1)


def check_groups(line):
    for group in (GROUP, GROUP6):
        line.ask("join 0 " + group)
    until(lambda: groups() == {GROUP, GROUP6})
    before = sent("t1")
    send_group(socket.AF_INET, GROUP, 100)
    send_group(socket.AF_INET6, GROUP6, 50)
    until(lambda: [g["frames"] for g in line.json("join --json")["groups"]] == [100, 50])
    assert sent("t1") - before < 50, "what was not joined there"
    line.ask("join 0 off")
    until(lambda: not groups())


def check_learnt(line):
    line.ask("src 0 mac 02:00:00:00:10:00-02:00:00:00:13:e7")
    assert line.json("learn 0 count 1 --json")["learn"] == 1001
    until(lambda: sh("bridge fdb show br b0").count("dev t0") >= 1001)
    line.ask("dst 0 mac 02:00:00:00:40:00-02:00:00:00:40:63")
    line.ask("learn 1 for 0 count 1")
    until(lambda: sh("bridge fdb show br b0").count("dev t1") >= 101)


def check_lldp(line, path):
    """lldpd's daemon and tool meet in a folder that each of its users may enter."""
    ask = "lldpcli -u %s/sock " % path
    with subprocess.Popen(["lldpd", "-d", "-u", path + "/sock", "-I", "t0", "-S", "switch"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        try:
            line.ask("lldp 0 on")
            until(lambda: "ukpktgen" in sh(ask + "show neighbors", check=False))
            shown = sh(ask + "show neighbors")
            mac = line.json("port --json")["ports"][0]["mac"]
            for text in ("mac " + mac, "ifname port0", "Station, on", "TTL:          121"):
                assert text in shown, shown
            sh(ask + "update")
            heard = until(lambda: line.json("lldp --json")["neighbours"])
            host = json.loads(sh("ip -j link show t0"))[0]["address"]
            assert (heard[0]["at"], heard[0]["ttl"]) == (host, 120)
            line.ask("lldp 0 off")
            until(lambda: "ukpktgen" not in sh(ask + "show neighbors"))
        finally:
            daemon.terminate()


DNSMASQ = ["dnsmasq", "-d", "--conf-file=/dev/null", "-p", "0", "-i", "b0", "--bind-interfaces",
           "--user=root"]
RADVD = """interface b0 { AdvSendAdvert on; AdvManagedFlag on; MinRtrAdvInterval 3;
    MaxRtrAdvInterval 4; AdvDefaultLifetime 1800;
    prefix 2001:db8::/64 { AdvOnLink on; AdvAutonomous on; }; };"""


def kea(path, version, pool, subnet, **options):
    """Its command; leases go to a file below the path."""
    kind, name = "Dhcp%d" % version, "kea-dhcp%d" % version
    subnet = {"subnet": subnet, "pools": [{"pool": pool}], **options}
    # It would write its own into a folder that its package may lack.
    known = {"server-id": {"type": "EN", "enterprise-id": 2495, "identifier": "0102030405060708",
                           "persist": False}} if version == 6 else {}
    with open("%s/%s" % (path, name), "w") as file:
        json.dump({kind: {
            **known,
            "interfaces-config": {"interfaces": ["b0"]}, "valid-lifetime": 3600,
            "lease-database": {"type": "memfile", "name": "%s/%s.csv" % (path, name)},
            "subnet%d" % version: [subnet]}}, file)
    return [name, "-c", file.name]


@contextlib.contextmanager
def run(path, *commands):
    """Daemons that stay in front."""
    env = dict(os.environ, KEA_PIDFILE_DIR=path, KEA_LOCKFILE_DIR=path)
    with contextlib.ExitStack() as ends:
        for command in commands:
            child = ends.enter_context(subprocess.Popen(
                command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            ends.callback(child.terminate)
        yield


def text_of(name):
    with open(name) as file:
        return file.read()


def is_returned(name, address):
    """dnsmasq takes it out; kea's last row of it says that it is valid for no time."""
    rows = [row for row in text_of(name).splitlines() if address in row]
    return not rows or (name.endswith(".csv") and "0" in rows[-1].split(",")[2:4])


def lease_of(line, path):
    """By both kinds of servers: who they are, and where they write leases down."""
    check_lease(line, path, path + "/leases",
                [*DNSMASQ, "--dhcp-range=10.0.0.50,10.0.0.60,1h", "--no-ping",
                 "--dhcp-leasefile=%s/leases" % path, "--pid-file=%s/pid" % path])
    check_auto(line, path, path + "/leases6",
               [*DNSMASQ, "--enable-ra", "--dhcp-range=2001:db8::50,2001:db8::60,slaac,64,1h",
                "--dhcp-leasefile=%s/leases6" % path, "--pid-file=%s/pid6" % path])


def lease_of_kea(line, path):
    check_lease(line, path, path + "/kea-dhcp4.csv",
                kea(path, 4, "10.0.0.70 - 10.0.0.79", "10.0.0.0/24",
                    **{"option-data": [{"name": "routers", "data": "10.0.0.1"}]}))
    with open(path + "/radvd.conf", "w") as file:
        file.write(RADVD)
    check_auto(line, path, path + "/kea-dhcp6.csv",
               kea(path, 6, "2001:db8::70 - 2001:db8::79", "2001:db8::/64", interface="b0"),
               ["radvd", "-n", "-u", "root", "-C", path + "/radvd.conf", "-p", path + "/radvd"])


def check_lease(line, path, leases, *servers):
    with run(path, *servers):
        until(listens, 67)
        line.ask("address 1 dhcp")
        own = until(lambda: [a for a in line.json("address 1 --json")["addresses"]
                             if a["state"] == "valid"])[0]
        assert own["gateway"] == "10.0.0.1" and own["address"].endswith("/24")
        until(lambda: own["address"][:-3] in text_of(leases))
        assert line.json("ping 1 10.0.0.1 count 3 every 1ms --json")["received"] == 3
        line.ask("address 1 off")
        until(lambda: is_returned(leases, own["address"][:-3]))


def check_auto(line, path, leases, *servers):
    """One address by the router's prefix, one by the server that it speaks of, a way out."""
    with run(path, *servers):
        until(listens, 547, "udp6")
        line.ask("address 1 auto")

        def valid_ones():
            return [a for a in line.json("address 1 --json")["addresses"]
                    if a["state"] == "valid" and not a["address"].startswith("fe80")]
        until(lambda: len(valid_ones()) == 2)
        leased, own = sorted(valid_ones(), key=lambda a: len(a["address"]))
        mac = line.json("port --json")["ports"][1]["mac"].split(":")
        assert own["address"].endswith("ff:fe%s:%x/64" % (mac[3], int(mac[4] + mac[5], 16)))
        # The server writes it down behind its answer.
        until(lambda: leased["address"].split("/")[0] in text_of(leases))
        link = json.loads(sh("ip -j addr show b0"))[0]["addr_info"]
        router = next(a["local"] for a in link if a["scope"] == "link")
        assert own["gateway"] == leased["gateway"] == router
        line.ask("ping 1 2001:db8::1 count 3 every 1ms")
        # By way of the router, to what is not here.
        line.ask("headers 1 eth/ipv6/udp size 128; set 1 ipv6.dst 2001:db8:ffff::1; "
                 "dst 1 mac via auto; mode 1 tx; start 1 count 10; wait 1 idle within 60s")
        host = json.loads(sh("ip -j link show b0"))[0]["address"]
        assert host in "".join(line.ask("show frame 1 1 --json"))
        line.ask("mode 1 rx; address 1 off")
        until(lambda: is_returned(leases, leased["address"].split("/")[0]))


def check_maintenance(line, path):
    mac = bytes.fromhex(line.json("port --json")["ports"][0]["mac"].replace(":", ""))
    here, level5 = b"\x02\0\0\0\0\x99", b"\x01\x80\xc2\0\0\x35"
    asked = ((b"\xa0\x03\0\x04\0\0\0\x09\x03\0\x05abcde\0", b""),
             (b"\xa1\x2f\0\x20" + bytes(range(8)) + bytes(25), b""),
             (b"\xa0\x37\0\x10\0\x05\0\0" + bytes(12) + b"\0", b"\x81\0\xc0\x05"))
    line.ask("cfm 0 on level 5 mep 7")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as wire, \
            open(path + "/cfm.pcap", "wb") as capture:
        wire.bind(("t0", 0))
        wire.settimeout(PATIENCE)
        capture.write(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
        for to in (mac, level5):
            for body, tag in asked:
                wire.send(to + here + tag + b"\x89\x02" + body)
        answers = []
        while len(answers) < 6:
            frame = wire.recv(2048)
            if frame[:6] == here:
                answers.append(frame)
                size = len(frame).to_bytes(4, "little")
                capture.write(bytes(8) + size + size + frame)
    shown = sh("tshark -r %s/cfm.pcap -T fields -e cfm.opcode -e _ws.malformed" % path)
    rows = [row.split("\t") for row in shown.splitlines() if row[:1].isdigit()]
    assert rows == [[kind, ""] for kind in ("2", "46", "54")] * 2, shown


def test_who_is_told_says_what_he_heard(own_network, lab):  # noqa: F811
    sh("ip link add b0 type bridge mcast_snooping 1 mcast_last_member_interval 20"
       " mcast_query_response_interval 20")
    # It floods for that interval from here on.
    sh("ip link set b0 type bridge mcast_querier 1")
    sh("ip link set b0 up")
    sh("ip addr add 10.0.0.1/24 dev b0")
    sh("ip addr add 2001:db8::1/64 dev b0 nodad")
    for name in ("t0", "t1"):
        tap(name)
        sh("ip link set %s master b0" % name)
    path = tempfile.mkdtemp()
    os.chmod(path, 0o755)
    try:
        with lab.start("a", "--net", "tap:t0", "--net", "tap:t1") as line:
            # The first echo waits for the check of its address.
            line.ask("address 0 10.0.0.2/24; address 0 2001:db8::2/64")
            assert line.json("ping 10.0.0.1 count 2 every 1ms --json")["received"] == 2
            valid(line, 3)
            info = json.loads(sh("ip -j addr show b0"))[0]["addr_info"]
            link = [a["local"] for a in info if a["scope"] == "link"][0]
            assert line.json("ping 0 %s count 2 every 1ms --json" % link)["received"] == 2
            line.ask("refuse 0 on")
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                refused(socket.AF_INET, kind, "10.0.0.2")
                refused(socket.AF_INET6, kind, "2001:db8::2")
            check_groups(line)
            check_learnt(line)
            if shutil.which("dnsmasq"):
                lease_of(line, path)
            if all(map(shutil.which, ("kea-dhcp4", "kea-dhcp6", "radvd"))):
                lease_of_kea(line, path)
            sh("ip link set t0 nomaster")
            if shutil.which("tshark"):
                check_maintenance(line, path)
            if shutil.which("lldpd"):
                check_lldp(line, path)
    finally:
        shutil.rmtree(path)
