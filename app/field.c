/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/field.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/loss.h"
#include "shell/arg.h"
#include "shell/nearest.h"

#define MICRO 1000000u
#define MILLI 1000u

const struct arg_word field_ops[] = {
	{"=", "equal"}, {"!=", "not equal"}, {"<", "less"}, {"<=", "at most"},
	{">", "more"},  {">=", "at least"},  {NULL},
};

/* Fields that are neither a counter nor a setting, by their place behind the
 * counters. */
static const struct {
	const char *name;
	enum field_kind kind;
	bool rx;
} others[] = {
	{"tx.rate", FIELD_RATE, false},      {"tx.l1", FIELD_L1, false},
	{"rx.rate", FIELD_RATE, true},       {"rx.l1", FIELD_L1, true},
	{"state", FIELD_STATE, false},       {"lost", FIELD_MISSED, false},
	{"loss", FIELD_MISSED_SHARE, false}, {"verdict", FIELD_VERDICT, false},
	{"link", FIELD_LINK, false},         {"rx.loss", FIELD_SHARE, true},
	{"clock", FIELD_CLOCK, false},
};

/* Words of `mode` that take one more, and are none of its setting's. */
static const char *const relays[] = {APP_FORWARD, APP_IMPAIR, NULL};

static bool is_mode(const struct field *f)
{
	return OPTION(FORWARD) && f->kind == FIELD_SETTING &&
	       f->setting.arg->words == app_modes;
}

/* The last of them are of signed frames. */
#define OTHERS (sizeof(others) / sizeof(others[0]) - 2 * !TRAILS)

bool field_at(const struct app *app, unsigned i, struct field *f)
{
	memset(f, 0, sizeof(*f));
	if (i < stats_nb_fields) {
		f->kind = FIELD_COUNTER;
		f->counter = &stats_fields[i];
		return true;
	}
	i -= (unsigned)stats_nb_fields;
	if (TRAILS && i < loss_nb_fields) {
		f->kind = FIELD_LOSS;
		f->rx = true;
		f->loss = &loss_fields[i];
		return true;
	}
	i -= TRAILS ? loss_nb_fields : 0;
	if (TRAILS && i < peer_nb_fields) {
		f->kind = FIELD_PEER;
		f->peer = &peer_fields[i];
		return true;
	}
	i -= TRAILS ? peer_nb_fields : 0;
	if (i < OTHERS) {
		f->kind = others[i].kind;
		f->rx = others[i].rx;
		return true;
	}
	f->kind = FIELD_SETTING;
	return setting_at(app->session.env.commands, i - OTHERS, &f->setting);
}

void field_name(const struct field *f, char *buf, size_t size)
{
	if (f->kind == FIELD_SETTING)
		setting_name(&f->setting, buf, size);
	else if (f->kind == FIELD_COUNTER)
		snprintf(buf, size, "%s.%s", f->counter->group,
			 f->counter->name);
	else if (f->kind == FIELD_LOSS)
		snprintf(buf, size, "rx.%s", f->loss->name);
	else if (f->kind == FIELD_PEER)
		snprintf(buf, size, "%s", f->peer->name);
	for (size_t i = 0; i < OTHERS; i++)
		if (others[i].kind == f->kind && others[i].rx == f->rx)
			snprintf(buf, size, "%s", others[i].name);
}

bool field_find(const struct app *app, const char *name, struct field *f)
{
	char one[FIELD_TEXT_MAX];

	for (unsigned i = 0; field_at(app, i, f); i++) {
		field_name(f, one, sizeof(one));
		if (!strcasecmp(one, name))
			return true;
	}
	return false;
}

/* ---- Values ------------------------------------------------------------ */

static void set_count(struct field_value *v, uint64_t n)
{
	v->number = true;
	v->whole = n;
	v->micro = 0;
	snprintf(v->text, sizeof(v->text), "%llu", (unsigned long long)n);
}

static void set_micro(struct field_value *v, uint64_t micro)
{
	v->number = true;
	v->whole = micro / MICRO;
	v->micro = (uint32_t)(micro % MICRO);
	snprintf(v->text, sizeof(v->text), "%llu.%06u",
		 (unsigned long long)v->whole, v->micro);
}

static void set_milli(struct field_value *v, uint64_t milli)
{
	v->number = true;
	v->whole = milli / MILLI;
	v->micro = (uint32_t)(milli % MILLI) * (MICRO / MILLI);
	snprintf(v->text, sizeof(v->text), "%llu.%03u",
		 (unsigned long long)(milli / MILLI),
		 (unsigned)(milli % MILLI));
}

