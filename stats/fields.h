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

#define STATS_FIELDS(F)                                                       \
	F(tx, packets, NULL,                                                  \
	  "frames that the device took to send, or mode null in its place")   \
	F(tx, bytes, NULL, "their bytes on layer 2, FCS included")            \
	F(tx, errors, NULL, "frames that the device refused for good")        \
	F(tx, ring_full, NULL, "bursts that found no room in the ring")       \
	F(tx, skipped, NULL,                                                  \
	  "frames given up because sending lagged too far behind the rate")   \
	F(tx, dropped, NULL,                                                  \
	  "frames thrown away, as the ring was full and 'onfull' is drop, "   \
	  "or as they cannot be sent back")                                   \
	F(tx, stalls, NULL,                                                   \
	  "times that frames were due and the device took none for a second") \
	F(tx, lease_ends, NULL,                                               \
	  "times that sending was stopped because nobody renewed the lease")  \
	F(rx, packets, NULL, "frames received")                               \
	F(rx, bytes, NULL, "their bytes on layer 2, FCS included")            \
	F(rx, ignored, NULL,                                                  \
	  "frames that came while the port's mode was not to receive")        \
	F(rx, oversize, NULL,                                                 \
	  "frames longer than the port's MTU allows, a VLAN tag aside; in "   \
	  "no other counter")                                                 \
	F(rx, errors, NULL, "times the device failed to receive")             \
	F(rx, underrun, NULL, "bursts after which receive buffers were short")

#endif /* STATS_FIELDS_H */
