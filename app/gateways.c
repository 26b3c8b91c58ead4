/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/gateways.h"

#include <string.h>

#include "app/addresses.h"
#include "app/app.h"
#include "pktgen/fields.h"
#include "pktgen/pktgen_runs.h"

#define AWAIT_NS 1000000000ull /* for all of them */
#define POLL_NS 2000000ull

/* What a stream's destination comes to. */
struct way {
	struct node_ip ip;          /* the gateway's */
	const struct node_own *own; /* by which; NULL: there is no way */
	bool none;                  /* nor has the stream a destination */
};

static struct way way_of(const struct node *h, const struct stream *s)
{
	struct way w = {.own = NULL};
	struct node_ip to;

	if (s->via.kind == VIA_STATION)
		memcpy(w.ip.b, s->via.ip, sizeof(w.ip.b));
	else if (!fields_destination(s, to.b))
		w.none = true;
	if (w.none || !h)
		return w;
	if (s->via.kind == VIA_STATION)
		w.own = node_link_of(h, &w.ip);
	else
		w.own = node_route(h, &to, &w.ip);
	if (s->via.kind == VIA_AUTO && !w.own)
		w.ip = to;
	return w;
}

/* What the worker has is sent on by its next burst. */
static void take_mac(struct app *app, unsigned port, unsigned stream,
		     const uint8_t mac[ETH_ALEN], uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	struct pktgen_fault fault;
	struct stream s;

	memcpy(&s, pktgen_stream(pg, port, stream), sizeof(s));
	memcpy(s.via.mac, mac, ETH_ALEN);
	if (pktgen_try_stream(pg, port, stream, &s, &fault) >= 0)
		pktgen_take_stream(pg, port, stream, &s, now_ns);
}

/* 1 once it is known, 0 while it is being asked for, else below 0. */
static int resolve(struct app *app, unsigned port, unsigned stream,
		   const struct way *w, uint64_t now_ns)
{
	const struct stream *s = pktgen_stream(&app->pktgen, port, stream);
	static const uint8_t zero[ETH_ALEN];
	uint8_t mac[ETH_ALEN];
	int rc;

	rc = node_resolve(app->pktgen.node[port], w->own, &w->ip, mac, now_ns);
	if (memcmp(mac, zero, sizeof(mac)) != 0 &&
	    memcmp(mac, s->via.mac, sizeof(mac)) != 0)
		take_mac(app, port, stream, mac, now_ns);
	return rc;
}

void gateways_refresh(struct app *app, unsigned port, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	unsigned n = 0;

	if (!pktgen_up(pg, port))
		return;
	for (; (n = pktgen_next_stream(pg, port, n)) != PKTGEN_NO_STREAM; n++) {
		const struct stream *s = pktgen_stream(pg, port, n);
		struct way w;

		if (!fields_goes_via(s))
			continue;
		w = way_of(pg->node[port], s);
		if (w.own)
			resolve(app, port, n, &w, now_ns);
	}
}

/* ---- Awaited ------------------------------------------------------------- */

static enum call_result refuse(struct call *c, struct subject s,
			       const struct way *w)
{
	char name[32], ip[48];

	app_subject_print(call_app(c), s, name, sizeof(name));
	if (w->none)
		return call_fail(c, E_STATE, 0,
				 "%s has no IP destination for 'via auto'; "
				 "type 'dst mac via 10.0.0.1'",
				 name);
	addresses_print_ip(&w->ip, ip, sizeof(ip));
	if (!w->own)
		return call_fail(c, E_STATE, 0,
				 "%s: no prefix or gateway of port %u leads to "
				 "%s; see 'address'",
				 name, s.port, ip);
	return call_fail(c, E_TIMEOUT, 0,
			 "%s: %s did not answer, so its MAC address is not "
			 "known; %s",
			 name, ip,
			 app_link_is_down(call_app(c), s.port)
				 ? "the link is down"
				 : "see 'neighbour'");
}

enum call_result gateways_await(struct call *c, const struct subjects *on,
				uint64_t *since_ns)
{
	struct app *app = call_app(c);
	struct pktgen *pg = &app->pktgen;
	const bool first = !*since_ns;
	bool waits = false;

	if (first)
		*since_ns = c->now_ns;
	for (struct subject s = {0, 0}; pktgen_next_of(pg, on, &s);
	     s.stream++) {
		const struct stream *st = pktgen_stream(pg, s.port, s.stream);
		struct way w;
		int rc;

		if (!(pg->set[s.port].mode & MODE_TX) || !fields_goes_via(st) ||
		    !pktgen_is_meant(pg, on, s))
			continue;
		w = way_of(pg->node[s.port], st);
		if (!w.own)
			return refuse(c, s, &w);
		/* The second begins once its own address is checked. */
		if (w.own->state == NODE_TENTATIVE)
			*since_ns = c->now_ns;
		if (first)
			node_ask_again(pg->node[s.port], w.own, &w.ip,
				       c->now_ns);
		rc = resolve(app, s.port, s.stream, &w, c->now_ns);
		if (rc < 0 || (!rc && c->now_ns - *since_ns >= AWAIT_NS))
			return refuse(c, s, &w);
		waits |= !rc;
	}
	c->wake_ns = c->now_ns + POLL_NS;
	return waits ? CALL_AGAIN : CALL_DONE;
}
