/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Readies libc and the canary of the stack protector for use. Start-up calls it
 * once, before anything of libc and anything that is compiled with the stack
 * protector, from a function that is not.
 */
#ifndef KVM_LIBC_H
#define KVM_LIBC_H

void libc_init(void);

#endif /* KVM_LIBC_H */
