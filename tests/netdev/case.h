/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to tests/netdev: one check, and what it may use. */
#ifndef TESTS_NETDEV_CASE_H
#define TESTS_NETDEV_CASE_H

#include "tests/netdev/rig.h"

/* Two devices under test, and what is said of the check that runs. */
struct netdev_test {
	struct rig *rig;
	unsigned id; /* of the first */
	bool up;     /* both are running */
	char *why;   /* NETDEV_WHY_MAX bytes */
};

struct netdev_case {
	const char *name;
	enum netdev_verdict (*run)(struct netdev_test *t);
	bool wants_up; /* it is skipped while the devices do not run */
};

/* In this order; each list ends with a name of NULL. */
extern const struct netdev_case netdev_cases_up[];
extern const struct netdev_case netdev_cases_netbuf[];
extern const struct netdev_case netdev_cases_tx[];
extern const struct netdev_case netdev_cases_rx[];
extern const struct netdev_case netdev_cases_burst[];
extern const struct netdev_case netdev_cases_underrun[];

__attribute__((format(printf, 2, 3))) enum netdev_verdict netdev_fail(
	struct netdev_test *t, const char *fmt, ...);
enum netdev_verdict netdev_skip(struct netdev_test *t, const char *why);

/* Leaves a check with FAIL where `cond`, without side effects, is false. */
#define WANT(t, cond, ...)                                    \
	do {                                                  \
		if (!(cond))                                  \
			return netdev_fail((t), __VA_ARGS__); \
	} while (0)

/* The same for what needs memory. */
#define WANT_MEMORY(t, ptr) WANT((t), (ptr) != NULL, "no memory for the check")

/*
 * Takes a fresh device to RUNNING, with queues of `nb_desc` descriptors; 0: the
 * driver's choice. 0, or a negative errno.
 */
int netdev_bring_up(struct rig_dev *d, struct uk_alloc *a, uint16_t nb_desc);

/* The steps of it. */
void netdev_learn(struct rig_dev *d);
int netdev_set_rxq(struct rig_dev *d, struct uk_alloc *a, uint16_t queue_id,
		   uint16_t nb_desc);
int netdev_set_txq(struct rig_dev *d, struct uk_alloc *a, uint16_t queue_id,
		   uint16_t nb_desc);

#endif /* TESTS_NETDEV_CASE_H */
