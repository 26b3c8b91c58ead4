/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/feed.h"

#include <string.h>
#include <uk/essentials.h>

#include "net/port.h"

#define NS_PER_S 1000000000ull

/* Records begin at multiples of this; one with this length is none. */
#define ALIGNED 8
#define GO_ROUND UINT32_MAX

static uint32_t number(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static size_t room_of(uint32_t len)
{
	return ALIGN_UP((size_t)FEED_HEAD + len, (size_t)ALIGNED);
}

void feed_init(struct feed *f, void *mem, size_t size)
{
	memset(f, 0, sizeof(*f));
	f->mem = mem;
	f->size = size & ~(size_t)(ALIGNED - 1);
}

/* It is all there in f->head: puts it where its frame fits behind it. */
static bool begin_record(struct feed *f)
{
	const uint32_t len = number(f->head + 8);

	if (f->records == f->frames || len < ETH_HLEN || len > f->max ||
	    len != number(f->head + 12)) {
		f->number = f->records + 1;
		return false;
	}
	if (f->size - f->at < room_of(len)) {
		if (f->size - f->at >= FEED_HEAD)
			memset(f->mem + f->at + 8, 0xff, 4);
		f->filled += f->size - f->at;
		f->at = 0;
	}
	memcpy(f->mem + f->at, f->head, FEED_HEAD);
	f->left = len;
	return true;
}

static void end_record(struct feed *f)
{
	const size_t room = room_of(number(f->head + 8));

	f->nb_head = 0;
	f->filled += room;
	f->at += room;
	if (f->at == f->size)
		f->at = 0;
	f->records++;
}

bool feed_take(struct feed *f, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t n;

	while (len && !f->number) {
		if (f->nb_head < FEED_HEAD) {
			n = MIN(len, (size_t)FEED_HEAD - f->nb_head);
			memcpy(f->head + f->nb_head, p, n);
			f->nb_head += (unsigned)n;
			if (f->nb_head == FEED_HEAD && !begin_record(f))
				return false;
		} else {
			n = MIN(len, (size_t)f->left);
			memcpy(f->mem + f->at + room_of(0) +
				       number(f->head + 8) - f->left,
			       p, n);
			f->left -= (uint32_t)n;
			if (!f->left)
				end_record(f);
		}
		f->received += n;
		p += n;
		len -= n;
	}
	return !f->number;
}

uint64_t feed_limit(const struct feed *f)
{
	const uint64_t used = f->filled - f->emptied;
	/* What is lost at the end, and the record that is coming. */
	const uint64_t spare = 2 * room_of(f->max);

	/* A record of 30 bytes takes 32. */
	return used + spare < f->size
		       ? f->received + (f->size - used - spare) / 16 * 15
		       : f->received;
}

void feed_next(const struct feed *f, struct feed_place *p,
	       struct feed_record *r)
{
	const unsigned char *at;

	if (f->size - p->at < FEED_HEAD ||
	    number(f->mem + p->at + 8) == GO_ROUND)
		p->at = 0;
	at = f->mem + p->at;
	r->len = number(at + 8);
	r->data = at + FEED_HEAD;
	r->ns = number(at) * NS_PER_S + number(at + 4);
	p->at += room_of(r->len);
	if (p->at == f->size)
		p->at = 0;
	p->n++;
}

void feed_done(struct feed *f, const struct feed_place *from,
	       const struct feed_place *to)
{
	f->emptied += to->at > from->at ? to->at - from->at
					: f->size - from->at + to->at;
	f->played = to->n;
}
