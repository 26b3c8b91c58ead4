/* SPDX-License-Identifier: BSD-3-Clause */
/* Which size each frame has: mixes, genomes, ranges, random sizes. */
#include "program_rig.h"

/* The size of the next frame, which is not made. */
static unsigned next_size(void)
{
	unsigned index;

	if (!prog.grow)
		return prog.variant[program_step(&prog, &at)].len + 4u;
	index = program_grown(&prog, &at);
	program_step_grown(&prog, &at);
	return program_grown_len(&prog, index) + 4;
}

/*
 * Those that the API of the Open Traffic Generator has, where a frame can be as
 * short: each exact over each round, and never far from its share before.
 */
static void otg_mixes_are_exact(void **state)
{
	static const struct {
		const char *text;
		unsigned round;
	} mixes[] = {
		{"64:7,570:4,1518:1", 12},
		{"90:58.67,92:2,594:23.66,1418:15.67", 10000},
		{"66:58.67,496:2,594:23.66,1518:15.67", 10000},
		{"64:58.67,66:2,594:23.66,1518:15.67", 10000},
		{"90:58.67,92:2,594:23.66,1518:15.67", 10000},
		{"64:58.33,594:33.33,1518:8.34", 10000},
		{"64:50.00,65:50.00", 2},
	};
	(void)state;

	for (size_t m = 0; m < sizeof(mixes) / sizeof(mixes[0]); m++) {
		struct stream s;
		unsigned sum = 0;

		stream_init(&s, mac);
		take_sizes(&s, mixes[m].text);
		compile(&s);
		assert_int_equal(prog.nb_order, mixes[m].round);
		for (unsigned i = 0; i < s.sizes.count; i++)
			sum += s.sizes.entry[i].weight;
		for (int64_t n = 1; n <= 3 * (int64_t)mixes[m].round; n++) {
			static int64_t seen[SIZES_MAX];
			const unsigned size = next_size();

			for (unsigned i = 0; i < s.sizes.count; i++) {
				const struct size_weight *e = &s.sizes.entry[i];
				int64_t off;

				seen[i] = (n > 1) * seen[i] + (size == e->size);
				off = seen[i] * sum - n * e->weight;
				assert_true(off < sum && off > -(int64_t)sum);
				if (n % mixes[m].round == 0)
					assert_int_equal(off, 0);
			}
		}
		for (unsigned i = 0; i < 20; i++)
			check_frame(next());
	}
}

static void genomes_come_as_written(void **state)
{
	static const char text[] = "imix abbagzii";
	static const unsigned size[] = {64,   128,  128,  64,
					1518, 1518, 9000, 9000};
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	take_sizes(&s, text);
	compile(&s);
	for (unsigned i = 0; i < 24; i++)
		assert_int_equal(next() + 4, size[i % 8]);
	/* All letters there are. */
	take_sizes(&s, "imix zihgfedcba");
	s.port_size = 9018;
	compile(&s);
	assert_int_equal(next() + 4, 9018);
	assert_int_equal(next() + 4, 9000);
	set_headers(&s, "eth/vlan/ipv4/udp");
	take_sizes(&s, "imix z");
	s.port_size = 1518;
	compile(&s);
	assert_int_equal(next() + 4, 1522);
}

static void ranges_go_from_end_to_end(void **state)
{
	static const struct {
		const char *text;
		unsigned first, step, n;
	} t[] = {
		{"64-1518", 64, 1, 1455},
		{"64-1518 step 7", 64, 7, 208},
		{"1518-64 step 2", 1518, -2u, 728},
		{"9018-64", 9018, -1u, 8955},
		{"100-101", 100, 1, 2},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct stream s;

		stream_init(&s, mac);
		s.payload = PAYLOAD_INCREMENT;
		take_sizes(&s, t[i].text);
		compile(&s);
		for (unsigned n = 0; n < 2 * t[i].n; n++) {
			const unsigned size =
				t[i].first + n % t[i].n * t[i].step;

			if (t[i].n < 1000) {
				assert_int_equal(next() + 4, size);
				check_frame(size - 4);
			} else {
				assert_int_equal(next_size(), size);
			}
		}
	}
}

