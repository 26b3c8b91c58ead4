/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files in memory, up to a limit: a name of 1..31 letters, digits, '_', '-' and
 * '.', and bytes of any kind. The owner gives it one block of memory and gets
 * no more asked for.
 *
 * The files stand in the block one behind the other without a gap, and what is
 * being uploaded stands behind them, so a file that fits by its size is never
 * refused. The price is that removing a file moves those behind it: a few
 * hundred microseconds for a megabyte.
 *
 * A file is whole or not there. A new version is built behind the old one and
 * takes its place at once, when it is whole and its CRC is right; both have to
 * fit meanwhile. There is one upload at a time, which stays until it is done,
 * removed, or another is begun.
 *
 * Some of the block's end can be lent, for a file whose size is not known
 * before it is whole: what is written there does not move, and is no file yet.
 *
 * Every call may move the bytes of all files: a reader that comes again looks
 * for its file again and compares `serial`, which no two versions share. One
 * that must find it again holds it: then the file is neither removed nor
 * replaced (E_STATE), and its struct held follows its bytes.
 */
#ifndef FILES_STORE_H
#define FILES_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "units/error.h"
#include "units/held.h"
#include "units/value.h"

#define STORE_FILES_MAX 64

struct store_file {
	char name[VALUE_NAME_MAX + 1];
	size_t at, size; /* bytes [at, at + size) of the block */
	uint32_t crc;    /* of all of them, see crc32.h */
	uint64_t serial;
};

struct store {
	unsigned char *mem;
	size_t limit;   /* bytes in `mem`, without... */
	size_t lent;    /* ...those behind them */
	size_t kept;    /* and those behind these */
	bool kept_back; /* they come back with what is lent */
	size_t used;    /* the files' bytes, at the front */
	unsigned nb_files;
	struct store_file file[STORE_FILES_MAX]; /* by name */
	struct store_file upload; /* without a name: none; `at` is `used` */
	size_t got;               /* bytes of it that are here */
	uint32_t got_crc;         /* of these */
	uint64_t serial;
	struct held *held;
};

/* Empty. `mem` stays the caller's and has to stay; NULL with a limit of 0. */
void store_init(struct store *s, void *mem, size_t limit);

/* NULL when there is none. Valid until something is put or removed. */
const struct store_file *store_find(const struct store *s, const char *name);

static inline const unsigned char *store_data(const struct store *s,
					      const struct store_file *f)
{
	return s->mem + f->at;
}

/*
 * Begins an upload, or goes on with the one of the same name, size and CRC:
 * *next is how many bytes are here already, `size` when such a file is there.
 * One of no bytes is there at once. E_FULL when it does not fit; E_CRC when it
 * has no bytes but a CRC; E_STATE: it is held. None changes anything.
 */
enum shell_err store_begin(struct store *s, const char *name, size_t size,
			   uint32_t crc, size_t *next);

/*
 * Adds bytes to the upload; with the last the file is there. E_STATE when
 * there is no upload of this name or it does not go on at `at`, E_RANGE when
 * they are more than it lacks: these change nothing. E_CRC when it is whole and
 * its CRC wrong, E_STATE when the file is held by then: the upload is gone and
 * the file as it was.
 */
enum shell_err store_append(struct store *s, const char *name, size_t at,
			    const void *data, size_t len);

/*
 * A whole file at once, from memory outside the store. An upload that stands
 * in its way is dropped. E_FULL, E_SYNTAX (no name of a file), E_STATE: nothing
 * changed.
 */
enum shell_err store_add(struct store *s, const char *name, const void *data,
			 size_t size);

/*
 * Lends `size` bytes, or NULL when they, what is uploaded and a file of this
 * name do not fit. One at a time; valid until one of the two below.
 */
void *store_lend(struct store *s, const char *name, size_t size);

/* It is not needed any more. */
void store_return(struct store *s);

/*
 * The same, and the first `size` bytes of it, of this CRC, are a file from now
 * on. An upload is dropped. E_FULL when there are too many files by now,
 * E_STATE when the file is held.
 */
enum shell_err store_keep(struct store *s, const char *name, size_t size,
			  uint32_t crc);

/*
 * Keeps `size` bytes at the block's end for somebody, as long as he likes, or
 * NULL when they do not fit, some are kept already, or some are lent: what is
 * lent later has its end before these. Then gives them back.
 */
void *store_set_aside(struct store *s, size_t size);
void store_give_back(struct store *s);

/* The file; where there is none, the upload of this name. E_NOFILE. */
enum shell_err store_remove(struct store *s, const char *name);

/* The file, which is not empty, stays until store_release(). */
void store_hold(struct store *s, const struct store_file *f, struct held *h);
void store_release(struct store *s, struct held *h);

/* True when there is such a file and somebody holds it. */
bool store_is_held(const struct store *s, const char *name);

#endif /* FILES_STORE_H */
