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
static bool has_strategy(const struct bench *b, const struct app *app,
			 enum strategy strategy)
{
	return pktgen_has_strategy(&app->pktgen, b->port, strategy);
}

static const struct worker_view *look(const struct bench *b,
				      const struct app *app)
{
	return pktgen_look(&app->pktgen, b->port);
}

static struct bench_count counted(const struct bench *b, const struct app *app,
				  uint64_t now_ns)
{
	const struct stats *s = &look(b, app)->stats;

	return (struct bench_count){s->tx_packets, s->tx_bytes, now_ns};
}

/* ---- Settings ----------------------------------------------------------- */

/* The frames of a run are those of the port's first stream. */
static struct subject subject(const struct bench *b)
{
	return (struct subject){b->port, 0};
}

static struct bench_settings get(const struct bench *b, const struct app *app)
{
	struct config c;

	config_get(app, subject(b), &c);
	return (struct bench_settings){
		c.mode,
		c.how,
		c.stream.rate,
		c.stream.shape,
		c.stream.pace.every_ns,
		c.use.plan,
	};
}

static void put(const struct bench *b, struct app *app,
		const struct bench_settings *s, uint64_t now_ns)
{
	struct config c;

	config_get(app, subject(b), &c);
	c.mode = s->mode;
	memcpy(&c.how, &s->how, sizeof(c.how));
	c.stream.rate = s->rate;
	memcpy(&c.stream.shape, &s->shape, sizeof(c.stream.shape));
	c.stream.pace.every_ns = s->every_ns;
	memcpy(&c.use.plan, &s->plan, sizeof(c.use.plan));
	config_put(app, subject(b), &c, now_ns);
}

static void set(struct bench *b, struct app *app, const struct bench_run *r,
		uint64_t now_ns)
{
	b->set.how.strategy = r->strategy;
	b->set.how.burst = r->burst;
	b->set.mode = r->mode;
	put(b, app, &b->set, now_ns);
	b->changes = app->pktgen.set[b->port].changes;
}

/* True as long as nobody else has set anything of the port. */
static bool as_set(const struct bench *b, const struct app *app)
{
	return app->pktgen.set[b->port].changes == b->changes;
}

/* ---- Runs --------------------------------------------------------------- */

static void stop(struct bench *b, struct app *app, uint64_t now_ns)
{
	pktgen_stop(&app->pktgen, 1ull << b->port);
	b->phase = BENCH_DRAIN;
	b->until_ns = now_ns + DRAIN_NS;
}

static bool start_run(struct bench *b, struct app *app, uint64_t now_ns)
{
	struct bench_run r;

	do {
		if (b->run == BENCH_RUNS)
			return false;
		r = bench_run(b->run++);
	} while (!has_strategy(b, app, r.strategy));
	set(b, app, &r, now_ns);
	pktgen_start(&app->pktgen, 1ull << b->port, now_ns);
	b->full = look(b, app)->stats.tx_ring_full;
	b->from = counted(b, app, now_ns);
	b->phase = BENCH_WARM;
	b->until_ns = now_ns + b->time_ns / WARM_PART;
	return true;
}

void bench_begin(struct bench *b, struct app *app, unsigned port,
		 uint64_t time_ns, uint64_t now_ns)
{
	b->port = port;
	b->time_ns = time_ns;
	b->before = b->set = get(b, app);
	b->set.rate = (struct rate){.unit = RATE_MAX};
	memset(&b->set.shape, 0, sizeof(b->set.shape));
	b->set.every_ns = 0;
	memset(&b->set.plan, 0, sizeof(b->set.plan));
	put(b, app, &b->set, now_ns);
	for (unsigned i = 0; i < BENCH_RUNS; i++)
		b->nb_runs += has_strategy(b, app, bench_run(i).strategy);
	b->began_ns = now_ns;
	b->done_ns = now_ns;
	run_forget(app, port);
	start_run(b, app, now_ns);
}

/*
 * How to wait is chosen in each run anew, and takes longer than most of them.
 */
static bool chooses(const struct bench *b, const struct app *app,
		    uint64_t now_ns)
{
	const struct worker_view *v = look(b, app);
	const bool full = v->stats.tx_ring_full != b->full;

	return !v->wait.decided && !(b->set.mode & MODE_NULL) &&
	       now_ns < b->from.ns + (full ? CHOOSE_NS : FULL_NS);
}

static void measure(struct bench *b, struct app *app, uint64_t now_ns)
{
	const struct bench_count to = counted(b, app, now_ns);

	if (now_ns < b->until_ns)
		return;
	if (b->phase == BENCH_WARM) {
		if (chooses(b, app, now_ns))
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
	stop(b, app, now_ns);
}

static enum bench_result drain(struct bench *b, struct app *app,
			       uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	const bool drained = pktgen_drained(pg, 1ull << b->port, now_ns);
	const struct worker_view *v = pktgen_count(pg, b->port, now_ns);

	if (!drained || (port_can_reap() && v->in_flight))
		return now_ns < b->until_ns ? BENCH_GOES_ON : BENCH_STUCK;
	*(b->set.mode & MODE_NULL ? &b->null : &b->sent) +=
		v->stats.tx_packets - v->run_packets;
	return start_run(b, app, now_ns) ? BENCH_GOES_ON : BENCH_DONE;
}

enum bench_result bench_step(struct bench *b, struct app *app, uint64_t now_ns)
{
	const struct worker_view *v = look(b, app);
	const bool runs = worker_runs(v->state);
	enum bench_result result = BENCH_GOES_ON;

	if (v->err)
		return BENCH_FAILED;
	if (!as_set(b, app) || runs != (b->phase != BENCH_DRAIN))
		return BENCH_CHANGED;
	if (b->phase == BENCH_DRAIN)
		result = drain(b, app, now_ns);
	else
		measure(b, app, now_ns);
	b->wake_ns = b->until_ns;
	if (b->phase == BENCH_DRAIN || now_ns >= b->until_ns)
		b->wake_ns = now_ns + POLL_NS;
	return result;
}

/* ---- The end ------------------------------------------------------------ */

void bench_end(struct bench *b, struct app *app, uint64_t now_ns)
{
	const struct bench_settings *before = &b->before, *set = &b->set;
	struct bench_settings s;

	/* While it drains nobody runs it but another one. */
	if (b->phase != BENCH_DRAIN || !worker_runs(look(b, app)->state))
		pktgen_abandon(&app->pktgen, 1ull << b->port);
	s = get(b, app);
	if (s.mode == set->mode)
		s.mode = before->mode;
	if (s.how.strategy == set->how.strategy)
		s.how.strategy = before->how.strategy;
	if (s.how.burst == set->how.burst)
		s.how.burst = before->how.burst;
	if (s.rate.unit == RATE_MAX && !s.shape.kind) {
		s.rate = before->rate;
		s.shape = before->shape;
	}
	s.every_ns = s.every_ns ? s.every_ns : before->every_ns;
	if (!memcmp(&s.plan, &set->plan, sizeof(s.plan)))
		s.plan = before->plan;
	put(b, app, &s, now_ns);
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
