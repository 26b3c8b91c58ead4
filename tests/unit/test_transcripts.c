/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plays the transcripts and compares the screen; see transcript.h for what
 * stands in them. Each is played in one piece, then with its input and output
 * cut at random: the screen must be the same.
 *
 *   test_transcripts [-s SEEDS] [NAME.txt]...   so many seeds of each, 25
 *   test_transcripts -w NAME.txt                writes it
 *
 * To make one, write what is typed, pressed, sent and run, and write it: what
 * appears is put in, to be read and judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "transcript.h"

/* Processes that share the seeds. */
#define JOBS 2
/* Where the row of a line of keys stands. */
#define ROW_COLUMN 30

static struct player player;
static unsigned seeds = 25;

/* Nothing but a prompt waits there. */
static bool row_is_plain(const char *row)
{
	return !strcmp(row + transcript_prompt(row), "|");
}

/* ---- Playing ------------------------------------------------------------ */

static bool check_row(const char *name, const char *line, const char *row)
{
	const char *is = player_row(&player);
	size_t n = strcspn(row, "\n");

	if (strlen(is) == n && !memcmp(is, row, n))
		return true;
	fprintf(stderr, "== %s: at %.*s\nthe row was %s\n", name,
		(int)strcspn(line, "\n"), line, is);
	return false;
}

/* A row of the page: the one that stands as far down in the transcript. */
static bool check_page(const char *name, const char *text, const char *line)
{
	const char *is = player_page(&player);
	const size_t n = strcspn(line, "\n");

	for (const char *above = line; above > text;
	     is += strcspn(is, "\n") + 1) {
		for (above--; above > text && above[-1] != '\n';)
			above--;
		if (transcript_kind(above) != LINE_PAGE || !*is)
			break;
	}
	if (strcspn(is, "\n") == n && !memcmp(is, line, n))
		return true;
	fprintf(stderr, "== %s: at %.*s\nthe page was\n%s\n", name, (int)n,
		line, player_page(&player));
	return false;
}

/* What must be on the screen by then. */
struct expected {
	size_t len;
	char text[sizeof(player.screen)];
};

/* Plays a line; false when the row is not as it says. */
static bool play_line(const char *name, const char *text, const char *line,
		      struct expected *e)
{
	size_t n = strcspn(line, "\n") + 1;

	switch (transcript_kind(line)) {
	case LINE_SCREEN:
		if (line[0] == '%') {
			line += 2;
			n -= 2;
		}
		break;
	case LINE_TYPED:
		player_line(&player, line);
		break;
	case LINE_ROW:
		return check_row(name, line, line + 3);
	case LINE_PAGE:
		return check_page(name, text, line);
	case LINE_KEYS:
		player_line(&player, line);
		return !transcript_row(line) ||
		       check_row(name, line, transcript_row(line));
	default:
		player_line(&player, line);
		return true;
	}
	memcpy(e->text + e->len, line, n);
	e->len += n;
	return true;
}

/* Returns whether the screen is the one in the file; shows it if not. */
static bool play(const char *name, const char *text, uint64_t seed)
{
	static struct expected expected;
	bool same = true;

	expected.len = 0;
	player_begin(&player, text, seed);
	for (const char *line = text; *line && same;
	     line += strcspn(line, "\n") + 1)
		same = play_line(name, text, line, &expected);
	player_end(&player);
	same = same && player.screen_len == expected.len &&
	       !memcmp(player.screen, expected.text, expected.len);
	if (!same)
		fprintf(stderr, "== %s, seed %llu: the screen was\n%s\n", name,
			(unsigned long long)seed, player.screen);
	return same;
}

/* Every JOBS-th seed from `first` on. */
static bool play_seeds(const char *name, const char *text, unsigned first)
{
	for (uint64_t seed = first; seed <= seeds; seed += JOBS)
		if (!play(name, text, seed))
			return false;
	return true;
}

static void transcript(void **state)
{
	const char *name = *state;
	char *text = transcript_read(name);
	bool same = play(name, text, 0);
	int status = 0;
	pid_t child = 0;

	if (same && seeds) {
		child = fork();
		assert_true(child >= 0);
		same = play_seeds(name, text, child ? 1 : 2);
		if (!child)
			_exit(!same);
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	free(text);
	assert_true(same);
	assert_int_equal(status, 0);
}

/* ---- Writing ------------------------------------------------------------ */

/* The rows of the screen from there on. */
static void write_rows(FILE *f, size_t from, bool first_typed)
{
	while (from < player.screen_len) {
		const char *line = player.screen + from;
		size_t n = strcspn(line, "\n") + 1;

		if (transcript_kind(line) != LINE_SCREEN && !first_typed)
			fputs("%=", f);
		fwrite(line, 1, n, f);
		first_typed = false;
		from += n;
	}
}

/* Keys, with the row they lead to where they put out nothing above it. */
static void write_keys(FILE *f, const char *line, size_t from)
{
	int n = (int)transcript_keys_len(line);
	const char *row = player_row(&player);

	if (from == player.screen_len) {
		fprintf(f, "%-*.*s  %s\n", ROW_COLUMN, n, line, row);
		return;
	}
	fprintf(f, "%.*s\n", n, line);
	write_rows(f, from, false);
	if (!row_is_plain(row))
		fprintf(f, "%%| %s\n", row);
}

static void write_line(FILE *f, const char *line, size_t from)
{
	switch (transcript_kind(line)) {
	case LINE_TYPED:
		write_rows(f, from, true);
		break;
	case LINE_KEYS:
		write_keys(f, line, from);
		break;
	default:
		fprintf(f, "%.*s\n", (int)strcspn(line, "\n"), line);
		write_rows(f, from, false);
	}
	fputs(player_page(&player), f);
}

/* Fills in what appears after each line that types or directs. */
static int write_transcript(const char *name)
{
	char *text = transcript_read(name), path[512];
	bool begun = false;
	FILE *f;

	snprintf(path, sizeof(path), TRANSCRIPT_DIR "/%s", name);
	f = fopen(path, "w");
	if (!f)
		return 1;
	player_begin(&player, text, 0);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		enum transcript_line kind = transcript_kind(line);
		size_t from = player.screen_len;

		if (kind == LINE_SCREEN || kind == LINE_ROW ||
		    kind == LINE_PAGE)
			continue;
		/* The banner stands before the first that does anything. */
		if (!begun && kind != LINE_OTHER) {
			write_rows(f, 0, false);
			begun = true;
		}
		player_line(&player, line);
		write_line(f, line, begun ? from : player.screen_len);
	}
	player_end(&player);
	free(text);
	return fclose(f) ? 1 : 0;
}

int main(int argc, char **argv)
{
	char **names = argv + 1;
	int n = argc - 1;
	struct CMUnitTest *tests;
	int status;

	if (n == 2 && !strcmp(names[0], "-w"))
		return write_transcript(names[1]);
	if (n >= 2 && !strcmp(names[0], "-s")) {
		seeds = (unsigned)atoi(names[1]);
		names += 2;
		n -= 2;
	}
	if (!n)
		n = transcript_list(&names);
	if (!n) {
		fprintf(stderr, "no transcripts in " TRANSCRIPT_DIR "\n");
		return 1;
	}
	tests = calloc((size_t)n, sizeof(*tests));
	for (int i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){names[i], transcript, NULL, NULL,
					       names[i]};
	status = _cmocka_run_group_tests("transcripts", tests, (size_t)n, NULL,
					 NULL);
	free(tests);
	if (names < argv || names > argv + argc) {
		for (int i = 0; i < n; i++)
			free(names[i]);
		free(names);
	}
	return status;
}
