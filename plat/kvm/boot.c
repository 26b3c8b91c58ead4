/* SPDX-License-Identifier: BSD-3-Clause */
/* Start-up, in the one order in which its parts can be had. */
#include "plat/kvm/boot.h"

#include <uk/alloc.h>
#include <uk/assert.h>
#include <uk/plat/bootstrap.h>

#include "plat/kvm/args.h"
#include "plat/kvm/clock.h"
#include "plat/kvm/cpu.h"
#include "plat/kvm/heap.h"
#include "plat/kvm/image.h"
#include "plat/kvm/irq.h"
#include "plat/kvm/mm.h"
#include "plat/kvm/pvh.h"
#include "plat/kvm/serial.h"
#include "plat/kvm/smp.h"
#include "plat/kvm/trap.h"
#include "plat/kvm/virtio.h"

int main(int argc, char **argv);
void boot_main(const struct hvm_start_info *si);

struct cpu cpus[CPU_MAX];

static const char *cmdline = "";
static struct hvm_module initrd;

const char *boot_cmdline(void)
{
	return cmdline;
}

bool boot_initrd(const void **data, size_t *len)
{
	*data = (const void *)initrd.paddr;
	*len = initrd.size;
	return initrd.paddr && initrd.size;
}

static void boot_cpu(void)
{
	struct trap_tss *tss = &cpus[0].tables.tss;

	tss->ist[TRAP_STACK_TRAP - 1] = (uintptr_t)stack_trap_high;
	tss->ist[TRAP_STACK_FATAL - 1] = (uintptr_t)stack_fatal_high;
	tss->ist[TRAP_STACK_IRQ - 1] = (uintptr_t)stack_irq_high;
	trap_load(&cpus[0]);
	libc_init(&cpus[0].libc);
}

/* From entry.S, on the boot stack and the provisional page tables. */
void boot_main(const struct hvm_start_info *si)
{
	char **argv;
	size_t len;
	void *mem;
	int argc;

	clock_boot();
	serial_init();
	trap_init();
	boot_cpu();
	mm_init(si, &mem, &len);
	if (si->cmdline_paddr)
		cmdline = (const char *)si->cmdline_paddr;
	smp_find(si->rsdp_paddr, cmdline); /* before anything is written over */
	heap_setup(mem, len);
	if (si->nr_modules)
		initrd = *(const struct hvm_module *)si->modlist_paddr;

	irq_init();
	clock_begin();
	virtio_init(uk_alloc_get_default());
	argc = args_split(uk_alloc_get_default(), cmdline, &argv);
	UK_ASSERT(argc > 0);
	clock_end();
	__asm__ volatile("sti");
	ukplat_terminate(main(argc, argv) ? UKPLAT_CRASH : UKPLAT_HALT);
}
