/* SPDX-License-Identifier: BSD-3-Clause */
/* How the compiler is to treat what frames pass through, and what is rare. */
#ifndef PKTGEN_HOT_H
#define PKTGEN_HOT_H

/* A part of a loop, with constants as arguments. */
#define EDIT_INLINE static inline __attribute__((always_inline))

/* Of what is rare, or has a loop that all registers are for. */
#define NOINLINE __attribute__((noinline))

/* Of what is done once for many frames: small rather than fast. */
#define COLD __attribute__((cold, noinline))

#endif /* PKTGEN_HOT_H */
