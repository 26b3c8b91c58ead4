/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames as a port that reflects may get them, and what becomes of each. */
#include <stdlib.h>
#include <string.h>

#include "pktgen/turn_alike.h"
#include "unit.h"

#define US "\x02\0\0\0\0\x01"
#define THEM "\x02\0\0\0\0\x02"
#define OTHER "\x02\0\0\0\0\x03"
#define ALL "\xff\xff\xff\xff\xff\xff"
#define GROUP "\x01\0\x5e\0\0\x01"

#define IP "\x08\0"
#define IP6 "\x86\xdd"
#define TAG "\x81\0\x20\x64"
#define STAG "\x88\xa8\0\x07"
#define OLDTAG "\x91\0\0\x08"

/* 10.0.0.2 to 10.0.0.1 and back; `all` is the length. */
#define A "\x0a\0\0\x02"
#define B "\x0a\0\0\x01"
#define V4(all, frag, proto, src, dst) \
	"\x45\0\0" all "\0\x01" frag "\x40" proto "\x12\x34" src dst
#define WHOLE "\0\0"
#define A6 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
#define B6 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define V6(all, next, src, dst) "\x60\0\0\0\0" all next "\x40" src dst
#define ZERO6 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

#define UDP "\x11"
#define TCP "\x06"
#define P "\x13\x89"
#define Q "\0\x35"
#define UDP_REST "\0\x0a\xbe\xef\x55\x66"
#define TCP_REST "\0\0\0\x01\0\0\0\x02\x50\x10\x20\0\xab\xcd\0\0"

/* Of IPv6: hop by hop, a fragment, its first and another, AH. */
#define HOP "\0\x01\x04\0\0\0\0"
#define FIRST6 "\0\0\x01\0\0\0\x09"
#define LATER6 "\0\0\xb9\0\0\0\x09"
#define AUTH "\x01\0\0\0\0\0\x01\0\0\0\x01"

#define PPPOE(len) "\x88\x64\x11\0\0\x07\0" len
#define MPLS "\x88\x47\0\x01\0\x40\0\x02\x01\x40"

#define FRAME(name, how, before, after)                       \
	{                                                     \
		name, how, before, sizeof(before) - 1, after, \
			sizeof(after) - 1                     \
	}
/* Behind the addresses, and not the same when it comes back. */
#define BACK(name, before, after) \
	FRAME(name, TURNED, US THEM before, THEM US after)
#define STAYS(name, how, frame) FRAME(name, how, frame, "")
#define FROM_HOST(name, how, frame) STAYS(name, how, US THEM frame)

