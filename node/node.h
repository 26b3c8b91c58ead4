/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a port is to its neighbours once it has addresses: it answers ARP,
 * IPv6 neighbour discovery and echo for them, finds out who has others, and
 * asks by echo itself. Nothing is answered for an address that it has not, and
 * nothing at all without one.
 *
 * A node knows neither workers nor commands. Who receives shows it frames by
 * node_take(), who sends takes what it has made from `out`; time is given to
 * it. All it has to say is in a few buffers of its own, which no traffic takes.
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include <stdbool.h>
#include <string.h>

#include "net/port.h"
#include "node/lab.h"

#define NODE_ADDRESSES_MAX 16  /* or ranges of them, that are given */
#define NODE_OWN_MAX 24        /* with those that it has by itself */
#define NODE_NEIGHBOURS_MAX 64 /* that are known at a time */
#define NODE_PINGS_MAX 4       /* at a time */
#define NODE_LATER_MAX 256     /* received, to be answered when there is room */
#define NODE_BUFS_MAX 64       /* frames that wait or that the device has */

/* Answers a second, and at once after a pause. */
#define NODE_ANSWERS_PER_S 100000
#define NODE_ANSWERS_BURST 1024

/* Probes of an address, or of a neighbour: how many, and how far apart. */
#define NODE_TRIES 4
#define NODE_TRY_NS 250000000ull
/* What is known of a neighbour is asked for again when it is older... */
#define NODE_FRESH_NS 10000000000ull
/* ...if anybody wanted to know by then. */
#define NODE_WANTED_NS 5000000000ull

#define NODE_IPV4_AT 12 /* where the four bytes of struct node_ip are */

static inline bool node_same(const struct node_ip *a, const struct node_ip *b)
{
	return !memcmp(a, b, sizeof(*a));
}

struct node_ip node_ipv4(const uint8_t addr[IPV4_ALEN]);

/*
 * As a packet of IPv6 has it. False: it is one that stands for an address of
 * IPv4 (RFC 4291, 2.5.5.2), which no packet may have; then *ip is none.
 */
bool node_ipv6(const uint8_t addr[IPV6_ALEN], struct node_ip *ip);
bool node_is_ipv4(const struct node_ip *ip);
bool node_is_none(const struct node_ip *ip);

/* The addresses of one station: no group, not 0, no broadcast, no loopback. */
bool node_is_station(const struct node_ip *ip);

/* The first and the last of a prefix of `bits` of all 128 that has `ip`. */
void node_prefix(const struct node_ip *ip, unsigned bits, struct node_ip *first,
		 struct node_ip *last);

/* An address, or all from one to another. Those alike are equal bytes. */
struct node_address {
	struct node_ip from, to;
	struct node_ip gateway; /* to what is not on the link; none */
	uint16_t vlan;          /* 0: frames have no tag */
	uint8_t bits;           /* of all 128 that all on the link share */
	uint8_t unused;
};

/* How it came to have one. */
enum node_origin {
	NODE_GIVEN,
	NODE_LEASED,    /* by DHCP */
	NODE_ROUTED,    /* by a router's prefix */
	NODE_LEASED6,   /* by DHCPv6 */
	NODE_AUTOMATIC, /* of the link alone, beside others of IPv6 */
};

enum node_state {
	NODE_TENTATIVE, /* nobody else has it, as far as is known by now */
	NODE_VALID,
	NODE_TAKEN, /* somebody else has it: it is not used */
};

struct node_own {
	struct node_address is;
	enum node_state state;
	enum node_origin origin;
	uint8_t rival[ETH_ALEN]; /* who has it; one that is valid: claimed it */
	uint64_t nb_rivals;      /* times that somebody claimed it since... */
	uint64_t nb_told;        /* ...of which its user was told */
	unsigned left;           /* probes, then announcements, that are due */
	uint64_t due_ns;         /* the next of them; UINT64_MAX: none */
	/* The same of reports of the group that IPv6 asks for it by. */
	unsigned reports;
	uint64_t report_ns;
};

