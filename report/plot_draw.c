/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Has gnuplot draw. Its colours are those of a light page; the page's style
 * gives others to the very same values where it is dark (html.c).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/child.h"
#include "report/plot.h"

const struct plot_colour plot_colours[PLOT_COLOURS] = {
	{0x0b5cad, 0x6cb2f7}, {0xc2410c, 0xfb923c}, {0x6b7280, 0x9ca3af},
	{0x15803d, 0x4ade80}, {0x7e22ce, 0xc084fc}, {0x0e7490, 0x22d3ee},
	{0xa16207, 0xfacc15}, {0xbe185d, 0xf472b6}, {0x4d7c0f, 0xa3e635},
	{0x991b1b, 0xf87171}, {0x374151, 0xcbd5e1}, {0xd1d5db, 0x334155},
};

#define INK 10
#define GRID 11

/* So wide that a telephone shows it whole, its figures still legible. */
#define WIDE 600
#define HIGH 400

/* gnuplot's points: a shape that is filled, and behind each a hollow one. */
static const unsigned char shapes[][2] = {{7, 6},   {5, 4},   {9, 8},
					  {11, 10}, {13, 12}, {15, 14}};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* By what an axis in frames a second is divided, and how it is called then. */
struct unit {
	double by;
	const char *name;
};

static struct unit unit_of(const struct plot *p, bool y)
{
	const char *label = y ? p->y : p->x;
	double most = 0;

	if (!strstr(label, "[pps]"))
		return (struct unit){1, ""};
	for (unsigned i = 0; i < p->nb_series; i++)
		for (unsigned k = 0; k < p->s[i].points; k++)
			most = fmax(most, p->s[i].xy[2 * k + y]);
	return most >= 1e6   ? (struct unit){1e6, " [Mpps]"}
	       : most >= 1e3 ? (struct unit){1e3, " [kpps]"}
			     : (struct unit){1, " [pps]"};
}

/* "throughput", of "throughput [pps]". */
static int stem(const char *label, struct unit u)
{
	return (int)(*u.name ? strstr(label, " [") - label
			     : (long)strlen(label));
}

/* 1, 2, 5, 10, 20, ..., of a whole number. */
static double mark(int n)
{
	static const double steps[] = {1, 2, 5};
	const int step = ((n % 3) + 3) % 3;

	return steps[step] * pow(10, (n - step) / 3);
}

/* gnuplot would mark powers of ten alone, of which there may be but two. */
static void log_marks(FILE *f, const struct plot *p, bool y, double by)
{
	double least = HUGE_VAL, most = 0;
	int from, to;

	for (unsigned i = 0; i < p->nb_series; i++)
		for (unsigned k = 0; k < p->s[i].points; k++) {
			least = fmin(least, p->s[i].xy[2 * k + y] / by);
			most = fmax(most, p->s[i].xy[2 * k + y] / by);
		}
	fprintf(f, "set logscale %c\n", y ? 'y' : 'x');
	if (most / least > 1000 || most <= 0)
		return;
	from = 3 * (int)floor(log10(least));
	while (mark(from + 1) <= least)
		from++;
	for (to = from + 1; mark(to) < most; to++)
		;
	/* A mark at the very end would be left away, or not, by rounding. */
	fprintf(f, "set %crange [%.17g:%.17g]\nset %ctics (", y ? 'y' : 'x',
		mark(from) * 0.999, mark(to) * 1.001, y ? 'y' : 'x');
	for (; from <= to; from++)
		fprintf(f, "'%.6g' %.17g%s", mark(from), mark(from),
			from < to ? ", " : ")\n");
}

static void axes(FILE *f, const struct plot *p, struct unit x, struct unit y)
{
	fprintf(f,
		"set terminal svg size %d,%d noenhanced linewidth 1.4 "
		"font 'sans-serif,15'\n"
		"ink = 0x%06x; pale = 0x%06x\n"
		"set border 3 lc rgb ink lw 0.7\n"
		"set tics nomirror textcolor rgb ink\n"
		"set grid ytics lc rgb pale lw 0.6 dt solid\n"
		"set key below height 1.5 samplen 1.5 textcolor rgb ink\n"
		"set xlabel '%.*s%s' offset 0,0.5 textcolor rgb ink\n"
		"set rmargin 3\n"
		"set ylabel '%.*s%s' textcolor rgb ink\n"
		"set format '%%.6g'\n"
		"set pointsize 0.6\n",
		WIDE, HIGH, plot_colours[INK].light, plot_colours[GRID].light,
		stem(p->x, x), p->x, x.name, stem(p->y, y), p->y, y.name);
	/* The plot's heading says what the only one is. */
	if (p->nb_series == 1)
		fprintf(f, "unset key\n");
	if (p->log_x)
		log_marks(f, p, false, x.by);
	if (p->log_y)
		log_marks(f, p, true, y.by);
	if (p->from_zero)
		fprintf(f, "set yrange [0:0.01<*]\n");
	if (!p->log_x && !p->nines)
		fprintf(f, "set xrange [0:*]\n");
	if (p->nines)
		fprintf(f, "set xrange [-0.1:*]\n"
			   "set xtics ('least' 0, '50' 0.30103, '90' 1, "
			   "'99' 2, '99.9' 3, '99.99' 4)\n");
}

