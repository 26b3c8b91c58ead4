/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames by their content, judged by sums that this file makes itself. */
#include <errno.h>
#include <string.h>

#include "pktgen/program_edit.h"
#include "unit.h"

static const uint8_t mac[ETH_ALEN] = {2, 0, 0, 0, 0, 7};

static struct program prog;
static struct program_at at;
static uint8_t frame[STREAM_SIZE_MAX];
static uint64_t now_ns;

/* One frame that is made another again and again. */
static struct {
	uint8_t frame[STREAM_SIZE_MAX];
	unsigned variant;
	bool fresh;
} slot;

static uint32_t be(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

/* RFC 1071, the plain way: big-endian words, carries added at the end. */
static uint64_t words(const uint8_t *p, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (uint64_t)p[i] << 8;
	return sum;
}

static uint16_t folded(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* All that has to be right in any frame: lengths, checksums, payload. */
static void check_frame(size_t len)
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

static void check_signature(size_t len, uint64_t n)
{
	struct signature s;

	assert_true(signature_get(frame + len - SIGNATURE_LEN, &s));
	assert_int_equal(s.stream, 0);
	assert_int_equal(s.seq, n & SIGNATURE_SEQ_MASK);
	assert_int_equal(s.time_ns, now_ns);
}

/* The frame at `from` from nothing but the stream, and from any other. */
static void check_other_ways(size_t len, struct program_at from)
{
	static uint8_t created[STREAM_SIZE_MAX];
	const uint64_t n = from.frame;
	struct program_at next_at = from;
	struct edit_sign sign;
	struct edit e;
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
	}
	v = program_step(&prog, &from);
	if (v != slot.variant)
		program_put_variant(&prog, slot.variant, v, slot.frame);
	slot.variant = v;
	edit_sign_begin(&sign, n, now_ns);
	e = edit_of(&prog, &prog.variant[v]);
	if (program_edits(&prog))
		program_edit(&e, prog.patch, prog.nb_patches, prog.sign, &sign,
			     n, slot.frame);
	assert_memory_equal(slot.frame, frame, len);
}

/* Each frame starts in a buffer that remembers nothing. */
static size_t next(void)
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

static void compile(const struct stream *s)
{
	memset(&prog, 0xcd, sizeof(prog));
	slot.fresh = false;
	at = (struct program_at){0};
	assert_int_equal(program_compile(&prog, s), 0);
}

static void set_sizes(struct stream *s, const struct stream_size *sizes,
		      unsigned n)
{
	s->nb_sizes = n;
	memcpy(s->size, sizes, n * sizeof(*sizes));
}

static void defaults_are_those_of_the_rfcs(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	compile(&s);
	assert_true(prog.unpaced);
	assert_int_equal(next(), 60);
	check_frame(60);
	assert_memory_equal(frame, "\xff\xff\xff\xff\xff\xff", 6);
	assert_memory_equal(frame + 6, mac, 6);
	assert_int_equal(frame[22], 64);
	assert_int_equal(be(frame + 26, 4), 0xc6120001);
	assert_int_equal(be(frame + 30, 4), 0xc6120002);
	assert_int_equal(be(frame + 34, 2), 5001);
	assert_int_equal(be(frame + 36, 2), 5001);
	s.ipv6 = true;
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
	memcpy(s.src.mac, "\x02\x11\x12\x13\x14\x15", 6);
	memcpy(s.dst.mac, "\x02\x21\x22\x23\x24\x25", 6);
	memcpy(s.src.ip, "\x0a\x01\x02\x03", 4);
	memcpy(s.dst.ip, "\x0a\x04\x05\x06", 4);
	memcpy(s.src.ip6, "ABCDEFGHIJKLMNOP", 16);
	memcpy(s.dst.ip6, "abcdefghijklmnop", 16);
	s.src.udp = 0xfedc;
	s.dst.udp = 53;
	s.ttl = 255;
	stream_set_size(&s, 66);
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const uint8_t *udp = frame + (ipv6 ? 54 : 34);

		s.ipv6 = ipv6;
		compile(&s);
		check_frame(next());
		assert_memory_equal(frame, s.dst.mac, 6);
		assert_memory_equal(frame + 6, s.src.mac, 6);
		assert_int_equal(frame[ipv6 ? 21 : 22], 255);
		assert_memory_equal(udp - (ipv6 ? 32 : 8),
				    ipv6 ? s.src.ip6 : s.src.ip, ipv6 ? 16 : 4);
		assert_memory_equal(udp - (ipv6 ? 16 : 4),
				    ipv6 ? s.dst.ip6 : s.dst.ip, ipv6 ? 16 : 4);
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
		s.ipv6 = ipv6;
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
	assert_int_equal(program_compile(&prog, &s), -EMSGSIZE);
	stream_set_size(&s, 9019);
	assert_int_equal(program_compile(&prog, &s), -EMSGSIZE);
	set_sizes(&s, (struct stream_size[]){{66, 1}, {65, 1}}, 2);
	assert_int_equal(program_compile(&prog, &s), 0);
	s.ipv6 = true;
	assert_int_equal(program_compile(&prog, &s), -EMSGSIZE);
	assert_int_equal(stream_bad_size(&s, 66, 1518), 65);
}

/* Each round has each size as often as its weight, and never far from it. */
static void a_mix_is_exact_and_smooth(void **state)
{
	static const struct {
		unsigned n;
		struct stream_size size[8];
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
					const struct stream_size *e =
						&mixes[m].size[i];
					int off;

					seen[i] += len == e->size - 4u;
					off = seen[i] * (int)sum -
					      n * e->weight;
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
	set_sizes(&s, (struct stream_size[]){{64, 7}, {594, 4}, {1518, 1}}, 3);
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
	memcpy(s.src.ip, "\x0a\xff\xff\xfe", 4);
	s.src.ip_prefix = 15;
	memcpy(s.dst.ip, "\x0a\x00\x00\xfd", 4);
	s.dst.ip_prefix = 30;
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
	s.ipv6 = true;
	stream_set_size(&s, 66);
	memset(s.src.ip6 + 12, 0xff, 4);
	s.src.ip6_prefix = 96;
	s.dst.ip6[13] = 0x5a;
	s.dst.ip6_prefix = 112;
	compile(&s);
	for (uint32_t n = 0; n < 150000; n++) {
		assert_int_equal(next(), 62);
		assert_memory_equal(frame + 22, s.src.ip6, 12);
		assert_int_equal(be(frame + 34, 4), n - 1);
		assert_memory_equal(frame + 38, s.dst.ip6, 14);
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
		s.ipv6 = ipv6;
		set_sizes(&s,
			  (struct stream_size[]){
				  {1518, 1}, {66, 5}, {67, 3}, {571, 2}},
			  4);
		s.src.ip_prefix = 16;
		s.dst.ip_prefix = 31;
		s.src.ip6_prefix = 100;
		s.dst.ip6_prefix = 127;
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
	s.src.ip_prefix = 16;
	compile(&s);
	for (uint32_t n = 0; n < 65536; n++) {
		next();
		ones += be(frame + 40, 2) == 0xffff;
		check_frame(60);
	}
	assert_in_range(ones, 1, 2);
}

static void a_patch_keeps_to_its_mask(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	compile(&s);
	/* The source port alone, of the 32 bits that both ports are. */
	prog.nb_patches = 1;
	prog.patch[0] = (struct patch){
		.op = PATCH_INC,
		.offset = 34,
		.mask = 0x00ff0000,
		.from = 5001u << 16 | 5001,
		.step = 3u << 16,
	};
	program_sum(&prog);
	for (uint32_t n = 0; n < 1000; n++) {
		next();
		assert_int_equal(be(frame + 34, 2),
				 (5001 & 0xff00) | ((5001 + 3 * n) & 0xff));
		assert_int_equal(be(frame + 36, 2), 5001);
		check_frame(60);
	}
}

static void signed_at_every_size(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	s.sign = true;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		s.ipv6 = ipv6;
		for (uint16_t size = ipv6 ? 84 : 64; size <= 1600; size++) {
			stream_set_size(&s, size);
			compile(&s);
			at.frame = unit_random(&now_ns);
			for (int i = 0; i < 3; i++)
				check_frame(next());
		}
	}
	stream_set_size(&s, 83);
	assert_int_equal(program_compile(&prog, &s), -EMSGSIZE);
}

/* Numbers over each of their carries, up to the wrap of all 48 bits. */
static void signed_mixes_with_prefixes(void **state)
{
	static const uint64_t starts[] = {0, 0xfffffff0, 0xffffffffffffff00};
	struct stream s;
	(void)state;

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		stream_init(&s, mac);
		s.ipv6 = ipv6;
		s.sign = true;
		set_sizes(&s,
			  (struct stream_size[]){
				  {1518, 1}, {84, 5}, {85, 3}, {571, 2}},
			  4);
		s.src.ip_prefix = 16;
		s.dst.ip_prefix = 31;
		s.src.ip6_prefix = 100;
		compile(&s);
		for (int k = 0; k < 3; k++) {
			at.frame = starts[k];
			for (uint32_t n = 0; n < 67000; n++)
				check_frame(next());
		}
	}
}

static void a_switch_goes_on_where_it_was(void **state)
{
	static struct program other;
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_sizes(&s, (struct stream_size[]){{64, 7}, {594, 4}, {1518, 1}}, 3);
	s.src.ip_prefix = 24;
	compile(&s);
	for (int i = 0; i < 7; i++)
		next();
	s.ttl = 9;
	assert_int_equal(program_compile(&other, &s), 0);
	program_switch(&prog, &other, &at);
	assert_int_equal(at.order, 7);
	/* Another size, the same order; and fewer places than it was at. */
	s.size[0].size = 65;
	assert_int_equal(program_compile(&other, &s), 0);
	program_switch(&prog, &other, &at);
	assert_int_equal(at.order, 0);
	at.order = 7;
	stream_set_size(&s, 64);
	assert_int_equal(program_compile(&other, &s), 0);
	program_switch(&prog, &other, &at);
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
		cmocka_unit_test(a_patch_keeps_to_its_mask),
		cmocka_unit_test(signed_at_every_size),
		cmocka_unit_test(signed_mixes_with_prefixes),
		cmocka_unit_test(a_switch_goes_on_where_it_was),
	};

	return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
