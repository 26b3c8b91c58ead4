/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs of any headers with any fields that vary: each frame made from the
 * one before is the same as made anew, checksums and all.
 */
#include "program_rig.h"

static uint64_t seed;

static unsigned any(unsigned n)
{
	return (unsigned)((unit_random(&seed) >> 32) % n);
}

static const char *const stacks[] = {
	"eth/ipv4/udp",
	"eth/vlan/ipv4/udp",
	"eth/svlan/vlan/ipv6/udp",
	"eth/ipv4/tcp",
	"eth/ipv6/tcp",
	"eth/ipv4/icmp",
	"eth/ipv6/icmpv6",
	"eth/arp",
	"eth/mpls/mpls/ipv4/udp",
	"eth/ipv4/udp/vxlan/eth/ipv4/udp",
	"eth/ipv6/udp/vxlan/eth/vlan/ipv4/tcp",
	"eth/ipv4/gre/ipv4/udp",
	"eth/ipv4/gre/eth/ipv6/udp",
	"eth/ipv4/udp/gtpu/ipv4/udp",
	"eth/ipv4/udp/geneve/eth/ipv4/tcp",
	"eth/ipv6/hopopts/srh/udp",
	"eth/pppoe/ipv4/udp",
	"eth/ipv4/sctp",
	"eth/llc/snap/ipv4/udp",
	"eth/mpls/eth/vlan/llc/snap/ipv6/udp",
	"eth/raw",
	"eth/ipv6/udp/vxlan/eth/arp",
	"eth/ipv4/udp/gtpu/ipv4/igmp",
	"eth/ipv4/udp/gtpu/ipv4/sctp",
	"eth/ipv4/ipv4/ipv6/udp",
};

/* Values that count, for long enough to be made in runs. */
static const char *any_count(unsigned type, unsigned bits)
{
	static const char *const numbers[] = {"100-999 step 7", "0-1000",
					      "100-900 step 2 down"};
	static const char *const v4[] = {"10.0.0.0/8", "10.1.255.200/20 down",
					 "10.0.255.99-10.3.1.1 step 5"};
	static const char *const v6[] = {"2001:2::/96", "2001:2::fffe/64",
					 "2001:2::1-2001:2::99"};

	switch (type) {
	case PROTO_MAC:
		return "02:00:00:00:00:01-02:00:00:00:01:ff";
	case PROTO_IPV4:
		return v4[any(3)];
	case PROTO_IPV6:
		return v6[any(3)];
	default:
		return bits >= 10 ? numbers[any(3)] : bits > 6 ? "1-99" : "0-1";
	}
}

static const char *any_value(unsigned type, unsigned bits)
{
	static const char *const numbers[] = {
		"random",         "0-1",           "1-0",
		"0-1 every 3",    "list 0,1,1,0",  "0-1 shuffled",
		"random every 5", "random mask 1", "0-1 zipf 1.0",
	};
	static const char *const wide[] = {
		"100-999 step 7", "5-77 shuffled", "200-100",
		"0-255 zipf 1.2", "list 9,8,7",    "random 3-200",
		"1-250 down",     "0xf-0xff",      "random",
	};
	static const char *const v4[] = {
		"10.0.0.0/8",           "10.0.0.1-10.0.0.77 step 3",
		"random 10.0.0.0/12",   "10.1.0.0/20 shuffled",
		"list 1.2.3.4,5.6.7.8", "random",
	};
	static const char *const v6[] = {
		"2001:2::/96",
		"2001:2::1-2001:2::99",
		"random 2001:2::/100",
		"2001:2::/112 shuffled",
		"list 2001:2::1,2001:2::77",
		"2001:2::fffe/64",
	};
	static const char *const macs[] = {
		"02:00:00:00:00:01-02:00:00:00:01:ff",
		"random",
		"list 02:00:00:00:00:01,02:00:00:00:00:09",
	};

	switch (type) {
	case PROTO_MAC:
		return macs[any(3)];
	case PROTO_IPV4:
		return v4[any(6)];
	case PROTO_IPV6:
		return v6[any(6)];
	default:
		return bits >= 10 ? wide[any(9)] : numbers[any(9)];
	}
}

