/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/probe.h"

#include "net/proto.h"

#define TYPE 0x88b5
#define MAGIC 0x756b636cu
#define VERSION 1

/* From there on it is found from its end. */
#define TAIL (PROBE_LEN - 2 * ETH_ALEN)

static uint8_t *put(uint8_t *p, uint64_t value, unsigned bytes)
{
	for (unsigned i = bytes; i-- > 0; value >>= 8)
		p[i] = (uint8_t)value;
	return p + bytes;
}

static uint64_t get(const uint8_t **p, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *(*p)++;
	return value;
}

void probe_put(uint8_t *frame, const struct probe *p)
{
	uint8_t *at = frame + 2 * ETH_ALEN;

	memcpy(frame, p->dst, ETH_ALEN);
	memcpy(frame + ETH_ALEN, p->src, ETH_ALEN);
	at = put(at, TYPE, 2);
	at = put(at, MAGIC, 4);
	at = put(at, VERSION, 1);
	at = put(at, p->kind, 1);
	at = put(at, p->to, 2);
	at = put(at, p->number, 4);
	at = put(at, p->asked_ns, 8);
	at = put(at, p->heard_ns, 8);
	signature_write(at, p->sender, p->number,
			signature_stamp_at(signature_stamp(PROBE_STREAM, 0),
					   p->sent_ns));
}

bool probe_get(const uint8_t *frame, size_t len, struct probe *p)
{
	const uint8_t *at = frame + len - TAIL;
	struct signature s;

	if (len < PROBE_LEN || get(&at, 2) != TYPE || get(&at, 4) != MAGIC ||
	    get(&at, 1) != VERSION)
		return false;
	memcpy(p->src, frame + ETH_ALEN, ETH_ALEN);
	p->kind = (uint8_t)get(&at, 1);
	p->to = (uint16_t)get(&at, 2);
	p->number = (uint32_t)get(&at, 4);
	p->asked_ns = get(&at, 8);
	p->heard_ns = get(&at, 8);
	if (!signature_get(at, &s) || s.stream != PROBE_STREAM || s.run ||
	    s.seq != p->number)
		return false;
	p->sender = s.sender;
	/* The signature has what is left of it modulo 18 minutes. */
	p->sent_ns = p->kind == PROBE_ASKS ? p->asked_ns : p->heard_ns;
	p->sent_ns += (s.time_ns - p->sent_ns) & SIGNATURE_TIME_MASK;
	return p->kind == PROBE_ASKS ? !p->to && !p->heard_ns
				     : p->kind == PROBE_ANSWERS;
}
