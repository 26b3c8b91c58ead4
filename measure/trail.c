/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/trail.h"

#include <errno.h>
#include <string.h>

/* Of what the heap has, this part is for windows and histograms. */
#define ROOM_PART 4
/* What it is taken to have where it does not say. */
#define HEAP_BYTES (4u << 20)

int trails_open(struct trails *ts, unsigned nb_ports, struct uk_alloc *a)
{
	const __ssz avail = uk_alloc_availmem(a);

	memset(ts, 0, sizeof(*ts));
	ts->heap = a;
	ts->room = (avail < 0 ? HEAP_BYTES : (size_t)avail) / ROOM_PART / 2;
	if (!nb_ports)
		return 0;
	ts->shared = uk_calloc(a, nb_ports, sizeof(ts->shared[0]));
	ts->nb_ports = ts->shared ? nb_ports : 0;
	return ts->shared ? 0 : -ENOMEM;
}

void trails_close(struct trails *ts)
{
	uk_free(ts->heap, ts->shared);
	memset(ts, 0, sizeof(*ts));
}

/* ---- Windows ------------------------------------------------------------- */

/* The length for which there is room where there are `nb`; 0: none. */
static uint32_t window_of(const struct trails *ts, unsigned nb)
{
	uint32_t window = ORDER_WINDOW_MAX;

	while (window >= ORDER_WINDOW_MIN &&
	       (uint64_t)nb * window * sizeof(uint32_t) > ts->room)
		window /= 2;
	return window < ORDER_WINDOW_MIN ? 0 : window;
}

static uint32_t *new_window(const struct trails *ts, uint32_t window)
{
	return uk_malloc(ts->heap, order_room(window));
}

/* Those that are longer are cut; false for lack of memory to do it in. */
static bool shrink_all(struct trails *ts, uint32_t window)
{
	if (ts->longest <= window)
		return true;
	for (struct trail *t = ts->first; t; t = t->next) {
		uint32_t *const had = t->order.missing;
		uint32_t *to;

		if (trail_window(t) <= window)
			continue;
		trail_settle(t);
		to = new_window(ts, window);
		if (!to)
			return false;
		order_shrink(&t->order, to, window);
		uk_free(ts->heap, had);
	}
	ts->longest = window;
	return true;
}

/* Numbers from `base` on, in a window as long as there is room for. */
static void begin(struct trails *ts, struct trail *t, uint64_t base)
{
	uint32_t *window = t->order.missing;

	t->base = base;
	t->filled = false;
	t->order.next = base;
	t->order.clean = UINT64_MAX;
	if (!t->ordered)
		return;
	if (trail_window(t) != ts->window) {
		uint32_t *const to = new_window(ts, ts->window);

		if (to) {
			ts->longest = MAX(ts->longest, ts->window);
			uk_free(ts->heap, window);
			window = to;
			t->order.mask = ts->window - 1;
		}
	}
	order_begin(&t->order, base, window, t->order.mask + 1);
	t->order.parts = t->parts;
}

static void add_window(struct trails *ts, struct trail *t)
{
	uint32_t window = window_of(ts, ts->nb + 1);

	for (; window >= ORDER_WINDOW_MIN; window /= 2) {
		if (!shrink_all(ts, window))
			continue;
		t->order.missing = new_window(ts, window);
		if (t->order.missing)
			break;
	}
	if (window < ORDER_WINDOW_MIN)
		return;
	t->order.mask = window - 1;
	t->ordered = true;
	ts->nb++;
	ts->window = window;
	ts->longest = MAX(ts->longest, window);
}

/* ---- Histograms ---------------------------------------------------------- */

static struct trail_bins *new_bins(struct trails *ts)
{
	struct trail_bins *b = uk_calloc(ts->heap, 1, sizeof(*b));

	ts->nb_bins += b != NULL;
	return b;
}

static struct trail_bins *take_bins(struct trails *ts, unsigned port)
{
	struct trail_bins **shared = &ts->shared[port];
	struct trail_bins *b = NULL;

	if ((ts->nb_bins + 1) * sizeof(*b) <= ts->room)
		b = new_bins(ts);
	if (!b && !*shared)
		*shared = new_bins(ts);
	if (!b)
		b = *shared;
	if (b)
		b->users++;
	return b;
}

static void put_bins(struct trails *ts, struct trail_bins *b)
{
	if (!b || --b->users)
		return;
	for (unsigned i = 0; i < ts->nb_ports; i++)
		if (ts->shared[i] == b)
			ts->shared[i] = NULL;
	uk_free(ts->heap, b);
	ts->nb_bins--;
}

/* ---- Trails -------------------------------------------------------------- */

_Static_assert(offsetof(struct trail, ahead.next) == TRAIL_LINE &&
		       offsetof(struct trail, latency.frames) <= 3 * TRAIL_LINE,
	       "what each frame needs lies in two lines");

