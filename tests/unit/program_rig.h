/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of programs share: one program, its next frame, and checks of
 * that frame by sums that are made here. Static: each test file has its own.
 */
#ifndef TESTS_PROGRAM_RIG_H
#define TESTS_PROGRAM_RIG_H

#include <errno.h>
#include <string.h>

#include "pktgen/program_edit.h"
#include "unit.h"
#include "unit_stream.h"

static const uint8_t mac[ETH_ALEN] = {2, 0, 0, 0, 0, 7};

static struct program *made;
#define prog (*made)
static struct program_at at;
static uint8_t frame[STREAM_SIZE_MAX];
static uint64_t now_ns;

/* One frame that is made another again and again. */
static struct {
	uint8_t frame[STREAM_SIZE_MAX];
	unsigned variant;
	uint16_t len; /* of one that grows */
	bool fresh;
} slot;

static inline uint32_t be(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

/* RFC 1071, the plain way: big-endian words, carries added at the end. */
static inline uint64_t words(const uint8_t *p, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (uint64_t)p[i] << 8;
	return sum;
}

static inline uint16_t folded(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* All that has to be right in any frame: lengths, checksums, payload. */
static inline void check_frame(size_t len)
{
	const bool ipv6 = be(frame + 12, 2) == 0x86dd;
	const uint8_t *ip = frame + 14, *udp = ip + (ipv6 ? 40 : 20);
	const size_t udp_len = len - (size_t)(udp - frame);
	uint64_t sum = 17 + udp_len;

	if (ipv6) {
		assert_int_equal(be(ip, 4), 0x60000000);
		assert_int_equal(be(ip + 4, 2), udp_len);
		assert_int_equal(ip[6], 17);
		sum += words(ip + 8, 32);
	} else {
		assert_int_equal(be(frame + 12, 2), 0x0800);
		assert_int_equal(ip[0], 0x45);
		assert_int_equal(be(ip + 2, 2), len - 14);
		assert_int_equal(ip[9], 17);
		assert_int_equal(folded(words(ip, 20)), 0xffff);
		sum += words(ip + 12, 8);
	}
	assert_int_equal(be(udp + 4, 2), udp_len);
	assert_int_not_equal(be(udp + 6, 2), 0);
	assert_int_equal(folded(sum + words(udp, udp_len)), 0xffff);
	for (size_t i = 8; i < udp_len - (prog.sign ? SIGNATURE_LEN : 0); i++)
		assert_int_equal(udp[i], (uint8_t)(i - 8));
}

static inline void check_signature(size_t len, uint64_t n)
{
	struct signature s;

	assert_true(signature_get(frame + len - SIGNATURE_LEN, &s));
	assert_int_equal(s.sender, prog.sender);
	assert_int_equal(s.seq, n & SIGNATURE_SEQ_MASK);
	assert_true(signature_stamp_of(&s) == now_ns);
}

/* The frame at `from` from nothing but the stream, and from any other. */
static inline void check_other_ways(size_t len, struct program_at from)
{
	static uint8_t created[STREAM_SIZE_MAX];
	struct program_at next_at = from;
	unsigned v;

	memset(created, 0xbd, len + 1);
	assert_int_equal(program_create(&prog, &next_at, now_ns, created), len);
	assert_int_equal(created[len], 0xbd);
	assert_memory_equal(created, frame, len);
	assert_int_equal(next_at.frame, at.frame);
	assert_int_equal(next_at.order, at.order);
	if (!slot.fresh) {
		program_put_longest(&prog, slot.frame);
		slot.fresh = true;
		slot.variant = 0;
		slot.len = prog.variant[0].len;
	}
	if (prog.grow) {
		slot.len = program_regrow(&prog, &from, now_ns, slot.frame,
					  slot.len);
		assert_int_equal(slot.len, len);
		assert_memory_equal(slot.frame, frame, len);
		return;
	}
	v = prog.order[from.order];
	if (v != slot.variant)
		program_put_variant(&prog, slot.variant, v, slot.frame);
	slot.variant = v;
	if (program_edits(&prog))
		program_edit(&prog, &from, v, now_ns, slot.frame);
	assert_memory_equal(slot.frame, frame, len);
}

/* Each frame starts in a buffer that remembers nothing. */
static inline size_t next(void)
{
	const struct program_at from = at;
	size_t len;

	now_ns = now_ns * 0x5851f42d4c957f2d + 1;
	memset(frame, 0xdb, sizeof(frame));
	len = program_next(&prog, &at, now_ns, frame);
	assert_int_equal(frame[len], 0xdb);
	if (prog.sign)
		check_signature(len, from.frame);
	check_other_ways(len, from);
	return len;
}

static inline int try_compile(const struct stream *s)
{
	program_free(made, uk_alloc_get_default());
	made = NULL;
	slot.fresh = false;
	memset(&at, 0, sizeof(at));
	return program_new(&made, s, uk_alloc_get_default());
}

static inline void compile(const struct stream *s)
{
	assert_int_equal(try_compile(s), 0);
}

static inline void set_sizes(struct stream *s, const struct size_weight *sizes,
			     unsigned n)
{
	memset(&s->sizes, 0, sizeof(s->sizes));
	s->sizes.count = (uint8_t)n;
	memcpy(s->sizes.entry, sizes, n * sizeof(*sizes));
}

#endif /* TESTS_PROGRAM_RIG_H */
