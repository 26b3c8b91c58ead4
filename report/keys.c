/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/keys.h"

#include <stddef.h>
#include <string.h>

#define SEARCH_PAGE "RFC 9971, 4.8"
#define LATENCY "RFC 2544, 26.2; RFC 1242, 3.8"

static const struct key keys[] = {
	/* A result */
	{"result", "result", NULL, NULL, NULL},
	{"clause", "figures go by", NULL, NULL, NULL},
	{"version", "appliance", NULL, NULL, NULL},
	{"netdev_api", "device API", NULL, NULL, NULL},
	{"netdev_frames", "frames of the API", NULL, NULL, NULL},
	{"senders", "ports that sent", NULL, NULL, NULL},
	{"both_ways", "both ways", NULL, NULL, NULL},
	{"made", "trials made", NULL, NULL, NULL},
	{"repeated", "trials repeated", NULL,
	 "trials made again, as their verdict was not valid",
	 "docs/measurement.md"},
	{"warmup", "warm-up", "s", "sent before each trial, and not counted",
	 NULL},
	{"sending", "time sending", "s", "time of all trials together", NULL},
	{"largest", "largest rate", "pps",
	 "of a port, for frames of the first size", NULL},
	{"state", "ended", NULL, NULL, NULL},
	{"host.name", "host", NULL, NULL, NULL},
	{"host.kernel", "its kernel", NULL, NULL, NULL},
	{"host.cpu", "its CPU", NULL, NULL, NULL},
	{"host.cpus", "CPUs", NULL, NULL, NULL},
	{"host.qemu", "QEMU", NULL, NULL, NULL},
	{"host.accelerator", "accelerator", NULL, NULL, NULL},
	{"host.machine", "machine", NULL, NULL, NULL},
	{"host.memory", "memory", NULL, NULL, NULL},
	{"host.ports", "ports lead to", NULL, NULL, NULL},

	/* What was searched for, and found */
	{"goal", "goal", NULL,
	 "what a rate has to bear: loss allowed, and for how long",
	 "RFC 9971, 4.6"},
	{"throughput", "throughput", "pps",
	 "largest rate that met the goal; of a goal that allows loss, what is "
	 "forwarded at it",
	 "RFC 2544, 26.1; RFC 1242, 3.17; RFC 9971, 4.8"},
	{"lower", "lower bound", "pps",
	 "largest rate tried of which enough trials were good", SEARCH_PAGE},
	{"upper", "upper bound", "pps",
	 "least rate tried of which too many trials were bad", SEARCH_PAGE},
	{"l1", "layer 1", "Mbit/s",
	 "the same with preamble and gap between frames", "RFC 2544, 20"},
	{"part", "part", "%",
	 "of the largest rate, or for latency of the throughput found", NULL},
	{"full", "full trial", "s", "a trial of full length", "RFC 2544, 24"},
	{"sum", "sum", "s", "time of trials that decide", "RFC 9971, 4.6"},
	{"tolerance", "loss allowed", "%", "of the frames of a trial",
	 "RFC 9971, 4.6"},
	{"exceed", "may exceed", "%", "of that time, with more loss",
	 "RFC 9971, 4.6"},
	{"width", "width", "%", "how far apart the bounds may be",
	 "RFC 9971, 4.6"},
	{"complies", "complies with", NULL, NULL, NULL},
	{"repeats", "repeats", NULL, "times that it was measured", NULL},
	{"spread", "spread", "%", "between these", NULL},

	/* Trials */
	{"trial", "trial", NULL, NULL, NULL},
	{"size", "frame size", "bytes", "of layer 2, FCS included",
	 "RFC 2544, 9.1"},
	{"rate", "rate", "pps", "frames a second asked of a port",
	 "RFC 2285, 3.5.1"},
	{"time", "time", "s", NULL, NULL},
	{"offered", "offered", "frames", "frames that were due", NULL},
	{"sent", "sent", "frames", "frames that left", NULL},
	{"arrived", "arrived", "frames", "frames that came back", NULL},
	{"lost", "lost", "frames", "offered, less arrived", NULL},
	{"loss", "loss", "%", "share of the offered frames that did not come",
	 "RFC 2544, 26.3; RFC 1242, 3.6"},
	{"reordered", "reordered", "frames", "frames behind later ones",
	 "RFC 4737, 3"},
	{"min", "least", "ns", "latency: the shortest", LATENCY},
	{"mean", "mean", "ns", "latency: the mean, from the last bit in",
	 LATENCY},
	{"p50", "50th", "ns", "latency that half of the frames do not exceed",
	 LATENCY},
	{"p90", "90th", "ns", "latency: of 90 % of the frames", LATENCY},
	{"p99", "99th", "ns", "latency: of 99 % of the frames", LATENCY},
	{"p999", "99.9th", "ns", "latency: of 99.9 % of the frames", LATENCY},
	{"max", "most", "ns", "latency: the longest", LATENCY},
	{"verdict", "verdict", NULL,
	 "whether the appliance could measure what it says",
	 "docs/measurement.md"},
	{"good", "counts", NULL, "else it was repeated", NULL},
	{"dead", "dead time", "s",
	 "from the last frame of the trial before to its first", NULL},

	/* Rows of tests */
	{"store_forward", "store and forward", "ns",
	 "last bit in to first bit out", "RFC 1242, 3.8"},
	{"cut_through", "cut through", "ns", "first bit in to first bit out",
	 "RFC 1242, 3.8"},
	{"frames", "frames", "frames", "longest burst without loss, mean",
	 "RFC 2544, 26.4; RFC 9004, 6.3"},
	{"least", "fewest", "frames", "frames of the shortest of these", NULL},
	{"most", "most", "frames", "frames of the longest of these", NULL},
	{"deviation_frames", "deviation", "frames", "standard deviation",
	 "RFC 9004, 6.3"},
	{"buffer", "buffer", "ns", "implied time in the buffer",
	 "RFC 9004, 6.4"},
	{"corrected", "corrected", "ns",
	 "the same less what left it during the burst", "RFC 9004, 6.4"},
	{"reduced", "reduced rate", "pps", "half of the overload",
	 "RFC 2544, 26.5"},
	{"recovery", "recovery", "ns",
	 "from the reduced rate to the last frame lost", "RFC 2544, 26.5"},
	{"outage", "outage", "ns", "by the times of frames", "RFC 6201, 4"},
	{"by_loss", "by loss", "ns", "by the number of frames lost",
	 "RFC 6201, 4"},
	{"since", "from", "s", NULL, NULL},
	{"stolen", "stolen", "ns", "time that the host gave to others",
	 "docs/measurement.md"},
	{"value", "value", NULL, NULL, NULL},

	/* Services */
	{"service", "service", NULL, "a stream, by port and number", NULL},
	{"phase", "phase", NULL, "what was sent", "ITU-T Y.1564, 8.1"},
	{"cir", "sent", "%", "of the committed rate", "ITU-T Y.1564, 8.1"},
	{"variation", "variation", "ns", "of the delay", "ITU-T Y.1563"},
	{"available", "available", "%", "of the time, by the 10 s rule",
	 "ITU-T Y.1563, 9"},
	{"seconds", "seconds", NULL, "that were looked at", NULL},
	{"down", "down", NULL, "of these, not available", "ITU-T Y.1563, 9"},
	{"outcome", "outcome", NULL, "by the thresholds of the service",
	 "ITU-T Y.1564, 8"},
	{"yellow", "excess", "frames", "frames that were sent in excess", NULL},
	{"yellow_lost", "excess lost", "frames", "of these", NULL},
	{"flr", "loss allowed", "%", "threshold of the service", NULL},
	{"ftd", "delay allowed", "ns", "threshold of the mean", NULL},
	{"fdv", "variation allowed", "ns", "threshold of the service", NULL},
	{"avail", "least available", "%", "threshold of the service", NULL},

	{"note", "note", NULL, NULL, NULL},
	{"figure", "figure", NULL, NULL, NULL},
	{"change", "change", "%", "B beside A, reckoned here", NULL},

	/* Ways of making frames */
	{"strategy", "strategy", NULL, "how frames are made",
	 "docs/performance.md"},
	{"burst", "burst", "frames", "handed over at once", NULL},
	{"mode", "mode", NULL, NULL, NULL},
	{"per_frame", "per frame", "ns", NULL, NULL},
	{"ratio", "ratio", NULL, "to the first of these", NULL},
	{"bytes", "bytes", NULL, "of what was sent", NULL},
	{"took", "took", "ns", "with what was waited for at its end", NULL},
};

