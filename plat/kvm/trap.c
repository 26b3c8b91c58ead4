/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/trap.h"

#include <uk/essentials.h>

#include "plat/kvm/image.h"
#include "plat/kvm/io.h"

#define SEL_CODE 0x08
#define SEL_TSS 0x18
#define GATE_INTERRUPT 0x8e00 /* present, 64-bit interrupt gate */
#define TSS_AVAILABLE 0x89    /* present, 64-bit task state */

#define VECTOR_NMI 2
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_MACHINE_CHECK 18

#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_SFMASK 0xc0000084
#define RFLAGS_TF_IF_DF 0x700

/* Intel SDM volume 3, 7.14.1 and 8.7. */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint16_t ist_type;
	uint16_t offset_mid;
	uint32_t offset_high;
	uint32_t reserved;
};

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t iomap;
} __packed;

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __packed;

extern uint64_t gdt_tss[2];

static struct gate idt[256] __align(16);
static struct tss tss __align(16);

static void gate_set(unsigned int vector, uint64_t entry, unsigned int ist)
{
	idt[vector] = (struct gate){
		.offset_low = (uint16_t)entry,
		.selector = SEL_CODE,
		.ist_type = (uint16_t)(GATE_INTERRUPT | ist),
		.offset_mid = (uint16_t)(entry >> 16),
		.offset_high = (uint32_t)(entry >> 32),
	};
}

void trap_set(unsigned int vector, void (*entry)(void), enum trap_stack stack)
{
	gate_set(vector, (uintptr_t)entry, stack);
}

static void tss_load(void)
{
	uint64_t base = (uintptr_t)&tss;

	tss.ist[TRAP_STACK_TRAP - 1] = (uintptr_t)stack_trap_high;
	tss.ist[TRAP_STACK_FATAL - 1] = (uintptr_t)stack_fatal_high;
	tss.ist[TRAP_STACK_IRQ - 1] = (uintptr_t)stack_irq_high;
	tss.iomap = sizeof(tss);
	gdt_tss[0] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 |
		     (uint64_t)TSS_AVAILABLE << 40 | (base >> 24 & 0xff) << 56;
	gdt_tss[1] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS) : "memory");
}

void trap_init(void)
{
	struct table_pointer p = {sizeof(idt) - 1, (uintptr_t)idt};

	for (unsigned int i = 0; i < TRAP_NR_EXCEPTIONS; i++)
		gate_set(i, trap_entries[i], TRAP_STACK_TRAP);
	/* These may come on top of any other. */
	gate_set(VECTOR_NMI, trap_entries[VECTOR_NMI], TRAP_STACK_FATAL);
	gate_set(VECTOR_DOUBLE_FAULT, trap_entries[VECTOR_DOUBLE_FAULT],
		 TRAP_STACK_FATAL);
	gate_set(VECTOR_MACHINE_CHECK, trap_entries[VECTOR_MACHINE_CHECK],
		 TRAP_STACK_FATAL);
	tss_load();
	__asm__ volatile("lidt %0" : : "m"(p));

	wrmsr(MSR_STAR, (uint64_t)SEL_CODE << 32);
	wrmsr(MSR_LSTAR, (uintptr_t)trap_entry_syscall);
	wrmsr(MSR_SFMASK, RFLAGS_TF_IF_DF);
}
