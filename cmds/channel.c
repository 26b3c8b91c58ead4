/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/app.h"

enum { WORD, NAME, OFFSET };
enum { TOKEN = 1, POS = 1 };

/* What a transfer remembers: whose the lane is, and when a line is due. */
enum { TURN, SAY_NS };

#define POLL_NS 1000000ull
#define SAY_EVERY_NS 1000000000ull
/* The token may come later than a line that was sent behind it. */
#define OPENING_NS 2000000000ull
/* Nothing was taken, or came, for this: nobody is there. */
#define PATIENCE_NS 10000000000ull

static const char *const states[] = {
	[CHANNEL_ABSENT] = "absent",
	[CHANNEL_CLOSED] = "closed",
	[CHANNEL_OPENING] = "opening",
	[CHANNEL_IS_OPEN] = "open",
};

static const struct arg open_args[] = {
	[WORD] = {ARG_KEYWORD, .name = "open",
		  .help = "open it for who sends TOKEN there"},
	[TOKEN] = {ARG_HEX32, .name = "TOKEN",
		   .help = "random number of 8 hex digits"},
	{ARG_NONE},
};

static const struct arg put_args[] = {
	[WORD] = {ARG_KEYWORD, .name = "put",
		  .help = "take the file that 'put' began"},
	[NAME] = {ARG_NAME, .name = "NAME", .help = "file that 'put' began",
		  .names = app_upload_name},
	{ARG_NONE},
};

