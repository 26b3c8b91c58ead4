// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is told of signed frames that went over a wire which loses, doubles,
 * reorders, delays, damages and makes up frames: against what the wire did.
 * A number as argument is how many random wires there are.
 */
#include <stdlib.h>

#include "many_rig.h"
#include "measure/signature.h"
#include "pktgen/pktgen_seen.h"

#define FRAMES_MAX 20000
#define ON_WIRE_MAX 65536

/* A frame on its way, and those that came, in their order. */
struct on_wire {
	uint64_t due_ns, sent_ns, number;
	uint16_t len;
	bool counts;
	uint8_t frame[128];
};
static struct on_wire way[ON_WIRE_MAX], came[ON_WIRE_MAX];
static unsigned nb_way, nb_came, nb_sent, nb_odd;
static uint64_t seed = 1;

/* What the wire does to frame `n`: how often it comes, and when. */
static struct {
	unsigned (*copies)(unsigned n);
	uint64_t (*delay_ns)(unsigned n, unsigned copy);
} fault;

static unsigned any(unsigned below)
{
	return (unsigned)(unit_random(&seed) % below);
}

static struct on_wire *put(const void *frame, size_t len, uint64_t due_ns)
{
	struct on_wire *w = &way[nb_way++];

	assert_true(nb_way < ON_WIRE_MAX && len <= sizeof(w->frame));
	memset(w, 0, sizeof(*w));
	w->due_ns = due_ns;
	w->len = (uint16_t)len;
	memcpy(w->frame, frame, len);
	return w;
}

/* The signature by docs/protocol.md, not by our own reader. */
static void send(void *arg, const void *frame, size_t len)
{
	const uint8_t *s = (const uint8_t *)frame + len - 18;
	const unsigned n = nb_sent++;
	uint64_t number = 0;

	(void)arg;
	assert_true(s[0] == 0xb5 && s[1] == 0xc1 && s[2] == 0x26);
	for (unsigned i = 0; i < 5; i++)
		number = number << 8 | s[5 + i];
	assert_true(number == n);
	for (unsigned i = 0; i < fault.copies(n); i++) {
		struct on_wire *w = put(frame, len, now + fault.delay_ns(n, i));

		w->counts = true;
		w->number = number;
		w->sent_ns = now;
	}
}

/* What is due comes, the earliest first. */
static void arrive(void)
{
	for (;;) {
		struct on_wire *first = NULL;

		for (unsigned i = 0; i < nb_way; i++)
			if (way[i].due_ns <= now &&
			    (!first || way[i].due_ns < first->due_ns))
				first = &way[i];
		if (!first)
			return;
		assert_true(
			host_netdev_receive(dev[1], first->frame, first->len));
		if (first->counts) {
			first->due_ns = now;
			came[nb_came++] = *first;
		}
		memmove(first, first + 1,
			(size_t)(&way[nb_way] - (first + 1)) * sizeof(*first));
		nb_way--;
	}
}

/* `n` frames at `pps`, until the last has come. */
static void run(unsigned n, uint64_t pps, uint64_t step_ns)
{
	const struct flow_limit limit = {n, FLOW_NO_LIMIT};

	set(0, pps * 1000000, true);
	pktgen_start_limited(&pg, 1, &limit, now);
	for (unsigned i = 0; nb_way || !pktgen_drained(&pg, 1, now); i++) {
		assert_true(i < 100000000);
		arrive();
		pktgen_step(&pg, now);
		/* What is lost is waited for. */
		now += nb_way || nb_sent < n ? step_ns : MS;
	}
}

/* ---- By the definitions -------------------------------------------------- */

static uint64_t unique[FRAMES_MAX], unique_ns[FRAMES_MAX];
static uint64_t unique_took_ns[FRAMES_MAX];

static bool has_come(uint64_t number, unsigned nb)
{
	static uint32_t at[FRAMES_MAX];

	/* Where it stands, if it does. */
	if (nb && unique[nb - 1] < FRAMES_MAX)
		at[unique[nb - 1]] = nb - 1;
	return at[number] < nb && unique[at[number]] == number;
}

