// SPDX-License-Identifier: BSD-3-Clause
/* What is told of a frame by its signature. */
#include "measure/arrivals.h"
#include "tests/unit/unit.h"

#define APPLIANCE 517
#define US (APPLIANCE * SIGNATURE_PORTS)

static struct arrivals ar;

static void setup(void)
{
	struct uk_alloc *a = uk_alloc_get_default();

	assert_int_equal(arrivals_open(&ar, APPLIANCE, 2, a), 0);
	assert_int_equal(arrivals_reserve(&ar, 0, 4, a), 0);
	assert_int_equal(arrivals_reserve(&ar, 1, 1, a), 0);
	arrivals_begin(&ar, 1000);
}

static void teardown(void)
{
	arrivals_close(&ar, uk_alloc_get_default());
}

/* A frame of `len` bytes, `behind` of them behind its signature. */
static const uint8_t *frame(size_t len, size_t behind,
			    const struct signature *s)
{
	static uint8_t f[2048];

	memset(f, 0xb5, sizeof(f));
	memset(f + len - behind, behind % 2 ? 0xb5 : 0, behind);
	signature_put(f + len - behind - SIGNATURE_LEN, s);
	return f;
}

static uint64_t packets(unsigned port, unsigned stream)
{
	arrivals_end(&ar, 1);
	return ar.port[port].stream[stream].packets;
}

