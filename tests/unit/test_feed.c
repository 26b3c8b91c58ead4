/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture that comes while it is played: its ring whatever comes in whatever
 * pieces, and what is sent of it, by whom, when.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pktgen/feed.h"
#include "tests/unit/app_rig.h"

#define HEAD 16
#define TOKEN 0x5eed0001u

static unsigned char stream[4 << 20];
static size_t stream_len;

/* A record: its frame begins with its number. */
static void add(uint64_t ns, uint32_t number, uint32_t len)
{
	const uint32_t head[4] = {(uint32_t)(ns / S), (uint32_t)(ns % S), len,
				  len};
	unsigned char *p = stream + stream_len;

	assert_true(stream_len + HEAD + len <= sizeof(stream));
	memcpy(p, head, HEAD);
	for (uint32_t i = 0; i < len; i++)
		p[HEAD + i] = (unsigned char)(number * 13 + i);
	memcpy(p + HEAD, &number, 4);
	stream_len += HEAD + len;
}

static void check(const struct feed_record *r, uint32_t number)
{
	assert_memory_equal(r->data, &number, 4);
	for (uint32_t i = 4; i < r->len; i++)
		assert_int_equal(r->data[i], (unsigned char)(number * 13 + i));
	assert_int_equal(r->ns, number * 1000003ull);
}

/* What is granted always fits, and comes out as it went in. */
static void the_ring_holds_what_it_grants(void **state)
{
	static unsigned char mem[200000];
	struct feed_place p = {0, 0}, from;
	struct feed_record r;
	uint64_t at = 0;
	struct feed f;

	(void)state;
	for (unsigned seed = 1; seed < 40; seed++) {
		const uint32_t longest = seed % 2 ? 9000 : 60;

		srand(seed);
		stream_len = 0;
		for (uint32_t i = 0; i < 400; i++)
			add(i * 1000003ull, i,
			    14 + (uint32_t)rand() % (longest - 13));
		/* The end of the block is watched by ASan in the heap. */
		unsigned char *block = malloc(40000 + seed);

		(void)mem;
		feed_init(&f, block, 40000 + seed);
		f.frames = 400;
		f.max = longest;
		p = (struct feed_place){0, 0};
		at = 0;
		while (p.n < 400) {
			const uint64_t limit =
				MIN(feed_limit(&f), (uint64_t)stream_len);
			const size_t n = at < limit ? (size_t)rand() % 5000 : 0;
			const size_t some = MIN(n, (size_t)(limit - at));

			assert_true(feed_take(&f, stream + at, some));
			at += some;
			assert_int_equal(f.received, at);
			for (int i = rand() % 20; i && p.n < f.records; i--) {
				from = p;
				feed_next(&f, &p, &r);
				check(&r, (uint32_t)p.n - 1);
				feed_done(&f, &from, &p);
			}
			assert_true(f.emptied <= f.filled);
			assert_true(f.filled - f.emptied <= f.size);
		}
		assert_int_equal(at, stream_len);
		free(block);
	}
}

static void what_is_wrong_is_named(void **state)
{
	static const uint32_t wrong[][2] = {
		{13, 13}, {1501, 1501}, {100, 101}, {UINT32_MAX, UINT32_MAX}};
	unsigned char mem[8192];
	struct feed f;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		stream_len = 0;
		add(0, 0, 100);
		add(1, 1, 100);
		memcpy(stream + 116 + 8, wrong[i], 8);
		feed_init(&f, mem, sizeof(mem));
		f.frames = 5;
		f.max = 1500;
		assert_false(feed_take(&f, stream, stream_len));
		assert_int_equal(f.number, 2);
		assert_int_equal(f.records, 1);
		assert_false(feed_take(&f, stream, 1));
	}
	/* One more than was said. */
	stream_len = 0;
	add(0, 0, 100);
	feed_init(&f, mem, sizeof(mem));
	f.frames = 1;
	f.max = 1500;
	assert_true(feed_take(&f, stream, stream_len));
	assert_false(feed_take(&f, stream, stream_len));
	assert_int_equal(f.number, 2);
}

/* ---- It is played -------------------------------------------------------- */

static struct {
	uint32_t next; /* number of the frame that is to come */
	uint64_t first_ns, last_ns;
	uint64_t sent, limit; /* bytes, by the client */
	bool mixed;           /* frames of others are sent, too */
	unsigned others;
} w;

static void put_block(char kind, unsigned lane, uint64_t pos, const void *data,
		      uint32_t len)
{
	unsigned char head[HEAD] = {'u', 'k', (unsigned char)kind,
				    (unsigned char)lane};

	memcpy(head + 4, &len, 4);
	memcpy(head + 8, &pos, 8);
	host_channel_put(head, HEAD);
	host_channel_put(data, len);
}