static bool vary_one(struct stream *s, bool counts)
{
	const unsigned l = any(s->headers.nb);
	const struct proto *p = protos[s->headers.proto[l]];
	const unsigned n = proto_fields(p);
	struct fields_fault fault;
	char name[FIELDS_NAME_MAX], text[80], *rest = text, *word;
	const char *words[8];
	unsigned k, nb = 0;

	if (!n)
		return false;
	k = any(n);
	headers_field_name(&s->headers, l, k, name, sizeof(name));
	snprintf(text, sizeof(text), "%s",
		 (counts ? any_count : any_value)(p->field[k].type,
						  p->field[k].bits));
	while ((word = strtok_r(rest, " ", &rest)) != NULL)
		words[nb++] = word;
	return !fields_set(s, name, words, nb, NULL, &fault);
}

static unsigned nb_refused, nb_made, nb_columns, nb_runs, nb_grown;

/* What it was, for who has to mend it. */
static char what[2000];

static void say(const struct stream *s)
{
	char name[FIELDS_NAME_MAX], value[FIELDS_VALUE_MAX];
	char sizes[SIZES_PRINT_MAX];
	size_t used;

	value_sizes_print(&s->sizes, sizes, sizeof(sizes));
	headers_print(&s->headers, what, sizeof(what));
	used = strlen(what);
	for (unsigned i = 0; fields_at(s, i, name, value); i++)
		used += (size_t)snprintf(what + used, sizeof(what) - used,
					 "; %s %.60s", name, value);
	snprintf(what + used, sizeof(what) - used, "; sign %d, size %s",
		 s->sign, sizes);
}

static int tell(void **state)
{
	(void)state;
	if (what[0])
		print_message("last: %s\n", what);
	return 0;
}

/* Many at once, in frames that had others before, are the same. */
static void columns_are_made_alike(void)
{
	static uint8_t many[PROGRAM_COLUMNS_MAX][STREAM_SIZE_MAX];
	const unsigned n = 1 + any(PROGRAM_COLUMNS_MAX);
	struct program_at columns_at, one_at;
	void *to[PROGRAM_COLUMNS_MAX];

	memset(&columns_at, 0, sizeof(columns_at));
	columns_at.frame = unit_random(&seed) >> any(64);
	for (unsigned i = 0; i < n; i++) {
		one_at = columns_at;
		one_at.frame += 1000 + any(9);
		program_next(&prog, &one_at, now_ns + 5, many[i] + 7);
		to[i] = many[i];
	}
	one_at = columns_at;
	program_edit_columns(&prog, &columns_at, to, n, 7, now_ns);
	for (unsigned i = 0; i < n; i++) {
		const size_t len = program_next(&prog, &one_at, now_ns, frame);

		assert_memory_equal(many[i] + 7, frame, len);
	}
	assert_int_equal(columns_at.frame, one_at.frame);
	nb_columns++;
}

/* As many frames of a run, the next first, all at once or the first alone. */
static unsigned make_run(struct program_run *run, struct program_at *run_at,
			 unsigned n)
{
	static uint8_t to[8 + STREAM_SIZE_MAX];
	const bool one = n == 1;
	uint64_t lanes[2];

	if (!run->last && program_run_begin(run, &prog, run_at, 8))
		nb_runs++;
	if (!one)
		n = program_run_at(run, prog.sign, now_ns, n);
	assert_true(n >= 1 && n <= run->last);
	memcpy(lanes, run->lanes, sizeof(lanes));
	for (unsigned i = 0; i < n; i++, run_at->frame++) {
		struct program_at next_at = *run_at;
		size_t len;

		/* All but the lanes is as in the template. */
		memcpy(to + 8, prog.frame, prog.variant[0].len);
		len = program_next(&prog, &next_at, now_ns, frame);
		if (one)
			program_run_one(run, now_ns, to);
		else
			program_run_next(lanes, run, run->nb, prog.sign, to);
		assert_memory_equal(to + 8, frame, len);
	}
	if (!one)
		program_run_skip(run, run->nb, prog.sign, n, n);
	return n;
}

