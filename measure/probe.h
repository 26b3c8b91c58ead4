/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A probe of another appliance's clock, and its answer: an Ethernet frame of
 * PROBE_LEN bytes without FCS, in network byte order:
 *
 *   offset  bytes
 *        0      6  to all (ff:ff:ff:ff:ff:ff), or to who sent the probe
 *        6      6  from
 *       12      2  0x88b5: local experimental Ethertype 1 of IEEE 802
 *       14      4  0x756b636c, "ukcl"
 *       18      1  1: version
 *       19      1  1: a probe; 2: an answer
 *       20      2  of an answer: who sent the probe, as in its signature; or 0
 *       22      4  number of the probe
 *       26      8  when the probe was sent, in ns on the clock of who did
 *       34      8  of an answer: when the probe came, on its sender's; or 0
 *       42     18  signature: the number of the probe, stream PROBE_STREAM,
 *                  run 0, and when this frame was sent
 *
 * It is found from its end, so that tags may have been put on.
 */
#ifndef MEASURE_PROBE_H
#define MEASURE_PROBE_H

#include "measure/signature.h"

#define PROBE_LEN 60
#define PROBE_STREAM (SIGNATURE_STREAMS - 1)

enum probe_kind { PROBE_ASKS = 1, PROBE_ANSWERS };

struct probe {
	uint8_t kind;           /* enum probe_kind */
	uint8_t dst[6], src[6]; /* only the source is read */
	uint16_t sender, to;
	uint32_t number;
	uint64_t asked_ns, heard_ns, sent_ns; /* see above */
};

/* Writes PROBE_LEN bytes. */
void probe_put(uint8_t *frame, const struct probe *p);

/*
 * Reads a frame of `len` bytes, which ends in a signature of another appliance.
 * False where it is none; *p is unset.
 */
bool probe_get(const uint8_t *frame, size_t len, struct probe *p);

#endif /* MEASURE_PROBE_H */
