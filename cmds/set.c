/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/traffic.h"
#include "shell/arg.h"
#include "shell/nearest.h"

enum { PORTS, FIELD, VALUE };
enum { NEXT };

/* Of any header; those of the first port's first stream. */
static bool field_names_of(void *app, unsigned i, struct arg_name *name)
{
	const struct pktgen *pg = &((struct app *)app)->pktgen;
	const struct headers *h;

	if (!pg->nb_ports || !pktgen_up(pg, 0))
		return false;
	h = &pktgen_stream(pg, 0, 0)->headers;
	for (unsigned l = 0; l < h->nb; l++) {
		const struct proto *p = protos[h->proto[l]];

		for (unsigned k = 0; p->field[k].name || p->tail.name; k++) {
			const bool last = !p->field[k].name;

			if (!i--) {
				headers_field_name(h, l, k, name->text,
						   sizeof(name->text));
				name->help =
					last ? p->tail.help : p->field[k].help;
				return true;
			}
			if (last)
				break;
		}
	}
	return false;
}

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[FIELD] =
		{ARG_TEXT, .name = "FIELD", .names = field_names_of,
		 .fits = traffic_is_name,
		 .help = "field of a header, such as ipv4.src, or @BYTE.BITS"},
	[VALUE] = {ARG_TEXT, .name = "VALUE", .repeated = true,
		   .help = "value, or how it varies"},
	{ARG_NONE},
};

static const struct arg one_args[] = {
	[PORTS] = APP_STREAMS_TO_SHOW,
	[FIELD] = {ARG_TEXT, .name = "FIELD", .names = field_names_of,
		   .fits = traffic_is_name, .help = "field to show"},
	{ARG_NONE},
};

static void show_fields(struct reply *r, const struct pktgen_stream *s,
			struct subject of)
{
	uint8_t frame[STREAM_SIZE_MAX];
	const uint16_t len = traffic_frame(s, 0, frame);
	struct traffic_field f;
	struct stack st;

	traffic_stack(s, frame, len, &st);
	for (unsigned i = 0; traffic_field(s, &st, frame, i, &f); i++) {
		if (!f.from)
			continue;
		reply_map(r, NULL, REPLY_TABLE);
		reply_id(r, "port", of.port);
		reply_id(r, "stream", of.stream);
		reply_text(r, "field", f.name);
		reply_text(r, "value", f.value);
		reply_text(r, "from", f.from);
		reply_end(r);
	}
}

/* A stream in each call, as those of many headers fill a reply. */
static enum call_result show(struct call *c)
{
	const struct app *app = call_app(c);
	const struct subjects *on = &c->v[PORTS].subjects;
	struct subject s = {(unsigned)(c->state[NEXT] >> 32),
			    (unsigned)c->state[NEXT]};

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls && app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "fields", c->calls ? REPLY_ROWS : REPLY_TABLE);
	if (config_next(app, on, &s)) {
		show_fields(c->reply, app->pktgen.set[s.port].stream[s.stream],
			    s);
		s.stream++;
	}
	reply_end(c->reply);
	c->state[NEXT] = (uint64_t)s.port << 32 | s.stream;
	c->wake_ns = c->now_ns;
	return config_next(app, on, &s) ? CALL_AGAIN : CALL_DONE;
}

/* A setting of one value does; what else commands take they say themselves. */
static bool takes(const struct call *c, const struct cmd *cmd, const char *word)
{
	const struct parse_ports ports =
		session_ports(c->session, session_selected(c->session));
	struct setting s;
	struct value v;

	for (const struct cmd_form *f = cmd->forms; f->run; f++)
		if (setting_of(cmd, f, &s) && !setting_keyword(&s) &&
		    arg_take(s.arg, word, &ports, &v))
			return false;
	return true;
}

/* A word of other tools, "set 0 dport 5000"; fields are none of them. */
static enum call_result is_elsewhere(struct call *c, const char *name)
{
	const char *hint = nearest_hint(app_hints, NULL, name);

	return hint ? call_fail(c, E_SYNTAX, FIELD, "no field '%s'; %s", name,
				hint)
		    : CALL_DONE;
}

/* Most differ in their first letter. */
static bool has_name(const struct cmd *cmd, const char *name)
{
	return !((cmd->name[0] ^ name[0]) & ~0x20) &&
	       !strcasecmp(cmd->name, name);
}

