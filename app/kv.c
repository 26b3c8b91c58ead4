/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/kv.h"

#include <stdio.h>
#include <string.h>

#include "app/app.h"

/* In a call: some 100 us, so that the workers have their turn. */
#define KEYS 64
/* What a table leaves of the heap to all else. */
#define RESERVE (24u << 10)
#define DIGITS_MIN 4

/*
 * What the call remembers: the table once there is memory for it, the file's
 * version, how far it is, and what there was up to here.
 */
enum { TABLE, SERIAL, AT, COUNT, BYTES };

struct item {
	const char *key, *value;
	size_t key_len, value_len;
	uint32_t flags;
};

/* ---- Made ---------------------------------------------------------------- */

/* Keys of as many digits as the last one has. */
static int digits_of(uint32_t keys)
{
	return MAX(snprintf(NULL, 0, "%u", (unsigned)(keys - 1)), DIGITS_MIN);
}

/* Its value is its key, again and again. */
static void make(const struct app_kv *from, uint32_t number, char key[16],
		 char value[APP_KV_VALUE_MAX], struct item *to)
{
	const int digits = digits_of(from->keys);

	snprintf(key, 16, "%0*u", digits, (unsigned)number);
	for (unsigned i = 0; i < from->value_size; i++)
		value[i] = key[i % (unsigned)digits];
	*to = (struct item){key, value, (size_t)digits, from->value_size, 0};
}

/* ---- Read ---------------------------------------------------------------- */

/* A number of a line, up to the blank or end behind it. */
static bool take_number(const char **at, const char *end, uint64_t max,
			uint64_t *to)
{
	const char *const from = *at + (*at < end && **at == ' ');
	const char *p = from;

	for (*to = 0; p < end && *p >= '0' && *p <= '9' && *to <= max; p++)
		*to = *to * 10 + (uint64_t)(*p - '0');
	*at = p;
	return p > from && *to <= max && (p == end || *p == ' ');
}

/* Past the end of a line; NULL: there is none. */
static const char *past_end(const char *at, const char *end)
{
	at += at < end && *at == '\r';
	return at < end && *at == '\n' ? at + 1 : NULL;
}

/*
 * "set KEY FLAGS TIME BYTES", and as many bytes on a line of their own: as
 * memcached takes it. Returns what is wrong, or NULL with *next behind it.
 */
static const char *read(const char *text, const char *end, struct item *to,
			const char **next)
{
	const char *line_end = memchr(text, '\n', (size_t)(end - text)), *at;
	uint64_t flags, time, bytes;

	if (!line_end)
		return "its line has no end";
	line_end -= line_end > text && line_end[-1] == '\r';
	if (line_end - text < 4 || memcmp(text, "set ", 4) != 0)
		return "it does not begin with 'set'";
	to->key = text + 4;
	for (at = to->key; at < line_end && (unsigned char)*at > ' ';)
		at++;
	to->key_len = (size_t)(at - to->key);
	if (!to->key_len || to->key_len > KV_KEY_MAX)
		return "a key has 1 to 250 bytes";
	if (!take_number(&at, line_end, UINT32_MAX, &flags) ||
	    !take_number(&at, line_end, UINT32_MAX, &time) ||
	    !take_number(&at, line_end, UINT32_MAX, &bytes))
		return "behind the key stand flags, time and bytes";
	to->flags = (uint32_t)flags;
	to->value_len = (size_t)bytes;
	to->value = past_end(line_end, end);
	if (!to->value || bytes > (size_t)(end - to->value) ||
	    !(*next = past_end(to->value + bytes, end)))
		return "its value is shorter or longer than it says";
	return NULL;
}

/* ---- Both ---------------------------------------------------------------- */

static enum call_result finish(struct kv *kv, enum call_result result)
{
	kv_delete(kv);
	return result;
}

/* A key: false where there is none any more, or the call has failed. */
static bool next_item(struct call *c, const struct app_kv *from, int arg,
		      char key[16], char value[APP_KV_VALUE_MAX],
		      struct item *to)
{
	const struct store_file *f;
	const char *text, *next, *why;

