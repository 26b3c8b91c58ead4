/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libedit waits for a key in read_key(), which runs the client's loop. What
 * that prints hides the line first; it is drawn again before the next key.
 */
#include <errno.h>
#include <histedit.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "client/edit.h"
#include "client/history.h"
#include "client/line.h"

#define HISTORY_LINES 2000
#define PASTE_ON "\x1b[?2004h"
#define PASTE_OFF "\x1b[?2004l"
#define PASTE_BEGIN "\x1b[200~"
#define PASTE_END "\x1b[201~"
#define PASTE_LEN 6
/* What is cut in a terminal's sequence comes together again within. */
#define SEQUENCE_MS 20

struct edit {
	struct client *c;
	struct ui_cover cover;
	EditLine *el;
	History *history;
	char *line;
	char prompt[UI_PROMPT_MAX + 16];
	bool editing; /* a line is being typed */
	bool hidden;  /* and is not on the terminal */
	bool colored; /* so its prompt was drawn */
	bool pasting;
	bool dropped; /* what was typed, for another line */
	bool unkept;  /* the history cannot be written, which was said */
};

static struct edit *edit_of(EditLine *el)
{
	struct edit *e;

	el_get(el, EL_CLIENTDATA, &e);
	return e;
}

/* In bold up to its blank; a sequence belongs to the character behind it. */
static char *prompt(EditLine *el)
{
	struct edit *e = edit_of(el);
	const char *text = e->c->ui.prompt;

	e->colored = e->c->ui.color;
	snprintf(e->prompt, sizeof(e->prompt),
		 e->colored ? "\1\x1b[1m\1%.*s\1\x1b[0m\1 " : "%.*s ",
		 (int)strcspn(text, " "), text);
	return e->prompt;
}

/* Rows between the prompt's and the cursor's. */
static unsigned cursor_row(struct edit *e)
{
	const LineInfoW *line = el_wline(e->el);
	unsigned column = (unsigned)strlen(e->c->ui.prompt);

	for (const wchar_t *at = line->buffer; at < line->cursor; at++) {
		int width = wcwidth(*at);

		column += width < 0 ? 2 : (unsigned)width;
	}
	return column / term_columns();
}

static void hide(void *edit)
{
	struct edit *e = edit;
	unsigned row;

	if (!e->editing || e->hidden)
		return;
	row = cursor_row(e);
	if (row)
		printf("\x1b[%uA", row);
	printf("\r\x1b[J");
	e->hidden = true;
}

static void show(struct edit *e)
{
	if (!e->hidden)
		return;
	e->hidden = false;
	el_set(e->el, EL_REFRESH);
}

/* The terminal has another size, or the prompt another colour. */
static void heed_terminal(void *edit, short revents)
{
	struct edit *e = edit;
	struct signals *s = &e->c->signals;

	(void)revents;
	if (s->resized || e->colored != e->c->ui.color)
		hide(e);
	if (s->resized)
		el_resize(e->el);
	s->resized = false;
	e->colored = e->c->ui.color;
}

/* Takes the marks around what is pasted out of the keys; false: cut in two. */
static bool take_marks(struct edit *e)
{
	struct input *in = &e->c->in;

	while (in->len && *in->buf == '\x1b') {
		size_t n = in->len < PASTE_LEN ? in->len : PASTE_LEN;
		bool begin = !memcmp(in->buf, PASTE_BEGIN, n);

		if (!begin && memcmp(in->buf, PASTE_END, n) != 0)
			break;
		if (n < PASTE_LEN)
			return n == 1; /* the key Esc, or one like it */
		input_take(&e->c->in, PASTE_LEN);
		e->pasting = begin;
	}
	return true;
}

static bool next_key(struct edit *e, wchar_t *key)
{
	struct input *in = &e->c->in;

	while (in->len) {
		mbstate_t state = {0};
		size_t n = mbrtowc(key, in->buf, in->len, &state);

		if (n == (size_t)-2 && in->len < MB_CUR_MAX)
			return false;
		if (n == 0 || n > in->len) {
			input_take(&e->c->in, 1);
			continue;
		}
		input_take(&e->c->in, n);
		/* Of what is pasted, no character is a command. */
		if (!e->pasting || *key >= ' ' || wcschr(L"\t\r\n", *key))
			return true;
	}
	return false;
}

static int read_key(EditLine *el, wchar_t *key)
{
	struct edit *e = edit_of(el);
	struct client *c = e->c;

	for (;;) {
		if (!take_marks(e) && client_pump(c, SEQUENCE_MS, true) &&
		    take_marks(e))
			continue;
		if (next_key(e, key))
			break;
		show(e);
		if (c->in.ended || c->conn.went || !client_pump(c, -1, true))
			return 0;
		c->signals.interrupted = c->signals.stopped =
			false; /* nothing runs */
	}
	show(e);
	return 1;
}

/* The line up to the cursor. */
static const char *typed(struct edit *e)
{
	const LineInfo *line = el_line(e->el);

	free(e->line);
	e->line = strndup(line->buffer, (size_t)(line->cursor - line->buffer));
	return e->line ? e->line : "";
}

static unsigned char redraw(struct edit *e)
{
	if (!e->hidden)
		return CC_REFRESH;
	show(e);
	return CC_NORM;
}

static bool is_pasted(struct edit *e)
{
	const struct input *in = &e->c->in;

	return e->pasting || (in->len && *in->buf != '\t');
}

