/* SPDX-License-Identifier: BSD-3-Clause */
#include "node_rig.h"

#include "net/csum.h"
#include "net/port_impl.h"
#include "plat/host/host.h"

static struct host_netdev *dev[2];
static struct port port;
struct node *node;
uint64_t now;
uint8_t built[BUILT_MAX];

struct node_address address_of(const uint8_t *addr, unsigned len)
{
	struct node_address a;

	memset(&a, 0, sizeof(a));
	if (len == IPV4_ALEN)
		a.from = node_ipv4(addr);
	else
		memcpy(a.from.b, addr, len);
	a.to = a.from;
	a.bits = len == IPV4_ALEN ? 120 : 64;
	return a;
}

void add(const uint8_t *addr, unsigned len, uint16_t vlan)
{
	struct node_address a = address_of(addr, len);

	a.vlan = vlan;
	assert_int_equal(node_add(node, &a, now), 0);
}

void forget_frames(void)
{
	node_drop(node);
	node->dropped = 0;
}

unsigned nb_reports;

/* Of addresses of its own, which are in no test's way. */
static bool is_report(const struct uk_netbuf *nb)
{
	static const uint8_t to[] = {0x33, 0x33, 0, 0, 0, 22};
	const uint8_t *p = nb->data;

	/* MLDv2's to its routers; the older one's to the group itself. */
	if (!memcmp(p, to, sizeof(to)))
		return p[74] == 255 && p[75] == 2;
	return p[0] == 0x33 && p[2] == 255 && p[20] == 0;
}

static void hide_reports(void)
{
	unsigned left = 0;

	for (unsigned i = 0; i < node->nb_out; i++)
		if (is_report(node->out[i])) {
			port_frame_free(node->out[i]);
			nb_reports++;
		} else {
			node->out[left++] = node->out[i];
		}
	node->nb_out = left;
}

void pass(uint64_t ns)
{
	for (const uint64_t end = now + ns; now < end;) {
		now += S / 100;
		node_poll(node, now);
		hide_reports();
	}
}

int node_setup(void **state)
{
	static const uint8_t ours[] = {OURS}, ours6[] = {OURS6};

	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	assert_int_equal(port_open(&port, 0, 1, 64, uk_alloc_get_default()), 0);
	node = node_open(&port.queue[0], uk_alloc_get_default());
	assert_non_null(node);
	now = S;
	add(ours, sizeof(ours), 0);
	add(ours6, sizeof(ours6), 0);
	pass(5 * S);
	forget_frames();
	return 0;
}

int node_teardown(void **state)
{
	(void)state;
	node_drop(node);
	node_close(node);
	port_close(&port, uk_alloc_get_default());
	return 0;
}

bool take(const uint8_t *frame, size_t len)
{
	return node_take(node, frame, len, now);
}

/* The one frame that was made begins with these, the rest of it is 0. */
void assert_says(const uint8_t *bytes, size_t len)
{
	const struct uk_netbuf *nb = node->out[0];
	const uint8_t *p = nb->data;

	assert_int_equal(node->nb_out, 1);
	assert_memory_equal(p, bytes, len);
	assert_int_equal(nb->len, len < 60 ? 60 : len);
	for (size_t i = len; i < nb->len; i++)
		assert_int_equal(p[i], 0);
	forget_frames();
}

void assert_silent(void)
{
	assert_int_equal(node->nb_out, 0);
	assert_int_equal(node->dropped, 0);
}

/* A packet of ICMPv6 with its checksum; returns the frame's length. */
size_t build6(const uint8_t *macs, const uint8_t *addresses, uint8_t hops,
	      const uint8_t *icmp, size_t len)
{
	uint8_t *p = built;
	uint32_t sum;
	uint16_t csum;

	memcpy(p, macs, 12);
	memcpy(p + 12, (const uint8_t[]){0x86, 0xdd, 0x60, 0, 0, 0}, 6);
	p[18] = (uint8_t)(len >> 8);
	p[19] = (uint8_t)len;
	p[20] = 58;
	p[21] = hops;
	memcpy(p + 22, addresses, 32);
	memcpy(p + 54, icmp, len);
	sum = csum_add(csum_pseudo(58, len), p + 22, 32);
	csum = csum_end(csum_add(sum, p + 54, len));
	memcpy(p + 56, &csum, 2);
	return 54 + len;
}

