/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * programs [-p FILE]: sends, so to speak, the streams that are asked for on
 * standard input, a line each:
 *
 *   STACK LEN N [FIELD=VALUE]...   "eth/ipv4/udp 60 3 udp.src=7-9+step+2"
 *
 * LEN is the bytes without FCS, N how many frames, a VALUE the words of `set`
 * with '+' between. Answers with the frames in hex, a line each, or with one
 * "error" and what is wrong. With -p they go into a capture instead, one each
 * microsecond. The port's own address is 02:00:00:00:00:01.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>

#include "capture/write.h"
#include "pktgen/fields.h"
#include "pktgen/program.h"
#include "tests/proto/take_field.h"

#define LINE_MAX_BYTES 8192

static bool take_stream(struct stream *s, char *line, unsigned long *nb)
{
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 1};
	char *word = strsep(&line, " "), *len = strsep(&line, " ");
	struct headers headers;
	const char *at;

	stream_init(s, mac);
	if (headers_take(word, &headers, &at)) {
		printf("error at %s\n", at);
		return false;
	}
	fields_set_headers(s, &headers);
	word = strsep(&line, " ");
	if (!len || !word) {
		puts("error: not STACK LEN N");
		return false;
	}
	stream_set_size(s, (uint16_t)(strtoul(len, NULL, 10) + ETH_FCS_LEN));
	*nb = strtoul(word, NULL, 10);
	while ((word = strsep(&line, " ")))
		if (!take_field(s, word, "error"))
			return false;
	return true;
}

/* NULL: as text. */
static FILE *capture;
static uint64_t time_ns;

static void put_record(const uint8_t *frame, unsigned len)
{
	uint8_t record[CAPTURE_RECORD_BYTES];

	capture_write_record(record, time_ns, len, len);
	time_ns += 1000;
	if (fwrite(record, sizeof(record), 1, capture) != 1 ||
	    fwrite(frame, len, 1, capture) != 1)
		exit(1);
}

static void put_frames(const struct program *prog, unsigned long nb)
{
	static struct program_at at;
	static uint8_t frame[STREAM_SIZE_MAX];

	memset(&at, 0, sizeof(at));
	while (nb-- > 0) {
		const unsigned len = program_next(prog, &at, 0, frame);

		if (capture) {
			put_record(frame, len);
			continue;
		}
		for (unsigned i = 0; i < len; i++)
			printf("%02x", frame[i]);
		putchar('\n');
	}
}

static void answer(char *line)
{
	static struct stream stream;
	struct uk_alloc *alloc = uk_alloc_get_default();
	struct program *prog = NULL;
	unsigned long nb;
	int err;

	if (!take_stream(&stream, line, &nb))
		return;
	err = program_new(&prog, &stream, alloc);
	if (err) {
		printf("error %d\n", err);
		return;
	}
	put_frames(prog, nb);
	program_free(prog, alloc);
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX_BYTES];
	uint8_t header[CAPTURE_HEADER_BYTES];

	if (argc == 3 && !strcmp(argv[1], "-p")) {
		capture = fopen(argv[2], "wb");
		capture_write_header(header, STREAM_SIZE_MAX);
		if (!capture || fwrite(header, sizeof(header), 1, capture) != 1)
			return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		answer(line);
	}
	return capture && fclose(capture) != 0;
}
