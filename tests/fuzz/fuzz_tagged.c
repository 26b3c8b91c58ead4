/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program's requests among a person's keys, at any byte of them
 * (docs/protocol.md): each request gets its own lines and one OK or ERR, in
 * order, whole and printable, and ends as its commands do, or cancelled by a
 * person's ^C. Behind an opening with a ^C those before it may have been
 * dropped, but for one that had begun to be answered.
 *
 * An input is a script. 0x00..0xdf: the person presses that byte, but '@',
 * which would be a program's. 0xe0..0xef: a request. 0xf0..0xf7: the person
 * types a command. 0xf8..0xff: what was given so far goes in at once, the line
 * takes some bytes a step, or time passes.
 */
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/line.h"

#define REQUESTS_MAX 64
#define TAG_BASE 100 /* three digits each */
#define LONG_LINE 1030

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a program asks and how that ends when nobody cancels it. */
static const struct {
	const char *command, *end;
} requests[16] = {
	{"", "OK"},
	{" size 64; rate 1kpps; mode 0 tx", "OK"},
	{" size 5", "ERR E_RANGE 6 "},
	{" ls --json", "OK"},
	{" sleep 3ms; sleep 0s; df --json", "OK"},
	{" stats every 10ms 2 --json", "OK"},
	{" help size --json; help", "OK"},
	{" nonsense", "ERR E_UNKNOWN 1 "},
	{" size \"64", "ERR E_SYNTAX 6 "},
	{" complete \"s\" --json", "OK"},
	{" put a 3 352441c2; chunk a 0 352441c2 YWJj; cat a; rm a", "OK"},
	{" cat nothing; size 64", "ERR E_NOFILE 5 "},
	{" stop --json; stats 0 --json; port --json", "OK"},
	{" help \x01", "ERR E_BYTE 6 "},
	{" # the longest line there is", "ERR E_LONG 1025 "},
	{" version x", "ERR E_SURPLUS 9 "},
};

#define PUT_REQUEST 10 /* leaves what it has put when it is cancelled */
#define LONG_REQUEST 14

static const char *const typed[8] = {
	"\r",
	"size 64\r",
	"sleep 5ms\r",
	"ls; df --json\r",
	"stats every 10ms 3\r",
	"help\r",
	"\x1b[A\r",
	"sleep 1h\r",
};

static struct {
	uint8_t asked[REQUESTS_MAX];
	unsigned count, answered;
	unsigned dropped;  /* so many may have been, of the first */
	unsigned opening;  /* bytes of one that the input ends with */
	size_t read;       /* of the output */
	uint8_t in[16384]; /* not given yet */
	size_t in_len;
	size_t chunk;
	unsigned lines;     /* of the reply so far */
	unsigned whole[16]; /* lines of each reply that is not cancelled */
	bool alone;         /* nobody types: finds these out */
	bool left;          /* there may be what PUT_REQUEST had put */
} f;

static void put(const char *text, size_t n)
{
	static const char opening[] = "\x05\x15\n\x03";

	memcpy(f.in + f.in_len, text, n);
	f.in_len += n;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == opening[f.opening])
			f.opening++;
		else
			f.opening = text[i] == opening[0];
		if (opening[f.opening])
			continue;
		f.dropped = f.count;
		f.opening = 0;
	}
}

/* What a person's command holds up is given up for whoever comes next. */
static void give(void)
{
	size_t n = line_give(f.in, f.in_len, f.chunk);

	f.in_len -= n;
	memmove(f.in, f.in + n, f.in_len);
	if (!f.in_len)
		return;
	put("\x05\x15\n\x03", 4);
	fuzz_check(line_give(f.in, f.in_len, SIZE_MAX) == f.in_len);
	f.in_len = 0;
}

static void add(const char *text)
{
	size_t n = strlen(text);

	if (f.in_len + n + 4 > sizeof(f.in))
		give();
	put(text, n);
}

/* A line end before it makes sure that it begins a line. */
static void request(uint8_t which)
{
	char text[64 + LONG_LINE];

	if (f.count == REQUESTS_MAX)
		return;
	snprintf(text, sizeof(text), "\n@%u%s", TAG_BASE + f.count,
		 requests[which].command);
	f.asked[f.count++] = which;
	add(text);
	if (which == LONG_REQUEST) {
		memset(text, 'x', LONG_LINE);
		text[LONG_LINE] = '\0';
		add(text);
	}
	add("\n");
}

