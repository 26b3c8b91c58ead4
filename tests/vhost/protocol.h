/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost-user on the wire, as QEMU's docs/interop/vhost-user.rst has it, as far
 * as a network device without migration needs it. Host byte order.
 */
#ifndef VHOST_PROTOCOL_H
#define VHOST_PROTOCOL_H

#include <stdint.h>

#define VU_REGIONS_MAX 8

enum vu_request {
	VU_GET_FEATURES = 1,
	VU_SET_FEATURES = 2,
	VU_SET_OWNER = 3,
	VU_RESET_OWNER = 4,
	VU_SET_MEM_TABLE = 5,
	VU_SET_VRING_NUM = 8,
	VU_SET_VRING_ADDR = 9,
	VU_SET_VRING_BASE = 10,
	VU_GET_VRING_BASE = 11,
	VU_SET_VRING_KICK = 12,
	VU_SET_VRING_CALL = 13,
	VU_SET_VRING_ERR = 14,
	VU_GET_PROTOCOL_FEATURES = 15,
	VU_SET_PROTOCOL_FEATURES = 16,
	VU_GET_QUEUE_NUM = 17,
	VU_SET_VRING_ENABLE = 18,
	VU_SEND_RARP = 19,
	VU_NET_SET_MTU = 20,
	VU_REQUESTS,
};

#define VU_VERSION 1u
#define VU_VERSION_MASK 3u
#define VU_REPLY 4u
#define VU_NEED_REPLY 8u

/* Protocol features, by bit. */
#define VU_PROTOCOL_F_MQ 0
#define VU_PROTOCOL_F_REPLY_ACK 3
#define VU_PROTOCOL_F_NET_MTU 4

/* In the number of a SET_VRING_KICK, _CALL or _ERR. */
#define VU_VRING_MASK 0xffu
#define VU_VRING_NO_FD 0x100u

struct vu_region {
	uint64_t guest;
	uint64_t size;
	uint64_t user;
	uint64_t mmap_offset;
};

struct vu_mem_table {
	uint32_t nb;
	uint32_t padding;
	struct vu_region region[VU_REGIONS_MAX];
};

struct vu_vring_state {
	uint32_t index;
	uint32_t num;
};

struct vu_vring_addr {
	uint32_t index;
	uint32_t flags;
	uint64_t desc;
	uint64_t used;
	uint64_t avail;
	uint64_t log;
};

struct vu_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size; /* bytes that follow */
};

union vu_payload {
	uint64_t u64;
	struct vu_vring_state state;
	struct vu_vring_addr addr;
	struct vu_mem_table mem;
};

#endif /* VHOST_PROTOCOL_H */
