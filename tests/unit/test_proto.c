/* SPDX-License-Identifier: BSD-3-Clause */
/* Protocols as data: their fields, and stacks of them. */
#include <string.h>

#include "net/csum.h"
#include "net/proto/proto.h"
#include "unit.h"

static const struct proto *const protos[] = {&proto_eth, &proto_ipv4,
					     &proto_ipv6, &proto_udp};

#define NB (sizeof(protos) / sizeof(protos[0]))

static void fields_fill_their_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < NB; i++) {
		const struct proto *p = protos[i];
		unsigned at = 0;

		for (unsigned f = 0; f < PROTO_FIELDS_MAX && p->field[f].name;
		     f++) {
			assert_int_equal(p->field[f].at, at);
			at += p->field[f].bits;
		}
		assert_int_equal(at, p->len * 8);
		assert_non_null(p->source);
	}
}

/* What a field is set to stands there, in network order, and nowhere else. */
static void a_field_is_set_bit_by_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < NB; i++) {
		const struct proto *p = protos[i];

		for (unsigned f = 0; f < PROTO_FIELDS_MAX && p->field[f].name;
		     f++) {
			struct stack st = {0}, was;
			const unsigned from = p->field[f].at;

			if (p->field[f].bits > 64)
				continue;
			stack_push(&st, p);
			was = st;
			stack_set(&st, 0, f, ~0ull);
			for (unsigned bit = 0; bit < p->len * 8u; bit++) {
				const unsigned mask = 0x80u >> bit % 8;
				const bool ours = bit >= from &&
						  bit < from + p->field[f].bits;

				assert_int_equal(!!(st.header[bit / 8] & mask),
						 ours || was.header[bit / 8] &
								 mask);
			}
			stack_set(&st, 0, f, 0);
			stack_set(&was, 0, f, 0);
			assert_memory_equal(st.header, was.header, p->len);
		}
	}
}

static void lengths_and_next_protocols_follow(void **state)
{
	static uint8_t frame[100];
	struct stack st = {0};
	(void)state;

	stack_push(&st, &proto_eth);
	stack_push(&st, &proto_ipv4);
	stack_push(&st, &proto_udp);
	assert_int_equal(st.len, UDP4_HEADERS);
	stack_put(&st, frame, sizeof(frame));
	assert_memory_equal(frame + 12, "\x08\x00\x45\x00\x00\x56", 6);
	assert_int_equal(frame[23], 17);
	assert_memory_equal(frame + 38, "\x00\x42\x00\x00", 4);
	st = (struct stack){0};
	stack_push(&st, &proto_eth);
	stack_push(&st, &proto_ipv6);
	stack_push(&st, &proto_udp);
	stack_put(&st, frame, sizeof(frame));
	assert_memory_equal(frame + 12, "\x86\xdd\x60\x00\x00\x00\x00\x2e\x11",
			    9);
	assert_memory_equal(frame + 58, "\x00\x2e\x00\x00", 4);
}

/* A checksum covers its header, what is above, and below the addresses. */
static void checksums_cover_what_they_should(void **state)
{
	struct stack st = {0};
	(void)state;

	stack_push(&st, &proto_eth);
	stack_push(&st, &proto_ipv4);
	stack_push(&st, &proto_udp);
	assert_true(stack_covers(&st, 1, 1, IPV4_TTL));
	assert_true(stack_covers(&st, 1, 1, IPV4_SRC));
	assert_false(stack_covers(&st, 1, 2, UDP_SRC));
	assert_false(stack_covers(&st, 1, 0, ETH_DST));
	assert_true(stack_covers(&st, 2, 2, UDP_DST));
	assert_true(stack_covers(&st, 2, 1, IPV4_DST));
	assert_false(stack_covers(&st, 2, 1, IPV4_TTL));
	assert_false(stack_covers(&st, 2, 0, ETH_SRC));
	assert_false(stack_covers(&st, 0, 0, ETH_SRC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_fill_their_header),
		cmocka_unit_test(a_field_is_set_bit_by_bit),
		cmocka_unit_test(lengths_and_next_protocols_follow),
		cmocka_unit_test(checksums_cover_what_they_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