enum neighbour_state {
	NEIGHBOUR_NONE,
	NEIGHBOUR_ASKED,  /* and has not answered yet */
	NEIGHBOUR_KNOWN,  /* its MAC is */
	NEIGHBOUR_SILENT, /* it was asked and did not answer */
};

struct node_neighbour {
	enum neighbour_state state;
	struct node_ip ip;
	uint16_t vlan;
	uint8_t mac[ETH_ALEN]; /* known once, it stays: has_mac */
	bool has_mac;
	bool asking;        /* tries are under way... */
	uint8_t tries;      /* ...of which that many are left */
	uint64_t heard_ns;  /* when it last said what its MAC is */
	uint64_t wanted_ns; /* when somebody last wanted to know */
	uint64_t due_ns;    /* the next try; UINT64_MAX: there is none */
};

#define NODE_PING_SEQS 256 /* whose answers can be told apart */

/* Echoes to one address. Who asks for them owns it. */
struct node_ping {
	struct node_ip to;
	uint64_t count;    /* that are to be sent */
	uint64_t every_ns; /* from one to the next */
	uint16_t size, id; /* bytes behind the ICMP header */
	uint64_t sent, received, doubled, bad;
	uint64_t min_ns, max_ns, sum_ns, last_ns;
	uint64_t due_ns;             /* the next; UINT64_MAX: all are sent */
	uint64_t sent_ns;            /* when the last one was */
	bool silent;                 /* nobody has that address */
	uint64_t at[NODE_PING_SEQS]; /* sent and not answered; 0: none */
};

/* Answers that may be given at once, as time, and up to when. */
struct node_credit {
	uint64_t ns, at_ns;
};

struct node {
	struct port_queue *queue; /* that it sends by */
	/* The next of those that are one router, in a ring; NULL: none is. */
	struct node *router;
	uint8_t mac[ETH_ALEN];
	uint16_t mtu;
	unsigned nb_own, nb_given; /* which are first */
	struct node_own own[NODE_OWN_MAX];
	struct node_neighbour neighbour[NODE_NEIGHBOURS_MAX];
	struct node_ping *ping[NODE_PINGS_MAX];
	uint16_t next_id;
	/* Counts what others may want to know: states, MACs of neighbours. */
	uint64_t changes;
	uint64_t due_ns; /* when node_poll() has something to do */
	struct node_credit answers, refusals;
	/*
	 * By the protocols of IPv4, then of IPv6, modulo 64, and of each for
	 * one station and for a group: which frames it may take.
	 */
	uint64_t wants[2][2];
	struct lab lab;
	uint64_t dropped; /* that it was to answer, or to send, and could not */
	/* Frames that it made, in order, which wait for the device. */
	unsigned nb_out;
	struct uk_netbuf *out[NODE_BUFS_MAX];
	/*
	 * What was shown to it lacked a buffer for its answer; frames that are
	 * kept for that.
	 */
	bool lacks;
	unsigned nb_later;
	struct uk_netbuf *later[NODE_LATER_MAX];
	unsigned nb_free, nb_bufs;
	struct uk_netbuf *free[NODE_BUFS_MAX];
	void *mem;
	struct uk_alloc *heap;
};

/* The queue's port is up; memory from `a`. NULL when there is not enough. */
struct node *node_open(struct port_queue *q, struct uk_alloc *a);

/* Once the device has gone. */
void node_close(struct node *h);

/* ---- Addresses ----------------------------------------------------------- */

/*
 * It has one more from now on, or the same with another VLAN, gateway or
 * prefix; -ENOSPC when it has as many as it can. It is valid once a second has
 * passed and nobody else has it; one of a range at once.
 */
int node_add(struct node *h, const struct node_address *a, uint64_t now_ns);

/* It has no address from `from` to `to` any more: false when it had none. */
bool node_remove(struct node *h, const struct node_ip *from);
void node_remove_all(struct node *h);

/* It has addresses, or anything else to say: frames are to be shown it. */
bool node_is_on(const struct node *h);

/* The one that has `ip`, or whose link it is on; NULL: there is none. */
const struct node_own *node_own_of(const struct node *h,
				   const struct node_ip *ip);
const struct node_own *node_link_of(const struct node *h,
				    const struct node_ip *ip);

