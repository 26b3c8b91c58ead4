# SPDX-License-Identifier: BSD-3-Clause
"""ovs.py: gives frames to Open vSwitch, and says what comes out of it.

Run by `unshare -n`, so that it has a network of its own: standard input has
{"ports": {NAME: {OPTION: VALUE}}, "flows": [FLOW], "frames": [[PORT, HEX]]} in
JSON, where "phy" is the network that tunnels go over and "in" the port of what
has none. Standard output has {"out": [HEX], "flows": [LINE]}. The switch is
that of userspace: no module of the kernel is needed."""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
ALL_TYPES = 3
BATCH = 50
WAIT_S = 3


def run(*command):
    return subprocess.run(command, check=True, text=True,
                          capture_output=True).stdout


class Switch:
    def __init__(self, folder):
        self.folder = folder
        os.environ.update(OVS_RUNDIR=folder, OVS_LOGDIR=folder,
                          OVS_DBDIR=folder)
        self.children = []
        run("ovsdb-tool", "create", folder + "/conf.db", SCHEMA)
        self.start("ovsdb-server", folder + "/conf.db",
                   "--remote=punix:%s/db.sock" % folder)
        self.wait_for("db.sock")
        self.set("--no-wait", "init")
        self.start("ovs-vswitchd", "unix:%s/db.sock" % folder)
        self.set("set", "Open_vSwitch", ".", "other_config:vlan-limit=2")

    def start(self, name, *args):
        log = open("%s/%s.log" % (self.folder, name), "w", encoding="utf-8")
        self.children.append(subprocess.Popen(
            [name, *args, "--pidfile=%s/%s.pid" % (self.folder, name),
             "--unixctl=%s/%s.ctl" % (self.folder, name)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def wait_for(self, name):
        for _ in range(100):
            if os.path.exists(os.path.join(self.folder, name)):
                return
            time.sleep(0.1)
        raise TimeoutError(name)

    def set(self, *args):
        return run("ovs-vsctl", "--timeout=20",
                   "--db=unix:%s/db.sock" % self.folder, *args)

    def flows(self, command, *args):
        return run("ovs-ofctl", command, self.folder + "/inner.mgmt", *args)

    def stop(self):
        for child in reversed(self.children):
            child.terminate()
            child.wait(timeout=20)


def cable(name):
    """A port of the switch, and a socket on the cable's other end."""
    end = name + "-end"
    run("ip", "link", "add", name, "type", "veth", "peer", "name", end)
    for link in (name, end):
        with open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % link, "w",
                  encoding="utf-8") as off:
            off.write("1")
        run("ip", "link", "set", link, "mtu", "2000", "up")
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ALL_TYPES))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    wire.bind((end, 0))
    return wire


def build(switch, ports):
    switch.set("add-br", "outer", "--", "set", "bridge", "outer",
               "datapath_type=netdev",
               "other_config:hwaddr=02:00:00:00:00:02",
               "--", "add-port", "outer", "phy")
    switch.set("add-br", "inner", "--", "set", "bridge", "inner",
               "datapath_type=netdev", "fail_mode=secure", "--", "add-port",
               "inner", "in", "--", "add-port", "inner", "out")
    run("ip", "addr", "add", "198.18.0.2/24", "dev", "outer")
    run("ip", "addr", "add", "2001:2::2/64", "dev", "outer", "nodad")
    run("ip", "link", "set", "outer", "up")
    for name, options in ports.items():
        switch.set("add-port", "inner", name, "--", "set", "interface", name,
                   *("%s=%s" % option for option in options.items()))


def pass_through(wires, frames):
    """What comes out, in batches that no buffer is too small for."""
    out = []
    for at in range(0, len(frames), BATCH):
        batch = frames[at:at + BATCH]
        for port, frame in batch:
            wires[port].send(bytes.fromhex(frame))
        end = time.monotonic() + WAIT_S
        got = 0
        while got < len(batch) and time.monotonic() < end:
            wires["out"].settimeout(max(0.01, end - time.monotonic()))
            try:
                frame, address = wires["out"].recvfrom(4096)
            except TimeoutError:
                break
            if address[2] != socket.PACKET_OUTGOING:
                out.append(frame.hex())
                got += 1
    return out


def main():
    asked = json.load(sys.stdin)
    folder = tempfile.mkdtemp(prefix="ovs-")
    run("ip", "link", "set", "lo", "up")
    switch = Switch(folder)
    try:
        wires = {name: cable(name) for name in ("phy", "in", "out")}
        build(switch, asked["ports"])
        for flow in asked["flows"]:
            switch.flows("add-flow", flow)
        out = pass_through(wires, asked["frames"])
        # Counts come to the flows with a delay.
        time.sleep(1.5)
        json.dump({"out": out, "flows": switch.flows(
            "dump-flows", "--no-names").splitlines()[1:]}, sys.stdout)
    finally:
        switch.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
