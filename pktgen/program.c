/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/program.h"

#include <errno.h>
#include <string.h>

#include "net/csum.h"

/* Payload bytes count up from 0, so that a shifted frame shows. */
static void put_payload(uint8_t *payload, size_t len)
{
	for (size_t i = 0; i < len; i++)
		payload[i] = (uint8_t)i;
}

static void put_eth(const struct stream *s, struct eth_hdr *eth)
{
	memcpy(eth->dst, s->dst.mac, ETH_ALEN);
	memcpy(eth->src, s->src.mac, ETH_ALEN);
	eth->type = net16(s->ipv6 ? ETH_TYPE_IPV6 : ETH_TYPE_IPV4);
}

static void put_ipv4(const struct stream *s, struct ipv4_hdr *ip, size_t len)
{
	*ip = (struct ipv4_hdr){
		.version_ihl = 0x45,
		.total_len = net16((uint16_t)len),
		.frag = net16(0x4000), /* do not fragment */
		.ttl = s->ttl,
		.proto = IP_PROTO_UDP,
	};
	memcpy(&ip->src, s->src.ip, IPV4_ALEN);
	memcpy(&ip->dst, s->dst.ip, IPV4_ALEN);
	ip->csum = csum_fold(csum_add(0, ip, sizeof(*ip)));
}

static void put_ipv6(const struct stream *s, struct ipv6_hdr *ip, size_t len)
{
	*ip = (struct ipv6_hdr){
		.version_class_flow = net32(6u << 28),
		.payload_len = net16((uint16_t)(len - sizeof(*ip))),
		.next_header = IP_PROTO_UDP,
		.hop_limit = s->ttl,
	};
	memcpy(ip->src, s->src.ip6, IPV6_ALEN);
	memcpy(ip->dst, s->dst.ip6, IPV6_ALEN);
}

/* The headers of a frame of `len` bytes whose payload is there already. */
static void put_headers(const struct stream *s, uint8_t *frame, size_t len)
{
	struct eth_hdr *eth = (void *)frame;
	struct ipv4_hdr *ip = (void *)(eth + 1);
	struct ipv6_hdr *ip6 = (void *)(eth + 1);
	struct udp_hdr *udp = s->ipv6 ? (void *)(ip6 + 1) : (void *)(ip + 1);
	const uint16_t udp_len = (uint16_t)(frame + len - (uint8_t *)udp);

	put_eth(s, eth);
	*udp = (struct udp_hdr){
		.src = net16(s->src.udp),
		.dst = net16(s->dst.udp),
		.len = net16(udp_len),
	};
	if (s->ipv6) {
		put_ipv6(s, ip6, len - ETH_HLEN);
		udp->csum = csum_udp6(ip6->src, ip6->dst, udp, udp_len);
	} else {
		put_ipv4(s, ip, len - ETH_HLEN);
		udp->csum = csum_udp4(ip->src, ip->dst, udp, udp_len);
	}
}

/* Each size is compiled in the template and its headers kept. */
static void put_variants(struct program *prog, const struct stream *s)
{
	size_t longest = 0;

	prog->header_len = s->ipv6 ? UDP6_HEADERS : UDP4_HEADERS;
	prog->nb_variants = s->nb_sizes;
	for (unsigned i = 0; i < s->nb_sizes; i++) {
		prog->variant[i].len =
			(uint16_t)(s->size[i].size - ETH_FCS_LEN);
		if (prog->variant[i].len > longest)
			longest = prog->variant[i].len;
	}
	put_payload(prog->frame + prog->header_len, longest - prog->header_len);
	/* The first one last: its headers stay in the template. */
	for (unsigned i = s->nb_sizes; i-- > 0;) {
		struct variant *v = &prog->variant[i];

		put_headers(s, prog->frame, v->len);
		memcpy(v->header, prog->frame, prog->header_len);
	}
}

/*
 * Spreads the sizes evenly over a round: at each place every one gains its
 * weight, and the one that has most pays for the place with the sum.
 */
static void put_order(struct program *prog, const struct stream *s)
{
	int credit[STREAM_SIZES_MAX] = {0};
	int sum = 0;

	for (unsigned i = 0; i < s->nb_sizes; i++)
		sum += s->size[i].weight;
	prog->nb_order = s->nb_sizes > 1 ? (unsigned)sum : 1;
	for (unsigned at = 0; at < prog->nb_order; at++) {
		unsigned most = 0;

		for (unsigned i = 0; i < s->nb_sizes; i++) {
			credit[i] += s->size[i].weight;
			if (credit[i] > credit[most])
				most = i;
		}
		credit[most] -= sum;
		prog->order[at] = (uint8_t)most;
	}
}

