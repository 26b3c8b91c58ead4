/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Those ports while time passes and the other cores run: each frame of port
 * 0's stream is seen on the wire, and where it goes to.
 */
#ifndef TESTS_CORES_RUN_RIG_H
#define TESTS_CORES_RUN_RIG_H

#include "cores_rig.h"

#define NUMBERS 100000

static unsigned steps;

/* Of port 0's stream, by number: how often it was on the wire, and where to. */
static uint8_t times[NUMBERS], to_host[NUMBERS];
static uint64_t nb_seen;

/* By whichever core sends, so no check is made here. */
static inline void seen(void *arg, const void *frame, size_t len)
{
	struct signature sign;
	(void)arg;

	__atomic_add_fetch(&nb_seen, 1, __ATOMIC_RELAXED);
	if (!signature_get((const uint8_t *)frame + len - SIGNATURE_LEN,
			   &sign) ||
	    sign.seq >= NUMBERS)
		return;
	times[sign.seq]++;
	to_host[sign.seq] = ((const uint8_t *)frame)[33];
}

static inline void open_with(unsigned cores, unsigned queues)
{
	open_ports(cores, queues);
	host_netdev_tap(dev[0], seen, NULL);
	memset(times, 0, sizeof(times));
	nb_seen = 0;
	pktgen_start_cores(&pg, entry);
	assert_int_equal(pktgen_cores(&pg), cores);
}

/* ---- Time ---------------------------------------------------------------- */

static inline void step(void)
{
	host_clock_set(now += US);
	pktgen_step(&pg, now);
}

static inline void hold(void)
{
	/* Time passes slowly, for one that halts: none is to fall behind. */
	for (unsigned i = 1; !pktgen_hold(&pg); i++) {
		if (!(i % 16))
			step();
		ukarch_spinwait();
	}
	now = pktgen_time(&pg, now);
}

static inline void let_go(void)
{
	pktgen_let_go(&pg, now);
}

static inline void run_for(uint64_t ns)
{
	const uint64_t until_ns = now + ns;

	while (now < until_ns) {
		step();
		if (steps++ % 64)
			continue;
		hold();
		let_go();
	}
}

static inline void run_to_the_end(uint64_t mask)
{
	for (int i = 0;; i++) {
		bool over;

		assert_true(i < 3000000);
		hold();
		over = pktgen_drained(&pg, mask, now);
		let_go();
		if (over)
			return;
		run_for(20 * US);
	}
}

/* ---- Streams ------------------------------------------------------------- */

static inline void set_stream(unsigned port, void (*edit)(struct stream *s),
			      uint64_t pps)
{
	struct stream s = *pktgen_stream(&pg, port, 0);
	struct pktgen_fault fault;

	s.rate = (struct rate){pps ? RATE_PPS : RATE_MAX, pps * 1000000};
	s.sign = true;
	stream_set_size(&s, 100);
	if (edit)
		edit(&s);
	assert_int_equal(pktgen_try_stream(&pg, port, 0, &s, &fault), 0);
	pktgen_take_stream(&pg, port, 0, &s, now);
}

static inline void unsigned_(struct stream *s)
{
	s->sign = false;
}

static inline void four_hosts(struct stream *s)
{
	set_field(s, "ipv4.dst", "198.18.0.0/30");
}

static inline void set_cores(uint64_t mask, unsigned core, unsigned cores)
{
	struct worker_how how = pg.set[0].how;

	how.core = core;
	how.cores = cores;
	pktgen_set_how(&pg, mask, &how, now);
}

static inline void start(uint64_t mask, uint64_t frames, uint64_t time_ns)
{
	const struct flow_limit limit = {frames, time_ns};

	hold();
	pktgen_start_limited(&pg, mask, &limit, now);
	let_go();
}

static inline void check_numbers(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(times[i], 1);
	assert_int_equal(nb_seen, n);
}

#endif /* TESTS_CORES_RUN_RIG_H */