/* Through the ends of what runs have, too. */
static void runs_are_made_alike(void)
{
	struct program_at run_at = {.frame = unit_random(&seed) >> any(64) &
					     UINT64_MAX >> 1};
	struct program_run run = {0};

	for (unsigned n = 0; n < 1000;) {
		now_ns += any(1000);
		n += make_run(&run, &run_at, 1 + any(any(4) ? 64 : 2));
		/* Where it was not sent the checksums go back. */
		if (prog.sign && run.last > 3 && !any(4)) {
			const struct program_run had = run;
			const unsigned some =
				program_run_at(&run, true, now_ns, 3);

			program_run_skip(&run, run.nb, true, 0, some);
			assert_int_equal(run.last, had.last);
		}
	}
	nb_runs++;
}

/* Few sizes, many, a range: of at least `min` bytes. */
static void set_any_sizes(struct stream *s, unsigned min)
{
	const unsigned kind = any(8);
	unsigned n = kind < 4 ? 1 + any(3) : 1 + any(SIZES_MAX);
	char text[80];

	if (kind > 5) {
		const unsigned more = min + 1 + any(any(2) ? 30 : 3000);

		snprintf(text, sizeof(text), "%s%u-%u step %u",
			 any(2) ? "random " : "", kind == 6 ? min : more,
			 kind == 6 ? more : min,
			 1 + any(more - min > 7 ? 7 : more - min));
		take_sizes(s, text);
		return;
	}
	memset(&s->sizes, 0, sizeof(s->sizes));
	s->sizes.count = (uint8_t)n;
	for (unsigned i = 0; i < n; i++)
		s->sizes.entry[i] = (struct size_weight){
			(uint16_t)(min + any(100)),
			(uint16_t)(1 + any(kind < 4 ? 3 : 416))};
}

static void any_stream_is_made_alike(void)
{
	struct stream s;
	const bool counts = !any(3);
	unsigned min;
	char at_name[24];

	stream_init(&s, mac);
	set_headers(&s, stacks[any(sizeof(stacks) / sizeof(stacks[0]))]);
	s.sign = !any(3);
	s.sender = (uint16_t)any(65536);
	s.seed = any(1000);
	s.payload = (uint8_t)any(PAYLOAD_RANDOM + 1);
	for (unsigned i = any(7); i > 0; i--)
		vary_one(&s, counts);
	if (!any(4)) {
		snprintf(at_name, sizeof(at_name), "@%u.%u", any(50),
			 1 + any(16));
		set_field(&s, at_name, any(2) ? "1" : "0-1");
	}
	min = stream_size_min(&s);
	if (counts)
		stream_set_size(&s, (uint16_t)(min + any(100)));
	else
		set_any_sizes(&s, min);
	say(&s);
	if (try_compile(&s) < 0) {
		nb_refused++;
		return;
	}
	for (unsigned i = 0; i < 60; i++) {
		if (i == 30)
			at.frame = unit_random(&seed) >> any(64);
		at.order = (unsigned)(at.frame % prog.nb_order);
		next();
		nb_made++;
		nb_grown += prog.grow != NULL;
	}
	if (program_has_columns(&prog))
		columns_are_made_alike();
	if (program_edits(&prog) && program_lanes(&prog) <= PROGRAM_LANES_MAX)
		runs_are_made_alike();
}