static void saw(void *arg, const void *frame, size_t len)
{
	(void)arg;
	(void)len;
	if (w.mixed && memcmp(frame, &w.next, 4) != 0) {
		w.others++;
		return;
	}
	assert_memory_equal(frame, &w.next, 4);
	if (!w.next)
		w.first_ns = rig.now;
	w.last_ns = rig.now;
	w.next++;
}

/* Sends what it may of the stream, up to byte `end` of it. */
static void feed_up_to(size_t end)
{
	unsigned char head[HEAD];
	uint64_t pos;

	while (host_channel_get(head, HEAD)) {
		memcpy(&pos, head + 8, 8);
		if (head[2] == 'G' && head[3] == 1)
			w.limit = pos;
		else if (head[2] == 'A' && head[3] == 1)
			w.sent = pos;
	}
	end = MIN(end, (size_t)w.limit);
	for (int i = 0; i < 4 && w.sent < end; i++) {
		const uint32_t n = (uint32_t)MIN(end - w.sent, (size_t)30000);

		put_block('D', 1, w.sent, stream + w.sent, n);
		w.sent += n;
	}
}

static void open_and_play(const char *play)
{
	memset(&w, 0, sizeof(w));
	host_netdev_tap(rig.dev[0], saw, NULL);
	rig_must("channel open 5eed0001");
	put_block('O', 0, TOKEN, "", 0);
	rig_run(MS);
	rig_must(play);
	rig_run(MS);
}

static void make_stream(uint32_t frames, uint64_t gap_ns, uint32_t len)
{
	stream_len = 0;
	for (uint32_t i = 0; i < frames; i++)
		add(5 * S + i * gap_ns, i, len);
}

static void it_is_sent_at_its_own_times(void **state)
{
	(void)state;
	/* Over twice what the store has room for. */
	make_stream(2000, 100 * US, 1400);
	open_and_play("play 0 - frames 2000 bytes 2800000 span 199900us");
	for (int i = 0; i < 20; i++) {
		feed_up_to(stream_len);
		rig_run(100 * US);
	}
	assert_in_range(w.sent, 1 << 20, stream_len - 1);
	rig_send("start 0; wait idle");
	while (!strstr(rig.screen, "@1 OK")) {
		feed_up_to(stream_len);
		rig_step(20 * US);
		assert_true(rig.now < 10 * S);
	}
	assert_int_equal(w.next, 2000);
	assert_in_range(w.last_ns - w.first_ns, 199900 * US - 40 * US,
			199900 * US + 40 * US);
	rig_ask("play --json", NULL);
	assert_non_null(strstr(rig.screen, "\"unsent\":0,\"stalls\":0"));
	/* What it had comes back. */
	rig_must("play 0 off");
	assert_int_equal(rig.app.store.kept, 0);
	assert_null(rig.app.pktgen.files.feed);
}

static void it_waits_when_it_runs_dry(void **state)
{
	const uint64_t half = 50 * (HEAD + 100);

	(void)state;
	make_stream(100, 100 * US, 100);
	open_and_play("play 0 - frames 100 bytes 10000 span 9900us");
	rig_must("start 0");
	rig_run(5 * MS);
	assert_int_equal(w.next, 0);
	feed_up_to(half);
	rig_run(20 * MS);
	/* Of the last that is there it is not known how far the next is. */
	assert_int_equal(w.next, 49);
	rig_run(2 * S);
	assert_non_null(strstr(rig.screen, "play: waits for frames"));
	feed_up_to(stream_len);
	rig_must("wait idle");
	assert_int_equal(w.next, 100);
	assert_non_null(strstr(rig.screen, "play: goes on after 20"));
	rig_ask("play --json", NULL);
	assert_non_null(strstr(rig.screen, "\"stalls\":1,\"stalled\":2.0"));
	/* Stopped and started again, it goes on. */
	make_stream(100, 100 * US, 100);
	open_and_play("play 0 - frames 100 bytes 10000 span 9900us");
	feed_up_to(stream_len);
	rig_must("start 0; sleep 5ms; stop 0");
	assert_in_range(w.next, 45, 55);
	rig_must("start 0; wait idle");
	assert_int_equal(w.next, 100);
}

