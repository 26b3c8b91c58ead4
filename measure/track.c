/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/track.h"

/* arrived.value: none came, or one above a row's number, or: */
#define SEVERAL UINT32_MAX

/* Of what the heap has, rows take this part at most, and histograms this. */
#define ROOM_PART 2
#define BINS_PART 8
#define BINS_BYTES (LATENCY_BUCKETS * sizeof(uint64_t))

static void clear_row(struct track_row *r, uint64_t value)
{
	*r = (struct track_row){.min_ns = UINT64_MAX,
				.value = value,
				.stream = TRACK_NO_STREAM};
}

void track_clear(struct track *t)
{
	for (unsigned i = 0; i < t->max; i++)
		clear_row(&t->row[i], i);
	if (t->place)
		memset(t->place, 0, (t->mask + 1ull) * sizeof(t->place[0]));
	clear_row(&t->without, 0);
	clear_row(&t->beyond, 0);
	if (t->bins)
		memset(t->bins, 0, t->nb_bins * BINS_BYTES);
	t->nb_bins = 0;
	t->nb = t->direct ? t->max : 0;
	t->stream = t->tag = TRACK_NOBODY;
	t->low_ns = 0;
	t->high_ns = UINT64_MAX;
	t->nb_extreme = 0;
	t->like.need = UINT16_MAX;
	t->word_bits = 0;
}

void track_forget_streams(struct track *t)
{
	for (unsigned i = 0; i < t->nb; i++)
		t->row[i].stream = TRACK_NO_STREAM;
	t->without.stream = t->beyond.stream = TRACK_NO_STREAM;
}

/* Rows that there is memory for; 0: hardly any. */
static unsigned room_of(unsigned rows, struct uk_alloc *a)
{
	const __ssz avail = uk_alloc_availmem(a);
	const size_t each = sizeof(struct track_row) + 4 * sizeof(uint16_t);

	while (avail >= 0 && rows * each > (size_t)avail / ROOM_PART)
		rows /= 2;
	return rows;
}

/* Without them no quantile is known. */
static void make_bins(struct track *t, struct uk_alloc *a)
{
	const __ssz avail = uk_alloc_availmem(a);
	unsigned n = TRACK_BINS_MAX;

	while (n && avail >= 0 && n * BINS_BYTES > (size_t)avail / BINS_PART)
		n--;
	t->bins = n ? uk_calloc(a, n, BINS_BYTES) : NULL;
	t->max_bins = t->bins ? n : 0;
}

struct track *track_open(const struct find *what, struct uk_alloc *a)
{
	const bool few = what->bits <= TRACK_DIRECT_BITS;
	const unsigned rows = few ? 1u << what->bits : TRACK_VALUES_MAX;
	struct track *t = uk_calloc(a, 1, sizeof(*t));

	if (!t)
		return NULL;
	t->find = *what;
	t->max = room_of(rows, a);
	t->direct = few && t->max == rows;
	for (unsigned i = 0; i < TRACK_SHAPES; i++)
		t->shape[i].need = UINT16_MAX;
	t->row = t->max ? uk_memalign(a, 64, t->max * sizeof(t->row[0])) : NULL;
	/* Half of the places stay free. */
	t->mask = 2 * t->max - 1;
	if (t->row && !t->direct) {
		t->place = uk_malloc(a, 2 * t->max * sizeof(t->place[0]));
		if (!t->place) {
			uk_free(a, t->row);
			t->row = NULL;
		}
	}
	if (!t->row) {
		uk_free(a, t);
		return NULL;
	}
	if (what->kind == FIND_SIZE)
		make_bins(t, a);
	track_clear(t);
	return t;
}

void track_close(struct track *t, struct uk_alloc *a)
{
	if (!t)
		return;
	uk_free(a, t->bins);
	uk_free(a, t->place);
	uk_free(a, t->row);
	uk_free(a, t);
}

/* ---- Frames -------------------------------------------------------------- */

/* Where it is, or would be. */
static uint16_t *place_of(const struct track *t, uint64_t value)
{
	uint32_t at = (uint32_t)(value * 0x9e3779b97f4a7c15ull >> 32);

	for (;; at++) {
		uint16_t *const p = &t->place[at & t->mask];

		if (!*p || t->row[*p - 1].value == value)
			return p;
	}
}

struct track_row *track_row_of(struct track *t, uint64_t value)
{
	uint16_t *p;

	if (t->direct)
		return &t->row[value];
	p = place_of(t, value);
	if (likely(*p))
		return &t->row[*p - 1];
	if (t->nb == t->max)
		return &t->beyond;
	*p = (uint16_t)++t->nb;
	t->row[*p - 1].value = value;
	return &t->row[*p - 1];
}

/* The least recent of them makes room. */
static void keep_shape(struct track *t, const struct find_shape *s)
{
	for (unsigned i = TRACK_SHAPES - 1; i; i--)
		t->shape[i] = t->shape[i - 1];
	t->shape[0] = *s;
}

