/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/learn.h"

#define TICKS 1024u

/* Where it would be, had no other its place. */
static unsigned home(uint64_t mac)
{
	return (unsigned)(mac * 0x9e3779b97f4a7c15ull >> 51) % LEARN_SLOTS;
}

static unsigned behind(unsigned i)
{
	return (i + 1) % LEARN_SLOTS;
}

/* The place of the address, or the free one where it would be. */
static unsigned place(const struct learnt *t, uint64_t mac)
{
	unsigned i = home(mac);

	while (t->slot[i] && t->slot[i] >> 16 != mac)
		i = behind(i);
	return i;
}

/* Those behind it that are not at home close the gap. */
static void forget(struct learnt *t, unsigned i)
{
	t->nb--;
	for (unsigned j = behind(i); t->slot[j]; j = behind(j)) {
		const unsigned h = home(t->slot[j] >> 16);

		if ((h + LEARN_SLOTS - i - 1) % LEARN_SLOTS <
		    (j + LEARN_SLOTS - i) % LEARN_SLOTS)
			continue;
		t->slot[i] = t->slot[j];
		i = j;
	}
	t->slot[i] = 0;
}

void learn_forget(struct learnt *t, unsigned seconds)
{
	t->tick = (t->tick + seconds) % TICKS;
	for (unsigned i = 0; i < LEARN_SLOTS; i++)
		while (t->slot[i] &&
		       (t->tick - (unsigned)t->slot[i]) % TICKS > LEARN_AGE_S)
			forget(t, i);
}

void learn_see(struct learnt *t, uint64_t mac, unsigned port)
{
	const unsigned i = place(t, mac);

	if (!t->slot[i]) {
		if (t->nb == LEARN_MAX)
			return;
		t->nb++;
	}
	t->slot[i] = mac << 16 | (uint64_t)port << 10 | t->tick;
}

int learn_find(const struct learnt *t, uint64_t mac)
{
	const uint64_t slot = t->slot[place(t, mac)];

	return slot ? (int)(slot >> 10 & 63) : LEARN_UNKNOWN;
}
