/* SPDX-License-Identifier: BSD-3-Clause */
/* Wiring and the poll loop: workers, console, and sleep when idle. */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/console.h>
#include <uk/plat/bootstrap.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>

#include "app/app.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "shell/intake.h"
#include "shell/script.h"

/* While frames move, the console is looked at this often... */
#define CONSOLE_NS 100000ull
/* ...and given this much each time: one fill of a 16550's FIFO... */
#define CONSOLE_SLICE 16
/* ...and at most this many that it missed while the host ran others. */
#define CONSOLE_SLICES 16
/* Of the data channel each way, or two blocks. */
#define CHANNEL_SLICE 8192
#define OUTPUT_NS 1000000ull
/* Others that move frames are stopped this often where nobody asks. */
#define OTHERS_NS 1000000ull
/* How long a power off waits for the console to take the last words. */
#define QUIT_NS 200000000ull

static struct app app;

/* The poll loop's own. */
struct loop {
	struct intake in;
	uint64_t console_ns; /* when the console is looked at next */
	uint64_t others_ns;  /* when all stop at the latest, if others run... */
	bool asks;           /* ...or that is now */
	uint64_t quit_ns;    /* when it ends; 0: it does not */
};

/* What the terminal needs before a crash is reported on it. */
static void prepare_crash(const struct session *s)
{
#ifdef UKPLAT_HAVE_CRASH_PREFIX
	crash_prefix(s->page.shown ? PAGE_LEAVE : "");
#else
	(void)s;
#endif
}

/* Returns whether anything came. */
static bool console_in(struct intake *in, uint64_t now_ns)
{
	const size_t len = intake_room(in, now_ns);
	__ssz n;

	if (!len)
		return false;
	n = uk_console_in(in->bytes + in->len, len);
	intake_add(in, n > 0 ? (size_t)n : 0, now_ns);
	return n > 0;
}

/* Returns whether anything went. */
static bool console_out(size_t slice)
{
	struct session *s = &app.session;
	const void *out;
	size_t len = session_output(s, &out);
	__ssz n;

	if (!len)
		return false;
	n = uk_console_out(out, len < slice ? len : slice);
	session_sent(s, n > 0 ? (size_t)n : 0);
	return n > 0;
}

/* Returns whether anything moved. */
static bool console_poll(struct intake *in, uint64_t now_ns, size_t slice)
{
	struct session *s = &app.session;
	bool moved;

	console_in(in, now_ns);
	/* Before what waits for a run ends by it, and tells of that. */
	app_watch(&app, now_ns);
	moved = intake_feed(in, s, now_ns);
	session_poll(s, now_ns);
	prepare_crash(s);
	return console_out(slice) || moved;
}

/* All but the frames; returns whether anything moved. */
static bool look_after(struct intake *in, uint64_t now_ns, size_t slice)
{
	bool moved = console_poll(in, now_ns, slice);

	if (OPTION(CHANNEL)) {
		feed_poll(&app, now_ns);
		moved |= channel_poll(&app.channel, now_ns,
				      slice < CHANNEL_SLICE ? CHANNEL_SLICE
							    : CHANNEL_WINDOW);
	}
	app_check_lease(&app, now_ns);
	return moved;
}

/* Of a look that is as late: what looks in time would have been given. */
static size_t console_slice(uint64_t late_ns)
{
	const uint64_t missed = late_ns / CONSOLE_NS;

	return CONSOLE_SLICE *
	       (missed < CONSOLE_SLICES ? (size_t)missed + 1 : CONSOLE_SLICES);
}