struct trail *trail_new(struct trails *ts, unsigned port, uint32_t run,
			uint64_t base)
{
	struct trail *t =
		ts->shared ? uk_memalign(ts->heap, TRAIL_LINE, sizeof(*t))
			   : NULL;

	if (!t)
		return NULL;
	memset(t, 0, sizeof(*t));
	t->bins = take_bins(ts, port);
	if (!t->bins) {
		uk_free(ts->heap, t);
		return NULL;
	}
	add_window(ts, t);
	t->next = ts->first;
	if (t->next)
		t->next->at = &t->next;
	t->at = &ts->first;
	ts->first = t;
	t->run = run % SIGNATURE_RUNS;
	latency_begin(&t->latency, t->bins->count);
	begin(ts, t, base);
	return t;
}

void trail_free(struct trails *ts, struct trail *t)
{
	if (!t)
		return;
	trail_part(t);
	*t->at = t->next;
	if (t->next)
		t->next->at = t->at;
	put_bins(ts, t->bins);
	uk_free(ts->heap, t->order.missing);
	ts->nb -= t->ordered;
	ts->window = window_of(ts, ts->nb);
	uk_free(ts->heap, t);
}

void trail_run(struct trails *ts, struct trail *t, uint32_t run, uint64_t end)
{
	struct density_counts density;
	struct order_counts c;

	trail_part(t);
	order_look_density(&t->order, &density);
	if (t->ordered) {
		order_look(&t->order, end, &c);
		order_add(&t->done, &c);
	}
	t->run = run % SIGNATURE_RUNS;
	begin(ts, t, 0);
	if (t->ordered)
		order_keep_density(&t->order, &density);
}

void trail_clear(struct trails *ts, struct trail *t, uint64_t base)
{
	trail_part(t);
	memset(&t->done, 0, sizeof(t->done));
	t->old = 0;
	memset(t->bins->count, 0, sizeof(t->bins->count));
	latency_begin(&t->latency, t->bins->count);
	begin(ts, t, base);
}

/* ---- Frames -------------------------------------------------------------- */

void trail_settle(struct trail *t)
{
	struct trail_ahead *const a = &t->ahead;
	const uint64_t n = a->next - a->from;

	if (!n)
		return;
	latency_count(&t->latency, n);
	order_see_next(&t->order, n, a->last_ns);
	arrived_count(a->to, n, a->bytes, a->last_ns);
	a->from = a->next;
	a->bytes = 0;
}

void trail_part(struct trail *t)
{
	trail_settle(t);
	if (t->ahead.slot)
		*t->ahead.slot = t->ahead.nothing;
	t->ahead.slot = NULL;
}

void trail_expect(struct trail *t, struct trail_ahead **slot,
		  struct arrived *to, uint64_t middle, uint64_t stamp)
{
	struct trail_ahead *const a = &t->ahead;

	if (!t->ordered || !order_follows(&t->order, t->order.next)) {
		trail_part(t);
		return;
	}
	if (a->slot != slot) {
		trail_part(t);
		a->nothing = *slot;
		a->slot = slot;
		trail_forget_row(a);
		*slot = a;
	}
	a->next = (middle & ~SIGNATURE_SEQ_MASK) |
		  (t->order.next & SIGNATURE_SEQ_MASK);
	a->from = a->next;
	a->stamp = stamp & ~SIGNATURE_TIME_MASK;
	a->to = to;
}

enum trail_seen trail_see_odd(struct trail *t, uint64_t number, unsigned n,
			      uint64_t ns, uint64_t now_ns)
{
	struct order *const o = &t->order;
	bool first = true;

	if (t->made && number >= *t->made + TRAIL_SLACK)
		return TRAIL_BAD;
	if (!t->ordered) {
		while (n--)
			latency_add_one(&t->latency, ns, false);
		o->next = number + 1;
		return TRAIL_FIRST;
	}
	for (; n; n--, number++) {
		const bool follows = order_follows(o, number);

		first = order_see(o, number, now_ns);
		if (first)
			latency_add_one(&t->latency, ns, follows);
	}
	return first ? TRAIL_FIRST : TRAIL_AGAIN;
}

enum trail_seen trail_see(struct trail *t, uint64_t stamp, uint64_t seq,
			  unsigned n, uint64_t now_ns)
{
	const uint64_t ns = (now_ns - stamp) & SIGNATURE_TIME_MASK;
	const uint64_t number = trail_number(t, seq);
	struct order *const o = &t->order;

	if (trail_is_old(t, stamp, number))
		return trail_see_old(t, stamp, number, n);
	if (!order_is_clean(o, number))
		return trail_see_odd(t, number, n, ns, now_ns);
	latency_add(&t->latency, ns, n, o->unique);
	order_see_clean(o, number, n, now_ns);
	return TRAIL_FIRST;
}

/* ---- Looks --------------------------------------------------------------- */

void trail_look(const struct trail *t, uint64_t end, struct order_counts *c)
{
	memset(c, 0, sizeof(*c));
	if (t->ordered)
		order_look(&t->order, end, c);
	order_add(c, &t->done);
	c->old = t->old;
}

void trail_count(const struct trail *t, uint64_t end, struct order_counts *c)
{
	const struct order *const o = &t->order;

	memset(c, 0, sizeof(*c));
	if (t->ordered) {
		*c = o->counts;
		c->unique = o->unique;
		c->lost = order_lost(o, end) - (end ? 0 : order_awaited(o));
		c->frames = c->unique + c->duplicate + c->late;
	}
	order_add(c, &t->done);
	c->old = t->old;
}
