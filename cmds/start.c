/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/dryrun.h"
#include "app/gateways.h"
#include "app/timing.h"
#include "app/traffic.h"
#include "shell/arg.h"

#define UNTIL_STOP "until 'stop'"

/* Each form starts with the ports; the limit stands behind its keyword. */
enum { PORTS, KEYWORD, LIMIT };
enum { DRY = 1, DRY_LIMITED = 3 };

#define DRY_ARG                                                            \
	{                                                                  \
		OPTION(STREAMS) ? ARG_FLAG : ARG_NONE,                     \
			.optional = true, .name = "dry-run",               \
			.help = "say what would be sent, and send nothing" \
	}
#define JSON_ARG ARG_JSON("reply as JSON")

#define PORTS_ARG                                                    \
	{                                                            \
		ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,  \
			   .name = "PORTS", .help = "ports to start" \
	}

static const struct arg args[] = {
	[PORTS] = PORTS_ARG,
	[DRY] = DRY_ARG,
	JSON_ARG,
	{ARG_NONE},
};

static const struct arg count_args[] = {
	[PORTS] = PORTS_ARG,
	[KEYWORD] = {ARG_KEYWORD, .name = "count",
		     .help = "stop after COUNT frames"},
	[LIMIT] = {ARG_INT, .name = "COUNT", .unit = "frames",
		   .help = "frames that each stream sends", .min = 1,
		   .max = 1000000000000000},
	[DRY_LIMITED] = DRY_ARG,
	JSON_ARG,
	{ARG_NONE},
};

static const struct arg for_args[] = {
	[PORTS] = PORTS_ARG,
	[KEYWORD] = {ARG_KEYWORD, .name = "for", .help = "stop after TIME"},
	[LIMIT] = {ARG_TIME, .name = "TIME", .help = "duration of the run",
		   .min = 1000, .max = 720 * 3600000000000ull},
	[DRY_LIMITED] = DRY_ARG,
	JSON_ARG,
	{ARG_NONE},
};

/*
 * What is to start: of the ports those whose mode has one of these, into *on.
 * None: the call failed.
 */
static uint64_t with_mode(struct call *c, unsigned mode, struct subjects *on)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t mask = c->v[PORTS].mask;

	*on = c->v[PORTS].subjects;
	if (app_check_up(c, mask) != CALL_DONE)
		return 0;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && !(pg->set[i].mode & mode))
			mask &= ~(1ull << i);
	if (!mask)
		call_fail(c, E_STATE, PORTS,
			  "none of these ports sends; see 'mode'");
	on->ports &= mask;
	on->whole &= mask;
	return mask;
}

/* The streams of a port that are meant: the first, how many. */
static unsigned count_streams(const struct pktgen *pg,
			      const struct subjects *on, unsigned port,
			      unsigned *first)
{
	unsigned n = 0;

	for (struct subject s = {port, 0};
	     pktgen_next_of(pg, on, &s) && s.port == port; s.stream++)
		if (pktgen_is_meant(pg, on, s) && !n++)
			*first = s.stream;
	return n;
}

static void print_limit(const struct flow_limit *limit, const char *of_each,
			char *buf, size_t size)
{
	char time[32];

	if (limit->frames != FLOW_NO_LIMIT) {
		snprintf(buf, size, "until %llu frames %sare sent",
			 (unsigned long long)limit->frames, of_each);
		return;
	}
	value_time_print(limit->time_ns, time, sizeof(time));
	snprintf(buf, size, "for %s", time);
}

/* What the plans of the streams say of the end of it all. */
static void print_plans(const struct pktgen *pg, const struct subjects *on,
			unsigned port, char *buf, size_t size)
{
	const struct stream_plan none = {0};
	struct subject s = {port, 0};
	struct stream_plan p = none;
	unsigned n = 0;

	for (; pktgen_next_of(pg, on, &s) && s.port == port; s.stream++) {
		const struct stream_plan *is =
			&pktgen_stream_use(pg, port, s.stream)->plan;

		if (pktgen_is_meant(pg, on, s) && ++n &&
		    memcmp(is, &none, sizeof(none)) != 0)
			p = *is;
	}
	snprintf(buf, size, UNTIL_STOP);
	if (n == 1 && (p.frames || p.time_ns) && !p.delay_ns && !p.turns)
		print_limit(&(struct flow_limit){p.frames ? p.frames
							  : FLOW_NO_LIMIT,
						 p.time_ns},
			    "", buf, size);
	else if (memcmp(&p, &none, sizeof(none)) != 0)
		snprintf(buf, size, "as planned, see 'start --dry-run'");
}

