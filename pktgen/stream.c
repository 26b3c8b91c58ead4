/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/stream.h"

#include <errno.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/fields.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull
#define NS_PER_HOUR (3600 * NS_PER_S)
#define MICRO 1000000ull
#define DEFAULT_LINKSPEED_BPS (10 * NS_PER_S)
#define DEFAULT_SEED 1

void stream_init(struct stream *s, const uint8_t src_mac[ETH_ALEN])
{
	memset(s, 0, sizeof(*s));
	s->rate = (struct rate){RATE_MAX, 0};
	s->pace = (struct pace){PACE_EVEN, PACE_CATCHUP,
				CONFIG_APPUKPKTGEN_BURST};
	s->linkspeed_bps = DEFAULT_LINKSPEED_BPS;
	s->seed = DEFAULT_SEED;
	fields_reset(s);
	stream_set_size(s, STREAM_SIZE_MIN);
	memcpy(s->device_mac, src_mac, ETH_ALEN);
}

void stream_set_size(struct stream *s, uint16_t size)
{
	s->sizes.count = 1;
	s->sizes.entry[0] = (struct size_weight){size, 1};
}

/* ---- Headers ------------------------------------------------------------ */

unsigned stream_size_min(const struct stream *s)
{
	const unsigned sign = s->sign ? SIGNATURE_LEN : 0;
	unsigned len;
	struct stack st;

	if (fields_stack(s, &st) < 0)
		return STREAM_SIZE_MAX + 1;
	len = MAX((unsigned)st.len, fields_end(s));
	return MAX(len + sign + ETH_FCS_LEN, (unsigned)STREAM_SIZE_MIN);
}

bool stream_tagged(const struct stream *s)
{
	const unsigned type =
		s->headers.nb > 1 ? protos[s->headers.proto[1]]->ether_type : 0;

	return type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ ||
	       type == ETH_TYPE_VLAN_9100;
}

/* ---- Sizes and rate ----------------------------------------------------- */

unsigned stream_bad_size(const struct stream *s, unsigned min, unsigned max)
{
	for (unsigned i = 0; i < s->sizes.count; i++)
		if (s->sizes.entry[i].size < min ||
		    s->sizes.entry[i].size > max)
			return s->sizes.entry[i].size;
	return 0;
}

/* What frames count, in the load's unit a second. */
static wide cost(const struct stream *s, uint64_t frames, uint64_t bytes)
{
	switch (s->rate.unit) {
	case RATE_BPS_L2:
		return (wide)bytes * 8;
	case RATE_BPS_L1:
	case RATE_PERCENT:
		return ((wide)bytes + (wide)frames * ETH_L1_OVERHEAD) * 8;
	case RATE_PER_MIN:
		return (wide)frames * 60;
	default:
		return frames;
	}
}

int stream_gap_of(const struct stream *s, uint64_t frames, uint64_t bytes,
		  struct gap *gap, bool *unpaced)
{
	wide per_s = s->rate.micro;
	wide q;

	if (s->rate.unit == RATE_MAX) {
		*unpaced = true;
		*gap = (struct gap){0, 0};
		return 0;
	}
	if (s->rate.unit == RATE_PERCENT)
		per_s = wide_div(per_s * s->linkspeed_bps, 100);
	if (!per_s)
		return -ERANGE;
	/*
	 * In 2^-32 ns: up to 2^20 frames of 72,304 bits * 1e15 * 2^32 are
	 * below 2^119; a rate times 2^20 frames is below 2^118.
	 */
	per_s *= frames;
	q = (cost(s, frames, bytes) * NS_PER_S * MICRO) << 32;
	q = wide_div(q + per_s - 1, per_s);
	if (q >> 32 < 1 || q >> 32 > NS_PER_HOUR)
		return -ERANGE;
	*unpaced = false;
	gap->ns = (uint64_t)(q >> 32);
	gap->frac = (uint32_t)q;
	return 0;
}

int stream_gap(const struct stream *s, struct gap *gap, bool *unpaced)
{
	uint64_t frames = 0, bytes = 0;

	for (unsigned i = 0; i < s->sizes.count; i++) {
		frames += s->sizes.entry[i].weight;
		bytes += (uint64_t)s->sizes.entry[i].weight *
			 s->sizes.entry[i].size;
	}
	return stream_gap_of(s, frames, bytes, gap, unpaced);
}
