#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Open vSwitch in userspace between two taps, with a meter that lets 20,000 frames a
# second through: a device whose truth is known. RATE=1000 and BURST=50 set another rate,
# and how many frames may come at once.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"
rate=${RATE-20000} burst=${BURST-$((rate / 200))}
need ovs-vswitchd openvswitch-switch
open_vswitch ovs-vswitchd
tap t0
tap t1
vsctl add-br br0 -- set bridge br0 datapath_type=netdev \
	fail-mode=secure protocols=OpenFlow13 -- add-port br0 t0 -- add-port br0 t1
bridge=$run/br0.mgmt
ovs-ofctl -O OpenFlow13 add-meter "$bridge" \
	"meter=1 pktps burst stats band=type=drop rate=$rate burst_size=$burst"
ovs-ofctl -O OpenFlow13 add-flow "$bridge" 'in_port=t0 actions=meter:1,output:t1'

measure "Open vSwitch $version, meter of $rate pps" tap:t0 tap:t1 \
	'mode 0 tx; mode 1 rx' \
	"search from $((rate / 2))pps to $((rate * 5 / 2))pps trial 2s width 1% pdr"

# What the switch itself has counted: frames in, and those that the meter dropped.
ovs-ofctl -O OpenFlow13 meter-stats "$bridge" | grep -oE '(packet_in_count|packet_count):[0-9]+'