/* Of what came of frames 0..nb-1, none later than the window. */
static struct order_counts define(unsigned nb, unsigned *nb_unique)
{
	struct order_counts c = {.frames = nb_came};
	uint64_t next = 0, run = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < nb_came; i++) {
		const uint64_t is = came[i].number;
		unsigned first = 0, right = 0;

		if (has_come(is, n)) {
			c.duplicate++;
			continue;
		}
		if (is < next) {
			while (unique[first] < is)
				first++;
			c.reordered++;
			c.extent_sum += n - first;
			c.extent_max = MAX(c.extent_max, (uint64_t)n - first);
			while (right < ORDER_N_MAX && right < n &&
			       unique[n - right - 1] > is)
				right++;
			if (right)
				c.n_reordered[right - 1]++;
		}
		unique[n] = is;
		unique_ns[n] = came[i].due_ns;
		unique_took_ns[n++] = came[i].due_ns - came[i].sent_ns;
		next = MAX(next, is + 1);
	}
	has_come(0, n);
	c.unique = n;
	c.lost = nb - n;
	for (uint64_t i = 0; i <= nb; i++) {
		if (i < nb && !has_come(i, n)) {
			run++;
			continue;
		}
		c.episodes += run > 0;
		c.longest = MAX(c.longest, run);
		run = 0;
	}
	/* The longest silence that a number was lost in. */
	next = n ? unique[0] + 1 : 0;
	for (unsigned i = 1; i < n; i++)
		for (; next < unique[i] + 1; next++)
			if (!has_come(next, n))
				c.outage_ns =
					MAX(c.outage_ns,
					    unique_ns[i] - unique_ns[i - 1]);
	*nb_unique = n;
	return c;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void check_latency(unsigned n)
{
	struct latency l;
	uint64_t sum = 0, variation = 0, most = 0, pairs = 0;
	uint64_t is;

	assert_true(pktgen_look_stream_latency(&pg, 0, 0, &l));
	assert_int_equal(l.frames, n);
	for (unsigned i = 0; i < n; i++) {
		const uint64_t took = unique_took_ns[i];
		uint64_t d;

		sum += took;
		if (!i || unique[i] != unique[i - 1] + 1)
			continue;
		d = took > unique_took_ns[i - 1] ? took - unique_took_ns[i - 1]
						 : unique_took_ns[i - 1] - took;
		pairs++;
		variation += d;
		most = MAX(most, d);
	}
	assert_int_equal(l.sum_ns, sum);
	assert_int_equal(l.pairs, pairs);
	assert_int_equal(l.variation_sum_ns, variation);
	assert_int_equal(l.variation_max_ns, most);
	if (!n)
		return;
	qsort(unique_took_ns, n, sizeof(unique_took_ns[0]), compare);
	assert_int_equal(l.min_ns, unique_took_ns[0]);
	assert_int_equal(l.max_ns, unique_took_ns[n - 1]);
	if (!latency_quantile_ns(&l, 900000, &is))
		return;
	assert_true(is >= unique_took_ns[(n * 9ull + 9) / 10 - 1]);
	assert_true((is - unique_took_ns[(n * 9ull + 9) / 10 - 1]) * 128 <= is);
}

/* All of what there is to know of stream 0, of which `nb` were sent. */
static void check(unsigned nb)
{
	struct pktgen_stream_view v;
	struct order_counts is, be;
	unsigned n;

	be = define(nb, &n);
	pktgen_look(&pg, 0);
	pktgen_look_stream(&pg, 0, 0, &v);
	pktgen_look_order(&pg, 0, 0, &is);
	assert_int_equal(v.sent.packets, nb);
	assert_int_equal(v.received.packets, nb_came);
	assert_int_equal(v.order.lost, is.lost);
	assert_int_equal(v.order.unique, is.unique);
	be.old = is.old;
	if (is.outage_ns != be.outage_ns) {
		/* See ORDER_GAPS: of many that were filled. */
		assert_true(is.outage_ns < be.outage_ns);
		nb_odd++;
		is.outage_ns = be.outage_ns;
	}
	assert_memory_equal(&is, &be, sizeof(is));
	check_latency(n);
}

/* ---- Wires --------------------------------------------------------------- */

static unsigned once(unsigned n)
{
	(void)n;
	return 1;
}

