/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/download.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/json.h"
#include "client/progress.h"
#include "client/transfer.h"
#include "client/wait.h"
#include "files/base64.h"
#include "files/crc32.h"

#define PIECE 768
#define PATH_BYTES 1024

struct download {
	struct client *c;
	const char *name, *file;
	char part[PATH_BYTES];
	int fd;
	uint64_t size, at;
	uint32_t crc;
	bool known;   /* size and crc are */
	bool slow;    /* the data channel has failed it */
	bool changed; /* the file there is another by now */
	bool broken;  /* what came cannot be used, or be written */
	int error;    /* why it cannot be written; 0: it can */
	struct progress progress;
};

/* Finds it in the list of files. */
static void take_files(void *arg, char *text, size_t len)
{
	struct download *d = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const cJSON *file = json_items(json, "files");

	for (; file; file = file->next) {
		uint64_t size = json_number(file, "size", UINT64_MAX);

		if (strcmp(json_text(file, "name"), d->name) != 0 ||
		    size == UINT64_MAX)
			continue;
		d->size = size;
		d->crc = json_crc(file, "crc32");
		d->known = true;
	}
	cJSON_Delete(json);
}

static bool take_piece(struct download *d, const cJSON *json)
{
	const char *data = json_text(json, "data");
	unsigned char bytes[PIECE];
	size_t len;

	if (json_number(json, "offset", UINT64_MAX) != d->at ||
	    !base64_decode(data, strlen(data), bytes, sizeof(bytes), &len) ||
	    d->at + len > d->size ||
	    crc32_add(0, bytes, len) != json_crc(json, "crc32"))
		return false;
	if (pwrite(d->fd, bytes, len, (off_t)d->at) != (ssize_t)len) {
		d->error = errno ? errno : ENOSPC;
		return false;
	}
	d->at += len;
	progress_at(&d->progress, d->at);
	return true;
}

/* What comes by the data channel. */
static bool take_bytes(void *arg, const unsigned char *bytes, size_t len)
{
	struct download *d = arg;

	d->broken = d->at + len > d->size;
	if (!d->broken &&
	    pwrite(d->fd, bytes, len, (off_t)d->at) != (ssize_t)len) {
		d->error = errno ? errno : ENOSPC;
		d->broken = true;
	}
	if (d->broken) {
		requests_cancel(&d->c->requests);
		return false;
	}
	d->at += len;
	progress_at(&d->progress, d->at);
	return true;
}

static void take_line(void *arg, char *text, size_t len)
{
	struct download *d = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);

	if (d->broken || d->changed) {
		/* The rest of the reply is on its way already. */
	} else if (json_get(json, "size")) {
		d->changed = json_number(json, "size", UINT64_MAX) != d->size ||
			     json_crc(json, "crc32") != d->crc;
	} else if (!take_piece(d, json)) {
		d->broken = true;
		requests_cancel(&d->c->requests);
	}
	cJSON_Delete(json);
}

