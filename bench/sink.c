/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes the frames of QEMU's own back ends and checks each: `sink dgram PATH`
 * binds a unix socket, `sink packet INTERFACE` listens to a tap. A line on
 * stdin has it answer with counts as JSON; the end of stdin ends it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/vhost/check.h"

#define BURST 64
#define FRAME_MAX 9216
#define BUFFER_BYTES (64 << 20)

struct sink {
	int fd;
	bool packet;
	uint64_t frames, bytes, bad, dropped; /* bytes with the FCS */
	struct mmsghdr msg[BURST];
	struct iovec iov[BURST];
	struct sockaddr_ll from[BURST];
	uint8_t buf[BURST][FRAME_MAX];
};

static bool open_dgram(struct sink *s, const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(at.sun_path))
		return false;
	memcpy(at.sun_path, path, strlen(path));
	s->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	return s->fd >= 0 && !bind(s->fd, (struct sockaddr *)&at, sizeof(at));
}

static bool open_packet(struct sink *s, const char *interface)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ALL)};
	const int bytes = BUFFER_BYTES;

	s->packet = true;
	at.sll_ifindex = (int)if_nametoindex(interface);
	s->fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (!at.sll_ifindex || s->fd < 0)
		return false;
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	return !bind(s->fd, (struct sockaddr *)&at, sizeof(at));
}

static bool open_sink(struct sink *s, const char *kind, const char *name)
{
	if (!strcmp(kind, "dgram"))
		return open_dgram(s, name);
	return open_packet(s, name);
}

static void take(struct sink *s)
{
	const uint8_t *sig;
	int n;

	for (int i = 0; i < BURST; i++) {
		s->iov[i] = (struct iovec){s->buf[i], FRAME_MAX};
		s->msg[i].msg_hdr = (struct msghdr){
			.msg_iov = &s->iov[i],
			.msg_iovlen = 1,
			.msg_name = s->packet ? &s->from[i] : NULL,
			.msg_namelen = s->packet ? sizeof(s->from[i]) : 0};
	}
	n = recvmmsg(s->fd, s->msg, BURST, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		const unsigned int len = s->msg[i].msg_len;

		if (s->packet && s->from[i].sll_pkttype == PACKET_OUTGOING)
			continue;
		s->frames++;
		s->bytes += len + 4;
		s->bad += frame_check(s->buf[i], len, &sig) != FRAME_OK;
	}
}

static void answer(struct sink *s)
{
	struct tpacket_stats lost = {0};
	socklen_t len = sizeof(lost);
	struct timespec t;

	/* Counted since the last time that it was asked for. */
	if (s->packet &&
	    !getsockopt(s->fd, SOL_PACKET, PACKET_STATISTICS, &lost, &len))
		s->dropped += lost.tp_drops;
	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("{\"frames\":%llu,\"bytes\":%llu,\"bad\":%llu,\"dropped\":%llu,"
	       "\"ns\":%llu}\n",
	       (unsigned long long)s->frames, (unsigned long long)s->bytes,
	       (unsigned long long)s->bad, (unsigned long long)s->dropped,
	       (unsigned long long)t.tv_sec * 1000000000 +
		       (unsigned long long)t.tv_nsec);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static struct sink s;
	char line[64];

	if (argc != 3 || !open_sink(&s, argv[1], argv[2])) {
		fprintf(stderr, "sink: %s\n", strerror(errno));
		return 1;
	}
	answer(&s);
	for (;;) {
		struct pollfd fds[] = {{.fd = s.fd, .events = POLLIN},
				       {.fd = 0, .events = POLLIN}};

		if (poll(fds, 2, -1) < 0)
			return 1;
		if (fds[0].revents)
			take(&s);
		if (!fds[1].revents)
			continue;
		if (read(0, line, sizeof(line)) <= 0)
			return 0;
		answer(&s);
	}
}
