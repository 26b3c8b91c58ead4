/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turns a received frame round, in place, so that it goes back where it came
 * from: its MAC addresses swapped, its IP addresses behind tags, MPLS and
 * PPPoE, and its ports behind options and extension headers; an echo request
 * becomes its reply. Checksums stay right, or stay wrong. What nobody may
 * answer is not turned: see enum turned.
 */
#ifndef PKTGEN_TURN_H
#define PKTGEN_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/proto.h"

/*
 * What becomes of a frame; those that stay are in the order in which they are
 * looked for, and counted as stats' reflect.* of that name.
 */
enum turned {
	TURNED,
	/* Protocols between neighbours: bridges, ARP, ND, ICMP but an echo. */
	TURN_CONTROL,
	TURN_GROUP,   /* to a group or all, or from one: MAC or IP address */
	TURN_OWN,     /* from a port of ours that reflects */
	TURN_FOREIGN, /* to the MAC address of another station */
	/* Cut short, from or to nobody's address, or SCTP in fragments. */
	TURN_UNFIT,
};

/* The addresses of an appliance's ports that reflect. */
struct turn_own {
	unsigned nb;
	uint8_t mac[CONFIG_APPUKPKTGEN_MAX_PORTS][ETH_ALEN];
};

/* A port that reflects. */
struct turn_port {
	const uint8_t *mac;         /* its own */
	const struct turn_own *own; /* of all that do; NULL: it alone does */
	bool any; /* frames to any station, and to all of them, go back, too */
};

/*
 * The last plain frame that was turned, by the words in which others have to be
 * alike, and what its first 12 bytes become; see engine_reflect.c.
 */
struct turn_known {
	uint64_t macs, head, word, nets, to_macs;
	uint32_t to_head;
	uint32_t len; /* of it; word has what its header says, too */
};

/* Of no frame: the eighth byte is in both of the first words. */
#define TURN_KNOWN_NONE ((struct turn_known){.macs = 0, .head = 0xff})

/* `frame` has `len` bytes, without FCS, in one piece. */
enum turned turn_frame(uint8_t *frame, size_t len, const struct turn_port *p);

#endif /* PKTGEN_TURN_H */
