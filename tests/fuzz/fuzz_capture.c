/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture of any bytes, at once and in pieces: both ways give the same
 * records, each within what was given, in order, or the same fault. It is
 * played, round and round: the frames are those of the records that can be
 * sent, and no field that is set is written outside of one.
 *
 * The first byte of an input says what stands before the rest: one of four
 * headers of pcap, a section and two interfaces of pcapng in either order of
 * bytes, or nothing. The second is how much more than was asked for comes.
 */
#include <stdlib.h>
#include <string.h>

#include "pktgen/fields.h"
#include "pktgen/play.h"
#include "tests/fuzz/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FRONT_MAX 96
#define RECORDS_MAX 256

struct all {
	unsigned count;
	struct capture_record record[RECORDS_MAX];
	enum capture_result end;
	struct capture_reader r;
};

static const char pcap_le[] = "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0"
			      "\xff\xff\0\0\1\0\0";
static const char pcap_be[] = "\xa1\xb2\x3c\x4d\0\2\0\4\0\0\0\0\0\0\0\0"
			      "\0\0\xff\xff\0\0\0\1";
static const char ng_le[] = "\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0"
			    "\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0"
			    "\1\0\0\0\x14\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0"
			    "\1\0\0\0\x20\0\0\0\1\0\0\0\0\0\1\0"
			    "\x09\0\1\0\x09\0\0\0\0\0\0\0\x20\0\0";
static const char ng_be[] = "\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\1\0\0"
			    "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c"
			    "\0\0\0\1\0\0\0\x14\0\1\0\0\0\0\0\0\0\0\0\x14";

/* Returns how many bytes stand before the rest; each string lacks its NUL. */
static size_t front(uint8_t which, unsigned char *to)
{
	static const struct {
		const char *bytes;
		size_t len;
	} fronts[] = {
		{pcap_le, sizeof(pcap_le)},
		{pcap_be, sizeof(pcap_be) - 1},
		{ng_le, sizeof(ng_le)},
		{ng_be, sizeof(ng_be) - 1},
		{"", 0},
	};

	which %= 5;
	memcpy(to, fronts[which].bytes, fronts[which].len);
	return fronts[which].len;
}

static void take(struct all *a, const struct capture_record *record,
		 const unsigned char *from, size_t len)
{
	const unsigned n = a->count;

	fuzz_check(record->data >= from);
	fuzz_check(record->data + record->len <= from + len);
	fuzz_check(record->number == n + 1ull);
	fuzz_check(record->len <= CAPTURE_FRAME_MAX);
	if (n < RECORDS_MAX) {
		fuzz_check(!n || record->at > a->record[n - 1].at);
		a->record[n] = *record;
	}
	a->count++;
}

/* `more`: what comes beyond what was asked for; SIZE_MAX: all. */
static void read_all(struct all *a, const unsigned char *file, size_t len,
		     size_t more)
{
	struct capture_bytes bytes = {NULL, 0, 0, false};
	struct capture_record record;
	unsigned char *copy = NULL;

	a->count = 0;
	capture_begin(&a->r);
	for (;;) {
		a->end = capture_next(&a->r, &bytes, &record);
		if (a->end == CAPTURE_RECORD) {
			take(a, &record, bytes.data, bytes.len);
			if (a->count <= RECORDS_MAX)
				a->record[a->count - 1].data =
					file + bytes.at +
					(record.data -
					 (const unsigned char *)bytes.data);
			continue;
		}
		if (a->end != CAPTURE_MORE)
			break;
		/* It asks for what is not here, and never for the past. */
		fuzz_check(!bytes.last && a->r.need);
		fuzz_check(a->r.at + a->r.need > bytes.at + bytes.len);
		fuzz_check(a->r.at >= bytes.at);
		bytes.at = a->r.at < len ? a->r.at : len;
		bytes.len = len - bytes.at;
		if (more < bytes.len && a->r.need < bytes.len - more)
			bytes.len = a->r.need + more;
		bytes.last = bytes.at + bytes.len == len;
		free(copy);
		copy = malloc(bytes.len);
		memcpy(copy, file + bytes.at, bytes.len);
		bytes.data = copy;
	}
	fuzz_check(a->end == CAPTURE_END || a->r.why[0]);
	free(copy);
}

/* ---- Played -------------------------------------------------------------- */

#define MAX_BYTES 1514

static bool hold(void *arg, const char *name, struct held *h)
{
	(void)name;
	*h = *(struct held *)arg;
	return true;
}

static void release(void *arg, struct held *h)
{
	(void)arg;
	(void)h;
}

