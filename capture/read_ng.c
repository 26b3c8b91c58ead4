/* SPDX-License-Identifier: BSD-3-Clause */
/* draft-ietf-opsawg-pcapng. */
#include <string.h>

#include "capture/read.h"
#include "capture/read_impl.h"

/* Blocks: 4.1 to 4.4, and A of the packet block that is not made any more. */
#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_OLD 2u
#define BLOCK_SIMPLE 3u
#define BLOCK_ENHANCED 6u

#define ORDER 0x1a2b3c4du /* 4.1 */

/* A block's type and length, and its length again. */
#define BLOCK_BYTES 12

#define OPTION_END 0
#define OPTION_RESOLUTION 9
#define OPTION_OFFSET 14

struct block {
	uint32_t type, len; /* of all of it */
	const unsigned char *p;
};

static const uint64_t power_of_10[] = {
	1,
	10,
	100,
	1000,
	10000,
	100000,
	1000000,
	10000000,
	100000000,
	1000000000,
	10000000000,
	100000000000,
	1000000000000,
	10000000000000,
	100000000000000,
	1000000000000000,
	10000000000000000,
	100000000000000000,
	1000000000000000000,
	10000000000000000000u,
};

#define S_NS 1000000000u

/* A resolution of up to a nanosecond, as most have, needs no division. */
static bool scale(uint8_t resolution, uint64_t ticks, uint64_t *ns)
{
	const unsigned n = resolution & 0x7f;
	unsigned __int128 wide;

	if (resolution & 0x80) {
		wide = n < 64 ? (unsigned __int128)(ticks >> n) * S_NS : 0;
		if (n < 64)
			ticks &= (1ull << n) - 1;
		wide += (unsigned __int128)ticks * S_NS >> n;
		*ns = (uint64_t)wide;
		return wide >> 64 == 0;
	}
	if (n <= 9)
		return !__builtin_mul_overflow(ticks, power_of_10[9 - n], ns);
	*ns = n - 9 < 20 ? ticks / power_of_10[n - 9] : 0;
	return true;
}

bool capture_ns(const struct capture_interface *i, uint64_t ticks, uint64_t *ns)
{
	__int128 all;

	if (!scale(i->resolution, ticks, ns))
		return false;
	all = (__int128)i->offset_s * S_NS + *ns;
	*ns = (uint64_t)all;
	return all >= 0 && all >> 64 == 0;
}

/* The bytes of a block that its fields take, besides the frame. */
static unsigned fields_bytes(uint32_t type)
{
	switch (type) {
	case BLOCK_SECTION:
		return 28;
	case BLOCK_INTERFACE:
		return 20;
	case BLOCK_OLD:
	case BLOCK_ENHANCED:
		return 32;
	case BLOCK_SIMPLE:
		return 16;
	default:
		return BLOCK_BYTES;
	}
}

/*
 * Goes behind the block. Its last 4 bytes are compared where it is here; of one
 * that is passed over when they come.
 */
static void pass(struct capture_reader *r, const struct block *b)
{
	r->at += b->len - 4;
	r->tail = b->len;
	r->tail_left = 4;
}

static enum capture_result read_tail(struct capture_reader *r,
				     const struct capture_bytes *bytes)
{
	enum capture_result result;
	const unsigned char *p = capture_have(r, bytes, 4, "a block", &result);

	if (!p)
		return result;
	if (capture_u32(r, p) != r->tail)
		return capture_fail(r, r->at,
				    "a block of %u bytes ends with a length "
				    "of %u",
				    (unsigned)r->tail,
				    (unsigned)capture_u32(r, p));
	r->at += 4;
	r->tail_left = 0;
	return CAPTURE_RECORD;
}

/* A section may have another order of bytes; it knows no interface yet. */
static enum capture_result read_section(struct capture_reader *r,
					const struct block *b)
{
	if (capture_u16(r, b->p + 12) != 1)
		return capture_fail(
			r, r->at + 12, "version %u.%u of pcapng is not read",
			capture_u16(r, b->p + 12), capture_u16(r, b->p + 14));
	r->nb_interfaces = 0;
	return CAPTURE_RECORD;
}

static bool read_options(struct capture_reader *r, struct capture_interface *i,
			 const unsigned char *p, uint32_t left)
{
	while (left) {
		uint32_t code, len, padded;

		if (left < 4)
			return false;
		code = capture_u16(r, p);
		len = capture_u16(r, p + 2);
		if (code == OPTION_END)
			return true;
		padded = (len + 3) & ~3u;
		if (padded > left - 4)
			return false;
		if (code == OPTION_RESOLUTION && len == 1)
			i->resolution = p[4];
		if (code == OPTION_OFFSET && len == 8)
			i->offset_s = (int64_t)capture_u64(r, p + 4);
		p += 4 + padded;
		left -= 4 + padded;
	}
	return true;
}

static enum capture_result read_interface(struct capture_reader *r,
					  const struct block *b)
{
	struct capture_interface *i = &r->interface[r->nb_interfaces];

	if (r->nb_interfaces == CAPTURE_INTERFACES_MAX)
		return capture_fail(r, r->at, "it has over %u interfaces",
				    CAPTURE_INTERFACES_MAX);
	memset(i, 0, sizeof(*i));
	i->link = capture_u16(r, b->p + 8);
	i->snap = capture_u32(r, b->p + 12);
	i->resolution = 6;
	if (!read_options(r, i, b->p + 16, b->len - fields_bytes(b->type)))
		return capture_fail(r, r->at,
				    "an interface's options run out of its "
				    "block");
	r->nb_interfaces++;
	return CAPTURE_RECORD;
}

