/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/bench.h"

#include <string.h>

/*
 * What `wait auto` takes to choose, and some more for a ring that fills late.
 */
#define CHOOSE_NS 200000000ull
/* A ring that was not full by then is not going to be. */
#define FULL_NS 20000000ull
#define DRAIN_NS 1000000000ull
#define POLL_NS 1000000ull
/* A measurement, as many times as long as the part in front of it. */
#define WARM_PART 8

struct bench_run bench_run(unsigned run)
{
	static const uint16_t bursts[BENCH_BURSTS] = {1, 8, 32, 64, 256};

	return (struct bench_run){
		.strategy = (enum strategy)(run / BENCH_MODES / BENCH_BURSTS),
		.burst = bursts[run / BENCH_MODES % BENCH_BURSTS],
		.mode = run % BENCH_MODES ? MODE_TX | MODE_NULL : MODE_TX,
	};
}

/* Whether frames are made so here: else another strategy takes its place. */
static bool has_strategy(const struct bench *b, const struct pktgen *pg,
			 enum strategy strategy)
{
	return pktgen_has_strategy(pg, b->port, strategy);
}

static struct bench_count counted(const struct bench *b,
				  const struct pktgen *pg, uint64_t now_ns)
{
	const struct stats *s = &pktgen_look(pg, b->port)->stats;

	return (struct bench_count){s->tx_packets, s->tx_bytes, now_ns};
}

/* ---- Settings ----------------------------------------------------------- */

static void copy_how(struct worker_how *how, const void *arg)
{
	*how = *(const struct worker_how *)arg;
}

static void copy_rate(struct stream *s, const void *arg)
{
	s->rate = *(const struct rate *)arg;
}

static void set_rate(struct bench *b, struct pktgen *pg,
		     const struct rate *rate, uint64_t now_ns)
{
	struct pktgen_fault fault;

	pktgen_edit(pg, 1ull << b->port, copy_rate, rate, now_ns, &fault);
}

static void set(struct bench *b, struct pktgen *pg, const struct bench_run *r,
		uint64_t now_ns)
{
	const uint64_t mask = 1ull << b->port;

	b->how.strategy = r->strategy;
	b->how.burst = r->burst;
	b->mode = r->mode;
	pktgen_set_mode(pg, mask, b->mode, now_ns);
	pktgen_set_how(pg, mask, copy_how, &b->how, now_ns);
	b->changes = pg->set[b->port].changes;
}

/* True as long as nobody else has set anything. */
static bool as_set(const struct bench *b, const struct pktgen *pg)
{
	return pg->set[b->port].changes == b->changes;
}

/* ---- Runs --------------------------------------------------------------- */

static void stop(struct bench *b, struct pktgen *pg, uint64_t now_ns)
{
	pktgen_stop(pg, 1ull << b->port);
	b->phase = BENCH_DRAIN;
	b->until_ns = now_ns + DRAIN_NS;
}

static bool start_run(struct bench *b, struct pktgen *pg, uint64_t now_ns)
{
	struct bench_run r;

	do {
		if (b->run == BENCH_RUNS)
			return false;
		r = bench_run(b->run++);
	} while (!has_strategy(b, pg, r.strategy));
	set(b, pg, &r, now_ns);
	pktgen_start(pg, 1ull << b->port, now_ns);
	b->full = pktgen_look(pg, b->port)->stats.tx_ring_full;
	b->from = counted(b, pg, now_ns);
	b->phase = BENCH_WARM;
	b->until_ns = now_ns + b->time_ns / WARM_PART;
	return true;
}

void bench_begin(struct bench *b, struct pktgen *pg, unsigned port,
		 uint64_t time_ns, uint64_t now_ns)
{
	static const struct rate max = {.unit = RATE_MAX};
	b->port = port;
	b->time_ns = time_ns;
	b->mode_before = pg->set[port].mode;
	b->how_before = b->how = pg->set[port].how;
	b->rate_before = pktgen_stream(pg, port, 0)->rate;
	set_rate(b, pg, &max, now_ns);
	for (unsigned i = 0; i < BENCH_RUNS; i++)
		b->nb_runs += has_strategy(b, pg, bench_run(i).strategy);
	b->began_ns = now_ns;
	b->done_ns = now_ns;
	start_run(b, pg, now_ns);
}

