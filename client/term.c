/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/term.h"

#include <sys/ioctl.h>
#include <unistd.h>

void term_save(struct term *term)
{
	term->saved = tcgetattr(STDIN_FILENO, &term->cooked) == 0;
}

void term_cook(const struct term *term)
{
	if (term->saved)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &term->cooked);
}

/* Keys come one by one; what they mean is ours to say, Ctrl-C as well. */
void term_uncook(const struct term *term)
{
	struct termios raw = term->cooked;

	if (!term->saved || !term->keys)
		return;
	raw.c_iflag &= ~(tcflag_t)(IXON | ISTRIP);
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static unsigned size_of(bool rows)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || !w.ws_row || !w.ws_col)
		return rows ? 24 : 80;
	return rows ? w.ws_row : w.ws_col;
}

unsigned term_rows(void)
{
	return size_of(true);
}

unsigned term_columns(void)
{
	return size_of(false);
}
