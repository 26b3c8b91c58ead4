/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Division of 128-bit numbers, which compilers leave to a library that a stock
 * Unikraft image does not link. Bit by bit: for figures and settings, not for
 * the path of a frame.
 */
#ifndef STATS_WIDE_H
#define STATS_WIDE_H

typedef unsigned __int128 wide;

/* n / d, rounded down; `d` is not 0. */
wide wide_div(wide n, wide d);

#endif /* STATS_WIDE_H */
