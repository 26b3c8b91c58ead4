/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of fields as words: one, a range, a prefix, a list. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "units/value.h"
#include "units/vary_impl.h"

enum shell_err vary_refuse(struct take *t, enum shell_err err, unsigned fault,
			   const char *format, ...)
{
	va_list ap;

	t->fault = fault;
	va_start(ap, format);
	vsnprintf(t->why, VARY_WHY_MAX, format, ap);
	va_end(ap);
	return err;
}

struct shown vary_show(const char *s, size_t len)
{
	const size_t most = sizeof(((struct shown *)0)->text) - 4;
	struct shown shown = {""};
	size_t n = 0;

	for (; n < len && n < most; n++)
		shown.text[n] = s[n] >= ' ' && s[n] <= '~' ? s[n] : '?';
	if (n < len)
		memcpy(shown.text + n, "...", 3);
	return shown;
}

struct shown vary_show_word(const struct take *t, unsigned at)
{
	return vary_show(t->words[at], strlen(t->words[at]));
}

/*
 * ---- One value ------------------------------------------------------------
 */

static enum shell_err take_hex(const char *s, struct vary_wide *w)
{
	bool huge = false;

	*w = (struct vary_wide){.hex = true};
	if (!*s)
		return E_SYNTAX;
	for (; *s; s++) {
		const char c = *s, low = c | 0x20;

		if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'f'))
			return E_SYNTAX;
		huge |= w->high >> 60 != 0;
		w->high = w->high << 4 | w->low >> 60;
		w->low = w->low << 4 |
			 (uint64_t)(c <= '9' ? c - '0' : low - 'a' + 10);
	}
	return huge ? E_RANGE : E_OK;
}

enum shell_err vary_take_number(const char *s, unsigned bits,
				struct vary_wide *w)
{
	enum shell_err err;

	*w = (struct vary_wide){0};
	if (s[0] == '0' && (s[1] | 0x20) == 'x')
		err = take_hex(s + 2, w);
	else
		err = value_int(s, &w->low);
	if (!err && (bits < 64 ? w->high || w->low >> bits
			       : bits < 128 && w->high >> (bits - 64)))
		err = E_RANGE;
	return err;
}

enum shell_err vary_take_one(const struct take *t, const char *s, size_t len,
			     struct vary_wide *w, unsigned *prefix)
{
	uint8_t bytes[VARY_BYTES] = {0};
	enum shell_err err;
	char one[80];

	if (len >= sizeof(one))
		return E_SYNTAX;
	memcpy(one, s, len);
	one[len] = '\0';
	switch (t->type) {
	case VARY_MAC:
		err = value_mac(one, bytes + VARY_BYTES - VALUE_MAC_BYTES);
		break;
	case VARY_IPV4:
		err = value_ipv4(one, bytes + VARY_BYTES - VALUE_IPV4_BYTES,
				 prefix);
		break;
	case VARY_IPV6:
		err = value_ipv6(one, bytes, prefix);
		break;
	default:
		return vary_take_number(one, t->bits, w);
	}
	*w = vary_wide(bytes);
	return err;
}

/* What one value looks like. */
static const char *wanted(const struct take *t, char *buf, size_t size)
{
	static const char *const address[] = {
		[VARY_MAC] = "a MAC address such as 02:00:00:00:00:01",
		[VARY_IPV4] = "an IPv4 address such as 10.0.0.1",
		[VARY_IPV6] = "an IPv6 address such as 2001:2::1",
	};

	if (t->type != VARY_NUMBER)
		return address[t->type];
	if (t->bits > 64)
		snprintf(buf, size, "0x and up to %u digits", t->bits / 4);
	else
		snprintf(buf, size, "0..%" PRIu64, vary_ones(t->bits));
	return buf;
}

/* What other tools write for several; false: it is none of that. */
static bool refuse_several(struct take *t, const char *s, size_t len)
{
	size_t at = 1;

	while (at + 2 < len && (s[at] != '.' || s[at + 1] != '.'))
		at++;
	if (at + 2 < len)
		vary_refuse(t, E_SYNTAX, t->at,
			    "a range has a '-'; type '%s-%s'",
			    vary_show(s, at).text,
			    vary_show(s + at + 2, len - at - 2).text);
	else if (s[0] != ',' && memchr(s, ',', len))
		vary_refuse(t, E_SYNTAX, t->at,
			    "these are a list; type 'list %s'",
			    vary_show(s, len).text);
	else
		return false;
	return true;
}

enum shell_err vary_refuse_one(struct take *t, enum shell_err err,
			       const char *s, size_t len)
{
	char buf[48];

	if (!len)
		return vary_refuse(t, err, t->at, "'%s' needs a value; type %s",
				   vary_show_word(t, t->at).text,
				   wanted(t, buf, sizeof(buf)));
	if (err == E_RANGE && t->type == VARY_NUMBER)
		return vary_refuse(t, err, t->at,
				   "'%s' does not fit in %u bits; type %s",
				   vary_show(s, len).text, t->bits,
				   wanted(t, buf, sizeof(buf)));
	if (err == E_SYNTAX && refuse_several(t, s, len))
		return err;
	if (t->type == VARY_NUMBER)
		return vary_refuse(
			t, err, t->at, "'%s' is not a number; type %s",
			vary_show(s, len).text, wanted(t, buf, sizeof(buf)));
	return vary_refuse(t, err, t->at, "'%s' is not an address; type %s",
			   vary_show(s, len).text, wanted(t, buf, sizeof(buf)));
}

/*
 * ---- Several --------------------------------------------------------------
 */

