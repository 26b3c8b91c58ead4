/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/csum.h"

#include <string.h>

uint32_t csum_add(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t acc = sum, words;
	uint16_t word;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&words, p, 8);
		acc += (uint32_t)words + (words >> 32);
	}
	for (; len >= 2; p += 2, len -= 2) {
		memcpy(&word, p, 2);
		acc += word;
	}
	if (len)
		acc += *p;
	while (acc >> 31)
		acc = (acc & 0xffff) + (acc >> 16);
	return (uint32_t)acc;
}
