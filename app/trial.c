/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/trial.h"

#include <string.h>

#include "app/app.h"
#include "app/outlook.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull
/* How often it is looked at, and how late a frame may leave at least. */
#define LOOK_NS 500000ull
#define LATE_NS 10000000ull

const char *const trial_times[TRIAL_TIMES] = {
	"min", "mean", "p50", "p90", "p99", "p999", "max",
};

static struct trial_counts counts(const struct app *app, unsigned port)
{
	const struct worker_view *v = pktgen_look(&app->pktgen, port);
	struct pktgen_signed s;

	pktgen_sum_signed(&app->pktgen, port, &s);
	return (struct trial_counts){
		.cleared = app->port[port].signed_before,
		.sent = v->stats.tx_packets,
		.arrived = s.arrived,
	};
}

static uint64_t stood_ns(const struct trial *t, const struct app *app)
{
	uint64_t ns = 0;

	FOR_EACH_SENDER(i, t->mask)
		ns = MAX(ns, pktgen_look(&app->pktgen, i)->stood_ns);
	return ns;
}

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

uint64_t trial_part(uint64_t load, uint32_t ppb)
{
	return ppb == SEARCH_ONE
		       ? load
		       : (uint64_t)wide_div((wide)load * ppb, SEARCH_ONE);
}

/* What stream `i` has of a port's load: its share, or all, or nothing. */
static uint64_t load_of(const struct trial *t, unsigned i, uint64_t load)
{
	if (t->ask.only)
		return i + 1 == t->ask.only ? load : 0;
	return trial_part(load, t->stream[i].part_ppb);
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
				    .micro = load_of(t, i, load) * 1000};

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
		pktgen_start_streams_limited(&app->pktgen, &on, limit, now_ns);
	} else {
		pktgen_start_limited(&app->pktgen, t->mask, limit, now_ns);
	}
	for (unsigned i = 0; t->service && i < t->nb_streams; i++) {
		struct trial_service *s = &t->service[i];

		*s = (struct trial_service){.rate = s->rate, .load = s->load};
	}
}

bool trial_begin(struct trial *t, struct app *app, uint64_t now_ns)
{
	struct flow_limit limit = {FLOW_NO_LIMIT, t->ask.ns + t->ask.then_ns};

	if (t->ask.load && !set_load(t, app, t->ask.load, now_ns))
		return false;
	if (t->ask.frames)
		limit = (struct flow_limit){
			MAX(t->ask.frames * nb_ports(t) / t->nb_streams, 1),
			FLOW_NO_LIMIT};
	FOR_EACH_SENDER(i, t->mask) {
		run_cleared(app, i);
		pktgen_clear_streams(&app->pktgen, i);
		t->before[i] = counts(app, i);
	}
	run_begin(app, t->mask, now_ns);
	start(t, app, &limit, now_ns);
	FOR_EACH_SENDER(i, t->mask)
		t->changes[i] = app->pktgen.set[i].changes;
	t->stood_from_ns = stood_ns(t, app);
	t->state = TRIAL_SENDS;
	t->began_ns = t->came_ns = now_ns;
	t->switched_ns = t->lost_ns = 0;
	t->came = t->missed = 0;
	t->is_cut = false;
	t->wake_ns = now_ns + LOOK_NS;
	return true;
}

/* ---- Counted ------------------------------------------------------------ */

/* Of all ports, since it began. */
static struct trial_counts count(const struct trial *t, const struct app *app)
{
	struct trial_counts n = {0};

