/* SPDX-License-Identifier: BSD-3-Clause */
/* The image's own copies and fills, beside those of the host's libc. */
#include <string.h>

#include "unit.h"

#define memcpy kvm_memcpy
#define memmove kvm_memmove
#define memset kvm_memset
void *kvm_memcpy(void *restrict to, const void *restrict from, size_t n);
void *kvm_memmove(void *to, const void *from, size_t n);
void *kvm_memset(void *to, int byte, size_t n);
#include "plat/kvm/string.c"
#undef memcpy
#undef memmove
#undef memset

enum { LEN_MAX = 140, ROOM = 3 * LEN_MAX };

static unsigned char is[ROOM], want[ROOM];

static void fill(void)
{
	for (unsigned i = 0; i < ROOM; i++)
		is[i] = want[i] = (unsigned char)(i * 7 + 1);
}

static void each_length_and_place(void **state)
{
	unsigned char from[LEN_MAX + 8];

	(void)state;
	for (unsigned i = 0; i < sizeof(from); i++)
		from[i] = (unsigned char)(200 - i);
	for (unsigned n = 0; n <= LEN_MAX; n++) {
		for (unsigned at = 0; at < 8; at++) {
			fill();
			assert_ptr_equal(kvm_memcpy(is + at, from + n % 8, n),
					 is + at);
			memcpy(want + at, from + n % 8, n);
			assert_memory_equal(is, want, ROOM);
			assert_ptr_equal(kvm_memset(is + at, (int)n, n),
					 is + at);
			memset(want + at, (int)n, n);
			assert_memory_equal(is, want, ROOM);
		}
	}
}

/* Either way, by any distance. */
static void what_overlaps(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= LEN_MAX; n++) {
		for (unsigned by = 0; by <= LEN_MAX; by++) {
			fill();
			kvm_memmove(is + by, is, n);
			memmove(want + by, want, n);
			assert_memory_equal(is, want, ROOM);
			kvm_memmove(is, is + by, n);
			memmove(want, want + by, n);
			assert_memory_equal(is, want, ROOM);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_length_and_place),
		cmocka_unit_test(what_overlaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
