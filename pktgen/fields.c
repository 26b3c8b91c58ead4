/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields are set. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <uk/essentials.h>

#include "pktgen/fields_impl.h"

static void remove_at(struct stream *s, unsigned i)
{
	const unsigned nest = s->field[i].nest;

	s->nb_fields--;
	memmove(&s->field[i], &s->field[i + 1],
		(s->nb_fields - i) * sizeof(s->field[0]));
	memset(&s->field[s->nb_fields], 0, sizeof(s->field[0]));
	fields_leave_nest(s, nest);
	fields_tidy_pool(s);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int fields_hex(const char *word, uint8_t *bytes, unsigned max)
{
	unsigned n = 0;

	if (word[0] == '0' && (word[1] | 0x20) == 'x')
		word += 2;
	for (; word[0]; word += 2, n++) {
		const int high = hex_digit(word[0]);
		const int low = high < 0 ? -1 : hex_digit(word[1]);

		if (low < 0)
			return -1;
		if (n < max)
			bytes[n] = (uint8_t)(high << 4 | low);
	}
	return (int)n;
}

/* "2001:db8::1,2001:db8::2", or of IPv4, likewise. */
static int take_addresses(const char *word, unsigned type, uint8_t *bytes,
			  unsigned max)
{
	const unsigned size =
		type == PROTO_IPV4 ? VALUE_IPV4_BYTES : VALUE_IPV6_BYTES;
	char one[48];
	unsigned n = 0;

	for (;;) {
		const size_t len = strcspn(word, ",");
		uint8_t addr[VALUE_IPV6_BYTES];

		if (len >= sizeof(one))
			return -1;
		memcpy(one, word, len);
		one[len] = '\0';
		if (type == PROTO_IPV4 ? value_ipv4(one, addr, NULL)
				       : value_ipv6(one, addr, NULL))
			return -1;
		if (n + size <= max)
			memcpy(bytes + n, addr, size);
		n += size;
		if (!word[len])
			return (int)n;
		word += len + 1;
	}
}

static int take_tail(struct stream *s, struct stream_field *f,
		     const char *const words[], unsigned nb,
		     struct fields_fault *fault)
{
	const struct proto_tail *tail = &fields_proto(s, f->layer)->tail;
	const unsigned room = (unsigned)sizeof(s->pool.bytes) - s->pool.used;
	static const char *const examples[] = {
		[PROTO_NUMBER] = "bytes in hex, such as 01020304",
		[PROTO_IPV4] = "addresses such as 192.0.2.1,192.0.2.2",
		[PROTO_IPV6] = "addresses such as 2001:2::1,2001:2::2",
	};
	uint8_t bytes[256];
	int n;

	if (stream_plays(s))
		return fields_refuse(
			fault, E_STATE, -1,
			"'%s' of a capture's frames stays as it is",
			tail->name);
	if (nb > 1)
		return fields_refuse(fault, E_SURPLUS, 1, "one word too many");
	n = tail->type == PROTO_NUMBER
		    ? fields_hex(words[0], bytes, sizeof(bytes))
		    : take_addresses(words[0], tail->type, bytes,
				     sizeof(bytes));
	if (n < 0)
		return fields_refuse(fault, E_SYNTAX, 0,
				     "'%s' takes %s, not '%s'", tail->name,
				     examples[tail->type], words[0]);
	if (n > tail->max || n > (int)sizeof(bytes) || n > (int)room)
		return fields_refuse(fault, E_RANGE, 0,
				     "'%s' takes up to %u bytes, not %d",
				     tail->name, MIN(tail->max, room), n);
	memset(&f->vary, 0, sizeof(f->vary));
	f->vary.list = s->pool.used;
	f->tail_len = (uint16_t)n;
	memcpy(s->pool.bytes + s->pool.used, bytes, (size_t)n);
	s->pool.used = (uint16_t)(s->pool.used + n);
	return 0;
}

static int take_value(struct stream *s, struct stream_field *f,
		      const char *const words[], unsigned nb,
		      struct vary_file *file, struct fields_fault *fault)
{
	unsigned word = 0;

	if (fields_is_tail(s, f))
		return take_tail(s, f, words, nb, fault);
	fault->err = vary_take(words, nb, (enum vary_type)fields_type(s, f),
			       fields_bits(s, f), file, &s->pool, &f->vary,
			       &word, fault->text);
	fault->word = (int)word;
	if (!fault->err && f->vary.kind == VARY_MAP && !stream_plays(s))
		return fields_refuse(fault, E_STATE, 0,
				     "'map' changes frames of a capture; type "
				     "'play FILE' first");
	return fault->err ? -EINVAL : 0;
}

static unsigned nb_varying(const struct stream *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->nb_fields; i++)
		n += fields_edits(s, i);
	return n;
}

