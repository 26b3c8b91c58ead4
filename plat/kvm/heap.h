/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The platform's one heap, behind uk_alloc_get_default() and libc's malloc
 * family. Start-up hands it its memory once, which it owns from then on.
 */
#ifndef KVM_HEAP_H
#define KVM_HEAP_H

#include <stddef.h>

void heap_setup(void *mem, size_t len_bytes);

#endif /* KVM_HEAP_H */
