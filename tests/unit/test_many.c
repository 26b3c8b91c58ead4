/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many streams on a port, each known on the wire by its UDP port: when their
 * frames go, what each is charged with, and what one does to the others.
 */
#include "many_rig.h"
#include "pktgen/pktgen_seen.h"

static void set_weight(unsigned i, unsigned weight)
{
	struct stream_use use = *pktgen_stream_use(&pg, 0, i);

	use.weight = (uint16_t)weight;
	pktgen_set_use(&pg, 0, i, &use, now);
}

/* Each stream is charged with what of it is on the wire. */
static void check_charged(unsigned n)
{
	struct pktgen_stream_view v;
	uint64_t all = 0;

	for (unsigned i = 0; i < n; i++) {
		pktgen_look(&pg, 0);
		pktgen_look_stream(&pg, 0, i, &v);
		assert_int_equal(v.sent.packets, packets[i]);
		assert_int_equal(v.sent.bytes, bytes[i]);
		assert_int_equal(v.sent.last_ns, packets[i] ? last_ns[i] : 0);
		assert_int_equal(v.sent.first_ns, packets[i] ? first_ns[i] : 0);
		all += packets[i];
	}
	assert_int_equal(pktgen_look(&pg, 0)->stats.tx_packets, all);
}

static void equal_rates_do_not_bunch(void **state)
{
	(void)state;
	add(100);
	for (unsigned i = 0; i < 100; i++)
		set(i, 10 * 1000000, false);
	pktgen_start(&pg, 1, now);
	run_until(now + 3 * S, 20 * US);
	assert_in_range(nb_wire, 3000, 3000);
	for (unsigned i = 3; i < nb_wire; i++)
		assert_true(wire[i].ns - wire[i - 3].ns >= MS);
	check_charged(100);
}

/* The same when it is the rate that begins for all at once. */
static void a_rate_that_is_set_while_they_run_does_not_bunch(void **state)
{
	unsigned from;
	(void)state;

	add(100);
	for (unsigned i = 0; i < 100; i++)
		set(i, 1000000, false);
	pktgen_start(&pg, 1, now);
	run_until(now + S / 2, 20 * US);
	for (unsigned i = 0; i < 100; i++)
		set(i, 10 * 1000000, false);
	from = nb_wire;
	run_until(now + 2 * S, 20 * US);
	assert_true(nb_wire - from > 1900);
	for (unsigned i = from + 4; i < nb_wire; i++)
		assert_true(wire[i].ns - wire[i - 4].ns >= MS);
}

static void different_rates_are_all_kept(void **state)
{
	const struct flow_limit limit = {FLOW_NO_LIMIT, 2 * S};
	(void)state;

	add(256);
	for (unsigned i = 0; i < 256; i++)
		set(i, (50 + i) * 1000000ull, false);
	pktgen_start_limited(&pg, 1, &limit, now);
	run_until(now + 2 * S + MS, 20 * US);
	run_to_the_end();
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(packets[i], 2 * (50 + i));
	assert_int_equal(pktgen_look(&pg, 0)->done.runs, 1);
	check_charged(256);
}

/* By time, then by stream: what is due in one ns has no order. */
static void sort_wire(void)
{
	for (unsigned i = 1; i < nb_wire; i++)
		for (unsigned k = i; k && wire[k].ns == wire[k - 1].ns &&
				     wire[k].stream < wire[k - 1].stream;
		     k--) {
			const unsigned stream = wire[k].stream;

			wire[k].stream = wire[k - 1].stream;
			wire[k - 1].stream = stream;
		}
}

/* What happens to stream 7 at 100 ms and at 230 ms. */
enum what { NOTHING, STOP, PAUSE, DISABLE, REMOVE, PAUSE_AND_RESUME, WHATS };

static void happen(enum what what, bool first)
{
	const struct subjects one = of("0.7");
	struct stream_use use;

	if (!first && what == PAUSE_AND_RESUME)
		pktgen_resume_streams(&pg, &one, now);
	if (!first)
		return;
	if (what == STOP)
		pktgen_stop_streams(&pg, &one, now);
	if (what == PAUSE || what == PAUSE_AND_RESUME)
		pktgen_pause_streams(&pg, &one, now);
	use = *pktgen_stream_use(&pg, 0, 7);
	use.disabled = true;
	if (what == DISABLE)
		pktgen_set_use(&pg, 0, 7, &use, now);
	if (what == REMOVE)
		pktgen_remove_stream(&pg, 0, 7, now);
}

