/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames by their content, judged by sums of its own. */
#include "program_rig.h"

static void defaults_are_those_of_the_rfcs(void **state)
{
	struct stream s;
	struct gap gap;
	bool unpaced;
	(void)state;

	stream_init(&s, mac);
	assert_int_equal(stream_gap(&s, &gap, &unpaced), 0);
	assert_true(unpaced);
	compile(&s);
	assert_int_equal(next(), 60);
	check_frame(60);
	assert_memory_equal(frame, "\xff\xff\xff\xff\xff\xff", 6);
	assert_memory_equal(frame + 6, mac, 6);
	assert_int_equal(frame[22], 64);
	assert_int_equal(be(frame + 26, 4), 0xc6120001);
	assert_int_equal(be(frame + 30, 4), 0xc6120002);
	assert_int_equal(be(frame + 34, 2), 5001);
	assert_int_equal(be(frame + 36, 2), 5001);
	set_ip(&s, true);
	stream_set_size(&s, 66);
	compile(&s);
	assert_int_equal(next(), 62);
	check_frame(62);
	assert_int_equal(frame[21], 64);
	assert_memory_equal(frame + 22, "\x20\x01\0\2\0\0\0\0\0\0\0\0\0\0\0\1",
			    16);
	assert_memory_equal(frame + 38, "\x20\x01\0\2\0\0\0\0\0\0\0\0\0\0\0\2",
			    16);
}

static void every_setting_is_in_the_frame(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	stream_set_size(&s, 66);
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const uint8_t *udp = frame + (ipv6 ? 54 : 34);

		set_ip(&s, ipv6);
		set_field(&s, "eth.src", "02:11:12:13:14:15");
		set_field(&s, "eth.dst", "02:21:22:23:24:25");
		set_field(&s, ipv6 ? "ipv6.src" : "ipv4.src",
			  ipv6 ? "4142:4344:4546:4748:494a:4b4c:4d4e:4f50"
			       : "10.1.2.3");
		set_field(&s, ipv6 ? "ipv6.dst" : "ipv4.dst",
			  ipv6 ? "6162:6364:6566:6768:696a:6b6c:6d6e:6f70"
			       : "10.4.5.6");
		set_field(&s, ipv6 ? "ipv6.hops" : "ipv4.ttl", "255");
		set_field(&s, "udp.src", "0xfedc");
		set_field(&s, "udp.dst", "53");
		compile(&s);
		check_frame(next());
		assert_memory_equal(frame, "\x02\x21\x22\x23\x24\x25", 6);
		assert_memory_equal(frame + 6, "\x02\x11\x12\x13\x14\x15", 6);
		assert_int_equal(frame[ipv6 ? 21 : 22], 255);
		assert_memory_equal(udp - (ipv6 ? 32 : 8),
				    ipv6 ? "ABCDEFGHIJKLMNOP" : "\x0a\1\2\3",
				    ipv6 ? 16 : 4);
		assert_memory_equal(udp - (ipv6 ? 16 : 4),
				    ipv6 ? "abcdefghijklmnop" : "\x0a\4\5\6",
				    ipv6 ? 16 : 4);
		assert_int_equal(be(udp, 2), 0xfedc);
		assert_int_equal(be(udp + 2, 2), 53);
	}
}

static void right_at_every_size(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		set_ip(&s, ipv6);
		for (uint16_t size = ipv6 ? 66 : 64; size <= 9018; size++) {
			stream_set_size(&s, size);
			compile(&s);
			assert_int_equal(next(), size - 4);
			check_frame(size - 4u);
		}
	}
}

static void sizes_out_of_range(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	stream_set_size(&s, 63);
	assert_int_equal(try_compile(&s), -EMSGSIZE);
	stream_set_size(&s, 9019);
	assert_int_equal(try_compile(&s), -EMSGSIZE);
	set_sizes(&s, (struct size_weight[]){{66, 1}, {65, 1}}, 2);
	assert_int_equal(try_compile(&s), 0);
	set_ip(&s, true);
	assert_int_equal(try_compile(&s), -EMSGSIZE);
	assert_int_equal(stream_bad_size(&s, 66, 1518), 65);
}

