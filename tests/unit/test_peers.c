// SPDX-License-Identifier: BSD-3-Clause
/*
 * Another appliance, as docs/measurement.md has its frames, whose clock is
 * another: what is told of that, and of how long its frames took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_rig.h"

#define THEIRS 0x2a5 /* its number */
#define ITS_PORT 3
#define QUEUE 64
#define PAIRS (PKTGEN_MAX_PORTS / 2)
#define STEP (20 * US)

static struct {
	uint64_t ahead;
	int64_t ppb;
	uint64_t there_ns, back_ns;
	bool mute;
	/* Probes and answers of ours that it got, the last of each. */
	unsigned nb_probes, nb_answers;
	uint8_t probe[60], answer[60];
	/* On their way to us. */
	unsigned nb;
	struct {
		uint64_t due_ns;
		unsigned port;
		size_t len;
		uint8_t frame[128];
	} way[QUEUE];
} far;

static uint64_t theirs(uint64_t ns)
{
	return ns + far.ahead +
	       (uint64_t)((int64_t)(ns / 1000) * far.ppb / 1000000);
}

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
	while (bytes--) {
		at[bytes] = (uint8_t)value;
		value >>= 8;
	}
}

static uint64_t get(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

static void give_to(unsigned port, const void *frame, size_t len,
		    uint64_t due_ns)
{
	assert_true(far.nb < QUEUE);
	far.way[far.nb].port = port;
	memcpy(far.way[far.nb].frame, frame, len);
	far.way[far.nb].len = len;
	far.way[far.nb++].due_ns = due_ns;
}

static void give(const void *frame, size_t len, uint64_t due_ns)
{
	give_to(0, frame, len, due_ns);
}

static void sign(uint8_t *at, unsigned stream, uint64_t seq, uint64_t sent_ns)
{
	put(at, 0xb5c126, 3);
	put(at + 3, THEIRS << 6 | ITS_PORT, 2);
	put(at + 5, seq, 5);
	put(at + 10, (uint64_t)stream << 50 | (sent_ns & 0xffffffffff), 8);
}

/* A probe (1) or an answer (2) of it, that it sends now. */
static void make(uint8_t frame[60], unsigned kind, uint64_t asked_ns,
		 uint64_t heard_ns, uint64_t sent_ns)
{
	memset(frame, 0xff, 6);
	memcpy(frame + 6, "\x02ppppp", 6);
	put(frame + 12, 0x88b5, 2);
	put(frame + 14, 0x756b636c, 4);
	frame[18] = 1;
	frame[19] = (uint8_t)kind;
	put(frame + 20, kind == 2 ? get(far.probe + 45, 2) : 0, 2);
	put(frame + 22, get(far.probe + 22, 4), 4);
	put(frame + 26, asked_ns, 8);
	put(frame + 34, heard_ns, 8);
	sign(frame + 42, 16383, get(far.probe + 22, 4), sent_ns);
}

/* What our port sends reaches it later; what it answers is made here. */
static void wire(void *arg, const void *frame, size_t len)
{
	const uint8_t *f = frame;
	const uint64_t there_ns = rig.now + far.there_ns;
	uint8_t answer[60];

	(void)arg;
	if (len != 60 || get(f + 12, 2) != 0x88b5)
		return;
	if (f[19] == 2) {
		far.nb_answers++;
		memcpy(far.answer, f, 60);
		return;
	}
	far.nb_probes++;
	memcpy(far.probe, f, 60);
	if (far.mute)
		return;
	make(answer, 2, get(f + 26, 8), theirs(there_ns),
	     theirs(there_ns + 5 * US));
	give(answer, 60, there_ns + 5 * US + far.back_ns);
}

static void arrive(void)
{
	for (unsigned i = 0; i < far.nb;) {
		if (far.way[i].due_ns > rig.now) {
			i++;
			continue;
		}
		assert_true(host_netdev_receive(rig.dev[far.way[i].port],
						far.way[i].frame,
						far.way[i].len));
		far.way[i] = far.way[--far.nb];
	}
}

static void go(uint64_t ns)
{
	for (const uint64_t end = rig.now + ns; rig.now < end;) {
		rig_step(STEP);
		arrive();
	}
}

static int begin(void **state)
{
	rig_setup(state);
	memset(&far, 0, sizeof(far));
	far.ahead = 0ull - 5000 * S;
	far.there_ns = far.back_ns = 30 * US;
	host_netdev_wire(rig.dev[0], wire, NULL);
	return 0;
}

/* A signed frame of it that takes so long. */
static void send_signed(unsigned number, uint64_t takes_ns)
{
	uint8_t frame[124];

	memset(frame, 5, sizeof(frame));
	sign(frame + sizeof(frame) - 18, 7, number, theirs(rig.now));
	give(frame, sizeof(frame), rig.now + takes_ns);
}

static const struct peer *peer(void)
{
	assert_int_equal(rig.app.pktgen.peers->nb, 1);
	return rig.app.pktgen.peers->peer[0];
}

static uint64_t wrong(void)
{
	const int64_t d = (int64_t)(far_clock_ahead(&peer()->clock, rig.now) -
				    (theirs(rig.now) - rig.now));

	return (uint64_t)(d < 0 ? -d : d);
}

static void a_clock_is_known_over_a_port(void **state)
{
	const struct peer *p;
	char text[128];
	(void)state;

	far.ppb = 80000;
	rig_must("clock 0 on");
	go(3 * S);
	p = peer();
	assert_int_equal(p->sender, THEIRS << 6 | ITS_PORT);
	assert_true(wrong() <= far_clock_bound(&p->clock, rig.now));
	assert_in_range(far_clock_bound(&p->clock, rig.now), 30 * US, 80 * US);
	assert_in_range(far.nb_probes, 149, 151);
	rig_ask("clock --json", NULL);
	snprintf(text, sizeof(text),
		 "{\"port\":0,\"appliance\":%u,\"peer_port\":%u,"
		 "\"clock\":\"known\",\"ahead\":-49",
		 THEIRS, ITS_PORT);
	assert_non_null(strstr(rig.screen, text));
	/* Probes are no frames that a stream sends. */
	rig_must("expect 0 tx.packets = 0");
	rig_must("clock off");
	assert_null(rig.app.pktgen.peers);
	far.nb_probes = 0;
	go(S / 10);
	assert_int_equal(far.nb_probes, 0);
}

/* Each time is right within its bound and a step. */
static void its_frames_are_timed(void **state)
{
	const struct latency *l;
	const struct peer *p;
	(void)state;

	far.ppb = -150000;
	send_signed(0, US);
	go(MS);
	assert_non_null(strstr(rig_ask("latency peers", NULL), "E_STATE"));
	rig_must("clock 0 on");
	send_signed(1, US);
	go(MS);
	go(4 * S);
	rig_must("stats clear");
	for (unsigned i = 0; i < 1000; i++) {
		send_signed(i, i % 100 ? 200 * US : 700 * US);
		go(MS);
	}
	p = peer();
	l = &p->latency;
	assert_int_equal(l->frames, 1000);
	assert_int_equal(p->untimed, 0);
	assert_in_range(p->bound_ns, 30 * US, 80 * US);
	assert_in_range(l->min_ns, 200 * US - p->bound_ns,
			200 * US + STEP + p->bound_ns);
	assert_in_range(l->max_ns, 700 * US - p->bound_ns,
			700 * US + STEP + p->bound_ns);
	assert_in_range(latency_mean_ns(l), 205 * US - p->bound_ns,
			205 * US + STEP + p->bound_ns);
	rig_ask("latency peers --json", NULL);
	assert_non_null(strstr(rig.screen, "\"frames\":1000,\"min\":"));
	rig_must("expect 0 clock = known; expect 0 clock.bound <= 80us");
	rig_must("expect 0 clock.offset >= 4999s; expect 0 peers.untimed = 0");
	rig_must("expect 0 peers.frames = 1000; expect 0 peers.p50 >= 120000");
	rig_must("expect 0 peers.min <= 0:peers.mean; expect 0 peers.max > "
		 "0.6ms");
	rig_must("expect 1 clock = unknown; expect 1 peers.frames = 0");
	assert_non_null(strstr(rig_ask("expect 1 peers.max < 1h", NULL),
			       "port 1: peers.max is unknown, expected < 1h"));
	assert_non_null(
		strstr(rig_ask("expect 0 peers.p99 < 1us", NULL), "E_EXPECT"));
	rig_must("stats clear");
	assert_int_equal(l->frames, 0);
	/* They are of nobody here, as without a clock. */
	rig_must("expect 0 tx.packets = 0; latency peers");
}

/* One way takes 5 ms longer, and no time is told; one may ask for it. */
static void what_cannot_be_known_is_refused(void **state)
{
	(void)state;
	far.back_ns = 5 * MS;
	rig_must("clock 0 on");
	go(3 * S);
	assert_true(wrong() <= far_clock_bound(&peer()->clock, rig.now));
	assert_non_null(strstr(rig_ask("clock", NULL), "too wide"));
	rig_must("expect 0 clock = \"too wide\"; expect 0 clock.bound > 2.5ms");
	send_signed(0, 200 * US);
	go(MS);
	assert_int_equal(peer()->latency.frames, 0);
	assert_int_equal(peer()->untimed, 1);
	rig_must("clock 0 on within 4ms");
	send_signed(1, 200 * US);
	go(MS);
	assert_int_equal(peer()->latency.frames, 1);
	assert_true(peer()->bound_ns >= 2500 * US);
	assert_in_range(peer()->latency.max_ns, 0,
			200 * US + STEP + peer()->bound_ns);
	/* Nobody answers any more. */
	far.mute = true;
	go(9 * S);
	assert_non_null(strstr(rig_ask("clock", NULL), "unknown"));
	send_signed(2, 200 * US);
	go(MS);
	assert_int_equal(peer()->untimed, 2);
}

/* By the page, byte by byte. */
static void a_probe_is_answered(void **state)
{
	const uint64_t sender = (uint64_t)rig.app.pktgen.appliance << 6;
	uint8_t probe[60];
	uint64_t came_ns;
	(void)state;

	make(probe, 1, theirs(rig.now), 0, theirs(rig.now));
	give(probe, 60, rig.now);
	go(MS);
	assert_int_equal(far.nb_answers, 0);
	rig_must("clock 0 on");
	make(probe, 1, 0x123456789abcdef0, 0, 0x123456789abcdef0);
	give(probe, 60, rig.now);
	came_ns = rig.now;
	go(MS);
	assert_int_equal(far.nb_answers, 1);
	assert_memory_equal(far.answer, "\x02ppppp", 6);
	assert_memory_equal(far.answer + 6, rig.app.pktgen.port[0].mac, 6);
	assert_int_equal(get(far.answer + 12, 2), 0x88b5);
	assert_int_equal(get(far.answer + 14, 4), 0x756b636c);
	assert_int_equal(get(far.answer + 18, 2), 0x0102);
	assert_int_equal(get(far.answer + 20, 2), THEIRS << 6 | ITS_PORT);
	assert_int_equal(get(far.answer + 22, 4), get(probe + 22, 4));
	assert_int_equal(get(far.answer + 26, 8), 0x123456789abcdef0);
	assert_in_range(get(far.answer + 34, 8), came_ns, came_ns + 2 * STEP);
	assert_int_equal(get(far.answer + 42, 3), 0xb5c126);
	assert_int_equal(get(far.answer + 45, 2), sender);
	assert_int_equal(get(far.answer + 47, 5), get(probe + 22, 4));
	assert_int_equal(get(far.answer + 52, 8) >> 40, 16383 << 10);
	assert_in_range(get(far.answer + 55, 5), came_ns, came_ns + 2 * STEP);
	/* Behind a tag as well. */
	memmove(probe + 16, probe + 12, 44);
	give(probe, 60, rig.now);
	go(MS);
	assert_int_equal(far.nb_answers, 1);
}

/*
 * Nothing is learnt from what answers no probe of ours. An answer that comes
 * again took longer, and tells less.
 */
static void what_is_no_answer_tells_nothing(void **state)
{
	uint64_t seed = 3;
	uint8_t answer[60];
	uint64_t bound_ns;
	(void)state;

	far.mute = true;
	rig_must("clock 0 on");
	go(50 * MS);
	for (unsigned i = 0; i < 5000; i++) {
		const uint64_t asked_ns = get(far.probe + 26, 8);
		unsigned at;

		make(answer, 2, asked_ns, 5 * S, 5 * S + US);
		at = 12 + (unsigned)(unit_random(&seed) % 40);
		/* Another sender is one, and it may have heard it any time. */
		if (at == 45 || at == 46 || (at >= 34 && at < 42))
			at = 44;
		answer[at] ^= (uint8_t)(1 + unit_random(&seed) % 255);
		give(answer, 60, rig.now);
		go(STEP);
	}
	assert_int_equal(rig.app.pktgen.peers->nb, 0);
	/* One that is right, twice. */
	go(MS);
	make(answer, 2, get(far.probe + 26, 8), 5 * S, 5 * S + US);
	give(answer, 60, rig.now);
	go(2 * STEP);
	assert_int_equal(peer()->clock.nb_probes, 1);
	bound_ns = peer()->clock.bound_ns;
	give(answer, 60, rig.now);
	go(2 * STEP);
	assert_int_equal(peer()->clock.nb_steps, 0);
	assert_int_equal(peer()->clock.bound_ns, bound_ns);
}

/* No more of them than there is room for; each has a clock of its own. */
static void there_are_several(void **state)
{
	(void)state;
	far.mute = true;
	rig_must("clock 0 on");
	for (unsigned i = 0; i < 300; i++) {
		const unsigned had = far.nb_probes;
		uint8_t answer[60];

		while (far.nb_probes == had)
			go(MS);
		make(answer, 2, get(far.probe + 26, 8), (i % 12 + 1) * S,
		     (i % 12 + 1) * S + US);
		put(answer + 45, (i % 12) << 6, 2);
		give(answer, 60, rig.now + 20 * US);
	}
	assert_int_equal(rig.app.pktgen.peers->nb, PEERS_MAX);
	for (unsigned i = 0; i < PEERS_MAX; i++) {
		const struct peer *p = rig.app.pktgen.peers->peer[i];

		assert_int_equal(p->sender, i << 6);
		/* Each stands still: it is a step each time. */
		assert_true(p->clock.nb_steps > 10);
	}
	rig_must("clock; latency peers; clock --json; latency peers --json");
	/* What they have together. */
	rig_must("expect 0 clock.bound > 0; expect 0 peers.untimed = 0");
	assert_non_null(strstr(rig_ask("expect 0 clock.offset > 0", NULL),
			       "clock.offset is unknown"));
	/* Those that answer no more make room. */
	far.mute = false;
	go(9 * S);
	assert_int_equal(rig.app.pktgen.peers->nb, PEERS_MAX);
	assert_int_equal(rig.app.pktgen.peers->peer[0]->sender,
			 THEIRS << 6 | ITS_PORT);
}

/* Of all those ports one is answered, and later than the next probe goes. */
static void each_port_has_its_own_probes(void **state)
{
	uint8_t probe[60];
	(void)state;

	rig_end();
	rig_begin(PAIRS);
	host_netdev_wire(rig.dev[0], wire, NULL);
	far.there_ns = far.back_ns = 50 * MS;
	rig_must("clock all on");
	go(2 * S);
	assert_in_range(far.nb_probes, 99, 101);
	assert_int_equal(peer()->port, 0);
	assert_in_range(peer()->clock.nb_probes, far.nb_probes - 6,
			far.nb_probes);
	/* All of them are asked in one moment. */
	far.mute = true;
	for (unsigned i = 1; i < 2 * PAIRS; i++)
		host_netdev_wire(rig.dev[i], wire, NULL);
	for (unsigned i = 0; i < 2 * PAIRS; i++) {
		make(probe, 1, theirs(rig.now), 0, theirs(rig.now));
		give_to(i, probe, 60, rig.now);
		give_to(i, probe, 60, rig.now);
	}
	go(MS);
	assert_int_equal(far.nb_answers, 4 * PAIRS);
}

/* Captures see the same frames, whoever was there first. */
static void captures_go_on_beside_it(void **state)
{
	(void)state;
	rig_must("clock 0 on; capture 0 rx x.pcap");
	go(100 * MS);
	rig_must("clock off");
	far.nb = 0;
	send_signed(0, US);
	go(MS);
	rig_must("clock 0 on");
	go(100 * MS);
	rig_must("capture off; ls");
	assert_non_null(strstr(rig.screen, "x.pcap"));
	go(100 * MS);
	assert_true(peer()->clock.nb_probes > 8);
	rig_must("clock 0 off");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_clock_is_known_over_a_port),
		TEST(its_frames_are_timed),
		TEST(what_cannot_be_known_is_refused),
		TEST(a_probe_is_answered),
		TEST(what_is_no_answer_tells_nothing),
		TEST(there_are_several),
		TEST(each_port_has_its_own_probes),
		TEST(captures_go_on_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
