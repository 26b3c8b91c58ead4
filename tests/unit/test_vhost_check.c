/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames of tests/vhost/maker.c, spoilt in every way, before check.c. */
#include "tests/vhost/check.h"

#include <stdlib.h>

#include "net/proto.h"
#include "tests/vhost/maker.h"
#include "udp_csum.h"
#include "unit.h"

#define VLAN_LEN 4
#define IPV6_HLEN 40

static struct maker maker;

/* A good frame of `size` with FCS; its length without. */
static size_t make(uint8_t *frame, uint16_t size, bool sign)
{
	uint8_t buf[NET_HDR_LEN + MAKER_SIZE_MAX];

	maker_init(&maker, &size, 1, 1, sign, 7);
	maker.next.seq = 0x123456789abc;
	maker.next.time_ns = 0x1122334455667788;
	maker_put(&maker, buf, FLAW_NONE);
	memcpy(frame, buf + NET_HDR_LEN, size - ETH_FCS_LEN);
	return size - ETH_FCS_LEN;
}

static enum verdict check(const uint8_t *frame, size_t len)
{
	/* Of its very length, so that a read beyond it shows. */
	uint8_t *copy = malloc(len);
	const uint8_t *sig;
	enum verdict v;

	assert_non_null(copy);
	memcpy(copy, frame, len);
	v = frame_check(copy, len, &sig);
	if (sig)
		assert_in_range(sig - copy, ETH_HLEN, len - SIGNATURE_LEN);
	free(copy);
	return v;
}

static void mend_ipv4(uint8_t *ip, size_t hlen)
{
	uint16_t csum;

	memset(ip + 10, 0, 2);
	csum = csum_end(csum_add(0, ip, hlen));
	memcpy(ip + 10, &csum, 2);
}

static void good_frames_are_good(void **state)
{
	uint8_t frame[MAKER_SIZE_MAX];

	(void)state;
	for (uint16_t size = 64; size <= MAKER_SIZE_MAX; size += size / 40) {
		assert_int_equal(check(frame, make(frame, size, true)),
				 FRAME_OK);
		assert_int_equal(check(frame, make(frame, size, false)),
				 FRAME_OK);
	}
}

/* The checksums of maker.c against those of the appliance's own code. */
static void both_sums_agree(void **state)
{
	uint8_t frame[MAKER_SIZE_MAX];

	(void)state;
	for (uint16_t size = 64; size < 1600; size++) {
		const size_t len = make(frame, size, true);
		struct udp_hdr *udp = (void *)(frame + 34);
		const uint16_t csum = udp->csum;
		uint32_t src, dst;

		memcpy(&src, frame + 26, 4);
		memcpy(&dst, frame + 30, 4);
		udp->csum = 0;
		assert_int_equal(csum, csum_udp4(src, dst, udp, len - 34));
	}
}

/* Of a byte that is not an address of Ethernet, no change goes unseen. */
static void no_changed_byte_is_good(void **state)
{
	static const uint16_t sizes[] = {64, 65, 71, 128, 131, 1518};
	uint8_t frame[MAKER_SIZE_MAX];

	(void)state;
	for (unsigned int s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		const size_t len = make(frame, sizes[s], true);

		for (size_t i = 2 * ETH_ALEN; i < len; i++) {
			for (unsigned int bit = 0; bit < 8; bit++) {
				frame[i] ^= 1 << bit;
				assert_int_not_equal(check(frame, len),
						     FRAME_OK);
				frame[i] ^= 1 << bit;
			}
		}
		assert_int_equal(check(frame, len), FRAME_OK);
	}
}

static void no_length_is_read_beyond(void **state)
{
	uint8_t frame[MAKER_SIZE_MAX];
	const size_t len = make(frame, 512, true);

	(void)state;
	for (size_t n = 1; n < len; n++)
		assert_int_equal(check(frame, n), n < FRAME_LEN_MIN
							  ? FRAME_TOO_SHORT
							  : FRAME_IP_LEN);
}

static void each_fault_has_its_name(void **state)
{
	uint8_t frame[MAKER_SIZE_MAX], *ip = frame + ETH_HLEN;
	size_t len = make(frame, 128, true);

	(void)state;
	frame[len] = 0;
	assert_int_equal(check(frame, len + 1), FRAME_IP_LEN);
	ip[8]--; /* time to live */
	assert_int_equal(check(frame, len), FRAME_IPV4_CSUM);
	mend_ipv4(ip, 20);
	assert_int_equal(check(frame, len), FRAME_OK);
	ip[3]--;
	mend_ipv4(ip, 20);
	assert_int_equal(check(frame, len), FRAME_IP_LEN);
	assert_int_equal(check(frame, len - 1), FRAME_UDP_LEN);
	len = make(frame, 128, true);
	frame[len - 1]++;
	assert_int_equal(check(frame, len), FRAME_UDP_CSUM);
	memset(ip + 26, 0, 2);
	assert_int_equal(check(frame, len), FRAME_NO_CSUM);
	ip[6] = 0x20; /* more fragments */
	mend_ipv4(ip, 20);
	assert_int_equal(check(frame, len), FRAME_NOT_UDP);
	len = make(frame, 128, true);
	ip[9] = 6;
	mend_ipv4(ip, 20);
	assert_int_equal(check(frame, len), FRAME_NOT_UDP);
	frame[13] = 6; /* ARP */
	assert_int_equal(check(frame, len), FRAME_NOT_IP);
}

