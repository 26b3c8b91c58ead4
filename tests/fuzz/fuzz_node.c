/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames that a port with addresses, which says all that it can, receives, one
 * after another, and time in between: a byte of what to do, one of a length,
 * and bytes of a frame. Bits have its checksums be right, as chance makes none,
 * and have it be cut off. However they are, a frame is answered once at most,
 * as somebody may answer, to who sent it, and by an address of the port; no
 * buffer is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "net/csum.h"
#include "node/node.h"
#include "plat/host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAIRS 2
#define FRAME_MAX 600

static void check(bool ok)
{
	if (!ok)
		abort();
}

static struct node *node;
static struct port port;
static uint64_t now = 1000000000;
static const uint8_t four[] = {10, 0, 0, 2}, tagged[] = {10, 0, 5, 2};
static const uint8_t first[] = {10, 1, 0, 0}, last[] = {10, 1, 39, 15};
static const uint8_t group[] = {239, 1, 1, 1};
static const struct node_ip group6 = {{0xff, 0x3e, [15] = 1}};
static const struct node_ip six = {{0x20, 1, 0, 2, [15] = 2}};

static void add(const struct node_ip *from, const struct node_ip *to,
		uint16_t vlan)
{
	struct node_address a;

	memset(&a, 0, sizeof(a));
	a.from = *from;
	a.to = *to;
	a.vlan = vlan;
	a.bits = 64;
	check(!node_add(node, &a, now));
}

static void drop_all(void)
{
	while (node->nb_out)
		port_frame_free(node->out[--node->nb_out]);
	check(node->nb_free == node->nb_bufs);
}

static void pass(uint64_t ns)
{
	for (unsigned i = 0; i < 16; i++) {
		now += ns / 16;
		node_poll(node, now);
		drop_all();
	}
}

/* Once: each input finds it so, its addresses checked and all that it says
 * said. */
static void make(void)
{
	struct host_netdev *dev[PAIRS];
	struct node_ip ip = node_ipv4(four), to = node_ipv4(last);

	host_reset();
	host_loop_pair(dev, 1500);
	check(!port_open(&port, 0, 1, 64, uk_alloc_get_default()));
	node = node_open(&port.queue[0], uk_alloc_get_default());
	check(node);
	add(&ip, &ip, 0);
	ip = node_ipv4(tagged);
	add(&ip, &ip, 5);
	ip = node_ipv4(first);
	add(&ip, &to, 0);
	add(&six, &six, 0);
	ip = node_ipv4(group);
	check(!node_join(node, &ip, 0, now) &&
	      !node_join(node, &group6, 0, now));
	node_lldp(node, true, port.mac, now);
	node_cfm(node, true, CFM_LEVEL_ANY, 1);
	node_refuse(node, true);
	node_dhcp(node, true, 0, now);
	node_auto(node, true, 0, now);
	pass(8000000000);
	node->dropped = 0;
}

static void begin(void)
{
	static struct node made;
	static uint64_t made_at;

	if (node) {
		*node = made;
		now = made_at;
		return;
	}
	make();
	made = *node;
	made_at = now;
}

/* ---- Made right ---------------------------------------------------------- */

static void store_sum(uint8_t *at, uint32_t sum, const uint8_t *p, size_t len)
{
	uint16_t csum;

	at[0] = at[1] = 0;
	csum = csum_end(csum_add(sum, p, len));
	memcpy(at, &csum, sizeof(csum));
}

/* The sum of what is above IP, if `proto` is known. */
static void fix_above(uint8_t *p, size_t len, uint8_t proto,
		      const uint8_t *addresses, size_t addresses_len)
{
	uint32_t sum =
		csum_add(csum_pseudo(proto, len), addresses, addresses_len);
	size_t at = 2;

	if (proto == 6 || proto == 17)
		at = proto == 6 ? 16 : 6;
	else if (proto == 1 || proto == 2)
		sum = 0;
	if (len < at + 2)
		return;
	store_sum(p + at, sum, p, len);
}

/* What a server of ours says: by chance nothing is. */
static void fix_dhcp(uint8_t *p, size_t len)
{
	const uint32_t xid = node->lab.dhcp.xid;

	if (len < 8 + 240 || p[3] != 68)
		return;
	memcpy(p, (const uint8_t[]){0, 67, 0, 68}, 4);
	p[8] = 2;
	for (unsigned i = 0; i < 4; i++)
		p[12 + i] = (uint8_t)(xid >> (24 - 8 * i));
	memcpy(p + 36, port.mac, 6);
	memcpy(p + 8 + 236, (const uint8_t[]){99, 130, 83, 99}, 4);
}

/* The same of DHCPv6. */
static void fix_dhcp6(uint8_t *p, size_t len)
{
	static const uint8_t client[] = {0, 1, 0, 10, 0, 3, 0, 1};
	const uint32_t xid = node->lab.dhcp6.xid;

	if (len < 12 + sizeof(client) + 6 || p[3] != 34)
		return;
	memcpy(p, (const uint8_t[]){2, 35, 2, 34}, 4);
	for (unsigned i = 0; i < 3; i++)
		p[9 + i] = (uint8_t)(xid >> (16 - 8 * i));
	memcpy(p + 12, client, sizeof(client));
	memcpy(p + 12 + sizeof(client), port.mac, 6);
}

