/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes of a trial: what was due, sent and seen, and when. */
#include <string.h>

#include "app/app.h"
#include "app/outlook.h"
#include "app/trial_impl.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull

const char *const trial_times[TRIAL_TIMES] = {
	"min", "mean", "p50", "p90", "p99", "p999", "max",
};

struct trial_counts trial_counts_of(const struct app *app, unsigned port)
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

uint64_t trial_stood_ns(const struct trial *t, const struct app *app)
{
	uint64_t ns = 0;

	FOR_EACH_SENDER(i, t->mask)
		ns = MAX(ns, pktgen_look(&app->pktgen, i)->stood_ns);
	return ns;
}

uint64_t trial_part(uint64_t load, uint32_t ppb)
{
	return ppb == SEARCH_ONE
		       ? load
		       : (uint64_t)wide_div((wide)load * ppb, SEARCH_ONE);
}

uint64_t trial_load_of(const struct trial *t, unsigned i, uint64_t load)
{
	if (t->ask.only)
		return i + 1 == t->ask.only   ? load
		       : i + 1 == t->ask.also ? t->ask.also_load
					      : 0;
	return trial_part(load, t->stream[i].part_ppb);
}

/* Of all ports, since it began. */
struct trial_counts trial_count(const struct trial *t, const struct app *app)
{
	struct trial_counts n = {0};

	FOR_EACH_SENDER(i, t->mask) {
		const struct trial_counts c = trial_counts_of(app, i);

		n.sent += c.sent - t->before[i].sent;
		n.arrived += c.arrived - t->before[i].arrived;
	}
	return n;
}

static uint64_t of_time(uint64_t load, uint64_t ns)
{
	return (uint64_t)wide_div((wide)load * ns, (wide)NS_PER_S * 1000);
}

uint64_t trial_due(const struct trial *t, unsigned i, const struct app *app)
{
	const struct trial_ask *a = &t->ask;
	const struct flow_limit limit = {FLOW_NO_LIMIT, a->ns};
	struct outlook o;

	if (a->frames || (a->only && a->only != i + 1 && a->also != i + 1))
		return 0;
	if (a->load)
		return of_time(trial_load_of(t, i, a->load), a->ns) +
		       of_time(trial_load_of(t, i, a->then_load), a->then_ns);
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
	return trial_stood_ns(t, app) - t->stood_from_ns;
}

uint64_t trial_sent(const struct trial *t, const struct app *app)
{
	return trial_count(t, app).sent;
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

void trial_take_figures(struct trial *t, const struct app *app,
			const struct trial_counts *n)
{
	struct pktgen_stream_view v;
	struct latency l;

	t->figures = (struct trial_figures){
		.sent = n->sent,
		.arrived = MIN(n->arrived, n->sent),
		.bytes = TRIAL_UNKNOWN,
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

/* Of frames that came before, and `n` that came since. */
static void add_before(struct trial_service *s, uint64_t n)
{
	const struct trial_before *b = &s->before;
	const uint64_t had = b->offered - b->lost;
	const uint64_t *a = b->time, all = had + n;
	uint64_t *to = s->time;

	s->offered += b->offered;
	s->lost += b->lost;
	if (!had || a[TRIAL_MEAN] == TRIAL_UNKNOWN)
		return;
	if (!n) {
		memcpy(to, a, sizeof(s->time));
		return;
	}
	/* Of two quantiles the larger is exceeded by no more frames. */
	for (unsigned i = 0; i < TRIAL_TIMES; i++)
		if (i == TRIAL_MIN)
			to[i] = MIN(to[i], a[i]);
		else if (i != TRIAL_MEAN)
			to[i] = MAX(to[i], a[i]);
		else
			to[i] = (uint64_t)wide_div(
				(wide)to[i] * n + (wide)a[i] * had, all);
}

void trial_take_services(struct trial *t, const struct app *app)
{
	const bool sends = t->state == TRIAL_SENDS;
	struct pktgen_stream_view v;
	struct latency l;

	for (unsigned i = 0; t->service && i < t->nb_streams; i++) {
		struct trial_service *s = &t->service[i];
		const struct subject of = t->stream[i].of;
		uint64_t came;

		pktgen_look_stream(&app->pktgen, of.port, of.stream, &v);
		came = MIN(pktgen_came_once(&v), v.sent_signed);
		/* Of those that are under way nobody can say. */
		s->offered = sends ? came + v.order.lost + v.sent.skipped
				   : MAX(trial_due(t, i, app), v.sent_signed);
		s->lost = s->offered - came;
		memset(s->time, 0xff, sizeof(s->time));
		if (pktgen_look_stream_latency(&app->pktgen, of.port, of.stream,
					       &l) &&
		    l.frames)
			trial_take_times(&l, s->time);
		add_before(s, s->offered - s->lost);
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
