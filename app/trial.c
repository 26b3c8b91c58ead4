/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/trial.h"

#include "app/app.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull
/* How often it is looked at, and how late a frame may leave at least. */
#define LOOK_NS 500000ull
#define LATE_NS 10000000ull

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

static int set_rate(struct config *c, void *arg)
{
	c->stream.rate = *(const struct rate *)arg;
	return 0;
}

bool trial_begin(struct trial *t, struct app *app, uint64_t now_ns)
{
	struct rate rate = {.unit = RATE_PPS, .micro = t->load * 1000};
	const struct subjects on = subjects_of(t->mask);
	struct pktgen_fault fault;
	struct flow_limit limit;

	if (config_change(app, &on, set_rate, &rate, now_ns, &fault))
		return false;
	limit = (struct flow_limit){FLOW_NO_LIMIT, t->ns};
	FOR_EACH_SENDER(i, t->mask)
		t->before[i] = counts(app, i);
	run_begin(app, t->mask, now_ns);
	pktgen_start_limited(&app->pktgen, t->mask, &limit, now_ns);
	FOR_EACH_SENDER(i, t->mask)
		t->changes[i] = app->pktgen.set[i].changes;
	t->state = TRIAL_SENDS;
	t->began_ns = t->came_ns = now_ns;
	t->came = 0;
	t->wake_ns = now_ns + LOOK_NS;
	return true;
}

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

/* Frames that were due, of one port. */
static uint64_t due(const struct trial *t)
{
	return (uint64_t)wide_div((wide)t->load * t->ns, (wide)NS_PER_S * 1000);
}

static void finish(struct trial *t, struct app *app, uint64_t now_ns)
{
	struct trial_counts n;
	struct run_sum sum;
	uint64_t all = 0;

	end_runs(t, app);
	n = count(t, app);
	FOR_EACH_SENDER(i, t->mask)
		all += due(t);
	all = MAX(all, n.sent);
	t->not_sent = all - n.sent;
	t->grade = VERDICT_VALID;
	FOR_EACH_SENDER(i, t->mask) {
		run_sum(app, i, now_ns, &sum);
		t->grade = MAX(t->grade, grade(app, &sum.verdict,
					       t->not_sent > all / 1000));
	}
	t->result = (struct search_trial){
		.load = t->load,
		.ns = t->ns,
		.effective_ns = now_ns - t->began_ns,
		.offered = all,
		.lost = all - MIN(n.arrived, n.sent),
	};
	t->state = TRIAL_DONE;
}

/* How late frames may leave and still be of the trial. */
static uint64_t late_ns(const struct trial *t)
{
	return MAX(t->ns / 100, LATE_NS);
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
	return any && now_ns < t->began_ns + t->ns + late_ns(t);
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
	if (t->state == TRIAL_SENDS) {
		if (any_sends(t, app, now_ns) || t->state != TRIAL_SENDS)
			return;
		if (now_ns < t->began_ns + t->ns) {
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

void trial_abort(struct trial *t, struct app *app, uint64_t now_ns)
{
	if (t->state == TRIAL_DONE)
		return;
	pktgen_stop(&app->pktgen, t->mask);
	t->sent_ns = now_ns;
	end_runs(t, app);
}