static const struct {
	const char *name;
	enum turned how;
	const char *before;
	size_t len;
	const char *after;
	size_t after_len;
} frames[] = {
	BACK("UDP", IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST "pad",
	     IP V4("\x1e", WHOLE, UDP, B, A) Q P UDP_REST "pad"),
	BACK("TCP", IP V4("\x28", WHOLE, TCP, A, B) P Q TCP_REST,
	     IP V4("\x28", WHOLE, TCP, B, A) Q P TCP_REST),
	BACK("UDP-Lite", IP V4("\x1e", WHOLE, "\x88", A, B) P Q UDP_REST,
	     IP V4("\x1e", WHOLE, "\x88", B, A) Q P UDP_REST),
	BACK("a protocol without ports",
	     IP V4("\x1e", WHOLE, "\x2f", A, B) P Q UDP_REST,
	     IP V4("\x1e", WHOLE, "\x2f", B, A) P Q UDP_REST),
	BACK("802.1Q", TAG IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST,
	     TAG IP V4("\x1e", WHOLE, UDP, B, A) Q P UDP_REST),
	BACK("802.1ad, 802.1Q and an older tag",
	     STAG TAG OLDTAG IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST,
	     STAG TAG OLDTAG IP V4("\x1e", WHOLE, UDP, B, A) Q P UDP_REST),
	BACK("MPLS, two labels", MPLS V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST,
	     MPLS V4("\x1e", WHOLE, UDP, B, A) Q P UDP_REST),
	BACK("MPLS in a tag, IPv6",
	     TAG MPLS V6("\x0a", UDP, A6, B6) P Q UDP_REST,
	     TAG MPLS V6("\x0a", UDP, B6, A6) Q P UDP_REST),
	BACK("MPLS of what nobody knows", MPLS "\0\0\0\0xx", MPLS "\0\0\0\0xx"),
	BACK("PPPoE",
	     PPPOE("\x20") "\0\x21" V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST,
	     PPPOE("\x20") "\0\x21" V4("\x1e", WHOLE, UDP, B, A) Q P UDP_REST),
	BACK("PPPoE in a tag, IPv6",
	     TAG PPPOE("\x34") "\0\x57" V6("\x0a", UDP, A6, B6) P Q UDP_REST,
	     TAG PPPOE("\x34") "\0\x57" V6("\x0a", UDP, B6, A6) Q P UDP_REST),
	BACK("options of IPv4",
	     IP "\x46\0\0\x22\0\x01\0\0\x40\x11\x12\x34" A B
		"\x94\x04\0\0" P Q UDP_REST,
	     IP "\x46\0\0\x22\0\x01\0\0\x40\x11\x12\x34" B A
		"\x94\x04\0\0" Q P UDP_REST),
	BACK("a first fragment",
	     IP V4("\x1e", "\x20\0", UDP, A, B) P Q UDP_REST,
	     IP V4("\x1e", "\x20\0", UDP, B, A) Q P UDP_REST),
	BACK("a later fragment",
	     IP V4("\x1e", "\0\x02", UDP, A, B) P Q UDP_REST,
	     IP V4("\x1e", "\0\x02", UDP, B, A) P Q UDP_REST),
	BACK("IPv6", IP6 V6("\x0a", UDP, A6, B6) P Q UDP_REST,
	     IP6 V6("\x0a", UDP, B6, A6) Q P UDP_REST),
	BACK("IPv6, hop by hop and options",
	     IP6 V6("\x1a", "\0", A6, B6) "\x3c" HOP "\x11" HOP P Q UDP_REST,
	     IP6 V6("\x1a", "\0", B6, A6) "\x3c" HOP "\x11" HOP Q P UDP_REST),
	BACK("IPv6, AH",
	     IP6 V6("\x16", "\x33", A6, B6) "\x11" AUTH P Q UDP_REST,
	     IP6 V6("\x16", "\x33", B6, A6) "\x11" AUTH Q P UDP_REST),
	BACK("IPv6, a first fragment",
	     IP6 V6("\x12", "\x2c", A6, B6) "\x11" FIRST6 P Q UDP_REST,
	     IP6 V6("\x12", "\x2c", B6, A6) "\x11" FIRST6 Q P UDP_REST),
	BACK("IPv6, a later fragment",
	     IP6 V6("\x12", "\x2c", A6, B6) "\x11" LATER6 P Q UDP_REST,
	     IP6 V6("\x12", "\x2c", B6, A6) "\x11" LATER6 P Q UDP_REST),
	BACK("IPv6, nothing behind it", IP6 V6("\0", "\x3b", A6, B6),
	     IP6 V6("\0", "\x3b", B6, A6)),
	/* What scapy makes of SCTP(sport=5001, dport=53)/b"abcd", and back. */
	BACK("SCTP",
	     IP V4("\x24", WHOLE, "\x84", A, B) P Q "\0\0\0\0\xdd\x49\x6c\x14"
						    "abcd",
	     IP V4("\x24", WHOLE, "\x84", B, A) Q P "\0\0\0\0\x89\xef\x3b\xcc"
						    "abcd"),
	BACK("SCTP without a checksum",
	     IP V4("\x24", WHOLE, "\x84", A, B) P Q "\0\0\0\0\0\0\0\0"
						    "abcd",
	     IP V4("\x24", WHOLE, "\x84", B, A) Q P "\0\0\0\0\0\0\0\0"
						    "abcd"),
	BACK("echo",
	     IP V4("\x20", WHOLE, "\x01", A,
		   B) "\x08\0\x33\x36\0\x01\0\x02\x61\x62\x63\x64",
	     IP V4("\x20", WHOLE, "\x01", B,
		   A) "\0\0\x3b\x36\0\x01\0\x02\x61\x62\x63\x64"),
	BACK("echo of nothing but zeros",
	     IP V4("\x1c", WHOLE, "\x01", A, B) "\x08\0\xf7\xff\0\0\0\0",
	     IP V4("\x1c", WHOLE, "\x01", B, A) "\0\0\xff\xff\0\0\0\0"),
	BACK("echo, IPv6",
	     IP6 V6("\x08", "\x3a", A6, B6) "\x80\0\x24\x45\0\x01\0\x02",
	     IP6 V6("\x08", "\x3a", B6, A6) "\x81\0\x23\x45\0\x01\0\x02"),
	BACK("a type of its own",
	     "\x88\xb5"
	     "hello",
	     "\x88\xb5"
	     "hello"),
	BACK("LLC", "\0\x05\xaa\xaa\x03xx", "\0\x05\xaa\xaa\x03xx"),

	STAYS("ARP to all", TURN_GROUP, ALL THEM "\x08\x06\0\x01"),
	FROM_HOST("ARP to us", TURN_CONTROL, "\x08\x06\0\x01"),
	FROM_HOST("ARP in a tag", TURN_CONTROL, TAG "\x08\x06\0\x01"),
	STAYS("STP", TURN_CONTROL,
	      "\x01\x80\xc2\0\0\0" THEM "\0\x26\x42\x42\x03"),
	FROM_HOST("STP to us", TURN_CONTROL, "\0\x26\x42\x42\x03"),
	STAYS("PAUSE", TURN_CONTROL,
	      "\x01\x80\xc2\0\0\x01" THEM "\x88\x08\0\x01"),
	STAYS("LACP", TURN_CONTROL, "\x01\x80\xc2\0\0\x02" THEM "\x88\x09\x01"),
	STAYS("LLDP", TURN_CONTROL, "\x01\x80\xc2\0\0\x0e" THEM "\x88\xcc\x02"),
	FROM_HOST("LLDP to us", TURN_CONTROL, "\x88\xcc\x02"),
	FROM_HOST("PPPoE discovery", TURN_CONTROL, "\x88\x63\x11\x09\0\0\0\0"),
	FROM_HOST("LCP", TURN_CONTROL, PPPOE("\x06") "\xc0\x21\x09\x01\0\x04"),
	FROM_HOST("an echo's reply", TURN_CONTROL,
		  IP V4("\x1c", WHOLE, "\x01", A, B) "\0\0\xff\xff\0\0\0\0"),
	FROM_HOST("unreachable", TURN_CONTROL,
		  IP V4("\x1c", WHOLE, "\x01", A, B) "\x03\x03\0\0\0\0\0\0"),
	FROM_HOST("IGMP", TURN_CONTROL,
		  IP V4("\x1c", WHOLE, "\x02", A, B) "\x16\0\0\0\0\0\0\0"),
	FROM_HOST("a neighbour's solicitation", TURN_CONTROL,
		  IP6 V6("\x08", "\x3a", A6, B6) "\x87\0\0\0\0\0\0\0"),
	STAYS("to all", TURN_GROUP,
	      ALL THEM IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST),
	STAYS("to a group", TURN_GROUP,
	      GROUP THEM IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST),
	STAYS("from a group", TURN_GROUP,
	      US GROUP IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST),
	FROM_HOST("to a group of IPv4", TURN_GROUP,
		  IP V4("\x1e", WHOLE, UDP, A, "\xe0\0\0\xfb") P Q UDP_REST),
	FROM_HOST("to all of IPv4", TURN_GROUP,
		  IP V4("\x1e", WHOLE, UDP, A, "\xff\xff\xff\xff")
			  P Q UDP_REST),
	FROM_HOST("from a group of IPv4", TURN_GROUP,
		  IP V4("\x1e", WHOLE, UDP, "\xef\0\0\x01", B) P Q UDP_REST),
	FROM_HOST("to a group of IPv6", TURN_GROUP,
		  IP6 V6("\x0a", UDP, A6,
			 "\xff\x02"
			 "\0\0\0\0\0\0\0\0\0\0\0\0\0\x01") P Q UDP_REST),
	STAYS("from us", TURN_OWN,
	      US US IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST),
	STAYS("to another", TURN_FOREIGN,
	      OTHER THEM IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST),
	STAYS("no type", TURN_UNFIT, US THEM "\x08"),
	FROM_HOST("a tag and no type", TURN_UNFIT, "\x81\0\0\x01"),
	FROM_HOST("no last label", TURN_UNFIT, "\x88\x47\0\x01\0\x40\0"),
	FROM_HOST("less than IPv4", TURN_UNFIT, IP "\x45\0\0\x14"),
	FROM_HOST("IPv4 that is none", TURN_UNFIT,
		  IP "\x65\0\0\x1e\0\x01\0\0\x40\x11\x12\x34" A B P Q UDP_REST),
	FROM_HOST("longer than it is", TURN_UNFIT,
		  IP V4("\x1f", WHOLE, UDP, A, B) P Q UDP_REST),
	FROM_HOST("options beyond its end", TURN_UNFIT,
		  IP "\x4f\0\0\x1e\0\x01\0\0\x40\x11\x12\x34" A B P Q UDP_REST),
	FROM_HOST("half of the ports", TURN_UNFIT,
		  IP V4("\x16", WHOLE, UDP, A, B) P Q UDP_REST),
	FROM_HOST("loopback", TURN_UNFIT,
		  IP V4("\x1e", WHOLE, UDP, "\x7f\0\0\x01", B) P Q UDP_REST),
	FROM_HOST("from nobody", TURN_UNFIT,
		  IP V4("\x1e", WHOLE, UDP, "\0\0\0\0", B) P Q UDP_REST),
	FROM_HOST("loopback of IPv6", TURN_UNFIT,
		  IP6 V6("\x0a", UDP, A6, ZERO6 "\x01") P Q UDP_REST),
	FROM_HOST("from nobody, IPv6", TURN_UNFIT,
		  IP6 V6("\x0a", UDP, ZERO6 "\0", B6) P Q UDP_REST),
	FROM_HOST("a header beyond the end", TURN_UNFIT,
		  IP6 V6("\x08", "\0", A6, B6) "\x11\x02\x01\x04\0\0\0\0"),
	FROM_HOST("SCTP in fragments", TURN_UNFIT,
		  IP V4("\x24", "\x20\0", "\x84", A, B) P Q
		  "\0\0\0\0\xdd\x49\x6c\x14"
		  "abcd"),
};

