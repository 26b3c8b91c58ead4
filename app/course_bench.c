/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/bench.h"
#include "pktgen/pktgen_runs.h"

/*
 * What `wait auto` takes to choose, and some more for a ring that fills late.
 */
#define CHOOSE_NS 200000000ull
/* A ring that was not full by then is not going to be. */
#define FULL_NS 20000000ull
#define DRAIN_NS 5000000000ull
#define POLL_NS 1000000ull

struct bench_run bench_run(unsigned run)
{
	static const uint16_t bursts[BENCH_BURSTS] = {1, 8, 32, 64, 256};

	return (struct bench_run){
		.strategy = (enum strategy)(run / BENCH_MODES / BENCH_BURSTS),
		.burst = bursts[run / BENCH_MODES % BENCH_BURSTS],
		.mode = run % BENCH_MODES ? MODE_TX | MODE_NULL : MODE_TX,
	};
}

/* The run of trial number `n`, from 0. */
static struct bench_run run_of(const struct experiment *e, unsigned n)
{
	return bench_run(e->bench->run[n]);
}

static unsigned port_of(const struct experiment *e)
{
	return (unsigned)__builtin_ctzll(e->plan.mask);
}

static const struct worker_view *look(const struct experiment *e,
				      const struct app *app)
{
	return pktgen_look(&app->pktgen, port_of(e));
}

/* ---- Settings ----------------------------------------------------------- */

/* The frames of a run are those of the port's first stream. */
static struct bench_settings get(const struct experiment *e,
				 const struct app *app)
{
	struct config c;

	config_get(app, (struct subject){port_of(e), 0}, &c);
	return (struct bench_settings){
		c.mode,
		c.how,
		c.stream.rate,
		c.stream.shape,
		c.stream.pace.every_ns,
		c.use.plan,
	};
}

static void put(const struct experiment *e, struct app *app,
		const struct bench_settings *s, uint64_t now_ns)
{
	const struct subject of = {port_of(e), 0};
	struct config c;

	config_get(app, of, &c);
	c.mode = s->mode;
	memcpy(&c.how, &s->how, sizeof(c.how));
	c.stream.rate = s->rate;
	memcpy(&c.stream.shape, &s->shape, sizeof(c.stream.shape));
	c.stream.pace.every_ns = s->every_ns;
	memcpy(&c.use.plan, &s->plan, sizeof(c.use.plan));
	config_put(app, of, &c, now_ns);
}

static bool take(struct experiment *e, struct app *app)
{
	struct bench *b = uk_calloc(app->pktgen.heap, 1, sizeof(*b));

	e->bench = b;
	for (unsigned i = 0; b && i < BENCH_RUNS; i++)
		if (pktgen_has_strategy(&app->pktgen, port_of(e),
					bench_run(i).strategy))
			b->run[b->nb_runs++] = (uint8_t)i;
	return b;
}

static bool prepare(struct experiment *e, struct app *app, uint64_t now_ns)
{
	struct bench *b = e->bench;

	b->before = b->set = get(e, app);
	b->set.rate = (struct rate){.unit = RATE_MAX};
	memset(&b->set.shape, 0, sizeof(b->set.shape));
	b->set.every_ns = 0;
	memset(&b->set.plan, 0, sizeof(b->set.plan));
	put(e, app, &b->set, now_ns);
	run_forget(app, port_of(e));
	return true;
}

/* What somebody else has set stays. */
static void restore(struct experiment *e, struct app *app, uint64_t now_ns)
{
	const struct bench_settings *before = &e->bench->before;
	const struct bench_settings *set = &e->bench->set;
	struct bench_settings s = get(e, app);

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
	put(e, app, &s, now_ns);
}

/* ---- A run -------------------------------------------------------------- */

static void begin_phase(struct experiment *e, const struct app *app,
			enum bench_phase phase, uint64_t ns, uint64_t now_ns)
{
	const struct stats *s = &look(e, app)->stats;
	struct bench *b = e->bench;

	b->phase = phase;
	b->packets = s->tx_packets;
	b->bytes = s->tx_bytes;
	b->from_ns = now_ns;
	b->until_ns = now_ns + ns;
}

static bool begin(struct experiment *e, struct app *app, uint64_t now_ns)
{
	const struct bench_run r = run_of(e, e->st.n - 1);
	const unsigned port = port_of(e);
	struct bench *b = e->bench;
	struct trial *t = &e->trial;

	b->set.how.strategy = r.strategy;
	b->set.how.burst = r.burst;
	b->set.mode = r.mode;
	put(e, app, &b->set, now_ns);
	pktgen_start(&app->pktgen, e->plan.mask, now_ns);
	t->changes[port] = app->pktgen.set[port].changes;
	b->full = look(e, app)->stats.tx_ring_full;
	begin_phase(e, app, BENCH_WARM, t->ask.warm_ns, now_ns);
	t->state = TRIAL_SENDS;
	t->began_ns = now_ns;
	t->wake_ns = b->until_ns;
	return true;
}

/*
 * How to wait is chosen in each run anew, and takes longer than most of them.
 */
static bool chooses(const struct experiment *e, const struct app *app,
		    uint64_t now_ns)
{
	const struct worker_view *v = look(e, app);
	const struct bench *b = e->bench;
	const bool full = v->stats.tx_ring_full != b->full;

	return !v->wait.decided && !(b->set.mode & MODE_NULL) &&
	       now_ns < b->from_ns + (full ? CHOOSE_NS : FULL_NS);
}