static void one_moves_no_other(void **state)
{
	static struct {
		uint64_t ns;
		unsigned stream;
	} was[SEEN_MAX];
	unsigned nb_was = 0;

	for (enum what what = NOTHING; what < WHATS; what++) {
		unsigned at = 0, own = 0;

		if (what)
			setup(state);
		add(20);
		for (unsigned i = 0; i < 20; i++)
			set(i, (900 + 13 * i) * 1000000ull, i & 1);
		pktgen_start(&pg, 1, now);
		run_until(S + 100 * MS, US);
		happen(what, true);
		run_until(S + 230 * MS, US);
		happen(what, false);
		run_until(S + 400 * MS, US);
		sort_wire();
		for (unsigned i = 0; i < nb_wire; i++) {
			own += wire[i].stream == 7;
			if (!what)
				memcpy(&was[i], &wire[i], sizeof(was[i]));
			if (!what || wire[i].stream == 7)
				continue;
			while (was[at].stream == 7)
				at++;
			assert_true(at < nb_was);
			assert_int_equal(wire[i].stream, was[at].stream);
			assert_int_equal(wire[i].ns, was[at++].ns);
		}
		if (!what)
			nb_was = nb_wire;
		/* Its 991 a second, for as long as it sent. */
		assert_in_range(own,
				what == NOTHING            ? 396
				: what == PAUSE_AND_RESUME ? 267
							   : 99,
				what == NOTHING            ? 397
				: what == PAUSE_AND_RESUME ? 268
							   : 100);
		if (what < WHATS - 1)
			teardown(state);
	}
}

/* It goes on at its next frame, at a time of its schedule, with no catch-up. */
static void a_resumed_stream_goes_on(void **state)
{
	const struct subjects all = of("0.all");
	const struct flow_limit limit = {FLOW_NO_LIMIT, 100 * MS};
	(void)state;

	add(2);
	set(0, 1000 * 1000000ull, false);
	set(1, 1000 * 1000000ull, true);
	pktgen_start_limited(&pg, 1, &limit, now);
	run_until(S + 40 * MS + 10 * US, 10 * US);
	pktgen_pause_streams(&pg, &all, now);
	assert_true(pktgen_look(&pg, 0)->paused);
	run_until(S + 90 * MS + 250 * US, 10 * US);
	assert_int_equal(nb_wire, 81);
	pktgen_resume_streams(&pg, &all, now);
	assert_false(pktgen_look(&pg, 0)->paused);
	run_until(S + 151 * MS, 10 * US);
	run_to_the_end();
	/* As long as it was paused the run takes longer. */
	assert_int_equal(packets[0], 100);
	assert_int_equal(packets[1], 100);
	for (unsigned i = 82; i < nb_wire; i++)
		assert_int_equal(wire[i].ns - wire[i - 1].ns, 500 * US);
	assert_int_equal(pg.set[0].stream[0]->flow->at.frame, 100);
	assert_int_equal(pktgen_look(&pg, 0)->stats.tx_skipped, 0);
}

static void weights_are_exact_over_each_round(void **state)
{
	static const unsigned weight[] = {1, 2, 5};
	unsigned n[3] = {0};
	(void)state;

	add(3);
	for (unsigned i = 0; i < 3; i++) {
		set(i, 0, i == 1);
		set_weight(i, weight[i]);
	}
	pktgen_start(&pg, 1, now);
	run_until(now + 5 * MS, 10 * US);
	assert_true(nb_wire > 10000);
	for (unsigned i = 0; i < nb_wire; i++) {
		n[wire[i].stream]++;
		if (i >= 8)
			n[wire[i - 8].stream]--;
		for (unsigned k = 0; i >= 7 && k < 3; k++)
			assert_int_equal(n[k], weight[k]);
		/* Evenly: of the heaviest there are two in a row at most. */
		if (i >= 2)
			assert_false(wire[i].stream == wire[i - 1].stream &&
				     wire[i].stream == wire[i - 2].stream);
	}
	/* Another weight counts from a round on; nothing else is lost. */
	set_weight(0, 1000);
	set_weight(1, 999);
	set_weight(2, 1);
	while (pktgen_look(&pg, 0)->nb_held)
		run_until(now + US, US);
	run_until(now + 5 * MS, 10 * US);
	forget();
	run_until(now + 20 * MS, 10 * US);
	assert_true(nb_wire > 10000);
	for (unsigned i = 2000; i + 2000 < nb_wire; i += 100) {
		memset(n, 0, sizeof(n));
		for (unsigned k = 0; k < 2000; k++)
			n[wire[i + k].stream]++;
		assert_int_equal(n[0], 1000);
		assert_int_equal(n[1], 999);
		assert_int_equal(n[2], 1);
	}
}

