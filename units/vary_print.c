/* SPDX-License-Identifier: BSD-3-Clause */
/* A struct vary as text, and what can be asked of one. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "units/value.h"
#include "units/vary_impl.h"

struct vary_wide vary_wide(const uint8_t bytes[VARY_BYTES])
{
	uint64_t net[2];

	memcpy(net, bytes, sizeof(net));
	return (struct vary_wide){.high = __builtin_bswap64(net[0]),
				  .low = __builtin_bswap64(net[1])};
}

void vary_put(struct vary *v, const struct vary_wide *w)
{
	const uint64_t net[2] = {__builtin_bswap64(w->high),
				 __builtin_bswap64(w->low)};

	memcpy(v->from, net, sizeof(net));
}

struct vary vary_constant(const uint8_t *bytes, size_t len)
{
	struct vary v;

	memset(&v, 0, sizeof(v));
	v.count = v.step = v.every = 1;
	if (len)
		memcpy(v.from + VARY_BYTES - len, bytes, len);
	return v;
}

bool vary_is_zero(const struct vary *v)
{
	const struct vary_wide w = vary_wide(v->from);

	return !w.high && !w.low;
}

bool vary_is_all(const struct vary *v, unsigned bits)
{
	return vary_is_zero(v) && !v->listed && !v->masked && !v->host_bits &&
	       v->step == 1 && bits <= 64 && v->count == vary_ones(bits) + 1;
}

uint64_t vary_low(const struct vary *v)
{
	return vary_wide(v->from).low;
}

uint64_t vary_listed(const struct vary *v, unsigned bits,
		     const struct vary_pool *pool, uint64_t index)
{
	const unsigned width = vary_width(bits);
	const uint8_t *p = pool->bytes + v->list + index * width;
	uint64_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value = value << 8 | p[i];
	return value;
}

static size_t list_bytes(const struct vary *v, unsigned bits)
{
	if (v->filed)
		return sizeof(struct vary_file *);
	return v->listed ? v->count * vary_width(bits) : 0;
}

struct vary_file *vary_file_of(const struct vary *v,
			       const struct vary_pool *pool)
{
	struct vary_file *f = NULL;

	if (v->filed)
		memcpy(&f, pool->bytes + v->list, sizeof(f));
	return f;
}

bool vary_move(struct vary *v, unsigned bits, const struct vary_pool *from,
	       struct vary_pool *to)
{
	const size_t len = list_bytes(v, bits);

	if (to->used + len > VARY_POOL_BYTES)
		return false;
	if (!len)
		return true;
	memcpy(to->bytes + to->used, from->bytes + v->list, len);
	v->list = to->used;
	to->used = (uint16_t)(to->used + len);
	return true;
}

uint64_t vary_cycle(const struct vary *v)
{
	uint64_t frames;

	if (v->kind == VARY_RANDOM || v->kind == VARY_ZIPF)
		return 0;
	if (v->kind == VARY_MAP)
		return 1;
	if (!v->count || __builtin_mul_overflow(v->count, v->every, &frames))
		return UINT64_MAX;
	return frames;
}

unsigned vary_print_one(enum vary_type type, const struct vary_wide *w,
			char *buf, size_t size)
{
	char text[48] = "";
	struct vary v;

	vary_put(&v, w);
	switch (type) {
	case VARY_MAC:
		value_mac_print(v.from + VARY_BYTES - VALUE_MAC_BYTES, text,
				sizeof(text));
		break;
	case VARY_IPV4:
		value_ipv4_print(v.from + VARY_BYTES - VALUE_IPV4_BYTES, 32,
				 text, sizeof(text));
		break;
	case VARY_IPV6:
		value_ipv6_print(v.from, 128, text, sizeof(text));
		break;
	default:
		if (w->high)
			snprintf(text, sizeof(text), "0x%" PRIx64 "%016" PRIx64,
				 w->high, w->low);
		else
			snprintf(text, sizeof(text),
				 w->hex ? "0x%" PRIx64 : "%" PRIu64, w->low);
		break;
	}
	snprintf(buf, size, "%s", text);
	return (unsigned)strlen(text);
}

/* Text that grows, up to where its buffer ends. */
struct text {
	char *buf;
	size_t size, len;
};

static void add(struct text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *format, ...)
{
	const size_t room = t->size - t->len;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->buf + t->len, room, format, ap);
	va_end(ap);
	t->len += (size_t)n < room ? (size_t)n : room - 1;
}

/* A word with a blank in front, where one stands there. */
static void add_word(struct text *t, const char *word)
{
	add(t, "%s%s", t->len ? " " : "", word);
}

static void add_list(struct text *t, const struct vary *v, enum vary_type type,
		     unsigned bits, const struct vary_pool *pool)
{
	struct vary_wide w = vary_wide(v->from);
	char one[48];

	add_word(t, "list ");
	if (v->filed) {
		add(t, "@%s", vary_file_of(v, pool)->name);
		return;
	}
	w.hex = v->hex;
	for (uint64_t i = 0; i < v->count; i++) {
		w.low = vary_listed(v, bits, pool, i);
		vary_print_one(type, &w, one, sizeof(one));
		add(t, "%s%s", i ? "," : "", one);
	}
}

/* One value, a prefix or a range. */
static void add_values(struct text *t, const struct vary *v,
		       enum vary_type type, unsigned bits)
{
	struct vary_wide w = vary_wide(v->from);
	char one[48];

	w.hex = v->hex;
	vary_print_one(type, &w, one, sizeof(one));
	add_word(t, one);
	if (v->masked || v->kind == VARY_CONSTANT)
		return;
	if (v->host_bits) {
		add(t, "/%u", bits - v->host_bits);
	} else {
		w.low += (v->count - 1) * v->step;
		vary_print_one(type, &w, one, sizeof(one));
		add(t, "-%s", one);
	}
	if (v->step != 1)
		add(t, " step %" PRIu64, v->step);
}

static void add_exponent(struct text *t, unsigned thousandths)
{
	unsigned digits = 3, fraction = thousandths % 1000;

	for (; digits > 1 && fraction % 10 == 0; digits--)
		fraction /= 10;
	add(t, " zipf %u.%0*u", thousandths / 1000, (int)digits, fraction);
}

/* "random" alone says what it draws from. */
static bool needs_values(const struct vary *v, unsigned bits)
{
	if (v->kind != VARY_RANDOM)
		return true;
	return v->masked ? !vary_is_zero(v) : !vary_is_all(v, bits);
}

void vary_print(const struct vary *v, enum vary_type type, unsigned bits,
		const struct vary_pool *pool, char *buf, size_t size)
{
	struct text t = {buf, size, 0};

	buf[0] = '\0';
	if (v->kind == VARY_MAP) {
		vary_print_map(v, type, bits, pool, buf, size);
		return;
	}
	if (v->kind == VARY_RANDOM)
		add_word(&t, "random");
	if (v->listed)
		add_list(&t, v, type, bits, pool);
	else if (needs_values(v, bits))
		add_values(&t, v, type, bits);
	if (v->masked)
		add(&t, " mask 0x%" PRIx64, v->step);
	if (v->down)
		add(&t, " down");
	if (v->shuffled)
		add(&t, " shuffled");
	if (v->kind == VARY_ZIPF)
		add_exponent(&t, v->exponent);
	if (v->every != 1)
		add(&t, " every %" PRIu32, v->every);
}