/* Padding may stand behind what is too short for Ethernet, and only there. */
static void padding_is_allowed_up_to_the_least_size(void **state)
{
	uint8_t frame[MAKER_SIZE_MAX] = {0}, *ip = frame + ETH_HLEN;
	const size_t len = make(frame, 64, false);
	uint32_t src, dst;
	uint16_t csum;

	(void)state;
	ip[3] = 20 + 8 + 5;
	mend_ipv4(ip, 20);
	ip[25] = 8 + 5;
	memset(ip + 26, 0, 2);
	memcpy(&src, ip + 12, 4);
	memcpy(&dst, ip + 16, 4);
	csum = csum_udp4(src, dst, ip + 20, 8 + 5);
	memcpy(ip + 26, &csum, 2);
	assert_int_equal(check(frame, len), FRAME_OK);
	assert_int_equal(check(frame, len + 1), FRAME_IP_LEN);
}

static void ipv4_options_and_vlan_tags_are_passed_over(void **state)
{
	uint8_t plain[MAKER_SIZE_MAX], frame[MAKER_SIZE_MAX];
	size_t len = make(plain, 128, true);

	(void)state;
	memcpy(frame, plain, ETH_HLEN + 20);
	memset(frame + ETH_HLEN + 20, 1, 8); /* no operation */
	memcpy(frame + ETH_HLEN + 28, plain + ETH_HLEN + 20, len - 34);
	len += 8;
	frame[ETH_HLEN] = 0x47;
	frame[ETH_HLEN + 3] += 8;
	mend_ipv4(frame + ETH_HLEN, 28);
	assert_int_equal(check(frame, len), FRAME_OK);
	frame[ETH_HLEN + 21] ^= 2;
	assert_int_equal(check(frame, len), FRAME_IPV4_CSUM);
	frame[ETH_HLEN + 21] ^= 2;
	for (int tags = 1; tags <= 3; tags++) {
		memmove(frame + 12 + VLAN_LEN, frame + 12, len - 12);
		memcpy(frame + 12, "\x81\0\0\x05", VLAN_LEN);
		len += VLAN_LEN;
		assert_int_equal(check(frame, len),
				 tags <= 2 ? FRAME_OK : FRAME_NOT_IP);
	}
}

static void ipv6_is_checked_too(void **state)
{
	static const size_t udp_len = 8 + 41;
	uint8_t frame[ETH_HLEN + IPV6_HLEN + 8 + 41] = {0};
	uint8_t *ip = frame + ETH_HLEN, *udp = ip + IPV6_HLEN;
	uint32_t sum;
	uint16_t csum;

	(void)state;
	memcpy(frame + 12, "\x86\xdd\x60", 3);
	ip[5] = udp_len;
	ip[6] = IP_PROTO_UDP;
	for (unsigned int i = 8; i < IPV6_HLEN; i++)
		ip[i] = (uint8_t)(7 * i);
	udp[5] = udp_len;
	for (unsigned int i = 8; i < udp_len; i++)
		udp[i] = (uint8_t)(3 * i);
	assert_int_equal(check(frame, sizeof(frame)), FRAME_UDP_CSUM);
	sum = csum_add(net16(IP_PROTO_UDP) + net16(udp_len), ip + 8, 32);
	csum = csum_end(csum_add(sum, udp, udp_len));
	memcpy(udp + 6, &csum, 2);
	assert_int_equal(check(frame, sizeof(frame)), FRAME_OK);
	for (size_t i = ETH_HLEN + 4; i < sizeof(frame); i++) {
		if (i == ETH_HLEN + 7)
			continue; /* the hop limit, which nothing covers */
		frame[i] ^= 0x10;
		assert_int_not_equal(check(frame, sizeof(frame)), FRAME_OK);
		frame[i] ^= 0x10;
	}
}

static void signature_comes_back(void **state)
{
	uint8_t frame[MAKER_SIZE_MAX];
	const size_t len = make(frame, 65, true);
	struct signature s;
	const uint8_t *sig;

	(void)state;
	assert_int_equal(frame_check(frame, len, &sig), FRAME_OK);
	assert_ptr_equal(sig, frame + len - SIGNATURE_LEN);
	assert_memory_equal(sig,
			    "\xb5\xc1\x26\x00\x00\x34\x56\x78\x9a\xbc"
			    "\x00\x1c\x00\x44\x55\x66\x77\x88",
			    SIGNATURE_LEN);
	assert_true(signature_get(sig, &s));
	assert_int_equal(s.stream, 7);
	assert_true(s.seq == 0x3456789abc);
	assert_true(s.time_ns == 0x4455667788);
	assert_int_equal(make(frame, 65, false), len);
	assert_int_equal(frame_check(frame, len, &sig), FRAME_OK);
	assert_false(signature_get(sig, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_frames_are_good),
		cmocka_unit_test(both_sums_agree),
		cmocka_unit_test(no_changed_byte_is_good),
		cmocka_unit_test(no_length_is_read_beyond),
		cmocka_unit_test(each_fault_has_its_name),
		cmocka_unit_test(padding_is_allowed_up_to_the_least_size),
		cmocka_unit_test(ipv4_options_and_vlan_tags_are_passed_over),
		cmocka_unit_test(ipv6_is_checked_too),
		cmocka_unit_test(signature_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
