/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/menu.h"

#include <stdio.h>
#include <string.h>

#include "shell/usage.h"

#define INDENT 2
/* Columns that help needs beside what it is of. */
#define HELP_MIN 20
#define HELP_BYTES 256
#define GAP 2
/* For the line that says how many more there are, and line ends. */
#define LAST_LINE 64

/* What all candidates have in common. */
struct common {
	unsigned count;
	size_t len, shortest, longest;
	char text[CMD_TEXT_MAX];
};

/* A list on its way out: measured first, then put. */
struct menu {
	struct out *o;
	unsigned width; /* of the screen */
	unsigned count, shown;
	size_t word;     /* the widest of them */
	unsigned across; /* words in a row, 0: a row each, with help */
	/* Of commands by group: how many heads, the widest, the last one. */
	unsigned heads;
	size_t head;
	enum cmd_group group;
	size_t column; /* of the row in which they stand, behind the last */
	size_t room;
};

/* ---- A list ------------------------------------------------------------ */

struct row {
	char text[1024];
	size_t used, column;
};

static void row_put(struct row *r, const char *text, size_t len)
{
	/* Columns go on where the text is cut, so that padding ends. */
	r->column += len;
	for (size_t i = 0; i < len && r->used < sizeof(r->text); i++) {
		const unsigned char ch = (unsigned char)text[i];

		/* Nothing that a terminal would act on. */
		r->text[r->used++] = ch < 0x20 || ch >= 0x7f ? '?' : text[i];
	}
}

/* A word, bold on a terminal that has that and if all of it has room. */
static void row_word(struct row *r, const struct out *o, const char *word)
{
	static const char bold[] = "\x1b[1m", plain[] = "\x1b[m";
	const size_t len = strlen(word);

	if (!o->color ||
	    r->used + len + sizeof(bold) + sizeof(plain) > sizeof(r->text)) {
		row_put(r, word, len);
		return;
	}
	memcpy(r->text + r->used, bold, sizeof(bold) - 1);
	r->used += sizeof(bold) - 1;
	row_put(r, word, len);
	memcpy(r->text + r->used, plain, sizeof(plain) - 1);
	r->used += sizeof(plain) - 1;
}

static void row_pad(struct row *r, size_t column)
{
	while (r->column < column)
		row_put(r, " ", 1);
}

static void row_end(struct row *r)
{
	/* What is cut still ends its line. */
	if (r->used > sizeof(r->text) - 2)
		r->used = sizeof(r->text) - 2;
	r->text[r->used++] = '\r';
	r->text[r->used++] = '\n';
	r->column = 0;
}

/* Words of a text from that column on, in as many lines as it needs. */
static void row_wrap(struct row *r, const char *text, size_t column,
		     size_t width)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		if (r->column > column && r->column + 1 + len >= width)
			row_end(r);
		else if (r->column > column)
			row_put(r, " ", 1);
		row_pad(r, column);
		row_put(r, text, len);
		text += len;
		text += strspn(text, " ");
	}
}

static void measure(void *arg, const struct complete_item *item)
{
	struct menu *m = arg;

	m->count++;
	if (strlen(item->word) > m->word)
		m->word = strlen(item->word);
	if (item->group != m->group) {
		const size_t len = strlen(cmd_group_name(item->group));

		m->group = item->group;
		m->heads++;
		m->head = len > m->head ? len : m->head;
	}
}

/* A word in a row of several. */
static void make_cell(struct row *r, const struct menu *m, const char *word)
{
	const unsigned at = m->shown % m->across;

	if (!at)
		row_pad(r, INDENT);
	row_word(r, m->o, word);
	if (at == m->across - 1 || m->shown + 1 == m->count)
		row_end(r);
	else
		row_pad(r, (at ? 0 : INDENT) + m->word + GAP);
}

/* A command behind others of its group, in as many rows as these need. */
static void make_member(struct row *r, struct menu *m,
			const struct complete_item *item)
{
	const size_t len = strlen(item->word), from = INDENT + m->head + GAP;

	if (item->group != m->group) {
		const char *head = cmd_group_name(item->group);

		if (m->shown)
			row_end(r);
		m->group = item->group;
		row_pad(r, INDENT);
		row_put(r, head, strlen(head));
		row_pad(r, from);
		m->column = from;
	} else if (m->column + 1 + len >= m->width) {
		row_end(r);
		row_pad(r, from);
		m->column = from;
	} else {
		row_put(r, " ", 1);
		m->column++;
	}
	row_word(r, m->o, item->word);
	m->column += len;
	if (m->shown + 1 == m->count)
		row_end(r);
}

