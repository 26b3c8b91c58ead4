/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rounds that are played: what goes over the wire, and what is known of it, is
 * the same as where each frame is made in its turn.
 */
#include "many_rig.h"
#include "pktgen/pktgen_seen.h"
#include "pktgen/replay.h"

#define EVENTS 60

/* Frame by frame: when, whose, and a sum of all its bytes. */
struct sent {
	uint64_t ns, sum;
	unsigned stream;
};

struct trace {
	struct sent frame[SEEN_MAX];
	unsigned nb;
	struct pktgen_stream_view view[STREAMS];
	uint64_t skipped;
};

static struct trace traces[2], *trace;
static uint64_t numbers[STREAMS]; /* that come next, of what is signed */
static bool gaps;                 /* some of them do not */

static void see(void *arg, const void *frame, size_t len)
{
	const uint8_t *const p = frame;
	struct sent *s = &trace->frame[trace->nb++ % SEEN_MAX];
	struct signature sign;

	(void)arg;
	*s = (struct sent){now, 0, p[36] * 256u + p[37]};
	for (size_t i = 0; i < len; i++)
		s->sum = s->sum * 31 + p[i];
	if (!signature_get(p + len - SIGNATURE_LEN, &sign))
		return;
	assert_int_equal(sign.stream, s->stream);
	assert_true(sign.time_ns <= now);
	assert_true(gaps ? sign.seq >= numbers[s->stream]
			 : sign.seq == numbers[s->stream]);
	numbers[s->stream] = sign.seq + 1;
}

