/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * put, chunk, get and rm as a program sends them, in any order and with any of
 * their ways to be wrong, beside a model of what the store must hold: each
 * reply is the one that the model expects, each file is whole or not there, and
 * the store's bytes add up after every request.
 *
 * An input is a list of requests of four bytes: what, name, and two that say
 * how much. A file's bytes come from its size and a number of its own.
 */
#include <stdio.h>
#include <string.h>

#include "files/base64.h"
#include "files/crc32.h"
#include "tests/fuzz/line.h"

#define LIMIT 1000u
#define NAMES 6
#define PIECE 300u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[NAMES] = {"a",     "b.txt", "c-1",
					 "dd_dd", "E",     "zz"};

struct content {
	bool there;
	bool wrong; /* its CRC was said wrong */
	unsigned size, number;
	uint32_t crc; /* that was said */
};

static struct {
	struct content file[NAMES];
	struct content upload;
	unsigned uploading, got; /* the name's number; bytes of it */
	unsigned char bytes[2 * LIMIT];
	char request[2048];
	const char *reply; /* what stands between "@1 " and the end */
	size_t reply_len;
	char end[32]; /* "OK", or the code */
} f;

/*
 * ---- Files ----------------------------------------------------------------
 */

static void fill(const struct content *c)
{
	for (unsigned i = 0; i < c->size; i++)
		f.bytes[i] = (unsigned char)(c->number * 37 + i * (i >> 3));
}

static void set_crc(struct content *c)
{
	fill(c);
	c->crc = crc32_add(0, f.bytes, c->size) ^ (c->wrong ? 0x10 : 0);
}

static unsigned used(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < NAMES; i++)
		n += f.file[i].there ? f.file[i].size : 0;
	return n;
}

static void check_file(const struct store *s, unsigned i)
{
	const struct store_file *is = store_find(s, names[i]);

	fuzz_check(!is == !f.file[i].there);
	if (!is)
		return;
	fuzz_check(is->size == f.file[i].size && is->crc == f.file[i].crc);
	fill(&f.file[i]);
	fuzz_check(!memcmp(store_data(s, is), f.bytes, is->size));
}

static void check_store(void)
{
	const struct store *s = &line.app.store;
	unsigned count = 0, gap[NAMES] = {0};

	for (unsigned i = 0; i < NAMES; i++) {
		check_file(s, i);
		count += f.file[i].there;
	}
	fuzz_check(s->nb_files == count && s->used == used());
	fuzz_check(s->used + s->got <= s->limit && s->limit == LIMIT);
	/* In order of names, in any order without a gap. */
	for (unsigned i = 0; i < count; i++) {
		fuzz_check(!i ||
			   strcmp(s->file[i - 1].name, s->file[i].name) < 0);
		for (unsigned j = 0; j < count; j++)
			if (s->file[j].at < s->file[i].at)
				gap[i] += (unsigned)s->file[j].size;
		fuzz_check(gap[i] == s->file[i].at || !s->file[i].size);
	}
	fuzz_check(f.upload.there ==
		   !strcmp(s->upload.name, names[f.uploading]));
	fuzz_check(f.upload.there || !s->upload.name[0]);
	fuzz_check(s->got == (f.upload.there ? f.got : 0));
}

/*
 * ---- Requests -------------------------------------------------------------
 */

/* Sends it and splits the reply; the last line is the only one of its kind. */
static void send_request(void)
{
	const char *last, *p;

	line.out_len = 0;
	fuzz_check(line_give(f.request, strlen(f.request), SIZE_MAX) ==
		   strlen(f.request));
	line_settle();
	fuzz_check(line.out_len < sizeof(line.out));
	line.out[line.out_len] = '\0';
	p = strstr(line.out, "@1 ");
	fuzz_check(p && line.out_len > 2);
	f.reply = p;
	last = p;
	for (; p; p = strstr(p, "\n@1 ")) {
		p += *p == '\n';
		last = p;
	}
	f.reply_len = (size_t)(last - f.reply);
	fuzz_check(sscanf(last, "@1 ERR %31s", f.end) == 1 ||
		   sscanf(last, "@1 %31s", f.end) == 1);
	fuzz_check(!strcmp(last + strlen(last) - 2, "\r\n"));
}

static void expect(const char *end)
{
	fuzz_check(!strcmp(f.end, end));
}

static void expect_offset(unsigned offset)
{
	unsigned is;

	expect("OK");
	fuzz_check(sscanf(f.reply, "@1 {\"offset\":%u}", &is) == 1);
	fuzz_check(is == offset);
}

static bool same(const struct content *a, const struct content *b)
{
	return a->there && a->size == b->size && a->crc == b->crc;
}

static void put(unsigned name, const struct content *c)
{
	snprintf(f.request, sizeof(f.request), "@1 put %s %u %08x --json\n",
		 names[name], c->size, c->crc);
	send_request();
	if (same(&f.file[name], c)) {
		expect_offset(c->size);
	} else if (name == f.uploading && same(&f.upload, c)) {
		expect_offset(f.got);
	} else if (!c->size && c->wrong) {
		expect("E_CRC");
	} else if (c->size > LIMIT - used()) {
		expect("E_FULL");
	} else {
		expect_offset(0);
		f.uploading = name;
		f.upload = *c;
		f.upload.there = c->size;
		f.got = 0;
		if (!c->size)
			f.file[name] = *c;
	}
}