/* "plays trace.pcap speed 2x: 100 frames, 3 skipped, to its end" */
static void describe_played(const struct pktgen_stream *s, const char *s3,
			    const char *number, const char *until, char *buf,
			    size_t size)
{
	const struct played *p = play_of(s->flow->program);
	const uint64_t skipped = played_skipped(p);
	const bool fed = stream_is_fed(&s->stream);
	char what[TRAFFIC_PLAY_MAX], more[40] = "";

	traffic_print_play(&s->stream, what);
	if (skipped)
		snprintf(more, sizeof(more), ", %llu skipped",
			 (unsigned long long)skipped);
	snprintf(buf, size, "play%s%s %s%s: %llu frames%s, %s", s3, number,
		 fed ? "the client's capture" : "",
		 fed ? what + strlen(STREAM_FED) : what,
		 (unsigned long long)p->frames, more,
		 s->stream.play.loops && !strcmp(until, UNTIL_STOP)
			 ? "to its end"
			 : until);
}

#define SIZES_SHOWN 80

/* What a port of ours will do, as a person is told. */
static void describe(const struct app *app, const struct subjects *on,
		     unsigned port, bool several, const char *until, char *buf,
		     size_t size)
{
	const char *s3 = several ? "" : "s"; /* of the verb */
	char sizes[SIZES_PRINT_MAX], rate[56], number[24] = "", plans[64];
	const struct stream *s;
	unsigned first = 0, n;

	if (app->pktgen.set[port].mode & MODE_KV) {
		snprintf(buf, size, "answer%s requests for keys %s", s3,
			 until ? until : UNTIL_STOP);
		return;
	}
	if (app->pktgen.set[port].mode & MODE_REFLECT) {
		snprintf(buf, size, "reflect%s what arrives %s", s3,
			 until ? until : "until 'stop'");
		return;
	}
	if (app->pktgen.set[port].mode & MODE_MESH) {
		snprintf(buf, size, "forward%s what arrives by %s address %s",
			 s3,
			 app->pktgen.set[port].mode & MODE_LEARN ? "MAC" : "IP",
			 until ? until : UNTIL_STOP);
		return;
	}
	if (app->pktgen.set[port].mode & MODE_FORWARD) {
		snprintf(buf, size, "forward%s what arrives to port %u %s", s3,
			 MODE_TO_PORT(app->pktgen.set[port].mode),
			 until ? until : UNTIL_STOP);
		return;
	}
	n = count_streams(&app->pktgen, on, port, &first);
	if (!until) {
		print_plans(&app->pktgen, on, port, plans, sizeof(plans));
		until = plans;
	}
	if (n != 1) {
		snprintf(buf, size, "%s%s %u streams %s",
			 app->pktgen.set[port].mode & MODE_NULL ? "make"
								: "send",
			 s3, n, until);
		return;
	}
	if (app->pktgen.set[port].nb_streams > 1)
		snprintf(number, sizeof(number), " stream %u:", first);
	s = pktgen_stream(&app->pktgen, port, first);
	if (OPTION(PLAY) && stream_plays(s)) {
		describe_played(app->pktgen.set[port].stream[first], s3, number,
				until, buf, size);
		return;
	}
	value_sizes_print(&s->sizes, sizes, sizeof(sizes));
	timing_rate(s, rate, sizeof(rate));
	snprintf(buf, size, "%s%s%s frames of %.*s%s bytes %s %s",
		 app->pktgen.set[port].mode & MODE_NULL ? "make" : "send", s3,
		 number, SIZES_SHOWN, sizes,
		 strlen(sizes) > SIZES_SHOWN ? "..." : "", rate, until);
}

/* Frames that go to a port which does not count them are soon missed. */
static void warn(struct call *c, uint64_t mask)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const int peer = run_peer(call_app(c), i);

		if (!(mask >> i & 1) || peer < 0 ||
		    pg->set[i].mode & (MODE_NULL | MODE_FORWARD) ||
		    pg->set[peer].mode & MODE_RX)
			continue;
		reply_textf(c->reply, NULL,
			    "port %d gets these frames and ignores them: its "
			    "mode is %s",
			    peer, app_mode_name(pg->set[peer].mode));
	}
}

