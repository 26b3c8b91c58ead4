/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/stream.h"

#include <errno.h>
#include <string.h>
#include <uk/essentials.h>

#include "net/port.h"
#include "pktgen/fields.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull
#define NS_PER_HOUR (3600 * NS_PER_S)
#define MICRO 1000000ull
#define DEFAULT_LINKSPEED_BPS (10 * NS_PER_S)
#define DEFAULT_SEED 1
#define DEFAULT_PORT_SIZE 1518 /* of an MTU of 1500 */

void stream_init(struct stream *s, const uint8_t src_mac[ETH_ALEN])
{
	memset(s, 0, sizeof(*s));
	s->rate = (struct rate){RATE_MAX, 0};
	s->pace = (struct pace){PACE_EVEN, PACE_CATCHUP,
				CONFIG_APPUKPKTGEN_BURST};
	s->linkspeed_bps = DEFAULT_LINKSPEED_BPS;
	s->seed = DEFAULT_SEED;
	s->port_size = DEFAULT_PORT_SIZE;
	fields_reset(s);
	stream_set_size(s, STREAM_SIZE_MIN);
	memcpy(s->device_mac, src_mac, ETH_ALEN);
}

void stream_set_size(struct stream *s, uint16_t size)
{
	memset(&s->sizes, 0, sizeof(s->sizes));
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

unsigned stream_size_z(const struct stream *s)
{
	return MIN(s->port_size + (stream_tagged(s) ? PORT_VLAN_TAG_LEN : 0u),
		   (unsigned)STREAM_SIZE_MAX);
}

unsigned stream_bad_size(const struct stream *s, unsigned min, unsigned max)
{
	const unsigned z = stream_size_z(s);

	for (unsigned i = 0, size; (size = sizes_at(&s->sizes, i, z)); i++)
		if (size < min || size > max)
			return size;
	return 0;
}

/* What frames of so many bytes count, in the load's unit a second. */
static uint64_t cost(const struct stream *s, uint64_t bytes, uint64_t frames)
{
	switch (s->rate.unit) {
	case RATE_BPS_L2:
		return bytes * 8;
	case RATE_BPS_L1:
	case RATE_PERCENT:
		return (bytes + frames * ETH_L1_OVERHEAD) * 8;
	case RATE_PER_MIN:
		return frames * 60;
	default:
		return frames;
	}
}

int stream_gap(const struct stream *s, struct gap *gap, bool *unpaced)
{
	uint64_t round_bytes, round_cost, round_frames;
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
	round_bytes = sizes_round(&s->sizes, stream_size_z(s), &round_frames);
	round_cost = cost(s, round_bytes, round_frames);
	/*
	 * In 2^-32 ns: at most 10,000 * 72,304 bits * 1e15 * 2^32, below 2^112;
	 * a rate times the frames of a round is below 2^112.
	 */
	per_s *= round_frames;
	q = ((wide)round_cost * NS_PER_S * MICRO) << 32;
	q = wide_div(q + per_s - 1, per_s);
	if (q >> 32 < 1 || q >> 32 > NS_PER_HOUR)
		return -ERANGE;
	*unpaced = false;
	gap->ns = (uint64_t)(q >> 32);
	gap->frac = (uint32_t)q;
	return 0;
}
