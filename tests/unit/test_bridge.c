/* SPDX-License-Identifier: BSD-3-Clause */
/* Mode forward learn over time, and while its ports change. */
#include "forward_rig.h"

#include "pktgen/learn.h"

#define A "\2\0\0\0\0\1"
#define B "\2\0\0\0\0\2"
#define C "\2\0\0\0\0\3"

static void swallow(void *arg, const void *frame, size_t len)
{
	(void)arg;
	(void)frame;
	(void)len;
}

/* Every port sends into the void; what it gets is put there. */
static int setup_apart(void **state)
{
	setup(state);
	for (unsigned i = 0; i < PORTS; i++)
		host_netdev_wire(dev[i], swallow, NULL);
	return 0;
}

static void arrive(unsigned port, const char *dst, const char *src)
{
	uint8_t frame[60] = {0};

	memcpy(frame, dst, ETH_ALEN);
	memcpy(frame + ETH_ALEN, src, ETH_ALEN);
	memset(seen, 0, sizeof(seen));
	host_loop_put(dev[port], frame, sizeof(frame));
	run_for(3 * US);
}

static void a_station_is_forgotten_however_little_comes(void **state)
{
	(void)state;
	pktgen_set_mode(&pg, 7, MODE_BRIDGE, now);
	pktgen_start(&pg, 7, now);
	arrive(1, B, A);
	arrive(0, A, B);
	assert_int_equal(seen[1].frames, 1);
	assert_int_equal(seen[2].frames, 0);
	for (unsigned s = 0; s <= LEARN_AGE_S; s += 15) {
		now += 15 * S;
		arrive(0, C, B);
	}
	arrive(0, A, B);
	assert_int_equal(seen[1].frames, 1);
	assert_int_equal(seen[2].frames, 1);
	assert_int_equal(pktgen_learnt(&pg), 1);
}

static void a_held_frame_leaves_by_its_port_or_not_at_all(void **state)
{
	(void)state;
	pktgen_set_mode(&pg, 1, MODE_RX, now);
	pktgen_set_mode(&pg, 14, MODE_BRIDGE, now);
	pktgen_start(&pg, 14, now);
	arrive(2, C, A);
	host_netdev_faults(dev[2])->full = true;
	arrive(1, A, B);
	assert_int_equal(forward_held(worker(1)), 1);
	pktgen_set_mode(&pg, 15, MODE_BRIDGE, now);
	host_netdev_faults(dev[2])->full = false;
	run_for(20 * US);
	assert_int_equal(seen[0].frames, 0);
	assert_int_equal(seen[3].frames, 0);
	assert_int_equal(seen[2].frames + stats(1)->forward_stopped, 1);
	check_balance(1);
}

/* One port comes and goes: the others keep what is on its way between them. */
static void ports_keep_what_they_hold_for_each_other(void **state)
{
	const unsigned modes[] = {MODE_BRIDGE, MODE_RX, MODE_TO(1), MODE_RX};
	(void)state;

	pktgen_set_mode(&pg, 7, MODE_BRIDGE, now);
	pktgen_start(&pg, 15, now);
	arrive(2, C, A);
	host_netdev_faults(dev[2])->full = true;
	arrive(1, A, B);
	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		pktgen_set_mode(&pg, 8, modes[i], now);
		run_for(3 * US);
		assert_int_equal(forward_held(worker(1)), 1);
	}
	/* Port 0 was before it among the ways out. */
	pktgen_set_mode(&pg, 1, MODE_RX, now);
	assert_int_equal(forward_held(worker(1)), 1);
	assert_int_equal(stats(1)->forward_stopped, 0);
	host_netdev_faults(dev[2])->full = false;
	run_for(20 * US);
	assert_int_equal(seen[2].frames, 1);
	assert_int_equal(seen[0].frames + seen[3].frames, 0);
	check_balance(1);
	/* Where its way goes, a frame does as well. */
	host_netdev_faults(dev[2])->full = true;
	arrive(1, A, B);
	pktgen_set_mode(&pg, 4, MODE_RX, now);
	assert_int_equal(forward_held(worker(1)), 0);
	assert_int_equal(stats(1)->forward_stopped, 1);
	check_balance(1);
}

/* How many large pieces there still are. */
static unsigned pieces;
static void *(*all_calloc)(struct uk_alloc *, __sz, __sz);
static void *few_calloc(struct uk_alloc *a, __sz n, __sz size)
{
	if (n * size > 4000 && !pieces)
		return NULL;
	pieces -= n * size > 4000;
	return all_calloc(a, n, size);
}

static void what_cannot_be_reserved_changes_nothing(void **state)
{
	struct uk_alloc *a = pg.heap;
	bool failed = false, done = false;
	(void)state;

	pktgen_set_mode(&pg, 2, MODE_TO(2), now);
	pktgen_start(&pg, 2, now);
	all_calloc = a->calloc;
	for (unsigned i = 0; i < 8 && !done; i++) {
		pieces = i;
		a->calloc = few_calloc;
		done = !pktgen_reserve_forward(&pg, 10, MODE_BRIDGE);
		a->calloc = all_calloc;
		failed |= !done;
		arrive(1, A, B);
		assert_int_equal(seen[2].frames, 1);
	}
	assert_true(failed && done);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_apart, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_station_is_forgotten_however_little_comes),
		TEST(a_held_frame_leaves_by_its_port_or_not_at_all),
		TEST(ports_keep_what_they_hold_for_each_other),
		TEST(what_cannot_be_reserved_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