static void show_started(struct call *c, uint64_t mask)
{
	const struct app *app = call_app(c);

	reply_list(c->reply, "started", REPLY_TABLE);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(mask >> i & 1))
			continue;
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, "port", i);
		reply_text(c->reply, "mode",
			   app_mode_name(app->pktgen.set[i].mode));
		reply_end(c->reply);
	}
	reply_end(c->reply);
}

/*
 * A line to a person for each port, or for several that do the same. `until`
 * NULL: as their plans say.
 */
static void tell(struct call *c, const struct subjects *on, uint64_t mask,
		 const char *until)
{
	const struct app *app = call_app(c);
	const uint64_t all = mask;
	char line[320], other[320], ports[96];

	if (c->json)
		show_started(c, mask);
	if (c->json || c->program)
		return;
	reply_list(c->reply, "started", REPLY_TABLE);
	while (mask) {
		const unsigned first = (unsigned)__builtin_ctzll(mask);
		uint64_t alike = 1ull << first;

		describe(app, on, first, true, until, line, sizeof(line));
		for (unsigned i = first + 1; i < app->pktgen.nb_ports; i++) {
			if (!(mask >> i & 1))
				continue;
			describe(app, on, i, true, until, other, sizeof(other));
			if (!strcmp(line, other))
				alike |= 1ull << i;
		}
		value_set_print(alike, ports, sizeof(ports));
		describe(app, on, first, alike & (alike - 1), until, line,
			 sizeof(line));
		reply_textf(c->reply, NULL, "port%s %s %s",
			    alike & (alike - 1) ? "s" : "", ports, line);
		mask &= ~alike;
	}
	warn(c, all);
	reply_end(c->reply);
}

/* What is fed is played once. */
static enum call_result check_played(struct call *c, struct subject s)
{
	const struct pktgen_port *port = &call_app(c)->pktgen.set[s.port];
	const struct pktgen_stream *of = port->stream[s.stream];

	if (!OPTION(PLAY) || !stream_is_fed(&of->stream) ||
	    !(port->mode & MODE_TX) || play_frames(of->flow->program))
		return CALL_DONE;
	return call_fail(c, E_STATE, PORTS,
			 "stream %u.%u: all that was fed has been played; "
			 "feed it again",
			 s.port, s.stream);
}

/*
 * Fails where one of the streams, or of the ports, runs: up to a limit, or at
 * all if `any`. Those that do are in *running, by port. Also where there is
 * nothing left to play.
 */
static enum call_result check_runs(struct call *c, const struct subjects *on,
				   bool any, uint64_t *running)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	struct pktgen_stream_view v;
	char name[32];

	*running = 0;
	for (struct subject s = {0, 0}; pktgen_next_of(pg, on, &s);
	     s.stream++) {
		pktgen_look_stream(pg, s.port, s.stream, &v);
		if (!pktgen_is_meant(pg, on, s))
			continue;
		if (v.state == FLOW_IDLE) {
			if (check_played(c, s) == CALL_FAIL)
				return CALL_FAIL;
			continue;
		}
		*running |= 1ull << s.port;
		if (on->dotted && any)
			return call_fail(c, E_STATE, PORTS,
					 "stream %u.%u is %s; 'stop' it first",
					 s.port, s.stream,
					 app_stream_state(call_app(c), s));
		if (!v.limited)
			continue;
		app_subject_print(call_app(c), s, name, sizeof(name));
		return call_fail(c, E_STATE, PORTS,
				 "%s sends up to a limit; 'stop' it first",
				 name);
	}
	return CALL_DONE;
}

/* The plan, of ports that send. */
static enum call_result show_plan(struct call *c,
				  const struct flow_limit *limit)
{
	struct subjects on;

	if (c->cancelled)
		return CALL_DONE;
	if (!with_mode(c, MODE_TX, &on))
		return CALL_FAIL;
	return dryrun_show(c, &on, limit);
}

/* Nothing starts before all know where to. */
static enum call_result await_gateways(struct call *c,
				       const struct subjects *on)
{
	return OPTION(ADDRESSES) ? gateways_await(c, on, &c->state[0])
				 : CALL_DONE;
}

static enum call_result run(struct call *c)
{
	static const struct flow_limit none = {FLOW_NO_LIMIT, FLOW_NO_LIMIT};
	struct pktgen *pg = &call_app(c)->pktgen;
	struct subjects on;
	enum call_result result;
	uint64_t mask, running;

