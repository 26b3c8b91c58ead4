/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <uk/netbuf.h>

void uk_netbuf_init_indir(struct uk_netbuf *m, void *buf, size_t buflen,
			  uint16_t headroom, void *priv, uk_netbuf_dtor_t dtor)
{
	UK_ASSERT(headroom <= buflen);
	*m = (struct uk_netbuf){
		.refcount = 1,
		.buf = buf,
		.buflen = buflen,
		.data = buf ? (char *)buf + headroom : NULL,
		.priv = priv,
		.dtor = dtor,
	};
}

/* One piece: the netbuf, the user's private bytes, then the buffer. */
struct uk_netbuf *uk_netbuf_alloc_buf(struct uk_alloc *a, size_t buflen,
				      size_t bufalign, uint16_t headroom,
				      size_t privlen, uk_netbuf_dtor_t dtor)
{
	size_t align = MAX(bufalign, _Alignof(struct uk_netbuf));
	size_t start;
	char *mem;

	if (headroom > buflen)
		return NULL;
	start = ALIGN_UP(sizeof(struct uk_netbuf) + privlen, align);
	mem = uk_memalign(a, align, start + buflen);
	if (!mem)
		return NULL;
	uk_netbuf_init_indir(
		(struct uk_netbuf *)(void *)mem, mem + start, buflen, headroom,
		privlen ? mem + sizeof(struct uk_netbuf) : NULL, dtor);
	((struct uk_netbuf *)(void *)mem)->_a = a;
	((struct uk_netbuf *)(void *)mem)->_b = mem;
	return (struct uk_netbuf *)(void *)mem;
}

static void leave_chain(struct uk_netbuf *m)
{
	if (m->next)
		m->next->prev = m->prev;
	if (m->prev)
		m->prev->next = m->next;
	m->next = m->prev = NULL;
}

void uk_netbuf_free_single(struct uk_netbuf *m)
{
	struct uk_alloc *a = m->_a;
	void *b = m->_b;

	UK_ASSERT(m->refcount > 0);
	if (--m->refcount)
		return;
	if (unlikely(m->next || m->prev))
		leave_chain(m);
	if (m->dtor)
		m->dtor(m);
	if (a)
		uk_free(a, b);
}

void uk_netbuf_free(struct uk_netbuf *m)
{
	struct uk_netbuf *next;

	for (; m; m = next) {
		next = m->next;
		uk_netbuf_free_single(m);
	}
}
