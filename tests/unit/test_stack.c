/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of stacks: parts, tails, what follows, what checksums cover. */
#include <errno.h>
#include <string.h>

#include "net/proto/proto.h"
#include "unit.h"

static struct stack st;
static struct headers h;
static uint8_t frame[2000];

/* Parts and tails of the layers, and fields to set. */
static unsigned parts[HEADERS_MAX];
static const char *tail[HEADERS_MAX];
static unsigned tail_len[HEADERS_MAX];

static void begin(const char *text)
{
	const char *at;

	assert_int_equal(headers_take(text, &h, &at), 0);
	memset(parts, 0, sizeof(parts));
	memset(tail, 0, sizeof(tail));
	memset(tail_len, 0, sizeof(tail_len));
}

static void push(void)
{
	st = (struct stack){0};
	for (unsigned i = 0; i < h.nb; i++)
		assert_int_equal(stack_push(&st, protos[h.proto[i]], parts[i],
					    (const uint8_t *)tail[i],
					    tail_len[i]),
				 (int)i);
}

static void set(const char *name, uint64_t value)
{
	unsigned layer, field;

	assert_int_equal(headers_field(&h, name, &layer, &field), 0);
	stack_set_number(&st, layer, field, value);
}

/* The frame of `len` bytes, payload from 0 up. */
static void make(size_t len)
{
	stack_done(&st);
	for (size_t i = 0; i < len; i++)
		frame[i] = (uint8_t)(i - st.len);
	stack_put(&st, frame, len);
	for (unsigned i = st.nb; i-- > 0;)
		if (st.layer[i].csum)
			stack_put_csum(&st, i, frame, len);
}

/* What a field of the frame is, up to 64 bits. */
static uint64_t get(const char *name)
{
	unsigned layer, field, at;
	uint64_t v = 0;

	assert_int_equal(headers_field(&h, name, &layer, &field), 0);
	at = stack_field_at(&st, layer, field);
	for (unsigned i = 0; i < protos[h.proto[layer]]->field[field].bits;
	     i++, at++)
		v = v << 1 | (frame[at / 8] >> (7 - at % 8) & 1);
	return v;
}

static unsigned layer_of(const char *name)
{
	const int i = headers_find(&h, name, 1);

	assert_true(i >= 0);
	return (unsigned)i;
}

static bool covers(const char *of, const char *name)
{
	unsigned layer, field;

	assert_int_equal(headers_field(&h, name, &layer, &field), 0);
	return stack_covers(&st, layer_of(of), layer, field);
}

/* "VXLAN of size 128: outer IPv4 length 110, UDP length 90" */
static void a_tunnel_holds_a_whole_stack(void **state)
{
	(void)state;

	begin("eth/ipv4/udp/vxlan/eth/ipv4/udp");
	push();
	make(124);
	assert_int_equal(get("ipv4.len"), 110);
	assert_int_equal(get("udp.len"), 90);
	assert_int_equal(get("udp.dst"), 4789);
	assert_int_equal(get("udp.checksum"), 0);
	assert_int_equal(get("ipv4.2.len"), 60);
	assert_int_not_equal(get("udp.2.checksum"), 0);
	assert_false(stack_covers(&st, 2, 5, IPV4_SRC));
	assert_true(stack_covers(&st, 6, 5, IPV4_SRC));
	assert_false(stack_covers(&st, 6, 1, IPV4_SRC));
	/* Over IPv6 it has a checksum. */
	begin("eth/ipv6/udp/vxlan/eth/ipv4/udp");
	push();
	make(124);
	assert_int_not_equal(get("udp.checksum"), 0);
	assert_true(stack_covers(&st, 2, 5, IPV4_SRC));
	/* A port that is set stays. */
	push();
	set("udp.dst", 8472);
	make(124);
	assert_int_equal(get("udp.dst"), 8472);
}

