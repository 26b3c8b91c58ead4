/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of fields. Private to pktgen/fields*.c. */
#ifndef PKTGEN_FIELDS_IMPL_H
#define PKTGEN_FIELDS_IMPL_H

#include "net/proto/proto.h"
#include "pktgen/fields.h"

const struct proto *fields_proto(const struct stream *s, unsigned layer);

/* NULL of bits at an offset, and of what stands at the end. */
const struct proto_field *fields_field(const struct stream *s,
				       const struct stream_field *f);

bool fields_is_tail(const struct stream *s, const struct stream_field *f);
enum proto_type fields_type(const struct stream *s,
			    const struct stream_field *f);
unsigned fields_bits(const struct stream *s, const struct stream_field *f);
void fields_name(const struct stream *s, const struct stream_field *f,
		 char name[FIELDS_NAME_MAX]);

/* 0, or -EINVAL with the fault. */
int fields_take_name(const struct stream *s, const char *name,
		     struct stream_field *f, struct fields_fault *fault);

/* By place: below 0, 0, above 0. */
int fields_compare(const struct stream_field *a, const struct stream_field *b);

/* Where it is in the list, or -1. */
int fields_find(const struct stream *s, const struct stream_field *f);

/* Leaves out of the pool what no field has any more. */
void fields_tidy_pool(struct stream *s);

/* Those behind a nested field that left come one earlier. */
void fields_leave_nest(struct stream *s, unsigned nest);

/* The field is the one that a gateway's MAC address goes to. */
bool fields_is_via(const struct stream *s, const struct stream_field *f);

/* "via WHAT" as it was typed: 0, or -EINVAL with the fault. */
int fields_take_via(struct stream *s, const char *const words[], unsigned nb,
		    struct fields_fault *fault);
void fields_print_via(const struct stream *s, char value[FIELDS_VALUE_MAX]);

#endif /* PKTGEN_FIELDS_IMPL_H */
