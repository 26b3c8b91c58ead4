/* SPDX-License-Identifier: BSD-3-Clause */
/* What `help` shows of each command, at every width. */
#include <string.h>

#include "shell/arg.h"
#include "shell/edit.h"
#include "shell/manual.h"
#include "shell/usage.h"
#include "unit.h"

#define PAGE_BYTES 16384

struct page {
	unsigned width; /* no line may be wider; 0: any may */
	bool whole;     /* lines as they are, else words with a blank between */
	size_t used;
	char text[PAGE_BYTES];
};

static void add(struct page *p, const char *text, size_t len)
{
	assert_true(p->used + len + 2 < sizeof(p->text));
	memcpy(p->text + p->used, text, len);
	p->used += len;
	p->text[p->used++] = p->whole ? '\n' : ' ';
	p->text[p->used] = '\0';
}

static void take_line(void *arg, const char *text)
{
	struct page *p = arg;
	const size_t len = strlen(text);

	if (p->width && len > p->width && strchr(text + strspn(text, " "), ' '))
		fail_msg("%zu columns of %u: %s", len, p->width, text);
	assert_true(!len || text[len - 1] != ' ');
	if (p->whole) {
		add(p, text, len);
		return;
	}
	while (*(text += strspn(text, " "))) {
		const size_t n = strcspn(text, " ");

		add(p, text, n);
		text += n;
	}
}

/* What is shown of a command, or of all where that is NULL. */
static const char *show(struct page *p, const struct cmd *cmd, unsigned width)
{
	struct manual m = {.line = take_line, .arg = p, .width = width};

	p->used = 0;
	p->width = width ? width : EDIT_WIDTH;
	if (cmd)
		manual_command(&m, cmd_table, cmd);
	else
		manual_list(&m, cmd_table, GROUP_NONE);
	return p->text;
}

/* Words stay whole: they are the same, in the same order, at any width. */
static void lines_fit_and_break_between_words(void **state)
{
	static struct page wide, p;

	(void)state;
	for (unsigned i = 0;; i++) {
		show(&wide, cmd_table[i], MANUAL_WIDTH_MAX);
		for (unsigned width = EDIT_WIDTH_MIN; width < 200; width++)
			assert_string_equal(show(&p, cmd_table[i], width),
					    wide.text);
		if (!cmd_table[i])
			break;
	}
}

/* At the width of most terminals not even one word runs over. */
static void each_line_fits_into_80_columns(void **state)
{
	static struct page p = {.whole = true};

	(void)state;
	for (unsigned i = 0;; i++) {
		const char *text = show(&p, cmd_table[i], 0);
		size_t len;

		for (; *text; text += len + 1) {
			len = strcspn(text, "\n");
			if (len > 80)
				fail_msg("%.*s", (int)len, text);
		}
		if (!cmd_table[i])
			break;
	}
}

static void a_wide_screen_has_a_measure_that_reads_well(void **state)
{
	static struct page p = {.whole = true}, most = {.whole = true};

	(void)state;
	show(&p, NULL, 500);
	show(&most, NULL, MANUAL_WIDTH_MAX);
	assert_string_equal(p.text, most.text);
}

static void every_command_is_in_a_group(void **state)
{
	(void)state;
	for (unsigned i = 0; cmd_table[i]; i++)
		if ((cmd_table[i]->group == GROUP_NONE) != cmd_table[i]->hidden)
			fail_msg("%s", cmd_table[i]->name);
}

static void every_word_of_an_enumeration_has_a_sentence(void **state)
{
	(void)state;
	for (unsigned i = 0; cmd_table[i]; i++)
		for (const struct cmd_form *f = cmd_table[i]->forms; f->run;
		     f++)
			for (const struct arg *a = f->args; a->type != ARG_NONE;
			     a++)
				for (const struct arg_word *w = arg_words(a);
				     w && w->name; w++)
					assert_true(w->help && *w->help);
}

/* What it says that is taken is what would be, were it typed. */
static void every_default_is_a_value(void **state)
{
	static const struct parse_ports ports = {.count = 2, .selected = 3};

	(void)state;
	for (unsigned i = 0; cmd_table[i]; i++)
		for (const struct cmd_form *f = cmd_table[i]->forms; f->run;
		     f++)
			for (const struct arg *a = f->args; a->type != ARG_NONE;
			     a++) {
				struct value v = {0};

				if (!a->unset || a->type == ARG_PORTS)
					continue;
				assert_true(a->optional);
				assert_int_equal(
					arg_take(a, a->unset, &ports, &v),
					E_OK);
			}
}

static void no_usage_is_cut(void **state)
{
	char usage[CMD_USAGE_MAX];
	(void)state;

	for (unsigned i = 0; cmd_table[i]; i++)
		for (const struct cmd_form *f = cmd_table[i]->forms; f->run;
		     f++) {
			cmd_usage(cmd_table[i], f, usage, sizeof(usage));
			assert_true(strlen(usage) < sizeof(usage) - 1);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_fit_and_break_between_words),
		cmocka_unit_test(each_line_fits_into_80_columns),
		cmocka_unit_test(a_wide_screen_has_a_measure_that_reads_well),
		cmocka_unit_test(no_usage_is_cut),
		cmocka_unit_test(every_command_is_in_a_group),
		cmocka_unit_test(every_default_is_a_value),
		cmocka_unit_test(every_word_of_an_enumeration_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
