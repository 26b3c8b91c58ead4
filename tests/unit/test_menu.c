/* SPDX-License-Identifier: BSD-3-Clause */
/* Tab and '?' in a session: what they insert, what they list, and its room. */
#include "shell/menu.h"

#include <stdio.h>
#include <string.h>

#include "session_world.h"

static void tab_inserts_what_is_sure(void **state)
{
	(void)state;
	world_type("si\t");
	assert_output("size ");
	world_type("a\t");
	assert_output("all ");
	world_type("64\t\r");
	assert_output("64 \r\n> ");
	assert_int_equal(world.last_size, 64);
	/* As far as all go on alike, then the list. */
	world_type("q\t\x03");
	assert_output("quiet ^C\r\n> ");
	world_type("l\t");
	assert_output("l\r\n  late\r\n  long\r\n> l");
}

static void tab_completes_the_word_before_the_cursor(void **state)
{
	(void)state;
	world_type("si 64\x01\x06\x06");
	world_output();
	world_type("\t");
	/* A blank is there already. */
	assert_output("\r\x1b[K> size 64\x1b[3D");
	world_type("\r");
	assert_output("\r\n> ");
	assert_int_equal(world.last_size, 64);
}

static void tab_rings_where_nothing_comes(void **state)
{
	(void)state;
	world_type("xyz\t");
	assert_output("xyz\a");
	world_type("\x03say \"a\t");
	assert_output("^C\r\n> say \"a\a");
}

static void a_question_mark_lists_and_is_not_inserted(void **state)
{
	(void)state;
	world_type("size ?");
	assert_output("size \r\n"
		      "  [PORTS]  0..1 or all\r\n"
		      "  SIZE     64..9018 bytes\r\n"
		      "> size ");
	world_type("64 ?\r");
	assert_output("64 \r\n  <Enter>\r\n> size 64 \r\n> ");
	assert_int_equal(world.runs, 1);
	world_type("siez ?\x03");
	assert_output("siez \r\n"
		      "  E_UNKNOWN: no command 'siez'; did you mean 'size'?\r\n"
		      "> siez ^C\r\n> ");
	/* What is behind the cursor stays. */
	world_type("si 64\x01?");
	assert_non_null(strstr(world_output(), "\r\n> si 64\x1b[5D"));
}

static void in_quotes_it_is_a_byte(void **state)
{
	(void)state;
	world_type("say \"a?\" # ?\r");
	assert_non_null(strstr(world_output(), "say \"a?\" # ?\r\n"));
	world_type("@1 say a?\n");
	assert_output("\r\n@1 ERR E_SYNTAX 5 'a?' is no name; NAME is "
		      "1..31 letters, digits, '_', '-' or '.'\r\n");
	world_type("@2 say a\t;nop\n");
	assert_output("@2 said  a\r\n@2 OK\r\n");
}

static void a_full_line_takes_no_more(void **state)
{
	char line[1025];
	(void)state;

	memset(line, ' ', 1024);
	memcpy(line + 1019, "si\t", 3);
	world_send(line, 1022);
	assert_int_equal(world.session.edit.len, 1024);
	world_type("\x03");
	memset(line, ' ', 1024);
	memcpy(line + 1022, "si\t", 3);
	world_send(line, 1025);
	assert_int_equal(world.session.edit.len, 1024);
	assert_false(world.session.edit.too_long);
	assert_non_null(strchr(world_output(), '\a'));
	world_type("?\x03");
	assert_false(world.session.edit.too_long);
}

/* A list needs room: the key waits for it, and no byte is lost. */
static void a_list_waits_for_room(void **state)
{
	static const char keys[] = "long 1\r?size ?64\rsay a\r";
	static char fast[8192];
	size_t taken;
	(void)state;

	world_type(keys);
	strcpy(fast, world_output());
	world.line = LINE_BLOCKED;
	taken = world_give(keys, sizeof(keys) - 1);
	for (int i = 0; i < 100; i++)
		world_step();
	assert_true(out_room(&world.session.out) < OUT_BYTES - 4000);
	assert_int_equal(world.session.edit.len, 0);
	world.line = LINE_BYTE;
	world_send(keys + taken, sizeof(keys) - 1 - taken);
	assert_output(fast);
}

/* ---- Lists longer than any here ---------------------------------------- */

#define MANY 400

