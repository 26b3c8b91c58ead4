/* SPDX-License-Identifier: BSD-3-Clause */
/* Protocols as data: their fields, and stacks of them. */
#include <string.h>

#include "net/csum.h"
#include "net/proto/proto.h"
#include "unit.h"

static struct stack st;

static void push(const struct proto *p)
{
	const int layer = (int)st.nb;
	unsigned parts = 0;

	for (unsigned i = 0; p->part && p->part[i].len; i++)
		parts |= 1u << i;
	assert_int_equal(stack_push(&st, p, parts, NULL, 0), layer);
}

static void make(const struct proto *a, const struct proto *b,
		 const struct proto *c)
{
	st = (struct stack){0};
	push(a);
	push(b);
	push(c);
	stack_done(&st);
}

/* Every bit is that of one field, in order; every field says what it is. */
static void fields_fill_their_header(void **state)
{
	(void)state;
	for (size_t i = 0; protos[i]; i++) {
		const struct proto *p = protos[i];
		const unsigned nb = proto_fields(p);
		unsigned part = 0, at = 0, len = p->len;

		assert_true(nb < PROTO_FIELDS_MAX);
		assert_non_null(p->title);
		assert_non_null(p->source);
		for (unsigned f = 0; f < nb; f++) {
			const struct proto_field *field = &p->field[f];

			if (field->part != part) {
				assert_int_equal(at, len * 8);
				part++;
				len = p->part[part - 1].len;
				at = 0;
			}
			assert_int_equal(field->part, part);
			assert_int_equal(field->at, at);
			assert_non_null(field->help);
			at += field->bits;
		}
		assert_int_equal(at, len * 8);
		assert_true(!p->part || !p->part[part].len);
	}
}

/* What a field is set to stands there, in network order, and nowhere else. */
static void a_field_is_set_bit_by_bit(void **state)
{
	uint8_t ones[16], zeros[16] = {0};
	(void)state;

	memset(ones, 0xff, sizeof(ones));
	for (size_t i = 0; protos[i]; i++) {
		const struct proto *p = protos[i];

		for (unsigned f = 0; f < proto_fields(p); f++) {
			const unsigned bits = p->field[f].bits;
			struct stack was;
			unsigned from;

			st = (struct stack){0};
			push(p);
			was = st;
			from = stack_field_at(&st, 0, f);
			stack_set(&st, 0, f, ones);
			for (unsigned bit = 0; bit < st.len * 8u; bit++) {
				const unsigned mask = 0x80u >> bit % 8;
				const bool ours =
					bit >= from && bit < from + bits;

				assert_int_equal(!!(st.header[bit / 8] & mask),
						 ours || was.header[bit / 8] &
								 mask);
			}
			stack_set(&st, 0, f, zeros);
			stack_set(&was, 0, f, zeros);
			assert_memory_equal(st.header, was.header, st.len);
		}
	}
}

static void lengths_and_next_protocols_follow(void **state)
{
	static uint8_t frame[100];
	(void)state;

	make(&proto_eth, &proto_ipv4, &proto_udp);
	assert_int_equal(st.len, UDP4_HEADERS);
	stack_put(&st, frame, sizeof(frame));
	assert_memory_equal(frame + 12, "\x08\x00\x45\x00\x00\x56", 6);
	assert_int_equal(frame[23], 17);
	assert_memory_equal(frame + 38, "\x00\x42\x00\x00", 4);
	make(&proto_eth, &proto_ipv6, &proto_udp);
	stack_put(&st, frame, sizeof(frame));
	assert_memory_equal(frame + 12, "\x86\xdd\x60\x00\x00\x00\x00\x2e\x11",
			    9);
	assert_memory_equal(frame + 58, "\x00\x2e\x00\x00", 4);
}

/* What follows from the stack stays as it is set by hand, also when wrong. */
static void what_is_set_stays(void **state)
{
	static uint8_t frame[100];
	(void)state;

	st = (struct stack){0};
	push(&proto_eth);
	push(&proto_ipv4);
	push(&proto_udp);
	stack_set_number(&st, 0, ETH_TYPE, 0x1234);
	stack_set_number(&st, 1, IPV4_IHL, 9);
	stack_set_number(&st, 1, IPV4_CSUM, 0xdead);
	stack_set_number(&st, 2, UDP_CSUM, 0);
	stack_done(&st);
	stack_put(&st, frame, sizeof(frame));
	assert_memory_equal(frame + 12, "\x12\x34\x49\x00\x00\x56", 6);
	assert_memory_equal(frame + 24, "\xde\xad", 2);
	assert_false(st.layer[1].csum);
	assert_false(st.layer[2].csum);
	assert_false(stack_covers(&st, 2, 2, UDP_SRC));
}

/* A checksum covers its header, what is above, and below the addresses. */
static void checksums_cover_what_they_should(void **state)
{
	(void)state;

	make(&proto_eth, &proto_ipv4, &proto_udp);
	assert_true(stack_covers(&st, 1, 1, IPV4_TTL));
	assert_true(stack_covers(&st, 1, 1, IPV4_SRC));
	assert_false(stack_covers(&st, 1, 2, UDP_SRC));
	assert_false(stack_covers(&st, 1, 0, ETH_DST));
	assert_false(stack_covers(&st, 1, 0, PROTO_PAYLOAD));
	assert_true(stack_covers(&st, 2, 2, UDP_DST));
	assert_true(stack_covers(&st, 2, 1, IPV4_DST));
	assert_false(stack_covers(&st, 2, 1, IPV4_TTL));
	assert_false(stack_covers(&st, 2, 0, ETH_SRC));
	assert_true(stack_covers(&st, 2, 0, PROTO_PAYLOAD));
	assert_false(stack_covers(&st, 0, 0, ETH_SRC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_fill_their_header),
		cmocka_unit_test(a_field_is_set_bit_by_bit),
		cmocka_unit_test(lengths_and_next_protocols_follow),
		cmocka_unit_test(what_is_set_stays),
		cmocka_unit_test(checksums_cover_what_they_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
