/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What kinds of frames came, and of what sizes: the groups of etherStats*Pkts
 * of RFC 2819, and one more for longer frames. One list: from it come the
 * counters, the columns of the text and the keys of the JSON.
 *
 * A frame counts once among unicast, multicast and broadcast, once among the
 * sizes, and as what its Ethernet type says: behind VLAN tags, of which it may
 * have four, as both `vlan` and what they lead to.
 */
#ifndef MEASURE_KINDS_H
#define MEASURE_KINDS_H

#include <stdint.h>
#include <uk/netbuf.h>

/* K(name, help); sizes have FCS included */
#define KINDS_FIELDS(K)                                                     \
	K(unicast, "to one station")                                        \
	K(multicast, "to a group, broadcasts aside")                        \
	K(broadcast, "to all stations")                                     \
	K(vlan, "with a VLAN tag, or several")                              \
	K(arp, "ARP")                                                       \
	K(ipv4, "IPv4")                                                     \
	K(ipv6, "IPv6")                                                     \
	K(other, "of another Ethernet type, or with a length in its place") \
	K(size_runt, "shorter than 64 bytes")                               \
	K(size_64, "of 64 bytes")                                           \
	K(size_65_127, "of 65 to 127 bytes")                                \
	K(size_128_255, "of 128 to 255 bytes")                              \
	K(size_256_511, "of 256 to 511 bytes")                              \
	K(size_512_1023, "of 512 to 1,023 bytes")                           \
	K(size_1024_1518, "of 1,024 to 1,518 bytes")                        \
	K(size_above, "longer than 1,518 bytes")                            \
	K(bad_ipv4_checksum, "whose IPv4 header has a wrong checksum")      \
	K(bad_checksum, "whose TCP, UDP or ICMP has a wrong checksum")      \
	K(checked, "signed ones whose payload was compared")                \
	K(corrupted, "of these, ones that have another than was sent")

enum kind {
#define K(name, help) KIND_##name,
	KINDS_FIELDS(K)
#undef K
		KINDS
};

struct kinds {
	uint64_t frames; /* that were looked at */
	uint64_t count[KINDS];
};

/* The first that needs KINDS_CHECKSUMS, that needs KINDS_PAYLOAD. */
#define KINDS_CHECKED KIND_bad_ipv4_checksum
#define KINDS_COMPARED KIND_checked

/* How much is looked at. */
enum kinds_how { KINDS_OFF, KINDS_ON, KINDS_CHECKSUMS, KINDS_PAYLOAD };

/* `n` received frames, chains or not. */
void kinds_see(struct kinds *k, struct uk_netbuf *const pkts[], unsigned n,
	       enum kinds_how how);

#endif /* MEASURE_KINDS_H */
