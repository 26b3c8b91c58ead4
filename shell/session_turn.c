/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who puts something out next. Runners, notices and a person's keys share the
 * output; one that has had its turn lets all others who wait have theirs first,
 * so that nothing that prints for ever keeps another from it.
 */
#include "shell/session.h"
#include "shell/session_impl.h"

bool session_prompt_due(const struct session *s)
{
	/* What is typed already brings it. */
	return !s->ended && !s->quiet && !busy(s->person) && typed_empty(s) &&
	       !s->edit.shown;
}

static unsigned waiting(const struct session *s)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < SESSION_RUNNERS; i++)
		if (runner_waits(&s->runner[i]))
			mask |= 1u << i;
	if (s->events_len)
		mask |= TURN_NOTICES;
	if (session_prompt_due(s) ||
	    (!s->ended && !busy(s->person) && !typed_empty(s)))
		mask |= TURN_KEYS;
	return mask;
}

bool session_said_all(const struct session *s)
{
	const void *out;

	for (unsigned i = 0; i < SESSION_RUNNERS; i++)
		if (s->runner[i].state == RUNNER_END)
			return false;
	return !waiting(s) && !session_output(s, &out);
}

bool session_turn(const struct session *s, unsigned who)
{
	return !(s->had & who) || !(waiting(s) & ~who & ~s->had);
}

void session_had_turn(struct session *s, unsigned who)
{
	s->had |= who;
	if (!(waiting(s) & ~s->had))
		s->had = 0;
}