static void parts_are_there_where_they_are_set(void **state)
{
	uint8_t one[16] = {[15] = 1}, none[16] = {0};
	const struct proto *gre, *gtpu;
	unsigned layer, field;
	(void)state;

	begin("eth/ipv4/gre/ipv4/udp");
	gre = protos[h.proto[2]];
	headers_field(&h, "gre.key", &layer, &field);
	assert_int_equal(proto_parts(gre, field, none), 2);
	headers_field(&h, "gre.c", &layer, &field);
	assert_int_equal(proto_parts(gre, field, one), 1);
	assert_int_equal(proto_parts(gre, field, none), 0);
	push();
	make(100);
	assert_int_equal(st.layer[2].len, 4);
	assert_int_equal(get("gre.k"), 0);
	assert_false(st.layer[2].csum);
	/* Key and checksum: the key stands behind. */
	parts[2] = 3;
	push();
	set("gre.key", 0x01020304);
	make(100);
	assert_int_equal(st.layer[2].len, 12);
	assert_int_equal(get("gre.key"), 0x01020304);
	assert_memory_equal(frame + 14 + 20 + 8, "\1\2\3\4", 4);
	assert_int_equal(get("gre.c"), 1);
	assert_int_equal(get("gre.s"), 0);
	assert_true(st.layer[2].csum);
	/* A flag that is set by hand stays, also when wrong. */
	push();
	set("gre.k", 0);
	make(100);
	assert_int_equal(get("gre.k"), 0);
	assert_int_equal(st.layer[2].len, 12);
	/* A field whose part is not there sets nothing. */
	set("gre.seq", 0xffffffff);
	assert_int_equal(st.layer[2].set >> 10, 0);

	begin("eth/ipv4/udp/gtpu/ipv4/udp");
	gtpu = protos[h.proto[3]];
	headers_field(&h, "gtpu.seq", &layer, &field);
	assert_int_equal(proto_parts(gtpu, field, none), 1);
	headers_field(&h, "gtpu.pn", &layer, &field);
	assert_int_equal(proto_parts(gtpu, field, one), 1);
	parts[3] = 1;
	push();
	set("gtpu.seq", 7);
	make(100);
	assert_int_equal(get("gtpu.s"), 1);
	assert_int_equal(get("gtpu.pn"), 0);
	assert_int_equal(get("gtpu.e"), 0);
	assert_int_equal(get("gtpu.len"), 100 - 14 - 20 - 8 - 8);
}

/* Extension headers need the part before them, and a flag. */
static void a_tail_brings_its_part(void **state)
{
	(void)state;

	begin("eth/ipv4/udp/gtpu/ipv4/udp");
	tail[3] = "\1\x10\5";
	tail_len[3] = 4;
	push();
	make(100);
	assert_int_equal(st.layer[3].len, 16);
	assert_int_equal(get("gtpu.e"), 1);
	assert_int_equal(get("gtpu.s"), 0);
	assert_int_equal(get("gtpu.next"), 0x85);
	push();
	set("gtpu.next", 0x40);
	make(100);
	assert_int_equal(get("gtpu.next"), 0x40);
}

static void tails_are_filled_up(void **state)
{
	(void)state;

	begin("eth/ipv4/tcp");
	tail[1] = "\x01\x01\x01\x01\x01";
	tail_len[1] = 5;
	push();
	make(100);
	assert_int_equal(get("ipv4.ihl"), 7);
	assert_memory_equal(frame + 34, "\1\1\1\1\1\0\0\0", 8);
	assert_int_equal(get("tcp.offset"), 5);
	assert_true(covers("ipv4", "ipv4.options"));
	assert_false(covers("tcp", "ipv4.options"));
	begin("eth/ipv6/hopopts/udp");
	push();
	assert_memory_equal(st.header + 14 + 40, "\xfd\0\1\4\0\0\0\0", 8);
	/* A tail of its own leaves nothing of what stood there. */
	tail[2] = "";
	push();
	assert_memory_equal(st.header + 14 + 40, "\xfd\0\0\0\0\0\0\0", 8);
	tail[2] = "\x1e\7abcdefg";
	tail_len[2] = 9;
	push();
	make(100);
	assert_int_equal(get("hopopts.len"), 1);
	assert_int_equal(get("ipv6.next"), 0);
	assert_int_equal(get("hopopts.next"), 17);
}

static void what_is_too_long_is_refused(void **state)
{
	static const uint8_t bytes[255];
	(void)state;

	st = (struct stack){0};
	assert_int_equal(stack_push(&st, &proto_ipv4, 0, bytes, 40), 0);
	assert_int_equal(stack_push(&st, &proto_ipv4, 0, bytes, 41), -E2BIG);
	begin("raw");
	for (unsigned i = 1; i < 1 + (STACK_BYTES_MAX - 60) / 255; i++)
		assert_int_equal(
			stack_push(&st, protos[h.proto[0]], 0, bytes, 255),
			(int)i);
	assert_int_equal(stack_push(&st, protos[h.proto[0]], 0, bytes, 255),
			 -E2BIG);
	st = (struct stack){0};
	for (unsigned i = 0; i < HEADERS_MAX; i++)
		assert_int_equal(stack_push(&st, &proto_udp, 0, NULL, 0),
				 (int)i);
	assert_int_equal(stack_push(&st, &proto_udp, 0, NULL, 0), -E2BIG);
}

