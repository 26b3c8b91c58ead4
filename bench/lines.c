/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lines cost that a program sends one by one, each for another of many
 * streams. Arguments: COMMAND STREAMS LINES, where COMMAND has `%u` for the
 * stream and, once more, for a value. Under callgrind:
 * --toggle-collect=ask_lines, twice, as cost does it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/app_rig.h"

__attribute__((noinline)) void ask_lines(const char *command, unsigned streams,
					 unsigned lines);

void ask_lines(const char *command, unsigned streams, unsigned lines)
{
	char line[256];

	for (unsigned i = 0; i < lines; i++) {
		snprintf(line, sizeof(line), command, i % streams,
			 1 + (i + i / streams) % 60000);
		rig_must(line);
	}
}

int main(int argc, char *argv[])
{
	const char *command = argc > 1 ? argv[1] : "set 0.%u udp.src %u";
	const unsigned n = argc > 2 ? (unsigned)atoi(argv[2]) : 2048;
	const unsigned lines = argc > 3 ? (unsigned)atoi(argv[3]) : n;
	char line[64];

	rig_begin(1);
	snprintf(line, sizeof(line), "stream 0.1-%u add", n - 1);
	rig_must(line);
	ask_lines(command, n, lines);
	return 0;
}
