/* SPDX-License-Identifier: BSD-3-Clause */
/* Two ports, of which one sends many streams, each known by its UDP port. */
#ifndef TESTS_UNIT_MANY_RIG_H
#define TESTS_UNIT_MANY_RIG_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "plat/host/host.h"
#include "unit.h"
#include "unit_stream.h"

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull
#define STREAMS 300
#define SEEN_MAX 200000

static struct pktgen pg;
static struct host_netdev *dev[2];
static uint64_t now;

/* What went over the wire: when, and of which stream. */
static struct {
	uint64_t ns;
	unsigned stream;
} wire[SEEN_MAX];
static unsigned nb_wire;
static uint64_t packets[STREAMS], bytes[STREAMS];
static uint64_t first_ns[STREAMS], last_ns[STREAMS];

static inline void tap(void *arg, const void *frame, size_t len)
{
	const uint8_t *udp = (const uint8_t *)frame + UDP4_HEADERS - 8;
	const unsigned i = (unsigned)udp[2] << 8 | udp[3];
	(void)arg;

	assert_true(i < STREAMS && nb_wire < SEEN_MAX);
	wire[nb_wire].ns = now;
	wire[nb_wire++].stream = i;
	if (!packets[i]++)
		first_ns[i] = now;
	last_ns[i] = now;
	bytes[i] += len + ETH_FCS_LEN;
}

/* As many allocations go well; UINT64_MAX: all. */
static uint64_t memory = UINT64_MAX;

static void *some_malloc(struct uk_alloc *a, __sz size)
{
	(void)a;
	return memory && memory-- ? uk_malloc(uk_alloc_get_default(), size)
				  : NULL;
}

static void *some_calloc(struct uk_alloc *a, __sz n, __sz size)
{
	(void)a;
	return memory && memory-- ? uk_calloc(uk_alloc_get_default(), n, size)
				  : NULL;
}

static void *some_memalign(struct uk_alloc *a, __sz align, __sz size)
{
	(void)a;
	return memory && memory--
		       ? uk_memalign(uk_alloc_get_default(), align, size)
		       : NULL;
}

static inline void some_free(struct uk_alloc *a, void *p)
{
	(void)a;
	uk_free(uk_alloc_get_default(), p);
}

static struct uk_alloc heap = {
	.malloc = some_malloc,
	.calloc = some_calloc,
	.memalign = some_memalign,
	.free = some_free,
};

static inline void forget(void)
{
	nb_wire = 0;
	memset(packets, 0, sizeof(packets));
	memset(bytes, 0, sizeof(bytes));
}

static inline int setup(void **state)
{
	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	memory = UINT64_MAX;
	pktgen_open(&pg, 1, &heap);
	host_netdev_tap(dev[0], tap, NULL);
	forget();
	now = S;
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	pktgen_close(&pg, &heap);
	return 0;
}

/* Stream `i`, which is there, at `micro_pps` or without pacing (0). */
static inline void set(unsigned i, uint64_t micro_pps, bool sign)
{
	struct stream s = *pktgen_stream(&pg, 0, i);
	struct pktgen_fault fault;
	char text[8];

	s.rate = (struct rate){micro_pps ? RATE_PPS : RATE_MAX, micro_pps};
	snprintf(text, sizeof(text), "%u", i);
	set_field(&s, "udp.dst", text);
	s.sign = sign;
	stream_set_size(&s, (uint16_t)(90 + i));
	assert_int_equal(pktgen_try_stream(&pg, 0, i, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, i, &s, now);
}

static inline void add(unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		assert_int_equal(pktgen_add_stream(&pg, 0, i, 0, now), 0);
}

static inline struct subjects of(const char *word)
{
	struct subjects s;

	assert_int_equal(subjects_take(word, 2, &s), E_OK);
	return s;
}

static inline void run_until(uint64_t until_ns, uint64_t step_ns)
{
	for (; now < until_ns; now += step_ns)
		pktgen_step(&pg, now);
}

static inline void run_to_the_end(void)
{
	for (int i = 0; !pktgen_drained(&pg, 1, now); i++) {
		assert_true(i < 1000000);
		pktgen_step(&pg, now);
		now += US;
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif /* TESTS_UNIT_MANY_RIG_H */
