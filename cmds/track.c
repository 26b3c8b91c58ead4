/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/loss.h"
#include "app/traffic.h"

enum { PORTS, FIELD };
/* What a call remembers: whose values come next, and the one before. */
enum { PORT, VALUE, GOES_ON, TIMES, BINS };

/* Rows of a call: a reply has room for them, and so has a person's screen. */
#define ROWS 16

#define OFF "off"

static bool names(void *app, unsigned i, struct arg_name *name)
{
	static const char *const all[] = {
		OFF,          "size",     "vlan.id",  "vlan.prio", "ipv4.dscp",
		"ipv4.ttl",   "ipv4.src", "ipv4.dst", "ipv6.dscp", "ipv6.flow",
		"mpls.label", "udp.src",  "udp.dst",  "tcp.src",   "tcp.dst",
		"eth.src",    "eth.dst",  "eth.type",
	};
	struct find f;
	(void)app;

	if (i >= ARRAY_SIZE(all))
		return false;
	snprintf(name->text, sizeof(name->text), "%s", all[i]);
	name->help = i ? "frame size, FCS included" : "count by nothing";
	if (!find_take(&f, all[i]) && f.kind == FIND_FIELD)
		name->help = f.proto->field[f.field].help;
	return true;
}

/* A field, or bits at an offset: no ports. */
static bool is_field(const char *word)
{
	return traffic_is_name(word) || strchr(word, ':');
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .sets = true, .optional = true, .name = "PORTS",
		   .help = "ports that receive"},
	[FIELD] = {ARG_TEXT, .name = "FIELD", .names = names, .fits = is_field,
		   .help = "field of a header, BYTE:BITS, size, or off"},
	{ARG_NONE},
};

/* ---- Set ----------------------------------------------------------------- */

/* "ipv4 has dscp, src" of what a header has. */
static enum call_result no_field(struct call *c, const struct find *f)
{
	char list[160] = "";
	size_t used = 0;

	if (!f->proto)
		return call_fail(c, E_SYNTAX, FIELD,
				 "no header has a field '%.40s'; type one such "
				 "as vlan.id, ipv4.dscp or 14:12",
				 c->v[FIELD].word);
	for (unsigned i = 0; f->proto->field[i].name && used < 130; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%s", i ? ", " : "",
					 f->proto->field[i].name);
	return call_fail(c, E_SYNTAX, FIELD, "no field '%.40s'; %s has %s",
			 c->v[FIELD].word, f->proto->name, list);
}

static enum call_result take(struct call *c, struct find *f)
{
	const char *word = c->v[FIELD].word;

	switch (find_take(f, word)) {
	case 0:
		return CALL_DONE;
	case -ERANGE:
		return f->proto ? call_fail(c, E_RANGE, FIELD,
					    "'%.40s' has %u bits; a value has "
					    "up to 64: type the byte and the "
					    "bits, such as 38:32",
					    word, f->bits)
				: call_fail(c, E_RANGE, FIELD,
					    "'%.40s' takes a byte below 9216, "
					    "its bit 0..7 and up to 64 bits in "
					    "8 bytes",
					    word);
	case -EINVAL:
		return call_fail(c, E_SYNTAX, FIELD,
				 "'%.40s' is no BYTE:BITS such as 14:12, or "
				 "14.4:12",
				 word);
	default:
		return no_field(c, f);
	}
}

static enum call_result run(struct call *c)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = c->v[PORTS].mask;
	const bool off = !strcasecmp(c->v[FIELD].word, OFF);
	struct find f;

	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	if (!off && take(c, &f) != CALL_DONE)
		return CALL_FAIL;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 &&
		    pktgen_track(pg, i, off ? NULL : &f, c->now_ns) < 0)
			return app_no_memory(c, FIELD);
	return CALL_DONE;
}

/* ---- Shown --------------------------------------------------------------- */

static void show_port(struct call *c, unsigned port)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	struct pktgen_track_sum sum;
	struct reply *r = c->reply;
	char name[FIND_NAME_MAX];

	find_name(pktgen_tracked(pg, port), name, sizeof(name));
	pktgen_track_sum(pg, port, &sum);
	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", port);
	reply_text(r, "field", name);
	reply_u64(r, "values", sum.values, NULL);
	reply_u64(r, "values_max", sum.room, NULL);
	reply_u64(r, "without", sum.without.frames, NULL);
	reply_u64(r, "beyond", sum.beyond.frames, NULL);
	reply_u64(r, "unassigned", sum.unassigned, NULL);
	reply_end(r);
}

static void show_loss(struct reply *r, const struct pktgen_tracked *t,
		      uint64_t timed)
{
	const struct balance b = {.sent = t->lost + timed, .lost = t->lost};

	loss_show_one(r, "lost", t->has_lost, t->lost, NULL);
	if (t->has_lost)
		reply_milli(r, "loss", balance_share_milli(&b), "%");
	else
		reply_none(r, "loss", "%");
}

