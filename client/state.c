/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool state_path(char path[STATE_PATH], const char *name)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n;

	if (state && *state == '/')
		n = snprintf(path, STATE_PATH, "%s/ukpktgen/%s", state, name);
	else if (home && *home == '/')
		n = snprintf(path, STATE_PATH, "%s/.local/state/ukpktgen/%s",
			     home, name);
	else
		return false;
	if (n >= STATE_PATH - 8)
		return false;
	for (char *at = path + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(path, 0700);
	}
	return true;
}