/* Each round has each size as often as its weight, and never far from it. */
static void a_mix_is_exact_and_smooth(void **state)
{
	static const struct {
		unsigned n;
		struct size_weight size[8];
	} mixes[] = {
		{3, {{64, 7}, {594, 4}, {1518, 1}}},
		{2, {{1518, 255}, {64, 1}}},
		{2, {{64, 1}, {1518, 1}}},
		{2, {{9018, 128}, {66, 128}}},
		{8,
		 {{64, 32},
		  {65, 32},
		  {66, 32},
		  {67, 32},
		  {68, 32},
		  {69, 32},
		  {70, 32},
		  {71, 32}}},
		{8,
		 {{512, 1},
		  {66, 2},
		  {1518, 4},
		  {68, 8},
		  {9018, 16},
		  {70, 32},
		  {71, 64},
		  {72, 128}}},
	};
	(void)state;

	for (size_t m = 0; m < sizeof(mixes) / sizeof(mixes[0]); m++) {
		unsigned sum = 0;
		struct stream s;

		stream_init(&s, mac);
		set_sizes(&s, mixes[m].size, mixes[m].n);
		for (unsigned i = 0; i < mixes[m].n; i++)
			sum += mixes[m].size[i].weight;
		compile(&s);
		for (int round = 0; round < 3; round++) {
			int seen[8] = {0};

			for (int n = 1; n <= (int)sum; n++) {
				size_t len = next();

				check_frame(len);
				for (unsigned i = 0; i < mixes[m].n; i++) {
					const struct size_weight *e =
						&mixes[m].size[i];
					int off;

					seen[i] += len == e->size - 4u;
					off = seen[i] * (int)sum -
					      n * (int)e->weight;
					assert_in_range(off + 2 * (int)sum, 0,
							4 * (int)sum);
				}
			}
			for (unsigned i = 0; i < mixes[m].n; i++)
				assert_int_equal(seen[i],
						 mixes[m].size[i].weight);
		}
	}
}

static void imix_is_in_this_order(void **state)
{
	static const unsigned order[] = {64,   594, 64,  64, 594, 64,
					 1518, 64,  594, 64, 594, 64};
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_sizes(&s, (struct size_weight[]){{64, 7}, {594, 4}, {1518, 1}}, 3);
	compile(&s);
	for (unsigned i = 0; i < 24; i++)
		assert_int_equal(next() + 4, order[i % 12]);
}

/* Addresses over more than 65,536 frames: all carries, and the wrap. */
static void prefixes_wrap(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_low(&s, "src", 17, "10.255.255.254");
	set_low(&s, "dst", 2, "10.0.0.253");
	compile(&s);
	for (uint32_t n = 0; n < 300000; n++) {
		assert_int_equal(next(), 60);
		assert_int_equal(be(frame + 26, 4),
				 0x0afe0000 | ((0x1fffe + n) & 0x1ffff));
		assert_int_equal(be(frame + 30, 4), 0x0a0000fc | ((1 + n) & 3));
		check_frame(60);
	}
	assert_int_equal(at.frame, 300000);
}

static void ipv6_prefixes_wrap(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_ip(&s, true);
	stream_set_size(&s, 66);
	set_low(&s, "src", 32, "2001:2::ffff:ffff");
	set_low(&s, "dst", 16, "2001:2::5a:2");
	compile(&s);
	for (uint32_t n = 0; n < 150000; n++) {
		assert_int_equal(next(), 62);
		assert_memory_equal(frame + 22, "\x20\x01\0\2\0\0\0\0\0\0\0",
				    12);
		assert_int_equal(be(frame + 34, 4), n - 1);
		assert_memory_equal(frame + 38,
				    "\x20\x01\0\2\0\0\0\0\0\0\0\0\0\x5a", 14);
		assert_int_equal(be(frame + 52, 2), (2 + n) & 0xffff);
		check_frame(62);
	}
}

