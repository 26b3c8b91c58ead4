/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/dryrun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/outlook.h"
#include "app/timing.h"

enum { NEXT, STREAMS_DONE, ASKED };

#define NOTE_MAX 96

/* ---- What does not fit --------------------------------------------------- */

static uint64_t link_milli(const struct stream *s)
{
	return s->linkspeed_bps / 1000;
}

/* Whether it waits for another of those that start. */
static bool waits(const struct pktgen *pg, const struct subjects *on,
		  struct subject s)
{
	const struct stream_plan *plan =
		&pktgen_stream_use(pg, s.port, s.stream)->plan;

	s.stream = plan->after;
	return plan->follows && subjects_has(on, s) &&
	       pktgen_is_meant(pg, on, s);
}

/* It follows another that neither starts nor runs. */
static bool follows_nobody(const struct pktgen *pg, const struct subjects *on,
			   struct subject s)
{
	const struct stream_plan *plan =
		&pktgen_stream_use(pg, s.port, s.stream)->plan;
	struct pktgen_stream_view v;

	if (!plan->follows || !pktgen_is_meant(pg, on, s) || waits(pg, on, s))
		return false;
	pktgen_look_stream(pg, s.port, plan->after, &v);
	return v.state == FLOW_IDLE;
}

/* Whether that other one never ends its run. */
static bool waits_in_vain(const struct pktgen *pg, const struct subjects *on,
			  struct subject s, const struct flow_limit *limit)
{
	const unsigned after =
		pktgen_stream_use(pg, s.port, s.stream)->plan.after;

	return waits(pg, on, s) &&
	       !outlook_ends(pg->set[s.port].stream[after], limit);
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
	else if (waits_in_vain(pg, on, s, limit))
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
	struct reply *r = c->reply;
	struct config is;
	struct outlook o;

	config_get(app, s, &is);
	outlook_look(&app->pktgen, s, asked->limit, &o);
	if (follows_nobody(&app->pktgen, asked->on, s) ||
	    !timing_text(&is, s, TIMING_AFTER, begins))
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
	bool done;
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
		uint64_t sum = load_of(pg, s, limit, l->behind);

		l->done = true;
		if (!waits(pg, on, s))
			return sum;
		if (waits_in_vain(pg, on, s, limit))
			sum = 0;
		s.stream = pktgen_stream_use(pg, s.port, s.stream)->plan.after;
		l = &load[s.stream];
		l->behind += sum;
		if (--l->waiting)
			return 0;
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

	if (!load)
		return false;
	for (*sum = *n = 0; pktgen_next_of(pg, on, &s) && s.port == port;
	     s.stream++) {
		if (!pktgen_is_meant(pg, on, s))
			continue;
		++*n;
		if (waits(pg, on, s))
			load[pktgen_stream_use(pg, port, s.stream)->plan.after]
				.waiting++;
	}
	for (s = (struct subject){port, 0};
	     pktgen_next_of(pg, on, &s) && s.port == port; s.stream++)
		if (pktgen_is_meant(pg, on, s) && !load[s.stream].waiting &&
		    !load[s.stream].done)
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
