/* SPDX-License-Identifier: BSD-3-Clause */
/* What is typed, or comes from a file: bytes read and not taken yet. */
#ifndef CLIENT_INPUT_H
#define CLIENT_INPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct input {
	int fd;
	bool wanted; /* in this turn of the loop; else it stays where it is */
	bool ended;
	int error; /* why it has, if not by its end: an errno */
	size_t len;
	char buf[16384];
};

/* Takes the first `n` bytes. */
void input_take(struct input *in, size_t n);

/* For the loop. */
int input_wait(void *input, struct pollfd *fd);
void input_act(void *input, short revents);

#endif /* CLIENT_INPUT_H */
