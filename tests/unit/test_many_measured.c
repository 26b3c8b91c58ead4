/* SPDX-License-Identifier: BSD-3-Clause */
/* What is told of signed streams that take turns, whose frames are counted
 * later than they are made. */
#include "many_rig.h"
#include "pktgen/pktgen_seen.h"

#define NB 4

static void use(unsigned i, unsigned size, const char *dscp)
{
	struct stream s = *pktgen_stream(&pg, 0, i);
	struct pktgen_fault fault;

	s.rate = (struct rate){RATE_MAX, 0};
	s.sign = true;
	stream_set_size(&s, (uint16_t)size);
	if (dscp)
		set_field(&s, "ipv4.dscp", dscp);
	assert_int_equal(pktgen_try_stream(&pg, 0, i, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, i, &s, now);
}

static void add_all(void)
{
	host_netdev_tap(dev[0], NULL, NULL);
	add(NB);
	for (unsigned i = 0; i < NB; i++)
		use(i, i % 3 ? 64 : 90 + 2 * i, NULL);
}

static void track(const char *field)
{
	struct find f;

	assert_int_equal(find_take(&f, field), 0);
	assert_int_equal(pktgen_track(&pg, 1, &f, now), 0);
}

static bool takes_turns(void)
{
	return pktgen_worker(&pg, 0, 0)->replay.plays;
}

static void what_is_lost_is_all_that_is_lost(void **state)
{
	struct host_faults *wire_faults = host_netdev_faults(dev[1]);
	struct pktgen_stream_view v;
	struct pktgen_came came;
	uint64_t lost = 0;
	(void)state;

	add_all();
	pktgen_start(&pg, 1, now);
	run_until(now + 8 * MS, US);
	assert_true(takes_turns());
	wire_faults->lose = 100;
	run_until(now + 20 * US, US);
	wire_faults->lose = 0;
	run_until(now + 2 * MS, US);
	pktgen_stop(&pg, 1);
	run_to_the_end();
	pktgen_look_came(&pg, 1, &came);
	assert_int_equal(came.bad, 0);
	for (unsigned i = 0; i < NB; i++) {
		pktgen_look_stream(&pg, 0, i, &v);
		assert_int_equal(v.order.lost,
				 v.sent.packets - v.received.packets);
		lost += v.order.lost;
	}
	assert_true(lost > 0);
	assert_int_equal(lost, wire_faults->nb_lost);
}

static void a_size_that_changes_under_way_loses_none(void **state)
{
	struct pktgen_track_sum sum;
	struct pktgen_tracked t;
	uint64_t value = 0;
	(void)state;

	add_all();
	track("size");
	pktgen_start(&pg, 1, now);
	run_until(now + 3 * MS, US);
	assert_true(takes_turns());
	use(1, 200, NULL);
	run_until(now + 100 * US, US);
	pktgen_stop(&pg, 1);
	run_to_the_end();
	pktgen_track_sum(&pg, 1, &sum);
	assert_int_equal(sum.values, 4);
	for (bool first = true; pktgen_track_next(&pg, 1, first, &value);
	     first = false) {
		pktgen_track_look(&pg, 1, value, &t);
		assert_true(t.has_lost);
		assert_int_equal(t.lost, 0);
		assert_int_equal(t.sent, t.row.frames);
	}
}

static void streams_are_cleared_with_their_port(void **state)
{
	struct pktgen_stream_view v;
	uint64_t sum = 0, port;
	(void)state;

	pktgen_set_mode(&pg, 1, MODE_TX | MODE_NULL, now);
	add_all();
	pktgen_start(&pg, 1, now);
	run_until(now + 3 * MS, US);
	assert_true(takes_turns());
	port = pktgen_look(&pg, 0)->stats.tx_packets;
	pktgen_clear_streams(&pg, 0);
	run_until(now + 10 * US, US);
	port = pktgen_look(&pg, 0)->stats.tx_packets - port;
	for (unsigned i = 0; i < NB; i++) {
		pktgen_look_stream(&pg, 0, i, &v);
		sum += v.sent.packets;
	}
	assert_true(port > 0);
	assert_int_equal(sum, port);
}

/* Both have the word where TCP's flags are; of one it is payload. */
static void a_frame_without_the_field_is_under_no_value(void **state)
{
	uint8_t tcp[60] = {2, 0, 0,    0, 0, 1,  2, 0, 0, 0, 0,  2,
			   8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 6};
	struct pktgen_track_sum sum;
	uint8_t udp[sizeof(tcp)];
	(void)state;

	tcp[47] = 0x10;
	memcpy(udp, tcp, sizeof(udp));
	udp[23] = 17;
	udp[47] = 0x02;
	use(0, 64, NULL);
	track("tcp.flags");
	for (unsigned i = 0; i < 8; i++)
		host_netdev_receive(dev[1], i < 3 ? tcp : udp, sizeof(tcp));
	pktgen_step(&pg, now);
	pktgen_track_sum(&pg, 1, &sum);
	assert_int_equal(sum.values, 1);
	assert_int_equal(sum.without.frames, 5);
}

static void send(unsigned frames)
{
	const struct flow_limit limit = {frames, FLOW_NO_LIMIT};

	pktgen_start_limited(&pg, 1, &limit, now);
	run_to_the_end();
}

static void a_stream_that_is_new_has_not_the_value_of_the_old(void **state)
{
	struct pktgen_tracked t;
	(void)state;

	host_netdev_tap(dev[0], NULL, NULL);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(pktgen_add_stream(&pg, 0, 1, 0, now), 0);
		use(1, 100, i ? "5-6" : "5");
		if (!i) {
			track("ipv4.dscp");
			send(100);
			pktgen_remove_stream(&pg, 0, 1, now);
		}
	}
	send(1000);
	/* How many of it were sent with 6 is not known. */
	pktgen_track_look(&pg, 1, 6, &t);
	assert_true(t.row.frames > 0);
	assert_false(t.has_lost);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_lost_is_all_that_is_lost),
		TEST(a_size_that_changes_under_way_loses_none),
		TEST(streams_are_cleared_with_their_port),
		TEST(a_frame_without_the_field_is_under_no_value),
		TEST(a_stream_that_is_new_has_not_the_value_of_the_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
