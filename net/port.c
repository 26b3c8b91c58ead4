/* SPDX-License-Identifier: BSD-3-Clause */
/* Brings ports up. */
#include <string.h>

#include "net/port_impl.h"

/* Beyond this a device's MTU is not used: RFC 2544 jumbo frames of 9,018. */
#define MTU_MAX 9000
#define MTU_DEFAULT 1500

const char *port_step_name(enum port_step step)
{
	static const char *const names[] = {
#define S(id, text) text,
		PORT_STEPS(S)
#undef S
	};

	return names[step];
}

const char *port_why(const struct port *p, int err)
{
#ifdef UK_NETDEV_HAVE_WHY
	const char *why = p->dev ? uk_netdev_why(p->dev) : NULL;

	if (why)
		return why;
#else
	(void)p;
#endif
	return strerror(-err);
}

bool port_wake(struct port *p, bool on)
{
	bool none = true;

	for (unsigned i = 0; port_wakes(p) && i < p->nb_queues; i++) {
		if (!on)
			uk_netdev_rxq_intr_disable(p->dev, (uint16_t)i);
		else if (uk_netdev_rxq_intr_enable(p->dev, (uint16_t)i) > 0)
			none = false;
	}
	return none;
}

enum port_link port_link(const struct port *p)
{
#ifdef UK_NETDEV_HAVE_LINK
	const int rc = uk_netdev_link_get(p->dev);

	/* Of one that has gone the queues say so. */
	if (rc != -ENOTSUP)
		return rc > 0    ? PORT_LINK_UP
		       : rc == 0 ? PORT_LINK_DOWN
				 : PORT_LINK_UNKNOWN;
#else
	(void)p;
#endif
	return PORT_LINK_UNKNOWN;
}

bool port_rx_oversize(const struct port *p, const struct uk_netbuf *nb)
{
	const unsigned len = port_frame_len(nb), most = p->mtu + ETH_HLEN;
	uint16_t type;

	if (len <= most || nb->len < ETH_HLEN)
		return len > most;
	memcpy(&type, (const char *)nb->data + ETH_HLEN - sizeof(type),
	       sizeof(type));
	if (type != net16(ETH_TYPE_VLAN) && type != net16(ETH_TYPE_QINQ))
		return true;
	return len > most + PORT_VLAN_TAG_LEN;
}

static int fail(struct port *p, enum port_step step, int err)
{
	p->step = step;
	p->err = err;
	return err;
}

/* As many of `want` descriptors as the queue allows. */
static uint16_t nb_desc(const struct uk_netdev_queue_info *info, uint16_t want)
{
	return PORT_RINGS_SHORTEN ? MIN(info->nb_max, want) : info->nb_max;
}

/* Of all queues: as long as the shortest may be. */
static int get_queue_sizes(struct port *p)
{
	struct uk_netdev_queue_info rx, tx;
	int rc = 0;

	p->nb_rx_desc = p->nb_tx_desc = UINT16_MAX;
	for (uint16_t i = 0; i < p->nb_queues; i++) {
		rc = uk_netdev_rxq_info_get(p->dev, i, &rx);
		if (rc < 0)
			return rc;
		rc = uk_netdev_txq_info_get(p->dev, i, &tx);
		if (rc < 0)
			return rc;
		p->nb_rx_desc = MIN(p->nb_rx_desc,
				    nb_desc(&rx, CONFIG_APPUKPKTGEN_RX_DESC));
		p->nb_tx_desc = MIN(p->nb_tx_desc,
				    nb_desc(&tx, CONFIG_APPUKPKTGEN_TX_DESC));
	}
	return 0;
}

static int configure_queue(struct port *p, struct port_queue *q,
			   struct uk_alloc *a)
{
	struct uk_netdev_rxqueue_conf rx = {
		.a = a,
		.alloc_rxpkts = port_rx_alloc,
		.alloc_rxpkts_argp = q,
	};
	struct uk_netdev_txqueue_conf tx = {
		.a = a,
#ifdef PORT_LENT
		.claim_lent = port_claim_lent,
		.claim_lent_argp = q,
#endif
	};
	int rc;