/* The end of the oldest request that has none: of `len` bytes. */
static bool is_end(const char *text, size_t len)
{
	const char *end = requests[f.asked[f.answered]].end;
	static const char cancelled[] = "ERR E_CANCEL 0 ";

	if (len > sizeof(cancelled) - 1 &&
	    !memcmp(text, cancelled, sizeof(cancelled) - 1)) {
		f.left |= f.asked[f.answered] == PUT_REQUEST;
		return true;
	}
	if (f.left && f.asked[f.answered] == PUT_REQUEST)
		return len == 2 || (len > 4 && !memcmp(text, "ERR ", 4));
	if (len == 2 || (len > 4 && !memcmp(text, "ERR ", 4))) {
		unsigned *whole = &f.whole[f.asked[f.answered]];

		if (f.alone)
			*whole = f.lines;
		fuzz_check(f.lines == *whole);
	}
	if (len == 2 && !memcmp(text, "OK", 2)) {
		fuzz_check(!strcmp(end, "OK"));
		return true;
	}
	if (len < 4 || memcmp(text, "ERR ", 4) != 0)
		return false;
	fuzz_check(len > strlen(end) && !memcmp(text, end, strlen(end)));
	return true;
}

/* A line of the reply to the oldest request. */
static void take_tagged(const char *text, size_t len)
{
	char tag[8];
	int n = snprintf(tag, sizeof(tag), "@%u ", TAG_BASE + f.answered);

	while (f.answered < f.dropped && !f.lines &&
	       (len < (size_t)n || memcmp(text, tag, (size_t)n) != 0))
		snprintf(tag, sizeof(tag), "@%u ", TAG_BASE + ++f.answered);
	fuzz_check(f.answered < f.count);
	fuzz_check(len >= (size_t)n && !memcmp(text, tag, (size_t)n));
	for (size_t i = 0; i < len; i++)
		fuzz_check((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
	text += n;
	len -= (size_t)n;
	if (is_end(text, len)) {
		f.answered++;
		f.lines = 0;
	} else {
		f.lines++;
		/* Not even what is cancelled cuts a line of JSON. */
		fuzz_check(!len || *text != '{' || text[len - 1] == '}');
	}
}

/* The lines that are whole by now. */
static void read_output(void)
{
	const char *end;

	while ((end = memchr(line.out + f.read, '\n', line.out_len - f.read)) !=
	       NULL) {
		const char *text = line.out + f.read;
		size_t len = (size_t)(end - text);

		fuzz_check(len && end[-1] == '\r');
		if (*text == '@' && text[1] != '!')
			take_tagged(text, len - 1);
		else
			fuzz_check(!f.alone || strstr(text, "ukpktgen"));
		f.read += len + 1;
	}
	line.out_len -= f.read;
	memmove(line.out, line.out + f.read, line.out_len);
	f.read = 0;
}

static void act(uint8_t byte)
{
	const char key[2] = {(char)byte, 0};

	if (byte < 0xe0) {
		if (byte && byte != '@')
			add(key);
	} else if (byte < 0xf0) {
		request(byte & 0xf);
	} else if (byte < 0xf8) {
		add(typed[byte & 7]);
	} else if (byte < 0xfa) {
		give();
		line.room = byte & 1 ? SIZE_MAX : 7;
	} else if (byte < 0xfc) {
		give();
		f.chunk = byte & 1 ? SIZE_MAX : 1;
	} else {
		give();
		for (unsigned i = byte & 3; i < 4; i++)
			line_step();
	}
}

/* What a person left running holds nothing up but a person. */
static void finish(void)
{
	line.room = SIZE_MAX;
	give();
	/* As long as any of the requests takes by itself. */
	for (unsigned i = 0; i < 30; i++)
		line_step();
	for (unsigned i = 0; i < 100 && f.answered < f.count; i++) {
		line_settle();
		read_output();
		/* Not an opening: all that is left is answered. */
		if (f.answered < f.count)
			line_give("\n\x03", 2, 1);
	}
	line_settle();
	read_output();
	if (f.answered < f.dropped && !f.lines)
		f.answered = f.dropped;
	fuzz_check(f.answered == f.count);
}

static void begin(void)
{
	line_begin(32768); /* for all that a person may save */
	f.count = f.answered = f.lines = 0;
	f.dropped = f.opening = 0;
	f.read = f.in_len = 0;
	f.chunk = SIZE_MAX;
	f.left = false;
	line.take = read_output;
}

/* How long each reply is when there is nothing but requests. */
static void measure(void)
{
	f.alone = true;
	for (uint8_t i = 0; i < 16; i++) {
		begin();
		request(i);
		finish();
	}
	f.alone = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool measured;

	if (!measured)
		measure();
	measured = true;
	begin();
	for (size_t i = 0; i < size; i++)
		act(data[i]);
	finish();
	return 0;
}
