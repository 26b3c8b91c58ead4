/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be done from the page of `stats live`, a key each. */
#include <stdio.h>

#include "app/live_impl.h"
#include "pktgen/pktgen_runs.h"
#include "shell/setting.h"

/* How long the title tells what a key did. */
#define NOTE_NS 3000000000ull

/* Two digits beside the first are as exact as a person's step. */
#define DIGITS_MAX 1000u

#define note(l, now_ns, ...)                      \
	((l)->note_until_ns = (now_ns) + NOTE_NS, \
	 (void)snprintf((l)->note, sizeof((l)->note), __VA_ARGS__))

/* Those of the page that are up and whose mode has one of these. */
static uint64_t with_mode(const struct live *l, const struct app *app,
			  unsigned mode)
{
	uint64_t mask = l->mask & app_ports_up(app);

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (!(app->pktgen.set[i].mode & mode))
			mask &= ~(1ull << i);
	return mask & pktgen_owned(&app->pktgen, OWNER_NOBODY);
}

static void start_or_stop(struct live *l, struct app *app, uint64_t now_ns)
{
	uint64_t mask = with_mode(l, app, MODE_TX | MODE_RELAYS);
	uint64_t run = 0;

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (mask >> i & 1 &&
		    worker_runs(pktgen_look(&app->pktgen, i)->state))
			run |= 1ull << i;
	if (run) {
		pktgen_stop(&app->pktgen, run);
		for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
			if (run >> i & 1)
				run_stopped(app, i, now_ns);
		note(l, now_ns, "stopped");
	} else if (mask) {
		run_begin(app, mask, now_ns);
		pktgen_start(&app->pktgen, mask, now_ns);
		note(l, now_ns, "started");
	} else {
		note(l, now_ns, "no port here sends; see 'mode'");
	}
}

/* A tenth more, or back, of three digits. */
static uint64_t stepped(uint64_t micro, bool up)
{
	uint64_t unit = 1, v = up ? micro / 10 * 11 : micro / 11 * 10;

	while (v / unit >= DIGITS_MAX)
		unit *= 10;
	return (v + unit / 2) / unit * unit;
}

static void change_rate(struct live *l, struct app *app, bool up,
			uint64_t now_ns)
{
	const uint64_t mask = with_mode(l, app, MODE_TX);
	struct pktgen_fault fault;
	char rate[48] = "";
	struct setting s;
	struct value v = {0};
	bool any = false;

	if (!setting_find(app->session.env.commands, "rate", &s))
		return;
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct subjects on = subjects_of(1ull << i);

		if (!(mask >> i & 1))
			continue;
		if (app->pktgen.set[i].nb_streams > 1) {
			note(l, now_ns,
			     "port %u has several streams; see 'rate'", i);
			return;
		}
		v.rate = pktgen_stream(&app->pktgen, i, 0)->rate;
		any = true;
		if (v.rate.unit == RATE_MAX)
			continue;
		v.rate.micro = stepped(v.rate.micro, up);
		if (config_edit(app, &s, &on, &v, now_ns, &fault) < 0) {
			note(l, now_ns, "port %u takes no such rate", i);
			return;
		}
		value_rate_print(&v.rate, rate, sizeof(rate));
	}
	if (rate[0])
		note(l, now_ns, "rate %s", rate);
	else if (any)
		note(l, now_ns, "the rate is max; see 'rate'");
	else
		note(l, now_ns, "no port here sends; see 'mode'");
}

void live_key(struct live *l, struct app *app, char key, uint64_t now_ns)
{
	switch (key) {
	case 's':
		start_or_stop(l, app, now_ns);
		break;
	case 'c':
		if (!l->clear.on)
			clear_begin(&l->clear, app, l->mask, now_ns);
		note(l, now_ns, "cleared");
		break;
	case '+':
	case '-':
		change_rate(l, app, key == '+', now_ns);
		break;
	case 'p':
		l->paused = !l->paused;
		break;
	default:
		break;
	}
}
