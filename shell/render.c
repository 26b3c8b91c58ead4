/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/render_impl.h"

#include <string.h>

#include "shell/option.h"

void render_start(struct render *r, const struct reply *reply, bool json,
		  unsigned width)
{
	memset(r, 0, sizeof(*r));
	r->reply = reply;
	r->json = json;
	r->width = width;
	if (!json)
		text_start(r);
}

void render_next(struct render *r, const struct reply *reply)
{
	const bool after_list = r->at.after_list;

	r->reply = reply;
	r->at = (struct render_at){.after_list = after_list};
	r->given = 0;
	r->key_width = 0;
	if (!r->json)
		text_start(r);
}

size_t render_step(struct render *r, char *buf, size_t size)
{
	struct sink s = {.buf = buf, .size = size};

	for (;;) {
		const size_t before = s.used;
		struct render_at next = r->at;
		bool more;

		s.skip = r->given;
		more = OPTION(JSON) && r->json ? json_unit(r, &next, &s)
					       : text_unit(r, &next, &s);
		if (s.full) {
			r->given += s.used - before;
			break;
		}
		r->given = 0;
		r->at = next;
		if (!more)
			break;
	}
	return s.used;
}
