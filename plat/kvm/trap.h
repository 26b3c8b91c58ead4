/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Descriptor tables, and what the stubs of trap_entry.S leave on the stack.
 * Every vector runs on a stack of its own (IST), because libc's code keeps
 * data below the stack pointer. All gates are interrupt gates: handlers run
 * with interrupts off and do not nest.
 */
#ifndef KVM_TRAP_H
#define KVM_TRAP_H

#include <stdint.h>

#include <uk/essentials.h>

#define TRAP_NR_EXCEPTIONS 32
#define TRAP_UD 6
#define TRAP_PAGE_FAULT 14
/* Not a vector of the processor: the SYSCALL instruction. */
#define TRAP_SYSCALL 256

enum trap_stack {
	TRAP_STACK_TRAP = 1,
	TRAP_STACK_FATAL,
	TRAP_STACK_IRQ,
};

/* Of one CPU: the processor reads both, and writes into the first. */
struct trap_tables {
	uint64_t gdt[5];
	struct trap_tss {
		uint32_t reserved0;
		uint64_t rsp[3];
		uint64_t reserved1;
		uint64_t ist[7]; /* enum trap_stack, from 1 */
		uint64_t reserved2;
		uint16_t reserved3;
		uint16_t iomap;
	} __packed tss;
} __align(16);

struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

struct cpu;

/* Sets the exceptions. Once, early in start-up. */
void trap_init(void);

/*
 * Loads all tables of the CPU that asks, and its GS. The stacks in its
 * tables.tss.ist are set.
 */
void trap_load(struct cpu *c);

/* Routes `vector` to the stub at `entry`. */
void trap_set(unsigned int vector, void (*entry)(void), enum trap_stack stack);

/* ---- trap_entry.S ------------------------------------------------------ */

extern uint64_t trap_entries[TRAP_NR_EXCEPTIONS];
void trap_entry_syscall(void);
void trap_entry_timer(void);
void trap_entry_serial(void);
void trap_entry_device(void);
void trap_entry_spurious(void);

#endif /* KVM_TRAP_H */
