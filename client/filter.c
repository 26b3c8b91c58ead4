/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

/* As the appliance's. */
#define SNAP 262144

static char *print(const struct bpf_program *p)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "%u", p->bf_len);
	for (unsigned i = 0; i < p->bf_len; i++)
		fprintf(f, ",%u,%u,%u,%u", p->bf_insns[i].code,
			p->bf_insns[i].jt, p->bf_insns[i].jf, p->bf_insns[i].k);
	fclose(f);
	return text;
}

char *filter_compile(const char *expression, char *why, size_t size)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, SNAP);
	struct bpf_program program;
	char *text = NULL;

	snprintf(why, size, "no memory");
	if (!p)
		return NULL;
	if (pcap_compile(p, &program, expression, 1, PCAP_NETMASK_UNKNOWN) !=
	    0) {
		snprintf(why, size, "%s", pcap_geterr(p));
	} else {
		text = print(&program);
		pcap_freecode(&program);
	}
	pcap_close(p);
	return text;
}
