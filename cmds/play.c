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

#define FED_MAX 1000000000000000ull
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

static const struct arg off_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	{ARG_KEYWORD, .name = "off", .help = "make frames again"},
	{ARG_NONE},
};

/* What a file and a feed take alike. */
#define SPEED_ARGS                                                \
	[SPEED_WORD] = PAIR("speed", "play it faster or slower"), \
	[SPEED] = {ARG_TEXT,                                      \
		   .optional = true,                              \
		   .name = "SPEED",                               \
		   .names = speeds,                               \
		   .unset = "1x",                                 \
		   .help = "0.001x..1000x, or rate: at the stream's rate"}
#define FRAME_ARGS                                                         \
	[CSUMS_WORD] = PAIR("checksums", "choose how checksums are made"), \
	[CSUMS] = {ARG_ENUM,                                               \
		   .optional = true,                                       \
		   .name = "CHECKSUMS",                                    \
		   .words = csum_words,                                    \
		   .unset = "keep",                                        \
		   .help = "how they are made"},                           \
	[TAG_WORD] = PAIR("tag", "put a VLAN tag into frames"),            \
	[TAG] = {ARG_ENUM,       .optional = true,                         \
		 .name = "TAG",  .words = tag_words,                       \
		 .unset = "off", .help = "whether to put one in"}

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[FILE_NAME] = {ARG_NAME, .name = "FILE", .names = app_file_names,
		       .help = "capture to play, pcap or pcapng"},
	SPEED_ARGS,
	[LOOPS_WORD] = PAIR("loops", "play it more than once"),
	[LOOPS] = {ARG_TEXT, .optional = true, .name = "LOOPS", .names = loops,
		   .unset = "1",
		   .help = "how often a run plays it, or forever"},
	[BAD_WORD] = PAIR("bad", "choose what to do with unsendable records"),
	[BAD] = {ARG_ENUM, .optional = true, .name = "BAD", .words = bad_words,
		 .unset = "refuse", .help = "what to do with them"},
	FRAME_ARGS,
	{ARG_NONE},
};

static const struct arg fed_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[FED_WORD] = {ARG_KEYWORD, .name = STREAM_FED,
		      .help = "frames that come by the data channel"},
	SPEED_ARGS,
	[FRAMES_WORD] = PAIR("frames", "say how many come"),
	[FRAMES] = {ARG_INT, .optional = true, .name = "FRAMES",
		    .unit = "frames", .help = "frames that come in all",
		    .min = 1, .max = FED_MAX},
	[BYTES_WORD] = PAIR("bytes", "say how long they are"),
	[BYTES] = {ARG_INT, .optional = true, .name = "BYTES", .unit = "bytes",
		   .help = "bytes of all frames, without FCS", .min = ETH_HLEN,
		   .max = FED_MAX},
	FRAME_ARGS,
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

/* What is the same of both, of streams that do not run. */
static enum call_result take_play(struct call *c, const char *file,
				  struct stream_play *play)
{
	*play = (struct stream_play){
		.loops = 1,
		.tag = (uint8_t)c->v[TAG].u,
		.csums = (uint8_t)c->v[CSUMS].u,
	};
	strcpy(play->file, file);
	if (take_speed(c, &play->speed) == CALL_FAIL)
		return CALL_FAIL;
	return check_idle(c);
}

static enum call_result run(struct call *c)
{
	struct stream_play play;
	uint64_t n;

	if (take_loops(c, &n) == CALL_FAIL ||
	    take_play(c, c->v[FILE_NAME].text, &play) == CALL_FAIL)
		return CALL_FAIL;
	play.loops = n;
	play.skip = (uint8_t)c->v[BAD].u;
	if (app_change(c, &c->v[PORTS].subjects, change, &play, FILE_NAME) ==
	    CALL_FAIL)
		return CALL_FAIL;
	return c->program ? CALL_DONE : run_show(c);
}

static enum call_result run_off(struct call *c)
{
	if (check_idle(c) == CALL_FAIL)
		return CALL_FAIL;
	return app_change(c, &c->v[PORTS].subjects, change, NULL, PORTS);
}

/* ---- Fed ----------------------------------------------------------------- */

/* The only one that is meant. */
static enum call_result take_one(struct call *c, struct subject *one)
{
	const struct app *app = call_app(c);
	struct subject s = {0, 0};
	unsigned n = 0;