	FOR_EACH_SENDER(i, t->mask) {
		const struct trial_counts c = counts(app, i);

		n.sent += c.sent - t->before[i].sent;
		n.arrived += c.arrived - t->before[i].arrived;
	}
	return n;
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
 * what was not sent counts as lost; nor is that it was late then.
 */
static enum verdict_grade grade(const struct app *app, const struct verdict *v,
				bool slow)
{
	enum verdict_grade g = slow ? VERDICT_SUSPECT : VERDICT_VALID;

	for (unsigned i = 0; i < VERDICT_COUNTS; i++)
		if (i != VERDICT_rate && i != VERDICT_time &&
		    i != VERDICT_ring && !(slow && i == VERDICT_lag))
			g = MAX(g, verdict_of_one(app, v, i));
	return g;
}

static uint64_t of_time(uint64_t load, uint64_t ns)
{
	return (uint64_t)wide_div((wide)load * ns, (wide)NS_PER_S * 1000);
}

/* Frames that were due of one stream; 0: as many as were sent. */
static uint64_t due(const struct trial *t, unsigned i, const struct app *app)
{
	const struct trial_ask *a = &t->ask;
	const struct flow_limit limit = {FLOW_NO_LIMIT, a->ns};
	struct outlook o;

	if (a->frames || (a->only && a->only != i + 1))
		return 0;
	if (a->load)
		return of_time(load_of(t, i, a->load), a->ns) +
		       of_time(load_of(t, i, a->then_load), a->then_ns);
	outlook_look(&app->pktgen, t->stream[i].of, &limit, &o);
	return o.frames;
}

uint64_t trial_lost(const struct trial *t, const struct app *app)
{
	struct pktgen_signed s;
	uint64_t lost = 0;

	FOR_EACH_SENDER(i, t->mask) {
		pktgen_sum_signed(&app->pktgen, i, &s);
		lost += s.lost;
	}
	return lost;
}

uint64_t trial_stolen_ns(const struct trial *t, const struct app *app)
{
	return stood_ns(t, app) - t->stood_from_ns;
}

uint64_t trial_sent(const struct trial *t, const struct app *app)
{
	return count(t, app).sent;
}

bool trial_latency(const struct trial *t, const struct app *app,
		   struct latency *l)
{
	const bool one = !(t->mask & (t->mask - 1));
	struct latency port;

