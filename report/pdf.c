/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/pdf.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metrics/file.h"
#include "report/child.h"

#define WORDS 16

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *walk)
{
	(void)st;
	(void)flag;
	(void)walk;
	return remove(path);
}

static bool read_file(const char *path, struct text *t)
{
	char piece[65536];
	FILE *f = fopen(path, "re");
	size_t n;

	while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		text_bytes(t, piece, n);
	if (f)
		fclose(f);
	return f && t->len && !t->failed;
}

/* It looks at nothing but the page, and keeps nothing. False with errno. */
static bool print(const char *dir, char *program)
{
	struct text profile = {.data = NULL}, to = {.data = NULL},
		    from = {.data = NULL};
	char *argv[WORDS] = {program,
			     (char[]){"--headless"},
			     (char[]){"--disable-gpu"},
			     (char[]){"--no-first-run"},
			     (char[]){"--disable-extensions"},
			     (char[]){"--disable-background-networking"},
			     (char[]){"--disable-component-update"},
			     (char[]){"--no-pdf-header-footer"},
			     (char[]){"--print-to-pdf-no-header"}};
	bool done;

	text_add(&profile, "--user-data-dir=%s/profile", dir);
	text_add(&to, "--print-to-pdf=%s/report.pdf", dir);
	text_add(&from, "file://%s/report.html", dir);
	argv[9] = profile.data;
	argv[10] = to.data;
	argv[11] = from.data;
	/* Root has no sandbox there. */
	argv[12] = geteuid() ? NULL : (char[]){"--no-sandbox"};
	errno = ENOMEM;
	done = profile.data && to.data && from.data &&
	       child_run(argv, NULL, NULL);
	text_free(&profile);
	text_free(&to);
	text_free(&from);
	return done;
}

bool pdf_print(const struct text *html, struct text *pdf, struct text *why)
{
	static const char *const programs[] = {"chromium", "chromium-browser",
					       "google-chrome"};
	char dir[] = "/tmp/ukpktgen-report-XXXXXX";
	struct text page = {.data = NULL}, paper = {.data = NULL};
	bool done = false;

	if (!mkdtemp(dir)) {
		text_add(why, "%s: %s", dir, strerror(errno));
		return false;
	}
	text_add(&page, "%s/report.html", dir);
	text_add(&paper, "%s/report.pdf", dir);
	if (!page.data || !paper.data || !file_replace(page.data, html)) {
		text_add(why, "%s: %s", dir, strerror(errno));
	} else {
		errno = ENOENT;
		for (unsigned i = 0; i < 3 && !done && errno == ENOENT; i++) {
			char program[32];

			strcpy(program, programs[i]);
			done = print(dir, program);
		}
		if (!done && errno == ENOENT)
			text_add(why,
				 "chromium prints it and is missing; as root, "
				 "this installs it: apt-get install -y "
				 "--no-install-recommends chromium");
		else if (!done || !read_file(paper.data, pdf))
			text_add(why, "chromium did not print it");
	}
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	text_free(&page);
	text_free(&paper);
	return !why->len;
}
