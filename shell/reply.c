/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(REPLY_BYTES < REPLY_TOP, "offsets of tokens are 16 bits");

/* In front of each token; only END has no key behind it. */
struct head {
	uint8_t type;
	uint8_t style;
	uint16_t parent;
};

struct number {
	const char *unit;
	uint64_t v;
};

/* Room for a token of `size` bytes behind head and key; NULL when none. */
static unsigned char *add(struct reply *r, enum reply_type type,
			  enum reply_style style, const char *key, size_t size)
{
	const struct head h = {(uint8_t)type, (uint8_t)style, r->open};
	const size_t key_size = type == TOKEN_END ? 0 : sizeof(key);
	unsigned char *p = &r->tokens[r->used];
	struct reply_token parent = {.type = TOKEN_MAP};

	if (r->overflow)
		return NULL;
	if (size > REPLY_BYTES - r->used ||
	    sizeof(h) + key_size > REPLY_BYTES - r->used - size) {
		r->overflow = true;
		return NULL;
	}
	if (r->open != REPLY_TOP)
		reply_read(r, r->open, &parent);
	if (parent.type == TOKEN_LIST)
		key = NULL;
	else if (!key)
		key = "";
	memcpy(p, &h, sizeof(h));
	memcpy(p + sizeof(h), &key, key_size);
	r->used += sizeof(h) + key_size + size;
	return p + sizeof(h) + key_size;
}

static void open_token(struct reply *r, enum reply_type type, const char *key,
		       enum reply_style style)
{
	const uint16_t at = (uint16_t)r->used;

	if (r->depth == REPLY_DEPTH_MAX)
		r->overflow = true;
	if (!add(r, type, style, key, 0))
		return;
	r->open = at;
	r->depth++;
}

static void add_number(struct reply *r, enum reply_type type, const char *key,
		       uint64_t v, const char *unit)
{
	const struct number number = {unit, v};
	unsigned char *p = add(r, type, REPLY_TABLE, key, sizeof(number));

	if (p)
		memcpy(p, &number, sizeof(number));
}

void reply_reset(struct reply *r)
{
	r->used = 0;
	r->depth = 0;
	r->open = REPLY_TOP;
	r->overflow = false;
	r->style = REPLY_TABLE;
}

void reply_style(struct reply *r, enum reply_style style)
{
	r->style = style;
}

bool reply_empty(const struct reply *r)
{
	return !r->used;
}

void reply_map(struct reply *r, const char *key, enum reply_style style)
{
	open_token(r, TOKEN_MAP, key, style);
}

void reply_list(struct reply *r, const char *key, enum reply_style style)
{
	open_token(r, TOKEN_LIST, key, style);
}

void reply_end(struct reply *r)
{
	struct reply_token t;

	if (r->open == REPLY_TOP || !add(r, TOKEN_END, REPLY_TABLE, NULL, 0))
		return;
	reply_read(r, r->open, &t);
	r->open = t.parent;
	r->depth--;
}

void reply_u64(struct reply *r, const char *key, uint64_t v, const char *unit)
{
	add_number(r, TOKEN_U64, key, v, unit);
}

void reply_i64(struct reply *r, const char *key, int64_t v, const char *unit)
{
	add_number(r, TOKEN_I64, key, (uint64_t)v, unit);
}

void reply_id(struct reply *r, const char *key, uint64_t v)
{
	add_number(r, TOKEN_ID, key, v, NULL);
}

void reply_milli(struct reply *r, const char *key, uint64_t v, const char *unit)
{
	add_number(r, TOKEN_MILLI, key, v, unit);
}

void reply_bool(struct reply *r, const char *key, bool v)
{
	add_number(r, TOKEN_BOOL, key, v, NULL);
}

void reply_none(struct reply *r, const char *key, const char *unit)
{
	add_number(r, TOKEN_NONE, key, 0, unit);
}

void reply_text(struct reply *r, const char *key, const char *v)
{
	reply_bytes(r, key, v ? v : "", v ? strlen(v) : 0);
}

void reply_bytes(struct reply *r, const char *key, const void *v, size_t len)
{
	const uint16_t len16 = (uint16_t)len;
	unsigned char *p;

	p = add(r, TOKEN_TEXT, REPLY_TABLE, key, sizeof(len16) + len);
	if (!p)
		return;
	memcpy(p, &len16, sizeof(len16));
	if (len)
		memcpy(p + sizeof(len16), v, len);
}

void reply_textf(struct reply *r, const char *key, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	reply_text(r, key, text);
}

void reply_read(const struct reply *r, uint16_t at, struct reply_token *t)
{
	const unsigned char *p = &r->tokens[at];
	struct number number;
	struct head h;

	*t = (struct reply_token){.at = at, .next = at, .parent = REPLY_TOP};
	if (at >= r->used)
		return;
	memcpy(&h, p, sizeof(h));
	p += sizeof(h);
	t->type = h.type;
	t->style = h.style;
	t->parent = h.parent;
	if (t->type != TOKEN_END) {
		memcpy(&t->key, p, sizeof(t->key));
		p += sizeof(t->key);
	}
	if (t->type == TOKEN_TEXT) {
		memcpy(&t->text_len, p, sizeof(t->text_len));
		t->text = (const char *)p + sizeof(t->text_len);
		p += sizeof(t->text_len) + t->text_len;
	} else if (t->type >= TOKEN_U64) {
		memcpy(&number, p, sizeof(number));
		t->u = number.v;
		t->unit = number.unit;
		p += sizeof(number);
	}
	t->next = (uint16_t)(p - r->tokens);
}

uint16_t reply_skip(const struct reply *r, uint16_t at)
{
	struct reply_token t;

	reply_read(r, at, &t);
	if (t.type != TOKEN_MAP && t.type != TOKEN_LIST)
		return t.next;
	do
		reply_read(r, t.next, &t);
	while (t.type != TOKEN_STOP &&
	       !(t.type == TOKEN_END && t.parent == at));
	return t.next;
}
