/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/clock.h"
#include "client/filter.h"
#include "client/json.h"
#include "client/transfer.h"
#include "client/upload.h"
#include "client/wait.h"
#include "files/base64.h"
#include "files/crc32.h"

/* A longer program goes into a file: a line takes 1,024 bytes. */
#define FILTER_INLINE 700
#define FILTER_FILE "capture.bpf"
#define LINE_BYTES 1024
#define PIECE 768

/* How often nothing new is asked for, and what was dropped is said. */
#define IDLE_MS 20
#define SAY_MS 1000

/* Of a pcap file, as the appliance writes it. */
#define FILE_HEAD 24
#define FRAME_HEAD 16
#define FRAME_MAX 262144

struct live {
	struct client *c;
	uint64_t at; /* bytes that came */
	uint64_t to; /* of those that there are */
	uint64_t frames, no_room, told;
	uint64_t said_ms;
	/* Of a frame what came so far: it is written once it is whole. */
	unsigned char held[FRAME_HEAD + FRAME_MAX + CHANNEL_BLOCK];
	size_t nb_held;
	uint64_t written; /* frames */
	bool begun;       /* the file's head is written */
	bool over;        /* it has all frames that it is to have */
	bool broken;      /* what came cannot be used */
	int error;        /* why it cannot be written; 0: it can */
};

/* ---- The line ------------------------------------------------------------ */

static bool append(char *line, const char *text)
{
	size_t used = strlen(line), len = strlen(text);

	if (used + len + 2 > LINE_BYTES)
		return false;
	line[used] = ' ';
	memcpy(line + used + 1, text, len + 1);
	return true;
}

static enum request_state ask(struct client *c, struct request *r,
			      const char *text)
{
	request_send(&c->requests, r, text);
	return wait_reply(c, r);
}

/* A file of the appliance with this text; false: said why not. */
static bool put_text(struct client *c, const char *text)
{
	int fd = memfd_create(FILTER_FILE, MFD_CLOEXEC);
	size_t len = strlen(text);
	bool quiet = c->ui.quiet, sent = false;
	char path[32];

	if (fd < 0 || write(fd, text, len) != (ssize_t)len) {
		ui_note(&c->ui, "cannot keep the filter: %s", strerror(errno));
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		c->ui.quiet = true;
		sent = upload_file(c, path, FILTER_FILE) == STATUS_OK;
		c->ui.quiet = quiet;
	}
	if (fd >= 0)
		close(fd);
	return sent;
}

/* Adds the program of an expression; false: said why not. */
static bool add_filter(struct client *c, char *line, const char *expression)
{
	char why[256], error[400];
	char *text = filter_compile(expression, why, sizeof(why));
	bool added;

	if (!text) {
		snprintf(error, sizeof(error), "filter '%.80s': %s", expression,
			 why);
		ui_error(&c->ui, error);
		return false;
	}
	if (strlen(text) <= FILTER_INLINE)
		added = append(line, text);
	else
		added = put_text(c, text) && append(line, "@" FILTER_FILE);
	free(text);
	return added;
}

/* False: said why not. */
static bool make_line(struct client *c, char *line, char **words)
{
	strcpy(line, "capture");
	for (; *words; words++) {
		if (!append(line, *words)) {
			ui_error(&c->ui, "E_LONG: the line is too long");
			return false;
		}
		if (words[1] && !strcmp(*words, "filter") &&
		    !add_filter(c, line, *++words))
			return false;
	}
	return true;
}

static void show_line(void *arg, char *text, size_t len)
{
	ui_reply(arg, text, len);
}

static enum status refused(struct client *c, const struct request *r)
{
	char error[sizeof(r->message) + 20];

	if (r->state == REQUEST_LOST) {
		ui_note(&c->ui, "no capture: %s", transfer_lost(c));
		return STATUS_UNREACHABLE;
	}
	snprintf(error, sizeof(error), "%s: %s", r->code, r->message);
	ui_error(&c->ui, error);
	return STATUS_FAILED;
}

/* ---- Live ---------------------------------------------------------------- */

/* A number of more than 32 bits. */
static uint64_t number(const cJSON *json, const char *key)
{
	const cJSON *item = json_get(json, key);

	return cJSON_IsNumber(item) && item->valuedouble >= 0 &&
			       item->valuedouble < 9e15
		       ? (uint64_t)item->valuedouble
		       : 0;
}

