/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames in and out one by one, where there are no bursts. */
#include "net/port_impl.h"

#ifdef PORT_BURST

void port_rx_mark(char *buf, size_t len)
{
	(void)buf;
	(void)len;
}

#else

/*
 * Stock Unikraft's virtio-net counts the header that it strips into the length
 * of what it delivers. A buffer that was marked before its first frame tells
 * how far the device wrote.
 */
static char rx_mark_at(size_t i)
{
	return (char)(i * 167 + (i >> 8) + 91);
}

void port_rx_mark(char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = rx_mark_at(i);
}

/*
 * From the first frame of all. Its last bytes may look like marks by accident,
 * so only the sizes that the header has count.
 */
static void rx_learn(struct port_queue *q, const struct uk_netbuf *nb)
{
	static const uint16_t header_len[] = {12, 10};
	const size_t begin = uk_netbuf_headroom((struct uk_netbuf *)nb);
	size_t end = MIN(begin + nb->len, nb->buflen);
	const size_t told = begin + nb->len;

	while (end > begin &&
	       ((const char *)nb->buf)[end - 1] == rx_mark_at(end - 1))
		end--;
	for (unsigned i = 0; i < ARRAY_SIZE(header_len); i++) {
		if (told - end >= header_len[i]) {
			q->rx_excess = header_len[i];
			break;
		}
	}
	q->rx_seen = true;
}

unsigned port_tx_one_by_one(struct port_queue *q, struct uk_netbuf **pkts,
			    unsigned n, int *err)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < n; i++) {
		rc = uk_netdev_tx_one(q->dev, q->id, pkts[i]);
		if (!uk_netdev_status_successful(rc))
			break;
	}
	*err = rc < 0 ? rc : 0;
	return i;
}

unsigned port_rx_one_by_one(struct port_queue *q, struct uk_netbuf **pkts,
			    unsigned n, unsigned *status, int *err)
{
	unsigned i;
	int rc = 0;

	*status = 0;
	for (i = 0; i < n;) {
		rc = uk_netdev_rx_one(q->dev, q->id, &pkts[i]);
		if (rc < 0)
			break;
		*status |= rc & PORT_RX_UNDERRUN;
		if (!(rc & UK_NETDEV_STATUS_SUCCESS))
			break;
		if (unlikely(!q->rx_seen))
			rx_learn(q, pkts[i]);
		pkts[i]->len = (uint16_t)(pkts[i]->len - q->rx_excess);
		if (pkts[i]->next || port_rx_oversize(q->port, pkts[i]))
			*status |= PORT_RX_LARGE;
		i++;
		if (!(rc & UK_NETDEV_STATUS_MORE))
			break;
	}
	*err = rc < 0 ? rc : 0;
	return i;
}

#endif

void port_tx_reap(struct port_queue *q)
{
#ifdef PORT_BURST
	uint16_t none = 0;

	if (!port_lent_back(q))
		uk_netdev_tx_burst(q->dev, q->id, NULL, &none);
#endif
	port_reclaim(q);
}
