/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry of network devices and the order of their states. */
#include <uk/netdev.h>

static struct uk_netdev *first;
static uint16_t count;

int uk_netdev_drv_register(struct uk_netdev *dev, struct uk_alloc *a __unused,
			   const char *drv_name)
{
	const struct uk_netdev_ops *o = dev->ops;
	struct uk_netdev **link = &first;

	if (!o || !o->info_get || !o->configure || !o->rxq_info_get ||
	    !o->txq_info_get || !o->rxq_configure || !o->txq_configure ||
	    !o->start || !o->mtu_get || !dev->tx_burst || !dev->rx_burst)
		return -EINVAL;
	while (*link)
		link = &(*link)->_next;
	*link = dev;
	dev->_next = NULL;
	dev->_id = count++;
	dev->_drv_name = drv_name;
	dev->_state = UK_NETDEV_UNPROBED;
	return dev->_id;
}

void uk_netdev_drv_unregister_all(void)
{
	first = NULL;
	count = 0;
}

unsigned int uk_netdev_count(void)
{
	return count;
}

struct uk_netdev *uk_netdev_get(unsigned int id)
{
	struct uk_netdev *dev = first;

	while (dev && dev->_id != id)
		dev = dev->_next;
	return dev;
}

uint16_t uk_netdev_id_get(struct uk_netdev *dev)
{
	return dev->_id;
}

const char *uk_netdev_drv_name_get(struct uk_netdev *dev)
{
	return dev->_drv_name;
}

enum uk_netdev_state uk_netdev_state_get(struct uk_netdev *dev)
{
	return dev->_state;
}

int uk_netdev_probe(struct uk_netdev *dev)
{
	int rc;

	if (dev->_state != UK_NETDEV_UNPROBED)
		return -EINVAL;
	rc = dev->ops->probe ? dev->ops->probe(dev) : 0;
	if (rc >= 0)
		dev->_state = UK_NETDEV_UNCONFIGURED;
	return rc;
}

void uk_netdev_info_get(struct uk_netdev *dev, struct uk_netdev_info *info)
{
	*info = (struct uk_netdev_info){.ioalign = 1};
	dev->ops->info_get(dev, info);
	info->max_rx_queues =
		MIN(info->max_rx_queues, CONFIG_LIBUKNETDEV_MAXNBQUEUES);
	info->max_tx_queues =
		MIN(info->max_tx_queues, CONFIG_LIBUKNETDEV_MAXNBQUEUES);
}

int uk_netdev_configure(struct uk_netdev *dev,
			const struct uk_netdev_conf *conf)
{
	struct uk_netdev_info info;
	int rc;

	if (dev->_state != UK_NETDEV_UNCONFIGURED)
		return -EINVAL;
	uk_netdev_info_get(dev, &info);
	if (conf->nb_rx_queues < 1 || conf->nb_rx_queues > info.max_rx_queues ||
	    conf->nb_tx_queues < 1 || conf->nb_tx_queues > info.max_tx_queues)
		return -EINVAL;
	rc = dev->ops->configure(dev, conf);
	if (rc < 0)
		return rc;
	dev->_nb_rx_queues = conf->nb_rx_queues;
	dev->_nb_tx_queues = conf->nb_tx_queues;
	dev->_state = UK_NETDEV_CONFIGURED;
	return 0;
}

int uk_netdev_rxq_info_get(struct uk_netdev *dev, uint16_t queue_id,
			   struct uk_netdev_queue_info *info)
{
	return dev->ops->rxq_info_get(dev, queue_id, info);
}

int uk_netdev_txq_info_get(struct uk_netdev *dev, uint16_t queue_id,
			   struct uk_netdev_queue_info *info)
{
	return dev->ops->txq_info_get(dev, queue_id, info);
}

