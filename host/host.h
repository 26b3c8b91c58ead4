/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a port is to its neighbours once it has addresses: it answers ARP,
 * IPv6 neighbour discovery and echo for them, finds out who has others, and
 * asks by echo itself. Nothing is answered for an address that it has not, and
 * nothing at all without one.
 *
 * A host knows neither workers nor commands. Who receives shows it frames by
 * host_take(), who sends takes what it has made from `out`; time is given to
 * it. All it has to say is in a few buffers of its own, which no traffic takes.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <string.h>

#include "net/port.h"

#define HOST_ADDRESSES_MAX 16  /* or ranges of them */
#define HOST_NEIGHBOURS_MAX 64 /* that are known at a time */
#define HOST_PINGS_MAX 4       /* at a time */
#define HOST_BUFS_MAX 64       /* frames that wait or that the device has */

/* Answers a second, and at once after a pause. */
#define HOST_ANSWERS_PER_S 100000
#define HOST_ANSWERS_BURST 1024

/* Probes of an address, or of a neighbour: how many, and how far apart. */
#define HOST_TRIES 4
#define HOST_TRY_NS 250000000ull
/* What is known of a neighbour is asked for again when it is older... */
#define HOST_FRESH_NS 10000000000ull
/* ...if anybody wanted to know by then. */
#define HOST_WANTED_NS 5000000000ull

/* Of IPv4 it is ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2). All 0: none. */
struct host_ip {
	uint8_t b[IPV6_ALEN];
};

#define HOST_IPV4_AT 12 /* where its four bytes are */

static inline bool host_same(const struct host_ip *a, const struct host_ip *b)
{
	return !memcmp(a, b, sizeof(*a));
}

struct host_ip host_ipv4(const uint8_t addr[IPV4_ALEN]);
bool host_is_ipv4(const struct host_ip *ip);
bool host_is_none(const struct host_ip *ip);

/* The addresses of one station: no group, not 0, no broadcast, no loopback. */
bool host_is_station(const struct host_ip *ip);

/* The first and the last of a prefix of `bits` of all 128 that has `ip`. */
void host_prefix(const struct host_ip *ip, unsigned bits, struct host_ip *first,
		 struct host_ip *last);

/* An address, or all from one to another. Two that are alike are equal bytes.
 */
struct host_address {
	struct host_ip from, to;
	struct host_ip gateway; /* to what is not on the link; none */
	uint16_t vlan;          /* 0: frames have no tag */
	uint8_t bits;           /* of all 128 that all on the link share */
	uint8_t unused;
};

enum host_state {
	HOST_TENTATIVE, /* nobody else has it, as far as is known by now */
	HOST_VALID,
	HOST_TAKEN, /* somebody else has it: it is not used */
};

struct host_own {
	struct host_address is;
	enum host_state state;
	uint8_t rival[ETH_ALEN]; /* who has it; one that is valid: claimed it */
	uint64_t nb_rivals;      /* times that somebody claimed it since... */
	uint64_t nb_told;        /* ...of which its user was told */
	unsigned left;           /* probes, then announcements, that are due */
	uint64_t due_ns;         /* the next of them; UINT64_MAX: none */
};

enum neighbour_state {
	NEIGHBOUR_NONE,
	NEIGHBOUR_ASKED,  /* and has not answered yet */
	NEIGHBOUR_KNOWN,  /* its MAC is */
	NEIGHBOUR_SILENT, /* it was asked and did not answer */
};

struct host_neighbour {
	enum neighbour_state state;
	struct host_ip ip;
	uint16_t vlan;
	uint8_t mac[ETH_ALEN]; /* known once, it stays: has_mac */
	bool has_mac;
	bool asking;        /* tries are under way... */
	uint8_t tries;      /* ...of which so many are left */
	uint64_t heard_ns;  /* when it last said what its MAC is */
	uint64_t wanted_ns; /* when somebody last wanted to know */
	uint64_t due_ns;    /* the next try; UINT64_MAX: there is none */
};

#define HOST_PING_SEQS 256 /* whose answers can be told apart */

/* Echoes to one address. Who asks for them owns it. */
struct host_ping {
	struct host_ip to;
	uint64_t count;    /* that are to be sent */
	uint64_t every_ns; /* from one to the next */
	uint16_t size, id; /* bytes behind the ICMP header */
	uint64_t sent, received, doubled, bad;
	uint64_t min_ns, max_ns, sum_ns, last_ns;
	uint64_t due_ns;             /* the next; UINT64_MAX: all are sent */
	uint64_t sent_ns;            /* when the last one was */
	bool silent;                 /* nobody has that address */
	uint64_t at[HOST_PING_SEQS]; /* sent and not answered; 0: none */
};

