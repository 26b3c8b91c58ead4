/* SPDX-License-Identifier: BSD-3-Clause */
/* An address that a port is leased: byte by byte, and by its clock. */
#include "node_rig.h"

#define SERVER 10, 9, 0, 1
#define LEASED 10, 9, 0, 7

/* An answer to the last of ours, of a type, to be renewed after `renew_s`. */
static void serve_until(uint8_t type, uint8_t lease_s, uint8_t renew_s)
{
	const uint8_t options[] = {53,     1,   type, 54,  4, SERVER,  1,
				   4,      255, 255,  255, 0, 3,       4,
				   SERVER, 51,  4,    0,   0, 0,       lease_s,
				   58,     4,   0,    0,   0, renew_s, 255};
	uint8_t p[8 + 300] = {0, 67, 0, 68, 300 >> 8, (uint8_t)308};
	uint8_t *bootp = p + 8;

	p[4] = 308 >> 8;
	bootp[0] = 2;
	for (unsigned i = 0; i < 4; i++)
		bootp[4 + i] = (uint8_t)(node->lab.dhcp.xid >> (24 - 8 * i));
	memcpy(bootp + 16, BYTES(LEASED), 4);
	memcpy(bootp + 28, BYTES(OUR_MAC), 6);
	memcpy(bootp + 236, BYTES(99, 130, 83, 99), 4);
	memcpy(bootp + 240, options, sizeof(options));
	assert_true(take(built, build_ip4(BYTES(ALL_MACS, THEIR_MAC), 17, 64,
					  BYTES(SERVER, 255, 255, 255, 255), p,
					  sizeof(p))));
}

static void serve(uint8_t type, uint8_t lease_s)
{
	serve_until(type, lease_s, lease_s / 2);
}

/* Where type and what follows stand in what the port sends. */
#define BOOTP 42
#define TYPE_AT (BOOTP + 240)

static const struct node_own *leased(void)
{
	const struct node_ip ip = node_ipv4(BYTES(LEASED));

	return node_own_of(node, &ip);
}

static void get_lease(void)
{
	node_dhcp(node, true, 0, now);
	wait_frame();
	assert_has(0, FRAME(ALL_MACS, OUR_MAC, 8, 0, 0x45));
	assert_has(26, FRAME(ZEROS4, 255, 255, 255, 255, 0, 68, 0, 67));
	assert_said(TYPE_AT, FRAME(53, 1, 1, 61, 7, 1, OUR_MAC));
	serve(2, 60);
	wait_frame();
	assert_said(TYPE_AT, FRAME(53, 1, 3, 61, 7, 1, OUR_MAC, 50, 4, LEASED,
				   54, 4, SERVER));
	assert_null(leased());
	serve(5, 60);
	assert_non_null(leased());
}

static void an_address_is_leased_kept_and_given_back(void **state)
{
	(void)state;
	get_lease();
	pass(2 * S);
	assert_int_equal(leased()->state, NODE_VALID);
	assert_int_equal(leased()->is.bits, 120);
	pass(5 * S);
	forget_frames();
	/* Half of its time has passed: from who gave it. */
	pass(26 * S);
	assert_has(0, FRAME(THEIR_MAC, OUR_MAC));
	assert_has(26, FRAME(LEASED, SERVER));
	assert_has(BOOTP + 12, FRAME(LEASED));
	assert_said(TYPE_AT, FRAME(53, 1, 3, 61));
	serve(5, 60);
	pass(S);
	assert_silent();
	assert_int_equal(leased()->state, NODE_VALID);
	node_dhcp(node, false, 0, now);
	assert_has(26, FRAME(LEASED, SERVER));
	assert_said(TYPE_AT, FRAME(53, 1, 7));
	assert_null(leased());
	pass(100 * S);
	assert_silent();
}

static void a_lease_that_is_not_renewed_ends(void **state)
{
	(void)state;
	get_lease();
	pass(55 * S);
	/* Anybody may renew it by now. */
	while (node->nb_out > 1)
		port_frame_free(node->out[--node->nb_out]);
	forget_frames();
	pass(4 * S);
	assert_non_null(leased());
	pass(2 * S);
	assert_null(leased());
	wait_frame();
	assert_int_equal(node->lab.dhcp.state, DHCP_SELECTING);
	forget_frames();
	/* What comes to others, or after all, changes nothing. */
	serve(5, 60);
	assert_null(leased());
	serve(2, 60);
	node->lab.dhcp.xid++;
	assert_int_equal(node->lab.dhcp.state, DHCP_REQUESTING);
	forget_frames();
	pass(30 * S);
	assert_null(leased());
}

/* A server that says no time is not asked again and again. */
static void a_lease_without_a_time_to_renew_has_half_of_it(void **state)
{
	(void)state;
	get_lease();
	pass(5 * S);
	forget_frames();
	node->lab.dhcp.state = DHCP_RENEWING;
	serve_until(5, 60, 0);
	pass(25 * S);
	assert_silent();
	pass(6 * S);
	assert_said(TYPE_AT, FRAME(53, 1, 3, 61));
}

static void a_leased_address_of_somebody_else_is_declined(void **state)
{
	(void)state;
	get_lease();
	pass(S / 50);
	forget_frames();
	assert_true(take(FRAME(ALL_MACS, OTHER_MAC, ARP_HEAD, 1, OTHER_MAC,
			       LEASED, ZEROS6, LEASED)));
	pass(S);
	assert_said(TYPE_AT, FRAME(53, 1, 4, 61, 7, 1, OUR_MAC, 50, 4, LEASED,
				   54, 4, SERVER));
	assert_null(leased());
	serve(6, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NODE_TEST(an_address_is_leased_kept_and_given_back),
		NODE_TEST(a_lease_that_is_not_renewed_ends),
		NODE_TEST(a_lease_without_a_time_to_renew_has_half_of_it),
		NODE_TEST(a_leased_address_of_somebody_else_is_declined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
