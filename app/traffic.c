/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/traffic.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <uk/essentials.h>

#include "app/lists.h"

/* ---- Changed ------------------------------------------------------------ */

struct change {
	app_change_t change;
	void *what;
	struct fields_fault fault;
};

static int change_config(struct config *c, void *arg)
{
	struct change *ch = arg;

	return ch->change(&c->stream, ch->what, &ch->fault);
}

enum call_result app_change(struct call *c, const struct subjects *on,
			    app_change_t change, void *what, int arg)
{
	struct change ch = {.change = change, .what = what};
	struct pktgen_fault fault = {0};
	int rc;

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	rc = config_change(call_app(c), on, change_config, &ch, c->now_ns,
			   &fault);
	if (rc == -EINVAL && ch.fault.err)
		return call_fail(c, ch.fault.err, arg + ch.fault.word, "%s",
				 ch.fault.text);
	return rc < 0 ? app_refuse(c, rc, &fault, arg) : CALL_DONE;
}

unsigned app_words(const struct call *c, int arg,
		   const char *words[CMD_ARGS_MAX])
{
	unsigned n = 0;

	for (; arg < CMD_ARGS_MAX && c->v[arg].set; arg++)
		words[n++] = c->v[arg].word;
	return n;
}

struct assignment {
	const char *name, *second;
	const char *words[CMD_ARGS_MAX];
	unsigned nb;
	struct vary_file *file;
};

/* The name of the two that the headers have. */
static const char *name_of(const struct assignment *a, const struct stream *s)
{
	unsigned layer, field;

	if (a->second &&
	    headers_field(&s->headers, a->name, &layer, &field) < 0 &&
	    !headers_field(&s->headers, a->second, &layer, &field))
		return a->second;
	return a->name;
}

static int assign(struct stream *s, void *what, struct fields_fault *fault)
{
	const struct assignment *a = what;

	return fields_set(s, name_of(a, s), a->words, a->nb, a->file, fault);
}

/* Reads the file of "list @FILE" as values of the first stream's field. */
static enum call_result take_file(struct call *c, const struct subjects *on,
				  struct assignment *a, int arg)
{
	const struct app *app = call_app(c);
	struct subject of = {0, 0};
	struct fields_fault fault;
	const struct stream *s;
	enum vary_type type = VARY_NUMBER;
	unsigned bits = 0, i = 0;

	while (i < a->nb && !lists_is_file(a->words, i))
		i++;
	if (i == a->nb)
		return CALL_DONE;
	arg += (int)i + 1;
	if (lists_reads(c))
		return lists_take(c, arg, type, bits, &a->file);
	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	if (!config_next(app, on, &of))
		return CALL_DONE;
	s = pktgen_stream(&app->pktgen, of.port, of.stream);
	if (fields_kind(s, name_of(a, s), &type, &bits, &fault) < 0)
		return call_fail(c, fault.err, arg - (int)i - 2, "%s",
				 fault.text);
	return lists_take(c, arg, type, bits, &a->file);
}

/* What is set of one, as the line that sets it, where its headers have it. */
static void show_field(struct reply *r, const struct app *app,
		       struct subject of, const char *name)
{
	const struct stream *s =
		pktgen_stream(&app->pktgen, of.port, of.stream);
	char value[FIELDS_VALUE_MAX], subject[TRAFFIC_SUBJECT_MAX];
	struct fields_fault fault;

	if (fields_check(s, name, &fault) < 0)
		return;
	if (!fields_get(s, name, value))
		snprintf(value, sizeof(value), "%s", FIELDS_AUTO);
	reply_textf(r, NULL, "set %s %s %s", traffic_subject(app, of, subject),
		    name, value);
}

enum call_result app_show_fields(struct call *c, const struct subjects *on,
				 const char *const names[])
{
	const struct app *app = call_app(c);
	struct subject s = {0, 0};

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "lines", REPLY_TABLE);
	for (; config_next(app, on, &s); s.stream++)
		for (unsigned i = 0; names[i]; i++)
			show_field(c->reply, app, s, names[i]);
	reply_end(c->reply);
	return CALL_DONE;
}