/* What is left of the paced ones, which stay as they are. */
static void weights_share_what_is_left(void **state)
{
	(void)state;
	add(5);
	set(0, 0, false);
	set(1, 0, false);
	set_weight(1, 3);
	for (unsigned i = 2; i < 5; i++) {
		set(i, 20000 * 1000000ull, i == 3);
		set_weight(i, 1000);
	}
	pktgen_start(&pg, 1, now);
	run_until(now + 25 * MS, 10 * US);
	for (unsigned i = 2; i < 5; i++)
		assert_in_range(packets[i], 499, 500);
	assert_in_range(packets[1], 3 * packets[0] - 3, 3 * packets[0] + 3);
	assert_true(packets[0] > 1000);
}

/* One after another comes to its end, which the others do not notice. */
static void each_has_its_own_limit(void **state)
{
	(void)state;
	add(100);
	for (unsigned i = 0; i < 100; i++) {
		char word[16];
		struct subjects one;
		const struct flow_limit limit = {10 + i, FLOW_NO_LIMIT};

		set(i, i % 3 ? 0 : 1000000000ull * (1 + i), i & 4);
		snprintf(word, sizeof(word), "0.%u", i);
		one = of(word);
		pktgen_start_streams_limited(&pg, &one, &limit, now);
	}
	run_to_the_end();
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(packets[i], 10 + i);
	assert_int_equal(pktgen_look(&pg, 0)->done.runs, 1);
	assert_int_equal(pktgen_look(&pg, 0)->done.packets, nb_wire);
	check_charged(100);
}

/*
 * A ring that is full, frames that are dropped, and what is held meanwhile: of
 * some that are paced or signed, or none.
 */
static void send_and_look(bool some)
{
	struct worker_how how = pg.set[0].how;
	uint64_t seed = 5;

	add(5);
	for (unsigned i = 0; i < 5; i++) {
		set(i, i < 3 || !some ? 0 : 100000 * 1000000ull, some && i & 1);
		set_weight(i, 1 + i % 3);
	}
	pktgen_start(&pg, 1, now);
	for (int round = 0; round < 300; round++) {
		const uint64_t r = unit_random(&seed) >> 16;

		/* Port 1 is not looked at for a while: its buffers run out. */
		for (unsigned i = 0; i < r % 40; i++)
			worker_step(pktgen_worker(&pg, 0, 0), now += US);
		if (r & 2048)
			check_charged(5);
		run_until(now + r / 64 % 20 * US, US);
		if (r & 4096)
			check_charged(5);
		if (r % 50 == 7)
			set(r % 5, r & 8192 ? 0 : 1000000, some);
		if (r % 11)
			continue;
		how.drops = r & 1024;
		pktgen_set_how(&pg, 1, &how, now);
		if (nb_wire > SEEN_MAX / 2)
			nb_wire = 0;
	}
	assert_true(pktgen_look(&pg, 0)->stats.tx_dropped > 0);
	pktgen_stop(&pg, 1);
	run_to_the_end();
	check_charged(5);
	if (port_can_reap())
		assert_int_equal(pktgen_count(&pg, 0, now)->in_flight, 0);
}

static void each_is_charged_with_what_was_sent(void **state)
{
	(void)state;
	send_and_look(true);
}

static void rounds_are_charged_with_what_was_sent(void **state)
{
	(void)state;
	send_and_look(false);
}

