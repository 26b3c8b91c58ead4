/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tests/netdev on the loop of the host, and on loops that break a rule each:
 * a check that no fault can fail is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plat/host/host.h"
#include "tests/netdev/suite.h"
#include "unit.h"

/* What a device does to a burst, before or after the loop has. */
struct fault {
	const char *name;
	const char *fails; /* the checks that notice, each in blanks */
	int (*tx)(struct uk_netdev *dev, struct uk_netdev_tx_queue *q,
		  struct uk_netbuf **pkts, uint16_t *cnt);
	int (*rx)(struct uk_netdev *dev, struct uk_netdev_rx_queue *q,
		  struct uk_netbuf **pkts, uint16_t *cnt);
};

/* Memory that devices keep, as nothing takes them down. */
#define KEPT_MAX 16384
static void *kept[KEPT_MAX];

static void *keep(void *mem)
{
	for (unsigned i = 0; i < KEPT_MAX; i++)
		if (!kept[i])
			return kept[i] = mem;
	abort();
}

static void *kept_calloc(struct uk_alloc *a, __sz nmemb, __sz size)
{
	(void)a;
	return keep(calloc(nmemb, size));
}

static void *kept_malloc(struct uk_alloc *a, __sz size)
{
	(void)a;
	return keep(malloc(size));
}

static void *kept_memalign(struct uk_alloc *a, __sz align, __sz size)
{
	void *mem;

	(void)a;
	return posix_memalign(&mem, MAX(align, sizeof(mem)), size) ? NULL
								   : keep(mem);
}

static void kept_free(struct uk_alloc *a, void *mem)
{
	(void)a;
	for (unsigned i = 0; i < KEPT_MAX && mem; i++)
		if (kept[i] == mem)
			kept[i] = NULL;
	free(mem);
}

static struct uk_alloc heap = {
	.malloc = kept_malloc,
	.calloc = kept_calloc,
	.memalign = kept_memalign,
	.free = kept_free,
};

static int (*loop_tx)(struct uk_netdev *dev, struct uk_netdev_tx_queue *q,
		      struct uk_netbuf **pkts, uint16_t *cnt);
static int (*loop_rx)(struct uk_netdev *dev, struct uk_netdev_rx_queue *q,
		      struct uk_netbuf **pkts, uint16_t *cnt);

/* Two pairs, with what `f` breaks on the first. */
static void check(const struct fault *f, struct netdev_report *report)
{
	struct host_netdev *dev[2];

	host_reset();
	host_loop_pair(dev, 1500);
	host_loop_pair(dev, 1500);
	for (unsigned i = 0; i < 2; i++) {
		struct uk_netdev *d = uk_netdev_get(i);

		loop_tx = d->tx_burst;
		loop_rx = d->rx_burst;
		if (f->tx)
			d->tx_burst = f->tx;
		if (f->rx)
			d->rx_burst = f->rx;
	}
	assert_int_equal(netdev_check(report, 0, &heap), 0);
	host_reset();
	for (unsigned i = 0; i < KEPT_MAX; i++) {
		free(kept[i]);
		kept[i] = NULL;
	}
}

static void print(const struct netdev_report *report)
{
	for (unsigned i = 0; i < report->nb; i++) {
		const struct netdev_result *res = &report->result[i];

		print_message("%s %s%s%s\n", netdev_verdicts[res->verdict],
			      res->name, *res->why ? ": " : "", res->why);
	}
	print_message("%u ok, %u failed, %u skipped\n", report->count[0],
		      report->count[1], report->count[2]);
}

/* ---- Faults ------------------------------------------------------------- */

#define TX(name)                                                             \
	static int name(struct uk_netdev *dev, struct uk_netdev_tx_queue *q, \
			struct uk_netbuf **pkts, uint16_t *cnt)
#define RX(name)                                                             \
	static int name(struct uk_netdev *dev, struct uk_netdev_rx_queue *q, \
			struct uk_netbuf **pkts, uint16_t *cnt)

TX(tx_more_always)
{
	int rc = loop_tx(dev, q, pkts, cnt);

	return rc < 0 ? rc : rc | UK_NETDEV_STATUS_MORE;
}

TX(tx_full_is_error)
{
	int rc = loop_tx(dev, q, pkts, cnt);

	return rc == 0 ? -ENOSPC : rc;
}

