# SPDX-License-Identifier: BSD-3-Clause
"""kernel.py: gives frames to Linux, and says what it makes of them.

Run by `unshare -n`: standard input has [HEX] in JSON, frames for the host
198.18.0.2 and 2001:2::2, which is a router of segments, too. Standard output
has {"out": [HEX]}, what it forwards or answers, {"datagrams": N}, what its UDP
port 5001 gets, and {"counters": {NAME: N}}."""
import json
import socket
import subprocess
import sys
import time

MAC = "02:00:00:00:00:%02x"
BATCH = 50
QUIET_S = 0.3


def run(command):
    subprocess.run(command.split(), check=True, capture_output=True)


def setting(name, value):
    with open("/proc/sys/net/" + name, "w", encoding="utf-8") as out:
        out.write(value)


def cable(name, mac):
    run("ip link add %s type veth peer name %s-end" % (name, name))
    setting("ipv6/conf/%s-end/disable_ipv6" % name, "1")
    setting("ipv6/conf/%s/seg6_enabled" % name, "1")
    setting("ipv6/conf/%s/router_solicitations" % name, "0")
    run("ip link set %s address %s mtu 2000" % (name, mac))
    for link in (name, name + "-end"):
        run("ip link set %s mtu 2000 up" % link)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    wire.bind((name + "-end", 0))
    wire.setblocking(False)
    return wire


def build():
    run("ip link set lo up")
    setting("ipv6/conf/all/seg6_enabled", "1")
    setting("ipv6/conf/all/forwarding", "1")
    wires = [cable("in", MAC % 2), cable("on", MAC % 3)]
    for command in (
            "addr add 198.18.0.2/24 dev in", "addr add 2001:2::2/64 dev in nodad",
            "neigh add 198.18.0.1 lladdr %s dev in" % (MAC % 1),
            "-6 neigh add 2001:2::1 lladdr %s dev in" % (MAC % 1),
            "addr add 2001:3::2/64 dev on nodad",
            "-6 neigh add 2001:3::1 lladdr %s dev on" % (MAC % 4),
            # Segments: on the way, and the last, which takes them off.
            "-6 route add 2001:5::1/128 encap seg6local action End dev in",
            "-6 route add 2001:5::2/128 encap seg6local action End dev in",
            "-6 route add 2001:5::6/128 encap seg6local action End.DX6 "
            "nh6 2001:3::1 dev on"):
        run("ip " + command)
    return wires


def received(wire):
    """All that waits there and came from the kernel, not from here; without
    what it says to all of its own accord."""
    out = []
    while True:
        try:
            frame, address = wire.recvfrom(4096)
        except BlockingIOError:
            return out
        if address[2] != socket.PACKET_OUTGOING and frame[:2] != b"\x33\x33":
            out.append(frame.hex())


def drained(udp):
    n = 0
    while True:
        try:
            udp.recv(4096)
            n += 1
        except BlockingIOError:
            return n


def main():
    frames = json.load(sys.stdin)
    wires = build()
    # Both versions, and checksums of 0 alone are not looked at.
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    udp.bind(("::", 5001))
    udp.setblocking(False)
    out, datagrams = [], 0
    for at in range(0, len(frames), BATCH):
        for frame in frames[at:at + BATCH]:
            wires[0].send(bytes.fromhex(frame))
        time.sleep(0.02)
        out += received(wires[0]) + received(wires[1])
        datagrams += drained(udp)
    time.sleep(QUIET_S)
    out += received(wires[0]) + received(wires[1])
    datagrams += drained(udp)
    nstat = json.loads(subprocess.run(
        ["nstat", "-a", "-z", "-j"], check=True, text=True,
        capture_output=True).stdout)["kernel"]
    json.dump({"out": out, "datagrams": datagrams, "counters": nstat},
              sys.stdout)


if __name__ == "__main__":
    main()
