/* SPDX-License-Identifier: BSD-3-Clause */
#include "parse_rig.h"

#include <string.h>

static struct words words;
struct call c;
struct parse_ports ports;
static bool typed;

int parse_rig_setup(void **state)
{
	(void)state;
	ports = (struct parse_ports){.count = 4, .selected = 0x5};
	typed = false;
	return 0;
}

/* The first command of the line. */
void parse(const char *line)
{
	unsigned next = 0;

	memset(&c, 0, sizeof(c));
	c.typed = typed;
	assert_true(
		parse_split(line, (unsigned)strlen(line), &next, &words, &c));
	if (!c.err)
		parse_call(parse_cmds, &words, &ports, &c);
}

void accept(const char *line)
{
	parse(line);
	if (c.err)
		fail_msg("'%s': %s %u %s", line, shell_err_name(c.err),
			 c.err_column, c.err_text);
	assert_true(c.form->run);
}

void refuse(const char *line, enum shell_err err, unsigned column,
	    const char *text)
{
	parse(line);
	if (c.err != err || c.err_column != column ||
	    strcmp(c.err_text, text) != 0)
		fail_msg("'%s': %s %u %s", line, shell_err_name(c.err),
			 c.err_column, c.err_text);
}

/* Which of its forms, the first being 0. */
unsigned form(const char *line)
{
	accept(line);
	return (unsigned)(c.form - c.cmd->forms);
}

/* What a person types. */
void accept_typed(const char *line, const char *name, unsigned of_form)
{
	typed = true;
	accept(line);
	typed = false;
	assert_string_equal(c.cmd->name, name);
	assert_int_equal(c.form - c.cmd->forms, of_form);
}

void refuse_typed(const char *line, enum shell_err err, unsigned column,
		  const char *text)
{
	typed = true;
	refuse(line, err, column, text);
	typed = false;
}
