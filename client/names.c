/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/names.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 512

/* DIR/NAME of the directory where the launcher has its files. */
static void path_of(char *path, size_t size, const char *name)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");

	if (dir && *dir == '/')
		snprintf(path, size, "%s/ukpktgen/%s", dir, name);
	else
		snprintf(path, size, "/tmp/ukpktgen-%u/%s", (unsigned)geteuid(),
			 name);
}

bool names_socket(const char *name, const char *kind, char *path, size_t size)
{
	char file[PATH_BYTES];
	struct stat st;

	snprintf(file, sizeof(file), "%.*s.%s", PATH_BYTES / 2, name, kind);
	path_of(path, size, file);
	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	       st.st_uid == geteuid();
}

static bool runs(const char *pid_file)
{
	FILE *f = fopen(pid_file, "re");
	int pid = 0;

	if (!f)
		return false;
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

void names_running(char *out, size_t size)
{
	char pattern[PATH_BYTES];
	size_t n = 0;
	glob_t found;

	path_of(pattern, sizeof(pattern), "*.pid");
	if (glob(pattern, 0, NULL, &found) != 0)
		found.gl_pathc = 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;
		int len = (int)strlen(name) - 4;

		if (runs(found.gl_pathv[i]) && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%.*s",
					      n ? " " : "", len, name);
	}
	globfree(&found);
	if (!n)
		snprintf(out, size, "none");
}
