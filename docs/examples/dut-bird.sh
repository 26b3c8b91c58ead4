#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# BIRD as the router: it gives Linux the route to the destinations of the stream, by a
# neighbour that is port 1 of the appliance.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"
PATH=$PATH:/usr/sbin
need bird bird2

for i in 0 1; do
	tap "t$i"
	ip addr add "10.0.$i.1/24" dev "t$i"
done
sysctl -qw net.ipv4.ip_forward=1
cat >"$run/bird.conf" <<'CONF'
router id 10.0.0.1;
protocol device { }
protocol kernel { ipv4 { export all; import none; }; }
protocol static { ipv4; route 198.51.100.0/24 via 10.0.1.2; }
CONF
start bird bird -f -c "$run/bird.conf" -s "$run/bird.ctl" -P "$run/bird.pid"
wait_for "$run/bird.ctl"

# 254 destinations behind the neighbour.
measure "BIRD $(bird --version 2>&1 | sed 's/.* //'), $(uname -sr)" tap:t0 tap:t1 \
	'address 0 10.0.0.2/24 gateway 10.0.0.1; address 1 10.0.1.2/24 gateway 10.0.1.1;
	mode 0 tx; mode 1 rx; src 0 ip 10.0.0.2; dst 0 ip 198.51.100.1-198.51.100.254;
	dst 0 mac via auto; sleep 2s; ping 0 10.0.1.2 count 3 every 100ms' \
	'search to 500kpps trial 100ms width 2% ndr pdr'
