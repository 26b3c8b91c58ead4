/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/place.h"

#include <stdio.h>
#include <string.h>

#define ERROR_BYTES 800

void place_show(struct ui *ui, const char *text, unsigned column, bool typed)
{
	char caret[ERROR_BYTES];
	size_t n = 0;

	if (!column || column > strlen(text) + 1 || column > 512)
		return;
	if (typed)
		n = (size_t)sprintf(caret, "%*s", (int)ui->typed_at, "");
	else
		ui_error_row(ui, text);
	for (unsigned i = 0; i < column - 1; i++)
		caret[n++] = text[i] == '\t' ? '\t' : ' ';
	strcpy(caret + n, "^");
	ui_error_row(ui, caret);
}

void place_error(struct ui *ui, const char *file, unsigned row, unsigned column,
		 const char *code, const char *message, const char *text)
{
	char error[ERROR_BYTES], at[16] = "";

	if (column)
		snprintf(at, sizeof(at), "%u:", column);
	snprintf(error, sizeof(error), "%s:%u:%s %s: %s", file, row, at, code,
		 message);
	ui_error(ui, error);
	if (text && *text)
		place_show(ui, text, column, false);
}
