/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a CPU begins that smp.c starts: in real mode, at a copy of
 * smp_trampoline below 1 MiB; from smp_start on in the image itself, on the
 * final page tables.
 */
#ifdef CONFIG_HAVE_SMP

#define MSR_EFER 0xc0000080

	.section .rodata.smp, "a"
	.globl smp_trampoline, smp_trampoline_end
	.code16
smp_trampoline:
	cli
	cld
	mov	%cs, %ax
	mov	%ax, %ds
	lgdtl	pointer - smp_trampoline
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmpl	$0x18, $smp_start
pointer:
	.word 31	/* a null descriptor and three */
	.long gdt
smp_trampoline_end:

	.section .text.smp, "ax"
	.code32
smp_start:
	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	smp_control + 8, %eax
	mov	%eax, %cr4
	mov	smp_control + 4, %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	xor	%edx, %edx
	mov	smp_control + 12, %eax
	wrmsr
	mov	smp_control, %eax
	mov	%eax, %cr0
	ljmp	$8, $1f

	/* Which one this is. A late one, or one unasked, halts. */
	.code64
1:	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	inc	%eax
	cpuid
	shr	$24, %ebx
	movzbl	smp_idx_of(%rbx), %edi
	mov	smp_stack_of(, %rdi, 8), %rsp
	test	%rsp, %rsp
	jz	2f
	xor	%ebp, %ebp	/* ends the chain of frames */
	fninit
	ldmxcsr	mxcsr
	call	smp_enter	/* does not return */
2:	cli
	hlt
	jmp	2b

	/* Goes to %rdi on the stack that ends at %rsi, never to come back. */
	.globl	smp_leave
smp_leave:
	mov	%rsi, %rsp
	xor	%ebp, %ebp
	call	*%rdi
	ud2

	.section .bss.smp, "aw", @nobits
	.globl	smp_control, smp_idx_of, smp_stack_of
	.balign 8
smp_control:
	.skip	16
smp_stack_of:
	.skip	8 * CONFIG_APPUKPKTGEN_CORES
smp_idx_of:
	.skip	256

#endif /* CONFIG_HAVE_SMP */

	.section .note.GNU-stack, "", @progbits
