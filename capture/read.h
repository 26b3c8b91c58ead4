/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the records of a capture: pcap in its four magics (micro- and
 * nanoseconds, either byte order) and pcapng. Any bytes may be given: what
 * breaks the form ends the reading and is named, with the record and the byte
 * at which it stands. Writes nothing, allocates nothing, asks for no byte
 * twice but those of the record or block that it was asked to wait for.
 *
 * The bytes are the caller's, all of the file or a piece of it that moves on:
 * capture_next() says which it needs.
 */
#ifndef CAPTURE_READ_H
#define CAPTURE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a record, as of libpcap; of a block of pcapng that is looked at. */
#define CAPTURE_FRAME_MAX (256u << 10)
#define CAPTURE_BLOCK_MAX (512u << 10)

/* Of a section of pcapng. */
#define CAPTURE_INTERFACES_MAX 64

#define CAPTURE_WHY_MAX 80
/* Room for what the functions that print write, with the NUL. */
#define CAPTURE_PRINT_MAX (CAPTURE_WHY_MAX + 56)

#define CAPTURE_LINK_ETHERNET 1

/* The bytes [at, at + len) of a file. */
struct capture_bytes {
	const void *data;
	uint64_t at;
	size_t len;
	bool last; /* the file ends with them */
};

struct capture_record {
	const unsigned char *data; /* in the caller's memory */
	uint32_t len;              /* bytes that are there... */
	uint32_t orig_len;         /* ...and that the frame had */
	uint16_t link;             /* LINKTYPE_* of tcpdump.org */
	unsigned interface;        /* of pcapng, by its section; else 0 */
	uint64_t number;           /* from 1 */
	uint64_t at;               /* byte of the file that it begins at */
	/* After the first one's; less than 0 where it comes before that. */
	int64_t ns;
};

enum capture_result {
	CAPTURE_RECORD,
	CAPTURE_MORE, /* bytes [at, at + need) of the file are needed */
	CAPTURE_END,  /* the file ends, and where it may */
	CAPTURE_FAULT /* see capture_print_fault(); nothing more can be read */
};

struct capture_interface {
	uint16_t link;
	uint8_t resolution; /* if_tsresol: 10^-n s, or with bit 7 2^-n s */
	uint32_t snap;      /* bytes; 0: no limit */
	int64_t offset_s;   /* if_tsoffset */
};

struct capture_reader {
	enum { CAPTURE_UNKNOWN, CAPTURE_PCAP, CAPTURE_PCAPNG } form;
	bool big;          /* numbers in it are big-endian */
	uint8_t tail_left; /* a block's last 4 bytes are still to be read... */
	uint32_t tail;     /* ...and are this */
	uint32_t tick_ns;  /* of pcap */
	uint64_t at, need;
	uint64_t records; /* given so far */
	uint64_t first_ns;
	int64_t last_ns;   /* of the last record, after the first */
	uint64_t fault_at; /* byte of the file */
	char why[CAPTURE_WHY_MAX];
	unsigned nb_interfaces; /* of pcap one */
	struct capture_interface interface[CAPTURE_INTERFACES_MAX];
};

/* Before the first record of a file, also to read it once more. */
void capture_begin(struct capture_reader *r);

/*
 * The next record. Bytes before `r->at` are not needed any more; `bytes` has to
 * begin there or before, and to reach to where was asked, to get further. Where
 * it ends before `r->at` no more than the file's bytes from there are wanted.
 * Of a whole file in memory CAPTURE_MORE never comes.
 */
enum capture_result capture_next(struct capture_reader *r,
				 const struct capture_bytes *bytes,
				 struct capture_record *record);

/* "record 3, byte 1234: the file ends inside it". */
void capture_print_fault(const struct capture_reader *r, char *buf,
			 size_t size);

/* Why a record cannot be sent as it is, whatever its length. */
enum capture_fit {
	CAPTURE_FITS,
	CAPTURE_LINK, /* it is no Ethernet frame */
	CAPTURE_CUT,  /* it is shorter than the frame was */
};

static inline enum capture_fit capture_fit(const struct capture_record *record)
{
	if (record->link != CAPTURE_LINK_ETHERNET)
		return CAPTURE_LINK;
	return record->len < record->orig_len ? CAPTURE_CUT : CAPTURE_FITS;
}

/* "record 3, byte 1234: link type 105 (802.11) is not Ethernet". */
void capture_print_fit(const struct capture_record *record, char *buf,
		       size_t size);

/* "802.11" for 105; NULL of one without a name here. */
const char *capture_link_name(unsigned link);

#endif /* CAPTURE_READ_H */
