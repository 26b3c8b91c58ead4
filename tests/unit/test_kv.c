/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests for keys, and what is answered: as memcached 1.6.18 answers them by
 * UDP, but for the empty datagram that it sends for a miss before another key.
 */
#include <stdio.h>
#include <stdlib.h>

#include "forward_rig.h"
#include "pktgen/kv_hot.h"

static struct kv *kv;
static char big[1300], longest[KV_KEY_MAX + 1];

static int load(void **state)
{
	static const struct {
		const char *key;
		uint32_t flags;
		const char *value;
	} keys[] = {{"k1", 0, "ab"}, {"k2", 5, ""}, {"0123456789", 1, "\r\n"}};
	(void)state;

	memset(big, 'x', sizeof(big));
	memset(longest, 'L', sizeof(longest));
	kv = kv_new(8, 8192, uk_alloc_get_default());
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_true(kv_add(kv, keys[i].key, strlen(keys[i].key),
				   keys[i].flags, keys[i].value,
				   strlen(keys[i].value)));
	assert_true(kv_add(kv, "big", 3, 0, big, sizeof(big)));
	assert_true(kv_add(kv, longest, KV_KEY_MAX, 0, "z", 1));
	assert_false(kv_add(kv, "k1", 2, 0, "", 0));
	return 0;
}

static int unload(void **state)
{
	(void)state;
	kv_delete(kv);
	kv = NULL;
	return 0;
}

/* Each is found, and no other; there is no more room than was asked for. */
static void keys_are_found(void **state)
{
	enum { KEYS = 5000 };
	struct kv *many;
	size_t bytes = 0;
	char key[40];
	int len;
	(void)state;

	for (unsigned i = 0; i < KEYS; i++) {
		len = snprintf(key, sizeof(key), "%0*u", 1 + i % 30, i);
		bytes += kv_record_bytes((size_t)len, i, i % 7);
	}
	many = kv_new(KEYS, bytes, uk_alloc_get_default());
	for (unsigned i = 0; i < KEYS; i++) {
		len = snprintf(key, sizeof(key), "%0*u", 1 + i % 30, i);
		assert_true(
			kv_add(many, key, (size_t)len, i, "seven b", i % 7));
	}
	assert_false(kv_add(many, "x", 1, 0, "", 0));
	assert_int_equal(many->nb, KEYS);
	for (unsigned i = 0; i < KEYS; i++) {
		char want[80];
		const struct kv_record *r;

		len = snprintf(key, sizeof(key), "%0*u", 1 + i % 30, i);
		r = kv_find(many, key, (size_t)len);
		assert_non_null(r);
		snprintf(want, sizeof(want),
			 "VALUE %s %u %u\r\n%.*s\r\nEND\r\n", key, i, i % 7,
			 (int)(i % 7), "seven b");
		assert_int_equal(r->text_len, strlen(want));
		assert_memory_equal(r->text, want, r->text_len);
		key[0] = 'x';
		assert_null(kv_find(many, key, (size_t)len));
	}
	kv_delete(many);
}

#define HEAD "\0\x07\0\0\0\1\0\0"
#define L50 "LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL"
#define L250 L50 L50 L50 L50 L50

