/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/fields.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <uk/essentials.h>

#include "net/proto/proto.h"

int fields_refuse(struct fields_fault *fault, enum shell_err err, int word,
		  const char *fmt, ...)
{
	va_list args;

	fault->err = err;
	fault->word = word;
	va_start(args, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
	return -EINVAL;
}

/* ---- Which field --------------------------------------------------------- */

static const struct proto *proto_of(const struct stream *s, unsigned layer)
{
	return protos[s->headers.proto[layer]];
}

/* NULL of bits at an offset, and of what stands at the end. */
static const struct proto_field *field_of(const struct stream *s,
					  const struct stream_field *f)
{
	const struct proto_field *of;

	if (f->layer == STREAM_AT)
		return NULL;
	of = &proto_of(s, f->layer)->field[f->field];
	return of->name ? of : NULL;
}

static bool is_tail(const struct stream *s, const struct stream_field *f)
{
	return f->layer != STREAM_AT && !field_of(s, f);
}

static enum proto_type type_of(const struct stream *s,
			       const struct stream_field *f)
{
	const struct proto_field *of = field_of(s, f);

	if (is_tail(s, f))
		return proto_of(s, f->layer)->tail.type;
	return of ? of->type : PROTO_NUMBER;
}

static unsigned bits_of(const struct stream *s, const struct stream_field *f)
{
	const struct proto_field *of = field_of(s, f);

	return of ? of->bits : f->nb_bits;
}

static void name_of(const struct stream *s, const struct stream_field *f,
		    char name[FIELDS_NAME_MAX])
{
	if (f->layer == STREAM_AT)
		snprintf(name, FIELDS_NAME_MAX, "@%u.%u", f->at_bit / 8u,
			 f->nb_bits);
	else
		headers_field_name(&s->headers, f->layer, f->field, name,
				   FIELDS_NAME_MAX);
}

/* A decimal number below 100,000; NULL when none stands there. */
static const char *take_number(const char *p, unsigned *n)
{
	const char *const from = p;

	for (*n = 0; *p >= '0' && *p <= '9' && p < from + 5; p++)
		*n = 10 * *n + (unsigned)(*p - '0');
	return p == from ? NULL : p;
}

/* "@34.16": 16 bits from byte 34 on; "@34" is a byte. */
static bool take_at(const char *name, struct stream_field *f)
{
	unsigned at, bits = 8;
	const char *end = take_number(name + 1, &at);

	if (end && *end == '.')
		end = take_number(end + 1, &bits);
	if (!end || *end || at >= STREAM_SIZE_MAX - 64 || bits < 1 || bits > 64)
		return false;
	f->layer = STREAM_AT;
	f->at_bit = (uint16_t)(at * 8);
	f->nb_bits = (uint8_t)bits;
	return true;
}

/* What a header has, "src, dst, ttl", cut where there is no more room. */
static void list_fields(const struct proto *p, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; p->field[i].name && used + 24 < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 used ? ", " : "", p->field[i].name);
	if (p->tail.name && used + 24 < size)
		snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
			 p->tail.name);
}

static int take_name(const struct stream *s, const char *name,
		     struct stream_field *f, struct fields_fault *fault)
{
	char text[HEADERS_PRINT_MAX];
	unsigned layer, field;

	*f = (struct stream_field){0};
	if (name[0] == '@')
		return take_at(name, f)
			       ? 0
			       : fields_refuse(
					 fault, E_SYNTAX, -1,
					 "'@BYTE.BITS' takes a byte of the "
					 "frame and 1..64 bits, such as "
					 "@34.16, "
					 "not '%s'",
					 name);
	if (!headers_field(&s->headers, name, &layer, &field)) {
		f->layer = (uint8_t)layer;
		f->field = (uint8_t)field;
		return 0;
	}
	if (layer < s->headers.nb) {
		list_fields(proto_of(s, layer), text, sizeof(text));
		return fields_refuse(fault, E_SYNTAX, -1,
				     "no field '%s'; %s has %s", name,
				     proto_of(s, layer)->name, text);
	}
	headers_print(&s->headers, text, sizeof(text));
	return fields_refuse(fault, E_SYNTAX, -1,
			     "no field '%s' in %s; see 'headers'", name, text);
}

