/* SPDX-License-Identifier: BSD-3-Clause */
#include "line_rig.h"
#include "pktgen/pktgen_cores.h"

#include <string.h>

#include "plat/host/host.h"

struct line line;

void line_begin(void)
{
	static const char forever[] = "repeat 1000000 \"echo x\"\n";
	static const char sleeper[] = "sleep 1h\n";
	struct host_netdev *dev[2];

	memset(&line, 0, sizeof(line));
	line.now_ns = 1000000000;
	host_reset();
	host_loop_pair(dev, 1500);
	app_init(&line.app, uk_alloc_get_default(), line.now_ns);
	store_add(&line.app.store, "forever", forever, sizeof(forever) - 1);
	store_add(&line.app.store, "sleeper", sleeper, sizeof(sleeper) - 1);
}

void line_end(void)
{
	pktgen_close(&line.app.pktgen, uk_alloc_get_default());
	app_end(&line.app);
	uk_free(uk_alloc_get_default(), line.app.store.mem);
}

void line_send(const void *bytes, size_t len)
{
	for (unsigned n = 0; line.out_len; n++) {
		if (n > LINE_STEPS_A_SECOND)
			fail_msg("it takes no input, but '%.40s'", line.out);
		line_step();
	}
	line.out = bytes;
	line.out_len = len;
}

void line_type(const char *text)
{
	line_send(text, strlen(text));
}

/* What the line has for the console, first what stands there. */
static size_t read_line(char *buf, size_t room)
{
	size_t n = line.held_len < room ? line.held_len : room;

	memcpy(buf, line.held, n);
	line.held_len -= n;
	memmove(line.held, line.held + n, line.held_len);
	room -= n;
	room = room < line.out_len ? room : line.out_len;
	if (line.held_len)
		return n;
	memcpy(buf + n, line.out, room);
	line.out += room;
	line.out_len -= room;
	return n + room;
}

static void read_screen(void)
{
	size_t left = line.slow ? 16 : 256, n;
	const void *buf;

	/* The beginning is of no interest when there is so much. */
	if (line.len > LINE_SCREEN / 2) {
		line.len -= LINE_SCREEN / 4;
		memmove(line.screen, line.screen + LINE_SCREEN / 4,
			line.len + 1);
		line.seen -= LINE_SCREEN / 4;
	}

	while (!line.deaf && left &&
	       (n = session_output(&line.app.session, &buf)) > 0) {
		n = n < left ? n : left;
		left -= n;
		memcpy(line.screen + line.len, buf, n);
		line.len += n;
		line.screen[line.len] = '\0';
		session_sent(&line.app.session, n);
	}
}

void line_step(void)
{
	struct session *s = &line.app.session;
	size_t room;

	line.now_ns += LINE_STEP_NS;
	room = intake_room(&line.in, line.now_ns);
	intake_add(&line.in, read_line(line.in.bytes + line.in.len, room),
		   line.now_ns);
	app_watch(&line.app, line.now_ns);
	intake_feed(&line.in, s, line.now_ns);
	session_poll(s, line.now_ns);
	pktgen_step(&line.app.pktgen, line.now_ns);
	app_check_lease(&line.app, line.now_ns);
	read_screen();
}

void line_run(unsigned steps)
{
	while (steps--)
		line_step();
}

void line_reconnect(void)
{
	size_t n = LINE_HELD - line.held_len;

	n = n < line.out_len ? n : line.out_len;
	memcpy(line.held + line.held_len, line.out, n);
	line.held_len += n;
	line.out_len = 0;
	line.deaf = false;
	line_forget();
}

void line_forget(void)
{
	/* The line before has ended. */
	strcpy(line.screen, "\r\n");
	line.len = 2;
	line.seen = 0;
}

unsigned line_until(const char *text, unsigned max)
{
	const size_t len = strlen(text);

	line.seen = 0;
	for (unsigned n = 0; n <= max; n++) {
		if (strstr(line.screen + line.seen, text))
			return n;
		line.seen = line.len > len ? line.len - len : 0;
		line_step();
	}
	fail_msg("no '%s' in %u steps, but '%.300s'", text, max,
		 line.len > 300 ? line.screen + line.len - 300 : line.screen);
	return max;
}
