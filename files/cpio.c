/* SPDX-License-Identifier: BSD-3-Clause */
/* cpio(5), "New ASCII Format". */
#include "files/cpio.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "units/value.h"

#define MAGIC "070701"
#define MAGIC_LEN 6
#define HEADER_LEN 110
#define TRAILER "TRAILER!!!"

#define MODE_TYPE 0170000
#define MODE_FILE 0100000

/* Of 8 hexadecimal digits each, behind the magic. */
enum field {
	INO,
	MODE,
	UID,
	GID,
	NLINK,
	MTIME,
	SIZE,
	NAME_SIZE = 11,
	FIELDS = 13
};

void cpio_init(struct cpio *c, const void *archive, size_t len)
{
	*c = (struct cpio){.archive = archive, .len = len, .name = ""};
}

static enum cpio_result broken(struct cpio *c, const char *why)
{
	c->why = why;
	return CPIO_BROKEN;
}

static enum cpio_result other(struct cpio *c, const char *why)
{
	c->why = why;
	return CPIO_OTHER;
}

static bool read_fields(const unsigned char *p, uint32_t field[FIELDS])
{
	for (unsigned i = 0; i < FIELDS; i++) {
		char digits[9];

		memcpy(digits, p + MAGIC_LEN + 8 * i, 8);
		digits[8] = '\0';
		if (value_hex32(digits, &field[i]))
			return false;
	}
	return true;
}

/* Takes `len` bytes and the padding to a multiple of 4 behind them. */
static const void *take(struct cpio *c, size_t len)
{
	const unsigned char *p = c->archive + c->at;
	size_t pad;

	if (len > c->len - c->at)
		return NULL;
	c->at += len;
	pad = -c->at & 3;
	/* The last entry of an archive may lack it. */
	c->at += pad < c->len - c->at ? pad : c->len - c->at;
	return p;
}

static enum cpio_result judge(struct cpio *c, const uint32_t field[FIELDS])
{
	if ((field[MODE] & MODE_TYPE) != MODE_FILE)
		return other(c, "not a regular file");
	/* Of several links the last has the bytes. */
	if (field[NLINK] > 1 && !c->size)
		return other(c, "a hard link without its bytes");
	if (strchr(c->name, '/'))
		return other(c, "a name with '/'");
	if (!value_name(c->name, field[NAME_SIZE] - 1))
		return other(c, "a name that is not 1..31 letters, digits, "
				"'_', '-', '.'");
	return CPIO_FILE;
}

enum cpio_result cpio_next(struct cpio *c)
{
	const unsigned char *header;
	uint32_t field[FIELDS];
	const char *name;

	c->entry_at = c->at;
	c->name = "";
	c->data = NULL;
	c->size = 0;
	if (c->at == c->len)
		return broken(c, "it ends without a trailer");
	if (c->len - c->at < HEADER_LEN)
		return broken(c, "it ends within a header");
	header = c->archive + c->at;
	if (memcmp(header, MAGIC, MAGIC_LEN) != 0)
		return broken(c, "no newc header (070701)");
	if (!read_fields(header, field))
		return broken(c, "a header with other than hex digits");
	c->at += HEADER_LEN;
	name = take(c, field[NAME_SIZE]);
	if (!name)
		return broken(c, "it ends within a name");
	if (!field[NAME_SIZE] ||
	    strnlen(name, field[NAME_SIZE]) + 1 != field[NAME_SIZE])
		return broken(c, "a name that does not end where it should");
	c->name = name;
	if (!strcmp(name, TRAILER))
		return field[SIZE] ? broken(c, "a trailer with bytes")
				   : CPIO_END;
	c->data = take(c, field[SIZE]);
	if (!c->data)
		return broken(c, "it ends within a file");
	c->size = field[SIZE];
	return judge(c, field);
}