static uint64_t no_time(unsigned n, unsigned copy)
{
	(void)n;
	(void)copy;
	return 0;
}

static int begin(void **state)
{
	setup(state);
	host_netdev_tap(dev[0], NULL, NULL);
	host_netdev_wire(dev[0], send, NULL);
	nb_way = nb_came = nb_sent = 0;
	fault.copies = once;
	fault.delay_ns = no_time;
	return 0;
}

#define WIRE(f) cmocka_unit_test_setup_teardown(f, begin, teardown)

static void look(struct order_counts *c)
{
	pktgen_look(&pg, 0);
	pktgen_look_order(&pg, 0, 0, c);
}

static unsigned by_hand(unsigned n)
{
	return n == 4 ? 0 : n == 6 ? 2 : 1;
}

/* Numbers 8 and 9 are swapped. */
static uint64_t swapped(unsigned n, unsigned copy)
{
	(void)copy;
	return n == 8 ? 150 * US : n == 9 ? 20 * US : 30 * US;
}

static void what_a_wire_did_is_told_frame_by_frame(void **state)
{
	uint8_t arp[60] = {[12] = 8, [13] = 6}, old[128];
	struct order_counts c;
	struct pktgen_stream_view v;
	size_t len;
	(void)state;

	/* A run before, of which a frame comes late. */
	run(1, 1000, US);
	memcpy(old, came[0].frame, sizeof(old));
	len = came[0].len;
	pktgen_clear_streams(&pg, 0);
	nb_came = nb_sent = 0;
	fault.copies = by_hand;
	fault.delay_ns = swapped;
	for (unsigned i = 0; i < 3; i++)
		put(arp, sizeof(arp), now + (100 + i) * US);
	put(old, len, now + 500 * US);
	run(10000, 10000, 10 * US);
	pktgen_look_stream(&pg, 0, 0, &v);
	look(&c);
	assert_int_equal(pktgen_look(&pg, 1)->stats.rx_packets, 1 + 10004);
	assert_int_equal(v.received.packets, 10000);
	assert_int_equal(c.unique, 9999);
	assert_int_equal(c.lost, 1);
	assert_int_equal(c.duplicate, 1);
	assert_int_equal(c.reordered, 1);
	assert_int_equal(c.old, 1);
	check(10000);
}

static unsigned outage(unsigned n)
{
	return n < 5000 || n >= 7500;
}

static void the_time_of_an_outage_is_told(void **state)
{
	struct order_counts c;

	(void)state;
	fault.copies = outage;
	run(10000, 10000, 10 * US);
	look(&c);
	assert_int_equal(c.lost, 2500);
	assert_int_equal(c.episodes, 1);
	assert_int_equal(c.longest, 2500);
	assert_in_range(c.outage_ns, 250 * MS - 200 * US, 250 * MS + 200 * US);
	check(10000);
}

/* Of each 50 frames some are lost: 1 to 29, in turns. */
static unsigned outages(unsigned n)
{
	return n % 50 >= 1 + n / 50 % 29;
}

/* A link that goes down a thousand times; each outage is one episode. */
static void a_thousand_outages_are_a_thousand(void **state)
{
	struct order_counts c;
	uint64_t lost = 0;
	(void)state;

	for (unsigned n = 0; n < 50 * 1001; n++)
		lost += !outages(n);
	/* The first run begins with frames that come. */
	fault.copies = outages;
	run(50, 100000, 10 * US);
	nb_came = nb_sent = 0;
	pktgen_clear_streams(&pg, 0);
	run(50 * 1000, 100000, 10 * US);
	look(&c);
	assert_int_equal(c.episodes, 1000);
	assert_int_equal(c.longest, 29);
	assert_int_equal(c.lost, lost - (1 + 1000 % 29));
	assert_in_range(c.outage_ns, 300 * US - 10 * US, 300 * US + 20 * US);
}

static uint64_t echo(unsigned n, unsigned copy)
{
	(void)copy;
	return n % 100 == 99 ? MS : 10 * US;
}