/* Streams come and go while frames are held and with the device. */
static void streams_come_and_go(void **state)
{
	uint64_t seed = 11;
	(void)state;

	set(0, 0, false);
	pktgen_start(&pg, 1, now);
	for (int round = 0; round < 2000; round++) {
		const uint64_t r = unit_random(&seed) >> 16;
		const unsigned i = 1 + (unsigned)(r % 20);
		char word[16];
		struct subjects one;

		snprintf(word, sizeof(word), "0.%u", i);
		one = of(word);
		if (pktgen_next_stream(&pg, 0, i) != i) {
			assert_int_equal(pktgen_add_stream(&pg, 0, i, 0, now),
					 0);
			set(i,
			    r & 64 ? 0 : r / 128 % 100000 * 1000000 + 1000000,
			    r & 32);
			set_weight(i, 1 + r / 256 % 1000);
			pktgen_start_streams(&pg, &one, now);
		} else if (r & 128) {
			pktgen_remove_stream(&pg, 0, i, now);
		} else if (r & 256) {
			pktgen_pause_streams(&pg, &one, now);
		} else {
			pktgen_resume_streams(&pg, &one, now);
		}
		run_until(now + r / 1024 % 10 * US, US);
		nb_wire = 0;
	}
	for (unsigned i = 1; i <= 20; i++)
		if (pktgen_next_stream(&pg, 0, i) == i)
			pktgen_remove_stream(&pg, 0, i, now);
	assert_int_equal(pg.set[0].nb_streams, 1);
	assert_ptr_equal(pktgen_worker(&pg, 0, 0)->only,
			 pg.set[0].stream[0]->flow);
	run_until(now + 100 * US, US);
	pktgen_stop(&pg, 1);
	run_to_the_end();
	if (port_can_reap())
		assert_int_equal(pktgen_count(&pg, 0, now)->in_flight, 0);
	assert_int_equal(pktgen_look(&pg, 1)->stats.rx_packets,
			 pktgen_look(&pg, 0)->stats.tx_packets);
}

static void numbers_may_have_gaps(void **state)
{
	const struct subjects some = of("0.3-100");
	struct subject s = {0, 0};
	(void)state;

	assert_int_equal(pktgen_add_stream(&pg, 0, 7, 0, now), 0);
	assert_int_equal(pktgen_add_stream(&pg, 0, 100, 0, now), 0);
	assert_int_equal(pktgen_add_stream(&pg, 0, 7, 0, now), -EEXIST);
	assert_int_equal(pktgen_add_stream(&pg, 0, PKTGEN_MAX_STREAMS, 0, now),
			 -ENOSPC);
	assert_int_equal(pg.set[0].nb_streams, 3);
	assert_true(pktgen_next_of(&pg, &some, &s));
	assert_int_equal(s.stream++, 7);
	assert_true(pktgen_next_of(&pg, &some, &s));
	assert_int_equal(s.stream++, 100);
	assert_false(pktgen_next_of(&pg, &some, &s));
	pktgen_remove_stream(&pg, 0, 100, now);
	assert_int_equal(pktgen_next_stream(&pg, 0, 8), PKTGEN_NO_STREAM);
}

