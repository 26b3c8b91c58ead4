/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ukpktgen-console: a person, or a program, at an appliance's serial line.
 * main.c reads the command line; client.h says how the parts hang together.
 */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "client/client.h"
#include "client/edit.h"

/* So long another client may have the console, where nobody waits for us. */
#define HELD_MS 5000

static const char usage[] =
	"usage: ukpktgen-console [OPTION]... ADDRESS [FILE]\n"
	"\n"
	"At a terminal, a console of the appliance at ADDRESS; elsewhere, or "
	"with FILE\n"
	"or -c, runs commands: those of FILE (- is standard input), up to the "
	"first\n"
	"that fails. ADDRESS is the path of a unix socket or of a serial "
	"device, the\n"
	"name of an appliance of 'ukpktgen run', or an address of socat:\n"
	"\n"
	"  ukpktgen-console /run/user/1000/ukpktgen/a.sock\n"
	"  ukpktgen-console TCP:host:4000\n"
	"  ukpktgen-console /dev/ttyS0,b115200\n"
	"  ukpktgen-console 'EXEC:\"ssh host socat STDIO "
	"UNIX-CONNECT:a.sock\"'\n"
	"\n"
	"  -c COMMANDS      runs these, one or several with ';' between them; "
	"of several\n"
	"                   -c each is a further line\n"
	"  --json           replies as JSON, where the command has such\n"
	"  --timeout TIME   of each command: 500ms, 10s, 5m; default: none\n"
	"  --events         shows what the appliance tells unasked, on "
	"standard error\n"
	"  --booting        for the launcher: waits for its first line; when "
	"it ends\n"
	"                   unasked, the status is 4 and nothing is said\n"
	"  --name NAME      what messages call it; default: ADDRESS\n"
	"  --as PROGRAM     who others are told holds the console\n"
	"  --as-pid PID     and its process\n"
	"\n"
	"Status: 0 every command succeeded, 1 one failed (the rest is not "
	"run), 2 misused,\n"
	"not reachable, or output could not be written, 3 the appliance "
	"crashed.\n";

enum {
	OPT_JSON = 256,
	OPT_TIMEOUT,
	OPT_EVENTS,
	OPT_BOOTING,
	OPT_NAME,
	OPT_AS,
	OPT_AS_PID,
	OPT_HELP
};

#define OPTIONS (OPT_HELP - OPT_JSON)

static const struct option long_options[] = {
	{"json", no_argument, NULL, OPT_JSON},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"events", no_argument, NULL, OPT_EVENTS},
	{"booting", no_argument, NULL, OPT_BOOTING},
	{"name", required_argument, NULL, OPT_NAME},
	{"as", required_argument, NULL, OPT_AS},
	{"as-pid", required_argument, NULL, OPT_AS_PID},
	{"help", no_argument, NULL, OPT_HELP},
	{0},
};

struct options {
	const char *address, *file, *as, *as_pid;
	char *commands; /* a line for each -c */
	bool given[OPTIONS];
};

__attribute__((noreturn)) static void misused(const char *fmt, const char *what)
{
	fprintf(stderr, "ukpktgen-console: ");
	fprintf(stderr, fmt, what);
	fprintf(stderr, "; --help tells more\n");
	exit(STATUS_UNREACHABLE);
}

static uint64_t take_time(const char *text)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = {{"ms", 1},
		     {"s", 1000},
		     {"m", 60000},
		     {"min", 60000},
		     {"h", 3600000}};
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (*text >= '0' && *text <= '9' && n && n <= 100000 &&
		    !strcmp(end, units[i].unit))
			return n * units[i].ms;
	misused("--timeout '%s': wanted a time such as 500ms, 10s or 5m", text);
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

static void take_option(struct client *c, struct options *o, int option)
{
	/* The first of two would be lost. */
	if (option >= OPT_JSON && option < OPT_HELP && optarg) {
		if (o->given[option - OPT_JSON])
			misused("'--%s' is given twice",
				long_options[option - OPT_JSON].name);
		o->given[option - OPT_JSON] = true;
	}
	switch (option) {
	case 'c':
		add_commands(o, optarg);
		break;
	case OPT_JSON:
		c->json = true;
		break;
	case OPT_TIMEOUT:
		c->timeout_ms = take_time(optarg);
		break;
	case OPT_EVENTS:
		c->events = true;
		break;
	case OPT_BOOTING:
		c->booting = true;
		break;
	case OPT_NAME:
		c->name = optarg;
		break;
	case OPT_AS:
		o->as = optarg;
		break;
	case OPT_AS_PID:
		o->as_pid = optarg;
		break;
	case 'h':
	case OPT_HELP:
		if (fputs(usage, stdout) < 0 || fflush(stdout) != 0) {
			perror("ukpktgen-console: cannot write standard "
			       "output");
			exit(STATUS_UNREACHABLE);
		}
		exit(STATUS_OK);
	default:
		exit(STATUS_UNREACHABLE); /* getopt has said why */
	}
}

