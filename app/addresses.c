/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/addresses.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/gateways.h"
#include "app/labs.h"

#define IPV4_FROM 96 /* bits of an address before those of IPv4 */

/* ---- As text ------------------------------------------------------------- */

/* `bits` NULL: no prefix may follow. */
static bool take_one(const char *word, struct node_ip *ip, unsigned *bits)
{
	uint8_t addr[IPV4_ALEN];

	if (value_ipv4(word, addr, bits))
		return !value_ipv6(word, ip->b, bits) && !node_is_ipv4(ip);
	*ip = node_ipv4(addr);
	if (bits)
		*bits += IPV4_FROM;
	return true;
}

static unsigned common_bits(const struct node_ip *a, const struct node_ip *b)
{
	unsigned i = 0;

	while (i < IPV6_BITS &&
	       !((a->b[i / 8] ^ b->b[i / 8]) >> (7 - i % 8) & 1))
		i++;
	return i;
}

static bool take_range(const char *word, const char *dash,
		       struct node_address *a)
{
	char first[48];
	const size_t len = (size_t)(dash - word);
	struct node_ip least, most;
	unsigned bits = 0;

	if (len >= sizeof(first))
		return false;
	memcpy(first, word, len);
	first[len] = '\0';
	if (!take_one(first, &a->from, NULL) ||
	    !take_one(dash + 1, &a->to, &bits) ||
	    memcmp(&a->from, &a->to, sizeof(a->to)) > 0)
		return false;
	a->bits = (uint8_t)common_bits(&a->from, &a->to);
	if (strchr(dash, '/') && bits < a->bits)
		a->bits = (uint8_t)bits;
	/* Of one address alone, and that a network's: it would be shown as all
	 * of that network. */
	node_prefix(&a->from, a->bits, &least, &most);
	return !node_same(&a->from, &a->to) || a->bits >= IPV6_BITS - 1 ||
	       !node_same(&a->from, &least);
}

static bool take_prefix(const char *word, struct node_address *a)
{
	struct node_ip first, last;
	unsigned bits = 0;

	if (!take_one(word, &a->from, &bits))
		return false;
	a->to = a->from;
	a->bits = (uint8_t)bits;
	node_prefix(&a->from, bits, &first, &last);
	/* Of two addresses each is a station's (RFC 3021, RFC 6164). */
	if (bits < IPV6_BITS - 1 && node_same(&first, &a->from))
		a->to = last;
	return true;
}

bool addresses_take(const char *word, struct node_address *a)
{
	const char *dash = strchr(word, '-');

	memset(a, 0, sizeof(*a));
	if (dash ? !take_range(word, dash, a) : !take_prefix(word, a))
		return false;
	return node_is_ipv4(&a->from) == node_is_ipv4(&a->to) &&
	       node_is_station(&a->from) && node_is_station(&a->to);
}

bool addresses_take_ip(const char *word, struct node_ip *ip)
{
	return take_one(word, ip, NULL) && node_is_station(ip);
}

static void print(const struct node_ip *ip, unsigned bits, char *buf,
		  size_t size)
{
	if (node_is_ipv4(ip))
		value_ipv4_print(ip->b + NODE_IPV4_AT, bits - IPV4_FROM, buf,
				 size);
	else
		value_ipv6_print(ip->b, bits, buf, size);
}

void addresses_print_ip(const struct node_ip *ip, char *buf, size_t size)
{
	print(ip, IPV6_BITS, buf, size);
}

void addresses_print(const struct node_address *a, char *buf, size_t size)
{
	struct node_ip first, last;
	size_t used;

	node_prefix(&a->from, a->bits, &first, &last);
	if (node_same(&a->from, &a->to) ||
	    (node_same(&a->from, &first) && node_same(&a->to, &last))) {
		print(&a->from, a->bits, buf, size);
		return;
	}
	print(&a->from, IPV6_BITS, buf, size);
	used = strlen(buf);
	if (used + 1 >= size)
		return;
	buf[used++] = '-';
	print(&a->to,
	      common_bits(&a->from, &a->to) == a->bits ? IPV6_BITS : a->bits,
	      buf + used, size - used);
}

/* ---- Set ----------------------------------------------------------------- */

int addresses_add(struct app *app, unsigned port, const struct node_address *a,
		  uint64_t now_ns)
{
	struct node *h = pktgen_node(&app->pktgen, port);
	int rc;

	if (!h)
		return -ENOMEM;
	rc = node_add(h, a, now_ns);
	pktgen_use_node(&app->pktgen, port, now_ns);
	return rc;
}

bool addresses_remove(struct app *app, unsigned port,
		      const struct node_ip *from, uint64_t now_ns)
{
	struct node *h = app->pktgen.node[port];

	if (!h || !node_remove(h, from))
		return false;
	pktgen_use_node(&app->pktgen, port, now_ns);
	return true;
}

