/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random commands while several cores, each a thread, send, receive
 * and measure: nobody touches what is another's, and no frame is missing in the
 * end. With a number as the argument so many commands; ThreadSanitizer watches
 * the same program, see mk/tsan.mk.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_rig.h"
#include "pktgen/pktgen_cores.h"

#define PORTS 4u
#define QUEUES 3u

static unsigned nb_commands = 400;

static void __noreturn run_core(void)
{
	pktgen_run_core(&rig.app.pktgen);
}

/* So much time goes by in a step, and more while a command takes long. */
#define STEP_NS (20 * US)
#define LONG_STEPS 1000
#define LONG_STEP_NS (400 * US)

/*
 * What main.c does while others step workers; whether they stood. Until they
 * do, time hardly goes by: the host may run none of them for a while.
 */
static bool step(uint64_t ns)
{
	struct app *app = &rig.app;
	const void *buf;
	size_t n;

	pktgen_step(&app->pktgen, rig.now);
	host_clock_set(rig.now += US / 2);
	if (!pktgen_hold(&app->pktgen)) {
		sched_yield();
		return false;
	}
	host_clock_set(rig.now += ns);
	rig.now = pktgen_time(&app->pktgen, rig.now);
	app_watch(app, rig.now);
	session_poll(&app->session, rig.now);
	while ((n = session_output(&app->session, &buf)) > 0) {
		const size_t used = strlen(rig.screen);

		if (used + n < sizeof(rig.screen)) {
			memcpy(rig.screen + used, buf, n);
			rig.screen[used + n] = '\0';
		}
		session_sent(&app->session, n);
		session_poll(&app->session, rig.now);
	}
	pktgen_let_go(&app->pktgen, rig.now);
	return true;
}

/* Whether it went well. */
static bool ask(const char *command)
{
	while (!pktgen_hold(&rig.app.pktgen))
		step(STEP_NS);
	rig_send(command);
	for (unsigned i = 0; i < 50000;) {
		i += step(i < LONG_STEPS ? STEP_NS : LONG_STEP_NS);
		if (strstr(rig.screen, "@1 OK\r\n"))
			return true;
		if (strstr(rig.screen, "@1 ERR "))
			return false;
	}
	fail_msg("'%s' does not end: %s", command, rig.screen);
	return false;
}

/* "%p" is a port, "%n" a number; what is not taken changes nothing. */
static const char *const commands[] = {
	"start %p",
	"start %p",
	"start %p",
	"start all",
	"start %p count %n",
	"start %p for 2ms",
	"stop %p",
	"stop %p",
	"stop all",
	"pause %p",
	"resume %p",
	"rate %p %nkpps",
	"rate %p max",
	"rate %p 3mpps",
	"size %p 64",
	"size %p imix",
	"size %p random 64-500",
	"mode %p tx",
	"mode %p tx",
	"mode %p null",
	"mode %p txrx",
	"mode %p rx",
	"mode %p reflect-any",
	"mode %p off",
	"mode %p forward %p",
	"mode all txrx",
	"mode all tx",
	"mode all tx; address off; track all off; capture off",
	"mode all tx; address off; track all off; start all",
	"signature %p on",
	"signature %p on",
	"signature %p off",
	"cores %p auto",
	"cores %p 1",
	"cores %p 0-2",
	"cores %p 1-2",
	"cores all auto",
	"queues %p 1",
	"queues %p 2",
	"queues %p 3",
	"burst %p 7",
	"burst %p 64",
	"strategy %p copy",
	"strategy %p shared",
	"onfull %p drop",
	"onfull %p retry",
	"port %p wait spin",
	"set %p ipv4.src 10.0.0.0/24",
	"set %p udp.dst random",
	"gap %p poisson",
	"gap %p even",
	"stream %p.1 add",
	"stream %p.1 remove",
	"weight %p.1 3",
	"limit %p count %n",
	"limit %p off",
	"stats",
	"stats --queues",
	"stats all.all",
	"stats clear",
	"order %p",
	"latency %p",
	"stats kinds",
	"stats balance",
	"stats pacing",
	"cores",
	"queues",
	"port",
	"show frame %p",
	"track %p udp.dst",
	"track %p off",
	"capture %p count 3 -",
	"capture off",
	"selftest",
	"verdict %p",
	"address %p 10.0.%p.1/24",
	"address off",
	"payload %p check",
	"seed %p %n",
	"headers %p eth/vlan/ipv4/udp",
	"headers %p eth/ipv6/udp",
	"save some",
	"show config",
	"sleep 1ms",
	"start all count %n",
	"wait %p idle 5ms",
	"version",
};

static void any_command(char *buf, size_t size, uint64_t *seed)
{
	const char *c = commands[unit_random(seed) % ARRAY_SIZE(commands)];
	size_t at = 0;

	for (; *c && at + 8 < size; c++) {
		const uint64_t n = unit_random(seed);

		if (*c != '%') {
			buf[at++] = *c;
			continue;
		}
		c++;
		at += (size_t)snprintf(
			buf + at, size - at, "%u",
			(unsigned)(*c == 'p' ? n % PORTS : 1 + n % 700));
	}
	buf[at] = '\0';
}

static void begin(unsigned cores)
{
	host_reset();
	host_cpus(cores);
	host_loop_queues(QUEUES);
	for (unsigned i = 0; i < PORTS / 2; i++)
		host_loop_pair(&rig.dev[2 * i], 1500);
	rig.now = S;
	host_clock_set(rig.now);
	rig.screen[0] = '\0';
	app_init(&rig.app, uk_alloc_get_default(), rig.now);
	pktgen_set_clock(&rig.app.pktgen, NULL);
	pktgen_start_cores(&rig.app.pktgen, run_core);
}

static void check_balance(void)
{
	uint64_t sent[PORTS], came[PORTS];

	while (!pktgen_hold(&rig.app.pktgen))
		step(STEP_NS);
	for (unsigned i = 0; i < PORTS; i++) {
		const struct worker_view *v = pktgen_look(&rig.app.pktgen, i);

		assert_int_equal(v->state, WORKER_IDLE);
		sent[i] = v->sent + v->stats.host_tx;
		came[i] = v->received + v->stats.host_rx;
	}
	for (unsigned i = 0; i < PORTS; i++)
		assert_int_equal(sent[i], came[i ^ 1]);
}

static void any_commands_while_cores_are_busy(void **state)
{
	uint64_t seed = 3;
	unsigned well = 0, away = 0;
	char line[128];
	(void)state;

	begin(3);
	assert_true(ask("signature 0 on; signature 3 on; rate 0 1mpps; "
			"rate 2 100kpps; mode 2 tx; start all"));
	for (unsigned i = 0; i < nb_commands; i++) {
		any_command(line, sizeof(line), &seed);
		well += ask(line);
		away += pktgen_others(&rig.app.pktgen);
	}
	print_message("%u of %u commands went well, %u beside other cores\n",
		      well, nb_commands, away);
	assert_true(well > nb_commands / 2 && away > nb_commands / 8);
	ask("stop all");
	ask("mode all off");
	assert_true(ask("wait all idle"));
	check_balance();
	rig_end();
	host_reset();
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_commands_while_cores_are_busy),
	};

	if (argc > 1)
		nb_commands = (unsigned)atoi(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
