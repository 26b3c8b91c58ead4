/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints docs/replies.md: what the JSON of each reply holds. It runs a line or
 * more for each form that has a --json, on two ports wired to each other in
 * memory, and looks at the replies as the commands build them, where keys still
 * have their types and units. It fails where a form has no line here, or where
 * a key is of one type or unit in one reply and of another elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "plat/host/host.h"
#include "shell/usage.h"

#define STEP_NS 20000ull
/* Longer than any of the lines takes. */
#define END_NS 60000000000ull

#define KEYS_MAX 128
#define FORMS_MAX 96
#define PATH_MAX_LEN 128

/*
 * In their order, as some need what others did. A line without --json only
 * prepares.
 */
static const char *const lines[] = {
	"version --json",
	"help --json",
	"help mode --json",
	"complete \"mode 0 t\" --json",
	"complete \"size \" --next --json",
	"color --json",
	"lease --json",
	"lease 60s",
	"lease --json",
	"lease off",
	"put a.cmds 11 d6e10d51 --json",
	"df --json",
	"chunk a.cmds 0 d6e10d51 ZWNobyBoZWxsbwo= --json",
	"put a.cmds 11 d6e10d51 --json",
	"ls --json",
	"df --json",
	"get a.cmds --json",
	"cat a.cmds --json",
	"jobs --json",
	"run a.cmds --job --json",
	"sleep 10ms",
	"jobs --json",
	"show config --json",
	"show --json",
	"headers eth/vlan/ipv4/udp",
	"headers --json",
	"set --json",
	"show frame 0 --json",
	"kv keys 10",
	"kv --json",
	"put two 4 69e17861",
	"chunk two 0 69e17861 MQoyCg==",
	"set 0 udp.src list @two",
	"show stream 0 --json",
	"set 0 udp.src random",
	"show stream 0 --json",
	"set 0 udp.src auto",
	"headers eth/ipv4/udp",
	"size 0 imix",
	"show config --json",
	"port --json",
	"size 0 64",
	"rate 100kpps",
	"port --json",
	"start 0 count 100",
	"wait idle",
	"stats --json",
	"verdict 0 --json",
	"stats balance --json",
	"stats kinds --json",
	"stats pacing --json",
	"stats 0 pacing --json",
	"start 0",
	"stats every 10ms 2 --json",
	"sleep 2s",
	"stats 1 history --json",
	"port --json",
	"stop --json",
	"bench tx 1ms --json",
	"bench tx 1ms --plan --json",
	"bench --json",
	"bench trials --json",
	"bench follow --json",
	"calibrate 1ms --json",
	"address 0 10.0.0.2/24 vlan 5",
	"address 1 10.0.0.1/24 vlan 5",
	"address 0 10.9.0.2/24",
	"address 1 10.9.0.1/24",
	"sleep 1100ms",
	"address 0 --json",
	"ping 0 10.0.0.1 count 1 --json",
	"ping 0 10.9.0.1 count 1 --json",
	"neighbour 0 --json",
	"stats 0 --json",
	"address off",
	"join 1 239.1.1.1 vlan 5",
	"join 1 --json",
	"lldp 0-1 on",
	"sleep 10ms",
	"lldp 0 --json",
	"cfm 1 on level 5",
	"cfm --json",
	"refuse 0 --json",
	"learn 0 count 1 --json",
	"selftest --json",
	"clock 0 on",
	"sleep 100ms",
	"clock --json",
	"latency peers --json",
	"clock off",
	"capture --json",
	"capture 1 filter 1,6,0,0,0 snap 64 room 4096 -",
	"df --json",
	"start 0 --dry-run --json",
	"limit 0 count 7",
	"start 0 --dry-run --json",
	"limit 0 off",
	"start 0 count 5 --dry-run --json",
	"start 0 for 1s --dry-run --json",
	"start 0 count 5",
	"wait idle",
	"capture read 0 --json",
	"capture --json",
	"capture off --json",
	"channel open 5eed0001",
	"channel --json",
	"channel get two --json",
	"capture 1 count 3 -",
	"start 0 count 5",
	"wait idle",
	"channel capture 0 --json",
	"capture off",
	"capture 1 x.pcap",
	"start 0 count 5",
	"wait idle",
	"capture off --json",
	"play 0 x.pcap",
	"play --json",
	"play 0 - frames 10 bytes 1000",
	"df --json",
	"play --json",
	"play 0 off",
	"stream 1.1 add",
	"size 1.1 imix",
	"signature 1.1 on",
	"stream --json",
	"show config --json",
	"port --json",
	"stats 1.all --json",
	"stop 1.1 --json",
	"signature 0 on",
	"latency 0 --json",
	"order 0 --json",
	"order density 0 --json",
	"track 1 size",
	"start 0 count 1100k",
	"wait idle",
	"mode 1 forward learn",
	"port --json",
	"mode 1 impair 0",
	"stats 1 --json",
	"port --json",
	"mode 1 off",
	"start 0 count 10",
	"wait idle",
	"mode 1 rx",
	"latency 0 --json",
	"order 0 --json",
	"track --json",
	"verdict lag 1h",
	"verdict gap 1h",
	"results --json",
	"search to 10kpps trial 10ms ndr",
	"search --json",
	/* Of few frames no time is known. */
	"search from 1kpps to 1kpps trial 10ms ndr",
	"search trials --json",
	"search to 10kpps trial 10ms ndr",
	"search trials --json",
	"search follow --json",
	"search to 10kpps trial 10ms --plan --json ndr",
	"results search-1 --json",
	"results compare search-1 search-1 --json",
	"rfc2544 throughput sizes 64,imix to 10kpps trial 10ms --plan --json",
	"rfc2544 throughput sizes 64,imix to 10kpps trial 10ms --json",
	"rfc2544 latency sizes 64 to 10kpps trial 10ms --json",
	"rfc2544 loss sizes 64 to 10kpps trial 10ms --json",
	"rfc2544 recovery sizes 64 to 10kpps trial 10ms --json",
	"rfc2544 reset sizes 64 to 10kpps trial 10ms --json",
	"rfc2544 --json",
	"rfc2544 trials --json",
	"rfc2544 follow --json",
	"soak 200ms every 100ms --json",
	"soak --json",
	"soak trials --json",
	"soak follow --json",
	"ramp 1kpps 10kpps over 100ms steps 2 --json",
	"ramp --json",
	"ramp trials --json",
	"ramp follow --json",
	"sweep trial 10ms --json size 64 128",
	"sweep --json",
	"sweep trials --json",
	"sweep follow --json",
	"rate 0 1kpps",
	"stream 0.1 add",
	"rate 0.1 1kpps",
	"service 0.0 eir 50%",
	"service 0.0 yellow 1",
	"service 0.0 ftd 1s",
	"service 0.0 fdv 1s",
	"y1564 configuration time 20ms --plan --json",
	"y1564 configuration time 20ms --json",
	"y1564 performance time 1100ms --json",
	"y1564 --json",
	"y1564 trials --json",
	"y1564 follow --json",
	"stream 0.1 delete",
	"service 0.0 yellow 0",
	"results --json",
	"mode 1 off",
	"search to 1kpps trial 10ms settle 1ms ndr",
	"search --json",
	"search follow --json",
};