	for (; config_next(app, &c->v[PORTS].subjects, &s); s.stream++, n++)
		*one = s;
	return n == 1 ? CALL_DONE
		      : call_fail(c, E_RANGE, PORTS,
				  "a feed goes to one stream, not to %u: name "
				  "it, as in '.play 0 FILE'",
				  n);
}

static enum call_result check_sizes(struct call *c, unsigned port)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const unsigned max =
		MIN(port_max_size(&pg->port[port]), (unsigned)STREAM_SIZE_MAX) -
		ETH_FCS_LEN;
	const uint64_t frames = c->v[FRAMES].u, bytes = c->v[BYTES].u;

	if (bytes >= frames * ETH_HLEN && bytes <= frames * max)
		return CALL_DONE;
	return call_fail(c, E_RANGE, BYTES,
			 "a frame has %u..%u bytes without FCS", ETH_HLEN, max);
}

/* What is fed is in the way, unless this stream plays it. */
static enum call_result check_feed(struct call *c, struct subject one)
{
	struct app *app = call_app(c);
	const struct subjects all = subjects_of(app_ports_up(app));
	struct subject s = {0, 0};

	for (; config_next(app, &all, &s); s.stream++)
		if (stream_is_fed(
			    pktgen_stream(&app->pktgen, s.port, s.stream)) &&
		    (s.port != one.port || s.stream != one.stream))
			return call_fail(c, E_STATE, FED_WORD,
					 "stream %u.%u is being fed; "
					 "'play %u.%u off' ends that",
					 s.port, s.stream, s.port, s.stream);
	switch (feed_check(app)) {
	case E_OK:
		return CALL_DONE;
	case E_FULL:
		return call_fail(c, E_FULL, FED_WORD,
				 "no room: a feed takes 3/4 of what is free, "
				 "%u bytes at least",
				 FEED_ROOM_MIN);
	default:
		return call_fail(
			c, E_STATE, FED_WORD, "%s",
			app->channel.state == CHANNEL_ABSENT
				? "there is no data channel that could feed it"
				: "a capture is on; 'capture off' ends it");
	}
}

/* What the stream is may refuse it: asked before what it plays ends. */
static enum call_result try_feed(struct call *c, struct subject one,
				 struct stream_play *play)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	struct feed *const is = pg->files.feed;
	struct stream s = *pktgen_stream(pg, one.port, one.stream);
	struct pktgen_fault fault = {0};
	struct feed f = {.frames = c->v[FRAMES].u,
			 .bytes = c->v[BYTES].u,
			 .span_ns = c->v[SPAN].u};
	int rc;

	fields_play(&s, play);
	pg->files.feed = &f;
	rc = pktgen_try_stream(pg, one.port, one.stream, &s, &fault);
	pg->files.feed = is;
	pktgen_drop_stream(pg, one.port, one.stream);
	return rc < 0 ? app_refuse(c, rc, &fault, FED_WORD) : CALL_DONE;
}

static enum call_result run_fed(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct app *app = call_app(c);
	struct stream_play play;
	struct subject one;

	if (!c->v[FRAMES].set || !c->v[BYTES].set)
		return call_fail(c, E_MISSING, FED_WORD,
				 "'-' needs 'frames' and 'bytes'; '.play FILE' "
				 "in the client feeds a capture");
	if (take_play(c, STREAM_FED, &play) == CALL_FAIL ||
	    take_one(c, &one) == CALL_FAIL ||
	    check_sizes(c, one.port) == CALL_FAIL ||
	    check_feed(c, one) == CALL_FAIL ||
	    try_feed(c, one, &play) == CALL_FAIL)
		return CALL_FAIL;
	/* What it was fed before goes first, with its memory. */
	if (app->pktgen.files.feed &&
	    app_change(c, on, change, NULL, FED_WORD) == CALL_FAIL)
		return CALL_FAIL;
	if (feed_start(app, c->v[FRAMES].u, c->v[BYTES].u, c->v[SPAN].u))
		return app_no_memory(c, FED_WORD);
	if (app_change(c, on, change, &play, FED_WORD) == CALL_DONE)
		return CALL_DONE;
	/* Where it was compiled, it has been dropped with that. */
	if (app->pktgen.files.feed)
		feed_drop(app);
	return CALL_FAIL;
}

const struct cmd cmd_play = {
	.name = "play",
	.group = GROUP_TRAFFIC,
	.summary = "Send the frames of a capture",
	.forms =
		(const struct cmd_form[]){
			{app_show_streams_args, run_show,
			 "show what is played"},
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
