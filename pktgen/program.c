/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/program.h"

#include <errno.h>
#include <string.h>

#include "net/csum.h"
#include "pktgen/program_edit.h"

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

static void *udp_of(const struct stream *s, uint8_t *frame)
{
	return frame + (s->ipv6 ? UDP6_HEADERS : UDP4_HEADERS) -
	       sizeof(struct udp_hdr);
}

/* The headers of a frame of `len` bytes, their checksums 0. */
static void put_headers(const struct stream *s, uint8_t *frame, size_t len)
{
	struct udp_hdr *udp = udp_of(s, frame);

	put_eth(s, (void *)frame);
	if (s->ipv6)
		put_ipv6(s, (void *)(frame + ETH_HLEN), len - ETH_HLEN);
	else
		put_ipv4(s, (void *)(frame + ETH_HLEN), len - ETH_HLEN);
	*udp = (struct udp_hdr){
		.src = net16(s->src.udp),
		.dst = net16(s->dst.udp),
		.len = net16((uint16_t)(frame + len - (uint8_t *)udp)),
	};
}

/* All else being there already. */
static void put_checksums(const struct stream *s, uint8_t *frame, size_t len)
{
	struct ipv4_hdr *ip = (void *)(frame + ETH_HLEN);
	const struct ipv6_hdr *ip6 = (void *)ip;
	struct udp_hdr *udp = udp_of(s, frame);
	const uint16_t udp_len = (uint16_t)(frame + len - (uint8_t *)udp);

	if (s->ipv6) {
		udp->csum = csum_udp6(ip6->src, ip6->dst, udp, udp_len);
		return;
	}
	ip->csum = csum_fold(csum_add(0, ip, sizeof(*ip)));
	udp->csum = csum_udp4(ip->src, ip->dst, udp, udp_len);
}

/*
 * Where a variant's signature goes: zeros, so that no sum has it, or payload.
 */
static void put_signature_room(struct program *prog, const struct variant *v,
			       bool zero)
{
	const unsigned end = v->len;

	for (unsigned i = end - SIGNATURE_LEN; prog->sign && i < end; i++)
		prog->frame[i] = zero ? 0 : (uint8_t)(i - prog->header_len);
}

/* Each size is compiled in the template and its headers kept. */
static void put_variants(struct program *prog, const struct stream *s)
{
	size_t longest = 0;

	prog->nb_variants = s->sizes.count;
	for (unsigned i = 0; i < s->sizes.count; i++) {
		prog->variant[i].len =
			(uint16_t)(s->sizes.entry[i].size - ETH_FCS_LEN);
		if (prog->variant[i].len > longest)
			longest = prog->variant[i].len;
	}
	put_payload(prog->frame + prog->header_len, longest - prog->header_len);
	/* The first one last: its headers stay in the template. */
	for (unsigned i = s->sizes.count; i-- > 0;) {
		struct variant *v = &prog->variant[i];

		put_signature_room(prog, v, true);
		put_headers(s, prog->frame, v->len);
		put_checksums(s, prog->frame, v->len);
		put_signature_room(prog, v, false);
		memcpy(v->header, prog->frame, prog->header_len);
	}
}

/*
 * Spreads the sizes evenly over a round: at each place every one gains its
 * weight, and the one that has most pays for the place with the sum.
 */
static void put_order(struct program *prog, const struct stream *s)
{
	int credit[SIZES_MAX] = {0};
	int sum = 0;

	for (unsigned i = 0; i < s->sizes.count; i++)
		sum += s->sizes.entry[i].weight;
	prog->nb_order = s->sizes.count > 1 ? (unsigned)sum : 1;
	for (unsigned at = 0; at < prog->nb_order; at++) {
		unsigned most = 0;

		for (unsigned i = 0; i < s->sizes.count; i++) {
			credit[i] += s->sizes.entry[i].weight;
			if (credit[i] > credit[most])
				most = i;
		}
		credit[most] -= sum;
		prog->order[at] = (uint8_t)most;
	}
}

/* The last 32 bits of an address, `bits` of which lie below its prefix. */
static void add_address(struct program *prog, size_t offset, unsigned bits,
			const uint8_t *low)
{
	uint32_t from;

	if (!bits)
		return;
	memcpy(&from, low, sizeof(from));
	prog->patch[prog->nb_patches++] = (struct patch){
		.op = PATCH_INC,
		.offset = (uint16_t)offset,
		.in_ip = prog->ip_csum,
		.mask = UINT32_MAX >> (32 - bits),
		.from = net32(from),
		.step = 1,
	};
}

#define IN_IPV4(field) (ETH_HLEN + __builtin_offsetof(struct ipv4_hdr, field))
#define IN_IPV6(field) (ETH_HLEN + __builtin_offsetof(struct ipv6_hdr, field))

