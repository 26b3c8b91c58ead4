/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/feed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD_HEAD 16
#define ETH_LEAST 14
#define NS_PER_S 1000000000ull

/* Read at once; a block of a capture may want more. */
#define PIECE (256u << 10)

/* False of what cannot be sent, with `why`. */
static bool fits(const struct capture_record *r, char *why)
{
	if (capture_fit(r) != CAPTURE_FITS) {
		capture_print_fit(r, why, CAPTURE_PRINT_MAX);
		return false;
	}
	if (r->len >= ETH_LEAST)
		return true;
	snprintf(why, CAPTURE_PRINT_MAX,
		 "record %" PRIu64 ", byte %" PRIu64
		 ": %u bytes are no Ethernet frame",
		 r->number, r->at, r->len);
	return false;
}

/* Has the file's bytes from where the reader wants them; false: it is lost. */
static bool read_on(struct feed_file *f)
{
	const uint64_t at = f->reader.at;
	const uint64_t left = at < f->on_disk ? f->on_disk - at : 0;
	uint64_t len = f->reader.need > PIECE ? f->reader.need : PIECE;

	len = len < left ? len : left;
	if (len > f->nb_room) {
		free(f->room);
		f->room = malloc(len);
		if (!f->room)
			abort();
		f->nb_room = len;
	}
	/* What was taken from it before is there no more. */
	f->piece = (struct capture_bytes){f->room, at, len, len == left};
	if (pread(f->fd, f->room, len, (off_t)at) == (ssize_t)len)
		return true;
	f->piece.len = 0;
	f->lost = "the file has become shorter";
	return false;
}

/* The next record that is sent; CAPTURE_RECORD, or why there is none. */
static enum capture_result next(struct feed_file *f, char *why)
{
	enum capture_result result;

	for (;;) {
		result = capture_next(&f->reader, &f->piece, &f->record);
		if (result == CAPTURE_MORE) {
			if (read_on(f))
				continue;
			snprintf(why, CAPTURE_PRINT_MAX, "%s", f->lost);
			return CAPTURE_FAULT;
		}
		if (result == CAPTURE_FAULT)
			capture_print_fault(&f->reader, why, CAPTURE_PRINT_MAX);
		if (result != CAPTURE_RECORD)
			return result;
		if (fits(&f->record, why))
			break;
		if (!f->skip)
			return CAPTURE_FAULT;
		f->skipped++;
	}
	/* One that was taken before another is sent at once behind it. */
	if (f->record.ns > (int64_t)f->ns)
		f->ns = (uint64_t)f->record.ns;
	return result;
}

static void begin_round(struct feed_file *f)
{
	capture_begin(&f->reader);
	f->ns = f->skipped = 0;
}

static uint64_t turn_ns(const struct feed_file *f)
{
	return f->frames > 1 ? f->span_ns / (f->frames - 1) : 0;
}

/* All that the appliance has to know before. */
static bool read_through(struct feed_file *f, char *why)
{
	enum capture_result result;
	uint64_t ns;

	snprintf(why, CAPTURE_PRINT_MAX, "it has no records");
	begin_round(f);
	while ((result = next(f, why)) == CAPTURE_RECORD) {
		f->frames++;
		f->bytes += f->record.len;
		f->span_ns = f->ns;
	}
	if (!f->frames || f->lost || (result != CAPTURE_END && !f->skip))
		return false;
	snprintf(why, CAPTURE_PRINT_MAX, "its loops would take too long");
	return !__builtin_mul_overflow(f->frames * RECORD_HEAD + f->bytes,
				       f->loops, &f->size) &&
	       !__builtin_mul_overflow(f->span_ns + turn_ns(f), f->loops, &ns);
}

bool feed_file_open(struct feed_file *f, const char *path, char *why)
{
	struct stat st = {0};

	snprintf(f->name, sizeof(f->name), "%s", path);
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0 || fstat(f->fd, &st) != 0) {
		snprintf(why, CAPTURE_PRINT_MAX, "%s", strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(why, CAPTURE_PRINT_MAX, "it is no regular file");
		return false;
	}
	f->on_disk = (uint64_t)st.st_size;
	return read_through(f, why);
}

void feed_file_close(struct feed_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->room);
	f->fd = -1;
	f->room = NULL;
}

/* ---- As it is sent ------------------------------------------------------- */

uint64_t feed_file_span_ns(const struct feed_file *f)
{
	return f->loops * (f->span_ns + turn_ns(f)) - turn_ns(f);
}

/* Goes on to the record that byte `at` is of; false where that is gone. */
static bool seek(struct feed_file *f, uint64_t at)
{
	char why[CAPTURE_PRINT_MAX];

	if (at < f->pos || (!f->has && !f->round)) {
		f->pos = f->round = 0;
		f->has = false;
		begin_round(f);
	}
	while (!f->has || at >= f->pos + RECORD_HEAD + f->record.len) {
		if (f->has)
			f->pos += RECORD_HEAD + f->record.len;
		f->has = next(f, why) == CAPTURE_RECORD;
		if (f->has)
			continue;
		if (f->lost || ++f->round >= f->loops)
			return false;
		begin_round(f);
	}
	return true;
}

static size_t copy(const struct feed_file *f, size_t from, unsigned char *to,
		   size_t len)
{
	const uint64_t ns = f->ns + f->round * (f->span_ns + turn_ns(f));
	const uint32_t head[4] = {(uint32_t)(ns / NS_PER_S),
				  (uint32_t)(ns % NS_PER_S), f->record.len,
				  f->record.len};
	const unsigned char *bytes = (const unsigned char *)head + from;
	size_t left = RECORD_HEAD - from;

	if (from >= RECORD_HEAD) {
		bytes = f->record.data + (from - RECORD_HEAD);
		left = f->record.len - (from - RECORD_HEAD);
	}
	if (len > left)
		len = left;
	memcpy(to, bytes, len);
	return len;
}

size_t feed_file_give(struct feed_file *f, uint64_t at, unsigned char *to,
		      size_t len)
{
	size_t n = 0;

	while (!f->lost && n < len && at + n < f->size) {
		if (seek(f, at + n))
			n += copy(f, (size_t)(at + n - f->pos), to + n,
				  len - n);
		else if (!f->lost)
			f->lost = "the file has changed";
	}
	return n;
}
