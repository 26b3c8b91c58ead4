/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is set of the fields of a stream's headers, by name and as text: the
 * one place where fields, their values and the order in which they vary meet.
 * Nothing is changed by a call that fails.
 */
#ifndef PKTGEN_FIELDS_H
#define PKTGEN_FIELDS_H

#include "pktgen/stream.h"
#include "units/error.h"
#include "units/vary_file.h"

/* Why a value was refused, for a person. */
struct fields_fault {
	enum shell_err err;
	int word; /* of the value, from 0; -1: the field's name */
	char text[VARY_WHY_MAX];
};

/* Fills it in; returns -EINVAL. */
__attribute__((format(printf, 4, 5))) int fields_refuse(
	struct fields_fault *fault, enum shell_err err, int word,
	const char *fmt, ...);

/* The word that has a field follow from the stack, or be as at first. */
#define FIELDS_AUTO "auto"

/*
 * Sets a field of `s`, "ipv4.src", "vlan.2.id", or bits at an offset, "@34.16"
 * (bytes from the frame's start, and how many bits), to a value: the words of
 * units/vary.h, bytes in hex or addresses for what stands at a header's end,
 * or FIELDS_AUTO. `file` is what "list @NAME" stands for, or NULL. 0, or
 * -EINVAL with *fault.
 */
int fields_set(struct stream *s, const char *name, const char *const words[],
	       unsigned nb, struct vary_file *file, struct fields_fault *fault);

/*
 * What its values are; 0 where the headers have that field, set or not, and
 * values are read for it; else as fields_set().
 */
int fields_kind(const struct stream *s, const char *name, enum vary_type *type,
		unsigned *bits, struct fields_fault *fault);

/* Has files of lists stay, once more or once less. */
void fields_hold(const struct stream *s, int by);

/* 0 where the headers have that field, set or not; else as fields_set(). */
int fields_check(const struct stream *s, const char *name,
		 struct fields_fault *fault);

/* fields_set() of one word; for short words such as `vlan 5`. */
int fields_set_word(struct stream *s, const char *name, const char *word,
		    struct fields_fault *fault);

/*
 * Has the headers be others. What was set of a header stays as it was where
 * they have it, too: the second `vlan` is the second one afterwards.
 */
void fields_set_headers(struct stream *s, const struct headers *h);

/* Headers, fields and payload are as those of stream_init(). */
void fields_reset(struct stream *s);

/* Frames are those of a capture, or made again; NULL: those of none. */
void fields_play(struct stream *s, const struct stream_play *play);

/* -EINVAL where they are: they keep their headers. */
int fields_check_made(const struct stream *s, struct fields_fault *fault);

/*
 * The same with another header in the place of layer `at`, with one more in
 * front of it, or without it (NULL). -EINVAL where these make no sense.
 */
int fields_replace_header(struct stream *s, unsigned at, const char *name,
			  struct fields_fault *fault);
int fields_insert_header(struct stream *s, unsigned at, const char *name,
			 struct fields_fault *fault);

/*
 * Fields that vary step one after the other: the first at each frame, the next
 * once that went round. -EINVAL: one of them does not vary; none at all ends
 * this.
 */
int fields_nest(struct stream *s, const char *const names[], unsigned nb,
		struct fields_fault *fault);

/*
 * The word that has the destination be that of another station: "via 10.0.0.1"
 * by its address, "via auto" the one that leads to the stream's destination.
 */
#define FIELDS_VIA "via"

/* The stream's first destination, of its outermost IP; false: it has none. */
bool fields_destination(const struct stream *s, uint8_t ip[IPV6_ALEN]);

/* What is set that way, and frames have it. */
bool fields_goes_via(const struct stream *s);

/* Fields that are set: fields_at() has as many. */
static inline unsigned fields_nb(const struct stream *s)
{
	return s->nb_fields + fields_goes_via(s);
}

/* Room for a field's name, and for its value as text. */
#define FIELDS_NAME_MAX HEADERS_FIELD_MAX
#define FIELDS_VALUE_MAX VARY_PRINT_MAX

/* The i-th field that is set, as it is typed; false: there are not as many. */
bool fields_at(const struct stream *s, unsigned i, char name[FIELDS_NAME_MAX],
	       char value[FIELDS_VALUE_MAX]);

/* What is set of one as text; false where it is not set. */
bool fields_get(const struct stream *s, const char *name,
		char value[FIELDS_VALUE_MAX]);

/* The names that are nested, "ipv4.src ipv4.dst"; "" where none are. */
void fields_nested(const struct stream *s, char *buf, size_t size);

/*
 * "0102ff", maybe with 0x before: returns how many bytes, of which up to `max`
 * are written; -1 when it is none.
 */
int fields_hex(const char *word, uint8_t *bytes, unsigned max);

/* ---- For the program ----------------------------------------------------- */

/*
 * The headers of `s`, fields that vary at their first value. -E2BIG: they are
 * longer than a stack can be.
 */
int fields_stack(const struct stream *s, struct stack *st);

/* Where a field lies: bits from the frame's start, and how many. */
void fields_place(const struct stack *st, const struct stream_field *f,
		  unsigned *at, unsigned *bits);

/* Bytes of a frame up to the end of the last bits at an offset; 0: none. */
unsigned fields_end(const struct stream *s);

/* How many places of up to 64 bits vary by field `i`: 0, 1, or 2. */
unsigned fields_edits(const struct stream *s, unsigned i);

/* The field further in that follows it, into *f; false: none does. */
bool fields_follower(const struct stream *s, unsigned i,
		     struct stream_field *f);

/* For how many frames a value of field `i` stays, by those it is nested in. */
uint64_t fields_outer_every(const struct stream *s, unsigned i);

#endif /* PKTGEN_FIELDS_H */
