#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# DPDK's testpmd between two vhost-user ports; MODE is io, mac or macswap.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"
need dpdk-testpmd dpdk-dev
mode=${MODE-io}

start testpmd dpdk-testpmd --no-huge --no-shconf -m 1024 --no-pci -l 0,1 \
	--vdev "net_vhost0,iface=$run/v0.sock" --vdev "net_vhost1,iface=$run/v1.sock" \
	-- "--forward-mode=$mode" --auto-start --stats-period 1 --total-num-mbufs=16384
wait_for "$run/v1.sock"

# All that is under way has room where it arrives: a host that stands still loses none.
more=(--queue-size "${RINGS-1024,256}" --memory 32M)

measure "testpmd, $mode" "vhost-user:$run/v0.sock" "vhost-user:$run/v1.sock" \
	'mode 0 tx; mode 1 rx' \
	'search to 10mpps trial 100ms width 2% ndr pdr'
