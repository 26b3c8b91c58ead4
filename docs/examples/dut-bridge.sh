#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A Linux bridge between two taps.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"

ip link add br0 type bridge
ip link set br0 up
for port in t0 t1; do
	tap "$port"
	ip link set "$port" master br0
done

measure "Linux bridge, $(uname -sr)" tap:t0 tap:t1 \
	'mode 0 tx; mode 1 rx; dst 0 mac 02:00:00:00:00:01' \
	'rfc2544 0 throughput to 300kpps trial 200ms width 2%'
