/* SPDX-License-Identifier: BSD-3-Clause */
/* Headers change, and fields with them; what is nested. */
#include <errno.h>
#include <string.h>

#include "pktgen/fields_impl.h"
#include "pktgen/play.h"

static void drop_field(struct stream *s, unsigned i)
{
	struct stream_field *f = &s->field[i];

	fields_leave_nest(s, f->nest);
	s->nb_fields--;
	memmove(f, f + 1, (s->nb_fields - i) * sizeof(*f));
	memset(&s->field[s->nb_fields], 0, sizeof(*f));
}

void fields_set_headers(struct stream *s, const struct headers *h)
{
	const struct headers had = s->headers;

	s->headers = *h;
	for (unsigned i = s->nb_fields; i-- > 0;) {
		struct stream_field *f = &s->field[i];
		int to = STREAM_AT;

		if (f->layer != STREAM_AT)
			to = headers_find(h, protos[had.proto[f->layer]]->name,
					  headers_instance(&had, f->layer));
		if (to >= 0) {
			f->layer = (uint8_t)to;
			continue;
		}
		drop_field(s, i);
	}
	/* In order of the new places. */
	for (unsigned i = 1; i < s->nb_fields; i++)
		for (unsigned k = i;
		     k && fields_compare(&s->field[k - 1], &s->field[k]) > 0;
		     k--) {
			const struct stream_field f = s->field[k];

			s->field[k] = s->field[k - 1];
			s->field[k - 1] = f;
		}
	fields_tidy_pool(s);
}

/* Of frames that are made there is nothing to map. */
static void drop_maps(struct stream *s)
{
	for (unsigned i = s->nb_fields; i-- > 0;)
		if (s->field[i].vary.kind == VARY_MAP)
			drop_field(s, i);
}

void fields_play(struct stream *s, const struct stream_play *play)
{
	const bool played = stream_plays(s);
	struct headers h;
	const char *at;

	memset(&s->play, 0, sizeof(s->play));
	if (STREAM_PLAYS && play) {
		s->play = *play;
		play_headers(&h);
	} else if (played) {
		headers_take(STREAM_HEADERS, &h, &at);
		drop_maps(s);
	} else {
		return;
	}
	fields_set_headers(s, &h);
}

int fields_check_made(const struct stream *s, struct fields_fault *fault)
{
	if (!stream_plays(s))
		return 0;
	return fields_refuse(fault, E_STATE, 0,
			     "frames of a capture keep their headers; type "
			     "'play off' first");
}

/* Takes these, where they make sense. */
static int try_headers(struct stream *s, const struct headers *h,
		       struct fields_fault *fault)
{
	char text[HEADERS_PRINT_MAX];
	struct headers same;
	const char *at;

	if (fields_check_made(s, fault) < 0)
		return -EINVAL;
	headers_print(h, text, sizeof(text));
	if (headers_take(text, &same, &at) < 0)
		return fields_refuse(fault, E_STATE, 0,
				     "'%s' cannot stand there in %s; see "
				     "'headers'",
				     at, text);
	fields_set_headers(s, h);
	return 0;
}

static uint8_t number_of(const char *name)
{
	uint8_t i = 0;

	while (strcmp(protos[i]->name, name) != 0)
		i++;
	return i;
}

int fields_replace_header(struct stream *s, unsigned at, const char *name,
			  struct fields_fault *fault)
{
	struct headers h = s->headers;

	if (name) {
		h.proto[at] = number_of(name);
	} else {
		h.nb--;
		memmove(h.proto + at, h.proto + at + 1, h.nb - at);
		h.proto[h.nb] = 0;
	}
	return try_headers(s, &h, fault);
}

int fields_insert_header(struct stream *s, unsigned at, const char *name,
			 struct fields_fault *fault)
{
	struct headers h = s->headers;

	if (h.nb == HEADERS_MAX)
		return fields_refuse(fault, E_RANGE, 0,
				     "a frame takes up to %u headers",
				     HEADERS_MAX);
	memmove(h.proto + at + 1, h.proto + at, h.nb - at);
	h.proto[at] = number_of(name);
	h.nb++;
	return try_headers(s, &h, fault);
}

void fields_reset(struct stream *s)
{
	const char *at;

	memset(&s->headers, 0, sizeof(s->headers));
	headers_take(STREAM_HEADERS, &s->headers, &at);
	memset(s->field, 0, sizeof(s->field));
	memset(&s->pool, 0, sizeof(s->pool));
	memset(&s->play, 0, sizeof(s->play));
	memset(&s->via, 0, sizeof(s->via));
	memset(s->pattern, 0, sizeof(s->pattern));
	s->nb_fields = 0;
	s->pattern_len = 0;
	s->payload = PAYLOAD_INCREMENT;
}

int fields_nest(struct stream *s, const char *const names[], unsigned nb,
		struct fields_fault *fault)
{
	int at[STREAM_NESTED_MAX];

	if (nb > STREAM_NESTED_MAX)
		return fields_refuse(fault, E_RANGE, STREAM_NESTED_MAX,
				     "up to %u fields can be nested",
				     STREAM_NESTED_MAX);
	for (unsigned i = 0; i < nb; i++) {
		struct stream_field f;

		if (fields_take_name(s, names[i], &f, fault) < 0) {
			fault->word = (int)i;
			return -EINVAL;
		}
		at[i] = fields_find(s, &f);
		if (at[i] >= 0 && s->field[at[i]].vary.kind != VARY_CONSTANT &&
		    !vary_cycle(&s->field[at[i]].vary))
			return fields_refuse(fault, E_STATE, (int)i,
					     "%s is random and has no cycle; "
					     "type 'shuffled' to have one",
					     names[i]);
		if (at[i] < 0 || s->field[at[i]].vary.kind == VARY_CONSTANT)
			return fields_refuse(fault, E_STATE, (int)i,
					     "%s does not vary; type 'set %s "
					     "FROM-TO' first",
					     names[i], names[i]);
		for (unsigned k = 0; k < i; k++)
			if (at[k] == at[i])
				return fields_refuse(fault, E_RANGE, (int)i,
						     "%s stands here twice",
						     names[i]);
	}
	for (unsigned i = 0; i < s->nb_fields; i++)
		s->field[i].nest = 0;
	for (unsigned i = 0; i < nb; i++)
		s->field[at[i]].nest = (uint8_t)(i + 1);
	return 0;
}
