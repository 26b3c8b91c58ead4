/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/lists.h"

#include <string.h>
#include <strings.h>

/* In a call: some 100 us, so that the workers have their turn. */
#define LINES 512

/* What the call remembers: the list, or how far its values were counted. */
enum { LIST, AT, LINE, COUNT };

/* What a list leaves of the heap to all else. */
#define RESERVE (16 << 10)

struct app_list {
	struct app_list *next;
	uint64_t serial; /* of the file's version */
	bool whole;
	struct vary_reading read;
	struct vary_file file;
	uint64_t values[];
};

bool lists_is_file(const char *const words[], unsigned i)
{
	return !strcasecmp(words[i], "list") && words[i + 1] &&
	       words[i + 1][0] == '@';
}

void lists_sweep(struct app *app)
{
	for (struct app_list **at = &app->lists; *at;) {
		struct app_list *l = *at;

		if (l->file.users) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		uk_free(app->pktgen.heap, l);
	}
}

bool lists_is_current(const struct app *app, const struct vary_file *f)
{
	const struct app_list *l = app->lists;
	const struct store_file *now = store_find(&app->store, f->name);

	while (&l->file != f)
		l = l->next;
	return now && now->serial == l->serial;
}

/* That of this version, if it was read as such values. */
static struct app_list *find(const struct app *app, const char *name,
			     uint64_t serial, enum vary_type type,
			     unsigned bits)
{
	struct app_list *l = app->lists;

	while (l && (!l->whole || l->serial != serial || l->file.type != type ||
		     l->file.bits != bits || strcmp(l->file.name, name) != 0))
		l = l->next;
	return l;
}

static enum call_result check_count(struct call *c, int arg, const char *name,
				    uint32_t count)
{
	if (count > VARY_FILE_MAX)
		return call_fail(c, E_RANGE, arg,
				 "'%s' has more than %u values; shorten it",
				 name, VARY_FILE_MAX);
	if (!count)
		return call_fail(c, E_RANGE, arg,
				 "'%s' has no values; it needs one a line",
				 name);
	return CALL_DONE;
}

/* NULL where the heap has not that much, and the reserve. */
static struct app_list *make(struct app *app, size_t values)
{
	struct uk_alloc *a = app->pktgen.heap;
	const size_t size = sizeof(struct app_list) + values;
	void *mem;

	lists_sweep(app);
	mem = uk_malloc(a, size + RESERVE);
	if (!mem)
		return NULL;
	uk_free(a, mem);
	return uk_calloc(a, 1, size);
}

/* Counts some values; then there is a list of as many, without them yet. */
static enum call_result begin(struct call *c, int arg,
			      const struct store_file *f, enum vary_type type,
			      unsigned bits)
{
	struct app *app = call_app(c);
	const char *text = (const char *)store_data(&app->store, f);
	struct vary_reading read = {(size_t)c->state[AT],
				    (uint32_t)c->state[LINE],
				    (uint32_t)c->state[COUNT]};
	const bool end = vary_file_count(&read, text, f->size, LINES);
	struct app_list *l;
	size_t size;

	c->state[AT] = read.at;
	c->state[LINE] = read.line;
	c->state[COUNT] = read.count;
	if (!end)
		return CALL_AGAIN;
	if (check_count(c, arg, f->name, read.count) != CALL_DONE)
		return CALL_FAIL;
	size = vary_file_size(bits, read.count);
	l = make(app, size);
	if (!l)
		return call_fail(c, E_NOMEM, arg,
				 "no memory for the %u values of '%s', %zu "
				 "bytes; nothing was changed, see 'ukpktgen "
				 "run --memory'",
				 read.count, f->name, size);
	vary_file_begin(&l->file, f->name, type, bits, read.count, l->values);
	l->serial = f->serial;
	l->file.users = 1;
	l->next = app->lists;
	app->lists = l;
	c->state[LIST] = (uintptr_t)l;
	return CALL_AGAIN;
}

/* Some lines of it. */
static enum call_result go_on(struct call *c, int arg, struct app_list *l,
			      const struct store_file *f)
{
	struct app *app = call_app(c);
	char why[VARY_WHY_MAX];
	enum shell_err err;

	if (!f || f->serial != l->serial)
		return call_fail(c, E_STATE, arg,
				 "'%s' changed while it was read; try again",
				 l->file.name);
	if (!vary_file_read(&l->read, (const char *)store_data(&app->store, f),
			    f->size, LINES, &l->file, &err, why))
		return CALL_AGAIN;
	if (err)
		return call_fail(c, err, arg, "%s:%u: %s", l->file.name,
				 l->read.line, why);
	l->whole = true;
	return CALL_DONE;
}

enum call_result lists_take(struct call *c, int arg, enum vary_type type,
			    unsigned bits, struct vary_file **file)
{
	struct app *app = call_app(c);
	const char *name = c->v[arg].word + 1;
	const struct store_file *f = store_find(&app->store, name);
	struct app_list *l = (struct app_list *)(uintptr_t)c->state[LIST];
	enum call_result result = CALL_FAIL;

	c->wake_ns = c->now_ns;
	if (!l && c->cancelled)
		return CALL_FAIL;
	if (!l && !f)
		return call_fail(c, E_NOFILE, arg,
				 "no file '%s'; 'ls' lists them", name);
	if (!l)
		l = find(app, name, f->serial, type, bits);
	if (!l)
		return begin(c, arg, f, type, bits);
	if (l->whole) {
		l->file.users++;
		*file = &l->file;
		return CALL_DONE;
	}
	if (!c->cancelled)
		result = go_on(c, arg, l, f);
	if (result == CALL_FAIL)
		l->file.users--;
	else if (result == CALL_DONE)
		*file = &l->file;
	return result;
}
