/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filters of frames: programs of the classic BSD packet filter (McCanne,
 * Jacobson: "The BSD Packet Filter", 1993), as libpcap compiles them. A program
 * that bpf_check() passes ends, and touches nothing but the frame and its own
 * memory, whatever the frame is.
 */
#ifndef CAPTURE_BPF_H
#define CAPTURE_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BPF_INSNS_MAX 4096u
#define BPF_WHY_MAX 80

/* As in Linux' struct sock_filter and libpcap's struct bpf_insn. */
struct bpf_insn {
	uint16_t code;
	uint8_t jt, jf; /* instructions to pass over */
	uint32_t k;
};

/*
 * Reads a program from the text that `tcpdump -ddd` prints: the number of
 * instructions, then of each its code, jt, jf and k, in decimal, with blanks,
 * line ends, ',' or ';' between. Returns how many instructions there are; 0,
 * with a clause in `why`, where it is no such text or they are over `max`.
 */
unsigned bpf_parse(const char *text, size_t len, struct bpf_insn *insn,
		   unsigned max, char why[BPF_WHY_MAX]);

/*
 * Each instruction is one that there is, jumps go forward and stay inside,
 * memory is that of the machine and stored before it is loaded, no divisor is a
 * constant 0, no constant shifts by over 31, the last one returns. Otherwise
 * false, with a clause in `why` that names the instruction at fault, from 0.
 * Takes 8 KiB of the stack.
 */
bool bpf_check(const struct bpf_insn *insn, unsigned count,
	       char why[BPF_WHY_MAX]);

/*
 * What a checked program returns of a frame: the bytes of it to keep, 0 to drop
 * it. `wire_len` is the frame's length, `len` how many bytes of it are here: a
 * load of others drops it, as does a division by 0.
 */
uint32_t bpf_run(const struct bpf_insn *insn, const void *frame,
		 uint32_t wire_len, uint32_t len);

#endif /* CAPTURE_BPF_H */
