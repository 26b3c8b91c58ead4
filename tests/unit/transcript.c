/* SPDX-License-Identifier: BSD-3-Clause */
#include "transcript.h"
#include "app/lists.h"
#include "pktgen/pktgen_cores.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plat/host/host.h"

#define STEP_NS 100000ull
/* Longer than any command of a transcript takes. */
#define SETTLE_NS 100000000000ull
/* A page is drawn by then. */
#define PAGE_NS 300000000ull
#define FILE_MAX 131072

/* ---- Lines of a transcript ---------------------------------------------- */

static bool starts(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

size_t transcript_prompt(const char *line)
{
	size_t n = strlen("ukpktgen");

	if (!starts(line, "ukpktgen"))
		return 0;
	if (line[n] == '[')
		n += strcspn(line + n, "]\n") + 1;
	return starts(line + n, "> ") ? n + 2 : 0;
}

enum transcript_line transcript_kind(const char *line)
{
	const size_t n = transcript_prompt(line);

	if (n)
		return line[n] && line[n] != '\n' ? LINE_TYPED : LINE_SCREEN;
	if (starts(line, "%key "))
		return LINE_KEYS;
	if (starts(line, "%| "))
		return LINE_ROW;
	if (starts(line, "%:"))
		return LINE_PAGE;
	if (starts(line, "%send "))
		return LINE_SEND;
	if (starts(line, "%run "))
		return LINE_RUN;
	if (starts(line, "%file "))
		return LINE_FILE;
	if (starts(line, "%hold "))
		return LINE_HOLD;
	if (starts(line, "%unplug "))
		return LINE_UNPLUG;
	return *line == '%' && line[1] != '=' ? LINE_OTHER : LINE_SCREEN;
}

static size_t unescape(const char *text, char *out)
{
	static const char letters[] = "rnte", bytes[] = "\r\n\t\x1b";
	size_t n = 0;

	for (; *text && *text != '\n'; text++) {
		const char *letter;

		if (*text != '\\') {
			out[n++] = *text;
			continue;
		}
		text++;
		letter = strchr(letters, *text);
		if (*text == 'x') {
			out[n++] = (char)strtol((char[]){text[1], text[2], 0},
						NULL, 16);
			text += 2;
		} else {
			out[n++] = letter ? bytes[letter - letters] : *text;
		}
	}
	return n;
}

size_t transcript_keys_len(const char *line)
{
	const char *end = strstr(line, "  ");
	size_t len = strcspn(line, "\n");

	return end && (size_t)(end - line) < len ? (size_t)(end - line) : len;
}

const char *transcript_row(const char *line)
{
	size_t n = transcript_keys_len(line);

	n += strspn(line + n, " ");
	return line[n] == '\n' || !line[n] ? NULL : line + n;
}

/*
 * The bytes of keys, up to one that is a wait: *wait_ms is how long then, or 0.
 * *text and *len move on to what is behind it.
 */
static size_t key_bytes(const char **text, size_t *len, char *out,
			unsigned *wait_ms)
{
	size_t n = 0, key;

	*wait_ms = 0;
	while (*len && !*wait_ms) {
		const char *end = memchr(*text, '>', *len);
		size_t used = 1;

		if (**text != '<' || !end) {
			out[n++] = **text;
		} else {
			used = (size_t)(end + 1 - *text);
			key = transcript_key(*text + 1, used - 2, out + n);
			n += key;
			if (!key && sscanf(*text, "<Wait-%ums>", wait_ms) != 1)
				fail_msg("no key has this name: %.20s", *text);
		}
		*text += used;
		*len -= used;
	}
	return n;
}

size_t transcript_bytes(const char *line, char buf[TRANSCRIPT_LINE_MAX])
{
	unsigned wait_ms;
	size_t n, len;

	assert_true(strcspn(line, "\n") < TRANSCRIPT_LINE_MAX / 4);
	switch (transcript_kind(line)) {
	case LINE_TYPED:
		line += transcript_prompt(line);
		n = strcspn(line, "\n");
		memcpy(buf, line, n);
		buf[n++] = '\r';
		return n;
	case LINE_KEYS:
		len = transcript_keys_len(line) - 5;
		line += 5;
		for (n = 0; len;)
			n += key_bytes(&line, &len, buf + n, &wait_ms);
		return n;
	case LINE_SEND:
		return unescape(line + 6, buf);
	default:
		return 0;
	}
}

/* ---- Files -------------------------------------------------------------- */

static int is_transcript(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return len > 4 && !strcmp(entry->d_name + len - 4, ".txt");
}

int transcript_list(char ***names)
{
	struct dirent **entry;
	int n = scandir(TRANSCRIPT_DIR, &entry, is_transcript, alphasort);

	if (n <= 0)
		return 0;
	*names = calloc((size_t)n, sizeof(**names));
	for (int i = 0; i < n; i++) {
		(*names)[i] = strdup(entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	return n;
}

char *transcript_read(const char *name)
{
	char path[512];
	char *text;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), TRANSCRIPT_DIR "/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	text = calloc(1, FILE_MAX);
	n = fread(text, 1, FILE_MAX - 1, f);
	fclose(f);
	assert_true(n > 0 && n < FILE_MAX - 1 && text[n - 1] == '\n');
	return text;
}

/* ---- The session -------------------------------------------------------- */

static void show_page(void *arg, const void *buf, size_t len)
{
	terminal_put(arg, buf, len);
}

/* Each row that is done goes below those before it. */
static void show(struct player *p, const char *bytes, size_t len)
{
	while (len) {
		const char *end = memchr(bytes, '\n', len);
		size_t n = end ? (size_t)(end - bytes) + 1 : len;
		const unsigned rows = p->terminal.rows;

		vt100_put(&p->terminal, bytes, n);
		bytes += n;
		len -= n;
		/* On a page it was none. */
		if (p->terminal.rows == rows)
			continue;
		n = strlen(p->terminal.last);
		assert_true(p->screen_len + n + 2 < sizeof(p->screen));
		memcpy(p->screen + p->screen_len, p->terminal.last, n);
		p->screen_len += n;
		p->screen[p->screen_len++] = '\n';
		p->screen[p->screen_len] = '\0';
	}
}

static void drain(struct player *p)
{
	const void *buf;
	size_t n;

	while ((n = session_output(&p->app.session, &buf)) > 0) {
		/* A slow line, when seeded. */
		if (p->seed)
			n = 1 + unit_random(&p->seed) % n;
		show(p, buf, n);
		session_sent(&p->app.session, n);
		if (p->seed && unit_random(&p->seed) % 2)
			return;
	}
}

/* Lets the session say what it has to say; takes no time. */
static void talk(struct player *p)
{
	const void *buf;

	do {
		session_poll(&p->app.session, p->now_ns);
		drain(p);
	} while (session_output(&p->app.session, &buf));
}

static void step(struct player *p)
{
	p->now_ns += STEP_NS;
	pktgen_step(&p->app.pktgen, p->now_ns);
	app_watch(&p->app, p->now_ns);
	app_check_lease(&p->app, p->now_ns);
	talk(p);
}

/* Until the session waits for nothing but input. */
static void settle(struct player *p)
{
	uint64_t limit = p->now_ns + SETTLE_NS;
	uint64_t page_ns = p->now_ns + PAGE_NS;

	talk(p);
	while (session_wake_ns(&p->app.session) != UINT64_MAX) {
		/* It never ends by itself, but it is drawn by then. */
		if (p->app.session.page.on && p->now_ns > page_ns)
			return;
		assert_true(p->now_ns < limit);
		step(p);
	}
}

static void type(struct player *p, const char *bytes, size_t len)
{
	while (len) {
		size_t n = p->seed ? 1 + unit_random(&p->seed) % 64 : len;
		size_t taken = session_input(&p->app.session, bytes,
					     n < len ? n : len, p->now_ns);

		bytes += taken;
		len -= taken;
		/* What it does not take has to wait for a command. */
		if (taken)
			drain(p);
		else
			step(p);
	}
}

static void run_ms(struct player *p, uint64_t ms)
{
	for (uint64_t until = p->now_ns + ms * 1000000; p->now_ns < until;)
		step(p);
}

static void press(struct player *p, const char *line)
{
	size_t len = transcript_keys_len(line) - 5;
	char bytes[TRANSCRIPT_LINE_MAX];
	unsigned wait_ms;

	line += 5;
	while (len) {
		size_t n = key_bytes(&line, &len, bytes, &wait_ms);

		type(p, bytes, n);
		run_ms(p, wait_ms);
	}
}

static void set_faults(struct host_netdev *dev, const char *text)
{
	static char why[96];
	struct host_faults *f = host_netdev_faults(dev);

	sscanf(text, "probe=%d", &f->probe);
	sscanf(text, "configure=%d", &f->configure);
	sscanf(text, "start=%d", &f->start);
	if (sscanf(text, "rx=%d why=%95[^\n]", &f->rx, why) == 2)
		f->why = why;
}

/* Of the first port there is. */
static void set_hold(const char *text)
{
	struct host_netdev *dev = (void *)uk_netdev_get(0);

	host_netdev_faults(dev)->hold = (unsigned)atoi(text);
}

static void unplug(const char *text)
{
	struct host_netdev *dev = (void *)uk_netdev_get(0);

	host_netdev_faults(dev)->unplugged = atoi(text);
}

static void add_file(struct player *p, const char *text)
{
	char name[VALUE_NAME_MAX + 1], bytes[TRANSCRIPT_LINE_MAX];
	int n = 0;

	assert_int_equal(sscanf(text, "%31s %n", name, &n), 1);
	assert_int_equal(store_add(&p->app.store, name, bytes,
				   unescape(text + n, bytes)),
			 E_OK);
}

/* They are there, but core 0 keeps all queues: what others do has no time. */
static struct pktgen *played;

static void __noreturn run_core(void)
{
	pktgen_run_core(played);
}

void player_begin(struct player *p, const char *text, uint64_t seed)
{
	struct host_netdev *dev[2] = {NULL, NULL};
	const char *ports = strstr(text, "%ports "),
		   *queues = strstr(text, "%queues "),
		   *cpus = strstr(text, "%cpus "),
		   *faults = strstr(text, "%faults ");
	unsigned n = ports ? (unsigned)atoi(ports + 7) : 2;

	host_reset();
	if (queues)
		host_loop_queues((unsigned)atoi(queues + 8));
	if (cpus)
		host_cpus((unsigned)atoi(cpus + 6));
	for (; n; n -= 2)
		host_loop_pair(dev, 1500);
	if (faults)
		set_faults(dev[1], faults + 8);
	p->seed = seed;
	p->now_ns = 1000000000;
	p->screen_len = 0;
	vt100_init(&p->terminal, EDIT_WIDTH);
	terminal_init(&p->page, EDIT_HEIGHT, EDIT_WIDTH);
	p->terminal.on_page = show_page;
	p->terminal.arg = &p->page;
	p->terminal.any_row = true;
	app_init(&p->app, uk_alloc_get_default(), p->now_ns);
	played = &p->app.pktgen;
	pktgen_start_cores(played, run_core);
	session_ask_size(&p->app.session);
	settle(p);
}

void player_line(struct player *p, const char *line)
{
	char bytes[TRANSCRIPT_LINE_MAX];

	p->bells = p->terminal.bells;
	p->clears = p->terminal.clears;
	switch (transcript_kind(line)) {
	case LINE_FILE:
		add_file(p, line + 6);
		break;
	case LINE_RUN:
		run_ms(p, (uint64_t)atoi(line + 5));
		return;
	case LINE_HOLD:
		set_hold(line + 6);
		return;
	case LINE_UNPLUG:
		unplug(line + 8);
		return;
	case LINE_KEYS:
		press(p, line);
		break;
	default:
		type(p, bytes, transcript_bytes(line, bytes));
	}
	settle(p);
}

const char *player_row(const struct player *p)
{
	static char row[sizeof(p->terminal.last) + 32];

	snprintf(row, sizeof(row), "%s%s%s", vt100_row(&p->terminal),
		 p->terminal.clears != p->clears ? "  (cleared)" : "",
		 p->terminal.bells != p->bells ? "  (bell)" : "");
	return row;
}

const char *player_page(const struct player *p)
{
	static char text[TERMINAL_ROWS * (TERMINAL_COLUMNS + 8)];
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; p->terminal.page && i < p->page.rows; i++) {
		const char *row = terminal_row(&p->page, i);

		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%%:%s%s\n", *row ? " " : "", row);
	}
	return text;
}

/* An appliance never gives anything back. */
void player_end(struct player *p)
{
	struct pktgen *pg = &p->app.pktgen;

	p->seed = 0;
	settle(p);
	pktgen_close(pg, uk_alloc_get_default());
	lists_sweep(&p->app);
	app_end(&p->app);
	uk_free(uk_alloc_get_default(), p->app.store.mem);
	/* CPUs end with it. */
	host_reset();
}
