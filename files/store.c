/* SPDX-License-Identifier: BSD-3-Clause */
#include "files/store.h"

#include <string.h>
#include <uk/assert.h>
#include <uk/plat/lcpu.h>

#include "files/crc32.h"

void store_init(struct store *s, void *mem, size_t limit)
{
	memset(s, 0, sizeof(*s));
	s->mem = mem;
	s->limit = limit;
}

/* It has no lock, and all of it belongs to CPU 0. */
static void check_cpu(void)
{
	UK_ASSERT(ukplat_lcpu_idx() == 0);
}

/* Where the name stands in the table, or would. */
static unsigned place(const struct store *s, const char *name, bool *found)
{
	unsigned i = 0;
	int order = 1;

	check_cpu();
	while (i < s->nb_files && (order = strcmp(s->file[i].name, name)) < 0)
		i++;
	*found = i < s->nb_files && !order;
	return i;
}

const struct store_file *store_find(const struct store *s, const char *name)
{
	bool found;
	unsigned i = place(s, name, &found);

	return found ? &s->file[i] : NULL;
}

static bool uploading(const struct store *s, const char *name)
{
	return s->upload.name[0] && !strcmp(s->upload.name, name);
}

static void drop_upload(struct store *s)
{
	s->upload.name[0] = '\0';
	s->got = 0;
}

/* Takes file `i` out and closes its gap; the upload moves along. */
static void take_out(struct store *s, unsigned i)
{
	const struct store_file f = s->file[i];
	size_t end = f.at + f.size;

	if (f.size)
		memmove(s->mem + f.at, s->mem + end, s->used + s->got - end);
	for (struct held *h = s->held; h; h = h->next)
		if (h->data >= s->mem + end)
			h->data -= f.size;
	s->used -= f.size;
	s->upload.at = s->used;
	s->nb_files--;
	memmove(&s->file[i], &s->file[i + 1],
		(s->nb_files - i) * sizeof(s->file[0]));
	for (i = 0; i < s->nb_files; i++)
		if (s->file[i].at >= end)
			s->file[i].at -= f.size;
}

/* Makes the `size` bytes behind the files a file. There is a place for it. */
static void put_in(struct store *s, const char *name, size_t size, uint32_t crc)
{
	struct store_file f = {.size = size, .crc = crc};
	bool found;
	unsigned i = place(s, name, &found);

	strcpy(f.name, name);
	if (found)
		take_out(s, i);
	f.at = s->used;
	f.serial = ++s->serial;
	memmove(&s->file[i + 1], &s->file[i],
		(s->nb_files - i) * sizeof(s->file[0]));
	s->file[i] = f;
	s->nb_files++;
	s->used += size;
}

static enum shell_err finish(struct store *s)
{
	const struct store_file f = s->upload;

	if (s->got_crc != f.crc || store_is_held(s, f.name)) {
		drop_upload(s);
		return s->got_crc != f.crc ? E_CRC : E_STATE;
	}
	/* While it moves, its bytes still are the upload's. */
	put_in(s, f.name, f.size, f.crc);
	drop_upload(s);
	return E_OK;
}

static bool fits(const struct store *s, const char *name, size_t size)
{
	return size <= s->limit - s->used &&
	       (s->nb_files < STORE_FILES_MAX || store_find(s, name));
}

enum shell_err store_begin(struct store *s, const char *name, size_t size,
			   uint32_t crc, size_t *next)
{
	const struct store_file *f = store_find(s, name);

	*next = size;
	if (f && f->size == size && f->crc == crc)
		return E_OK;
	*next = s->got;
	if (uploading(s, name) && s->upload.size == size &&
	    s->upload.crc == crc)
		return E_OK;
	*next = 0;
	if (!value_name(name, strlen(name)))
		return E_SYNTAX;
	if (!size && crc)
		return E_CRC;
	if (store_is_held(s, name))
		return E_STATE;
	if (!fits(s, name, size))
		return E_FULL;
	s->upload =
		(struct store_file){.at = s->used, .size = size, .crc = crc};
	strcpy(s->upload.name, name);
	s->got = 0;
	s->got_crc = 0;
	return size ? E_OK : finish(s);
}

enum shell_err store_append(struct store *s, const char *name, size_t at,
			    const void *data, size_t len)
{
	check_cpu();
	if (!uploading(s, name) || at != s->got)
		return E_STATE;
	if (len > s->upload.size - s->got)
		return E_RANGE;
	memcpy(s->mem + s->upload.at + s->got, data, len);
	s->got_crc = crc32_add(s->got_crc, data, len);
	s->got += len;
	return s->got == s->upload.size ? finish(s) : E_OK;
}

enum shell_err store_add(struct store *s, const char *name, const void *data,
			 size_t size)
{
	if (!value_name(name, strlen(name)))
		return E_SYNTAX;
	if (store_is_held(s, name))
		return E_STATE;
	if (!fits(s, name, size))
		return E_FULL;
	drop_upload(s);
	if (size)
		memcpy(s->mem + s->used, data, size);
	/* As if it had been uploaded: it moves with the files before it. */
	s->got = size;
	put_in(s, name, size, crc32_add(0, data, size));
	s->got = 0;
	return E_OK;
}

void *store_lend(struct store *s, const char *name, size_t size)
{
	const size_t upload = s->upload.name[0] ? s->upload.size : 0;

	if (s->lent || !size || size > s->limit - s->used ||
	    upload > s->limit - s->used - size || !fits(s, name, size))
		return NULL;
	s->limit -= size;
	s->lent = size;
	return s->mem + s->limit;
}

void store_return(struct store *s)
{
	s->limit += s->lent;
	s->lent = 0;
	if (s->kept_back)
		store_give_back(s);
}

void *store_set_aside(struct store *s, size_t size)
{
	const size_t upload = s->upload.name[0] ? s->upload.size : 0;

	if (s->lent || s->kept || upload + size > s->limit - s->used)
		return NULL;
	s->limit -= size;
	s->kept = size;
	return s->mem + s->limit;
}

void store_give_back(struct store *s)
{
	s->kept_back = s->kept && s->lent;
	if (s->kept_back)
		return;
	s->limit += s->kept;
	s->kept = 0;
}

enum shell_err store_keep(struct store *s, const char *name, size_t size,
			  uint32_t crc)
{
	const unsigned char *data = s->mem + s->limit;

	store_return(s);
	if (store_is_held(s, name))
		return E_STATE;
	if (!fits(s, name, size))
		return E_FULL;
	drop_upload(s);
	memmove(s->mem + s->used, data, size);
	s->got = size;
	put_in(s, name, size, crc);
	s->got = 0;
	return E_OK;
}

enum shell_err store_remove(struct store *s, const char *name)
{
	bool found;
	unsigned i = place(s, name, &found);

	if (store_is_held(s, name))
		return E_STATE;
	if (found)
		take_out(s, i);
	else if (uploading(s, name))
		drop_upload(s);
	else
		return E_NOFILE;
	return E_OK;
}

/* ---- Held --------------------------------------------------------------- */

void store_hold(struct store *s, const struct store_file *f, struct held *h)
{
	check_cpu();
	*h = (struct held){store_data(s, f), f->size, s->held};
	s->held = h;
}

void store_release(struct store *s, struct held *h)
{
	struct held **at = &s->held;

	check_cpu();
	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
}

bool store_is_held(const struct store *s, const char *name)
{
	const struct store_file *f = store_find(s, name);
	const struct held *h = f ? s->held : NULL;

	while (h && (h->data != store_data(s, f) || h->size != f->size))
		h = h->next;
	return h;
}
