/* SPDX-License-Identifier: BSD-3-Clause */
/* What ports say in a lab, as it is set, saved and put back. */
#ifndef APP_LABS_H
#define APP_LABS_H

#include "app/config.h"
#include "node/node.h"

struct labs_kept {
	uint8_t on; /* LAB_ bits */
	uint8_t cfm_level;
	uint16_t cfm_mep, dhcp_vlan, auto_vlan;
	unsigned nb_groups;
	struct {
		struct node_ip ip;
		uint16_t vlan;
	} group[LAB_GROUPS_MAX];
};

/* The line that sets the `i`th of all ports; false: there is none. */
bool labs_line(const struct app *app, unsigned i, char line[CONFIG_LINE_MAX]);

void labs_keep(const struct node *h, struct labs_kept *k);
void labs_restore(struct app *app, unsigned port, const struct labs_kept *k,
		  uint64_t now_ns);

/* The port says no more than what its addresses are for. */
void labs_off(struct app *app, unsigned port, uint64_t now_ns);

void labs_lldp(struct app *app, unsigned port, bool on, uint64_t now_ns);

/*
 * Has a function set each port of a call's first argument, which are up; `arg`
 * is what it fails at where there is no memory.
 */
typedef enum call_result (*labs_set_t)(struct call *c, unsigned port,
				       struct node *h);
enum call_result labs_set(struct call *c, labs_set_t set);

#endif /* APP_LABS_H */
