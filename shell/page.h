/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The terminal in the hands of a command: a page on the alternate screen, kept
 * up to date, that a key ends. A person's command has it from
 * session_page_open() on; private to shell/ but for the functions in session.h.
 *
 * Others may write lines meanwhile: they hide the page first, so that the lines
 * stand among the others, and it comes back by itself.
 *
 * While the page is shown nobody else writes, and it leaves SCREEN_SPARE of the
 * output free: hiding it always finds room.
 */
#ifndef SHELL_PAGE_H
#define SHELL_PAGE_H

#include "shell/keys.h"
#include "shell/screen.h"

/* How often the terminal is asked for its size. */
#define PAGE_ASK_NS 1000000000ull
/* Half a key that is not gone on with is one: Esc by itself. */
#define PAGE_KEY_NS 100000000ull
/* Once hidden for others' lines, it stays so at least that long. */
#define PAGE_BACK_NS 200000000ull

/*
 * Gives a terminal its lines and its cursor back. The page is erased, as tmux
 * leaves some of it when it was resized meanwhile.
 */
#define PAGE_LEAVE "\x1b[m\x1b[H\x1b[2J\x1b[?25h\x1b[?1049l"

struct page {
	bool on;    /* a command has it */
	bool left;  /* a key was pressed that ends it */
	bool shown; /* the terminal shows it */
	bool clear; /* ...and what stands there is to go */
	bool tail;  /* the key's character goes on */
	bool mid_line;
	bool asked; /* the terminal for its size; it has not answered */
	bool key_half;
	const char *own;
	char pressed[8]; /* of these, in their order */
	unsigned nb_pressed;
	struct keys keys;
	uint64_t key_ns; /* the last byte of half a key */
	uint64_t ask_ns, back_ns;
	struct screen screen;
};

enum page_key {
	PAGE_KEY_NONE,
	PAGE_KEY_SIZE, /* the terminal's: it has keys.param[] rows, columns */
	PAGE_KEY_LEFT,
	PAGE_KEY_PRESSED, /* one of the command's own, see page_pressed() */
};

/*
 * Takes the terminal, of this size. The characters of `own` are keys of the
 * command's; then q, Enter, Esc, ^C and ^D end the page, else any key does.
 */
void page_open(struct page *p, const char *own, unsigned rows,
	       unsigned columns);

/* The next of the command's own keys that was pressed; 0: none. */
char page_pressed(struct page *p);

void page_close(struct page *p, struct out *o);

/* The terminal has this size; true when that is new, and the page empty. */
bool page_resize(struct page *p, unsigned rows, unsigned columns);

/* Takes a byte of input while the page is on. */
enum page_key page_push(struct page *p, unsigned char byte, uint64_t now_ns);

/* Brings lines back to the terminal, for one who is to write some. */
void page_hide(struct page *p, struct out *o);

/*
 * Puts some of what is new on the terminal; nobody is writing. `ask`: there may
 * be a terminal that tells its size.
 */
void page_poll(struct page *p, struct out *o, bool ask, uint64_t now_ns);

/* When page_poll() has something to do: 0 for now, UINT64_MAX for never. */
uint64_t page_wake_ns(const struct page *p, bool ask);

#endif /* SHELL_PAGE_H */