/*
 * Where frames to `ip` go: itself or the gateway into *next, and the address
 * that they come from. NULL: no address of its family, or no way to it.
 */
const struct node_own *node_route(const struct node *h,
				  const struct node_ip *ip,
				  struct node_ip *next);

/* Says to all who has its addresses, as when its link has come up. */
void node_announce(struct node *h, uint64_t now_ns);

/* ---- Neighbours ---------------------------------------------------------- */

/*
 * Somebody wants to know the MAC of `ip`, which is on the link of `own`: 1 with
 * it in `mac`, 0 while it is being asked for, -EHOSTUNREACH when it does not
 * answer, with what was known before in `mac`, else zero.
 */
int node_resolve(struct node *h, const struct node_own *own,
		 const struct node_ip *ip, uint8_t mac[ETH_ALEN],
		 uint64_t now_ns);

/* It is asked anew, if it did not answer. */
void node_ask_again(struct node *h, const struct node_own *own,
		    const struct node_ip *ip, uint64_t now_ns);

void node_forget_neighbours(struct node *h);

/* ---- Echo ---------------------------------------------------------------- */

/* Its first is due now. -EBUSY where there are too many at a time. */
int node_ping_begin(struct node *h, struct node_ping *p, uint64_t now_ns);
void node_ping_end(struct node *h, struct node_ping *p);

/* Replies are awaited, so that who receives them should not sleep. */
bool node_awaits(const struct node *h, uint64_t now_ns);

/* ---- Frames -------------------------------------------------------------- */

#define NODE_FRAME_MIN 26 /* a header, maybe with a tag, and 8 bytes */

/* What no node takes: most traffic. `len` without FCS. */
static inline bool node_may_take(const struct node *h, const uint8_t *frame,
				 size_t len)
{
	const uint64_t *wants = &h->wants[0][frame[0] & 1];
	uint16_t type;

	/* Without the padding that some wires want. */
	if (unlikely(len < NODE_FRAME_MIN))
		return false;
	memcpy(&type, frame + 12, sizeof(type));
	if (likely(type == net16(ETH_TYPE_IPV4)))
		return unlikely(wants[0] >> (frame[23] & 63) & 1);
	if (likely(type == net16(ETH_TYPE_IPV6)))
		return wants[2] >> (frame[20] & 63) & 1;
	return type == net16(0x0806) || type == net16(ETH_TYPE_VLAN) ||
	       type == net16(LLDP_TYPE) || type == net16(CFM_TYPE);
}

/*
 * A received frame in one piece: true when it was for the node, whatever came
 * of it, so that it is no traffic; see `lacks`.
 */
bool node_take(struct node *h, const uint8_t *frame, size_t len,
	       uint64_t now_ns);

/* Why a packet does not go on. */
enum node_error {
	NODE_EXPIRED, /* its TTL */
	NODE_NO_ROUTE,
	NODE_NO_HOST, /* it does not say what its MAC address is */
	NODE_TOO_BIG, /* for what is next, whose MTU is told */
};

/*
 * Tells who sent a packet, whose header is sound, by ICMP or ICMPv6, from an
 * address of the port that it came to: as often as it may answer, and nothing
 * where the packet is an error itself.
 */
void node_tell(struct node *h, const uint8_t *frame, size_t len,
	       enum node_error why, unsigned mtu, uint64_t now_ns);
/* A received frame to a group, traffic or not; cut off, where in parts. */
void node_count_group(struct node *h, const uint8_t *frame, size_t len);

/*
 * A received frame that it took, maybe a chain: it is free again, or kept until
 * there is a buffer for its answer. Those that are kept are taken again.
 */
void node_end(struct node *h, struct uk_netbuf *nb);
void node_take_later(struct node *h, uint64_t now_ns);

/* Makes what is due by now. */
void node_make_due(struct node *h, uint64_t now_ns);

static inline void node_poll(struct node *h, uint64_t now_ns)
{
	if (unlikely(now_ns >= h->due_ns))
		node_make_due(h, now_ns);
}

/* The device took the first `n` of `out`; nothing that waits will be sent. */
void node_sent(struct node *h, unsigned n);
void node_drop(struct node *h);

#endif /* NODE_NODE_H */