	if (c->cancelled)
		return CALL_DONE;
	if (OPTION(STREAMS) && c->v[DRY].set)
		return show_plan(c, &none);
	mask = with_mode(c, MODE_TX | MODE_RELAYS, &on);
	if (!mask || app_check_unmeasured(c, PORTS, mask) != CALL_DONE ||
	    check_runs(c, &on, false, &running) != CALL_DONE)
		return CALL_FAIL;
	result = await_gateways(c, &on);
	if (result != CALL_DONE)
		return result;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && worker_runs(pktgen_look(pg, i)->state) &&
		    !on.dotted)
			running |= 1ull << i;
	run_begin(call_app(c), mask, c->now_ns);
	pktgen_start_streams(pg, &on, c->now_ns);
	if (c->json) {
		show_started(c, mask);
		return CALL_DONE;
	}
	/* Those that run go on as they are. */
	if (running)
		tell(c, &on, running, "already, until 'stop'");
	if (mask & ~running)
		tell(c, &on, mask & ~running, NULL);
	return CALL_DONE;
}

static bool any_has_several(const struct pktgen *pg, const struct subjects *on)
{
	unsigned first;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (count_streams(pg, on, i, &first) > 1)
			return true;
	return false;
}

static enum call_result run_limited(struct call *c,
				    const struct flow_limit *limit)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	struct subjects on;
	enum call_result result;
	uint64_t mask, running;
	char until[64];

	if (c->cancelled)
		return CALL_DONE;
	if (OPTION(STREAMS) && c->v[DRY_LIMITED].set)
		return show_plan(c, limit);
	mask = with_mode(c, MODE_TX, &on);
	if (!mask || app_check_unmeasured(c, PORTS, mask) != CALL_DONE)
		return CALL_FAIL;
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct worker_view *v = pktgen_look(pg, i);
		const bool runs = worker_runs(v ? v->state : WORKER_IDLE);

		if (mask >> i & 1 && (runs ? !on.dotted : v->nb_held))
			return app_fail_active(c, PORTS, i);
	}
	if (check_runs(c, &on, true, &running) != CALL_DONE)
		return CALL_FAIL;
	result = await_gateways(c, &on);
	if (result != CALL_DONE)
		return result;
	run_begin(call_app(c), mask, c->now_ns);
	pktgen_start_streams_limited(pg, &on, limit, c->now_ns);
	print_limit(limit, any_has_several(pg, &on) ? "of each " : "", until,
		    sizeof(until));
	tell(c, &on, mask, until);
	return CALL_DONE;
}

static enum call_result run_count(struct call *c)
{
	const struct flow_limit limit = {c->v[LIMIT].u, FLOW_NO_LIMIT};

	return run_limited(c, &limit);
}

static enum call_result run_for(struct call *c)
{
	const struct flow_limit limit = {FLOW_NO_LIMIT, c->v[LIMIT].u};

	return run_limited(c, &limit);
}

#define NOTES                                                                 \
	"'mode' chooses which ports send; start leaves others alone. A port " \
	"reports once none of its streams sends any more, or waits to."
#define PLANS                                                               \
	" A limit here takes the place of 'limit' and 'loop'. With "        \
	"--dry-run frames, time and rate are what the settings come to, "   \
	"0 where there is no limit; of 'rate max' the rate is the link's. " \
	"The sum of a port is of streams that follow no other."

const struct cmd cmd_start = {
	.name = "start",
	.group = GROUP_TRAFFIC,
	.summary = "Start traffic",
	.forms =
		(const struct cmd_form[]){
			{args, run, "send, or reflect, until 'stop'"},
			{count_args, run_count,
			 "send exactly COUNT frames of each stream, then stop "
			 "and report"},
			{for_args, run_for,
			 "send the frames due within TIME, then stop and "
			 "report"},
			{0},
		},
	.notes = OPTION(STREAMS) ? NOTES PLANS : NOTES,
	.examples =
		(const char *const[]){"start", "start 0", "start 0 count 1m",
				      "start 0.3 count 100", "start for 10s",
				      "start --dry-run", "start 0.3 --dry-run",
				      NULL},
	.see = (const char *const[]){"stop", "rate", "limit", "after", "mode",
				     NULL},
};
