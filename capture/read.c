/* SPDX-License-Identifier: BSD-3-Clause */
/* draft-ietf-opsawg-pcap. */
#include "capture/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capture/read_impl.h"

#define MAGIC_US 0xa1b2c3d4u
#define MAGIC_NS 0xa1b23c4du
#define MAGIC_BLOCK 0x0a0d0d0au /* the same in either order */

#define HEADER_BYTES 24
#define RECORD_BYTES 16
/* From the first record: what two of them lie apart is a number, too. */
#define FAR_NS (INT64_MAX / 2)

void capture_begin(struct capture_reader *r)
{
	memset(r, 0, sizeof(*r));
}

enum capture_result capture_fail(struct capture_reader *r, uint64_t at,
				 const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->why, sizeof(r->why), fmt, args);
	va_end(args);
	r->fault_at = at;
	return CAPTURE_FAULT;
}

void capture_print_fault(const struct capture_reader *r, char *buf, size_t size)
{
	const unsigned long long at = r->fault_at;

	if (r->form == CAPTURE_UNKNOWN)
		snprintf(buf, size, "byte %llu: %s", at, r->why);
	else
		snprintf(buf, size, "record %llu, byte %llu: %s",
			 (unsigned long long)r->records + 1, at, r->why);
}

const unsigned char *capture_have(struct capture_reader *r,
				  const struct capture_bytes *bytes,
				  uint64_t need, const char *what,
				  enum capture_result *result)
{
	if (r->at >= bytes->at && capture_left(r, bytes) >= need)
		return (const unsigned char *)bytes->data + (r->at - bytes->at);
	r->need = need;
	*result = CAPTURE_MORE;
	if (bytes->last && r->at >= bytes->at)
		*result = capture_fail(r, bytes->at + bytes->len,
				       "the file ends inside %s", what);
	return NULL;
}

enum capture_result capture_give(struct capture_reader *r,
				 struct capture_record *record, uint64_t ns)
{
	if (!r->records)
		r->first_ns = ns;
	record->ns = (int64_t)(ns - r->first_ns);
	if ((record->ns < 0) != (ns < r->first_ns) || record->ns > FAR_NS ||
	    record->ns < -FAR_NS)
		return capture_fail(r, record->at,
				    "its time is over 146 years from the "
				    "first one's");
	r->last_ns = record->ns;
	record->number = ++r->records;
	return CAPTURE_RECORD;
}

/* What files of other programs begin with. */
static const char *other(uint32_t little)
{
	if (little == 0xa1b2cd34 || little == 0x34cdb2a1)
		return "pcap with Kuznetzov's patch is not read";
	if ((little & 0xffff) == 0x8b1f)
		return "it is compressed by gzip";
	if (little == 0xfd2fb528)
		return "it is compressed by zstd";
	if (little == 0x6f6f6e73)
		return "it is a capture of snoop";
	return NULL;
}

static enum capture_result read_header(struct capture_reader *r,
				       const struct capture_bytes *bytes)
{
	static const struct {
		uint32_t magic;
		bool big;
		uint32_t tick_ns;
	} magics[] = {
		{MAGIC_US, false, 1000},
		{MAGIC_US, true, 1000},
		{MAGIC_NS, false, 1},
		{MAGIC_NS, true, 1},
	};
	enum capture_result result;
	const unsigned char *p;
	unsigned i = 0;

	p = capture_have(r, bytes, 4, "its header", &result);
	if (!p)
		return result;
	if (capture_u32(r, p) == MAGIC_BLOCK) {
		r->form = CAPTURE_PCAPNG;
		return CAPTURE_RECORD;
	}
	for (; i < 4; i++) {
		r->big = magics[i].big;
		if (capture_u32(r, p) == magics[i].magic)
			break;
	}
	if (i == 4) {
		const char *what = other(__builtin_bswap32(capture_u32(r, p)));

		return capture_fail(r, 0,
				    "%02x%02x%02x%02x begins no capture%s%s",
				    p[0], p[1], p[2], p[3],
				    what ? "; " : ", which is pcap or pcapng",
				    what ? what : "");
	}
	p = capture_have(r, bytes, HEADER_BYTES, "its header", &result);
	if (!p)
		return result;
	r->tick_ns = magics[i].tick_ns;
	/* Before version 2.4 the two lengths of a record stood otherwise. */
	if (capture_u16(r, p + 4) != 2 || capture_u16(r, p + 6) < 4)
		return capture_fail(r, 4, "version %u.%u of pcap is not read",
				    capture_u16(r, p + 4),
				    capture_u16(r, p + 6));
	r->form = CAPTURE_PCAP;
	/* The upper half says how long an FCS is, where frames have one. */
	r->interface[0].link = (uint16_t)capture_u32(r, p + 20);
	r->nb_interfaces = 1;
	r->at = HEADER_BYTES;
	return CAPTURE_RECORD;
}

static enum capture_result next_record(struct capture_reader *r,
				       const struct capture_bytes *bytes,
				       struct capture_record *record)
{
	enum capture_result result;
	const unsigned char *p;
	uint64_t ns;
	uint32_t len;

	if (bytes->last && !capture_left(r, bytes))
		return CAPTURE_END;
	p = capture_have(r, bytes, RECORD_BYTES, "its header", &result);
	if (!p)
		return result;
	len = capture_u32(r, p + 8);
	if (len > CAPTURE_FRAME_MAX)
		return capture_fail(r, r->at,
				    "its length, %u bytes, is over %u",
				    (unsigned)len, CAPTURE_FRAME_MAX);
	p = capture_have(r, bytes, RECORD_BYTES + (uint64_t)len, "it", &result);
	if (!p)
		return result;
	record->data = p + RECORD_BYTES;
	record->len = len;
	record->orig_len = capture_u32(r, p + 12);
	record->link = r->interface[0].link;
	record->interface = 0;
	record->at = r->at;
	ns = capture_u32(r, p) * 1000000000ull +
	     (uint64_t)capture_u32(r, p + 4) * r->tick_ns;
	r->at += RECORD_BYTES + len;
	return capture_give(r, record, ns);
}

enum capture_result capture_next(struct capture_reader *r,
				 const struct capture_bytes *bytes,
				 struct capture_record *record)
{
	if (r->why[0])
		return CAPTURE_FAULT;
	if (r->form == CAPTURE_UNKNOWN) {
		enum capture_result result = read_header(r, bytes);

		if (result != CAPTURE_RECORD)
			return result;
	}
	return r->form == CAPTURE_PCAP ? next_record(r, bytes, record)
				       : capture_next_block(r, bytes, record);
}
