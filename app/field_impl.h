/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the two files of field.h. */
#ifndef APP_FIELD_IMPL_H
#define APP_FIELD_IMPL_H

#include "app/field.h"

#define FIELD_MICRO 1000000u

/* Words of `mode` that take one more, and are none of its setting's. */
extern const char *const field_relays[];

bool field_is_mode(const struct field *f);

void field_set_count(struct field_value *v, uint64_t n);

/* A setting that is a number is compared as one. */
void field_set_setting(struct field_value *v, const struct arg *a,
		       const struct value *value);

#endif /* APP_FIELD_IMPL_H */
