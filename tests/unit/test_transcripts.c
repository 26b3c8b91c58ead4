/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plays whole shell sessions on two wired ports in memory and compares the
 * screen. A transcript is the screen itself: what stands behind a prompt is
 * typed (nothing where nothing does), all else is what must appear. Lines that
 * begin with '%' direct:
 *
 *   %% TEXT     a comment
 *   %run MS     lets that many milliseconds pass
 *   %file NAME TEXT  puts a file with this text, with the same escapes
 *   %send TEXT  sends these bytes; \r \n \t \e \\ \xHH are escapes
 *   %=LINE      LINE is on the screen; for one that looks like a typed one
 *   %faults A=N,..  sets faults of port 1's device before the session begins
 *   %ports N    how many ports there are, an even number; 2 when left out
 *
 * Every transcript is played again with its input cut at random places: the
 * screen must be the same. To make one, write its prompts and directions, and
 * call this program with -w and its name: what appears is put in, to be read
 * and judged.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "plat/host/host.h"
#include "unit.h"

#define DIR_NAME "tests/transcripts"
#define PROMPT "ukpktgen> "
#define STEP_NS 100000ull
#define SEEDS 25

static struct {
	struct app app;
	uint64_t now_ns;
	uint64_t seed; /* 0: the input comes in one piece */
	char screen[262144];
	size_t screen_len;
} world;

static void drain(void)
{
	const void *buf;
	size_t n;

	while ((n = session_output(&world.app.session, &buf)) > 0) {
		const char *p = buf;

		/* A slow line, when seeded. */
		if (world.seed)
			n = 1 + unit_random(&world.seed) % n;
		for (size_t i = 0; i < n; i++)
			if (p[i] != '\r' &&
			    world.screen_len < sizeof(world.screen) - 1)
				world.screen[world.screen_len++] = p[i];
		session_sent(&world.app.session, n);
		if (world.seed && unit_random(&world.seed) % 2)
			return;
	}
}

/* Lets the session say what it has to say; takes no time. */
static void talk(void)
{
	const void *buf;

	do {
		session_poll(&world.app.session, world.now_ns);
		drain();
	} while (session_output(&world.app.session, &buf));
}

static void step(void)
{
	world.now_ns += STEP_NS;
	pktgen_step(&world.app.pktgen, world.now_ns);
	app_feed_rates(&world.app, world.now_ns);
	talk();
}

/* Until the session waits for nothing but input. */
static void settle(void)
{
	uint64_t limit = world.now_ns + 100000000000ull;

	talk();
	while (session_wake_ns(&world.app.session) != UINT64_MAX) {
		assert_true(world.now_ns < limit);
		step();
	}
}

static void type(const char *bytes, size_t len)
{
	while (len) {
		size_t n =
			world.seed ? 1 + unit_random(&world.seed) % len : len;
		size_t taken = session_input(&world.app.session, bytes, n,
					     world.now_ns);

		bytes += taken;
		len -= taken;
		/* What it does not take has to wait for a command. */
		if (taken)
			drain();
		else
			step();
	}
	settle();
}

static size_t unescape(const char *text, char *out)
{
	size_t n = 0;

	for (; *text && *text != '\n'; text++) {
		if (*text != '\\') {
			out[n++] = *text;
			continue;
		}
		text++;
		switch (*text) {
		case 'r':
			out[n++] = '\r';
			break;
		case 'n':
			out[n++] = '\n';
			break;
		case 't':
			out[n++] = '\t';
			break;
		case 'e':
			out[n++] = '\x1b';
			break;
		case 'x':
			out[n++] = (char)strtol((char[]){text[1], text[2], 0},
						NULL, 16);
			text += 2;
			break;
		default:
			out[n++] = *text;
		}
	}
	return n;
}

static void set_faults(struct host_netdev *dev, const char *text)
{
	struct host_faults *f = host_netdev_faults(dev);

	sscanf(text, "probe=%d", &f->probe);
	sscanf(text, "configure=%d", &f->configure);
	sscanf(text, "start=%d", &f->start);
}

static void begin(const char *text)
{
	struct host_netdev *dev[2] = {NULL, NULL};
	const char *ports = strstr(text, "%ports "),
		   *faults = strstr(text, "%faults ");
	unsigned n = ports ? (unsigned)atoi(ports + 7) : 2;

	host_reset();
	for (; n; n -= 2)
		host_loop_pair(dev, 1500);
	if (faults)
		set_faults(dev[1], faults + 8);
	world.now_ns = 1000000000;
	world.screen_len = 0;
	/* An appliance never gives it back. */
	uk_free(uk_alloc_get_default(), world.app.store.mem);
	app_init(&world.app, uk_alloc_get_default(), world.now_ns);
	settle();
}

static void end(void)
{
	struct pktgen *pg = &world.app.pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++) {
		if (pg->worker[i])
			uk_free(uk_alloc_get_default(), pg->worker[i]);
		if (pg->port[i].rx_pool)
			uk_allocpool_free(pg->port[i].rx_pool);
		if (pg->port[i].tx_pool)
			uk_allocpool_free(pg->port[i].tx_pool);
	}
}

static void run_ms(uint64_t ms)
{
	for (uint64_t until = world.now_ns + ms * 1000000;
	     world.now_ns < until;)
		step();
}

static bool is_typed(const char *line)
{
	size_t n = strlen(PROMPT);

	return !strncmp(line, PROMPT, n) && line[n] && line[n] != '\n';
}

