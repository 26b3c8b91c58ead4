/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/cores.h"

#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/arch/limits.h>
#include <uk/plat/time.h>

#if CORES_SEVERAL

#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define STORE(x, value) __atomic_store_n(&(x), (value), __ATOMIC_RELEASE)

/* ---- What a core does --------------------------------------------------- */

static void stand(const struct cores *cs, struct cores_cpu *me, unsigned shut)
{
	STORE(me->stands, shut);
	while (LOAD(cs->shut) == shut)
		ukarch_spinwait();
}

static void wait(const struct core *c, uint64_t now_ns)
{
	switch (core_wait(c, now_ns)) {
	case WAIT_SPIN:
		break;
	case WAIT_HALT:
		ukplat_lcpu_halt_irq_until(now_ns + WAIT_HALT_NS);
		break;
	default:
		ukarch_spinwait();
	}
}

static void step(const struct cores *cs, struct cores_cpu *me)
{
	const uint64_t now_ns = MAX(ukplat_monotonic_clock(), cs->floor_ns);
	unsigned states;
	const bool moved = core_step(&me->core, now_ns, &states);

	core_load_step(&me->load, now_ns, moved);
	if (!moved)
		wait(&me->core, me->core.now_ns);
}

/* Tells its time as often as it is asked for. */
static void answer(struct cores_cpu *me)
{
	const unsigned asked = LOAD(me->asked);

	if (asked == me->answered)
		return;
	me->answer_ns = ukplat_monotonic_clock();
	STORE(me->answered, asked);
}

/* There is nothing for it to do, and it leaves what is not its own alone. */
static void sleep(struct cores_cpu *me)
{
	while (!LOAD(me->awake) && LOAD(me->asked) != 0) {
		answer(me);
		ukarch_spinwait();
	}
	while (!LOAD(me->awake) && !LOAD(me->ends))
		ukplat_lcpu_halt_irq_until(UINT64_MAX);
}

static void __noreturn halt(struct cores_cpu *me)
{
	STORE(me->stands, UINT32_MAX);
	for (;;)
		ukplat_lcpu_halt_irq_until(UINT64_MAX);
}

void __noreturn cores_run(struct cores *cs, unsigned cpu)
{
	struct cores_cpu *const me = cs->cpu[cpu];
	unsigned shut;

	for (;;) {
		if (!LOAD(me->awake)) {
			sleep(me);
			if (LOAD(me->ends))
				halt(me);
			continue;
		}
		shut = LOAD(cs->shut);
		if (unlikely(shut))
			stand(cs, me, shut);
		/* However often they are stopped, all get on. */
		if (likely(!shut || LOAD(me->awake)))
			step(cs, me);
	}
}

/* ---- What CPU 0 does ---------------------------------------------------- */

bool cores_stand(struct cores *cs)
{
	if (cs->held || !cs->nb_awake)
		return cs->held = true;
	if (!cs->shut) {
		cs->nth = cs->nth + 1 < UINT32_MAX ? cs->nth + 1 : 1;
		STORE(cs->shut, cs->nth);
	}
	for (unsigned i = 1; i < cs->nb; i++)
		if (cs->cpu[i]->awake && LOAD(cs->cpu[i]->stands) != cs->nth)
			return false;
	return cs->held = true;
}

void cores_go(struct cores *cs)
{
	cs->held = false;
	if (cs->shut)
		STORE(cs->shut, 0);
}

static void wake_up(unsigned cpu)
{
	unsigned one = 1;

	ukplat_lcpu_wakeup(&(__lcpuidx){cpu}, &one);
}

void cores_wake(struct cores *cs, unsigned cpu, bool awake)
{
	struct cores_cpu *const c = cs->cpu[cpu];

	if (c->awake == awake)
		return;
	cs->nb_awake += awake ? 1u : -1u;
	c->load.moved = false;
	STORE(c->awake, awake);
	if (awake)
		wake_up(cpu);
}

