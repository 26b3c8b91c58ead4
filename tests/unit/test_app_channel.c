/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The data channel, of which this is the client's end, written from
 * docs/protocol.md: what comes, what goes, and whoever does it wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/read.h"
#include "files/crc32.h"
#include "tests/unit/app_rig.h"

#define HEAD 16
#define TOKEN 0x5eed0001ull
#define WINDOW 65536u
#define FILE_BYTES 200000u

struct block {
	unsigned char kind, lane;
	uint32_t len;
	uint64_t pos;
	unsigned char data[4096];
};

static unsigned char contents[FILE_BYTES];

static void put_head(unsigned char *to, char kind, unsigned lane, uint32_t len,
		     uint64_t pos)
{
	memcpy(to, "uk", 2);
	to[2] = (unsigned char)kind;
	to[3] = (unsigned char)lane;
	memcpy(to + 4, &len, 4);
	memcpy(to + 8, &pos, 8);
}

static void send_block(char kind, unsigned lane, uint64_t pos, const void *data,
		       uint32_t len)
{
	unsigned char head[HEAD];

	put_head(head, kind, lane, len, pos);
	host_channel_put(head, HEAD);
	host_channel_put(data, len);
}

/* The next block of the appliance; false: there is none. */
static bool next_block(struct block *b)
{
	unsigned char head[HEAD];

	if (!host_channel_get(head, HEAD))
		return false;
	assert_memory_equal(head, "uk", 2);
	b->kind = head[2];
	b->lane = head[3];
	memcpy(&b->len, head + 4, 4);
	memcpy(&b->pos, head + 8, 8);
	assert_true(b->len <= sizeof(b->data));
	assert_int_equal(host_channel_get(b->data, b->len), b->len);
	return true;
}

static void open_channel(void)
{
	struct block b;

	rig_must("channel open 5eed0001");
	rig_run(MS);
	/* What was under way before comes first. */
	do
		assert_true(next_block(&b));
	while (b.kind != 'O');
	assert_int_equal(b.pos, TOKEN);
	assert_false(next_block(&b));
	send_block('O', 0, TOKEN, "", 0);
	rig_run(MS);
	assert_non_null(
		strstr(rig_ask("channel --json", NULL), "\"state\":\"open\""));
}

static bool ended(void)
{
	return strstr(rig.screen, "@1 OK\r\n") || strstr(rig.screen, "@1 ERR ");
}

/* It is closed, and says why; the line answers. */
static void expect_fault(const char *why)
{
	rig_run(MS);
	rig_ask("channel --json", NULL);
	if (!strstr(rig.screen, "\"state\":\"closed\"") ||
	    !strstr(rig.screen, why))
		fail_msg("not '%s': %s", why, rig.screen);
}

static void begin_put(const char *name, uint32_t size)
{
	char line[100];

	for (unsigned i = 0; i < FILE_BYTES; i++)
		contents[i] = (unsigned char)(i * 7 + (i >> 8));
	snprintf(line, sizeof(line), "put %s %u %08x", name, size,
		 crc32_add(0, contents, size));
	rig_must(line);
	snprintf(line, sizeof(line), "channel put %s", name);
	rig_send(line);
}

/* ---- What goes right ----------------------------------------------------- */

