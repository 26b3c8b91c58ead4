/* SPDX-License-Identifier: BSD-3-Clause */
#include "line_rig.h"

#include <string.h>

#include "plat/host/host.h"

struct rig rig;

void rig_begin(void)
{
	static const char forever[] = "repeat 1000000 \"echo x\"\n";
	static const char sleeper[] = "sleep 1h\n";
	struct host_netdev *dev[2];

	memset(&rig, 0, sizeof(rig));
	rig.now_ns = 1000000000;
	host_reset();
	host_loop_pair(dev, 1500);
	app_init(&rig.app, uk_alloc_get_default(), rig.now_ns);
	store_add(&rig.app.store, "forever", forever, sizeof(forever) - 1);
	store_add(&rig.app.store, "sleeper", sleeper, sizeof(sleeper) - 1);
}

void rig_end(void)
{
	pktgen_close(&rig.app.pktgen, uk_alloc_get_default());
	uk_free(uk_alloc_get_default(), rig.app.store.mem);
}

void rig_send(const void *bytes, size_t len)
{
	for (unsigned n = 0; rig.out_len; n++) {
		if (n > RIG_STEPS_A_SECOND)
			fail_msg("it takes no input, but '%.40s'", rig.out);
		rig_step();
	}
	rig.out = bytes;
	rig.out_len = len;
}

void rig_type(const char *text)
{
	rig_send(text, strlen(text));
}

/* What the line has for the console, first what stands there. */
static size_t read_line(char *buf, size_t room)
{
	size_t n = rig.held_len < room ? rig.held_len : room;

	memcpy(buf, rig.held, n);
	rig.held_len -= n;
	memmove(rig.held, rig.held + n, rig.held_len);
	room -= n;
	room = room < rig.out_len ? room : rig.out_len;
	if (rig.held_len)
		return n;
	memcpy(buf + n, rig.out, room);
	rig.out += room;
	rig.out_len -= room;
	return n + room;
}

static void read_screen(void)
{
	size_t left = rig.slow ? 16 : 256, n;
	const void *buf;

	/* The beginning is of no interest when there is so much. */
	if (rig.len > RIG_SCREEN / 2) {
		rig.len -= RIG_SCREEN / 4;
		memmove(rig.screen, rig.screen + RIG_SCREEN / 4, rig.len + 1);
		rig.seen -= RIG_SCREEN / 4;
	}

	while (!rig.deaf && left &&
	       (n = session_output(&rig.app.session, &buf)) > 0) {
		n = n < left ? n : left;
		left -= n;
		memcpy(rig.screen + rig.len, buf, n);
		rig.len += n;
		rig.screen[rig.len] = '\0';
		session_sent(&rig.app.session, n);
	}
}

void rig_step(void)
{
	struct session *s = &rig.app.session;
	size_t room;

	rig.now_ns += RIG_STEP_NS;
	room = intake_room(&rig.in, rig.now_ns);
	intake_add(&rig.in, read_line(rig.in.bytes + rig.in.len, room),
		   rig.now_ns);
	app_tell_done(&rig.app, rig.now_ns);
	intake_feed(&rig.in, s, rig.now_ns);
	session_poll(s, rig.now_ns);
	pktgen_step(&rig.app.pktgen, rig.now_ns);
	app_check_lease(&rig.app, rig.now_ns);
	read_screen();
}

void rig_run(unsigned steps)
{
	while (steps--)
		rig_step();
}

void rig_reconnect(void)
{
	size_t n = RIG_HELD - rig.held_len;

	n = n < rig.out_len ? n : rig.out_len;
	memcpy(rig.held + rig.held_len, rig.out, n);
	rig.held_len += n;
	rig.out_len = 0;
	rig.deaf = false;
	rig_forget();
}

void rig_forget(void)
{
	/* The line before has ended. */
	strcpy(rig.screen, "\r\n");
	rig.len = 2;
	rig.seen = 0;
}

unsigned rig_until(const char *text, unsigned max)
{
	const size_t len = strlen(text);

	rig.seen = 0;
	for (unsigned n = 0; n <= max; n++) {
		if (strstr(rig.screen + rig.seen, text))
			return n;
		rig.seen = rig.len > len ? rig.len - len : 0;
		rig_step();
	}
	fail_msg("no '%s' in %u steps, but '%.300s'", text, max,
		 rig.len > 300 ? rig.screen + rig.len - 300 : rig.screen);
	return max;
}