static bool open_part(struct download *d)
{
	struct stat st;

	snprintf(d->part, sizeof(d->part), "%.900s.%08x.part", d->file, d->crc);
	d->fd = open(d->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (d->fd < 0 || fstat(d->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		ui_note(&d->c->ui, "cannot write '%s': %s", d->part,
			strerror(d->fd < 0 ? errno : EINVAL));
		return false;
	}
	d->at = (uint64_t)st.st_size;
	if (d->at > d->size)
		d->at = 0;
	progress_begin(&d->progress, &d->c->ui, d->name, d->size, d->at);
	return true;
}

static enum status finish(struct download *d)
{
	uint32_t crc;

	if (ftruncate(d->fd, (off_t)d->size) != 0 ||
	    !transfer_crc(d->fd, d->size, &crc) || crc != d->crc) {
		unlink(d->part);
		progress_hide(&d->progress);
		ui_note(&d->c->ui,
			"'%s' was damaged on its way (CRC mismatch) and is not "
			"kept",
			d->name);
		return STATUS_FAILED;
	}
	if (close(d->fd) != 0 || rename(d->part, d->file) != 0) {
		d->fd = -1;
		ui_note(&d->c->ui, "cannot write '%s': %s", d->file,
			strerror(errno));
		return STATUS_FAILED;
	}
	d->fd = -1;
	progress_done(&d->progress, "fetched");
	return STATUS_OK;
}

static enum status give_up(struct download *d, const struct request *r)
{
	progress_hide(&d->progress);
	if (r->state == REQUEST_ERR)
		ui_note(&d->c->ui, "'%s' was not fetched: %s: %s", d->name,
			r->code, r->message);
	else if (d->error)
		ui_note(&d->c->ui,
			"'%s' was not fetched: cannot write '%s': %s", d->name,
			d->part, strerror(d->error));
	else
		ui_note(&d->c->ui, "'%s' was not fetched: %s", d->name,
			d->changed ? "it was changed in that time"
			: d->broken
				? "what came is damaged, or cannot be written"
				: transfer_lost(d->c));
	if (d->at && !d->changed)
		ui_note(&d->c->ui, "the same command again resumes it");
	return r->state == REQUEST_LOST ? STATUS_UNREACHABLE : STATUS_FAILED;
}

static enum status get_file(struct download *d)
{
	struct request r = {.line = take_line, .arg = d};
	unsigned tries = 0;
	char text[96];
	bool fast;

	for (;;) {
		uint64_t from = d->at;

		d->broken = d->changed = false;
		fast = !d->slow && transfer_channel(d->c);
		snprintf(text, sizeof(text), "%sget %s %" PRIu64 " --json",
			 fast ? "channel " : "", d->name, d->at);
		if (fast) {
			channel_begin(&d->c->channel, CHANNEL_FILES, d->at, d)
				->take = take_bytes;
			d->slow = !transfer_by_channel(d->c, &r, text);
		} else {
			request_send(&d->c->requests, &r, text);
			wait_reply(d->c, &r);
		}
		if (r.state == REQUEST_OK && !d->broken && !d->changed &&
		    d->at == d->size)
			return finish(d);
		tries = d->at > from ? 0 : tries;
		if (!d->changed && d->broken && !d->error &&
		    tries++ < TRANSFER_TRIES)
			continue;
		if (d->changed || d->broken || r.state == REQUEST_OK ||
		    !transfer_again(d->c, &r, &tries))
			return give_up(d, &r);
	}
}

/* True when nothing is there that would be lost; else with `status`. */
static bool may_write(struct download *d, bool force, enum status *status)
{
	uint32_t crc = 0;
	struct stat st;
	bool same;
	int fd;

	if (stat(d->file, &st) != 0)
		return true;
	if (!S_ISREG(st.st_mode)) {
		ui_note(&d->c->ui, "'%s' is no file that could be replaced",
			d->file);
		return false;
	}
	fd = open(d->file, O_RDONLY | O_CLOEXEC);
	same = fd >= 0 && (uint64_t)st.st_size == d->size &&
	       transfer_crc(fd, d->size, &crc) && crc == d->crc;
	if (fd >= 0)
		close(fd);
	if (same) {
		ui_note(&d->c->ui, "'%s' is there already, %" PRIu64 " bytes",
			d->file, d->size);
		*status = STATUS_OK;
	} else if (!force) {
		ui_note(&d->c->ui,
			"'%s' is there already, another file; to replace it: "
			".download %s %s --force",
			d->file, d->name, d->file);
	}
	return !same && force;
}

enum status download_file(struct client *c, const char *name, const char *file,
			  bool force)
{
	struct download d = {.c = c, .name = name, .file = file, .fd = -1};
	struct request ls = {.line = take_files, .arg = &d};
	enum status status = STATUS_FAILED;

	if (!file)
		d.file = name;
	if (!transfer_name_ok(c, name))
		return STATUS_FAILED;
	request_send(&c->requests, &ls, "ls --json");
	if (wait_reply(c, &ls) != REQUEST_OK)
		return give_up(&d, &ls);
	if (!d.known) {
		ui_note(&c->ui, "E_NOFILE: there is no file '%s'", name);
		return STATUS_FAILED;
	}
	if (may_write(&d, force, &status) && open_part(&d))
		status = get_file(&d);
	if (d.fd >= 0)
		close(d.fd);
	return status;
}
