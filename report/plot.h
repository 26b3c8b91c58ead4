/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plots of a result: what is drawn, as numbers; and gnuplot, which draws. No
 * text of a result gets there.
 */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include <stdbool.h>

#include "report/load.h"

#define PLOT_SERIES 24
/* Ten of series, then that of ink and that of the grid. */
#define PLOT_OF_SERIES 10
#define PLOT_COLOURS 12

/* 0xrrggbb on a light page, as it is drawn, and on a dark one. */
struct plot_colour {
	unsigned light, dark;
};

extern const struct plot_colour plot_colours[PLOT_COLOURS];

enum plot_style { PLOT_POINTS, PLOT_BOTH, PLOT_LIMIT };

struct series {
	char name[32];
	enum plot_style style;
	unsigned colour; /* of those of series, from 0 */
	bool second;     /* of the other result */
	double *xy;      /* pairs */
	unsigned points, room;
};

struct plot {
	const char *title, *x, *y;
	bool log_x, log_y, from_zero;
	bool nines; /* x is -log10 of the share that is worse */
	bool sizes; /* x is marked where points are */
	bool whole; /* x counts, so nothing lies between two numbers */
	struct series s[PLOT_SERIES];
	unsigned nb_series;
};

/*
 * Which plot, from 0 on, of one result or of several in the same axes. False:
 * there is none of this number. One without series is nothing to show.
 */
bool plot_make(struct plot *p, unsigned which, const struct result *r,
	       unsigned nb);
void plot_free(struct plot *p);

/*
 * Appends the SVG; names in it begin with a word made of `number`. False:
 * gnuplot failed, or is not there.
 */
bool plot_draw(const struct plot *p, unsigned number, struct text *out);

#endif /* REPORT_PLOT_H */
