/* SPDX-License-Identifier: BSD-3-Clause */
/* Screens as a person sees them, and the same replies as JSON. */
#include "unit_reply.h"

static void nothing(void **state)
{
	(void)state;
	assert_screen(80, "");
	assert_json("{}\n");
}

static void values_stand_in_one_column(void **state)
{
	(void)state;
	text("version", "v1.2");
	u64("size", 9018, "bytes");
	reply_i64(&reply, "offset", -1234567, NULL);
	reply_i64(&reply, "least", INT64_MIN, NULL);
	u64("most", UINT64_MAX, NULL);
	reply_milli(&reply, "load", 1234567, "pps");
	reply_milli(&reply, "idle", 7, NULL);
	reply_bool(&reply, "up", true);
	reply_bool(&reply, "seen", false);
	text("name", "");
	map("tx");
	u64("ring_full", 12, NULL);
	map("errors");
	u64("crc", 0, NULL);
	end();
	end();
	assert_screen(80, "version        v1.2\n"
			  "size           9,018 bytes\n"
			  "offset         -1,234,567\n"
			  "least          -9,223,372,036,854,775,808\n"
			  "most           18,446,744,073,709,551,615\n"
			  "load           1,234.567 pps\n"
			  "idle           0.007\n"
			  "up             yes\n"
			  "seen           no\n"
			  "name           -\n"
			  "tx ring full   12\n"
			  "tx errors crc  0\n");
	assert_json("{\"version\":\"v1.2\",\"size\":9018,\"offset\":-1234567,"
		    "\"least\":-9223372036854775808,"
		    "\"most\":18446744073709551615,\"load\":1234.567,"
		    "\"idle\":0.007,\"up\":true,\"seen\":false,\"name\":\"\","
		    "\"tx\":{\"ring_full\":12,\"errors\":{\"crc\":0}}}\n");
}

/* The reply of `help rate`. */
static void lists_have_headings(void **state)
{
	(void)state;
	text("command", "rate");
	text("summary", "Set the rate");
	list("usage");
	map(NULL);
	text("usage", "rate [PORTS] RATE");
	text("does", "set the rate");
	end();
	end();
	list("arguments");
	map(NULL);
	text("argument", "[PORTS]");
	text("help", "ports to set");
	end();
	map(NULL);
	text("argument", "RATE");
	text("help", "10mpps, 25%, max");
	end();
	end();
	list("examples");
	text(NULL, "rate 10kpps");
	text(NULL, "  rate\tmax ");
	end();
	list("see_also");
	end();
	u64("forms", 1, NULL);
	assert_screen(80, "command  rate\n"
			  "summary  Set the rate\n"
			  "\n"
			  "usage:\n"
			  "  usage              does\n"
			  "  rate [PORTS] RATE  set the rate\n"
			  "\n"
			  "arguments:\n"
			  "  argument  help\n"
			  "  [PORTS]   ports to set\n"
			  "  RATE      10mpps, 25%, max\n"
			  "\n"
			  "examples:\n"
			  "  rate 10kpps\n"
			  "    rate\\x09max \n"
			  "\n"
			  "see also: none\n"
			  "\n"
			  "forms    1\n");
	assert_json("{\"command\":\"rate\",\"summary\":\"Set the rate\","
		    "\"usage\":[{\"usage\":\"rate [PORTS] RATE\","
		    "\"does\":\"set the rate\"}],"
		    "\"arguments\":[{\"argument\":\"[PORTS]\","
		    "\"help\":\"ports to set\"},{\"argument\":\"RATE\","
		    "\"help\":\"10mpps, 25%, max\"}],"
		    "\"examples\":[\"rate 10kpps\",\"  rate\\u0009max \"],"
		    "\"see_also\":[],\"forms\":1}\n");
}

static void a_lone_list_of_texts_is_verbatim(void **state)
{
	(void)state;
	list("lines");
	text(NULL, "start all");
	text(NULL, "");
	text(NULL, "stop");
	end();
	assert_screen(5, "start all\n\nstop\n");
}

static void empty_lists(void **state)
{
	(void)state;
	list("ports");
	end();
	assert_screen(80, "none of the ports\n");
	assert_json("{\"ports\":[]}\n");
	map("tx");
	list("queues");
	end();
	end();
	list("streams");
	map(NULL);
	end();
	end();
	assert_screen(80, "ports: none\n\ntx queues: none\n\nstreams:\n  -\n");
	assert_json("{\"ports\":[],\"tx\":{\"queues\":[]},"
		    "\"streams\":[{}]}\n");
}

