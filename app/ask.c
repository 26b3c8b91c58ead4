/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/ask_impl.h"
#include "app/gateways.h"
#include "app/result_show.h"
#include "shell/arg.h"

#define S ASK_SECOND
#define PPB_OF_MICRO 1000

/* ---- What is asked for -------------------------------------------------- */

const struct value *ask_value(const struct call *c, const char *word)
{
	const struct arg *a = c->form->args;

	for (unsigned i = 0; a[i].type != ARG_NONE; i++)
		if (a[i].name && !strcmp(a[i].name, word))
			return a[i].type == ARG_KEYWORD ? &c->v[i + 1]
							: &c->v[i];
	return NULL;
}

/* Its place among the arguments, or -1. */
static int place(const struct call *c, const char *word)
{
	const struct value *v = ask_value(c, word);

	return v ? (int)(v - c->v) : -1;
}

enum call_result ask_check_words(struct call *c, const char *const *word)
{
	const struct value *test = ask_value(c, "TEST");

	for (; *word; word++) {
		const int at = place(c, *word);
		const bool is_flag = c->form->args[at].type == ARG_FLAG;

		if (c->v[at].set)
			return call_fail(
				c, E_SURPLUS, is_flag ? at : at - 1,
				"'%s%s' sets nothing of '%s %s'; "
				"leave it out",
				is_flag ? "--" : "", *word, c->cmd->name,
				c->form->args[test - c->v].words[test->u].name);
	}
	return CALL_DONE;
}

/* One of a list, up to a comma; NULL: it is no size. */
static const char *take_size(const char *word, struct sizes *s)
{
	static const struct sizes_range range = {STREAM_SIZE_MIN,
						 STREAM_SIZE_MAX};
	const char *end = strchr(word, ','), *fault;
	char one[32], why[SIZES_WHY_MAX];
	const size_t len = end ? (size_t)(end - word) : strlen(word);

	if (len >= sizeof(one))
		return NULL;
	memcpy(one, word, len);
	one[len] = '\0';
	if (value_sizes(one, &range, s, &fault, why))
		return NULL;
	return end ? end + 1 : word + len;
}

static unsigned take_sizes(const char *word, struct sizes *to)
{
	unsigned n = 0;

	do {
		struct sizes s = {0};

		word = take_size(word, &s);
		if (!word || n == EXPERIMENT_SIZES)
			return 0;
		for (unsigned i = 0; i < n; i++)
			if (value_sizes_equal(&to[i], &s))
				return 0;
		to[n++] = s;
	} while (*word);
	return n;
}

bool ask_is_sizes(const char *word)
{
	struct sizes size[EXPERIMENT_SIZES];

	return take_sizes(word, size);
}

/* Of those named, or of all, the ports that send; 0: the call failed. */
static uint64_t senders(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t mask = c->v[0].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return 0;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && !(pg->set[i].mode & MODE_TX))
			mask &= ~(1ull << i);
	if (!mask)
		call_fail(c, E_STATE, 0,
			  "none of these ports sends; see 'mode'");
	return mask;
}

/* What is sent has to come back to this appliance; `bench` only sends. */
static enum call_result check_receives(struct call *c,
				       const struct experiment_plan *p)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	unsigned to = 0;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pg->set[i].mode & MODE_RX)
			return CALL_DONE;
	if (p->course == &course_bench)
		return CALL_DONE;
	while (to < pg->nb_ports && p->mask >> to & 1)
		to++;
	return to < pg->nb_ports
		       ? call_fail(c, E_STATE, 0,
				   "no port receives; type 'mode %u rx'", to)
		       : call_fail(c, E_STATE, 0,
				   "no port receives; type 'mode txrx'");
}

static enum call_result check_port(struct call *c, unsigned port)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	if (pktgen_active(pg) >> port & 1)
		return app_fail_active(c, 0, port);
	return app_check_unmeasured(c, 0, 1ull << port);
}

enum call_result ask_check_ports(struct call *c, uint64_t mask)
{
	const struct experiment *e = call_app(c)->experiment;

	if (e && e->state == EXPERIMENT_RUNS)
		return call_fail(
			c, E_STATE, -1, "another %s runs; type '%s stop'",
			e->plan.course->experiment, e->plan.course->experiment);
	FOR_EACH_SENDER(i, mask)
		if (check_port(c, i) != CALL_DONE)
			return CALL_FAIL;
	return CALL_DONE;
}

void ask_write_command(const struct call *c, uint64_t mask, char *to,
		       size_t size)
{
	const struct arg *a = c->form->args;
	struct subjects on = subjects_of(mask);
	char word[ARG_PRINT_MAX];
	size_t at;

	subjects_print(&on, word, sizeof(word));
	at = (size_t)snprintf(to, size, "%s %s", c->cmd->name, word);
	for (unsigned i = 1; a[i].type != ARG_NONE; i++) {
		const struct arg *is = &a[i];

		if (!c->v[i].set || !strcmp(is->name, "plan") ||
		    !strcmp(is->name, "json"))
			continue;
		for (unsigned k = i; k < CMD_ARGS_MAX && c->v[k].set; k++) {
			if (is->type == ARG_KEYWORD || is->type == ARG_FLAG)
				snprintf(word, sizeof(word), "%s", is->name);
			else if (is->type == ARG_TEXT)
				snprintf(word, sizeof(word), "%s",
					 c->v[k].word);
			else
				arg_print(is, &c->v[k], word, sizeof(word));
			if (at < size)
				at += (size_t)snprintf(
					to + at, size - at, " %s%s",
					is->type == ARG_FLAG ? "--" : "", word);
			if (!is->repeated)
				break;
		}
	}
}

