/* SPDX-License-Identifier: BSD-3-Clause */
/* What a spinning CPU does for those it shares the core or the host with. */
#ifndef UK_ARCH_LCPU_H
#define UK_ARCH_LCPU_H

static inline void ukarch_spinwait(void)
{
	__builtin_ia32_pause();
}

#endif /* UK_ARCH_LCPU_H */
