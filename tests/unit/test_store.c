/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/crc32.h"
#include "files/store.h"

#define LIMIT 1000
#define NAMES 80

/* What the store should hold: a file per name, of an own allocation. */
struct model {
	struct {
		bool there;
		size_t size;
		unsigned char *data;
	} file[NAMES];
	unsigned count;
	size_t used;
	/* The upload: -1 for none. */
	int name;
	size_t size, got;
	unsigned char data[LIMIT];
	bool wrong; /* its CRC was given wrong */
	uint32_t crc;
};

struct world {
	struct store s;
	struct model m;
	unsigned char *mem; /* of its own, for ASan to see the ends */
	uint64_t seed;
};

static unsigned below(struct world *w, unsigned n)
{
	return (unsigned)(unit_random(&w->seed) >> 33) % n;
}

static const char *name_of(int i)
{
	static char name[32];

	snprintf(name, sizeof(name), "%c%d", 'a' + i * 7 % 26, i);
	return name;
}

static void model_remove(struct model *m, int i)
{
	m->count--;
	m->used -= m->file[i].size;
	m->file[i].there = false;
	free(m->file[i].data);
	m->file[i].data = NULL;
}

static void model_put(struct model *m, int i, const void *data, size_t size)
{
	if (m->file[i].there)
		model_remove(m, i);
	m->file[i].there = true;
	m->file[i].size = size;
	m->file[i].data = malloc(size + 1);
	memcpy(m->file[i].data, data, size);
	m->count++;
	m->used += size;
}

static bool model_fits(const struct model *m, int i, size_t size)
{
	return m->used + size <= LIMIT &&
	       (m->file[i].there || m->count < STORE_FILES_MAX);
}

static void check(const struct world *w)
{
	const struct store *s = &w->s;
	const struct model *m = &w->m;

	assert_int_equal(s->used, m->used);
	assert_int_equal(s->nb_files, m->count);
	for (unsigned i = 1; i < s->nb_files; i++)
		assert_true(strcmp(s->file[i - 1].name, s->file[i].name) < 0);
	for (int i = 0; i < NAMES; i++) {
		const struct store_file *f = store_find(s, name_of(i));

		assert_int_equal(f != NULL, m->file[i].there);
		if (!f)
			continue;
		assert_int_equal(f->size, m->file[i].size);
		assert_memory_equal(store_data(s, f), m->file[i].data, f->size);
		assert_int_equal(f->crc,
				 crc32_add(0, m->file[i].data, f->size));
	}
	assert_int_equal(s->upload.name[0] != 0, m->name >= 0);
	if (m->name >= 0) {
		assert_string_equal(s->upload.name, name_of(m->name));
		assert_int_equal(s->upload.at, s->used);
		assert_int_equal(s->got, m->got);
		assert_memory_equal(s->mem + s->used, m->data, m->got);
	}
}

static size_t some_size(struct world *w)
{
	switch (below(w, 4)) {
	case 0:
		return below(w, 3);
	case 1:
		return below(w, LIMIT + 10);
	default:
		return below(w, 60);
	}
}

static void do_begin(struct world *w, int name)
{
	struct model *m = &w->m;
	size_t size = some_size(w), next;
	unsigned char data[LIMIT + 10];
	bool wrong = below(w, 8) == 0;
	uint32_t crc;
	enum shell_err err;

	for (size_t i = 0; i < size; i++)
		data[i] = (unsigned char)below(w, 256);
	crc = crc32_add(0, data, size) ^ wrong;
	err = store_begin(&w->s, name_of(name), size, crc, &next);
	if (m->file[name].there && m->file[name].size == size &&
	    crc32_add(0, m->file[name].data, size) == crc) {
		assert_int_equal(err, E_OK);
		assert_int_equal(next, size);
		return;
	}
	if (!size && wrong) {
		assert_int_equal(err, E_CRC);
		return;
	}
	assert_int_equal(err, model_fits(m, name, size) ? E_OK : E_FULL);
	if (err)
		return;
	assert_int_equal(next, 0);
	m->name = size ? name : -1;
	m->size = size;
	m->got = 0;
	m->crc = crc;
	m->wrong = wrong;
	memcpy(m->data, data, size);
	if (!size)
		model_put(m, name, data, 0);
}

static void do_append(struct world *w)
{
	struct model *m = &w->m;
	size_t len, next;
	enum shell_err err;

	if (m->name < 0) {
		assert_int_equal(store_append(&w->s, "a0", 0, "x", 1), E_STATE);
		return;
	}
	/* Resumed whenever. */
	err = store_begin(&w->s, name_of(m->name), m->size, m->crc, &next);
	if (!err && next == m->size)
		return;
	assert_int_equal(err, E_OK);
	assert_int_equal(next, m->got);
	len = 1 + below(w, (unsigned)(m->size - m->got));
	assert_int_equal(
		store_append(&w->s, name_of(m->name), m->got + 1, m->data, len),
		E_STATE);
	assert_int_equal(store_append(&w->s, name_of(m->name), m->got, m->data,
				      m->size - m->got + 1),
			 E_RANGE);
	err = store_append(&w->s, name_of(m->name), m->got, m->data + m->got,
			   len);
	m->got += len;
	if (m->got < m->size) {
		assert_int_equal(err, E_OK);
		return;
	}
	assert_int_equal(err, m->wrong ? E_CRC : E_OK);
	if (!err)
		model_put(m, m->name, m->data, m->size);
	m->name = -1;
}

