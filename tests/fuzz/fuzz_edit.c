/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any keys: the cursor stays in the line, the line in its buffer, and the
 * output of a byte in the room that was promised for it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shell/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct edit e;
	static struct out o;

	if (!size)
		return 0;
	memset(&o, 0, sizeof(o));
	edit_init(&e, "> ", 20 + data[0] % 200);
	edit_show(&e, &o);
	for (size_t i = 1; i < size; i++) {
		o.head = o.tail;
		switch (edit_act(&e, &o, edit_key(&e, data[i]), data[i])) {
		case EDIT_LINE:
			edit_reset(&e);
			edit_show(&e, &o);
			break;
		case EDIT_CANCEL:
			edit_show(&e, &o);
			break;
		default:
			break;
		}
		if (e.len > EDIT_LINE_MAX || e.pos > e.len || e.view > e.len ||
		    e.line[e.len] || o.tail - o.head > EDIT_ROOM)
			abort();
	}
	return 0;
}