static void all_are_made_alike(void **state)
{
	(void)state;

	seed = 5;
	for (unsigned i = 0; i < 4000; i++)
		any_stream_is_made_alike();
	/* Fields that lie on a checksum are refused, not many more. */
	assert_true(nb_refused < 800 && nb_made > 100000 && nb_columns > 500 &&
		    nb_runs > 400 && nb_grown > 40000);
	what[0] = '\0';
}

/* What the issue of fields says of ranges, lists and nests. */
static void ranges_and_nests(void **state)
{
	static const char *const nest[] = {"ipv4.src", "ipv4.dst"};
	uint8_t seen[4][4] = {{0}};
	struct fields_fault fault;
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_field(&s, "udp.src", "1000-1003 step 3");
	compile(&s);
	for (unsigned i = 0; i < 3; i++) {
		next();
		assert_int_equal(be(frame + 34, 2), i == 1 ? 1003 : 1000);
	}
	set_field(&s, "udp.src", "auto");
	set_field(&s, "ipv4.src", "10.0.0.0/30");
	set_field(&s, "ipv4.dst", "10.0.0.4/30");
	assert_int_equal(fields_nest(&s, nest, 2, &fault), 0);
	compile(&s);
	for (unsigned i = 0; i < 16; i++) {
		next();
		seen[frame[29] & 3][frame[33] & 3]++;
	}
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(seen[i / 4][i % 4], 1);
}

/* 64 bytes to the device, 8100 6005, a length of 46. */
static void a_tag_and_its_lengths(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_headers(&s, "eth/vlan/ipv4/udp");
	set_field(&s, "vlan.id", "5");
	set_field(&s, "vlan.prio", "3");
	stream_set_size(&s, 68);
	compile(&s);
	assert_int_equal(next(), 64);
	assert_int_equal(be(frame + 12, 4), 0x81006005);
	assert_int_equal(be(frame + 20, 2), 46);
}

/* Outer lengths 110 and 90; an inner range leaves the outer headers alone. */
static void a_tunnel_leaves_its_outside_alone(void **state)
{
	uint8_t outer[50];
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_headers(&s, "eth/ipv4/udp/vxlan/eth/ipv4/udp");
	set_field(&s, "ipv4.2.src", "10.0.0.0/24");
	stream_set_size(&s, 128);
	compile(&s);
	for (unsigned i = 0; i < 600; i++) {
		next();
		assert_int_equal(be(frame + 16, 2), 110);
		assert_int_equal(be(frame + 38, 2), 90);
		assert_int_equal(be(frame + 76, 4), 0x0a000000 | (i & 255));
		if (!i)
			memcpy(outer, frame, sizeof(outer));
		assert_memory_equal(outer, frame, sizeof(outer));
	}
}

/* Who asks is who sends, unless that is set. */
static void arp_is_of_the_sender(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	set_headers(&s, "eth/arp");
	set_field(&s, "eth.src",
		  "02:00:00:00:00:01-02:00:00:00:00:09 shuffled");
	compile(&s);
	for (unsigned i = 0; i < 20; i++) {
		next();
		assert_memory_equal(frame + 6, frame + 22, 6);
	}
	set_field(&s, "arp.sha", "02:00:00:00:00:77");
	compile(&s);
	assert_int_equal(next(), 60);
	assert_int_equal(frame[27], 0x77);
	/* An inner frame is of another station. */
	set_field(&s, "arp.sha", "auto");
	set_headers(&s, "eth/ipv4/udp/vxlan/eth/arp");
	stream_set_size(&s, 128);
	compile(&s);
	next();
	assert_memory_equal(frame + 56, frame + 72, 6);
	assert_memory_not_equal(frame + 6, frame + 72, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_and_nests),
		cmocka_unit_test(a_tag_and_its_lengths),
		cmocka_unit_test(a_tunnel_leaves_its_outside_alone),
		cmocka_unit_test(arp_is_of_the_sender),
		cmocka_unit_test_teardown(all_are_made_alike, tell),
	};

	return cmocka_run_group_tests_name("program of any fields", tests, NULL,
					   NULL);
}
