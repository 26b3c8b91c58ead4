/* SPDX-License-Identifier: BSD-3-Clause */
#include "app_rig.h"

#include <stdio.h>
#include <string.h>

#include "app/lists.h"
#include "pktgen/pktgen_cores.h"

struct rig rig;

static void begin(unsigned nb_pairs, bool channel)
{
	host_reset();
	if (channel)
		host_channel_plug();
	for (unsigned i = 0; i < nb_pairs; i++)
		host_loop_pair(&rig.dev[2 * i], 1500);
	rig.now = S;
	rig.screen[0] = '\0';
	app_init(&rig.app, uk_alloc_get_default(), rig.now);
}

void rig_begin(unsigned nb_pairs)
{
	begin(nb_pairs, false);
}

int rig_setup_channel(void **state)
{
	(void)state;
	begin(1, true);
	return 0;
}

void rig_end(void)
{
	pktgen_close(&rig.app.pktgen, uk_alloc_get_default());
	lists_sweep(&rig.app);
	app_end(&rig.app);
	uk_free(uk_alloc_get_default(), rig.app.store.mem);
}

int rig_setup(void **state)
{
	(void)state;
	rig_begin(1);
	return 0;
}

int rig_teardown(void **state)
{
	(void)state;
	rig_end();
	return 0;
}

void rig_step_unread(uint64_t ns)
{
	struct app *app = &rig.app;

	rig.now += ns;
	pktgen_step(&app->pktgen, rig.now);
	app_watch(app, rig.now);
	session_poll(&app->session, rig.now);
	channel_poll(&app->channel, rig.now, CHANNEL_WINDOW);
	feed_poll(app, rig.now);
	if (rig.tick)
		rig.tick();
}

void rig_step(uint64_t ns)
{
	const void *buf;
	size_t n, used;

	rig_step_unread(ns);
	while (used = strlen(rig.screen),
	       (n = session_output(&rig.app.session, &buf)) > 0) {
		assert_true(used + n < sizeof(rig.screen));
		memcpy(rig.screen + used, buf, n);
		rig.screen[used + n] = '\0';
		session_sent(&rig.app.session, n);
		session_poll(&rig.app.session, rig.now);
	}
}

void rig_run(uint64_t ns)
{
	for (uint64_t end = rig.now + ns; rig.now < end;)
		rig_step(20 * US);
}

void rig_type(const char *keys)
{
	for (size_t at = 0, len = strlen(keys); at < len;)
		at += session_input(&rig.app.session, keys + at, len - at,
				    rig.now);
}

void rig_send(const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "@1 %s\n", command);
	rig.screen[0] = '\0';
	rig_type(line);
}

const char *rig_ask(const char *command, uint64_t *took_ns)
{
	const uint64_t began_ns = rig.now;

	rig_send(command);
	while (!strstr(rig.screen, "@1 OK\r\n") &&
	       !strstr(rig.screen, "@1 ERR ")) {
		rig_step(20 * US);
		assert_true(rig.now < began_ns + 100 * S);
	}
	if (took_ns)
		*took_ns = rig.now - began_ns;
	return rig.screen;
}

void rig_must(const char *command)
{
	if (!strstr(rig_ask(command, NULL), "@1 OK\r\n"))
		fail_msg("'%s' said: %s", command, rig.screen);
}
