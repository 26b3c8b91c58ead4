/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a port that reflects makes of frames from outside: it reads and writes
 * nothing beyond them; what goes back is as long, is from the port and to who
 * sent it, and, turned once more, is what came, but for an echo; a checksum of
 * UDP that was right still is; and what is known of one frame is true of all
 * that are like it.
 *
 * An input is two frames, the first as long as its first byte says; the second
 * has the first's beginning, as far as its own first byte says.
 */
#include <stdlib.h>
#include <string.h>

#include "net/csum.h"
#include "pktgen/turn_alike.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t mac[ETH_ALEN] = {2, 0, 0, 0, 0, 1};

#define CHECK(x)                 \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

static uint8_t *copy(const uint8_t *data, size_t len)
{
	uint8_t *p = malloc(len + !len);

	CHECK(p);
	memcpy(p, data, len);
	return p;
}

/* Of UDP or TCP in IPv4, a plain one: its sum with the pseudo header. */
static uint32_t sum_of_plain(const uint8_t *frame)
{
	const struct ipv4_hdr *ip = (const void *)(frame + ETH_HLEN);
	const size_t len = net16(ip->total_len) - sizeof(*ip);

	return csum_fold(csum_add(
		csum_add(csum_pseudo(ip->proto, len), &ip->src, 2 * IPV4_ALEN),
		ip + 1, len));
}

/* What is the same becomes `to`; NULL: it may not be. Whether it is. */
static bool check_same(const uint8_t *frame, size_t len, const uint8_t *to,
		       const struct turn_known *known)
{
	uint8_t *p = calloc(1, len + TURN_ROOM);
	bool same;

	CHECK(p);
	memcpy(p, frame, len);
	same = turn_same(p, len, 0, known);
	CHECK(!same || (to && !memcmp(p, to, len)));
	free(p);
	return same;
}

static void check_one(const uint8_t *frame, size_t len, bool any,
		      struct turn_known *known)
{
	const struct turn_port port = {.mac = mac, .any = any};
	const struct turn_port peer = {.mac = frame + ETH_ALEN, .any = true};
	struct turn_known first;
	const bool plain = turn_note(frame, len, &first);
	uint8_t *once = copy(frame, len), *alike = copy(frame, len), *twice;
	const enum turned how = turn_frame(once, len, &port);

	check_same(frame, len, how ? NULL : once, known);
	if (turn_alike(alike, len, known)) {
		struct turn_known again = *known;

		CHECK(!how);
		CHECK(!memcmp(alike, once, len));
		turn_know_again(alike, len, &again);
		CHECK(check_same(frame, len, once, &again));
	}
	if (!how) {
		CHECK(!memcmp(once, frame + ETH_ALEN, ETH_ALEN));
		CHECK(any || !memcmp(once + ETH_ALEN, mac, ETH_ALEN));
		CHECK(!(once[0] & 1) && !(once[ETH_ALEN] & 1));
		twice = copy(once, len);
		/* An echo is none any more; a group is no source. */
		if (!(frame[0] & 1) && memcmp(frame, frame + 6, 6) != 0 &&
		    !turn_frame(twice, len, &peer))
			CHECK(!memcmp(twice, frame, len));
		free(twice);
	}
	if (plain && !how) {
		CHECK(sum_of_plain(frame) == sum_of_plain(once));
		turn_know(once, &first);
		*known = first;
	}
	free(once);
	free(alike);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct turn_known known = TURN_KNOWN_NONE;
	size_t len, same;
	uint8_t *second;

	if (size < 2)
		return 0;
	len = data[0];
	len = len < size - 2 ? len : size - 2;
	same = data[1] % 128 < len ? data[1] % 128 : len;
	second = copy(data + 2, size - 2);
	memmove(second + same, data + 2 + len, size - 2 - len);
	check_one(data + 2, len, data[1] & 128, &known);
	check_one(second, size - 2 - len + same, data[1] & 128, &known);
	free(second);
	return 0;
}
