/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the engine takes at most: a driver in a second thread, rings and frames
 * in ordinary memory. The driver is as cheap as can be, in order and polling.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vhost/peer.h"
#include "tests/vhost/ring.h"

#define RING 256
#define IDLE_TURNS 1000 /* then others may go first */
#define BUF_LEN 9216
#define ARENA (65536 + RING * BUF_LEN)

struct driver {
	uint8_t *arena; /* descriptors, driver's part, device's part, frames */
	struct packed_desc *packed;
	struct ring_desc *desc;
	struct split_avail *avail;
	struct split_used *used;
	bool is_packed, shared, sends;
	uint16_t next; /* buffer that comes back next */
	bool wrap;
	struct maker maker;
	volatile bool stop;
	uint64_t touched; /* keeps the reads of received frames alive */
	int cpu;
};

static uint8_t *frame(const struct driver *d, uint16_t i)
{
	return d->arena + 65536 + (d->shared ? 0 : i) * BUF_LEN;
}

/* What the driver does to a buffer before it goes out again. */
static inline uint32_t renew(struct driver *d, uint16_t i)
{
	uint32_t len = BUF_LEN;

	if (!d->sends) {
		d->touched += frame(d, i)[NET_HDR_LEN + 30];
	} else {
		len = maker_len(&d->maker);
		if (!d->shared)
			maker_put(&d->maker, frame(d, i), FLAW_NONE);
	}
	return len;
}

static void split_turn(struct driver *d)
{
	const uint16_t idx = __atomic_load_n(&d->used->idx, __ATOMIC_ACQUIRE);
	const uint16_t n = (uint16_t)(idx - d->next);

	for (uint16_t k = 0; k < n; k++) {
		const uint16_t i = (uint16_t)(d->next + k) & (RING - 1);

		d->touched += d->used->ring[i].len;
		d->desc[i].len = renew(d, i);
	}
	if (!n)
		return;
	d->next = idx;
	__atomic_store_n(&d->avail->idx, (uint16_t)(idx + RING),
			 __ATOMIC_RELEASE);
}

static void packed_offer(struct driver *d, uint16_t i, bool wrap)
{
	struct packed_desc *p = &d->packed[i];

	p->len = renew(d, i);
	p->id = i;
	__atomic_store_n(
		&p->flags,
		(uint16_t)((wrap ? PACKED_DESC_AVAIL : PACKED_DESC_USED) |
			   (d->sends ? 0 : RING_DESC_WRITE)),
		__ATOMIC_RELEASE);
}

static void packed_turn(struct driver *d)
{
	for (unsigned int k = 0; k < BATCH; k++) {
		const uint16_t i = d->next;
		const uint16_t flags =
			__atomic_load_n(&d->packed[i].flags, __ATOMIC_ACQUIRE);

		if (!!(flags & PACKED_DESC_AVAIL) != d->wrap ||
		    !!(flags & PACKED_DESC_USED) != d->wrap)
			return;
		packed_offer(d, i, !d->wrap);
		d->next = (i + 1) & (RING - 1);
		d->wrap ^= !d->next;
	}
}

