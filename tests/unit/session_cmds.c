/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of session_world.h. */
#include "session_cmds.h"

#include <stdio.h>

#include "session_world.h"

#define LONG_LINES 60

static enum call_result again(struct call *c, uint64_t times, uint64_t ns)
{
	world.runs++;
	world.cancelled += c->cancelled;
	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls)
		c->wake_ns = c->now_ns;
	assert_true(c->now_ns >= c->wake_ns);
	c->wake_ns += ns;
	reply_u64(c->reply, "chunk", c->calls, NULL);
	return c->calls + 1 < times ? CALL_AGAIN : CALL_DONE;
}

static enum call_result run_again(struct call *c)
{
	return again(c, c->v[0].u, 0);
}

static enum call_result run_every(struct call *c)
{
	return again(c, c->v[1].u, c->v[0].u);
}

static enum call_result run_fail(struct call *c)
{
	world.runs++;
	reply_text(c->reply, "never", "shown");
	return call_fail(c, E_DEVICE, -1, "it failed");
}

static enum call_result run_huge(struct call *c)
{
	world.runs++;
	for (int i = 0; i < 10000; i++)
		reply_text(c->reply, "key", "all of this is too long");
	return CALL_DONE;
}

static enum call_result run_late(struct call *c)
{
	world.runs++;
	if (c->calls)
		return call_fail(c, E_STATE, -1, "too late");
	reply_text(c->reply, "late", "soon");
	return CALL_AGAIN;
}

static enum call_result run_long(struct call *c)
{
	world.runs++;
	world.cancelled += c->cancelled;
	reply_list(c->reply, "lines", REPLY_TABLE);
	for (unsigned i = 0; i < LONG_LINES; i++)
		reply_textf(c->reply, NULL, "%u.%u %060u", c->calls, i, i);
	reply_end(c->reply);
	return c->calls + 1 < c->v[0].u ? CALL_AGAIN : CALL_DONE;
}

static enum call_result run_nop(struct call *c)
{
	(void)c;
	world.runs++;
	return CALL_DONE;
}

static enum call_result run_say(struct call *c)
{
	world.runs++;
	reply_text(c->reply, "said", c->v[0].text);
	return CALL_DONE;
}

/* A row that counts the calls, the size below it, at the right edge a mark. */
static enum call_result run_page(struct call *c)
{
	struct screen *s = &c->session->page.screen;
	char text[40];
	int n;

	world.runs++;
	world.cancelled += c->cancelled;
	if (!c->calls)
		s = session_page_open(c->session, "");
	if (c->cancelled || session_page_left(c->session)) {
		/* The session does what a command forgets. */
		if (world.runs % 2)
			session_page_close(c->session);
		return CALL_DONE;
	}
	n = snprintf(text, sizeof(text), "call %u", c->calls);
	screen_put(s, 0, 0, ATTR_BOLD, text, (unsigned)n);
	n = snprintf(text, sizeof(text), "%u x %u", s->columns, s->rows);
	screen_put(s, 1, 0, ATTR_PLAIN, text, (unsigned)n);
	screen_put(s, s->rows - 1, s->columns - 1, ATTR_RED, "X", 1);
	c->wake_ns = c->now_ns + c->v[0].u;
	return CALL_AGAIN;
}

static enum call_result run_size(struct call *c)
{
	world.runs++;
	world.last_size = c->v[1].u;
	return CALL_DONE;
}

static enum call_result run_quiet(struct call *c)
{
	world.runs++;
	world.cancelled += c->cancelled;
	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls)
		c->state[0] = c->now_ns + c->v[0].u;
	c->wake_ns = c->state[0];
	return c->now_ns < c->wake_ns ? CALL_AGAIN : CALL_DONE;
}

static enum call_result run_wait(struct call *c)
{
	enum call_result result = run_quiet(c);

	if (result == CALL_DONE)
		reply_bool(c->reply, "waited", true);
	return result;
}

static const struct arg none[] = {{ARG_NONE}};
static const struct arg json[] = {
	{ARG_FLAG, .optional = true, .name = "json", .help = ""},
	{ARG_NONE},
};
static const struct arg number[] = {
	{ARG_INT, .name = "N", .help = "", .min = 1, .max = 1000000},
	{ARG_FLAG, .optional = true, .name = "json", .help = ""},
	{ARG_NONE},
};
static const struct arg time_only[] = {
	{ARG_TIME, .name = "TIME", .help = ""},
	{ARG_NONE},
};
static const struct arg time_number[] = {
	{ARG_TIME, .name = "TIME", .help = ""},
	{ARG_INT, .name = "N", .help = "", .min = 1, .max = 1000000},
	{ARG_NONE},
};
static const struct arg name[] = {
	{ARG_NAME, .name = "NAME", .help = "a name"},
	{ARG_FLAG, .optional = true, .name = "json", .help = ""},
	{ARG_NONE},
};
static const struct arg size[] = {
	{ARG_PORTS, .optional = true, .name = "PORTS", .help = ""},
	{ARG_INT, .name = "SIZE", .help = "", .unit = "bytes", .min = 64,
	 .max = 9018},
	{ARG_NONE},
};

#define FORM(args, run) ((const struct cmd_form[]){{args, run, ""}, {0}})

static const struct cmd cmds[] = {
	{.name = "again", .forms = FORM(number, run_again)},
	{.name = "every", .forms = FORM(time_number, run_every)},
	{.name = "fail", .forms = FORM(none, run_fail)},
	{.name = "huge", .forms = FORM(none, run_huge)},
	{.name = "late", .forms = FORM(none, run_late)},
	{.name = "long", .forms = FORM(number, run_long)},
	{.name = "nop", .forms = FORM(json, run_nop)},
	{.name = "page", .forms = FORM(time_only, run_page)},
	{.name = "quiet", .forms = FORM(time_only, run_quiet)},
	{.name = "say", .forms = FORM(name, run_say)},
	{.name = "size", .forms = FORM(size, run_size)},
	{.name = "wait", .forms = FORM(time_only, run_wait)},
};

const struct cmd *const session_cmds[] = {
	&cmds[0], &cmds[1], &cmds[2], &cmds[3],  &cmds[4],  &cmds[5], &cmds[6],
	&cmds[7], &cmds[8], &cmds[9], &cmds[10], &cmds[11], NULL,
};
