/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/app_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/read.h"
#include "files/base64.h"

/* tcpdump -ddd 'udp src port 2': of IPv4 without options. */
#define PORT_2 "6,40,0,0,34,21,0,3,2,40,0,0,12,21,0,1,2048,6,0,0,262144,6,0,0,0"

static const struct store_file *file(const char *name)
{
	const struct store_file *f = store_find(&rig.app.store, name);

	if (!f)
		fail_msg("no file '%s': %s", name, rig.screen);
	return f;
}

/* Records of a file; those of the last one in *last. */
static unsigned records(const char *name, struct capture_record *last)
{
	const struct store_file *f = file(name);
	const struct capture_bytes bytes = {store_data(&rig.app.store, f), 0,
					    f->size, true};
	enum capture_result result;
	struct capture_reader r;
	struct capture_record record;
	unsigned n = 0;

	capture_begin(&r);
	while ((result = capture_next(&r, &bytes, &record)) == CAPTURE_RECORD) {
		n++;
		*last = record;
	}
	assert_int_equal(result, CAPTURE_END);
	return n;
}

static void send(const char *count)
{
	char line[64];

	snprintf(line, sizeof(line), "start 0 count %s; wait idle", count);
	rig_must(line);
}

static void received_frames_become_a_file(void **state)
{
	struct capture_record last;

	(void)state;
	rig_must("rate 0 10kpps; size 0 128; capture 1 a.pcap");
	assert_null(store_find(&rig.app.store, "a.pcap"));
	send("100");
	rig_must("capture off");
	assert_int_equal(records("a.pcap", &last), 100);
	assert_int_equal(last.len, 124);
	assert_int_equal(last.orig_len, 124);
	/* 99 gaps of 100 us, to the step. */
	assert_in_range(last.ns, 99 * 100 * US - 20 * US,
			99 * 100 * US + 20 * US);
	rig_must("expect 1 rx.packets = 100");
	/* A later one takes its place. */
	rig_must("capture 1 snap 60 a.pcap");
	send("5");
	rig_must("capture off");
	assert_int_equal(records("a.pcap", &last), 5);
	assert_int_equal(last.len, 60);
	assert_int_equal(last.orig_len, 124);
	assert_int_equal(rig.app.store.lent, 0);
}

static void count_ends_it_and_is_told(void **state)
{
	struct capture_record last;

	(void)state;
	rig_must("rate 0 1mpps; capture 0-1 both count 7 a.pcap");
	send("100");
	rig_run(1 * MS);
	assert_int_equal(records("a.pcap", &last), 7);
	assert_string_equal(rig_ask("capture --json", NULL), rig.screen);
	assert_non_null(strstr(rig.screen, "\"state\":\"done\""));
	assert_non_null(strstr(rig.screen, "\"frames\":7"));
}

/* A ring that is full has the same frames offered again and again. */
static void what_is_sent_is_captured_once(void **state)
{
	struct capture_record last;

	(void)state;
	rig_must("rate 0 max; capture 0-1 both a.pcap");
	send("3000");
	rig_must("capture off");
	assert_int_equal(records("a.pcap", &last), 6000);
	rig_must("mode 0 null; capture 0 tx a.pcap");
	send("50");
	rig_must("capture off; mode 0 tx");
	assert_int_equal(records("a.pcap", &last), 50);
}

static void a_filter_chooses(void **state)
{
	struct capture_record last;

	(void)state;
	rig_must("rate 0 1mpps");
	rig_must("capture 1 filter 1,6,0,0,1 a.pcap");
	send("10");
	rig_must("capture off");
	assert_int_equal(records("a.pcap", &last), 10);
	rig_must("capture 1 filter " PORT_2 " a.pcap");
	send("10");
	rig_must("capture off --json");
	assert_int_equal(records("a.pcap", &last), 0);
	assert_non_null(strstr(rig.screen, "\"filtered\":10"));
	assert_non_null(strstr(rig.screen, "\"filter\":6"));
	store_add(&rig.app.store, "f", "1\n6 0 0 0\n", 10);
	rig_must("capture 1 filter @f a.pcap");
	send("10");
	rig_must("capture off");
	assert_int_equal(records("a.pcap", &last), 0);
}

