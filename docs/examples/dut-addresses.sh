#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# RFC 2889 on a Linux bridge of four ports: 8,000 addresses learnt at RATE (5.7, 5.8),
# broadcast frames to the other three ports (5.9), frames that are too long (5.5).
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"
ip link add br0 type bridge
ip link set br0 up
for i in 0 1 2 3; do
	tap "t$i"
	ip link set "t$i" master br0
done
more=(--net tap:t2 --net tap:t3 --mtu 9000 --memory 64M)
addresses=02:00:00:01:00:00-02:00:00:01:1f:3f

# Whose address is not known, a frame floods: what port 1 sends to the 8,000 comes to port 0
# alone if it was learnt, and else to ports 2 and 3, too.
measure "Linux bridge, $(uname -sr)" tap:t0 tap:t1 \
	"mode 0-1 txrx; mode 2-3 rx; signature 0-1 on; set 0 eth.src $addresses;
	set 0 eth.dst 02:00:00:00:00:01; set 1 eth.dst $addresses; rate 0 ${RATE-20kpps};
	rate 1 2kpps" \
	"start 1 count 1; wait 1 idle; start 0 count 8000; wait 0 idle; sleep 300ms; stats clear;
	start 1 count 8000; wait 1 idle; sleep 300ms; echo addresses; stats --json;
	set 0 eth.src auto; set 0 eth.dst ff:ff:ff:ff:ff:ff; rate 0 1kpps; stats clear;
	start 0 count 1000; wait 0 idle; sleep 300ms; echo broadcast; stats --json;
	size 0 1518; set 0 eth.dst 02:00:00:00:00:01; stats clear; start 0 count 500; wait 0 idle;
	sleep 300ms; echo longest; stats --json; size 0 1600; stats clear;
	start 0 count 500; wait 0 idle; sleep 300ms; echo longer; stats --json"
echo "learnt by the bridge: $(bridge fdb show br br0 | grep -c '^02:00:00:01:')"
