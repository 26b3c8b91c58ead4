/* SPDX-License-Identifier: BSD-3-Clause */
/* A report as one line of JSON, or as a few for people. */
#include <inttypes.h>
#include <stdio.h>

#include "tests/vhost/peer.h"

static const char *const modes[] = {"sink", "source", "echo", "null"};

static void put_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar((unsigned char)*s < ' ' ? '?' : *s);
	}
	putchar('"');
}

/* The common part of both ways; the caller closes the object. */
static void put_tally(const char *name, const struct tally *t)
{
	const char *comma = "";

	printf(",\"%s\":{\"frames\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"ns\":%" PRIu64 ",\"pps\":%" PRIu64 ",\"steady_pps\":%" PRIu64
	       ",\"peak_pps\":%" PRIu64 ",\"sizes\":{",
	       name, t->frames, t->bytes, t->last_ns - t->first_ns,
	       tally_pps(t), tally_steady_pps(t), tally_peak_pps(t));
	for (unsigned int i = 0; i < sizeof(t->size) / sizeof(*t->size); i++) {
		if (!t->size[i])
			continue;
		printf("%s\"%u\":%" PRIu64, comma, i, t->size[i]);
		comma = ",";
	}
	putchar('}');
}

static void put_verdicts(const struct engine *e)
{
	printf(",\"bad\":%" PRIu64 ",\"reasons\":{\"offload\":%" PRIu64,
	       engine_bad(e), e->offload);
	for (int v = FRAME_BAD; v < FRAME_VERDICTS; v++)
		printf(",\"%s\":%" PRIu64, verdict_name(v), e->verdict[v]);
	printf("},\"unchecked\":{");
	for (int v = FRAME_OK + 1; v < FRAME_BAD; v++)
		printf("%s\"%s\":%" PRIu64, v > FRAME_OK + 1 ? "," : "",
		       verdict_name(v), e->verdict[v]);
	putchar('}');
}

static void put_streams(const struct engine *e)
{
	const char *comma = "";

	printf(",\"signed\":%" PRIu64 ",\"streams\":[", e->signed_frames);
	for (unsigned int i = 0; i < SEQ_STREAMS; i++) {
		const struct seq_stream *s = &e->stream[i];

		if (!s->frames)
			continue;
		printf("%s{\"stream\":%u,\"frames\":%" PRIu64
		       ",\"first\":%" PRIu64 ",\"last\":%" PRIu64
		       ",\"gaps\":%" PRIu64 ",\"missing\":%" PRIu64
		       ",\"duplicate\":%" PRIu64 ",\"reordered\":%" PRIu64
		       ",\"old\":%" PRIu64 "}",
		       comma, i, s->frames, s->first, s->next - 1, s->gaps,
		       s->missing, s->duplicate, s->reordered, s->old);
		comma = ",";
	}
	putchar(']');
}

static void put_numbers(const struct seq_all *all)
{
	if (all->came)
		printf(",\"numbers\":{\"different\":%" PRIu64
		       ",\"again\":%" PRIu64 ",\"beyond\":%" PRIu64
		       ",\"behind\":%" PRIu64 "}",
		       all->different, all->again, all->beyond, all->behind);
}

static void put_queues(const struct engine *e)
{
	printf(",\"queues\":[");
	for (unsigned int i = 0; i < e->nb_queues; i++) {
		const struct queue *q = &e->q[i];

		printf("%s{\"index\":%u,\"live\":%s,\"packed\":%s,"
		       "\"event_idx\":%s,\"size\":%u,\"kicks\":%" PRIu64
		       ",\"calls\":%" PRIu64 ",\"chained\":%" PRIu64 "}",
		       i ? "," : "", i, queue_live(q) ? "true" : "false",
		       q->packed ? "true" : "false",
		       q->event_idx ? "true" : "false", q->size, q->kicks,
		       q->calls, q->chained);
	}
	putchar(']');
}

static void put_faults(const struct faults *fs)
{
	printf(",\"faults\":{");
	for (int f = 0; f < FAULTS; f++)
		printf("%s\"%s\":%" PRIu64, f ? "," : "", fault_name(f),
		       fs->done[f]);
	putchar('}');
}

static void put_report(const struct peer *p)
{
	const struct engine *e = p->e;

	printf("{\"mode\":\"%s\",\"connected\":%s,\"connections\":%" PRIu64
	       ",\"features\":\"%#" PRIx64 "\",\"error\":",
	       modes[e->mode], p->conn_fd >= 0 ? "true" : "false",
	       p->connections, p->features);
	if (*p->error)
		put_string(p->error);
	else
		printf("null");
	put_tally("received", &e->in);
	put_verdicts(e);
	put_streams(e);
	put_numbers(&e->all);
	putchar('}');
	put_tally("sent", &e->out);
	printf(",\"no_room\":%" PRIu64 "}", e->no_room);
	put_queues(e);
	put_faults(&e->faults);
	if (p->also) {
		printf(",\"also\":");
		put_report(p->also);
	}
	putchar('}');
}

static void say_tally(const char *name, const struct tally *t)
{
	if (t->frames)
		printf("%-9s %" PRIu64 " frames, %" PRIu64 " bytes; %" PRIu64
		       " frames/s from first to last, %" PRIu64 " steady\n",
		       name, t->frames, t->bytes, tally_pps(t),
		       tally_steady_pps(t));
}

static void report_text(const struct peer *p)
{
	const struct engine *e = p->e;

	say_tally("received", &e->in);
	printf("%-9s %" PRIu64 "\n", "bad", engine_bad(e));
	if (e->offload)
		printf("  offload: %" PRIu64 "\n", e->offload);
	for (int v = FRAME_OK + 1; v < FRAME_VERDICTS; v++)
		if (e->verdict[v])
			printf("  %s: %" PRIu64 "\n", verdict_name(v),
			       e->verdict[v]);
	for (unsigned int i = 0; i < SEQ_STREAMS; i++) {
		const struct seq_stream *s = &e->stream[i];

		if (s->frames)
			printf("  stream %u: %" PRIu64 " frames, %" PRIu64
			       " missing, %" PRIu64 " duplicate, %" PRIu64
			       " reordered, %" PRIu64 " old\n",
			       i, s->frames, s->missing, s->duplicate,
			       s->reordered, s->old);
	}
	say_tally("sent", &e->out);
}

void report(const struct peer *p, bool json)
{
	for (const struct peer *one = p; one; one = one->also)
		for (unsigned int i = 0; i < one->e->nb_queues; i++)
			queue_count_kicks(&one->e->q[i]);
	if (json) {
		put_report(p);
		putchar('\n');
	} else {
		for (; p; p = p->also)
			report_text(p);
	}
	fflush(stdout);
}
