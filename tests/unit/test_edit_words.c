/* SPDX-License-Identifier: BSD-3-Clause */
/* Words, the kill buffer, transposition, a paste; all against a model. */
#include <ctype.h>

#include "unit_edit.h"

static void the_cursor_moves_by_words(void **state)
{
	(void)state;
	type("a.bc  d-e");
	type(ESC "b");
	assert_row("> a.bc  d-|e");
	type(ESC "b");
	assert_row("> a.bc  |d-e");
	type(ESC "[1;5D");
	assert_row("> a.|bc  d-e");
	type(ESC "[1;3D" ESC "b");
	assert_row("> |a.bc  d-e");
	type(ESC "f");
	assert_row("> a|.bc  d-e");
	type(ESC "[1;5C");
	assert_row("> a.bc|  d-e");
	type(ESC "f" ESC "[1;3C" ESC "f");
	assert_row("> a.bc  d-e|");
	type("\x15\xc3\xa9\xc3\xa9 x" ESC "b" ESC "b");
	assert_row("> |\xc3\xa9\xc3\xa9 x");
	assert_int_equal(screen.bells, 0);
}

static void words_are_killed(void **state)
{
	(void)state;
	type("rate 0,2-3 max" ESC "b" ESC BACKSPACE);
	assert_row("> rate 0,2-|max");
	type("\x17");
	assert_row("> rate |max");
	type(HOME ESC "d");
	assert_row("> | max");
	type(ESC "d");
	assert_row("> |");
}

static void what_was_killed_last_is_yanked(void **state)
{
	(void)state;
	type("\x19");
	assert_int_equal(screen.bells, 1);
	type("one two\x17");
	assert_row("> one |");
	type("\x19\x19");
	assert_row("> one twotwo|");
	type(HOME "\x0b"
		  "x \x19");
	assert_row("> x one twotwo|");
	/* What is erased by the character is not kept. */
	type(BACKSPACE HOME "\x19");
	assert_row("> one twotwo|x one t");
	/* It outlives the line. */
	type("\x15\x0b");
	enter("", "");
	type("\x19");
	assert_row("> twotwox one twotw|");
}

static void kills_in_a_row_are_one(void **state)
{
	(void)state;
	type("one two three four" ESC "b\x17\x17\x0b");
	assert_row("> one |");
	type("\x19");
	assert_row("> ne two three four|");
	type("\x15");
	enter("", "");
}

static void what_does_not_fit_is_not_yanked(void **state)
{
	(void)state;
	repeat("x", 600);
	type("\x15\x19");
	assert_int_equal(edit.len, 600);
	type("\x19");
	assert_int_equal(edit.len, 600);
	assert_int_equal(screen.bells, 1);
	assert_false(edit.too_long);
}

static void characters_change_places(void **state)
{
	(void)state;
	type("ab\x14");
	assert_row("> ba|");
	type("\xe2\x82\xac" LEFT "\x14");
	assert_row("> b\xe2\x82\xac"
		   "a|");
	type(HOME RIGHT "\x14");
	assert_row("> \xe2\x82\xac"
		   "b|a");
	assert_int_equal(screen.bells, 0);
	type(HOME "\x14");
	assert_row("> |\xe2\x82\xac"
		   "ba");
	type("\x0b\x14x\x14");
	assert_row("> x|");
	assert_int_equal(screen.bells, 3);
}

static void a_paste_is_as_if_typed(void **state)
{
	(void)state;
	type("si" ESC "[200~ze ");
	enter("64", "size 64");
	type("port 0" ESC "[201~");
	assert_row("> port 0|");
	/* It is undone at once. */
	type("\x15" ESC "[200~size 0 64" ESC "[201~\x1f");
	assert_row("> |");
	assert_int_equal(screen.bells, 0);
}

/* The model: an array, and the same keys said in the plainest way. */
static struct {
	char line[2048], kill[2048];
	size_t len, pos, kill_len;
	bool killing;
} model;

static bool word(size_t at)
{
	return isalnum((unsigned char)model.line[at]);
}

