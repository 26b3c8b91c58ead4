/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames that a port with addresses receives, one after another, and time in
 * between: a byte of what to do, one of a length, and bytes of a frame. Bits
 * have its checksums be right, as chance makes none, and have it be cut off.
 * However they are, a frame is answered once at most, as somebody may answer,
 * to who sent it, and by an address of the port; no buffer is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "net/csum.h"
#include "node/node.h"
#include "plat/host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAIRS 2
#define FRAME_MAX 200

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

static void begin(void)
{
	struct host_netdev *dev[PAIRS];
	struct node_ip ip = node_ipv4(four), to = node_ipv4(last);

	if (!port.dev) {
		host_reset();
		host_loop_pair(dev, 1500);
		check(!port_open(&port, 0, 1, 64, uk_alloc_get_default()));
	}
	node = node_open(&port.queue[0], uk_alloc_get_default());
	check(node);
	add(&ip, &ip, 0);
	ip = node_ipv4(tagged);
	add(&ip, &ip, 5);
	ip = node_ipv4(first);
	add(&ip, &to, 0);
	add(&six, &six, 0);
	pass(8000000000);
}

/* ---- Made right ---------------------------------------------------------- */

static void store_sum(uint8_t *at, uint32_t sum, const uint8_t *p, size_t len)
{
	uint16_t csum;

	at[0] = at[1] = 0;
	csum = csum_end(csum_add(sum, p, len));
	memcpy(at, &csum, sizeof(csum));
}

static void fix_ipv4(uint8_t *p, size_t len)
{
	const size_t head = (p[0] & 15u) * 4;
	const size_t total = (size_t)p[2] << 8 | p[3];

	if (head < 20 || head + 4 > total || total > len)
		return;
	store_sum(p + 10, 0, p, head);
	store_sum(p + head + 2, 0, p + head, total - head);
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
	store_sum(p + at + 2, csum_add(csum_pseudo(58, end - at), p + 8, 32),
		  p + at, end - at);
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

/* ---- Answered right
 * ---------------------------------------------------------- */

static bool sum_is_right(uint32_t sum, const uint8_t *p, size_t len)
{
	return csum_fold(csum_add(sum, p, len)) == 0xffff;
}

static bool is_own(const struct node_ip *ip)
{
	const struct node_own *own = node_own_of(node, ip);

	return own && own->state == NODE_VALID;
}

static void check_ipv4(const uint8_t *p)
{
	const size_t total = (size_t)p[2] << 8 | p[3];
	const struct node_ip from = node_ipv4(p + 12);

	check(p[0] == 0x45 && p[9] == 1 && p[20] == 0 && is_own(&from));
	check(sum_is_right(0, p, 20) && sum_is_right(0, p + 20, total - 20));
}

static void check_ipv6(const uint8_t *p)
{
	const size_t len = (size_t)p[4] << 8 | p[5];
	struct node_ip from;

	memcpy(from.b, p + 8, sizeof(from.b));
	check(p[6] == 58 && (p[40] == 129 || p[40] == 136) && is_own(&from));
	check(sum_is_right(csum_add(csum_pseudo(58, len), p + 8, 32), p + 40,
			   len));
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
	if (!node_take(node, copy, len, now))
		check(!node->nb_out && !node->dropped);
	else if (node->nb_out)
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
		const size_t len =
			MIN((size_t)MIN(data[1], FRAME_MAX), size - 2);

		if (what & 4)
			pass(100000000ull * (what >> 3));
		one(data + 2, len, what);
		data += 2 + len;
		size -= 2 + len;
	}
	drop_all();
	node_close(node);
	return 0;
}
