/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ukpktgen-report: pages that show what experiments found. The launcher starts
 * it, with files of results; those of an appliance it has fetched before.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metrics/file.h"
#include "report/compose.h"
#include "report/csv.h"
#include "report/pdf.h"

#define RESULTS 16

enum format { HTML, PDF, MARKDOWN, CSV, JSON, NO_FORMAT };

static const char *const endings[] = {[HTML] = ".html",
				      [PDF] = ".pdf",
				      [MARKDOWN] = ".md",
				      [CSV] = ".csv",
				      [JSON] = ".json"};

struct options {
	const char *output; /* "-": standard output */
	const char *list;   /* of CSV */
	enum format format;
	bool compare;
	struct about about;
};

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "ukpktgen: %s: %s\n", what, why);
	return 2;
}

/* ---- What is written ----------------------------------------------------- */

static void write_json(struct text *out, const struct result *r, unsigned nb)
{
	for (unsigned i = 0; i < nb; i++) {
		char *one = cJSON_PrintUnformatted(r[i].json);

		out->failed |= !one;
		text_add(out, "%s\n", one ? one : "");
		cJSON_free(one);
	}
}

/* Of PDF, the page that is printed then. */
static bool write_page(const struct options *o, const struct result *r,
		       unsigned nb, struct text *out)
{
	struct doc d = {.ops = o->format == MARKDOWN ? &markdown_ops
						     : &html_ops};

	if (o->compare)
		compose_compare(&d, &o->about, r);
	else
		compose(&d, &o->about, r, nb);
	*out = d.out;
	if (d.no_plots)
		fprintf(stderr, "ukpktgen: no plots, as gnuplot is missing; as "
				"root, this installs it: apt-get install -y "
				"--no-install-recommends gnuplot-nox\n");
	return !out->failed;
}

static int write_report(const struct options *o, const struct result *r,
			unsigned nb)
{
	struct text out = {.data = NULL}, pdf = {.data = NULL},
		    why = {.data = NULL};
	struct text *file = &out;
	int status = 0;

	if (o->format == CSV && !csv_write(&out, r, nb, o->list))
		status = fail(o->list ? o->list : r[0].path,
			      "there are no rows of that");
	else if (o->format == JSON)
		write_json(&out, r, nb);
	else if (o->format != CSV)
		write_page(o, r, nb, &out);
	if (!status && o->format == PDF) {
		file = &pdf;
		if (!pdf_print(&out, &pdf, &why))
			status = fail(o->output, why.data ? why.data : "?");
	}
	if (!status && (out.failed || pdf.failed))
		status = fail(o->output, "out of memory");
	else if (!status &&
		 !(!strcmp(o->output, "-") ? file_write(STDOUT_FILENO, file)
					   : file_replace(o->output, file)))
		status = fail(o->output, strerror(errno));
	text_free(&out);
	text_free(&pdf);
	text_free(&why);
	return status;
}

/* ---- The command line ---------------------------------------------------- */

/* By its end; a page for standard output. */
static enum format format_of(const char *path)
{
	const size_t len = strlen(path);
	unsigned i;

	for (i = HTML; i < NO_FORMAT; i++)
		if (len > strlen(endings[i]) &&
		    !strcmp(path + len - strlen(endings[i]), endings[i]))
			break;
	return i < NO_FORMAT ? i : strcmp(path, "-") ? NO_FORMAT : HTML;
}

static bool take_option(struct options *o, int c, char *value)
{
	switch (c) {
	case 'o':
		o->output = value;
		return true;
	case 'c':
		o->compare = true;
		return true;
	case 'l':
		o->list = value;
		return true;
	case 't':
		o->about.title = value;
		return true;
	case 'd':
		o->about.device = value;
		return true;
	default:
		return false;
	}
}

static int take_options(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"compare", no_argument, NULL, 'c'},
		{"list", required_argument, NULL, 'l'},
		{"title", required_argument, NULL, 't'},
		{"device", required_argument, NULL, 'd'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1)
		if (!take_option(o, c, optarg))
			return 2;
	o->format = format_of(o->output);
	if (o->format == NO_FORMAT)
		return fail(o->output, "must end with .html, .pdf, .md, .csv "
				       "or .json");
	if (optind == argc || argc - optind > RESULTS)
		return fail("report", "takes 1 to 16 results");
	if (o->compare && argc - optind != 2)
		return fail("--compare", "takes two results");
	if (o->list && o->format != CSV)
		return fail("--list", "is for a file that ends with .csv");
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = {.output = "-"};
	struct result r[RESULTS] = {{.json = NULL}};
	struct text why = {.data = NULL};
	unsigned nb = 0;
	int status = take_options(&o, argc, argv);

	for (int i = optind; !status && i < argc; i++, nb++)
		if (!result_load(&r[nb], argv[i], &why))
			status = fail(argv[i],
				      why.data ? why.data : "out of memory");
	if (!status)
		status = write_report(&o, r, nb);
	for (unsigned i = 0; i < RESULTS; i++)
		result_free(&r[i]);
	text_free(&why);
	return status;
}
