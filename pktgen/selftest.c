/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/selftest.h"

#include <string.h>

#include "pktgen/fields.h"

/* Something is done to one in 50 frames; no two touch each other. */
#define FAULT_EVERY 50
#define FAULT_AT 25
/* The most frames that a fault lasts for, but for those that are late. */
#define FAULT_LAST 16
#define WINDOW 1024
#define BURST 8
#define RUN 5
#define FIRST_NS 1000000000ull
#define DELAY_NS 10000ull
#define LONG_NS 1000000ull /* each hundredth burst */
#define OUTAGE_NS 250000000ull
#define BURST_NS 1000ull

enum fault {
	FAULT_LOSS,
	FAULT_COPY,
	FAULT_MOVE,
	FAULT_LATE,
	FAULT_OLD,
	FAULT_FOREIGN,
	FAULT_ARP,
	FAULT_PAYLOAD,
	FAULT_SIGNATURE,
	FAULT_CUT,
	FAULTS
};

/* ---- What there is for it ------------------------------------------------ */

static void see(struct selftest *st, const uint8_t *frame, size_t len)
{
	struct uk_netbuf nb = {.data = (void *)(uintptr_t)frame,
			       .len = (uint16_t)len};
	struct uk_netbuf *const pkts[] = {&nb};

	kinds_see(&st->kinds, pkts, 1, KINDS_CHECKSUMS);
	st->nb_came++;
	if (st->tracked && st->many)
		track_take_apart(st->track, &st->arrivals, frame,
				 (uint16_t)len);
	else if (st->tracked)
		track_take(st->track, &st->arrivals, frame, (uint16_t)len);
	else if (st->many)
		arrivals_see_many(&st->arrivals, &st->arrivals.now, frame, len);
	else
		arrivals_see(&st->arrivals, frame, len);
}

static struct program *make_program(struct selftest *st, uint16_t sender)
{
	static const uint8_t mac[ETH_ALEN] = {2};
	struct stream *s = uk_calloc(st->heap, 1, sizeof(*s));
	struct program *prog = NULL;
	struct fields_fault fault;

	if (!s)
		return NULL;
	stream_init(s, mac);
	fields_set_word(s, "ipv4.dscp", "0-2", &fault);
	stream_set_size(s, SELFTEST_LEN + ETH_FCS_LEN);
	s->sign = true;
	s->sender = sender;
	if (program_new(&prog, s, st->heap) < 0)
		prog = NULL;
	uk_free(st->heap, s);
	return prog;
}

static bool make_analyser(struct selftest *st, uint16_t appliance)
{
	struct find dscp;

	if (arrivals_open(&st->arrivals, appliance, 1, st->heap) < 0 ||
	    arrivals_reserve(&st->arrivals, 0, 1, st->heap) < 0 ||
	    trails_open(&st->trails, 1, st->heap) < 0)
		return false;
	st->trails.room = WINDOW * sizeof(uint32_t);
	st->trail = trail_new(&st->trails, 0, RUN, 0);
	if (!st->trail || !st->trail->ordered)
		return false;
	st->arrivals.port[0].stream[0].trail = st->trail;
	find_take(&dscp, "ipv4.dscp");
	st->track = track_open(&dscp, st->heap);
	return st->track;
}

struct selftest *selftest_open(uint16_t appliance, struct uk_alloc *a)
{
	struct selftest *st = uk_calloc(a, 1, sizeof(*st));
	const uint16_t sender = (uint16_t)(appliance * SIGNATURE_PORTS);

	if (!st)
		return NULL;
	st->heap = a;
	st->see = see;
	st->now_ns = FIRST_NS;
	st->told[SELFTEST_min_ns] = UINT64_MAX;
	st->prog = make_program(st, sender);
	st->others = make_program(st, sender ^ SIGNATURE_PORTS);
	if (st->prog && st->others && make_analyser(st, appliance))
		return st;
	selftest_close(st);
	return NULL;
}

