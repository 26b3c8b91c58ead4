/* SPDX-License-Identifier: BSD-3-Clause */
/* The channel's driver: bytes each way, and a device that breaks the rules. */
#include <string.h>

#include "unit.h"
#include "virtio_fake.h"

#define RX 0
#define TX 1
#define BUFS 8
#define BYTES 4096

static int console_setup(void **state)
{
	return virtio_fake_setup_split(state);
}

static int console_teardown(void **state)
{
	virtio_fake_no_console();
	return virtio_fake_teardown(state);
}

static void device_sends(const char *text, uint32_t said)
{
	struct vring_dev_buf b;

	assert_true(vring_dev_take(&fake.q[RX].dev, &b));
	assert_int_equal(b.flags, VRING_DESC_F_WRITE);
	assert_int_equal(b.len, BYTES);
	memcpy((void *)(uintptr_t)b.addr, text, strlen(text));
	vring_dev_use(&fake.q[RX].dev, b.id, said);
}

static void bytes_come_in_order(void **state)
{
	const char *p;
	__sz len;

	(void)state;
	assert_true(virtio_fake_console());
	/* No event index: each buffer is told of, and none is missed. */
	assert_int_equal(fake.accepted, VIRTIO_F_VERSION_1);
	assert_int_equal(fake.q[RX].bell, RX);
	assert_null(fake_channel_in(&len));
	assert_int_equal(len, 0);
	for (unsigned i = 0; i < 3 * BUFS; i++) {
		const char text[] = {(char)('a' + i), 'x', 'y', 0};

		device_sends(text, 3);
		device_sends("z", 1);
		p = fake_channel_in(&len);
		assert_int_equal(len, 3);
		assert_memory_equal(p, text, 3);
		fake_channel_took(2);
		p = fake_channel_in(&len);
		assert_int_equal(len, 1);
		assert_int_equal(*p, 'y');
		fake.q[RX].bell = 0xffff;
		fake_channel_took(1);
		/* Its buffer is the device's again, who hears of it. */
		assert_int_equal(fake.q[RX].bell, RX);
		p = fake_channel_in(&len);
		assert_int_equal(len, 1);
		assert_int_equal(*p, 'z');
		fake_channel_took(1);
	}
	assert_null(fake_channel_in(&len));
}

static void bytes_go_as_far_as_there_is_room(void **state)
{
	struct vring_dev_buf b;
	char *to;
	__sz room;

	(void)state;
	assert_true(virtio_fake_console());
	for (unsigned lap = 0; lap < 3; lap++) {
		for (unsigned i = 0; i < BUFS; i++) {
			to = fake_channel_out(&room);
			assert_non_null(to);
			assert_ptr_equal(to, fake_channel_out(&room));
			assert_int_equal(room, BYTES);
			to[0] = (char)i;
			fake_channel_send(1 + i);
		}
		assert_null(fake_channel_out(&room));
		assert_int_equal(room, 0);
		for (unsigned i = 0; i < BUFS; i++) {
			assert_true(vring_dev_take(&fake.q[TX].dev, &b));
			assert_int_equal(b.flags, 0);
			assert_int_equal(b.len, 1 + i);
			assert_int_equal(*(char *)(uintptr_t)b.addr, i);
			vring_dev_use(&fake.q[TX].dev, b.id, 0);
		}
	}
}

static void one_that_breaks_the_rules_is_reset(void **state)
{
	__sz len;

	(void)state;
	assert_true(virtio_fake_console());
	fake.resets = 0;
	device_sends("x", BYTES + 1);
	assert_null(fake_channel_in(&len));
	assert_int_equal(fake.resets, 1);
	assert_null(fake_channel_in(&len));
	assert_null(fake_channel_out(&len));
}

static void one_that_cannot_be_used_is_none(void **state)
{
	__sz len;

	(void)state;
	fake.offered = 0;
	assert_false(virtio_fake_console());
	assert_int_equal(fake.status, 0);
	assert_null(fake_channel_in(&len));
	assert_null(fake_channel_out(&len));
	assert_false(fake_channel_begin(NULL));
}

int main(void)
{
#define TEST(f)                                              \
	{                                                    \
#f, f, console_setup, console_teardown, NULL \
	}
	const struct CMUnitTest tests[] = {
		TEST(bytes_come_in_order),
		TEST(bytes_go_as_far_as_there_is_room),
		TEST(one_that_breaks_the_rules_is_reset),
		TEST(one_that_cannot_be_used_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
