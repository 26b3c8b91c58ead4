/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds a field in frames that came, whatever their headers are. A frame is
 * walked through once; what that looked at, and where the field is, are a
 * shape, which tells frames that are alike by a comparison of a few bytes.
 *
 * Pure data: no state, no allocation. find_in() is not for each frame, but
 * find_fits() and find_value() are.
 */
#ifndef NET_PROTO_FIND_H
#define NET_PROTO_FIND_H

#include <string.h>

#include "net/proto/proto.h"

enum find_kind {
	FIND_FIELD, /* of a header */
	FIND_BITS,  /* at an offset */
	FIND_SIZE,  /* no field: how long the frame is, FCS included */
};

struct find {
	uint8_t kind;     /* enum find_kind */
	uint8_t instance; /* 1: the first header of that name */
	uint8_t bits;     /* 1..64 */
	uint8_t field;
	uint16_t at; /* FIND_BITS: bits from the frame's start */
	const struct proto *proto;
};

/*
 * Takes "vlan.id", "vlan.2.id"; "14:12", 12 bits from byte 14 on, "14.4:12"
 * from its fifth bit on; "@14.12" as `set` has it; "size". 0, or -ENOENT: there
 * is no such header, or *f has its `proto`, which lacks that field; -ERANGE:
 * the field has more than 64 bits, or the offset is too large; -EINVAL.
 */
int find_take(struct find *f, const char *text);

/* As it is typed. */
#define FIND_NAME_MAX 40
void find_name(const struct find *f, char *buf, size_t size);

#define FIND_WORDS 8

struct find_shape {
	uint16_t need;  /* bytes that a frame has at least; 0xffff: no shape */
	uint16_t at;    /* of the 8 bytes that hold the field */
	uint8_t shift;  /* of its lowest bit in them, as a number */
	uint8_t nb;     /* of `word` */
	bool has;       /* the field is there */
	uint64_t value; /* a mask of its bits, shifted down */
	/* These bits of these 8 bytes are so, as they lie in memory. */
	struct find_word {
		uint64_t mask, is;
		uint16_t at;
	} word[FIND_WORDS];
};

/*
 * Walks through the first `len` bytes of a frame; false where it has no such
 * field, which *s says, too.
 */
bool find_in(const struct find *f, const uint8_t *frame, size_t len,
	     struct find_shape *s);

static inline uint64_t find_load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Whether a frame of `len` bytes is alike. */
static inline bool find_fits(const struct find_shape *s, const uint8_t *frame,
			     size_t len)
{
	if (__builtin_expect(len < s->need, 0))
		return false;
	for (unsigned i = 0; i < s->nb; i++)
		if (__builtin_expect((find_load(frame + s->word[i].at) &
				      s->word[i].mask) != s->word[i].is,
				     0))
			return false;
	return true;
}

/* Of one that has it. */
static inline uint64_t find_value(const struct find_shape *s,
				  const uint8_t *frame)
{
	return __builtin_bswap64(find_load(frame + s->at)) >> s->shift &
	       s->value;
}

#endif /* NET_PROTO_FIND_H */
