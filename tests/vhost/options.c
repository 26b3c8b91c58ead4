/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vhost/peer.h"

static const char usage[] =
	"vhost-peer: what a virtio-net driver talks to over vhost-user\n"
	"\n"
	"  vhost-peer --socket PATH [OPTION]...\n"
	"  vhost-peer --bench-self [--size SIZE] [--duration S] [--cpu N]\n"
	"\n"
	"  --mode sink|source|echo|null\n"
	"                   check every frame (default); check and make some;\n"
	"                   check and send back; take without a look\n"
	"  --also PATH      a second socket, for another port: its frames are\n"
	"                   checked; unless the mode is null\n"
	"  --packed         offer packed rings\n"
	"  --event-idx      offer the event index\n"
	"  --mrg-rxbuf      offer mergeable receive buffers\n"
	"  --kicks          ask the driver to notify; it is polled all the "
	"same\n"
	"  --size N[,N]...  sizes of made frames in turn, FCS included: 64\n"
	"  --flows N        source ports of made frames in turn: 1\n"
	"  --rate PPS       frames made per second; without, as many as go\n"
	"  --count N        frames made; without, no end\n"
	"  --stream N       stream in their signatures: 0\n"
	"  --streams N      streams from that one on, in turn: 1\n"
	"  --mimic          they are signed as the first that came from the "
	"driver\n"
	"  --unsigned       they carry none\n"
	"  --ask            they ask 02:00:00:00:00:02 for the key 0000, see\n"
	"                   mode kv\n"
	"  --numbers        tell each number of stream 0 from all others\n"
	"  --hold           make none before the command 'go'\n"
	"  --control        take commands on stdin, see 'help' there\n"
	"  --duration S     end S seconds after the first frame\n"
	"  --json           the last report as JSON\n"
	"  --cpu N          run on that CPU only\n"
	"  --spin           never sleep while a driver is there\n"
	"  --bench-self     measure itself against a driver of its own on the\n"
	"                   other CPU\n"
	"\n"
	"It listens on PATH; the front end connects. SIGUSR1 has it report,\n"
	"SIGTERM report and end. Status: 0, or 1 after a wrong message or "
	"ring,\n"
	"2 misused.\n";

static bool complain(const char *option, const char *wanted)
{
	fprintf(stderr, "vhost-peer: --%s wants %s\n", option, wanted);
	return false;
}

static bool number(const char *option, const char *s, uint64_t min,
		   uint64_t max, uint64_t *to)
{
	char wanted[64];
	char *end;

	errno = 0;
	*to = strtoull(s, &end, 10);
	if (*s >= '0' && *s <= '9' && !*end && !errno && *to >= min &&
	    *to <= max)
		return true;
	snprintf(wanted, sizeof(wanted), "a number in %llu..%llu",
		 (unsigned long long)min, (unsigned long long)max);
	return complain(option, wanted);
}

static bool sizes(struct options *o, char *list)
{
	char *save = NULL;
	uint64_t n;

	o->nb_sizes = 0;
	for (char *s = strtok_r(list, ",", &save); s;
	     s = strtok_r(NULL, ",", &save)) {
		if (o->nb_sizes == MAKER_SIZES)
			return complain("size", "16 sizes at most");
		if (!number("size", s, MAKER_SIZE_MIN, MAKER_SIZE_MAX, &n))
			return false;
		o->size[o->nb_sizes++] = (uint16_t)n;
	}
	return o->nb_sizes || complain("size", "a size");
}

static bool mode(struct options *o, const char *s)
{
	static const char *const names[] = {"sink", "source", "echo", "null"};

	for (unsigned int i = 0; i < 4; i++) {
		if (!strcmp(s, names[i])) {
			o->mode = (enum mode)i;
			return true;
		}
	}
	return complain("mode", "sink, source, echo or null");
}

