/* SPDX-License-Identifier: BSD-3-Clause */
#include "units/error.h"

static const struct {
	const char *name, *text;
} errors[] = {[E_OK] = {"OK", "no error"},
#define E(code, text) [code] = {#code, text},
	      SHELL_ERRORS(E)
#undef E
};

/* A number that is no error is a defect; it must not become a crash too. */
static enum shell_err known(enum shell_err err)
{
	return (unsigned)err < SHELL_ERR_COUNT ? err : E_STATE;
}

const char *shell_err_name(enum shell_err err)
{
	return errors[known(err)].name;
}

const char *shell_err_text(enum shell_err err)
{
	return errors[known(err)].text;
}
