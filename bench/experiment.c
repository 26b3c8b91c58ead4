/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an experiment costs while it sends: 10 Mpps of signed frames from port 0
 * to port 1, a step of 64 frames each 6.4 us. Argument: a command. Under
 * callgrind: --toggle-collect=experiment_poll, and beside it worker_step.
 */
#include <stdio.h>

#include "tests/unit/app_rig.h"

#define STEP 6400

int main(int argc, char *argv[])
{
	const char *line = argc > 1 ? argv[1] : "soak 100ms every 20ms";
	uint64_t end;

	rig_begin(2);
	rig_must("mode 0 tx; mode 1 rx; signature 0 on; rate 0 10mpps");
	rig_send(line);
	for (end = rig.now + 100 * MS; rig.now < end;)
		rig_step(STEP);
	printf("%llu\n", (unsigned long long)pktgen_look(&rig.app.pktgen, 0)
				 ->stats.tx_packets);
	return 0;
}
