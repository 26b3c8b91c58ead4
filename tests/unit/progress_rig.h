/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whatever is sent, however, and in whatever order the device gives frames
 * back: frames go on, all arrive as they should be, and none stays in flight.
 * The test file says what the device is. Static: each test file has its own.
 */
#ifndef TESTS_PROGRESS_RIG_H
#define TESTS_PROGRESS_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edit_ports.h"
#include "pktgen/engine.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "pktgen/pktgen_seen.h"
#include "plat/host/host.h"
#include "unit.h"
#include "unit_stream.h"

#define STEP_NS 1000
/* Looks without a frame that moved, which no device here needs. */
#define STALL_STEPS 8000
#define FRAMES 1500 /* some laps of a ring of 256 */

enum content {
	CONTENT_SHARED,
	CONTENT_SIGNED,
	CONTENT_FLOWS,
	CONTENT_MIX,
	CONTENT_IPV6,
	CONTENT_MIX_SIGNED,
	CONTENT_PAIRS, /* more changes than lanes hold */
	NB_CONTENTS,
};

struct trial {
	enum strategy strategy;
	enum content content;
	unsigned burst;
	bool drops, paced;
	enum host_back back;
	uint64_t seed;
};

static unsigned every = 11; /* trials, of which one is run; the argument */
static struct pktgen pg;
static uint64_t now_ns;
static const struct trial *trial;

/* What port 0 is to send next, and whether the order tells. */
static struct program_at wanted_at;
static bool wanted;
static uint64_t nb_taken;

/* Of the test file: its devices, new; what they do between steps; their end. */
static void rig_open(const struct trial *t);
static void rig_look(void);
static void rig_close(void);
/* Where what port 0 sends arrives. */
static unsigned rig_rx_port(void);

static inline const char *label(const struct trial *t)
{
	static char text[120];

	snprintf(
		text, sizeof(text),
		"strategy %d, content %d, burst %u, %s, %s, back %d, seed %llu",
		t->strategy, t->content, t->burst, t->drops ? "drop" : "retry",
		t->paced ? "paced" : "max", t->back,
		(unsigned long long)t->seed);
	return text;
}

static inline void edit_content(struct stream *s, const void *arg)
{
	static const struct size_weight mix[] = {{90, 7}, {594, 4}, {1518, 1}};
	const struct trial *t = arg;

	s->sign = t->content == CONTENT_SIGNED || t->content == CONTENT_IPV6 ||
		  t->content == CONTENT_MIX_SIGNED;
	set_ip(s, t->content == CONTENT_IPV6);
	s->sizes.count = 1;
	s->sizes.entry[0] = (struct size_weight){100, 1};
	set_low(s, "src",
		t->content == CONTENT_IPV6 || t->content == CONTENT_FLOWS ||
				t->content == CONTENT_PAIRS
			? 8
			: 0,
		NULL);
	set_low(s, "dst", t->content == CONTENT_PAIRS ? 17 : 0, NULL);
	if (t->content == CONTENT_MIX || t->content == CONTENT_MIX_SIGNED) {
		s->sizes.count = 3;
		for (unsigned i = 0; i < 3; i++)
			s->sizes.entry[i] = mix[i];
	}
	s->rate = (struct rate){t->paced ? RATE_PPS : RATE_MAX,
				3000000ull * 1000000};
}

static inline void edit_how(struct worker_how *how, const void *arg)
{
	const struct trial *t = arg;

	how->strategy = t->strategy;
	how->burst = t->burst;
	how->drops = t->drops;
}

static inline void set_trial(const struct trial *t)
{
	struct pktgen_fault fault;

	edit_how_of(&pg, 1, edit_how, t, now_ns);
	assert_int_equal(edit_streams(&pg, 1, edit_content, t, now_ns, &fault),
			 0);
}

/* The device took a frame of port 0. */
static inline void rig_taken(const uint8_t *frame, size_t len)
{
	static uint8_t want[STREAM_SIZE_MAX];
	const struct worker *w = pktgen_worker(&pg, 0, 0);
	struct signature sign = {0};
	uint16_t n;

	nb_taken++;
	if (!wanted)
		return;
	signature_get(frame + len - SIGNATURE_LEN, &sign);
	n = program_next(w->flow[0]->program, &wanted_at,
			 signature_stamp_of(&sign), want);
	if (n != len || memcmp(want, frame, len))
		fail_msg("frame %llu is another: %s",
			 (unsigned long long)wanted_at.frame - 1, label(trial));
}

/* One step; returns whether anything was sent or thrown away. */
static inline bool go_on(void)
{
	const struct stats *s = &pktgen_worker(&pg, 0, 0)->stats;
	const uint64_t had = s->tx_packets + s->tx_dropped;

	pktgen_step(&pg, now_ns);
	rig_look();
	now_ns += STEP_NS;
	return s->tx_packets + s->tx_dropped != had;
}

/* Until the run is over. */
static inline void go_to_the_end(void)
{
	unsigned still = 0;

	while (pktgen_active(&pg) & 1) {
		still = go_on() ? 0 : still + 1;
		if (still > STALL_STEPS)
			fail_msg("stalled at %llu: %s",
				 (unsigned long long)pktgen_worker(&pg, 0, 0)
					 ->stats.tx_packets,
				 label(trial));
	}
}

