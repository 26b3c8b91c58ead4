/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/clock.h"
#include "client/feed_file.h"
#include "client/transfer.h"
#include "client/wait.h"

#define LINE_BYTES 1024
#define LOOPS_MAX 1000000000
#define PORT_CHARS "0123456789-,"

/* As much ahead as there is room: then nothing goes for this long. */
#define FULL_MS 100
#define AHEAD_MS 5000

static const char too_long[] = "E_LONG: the line is too long";

struct feed {
	struct client *c;
	struct feed_file file;
};

static struct feed *make_feed(struct client *c)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->c = c;
	f->file.fd = -1;
	return f;
}

static void free_feed(struct feed *f)
{
	if (!f)
		return;
	feed_file_close(&f->file);
	free(f);
}

/* What waits for the rest would wait for ever. */
static long give(void *arg, uint64_t at, unsigned char *to, size_t len)
{
	struct feed *f = arg;
	const bool was_lost = f->file.lost;
	const size_t n = feed_file_give(&f->file, at, to, len);

	if (f->file.lost && !was_lost) {
		ui_note(&f->c->ui, "'%s' cannot be sent on: %s", f->file.name,
			f->file.lost);
		if (f->c->ui.batch && f->c->requests.count)
			requests_cancel(&f->c->requests);
	}
	return n ? (long)n : -1;
}

/* ---- The command --------------------------------------------------------- */

/* The words that `play` takes behind FILE; the rest is ours. */
static bool add_word(char *line, const char *word)
{
	const size_t used = strlen(line);

	return snprintf(line + used, LINE_BYTES - used, " %s", word) <
	       (int)(LINE_BYTES - used);
}

/* FILE has pairs of words behind it, so PORTS make their number even. */
static bool has_ports(char **words)
{
	unsigned n = 0;
	const char *end = words[0];

	while (words[n])
		n++;
	if (!strncmp(end, "all", 3))
		end += 3;
	else
		end += strspn(end, PORT_CHARS);
	return n % 2 == 0 && end != words[0] && (!*end || *end == '.');
}

/* Our own words leave their mark in `f`; false: `value` is none of `word`. */
static bool take_word(struct client *c, struct feed_file *f, const char *word,
		      const char *value, char *more)
{
	char *end;

	if (!strcmp(word, "loops")) {
		f->loops = strtoull(value, &end, 10);
		if (*value >= '0' && *value <= '9' && !*end && f->loops &&
		    f->loops <= LOOPS_MAX)
			return true;
		ui_error(&c->ui, "E_RANGE: loops takes 1..1000000000");
		return false;
	}
	if (!strcmp(word, "bad")) {
		f->skip = !strcmp(value, "skip");
		if (f->skip || !strcmp(value, "refuse"))
			return true;
		ui_error(&c->ui, "E_SYNTAX: bad takes refuse or skip");
		return false;
	}
	if (add_word(more, word) && add_word(more, value))
		return true;
	ui_error(&c->ui, too_long);
	return false;
}

/* The others go into `more`. */
static bool take_words(struct client *c, struct feed_file *f, char **words,
		       char *more)
{
	f->loops = 1;
	for (; *words; words += 2) {
		if (!words[1]) {
			ui_error(&c->ui, "E_MISSING: the form is .play [PORTS] "
					 "FILE [speed SPEED] [loops N] "
					 "[bad refuse|skip] "
					 "[checksums keep|new] [tag off|on]");
			return false;
		}
		if (!take_word(c, f, words[0], words[1], more))
			return false;
	}
	return true;
}

static void say_refused(struct client *c, const struct request *r)
{
	char error[sizeof(r->message) + 20];

	if (r->state == REQUEST_LOST)
		ui_note(&c->ui, "nothing is played: %s", transfer_lost(c));
	snprintf(error, sizeof(error), "%s: %s", r->code, r->message);
	if (r->state == REQUEST_ERR)
		ui_error(&c->ui, error);
}

/* As much as the appliance has room for, so that nothing is late at first. */
static void go_ahead(struct client *c, const struct channel_lane *l)
{
	const uint64_t until = now_ms() + AHEAD_MS;
	uint64_t at = l->at, moved_ms = now_ms();

	while (now_ms() < until && now_ms() < moved_ms + FULL_MS && !l->dry) {
		if (!client_pump(c, FULL_MS / 10, false))
			return;
		if (l->at != at)
			moved_ms = now_ms();
		at = l->at;
	}
}

static enum status feed(struct client *c, struct feed *f, const char *ports,
			const char *more)
{
	struct channel_lane *lane;
	struct request r = {0};
	char line[LINE_BYTES];

	if (!transfer_channel(c)) {
		ui_error(&c->ui, "E_STATE: there is no data channel; "
				 "'.upload' and 'play' do for what the file "
				 "store has room for");
		return STATUS_FAILED;
	}
	if (snprintf(line, sizeof(line),
		     "play %s - frames %" PRIu64 " bytes %" PRIu64
		     " span %" PRIu64 "ns%s",
		     ports, f->file.frames * f->file.loops,
		     f->file.bytes * f->file.loops, feed_file_span_ns(&f->file),
		     more) >= LINE_BYTES) {
		ui_error(&c->ui, too_long);
		return STATUS_FAILED;
	}
	feed_end(c);
	lane = channel_begin(&c->channel, CHANNEL_FEED, 0, f);
	lane->give = give;
	request_send(&c->requests, &r, line);
	if (wait_reply(c, &r) != REQUEST_OK) {
		channel_end(&c->channel, CHANNEL_FEED);
		say_refused(c, &r);
		return STATUS_FAILED;
	}
	c->fed = f;
	go_ahead(c, lane);
	return STATUS_OK;
}

static bool open_file(struct client *c, struct feed *f, const char *path)
{
	char why[CAPTURE_PRINT_MAX];

	if (!feed_file_open(&f->file, path, why)) {
		ui_note(&c->ui, "'%s' cannot be played: %s", path, why);
		return false;
	}
	if (f->file.skipped)
		ui_note(&c->ui,
			"%" PRIu64 " records cannot be sent and are skipped",
			f->file.skipped);
	return true;
}

enum status feed_words(struct client *c, char **words)
{
	struct feed *f = make_feed(c);
	const char *ports = has_ports(words) ? *words++ : "";
	enum status status = STATUS_FAILED;
	char more[LINE_BYTES] = "";

	if (take_words(c, &f->file, words + 1, more) && open_file(c, f, *words))
		status = feed(c, f, ports, more);
	if (status != STATUS_OK)
		free_feed(f);
	return status;
}

void feed_end(struct client *c)
{
	const struct channel_lane *l = &c->channel.lane[CHANNEL_FEED];
	struct feed *f = c->fed;

	c->fed = NULL;
	if (f && l->arg == f && l->at < f->file.size)
		ui_note(&c->ui,
			"'%s' was only sent in part (%" PRIu64 " of %" PRIu64
			" bytes); the run that plays it waits for the rest: "
			"'stop', then '.play' it again",
			f->file.name, l->at, f->file.size);
	if (f)
		channel_end(&c->channel, CHANNEL_FEED);
	free_feed(f);
}
