/* SPDX-License-Identifier: BSD-3-Clause */
/* A reply as one line of JSON (RFC 8259). */
#include "shell/render_impl.h"

#include <string.h>

enum { JSON_START, JSON_TOKENS, JSON_DONE };

/* What stood before: decides about the comma. */
enum { AFTER_OPEN, AFTER_VALUE };

/*
 * All that is no printable character goes out as an escape, so that the line
 * can be shown on a terminal as well; U+FFFD stands for a byte that is not
 * UTF-8.
 */
static void json_string(struct sink *s, const char *text, size_t len)
{
	uint32_t code;

	sink_byte(s, '"');
	while (len && !s->full) {
		size_t n = utf8_take(text, len, &code);

		if (!n) {
			sink_str(s, "\\ufffd");
			n = 1;
		} else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			sink_str(s, "\\u");
			sink_hex(s, code, 4);
		} else {
			if (code == '"' || code == '\\')
				sink_byte(s, '\\');
			for (size_t i = 0; i < n; i++)
				sink_byte(s, text[i]);
		}
		text += n;
		len -= n;
	}
	sink_byte(s, '"');
}

static void json_value(struct sink *s, const struct reply_token *t)
{
	switch (t->type) {
	case TOKEN_MAP:
		sink_byte(s, '{');
		break;
	case TOKEN_LIST:
		sink_byte(s, '[');
		break;
	case TOKEN_U64:
	case TOKEN_ID:
		sink_u64(s, t->u, false);
		break;
	case TOKEN_I64:
		sink_i64(s, (int64_t)t->u, false);
		break;
	case TOKEN_MILLI:
		sink_milli(s, t->u, false);
		break;
	case TOKEN_BOOL:
		sink_str(s, t->u ? "true" : "false");
		break;
	default:
		json_string(s, t->text, t->text_len);
	}
}

/* Closes at->list, the innermost open one, and goes on in the one around. */
static void json_close(const struct reply *r, struct render_at *at,
		       struct sink *s)
{
	struct reply_token t;

	reply_read(r, at->list, &t);
	sink_byte(s, t.type == TOKEN_MAP ? '}' : ']');
	at->list = t.parent;
	at->gap = AFTER_VALUE;
}

bool json_unit(const struct render *r, struct render_at *at, struct sink *s)
{
	struct reply_token t;

	if (at->state == JSON_DONE)
		return false;
	if (at->state == JSON_START) {
		sink_byte(s, '{');
		at->list = REPLY_TOP;
		at->gap = AFTER_OPEN;
		at->state = JSON_TOKENS;
		return true;
	}
	reply_read(r->reply, at->token, &t);
	at->token = t.next;
	if (t.type == TOKEN_STOP && at->list == REPLY_TOP) {
		sink_str(s, "}\n");
		at->state = JSON_DONE;
		return true;
	}
	if (t.type == TOKEN_STOP || t.type == TOKEN_END) {
		json_close(r->reply, at, s);
		return true;
	}
	if (t.type == TOKEN_NONE)
		return true;
	if (at->gap == AFTER_VALUE)
		sink_byte(s, ',');
	if (t.key) {
		json_string(s, t.key, strlen(t.key));
		sink_byte(s, ':');
	}
	json_value(s, &t);
	at->gap = AFTER_VALUE;
	if (t.type == TOKEN_MAP || t.type == TOKEN_LIST) {
		at->list = t.at;
		at->gap = AFTER_OPEN;
	}
	return true;
}
