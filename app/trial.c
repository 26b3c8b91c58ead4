/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/trial_impl.h"

#include <string.h>

#include "app/app.h"
#include "pktgen/pktgen_runs.h"

/* How often it is looked at, and how late a frame may leave at least. */
#define LOOK_NS 500000ull
#define LATE_NS 10000000ull

/* ---- Begun -------------------------------------------------------------- */

static int set_rate(struct config *c, void *arg)
{
	c->stream.rate = *(const struct rate *)arg;
	return 0;
}

static struct subjects only(struct subject s)
{
	return (struct subjects){
		.ports = 1ull << s.port,
		.dotted = true,
		.nb_parts = 1,
		.part = {{(uint8_t)s.port, (uint8_t)s.port, (uint16_t)s.stream,
			  (uint16_t)s.stream}},
	};
}

/* Each stream has its share of the port's load. */
static bool set_load(struct trial *t, struct app *app, uint64_t load,
		     uint64_t now_ns)
{
	struct pktgen_fault fault;

	for (unsigned i = 0; i < t->nb_streams; i++) {
		const struct trial_stream *s = &t->stream[i];
		const struct subjects on = only(s->of);
		struct rate rate = {.unit = RATE_PPS,
				    .micro = trial_load_of(t, i, load) * 1000};

		if (!rate.micro)
			continue;
		if (t->service)
			t->service[i].load = rate.micro / 1000;
		if (config_change(app, &on, set_rate, &rate, now_ns, &fault))
			return false;
	}
	FOR_EACH_SENDER(i, t->mask)
		t->changes[i] = app->pktgen.set[i].changes;
	return true;
}

static unsigned nb_ports(const struct trial *t)
{
	unsigned n = 0;

	FOR_EACH_SENDER(i, t->mask)
		n++;
	return n;
}

static void start(struct trial *t, struct app *app,
		  const struct flow_limit *limit, uint64_t now_ns)
{
	struct subjects on;

	if (t->ask.only) {
		on = only(t->stream[t->ask.only - 1].of);
		if (t->ask.also)
			on.part[on.nb_parts++] =
				only(t->stream[t->ask.also - 1].of).part[0];
		pktgen_start_streams_limited(&app->pktgen, &on, limit, now_ns);
	} else {
		pktgen_start_limited(&app->pktgen, t->mask, limit, now_ns);
	}
	for (unsigned i = 0; t->service && i < t->nb_streams; i++) {
		struct trial_service *s = &t->service[i];

		*s = (struct trial_service){
			.rate = s->rate,
			.load = s->load,
			.is = s->is,
			.yellow = s->yellow,
			.is_yellow = s->is_yellow,
			.before = s->before,
			.seconds = s->before.seconds,
			.down_seconds = s->before.down_seconds,
		};
	}
}

/* Of each stream that sends. */
static uint64_t frames_of(const struct trial *t)
{
	if (t->ask.only)
		return t->ask.frames;
	return MAX(t->ask.frames * nb_ports(t) / t->nb_streams, 1);
}

static uint64_t whole_ns(const struct trial *t)
{
	return t->warms ? t->ask.warm_ns : t->ask.ns + t->ask.then_ns;
}

static bool send(struct trial *t, struct app *app, uint64_t now_ns)
{
	struct flow_limit limit = {FLOW_NO_LIMIT, whole_ns(t)};

	if (t->ask.load && !set_load(t, app, t->ask.load, now_ns))
		return false;
	if (t->ask.frames && !t->warms)
		limit = (struct flow_limit){frames_of(t), FLOW_NO_LIMIT};
	FOR_EACH_SENDER(i, t->mask) {
		run_cleared(app, i);
		pktgen_clear_streams(&app->pktgen, i);
		t->before[i] = trial_counts_of(app, i);
	}
	run_begin(app, t->mask, now_ns);
	start(t, app, &limit, now_ns);
	FOR_EACH_SENDER(i, t->mask)
		t->changes[i] = app->pktgen.set[i].changes;
	t->stood_from_ns = trial_stood_ns(t, app);
	t->state = TRIAL_SENDS;
	t->began_ns = t->came_ns = now_ns;
	t->switched_ns = t->lost_ns = 0;
	t->came = t->missed = 0;
	t->is_cut = false;
	t->wake_ns = now_ns + LOOK_NS;
	return true;
}