static const struct arg get_args[] = {
	[WORD] = {ARG_KEYWORD, .name = "get", .help = "send a file"},
	[NAME] = {ARG_NAME, .name = "NAME", .help = "file to send",
		  .names = app_file_names},
	[OFFSET] = {ARG_INT, .optional = true, .name = "OFFSET",
		    .unit = "bytes", .help = "first byte to send", .unset = "0",
		    .max = UINT32_MAX},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg capture_args[] = {
	[WORD] = {ARG_KEYWORD, .name = "capture",
		  .help = "send a capture that has no file"},
	[POS] = {ARG_INT, .name = "POS", .unit = "bytes",
		 .help = "first byte to send; those before it are forgotten",
		 .max = INT64_MAX},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* ---- What it is at ------------------------------------------------------- */

static enum call_result run_show(struct call *c)
{
	const struct app_channel *ch = &call_app(c)->channel;

	reply_text(c->reply, "state", states[ch->state]);
	if (ch->state == CHANNEL_ABSENT)
		return CALL_DONE;
	reply_u64(c->reply, "taken", ch->received, "bytes");
	reply_u64(c->reply, "given", ch->sent, "bytes");
	reply_u64(c->reply, "stray", ch->stray, "bytes");
	reply_text(c->reply, "fault", ch->why ? ch->why : "");
	return CALL_DONE;
}

static bool is_there(struct call *c)
{
	if (call_app(c)->channel.state != CHANNEL_ABSENT)
		return true;
	call_fail(c, E_STATE, -1,
		  "there is no data channel; files go by 'put' and 'get'");
	return false;
}

static enum call_result run_open(struct call *c)
{
	struct app_channel *ch = &call_app(c)->channel;

	if (!is_there(c))
		return CALL_FAIL;
	channel_end(ch, CHANNEL_FILES);
	channel_open(ch, c->v[TOKEN].u, c->now_ns);
	return CALL_DONE;
}

/* ---- Transfers ----------------------------------------------------------- */

static bool has_begun(const struct call *c)
{
	return c->state[TURN] != 0;
}

/* For the token of an opening that was just asked for. */
static bool waits(struct call *c)
{
	const struct app_channel *ch = &call_app(c)->channel;

	c->wake_ns = c->now_ns + POLL_NS;
	return ch->state == CHANNEL_OPENING &&
	       c->now_ns - ch->opened_ns < OPENING_NS;
}

/* Who had the lane has lost it. */
static bool begin(struct call *c, const struct channel_user *user,
		  const char *name, uint64_t at)
{
	struct app *app = call_app(c);
	struct channel_file *f = &app->channel.file;
	const unsigned turn = f->turn + 1;

	if (!is_there(c))
		return false;
	if (app->channel.state != CHANNEL_IS_OPEN) {
		call_fail(c, E_STATE, -1,
			  "the data channel is %s; 'channel open' opens it",
			  states[app->channel.state]);
		return false;
	}
	*f = (struct channel_file){
		.moved_ns = c->now_ns, .at = at, .turn = turn};
	snprintf(f->name, sizeof(f->name), "%s", name);
	c->state[TURN] = turn;
	channel_begin(&app->channel, CHANNEL_FILES, user, app, at);
	return true;
}

static enum call_result end(struct call *c)
{
	channel_end(&call_app(c)->channel, CHANNEL_FILES);
	return CALL_DONE;
}

static enum call_result fail(struct call *c)
{
	const struct channel_file *f = &call_app(c)->channel.file;

	end(c);
	return call_fail(c, f->err, NAME,
			 f->err == E_STATE && c->form->args == put_args
				 ? "the upload of '%s' was removed or replaced"
			 : f->err == E_STATE ? "'%s' changed while it was sent"
			 : f->err == E_CRC ? "'%s' is complete but its CRC-32 "
					     "is wrong; it was dropped"
					   : "'%s' would exceed its size",
			 f->name);
}

/* Bytes that are on their way are of no use to who is next. */
static enum call_result give_up(struct call *c, const char *why)
{
	end(c);
	channel_close(&call_app(c)->channel, why);
	return call_fail(c, E_STATE, -1,
			 "nothing moved on the data channel for 10 s; it is "
			 "closed");
}

/* `due`: bytes are, so one that does not move is dead. */
static enum call_result go_on(struct call *c, bool due)
{
	struct app_channel *ch = &call_app(c)->channel;
	const struct channel_lane *l = &ch->lane[CHANNEL_FILES];
	struct channel_file *f = &ch->file;
	const uint64_t at = l->user && l->user->give ? l->taken : l->at;

	if (ch->state != CHANNEL_IS_OPEN || f->turn != c->state[TURN] ||
	    (!l->user && !f->err && !f->done)) {
		if (f->turn == c->state[TURN])
			end(c);
		return call_fail(c, E_STATE, -1,
				 "the data channel was closed%s%s",
				 ch->why ? ": " : "", ch->why ? ch->why : "");
	}
	if (f->err)
		return fail(c);
	if (f->done)
		return end(c);
	if (at != f->at || !due) {
		f->at = at;
		f->moved_ns = c->now_ns;
	} else if (c->now_ns - f->moved_ns > PATIENCE_NS) {
		return give_up(c, "nothing moved");
	}
	c->wake_ns = c->now_ns + POLL_NS;
	return CALL_AGAIN;
}

/* True of the last call. */
static bool cancelled(struct call *c)
{
	struct app_channel *ch = &call_app(c)->channel;

	if (c->cancelled && has_begun(c) && ch->file.turn == c->state[TURN]) {
		end(c);
		channel_close(ch, "a transfer was cancelled");
	}
	return c->cancelled;
}

/* ---- A file that comes --------------------------------------------------- */

static bool take(void *arg, uint64_t at, const void *bytes, size_t len)
{
	struct app *app = arg;
	struct channel_file *f = &app->channel.file;

	f->err = store_append(&app->store, f->name, at, bytes, len);
	f->done = !f->err && at + len == f->size;
	return !f->err;
}

static const struct channel_user taker = {.take = take};

static enum call_result run_put(struct call *c)
{
	struct app *app = call_app(c);
	const struct store *s = &app->store;

	if (cancelled(c))
		return CALL_DONE;
	if (has_begun(c))
		return go_on(c, true);
	if (waits(c))
		return CALL_AGAIN;
	if (!s->upload.name[0] || strcmp(s->upload.name, c->v[NAME].text) != 0)
		return call_fail(c, E_STATE, NAME,
				 "no upload of '%s' has begun; 'put' begins "
				 "one",
				 c->v[NAME].text);
	if (!begin(c, &taker, s->upload.name, s->got))
		return CALL_FAIL;
	app->channel.file.size = s->upload.size;
	return go_on(c, true);
}

/* ---- A file that goes ---------------------------------------------------- */

static size_t give(void *arg, uint64_t at, void *to, size_t len)
{
	struct app *app = arg;
	struct channel_file *f = &app->channel.file;
	const struct store_file *file = store_find(&app->store, f->name);

	if (!file || file->serial != f->serial) {
		f->err = E_STATE;
		return 0;
	}
	len = MIN(len, file->size - (size_t)at);
	memcpy(to, store_data(&app->store, file) + at, len);
	return len;
}

static void given(void *arg, uint64_t at)
{
	struct channel_file *f = &((struct app *)arg)->channel.file;

	f->done = at == f->size;
}

static const struct channel_user giver = {.give = give, .given = given};

static enum call_result run_get(struct call *c)
{
	struct app *app = call_app(c);
	const struct store_file *f;
	uint64_t serial = 0;

	if (cancelled(c))
		return CALL_DONE;
	if (has_begun(c))
		return go_on(c, true);
	if (waits(c))
		return CALL_AGAIN;
	reply_style(c->reply, REPLY_LINE);
	f = app_file(c, NAME, &serial);
	if (!f)
		return CALL_FAIL;
	if (c->v[OFFSET].u > f->size)
		return call_fail(c, E_RANGE, OFFSET,
				 "offset %llu is beyond the %zu bytes of '%s'",
				 (unsigned long long)c->v[OFFSET].u, f->size,
				 f->name);
	if (!begin(c, &giver, f->name, c->v[OFFSET].u))
		return CALL_FAIL;
	reply_text(c->reply, "name", f->name);
	reply_u64(c->reply, "size", f->size, "bytes");
	reply_textf(c->reply, "crc32", "%08x", f->crc);
	app->channel.file.serial = serial;
	app->channel.file.size = f->size;
	app->channel.file.done = c->v[OFFSET].u == f->size;
	return go_on(c, true);
}

/* ---- A live capture ------------------------------------------------------ */

/* The very one that was asked for is on. */
static bool is_on(const struct app *app)
{
	const struct app_capture *cap = &app->capture;

	return cap->state == CAPTURE_ON && capture_is_live(cap) &&
	       cap->began_ns == app->channel.file.serial;
}

static size_t give_capture(void *arg, uint64_t at, void *to, size_t len)
{
	const struct app *app = arg;

	return is_on(app) ? capture_ring_read(&app->capture.recorder.ring, at,
					      to, len)
			  : 0;
}

static void capture_given(void *arg, uint64_t at)
{
	struct app *app = arg;

	if (is_on(app))
		capture_ring_done(&app->capture.recorder.ring, at);
}

static const struct channel_user capturer = {.give = give_capture,
					     .given = capture_given};

static enum call_result run_capture(struct call *c)
{
	struct app *app = call_app(c);
	struct app_capture *cap = &app->capture;
	const struct channel_lane *l = &app->channel.lane[CHANNEL_FILES];
	const uint64_t to = capture_ring_to(&cap->recorder.ring);
	enum call_result result;

	if (cancelled(c))
		return CALL_DONE;
	if (!has_begun(c) && waits(c))
		return CALL_AGAIN;
	reply_style(c->reply, REPLY_LINE);
	if (!has_begun(c)) {
		result = capture_check_read(c, POS);
		if (result != CALL_DONE)
			return result;
		if (!begin(c, &capturer, CAPTURE_LIVE, c->v[POS].u))
			return CALL_FAIL;
		app->channel.file.serial = cap->began_ns;
	} else if (!is_on(app)) {
		end(c);
		return call_fail(c, E_STATE, -1, "the capture was ended");
	}
	app->channel.file.done = cap->recorder.end != RECORDER_GOES_ON &&
				 l->user && l->taken == to;
	result = go_on(c, l->at > l->taken);
	if (result == CALL_DONE ||
	    (result == CALL_AGAIN && c->now_ns >= c->state[SAY_NS])) {
		capture_report_read(c->reply, cap);
		c->state[SAY_NS] = c->now_ns + SAY_EVERY_NS;
	}
	return result;
}

const struct cmd cmd_channel = {
	.name = "channel",
	.group = GROUP_FILES,
	.summary = "Move files by the data channel (for programs)",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run_show, "show the data channel"},
			{open_args, run_open,
			 "open it; what it did before ends"},
			{put_args, run_put,
			 "take the rest of a file that 'put' began"},
			{get_args, run_get, "send a file"},
			{capture_args, run_capture,
			 "send a capture into '-' until it is over"},
			{0},
		},
	.notes = "The data channel is a second socket beside the serial "
		 "line, much faster. Its bytes come in blocks, which "
		 "docs/protocol.md describes. People use '.upload', "
		 "'.download' and '.capture' in the client, which finds it.",
	.examples = (const char *const[]){"channel", "channel open 5eed0001",
					  "channel get trace.pcap", NULL},
	.see = (const char *const[]){"put", "get", "capture", NULL},
};