static unsigned char on_tab(EditLine *el, int key)
{
	struct edit *e = edit_of(el);
	const char *line = typed(e);
	char more[CANDIDATE_TEXT];
	struct candidates *list;

	(void)key;
	if (is_pasted(e))
		return el_insertstr(el, " ") ? CC_ERROR : CC_REFRESH;
	list = malloc(sizeof(*list));
	if (!list || !line_complete(e->c, line, false, list) || !list->count) {
		free(list);
		return e->hidden ? redraw(e) : CC_ERROR;
	}
	if (complete_common(list, line, more, sizeof(more)))
		el_insertstr(el, more);
	else
		complete_show(&e->c->ui, list);
	free(list);
	return redraw(e);
}

static unsigned char on_help(EditLine *el, int key)
{
	struct edit *e = edit_of(el);
	struct candidates *list;

	(void)key;
	list = is_pasted(e) ? NULL : malloc(sizeof(*list));
	if (list && line_complete(e->c, typed(e), true, list) && list->count)
		complete_show(&e->c->ui, list);
	else
		el_insertstr(el, "?");
	free(list);
	return redraw(e);
}

/* Away with the line. */
static unsigned char on_cancel(EditLine *el, int key)
{
	struct edit *e = edit_of(el);
	const LineInfoW *line = el_wline(el);

	(void)key;
	el_cursor(el, (int)(line->lastchar - line->cursor));
	typed(e);
	hide(e);
	printf("%s%s^C\n", e->c->ui.prompt, e->line ? e->line : "");
	line = el_wline(el);
	el_deletestr(el, (int)(line->lastchar - line->buffer));
	e->pasting = false;
	e->dropped = true;
	return CC_NEWLINE; /* and all that the editor knew of it */
}

static unsigned char on_stop(EditLine *el, int key)
{
	struct edit *e = edit_of(el);

	(void)key;
	hide(e);
	fflush(stdout);
	el_set(el, EL_PREP_TERM, 0);
	term_cook(&e->c->ui.term);
	kill(0, SIGTSTP);
	term_uncook(&e->c->ui.term);
	el_set(el, EL_PREP_TERM, 1);
	el_resize(el);
	return redraw(e);
}

static void take_history(void *arg, const char *line)
{
	struct edit *e = arg;
	HistEvent event;

	history(e->history, &event, H_ENTER, line);
}

static void bind_keys(EditLine *el)
{
	el_set(el, EL_EDITOR, "emacs");
	el_wset(el, EL_ADDFN, L"ukpktgen-tab", L"complete", on_tab);
	el_wset(el, EL_ADDFN, L"ukpktgen-help", L"say what may come", on_help);
	el_wset(el, EL_ADDFN, L"ukpktgen-cancel", L"drop the line", on_cancel);
	el_wset(el, EL_ADDFN, L"ukpktgen-stop", L"suspend", on_stop);
	el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	el_set(el, EL_BIND, "\\e[3~", "ed-delete-next-char", NULL);
	el_source(el, NULL);
	el_set(el, EL_BIND, "^I", "ukpktgen-tab", NULL);
	el_set(el, EL_BIND, "?", "ukpktgen-help", NULL);
	el_set(el, EL_BIND, "^C", "ukpktgen-cancel", NULL);
	el_set(el, EL_BIND, "^Z", "ukpktgen-stop", NULL);
}

struct edit *edit_open(struct client *c)
{
	struct edit *e = calloc(1, sizeof(*e));
	HistEvent event;

	if (!e)
		abort();
	e->c = c;
	e->el = el_init("ukpktgen-console", stdin, stdout, stderr);
	e->history = history_init();
	if (!e->el || !e->history)
		abort();
	history(e->history, &event, H_SETSIZE, HISTORY_LINES);
	history(e->history, &event, H_SETUNIQUE, 1);
	history_load(take_history, e);
	el_set(e->el, EL_CLIENTDATA, e);
	el_set(e->el, EL_HIST, history, e->history);
	el_set(e->el, EL_PROMPT_ESC, prompt, '\1');
	el_set(e->el, EL_SIGNAL, 0);
	el_set(e->el, EL_GETCFN, read_key);
	bind_keys(e->el);
	/* Also between lines: what is typed ahead is neither lost nor shown. */
	el_set(e->el, EL_SETTY, "-d", "-isig", "-ixon", NULL);
	el_set(e->el, EL_SETTY, "-x", "-isig", "-ixon", "-icanon", "-echo",
	       "-iexten", NULL);
	c->ui.term.keys = true;
	term_uncook(&c->ui.term);
	if (c->ui.can_color)
		printf(PASTE_ON);
	e->cover.clear = hide;
	e->cover.arg = e;
	ui_push(&c->ui, &e->cover);
	loop_add(&c->loop, (struct loop_part){NULL, heed_terminal, e});
	return e;
}

void edit_close(struct edit *e)
{
	loop_remove(&e->c->loop, e);
	ui_pop(&e->c->ui);
	if (e->c->ui.can_color)
		printf(PASTE_OFF);
	fflush(stdout);
	el_end(e->el);
	history_end(e->history);
	free(e->line);
	free(e);
}

const char *edit_line(struct edit *e)
{
	HistEvent event;
	const char *line = NULL;
	int len = 0;

	do {
		e->editing = true;
		e->hidden = e->dropped = false;
		line = el_gets(e->el, &len);
		e->editing = false;
	} while (e->dropped);
	if (!line || len <= 0) {
		putchar('\n');
		return NULL;
	}
	free(e->line);
	e->line = strndup(line, strcspn(line, "\r\n"));
	if (!e->line)
		abort();
	if (e->line[strspn(e->line, " \t")]) {
		history(e->history, &event, H_ENTER, e->line);
		if (!history_add(e->line) && !e->unkept) {
			e->unkept = true;
			ui_note(&e->c->ui, "the history is not kept: %s",
				strerror(errno));
		}
	}
	return e->line;
}
