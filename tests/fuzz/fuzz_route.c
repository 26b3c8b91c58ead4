/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ports that route, that are a bridge, or a link that impairs, make of
 * frames from outside: each is on its way or counted with its reason, no buffer
 * is lost; what is routed has a TTL that is less by one, an IPv4 header's sum
 * that is right if it was, and is no longer than it came.
 *
 * An input is a byte, which says how it is taken, and a frame.
 */
#include <stdlib.h>
#include <string.h>

#include "net/csum.h"
#include "node/node.h"
#include "pktgen/engine.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "plat/host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                 \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

enum { MINE = 1, SUMMED = 2, HOW = 12 }; /* of the first byte */
#define LEN_MAX 1514
#define STEP_NS 1000
#define S 1000000000ull
#define A6 "\x20\1\xd\xb8\0\0\0\1\0\0\0\0\0\0\0\1"
#define B6 "\x20\1\xd\xb8\0\0\0\2\0\0\0\0\0\0\0\1"

/* Two ports of each kind, which forward to each other. */
enum { ROUTER, BRIDGE, LINK, NB_KINDS };
#define PORTS 2

static struct pktgen pg;
static struct host_netdev *dev[NB_KINDS * PORTS];
static uint64_t now = S;
static uint8_t frame[LEN_MAX];
static size_t frame_len;
static unsigned kind; /* of the input's */

static void run(unsigned steps)
{
	for (unsigned i = 0; i < steps; i++)
		pktgen_step(&pg, now += STEP_NS);
}

static void address(unsigned port, const void *ip, bool is_ipv6,
		    const char *gateway)
{
	struct node_address a = {.bits = is_ipv6 ? 64 : 96 + 24};

	if (is_ipv6)
		memcpy(a.from.b, ip, IPV6_ALEN);
	else
		a.from = node_ipv4(ip);
	if (gateway)
		a.gateway = node_ipv4((const uint8_t *)gateway);
	a.to = a.from;
	CHECK(!node_add(pktgen_node(&pg, port), &a, now));
	pktgen_use_node(&pg, port, now);
}

static bool is_ipv4(const uint8_t *p, size_t len)
{
	const size_t head = (p[ETH_HLEN] & 15u) * 4;

	return len >= ETH_HLEN + 20 && p[12] == 8 && p[13] == 0 && head >= 20 &&
	       ETH_HLEN + head <= len;
}

static bool sum_is_right(const uint8_t *p)
{
	return csum_fold(csum_add(0, p + ETH_HLEN, (p[ETH_HLEN] & 15u) * 4)) ==
	       0xffff;
}

/* The second port of a router's, and what its node says by itself. */
static void look(void *arg, const void *sent, size_t len)
{
	const uint8_t *const p = sent;

	(void)arg;
	if (kind != ROUTER || !is_ipv4(p, len) || !is_ipv4(frame, frame_len) ||
	    memcmp(p + 26, frame + 26, 8) != 0)
		return;
	CHECK(len <= frame_len);
	CHECK(p[22] == frame[22] - 1);
	CHECK(sum_is_right(frame) && sum_is_right(p));
	CHECK(!memcmp(p + 6, pg.port[1].mac, ETH_ALEN));
}

static void lose(void *arg, const void *sent, size_t len)
{
	(void)arg;
	(void)sent;
	(void)len;
}

static void forward(unsigned mode, unsigned to)
{
	const uint64_t both = 3ull << to * PORTS, first = 1ull << to * PORTS;

	if (to == LINK) {
		CHECK(!pktgen_reserve_forward(&pg, first, mode));
		pktgen_set_mode(&pg, first, mode, now);
		pktgen_set_mode(&pg, both & ~first, MODE_RX, now);
	} else {
		CHECK(!pktgen_reserve_forward(&pg, both, mode));
		pktgen_set_mode(&pg, both, mode, now);
	}
	pktgen_start(&pg, both, now);
}

static void begin(void)
{
	static const uint8_t arp[60] =
		"\0\0\0\0\0\0\2\0\0\0\0\x09\x08\6\0\1\x08\0\6\4\0\2"
		"\2\0\0\0\0\x09\x0a\0\1\x09\0\0\0\0\0\0\x0a\0\1\1";
	struct worker_how how;
	uint8_t p[60];

	for (unsigned i = 0; i < ARRAY_SIZE(dev); i += 2)
		host_loop_pair(dev + i, 1500);
	for (unsigned i = 0; i < ARRAY_SIZE(dev); i++)
		host_netdev_wire(dev[i], i == 1 ? look : lose, NULL);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	address(0, "\x0a\0\0\1", false, NULL);
	address(1, "\x0a\0\1\1", false, "\x0a\0\1\x09");
	address(0, A6, true, NULL);
	address(1, B6, true, NULL);
	for (unsigned i = 0; i < PORTS; i++)
		for (unsigned k = 0; k < pg.node[i]->nb_own; k++)
			pg.node[i]->own[k].state = NODE_VALID;
	how = pg.set[LINK * PORTS].how;
	how.impair.loss = how.impair.duplicate = IMPAIR_SHARE_ALL / 4;
	how.impair.delay_ns = 3 * STEP_NS;
	how.impair.jitter_ns = 2 * STEP_NS;
	pktgen_set_how(&pg, 1ull << LINK * PORTS, &how, now);
	forward(MODE_ROUTER, ROUTER);
	forward(MODE_BRIDGE, BRIDGE);
	forward(MODE_TO(LINK * PORTS + 1) | MODE_IMPAIR, LINK);
	run(5000);
	memcpy(p, arp, sizeof(p));
	memcpy(p, pg.port[1].mac, ETH_ALEN);
	memcpy(p + 32, pg.port[1].mac, ETH_ALEN);
	host_loop_put(dev[1], p, sizeof(p));
	run(4);
}

static uint64_t accounted(const struct worker *w)
{
	const struct stats *s = &w->stats;

	return s->impair_lost + s->impair_queue_full + s->forward_packets +
	       s->forward_dropped + s->forward_unfit + s->forward_no_buffer +
	       s->forward_link_down + s->forward_filtered + s->forward_stopped +
	       s->forward_no_route + s->forward_unresolved +
	       s->forward_expired + forward_held(w);
}

static void put(const uint8_t *data, size_t len, unsigned how)
{
	uint16_t csum;

	memset(frame, 0, sizeof(frame));
	memcpy(frame, data, len);
	frame_len = MAX(len, (size_t)60);
	if (how & MINE)
		memcpy(frame, pg.port[kind * PORTS].mac, ETH_ALEN);
	if (how & SUMMED && is_ipv4(frame, frame_len)) {
		frame[24] = frame[25] = 0;
		csum = csum_end(csum_add(0, frame + ETH_HLEN,
					 (frame[ETH_HLEN] & 15u) * 4));
		memcpy(frame + 24, &csum, sizeof(csum));
	}
	host_loop_put(dev[kind * PORTS], frame, frame_len);
	run(kind == LINK ? 10 : 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned kinds[] = {ROUTER, ROUTER, BRIDGE, LINK};
	const struct worker *w;
	const struct stats *s;

	if (!pg.nb_ports)
		begin();
	if (size < 2 || size - 1 > LEN_MAX)
		return 0;
	kind = kinds[(data[0] & HOW) / 4];
	put(data + 1, size - 1, data[0]);
	w = pktgen_worker(&pg, kind * PORTS, 0);
	s = &w->stats;
	CHECK(s->rx_packets + s->forward_copies + s->impair_duplicated ==
	      accounted(w));
	CHECK(!forward_held(w));
	return 0;
}
