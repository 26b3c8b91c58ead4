/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/app.h"
#include "shell/arg.h"

static void get_selected(const struct config *c, struct value *v)
{
	v->subjects = subjects_of(c->selected);
}

static void set_selected(struct config *c, const struct value *v)
{
	c->selected = v->mask;
}

static const struct arg_setting selection = {
	.get = get_selected,
	.set = set_selected,
	.initial = "all",
};

static const struct arg select_args[] = {
	{ARG_PORTS, .name = "PORTS", .help = "ports to select",
	 .setting = &selection},
	{ARG_NONE},
};

static void get_wait(const struct config *c, struct value *v)
{
	v->u = c->how.wait;
}

static void set_wait(struct config *c, const struct value *v)
{
	c->how.wait = (enum wait_kind)v->u;
}

static const struct arg_setting wait = {
	.get = get_wait,
	.set = set_wait,
	.initial = "auto",
};

static const struct arg wait_args[] = {
	APP_PORTS_TO_SET,
	{ARG_KEYWORD, .name = "wait", .help = "wait for room"},
	{ARG_ENUM, .name = "WAIT", .words = app_waits,
	 .help = "what the CPU does until the ring has room", .setting = &wait},
	{ARG_NONE},
};

/* What was chosen by measurement is said to be. */
static void show_wait(struct reply *r, const struct wait *w)
{
	if (w->set == WAIT_AUTO && w->decided)
		reply_textf(r, "wait", "auto:%s", app_waits[w->used].name);
	else
		reply_text(r, "wait", app_waits[w->set].name);
}

static void show_rate(struct reply *r, const struct stream *s)
{
	char buf[40];

	value_rate_print(&s->rate, buf, sizeof(buf));
	reply_text(r, "rate", buf);
}

/* The seconds for which it has been, where it is. */
static void show_stall(struct reply *r, const struct worker_view *v,
		       uint64_t now_ns)
{
	if (v->stalled)
		reply_milli(r, "stalled", (now_ns - v->moved_ns) / 1000000,
			    "s");
}

/* And for how long, where it has changed. */
static void show_link(struct reply *r, const struct pktgen_port *set,
		      uint64_t now_ns)
{
	reply_text(r, "link_state", app_links[set->link]);
	if (set->link_ns)
		reply_milli(r, "link_for", (now_ns - set->link_ns) / 1000000,
			    "s");
}

static void show_up(struct reply *r, const struct pktgen *pg, unsigned i,
		    uint64_t now_ns)
{
	const struct port *p = &pg->port[i];
	const struct stream *s = pktgen_stream(pg, i, 0);
	const struct worker_view *v = pktgen_look(pg, i);
	const uint16_t excess = port_rx_excess(p);
	const uint8_t *m = p->mac;

	if (v->err)
		reply_textf(r, "state", "failed: %s", port_why(p, v->err));
	else
		reply_text(r, "state", app_state(v));
	show_stall(r, v, now_ns);
	show_link(r, &pg->set[i], now_ns);
	if (pg->set[i].nb_streams > 1)
		reply_u64(r, "stream_count", pg->set[i].nb_streams, NULL);
	reply_text(r, "mode", app_mode_name(v->mode));
	if (v->mode & MODE_LEARN)
		reply_u64(r, "macs_learned", pktgen_learnt(pg), NULL);
	else if (v->mode & MODE_FORWARD && !(v->mode & MODE_ROUTE))
		reply_u64(r, "forward_to", MODE_TO_PORT(v->mode), NULL);
	if (v->mode & MODE_IMPAIR)
		reply_u64(r, "link_room", pktgen_impair_room(pg, i), "pieces");
	app_show_sizes(r, s);
	show_rate(r, s);
	reply_textf(r, "mac", "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
		    m[3], m[4], m[5]);
	reply_text(r, "driver", uk_netdev_drv_name_get(p->dev));
	reply_text(r, "api", PORT_API);
	reply_text(r, "strategy", app_strategies[v->strategy].name);
	show_wait(r, &v->wait);
	reply_u64(r, "mtu", p->mtu, "bytes");
	reply_u64(r, "tx_ring", p->nb_tx_desc, NULL);
	reply_u64(r, "rx_ring", p->nb_rx_desc, NULL);
	/* In a stock tree: what is taken off every received length. */
	if (excess)
		reply_u64(r, "rx_excess", excess, "bytes");
}

static enum call_result run_show(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t selected = session_selected(c->session);

	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_u64(c->reply, "port", i, NULL);
		reply_bool(c->reply, "selected", selected >> i & 1);
		if (pktgen_up(pg, i))
			show_up(c->reply, pg, i, c->now_ns);
		else
			reply_textf(c->reply, "state", "failed at '%s': %s",
				    port_step_name(pg->port[i].step),
				    app_why_down(&pg->port[i]));
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

const struct cmd cmd_port = {
	.name = "port",
	.group = GROUP_WATCHING,
	.summary = "Show ports, or select the default ports",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run_show, "show all ports"},
			{select_args, app_set,
			 "use these ports wherever a command names none"},
			{wait_args, app_set,
			 "choose how to wait while the transmit ring is full"},
			{0},
		},
	.notes =
		"'port' shows as auto:WAIT what auto has chosen. With halt the "
		"CPU also halts between frames that are more than 200us "
		"apart, so appliances that send slowly can share a CPU of the "
		"host. With vhost-user, or with several CPUs, it does not.",
	.examples = (const char *const[]){"port", "port 0", "port all",
					  "port 0 wait auto", NULL},
	.see = (const char *const[]){"mode", "size", "rate", "onfull", NULL},
};