/* All that was sent has come, and all that was lent is back. */
static inline void check_balance(void)
{
	struct worker *const w = pktgen_worker(&pg, 0, 0);
	const struct stats *rx = &pktgen_worker(&pg, rig_rx_port(), 0)->stats;
	unsigned left = 0;

	for (unsigned i = 0; i < STALL_STEPS; i++) {
		go_on();
		left = worker_in_flight(w);
		if (!left)
			break;
	}
	if (port_can_reap() && left)
		fail_msg("%u in flight: %s", left, label(trial));
	for (unsigned i = 0; i < STALL_STEPS; i++)
		if (rx->rx_packets != w->stats.tx_packets)
			go_on();
	if (nb_taken != w->stats.tx_packets ||
	    rx->rx_packets != w->stats.tx_packets)
		fail_msg("sent %llu, taken %llu, received %llu: %s",
			 (unsigned long long)w->stats.tx_packets,
			 (unsigned long long)nb_taken,
			 (unsigned long long)rx->rx_packets, label(trial));
	assert_int_equal(w->err, 0);
	assert_int_equal(w->stats.tx_stalls, 0);
}

static inline void open_trial(const struct trial *t)
{
	trial = t;
	now_ns = 1000000000;
	nb_taken = 0;
	wanted_at = (struct program_at){0};
	wanted = false;
	rig_open(t);
	pktgen_set_mode(&pg, 1, MODE_TX | (rig_rx_port() == 0 ? MODE_RX : 0),
			now_ns);
}

static inline void run_trial(const struct trial *t)
{
	const struct flow_limit limit = {FRAMES, FLOW_NO_LIMIT};
	const struct stats *s;

	open_trial(t);
	wanted = !t->drops;
	set_trial(t);
	s = &pktgen_worker(&pg, 0, 0)->stats;
	pktgen_start_limited(&pg, 1, &limit, now_ns);
	go_to_the_end();
	assert_int_equal(s->tx_packets + s->tx_dropped, FRAMES);
	check_balance();
	assert_int_equal(pktgen_worker(&pg, 0, 0)->done.runs, 1);
	rig_close();
}

/* What is sent and how changes all the time. */
static inline void run_changes(const struct trial *t)
{
	struct trial next = *t;
	uint64_t seed = t->seed;
	unsigned still = 0;

	open_trial(&next);
	set_trial(&next);
	pktgen_start(&pg, 1, now_ns);
	for (unsigned i = 0; i < 4000; i++) {
		if (unit_random(&seed) >> 32 & 63) {
			still = go_on() || next.paced ? 0 : still + 1;
			if (still > STALL_STEPS / 2)
				fail_msg("stalled: %s", label(&next));
			continue;
		}
		next.strategy = (enum strategy)(unit_random(&seed) >> 32 & 3);
		next.content = (enum content)((unit_random(&seed) >> 32) %
					      NB_CONTENTS);
		next.burst = 1 + (unit_random(&seed) >> 32) % 256;
		next.drops = unit_random(&seed) >> 32 & 1;
		next.paced = unit_random(&seed) >> 32 & 1;
		set_trial(&next);
		if (unit_random(&seed) >> 32 & 1) {
			pktgen_stop(&pg, 1);
			go_to_the_end();
			pktgen_start(&pg, 1, now_ns);
		}
	}
	pktgen_stop(&pg, 1);
	go_to_the_end();
	check_balance();
	rig_close();
}

static const unsigned bursts[] = {1, 8, 32, 64, 256};

/* All that can be combined, with frames that come back like this. */
static inline void run_all(enum host_back back, uint64_t seed)
{
	struct trial t = {.back = back};

	for (unsigned i = back % every; i < 4 * NB_CONTENTS * 5 * 4;
	     i += every) {
		unsigned n = i;

		t.strategy = (enum strategy)(n % 4);
		t.content = (enum content)((n /= 4) % NB_CONTENTS);
		t.burst = bursts[(n /= NB_CONTENTS) % 5];
		t.drops = (n /= 5) & 1;
		t.paced = n >> 1 & 1;
		t.seed = ++seed;
		run_trial(&t);
	}
	for (unsigned i = 0; i < 44; i += every) {
		t.seed = ++seed;
		run_changes(&t);
	}
}

#define PROGRESS_TEST(name, back)           \
	static void name(void **state)      \
	{                                   \
		(void)state;                \
		run_all(back, 1000 * back); \
	}

#define PROGRESS_ENTRY(name, back) cmocka_unit_test(name),

#define PROGRESS_TESTS(T)                  \
	T(back_at_once, BACK_AT_ONCE)      \
	T(back_late, BACK_LATE)            \
	T(back_swapped, BACK_SWAPPED)      \
	T(back_in_bulk, BACK_IN_BULK)      \
	T(back_but_for_one, BACK_ONE_HELD) \
	T(back_in_any_order, BACK_ANY)

PROGRESS_TESTS(PROGRESS_TEST)

/* What main() does: an argument of 1 runs them all. */
static inline int progress_main(int argc, char **argv, const char *name)
{
	const struct CMUnitTest tests[] = {PROGRESS_TESTS(PROGRESS_ENTRY)};

	if (argc > 1)
		every = (unsigned)atoi(argv[1]);
	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

#endif /* TESTS_PROGRESS_RIG_H */