/* The last 32 bits of an address, `bits` of which lie below its prefix. */
static void add_address(struct program *prog, size_t offset, unsigned bits,
			const uint8_t *low, size_t ip_csum, size_t udp_csum)
{
	uint32_t from;

	if (!bits)
		return;
	memcpy(&from, low, sizeof(from));
	prog->patch[prog->nb_patches++] = (struct patch){
		.op = PATCH_INC,
		.offset = (uint16_t)offset,
		.csum = {(uint16_t)udp_csum, (uint16_t)ip_csum},
		.mask = UINT32_MAX >> (32 - bits),
		.from = net32(from),
		.step = 1,
	};
}

#define IN_IPV4(field) (ETH_HLEN + __builtin_offsetof(struct ipv4_hdr, field))
#define IN_IPV6(field) (ETH_HLEN + __builtin_offsetof(struct ipv6_hdr, field))

static void put_patches(struct program *prog, const struct stream *s)
{
	const size_t udp_csum = prog->header_len - sizeof(struct udp_hdr) +
				__builtin_offsetof(struct udp_hdr, csum);
	const size_t low = IPV6_ALEN - sizeof(uint32_t);

	prog->nb_patches = 0;
	if (s->ipv6) {
		add_address(prog, IN_IPV6(src) + low,
			    IPV6_BITS - s->src.ip6_prefix, s->src.ip6 + low, 0,
			    udp_csum);
		add_address(prog, IN_IPV6(dst) + low,
			    IPV6_BITS - s->dst.ip6_prefix, s->dst.ip6 + low, 0,
			    udp_csum);
		return;
	}
	add_address(prog, IN_IPV4(src), IPV4_BITS - s->src.ip_prefix, s->src.ip,
		    IN_IPV4(csum), udp_csum);
	add_address(prog, IN_IPV4(dst), IPV4_BITS - s->dst.ip_prefix, s->dst.ip,
		    IN_IPV4(csum), udp_csum);
}

int program_compile(struct program *prog, const struct stream *s)
{
	int rc;

	if (stream_bad_size(s, stream_size_min(s), STREAM_SIZE_MAX))
		return -EMSGSIZE;
	rc = stream_gap(s, &prog->gap, &prog->unpaced);
	if (rc < 0)
		return rc;
	put_variants(prog, s);
	put_order(prog, s);
	put_patches(prog, s);
	return 0;
}

/* What frame `n` has in the place of p->from. */
static uint32_t patch_value(const struct patch *p, uint64_t n)
{
	uint32_t v = p->from;

	switch (p->op) {
	case PATCH_INC:
		v += (uint32_t)n * p->step;
		break;
	}
	return (p->from & ~p->mask) | (v & p->mask);
}

static void patch_apply(const struct patch *p, uint64_t n, uint8_t *frame)
{
	const uint32_t old = net32(p->from);
	const uint32_t new = net32(patch_value(p, n));

	memcpy(frame + p->offset, &new, sizeof(new));
	/* The UDP checksum is first: 0 would mean that there is none. */
	if (p->csum[0])
		csum_update32(frame + p->csum[0], old, new, 0xffff);
	if (p->csum[1])
		csum_update32(frame + p->csum[1], old, new, 0);
}

uint16_t program_next(const struct program *prog, struct program_at *at,
		      uint8_t *buf)
{
	const struct variant *v = &prog->variant[prog->order[at->order]];

	memcpy(buf, prog->frame, v->len);
	if (prog->nb_variants > 1)
		memcpy(buf, v->header, prog->header_len);
	for (unsigned i = 0; i < prog->nb_patches; i++)
		patch_apply(&prog->patch[i], at->frame, buf);
	at->frame++;
	if (++at->order == prog->nb_order)
		at->order = 0;
	return v->len;
}

void program_switch(const struct program *prog, const struct program *next,
		    struct program_at *at)
{
	bool same = prog->nb_variants == next->nb_variants &&
		    prog->nb_order == next->nb_order &&
		    !memcmp(prog->order, next->order, next->nb_order);

	for (unsigned i = 0; same && i < next->nb_variants; i++)
		same = prog->variant[i].len == next->variant[i].len;
	if (!same)
		at->order = 0;
}
