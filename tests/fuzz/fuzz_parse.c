/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any line, parsed against the whole table: an error has a code and a column
 * within the line, and no error has arguments in their ranges.
 */
#include <stdlib.h>
#include <string.h>

#include "shell/parse.h"
#include "shell/setting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_call(const struct call *c, unsigned len)
{
	bool asked;

	if (c->err) {
		check(c->err < SHELL_ERR_COUNT);
		check(c->err_column <= len + 1);
		check(c->err_text[0] &&
		      strlen(c->err_text) < sizeof(c->err_text) - 1);
		return;
	}
	asked = setting_asked(c);
	for (unsigned i = 0; c->form->args[i].type != ARG_NONE; i++) {
		const struct arg *a = &c->form->args[i];
		const struct value *v = &c->v[i];

		/* What is asked for is no value, nor need the keyword be. */
		check(v->set || a->optional || asked);
		if (a->type == ARG_PORTS)
			check(v->mask && v->mask < 16);
		if (v->set && a->max &&
		    (a->type == ARG_INT || a->type == ARG_TIME))
			check(v->u >= a->min && v->u <= a->max);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct parse_ports ports = {.count = 4, .selected = 5};
	static struct words words;
	unsigned next = 0, len = (unsigned)size;

	if (size > EDIT_LINE_MAX)
		return 0;
	for (;;) {
		struct call c = {.typed = size & 1};

		if (!parse_split((const char *)data, len, &next, &words, &c))
			return 0;
		if (!c.err)
			parse_call(cmd_table, &words, &ports, &c);
		check_call(&c, len);
		if (c.err)
			return 0;
	}
}