static bool ends_with_prompt(void)
{
	size_t n = strlen(PROMPT);

	return world.screen_len >= n &&
	       !memcmp(world.screen + world.screen_len - n, PROMPT, n);
}

static void add_file(const char *text)
{
	char name[VALUE_NAME_MAX + 1], bytes[8192];
	int n = 0;

	assert_int_equal(sscanf(text, "%31s %n", name, &n), 1);
	assert_int_equal(store_add(&world.app.store, name, bytes,
				   unescape(text + n, bytes)),
			 E_OK);
}

/* Plays one line of the transcript; returns whether it belongs to the screen.
 */
static bool play_line(const char *line)
{
	char bytes[8192];
	size_t n;

	if (is_typed(line)) {
		n = unescape(line + strlen(PROMPT), bytes);
		bytes[n++] = '\r';
		type(bytes, n);
		return true;
	}
	if (!strncmp(line, "%send ", 6))
		type(bytes, unescape(line + 6, bytes));
	else if (!strncmp(line, "%file ", 6))
		add_file(line + 6);
	else if (!strncmp(line, "%run ", 5))
		run_ms((uint64_t)atoi(line + 5));
	return line[0] != '%';
}

/* A line of the screen that would be taken for one that is typed. */
static bool is_screen(const char *line)
{
	return line[0] == '%' && line[1] == '=';
}

/* Returns whether the screen is the one in the file; shows it if not. */
static bool play(const char *name, const char *text, uint64_t seed)
{
	static char expected[262144];
	size_t len = 0;
	bool same;

	world.seed = seed;
	begin(text);
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n") + 1;

		if (is_screen(line)) {
			memcpy(expected + len, line + 2, n - 2);
			len += n - 2;
		} else if (play_line(line)) {
			memcpy(expected + len, line, n);
			len += n;
		}
		line += n;
	}
	world.seed = 0;
	settle();
	end();
	/* The last prompt, which waits for more. */
	if (ends_with_prompt())
		world.screen_len -= strlen(PROMPT);
	world.screen[world.screen_len] = '\0';
	same = world.screen_len == len && !memcmp(world.screen, expected, len);
	if (!same)
		fprintf(stderr, "== %s, seed %llu: the screen was\n%s\n", name,
			(unsigned long long)seed, world.screen);
	return same;
}

/*
 * Writes the screen from there on but for a last prompt; returns how far. Its
 * first line is the one that was typed, where one was.
 */
static size_t write_screen(FILE *f, size_t from, bool first_typed)
{
	size_t end = world.screen_len;

	if (ends_with_prompt())
		end -= strlen(PROMPT);
	world.screen[world.screen_len] = '\0';
	for (size_t n; from < end; from += n) {
		const char *line = world.screen + from;

		n = strcspn(line, "\n") + 1;
		n = n < end - from ? n : end - from;
		if (is_typed(line) && !first_typed)
			fputs("%=", f);
		fwrite(line, 1, n, f);
		first_typed = false;
	}
	return from;
}

/* Fills in what appears after each line that is typed or directs. */
static int write_transcript(const char *name, char *text)
{
	char path[512];
	bool begun = false, typed = false;
	size_t from;
	FILE *f;

	snprintf(path, sizeof(path), DIR_NAME "/%s", name);
	f = fopen(path, "w");
	if (!f)
		return 1;
	begin(text);
	/* The banner stands before the first prompt. */
	from = 0;
	for (char *line = text, *eol; (eol = strchr(line, '\n'));
	     line = eol + 1) {
		if ((!is_typed(line) && line[0] != '%') || is_screen(line))
			continue;
		begun |= is_typed(line);
		if (begun)
			from = write_screen(f, from, typed);
		typed = is_typed(line);
		if (line[0] == '%')
			fprintf(f, "%.*s\n", (int)(eol - line), line);
		play_line(line);
	}
	write_screen(f, from, typed);
	end();
	return fclose(f) ? 1 : 0;
}

static char *read_file(const char *name)
{
	char path[512];
	char *text;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), DIR_NAME "/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	text = calloc(1, 65536);
	n = fread(text, 1, 65535, f);
	fclose(f);
	assert_true(n > 0 && n < 65535 && text[n - 1] == '\n');
	return text;
}

static void transcript(void **state)
{
	const char *name = *state;
	char *text = read_file(name);

	bool same = true;

	for (uint64_t seed = 0; seed <= SEEDS && same; seed++)
		same = play(name, text, seed);
	free(text);
	assert_true(same);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[64];
	struct dirent **entries;
	size_t nb_tests = 0;
	int n;

	if (argc == 3 && !strcmp(argv[1], "-w"))
		return write_transcript(argv[2], read_file(argv[2]));
	/* With names, only these. */
	for (int i = 1; i < argc; i++)
		tests[nb_tests++] = (struct CMUnitTest){argv[i], transcript,
							NULL, NULL, argv[i]};
	n = nb_tests ? 0 : scandir(DIR_NAME, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char *name = entries[i]->d_name;

		if (strstr(name, ".txt") && nb_tests < 64)
			tests[nb_tests++] = (struct CMUnitTest){
				name, transcript, NULL, NULL, name};
	}
	if (!nb_tests) {
		fprintf(stderr, "no transcripts in " DIR_NAME "\n");
		return 1;
	}
	return _cmocka_run_group_tests("transcripts", tests, nb_tests, NULL,
				       NULL);
}
