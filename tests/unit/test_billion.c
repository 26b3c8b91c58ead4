// SPDX-License-Identifier: BSD-3-Clause
/*
 * A long run at full speed whose counters are cleared on the way: nothing is
 * lost, at any time, and no memory is taken. How many frames is an argument, in
 * millions: build/fast/test_billion 1000.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_rig.h"

#define CLEARS 1000
#define MILLION 1000000ull

static uint64_t nb_frames = 2 * MILLION;
static struct pktgen *const pg = &rig.app.pktgen;

/* At any moment: none is lost of those that were sent since the last clear. */
static void look(struct pktgen_signed *s)
{
	struct pktgen_stream_view v;

	pktgen_look(pg, 1);
	pktgen_sum_signed(pg, 0, s);
	pktgen_look_stream(pg, 0, 0, &v);
	assert_true(s->sent >= s->arrived);
	assert_int_equal(v.order.lost | v.order.duplicate | v.order.reordered |
				 v.order.late | v.order.old,
			 0);
}

static void no_frame_is_lost_of_many(void **state)
{
	const struct worker_view *w;
	struct pktgen_came came;
	struct pktgen_signed s;
	unsigned nb_clears = 0;
	uint64_t most = 0;
	size_t memory;
	char line[64];
	(void)state;

	rig_must("signature on; rate max; start 0 count 1000; wait idle");
	rig_must("stats clear");
	memory = mallinfo2().uordblks;
	snprintf(line, sizeof(line), "start 0 count %llu",
		 (unsigned long long)nb_frames);
	rig_must(line);
	while ((w = pktgen_look(pg, 0))->state) {
		rig_step(US);
		look(&s);
		most = MAX(most, s.sent);
		/* As many of them, however many frames there are. */
		if (w->run_packets + nb_frames / CLEARS * (nb_clears + 1) >
			    w->stats.tx_packets ||
		    nb_clears == CLEARS - 1)
			continue;
		nb_clears++;
		rig_must("stats clear");
	}
	look(&s);
	assert_int_equal(s.sent, s.arrived);
	assert_int_equal(nb_clears, CLEARS - 1);
	assert_true(most < nb_frames / CLEARS * 2 + 100000);
	/* Over all of them. */
	pktgen_look_came(pg, 1, &came);
	assert_int_equal(came.looked, 1000 + nb_frames);
	assert_int_equal(came.ours, 1000 + nb_frames);
	assert_int_equal(pktgen_look(pg, 0)->stats.tx_packets,
			 1000 + nb_frames);
	assert_int_equal(pktgen_look(pg, 1)->stats.rx_packets,
			 1000 + nb_frames);
	rig_must("expect 0 lost = 0; expect 0 loss = 0; expect 0 rx.lost = 0");
	assert_int_equal(memory, mallinfo2().uordblks);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_frame_is_lost_of_many,
						rig_setup, rig_teardown),
	};

	if (argc > 1)
		nb_frames = strtoull(argv[1], NULL, 10) * MILLION;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
