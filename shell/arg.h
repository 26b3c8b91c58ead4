/* SPDX-License-Identifier: BSD-3-Clause */
/* From a word to the value of an argument, by its type, and back. */
#ifndef SHELL_ARG_H
#define SHELL_ARG_H

#include "shell/cmd.h"

/* Streams of ports, as the shell's owner knows them. */
struct parse_streams {
	/* The first number from `from` on, or PARSE_NO_STREAM. */
	unsigned (*next)(const void *app, unsigned port, unsigned from);
	/* The name of one that there is, "": it has none. */
	const char *(*name)(const void *app, unsigned port, unsigned stream);
	/* The one with this name, or PARSE_NO_STREAM. */
	unsigned (*find)(const void *app, unsigned port, const char *name);
};

#define PARSE_NO_STREAM UINT32_MAX
/* Of a name, see arg_stream_name(). */
#define PARSE_STREAM_NAME_MAX 15

/* What ports there are and which are meant by default, see session.h. */
struct parse_ports {
	unsigned count;
	uint64_t selected;
	/* The streams that a port has; NULL: number 0 each. */
	const struct parse_streams *streams;
	const void *app;
	/*
	 * Words of other tools, NULL: none. As text: words that are no
	 * command's names, blanks between, of which "ping:-f" is -f behind
	 * ping; then what to type instead, or what there is not. An empty one
	 * ends all.
	 */
	const char *hints;
};

/*
 * Takes `word` as what `a` wants. E_SYNTAX or E_RANGE when it is not; v->word
 * then is where in the word the fault is, if that can be told. Sets what the
 * type names in `v`, no column.
 */
enum shell_err arg_take(const struct arg *a, const char *word,
			const struct parse_ports *ports, struct value *v);

/*
 * As subjects_take(), but "0.voice" is the stream of port 0 that has this name.
 * E_RANGE where none has.
 */
enum shell_err arg_subjects(const char *word, const struct parse_ports *ports,
			    struct subjects *s);

/*
 * True for what a stream may be named: 1..PARSE_STREAM_NAME_MAX letters,
 * digits, '_' and '-', the first a letter; not "all".
 */
bool arg_stream_name(const char *text, size_t len);

/*
 * True where a word of that form names a stream that its port does not have:
 * what an error says of it.
 */
bool arg_unknown_name(const struct parse_ports *ports, const char *word,
		      char *buf, size_t size);

/* The first stream of a port from `from` on, or PARSE_NO_STREAM. */
unsigned arg_next_stream(const struct parse_ports *ports, unsigned port,
			 unsigned from);

/* True with the first of a set that there is not in *missing. */
bool arg_missing(const struct parse_ports *ports, const struct subjects *s,
		 struct subject *missing);

/* What an error says of it: "port 0 has no stream 3; 'stream 0' lists ...". */
void arg_missing_text(const struct parse_ports *ports, struct subject missing,
		      char *buf, size_t size);

/* Room for what arg_print() writes of any value, its NUL included. */
#define ARG_PRINT_MAX SIZES_PRINT_MAX

/*
 * Writes the word from which arg_take() takes a value that arg_equal() finds
 * equal to `v`. For the types that a setting can have: "" for ARG_TEXT and
 * ARG_FLAG. Cut at `size`.
 */
void arg_print(const struct arg *a, const struct value *v, char *buf,
	       size_t size);

/* True when both say the same to `a`, whatever words they came from. */
bool arg_equal(const struct arg *a, const struct value *x,
	       const struct value *y);

#endif /* SHELL_ARG_H */