/* Whatever memory there is: all of it is done, or nothing. */
static void without_memory_nothing_changes(void **state)
{
	struct pktgen_fault fault;
	struct stream s;
	uint64_t n = 0;
	int rc;
	(void)state;

	host_netdev_tap(dev[0], NULL, NULL);
	do {
		const uint64_t changes = pg.set[0].changes;

		memory = n++;
		rc = pktgen_add_stream(&pg, 0, 1, 0, now);
		memory = UINT64_MAX;
		assert_true(rc == 0 || rc == -ENOMEM);
		if (rc < 0)
			assert_int_equal(pg.set[0].changes, changes);
		assert_int_equal(pg.set[0].nb_streams, 1 + !rc);
	} while (rc < 0);
	assert_true(n > 4);
	pktgen_start(&pg, 1, now);
	run_until(now + 100 * US, US);
	s = *pktgen_stream(&pg, 0, 1);
	s.pace.shape = PACE_POISSON;
	/* Of short frames there may be room for more than one. */
	stream_set_size(&s, 1000);
	for (memory = n = 0;; memory = ++n) {
		rc = pktgen_try_stream(&pg, 0, 1, &s, &fault);
		if (!rc)
			break;
		assert_int_equal(rc, -ENOMEM);
		run_until(now + 100 * US, US);
	}
	/* Without memory for what is shared slots are edited. */
	memory = 0;
	pktgen_take_stream(&pg, 0, 1, &s, now);
	run_until(now + 100 * US, US);
	assert_int_equal(pg.set[0].stream[1]->flow->frames.strategy,
			 port_can_reap() ? STRATEGY_POOL : STRATEGY_COPY);
	memory = UINT64_MAX;
	s.rate = (struct rate){RATE_PPS, 1000 * 1000000};
	assert_int_equal(pktgen_try_stream(&pg, 0, 1, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, 1, &s, now);
	assert_int_equal(pg.set[0].stream[1]->flow->frames.strategy,
			 port_can_reap() ? STRATEGY_SHARED : STRATEGY_COPY);
}

/* Each has a frame of its own to share, more than the port has buffers. */
static void all_that_there_can_be(void **state)
{
	const struct flow_limit limit = {3, FLOW_NO_LIMIT};
	(void)state;

	host_netdev_tap(dev[0], NULL, NULL);
	add(PKTGEN_MAX_STREAMS);
	assert_int_equal(pg.set[0].nb_streams, PKTGEN_MAX_STREAMS);
	for (unsigned i = 0; i < PKTGEN_MAX_STREAMS; i++)
		assert_int_equal(pg.set[0].stream[i]->flow->frames.strategy,
				 port_can_reap() ? STRATEGY_SHARED
						 : STRATEGY_COPY);
	pktgen_start_limited(&pg, 1, &limit, now);
	run_to_the_end();
	for (unsigned i = 0; i < PKTGEN_MAX_STREAMS; i++)
		assert_int_equal(pg.set[0].stream[i]->flow->sent.packets, 3);
}

/* Longer than the keys of a schedule reach: they begin anew on the way. */
static void weeks_are_not_too_long(void **state)
{
	const uint64_t day = 24 * 3600 * S, minute = 60 * S;
	const struct flow_limit limit = {FLOW_NO_LIMIT, 20 * day};
	(void)state;

	add(3);
	set(0, 16667, false);
	set(1, 33334, true);
	set(2, 0, false);
	host_netdev_tap(dev[0], NULL, NULL);
	pktgen_start_limited(&pg, 1, &limit, now);
	run_until(now + 20 * day, minute / 4);
	run_to_the_end();
	/* A frame a minute, or two; each was due when it was looked for. */
	assert_in_range(pg.set[0].stream[0]->flow->sent.packets, 28800, 28801);
	assert_in_range(pg.set[0].stream[1]->flow->sent.packets, 57600, 57602);
	assert_true(pg.set[0].stream[2]->flow->sent.packets > 1000000);
	assert_true(pktgen_worker(&pg, 0, 0)->epoch_ns > 15 * day);
	assert_int_equal(pktgen_look(&pg, 0)->done.runs, 1);
}

/* Besides frames, its program, and what random gaps need. */
static void a_stream_is_small(void **state)
{
	(void)state;
	assert_true(sizeof(struct pktgen_stream) + sizeof(struct flow) +
			    sizeof(struct program_each) +
			    3 * 2 * 2 * sizeof(uint64_t) + 64 <
		    4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(equal_rates_do_not_bunch),
		TEST(a_rate_that_is_set_while_they_run_does_not_bunch),
		TEST(different_rates_are_all_kept),
		TEST(one_moves_no_other),
		TEST(a_resumed_stream_goes_on),
		TEST(weights_are_exact_over_each_round),
		TEST(weights_share_what_is_left),
		TEST(each_has_its_own_limit),
		TEST(each_is_charged_with_what_was_sent),
		TEST(rounds_are_charged_with_what_was_sent),
		TEST(streams_come_and_go),
		TEST(numbers_may_have_gaps),
		TEST(without_memory_nothing_changes),
		TEST(all_that_there_can_be),
		TEST(weeks_are_not_too_long),
		TEST(a_stream_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