void addresses_remove_all(struct app *app, uint64_t ports, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		struct node *h = app->pktgen.node[i];

		if (!(ports >> i & 1) || !h)
			continue;
		if (OPTION(LAB) && h->lab.on & LAB_DHCP)
			node_dhcp(h, false, 0, now_ns);
		if (OPTION(LAB) && h->lab.on & LAB_AUTO)
			node_auto(h, false, 0, now_ns);
		node_remove_all(h);
		pktgen_use_node(&app->pktgen, i, now_ns);
	}
}

static void address_line(const struct node_address *a, unsigned port,
			 char line[CONFIG_LINE_MAX])
{
	char text[ADDRESSES_PRINT_MAX], gateway[48] = "", vlan[16] = "";

	addresses_print(a, text, sizeof(text));
	if (!node_is_none(&a->gateway))
		addresses_print_ip(&a->gateway, gateway, sizeof(gateway));
	if (a->vlan)
		snprintf(vlan, sizeof(vlan), " vlan %u", a->vlan);
	snprintf(line, CONFIG_LINE_MAX, "address %u %s%s%s%s", port, text, vlan,
		 *gateway ? " gateway " : "", gateway);
}

bool addresses_line(const struct app *app, unsigned i,
		    char line[CONFIG_LINE_MAX])
{
	for (unsigned port = 0; port < app->pktgen.nb_ports; port++) {
		const struct node *h = app->pktgen.node[port];

		if (h && i < h->nb_given) {
			address_line(&h->own[i].is, port, line);
			return true;
		}
		i -= h ? h->nb_given : 0;
	}
	return OPTION(LAB) && labs_line(app, i, line);
}

struct addresses_kept {
	struct {
		unsigned nb;
		struct node_address is[NODE_ADDRESSES_MAX];
		struct labs_kept lab;
	} port[1]; /* and more */
};

struct addresses_kept *addresses_keep(const struct app *app)
{
	const unsigned nb = app->pktgen.nb_ports;
	struct addresses_kept *k =
		uk_calloc(app->pktgen.heap, nb + 1, sizeof(k->port[0]));

	for (unsigned i = 0; k && i < nb; i++) {
		const struct node *h = app->pktgen.node[i];

		if (!h)
			continue;
		k->port[i].nb = h->nb_given;
		for (unsigned n = 0; n < h->nb_given; n++)
			k->port[i].is[n] = h->own[n].is;
		if (OPTION(LAB))
			labs_keep(h, &k->port[i].lab);
	}
	return k;
}

void addresses_restore(struct app *app, const struct addresses_kept *k,
		       uint64_t now_ns)
{
	addresses_remove_all(app, ~0ull, now_ns);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		for (unsigned n = 0; n < k->port[i].nb; n++)
			addresses_add(app, i, &k->port[i].is[n], now_ns);
		if (OPTION(LAB))
			labs_restore(app, i, &k->port[i].lab, now_ns);
	}
}

/* ---- Shown --------------------------------------------------------------- */

#define ROWS 16 /* of a call: there is room for no more */

enum call_result addresses_rows(struct call *c, const char *name, unsigned each,
				addresses_row_t row)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t *const at = &c->state[0];
	unsigned left = ROWS;

	if (c->cancelled)
		return CALL_DONE;
	reply_list(c->reply, name, *at ? REPLY_ROWS : REPLY_TABLE);
	for (; *at < (uint64_t)pg->nb_ports * each && left; ++*at) {
		const unsigned port = (unsigned)(*at / each);
		const struct node *h = pg->node[port];

		if (h && c->v[0].mask >> port & 1 &&
		    row(c, port, h, (unsigned)(*at % each)))
			left--;
	}
	reply_end(c->reply);
	c->wake_ns = c->now_ns;
	return left ? CALL_DONE : CALL_AGAIN;
}

/* ---- Told ---------------------------------------------------------------- */

static void tell_rivals(struct app *app, unsigned port, uint64_t now_ns)
{
	struct node *h = app->pktgen.node[port];
	char text[48], mac[24];

	for (unsigned i = 0; i < h->nb_own; i++) {
		struct node_own *own = &h->own[i];

		if (own->nb_told == own->nb_rivals)
			continue;
		own->nb_told = own->nb_rivals;
		addresses_print_ip(&own->is.from, text, sizeof(text));
		value_mac_print(own->rival, mac, sizeof(mac));
		session_event(&app->session, now_ns,
			      own->state == NODE_TAKEN
				      ? "port %u address %s is in use by %s"
				      : "port %u address %s is claimed by %s",
			      port, text, mac);
	}
}

void addresses_watch(struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		struct app_port *p = &app->port[i];
		struct node *h = app->pktgen.node[i];

		if (!h ||
		    (h->changes == p->node_told && now_ns < p->gateways_ns))
			continue;
		p->node_told = h->changes;
		p->gateways_ns = now_ns + GATEWAYS_LOOK_NS;
		tell_rivals(app, i, now_ns);
		/* It has said its last. */
		if (!node_is_on(h))
			pktgen_use_node(&app->pktgen, i, now_ns);
		gateways_refresh(app, i, now_ns);
	}
}
