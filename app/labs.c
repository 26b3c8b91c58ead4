/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/labs.h"

#include <stdio.h>
#include <string.h>

#include "app/addresses.h"
#include "app/app.h"

/* ---- Written down -------------------------------------------------------- */

static void cfm_line(const struct cfm *c, unsigned port,
		     char line[CONFIG_LINE_MAX])
{
	char level[24] = "";

	if (c->level != CFM_LEVEL_ANY)
		snprintf(level, sizeof(level), " level %u", c->level);
	snprintf(line, CONFIG_LINE_MAX, "cfm %u on%s mep %u", port, level,
		 c->mep);
}

static void vlan_line(const char *what, const char *word, unsigned port,
		      unsigned vlan, char line[CONFIG_LINE_MAX])
{
	char tag[24] = "";

	if (vlan)
		snprintf(tag, sizeof(tag), " vlan %u", vlan);
	snprintf(line, CONFIG_LINE_MAX, "%s %u %s%s", what, port, word, tag);
}

/* The `i`th of one port, or how many there are off `i`. */
static bool node_line(const struct node *h, unsigned port, unsigned *i,
		      char line[CONFIG_LINE_MAX])
{
	const struct lab *lab = &h->lab;
	char text[48];

	if (lab->on & LAB_REFUSE && !(*i)--)
		return snprintf(line, CONFIG_LINE_MAX, "refuse %u on", port);
	if (lab->on & LAB_LLDP && !(*i)--)
		return snprintf(line, CONFIG_LINE_MAX, "lldp %u on", port);
	if (lab->on & LAB_CFM && !(*i)--) {
		cfm_line(&lab->cfm, port, line);
		return true;
	}
	if (lab->on & LAB_DHCP && !(*i)--) {
		vlan_line("address", "dhcp", port, lab->dhcp.vlan, line);
		return true;
	}
	if (lab->on & LAB_AUTO && !(*i)--) {
		vlan_line("address", "auto", port, lab->routed.vlan, line);
		return true;
	}
	for (unsigned n = 0; n < lab->nb_groups; n++) {
		if (lab->group[n].leaving || (*i)--)
			continue;
		addresses_print_ip(&lab->group[n].ip, text, sizeof(text));
		vlan_line("join", text, port, lab->group[n].vlan, line);
		return true;
	}
	return false;
}

bool labs_line(const struct app *app, unsigned i, char line[CONFIG_LINE_MAX])
{
	for (unsigned port = 0; port < app->pktgen.nb_ports; port++)
		if (app->pktgen.node[port] &&
		    node_line(app->pktgen.node[port], port, &i, line))
			return true;
	return false;
}

/* ---- Put back ------------------------------------------------------------ */

void labs_keep(const struct node *h, struct labs_kept *k)
{
	const struct lab *lab = &h->lab;

	*k = (struct labs_kept){
		.on = lab->on,
		.cfm_level = lab->cfm.level,
		.cfm_mep = lab->cfm.mep,
		.dhcp_vlan = lab->dhcp.vlan,
		.auto_vlan = lab->routed.vlan,
	};
	for (unsigned i = 0; i < lab->nb_groups; i++) {
		if (lab->group[i].leaving)
			continue;
		k->group[k->nb_groups].ip = lab->group[i].ip;
		k->group[k->nb_groups++].vlan = lab->group[i].vlan;
	}
}

void labs_lldp(struct app *app, unsigned port, bool on, uint64_t now_ns)
{
	unsigned first = 0;

	while (!pktgen_up(&app->pktgen, first))
		first++;
	node_lldp(app->pktgen.node[port], on, app->pktgen.port[first].mac,
		  now_ns);
}

void labs_off(struct app *app, unsigned port, uint64_t now_ns)
{
	static const struct labs_kept nothing;

	labs_restore(app, port, &nothing, now_ns);
}

void labs_restore(struct app *app, unsigned port, const struct labs_kept *k,
		  uint64_t now_ns)
{
	struct node *h = app->pktgen.node[port];

	if (!h)
		return;
	labs_lldp(app, port, k->on & LAB_LLDP, now_ns);
	node_refuse(h, k->on & LAB_REFUSE);
	node_cfm(h, k->on & LAB_CFM, k->cfm_level, k->cfm_mep);
	if ((h->lab.on ^ k->on) & LAB_DHCP)
		node_dhcp(h, k->on & LAB_DHCP, k->dhcp_vlan, now_ns);
	if ((h->lab.on ^ k->on) & LAB_AUTO)
		node_auto(h, k->on & LAB_AUTO, k->auto_vlan, now_ns);
	node_leave_all(h, now_ns);
	for (unsigned i = 0; i < k->nb_groups; i++)
		node_join(h, &k->group[i].ip, k->group[i].vlan, now_ns);
	pktgen_use_node(&app->pktgen, port, now_ns);
}

/* ---- Set ----------------------------------------------------------------- */

enum call_result labs_set(struct call *c, labs_set_t set)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	enum call_result r = app_check_up(c, c->v[0].mask);

	for (unsigned i = 0; i < pg->nb_ports && r == CALL_DONE; i++) {
		struct node *h;

		if (!(c->v[0].mask >> i & 1))
			continue;
		h = pktgen_node(pg, i);
		r = h ? set(c, i, h) : app_no_memory(c, 0);
		pktgen_use_node(pg, i, c->now_ns);
	}
	return r;
}
