/* SPDX-License-Identifier: BSD-3-Clause */
#include "units/vary_file.h"

#include <stdio.h>
#include <string.h>

#include "units/vary_impl.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next line's value, of *n bytes; none where that is 0. */
static const char *next(struct vary_reading *r, const char *text, size_t len,
			size_t *n)
{
	const char *p = text + r->at;
	const char *end = memchr(p, '\n', len - r->at);
	const char *comment;

	if (!end)
		end = text + len;
	r->at = (size_t)(end - text) + (end < text + len);
	r->line++;
	comment = memchr(p, '#', (size_t)(end - p));
	if (comment)
		end = comment;
	while (p < end && is_blank(*p))
		p++;
	while (p < end && is_blank(end[-1]))
		end--;
	*n = (size_t)(end - p);
	return p;
}

bool vary_file_count(struct vary_reading *r, const char *text, size_t len,
		     unsigned lines)
{
	size_t n;

	for (; lines && r->at < len && r->count <= VARY_FILE_MAX; lines--) {
		next(r, text, len, &n);
		r->count += n > 0;
	}
	return r->at >= len || r->count > VARY_FILE_MAX;
}

static unsigned width_of(unsigned bits)
{
	return bits > 32 ? 8 : 4;
}

size_t vary_file_size(unsigned bits, uint32_t count)
{
	return (size_t)count * (bits > 64 ? 16 : width_of(bits));
}

void vary_file_begin(struct vary_file *f, const char *name, enum vary_type type,
		     unsigned bits, uint32_t count, void *mem)
{
	*f = (struct vary_file){
		.type = type,
		.bits = bits,
		.count = count,
		.width = (uint8_t)width_of(bits),
		.low = mem,
		.high = bits > 64 ? (uint64_t *)mem + count : NULL,
	};
	snprintf(f->name, sizeof(f->name), "%s", name);
}

static void put(struct vary_file *f, uint32_t i, const struct vary_wide *w)
{
	struct vary v;

	if (!i) {
		vary_put(&v, w);
		memcpy(f->first, v.from, sizeof(f->first));
	}
	if (f->width == 4)
		((uint32_t *)f->low)[i] = (uint32_t)w->low;
	else
		((uint64_t *)f->low)[i] = w->low;
	if (!f->high)
		return;
	f->high[i] = w->high;
	f->wide |= w->high != f->high[0];
}

bool vary_file_read(struct vary_reading *r, const char *text, size_t len,
		    unsigned lines, struct vary_file *f, enum shell_err *err,
		    char why[VARY_WHY_MAX])
{
	struct take t = {.type = f->type, .bits = f->bits, .why = why};
	struct vary_wide w;

	*err = E_OK;
	for (; lines && r->count < f->count; lines--) {
		size_t n;
		const char *s = next(r, text, len, &n);

		if (!n)
			continue;
		*err = vary_take_one(&t, s, n, &w, NULL);
		if (*err) {
			*err = vary_refuse_one(&t, *err, s, n);
			return true;
		}
		put(f, r->count++, &w);
	}
	return r->count == f->count;
}
