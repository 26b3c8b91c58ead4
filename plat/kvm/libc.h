/* SPDX-License-Identifier: BSD-3-Clause */
/* Readies libc for use. Start-up calls it once, before anything of libc. */
#ifndef KVM_LIBC_H
#define KVM_LIBC_H

void libc_init(void);

#endif /* KVM_LIBC_H */