static size_t word_left(bool blanks)
{
	size_t p = model.pos;

	while (p && (blanks ? model.line[p - 1] == ' ' : !word(p - 1)))
		p--;
	while (p && (blanks ? model.line[p - 1] != ' ' : word(p - 1)))
		p--;
	return p;
}

static size_t word_right(void)
{
	size_t p = model.pos;

	while (p < model.len && !word(p))
		p++;
	while (p < model.len && word(p))
		p++;
	return p;
}

static void put(const char *text, size_t n)
{
	char tail[2048];

	memcpy(tail, model.line + model.pos, model.len - model.pos);
	memcpy(model.line + model.pos, text, n);
	memcpy(model.line + model.pos + n, tail, model.len - model.pos);
	model.pos += n;
	model.len += n;
}

static void cut(size_t from, size_t to, bool killed)
{
	char whole[4096];
	size_t n = 0;

	if (killed && from < to) {
		if (!model.killing)
			model.kill_len = 0;
		if (from < model.pos) {
			memcpy(whole, model.line + from, to - from);
			n = to - from;
		}
		memcpy(whole + n, model.kill, model.kill_len);
		n += model.kill_len;
		if (from >= model.pos) {
			memcpy(whole + n, model.line + from, to - from);
			n += to - from;
		}
		memcpy(model.kill, whole, n);
		model.kill_len = n;
	}
	memmove(model.line + from, model.line + to, model.len - to);
	model.len -= to - from;
	model.pos = from;
}

static void swap(void)
{
	size_t at =
		model.pos == model.len && model.pos ? model.pos - 1 : model.pos;
	char c;

	if (!at)
		return;
	c = model.line[at];
	model.line[at] = model.line[at - 1];
	model.line[at - 1] = c;
	model.pos = at + 1;
}

enum { MOVE_FIRST = 4, KILL_FIRST = 10, KEYS = 19 };

static const char *const model_keys[KEYS] = {
	"a",     " ",       "-",     "Z9",   LEFT,   RIGHT,  HOME,
	END,     ESC "b",   ESC "f", "\x0b", "\x15", "\x17", ESC BACKSPACE,
	ESC "d", BACKSPACE, DELETE,  "\x19", "\x14",
};

static void model_key(unsigned key)
{
	size_t left = model.pos - (model.pos > 0);
	size_t right = model.pos + (model.pos < model.len);

	if (key < MOVE_FIRST) {
		put(model_keys[key], strlen(model_keys[key]));
	} else if (key < KILL_FIRST) {
		const size_t to[] = {
			left,        right, 0, model.len, word_left(false),
			word_right()};

		model.pos = to[key - MOVE_FIRST];
	} else if (key == 10) {
		cut(model.pos, model.len, true);
	} else if (key == 11) {
		cut(0, model.pos, true);
	} else if (key < 14) {
		cut(word_left(key == 12), model.pos, true);
	} else if (key == 14) {
		cut(model.pos, word_right(), true);
	} else if (key == 15) {
		cut(left, model.pos, false);
	} else if (key == 16) {
		cut(model.pos, right, false);
	} else if (key == 17) {
		put(model.kill, model.kill_len);
	} else {
		swap();
	}
	model.killing = key >= 10 && key <= 14;
}

static void any_keys_do_what_the_model_does(void **state)
{
	uint64_t seed = 3;
	(void)state;

	memset(&model, 0, sizeof(model));
	for (int i = 0; i < 20000; i++) {
		unsigned key = (unsigned)((unit_random(&seed) >> 16) % KEYS);

		if (model.len > 200)
			key = 11;
		type(model_keys[key]);
		model_key(key);
		assert_int_equal(edit.len, model.len);
		assert_memory_equal(edit.line, model.line, model.len);
		assert_int_equal(edit.pos, model.pos);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, unit_edit_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_cursor_moves_by_words),
		TEST(words_are_killed),
		TEST(what_was_killed_last_is_yanked),
		TEST(kills_in_a_row_are_one),
		TEST(what_does_not_fit_is_not_yanked),
		TEST(characters_change_places),
		TEST(a_paste_is_as_if_typed),
		TEST(any_keys_do_what_the_model_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
