/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of an experiment on the device in memory. */
#ifndef UNIT_COURSE_RIG_H
#define UNIT_COURSE_RIG_H

#include "app/experiment.h"
#include "dut_rig.h"

static inline const struct experiment *e(void)
{
	return rig.app.experiment;
}

/* The value of a column of a row. */
static inline uint64_t at(unsigned row, const char *key)
{
	const struct course_column *c = e()->plan.course->columns;
	unsigned i = 0;

	assert_true(row < e()->nb_rows);
	while (strcmp(c[i].key, key) != 0)
		assert_non_null(c[++i].key);
	return e()->row[row].v[i];
}

static inline const char *text(unsigned row, const char *key)
{
	return (const char *)at(row, key);
}

static inline bool is_kept(const char *file)
{
	return store_find(&rig.app.store, file);
}

#endif /* UNIT_COURSE_RIG_H */
