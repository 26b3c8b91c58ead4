/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/ui.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/client.h"
#include "client/edit.h"
#include "client/pager.h"
#include "client/show.h"

/* A reply that takes longer is no page to read but something to watch. */
#define HOLD_MS 150
#define HOLD_BYTES (4u << 20)

#define RED "\x1b[31m"
#define CYAN "\x1b[36m"
#define PLAIN "\x1b[0m"

static unsigned size_of(bool rows)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || !w.ws_row || !w.ws_col)
		return rows ? 24 : 80;
	return rows ? w.ws_row : w.ws_col;
}

unsigned ui_rows(void)
{
	return size_of(true);
}

unsigned ui_columns(void)
{
	return size_of(false);
}

void ui_init(struct client *c)
{
	struct ui *ui = &c->ui;
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	ui->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	ui->can_color = !c->batch && ui->terminal && term &&
			strcmp(term, "dumb") != 0 && !(no_color && *no_color);
	ui->color = ui->can_color;
	ui->saved = !c->batch && tcgetattr(STDIN_FILENO, &ui->cooked) == 0;
}

void ui_end(struct client *c)
{
	struct ui *ui = &c->ui;

	if (ui->saved)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &ui->cooked);
	ui_record_to(c, NULL);
	free(ui->held);
}

void ui_cook(struct client *c)
{
	if (c->ui.saved)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &c->ui.cooked);
}