/* Datagrams are apart by '|'. */
static const struct {
	const char *request, *answers;
	unsigned hits, misses;
	bool malformed;
} requests[] = {
	{"get k1\r\n", "VALUE k1 0 2\r\nab\r\nEND\r\n", 1, 0, false},
	{"get k1\n", "VALUE k1 0 2\r\nab\r\nEND\r\n", 1, 0, false},
	{"get k1 \r\n", "VALUE k1 0 2\r\nab\r\nEND\r\n", 1, 0, false},
	{" get  k1\r\n", "VALUE k1 0 2\r\nab\r\nEND\r\n", 1, 0, false},
	{"get k2\r\n", "VALUE k2 5 0\r\n\r\nEND\r\n", 1, 0, false},
	{"get nope\r\n", "END\r\n", 0, 1, false},
	{"get k1\tx\r\n", "END\r\n", 0, 1, false},
	{"get k1\r\r\n", "END\r\n", 0, 1, false},
	{"get k1 k2 nope k1\r\n",
	 "VALUE k1 0 2\r\nab\r\n|VALUE k2 5 0\r\n\r\n|"
	 "VALUE k1 0 2\r\nab\r\nEND\r\n",
	 3, 1, false},
	{"get k1 nope\r\n", "VALUE k1 0 2\r\nab\r\n|END\r\n", 1, 1, false},
	{"get nope k1\r\n", "VALUE k1 0 2\r\nab\r\nEND\r\n", 1, 1, false},
	{"get nope nope2\r\n", "END\r\n", 0, 2, false},
	{"get k1\r\nget k2\r\n",
	 "VALUE k1 0 2\r\nab\r\nEND\r\n|VALUE k2 5 0\r\n\r\nEND\r\n", 2, 0,
	 false},
	{"get k1\r\nget nope\r\nfoo\r\n",
	 "VALUE k1 0 2\r\nab\r\nEND\r\n|END\r\n|ERROR\r\n", 1, 1, true},
	{"get k1\r\nget k2", "VALUE k1 0 2\r\nab\r\nEND\r\n", 1, 0, false},
	{"get " L250 "\r\n", "VALUE " L250 " 0 1\r\nz\r\nEND\r\n", 1, 0, false},
	{"get " L250 "L\r\n", "CLIENT_ERROR bad command line format\r\n", 0, 0,
	 true},
	{"get k1 " L250 "L\r\n", "CLIENT_ERROR bad command line format\r\n", 0,
	 0, true},
	{"get\r\n", "ERROR\r\n", 0, 0, true},
	{"get \r\n", "ERROR\r\n", 0, 0, true},
	{"GET k1\r\n", "ERROR\r\n", 0, 0, true},
	{"gett k1\r\n", "ERROR\r\n", 0, 0, true},
	{"getk1\r\n", "ERROR\r\n", 0, 0, true},
	{"\r\n", "ERROR\r\n", 0, 0, true},
	{"get k1", "", 0, 0, true},
	{"", "", 0, 0, true},
};

static void requests_are_answered(void **state)
{
	char request[600], said[2000];
	struct kv_answers to;
	(void)state;

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const size_t len = strlen(requests[i].request);
		size_t n = 0;

		memcpy(request, HEAD, KV_HEAD_LEN);
		memcpy(request + KV_HEAD_LEN, requests[i].request, len);
		kv_answer(kv, (uint8_t *)request, KV_HEAD_LEN + len, &to);
		for (unsigned k = 0; k < to.nb; k++) {
			if (k)
				said[n++] = '|';
			memcpy(said + n, to.a[k].text, to.a[k].len);
			n += to.a[k].len;
		}
		said[n] = '\0';
		assert_string_equal(said, requests[i].answers);
		assert_int_equal(to.hits, requests[i].hits);
		assert_int_equal(to.misses, requests[i].misses);
		assert_int_equal(to.malformed, requests[i].malformed);
	}
	/* Of several datagrams; the rest of the head means nothing. */
	memcpy(request, "\0\x07\0\0\0\2\0\0get k1\r\n", 16);
	kv_answer(kv, (uint8_t *)request, 16, &to);
	assert_true(to.malformed && !to.nb);
	memcpy(request, "\0\x07\0\1\0\1\0\5get k1\r\n", 16);
	kv_answer(kv, (uint8_t *)request, 16, &to);
	assert_int_equal(to.hits, 1);
	kv_answer(kv, (uint8_t *)request, 7, &to);
	assert_true(to.malformed && !to.nb);
}

/* ---- Frames -------------------------------------------------------------- */

static uint32_t sum_of_udp(const uint8_t *frame, const struct kv_frame *at)
{
	const uint8_t *udp = frame + at->udp, *ip = frame + at->ip;
	const size_t len = net16(kv_load16(udp + 4));
	uint32_t sum = csum_pseudo(IP_PROTO_UDP, len);

	sum = csum_add(sum, ip + (at->is_ipv6 ? 8 : 12), at->is_ipv6 ? 32 : 8);
	return csum_fold(csum_add(sum, udp, len));
}

