/* SPDX-License-Identifier: BSD-3-Clause */
/* A line editor on a screen, for the tests of the editor and its history. */
#ifndef TESTS_UNIT_EDIT_H
#define TESTS_UNIT_EDIT_H

#include <string.h>

#include "shell/edit.h"
#include "vt100.h"

#define ESC "\x1b"
#define UP ESC "[A"
#define DOWN ESC "[B"
#define RIGHT ESC "[C"
#define LEFT ESC "[D"
#define HOME ESC "[H"
#define END ESC "[F"
#define DELETE ESC "[3~"
#define BACKSPACE "\x7f"

/* What the editor is made for: a prompt of 2, 17 columns for the line. */
#define WIDTH 20

static struct edit edit;
static struct out out;
static struct vt100 screen;

static inline void show_output(struct out *from, struct vt100 *on)
{
	const void *buf;
	size_t n;

	while ((n = out_peek(from, &buf)) > 0) {
		vt100_put(on, buf, n);
		out_drop(from, n);
	}
}

static inline int unit_edit_setup(void **state)
{
	(void)state;
	memset(&out, 0, sizeof(out));
	vt100_init(&screen, WIDTH);
	edit_init(&edit, "> ", WIDTH);
	edit_show(&edit, &out);
	show_output(&out, &screen);
	return 0;
}

/* Drawing anew must show what is on the screen already. */
static inline void check_drawing(void)
{
	static struct edit copy;
	static struct vt100 again;
	static struct out anew;
	char row[sizeof(again.last)];

	copy = edit;
	memset(&anew, 0, sizeof(anew));
	vt100_init(&again, screen.width);
	edit_show(&copy, &anew);
	show_output(&anew, &again);
	strcpy(row, vt100_row(&again));
	assert_string_equal(vt100_row(&screen), row);
}

static inline void check_edit(void)
{
	assert_true(edit.len <= EDIT_LINE_MAX);
	assert_true(edit.pos <= edit.len);
	assert_true(edit.view <= edit.pos);
	assert_true(edit.back <= edit.history.count);
	assert_int_equal(edit.line[edit.len], 0);
}

/* What a session does with a byte. */
static inline enum edit_event edit_byte(unsigned char byte)
{
	return edit_act(&edit, &out, edit_key(&edit, byte), byte);
}

static inline enum edit_event push(unsigned char byte)
{
	enum edit_event event = edit_byte(byte);

	assert_true(OUT_BYTES - out_room(&out) <= EDIT_ROOM);
	show_output(&out, &screen);
	check_edit();
	if (event == EDIT_NONE)
		check_drawing();
	return event;
}

/* Types all of it, which ends no line. */
static inline void type_bytes(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(push((unsigned char)bytes[i]), EDIT_NONE);
}

static inline void type(const char *text)
{
	type_bytes(text, strlen(text));
}

static inline void repeat(const char *text, unsigned n)
{
	while (n--)
		type(text);
}

/* Types it and Enter; the line must come out as `line`. */
static inline void enter(const char *text, const char *line)
{
	type(text);
	assert_int_equal(push('\r'), EDIT_LINE);
	assert_false(edit.too_long);
	assert_int_equal(edit.len, strlen(line));
	assert_string_equal(edit.line, line);
	edit_reset(&edit);
	edit_show(&edit, &out);
	show_output(&out, &screen);
}

/* The row, '|' where the cursor is. */
#define assert_row(text) assert_string_equal(vt100_row(&screen), text)

#endif /* TESTS_UNIT_EDIT_H */
