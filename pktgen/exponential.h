/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gaps of a Poisson process: the exponential distribution of mean 1 cut into
 * steps that are equally likely, each with its own mean, rising, in 2^-24.
 * Their sum is EXPONENTIAL_STEPS exactly, so that who takes each step once has
 * kept the mean.
 */
#ifndef PKTGEN_EXPONENTIAL_H
#define PKTGEN_EXPONENTIAL_H

#include <stdint.h>

#define EXPONENTIAL_STEPS 1000
#define EXPONENTIAL_BITS 24

extern const uint32_t exponential[EXPONENTIAL_STEPS];

#endif /* PKTGEN_EXPONENTIAL_H */