static void it_is_sent_at_a_rate(void **state)
{
	(void)state;
	make_stream(1000, 0, 100);
	rig_must("rate 0 3kpps");
	open_and_play("play 0 - frames 1000 bytes 100000 speed rate");
	feed_up_to(stream_len);
	rig_must("start 0; wait idle");
	assert_int_equal(w.next, 1000);
	assert_in_range(w.last_ns - w.first_ns, 333000 * US - 40 * US,
			333000 * US + 40 * US);
	/* Faster than it was, beside another stream; flat out. */
	make_stream(100, 1000 * US, 100);
	rig_must("play 0 off; stream 0.1 add; rate 0.1 1kpps");
	open_and_play("play 0.0 - frames 100 bytes 10000 span 99ms speed 10x");
	w.mixed = true;
	feed_up_to(stream_len / 2);
	rig_must("start 0; sleep 10ms");
	assert_int_equal(w.next, 49);
	assert_in_range(w.others, 9, 11);
	feed_up_to(stream_len);
	rig_must("sleep 10ms; stop 0");
	assert_int_equal(w.next, 100);
	rig_must("play 0.0 off; rate 0.0 max; stream 0.1 delete");
	make_stream(3000, 1000 * US, 100);
	open_and_play("play 0 - frames 3000 bytes 300000 speed rate");
	feed_up_to(stream_len);
	rig_run(MS);
	feed_up_to(stream_len);
	rig_run(MS);
	feed_up_to(stream_len);
	rig_must("start 0; wait idle");
	assert_int_equal(w.next, 3000);
	assert_true(w.last_ns - w.first_ns < 10 * MS);
}

