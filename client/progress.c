/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/progress.h"

#include <inttypes.h>
#include <string.h>

#include "client/clock.h"

#define EVERY_MS 100
#define BAR 24

void progress_begin(struct progress *p, struct ui *ui, const char *name,
		    uint64_t size, uint64_t from)
{
	*p = (struct progress){ui, name, size, from, now_ms(), 0};
}

static uint64_t rate(const struct progress *p, uint64_t at)
{
	uint64_t ms = now_ms() - p->start_ms;

	return (at - p->from) * 1000 / (ms ? ms : 1);
}

static void print_rate(char *out, size_t size, uint64_t per_s)
{
	if (per_s >= 1000000)
		snprintf(out, size, "%" PRIu64 ".%" PRIu64 " MB/s",
			 per_s / 1000000, per_s / 100000 % 10);
	else
		snprintf(out, size, "%" PRIu64 " kB/s", per_s / 1000);
}

void progress_at(struct progress *p, uint64_t at)
{
	uint64_t now = now_ms(), per_s = rate(p, at);
	char bar[BAR + 1], speed[32];
	unsigned full = p->size ? (unsigned)(at * BAR / p->size) : BAR;

	if (!p->ui->terminal || p->ui->batch || now - p->shown_ms < EVERY_MS)
		return;
	p->shown_ms = now;
	memset(bar, ' ', BAR);
	memset(bar, '#', full);
	bar[BAR] = '\0';
	print_rate(speed, sizeof(speed), per_s);
	printf("\r\x1b[K%.24s [%s] %3u %%  %s", p->name, bar,
	       (unsigned)(p->size ? at * 100 / p->size : 100), speed);
	if (per_s && at > p->from)
		printf("  %" PRIu64 " s left", (p->size - at) / per_s);
	fflush(stdout);
}

void progress_hide(struct progress *p)
{
	if (p->shown_ms)
		printf("\r\x1b[K");
	p->shown_ms = 0;
}

void progress_done(struct progress *p, const char *how)
{
	char speed[32];

	progress_hide(p);
	if (p->ui->quiet)
		return;
	print_rate(speed, sizeof(speed), rate(p, p->size));
	if (p->from == p->size && p->size)
		ui_note(p->ui, "'%s' is there already, %" PRIu64 " bytes",
			p->name, p->size);
	else if (p->from)
		ui_note(p->ui,
			"'%s' %s, %" PRIu64 " bytes, CRC checked, resumed at "
			"%" PRIu64 ", %s",
			p->name, how, p->size, p->from, speed);
	else
		ui_note(p->ui, "'%s' %s, %" PRIu64 " bytes, CRC checked, %s",
			p->name, how, p->size, speed);
}
