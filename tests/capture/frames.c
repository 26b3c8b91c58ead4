/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * frames [-p BYTES] [-f FILTERS] FILE...: what capture/ reads of captures, for
 * tests that compare it with other programs. Of each file a line with its name;
 * of each record its number, byte, ns, link type, both lengths and its bytes;
 * at last "end", or "fault" and the text. With -p the file comes in pieces that
 * are that much longer than needed. With -f, a file of programs as `tcpdump
 * -ddd` prints them, one in a line, there is a line for each of them instead:
 * the numbers of the records that it keeps, or why it is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/bpf_gate.h"
#include "capture/read.h"

#define FILTERS_MAX 1024
#define FILE_MAX (64u << 20)

struct frames {
	unsigned char *file;
	size_t len;
	size_t piece; /* 0: all of it at once */
	unsigned nb_filters;
	struct bpf_insn *filter[FILTERS_MAX]; /* NULL: refused, as... */
	char why[FILTERS_MAX][BPF_WHY_MAX];
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "frames: %s: %s\n", what, why);
	exit(1);
}

static void *get_memory(size_t size)
{
	void *p = malloc(size);

	if (!p)
		fail("malloc", "no memory");
	return p;
}

static void read_file(struct frames *f, const char *name)
{
	FILE *in = fopen(name, "rb");

	if (!in)
		fail(name, "cannot be read");
	f->len = fread(f->file, 1, FILE_MAX, in);
	fclose(in);
}

static void read_filters(struct frames *f, const char *name)
{
	static struct bpf_insn insn[BPF_INSNS_MAX];
	char *line = NULL;
	size_t room = 0;
	FILE *in = fopen(name, "r");

	if (!in)
		fail(name, "cannot be read");
	while (getline(&line, &room, in) > 0 && f->nb_filters < FILTERS_MAX) {
		char *why = f->why[f->nb_filters];
		unsigned n =
			bpf_parse(line, strlen(line), insn, BPF_INSNS_MAX, why);
		struct bpf_insn *filter;

		if (!n || !bpf_check(insn, n, why)) {
			f->filter[f->nb_filters++] = NULL;
			continue;
		}
		/* Just as long as it is, for ASan. */
		filter = get_memory(n * sizeof(insn[0]));
		memcpy(filter, insn, n * sizeof(insn[0]));
		f->filter[f->nb_filters++] = filter;
	}
	free(line);
	fclose(in);
}

/*
 * A copy of what was asked for, which ASan watches to the byte; `more` bytes
 * beyond it.
 */
static void *copy_piece(const struct frames *f, const struct capture_reader *r,
			size_t more, struct capture_bytes *bytes)
{
	void *copy;

	bytes->at = r->at < f->len ? r->at : f->len;
	bytes->len = f->len - bytes->at;
	if (f->piece && bytes->len > r->need + more)
		bytes->len = r->need + more;
	bytes->last = bytes->at + bytes->len == f->len;
	copy = get_memory(bytes->len + 1);
	memcpy(copy, f->file + bytes->at, bytes->len);
	bytes->data = copy;
	return copy;
}

static void show(const struct capture_record *record)
{
	printf("%llu %llu %lld %u %u %u ", (unsigned long long)record->number,
	       (unsigned long long)record->at, (long long)record->ns,
	       record->link, (unsigned)record->len, (unsigned)record->orig_len);
	for (uint32_t i = 0; i < record->len; i++)
		printf("%02x", record->data[i]);
	putchar('\n');
}

/* A filter's program decides; its gate only knows of some that it drops. */
static bool keeps(const struct bpf_insn *filter, const struct bpf_gate *gate,
		  const struct capture_record *record)
{
	const bool kept =
		bpf_run(filter, record->data, record->orig_len, record->len);

	if (kept && bpf_gate_shut(gate, record->data, record->len)) {
		fprintf(stderr, "record %llu: the gate is shut\n",
			(unsigned long long)record->number);
		exit(1);
	}
	return kept;
}

/* One pass; with a filter only the numbers of those that it keeps. */
static void pass(const struct frames *f, const struct bpf_insn *filter)
{
	enum capture_result result;
	struct capture_record record;
	struct capture_bytes bytes;
	struct capture_reader r;
	char why[CAPTURE_PRINT_MAX];
	struct bpf_gate gate;
	void *copy;

	if (filter)
		bpf_gate_make(&gate, filter);
	capture_begin(&r);
	copy = copy_piece(f, &r, 0, &bytes);
	for (;;) {
		result = capture_next(&r, &bytes, &record);
		if (result == CAPTURE_MORE) {
			free(copy);
			copy = copy_piece(f, &r, f->piece - 1, &bytes);
			continue;
		}
		if (result != CAPTURE_RECORD)
			break;
		if (!filter)
			show(&record);
		else if (keeps(filter, &gate, &record))
			printf("%llu ", (unsigned long long)record.number);
	}
	free(copy);
	capture_print_fault(&r, why, sizeof(why));
	if (result == CAPTURE_FAULT)
		printf("fault %s", why);
	else if (!filter)
		printf("end");
	putchar('\n');
}

int main(int argc, char *argv[])
{
	static struct frames f;
	int option;

	f.file = get_memory(FILE_MAX);
	while ((option = getopt(argc, argv, "p:f:")) != -1) {
		if (option == 'p')
			f.piece = (size_t)atol(optarg);
		else if (option == 'f')
			read_filters(&f, optarg);
		else
			return 2;
	}
	for (int i = optind; i < argc; i++) {
		read_file(&f, argv[i]);
		printf("%s\n", argv[i]);
		for (unsigned n = 0; n < f.nb_filters; n++) {
			if (f.filter[n])
				pass(&f, f.filter[n]);
			else
				printf("refused: %s\n", f.why[n]);
		}
		if (!f.nb_filters)
			pass(&f, NULL);
	}
	for (unsigned n = 0; n < f.nb_filters; n++)
		free(f.filter[n]);
	free(f.file);
	return 0;
}
