/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/verdict.h"

#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "stats/wide.h"

#define MILLION 1000000u
#define PERCENT (MILLION / 100)
#define NS_PER_MS 1000000u
#define INVALID_FACTOR 10

/* By less a run is longer whose last frames are late, which is `lag`. */
#define STRETCH_NS PACER_CATCHUP_NS

const char *const verdict_grades[] = {"none", "valid", "suspect", "invalid",
				      NULL};

const char *const verdict_loud[] = {"NONE", "VALID", "SUSPECT", "INVALID"};

#define R(name, unit, limit, help) {#name, help},
const struct arg_word verdict_shares[] = {VERDICT_SHARES(R){NULL, NULL}};
const struct arg_word verdict_times[] = {VERDICT_TIMES(R){NULL, NULL}};
const struct arg_word verdict_numbers[] = {
	VERDICT_NUMBERS(R) VERDICT_AGAIN(R){NULL, NULL}};
#undef R

static const uint32_t limits[] = {
#define R(name, unit, limit, help) limit,
	VERDICT_REASONS(R) VERDICT_AGAIN(R)
#undef R
};

static enum verdict_unit unit_of(enum verdict_reason which)
{
	return which < VERDICT_FIRST_TIME     ? VERDICT_SHARE
	       : which < VERDICT_FIRST_NUMBER ? VERDICT_TIME
					      : VERDICT_COUNT;
}

const char *verdict_reason_name(enum verdict_reason which)
{
	return which < VERDICT_FIRST_TIME ? verdict_shares[which].name
	       : which < VERDICT_FIRST_NUMBER
		       ? verdict_times[which - VERDICT_FIRST_TIME].name
		       : verdict_numbers[which - VERDICT_FIRST_NUMBER].name;
}

/* What makes a run no more than SUSPECT, and what INVALID at once. */
#define ONLY_SUSPECT \
	(1u << VERDICT_ring | 1u << VERDICT_buffers | 1u << VERDICT_floor)
#define INVALID_AT_ONCE \
	(1u << VERDICT_unaccounted | 1u << VERDICT_errors | 1u << VERDICT_link)

void verdict_init(struct app *app)
{
	for (unsigned i = 0; i < VERDICT_LIMITS; i++)
		app->verdict_limit[i] = limits[i];
}

/* ---- Measured ------------------------------------------------------------ */

static uint64_t errors_of(const struct stats *s)
{
	return s->tx_errors + s->rx_errors + s->tx_stalls;
}

/* Of all ports: what was received and looked at, and so on. */
static void look_all(const struct app *app, struct verdict_from *f)
{
	struct pktgen_signed s;
	struct pktgen_came came;

	f->underruns = f->looked = f->known = f->unsigned_sent = 0;
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker_view *v = pktgen_look(&app->pktgen, i);

		if (!v)
			continue;
		f->underruns += v->stats.rx_underrun;
		if (!app->pktgen.nb_signed)
			continue;
		pktgen_look_came(&app->pktgen, i, &came);
		pktgen_sum_signed(&app->pktgen, i, &s);
		f->looked += came.looked;
		f->known += came.ours + came.old + came.others;
		f->unsigned_sent += v->sent - app->port[i].signed_before;
		f->unsigned_sent -= s.sent;
	}
}

/* How long the port's signed frames have been on their way, all together. */
static void look_times(const struct app *app, unsigned port,
		       struct verdict_from *f)
{
	const struct pktgen_port *set = &app->pktgen.set[port];
	struct latency l = {.count = NULL};

	pktgen_look_latency(&app->pktgen, port, &l);
	f->timed = l.frames + set->gone_timed;
	f->timed_ns = l.sum_ns + set->gone_ns;
}

void verdict_cleared(struct app *app, unsigned port)
{
	struct verdict_from *const f = &app->port[port].run.verdict_from;

	f->timed = f->timed_ns = 0;
}

void verdict_begin(const struct app *app, unsigned port, struct verdict_from *f)
{
	const struct worker_view *v = pktgen_look(&app->pktgen, port);

	*f = (struct verdict_from){
		.full_ns = v->full_ns,
		.errors = errors_of(&v->stats),
		.changes = app->pktgen.set[port].changes,
	};
	look_all(app, f);
	look_times(app, port, f);
}

/* `part` of `all`, in millionths; of nothing nothing. */
static uint64_t share(uint64_t part, uint64_t all)
{
	if (!all)
		return 0;
	return (uint64_t)wide_div((wide)part * MILLION + all - 1, all);
}

/* How long the flows of a port were to take, and at a rate or not. */
struct asked {
	bool paced, unpaced;
	uint64_t ns;       /* 0: that is not known */
	uint64_t first_ns; /* when the first frame left */
};

/* 0: it has no end, or none that is known. */
static uint64_t asked_of_flow(const struct flow *f)
{
	const struct flow_limit *limit = &f->plan.limit;
	const struct pacer *p = &f->pacer;
	const wide gap = (wide)p->gap.ns << 32 | p->gap.frac;
	uint64_t ns = limit->time_ns;

	if (f->plan.turns || f->plan.delay_ns || f->chain.after)
		return 0;
	if (limit->frames != FLOW_NO_LIMIT && !p->unpaced && !p->shape &&
	    !p->times && !p->poisson)
		ns = MIN(ns, (uint64_t)(gap * limit->frames >> 32));
	return ns == FLOW_NO_LIMIT ? 0 : ns;
}