#define NB (sizeof(frames) / sizeof(frames[0]))

static uint8_t *copy_of(const void *data, size_t len)
{
	uint8_t *p = malloc(len + !len);

	memcpy(p, data, len);
	return p;
}

static const struct turn_port strict = {.mac = (const uint8_t *)US};
static const struct turn_port any = {.mac = (const uint8_t *)US, .any = true};

static void each_frame(void **state)
{
	(void)state;
	for (size_t i = 0; i < NB; i++) {
		/* As long as it is, so that a look beyond it is found out. */
		uint8_t *frame = copy_of(frames[i].before, frames[i].len);
		const enum turned how =
			turn_frame(frame, frames[i].len, &strict);

		if (how != frames[i].how)
			fail_msg("%s: %d, not %d", frames[i].name, how,
				 frames[i].how);
		if (!how &&
		    (frames[i].len != frames[i].after_len ||
		     memcmp(frame, frames[i].after, frames[i].len) != 0)) {
			print_message("%s:\n", frames[i].name);
			for (size_t k = 0; k < frames[i].len; k++)
				print_message("%02x", frame[k]);
			fail_msg(" was not to come back");
		}
		free(frame);
	}
}

/* However short it is cut, it is looked at as far as it goes. */
static void each_frame_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < NB; i++)
		for (size_t len = 0; len < frames[i].len; len++) {
			uint8_t *frame = copy_of(frames[i].before, len);

			turn_frame(frame, len, &strict);
			free(frame);
		}
}

