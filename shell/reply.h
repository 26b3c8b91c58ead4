/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A reply is built from typed values and rendered afterwards, as text or as
 * JSON: a command never formats. What a command builds in one call is one
 * chunk; a command with more to say is called again when the chunk is out.
 *
 * The builder writes tokens into a fixed buffer. When a chunk outgrows it the
 * reply is marked as overflown and the rest is not taken: the session then
 * fails the command with E_NOMEM, so a reply is whole or an error.
 *
 * Keys are lower-case words joined by '_', each once in a map. Keys and units
 * are not copied and must stay valid (string literals); text values are copied.
 */
#ifndef SHELL_REPLY_H
#define SHELL_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef REPLY_BYTES
#define REPLY_BYTES 8192
#endif

/* Maps and lists that may be open at once; one more counts as overflow. */
#define REPLY_DEPTH_MAX 8

/* How the text renderer lays out a map or list; JSON does not care. */
enum reply_style {
	/*
	 * Top level scalars: one "key  value unit" line each, aligned. A list
	 * of maps: a table with a column per key, units in its head; where
	 * that is wider than the screen, a column per map instead. A map in a
	 * map prefixes its keys: {"tx":{"packets":1}} is "tx packets".
	 */
	REPLY_TABLE,
	/*
	 * Everything below on one line, for output that repeats: numbers are
	 * padded so that lines stand below each other, and one with a unit goes
	 * without its key.
	 */
	REPLY_LINE,
	/*
	 * A table without its head, for output that repeats: rows that go on
	 * below those of a REPLY_TABLE whose heads are wider than its values.
	 */
	REPLY_ROWS,
};

struct reply {
	size_t used;
	unsigned depth;
	uint16_t open; /* the innermost open map or list, REPLY_TOP for none */
	bool overflow;
	enum reply_style style; /* of the top level */
	unsigned char tokens[REPLY_BYTES];
};

/* Empties it: the top level is REPLY_TABLE until reply_style() says else. */
void reply_reset(struct reply *r);

/* The style of the top level. */
void reply_style(struct reply *r, enum reply_style style);

bool reply_empty(const struct reply *r);

/*
 * Opens a map or a list; `key` is NULL inside a list. The reply itself is a
 * map that is already open, so a command starts with keys at once.
 */
void reply_map(struct reply *r, const char *key, enum reply_style style);
void reply_list(struct reply *r, const char *key, enum reply_style style);
void reply_end(struct reply *r);

/* `unit` is shown behind the number or in the table's head; NULL for none. */
void reply_u64(struct reply *r, const char *key, uint64_t v, const char *unit);
void reply_i64(struct reply *r, const char *key, int64_t v, const char *unit);

/* A number that names something, shown without grouping its digits. */
void reply_id(struct reply *r, const char *key, uint64_t v);

/* `v` thousandths, shown and sent with three decimals. */
void reply_milli(struct reply *r, const char *key, uint64_t v,
		 const char *unit);
void reply_bool(struct reply *r, const char *key, bool v);

/*
 * A number that there is none of, where others of its key have that unit: "-",
 * in JSON left away.
 */
void reply_none(struct reply *r, const char *key, const char *unit);

/* Any bytes: the renderers escape what would break a terminal or JSON. */
void reply_text(struct reply *r, const char *key, const char *v);

/* The same of `len` bytes, up to 65,535, with a NUL or without. */
void reply_bytes(struct reply *r, const char *key, const void *v, size_t len);

/* The same from a format, cut at 255 bytes. */
__attribute__((format(printf, 3, 4))) void reply_textf(struct reply *r,
						       const char *key,
						       const char *fmt, ...);

/*
 * Below: what the renderers read. Each token knows the map or list it stands
 * in, so a key's path is found without a walk from the start. What was opened
 * and not ended, after an overflow or by mistake, ends with the tokens.
 */
#define REPLY_TOP UINT16_MAX

enum reply_type {
	TOKEN_STOP, /* no token: all were read */
	TOKEN_END,  /* of the map or list at `parent` */
	TOKEN_MAP,
	TOKEN_LIST,
	TOKEN_U64,
	TOKEN_ID,
	TOKEN_I64,
	TOKEN_NONE,
	TOKEN_MILLI,
	TOKEN_BOOL,
	TOKEN_TEXT,
};

struct reply_token {
	enum reply_type type;
	enum reply_style style; /* of a map or list */
	uint16_t at, next;      /* offsets of this token and of the next */
	uint16_t parent;        /* the map or list it is in; REPLY_TOP */
	const char *key;        /* NULL in a list, never in a map */
	const char *unit;       /* NULL for none */
	uint64_t u;       /* U64, ID, I64 as two's complement, MILLI, BOOL */
	const char *text; /* TEXT: `text_len` bytes, no NUL behind */
	uint16_t text_len;
};

/* Reads the token at offset `at`, the first one being at 0. */
void reply_read(const struct reply *r, uint16_t at, struct reply_token *t);

/* The offset behind the token at `at`, behind its end for a map or list. */
uint16_t reply_skip(const struct reply *r, uint16_t at);

#endif /* SHELL_REPLY_H */