static struct asked look_asked(const struct pktgen *pg, unsigned port,
			       uint64_t began_ns)
{
	struct asked a = {.first_ns = UINT64_MAX};
	bool unknown = false;
	unsigned i = 0;

	for (; (i = pktgen_next_stream(pg, port, i)) != PKTGEN_NO_STREAM; i++) {
		const struct flow *f = pg->set[port].stream[i]->flow;
		uint64_t ns;

		if (f->start_ns < began_ns)
			continue;
		ns = asked_of_flow(f);
		unknown |= !ns;
		a.ns = MAX(a.ns, ns);
		if (f->sent.first_ns)
			a.first_ns = MIN(a.first_ns, f->sent.first_ns);
		a.paced |= !f->pacer.unpaced;
		a.unpaced |= f->pacer.unpaced;
	}
	if (unknown)
		a.ns = 0;
	return a;
}

static void judge_time(const struct app_run *r, const struct asked *asked,
		       uint64_t changes, struct verdict *v)
{
	v->took_ns = r->ended_ns -
		     MIN(MAX(r->began_ns, asked->first_ns), r->ended_ns);
	v->took_ns -= MIN(v->took_ns, r->verdict_from.held_ns);
	v->asked_ns = asked->ns;
	if (r->whole && asked->ns && changes == r->verdict_from.changes &&
	    v->took_ns > asked->ns + STRETCH_NS)
		v->value[VERDICT_time] =
			share(v->took_ns - asked->ns, asked->ns);
}

static void judge_foreign(const struct app *app, const struct verdict_from *f,
			  struct verdict *v)
{
	struct verdict_from now;
	uint64_t looked, ours;

	look_all(app, &now);
	v->value[VERDICT_buffers] = now.underruns - f->underruns;
	looked = now.looked - f->looked;
	ours = now.known - f->known;
	/* These may have come as well. */
	if (now.unsigned_sent > f->unsigned_sent)
		ours += now.unsigned_sent - f->unsigned_sent;
	if (looked > ours)
		v->value[VERDICT_foreign] = share(looked - ours, looked);
}

/* Of no run before somebody asked how much of a time is unknown. */
static void judge_floor(const struct app *app, unsigned port,
			const struct verdict_from *f, struct verdict *v)
{
	struct verdict_from now;

	look_times(app, port, &now);
	if (app->floor_ns && now.timed > f->timed)
		v->value[VERDICT_floor] =
			share(app->floor_ns, MAX((now.timed_ns - f->timed_ns) /
							 (now.timed - f->timed),
						 1u));
}

void verdict_judge(const struct app *app, unsigned port, uint64_t in_flight,
		   struct verdict *v)
{
	const struct app_run *r = &app->port[port].run;
	const struct verdict_from *f = &r->verdict_from;
	const struct worker_view *w = pktgen_look(&app->pktgen, port);
	const struct asked asked = look_asked(&app->pktgen, port, r->began_ns);
	struct stats s;
	uint64_t given_up;

	memset(v, 0, sizeof(*v));
	v->is = true;
	stats_diff(&w->stats, &r->from, &s);
	judge_time(r, &asked, app->pktgen.set[port].changes, v);
	judge_foreign(app, f, v);
	judge_floor(app, port, f, v);
	v->value[VERDICT_gap] = w->gap_ns;
	v->value[VERDICT_unaccounted] = in_flight;
	v->value[VERDICT_errors] = errors_of(&w->stats) - f->errors;
	v->value[VERDICT_link] =
		share(s.tx_link_down, s.tx_packets + s.tx_link_down);
	if (!asked.paced)
		return;
	given_up = s.tx_skipped + (asked.unpaced ? 0 : s.tx_dropped);
	v->value[VERDICT_rate] = share(given_up, s.tx_packets + given_up);
	v->value[VERDICT_lag] = w->lag_ns;
	if (!asked.unpaced)
		v->value[VERDICT_ring] = MIN(
			share(w->full_ns - f->full_ns, v->took_ns), MILLION);
}

void verdict_held(struct app *app, uint64_t mask, uint64_t ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (mask >> i & 1 && app->port[i].run.on)
			app->port[i].run.verdict_from.held_ns += ns;
}

void verdict_disturbed(struct app *app, uint64_t mask)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (mask >> i & 1)
			app->port[i].run.verdict_from.changes = UINT64_MAX;
}

/* ---- Judged -------------------------------------------------------------- */

enum verdict_grade verdict_of_one(const struct app *app,
				  const struct verdict *v, unsigned which)
{
	const uint64_t limit = app->verdict_limit[which];

	if (!v->is)
		return VERDICT_NONE;
	if (v->value[which] <= limit)
		return VERDICT_VALID;
	if (INVALID_AT_ONCE >> which & 1)
		return VERDICT_INVALID;
	if (ONLY_SUSPECT >> which & 1)
		return VERDICT_SUSPECT;
	return v->value[which] / INVALID_FACTOR > limit ? VERDICT_INVALID
							: VERDICT_SUSPECT;
}

