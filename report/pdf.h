/* SPDX-License-Identifier: BSD-3-Clause */
/* Paper: a page that chromium prints. */
#ifndef REPORT_PDF_H
#define REPORT_PDF_H

#include "metrics/text.h"

/* Appends the PDF of a page to `pdf`; or says in `why` why not. */
bool pdf_print(const struct text *html, struct text *pdf, struct text *why);

#endif /* REPORT_PDF_H */