/* `last` values from `w` on, and that one. */
static void put_range(struct take *t, const struct vary_wide *w, uint64_t last)
{
	t->v.kind = VARY_RANGE;
	t->v.count = last + 1;
	t->v.hex = w->hex;
	vary_put(&t->v, w);
	t->several = true;
}

static enum shell_err take_range(struct take *t, const struct vary_wide *from,
				 const struct vary_wide *to, const char *dash)
{
	const char *word = t->words[t->at];
	struct vary_wide first = *from;

	if (from->high != to->high)
		return vary_refuse(
			t, E_RANGE, t->at,
			"'%s' varies in more than the last 64 bits; type two "
			"values that share the bits above",
			vary_show_word(t, t->at).text);
	if (from->low > to->low)
		return vary_refuse(
			t, E_RANGE, t->at,
			"'%s' ends before it begins; type '%s-%s', with "
			"'down' to go from the last to the first",
			vary_show_word(t, t->at).text,
			vary_show(dash + 1, strlen(dash + 1)).text,
			vary_show(word, (size_t)(dash - word)).text);
	first.hex |= to->hex;
	put_range(t, &first, to->low - from->low);
	return E_OK;
}

static enum shell_err take_prefix(struct take *t, const struct vary_wide *w,
				  unsigned prefix)
{
	const unsigned host = t->bits - prefix;

	if (host > 64)
		return vary_refuse(
			t, E_RANGE, t->at,
			"'%s' varies in more than the last 64 bits; type a "
			"prefix of /64 and more",
			vary_show_word(t, t->at).text);
	put_range(t, w, vary_ones(host));
	t->v.host_bits = (uint8_t)host;
	return E_OK;
}

/*
 * A value, a prefix or a range. A '-' may stand in a value, too: the one of a
 * range has a value on either side.
 */
enum shell_err vary_take_values(struct take *t)
{
	const char *word = t->words[t->at], *dash, *bad = word;
	unsigned prefix = t->bits;
	struct vary_wide from, to;
	enum shell_err err, one;

	err = vary_take_one(t, word, strlen(word), &from, &prefix);
	if (!err && strchr(word, '/'))
		return take_prefix(t, &from, prefix);
	if (!err) {
		t->v.hex = from.hex;
		vary_put(&t->v, &from);
		return E_OK;
	}
	for (dash = strchr(word, '-'); dash; dash = strchr(dash + 1, '-')) {
		one = vary_take_one(t, word, (size_t)(dash - word), &from,
				    NULL);
		if (one == E_SYNTAX)
			continue;
		if (one)
			return vary_refuse_one(t, one, word,
					       (size_t)(dash - word));
		bad = dash + 1;
		err = vary_take_one(t, bad, strlen(bad), &to, NULL);
		if (!err)
			return take_range(t, &from, &to, dash);
	}
	return vary_refuse_one(t, err, bad, strlen(bad));
}

static enum shell_err refuse_full(struct take *t, enum shell_err err,
				  const char *what)
{
	return vary_refuse(t, err, t->at, "%s with '%s'; type a shorter list",
			   what, vary_show_word(t, t->at).text);
}

/* "@NAME": what was read from it. */
static enum shell_err take_file(struct take *t)
{
	const struct vary_file *f = t->file;

	if (!f || strcmp(f->name, t->words[t->at] + 1) != 0 ||
	    f->type != t->type || f->bits != t->bits)
		return vary_refuse(t, E_NOFILE, t->at,
				   "no file is read for '%s'; type 'list A,B'",
				   vary_show_word(t, t->at).text);
	if (t->used + sizeof(f) > VARY_POOL_BYTES)
		return refuse_full(t, E_NOMEM, "the stream's lists are full");
	memcpy(t->pool->bytes + t->used, &f, sizeof(f));
	t->used += (unsigned)sizeof(f);
	memcpy(t->v.from, f->first, sizeof(f->first));
	t->v.count = f->count;
	t->v.filed = true;
	return E_OK;
}

enum shell_err vary_take_list(struct take *t)
{
	const unsigned width = vary_width(t->bits);
	const char *s = t->words[t->at], *end;
	bool hex = true;
	size_t text = 0;
	char one[48];

	t->v.kind = VARY_LIST;
	t->v.count = 0;
	t->v.listed = t->several = true;
	t->v.list = (uint16_t)t->used;
	if (s[0] == '@')
		return take_file(t);
	for (;; s = end + 1) {
		struct vary_wide w, first = vary_wide(t->v.from);
		enum shell_err err;

		end = s + strcspn(s, ",");
		err = vary_take_one(t, s, (size_t)(end - s), &w, NULL);
		if (err)
			return vary_refuse_one(t, err, s, (size_t)(end - s));
		if (!t->v.count)
			vary_put(&t->v, &w);
		else if (w.high != first.high)
			return vary_refuse(
				t, E_RANGE, t->at,
				"'%s' differs in more than the last 64 "
				"bits; type values that share the bits "
				"above",
				vary_show(s, (size_t)(end - s)).text);
		if (t->used + width > VARY_POOL_BYTES)
			return refuse_full(t, E_NOMEM,
					   "the stream's lists are full");
		for (unsigned i = width; i-- > 0;)
			t->pool->bytes[t->used++] = (uint8_t)(w.low >> 8 * i);
		hex &= w.hex;
		t->v.count++;
		text += vary_print_one(t->type, &w, one, sizeof(one)) + 1u;
		if (!*end)
			break;
	}
	if (text > VARY_LIST_TEXT)
		return refuse_full(t, E_RANGE, "the line is full");
	t->v.hex = hex;
	return E_OK;
}