static bool finished(struct loop *l, uint64_t now_ns)
{
	if (!app.quit)
		return false;
	if (!l->quit_ns || app_done_due(&app))
		l->quit_ns = now_ns + QUIT_NS;
	return session_said_all(&app.session) || now_ns > l->quit_ns;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The console wakes it by itself, or waits until then. */
static uint64_t idle_until(uint64_t now_ns)
{
	uint64_t wake_ns = session_wake_ns(&app.session);
	uint64_t until = now_ns + pktgen_sleep_ns(&app.pktgen, now_ns);
	const void *out;

	/*
	 * What the console has no room for is offered again soon, not at once.
	 */
	if (session_output(&app.session, &out))
		return now_ns + OUTPUT_NS;
	if (OPTION(CHANNEL))
		until = earlier(until, channel_wake_ns(&app.channel, now_ns));
	return earlier(wake_ns, until);
}

static void halt_until(uint64_t until_ns)
{
	ukplat_lcpu_disable_irq();
	ukplat_lcpu_halt_irq_until(until_ns);
	ukplat_lcpu_enable_irq();
}

/* A frame ends it, where the device can. */
static void doze_until(uint64_t until_ns)
{
	ukplat_lcpu_disable_irq();
	if (pktgen_wake(&app.pktgen, true))
		ukplat_lcpu_halt_irq_until(until_ns);
	pktgen_wake(&app.pktgen, false);
	ukplat_lcpu_enable_irq();
}

/* Nothing moved, but may at any time. */
static void wait_for_frames(uint64_t now_ns)
{
	uint64_t until_ns;

	switch (pktgen_wait(&app.pktgen, now_ns)) {
	case WAIT_SPIN:
		break;
	case WAIT_HALT:
		until_ns = pktgen_halt_until(&app.pktgen, now_ns);
		if (until_ns > now_ns + WAIT_HALT_NS)
			doze_until(until_ns);
		else
			halt_until(until_ns);
		break;
	default:
		ukarch_spinwait();
	}
}

/* Files that came with the image, where the platform can tell. */
static void load_initrd(void)
{
#ifdef UKPLAT_HAVE_BOOT_INITRD
	const void *data;
	size_t len;

	if (boot_initrd(&data, &len))
		app_load_initrd(&app, data, len, ukplat_monotonic_clock());
#endif
}

/* Behind `key`, where a word begins with that; else NULL. */
static const char *told(const char *word, const char *key)
{
	const size_t len = strlen(key);

	return strncmp(word, key, len) ? NULL : word + len;
}

/* Fewer are used: the image was built for fewer, or some did not start. */
static void check_cpus(const char *text, uint64_t now_ns)
{
	const unsigned used = pktgen_cores(&app.pktgen);
	uint64_t n, last;

	if (value_range(text, &n, &last) && n > used)
		session_event(&app.session, now_ns,
			      "boot: %u of %u CPUs are used; the image was "
			      "built for up to %u, see CORES in 'make "
			      "menuconfig'",
			      used, (unsigned)n, CORES_MAX);
}

/* Some are none: the image was built for fewer ports, or does not use all. */
static void take_wires(const char *text, uint64_t now_ns)
{
	if (!run_wires(&app, text))
		session_event(&app.session, now_ns,
			      "boot: not all of wires=%.40s are between two of "
			      "the %u ports; the image was built for up to %u, "
			      "see MAX_PORTS in 'make menuconfig'",
			      text, app.pktgen.nb_ports, PKTGEN_MAX_PORTS);
}

/*
 * What the monitor knows: "wires=0:1" between ports, "cpus=2" of the machine.
 * False: the word is another.
 */
static bool take_told(const char *word, uint64_t now_ns)
{
	const char *wires = told(word, "wires="), *cpus = told(word, "cpus=");

	if (cpus)
		check_cpus(cpus, now_ns);
	if (wires)
		take_wires(wires, now_ns);
	return cpus || wires;
}

/*
 * The words that the machine monitor passed are a line to run at boot; the
 * first may be told.
 */
static void run_boot_line(int argc, char *argv[])
{
	const uint64_t now_ns = ukplat_monotonic_clock();
	char line[EDIT_LINE_MAX + 1] = "";
	size_t len = 0;

	for (int i = 1; i < argc; i++) {
		size_t n = strlen(argv[i]), blank = len > 0;

		if (!len && take_told(argv[i], now_ns))
			continue;
		if (n + blank > EDIT_LINE_MAX - len) {
			session_event(&app.session, now_ns,
				      "boot: a line takes up to %u bytes",
				      EDIT_LINE_MAX);
			return;
		}
		if (blank)
			line[len++] = ' ';
		memcpy(line + len, argv[i], n);
		len += n;
	}
	if (len)
		session_start_job(&app.session, line, (unsigned)len, now_ns);
}

#if CORES_SEVERAL
static void __noreturn run_core(void)
{
	pktgen_run_core(&app.pktgen);
}
#else
#define run_core NULL
#endif

/* ---- The loop ----------------------------------------------------------- */

/* After a step that moved something or not; true: the end. */
static bool go_on_alone(struct loop *l, bool moved, uint64_t now_ns)
{
	if (!moved && pktgen_sleep_ns(&app.pktgen, now_ns)) {
		moved = look_after(&l->in, now_ns, SIZE_MAX);
		if (finished(l, now_ns))
			return true;
		/* Not when a command has just started to send. */
		moved |= pktgen_active(&app.pktgen) != 0;
		pktgen_let_go(&app.pktgen, now_ns);
		if (!moved)
			doze_until(idle_until(now_ns));
		return false;
	}
	if (now_ns >= l->console_ns) {
		look_after(&l->in, now_ns,
			   console_slice(now_ns - l->console_ns));
		l->console_ns = now_ns + CONSOLE_NS;
		if (finished(l, now_ns))
			return true;
		pktgen_let_go(&app.pktgen, now_ns);
	}
	if (!moved)
		wait_for_frames(now_ns);
	return false;
}

static bool is_due(const struct loop *l, uint64_t now_ns)
{
	return now_ns >= l->others_ns ||
	       session_wake_ns(&app.session) <= now_ns ||
	       (OPTION(CHANNEL) &&
		channel_wake_ns(&app.channel, now_ns) <= now_ns);
}

/* The console's bytes alone; returns whether there is something to do. */
static bool is_asked(struct loop *l, uint64_t now_ns)
{
	const size_t slice = console_slice(now_ns - l->console_ns);

	if (now_ns < l->console_ns)
		return false;
	l->console_ns = now_ns + CONSOLE_NS;
	console_out(slice);
	return console_in(&l->in, now_ns) ||
	       (now_ns >= pktgen_calm_ns(&app.pktgen) && is_due(l, now_ns));
}

/* Nothing moved here; the others go on. */
static void wait_beside(const struct loop *l, uint64_t now_ns)
{
	const uint64_t sleep_ns = pktgen_sleep_ns(&app.pktgen, now_ns);

	if (sleep_ns && !l->asks)
		halt_until(earlier(now_ns + sleep_ns, l->others_ns));
	else
		wait_for_frames(now_ns);
}

/* They stand: all is done that wants that. */
static bool look_while_held(struct loop *l)
{
	uint64_t now_ns = pktgen_time(&app.pktgen, ukplat_monotonic_clock());
	bool ends;

	look_after(&l->in, now_ns, CONSOLE_SLICE);
	ends = finished(l, now_ns);
	now_ns = pktgen_time(&app.pktgen, ukplat_monotonic_clock());
	pktgen_let_go(&app.pktgen, now_ns);
	l->asks = false;
	l->console_ns = now_ns + CONSOLE_NS;
	l->others_ns = MAX(now_ns + OTHERS_NS, pktgen_calm_ns(&app.pktgen));
	return ends;
}

/* While others step workers they stop only where they must. */
static bool go_on_beside(struct loop *l, bool moved, uint64_t now_ns)
{
	l->asks = l->asks || is_asked(l, now_ns);
	if (l->asks) {
		if (pktgen_hold(&app.pktgen))
			return look_while_held(l);
		l->console_ns = 0; /* they are asked again after each step */
	}
	if (!moved)
		wait_beside(l, now_ns);
	return false;
}

static bool go_on(struct loop *l, bool moved, uint64_t now_ns)
{
	if (likely(moved && now_ns < l->console_ns))
		return false;
	return pktgen_others(&app.pktgen) ? go_on_beside(l, moved, now_ns)
					  : go_on_alone(l, moved, now_ns);
}

int main(int argc, char *argv[])
{
	static struct loop loop;
	bool ends = false;

	app_init(&app, uk_alloc_get_default(), ukplat_monotonic_clock());
	pktgen_set_clock(&app.pktgen, ukplat_monotonic_clock);
	pktgen_start_cores(&app.pktgen, run_core);
	session_ask_size(&app.session);
	load_initrd();
	run_boot_line(argc, argv);
	while (!ends) {
		const bool moved =
			pktgen_step(&app.pktgen, ukplat_monotonic_clock());
		const uint64_t now_ns = app.pktgen.core.now_ns;

		if (!pktgen_hush(&app.pktgen, now_ns))
			ends = go_on(&loop, moved, now_ns);
	}
	return 0;
}