TX(tx_unknown_flag)
{
	int rc = loop_tx(dev, q, pkts, cnt);

	return rc < 0 ? rc : rc | 0x40;
}

/* Its header stays where the frame began. */
TX(tx_keeps_header)
{
	const uint16_t n = *cnt;
	int rc = loop_tx(dev, q, pkts, cnt);

	for (unsigned i = *cnt; i < n && rc < 0; i++)
		uk_netbuf_header(pkts[i], 1);
	return rc;
}

TX(tx_writes_frame)
{
	int rc;

	for (unsigned i = 0; i < *cnt; i++)
		((char *)pkts[i]->data)[pkts[i]->len - 1] ^= 1;
	rc = loop_tx(dev, q, pkts, cnt);
	return rc;
}

TX(tx_writes_before)
{
	for (unsigned i = 0; i < *cnt; i++)
		if (uk_netbuf_headroom(pkts[i]) > 12)
			((char *)pkts[i]->data)[-13] = 0;
	return loop_tx(dev, q, pkts, cnt);
}

TX(tx_writes_behind)
{
	for (unsigned i = 0; i < *cnt; i++)
		if (uk_netbuf_tailroom(pkts[i]))
			((char *)pkts[i]->data)[pkts[i]->len] = 0;
	return loop_tx(dev, q, pkts, cnt);
}

/* Takes it, and the peer never sees it. */
TX(tx_loses)
{
	if (*cnt && ((unsigned char *)pkts[0]->data)[14] == 7) {
		uk_netbuf_free(pkts[0]);
		*cnt = 1;
		return UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_MORE;
	}
	return loop_tx(dev, q, pkts, cnt);
}

/* It keeps a reference to a frame that it refuses. */
TX(tx_refs_refused)
{
	const uint16_t n = *cnt;
	int rc = loop_tx(dev, q, pkts, cnt);

	if (rc == -EINVAL && n == 1 && !pkts[0]->next && pkts[0]->len > 1514) {
		uk_netbuf_ref(pkts[0]);
		return rc;
	}
	return rc;
}

TX(tx_ignores_headroom)
{
	if (*cnt == 1 && uk_netbuf_headroom(pkts[0]) == 11) {
		uk_netbuf_free(pkts[0]);
		return UK_NETDEV_STATUS_SUCCESS;
	}
	return loop_tx(dev, q, pkts, cnt);
}

/* Of a burst with a bad frame nothing is sent. */
TX(tx_all_or_none)
{
	for (unsigned i = 0; i < *cnt; i++)
		if (pkts[i]->len > 1514) {
			*cnt = 0;
			return -EINVAL;
		}
	return loop_tx(dev, q, pkts, cnt);
}

TX(tx_never_reaps)
{
	host_netdev_faults((struct host_netdev *)(void *)dev)->hold = 64;
	return loop_tx(dev, q, pkts, cnt);
}

RX(rx_more_while_any)
{
	int rc = loop_rx(dev, q, pkts, cnt);

	return *cnt ? rc | UK_NETDEV_STATUS_MORE : rc;
}

RX(rx_more_always)
{
	return loop_rx(dev, q, pkts, cnt) | UK_NETDEV_STATUS_MORE;
}

RX(rx_no_underrun)
{
	return loop_rx(dev, q, pkts, cnt) & ~UK_NETDEV_STATUS_UNDERRUN;
}

RX(rx_underrun_always)
{
	return loop_rx(dev, q, pkts, cnt) | UK_NETDEV_STATUS_UNDERRUN;
}

/* As stock's does with a device's header. */
RX(rx_too_long)
{
	int rc = loop_rx(dev, q, pkts, cnt);

	for (unsigned i = 0; i < *cnt; i++)
		pkts[i]->len = (uint16_t)(pkts[i]->len + 10);
	return rc;
}

RX(rx_wrong_byte)
{
	int rc = loop_rx(dev, q, pkts, cnt);

	for (unsigned i = 0; i < *cnt; i++)
		((char *)pkts[i]->data)[30] ^= 1;
	return rc;
}

RX(rx_beyond_buffer)
{
	int rc = loop_rx(dev, q, pkts, cnt);

	for (unsigned i = 0; i < *cnt; i++)
		pkts[i]->data = (char *)pkts[i]->buf + pkts[i]->buflen - 8;
	return rc;
}