	if (t->nb_streams > 1 && !t->bins)
		return false;
	if (t->bins)
		memset(t->bins, 0, sizeof(*t->bins));
	latency_begin(l, t->bins ? t->bins->all : NULL);
	FOR_EACH_SENDER(i, t->mask) {
		port.count = t->bins ? t->bins->port : NULL;
		if (!pktgen_look_latency(&app->pktgen, i, &port))
			return false;
		if (one) {
			*l = port;
			break;
		}
		latency_sum(l, &port);
		for (unsigned k = 0; k < LATENCY_BUCKETS; k++)
			l->count[k] += port.count[k];
		memset(t->bins->port, 0, sizeof(t->bins->port));
	}
	return l->frames;
}

void trial_take_times(const struct latency *l, uint64_t time[TRIAL_TIMES])
{
	static const unsigned millionths[TRIAL_TIMES] = {
		[TRIAL_P50] = 500000,
		[TRIAL_P90] = 900000,
		[TRIAL_P99] = 990000,
		[TRIAL_P999] = 999000,
	};

	for (unsigned i = 0; i < TRIAL_TIMES; i++)
		if (!millionths[i] ||
		    !latency_quantile_ns(l, millionths[i], &time[i]))
			time[i] = TRIAL_UNKNOWN;
	time[TRIAL_MIN] = l->min_ns;
	time[TRIAL_MEAN] = latency_mean_ns(l);
	time[TRIAL_MAX] = l->max_ns;
}

static void take_figures(struct trial *t, const struct app *app,
			 const struct trial_counts *n)
{
	struct pktgen_stream_view v;
	struct latency l;

	t->figures = (struct trial_figures){
		.sent = n->sent,
		.arrived = MIN(n->arrived, n->sent),
		.stolen_ns = trial_stolen_ns(t, app),
	};
	memset(t->figures.time, 0xff, sizeof(t->figures.time));
	t->outage_ns = 0;
	FOR_EACH_SENDER(i, t->mask)
		if (pktgen_look_signed(&app->pktgen, i, &v)) {
			t->figures.reordered += v.order.reordered;
			t->outage_ns = MAX(t->outage_ns, v.order.outage_ns);
		}
	if (trial_latency(t, app, &l))
		trial_take_times(&l, t->figures.time);
}

static void take_services(struct trial *t, const struct app *app)
{
	struct pktgen_stream_view v;
	struct latency l;

	for (unsigned i = 0; t->service && i < t->nb_streams; i++) {
		struct trial_service *s = &t->service[i];
		const struct subject of = t->stream[i].of;
		uint64_t came;

		pktgen_look_stream(&app->pktgen, of.port, of.stream, &v);
		came = MIN(pktgen_came_once(&v), v.sent_signed);
		s->offered = MAX(due(t, i, app), v.sent_signed);
		s->lost = s->offered - came;
		memset(s->time, 0xff, sizeof(s->time));
		if (pktgen_look_stream_latency(&app->pktgen, of.port, of.stream,
					       &l) &&
		    l.frames)
			trial_take_times(&l, s->time);
	}
}

#define AVAILABLE_SECONDS 10

void trial_second(struct trial *t, const struct app *app)
{
	struct pktgen_stream_view v;

	for (unsigned i = 0; t->service && i < t->nb_streams; i++) {
		struct trial_service *s = &t->service[i];
		const struct subject of = t->stream[i].of;
		uint64_t sent, missed;

		pktgen_look_stream(&app->pktgen, of.port, of.stream, &v);
		missed = v.sent_signed -
			 MIN(pktgen_came_once(&v), v.sent_signed);
		sent = v.sent_signed - s->sent;
		s->row = (missed > s->missed &&
			  (missed - s->missed) * 2 > sent) != s->is_down
				 ? s->row + 1
				 : 0;
		s->seconds++;
		s->down_seconds += s->is_down;
		s->sent = v.sent_signed;
		s->missed = missed;
		if (s->row < AVAILABLE_SECONDS)
			continue;
		/* It is so since the first of them. */
		s->is_down = !s->is_down;
		s->row = 0;
		if (s->is_down)
			s->down_seconds += AVAILABLE_SECONDS;
		else
			s->down_seconds -= AVAILABLE_SECONDS;
	}
}

static void finish(struct trial *t, struct app *app, uint64_t now_ns)
{
	struct trial_counts n;
	struct run_sum sum;
	uint64_t all = 0;

	end_runs(t, app);
	n = count(t, app);
	for (unsigned i = 0; i < t->nb_streams; i++)
		all += due(t, i, app);
	all = MAX(all, n.sent);
	t->not_sent = all - n.sent;
	t->grade = VERDICT_VALID;
	FOR_EACH_SENDER(i, t->mask) {
		run_sum(app, i, now_ns, &sum);
		t->grade = MAX(t->grade, grade(app, &sum.verdict,
					       t->not_sent > all / 1000));
	}
	take_figures(t, app, &n);
	take_services(t, app);
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

static uint64_t whole_ns(const struct trial *t)
{
	return t->ask.ns + t->ask.then_ns;
}

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

void trial_step(struct trial *t, struct app *app, uint64_t now_ns)
{
	struct trial_counts n;

	if (t->state == TRIAL_ENDS)
		finish(t, app, now_ns);
	if (t->state != TRIAL_SENDS && t->state != TRIAL_SETTLES)
		return;
	t->wake_ns = now_ns + LOOK_NS;
	if (trial_is_changed(t, app) || is_cleared(t, app)) {
		t->state = TRIAL_CHANGED;
		return;
	}
	if (t->ask.then_ns && !t->switched_ns &&
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
	n = count(t, app);
	if (n.arrived != t->came) {
		t->came = n.arrived;
		t->came_ns = now_ns;
	}
	if (n.arrived < n.sent && now_ns < t->came_ns + t->settle_ns)
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
