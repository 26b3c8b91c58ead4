/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is read of replies with cJSON, whatever is not there or of another type.
 */
#ifndef CLIENT_JSON_H
#define CLIENT_JSON_H

#include <cjson/cJSON.h>
#include <stdint.h>

/* A member; NULL when there is none. */
const cJSON *json_get(const cJSON *json, const char *key);

/* The first element of a member that is a list; each has the `next`. */
const cJSON *json_items(const cJSON *json, const char *key);

/* A member's text, or "". */
const char *json_text(const cJSON *json, const char *key);

/* A member's number of 0..2^32-1, or `none`. */
uint64_t json_number(const cJSON *json, const char *key, uint64_t none);

/* A member's seconds in milliseconds, or 0; at most a day. */
uint64_t json_seconds_ms(const cJSON *json, const char *key);

/* A member's 8 hexadecimal digits, or 0. */
uint32_t json_crc(const cJSON *json, const char *key);

#endif /* CLIENT_JSON_H */
