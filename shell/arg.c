/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/arg.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static enum shell_err take_name(const char *word, struct value *v)
{
	size_t len = strlen(word);

	if (!value_name(word, len))
		return E_SYNTAX;
	memcpy(v->text, word, len + 1);
	return E_OK;
}

/* What stands for no name. */
#define NO_LABEL "-"

static enum shell_err take_label(const char *word, struct value *v)
{
	const size_t len = strlen(word);

	if (!strcmp(word, NO_LABEL))
		v->text[0] = '\0';
	else if (arg_stream_name(word, len))
		memcpy(v->text, word, len + 1);
	else
		return E_SYNTAX;
	return E_OK;
}

static enum shell_err take_enum(const char *word, const struct arg *a,
				struct value *v)
{
	for (v->u = 0; a->words[v->u].name; v->u++)
		if (!strcasecmp(a->words[v->u].name, word))
			return E_OK;
	return E_SYNTAX;
}

/* Of ARG_MAC; 0 for none, else the index from 1. */
static uint64_t word_of(const struct arg *a, const char *word)
{
	for (uint64_t i = 0; arg_words(a) && a->words[i].name; i++)
		if (!strcmp(a->words[i].name, word))
			return i + 1;
	return 0;
}

static enum shell_err take_mac(const char *word, const struct arg *a,
			       struct value *v)
{
	v->u = word_of(a, word);
	return v->u ? E_OK : value_mac(word, v->addr);
}

static enum shell_err take_hex32(const char *word, struct value *v)
{
	uint32_t u;
	enum shell_err err = value_hex32(word, &u);

	if (!err)
		v->u = u;
	return err;
}

#define MICRO 1000000u

/*
 * Bits per second as a rate on layer 2 writes them, "bpsl2" left aside; a
 * link's speed has no other unit, so "10g" will do.
 */
/* Down to 0.0001%. */
static enum shell_err take_share(const char *word, struct value *v)
{
	struct rate share;
	enum shell_err err = value_rate(word, &share);

	if (err)
		return err;
	if (share.unit != RATE_PERCENT || share.micro % 100)
		return E_SYNTAX;
	v->u = share.micro / 100;
	return E_OK;
}

static enum shell_err take_speed(const char *word, struct value *v)
{
	const size_t len = strlen(word);
	char whole[32];
	struct rate rate;
	enum shell_err err;

	snprintf(whole, sizeof(whole), "%.26s%s", word,
		 value_lacks_unit(word) && word[len - 1] > '9' ? "bps" : "");
	err = value_rate(len > 26 ? "" : whole, &rate);
	if (err)
		return err;
	if (rate.unit != RATE_BPS_L2 || word[len - 1] == '2' ||
	    rate.micro % MICRO)
		return E_SYNTAX;
	v->u = rate.micro / MICRO;
	return E_OK;
}

static enum shell_err take_sizes(const char *word, const struct arg *a,
				 struct value *v)
{
	const struct sizes_range range = {a->min, a->max ? a->max : UINT16_MAX};
	const char *fault;
	char why[SIZES_WHY_MAX];
	enum shell_err err = value_sizes(word, &range, &v->sizes, &fault, why);

	if (err)
		v->word = fault;
	return err;
}

static enum shell_err take_address(const char *word, const struct arg *a,
				   struct value *v)
{
	const unsigned bits = a->type == ARG_IPV4 ? 32 : 128;
	unsigned prefix = bits, *wanted = a->prefix ? &prefix : NULL;
	enum shell_err err;

	if (a->type == ARG_MAC)
		return take_mac(word, a, v);
	err = a->type == ARG_IPV4 ? value_ipv4(word, v->addr, wanted)
				  : value_ipv6(word, v->addr, wanted);
	if (err)
		return err;
	if (a->prefix && (prefix < a->min || prefix > a->max))
		return E_RANGE;
	v->prefix = prefix;
	return E_OK;
}

static enum shell_err take_span(const char *word, const struct arg *a,
				struct value *v)
{
	uint64_t from, to;
	const char *end;

	if (!take_enum(word, a, v))
		return E_OK;
	end = value_range(word, &from, &to);
	if (!end || *end)
		return E_SYNTAX;
	if (from < a->min || to > a->max || to < from)
		return E_RANGE;
	v->u = arg_span((unsigned)from, (unsigned)(to - from) + 1);
	return E_OK;
}

static enum shell_err take_ports(const char *word, const struct arg *a,
				 const struct parse_ports *ports,
				 struct value *v)
{
	struct subject missing;
	enum shell_err err = arg_subjects(word, ports, &v->subjects);

	if (!err && ((v->subjects.dotted && a->scope != SCOPE_STREAM) ||
		     (!a->fresh && arg_missing(ports, &v->subjects, &missing))))
		err = E_RANGE;
	return err;
}

