/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/trap.h"

#include <uk/essentials.h>

#include "plat/kvm/cpu.h"
#include "plat/kvm/io.h"

#define SEL_CODE 0x08
#define SEL_TSS 0x18
#define GATE_INTERRUPT 0x8e00 /* present, 64-bit interrupt gate */
#define TSS_AVAILABLE 0x89    /* present, 64-bit task state */

#define VECTOR_NMI 2
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_MACHINE_CHECK 18

#define MSR_GS_BASE 0xc0000101
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_SFMASK 0xc0000084
#define RFLAGS_TF_IF_DF 0x700

/* Intel SDM volume 3, 7.14.1. */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint16_t ist_type;
	uint16_t offset_mid;
	uint32_t offset_high;
	uint32_t reserved;
};

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __packed;

extern const uint64_t gdt[3];

static struct gate idt[256] __align(16);

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

static void gdt_load(struct trap_tables *t)
{
	const struct table_pointer p = {sizeof(t->gdt) - 1, (uintptr_t)t->gdt};
	const uint64_t base = (uintptr_t)&t->tss;

	for (unsigned int i = 0; i < ARRAY_SIZE(gdt); i++)
		t->gdt[i] = gdt[i];
	t->tss.iomap = sizeof(t->tss);
	t->gdt[3] = (sizeof(t->tss) - 1) | (base & 0xffffff) << 16 |
		    (uint64_t)TSS_AVAILABLE << 40 | (base >> 24 & 0xff) << 56;
	t->gdt[4] = base >> 32;
	__asm__ volatile("lgdt %0; ltr %w1"
			 :
			 : "m"(p), "r"(SEL_TSS)
			 : "memory");
}

void trap_load(struct cpu *c)
{
	const struct table_pointer p = {sizeof(idt) - 1, (uintptr_t)idt};

	c->self = c;
	wrmsr(MSR_GS_BASE, (uintptr_t)c);
	gdt_load(&c->tables);
	__asm__ volatile("lidt %0" : : "m"(p));

	wrmsr(MSR_STAR, (uint64_t)SEL_CODE << 32);
	wrmsr(MSR_LSTAR, (uintptr_t)trap_entry_syscall);
	wrmsr(MSR_SFMASK, RFLAGS_TF_IF_DF);
}

void trap_init(void)
{
	for (unsigned int i = 0; i < TRAP_NR_EXCEPTIONS; i++)
		gate_set(i, trap_entries[i], TRAP_STACK_TRAP);
	/* These may come on top of any other. */
	gate_set(VECTOR_NMI, trap_entries[VECTOR_NMI], TRAP_STACK_FATAL);
	gate_set(VECTOR_DOUBLE_FAULT, trap_entries[VECTOR_DOUBLE_FAULT],
		 TRAP_STACK_FATAL);
	gate_set(VECTOR_MACHINE_CHECK, trap_entries[VECTOR_MACHINE_CHECK],
		 TRAP_STACK_FATAL);
}
