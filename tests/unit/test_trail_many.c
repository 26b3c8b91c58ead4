// SPDX-License-Identifier: BSD-3-Clause
/*
 * As many streams as a port takes, each signed, over a wire that loses,
 * doubles, reorders and delays frames of each: loss, order and times of each
 * stream are what the wire did to it.
 */
#include "many_rig.h"
#include "measure/signature.h"
#include "pktgen/pktgen_seen.h"

#define NB PKTGEN_MAX_STREAMS
#define FRAMES 12
#define STEPS_MAX 16384 /* that a frame is held at most; a power of two */
#define HELD_MAX 200000

/* A stream as the wire knows it. */
static struct {
	uint64_t sent, next, reordered, twice, unique;
	uint64_t min_ns, max_ns, sum_ns;
	bool came[FRAMES];
} is[NB];

/* Frames that it holds, by the step in which they come. */
static struct on_way {
	struct on_way *next;
	uint64_t sent_ns;
	unsigned stream, number;
	uint16_t len;
	uint8_t frame[60];
} held[HELD_MAX], *due[STEPS_MAX], **end_of[STEPS_MAX];
static unsigned nb_held, nb_on_way, nb_sent, step;

static void hold(const void *frame, uint16_t len, unsigned stream,
		 unsigned number, unsigned steps)
{
	struct on_way *const h = &held[nb_held++];
	const unsigned at = (step + steps) % STEPS_MAX;

	assert_true(nb_held < HELD_MAX && len <= sizeof(h->frame));
	*h = (struct on_way){
		.sent_ns = now, .stream = stream, .number = number, .len = len};
	memcpy(h->frame, frame, len);
	*end_of[at] = h;
	end_of[at] = &h->next;
	nb_on_way++;
}

/* The signature by docs/protocol.md, not by our own reader. */
static void send(void *arg, const void *frame, size_t len)
{
	const uint8_t *const s = (const uint8_t *)frame + len - 18;
	const unsigned stream = (unsigned)(s[10] << 6 | s[11] >> 2);
	const unsigned number = s[9];
	/* Another of each frame of a stream, and of each stream. */
	const unsigned what = (stream * 7 + number * 5) % 23;

	(void)arg;
	nb_sent++;
	assert_true(stream < NB && number == is[stream].sent++);
	if (what == 1)
		return;
	if (what == 2)
		hold(frame, (uint16_t)len, stream, number, 40);
	/* Others of the stream leave and come before this one. */
	hold(frame, (uint16_t)len, stream, number,
	     what == 3 ? NB / 32 * 2 + 30 : 1 + (stream + number) % 9);
}

static void note(const struct on_way *h)
{
	const uint64_t took_ns = now - h->sent_ns;
	const unsigned i = h->stream;

	if (is[i].came[h->number]) {
		is[i].twice++;
		return;
	}
	is[i].came[h->number] = true;
	is[i].reordered += h->number < is[i].next;
	is[i].next = MAX(is[i].next, h->number + 1ull);
	if (!is[i].unique++)
		is[i].min_ns = UINT64_MAX;
	is[i].min_ns = MIN(is[i].min_ns, took_ns);
	is[i].max_ns = MAX(is[i].max_ns, took_ns);
	is[i].sum_ns += took_ns;
}

static void arrive(void)
{
	struct on_way *h = due[step % STEPS_MAX];

	for (; h; h = h->next, nb_on_way--) {
		assert_true(host_netdev_receive(dev[1], h->frame, h->len));
		note(h);
	}
	due[step % STEPS_MAX] = NULL;
	end_of[step % STEPS_MAX] = &due[step % STEPS_MAX];
}

static void add_all(void)
{
	struct worker_how how = pg.set[0].how;

	/* What comes in a step is taken in that step. */
	how.burst = 32;
	pktgen_set_how(&pg, 1, &how, now);
	how.burst = 256;
	pktgen_set_how(&pg, 2, &how, now);
	pktgen_set_mode(&pg, 2, MODE_RX, now);
	add(NB);
	for (unsigned i = 0; i < NB; i++) {
		struct stream s = *pktgen_stream(&pg, 0, i);
		struct pktgen_fault fault;

		s.sign = true;
		assert_int_equal(pktgen_try_stream(&pg, 0, i, &s, &fault), 0);
		pktgen_take_stream(&pg, 0, i, &s, now);
	}
}

static void check(unsigned i)
{
	struct pktgen_stream_view v;
	struct latency l;

	pktgen_look_stream(&pg, 0, i, &v);
	pktgen_look_stream_latency(&pg, 0, i, &l);
	assert_true(v.window >= ORDER_WINDOW_MIN);
	assert_int_equal(is[i].sent, FRAMES);
	assert_int_equal(v.sent.packets, FRAMES);
	assert_int_equal(v.received.packets, is[i].unique + is[i].twice);
	assert_int_equal(v.sent_signed - pktgen_came_once(&v),
			 FRAMES - is[i].unique);
	assert_int_equal(v.order.lost, FRAMES - is[i].unique);
	assert_int_equal(v.order.duplicate, is[i].twice);
	assert_int_equal(v.order.reordered, is[i].reordered);
	assert_int_equal(v.order.late, 0);
	assert_int_equal(l.frames, is[i].unique);
	assert_int_equal(l.min_ns, is[i].min_ns);
	assert_int_equal(l.max_ns, is[i].max_ns);
	assert_int_equal(l.sum_ns, is[i].sum_ns);
}

static void each_stream_is_told_by_itself(void **state)
{
	const struct flow_limit limit = {FRAMES, FLOW_NO_LIMIT};
	uint64_t lost = 0, reordered = 0, twice = 0;

	(void)state;
	assert_true(NB >= 4096);
	host_netdev_tap(dev[0], NULL, NULL);
	host_netdev_wire(dev[0], send, NULL);
	for (unsigned i = 0; i < STEPS_MAX; i++)
		end_of[i] = &due[i];
	pg.trails.room = 4 << 20; /* of 32 MB */
	add_all();
	pktgen_start_limited(&pg, 1, &limit, now);
	for (;
	     nb_on_way || nb_sent < NB * FRAMES || !pktgen_drained(&pg, 1, now);
	     step++) {
		assert_true(step < 10000000);
		arrive();
		pktgen_step(&pg, now);
		/* What is lost is waited for. */
		now += nb_on_way || nb_sent < NB * FRAMES ? US : MS;
	}
	pktgen_look(&pg, 0);
	for (unsigned i = 0; i < NB; i++) {
		check(i);
		lost += FRAMES - is[i].unique;
		reordered += is[i].reordered;
		twice += is[i].twice;
	}
	/* It has done something to most of them. */
	assert_true(lost > NB / 3 && reordered > NB / 3 && twice > NB / 3);
	print_message("%u streams: %u lost, %u reordered, %u doubled\n", NB,
		      (unsigned)lost, (unsigned)reordered, (unsigned)twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_stream_is_told_by_itself),
	};

	return cmocka_run_group_tests_name("trail_many", tests, NULL, NULL);
}