/* A setting that is a number is compared as one. */
static void set_setting(struct field_value *v, const struct arg *a,
			const struct value *value)
{
	if (a->type == ARG_INT) {
		set_count(v, value->u);
		return;
	}
	v->number = false;
	arg_print(a, value, v->text, sizeof(v->text));
	/* Of a mix there is no more and no less. */
	if (a->type == ARG_SIZES && value->sizes.count == 1)
		set_count(v, value->sizes.entry[0].size);
}

enum subject_scope field_scope(const struct field *f)
{
	if (f->of_stream)
		return SCOPE_STREAM;
	return f->kind == FIELD_SETTING ? f->setting.scope : SCOPE_PORT;
}

/* `rx.lost` and `rx.loss` are other names of these. */
bool field_is_balance(const struct field *f)
{
	return f->kind == FIELD_MISSED || f->kind == FIELD_MISSED_SHARE ||
	       f->kind == FIELD_SHARE ||
	       (f->kind == FIELD_LOSS && f->loss == &loss_fields[LOSS_LOST]);
}

bool field_has_stream(const struct field *f)
{
	return f->kind == FIELD_STATE || field_is_balance(f) ||
	       f->kind == FIELD_LOSS || f->kind == FIELD_SHARE ||
	       (f->kind == FIELD_COUNTER &&
		(!strcmp(f->counter->group, "tx") ||
		 !strcmp(f->counter->group, "rx")) &&
		(!strcmp(f->counter->name, "packets") ||
		 !strcmp(f->counter->name, "bytes")));
}

static void read_balance(const struct app *app, const struct field *f,
			 struct subject of, struct field_value *v)
{
	struct stats s;
	struct balance l;

	if (f->of_stream)
		balance_of_stream(app, of, &l);
	else
		balance_of_port(app, of.port, &l);
	/* Who has sent nothing has lost nothing. */
	app_stats(app, of.port, &s);
	v->number = l.known || !s.tx_packets;
	v->unknown = !v->number;
	if (v->unknown)
		snprintf(v->text, sizeof(v->text), "not known");
	else if (f->kind == FIELD_MISSED || f->kind == FIELD_LOSS)
		set_count(v, l.lost);
	else
		set_micro(v, balance_share_micro(l.lost, l.sent));
}

bool field_wants_signature(const struct field *f)
{
	return f->kind == FIELD_LOSS || field_is_balance(f) ||
	       (f->of_stream && f->kind == FIELD_COUNTER &&
		f->counter->group[0] == 'r');
}

static void set_unknown(struct field_value *v)
{
	v->number = false;
	v->unknown = true;
	snprintf(v->text, sizeof(v->text), "unknown");
}

static void read_loss(const struct field *f,
		      const struct pktgen_stream_view *view,
		      struct field_value *v)
{
	uint64_t n;

	if (loss_get(view, f->loss, &n))
		set_count(v, n);
	else
		set_unknown(v);
}

static void read_peer(const struct app *app, const struct field *f,
		      unsigned port, struct field_value *v)
{
	uint64_t n;

	if (peer_field_get(app->pktgen.peers, port, f->peer, &n))
		set_count(v, n);
	else
		set_unknown(v);
}

static void set_word(struct field_value *v, const char *word)
{
	v->number = false;
	snprintf(v->text, sizeof(v->text), "%s", word);
}

static void read_stream(const struct app *app, const struct field *f,
			struct subject of, struct field_value *v)
{
	struct pktgen_stream_view view;

	if (f->kind == FIELD_STATE) {
		set_word(v, app_stream_state(app, of));
		return;
	}
	pktgen_look(&app->pktgen, of.port);
	pktgen_look_stream(&app->pktgen, of.port, of.stream, &view);
	if (f->kind != FIELD_COUNTER)
		read_loss(f, &view, v);
	else if (f->counter->group[0] == 'r')
		set_count(v, f->counter->name[0] == 'b'
				     ? view.received.bytes
				     : view.received.packets);
	else
		set_count(v, f->counter->name[0] == 'b' ? view.sent.bytes
							: view.sent.packets);
}

static void read_setting(const struct app *app, const struct field *f,
			 struct subject of, struct field_value *v)
{
	struct config config;
	struct value value;