void core_load_look(struct core_load *l, uint64_t now_ns)
{
	const uint64_t ns = now_ns - l->before_at;

	if (ns < CORE_LOAD_NS)
		return;
	/* A step that began before it is all of this second. */
	l->milli = !l->before_at
			   ? CORE_LOAD_UNKNOWN
			   : (unsigned)(MIN(l->busy_ns - l->before_ns, ns) *
					1000 / ns);
	l->before_ns = l->busy_ns;
	l->before_at = now_ns;
}

/* ---- They begin --------------------------------------------------------- */

/*
 * Each is asked for its time this often: most answers are late where the host
 * has others to run, too. From half of them on it ends after this long.
 */
#define ASKED 32u
#define ASKED_NS 500000ull

/* The answer that came soonest counts. */
static void compare(struct cores_cpu *c)
{
	const uint64_t until_ns = ukplat_monotonic_clock() + ASKED_NS;
	uint64_t from_ns, to_ns = 0;

	c->apart.error_ns = UINT64_MAX;
	for (unsigned i = 2;
	     i < ASKED + 2 && (i < ASKED / 2 || to_ns < until_ns); i++) {
		from_ns = ukplat_monotonic_clock();
		STORE(c->asked, i);
		while (LOAD(c->answered) != i)
			ukarch_spinwait();
		to_ns = ukplat_monotonic_clock();
		if ((to_ns - from_ns) / 2 >= c->apart.error_ns)
			continue;
		c->apart.error_ns = (to_ns - from_ns) / 2;
		c->apart.ahead_ns =
			(int64_t)(c->answer_ns - from_ns - c->apart.error_ns);
	}
	STORE(c->asked, 0);
}

static struct cores_cpu *open_cpu(struct uk_alloc *a)
{
	struct cores_cpu *c = uk_memalign(a, PORT_LINE, sizeof(*c));

	if (!c)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->asked = c->answered = 1;
	c->load.milli = CORE_LOAD_UNKNOWN;
	c->core.clock_ns = ukplat_monotonic_clock;
	c->stack = uk_memalign(a, __PAGE_SIZE, __STACK_SIZE);
	if (c->stack)
		return c;
	uk_free(a, c);
	return NULL;
}

/* False: it does not come up, or later, and finds what it needs. */
static bool begin(struct cores_cpu *c, unsigned cpu, ukplat_lcpu_entry_t entry)
{
	void *sp = (char *)c->stack + __STACK_SIZE;
	unsigned one = 1;

	return !ukplat_lcpu_start(&(__lcpuidx){cpu}, &one, &sp, &entry, 0);
}

void cores_open(struct cores **to, unsigned nb, ukplat_lcpu_entry_t entry,
		struct uk_alloc *a)
{
	struct cores *cs = NULL;

	*to = NULL;
	nb = MIN(MIN(nb, ukplat_lcpu_count()), (unsigned)CORES_MAX);
	if (nb > 1)
		cs = uk_memalign(a, PORT_LINE, sizeof(*cs));
	if (!cs)
		return;
	memset(cs, 0, sizeof(*cs));
	cs->first.milli = CORE_LOAD_UNKNOWN;
	*to = cs;
	for (cs->nb = 1; cs->nb < nb; cs->nb++) {
		struct cores_cpu *c = cs->cpu[cs->nb] = open_cpu(a);

		if (!c || !begin(c, cs->nb, entry))
			break;
		compare(c);
	}
	if (cs->nb == 1)
		*to = NULL;
}

void cores_close(struct cores *cs, struct uk_alloc *a)
{
	for (unsigned i = 1; i < cs->nb; i++) {
		STORE(cs->cpu[i]->ends, true);
		wake_up(i);
		while (LOAD(cs->cpu[i]->stands) != UINT32_MAX)
			ukarch_spinwait();
		uk_free(a, cs->cpu[i]->stack);
		uk_free(a, cs->cpu[i]);
	}
	uk_free(a, cs);
}

#endif /* CORES_SEVERAL */