static void do_add(struct world *w, int name)
{
	struct model *m = &w->m;
	size_t size = some_size(w);
	unsigned char *data = calloc(1, size + 1);
	enum shell_err err;

	memset(data, (int)below(w, 256), size);
	err = store_add(&w->s, name_of(name), data, size);
	assert_int_equal(err, model_fits(m, name, size) ? E_OK : E_FULL);
	if (!err) {
		model_put(m, name, data, size);
		m->name = -1;
	}
	free(data);
}

static void do_remove(struct world *w, int name)
{
	struct model *m = &w->m;
	enum shell_err err = store_remove(&w->s, name_of(name));

	if (m->file[name].there)
		model_remove(m, name);
	else if (m->name == name)
		m->name = -1;
	else
		assert_int_equal(err, E_NOFILE);
}

static void it_does_what_the_model_does(void **state)
{
	static struct world w;

	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		memset(&w, 0, sizeof(w));
		w.seed = seed;
		w.m.name = -1;
		w.mem = malloc(LIMIT);
		store_init(&w.s, w.mem, LIMIT);
		for (unsigned step = 0; step < 400; step++) {
			/* Few names hit each other, many fill the table. */
			int name = (int)below(&w, seed % 2 ? 6 : NAMES);
			unsigned what = below(&w, 10);

			if (what < 2)
				do_begin(&w, name);
			else if (what < 6)
				do_append(&w);
			else if (what < 8)
				do_add(&w, name);
			else
				do_remove(&w, name);
			check(&w);
		}
		for (int i = 0; i < NAMES; i++)
			free(w.m.file[i].data);
		free(w.mem);
	}
}

static void the_old_version_stays_until_the_new_one_is_right(void **state)
{
	unsigned char mem[10];
	struct store s;
	size_t next;
	uint64_t serial;

	(void)state;
	store_init(&s, mem, sizeof(mem));
	assert_int_equal(store_add(&s, "f", "old", 3), E_OK);
	serial = store_find(&s, "f")->serial;
	assert_int_equal(store_begin(&s, "f", 3, 1, &next), E_OK);
	assert_int_equal(store_append(&s, "f", 0, "ne", 2), E_OK);
	assert_memory_equal(store_data(&s, store_find(&s, "f")), "old", 3);
	assert_int_equal(store_append(&s, "f", 2, "w", 1), E_CRC);
	assert_memory_equal(store_data(&s, store_find(&s, "f")), "old", 3);
	assert_int_equal(store_find(&s, "f")->serial, serial);
	assert_int_equal(store_begin(&s, "f", 3, crc32_add(0, "new", 3), &next),
			 E_OK);
	assert_int_equal(store_append(&s, "f", 0, "new", 3), E_OK);
	assert_memory_equal(store_data(&s, store_find(&s, "f")), "new", 3);
	assert_int_not_equal(store_find(&s, "f")->serial, serial);
	/* Once more the same: it is there. */
	assert_int_equal(store_begin(&s, "f", 3, crc32_add(0, "new", 3), &next),
			 E_OK);
	assert_int_equal(next, 3);
}

static void without_memory_it_takes_files_without_bytes(void **state)
{
	struct store s;
	size_t next;

	(void)state;
	store_init(&s, NULL, 0);
	assert_int_equal(store_begin(&s, "f", 1, 0, &next), E_FULL);
	assert_int_equal(store_add(&s, "f", "x", 1), E_FULL);
	assert_int_equal(store_begin(&s, "f", 0, 0, &next), E_OK);
	assert_non_null(store_find(&s, "f"));
	assert_int_equal(store_remove(&s, "f"), E_OK);
}

static void names_that_no_command_could_say_are_refused(void **state)
{
	static const char *const names[] = {
		"",         "a/b", "a b",
		"\xc3\xa4", "a\n", "01234567890123456789012345678901"};
	unsigned char mem[10];
	struct store s;
	size_t next;

	(void)state;
	store_init(&s, mem, sizeof(mem));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(store_add(&s, names[i], "x", 1), E_SYNTAX);
		assert_int_equal(store_begin(&s, names[i], 1, 0, &next),
				 E_SYNTAX);
	}
	assert_int_equal(s.nb_files, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_does_what_the_model_does),
		cmocka_unit_test(
			the_old_version_stays_until_the_new_one_is_right),
		cmocka_unit_test(without_memory_it_takes_files_without_bytes),
		cmocka_unit_test(names_that_no_command_could_say_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
