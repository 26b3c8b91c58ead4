/* SPDX-License-Identifier: BSD-3-Clause */
/* Start and end of the machine. Returning from main() with 0 is UKPLAT_HALT,
 * with anything else UKPLAT_CRASH. */
#ifndef UK_PLAT_BOOTSTRAP_H
#define UK_PLAT_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <uk/essentials.h>

/* Feature of this platform: boot_initrd(). */
#define UKPLAT_HAVE_BOOT_INITRD 1

/*
 * The bytes that the machine monitor loaded beside the image (-initrd): read
 * only, there for good, of any content. False when it loaded none.
 */
bool boot_initrd(const void **data, size_t *len);

/* Feature of this platform: crash_prefix(). */
#define UKPLAT_HAVE_CRASH_PREFIX 1

/*
 * What the report of a crash begins with, until the next call: what brings the
 * terminal back to lines. `text` stays the caller's and has to stay.
 */
void crash_prefix(const char *text);

enum ukplat_gstate {
	UKPLAT_HALT,    /* power off, the machine monitor ends with success */
	UKPLAT_RESTART, /* reset */
	UKPLAT_CRASH,   /* power off, the machine monitor ends with failure */
};

__noreturn void ukplat_terminate(enum ukplat_gstate request);

#define ukplat_halt() ukplat_terminate(UKPLAT_HALT)
#define ukplat_restart() ukplat_terminate(UKPLAT_RESTART)
#define ukplat_crash() ukplat_terminate(UKPLAT_CRASH)

#endif /* UK_PLAT_BOOTSTRAP_H */
