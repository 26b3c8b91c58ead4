/* SPDX-License-Identifier: BSD-3-Clause */
#include "session_world.h"

#include <string.h>

#include "session_cmds.h"

/* More steps than anything here takes, so a session that hangs is seen. */
#define STEPS_MAX 10000000u

struct world world;

static unsigned nb_ports(void *app)
{
	(void)app;
	return 2;
}

int world_setup(void **state)
{
	static const struct session_env env = {
		.app = &world,
		.commands = session_cmds,
		.nb_ports = nb_ports,
		.prompt = "> ",
		.banner = "hello",
	};
	(void)state;

	memset(&world, 0, offsetof(struct world, screen));
	world.now_ns = 1000 * MS;
	session_init(&world.session, &env);
	world_settle();
	assert_output("hello\r\n> ");
	return 0;
}

static void check(void)
{
	const struct session *s = &world.session;

	assert_true(s->out.tail - s->out.head <= OUT_BYTES);
	assert_true(s->edit.len <= EDIT_LINE_MAX);
	assert_true(s->edit.view <= s->edit.pos && s->edit.pos <= s->edit.len);
	assert_true(s->request_len <= SESSION_REQUEST_MAX);
	assert_true(s->typed_tail - s->typed_head <= SESSION_TYPED_BYTES);
	assert_true(s->events_len <= SESSION_EVENT_BYTES);
	assert_false(s->in_request && s->request_whole);
	assert_true(!s->writer || s->writer->state == RUNNER_RENDER);
}

static size_t line_takes(size_t n)
{
	switch (world.line) {
	case LINE_FAST:
		return n;
	case LINE_BYTE:
		return 1;
	case LINE_RANDOM:
		return unit_random(&world.seed) % 3
			       ? unit_random(&world.seed) % (n + 1)
			       : 0;
	default:
		return 0;
	}
}

static void drain(void)
{
	const void *buf;
	size_t n, taken;

	while ((n = session_output(&world.session, &buf)) > 0) {
		taken = line_takes(n);
		assert_true(world.len + taken < WORLD_SCREEN);
		memcpy(world.screen + world.len, buf, taken);
		world.len += taken;
		session_sent(&world.session, taken);
		if (world.line != LINE_FAST)
			return;
	}
}

void world_step(void)
{
	session_poll(&world.session, world.now_ns);
	check();
	drain();
}

size_t world_give(const char *bytes, size_t len)
{
	size_t taken;

	/* A copy of its own, so that a look behind its end is seen. */
	char *copy = test_malloc(len);

	memcpy(copy, bytes, len);
	taken = session_input(&world.session, copy, len, world.now_ns);
	test_free(copy);
	check();
	assert_true(taken <= len);
	return taken;
}

void world_settle(void)
{
	const void *buf;

	for (unsigned i = 0; i < STEPS_MAX; i++) {
		world_step();
		if (session_wake_ns(&world.session) > world.now_ns &&
		    !session_output(&world.session, &buf))
			return;
	}
	fail_msg("the session never settles");
}

void world_send(const char *bytes, size_t len)
{
	unsigned idle = 0;

	while (len) {
		size_t n =
			world.split ? 1 + unit_random(&world.seed) % len : len;
		size_t taken = world_give(bytes, n);

		bytes += taken;
		len -= taken;
		idle = taken ? 0 : idle + 1;
		assert_true(idle < STEPS_MAX);
		if (!taken)
			world_step();
		else
			drain();
	}
	world_settle();
}

void world_type(const char *text)
{
	world_send(text, strlen(text));
}

void world_run(uint64_t ms)
{
	while (ms--) {
		world.now_ns += MS;
		world_settle();
	}
}

const char *world_output(void)
{
	world.screen[world.len] = '\0';
	world.len = 0;
	return world.screen;
}

const char *world_tagged(void)
{
	char *line = world.screen, *to = world.screen, *end;

	world.screen[world.len] = '\0';
	while ((end = strstr(line, "\r\n")) != NULL) {
		size_t n = (size_t)(end + 2 - line);

		if (*line == '@') {
			memmove(to, line, n);
			to += n;
		}
		line = end + 2;
	}
	*to = '\0';
	world.len = 0;
	return world.screen;
}
