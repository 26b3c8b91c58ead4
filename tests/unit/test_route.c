/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports 1 and 2 route: what comes in at one leaves by the other, with the MAC
 * address of who is next and a TTL that is less by one; or it does not, for a
 * reason that is counted and told.
 */
#include "route_rig.h"

static void to_a_station(void **state)
{
	const struct stats *s = stats(1);
	(void)state;

	packet("\x0a\0\1\2", 64, 46);
	put(1, frame, LEN);
	/* It is asked for, and the sender is not told by now. */
	assert_int_equal(s->forward_unresolved, 1);
	assert_memory_equal(seen[2].last + 12, "\x08\6", 2);
	assert_memory_equal(seen[2].last + 38, "\x0a\0\1\2", IPV4_ALEN);
	arp(HOST("\x12"), "\x0a\0\1\2");
	put(1, frame, LEN);
	check_sent(HOST("\x12"), LEN);
	assert_int_equal(s->forward_packets, 1);
	/* By what is known, and by all that there is to look at. */
	for (unsigned i = 0; i < 300; i++) {
		packet("\x0a\0\1\2", (uint8_t)(2 + i % 250), 40 + i % 7);
		if (i & 1)
			frame[ETH_HLEN + 1] = 0; /* as it was */
		put(1, frame, LEN);
		check_sent(HOST("\x12"), LEN);
	}
	/* Through the gateway, which moves. */
	packet("\xc0\0\2\1", 9, 46);
	arp(HOST("\x19"), "\x0a\0\1\x09");
	put(1, frame, LEN);
	arp(HOST("\x19"), "\x0a\0\1\x09");
	put(1, frame, LEN);
	check_sent(HOST("\x19"), LEN);
	arp(HOST("\x1a"), "\x0a\0\1\x09");
	put(1, frame, LEN);
	check_sent(HOST("\x1a"), LEN);
	check_balance(1);
}

static void not_to_anybody(void **state)
{
	const struct stats *s = stats(1);
	(void)state;

	arp(HOST("\x12"), "\x0a\0\1\2");
	packet("\x0a\0\1\2", 1, 46);
	put(1, frame, LEN);
	assert_int_equal(s->forward_expired, 1);
	check_told(11, 0);
	/* Nowhere, as 10.0.0.0/24 is not the gateway's, and 224/4 nobody's. */
	node_remove(node_of(2), &node_of(2)->own[0].is.from);
	address(2, "\x0a\0\1\1", 24, false, NULL, 0);
	node_of(2)->own[node_of(2)->nb_own - 1].state = NODE_VALID;
	packet("\xc0\0\2\1", 9, 46);
	put(1, frame, LEN);
	assert_int_equal(s->forward_no_route, 1);
	check_told(3, 0);
	packet("\xe0\0\0\5", 9, 46);
	put(1, frame, LEN);
	seen[1].len = 0;
	packet("\x0a\0\1\1", 9, 46);
	put(1, frame, LEN);
	assert_int_equal(s->forward_no_route, 3);
	assert_int_equal(seen[1].len, 0);
	/* Nobody's own addresses, and other stations' frames. */
	packet("\x0a\0\1\2", 9, 46);
	frame[26] = 127;
	sum_anew();
	put(1, frame, LEN);
	assert_int_equal(s->forward_no_route, 4);
	packet("\x0a\0\1\2", 9, 46);
	frame[5] ^= 1;
	put(1, frame, LEN);
	frame[0] = 0xff;
	put(1, frame, LEN);
	assert_int_equal(s->forward_filtered, 2);
	/* Longer than it is. */
	packet("\x0a\0\1\2", 9, 47);
	put(1, frame, LEN);
	assert_int_equal(s->forward_unfit, 1);
	check_balance(1);
	assert_int_equal(s->forward_packets, 0);
}

