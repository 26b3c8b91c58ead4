/* SPDX-License-Identifier: BSD-3-Clause */
/* What holds for any reply. */
#include <stdio.h>

#include "any_reply.h"
#include "unit_reply.h"

static char again[RENDERED_MAX];

static void pieces_join_to_the_same(void **state)
{
	struct any a = {.seed = 3};
	(void)state;

	for (int i = 0; i < 60; i++) {
		const bool json = i % 4 == 0;
		const unsigned width = any_width(&a);
		size_t len;

		a.hostile = i % 2;
		any_reply(&a, &reply);
		len = unit_render(&reply, json, width, RENDERED_MAX / 2, out);
		assert_int_equal(unit_render(&reply, json, width, 0, again),
				 len);
		assert_memory_equal(out, again, len);
		unit_render(&reply, json, width, 1 + i % 7, again);
		assert_memory_equal(out, again, len);
	}
}

/* Text or JSON of any layout holds every value, and holds it once. */
static void every_value_is_shown_once(void **state)
{
	struct any a = {.seed = 4};
	unsigned seen = 0;
	(void)state;

	for (int i = 0; i < 200; i++) {
		const bool json = i % 8 == 0;
		const unsigned width = any_width(&a);

		any_reply(&a, &reply);
		unit_render(&reply, json, width, RENDERED_MAX / 2, out);
		for (unsigned t = 0; t < a.texts; t++) {
			char mark[16];
			const char *p;

			snprintf(mark, sizeof(mark), "<%u>", t);
			p = strstr(out, mark);
			if (!p || strstr(p + 1, mark))
				fail_msg("%s is %s in:\n%s", mark,
					 p ? "twice" : "not", out);
			seen++;
		}
	}
	assert_true(seen > 2000);
}

/* No byte but printable ones and line ends; no blanks in front of those. */
static void text_is_clean(void **state)
{
	struct any a = {.seed = 5};
	(void)state;

	for (int i = 0; i < 200; i++) {
		size_t len;

		a.hostile = i % 2;
		any_reply(&a, &reply);
		len = unit_render(&reply, false, any_width(&a), 4096, out);
		assert_true(!len || out[len - 1] == '\n');
		for (size_t j = 0; j < len; j++) {
			const unsigned char c = (unsigned char)out[j];

			assert_true(c == '\n' || (c >= 0x20 && c != 0x7f));
			assert_false(c == 0xc2 &&
				     (unsigned char)out[j + 1] < 0xa0);
			if (c == '\n' && j && !a.hostile)
				assert_int_not_equal(out[j - 1], ' ');
		}
	}
}

/*
 * A strict reader of JSON (RFC 8259) of its own. Each function returns the byte
 * behind what it read, or NULL.
 */
struct json {
	char text[4096]; /* the last string, decoded */
	size_t len;
	unsigned strings, values;
};

static const char *json_value(struct json *j, const char *p);

static const char *json_escape(struct json *j, const char *p)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *name = *p ? strchr(names, *p) : NULL;
	unsigned code;

	if (name) {
		j->text[j->len++] = bytes[name - names];
		return p + 1;
	}
	if (*p != 'u' || strspn(p + 1, "0123456789abcdefABCDEF") < 4)
		return NULL;
	sscanf(p + 1, "%4x", &code);
	if (code < 0x80) {
		j->text[j->len++] = (char)code;
	} else if (code < 0x800) {
		j->text[j->len++] = (char)(0xc0 | code >> 6);
		j->text[j->len++] = (char)(0x80 | (code & 0x3f));
	} else if (code != 0xfffd) { /* no others are expected */
		return NULL;
	}
	return p + 5;
}

static const char *json_string(struct json *j, const char *p)
{
	if (*p++ != '"')
		return NULL;
	j->strings++;
	for (j->len = 0; *p != '"';) {
		const unsigned char c = (unsigned char)*p;

		if (j->len + 4 > sizeof(j->text))
			j->len = 0; /* too long to be compared */
		if (c < 0x20 || c == 0x7f)
			return NULL;
		if (c == '\\') {
			p = json_escape(j, p + 1);
			if (!p)
				return NULL;
		} else {
			j->text[j->len++] = *p++;
		}
	}
	return p + 1;
}