static const struct option known[] = {
	{"socket", required_argument, NULL, 's'},
	{"also", required_argument, NULL, 'A'},
	{"mode", required_argument, NULL, 'm'},
	{"packed", no_argument, NULL, 'p'},
	{"event-idx", no_argument, NULL, 'e'},
	{"mrg-rxbuf", no_argument, NULL, 'g'},
	{"kicks", no_argument, NULL, 'k'},
	{"size", required_argument, NULL, 'z'},
	{"flows", required_argument, NULL, 'f'},
	{"rate", required_argument, NULL, 'r'},
	{"count", required_argument, NULL, 'n'},
	{"stream", required_argument, NULL, 't'},
	{"streams", required_argument, NULL, 'T'},
	{"mimic", no_argument, NULL, 'M'},
	{"unsigned", no_argument, NULL, 'u'},
	{"ask", no_argument, NULL, 'a'},
	{"numbers", no_argument, NULL, 'N'},
	{"hold", no_argument, NULL, 'o'},
	{"control", no_argument, NULL, 'c'},
	{"duration", required_argument, NULL, 'd'},
	{"json", no_argument, NULL, 'j'},
	{"cpu", required_argument, NULL, 'C'},
	{"spin", no_argument, NULL, 'S'},
	{"bench-self", no_argument, NULL, 'b'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static bool set_number(struct options *o, int c, const char *name)
{
	uint64_t n;

	switch (c) {
	case 'f':
		if (!number(name, optarg, 1, MAKER_FLOWS_MAX, &n))
			return false;
		o->flows = (uint16_t)n;
		return true;
	case 'r':
		return number(name, optarg, 1, NS_PER_S, &o->rate_pps);
	case 'n':
		return number(name, optarg, 1, UINT64_MAX, &o->count);
	case 't':
		if (!number(name, optarg, 0, SEQ_STREAMS - 1, &n))
			return false;
		o->stream = (uint16_t)n;
		return true;
	case 'T':
		if (!number(name, optarg, 1, SEQ_STREAMS, &n))
			return false;
		o->streams = (uint16_t)n;
		return true;
	case 'd':
		if (!number(name, optarg, 1, 86400, &n))
			return false;
		o->duration_ms = n * 1000;
		return true;
	default: /* 'C' */
		if (!number(name, optarg, 0, 1023, &n))
			return false;
		o->cpu = (int)n;
		return true;
	}
}

static bool set_option(struct options *o, int c, const char *name)
{
	switch (c) {
	case 's':
		o->path = optarg;
		return true;
	case 'A':
		o->also = optarg;
		return true;
	case 'm':
		return mode(o, optarg);
	case 'z':
		return sizes(o, optarg);
	case 'p':
		return o->packed = true;
	case 'e':
		return o->event_idx = true;
	case 'g':
		return o->mrg_rxbuf = true;
	case 'k':
		return o->kicks = true;
	case 'u':
		return o->unsign = true;
	case 'a':
		return o->ask = o->unsign = true;
	case 'M':
		return o->mimic = true;
	case 'N':
		return o->numbers = true;
	case 'o':
		return o->hold = true;
	case 'c':
		return o->control = true;
	case 'j':
		return o->json = true;
	case 'S':
		return o->spin = true;
	case 'b':
		return o->bench_self = true;
	default:
		return set_number(o, c, name);
	}
}

bool options_parse(struct options *o, int argc, char **argv, int *status)
{
	int c, which = 0;

	*o = (struct options){.cpu = -1,
			      .size = {64},
			      .nb_sizes = 1,
			      .flows = 1,
			      .streams = 1};
	*status = 2;
	while ((c = getopt_long(argc, argv, "", known, &which)) != -1) {
		if (c == 'h') {
			*status = 0;
			fputs(usage, stdout);
			return false;
		}
		if (c == '?' || !set_option(o, c, known[which].name))
			return false;
	}
	if (optind < argc || (!o->path && !o->bench_self)) {
		fputs(usage, stderr);
		return false;
	}
	return true;
}
