/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/density.h"

#include <string.h>
#include <uk/essentials.h>

void density_begin(struct density *d, uint64_t base)
{
	d->seen = 0;
	d->place = d->next = base;
	d->nb_window = d->nb_early = d->nb_held = 0;
}

/* ---- A set of a few numbers ---------------------------------------------- */

static bool has(const uint64_t *set, unsigned nb, uint64_t number)
{
	for (unsigned i = 0; i < nb; i++)
		if (set[i] == number)
			return true;
	return false;
}

static bool take_out(uint64_t *set, unsigned *nb, uint64_t number)
{
	for (unsigned i = 0; i < *nb; i++)
		if (set[i] == number) {
			set[i] = set[--*nb];
			return true;
		}
	return false;
}

/* The least number from `from` on, but for what is below that. */
static uint64_t least(const uint64_t *set, unsigned nb, uint64_t from,
		      uint64_t than)
{
	for (unsigned i = 0; i < nb; i++)
		if (set[i] >= from && set[i] < than)
			than = set[i];
	return than;
}

/* ---- Displacement -------------------------------------------------------- */

/* What is first in the window leaves it; a place that nobody has is none. */
static void leave(struct density *d)
{
	const uint64_t number = d->window[0];
	uint64_t place;
	int64_t by;

	place = least(d->window, d->nb_window, d->place, UINT64_MAX);
	place = least(d->early, d->nb_early, d->place, place);
	memmove(d->window, d->window + 1,
		--d->nb_window * sizeof(d->window[0]));
	if (place == UINT64_MAX)
		return;
	d->place = place;
	by = (int64_t)(place - number);
	if (by < -DENSITY_MAX || by > DENSITY_MAX)
		return;
	d->counts.displaced[by + DENSITY_MAX]++;
	take_out(d->early, &d->nb_early, place);
	if (by < 0)
		d->early[d->nb_early++] = number;
	d->place++;
}

static void displace(struct density *d, uint64_t number)
{
	/* Its place was given away: it is lost, or came before. */
	if (number < d->place || has(d->early, d->nb_early, number))
		return;
	d->window[d->nb_window++] = number;
	if (d->nb_window > DENSITY_MAX)
		leave(d);
}

/* ---- Occupancy ----------------------------------------------------------- */

static void release(struct density *d)
{
	while (take_out(d->held, &d->nb_held, d->next))
		d->next++;
}

static void occupy(struct density *d, uint64_t number)
{
	if (number < d->next)
		return;
	if (number == d->next) {
		d->next++;
		release(d);
	} else if (d->nb_held < DENSITY_MAX) {
		d->held[d->nb_held++] = number;
	} else {
		/* What is waited for is lost. */
		d->next = least(d->held, d->nb_held, 0, number);
		d->next += d->next == number;
		release(d);
		if (d->next == number) {
			d->next++;
			release(d);
		} else if (number > d->next) {
			d->held[d->nb_held++] = number;
		}
	}
	d->counts.occupied[d->nb_held]++;
}

/* ---- Numbers ------------------------------------------------------------- */

/* Whether all is as if none had ever come out of turn before `number`. */
static bool is_settled(const struct density *d, uint64_t number)
{
	if (d->nb_early || d->nb_held || d->next != number ||
	    d->nb_window != DENSITY_MAX || d->place != number - DENSITY_MAX)
		return false;
	for (unsigned i = 0; i < DENSITY_MAX; i++)
		if (d->window[i] != d->place + i)
			return false;
	return true;
}

void density_see(struct density *d, uint64_t first, uint64_t n)
{
	d->seen += n;
	for (; n && !is_settled(d, first); first++, n--) {
		displace(d, first);
		occupy(d, first);
	}
	d->counts.displaced[DENSITY_MAX] += n;
	d->counts.occupied[0] += n;
	d->place += n;
	d->next += n;
	for (unsigned i = 0; n && i < DENSITY_MAX; i++)
		d->window[i] += n;
}

void density_end(struct density *d)
{
	while (d->nb_window)
		leave(d);
}
