/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "any_value.h"
#include "any_vary.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct good {
	enum vary_type type;
	unsigned bits;
	const char *line, *text; /* NULL: as typed */
	uint64_t count;
};

static const struct good good[] = {
	/* Constants */
	{VARY_NUMBER, 16, "1000", NULL, 1},
	{VARY_NUMBER, 16, "01000", "1000", 1},
	{VARY_NUMBER, 16, "1k", "1000", 1},
	{VARY_NUMBER, 20, "0xacbbb", NULL, 1},
	{VARY_NUMBER, 20, "0X000000000000000000000ACBBB", "0xacbbb", 1},
	{VARY_NUMBER, 16, "65535", NULL, 1},
	{VARY_NUMBER, 1, "1", NULL, 1},
	{VARY_NUMBER, 64, "18446744073709551615", NULL, 1},
	{VARY_NUMBER, 64, "0xffffffffffffffff", NULL, 1},
	{VARY_NUMBER, 128, "0xffffffffffffffffffffffffffffffff", NULL, 1},
	{VARY_NUMBER, 80, "0x10000000000000000", NULL, 1},
	{VARY_MAC, 48, "02:00:00:00:00:01", NULL, 1},
	{VARY_MAC, 48, "02-00-00-00-00-01", "02:00:00:00:00:01", 1},
	{VARY_IPV4, 32, "10.0.0.1", NULL, 1},
	{VARY_IPV4, 32, "10.0.0.1/32", "10.0.0.1", 1},
	{VARY_IPV6, 128, "2001:2::1", NULL, 1},
	/* Ranges and prefixes */
	{VARY_NUMBER, 16, "1000-1003", NULL, 4},
	{VARY_NUMBER, 16, "1000-1003 step 3", NULL, 2},
	{VARY_NUMBER, 16, "1000-1005 step 3", "1000-1003 step 3", 2},
	{VARY_NUMBER, 16, "step 0x3 1000-1003", "1000-1003 step 3", 2},
	{VARY_NUMBER, 16, "0x10-31", "0x10-0x1f", 16},
	{VARY_NUMBER, 16, "7-7", "7", 1},
	{VARY_NUMBER, 16, "7-7 shuffled every 3", "7", 1},
	{VARY_NUMBER, 64, "0-18446744073709551615", NULL, 0},
	{VARY_NUMBER, 16, "1-5 DOWN EVERY 3", "1-5 down every 3", 5},
	{VARY_MAC, 48, "02-00-00-00-00-01-02-00-00-00-00-09",
	 "02:00:00:00:00:01-02:00:00:00:00:09", 9},
	{VARY_MAC, 48, "02:00:00:00:00:00-02:00:00:00:ff:00 step 256",
	 "02:00:00:00:00:00-02:00:00:00:ff:00 step 256", 256},
	{VARY_IPV4, 32, "10.0.0.1-10.0.0.254", NULL, 254},
	{VARY_IPV4, 32, "10.0.0.0-10.0.255.0 step 0.0.1.0",
	 "10.0.0.0-10.0.255.0 step 256", 256},
	{VARY_IPV4, 32, "10.1.0.7/24", NULL, 256},
	{VARY_IPV4, 32, "10.1.0.7/24 step 7 down", NULL, 37},
	{VARY_IPV4, 32, "0.0.0.0/0", NULL, 0x100000000},
	{VARY_IPV6, 128, "2001:2::/64", NULL, 0},
	{VARY_IPV6, 128, "2001:2::1-2001:2::ffff", NULL, 65535},
	/* Lists */
	{VARY_NUMBER, 16, "list 4001,4005,5003", NULL, 3},
	{VARY_NUMBER, 16, "down list 4001,4005,5003 every 4",
	 "list 4001,4005,5003 down every 4", 3},
	{VARY_NUMBER, 16, "list 0x10,0x20", NULL, 2},
	{VARY_NUMBER, 16, "list 0x10,20", "list 16,20", 2},
	{VARY_NUMBER, 16, "list 5", "5", 1},
	{VARY_NUMBER, 20, "list 1,1,0xfffff", "list 1,1,1048575", 3},
	{VARY_NUMBER, 64, "list 1,18446744073709551615", NULL, 2},
	{VARY_MAC, 48, "list 02:00:00:00:00:01,02:00:00:00:00:07", NULL, 2},
	{VARY_IPV4, 32, "list 10.0.0.1,192.0.2.7", NULL, 2},
	{VARY_IPV6, 128, "list 2001:2::1,2001:2::ffff:1", NULL, 2},
	/* Pairs: of each three words, of which wide ones are two */
	{VARY_NUMBER, 16, "map 53 5353 0x50 8080",
	 "map 0x35 0x14e9 0x50 0x1f90", 6},
	{VARY_MAC, 48, "map 02:00:00:00:00:01 02:00:00:00:00:02", NULL, 3},
	{VARY_IPV4, 32, "MAP 10.1.2.3/8 172.16.0.0/12",
	 "map 10.0.0.0/8 172.16.0.0/12", 3},
	{VARY_IPV6, 128, "map 2001:db8::/32 fc00::/7 ::/0 ::1", NULL, 10},
	{VARY_IPV6, 128, "map fd00::1:2:3:4:5/64 fd00::5/65",
	 "map fd00:0:0:1::/64 fd00::/65", 5},
	/* Drawn */
	{VARY_NUMBER, 16, "random", NULL, 65536},
	{VARY_NUMBER, 16, "random 0-65535", "random", 65536},
	{VARY_NUMBER, 16, "random 0x0-0xffff", "random", 65536},
	{VARY_NUMBER, 64, "random", NULL, 0},
	{VARY_NUMBER, 16, "1000-2000 random", "random 1000-2000", 1001},
	{VARY_NUMBER, 16, "random 1000-2000 step 10 every 2", NULL, 101},
	{VARY_NUMBER, 16, "random list 1,5,9", NULL, 3},
	{VARY_NUMBER, 16, "random mask 0x00ff", "random mask 0xff", 256},
	{VARY_NUMBER, 16, "mask 255 random", "random mask 0xff", 256},
	{VARY_NUMBER, 16, "0x0 random mask 6", "random mask 0x6", 4},
	{VARY_NUMBER, 16, "random mask 0", "0", 1},
	{VARY_NUMBER, 64, "random mask 0xffffffffffffffff", NULL, 0},
	{VARY_MAC, 48, "random", NULL, 0x1000000000000},
	{VARY_MAC, 48, "random mask 00:00:00:ff:ff:ff 02:00:00:00:00:00",
	 "random 02:00:00:00:00:00 mask 0xffffff", 0x1000000},
	{VARY_IPV4, 32, "random 10.0.0.0/8", NULL, 0x1000000},
	{VARY_IPV4, 32, "10.0.0.1 random mask 0.0.255.0",
	 "random 10.0.0.1 mask 0xff00", 256},
	{VARY_IPV6, 128, "random 2001:2::/64", NULL, 0},
	{VARY_IPV6, 128, "random mask ::ff:0 2001:2::1",
	 "random 2001:2::1 mask 0xff0000", 256},
	{VARY_NUMBER, 128, "random mask 0xff", NULL, 256},
	/* Orders */
	{VARY_NUMBER, 16, "shuffled 0-9", "0-9 shuffled", 10},
	{VARY_IPV4, 32, "10.0.0.0/8 shuffled step 256",
	 "10.0.0.0/8 step 256 shuffled", 65536},
	{VARY_IPV4, 32, "0.0.0.0/0 shuffled", NULL, 0x100000000},
	{VARY_NUMBER, 16, "list 1,2,3 shuffled", NULL, 3},
	{VARY_NUMBER, 16, "1-1000 zipf 1.0", NULL, 1000},
	{VARY_NUMBER, 16, "1-1000 zipf 1 down", "1-1000 down zipf 1.0", 1000},
	{VARY_NUMBER, 16, "zipf 0.1 1-1000", "1-1000 zipf 0.1", 1000},
	{VARY_NUMBER, 16, "list 1,2 zipf 1.125", NULL, 2},
	{VARY_NUMBER, 16, "1-2 zipf 4 every 4294967295",
	 "1-2 zipf 4.0 every 4294967295", 2},
};

