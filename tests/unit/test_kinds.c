/* SPDX-License-Identifier: BSD-3-Clause */
/* Kinds and sizes of frames, and checksums that are wrong. */
#include <stdlib.h>
#include <string.h>

#include "measure/kinds.h"
#include "unit.h"

static struct kinds k;
static uint8_t buf[2048];

static void see(const uint8_t *head, size_t head_len, unsigned len)
{
	struct uk_netbuf nb = {.data = buf, .len = (uint16_t)len};
	struct uk_netbuf *pkts[] = {&nb};

	memset(buf, 0, sizeof(buf));
	memcpy(buf, head, head_len);
	k = (struct kinds){0};
	kinds_see(&k, pkts, 1, KINDS_CHECKSUMS);
	assert_int_equal(k.frames, 1);
}

#define SEE(len, ...)                       \
	see((const uint8_t[]){__VA_ARGS__}, \
	    sizeof((const uint8_t[]){__VA_ARGS__}), (len))

#define STATION 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2
#define IPV4_HEAD(csum) \
	8, 0, 0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, csum, 10, 0, 0, 1, 10, 0, 0, 2

static void each_size_has_its_bin(void **state)
{
	static const struct {
		unsigned size;
		enum kind kind;
	} rows[] = {
		{18, KIND_size_runt},        {63, KIND_size_runt},
		{64, KIND_size_64},          {65, KIND_size_65_127},
		{127, KIND_size_65_127},     {128, KIND_size_128_255},
		{255, KIND_size_128_255},    {256, KIND_size_256_511},
		{511, KIND_size_256_511},    {512, KIND_size_512_1023},
		{1023, KIND_size_512_1023},  {1024, KIND_size_1024_1518},
		{1518, KIND_size_1024_1518}, {1519, KIND_size_above},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		SEE(rows[i].size - 4, STATION, 9, 9);
		for (unsigned n = KIND_size_runt; n <= KIND_size_above; n++)
			assert_int_equal(k.count[n], n == rows[i].kind);
	}
	/* Less than a header has a size and nothing more. */
	SEE(13, STATION);
	assert_int_equal(k.count[KIND_unicast], 0);
}

static void each_kind_is_told(void **state)
{
	(void)state;
	SEE(60, 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 2, 8, 6);
	assert_int_equal(k.count[KIND_broadcast], 1);
	assert_int_equal(k.count[KIND_arp], 1);
	SEE(60, 0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd);
	assert_int_equal(k.count[KIND_multicast], 1);
	assert_int_equal(k.count[KIND_ipv6], 1);
	SEE(60, STATION, 0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 8, 6);
	assert_int_equal(k.count[KIND_unicast], 1);
	assert_int_equal(k.count[KIND_vlan], 1);
	assert_int_equal(k.count[KIND_arp], 1);
	SEE(60, STATION, 0x81, 0, 0, 1, 0x81, 0, 0, 1, 0x81, 0, 0, 1, 0x81, 0,
	    0, 1, 0x81, 0, 0, 1, 8, 6);
	assert_int_equal(k.count[KIND_other], 1);
	/* A tag that is cut off leads to nothing. */
	SEE(15, STATION, 0x81, 0, 0);
	assert_int_equal(k.count[KIND_vlan], 1);
	assert_int_equal(k.count[KIND_other], 1);
}

static void wrong_checksums_are_told(void **state)
{
	(void)state;
	/* Of the header; then of UDP with none, right, and wrong. */
	SEE(60, STATION, IPV4_HEAD(0xed), 0xed);
	assert_int_equal(k.count[KIND_bad_ipv4_checksum], 1);
	SEE(60, STATION, 8, 0, 0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0x66, 0xcb,
	    10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 12, 0, 0);
	assert_int_equal(k.count[KIND_bad_ipv4_checksum], 0);
	assert_int_equal(k.count[KIND_bad_checksum], 0);
	SEE(60, STATION, 8, 0, 0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0x66, 0xcb,
	    10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 12, 0xeb, 0xd0);
	assert_int_equal(k.count[KIND_bad_checksum], 0);
	SEE(60, STATION, 8, 0, 0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0x66, 0xcb,
	    10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 12, 0xeb, 0xcf);
	assert_int_equal(k.count[KIND_bad_checksum], 1);
	/* Longer than the frame: nobody can tell. */
	SEE(60, STATION, 8, 0, 0x45, 0, 1, 32, 0, 0, 0, 0, 64, 17, 0x65, 0xcb,
	    10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 12, 0xeb, 0xcf);
	assert_int_equal(k.count[KIND_bad_ipv4_checksum], 0);
	assert_int_equal(k.count[KIND_bad_checksum], 0);
}

/* Whatever is in a frame, it is only read as far as it goes. */
static void any_bytes_are_safe(void **state)
{
	uint64_t seed = 3;
	(void)state;

	for (int i = 0; i < 200000; i++) {
		const unsigned len = 1 + (unsigned)(unit_random(&seed) % 80);
		uint8_t *frame = malloc(len);
		struct uk_netbuf nb = {.data = frame, .len = (uint16_t)len};
		struct uk_netbuf *pkts[] = {&nb};

		for (unsigned at = 0; at < len; at++)
			frame[at] = (uint8_t)unit_random(&seed);
		if (len > 14 && i % 2) {
			frame[12] = i % 4 == 1 ? 8 : 0x86;
			frame[13] = i % 4 == 1 ? 0 : 0xdd;
			frame[14] &= 0x4f;
		}
		kinds_see(&k, pkts, 1, KINDS_CHECKSUMS);
		free(frame);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_size_has_its_bin),
		cmocka_unit_test(each_kind_is_told),
		cmocka_unit_test(wrong_checksums_are_told),
		cmocka_unit_test(any_bytes_are_safe),
	};

	return cmocka_run_group_tests_name("kinds", tests, NULL, NULL);
}
