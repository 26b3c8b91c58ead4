/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/recorder.h"

#include <string.h>

#define LOOK_PAUSE_MAX 255 /* bursts */

enum fate { FILTERED, NO_ROOM, PUT };

/* A filter sees the first part of a chain, and the length of all of it. */
static inline bool passes(const struct recorder *r, const struct uk_netbuf *nb,
			  uint32_t len)
{
	return !r->filter || (!bpf_gate_shut(&r->gate, nb->data, nb->len) &&
			      bpf_run(r->filter, nb->data, len, nb->len));
}

static void add_frame(struct recorder *r, const struct uk_netbuf *nb,
		      uint32_t len)
{
	for (; len; nb = nb->next) {
		const uint32_t part = MIN(len, (uint32_t)nb->len);

		capture_ring_add(&r->ring, nb->data, part);
		len -= part;
	}
}

static bool write(struct recorder *r, const struct uk_netbuf *nb,
		  uint64_t now_ns)
{
	const uint32_t orig_len = port_frame_len(nb);
	const uint32_t len = MIN(orig_len, r->snap);

	if (!capture_ring_put(&r->ring, now_ns, len, orig_len))
		return false;
	add_frame(r, nb, len);
	return true;
}

/* Those of pkts[i..n-1] that can be written at once; returns the next one. */
static unsigned write_all(struct recorder *r, struct uk_netbuf *const pkts[],
			  unsigned i, unsigned n, uint64_t time)
{
	struct capture_writer to = capture_writer_begin(&r->ring);
	const uint32_t snap = r->snap;

	for (; i < n; i++) {
		const struct uk_netbuf *const nb = pkts[i];
		const uint32_t len = nb->len;

		if (unlikely(nb->next ||
			     !capture_writer_put(&to, &r->ring, time, nb->data,
						 MIN(len, snap), len)))
			break;
	}
	capture_writer_finish(&to, &r->ring);
	return i;
}

static enum fate put(struct recorder *r, struct uk_netbuf *const pkts[],
		     unsigned i, uint64_t now_ns, uint64_t time)
{
	if (!passes(r, pkts[i], port_frame_len(pkts[i])))
		return FILTERED;
	if (r->nb_put >= r->left || (write_all(r, pkts, i, i + 1, time) == i &&
				     !write(r, pkts[i], now_ns)))
		return NO_ROOM;
	r->nb_put++;
	return PUT;
}

static bool all_same(struct uk_netbuf *const pkts[], unsigned n)
{
	uintptr_t differ = 0;

	if (!n || pkts[0] != pkts[n - 1])
		return false;
	_Pragma("GCC unroll 4") for (unsigned i = 1; i < n; i++) differ |=
		(uintptr_t)pkts[i] ^ (uintptr_t)pkts[i - 1];
	return !differ;
}

/* Whether no frame differs in what shuts the gate; `nb` looks are asked for. */
static inline __attribute__((always_inline)) bool all_alike(
	const struct bpf_look look[BPF_LOOKS], const unsigned nb, uint32_t need,
	struct uk_netbuf *const pkts[], unsigned n)
{
	const struct bpf_look first = look[0], second = look[nb - 1];
	uint64_t differ = 0, differ2 = 0;
	int32_t lacks = 0;

	_Pragma("GCC unroll 4") for (unsigned i = 0; i < n; i++)
	{
		const struct uk_netbuf *const nbuf = pkts[i];

		lacks |= (int32_t)nbuf->len - (int32_t)need;
		differ |= bpf_look_differs(&first, nbuf->data);
		if (nb > 1)
			differ2 |= bpf_look_differs(&second, nbuf->data);
	}
	return !((differ & first.mask) | (differ2 & second.mask)) && lacks >= 0;
}

static bool are_alike(const struct recorder *r, struct uk_netbuf *const pkts[],
		      unsigned n)
{
	if (!r->looks)
		return false;
	return r->look[1].mask
		       ? all_alike(r->look, BPF_LOOKS, r->gate.need, pkts, n)
		       : all_alike(r->look, 1, r->gate.need, pkts, n);
}