static void show_value(struct call *c, unsigned port, uint64_t value)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const struct find *f = pktgen_tracked(pg, port);
	struct reply *r = c->reply;
	struct pktgen_tracked t;
	uint64_t timed;
	char text[48];

	pktgen_track_look(pg, port, value, &t);
	timed = t.row.frames - t.row.untimed;
	traffic_print(f->kind == FIND_FIELD ? &f->proto->field[f->field] : NULL,
		      value, text, sizeof(text));
	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", port);
	reply_text(r, "value", text);
	if (f->kind == FIND_SIZE)
		loss_show_one(r, "sent", t.has_sent, t.sent, NULL);
	reply_u64(r, "frames", t.row.frames, NULL);
	reply_u64(r, "bytes", t.row.bytes, NULL);
	loss_show_one(r, "min", timed, t.row.min_ns, "ns");
	loss_show_one(r, "mean", timed, timed ? t.row.sum_ns / timed : 0, "ns");
	loss_show_one(r, "max", timed, t.row.max_ns, "ns");
	show_loss(r, &t, timed);
	reply_end(r);
}

/* Of sizes, which have histograms. */
static void show_times(struct call *c, unsigned port, uint64_t value)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t *const bins = (void *)(uintptr_t)c->state[BINS];
	struct pktgen_tracked t;
	struct latency l = {.count = bins};
	const bool known = bins && pktgen_track_bins(pg, port, value, bins);

	pktgen_track_look(pg, port, value, &t);
	l.frames = t.row.frames - t.row.untimed;
	l.max_ns = t.row.max_ns;
	reply_map(c->reply, NULL, REPLY_TABLE);
	reply_id(c->reply, "port", port);
	reply_u64(c->reply, "size", value, "bytes");
	loss_show_quantiles(c->reply, known ? &l : NULL);
	reply_end(c->reply);
}

/* The next value of these ports; false: there is none. */
static bool next(const struct call *c, unsigned *port, bool *goes_on,
		 uint64_t *value)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	for (; *port < pg->nb_ports; ++*port, *goes_on = false) {
		const struct find *f = pktgen_tracked(pg, *port);

		if (!(c->v[PORTS].mask >> *port & 1) || !f ||
		    (c->state[TIMES] && f->kind != FIND_SIZE))
			continue;
		if (pktgen_track_next(pg, *port, !*goes_on, value))
			return true;
	}
	return false;
}

static enum call_result end(struct call *c)
{
	uk_free(call_app(c)->pktgen.heap, (void *)(uintptr_t)c->state[BINS]);
	c->state[BINS] = 0;
	return CALL_DONE;
}

/* All values were shown: their times are next, if there are some. */
static enum call_result begin_times(struct call *c)
{
	uint64_t value = 0;
	bool goes_on = false;
	unsigned port = 0;

	c->state[TIMES] = true;
	c->state[PORT] = c->state[GOES_ON] = 0;
	if (!next(c, &port, &goes_on, &value))
		return CALL_DONE;
	/* Without it no quantile is known. */
	c->state[BINS] = (uintptr_t)uk_malloc(
		call_app(c)->pktgen.heap, LATENCY_BUCKETS * sizeof(uint64_t));
	return CALL_AGAIN;
}

static enum call_result show_values(struct call *c)
{
	unsigned port = (unsigned)c->state[PORT], n = 0;
	bool goes_on = c->state[GOES_ON];
	uint64_t value = c->state[VALUE];
	bool more;

	/* Who plays rounds has not counted them yet. */
	for (unsigned i = 0; i < call_app(c)->pktgen.nb_ports; i++)
		pktgen_look(&call_app(c)->pktgen, i);
	reply_list(c->reply, c->state[TIMES] ? "times" : "tracked",
		   goes_on ? REPLY_ROWS : REPLY_TABLE);
	while ((more = next(c, &port, &goes_on, &value)) && n++ < ROWS) {
		if (c->state[TIMES])
			show_times(c, port, value);
		else
			show_value(c, port, value);
		goes_on = true;
		c->state[VALUE] = value;
	}
	reply_end(c->reply);
	c->state[PORT] = port;
	c->state[GOES_ON] = goes_on;
	c->wake_ns = c->now_ns;
	if (more)
		return CALL_AGAIN;
	return c->state[TIMES] ? end(c) : begin_times(c);
}

static enum call_result show(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = c->v[PORTS].mask;
	bool goes_on = false;
	uint64_t value = 0;
	unsigned port = 0;

	if (c->cancelled)
		return end(c);
	if (c->calls)
		return show_values(c);
	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && pktgen_tracked(pg, i))
			show_port(c, i);
	reply_end(c->reply);
	c->wake_ns = c->now_ns;
	return next(c, &port, &goes_on, &value) || c->json ? CALL_AGAIN
							   : CALL_DONE;
}

const struct cmd cmd_track = {
	.name = "track",
	.group = GROUP_WATCHING,
	.summary = "Count received frames by the value of a field",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, show,
			 "show what came with each value"},
			{args, run, "count by a field from zero, or no more"},
			{0},
		},
	.notes = "FIELD is one that 'set' knows, of the first header of its "
		 "name, as vlan.id, or the second, vlan.2.id; it is found "
		 "behind tags and in tunnels. 14:12 is 12 bits from byte 14 "
		 "on, 14.4:12 from its fifth bit on; 'size' is the frame's. "
		 "Up to 4,096 values are told apart, frames with others are "
		 "'beyond', those that lack the field 'without'. Times are of "
		 "signed frames. What a stream has lost is lost of a value "
		 "where all its frames came with that one, else 'unassigned'. "
		 "Counts since 'stats clear'; 'save' keeps the field. See "
		 "docs/measurement.md.",
	.examples =
		(const char *const[]){"track 1 vlan.id", "track 1 ipv4.dscp",
				      "track 1 14.4:12", "track 1 size",
				      "track 1", "track 1 off", NULL},
	.see = (const char *const[]){"latency", "order", "classify", "stats",
				     NULL},
};
