/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/feed.h"

#include <string.h>

#include "app/app.h"

/* Dry for this long, it is told. */
#define TELL_NS 1000000000ull

static bool take(void *arg, uint64_t at, const void *bytes, size_t len)
{
	struct app *app = arg;

	(void)at;
	return feed_take(&app->feed.feed, bytes, len);
}

static uint64_t limit(void *arg)
{
	const struct app *app = arg;

	return feed_limit(&app->feed.feed);
}

static const struct channel_user user = {.take = take, .limit = limit};

void feed_drop(struct app *app)
{
	channel_end(&app->channel, CHANNEL_FEED);
	store_give_back(&app->store);
	app->pktgen.files.feed = NULL;
}

static void end_feed(void *arg)
{
	feed_drop(arg);
}

/* Of what is free once the one that is on has ended. */
static size_t room_of(const struct app *app)
{
	const struct store *s = &app->store;
	const size_t back = app->pktgen.files.feed ? s->kept : 0;

	return (s->limit + back - s->used) / 4 * 3;
}

enum shell_err feed_check(const struct app *app)
{
	const struct store *s = &app->store;
	const size_t upload = s->upload.name[0] ? s->upload.size : 0;
	const size_t room = room_of(app);

	if (app->channel.state == CHANNEL_ABSENT || s->lent)
		return E_STATE;
	return room < FEED_ROOM_MIN || upload > room / 3 ? E_FULL : E_OK;
}

enum shell_err feed_start(struct app *app, uint64_t frames, uint64_t bytes,
			  uint64_t span_ns)
{
	struct store *s = &app->store;
	struct app_feed *f = &app->feed;
	const size_t room = room_of(app);
	const enum shell_err err =
		app->pktgen.files.feed ? E_STATE : feed_check(app);
	void *mem;

	if (err)
		return err;
	mem = store_set_aside(s, room);
	if (!mem)
		return E_FULL;
	memset(f, 0, sizeof(*f));
	feed_init(&f->feed, mem, room);
	f->feed.frames = frames;
	f->feed.bytes = bytes;
	f->feed.span_ns = span_ns;
	app->pktgen.files.feed = &f->feed;
	app->pktgen.files.end_feed = end_feed;
	channel_begin(&app->channel, CHANNEL_FEED, &user, app, 0);
	return E_OK;
}

/* Who feeds it learns no other way that what came was wrong. */
static void tell_closed(struct app *app, uint64_t now_ns)
{
	const struct app_channel *ch = &app->channel;
	struct app_feed *f = &app->feed;

	if (ch->state != CHANNEL_CLOSED || !ch->why ||
	    f->feed.records == f->feed.frames) {
		f->closed_ns = 0;
		f->told_closed = false;
	} else if (!f->closed_ns) {
		f->closed_ns = now_ns;
	} else if (!f->told_closed && now_ns - f->closed_ns > TELL_NS) {
		f->told_closed = true;
		session_event(&app->session, now_ns,
			      "play: the data channel is closed: %s", ch->why);
	}
}

void feed_poll(struct app *app, uint64_t now_ns)
{
	struct app_feed *f = &app->feed;
	const uint64_t dry_ns = f->feed.dry_ns;

	if (!app->pktgen.files.feed)
		return;
	tell_closed(app, now_ns);
	if (f->feed.number && !f->told_fault) {
		f->told_fault = true;
		session_event(&app->session, now_ns,
			      "play: record %llu that is fed cannot be sent; "
			      "'play off' ends it",
			      (unsigned long long)f->feed.number);
	}
	if (dry_ns && !f->told_stall_ns && now_ns - dry_ns > TELL_NS) {
		f->told_stall_ns = dry_ns;
		session_event(&app->session, now_ns,
			      "play: waits for frames that are fed");
	} else if (!dry_ns && f->told_stall_ns) {
		session_event(&app->session, now_ns,
			      "play: goes on after %llu ms without frames",
			      (unsigned long long)(now_ns - f->told_stall_ns) /
				      1000000);
		f->told_stall_ns = 0;
	}
}