/* All fields that there are, as far as a stream has room. */
static void set_fields(struct stream *s, uint8_t how)
{
	static const char *const fields[] = {
		"eth.dst",    "eth.src",  "vlan.1.id",   "vlan.2.type",
		"arp.tpa",    "arp.op",   "ipv4.src",    "ipv4.dst",
		"ipv4.dscp",  "ipv4.len", "ipv6.src",    "ipv6.dst",
		"icmp.type",  "udp.src",  "icmpv6.code", "udp.checksum",
		"tcp.urgent", "tcp.src",  "@10.64",      "@0.8",
	};
	struct fields_fault fault;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		fields_set_word(s, fields[i], how >> i % 8 & 1 ? "random" : "1",
				&fault);
}

static bool can_be_sent(const struct capture_record *r)
{
	const bool tagged =
		r->len >= 14 && ((r->data[12] == 0x81 && !r->data[13]) ||
				 (r->data[12] == 0x88 && r->data[13] == 0xa8) ||
				 (r->data[12] == 0x91 && !r->data[13]));

	return capture_fit(r) == CAPTURE_FITS && r->len >= 14 &&
	       r->len <= MAX_BYTES + (tagged ? 4u : 0);
}

/* One round, and the start of the next; into memory that is just as long. */
static void walk(const struct program *prog, const struct all *a, bool same)
{
	static struct program_at at;
	struct pacer_times *times = play_times(prog);

	memset(&at, 0, sizeof(at));
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < a->count; i++) {
			const struct capture_record *r = &a->record[i];
			uint8_t *buf;

			if (!can_be_sent(r))
				continue;
			buf = malloc(r->len);
			fuzz_check(play_next(prog, &at, buf) == r->len);
			fuzz_check(!same || !memcmp(buf, r->data, r->len));
			free(buf);
			times->next_ns(times);
		}
}

static void play_held(struct held *held, const struct all *a, uint8_t how)
{
	static const uint8_t mac[6];
	static struct stream s;
	struct played_files files = {.arg = held,
				     .hold = hold,
				     .release = release,
				     .heap = uk_alloc_get_default()};
	struct stream_play ask = {.file = "a", .speed = STREAM_SPEED};
	char why[PLAYED_WHY_MAX];
	struct program *prog;
	struct played *p;
	unsigned sent = 0;

	for (unsigned i = 0; i < a->count; i++)
		sent += can_be_sent(&a->record[i]);
	fuzz_check((played_get(&files, &ask, MAX_BYTES, &p, why) == 0) ==
		   (sent && sent == a->count && a->end == CAPTURE_END));
	if (sent && sent == a->count && a->end == CAPTURE_END)
		played_put(p);
	ask.skip = 1;
	ask.csums = how & 1;
	if (played_get(&files, &ask, MAX_BYTES, &p, why) < 0) {
		fuzz_check(!sent);
		return;
	}
	fuzz_check(p->frames == sent);
	stream_init(&s, mac);
	fields_play(&s, &ask);
	if (how & 2)
		set_fields(&s, how);
	fuzz_check(!play_new(&prog, &s, p, files.heap));
	walk(prog, a, !(how & 3));
	program_free(prog, files.heap);
}

/* From memory that is just as long as the file. */
static void play(const unsigned char *file, size_t len, const struct all *a,
		 uint8_t how)
{
	unsigned char *copy = malloc(len);
	struct held held = {copy, len, NULL};

	memcpy(copy, file, len);
	play_held(&held, a, how);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct all whole, pieces;
	char text[CAPTURE_PRINT_MAX];
	unsigned char *file;
	size_t len;

	if (size < 2)
		return 0;
	file = malloc(FRONT_MAX + size);
	len = front(data[0], file);
	memcpy(file + len, data + 2, size - 2);
	len += size - 2;
	read_all(&whole, file, len, SIZE_MAX);
	if (whole.count <= RECORDS_MAX)
		play(file, len, &whole, data[1]);
	read_all(&pieces, file, len, data[1]);
	fuzz_check(whole.end == pieces.end && whole.count == pieces.count);
	fuzz_check(!strcmp(whole.r.why, pieces.r.why));
	fuzz_check(whole.r.fault_at == pieces.r.fault_at);
	for (unsigned i = 0; i < whole.count && i < RECORDS_MAX; i++) {
		whole.record[i].data = pieces.record[i].data = NULL;
		fuzz_check(whole.record[i].at == pieces.record[i].at &&
			   whole.record[i].ns == pieces.record[i].ns &&
			   whole.record[i].len == pieces.record[i].len &&
			   whole.record[i].link == pieces.record[i].link);
		capture_print_fit(&whole.record[i], text, sizeof(text));
	}
	capture_print_fault(&whole.r, text, sizeof(text));
	free(file);
	return 0;
}
