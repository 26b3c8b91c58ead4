/* SPDX-License-Identifier: BSD-3-Clause */
/* The instructions' codes, by the names of the paper. Private to capture/. */
#ifndef CAPTURE_BPF_IMPL_H
#define CAPTURE_BPF_IMPL_H

/* Words of the machine's memory. */
#define BPF_MEM_WORDS 16

/* Classes; the upper bits of a code are zero. */
#define CLASS 0x07
#define LD 0x00
#define LDX 0x01
#define ST 0x02
#define STX 0x03
#define ALU 0x04
#define JMP 0x05
#define RET 0x06
#define MISC 0x07

#define MODE 0xe0
#define OP 0xf0

/* How much is loaded, and from where. */
#define W 0x00
#define H 0x08
#define B 0x10
#define IMM 0x00
#define ABS 0x20
#define IND 0x40
#define MEM 0x60
#define LEN 0x80
#define MSH 0xa0

#define ADD 0x00
#define SUB 0x10
#define MUL 0x20
#define DIV 0x30
#define OR 0x40
#define AND 0x50
#define LSH 0x60
#define RSH 0x70
#define NEG 0x80
#define MOD 0x90
#define XOR 0xa0

#define JA 0x00
#define JEQ 0x10
#define JGT 0x20
#define JGE 0x30
#define JSET 0x40

/* The other operand, or what is returned. */
#define K 0x00
#define X 0x08
#define A 0x10

#define TAX 0x00
#define TXA 0x80

#endif /* CAPTURE_BPF_IMPL_H */