static int nb_desc_valid(uint16_t nb, const struct uk_netdev_queue_info *info)
{
	if (nb == 0)
		return 1;
	if (nb < info->nb_min || nb > info->nb_max)
		return 0;
	if (info->nb_is_power_of_two && !POWER_OF_2(nb))
		return 0;
	return info->nb_align <= 1 || nb % info->nb_align == 0;
}

int uk_netdev_rxq_configure(struct uk_netdev *dev, uint16_t queue_id,
			    uint16_t nb_desc,
			    struct uk_netdev_rxqueue_conf *conf)
{
	struct uk_netdev_queue_info info;
	int rc;

	if (dev->_state != UK_NETDEV_CONFIGURED ||
	    queue_id >= dev->_nb_rx_queues || dev->_rx_queue[queue_id] ||
	    !conf->a || !conf->alloc_rxpkts)
		return -EINVAL;
	rc = dev->ops->rxq_info_get(dev, queue_id, &info);
	if (rc < 0)
		return rc;
	if (!nb_desc_valid(nb_desc, &info))
		return -EINVAL;
	return dev->ops->rxq_configure(dev, queue_id, nb_desc, conf,
				       &dev->_rx_queue[queue_id]);
}

int uk_netdev_txq_configure(struct uk_netdev *dev, uint16_t queue_id,
			    uint16_t nb_desc,
			    struct uk_netdev_txqueue_conf *conf)
{
	struct uk_netdev_queue_info info;
	int rc;

	if (dev->_state != UK_NETDEV_CONFIGURED ||
	    queue_id >= dev->_nb_tx_queues || dev->_tx_queue[queue_id] ||
	    !conf->a)
		return -EINVAL;
	rc = dev->ops->txq_info_get(dev, queue_id, &info);
	if (rc < 0)
		return rc;
	if (!nb_desc_valid(nb_desc, &info))
		return -EINVAL;
	return dev->ops->txq_configure(dev, queue_id, nb_desc, conf,
				       &dev->_tx_queue[queue_id]);
}

int uk_netdev_start(struct uk_netdev *dev)
{
	int rc;

	if (dev->_state != UK_NETDEV_CONFIGURED)
		return -EINVAL;
	for (uint16_t q = 0; q < dev->_nb_rx_queues; q++)
		if (!dev->_rx_queue[q])
			return -EINVAL;
	for (uint16_t q = 0; q < dev->_nb_tx_queues; q++)
		if (!dev->_tx_queue[q])
			return -EINVAL;
	rc = dev->ops->start(dev);
	if (rc >= 0)
		dev->_state = UK_NETDEV_RUNNING;
	return rc;
}

const struct uk_hwaddr *uk_netdev_hwaddr_get(struct uk_netdev *dev)
{
	return dev->ops->hwaddr_get ? dev->ops->hwaddr_get(dev) : NULL;
}

uint16_t uk_netdev_mtu_get(struct uk_netdev *dev)
{
	return dev->ops->mtu_get(dev);
}

const char *uk_netdev_why(struct uk_netdev *dev)
{
	return dev->ops->why ? dev->ops->why(dev) : NULL;
}

int uk_netdev_rxq_intr_enable(struct uk_netdev *dev, uint16_t queue_id)
{
	if (dev->_state != UK_NETDEV_RUNNING || !dev->ops->rxq_intr_enable)
		return -ENOTSUP;
	return dev->ops->rxq_intr_enable(dev, dev->_rx_queue[queue_id]);
}

int uk_netdev_rxq_intr_disable(struct uk_netdev *dev, uint16_t queue_id)
{
	if (dev->_state != UK_NETDEV_RUNNING || !dev->ops->rxq_intr_disable)
		return -ENOTSUP;
	return dev->ops->rxq_intr_disable(dev, dev->_rx_queue[queue_id]);
}

int uk_netdev_link_get(struct uk_netdev *dev)
{
	if (dev->_state != UK_NETDEV_RUNNING || !dev->ops->link_get)
		return -ENOTSUP;
	return dev->ops->link_get(dev);
}
