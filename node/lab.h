/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a port says besides to switches and routers, each only where it is
 * asked for: it joins groups (IGMP, MLD), tells who it is (LLDP), answers
 * maintenance (CFM), refuses what nobody listens to, gets an address (DHCP).
 */
#ifndef NODE_LAB_H
#define NODE_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "net/proto.h"

#define LLDP_TYPE 0x88cc
#define CFM_TYPE 0x8902

struct node;

/* Of IPv4 it is ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2). All 0: none. */
struct node_ip {
	uint8_t b[IPV6_ALEN];
};

/* ---- Groups: IGMP (RFC 3376, 2236, 1112) and MLD (RFC 3810, 2710) -------- */

#define LAB_GROUPS_MAX 16

struct lab_group {
	struct node_ip ip;
	uint16_t vlan;
	bool leaving;    /* and gone once all was told */
	bool joining;    /* what is told is news */
	uint8_t left;    /* reports that are due */
	uint64_t due_ns; /* the next of them */
	uint64_t frames; /* to it, that were received */
};

/* -EEXIST, or -ENOSPC where there are as many as there can be. */
int node_join(struct node *h, const struct node_ip *ip, uint16_t vlan,
	      uint64_t now_ns);
/* False: it is in no such group. On all VLANs, as a group is one thing. */
bool node_leave(struct node *h, const struct node_ip *ip, uint64_t now_ns);
void node_leave_all(struct node *h, uint64_t now_ns);

/* One that all stations may join: none that all are in. */
bool node_is_group(const struct node_ip *ip);

/* ---- Who it is: LLDP (IEEE 802.1AB) -------------------------------------- */

#define LLDP_NEIGHBOURS_MAX 4
#define LLDP_ID_MAX 40 /* bytes that are kept of an ID, of a name */

/* Bytes, the first of which says what an ID is. */
struct lldp_text {
	uint8_t len, b[LLDP_ID_MAX];
};

struct lldp_neighbour {
	struct lldp_text chassis, port, name;
	uint16_t ttl_s;
	uint64_t heard_ns, until_ns; /* 0: there is none */
};

struct lldp {
	bool closing;              /* says so, and is silent then */
	uint8_t fast;              /* that are due a second apart */
	uint8_t chassis[ETH_ALEN]; /* the appliance's */
	uint64_t due_ns;
	struct lldp_neighbour neighbour[LLDP_NEIGHBOURS_MAX];
};

/* `chassis` tells appliances apart. */
void node_lldp(struct node *h, bool on, const uint8_t chassis[ETH_ALEN],
	       uint64_t now_ns);

/* ---- Maintenance: CFM (IEEE 802.1Q, 20; ITU-T Y.1731) -------------------- */

#define CFM_LEVEL_ANY 8
#define CFM_SESSIONS_MAX 8

/* Of synthetic loss: answers to one who asks, which it numbers. */
struct cfm_session {
	uint8_t mac[ETH_ALEN];
	uint8_t id[6]; /* who asks, and its test */
	uint32_t answered;
};

struct cfm {
	uint8_t level; /* 0..7, or CFM_LEVEL_ANY */
	uint16_t mep;  /* 1..8191 */
	unsigned next; /* of the sessions, to be replaced */
	struct cfm_session session[CFM_SESSIONS_MAX];
};

void node_cfm(struct node *h, bool on, unsigned level, unsigned mep);

/* ---- Nobody listens: ICMP port unreachable, TCP RST ---------------------- */

#define REFUSALS_PER_S 1000
#define REFUSALS_BURST 50

void node_refuse(struct node *h, bool on);

/* ---- An address: DHCP (RFC 2131) ----------------------------------------- */

enum dhcp_state {
	DHCP_OFF,
	DHCP_SELECTING, /* who offers one? */
	DHCP_REQUESTING,
	DHCP_BOUND,
	DHCP_RENEWING, /* from who gave it, then from anybody */
};

struct dhcp {
	enum dhcp_state state;
	uint16_t vlan;
	uint8_t tries;
	uint32_t xid;
	uint8_t ip[IPV4_ALEN], server[IPV4_ALEN], server_mac[ETH_ALEN];
	uint64_t due_ns, renew_ns, rebind_ns, ends_ns;
};

void node_dhcp(struct node *h, bool on, uint16_t vlan, uint64_t now_ns);

/* ---- Addresses of IPv6 by themselves: RFC 4861, RFC 4862, RFC 8415 ------- */

#define ROUTED_PREFIXES_MAX 3

struct routed_prefix {
	struct node_ip ip; /* its first address */
	uint8_t bits, flags;
	uint64_t until_ns; /* 0: there is none */
};

/* What routers said. */
struct routed {
	uint16_t vlan;
	uint8_t tries;         /* solicitations that are due */
	struct node_ip router; /* the way out, by its address of the link */
	uint64_t until_ns, due_ns;
	struct routed_prefix prefix[ROUTED_PREFIXES_MAX];
};

#define DHCP6_SERVER_MAX 130

/* A server is asked where a router says so. */
struct dhcp6 {
	enum dhcp_state state;
	uint8_t tries, server_len;
	uint32_t xid;
	struct node_ip ip;
	uint8_t server[DHCP6_SERVER_MAX];
	uint64_t since_ns, due_ns, renew_ns, rebind_ns, ends_ns;
};

void node_auto(struct node *h, bool on, uint16_t vlan, uint64_t now_ns);

/* ---- Learning frames ----------------------------------------------------- */

/* Says to all that a station is here; false: no buffer is free by now. */
bool node_learn(struct node *h, const uint8_t mac[ETH_ALEN], uint16_t tag);

/* ---- All of it ----------------------------------------------------------- */

enum {
	LAB_LLDP = 1,
	LAB_CFM = 2,
	LAB_REFUSE = 4,
	LAB_DHCP = 8,
	LAB_AUTO = 32,
	LAB_LEARN = 16, /* frames are made for it from outside */
};

struct lab {
	uint8_t on; /* LAB_ bits */
	uint32_t random;
	unsigned nb_groups;
	struct lab_group group[LAB_GROUPS_MAX];
	/* When a router of an older version was last heard, of IGMP, MLD. */
	uint64_t v1_until_ns[2], v2_until_ns[2];
	struct lldp lldp;
	struct cfm cfm;
	struct dhcp dhcp;
	struct routed routed;
	struct dhcp6 dhcp6;
};

#endif /* NODE_LAB_H */