	if (!from->file[0]) {
		if (c->state[COUNT] == from->keys)
			return false;
		make(from, (uint32_t)c->state[COUNT], key, value, to);
		return true;
	}
	f = app_file(c, arg, &c->state[SERIAL]);
	if (!f || c->state[AT] == f->size)
		return false;
	text = (const char *)store_data(&call_app(c)->store, f);
	why = read(text + c->state[AT], text + f->size, to, &next);
	if (!why &&
	    kv_text_len(to->key_len, to->flags, to->value_len) > KV_TEXT_MAX)
		why = "its answer has no room in a datagram of 1400 bytes";
	if (!why) {
		c->state[AT] = (uint64_t)(next - text);
		return true;
	}
	call_fail(c, E_RANGE, arg, "record %u of '%s' is wrong: %s",
		  (unsigned)c->state[COUNT] + 1, from->file, why);
	return false;
}

/* All keys were counted: there is a table from now on, with none of them. */
static enum call_result begin(struct call *c, int arg)
{
	struct uk_alloc *a = call_app(c)->pktgen.heap;
	const size_t bytes = (size_t)c->state[BYTES];
	struct kv *kv;
	void *mem;

	if (!c->state[COUNT])
		return call_fail(c, E_RANGE, arg, "'%s' has no keys",
				 c->v[arg].text);
	kv = kv_new((uint32_t)c->state[COUNT], bytes, a);
	mem = kv ? uk_malloc(a, RESERVE) : NULL;
	uk_free(a, mem);
	if (!mem) {
		kv_delete(kv);
		return app_no_memory(c, arg);
	}
	c->state[TABLE] = (uintptr_t)kv;
	c->state[AT] = c->state[COUNT] = 0;
	return CALL_AGAIN;
}

static void take(struct app *app, struct kv *kv, const struct app_kv *from,
		 uint64_t now_ns)
{
	pktgen_set_kv(&app->pktgen, kv, now_ns);
	app->kv = *from;
	app->kv.keys = kv->nb;
}

enum call_result kv_load(struct call *c, const struct app_kv *from, int arg)
{
	struct kv *const kv = (void *)(uintptr_t)c->state[TABLE];
	char key[16], value[APP_KV_VALUE_MAX];
	struct item item;

	if (c->cancelled)
		return finish(kv, CALL_DONE);
	/* Those that are made are alike. */
	if (!kv && !from->file[0]) {
		c->state[COUNT] = from->keys;
		c->state[BYTES] =
			from->keys *
			(uint64_t)kv_record_bytes((size_t)digits_of(from->keys),
						  0, from->value_size);
		return begin(c, arg);
	}
	for (unsigned i = 0; i < KEYS; i++) {
		if (!next_item(c, from, arg, key, value, &item)) {
			if (c->err)
				return finish(kv, CALL_FAIL);
			if (!kv)
				return begin(c, arg);
			take(call_app(c), kv, from, c->now_ns);
			return CALL_DONE;
		}
		if (kv && !kv_add(kv, item.key, item.key_len, item.flags,
				  item.value, item.value_len)) {
			call_fail(c, E_RANGE, arg,
				  "record %u of '%s' has the key of another",
				  (unsigned)c->state[COUNT] + 1, from->file);
			return finish(kv, CALL_FAIL);
		}
		c->state[COUNT]++;
		c->state[BYTES] += kv_record_bytes(item.key_len, item.flags,
						   item.value_len);
	}
	c->wake_ns = c->now_ns;
	return CALL_AGAIN;
}

void kv_unload(struct app *app, uint64_t now_ns)
{
	pktgen_set_kv(&app->pktgen, NULL, now_ns);
	memset(&app->kv, 0, sizeof(app->kv));
}

bool kv_line(const struct app_kv *from, char line[CONFIG_LINE_MAX])
{
	if (!from->keys)
		return false;
	if (from->file[0])
		snprintf(line, CONFIG_LINE_MAX, "kv file %s", from->file);
	else
		snprintf(line, CONFIG_LINE_MAX, "kv keys %u value-size %u",
			 (unsigned)from->keys, from->value_size);
	return true;
}
