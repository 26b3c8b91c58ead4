/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests as they come, line by line, and frames of any kind around them. */
#include <string.h>

#include "pktgen/hot.h"
#include "pktgen/kv_hot.h"

#define ERROR "ERROR\r\n"
#define TOO_LONG "CLIENT_ERROR bad command line format\r\n"

/* ---- Lines --------------------------------------------------------------- */

/* The next word of a line, or its end; *len is 0 there. */
static const char *next_word(const char *at, const char *end, size_t *len)
{
	const char *word;

	while (at < end && *at == ' ')
		at++;
	for (word = at; at < end && *at != ' ';)
		at++;
	*len = (size_t)(at - word);
	return word;
}

static void say(struct kv_answers *to, const char *text, size_t len)
{
	if (to->nb == KV_ANSWERS_MAX) {
		to->malformed = true;
		return;
	}
	to->a[to->nb].text = text;
	to->a[to->nb++].len = (uint16_t)len;
}

static void say_wrong(struct kv_answers *to, const char *text)
{
	to->malformed = true;
	say(to, text, strlen(text));
}

static bool any_too_long(const char *at, const char *end)
{
	size_t len;

	for (; (at = next_word(at, end, &len)), len; at += len)
		if (len > KV_KEY_MAX)
			return true;
	return false;
}

/* Values, each but the last without the end. */
static void answer_keys(const struct kv *kv, const char *at, const char *end,
			struct kv_answers *to)
{
	const struct kv_record *r = NULL;
	size_t len;

	for (; (at = next_word(at, end, &len)), len; at += len) {
		r = kv_find(kv, at, len);
		to->hits += r != NULL;
		to->misses += !r;
		if (r)
			say(to, r->text, r->text_len - KV_END_LEN);
	}
	if (r && !to->malformed)
		to->a[to->nb - 1].len += KV_END_LEN;
	else
		say(to, KV_END, KV_END_LEN);
}

static void answer_line(const struct kv *kv, const char *at, const char *end,
			struct kv_answers *to)
{
	size_t len, key_len;

	at = next_word(at, end, &len);
	next_word(at + len, end, &key_len);
	if (len != KV_GET_LEN - 1 || memcmp(at, KV_GET, len) != 0 || !key_len)
		say_wrong(to, ERROR);
	else if (any_too_long(at, end))
		say_wrong(to, TOO_LONG);
	else
		answer_keys(kv, at + len, end, to);
}

COLD void kv_answer(const struct kv *kv, const uint8_t *request, size_t len,
		    struct kv_answers *to)
{
	const char *at = (const char *)request + KV_HEAD_LEN, *end;
	const char *const last = (const char *)request + len;

	*to = (struct kv_answers){0};
	/* One of several datagrams is not for us, whichever it is. */
	if (len < KV_HEAD_LEN || kv_load16(request + 4) != net16(1)) {
		to->malformed = true;
		return;
	}
	for (; (end = memchr(at, '\n', (size_t)(last - at))) != NULL;
	     at = end + 1)
		answer_line(kv, at, end - (end > at && end[-1] == '\r'), to);
	to->malformed |= !to->nb;
}

/* ---- Frames -------------------------------------------------------------- */

#define TAG_LEN 4
#define IP4_LEN 20
#define IP6_LEN 40

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Behind the IP header is UDP, of as many bytes as it says. */
static bool find_udp(const uint8_t *frame, size_t at, size_t end,
		     struct kv_frame *to)
{
	size_t len;

	if (at + 8 + KV_HEAD_LEN > end)
		return false;
	len = get16(frame + at + 4);
	if (len < 8 + KV_HEAD_LEN || at + len > end ||
	    get16(frame + at) != KV_PORT)
		return false;
	to->udp = (uint16_t)at;
	to->len = (uint16_t)(len - 8);
	return true;
}

COLD bool kv_frame_find(const uint8_t *frame, size_t len, struct kv_frame *to)
{
	size_t at = ETH_HLEN, head, all;
	unsigned type = 0;

	while (at <= len && (type = get16(frame + at - 2),
			     type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ ||
				     type == ETH_TYPE_VLAN_9100))
		at += TAG_LEN;
	if (at + IP4_LEN > len || len > UINT16_MAX)
		return false;
	to->ip = (uint16_t)at;
	to->is_ipv6 = type == ETH_TYPE_IPV6;
	if (type == ETH_TYPE_IPV4) {
		head = (frame[at] & 15u) * 4;
		all = get16(frame + at + 2);
		/* No fragment, or all of it is one. */
		return head >= IP4_LEN && all <= len - at && all >= head &&
		       frame[at + 9] == IP_PROTO_UDP &&
		       !(get16(frame + at + 6) & 0x3fff) &&
		       find_udp(frame, at + head, at + all, to);
	}
	if (!to->is_ipv6 || at + IP6_LEN > len)
		return false;
	all = IP6_LEN + get16(frame + at + 4);
	/* A checksum is a must. */
	return frame[at + 6] == IP_PROTO_UDP && all <= len - at &&
	       find_udp(frame, at + IP6_LEN, at + all, to) &&
	       kv_load16(frame + to->udp + 6);
}

/* A length that stands in a header is another now, and its sum with it. */
static void put_ip_len(uint8_t *ip, size_t len)
{
	const uint16_t was = kv_load16(ip + 2);

	put16(ip + 2, (unsigned)len);
	kv_change(ip + 10, (uint16_t)csum_fold(kv_load16(ip + 2) +
					       (uint32_t)(was ^ 0xffff)));
}

/* Of length and payload. */
static uint32_t sum_of(const uint8_t *udp, size_t len)
{
	return csum_add(2 * (uint32_t)kv_load16(udp + 4), udp + 8, len);
}

COLD size_t kv_frame_put(uint8_t *frame, const struct kv_frame *at,
			 const char *text, size_t len)
{
	uint8_t *const udp = frame + at->udp, *const ip = frame + at->ip;
	const uint32_t was = csum_fold(sum_of(udp, at->len));
	const uint16_t sum = kv_load16(udp + 6);
	const size_t udp_len = 8 + KV_HEAD_LEN + len;
	size_t all = at->udp + udp_len;

	if (at->is_ipv6)
		put16(ip + 4, (unsigned)udp_len);
	else
		put_ip_len(ip, all - at->ip);
	put16(udp + 4, (unsigned)udp_len);
	memset(udp + 10, 0, 6);
	udp[13] = 1;
	memcpy(udp + 8 + KV_HEAD_LEN, text, len);
	if (sum)
		kv_store16(udp + 6,
			   csum_end_not_zero(csum_without(sum, was) +
					     sum_of(udp, KV_HEAD_LEN + len)));
	for (; all < ETH_MIN_SIZE - ETH_FCS_LEN; all++)
		frame[all] = 0;
	return all;
}
