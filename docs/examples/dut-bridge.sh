#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A Linux bridge between two taps.
. "$(dirname "$(readlink -f "$0")")/dut.sh"

ip link add br0 type bridge
ip link set br0 up
for port in t0 t1; do
	tap "$port"
	ip link set "$port" master br0
done

# Port 1 says once where it is, so that the bridge has learnt it and floods nothing.
measure "Linux bridge, $(uname -sr)" tap:t0 tap:t1 \
	'dst 1 mac 02:00:00:00:00:00; mode 1 txrx; start 1 count 1; wait 1 idle; mode 1 rx;
	mode 0 tx; dst 0 mac 02:00:00:00:00:01' \
	'search to 500kpps trial 100ms width 2% ndr pdr'