/* As set() has it, but of an even size, and 64 bytes for some. */
static void set_even(unsigned i, uint64_t micro_pps, bool sign)
{
	struct pktgen_fault fault;
	struct stream s;

	set(i, micro_pps, sign);
	s = *pktgen_stream(&pg, 0, i);
	stream_set_size(&s, (uint16_t)(i % 3 ? 64 : 90 + 2 * i));
	assert_int_equal(pktgen_try_stream(&pg, 0, i, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, i, &s, now);
}

static void weigh(unsigned i, unsigned weight)
{
	struct stream_use use = *pktgen_stream_use(&pg, 0, i);

	use.weight = (uint16_t)weight;
	pktgen_set_use(&pg, 0, i, &use, now);
}

static void pause_or_resume(unsigned i, bool resume)
{
	char word[8];
	struct subjects one;

	snprintf(word, sizeof(word), "0.%u", i);
	one = of(word);
	if (resume)
		pktgen_resume_streams(&pg, &one, now);
	else
		pktgen_pause_streams(&pg, &one, now);
}

/* What happens now and then, to one of `n`; none lasts. */
static void happen(uint64_t r, unsigned n, uint64_t micro_pps, bool sign)
{
	struct pktgen_stream_view v;
	const unsigned i = r >> 8 & 0xff;

	switch (r % 6) {
	case 0:
		pause_or_resume(i % n, false);
		break;
	case 1:
	case 2:
		for (unsigned k = 0; k < n; k++)
			pause_or_resume(k, true);
		break;
	case 3:
		set_even(i % n, micro_pps, sign);
		break;
	case 4:
		weigh(i % n, 1 + (unsigned)(r >> 16 & 3));
		break;
	default:
		pktgen_look(&pg, 0);
		pktgen_look_stream(&pg, 0, i % n, &v);
	}
}

static bool play(uint64_t seed, bool plays)
{
	const unsigned n =
		(unsigned)(seed % 4 ? 2 + unit_random(&seed) % 38
				    : 150 + unit_random(&seed) % 140);
	const bool sign = unit_random(&seed) & 1;
	const uint64_t micro_pps =
		unit_random(&seed) & 1 ? 0 : 1000000 * (100 + seed % 5000);
	struct worker *const w = pktgen_worker(&pg, 0, 0);
	uint64_t built = 0, skipped = 0;
	const struct worker_view *v;
	struct uk_netbuf **pkt;
	bool played = false;

	trace = &traces[plays];
	memset(trace, 0, sizeof(*trace));
	memset(numbers, 0, sizeof(numbers));
	gaps = false;
	host_netdev_tap(dev[0], see, NULL);
	add(n);
	for (unsigned i = 0; i < n; i++)
		set_even(i, micro_pps, sign);
	pkt = w->replay.pkt;
	if (!plays)
		w->replay.pkt = NULL;
	pktgen_start(&pg, 1, now);
	for (unsigned event = 0; event < EVENTS; event++) {
		const uint64_t r = unit_random(&seed) >> 8;

		for (unsigned i = 0; i < 20 + r % 60; i++) {
			pktgen_step(&pg, now += US + r % (100 * US));
			played |= w->replay.plays;
		}
		happen(r >> 20, n, micro_pps, sign);
	}
	for (unsigned i = 0; i < n; i++) {
		pktgen_look_stream(&pg, 0, i, &trace->view[i]);
		built += trace->view[i].sent.built;
		skipped += trace->view[i].sent.skipped;
	}
	/* Each frame that was offered is in the account of a stream. */
	v = pktgen_look(&pg, 0);
	trace->skipped = v->stats.tx_skipped;
	assert_int_equal(skipped, trace->skipped);
	assert_int_equal(built, v->stats.tx_packets + v->nb_held +
					v->stats.tx_dropped);
	w->replay.pkt = pkt;
	return played;
}

static void rounds_are_as_each_in_its_turn(void **state)
{
	unsigned played = 0;

	for (uint64_t seed = 1; seed < 25; seed++) {
		assert_false(play(seed, false));
		teardown(state);
		setup(state);
		played += play(seed, true);
		teardown(state);
		setup(state);
		assert_int_equal(traces[0].nb, traces[1].nb);
		assert_int_equal(traces[0].skipped, traces[1].skipped);
		assert_memory_equal(traces[0].frame, traces[1].frame,
				    sizeof(traces[0].frame));
		assert_memory_equal(traces[0].view, traces[1].view,
				    sizeof(traces[0].view));
	}
	assert_true(port_can_reap() ? played > 20 : !played);
}

/* A ring that is full: what is held goes, numbered on; or gaps are counted. */
static void fill_the_ring(bool sign)
{
	struct worker_how how = pg.set[0].how;
	bool kept = false;
	uint64_t seed = 7;

	trace = &traces[0];
	memset(trace, 0, sizeof(*trace));
	memset(numbers, 0, sizeof(numbers));
	gaps = false;
	host_netdev_tap(dev[0], see, NULL);
	add(40);
	for (unsigned i = 0; i < 40; i++)
		set_even(i, 0, sign);
	pktgen_start(&pg, 1, now);
	for (unsigned round = 0; round < 400; round++) {
		const uint64_t r = unit_random(&seed) >> 16;

		for (unsigned i = 0; i < r % 40; i++)
			worker_step(pktgen_worker(&pg, 0, 0), now += US);
		kept |= pktgen_worker(&pg, 0, 0)->replay.kept;
		run_until(now + r / 64 % 20 * US, US);
		if (r % 16 == 3)
			happen(r >> 20, 40, 0, sign);
		if (r % 16 == 5 && port_can_reap())
			assert_true(pktgen_count(&pg, 0, now)->in_flight <=
				    pg.port[0].nb_tx_desc);
		if (round == 200) {
			gaps = how.drops = true;
			pktgen_set_how(&pg, 1, &how, now);
		}
	}
	pktgen_stop(&pg, 1);
	run_to_the_end();
	if (port_can_reap())
		assert_int_equal(pktgen_count(&pg, 0, now)->in_flight, 0);
	assert_int_equal(pktgen_look(&pg, 0)->stats.tx_packets, trace->nb);
	assert_true(kept == (!sign && port_tx_keeps(&pg.port[0].queue[0])));
}

static void a_full_ring_has_no_gaps(void **state)
{
	(void)state;
	fill_the_ring(true);
}

/* Those that are kept are all back in the end, whatever happened. */
static void a_full_ring_gives_all_back(void **state)
{
	(void)state;
	fill_the_ring(false);
}

/* Of those that are alike no more is given up than the debt says. */
static void who_is_late_gives_up_whole_rounds(void **state)
{
	const uint64_t pps = 100000;
	struct pktgen_stream_view v;
	uint64_t sent = 0;

	(void)state;
	trace = &traces[0];
	memset(trace, 0, sizeof(*trace));
	host_netdev_tap(dev[0], see, NULL);
	add(10);
	for (unsigned i = 0; i < 10; i++)
		set_even(i, pps * 1000000, false);
	pktgen_start(&pg, 1, now);
	run_until(now + 10 * MS, 20 * US);
	now += 2 * S;
	run_until(now + 200 * MS, 20 * US);
	for (unsigned i = 0; i < 10; i++) {
		pktgen_look_stream(&pg, 0, i, &v);
		assert_in_range(v.sent.packets, trace->nb / 10 - 1,
				trace->nb / 10 + 1);
		sent += v.sent.packets;
	}
	assert_int_equal(sent, trace->nb);
	/* 2.21 s were, of which 1.9 are given up, to a step. */
	assert_in_range(pktgen_look(&pg, 0)->stats.tx_skipped, pps * 19 - 100,
			pps * 19 + 200);
	assert_in_range(sent + pktgen_look(&pg, 0)->stats.tx_skipped,
			pps * 221 / 10 - 30, pps * 221 / 10 + 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rounds_are_as_each_in_its_turn),
		TEST(a_full_ring_has_no_gaps),
		TEST(a_full_ring_gives_all_back),
		TEST(who_is_late_gives_up_whole_rounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
