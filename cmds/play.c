/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/traffic.h"

enum {
	PORTS,
	FILE_NAME,
	SPEED_WORD,
	SPEED,
	LOOPS_WORD,
	LOOPS,
	BAD_WORD,
	BAD,
	CSUMS_WORD,
	CSUMS,
	TAG_WORD,
	TAG,
	SPAN_WORD,
	SPAN
};

#define FED_MAX 1000000000000000
#define FED_NS_MAX (366 * 86400 * 1000000000ull)

/* Of what is fed: the same places. */
enum {
	FED_WORD = FILE_NAME,
	FRAMES_WORD = LOOPS_WORD,
	FRAMES = LOOPS,
	BYTES_WORD = BAD_WORD,
	BYTES = BAD
};

static bool speeds(void *app, unsigned i, struct arg_name *name)
{
	static const struct arg_word words[] = {
		{"1x", "at the capture's own times"},
		{"2x", "twice as fast"},
		{"0.5x", "half as fast"},
		{"rate", "at the stream's rate"},
	};
	(void)app;

	if (i >= sizeof(words) / sizeof(words[0]))
		return false;
	strcpy(name->text, words[i].name);
	name->help = words[i].help;
	return true;
}

static bool loops(void *app, unsigned i, struct arg_name *name)
{
	(void)app;
	strcpy(name->text, "forever");
	name->help = "until it is stopped";
	return !i;
}

static const struct arg_word bad_words[] = {
	{"refuse", "refuse the file"},
	{"skip", "skip such records and count them"},
	{NULL, NULL},
};

static const struct arg_word csum_words[] = {
	{"keep", "adjust those of fields that are set"},
	{"new", "make all of IP, UDP, TCP and ICMP again"},
	{NULL, NULL},
};

static const struct arg_word tag_words[] = {
	{"off", "leave frames as they are"},
	{"on", "put a VLAN tag into each frame"},
	{NULL, NULL},
};

#define PAIR(word, text)                                                  \
	{                                                                 \
		ARG_KEYWORD, .optional = true, .name = word, .help = text \
	}

static const struct arg show_args[] = {
	[PORTS] = APP_STREAMS_TO_SHOW,
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg off_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	{ARG_KEYWORD, .name = "off", .help = "make frames again"},
	{ARG_NONE},
};

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[FILE_NAME] = {ARG_NAME, .name = "FILE", .names = app_file_names,
		       .help = "capture to play, pcap or pcapng"},
	[SPEED_WORD] = PAIR("speed", "play it faster or slower"),
	[SPEED] = {ARG_TEXT, .optional = true, .name = "SPEED", .names = speeds,
		   .unset = "1x",
		   .help = "0.001x..1000x, or rate: at the stream's rate"},
	[LOOPS_WORD] = PAIR("loops", "play it more than once"),
	[LOOPS] = {ARG_TEXT, .optional = true, .name = "LOOPS", .names = loops,
		   .unset = "1",
		   .help = "how often a run plays it, or forever"},
	[BAD_WORD] = PAIR("bad", "choose what to do with unsendable records"),
	[BAD] = {ARG_ENUM, .optional = true, .name = "BAD", .words = bad_words,
		 .unset = "refuse", .help = "what to do with them"},
	[CSUMS_WORD] = PAIR("checksums", "choose how checksums are made"),
	[CSUMS] = {ARG_ENUM, .optional = true, .name = "CHECKSUMS",
		   .words = csum_words, .unset = "keep",
		   .help = "how they are made"},
	[TAG_WORD] = PAIR("tag", "put a VLAN tag into frames"),
	[TAG] = {ARG_ENUM, .optional = true, .name = "TAG", .words = tag_words,
		 .unset = "off", .help = "whether to put one in"},
	{ARG_NONE},
};