/* RFC 1812, 5.2.2: whoever it is for, and nobody is told. */
static void whose_header_is_broken(void **state)
{
	const struct stats *s = stats(1);
	uint64_t seed = 5;
	unsigned wrong = 0;
	(void)state;

	packet("\x0a\0\1\2", 1, 46);
	frame[25] ^= 1;
	put(1, frame, LEN);
	assert_int_equal(s->forward_unfit, 1);
	assert_int_equal(seen[1].len, 0);
	packet("\x0a\0\1\2", 9, 46);
	put(1, frame, LEN);
	arp(HOST("\x12"), "\x0a\0\1\2");
	put(1, frame, LEN);
	check_sent(HOST("\x12"), LEN);
	for (unsigned i = 0; i < 20000; i++) {
		const unsigned at = 4 + (unsigned)(unit_random(&seed) % 8);
		const uint8_t by = (uint8_t)(1 + unit_random(&seed) % 255);

		packet("\x0a\0\1\2", (uint8_t)(9 + i % 200), 40 + i % 7);
		frame[18 + i % 2] = (uint8_t)unit_random(&seed);
		sum_anew();
		if (i % 3) {
			frame[ETH_HLEN + (at == 8 ? 1 : at)] ^= by;
			wrong++;
		}
		put(1, frame, LEN);
		assert_int_equal(s->forward_unfit, 1 + wrong);
		assert_int_equal(s->forward_packets, 2 + i - wrong);
		if (!(i % 3))
			check_sent(HOST("\x12"), LEN);
	}
	/* With options, behind a tag. */
	packet("\x0a\0\1\2", 9, 46);
	frame[14] = 0x46;
	memset(frame + 34, 1, 4);
	put(1, frame, LEN);
	assert_int_equal(s->forward_unfit, 2 + wrong);
	memmove(frame + 18, frame + 14, LEN);
	memcpy(frame + 12, "\x81\0\0\0\x08", 6);
	put(1, frame, LEN + 4);
	assert_int_equal(s->forward_unfit, 3 + wrong);
	check_balance(1);
}

static void who_is_silent(void **state)
{
	const struct stats *s = stats(1);
	(void)state;

	packet("\x0a\0\1\x33", 9, 46);
	put(1, frame, LEN);
	assert_int_equal(seen[1].len, 0);
	step_ns = 1000 * US;
	run_for(2 * S);
	step_ns = US;
	put(1, frame, LEN);
	assert_int_equal(s->forward_unresolved, 2);
	check_told(3, 1);
}

/* RFC 792, 1812: nothing about errors, later fragments, or to nobody. */
static void what_is_not_told(void **state)
{
	(void)state;

	packet("\x0a\0\1\2", 1, 46);
	frame[23] = 1;
	frame[34] = 3;
	sum_anew();
	put(1, frame, LEN);
	packet("\x0a\0\1\2", 1, 46);
	frame[21] = 9;
	sum_anew();
	put(1, frame, LEN);
	packet("\x0a\0\1\2", 1, 46);
	memset(frame + 26, 0, 4);
	sum_anew();
	put(1, frame, LEN);
	assert_int_equal(stats(1)->forward_expired, 2);
	assert_int_equal(stats(1)->forward_no_route, 1);
	assert_int_equal(seen[1].len, 0);
	/* Not more than it may. */
	packet("\x0a\0\1\2", 1, 46);
	for (unsigned i = 0; i < 3000; i++)
		put(1, frame, LEN);
	assert_int_equal(stats(1)->forward_expired, 3002);
	assert_in_range(stats(1)->host_tx, 1024, 2600);
	assert_in_range(stats(1)->host_dropped, 400, 2000);
}

static void tags_and_sizes(void **state)
{
	struct node *h = node_of(2);
	const struct node_ip to = node_ipv4((const uint8_t *)"\x0a\0\5\2");
	const struct node_own *own = node_link_of(h, &to);
	uint8_t mac[ETH_ALEN], p[64] = {0};
	(void)state;

	assert_int_equal(own->is.vlan, 5);
	node_resolve(h, own, &to, mac, now);
	memcpy(p, pg.port[2].mac, ETH_ALEN);
	memcpy(p + 6,
	       HOST("\x52") "\x81\0\0\5\x08\6\0\1\x08\0\6\4\0\2" HOST(
		       "\x52") "\x0a\0\5\2",
	       30);
	memcpy(p + 36, pg.port[2].mac, ETH_ALEN);
	memcpy(p + 42, "\x0a\0\5\1", 4);
	put(2, p, sizeof(p));
	packet("\x0a\0\5\2", 9, 46);
	put(1, frame, LEN);
	assert_int_equal(seen[2].len, LEN + 4);
	assert_memory_equal(seen[2].last, HOST("\x52"), ETH_ALEN);
	assert_memory_equal(seen[2].last + 12, "\x81\0\0\5\x08\0\x45", 7);
	assert_int_equal(seen[2].last[26], 8);
	assert_true(sum_is_right(seen[2].last + 18, 20));
	assert_memory_equal(seen[2].last + 30, frame + 26, LEN - 26);
	check_balance(1);
	/* The device takes no more, though others do with a tag. */
	packet("\x0a\0\5\2", 9, 1496);
	put(1, frame, 1510);
	assert_int_equal(seen[2].len, 1514);
}