enum verdict_grade verdict_of(const struct app *app, const struct verdict *v)
{
	enum verdict_grade worst = v->is ? VERDICT_VALID : VERDICT_NONE, one;

	for (unsigned i = 0; i < VERDICT_COUNTS; i++) {
		one = verdict_of_one(app, v, (enum verdict_reason)i);
		worst = MAX(worst, one);
	}
	return worst;
}

/* ---- As text ------------------------------------------------------------- */

static void print_ms(uint64_t ns, char *buf, size_t size)
{
	snprintf(buf, size, "%llu.%03ums", (unsigned long long)(ns / NS_PER_MS),
		 (unsigned)(ns % NS_PER_MS / 1000));
}

/* Three digits are enough. */
static void print_share(uint64_t v, char *buf, size_t size)
{
	v -= v % (v >= MILLION        ? PERCENT
		  : v >= 10 * PERCENT ? PERCENT / 10
		  : v >= PERCENT      ? PERCENT / 100
				      : 1);
	value_rate_print(&(struct rate){RATE_PERCENT, v * 100}, buf, size);
}

void verdict_print(enum verdict_reason which, uint64_t value, char *buf,
		   size_t size)
{
	if (unit_of(which) == VERDICT_SHARE)
		print_share(value, buf, size);
	else if (unit_of(which) == VERDICT_TIME)
		print_ms(value, buf, size);
	else
		snprintf(buf, size, "%llu", (unsigned long long)value);
}

/* A text has its value where it says %s. */
static void print_why(const struct verdict *v, enum verdict_reason which,
		      char buf[VERDICT_TEXT_MAX])
{
	static const char *const texts[VERDICT_COUNTS][2] = {
		[VERDICT_rate] = {"", " of the frames asked for not sent"},
		[VERDICT_ring] = {"ring full ", " of the time"},
		[VERDICT_lag] = {"frames up to ", " late"},
		[VERDICT_gap] = {"machine stood still for ", ""},
		[VERDICT_buffers] = {"times receive buffers were short: ", ""},
		[VERDICT_unaccounted] = {"frames unaccounted for: ", ""},
		[VERDICT_errors] = {"times the device failed or stalled: ", ""},
		[VERDICT_link] = {"link down for ", " of the frames"},
		[VERDICT_foreign] = {"", " of what came is from elsewhere"},
		[VERDICT_floor] = {"floor is ", " of the mean latency"},
	};
	char text[24], asked[24];

	if (which == VERDICT_time) {
		print_ms(v->took_ns, text, sizeof(text));
		print_ms(v->asked_ns, asked, sizeof(asked));
		snprintf(buf, VERDICT_TEXT_MAX, "took %.14s instead of %.14s",
			 text, asked);
		return;
	}
	verdict_print(which, v->value[which], text, sizeof(text));
	snprintf(buf, VERDICT_TEXT_MAX, "%s%.16s%s", texts[which][0], text,
		 texts[which][1]);
}

bool verdict_why(const struct app *app, const struct verdict *v, unsigned i,
		 char buf[VERDICT_TEXT_MAX])
{
	/* A cause comes before what follows from it. */
	static const uint8_t order[VERDICT_COUNTS] = {
		VERDICT_gap,         VERDICT_errors, VERDICT_link,
		VERDICT_unaccounted, VERDICT_time,   VERDICT_rate,
		VERDICT_ring,        VERDICT_lag,    VERDICT_buffers,
		VERDICT_foreign,     VERDICT_floor,
	};

	for (unsigned grade = VERDICT_INVALID; grade > VERDICT_VALID; grade--)
		for (unsigned k = 0; k < VERDICT_COUNTS; k++)
			if (verdict_of_one(app, v, order[k]) == grade && !i--) {
				print_why(v, order[k], buf);
				return true;
			}
	return false;
}

void verdict_tell(struct app *app, unsigned port, uint64_t now_ns)
{
	const struct verdict *v = &app->port[port].run.verdict;
	char why[VERDICT_TEXT_MAX], other[VERDICT_TEXT_MAX], more[24] = "";
	unsigned n = 1;

	if (!verdict_why(app, v, 0, why))
		return;
	while (verdict_why(app, v, n, other))
		n++;
	if (n > 1)
		snprintf(more, sizeof(more), " (and %u more)", n - 1);
	session_event(&app->session, now_ns, "port %u %s: %s%s", port,
		      verdict_loud[verdict_of(app, v)], why, more);
}

bool verdict_line(const struct app *app, enum verdict_reason which, char *line)
{
	const uint64_t limit = app->verdict_limit[which];
	char text[40];

	if (limit == limits[which])
		return false;
	if (unit_of(which) == VERDICT_TIME)
		value_time_print(limit, text, sizeof(text));
	else
		verdict_print(which, limit, text, sizeof(text));
	snprintf(line, CONFIG_LINE_MAX, "verdict %s %s",
		 verdict_reason_name(which), text);
	return true;
}