static bool many(void *app, unsigned i, struct arg_name *name)
{
	const unsigned *count = app;

	snprintf(name->text, sizeof(name->text), "file%03u.cmds", i);
	return i < *count;
}

static const struct arg file[] = {
	{ARG_NAME, .name = "FILE", .help = "a file", .names = many},
	{ARG_NONE},
};

static enum call_result run_cat(struct call *c)
{
	(void)c;
	return CALL_DONE;
}

static const struct cmd cat = {
	.name = "cat",
	.forms = (const struct cmd_form[]){{file, run_cat, "show it"}, {0}},
};

static const struct cmd *const cmds[] = {&cat, NULL};

/* The screen after Tab at "cat " with so many files. */
static const char *list_files(unsigned count, unsigned width)
{
	static struct edit e;
	static struct out o;
	static char screen[OUT_BYTES + 1];
	const struct complete_env env = {.commands = cmds, .app = &count};

	memset(&o, 0, sizeof(o));
	edit_init(&e, "> ", width);
	edit_insert(&e, &o, "cat file0", count > 100 ? 8 : 9);
	memset(&o, 0, sizeof(o));
	menu_complete(&e, &o, &env);
	assert_true(OUT_BYTES - out_room(&o) <= MENU_ROOM + 64);
	memcpy(screen, o.bytes, o.tail);
	screen[o.tail] = '\0';
	return screen;
}

static void long_lists_go_into_columns(void **state)
{
	const char *text;
	(void)state;

	assert_string_equal(list_files(1, 80), "00.cmds ");
	assert_non_null(
		strstr(list_files(48, 80), "\r\n  file000.cmds  a file\r\n"));
	text = list_files(49, 40);
	assert_non_null(strstr(text, "\r\n  file000.cmds  file001.cmds\r\n"
				     "  file002.cmds  file003.cmds\r\n"));
	assert_non_null(strstr(text, "\r\n  file048.cmds\r\n> cat file0"));
}

static void what_has_no_room_is_counted(void **state)
{
	const char *text = list_files(MANY, 80), *more;
	unsigned n = 0, rest = 0;
	(void)state;

	for (const char *p = text; (p = strstr(p, ".cmds")) != NULL; p++)
		n++;
	more = strstr(text, "\r\n  ... ");
	assert_non_null(more);
	assert_int_equal(sscanf(more, " ... %u more", &rest), 1);
	assert_int_equal(n + rest, MANY);
	assert_true(n > 200);
}

/* Whatever a command says of itself, and on any screen. */
static void long_help_is_wrapped_and_cut(void **state)
{
	static char help[3000];
	static struct edit e;
	static struct out o;
	const struct arg args[] = {
		{ARG_KEYWORD, .name = "key", .help = help},
		{ARG_KEYWORD, .name = "key2\x1b[", .help = "short"},
		{ARG_NONE},
	};
	const struct cmd_form forms[] = {
		{args, run_cat, "first"}, {args + 1, run_cat, "second"}, {0}};
	const struct cmd cmd = {.name = "cmd", .forms = forms};
	const struct cmd *const table[] = {&cmd, NULL};
	const struct complete_env env = {.commands = table};
	(void)state;

	for (unsigned i = 0; i < sizeof(help) - 1; i++)
		help[i] = i % 7 ? 'x' : ' ';
	for (unsigned width = 1; width < 200; width++) {
		memset(&o, 0, sizeof(o));
		edit_init(&e, "> ", width);
		edit_insert(&e, &o, "cmd ", 4);
		menu_help(&e, &o, &env);
		assert_true(OUT_BYTES - out_room(&o) <= MENU_ROOM + EDIT_ROOM);
		assert_null(memchr(o.bytes + 30, 0x1b, 1000));
	}
}

#define TEST(name) cmocka_unit_test_setup(name, world_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tab_inserts_what_is_sure),
		TEST(tab_completes_the_word_before_the_cursor),
		TEST(tab_rings_where_nothing_comes),
		TEST(a_question_mark_lists_and_is_not_inserted),
		TEST(in_quotes_it_is_a_byte),
		TEST(a_full_line_takes_no_more),
		TEST(a_list_waits_for_room),
		TEST(long_lists_go_into_columns),
		TEST(what_has_no_room_is_counted),
		TEST(long_help_is_wrapped_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