static void there_is_none_without_a_device(void **state)
{
	(void)state;
	assert_non_null(strstr(rig_ask("channel --json", NULL),
			       "{\"state\":\"absent\"}"));
	rig_ask("channel open 00000001", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_STATE"));
	rig_ask("channel get x", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_NOFILE"));
}

static void what_stands_before_the_token_is_nobodys(void **state)
{
	unsigned char junk[5000], half[HEAD];

	(void)state;
	rig_must("channel open 5eed0001");
	for (unsigned i = 0; i < sizeof(junk); i++)
		junk[i] = (unsigned char)(i % 3 ? 'u' : 'k');
	host_channel_put(junk, sizeof(junk));
	/* A block of somebody else's, and one's own that breaks off. */
	send_block('O', 0, TOKEN + 1, "", 0);
	put_head(half, 'O', 0, 0, TOKEN);
	host_channel_put(half, 11);
	rig_run(MS);
	assert_non_null(strstr(rig_ask("channel --json", NULL),
			       "\"state\":\"opening\""));
	for (unsigned i = 0; i < HEAD; i++) {
		host_channel_put(half + i, 1);
		rig_run(100 * US);
	}
	rig_ask("channel --json", NULL);
	assert_non_null(strstr(rig.screen, "\"state\":\"open\""));
	assert_non_null(strstr(rig.screen, "\"stray\":5027"));
}

static void a_file_comes(void **state)
{
	uint64_t at = 0, limit = 0;
	struct block b;

	(void)state;
	open_channel();
	begin_put("f", FILE_BYTES);
	rig_run(MS);
	assert_true(next_block(&b));
	assert_int_equal(b.kind, 'A');
	assert_int_equal(b.pos, 0);
	assert_true(next_block(&b));
	assert_int_equal(b.kind, 'G');
	limit = b.pos;
	srand(1);
	while (!ended()) {
		uint32_t n = (uint32_t)rand() % 30000;

		n = MIN(n, FILE_BYTES - (uint32_t)at);
		if (at + n <= limit && n) {
			/* Some of it is there already. */
			const uint64_t from =
				at - MIN(at, (uint64_t)rand() % 100);

			n = (uint32_t)(at + n - from);
			n = (uint32_t)MIN(n, limit - from);
			send_block('D', 0, from, contents + from, n);
			at = from + n;
		}
		rig_run(100 * US);
		while (next_block(&b)) {
			assert_int_equal(b.kind, 'G');
			assert_true(b.pos > limit);
			limit = b.pos;
		}
		assert_true(rig.now < 10 * S);
	}
	assert_non_null(strstr(rig.screen, "@1 OK"));
	assert_memory_equal(
		store_data(&rig.app.store, store_find(&rig.app.store, "f")),
		contents, FILE_BYTES);
	/* It is in step: the next one begins where this one ended. */
	begin_put("g", 3);
	rig_run(MS);
	send_block('D', 0, 0, contents, 3);
	while (!ended())
		rig_run(MS);
	assert_non_null(store_find(&rig.app.store, "g"));
}

static void a_file_goes(void **state)
{
	uint64_t at = 1000, taken = 1000;
	struct block b;

	(void)state;
	a_file_comes(NULL);
	while (next_block(&b))
		;
	rig_send("channel get f 1000 --json");
	while (!ended()) {
		rig_run(MS);
		while (next_block(&b)) {
			assert_int_equal(b.kind, 'D');
			assert_int_equal(b.pos, at);
			assert_memory_equal(b.data, contents + at, b.len);
			at += b.len;
		}
		assert_true(at <= taken + WINDOW);
		taken = at;
		send_block('A', 0, taken, "", 0);
	}
	assert_int_equal(at, FILE_BYTES);
	assert_non_null(strstr(rig.screen, "{\"name\":\"f\",\"size\":200000"));
	/* Nothing was left to be said at its end. */
	assert_null(strstr(rig.screen, "{}"));
	rig_must("channel get f 200000");
	rig_ask("channel get f 200001", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_RANGE"));
	/* It becomes another while it goes. */
	rig_send("channel get f");
	rig_run(MS);
	store_add(&rig.app.store, "f", "new", 3);
	send_block('A', 0, 4080, "", 0);
	while (!ended())
		rig_run(MS);
	assert_non_null(strstr(rig.screen, "ERR E_STATE"));
}

/* The line is faster than the channel: what comes of it is waited for. */
static void one_that_is_opening_is_waited_for(void **state)
{
	(void)state;
	store_add(&rig.app.store, "f", contents, 1000);
	rig_must("channel open 5eed0001");
	rig_send("channel get f 1000 --json");
	rig_run(500 * MS);
	assert_false(ended());
	send_block('O', 0, TOKEN, "", 0);
	rig_run(10 * MS);
	assert_non_null(strstr(rig.screen, "@1 OK"));
	/* A transfer that is cancelled there has ended no other's. */
	rig_must("channel open 5eed0001");
	rig_send("channel get f");
	rig_run(100 * MS);
	rig_type("\x03");
	rig_run(MS);
	assert_non_null(strstr(rig.screen, "ERR E_CANCEL"));
	rig_ask("channel --json", NULL);
	assert_non_null(strstr(rig.screen, "\"state\":\"opening\""));
	/* Whatever comes in place of the token, it is not for ever. */
	rig_must("channel open 5eed0001");
	rig_send("channel get f");
	for (unsigned i = 0; i < 25 && !ended(); i++) {
		host_channel_put(contents, 100);
		rig_run(100 * MS);
	}
	assert_non_null(strstr(rig.screen, "the data channel is opening"));
}

/* Frames that came, as a pcap file that is read as it grows. */
static unsigned count_frames(unsigned char *file, size_t len)
{
	const struct capture_bytes bytes = {file, 0, len, true};
	struct capture_record record;
	struct capture_reader r;
	unsigned n = 0;

	capture_begin(&r);
	while (capture_next(&r, &bytes, &record) == CAPTURE_RECORD)
		n++;
	return n;
}

static void a_live_capture_goes(void **state)
{
	static unsigned char file[1 << 20];
	size_t at = 0;
	struct block b;

	(void)state;
	open_channel();
	rig_must("rate 0 100kpps; capture 1 count 3000 -; start 0 count 3500");
	rig_send("channel capture 0 --json");
	while (!ended()) {
		rig_run(MS);
		while (next_block(&b)) {
			assert_int_equal(b.pos, at);
			assert_true(at + b.len < sizeof(file));
			memcpy(file + at, b.data, b.len);
			at += b.len;
		}
		send_block('A', 0, at, "", 0);
		assert_true(rig.now < 10 * S);
	}
	assert_int_equal(count_frames(file, at), 3000);
	assert_non_null(strstr(rig.screen, "\"frames\":3000,\"no_room\":0,"
					   "\"over\":true}\r\n@1 OK"));
	rig_must("capture off");
	rig_ask("channel capture 0", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_STATE"));
}

/* ---- What goes wrong ----------------------------------------------------- */

static void what_is_no_block_closes_it(void **state)
{
	static const struct {
		char kind;
		unsigned lane;
		uint32_t len;
		uint64_t pos;
		const char *why;
	} wrong[] = {
		{'X', 0, 0, 0, "what came is no block"},
		{'D', 2, 0, 0, "what came is no block"},
		{'O', 0, 0, TOKEN, "what came is no block"},
		{'D', 0, 65537, 0, "a block was too long"},
		{'D', 0, 65536, 1, "bytes were missing"},
		{'G', 0, 0, 1, "what came is no block"},
		{'A', 0, 1, 0, "bytes were taken that were not sent"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		unsigned char head[HEAD];

		open_channel();
		begin_put("f", FILE_BYTES);
		rig_run(MS);
		put_head(head, wrong[i].kind, wrong[i].lane, wrong[i].len,
			 wrong[i].pos);
		host_channel_put(head, HEAD);
		while (!ended())
			rig_run(MS);
		assert_non_null(strstr(rig.screen, "ERR E_STATE"));
		assert_non_null(strstr(rig.screen, wrong[i].why));
		expect_fault(wrong[i].why);
		host_channel_put(contents, 1000);
		rig_run(MS);
		while (host_channel_get(head, 1))
			;
	}
}

static void an_upload_that_is_removed_is_told(void **state)
{
	(void)state;
	open_channel();
	begin_put("f", FILE_BYTES);
	rig_run(MS);
	store_remove(&rig.app.store, "f");
	send_block('D', 0, 0, contents, 1000);
	while (!ended())
		rig_run(MS);
	assert_non_null(strstr(rig.screen, "the upload of 'f' was removed or "
					   "replaced"));
}

static void more_than_was_asked_for_closes_it(void **state)
{
	(void)state;
	open_channel();
	/* What comes before it was granted is nobody's. */
	begin_put("f", FILE_BYTES);
	send_block('D', 0, 0, contents, 65536);
	rig_run(MS);
	expect_fault("more came than was asked for");
}

static void a_client_that_goes_is_missed(void **state)
{
	uint64_t took_ns;

	(void)state;
	open_channel();
	begin_put("f", FILE_BYTES);
	rig_run(MS);
	send_block('D', 0, 0, contents, 1000);
	took_ns = rig.now;
	while (!ended())
		rig_run(100 * MS);
	assert_in_range(rig.now - took_ns, 10 * S, 11 * S);
	assert_non_null(strstr(rig.screen, "nothing moved on the data"));
	expect_fault("nothing moved");
	/* A capture waits for frames for ever, but not for who reads. */
	open_channel();
	rig_must("capture 1 -");
	rig_send("channel capture 24");
	rig_run(20 * S);
	assert_false(ended());
	rig_type("\x03");
	while (!ended())
		rig_run(MS);
}

static void a_cancelled_one_closes_it(void **state)
{
	(void)state;
	open_channel();
	begin_put("f", FILE_BYTES);
	rig_run(MS);
	rig_type("\x03");
	while (!ended())
		rig_run(MS);
	assert_non_null(strstr(rig.screen, "ERR E_CANCEL"));
	expect_fault("a transfer was cancelled");
	/* What is still on its way does not disturb who comes next. */
	send_block('D', 0, 0, contents, 5000);
	rig_must("channel open 5eed0001");
	send_block('O', 0, TOKEN, "", 0);
	rig_run(MS);
	begin_put("f", FILE_BYTES);
	rig_run(MS);
	assert_false(ended());
}

/* A block, right or wrong, or bytes that are none, in pieces. */
static void send_any(unsigned *at)
{
	static const char kinds[] = "DDDDAAOGXd";
	static const uint64_t far[] = {
		0,      1,        1000,       65536,
		262144, 1u << 31, UINT64_MAX, UINT64_MAX - 100};
	unsigned char head[HEAD];
	uint32_t len = (uint32_t)rand() % 3000;
	uint64_t pos = *at;

	if (rand() % 8 == 0)
		pos = far[rand() % ARRAY_SIZE(far)];
	put_head(head, kinds[(unsigned)rand() % (sizeof(kinds) - 1)],
		 rand() % 16 ? (unsigned)rand() % 2 : 255, len, pos);
	if (rand() % 16 == 0)
		head[rand() % HEAD] ^= (unsigned char)(1 << rand() % 8);
	if (head[2] != 'D' && rand() % 4)
		memset(head + 4, 0, 4);
	host_channel_put(head, HEAD);
	if (head[2] != 'D')
		return;
	host_channel_put(contents, rand() % 8 ? len : len / 2);
	*at = (unsigned)(pos + len) % 300000;
}

/* It is open or says why not; nobody writes where nothing was granted. */
static void any_bytes_leave_the_line_alive(void **state)
{
	static const char *const asked[] = {
		"rm f; put f 90000 00000001; channel put f",
		"channel get g",
		"play 0 - frames 900 bytes 90000 speed rate; start 0",
		"capture 1 -; channel capture 0",
	};
	static unsigned char out[1 << 16];

	(void)state;
	rig_must("put g 3 352441c2; chunk g 0 352441c2 YWJj");
	for (unsigned seed = 1; seed < 300; seed++) {
		unsigned at = 0;

		srand(seed);
		rig_must("channel open 5eed0001");
		send_block('O', 0, TOKEN, "", 0);
		rig_run(100 * US);
		rig_send(asked[seed % ARRAY_SIZE(asked)]);
		rig_run(100 * US);
		for (int i = rand() % 20; i; i--) {
			send_any(&at);
			rig_run(40 * US);
			while (host_channel_get(out, sizeof(out)))
				;
		}
		rig_type("\x05\x15\n\x03");
		rig_run(MS);
		rig_must("stop; play off; capture off; channel");
		rig_must("stats");
	}
}

int main(void)
{
#define TEST(f)                                              \
	{                                                    \
#f, f, rig_setup_channel, rig_teardown, NULL \
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(there_is_none_without_a_device,
						rig_setup, rig_teardown),
		TEST(what_stands_before_the_token_is_nobodys),
		TEST(a_file_comes),
		TEST(a_file_goes),
		TEST(one_that_is_opening_is_waited_for),
		TEST(a_live_capture_goes),
		TEST(what_is_no_block_closes_it),
		TEST(an_upload_that_is_removed_is_told),
		TEST(more_than_was_asked_for_closes_it),
		TEST(a_client_that_goes_is_missed),
		TEST(a_cancelled_one_closes_it),
		TEST(any_bytes_leave_the_line_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
