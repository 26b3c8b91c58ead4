/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads an archive in the "new ASCII" form of cpio (newc, magic 070701) from
 * memory, one entry after the other. Any bytes may be given: what breaks the
 * form ends the reading and is named. Writes nothing, allocates nothing.
 */
#ifndef FILES_CPIO_H
#define FILES_CPIO_H

#include <stddef.h>

enum cpio_result {
	CPIO_FILE,  /* name, data and size are set */
	CPIO_OTHER, /* the entry is no file that can be taken: see why */
	CPIO_END,   /* the archive came to its proper end */
	CPIO_BROKEN /* it did not, see why; nothing more can be read */
};

struct cpio {
	const unsigned char *archive;
	size_t len, at;
	/* The entry that was read: in the archive's memory. */
	size_t entry_at;  /* offset of its header */
	const char *name; /* ends with a NUL; "" before one was read */
	const void *data;
	size_t size;
	const char *why;
};

void cpio_init(struct cpio *c, const void *archive, size_t len);

/* After END and BROKEN it must not be called again. */
enum cpio_result cpio_next(struct cpio *c);

#endif /* FILES_CPIO_H */