/* What all three kinds of records have; false of one that has no time. */
static bool read_fields(const struct capture_reader *r, const struct block *b,
			struct capture_record *record, uint64_t *ticks)
{
	const unsigned char *p = b->p;

	if (b->type == BLOCK_SIMPLE) {
		const uint32_t snap = r->interface[0].snap;

		record->interface = 0;
		record->orig_len = capture_u32(r, p + 8);
		record->len = record->orig_len;
		if (snap && record->len > snap)
			record->len = snap;
		record->data = p + 12;
		return false;
	}
	record->interface = b->type == BLOCK_OLD ? capture_u16(r, p + 8)
						 : capture_u32(r, p + 8);
	*ticks =
		(uint64_t)capture_u32(r, p + 12) << 32 | capture_u32(r, p + 16);
	record->len = capture_u32(r, p + 20);
	record->orig_len = capture_u32(r, p + 24);
	record->data = p + 28;
	return true;
}

static enum capture_result read_record(struct capture_reader *r,
				       const struct block *b,
				       struct capture_record *record)
{
	uint64_t ticks = 0, ns = r->first_ns + (uint64_t)r->last_ns;
	const bool timed = read_fields(r, b, record, &ticks);
	const uint32_t room = b->len - fields_bytes(b->type);

	record->at = r->at;
	if (record->interface >= r->nb_interfaces)
		return capture_fail(
			r, r->at,
			"it names interface %u, which no block describes",
			record->interface);
	if (record->len > room)
		return capture_fail(r, r->at,
				    "its length, %u bytes, is over the %u of "
				    "its block",
				    (unsigned)record->len, (unsigned)room);
	if (record->len > CAPTURE_FRAME_MAX)
		return capture_fail(r, r->at,
				    "its length, %u bytes, is over %u",
				    (unsigned)record->len, CAPTURE_FRAME_MAX);
	record->link = r->interface[record->interface].link;
	/* One without a time comes together with the one before it. */
	if (timed && !capture_ns(&r->interface[record->interface], ticks, &ns))
		return capture_fail(r, r->at,
				    "its time is not within 1970 to 2554");
	return capture_give(r, record, ns);
}

/* The front of a block, which of a section also tells the order of bytes. */
static enum capture_result read_front(struct capture_reader *r,
				      const struct capture_bytes *bytes,
				      struct block *b)
{
	enum capture_result result;

	b->p = capture_have(r, bytes, BLOCK_BYTES, "a block's header", &result);
	if (!b->p)
		return result;
	b->type = capture_u32(r, b->p);
	if (b->type == BLOCK_SECTION) {
		r->big = b->p[8] == 0x1a;
		if (capture_u32(r, b->p + 8) != ORDER)
			return capture_fail(r, r->at + 8,
					    "a section's order of bytes is "
					    "%02x%02x%02x%02x",
					    b->p[8], b->p[9], b->p[10],
					    b->p[11]);
	}
	b->len = capture_u32(r, b->p + 4);
	if (b->len % 4 || b->len < fields_bytes(b->type))
		return capture_fail(r, r->at + 4,
				    "a block of type %u has a length of %u "
				    "bytes",
				    (unsigned)b->type, (unsigned)b->len);
	return CAPTURE_RECORD;
}

static enum capture_result take_block(struct capture_reader *r,
				      const struct block *b,
				      struct capture_record *record)
{
	switch (b->type) {
	case BLOCK_SECTION:
		return read_section(r, b);
	case BLOCK_INTERFACE:
		return read_interface(r, b);
	default:
		return read_record(r, b, record);
	}
}

/* True of blocks that are looked at. */
static bool known(uint32_t type)
{
	return fields_bytes(type) != BLOCK_BYTES;
}

/* A block; *given with a record. CAPTURE_RECORD: go on. */
static enum capture_result next(struct capture_reader *r,
				const struct capture_bytes *bytes,
				struct capture_record *record, bool *given)
{
	enum capture_result result;
	struct block b = {0};

	if (r->tail_left)
		return read_tail(r, bytes);
	if (bytes->last && !capture_left(r, bytes))
		return CAPTURE_END;
	result = read_front(r, bytes, &b);
	if (result != CAPTURE_RECORD)
		return result;
	if (known(b.type)) {
		if (b.len > CAPTURE_BLOCK_MAX)
			return capture_fail(r, r->at + 4,
					    "a block of type %u has %u bytes, "
					    "over %u",
					    (unsigned)b.type, (unsigned)b.len,
					    CAPTURE_BLOCK_MAX);
		b.p = capture_have(r, bytes, b.len, "a block", &result);
		if (!b.p)
			return result;
		if (capture_u32(r, b.p + b.len - 4) == b.len) {
			result = take_block(r, &b, record);
			if (result != CAPTURE_RECORD)
				return result;
			*given = b.type != BLOCK_SECTION &&
				 b.type != BLOCK_INTERFACE;
		}
	}
	pass(r, &b);
	return CAPTURE_RECORD;
}

enum capture_result capture_next_block(struct capture_reader *r,
				       const struct capture_bytes *bytes,
				       struct capture_record *record)
{
	enum capture_result result = CAPTURE_RECORD;
	bool given = false;

	while (result == CAPTURE_RECORD && !given)
		result = next(r, bytes, record, &given);
	return result;
}