static void the_time_of_a_wire_is_told(void **state)
{
	struct latency l;
	uint64_t ns;

	(void)state;
	fault.delay_ns = echo;
	run(10000, 10000, 10 * US);
	check(10000);
	assert_true(pktgen_look_stream_latency(&pg, 0, 0, &l));
	assert_int_equal(l.min_ns, 10 * US);
	assert_int_equal(latency_mean_ns(&l), 19900);
	assert_int_equal(l.max_ns, MS);
	assert_true(latency_quantile_ns(&l, 500000, &ns));
	assert_in_range(ns, 10000, 10100);
}

/* The last ones are known as lost once the port is at rest. */
static unsigned all_but_the_last(unsigned n)
{
	return n < 990;
}

static void the_last_ones_are_lost_too(void **state)
{
	(void)state;
	fault.copies = all_but_the_last;
	run(1000, 100000, US);
	check(1000);
}

static unsigned none(unsigned n)
{
	(void)n;
	return 0;
}

static void without_a_frame_nothing_is_told(void **state)
{
	struct pktgen_stream_view v;

	fault.copies = none;
	run(100, 100000, US);
	pktgen_look_stream(&pg, 0, 0, &v);
	assert_false(v.heard);
	assert_int_equal(v.order.lost, 0);
	/* Once frames came, all of a run may be lost. */
	fault.copies = once;
	nb_sent = 0;
	run(100, 100000, US);
	pktgen_clear_streams(&pg, 0);
	fault.copies = none;
	nb_came = nb_sent = 0;
	run(100, 100000, US);
	check(100);
	pktgen_look_stream(&pg, 0, 0, &v);
	assert_int_equal(v.order.lost, 100);
	(void)state;
}

/* ---- Random wires -------------------------------------------------------- */

static struct {
	unsigned loss, burst, copies, moved, far; /* of 1000; in us */
	unsigned left;
} wild;

static unsigned wild_copies(unsigned n)
{
	(void)n;
	if (!wild.left && any(1000) < wild.burst)
		wild.left = any(200);
	if (wild.left) {
		wild.left--;
		return 0;
	}
	if (any(1000) < wild.loss)
		return 0;
	return any(1000) < wild.copies ? 2 + any(2) : 1;
}

static uint64_t wild_delay(unsigned n, unsigned copy)
{
	(void)n;
	return 20 * US + (copy || any(1000) < wild.moved ? any(wild.far * 1000)
							 : any(3) * US);
}

/* Damaged, cut, of others, of nobody. */
static void put_others(const struct on_wire *like)
{
	for (unsigned i = any(20); i; i--) {
		const unsigned len =
			any(2) ? like->len : 20 + any(like->len - 20);
		struct on_wire *w = put(like->frame, len, now + any(5000) * US);

		if (len == like->len)
			w->frame[len - 18 + any(5)] ^= (uint8_t)(1 + any(255));
	}
}

static unsigned trials = 12;

static void whatever_a_wire_does_is_told(void **state)
{
	for (unsigned trial = 0; trial < trials; trial++) {
		const unsigned n = 200 + any(1500);

		if (trial) {
			teardown(state);
			begin(state);
		}
		wild.loss = any(3) ? 0 : any(200);
		wild.burst = any(3) ? 0 : any(20);
		wild.copies = any(2) ? 0 : any(100);
		wild.moved = any(2) ? 0 : any(300);
		wild.far = 1 + any(3000);
		wild.left = 0;
		run(3, 100000, US);
		put_others(&came[0]);
		pktgen_clear_streams(&pg, 0);
		nb_came = nb_sent = 0;
		fault.copies = wild_copies;
		fault.delay_ns = wild_delay;
		run(n, 50000 + any(200000), US);
		check(n);
	}
	assert_true(nb_odd <= 1 + trials / 100);
	print_message("%u of %u outages were longer\n", nb_odd, trials);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		WIRE(what_a_wire_did_is_told_frame_by_frame),
		WIRE(the_time_of_an_outage_is_told),
		WIRE(a_thousand_outages_are_a_thousand),
		WIRE(the_time_of_a_wire_is_told),
		WIRE(the_last_ones_are_lost_too),
		WIRE(without_a_frame_nothing_is_told),
		WIRE(whatever_a_wire_does_is_told),
	};

	if (argc > 1)
		trials = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
