/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Take, look, free: what port_rx_burst() took is looked at, frame by frame,
 * and given back in the same pass. `look` is a function that is known where
 * this is called, so that it is part of the loop: a pass of its own would cost
 * two instructions a frame.
 */
#ifndef NET_PORT_LOOK_H
#define NET_PORT_LOOK_H

#include "net/port.h"

#define PORT_INLINE static inline __attribute__((always_inline))

/* A received frame, which is still the caller's; it may be a chain. */
typedef void (*port_look_t)(void *arg, const struct uk_netbuf *nb);

/* Up to `n`, as long as no chain comes; returns how many. */
PORT_INLINE unsigned port_free_single(struct port_queue *q,
				      struct uk_netbuf *const pkts[],
				      unsigned n, const bool chains,
				      port_look_t look, void *arg)
{
	struct uk_netbuf *const *at = pkts, *const *const end = pkts + n;
	struct uk_netbuf **top = q->rx_free + q->nb_rx_free;

#define FREE(k)                                     \
	{                                           \
		struct uk_netbuf *const nb = at[k]; \
                                                    \
		if (chains && unlikely(nb->next)) { \
			at += (k);                  \
			top += (k);                 \
			break;                      \
		}                                   \
		look(arg, nb);                      \
		port_rx_again(q, nb);               \
		top[k] = nb;                        \
	}
	for (; end - at >= 4; at += 4, top += 4) {
		FREE(0)
		FREE(1)
		FREE(2)
		FREE(3)
	}
	for (; at < end; at++, top++) {
		FREE(0)
	}
#undef FREE
	q->nb_rx_free = (unsigned)(top - q->rx_free);
	return (unsigned)(at - pkts);
}

/*
 * Looks at all `n` and gives them back, none a chain unless it is said that
 * there may be `chains`.
 */
PORT_INLINE void port_look_and_free(struct port_queue *q,
				    struct uk_netbuf *const pkts[], unsigned n,
				    bool chains, port_look_t look, void *arg)
{
	unsigned i = 0;

	if (likely(!chains)) {
		port_free_single(q, pkts, n, false, look, arg);
		return;
	}
	/* A chain is rare; each part finds its way back by itself. */
	while ((i += port_free_single(q, pkts + i, n - i, true, look, arg)) <
	       n) {
		look(arg, pkts[i]);
		port_frame_free(pkts[i++]);
	}
}

/* The same where none is a chain and a look takes long: it is there once. */
PORT_INLINE void port_look_and_free_each(struct port_queue *q,
					 struct uk_netbuf *const pkts[],
					 unsigned n, port_look_t look,
					 void *arg)
{
	struct uk_netbuf **top = q->rx_free + q->nb_rx_free;

	q->nb_rx_free += n;
	for (struct uk_netbuf *const *at = pkts; at < pkts + n; at++) {
		struct uk_netbuf *const nb = *at;

		look(arg, nb);
		port_rx_again(q, nb);
		*top++ = nb;
	}
}

#endif /* NET_PORT_LOOK_H */