static struct app app;
static uint64_t now = 1000000000;
static unsigned failed;

/* ---- What was seen ------------------------------------------------------- */

struct reply_key {
	char path[PATH_MAX_LEN]; /* "ports[].tx.packets" */
	int parent;              /* the map it is in; -1: the reply */
	enum reply_type type;
	const char *unit;
	unsigned seen;
};

struct reply_form {
	const struct cmd *cmd;
	const struct cmd_form *form;
	const char *line[9];
	unsigned nb_lines, nb_keys, seen;
	struct reply_key key[KEYS_MAX];
};

static struct reply_form forms[FORMS_MAX];
static unsigned nb_forms;

static struct reply_form *form_of(const struct call *c)
{
	for (unsigned i = 0; i < nb_forms; i++)
		if (forms[i].form == c->form)
			return &forms[i];
	if (nb_forms == FORMS_MAX)
		abort();
	forms[nb_forms].cmd = c->cmd;
	forms[nb_forms].form = c->form;
	return &forms[nb_forms++];
}

static const char *type_name(enum reply_type type)
{
	switch (type) {
	case TOKEN_U64:
	case TOKEN_ID:
	case TOKEN_I64:
		return "integer";
	case TOKEN_MILLI:
		return "number with 3 decimals";
	case TOKEN_BOOL:
		return "true or false";
	case TOKEN_TEXT:
		return "text";
	case TOKEN_MAP:
		return "object";
	default:
		return "list";
	}
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static int add_key(struct reply_form *f, const char *path, int parent,
		   const struct reply_token *t)
{
	struct reply_key *k;

	for (unsigned i = 0; i < f->nb_keys; i++) {
		k = &f->key[i];
		if (strcmp(k->path, path) != 0)
			continue;
		/* What there is none of is left away, and has no type. */
		if (t->type == TOKEN_NONE)
			return (int)i;
		k->seen++;
		if (k->type == TOKEN_NONE) {
			k->type = t->type;
			k->unit = t->unit;
		}
		if (strcmp(type_name(k->type), type_name(t->type)) != 0 ||
		    !same(k->unit, t->unit)) {
			fprintf(stderr, "%s: '%s' is %s and %s\n", f->cmd->name,
				path, type_name(k->type), type_name(t->type));
			failed = 1;
		}
		return (int)i;
	}
	if (f->nb_keys == KEYS_MAX)
		abort();
	k = &f->key[f->nb_keys];
	snprintf(k->path, sizeof(k->path), "%s", path);
	k->parent = parent;
	k->type = t->type;
	k->unit = t->unit;
	k->seen = t->type != TOKEN_NONE;
	return (int)f->nb_keys++;
}

/* The tokens from `at` to the end of their map or list. */
static uint16_t walk(struct reply_form *f, const struct reply *r, uint16_t at,
		     const char *in, int parent)
{
	struct reply_token t;
	char path[PATH_MAX_LEN];

	for (;;) {
		reply_read(r, at, &t);
		if (t.type == TOKEN_STOP)
			return at;
		at = t.next;
		if (t.type == TOKEN_END)
			return at;
		snprintf(path, sizeof(path), "%.60s%s%.60s", in,
			 *in && t.key ? "." : "", t.key ? t.key : "[]");
		if (t.type == TOKEN_MAP || t.type == TOKEN_LIST)
			at = walk(f, r, at, path, add_key(f, path, parent, &t));
		else
			add_key(f, path, parent, &t);
	}
}

/* ---- Running ------------------------------------------------------------- */

/* The other end of the data channel: takes all that comes. */
static void answer_channel(void)
{
	unsigned char block[4096];
	uint32_t len;
	uint64_t pos;

	while (host_channel_get(block, CHANNEL_HEAD)) {
		memcpy(&len, block + 4, sizeof(len));
		memcpy(&pos, block + 8, sizeof(pos));
		host_channel_get(block + CHANNEL_HEAD, len);
		pos += len;
		if (block[2] == CHANNEL_DATA)
			block[2] = CHANNEL_TAKEN;
		else if (block[2] != CHANNEL_OPEN)
			continue;
		memset(block + 4, 0, sizeof(len));
		memcpy(block + 8, &pos, sizeof(pos));
		host_channel_put(block, CHANNEL_HEAD);
	}
	channel_poll(&app.channel, now, CHANNEL_WINDOW);
}

static void step(void)
{
	const void *out;
	size_t len;

	now += STEP_NS;
	pktgen_step(&app.pktgen, now);
	app_watch(&app, now);
	session_poll(&app.session, now);
	answer_channel();
	while ((len = session_output(&app.session, &out)) > 0)
		session_sent(&app.session, len);
}

static void call(struct call *c, struct reply *r)
{
	enum call_result result = CALL_AGAIN;
	const uint64_t end = now + END_NS;
	struct reply_form *f;

	while (result == CALL_AGAIN && now < end) {
		reply_reset(r);
		c->now_ns = now;
		result = c->form->run(c);
		c->calls++;
		if (c->json && result != CALL_FAIL && !reply_empty(r)) {
			f = form_of(c);
			f->seen++;
			walk(f, r, 0, "", -1);
		}
		while (result == CALL_AGAIN && now < c->wake_ns)
			step();
	}
}

static void run(const char *line)
{
	static struct words words;
	static struct reply reply;
	static struct call c;
	const struct parse_ports ports =
		session_ports(&app.session, session_all_ports(&app.session));
	unsigned next = 0;

	memset(&c, 0, sizeof(c));
	parse_split(line, (unsigned)strlen(line), &next, &words, &c);
	parse_call(cmd_table, &words, &ports, &c);
	c.app = &app;
	c.session = &app.session;
	c.runner = app.session.program;
	c.reply = &reply;
	c.program = true;
	app.session.caller = c.runner;
	if (!c.err)
		call(&c, &reply);
	app.session.caller = NULL;
	if (c.err) {
		fprintf(stderr, "'%s' failed: %s %s\n", line,
			shell_err_name(c.err), c.err_text);
		failed = 1;
	} else if (c.json) {
		struct reply_form *f = form_of(&c);

		if (f->nb_lines < 8)
			f->line[f->nb_lines++] = line;
	}
	step();
}

/* ---- Judging ------------------------------------------------------------- */

static bool has_json(const struct cmd_form *f)
{
	for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
		if (a->type == ARG_FLAG && !strcmp(a->name, "json"))
			return true;
	return false;
}

static void check_all_are_here(void)
{
	for (unsigned i = 0; cmd_table[i]; i++)
		for (const struct cmd_form *f = cmd_table[i]->forms; f->run;
		     f++) {
			bool here = !has_json(f);
			char usage[CMD_USAGE_MAX];

			for (unsigned k = 0; k < nb_forms; k++)
				here |= forms[k].form == f;
			if (here)
				continue;
			cmd_usage(cmd_table[i], f, usage, sizeof(usage));
			fprintf(stderr, "no line here is '%s'\n", usage);
			failed = 1;
		}
}

static const char *last(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

/*
 * Keys that name two things, by whether it is what was set or what was
 * measured.
 */
static bool is_two_things(const char *key)
{
	static const char *const keys[] = {"duplicate", "jitter", "loss", "max",
					   "min",       "rate",   NULL};

	for (unsigned i = 0; keys[i]; i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static void check_pair(const struct reply_form *f, const struct reply_key *a,
		       const struct reply_form *g, const struct reply_key *b)
{
	if (strcmp(last(a->path), last(b->path)) != 0 ||
	    a->type == TOKEN_NONE || b->type == TOKEN_NONE ||
	    is_two_things(last(a->path)) || a->type == TOKEN_MAP ||
	    b->type == TOKEN_MAP ||
	    (!strcmp(type_name(a->type), type_name(b->type)) &&
	     same(a->unit, b->unit)))
		return;
	fprintf(stderr, "%s '%s' is %s [%s], %s '%s' is %s [%s]\n",
		f->cmd->name, a->path, type_name(a->type),
		a->unit ? a->unit : "", g->cmd->name, b->path,
		type_name(b->type), b->unit ? b->unit : "");
	failed = 1;
}

/* The same key is of one type and unit everywhere. */
static void check_keys(void)
{
	for (unsigned i = 0; i < nb_forms; i++)
		for (unsigned k = 0; k < forms[i].nb_keys; k++)
			for (unsigned j = i; j < nb_forms; j++)
				for (unsigned l = j == i ? k + 1 : 0;
				     l < forms[j].nb_keys; l++)
					check_pair(&forms[i], &forms[i].key[k],
						   &forms[j], &forms[j].key[l]);
}

/* ---- The page ------------------------------------------------------------ */

static bool always(const struct reply_form *f, const struct reply_key *k)
{
	const unsigned of = k->parent < 0 ? f->seen : f->key[k->parent].seen;

	return k->seen >= of;
}

/* Of a key that had no value here: from where it had one, or from this. */
static const struct reply_key *typed(const struct reply_key *k)
{
	static const struct reply_key unseen[] = {
		{.path = "extent_mean", .type = TOKEN_MILLI},
		{.path = "extent_max", .type = TOKEN_U64},
		{.path = "outage", .type = TOKEN_U64, .unit = "ns"},
	};

	if (k->type != TOKEN_NONE)
		return k;
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (!strcmp(last(k->path), unseen[i].path))
			return &unseen[i];
	for (unsigned i = 0; i < nb_forms; i++)
		for (unsigned j = 0; j < forms[i].nb_keys; j++)
			if (forms[i].key[j].type != TOKEN_NONE &&
			    !strcmp(last(k->path), last(forms[i].key[j].path)))
				return &forms[i].key[j];
	fprintf(stderr, "no line here gives '%s' a value\n", k->path);
	exit(1);
}

static void put_form(const struct reply_form *f)
{
	char usage[CMD_USAGE_MAX];

	cmd_usage(f->cmd, f->form, usage, sizeof(usage));
	printf("\n## `%s`\n\nAs of", usage);
	for (unsigned i = 0; i < f->nb_lines; i++)
		printf("%s `%s`", i ? "," : "", f->line[i]);
	printf(".\n\n| key | is | unit | |\n| --- | --- | --- | --- |\n");
	for (unsigned i = 0; i < f->nb_keys; i++) {
		const struct reply_key *k = &f->key[i];
		const bool element =
			!strcmp(k->path + strlen(k->path) - 2, "[]");

		printf("| `%s` | %s | %s | %s |\n", k->path,
		       type_name(typed(k)->type),
		       typed(k)->unit ? typed(k)->unit : "",
		       element || always(f, k) ? "" : "not always");
	}
}

static void put_page(void)
{
	printf("# Replies in JSON\n\n"
	       "Generated from the replies themselves by `make docs`. A reply "
	       "is an object on one\n"
	       "line; where a command goes on, such as `stats every`, each "
	       "line "
	       "is one, and those\n"
	       "behind the first may have only what goes on. `[]` is each "
	       "element of a list. A key\n"
	       "that is *not always* there is left away where there is nothing "
	       "to say. New keys may\n"
	       "come; those that are here keep type and unit. A key is of one "
	       "type and unit in all\n"
	       "replies, but for `rate`, `loss`, `jitter` and `duplicate`, "
	       "text "
	       "where they are what\n"
	       "was set and numbers where they were measured, and `min` and "
	       "`max`, which have the\n"
	       "unit of what they bound.\n");
	for (unsigned i = 0; i < nb_forms; i++)
		put_form(&forms[i]);
}

static uint64_t clock_ns(void)
{
	return now;
}

/* Another appliance, which answers probes, and sends a signed frame. */
static void answer(void *dev, const void *frame, size_t len)
{
	const struct signature s = {
		.sender = (uint16_t)(app.pktgen.appliance * SIGNATURE_PORTS ^
				     SIGNATURE_PORTS),
		.time_ns = now};
	uint8_t back[PROBE_LEN];
	struct probe p;

	if (!probe_get(frame, len, &p) || p.kind != PROBE_ASKS)
		return;
	p.kind = PROBE_ANSWERS;
	p.to = p.sender;
	p.sender ^= SIGNATURE_PORTS;
	p.heard_ns = p.sent_ns = now;
	probe_put(back, &p);
	host_loop_put(dev, back, sizeof(back));
	signature_put(back + sizeof(back) - SIGNATURE_LEN, &s);
	host_loop_put(dev, back, sizeof(back));
}

int main(void)
{
	struct host_netdev *dev[2];

	host_loop_pair(dev, 1500);
	host_channel_plug();
	app_init(&app, uk_alloc_get_default(), now);
	app.pktgen.core.clock_ns = clock_ns;
	host_netdev_tap(dev[0], answer, dev[0]);
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		run(lines[i]);
	check_all_are_here();
	check_keys();
	if (failed)
		return 1;
	put_page();
	return 0;
}
