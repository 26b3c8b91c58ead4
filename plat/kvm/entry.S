/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The PVH entry: 32-bit protected mode, flat segments, paging off, ebx holds
 * the address of hvm_start_info (Xen, docs/misc/pvh.pandoc). Goes to 64-bit
 * mode on a provisional map of the first GiB, which mm.c replaces.
 */

#define CR0_VALUE 0x80010033	/* PG WP NE ET MP PE */
#define CR4_VALUE 0x00000620	/* OSXMMEXCPT OSFXSR PAE */
#define MSR_EFER 0xc0000080
#define EFER_LME_SCE 0x101
#define MXCSR_DEFAULT 0x1f80

	.section .note.Xen, "a", @note
	.balign 4
	.long 4			/* length of the name */
	.long 8			/* length of the value */
	.long 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.quad _start

	.section .text.start, "ax"
	.code32
	.globl _start
_start:
	cli
	cld
	mov	$image_bss, %edi
	mov	$image_end, %ecx
	sub	%edi, %ecx
	shr	$2, %ecx
	xor	%eax, %eax
	rep stosl

	movl	$(boot_pdpt + 3), boot_pml4
	movl	$(boot_pd + 3), boot_pdpt
	mov	$boot_pd, %edi
	mov	$0x83, %eax	/* present, writable, 2 MiB */
	mov	$512, %ecx
1:	mov	%eax, (%edi)
	add	$0x200000, %eax
	add	$8, %edi
	dec	%ecx
	jnz	1b

	mov	$CR4_VALUE, %eax
	mov	%eax, %cr4
	mov	$boot_pml4, %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME_SCE, %eax
	wrmsr
	mov	$CR0_VALUE, %eax
	mov	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$8, $start64

	.code64
start64:
	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$stack_boot_high, %esp
	xor	%ebp, %ebp	/* ends the chain of frames */
	fninit
	ldmxcsr	mxcsr
	mov	%ebx, %edi
	call	boot_main	/* does not return */
	ud2

	.section .rodata.start, "a"
	.globl gdt, gdt_pointer, mxcsr
	.balign 4
mxcsr:
	.long MXCSR_DEFAULT

	/* Until each CPU loads a copy of the first three, by trap.c. */
	.balign 16
gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* 0x08: 64-bit code */
	.quad 0x00cf93000000ffff	/* 0x10: data */
	.quad 0x00cf9b000000ffff	/* 0x18: 32-bit code */
gdt_pointer:
	.word . - gdt - 1
	.quad gdt

	.section .bss.tables, "aw", @nobits
	.balign 4096
boot_pml4:
	.skip	4096
boot_pdpt:
	.skip	4096
boot_pd:
	.skip	4096

	/* Each stack stands on a page that mm.c leaves unmapped. */
	.macro STACK name, size
	.globl	stack_\name\()_low, stack_\name\()_high
	.skip	4096
stack_\name\()_low:
	.skip	\size
stack_\name\()_high:
	.endm

	.section .bss.stacks, "aw", @nobits
	.balign 4096
	STACK boot, 65536
	STACK trap, 8192
	STACK fatal, 8192
	STACK irq, 8192

	.section .note.GNU-stack, "", @progbits
