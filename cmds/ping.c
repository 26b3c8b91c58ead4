/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "app/addresses.h"
#include "app/app.h"

enum {
	PORTS,
	ADDRESS,
	COUNT,
	COUNT_NUMBER,
	EVERY,
	EVERY_TIME,
	SIZE,
	SIZE_BYTES,
	JSON
};

/* How long the last reply is waited for; how often that is looked at. */
#define WAIT_NS 1000000000ull
#define POLL_NS 1000000ull
/* A person is told of each reply unless they come faster. */
#define EACH_NS 100000000ull
#define HEADS 28 /* of IPv4 and ICMP */
#define HEADS6 48

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "port to ask from"},
	[ADDRESS] = {ARG_TEXT, .name = "ADDRESS", .help = "station to ask"},
	[COUNT] = {ARG_KEYWORD, .optional = true, .name = "count",
		   .help = "set how many are sent"},
	[COUNT_NUMBER] = {ARG_INT, .optional = true, .name = "COUNT",
			  .unit = "frames", .help = "number of echoes",
			  .unset = "5", .min = 1, .max = 1000000000},
	[EVERY] = {ARG_KEYWORD, .optional = true, .name = "every",
		   .help = "set how often"},
	[EVERY_TIME] = {ARG_TIME, .optional = true, .name = "TIME",
			.help = "time from one to the next", .unset = "1s",
			.min = 100000, .max = 3600ull * 1000000000},
	[SIZE] = {ARG_KEYWORD, .optional = true, .name = "size",
		  .help = "set what they carry"},
	[SIZE_BYTES] = {ARG_INT, .optional = true, .name = "SIZE",
			.unit = "bytes", .help = "bytes behind the ICMP header",
			.unset = "56", .min = 0, .max = 8972},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* What the command remembers between its calls. */
struct ping_call {
	struct node *node; /* of the port */
	unsigned port;
	struct node_ping *ping; /* from the heap */
	uint64_t told;          /* replies */
	bool last, summed;      /* the last reply was shown, the sum of all */
};

static void end(struct call *c, struct ping_call *pc)
{
	node_ping_end(pc->node, pc->ping);
	uk_free(call_app(c)->pktgen.heap, pc->ping);
}

/* The first of these ports that has a way to it. */
static bool find_node(struct call *c, struct ping_call *pc,
		      const struct node_ip *to)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	struct node_ip next;

	for (unsigned i = 0; i < pg->nb_ports; i++) {
		if (!(c->v[PORTS].mask >> i & 1) || !pg->node[i] ||
		    !node_route(pg->node[i], to, &next))
			continue;
		pc->node = pg->node[i];
		pc->port = i;
		return true;
	}
	return false;
}

static enum call_result begin(struct call *c, struct ping_call *pc)
{
	struct node_ip to;
	unsigned most;

	if (!addresses_take_ip(c->v[ADDRESS].word, &to))
		return call_fail(c, E_SYNTAX, ADDRESS,
				 "'%s' is no address of a station, such as "
				 "10.0.0.1 or 2001:2::1",
				 c->v[ADDRESS].word);
	if (!find_node(c, pc, &to))
		return call_fail(c, E_STATE, ADDRESS,
				 "no prefix or gateway of a port leads to %s; "
				 "type such as 'address 0 10.0.0.2/24' first",
				 c->v[ADDRESS].word);
	most = pc->node->mtu - (node_is_ipv4(&to) ? HEADS : HEADS6);
	if (c->v[SIZE_BYTES].u > most)
		return call_fail(c, E_RANGE, SIZE_BYTES,
				 "an MTU of %u takes up to %u bytes, not %llu",
				 pc->node->mtu, most,
				 (unsigned long long)c->v[SIZE_BYTES].u);
	pc->ping = uk_calloc(call_app(c)->pktgen.heap, 1, sizeof(*pc->ping));
	if (!pc->ping)
		return app_no_memory(c, ADDRESS);
	pc->ping->to = to;
	pc->ping->count = c->v[COUNT_NUMBER].u;
	pc->ping->every_ns = c->v[EVERY_TIME].u;
	pc->ping->size = (uint16_t)c->v[SIZE_BYTES].u;
	if (node_ping_begin(pc->node, pc->ping, c->now_ns) < 0) {
		uk_free(call_app(c)->pktgen.heap, pc->ping);
		return call_fail(c, E_STATE, ADDRESS,
				 "%u pings of this port are under way; wait "
				 "for one to end",
				 NODE_PINGS_MAX);
	}
	return CALL_AGAIN;
}

