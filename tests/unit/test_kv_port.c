/* SPDX-License-Identifier: BSD-3-Clause */
/* A port that is asked for keys: what of each frame comes back. */
#include "kv_rig.h"

/* ---- A port -------------------------------------------------------------- */

/* Port 0 asks, by a stream whose payload is this. */
static void ask(const char *text, unsigned number)
{
	struct stream s = *pktgen_stream(&pg, 0, 0);
	const uint8_t *m = pg.port[1].mac;
	struct fields_fault fault;
	char mac[18];

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1],
		 m[2], m[3], m[4], m[5]);
	assert_int_equal(fields_set_word(&s, "eth.dst", mac, &fault), 0);
	assert_int_equal(fields_set_word(&s, "udp.dst", "11211", &fault), 0);
	s.payload = PAYLOAD_PATTERN;
	memcpy(s.pattern, HEAD, KV_HEAD_LEN);
	memcpy(s.pattern + KV_HEAD_LEN, text, strlen(text));
	s.pattern_len = (uint8_t)(KV_HEAD_LEN + strlen(text));
	stream_set_size(&s, (uint16_t)MAX(64u, 46u + s.pattern_len));
	set_stream(0, &s);
	count(0, number);
	run_for(S / 1000);
}

static void a_port_answers(void **state)
{
	const struct stats *s = stats(1);
	(void)state;

	pktgen_set_mode(&pg, 2, MODE_SERVE, now);
	pktgen_set_mode(&pg, 1, MODE_TX | MODE_RX, now);
	pktgen_start(&pg, 2, now);
	ask("get k1\r\nget ", 3);
	/* There is no table, and the line behind has no end. */
	assert_int_equal(s->kv_misses, 3);
	load(NULL);
	pktgen_set_kv(&pg, kv, now);
	ask("get 012345\r\n", 10);
	assert_int_equal(s->kv_misses, 13);
	assert_int_equal(seen[1].len, 60);
	ask("get k1\r\n\r\n\r\n", 5);
	assert_int_equal(s->kv_malformed, 5);
	assert_int_equal(s->kv_hits, 5);
	assert_int_equal(s->tx_packets, 13 + 5 * 3);
	ask("get 0123456789\r\n", 100);
	assert_int_equal(s->kv_hits, 105);
	assert_int_equal(s->tx_packets, 13 + 5 * 3 + 100);
	assert_memory_equal(seen[1].last + KV_TEXT_AT,
			    "VALUE 0123456789 1 2\r\n\r\n\r\nEND\r\n", 33);
	assert_int_equal(s->rx_packets, 3 + 10 + 5 + 100);
	assert_int_equal(stats(0)->rx_packets, s->tx_packets);
	/* Others are counted, and stay. */
	ask("get k1 k2", 4);
	assert_int_equal(s->kv_malformed, 9);
	assert_int_equal(s->tx_packets, 13 + 5 * 3 + 100);
	pktgen_stop(&pg, 3);
	run_for(S / 1000);
	check_buffers();
	pktgen_set_kv(&pg, NULL, now);
	kv = NULL;
}

/* Several keys take buffers of their own, as many as there are. */
static void several_keys(void **state)
{
	const struct stats *s = stats(1);
	(void)state;

	load(NULL);
	pktgen_set_kv(&pg, kv, now);
	pktgen_set_mode(&pg, 2, MODE_SERVE, now);
	pktgen_set_mode(&pg, 1, MODE_TX | MODE_RX, now);
	pktgen_start(&pg, 2, now);
	ask("get k1 k2 k1 k1 k2 big no k1\r\n", 200);
	assert_int_equal(s->kv_hits, 7 * 200);
	assert_int_equal(s->kv_misses, 200);
	assert_int_equal(s->tx_packets + s->tx_dropped, 7 * 200);
	assert_in_range(s->tx_packets, 7 * 20, 7 * 200);
	pktgen_stop(&pg, 3);
	run_for(S / 1000);
	check_buffers();
}

/* ---- Any, mixed ---------------------------------------------------------- */

