#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A Linux bridge whose one port sends 20 Mbit/s and lets 100 frames of 500 bytes wait: a
# device whose rate and queue are known. MODE is htb or tbf; RATE=5000, in frames a second,
# and QUEUE=100 set others.
# shellcheck source=docs/examples/dut.sh
. "$(dirname "$(readlink -f "$0")")/dut.sh"
mode=${MODE-htb} rate=${RATE-5000} queue=${QUEUE-100}
kbit=$((rate * 4))
tap t0
tap t1
ip link add br0 type bridge
ip link set br0 up
ip link set t0 master br0
ip link set t1 master br0
# What Linux counts of a frame lacks the FCS; stab adds it.
if [ "$mode" = tbf ]; then
	tc qdisc add dev t1 root handle 1: stab overhead 4 linklayer ethernet \
		tbf rate "${kbit}kbit" burst 2kb limit "$((queue * 500))"
else
	tc qdisc add dev t1 root handle 1: stab overhead 4 linklayer ethernet htb default 1
	tc class add dev t1 parent 1: classid 1:1 \
		htb rate "${kbit}kbit" ceil "${kbit}kbit" burst 2kb cburst 2kb
	tc qdisc add dev t1 parent 1:1 pfifo limit "$queue"
fi

# What waits takes 20 ms to leave, and adds to what comes through in a trial.
measure "Linux bridge with $mode of $kbit kbit/s, queue of $queue frames" tap:t0 tap:t1 \
	'mode 0 tx; mode 1 rx; size 500; dst 0 mac 02:00:00:00:00:01' \
	"search from $((rate / 5))pps to $((rate * 2))pps trial 2s settle 200ms width 0.5% pdr;
	rfc2544 back-to-back sizes 500 to $((rate * 10))pps trial 500ms settle 200ms repeat 5 width 1%"

# What the shaper itself has counted: frames that it sent, and those that it dropped.
tc -s qdisc show dev t1 root | grep -oE '(Sent [0-9]+ bytes [0-9]+ pkt|dropped [0-9]+)'