/*
 * How to wait is chosen in each run anew, and takes longer than most of them.
 */
static bool chooses(const struct bench *b, const struct pktgen *pg,
		    uint64_t now_ns)
{
	const struct worker_view *v = pktgen_look(pg, b->port);
	const bool full = v->stats.tx_ring_full != b->full;

	return !v->wait.decided && !(b->mode & MODE_NULL) &&
	       now_ns < b->from.ns + (full ? CHOOSE_NS : FULL_NS);
}

static void measure(struct bench *b, struct pktgen *pg, uint64_t now_ns)
{
	const struct bench_count to = counted(b, pg, now_ns);

	if (now_ns < b->until_ns)
		return;
	if (b->phase == BENCH_WARM) {
		if (chooses(b, pg, now_ns))
			return;
		b->phase = BENCH_MEASURE;
		b->from = to;
		b->until_ns = now_ns + b->time_ns;
		return;
	}
	/* Nothing is no rate: one that waits for a full ring gets longer. */
	if (to.packets == b->from.packets && now_ns < b->until_ns + DRAIN_NS)
		return;
	b->count[b->run - 1] = (struct bench_count){
		to.packets - b->from.packets,
		to.bytes - b->from.bytes,
		to.ns - b->from.ns,
	};
	b->nb_done++;
	b->done_ns = now_ns;
	stop(b, pg, now_ns);
}

static enum bench_result drain(struct bench *b, struct pktgen *pg,
			       uint64_t now_ns)
{
	const bool drained = pktgen_drained(pg, 1ull << b->port, now_ns);
	const struct worker_view *v = pktgen_count(pg, b->port, now_ns);

	if (!drained || (port_can_reap() && v->in_flight))
		return now_ns < b->until_ns ? BENCH_GOES_ON : BENCH_STUCK;
	*(b->mode & MODE_NULL ? &b->null : &b->sent) +=
		v->stats.tx_packets - v->run_packets;
	return start_run(b, pg, now_ns) ? BENCH_GOES_ON : BENCH_DONE;
}

enum bench_result bench_step(struct bench *b, struct pktgen *pg,
			     uint64_t now_ns)
{
	const struct worker_view *v = pktgen_look(pg, b->port);
	const bool runs = worker_runs(v->state);
	enum bench_result result = BENCH_GOES_ON;

	if (v->err)
		return BENCH_FAILED;
	if (!as_set(b, pg) || runs != (b->phase != BENCH_DRAIN))
		return BENCH_CHANGED;
	if (b->phase == BENCH_DRAIN)
		result = drain(b, pg, now_ns);
	else
		measure(b, pg, now_ns);
	b->wake_ns = b->until_ns;
	if (b->phase == BENCH_DRAIN || now_ns >= b->until_ns)
		b->wake_ns = now_ns + POLL_NS;
	return result;
}

/* ---- The end ------------------------------------------------------------ */

static void how_back(struct worker_how *how, const void *arg)
{
	const struct bench *b = arg;

	if (how->strategy == b->how.strategy)
		how->strategy = b->how_before.strategy;
	if (how->burst == b->how.burst)
		how->burst = b->how_before.burst;
}

void bench_end(struct bench *b, struct pktgen *pg, uint64_t now_ns)
{
	const uint64_t mask = 1ull << b->port;

	/* While it drains nobody runs it but another one. */
	if (b->phase != BENCH_DRAIN ||
	    !worker_runs(pktgen_look(pg, b->port)->state))
		pktgen_abandon(pg, mask);
	if (pg->set[b->port].mode == b->mode)
		pktgen_set_mode(pg, mask, b->mode_before, now_ns);
	pktgen_set_how(pg, mask, how_back, b, now_ns);
	if (pktgen_stream(pg, b->port, 0)->rate.unit == RATE_MAX)
		set_rate(b, pg, &b->rate_before, now_ns);
}

uint64_t bench_left_ns(const struct bench *b, uint64_t now_ns)
{
	const uint64_t run_ns =
		b->nb_done ? (b->done_ns - b->began_ns) / b->nb_done
			   : b->time_ns + b->time_ns / WARM_PART;
	const uint64_t left_ns = (b->nb_runs - b->nb_done) * run_ns;
	const uint64_t over_ns = now_ns - b->done_ns;

	return left_ns > over_ns ? left_ns - over_ns : 0;
}
