/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a port in mode kv makes of frames from outside: it reads nothing beyond
 * them; each answer is whole and one of those that the table has; a checksum of
 * UDP that was right still is; and the short way says what the long one does.
 *
 * An input is a flag and what stands behind the MAC addresses of a frame, or,
 * without the flag, behind the head of a plain request.
 */
#include <stdlib.h>
#include <string.h>

#include "pktgen/kv_hot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                 \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

#define FRAME_MAX 1514
#define ROOM (FRAME_MAX + 8)

static const char *const keys[] = {
	"k", "k1", "key:7", "01234567",
	"a-longer-key, of which words are looked at"};

static struct kv *table(void)
{
	static struct kv *kv;

	if (kv)
		return kv;
	kv = kv_new(8, 4096, uk_alloc_get_default());
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		kv_add(kv, keys[i], strcspn(keys[i], ","), (uint32_t)i,
		       "some value", 2 * i);
	return kv;
}

static bool is_right(const uint8_t *frame, const struct kv_frame *at)
{
	const uint8_t *udp = frame + at->udp, *ip = frame + at->ip;
	const size_t len = net16(kv_load16(udp + 4));
	uint32_t sum = csum_pseudo(IP_PROTO_UDP, len);

	sum = csum_add(sum, ip + (at->is_ipv6 ? 8 : 12), at->is_ipv6 ? 32 : 8);
	return csum_fold(csum_add(sum, udp, len)) == UINT16_MAX;
}

static void check_said(const struct kv_answers *said)
{
	CHECK(said->nb <= KV_ANSWERS_MAX);
	for (unsigned i = 0; i < said->nb; i++) {
		const char *text = said->a[i].text;
		const size_t len = said->a[i].len;

		CHECK(len > 2 && len <= KV_TEXT_MAX);
		CHECK(!memcmp(text + len - 2, "\r\n", 2));
		CHECK(*text == 'V' || *text == 'E' || *text == 'C');
	}
	CHECK(said->nb || said->malformed);
}

static void check_frame(const uint8_t *frame, size_t len)
{
	uint8_t *exact = malloc(len + !len), one[2 * ROOM];
	struct kv_answers said;
	struct kv_frame at, again;
	bool right;
	size_t all;

	CHECK(exact);
	memcpy(exact, frame, len);
	if (!kv_frame_find(exact, len, &at)) {
		free(exact);
		return;
	}
	kv_answer(table(), exact + at.udp + 8, at.len, &said);
	check_said(&said);
	right = is_right(exact, &at);
	for (unsigned i = 0; i < said.nb; i++) {
		memset(one, 0, sizeof(one));
		memcpy(one, exact, len);
		all = kv_frame_put(one, &at, said.a[i].text, said.a[i].len);
		CHECK(kv_frame_find(one, all, &again));
		CHECK(again.len == KV_HEAD_LEN + said.a[i].len);
		if (kv_load16(exact + at.udp + 6))
			CHECK(is_right(one, &again) == right);
		else
			CHECK(!kv_load16(one + at.udp + 6));
	}
	free(exact);
}

/* One of which turn_alike() would say that it is plain. */
static void check_plain(const uint8_t *frame, size_t len)
{
	uint8_t one[ROOM + 512] = {0}, other[ROOM + 512] = {0};
	const struct kv_record *r;
	struct kv_answers said;
	struct kv_frame at;
	unsigned key_len = 0;

	if (len < UDP4_HEADERS || frame[ETH_HLEN] != 0x45 ||
	    turn_load32(frame + 12) << 16 != 0x00080000 || (frame[20] & 0x3f) ||
	    frame[21] || !turn_is_whole(frame, len))
		return;
	memcpy(one, frame, len);
	memcpy(other, frame, len);
	/* As it was before it was turned. */
	memcpy(one + KV_UDP_AT, frame + KV_UDP_AT + 2, 2);
	memcpy(one + KV_UDP_AT + 2, frame + KV_UDP_AT, 2);
	if (!kv_plain(one, len, 0, &key_len))
		return;
	r = kv_look(table(), one + KV_PLAIN_KEY_AT, key_len);
	if (!r)
		return;
	memcpy(one, frame, len);
	CHECK(kv_frame_find(other, len, &at));
	kv_answer(table(), other + at.udp + 8, at.len, &said);
	CHECK(said.nb == 1 && said.hits == 1 && said.a[0].text == r->text);
	len = kv_plain_put(one, r);
	CHECK(kv_frame_put(other, &at, r->text, r->text_len) == len);
	CHECK(!memcmp(one, other, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t head[] = {
		2,    2,    2, 2, 2, 2,  2,  2, 2, 2,  2, 1, 8, 0,  0x45, 0, 0,
		0,    0,    1, 0, 0, 64, 17, 1, 2, 10, 0, 0, 1, 10, 0,    0, 2,
		0x2b, 0xcb, 1, 2, 0, 0,  3,  4, 0, 1,  0, 0, 0, 1,  0,    0};
	uint8_t frame[FRAME_MAX];
	size_t skip, len;

	if (!size--)
		return 0;
	skip = *data++ & 1 ? 12 : sizeof(head);
	size = size < FRAME_MAX - skip ? size : FRAME_MAX - skip;
	memcpy(frame, head, skip);
	memcpy(frame + skip, data, size);
	len = skip + size;
	if (skip == sizeof(head)) {
		frame[16] = (uint8_t)((len - 14) >> 8);
		frame[17] = (uint8_t)(len - 14);
		frame[38] = (uint8_t)((len - 34) >> 8);
		frame[39] = (uint8_t)(len - 34);
	}
	check_frame(frame, len);
	check_plain(frame, len);
	return 0;
}