struct host {
	struct port_queue *queue; /* that it sends by */
	uint8_t mac[ETH_ALEN];
	uint16_t mtu;
	unsigned nb_own;
	struct host_own own[HOST_ADDRESSES_MAX];
	struct host_neighbour neighbour[HOST_NEIGHBOURS_MAX];
	struct host_ping *ping[HOST_PINGS_MAX];
	uint16_t next_id;
	/* Counts what others may want to know: states, and MACs of neighbours.
	 */
	uint64_t changes;
	uint64_t due_ns; /* when host_poll() has something to do */
	/* Answers that may be given at once, as time, and up to when. */
	uint64_t credit_ns, credit_at_ns;
	uint64_t dropped; /* that it was to answer, or to send, and could not */
	/* Frames that it made, in order, which wait for the device. */
	unsigned nb_out;
	struct uk_netbuf *out[HOST_BUFS_MAX];
	unsigned nb_free, nb_bufs;
	struct uk_netbuf *free[HOST_BUFS_MAX];
	void *mem;
	struct uk_alloc *heap;
};

/* The queue's port is up; memory from `a`. NULL when there is not enough. */
struct host *host_open(struct port_queue *q, struct uk_alloc *a);

/* Once the device has gone. */
void host_close(struct host *h);

/* ---- Addresses ----------------------------------------------------------- */

/*
 * It has one more from now on, or the same with another VLAN, gateway or
 * prefix; -ENOSPC when it has as many as it can. It is valid once a second has
 * passed and nobody else has it; one of a range at once.
 */
int host_add(struct host *h, const struct host_address *a, uint64_t now_ns);

/* It has no address from `from` to `to` any more: false when it had none. */
bool host_remove(struct host *h, const struct host_ip *from);
void host_remove_all(struct host *h);

/* The one that has `ip`, or whose link it is on; NULL: there is none. */
const struct host_own *host_own_of(const struct host *h,
				   const struct host_ip *ip);
const struct host_own *host_link_of(const struct host *h,
				    const struct host_ip *ip);

/*
 * Where frames to `ip` go: itself or the gateway into *next, and the address
 * that they come from. NULL: no address of its family, or no way to it.
 */
const struct host_own *host_route(const struct host *h,
				  const struct host_ip *ip,
				  struct host_ip *next);

/* Says to all who has its addresses, as when its link has come up. */
void host_announce(struct host *h, uint64_t now_ns);

/* ---- Neighbours ---------------------------------------------------------- */

/*
 * Somebody wants to know the MAC of `ip`, which is on the link of `own`: 1 with
 * it in `mac`, 0 while it is being asked for, -EHOSTUNREACH when it does not
 * answer, with what was known before in `mac`, else zero.
 */
int host_resolve(struct host *h, const struct host_own *own,
		 const struct host_ip *ip, uint8_t mac[ETH_ALEN],
		 uint64_t now_ns);

/* It is asked anew, if it did not answer. */
void host_ask_again(struct host *h, const struct host_own *own,
		    const struct host_ip *ip, uint64_t now_ns);

void host_forget_neighbours(struct host *h);

/* ---- Echo ---------------------------------------------------------------- */

/* Its first is due now. -EBUSY where there are too many at a time. */
int host_ping_begin(struct host *h, struct host_ping *p, uint64_t now_ns);
void host_ping_end(struct host *h, struct host_ping *p);

/* Replies are awaited, so that who receives them should not sleep. */
bool host_awaits(const struct host *h, uint64_t now_ns);

/* ---- Frames -------------------------------------------------------------- */

/* What no host takes: most traffic. `len` without FCS. */
static inline bool host_may_take(const uint8_t *frame, size_t len)
{
	uint16_t type;

	/* An Ethernet header, and the shortest of what it answers. */
	if (unlikely(len < ETH_HLEN + 28))
		return false;
	memcpy(&type, frame + 12, sizeof(type));
	if (likely(type == net16(ETH_TYPE_IPV4)))
		return unlikely(frame[23] == 1);
	if (likely(type == net16(ETH_TYPE_IPV6)))
		return frame[20] != IP_PROTO_UDP && frame[20] != 6;
	return type == net16(0x0806) || type == net16(ETH_TYPE_VLAN);
}

/*
 * A received frame in one piece: true when it was for the host, whatever came
 * of it, so that it is no traffic.
 */
bool host_take(struct host *h, const uint8_t *frame, size_t len,
	       uint64_t now_ns);

/* Makes what is due by now. */
void host_make_due(struct host *h, uint64_t now_ns);

static inline void host_poll(struct host *h, uint64_t now_ns)
{
	if (unlikely(now_ns >= h->due_ns))
		host_make_due(h, now_ns);
}

/* The device took the first `n` of `out`; none of them will be sent. */
void host_sent(struct host *h, unsigned n);
void host_drop(struct host *h);

#endif /* HOST_HOST_H */