/* RFC 8754: to the first on the way, the checksum is to the last. */
static void segments_are_on_the_way(void **state)
{
	static const char list[] = "final-destinatn.second-waypoint.";
	static const uint8_t unset[16] = {0x20, 1, 0, 2, [15] = 2};
	uint64_t csum;
	(void)state;

	begin("eth/ipv6/srh/udp");
	tail[2] = list;
	tail_len[2] = 32;
	push();
	make(150);
	assert_int_equal(get("srh.left"), 1);
	assert_int_equal(get("srh.last"), 1);
	assert_int_equal(get("srh.len"), 4);
	assert_memory_equal(frame + 14 + 24, list + 16, 16);
	assert_true(covers("udp", "srh.segments"));
	assert_false(covers("udp", "ipv6.dst"));
	assert_true(covers("udp", "ipv6.src"));
	assert_false(covers("udp", "srh.tag"));
	csum = get("udp.checksum");
	/* Arrived: the same sum, of IPv6's destination. */
	push();
	set("srh.left", 0);
	make(150);
	assert_memory_equal(frame + 14 + 24, list, 16);
	assert_int_equal(get("udp.checksum"), csum);
	assert_true(covers("udp", "ipv6.dst"));
	assert_false(covers("udp", "srh.segments"));
	/* What is set stays. */
	push();
	stack_set(&st, 1, IPV6_DST, unset);
	make(150);
	assert_memory_equal(frame + 14 + 24, unset, 16);
	/* More left than there are. */
	push();
	set("srh.left", 9);
	make(150);
	assert_memory_equal(frame + 14 + 24, unset, 16);
}

static void padding_is_of_no_packet(void **state)
{
	(void)state;

	begin("eth/ipv4/igmp");
	push();
	make(60);
	assert_int_equal(get("ipv4.len"), 28);
	assert_int_equal(stack_end(&st, 60), 42);
	assert_false(stack_covers(&st, 2, 2, PROTO_PAYLOAD));
	/* ~(0x1600 + 0xe9fc + 1) */
	assert_int_equal(get("igmp.checksum"), 0x0002);
	begin("eth/ipv4/udp/gtpu/ipv4/igmp");
	push();
	make(200);
	assert_int_equal(get("ipv4.len"), st.len - 14);
	assert_false(stack_covers(&st, 2, 2, PROTO_PAYLOAD));
	begin("eth/ipv4/sctp");
	push();
	make(14 + 20 + 28 + 7);
	assert_int_equal(get("ipv4.len"), 20 + 28 + 4);
	assert_int_equal(get("sctp.len"), 16 + 4);
	assert_true(stack_covers(&st, 2, 2, PROTO_PAYLOAD));
}

static void a_length_stands_for_llc(void **state)
{
	(void)state;

	begin("eth/vlan/llc/snap/ipv4/udp");
	push();
	make(100);
	assert_int_equal(get("eth.type"), 0x8100);
	assert_int_equal(get("vlan.type"), 100 - 18);
	assert_int_equal(get("llc.dsap"), 0xaa);
	assert_int_equal(get("snap.pid"), 0x800);
	make(1518);
	assert_int_equal(get("vlan.type"), 1500);
	make(1519);
	assert_int_equal(get("vlan.type"), 0x8870);
}

/* A sum of 0 is sent as 0xffff where 0 says that there is none. */
static void a_udp_checksum_is_never_0(void **state)
{
	(void)state;

	begin("eth/ipv4/udp");
	push();
	make(60);
	set("udp.src", 5001 + get("udp.checksum"));
	make(60);
	assert_int_equal(get("udp.checksum"), 0xffff);
	set("udp.checksum", 0);
	make(60);
	assert_int_equal(get("udp.checksum"), 0);
	begin("eth/ipv4/tcp");
	push();
	make(60);
	set("tcp.urgent", get("tcp.checksum"));
	make(60);
	assert_int_equal(get("tcp.checksum"), 0);
}

static void arp_says_who_sends_it(void **state)
{
	(void)state;

	begin("eth/vlan/arp");
	push();
	set("eth.src", 0x0a0b0c0d0e0f);
	make(60);
	assert_int_equal(get("arp.sha"), 0x0a0b0c0d0e0f);
	set("arp.sha", 0x010203040506);
	make(60);
	assert_int_equal(get("arp.sha"), 0x010203040506);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tunnel_holds_a_whole_stack),
		cmocka_unit_test(parts_are_there_where_they_are_set),
		cmocka_unit_test(a_tail_brings_its_part),
		cmocka_unit_test(tails_are_filled_up),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(segments_are_on_the_way),
		cmocka_unit_test(padding_is_of_no_packet),
		cmocka_unit_test(a_length_stands_for_llc),
		cmocka_unit_test(a_udp_checksum_is_never_0),
		cmocka_unit_test(arp_says_who_sends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