/* As built[] has it, whose checksum build6() made. */
void assert_says6(const uint8_t *frame, size_t len)
{
	uint8_t copy[sizeof(built)];

	memcpy(copy, frame, len);
	assert_says(copy, len);
}

/* `head` bytes of IPv4, options among them; sums are made. */
size_t build4(uint16_t frag, unsigned head, unsigned len)
{
	uint8_t *p = built;
	uint16_t csum;

	memset(p, 0, sizeof(built));
	memcpy(p, BYTES(OUR_MAC, THEIR_MAC, 8, 0), 14);
	p += 14;
	p[0] = (uint8_t)(0x40 | head / 4);
	p[2] = (uint8_t)((head + 8 + len) >> 8);
	p[3] = (uint8_t)(head + 8 + len);
	p[4] = 0x12;
	p[6] = (uint8_t)(frag >> 8);
	p[7] = (uint8_t)frag;
	p[8] = 3;
	p[9] = 1;
	memcpy(p + 12, BYTES(THEIRS, OURS), 8);
	for (unsigned i = 20; i < head; i++)
		p[i] = 1; /* no operation */
	csum = csum_end(csum_add(0, p, head));
	memcpy(p + 10, &csum, 2);
	p += head;
	memcpy(p, BYTES(8, 0, 0, 0, 0x77, 0x88, 0, 3), 8);
	for (unsigned i = 0; i < len; i++)
		p[8 + i] = (uint8_t)(i * 7 + 1);
	csum = csum_end(csum_add(0, p, 8 + len));
	memcpy(p + 2, &csum, 2);
	return 14 + head + 8 + len;
}

/* For the node, which counts it, and says nothing. */
void assert_drops(size_t len)
{
	assert_true(take(built, len));
	assert_int_equal(node->nb_out, 0);
	assert_int_equal(node->dropped, 1);
	node->dropped = 0;
}

/* A frame of IPv4 in built[], its sums made; returns its length. */
size_t build_ip4(const uint8_t *macs, uint8_t proto, uint8_t ttl,
		 const uint8_t *addresses, const uint8_t *p, size_t len)
{
	uint8_t *ip = built + 14;
	uint32_t sum = 0;
	uint16_t csum;
	size_t at = 2;

	memset(built, 0, BUILT_MAX);
	memcpy(built, macs, 12);
	built[12] = 8;
	ip[0] = 0x45;
	ip[2] = (uint8_t)((20 + len) >> 8);
	ip[3] = (uint8_t)(20 + len);
	ip[8] = ttl;
	ip[9] = proto;
	memcpy(ip + 12, addresses, 8);
	csum = csum_end(csum_add(0, ip, 20));
	memcpy(ip + 10, &csum, 2);
	memcpy(ip + 20, p, len);
	if (proto == 6 || proto == 17) {
		sum = csum_add(csum_pseudo(proto, len), addresses, 8);
		at = proto == 6 ? 16 : 6;
	}
	csum = csum_end(csum_add(sum, ip + 20, len));
	memcpy(ip + 20 + at, &csum, 2);
	return 34 + len;
}

/* The one frame that was said has these bytes from there on. */
void assert_has(unsigned at, const uint8_t *bytes, size_t len)
{
	const uint8_t *p;

	assert_int_equal(node->nb_out, 1);
	p = node->out[0]->data;
	assert_memory_equal(p + at, bytes, len);
}

void assert_said(unsigned at, const uint8_t *bytes, size_t len)
{
	assert_has(at, bytes, len);
	forget_frames();
}

void wait_frame(void)
{
	for (unsigned i = 0; i < 3000 && !node->nb_out; i++)
		pass(1);
}
