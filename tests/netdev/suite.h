/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What uk/netdev.h and uk/netbuf.h promise, as checks of two devices that are
 * wired to each other, whatever their driver. The checks call what stock
 * Unikraft has, and what stands behind a feature macro where it is there, so
 * that one suite judges the loop of the host build, the virtio-net of this
 * tree and that of a stock tree.
 *
 * A device has no way back from RUNNING: each pair is good for one run. Both
 * have to be neither configured nor in use, what one sends the other receives,
 * in order and none lost, and nobody else sends. A sender whose peer has no
 * buffers has to find its ring full, as behind a hub of QEMU.
 */
#ifndef TESTS_NETDEV_SUITE_H
#define TESTS_NETDEV_SUITE_H

#include <stdint.h>
#include <uk/netdev.h>

#define NETDEV_CHECKS_MAX 80
#define NETDEV_WHY_MAX 96

enum netdev_verdict { NETDEV_OK, NETDEV_FAIL, NETDEV_SKIPPED };

struct netdev_result {
	const char *name;
	enum netdev_verdict verdict;
	char why[NETDEV_WHY_MAX]; /* of one that is not ok; "" otherwise */
};

struct netdev_report {
	unsigned nb;
	unsigned count[3]; /* by verdict */
	struct netdev_result result[NETDEV_CHECKS_MAX];
};

/* "ok", "FAIL", "skipped" */
extern const char *const netdev_verdicts[];

/*
 * Runs all checks on the devices `id` and `id` + 1, and those that need a
 * second pair on the two behind, where they are there. Memory comes from `a`
 * and goes back but for what the devices keep, as they cannot be taken down.
 * 0 with *report filled, or -ENOMEM, or -ENODEV where there is no fresh pair.
 */
int netdev_check(struct netdev_report *report, unsigned id, struct uk_alloc *a);

#endif /* TESTS_NETDEV_SUITE_H */