void selftest_close(struct selftest *st)
{
	program_free(st->prog, st->heap);
	program_free(st->others, st->heap);
	track_close(st->track, st->heap);
	trail_free(&st->trails, st->trail);
	if (st->trails.heap)
		trails_close(&st->trails);
	arrivals_close(&st->arrivals, st->heap);
	uk_free(st->heap, st);
}

/* ---- The wire ------------------------------------------------------------ */

static unsigned any(struct selftest *st, unsigned below)
{
	st->random =
		st->random * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(st->random >> 33) % below;
}

/* 0..2, or 3: none. */
static unsigned dscp_of(const uint8_t *frame)
{
	return frame[ETH_HLEN - 2] == 8 && !frame[ETH_HLEN - 1]
		       ? frame[ETH_HLEN + 1] >> 2
		       : 3;
}

static void tell_dscp(struct selftest *st, const uint8_t *frame, size_t len)
{
	static const enum selftest_row rows[] = {
		SELFTEST_dscp_0, SELFTEST_dscp_1, SELFTEST_dscp_2,
		SELFTEST_dscp_none};
	const unsigned dscp = dscp_of(frame);

	st->told[rows[dscp]]++;
	if (dscp == 2)
		st->told[SELFTEST_dscp_2_bytes] += len + ETH_FCS_LEN;
}

static void come(struct selftest *st, const uint8_t *frame, size_t len)
{
	st->told[SELFTEST_frames]++;
	if (st->tracked)
		tell_dscp(st, frame, len);
	st->see(st, frame, len);
}

/* A frame of the stream comes for the first time, and in time. */
static void come_once(struct selftest *st, const uint8_t *frame,
		      uint64_t sent_ns)
{
	uint64_t *const told = st->told;
	const uint64_t took_ns = st->now_ns - sent_ns;

	told[SELFTEST_unique]++;
	told[SELFTEST_min_ns] = MIN(told[SELFTEST_min_ns], took_ns);
	told[SELFTEST_max_ns] = MAX(told[SELFTEST_max_ns], took_ns);
	st->sum_ns += took_ns;
	if (st->tracked && dscp_of(frame) == 2) {
		st->dscp_sum_ns += took_ns;
		st->dscp_timed++;
	}
	if (st->silent)
		told[SELFTEST_outage_ns] = st->now_ns - st->came_ns;
	st->silent = false;
	st->came_ns = st->now_ns;
	come(st, frame, SELFTEST_LEN);
}

/* One more of the others has come. */
static void let_go(struct selftest *st, struct selftest_held *h)
{
	if (!h->left || --h->left)
		return;
	st->told[SELFTEST_late] += h->late;
	if (h->again || h->late)
		come(st, h->frame, SELFTEST_LEN);
	else
		come_once(st, h->frame, h->sent_ns);
}

static void hold(struct selftest *st, struct selftest_held *h,
		 const uint8_t *frame, unsigned left)
{
	h->left = left;
	h->sent_ns = st->sent_ns;
	memcpy(h->frame, frame, SELFTEST_LEN);
}

static void pass(struct selftest *st, const uint8_t *frame)
{
	come_once(st, frame, st->sent_ns);
	let_go(st, &st->held);
	let_go(st, &st->behind);
}

static void lose(struct selftest *st, unsigned n)
{
	st->losing = n - 1;
	st->told[SELFTEST_lost] += n;
	st->told[SELFTEST_episodes]++;
	st->told[SELFTEST_longest] = MAX(st->told[SELFTEST_longest], n);
}

static void move(struct selftest *st, const uint8_t *frame)
{
	const unsigned by = 1 + any(st, FAULT_LAST);

	st->held.again = false;
	hold(st, &st->held, frame, by);
	st->told[SELFTEST_reordered]++;
	st->told[SELFTEST_reordered_by_1 + MIN(by, ORDER_N_MAX) - 1]++;
	st->told[SELFTEST_extent_sum] += by;
	st->told[SELFTEST_extent_max] = MAX(st->told[SELFTEST_extent_max], by);
}

