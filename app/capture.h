/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The capture: frames of ports are written into room that the store lends, and
 * become a file of it once the capture ends. One at a time. A live one has no
 * file: a program reads its bytes as they come, and what was read makes room.
 */
#ifndef APP_CAPTURE_H
#define APP_CAPTURE_H

#include "pktgen/recorder.h"
#include "shell/cmd.h"
#include "units/value.h"

struct app;
struct uk_alloc;

/* In place of a file's name: live. */
#define CAPTURE_LIVE "-"

#define CAPTURE_RX 1u
#define CAPTURE_TX 2u

enum capture_state {
	CAPTURE_NONE, /* there was none yet */
	CAPTURE_ON,
	CAPTURE_ENDING, /* its file is being made */
	CAPTURE_OVER,
};

/* What is asked for. */
struct capture_ask {
	uint64_t ports;      /* mask; all are up */
	unsigned directions; /* CAPTURE_RX, CAPTURE_TX */
	enum capture_keep keep;
	uint64_t count; /* frames, or RECORDER_NO_LIMIT */
	uint32_t snap;  /* bytes of each */
	size_t room;    /* bytes; 0: half of what is free */
	/* Checked, from the allocator that capture_start() gets; NULL: all. */
	struct bpf_insn *filter;
	unsigned nb_insns;
	char name[VALUE_NAME_MAX + 1]; /* of the file */
};

struct app_capture {
	enum capture_state state;
	struct capture_ask ask; /* of this one, or the last */
	struct recorder recorder;
	size_t room; /* that it got */
	uint64_t began_ns, ended_ns;
	enum shell_err err; /* its file could not be made */
	struct uk_alloc *a; /* the filter is its */
	/* CAPTURE_ENDING: the file's bytes at `mem`, and how far its CRC is. */
	unsigned char *mem;
	size_t size, summed;
	uint32_t crc;
};

static inline bool capture_is_live(const struct app_capture *c)
{
	return c->ask.name[0] == '-' && !c->ask.name[1];
}

/*
 * Begins one; none is on. E_FULL when the store has not that much room, E_RANGE
 * when that is less than CAPTURE_RING_MIN: the filter stays the caller's.
 */
enum shell_err capture_start(struct app *app, const struct capture_ask *ask,
			     struct uk_alloc *a, uint64_t now_ns);

/* Ends it, if it is on: sees no more frames. Its file is there once OVER. */
void capture_stop(struct app *app, uint64_t now_ns);

/*
 * Ends one that has all it was to have, tells of it, and makes its file piece
 * by piece; cheap, call it at will.
 */
void capture_poll(struct app *app, uint64_t now_ns);

/*
 * Fails the call unless a live one is on, and, at its first, has byte v[arg]
 * and those behind it; what stands before it is forgotten.
 */
enum call_result capture_check_read(struct call *c, int arg);

/* What who reads it is told each time. */
void capture_report_read(struct reply *r, const struct app_capture *c);

#endif /* APP_CAPTURE_H */