/* What a loop can do with that knows of one word. */
static void take_like(struct track *t, const struct find_shape *s)
{
	/* From the row's number in the word to its place in bytes. */
	const unsigned row_bits = 6;

	_Static_assert(sizeof(struct track_row) == 64, "1 << row_bits");
	t->like = (struct track_like){
		.bits = __builtin_bswap64(s->value << s->shift),
		.need = MAX(s->need, (uint16_t)SIGNATURE_LEN),
		.at = {s->word[0].at, s->at},
		.turn = (row_bits - s->shift) & 63,
		.offset = s->value << row_bits,
		.mask = s->word[0].mask,
		.is = s->word[0].is,
	};
	if (!t->word_bits) {
		t->word_at = t->like.at[1];
		t->word_bits = t->like.bits;
	}
}

struct track_row *track_find_odd(struct track *t, const uint8_t *frame,
				 size_t len, size_t more)
{
	const struct find_shape *s = t->shape;
	struct find_shape new = {0};

	if (t->find.kind == FIND_SIZE)
		return track_row_of(t, len + more + ETH_FCS_LEN);
	while (s < t->shape + TRACK_SHAPES && !find_fits(s, frame, len))
		s++;
	if (s == t->shape + TRACK_SHAPES) {
		find_in(&t->find, frame, len, &new);
		if (new.need != UINT16_MAX)
			keep_shape(t, &new);
		s = &new;
	}
	t->deep |= s->has && s->nb > 1;
	if (t->deep)
		t->like.need = UINT16_MAX;
	else if (s->need != UINT16_MAX && s->has && t->direct)
		take_like(t, s);
	return s->has ? track_row_of(t, find_value(s, frame)) : &t->without;
}

struct track_row *track_find_any(struct track *t, const uint8_t *frame,
				 size_t len)
{
	const struct find_shape *const s = t->shape;

	if (t->find.kind == FIND_SIZE || !find_fits(s, frame, len))
		return track_find_odd(t, frame, len, 0);
	if (!s->has)
		return &t->without;
	/* One that was odd came between. */
	if (t->direct && !t->deep &&
	    (len < t->like.need || !track_is_like(&t->like, frame)))
		take_like(t, s);
	return track_row_of(t, find_value(s, frame));
}

/* A stream's frame came with the value of this row for the first time. */
static void meet(struct track *t, struct track_row *r, struct arrived *to)
{
	uint32_t is = (uint32_t)(r - t->row) + 1;

	if (likely(to->value == is))
		return;
	if (r == &t->beyond || r == &t->without)
		is = SEVERAL;
	if (!to->value && is != SEVERAL) {
		to->value = is;
		return;
	}
	if (to->value && to->value != SEVERAL)
		t->row[to->value - 1].mixed = true;
	to->value = SEVERAL;
	r->mixed = true;
}

/* Its row may have a new extreme. */
static void widen(struct track *t, struct track_row *r, uint64_t ns)
{
	r->min_ns = MIN(r->min_ns, ns);
	r->max_ns = MAX(r->max_ns, ns);
	t->low_ns = MAX(t->low_ns, r->min_ns);
	t->high_ns = MIN(t->high_ns, r->max_ns);
}

void track_bin(struct track *t, struct track_row *r, uint64_t ns)
{
	if (!t->max_bins)
		return;
	if (!r->bins && t->nb_bins < t->max_bins)
		r->bins = (uint8_t)++t->nb_bins;
	if (r->bins)
		t->bins[(r->bins - 1) * LATENCY_BUCKETS +
			log_linear_bucket(ns, LATENCY_BITS)]++;
}

const uint64_t *track_bins(const struct track *t, const struct track_row *r)
{
	return r->bins ? &t->bins[(r->bins - 1) * LATENCY_BUCKETS] : NULL;
}

void track_see_odd(struct track *t, struct track_row *r)
{
	if (t->stream == TRACK_NOBODY) {
		r->untimed++;
		return;
	}
	t->nb_extreme += t->tag != t->stream;
	if (r->stream != t->stream)
		meet(t, r, t->to);
	r->stream = t->stream;
	r->sum_ns += t->ns;
	track_bin(t, r, t->ns);
	widen(t, r, t->ns);
}

/* Of a frame like those that are looked at in a loop. */
static uint64_t word_of(const struct track *t, const uint8_t *frame, size_t len)
{
	if (len < t->like.need || !track_by_word(t) ||
	    !track_is_like(&t->like, frame))
		return TRAIL_NO_WORD;
	return find_load(frame + t->word_at) & t->word_bits;
}

