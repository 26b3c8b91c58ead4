/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/maker.h"

#include "net/proto.h"

#define SRC_IP 0xc6120002 /* 198.18.0.2, the peer of the appliance's first */
#define DST_IP 0xc6120001
#define UDP_PORT 5001
#define KV_PORT 11211
#define NUM_BUFFERS 10 /* offset in the virtio-net header */

static void put_template(struct template *t, uint16_t size, bool sign)
{
	struct eth_hdr *eth = (void *)(t->bytes + NET_HDR_LEN);
	struct ipv4_hdr *ip = (void *)(eth + 1);
	struct udp_hdr *udp = (void *)(ip + 1);
	uint8_t *payload = (uint8_t *)(udp + 1);
	const uint16_t len = (uint16_t)(size - ETH_FCS_LEN);
	const uint16_t udp_len = (uint16_t)(len - ETH_HLEN - sizeof(*ip));

	memset(t, 0, sizeof(*t));
	t->len = NET_HDR_LEN + len;
	t->bytes[NUM_BUFFERS] = 1;
	memset(eth->dst, 0xff, ETH_ALEN);
	memcpy(eth->src, "\x02\0\0\0\0\x01", ETH_ALEN);
	eth->type = net16(ETH_TYPE_IPV4);
	*ip = (struct ipv4_hdr){
		.version_ihl = 0x45,
		.total_len = net16((uint16_t)(len - ETH_HLEN)),
		.frag = net16(0x4000), /* do not fragment */
		.ttl = 64,
		.proto = IP_PROTO_UDP,
		.src = net32(SRC_IP),
		.dst = net32(DST_IP),
	};
	ip->csum = (uint16_t)~sum_fold(sum_add(0, ip, sizeof(*ip)));
	*udp = (struct udp_hdr){.dst = net16(UDP_PORT), .len = net16(udp_len)};
	for (unsigned int i = 0; i < udp_len - sizeof(*udp); i++)
		payload[i] = (uint8_t)i;
	if (sign)
		memset(t->bytes + t->len - SIGNATURE_LEN, 0, SIGNATURE_LEN);
	t->sum = sum_add(net16(IP_PROTO_UDP) + net16(udp_len), &ip->src, 8);
	t->sum = sum_fold(sum_add(t->sum, udp, udp_len));
}

void maker_init(struct maker *m, const uint16_t *size, unsigned int nb,
		uint16_t flows, bool sign, uint16_t stream)
{
	*m = (struct maker){
		.nb_sizes = nb,
		.flows = flows,
		.sign = sign,
		.stream = stream,
		.streams = 1,
		.next.stream = stream,
	};
	for (unsigned int i = 0; i < nb; i++)
		put_template(&m->t[i], size[i], sign);
}

void maker_ask(struct maker *m)
{
	static const uint8_t payload[] = "\0\1\0\0\0\1\0\0get 0000\r\n";

	for (unsigned int i = 0; i < m->nb_sizes; i++) {
		struct template *t = &m->t[i];
		struct eth_hdr *eth = (void *)(t->bytes + NET_HDR_LEN);
		struct ipv4_hdr *ip = (void *)(eth + 1);
		struct udp_hdr *udp = (void *)(ip + 1);
		const size_t len = net16(udp->len);

		memcpy(eth->dst, "\x02\0\0\0\0\x02", ETH_ALEN);
		udp->dst = net16(KV_PORT);
		memcpy(udp + 1, payload, sizeof(payload) - 1);
		t->sum = sum_add(net16(IP_PROTO_UDP) + udp->len, &ip->src, 8);
		t->sum = sum_fold(sum_add(t->sum, udp, len));
	}
}

/* The ends of a signature that stands at an odd offset lie swapped. */
static inline uint64_t signature_sum(const uint8_t *p, bool odd)
{
	uint64_t a, b;
	uint16_t c, sum;

	memcpy(&a, p, 8);
	memcpy(&b, p + 8, 8);
	memcpy(&c, p + 16, 2);
	sum = sum_fold((a & 0xffffffff) + (a >> 32) + (b & 0xffffffff) +
		       (b >> 32) + c);
	return odd ? __builtin_bswap16(sum) : sum;
}

void maker_put(struct maker *m, uint8_t *to, enum flaw flaw)
{
	const struct template *t = &m->t[m->turn];
	const uint32_t len = t->len;
	uint8_t *ip = to + NET_HDR_LEN + ETH_HLEN;
	uint8_t *udp = ip + sizeof(struct ipv4_hdr);
	const uint16_t port = net16((uint16_t)(UDP_PORT + m->flow));
	uint64_t sum = t->sum + port;
	uint16_t csum;

	memcpy(to, t->bytes, len);
	memcpy(udp, &port, sizeof(port));
	if (m->sign) {
		signature_put(to + len - SIGNATURE_LEN, &m->next);
		sum += signature_sum(to + len - SIGNATURE_LEN, len & 1);
	}
	csum = (uint16_t)~sum_fold(sum);
	csum = csum ? csum : 0xffff;
	if (unlikely(flaw == FLAW_UDP_CSUM))
		csum ^= csum == 0x0101 ? 0x0202 : 0x0101;
	memcpy(udp + offsetof(struct udp_hdr, csum), &csum, sizeof(csum));
	if (unlikely(flaw == FLAW_IPV4_CSUM))
		ip[offsetof(struct ipv4_hdr, csum)] ^= 1;
	if (++m->next.stream - m->stream >= m->streams) {
		m->next.stream = m->stream;
		m->next.seq++;
	}
	m->flow = m->flow + 1 < m->flows ? (uint16_t)(m->flow + 1) : 0;
	m->turn = m->turn + 1 < m->nb_sizes ? m->turn + 1 : 0;
}