/* What Pktgen's users type: a setting, which is a command here. */
static enum call_result is_command(struct call *c)
{
	const char *name = c->v[FIELD].word, *value = c->v[VALUE].word;
	const struct cmd *const *cmd = cmd_table;
	const char *words[CMD_ARGS_MAX];
	const unsigned nb = app_words(c, VALUE, words);
	char on[SUBJECTS_PRINT_MAX], all[80] = "", percent[24];

	/* A field's name, as no command and no word of other tools has it. */
	if (strchr(name, '.') || strchr(name, '@'))
		return CALL_DONE;
	while (*cmd && (!has_name(*cmd, name) || (*cmd)->hidden))
		cmd++;
	if (!*cmd)
		return is_elsewhere(c, name);
	name = (*cmd)->name;
	/* It shows something: "set 0 port 1000-2000". */
	if (!strcmp((*cmd)->examples[0], name))
		return call_fail(c, E_SYNTAX, FIELD,
				 "no field '%s'; 'set 0' lists fields, such as "
				 "udp.dst",
				 name);
	/* Pktgen's rates are percent of the link's. */
	if (nb == 1 && value_lacks_unit(value) && strlen(value) < 20) {
		snprintf(percent, sizeof(percent), "%s%%", value);
		if (!takes(c, *cmd, value) && takes(c, *cmd, percent))
			words[0] = value = percent;
	}
	if (!takes(c, *cmd, value))
		return call_fail(c, E_SYNTAX, VALUE,
				 "'%s' is a command, and takes no '%s': type "
				 "one such as '%s'",
				 name, value, (*cmd)->examples[0]);
	subjects_print(&c->v[PORTS].subjects, on, sizeof(on));
	for (unsigned i = 0, n = 0; i < nb && n < sizeof(all); i++)
		n += (unsigned)snprintf(all + n, sizeof(all) - n, " %s",
					words[i]);
	return call_fail(c, E_SYNTAX, FIELD,
			 "'%s' is a command: type '%s%s%s%s'", name, name,
			 c->v[PORTS].set ? " " : "", c->v[PORTS].set ? on : "",
			 all);
}

static enum call_result show_one(struct call *c)
{
	const struct app *app = call_app(c);
	const char *const names[] = {c->v[FIELD].word, NULL};
	struct fields_fault fault;
	struct subject s = {0, 0};

	if (app_check_up(c, c->v[PORTS].mask) != CALL_DONE)
		return CALL_FAIL;
	for (; config_next(app, &c->v[PORTS].subjects, &s); s.stream++)
		if (fields_check(pktgen_stream(&app->pktgen, s.port, s.stream),
				 names[0], &fault) < 0)
			return call_fail(c, fault.err, FIELD, "%s", fault.text);
	return app_show_fields(c, &c->v[PORTS].subjects, names);
}

static enum call_result run(struct call *c)
{
	if (is_command(c) == CALL_FAIL)
		return CALL_FAIL;
	return app_set_field(c, &c->v[PORTS].subjects, c->v[FIELD].word, NULL,
			     VALUE);
}

const struct cmd cmd_set = {
	.name = "set",
	.group = GROUP_HEADERS,
	.summary = "Set a field of the headers",
	.forms =
		(const struct cmd_form[]){
			{app_show_streams_args, show,
			 "list all fields with their values"},
			{one_args, show_one, "show what is set of one"},
			{args, run, "set one, to a value or to values in turn"},
			{0},
		},
	.notes = "VALUE is a number, in decimal or 0x hex, or an address. It "
		 "varies from frame to frame as FROM-TO [step N], "
		 "ADDRESS/PREFIX, 'list A,B,C', 'list @FILE', 'random', "
		 "'random FROM-TO', 'random mask 0xff'. A FILE has "
		 "one value a line. After that, 'shuffled' takes each value "
		 "once in another order, 'zipf 1.0' the first ones most often, "
		 "'down' the last one first, 'every N' each for N frames. "
		 "'auto' derives the field from the headers again. Where a "
		 "header stands more than once, its name has a number: "
		 "vlan.2.id. @34.16 is 16 bits from byte 34 on. 'map FROM TO' "
		 "is "
		 "for 'play'.",
	.examples = (const char *const[]){"set udp.src 1000-1003 step 3",
					  "set 0 ipv4.dst 10.1.0.0/24",
					  "set ipv4.src random 10.0.0.0/8",
					  "set udp.checksum 0", "set", NULL},
	.see = (const char *const[]){"headers", "vary", "seed", "show", NULL},
};