enum around { PLAIN, TAGGED, OPTIONS, IPV6, TAGGED6 };

/* As it is once it was turned round. */
static size_t build(uint8_t *frame, enum around kind, bool summed,
		    const char *text, struct kv_frame *at)
{
	const size_t len = KV_HEAD_LEN + strlen(text);
	const bool v6 = kind == IPV6 || kind == TAGGED6;
	uint8_t *p = frame + 12, *ip;
	uint16_t csum;

	memset(frame, 2, 12);
	if (kind == TAGGED || kind == TAGGED6) {
		memcpy(p, "\x81\0\0\5", 4);
		p += 4;
	}
	memcpy(p, v6 ? "\x86\xdd" : "\x08\0", 2);
	ip = p + 2;
	if (v6) {
		memset(ip, 7, 40);
		ip[0] = 0x60;
		ip[4] = 0;
		ip[5] = (uint8_t)(8 + len);
		ip[6] = IP_PROTO_UDP;
		p = ip + 40;
	} else {
		const unsigned head = kind == OPTIONS ? 24 : 20;

		memset(ip, 1, head);
		ip[0] = (uint8_t)(0x40 | head / 4);
		ip[2] = 0;
		ip[3] = (uint8_t)(head + 8 + len);
		memset(ip + 6, 0, 2);
		ip[9] = IP_PROTO_UDP;
		memset(ip + 10, 0, 2);
		csum = csum_end(csum_add(0, ip, head));
		memcpy(ip + 10, &csum, 2);
		p = ip + head;
	}
	memcpy(p, "\x2b\xcb\x12\x34\0\0\0\0", 8);
	p[5] = (uint8_t)(8 + len);
	memcpy(p + 8, HEAD, KV_HEAD_LEN);
	memcpy(p + 8 + KV_HEAD_LEN, text, strlen(text));
	*at = (struct kv_frame){(uint16_t)(ip - frame), (uint16_t)(p - frame),
				(uint16_t)len, v6};
	if (summed) {
		csum = (uint16_t)~sum_of_udp(frame, at);
		memcpy(p + 6, &csum, 2);
	}
	return (size_t)(p + 8 + len - frame);
}

static void check_frame(const uint8_t *frame, size_t len,
			const struct kv_frame *at, const char *text,
			size_t text_len, bool summed)
{
	const uint8_t *ip = frame + at->ip, *udp = frame + at->udp;
	const size_t udp_len = 8 + KV_HEAD_LEN + text_len;

	assert_int_equal(len, MAX((size_t)60, at->udp + udp_len));
	assert_int_equal(net16(kv_load16(udp + 4)), udp_len);
	assert_memory_equal(udp + 8, HEAD, KV_HEAD_LEN);
	assert_memory_equal(udp + 8 + KV_HEAD_LEN, text, text_len);
	for (size_t i = at->udp + udp_len; i < len; i++)
		assert_int_equal(frame[i], 0);
	if (at->is_ipv6) {
		assert_int_equal(net16(kv_load16(ip + 4)), udp_len);
	} else {
		assert_int_equal(net16(kv_load16(ip + 2)),
				 at->udp - at->ip + udp_len);
		assert_int_equal(csum_fold(csum_add(0, ip, (ip[0] & 15u) * 4)),
				 0xffff);
	}
	if (summed)
		assert_int_equal(sum_of_udp(frame, at), 0xffff);
	else
		assert_int_equal(kv_load16(udp + 6), 0);
}

