/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who asks a router for an address that it has on another link than the one
 * that the question comes by: see test_route.c.
 */
#include "route_rig.h"

/* An echo request of `len` bytes in `frame`, whose rest is there. */
static void echo(size_t at, uint8_t type, uint32_t sum, size_t len)
{
	uint16_t csum;

	memcpy(frame + at, (const uint8_t[]){type, 0, 0, 0, 1, 2, 3, 4}, 8);
	csum = csum_end(csum_add(sum, frame + at, len));
	memcpy(frame + at + 2, &csum, sizeof(csum));
}

static void ping4(const char *dst, uint8_t ttl)
{
	packet(dst, ttl, 46);
	frame[23] = 1;
	echo(34, 8, 0, 26);
	sum_anew();
	put(1, frame, LEN);
}

/* What came of that: an answer of the address itself, or else an error. */
static void check_answered(bool is)
{
	const uint8_t *p = seen[1].last;

	assert_int_equal(seen[1].len, is ? LEN : ETH_HLEN + 28 + 28);
	assert_memory_equal(p, HOST("\7"), ETH_ALEN);
	if (is)
		assert_memory_equal(p + 26, frame + 30, 4);
	assert_memory_equal(p + 30, "\x0a\0\0\7", 4);
	assert_int_equal(p[34], is ? 0 : 3);
	seen[1].len = 0;
}

/* RFC 1122, 3.3.4.2: who asks at one port for what another has. */
static void pinged_at_the_far_side(void **state)
{
	const struct stats *s = stats(1);
	const uint8_t *p = seen[1].last;
	(void)state;

	/* At the last hop, too, and on a VLAN. */
	ping4("\x0a\0\1\1", 64);
	check_answered(true);
	ping4("\x0a\0\1\1", 1);
	check_answered(true);
	ping4("\x0a\0\5\1", 64);
	check_answered(true);
	ping4("\x0a\0\0\1", 64);
	check_answered(true);
	assert_int_equal(s->host_rx, 4);
	memset(frame, 9, sizeof(frame));
	memcpy(frame, pg.port[1].mac, ETH_ALEN);
	memcpy(frame + 6, HOST("\7") "\x86\xdd\x60\0\0\0\0\x10\x3a\x40", 16);
	memcpy(frame + 22, A6 "\7" B6 "\1", 32);
	echo(54, 128, csum_add(csum_pseudo(58, 16), frame + 22, 32), 16);
	put(1, frame, 70);
	assert_int_equal(seen[1].len, 70);
	assert_memory_equal(p + 22, B6 "\1" A6 "\7", 32);
	assert_int_equal(p[54], 129);
	assert_int_equal(s->host_rx, 5);
	seen[1].len = 0;
	/* Not for one that somebody else may have, nor for a neighbour's. */
	node_of(2)->own[0].state = NODE_TENTATIVE;
	ping4("\x0a\0\1\1", 64);
	ping4("\x0a\0\1\2", 64);
	assert_int_equal(seen[1].len, 0);
	assert_int_equal(s->host_rx, 5);
	node_of(2)->own[0].state = NODE_VALID;
	/* It is no traffic, of which there was what found no way. */
	assert_int_equal(s->forward_no_route, 1);
	assert_int_equal(s->forward_expired, 0);
	assert_int_equal(s->forward_packets, 0);
	/* A port that does not route has its own alone. */
	pktgen_set_mode(&pg, 4, MODE_RX, now);
	ping4("\x0a\0\1\1", 64);
	check_answered(false);
	pktgen_set_mode(&pg, 4, MODE_ROUTER, now);
	ping4("\x0a\0\1\1", 64);
	check_answered(true);
	pktgen_set_mode(&pg, 2, MODE_RX, now);
	ping4("\x0a\0\1\1", 64);
	assert_int_equal(seen[1].len, 0);
}

/* Of what it refuses once, and of nothing that it takes in silence. */
static void asked_at_the_far_side(void **state)
{
	uint64_t said = stats(1)->host_tx;
	(void)state;

	packet("\x0a\0\1\1", 1, 46);
	frame[34] = 0; /* a port's number */
	memcpy(frame + 38, "\0\x1a\0\0", 4);
	put(1, frame, LEN);
	assert_int_equal(seen[1].len, 0);
	assert_int_equal(stats(1)->host_tx, said);
	node_refuse(node_of(1), true);
	put(1, frame, LEN);
	assert_int_equal(stats(1)->host_tx, said + 1);
	assert_memory_equal(seen[1].last + 26, "\x0a\0\1\1\x0a\0\0\7", 8);
	assert_memory_equal(seen[1].last + 34, "\3\3", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pinged_at_the_far_side,
						setup_router, teardown),
		cmocka_unit_test_setup_teardown(asked_at_the_far_side,
						setup_router, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