/* Of `len` bytes from `at` on; in three ways wrong. */
static void chunk(unsigned name, unsigned at, unsigned len, unsigned how)
{
	char text[BASE64_LEN(PIECE) + 2];
	uint32_t crc;

	memset(f.bytes, 0, sizeof(f.bytes));
	fill(&f.upload);
	crc = crc32_add(0, f.bytes + at, len);
	base64_encode(f.bytes + at, len, text);
	if (how == 1 && len)
		text[0] = text[0] == 'A' ? 'B' : 'A';
	if (how == 2)
		strcat(text, "=");
	if (how == 3)
		crc ^= 1;
	snprintf(f.request, sizeof(f.request),
		 "@1 chunk %s %u %08x \"%s\" --json\n", names[name], at, crc,
		 text);
	send_request();
	if (how == 2) {
		expect("E_SYNTAX");
	} else if ((how == 1 && len) || how == 3) {
		expect("E_CRC");
	} else if (!f.upload.there || name != f.uploading || at != f.got) {
		expect("E_STATE");
	} else if (at + len > f.upload.size) {
		expect("E_RANGE");
	} else if (at + len < f.upload.size) {
		f.got += len;
		expect_offset(f.got);
	} else if (f.upload.wrong) {
		expect("E_CRC");
		f.upload.there = false;
	} else {
		expect_offset(at + len);
		f.file[name] = f.upload;
		f.upload.there = false;
	}
}

/* Its pieces, put together, are the file from there on. */
static void check_pieces(const char *reply, unsigned at, unsigned size)
{
	const char *p = reply, *data;

	while ((p = strstr(p, "\n@1 {\"offset\":")) != NULL) {
		unsigned char bytes[1024];
		unsigned offset, crc;
		size_t len;

		fuzz_check(sscanf(p, "\n@1 {\"offset\":%u,\"crc32\":\"%8x\"",
				  &offset, &crc) == 2);
		fuzz_check(offset == at);
		data = strstr(p, "\"data\":\"");
		fuzz_check(data);
		data += strlen("\"data\":\"");
		fuzz_check(base64_decode(data, strcspn(data, "\""), bytes,
					 sizeof(bytes), &len));
		fuzz_check(len && at + len <= size);
		fuzz_check(!memcmp(bytes, f.bytes + at, len));
		fuzz_check(crc == crc32_add(0, bytes, len));
		at += (unsigned)len;
		p = data;
	}
	fuzz_check(at == size);
}

static void get(unsigned name, unsigned at)
{
	const struct content *c = &f.file[name];
	unsigned size, crc;

	snprintf(f.request, sizeof(f.request), "@1 get %s %u --json\n",
		 names[name], at);
	send_request();
	if (!c->there) {
		expect("E_NOFILE");
		return;
	}
	if (at > c->size) {
		expect("E_RANGE");
		return;
	}
	expect("OK");
	fuzz_check(sscanf(strstr(f.reply, "\"size\""),
			  "\"size\":%u,\"crc32\":\"%8x\"", &size, &crc) == 2);
	fuzz_check(size == c->size && crc == c->crc);
	fill(c);
	check_pieces(f.reply, at, size);
}

static bool removable(unsigned name)
{
	return f.file[name].there || (f.upload.there && f.uploading == name);
}

static void rm(unsigned name, unsigned other)
{
	const unsigned both[2] = {name, other};

	snprintf(f.request, sizeof(f.request), "@1 rm %s %s\n", names[name],
		 names[other]);
	send_request();
	if (!removable(name) || !removable(other)) {
		expect("E_NOFILE");
		return;
	}
	expect("OK");
	for (unsigned i = 0; i < 2; i++) {
		if (i && name == other)
			return;
		if (f.file[both[i]].there)
			f.file[both[i]].there = false;
		else
			f.upload.there = false;
	}
}

/*
 * ---- An input -------------------------------------------------------------
 */

static void act(const uint8_t b[4])
{
	const unsigned name = b[1] % NAMES, more = b[1] / NAMES;
	const unsigned bytes = b[2] << (b[3] >> 4 & 3 ? 0 : 2);
	struct content c = {.there = true,
			    .wrong = (b[0] & 0xf0) == 0xf0,
			    .size = (bytes + (b[3] & 3)) % (LIMIT + 24),
			    .number = b[3] >> 6};

	set_crc(&c);
	switch (b[0] % 8) {
	case 0:
	case 1:
		put(name, &c);
		break;
	case 2:
	case 3:
	case 4:
		/*
		 * Mostly what comes next, as much as is asked for or is left.
		 */
		if (f.upload.there && !(b[0] & 0x80))
			chunk(f.uploading, f.got,
			      b[2] && b[2] < f.upload.size - f.got
				      ? b[2]
				      : (f.upload.size - f.got) % (PIECE + 1),
			      b[3] < 16 ? b[3] & 3 : 0);
		else
			chunk(name, b[3] << 1, b[2], b[3] & 3);
		break;
	case 5:
		get(name, b[2] < 128 ? 0 : (b[2] << 3) % (LIMIT + 24));
		break;
	case 6:
		rm(name, more % NAMES);
		break;
	default:
		/* All of it at once: the common case. */
		put(name, &c);
		while (f.upload.there && f.uploading == name &&
		       same(&f.upload, &c))
			chunk(name, f.got,
			      c.size - f.got < PIECE ? c.size - f.got : PIECE,
			      0);
	}
	check_store();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	line_begin(LIMIT);
	memset(f.file, 0, sizeof(f.file));
	f.upload.there = false;
	f.uploading = f.got = 0;
	for (; size >= 4; data += 4, size -= 4)
		act(data);
	return 0;
}