static uint64_t number(const struct call *c, const char *word)
{
	const struct value *v = ask_value(c, word);

	return v ? v->u : 0;
}

static bool flag(const struct call *c, const char *word)
{
	const struct value *v = ask_value(c, word);

	return v && v->set;
}

enum call_result ask_plan(struct call *c, const struct course *course,
			  struct experiment_plan *p)
{
	const struct value *sizes = ask_value(c, "sizes");
	const struct value *to = ask_value(c, "to");
	const struct value *from = ask_value(c, "from");

	memset(p, 0, sizeof(*p));
	p->course = course;
	p->mask = senders(c);
	if (!p->mask || check_receives(c, p) != CALL_DONE ||
	    ask_check_ports(c, p->mask) != CALL_DONE)
		return CALL_FAIL;
	if (sizes && sizes->word)
		p->nb_sizes = take_sizes(sizes->word, p->size);
	p->to = (struct rate){RATE_PERCENT, 100000000};
	if (to && to->set)
		p->to = to->rate;
	if (from && from->set)
		p->from = from->rate;
	p->trial_ns = number(c, "trial");
	p->warm_ns = number(c, "warmup");
	p->settle_ns = number(c, "settle");
	if (!p->settle_ns)
		p->settle_ns = 20000000;
	p->step_ppb = (uint32_t)number(c, "step") * PPB_OF_MICRO;
	p->learn = number(c, "learn");
	p->repeat = (unsigned)number(c, "repeat");
	p->bisect = flag(c, "bisect");
	ask_write_command(c, p->mask, p->command, sizeof(p->command));
	return CALL_DONE;
}

/* ---- Begun -------------------------------------------------------------- */

static enum call_result refuse(struct call *c, enum shell_err err,
			       const struct experiment_plan *p)
{
	struct experiment_cost cost;

	if (err == E_NOMEM)
		return app_no_memory(c, -1);
	/* Where it cannot even be foreseen its rates are at fault. */
	if (experiment_foresee(call_app(c), p, &cost, NULL) == E_OK)
		return call_fail(c, E_RANGE, place(c, "sizes"),
				 "these frames have no room for a signature, "
				 "or a port cannot send them; see 'size'");
	if (p->from.micro)
		return call_fail(c, E_RANGE, place(c, "from"),
				 "the smallest rate is above the largest");
	return call_fail(c, E_RANGE, place(c, "to"),
			 "a search needs a largest rate; type 'to 1mpps'");
}

static enum call_result tell_plan(struct call *c,
				  const struct experiment_plan *p)
{
	struct experiment_cost cost[EXPERIMENT_SIZES], all;
	const enum shell_err err =
		experiment_foresee(call_app(c), p, &all, cost);
	struct reply *r = c->reply;

	if (err)
		return refuse(c, err, p);
	reply_text(r, "command", p->command);
	if (p->nb_sizes)
		reply_list(r, "plan", REPLY_TABLE);
	for (unsigned i = 0; i < p->nb_sizes; i++) {
		reply_map(r, NULL, REPLY_TABLE);
		result_size(r, p, i);
		reply_u64(r, "expected", cost[i].trials, NULL);
		reply_milli(r, "time", cost[i].ns / 1000000, "s");
		reply_end(r);
	}
	if (p->nb_sizes)
		reply_end(r);
	reply_u64(r, "expected", all.trials, NULL);
	reply_milli(r, "time", all.ns / 1000000, "s");
	return CALL_DONE;
}

static void tell_begin(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;
	const unsigned long long ms = e->cost.ns / 1000000;

	session_event(&call_app(c)->session, c->now_ns,
		      "%s begins trials=%llu time=%llu.%03llus",
		      e->plan.course->experiment,
		      (unsigned long long)e->cost.trials, ms / 1000, ms % 1000);
}

static enum call_result begin(struct call *c, const struct experiment_plan *p)
{
	const enum shell_err err = experiment_begin(call_app(c), p, c->now_ns);

	if (err)
		return refuse(c, err, p);
	tell_begin(c);
	return CALL_DONE;
}

enum call_result ask_run(struct call *c,
			 enum call_result (*plan)(struct call *c,
						  struct experiment_plan *p))
{
	struct experiment_plan p;
	struct subjects on;
	enum call_result to;

	if (c->cancelled)
		return c->state[BEGUN] ? ask_leave(c) : CALL_DONE;
	if (c->state[BEGUN])
		return ask_wait(c);
	if (plan(c, &p) != CALL_DONE)
		return CALL_FAIL;
	if (flag(c, "plan"))
		return tell_plan(c, &p);
	on = subjects_of(p.mask);
	to = OPTION(ADDRESSES) ? gateways_await(c, &on, &c->state[SINCE])
			       : CALL_DONE;
	if (to != CALL_DONE)
		return to;
	if (begin(c, &p) != CALL_DONE)
		return CALL_FAIL;
	c->state[BEGUN] = 1;
	return ask_wait(c);
}
