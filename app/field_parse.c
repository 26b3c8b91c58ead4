/* SPDX-License-Identifier: BSD-3-Clause */
/* What a field is compared with: its words, and how two values compare. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/field_impl.h"
#include "shell/arg.h"

const struct arg_word field_ops[] = {
	{"=", "equal"}, {"!=", "not equal"}, {"<", "less"}, {"<=", "at most"},
	{">", "more"},  {">=", "at least"},  {NULL},
};

/* "0.1", "0.1%". */
static enum shell_err parse_share(const char *word, struct field_value *v)
{
	const char *end;
	uint64_t micro;
	const enum shell_err err = value_decimal(word, &micro, &end);

	if (err)
		return err;
	v->whole = micro / FIELD_MICRO;
	v->micro = (uint32_t)(micro % FIELD_MICRO);
	return strcmp(end, "%") && *end ? E_SYNTAX : E_OK;
}

/* "1000", "1k", "2.5": of a rate also "2.5kpps", of layer 1 "1gbps". */
static enum shell_err parse_number(const struct field *f, const char *word,
				   struct field_value *v)
{
	const enum rate_unit unit =
		f->kind == FIELD_L1 ? RATE_BPS_L2 : RATE_PPS;
	enum shell_err err;
	const char *end;
	struct rate rate;
	uint64_t n;

	v->number = true;
	v->unknown = false;
	snprintf(v->text, sizeof(v->text), "%s", word);
	if (f->kind == FIELD_SHARE)
		return parse_share(word, v);
	err = value_int(word, &n);
	v->micro = 0;
	if (!err)
		v->whole = n;
	if (f->kind == FIELD_MISSED_SHARE)
		return parse_share(word, v);
	/* A bare number is in ns. */
	if (f->kind == FIELD_PEER)
		return err == E_SYNTAX && f->peer->is_time
			       ? value_time(word, &v->whole)
			       : err;
	if (err != E_SYNTAX || f->kind == FIELD_COUNTER ||
	    f->kind == FIELD_MISSED || f->kind == FIELD_LOSS ||
	    f->kind == FIELD_SETTING)
		return err;
	rate.unit = unit;
	err = value_decimal(word, &rate.micro, &end);
	if (!err && *end)
		err = value_rate(word, &rate);
	if (!err && rate.unit != unit)
		return E_SYNTAX;
	if (err)
		return err;
	/* Of layer 1 a bare number is in Mbit/s. */
	if (!*end)
		rate.unit = RATE_PPS;
	/* Layer 1 is in Mbit/s, a rate in bit/s. */
	if (rate.unit == RATE_BPS_L2)
		rate.micro /= FIELD_MICRO;
	v->whole = rate.micro / FIELD_MICRO;
	v->micro = (uint32_t)(rate.micro % FIELD_MICRO);
	return E_OK;
}

static bool parse_relay(const struct field *f, const char *word,
			struct field_value *v)
{
	for (unsigned i = 0; field_is_mode(f) && field_relays[i]; i++) {
		if (strcasecmp(field_relays[i], word) != 0)
			continue;
		v->number = false;
		snprintf(v->text, sizeof(v->text), "%s", field_relays[i]);
		return true;
	}
	return false;
}

static enum shell_err parse_setting(const struct app *app, const struct arg *a,
				    const char *word, struct field_value *v)
{
	enum shell_err err;
	const struct parse_ports ports =
		session_ports(&app->session, session_selected(&app->session));
	struct value value;

	memset(&value, 0, sizeof(value));
	err = arg_take(a, word, &ports, &value);
	if (!err)
		field_set_setting(v, a, &value);
	return err;
}

/* What a state, or a verdict, can be. */
static const char *const *states_of(const struct field *f)
{
	if (f->kind == FIELD_VERDICT)
		return verdict_grades;
	if (f->kind == FIELD_LINK)
		return app_links + 1;
	if (f->kind == FIELD_CLOCK)
		return peer_clocks;
	return f->of_stream ? app_stream_states : app_states;
}

static void add_word(char *buf, size_t size, const char *word)
{
	const size_t used = strlen(buf);

	snprintf(buf + used, size - used, "%s%s", used ? ", " : "", word);
}

/* One of states_of(). */
static bool is_word(const struct field *f)
{
	return f->kind == FIELD_STATE || f->kind == FIELD_VERDICT ||
	       f->kind == FIELD_LINK || f->kind == FIELD_CLOCK;
}

bool field_words(const struct field *f, char *buf, size_t size)
{
	const bool setting = f->kind == FIELD_SETTING;

	buf[0] = '\0';
	if (setting && f->setting.arg->type == ARG_ENUM)
		for (const struct arg_word *w = f->setting.arg->words; w->name;
		     w++)
			add_word(buf, size, w->name);
	for (unsigned i = 0; field_is_mode(f) && field_relays[i]; i++)
		add_word(buf, size, field_relays[i]);
	if (is_word(f))
		for (const char *const *s = states_of(f); *s; s++)
			add_word(buf, size, *s);
	return buf[0];
}

enum shell_err field_parse(const struct app *app, const struct field *f,
			   const char *word, struct field_value *v)
{
	const char *const *state = states_of(f);

	v->unknown = false;
	if (parse_relay(f, word, v))
		return E_OK;
	if (f->kind == FIELD_SETTING)
		return parse_setting(app, f->setting.arg, word, v);
	if (!is_word(f))
		return parse_number(f, word, v);
	v->number = false;
	for (; *state; state++)
		if (!strcasecmp(*state, word))
			break;
	if (!*state)
		return E_SYNTAX;
	snprintf(v->text, sizeof(v->text), "%s", *state);
	return E_OK;
}

bool field_is_text(const struct field *f)
{
	return is_word(f) ||
	       (f->kind == FIELD_SETTING && f->setting.arg->type != ARG_INT &&
		f->setting.arg->type != ARG_SIZES);
}

bool field_compare(const struct field_value *a, unsigned op,
		   const struct field_value *b)
{
	const bool numbers = a->number && b->number;
	const bool equal = a->whole == b->whole;
	const bool same = numbers ? equal && a->micro == b->micro
				  : !strcmp(a->text, b->text);
	const bool less = numbers && (a->whole < b->whole ||
				      (equal && a->micro < b->micro));

	if (a->unknown || b->unknown)
		return false;
	switch (op) {
	case FIELD_IS:
		return same;
	case FIELD_IS_NOT:
		return !same;
	case FIELD_LESS:
		return less;
	case FIELD_LESS_OR_IS:
		return less || same;
	case FIELD_MORE:
		return numbers && !less && !same;
	default:
		return numbers && !less;
	}
}
