/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/json.h"

#include <stdlib.h>

const cJSON *json_get(const cJSON *json, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(json, key);
}

const cJSON *json_items(const cJSON *json, const char *key)
{
	const cJSON *list = json_get(json, key);

	return cJSON_IsArray(list) ? list->child : NULL;
}

const char *json_text(const cJSON *json, const char *key)
{
	const char *text = cJSON_GetStringValue(json_get(json, key));

	return text ? text : "";
}

uint64_t json_number(const cJSON *json, const char *key, uint64_t none)
{
	const cJSON *item = json_get(json, key);

	if (cJSON_IsNumber(item) && item->valuedouble >= 0 &&
	    item->valuedouble <= UINT32_MAX)
		return (uint64_t)item->valuedouble;
	return none;
}

uint64_t json_seconds_ms(const cJSON *json, const char *key)
{
	const cJSON *item = json_get(json, key);

	if (cJSON_IsNumber(item) && item->valuedouble >= 0 &&
	    item->valuedouble <= 86400)
		return (uint64_t)(item->valuedouble * 1000 + 0.5);
	return 0;
}

uint32_t json_crc(const cJSON *json, const char *key)
{
	return (uint32_t)strtoul(json_text(json, key), NULL, 16);
}
