/* SPDX-License-Identifier: BSD-3-Clause */
/* CRC-32 of IEEE 802.3, 3.2.9, as zlib computes it. */
#ifndef FILES_CRC32_H
#define FILES_CRC32_H

#include <stddef.h>
#include <stdint.h>

/*
 * The CRC of what `crc` is the CRC of with `len` bytes behind it; 0 is that of
 * nothing, so a file can be taken in pieces.
 */
uint32_t crc32_add(uint32_t crc, const void *data, size_t len);

#endif /* FILES_CRC32_H */
