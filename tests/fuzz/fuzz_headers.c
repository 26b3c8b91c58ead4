/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any text as a stack of headers, a NUL, and any text as a field's name. What
 * is taken is printed and taken again as the same; each field of it is found
 * by the name that it is given; what follows is bytes of parts and tails, with
 * which the headers become a frame.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/proto/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

struct input {
	const uint8_t *p;
	size_t len;
};

/* A text of what is left up to a NUL, in memory of its length. */
static char *next_text(struct input *in)
{
	const size_t len = strnlen((const char *)in->p, in->len);
	char *text = malloc(len + 1);

	memcpy(text, in->p, len);
	text[len] = 0;
	in->p += len + (len < in->len);
	in->len -= len + (len < in->len);
	return text;
}

static uint8_t next_byte(struct input *in)
{
	return in->len ? (in->len--, *in->p++) : 0;
}

static void check_names(const struct headers *h)
{
	for (unsigned i = 0; i < h->nb; i++) {
		const struct proto *p = protos[h->proto[i]];
		const unsigned nb = proto_fields(p) + !!p->tail.name;
		char name[HEADERS_FIELD_MAX];
		unsigned layer, field;

		for (unsigned f = 0; f < nb; f++) {
			headers_field_name(h, i, f, name, sizeof(name));
			check(!headers_field(h, name, &layer, &field));
			check(layer == i && field == f);
		}
	}
}

static void check_field(const struct headers *h, struct input *in)
{
	char *name = next_text(in), printed[HEADERS_FIELD_MAX];
	unsigned layer = 99, field, l, f;

	if (headers_field(h, name, &layer, &field)) {
		check(layer <= h->nb);
	} else {
		headers_field_name(h, layer, field, printed, sizeof(printed));
		check(!headers_field(h, printed, &l, &f));
		check(l == layer && f == field);
	}
	free(name);
}

static void make(const struct headers *h, struct input *in)
{
	static const uint8_t tail[UINT8_MAX];
	struct stack st = {0};
	uint8_t *frame;
	size_t len;

	for (unsigned i = 0; i < h->nb; i++) {
		const struct proto *p = protos[h->proto[i]];
		const unsigned tail_len = next_byte(in);
		unsigned nb = 0;
		int layer;

		while (p->part && p->part[nb].len)
			nb++;
		layer = stack_push(&st, p, next_byte(in) & ((1u << nb) - 1),
				   tail_len & 1 ? tail : NULL, tail_len);
		check(layer == (int)i || layer == -E2BIG);
		if (layer < 0)
			return;
		while (next_byte(in) & 1)
			stack_set_number(&st, i,
					 next_byte(in) % (proto_fields(p) + 1),
					 next_byte(in) * 0x0101010101010101u);
	}
	stack_done(&st);
	len = st.len + next_byte(in) * 8u;
	frame = malloc(len);
	memset(frame, 0xa5, len);
	stack_put(&st, frame, len);
	check(stack_end(&st, len) <= len && stack_end(&st, len) >= st.len);
	for (unsigned i = st.nb; i-- > 0;)
		if (st.layer[i].csum)
			stack_put_csum(&st, i, frame, len);
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct headers h = {0}, again = {0};
	char *text = next_text(&in), printed[HEADERS_PRINT_MAX];
	const char *at = NULL;
	const int err = headers_take(text, &h, &at);

	if (err) {
		check(err == -ENOENT || err == -EPROTO || err == -E2BIG);
		check(at >= text && at <= text + strlen(text));
		check(!h.nb);
	} else {
		headers_print(&h, printed, sizeof(printed));
		check(!headers_take(printed, &again, &at));
		check(!memcmp(&h, &again, sizeof(h)));
		check_names(&h);
		check_field(&h, &in);
		make(&h, &in);
	}
	free(text);
	return 0;
}