static pid_t take_pid(const char *text)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (*text < '1' || *text > '9' || *end || pid > INT_MAX)
		misused("--as-pid '%s': wanted a process id", text);
	return (pid_t)pid;
}

static void take_arguments(struct client *c, struct options *o, int argc,
			   char **argv)
{
	int option;

	argv[0] = (char *)"ukpktgen-console"; /* in what getopt says */
	while ((option = getopt_long(argc, argv, "c:h", long_options, NULL)) >=
	       0)
		take_option(c, o, option);
	if (optind < argc)
		o->address = argv[optind++];
	if (optind < argc)
		o->file = argv[optind++];
	if (!o->address || !*o->address)
		misused("wanted the %s of an appliance", "address");
	if (optind < argc || (o->file && o->commands))
		misused("'%s' is one too many",
			optind < argc ? argv[optind] : o->file);
	c->name = c->name ? c->name : o->address;
	c->link.holder = o->as ? o->as : "ukpktgen-console";
	c->link.holder_pid = o->as_pid ? take_pid(o->as_pid) : getpid();
	c->batch = o->file || o->commands || !isatty(STDIN_FILENO) ||
		   !isatty(STDOUT_FILENO);
	if (o->file && strcmp(o->file, "-") != 0) {
		c->in.fd = open(o->file, O_RDONLY | O_CLOEXEC);
		if (c->in.fd < 0)
			misused("cannot read '%s'", o->file);
	}
}

static void take_signals_by_fd(struct client *c)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	c->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (!c->batch)
		signal(SIGPIPE, SIG_IGN); /* of a pager that has gone */
}

/* Until the appliance answers or it is known why not. */
static bool reach(struct client *c)
{
	uint64_t until = now_ms() + (c->batch ? HELD_MS : 0);

	conn_start(c);
	while (c->conn == CONN_DOWN && now_ms() < until && !c->ended_by &&
	       !c->stopped) {
		client_pump(c, 20, false);
		conn_start(c);
	}
	while (c->conn != CONN_UP && c->conn != CONN_DOWN && !c->stopped)
		if (!client_pump(c, -1, false))
			break;
	if (c->conn == CONN_UP)
		return true;
	if (!c->ended_by && !c->stopped && !(c->booting && c->hung_up))
		ui_note(c, "'%s' is not reachable: %s", c->name,
			*c->link.why ? c->link.why : "it hung up");
	return false;
}

static enum status be_console(struct client *c)
{
	const char *line;

	c->edit = edit_open(c);
	while (!c->done && !c->went && !c->ended_by &&
	       (line = edit_line(c->edit))) {
		ui_record(c, EDIT_PROMPT, line);
		run_line(c, line, NULL, 0);
	}
	edit_close(c->edit);
	c->edit = NULL;
	return c->crashed && c->conn != CONN_UP ? STATUS_CRASHED : STATUS_OK;
}

static enum status run(struct client *c, const struct options *o)
{
	if (!reach(c))
		return c->crashed                 ? STATUS_CRASHED
		       : c->booting && c->hung_up ? STATUS_ENDED
						  : STATUS_UNREACHABLE;
	if (!c->batch)
		return be_console(c);
	if (o->commands)
		return run_text(c, o->commands, "-c");
	return run_input(c, o->file ? o->file : "-");
}

/* One that is closed would be the next file's: who closes it wants nothing. */
static void hold_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct client *c = calloc(1, sizeof(*c));
	struct options o = {0};
	enum status status;
	int ended_by;

	if (!c)
		return STATUS_UNREACHABLE;
	hold_standard();
	setlocale(LC_CTYPE, "");
	take_arguments(c, &o, argc, argv);
	if (!link_target(&c->link, o.address))
		misused("%s", c->link.why);
	ui_init(c);
	take_signals_by_fd(c);
	status = run(c, &o);
	free(o.commands);
	if (c->ui.unwritten && status == STATUS_OK)
		status = STATUS_UNREACHABLE;
	request_forget(c, &c->lease);
	request_forget(c, &c->marks);
	request_forget(c, &c->color);
	if (c->nb_pending || c->ended_by || c->stopped)
		request_cancel(c);
	link_free(&c->link);
	ui_end(c);
	ended_by = c->ended_by ? c->ended_by : c->stopped ? SIGINT : 0;
	free(c);
	return ended_by ? 128 + ended_by : (int)status;
}
