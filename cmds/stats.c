/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/accounts.h"
#include "app/app.h"
#include "app/pacing.h"

/* Each form starts with the ports. */
enum { PORTS };
enum { SHOW_JSON = 1, SHOW_QUEUES };
enum { EVERY_KEYWORD = 1, EVERY_TIME, EVERY_COUNT, EVERY_JSON };
enum { LIVE_KEYWORD = 1, LIVE_INTERVAL };
enum { PACING_KEYWORD = 1, PACING_JSON };

#define PORTS_ARG                                             \
	{                                                     \
		ARG_PORTS, .optional = true, .name = "PORTS", \
			   .help = "ports to show"            \
	}
static const struct arg show_args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		   .name = "PORTS", .help = "ports to show"},
	[SHOW_JSON] = ARG_JSON("reply as JSON"),
	[SHOW_QUEUES] = {ARG_FLAG, .optional = true, .name = "queues",
			 .help = "show each queue apart"},
	{ARG_NONE},
};

static const struct arg clear_args[] = {
	[PORTS] = PORTS_ARG,
	{ARG_KEYWORD, .name = "clear", .help = "count from zero"},
	{ARG_NONE},
};

static const struct arg every_args[] = {
	[PORTS] = PORTS_ARG,
	[EVERY_KEYWORD] = {ARG_KEYWORD, .name = "every",
			   .help = "print rates at intervals"},
	[EVERY_TIME] = {ARG_TIME, .name = "TIME", .help = "interval",
			.min = 10000000, .max = 3600ull * 1000000000},
	[EVERY_COUNT] = {ARG_INT, .optional = true, .name = "COUNT",
			 .help = "number of intervals", .min = 1,
			 .max = 1000000000},
	[EVERY_JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg live_args[] = {
	[PORTS] = PORTS_ARG,
	[LIVE_KEYWORD] = {ARG_KEYWORD, .page = true, .name = "live",
			  .help = "open a page that is updated"},
	[LIVE_INTERVAL] = {ARG_TIME, .optional = true, .name = "INTERVAL",
			   .help = "time between updates", .unset = "1s",
			   .min = 100000000, .max = 10ull * 1000000000},
	{ARG_NONE},
};

/* The forms of what is counted besides. */
#define MORE_ARGS(word, text)                                                 \
	{                                                                     \
		[PORTS] = PORTS_ARG,                                          \
		[PACING_KEYWORD] = {ARG_KEYWORD, .name = word, .help = text}, \
		[PACING_JSON] = ARG_JSON("reply as JSON"), {ARG_NONE},        \
	}

static const struct arg balance_args[] = {
	[PORTS] = APP_STREAMS_TO_SHOW,
	[PACING_KEYWORD] = {ARG_KEYWORD, .name = "balance",
			    .help = "show where each frame went"},
	[PACING_JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};
static const struct arg kinds_args[] =
	MORE_ARGS("kinds", "show kinds of frames, received and sent");

static const struct arg pacing_args[] = {
	[PORTS] = PORTS_ARG,
	[PACING_KEYWORD] = {ARG_KEYWORD, .name = "pacing",
			    .help = "show how late frames left and gaps"},
	[PACING_JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static void show_rates(struct reply *r, uint64_t packets, uint64_t bytes,
		       uint64_t span_ns)
{
	reply_milli(r, "rate", stats_rate_milli(packets, span_ns), "pps");
	reply_milli(r, "l1", stats_mbps_l1_milli(packets, bytes, span_ns),
		    "Mbit/s");
}

static void show_fields(struct reply *r, const struct stats *s,
			const char *group)
{
	for (size_t i = 0; i < stats_nb_fields; i++) {
		const struct stats_field *f = &stats_fields[i];

		if (!strcmp(f->group, group))
			reply_u64(r, f->name, stats_get(s, f), f->unit);
	}
}

static bool any(const struct stats *s, const char *group)
{
	for (size_t i = 0; i < stats_nb_fields; i++)
		if (!strcmp(stats_fields[i].group, group) &&
		    stats_get(s, &stats_fields[i]))
			return true;
	return false;
}

/* What a port counts in some modes only: where it has such a mode, or did. */
static void show_group(struct reply *r, const struct stats *s,
		       const char *group, bool is)
{
	if (!is && !any(s, group))
		return;
	reply_map(r, group, REPLY_TABLE);
	show_fields(r, s, group);
	reply_end(r);
}

static void show_port(const struct call *c, const struct stats *s,
		      const struct stats_rate *rate, const struct balance *loss,
		      unsigned mode)
{
	const struct stats *d = &rate->delta;
	struct reply *r = c->reply;

	reply_map(r, "tx", REPLY_TABLE);
	show_fields(r, s, "tx");
	show_rates(r, d->tx_packets, d->tx_bytes, rate->span_ns);
	reply_end(r);
	reply_map(r, "rx", REPLY_TABLE);
	show_fields(r, s, "rx");
	show_rates(r, d->rx_packets, d->rx_bytes, rate->span_ns);
	reply_end(r);
	show_group(r, s, "reflect", c->json || mode & MODE_REFLECT);
	if (OPTION(KV))
		show_group(r, s, "kv", mode & MODE_KV);
	if (OPTION(FORWARD)) {
		show_group(r, s, "forward", mode & MODE_FORWARD);
		show_group(r, s, "impair", mode & MODE_IMPAIR);
	}
	balance_show(c, loss);
}

/* Of one that has, or had, addresses. */
static void show_host(const struct call *c, unsigned port,
		      const struct stats *s)
{
	if (!OPTION(ADDRESSES) || !call_app(c)->pktgen.node[port])
		return;
	reply_map(c->reply, "host", REPLY_TABLE);
	show_fields(c->reply, s, "host");
	reply_end(c->reply);
}

static enum call_result list_streams(struct call *c,
				     void (*row)(struct call *c,
						 struct subject s))
{
	const struct subjects *on = &c->v[PORTS].subjects;
	enum { NEXT };

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls && app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	return app_list_streams(c, NEXT, on, row);
}

static void show_queue(struct call *c, unsigned port, unsigned queue)
{
	struct app_queue n;

	app_queue_counts(call_app(c), port, queue, &n);
	reply_map(c->reply, NULL, REPLY_TABLE);
	reply_u64(c->reply, "port", port, NULL);
	reply_u64(c->reply, "queue", queue, NULL);
	reply_u64(c->reply, "tx_packets", n.tx_packets, NULL);
	reply_u64(c->reply, "tx_bytes", n.tx_bytes, "bytes");
	reply_u64(c->reply, "rx_packets", n.rx_packets, NULL);
	reply_u64(c->reply, "rx_bytes", n.rx_bytes, "bytes");
	reply_end(c->reply);
}

static enum call_result show_queues(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = c->v[PORTS].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "by_queue", REPLY_TABLE);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		for (unsigned q = 0; mask >> i & 1 && q < pg->port[i].nb_queues;
		     q++)
			show_queue(c, i, q);
	reply_end(c->reply);
	return CALL_DONE;
}

static enum call_result run_show(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct app *app = call_app(c);
	struct balance loss;
	struct stats s;

	if (c->v[SHOW_QUEUES].set)
		return show_queues(c);
	if (on->dotted)
		return list_streams(c, app_show_counts);
	if (c->cancelled)
		return CALL_DONE;
	if (c->calls)
		return balance_hint(c, c->v[PORTS].mask);
	app_watch(app, c->now_ns);
	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(c->v[PORTS].mask >> i & 1))
			continue;
		app_stats(app, i, &s);
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_u64(c->reply, "port", i, NULL);
		loss = (struct balance){0};
		if (pktgen_up(&app->pktgen, i))
			balance_of_port(app, i, &loss);
		show_port(c, &s, &app->port[i].rate, &loss,
			  app->pktgen.set[i].mode);
		show_host(c, i, &s);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return balance_hint(c, c->v[PORTS].mask);
}

static enum call_result run_clear(struct call *c)
{
	struct app *app = call_app(c);
	struct clear *cl = (void *)c->state;

	if (!c->calls)
		clear_begin(cl, app, c->v[PORTS].mask, c->now_ns);
	if (c->cancelled) {
		clear_cancel(cl, app, c->now_ns);
		return CALL_DONE;
	}
	c->wake_ns = c->now_ns + CLEAR_POLL_NS;
	return clear_step(cl, app, c->now_ns) ? CALL_DONE : CALL_AGAIN;
}

static enum call_result run_pacing(struct call *c)
{
	const uint64_t mask = c->v[PORTS].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	app_show_ports(c, mask, pacing_show);
	/* A reply does not hold those of all ports. */
	if (mask && !(mask & (mask - 1)))
		pacing_show_histograms(c, (unsigned)__builtin_ctzll(mask));
	return CALL_DONE;
}

static enum call_result run_more(struct call *c)
{
	const uint64_t mask = c->v[PORTS].mask;

	if (c->v[PORTS].subjects.dotted)
		return list_streams(c, accounts_show_stream);
	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	app_show_ports(c, mask,
		       c->form->args == kinds_args ? accounts_show_kinds
						   : accounts_show);
	return CALL_DONE;
}

/* What `stats every` remembers: times, lines, then WORDS of each port. */
enum { START_NS, LAST_NS, LINES, ROWS, FIRST_PORT };
enum { TX_PACKETS, TX_BYTES, RX_PACKETS, RX_BYTES, WORDS };

/* Rows of a screen that its head stands above. */
#define EVERY_ROWS 20

_Static_assert(FIRST_PORT + PKTGEN_MAX_PORTS * WORDS <= CMD_STATE_WORDS,
	       "a call cannot remember the counters of all ports");

static void show_interval(struct call *c, const char *group, uint64_t packets,
			  uint64_t bytes)
{
	uint64_t span_ns = c->now_ns - c->state[LAST_NS];
	const uint64_t milli = stats_rate_milli(packets, span_ns);

	reply_map(c->reply, group, REPLY_TABLE);
	app_show_rate(c, milli);
	reply_milli(c->reply, "l1",
		    stats_mbps_l1_milli(packets, bytes, span_ns), "Mbit/s");
	reply_end(c->reply);
}

static uint64_t time_ms(const struct call *c)
{
	return (c->now_ns - c->state[START_NS]) / 1000000;
}

/* Shows what came since the last line where `show`, and remembers the new. */
static void every_port(struct call *c, unsigned i, bool show)
{
	const struct worker_view *v = pktgen_look(&call_app(c)->pktgen, i);
	uint64_t *last = &c->state[FIRST_PORT + i * WORDS];
	const struct stats *s;

	if (!v)
		return;
	s = &v->stats;
	if (show) {
		reply_map(c->reply, NULL, REPLY_TABLE);
		c->state[ROWS]++;
		if (!c->json)
			reply_milli(c->reply, "time", time_ms(c), "s");
		reply_u64(c->reply, "port", i, NULL);
		if (!c->json || v->mode & (MODE_TX | MODE_RELAYS))
			show_interval(c, "tx", s->tx_packets - last[TX_PACKETS],
				      s->tx_bytes - last[TX_BYTES]);
		if (!c->json || v->mode & MODE_RX)
			show_interval(c, "rx", s->rx_packets - last[RX_PACKETS],
				      s->rx_bytes - last[RX_BYTES]);
		reply_end(c->reply);
	}
	last[TX_PACKETS] = s->tx_packets;
	last[TX_BYTES] = s->tx_bytes;
	last[RX_PACKETS] = s->rx_packets;
	last[RX_BYTES] = s->rx_bytes;
}

/* A person's row has the time; a head comes back before it scrolls off. */
static void begin_interval(struct call *c)
{
	const uint64_t span_ns = c->now_ns - c->state[LAST_NS];
	const bool head = !c->state[ROWS];

	if (c->json) {
		reply_milli(c->reply, "time", time_ms(c), "s");
		reply_milli(c->reply, "span", (span_ns + 500000) / 1000000,
			    "s");
	}
	reply_list(c->reply, "ports", head ? REPLY_TABLE : REPLY_ROWS);
}

static void every_line(struct call *c, bool show)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	if (show)
		begin_interval(c);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (c->v[PORTS].mask >> i & 1)
			every_port(c, i, show);
	if (c->state[ROWS] >= EVERY_ROWS)
		c->state[ROWS] = 0;
	if (show)
		reply_end(c->reply);
	c->state[LAST_NS] = c->now_ns;
}

static enum call_result run_every(struct call *c)
{
	const uint64_t interval_ns = c->v[EVERY_TIME].u;
	uint64_t ticks;

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls) {
		c->state[START_NS] = c->now_ns;
		every_line(c, false);
	} else if (c->now_ns >= c->wake_ns) {
		every_line(c, true);
		c->state[LINES]++;
		if (c->v[EVERY_COUNT].set &&
		    c->state[LINES] >= c->v[EVERY_COUNT].u)
			return CALL_DONE;
	}
	/* Ticks that were missed are not made up, and no line is for next to no
	 * time: half an interval is the least. */
	ticks = (c->now_ns - c->state[START_NS] + interval_ns / 2) /
			interval_ns +
		1;
	c->wake_ns = c->state[START_NS] + ticks * interval_ns;
	return CALL_AGAIN;
}

static enum call_result start_live(struct call *c, struct live *l)
{
	if (c->runner != c->session->person)
		return call_fail(c, E_STATE, LIVE_KEYWORD,
				 "'stats live' needs a terminal; use "
				 "'stats every TIME --json'");
	if (!c->v[PORTS].mask)
		return call_fail(c, E_STATE, LIVE_KEYWORD,
				 "the appliance has no ports");
	live_init(l, call_app(c), c->v[PORTS].mask, c->v[LIVE_INTERVAL].u,
		  c->now_ns);
	session_page_open(c->session, LIVE_KEYS);
	return CALL_AGAIN;
}

/* Draws a row a call, then waits for the interval to end. */
static enum call_result run_live(struct call *c)
{
	struct app *app = call_app(c);
	struct live *l = &app->live;
	struct screen *s = &c->session->page.screen;
	char key;

	if (!c->calls && start_live(c, l) == CALL_FAIL)
		return CALL_FAIL;
	if (c->cancelled || session_page_left(c->session)) {
		clear_cancel(&l->clear, app, c->now_ns);
		session_page_close(c->session);
		return CALL_DONE;
	}
	while ((key = session_page_key_pressed(c->session)) != '\0') {
		live_key(l, app, key, c->now_ns);
		live_restart(l, s->rows, s->columns);
	}
	if (l->clear.on && !clear_step(&l->clear, app, c->now_ns)) {
		c->wake_ns = c->now_ns + CLEAR_POLL_NS;
		return CALL_AGAIN;
	}
	if (!c->calls || c->now_ns >= l->due_ns) {
		if (c->calls && !l->paused)
			live_sample(l, app, c->now_ns);
		l->due_ns = c->now_ns + l->interval_ns;
		if (!c->calls || !l->paused)
			live_restart(l, s->rows, s->columns);
	} else if (l->layout.rows != s->rows ||
		   l->layout.columns != s->columns) {
		live_restart(l, s->rows, s->columns);
	}
	c->wake_ns = live_draw(l, app, s, c->now_ns) ? c->now_ns : l->due_ns;
	return CALL_AGAIN;
}

#define NOTES                                                                \
	"Of streams, such as 0.all, packets and bytes are shown: sent, and " \
	"of streams with 'signature on' received at ports of this "          \
	"appliance. "                                                        \
	"Without COUNT, 'stats every' goes on until Ctrl-C. Pacing "         \
	"counts a burst as its first frame, frames that were received "      \
	"together have no gap between them, and times are rounded up by "    \
	"1/16 at most."

const struct cmd cmd_stats = {
	.name = "stats",
	.group = GROUP_WATCHING,
	.summary = "Show, clear or watch counters and rates",
	.forms =
		(const struct cmd_form[]){
			{show_args, run_show,
			 "show counters since 'stats clear', rates of the last "
			 "second"},
			{clear_args, run_clear,
			 "count from zero; senders pause until their frames "
			 "have arrived"},
			{pacing_args, run_pacing,
			 "show how late frames left, gaps of received ones; of "
			 "one port histograms"},
			{balance_args, run_more,
			 "show where each frame went: held, sent, lost, ours"},
			{kinds_args, run_more,
			 "show frames by kind and size, received and sent, "
			 "see 'classify'"},
			{every_args, run_every,
			 "print pps and layer 1 Mbit/s once per interval"},
#ifdef CONFIG_APPUKPKTGEN_HISTORY
			{history_args, history_run,
			 "plot counters of the last hour or minute, or list "
			 "them as CSV"},
#endif
			{live_args, OPTION(LIVE) ? run_live : NULL,
			 "open a page of all counters with keys: s starts and "
			 "stops, q leaves"},
			{0},
		},
	.notes = OPTION(LIVE) ? NOTES " Keys of 'stats live': s starts and "
				      "stops, c clears, + and - change the "
				      "rate, p holds the figures, q leaves."
			      : NOTES,
	.examples =
		(const char *const[]){"stats", "stats --json", "stats 0.all",
				      "stats 0 clear", "stats 0 pacing",
				      "stats balance", "stats 0.all balance",
				      "stats 1 kinds", "stats every 1s",
				      "stats every 1s 5",
				      OPTION(LIVE) ? "stats live" : NULL, NULL},
	.see = (const char *const[]){"start", "stop", NULL},
};
