/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The data channel and another side that does anything: blocks that are right,
 * that say what is not so, and bytes that are none. Who takes gets each byte
 * once and in order, as it was sent, and none beyond what was granted; what is
 * given goes in whole blocks, in order, and never too far ahead. Whatever came,
 * the next opening opens it.
 *
 * An input is a list of three bytes: what, and two that say how much.
 */
#include <string.h>

#include "app/channel.h"
#include "plat/host/host.h"
#include "tests/fuzz/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OPS_MAX 64
#define BYTES_MAX 600

static struct {
	struct app_channel c;
	uint64_t now_ns, token;
	bool refuses; /* who takes */
	uint64_t given[CHANNEL_LANES], granted[CHANNEL_LANES];
	uint64_t next[CHANNEL_LANES]; /* that who takes gets */
	bool sound;                   /* data was only what it should be */
} f;

static unsigned char byte_at(uint64_t at)
{
	return (unsigned char)(at * 31 + (at >> 8));
}

static unsigned lane_of(const void *arg)
{
	return arg ? CHANNEL_FEED : CHANNEL_FILES;
}

static bool take(void *arg, uint64_t at, const void *bytes, size_t len)
{
	const unsigned n = lane_of(arg);
	const unsigned char *p = bytes;

	fuzz_check(len && at == f.next[n]);
	fuzz_check(at + len <= f.granted[n]);
	for (size_t i = 0; f.sound && i < len; i++)
		fuzz_check(p[i] == byte_at(at + i));
	if (f.refuses)
		return false;
	f.next[n] += len;
	return true;
}

static uint64_t limit(void *arg)
{
	return f.next[lane_of(arg)] + 40000;
}

static size_t give(void *arg, uint64_t at, void *to, size_t len)
{
	unsigned char *p = to;

	(void)arg;
	len = MIN(len, (size_t)BYTES_MAX);
	for (size_t i = 0; i < len; i++)
		p[i] = byte_at(at + i);
	return len;
}

static void given(void *arg, uint64_t at)
{
	fuzz_check(at <= f.given[lane_of(arg)]);
}

static const struct channel_user taker = {.take = take};
static const struct channel_user narrow = {.take = take, .limit = limit};
static const struct channel_user giver = {.give = give, .given = given};

static void put_block(char kind, unsigned lane, uint64_t pos, const void *data,
		      uint32_t len)
{
	unsigned char head[CHANNEL_HEAD] = {'u', 'k', (unsigned char)kind,
					    (unsigned char)lane};

	memcpy(head + 4, &len, sizeof(len));
	memcpy(head + 8, &pos, sizeof(pos));
	host_channel_put(head, sizeof(head));
	host_channel_put(data, len);
}

/* What comes out is blocks, and of a lane's data one after another. */
static void look_at_output(void)
{
	static unsigned char data[CHANNEL_DATA_MAX];
	unsigned char head[CHANNEL_HEAD];
	uint64_t pos;
	uint32_t len;

	while (host_channel_get(head, sizeof(head))) {
		memcpy(&len, head + 4, sizeof(len));
		memcpy(&pos, head + 8, sizeof(pos));
		fuzz_check(!memcmp(head, "uk", 2) && head[3] < CHANNEL_LANES);
		fuzz_check(len <= sizeof(data) &&
			   host_channel_get(data, len) == len);
		fuzz_check(head[2] == CHANNEL_DATA || !len);
		if (head[2] == CHANNEL_GRANT)
			f.granted[head[3]] = pos;
		if (head[2] != CHANNEL_DATA)
			continue;
		fuzz_check(pos == f.given[head[3]]);
		for (uint32_t i = 0; i < len; i++)
			fuzz_check(data[i] == byte_at(pos + i));
		f.given[head[3]] += len;
		fuzz_check(f.given[head[3]] <=
			   f.c.lane[head[3]].taken + CHANNEL_WINDOW);
	}
}

static void poll(void)
{
	for (unsigned i = 0; i < CHANNEL_LANES; i++)
		if (f.c.lane[i].user && f.c.lane[i].user->take)
			f.granted[i] = MAX(f.granted[i], f.c.lane[i].limit);
	f.now_ns += 1000000;
	channel_poll(&f.c, f.now_ns, CHANNEL_WINDOW);
	look_at_output();
}

/* Before an opening what was given is not known to be anywhere. */
static void begin(unsigned lane, const struct channel_user *user, uint64_t at)
{
	channel_end(&f.c, (enum channel_lane_number)lane);
	f.next[lane] = f.given[lane] = f.granted[lane] = at;
	channel_begin(&f.c, (enum channel_lane_number)lane, user,
		      lane ? &f : NULL, at);
}

static void open(bool answered)
{
	channel_open(&f.c, ++f.token, f.now_ns);
	for (unsigned i = 0; i < CHANNEL_LANES; i++)
		channel_end(&f.c, (enum channel_lane_number)i);
	if (answered)
		put_block(CHANNEL_OPEN, 0, f.token, "", 0);
	poll();
}

/* Data from `from` on, of what is wanted next: twice, or a gap, or neither. */
static void put_data(unsigned lane, unsigned how, unsigned len)
{
	unsigned char data[BYTES_MAX];
	uint64_t at = f.next[lane];

	at += how % 4 == 1 ? 1 : 0;
	at -= how % 4 == 2 && at > len / 2 ? len / 2 : 0;
	for (unsigned i = 0; i < len; i++)
		data[i] = byte_at(at + i);
	put_block(CHANNEL_DATA, lane, at, data, len);
}

static void play(const uint8_t b[3])
{
	static const struct channel_user *const users[] = {&taker, &narrow,
							   &giver};
	const unsigned lane = b[1] & 1, more = b[1] >> 1;
	const unsigned len = b[2] * 2u % BYTES_MAX;

	switch (b[0] % 9) {
	case 0:
		open(more & 1);
		break;
	case 1:
		begin(lane, users[more % 3], (uint64_t)b[2] << (more & 31));
		break;
	case 2:
		put_data(lane, more, len);
		break;
	case 3:
		put_block(CHANNEL_TAKEN, lane, f.given[lane] - (more & 3), "",
			  0);
		break;
	case 4:
		f.sound = false;
		host_channel_put(b, 3);
		break;
	case 5:
		f.sound = false;
		put_block((char)b[1], b[2] & 3, b[2], b, b[2] & 1);
		break;
	case 6:
		host_channel_room(more & 1 ? SIZE_MAX : b[2] * 3u);
		break;
	case 7:
		f.refuses = more & 1;
		break;
	default:
		channel_end(&f.c, (enum channel_lane_number)lane);
	}
	poll();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	host_channel_plug();
	memset(&f, 0, sizeof(f));
	f.sound = true;
	channel_init(&f.c, NULL);
	open(true);
	for (unsigned n = 0; size >= 3 && n < OPS_MAX; n++) {
		play(data);
		data += 3;
		size -= 3;
	}
	host_channel_room(SIZE_MAX);
	open(true);
	poll();
	fuzz_check(f.c.state == CHANNEL_IS_OPEN);
	begin(CHANNEL_FILES, &taker, 7);
	f.sound = true;
	f.refuses = false;
	poll();
	put_data(CHANNEL_FILES, 0, 100);
	poll();
	fuzz_check(f.next[CHANNEL_FILES] == 107);
	return 0;
}
