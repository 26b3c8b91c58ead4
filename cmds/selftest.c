/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/selftest.h"
#include "app/app.h"
#include "pktgen/pktgen_cores.h"

/* What a call remembers. */
enum { TEST };

/* Frames of a call, and how long others have their way then. */
#define MANY 512
#define FEW 16
#define PAUSE_NS 1000000ull

static const char *const names[SELFTEST_COUNTS] = {
#define T(name, help) #name,
	SELFTEST_ROWS(T)
#undef T
};

static void end(struct call *c)
{
	if (c->state[TEST])
		selftest_close((void *)(uintptr_t)c->state[TEST]);
	c->state[TEST] = 0;
}

/* Returns how many are wrong. */
static unsigned show(struct call *c, const struct selftest *st)
{
	uint64_t counted[SELFTEST_COUNTS];
	unsigned nb_wrong = 0;

	selftest_look(st, counted);
	reply_list(c->reply, "checks", REPLY_TABLE);
	for (unsigned i = 0; i < SELFTEST_COUNTS; i++) {
		const bool right =
			selftest_is_right(st, counted, (enum selftest_row)i);

		nb_wrong += !right;
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_text(c->reply, "check", names[i]);
		reply_u64(c->reply, "injected", st->told[i], NULL);
		reply_u64(c->reply, "counted", counted[i], NULL);
		reply_text(c->reply, "result", right ? "ok" : "FAILED");
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return nb_wrong;
}

/* The table goes out before the error, of which it would be no part. */
static enum call_result report(struct call *c, struct selftest *st)
{
	const unsigned nb_wrong = show(c, st);

	end(c);
	c->wake_ns = c->now_ns;
	return nb_wrong ? CALL_AGAIN : CALL_DONE;
}

static enum call_result run(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	struct selftest *st;
	bool busy;

	if (c->cancelled) {
		end(c);
		return CALL_DONE;
	}
	if (c->calls && !c->state[TEST])
		return call_fail(c, E_EXPECT, -1,
				 "what is counted is not what was done; "
				 "trust no figure of this appliance");
	if (!c->calls)
		c->state[TEST] =
			(uintptr_t)selftest_open(pg->appliance, pg->heap);
	st = (void *)(uintptr_t)c->state[TEST];
	if (!st)
		return app_no_memory(c, -1);
	busy = !pktgen_sleep_ns(pg, c->now_ns);
	if (!selftest_step(st, busy ? FEW : MANY))
		return report(c, st);
	c->wake_ns = c->now_ns + (busy ? PAUSE_NS : 0);
	return CALL_AGAIN;
}

const struct cmd cmd_selftest = {
	.name = "selftest",
	.group = GROUP_WATCHING,
	.summary = "Prove that counts of signed frames are right",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run, NULL},
			{0},
		},
	.notes = "Sends 50,000 signed frames over a wire in memory that loses, "
		 "doubles, reorders, delays and damages some of them, adds "
		 "frames of others, and knows how many. They are judged like "
		 "received frames, and each count has to be that of the wire. "
		 "No port takes part, and ports that run go on. "
		 "Fails with E_EXPECT where one is wrong. See "
		 "docs/measurement.md.",
	.examples = (const char *const[]){"selftest", "selftest --json", NULL},
	.see = (const char *const[]){"order", "latency", "calibrate", NULL},
};
