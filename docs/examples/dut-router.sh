#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Linux routing from one tap to another.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"

for i in 0 1; do
	tap "t$i"
	ip addr add "10.0.$i.1/24" dev "t$i"
done
sysctl -qw net.ipv4.ip_forward=1

# Both ports answer for their addresses, so router and appliance find each other.
measure "Linux router, $(uname -sr)" tap:t0 tap:t1 \
	'address 0 10.0.0.2/24 gateway 10.0.0.1; address 1 10.0.1.2/24 gateway 10.0.1.1;
	mode 0 tx; mode 1 rx; src 0 ip 10.0.0.2; dst 0 ip 10.0.1.2; dst 0 mac via auto;
	sleep 2s; ping 0 10.0.1.2 count 3 every 100ms' \
	'search to 500kpps trial 100ms width 2% ndr pdr'
