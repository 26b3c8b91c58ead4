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

/* Between two tries to open the channel. */
#define AGAIN_MS 2000

struct feed {
	struct client *c;
	struct feed_file file;
	/* The channel, where a transfer or its own end has closed it. */
	struct request open;
	bool opening;
	uint64_t until_ms, due_ms;
	bool told; /* that it is closed */
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
	request_forget(&f->c->requests, &f->open);
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

/* ---- The channel --------------------------------------------------------- */

static bool is_unsent(const struct feed *f)
{
	return f->c->channel.lane[CHANNEL_FEED].at < f->file.size;
}

static void tell_closed(struct feed *f, const char *why)
{
	if (!f->told && is_unsent(f))
		ui_note(&f->c->ui,
			"the data channel is closed: %s; '%s' waits for it",
			why, f->file.name);
	f->told |= is_unsent(f);
}

static void open_again(struct feed *f)
{
	struct client *c = f->c;
	struct channel *ch = &c->channel;
	char text[40];

	f->due_ms = now_ms() + AGAIN_MS;
	if (ch->why)
		tell_closed(f, ch->why);
	if (!channel_connect(ch, c->link.path)) {
		tell_closed(f, "there is no socket of it");
		return;
	}
	snprintf(text, sizeof(text), "channel open %08" PRIx32, ch->token);
	request_forget(&c->requests, &f->open);
	f->open = (struct request){.beside = true};
	f->opening = request_send(&c->requests, &f->open, text);
	f->until_ms = now_ms() + TRANSFER_OPEN_MS;
	if (!f->opening)
		channel_close(ch, NULL);
}

static void see_it_open(struct feed *f)
{
	struct channel *ch = &f->c->channel;

	if (ch->state == CHANNEL_UP) {
		if (f->told)
			ui_note(&f->c->ui, "'%s' is sent on", f->file.name);
		f->opening = f->told = false;
	} else if (f->open.state == REQUEST_ERR ||
		   f->open.state == REQUEST_LOST || ch->state == CHANNEL_DOWN ||
		   now_ms() >= f->until_ms) {
		f->opening = false;
		channel_close(ch, NULL);
		tell_closed(f, f->open.state == REQUEST_ERR ? f->open.message
							    : "no answer");
	}
}

/* The feed of a client whose channel is closed, and who can open it. */
static bool is_cut(const struct client *c)
{
	const struct feed *f = c->fed;

	return c->channel.lane[CHANNEL_FEED].arg == f && !f->file.lost &&
	       c->channel.state == CHANNEL_DOWN && c->conn.state == CONN_UP &&
	       !c->requests.busy;
}

static int wait_channel(void *client, struct pollfd *fd)
{
	const struct client *c = client;

	(void)fd;
	if (c->fed && c->fed->opening)
		return ms_until(c->fed->until_ms);
	return c->fed && is_cut(c) ? ms_until(c->fed->due_ms) : -1;
}

static void act(void *client, short revents)
{
	struct client *c = client;

	(void)revents;
	if (c->fed && c->fed->opening)
		see_it_open(c->fed);
	else if (c->fed && is_cut(c) && now_ms() >= c->fed->due_ms)
		open_again(c->fed);
}

/* The appliance says that it has closed it. */
static bool hear(void *client, const char *line, size_t len)
{
	static const char closed[] = " play: the data channel is closed: ";
	struct client *c = client;

	if (c->fed && !strncmp(line, "@! ", 3) &&
	    memmem(line, len, closed, strlen(closed)) &&
	    c->channel.state == CHANNEL_UP)
		channel_close(&c->channel, "the appliance did");
	return false;
}

void feed_init(struct client *c)
{
	loop_add(&c->loop, (struct loop_part){wait_channel, act, c});
	c->feed_watch = (struct hear_watch){.take = hear, .arg = c};
	hear_add(&c->hear, &c->feed_watch);
}

/* ---- The command --------------------------------------------------------- */

/* The words that `play` takes behind FILE; the rest is ours. */
static bool add_word(char *line, const char *word)
{
	const size_t used = strlen(line);

	return snprintf(line + used, LINE_BYTES - used, " %s", word) <
	       (int)(LINE_BYTES - used);
}

static bool is_ours(const char *word)
{
	static const char *const words[] = {"speed",     "loops", "bad",
					    "checksums", "tag",   NULL};

	for (unsigned i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* One of our words behind it makes it a FILE, whatever it is called. */
static bool has_ports(char **words)
{
	const char *end = words[0];

	if (!strncmp(end, "all", 3))
		end += 3;
	else
		end += strspn(end, PORT_CHARS);
	return end != words[0] && (!*end || *end == '.') && words[1] &&
	       !is_ours(words[1]);
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

static void say_form(struct client *c, const char *surplus)
{
	char text[200];

	if (surplus)
		snprintf(text, sizeof(text),
			 "E_SYNTAX: '.play' takes speed, loops, bad, checksums "
			 "or tag behind FILE, not '%.40s'",
			 surplus);
	else
		snprintf(text, sizeof(text),
			 "E_MISSING: the form is .play [PORTS] FILE "
			 "[speed SPEED] [loops N] [bad refuse|skip] "
			 "[checksums keep|new] [tag off|on]");
	ui_error(&c->ui, text);
}

/* The others go into `more`. */
static bool take_words(struct client *c, struct feed_file *f, char **words,
		       char *more)
{
	f->loops = 1;
	for (; *words; words += 2) {
		if (!words[1] || !is_ours(words[0])) {
			say_form(c, is_ours(words[0]) ? NULL : words[0]);
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
	struct channel_lane *lane, before;
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
	/* Until it is accepted, one that is fed already may go on. */
	before = c->channel.lane[CHANNEL_FEED];
	lane = channel_begin(&c->channel, CHANNEL_FEED, 0, f);
	lane->give = give;
	lane->held = true;
	request_send(&c->requests, &r, line);
	if (wait_reply(c, &r) != REQUEST_OK) {
		*lane = before;
		/* What was granted to that then is said once more. */
		if (c->fed)
			channel_close(&c->channel, NULL);
		say_refused(c, &r);
		return STATUS_FAILED;
	}
	lane->held = false;
	free_feed(c->fed);
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

/* To who has typed it: it does not begin by itself. */
static void say_ready(struct client *c, const struct feed_file *f,
		      const char *ports)
{
	if (!c->ui.batch && !c->sourcing)
		ui_note(&c->ui,
			"'%s' has %" PRIu64 " frames; 'start%s%s' plays it",
			f->name, f->frames, *ports ? " " : "", ports);
}

enum status feed_words(struct client *c, char **words)
{
	const char *ports = "";
	char more[LINE_BYTES] = "";
	struct feed *f;

	if (!*words) {
		say_form(c, NULL);
		return STATUS_FAILED;
	}
	if (has_ports(words))
		ports = *words++;
	f = make_feed(c);
	if (take_words(c, &f->file, words + 1, more) &&
	    open_file(c, f, *words) && feed(c, f, ports, more) == STATUS_OK) {
		say_ready(c, &f->file, ports);
		return STATUS_OK;
	}
	free_feed(f);
	return STATUS_FAILED;
}

void feed_end(struct client *c)
{
	const struct channel_lane *l = &c->channel.lane[CHANNEL_FEED];
	struct feed *f = c->fed;

	c->fed = NULL;
	if (f && is_unsent(f))
		ui_note(&c->ui,
			"'%s' was only sent in part (%" PRIu64 " of %" PRIu64
			" bytes); the run that plays it waits for the rest: "
			"'stop', then '.play' it again",
			f->file.name, l->at, f->file.size);
	if (f)
		channel_end(&c->channel, CHANNEL_FEED);
	free_feed(f);
}