/* A row of its own, or several where its help is long. */
static void make_row(struct row *r, struct menu *m,
		     const struct complete_item *item)
{
	const size_t column = INDENT + m->word + GAP;
	char text[HELP_BYTES];

	if (item->group != m->group) {
		const char *head = cmd_group_name(item->group);

		m->group = item->group;
		row_put(r, head, strlen(head));
		row_end(r);
	}
	row_pad(r, INDENT);
	row_word(r, m->o, item->word);
	snprintf(text, sizeof(text), "%s%s%s", item->help,
		 *item->help && *item->takes ? ", " : "", item->takes);
	/* Too narrow for any column: as the terminal wraps it. */
	row_wrap(r, text, column,
		 m->width > column + HELP_MIN ? m->width : SIZE_MAX);
	row_end(r);
}

static void put_item(void *arg, const struct complete_item *item)
{
	struct menu *m = arg;
	struct row r;

	r.used = r.column = 0;
	if (m->across && m->heads)
		make_member(&r, m, item);
	else if (m->across)
		make_cell(&r, m, item->word);
	else
		make_row(&r, m, item);
	/* The first that has no room is the last that was tried. */
	if (r.used > m->room) {
		m->room = 0;
		return;
	}
	m->room -= r.used;
	m->shown++;
	out_write(m->o, r.text, r.used);
}

/* False when there is nothing to list. */
static bool list(struct edit *e, struct out *o, struct complete *c,
		 enum complete_what what)
{
	struct menu m = {.o = o, .width = e->width};

	complete_visit(c, what, measure, &m);
	if (!m.count)
		return false;
	m.room = MENU_ROOM - LAST_LINE;
	m.group = GROUP_NONE;
	/* What scrolls off at once is of no use. */
	if (m.count > MENU_ROWS ||
	    (m.heads > 1 && m.count + m.heads + 1 > e->height)) {
		/* The last column stays free. */
		m.across = (unsigned)((e->width - 1) / (m.word + GAP));
		m.across += !m.across;
	}
	out_text(o, "\r\n");
	complete_visit(c, what, put_item, &m);
	if (o->mid_line)
		out_text(o, "\r\n");
	if (m.shown < m.count)
		out_printf(o, "  ... %u more\r\n", m.count - m.shown);
	edit_show(e, o);
	return true;
}

/* ---- Tab --------------------------------------------------------------- */

static void gather(void *arg, const struct complete_item *item)
{
	struct common *all = arg;
	size_t len = strlen(item->word), n = 0;

	if (!all->count++) {
		snprintf(all->text, sizeof(all->text), "%s", item->word);
		all->len = all->shortest = all->longest = strlen(all->text);
		return;
	}
	while (n < all->len && all->text[n] == item->word[n])
		n++;
	all->len = n;
	if (len < all->shortest)
		all->shortest = len;
	if (len > all->longest)
		all->longest = len;
}

/* False when there is nothing to insert. */
static bool insert(struct edit *e, struct out *o, const char *text, size_t len,
		   bool whole)
{
	char buf[CMD_TEXT_MAX + 1];

	memcpy(buf, text, len);
	/* A blank behind a whole word, unless one is there. */
	if (whole && (e->pos == e->len || e->line[e->pos] != ' '))
		buf[len++] = ' ';
	if (len > EDIT_LINE_MAX - e->len)
		out_text(o, "\a");
	else if (len)
		edit_insert(e, o, buf, (unsigned)len);
	return len > 0;
}

void menu_complete(struct edit *e, struct out *o,
		   const struct complete_env *env)
{
	struct complete c;
	struct common all = {.count = 0};
	size_t typed;

	complete_read(&c, env, e->line, e->pos);
	complete_visit(&c, COMPLETE_WORDS, gather, &all);
	typed = strlen(c.prefix);
	if (all.count &&
	    insert(e, o, all.text + typed, all.len - typed,
		   all.shortest == all.longest && all.len == all.longest))
		return;
	if (!all.count && complete_whole(&c) && insert(e, o, "", 0, true))
		return;
	if (!list(e, o, &c, all.count ? COMPLETE_ALL : COMPLETE_NEXT))
		out_text(o, "\a");
}

/* ---- '?' --------------------------------------------------------------- */

void menu_help(struct edit *e, struct out *o, const struct complete_env *env)
{
	struct complete c;

	complete_read(&c, env, e->line, e->pos);
	if (c.nowhere) {
		edit_insert(e, o, "?", 1);
		return;
	}
	if (list(e, o, &c, COMPLETE_NEXT))
		return;
	/* Nothing may come: say what is wrong. */
	if (!c.call.err) {
		out_text(o, "\a");
		return;
	}
	out_printf(o, "\r\n  %s:", shell_err_name(c.call.err));
	out_words(o, c.call.err_text,
		  (unsigned)strlen(shell_err_name(c.call.err)) + 3, e->width);
	out_text(o, "\r\n");
	edit_show(e, o);
}
