/* SPDX-License-Identifier: BSD-3-Clause */
#include "any_reply.h"

#include <stdio.h>
#include <string.h>

#include "shell/render.h"
#include "unit.h"

#define FEW 7
#define KEYS (RENDER_COLUMNS + 16)

static const char *any_key(unsigned i)
{
	static char keys[KEYS][16];

	snprintf(keys[i], sizeof(keys[i]), "k%u_%c", i, 'a' + i % 26);
	return keys[i];
}

static void any_text(struct any *a, const char *key)
{
	char v[40];
	unsigned len = unit_random(&a->seed) % sizeof(v);

	if (!a->hostile) {
		reply_textf(a->reply, key, "<%u>", a->texts);
	} else {
		for (unsigned i = 0; i < len; i++)
			v[i] = (char)(unit_random(&a->seed) % 255 + 1);
		/* Where sequences begin and go on: at random they seldom do. */
		for (unsigned i = 0; i + 4 < len; i += 5)
			memcpy(v + i,
			       &"\xf4\x8f\xbf\xbf\xc2\x80\xe0\x9f\x1b\"\\\x7f"
				       [unit_random(&a->seed) % 9],
			       3);
		v[len] = '\0';
		reply_text(a->reply, key, v);
	}
	if (!a->reply->overflow)
		a->texts++;
}

static void any_map(struct any *a, unsigned depth);

static void any_value(struct any *a, const char *key, unsigned depth)
{
	const unsigned kind = (unsigned)(unit_random(&a->seed) % 16);
	const enum reply_style style = unit_random(&a->seed) % 8 == 0;
	const bool maps = unit_random(&a->seed) % 2;
	const unsigned keys = a->keys;

	if (a->reply->overflow)
		return;
	if (kind < 2 && depth < REPLY_DEPTH_MAX) {
		reply_map(a->reply, key, style);
		any_map(a, depth + 1);
		reply_end(a->reply);
	} else if (kind < 6 && depth < REPLY_DEPTH_MAX - 1) {
		reply_list(a->reply, key, style);
		a->keys = unit_random(&a->seed) % 4 ? FEW : KEYS;
		for (unsigned n = unit_random(&a->seed) % a->limit; n; n--) {
			if (!maps) {
				any_value(a, NULL, depth + 1);
				continue;
			}
			reply_map(a->reply, NULL, style);
			any_map(a, depth + 2);
			reply_end(a->reply);
		}
		a->keys = keys;
		reply_end(a->reply);
	} else if (kind == 6) {
		reply_i64(a->reply, key, (int64_t)unit_random(&a->seed), "s");
	} else if (kind == 7) {
		reply_milli(a->reply, key,
			    unit_random(&a->seed) >> unit_random(&a->seed) % 64,
			    unit_random(&a->seed) % 4 ? "pps" : NULL);
	} else if (kind == 8) {
		reply_u64(a->reply, key, unit_random(&a->seed), NULL);
	} else if (kind == 9) {
		reply_bool(a->reply, key, unit_random(&a->seed) % 2);
	} else {
		any_text(a, key);
	}
}

/* Keys are unique in a map; lists' maps have many of them in common. */
static void any_map(struct any *a, unsigned depth)
{
	for (unsigned i = 0; i < a->keys; i++)
		if (unit_random(&a->seed) % 3 == 0)
			any_value(a, any_key(i), depth);
}

void any_reply(struct any *a, struct reply *reply)
{
	a->reply = reply;
	reply_reset(reply);
	a->texts = 0;
	a->keys = FEW;
	a->limit = unit_random(&a->seed) % 20 ? 6 : 90;
	reply_style(a->reply, unit_random(&a->seed) % 4 == 0);
	if (unit_random(&a->seed) % 4)
		any_map(a, 0);
	else
		any_value(a, "only", 0);
}

unsigned any_width(struct any *a)
{
	static const unsigned widths[] = {0, 1, 20, 80, 80, 200};

	return widths[unit_random(&a->seed) % 6];
}