static const struct arg fed_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[FED_WORD] = {ARG_KEYWORD, .name = STREAM_FED,
		      .help = "frames that come by the data channel"},
	[SPEED_WORD] = PAIR("speed", "play it faster or slower"),
	[SPEED] = {ARG_TEXT, .optional = true, .name = "SPEED", .names = speeds,
		   .unset = "1x",
		   .help = "0.001x..1000x, or rate: at the stream's rate"},
	[FRAMES_WORD] = PAIR("frames", "say how many come"),
	[FRAMES] = {ARG_INT, .optional = true, .name = "FRAMES",
		    .unit = "frames", .help = "frames that come in all",
		    .min = 1, .max = FED_MAX},
	[BYTES_WORD] = PAIR("bytes", "say how long they are"),
	[BYTES] = {ARG_INT, .optional = true, .name = "BYTES", .unit = "bytes",
		   .help = "bytes of all frames, without FCS", .min = 14,
		   .max = FED_MAX},
	[CSUMS_WORD] = PAIR("checksums", "choose how checksums are made"),
	[CSUMS] = {ARG_ENUM, .optional = true, .name = "CHECKSUMS",
		   .words = csum_words, .unset = "keep",
		   .help = "how they are made"},
	[TAG_WORD] = PAIR("tag", "put a VLAN tag into frames"),
	[TAG] = {ARG_ENUM, .optional = true, .name = "TAG", .words = tag_words,
		 .unset = "off", .help = "whether to put one in"},
	[SPAN_WORD] = PAIR("span", "say how long they take"),
	[SPAN] = {ARG_TIME, .optional = true, .name = "SPAN", .unset = "0",
		  .help = "time from the first frame to the last",
		  .max = FED_NS_MAX},
	{ARG_NONE},
};

/* ---- Shown --------------------------------------------------------------- */

/* What was fed, how much of that is still to be sent, when it ran dry. */
static void report_feed(struct reply *r, const struct feed *f)
{
	if (!f)
		return;
	reply_u64(r, "fed", f->received, "bytes");
	reply_u64(r, "unsent", f->records - f->played, NULL);
	reply_u64(r, "stalls", f->stalls, NULL);
	reply_milli(r, "stalled",
		    (f->stalled_ns + (f->dry_ns ? f->now_ns - f->dry_ns : 0)) /
			    1000000,
		    "s");
}

static void report(struct reply *r, const struct pktgen_stream *s,
		   struct subject of)
{
	const struct played *p = play_of(s->flow->program);
	char text[TRAFFIC_PLAY_MAX];

	traffic_print_play(&s->stream, text);
	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", of.port);
	reply_id(r, "stream", of.stream);
	reply_text(r, "play", text);
	reply_u64(r, "frames", p->frames, NULL);
	reply_u64(r, "bytes", p->bytes + p->frames * ETH_FCS_LEN, NULL);
	reply_milli(r, "time", p->last_ns / 1000000, "s");
	reply_u64(r, "skipped", played_skipped(p), NULL);
	reply_text(r, "fault", p->why);
	report_feed(r, p->feed);
	reply_end(r);
}