/* Each kind of frame, with a checksum and without; and wrong ones stay so. */
static void checksums_stay_right(void **state)
{
	static const char *const asked[] = {"get k1\r\n", "get 0123456789\r\n",
					    "get big\r\n", "get nope\r\n"};
	uint8_t frame[2048] = {0}, wrong[2048];
	struct kv_frame at, found;
	(void)state;

	for (unsigned i = 0; i < 5 * 2 * 4; i++) {
		const enum around kind = i % 5;
		const bool summed = kind >= IPV6 || i / 5 % 2;
		struct kv_answers said;
		size_t len = build(frame, kind, summed, asked[i / 10], &at);

		assert_true(kv_frame_find(frame, len, &found));
		assert_memory_equal(&at, &found, sizeof(at));
		for (size_t cut = 0; cut < len; cut++)
			assert_false(kv_frame_find(frame, cut, &found));
		kv_answer(kv, frame + at.udp + 8, at.len, &said);
		memcpy(wrong, frame, sizeof(frame));
		wrong[at.udp + 6] ^= 1;
		len = kv_frame_put(frame, &at, said.a[0].text, said.a[0].len);
		check_frame(frame, len, &at, said.a[0].text, said.a[0].len,
			    summed);
		kv_frame_put(wrong, &at, said.a[0].text, said.a[0].len);
		if (summed)
			assert_int_not_equal(sum_of_udp(wrong, &at), 0xffff);
	}
}

/* The short way, where there is one, comes to the same. */
static void plain_ones_are_alike(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 2 * sizeof(requests) / sizeof(requests[0]);
	     i++) {
		const char *text = requests[i / 2].request;
		uint8_t frame[2048] = {0}, other[2048];
		const struct kv_record *r;
		struct kv_answers said;
		struct kv_frame at;
		unsigned key_len = 0;
		size_t len;

		if (strlen(text) > 200)
			continue;
		build(frame, PLAIN, i % 2, text, &at);
		memcpy(other, frame, sizeof(frame));
		r = kv_plain(kv, frame, &key_len);
		kv_answer(kv, frame + at.udp + 8, at.len, &said);
		if (!r)
			continue;
		assert_int_equal(said.nb, 1);
		assert_ptr_equal(said.a[0].text, r->text);
		len = kv_plain_put(frame, r);
		check_frame(frame, len, &at, r->text, r->text_len, i % 2);
		kv_frame_put(other, &at, r->text, r->text_len);
		assert_memory_equal(frame, other, len);
	}
}

/* Of keys of each length that build() takes. */
static void plain_misses_are_alike(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * 200; i++) {
		const unsigned key_len = 1 + i / 2;
		uint8_t frame[2048] = {0}, other[2048];
		char text[216];
		struct kv_frame at;
		unsigned len, found = 0;

		snprintf(text, sizeof(text), "get %0*u\r\n", (int)key_len, 7);
		text[4] = 'n';
		build(frame, PLAIN, i % 2, text, &at);
		memcpy(other, frame, sizeof(frame));
		assert_null(kv_plain(kv, frame, &found));
		assert_int_equal(found, key_len);
		len = kv_plain_miss(frame, key_len);
		check_frame(frame, len, &at, KV_END, KV_END_LEN, i % 2);
		assert_int_equal(kv_frame_put(other, &at, KV_END, KV_END_LEN),
				 len);
		assert_memory_equal(frame, other, len);
	}
}

/* What is no request to that port, whole and in one piece. */
static void others_are_none(void **state)
{
	static const struct {
		size_t at;
		uint8_t is;
	} changes[] = {
		{12, 9}, {14, 0x44}, {14, 0x4f}, {20, 0x20}, {21, 1},
		{23, 6}, {34, 0x2a}, {38, 1},    {39, 15},
	};
	uint8_t frame[2048] = {0}, other[2048];
	struct kv_frame at;
	const size_t len = build(frame, PLAIN, true, "get k1\r\n", &at);
	(void)state;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		memcpy(other, frame, sizeof(frame));
		other[changes[i].at] = changes[i].is;
		assert_false(kv_frame_find(other, len, &at));
	}
}

/* ---- A port -------------------------------------------------------------- */