RX(rx_keeps_reference)
{
	int rc = loop_rx(dev, q, pkts, cnt);

	for (unsigned i = 0; i < *cnt; i++)
		uk_netbuf_ref(pkts[i]);
	return rc;
}

RX(rx_swaps)
{
	int rc = loop_rx(dev, q, pkts, cnt);

	if (*cnt > 1) {
		struct uk_netbuf *nb = pkts[0];

		pkts[0] = pkts[1];
		pkts[1] = nb;
	}
	return rc;
}

RX(rx_empty_is_error)
{
	int rc = loop_rx(dev, q, pkts, cnt);

	return *cnt ? rc : -EAGAIN;
}

static const struct fault faults[] = {
	{"tx_more_always",
	 " tx-more-only-with-success tx-more-is-true tx-full-ring ",
	 tx_more_always, NULL},
	{"tx_full_is_error", " tx-full-ring burst-tx-full-ring ",
	 tx_full_is_error, NULL},
	{"tx_unknown_flag", " status-has-known-flags ", tx_unknown_flag, NULL},
	{"tx_keeps_header", " tx-too-long tx-refused-frame-is-unchanged ",
	 tx_keeps_header, NULL},
	{"tx_writes_frame", " tx-frame-is-only-read rx-bytes ", tx_writes_frame,
	 NULL},
	{"tx_writes_before", " tx-writes-only-to-its-headroom ",
	 tx_writes_before, NULL},
	{"tx_writes_behind", " tx-writes-only-to-its-headroom ",
	 tx_writes_behind, NULL},
	{"tx_loses", " tx-sizes rx-order ", tx_loses, NULL},
	{"tx_refs_refused", " tx-too-long ", tx_refs_refused, NULL},
	{"tx_ignores_headroom", " tx-too-little-headroom ", tx_ignores_headroom,
	 NULL},
	{"tx_all_or_none", " burst-tx-refused-within ", tx_all_or_none, NULL},
	{"tx_never_reaps", " tx-given-back burst-tx-none ", tx_never_reaps,
	 NULL},
	{"rx_more_while_any", " rx-more-is-true ", NULL, rx_more_while_any},
	{"rx_more_always", " rx-more-is-true rx-more-only-with-success ", NULL,
	 rx_more_always},
	{"rx_no_underrun", " rx-underrun rx-underrun-is-said ", NULL,
	 rx_no_underrun},
	{"rx_underrun_always", " rx-underrun-is-true rx-partly-refilled ", NULL,
	 rx_underrun_always},
	{"rx_too_long", " rx-length ", NULL, rx_too_long},
	{"rx_wrong_byte", " rx-bytes ", NULL, rx_wrong_byte},
	{"rx_beyond_buffer", " rx-frame-is-within-its-buffer ", NULL,
	 rx_beyond_buffer},
	{"rx_keeps_reference", " rx-frame-has-one-reference ", NULL,
	 rx_keeps_reference},
	{"rx_swaps", " rx-order ", NULL, rx_swaps},
	{"rx_empty_is_error", " rx-nothing ", NULL, rx_empty_is_error},
};

static void test_each_fault_is_found(void **state)
{
	struct netdev_report report;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(faults); i++) {
		const struct fault *f = &faults[i];
		unsigned found = 0, wanted = 0;

		check(f, &report);
		for (const char *c = f->fails + 1; *c; c++)
			wanted += *c == ' ';
		for (unsigned n = 0; n < report.nb; n++) {
			char name[64];

			if (report.result[n].verdict != NETDEV_FAIL)
				continue;
			snprintf(name, sizeof(name), " %s ",
				 report.result[n].name);
			found += strstr(f->fails, name) != NULL;
		}
		if (found != wanted) {
			print(&report);
			fail_msg("%s: %u of the %u in%s", f->name, found,
				 wanted, f->fails);
		}
	}
}

static void test_loop_keeps_every_rule(void **state)
{
	static const struct fault none;
	struct netdev_report report;
	(void)state;

	check(&none, &report);
	print(&report);
	assert_int_equal(report.count[NETDEV_FAIL], 0);
	assert_int_equal(report.count[NETDEV_SKIPPED], 0);
	assert_int_equal(report.count[NETDEV_OK], report.nb);
	assert_true(report.nb > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop_keeps_every_rule),
		cmocka_unit_test(test_each_fault_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