/* A function of the seed and the frame's number, each size as often. */
static void random_sizes_are_repeatable(void **state)
{
	static unsigned first[3000], seen[65];
	struct stream s;
	unsigned alike = 0;
	(void)state;

	stream_init(&s, mac);
	take_sizes(&s, "random 64-128");
	compile(&s);
	for (unsigned i = 0; i < 65000; i++) {
		const unsigned size = next_size();

		assert_in_range(size, 64, 128);
		seen[size - 64]++;
		if (i < 3000)
			first[i] = size;
	}
	for (unsigned i = 0; i < 65; i++)
		assert_in_range(seen[i], 850, 1150);
	/* From anywhere, in any order. */
	for (unsigned i = 3000; i-- > 0;) {
		memset(&at, 0, sizeof(at));
		at.frame = i;
		assert_int_equal(next_size(), first[i]);
	}
	s.seed++;
	compile(&s);
	for (unsigned i = 0; i < 3000; i++)
		alike += next_size() == first[i];
	assert_in_range(alike, 15, 90);
}

/* What goes on at the same frame has the same size. */
static void a_switch_keeps_the_sizes(void **state)
{
	static const char *const kinds[] = {"64-1518", "random 64-1518",
					    "64:58.67,66:2,594:39.33",
					    "imix aabbcg"};
	(void)state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct program *other = NULL;
		unsigned size[300];
		struct stream s;

		stream_init(&s, mac);
		take_sizes(&s, kinds[i]);
		compile(&s);
		for (unsigned n = 0; n < 300; n++)
			size[n] = next_size();
		compile(&s);
		for (unsigned n = 0; n < 100; n++)
			assert_int_equal(next() + 4, size[n]);
		set_field(&s, "ipv4.ttl", "9");
		assert_int_equal(
			program_new(&other, &s, uk_alloc_get_default()), 0);
		program_switch(&prog, other, &at);
		program_free(made, uk_alloc_get_default());
		made = other;
		slot.fresh = false;
		for (unsigned n = 100; n < 300; n++)
			assert_int_equal(next() + 4, size[n]);
	}
}

/* What lies on a length that grows is refused, and kept where none does. */
static void nothing_lies_on_a_length(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	take_sizes(&s, "64-128");
	set_field(&s, "@17.4", "5");
	assert_int_equal(try_compile(&s), -EBUSY);
	set_field(&s, "@17.4", "1-5");
	assert_int_equal(try_compile(&s), -EBUSY);
	set_field(&s, "@17.4", "auto");
	set_field(&s, "ipv4.len", "40-60");
	compile(&s);
	for (unsigned i = 0; i < 70; i++) {
		assert_int_equal(next(), 60 + i % 65);
		assert_int_equal(be(frame + 16, 2), 40 + i % 21);
	}
	take_sizes(&s, "64");
	set_field(&s, "@17.4", "1-5");
	set_field(&s, "ipv4.len", "auto");
	compile(&s);
}

/* Of 802.3 a length becomes a type; padding stays behind what ends early. */
static void lengths_that_change_their_ways(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_headers(&s, "eth/llc");
	take_sizes(&s, "1510-1525");
	compile(&s);
	assert_int_equal(prog.nb_variants, 2);
	for (unsigned i = 0; i < 32; i++) {
		const unsigned len = 1506 + i % 16;

		assert_int_equal(next(), len);
		assert_int_equal(be(frame + 12, 2),
				 len - 14 > 1500 ? 0x8870 : len - 14);
	}
	set_headers(&s, "eth/arp");
	take_sizes(&s, "64-80");
	compile(&s);
	for (unsigned i = 0; i < 20; i++)
		next();
}

/* Besides its longest frame two bytes for each size, and little else. */
static void it_is_small(void **state)
{
	struct stream s;
	const uint8_t *end;
	(void)state;

	stream_init(&s, mac);
	take_sizes(&s, "64-1518");
	compile(&s);
	end = prog.frame + prog.longest;
	assert_in_range(end - (const uint8_t *)made, 0, 1518 + 2 * 1455 + 1200);
	take_sizes(&s, "64:5000,65:4999");
	compile(&s);
	end = prog.frame + prog.longest;
	assert_in_range(end - (const uint8_t *)made, 0, 1200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(otg_mixes_are_exact),
		cmocka_unit_test(genomes_come_as_written),
		cmocka_unit_test(ranges_go_from_end_to_end),
		cmocka_unit_test(random_sizes_are_repeatable),
		cmocka_unit_test(a_switch_keeps_the_sizes),
		cmocka_unit_test(nothing_lies_on_a_length),
		cmocka_unit_test(lengths_that_change_their_ways),
		cmocka_unit_test(it_is_small),
	};

	return cmocka_run_group_tests_name("sizes of a program", tests, NULL,
					   NULL);
}
