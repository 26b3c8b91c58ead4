/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands on stdin, one on a line. Each is answered by one line: JSON, "ok",
 * or "error: ...".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vhost/peer.h"

/* Returns what is wrong, or NULL. `n` is the number given, 0 without. */
typedef const char *(*command_t)(struct peer *p, uint64_t n);

static const char *do_report(struct peer *p, uint64_t n)
{
	(void)n;
	report(p, true);
	return "";
}

static const char *do_reset(struct peer *p, uint64_t n)
{
	(void)n;
	for (; p; p = p->also)
		engine_clear(p->e);
	return NULL;
}

static const char *do_go(struct peer *p, uint64_t n)
{
	p->e->count = n;
	engine_go(p->e, true);
	return NULL;
}

static const char *do_hold(struct peer *p, uint64_t n)
{
	(void)n;
	engine_go(p->e, false);
	return NULL;
}

static const char *do_stall(struct peer *p, uint64_t n)
{
	p->e->faults.stall_until = clock_ns() + n * NS_PER_MS;
	return NULL;
}

static const char *do_disconnect(struct peer *p, uint64_t n)
{
	if (p->conn_fd < 0)
		return "nobody is connected";
	session_close(p);
	p->accept_at = clock_ns() + n * NS_PER_MS;
	return NULL;
}

static const char *do_quit(struct peer *p, uint64_t n)
{
	(void)n;
	p->quit = true;
	return NULL;
}

static const struct {
	const char *name;
	command_t run;
	bool wants_number; /* else it may be left out */
	const char *help;
} commands[] = {
	{"report", do_report, false, "print a report as JSON"},
	{"reset", do_reset, false, "count from zero"},
	{"go", do_go, false, "N: the source makes N frames; without, no end"},
	{"hold", do_hold, false, "the source makes no more"},
	{"stall", do_stall, true, "MS: look at no ring for so long"},
	{"disconnect", do_disconnect, false,
	 "MS: close the connection, accept again after so long"},
	{"quit", do_quit, false, "print the report and end"},
};
#define NB_COMMANDS (sizeof(commands) / sizeof(*commands))

static void help(void)
{
	for (unsigned int i = 0; i < NB_COMMANDS; i++)
		fprintf(stderr, "%-14s %s\n", commands[i].name,
			commands[i].help);
	for (int f = 0; f < FAULTS; f++)
		fprintf(stderr, "%-14s N times: %s\n", fault_name(f),
			fault_help(f));
}

static const char *run(struct peer *p, const char *word, const char *number)
{
	char *end;
	const uint64_t n = number ? strtoull(number, &end, 10) : 0;

	if (number && (*end || *number == '-' || n > UINT64_MAX / NS_PER_S))
		return "that is no number, or too large";
	for (unsigned int i = 0; i < NB_COMMANDS; i++)
		if (!strcmp(word, commands[i].name))
			return commands[i].wants_number && !number
				       ? "it wants a number"
				       : commands[i].run(p, n);
	for (int f = 0; f < FAULTS; f++) {
		if (strcmp(word, fault_name(f)))
			continue;
		fault_add(&p->e->faults, f, number ? n : 1);
		return NULL;
	}
	if (strcmp(word, "help"))
		return "no such command; 'help' lists them";
	help();
	return NULL;
}

void control_line(struct peer *p, char *line)
{
	char *save, *word = strtok_r(line, " \t\r", &save);
	char *number = strtok_r(NULL, " \t\r", &save);
	const char *wrong;

	if (!word)
		return;
	wrong = strtok_r(NULL, " \t\r", &save) ? "too many words"
					       : run(p, word, number);
	/* An empty text: the command has answered by itself. */
	if (!wrong)
		printf("ok\n");
	else if (*wrong)
		printf("error: %s\n", wrong);
	fflush(stdout);
}