static void one_is_fed_at_a_time(void **state)
{
	(void)state;
	open_and_play("play 0 - frames 10 bytes 1000");
	rig_ask("play 1 - frames 10 bytes 1000", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_STATE"));
	rig_ask("play 0-1 - frames 10 bytes 1000", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_RANGE"));
	rig_ask("play 1 -", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_MISSING"));
	rig_must("play 0 - frames 20 bytes 2000");
	assert_int_equal(rig.app.feed.feed.frames, 20);
	/* A capture that is on beside it, in either order of their ends. */
	rig_must("capture 1 -; play 0 off");
	assert_true(rig.app.store.kept > 0);
	rig_ask("play 0 - frames 10 bytes 1000", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_STATE"));
	rig_must("capture off");
	assert_int_equal(rig.app.store.kept, 0);
	/* One that is wrong is told, and can be ended. */
	make_stream(3, 1000, 100);
	memset(stream + 116 + 8, 1, 4);
	open_and_play("play 0 - frames 3 bytes 300; start 0");
	feed_up_to(stream_len);
	rig_run(10 * MS);
	assert_non_null(strstr(rig.screen, "play: record 2 that is fed"));
	rig_must("stop 0; play 0 off");
	/* Whoever takes the frames of before does not see them. */
	rig_ask("show frame 0 0", NULL);
	rig_must("play 0 - frames 3 bytes 300");
	rig_ask("show frame 0 0", NULL);
	assert_non_null(strstr(rig.screen, "ERR E_STATE"));
	rig_must("start 0 --dry-run; show 0; show config");
	rig_must("save a");
	rig_must("reset");
	assert_null(rig.app.pktgen.files.feed);
}

static void expect_error(const char *command, const char *error)
{
	rig_ask(command, NULL);
	if (!strstr(rig.screen, error))
		fail_msg("'%s', not '%s': %s", command, error, rig.screen);
}

static void expect_reply(const char *command, const char *part)
{
	expect_error(command, part);
	assert_non_null(strstr(rig.screen, "@1 OK"));
}

/* One record. */
static const unsigned char pcap[24 + 16 + 60] = {
	0x4d, 0x3c, 0xb2, 0xa1, 2,         0, 4, 0, [16] = 0,
	0,    4,    0,    1,    [32] = 60, 0, 0, 0, 60};

static void fill_store(const char *name, size_t but)
{
	struct store *s = &rig.app.store;
	const size_t n = s->limit - s->used - but;
	unsigned char *bytes = calloc(1, n);

	assert_int_equal(store_add(s, name, bytes, n), E_OK);
	free(bytes);
}

/* Two would take each other's frames. */
static void it_has_one_reader(void **state)
{
	(void)state;
	make_stream(10, 1000 * US, 100);
	open_and_play("play 0 - frames 10 bytes 1000 span 9ms");
	expect_error("stream 0.1 add from 0.0",
		     "stream 0.0 plays what is fed to it alone; "
		     "'play 0.0 off' ends that");
	expect_error("weight 0.1 2", "ERR ");
	/* It is the same one once it is compiled anew, with tags too. */
	feed_up_to(stream_len);
	rig_must("start 0; sleep 4500us; stop 0");
	assert_int_equal(w.next, 5);
	rig_must("vlan 0 5");
	assert_non_null(rig.app.pktgen.files.feed);
	assert_true(rig.app.store.kept > 0);
	w.mixed = true;
	rig_must("start 0; wait idle");
	assert_int_equal(w.next, 10);
	rig_must("vlan 0 off; play 0 off");
	assert_null(rig.app.pktgen.files.feed);
	assert_int_equal(rig.app.store.kept, 0);
}

static void one_that_is_refused_changes_nothing(void **state)
{
	(void)state;
	make_stream(10, 1000 * US, 100);
	rig_must("stream 0.1 add");
	open_and_play("play 0.1 - frames 10 bytes 1000");
	store_add(&rig.app.store, "t.pcap", pcap, sizeof(pcap));
	rig_must("play 0.0 t.pcap");
	expect_error("play 0.0 - frames 5 bytes 300",
		     "stream 0.1 is being fed; 'play 0.1 off' ends that");
	expect_reply("play 0.0 --json", "\"play\":\"t.pcap\"");
	rig_must("play 0.1 off; play 0.0 - frames 10 bytes 1000");
	rig_must("capture 1 z.pcap");
	expect_error("play 0.0 - frames 5 bytes 300", "'capture off' ends it");
	expect_reply("play 0.0 --json", "\"frames\":10,");
	rig_must("capture off");
	/* What the stream is does not go with the new one. */
	rig_must("play 0.0 - frames 10 bytes 1000 speed rate; gap 0.0 poisson");
	expect_error("play 0.0 - frames 5 bytes 300", "no 'gap'");
	expect_reply("play 0.0 --json", "\"frames\":10,");
	assert_true(rig.app.store.kept > 0);
	rig_must("play 0.0 off");
	/* Its room is what there will be once the last one has ended. */
	fill_store("f", 226 << 10);
	rig_must("play 0.0 - frames 8 bytes 300 speed rate");
	rig_must("play 0.0 - frames 5 bytes 300 speed rate");
	fill_store("g", 2000);
	expect_error("play 0.0 - frames 7 bytes 700 speed rate", "ERR E_FULL");
	expect_reply("play 0.0 --json", "\"frames\":5,");
}

/* Who feeds it cannot know, unless it opens it anew by itself. */
static void a_closed_channel_is_told(void **state)
{
	(void)state;
	make_stream(10, 1000 * US, 100);
	open_and_play("play 0 - frames 10 bytes 1000");
	rig_must("channel open 5eed0001; sleep 2s");
	put_block('O', 0, TOKEN, "", 0);
	put_block('D', 1, 5, stream, 10);
	rig_must("sleep 900ms");
	assert_null(strstr(rig.screen, "play:"));
	rig_must("sleep 200ms");
	assert_non_null(strstr(rig.screen, "play: the data channel is closed: "
					   "bytes were missing"));
	rig_must("sleep 5s");
	assert_null(strstr(rig.screen, "play:"));
	/* Once for each time, and not once all is there. */
	rig_must("channel open 5eed0001");
	put_block('O', 0, TOKEN, "", 0);
	feed_up_to(0);
	rig_run(MS);
	feed_up_to(stream_len);
	put_block('X', 0, 0, "", 0);
	rig_must("sleep 2s");
	assert_null(strstr(rig.screen, "play:"));
}

static void what_cannot_come_is_refused(void **state)
{
	(void)state;
	make_stream(10, 1000 * US, 100);
	open_and_play("play 0 - frames 10 bytes 140");
	expect_error("play 0 - frames 10 bytes 139",
		     "ERR E_RANGE 26 a frame has 14..1514 bytes");
	expect_error("play 0 - frames 1000000000000000 bytes 1000000000000000",
		     "ERR E_RANGE");
	expect_error("play 0 - frames 10 bytes 15141", "ERR E_RANGE");
	expect_reply("play 0 --json", "\"frames\":10,");
	/* It is played once. */
	rig_must("play 0 - frames 10 bytes 1000");
	feed_up_to(stream_len);
	rig_must("start 0; wait idle");
	assert_int_equal(w.next, 10);
	expect_error("start 0 count 5",
		     "stream 0.0: all that was fed has been played; feed it "
		     "again");
	expect_error("start", "ERR E_STATE");
	rig_must("mode 0 reflect; start 0; stop; mode 0 txrx");
	rig_must("play 0 - frames 10 bytes 1000; start 0");
}

int main(void)
{
#define TEST(f)                                              \
	{                                                    \
#f, f, rig_setup_channel, rig_teardown, NULL \
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ring_holds_what_it_grants),
		cmocka_unit_test(what_is_wrong_is_named),
		TEST(it_is_sent_at_its_own_times),
		TEST(it_waits_when_it_runs_dry),
		TEST(it_is_sent_at_a_rate),
		TEST(one_is_fed_at_a_time),
		TEST(it_has_one_reader),
		TEST(one_that_is_refused_changes_nothing),
		TEST(a_closed_channel_is_told),
		TEST(what_cannot_come_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
