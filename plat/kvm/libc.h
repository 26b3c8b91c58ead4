/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Readies libc and the canary of the stack protector for use. Each CPU calls it
 * once, before anything of libc and anything that is compiled with the stack
 * protector, from a function that is not.
 */
#ifndef KVM_LIBC_H
#define KVM_LIBC_H

#include <stdint.h>

/*
 * musl's struct pthread, which holds errno and the locale among others. The
 * ABI fixes its first word, which points to itself, and the canary of the
 * stack protector; musl 1.2's is some 200 bytes long.
 */
struct libc_thread {
	void *self;
	uint8_t musl[32];
	uint64_t canary; /* %fs:0x28 */
	uint8_t rest[464];
};

/* `t` is zero, and the CPU's from then on. */
void libc_init(struct libc_thread *t);

#endif /* KVM_LIBC_H */
