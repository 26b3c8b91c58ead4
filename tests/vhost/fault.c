/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/fault.h"

#define RUNT_LEN 40 /* bytes of the frame, without FCS */

static const struct {
	const char *name;
	const char *help;
} table[FAULTS] = {
	[FAULT_BAD_ID] = {"bad-id", "a used id with all 16 bits turned over"},
	[FAULT_DUP_ID] = {"dup-id", "the used id of the entry before, again"},
	[FAULT_SWAP] = {"swap", "two used entries in turned order (allowed)"},
	[FAULT_LOSE] = {"lose", "a buffer that is never given back"},
	[FAULT_LONG] = {"long", "a used length 64 bytes beyond the buffer"},
	[FAULT_SHORT] = {"short", "a used length of 5, less than the header"},
	[FAULT_IPV4_CSUM] = {"ipv4-checksum", "a wrong IPv4 checksum"},
	[FAULT_UDP_CSUM] = {"udp-checksum", "a wrong UDP checksum"},
	[FAULT_RUNT] = {"runt", "a frame cut off after 40 bytes"},
	[FAULT_GAP] = {"gap", "a sequence number is left out"},
	[FAULT_REPEAT] = {"repeat", "a sequence number is used again"},
};

const char *fault_name(enum fault f)
{
	return table[f].name;
}

const char *fault_help(enum fault f)
{
	return table[f].help;
}

void fault_add(struct faults *fs, enum fault f, uint64_t times)
{
	fs->left[f] += times;
	if (f < FAULT_OF_FRAMES)
		fs->ring_left += times;
	else
		fs->frames_left += times;
}

/* True when it is due; it then counts as done. */
static bool due(struct faults *fs, enum fault f)
{
	if (!fs->left[f])
		return false;
	fs->left[f]--;
	fs->done[f]++;
	if (f < FAULT_OF_FRAMES)
		fs->ring_left--;
	else
		fs->frames_left--;
	return true;
}

void fault_ring(struct faults *fs, struct queue_buf *b, unsigned int n)
{
	for (unsigned int i = 0; i < n && fs->ring_left; i++) {
		if (due(fs, FAULT_BAD_ID))
			b[i].id ^= 0xffff;
		if (i > 0 && due(fs, FAULT_DUP_ID))
			b[i].id = b[i - 1].id;
		if (i > 0 && due(fs, FAULT_SWAP)) {
			const struct queue_buf was = b[i];

			b[i].id = b[i - 1].id;
			b[i].used = b[i - 1].used;
			b[i - 1].id = was.id;
			b[i - 1].used = was.used;
		}
		if (due(fs, FAULT_LONG))
			b[i].used = b[i].len + 64;
		if (due(fs, FAULT_SHORT))
			b[i].used = 5;
		b[i].lose = due(fs, FAULT_LOSE);
	}
}

uint32_t fault_frame(struct faults *fs, struct maker *m, uint8_t *to)
{
	enum flaw flaw = FLAW_NONE;
	uint32_t len = maker_len(m);

	if (due(fs, FAULT_GAP))
		m->next.seq++;
	/* The second frame of a stream is the first that can repeat one. */
	if (m->next.seq && due(fs, FAULT_REPEAT))
		m->next.seq--;
	if (due(fs, FAULT_IPV4_CSUM))
		flaw = FLAW_IPV4_CSUM;
	else if (due(fs, FAULT_UDP_CSUM))
		flaw = FLAW_UDP_CSUM;
	maker_put(m, to, flaw);
	if (due(fs, FAULT_RUNT))
		len = NET_HDR_LEN + RUNT_LEN;
	return len;
}
