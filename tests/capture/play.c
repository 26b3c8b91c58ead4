/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * play FILE [skip] [new] [tag] [max=BYTES] [speed=THOUSANDTHS] [frames=N]
 * [FIELD=VALUE]...: the frames that `play` sends of a capture, for tests that
 * compare them with other programs; a VALUE is the words of `set` with '+'
 * between. A line for each: when it is due, in ns, and its bytes in hex. Or one
 * line "refused" and why. At last "skipped" and how many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>

#include "pktgen/fields.h"
#include "pktgen/play.h"
#include "tests/proto/take_field.h"

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

/* Just as long as it is, for ASan. */
static void read_file(const char *name, struct held *to)
{
	FILE *in = fopen(name, "rb");
	unsigned char *bytes;
	long size;

	if (!in || fseek(in, 0, SEEK_END) || (size = ftell(in)) < 0)
		exit(2);
	rewind(in);
	bytes = malloc((size_t)size + !size);
	if (!bytes || fread(bytes, 1, (size_t)size, in) != (size_t)size)
		exit(2);
	fclose(in);
	to->data = bytes;
	to->size = (size_t)size;
}

static unsigned long number(const char *word, const char *name,
			    unsigned long otherwise)
{
	const size_t len = strlen(name);

	return strncmp(word, name, len) != 0 ? otherwise
					     : strtoul(word + len, NULL, 10);
}

static void put_frames(const struct program *prog, uint64_t nb)
{
	static struct program_at at;
	static uint8_t frame[STREAM_SIZE_MAX];
	struct pacer_times *times = play_times(prog);
	uint64_t ns = 0;

	for (; nb; nb--) {
		const unsigned len = play_next(prog, &at, frame);

		printf("%llu ", (unsigned long long)ns);
		for (unsigned i = 0; i < len; i++)
			printf("%02x", frame[i]);
		putchar('\n');
		if (times)
			ns += times->next_ns(times);
	}
}

/* Says what is wrong, or sends, so to speak, the frames. */
static int answer(int argc, char *argv[], struct held *file)
{
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 1};
	struct uk_alloc *a = uk_alloc_get_default();
	struct stream_play play = {.file = "FILE", .speed = STREAM_SPEED};
	struct played_files files = {
		.arg = file, .hold = hold, .release = release, .heap = a};
	char why[PLAYED_WHY_MAX] = "no file";
	static struct stream s;
	struct program *prog;
	struct played *p;
	unsigned long frames = 0, max = 1514;

	for (int i = 2; i < argc; i++) {
		play.skip |= !strcmp(argv[i], "skip");
		play.csums |= !strcmp(argv[i], "new");
		play.tag |= !strcmp(argv[i], "tag");
		max = number(argv[i], "max=", max);
		frames = number(argv[i], "frames=", frames);
		play.speed = (uint32_t)number(argv[i], "speed=", play.speed);
	}
	stream_init(&s, mac);
	fields_play(&s, &play);
	for (int i = 2; i < argc; i++)
		if (strchr(argv[i], '.') || argv[i][0] == '@')
			if (!take_field(&s, argv[i], "refused"))
				return 0;
	if (played_get(&files, &s.play, (unsigned)max, &p, why) < 0) {
		printf("refused %s\n", why);
		return 0;
	}
	if (play_new(&prog, &s, p, a) < 0)
		return 2;
	put_frames(prog, frames ? frames : p->frames);
	printf("skipped %llu\n", (unsigned long long)played_skipped(p));
	program_free(prog, a);
	return 0;
}

int main(int argc, char *argv[])
{
	struct held file;
	int rc;

	if (argc < 2)
		return 2;
	read_file(argv[1], &file);
	rc = answer(argc, argv, &file);
	free((void *)(uintptr_t)file.data);
	return rc;
}
