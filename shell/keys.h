/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From bytes to keys: what a terminal sends is pushed one byte at a time, and a
 * key comes out when it is whole. Knows ECMA-48 sequences; a character of
 * several bytes comes as that many KEY_TEXT. The marks around a paste are no
 * keys, what is between them is as if typed. All state is in the struct.
 */
#ifndef SHELL_KEYS_H
#define SHELL_KEYS_H

#include <stdbool.h>

enum key {
	KEY_NONE,    /* not whole yet */
	KEY_UNKNOWN, /* a sequence that means nothing here */
	KEY_TEXT,    /* the byte itself: of a character, or bound to nothing */
	KEY_ENTER,
	KEY_TAB,
	KEY_BACKSPACE,
	KEY_DELETE,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_UP,
	KEY_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_KILL_END,  /* ^K */
	KEY_KILL_LINE, /* ^U */
	KEY_KILL_WORD, /* ^W */
	KEY_CLEAR,     /* ^L */
	KEY_CANCEL,    /* ^C */
	KEY_WORD_LEFT, /* Alt-b, Ctrl-Left */
	KEY_WORD_RIGHT,
	KEY_KILL_WORD_LEFT,  /* Alt-Backspace */
	KEY_KILL_WORD_RIGHT, /* Alt-d */
	KEY_YANK,            /* ^Y */
	KEY_TRANSPOSE,       /* ^T */
	KEY_UNDO,            /* ^_ */
	KEY_SEARCH,          /* ^R */
	KEY_REPORT, /* the terminal's: the cursor is in row param[0], column
		       param[1] */
	KEY_COUNT
};

/* What a report tells: the row and column of a terminal's last cell. */
struct keys_size {
	unsigned rows, columns;
};

#define KEYS_REPORT_MAX 12 /* bytes of the longest report there is */

struct keys {
	enum { KEYS_PLAIN, KEYS_ESC, KEYS_CSI, KEYS_SS3, KEYS_FN } state;
	unsigned param[2]; /* the sequence's first numbers */
	unsigned params;   /* semicolons that it holds */
	bool odd;          /* it holds what no key sends */
	bool after_cr;     /* a LF now belongs to the CR before */
	bool pasting;      /* between the marks of a paste */
};

/* Nothing is half way in, nor in the middle of a paste. */
static inline void keys_reset(struct keys *k)
{
	*k = (struct keys){0};
}

enum key keys_push(struct keys *k, unsigned char byte);

/* Bytes of the report that ends `buf` and what it tells; 0 when none does. */
unsigned keys_report(const unsigned char *buf, unsigned len,
		     struct keys_size *size);

/* True when no key is half way in. */
static inline bool keys_idle(const struct keys *k)
{
	return k->state == KEYS_PLAIN;
}

#endif /* SHELL_KEYS_H */
