/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/arg.h"

#include <string.h>

static enum shell_err take_name(const char *word, struct value *v)
{
	size_t len = strlen(word);

	if (!value_name(word, len))
		return E_SYNTAX;
	memcpy(v->text, word, len + 1);
	return E_OK;
}

static enum shell_err take_enum(const char *word, const struct arg *a,
				struct value *v)
{
	for (v->u = 0; a->words[v->u]; v->u++)
		if (!strcmp(a->words[v->u], word))
			return E_OK;
	return E_SYNTAX;
}

static enum shell_err take_hex32(const char *word, struct value *v)
{
	uint32_t u;
	enum shell_err err = value_hex32(word, &u);

	if (!err)
		v->u = u;
	return err;
}

enum shell_err arg_take(const struct arg *a, const char *word,
			unsigned nb_ports, struct value *v)
{
	enum shell_err err;

	switch (a->type) {
	case ARG_PORTS:
		return value_set(word, nb_ports, &v->mask);
	case ARG_INT:
		err = value_int(word, &v->u);
		break;
	case ARG_TIME:
		err = value_time(word, &v->u);
		break;
	case ARG_RATE:
		return value_rate(word, &v->rate);
	case ARG_ENUM:
		return take_enum(word, a, v);
	case ARG_KEYWORD:
		return strcmp(a->name, word) ? E_SYNTAX : E_OK;
	case ARG_NAME:
		return take_name(word, v);
	case ARG_HEX32:
		return take_hex32(word, v);
	case ARG_TEXT:
	case ARG_REST:
		v->word = word;
		v->word_len = strlen(word);
		return E_OK;
	default:
		return E_SYNTAX;
	}
	if (!err && a->max && (v->u < a->min || v->u > a->max))
		err = E_RANGE;
	return err;
}
