/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of frames share. The test is the device: it remembers every
 * byte of what it was given and gives frames back when it likes, in any order.
 * Static: each test file has its own.
 */
#ifndef TESTS_FRAMES_RIG_H
#define TESTS_FRAMES_RIG_H

#include <stdlib.h>
#include <string.h>

#include "pktgen/frames.h"
#include "plat/host/host.h"
#include "unit.h"
#include "unit_stream.h"

#define BURST 64
#define SPARE (BURST + PROGRAM_VARIANTS_MAX)
#define FLYING_MAX 1024

static const uint8_t mac[ETH_ALEN] = {2, 0, 0, 0, 0, 7};

/* What the device has: the frame as it was when it was sent. */
struct flying {
	struct uk_netbuf *nb;
	uint16_t len;
	uint8_t bytes[1514];
};

static struct port port;
static struct outbox out;
static struct frames_room shelf;
static struct frames frames;
static struct program *prog[2];
static unsigned active;
static struct program_at at; /* of the next to be made */
static struct flying store[FLYING_MAX];
static struct flying *flying[FLYING_MAX]; /* behind nb_flying: unused */
static unsigned nb_flying;
static bool spare; /* see frames_set() */
static uint64_t now_ns, made_ns, seed;

static inline int setup(void **state)
{
	struct host_netdev *dev[2];
	(void)state;

	host_reset();
	host_loop_pair(dev, 1500);
	assert_int_equal(port_open(&port, 0, 1, SPARE, uk_alloc_get_default()),
			 0);
	outbox_init(&out);
	assert_int_equal(frames_room_open(&shelf, &port.queue[0],
					  uk_alloc_get_default()),
			 0);
	frames_open(&frames, &shelf);
	for (nb_flying = FLYING_MAX; nb_flying; nb_flying--)
		flying[nb_flying - 1] = &store[nb_flying - 1];
	at = (struct program_at){0};
	spare = false;
	seed = 1;
	now_ns = 1;
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	frames_close(&frames);
	frames_room_close(&shelf);
	port_close(&port, uk_alloc_get_default());
	return 0;
}

static inline unsigned any(unsigned n)
{
	return (unsigned)((unit_random(&seed) >> 32) % n);
}

/* From one end of a range to the other, or random. */
static inline void any_range(struct stream *s)
{
	const unsigned from = 84 + any(1400), more = 1 + any(1518 - from);
	const bool down = any(2);
	char text[64];

	snprintf(text, sizeof(text), "%s%u-%u step %u", any(2) ? "random " : "",
		 down ? from + more : from, down ? from : from + more,
		 1 + any(more > 9 ? 9 : more));
	take_sizes(s, text);
}

/* A stream of any kind, of sizes that fit the port. */
static inline void any_stream(struct stream *s)
{
	const bool ipv6 = !any(3);
	unsigned src, dst;
	char ttl[8];

	stream_init(s, mac);
	set_ip(s, ipv6);
	s->sign = !any(2);
	memset(&s->sizes, 0, sizeof(s->sizes));
	s->sender = (uint16_t)any(65536);
	s->sizes.count = (uint8_t)(any(2) ? 1 : 1 + any(SIZES_MAX));
	for (unsigned i = 0; i < s->sizes.count; i++)
		s->sizes.entry[i] = (struct size_weight){
			(uint16_t)(84 + any(1435)), (uint16_t)(1 + any(9))};
	if (!any(3))
		any_range(s);
	snprintf(ttl, sizeof(ttl), "%u", any(256));
	set_field(s, ipv6 ? "ipv6.hops" : "ipv4.ttl", ttl);
	src = ipv6 || any(2) ? 0 : 1 + any(16);
	dst = any(2) ? 0 : 1 + any(24);
	set_low(s, "src", src, NULL);
	set_low(s, "dst", dst, NULL);
	/* Now and then what no plain program has. */
	if (!any(4))
		set_field(s, "udp.src", any(2) ? "random" : "1000-1999 step 7");
	if (!any(4))
		set_field(s, "eth.src", "02:00:00:00:ff:01-02:00:00:01:01:ff");
	if (!any(4))
		set_field(s, ipv6 ? "ipv6.hops" : "ipv4.ttl", "1-200 down");
}

static inline void set(const struct stream *s, enum strategy strategy)
{
	struct program *next = NULL;

	assert_int_equal(program_new(&next, s, uk_alloc_get_default()), 0);
	if (prog[active])
		program_switch(prog[active], next, &at);
	active = !active;
	program_free(prog[active], uk_alloc_get_default());
	prog[active] = next;
	frames_set(&frames, &out, next, strategy, spare, true);
	assert_int_equal(frames.strategy, frames_strategy(strategy, next));
}

/* The device takes what is held, but for `leave`. */
static inline void take(unsigned leave)
{
	const unsigned n = out.nb - leave;
	struct uk_netbuf **pkts = out.pkt;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		struct flying *f = flying[nb_flying++];

		f->nb = pkts[i];
		f->len = pkts[i]->len;
		memcpy(f->bytes, pkts[i]->data, f->len);
		bytes += f->len + ETH_FCS_LEN;
	}
	assert_int_equal(outbox_sent(&out, n), bytes);
	assert_int_equal(out.nb, leave);
}

/* It is done with one, which is as it was. */
static inline void complete(unsigned i)
{
	struct flying *f = flying[i];

	assert_int_equal(f->nb->len, f->len);
	assert_memory_equal(f->nb->data, f->bytes, f->len);
	port_frame_free(f->nb);
	nb_flying--;
	memmove(&flying[i], &flying[i + 1],
		(nb_flying - i) * sizeof(flying[0]));
	flying[nb_flying] = f;
}

/* Those that were just made are the next of the program. */
static inline void check_made(struct program_at from, unsigned n)
{
	static uint8_t wanted[STREAM_SIZE_MAX];
	uint64_t bytes = 0;

	assert_int_equal(out.nb, n);
	for (unsigned i = 0; i < n; i++) {
		const struct uk_netbuf *nb = out.pkt[i];
		uint16_t len =
			program_next(prog[active], &from, made_ns, wanted);

		assert_int_equal(nb->len, len);
		assert_memory_equal(nb->data, wanted, len);
		bytes += len + ETH_FCS_LEN;
	}
	assert_int_equal(from.frame, at.frame);
	assert_int_equal(from.order, at.order);
	assert_int_equal(out.bytes, bytes);
}

static inline unsigned make(unsigned n)
{
	const struct program_at from = at;
	unsigned made;

	made_ns = now_ns;
	made = frames_make(&frames, prog[active], &at, n, now_ns);
	assert_true(made <= n);
	check_made(from, made);
	return made;
}

static inline void check_in_flight(void)
{
	unsigned surplus;

	port_tx_reap(&port.queue[0]);
	surplus = frames_room_surplus(&shelf) + frames_surplus(&frames);
	assert_int_equal(port_tx_out(&port.queue[0]) + surplus - out.nb,
			 nb_flying);
}

static inline void complete_all(void)
{
	while (nb_flying)
		complete(0);
}

/* Signed frames of one size. */
static inline void set_signed(enum strategy strategy)
{
	struct stream s;

	stream_init(&s, mac);
	s.sign = true;
	set(&s, strategy);
}

#define FRAMES_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif /* TESTS_FRAMES_RIG_H */
