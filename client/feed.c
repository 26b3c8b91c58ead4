/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/read.h"
#include "client/clock.h"
#include "client/transfer.h"
#include "client/wait.h"

#define LINE_BYTES 1024
#define RECORD_HEAD 16
#define ETH_LEAST 14
#define NS_PER_S 1000000000ull

/* As much ahead as there is room: then nothing goes for this long. */
#define FULL_MS 100
#define AHEAD_MS 5000

struct feed {
	char name[256];
	struct capture_bytes file;
	bool skip; /* what cannot be sent */
	uint64_t loops;
	/* Of one round. */
	uint64_t frames, bytes, span_ns, skipped;
	uint64_t size; /* of all that is sent */
	/* Where it is: the record from byte `pos` of that on. */
	struct capture_reader reader;
	struct capture_record record;
	bool has;
	uint64_t pos, round;
	uint64_t ns; /* of the record taken last, in its round */
};

/* ---- The file ------------------------------------------------------------ */

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

/* The next record that is sent; CAPTURE_RECORD, or why there is none. */
static enum capture_result next(struct feed *f, char *why)
{
	enum capture_result result;

	for (;;) {
		result = capture_next(&f->reader, &f->file, &f->record);
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

static void begin_round(struct feed *f)
{
	capture_begin(&f->reader);
	f->ns = 0;
}

/* All that the appliance has to know before; false: said why it cannot be. */
static bool read_through(struct client *c, struct feed *f)
{
	char why[CAPTURE_PRINT_MAX] = "it has no records";
	enum capture_result result;

	begin_round(f);
	while ((result = next(f, why)) == CAPTURE_RECORD) {
		f->frames++;
		f->bytes += f->record.len;
		f->span_ns = f->ns;
	}
	if (f->frames && (result == CAPTURE_END || f->skip)) {
		f->size = (f->frames * RECORD_HEAD + f->bytes) * f->loops;
		begin_round(f);
		return true;
	}
	ui_note(&c->ui, "'%s' cannot be played: %s", f->name, why);
	return false;
}

static bool open_file(struct client *c, struct feed *f, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = {0};
	void *data = MAP_FAILED;

	snprintf(f->name, sizeof(f->name), "%s", path);
	if (fd >= 0 && fstat(fd, &st) == 0) {
		if (S_ISREG(st.st_mode) && st.st_size)
			data = mmap(NULL, (size_t)st.st_size, PROT_READ,
				    MAP_PRIVATE, fd, 0);
		else
			errno = EINVAL;
	}
	if (data == MAP_FAILED)
		ui_note(&c->ui, "cannot read '%s': %s", path, strerror(errno));
	else
		f->file = (struct capture_bytes){data, 0, (size_t)st.st_size,
						 true};
	if (fd >= 0)
		close(fd);
	return data != MAP_FAILED;
}

static void free_feed(struct feed *f)
{
	if (f && f->file.data)
		munmap((void *)(uintptr_t)f->file.data, f->file.len);
	free(f);
}

/* ---- As it is sent ------------------------------------------------------- */

static uint64_t turn_ns(const struct feed *f)
{
	return f->frames > 1 ? f->span_ns / (f->frames - 1) : 0;
}

/* Goes on to the record that byte `at` is of; false behind the last. */
static bool seek(struct feed *f, uint64_t at)
{
	char why[CAPTURE_PRINT_MAX];

	if (at < f->pos) {
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
		if (++f->round >= f->loops)
			return false;
		begin_round(f);
	}
	return true;
}

static size_t copy(const struct feed *f, size_t from, unsigned char *to,
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

static long give(void *arg, uint64_t at, unsigned char *to, size_t len)
{
	struct feed *f = arg;
	size_t n = 0;

	while (n < len && at + n < f->size && seek(f, at + n))
		n += copy(f, (size_t)(at + n - f->pos), to + n, len - n);
	return (long)n;
}

/* ---- The command --------------------------------------------------------- */

/* The words that `play` takes behind FILE; the rest is ours. */
static bool add_word(char *line, const char *word)
{
	const size_t used = strlen(line);

	return snprintf(line + used, LINE_BYTES - used, " %s", word) <
	       (int)(LINE_BYTES - used);
}

static bool is_ports(const char *word)
{
	return !strncmp(word, "all", 3) || (*word >= '0' && *word <= '9');
}

/* Our own words leave their mark in `f`, the others in `more`. */
static bool take_words(struct client *c, struct feed *f, char **words,
		       char *more)
{
	char *end;

	f->loops = 1;
	for (; *words; words += 2) {
		const char *value = words[1];

		if (!value) {
			ui_error(&c->ui, "the form is .play [PORTS] FILE "
					 "[speed SPEED] [loops N] [bad skip] "
					 "[checksums new] [tag on]");
			return false;
		}
		if (!strcmp(*words, "loops")) {
			f->loops = strtoull(value, &end, 10);
			if (*end || !f->loops || f->loops > 1000000000) {
				ui_error(&c->ui, "loops takes 1..1000000000");
				return false;
			}
		} else if (!strcmp(*words, "bad")) {
			f->skip = !strcmp(value, "skip");
		} else if (!add_word(more, *words) || !add_word(more, value)) {
			ui_error(&c->ui, "E_LONG: the line is too long");
			return false;
		}
	}
	return true;
}

static void say_refused(struct client *c, const struct request *r)
{
	char error[sizeof(r->message) + 20];

	if (r->state == REQUEST_LOST)
		ui_note(&c->ui, "nothing is played: %s", transfer_lost(c));
	snprintf(error, sizeof(error), "%s: %s", r->code, r->message);
	if (r->state == REQUEST_ERR)
		ui_error(&c->ui, error);
}

/* As much as the appliance has room for, so that nothing is late at first. */
static void go_ahead(struct client *c, const struct channel_lane *l)
{
	const uint64_t until = now_ms() + AHEAD_MS;
	uint64_t at = l->at, moved_ms = now_ms();

	while (now_ms() < until && now_ms() < moved_ms + FULL_MS && !l->dry) {
		if (!client_pump(c, FULL_MS / 10, false))
			return;
		if (l->at != at)
			moved_ms = now_ms();
		at = l->at;
	}
}

static enum status feed(struct client *c, struct feed *f, const char *ports,
			const char *more)
{
	struct channel_lane *lane;
	struct request r = {0};
	char line[LINE_BYTES];

	if (!transfer_channel(c)) {
		ui_error(&c->ui, "E_STATE: there is no data channel; "
				 "'.upload' and 'play' do for what the file "
				 "store has room for");
		return STATUS_FAILED;
	}
	snprintf(line, sizeof(line),
		 "play %s - frames %" PRIu64 " bytes %" PRIu64 " span %" PRIu64
		 "ns%s",
		 ports, f->frames * f->loops, f->bytes * f->loops,
		 f->loops * (f->span_ns + turn_ns(f)) - turn_ns(f), more);
	feed_end(c);
	lane = channel_begin(&c->channel, CHANNEL_FEED, 0, f);
	lane->give = give;
	request_send(&c->requests, &r, line);
	if (wait_reply(c, &r) != REQUEST_OK) {
		channel_end(&c->channel, CHANNEL_FEED);
		say_refused(c, &r);
		return STATUS_FAILED;
	}
	c->fed = f;
	go_ahead(c, lane);
	return STATUS_OK;
}

enum status feed_words(struct client *c, char **words)
{
	struct feed *f = calloc(1, sizeof(*f));
	const char *ports = "";
	char more[LINE_BYTES] = "";
	enum status status = STATUS_FAILED;

	if (!f)
		abort();
	if (is_ports(*words) && words[1])
		ports = *words++;
	if (take_words(c, f, words + 1, more) && open_file(c, f, *words) &&
	    read_through(c, f))
		status = feed(c, f, ports, more);
	if (f->skipped && status == STATUS_OK)
		ui_note(&c->ui,
			"%" PRIu64 " records cannot be sent and are "
			"skipped",
			f->skipped);
	if (status != STATUS_OK)
		free_feed(f);
	return status;
}

void feed_end(struct client *c)
{
	const struct channel_lane *l = &c->channel.lane[CHANNEL_FEED];
	struct feed *f = c->fed;

	c->fed = NULL;
	if (f && l->arg == f && l->at < f->size)
		ui_note(&c->ui,
			"'%s' was sent up to byte %" PRIu64 " of %" PRIu64
			"; what plays it goes without",
			f->name, l->at, f->size);
	if (f)
		channel_end(&c->channel, CHANNEL_FEED);
	free_feed(f);
}