static bool is_over(const struct call *c, const struct ping_call *pc)
{
	const struct node_ping *p = pc->ping;

	/* All its addresses may have been taken away. */
	if (!pc->node->nb_own)
		return true;
	return p->sent >= p->count && (p->received >= p->sent || p->silent ||
				       c->now_ns - p->sent_ns >= WAIT_NS);
}

/* A row for each reply of a slow one; of several at once the last. */
static void show_reply(struct call *c, struct ping_call *pc)
{
	const struct node_ping *p = pc->ping;

	if (c->json || p->every_ns < EACH_NS || pc->told == p->received)
		return;
	reply_list(c->reply, "replies", pc->told ? REPLY_ROWS : REPLY_TABLE);
	reply_map(c->reply, NULL, REPLY_TABLE);
	reply_u64(c->reply, "sent", p->sent, NULL);
	reply_u64(c->reply, "received", p->received, NULL);
	reply_u64(c->reply, "rtt", p->last_ns, "ns");
	reply_end(c->reply);
	reply_end(c->reply);
	pc->told = p->received;
}

static void show_sum(struct call *c, const struct node_ping *p)
{
	const uint64_t lost = p->sent - MIN(p->sent, p->received);
	struct reply *r = c->reply;

	reply_u64(r, "sent", p->sent, NULL);
	reply_u64(r, "received", p->received, NULL);
	reply_u64(r, "lost", lost, NULL);
	reply_milli(r, "loss",
		    (balance_share_micro(lost, p->sent) + 999) / 1000, "%");
	reply_u64(r, "duplicate", p->doubled, NULL);
	reply_u64(r, "bad", p->bad, NULL);
	if (!p->received)
		return;
	reply_u64(r, "min", p->min_ns, "ns");
	reply_u64(r, "mean", p->sum_ns / p->received, "ns");
	reply_u64(r, "max", p->max_ns, "ns");
}

static enum call_result run(struct call *c)
{
	struct ping_call *pc = (void *)c->state;
	enum call_result result;
	char text[48];

	if (!c->calls && !c->cancelled)
		return begin(c, pc);
	if (!pc->ping)
		return CALL_DONE;
	if (c->cancelled) {
		end(c, pc);
		return CALL_DONE;
	}
	c->wake_ns = c->now_ns + POLL_NS;
	if (!is_over(c, pc)) {
		show_reply(c, pc);
		return CALL_AGAIN;
	}
	if (!pc->last) {
		show_reply(c, pc);
		pc->last = true;
		if (!reply_empty(c->reply)) {
			c->wake_ns = c->now_ns;
			return CALL_AGAIN;
		}
	}
	if (!pc->summed && (pc->ping->received || c->json)) {
		show_sum(c, pc->ping);
		pc->summed = true;
		c->wake_ns = c->now_ns;
		if (!pc->ping->received)
			return CALL_AGAIN;
	}
	result = CALL_DONE;
	addresses_print_ip(&pc->ping->to, text, sizeof(text));
	if (!pc->ping->received)
		result = call_fail(c, E_TIMEOUT, ADDRESS,
				   "%s answered none of %llu%s", text,
				   (unsigned long long)pc->ping->sent,
				   app_link_is_down(call_app(c), pc->port)
					   ? "; the link is down"
					   : "");
	end(c, pc);
	return result;
}

const struct cmd cmd_ping = {
	.name = "ping",
	.group = GROUP_WATCHING,
	.summary = "Ask a station for an echo",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Sends ICMP or ICMPv6 echoes from an address of the port, by "
		 "its gateway where that is the way, and says how long the "
		 "replies took. It fails where there was none. A reply whose "
		 "bytes are not those that were sent is bad.",
	.examples =
		(const char *const[]){"ping 10.0.0.1",
				      "ping 0 10.0.0.1 count 1000 every 1ms",
				      "ping 2001:2::1 size 1400", NULL},
	.see = (const char *const[]){"address", "neighbour", NULL},
};