/* By place: below 0, 0, above 0. */
static int compare(const struct stream_field *a, const struct stream_field *b)
{
	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	if (a->layer == STREAM_AT && a->at_bit != b->at_bit)
		return a->at_bit < b->at_bit ? -1 : 1;
	if (a->layer == STREAM_AT)
		return (int)a->nb_bits - b->nb_bits;
	return (int)a->field - b->field;
}

/* Where it is in the list, or -1. */
static int find(const struct stream *s, const struct stream_field *f)
{
	for (unsigned i = 0; i < s->nb_fields; i++)
		if (!compare(&s->field[i], f))
			return (int)i;
	return -1;
}

/* ---- Values ------------------------------------------------------------- */

/* Leaves out of the pool what no field has any more. */
static void tidy_pool(struct stream *s)
{
	const struct vary_pool was = s->pool;

	memset(&s->pool, 0, sizeof(s->pool));
	for (unsigned i = 0; i < s->nb_fields; i++) {
		struct stream_field *f = &s->field[i];

		if (!is_tail(s, f)) {
			vary_move(&f->vary, bits_of(s, f), &was, &s->pool);
			continue;
		}
		memcpy(s->pool.bytes + s->pool.used, was.bytes + f->vary.list,
		       f->tail_len);
		f->vary.list = s->pool.used;
		s->pool.used = (uint16_t)(s->pool.used + f->tail_len);
	}
}

/* Those behind a nested field that left come one earlier. */
static void leave_nest(struct stream *s, unsigned nest)
{
	for (unsigned i = 0; nest && i < s->nb_fields; i++)
		if (s->field[i].nest > nest)
			s->field[i].nest--;
}

static void remove_at(struct stream *s, unsigned i)
{
	const unsigned nest = s->field[i].nest;

	s->nb_fields--;
	memmove(&s->field[i], &s->field[i + 1],
		(s->nb_fields - i) * sizeof(s->field[0]));
	memset(&s->field[s->nb_fields], 0, sizeof(s->field[0]));
	leave_nest(s, nest);
	tidy_pool(s);
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
	const struct proto_tail *tail = &proto_of(s, f->layer)->tail;
	const unsigned room = (unsigned)sizeof(s->pool.bytes) - s->pool.used;
	static const char *const examples[] = {
		[PROTO_NUMBER] = "bytes in hex, such as 01020304",
		[PROTO_IPV4] = "addresses such as 192.0.2.1,192.0.2.2",
		[PROTO_IPV6] = "addresses such as 2001:2::1,2001:2::2",
	};
	uint8_t bytes[256];
	int n;

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
		      struct fields_fault *fault)
{
	unsigned word = 0;

	if (is_tail(s, f))
		return take_tail(s, f, words, nb, fault);
	fault->err = vary_take(words, nb, (enum vary_type)type_of(s, f),
			       bits_of(s, f), &s->pool, &f->vary, &word,
			       fault->text);
	fault->word = (int)word;
	return fault->err ? -EINVAL : 0;
}

static unsigned nb_varying(const struct stream *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->nb_fields; i++)
		n += s->field[i].vary.kind != VARY_CONSTANT;
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
			"takes one back",
			STREAM_FIELDS_MAX);
	for (; i && compare(&s->field[i - 1], f) > 0; i--)
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
	       unsigned nb, struct fields_fault *fault)
{
	const bool back = nb == 1 && !strcasecmp(words[0], FIELDS_AUTO);
	struct stream to;
	struct stream_field f;
	uint8_t nest = 0;
	int at;

	memcpy(&to, s, sizeof(to));
	if (take_name(&to, name, &f, fault) < 0)
		return -EINVAL;
	if (!nb)
		return fields_refuse(fault, E_MISSING, -1,
				     "'%s' lacks its value", name);
	at = find(&to, &f);
	if (at >= 0) {
		nest = to.field[at].nest;
		remove_at(&to, (unsigned)at);
	}
	if (!back) {
		if (take_value(&to, &f, words, nb, fault) < 0 ||
		    add(&to, &f, fault) < 0)
			return -EINVAL;
		/* It varies in the order in which it did. */
		if (nest && f.vary.kind != VARY_CONSTANT) {
			for (unsigned i = 0; i < to.nb_fields; i++)
				to.field[i].nest =
					(uint8_t)(to.field[i].nest +
						  (to.field[i].nest >= nest));
			to.field[find(&to, &f)].nest = nest;
		}
		tidy_pool(&to);
	}
	memcpy(s, &to, sizeof(*s));
	return 0;
}

