/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/find.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENDING ".watch"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct asked *)a)->name,
		      ((const struct asked *)b)->name);
}

bool find_add(struct found *f, const char *name)
{
	struct asked *one = &f->one[f->n];
	int n;

	for (unsigned i = 0; i < f->n; i++)
		if (!strcmp(f->one[i].name, name))
			return true;
	if (f->n == FIND_MAX || strlen(name) >= sizeof(one->name))
		return false;
	memset(one, 0, sizeof(*one));
	strcpy(one->name, name);
	n = snprintf(one->path, sizeof(one->path), "%s/%s" ENDING, f->dir,
		     name);
	if (n < 0 || (size_t)n >= sizeof(one->path))
		return false;
	f->n++;
	return true;
}

void find_new(struct found *f)
{
	DIR *dir = f->all ? opendir(f->dir) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir)) != NULL) {
		const size_t n = strlen(e->d_name), m = strlen(ENDING);
		char name[sizeof(e->d_name)];

		/* One that begins with a dot is somebody's own. */
		if (*e->d_name == '.' || n <= m ||
		    strcmp(e->d_name + n - m, ENDING) != 0)
			continue;
		memcpy(name, e->d_name, n - m);
		name[n - m] = '\0';
		find_add(f, name);
	}
	if (!dir)
		return;
	closedir(dir);
	qsort(f->one, f->n, sizeof(*f->one), by_name);
}