static void put_patches(struct program *prog, const struct stream *s)
{
	const size_t low = IPV6_ALEN - sizeof(uint32_t);

	prog->nb_patches = 0;
	if (s->ipv6) {
		add_address(prog, IN_IPV6(src) + low,
			    IPV6_BITS - s->src.ip6_prefix, s->src.ip6 + low);
		add_address(prog, IN_IPV6(dst) + low,
			    IPV6_BITS - s->dst.ip6_prefix, s->dst.ip6 + low);
		return;
	}
	add_address(prog, IN_IPV4(src), IPV4_BITS - s->src.ip_prefix,
		    s->src.ip);
	add_address(prog, IN_IPV4(dst), IPV4_BITS - s->dst.ip_prefix,
		    s->dst.ip);
}

/* What the checksum at `offset` sums up but for the patches' `out`. */
static uint16_t sum_left(const uint8_t *header, unsigned offset, uint32_t out)
{
	uint16_t csum, sum;

	memcpy(&csum, header + offset, sizeof(csum));
	sum = (uint16_t)edit_fold((uint16_t)~csum + (out ^ 0xffff));
	return sum ? sum : 0xffff;
}

void program_sum(struct program *prog)
{
	uint32_t udp = 0, ip = 0;

	for (unsigned i = 0; i < prog->nb_patches; i++) {
		const uint32_t from = net32(prog->patch[i].from);
		const uint32_t sum = (uint16_t)from + (from >> 16);

		udp += sum;
		ip += prog->patch[i].in_ip ? sum : 0;
	}
	for (unsigned i = 0; i < prog->nb_variants; i++) {
		struct variant *v = &prog->variant[i];

		v->udp_sum =
			sum_left(v->header, prog->udp_csum, edit_fold(udp));
		v->ip_sum = sum_left(v->header, prog->ip_csum, edit_fold(ip));
	}
}

int program_compile(struct program *prog, const struct stream *s)
{
	int rc;

	if (stream_bad_size(s, stream_size_min(s), STREAM_SIZE_MAX))
		return -EMSGSIZE;
	rc = stream_gap(s, &prog->gap, &prog->unpaced);
	if (rc < 0)
		return rc;
	prog->stream = *s;
	prog->sign = s->sign;
	prog->header_len = s->ipv6 ? UDP6_HEADERS : UDP4_HEADERS;
	prog->udp_csum = (uint16_t)(prog->header_len - sizeof(struct udp_hdr) +
				    __builtin_offsetof(struct udp_hdr, csum));
	prog->ip_csum = s->ipv6 ? 0 : IN_IPV4(csum);
	put_variants(prog, s);
	put_order(prog, s);
	put_patches(prog, s);
	program_sum(prog);
	return 0;
}

void program_put(const struct program *prog, unsigned variant, uint8_t *buf)
{
	const struct variant *v = &prog->variant[variant];

	memcpy(buf, prog->frame, v->len);
	if (variant)
		memcpy(buf, v->header, prog->header_len);
}

void program_put_longest(const struct program *prog, uint8_t *buf)
{
	unsigned longest = 0;

	for (unsigned i = 1; i < prog->nb_variants; i++)
		if (prog->variant[i].len > prog->variant[longest].len)
			longest = i;
	memcpy(buf, prog->frame, prog->variant[longest].len);
}

void program_put_variant(const struct program *prog, unsigned from, unsigned to,
			 uint8_t *buf)
{
	const size_t end = prog->variant[from].len - SIGNATURE_LEN;

	memcpy(buf, prog->variant[to].header, prog->header_len);
	if (prog->sign)
		memcpy(buf + end, prog->frame + end, SIGNATURE_LEN);
}

uint16_t program_next(const struct program *prog, struct program_at *at,
		      uint64_t now_ns, uint8_t *buf)
{
	const uint64_t n = at->frame;
	const unsigned variant = program_step(prog, at);
	const struct variant *v = &prog->variant[variant];
	const struct edit e = edit_of(prog, v);
	struct edit_sign sign;

	program_put(prog, variant, buf);
	if (prog->sign)
		edit_sign_begin(&sign, n, now_ns);
	if (program_edits(prog))
		program_edit(&e, prog->patch, prog->nb_patches, prog->sign,
			     &sign, n, buf);
	return v->len;
}

uint16_t program_create(const struct program *prog, struct program_at *at,
			uint64_t now_ns, uint8_t *buf)
{
	const struct signature sign = {.seq = at->frame, .time_ns = now_ns};
	const uint64_t n = at->frame;
	const uint16_t len = prog->variant[program_step(prog, at)].len;

	put_payload(buf + prog->header_len, len - prog->header_len);
	put_headers(&prog->stream, buf, len);
	for (unsigned i = 0; i < prog->nb_patches; i++) {
		const struct patch *p = &prog->patch[i];
		const uint32_t value = net32(patch_value(p, n));

		memcpy(buf + p->offset, &value, sizeof(value));
	}
	if (prog->sign)
		signature_put(buf + len - SIGNATURE_LEN, &sign);
	put_checksums(&prog->stream, buf, len);
	return len;
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
