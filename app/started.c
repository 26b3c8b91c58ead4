/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/started.h"

#include <stdio.h>
#include <string.h>

#include "app/timing.h"
#include "app/together.h"
#include "app/traffic.h"
#include "pktgen/pktgen_runs.h"
#include "shell/arg.h"

#define UNTIL_STOP "until 'stop'"

/* The streams of a port that are meant: the first, how many. */
unsigned started_count(const struct pktgen *pg, const struct subjects *on,
		       unsigned port, unsigned *first)
{
	unsigned n = 0;

	for (struct subject s = {port, 0};
	     pktgen_next_of(pg, on, &s) && s.port == port; s.stream++)
		if (pktgen_is_meant(pg, on, s) && !n++)
			*first = s.stream;
	return n;
}

void started_limit(const struct flow_limit *limit, const char *of_each,
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
		started_limit(&(struct flow_limit){p.frames ? p.frames
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
	n = started_count(&app->pktgen, on, port, &first);
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

static void show_first(struct reply *r, uint64_t first_ns)
{
	if (first_ns)
		reply_u64(r, "first_at", first_ns, "ns");
	else
		reply_none(r, "first_at", "ns");
}

static void show_started(struct call *c, uint64_t mask, uint64_t begins_ns)
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
		if (begins_ns)
			show_first(c->reply, together_first_ns(app, i));
		reply_end(c->reply);
	}
	reply_end(c->reply);
}

/*
 * A line to a person for each port, or for several that do the same. `until`
 * NULL: as their plans say.
 */
void started_tell(struct call *c, const struct subjects *on, uint64_t mask,
		  const char *until, uint64_t begins_ns)
{
	const struct app *app = call_app(c);
	const uint64_t all = mask;
	char line[320], other[320], ports[96];

	if (c->json)
		show_started(c, mask, begins_ns);
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
	if (begins_ns)
		together_tell(c, all);
	reply_end(c->reply);
}