/* To others and to all as well; what was to all has our source then. */
static void to_anybody(void **state)
{
	static const char rest[] = IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST;
	uint8_t frame[64];
	(void)state;

	memcpy(frame, OTHER THEM, 12);
	memcpy(frame + 12, rest, sizeof(rest) - 1);
	assert_int_equal(turn_frame(frame, 12 + sizeof(rest) - 1, &any),
			 TURNED);
	assert_memory_equal(frame, THEM OTHER, 12);
	memcpy(frame, ALL THEM, 12);
	memcpy(frame + 12, rest, sizeof(rest) - 1);
	assert_int_equal(turn_frame(frame, 12 + sizeof(rest) - 1, &any),
			 TURNED);
	assert_memory_equal(frame, THEM US, 12);
	memcpy(frame, "\x01\x80\xc2\0\0\x02" THEM, 12);
	assert_int_equal(turn_frame(frame, 12 + sizeof(rest) - 1, &any),
			 TURN_CONTROL);
	memcpy(frame, OTHER GROUP, 12);
	assert_int_equal(turn_frame(frame, 12 + sizeof(rest) - 1, &any),
			 TURN_GROUP);
}

/* Two that reflect do not send a frame to and fro. */
static void from_another_that_reflects(void **state)
{
	static const char in[] =
		US THEM IP V4("\x1e", WHOLE, UDP, A, B) P Q UDP_REST;
	static const struct turn_own own = {
		2, {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}}};
	struct turn_port port = any;
	uint8_t frame[sizeof(in) - 1];
	(void)state;

	memcpy(frame, in, sizeof(frame));
	port.own = &own;
	assert_int_equal(turn_frame(frame, sizeof(frame), &port), TURN_OWN);
}

