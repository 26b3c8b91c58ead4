/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "unit_reply.h"

static void tokens_read_back(void **state)
{
	struct reply_token t;
	(void)state;

	assert_true(reply_empty(&reply));
	map("tx");
	u64("packets", UINT64_MAX, "pps");
	reply_i64(&reply, "offset", -1, NULL);
	list("texts");
	text("ignored", "ab");
	end();
	end();
	reply_bool(&reply, NULL, true);
	assert_false(reply_empty(&reply));

	reply_read(&reply, 0, &t);
	assert_int_equal(t.type, TOKEN_MAP);
	assert_string_equal(t.key, "tx");
	assert_int_equal(t.parent, REPLY_TOP);
	reply_read(&reply, t.next, &t);
	assert_int_equal(t.type, TOKEN_U64);
	assert_int_equal(t.parent, 0);
	assert_string_equal(t.unit, "pps");
	assert_true(t.u == UINT64_MAX);
	reply_read(&reply, t.next, &t);
	assert_true((int64_t)t.u == -1);
	assert_null(t.unit);
	reply_read(&reply, t.next, &t);
	assert_int_equal(t.type, TOKEN_LIST);
	reply_read(&reply, t.next, &t);
	assert_null(t.key);
	assert_int_equal(t.text_len, 2);
	assert_memory_equal(t.text, "ab", 2);
	reply_read(&reply, reply_skip(&reply, 0), &t);
	assert_int_equal(t.type, TOKEN_BOOL);
	assert_string_equal(t.key, ""); /* a map's key is never NULL */
	reply_read(&reply, t.next, &t);
	assert_int_equal(t.type, TOKEN_STOP);
	assert_false(reply.overflow);
}

static void formatted_text_is_cut(void **state)
{
	char zeros[300];
	(void)state;

	reply_textf(&reply, "a", "%d-%s", 7, "x");
	reply_textf(&reply, "b", "%0299d", 0);
	memset(zeros, '0', sizeof(zeros));
	zeros[255] = '\0';
	unit_render(&reply, true, 80, 100, out);
	assert_memory_equal(out, "{\"a\":\"7-x\",\"b\":\"0", 17);
	assert_non_null(strstr(out, zeros));
	assert_int_equal(strlen(out), 16 + 255 + 3);
}

static void what_is_not_ended_ends_with_the_reply(void **state)
{
	(void)state;
	end(); /* of nothing */
	list("ports");
	map(NULL);
	u64("port", 0, NULL);
	list("queues");
	u64(NULL, 7, NULL);
	assert_screen(80, "port  queues\n   0  7\n");
	assert_json("{\"ports\":[{\"port\":0,\"queues\":[7]}]}\n");
	reply_reset(&reply);
	assert_json("{}\n");
}

static void too_much_is_not_taken(void **state)
{
	static char big[REPLY_BYTES];
	size_t used;
	unsigned n = 0;
	(void)state;

	list("numbers");
	for (; !reply.overflow; n++) {
		used = reply.used;
		u64(NULL, n, NULL);
	}
	assert_int_equal(reply.used, used);
	assert_in_range(n, 250, REPLY_BYTES / 17);
	/* Nothing comes behind a gap, even where it would fit. */
	end();
	text("small", "");
	assert_int_equal(reply.used, used);
	assert_true(reply.overflow);
	snprintf(big, sizeof(big), ",%u]}\n", n - 2);
	unit_render(&reply, true, 80, 100, out);
	assert_non_null(strstr(out, big));

	reply_reset(&reply);
	assert_false(reply.overflow);
	memset(big, 'x', sizeof(big) - 1);
	text("big", big);
	assert_true(reply.overflow);
	assert_json("{}\n");
}

static void depth_is_limited(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REPLY_DEPTH_MAX; i++)
		map("m");
	u64("a", 1, NULL);
	assert_false(reply.overflow);
	assert_screen(80, "m m m m m m m m a  1\n");
	map("m");
	assert_true(reply.overflow);
	end();
	u64("b", 1, NULL);
	assert_json("{\"m\":{\"m\":{\"m\":{\"m\":{\"m\":{\"m\":{\"m\":"
		    "{\"m\":{\"a\":1}}}}}}}}}\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, unit_reply_setup)
	const struct CMUnitTest tests[] = {
		T(tokens_read_back),
		T(formatted_text_is_cut),
		T(what_is_not_ended_ends_with_the_reply),
		T(too_much_is_not_taken),
		T(depth_is_limited),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
