/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/channel.h"

#include <string.h>
#include <uk/console.h>
#include <uk/essentials.h>

/* Nothing tells that bytes came: the longer none did, the rarer the look. */
#define LOOK_NS_MIN 100000ull
#define LOOK_NS_MAX 20000000ull

#ifdef UKPLAT_HAVE_CHANNEL
#define io_begin ukplat_channel_begin
#define io_in ukplat_channel_in
#define io_took ukplat_channel_took
#define io_out ukplat_channel_out
#define io_send ukplat_channel_send
#else
static bool io_begin(struct uk_alloc *a)
{
	(void)a;
	return false;
}

static const void *io_in(__sz *len)
{
	*len = 0;
	return NULL;
}

static void io_took(__sz n)
{
	(void)n;
}

static void *io_out(__sz *room)
{
	*room = 0;
	return NULL;
}

static void io_send(__sz n)
{
	(void)n;
}
#endif

/* ---- Blocks -------------------------------------------------------------- */

static const unsigned char magic[2] = {'u', 'k'};

static void put_head(unsigned char *to, enum channel_kind kind, unsigned lane,
		     uint32_t len, uint64_t pos)
{
	memcpy(to, magic, sizeof(magic));
	to[2] = (unsigned char)kind;
	to[3] = (unsigned char)lane;
	memcpy(to + 4, &len, sizeof(len));
	memcpy(to + 8, &pos, sizeof(pos));
}

/* A block without data; false: there is no room now. */
static bool send_word(enum channel_kind kind, unsigned lane, uint64_t pos)
{
	__sz room;
	unsigned char *to = io_out(&room);

	if (!to)
		return false;
	put_head(to, kind, lane, 0, pos);
	io_send(CHANNEL_HEAD);
	return true;
}

/* ---- What comes ---------------------------------------------------------- */

void channel_close(struct app_channel *c, const char *why)
{
	if (c->state == CHANNEL_ABSENT)
		return;
	c->state = CHANNEL_CLOSED;
	c->why = why;
	c->nb_head = 0;
	c->left = 0;
}

static struct channel_lane *lane_of(struct app_channel *c)
{
	return &c->lane[c->head[3]];
}

static bool receives(const struct channel_lane *l)
{
	return l->user && l->user->take;
}

/* It is in c->head. */
static void take_head(struct app_channel *c)
{
	struct channel_lane *l;
	uint32_t len;

	c->nb_head = 0;
	memcpy(&len, c->head + 4, sizeof(len));
	memcpy(&c->pos, c->head + 8, sizeof(c->pos));
	if (memcmp(c->head, magic, sizeof(magic)) != 0 ||
	    c->head[3] >= CHANNEL_LANES) {
		channel_close(c, "what came is no block");
		return;
	}
	l = lane_of(c);
	switch (c->head[2]) {
	case CHANNEL_DATA:
		if (len > CHANNEL_DATA_MAX)
			channel_close(c, "a block was too long");
		else if (receives(l) && c->pos > l->at)
			channel_close(c, "bytes were missing");
		else if (receives(l) && c->pos + len > l->limit)
			channel_close(c, "more came than was asked for");
		else
			c->left = len;
		return;
	case CHANNEL_TAKEN:
		if (len || (l->user && l->user->give && c->pos > l->at))
			channel_close(c, "bytes were taken that were not sent");
		else if (l->user && l->user->give && c->pos > l->taken) {
			l->taken = c->pos;
			if (l->user->given)
				l->user->given(l->arg, c->pos);
		}
		return;
	default:
		channel_close(c, "what came is no block");
	}
}

/* Bytes of the block's data; what is known already is passed over. */
static void take_data(struct app_channel *c, const unsigned char *p, size_t n)
{
	struct channel_lane *l = lane_of(c);
	size_t known = 0;

	c->left -= (uint32_t)n;
	if (!receives(l)) {
		c->stray += n;
		return;
	}
	if (c->pos < l->at)
		known = MIN(n, (size_t)(l->at - c->pos));
	c->pos += n;
	if (known == n)
		return;
	c->received += n - known;
	if (l->user->take(l->arg, l->at, p + known, n - known))
		l->at += n - known;
	else
		l->user = NULL;
}

/* Looks for the token; returns how many bytes it has looked at. */
static size_t seek_token(struct app_channel *c, const unsigned char *p,
			 size_t len)
{
	unsigned char want[CHANNEL_HEAD];

	if (!c->nb_head && *p != magic[0]) {
		const unsigned char *next = memchr(p, magic[0], len);
		const size_t n = next ? (size_t)(next - p) : len;

		c->stray += n;
		return n;
	}
	put_head(want, CHANNEL_OPEN, 0, 0, c->token);
	c->head[c->nb_head++] = *p;
	while (c->nb_head && memcmp(c->head, want, c->nb_head) != 0) {
		memmove(c->head, c->head + 1, --c->nb_head);
		c->stray++;
	}
	if (c->nb_head == CHANNEL_HEAD) {
		c->nb_head = 0;
		c->state = CHANNEL_IS_OPEN;
		for (unsigned i = 0; i < CHANNEL_LANES; i++)
			c->lane[i].told = false;
	}
	return 1;
}