static void a_signature_is_what_was_written(void **state)
{
	const struct signature s = {0xfedc, 16383, 1023, 0x123456789a,
				    0xfedcba9876};
	uint8_t bytes[SIGNATURE_LEN];
	struct signature is;

	(void)state;
	signature_put(bytes, &s);
	/* As docs/protocol.md has it. */
	assert_memory_equal(bytes,
			    "\xb5\xc1\x26\xfe\xdc\x12\x34\x56\x78\x9a"
			    "\xff\xff\xff\xfe\xdc\xba\x98\x76",
			    SIGNATURE_LEN);
	assert_true(signature_get(bytes, &is));
	assert_int_equal(is.sender, s.sender);
	assert_int_equal(is.stream, s.stream);
	assert_int_equal(is.run, s.run);
	assert_int_equal(is.seq, s.seq);
	assert_int_equal(is.time_ns, s.time_ns);
	for (unsigned bit = 0; bit < 24; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(signature_get(bytes, &is));
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void each_stream_of_each_port_has_its_own(void **state)
{
	(void)state;
	setup();
	for (uint16_t i = 0; i < 4; i++)
		for (uint16_t n = 0; n <= i; n++)
			arrivals_see(&ar,
				     frame(60u + i, 0,
					   &(struct signature){US, i, 7, n, 1}),
				     60u + i);
	arrivals_see(&ar, frame(60, 0, &(struct signature){US + 1, 0, 1, 0, 1}),
		     60);
	arrivals_end(&ar, 11);
	for (unsigned i = 0; i < 4; i++) {
		const struct arrived *a = &ar.port[0].stream[i];

		assert_int_equal(a->packets, i + 1);
		assert_int_equal(a->bytes, (i + 1) * (64 + i));
		assert_int_equal(a->first_ns, 1000);
	}
	assert_int_equal(packets(1, 0), 1);
	assert_int_equal(ar.foreign, 0);
	/* More room leaves what there is. */
	assert_int_equal(arrivals_reserve(&ar, 0, 100, uk_alloc_get_default()),
			 0);
	assert_int_equal(packets(0, 3), 4);
	assert_int_equal(packets(0, 99), 0);
	teardown();
}

static void others_are_foreign(void **state)
{
	static const struct signature other[] = {
		{US + SIGNATURE_PORTS, 0, 0, 0, 0}, /* appliance */
		{US + 2, 0, 0, 0, 0},               /* port */
		{US, 4, 0, 0, 0},                   /* stream */
		{US + 1, 1, 0, 0, 0},
	};

	(void)state;
	setup();
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		arrivals_see(&ar, frame(60, 0, &other[i]), 60);
	arrivals_end(&ar, 1);
	assert_int_equal(ar.foreign, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(packets(0, i), 0);
	teardown();
}

/* Behind which a frame that got too short was padded. */
static void padding_may_follow(void **state)
{
	const struct signature s = {US, 2, 3, 4, 5};

	(void)state;
	setup();
	for (size_t behind = 0; behind <= 46 - SIGNATURE_LEN; behind++)
		arrivals_see(&ar, frame(60, behind, &s), 60);
	assert_int_equal(packets(0, 2), 46 - SIGNATURE_LEN + 1);
	/* In addresses is none; nobody pads what is long enough. */
	arrivals_see(&ar, frame(60, 47 - SIGNATURE_LEN, &s), 60);
	arrivals_see(&ar, frame(65, 1, &s), 65);
	/* Too short is nothing. */
	for (size_t len = 0; len < SIGNATURE_LEN; len++)
		arrivals_see(&ar, frame(60, 0, &s) + 60 - len, len);
	assert_int_equal(packets(0, 2), 46 - SIGNATURE_LEN + 1);
	assert_int_equal(ar.foreign, 0);
	teardown();
}

static void a_chain_may_be_cut_anywhere(void **state)
{
	const struct signature s = {US, 1, 0, 0, 0};
	const size_t len = 100;

	(void)state;
	setup();
	for (size_t a = 1; a < len - 1; a++) {
		for (size_t b = a + 1; b < len; b++) {
			uint8_t *f = (uint8_t *)frame(len, 0, &s);
			struct uk_netbuf nb[3] = {
				{.data = f, .len = (uint16_t)a},
				{.data = f + a, .len = (uint16_t)(b - a)},
				{.data = f + b, .len = (uint16_t)(len - b)}};

			nb[0].next = &nb[1];
			nb[1].next = &nb[2];
			arrivals_see_chain(&ar, nb, len);
		}
	}
	assert_int_equal(packets(0, 1), (len - 1) * (len - 2) / 2);
	teardown();
}

/* ---- Frame by frame, and in rows ----------------------------------------- */

#define STREAMS 5
#define PORTS 2

/* Of the same frames, by one of the two ways each. */
static struct arrivals way[2];
static struct trails trails[2];
static struct trail *trail[2][PORTS][STREAMS];
static uint64_t seed = 1;

static unsigned any(unsigned below)
{
	return (unsigned)(unit_random(&seed) % below);
}

/* Room for short windows, that numbers leave soon. */
static __ssz little(struct uk_alloc *a)
{
	(void)a;
	return 48 << 10;
}

static void open_ways(uint64_t first, bool short_windows)
{
	static struct uk_alloc of_little;
	struct uk_alloc *a = uk_alloc_get_default();

	if (short_windows) {
		of_little = *a;
		of_little.availmem = little;
		a = &of_little;
	}
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(arrivals_open(&way[i], APPLIANCE, PORTS, a),
				 0);
		assert_int_equal(trails_open(&trails[i], PORTS, a), 0);
		for (unsigned p = 0; p < PORTS; p++)
			assert_int_equal(
				arrivals_reserve(&way[i], p, STREAMS, a), 0);
		for (unsigned p = 0; p < PORTS; p++)
			for (unsigned k = 0; k < STREAMS; k++)
				way[i].port[p].stream[k].trail =
					trail[i][p][k] = trail_new(
						&trails[i], p, 1000 + k, first);
	}
}

static void close_ways(void)
{
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned p = 0; p < PORTS; p++)
			for (unsigned k = 0; k < STREAMS; k++)
				trail_free(&trails[i], trail[i][p][k]);
		arrivals_close(&way[i], uk_alloc_get_default());
		trails_close(&trails[i]);
	}
}