static void words_are_values(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(good); i++) {
		const struct good *g = &good[i];
		struct vary_taken t, again;

		vary_taken_line(&t, g->type, g->bits, g->line);
		if (t.err)
			fail_msg("'%s': %s", g->line, t.why);
		assert_string_equal(t.text, g->text ? g->text : g->line);
		assert_true(t.v.count == g->count);
		vary_taken_line(&again, g->type, g->bits, t.text);
		assert_int_equal(again.err, E_OK);
		assert_memory_equal(&again.v, &t.v, sizeof(t.v));
		assert_memory_equal(&again.pool, &t.pool, sizeof(t.pool));
	}
}

/* What is printed is read as the same, to the byte. */
static void print_and_take_again(void **state)
{
	uint64_t seed = 1;
	(void)state;

	for (unsigned round = 0; round < 20000; round++) {
		struct any_vary a, printed;
		struct vary_taken t, again;
		char text[VARY_PRINT_MAX];

		any_vary(&a, &seed);
		vary_taken(&t, &a);
		if (t.err)
			fail_msg("%s", t.why);
		any_vary_line(&printed, a.type, a.bits, t.text);
		vary_taken(&again, &printed);
		if (again.err)
			fail_msg("'%s': %s", t.text, again.why);
		assert_string_equal(again.text, t.text);
		assert_memory_equal(&again.v, &t.v, sizeof(t.v));
		assert_memory_equal(&again.pool, &t.pool, sizeof(t.pool));
		/* Cut anywhere, it stays within. */
		memset(text, 'x', sizeof(text));
		vary_print(&t.v, a.type, a.bits, &t.pool, text, 1 + round % 40);
		assert_int_equal(strncmp(text, t.text, strlen(text)), 0);
		assert_true(strlen(text) <= round % 40);
	}
}

