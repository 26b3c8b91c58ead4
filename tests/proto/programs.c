/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * programs: sends, so to speak, the streams that are asked for on standard
 * input, a line each:
 *
 *   STACK LEN N [FIELD=VALUE]...   "eth/ipv4/udp 60 3 udp.src=7-9+step+2"
 *
 * LEN is the bytes without FCS, N how many frames, a VALUE the words of `set`
 * with '+' between. Answers with the frames in hex, a line each, or with one
 * "error" and what is wrong. The port's own address is 02:00:00:00:00:01.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>

#include "pktgen/fields.h"
#include "pktgen/program.h"

#define LINE_MAX_BYTES 8192
#define WORDS_MAX 16

/* "udp.src=7-9+step+2" */
static bool take_field(struct stream *s, char *text)
{
	struct fields_fault fault = {0};
	const char *words[WORDS_MAX];
	char *value = strchr(text, '='), *word;
	unsigned nb = 0;

	if (!value)
		return false;
	*value++ = 0;
	while ((word = strsep(&value, "+")) && nb < WORDS_MAX)
		words[nb++] = word;
	if (!fields_set(s, text, words, nb, NULL, &fault))
		return true;
	printf("error %s: %s\n", text, fault.text);
	return false;
}

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
		if (!take_field(s, word))
			return false;
	return true;
}

static void put_frames(const struct program *prog, unsigned long nb)
{
	static struct program_at at;
	static uint8_t frame[STREAM_SIZE_MAX];

	memset(&at, 0, sizeof(at));
	while (nb-- > 0) {
		const unsigned len = program_next(prog, &at, 0, frame);

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

int main(void)
{
	static char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		answer(line);
	}
	return 0;
}
