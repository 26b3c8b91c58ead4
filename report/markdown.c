/* SPDX-License-Identifier: BSD-3-Clause */
/* For a tracker or a wiki: tables, and no plots. */
#include <string.h>

#include "report/doc.h"

static void add(struct doc *d, const char *text)
{
	text_as(&d->out, AS_MARKDOWN, text);
}

static void begin(struct doc *d, const char *title)
{
	(void)d;
	(void)title;
}

static void heading(struct doc *d, unsigned level, const char *text)
{
	text_add(&d->out, "%s%.*s ", d->out.len ? "\n" : "", (int)level,
		 "######");
	add(d, text);
	text_add(&d->out, "\n\n");
}

static void text(struct doc *d, const char *text, bool own)
{
	(void)own;
	add(d, text);
	text_add(&d->out, "\n\n");
}

static void terms(struct doc *d, bool begins)
{
	if (!begins)
		text_add(&d->out, "\n");
}

static void term(struct doc *d, const char *name, const char *what)
{
	text_add(&d->out, "- ");
	add(d, name);
	text_add(&d->out, ": ");
	add(d, what);
	text_add(&d->out, "\n");
}

static void table(struct doc *d, const char *caption, const struct table *t,
		  bool own)
{
	text(d, caption, own);
	for (unsigned i = 0; i < t->cols; i++) {
		text_add(&d->out, "| ");
		add(d, column_label(&t->col[i]));
		if (column_unit(&t->col[i])) {
			text_add(&d->out, " \\[");
			add(d, column_unit(&t->col[i]));
			text_add(&d->out, "\\]");
		}
		text_add(&d->out, " ");
	}
	text_add(&d->out, "|\n");
	for (unsigned i = 0; i < t->cols; i++)
		text_add(&d->out, t->col[i].number ? "| ---: " : "| --- ");
	text_add(&d->out, "|\n");
	for (unsigned r = 0; r < t->rows; r++) {
		for (unsigned i = 0; i < t->cols; i++) {
			text_add(&d->out, "| ");
			add(d, table_cell(t, r, i));
			text_add(&d->out, " ");
		}
		text_add(&d->out, "|\n");
	}
	text_add(&d->out, "\n");
}

static void code(struct doc *d, bool begins)
{
	if (!begins)
		text_add(&d->out, "\n");
}

/* Indented, so that nothing in it ends it. */
static void line(struct doc *d, const char *text)
{
	text_add(&d->out, "    ");
	for (; *text; text++)
		text_bytes(&d->out,
			   (unsigned char)*text < ' ' || *text == 0x7f ? " "
								       : text,
			   1);
	text_add(&d->out, "\n");
}

static void plot(struct doc *d, const struct plot *p)
{
	(void)d;
	(void)p;
}

static void end(struct doc *d)
{
	(void)d;
}

const struct doc_ops markdown_ops = {begin, heading, text, term, terms,
				     table, code,    line, plot, end};
