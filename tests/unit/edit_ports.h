/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets the first streams of some ports, and how these send, by functions. */
#ifndef TESTS_EDIT_PORTS_H
#define TESTS_EDIT_PORTS_H

#include "pktgen/pktgen.h"

/* All ports of `mask` or none, see pktgen_try_stream(). All are up. */
static inline int edit_streams(struct pktgen *pg, uint64_t mask,
			       void (*edit)(struct stream *s, const void *arg),
			       const void *arg, uint64_t now_ns,
			       struct pktgen_fault *fault)
{
	for (int take = 0; take <= 1; take++) {
		for (unsigned i = 0; i < pg->nb_ports; i++) {
			struct stream s;
			int rc;

			if (!(mask >> i & 1))
				continue;
			s = *pktgen_stream(pg, i, 0);
			edit(&s, arg);
			if (take) {
				pktgen_take_stream(pg, i, 0, &s, now_ns);
				continue;
			}
			rc = pktgen_try_stream(pg, i, 0, &s, fault);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

static inline void edit_how_of(struct pktgen *pg, uint64_t mask,
			       void (*edit)(struct worker_how *how,
					    const void *arg),
			       const void *arg, uint64_t now_ns)
{
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		struct worker_how how = pg->set[i].how;

		if (!(mask >> i & 1))
			continue;
		edit(&how, arg);
		pktgen_set_how(pg, 1ull << i, &how, now_ns);
	}
}

#endif /* TESTS_EDIT_PORTS_H */