static const char *json_number(const char *p)
{
	size_t n;

	p += *p == '-';
	n = strspn(p, "0123456789");
	if (!n || (*p == '0' && n > 1))
		return NULL;
	p += n;
	if (*p != '.')
		return p;
	n = strspn(p + 1, "0123456789");
	return n ? p + 1 + n : NULL;
}

static const char *json_members(struct json *j, const char *p, char close)
{
	if (*++p == close)
		return p + 1;
	for (;; p++) {
		if (close == '}') {
			p = json_string(j, p);
			if (!p || *p++ != ':')
				return NULL;
		}
		p = json_value(j, p);
		if (!p || *p == close)
			return p ? p + 1 : NULL;
		if (*p != ',')
			return NULL;
	}
}

static const char *json_value(struct json *j, const char *p)
{
	j->values++;
	switch (*p) {
	case '{':
		return json_members(j, p, '}');
	case '[':
		return json_members(j, p, ']');
	case '"':
		return json_string(j, p);
	case 't':
		return strncmp(p, "true", 4) ? NULL : p + 4;
	case 'f':
		return strncmp(p, "false", 5) ? NULL : p + 5;
	default:
		return json_number(p);
	}
}

/* By the table of the Unicode Standard, 3-7; C1 controls are not wanted. */
static bool is_utf8(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		const unsigned a = p[0], b = a < 0x80 ? 0 : p[1];
		const unsigned n = a < 0x80   ? 1
				   : a < 0xe0 ? 2
				   : a < 0xf0 ? 3
					      : 4;
		const unsigned least = a == 0xe0 || a == 0xc2 ? 0xa0
				       : a == 0xf0            ? 0x90
							      : 0x80;
		const unsigned most = a == 0xed   ? 0x9f
				      : a == 0xf4 ? 0x8f
						  : 0xbf;

		if ((a >= 0x80 && a < 0xc2) || a > 0xf4)
			return false;
		if (a >= 0x80 && (b < least || b > most))
			return false;
		for (unsigned i = 2; i < n; i++)
			if ((p[i] & 0xc0) != 0x80)
				return false;
		p += n;
	}
	return true;
}

static unsigned tokens(void)
{
	struct reply_token t;
	unsigned n = 0;

	for (reply_read(&reply, 0, &t); t.type != TOKEN_STOP;
	     reply_read(&reply, t.next, &t))
		n += t.type != TOKEN_END;
	return n;
}

static void json_is_valid(void **state)
{
	struct any a = {.seed = 6};
	(void)state;

	for (int i = 0; i < 1000; i++) {
		struct json j = {.len = 0};
		const char *end;

		a.hostile = i % 4;
		any_reply(&a, &reply);
		unit_render(&reply, true, 80, 4096, out);
		end = json_value(&j, out);
		if (!end || strcmp(end, "\n") != 0 || !is_utf8(out))
			fail_msg("not JSON: %s", out);
		assert_int_equal(j.values, 1 + tokens());
	}
}

static size_t put_utf8(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (char)(0x80 | (c >> 6 & 0x3f));
	p[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Every character there is goes through JSON as it is. */
static void json_keeps_all_text(void **state)
{
	(void)state;
	for (uint32_t c = 1; c < 0x110000;) {
		char sent[512];
		struct json j = {.len = 0};
		size_t len = 0;

		for (; len < 500 && c < 0x110000; c++)
			if (c < 0xd800 || c > 0xdfff)
				len += put_utf8(sent + len, c);
		sent[len] = '\0';
		reply_reset(&reply);
		text("t", sent);
		unit_render(&reply, true, 80, 4096, out);
		assert_non_null(json_value(&j, out));
		assert_true(is_utf8(out));
		assert_int_equal(j.len, len);
		assert_memory_equal(j.text, sent, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_join_to_the_same),
		cmocka_unit_test(every_value_is_shown_once),
		cmocka_unit_test(text_is_clean),
		cmocka_unit_test(json_is_valid),
		cmocka_unit_test(json_keeps_all_text),
	};

	return cmocka_run_group_tests_name("render_any", tests, NULL, NULL);
}