/* It comes, and again, and sometimes a second time at once. */
static void copy(struct selftest *st, const uint8_t *frame)
{
	const unsigned at_once = any(st, 2);

	pass(st, frame);
	st->told[SELFTEST_duplicate] += 1 + at_once;
	if (at_once)
		come(st, frame, SELFTEST_LEN);
	st->held.again = true;
	hold(st, &st->held, frame, 1 + any(st, FAULT_LAST));
}

static void keep_too_long(struct selftest *st, const uint8_t *frame)
{
	if (st->behind.left) {
		pass(st, frame);
		return;
	}
	lose(st, 1);
	st->behind.late = true;
	hold(st, &st->behind, frame, WINDOW + FAULT_EVERY);
}

/* A frame that another makes, or another run. */
static void add(struct selftest *st, const struct program *prog, unsigned run)
{
	struct program_at at = {.frame = 0};
	uint8_t frame[SELFTEST_LEN];

	program_next(prog, &at,
		     signature_stamp_at(signature_stamp(0, run), st->sent_ns),
		     frame);
	come(st, frame, sizeof(frame));
}

static void add_arp(struct selftest *st)
{
	const uint8_t frame[ETH_MIN_SIZE - ETH_FCS_LEN] = {
		255, 255, 255, 255, 255, 255, 2, [12] = 8, [13] = 6};

	come(st, frame, sizeof(frame));
}

static void do_fault(struct selftest *st, uint8_t *frame)
{
	uint64_t *const told = st->told;

	switch ((enum fault)(st->nb_faults++ % FAULTS)) {
	case FAULT_LOSS:
		/* The first is the outage. */
		st->silent = st->nb_faults == 1;
		st->pause_ns = st->silent ? OUTAGE_NS : 0;
		lose(st, st->silent ? FAULT_LAST : 1 + any(st, FAULT_LAST));
		return;
	case FAULT_COPY:
		copy(st, frame);
		return;
	case FAULT_MOVE:
		move(st, frame);
		return;
	case FAULT_LATE:
		keep_too_long(st, frame);
		return;
	case FAULT_OLD:
		told[SELFTEST_old]++;
		add(st, st->prog, RUN - 1);
		break;
	case FAULT_FOREIGN:
		told[SELFTEST_foreign]++;
		add(st, st->others, RUN);
		break;
	case FAULT_ARP:
		told[SELFTEST_arp]++;
		add_arp(st);
		break;
	case FAULT_PAYLOAD:
		told[SELFTEST_bad_checksum]++;
		frame[SELFTEST_LEN - SIGNATURE_LEN - 1 - any(st, 32)] ^= 1;
		break;
	case FAULT_SIGNATURE:
		/* Its magic: nobody knows whose it is. */
		told[SELFTEST_bad_checksum]++;
		lose(st, 1);
		frame[SELFTEST_LEN - SIGNATURE_LEN + any(st, 3)] ^= 16;
		come(st, frame, SELFTEST_LEN);
		return;
	default:
		lose(st, 1);
		come(st, frame, SELFTEST_LEN - 1 - any(st, SIGNATURE_LEN));
		return;
	}
	pass(st, frame);
}

/* ---- Frames -------------------------------------------------------------- */

static void send(struct selftest *st, uint64_t stamp)
{
	uint8_t frame[SELFTEST_LEN];
	const unsigned n = st->nb_sent++;

	program_next(st->prog, &st->at, stamp, frame);
	if (st->losing)
		st->losing--;
	else if (n % FAULT_EVERY == FAULT_AT &&
		 n + FAULT_EVERY < SELFTEST_FRAMES)
		do_fault(st, frame);
	else
		pass(st, frame);
}

