/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The page: one file, no script, and nothing that is fetched. What is ours
 * alone, and may have figures that no result has, is in elements of class
 * "own".
 */
#include <string.h>

#include "report/doc.h"

/* A table of more is set in smaller type, so that paper has room for it. */
#define MANY_COLUMNS 11

static const char style[] =
	":root{color-scheme:light dark;--ink:#1f2937;--soft:#4b5563;"
	"--line:#d1d5db;--paper:#fff;--band:#f3f4f6;--good:#15803d;"
	"--doubt:#a16207;--bad:#b91c1c}\n"
	"@media screen and (prefers-color-scheme:dark){:root{--ink:#e5e7eb;"
	"--soft:#9ca3af;--line:#374151;--paper:#111827;--band:#1f2937;"
	"--good:#4ade80;--doubt:#facc15;--bad:#f87171}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:66rem;"
	"background:var(--paper);color:var(--ink);"
	"font:16px/1.5 system-ui,'DejaVu Sans',sans-serif}\n"
	"h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem}\n"
	"h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;"
	"border-bottom:1px solid var(--line)}\n"
	"h3{font-size:1rem;margin:1.75rem 0 .5rem}\n"
	"p{margin:.5rem 0;max-width:46rem}\n"
	".wide{overflow-x:auto;margin:1rem 0}\n"
	"table{border-collapse:collapse;font-size:.85rem;min-width:24rem}\n"
	"caption{text-align:left;font-weight:600;padding:0 0 .4rem}\n"
	"th,td{padding:.3rem .55rem;text-align:left;vertical-align:top;"
	"border-bottom:1px solid var(--line)}\n"
	"thead th{background:var(--band);border-bottom:2px solid var(--line);"
	"vertical-align:bottom;line-height:1.25}\n"
	"tbody th{font-weight:400}\n"
	".many table{font-size:.75rem}.many th,.many td{padding:.3rem .4rem}\n"
	".n{text-align:right;white-space:nowrap;"
	"font-variant-numeric:tabular-nums}\n"
	".unit{display:block;font-weight:400;font-size:.88em;"
	"color:var(--soft)}\n"
	".valid{color:var(--good)}.suspect{color:var(--doubt)}"
	".invalid{color:var(--bad)}\n"
	"dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;"
	"gap:.2rem 1.25rem;margin:1rem 0}\n"
	"dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}\n"
	"pre{background:var(--band);border:1px solid var(--line);"
	"border-radius:4px;padding:.75rem 1rem;overflow-x:auto;"
	"font:.85rem/1.5 'DejaVu Sans Mono',ui-monospace,monospace;"
	"white-space:pre-wrap;overflow-wrap:anywhere}\n"
	"figure{margin:1.5rem "
	"0;overflow-x:auto}figcaption{font-weight:600;font-size:.9rem;"
	"margin-bottom:.25rem}\n"
	"svg{display:block;width:100%;max-width:42rem;height:auto}\n"
	"svg text{font-family:system-ui,'DejaVu Sans',sans-serif}\n"
	"@page{size:A4;margin:15mm}@page many{size:A4 landscape}\n"
	"@media print{body{max-width:none;padding:0;font-size:10pt}"
	"table{font-size:8pt}svg{height:80mm;width:auto}"
	"th,td{padding:.15rem .35rem}"
	"h2:has(+.many),h3:has(+.many),.many{page:many}"
	".many table{font-size:6pt}"
	".many th,.many td{padding:.1rem .2rem}"
	".wide,figure{overflow:visible}figure,tr,dl,pre{break-inside:avoid}"
	"h2,h3,caption{break-after:avoid}}\n";

static void add(struct doc *d, const char *text)
{
	text_as(&d->out, AS_HTML, text);
}

/* Each colour that gnuplot draws in, as it is on a dark page. */
static void dark_plots(struct text *out)
{
	static const char *const of[][2] = {
		{"stroke", "rgb(%3u,%4u,%4u)"},
		{"color", "rgb(%3u,%4u,%4u)"},
		{"fill", "rgb(%u,%u,%u)"},
	};

	text_add(out, "@media screen and (prefers-color-scheme:dark){\n");
	for (unsigned i = 0; i < PLOT_COLOURS; i++) {
		const struct plot_colour *c = &plot_colours[i];
		const unsigned r = c->light >> 16, g = c->light >> 8 & 255,
			       b = c->light & 255;

		for (unsigned k = 0; k < 3; k++)
			text_add(out,
				 k < 2 ? "svg "
					 "[%s=\"rgb(%3u,%4u,%4u)\"]{%s:#%06x}"
				       : "svg [%s=\"rgb(%u,%u,%u)\"]{%s:#%06x}",
				 of[k][0], r, g, b, of[k][0], c->dark);
		text_add(out, "\n");
	}
	text_add(out, "}\n");
}

