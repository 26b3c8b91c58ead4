/* SPDX-License-Identifier: BSD-3-Clause */
/* Netbufs by themselves: room, references, chains. */
#include "tests/netdev/case.h"

#define BUF_BYTES 1024u
#define HEADROOM 64u

static void count_free(struct uk_netbuf *nb)
{
	++*(unsigned *)nb->priv;
}

static struct uk_netbuf *counted(struct netdev_test *t, unsigned *freed)
{
	struct uk_netbuf *nb = uk_netbuf_alloc_buf(t->rig->a, BUF_BYTES,
						   t->rig->dev[0].info.ioalign,
						   HEADROOM, 0, count_free);

	if (nb)
		nb->priv = freed;
	return nb;
}

static enum netdev_verdict room(struct netdev_test *t)
{
	unsigned freed = 0;
	struct uk_netbuf *nb = counted(t, &freed);
	size_t head, tail;
	unsigned len;

	WANT_MEMORY(t, nb);
	head = uk_netbuf_headroom(nb);
	tail = uk_netbuf_tailroom(nb);
	len = nb->len;
	uk_netbuf_free(nb);
	WANT(t, !len, "a fresh netbuf has %u bytes", len);
	WANT(t, head == HEADROOM, "%u bytes of headroom, not %u",
	     (unsigned)head, HEADROOM);
	WANT(t, tail >= BUF_BYTES - HEADROOM, "%u bytes of room, not %u",
	     (unsigned)tail, BUF_BYTES - HEADROOM);
	return NETDEV_OK;
}

static enum netdev_verdict references(struct netdev_test *t)
{
	unsigned freed = 0, before, count;
	struct uk_netbuf *nb = counted(t, &freed);

	WANT_MEMORY(t, nb);
	uk_netbuf_ref(nb);
	uk_netbuf_ref(nb);
	count = uk_netbuf_refcount_single_get(nb);
	uk_netbuf_free(nb);
	uk_netbuf_free(nb);
	before = freed;
	uk_netbuf_free(nb);
	WANT(t, count == 3, "%u references, not 3", count);
	WANT(t, !before, "freed with a reference left");
	WANT(t, freed == 1, "the destructor was called %u times", freed);
	return NETDEV_OK;
}

static enum netdev_verdict header(struct netdev_test *t)
{
	unsigned freed = 0;
	struct uk_netbuf *nb = counted(t, &freed);
	int grow, shrink, more, less;
	bool same;

	WANT_MEMORY(t, nb);
	nb->len = 100;
	grow = uk_netbuf_header(nb, HEADROOM);
	more = uk_netbuf_header(nb, 1);
	same = nb->data == nb->buf && nb->len == 100 + HEADROOM;
	shrink = uk_netbuf_header(nb, -(int)(HEADROOM + 100));
	less = uk_netbuf_header(nb, -1);
	same &= nb->len == 0 &&
		(char *)nb->data == (char *)nb->buf + HEADROOM + 100;
	uk_netbuf_free(nb);
	WANT(t, grow == 1 && shrink == 1, "it returns %d and %d, not 1", grow,
	     shrink);
	WANT(t, more < 0 && less < 0, "beyond the ends it returns %d and %d",
	     more, less);
	WANT(t, same, "data or len are wrong");
	return NETDEV_OK;
}

static enum netdev_verdict chain(struct netdev_test *t)
{
	unsigned freed[2] = {0}, kept;
	struct uk_netbuf *a = counted(t, &freed[0]), *b;

	WANT_MEMORY(t, a);
	b = counted(t, &freed[1]);
	if (!b)
		uk_netbuf_free(a);
	WANT_MEMORY(t, b);
	a->next = b;
	b->prev = a;
	uk_netbuf_ref(a);
	uk_netbuf_free(a);
	kept = freed[0] + freed[1];
	uk_netbuf_free(a);
	WANT(t, !kept, "a part was freed with a reference left");
	WANT(t, freed[0] == 1 && freed[1] == 1,
	     "the parts were freed %u and %u times", freed[0], freed[1]);
	return NETDEV_OK;
}

const struct netdev_case netdev_cases_netbuf[] = {
	{"netbuf-room", room, true},
	{"netbuf-references", references, true},
	{"netbuf-header", header, true},
	{"netbuf-chain", chain, true},
	{0},
};
