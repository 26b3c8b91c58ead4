/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads JSON (RFC 8259) piece by piece, from memory that may hold anything. A
 * piece is a value that is no list and no object, or where one of these begins
 * or ends. Texts may follow each other, as JSON lines do. No allocation, no
 * recursion.
 */
#ifndef FILES_JSON_H
#define FILES_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Objects and lists in each other. */
#define JSON_DEPTH_MAX 16

enum json_kind {
	JSON_END,  /* of the text */
	JSON_BAD,  /* it is none, or nests too deep */
	JSON_OPEN, /* an object or a list begins: `list` */
	JSON_CLOSE,
	JSON_TEXT,
	JSON_NUMBER,
	JSON_WORD, /* true, false, null */
};

struct json {
	const char *at, *end;
	unsigned depth;
	uint32_t lists; /* bit N: what is open at depth N is a list */
	bool after;     /* a value stands before: a comma follows, or an end */
	bool over;      /* the outermost value has ended */
};

/* Bytes of the text, without quotes, and with its escapes as they stand. */
struct json_piece {
	enum json_kind kind;
	bool list;
	const char *key; /* in an object, but of JSON_CLOSE; else NULL */
	size_t key_len;
	const char *text;
	size_t len;
	unsigned depth; /* how many objects and lists it stands in */
};

void json_begin(struct json *j, const void *text, size_t len);

/* What is next; JSON_BAD and JSON_END stay. */
void json_next(struct json *j, struct json_piece *p);

bool json_is_key(const struct json_piece *p, const char *key);

/* A number in thousandths; false: it is none, or one that has no room there. */
bool json_milli(const struct json_piece *p, int64_t *milli);

#endif /* FILES_JSON_H */
