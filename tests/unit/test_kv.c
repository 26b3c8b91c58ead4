/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests for keys, and what is answered: as memcached 1.6.18 answers them by
 * UDP, but for the empty datagram that it sends for a miss before another key.
 */
#include "kv_rig.h"

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

/* As it was before it was turned, 200 bytes of it. */
static const struct kv_record *find_plain(const uint8_t *frame, size_t len,
					  unsigned *key_len)
{
	uint8_t asked[2048] = {0};
	const uint8_t *const key = asked + KV_PLAIN_KEY_AT;

	memcpy(asked, frame, len);
	memcpy(asked + KV_UDP_AT, frame + KV_UDP_AT + 2, 2);
	memcpy(asked + KV_UDP_AT + 2, frame + KV_UDP_AT, 2);
	if (!kv_plain(asked, len, 0, key_len)) {
		*key_len = 0;
		return NULL;
	}
	assert_false(kv_plain(asked, len, 1, key_len));
	if (*key_len <= 8)
		assert_ptr_equal(kv_look(kv, key, *key_len),
				 kv_look_short(kv, key, *key_len));
	return kv_look(kv, key, *key_len);
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
		unsigned key_len;
		size_t len;

		if (strlen(text) > 200)
			continue;
		len = build(frame, PLAIN, i % 2, text, &at);
		memcpy(other, frame, sizeof(frame));
		r = find_plain(frame, len, &key_len);
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
		unsigned len, found;

		snprintf(text, sizeof(text), "get %0*u\r\n", (int)key_len, 7);
		text[4] = 'n';
		len = (unsigned)build(frame, PLAIN, i % 2, text, &at);
		memcpy(other, frame, sizeof(frame));
		assert_null(find_plain(frame, len, &found));
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