static void compare_ways(void)
{
	for (unsigned i = 0; i < 2; i++)
		arrivals_settle(&way[i]);
	assert_int_equal(way[0].foreign, way[1].foreign);
	for (unsigned p = 0; p < PORTS; p++)
		for (unsigned k = 0; k < STREAMS; k++) {
			struct arrived is = way[0].port[p].stream[k];
			const struct arrived be = way[1].port[p].stream[k];
			struct trail *const t = trail[0][p][k];
			struct trail *const like = trail[1][p][k];
			struct latency latency = t->latency;
			struct order order = t->order;

			is.trail = be.trail;
			assert_memory_equal(&is, &be, sizeof(is));
			assert_memory_equal(t->bins->count, like->bins->count,
					    sizeof(t->bins->count));
			latency.count = like->latency.count;
			assert_memory_equal(&latency, &like->latency,
					    sizeof(latency));
			order.missing = like->order.missing;
			assert_memory_equal(&order, &like->order,
					    sizeof(order));
			assert_int_equal(t->old, like->old);
		}
}

/* The next frame of one of the streams, or what a wire may put before it. */
static const uint8_t *any_frame(uint64_t next[PORTS][STREAMS], size_t *len,
				uint64_t now_ns, unsigned odd)
{
	const uint16_t port = (uint16_t)any(PORTS), k = (uint16_t)any(STREAMS);
	struct signature s = {(uint16_t)(US + port), k, (1000u + k) % 1024,
			      next[port][k], now_ns - any(1000)};
	uint8_t *f;

	*len = 60 + any(3);
	if (any(1000) >= odd) {
		next[port][k]++;
		return frame(*len, 0, &s);
	}
	switch (any(8)) {
	case 0: /* lost */
		next[port][k] += any(20);
		break;
	case 1: /* late, or twice */
		s.seq -= any(80);
		break;
	case 2:
		s.run = (uint16_t)((s.run + 1023 + any(3)) % 1024);
		break;
	case 3:
		s.time_ns -= 1ull << (20 + any(20));
		break;
	case 4:
		s.time_ns += any(5000);
		break;
	case 5:
		s.stream = (uint16_t)any(16384);
		break;
	}
	f = (uint8_t *)frame(*len, any(2) ? any(20) : 0, &s);
	if (any(3))
		f[*len - 1 - any(18)] ^= (uint8_t)(1u << any(8));
	return f;
}

static void frame_by_frame_is_as_in_rows(void **state)
{
	/* Numbers and times that wrap on the way. */
	static const uint64_t first[] = {0, (1ull << 40) - 2000, 7};
	static const uint64_t begin_ns[] = {5, (3ull << 40) - 1000000, 1 << 30};

	(void)state;
	for (unsigned trial = 0; trial < 60; trial++) {
		uint64_t next[PORTS][STREAMS];
		uint64_t now_ns = begin_ns[trial % 3];
		const unsigned odd = any(4) ? any(100) : 0;

		open_ways(first[trial / 3 % 3], any(2));
		for (unsigned i = 0; i < PORTS * STREAMS; i++)
			next[i / STREAMS][i % STREAMS] = first[trial / 3 % 3];
		for (unsigned burst = 0; burst < 300; burst++) {
			arrivals_begin(&way[0], now_ns);
			arrivals_begin(&way[1], now_ns);
			for (unsigned n = any(64); n; n--) {
				size_t len;
				const uint8_t *f =
					any_frame(next, &len, now_ns, odd);

				arrivals_see_many(&way[0], &way[0].now, f, len);
				arrivals_see(&way[1], f, len);
			}
			arrivals_end(&way[0], 1);
			arrivals_end(&way[1], 1);
			if (!any(20))
				compare_ways();
			now_ns += any(20000);
		}
		compare_ways();
		close_ways();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_what_was_written),
		cmocka_unit_test(each_stream_of_each_port_has_its_own),
		cmocka_unit_test(others_are_foreign),
		cmocka_unit_test(padding_may_follow),
		cmocka_unit_test(a_chain_may_be_cut_anywhere),
		cmocka_unit_test(frame_by_frame_is_as_in_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
