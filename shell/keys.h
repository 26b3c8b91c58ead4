/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From bytes to keys: what a terminal sends is pushed one byte at a time, and a
 * key comes out when it is whole. Knows ECMA-48 sequences; a character of
 * several bytes comes as that many KEY_TEXT. All state is in the struct.
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
};

struct keys {
	enum { KEYS_PLAIN, KEYS_ESC, KEYS_CSI, KEYS_SS3 } state;
	unsigned param; /* of the sequence, its first number */
	bool after_cr;  /* a LF now belongs to the CR before */
};

enum key keys_push(struct keys *k, unsigned char byte);

/* True when no key is half way in. */
static inline bool keys_idle(const struct keys *k)
{
	return k->state == KEYS_PLAIN;
}

#endif /* SHELL_KEYS_H */
