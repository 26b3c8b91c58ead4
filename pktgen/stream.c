/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/stream.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <uk/essentials.h>

#include "stats/wide.h"

#define NS_PER_S 1000000000ull
#define NS_PER_HOUR (3600 * NS_PER_S)
#define MICRO 1000000ull
#define DEFAULT_LINKSPEED_BPS (10 * NS_PER_S)
#define DEFAULT_UDP_PORT 5001

void stream_init(struct stream *s, const uint8_t src_mac[ETH_ALEN])
{
	*s = (struct stream){
		.rate = {RATE_MAX, 0},
		.pace = {PACE_EVEN, PACE_CATCHUP, CONFIG_APPUKPKTGEN_BURST},
		.linkspeed_bps = DEFAULT_LINKSPEED_BPS,
		.ttl = 64,
		.src = {.ip = {198, 18, 0, 1},
			.ip6 = {0x20, 0x01, 0, 2, [15] = 1},
			.ip_prefix = IPV4_BITS,
			.ip6_prefix = IPV6_BITS,
			.udp = DEFAULT_UDP_PORT},
		.dst = {.mac = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
			.ip = {198, 18, 0, 2},
			.ip6 = {0x20, 0x01, 0, 2, [15] = 2},
			.ip_prefix = IPV4_BITS,
			.ip6_prefix = IPV6_BITS,
			.udp = DEFAULT_UDP_PORT},
	};
	stream_set_size(s, STREAM_SIZE_MIN);
	memcpy(s->src.mac, src_mac, ETH_ALEN);
	memcpy(s->device_mac, src_mac, ETH_ALEN);
}

void stream_set_size(struct stream *s, uint16_t size)
{
	s->sizes.count = 1;
	s->sizes.entry[0] = (struct size_weight){size, 1};
}

/* ---- Headers ------------------------------------------------------------ */

static const struct stream_family families[] = {
	{&proto_ipv4, IPV4_TTL, IPV4_SRC, IPV4_DST,
	 offsetof(struct endpoint, ip), offsetof(struct endpoint, ip_prefix)},
	{&proto_ipv6, IPV6_HOPS, IPV6_SRC, IPV6_DST,
	 offsetof(struct endpoint, ip6), offsetof(struct endpoint, ip6_prefix)},
};

const struct stream_family *stream_family(const struct stream *s)
{
	return &families[s->ipv6];
}

static void set_bytes(struct stack *st, unsigned layer, unsigned field,
		      const uint8_t *bytes)
{
	const unsigned len = st->layer[layer].proto->field[field].bits / 8;
	uint8_t value[16] = {0};

	memcpy(value + sizeof(value) - len, bytes, len);
	stack_set(st, layer, field, value);
}

void stream_stack(const struct stream *s, struct stack *st)
{
	const struct stream_family *ip = stream_family(s);

	*st = (struct stack){0};
	stack_push(st, &proto_eth, 0, NULL, 0);
	set_bytes(st, STREAM_ETH, ETH_DST, s->dst.mac);
	set_bytes(st, STREAM_ETH, ETH_SRC, s->src.mac);
	stack_push(st, ip->proto, 0, NULL, 0);
	stack_set_number(st, STREAM_IP, ip->hops, s->ttl);
	set_bytes(st, STREAM_IP, ip->src, (const uint8_t *)&s->src + ip->addr);
	set_bytes(st, STREAM_IP, ip->dst, (const uint8_t *)&s->dst + ip->addr);
	stack_push(st, &proto_udp, 0, NULL, 0);
	stack_set_number(st, STREAM_UDP, UDP_SRC, s->src.udp);
	stack_set_number(st, STREAM_UDP, UDP_DST, s->dst.udp);
	stack_done(st);
}

unsigned stream_size_min(const struct stream *s)
{
	const unsigned headers =
		proto_eth.len + stream_family(s)->proto->len + proto_udp.len;
	const unsigned sign = s->sign ? SIGNATURE_LEN : 0;

	return MAX(headers + sign + ETH_FCS_LEN, (unsigned)STREAM_SIZE_MIN);
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

/* What one frame counts, in the load's unit a second. */
static uint64_t cost(const struct stream *s, unsigned size)
{
	switch (s->rate.unit) {
	case RATE_BPS_L2:
		return size * 8ull;
	case RATE_BPS_L1:
	case RATE_PERCENT:
		return (size + ETH_L1_OVERHEAD) * 8ull;
	case RATE_PER_MIN:
		return 60;
	default:
		return 1;
	}
}

int stream_gap(const struct stream *s, struct gap *gap, bool *unpaced)
{
	uint64_t round_cost = 0, round_frames = 0;
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
	for (unsigned i = 0; i < s->sizes.count; i++) {
		round_cost += s->sizes.entry[i].weight *
			      cost(s, s->sizes.entry[i].size);
		round_frames += s->sizes.entry[i].weight;
	}
	/*
	 * In 2^-32 ns: at most 256 * 72,304 bits * 1e15 * 2^32, below 2^107;
	 * a rate times the frames of a round is below 2^106.
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