enum shell_err arg_take(const struct arg *a, const char *word,
			const struct parse_ports *ports, struct value *v)
{
	enum shell_err err;

	switch (a->type) {
	case ARG_PORTS:
		return take_ports(word, a, ports, v);
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
		return strcasecmp(a->name, word) ? E_SYNTAX : E_OK;
	case ARG_NAME:
		return take_name(word, v);
	case ARG_LABEL:
		return take_label(word, v);
	case ARG_HEX32:
		return take_hex32(word, v);
	case ARG_MAC:
	case ARG_IPV4:
	case ARG_IPV6:
		return OPTION(HEADERS) ? take_address(word, a, v) : E_SYNTAX;
	case ARG_SIZES:
		return take_sizes(word, a, v);
	case ARG_SPAN:
		return take_span(word, a, v);
	case ARG_SPEED:
		err = take_speed(word, v);
		break;
	case ARG_SHARE:
		err = take_share(word, v);
		break;
	case ARG_TEXT:
		if (a->fits && !a->fits(word))
			return E_SYNTAX;
		v->word = word;
		v->word_len = strlen(word);
		return E_OK;
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

static void print_span(const struct arg *a, uint64_t span, char *buf,
		       size_t size)
{
	const uint64_t first = (uint32_t)span, count = span >> 32;

	if (!count)
		snprintf(buf, size, "%s", a->words[first].name);
	else if (count == 1)
		snprintf(buf, size, "%" PRIu64, first);
	else
		snprintf(buf, size, "%" PRIu64 "-%" PRIu64, first,
			 first + count - 1);
}

static void print_address(const struct arg *a, const struct value *v, char *buf,
			  size_t size)
{
	if (a->type == ARG_MAC && a->words && v->u)
		snprintf(buf, size, "%s", a->words[v->u - 1].name);
	else if (a->type == ARG_MAC)
		value_mac_print(v->addr, buf, size);
	else if (a->type == ARG_IPV4)
		value_ipv4_print(v->addr, v->prefix, buf, size);
	else
		value_ipv6_print(v->addr, v->prefix, buf, size);
}

void arg_print(const struct arg *a, const struct value *v, char *buf,
	       size_t size)
{
	buf[0] = '\0';
	switch (a->type) {
	case ARG_PORTS:
		subjects_print(&v->subjects, buf, size);
		break;
	case ARG_INT:
		snprintf(buf, size, "%" PRIu64, v->u);
		break;
	case ARG_TIME:
		value_time_print(v->u, buf, size);
		break;
	case ARG_RATE:
		value_rate_print(&v->rate, buf, size);
		break;
	case ARG_SPEED:
		value_rate_print(&(struct rate){RATE_BPS_L2, v->u * MICRO}, buf,
				 size);
		break;
	case ARG_SHARE:
		value_rate_print(&(struct rate){RATE_PERCENT, v->u * 100}, buf,
				 size);
		break;
	case ARG_SPAN:
		print_span(a, v->u, buf, size);
		break;
	case ARG_ENUM:
		snprintf(buf, size, "%s", a->words[v->u].name);
		break;
	case ARG_KEYWORD:
		snprintf(buf, size, "%s", a->name);
		break;
	case ARG_NAME:
		snprintf(buf, size, "%s", v->text);
		break;
	case ARG_LABEL:
		snprintf(buf, size, "%s", v->text[0] ? v->text : NO_LABEL);
		break;
	case ARG_HEX32:
		snprintf(buf, size, "%08" PRIx64, v->u);
		break;
	case ARG_MAC:
	case ARG_IPV4:
	case ARG_IPV6:
		if (OPTION(HEADERS))
			print_address(a, v, buf, size);
		break;
	case ARG_SIZES:
		value_sizes_print(&v->sizes, buf, size);
		break;
	default:
		break;
	}
}

bool arg_equal(const struct arg *a, const struct value *x,
	       const struct value *y)
{
	switch (a->type) {
	case ARG_PORTS:
		return subjects_equal(&x->subjects, &y->subjects);
	case ARG_RATE:
		return x->rate.unit == y->rate.unit &&
		       x->rate.micro == y->rate.micro;
	case ARG_NAME:
	case ARG_LABEL:
		return !strcmp(x->text, y->text);
	case ARG_MAC:
		if (a->words && (x->u || y->u))
			return x->u == y->u;
		return !memcmp(x->addr, y->addr, VALUE_MAC_BYTES);
	case ARG_IPV4:
		return !memcmp(x->addr, y->addr, VALUE_IPV4_BYTES) &&
		       x->prefix == y->prefix;
	case ARG_IPV6:
		return !memcmp(x->addr, y->addr, VALUE_IPV6_BYTES) &&
		       x->prefix == y->prefix;
	case ARG_SIZES:
		return value_sizes_equal(&x->sizes, &y->sizes);
	case ARG_TEXT:
		return x->word_len == y->word_len &&
		       !memcmp(x->word, y->word, x->word_len);
	case ARG_FLAG:
		return x->set == y->set;
	case ARG_KEYWORD:
		return true;
	default:
		return x->u == y->u;
	}
}
