/* SPDX-License-Identifier: BSD-3-Clause */
/* The table that ports in mode kv answer from: made, or read from a file. */
#ifndef APP_KV_H
#define APP_KV_H

#include "app/config.h"

/* Where the table is from, which is all that is saved of it. */
struct app_kv {
	char file[VALUE_NAME_MAX + 1]; /* "": it was made */
	uint32_t keys;                 /* of those; 0: there is no table */
	uint16_t value_size;
};

/* Keys that can be made, and the longest values of them. */
#define APP_KV_KEYS_MAX 100000000u
#define APP_KV_VALUE_MAX 1350

/*
 * Fills a new table, a piece at a call, as `from` says; CALL_AGAIN until it is
 * whole and in use. c->state[0..4] are its. `arg` of the call is at fault.
 */
enum call_result kv_load(struct call *c, const struct app_kv *from, int arg);

/* No table any more. */
void kv_unload(struct app *app, uint64_t now_ns);

/* "kv file NAME", as it is typed; false: there is no table. */
bool kv_line(const struct app_kv *from, char line[CONFIG_LINE_MAX]);

#endif /* APP_KV_H */
