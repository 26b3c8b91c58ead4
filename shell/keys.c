/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/keys.h"

#define CTRL(c) ((c)&0x1f)
#define ESC 0x1b
#define DEL 0x7f

#define PARAM_MAX 9999

/* Ctrl or Alt, of a modifier as a sequence holds it: 1 and a mask. */
static bool is_word(unsigned modifier)
{
	return modifier && (modifier - 1) & 6;
}

/* CSI n ~ */
static enum key tilde_key(struct keys *k)
{
	switch (k->param[0]) {
	case 1:
	case 7:
		return KEY_HOME;
	case 4:
	case 8:
		return KEY_END;
	case 3:
		return KEY_DELETE;
	case 200:
	case 201:
		k->pasting = k->param[0] == 200;
		return KEY_NONE;
	default:
		return KEY_UNKNOWN;
	}
}

/* CSI X and SS3 X */
static enum key letter_key(unsigned char byte, bool word)
{
	switch (byte) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return word ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D':
		return word ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	default:
		return KEY_UNKNOWN;
	}
}

/* ESC X */
static enum key alt_key(unsigned char byte)
{
	switch (byte) {
	case 'b':
	case 'B':
		return KEY_WORD_LEFT;
	case 'f':
	case 'F':
		return KEY_WORD_RIGHT;
	case 'd':
	case 'D':
		return KEY_KILL_WORD_RIGHT;
	case CTRL('h'):
	case DEL:
		return KEY_KILL_WORD_LEFT;
	default:
		return KEY_UNKNOWN;
	}
}

static enum key end_csi(struct keys *k, unsigned char byte)
{
	if (k->odd)
		return KEY_UNKNOWN;
	if (byte == '~')
		return tilde_key(k);
	if (byte == 'R' && k->params == 1 && k->param[0] && k->param[1])
		return KEY_REPORT;
	return letter_key(byte, is_word(k->param[1]));
}

static enum key push_csi(struct keys *k, unsigned char byte)
{
	if (byte >= '0' && byte <= '9') {
		unsigned *param = &k->param[k->params != 0];

		if (k->params < 2 && *param < PARAM_MAX)
			*param = *param * 10 + (byte - '0');
		return KEY_NONE;
	}
	if (byte >= 0x20 && byte <= 0x3f) {
		if (byte != ';')
			k->odd = true;
		else if (k->params < 2)
			k->params++;
		return KEY_NONE;
	}
	/* A Linux console's F1 to F5 have one more letter: CSI [ A. */
	if (byte == '[') {
		k->state = KEYS_FN;
		return KEY_NONE;
	}
	k->state = KEYS_PLAIN;
	return end_csi(k, byte);
}

static enum key push_escape(struct keys *k, unsigned char byte)
{
	switch (k->state) {
	case KEYS_CSI:
		return push_csi(k, byte);
	case KEYS_SS3:
		k->state = KEYS_PLAIN;
		return letter_key(byte, false);
	case KEYS_FN:
		k->state = KEYS_PLAIN;
		return KEY_UNKNOWN;
	default:
		break;
	}
	k->param[0] = k->param[1] = k->params = 0;
	k->odd = false;
	k->state = byte == '[' ? KEYS_CSI : byte == 'O' ? KEYS_SS3 : KEYS_PLAIN;
	return k->state == KEYS_PLAIN ? alt_key(byte) : KEY_NONE;
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
	case CTRL('r'):
		return KEY_SEARCH;
	case CTRL('t'):
		return KEY_TRANSPOSE;
	case CTRL('u'):
		return KEY_KILL_LINE;
	case CTRL('w'):
		return KEY_KILL_WORD;
	case CTRL('y'):
		return KEY_YANK;
	case CTRL('_'):
		return KEY_UNDO;
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
	 * Of these, Alt goes with the erasing ones. */
	if ((byte < 0x20 || byte >= DEL) &&
	    !(k->state == KEYS_ESC && (byte == DEL || byte == CTRL('h'))))
		k->state = KEYS_PLAIN;
	if (k->state != KEYS_PLAIN)
		return push_escape(k, byte);
	if (byte == ESC) {
		k->state = KEYS_ESC;
		return KEY_NONE;
	}
	return byte < 0x20 || byte == DEL ? push_control(byte) : KEY_TEXT;
}

unsigned keys_report(const unsigned char *buf, unsigned len,
		     struct keys_size *size)
{
	struct keys k = {0};
	enum key key = KEY_NONE;
	unsigned n = 0;

	do {
		if (n == len || n == KEYS_REPORT_MAX)
			return 0;
	} while (buf[len - ++n] != ESC);
	for (unsigned i = len - n; i < len; i++)
		key = keys_push(&k, buf[i]);
	*size = (struct keys_size){k.param[0], k.param[1]};
	return key == KEY_REPORT ? n : 0;
}