static enum call_result run_show(struct call *c)
{
	const struct app *app = call_app(c);
	const struct subjects *on = &c->v[PORTS].subjects;
	struct subject s = {0, 0};

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "streams", REPLY_TABLE);
	for (; config_next(app, on, &s); s.stream++) {
		const struct pktgen_stream *of =
			app->pktgen.set[s.port].stream[s.stream];

		if (stream_plays(&of->stream))
			report(c->reply, of, s);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

/* ---- Set ----------------------------------------------------------------- */

static int change(struct stream *s, void *what, struct fields_fault *fault)
{
	(void)fault;
	fields_play(s, what);
	return 0;
}

/* A run has its source from its start on. */
static enum call_result check_idle(struct call *c)
{
	const struct app *app = call_app(c);
	const struct subjects *on = &c->v[PORTS].subjects;
	struct pktgen_stream_view v;
	struct subject s = {0, 0};
	char name[24];

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	for (; config_next(app, on, &s); s.stream++) {
		pktgen_look_stream(&app->pktgen, s.port, s.stream, &v);
		if (v.state == FLOW_IDLE)
			continue;
		app_subject_print(app, s, name, sizeof(name));
		return call_fail(c, E_STATE, PORTS,
				 "%s is running; type 'stop' first", name);
	}
	return CALL_DONE;
}

static enum call_result take_speed(struct call *c, uint32_t *speed)
{
	const char *word = c->v[SPEED].word, *end;
	uint64_t micro;

	*speed = 0;
	if (!strcasecmp(word, "rate"))
		return CALL_DONE;
	if (!value_decimal(word, &micro, &end) && !strcasecmp(end, "x") &&
	    micro >= 1000 && micro <= 1000 * 1000000ull && !(micro % 1000)) {
		*speed = (uint32_t)(micro / 1000);
		return CALL_DONE;
	}
	return call_fail(c, E_RANGE, SPEED,
			 "SPEED is 0.001x..1000x, with up to 3 digits after "
			 "the point, or 'rate', not '%s'",
			 word);
}

static enum call_result take_loops(struct call *c, uint64_t *n)
{
	const char *word = c->v[LOOPS].word;

	*n = 0;
	if (!strcasecmp(word, "forever") || (!value_int(word, n) && *n))
		return CALL_DONE;
	return call_fail(c, E_RANGE, LOOPS,
			 "LOOPS is 1 and more, or 'forever', not '%s'", word);
}

static enum call_result run(struct call *c)
{
	struct stream_play play = {
		.skip = (uint8_t)c->v[BAD].u,
		.tag = (uint8_t)c->v[TAG].u,
		.csums = (uint8_t)c->v[CSUMS].u,
	};

	if (take_speed(c, &play.speed) == CALL_FAIL ||
	    take_loops(c, &play.loops) == CALL_FAIL ||
	    check_idle(c) == CALL_FAIL)
		return CALL_FAIL;
	strcpy(play.file, c->v[FILE_NAME].text);
	if (app_change(c, &c->v[PORTS].subjects, change, &play, FILE_NAME) ==
	    CALL_FAIL)
		return CALL_FAIL;
	return c->program ? CALL_DONE : run_show(c);
}

/* Of these, streams that play what was fed before do no more. */
static enum call_result leave_feed(struct call *c)
{
	const struct app *app = call_app(c);
	const struct subjects *on = &c->v[PORTS].subjects;
	struct subject s = {0, 0};
	unsigned n = 0;

	for (; config_next(app, on, &s); s.stream++)
		n++;
	if (n != 1)
		return call_fail(c, E_RANGE, PORTS,
				 "one stream can be fed, not %u", n);
	return app->pktgen.files.feed
		       ? app_change(c, on, change, NULL, FED_WORD)
		       : CALL_DONE;
}

static enum call_result refuse_feed(struct call *c, enum shell_err err)
{
	const struct app *app = call_app(c);

	if (err == E_FULL)
		return call_fail(c, E_FULL, FED_WORD,
				 "no room: a feed takes 3/4 of what is free, "
				 "%u bytes at least",
				 FEED_ROOM_MIN);
	return call_fail(c, E_STATE, FED_WORD, "%s",
			 app->channel.state == CHANNEL_ABSENT
				 ? "there is no data channel that could feed it"
			 : app->pktgen.files.feed
				 ? "a capture is fed to another stream; 'play "
				   "off' ends it"
				 : "a capture is on; 'capture off' ends it");
}

static enum call_result run_fed(struct call *c)
{
	struct app *app = call_app(c);
	struct stream_play play = {
		.file = STREAM_FED,
		.loops = 1,
		.tag = (uint8_t)c->v[TAG].u,
		.csums = (uint8_t)c->v[CSUMS].u,
	};
	enum shell_err err;

	if (!c->v[FRAMES].set || !c->v[BYTES].set)
		return call_fail(c, E_MISSING, FED_WORD,
				 "'-' needs 'frames' and 'bytes'; '.play FILE' "
				 "in the client feeds a capture");
	if (take_speed(c, &play.speed) == CALL_FAIL ||
	    check_idle(c) == CALL_FAIL || leave_feed(c) == CALL_FAIL)
		return CALL_FAIL;
	err = feed_start(app, c->v[FRAMES].u, c->v[BYTES].u, c->v[SPAN].u);
	if (err)
		return refuse_feed(c, err);
	if (app_change(c, &c->v[PORTS].subjects, change, &play, FED_WORD) ==
	    CALL_DONE)
		return CALL_DONE;
	/* Where it was compiled, it has been dropped with that. */
	if (app->pktgen.files.feed)
		feed_drop(app);
	return CALL_FAIL;
}

static enum call_result run_off(struct call *c)
{
	if (check_idle(c) == CALL_FAIL)
		return CALL_FAIL;
	return app_change(c, &c->v[PORTS].subjects, change, NULL, PORTS);
}

const struct cmd cmd_play = {
	.name = "play",
	.group = GROUP_TRAFFIC,
	.summary = "Send the frames of a capture",
	.forms =
		(const struct cmd_form[]){
			{show_args, run_show, "show what is played"},
			{off_args, run_off, "make frames again"},
			{fed_args, run_fed, "send frames that a program feeds"},
			{args, run, "send the frames of FILE"},
			{0},
		},
	.notes = "FILE is in the file store, and stays there while it is "
		 "played. 'start' plays it at its own times, or with 'speed "
		 "rate' by 'rate'. 'set' changes fields of the frames that "
		 "have them, 'vlan' puts a tag in. A record of another link "
		 "type than Ethernet, one that was cut, or one that the port "
		 "does not take is unsendable. A capture that the store has no "
		 "room for is fed by the client: '.play FILE'.",
	.examples =
		(const char *const[]){"play trace.pcap",
				      "play 0 trace.pcap speed 2x loops 10",
				      "play 0 trace.pcap speed rate bad skip",
				      "play 0 off", NULL},
	.see = (const char *const[]){"capture", "set", "rate", "start", NULL},
	.configures = true,
};
