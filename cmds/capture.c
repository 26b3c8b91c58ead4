/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/app.h"
#include "files/base64.h"
#include "files/crc32.h"

enum {
	PORTS,
	DIRECTION,
	COUNT_WORD,
	COUNT,
	SNAP_WORD,
	SNAP,
	FILTER_WORD,
	FILTER,
	KEEP_WORD,
	KEEP,
	ROOM_WORD,
	ROOM,
	FILE_NAME
};
enum { WORD, POS };

/* What `read` remembers between its calls. */
enum { AT, LEFT };

#define CHUNK 768      /* a line of 1,024 characters */
#define READ_CHUNKS 16 /* in a reply */
#define POLL_NS 1000000ull
#define SNAP_ALL 262144

static const struct arg_word directions[] = {
	{"rx", "frames that are received"},
	{"tx", "frames that are sent"},
	{"both", "frames that are received or sent"},
	{NULL, NULL},
};

static const struct arg_word keeps[] = {
	[CAPTURE_KEEP_FIRST] = {"first", "stop when the room is full"},
	[CAPTURE_KEEP_LAST] = {"last", "replace the oldest frames"},
	{NULL, NULL},
};

#define PAIR(word, text)                                                  \
	{                                                                 \
		ARG_KEYWORD, .optional = true, .name = word, .help = text \
	}

static const struct arg start_args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to capture on"},
	[DIRECTION] = {ARG_ENUM, .optional = true, .name = "DIRECTION",
		       .help = "which frames", .words = directions,
		       .unset = "rx"},
	[COUNT_WORD] = PAIR("count", "stop after COUNT frames"),
	[COUNT] = {ARG_INT, .optional = true, .name = "COUNT", .unit = "frames",
		   .help = "frames to capture", .min = 1,
		   .max = 1000000000000000},
	[SNAP_WORD] = PAIR("snap", "keep only the start of each frame"),
	[SNAP] = {ARG_INT, .optional = true, .name = "SNAP", .unit = "bytes",
		  .help = "bytes of a frame to keep",
		  .unset = APP_WORD(SNAP_ALL), .min = 14, .max = SNAP_ALL},
	[FILTER_WORD] = PAIR("filter", "capture only frames that pass FILTER"),
	[FILTER] = {ARG_TEXT, .optional = true, .name = "FILTER",
		    .help = "output of 'tcpdump -ddd' in one word, or @FILE"},
	[KEEP_WORD] = PAIR("keep", "choose which frames stay"),
	[KEEP] = {ARG_ENUM, .optional = true, .name = "KEEP",
		  .help = "which frames stay when the room is full",
		  .words = keeps, .unset = "first"},
	[ROOM_WORD] = PAIR("room", "reserve ROOM bytes"),
	[ROOM] = {ARG_INT, .optional = true, .name = "ROOM", .unit = "bytes",
		  .help = "room to reserve", .min = CAPTURE_RING_MIN,
		  .max = UINT32_MAX},
	[FILE_NAME] = {ARG_NAME, .name = "FILE",
		       .help = "file to write, or - for a program to read",
		       .names = app_file_names},
	{ARG_NONE},
};

