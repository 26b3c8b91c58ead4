/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/tally.h"

#include "tests/vhost/util.h"

void tally_clear(struct tally *t)
{
	memset(t, 0, sizeof(*t));
	t->step_ns = NS_PER_MS;
}

/* Every other sample goes, so that a run of any length has room. */
static void thin_out(struct tally *t)
{
	for (unsigned int i = 0; i < TALLY_SAMPLES / 2; i++)
		t->sample[i] = t->sample[2 * i];
	t->nb_samples = TALLY_SAMPLES / 2;
	t->step_ns *= 2;
}

void tally_sample(struct tally *t, uint64_t now)
{
	if (!t->first_ns) {
		t->first_ns = now;
		t->sample_ns = now;
	}
	while (now >= t->sample_ns) {
		if (t->nb_samples == TALLY_SAMPLES)
			thin_out(t);
		t->sample[t->nb_samples++] = t->frames;
		t->sample_ns = t->first_ns + t->nb_samples * t->step_ns;
	}
}

static uint64_t per_second(uint64_t frames, uint64_t ns)
{
	return ns ? (uint64_t)((unsigned __int128)frames * NS_PER_S / ns) : 0;
}

uint64_t tally_pps(const struct tally *t)
{
	return per_second(t->frames, t->last_ns - t->first_ns);
}

uint64_t tally_steady_pps(const struct tally *t)
{
	const unsigned int n = t->nb_samples;
	const unsigned int from = n / 10, to = n - 1 - n / 10;

	if (n < 10)
		return tally_pps(t);
	return per_second(t->sample[to] - t->sample[from],
			  (to - from) * t->step_ns);
}

void tally_look(struct tally *t, uint64_t now)
{
	const uint64_t pps =
		per_second(t->frames - t->look_frames, now - t->look_ns);

	if (t->look_ns && pps > t->peak_pps)
		t->peak_pps = pps;
	t->look_ns = now;
	t->look_frames = t->frames;
}

uint64_t tally_peak_pps(const struct tally *t)
{
	return t->peak_pps ? t->peak_pps : tally_pps(t);
}
