/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/told.h"

#include <stdio.h>
#include <string.h>

#include "units/value.h"

bool told_line(const struct app *app, uint64_t *at, char line[CONFIG_LINE_MAX])
{
	const struct pktgen *pg = &app->pktgen;
	char text[FIND_NAME_MAX];

	while (*at < 2ull * pg->nb_ports) {
		const unsigned port = (unsigned)*at / 2;
		const bool clock = (*at)++ & 1;
		const struct find *f = pktgen_tracked(pg, port);

		if (!pktgen_up(pg, port))
			continue;
		if (!clock && f) {
			find_name(f, text, sizeof(text));
			snprintf(line, CONFIG_LINE_MAX, "track %u %s", port,
				 text);
			return true;
		}
		if (!clock || !pg->peers || !pg->peers->port[port].on)
			continue;
		value_time_print(pg->peers->within_ns, text, sizeof(text));
		snprintf(line, CONFIG_LINE_MAX, "clock %u on within %s", port,
			 text);
		return true;
	}
	return false;
}

static uint64_t clocks(const struct pktgen *pg)
{
	uint64_t mask = 0;

	for (unsigned i = 0; pg->peers && i < pg->nb_ports; i++)
		mask |= (uint64_t)pg->peers->port[i].on << i;
	return mask;
}

void told_keep(const struct app *app, struct told_kept *k)
{
	const struct pktgen *pg = &app->pktgen;

	memset(k, 0, sizeof(*k));
	k->clocks = clocks(pg);
	k->within_ns = pg->peers ? pg->peers->within_ns : 0;
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct find *f = pktgen_tracked(pg, i);

		if (!f)
			continue;
		k->tracks |= 1ull << i;
		k->field[i] = *f;
	}
}

/* For lack of memory none is tracked. */
void told_restore(struct app *app, const struct told_kept *k, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	const uint64_t up = app_ports_up(app);

	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct find *be =
			k && k->tracks >> i & 1 ? &k->field[i] : NULL;

		if (up >> i & 1 && (be || pktgen_tracked(pg, i)))
			pktgen_track(pg, i, be, now_ns);
	}
	if (clocks(pg) && !(k && k->clocks == clocks(pg)))
		pktgen_set_clocks(pg, up, false, 0);
	if (k && k->clocks)
		pktgen_set_clocks(pg, k->clocks, true, k->within_ns);
}
