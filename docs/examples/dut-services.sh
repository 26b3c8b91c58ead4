#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two services of 10 and 20 Mbit/s, told apart by their VLAN priority, tested by ITU-T
# Y.1564. MODE=meter: Open vSwitch drops what is more, by meters. MODE=htb: Linux lets it
# wait, in HTB classes of a bridge's port. CIR=10000 is the first one's rate in kbit/s, the
# other's is twice that.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"
mode=${MODE-meter} cir=${CIR-10000}
tap t0
tap t1

# Frames have 500 bytes with their FCS: 10 Mbit/s are 2,500 a second.
meters() {
	local prio rate
	need ovs-vswitchd openvswitch-switch
	open_vswitch ovs-vswitchd
	vsctl add-br br0 -- set bridge br0 datapath_type=netdev fail-mode=secure \
		protocols=OpenFlow13 -- add-port br0 t0 -- add-port br0 t1
	for prio in 1 2; do
		rate=$((prio * cir / 4))
		ovs-ofctl -O OpenFlow13 add-meter "$run/br0.mgmt" \
			"meter=$prio pktps burst stats band=type=drop rate=$rate burst_size=25"
		ovs-ofctl -O OpenFlow13 add-flow "$run/br0.mgmt" \
			"in_port=t0,dl_vlan=100,dl_vlan_pcp=$prio actions=meter:$prio,output:t1"
	done
}

# What Linux counts of a frame lacks FCS and tag: stab adds them. The classifier reads the
# priority of the tag (SKF_AD_VLAN_TAG >> 13).
classes() {
	local prio
	ip link add br0 type bridge
	ip link set br0 up
	ip link set t0 master br0
	ip link set t1 master br0
	tc qdisc add dev t1 root handle 1: stab overhead 8 linklayer ethernet htb
	for prio in 1 2; do
		tc class add dev t1 parent 1: classid "1:$prio" \
			htb rate "$((prio * cir))kbit" ceil "$((prio * cir))kbit" burst 5kb cburst 5kb
		tc qdisc add dev t1 parent "1:$prio" pfifo limit 50
		tc filter add dev t1 parent 1: bpf bytecode \
			"5,32 0 0 4294963244,116 0 0 13,21 0 1 $prio,6 0 0 4294967295,6 0 0 0" \
			classid "1:$prio"
	done
}

if [ "$mode" = meter ]; then meters; else classes; fi

measure "two services, $mode" tap:t0 tap:t1 \
	"mode 0 tx; mode 1 rx; stream 0.1 add; size 0 500; vlan 0.0 100 prio 1;
	vlan 0.1 100 prio 2; rate 0.0 ${cir}kbps; rate 0.1 $((cir * 2))kbps" \
	'y1564 configuration settle 200ms; y1564 performance time 30s settle 200ms'

# What the device itself has counted: of meters the frames that came and those dropped, of
# classes the ones sent and dropped.
if [ "$mode" = meter ]; then
	ovs-ofctl -O OpenFlow13 meter-stats "$run/br0.mgmt" |
		grep -oE '(packet_in_count|packet_count):[0-9]+'
else
	tc -s qdisc show dev t1 root | grep -oE '(Sent [0-9]+ bytes [0-9]+ pkt|dropped [0-9]+)'
fi
