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
	  "frames discarded: ring full with onfull drop, or not to reflect")   \
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
	F(host, rx, NULL,                                                      \
	  "frames for its addresses, such as ARP; in no counter of rx")        \
	F(host, tx, NULL,                                                      \
	  "frames of its own, such as answers; in no counter of tx")           \
	F(host, dropped, NULL,                                                 \
	  "frames for its addresses that were wrong, or not answered")

#endif /* STATS_FIELDS_H */
