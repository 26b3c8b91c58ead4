/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/stream.h"

#include <errno.h>
#include <string.h>

#include "net/csum.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull
#define NS_PER_HOUR (3600 * NS_PER_S)
#define MICRO 1000000ull
#define DEFAULT_LINKSPEED_BPS (10 * NS_PER_S)

void stream_init(struct stream *s, const uint8_t src_mac[ETH_ALEN])
{
	*s = (struct stream){
		.size = 64,
		.rate = {LOAD_MAX, 0},
		.linkspeed_bps = DEFAULT_LINKSPEED_BPS,
		.dst_mac = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		.src_ip = 0xc6120001,
		.dst_ip = 0xc6120002,
		.src_port = 5001,
		.dst_port = 5001,
		.ttl = 64,
	};
	memcpy(s->src_mac, src_mac, ETH_ALEN);
}

/* What one frame counts in the unit of the load: frames or bits. */
static uint64_t weight(const struct stream *s)
{
	switch (s->rate.unit) {
	case LOAD_BPS_L2:
		return s->size * 8ull;
	case LOAD_BPS_L1:
	case LOAD_PERCENT:
		return (s->size + ETH_L1_OVERHEAD) * 8ull;
	default:
		return 1;
	}
}

int stream_gap(const struct stream *s, struct gap *gap, bool *unpaced)
{
	wide per_s = s->rate.micro;
	wide q;

	if (s->rate.unit == LOAD_MAX) {
		*unpaced = true;
		*gap = (struct gap){0, 0};
		return 0;
	}
	if (s->rate.unit == LOAD_PERCENT)
		per_s = wide_div(per_s * s->linkspeed_bps, 100);
	if (!per_s)
		return -ERANGE;
	/* In 2^-32 ns: at most 72,304 bits * 1e15 * 2^32, well below 2^128. */
	q = ((wide)weight(s) * NS_PER_S * MICRO) << 32;
	q = wide_div(q + per_s - 1, per_s);
	if (q >> 32 < 1 || q >> 32 > NS_PER_HOUR)
		return -ERANGE;
	*unpaced = false;
	gap->ns = (uint64_t)(q >> 32);
	gap->frac = (uint32_t)q;
	return 0;
}

/* Payload bytes count up from 0, so that a shifted frame shows. */
static void put_payload(uint8_t *payload, size_t len)
{
	for (size_t i = 0; i < len; i++)
		payload[i] = (uint8_t)i;
}

static void put_udp4(const struct stream *s, uint8_t *frame, uint16_t len)
{
	struct eth_hdr *eth = (void *)frame;
	struct ipv4_hdr *ip = (void *)(eth + 1);
	struct udp_hdr *udp = (void *)(ip + 1);
	uint16_t ip_len = (uint16_t)(len - ETH_HLEN);
	uint16_t udp_len = (uint16_t)(ip_len - sizeof(*ip));

	memcpy(eth->dst, s->dst_mac, ETH_ALEN);
	memcpy(eth->src, s->src_mac, ETH_ALEN);
	eth->type = net16(ETH_TYPE_IPV4);
	*ip = (struct ipv4_hdr){
		.version_ihl = 0x45,
		.total_len = net16(ip_len),
		.frag = net16(0x4000), /* do not fragment */
		.ttl = s->ttl,
		.proto = IP_PROTO_UDP,
		.src = net32(s->src_ip),
		.dst = net32(s->dst_ip),
	};
	ip->csum = csum_fold(csum_add(0, ip, sizeof(*ip)));
	*udp = (struct udp_hdr){
		.src = net16(s->src_port),
		.dst = net16(s->dst_port),
		.len = net16(udp_len),
	};
	put_payload((uint8_t *)(udp + 1), udp_len - sizeof(*udp));
	udp->csum = csum_udp4(ip->src, ip->dst, udp, udp_len);
}

int stream_compile(const struct stream *s, struct program *prog)
{
	int rc;

	if (s->size < STREAM_SIZE_MIN || s->size > STREAM_SIZE_MAX)
		return -ERANGE;
	rc = stream_gap(s, &prog->gap, &prog->unpaced);
	if (rc < 0)
		return rc;
	prog->len = (uint16_t)(s->size - ETH_FCS_LEN);
	put_udp4(s, prog->frame, prog->len);
	return 0;
}