/* Keys come one by one; what they mean is ours to say, Ctrl-C as well. */
void ui_uncook(struct client *c)
{
	struct termios raw = c->ui.cooked;

	if (!c->ui.saved || !edit_has_keys)
		return;
	raw.c_iflag &= ~(tcflag_t)(IXON | ISTRIP);
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

/* `text` as it may be shown on `f`; the caller frees it. */
static char *shown(struct client *c, const char *text, size_t len, size_t *n,
		   unsigned *columns)
{
	char *out = malloc(len * SHOW_GROWTH + 2);

	if (!out)
		abort();
	*n = show_text(out, text, len,
		       c->ui.terminal ? SHOW_TERMINAL : SHOW_FILE, columns);
	out[(*n)++] = '\n';
	out[*n] = '\0';
	return out;
}

static void prefix(struct client *c, char *out, size_t size);

/* By its own way: what writes lines has just failed. */
void ui_unwritten(struct client *c, const char *what)
{
	const char *why = strerror(errno);
	char before[64];

	if (c->ui.unwritten)
		return;
	c->ui.unwritten = true;
	prefix(c, before, sizeof(before));
	fprintf(stderr, "%scannot write %s: %s\n", before, what, why);
}

static void write_record(struct client *c, const char *text, size_t len)
{
	FILE *f = c->ui.record;
	char what[LINK_TEXT];

	if (!f || (fwrite(text, 1, len, f) == len && fflush(f) == 0))
		return;
	snprintf(what, sizeof(what), "'%s', where this was recorded",
		 c->ui.record_name);
	ui_unwritten(c, what);
	fclose(f);
	c->ui.record = NULL;
}

bool ui_record_to(struct client *c, const char *name)
{
	struct ui *ui = &c->ui;
	FILE *f = name ? fopen(name, "ae") : NULL;

	if (name && !f)
		return false;
	if (ui->record && fclose(ui->record) != 0)
		ui_unwritten(c, ui->record_name);
	free(ui->record_name);
	ui->record = f;
	ui->record_name = name ? strdup(name) : NULL;
	return true;
}

static void hide_progress(struct client *c)
{
	if (c->ui.progress)
		printf("\r\x1b[K");
	c->ui.progress = false;
}

void ui_progress(struct client *c, const char *text, size_t len)
{
	/* The last column stays free: terminals differ in how they wrap. */
	size_t n, most = ui_columns() - 1;
	char *line;

	if (!c->ui.terminal || c->batch || c->page)
		return;
	line = shown(c, text, len, &n, NULL);
	hide_progress(c);
	printf("%.*s", (int)(n - 1 < most ? n - 1 : most), line);
	fflush(stdout);
	c->ui.progress = true;
	free(line);
}

/* Whole lines; with a colour, one. */
static void put(struct client *c, FILE *f, const char *color, const char *text,
		size_t len)
{
	bool colored = c->ui.color && *color;
	size_t n;

	if (c->page)
		page_leave(c->page);
	if (c->edit)
		edit_hide(c->edit);
	hide_progress(c);
	if (colored)
		n = fprintf(f, "%s%.*s%s\n", color, (int)len - 1, text, PLAIN) <
				    0
			    ? 0
			    : len;
	else
		n = fwrite(text, 1, len, f);
	if (fflush(f) != 0 || n != len)
		ui_unwritten(c, f == stdout ? "standard output"
					    : "standard error");
	write_record(c, text, len);
}

static void flush_held(struct client *c)
{
	struct ui *ui = &c->ui;

	if (ui->held_len)
		put(c, stdout, "", ui->held, ui->held_len);
	ui->held_len = 0;
	ui->held_rows = 0;
	ui->holding = false;
}

static void hold(struct client *c, const char *text, size_t len,
		 unsigned columns)
{
	struct ui *ui = &c->ui;

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
	ui->held_rows += 1 + (columns ? (columns - 1) / ui_columns() : 0);
	if (ui->held_len > HOLD_BYTES)
		flush_held(c);
}

void ui_reply(struct client *c, const char *text, size_t len)
{
	unsigned columns;
	size_t n;
	char *line = shown(c, text, len, &n, &columns);

	if (c->ui.holding)
		hold(c, line, n, columns);
	else
		put(c, stdout, "", line, n);
	free(line);
}

void ui_reply_begin(struct client *c)
{
	/* What is pasted goes on behind it and is not for a pager's keys. */
	c->ui.holding = c->ui.terminal && !c->batch && !c->in.len;
}

void ui_reply_end(struct client *c)
{
	struct ui *ui = &c->ui;

	hide_progress(c);
	if (ui->held_rows < ui_rows() || c->in.len ||
	    !pager_show(c, ui->held, ui->held_len)) {
		flush_held(c);
		return;
	}
	write_record(c, ui->held, ui->held_len);
	ui->held_len = 0;
	flush_held(c);
}

void ui_poll(struct client *c)
{
	if (c->ui.held_len && now_ms() >= c->ui.flush_ms)
		flush_held(c);
}

int ui_wait_ms(const struct client *c)
{
	uint64_t now = now_ms();

	if (!c->ui.held_len)
		return -1;
	return c->ui.flush_ms > now ? (int)(c->ui.flush_ms - now) : 0;
}

static void say(struct client *c, const char *color, const char *before,
		const char *text, size_t len)
{
	size_t n, head = strlen(before);
	char *line = shown(c, text, len, &n, NULL);
	char *all = malloc(head + n + 1);

	if (!all)
		abort();
	memcpy(all, before, head);
	memcpy(all + head, line, n);
	put(c, c->batch ? stderr : stdout, color, all, head + n);
	free(all);
	free(line);
}

/* Programs are told who says it. */
static void prefix(struct client *c, char *out, size_t size)
{
	const char *name = c->link.holder;

	snprintf(out, size, "%.*s: ", (int)strcspn(name, " "), name);
	if (!c->batch)
		*out = '\0';
}

void ui_heard(struct client *c, const char *text, size_t len)
{
	char before[64];

	prefix(c, before, sizeof(before));
	say(c, c->in_crash ? RED : CYAN, c->in_crash ? "" : before, text, len);
	/* For whoever started us to make something of. */
	if (c->in_crash && !c->batch && !isatty(STDERR_FILENO)) {
		size_t n;
		char *line = shown(c, text, len, &n, NULL);

		if (fwrite(line, 1, n, stderr) != n)
			ui_unwritten(c, "standard error");
		free(line);
	}
}

void ui_note(struct client *c, const char *fmt, ...)
{
	char before[64], text[LINK_TEXT * 3];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	prefix(c, before, sizeof(before));
	say(c, CYAN, before, text, strlen(text));
}

void ui_error(struct client *c, const char *text)
{
	say(c, RED, "", text, strlen(text));
}

void ui_record(struct client *c, const char *prompt, const char *text)
{
	write_record(c, prompt, strlen(prompt));
	write_record(c, text, strlen(text));
	write_record(c, "\n", 1);
}