static void *drive(void *arg)
{
	struct driver *d = arg;
	unsigned int idle = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(d->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	while (!d->stop) {
		const uint16_t before = d->next;

		if (d->is_packed)
			packed_turn(d);
		else
			split_turn(d);
		idle = d->next == before ? idle + 1 : 0;
		if (idle > IDLE_TURNS)
			sched_yield();
	}
	return NULL;
}

/* Lays the rings out and offers all buffers. */
static void set_up(struct driver *d, struct queue *q, struct mem *m)
{
	const uint64_t at = (uintptr_t)d->arena;

	memset(d->arena, 0, ARENA);
	d->packed = (void *)d->arena;
	d->desc = (void *)d->arena;
	d->avail = (void *)(d->arena + 16384);
	d->used = (void *)(d->arena + 32768 - 4);
	*m = (struct mem){.nb = 1};
	m->region[0] = (struct mem_region){
		.guest = at, .user = at, .size = ARENA, .host = d->arena};
	q->mem = m;
	q->addr = (struct vu_vring_addr){
		.desc = at,
		.avail = (uintptr_t)d->avail,
		.used = (uintptr_t)d->used,
	};
	q->packed = d->is_packed;
	q->size = RING;
	q->enabled = true;
	if (d->sends)
		maker_put(&d->maker, frame(d, 0), FLAW_NONE);
	d->wrap = true;
	for (uint16_t i = 0; i < RING; i++) {
		/* Address and flags lie alike in both layouts. */
		d->desc[i].addr = (uintptr_t)frame(d, i);
		if (d->is_packed) {
			packed_offer(d, i, true);
			continue;
		}
		d->desc[i].len = renew(d, i);
		d->desc[i].flags = d->sends ? 0 : RING_DESC_WRITE;
		d->avail->ring[i] = i;
	}
	if (!d->is_packed)
		d->avail->idx = RING;
	queue_start(q, false);
}

struct bench_case {
	const char *name;
	enum mode mode;
	bool packed, shared;
};

static const struct bench_case cases[] = {
	{"sink, split, one shared frame", MODE_SINK, false, true},
	{"sink, split, signed frames", MODE_SINK, false, false},
	{"sink, packed, one shared frame", MODE_SINK, true, true},
	{"sink, packed, signed frames", MODE_SINK, true, false},
	{"source, split, signed frames", MODE_SOURCE, false, false},
	{"source, packed, signed frames", MODE_SOURCE, true, false},
};

static bool run_case(const struct bench_case *c, const struct options *o,
		     struct engine *e, struct driver *d)
{
	const uint64_t ns =
		(o->duration_ms ? o->duration_ms : 1000) * NS_PER_MS;
	const bool sink = c->mode == MODE_SINK;
	const struct tally *t = sink ? &e->in : &e->out;
	struct queue *q = &e->q[sink];
	pthread_t thread;
	struct mem m;
	unsigned int idle = 0;
	uint64_t begin, now;

	d->is_packed = c->packed;
	d->shared = c->shared;
	d->sends = sink;
	d->next = 0;
	d->stop = false;
	maker_init(&d->maker, o->size, o->nb_sizes, 1, !c->shared, 0);
	maker_init(&e->maker, o->size, o->nb_sizes, 1, true, 0);
	e->mode = c->mode;
	e->nb_queues = 2;
	engine_clear(e);
	engine_go(e, !sink);
	set_up(d, q, &m);
	if (pthread_create(&thread, NULL, drive, d) != 0)
		return false;
	begin = now = clock_ns();
	while (now - begin < ns) {
		idle = engine_step(e, now) ? 0 : idle + 1;
		if (idle > IDLE_TURNS)
			sched_yield();
		now = clock_ns();
	}
	d->stop = true;
	pthread_join(thread, NULL);
	queue_stop(q);
	printf("%-32s %7.2f Mpps steady, %7.2f peak, %llu bad, %llu missing\n",
	       c->name, (double)tally_steady_pps(t) / 1e6,
	       (double)tally_peak_pps(t) / 1e6,
	       (unsigned long long)engine_bad(e),
	       (unsigned long long)e->stream[0].missing);
	fflush(stdout);
	return !q->broken && !engine_bad(e) && !e->stream[0].missing;
}

int bench_self(const struct options *o)
{
	struct driver *d = calloc(1, sizeof(*d));
	struct engine *e = engine_new();
	bool good = true;
	cpu_set_t all;
	const int mine = o->cpu < 0 ? 0 : o->cpu;

	if (!d || !e || posix_memalign((void **)&d->arena, 4096, ARENA) != 0) {
		fprintf(stderr, "vhost-peer: no memory\n");
		return 1;
	}
	CPU_ZERO(&all);
	CPU_SET(mine, &all);
	sched_setaffinity(0, sizeof(all), &all);
	d->cpu = mine ? mine - 1 : 1;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		good &= run_case(&cases[i], o, e, d);
	free(d->arena);
	free(d);
	engine_free(e);
	return good ? 0 : 1;
}
