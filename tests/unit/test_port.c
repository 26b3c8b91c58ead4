/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port on a driver that counts too much into a received length. Built twice:
 * only without bursts, as in a stock tree, does a port expect that.
 */
#include <string.h>

#include "net/port.h"
#include "plat/host/host.h"
#include "unit.h"

#define FRAMES 300
#define BURST 32

#ifdef PORT_BURST
#define EXPECTS 0
#else
#define EXPECTS 1
#endif

static struct port port[2];

static void open_pair(uint16_t excess)
{
	struct host_netdev *dev[2];

	host_reset();
	host_loop_pair(dev, 1500);
	host_netdev_faults(dev[1])->rx_excess = excess;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(port_open(&port[i], i, 1, BURST,
					   uk_alloc_get_default()),
				 0);
}

static void close_pair(void)
{
	for (unsigned i = 0; i < 2; i++)
		port_close(&port[i], uk_alloc_get_default());
}

static struct uk_netbuf *receive(void)
{
	struct uk_netbuf *nb;
	unsigned status;
	int err;

	assert_int_equal(
		port_rx_burst(&port[1].queue[0], &nb, 1, &status, &err), 1);
	assert_false(status & PORT_RX_UNDERRUN);
	return nb;
}

/* Frame after frame; the last byte of each is another. */
static void pass(unsigned n, unsigned len, uint16_t excess)
{
	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *nb = port_frame_alloc(&port[0].queue[0]);
		int err;

		assert_non_null(nb);
		nb->len = (uint16_t)len;
		memset(nb->data, (int)i, len);
		assert_int_equal(port_tx_burst(&port[0].queue[0], &nb, 1, &err),
				 1);
		nb = receive();
		assert_int_equal(nb->len, len + excess);
		port_rx_free(&port[1].queue[0], nb);
	}
}

static void test_length_without_excess(void **state)
{
	(void)state;
	open_pair(0);
	pass(FRAMES, 60, 0);
	pass(FRAMES, 1514, 0);
	assert_int_equal(port[1].queue[0].rx_excess, 0);
	close_pair();
}

static void test_header_in_length_is_taken_off(void **state)
{
	static const uint16_t header[] = {10, 12};
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(header); i++) {
		open_pair(header[i]);
		pass(FRAMES, 60, EXPECTS ? 0 : header[i]);
		pass(FRAMES, 1500, EXPECTS ? 0 : header[i]);
		assert_int_equal(port[1].queue[0].rx_excess,
				 EXPECTS * header[i]);
		assert_int_equal(port[0].queue[0].rx_excess, 0);
		close_pair();
	}
}

/* Whatever the first frame's last byte is. */
static void test_any_last_byte(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		struct uk_netbuf *nb;
		int err;

		open_pair(byte & 1 ? 10 : 0);
		nb = port_frame_alloc(&port[0].queue[0]);
		nb->len = 60;
		memset(nb->data, (int)byte, 60);
		assert_int_equal(port_tx_burst(&port[0].queue[0], &nb, 1, &err),
				 1);
		nb = receive();
		assert_int_equal(nb->len, 60 + (byte & 1 && !EXPECTS ? 10 : 0));
		port_rx_free(&port[1].queue[0], nb);
		close_pair();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length_without_excess),
		cmocka_unit_test(test_header_in_length_is_taken_off),
		cmocka_unit_test(test_any_last_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