static void begin(struct doc *d, const char *title)
{
	text_add(&d->out,
		 "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		 "<meta charset=\"utf-8\">\n"
		 "<meta http-equiv=\"Content-Security-Policy\" "
		 "content=\"default-src 'none'; style-src 'unsafe-inline'; "
		 "img-src data:\">\n"
		 "<meta name=\"viewport\" "
		 "content=\"width=device-width, initial-scale=1\">\n"
		 "<meta name=\"generator\" content=\"ukpktgen report\">\n"
		 "<link rel=\"icon\" href=\"data:,\">\n<title>");
	add(d, title);
	text_add(&d->out, "</title>\n<style>\n%s", style);
	dark_plots(&d->out);
	text_add(&d->out, "</style>\n</head>\n<body>\n<main>\n");
}

static void heading(struct doc *d, unsigned level, const char *text)
{
	text_add(&d->out, "<h%u>", level);
	add(d, text);
	text_add(&d->out, "</h%u>\n", level);
}

static void text(struct doc *d, const char *text, bool own)
{
	text_add(&d->out, own ? "<p class=\"own\">" : "<p>");
	add(d, text);
	text_add(&d->out, "</p>\n");
}

static void terms(struct doc *d, bool begins)
{
	if (!begins && d->terms)
		text_add(&d->out, "</dl>\n");
	else if (!begins)
		text(d, "The result does not say.", true);
	d->terms = 0;
}

static void term(struct doc *d, const char *name, const char *what)
{
	text_add(&d->out, d->terms++ ? "<dt>" : "<dl>\n<dt>");
	add(d, name);
	text_add(&d->out, "</dt><dd>");
	add(d, what);
	text_add(&d->out, "</dd>\n");
}

/* ---- Tables -------------------------------------------------------------- */

static void head(struct doc *d, const struct table *t, bool own)
{
	text_add(&d->out, "<thead><tr>");
	for (unsigned i = 0; i < t->cols; i++) {
		const struct column *c = &t->col[i];

		/* A name that we know is ours, and may have a number in it. */
		text_add(&d->out, "<th scope=\"col\" class=\"%s%s\">",
			 c->number ? "n " : "", own || c->key ? "own" : "");
		add(d, column_label(c));
		if (column_unit(c)) {
			text_add(&d->out, "<span class=\"unit\">");
			add(d, column_unit(c));
			text_add(&d->out, "</span>");
		}
		text_add(&d->out, "</th>");
	}
	text_add(&d->out, "</tr></thead>\n");
}

/* A verdict has its colour besides its words. */
static const char *class_of(const struct table *t, unsigned col,
			    const char *text)
{
	static const struct {
		const char *column, *begins, *class;
	} verdicts[] = {{"verdict", "valid", "valid"},
			{"verdict", "suspect", "suspect"},
			{"verdict", "invalid", "invalid"},
			{"outcome", "pass", "valid"},
			{"outcome", "fails", "invalid"}};

	if (t->reckoned && col == t->cols - 1)
		return "n own";
	if (t->col[col].number)
		return "n";
	for (unsigned i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (!strcmp(t->col[col].name, verdicts[i].column) &&
		    !strncmp(text, verdicts[i].begins,
			     strlen(verdicts[i].begins)))
			return verdicts[i].class;
	return NULL;
}

static void row(struct doc *d, const struct table *t, unsigned n)
{
	text_add(&d->out, "<tr>");
	for (unsigned i = 0; i < t->cols; i++) {
		const char *cell = table_cell(t, n, i);
		const char *class = class_of(t, i, cell);

		text_add(&d->out, i ? "<td" : "<th scope=\"row\"");
		if (class)
			text_add(&d->out, " class=\"%s\"", class);
		text_add(&d->out, ">");
		add(d, cell);
		text_add(&d->out, i ? "</td>" : "</th>");
	}
	text_add(&d->out, "</tr>\n");
}

static void table(struct doc *d, const char *caption, const struct table *t,
		  bool own)
{
	text_add(&d->out,
		 "<div class=\"wide%s\" role=\"region\" tabindex=\"0\" "
		 "aria-labelledby=\"t%u\">\n<table%s>\n<caption id=\"t%u\">",
		 t->cols > MANY_COLUMNS ? " many" : "", d->nb,
		 own ? " class=\"own\"" : "", d->nb);
	d->nb++;
	add(d, caption);
	text_add(&d->out, "</caption>\n");
	head(d, t, own);
	text_add(&d->out, "<tbody>\n");
	for (unsigned i = 0; i < t->rows; i++)
		row(d, t, i);
	text_add(&d->out, "</tbody>\n</table>\n</div>\n");
}

/* ---- The rest ------------------------------------------------------------ */

static void code(struct doc *d, bool begins)
{
	text_add(&d->out, begins ? "<pre><code>" : "</code></pre>\n");
}

static void line(struct doc *d, const char *text)
{
	add(d, text);
	text_add(&d->out, "\n");
}

static void plot(struct doc *d, const struct plot *p)
{
	struct text svg = {.data = NULL};

	if (!d->no_plots && plot_draw(p, d->nb++, &svg))
		text_add(&d->out,
			 "<figure>\n<figcaption>%s</figcaption>\n%s</figure>\n",
			 p->title, svg.data);
	else
		d->no_plots = true;
	text_free(&svg);
}

static void end(struct doc *d)
{
	text_add(&d->out, "</main>\n</body>\n</html>\n");
}

const struct doc_ops html_ops = {begin, heading, text, term, terms,
				 table, code,    line, plot, end};