/* The same at once, in a buffer that has room for more; whether it was. */
static bool is_same(size_t k, const struct turn_known *known)
{
	const size_t len = frames[k].len;
	uint8_t *f = calloc(1, len + TURN_ROOM);
	bool same, other;

	assert_non_null(f);
	memcpy(f, frames[k].before, len);
	other = turn_same(f, len, 1, known);
	assert_false(other);
	assert_memory_equal(f, frames[k].before, len);
	same = turn_same(f, len, 0, known);
	if (same) {
		assert_int_equal(frames[k].how, TURNED);
		assert_memory_equal(f, frames[k].after, len);
	}
	free(f);
	return same;
}

/* Whatever is known of one, each comes back as if nothing were. */
static void one_after_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < NB; i++) {
		struct turn_known known;
		uint8_t *first = copy_of(frames[i].before, frames[i].len);

		if (!turn_note(first, frames[i].len, &known) ||
		    turn_frame(first, frames[i].len, &strict)) {
			free(first);
			continue;
		}
		turn_know(first, &known);
		free(first);
		for (size_t k = 0; k < NB; k++) {
			uint8_t *f = copy_of(frames[k].before, frames[k].len);

			if (turn_alike(f, frames[k].len, &known)) {
				struct turn_known other = known;

				turn_know_again(f, frames[k].len, &other);
				assert_true(is_same(k, &other));
				assert_int_equal(frames[k].how, TURNED);
				assert_memory_equal(f, frames[k].after,
						    frames[k].len);
			} else if (i == k) {
				fail_msg("%s is not like itself",
					 frames[i].name);
			}
			if (!is_same(k, &known) && i == k)
				fail_msg("%s is not the same as itself",
					 frames[i].name);
			free(f);
		}
	}
}

