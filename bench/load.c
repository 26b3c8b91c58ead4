/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What `load` of many streams costs, of 1..4 lines each. Arguments: STREAMS
 * LINES. Under callgrind: --toggle-collect=config_load.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/app_rig.h"

int main(int argc, char *argv[])
{
	const unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 2048;
	const unsigned lines = argc > 2 ? (unsigned)atoi(argv[2]) : 2;
	struct timespec a, b;
	char *text = malloc(n * 300 + 1000);
	int at = 0;

	rig_begin(1);
	at += sprintf(text + at, "reset\nstream 0.1-%u add\n", n - 1);
	at += sprintf(text + at, "signature 0.all on\nsize 0.all 100\n");
	for (unsigned i = 0; i < n; i++) {
		if (lines >= 1)
			at += sprintf(text + at, "rate 0.%u %upps\n", i, i + 1);
		if (lines >= 2)
			at += sprintf(
				text + at,
				"set 0.%u ipv4.src 10.%u.%u.1-10.%u.%u.250\n",
				i, i >> 8, i & 255, i >> 8, i & 255);
		if (lines >= 3)
			at += sprintf(text + at, "set 0.%u udp.src %u\n", i,
				      i + 1);
		if (lines >= 4)
			at += sprintf(text + at, "set 0.%u udp.dst %u\n", i,
				      i + 2);
	}
	if (store_add(&rig.app.store, "l", text, (size_t)at))
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &a);
	rig_must("load l");
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%u streams, %d bytes: %.1f ms\n", n, at,
	       (double)((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec -
			a.tv_nsec) /
		       1e6);
	return 0;
}
