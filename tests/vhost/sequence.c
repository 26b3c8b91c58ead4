/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/sequence.h"

#include <stdlib.h>
#include <string.h>

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

bool seq_all_open(struct seq_all *all)
{
	all->came = calloc(SEQ_ALL / 8, 1);
	return all->came;
}

void seq_all_clear(struct seq_all *all)
{
	uint8_t *const came = all->came;

	if (came)
		memset(came, 0, SEQ_ALL / 8);
	*all = (struct seq_all){.came = came};
}

void seq_all_see(struct seq_all *all, unsigned int queue, uint64_t seq)
{
	if (seq < all->next[queue])
		all->behind++;
	else
		all->next[queue] = seq + 1;
	if (seq >= SEQ_ALL) {
		all->beyond++;
	} else if (all->came[seq / 8] >> seq % 8 & 1) {
		all->again++;
	} else {
		all->came[seq / 8] |= (uint8_t)(1 << seq % 8);
		all->different++;
	}
}
