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
	memset(f + len - behind, 0, behind);
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
				     60u + i, 1000);
	arrivals_see(&ar, frame(60, 0, &(struct signature){US + 1, 0, 1, 0, 1}),
		     60, 5);
	arrivals_end(&ar, 1000);
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
		arrivals_see(&ar, frame(60, 0, &other[i]), 60, 1);
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
		arrivals_see(&ar, frame(60, behind, &s), 60, 1);
	assert_int_equal(packets(0, 2), 46 - SIGNATURE_LEN + 1);
	/* Nobody pads what is long enough; too short is nothing. */
	arrivals_see(&ar, frame(65, 1, &s), 65, 1);
	for (size_t len = 0; len < SIGNATURE_LEN; len++)
		arrivals_see(&ar, frame(60, 0, &s) + 60 - len, len, 1);
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
			arrivals_see_chain(&ar, nb, len, 1);
		}
	}
	assert_int_equal(packets(0, 1), (len - 1) * (len - 2) / 2);
	teardown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_what_was_written),
		cmocka_unit_test(each_stream_of_each_port_has_its_own),
		cmocka_unit_test(others_are_foreign),
		cmocka_unit_test(padding_may_follow),
		cmocka_unit_test(a_chain_may_be_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
