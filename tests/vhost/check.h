/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a frame what it says it is? Every byte that a checksum covers is read,
 * each time. No state; `frame` starts at the Ethernet header and has no FCS.
 */
#ifndef VHOST_CHECK_H
#define VHOST_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "measure/signature.h"

#define FRAME_LEN_MIN 60    /* RFC 2544's 64 without the FCS */
#define FRAME_LEN_MAX 65535 /* bytes, without the FCS */

/* What is wrong with it, or why less of it could be checked. */
enum verdict {
	FRAME_OK,      /* IP header, lengths and UDP checksum are right */
	FRAME_NO_CSUM, /* all right, but UDP says it has no checksum */
	FRAME_NOT_IP,  /* nothing checked */
	FRAME_NOT_UDP, /* another protocol or a fragment: IP is right */
	FRAME_BAD,     /* this and the following are bad */
	FRAME_TOO_SHORT = FRAME_BAD, /* below FRAME_LEN_MIN or cut off */
	FRAME_TOO_LONG,              /* above FRAME_LEN_MAX */
	FRAME_IPV4_CSUM,             /* the header's checksum is wrong */
	FRAME_IP_LEN,                /* IP's length does not fit the frame's */
	FRAME_UDP_LEN,               /* UDP's length does not fit IP's */
	FRAME_UDP_CSUM, /* wrong, or missing where IPv6 wants one */
	FRAME_VERDICTS,
};

/* The verdict's name in reports. */
const char *verdict_name(enum verdict v);

/*
 * Judges one frame. *sig is set to where its signature would be, or to NULL
 * when the frame is bad or its UDP payload too short for one.
 */
enum verdict frame_check(const uint8_t *frame, size_t len, const uint8_t **sig);

/* Adds `len` bytes to a ones' complement sum (RFC 1071) of 64 bits. */
uint64_t sum_add(uint64_t sum, const void *data, size_t len);

/* The sum in 16 bits, in the byte order of the data. */
static inline uint16_t sum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

#endif /* VHOST_CHECK_H */