enum call_result app_set_field(struct call *c, const struct subjects *on,
			       const char *name, const char *second, int arg)
{
	const char *const names[] = {name, second, NULL};
	struct assignment a = {.name = name, .second = second};
	enum call_result result;

	a.nb = app_words(c, arg, a.words);
	if (!a.nb)
		return app_show_fields(c, on, names);
	result = take_file(c, on, &a, arg);
	if (result != CALL_DONE)
		return result;
	result = app_change(c, on, assign, &a, arg);
	if (a.file)
		a.file->users--;
	return result;
}

/* ---- As lines ----------------------------------------------------------- */

const char *traffic_subject(const struct app *app, struct subject of,
			    char buf[TRAFFIC_SUBJECT_MAX])
{
	if (app->pktgen.set[of.port].nb_streams > 1)
		snprintf(buf, TRAFFIC_SUBJECT_MAX, "%u.%u", of.port, of.stream);
	else
		snprintf(buf, TRAFFIC_SUBJECT_MAX, "%u", of.port);
	return buf;
}

bool traffic_has_sizes(const struct stream *s)
{
	struct headers first;
	const char *at;

	headers_take(STREAM_HEADERS, &first, &at);
	return !stream_plays(s) &&
	       memcmp(&first, &s->headers, sizeof(first)) != 0;
}

void traffic_payload(const struct stream *s, char buf[TRAFFIC_PAYLOAD_MAX])
{
	const size_t size = TRAFFIC_PAYLOAD_MAX;
	static const char *const names[] = {"increment", "zeros", "ones",
					    "random"};
	size_t used;

	if (s->payload != PAYLOAD_PATTERN) {
		snprintf(buf, size, "%s", names[s->payload]);
		return;
	}
	used = (size_t)snprintf(buf, size, "hex ");
	for (unsigned i = 0; i < s->pattern_len && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%02x",
					 s->pattern[i]);
}

static void print_speed(uint64_t milli, char *buf, size_t size)
{
	size_t n = (size_t)snprintf(buf, size, "%llu.%03u",
				    (unsigned long long)(milli / 1000),
				    (unsigned)(milli % 1000));

	while (buf[n - 1] == '0')
		n--;
	n -= buf[n - 1] == '.';
	snprintf(buf + n, size - n, "x");
}

void traffic_print_play(const struct stream *s, char buf[TRAFFIC_PLAY_MAX])
{
	const struct stream_play *p = &s->play;
	char speed[24] = "rate", loops[24] = "forever";

	if (p->speed)
		print_speed(p->speed, speed, sizeof(speed));
	if (p->loops)
		snprintf(loops, sizeof(loops), "%llu",
			 (unsigned long long)p->loops);
	snprintf(buf, TRAFFIC_PLAY_MAX, "%s%s%s%s%s%s%s%s",
		 p->file[0] ? p->file : "off",
		 p->speed != STREAM_SPEED && p->file[0] ? " speed " : "",
		 p->speed != STREAM_SPEED && p->file[0] ? speed : "",
		 p->loops != 1 && p->file[0] ? " loops " : "",
		 p->loops != 1 && p->file[0] ? loops : "",
		 p->skip ? " bad skip" : "", p->csums ? " checksums new" : "",
		 p->tag ? " tag on" : "");
}