#define RANDOM_LEN 60

/* UDP or TCP in IPv4, of which some bytes are others, more often than not. */
static size_t random_frame(uint8_t *f, uint64_t *seed)
{
	static const uint8_t plain[42] =
		"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0\x45\0\0\x2e\0\0\0\0\x40\x11\0\0"
		"\x0a\0\0\1\x0a\0\0\2\x12\x34\0\7\0\x1a\0\0";
	uint64_t r = unit_random(seed);

	memset(f, 0, RANDOM_LEN);
	memcpy(f, plain, sizeof(plain));
	for (unsigned i = 24; i < 42; i++)
		if ((i - TURN_ADDRS_AT) % 4 || !(r >> 50 & 7))
			f[i] ^= (uint8_t)(unit_random(seed) >> 20 & 7);
	for (; r % 4 == 3; r >>= 2) {
		const uint64_t at = unit_random(seed) >> 8;

		f[at % 42] = (uint8_t)(at >> 40 & 1 ? at >> 32 : at >> 34 & 3);
	}
	if (r >> 20 & 1)
		f[ETH_HLEN + 9] = IP_PROTO_TCP;
	return r >> 30 & 7 ? RANDOM_LEN : r >> 40 & 63 ? RANDOM_LEN - 5 : 50;
}

/* Before one was turned: a fragment of all ones between stations of zeros. */
static void nothing_is_like_no_frame(void **state)
{
	struct turn_known none = TURN_KNOWN_NONE;
	uint8_t f[67] = {[17] = 40};
	(void)state;

	for (unsigned fill = 0; fill < 256; fill++) {
		memset(f + 18, (int)fill, 8);
		assert_false(turn_alike(f, sizeof(f), &none));
		assert_false(turn_same(f, sizeof(f), 0, &none));
	}
	memset(f, 0xff, sizeof(f));
	assert_false(turn_alike(f, sizeof(f), &none));
}

/*
 * A burst's way and the general one do the same, whatever came before: bytes
 * and what becomes of each.
 */
static void at_once_is_as_one_by_one(void **state)
{
	struct turn_known known = TURN_KNOWN_NONE;
	uint64_t seed = 16;
	unsigned same = 0, alike = 0, others = 0;
	(void)state;

	for (unsigned i = 0; i < 100000; i++) {
		uint8_t in[RANDOM_LEN], f[RANDOM_LEN], want[RANDOM_LEN];
		const size_t len = random_frame(in, &seed);
		struct turn_known next;
		const bool plain = turn_note(in, len, &next);
		enum turned how;

		memcpy(f, in, sizeof(f));
		memcpy(want, in, sizeof(f));
		how = turn_frame(want, len, &strict);
		if (turn_same(f, len, 0, &known)) {
			same++;
			assert_int_equal(how, TURNED);
			assert_memory_equal(f, want, sizeof(f));
			continue;
		}
		assert_memory_equal(f, in, sizeof(f));
		if (turn_alike(f, len, &known)) {
			alike++;
			assert_int_equal(how, TURNED);
			assert_memory_equal(f, want, sizeof(f));
			turn_know_again(f, len, &known);
			continue;
		}
		assert_memory_equal(f, in, sizeof(f));
		others++;
		if (plain && how == TURNED) {
			turn_know(want, &next);
			known = next;
		}
	}
	/* Each way has been gone. */
	assert_true(same > 10000 && alike > 1000 && others > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_frame),
		cmocka_unit_test(nothing_is_like_no_frame),
		cmocka_unit_test(at_once_is_as_one_by_one),
		cmocka_unit_test(each_frame_cut),
		cmocka_unit_test(to_anybody),
		cmocka_unit_test(from_another_that_reflects),
		cmocka_unit_test(one_after_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