static bool write_all(struct live *l, const unsigned char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			l->error = errno;
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* Bytes of what stands first in it once that is whole; 0: not known yet. */
static size_t record_len(const struct live *l, const unsigned char *bytes,
			 size_t len)
{
	if (!l->begun)
		return FILE_HEAD;
	if (len < FRAME_HEAD)
		return 0;
	return FRAME_HEAD + (bytes[8] | (size_t)bytes[9] << 8 |
			     (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24);
}

/* Ended between two pieces, what is written has whole frames all the same. */
static bool pass_on(struct live *l, const unsigned char *bytes, size_t len)
{
	size_t at = 0, n;

	memcpy(l->held + l->nb_held, bytes, len);
	l->nb_held += len;
	l->at += len;
	while ((n = record_len(l, l->held + at, l->nb_held - at)) != 0) {
		if (n > FRAME_HEAD + FRAME_MAX)
			return false;
		if (n > l->nb_held - at)
			break;
		at += n;
		l->written += l->begun;
		l->begun = true;
	}
	if (!write_all(l, l->held, at))
		return false;
	l->nb_held -= at;
	memmove(l->held, l->held + at, l->nb_held);
	return true;
}

static bool take_piece(struct live *l, const cJSON *json)
{
	const char *data = json_text(json, "data");
	unsigned char bytes[PIECE];
	size_t len;

	return number(json, "offset") == l->at &&
	       base64_decode(data, strlen(data), bytes, sizeof(bytes), &len) &&
	       crc32_add(0, bytes, len) == json_crc(json, "crc32") &&
	       pass_on(l, bytes, len);
}

static void take_line(void *arg, char *text, size_t len)
{
	struct live *l = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);

	if (json_get(json, "frames")) {
		l->frames = number(json, "frames");
		l->no_room = number(json, "no_room");
		l->to = number(json, "to");
		l->over = cJSON_IsTrue(json_get(json, "over"));
	} else if (!l->error && !l->broken) {
		/* What was damaged is asked for again. */
		l->broken = !take_piece(l, json);
	}
	cJSON_Delete(json);
}

static void say_dropped(struct live *l)
{
	if (l->no_room == l->told || now_ms() < l->said_ms + SAY_MS)
		return;
	ui_note(&l->c->ui,
		"%" PRIu64 " frames are dropped so far: they come "
		"faster than they are read",
		l->no_room);
	l->told = l->no_room;
	l->said_ms = now_ms();
}

/* One a second. */
static void take_fast_line(void *arg, char *text, size_t len)
{
	take_line(arg, text, len);
	say_dropped(arg);
}

/* What comes by the data channel. */
static bool take_bytes(void *arg, const unsigned char *bytes, size_t len)
{
	struct live *l = arg;

	l->broken = !pass_on(l, bytes, len);
	if (l->broken)
		requests_cancel(&l->c->requests);
	return !l->broken;
}

/* By the data channel: true when all of it, or all that is wanted, came. */
static bool read_fast(struct live *l, enum status *status)
{
	struct request r = {.line = take_fast_line, .arg = l};
	char text[64];

	snprintf(text, sizeof(text), "channel capture %" PRIu64 " --json",
		 l->at);
	channel_begin(&l->c->channel, CHANNEL_FILES, l->at, l)->take =
		take_bytes;
	if (transfer_by_channel(l->c, &r, text)) {
		*status = STATUS_OK;
		return true;
	}
	*status = l->error && l->error != EPIPE ? STATUS_FAILED : STATUS_OK;
	return l->error || l->c->signals.stopped || l->c->signals.ended_by;
}

/* Until it is over, or nobody wants it; returns how that ended. */
static enum status read_on(struct live *l)
{
	struct client *c = l->c;
	unsigned tries = 0;
	enum status status;
	char text[64];

	if (transfer_channel(c) && read_fast(l, &status))
		return status;
	while (!c->signals.stopped && !c->signals.ended_by) {
		struct request r = {.line = take_line, .arg = l};
		const uint64_t from = l->at;

		l->broken = false;
		snprintf(text, sizeof(text), "capture read %" PRIu64 " --json",
			 from);
		ask(c, &r, text);
		say_dropped(l);
		if (l->error)
			return l->error == EPIPE ? STATUS_OK : STATUS_FAILED;
		if (c->signals.stopped)
			return STATUS_OK;
		if (r.state != REQUEST_OK)
			return refused(c, &r);
		tries = l->at > from ? 0 : tries;
		if (l->broken && tries++ == TRANSFER_TRIES) {
			ui_note(&c->ui, "what came of the capture is damaged");
			return STATUS_FAILED;
		}
		if (l->over && l->at == l->to)
			return STATUS_OK;
		if (l->at == l->to && !client_pump(c, IDLE_MS, false))
			return STATUS_UNREACHABLE;
		client_interrupted(c);
	}
	return STATUS_OK;
}

/* A reader that has gone ends it as ^C does: what is on there is ended. */
static enum status write_live(struct client *c, struct live *l)
{
	char rest[40] = "";
	struct request off = {.line = take_line, .arg = l};
	void (*const before)(int) = signal(SIGPIPE, SIG_IGN);
	enum status status = read_on(l);

	/* With all that it saw until then. */
	ask(c, &off, "capture off --json");
	signal(SIGPIPE, before);
	if (l->error && l->error != EPIPE)
		ui_note(&c->ui, "cannot write the capture: %s",
			strerror(l->error));
	if (l->frames > l->written)
		snprintf(rest, sizeof(rest), ", %" PRIu64 " not read",
			 l->frames - l->written);
	ui_note(&c->ui, "%" PRIu64 " frames captured, %" PRIu64 " dropped%s",
		l->written, l->no_room, rest);
	return status;
}

/* ---- All of it ----------------------------------------------------------- */

static bool is_live(char **words)
{
	while (*words && words[1])
		words++;
	return *words && !strcmp(*words, "-");
}

enum status capture_words(struct client *c, char **words)
{
	struct request r = {.line = show_line, .arg = &c->ui, .typed = true};
	struct live *l;
	enum status status;
	char line[LINE_BYTES];
	const bool live = is_live(words);
	struct request rm = {0};

	if (live && (!c->ui.batch || isatty(STDOUT_FILENO))) {
		ui_error(&c->ui, "a capture into '-' is for a pipe: "
				 "ukpktgen-console NAME -c '.capture 1 -' | "
				 "tshark -i -");
		return STATUS_FAILED;
	}
	if (!make_line(c, line, words))
		return STATUS_FAILED;
	r.typed = !c->ui.batch;
	if (live)
		r.line = NULL;
	ask(c, &r, line);
	if (strstr(line, " @" FILTER_FILE))
		ask(c, &rm, "rm " FILTER_FILE);
	if (r.state != REQUEST_OK)
		return refused(c, &r);
	if (!live)
		return STATUS_OK;
	l = calloc(1, sizeof(*l));
	if (!l) {
		ui_error(&c->ui, "E_NOMEM: out of memory");
		return STATUS_FAILED;
	}
	l->c = c;
	status = write_live(c, l);
	free(l);
	return status;
}
