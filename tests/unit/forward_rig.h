/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Four ports for modes that forward: 0 is wired to 1, and 2 to 3. What comes in
 * is on its way out, held, or counted with the reason why not.
 */
#ifndef TESTS_FORWARD_RIG_H
#define TESTS_FORWARD_RIG_H

#include <string.h>

#include "edit_ports.h"
#include "measure/signature.h"
#include "pktgen/engine.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "plat/host/host.h"
#include "unit.h"
#include "unit_stream.h"

#define US 1000ull
#define S 1000000000ull
#define PORTS 4

static struct pktgen pg;
static struct host_netdev *dev[PORTS];
static uint64_t now, step_ns = US;

/* What a port sent. */
static struct seen {
	uint64_t frames, bytes;
	uint8_t last[9018];
	size_t len;
	void (*frame)(const uint8_t *frame, size_t len); /* NULL: nobody */
} seen[PORTS];

static inline void look(void *arg, const void *frame, size_t len)
{
	struct seen *s = arg;

	s->frames++;
	s->bytes += len + ETH_FCS_LEN;
	memcpy(s->last, frame, len);
	s->len = len;
	if (s->frame)
		s->frame(frame, len);
}

static inline void open_ports(uint16_t mtu, uint16_t mtu_behind)
{
	host_reset();
	host_loop_pair(dev, mtu);
	host_loop_pair(dev + 2, mtu_behind);
	memset(seen, 0, sizeof(seen));
	for (unsigned i = 0; i < PORTS; i++)
		host_netdev_tap(dev[i], look, &seen[i]);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	now = S;
}

static inline int setup(void **state)
{
	(void)state;
	open_ports(1500, 1500);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	pktgen_close(&pg, uk_alloc_get_default());
	return 0;
}

static inline struct worker *worker(unsigned port)
{
	return pktgen_worker(&pg, port, 0);
}

static inline const struct stats *stats(unsigned port)
{
	return &worker(port)->stats;
}

static inline void run_for(uint64_t ns)
{
	for (uint64_t end = now + ns; now < end; now += step_ns)
		pktgen_step(&pg, now);
}

static inline void edit_stream(struct stream *s, const void *arg)
{
	*s = *(const struct stream *)arg;
}

static inline void set_stream(unsigned port, const struct stream *s)
{
	struct pktgen_fault fault;

	assert_int_equal(
		edit_streams(&pg, 1ull << port, edit_stream, s, now, &fault),
		0);
}

static inline void set_size(unsigned port, unsigned size)
{
	struct stream s = *pktgen_stream(&pg, port, 0);

	stream_set_size(&s, (uint16_t)size);
	set_stream(port, &s);
}

static inline void set_drops(struct worker_how *how, const void *arg)
{
	how->drops = *(const bool *)arg;
}

static inline void count(unsigned port, uint64_t frames)
{
	const struct flow_limit limit = {frames, FLOW_NO_LIMIT};

	pktgen_start_limited(&pg, 1ull << port, &limit, now);
}

static inline void forward(unsigned from, unsigned to, unsigned more)
{
	pktgen_set_mode(&pg, 1ull << from, MODE_TO(to) | more, now);
	assert_int_equal(pg.set[from].mode, MODE_TO(to) | more);
}

/* Frames that were received or doubled, and what is known of them, by the
 * counts. */
static inline uint64_t accounted(unsigned port)
{
	const struct stats *s = stats(port);

	return s->impair_lost + s->impair_queue_full + s->forward_packets +
	       s->forward_dropped + s->forward_unfit + s->forward_no_buffer +
	       s->forward_link_down + s->forward_filtered + s->forward_stopped +
	       s->forward_no_route + s->forward_unresolved +
	       s->forward_expired + forward_held(worker(port));
}

static inline uint64_t came(unsigned port)
{
	const struct stats *s = stats(port);

	return s->rx_packets + s->impair_duplicated + s->forward_copies;
}

static inline void check_balance(unsigned port)
{
	assert_int_equal(came(port), accounted(port));
}

/* With nobody's device any more. */
static inline void check_buffers(void)
{
	if (!port_can_reap())
		return;
	for (unsigned i = 0; i < PORTS; i++) {
		struct port_queue *q = &pg.port[i].queue[0];

		assert_int_equal(worker_in_flight(worker(i)), 0);
		run_for(10 * US);
		assert_int_equal(q->nb_reflected, 0);
		assert_int_equal(q->nb_rx_free,
				 pg.port[i].nb_rx_bufs - pg.port[i].nb_rx_desc);
	}
}

#endif /* TESTS_FORWARD_RIG_H */
