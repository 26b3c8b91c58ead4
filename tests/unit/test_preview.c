/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that `show frame` stores: those that are sent, bit by bit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_rig.h"
#include "capture/write.h"

/* The records of a capture in nanoseconds, little-endian. */
struct records {
	const uint8_t *at, *end;
};

static struct records open_file(const char *name)
{
	const struct store_file *f = store_find(&rig.app.store, name);
	const uint8_t *p;

	assert_non_null(f);
	p = store_data(&rig.app.store, f);
	return (struct records){p + CAPTURE_HEADER_BYTES, p + f->size};
}

struct record {
	uint64_t ns;
	uint32_t len;
	const uint8_t *frame;
};

static bool next(struct records *r, struct record *one)
{
	uint32_t head[4];

	if (r->at == r->end)
		return false;
	memcpy(head, r->at, sizeof(head));
	assert_int_equal(head[2], head[3]);
	*one = (struct record){head[0] * S + head[1], head[2],
			       r->at + CAPTURE_RECORD_BYTES};
	r->at += CAPTURE_RECORD_BYTES + head[2];
	assert_true(r->at <= r->end);
	return true;
}

/* As many of both, alike; the n-th of `a` is n * gap_ns after the first. */
static void assert_alike(const char *a, const char *b, unsigned nb,
			 uint64_t first_ns, uint64_t gap_ns)
{
	struct records x = open_file(a), y = open_file(b);
	struct record one, other;
	unsigned n = 0;

	for (; next(&x, &one); n++) {
		assert_true(next(&y, &other));
		assert_int_equal(one.len, other.len);
		assert_memory_equal(one.frame, other.frame, one.len);
		assert_int_equal(one.ns, first_ns + n * gap_ns);
	}
	assert_int_equal(n, nb);
}

static void what_is_stored_is_what_is_sent(void **state)
{
	static const char *const streams[] = {
		"rate 0 100kpps",
		"rate 0 100kpps; set 0 ipv4.src 10.0.0.0/8",
		"rate 0 100kpps; size 0 64:7,594:4,1518:1; "
		"set 0 udp.src 1-99 shuffled; set 0 ipv4.ttl 1-9 every 3",
		"rate 0 100kpps; headers 0 eth/vlan/ipv6/udp size 99; "
		"set 0 ipv6.dst random 2001:2::/64; payload 0 random",
		"rate 0 100kpps; headers 0 eth/ipv4/tcp size 80; "
		"set 0 tcp.src list 7,9,11; set 0 tcp.dst 1-50; "
		"vary 0 nested tcp.src tcp.dst",
	};
	(void)state;

	for (unsigned i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		rig_must("reset");
		rig_must(streams[i]);
		rig_must("capture 1 taken.pcap; start 0 count 300");
		rig_run(10 * MS);
		rig_must("capture off; show frame 0 --pcap all.pcap count 300");
		assert_alike("all.pcap", "taken.pcap", 300, 0, 10000);
		rig_must("show frame 299 0 --pcap last.pcap");
		assert_non_null(strstr(rig_ask("ls", NULL), "last.pcap"));
	}
	/* One stream of several, from any frame on. */
	rig_must("reset; stream 0.3 add; rate 0.3 3pps; rate 0.0 1kpps");
	rig_must("set 0.3 udp.src 1-5");
	rig_must("show frame 3000000000 0.3 --pcap a.pcap count 2");
	rig_must("show frame 3000000005 0.3 --pcap b.pcap count 1; "
		 "show frame 3000000000 0.3 --pcap c.pcap");
	assert_alike("c.pcap", "a.pcap", 1, 1000000000ull * S, 0);
	assert_alike("b.pcap", "c.pcap", 1, 1000000001666666667ull, 0);
}

static void what_does_not_fit_is_refused(void **state)
{
	const size_t limit = rig.app.store.limit;
	(void)state;

	rig_must("show frame 0 0 --pcap f count 1");
	assert_non_null(
		strstr(rig_ask("show frame 0 0 --pcap f count 30000", NULL),
		       "E_FULL"));
	assert_non_null(strstr(
		rig_ask("show frame 0 0 --pcap f count 1000000000", NULL),
		"E_FULL"));
	assert_int_equal(rig.app.store.lent, 0);
	assert_int_equal(rig.app.store.limit, limit);
	assert_non_null(strstr(rig_ask("show frame 0 0 f", NULL), "E_SURPLUS"));
	assert_non_null(
		strstr(rig_ask("show frame 0 --pcap", NULL), "E_MISSING"));
	assert_non_null(
		strstr(rig_ask("show frame 0 0 count 2", NULL), "E_SYNTAX"));
	rig_must("capture 1 room 4096 on.pcap");
	assert_non_null(strstr(rig_ask("show frame 0 0 --pcap f", NULL),
			       "a capture is on; 'capture off' ends it"));
	rig_must("capture off");
	/* It is given up, and changed, at any point. */
	for (unsigned steps = 0; steps < 120; steps += 3) {
		rig_type("show frame 0 0 --pcap g count 3000\r");
		for (unsigned i = 0; i < steps; i++)
			rig_step(20 * US);
		rig_type("\3");
		rig_step(MS);
		assert_int_equal(rig.app.store.lent, 0);
	}
	rig_send("show frame 0 0 --pcap g count 3000");
	for (unsigned i = 0; i < 70; i++)
		rig_step(20 * US);
	assert_true(rig.app.store.lent > 0);
	rig_type("size 0 65\r");
	for (unsigned i = 0; i < 70; i++)
		rig_step(20 * US);
	assert_non_null(strstr(rig.screen, "changed while its frames"));
	assert_int_equal(rig.app.store.lent, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_stored_is_what_is_sent),
		TEST(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests_name("preview", tests, NULL, NULL);
}