	rc = uk_netdev_rxq_configure(p->dev, q->id, p->nb_rx_desc, &rx);
	if (rc < 0)
		return fail(p, PORT_STEP_RXQ, rc);
	rc = uk_netdev_txq_configure(p->dev, q->id, p->nb_tx_desc, &tx);
	if (rc < 0)
		return fail(p, PORT_STEP_TXQ, rc);
	return 0;
}

static void learn_addresses(struct port *p)
{
	const struct uk_hwaddr *hw = uk_netdev_hwaddr_get(p->dev);
	uint16_t mtu = uk_netdev_mtu_get(p->dev);

	if (hw)
		memcpy(p->mac, hw->addr_bytes, ETH_ALEN);
	p->mtu = MIN(mtu ? mtu : MTU_DEFAULT, MTU_MAX);
}

/* Memory first: that of all is reckoned with before a driver takes its own. */
static int open_queues(struct port *p, struct uk_alloc *a)
{
	int rc;

	for (unsigned i = 0; i < p->nb_queues; i++) {
		struct port_queue *q = &p->queue[i];

		q->port = p;
		q->dev = p->dev;
		q->id = (uint16_t)i;
		rc = port_make_pools(p, q, a);
		if (rc < 0)
			return fail(p, PORT_STEP_POOL, rc);
	}
	for (unsigned i = 0; i < p->nb_queues; i++) {
		rc = configure_queue(p, &p->queue[i], a);
		if (rc < 0)
			return rc;
	}
	return 0;
}

uint16_t port_rx_excess(const struct port *p)
{
	uint16_t excess = 0;

	for (unsigned i = 0; i < p->nb_queues; i++)
		excess = MAX(excess, p->queue[i].rx_excess);
	return excess;
}

int port_open(struct port *p, unsigned id, unsigned nb_queues, unsigned burst,
	      struct uk_alloc *a)
{
	struct uk_netdev_conf conf;
	int rc;

	memset(p, 0, sizeof(*p));
	p->id = id;
	p->dev = uk_netdev_get(id);
	if (!p->dev)
		return fail(p, PORT_STEP_GET, -ENODEV);
	/* A stock tree may have probed its devices at boot. */
	if (uk_netdev_state_get(p->dev) == UK_NETDEV_UNPROBED) {
		rc = uk_netdev_probe(p->dev);
		if (rc < 0)
			return fail(p, PORT_STEP_PROBE, rc);
	}
	uk_netdev_info_get(p->dev, &p->info);
	if (!p->info.max_rx_queues || !p->info.max_tx_queues)
		return fail(p, PORT_STEP_INFO, -ENOTSUP);
	if (!p->info.ioalign)
		p->info.ioalign = 1;
	p->nb_queues = MIN(MIN(nb_queues, (unsigned)PORT_QUEUES_MAX),
			   MIN(p->info.max_rx_queues, p->info.max_tx_queues));
	conf.nb_rx_queues = conf.nb_tx_queues = (uint16_t)p->nb_queues;
	rc = uk_netdev_configure(p->dev, &conf);
	if (rc < 0)
		return fail(p, PORT_STEP_CONFIGURE, rc);
	learn_addresses(p);
	rc = get_queue_sizes(p);
	if (rc < 0)
		return fail(p, PORT_STEP_QUEUE_INFO, rc);
	port_fit_memory(p, burst, a);
	rc = open_queues(p, a);
	if (rc < 0)
		return rc;
	rc = uk_netdev_start(p->dev);
	if (rc < 0)
		return fail(p, PORT_STEP_START, rc);
	p->step = PORT_STEP_UP;
	return 0;
}

void port_close(struct port *p, struct uk_alloc *a)
{
	for (unsigned i = 0; i < p->nb_queues; i++)
		port_free_pools(&p->queue[i], a);
}
