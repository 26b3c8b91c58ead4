/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/status.h"
#include "units/value.h"
#include "version.h"

#define MS 1000000u

static const char usage[] =
	"usage: ukpktgen-console [OPTION]... ADDRESS [FILE]\n"
	"\n"
	"At a terminal, a console of the appliance at ADDRESS. Elsewhere, or "
	"with FILE or\n"
	"-c, runs commands until one fails: those of FILE, or of standard "
	"input for '-'.\n"
	"ADDRESS is the name of an appliance of 'ukpktgen run', the path of a "
	"unix socket\n"
	"or of a serial device, or an address of socat:\n"
	"\n"
	"  ukpktgen-console a\n"
	"  ukpktgen-console /run/user/1000/ukpktgen/a.sock\n"
	"  ukpktgen-console TCP:host:4000\n"
	"  ukpktgen-console /dev/ttyS0,b115200\n"
	"  ukpktgen-console 'EXEC:\"ssh host socat STDIO "
	"UNIX-CONNECT:a.sock\"'\n"
	"\n"
	"  -c COMMANDS      run these, several with ';' between them; each "
	"further -c is\n"
	"                   a further line\n"
	"  --json           show replies as JSON, where the command has them\n"
	"  --timeout TIME   fail a command after TIME: 500ms, 10s, 5m, 1h30m; "
	"default:\n"
	"                   no limit\n"
	"  --events         print notices (run done, lease over) on standard "
	"error\n"
	"  --quiet          print errors only\n"
	"  --verdict        at the end, status 5 if the last run of a port "
	"was SUSPECT,\n"
	"                   6 if one was INVALID, and why\n"
	"  --no-keep        keep no trials of an experiment on this host\n"
	"  --watch          only watch, while others have the console: "
	"notices, and\n"
	"                   stats, port, jobs, show and help\n"
	"  --name NAME      what messages call the appliance; default: "
	"ADDRESS\n"
	"  --version        print the version of this program\n"
	"  --help           print this\n"
	"\n"
	"For the launcher, of an appliance that boots:\n"
	"\n"
	"  --as PROGRAM     who others are told holds the console\n"
	"  --as-pid PID     and its process\n"
	"  --back COMMAND   what comes back to this console, for who leaves "
	"it\n"
	"  --booting        wait for its first line; when it ends unasked, the "
	"status is\n"
	"                   4 and nothing is said\n"
	"  --ports N        fail with status 2 unless it has N ports that "
	"work\n"
	"  --job MODE       of what it runs since boot: 'follow' shows what "
	"that says and\n"
	"                   ends as it does, 'check' fails if it has failed "
	"already\n"
	"  --source NAME=PATH\n"
	"                   call its file NAME by PATH in errors of that\n"
	"  --attaching      show its first line and what jobs say, up to the "
	"last byte\n"
	"                   read\n"
	"\n"
	"Status: 0 every command succeeded, 1 one failed (the rest is not "
	"run),\n"
	"2 misused, not reachable, or output could not be written, 3 the "
	"appliance\n"
	"crashed.\n";

enum {
	OPT_JSON = 256,
	OPT_TIMEOUT,
	OPT_EVENTS,
	OPT_QUIET,
	OPT_VERDICT,
	OPT_NO_KEEP,
	OPT_WATCH,
	OPT_BOOTING,
	OPT_NAME,
	OPT_AS,
	OPT_AS_PID,
	OPT_BACK,
	OPT_PORTS,
	OPT_JOB,
	OPT_SOURCE,
	OPT_ATTACHING,
	OPT_VERSION,
	OPT_HELP
};

_Static_assert(OPT_HELP - OPT_JSON <= OPTIONS_MAX, "each may be given");

static const struct option long_options[] = {
	{"json", no_argument, NULL, OPT_JSON},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"events", no_argument, NULL, OPT_EVENTS},
	{"quiet", no_argument, NULL, OPT_QUIET},
	{"verdict", no_argument, NULL, OPT_VERDICT},
	{"no-keep", no_argument, NULL, OPT_NO_KEEP},
	{"watch", no_argument, NULL, OPT_WATCH},
	{"booting", no_argument, NULL, OPT_BOOTING},
	{"name", required_argument, NULL, OPT_NAME},
	{"as", required_argument, NULL, OPT_AS},
	{"as-pid", required_argument, NULL, OPT_AS_PID},
	{"back", required_argument, NULL, OPT_BACK},
	{"ports", required_argument, NULL, OPT_PORTS},
	{"job", required_argument, NULL, OPT_JOB},
	{"source", required_argument, NULL, OPT_SOURCE},
	{"attaching", no_argument, NULL, OPT_ATTACHING},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{0},
};

void options_misused(const char *fmt, const char *what)
{
	fprintf(stderr, "ukpktgen-console: ");
	fprintf(stderr, fmt, what);
	fprintf(stderr, "; --help tells more\n");
	exit(STATUS_UNREACHABLE);
}

/* With the reason that errno tells. */
__attribute__((noreturn)) static void options_unread(const char *path)
{
	fprintf(stderr, "ukpktgen-console: cannot read '%s': %s\n", path,
		strerror(errno));
	exit(STATUS_UNREACHABLE);
}

/* In ms, of at least one. */
static uint64_t take_time(const char *text)
{
	uint64_t ns;

	if (value_time(text, &ns) || ns < MS)
		options_misused("--timeout '%s': a TIME from 1ms on, such as "
				"500ms, 10s, 5m or 1h30m",
				text);
	return ns / MS;
}