static void in_ipv6(void **state)
{
	struct node *h = node_of(2);
	struct node_ip to;
	uint8_t mac[ETH_ALEN];
	const uint8_t *p = seen[2].last;
	(void)state;

	memcpy(to.b, B6 "\2", IPV6_ALEN);
	node_resolve(h, node_link_of(h, &to), &to, mac, now);
	for (unsigned i = 0; i < NODE_NEIGHBOURS_MAX; i++)
		if (node_same(&h->neighbour[i].ip, &to)) {
			h->neighbour[i].state = NEIGHBOUR_KNOWN;
			h->neighbour[i].has_mac = true;
			h->neighbour[i].asking = false;
			h->neighbour[i].due_ns = UINT64_MAX;
			h->neighbour[i].heard_ns = now;
			memcpy(h->neighbour[i].mac, HOST("\x62"), ETH_ALEN);
			h->changes++;
		}
	memset(frame, 9, sizeof(frame));
	memcpy(frame, pg.port[1].mac, ETH_ALEN);
	memcpy(frame + 6, HOST("\7") "\x86\xdd\x60\0\0\0\0\x08\x11\x40", 16);
	memcpy(frame + 22, A6 "\7" B6 "\2", 32);
	put(1, frame, 62);
	assert_int_equal(seen[2].len, 62);
	assert_memory_equal(p, HOST("\x62"), ETH_ALEN);
	assert_int_equal(p[21], 0x3f);
	assert_memory_equal(p + 22, frame + 22, 40);
	frame[21] = 1;
	put(1, frame, 62);
	assert_int_equal(stats(1)->forward_expired, 1);
	assert_memory_equal(seen[1].last + 22, A6 "\1" A6 "\7", 32);
	assert_memory_equal(seen[1].last + 54, "\3\0", 2);
	assert_memory_equal(seen[1].last + 62, frame + ETH_HLEN, 48);
	frame[21] = 0x40;
	frame[38 + 7] = 3;
	put(1, frame, 62);
	assert_int_equal(stats(1)->forward_no_route, 1);
	assert_memory_equal(seen[1].last + 54, "\1\0", 2);
	/* To one of IPv4, which no packet of IPv6 may be for. */
	memcpy(frame + 38, "\0\0\0\0\0\0\0\0\0\0\377\377\12\2\0\2", 16);
	put(1, frame, 62);
	assert_int_equal(stats(1)->forward_no_route, 2);
	assert_int_equal(stats(1)->forward_unresolved, 0);
}

/* The next one takes less: it is told how much. */
static void too_big_for_the_next(void **state)
{
	(void)state;

	teardown(NULL);
	open_ports(1500, 1280);
	address(1, "\x0a\0\0\1", 24, false, NULL, 0);
	address(2, "\x0a\0\1\1", 24, false, NULL, 0);
	pktgen_set_mode(&pg, 6, MODE_ROUTER, now);
	pktgen_start(&pg, 6, now);
	node_of(1)->own[0].state = node_of(2)->own[0].state = NODE_VALID;
	packet("\x0a\0\1\2", 9, 1281);
	put(1, frame, 1295);
	arp(HOST("\x12"), "\x0a\0\1\2");
	put(1, frame, 1295);
	assert_int_equal(stats(1)->forward_unfit, 1);
	check_told(3, 4);
	assert_memory_equal(seen[1].last + 38, "\0\0\5\0", 4);
	packet("\x0a\0\1\2", 9, 1280);
	put(1, frame, 1294);
	assert_int_equal(seen[2].len, 1294);
}

/* Any frame is counted once, and none harms. */
static void any_frame(void **state)
{
	uint64_t seed = 7;
	(void)state;

	packet("\x0a\0\1\2", 9, 46);
	put(1, frame, LEN);
	arp(HOST("\x12"), "\x0a\0\1\2");
	for (unsigned i = 0; i < 30000; i++) {
		const size_t len = 15 + unit_random(&seed) % 200;

		packet(i & 1 ? "\x0a\0\1\2" : "\x0a\0\0\x44",
		       (uint8_t)(unit_random(&seed) % 4), 46);
		for (unsigned n = i % 5; n; n--)
			frame[12 + unit_random(&seed) % 40] =
				(uint8_t)(unit_random(&seed) % 7 * 43);
		if (i & 2)
			sum_anew();
		put(1, frame, len);
		assert_int_equal(came(1), accounted(1));
	}
	assert_true(stats(1)->forward_packets > 100);
	pktgen_stop(&pg, 6);
	run_for(S / 1000);
	check_buffers();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(to_a_station, setup_router,
						teardown),
		cmocka_unit_test_setup_teardown(not_to_anybody, setup_router,
						teardown),
		cmocka_unit_test_setup_teardown(whose_header_is_broken,
						setup_router, teardown),
		cmocka_unit_test_setup_teardown(who_is_silent, setup_router,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_not_told, setup_router,
						teardown),
		cmocka_unit_test_setup_teardown(tags_and_sizes, setup_router,
						teardown),
		cmocka_unit_test_setup_teardown(in_ipv6, setup_router,
						teardown),
		cmocka_unit_test_setup_teardown(too_big_for_the_next, setup,
						teardown),
		cmocka_unit_test_setup_teardown(any_frame, setup_router,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
