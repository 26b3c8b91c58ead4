/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/client.h"

#include <signal.h>
#include <string.h>

#include "client/clock.h"

#define CTRL_C 0x03
#define OWN_MS 1000 /* the longest wait for what the client itself asked */

/* Who knows whom. */
static void join(struct client *c)
{
	c->requests.link = c->conn.link = &c->link;
	c->requests.ui = c->color.ui = c->conn.ui = &c->ui;
	c->lease.requests = c->color.requests = &c->requests;
	c->lease.program = c->ui.batch ? &c->in : NULL;
	c->conn.requests = &c->requests;
	c->conn.lease = &c->lease;
	c->conn.color = &c->color;
	c->keep.requests = &c->requests;
	c->keep.ui = &c->ui;
	c->hear.conn = &c->conn;
	c->hear.keep = &c->keep;
	c->link.take = hear_bytes;
	c->link.take_arg = &c->hear;
	c->link.end = conn_hung_up;
	c->link.end_arg = &c->conn;
}

void client_init(struct client *c, bool batch)
{
	const struct loop_part parts[] = {
		{signals_wait, signals_act, &c->signals},
		{link_wait, link_act, &c->link},
		{input_wait, input_act, &c->in},
		{conn_wait, conn_act, &c->conn},
		{lease_wait, lease_act, &c->lease},
		{channel_wait, channel_act, &c->channel},
		{keep_wait, keep_act, &c->keep},
		{ui_wait, ui_act, &c->ui},
	};

	ui_init(&c->ui, batch, c->link.hold.program);
	join(c);
	channel_init(&c->channel);
	keep_init(&c->keep);
	signals_open(&c->signals);
	if (!batch)
		signal(SIGPIPE, SIG_IGN); /* of a pager that has gone */
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		loop_add(&c->loop, parts[i]);
}

/* Whether a request waits, and none but those of the client itself. */
static bool own_wait(const struct client *c)
{
	for (unsigned i = 0; i < c->requests.count; i++) {
		const struct request *r = c->requests.pending[i];

		if (r != &c->keep.request && r != &c->lease.request &&
		    r != &c->requests.marks && r != &c->color.request)
			return false;
	}
	return c->requests.count;
}

/* They are answered before it goes: who is next on the line would read that. */
static void await_own(struct client *c)
{
	const uint64_t until_ms = now_ms() + OWN_MS;

	c->in.wanted = false;
	while (own_wait(c) && !c->signals.ended_by && now_ms() < until_ms)
		if (!loop_turn(&c->loop, ms_until(until_ms)))
			break;
}

void client_end(struct client *c)
{
	await_own(c);
	keep_end(&c->keep);
	request_forget(&c->requests, &c->keep.request);
	request_forget(&c->requests, &c->lease.request);
	request_forget(&c->requests, &c->requests.marks);
	request_forget(&c->requests, &c->color.request);
	if (c->requests.count || c->signals.ended_by || c->signals.stopped)
		requests_cancel(&c->requests);
	channel_close(&c->channel, NULL);
	link_free(&c->link);
	ui_end(&c->ui);
}

bool client_pump(struct client *c, int timeout_ms, bool keys)
{
	c->in.wanted = keys;
	return loop_turn(&c->loop, timeout_ms) && !c->signals.ended_by;
}

bool client_interrupted(struct client *c)
{
	char *at = NULL;

	if (c->signals.interrupted) {
		c->signals.interrupted = false;
		c->interrupts++;
		c->signals.stopped = c->ui.batch; /* a program's: once */
		return true;
	}
	if (!c->ui.batch)
		at = memrchr(c->in.buf, CTRL_C, c->in.len);
	if (!at)
		return false;
	input_take(&c->in, (size_t)(at - c->in.buf) + 1);
	c->interrupts++;
	return true;
}
