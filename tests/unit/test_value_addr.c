/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "units/value.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void mac_addresses(void **state)
{
	static const struct {
		const char *word, *text; /* NULL: E_SYNTAX */
	} t[] = {
		{"02:00:00:00:00:01", "02:00:00:00:00:01"},
		{"02-00-00-00-00-01", "02:00:00:00:00:01"},
		{"Ff:fF:AB:cd:EF:09", "ff:ff:ab:cd:ef:09"},
		{"", NULL},
		{"0", NULL},
		{"02", NULL},
		{"02:", NULL},
		{"02:00:00:00:00", NULL},
		{"02:00:00:00:00:", NULL},
		{"02:00:00:00:00:1", NULL},
		{"02:00:00:00:00:011", NULL},
		{"02:00:00:00:00:01:", NULL},
		{"02:00:00:00:00:01:02", NULL},
		{"2:0:0:0:0:1", NULL},
		{"02:00-00:00:00:01", NULL},
		{"02-00:00-00-00-01", NULL},
		{"02.00.00.00.00.01", NULL},
		{"0200.0000.0001", NULL},
		{"020000000001", NULL},
		{"0g:00:00:00:00:01", NULL},
		{"g0:00:00:00:00:01", NULL},
		{" 02:00:00:00:00:01", NULL},
		{"02:00:00:00:00:01 ", NULL},
		{"02:00:00:00:00:01/8", NULL},
		{"\xff\xff:00:00:00:00:01", NULL},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		uint8_t mac[6] = {9, 9, 9, 9, 9, 9};
		char buf[20];
		enum shell_err err = value_mac(t[i].word, mac);

		if (err != (t[i].text ? E_OK : E_SYNTAX))
			fail_msg("'%s': %s", t[i].word, shell_err_name(err));
		value_mac_print(mac, buf, sizeof(buf));
		assert_string_equal(buf, t[i].text ? t[i].text
						   : "09:09:09:09:09:09");
	}
}

struct address {
	const char *word;
	enum shell_err err;
	const char *text; /* what it prints as; NULL: the word itself */
};

static const struct address ipv4[] = {
	{"0.0.0.0", E_OK, NULL},
	{"198.18.0.1", E_OK, NULL},
	{"255.255.255.255", E_OK, NULL},
	{"10.0.0.0/8", E_OK, NULL},
	{"10.1.2.3/24", E_OK, NULL},
	{"10.1.2.3/31", E_OK, NULL},
	{"10.1.2.3/32", E_OK, "10.1.2.3"},
	{"10.1.2.3/0", E_OK, NULL},
	{"256.0.0.1", E_RANGE, NULL},
	{"1.2.3.256", E_RANGE, NULL},
	{"1.2.3.99999999999999999999999", E_RANGE, NULL},
	{"1.2.3.4/33", E_RANGE, NULL},
	{"1.2.3.4/4294967296", E_RANGE, NULL},
	{"1.2.3.300/24", E_RANGE, NULL},
	{"", E_SYNTAX, NULL},
	{"1", E_SYNTAX, NULL},
	{"1.2.3", E_SYNTAX, NULL},
	{"1.2.3.", E_SYNTAX, NULL},
	{"1.2.3.4.", E_SYNTAX, NULL},
	{"1.2.3.4.5", E_SYNTAX, NULL},
	{".1.2.3.4", E_SYNTAX, NULL},
	{"1..3.4", E_SYNTAX, NULL},
	{"01.2.3.4", E_SYNTAX, NULL},
	{"1.2.3.00", E_SYNTAX, NULL},
	{"0x1.2.3.4", E_SYNTAX, NULL},
	{"1.2.3.a", E_SYNTAX, NULL},
	{"1,2,3,4", E_SYNTAX, NULL},
	{"-1.2.3.4", E_SYNTAX, NULL},
	{"1.2.3.4/", E_SYNTAX, NULL},
	{"1.2.3.4/08", E_SYNTAX, NULL},
	{"1.2.3.4/-1", E_SYNTAX, NULL},
	{"1.2.3.4/8/8", E_SYNTAX, NULL},
	{"1.2.3.4/255.0.0.0", E_SYNTAX, NULL},
	{"1.2.3.999/x", E_SYNTAX, NULL},
	{"1.2.3.4 ", E_SYNTAX, NULL},
	{"::1", E_SYNTAX, NULL},
};