/* They differ: what shuts the gate for the first of them shuts it for all? */
static NOINLINE bool look_anew(struct recorder *r,
			       struct uk_netbuf *const pkts[], unsigned n)
{
	if (r->look_rest) {
		r->look_rest--;
		return false;
	}
	r->looks = pkts[0]->len >= r->gate.need &&
		   bpf_gate_look(&r->gate, pkts[0]->data, r->look);
	if (are_alike(r, pkts, n)) {
		r->look_pause = 0;
		return true;
	}
	r->looks = false;
	r->look_pause = MIN(2 * r->look_pause + 1, LOOK_PAUSE_MAX);
	r->look_rest = r->look_pause;
	return false;
}

/* The same of any. */
static NOINLINE bool all_shut_any(const struct bpf_gate *g,
				  struct uk_netbuf *const pkts[], unsigned n)
{
	const unsigned char *frame[OUTBOX_MAX];

	for (unsigned i = 0; i < n; i++) {
		if (pkts[i]->len < g->need)
			return false;
		frame[i] = pkts[i]->data;
	}
	return bpf_gate_shut_all(g, frame, n);
}

/* Whether the gate of a filter is shut for all of a burst. */
static bool all_shut(struct recorder *r, struct uk_netbuf *const pkts[],
		     unsigned n)
{
	/* One that is sent again and again is looked at once. */
	if (all_same(pkts, n))
		n = 1;
	return !n || are_alike(r, pkts, n) || look_anew(r, pkts, n) ||
	       all_shut_any(&r->gate, pkts, n);
}

/* The first of them, as long as there is room; returns how many. */
static unsigned put_first(struct recorder *r, struct uk_netbuf *const pkts[],
			  unsigned n, uint64_t now_ns, uint64_t time)
{
	unsigned i = 0;

	n = (unsigned)MIN(n, r->left);
	while ((i = write_all(r, pkts, i, n, time)) < n &&
	       write(r, pkts[i], now_ns))
		i++;
	r->nb_put = i;
	return i;
}

static void offer(struct tap *t, struct uk_netbuf *const pkts[], unsigned n,
		  uint64_t now_ns)
{
	struct recorder *r = (struct recorder *)t;
	const uint64_t time = capture_time(now_ns);
	unsigned i = 0;

	r->nb_put = 0;
	r->none = r->filter && all_shut(r, pkts, n);
	if (!r->filter)
		i = put_first(r, pkts, n, now_ns, time);
	r->nb_first = i;
	for (; i < n && !r->none; i++)
		r->fate[i] = (uint8_t)put(r, pkts, i, now_ns, time);
}

static void count(struct tap *t, unsigned n)
{
	struct recorder *r = (struct recorder *)t;
	const uint64_t from = r->ring.head.pos;
	unsigned of[PUT + 1] = {0};

	if (r->end != RECORDER_GOES_ON)
		return;
	if (r->none) {
		r->filtered += n;
		return;
	}
	of[PUT] = MIN(n, r->nb_first);
	for (unsigned i = r->nb_first; i < n; i++)
		of[r->fate[i]]++;
	if (of[PUT] == r->nb_put)
		capture_ring_commit_all(&r->ring);
	else
		capture_ring_commit(&r->ring, of[PUT]);
	r->frames += of[PUT];
	r->bytes += r->ring.head.pos - from -
		    (uint64_t)of[PUT] * CAPTURE_RECORD_BYTES;
	r->filtered += of[FILTERED];
	if (r->left != RECORDER_NO_LIMIT)
		r->left -= of[PUT];
	if (!r->left) {
		r->end = RECORDER_AT_COUNT;
		return;
	}
	r->no_room += of[NO_ROOM];
	if (of[NO_ROOM] && r->ring.keep == CAPTURE_KEEP_FIRST)
		r->end = RECORDER_FULL;
}

void recorder_begin(struct recorder *r)
{
	r->tap = (struct tap){offer, count};
	r->end = RECORDER_GOES_ON;
	r->frames = r->bytes = r->filtered = r->no_room = 0;
	r->nb_put = r->nb_first = 0;
	r->looks = false;
	r->look_rest = r->look_pause = 0;
	if (r->filter)
		bpf_gate_make(&r->gate, r->filter);
}
