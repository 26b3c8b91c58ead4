/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An initrd of any bytes. What cpio_next() gives lies within the archive, in
 * order, and is what its header says; the store then holds just those files. An
 * archive that was made by the book is read to its end, every entry of it.
 *
 * The first byte of an input says whether the rest is the archive, or what to
 * make one of: entries of four bytes each, then up to four bytes to spoil.
 */
#include <stdio.h>
#include <string.h>

#include "files/cpio.h"
#include "files/crc32.h"
#include "tests/fuzz/line.h"

#define HEADER 110
#define STORE 700
#define ENTRIES_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct entry {
	char name[48];
	unsigned mode, links, size;
};

static struct {
	unsigned char bytes[16384];
	size_t len;
	struct entry entry[ENTRIES_MAX];
	unsigned count;
} made;

/*
 * ---- Making one -----------------------------------------------------------
 */

static void add(const struct entry *e)
{
	size_t name_size = strlen(e->name) + 1;

	made.len += (size_t)sprintf(
		(char *)made.bytes + made.len,
		"070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08zx%08x",
		1, e->mode, 0, 0, e->links, 0, e->size, 0, 0, 0, 0, name_size,
		0);
	memcpy(made.bytes + made.len, e->name, name_size);
	made.len += name_size;
	for (; made.len % 4; made.len++)
		made.bytes[made.len] = 0;
	for (unsigned i = 0; i < e->size; i++)
		made.bytes[made.len++] = (unsigned char)(e->size + i);
	for (; made.len % 4; made.len++)
		made.bytes[made.len] = 0;
}

/* The same name comes again: the later one takes its place. */
static void make_entry(struct entry *e, const uint8_t b[4])
{
	static const unsigned modes[] = {0100644, 0100755, 0040755, 0120777};
	static const char *const names[] = {"a", "b.cmds", "dir/c", "d e"};
	unsigned n = b[1] % 45;

	e->mode = modes[b[0] < 192 ? b[0] & 1 : b[0] & 3];
	e->links = 1 + (b[0] >> 4 == 11);
	e->size = b[2] << (b[3] & 1);
	if (b[3] & 2) {
		strcpy(e->name, names[b[3] >> 2 & 3]);
		return;
	}
	memset(e->name, 'a' + b[3] % 26, n);
	e->name[n] = '\0';
}

/* Returns whether it was left as the book has it. */
static bool make(const uint8_t *data, size_t size)
{
	static const struct entry trailer = {"TRAILER!!!", 0, 1, 0};
	size_t spoil = size % 4;

	made.len = made.count = 0;
	for (; size >= 4 && made.count < ENTRIES_MAX; data += 4, size -= 4) {
		make_entry(&made.entry[made.count], data);
		add(&made.entry[made.count++]);
	}
	add(&trailer);
	for (size_t i = 0; i + 1 < spoil; i += 2) {
		unsigned char *p = made.bytes + data[i] * 61u % made.len;

		*p = data[i + 1];
	}
	if (spoil & 1)
		made.len = made.len * data[0] >> 8;
	return !spoil;
}

/*
 * ---- Reading it -----------------------------------------------------------
 */

static unsigned header_field(const struct cpio *c, unsigned index)
{
	char digits[9];
	unsigned v;

	memcpy(digits, c->archive + c->entry_at + 6 + 8 * index, 8);
	digits[8] = '\0';
	fuzz_check(sscanf(digits, "%8x", &v) == 1);
	return v;
}

static void check_entry(const struct cpio *c)
{
	const char *archive = (const char *)c->archive, *data = c->data;
	size_t name_size = strlen(c->name) + 1;

	fuzz_check(c->at <= c->len);
	fuzz_check(!memcmp(archive + c->entry_at, "070701", 6));
	fuzz_check(c->name == archive + c->entry_at + HEADER);
	fuzz_check(header_field(c, 11) == name_size);
	fuzz_check(header_field(c, 6) == c->size);
	fuzz_check(data >= c->name + name_size);
	fuzz_check(data + c->size <= archive + c->at);
}

/* Reads all of it; the model of a store that gets its files goes along. */
static enum cpio_result read_all(const void *bytes, size_t len, bool whole,
				 struct store *model)
{
	enum cpio_result result;
	unsigned count = 0;
	struct cpio c;
	size_t at = 0;

	cpio_init(&c, bytes, len);
	for (;; at = c.at, count++) {
		result = cpio_next(&c);
		fuzz_check(c.at >= at && c.entry_at == at);
		if (result == CPIO_END || result == CPIO_BROKEN)
			break;
		check_entry(&c);
		if (whole) {
			fuzz_check(count < made.count);
			fuzz_check(!strcmp(c.name, made.entry[count].name));
			fuzz_check(c.size == made.entry[count].size);
		}
		if (result == CPIO_FILE) {
			fuzz_check(value_name(c.name, strlen(c.name)));
			fuzz_check((header_field(&c, 1) & 0170000) == 0100000);
			store_add(model, c.name, c.data, c.size);
		}
	}
	fuzz_check(result == CPIO_END || c.why[0]);
	fuzz_check(!whole || (result == CPIO_END && count == made.count));
	return result;
}

/* What was not taken is told, what was is there as it was read. */
static void check_load(const void *bytes, size_t len, const struct store *model)
{
	const struct store *s = &line.app.store;

	app_load_initrd(&line.app, bytes, len, line.now_ns);
	line_step();
	line.out_len = 0;
	fuzz_check(s->nb_files == model->nb_files && s->used == model->used);
	for (unsigned i = 0; i < s->nb_files; i++) {
		const struct store_file *a = &s->file[i], *b = &model->file[i];

		fuzz_check(!strcmp(a->name, b->name) && a->size == b->size);
		fuzz_check(crc32_add(0, store_data(s, a), a->size) == b->crc);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char memory[STORE];
	static struct store model;
	bool whole = false;
	const void *bytes;
	void *copy = NULL;
	size_t len;

	if (!size)
		return 0;
	/* From the start and in memory of just its size, which ASan watches. */
	if (data[0] & 1) {
		whole = make(data + 1, size - 1);
		len = made.len;
		bytes = made.bytes;
	} else {
		len = size - 1;
		bytes = data + 1;
	}
	copy = malloc(len);
	memcpy(copy, bytes, len);
	store_init(&model, memory, sizeof(memory));
	line_begin(STORE);
	read_all(copy, len, whole, &model);
	check_load(copy, len, &model);
	free(copy);
	return 0;
}