const struct key *key_find(const char *path)
{
	const char *last = strrchr(path, '.');

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(path, keys[i].key))
			return &keys[i];
	return last ? key_find(last + 1) : NULL;
}

const struct part parts[] = {
	{"rows", "Results", false},      {"goals", "Goals", false},
	{"services", "Services", false}, {"steps", "Steps", false},
	{"ports", "Ports", true},        {"trials", "Trials", true},
};

const unsigned nb_parts = sizeof(parts) / sizeof(parts[0]);

static const struct kind kinds[] = {
	{"search", NULL, "Rates that the device bears",
	 "RFC 9971, multiple loss ratio search"},
	{"rfc2544", "throughput", "RFC 2544: throughput", "RFC 2544, 26.1"},
	{"rfc2544", "latency", "RFC 2544: latency", "RFC 2544, 26.2"},
	{"rfc2544", "loss", "RFC 2544: frame loss rate", "RFC 2544, 26.3"},
	{"rfc2544", "back-to-back", "RFC 2544: back-to-back frames",
	 "RFC 2544, 26.4, and RFC 9004"},
	{"rfc2544", "recovery", "RFC 2544: system recovery", "RFC 2544, 26.5"},
	{"rfc2544", "reset", "RFC 2544: reset", "RFC 2544, 26.6, and RFC 6201"},
	{"soak", NULL, "Soak", NULL},
	{"ramp", NULL, "Ramp", NULL},
	{"sweep", NULL, "Sweep", NULL},
	{"y1564", "configuration", "Y.1564: service configuration",
	 "ITU-T Y.1564, 8.1"},
	{"y1564", "performance", "Y.1564: service performance",
	 "ITU-T Y.1564, 8.2"},
	{"bench", NULL, "Ways of making frames", NULL},
};

const struct kind *kind_find(const char *experiment, const char *test)
{
	for (size_t i = 0; experiment && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++)
		if (!strcmp(experiment, kinds[i].experiment) &&
		    (!kinds[i].test || (test && !strcmp(test, kinds[i].test))))
			return &kinds[i];
	return NULL;
}
