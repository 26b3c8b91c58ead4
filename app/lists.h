/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of values that were read from files of the store, "list @FILE". One
 * that several streams take is there once. It stays as it was read when its
 * file is another or gone, and goes when no stream has it any more.
 */
#ifndef APP_LISTS_H
#define APP_LISTS_H

#include "app/app.h"
#include "units/vary_file.h"

/* Whether word `i` begins such a list. */
bool lists_is_file(const char *const words[], unsigned i);

/*
 * Reads the file that argument `arg` names, "@FILE", as values of a field, some
 * lines at a call: CALL_AGAIN until *file is there, with one user more for the
 * caller to take back. The call's state remembers how far; one that is
 * cancelled has to come here once more, and `type` and `bits` do not matter
 * once lists_reads().
 */
static inline bool lists_reads(const struct call *c)
{
	return c->state[0];
}

enum call_result lists_take(struct call *c, int arg, enum vary_type type,
			    unsigned bits, struct vary_file **file);

/* Frees those without users; cheap, call it at will. */
void lists_sweep(struct app *app);

/* Whether the store has a file of this name, of the bytes that were read. */
bool lists_is_current(const struct app *app, const struct vary_file *f);

#endif /* APP_LISTS_H */