/* Port 0 asks, by a stream whose payload is this. */
static void ask(const char *text, unsigned number)
{
	struct stream s = *pktgen_stream(&pg, 0, 0);
	const uint8_t *m = pg.port[1].mac;
	struct fields_fault fault;
	char mac[18];

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1],
		 m[2], m[3], m[4], m[5]);
	assert_int_equal(fields_set_word(&s, "eth.dst", mac, &fault), 0);
	assert_int_equal(fields_set_word(&s, "udp.dst", "11211", &fault), 0);
	s.payload = PAYLOAD_PATTERN;
	memcpy(s.pattern, HEAD, KV_HEAD_LEN);
	memcpy(s.pattern + KV_HEAD_LEN, text, strlen(text));
	s.pattern_len = (uint8_t)(KV_HEAD_LEN + strlen(text));
	stream_set_size(&s, (uint16_t)MAX(64u, 46u + s.pattern_len));
	set_stream(0, &s);
	count(0, number);
	run_for(S / 1000);
}

static void a_port_answers(void **state)
{
	const struct stats *s = stats(1);
	(void)state;

	pktgen_set_mode(&pg, 2, MODE_SERVE, now);
	pktgen_set_mode(&pg, 1, MODE_TX | MODE_RX, now);
	pktgen_start(&pg, 2, now);
	ask("get k1\r\nget ", 3);
	/* There is no table, and the line behind has no end. */
	assert_int_equal(s->kv_misses, 3);
	load(NULL);
	pktgen_set_kv(&pg, kv, now);
	ask("get 012345\r\n", 10);
	assert_int_equal(s->kv_misses, 13);
	assert_int_equal(seen[1].len, 60);
	ask("get k1\r\n\r\n\r\n", 5);
	assert_int_equal(s->kv_malformed, 5);
	assert_int_equal(s->kv_hits, 5);
	assert_int_equal(s->tx_packets, 13 + 5 * 3);
	ask("get 0123456789\r\n", 100);
	assert_int_equal(s->kv_hits, 105);
	assert_int_equal(s->tx_packets, 13 + 5 * 3 + 100);
	assert_memory_equal(seen[1].last + KV_TEXT_AT,
			    "VALUE 0123456789 1 2\r\n\r\n\r\nEND\r\n", 33);
	assert_int_equal(s->rx_packets, 3 + 10 + 5 + 100);
	assert_int_equal(stats(0)->rx_packets, s->tx_packets);
	/* Others are counted, and stay. */
	ask("get k1 k2", 4);
	assert_int_equal(s->kv_malformed, 9);
	assert_int_equal(s->tx_packets, 13 + 5 * 3 + 100);
	pktgen_stop(&pg, 3);
	run_for(S / 1000);
	check_buffers();
	pktgen_set_kv(&pg, NULL, now);
	kv = NULL;
}

/* Several keys take buffers of their own, as many as there are. */
static void several_keys(void **state)
{
	const struct stats *s = stats(1);
	(void)state;

	load(NULL);
	pktgen_set_kv(&pg, kv, now);
	pktgen_set_mode(&pg, 2, MODE_SERVE, now);
	pktgen_set_mode(&pg, 1, MODE_TX | MODE_RX, now);
	pktgen_start(&pg, 2, now);
	ask("get k1 k2 k1 k1 k2 big no k1\r\n", 200);
	assert_int_equal(s->kv_hits, 7 * 200);
	assert_int_equal(s->kv_misses, 200);
	assert_int_equal(s->tx_packets + s->tx_dropped, 7 * 200);
	assert_in_range(s->tx_packets, 7 * 20, 7 * 200);
	pktgen_stop(&pg, 3);
	run_for(S / 1000);
	check_buffers();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_found),
		cmocka_unit_test_setup_teardown(requests_are_answered, load,
						unload),
		cmocka_unit_test_setup_teardown(checksums_stay_right, load,
						unload),
		cmocka_unit_test_setup_teardown(plain_misses_are_alike, load,
						unload),
		cmocka_unit_test_setup_teardown(plain_ones_are_alike, load,
						unload),
		cmocka_unit_test_setup_teardown(others_are_none, load, unload),
		cmocka_unit_test_setup_teardown(a_port_answers, setup,
						teardown),
		cmocka_unit_test_setup_teardown(several_keys, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
