/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/ui.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/clock.h"
#include "client/pager.h"
#include "client/show.h"
#include "client/wrap.h"

/* A reply that takes longer is no page to read but something to watch. */
#define HOLD_MS 150
#define TEXT_BYTES 1536
#define HOLD_BYTES (4u << 20)

/* What is wrapped: its further rows, and the least of a column. */
#define INDENT 4
#define LEAST 20

#define RED "\x1b[31m"
#define CYAN "\x1b[36m"
#define PLAIN "\x1b[0m"

void ui_init(struct ui *ui, bool batch, const char *who)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	ui->batch = batch;
	ui_set_prompt(ui, UI_PROMPT);
	snprintf(ui->who, sizeof(ui->who), "%.*s", (int)strcspn(who, " "), who);
	ui->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	ui->can_color = !batch && ui->terminal && term &&
			strcmp(term, "dumb") != 0 && !(no_color && *no_color);
	ui->color = ui->can_color;
	if (!batch)
		term_save(&ui->term);
}

void ui_end(struct ui *ui)
{
	term_cook(&ui->term);
	ui_record_to(ui, NULL);
	free(ui->held);
}

void ui_push(struct ui *ui, struct ui_cover *cover)
{
	cover->below = ui->cover;
	ui->cover = cover;
}

void ui_pop(struct ui *ui)
{
	ui->cover = ui->cover->below;
}

/* `text` as it may be shown on `f`; the caller frees it. */
static char *shown(struct ui *ui, const char *text, size_t len, size_t *n,
		   unsigned *columns)
{
	char *out = malloc(len * SHOW_GROWTH + 2);

	if (!out)
		abort();
	*n = show_text(out, text, len, ui->terminal ? SHOW_TERMINAL : SHOW_FILE,
		       columns);
	out[(*n)++] = '\n';
	out[*n] = '\0';
	return out;
}

/* Programs are told who says it. */
static void prefix(const struct ui *ui, char *out, size_t size)
{
	snprintf(out, size, "%s: ", ui->who);
	if (!ui->batch)
		*out = '\0';
}

/* By its own way: what writes lines has just failed. */
static void unwritten(struct ui *ui, const char *what)
{
	const char *why = strerror(errno);
	char before[64];

	if (ui->unwritten)
		return;
	ui->unwritten = true;
	prefix(ui, before, sizeof(before));
	fprintf(stderr, "%scannot write %s: %s\n", before, what, why);
}

static void write_record(struct ui *ui, const char *text, size_t len)
{
	FILE *f = ui->record;
	char what[TEXT_BYTES];

	if (!f || (fwrite(text, 1, len, f) == len && fflush(f) == 0))
		return;
	snprintf(what, sizeof(what), "'%s', where this was recorded",
		 ui->record_name);
	unwritten(ui, what);
	fclose(f);
	ui->record = NULL;
}

bool ui_record_to(struct ui *ui, const char *name)
{
	FILE *f = name ? fopen(name, "ae") : NULL;

	if (name && !f)
		return false;
	if (ui->record && fclose(ui->record) != 0)
		unwritten(ui, ui->record_name);
	free(ui->record_name);
	ui->record = f;
	ui->record_name = name ? strdup(name) : NULL;
	return true;
}

static void hide_progress(struct ui *ui)
{
	if (ui->progress)
		printf("\r\x1b[K");
	ui->progress = false;
}

void ui_progress(struct ui *ui, const char *text, size_t len)
{
	/* The last column stays free: terminals differ in how they wrap. */
	size_t n, most = term_columns() - 1;
	char *line;

	if (!ui->terminal || ui->batch || ui->paged)
		return;
	line = shown(ui, text, len, &n, NULL);
	hide_progress(ui);
	printf("%.*s", (int)(n - 1 < most ? n - 1 : most), line);
	fflush(stdout);
	ui->progress = true;
	free(line);
}

/* Whole lines; with a colour, one. */
static void put(struct ui *ui, FILE *f, const char *color, const char *text,
		size_t len)
{
	bool colored = ui->color && *color;
	size_t n;

	for (struct ui_cover *at = ui->cover; at; at = at->below)
		at->clear(at->arg);
	hide_progress(ui);
	if (colored)
		n = fprintf(f, "%s%.*s%s\n", color, (int)len - 1, text, PLAIN) <
				    0
			    ? 0
			    : len;
	else
		n = fwrite(text, 1, len, f);
	if (fflush(f) != 0 || n != len)
		unwritten(ui,
			  f == stdout ? "standard output" : "standard error");
	write_record(ui, text, len);
}

static void flush_held(struct ui *ui)
{
	if (ui->held_len)
		put(ui, stdout, "", ui->held, ui->held_len);
	ui->held_len = 0;
	ui->held_rows = 0;
	ui->holding = false;
}

static void hold(struct ui *ui, const char *text, size_t len, unsigned columns)
{
	if (!ui->held_len)
		ui->flush_ms = now_ms() + HOLD_MS;
	if (ui->held_len + len > ui->held_size) {
		size_t size = (ui->held_len + len) * 2;
		char *held = realloc(ui->held, size);

		if (!held)
			abort();
		ui->held = held;
		ui->held_size = size;
	}
	memcpy(ui->held + ui->held_len, text, len);
	ui->held_len += len;
	ui->held_rows += 1 + (columns ? (columns - 1) / term_columns() : 0);
	if (ui->held_len > HOLD_BYTES)
		flush_held(ui);
}

