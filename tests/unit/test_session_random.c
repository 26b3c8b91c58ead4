/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What holds for any input: the same bytes in give the same bytes out, however
 * the input is cut and the output drained; and nothing can make it hang.
 */
#include <stdio.h>
#include <string.h>

#include "session_world.h"

#define SEEDS 300

struct script {
	char bytes[65536];
	size_t len;
};

static struct script script;
static char expected[WORLD_SCREEN];

static void add(const char *bytes, size_t len)
{
	assert_true(script.len + len <= sizeof(script.bytes));
	memcpy(script.bytes + script.len, bytes, len);
	script.len += len;
}

static const char *const lines[] = {
	"say a",
	"say b; say c",
	"nop",
	"",
	"  # nothing",
	"size 0 64",
	"size 5",
	"siez",
	"fail; nop",
	"late",
	"huge",
	"again 5",
	"again 3 --json",
	"long 1",
	"long 4",
	"long 2 --json",
	"say \"x",
	"nop \x07",
	"say \xc3\xa9\xff",
};

static const char *const ends[] = {"\r", "\n", "\r\n"};

static const char *pick(uint64_t *seed, const char *const *from, size_t n)
{
	return from[(unit_random(seed) >> 8) % n];
}

#define PICK(seed, from) pick(seed, from, sizeof(from) / sizeof((from)[0]))

static void add_person(uint64_t *seed)
{
	static const char *const keys[] = {
		"\x1b[A",
		"\x1b[B",
		"\x1b[C",
		"\x1b[D",
		"\x1b[H",
		"\x7f",
		"\x1b[3~",
		"\x1b[5~",
		"\x01",
		"\x05",
		"\x17",
		"\t",
		"?",
		"s\t",
		"size \t",
		"size 64 ?",
		"\xe2\x82\xac",
		"\x0c",
		"\x12",
		"\x12s",
		"\x14",
		"\x19",
		"\x1f",
		"\x1b"
		"b",
		"\x1b"
		"d",
		"\x1b[200~",
		"\x1b[5;80R",
		"\x1b[",
		"x",
		" ",
		"@",
		"say aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	const char *text = PICK(seed, lines);

	/* Its first byte makes it a person's, whatever the keys do then. */
	add(" ", 1);
	add(text, strlen(text));
	for (uint64_t n = unit_random(seed) % 12; n > 6; n--) {
		text = PICK(seed, keys);
		add(text, strlen(text));
	}
	text = PICK(seed, ends);
	add(text, strlen(text));
}

static void add_request(uint64_t *seed)
{
	static const char *const tags[] = {"@1 ", "@abc ", "@? ", "@", "@\t "};
	const char *text = PICK(seed, tags);

	add(text, strlen(text));
	text = PICK(seed, lines);
	add(text, strlen(text));
	if (unit_random(seed) % 16 == 0)
		for (int i = 0; i < 300; i++)
			add("    ", 4);
	text = PICK(seed, ends);
	add(text, strlen(text));
}

/* Plays the script and leaves what came out in world.screen. */
static void play(uint64_t seed)
{
	void *state = NULL;

	world_setup(&state);
	/* Not from whenever an answer is taken out of what is typed. */
	session_set_color(&world.session, COLOR_ON);
	if (seed) {
		world.seed = seed;
		world.line = LINE_RANDOM;
		world.split = true;
	}
	world_send(script.bytes, script.len);
	world_run(2);
}

static void check_seeds(void (*make)(uint64_t *seed),
			const char *(*output)(void))
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint64_t random = seed;

		script.len = 0;
		for (int i = 0; i < 16; i++)
			make(&random);
		play(0);
		strcpy(expected, output());
		play(seed);
		if (strcmp(output(), expected) != 0)
			fail_msg("seed %u differs", (unsigned)seed);
	}
}

static void a_person_sees_the_same_however_it_is_cut(void **state)
{
	(void)state;
	check_seeds(add_person, world_output);
}

static void a_program_sees_the_same_however_it_is_cut(void **state)
{
	(void)state;
	check_seeds(add_request, world_output);
}

static void add_either(uint64_t *seed)
{
	if (unit_random(seed) >> 8 & 1)
		add_person(seed);
	else
		add_request(seed);
}

/* With both at once, who comes first may differ, but nothing else. */
static void a_program_among_keys_sees_the_same_lines(void **state)
{
	(void)state;
	check_seeds(add_either, world_tagged);
}

/* The rest: bytes that mean something here and there, and any others. */
static char any_byte(uint64_t *seed)
{
	static const char likely[] =
		"\r\n@@ ;\"\\#1an?\t-:\x03\x1b[A~\x7f\xc3\xa9";
	static const char *const words[] = {"say ", "long 3\r", "again 9",
					    "wait 3ms\r", "every 1ms 3\n"};
	static const char *word = "";
	uint64_t r = unit_random(seed) >> 8;

	if (*word)
		return *word++;
	if (r % 64 == 0)
		word = words[r / 64 % 5];
	return r % 3 ? likely[r / 3 % (sizeof(likely) - 1)] : (char)(r / 3);
}

static void steps_at_random(uint64_t *seed)
{
	world.now_ns += (unit_random(seed) >> 8) % (2 * MS);
	if (unit_random(seed) >> 8 & 1)
		world_step();
	if ((unit_random(seed) >> 8) % 64 == 0)
		session_event(&world.session, world.now_ns, "notice");
	/* Now and then nobody reads for a while. */
	if ((unit_random(seed) >> 8) % 256 == 0)
		world.line = (unit_random(seed) >> 8) % 4;
	if (world.len > sizeof(world.screen) / 2)
		world.len = 0;
}

static void no_bytes_crash_or_hang_it(void **state)
{
	uint64_t seed = 42;
	size_t given = 0;
	char bytes[256];
	unsigned have = 0;
	(void)state;

	world.line = LINE_RANDOM;
	world.seed = 1;
	while (given < 200000) {
		unsigned n;

		while (have < 1 + (unit_random(&seed) >> 8) % sizeof(bytes))
			bytes[have++] = any_byte(&seed);
		n = (unsigned)world_give(bytes, have);
		memmove(bytes, bytes + n, have - n);
		have -= n;
		given += n;
		steps_at_random(&seed);
	}
	/* However it was left, a person gets it back. */
	world.line = LINE_FAST;
	world_run(100);
	world_type("\r\x03\r");
	world_run(2000);
	world_type("\x03\r");
	world_output();
	world_type("say hi\r");
	assert_non_null(strstr(world_output(), "say hi\r\nsaid  hi\r\n> "));
	world_type("@1 say hi\n");
	assert_output("\r\n@1 said  hi\r\n@1 OK\r\n");
}

#define TEST(name) cmocka_unit_test_setup(name, world_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_person_sees_the_same_however_it_is_cut),
		TEST(a_program_sees_the_same_however_it_is_cut),
		TEST(a_program_among_keys_sees_the_same_lines),
		TEST(no_bytes_crash_or_hang_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