static bool rest(struct trial *t, struct app *app, uint64_t now_ns)
{
	if (!t->ask.before_ns)
		return send(t, app, now_ns);
	FOR_EACH_SENDER(i, t->mask)
		t->changes[i] = app->pktgen.set[i].changes;
	t->state = TRIAL_RESTS;
	t->began_ns = now_ns;
	t->wake_ns = now_ns + t->ask.before_ns;
	return true;
}

bool trial_begin(struct trial *t, struct app *app, uint64_t now_ns)
{
	t->warms = t->ask.warm_ns;
	return t->warms ? send(t, app, now_ns) : rest(t, app, now_ns);
}

/* The runs are over for those who watch them: nobody is told of each. */
static void end_runs(const struct trial *t, struct app *app)
{
	pktgen_abandon(&app->pktgen, t->mask);
	FOR_EACH_SENDER(i, t->mask) {
		app->port[i].done_told =
			pktgen_look(&app->pktgen, i)->done.runs;
		run_done(app, i, t->sent_ns);
	}
}

/*
 * What speaks against figures. That a rate was not reached is none of it, as
 * what was not sent counts as lost; nor is that it was late then. Loss is
 * what is looked for, so the floor of latencies is none.
 */
static enum verdict_grade grade(const struct app *app, const struct verdict *v,
				bool slow)
{
	enum verdict_grade g = slow ? VERDICT_SUSPECT : VERDICT_VALID;

	for (unsigned i = 0; i < VERDICT_COUNTS; i++)
		if (i != VERDICT_rate && i != VERDICT_time &&
		    i != VERDICT_ring && i != VERDICT_floor &&
		    !(slow && i == VERDICT_lag))
			g = MAX(g, verdict_of_one(app, v, i));
	return g;
}

static void finish(struct trial *t, struct app *app, uint64_t now_ns)
{
	struct trial_counts n;
	struct run_sum sum;
	uint64_t all = 0;

	end_runs(t, app);
	n = trial_count(t, app);
	for (unsigned i = 0; i < t->nb_streams; i++)
		all += trial_due(t, i, app);
	all = MAX(all, n.sent);
	t->not_sent = all - n.sent;
	t->grade = VERDICT_VALID;
	FOR_EACH_SENDER(i, t->mask) {
		run_sum(app, i, now_ns, &sum);
		t->grade = MAX(t->grade, grade(app, &sum.verdict,
					       t->not_sent > all / 1000));
	}
	trial_take_figures(t, app, &n);
	trial_take_services(t, app);
	t->result = (struct search_trial){
		.load = t->ask.load,
		.ns = t->ask.ns,
		.effective_ns = now_ns - t->began_ns,
		.offered = all,
		.lost = all - MIN(n.arrived, n.sent),
	};
	t->state = TRIAL_DONE;
}

/* ---- Its course --------------------------------------------------------- */

/* How late frames may leave and still be of the trial. */
static uint64_t late_ns(const struct trial *t)
{
	return MAX(whole_ns(t) / 100, LATE_NS);
}

bool trial_is_changed(const struct trial *t, const struct app *app)
{
	FOR_EACH_SENDER(i, t->mask)
		if (app->pktgen.set[i].changes != t->changes[i])
			return true;
	return false;
}

static bool is_cleared(const struct trial *t, const struct app *app)
{
	FOR_EACH_SENDER(i, t->mask)
		if (app->port[i].signed_before != t->before[i].cleared)
			return true;
	return false;
}

