/* SPDX-License-Identifier: BSD-3-Clause */
/* The channel, whose other end is the test. */
#include "plat/host/channel.h"

#include <stdlib.h>
#include <string.h>
#include <uk/console.h>
#include <uk/essentials.h>

#include "plat/host/host.h"

#define BLOCK 4096

static struct {
	bool plugged;
	size_t in_len, in_pos, out_len, out_room;
	unsigned char in[1 << 18], out[1 << 18];
} channel;

void host_channel_reset(void)
{
	channel.plugged = false;
	channel.in_len = channel.in_pos = channel.out_len = 0;
	channel.out_room = SIZE_MAX;
}

void host_channel_plug(void)
{
	host_channel_reset();
	channel.plugged = true;
}

void host_channel_put(const void *bytes, size_t len)
{
	channel.in_len -= channel.in_pos;
	memmove(channel.in, channel.in + channel.in_pos, channel.in_len);
	channel.in_pos = 0;
	if (channel.in_len + len > sizeof(channel.in))
		abort();
	memcpy(channel.in + channel.in_len, bytes, len);
	channel.in_len += len;
}

size_t host_channel_get(void *to, size_t size)
{
	const size_t n = MIN(channel.out_len, size);

	memcpy(to, channel.out, n);
	channel.out_len -= n;
	memmove(channel.out, channel.out + n, channel.out_len);
	return n;
}

void host_channel_room(size_t len)
{
	channel.out_room = len;
}

bool ukplat_channel_begin(struct uk_alloc *a __unused)
{
	return channel.plugged;
}

const void *ukplat_channel_in(__sz *len)
{
	*len = MIN(channel.in_len - channel.in_pos, (size_t)BLOCK);
	return *len ? channel.in + channel.in_pos : NULL;
}

void ukplat_channel_took(__sz n)
{
	channel.in_pos += n;
}

void *ukplat_channel_out(__sz *room)
{
	*room = 0;
	if (!channel.plugged || channel.out_room < BLOCK ||
	    sizeof(channel.out) - channel.out_len < BLOCK)
		return NULL;
	*room = BLOCK;
	return channel.out + channel.out_len;
}

void ukplat_channel_send(__sz n)
{
	channel.out_len += n;
	if (channel.out_room != SIZE_MAX)
		channel.out_room -= n;
}
