/* SPDX-License-Identifier: BSD-3-Clause */
/* A capture is written as pcap in nanoseconds, little-endian. */
#ifndef CAPTURE_WRITE_H
#define CAPTURE_WRITE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CAPTURE_HEADER_BYTES 24 /* before the first record */
#define CAPTURE_RECORD_BYTES 16 /* before the bytes of each */

/* Of Ethernet frames of which no more than `snap` bytes are kept. */
void capture_write_header(void *to, uint32_t snap);

/* A time as it stands in a record: little-endian, seconds first. */
static inline uint64_t capture_time(uint64_t ns)
{
	return ns / 1000000000 | ns % 1000000000 << 32;
}

/* Of a frame that had `orig_len` bytes, of which `len` follow. */
static inline void capture_write_at(void *to, uint64_t time, uint32_t len,
				    uint32_t orig_len)
{
	const uint64_t record[] = {time, len | (uint64_t)orig_len << 32};

	memcpy(to, record, sizeof(record));
}

void capture_write_record(void *to, uint64_t ns, uint32_t len,
			  uint32_t orig_len);

#endif /* CAPTURE_WRITE_H */
