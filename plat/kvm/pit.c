/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The 8254, by which the TSC's frequency is found where nobody tells it.
 *
 * One reading of it is good to a tick of 838 ns only. But each reading says
 * how many TSC cycles ago tick 0 was at least and at most, and of a few
 * hundred readings at uneven distances some fall right before and some right
 * after a tick: together they place tick 0 to a few nanoseconds. Two such sets
 * some milliseconds apart give the frequency to a few millionths.
 *
 * pit_begin() starts the counter, takes the first set (read_set(), pit_read())
 * and returns a rough frequency, so that the clock can run until then.
 * pit_end() takes the second set, SPAN_TICKS later (read_second()), and starts
 * over where the machine stood still until the counter may have come round.
 * Then it silences the 8254, places the start of a tick in both sets
 * (tick_start()) and returns the frequency, worked out twice, as each needs the
 * other.
 */
#include "plat/kvm/pit.h"

#include <stdbool.h>

#include <uk/essentials.h>

#include "plat/kvm/io.h"

#define PIT_HZ 1193182

/* 8254 data sheet, "Control Word Format": channel 0, both bytes. */
#define PORT_COUNT 0x40
#define PORT_CONTROL 0x43
#define CONTROL_LATCH 0x00
#define CONTROL_MODE_0 0x30 /* once, so it falls silent */
#define CONTROL_MODE_2 0x34 /* counts down from 65536 for ever */

#define SPAN_TICKS (PIT_HZ * 2 / 1000)
#define NR_READINGS 512
#define MAX_TRIES 8

struct reading {
	uint64_t tsc;   /* before */
	uint32_t width; /* until after */
	uint32_t ticks;
};

static struct {
	struct reading first[NR_READINGS], second[NR_READINGS];
	uint16_t count; /* at the reading before */
	uint32_t ticks; /* since the 8254 was set up */
	uint64_t tsc;   /* of the reading before */
	uint64_t gap;   /* the longest time between two readings, in TSC */
} pit;

static void pit_start(uint8_t control)
{
	outb(PORT_CONTROL, control);
	outb(PORT_COUNT, 0);
	outb(PORT_COUNT, 0);
}

static struct reading pit_read(void)
{
	struct reading r;
	uint16_t count;

	r.tsc = rdtsc();
	outb(PORT_CONTROL, CONTROL_LATCH);
	r.width = (uint32_t)(rdtsc() - r.tsc);
	count = inb(PORT_COUNT);
	count = (uint16_t)(count | inb(PORT_COUNT) << 8);
	pit.ticks += (uint16_t)(pit.count - count);
	pit.count = count;
	r.ticks = pit.ticks;
	pit.gap = MAX(pit.gap, r.tsc - pit.tsc);
	pit.tsc = r.tsc;
	return r;
}

/*
 * The counter comes round every 55 ms, unseen if the machine stood still until
 * then. Readings are told to be good when no gap makes up half of them.
 */
static bool read_set(struct reading *set)
{
	pit.tsc = rdtsc();
	pit.gap = 0;
	for (int i = 0; i < NR_READINGS; i++)
		set[i] = pit_read();
	return pit.gap < (set[NR_READINGS - 1].tsc - set[0].tsc) / 2;
}

/* TSC cycles in a tick, in 48.16 fixed point, from two readings. */
static uint64_t cycles_per_tick(const struct reading *a,
				const struct reading *b)
{
	return ((b->tsc - a->tsc) << 16) / (b->ticks - a->ticks);
}

/* The TSC at the start of tick set[0].ticks, less set[0].tsc, 48.16. */
static int64_t tick_start(const struct reading *set, uint64_t per_tick)
{
	int64_t earliest = INT64_MIN, latest = INT64_MAX, t, ticks;

	for (int i = 0; i < NR_READINGS; i++) {
		t = (int64_t)((set[i].tsc - set[0].tsc) << 16);
		ticks = (int64_t)(set[i].ticks - set[0].ticks);
		earliest = MAX(earliest, t - (ticks + 1) * (int64_t)per_tick);
		latest = MIN(latest, t + ((int64_t)set[i].width << 16) -
					     ticks * (int64_t)per_tick);
	}
	return earliest / 2 + latest / 2;
}

static uint64_t hz_of(uint64_t per_tick)
{
	return (per_tick * PIT_HZ) >> 16;
}

uint64_t pit_begin(void)
{
	const struct reading *last = &pit.first[NR_READINGS - 1];

	pit_start(CONTROL_MODE_2);
	pit_read();
	for (int i = 0; i < MAX_TRIES && !read_set(pit.first); i++)
		;
	if (last->ticks == pit.first[0].ticks)
		return 0;
	return hz_of(cycles_per_tick(&pit.first[0], last));
}

/* The second set, SPAN_TICKS after the first. */
static void read_second(void)
{
	while (pit_read().ticks - pit.first[0].ticks < SPAN_TICKS)
		;
	for (int i = 0; i < NR_READINGS; i++)
		pit.second[i] = pit_read();
}

uint64_t pit_end(void)
{
	const struct reading *a = pit.first, *b = pit.second;
	uint64_t per_tick, limit;
	int64_t span;

	for (int i = 0; i < MAX_TRIES; i++) {
		/* 32768 ticks: half of what would be a turn unseen. */
		limit = cycles_per_tick(&a[0], &a[NR_READINGS - 1]) >> 1;
		read_second();
		if (pit.gap < limit)
			break;
		read_set(pit.first);
	}
	pit_start(CONTROL_MODE_0);

	per_tick = cycles_per_tick(&a[0], &b[0]);
	for (int i = 0; i < 2; i++) {
		span = (int64_t)((b[0].tsc - a[0].tsc) << 16);
		span += tick_start(b, per_tick) - tick_start(a, per_tick);
		per_tick = (uint64_t)span / (b[0].ticks - a[0].ticks);
	}
	return hz_of(per_tick);
}
