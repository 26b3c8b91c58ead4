#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Open vSwitch in userspace between two taps, with a meter that lets 20,000 frames a
# second through: a device whose truth is known.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"
need ovs-vswitchd openvswitch-switch
open_vswitch ovs-vswitchd
tap t0
tap t1
vsctl add-br br0 -- set bridge br0 datapath_type=netdev \
	fail-mode=secure protocols=OpenFlow13 -- add-port br0 t0 -- add-port br0 t1
bridge=$run/br0.mgmt
ovs-ofctl -O OpenFlow13 add-meter "$bridge" 'meter=1 pktps burst stats band=type=drop rate=20000 burst_size=100'
ovs-ofctl -O OpenFlow13 add-flow "$bridge" 'in_port=t0 actions=meter:1,output:t1'

measure "Open vSwitch $version, meter of 20,000 pps" tap:t0 tap:t1 \
	'mode 0 tx; mode 1 rx' \
	'search from 10kpps to 50kpps trial 2s width 1% pdr'

# What the switch itself has counted: frames in, and those that the meter dropped.
ovs-ofctl -O OpenFlow13 meter-stats "$bridge" | grep -oE '(packet_in_count|packet_count):[0-9]+'
