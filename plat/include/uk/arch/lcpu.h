/* SPDX-License-Identifier: BSD-3-Clause */
/* What a spinning CPU does for those it shares the core or the host with. */
#ifndef UK_ARCH_LCPU_H
#define UK_ARCH_LCPU_H

#ifdef UK_ARCH_SPINWAIT
void UK_ARCH_SPINWAIT(void);
#else
#define UK_ARCH_SPINWAIT __builtin_ia32_pause
#endif

static inline void ukarch_spinwait(void)
{
	UK_ARCH_SPINWAIT();
}

#endif /* UK_ARCH_LCPU_H */