/* Frames that are sent at the same time, and come at the same time. */
static void send_burst(struct selftest *st)
{
	const unsigned n = 1 + any(st, BURST);
	uint64_t stamp;

	st->now_ns += st->pause_ns;
	st->pause_ns = 0;
	st->sent_ns = st->now_ns;
	stamp = signature_stamp_at(signature_stamp(0, RUN), st->sent_ns);
	st->now_ns += any(st, 100) ? DELAY_NS : LONG_NS;
	st->nb_came = 0;
	/* All ways to look at a burst, each for some. */
	st->many = any(st, 2);
	st->tracked = any(st, 2);
	arrivals_begin(&st->arrivals, st->now_ns);
	arrivals_break(&st->arrivals);
	for (unsigned i = 0; i < n && st->nb_sent < SELFTEST_FRAMES; i++)
		send(st, stamp);
	arrivals_end(&st->arrivals, st->nb_came);
	st->now_ns += BURST_NS;
}

bool selftest_step(struct selftest *st, unsigned n)
{
	const unsigned end = st->nb_sent + n;

	while (st->nb_sent < end && st->nb_sent < SELFTEST_FRAMES)
		send_burst(st);
	if (st->nb_sent < SELFTEST_FRAMES)
		return true;
	st->told[SELFTEST_mean_ns] = st->sum_ns / st->told[SELFTEST_unique];
	st->told[SELFTEST_p50_ns] = DELAY_NS;
	st->told[SELFTEST_dscp_2_mean_ns] = st->dscp_sum_ns / st->dscp_timed;
	return false;
}

/* ---- What was counted ---------------------------------------------------- */

static void look_track(const struct track *t, uint64_t counted[SELFTEST_COUNTS])
{
	const struct track_row *const r = &t->row[2];
	const uint64_t timed = r->frames - r->untimed;

	counted[SELFTEST_dscp_0] = t->row[0].frames;
	counted[SELFTEST_dscp_1] = t->row[1].frames;
	counted[SELFTEST_dscp_2] = r->frames;
	counted[SELFTEST_dscp_2_bytes] = r->bytes + r->frames * ETH_FCS_LEN;
	counted[SELFTEST_dscp_2_mean_ns] = timed ? r->sum_ns / timed : 0;
	counted[SELFTEST_dscp_none] = t->without.frames;
}

void selftest_look(const struct selftest *st, uint64_t counted[SELFTEST_COUNTS])
{
	const struct latency *const l = &st->trail->latency;
	struct order_counts c;

	arrivals_settle(&st->arrivals);
	trail_look(st->trail, SELFTEST_FRAMES, &c);
	counted[SELFTEST_frames] = st->kinds.frames;
	counted[SELFTEST_unique] = c.unique;
	counted[SELFTEST_lost] = c.lost;
	counted[SELFTEST_episodes] = c.episodes;
	counted[SELFTEST_longest] = c.longest;
	counted[SELFTEST_outage_ns] = c.outage_ns;
	counted[SELFTEST_duplicate] = c.duplicate;
	counted[SELFTEST_reordered] = c.reordered;
	for (unsigned i = 0; i < ORDER_N_MAX; i++)
		counted[SELFTEST_reordered_by_1 + i] = c.n_reordered[i];
	counted[SELFTEST_extent_sum] = c.extent_sum;
	counted[SELFTEST_extent_max] = c.extent_max;
	counted[SELFTEST_late] = c.late;
	counted[SELFTEST_old] = c.old;
	counted[SELFTEST_foreign] = st->arrivals.foreign;
	counted[SELFTEST_arp] = st->kinds.count[KIND_arp];
	counted[SELFTEST_bad_checksum] = st->kinds.count[KIND_bad_checksum];
	look_track(st->track, counted);
	counted[SELFTEST_min_ns] = l->min_ns;
	counted[SELFTEST_mean_ns] = latency_mean_ns(l);
	counted[SELFTEST_max_ns] = l->max_ns;
	if (!latency_quantile_ns(l, 500000, &counted[SELFTEST_p50_ns]))
		counted[SELFTEST_p50_ns] = 0;
}

bool selftest_is_right(const struct selftest *st,
		       const uint64_t counted[SELFTEST_COUNTS],
		       enum selftest_row row)
{
	const uint64_t told = st->told[row], is = counted[row];

	/* A bucket's end is at most so much above what is in it. */
	if (row == SELFTEST_p50_ns)
		return is >= told && (is - told) << LATENCY_BITS <= told;
	return is == told;
}
