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

struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Loads all tables with the exceptions set. Once, early in start-up. */
void trap_init(void);

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