/* Into its place among the others. */
static int add(struct stream *s, const struct stream_field *f,
	       struct fields_fault *fault)
{
	unsigned i = s->nb_fields;

	if (i == STREAM_FIELDS_MAX)
		return fields_refuse(
			fault, E_RANGE, -1,
			"up to %u fields can be set; 'set FIELD auto' "
			"resets one",
			STREAM_FIELDS_MAX);
	for (; i && fields_compare(&s->field[i - 1], f) > 0; i--)
		s->field[i] = s->field[i - 1];
	s->field[i] = *f;
	s->nb_fields++;
	if (nb_varying(s) > STREAM_VARYING_MAX)
		return fields_refuse(fault, E_RANGE, -1,
				     "up to %u fields can vary",
				     STREAM_VARYING_MAX);
	return 0;
}

int fields_set(struct stream *s, const char *name, const char *const words[],
	       unsigned nb, struct vary_file *file, struct fields_fault *fault)
{
	const bool via = STREAM_VIA && nb && !strcasecmp(words[0], FIELDS_VIA);
	const bool back =
		via || (nb == 1 && !strcasecmp(words[0], FIELDS_AUTO));
	struct stream to;
	struct stream_field f;
	uint8_t nest = 0;
	int at;

	memcpy(&to, s, sizeof(to));
	if (fields_take_name(&to, name, &f, fault) < 0)
		return -EINVAL;
	if (!nb)
		return fields_refuse(fault, E_MISSING, -1,
				     "'%s' needs a value, such as 'auto'",
				     name);
	if (nb == 1 &&
	    (!strcasecmp(words[0], "off") || !strcasecmp(words[0], "none")))
		return fields_refuse(fault, E_SYNTAX, 0,
				     "'%s' is no value; type one, or 'auto' "
				     "for that of the headers",
				     words[0]);
	if (STREAM_VIA && fields_is_via(&to, &f))
		memset(&to.via, 0, sizeof(to.via));
	else if (via)
		return fields_refuse(fault, E_SYNTAX, 0,
				     "'via' is for 'eth.dst' of the outermost "
				     "header, not '%s'",
				     name);
	if (via && fields_take_via(&to, words, nb, fault) < 0)
		return -EINVAL;
	at = fields_find(&to, &f);
	if (at >= 0) {
		nest = to.field[at].nest;
		remove_at(&to, (unsigned)at);
	}
	if (!back) {
		if (take_value(&to, &f, words, nb, file, fault) < 0 ||
		    add(&to, &f, fault) < 0)
			return -EINVAL;
		/* It varies in the order in which it did. */
		if (nest && f.vary.kind != VARY_CONSTANT) {
			for (unsigned i = 0; i < to.nb_fields; i++)
				to.field[i].nest =
					(uint8_t)(to.field[i].nest +
						  (to.field[i].nest >= nest));
			to.field[fields_find(&to, &f)].nest = nest;
		}
		fields_tidy_pool(&to);
	}
	memcpy(s, &to, sizeof(*s));
	return 0;
}

int fields_check(const struct stream *s, const char *name,
		 struct fields_fault *fault)
{
	struct stream_field f;

	return fields_take_name(s, name, &f, fault);
}

int fields_kind(const struct stream *s, const char *name, enum vary_type *type,
		unsigned *bits, struct fields_fault *fault)
{
	struct stream_field f;

	if (fields_take_name(s, name, &f, fault) < 0)
		return -EINVAL;
	if (fields_is_tail(s, &f))
		return fields_refuse(fault, E_SYNTAX, -1,
				     "'%s' does not vary, so it has no list",
				     name);
	*type = (enum vary_type)fields_type(s, &f);
	*bits = fields_bits(s, &f);
	return 0;
}

void fields_hold(const struct stream *s, int by)
{
	for (unsigned i = 0; i < s->nb_fields; i++) {
		struct vary_file *f = vary_file_of(&s->field[i].vary, &s->pool);

		if (f)
			f->users += (unsigned)by;
	}
}

int fields_set_word(struct stream *s, const char *name, const char *word,
		    struct fields_fault *fault)
{
	return fields_set(s, name, &word, 1, NULL, fault);
}
