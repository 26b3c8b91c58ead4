/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/transfer.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "client/clock.h"
#include "client/wait.h"
#include "files/crc32.h"

#define NAME_BYTES 31

bool transfer_name_ok(struct client *c, const char *name)
{
	size_t len = strlen(name);

	if (len && len <= NAME_BYTES &&
	    !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789_-.")])
		return true;
	ui_note(&c->ui,
		"'%s' is no file name of the appliance: 1..31 of letters, "
		"digits, _ - .",
		name);
	return false;
}

bool transfer_channel(struct client *c)
{
	struct channel *ch = &c->channel;
	struct request r = {0};
	uint64_t until;
	char text[40];

	/* Who feeds may be opening it. */
	until = now_ms() + TRANSFER_OPEN_MS;
	while (ch->state == CHANNEL_OPENING && now_ms() < until &&
	       client_pump(c, TRANSFER_OPEN_MS / 10, false))
		;
	if (ch->state == CHANNEL_UP)
		return true;
	if (ch->none || now_ms() < ch->retry_ms || c->link.watch ||
	    !channel_connect(ch, c->link.path))
		return false;
	snprintf(text, sizeof(text), "channel open %08" PRIx32, ch->token);
	request_send(&c->requests, &r, text);
	ch->none = wait_reply(c, &r) == REQUEST_ERR;
	until = now_ms() + TRANSFER_OPEN_MS;
	while (r.state == REQUEST_OK && ch->state == CHANNEL_OPENING &&
	       now_ms() < until && client_pump(c, TRANSFER_OPEN_MS / 10, false))
		;
	if (ch->state == CHANNEL_UP)
		return true;
	if (r.state == REQUEST_OK)
		ui_note(&c->ui, "the data channel does not answer; another "
				"client may hold it");
	ch->retry_ms = now_ms() + TRANSFER_RETRY_MS;
	channel_close(ch, NULL);
	return false;
}

bool transfer_by_channel(struct client *c, struct request *r, const char *text)
{
	request_send(&c->requests, r, text);
	wait_reply(c, r);
	channel_end(&c->channel, CHANNEL_FILES);
	if (r->state == REQUEST_OK)
		return true;
	/* What is still on its way is nobody's. */
	channel_close(&c->channel, NULL);
	if (r->state == REQUEST_ERR && !strcmp(r->code, "E_STATE"))
		ui_note(&c->ui, "%s; the serial line is used", r->message);
	return false;
}

bool transfer_again(struct client *c, const struct request *r, unsigned *tries)
{
	if (c->signals.stopped || c->signals.ended_by ||
	    *tries >= TRANSFER_TRIES)
		return false;
	if (r->state == REQUEST_LOST) {
		if (c->conn.state == CONN_UP || c->ui.batch ||
		    !wait_up(c, TRANSFER_AWAY_MS))
			return false;
	} else if (strcmp(r->code, "E_CRC") != 0 &&
		   strcmp(r->code, "E_STATE") != 0) {
		return false;
	}
	++*tries;
	return true;
}

const char *transfer_lost(const struct client *c)
{
	return c->conn.state == CONN_UP ? "no answer"
	       : c->conn.crashed        ? "the appliance crashed"
					: "the appliance is gone";
}

bool transfer_crc(int fd, uint64_t size, uint32_t *crc)
{
	char buf[16384];

	*crc = 0;
	for (uint64_t at = 0; at < size;) {
		size_t left = size - at < sizeof(buf) ? size - at : sizeof(buf);
		ssize_t n = pread(fd, buf, left, (off_t)at);

		if (n <= 0)
			return false;
		*crc = crc32_add(*crc, buf, (size_t)n);
		at += (uint64_t)n;
	}
	return true;
}
