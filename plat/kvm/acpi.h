/* SPDX-License-Identifier: BSD-3-Clause */
/* The little of ACPI that is read: which CPUs there are. */
#ifndef KVM_ACPI_H
#define KVM_ACPI_H

#include <stdint.h>

/*
 * Puts the local APICs' ids of CPUs that may be used into `ids`, up to `max` of
 * them in the order of the MADT, and returns how many; 0 where there is no
 * ACPI. `rsdp` is where its root is, or 0: it is looked for. Maps what it
 * reads; to be called before RAM is written to, in which it may be.
 */
unsigned int acpi_lapic_ids(uint64_t rsdp, uint8_t ids[], unsigned int max);

#endif /* KVM_ACPI_H */
