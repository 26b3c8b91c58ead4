// SPDX-License-Identifier: BSD-3-Clause
/*
 * Fields are found in frames whatever their headers are: in those that streams
 * of these headers make, in which the fields have the values that were set. A
 * number as argument is how many random frames are looked at.
 */
#include <errno.h>
#include <stdlib.h>

#include "net/proto/find.h"
#include "pktgen/program.h"
#include "unit.h"
#include "unit_stream.h"

static uint8_t frame[STREAM_SIZE_MAX];

static uint16_t make(const char *headers, const char *field, const char *value)
{
	static const uint8_t mac[ETH_ALEN] = {2, 0, 0, 0, 0, 7};
	struct program_at at = {0};
	struct program *prog;
	struct headers h;
	struct stream s;
	const char *why;
	uint16_t len;

	stream_init(&s, mac);
	assert_int_equal(headers_take(headers, &h, &why), 0);
	fields_set_headers(&s, &h);
	set_field(&s, field, value);
	stream_set_size(&s, 300);
	assert_int_equal(program_new(&prog, &s, uk_alloc_get_default()), 0);
	len = program_next(prog, &at, 0, frame);
	program_free(prog, uk_alloc_get_default());
	return len;
}

static const struct {
	const char *headers, *field, *value, *name;
	uint64_t is;
} rows[] = {
	{"eth/ipv4/udp", "eth.dst", "02:00:00:00:12:34", NULL, 0x20000001234},
	{"eth/ipv4/udp", "eth.type", "0x1234", NULL, 0x1234},
	{"eth/vlan/ipv4/udp", "vlan.id", "4094", NULL, 4094},
	{"eth/vlan/ipv4/udp", "vlan.prio", "5", NULL, 5},
	{"eth/svlan/vlan/ipv4/udp", "vlan.id", "77", NULL, 77},
	{"eth/svlan/vlan/ipv4/udp", "svlan.id", "78", NULL, 78},
	{"eth/vlan/vlan/ipv4/udp", "vlan.2.id", "79", NULL, 79},
	{"eth/vlan9100/ipv4/udp", "ipv4.dscp", "46", NULL, 46},
	{"eth/ipv4/udp", "ipv4.dscp", "46", NULL, 46},
	{"eth/svlan/vlan/ipv4/udp", "ipv4.src", "10.1.2.3", NULL, 0x0a010203},
	{"eth/ipv4/udp", "ipv4.offset", "5", NULL, 5},
	{"eth/ipv4/udp", "udp.src", "53", NULL, 53},
	{"eth/ipv4/tcp", "tcp.flags", "0x12", NULL, 0x12},
	{"eth/ipv4/icmp", "icmp.type", "8", NULL, 8},
	{"eth/ipv4/igmp3", "igmp3.records", "3", NULL, 3},
	{"eth/ipv6/udp", "ipv6.dscp", "34", NULL, 34},
	{"eth/ipv6/udp", "ipv6.flow", "0x12345", NULL, 0x12345},
	{"eth/ipv6/hopopts/dstopts/fragment/udp", "udp.dst", "9", NULL, 9},
	{"eth/ipv6/srh/udp", "srh.tag", "99", NULL, 99},
	{"eth/ipv6/srh/udp", "udp.dst", "9", NULL, 9},
	{"eth/ipv6/routing/tcp", "tcp.dst", "80", NULL, 80},
	{"eth/mpls/mpls/ipv4/udp", "mpls.2.label", "100001", NULL, 100001},
	{"eth/mpls/ipv6/udp", "ipv6.hops", "3", NULL, 3},
	{"eth/mpls/cw/eth/vlan/ipv4/udp", "vlan.id", "12", NULL, 12},
	{"eth/pppoe/ipv4/udp", "ipv4.ttl", "9", NULL, 9},
	{"eth/pppoe/ipv4/udp", "pppoe.session", "5", NULL, 5},
	{"eth/llc/snap/ipv4/udp", "ipv4.ttl", "7", NULL, 7},
	{"eth/arp", "arp.op", "2", NULL, 2},
	{"eth/ipv4/gre/ipv4/udp", "gre.key", "0x12345678", NULL, 0x12345678},
	{"eth/ipv4/gre/ipv4/udp", "ipv4.2.dscp", "11", NULL, 11},
	{"eth/ipv4/gre/eth/ipv4/udp", "eth.2.type", "0x800", NULL, 0x800},
	{"eth/ipv4/udp/vxlan/eth/vlan/ipv4/udp", "vlan.id", "8", NULL, 8},
	{"eth/ipv4/udp/vxlan/eth/ipv4/udp", "vxlan.vni", "99", NULL, 99},
	{"eth/ipv6/udp/geneve/eth/ipv4/tcp", "tcp.src", "7", NULL, 7},
	{"eth/ipv4/udp/gtpu/ipv4/udp", "gtpu.teid", "70", NULL, 70},
	{"eth/ipv4/udp/gtpu/ipv6/udp", "ipv6.dscp", "7", NULL, 7},
	{"eth/ipv4/sctp", "sctp.dst", "38", NULL, 38},
	/* Bits at an offset. */
	{"eth/vlan/ipv4/udp", "vlan.id", "0xabc", "14.4:12", 0xabc},
	{"eth/vlan/ipv4/udp", "vlan.prio", "5", "14:3", 5},
	{"eth/ipv4/udp", "ipv4.src", "10.1.2.3", "26:32", 0x0a010203},
	{"eth/ipv4/udp", "ipv4.src", "10.1.2.3", "@28.16", 0x0203},
};