void track_meet(struct track *t, struct track_row *r, struct trail_ahead *a,
		uint64_t ns)
{
	const uint32_t port = a->next >> 40 & (SIGNATURE_PORTS - 1);
	const uint32_t stream = 1 + (port << 14 | (uint32_t)(a->stamp >> 50));

	if (r->stream != stream)
		meet(t, r, a->to);
	r->stream = stream;
	a->row = r;
	a->inner = LATENCY_NO_INNER;
	widen(t, r, ns);
}

static void bound_by(struct track *t, const struct track_row *r)
{
	if (r->stream == TRACK_NO_STREAM)
		return;
	t->low_ns = MAX(t->low_ns, r->min_ns);
	t->high_ns = MIN(t->high_ns, r->max_ns);
}

/* By now extremes of rows may lie further apart. */
static void bound(struct track *t)
{
	t->nb_extreme = 0;
	t->low_ns = 0;
	t->high_ns = UINT64_MAX;
	for (unsigned i = 0; i < t->nb; i++)
		bound_by(t, &t->row[i]);
	bound_by(t, &t->without);
	bound_by(t, &t->beyond);
}

void track_begin(struct track *t, struct arrivals *ar, enum arrival what)
{
	const unsigned port = ar->row.next >> 40 & (SIGNATURE_PORTS - 1);
	const uint64_t stamp = __builtin_bswap64(ar->row.stamp);
	struct arrived *const to = ar->row.to;

	if (what != ARRIVAL_FIRST) {
		t->stream = t->tag = TRACK_NOBODY;
		/* Of those that follow in the row nobody knows yet. */
		if (what != ARRIVAL_FOREIGN)
			arrivals_break(ar);
		return;
	}
	/* So few that it costs each of them next to nothing. */
	if (t->nb_extreme > t->nb)
		bound(t);
	t->to = to;
	if (to->trail)
		trail_forget_row(&to->trail->ahead);
	t->ns = MIN((ar->now.ns - stamp) & SIGNATURE_TIME_MASK, LATENCY_MAX_NS);
	t->stream = t->tag = 1 + (port << 14 | (uint32_t)(stamp >> 50));
	/* Who has histograms counts each in them. */
	if (t->ns < t->low_ns || t->ns > t->high_ns || t->max_bins)
		t->tag |= TRACK_EXTREME;
	/* Behind the highest number that came, all are new. */
	if (to->trail &&
	    (uint16_t)to->trail->order.next != (uint16_t)ar->row.next)
		arrivals_break(ar);
}

void track_take(struct track *t, struct arrivals *ar, const uint8_t *frame,
		uint16_t len)
{
	enum arrival what = ARRIVAL_UNSIGNED;

	if (len < SIGNATURE_LEN || !arrivals_see_row(&ar->row, frame, len)) {
		if (len >= SIGNATURE_LEN)
			what = arrivals_see_other(ar, frame, len);
		track_begin(t, ar, what);
	}
	track_see(t, track_find_any(t, frame, len), len);
}

void track_take_apart(struct track *t, struct arrivals *ar,
		      const uint8_t *frame, uint16_t len)
{
	const uint8_t *const p = arrivals_find(frame, len);
	struct track_row *const r = track_find_any(t, frame, len);
	enum arrival what = ARRIVAL_UNSIGNED;
	struct trail_ahead *a = NULL;
	uint64_t ns;

	if (p) {
		arrivals_turn(ar, p);
		a = arrivals_expected(&ar->now, p, &ns);
	}
	if (a) {
		arrivals_count_next(&ar->now, a, len);
		if (a->row != r)
			track_meet(t, r, a, ns);
		a->word = word_of(t, frame, len);
		track_bin(t, r, ns);
		track_see_next(r, a, ns, len);
		return;
	}
	if (p)
		what = arrivals_see_at(ar, p, len);
	track_begin(t, ar, what);
	track_see(t, r, len);
}

/* ---- Looks --------------------------------------------------------------- */

const struct track_row *track_look(const struct track *t, uint64_t value)
{
	const struct track_row *r = NULL;
	const uint16_t *p;

	if (t->direct) {
		r = value < t->max ? &t->row[value] : NULL;
	} else {
		p = place_of(t, value);
		r = *p ? &t->row[*p - 1] : NULL;
	}
	return r && r->frames ? r : NULL;
}

bool track_next(const struct track *t, bool first, uint64_t *value)
{
	uint64_t next = UINT64_MAX;
	bool any = false;

	for (unsigned i = 0; i < t->nb; i++) {
		const struct track_row *r = &t->row[i];

		if (!r->frames || (!first && r->value <= *value) ||
		    (any && r->value >= next))
			continue;
		any = true;
		next = r->value;
		if (t->direct)
			break;
	}
	*value = next;
	return any;
}

bool track_stream_value(const struct track *t, const struct arrived *a,
			uint64_t *value)
{
	if (!a->value || a->value == SEVERAL)
		return false;
	*value = t->row[a->value - 1].value;
	return true;
}
