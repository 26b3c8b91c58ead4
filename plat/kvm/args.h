/* SPDX-License-Identifier: BSD-3-Clause */
/* Splits the kernel's command line into the arguments of main(). */
#ifndef KVM_ARGS_H
#define KVM_ARGS_H

#include <uk/alloc.h>

/*
 * Words stand between blanks; double quotes keep blanks in a word and are
 * taken out, and a backslash in them keeps a quote or a backslash. Words for
 * the platform are left out: "virtio_mmio.device=..." announces a device,
 * "lcpu.count=4" CPUs where ACPI does not.
 * Returns argc, argv[0] being "ukpktgen"; *argv is one allocation from `a` and
 * ends with NULL. -ENOMEM when that fails.
 */
int args_split(struct uk_alloc *a, const char *cmdline, char ***argv);

#endif /* KVM_ARGS_H */
