/* SPDX-License-Identifier: BSD-3-Clause */
/* tcpdump's language, as libpcap compiles it for Ethernet. */
#ifndef CLIENT_FILTER_H
#define CLIENT_FILTER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The program of `expression` as `tcpdump -ddd` prints it, in one word, to be
 * freed; NULL, with `why`, where it is no expression.
 */
char *filter_compile(const char *expression, char *why, size_t size);

#endif /* CLIENT_FILTER_H */