static const struct address ipv6[] = {
	{"::", E_OK, NULL},
	{"::1", E_OK, NULL},
	{"1::", E_OK, NULL},
	{"2001:2::1", E_OK, NULL},
	{"2001:2::1/96", E_OK, NULL},
	{"2001:2::1/128", E_OK, "2001:2::1"},
	{"2001:0002:0000:0000:0000:0000:0000:0001", E_OK, "2001:2::1"},
	{"2001:DB8::ABCD", E_OK, "2001:db8::abcd"},
	{"1:2:3:4:5:6:7:8", E_OK, NULL},
	{"1:2:3:4:5:6:7::", E_OK, "1:2:3:4:5:6:7:0"},
	{"::2:3:4:5:6:7:8", E_OK, "0:2:3:4:5:6:7:8"},
	{"1:2:3::5:6:7:8", E_OK, "1:2:3:0:5:6:7:8"},
	/* RFC 5952, sections 4.2.2 and 4.2.3. */
	{"2001:db8:0:1:1:1:1:1", E_OK, NULL},
	{"2001:0:0:1:0:0:0:1", E_OK, "2001:0:0:1::1"},
	{"2001:db8:0:0:1:0:0:1", E_OK, "2001:db8::1:0:0:1"},
	{"1:0:0:4:5:0:0:0", E_OK, "1:0:0:4:5::"},
	{"::ffff:192.0.2.1", E_OK, NULL},
	{"::ffff:c000:201", E_OK, "::ffff:192.0.2.1"},
	{"64:ff9b::192.0.2.33", E_OK, "64:ff9b::c000:221"},
	{"1:2:3:4:5:6:1.2.3.4", E_OK, "1:2:3:4:5:6:102:304"},
	{"::1.2.3.4/120", E_OK, "::102:304/120"},
	{"::1/129", E_RANGE, NULL},
	{"::1.2.3.256", E_RANGE, NULL},
	{"::1234.2.3.4", E_RANGE, NULL},
	{"", E_SYNTAX, NULL},
	{":", E_SYNTAX, NULL},
	{":::", E_SYNTAX, NULL},
	{"1", E_SYNTAX, NULL},
	{"1:", E_SYNTAX, NULL},
	{":1", E_SYNTAX, NULL},
	{"1:2:3:4:5:6:7", E_SYNTAX, NULL},
	{"1:2:3:4:5:6:7:", E_SYNTAX, NULL},
	{"1:2:3:4:5:6:7:8:", E_SYNTAX, NULL},
	{"1:2:3:4:5:6:7:8:9", E_SYNTAX, NULL},
	{"1:2:3:4:5:6:7:8::", E_SYNTAX, NULL},
	{"::1:2:3:4:5:6:7:8", E_SYNTAX, NULL},
	{"1:2:3:4::5:6:7:8", E_SYNTAX, NULL},
	{"1::2::3", E_SYNTAX, NULL},
	{"1:::2", E_SYNTAX, NULL},
	{"12345::", E_SYNTAX, NULL},
	{"::12345", E_SYNTAX, NULL},
	{"::g", E_SYNTAX, NULL},
	{"::1%eth0", E_SYNTAX, NULL},
	{"[::1]", E_SYNTAX, NULL},
	{"1.2.3.4", E_SYNTAX, NULL},
	{"1.2.3.4::", E_SYNTAX, NULL},
	{"::1.2.3.4:5", E_SYNTAX, NULL},
	{"::1.2.3", E_SYNTAX, NULL},
	{"1:2:3:4:5:6:7:1.2.3.4", E_SYNTAX, NULL},
	{"::01.2.3.4", E_SYNTAX, NULL},
	{"::/", E_SYNTAX, NULL},
	{"::/064", E_SYNTAX, NULL},
	{"::1 ", E_SYNTAX, NULL},
};

static void ipv4_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ipv4); i++) {
		const struct address *t = &ipv4[i];
		uint8_t addr[4] = {9, 9, 9, 9};
		unsigned prefix = 99;
		char buf[24];
		enum shell_err err = value_ipv4(t->word, addr, &prefix);

		if (err != t->err)
			fail_msg("'%s': %s", t->word, shell_err_name(err));
		value_ipv4_print(addr, err ? 32 : prefix, buf, sizeof(buf));
		assert_string_equal(buf, err       ? "9.9.9.9"
					 : t->text ? t->text
						   : t->word);
		assert_true(!err || prefix == 99);
	}
}