bool traffic_line(const struct stream *s, unsigned i, const char **cmd,
		  char rest[TRAFFIC_REST_MAX])
{
	char name[FIELDS_NAME_MAX], value[FIELDS_VALUE_MAX];

	/* What is fed cannot be had again. */
	if (stream_plays(s) && !stream_is_fed(s) && !i--) {
		*cmd = "play";
		traffic_print_play(s, rest);
		return true;
	}
	if (traffic_has_sizes(s) && !i--) {
		char headers[HEADERS_PRINT_MAX], sizes[SIZES_PRINT_MAX];

		*cmd = "headers";
		headers_print(&s->headers, headers, sizeof(headers));
		value_sizes_print(&s->sizes, sizes, sizeof(sizes));
		snprintf(rest, TRAFFIC_REST_MAX, "%s size %s", headers, sizes);
		return true;
	}
	if (s->payload && !i--) {
		*cmd = "payload";
		traffic_payload(s, rest);
		return true;
	}
	if (fields_at(s, i, name, value)) {
		*cmd = "set";
		snprintf(rest, TRAFFIC_REST_MAX, "%s %s", name, value);
		return true;
	}
	fields_nested(s, value, sizeof(value));
	if (i != fields_nb(s) || !value[0])
		return false;
	*cmd = "vary";
	snprintf(rest, TRAFFIC_REST_MAX, "nested %s", value);
	return true;
}

/* ---- Shown -------------------------------------------------------------- */

enum call_result app_show_headers(struct call *c, const struct subjects *on)
{
	const struct app *app = call_app(c);
	struct subject s = {0, 0};

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "streams", REPLY_TABLE);
	for (; config_next(app, on, &s); s.stream++) {
		const struct stream *st =
			pktgen_stream(&app->pktgen, s.port, s.stream);
		char text[HEADERS_PRINT_MAX];

		headers_print(&st->headers, text, sizeof(text));
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, "port", s.port);
		reply_id(c->reply, "stream", s.stream);
		reply_text(c->reply, "headers", text);
		reply_u64(c->reply, "least_size", stream_size_min(st), "bytes");
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

