/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/explain.h"

#include <stdio.h>
#include <string.h>

#include "app/lists.h"
#include "app/outlook.h"
#include "app/timing.h"
#include "app/traffic.h"

/* The frames after which `a` and `b` are both as before; 0: never. */
static uint64_t both(uint64_t a, uint64_t b)
{
	uint64_t x = a, y = b, of;

	while (y) {
		of = x % y;
		x = y;
		y = of;
	}
	/* Of more than 2^64 nobody sees the end. */
	return !a || !b || __builtin_mul_overflow(a / x, b, &of) ? 0 : of;
}

/* The frames after which field `i` is as before; 0: never. */
static uint64_t repeats(const struct stream *s, unsigned i)
{
	const uint64_t own = vary_cycle(&s->field[i].vary);
	uint64_t all;

	if (own == UINT64_MAX ||
	    __builtin_mul_overflow(own, fields_outer_every(s, i), &all))
		return 0;
	return all;
}

static const char *order_of(const struct vary *v)
{
	if (v->kind == VARY_RANDOM)
		return "drawn";
	if (v->kind == VARY_ZIPF)
		return "drawn by zipf";
	if (v->shuffled)
		return "shuffled";
	return v->down ? "last to first" : "one by one";
}

static void show_cycle(struct reply *r, uint64_t frames)
{
	if (frames)
		reply_u64(r, "repeats_after", frames, "frames");
	else
		reply_none(r, "repeats_after", "frames");
}

static void show_fields(const struct stream *s, struct reply *r)
{
	char name[FIELDS_NAME_MAX], value[FIELDS_VALUE_MAX];

	reply_list(r, "varies", REPLY_TABLE);
	for (unsigned i = 0; fields_at(s, i, name, value); i++) {
		const struct vary *v = &s->field[i].vary;

		if (v->kind == VARY_CONSTANT || v->kind == VARY_MAP)
			continue;
		reply_map(r, NULL, REPLY_TABLE);
		reply_text(r, "field", name);
		reply_u64(r, "values", v->count, NULL);
		reply_text(r, "order", order_of(v));
		show_cycle(r, repeats(s, i));
		reply_end(r);
	}
	reply_end(r);
}

static void show_files(const struct app *app, const struct stream *s,
		       struct reply *r)
{
	reply_list(r, "files", REPLY_TABLE);
	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct vary_file *f =
			vary_file_of(&s->field[i].vary, &s->pool);

		if (!f)
			continue;
		reply_map(r, NULL, REPLY_TABLE);
		reply_text(r, "file", f->name);
		reply_bool(r, "changed_since", !lists_is_current(app, f));
		reply_end(r);
	}
	reply_end(r);
}

/* Of the sizes, or of the capture, and of all fields. */
static uint64_t all_repeat(const struct pktgen_stream *of)
{
	uint64_t frames = outlook_round(of);

	for (unsigned i = 0; i < of->stream.nb_fields; i++)
		frames = both(frames, repeats(&of->stream, i));
	return frames;
}

/* That stream and no other, as lines name it. */
static struct subjects alone(const struct app *app, struct subject s)
{
	struct subjects on = subjects_of(1ull << s.port);

	if (app->pktgen.set[s.port].nb_streams == 1)
		return on;
	on.whole = 0;
	on.dotted = true;
	on.nb_parts = 1;
	on.part[0] =
		(struct subject_part){(uint8_t)s.port, (uint8_t)s.port,
				      (uint16_t)s.stream, (uint16_t)s.stream};
	return on;
}

static void show_lines(const struct app *app, struct subject of,
		       struct reply *r)
{
	const struct subjects on = alone(app, of);
	struct config_walk walk = {.only = &on, .fresh = true};
	char line[CONFIG_LINE_MAX];

	reply_list(r, "commands", REPLY_TABLE);
	while (config_line(app, &walk, line))
		reply_text(r, NULL, line);
	reply_end(r);
}

void explain_show(const struct app *app, struct subject of, struct reply *r)
{
	const struct pktgen *pg = &app->pktgen;
	const struct pktgen_stream *is = pg->set[of.port].stream[of.stream];
	const struct stream *s = &is->stream;
	const struct stream_use *use = &is->use;
	char text[HEADERS_PRINT_MAX > TRAFFIC_PAYLOAD_MAX
			  ? HEADERS_PRINT_MAX
			  : TRAFFIC_PAYLOAD_MAX];
	struct config c;

	reply_id(r, "port", of.port);
	reply_id(r, "stream", of.stream);
	reply_text(r, "name", use->name[0] ? use->name : "-");
	reply_text(r, "state", app_stream_state(app, of));
	traffic_print_play(s, text);
	reply_text(r, "play", text);
	headers_print(&s->headers, text, sizeof(text));
	reply_text(r, "headers", stream_plays(s) ? "captured" : text);
	app_show_sizes(r, s);
	traffic_payload(s, text);
	reply_text(r, "payload", stream_plays(s) ? "captured" : text);
	reply_text(r, "signature", s->sign ? "on" : "off");
	value_rate_print(&s->rate, text, sizeof(text));
	reply_text(r, "rate", text);
	reply_milli(r, "frame_gap", outlook_gap_milli(is), "ns");
	reply_u64(r, "weight", use->weight, NULL);
	config_get(app, of, &c);
	timing_keys(&c, of, r);
	show_cycle(r, all_repeat(is));
	show_fields(s, r);
	show_files(app, s, r);
	show_lines(app, of, r);
}