void ui_reply(struct ui *ui, const char *text, size_t len)
{
	unsigned columns;
	size_t n;
	char *line;

	if (ui->quiet)
		return;
	line = shown(ui, text, len, &n, &columns);
	if (ui->holding)
		hold(ui, line, n, columns);
	else
		put(ui, stdout, "", line, n);
	free(line);
}

/* What came before is shown before, at the cost of its pager. */
static void keep_order(struct ui *ui)
{
	if (ui->held_len)
		flush_held(ui);
}

void ui_line(struct ui *ui, const char *text, size_t len)
{
	size_t n;
	char *line = shown(ui, text, len, &n, NULL);

	keep_order(ui);
	put(ui, stdout, "", line, n);
	free(line);
}

void ui_part(struct ui *ui, const char *text, size_t len)
{
	size_t n;
	char *line = shown(ui, text, len, &n, NULL);

	put(ui, stdout, "", line, n - 1);
	free(line);
}

void ui_reply_begin(struct ui *ui, bool typed)
{
	ui->holding = ui->terminal && !ui->batch && !typed;
}

void ui_reply_end(struct ui *ui, bool typed)
{
	hide_progress(ui);
	if (ui->held_rows < term_rows() || typed ||
	    !pager_show(&ui->term, ui->held, ui->held_len)) {
		flush_held(ui);
		return;
	}
	write_record(ui, ui->held, ui->held_len);
	ui->held_len = 0;
	flush_held(ui);
}

int ui_wait(void *ui, struct pollfd *fd)
{
	const struct ui *u = ui;

	(void)fd;
	return u->held_len ? ms_until(u->flush_ms) : -1;
}

void ui_act(void *ui, short revents)
{
	struct ui *u = ui;

	(void)revents;
	if (u->held_len && now_ms() >= u->flush_ms)
		flush_held(u);
}

static void say_row(struct ui *ui, const char *color, const char *before,
		    const char *text, size_t len)
{
	size_t n, head = strlen(before);
	char *line = shown(ui, text, len, &n, NULL);
	char *all = malloc(head + n + 1);

	if (!all)
		abort();
	memcpy(all, before, head);
	memcpy(all + head, line, n);
	put(ui, ui->batch ? stderr : stdout, color, all, head + n);
	free(all);
	free(line);
}

/* Each row of what was wrapped by itself, as no end of line may be in one. */
static void say(struct ui *ui, const char *color, const char *before,
		const char *text, size_t len)
{
	char *rows, *row, *end;
	size_t n;

	if (ui->batch || !ui->terminal) {
		say_row(ui, color, before, text, len);
		return;
	}
	rows = wrap_text(text, len, term_columns(), INDENT, &n);
	for (row = rows; row; row = end ? end + 1 : NULL) {
		size_t left = n - (size_t)(row - rows);

		end = memchr(row, '\n', left);
		say_row(ui, color, before, row,
			end ? (size_t)(end - row) : left);
	}
	free(rows);
}

void ui_item(struct ui *ui, const char *head, unsigned column, const char *text)
{
	size_t n, len = strlen(head), width = term_columns() - 1;
	char *rows, *line = malloc(len + column + strlen(text) + 2);

	if (!line)
		abort();
	n = (size_t)sprintf(line, "%-*s ", (int)column - 1, head);
	/* Blanks are one word with what is before them. */
	rows = wrap_text(text, strlen(text),
			 width > column + LEAST ? (unsigned)width - column
						: LEAST,
			 0, &len);
	for (char *row = rows, *end; row; row = end ? end + 1 : NULL) {
		end = strchr(row, '\n');
		len = end ? (size_t)(end - row) : strlen(row);
		memcpy(line + n, row, len);
		ui_reply(ui, line, n + len);
		memset(line, ' ', n);
	}
	free(rows);
	free(line);
}

void ui_notice(struct ui *ui, const char *text, size_t len)
{
	char before[64];

	if (ui->quiet)
		return;
	keep_order(ui);
	prefix(ui, before, sizeof(before));
	say(ui, CYAN, before, text, len);
}

void ui_crash(struct ui *ui, const char *text, size_t len)
{
	say_row(ui, RED, "", text, len);
	/* For whoever started us to make something of. */
	if (!ui->batch && !isatty(STDERR_FILENO)) {
		size_t n;
		char *line = shown(ui, text, len, &n, NULL);

		if (fwrite(line, 1, n, stderr) != n)
			unwritten(ui, "standard error");
		free(line);
	}
}

void ui_note(struct ui *ui, const char *fmt, ...)
{
	char before[64], text[TEXT_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	prefix(ui, before, sizeof(before));
	say(ui, CYAN, before, text, strlen(text));
}

void ui_error(struct ui *ui, const char *text)
{
	say(ui, RED, "", text, strlen(text));
}

void ui_error_row(struct ui *ui, const char *text)
{
	say_row(ui, RED, "", text, strlen(text));
}

void ui_set_prompt(struct ui *ui, const char *prompt)
{
	const char *before = ui->watching ? "watching:" : "";
	size_t len = strlen(prompt);

	for (size_t i = 0; i < len; i++)
		if (prompt[i] < ' ' || prompt[i] > '~')
			return;
	if (strlen(before) + len < sizeof(ui->prompt))
		stpcpy(stpcpy(ui->prompt, before), prompt);
}

void ui_typed(struct ui *ui, const char *text)
{
	ui->typed_at = (unsigned)strlen(ui->prompt);
	write_record(ui, ui->prompt, strlen(ui->prompt));
	write_record(ui, text, strlen(text));
	write_record(ui, "\n", 1);
}
