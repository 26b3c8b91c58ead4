/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/stats.h"

#include "stats/wide.h"

#define NS_PER_S 1000000000ull
#define L1_OVERHEAD 20

const struct stats_field stats_fields[] = {
#define F(group, name, unit, help)  \
	{#group, #name, unit, help, \
	 __builtin_offsetof(struct stats, group##_##name)},
	STATS_FIELDS(F)
#undef F
};

const size_t stats_nb_fields = sizeof(stats_fields) / sizeof(stats_fields[0]);

void stats_diff(const struct stats *a, const struct stats *b, struct stats *out)
{
#define F(group, name, unit, help) \
	out->group##_##name = a->group##_##name - b->group##_##name;
	STATS_FIELDS(F)
#undef F
}

/* n * factor / ns with a rounded result that is never wrapped. */
static uint64_t per_time(wide n, uint64_t factor, uint64_t ns)
{
	wide v;

	if (!ns)
		return 0;
	v = wide_div(n * factor + ns / 2, ns);
	return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

uint64_t stats_rate_milli(uint64_t n, uint64_t ns)
{
	return per_time(n, 1000 * NS_PER_S, ns);
}

uint64_t stats_mbps_l1_milli(uint64_t packets, uint64_t bytes, uint64_t ns)
{
	wide bits = bytes;

	bits = (bits + (wide)packets * L1_OVERHEAD) * 8;
	/* bit/ns * 1e9 is bit/s; / 1e6 is Mbit/s; * 1000 is its thousandths. */
	return per_time(bits, 1000 * (NS_PER_S / 1000000), ns);
}

void stats_rate_start(struct stats_rate *r, const struct stats *now,
		      uint64_t now_ns)
{
	*r = (struct stats_rate){.from = *now, .from_ns = now_ns};
}

bool stats_rate_feed(struct stats_rate *r, const struct stats *now,
		     uint64_t now_ns)
{
	uint64_t span = now_ns - r->from_ns;

	if (span < STATS_RATE_INTERVAL_NS)
		return false;
	stats_diff(now, &r->from, &r->delta);
	r->span_ns = span;
	r->from = *now;
	r->from_ns = now_ns;
	return true;
}

/* Up to 18 s at a packet a nanosecond cannot overflow. */
static uint32_t whole_pps(uint64_t packets, uint64_t span_ns)
{
	uint64_t pps = packets < UINT64_MAX / NS_PER_S
			       ? packets * NS_PER_S / span_ns
			       : UINT32_MAX;

	return pps < UINT32_MAX ? (uint32_t)pps : UINT32_MAX;
}

void stats_history_add(struct stats_history *h, const struct stats_rate *r)
{
	h->tx_pps[h->next] = whole_pps(r->delta.tx_packets, r->span_ns);
	h->rx_pps[h->next] = whole_pps(r->delta.rx_packets, r->span_ns);
	h->next = (h->next + 1) % STATS_HISTORY;
}