int fields_check(const struct stream *s, const char *name,
		 struct fields_fault *fault)
{
	struct stream_field f;

	return take_name(s, name, &f, fault);
}

int fields_set_word(struct stream *s, const char *name, const char *word,
		    struct fields_fault *fault)
{
	return fields_set(s, name, &word, 1, fault);
}

/* ---- Headers ------------------------------------------------------------ */

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
		leave_nest(s, f->nest);
		s->nb_fields--;
		memmove(f, f + 1, (s->nb_fields - i) * sizeof(*f));
		memset(&s->field[s->nb_fields], 0, sizeof(*f));
	}
	/* In order of the new places. */
	for (unsigned i = 1; i < s->nb_fields; i++)
		for (unsigned k = i;
		     k && compare(&s->field[k - 1], &s->field[k]) > 0; k--) {
			const struct stream_field f = s->field[k];

			s->field[k] = s->field[k - 1];
			s->field[k - 1] = f;
		}
	tidy_pool(s);
}

/* Takes these, where they make sense. */
static int try_headers(struct stream *s, const struct headers *h,
		       struct fields_fault *fault)
{
	char text[HEADERS_PRINT_MAX];
	struct headers same;
	const char *at;

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

		if (take_name(s, names[i], &f, fault) < 0) {
			fault->word = (int)i;
			return -EINVAL;
		}
		at[i] = find(s, &f);
		if (at[i] >= 0 && s->field[at[i]].vary.kind != VARY_CONSTANT &&
		    !vary_cycle(&s->field[at[i]].vary))
			return fields_refuse(
				fault, E_STATE, (int)i,
				"%s is drawn and never goes round; "
				"'shuffled' does",
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

/* ---- As text ------------------------------------------------------------ */

static void print_tail(const struct stream *s, const struct stream_field *f,
		       char *buf, size_t size)
{
	const uint8_t *bytes = s->pool.bytes + f->vary.list;
	static const uint8_t steps[] = {
		[PROTO_NUMBER] = 1,
		[PROTO_IPV4] = VALUE_IPV4_BYTES,
		[PROTO_IPV6] = VALUE_IPV6_BYTES,
	};
	const unsigned type = type_of(s, f), step = steps[type];
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < f->tail_len && used < size; i += step) {
		char one[48];

		if (type == PROTO_IPV6)
			value_ipv6_print(bytes + i, 128, one, sizeof(one));
		else if (type == PROTO_IPV4)
			value_ipv4_print(bytes + i, 32, one, sizeof(one));
		else
			snprintf(one, sizeof(one), "%02x", bytes[i]);
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 step > 1 && i ? "," : "", one);
	}
}

static void print_value(const struct stream *s, const struct stream_field *f,
			char value[FIELDS_VALUE_MAX])
{
	if (is_tail(s, f))
		print_tail(s, f, value, FIELDS_VALUE_MAX);
	else
		vary_print(&f->vary, (enum vary_type)type_of(s, f),
			   bits_of(s, f), &s->pool, value, FIELDS_VALUE_MAX);
}

bool fields_at(const struct stream *s, unsigned i, char name[FIELDS_NAME_MAX],
	       char value[FIELDS_VALUE_MAX])
{
	if (i >= s->nb_fields)
		return false;
	name_of(s, &s->field[i], name);
	print_value(s, &s->field[i], value);
	return true;
}

