/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the machine monitor said at boot. Valid from before virtio_init() on,
 * never changes, belongs to boot.c.
 */
#ifndef KVM_BOOT_H
#define KVM_BOOT_H

/* The kernel's command line as it was given; "" when there was none. */
const char *boot_cmdline(void);

#endif /* KVM_BOOT_H */