static void add_commands(struct options *o, const char *text)
{
	size_t len = o->commands ? strlen(o->commands) + 1 : 0;

	o->commands = realloc(o->commands, len + strlen(text) + 1);
	if (!o->commands)
		abort();
	if (len)
		o->commands[len - 1] = '\n';
	strcpy(o->commands + len, text);
}

/* A number from 1 to INT_MAX. */
static int take_number(const char *text, const char *misuse)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*text < '1' || *text > '9' || *end || n > INT_MAX)
		options_misused(misuse, text);
	return (int)n;
}

static enum options_job take_job(const char *text)
{
	if (!strcmp(text, "follow"))
		return OPTIONS_FOLLOW;
	if (!strcmp(text, "check"))
		return OPTIONS_CHECK;
	options_misused("--job '%s': it is follow or check", text);
}

static void add_source(struct options *o, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals || o->nb_sources == OPTIONS_SOURCES)
		options_misused(equals ? "--source '%s' is one too many"
				       : "--source '%s': the form is NAME=PATH",
				text);
	*equals = '\0';
	o->sources[o->nb_sources].name = text;
	o->sources[o->nb_sources++].path = equals + 1;
}

/* For those who asked for it: on standard output. */
__attribute__((noreturn)) static void show(const char *text)
{
	if (fputs(text, stdout) < 0 || fflush(stdout) != 0) {
		perror("ukpktgen-console: cannot write standard output");
		exit(STATUS_UNREACHABLE);
	}
	exit(STATUS_OK);
}

/* Of two that say one thing, the first would be lost. */
static void take_once(struct options *o, int option)
{
	if (option < OPT_JSON || option >= OPT_HELP || option == OPT_SOURCE ||
	    !optarg)
		return;
	if (o->given[option - OPT_JSON])
		options_misused("'--%s' is given twice",
				long_options[option - OPT_JSON].name);
	o->given[option - OPT_JSON] = true;
}

/* What an option without a value sets; NULL: it is none. */
static bool *flag_of(struct options *o, int option)
{
	switch (option) {
	case OPT_JSON:
		return &o->json;
	case OPT_EVENTS:
		return &o->events;
	case OPT_QUIET:
		return &o->quiet;
	case OPT_VERDICT:
		return &o->verdict;
	case OPT_NO_KEEP:
		return &o->no_keep;
	case OPT_WATCH:
		return &o->watch;
	case OPT_BOOTING:
		return &o->booting;
	case OPT_ATTACHING:
		return &o->attaching;
	default:
		return NULL;
	}
}

static void take_option(struct options *o, int option)
{
	bool *const flag = flag_of(o, option);

	take_once(o, option);
	if (flag) {
		*flag = true;
		return;
	}
	switch (option) {
	case 'c':
		add_commands(o, optarg);
		break;
	case OPT_TIMEOUT:
		o->timeout_ms = take_time(optarg);
		break;
	case OPT_NAME:
		o->name = optarg;
		break;
	case OPT_AS:
		o->as = optarg;
		break;
	case OPT_AS_PID:
		o->as_pid = take_number(
			optarg, "--as-pid '%s': a process id, 1 or more");
		break;
	case OPT_BACK:
		o->back = optarg;
		break;
	case OPT_PORTS:
		o->ports = (unsigned)take_number(
			optarg, "--ports '%s': a number, 1 or more");
		break;
	case OPT_JOB:
		o->job = take_job(optarg);
		break;
	case OPT_SOURCE:
		add_source(o, optarg);
		break;
	case OPT_VERSION:
		show("ukpktgen-console " UKPKTGEN_VERSION "\n");
	case 'h':
	case OPT_HELP:
		show(usage);
	default:
		exit(STATUS_UNREACHABLE); /* getopt has said why */
	}
}

void options_take(struct options *o, int argc, char **argv)
{
	int option;

	o->program = argv[0];
	argv[0] = (char *)"ukpktgen-console"; /* in what getopt says */
	while ((option = getopt_long(argc, argv, "c:h", long_options, NULL)) >=
	       0)
		take_option(o, option);
	if (optind < argc)
		o->address = argv[optind++];
	if (optind < argc)
		o->file = argv[optind++];
	if (!o->address || !*o->address)
		options_misused("the %s of an appliance is missing", "ADDRESS");
	if (optind < argc || (o->file && o->commands))
		options_misused("'%s' is one too many",
				optind < argc ? argv[optind] : o->file);
	if (o->quiet && o->events)
		options_misused("--quiet prints no notices: it does not go "
				"with '%s'",
				"--events");
	o->name = o->name ? o->name : o->address;
	if (!o->as)
		o->as = "ukpktgen-console";
	if (!o->as_pid)
		o->as_pid = getpid();
	o->batch = o->file || o->commands || o->job || !isatty(STDIN_FILENO) ||
		   !isatty(STDOUT_FILENO);
	if (!o->batch && o->quiet)
		options_misused("--quiet is for commands: '%s', or a FILE",
				"-c");
	if (!o->batch && o->verdict)
		options_misused("--verdict is for commands: '%s', or a FILE",
				"-c");
	o->fd = STDIN_FILENO;
	if (o->file && strcmp(o->file, "-") != 0) {
		o->fd = open(o->file, O_RDONLY | O_CLOEXEC);
		if (o->fd < 0)
			options_unread(o->file);
	}
}
