/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <uk/allocpool.h>
#include <uk/netbuf.h>

#include "unit.h"

static int destroyed;

static void dtor(struct uk_netbuf *m)
{
	(void)m;
	destroyed++;
}

static void pool_gives_what_it_has(void **state)
{
	struct uk_allocpool *p =
		uk_allocpool_alloc(uk_alloc_get_default(), 4, 100, 64);
	void *obj[6];
	(void)state;

	assert_int_equal(uk_allocpool_availcount(p), 4);
	assert_true(uk_allocpool_objlen(p) >= 100);
	assert_int_equal(uk_allocpool_take_batch(p, obj, 6), 4);
	assert_null(uk_allocpool_take(p));
	for (int i = 0; i < 4; i++) {
		assert_int_equal((uintptr_t)obj[i] % 64, 0);
		memset(obj[i], i, 100);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(((char *)obj[i])[99], i);
	uk_allocpool_return_batch(p, obj, 4);
	assert_int_equal(uk_allocpool_availcount(p), 4);
	uk_allocpool_free(p);
}

static void pool_refuses(void **state)
{
	struct uk_alloc *a = uk_alloc_get_default();
	struct uk_allocpool *p;
	(void)state;

	assert_null(uk_allocpool_alloc(a, 0, 1, 1));
	assert_null(uk_allocpool_alloc(a, 1, 0, 1));
	assert_null(uk_allocpool_alloc(a, 1, 1, 3));
	assert_null(uk_allocpool_alloc(a, 1, SIZE_MAX, 1));
	assert_null(uk_allocpool_alloc(a, UINT32_MAX, SIZE_MAX / 4, 1));
	p = uk_allocpool_alloc(a, 1, 64, 16);
	assert_null(uk_malloc(uk_allocpool2ukalloc(p), 65));
	assert_null(uk_memalign(uk_allocpool2ukalloc(p), 32, 8));
	assert_null(uk_calloc(uk_allocpool2ukalloc(p), SIZE_MAX, 2));
	assert_int_equal(uk_allocpool_availcount(p), 1);
	uk_allocpool_free(p);
}

static void references_and_destructor(void **state)
{
	struct uk_allocpool *p =
		uk_allocpool_alloc(uk_alloc_get_default(), 2, 512, 64);
	struct uk_netbuf *nb;
	(void)state;

	destroyed = 0;
	nb = uk_netbuf_alloc_buf(uk_allocpool2ukalloc(p), 256, 64, 12, 8, dtor);
	assert_non_null(nb);
	assert_int_equal((uintptr_t)nb->buf % 64, 0);
	assert_int_equal(uk_netbuf_headroom(nb), 12);
	assert_int_equal(uk_netbuf_tailroom(nb), 244);
	memset(nb->priv, 0xff, 8);
	assert_int_equal(nb->refcount, 1);
	uk_netbuf_ref(nb);
	uk_netbuf_free(nb);
	assert_int_equal(destroyed, 0);
	assert_int_equal(uk_netbuf_refcount_single_get(nb), 1);
	uk_netbuf_free(nb);
	assert_int_equal(destroyed, 1);
	assert_int_equal(uk_allocpool_availcount(p), 2);
	assert_null(
		uk_netbuf_alloc_buf(uk_allocpool2ukalloc(p), 8, 8, 9, 0, NULL));
	uk_allocpool_free(p);
}

static void header_moves_the_start(void **state)
{
	char mem[64];
	struct uk_netbuf nb;
	(void)state;

	uk_netbuf_init_indir(&nb, mem, sizeof(mem), 16, NULL, NULL);
	nb.len = 20;
	assert_int_equal(uk_netbuf_header(&nb, 16), 1);
	assert_ptr_equal(nb.data, mem);
	assert_int_equal(nb.len, 36);
	assert_int_equal(uk_netbuf_header(&nb, 1), -ENOSPC);
	assert_int_equal(uk_netbuf_header(&nb, -37), -ENOSPC);
	assert_int_equal(uk_netbuf_header(&nb, -36), 1);
	assert_int_equal(nb.len, 0);
	assert_ptr_equal(nb.data, mem + 36);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool_gives_what_it_has),
		cmocka_unit_test(pool_refuses),
		cmocka_unit_test(references_and_destructor),
		cmocka_unit_test(header_moves_the_start),
	};

	return cmocka_run_group_tests_name("netbuf", tests, NULL, NULL);
}