static void room_ends_it_or_goes_round(void **state)
{
	struct capture_record last;
	unsigned n;

	(void)state;
	rig_must("rate 0 1mpps; size 0 64; capture 1 room 4096 a.pcap");
	send("100");
	rig_run(1 * MS);
	n = records("a.pcap", &last);
	assert_int_equal(n, (4096 - 24) / 76);
	rig_must("expect 1 rx.packets = 100");
	rig_must("capture --json");
	assert_non_null(strstr(rig.screen, "\"state\":\"full\""));
	rig_must("capture 1 room 4096 keep last a.pcap");
	send("100");
	rig_must("capture off --json");
	assert_int_equal(records("a.pcap", &last), n);
	assert_non_null(strstr(rig.screen, "\"frames\":100"));
	assert_non_null(strstr(rig.screen, "\"replaced\":47"));
}

/* The number behind a key in the reply. */
static uint64_t number(const char *key)
{
	const char *at = strstr(rig.screen, key);

	if (!at)
		fail_msg("no %s: %s", key, rig.screen);
	return strtoull(at + strlen(key), NULL, 10);
}

/* Reads on from what was read; returns where that ends. */
static uint64_t read_live(uint64_t pos, unsigned char *to)
{
	const char *at = rig.screen;
	char line[64];

	snprintf(line, sizeof(line), "capture read %llu --json",
		 (unsigned long long)pos);
	rig_must(line);
	while ((at = strstr(at, "\"data\":\""))) {
		size_t len, n;

		at += strlen("\"data\":\"");
		n = strcspn(at, "\"");
		assert_true(base64_decode(at, n, to + pos, 768, &len));
		pos += len;
	}
	return pos;
}

static void a_program_reads_it_live(void **state)
{
	static unsigned char all[1 << 20];
	struct capture_bytes bytes = {all, 0, 0, true};
	struct capture_record record;
	struct capture_reader r;
	uint64_t pos = 0, next;
	unsigned n = 0;

	(void)state;
	rig_must("rate 0 100kpps; size 0 64; capture 1 room 65536 -");
	rig_must("start 0 count 5000");
	while (pktgen_active(&rig.app.pktgen))
		pos = read_live(pos, all);
	rig_run(1 * MS);
	while ((next = read_live(pos, all)) != pos)
		pos = next;
	assert_int_equal(number("\"frames\":"), 5000);
	assert_int_equal(number("\"no_room\":"), 0);
	bytes.len = pos;
	capture_begin(&r);
	while (capture_next(&r, &bytes, &record) == CAPTURE_RECORD)
		n++;
	assert_int_equal(n, 5000);
	/* What it does not read in time is counted. */
	send("5000");
	read_live(pos, all);
	assert_int_equal(number("\"frames\":") + number("\"no_room\":"), 10000);
	assert_true(number("\"no_room\":") > 3000);
	rig_must("capture off");
	assert_null(store_find(&rig.app.store, "-"));
	assert_int_equal(rig.app.store.lent, 0);
}

static void files_come_and_go_beside_it(void **state)
{
	struct capture_record last;
	size_t next;

	(void)state;
	store_add(&rig.app.store, "a", "12345", 5);
	store_add(&rig.app.store, "b.pcap", "6789", 4);
	store_add(&rig.app.store, "c", "xyz", 3);
	rig_must("rate 0 1mpps; capture 1 b.pcap");
	send("10");
	rig_must("rm a");
	store_add(&rig.app.store, "d", "more", 4);
	assert_int_equal(
		store_begin(&rig.app.store, "e", rig.app.store.limit, 1, &next),
		E_FULL);
	rig_must("capture off");
	assert_int_equal(records("b.pcap", &last), 10);
	assert_memory_equal(store_data(&rig.app.store, file("c")), "xyz", 3);
	assert_memory_equal(store_data(&rig.app.store, file("d")), "more", 4);
}

/* A step makes its file, in pieces while another port sends. */
static void traffic_goes_on_while_its_file_is_made(void **state)
{
	struct capture_record last;
	uint64_t took_ns;

	(void)state;
	rig_must("rate 0 1mpps; size 0 1518; capture 1 a.pcap; start 0");
	rig_run(1 * MS);
	while (rig.app.capture.state == CAPTURE_ON)
		rig_run(100 * US);
	rig_ask("capture off", &took_ns);
	assert_true(records("a.pcap", &last) > 300);
	rig_must("stop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
		TEST(received_frames_become_a_file),
		TEST(count_ends_it_and_is_told),
		TEST(what_is_sent_is_captured_once),
		TEST(a_filter_chooses),
		TEST(room_ends_it_or_goes_round),
		TEST(a_program_reads_it_live),
		TEST(files_come_and_go_beside_it),
		TEST(traffic_goes_on_while_its_file_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