static void lists_share_a_pool(void **state)
{
	static const char *const words[] = {"list", "1,2,3,4,5,6,7,8"};
	struct vary_pool pool = {0}, other = {0};
	struct vary v[40], moved;
	char why[VARY_WHY_MAX], a[VARY_PRINT_MAX], b[VARY_PRINT_MAX];
	unsigned nb = 0, fault = 9;
	(void)state;

	/* 20 bits are 3 bytes. */
	while (!vary_take(words, 2, VARY_NUMBER, 20, NULL, &pool, &v[nb],
			  &fault, why))
		nb++;
	assert_int_equal(nb, VARY_POOL_BYTES / 24);
	assert_int_equal(fault, 1);
	assert_int_equal(pool.used, 24 * nb);
	assert_string_equal(why, "the stream's lists are full with "
				 "'1,2,3,4,5,6,7,8'; type a shorter list");
	moved = v[3];
	assert_true(vary_move(&moved, 20, &pool, &other));
	assert_int_equal(moved.list, 0);
	vary_print(&v[3], VARY_NUMBER, 20, &pool, a, sizeof(a));
	vary_print(&moved, VARY_NUMBER, 20, &other, b, sizeof(b));
	assert_string_equal(a, b);
	assert_false(vary_move(&moved, 20, &other, &pool));
	/* What has no list needs no room. */
	moved = vary_constant((const uint8_t *)"\x01\x02", 2);
	assert_int_equal(vary_low(&moved), 0x102);
	pool.used = VARY_POOL_BYTES;
	assert_true(vary_move(&moved, 20, &other, &pool));
}

/* What prints would not go in a line of the console. */
static void lists_fit_in_a_line(void **state)
{
	char list[VARY_POOL_BYTES * 4] = "10";
	const char *const words[] = {"list", list};
	struct vary_taken t = {0};
	(void)state;

	for (unsigned i = 0; i < 270; i++)
		strcat(list, ",10");
	assert_int_equal(vary_take(words, 2, VARY_NUMBER, 8, NULL, &t.pool,
				   &t.v, &t.fault, t.why),
			 E_RANGE);
	assert_int_equal(t.fault, 1);
	assert_int_equal(t.pool.used, 0);
	list[VARY_LIST_TEXT - 3] = '\0';
	assert_int_equal(vary_take(words, 2, VARY_NUMBER, 8, NULL, &t.pool,
				   &t.v, &t.fault, t.why),
			 E_OK);
	vary_print(&t.v, VARY_NUMBER, 8, &t.pool, t.text, sizeof(t.text));
	assert_int_equal(strlen(t.text), strlen("list ") + strlen(list));
}

static void cycles_in_frames(void **state)
{
	static const struct {
		const char *line;
		uint64_t frames;
	} t[] = {
		{"5", 1},
		{"1-4", 4},
		{"1-4 every 3", 12},
		{"list 1,2,3 shuffled every 2", 6},
		{"random", 0},
		{"1-4 zipf 1.0", 0},
		{"0-18446744073709551615", UINT64_MAX},
		{"0-9223372036854775807 every 3", UINT64_MAX},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct vary_taken one;

		vary_taken_line(&one, VARY_NUMBER, 64, t[i].line);
		assert_int_equal(one.err, E_OK);
		assert_true(vary_cycle(&one.v) == t[i].frames);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_values),
		cmocka_unit_test(print_and_take_again),
		cmocka_unit_test(lists_share_a_pool),
		cmocka_unit_test(lists_fit_in_a_line),
		cmocka_unit_test(cycles_in_frames),
	};

	_Static_assert(sizeof(struct vary) == 48, "no byte is padding");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
