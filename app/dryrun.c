/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/dryrun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/outlook.h"
#include "app/timing.h"
#include "pktgen/pktgen_runs.h"

enum { NEXT, STREAMS_DONE, ASKED };

#define NOTE_MAX 96

/* ---- What does not fit --------------------------------------------------- */

static uint64_t link_milli(const struct stream *s)
{
	return s->linkspeed_bps / 1000;
}

/* Which other one of those that start it waits for; -1: none. */
static int waits_for(const struct pktgen *pg, const struct subjects *on,
		     struct subject s)
{
	const struct stream_plan *plan =
		&pktgen_stream_use(pg, s.port, s.stream)->plan;

	s.stream = plan->after;
	return plan->follows && subjects_has(on, s) ? (int)s.stream : -1;
}

/* Whether that one never ends its run. */
static bool in_vain(const struct pktgen *pg, unsigned port, int after,
		    const struct flow_limit *limit)
{
	return after >= 0 && !outlook_ends(pg->set[port].stream[after], limit);
}

static void print_note(struct app *app, const struct subjects *on,
		       struct subject s, const struct flow_limit *limit,
		       const struct outlook *o, char *note)
{
	struct pktgen *pg = &app->pktgen;
	const struct stream *is = pktgen_stream(pg, s.port, s.stream);
	const struct stream_use *use = pktgen_stream_use(pg, s.port, s.stream);
	struct pktgen_stream_view v;
	struct pktgen_fault fault;
	int rc = pktgen_try_stream(pg, s.port, s.stream, is, &fault);
	const char *why = "ok", *waits_why = NULL;

	pktgen_drop_stream(pg, s.port, s.stream);
	pktgen_look_stream(pg, s.port, s.stream, &v);
	if (rc == -ENOMEM)
		why = "not enough memory";
	else if (rc == -ENOENT || rc == -EBADMSG)
		why = "its capture cannot be played";
	else if (rc < 0)
		why = "the rate is out of range";
	else if (!pktgen_is_meant(pg, on, s) && use->disabled)
		why = "disabled";
	else if (!pktgen_is_meant(pg, on, s))
		waits_why = "does not start";
	else if (in_vain(pg, s.port, waits_for(pg, on, s), limit))
		waits_why = "has no limit";
	else if (o->peak_l1_milli > link_milli(is))
		why = "faster than the link";
	if (rc == -EMSGSIZE)
		snprintf(note, NOTE_MAX, "size %u is not within %u..%u",
			 fault.size, fault.min, fault.max);
	else if (!rc && v.state != FLOW_IDLE)
		snprintf(note, NOTE_MAX, "already %s",
			 app_stream_state(app, s));
	else if (waits_why)
		snprintf(note, NOTE_MAX, "waits for %u.%u, which %s", s.port,
			 use->plan.after, waits_why);
	else
		strcpy(note, why);
}

/* ---- Shown --------------------------------------------------------------- */

/* What dryrun_show() was called with, while it lists. */
struct asked {
	const struct subjects *on;
	const struct flow_limit *limit;
};

static void row(struct call *c, struct subject s)
{
	struct app *app = call_app(c);
	const struct asked *asked = (void *)(uintptr_t)c->state[ASKED];
	char begins[TIMING_REST_MAX], note[NOTE_MAX];
	struct pktgen_stream_view v;
	struct reply *r = c->reply;
	struct config is;
	struct outlook o;

	config_get(app, s, &is);
	outlook_look(&app->pktgen, s, asked->limit, &o);
	/* It follows nobody who neither starts nor runs. */
	pktgen_look_stream(&app->pktgen, s.port, is.use.plan.after, &v);
	if (waits_for(&app->pktgen, asked->on, s) < 0 && v.state == FLOW_IDLE)
		is.use.plan.follows = 0;
	if (!timing_text(&is, s, TIMING_AFTER, begins))
		snprintf(begins, sizeof(begins), "at once");
	print_note(app, asked->on, s, asked->limit, &o, note);
	reply_text(r, "begins", begins);
	if (o.frames)
		reply_u64(r, "frames", o.frames, NULL);
	else
		reply_none(r, "frames", NULL);
	if (o.time_ns)
		reply_milli(r, "time", (o.time_ns + 500000) / 1000000, "s");
	else
		reply_none(r, "time", "s");
	reply_milli(r, "mean_size", o.size_milli, "bytes");
	reply_milli(r, "rate", o.pps_milli, "pps");
	reply_milli(r, "peak", o.peak_milli, "pps");
	reply_milli(r, "l2", o.l2_milli, "Mbit/s");
	reply_milli(r, "l1", o.l1_milli, "Mbit/s");
	reply_text(r, "note", note);
}