/* gnuplot would mark halves of the first few. */
static void whole_marks(FILE *f, const struct plot *p)
{
	double most = 0;

	for (unsigned i = 0; i < p->nb_series; i++)
		for (unsigned k = 0; k < p->s[i].points; k++)
			most = fmax(most, p->s[i].xy[2 * k]);
	if (most <= 10)
		fprintf(f, "set xtics 1\n");
}

/* A mark where there is a size. */
static void size_marks(FILE *f, const struct plot *p)
{
	const char *comma = "";

	fprintf(f, "set xtics rotate by -45 (");
	for (unsigned i = 0; i < p->s[0].points; i++) {
		fprintf(f, "%s'%.0f' %.17g", comma, p->s[0].xy[2 * i],
			p->s[0].xy[2 * i]);
		comma = ", ";
	}
	fprintf(f, ")\n");
}

static void data(FILE *f, const struct plot *p, double x, double y)
{
	for (unsigned i = 0; i < p->nb_series; i++) {
		const struct series *s = &p->s[i];

		if (!s->points)
			continue;
		fprintf(f, "$d%u << EOD\n", i);
		for (unsigned k = 0; k < s->points; k++)
			fprintf(f, "%.17g %.17g\n", s->xy[2 * k] / x,
				s->xy[2 * k + 1] / y);
		fprintf(f, "EOD\n");
	}
}

static void lines(FILE *f, const struct plot *p)
{
	static const char *const how[] = {[PLOT_POINTS] = "points",
					  [PLOT_BOTH] = "linespoints",
					  [PLOT_LIMIT] = "lines"};
	const char *lead = "plot ";

	for (unsigned i = 0; i < p->nb_series; i++) {
		const struct series *s = &p->s[i];

		if (!s->points)
			continue;
		fprintf(f, "%s$d%u using 1:2 with %s lc rgb 0x%06x", lead, i,
			how[s->style], plot_colours[s->colour].light);
		/*
		 * Shapes tell series apart where colours do not, as on paper.
		 * Of the second result points are hollow, lines dashed.
		 */
		if (s->style != PLOT_LIMIT)
			fprintf(f, " pt %d",
				shapes[s->colour % SHAPES][s->second]);
		if (s->style == PLOT_LIMIT ||
		    (s->second && s->style == PLOT_BOTH))
			fprintf(f, " dt 2");
		fprintf(f, " title '%s'", s->name);
		lead = ", ";
	}
	fprintf(f, "\n");
}

/* ---- What gnuplot drew --------------------------------------------------- */

/* Copies up to `end`, with names that no other plot of the page has. */
static void copy(struct text *out, const char *at, const char *end,
		 unsigned number)
{
	static const struct {
		const char *from, *to;
	} names[] = {{"id='", "id='"},
		     {"id=\"", "id=\""},
		     {"xlink:href='#", "href='#"}};
	unsigned i;

	while (at < end) {
		for (i = 0; i < 3; i++)
			if (!strncmp(at, names[i].from, strlen(names[i].from)))
				break;
		if (i == 3) {
			text_bytes(out, at++, 1);
			continue;
		}
		text_add(out, "%sp%u-", names[i].to, number);
		at += strlen(names[i].from);
	}
}

/* The same without what stands between two words. */
static void copy_without(struct text *out, const char *from, const char *to,
			 unsigned number)
{
	static const char *const cuts[][2] = {{"<filter", "</filter>"},
					      {"<title>", "</title>"}};

	while (true) {
		const char *cut = to, *goes_on = NULL;

		for (unsigned i = 0; i < 2; i++) {
			const char *at = strstr(from, cuts[i][0]);
			const char *ends = at ? strstr(at, cuts[i][1]) : NULL;

			if (ends && at < cut) {
				cut = at;
				goes_on = ends + strlen(cuts[i][1]);
			}
		}
		copy(out, from, cut, number);
		if (!goes_on)
			return;
		from = goes_on;
	}
}

/* The drawing without its head. */
static bool adopt(const struct plot *p, unsigned number, const char *svg,
		  struct text *out)
{
	const char *from = strstr(svg, "<g id=\"gnuplot_canvas\"");
	const char *to = from ? strstr(from, "</svg>") : NULL;

	if (!to)
		return false;
	text_add(out,
		 "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" "
		 "xmlns=\"http://www.w3.org/2000/svg\">\n",
		 WIDE, HIGH, p->title);
	copy_without(out, from, to, number);
	text_add(out, "</svg>\n");
	return true;
}

bool plot_draw(const struct plot *p, unsigned number, struct text *out)
{
	char *const argv[] = {(char[]){"gnuplot"}, (char[]){"-d"},
			      (char[]){"-"}, NULL};
	struct text svg = {.data = NULL};
	const struct unit x = unit_of(p, false), y = unit_of(p, true);
	FILE *script = tmpfile();
	bool done;

	if (!script)
		return false;
	axes(script, p, x, y);
	if (p->sizes)
		size_marks(script, p);
	if (p->whole)
		whole_marks(script, p);
	data(script, p, x.by, y.by);
	lines(script, p);
	done = child_run(argv, script, &svg) && svg.data &&
	       adopt(p, number, svg.data, out);
	fclose(script);
	text_free(&svg);
	return done;
}
