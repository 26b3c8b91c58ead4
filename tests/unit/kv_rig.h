/* SPDX-License-Identifier: BSD-3-Clause */
/* A table of a few keys, and frames that ask for them. */
#ifndef TESTS_KV_RIG_H
#define TESTS_KV_RIG_H

#include <stdio.h>
#include <stdlib.h>

#include "forward_rig.h"
#include "pktgen/kv_hot.h"

#define HEAD "\0\x07\0\0\0\1\0\0" /* of a request */

static struct kv *kv;
static char big[1300], longest[KV_KEY_MAX + 1];

static inline int load(void **state)
{
	static const struct {
		const char *key;
		uint32_t flags;
		const char *value;
	} keys[] = {{"k1", 0, "ab"}, {"k2", 5, ""}, {"0123456789", 1, "\r\n"}};
	(void)state;

	memset(big, 'x', sizeof(big));
	memset(longest, 'L', sizeof(longest));
	kv = kv_new(8, 8192, uk_alloc_get_default());
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_true(kv_add(kv, keys[i].key, strlen(keys[i].key),
				   keys[i].flags, keys[i].value,
				   strlen(keys[i].value)));
	assert_true(kv_add(kv, "big", 3, 0, big, sizeof(big)));
	assert_true(kv_add(kv, longest, KV_KEY_MAX, 0, "z", 1));
	assert_false(kv_add(kv, "k1", 2, 0, "", 0));
	return 0;
}

static inline int unload(void **state)
{
	(void)state;
	kv_delete(kv);
	kv = NULL;
	return 0;
}

static inline uint32_t sum_of_udp(const uint8_t *frame,
				  const struct kv_frame *at)
{
	const uint8_t *udp = frame + at->udp, *ip = frame + at->ip;
	const size_t len = net16(kv_load16(udp + 4));
	uint32_t sum = csum_pseudo(IP_PROTO_UDP, len);

	sum = csum_add(sum, ip + (at->is_ipv6 ? 8 : 12), at->is_ipv6 ? 32 : 8);
	return csum_fold(csum_add(sum, udp, len));
}

enum around { PLAIN, TAGGED, OPTIONS, IPV6, TAGGED6 };

/* As it is once it was turned round. */
static inline size_t build(uint8_t *frame, enum around kind, bool summed,
			   const char *text, struct kv_frame *at)
{
	const size_t len = KV_HEAD_LEN + strlen(text);
	const bool v6 = kind == IPV6 || kind == TAGGED6;
	uint8_t *p = frame + 12, *ip;
	uint16_t csum;

	memset(frame, 2, 12);
	if (kind == TAGGED || kind == TAGGED6) {
		memcpy(p, "\x81\0\0\5", 4);
		p += 4;
	}
	memcpy(p, v6 ? "\x86\xdd" : "\x08\0", 2);
	ip = p + 2;
	if (v6) {
		memset(ip, 7, 40);
		ip[0] = 0x60;
		ip[4] = 0;
		ip[5] = (uint8_t)(8 + len);
		ip[6] = IP_PROTO_UDP;
		p = ip + 40;
	} else {
		const unsigned head = kind == OPTIONS ? 24 : 20;

		memset(ip, 1, head);
		ip[0] = (uint8_t)(0x40 | head / 4);
		ip[2] = 0;
		ip[3] = (uint8_t)(head + 8 + len);
		memset(ip + 6, 0, 2);
		ip[9] = IP_PROTO_UDP;
		memset(ip + 10, 0, 2);
		csum = csum_end(csum_add(0, ip, head));
		memcpy(ip + 10, &csum, 2);
		p = ip + head;
	}
	memcpy(p, "\x2b\xcb\x12\x34\0\0\0\0", 8);
	p[5] = (uint8_t)(8 + len);
	memcpy(p + 8, HEAD, KV_HEAD_LEN);
	memcpy(p + 8 + KV_HEAD_LEN, text, strlen(text));
	*at = (struct kv_frame){(uint16_t)(ip - frame), (uint16_t)(p - frame),
				(uint16_t)len, v6};
	if (summed) {
		csum = (uint16_t)~sum_of_udp(frame, at);
		memcpy(p + 6, &csum, 2);
	}
	return (size_t)(p + 8 + len - frame);
}

#endif /* TESTS_KV_RIG_H */
