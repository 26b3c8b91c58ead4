/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A page as it is composed, whatever it is written in: a table of functions
 * that append to a text. Text that is given is a stranger's, unless it says
 * `own`.
 */
#ifndef REPORT_DOC_H
#define REPORT_DOC_H

#include "report/plot.h"
#include "report/table.h"

struct doc {
	const struct doc_ops *ops;
	struct text out;
	unsigned nb;    /* of what has been numbered so far */
	unsigned terms; /* in the list that has begun */
	bool no_plots;
};

struct doc_ops {
	void (*begin)(struct doc *d, const char *title);
	/* `own`: it is ours, and may say what the results do not. */
	void (*heading)(struct doc *d, unsigned level, const char *text);
	void (*text)(struct doc *d, const char *text, bool own);
	/* A name and what it is, or NULL to begin and end such a list. */
	void (*term)(struct doc *d, const char *name, const char *what);
	void (*terms)(struct doc *d, bool begin);
	void (*table)(struct doc *d, const char *caption, const struct table *t,
		      bool own);
	/* Lines to type; one by one. */
	void (*code)(struct doc *d, bool begin);
	void (*line)(struct doc *d, const char *text);
	void (*plot)(struct doc *d, const struct plot *p);
	void (*end)(struct doc *d);
};

extern const struct doc_ops html_ops, markdown_ops;

#endif /* REPORT_DOC_H */
