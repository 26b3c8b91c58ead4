#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Open vSwitch with DPDK between two vhost-user ports, where it is the client.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"
program=/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk
need "$program" openvswitch-switch-dpdk

open_vswitch "$program" -- set Open_vSwitch . other_config:dpdk-init=true \
	other_config:pmd-cpu-mask=2 other_config:dpdk-lcore-mask=1 \
	other_config:dpdk-extra='--no-huge --legacy-mem --no-shconf -m 2048 --no-pci'
vsctl add-br br0 -- set bridge br0 datapath_type=netdev fail-mode=secure
for i in 0 1; do
	vsctl add-port br0 "v$i" -- set interface "v$i" type=dpdkvhostuserclient \
		"options:vhost-server-path=$run/v$i.sock"
done
ovs-ofctl add-flow "$run/br0.mgmt" 'in_port=v0 actions=output:v1'

ready() { # memory for frames is made when a port is connected, which takes seconds
	vsctl wait-until interface v0 link_state=up -- wait-until interface v1 link_state=up
}

# All that is under way has room where it arrives: a host that stands still loses none.
more=(--queue-size "${RINGS-1024,256}" --memory 32M)

measure "Open vSwitch $version with DPDK" "vhost-user-listen:$run/v0.sock" \
	"vhost-user-listen:$run/v1.sock" \
	'mode 0 tx; mode 1 rx; wait 0-1 link = up within 60s' \
	'search to 10mpps trial 100ms width 2% ndr pdr'
