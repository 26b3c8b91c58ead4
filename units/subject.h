/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a command or a setting is about: a stream of a port, or a set of them as
 * it is typed: "0", "0-1,3", "all", "0.3", "0.all", "0-1.2-5".
 */
#ifndef UNITS_SUBJECT_H
#define UNITS_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "units/error.h"

#define SUBJECT_PORTS_MAX 64
#define SUBJECT_STREAM_MAX 65535 /* the largest number of a stream */

struct subject {
	unsigned port, stream;
};

/* What of a port there is one of: what a command takes, a setting is of. */
enum subject_scope {
	SCOPE_PORT,   /* one for a port */
	SCOPE_STREAM, /* one for a stream */
	SCOPE_GLOBAL, /* one for the appliance: of port 0, stream 0 */
};

/* "0-1.2-5": streams of a range of ports. */
struct subject_part {
	uint8_t port, last_port;
	uint16_t stream, last_stream;
};

#define SUBJECT_PARTS_MAX 8

struct subjects {
	uint64_t ports; /* bit N for port N: all that are named */
	uint64_t whole; /* of these, those with all their streams */
	bool dotted;    /* as it was typed, it names streams, or all of them */
	unsigned nb_parts;
	struct subject_part part[SUBJECT_PARTS_MAX]; /* the streams named */
};

/* All streams of these ports. */
struct subjects subjects_of(uint64_t ports);

/*
 * Takes a word; there are `nb_ports` ports, SUBJECT_PORTS_MAX at most. E_SYNTAX
 * when it has not the form, E_RANGE when it names a port that is not there
 * ("3-2" does) or none ("all" of none), a stream beyond SUBJECT_STREAM_MAX, or
 * more than SUBJECT_PARTS_MAX parts; *s stays as it was then.
 */
enum shell_err subjects_take(const char *word, unsigned nb_ports,
			     struct subjects *s);

/*
 * Writes the word that subjects_take() reads back as the same; "none" for no
 * port. Cut at `size`; SUBJECTS_PRINT_MAX bytes hold any.
 */
#define SUBJECTS_PRINT_MAX 256
void subjects_print(const struct subjects *s, char *buf, size_t size);

bool subjects_has(const struct subjects *s, struct subject one);

/*
 * The first of a set from *one on, by port, then by stream, into *one; false
 * when there is none. Of whole ports any stream is one of it.
 */
bool subjects_next(const struct subjects *s, struct subject *one);

/* True when both print the same. */
bool subjects_equal(const struct subjects *a, const struct subjects *b);

#endif /* UNITS_SUBJECT_H */
