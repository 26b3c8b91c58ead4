/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bytes of a file while somebody reads them: they may move between two
 * steps of the workers, with `data`, and stay what they are.
 */
#ifndef UNITS_HELD_H
#define UNITS_HELD_H

#include <stddef.h>

struct held {
	const unsigned char *data;
	size_t size;
	struct held *next; /* its owner's */
};

#endif /* UNITS_HELD_H */
