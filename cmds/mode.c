/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/app.h"
#include "app/config.h"

static const char *initial(struct subject s)
{
	return app_modes[app_mode_word(pktgen_first_mode(s.port))].name;
}

static void get(const struct config *c, struct value *v)
{
	v->u = app_mode_word(c->mode);
}

static void set(struct config *c, const struct value *v)
{
	c->mode = app_mode((unsigned)v->u);
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial_of = initial,
};

static const struct arg args[] = {
	APP_PORTS_TO_SET,
	{ARG_ENUM, .name = "MODE", .words = app_modes,
	 .help = "what the port does", .setting = &setting},
	{ARG_NONE},
};

enum { PORTS, FORWARD, TO };

static bool port_names(void *app, unsigned i, struct arg_name *name)
{
	const uint64_t up = app_ports_up(app);

	for (unsigned port = 0; up >> port; port++)
		if (up >> port & 1 && !i--) {
			name->help = NULL;
			snprintf(name->text, sizeof(name->text), "%u", port);
			return true;
		}
	return false;
}

static const struct arg forward_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[FORWARD] = {ARG_KEYWORD, .name = APP_FORWARD,
		     .help = "send on what arrives"},
	[TO] = {ARG_INT, .name = "PORT", .help = "port to send it on at",
		.max = PKTGEN_MAX_PORTS - 1, .names = port_names},
	{ARG_NONE},
};

static const struct arg impair_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[FORWARD] = {ARG_KEYWORD, .name = APP_IMPAIR,
		     .help = "send it on through a link, see 'impair'"},
	[TO] = {ARG_INT, .name = "PORT", .help = "port to send it on at",
		.max = PKTGEN_MAX_PORTS - 1, .names = port_names},
	{ARG_NONE},
};

static const struct arg_word ways[] = {
	{APP_LEARN, "send to where the address was seen, others to all ports"},
#ifdef CONFIG_APPUKPKTGEN_ADDRESSES
	{APP_ROUTE, "send on by IP addresses, as a router"},
#endif
	{NULL},
};

static const struct arg mesh_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[FORWARD] = {ARG_KEYWORD, .name = APP_FORWARD,
		     .help = "send on what arrives"},
	[TO] = {ARG_ENUM, .name = "WAY", .words = ways,
		.help = "to which port"},
	{ARG_NONE},
};

static int change(struct config *c, void *arg)
{
	c->mode = *(const unsigned *)arg;
	return 0;
}

/* The port that frames go to is up, and none of those that they come to. */
static enum call_result check_to(struct call *c, uint64_t mask, unsigned to)
{
	if (to >= call_app(c)->pktgen.nb_ports)
		return call_fail(c, E_RANGE, TO,
				 "there is no port %u; 'port' lists them", to);
	if (mask >> to & 1)
		return call_fail(c, E_RANGE, TO,
				 "port %u cannot forward to itself; see 'mode "
				 "%u reflect'",
				 to, to);
	return app_check_up(c, 1ull << to);
}

static enum call_result forward(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	const bool mesh = c->form->args == mesh_args;
	const unsigned to = (unsigned)c->v[TO].u;
	unsigned mode = !mesh ? MODE_TO(to) : to ? MODE_ROUTER : MODE_BRIDGE;
	struct pktgen_fault fault;

	if (c->form->args == impair_args)
		mode |= MODE_IMPAIR;
	if ((!mesh && check_to(c, on->ports, to) != CALL_DONE) ||
	    app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	if (pktgen_reserve_forward(&call_app(c)->pktgen, on->ports, mode) < 0)
		return app_no_memory(c, -1);
	config_change(call_app(c), on, change, &mode, c->now_ns, &fault);
	return CALL_DONE;
}

const struct cmd cmd_mode = {
	.name = "mode",
	.group = GROUP_TRAFFIC,
	.summary = "Choose whether ports send, receive, reflect or do nothing",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{forward_args, OPTION(FORWARD) ? forward : NULL,
			 "send on at PORT what arrives, as it is"},
			{mesh_args, forward,
			 "forward between all ports in this mode"},
			{impair_args, forward,
			 "forward through a link that loses and delays"},
			{0},
		},
	.notes = "Ports send, reflect and forward from 'start' to 'stop', and "
		 "receive at once; a port that is set to do none of these "
		 "stops. "
		 "After boot port 0 is in mode tx, all others in mode rx. "
		 "Forwarded frames count as received, and as sent at PORT, "
		 "whose own mode does not matter. 'onfull' of the port that "
		 "they came in at says what a full ring at PORT does. Ports "
		 "that "
		 "route do so between the links of their addresses, see "
		 "'address'; what cannot go on is counted by its reason.",
	.examples =
		(const char *const[]){"mode 0 tx", "mode 1 rx", "mode all txrx",
				      "mode 1 reflect", "mode 0 forward 1",
				      "mode 0-2 forward learn",
				      "mode 0-1 forward route",
				      "mode 0 impair 1", NULL},
	.see = (const char *const[]){"start", "port", "impair", NULL},
};