static const struct arg off_args[] = {
	[WORD] = {ARG_KEYWORD, .name = "off", .help = "end the capture"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg read_args[] = {
	[WORD] = {ARG_KEYWORD, .name = "read",
		  .help = "read a capture that has no file"},
	[POS] = {ARG_INT, .name = "POS", .unit = "bytes",
		 .help = "first byte to read; those before it are forgotten",
		 .max = INT64_MAX},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* ---- What it is at ------------------------------------------------------ */

static const char *state_of(const struct app_capture *c)
{
	if (c->state == CAPTURE_NONE)
		return "off";
	if (c->state != CAPTURE_OVER && c->recorder.end == RECORDER_GOES_ON)
		return c->state == CAPTURE_ON ? "on" : "ending";
	if (c->err)
		return "failed";
	if (c->recorder.end == RECORDER_FULL)
		return "full";
	return c->recorder.end == RECORDER_AT_COUNT ? "done" : "off";
}

static void report(struct call *call)
{
	const struct app_capture *c = &call_app(call)->capture;
	const struct recorder *r = &c->recorder;
	struct reply *reply = call->reply;
	const uint64_t until_ns =
		c->state == CAPTURE_ON ? call->now_ns : c->ended_ns;
	char ports[96];

	reply_text(reply, "state", state_of(c));
	if (c->state == CAPTURE_NONE)
		return;
	value_set_print(c->ask.ports, ports, sizeof(ports));
	reply_text(reply, "file", c->ask.name);
	reply_text(reply, "port_set", ports);
	reply_text(reply, "direction", directions[c->ask.directions - 1].name);
	reply_milli(reply, "time", (until_ns - c->began_ns) / 1000000, "s");
	reply_u64(reply, "frames", r->frames, NULL);
	reply_u64(reply, "kept", r->bytes, "bytes");
	reply_u64(reply, "filtered", r->filtered, NULL);
	reply_u64(reply, "no_room", r->no_room, NULL);
	reply_u64(reply, "replaced", r->ring.overwritten, NULL);
	reply_u64(reply, "room", c->room, "bytes");
	reply_u64(reply, "filter", c->ask.nb_insns, "instructions");
}

static enum call_result run_show(struct call *c)
{
	report(c);
	return CALL_DONE;
}

/* ---- It begins and ends ------------------------------------------------- */

/* The words of a filter, in the line or in a file; NULL: the call failed. */
static const char *filter_text(struct call *c, size_t *len)
{
	const struct value *v = &c->v[FILTER];
	const struct store *s = &call_app(c)->store;
	const struct store_file *f;

	if (v->word[0] != '@') {
		*len = v->word_len;
		return v->word;
	}
	f = store_find(s, v->word + 1);
	if (!f) {
		call_fail(c, E_NOFILE, FILTER,
			  "no file '%.31s'; 'ls' lists "
			  "them",
			  v->word + 1);
		return NULL;
	}
	*len = f->size;
	return (const char *)store_data(s, f);
}

/* False: the call failed. */
static bool take_filter(struct call *c, struct capture_ask *ask,
			struct uk_alloc *a)
{
	char why[BPF_WHY_MAX];
	const char *text;
	size_t len, max;

	if (!c->v[FILTER].set)
		return true;
	text = filter_text(c, &len);
	if (!text)
		return false;
	/* Each takes eight characters at least. */
	max = MIN(len / 8 + 1, (size_t)BPF_INSNS_MAX);
	ask->filter = uk_malloc(a, max * sizeof(ask->filter[0]));
	if (!ask->filter) {
		call_fail(c, E_NOMEM, FILTER, "out of memory for the filter");
		return false;
	}
	ask->nb_insns = bpf_parse(text, len, ask->filter, (unsigned)max, why);
	if (!ask->nb_insns && (text[0] < '0' || text[0] > '9'))
		call_fail(c, E_SYNTAX, FILTER,
			  "FILTER is what 'tcpdump -ddd' prints; '.capture' in "
			  "the client takes an expression");
	else if (!ask->nb_insns)
		call_fail(c, E_SYNTAX, FILTER,
			  "FILTER is not what 'tcpdump -ddd' prints: %s", why);
	else if (!bpf_check(ask->filter, ask->nb_insns, why))
		call_fail(c, E_RANGE, FILTER, "the filter is refused: %s", why);
	else
		return true;
	uk_free(a, ask->filter);
	return false;
}

static enum call_result refuse_room(struct call *c, const struct capture_ask *a)
{
	const struct store *s = &call_app(c)->store;

	if (!a->room)
		return app_full(c, FILE_NAME);
	return call_fail(c, E_FULL, ROOM,
			 "no room for %zu bytes: %zu are free; 'rm' makes room",
			 a->room, s->limit - s->used);
}

/* A port without a file behind it would be taken for one. */
static bool is_port(const struct call *c)
{
	const char *name = c->v[FILE_NAME].text;

	return !c->v[PORTS].set && (!strcmp(name, "all") ||
				    strspn(name, "0123456789") == strlen(name));
}

/* What people type to end it would be taken for a file's name. */
static bool is_end(const struct call *c)
{
	static const char *const words[] = {"stop", "end", "start"};

	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcasecmp(c->v[FILE_NAME].text, words[i]))
			return true;
	return false;
}

/* To a person, who waits for a file that is not there yet. */
static void say_begun(struct call *c, const struct capture_ask *ask)
{
	const bool ends = ask->keep == CAPTURE_KEEP_FIRST;
	char text[80];

	reply_u64(c->reply, "room", call_app(c)->capture.room, "bytes");
	if (ask->count == RECORDER_NO_LIMIT)
		snprintf(text, sizeof(text), "'capture off'%s",
			 ends ? ", or no room is left" : "");
	else
		snprintf(text, sizeof(text), "'capture off', or %llu frame%s",
			 (unsigned long long)ask->count,
			 ask->count == 1 ? "" : "s");
	reply_text(c->reply, "until", text);
}

static enum call_result run_start(struct call *c)
{
	struct app *app = call_app(c);
	struct uk_alloc *a = uk_alloc_get_default();
	struct capture_ask ask = {
		.ports = c->v[PORTS].mask,
		.directions = (unsigned)c->v[DIRECTION].u + 1,
		.keep = (enum capture_keep)c->v[KEEP].u,
		.count = c->v[COUNT].set ? c->v[COUNT].u : RECORDER_NO_LIMIT,
		.snap = (uint32_t)c->v[SNAP].u,
		.room = c->v[ROOM].set ? (size_t)c->v[ROOM].u : 0,
	};

	if (is_end(c))
		return call_fail(c, E_SYNTAX, FILE_NAME,
				 "'%s' is no file to capture into; 'capture "
				 "off' ends a capture",
				 c->v[FILE_NAME].text);
	if (is_port(c))
		return call_fail(c, E_MISSING, FILE_NAME,
				 "'capture' needs FILE after the ports: "
				 "'capture %s %s.pcap'",
				 c->v[FILE_NAME].text, c->v[FILE_NAME].text);
	if (app_check_up(c, ask.ports) != CALL_DONE)
		return CALL_FAIL;
	if (app->capture.state == CAPTURE_ON ||
	    app->capture.state == CAPTURE_ENDING)
		return call_fail(c, E_STATE, -1,
				 "a capture into '%s' is on; 'capture off' "
				 "ends it",
				 app->capture.ask.name);
	if (app_check_free(c, FILE_NAME) == CALL_FAIL)
		return CALL_FAIL;
	strcpy(ask.name, c->v[FILE_NAME].text);
	if (c->v[KEEP].set && !strcmp(ask.name, CAPTURE_LIVE))
		return call_fail(c, E_STATE, KEEP,
				 "a capture into '-' keeps what was not read; "
				 "leave 'keep' out");
	if (!take_filter(c, &ask, a))
		return CALL_FAIL;
	if (capture_start(app, &ask, a, c->now_ns)) {
		uk_free(a, ask.filter);
		return refuse_room(c, &ask);
	}
	if (!c->program)
		say_begun(c, &ask);
	return CALL_DONE;
}

static enum call_result run_off(struct call *c)
{
	struct app *app = call_app(c);

	if (c->cancelled)
		return CALL_DONE;
	capture_stop(app, c->now_ns);
	capture_poll(app, c->now_ns);
	if (app->capture.state == CAPTURE_ENDING) {
		c->wake_ns = c->now_ns + POLL_NS;
		return CALL_AGAIN;
	}
	report(c);
	return CALL_DONE;
}

/* ---- It is read --------------------------------------------------------- */

static void put_chunk(struct call *c, const struct capture_ring *ring)
{
	unsigned char bytes[CHUNK];
	char text[BASE64_LEN(CHUNK) + 1];
	const size_t len = capture_ring_read(ring, c->state[AT], bytes, CHUNK);

	base64_encode(bytes, len, text);
	reply_u64(c->reply, "offset", c->state[AT], "bytes");
	reply_textf(c->reply, "crc32", "%08x", crc32_add(0, bytes, len));
	reply_text(c->reply, "data", text);
	c->state[AT] += len;
}

static enum call_result run_read(struct call *c)
{
	struct app_capture *cap = &call_app(c)->capture;
	struct capture_ring *ring = &cap->recorder.ring;
	const uint64_t pos = c->v[POS].u;

	if (c->cancelled)
		return CALL_DONE;
	if (capture_check_read(c, POS) == CALL_FAIL)
		return CALL_FAIL;
	reply_style(c->reply, REPLY_LINE);
	if (c->calls) {
		put_chunk(c, ring);
	} else {
		capture_report_read(c->reply, cap);
		c->state[AT] = pos;
		c->state[LEFT] = READ_CHUNKS + 1;
	}
	c->wake_ns = c->now_ns;
	return --c->state[LEFT] && c->state[AT] < capture_ring_to(ring)
		       ? CALL_AGAIN
		       : CALL_DONE;
}

const struct cmd cmd_capture = {
	.name = "capture",
	.group = GROUP_WATCHING,
	.summary = "Capture frames into a file",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run_show, "show what is captured"},
			{start_args, run_start,
			 "start a capture into FILE, in pcap"},
			{off_args, run_off,
			 "end the capture; its file is complete then"},
			{read_args, run_read,
			 "read a capture into '-' (for programs)"},
			{0},
		},
	.notes = "FILE appears when the capture ends: at 'capture off', after "
		 "COUNT frames, or when its room is full. Default room: half "
		 "of the free space. Times are those of the step that moved "
		 "the frame, in ns since boot. People give a filter in "
		 "tcpdump's language to '.capture' in the client.",
	.examples =
		(const char *const[]){
			"capture 1 count 1000 trace.pcap",
			"capture 0 tx snap 64 keep last trace.pcap",
			"capture off", NULL},
	.see = (const char *const[]){"ls", "get", "stats", NULL},
};