static void measure(struct experiment *e, struct app *app, uint64_t now_ns)
{
	const struct stats *s = &look(e, app)->stats;
	struct bench *b = e->bench;
	struct trial *t = &e->trial;

	if (now_ns < b->until_ns)
		return;
	if (b->phase == BENCH_WARM) {
		if (!chooses(e, app, now_ns))
			begin_phase(e, app, BENCH_MEASURE, t->ask.ns, now_ns);
		return;
	}
	/* Nothing is no rate: one that waits for a full ring gets longer. */
	if (s->tx_packets == b->packets && now_ns < b->until_ns + DRAIN_NS)
		return;
	t->result = (struct search_trial){
		.ns = t->ask.ns,
		.effective_ns = now_ns - b->from_ns,
		.offered = s->tx_packets - b->packets,
		.lost = TRIAL_UNKNOWN,
	};
	memset(&t->figures, 0xff, sizeof(t->figures));
	t->figures.bytes = s->tx_bytes - b->bytes;
	t->figures.stolen_ns = 0;
	t->sent_ns = now_ns;
	pktgen_stop(&app->pktgen, e->plan.mask);
	b->phase = BENCH_DRAIN;
	b->until_ns = now_ns + DRAIN_NS;
}

static void drain(struct experiment *e, struct app *app, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	const bool drained = pktgen_drained(pg, e->plan.mask, now_ns);
	const struct worker_view *v = pktgen_count(pg, port_of(e), now_ns);

	if (!drained || (port_can_reap() && v->in_flight)) {
		if (now_ns >= e->bench->until_ns)
			e->trial.state = TRIAL_STUCK;
		return;
	}
	e->trial.figures.sent = v->stats.tx_packets - v->run_packets;
	e->trial.grade = VERDICT_VALID;
	e->trial.state = TRIAL_DONE;
}

static void step(struct experiment *e, struct app *app, uint64_t now_ns)
{
	const struct worker_view *v = look(e, app);
	struct bench *b = e->bench;
	struct trial *t = &e->trial;

	if (v->err) {
		t->failed = port_of(e);
		t->state = TRIAL_FAILED;
		return;
	}
	if (trial_is_changed(t, app) ||
	    worker_runs(v->state) != (b->phase != BENCH_DRAIN)) {
		t->state = TRIAL_CHANGED;
		return;
	}
	if (b->phase == BENCH_DRAIN)
		drain(e, app, now_ns);
	else
		measure(e, app, now_ns);
	t->wake_ns = b->until_ns;
	if (b->phase == BENCH_DRAIN || now_ns >= b->until_ns)
		t->wake_ns = now_ns + POLL_NS;
}

/* While it drains nobody runs it but another one. */
static void abort_run(struct experiment *e, struct app *app, uint64_t now_ns)
{
	(void)now_ns;
	if (e->bench->phase != BENCH_DRAIN || !worker_runs(look(e, app)->state))
		pktgen_abandon(&app->pktgen, e->plan.mask);
}

static const struct course_maker maker = {
	.take = take,
	.prepare = prepare,
	.restore = restore,
	.begin = begin,
	.step = step,
	.abort = abort_run,
};

/* ---- Its course --------------------------------------------------------- */

enum { STRATEGY, BURST, MODE, RATE, L1, PER_FRAME, RATIO };

static const struct course_column columns[] = {
	{"strategy", NULL, COURSE_TEXT}, {"burst", NULL, COURSE_U64},
	{"mode", NULL, COURSE_TEXT},     {"rate", "pps", COURSE_MILLI},
	{"l1", "Mbit/s", COURSE_MILLI},  {"per_frame", "ns", COURSE_MILLI},
	{"ratio", NULL, COURSE_MILLI},   {0},
};

static bool next(struct experiment *e, struct trial_ask *ask)
{
	if (e->st.n == e->bench->nb_runs)
		return false;
	e->st.n++;
	ask->ns = e->plan.trial_ns;
	return true;
}

static void take_run(struct experiment *e, const struct experiment_trial *t)
{
	const struct bench_run is = run_of(e, e->st.n - 1);
	const uint64_t frames = t->t.offered, ns = t->t.effective_ns;
	const uint64_t milli = stats_rate_milli(frames, ns);
	struct course_row *r = course_row(e);

	if (e->st.n == 1)
		e->bench->first = milli;
	r->v[STRATEGY] = (uintptr_t)app_strategies[is.strategy].name;
	r->v[BURST] = is.burst;
	r->v[MODE] = (uintptr_t)app_mode_name(is.mode);
	r->v[RATE] = milli;
	r->v[L1] = stats_mbps_l1_milli(frames, t->f.bytes, ns);
	r->v[PER_FRAME] = frames ? ns * 1000 / frames : 0;
	r->v[RATIO] = e->bench->first ? milli * 1000 / e->bench->first : 0;
}

static void tell(const struct experiment *e, char *buf, size_t size)
{
	const struct bench_run r = run_of(e, e->st.n - 1);

	snprintf(buf, size, "%s, burst %u, mode %s",
		 app_strategies[r.strategy].name, r.burst,
		 app_mode_name(r.mode));
}

uint64_t bench_sent(const struct experiment *e, bool null)
{
	uint64_t frames = 0;

	for (unsigned i = 0; i < e->nb_trials; i++)
		if (!null == !(run_of(e, i).mode & MODE_NULL))
			frames += e->made[i].f.sent;
	return frames;
}

const struct course course_bench = {
	.experiment = "bench",
	.test = "bench",
	.columns = columns,
	.next = next,
	.take = take_run,
	.tell = tell,
	.maker = &maker,
	.as_set = true,
	.whole_reply = true,
};