static void fix_ipv4(uint8_t *p, size_t len)
{
	const size_t head = (p[0] & 15u) * 4;
	const size_t total = (size_t)p[2] << 8 | p[3];

	if (head < 20 || head + 4 > total || total > len)
		return;
	store_sum(p + 10, 0, p, head);
	if (p[9] == 17)
		fix_dhcp(p + head, total - head);
	fix_above(p + head, total - head, p[9], p + 12, 8);
}

static void fix_ipv6(uint8_t *p, size_t len)
{
	const size_t end = 40 + ((size_t)p[4] << 8 | p[5]);
	size_t at = 40;
	uint8_t next = p[6];

	while ((next == 0 || next == 60) && at + 8 <= len) {
		next = p[at];
		at += (p[at + 1] + 1u) * 8;
	}
	if (end > len || at + 4 > end)
		return;
	if (next == 17)
		fix_dhcp6(p + at, end - at);
	fix_above(p + at, end - at, next, p + 8, 32);
}

static void fix(uint8_t *frame, size_t len)
{
	size_t at = 14;

	if (frame[12] == 0x81 && frame[13] == 0)
		at += 4;
	if (len < at + 44)
		return;
	if (frame[at - 2] == 8)
		fix_ipv4(frame + at, len - at);
	else
		fix_ipv6(frame + at, len - at);
}

/* ---- Answered right ------------------------------------------------------ */

static bool sum_is_right(uint32_t sum, const uint8_t *p, size_t len)
{
	return csum_fold(csum_add(sum, p, len)) == 0xffff;
}

static bool is_own(const struct node_ip *ip)
{
	const struct node_own *own = node_own_of(node, ip);

	return own && own->state == NODE_VALID;
}

static void check_above(const uint8_t *p, size_t len, uint8_t proto,
			const uint8_t *addresses, size_t addresses_len)
{
	uint32_t sum =
		csum_add(csum_pseudo(proto, len), addresses, addresses_len);

	check(sum_is_right(proto == 1 ? 0 : sum, p, len));
	/* An echo's reply, an advertisement, nobody listens, a reset. */
	check((proto == 1 && (p[0] == 0 || (p[0] == 3 && p[1] == 3))) ||
	      (proto == 58 &&
	       (p[0] == 129 || p[0] == 136 || (p[0] == 1 && p[1] == 4))) ||
	      (proto == 6 && p[13] & 4));
}

static void check_ipv4(const uint8_t *p)
{
	const size_t total = (size_t)p[2] << 8 | p[3];
	const struct node_ip from = node_ipv4(p + 12);

	check(p[0] == 0x45 && is_own(&from) && sum_is_right(0, p, 20));
	check_above(p + 20, total - 20, p[9], p + 12, 8);
}

static void check_ipv6(const uint8_t *p)
{
	const size_t len = (size_t)p[4] << 8 | p[5];
	struct node_ip from;

	memcpy(from.b, p + 8, sizeof(from.b));
	check(is_own(&from));
	check_above(p + 40, len, p[6], p + 8, 32);
}

static void check_answer(const uint8_t *asked)
{
	const uint8_t *p = node->out[0]->data;
	struct node_ip from;
	size_t at = 14;

	check(node->nb_out == 1 && node->out[0]->len >= 60);
	check(!memcmp(p + 6, port.mac, 6) && !(p[6] & 1));
	if (p[12] == 0x81)
		at += 4;
	if (p[at - 2] == 8 && p[at - 1] == 6) {
		from = node_ipv4(p + at + 14);
		check(p[at + 7] == 2 && is_own(&from) && !(p[0] & 1));
	} else if (p[at - 2] == 8) {
		check(!memcmp(p, asked + 6, 6));
		check_ipv4(p + at);
	} else if (p[at - 2] == 0x89) {
		check(!memcmp(p, asked + 6, 6));
		check(p[at + 1] == 2 || p[at + 1] == 46 || p[at + 1] == 54);
	} else {
		check_ipv6(p + at);
	}
}

static void one(const uint8_t *data, size_t len, unsigned what)
{
	static uint8_t frame[FRAME_MAX + 18];
	uint8_t *copy;

	memset(frame, 0, sizeof(frame));
	memcpy(frame, data, len);
	len = what & 2 ? len : MAX(len, (size_t)60);
	if (what & 1)
		fix(frame, len);
	/* In memory of its length. */
	copy = malloc(len);
	check(copy);
	memcpy(copy, frame, len);
	node_count_group(node, copy, len);
	if (node_may_take(node, copy, len))
		node_take(node, copy, len, now);
	else
		check(!node_take(node, copy, len, now) && !node->nb_out);
	if (node->nb_out)
		check_answer(copy);
	node->dropped = 0;
	free(copy);
	drop_all();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	begin();
	while (size >= 2) {
		const unsigned what = data[0];
		const size_t len = MIN((size_t)data[1] * 2, size - 2);

		if (what & 4)
			pass(100000000ull * (what >> 3));
		one(data + 2, len, what);
		data += 2 + len;
		size -= 2 + len;
	}
	drop_all();
	return 0;
}
