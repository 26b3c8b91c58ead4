/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/engine.h"

#include <stdlib.h>

#define NUM_BUFFERS 10 /* offset in the virtio-net header */

struct engine *engine_new(void)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->stream = calloc(SEQ_STREAMS, sizeof(*e->stream));
	if (!e->stream) {
		free(e);
		return NULL;
	}
	for (unsigned int i = 0; i < QUEUES_MAX; i++) {
		e->q[i].kick_fd = e->q[i].call_fd = -1;
		e->q[i].to_driver = i % 2 == 0;
	}
	engine_clear(e);
	return e;
}

void engine_free(struct engine *e)
{
	free(e->all.came);
	free(e->stream);
	free(e);
}

void engine_clear(struct engine *e)
{
	tally_clear(&e->in);
	tally_clear(&e->out);
	memset(e->verdict, 0, sizeof(e->verdict));
	memset(e->stream, 0, SEQ_STREAMS * sizeof(*e->stream));
	seq_all_clear(&e->all);
	memset(e->faults.done, 0, sizeof(e->faults.done));
	e->offload = e->signed_frames = e->no_room = 0;
	for (unsigned int i = 0; i < QUEUES_MAX; i++)
		e->q[i].kicks = e->q[i].calls = e->q[i].chained = 0;
}

void engine_go(struct engine *e, bool going)
{
	e->going = going;
	e->start_ns = 0;
	e->made = 0;
}

uint64_t engine_bad(const struct engine *e)
{
	uint64_t bad = e->offload;

	for (int v = FRAME_BAD; v < FRAME_VERDICTS; v++)
		bad += e->verdict[v];
	return bad;
}

/* ---- From the driver ---------------------------------------------------- */

/* What is made is signed from now on as what came is: sender, run, clock. */
static void mimic(struct engine *e, const struct signature *s, uint64_t now)
{
	e->mimic = false;
	e->maker.next.sender = s->sender;
	e->maker.next.run = s->run;
	e->ahead_ns = s->time_ns - now;
}

static inline void judge(struct engine *e, const struct queue *q,
			 struct queue_buf *b, unsigned int n, uint64_t now)
{
	tally_at(&e->in, now);
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *frame = b[i].data + NET_HDR_LEN, *sig = NULL;
		const size_t len =
			b[i].len > NET_HDR_LEN ? b[i].len - NET_HDR_LEN : 0;
		struct signature s;

		b[i].used = 0;
		tally_frame(&e->in, len);
		/* flags and gso_type: we offered to finish nothing. */
		if (unlikely(len && (b[i].data[0] | b[i].data[1]))) {
			e->offload++;
			continue;
		}
		e->verdict[frame_check(frame, len, &sig)]++;
		if (sig && signature_get(sig, &s)) {
			e->signed_frames++;
			seq_see(e->stream, &s);
			if (unlikely(e->mimic))
				mimic(e, &s, now);
			if (unlikely(e->all.came && !s.stream))
				seq_all_see(&e->all, (unsigned int)(q - e->q),
					    s.seq);
		}
	}
}

static inline void glance(struct engine *e, struct queue_buf *b, unsigned int n,
			  uint64_t now)
{
	tally_at(&e->in, now);
	for (unsigned int i = 0; i < n; i++) {
		b[i].used = 0;
		tally_frame(&e->in, b[i].len > NET_HDR_LEN
					    ? b[i].len - NET_HDR_LEN
					    : 0);
	}
}

static inline void give(struct engine *e, struct queue *q, struct queue_buf *b,
			unsigned int n)
{
	if (unlikely(e->faults.ring_left))
		fault_ring(&e->faults, b, n);
	queue_give(q, b, n);
}

static bool step_sink(struct engine *e, struct queue *q, uint64_t now)
{
	struct queue_buf b[BATCH];
	const unsigned int n = queue_take(q, b, BATCH);

	if (!n)
		return false;
	if (e->mode == MODE_NULL)
		glance(e, b, n, now);
	else
		judge(e, q, b, n, now);
	give(e, q, b, n);
	return true;
}

/* ---- To the driver ------------------------------------------------------ */

/*
 * Spreads `len` bytes of e->scratch, header first, over as many of `n` buffers
 * as it takes. Returns how many; 0 when they are too few or too small.
 */
static unsigned int deliver(struct engine *e, struct queue_buf *b,
			    unsigned int n, uint32_t len)
{
	const unsigned int most = e->mrg_rxbuf ? n : MIN(n, 1);
	uint32_t at = 0;
	unsigned int i;

	for (i = 0; i < most && at < len; i++) {
		b[i].used = MIN(len - at, b[i].len);
		at += b[i].used;
	}
	if (at < len || b[0].used < NET_HDR_LEN)
		return 0;
	memset(e->scratch, 0, NET_HDR_LEN);
	e->scratch[NUM_BUFFERS] = (uint8_t)i;
	at = 0;
	for (unsigned int k = 0; k < i; at += b[k++].used)
		memcpy(b[k].data, e->scratch + at, b[k].used);
	return i;
}