/* Each with the other's settings in between: no header of another size. */
static void mixes_with_prefixes(void **state)
{
	struct stream s;
	(void)state;

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		stream_init(&s, mac);
		set_ip(&s, ipv6);
		set_sizes(&s,
			  (struct size_weight[]){
				  {1518, 1}, {66, 5}, {67, 3}, {571, 2}},
			  4);
		set_low(&s, "src", ipv6 ? 28 : 16, NULL);
		set_low(&s, "dst", 1, NULL);
		compile(&s);
		for (uint32_t n = 0; n < 100000; n++) {
			size_t len = next();

			check_frame(len);
			assert_int_equal(be(frame + (ipv6 ? 36 : 28), 2),
					 (n + 1) & 0xffff);
		}
	}
}

/* A UDP checksum of 0 stands for none: such frames carry 0xffff. */
static void the_udp_checksum_is_never_zero(void **state)
{
	unsigned ones = 0;
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_low(&s, "src", 16, NULL);
	compile(&s);
	for (uint32_t n = 0; n < 65536; n++) {
		next();
		ones += be(frame + 40, 2) == 0xffff;
		check_frame(60);
	}
	assert_in_range(ones, 1, 2);
}

static void a_field_keeps_to_its_bits(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_field(&s, "@34.8", "19-255 step 3");
	compile(&s);
	for (uint32_t n = 0; n < 1000; n++) {
		next();
		assert_int_equal(be(frame + 34, 2),
				 (19 + 3 * (n % 79)) << 8 | (5001 & 0xff));
		assert_int_equal(be(frame + 36, 2), 5001);
		check_frame(60);
	}
}

static void a_switch_goes_on_where_it_was(void **state)
{
	struct program *other = NULL;
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_sizes(&s, (struct size_weight[]){{64, 7}, {594, 4}, {1518, 1}}, 3);
	set_low(&s, "src", 8, NULL);
	compile(&s);
	for (int i = 0; i < 7; i++)
		next();
	set_field(&s, "ipv4.ttl", "9");
	assert_int_equal(program_new(&other, &s, uk_alloc_get_default()), 0);
	program_switch(&prog, other, &at);
	program_free(other, uk_alloc_get_default());
	assert_int_equal(at.order, 7);
	/* Another size, the same order; and fewer places than it was at. */
	s.sizes.entry[0].size = 65;
	assert_int_equal(program_new(&other, &s, uk_alloc_get_default()), 0);
	program_switch(&prog, other, &at);
	program_free(other, uk_alloc_get_default());
	assert_int_equal(at.order, 0);
	at.order = 7;
	stream_set_size(&s, 64);
	assert_int_equal(program_new(&other, &s, uk_alloc_get_default()), 0);
	program_switch(&prog, other, &at);
	program_free(other, uk_alloc_get_default());
	assert_int_equal(at.order, 0);
	assert_int_equal(at.frame, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_rfcs),
		cmocka_unit_test(every_setting_is_in_the_frame),
		cmocka_unit_test(right_at_every_size),
		cmocka_unit_test(sizes_out_of_range),
		cmocka_unit_test(a_mix_is_exact_and_smooth),
		cmocka_unit_test(imix_is_in_this_order),
		cmocka_unit_test(prefixes_wrap),
		cmocka_unit_test(ipv6_prefixes_wrap),
		cmocka_unit_test(mixes_with_prefixes),
		cmocka_unit_test(the_udp_checksum_is_never_zero),
		cmocka_unit_test(a_field_keeps_to_its_bits),
		cmocka_unit_test(a_switch_goes_on_where_it_was),
	};

	return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
