/* SPDX-License-Identifier: BSD-3-Clause */
/* What a page has, in its order. */
#ifndef REPORT_COMPOSE_H
#define REPORT_COMPOSE_H

#include "report/doc.h"

struct about {
	const char *title, *device; /* as the user says; or NULL */
};

/* Each result for itself. */
void compose(struct doc *d, const struct about *about, const struct result *r,
	     unsigned nb);

/* Two beside each other, and what changed. */
void compose_compare(struct doc *d, const struct about *about,
		     const struct result r[2]);

/* Parts of these: a heading is one level below `level`. */
void compose_plots(struct doc *d, const struct result *r, unsigned nb);
void compose_tested(struct doc *d, const struct result *r, const char *device,
		    unsigned level);
void compose_lists(struct doc *d, const struct result *r, bool last);
void compose_how(struct doc *d, const struct result *r, unsigned nb,
		 unsigned level);
const char *compose_title(const struct result *r);

#endif /* REPORT_COMPOSE_H */