/* Frames that may be made now. */
static uint64_t allowance(struct engine *e, uint64_t now)
{
	uint64_t most = BATCH, due;

	if (!e->going)
		return 0;
	if (!e->start_ns)
		e->start_ns = now;
	if (e->rate_pps) {
		due = (uint64_t)((unsigned __int128)(now - e->start_ns) *
				 e->rate_pps / NS_PER_S) +
		      1;
		most = due > e->made ? MIN(due - e->made, most) : 0;
	}
	if (e->count)
		most = MIN(most, e->count - e->made);
	return most;
}

static bool has_room(const struct queue_buf *b, unsigned int n, uint32_t len)
{
	uint64_t room = 0;

	for (unsigned int i = 0; i < n; i++)
		room += b[i].len;
	return b->len >= NET_HDR_LEN && room >= len;
}

/* Makes the next frame in up to `n` buffers; returns how many it took. */
static inline unsigned int make_one(struct engine *e, struct queue_buf *b,
				    unsigned int n)
{
	uint32_t len = maker_len(&e->maker);
	unsigned int used = 1;

	if (unlikely(len > b->len)) {
		if (!e->mrg_rxbuf || !has_room(b, n, len))
			return 0;
		len = fault_frame(&e->faults, &e->maker, e->scratch);
		used = deliver(e, b, n, len);
	} else if (unlikely(e->faults.frames_left)) {
		b->used = len = fault_frame(&e->faults, &e->maker, b->data);
	} else {
		maker_put(&e->maker, b->data, FLAW_NONE);
		b->used = len;
	}
	tally_frame(&e->out, len - NET_HDR_LEN);
	return used;
}

static bool step_source(struct engine *e, struct queue *q, uint64_t now)
{
	const uint64_t most = allowance(e, now);
	struct queue_buf b[BATCH];
	unsigned int n, used, at = 0, made = 0;

	if (!most)
		return false;
	n = queue_take(q, b, e->mrg_rxbuf ? BATCH : (unsigned int)most);
	if (!n)
		return false;
	tally_at(&e->out, now);
	e->maker.next.time_ns = now + e->ahead_ns;
	for (; made < most && at < n; made++, at += used) {
		used = make_one(e, &b[at], n - at);
		if (unlikely(!used))
			break;
	}
	if (unlikely(!made && (!e->mrg_rxbuf || n == BATCH)))
		q->broken = "the driver's buffers are too small for the frames";
	e->made += made;
	give(e, q, b, at);
	return made > 0;
}

/* As many frames as both queues have buffers for; none is dropped for lack. */
static bool step_echo(struct engine *e, struct queue *in, struct queue *out,
		      uint64_t now)
{
	struct queue_buf from[BATCH], to[BATCH];
	const unsigned int room = queue_take(out, to, BATCH);
	unsigned int n, i = 0, at = 0, used;

	if (!room)
		return false;
	n = queue_take(in, from, room);
	if (!n)
		return false;
	tally_at(&e->out, now);
	for (; i < n && at < room; i++, at += used) {
		const uint32_t len = MIN(from[i].len, sizeof(e->scratch));

		memcpy(e->scratch, from[i].data, len);
		used = len > NET_HDR_LEN ? deliver(e, &to[at], room - at, len)
					 : 0;
		if (used)
			tally_frame(&e->out, len - NET_HDR_LEN);
		else if (e->mrg_rxbuf && at && len > NET_HDR_LEN)
			break; /* comes next, with more buffers */
		else
			e->no_room++;
	}
	judge(e, in, from, i, now);
	give(e, in, from, i);
	give(e, out, to, at);
	return true;
}

bool engine_step(struct engine *e, uint64_t now)
{
	bool worked = false;

	if (unlikely(now < e->faults.stall_until))
		return false;
	for (unsigned int i = 0; i + 1 < e->nb_queues; i += 2) {
		struct queue *rx = &e->q[i], *tx = &e->q[i + 1];

		queue_tell(tx);
		queue_tell(rx);
		if (e->mode == MODE_ECHO) {
			if (queue_live(tx) && queue_live(rx))
				worked |= step_echo(e, tx, rx, now);
			continue;
		}
		if (queue_live(tx))
			worked |= step_sink(e, tx, now);
		if (e->mode == MODE_SOURCE && queue_live(rx))
			worked |= step_source(e, rx, now);
	}
	return worked;
}
