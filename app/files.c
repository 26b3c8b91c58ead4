/* SPDX-License-Identifier: BSD-3-Clause */
/* The store: its room, its files by name, and those that came at boot. */
#include <string.h>

#include "app/app.h"
#include "files/cpio.h"

#ifndef CONFIG_APPUKPKTGEN_STORE_KB
#define CONFIG_APPUKPKTGEN_STORE_KB 0
#endif

/* The store leaves this much of the heap to all else... */
#define STORE_RESERVE (64 << 10)
/* ...and takes what it gets in steps of this. */
#define STORE_STEP (32 << 10)

const struct store_file *app_file(struct call *c, int arg, uint64_t *serial)
{
	const char *name = c->v[arg].text;
	const struct store_file *f = store_find(&call_app(c)->store, name);

	if (f && (!*serial || f->serial == *serial)) {
		*serial = f->serial;
		return f;
	}
	if (*serial)
		call_fail(c, E_STATE, arg,
			  "'%s' changed while it was read; try again", name);
	else
		call_fail(c, E_NOFILE, arg, "no file '%s'; 'ls' lists them",
			  name);
	return NULL;
}

bool app_file_names(void *app, unsigned i, struct arg_name *name)
{
	const struct store *s = &((struct app *)app)->store;

	if (i >= s->nb_files)
		return false;
	strcpy(name->text, s->file[i].name);
	return true;
}

bool app_upload_name(void *app, unsigned i, struct arg_name *name)
{
	const struct store *s = &((struct app *)app)->store;

	if (i || !s->upload.name[0])
		return false;
	strcpy(name->text, s->upload.name);
	name->help = "unfinished upload";
	return true;
}

bool app_stored_names(void *app, unsigned i, struct arg_name *name)
{
	const struct store *s = &((struct app *)app)->store;

	/* A new version of a file has its name. */
	return app_file_names(app, i, name) ||
	       (!store_find(s, s->upload.name) &&
		app_upload_name(app, i - s->nb_files, name));
}

static bool hold(void *arg, const char *name, struct held *h)
{
	struct app *app = arg;
	const struct store_file *f = store_find(&app->store, name);

	if (f)
		store_hold(&app->store, f, h);
	return f;
}

static void release(void *arg, struct held *h)
{
	store_release(&((struct app *)arg)->store, h);
}

void app_init_played(struct app *app)
{
	struct played_files *files = &app->pktgen.files;

	files->arg = app;
	files->hold = hold;
	files->release = release;
}

enum call_result app_check_free(struct call *c, int arg)
{
	const char *name = c->v[arg].text;

	if (!store_is_held(&call_app(c)->store, name))
		return CALL_DONE;
	return call_fail(c, E_STATE, arg,
			 "'%s' is played; type 'play off' first", name);
}

enum call_result app_full(struct call *c, int arg)
{
	const struct store *s = &call_app(c)->store;

	return call_fail(c, E_FULL, arg,
			 "no room: %zu bytes are free, %u files fit at most; "
			 "'rm' makes room",
			 s->limit - s->used, STORE_FILES_MAX);
}

/*
 * What the heap has, up to the limit, with the reserve left: tried out, as not
 * every allocator knows its largest piece.
 */
void app_init_store(struct store *s, struct uk_alloc *a)
{
	size_t size = (size_t)CONFIG_APPUKPKTGEN_STORE_KB << 10;
	void *mem = NULL;

	while (size) {
		mem = uk_malloc(a, size + STORE_RESERVE);
		if (mem)
			break;
		size -= size < STORE_STEP ? size : STORE_STEP;
	}
	if (mem) {
		uk_free(a, mem);
		mem = uk_malloc(a, size);
	}
	store_init(s, mem, mem ? size : 0);
}

/* A name from an archive, cut, with what a terminal would act on replaced. */
struct shown_name {
	char text[40];
};

static struct shown_name shown_name(const struct cpio *c)
{
	struct shown_name s;
	size_t n = 0;

	for (; n < sizeof(s.text) - 1 && c->name[n]; n++)
		s.text[n] = c->name[n] < 0x20 || c->name[n] >= 0x7f
				    ? '?'
				    : c->name[n];
	s.text[n] = '\0';
	return s;
}

/* All files of an archive, up to its end or to what is wrong in it. */
static void load(struct app *app, struct cpio *c, uint64_t now_ns)
{
	enum cpio_result result = CPIO_FILE;

	while (result == CPIO_FILE || result == CPIO_OTHER) {
		const char *why;

		result = cpio_next(c);
		why = c->why;
		if (result == CPIO_END)
			return;
		if (result == CPIO_FILE) {
			if (!store_add(&app->store, c->name, c->data, c->size))
				continue;
			why = shell_err_text(E_FULL);
		}
		session_event(&app->session, now_ns,
			      "initrd: at byte %zu%s%s: %s", c->entry_at,
			      c->name[0] ? ", " : "", shown_name(c).text, why);
	}
}

void app_load_initrd(struct app *app, const void *archive, size_t len,
		     uint64_t now_ns)
{
	struct cpio c;

	if (!OPTION(FILES)) {
		session_event(&app->session, now_ns,
			      "initrd: this image has no files");
		return;
	}
	cpio_init(&c, archive, len);
	load(app, &c, now_ns);
	app->boot_serial = app->store.serial;
}
