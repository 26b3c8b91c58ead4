/* SPDX-License-Identifier: BSD-3-Clause */
/* The table: records one behind the other, found by a hash of their keys. */
#include "pktgen/kv.h"

#include <stdio.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/hot.h"
#include "pktgen/kv_hot.h"

#define VALUE_LINE_MAX 32 /* "VALUE ", flags and length, without the key */

/* What stands before the value, from the blank behind the key on. */
static int print_numbers(char buf[VALUE_LINE_MAX], uint32_t flags,
			 size_t value_len)
{
	return snprintf(buf, VALUE_LINE_MAX, " %u %u\r\n", (unsigned)flags,
			(unsigned)value_len);
}

size_t kv_text_len(size_t key_len, uint32_t flags, size_t value_len)
{
	char numbers[VALUE_LINE_MAX];

	return KV_KEY_AT + key_len +
	       (size_t)print_numbers(numbers, flags, value_len) + value_len +
	       KV_LINE_LEN + KV_END_LEN;
}

/* The copy of a text, and the look at a key's words, may go 8 bytes beyond. */
static size_t record_bytes(size_t text_len)
{
	return ALIGN_UP(sizeof(struct kv_record) + text_len + 8, 8);
}

size_t kv_record_bytes(size_t key_len, uint32_t flags, size_t value_len)
{
	return record_bytes(kv_text_len(key_len, flags, value_len));
}

COLD struct kv *kv_new(uint32_t nb, size_t bytes, struct uk_alloc *a)
{
	struct kv *kv = uk_zalloc(a, sizeof(*kv));
	unsigned bits = 4;

	/* Half of the slots at most have a record. */
	while (bits < 31 && (1u << bits) / 2 < nb)
		bits++;
	if (!kv)
		return NULL;
	kv->heap = a;
	kv->shift = 64 - bits;
	kv->mask = (1u << bits) - 1;
	kv->slot = uk_calloc(a, (size_t)1 << bits, sizeof(kv->slot[0]));
	/* At 0 is one that has no key. */
	kv->used = sizeof(struct kv_record);
	kv->size = kv->used + bytes;
	kv->mem = uk_malloc(a, kv->size);
	if (!kv->slot || !kv->mem) {
		kv_delete(kv);
		return NULL;
	}
	memset(kv->mem, 0, kv->used);
	return kv;
}

COLD void kv_delete(struct kv *kv)
{
	if (!kv)
		return;
	uk_free(kv->heap, kv->slot);
	uk_free(kv->heap, kv->mem);
	uk_free(kv->heap, kv);
}

size_t kv_memory(const struct kv *kv)
{
	return sizeof(*kv) + kv->size +
	       ((size_t)sizeof(kv->slot[0]) << (64 - kv->shift));
}

const struct kv_record *kv_look(const struct kv *kv, const uint8_t *key,
				unsigned len)
{
	const uint64_t word = turn_load64(key);
	uint32_t at;

	if (len <= 8)
		return kv_look_short(kv, key, len);
	for (uint32_t i = kv_begin(kv, key, len, word); (at = kv->slot[i]) != 0;
	     i = (i + 1) & kv->mask) {
		const struct kv_record *r = kv_at(kv, at);

		if (likely(r->word == word && r->key_len == len &&
			   !memcmp(r->text + KV_KEY_AT, key, len)))
			return r;
	}
	return NULL;
}

COLD const struct kv_record *kv_find(const struct kv *kv, const char *key,
				     size_t len)
{
	/* It is looked at in words. */
	uint8_t copy[KV_KEY_MAX + 8] = {0};

	if (!kv || !len || len > KV_KEY_MAX)
		return NULL;
	memcpy(copy, key, len);
	return kv_look(kv, copy, (unsigned)len);
}

/* What the answer changes of a plain request's checksums; see kv_plain(). */
static void reckon(struct kv_record *r)
{
	static const char get[] = KV_GET "\r\n";
	const unsigned asked = KV_LEAST + r->key_len;
	const unsigned said = 8 + KV_HEAD_LEN + (unsigned)r->text_len;
	uint8_t line[KV_GET_LEN + KV_KEY_MAX + KV_LINE_LEN];
	uint32_t was, is;

	memcpy(line, get, KV_GET_LEN);
	memcpy(line + KV_GET_LEN, r->text + KV_KEY_AT, r->key_len);
	memcpy(line + KV_GET_LEN + r->key_len, get + KV_GET_LEN, KV_LINE_LEN);
	/* The length is there twice: in the header and the one before it. */
	was = csum_fold(csum_add(2 * net16((uint16_t)asked), line,
				 KV_GET_LEN + r->key_len + KV_LINE_LEN));
	is = csum_add(2 * net16((uint16_t)said), r->text, r->text_len);
	r->udp_len = net16((uint16_t)said);
	r->udp_change = (uint16_t)csum_fold(is + (was ^ 0xffff));
	was = net16((uint16_t)(asked + 20));
	r->ip_len = net16((uint16_t)(said + 20));
	r->ip_change = (uint16_t)csum_fold(r->ip_len + (was ^ 0xffff));
}

COLD bool kv_add(struct kv *kv, const void *key, size_t key_len, uint32_t flags,
		 const void *value, size_t value_len)
{
	const size_t len = kv_text_len(key_len, flags, value_len);
	struct kv_record *r = (void *)(kv->mem + kv->used);
	char numbers[VALUE_LINE_MAX], *to = r->text;
	uint32_t i;
	int n;

	if (record_bytes(len) > kv->size - kv->used ||
	    kv_find(kv, key, key_len))
		return false;
	memset(r, 0, record_bytes(len));
	memcpy(to, "VALUE ", KV_KEY_AT);
	memcpy(to += KV_KEY_AT, key, key_len);
	n = print_numbers(numbers, flags, value_len);
	memcpy(to += key_len, numbers, (size_t)n);
	memcpy(to += n, value, value_len);
	memcpy(to += value_len, "\r\n" KV_END, KV_LINE_LEN + KV_END_LEN);
	r->key_len = (uint16_t)key_len;
	r->text_len = (uint16_t)len;
	r->word = kv_word((uint8_t *)r->text + KV_KEY_AT, key_len);
	reckon(r);
	i = kv_begin(kv, (uint8_t *)r->text + KV_KEY_AT, key_len, r->word);
	while (kv->slot[i])
		i = (i + 1) & kv->mask;
	kv->slot[i] = (uint32_t)(kv->used / 8);
	kv->used += record_bytes(len);
	kv->longest = MAX(kv->longest, (unsigned)len);
	kv->nb++;
	return true;
}
