// SPDX-License-Identifier: BSD-3-Clause
/*
 * Payloads of frames that went over a wire which damages some and pushes tags:
 * each that differs from what was sent is told, and no other. A number as
 * argument is how many random wires there are.
 */
#include <stdlib.h>

#include "many_rig.h"
#include "pktgen/pktgen_seen.h"

static uint64_t seed = 1, payloads, heads, numbers, nb_sent;
static unsigned damage; /* of 100 */

static unsigned any(unsigned below)
{
	return (unsigned)(unit_random(&seed) % below);
}

static void send(void *arg, const void *data, size_t len)
{
	const uint8_t *const p = data;
	const bool tag = any(2);
	uint8_t frame[2048];
	const size_t all = len + (tag ? 4 : 0);
	uint8_t *const sign = frame + all - SIGNATURE_LEN;
	(void)arg;

	memcpy(frame, p, 12);
	memcpy(frame + 12, "\x81\x00\x00\x05", 4);
	memcpy(frame + (tag ? 16 : 12), p + 12, len - 12);
	nb_sent++;
	if (any(100) < damage) {
		const unsigned room = (unsigned)(len - 42 - SIGNATURE_LEN);

		switch (room ? any(3) : 1 + any(2)) {
		case 0:
			sign[-1 - (int)any(room)] ^= (uint8_t)(1 + any(255));
			payloads++;
			break;
		case 1:
			sign[any(3)] ^= (uint8_t)(1 + any(255));
			heads++;
			break;
		default:
			/* Far beyond what was sent. */
			sign[5 + any(2)] ^= (uint8_t)(1 + any(255));
			numbers++;
		}
	}
	assert_true(host_netdev_receive(dev[1], frame, all));
}

static void set_stream(unsigned i, const char *sizes, const char *src)
{
	struct stream s = *pktgen_stream(&pg, 0, i);
	struct pktgen_fault fault;

	s.rate = (struct rate){RATE_PPS, 50000ull * 1000000};
	take_sizes(&s, sizes);
	set_field(&s, "udp.src", src);
	set_field(&s, "@50.16", src);
	s.payload = (uint8_t)any(2);
	s.sign = true;
	assert_int_equal(pktgen_try_stream(&pg, 0, i, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, i, &s, now);
}

static void begin(void)
{
	struct worker_how how = pg.set[1].how;

	how.kinds = KINDS_PAYLOAD;
	pktgen_set_how(&pg, 2, &how, now);
	host_netdev_tap(dev[0], NULL, NULL);
	host_netdev_wire(dev[0], send, NULL);
	payloads = heads = numbers = nb_sent = 0;
}

static void drain(void)
{
	for (unsigned i = 0; !pktgen_drained(&pg, 1, now); i++) {
		assert_true(i < 1000000);
		pktgen_step(&pg, now += i < 1000 ? 10 * US : MS);
	}
}

static void check(void)
{
	struct kinds k, built;
	struct pktgen_came came;

	pktgen_look_kinds(&pg, 1, &k, &built);
	pktgen_look_came(&pg, 1, &came);
	assert_int_equal(k.count[KIND_checked], nb_sent - heads - numbers);
	assert_int_equal(k.count[KIND_corrupted], payloads);
	assert_int_equal(came.bad, heads + numbers);
}

static unsigned turns = 20;

static void each_that_is_damaged_is_told(void **state)
{
	static const char *const sizes[] = {
		"90:7,594:4,1518:1", "100", "80,90,1000", "random 80-1518",
		"90:58.67,92:2,594:23.66,1418:15.67"};
	static const char *const values[] = {"5", "1-1000", "random",
					     "1-1000 shuffled", "1-9 every 3"};
	(void)state;

	for (unsigned i = 0; i < turns; i++) {
		const unsigned nb = 1 + any(4);
		const struct flow_limit limit = {1 + any(1500), FLOW_NO_LIMIT};

		if (i) {
			teardown(NULL);
			setup(NULL);
		}
		begin();
		add(nb);
		damage = any(30);
		for (unsigned k = 0; k < nb; k++)
			set_stream(k, sizes[any(5)], values[any(5)]);
		pktgen_start_limited(&pg, 1, &limit, now);
		drain();
		pktgen_start_limited(&pg, 1, &limit, now);
		drain();
		check();
	}
}

/* Frames of the program before count as nothing; those behind it do. */
static void what_is_set_on_the_way_is_known(void **state)
{
	const struct flow_limit none = {FLOW_NO_LIMIT, FLOW_NO_LIMIT};
	(void)state;

	begin();
	damage = 0;
	set_stream(0, "90:7,594:4", "1-1000");
	pktgen_start_limited(&pg, 1, &none, now);
	for (unsigned i = 0; i < 50; i++) {
		run_until(now + any(2 * MS), 10 * US);
		set_stream(0, any(2) ? "90:7,594:4" : "100,200,300",
			   any(2) ? "1-1000" : "random");
	}
	pktgen_stop(&pg, 1);
	drain();
	check();
	assert_true(nb_sent > 1000);
}

/* What is far beyond what was sent does no harm to what is known of order. */
static void a_damaged_number_is_no_loss(void **state)
{
	const struct flow_limit limit = {1000, FLOW_NO_LIMIT};
	struct order_counts c;
	(void)state;

	begin();
	damage = 10;
	set_stream(0, "80", "5");
	pktgen_start_limited(&pg, 1, &limit, now);
	drain();
	pktgen_look_order(&pg, 0, 0, &c);
	assert_true(numbers > 10);
	assert_int_equal(c.lost, heads + numbers);
	assert_int_equal(c.late + c.duplicate + c.reordered, 0);
}

static void without_memory_nothing_is_compared(void **state)
{
	struct kinds k, built;
	(void)state;

	memory = 0;
	begin();
	memory = UINT64_MAX;
	set_stream(0, "80", "5");
	pktgen_look_kinds(&pg, 1, &k, &built);
	assert_int_equal(k.count[KIND_checked], 0);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(each_that_is_damaged_is_told),
		TEST(what_is_set_on_the_way_is_known),
		TEST(a_damaged_number_is_no_loss),
		TEST(without_memory_nothing_is_compared),
	};

	if (argc > 1)
		turns = (unsigned)strtoul(argv[1], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
