/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/field.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/field_impl.h"
#include "app/loss.h"
#include "shell/arg.h"

#define MILLI 1000u

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

const char *const field_relays[] = {APP_FORWARD, APP_IMPAIR, NULL};

bool field_is_mode(const struct field *f)
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

void field_set_count(struct field_value *v, uint64_t n)
{
	v->number = true;
	v->whole = n;
	v->micro = 0;
	snprintf(v->text, sizeof(v->text), "%llu", (unsigned long long)n);
}

static void set_micro(struct field_value *v, uint64_t micro)
{
	v->number = true;
	v->whole = micro / FIELD_MICRO;
	v->micro = (uint32_t)(micro % FIELD_MICRO);
	snprintf(v->text, sizeof(v->text), "%llu.%06u",
		 (unsigned long long)v->whole, v->micro);
}

static void set_milli(struct field_value *v, uint64_t milli)
{
	v->number = true;
	v->whole = milli / MILLI;
	v->micro = (uint32_t)(milli % MILLI) * (FIELD_MICRO / MILLI);
	snprintf(v->text, sizeof(v->text), "%llu.%03u",
		 (unsigned long long)(milli / MILLI),
		 (unsigned)(milli % MILLI));
}

void field_set_setting(struct field_value *v, const struct arg *a,
		       const struct value *value)
{
	if (a->type == ARG_INT) {
		field_set_count(v, value->u);
		return;
	}
	v->number = false;
	arg_print(a, value, v->text, sizeof(v->text));
	/* Of a mix there is no more and no less. */
	if (a->type == ARG_SIZES && value->sizes.count == 1)
		field_set_count(v, value->sizes.entry[0].size);
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
		field_set_count(v, l.lost);
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
		field_set_count(v, n);
	else
		set_unknown(v);
}

static void read_peer(const struct app *app, const struct field *f,
		      unsigned port, struct field_value *v)
{
	uint64_t n;

	if (peer_field_get(app->pktgen.peers, port, f->peer, &n))
		field_set_count(v, n);
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
		field_set_count(v, f->counter->name[0] == 'b'
					   ? view.received.bytes
					   : view.received.packets);
	else
		field_set_count(v, f->counter->name[0] == 'b'
					   ? view.sent.bytes
					   : view.sent.packets);
}

static void read_setting(const struct app *app, const struct field *f,
			 struct subject of, struct field_value *v)
{
	struct config config;
	struct value value;

	if (field_is_mode(f)) {
		set_word(v, app_mode_name(app->pktgen.set[of.port].mode));
		return;
	}
	memset(&value, 0, sizeof(value));
	config_get(app, of, &config);
	f->setting.arg->setting->get(&config, &value);
	/* The address that is in use, not the word for it. */
	if (f->setting.arg->type == ARG_MAC)
		value.u = 0;
	field_set_setting(v, f->setting.arg, &value);
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
		field_set_count(v, stats_get(&s, f->counter));
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