bool fields_get(const struct stream *s, const char *name,
		char value[FIELDS_VALUE_MAX])
{
	struct fields_fault fault;
	struct stream_field f;
	int at;

	if (take_name(s, name, &f, &fault) < 0)
		return false;
	at = find(s, &f);
	if (at >= 0)
		print_value(s, &s->field[at], value);
	return at >= 0;
}

void fields_nested(const struct stream *s, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned nest = 1; nest <= STREAM_NESTED_MAX; nest++)
		for (unsigned i = 0; i < s->nb_fields; i++) {
			char name[FIELDS_NAME_MAX];

			if (s->field[i].nest != nest || used >= size)
				continue;
			name_of(s, &s->field[i], name);
			used += (size_t)snprintf(buf + used, size - used,
						 "%s%s", used ? " " : "", name);
		}
}

/* ---- For the program ---------------------------------------------------- */

/* The parts of a layer that are there, as a field of theirs is set. */
static unsigned parts_of(const struct stream *s, unsigned layer)
{
	unsigned parts = 0;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct stream_field *f = &s->field[i];

		if (f->layer == layer && field_of(s, f))
			parts |= proto_parts(proto_of(s, layer), f->field,
					     f->vary.from);
	}
	return parts;
}

static int push(const struct stream *s, unsigned layer, struct stack *st)
{
	const uint8_t *tail = NULL;
	unsigned len = 0;

	for (unsigned i = 0; i < s->nb_fields; i++)
		if (s->field[i].layer == layer && is_tail(s, &s->field[i])) {
			tail = s->pool.bytes + s->field[i].vary.list;
			len = s->field[i].tail_len;
		}
	return stack_push(st, proto_of(s, layer), parts_of(s, layer), tail,
			  len);
}

/* From the port's own address to all, unless that is set. */
static void set_ends(const struct stream *s, struct stack *st)
{
	static const uint8_t all[16] = {[10] = 255, 255, 255, 255, 255, 255};
	uint8_t device[16] = {0};
	unsigned layer, field;

	memcpy(device + sizeof(device) - ETH_ALEN, s->device_mac, ETH_ALEN);
	if (!headers_field(&s->headers, "eth.src", &layer, &field))
		stack_set(st, layer, field, device);
	if (!headers_field(&s->headers, "eth.dst", &layer, &field))
		stack_set(st, layer, field, all);
}

int fields_stack(const struct stream *s, struct stack *st)
{
	memset(st, 0, sizeof(*st));
	for (unsigned i = 0; i < s->headers.nb; i++)
		if (push(s, i, st) < 0)
			return -E2BIG;
	set_ends(s, st);
	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct stream_field *f = &s->field[i];

		if (field_of(s, f))
			stack_set(st, f->layer, f->field, f->vary.from);
	}
	stack_done(st);
	return 0;
}

void fields_place(const struct stack *st, const struct stream_field *f,
		  unsigned *at, unsigned *bits)
{
	if (f->layer == STREAM_AT) {
		*at = f->at_bit;
		*bits = f->nb_bits;
		return;
	}
	*at = stack_field_at(st, f->layer, f->field);
	*bits = st->layer[f->layer].proto->field[f->field].bits;
}

unsigned fields_end(const struct stream *s)
{
	unsigned end = 0;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct stream_field *f = &s->field[i];

		if (f->layer == STREAM_AT)
			end = MAX(end, (f->at_bit + f->nb_bits + 7u) / 8);
	}
	return end;
}

uint64_t fields_outer_every(const struct stream *s, unsigned i)
{
	const unsigned nest = s->field[i].nest;
	uint64_t every = 1;

	for (unsigned k = 0; nest && k < s->nb_fields; k++) {
		const struct stream_field *f = &s->field[k];
		uint64_t by;

		if (!f->nest || f->nest >= nest)
			continue;
		by = vary_cycle(&f->vary);
		/* Beyond all frames there can be it does not matter. */
		if (by > UINT64_MAX / every)
			return UINT64_MAX;
		every *= by;
	}
	return every;
}
