/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames with a signature: its number, its time, and the sums over both. */
#include "program_rig.h"

static void signed_at_every_size(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	s.sign = true;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		set_ip(&s, ipv6);
		for (uint16_t size = ipv6 ? 84 : 64; size <= 1600; size++) {
			stream_set_size(&s, size);
			compile(&s);
			at.frame = unit_random(&now_ns);
			for (int i = 0; i < 3; i++)
				check_frame(next());
		}
	}
	stream_set_size(&s, 83);
	assert_int_equal(try_compile(&s), -EMSGSIZE);
}

/* Numbers over each of their carries, up to the wrap of all 48 bits. */
static void signed_mixes_with_prefixes(void **state)
{
	static const uint64_t starts[] = {0, 0xfffffff0, 0xffffffffffffff00};
	struct stream s;
	(void)state;

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		stream_init(&s, mac);
		set_ip(&s, ipv6);
		s.sign = true;
		set_sizes(&s,
			  (struct size_weight[]){
				  {1518, 1}, {84, 5}, {85, 3}, {571, 2}},
			  4);
		set_low(&s, "src", ipv6 ? 28 : 16, NULL);
		set_low(&s, "dst", ipv6 ? 0 : 1, NULL);
		compile(&s);
		for (int k = 0; k < 3; k++) {
			at.frame = starts[k];
			for (uint32_t n = 0; n < 67000; n++)
				check_frame(next());
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_at_every_size),
		cmocka_unit_test(signed_mixes_with_prefixes),
	};

	return cmocka_run_group_tests_name("program signed", tests, NULL, NULL);
}
