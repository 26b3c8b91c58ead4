/* SPDX-License-Identifier: BSD-3-Clause */
/* The stubs that every vector enters by, and the SYSCALL instruction. */

	.text

	/* Vectors for which the processor pushes an error code. */
	.macro EXCEPTION vector
exception_\vector:
	.if	\vector == 8 || (\vector >= 10 && \vector <= 14) || \
		\vector == 17 || \vector == 21 || \vector == 29 || \vector == 30
	.else
	push	$0
	.endif
	push	$\vector
	jmp	exception
	.endm

	.altmacro
	.set	v, 0
	.rept	32
	.macro EXCEPTION_NR n
	EXCEPTION \n
	.endm
	EXCEPTION_NR %v
	.purgem EXCEPTION_NR
	.set	v, v + 1
	.endr

	/* struct trap_frame, lowest address last. No way back. */
exception:
	push	%rax
	push	%rbx
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rbp
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, %rdi
	cld
	and	$-16, %rsp
	call	crash_trap
	ud2

	/*
	 * No system exists to be called: made to look like an exception. The
	 * processor has left rip in rcx and rflags in r11, and the stack.
	 */
	.globl	trap_entry_syscall
trap_entry_syscall:
	push	$0x10
	push	%rsp
	addq	$8, (%rsp)
	push	%r11
	push	$8
	push	%rcx
	push	$0
	push	$256
	jmp	exception

	/* The handler saves what C may change and nothing else. */
	.macro INTERRUPT name, handler
	.globl	\name
\name:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	cld
	call	\handler
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
	iretq
	.endm

	INTERRUPT trap_entry_timer, irq_timer
	INTERRUPT trap_entry_serial, irq_serial
	INTERRUPT trap_entry_device, irq_device

	/* Not acknowledged: Intel SDM volume 3, 11.9. */
	.globl	trap_entry_spurious
trap_entry_spurious:
	iretq

	.section .rodata.trap, "a"
	.balign	8
	.globl	trap_entries
trap_entries:
	.set	v, 0
	.rept	32
	.macro ENTRY_NR n
	.quad	exception_\n
	.endm
	ENTRY_NR %v
	.purgem ENTRY_NR
	.set	v, v + 1
	.endr

	.section .note.GNU-stack, "", @progbits
