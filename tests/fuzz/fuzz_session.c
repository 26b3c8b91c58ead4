/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes on the serial line of the whole app: a person's keys, requests,
 * broken ones of both. Nothing may crash, and however it was left, a ^C and a
 * line end later the line answers a request.
 */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "plat/host/host.h"

#define STEP_NS 1000000ull
#define MAX_STEPS 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct app app;
static uint64_t now_ns = 1000000000;
static char tail[64]; /* the end of what came out */
static size_t tail_len;

static void drain(size_t most)
{
	const void *buf;
	size_t n = session_output(&app.session, &buf);

	if (n > most)
		n = most;
	for (size_t i = 0; i < n; i++) {
		if (tail_len == sizeof(tail))
			memmove(tail, tail + 1, --tail_len);
		tail[tail_len++] = ((const char *)buf)[i];
	}
	session_sent(&app.session, n);
}

static void step(size_t room)
{
	now_ns += STEP_NS;
	pktgen_step(&app.pktgen, now_ns);
	session_poll(&app.session, now_ns);
	drain(room);
}

/* All of it, as the session takes it; aborts when it takes no more. */
static void give(const uint8_t *data, size_t size, size_t chunk, size_t room)
{
	unsigned steps = 0;

	while (size) {
		size_t n = session_input(&app.session, data,
					 size < chunk ? size : chunk, now_ns);

		data += n;
		size -= n;
		step(room);
		if (n)
			steps = 0;
		else if (++steps == MAX_STEPS)
			return; /* a command that waits for long: cancelled */
	}
}

static bool answered(void)
{
	static const char answer[] = "@fuzz OK\r\n";
	size_t n = sizeof(answer) - 1;

	return tail_len >= n && !memcmp(tail + tail_len - n, answer, n);
}

static void begin(void)
{
	static const struct session_env *env;
	static struct session_env kept;
	static struct host_netdev *dev[2];

	if (!env) {
		host_loop_pair(dev, 1500);
		app_init(&app, uk_alloc_get_default(), now_ns);
		kept = app.session.env;
		env = &kept;
	}
	pktgen_abandon(&app.pktgen, pktgen_all(&app.pktgen));
	app.selected = pktgen_all(&app.pktgen);
	session_init(&app.session, env);
	tail_len = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t cancel[] = "\x03\x03\n";
	static const uint8_t ask[] = "@fuzz\n";

	if (size < 2)
		return 0;
	begin();
	give(data + 2, size - 2, 1 + data[0], 1 + data[1] * 4);
	/*
	 * Whatever waits is cancelled: what stands in a queue behind it takes a
	 * ^C of its own each.
	 */
	for (int i = 0; i < 40 && !answered(); i++) {
		session_input(&app.session, cancel, 1 + (i > 0), now_ns);
		for (int k = 0; k < 50; k++)
			step(SIZE_MAX);
		session_input(&app.session, cancel + 2, 1, now_ns);
		for (int k = 0; k < 50; k++)
			step(SIZE_MAX);
		session_input(&app.session, ask, sizeof(ask) - 1, now_ns);
		for (int k = 0; k < 50; k++)
			step(SIZE_MAX);
	}
	if (!answered())
		abort();
	return 0;
}