/* While the sum of a port is made: of each stream by number... */
struct load {
	uint64_t behind;  /* ...the sum of those that follow it */
	uint32_t waiting; /* and how many of them are not in it yet */
	bool todo;        /* it starts, and is not in the sum yet */
};

/* A stream with all that follows it: these begin when its run is over. */
static uint64_t load_of(const struct pktgen *pg, struct subject s,
			const struct flow_limit *limit, uint64_t behind)
{
	struct outlook o;

	if (!outlook_is_paced(pg->set[s.port].stream[s.stream]))
		return behind;
	outlook_look(pg, s, limit, &o);
	return MAX(behind, o.peak_l1_milli);
}

/* Adds it to the one that it follows, and that one if it was the last. */
static uint64_t add_up(const struct pktgen *pg, const struct subjects *on,
		       struct subject s, const struct flow_limit *limit,
		       struct load load[])
{
	for (;;) {
		struct load *l = &load[s.stream];
		const uint64_t sum = load_of(pg, s, limit, l->behind);
		const int after = waits_for(pg, on, s);

		l->todo = false;
		if (after < 0)
			return sum;
		l = &load[after];
		if (!in_vain(pg, s.port, after, limit))
			l->behind += sum;
		if (--l->waiting)
			return 0;
		s.stream = (unsigned)after;
	}
}

/* The most that all send side by side; false for lack of memory. */
static bool most_of(const struct pktgen *pg, const struct subjects *on,
		    unsigned port, const struct flow_limit *limit,
		    uint64_t *sum, uint64_t *n)
{
	struct uk_alloc *const a = uk_alloc_get_default();
	struct subject s = {port, 0};
	struct load *load =
		uk_calloc(a, pg->set[port].end_streams, sizeof(*load));

	int after;

	if (!load)
		return false;
	for (*sum = *n = 0; pktgen_next_of(pg, on, &s) && s.port == port;
	     s.stream++) {
		load[s.stream].todo = pktgen_is_meant(pg, on, s);
		*n += load[s.stream].todo;
		after = waits_for(pg, on, s);
		if (load[s.stream].todo && after >= 0)
			load[after].waiting++;
	}
	s = (struct subject){port, pg->set[port].end_streams};
	while (s.stream-- > 0)
		if (load[s.stream].todo && !load[s.stream].waiting)
			*sum += add_up(pg, on, s, limit, load);
	uk_free(a, load);
	return true;
}

static bool port_row(struct call *c, const struct asked *asked, unsigned port)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t link = link_milli(pktgen_stream(pg, port, 0));
	uint64_t sum, n;

	if (!most_of(pg, asked->on, port, asked->limit, &sum, &n))
		return false;
	reply_map(c->reply, NULL, REPLY_TABLE);
	reply_id(c->reply, "port", port);
	reply_u64(c->reply, "starts", n, NULL);
	reply_milli(c->reply, "l1", sum, "Mbit/s");
	reply_milli(c->reply, "link", link, "Mbit/s");
	reply_text(c->reply, "note",
		   sum > link ? "streams together are faster than the link"
			      : "ok");
	reply_end(c->reply);
	return true;
}

enum call_result dryrun_show(struct call *c, const struct subjects *on,
			     const struct flow_limit *limit)
{
	const struct app *app = call_app(c);
	const struct asked asked = {on, limit};

	c->state[ASKED] = (uint64_t)(uintptr_t)&asked;
	if (!c->state[STREAMS_DONE]) {
		c->state[STREAMS_DONE] =
			app_list_streams(c, NEXT, on, row) == CALL_DONE;
		c->wake_ns = c->now_ns;
		return CALL_AGAIN;
	}
	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (on->ports >> i & 1 && !port_row(c, &asked, i))
			return call_fail(c, E_NOMEM, -1,
					 "out of memory for the sums");
	reply_end(c->reply);
	return CALL_DONE;
}
