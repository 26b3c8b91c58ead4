/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/show.h"
#include "client/state.h"

#define LINES_KEPT 2000

/* False where there is no home. */
static bool find_file(char *path)
{
	return state_path(path, "history");
}

/* Several clients append to it, so it is replaced as a whole. */
static void shorten(const char *path, char *const *lines, size_t n)
{
	char new[STATE_PATH + 8];
	FILE *f;
	int fd;

	snprintf(new, sizeof(new), "%s.new", path);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		return;
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s\n", lines[i]);
	if (fclose(f) != 0 || rename(new, path) != 0)
		unlink(new);
}

void history_load(void (*take)(void *arg, const char *line), void *arg)
{
	char path[STATE_PATH], *line = NULL, **lines = NULL;
	size_t size = 0, count = 0, first;
	ssize_t len;
	FILE *f;

	f = find_file(path) ? fopen(path, "re") : NULL;
	if (!f)
		return;
	while ((len = getline(&line, &size, f)) > 0) {
		char **more;

		if (line[len - 1] == '\n')
			line[--len] = '\0';
		if (!len || !show_is_plain(line, (size_t)len))
			continue;
		more = realloc(lines, (count + 1) * sizeof(*lines));
		if (!more)
			break;
		lines = more;
		lines[count] = strdup(line);
		if (!lines[count])
			break;
		count++;
	}
	free(line);
	fclose(f);
	first = count > LINES_KEPT ? count - LINES_KEPT : 0;
	for (size_t i = first; i < count; i++)
		take(arg, lines[i]);
	if (count > 2 * LINES_KEPT)
		shorten(path, lines + first, count - first);
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	free(lines);
}

bool history_add(const char *line)
{
	char path[STATE_PATH];
	bool good;
	int fd;

	if (!*line || !find_file(path))
		return true;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	fchmod(fd, 0600);
	good = dprintf(fd, "%s\n", line) >= 0;
	return close(fd) == 0 && good;
}
