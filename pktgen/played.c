/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/played.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/played_impl.h"
#include "stats/wide.h"

#define FILE_BYTES 24 /* of pcap, before the first record */

/* ---- Read through ------------------------------------------------------- */

/* Whether it can be sent; else the count of those that cannot for this. */
static uint64_t *misfit(struct played *p, const struct capture_record *r,
			char *why)
{
	const enum capture_fit fit = capture_fit(r);

	if (fit == CAPTURE_FITS) {
		if (played_fits(p, r->data, r->len))
			return NULL;
		snprintf(why, CAPTURE_PRINT_MAX,
			 "record %llu, byte %llu: %u bytes, the port takes "
			 "%u..%u without FCS",
			 (unsigned long long)r->number,
			 (unsigned long long)r->at, (unsigned)r->len,
			 (unsigned)ETH_HLEN,
			 r->len < ETH_HLEN ? p->max
					   : played_longest(p, r->data));
		return &p->skipped.length;
	}
	capture_print_fit(r, why, CAPTURE_PRINT_MAX);
	return fit == CAPTURE_LINK ? &p->skipped.link : &p->skipped.cut;
}

/* Names the first; false: that is the end. */
static bool skip(struct played *p, uint64_t *count, const char *why)
{
	if (!p->why[0])
		snprintf(p->why, sizeof(p->why), "%s: %s", p->name, why);
	++*count;
	return p->skip;
}

/* A frame's time, after that of the first; the order stays as it is. */
static void count_frame(struct played *p, const struct capture_record *r,
			int64_t *first_ns)
{
	if (!p->frames)
		*first_ns = r->ns;
	if (r->ns - *first_ns > (int64_t)p->last_ns)
		p->last_ns = (uint64_t)(r->ns - *first_ns);
	p->frames++;
	p->bytes += r->len + (p->tag ? PORT_VLAN_TAG_LEN : 0);
}

/* False where it ends at what is not to be skipped. */
static bool read_through(struct played *p, struct capture_reader *r)
{
	const struct capture_bytes bytes = {p->held.data, 0, p->held.size,
					    true};
	char why[CAPTURE_PRINT_MAX];
	struct capture_record record;
	enum capture_result result;
	int64_t first_ns = 0;

	capture_begin(r);
	while ((result = capture_next(r, &bytes, &record)) == CAPTURE_RECORD) {
		uint64_t *count = misfit(p, &record, why);

		p->end = (size_t)r->at;
		if (!count)
			count_frame(p, &record, &first_ns);
		else if (!skip(p, count, why))
			return false;
	}
	if (result != CAPTURE_END) {
		capture_print_fault(r, why, sizeof(why));
		if (!skip(p, &p->skipped.broken, why))
			return false;
	}
	p->plain = r->form == CAPTURE_PCAP;
	p->big = r->big;
	p->tick_ns = r->tick_ns;
	p->first_ns = r->first_ns + (uint64_t)first_ns;
	return true;
}

/* One mean gap; of a single frame, or of none between them, that is none. */
static void finish(struct played *p)
{
	if (p->plain)
		p->start = FILE_BYTES;
	if (p->frames > 1)
		p->turn_ns = (uint64_t)wide_div(p->last_ns, p->frames - 1);
}

static int read_file(struct played *p, char *why)
{
	struct capture_reader *r = uk_malloc(p->files->heap, sizeof(*r));
	bool whole;

	if (!r)
		return -ENOMEM;
	whole = read_through(p, r);
	uk_free(p->files->heap, r);
	if (whole && !p->frames && !p->why[0])
		snprintf(p->why, sizeof(p->why), "%s: it has no records",
			 p->name);
	if (!whole || !p->frames) {
		memcpy(why, p->why, sizeof(p->why));
		return -EBADMSG;
	}
	finish(p);
	return 0;
}

/* One that is fed has a single reader, which may be compiled anew. */
static bool is_same(const struct played *p, const struct stream_play *play,
		    unsigned max)
{
	return !strcmp(p->name, play->file) && p->skip == play->skip &&
	       p->tag == play->tag && p->max == max &&
	       (!p->feed || p->feed == p->files->feed);
}

/* Nobody else plays it, with tags or without. */
static bool is_last(const struct played *p)
{
	const struct played *other = p->files->all;

	while (other && other->feed != p->feed)
		other = other->next;
	return !other && p->feed == p->files->feed;
}

/* What whoever feeds it has said of it. */
static void take_feed(struct played *p, struct feed *f, unsigned max)
{
	p->feed = f;
	f->max = max;
	p->frames = f->frames;
	p->bytes = f->bytes;
	p->last_ns = f->span_ns;
}

int played_get(struct played_files *files, const struct stream_play *play,
	       unsigned max, struct played **to, char *why)
{
	struct played *p = files->all;
	int rc;

	while (p && !is_same(p, play, max))
		p = p->next;
	if (p) {
		p->refs++;
		*to = p;
		return 0;
	}
	p = uk_calloc(files->heap, 1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	if (files->feed && !strcmp(play->file, STREAM_FED)) {
		take_feed(p, files->feed, max);
	} else if (!files->hold ||
		   !files->hold(files->arg, play->file, &p->held)) {
		uk_free(files->heap, p);
		snprintf(why, PLAYED_WHY_MAX, "no file '%s'", play->file);
		return -ENOENT;
	}
	p->files = files;
	p->refs = 1;
	p->skip = play->skip;
	p->tag = play->tag;
	p->max = max;
	strcpy(p->name, play->file);
	p->next = files->all;
	files->all = p;
	rc = p->feed ? 0 : read_file(p, why);
	if (rc < 0)
		played_put(p);
	else
		*to = p;
	return rc;
}

void played_put(struct played *p)
{
	struct played **at;

	if (--p->refs)
		return;
	for (at = &p->files->all; *at != p;)
		at = &(*at)->next;
	*at = p->next;
	if (!p->feed)
		p->files->release(p->files->arg, &p->held);
	else if (is_last(p))
		p->files->end_feed(p->files->arg);
	uk_free(p->files->heap, p);
}
