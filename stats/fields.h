/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one list of a port's counters. From it come the struct, the columns of
 * the text, the keys of the JSON and the docs; a counter is added here and
 * nowhere else.
 *
 * F(group, name, unit, help): the key is GROUP.NAME in JSON and "GROUP NAME" in
 * text. All count up from boot and never go back. Bytes are those of layer 2,
 * FCS included, as `size` counts them.
 */
#ifndef STATS_FIELDS_H
#define STATS_FIELDS_H

#define STATS_FIELDS(F)                                                        \
	F(tx, packets, NULL,                                                   \
	  "frames handed to the device, or built in mode null")                \
	F(tx, bytes, NULL, "bytes sent on layer 2, FCS included")              \
	F(tx, errors, NULL, "frames rejected by the device")                   \
	F(tx, ring_full, NULL, "bursts that found no room in the ring")        \
	F(tx, skipped, NULL,                                                   \
	  "frames given up because sending fell behind the rate")              \
	F(tx, dropped, NULL,                                                   \
	  "frames discarded as the ring was full, with onfull drop")           \
	F(tx, link_down, NULL, "frames discarded as the link was down")        \
	F(tx, stalls, NULL, "times the device took no frame for a second")     \
	F(tx, lease_ends, NULL,                                                \
	  "times sending was stopped because nobody renewed the lease")        \
	F(rx, packets, NULL, "frames received")                                \
	F(rx, bytes, NULL, "bytes received on layer 2, FCS included")          \
	F(rx, ignored, NULL,                                                   \
	  "frames that arrived while the mode did not receive")                \
	F(rx, oversize, NULL,                                                  \
	  "frames over the MTU, a VLAN tag aside; in no other counter")        \
	F(rx, errors, NULL, "times the device failed to receive")              \
	F(rx, underrun, NULL, "bursts after which receive buffers were short") \
	F(reflect, control, NULL,                                              \
	  "frames not sent back: between neighbours, as ARP, STP, LACP")       \
	F(reflect, multicast, NULL,                                            \
	  "frames not sent back: to or from a group, or to all")               \
	F(reflect, own, NULL,                                                  \
	  "frames not sent back: from a port that reflects as well")           \
	F(reflect, foreign, NULL,                                              \
	  "frames not sent back: to the MAC address of another")               \
	F(reflect, unfit, NULL,                                                \
	  "frames not sent back: cut short, or with no host's address")        \
	F(forward, packets, NULL,                                              \
	  "frames received that the device of the other port took")            \
	F(forward, dropped, NULL,                                              \
	  "frames not forwarded: the other ring was full, with onfull drop")   \
	F(forward, unfit, NULL,                                                \
	  "frames not forwarded: broken, too long for the port, or refused")   \
	F(forward, no_buffer, NULL,                                            \
	  "frames not forwarded: no buffer for one that came in parts")        \
	F(forward, link_down, NULL,                                            \
	  "frames not forwarded: the other port's link was down")              \
	F(forward, stopped, NULL,                                              \
	  "frames not forwarded: the port was stopped, or its mode changed")   \
	F(forward, filtered, NULL,                                             \
	  "frames not forwarded: for their own port, or between bridges")      \
	F(forward, flooded, NULL,                                              \
	  "frames forwarded to all ports, as nobody knows their address")      \
	F(forward, no_route, NULL,                                             \
	  "packets not routed: no link or gateway leads there")                \
	F(forward, unresolved, NULL,                                           \
	  "packets not routed: who is next has not said its MAC address")      \
	F(forward, expired, NULL, "packets not routed: their TTL was 1")       \
	F(forward, copies, NULL, "frames made to be at several ports")         \
	F(impair, lost, NULL, "frames that the link lost, see 'impair'")       \
	F(impair, duplicated, NULL, "frames that the link doubled")            \
	F(impair, reordered, NULL, "frames that overtook those before them")   \
	F(impair, queue_full, NULL,                                            \
	  "frames lost as the link's queue, or its memory, was full")          \
	F(kv, hits, NULL, "keys that were asked for and are there")            \
	F(kv, misses, NULL, "keys that were asked for and are not there")      \
	F(kv, malformed, NULL,                                                 \
	  "frames that are no request, or one that has no answer but ERROR")   \
	F(host, rx, NULL,                                                      \
	  "frames for its addresses, such as ARP; in no counter of rx")        \
	F(host, tx, NULL,                                                      \
	  "frames of its own, such as answers; in no counter of tx")           \
	F(host, dropped, NULL,                                                 \
	  "frames for its addresses that were wrong, or not answered")

#endif /* STATS_FIELDS_H */
