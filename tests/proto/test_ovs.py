# SPDX-License-Identifier: BSD-3-Clause
"""Open vSwitch takes off tunnels, labels and tags: it counts each frame by what
is inside, and what comes out are the frames that have none."""
import json
import os
import re
import subprocess
import sys

from test_frames import ask

NB = 1000
ADDRESSES = 1000
INNER = 128
PLAIN = "eth/ipv4/udp"

TO = {"options:remote_ip": "198.18.0.1"}
TO6 = {"options:remote_ip": "2001:2::1"}
L3 = {"options:packet_type": "legacy_l3"}

# Name: what the switch has for it, the headers, and fields of the outer ones.
TUNNELS = {
    "vx": ({"type": "vxlan", **TO, "options:key": 1},
           "eth/ipv4/udp/vxlan/", {}),
    "vx6": ({"type": "vxlan", **TO6, "options:key": 2},
            "eth/ipv6/udp/vxlan/", {"vxlan.vni": 2}),
    # Checksums that are there are looked at.
    "gre": ({"type": "gre", **TO, "options:key": 3}, "eth/ipv4/gre/",
            {"gre.key": 3, "gre.c": 1}),
    "gre3": ({"type": "gre", **TO, "options:key": 4, **L3}, "eth/ipv4/gre/",
             {"gre.key": 4, "gre.seq": 9}),
    "gnv": ({"type": "geneve", **TO, "options:key": 5}, "eth/ipv4/udp/geneve/",
            {"geneve.vni": 5, "geneve.options": "0102010101020304"}),
    "gnv6": ({"type": "geneve", **TO6, "options:key": 6},
             "eth/ipv6/udp/geneve/", {"geneve.vni": 6}),
    "gtp": ({"type": "gtpu", **TO, "options:key": 7}, "eth/ipv4/udp/gtpu/",
            {"gtpu.teid": 7}),
}
# Name: what takes them off, the headers, and fields.
TAGS = {
    "dl_vlan=5": ("pop_vlan", "eth/vlan/ipv4/udp",
                              {"vlan.id": 5}),
    "dl_vlan=6": ("pop_vlan,pop_vlan", "eth/svlan/vlan/ipv4/udp",
                  {"svlan.id": 6}),
    "mpls,mpls_label=100": ("pop_mpls:0x0800", "eth/mpls/ipv4/udp",
                            {"mpls.label": 100}),
    "mpls,mpls_label=200": ("pop_mpls:0x8847,pop_mpls:0x0800",
                            "eth/mpls/mpls/ipv4/udp", {"mpls.label": 200}),
}


def frames_of(stack, inner_eth, nth_ip, outer, length):
    """NB frames of that stack, whose inner addresses are ADDRESSES."""
    lines = []
    for i in range(NB):
        fields = {"ipv4.%d.src" % nth_ip: "10.1.%d.%d" % divmod(
            i % ADDRESSES, 250),
                  "udp.%d.src" % stack.split("/").count("udp"): 1000 + i,
                  **outer}
        if inner_eth:
            eth = "eth.%d" % stack.split("/").count("eth")
            fields[eth + ".dst"] = "02:00:00:00:00:22"
        lines.append(" ".join([stack, str(length)] + [
            "%s=%s" % field for field in fields.items()]))
    made = ask(lines)
    assert not any(frame.startswith("error") for frame in made), made[0]
    return made


def length_of(stack, outer, inner):
    """Such that what is inside is as long as the inner frame."""
    words = ["%s=%s" % field for field in outer.items()]
    with_it, without = ask([" ".join([stack, "0"] + words), inner + " 0"])
    return INNER + (len(with_it) - len(without)) // 2


def test_open_vswitch_takes_them_off(tmp_path):
    plain = frames_of(PLAIN, True, 1, {}, INNER)
    flows, frames, expected = [], [], []
    for name, (options, headers, outer) in TUNNELS.items():
        l3 = "eth" not in headers.split("/")[1:] and name in ("gre3", "gtp")
        stack = headers + ("ipv4/udp" if l3 else PLAIN)
        flows.append("in_port=%s,ip,nw_src=10.1.0.0/16 actions=output:out" %
                     name)
        made = frames_of(stack, not l3, stack.split("/").count("ipv4"), outer,
                         length_of(stack, outer, PLAIN))
        frames += [["phy", frame] for frame in made]
        # Without Ethernet inside the switch puts an empty header.
        expected += ["00" * 12 + frame[24:] if l3 else frame
                     for frame in plain]
    for match, (actions, stack, outer) in TAGS.items():
        flows.append("in_port=in,%s actions=%s,output:out" % (match, actions))
        made = frames_of(stack, True, 1, outer,
                         length_of(stack, outer, PLAIN))
        frames += [["in", frame] for frame in made]
        expected += plain
    done = subprocess.run(
        ["unshare", "-n", sys.executable,
         os.path.join(os.path.dirname(os.path.abspath(__file__)), "ovs.py")],
        input=json.dumps({
            "ports": {name: t[0] for name, t in TUNNELS.items()},
            "flows": flows, "frames": frames}),
        text=True, capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [int(re.search(r"n_packets=(\d+)", line).group(1))
            for line in answer["flows"]] == [NB] * len(flows), answer["flows"]
    for at in range(0, len(expected), NB):
        assert answer["out"][at:at + NB] == expected[at:at + NB], frames[at]
