/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/checker.h"

#include "measure/arrivals.h"

/* Makes it again; returns its length. */
static unsigned make(struct checker *k, const struct checker_source *is,
		     uint64_t number, uint64_t stamp)
{
	if (k->of != is->prog || k->changes != is->changes ||
	    k->at.frame != number) {
		memset(&k->at, 0, sizeof(k->at));
		k->at.frame = number;
		k->at.order = (unsigned)((is->order + number - is->from) %
					 is->prog->nb_order);
		k->of = is->prog;
		k->changes = is->changes;
	}
	return program_next(is->prog, &k->at, stamp, k->frame);
}

/* The payload ends at `end`, before the signature. */
static void compare(struct checker *k, struct kinds *to,
		    const struct checker_source *is, const struct signature *s,
		    const uint8_t *frame, const uint8_t *end)
{
	const unsigned head = is->prog->stack->len;
	const unsigned len = make(k, is, s->seq, signature_stamp_of(s));
	const unsigned payload =
		len > head + SIGNATURE_LEN ? len - head - SIGNATURE_LEN : 0;

	to->count[KIND_checked]++;
	if (end - frame < (int)payload ||
	    memcmp(end - payload, k->frame + head, payload) != 0)
		to->count[KIND_corrupted]++;
}

/* Whether one byte of magic and sender is wrong, and all else is as it was. */
static bool is_nearly(struct checker *k, const uint8_t *p)
{
	struct checker_source is;
	uint8_t copy[SIGNATURE_LEN];
	struct signature s;

	for (unsigned i = 0; i < 5; i++) {
		static const uint8_t magic[] = {SIGNATURE_MAGIC >> 16,
						SIGNATURE_MAGIC >> 8 & 255,
						SIGNATURE_MAGIC & 255};

		memcpy(copy, p, sizeof(copy));
		if (i < sizeof(magic))
			copy[i] = magic[i];
		else if (i == 3)
			copy[i] = (uint8_t)(k->appliance >> 2);
		else
			copy[i] = (uint8_t)(k->appliance << 6 | (p[i] & 63));
		if (signature_get(copy, &s) &&
		    s.sender / SIGNATURE_PORTS == k->appliance &&
		    k->find(k->arg, s.sender % SIGNATURE_PORTS, s.stream,
			    &is) &&
		    s.run == is.run && s.seq < is.made)
			return true;
	}
	return false;
}

static void see(struct checker *k, struct kinds *to, const uint8_t *frame,
		size_t len)
{
	const uint8_t *p = arrivals_find(frame, len);
	struct checker_source is;
	struct signature s;

	if (!p) {
		k->bad += len >= SIGNATURE_LEN &&
			  is_nearly(k, frame + len - SIGNATURE_LEN);
		return;
	}
	if (!signature_get(p, &s) ||
	    s.sender / SIGNATURE_PORTS != k->appliance ||
	    !k->find(k->arg, s.sender % SIGNATURE_PORTS, s.stream, &is) ||
	    s.run != is.run || s.seq < is.from || s.seq >= is.made)
		return;
	compare(k, to, &is, &s, frame, p);
}

void checker_see(struct checker *k, struct kinds *to,
		 struct uk_netbuf *const pkts[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!pkts[i]->next)
			see(k, to, pkts[i]->data, pkts[i]->len);
}