/* Whether a port still sends, or has come to no good. */
static bool any_sends(struct trial *t, const struct app *app, uint64_t now_ns)
{
	bool any = false;

	FOR_EACH_SENDER(i, t->mask) {
		const struct worker_view *v = pktgen_look(&app->pktgen, i);

		if (v->err) {
			t->failed = i;
			t->state = TRIAL_FAILED;
		} else if (app->pktgen.set[i].changes != t->changes[i] ||
			   app->port[i].signed_before != t->before[i].cleared) {
			t->failed = i;
			t->state = TRIAL_CHANGED;
		}
		any |= worker_runs(v->state) || v->nb_held;
	}
	return any && !t->is_cut &&
	       now_ns < t->began_ns + whole_ns(t) + late_ns(t);
}

/* Frames may be under way, but before a burst: it finds a device at rest. */
static bool settles(const struct trial *t, const struct trial_counts *n,
		    uint64_t now_ns)
{
	return (!t->warms || t->ask.frames) && n->arrived < n->sent &&
	       now_ns < t->came_ns + t->settle_ns;
}

static void end(struct trial *t, struct app *app, uint64_t now_ns)
{
	if (!t->warms) {
		finish(t, app, now_ns);
		return;
	}
	t->warms = false;
	end_runs(t, app);
	if (!rest(t, app, now_ns))
		t->state = TRIAL_FAILED;
}

void trial_step(struct trial *t, struct app *app, uint64_t now_ns)
{
	struct trial_counts n;

	if (t->state == TRIAL_ENDS) {
		end(t, app, now_ns);
		return;
	}
	if (t->state == TRIAL_RESTS && trial_is_changed(t, app))
		t->state = TRIAL_CHANGED;
	else if (t->state == TRIAL_RESTS && now_ns >= t->wake_ns &&
		 !send(t, app, now_ns))
		t->state = TRIAL_FAILED;
	if (t->state != TRIAL_SENDS && t->state != TRIAL_SETTLES)
		return;
	t->wake_ns = now_ns + LOOK_NS;
	if (trial_is_changed(t, app) || is_cleared(t, app)) {
		t->state = TRIAL_CHANGED;
		return;
	}
	if (t->ask.then_ns && !t->warms && !t->switched_ns &&
	    now_ns >= t->began_ns + t->ask.ns) {
		set_load(t, app, t->ask.then_load, now_ns);
		t->switched_ns = now_ns;
	}
	if (t->switched_ns && trial_lost(t, app) != t->missed) {
		t->missed = trial_lost(t, app);
		t->lost_ns = now_ns;
	}
	if (t->state == TRIAL_SENDS) {
		if (any_sends(t, app, now_ns) || t->state != TRIAL_SENDS)
			return;
		if (!t->ask.frames && now_ns < t->began_ns + whole_ns(t)) {
			t->state = TRIAL_CHANGED; /* by 'stop' */
			return;
		}
		pktgen_stop(&app->pktgen, t->mask);
		t->state = TRIAL_SETTLES;
		t->sent_ns = t->came_ns = now_ns;
	}
	n = trial_count(t, app);
	if (n.arrived != t->came) {
		t->came = n.arrived;
		t->came_ns = now_ns;
	}
	if (settles(t, &n, now_ns))
		return;
	/* Its end is seen after the next step. */
	pktgen_abandon(&app->pktgen, t->mask);
	t->state = TRIAL_ENDS;
	t->wake_ns = now_ns;
}

void trial_cut(struct trial *t, uint64_t now_ns)
{
	if (t->state != TRIAL_SENDS)
		return;
	t->is_cut = true;
	t->ask.ns = now_ns - t->began_ns;
}

void trial_abort(struct trial *t, struct app *app, uint64_t now_ns)
{
	if (t->state == TRIAL_DONE)
		return;
	pktgen_stop(&app->pktgen, t->mask);
	t->sent_ns = now_ns;
	end_runs(t, app);
}