enum call_result app_show_payload(struct call *c, const struct subjects *on)
{
	const struct app *app = call_app(c);
	struct subject s = {0, 0};
	char text[TRAFFIC_PAYLOAD_MAX], subject[TRAFFIC_SUBJECT_MAX];

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "lines", REPLY_TABLE);
	for (; config_next(app, on, &s); s.stream++) {
		traffic_payload(pktgen_stream(&app->pktgen, s.port, s.stream),
				text);
		reply_textf(c->reply, NULL, "payload %s %s",
			    traffic_subject(app, s, subject), text);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

/* What nobody counts with. */
static bool is_hex(const struct proto_field *f)
{
	static const char *const names[] = {"type", "checksum", "flags", NULL};

	for (unsigned i = 0; f->name && names[i]; i++)
		if (!strcmp(f->name, names[i]))
			return true;
	return false;
}

static void print_constant(struct vary *v, const struct proto_field *f,
			   char *buf, size_t size)
{
	char text[VARY_PRINT_MAX];

	v->hex = is_hex(f);
	vary_print(v, (enum vary_type)f->type, f->bits, NULL, text,
		   sizeof(text));
	snprintf(buf, size, "%s", text);
}

void traffic_value(const struct stack *st, unsigned layer, unsigned field,
		   const uint8_t *frame, char *buf, size_t size)
{
	const struct stack_layer *l = &st->layer[layer];
	const struct proto_field *f = &l->proto->field[field];
	const unsigned at = stack_field_at(st, layer, field);
	struct vary v = {.kind = VARY_CONSTANT, .every = 1};
	size_t used = 0;

	buf[0] = '\0';
	if (!f->name) {
		for (unsigned i = 0; i < l->tail_len && used < size; i++)
			used += (size_t)snprintf(buf + used, size - used,
						 "%02x", frame[at / 8 + i]);
		return;
	}
	for (unsigned i = 0; i < f->bits; i++) {
		const unsigned bit = at + f->bits - 1 - i;

		if (frame[bit / 8] >> (7 - bit % 8) & 1)
			v.from[15 - i / 8] |= (uint8_t)(1u << i % 8);
	}
	print_constant(&v, f, buf, size);
}

void traffic_print(const struct proto_field *f, uint64_t value, char *buf,
		   size_t size)
{
	struct vary v = {.kind = VARY_CONSTANT, .every = 1};

	if (!f) {
		snprintf(buf, size, "%llu", (unsigned long long)value);
		return;
	}
	value = __builtin_bswap64(value);
	memcpy(v.from + sizeof(v.from) - sizeof(value), &value, sizeof(value));
	print_constant(&v, f, buf, size);
}

uint16_t traffic_frame(const struct pktgen_stream *s, uint64_t n,
		       uint8_t frame[STREAM_SIZE_MAX])
{
	const struct program *prog = s->flow->program;
	struct program_at at = {.frame = n,
				.order = (unsigned)(n % prog->nb_order)};
	uint16_t len = 0;

	if (PLAYS(prog)) {
		play_frame(prog, &at, uk_alloc_get_default(), frame, &len);
		return len;
	}
	return program_next(prog, &at, s->flow->stamp, frame);
}

bool traffic_is_name(const char *word)
{
	const char c = (char)(word[0] | 0x20);

	return (c >= 'a' && c <= 'z') || word[0] == '@';
}

bool traffic_is_value(const char *word)
{
	const size_t digits = strspn(word, "0123456789");

	return !digits || word[digits] != '.' ||
	       !traffic_is_name(word + digits + 1);
}

bool traffic_has(const struct stack *st, unsigned layer, unsigned field)
{
	const struct proto_field *f = &st->layer[layer].proto->field[field];

	if (!st->layer[layer].len)
		return false;
	if (!f->name)
		return st->layer[layer].proto->tail.name;
	return !f->part || st->layer[layer].parts >> (f->part - 1) & 1;
}

void traffic_stack(const struct pktgen_stream *s, const uint8_t *frame,
		   uint16_t len, struct stack *st)
{
	const struct program *prog = s->flow->program;

	if (PLAYS(prog))
		play_stack(frame, len, st);
	else
		memcpy(st, prog->stack,
		       offsetof(struct stack, header) + prog->stack->len);
}

bool traffic_field(const struct pktgen_stream *of, const struct stack *st,
		   const uint8_t *frame, unsigned i, struct traffic_field *f)
{
	const struct stream *s = &of->stream;
	unsigned at = 0;

	for (unsigned l = 0; l < s->headers.nb; l++) {
		const struct proto *p = protos[s->headers.proto[l]];
		const unsigned k = i - at;

		at += proto_fields(p) + (p->tail.name != NULL);
		if (i >= at)
			continue;
		headers_field_name(&s->headers, l, k, f->name, sizeof(f->name));
		f->from = "set";
		if (fields_get(s, f->name, f->value))
			return true;
		f->value[0] = '\0';
		f->from = !st->layer[l].len                         ? NULL
			  : stream_plays(s)                         ? "capture"
			  : p->field[k].name && p->field[k].follows ? "headers"
								    : "default";
		if (traffic_has(st, l, k))
			traffic_value(st, l, k, frame, f->value,
				      sizeof(f->value));
		return true;
	}
	f->from = "set";
	/* Bits at an offset come last among what is set. */
	for (unsigned k = 0, n = i - at; fields_at(s, k, f->name, f->value);
	     k++)
		if (f->name[0] == '@' && !n--)
			return true;
	return false;
}

void traffic_show(const struct stream *s, struct reply *r)
{
	char name[FIELDS_NAME_MAX], value[FIELDS_VALUE_MAX], all[512] = "";
	size_t used = 0;

	for (unsigned i = 0; used < sizeof(all) && fields_at(s, i, name, value);
	     i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used,
					 "%s%s %s", i ? "; " : "", name, value);

	traffic_print_play(s, value);
	reply_text(r, "play", value);
	headers_print(&s->headers, value, sizeof(value));
	reply_text(r, "headers", stream_plays(s) ? "captured" : value);
	traffic_payload(s, value);
	reply_text(r, "payload", stream_plays(s) ? "captured" : value);
	reply_text(r, "set", all);
}