static void ipv6_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ipv6); i++) {
		const struct address *t = &ipv6[i];
		uint8_t addr[16] = {9, 9};
		unsigned prefix = 999;
		char buf[48];
		enum shell_err err = value_ipv6(t->word, addr, &prefix);

		if (err != t->err)
			fail_msg("'%s': %s", t->word, shell_err_name(err));
		value_ipv6_print(addr, err ? 128 : prefix, buf, sizeof(buf));
		assert_string_equal(buf, err       ? "909::"
					 : t->text ? t->text
						   : t->word);
		assert_true(!err || prefix == 999);
	}
}

static void no_prefix_where_none_is_wanted(void **state)
{
	uint8_t addr[16];
	(void)state;

	assert_int_equal(value_ipv4("1.2.3.4", addr, NULL), E_OK);
	assert_int_equal(value_ipv4("1.2.3.4/32", addr, NULL), E_SYNTAX);
	assert_int_equal(value_ipv6("::1", addr, NULL), E_OK);
	assert_int_equal(value_ipv6("::1/128", addr, NULL), E_SYNTAX);
}

/* A bias to zeros, so that each form of "::" comes up. */
static void random_bytes(uint8_t *p, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t r = unit_random(seed) >> 32;

		p[i] = r & 0x300 ? 0 : (uint8_t)r;
	}
}

/* Judged by the C library: what it prints and reads is the same. */
static void the_library_agrees(void **state)
{
	uint64_t seed = 1;
	(void)state;

	for (int i = 0; i < 100000; i++) {
		uint8_t addr[16], back[16] = {0};
		char mine[48], theirs[48];
		unsigned prefix;

		random_bytes(addr, sizeof(addr), &seed);
		value_ipv6_print(addr, 128, mine, sizeof(mine));
		assert_int_equal(inet_pton(AF_INET6, mine, back), 1);
		assert_memory_equal(back, addr, 16);
		inet_ntop(AF_INET6, addr, theirs, sizeof(theirs));
		/* It still knows the addresses that RFC 4291 gave up. */
		if (!strchr(theirs, '.'))
			assert_string_equal(mine, theirs);
		memset(back, 0xee, sizeof(back));
		assert_int_equal(value_ipv6(theirs, back, &prefix), E_OK);
		assert_memory_equal(back, addr, 16);
		assert_int_equal(prefix, 128);
	}
}

/* Whatever the bytes: taken as the library takes it, or refused as it does. */
static void any_word_is_taken_or_refused(void **state)
{
	static const char alphabet[] = "::::..0012aFg/";
	uint64_t seed = 7, taken = 0;
	(void)state;

	for (int i = 0; i < 300000; i++) {
		uint8_t mine[16], theirs[16];
		size_t len = (unit_random(&seed) >> 32) % 14;
		char word[16];

		for (size_t n = 0; n < len; n++)
			word[n] = alphabet[(unit_random(&seed) >> 32) %
					   (sizeof(alphabet) - 1)];
		word[len] = '\0';
		if (inet_pton(AF_INET6, word, theirs) == 1) {
			assert_int_equal(value_ipv6(word, mine, NULL), E_OK);
			assert_memory_equal(mine, theirs, 16);
			taken++;
		} else if (value_ipv6(word, mine, NULL) == E_OK) {
			fail_msg("'%s' is taken", word);
		}
		assert_int_equal(value_ipv4(word, mine, NULL) == E_OK,
				 inet_pton(AF_INET, word, theirs) == 1);
		value_mac(word, mine);
	}
	assert_true(taken > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mac_addresses),
		cmocka_unit_test(ipv4_addresses),
		cmocka_unit_test(ipv6_addresses),
		cmocka_unit_test(no_prefix_where_none_is_wanted),
		cmocka_unit_test(the_library_agrees),
		cmocka_unit_test(any_word_is_taken_or_refused),
	};

	return cmocka_run_group_tests_name("value_addr", tests, NULL, NULL);
}
