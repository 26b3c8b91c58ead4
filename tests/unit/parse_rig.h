/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines for the parser, of the commands of parse_cmds.h; it aborts the test. */
#ifndef TESTS_PARSE_RIG_H
#define TESTS_PARSE_RIG_H

#include "parse_cmds.h"
#include "shell/parse.h"
#include "unit.h"

/* What became of the last line; what there is of ports. */
extern struct call c;
extern struct parse_ports ports;

/* cmocka's: four ports, of which 0 and 2 are selected. */
int parse_rig_setup(void **state);

/* The first command of the line. */
void parse(const char *line);
void accept(const char *line);
void refuse(const char *line, enum shell_err err, unsigned column,
	    const char *text);

/* Which of its forms, the first being 0. */
unsigned form(const char *line);

/* What a person types. */
void accept_typed(const char *line, const char *name, unsigned of_form);
void refuse_typed(const char *line, enum shell_err err, unsigned column,
		  const char *text);

#endif /* TESTS_PARSE_RIG_H */
