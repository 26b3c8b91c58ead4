/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/sequence.h"

#define WINDOW 64

void seq_odd(struct seq_stream *st, uint64_t seq)
{
	uint64_t ahead = seq - st->next, back = st->next - 1 - seq;

	if (!st->frames) {
		st->first = seq;
		st->next = seq + 1;
		/* What came before the first does not count as missing. */
		st->seen = ~0ull;
	} else if (seq >= st->next) {
		st->gaps++;
		st->missing += ahead;
		st->seen = ahead + 1 < WINDOW ? st->seen << (ahead + 1) | 1 : 1;
		st->next = seq + 1;
	} else if (back >= WINDOW || seq < st->first) {
		st->old++;
	} else if (st->seen >> back & 1) {
		st->duplicate++;
	} else {
		st->reordered++;
		st->missing--;
		st->seen |= 1ull << back;
	}
}
