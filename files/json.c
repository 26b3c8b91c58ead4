/* SPDX-License-Identifier: BSD-3-Clause */
#include "files/json.h"

#include <string.h>

void json_begin(struct json *j, const void *text, size_t len)
{
	*j = (struct json){.at = text, .end = (const char *)text + len};
}

static void skip(struct json *j)
{
	while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' ||
				  *j->at == '\r' || *j->at == '\t'))
		j->at++;
}

static bool take(struct json *j, char c)
{
	skip(j);
	if (j->at == j->end || *j->at != c)
		return false;
	j->at++;
	return true;
}

static bool in_list(const struct json *j)
{
	return j->lists >> j->depth & 1;
}

/* Behind its first quote. */
static bool take_text(struct json *j, const char **text, size_t *len)
{
	*text = j->at;
	for (; j->at < j->end && *j->at != '"'; j->at++)
		if ((unsigned char)*j->at < 0x20 ||
		    (*j->at == '\\' && ++j->at == j->end))
			return false;
	*len = (size_t)(j->at - *text);
	return j->at++ < j->end;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '+' || c == '.' || c == 'E';
}

static bool open(struct json *j, struct json_piece *p, bool list)
{
	if (++j->depth == JSON_DEPTH_MAX)
		return false;
	j->lists = (j->lists & ~(1u << j->depth)) | (uint32_t)list << j->depth;
	j->after = false;
	p->kind = JSON_OPEN;
	p->list = list;
	return true;
}

static bool take_value(struct json *j, struct json_piece *p)
{
	static const char *const words[] = {"true", "false", "null"};

	if (take(j, '{'))
		return open(j, p, false);
	if (take(j, '['))
		return open(j, p, true);
	j->after = true;
	j->over = !j->depth;
	if (take(j, '"')) {
		p->kind = JSON_TEXT;
		return take_text(j, &p->text, &p->len);
	}
	p->text = j->at;
	while (j->at < j->end && is_word(*j->at))
		j->at++;
	p->len = (size_t)(j->at - p->text);
	p->kind = JSON_WORD;
	for (unsigned i = 0; i < 3; i++)
		if (p->len == strlen(words[i]) &&
		    !memcmp(p->text, words[i], p->len))
			return true;
	p->kind = JSON_NUMBER;
	return p->len &&
	       (*p->text == '-' || (*p->text >= '0' && *p->text <= '9'));
}

static bool find(struct json *j, struct json_piece *p)
{
	p->depth = j->depth;
	if (j->depth && take(j, in_list(j) ? ']' : '}')) {
		p->list = in_list(j);
		p->kind = JSON_CLOSE;
		p->depth = --j->depth;
		j->after = true;
		j->over = !j->depth;
		return true;
	}
	if (j->after && !take(j, ','))
		return false;
	if (j->depth && !in_list(j)) {
		if (!take(j, '"') || !take_text(j, &p->key, &p->key_len) ||
		    !take(j, ':'))
			return false;
	}
	return take_value(j, p);
}

void json_next(struct json *j, struct json_piece *p)
{
	memset(p, 0, sizeof(*p));
	skip(j);
	if (j->over && j->at == j->end) {
		p->kind = JSON_END;
		return;
	}
	j->after &= !j->over;
	j->over = false;
	if (j->at && find(j, p))
		return;
	p->kind = JSON_BAD;
	j->at = NULL;
	j->over = false;
}

bool json_is_key(const struct json_piece *p, const char *key)
{
	return p->key && strlen(key) == p->key_len &&
	       !memcmp(p->key, key, p->key_len);
}

bool json_milli(const struct json_piece *p, int64_t *milli)
{
	const bool minus = p->kind == JSON_NUMBER && *p->text == '-';
	int places = -1;
	int64_t v = 0;

	if (p->kind != JSON_NUMBER)
		return false;
	for (size_t i = minus; i < p->len && places < 3; i++) {
		const char c = p->text[i];

		if (c == '.' && places < 0) {
			places = 0;
			continue;
		}
		if (c < '0' || c > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, c - '0', &v))
			return false;
		places += places >= 0;
	}
	for (places = places < 0 ? 0 : places; places < 3; places++)
		if (__builtin_mul_overflow(v, 10, &v))
			return false;
	*milli = minus ? -v : v;
	return true;
}
