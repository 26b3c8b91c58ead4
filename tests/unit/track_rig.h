/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A wire that loses, doubles, delays and tags frames, of which a port tracks a
 * field, and what came of each DSCP.
 */
#ifndef TESTS_UNIT_TRACK_RIG_H
#define TESTS_UNIT_TRACK_RIG_H

#include <stdlib.h>

#include "many_rig.h"
#include "pktgen/pktgen_seen.h"

#define STREAMS_MAX 6
#define NUMBERS_MAX 4000
#define WAY_MAX 4096
#define FLOOR_NS 500

/* By DSCP, as frames came. */
static struct value {
	uint64_t frames, bytes, timed, sum_ns, min_ns, max_ns;
	uint64_t streams; /* that had it, a bit each */
} value[64];
static bool seen[STREAMS_MAX][NUMBERS_MAX];
static uint64_t values_of[STREAMS_MAX], sent[STREAMS_MAX];

struct on_way {
	uint64_t due_ns, sent_ns, number;
	unsigned stream;
	uint16_t len;
	uint8_t frame[256];
};
static struct on_way way[WAY_MAX];
static unsigned nb_way;
static uint64_t seed = 1;
static unsigned lose, twice, late; /* of 100 */
/* Above FLOOR_NS, of a number, and in order; NULL: none. */
static uint64_t (*takes)(uint64_t number);
static unsigned alike = 1; /* frames one after another */

static inline bool happens(unsigned of_100)
{
	return unit_random(&seed) % 100 < of_100;
}

static inline unsigned dscp_of(const uint8_t *frame)
{
	return frame[12] == 0x81 ? frame[19] >> 2 : frame[15] >> 2;
}

/* A wire that pushes a tag on as many frames as it passes on without one. */
static inline void send(void *arg, const void *data, size_t len)
{
	const uint8_t *s = (const uint8_t *)data + len - SIGNATURE_LEN;
	struct signature is;
	(void)arg;

	assert_true(signature_get(s, &is));
	sent[is.stream]++;
	for (unsigned i = 0; !happens(lose) && i < 1u + happens(twice); i++) {
		struct on_way *w = &way[nb_way++];
		const bool tag = is.seq / alike % 2;

		assert_true(nb_way < WAY_MAX && len + 4 <= sizeof(w->frame));
		w->due_ns = now + FLOOR_NS + (takes ? takes(is.seq) : 0) +
			    (happens(late) ? unit_random(&seed) % MS : 0);
		if (takes && nb_way > 1)
			w->due_ns = MAX(w->due_ns, w[-1].due_ns);
		w->sent_ns = now;
		w->number = is.seq;
		w->stream = is.stream;
		w->len = (uint16_t)(len + (tag ? 4 : 0));
		memcpy(w->frame, data, 12);
		memcpy(w->frame + 12, "\x81\x00\x00\x05", 4);
		memcpy(w->frame + (tag ? 16 : 12), (const char *)data + 12,
		       len - 12);
	}
}

static void count_by_dscp(const struct on_way *w)
{
	struct value *v = &value[dscp_of(w->frame)];
	const uint64_t ns = now - w->sent_ns;

	v->frames++;
	v->bytes += w->len + 4u;
	v->streams |= 1ull << w->stream;
	if (!seen[w->stream][w->number]) {
		v->min_ns = !v->timed || ns < v->min_ns ? ns : v->min_ns;
		v->max_ns = ns > v->max_ns ? ns : v->max_ns;
		v->timed++;
		v->sum_ns += ns;
	}
	seen[w->stream][w->number] = true;
	values_of[w->stream] |= 1ull << dscp_of(w->frame);
}

static void (*count)(const struct on_way *w) = count_by_dscp;

static inline void arrive(void)
{
	for (unsigned i = 0; i < nb_way;) {
		if (way[i].due_ns > now) {
			i++;
			continue;
		}
		assert_true(
			host_netdev_receive(dev[1], way[i].frame, way[i].len));
		count(&way[i]);
		memmove(&way[i], &way[i + 1], (--nb_way - i) * sizeof(way[0]));
	}
}

static inline void set_dscp(unsigned i, const char *dscp, uint64_t pps)
{
	struct stream s = *pktgen_stream(&pg, 0, i);
	struct pktgen_fault fault;

	s.rate = (struct rate){RATE_PPS, pps * 1000000};
	set_field(&s, "ipv4.dscp", dscp);
	s.sign = true;
	stream_set_size(&s, 100);
	assert_int_equal(pktgen_try_stream(&pg, 0, i, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, i, &s, now);
}

static inline void begin(unsigned nb)
{
	host_netdev_tap(dev[0], NULL, NULL);
	host_netdev_wire(dev[0], send, NULL);
	nb_way = 0;
	memset(value, 0, sizeof(value));
	memset(seen, 0, sizeof(seen));
	memset(values_of, 0, sizeof(values_of));
	memset(sent, 0, sizeof(sent));
	add(nb);
}

static inline void pass_on(void *arg, const void *data, size_t len)
{
	(void)arg;
	assert_true(host_netdev_receive(dev[1], data, len));
}

/* Until all that was sent has come, or is lost. */
static inline void drain(void)
{
	while (nb_way || !pktgen_drained(&pg, 1, now)) {
		arrive();
		/* More than a burst may have come. */
		for (unsigned i = 0; i < 8; i++)
			pktgen_step(&pg, now);
		now += nb_way && !happens(20) ? 10 * US : 400 * US;
	}
}

static inline void run(unsigned n)
{
	const struct flow_limit limit = {n, FLOW_NO_LIMIT};

	pktgen_start_limited(&pg, 1, &limit, now);
	drain();
}

static inline void track(const char *field)
{
	struct find f;

	assert_int_equal(find_take(&f, field), 0);
	assert_int_equal(pktgen_track(&pg, 1, &f, now), 0);
}

static unsigned turns = 30;

#endif /* TESTS_UNIT_TRACK_RIG_H */
