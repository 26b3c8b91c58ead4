/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "net/csum.h"
#include "pktgen/stream.h"
#include "unit.h"

static const uint8_t mac[ETH_ALEN] = {2, 0, 0, 0, 0, 7};

/* RFC 1071 section 3: the sum of these bytes is ddf2. */
static void csum_example_of_the_rfc(void **state)
{
	static const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03,
				       0xf4, 0xf5, 0xf6, 0xf7};
	(void)state;

	assert_int_equal(csum_fold(csum_add(0, data, 8)),
			 (uint16_t)~net16(0xddf2));
	/* In parts, and with an odd tail. */
	assert_int_equal(csum_add(csum_add(0, data, 4), data + 4, 4),
			 csum_add(0, data, 8));
	assert_int_equal(csum_fold(csum_add(0, "\x01\x00\x02", 3)),
			 (uint16_t)~net16(0x0300));
}

static void udp_checksum_is_never_zero(void **state)
{
	/* ff ff in the header makes up for what the pseudo header adds. */
	struct udp_hdr udp = {.len = net16(8)};
	uint16_t rest = csum_udp4(0, 0, &udp, 8);
	(void)state;

	udp.src = rest;
	assert_int_equal(csum_udp4(0, 0, &udp, 8), 0xffff);
}

static void defaults_are_those_of_the_tutorial(void **state)
{
	struct program prog;
	struct stream s;
	const struct eth_hdr *eth = (const void *)prog.frame;
	const struct ipv4_hdr *ip = (const void *)(eth + 1);
	const struct udp_hdr *udp = (const void *)(ip + 1);
	(void)state;

	stream_init(&s, mac);
	assert_int_equal(stream_compile(&s, &prog), 0);
	assert_true(prog.unpaced);
	assert_int_equal(prog.len, 60);
	assert_memory_equal(eth->dst, "\xff\xff\xff\xff\xff\xff", ETH_ALEN);
	assert_memory_equal(eth->src, mac, ETH_ALEN);
	assert_int_equal(eth->type, net16(0x0800));
	assert_int_equal(ip->version_ihl, 0x45);
	assert_int_equal(ip->total_len, net16(46));
	assert_int_equal(ip->ttl, 64);
	assert_int_equal(ip->proto, 17);
	assert_int_equal(ip->src, net32(0xc6120001));
	assert_int_equal(ip->dst, net32(0xc6120002));
	assert_int_equal(udp->src, net16(5001));
	assert_int_equal(udp->dst, net16(5001));
	assert_int_equal(udp->len, net16(26));
}

static void checksums_are_right_at_every_size(void **state)
{
	static struct program prog;
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	for (s.size = STREAM_SIZE_MIN; s.size <= STREAM_SIZE_MAX; s.size++) {
		const struct ipv4_hdr *ip =
			(const void *)(prog.frame + ETH_HLEN);
		struct udp_hdr *udp = (void *)(prog.frame + ETH_HLEN + 20);
		uint16_t csum;

		assert_int_equal(stream_compile(&s, &prog), 0);
		assert_int_equal(prog.len, s.size - 4);
		assert_int_equal(csum_fold(csum_add(0, ip, 20)), 0);
		csum = udp->csum;
		udp->csum = 0;
		assert_int_equal(csum, csum_udp4(ip->src, ip->dst, udp,
						 net16(udp->len)));
	}
}

static void sizes_out_of_range(void **state)
{
	static struct program prog;
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	s.size = STREAM_SIZE_MIN - 1;
	assert_int_equal(stream_compile(&s, &prog), -ERANGE);
	s.size = STREAM_SIZE_MAX + 1;
	assert_int_equal(stream_compile(&s, &prog), -ERANGE);
}

static void gaps(void **state)
{
	static const struct {
		uint32_t size;
		struct load rate;
		uint64_t ns;
		uint32_t frac;
	} rows[] = {
		{64, {LOAD_PPS, 1000000ull}, 1000000000, 0},
		{64, {LOAD_PPS, 10000ull * 1000000}, 100000, 0},
		/* A packet a minute. */
		{64, {LOAD_PPS, 16667}, 59998800023, 0xffe08b19},
		/* 3 a second: a third of a ns, rounded up. */
		{64, {LOAD_PPS, 3000000}, 333333333, 0x55555556},
		/* 10 Gbit/s on layer 1 is 14.88 Mpps: 67.2 ns. */
		{64, {LOAD_BPS_L1, 10000000000ull * 1000000}, 67, 0x33333334},
		{64, {LOAD_PERCENT, 100 * 1000000}, 67, 0x33333334},
		{64, {LOAD_BPS_L2, 512 * 1000000}, 1000000000, 0},
		{1518, {LOAD_BPS_L2, 12144 * 1000000ull}, 1000000000, 0},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stream s;
		struct gap gap;
		bool unpaced;

		stream_init(&s, mac);
		s.size = rows[i].size;
		s.rate = rows[i].rate;
		assert_int_equal(stream_gap(&s, &gap, &unpaced), 0);
		assert_false(unpaced);
		assert_int_equal(gap.ns, rows[i].ns);
		assert_int_equal(gap.frac, rows[i].frac);
	}
}

static void rates_that_no_gap_can_keep(void **state)
{
	static const struct load rows[] = {
		{LOAD_PPS, 0},
		{LOAD_PPS, 1}, /* 11 days a frame */
		{LOAD_PPS, UINT64_MAX},
		{LOAD_BPS_L1, UINT64_MAX},
		{LOAD_PERCENT, UINT64_MAX},
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
		cmocka_unit_test(csum_example_of_the_rfc),
		cmocka_unit_test(udp_checksum_is_never_zero),
		cmocka_unit_test(defaults_are_those_of_the_tutorial),
		cmocka_unit_test(checksums_are_right_at_every_size),
		cmocka_unit_test(sizes_out_of_range),
		cmocka_unit_test(gaps),
		cmocka_unit_test(rates_that_no_gap_can_keep),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