	if (is_mode(f)) {
		set_word(v, app_mode_name(app->pktgen.set[of.port].mode));
		return;
	}
	memset(&value, 0, sizeof(value));
	config_get(app, of, &config);
	f->setting.arg->setting->get(&config, &value);
	/* The address that is in use, not the word for it. */
	if (f->setting.arg->type == ARG_MAC)
		value.u = 0;
	set_setting(v, f->setting.arg, &value);
}

void field_read(const struct app *app, const struct field *f, struct subject of,
		struct field_value *v)
{
	const struct stats_rate *r = &app->port[of.port].rate;
	uint64_t packets = f->rx ? r->delta.rx_packets : r->delta.tx_packets;
	uint64_t bytes = f->rx ? r->delta.rx_bytes : r->delta.tx_bytes;
	struct pktgen_stream_view view;
	struct stats s;

	v->unknown = false;
	if (field_is_balance(f)) {
		read_balance(app, f, of, v);
		return;
	}
	if (f->of_stream) {
		read_stream(app, f, of, v);
		return;
	}
	switch (f->kind) {
	case FIELD_COUNTER:
		app_stats(app, of.port, &s);
		set_count(v, stats_get(&s, f->counter));
		break;
	case FIELD_RATE:
		set_milli(v, stats_rate_milli(packets, r->span_ns));
		break;
	case FIELD_L1:
		set_milli(v, stats_mbps_l1_milli(packets, bytes, r->span_ns));
		break;
	case FIELD_STATE:
		set_word(v, app_state(pktgen_look(&app->pktgen, of.port)));
		break;
	case FIELD_LINK:
		v->unknown = app->pktgen.set[of.port].link == PORT_LINK_UNKNOWN;
		set_word(v, app_links[app->pktgen.set[of.port].link]);
		break;
	case FIELD_VERDICT:
		set_word(v, verdict_grades[verdict_of(
				    app, &app->port[of.port].run.verdict)]);
		break;
	case FIELD_PEER:
		read_peer(app, f, of.port, v);
		break;
	case FIELD_CLOCK:
		set_word(v, peer_clocks[peer_clock_of_port(app->pktgen.peers,
							   of.port)]);
		break;
	case FIELD_LOSS:
		pktgen_look_signed(&app->pktgen, of.port, &view);
		read_loss(f, &view, v);
		break;
	default:
		read_setting(app, f, of, v);
	}
}

/* "0.1", "0.1%". */
static enum shell_err parse_share(const char *word, struct field_value *v)
{
	const char *end;
	uint64_t micro;
	const enum shell_err err = value_decimal(word, &micro, &end);

	if (err)
		return err;
	v->whole = micro / MICRO;
	v->micro = (uint32_t)(micro % MICRO);
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
		rate.micro /= MICRO;
	v->whole = rate.micro / MICRO;
	v->micro = (uint32_t)(rate.micro % MICRO);
	return E_OK;
}

static bool parse_relay(const struct field *f, const char *word,
			struct field_value *v)
{
	for (unsigned i = 0; is_mode(f) && relays[i]; i++) {
		if (strcasecmp(relays[i], word) != 0)
			continue;
		v->number = false;
		snprintf(v->text, sizeof(v->text), "%s", relays[i]);
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
		set_setting(v, a, &value);
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
	for (unsigned i = 0; is_mode(f) && relays[i]; i++)
		add_word(buf, size, relays[i]);
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

bool field_names(void *app, unsigned i, struct arg_name *name)
{
	static const char *const helps[] = {
		[FIELD_RATE] = "packets per second",
		[FIELD_L1] = "Mbit/s on layer 1",
		[FIELD_STATE] = "idle, receiving, sending, reflecting, "
				"draining, paused",
		[FIELD_MISSED] = "signed frames that did not arrive",
		[FIELD_MISSED_SHARE] = "their share in percent",
		[FIELD_SHARE] = "percent of signed frames lost",
		[FIELD_LINK] = "up, or down",
		[FIELD_CLOCK] = "of other appliances: unknown, too wide, known",
		[FIELD_VERDICT] = "of the last run: valid, suspect, invalid, "
				  "none",
	};
	struct field f;

	if (!field_at(app, i, &f))
		return false;
	field_name(&f, name->text, sizeof(name->text));
	name->help = f.kind == FIELD_COUNTER   ? f.counter->help
		     : f.kind == FIELD_LOSS    ? f.loss->help
		     : f.kind == FIELD_PEER    ? f.peer->help
		     : f.kind == FIELD_SETTING ? f.setting.arg->help
					       : helps[f.kind];
	return true;
}
