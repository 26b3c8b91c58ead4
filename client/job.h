/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Job 1 of an appliance that the launcher has booted with --run: what it says,
 * and what became of it.
 */
#ifndef CLIENT_JOB_H
#define CLIENT_JOB_H

#include "client/client.h"
#include "client/place.h"
#include "client/ports.h"
#include "client/status.h"

enum job_state { JOB_RUNS, JOB_DONE, JOB_FAILED, JOB_CANCELLED };

struct job {
	struct client *c;
	struct hear_watch watch;
	const struct place_source *sources;
	unsigned nb_sources;
	uint64_t heard_ms; /* when something was heard last */
	enum job_state state;
	char code[16]; /* of one that failed */
	char message[400];
};

/* It is listened to from here on, if we are to `follow` it. */
void job_init(struct job *j, struct client *c,
	      const struct place_source *sources, unsigned nb_sources,
	      bool follow);

/*
 * Shows what it says until it ends, and what ended it. Nothing is sent before:
 * a line that ends at the other side could not be read to its end, then.
 */
enum status job_follow(struct job *j, struct ports *p);

/* Says what has ended it, if it has failed so far. */
enum status job_check(struct job *j);

#endif /* CLIENT_JOB_H */