static void each_field_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint16_t len =
			make(rows[i].headers, rows[i].field, rows[i].value);
		const char *name = rows[i].name ? rows[i].name : rows[i].field;
		struct find_shape s;
		struct find f;
		char text[FIND_NAME_MAX];

		assert_int_equal(find_take(&f, name), 0);
		if (!find_in(&f, frame, len, &s))
			fail_msg("%s in %s", name, rows[i].headers);
		if (s.need == UINT16_MAX)
			fail_msg("%s in %s: no shape", name, rows[i].headers);
		assert_true(find_fits(&s, frame, len));
		if (find_value(&s, frame) != rows[i].is)
			fail_msg("%s in %s: %llu", name, rows[i].headers,
				 (unsigned long long)find_value(&s, frame));
		find_name(&f, text, sizeof(text));
		if (name[0] != '@')
			assert_string_equal(text, name);
	}
}

/* Whatever is found in one frame, by the shape of another that fits. */
static void a_shape_tells_frames_that_are_alike(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
		const char *name = rows[k].name ? rows[k].name : rows[k].field;
		struct find_shape s, is;
		struct find f;
		uint16_t len =
			make(rows[k].headers, rows[k].field, rows[k].value);

		assert_int_equal(find_take(&f, name), 0);
		find_in(&f, frame, len, &s);
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			len = make(rows[i].headers, rows[i].field,
				   rows[i].value);
			find_in(&f, frame, len, &is);
			if (!find_fits(&s, frame, len))
				continue;
			if (!is.has)
				fail_msg("%s of %s in %s", name,
					 rows[k].headers, rows[i].headers);
			assert_int_equal(find_value(&s, frame),
					 find_value(&is, frame));
		}
	}
}

static void what_is_not_there_is_not_found(void **state)
{
	static const struct {
		const char *headers, *field;
	} none[] = {
		{"eth/ipv4/udp", "vlan.id"},
		{"eth/vlan/ipv4/udp", "vlan.2.id"},
		{"eth/ipv4/udp", "tcp.src"},
		{"eth/ipv4/gre/ipv4/udp", "gre.key"},
		{"eth/arp", "ipv4.dscp"},
	};
	struct find_shape s;
	struct find f;
	uint16_t len;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		len = make(none[i].headers, "eth.src", "02:00:00:00:00:05");
		assert_int_equal(find_take(&f, none[i].field), 0);
		assert_false(find_in(&f, frame, len, &s));
		assert_true(find_fits(&s, frame, len));
	}
	/* No port stands in a fragment that is not the first. */
	len = make("eth/ipv4/udp", "ipv4.offset", "5");
	assert_int_equal(find_take(&f, "udp.src"), 0);
	assert_false(find_in(&f, frame, len, &s));
	/* What is cut off has no shape: a longer frame may be alike. */
	len = make("eth/ipv4/udp", "udp.src", "5");
	assert_false(find_in(&f, frame, 34, &s));
	assert_int_equal(s.need, UINT16_MAX);
	assert_false(find_in(&f, frame, 35, &s));
	assert_true(find_in(&f, frame, 36, &s));
}

static void names_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *name;
		int rc;
		bool proto;
	} bad[] = {
		{"vlam.id", -ENOENT, false},
		{"vlan.it", -ENOENT, true},
		{"vlan", -ENOENT, true},
		{"ipv6.src", -ERANGE, true},
		{"ipv4.options", -ENOENT, true},
		{"vlan.0.id", -ENOENT, false},
		{"vlan.99.id", -ENOENT, false},
		{"14", -EINVAL, false},
		{"14:0", -ERANGE, false},
		{"14:65", -ERANGE, false},
		{"14.1:64", -ERANGE, false},
		{"14.8:1", -ERANGE, false},
		{"9999:8", -ERANGE, false},
		{"14:8x", -EINVAL, false},
		{"", -ENOENT, false},
		{".", -ENOENT, false},
		{"14.:8", -EINVAL, false},
		{"@", -EINVAL, false},
	};
	struct find f;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (find_take(&f, bad[i].name) != bad[i].rc)
			fail_msg("'%s'", bad[i].name);
		assert_int_equal(f.proto != NULL, bad[i].proto);
	}
}

static unsigned turns = 2000;

/* Damaged frames, in memory that is as long: nothing beyond them is read. */
static void any_frame_is_walked_through(void **state)
{
	uint64_t seed = 5;
	(void)state;

	for (unsigned i = 0; i < turns; i++) {
		const unsigned k =
			(unsigned)(unit_random(&seed) % ARRAY_SIZE(rows));
		const unsigned j =
			(unsigned)(unit_random(&seed) % ARRAY_SIZE(rows));
		const size_t all =
			make(rows[k].headers, rows[k].field, rows[k].value);
		const size_t len = unit_random(&seed) % (all + 1);
		uint8_t *copy = malloc(len + !len);
		struct find_shape s;
		struct find f;

		for (unsigned n = (unsigned)(unit_random(&seed) % 4); n; n--)
			frame[unit_random(&seed) % 80] =
				(uint8_t)unit_random(&seed);
		memcpy(copy, frame, len);
		assert_int_equal(find_take(&f, rows[j].field), 0);
		find_in(&f, copy, len, &s);
		if (find_fits(&s, copy, len) && s.has)
			find_value(&s, copy);
		assert_true(s.need == UINT16_MAX || find_fits(&s, copy, len));
		free(copy);
	}
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_is_found),
		cmocka_unit_test(a_shape_tells_frames_that_are_alike),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(names_that_are_none_are_refused),
		cmocka_unit_test(any_frame_is_walked_through),
	};

	if (argc > 1)
		turns = 50 * (unsigned)strtoul(argv[1], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
