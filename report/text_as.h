/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text of a stranger, made harmless for where it goes: bytes that are no UTF-8,
 * and characters that are none on paper, become U+FFFD.
 */
#ifndef REPORT_TEXT_AS_H
#define REPORT_TEXT_AS_H

#include "metrics/text.h"

enum text_as { AS_HTML, AS_MARKDOWN, AS_CSV };

void text_as(struct text *t, enum text_as as, const char *s);

/*
 * A finite number with `decimals`, 0..9, and commas between thousands; as it is
 * for CSV, where `plain`. Others are "-".
 */
void text_number(struct text *t, double v, int decimals, bool plain);

/* How many decimals, 0..9, a number has. */
int number_decimals(double v);

#endif /* REPORT_TEXT_AS_H */
