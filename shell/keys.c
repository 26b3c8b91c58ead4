/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/keys.h"

#define CTRL(c) ((c)&0x1f)
#define ESC 0x1b
#define DEL 0x7f

/* CSI n ~ */
static enum key tilde_key(unsigned n)
{
	switch (n) {
	case 1:
	case 7:
		return KEY_HOME;
	case 4:
	case 8:
		return KEY_END;
	case 3:
		return KEY_DELETE;
	default:
		return KEY_UNKNOWN;
	}
}

/* CSI X and SS3 X */
static enum key letter_key(unsigned char byte)
{
	switch (byte) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	default:
		return KEY_UNKNOWN;
	}
}

static enum key push_csi(struct keys *k, unsigned char byte)
{
	/* Parameters and intermediate bytes; only the first number counts. */
	if (byte >= '0' && byte <= '9') {
		if (k->param < 100)
			k->param = k->param * 10 + (byte - '0');
		return KEY_NONE;
	}
	if (byte >= 0x20 && byte <= 0x3f) {
		k->param = k->param % 1000 + 1000;
		return KEY_NONE;
	}
	/* A Linux console's F1 to F5 have one more letter: CSI [ A. */
	if (byte == '[') {
		k->state = KEYS_ESC;
		return KEY_NONE;
	}
	k->state = KEYS_PLAIN;
	if (byte == '~')
		return tilde_key(k->param % 1000);
	return letter_key(byte);
}

static enum key push_escape(struct keys *k, unsigned char byte)
{
	switch (k->state) {
	case KEYS_CSI:
		return push_csi(k, byte);
	case KEYS_SS3:
		k->state = KEYS_PLAIN;
		return letter_key(byte);
	default:
		break;
	}
	k->param = 0;
	k->state = byte == '[' ? KEYS_CSI : byte == 'O' ? KEYS_SS3 : KEYS_PLAIN;
	return k->state == KEYS_PLAIN ? KEY_UNKNOWN : KEY_NONE;
}

static enum key push_control(unsigned char byte)
{
	switch (byte) {
	case CTRL('a'):
		return KEY_HOME;
	case CTRL('b'):
		return KEY_LEFT;
	case CTRL('c'):
		return KEY_CANCEL;
	case CTRL('d'):
		return KEY_DELETE;
	case CTRL('e'):
		return KEY_END;
	case CTRL('f'):
		return KEY_RIGHT;
	case CTRL('h'):
	case DEL:
		return KEY_BACKSPACE;
	case '\t':
		return KEY_TAB;
	case CTRL('k'):
		return KEY_KILL_END;
	case CTRL('l'):
		return KEY_CLEAR;
	case CTRL('n'):
		return KEY_DOWN;
	case CTRL('p'):
		return KEY_UP;
	case CTRL('u'):
		return KEY_KILL_LINE;
	case CTRL('w'):
		return KEY_KILL_WORD;
	default:
		return KEY_TEXT;
	}
}

enum key keys_push(struct keys *k, unsigned char byte)
{
	bool after_cr = k->after_cr;

	k->after_cr = false;
	/* A line end ends a broken sequence too, so that none swallows it. */
	if (byte == '\r' || byte == '\n') {
		k->state = KEYS_PLAIN;
		k->after_cr = byte == '\r';
		return byte == '\n' && after_cr ? KEY_NONE : KEY_ENTER;
	}
	/* So does what no sequence holds: a control byte, part of a character.
	 */
	if (byte < 0x20 || byte >= DEL)
		k->state = KEYS_PLAIN;
	if (k->state != KEYS_PLAIN)
		return push_escape(k, byte);
	if (byte == ESC) {
		k->state = KEYS_ESC;
		return KEY_NONE;
	}
	return byte < 0x20 || byte == DEL ? push_control(byte) : KEY_TEXT;
}