/* What is to come back, in order, and how much of that has come. */
static struct due {
	uint8_t frame[1600];
	size_t len;
} due[64];
static unsigned nb_due, nb_back;
static uint64_t hits, misses;

static void check_back(const uint8_t *frame, size_t len)
{
	assert_in_range(nb_back, 0, nb_due - 1);
	assert_int_equal(len, due[nb_back].len);
	assert_memory_equal(frame, due[nb_back].frame, len);
	nb_back++;
}

/* Asks port 1, and notes what a table and a frame by themselves make of it. */
static void put_one(const char *text, enum around kind, bool summed)
{
	static const uint8_t peer[ETH_ALEN] = {2, 9, 9, 9, 9, 9};
	uint8_t turned[2048] = {0}, asked[2048];
	struct kv_answers said;
	struct kv_frame at;
	const size_t len = build(turned, kind, summed, text, &at);

	memcpy(turned, peer, ETH_ALEN);
	memcpy(turned + ETH_ALEN, pg.port[1].mac, ETH_ALEN);
	memcpy(asked, turned, sizeof(asked));
	memcpy(asked, pg.port[1].mac, ETH_ALEN);
	memcpy(asked + ETH_ALEN, peer, ETH_ALEN);
	memcpy(asked + at.udp, turned + at.udp + 2, 2);
	memcpy(asked + at.udp + 2, turned + at.udp, 2);
	host_loop_put(dev[1], asked, len);
	if (!kv_frame_find(turned, len, &at))
		return;
	kv_answer(kv, turned + at.udp + 8, at.len, &said);
	for (unsigned i = 0; i < said.nb; i++) {
		struct due *const d = &due[nb_due];

		if (at.udp + 8u + KV_HEAD_LEN + said.a[i].len >
		    pg.port[1].mtu + 14u)
			return;
		memcpy(d->frame, turned, len);
		d->len = kv_frame_put(d->frame, &at, said.a[i].text,
				      said.a[i].len);
		nb_due++;
	}
	hits += said.hits;
	misses += said.misses;
}

static void put_any(unsigned n, uint64_t *seed)
{
	static const char *const texts[] = {
		"get k1\r\n",           "get k2\r\n",   "get k1\r\n",
		"get 0123456789\r\n",   "get no\r\n",   "get no-such-key\r\n",
		"get k1 k2\r\n",        "get k1  \r\n", "get k1",
		"gat k1\r\n",           "get k1\r\r\n", "get big\r\n",
		"get k1\r\nget k2\r\n",
	};

	nb_due = nb_back = 0;
	for (unsigned i = 0; i < n; i++) {
		const uint64_t any = unit_random(seed);

		put_one(texts[any % (sizeof(texts) / sizeof(texts[0]))],
			any >> 32 & 3 ? PLAIN : (any >> 34) % 5, any >> 48 & 1);
	}
	run_for(4 * US);
	assert_int_equal(nb_back, nb_due);
}

/*
 * Hits, misses and others in any order come to what each of them is, in a table
 * whose values do not all fit the port, too.
 */
static void any_mix(void **state)
{
	uint64_t seed = 7;
	(void)state;

	for (unsigned mtu = 200; mtu <= 1500; mtu += 1300) {
		open_ports((uint16_t)mtu, 1500);
		load(NULL);
		seen[1].frame = check_back;
		hits = misses = 0;
		pktgen_set_kv(&pg, kv, now);
		pktgen_set_mode(&pg, 2, MODE_SERVE, now);
		pktgen_start(&pg, 2, now);
		for (unsigned i = 0; i < 2000; i++)
			put_any(1 + i % 30, &seed);
		assert_int_equal(stats(1)->tx_dropped, 0);
		assert_int_equal(stats(1)->kv_hits, hits);
		assert_int_equal(stats(1)->kv_misses, misses);
		assert_in_range(stats(1)->kv_malformed, 2000, 20000);
		pktgen_stop(&pg, 2);
		run_for(S / 1000);
		check_buffers();
		teardown(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_port_answers, setup,
						teardown),
		cmocka_unit_test_setup_teardown(several_keys, setup, teardown),
		cmocka_unit_test(any_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
