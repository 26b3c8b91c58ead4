/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "pktgen/stream.h"
#include "unit.h"

static const uint8_t mac[ETH_ALEN] = {2, 0, 0, 0, 0, 7};

static void gaps(void **state)
{
	static const struct {
		uint16_t size;
		struct rate rate;
		uint64_t ns;
		uint32_t frac;
	} rows[] = {
		{64, {RATE_PPS, 1000000ull}, 1000000000, 0},
		{64, {RATE_PPS, 10000ull * 1000000}, 100000, 0},
		/* A packet a minute. */
		{64, {RATE_PER_MIN, 1000000}, 60000000000, 0},
		{1518, {RATE_PER_MIN, 7000000}, 8571428571, 0x6db6db6e},
		{64, {RATE_PPS, 16667}, 59998800023, 0xffe08b19},
		/* 3 a second: a third of a ns, rounded up. */
		{64, {RATE_PPS, 3000000}, 333333333, 0x55555556},
		/* 10 Gbit/s on layer 1 is 14.88 Mpps: 67.2 ns. */
		{64, {RATE_BPS_L1, 10000000000ull * 1000000}, 67, 0x33333334},
		{64, {RATE_PERCENT, 100 * 1000000}, 67, 0x33333334},
		{64, {RATE_BPS_L2, 512 * 1000000}, 1000000000, 0},
		{1518, {RATE_BPS_L2, 12144 * 1000000ull}, 1000000000, 0},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stream s;
		struct gap gap;
		bool unpaced;

		stream_init(&s, mac);
		stream_set_size(&s, rows[i].size);
		s.rate = rows[i].rate;
		assert_int_equal(stream_gap(&s, &gap, &unpaced), 0);
		assert_false(unpaced);
		assert_int_equal(gap.ns, rows[i].ns);
		assert_int_equal(gap.frac, rows[i].frac);
	}
}

/* Of a mix the mean counts, and of a round of frames the sum is exact. */
static void gaps_of_mixes(void **state)
{
	static const struct size_weight imix[] = {{64, 7}, {594, 4}, {1518, 1}};
	static const struct {
		struct rate rate;
		uint64_t round_ns; /* of 12 frames */
	} rows[] = {
		{{RATE_PPS, 1000 * 1000000ull}, 12000000},
		/* 4342 bytes on layer 2. */
		{{RATE_BPS_L2, 1000000000 * 1000000ull}, 4342 * 8},
		{{RATE_BPS_L1, 1000000000 * 1000000ull}, (4342 + 240) * 8},
		{{RATE_PERCENT, 10 * 1000000ull}, (4342 + 240) * 8},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned __int128 round_ns;
		struct stream s;
		struct gap gap;
		bool unpaced;

		stream_init(&s, mac);
		s.sizes.count = 3;
		memcpy(s.sizes.entry, imix, sizeof(imix));
		s.rate = rows[i].rate;
		assert_int_equal(stream_gap(&s, &gap, &unpaced), 0);
		round_ns = ((unsigned __int128)gap.ns << 32 | gap.frac) * 12;
		/* Rounded up by less than 12 of 2^-32 ns. */
		assert_int_equal((uint64_t)(round_ns >> 32), rows[i].round_ns);
		assert_in_range((uint32_t)round_ns, 0, 11);
	}
}

static void percent_is_of_the_links_speed(void **state)
{
	struct stream s;
	struct gap gap;
	bool unpaced;
	(void)state;

	stream_init(&s, mac);
	s.rate = (struct rate){RATE_PERCENT, 100 * 1000000};
	s.linkspeed_bps = 1000000;
	assert_int_equal(stream_gap(&s, &gap, &unpaced), 0);
	assert_int_equal(gap.ns, 84 * 8 * 1000);
	s.linkspeed_bps = 1000000000000;
	assert_int_equal(stream_gap(&s, &gap, &unpaced), -ERANGE);
	stream_set_size(&s, 1518);
	assert_int_equal(stream_gap(&s, &gap, &unpaced), 0);
	assert_int_equal(gap.ns, 12);
	/* All at once at their largest: nothing overflows on the way. */
	for (unsigned i = 0; i < SIZES_MAX; i++)
		s.sizes.entry[i] =
			(struct size_weight){9018, SIZES_SUM_MAX / SIZES_MAX};
	s.sizes.count = SIZES_MAX;
	s.rate.micro = 1;
	assert_int_equal(stream_gap(&s, &gap, &unpaced), 0);
	assert_int_equal(gap.ns, 7230400000);
}

static void rates_that_no_gap_can_keep(void **state)
{
	static const struct rate rows[] = {
		{RATE_PPS, 0},
		{RATE_PPS, 1}, /* 11 days a frame */
		{RATE_PPS, UINT64_MAX},
		{RATE_BPS_L1, UINT64_MAX},
		{RATE_PERCENT, UINT64_MAX},
	};
	struct gap gap = {1, 2};
	bool unpaced;
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stream s;

		stream_init(&s, mac);
		s.rate = rows[i];
		assert_int_equal(stream_gap(&s, &gap, &unpaced), -ERANGE);
		assert_int_equal(gap.ns, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps),
		cmocka_unit_test(gaps_of_mixes),
		cmocka_unit_test(percent_is_of_the_links_speed),
		cmocka_unit_test(rates_that_no_gap_can_keep),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
