/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/json.h"
#include "client/progress.h"
#include "client/transfer.h"
#include "client/wait.h"
#include "files/base64.h"
#include "files/crc32.h"

#define PIECE 720
/* Requests sent ahead: what the appliance's line holds. */
#define WINDOW 8

struct upload {
	struct client *c;
	const char *name;
	int fd;
	uint64_t size, at, acknowledged;
	uint32_t crc;
	struct progress progress;
	struct request first; /* of those sent, the first that was refused */
	unsigned sent, answered;
	struct request window[WINDOW];
	bool slow; /* the data channel has failed it */
};

static void take_offset(void *arg, char *text, size_t len)
{
	struct upload *u = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	uint64_t at = json_number(json, "offset", UINT64_MAX);

	if (at <= u->size)
		u->acknowledged = at;
	cJSON_Delete(json);
}

static bool send_piece(struct upload *u)
{
	struct request *r = &u->window[u->sent % WINDOW];
	char text[PIECE * 2], base64[BASE64_LEN(PIECE) + 1];
	unsigned char bytes[PIECE];
	uint64_t left = u->size - u->at;
	size_t len = left < PIECE ? left : PIECE;

	if (pread(u->fd, bytes, len, (off_t)u->at) != (ssize_t)len) {
		ui_note(&u->c->ui, "the file has become shorter");
		return false;
	}
	base64_encode(bytes, len, base64);
	snprintf(text, sizeof(text), "chunk %s %" PRIu64 " %08x %s --json",
		 u->name, u->at, crc32_add(0, bytes, len), base64);
	r->line = take_offset;
	r->arg = u;
	u->sent++;
	u->at += len;
	return request_send(&u->c->requests, r, text);
}

/* Waits for the oldest; false when it was refused, with u->first. */
static bool take_answer(struct upload *u)
{
	struct request *r = &u->window[u->answered++ % WINDOW];

	if (wait_reply(u->c, r) == REQUEST_OK)
		return true;
	if (u->first.state == REQUEST_OK)
		u->first = *r;
	return false;
}

static bool send_all(struct upload *u)
{
	const unsigned interrupts = u->c->interrupts;
	bool good = true;

	u->sent = u->answered = 0;
	u->first.state = REQUEST_OK;
	u->at = u->acknowledged;
	while (good && (u->at < u->size || u->answered < u->sent)) {
		if (u->at < u->size && u->sent - u->answered < WINDOW) {
			good = send_piece(u);
			continue;
		}
		good = take_answer(u);
		progress_at(&u->progress, u->acknowledged);
		if (u->c->signals.stopped || u->c->interrupts != interrupts) {
			strcpy(u->first.code, "E_CANCEL");
			strcpy(u->first.message, "stopped");
			u->first.state = REQUEST_ERR;
			good = false;
		}
	}
	/* What was sent behind the refused is refused as well. */
	while (u->answered < u->sent)
		take_answer(u);
	return good && u->acknowledged == u->size;
}

static long give_bytes(void *arg, uint64_t at, unsigned char *to, size_t len)
{
	struct upload *u = arg;
	const uint64_t left = u->size - at;
	ssize_t n;

	if (left < len)
		len = (size_t)left;
	n = pread(u->fd, to, len, (off_t)at);
	if (n == (ssize_t)len) {
		progress_at(&u->progress, at);
		return n;
	}
	ui_note(&u->c->ui, "the file has become shorter");
	requests_cancel(&u->c->requests);
	return -1;
}

/* All of it, or u->first says why not. */
static bool send_fast(struct upload *u)
{
	struct request r = {0};
	char text[64];

	channel_begin(&u->c->channel, CHANNEL_FILES, u->acknowledged, u)->give =
		give_bytes;
	snprintf(text, sizeof(text), "channel put %s", u->name);
	if (transfer_by_channel(u->c, &r, text)) {
		u->acknowledged = u->size;
		return true;
	}
	u->slow = true;
	u->first = r;
	return false;
}

/* The appliance keeps what it has of a file, unless it refused it. */
static bool resumable(const struct request *why)
{
	return why->state == REQUEST_LOST || !strcmp(why->code, "E_CANCEL");
}

static enum status put_file(struct upload *u)
{
	struct request put = {.line = take_offset, .arg = u};
	uint64_t best = 0;
	unsigned tries = 0;
	char text[128];

	snprintf(text, sizeof(text), "put %s %" PRIu64 " %08x --json", u->name,
		 u->size, u->crc);
	for (;;) {
		const struct request *why = &put;

		u->acknowledged = UINT64_MAX;
		request_send(&u->c->requests, &put, text);
		if (wait_reply(u->c, &put) == REQUEST_OK &&
		    u->acknowledged <= u->size) {
			progress_begin(&u->progress, &u->c->ui, u->name,
				       u->size, u->acknowledged);
			if (u->acknowledged < u->size && !u->slow &&
					    transfer_channel(u->c)
				    ? send_fast(u)
				    : send_all(u)) {
				progress_done(&u->progress, "sent");
				return STATUS_OK;
			}
			progress_hide(&u->progress);
			why = &u->first;
			tries = u->acknowledged > best ? 0 : tries;
			best = u->acknowledged > best ? u->acknowledged : best;
		}
		if (transfer_again(u->c, why, &tries))
			continue;
		ui_note(&u->c->ui, "'%s' was not sent: %s%s%s%s", u->name,
			why->state == REQUEST_ERR ? why->code
						  : transfer_lost(u->c),
			why->state == REQUEST_ERR ? ": " : "",
			why->state == REQUEST_ERR ? why->message : "",
			resumable(why) ? "; the same command again resumes it"
				       : "");
		return why->state == REQUEST_ERR ? STATUS_FAILED
						 : STATUS_UNREACHABLE;
	}
}

/* Why a file cannot be sent that was opened as `fd`, with errno where not. */
static const char *unfit(int fd, const struct stat *st)
{
	if (fd < 0)
		return strerror(errno);
	return S_ISDIR(st->st_mode)    ? "Is a directory"
	       : !S_ISREG(st->st_mode) ? "it is no regular file"
				       : "it is larger than 4 GiB";
}

enum status upload_file(struct client *c, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	struct upload u = {.c = c};
	enum status status = STATUS_FAILED;
	struct stat st;

	u.name = name ? name : slash ? slash + 1 : file;
	if (!transfer_name_ok(c, u.name))
		return STATUS_FAILED;
	u.fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (u.fd < 0 || fstat(u.fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > UINT32_MAX) {
		ui_note(&c->ui, "cannot read '%s': %s", file, unfit(u.fd, &st));
	} else {
		u.size = (uint64_t)st.st_size;
		if (transfer_crc(u.fd, u.size, &u.crc))
			status = put_file(&u);
		else
			ui_note(&c->ui, "cannot read '%s': %s", file,
				strerror(errno));
	}
	if (u.fd >= 0)
		close(u.fd);
	return status;
}