static void lists_of_several_kinds(void **state)
{
	(void)state;
	list("things");
	u64(NULL, 1000, "bytes");
	reply_bool(&reply, NULL, true);
	map(NULL);
	u64("port", 1, NULL);
	text("state", "idle");
	end();
	list(NULL);
	u64(NULL, 1, NULL);
	u64(NULL, 2, NULL);
	end();
	end();
	u64("after", 1, NULL);
	assert_screen(80, "things:\n"
			  "  1,000 bytes\n"
			  "  yes\n"
			  "  port 1, state idle\n"
			  "  1, 2\n"
			  "\n"
			  "after  1\n");
	assert_json("{\"things\":[1000,true,{\"port\":1,\"state\":\"idle\"},"
		    "[1,2]],\"after\":1}\n");
}

/* What `stats every` shows: lines stand below each other. */
static void one_line(unsigned t)
{
	reply_reset(&reply);
	reply_style(&reply, REPLY_LINE);
	reply_milli(&reply, "time", 1000 * t, "s");
	reply_list(&reply, "ports", REPLY_LINE);
	for (unsigned i = 0; i < 2; i++) {
		reply_map(&reply, NULL, REPLY_LINE);
		u64("port", i, NULL);
		reply_map(&reply, "tx", REPLY_LINE);
		reply_milli(&reply, "rate", 1000000 * t * t, "pps");
		reply_milli(&reply, "l1", 672 * t * t, "Mbit/s");
		end();
		reply_map(&reply, "rx", REPLY_LINE);
		u64("packets", t, NULL);
		end();
		end();
	}
	end();
}

static void lines_stand_below_each_other(void **state)
{
	(void)state;
	one_line(1);
	assert_screen(80,
		      "    1.000 s"
		      " | port 0 tx 1,000.000 pps     0.672 Mbit/s"
		      " rx packets         1\n"
		      "              port 1 tx 1,000.000 pps     0.672 Mbit/s"
		      " rx packets         1\n");
	one_line(40);
	assert_screen(
		80, "   40.000 s"
		    " | port 0 tx 1,600,000.000 pps 1,075.200 Mbit/s"
		    " rx packets        40\n"
		    "              port 1 tx 1,600,000.000 pps 1,075.200 Mbit/s"
		    " rx packets        40\n");
}

static void a_line_among_others(void **state)
{
	(void)state;
	text("state", "running");
	reply_map(&reply, "tx", REPLY_LINE);
	u64("packets", 1, NULL);
	text("mode", "a\nb");
	end();
	list("texts");
	text(NULL, "x");
	end();
	map("rx");
	reply_map(&reply, "last", REPLY_LINE);
	text("mode", "c");
	end();
	end();
	reply_map(&reply, "empty", REPLY_LINE);
	end();
	reply_list(&reply, "unseen", REPLY_LINE);
	end();
	assert_screen(80, "state  running\n"
			  "tx packets         1 mode a\\x0ab\n"
			  "\n"
			  "texts:\n"
			  "  x\n"
			  "\n"
			  "rx last mode c\n"
			  "empty\n");
}

static void nothing_drives_the_terminal(void **state)
{
	(void)state;
	text("csi", "\x1b[2J\a\r\n\x7f");
	text("utf8", "\xc2\xb5s \xe2\x82\xac \xf0\x9f\x9a\x80");
	text("c1", "\xc2\x9b"
		   "2J \x9b"
		   "2J");
	text("bad",
	     "\xff \xc3 \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82");
	text("quote", "\"\\/");
	text("key\x1b_\"x", "");
	assert_screen(80,
		      "csi         \\x1b[2J\\x07\\x0d\\x0a\\x7f\n"
		      "utf8        \xc2\xb5s \xe2\x82\xac \xf0\x9f\x9a\x80\n"
		      "c1          \\x9b2J \\x9b2J\n"
		      "bad         \\xff \\xc3 \\xc0\\xaf \\xed\\xa0\\x80 "
		      "\\xf4\\x90\\x80\\x80 \\xe2\\x82\n"
		      "quote       \"\\/\n"
		      "key\\x1b \"x  -\n");
	assert_json("{\"csi\":\"\\u001b[2J\\u0007\\u000d\\u000a\\u007f\","
		    "\"utf8\":\"\xc2\xb5s \xe2\x82\xac \xf0\x9f\x9a\x80\","
		    "\"c1\":\"\\u009b2J \\ufffd2J\","
		    "\"bad\":\"\\ufffd \\ufffd \\ufffd\\ufffd "
		    "\\ufffd\\ufffd\\ufffd \\ufffd\\ufffd\\ufffd\\ufffd "
		    "\\ufffd\\ufffd\",\"quote\":\"\\\"\\\\/\","
		    "\"key\\u001b_\\\"x\":\"\"}\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, unit_reply_setup)
	const struct CMUnitTest tests[] = {
		T(nothing),
		T(values_stand_in_one_column),
		T(lists_have_headings),
		T(a_lone_list_of_texts_is_verbatim),
		T(empty_lists),
		T(lists_of_several_kinds),
		T(lines_stand_below_each_other),
		T(a_line_among_others),
		T(nothing_drives_the_terminal),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