/* Takes some of `len` bytes; returns how many. */
static size_t take(struct app_channel *c, const unsigned char *p, size_t len)
{
	size_t n;

	if (c->state == CHANNEL_OPENING)
		return seek_token(c, p, len);
	if (c->state != CHANNEL_IS_OPEN) {
		c->stray += len;
		return len;
	}
	if (c->left) {
		n = MIN(len, (size_t)c->left);
		take_data(c, p, n);
		return n;
	}
	n = MIN(len, (size_t)CHANNEL_HEAD - c->nb_head);
	memcpy(c->head + c->nb_head, p, n);
	c->nb_head += (unsigned)n;
	if (c->nb_head == CHANNEL_HEAD)
		take_head(c);
	return n;
}

static bool receive(struct app_channel *c, size_t max)
{
	const unsigned char *p;
	size_t all = 0, n;
	__sz len;

	while (all < max && (p = io_in(&len))) {
		for (n = 0; n < len;)
			n += take(c, p + n, len - n);
		io_took(len);
		all += len;
	}
	return all;
}

/* ---- What goes ----------------------------------------------------------- */

/* From where on at first, and up to where, unless it is hardly further. */
static bool tell_limit(struct channel_lane *l, unsigned number)
{
	const uint64_t limit = l->user->limit ? l->user->limit(l->arg)
					      : l->at + CHANNEL_GRANTED;

	if (!l->told) {
		l->told = send_word(CHANNEL_TAKEN, number, l->at);
		l->limit = l->at;
	}
	if (!l->told || limit < l->limit + CHANNEL_WINDOW / 4 ||
	    !send_word(CHANNEL_GRANT, number, limit))
		return false;
	l->limit = limit;
	return true;
}

static bool send_data(struct app_channel *c, struct channel_lane *l,
		      unsigned number, size_t max)
{
	size_t all = 0, n;

	while (all < max && l->user && l->at < l->taken + CHANNEL_WINDOW) {
		const uint64_t may = l->taken + CHANNEL_WINDOW - l->at;
		__sz room;
		unsigned char *to = io_out(&room);

		if (!to)
			break;
		n = l->user->give(l->arg, l->at, to + CHANNEL_HEAD,
				  MIN((size_t)may, room - CHANNEL_HEAD));
		if (!n)
			break;
		put_head(to, CHANNEL_DATA, number, (uint32_t)n, l->at);
		io_send(CHANNEL_HEAD + n);
		l->at += n;
		c->sent += n;
		all += n;
	}
	return all;
}

bool channel_poll(struct app_channel *c, uint64_t now_ns, size_t max)
{
	bool moved;

	if (c->state <= CHANNEL_CLOSED)
		return false;
	if (!c->greeted)
		c->greeted = send_word(CHANNEL_OPEN, 0, c->token);
	moved = receive(c, max);
	for (unsigned i = 0; c->state == CHANNEL_IS_OPEN && i < CHANNEL_LANES;
	     i++) {
		struct channel_lane *l = &c->lane[i];

		if (receives(l))
			moved |= tell_limit(l, i);
		else if (l->user)
			moved |= send_data(c, l, i, max);
	}
	if (moved)
		c->heard_ns = now_ns;
	return moved;
}

uint64_t channel_wake_ns(const struct app_channel *c, uint64_t now_ns)
{
	if (c->state <= CHANNEL_CLOSED)
		return UINT64_MAX;
	return now_ns +
	       MIN(MAX((now_ns - c->heard_ns) / 16, LOOK_NS_MIN), LOOK_NS_MAX);
}

/* ---- Who uses it --------------------------------------------------------- */

void channel_init(struct app_channel *c, struct uk_alloc *a)
{
	memset(c, 0, sizeof(*c));
	if (io_begin(a))
		c->state = CHANNEL_CLOSED;
}

void channel_open(struct app_channel *c, uint64_t token, uint64_t now_ns)
{
	channel_close(c, NULL);
	c->token = token;
	c->greeted = false;
	c->heard_ns = c->opened_ns = now_ns;
	c->state = CHANNEL_OPENING;
}

void channel_begin(struct app_channel *c, enum channel_lane_number n,
		   const struct channel_user *user, void *arg, uint64_t at)
{
	c->lane[n] = (struct channel_lane){
		.user = user, .arg = arg, .at = at, .taken = at};
}

void channel_end(struct app_channel *c, enum channel_lane_number n)
{
	c->lane[n] = (struct channel_lane){0};
}
