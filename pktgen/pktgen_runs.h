/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs: streams and ports are started, held and stopped, and when all that they
 * sent is at rest. What is said of masks in pktgen.h holds here, too.
 */
#ifndef PKTGEN_PKTGEN_RUNS_H
#define PKTGEN_PKTGEN_RUNS_H

#include "pktgen/pktgen.h"

/*
 * The stream that this one would wait for if those that it may follow were
 * `after`, as the last of a circle; PKTGEN_NO_STREAM: there is none.
 */
unsigned pktgen_circle(const struct pktgen *pg, unsigned port, unsigned stream,
		       unsigned after);

/*
 * Whether a start of these is about the stream: it is named, or not disabled,
 * and neither is any that it follows.
 */
bool pktgen_is_meant(const struct pktgen *pg, const struct subjects *on,
		     struct subject s);

/*
 * Starts streams: of ports those that are not disabled, with a dot all that are
 * named, each as its plan says. Those that run go on. The first frames of
 * streams that start together are spread over their gaps. Every port is up.
 */
void pktgen_start_streams(struct pktgen *pg, const struct subjects *on,
			  uint64_t now_ns);

/*
 * The same up to `limit` each, whatever their plans say, and once. Ports whose
 * mode does not send are left alone.
 */
void pktgen_start_streams_limited(struct pktgen *pg, const struct subjects *on,
				  const struct flow_limit *limit,
				  uint64_t now_ns);

/*
 * The same of ports that are idle, up to `limit`, or as their plans say if that
 * is NULL. All begin at `at_ns`, which is to come: what is due then has been
 * made by that time, and only has to go.
 */
void pktgen_start_together(struct pktgen *pg, const struct subjects *on,
			   const struct flow_limit *limit, uint64_t at_ns);

/* Whether that time is about to come, or just has: nothing else is begun. */
#define PKTGEN_HUSH_NS 200000ull /* a look at the console may take */
#define PKTGEN_BEGUN_NS 20000ull /* all have had a step */
static inline bool pktgen_hush(const struct pktgen *pg, uint64_t now_ns)
{
	return unlikely(now_ns + PKTGEN_HUSH_NS - pg->starts_ns <
			PKTGEN_HUSH_NS + PKTGEN_BEGUN_NS);
}

/* A port whose last stream is stopped is stopped, as if it was named. */
void pktgen_stop_streams(struct pktgen *pg, const struct subjects *on,
			 uint64_t now_ns);

/* Those that run wait for pktgen_resume_streams(), see ORDER_FLOW_PAUSE. */
void pktgen_pause_streams(struct pktgen *pg, const struct subjects *on,
			  uint64_t now_ns);
void pktgen_resume_streams(struct pktgen *pg, const struct subjects *on,
			   uint64_t now_ns);

/* The same of whole ports. */
void pktgen_start(struct pktgen *pg, uint64_t mask, uint64_t now_ns);
void pktgen_start_limited(struct pktgen *pg, uint64_t mask,
			  const struct flow_limit *limit, uint64_t now_ns);
void pktgen_stop(struct pktgen *pg, uint64_t mask);

/* The same of those that run, as a lease is over. */
void pktgen_end_lease(struct pktgen *pg, uint64_t mask);

/*
 * True once the runs of these ports are over: each was stopped or came to its
 * limit, and is idle since all that it sent is at rest, see rest.h. Those that
 * were not started are.
 */
bool pktgen_drained(struct pktgen *pg, uint64_t mask, uint64_t now_ns);

/*
 * No port of `mask` makes a frame, unless as an answer, until pktgen_resume()
 * was called as often as this; see ORDER_PAUSE. What of them starts in between,
 * or gets a mode that sends, waits as well.
 */
void pktgen_pause(struct pktgen *pg, uint64_t mask, uint64_t now_ns);
void pktgen_resume(struct pktgen *pg, uint64_t now_ns);

/* Between the two: true once all that ports of `mask` sent is at rest. */
bool pktgen_still(struct pktgen *pg, uint64_t mask, uint64_t now_ns);

/* Gives up what did not drain. */
void pktgen_abandon(struct pktgen *pg, uint64_t mask);

#endif /* PKTGEN_PKTGEN_RUNS_H */
