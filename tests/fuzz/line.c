/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/fuzz/line.h"

#include <string.h>

#include "app/config.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "plat/host/host.h"

#define STEP_NS 1000000ull
/* After so many steps in which nothing moves nothing will. */
#define STUCK_STEPS 100
/* And what has taken no input for so many has no end. */
#define BUSY_STEPS 1000
#define SETTLE_STEPS 500
#define STORE_MAX 32768

struct line line;

/* Returns whether anything came out. */
static bool drain(void)
{
	const void *buf;
	size_t n, left = line.room;
	bool came = false;

	while (left && (n = session_output(&line.app.session, &buf)) > 0) {
		n = n < left ? n : left;
		fuzz_check(line.out_len + n <= sizeof(line.out));
		memcpy(line.out + line.out_len, buf, n);
		line.out_len += n;
		left -= n;
		came = true;
		session_sent(&line.app.session, n);
		/* There is no end to what a person may ask for. */
		if (line.take && line.out_len > sizeof(line.out) / 2)
			line.take();
	}
	return came;
}

/* But for `quit`, behind which nothing is promised. */
static const struct cmd *const *commands(void)
{
	static const struct cmd *most[128];
	unsigned n = 0;

	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		if (strcmp((*cmd)->name, "quit") != 0)
			most[n++] = *cmd;
	fuzz_check(n < sizeof(most) / sizeof(most[0]));
	return most;
}

static void begin_once(struct session_env *env)
{
	struct host_netdev *dev[2];

	line.now_ns = 1000000000;
	host_loop_pair(dev, 1500);
	app_init(&line.app, uk_alloc_get_default(), line.now_ns);
	*env = line.app.session.env;
	env->commands = commands();
	app_end(&line.app);
	uk_free(uk_alloc_get_default(), line.app.store.mem);
}

/*
 * Commands have memory of their own till they end; nobody reads what they say.
 * Behind one that is cancelled another may have waited.
 */
static void end_session(void)
{
	struct session *s = &line.app.session;
	void (*const take)(void) = line.take;

	line.take = NULL;
	line.room = SIZE_MAX;
	for (unsigned i = 0, still = 0; i < SETTLE_STEPS && still < 8; i++) {
		for (unsigned k = 0; k < SESSION_RUNNERS; k++)
			if (s->runner[k].state != RUNNER_IDLE)
				runner_cancel(s, &s->runner[k],
					      "the input is over", line.now_ns);
		line.out_len = 0;
		still = line_step() ? 0 : still + 1;
	}
	line.take = take;
}

void line_begin(size_t store_bytes)
{
	static unsigned char *store[STORE_MAX + 1];
	static struct session_env env;

	if (env.commands)
		end_session();
	else
		begin_once(&env);
	/* Of just that size, so that ASan sees its end. */
	if (!store[store_bytes])
		store[store_bytes] = malloc(store_bytes);
	if (pktgen_active(&line.app.pktgen))
		pktgen_abandon(&line.app.pktgen, pktgen_all(&line.app.pktgen));
	/* Nothing is lent or held of the store when it goes. */
	capture_stop(&line.app, line.now_ns);
	capture_poll(&line.app, line.now_ns);
	config_reset(&line.app, line.now_ns);
	store_init(&line.app.store, store[store_bytes], store_bytes);
	line.app.lease_ns = 0;
	session_init(&line.app.session, &env);
	line.room = SIZE_MAX;
	line.out_len = 0;
}

bool line_step(void)
{
	line.now_ns += STEP_NS;
	if (pktgen_active(&line.app.pktgen))
		pktgen_step(&line.app.pktgen, line.now_ns);
	session_poll(&line.app.session, line.now_ns);
	return drain();
}

void line_settle(void)
{
	const void *buf;

	for (unsigned i = 0; i < SETTLE_STEPS; i++) {
		line_step();
		if (session_wake_ns(&line.app.session) > line.now_ns &&
		    !session_output(&line.app.session, &buf))
			return;
	}
}

size_t line_give(const void *bytes, size_t len, size_t chunk)
{
	const unsigned char *p = bytes;
	unsigned stuck = 0, busy = 0;
	size_t left = len;

	while (left && stuck < STUCK_STEPS && busy < BUSY_STEPS) {
		size_t n =
			session_input(&line.app.session, p,
				      left < chunk ? left : chunk, line.now_ns);

		p += n;
		left -= n;
		stuck = line_step() || n ? 0 : stuck + 1;
		busy = n ? 0 : busy + 1;
	}
	return len - left;
}
