/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/write.h"

void capture_write_header(void *to, uint32_t snap)
{
	const uint32_t header[] = {
		0xa1b23c4d, 2 | 4 << 16, 0, 0, snap, 1,
	};

	memcpy(to, header, sizeof(header));
}

void capture_write_record(void *to, uint64_t ns, uint32_t len,
			  uint32_t orig_len)
{
	capture_write_at(to, capture_time(ns), len, orig_len);
}
