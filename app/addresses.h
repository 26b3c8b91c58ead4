/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The addresses that ports have: as they are typed, shown and saved, and what
 * is told of them. They are no part of struct config, which each stream has.
 */
#ifndef APP_ADDRESSES_H
#define APP_ADDRESSES_H

#include "app/config.h"
#include "node/node.h"

/*
 * "10.0.0.2", "10.0.0.2/24", "10.1.0.0-10.1.39.15", "2001:2::2/64"; a prefix
 * whose node part is 0 is all that it has, 10.1.0.0/18. False: it is none of
 * these, or no stations' addresses.
 */
bool addresses_take(const char *word, struct node_address *a);

/* One address alone, of a station. */
bool addresses_take_ip(const char *word, struct node_ip *ip);

/* As it is typed; ADDRESSES_PRINT_MAX bytes hold any. */
#define ADDRESSES_PRINT_MAX 100
void addresses_print(const struct node_address *a, char *buf, size_t size);
void addresses_print_ip(const struct node_ip *ip, char *buf, size_t size);

/* From its place `i` on: "vlan ID" behind an address, or a group. */
#define ADDRESSES_TAG_ARGS(i)                                    \
	[i] = {ARG_KEYWORD, .optional = true, .name = "vlan",    \
	       .help = "its frames have a VLAN tag"},            \
	[(i) + 1] = {ARG_INT,      .optional = true,             \
		     .name = "ID", .help = "number of the VLAN", \
		     .min = 1,     .max = 4094}

/* The port is up. -ENOMEM, or -ENOSPC where it has as many as it can. */
int addresses_add(struct app *app, unsigned port, const struct node_address *a,
		  uint64_t now_ns);
bool addresses_remove(struct app *app, unsigned port,
		      const struct node_ip *from, uint64_t now_ns);
void addresses_remove_all(struct app *app, uint64_t ports, uint64_t now_ns);

/* The line that gives the `i`th of all ports; false: there is none. */
bool addresses_line(const struct app *app, unsigned i,
		    char line[CONFIG_LINE_MAX]);

/* With what else ports say: to be put back; NULL: there is no memory. */
struct addresses_kept;
struct addresses_kept *addresses_keep(const struct app *app);
void addresses_restore(struct app *app, const struct addresses_kept *k,
		       uint64_t now_ns);

/*
 * Replies with a list of what the ports of the first argument have: up to
 * `each`, of which `row` shows the k-th, or false where there is none. Takes
 * several calls where they are many; c->state[0] remembers how far.
 */
typedef bool (*addresses_row_t)(const struct call *c, unsigned port,
				const struct node *h, unsigned k);
enum call_result addresses_rows(struct call *c, const char *name, unsigned each,
				addresses_row_t row);

/*
 * Tells of those that somebody else has, and has streams get the MAC addresses
 * of their gateways; cheap, call it at will.
 */
void addresses_watch(struct app *app, uint64_t now_ns);

#endif /* APP_ADDRESSES_H */
