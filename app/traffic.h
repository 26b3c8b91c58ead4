/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the frames of a stream are: headers, fields, payload. These are no
 * settings of one value each, so they have commands and lines of their own;
 * all of them change a stream by app_change().
 */
#ifndef APP_TRAFFIC_H
#define APP_TRAFFIC_H

#include "app/app.h"
#include "pktgen/fields.h"

/*
 * Has a function change the stream of each of these, or of none where it fails,
 * or where the port cannot send what comes of it. It returns 0, or -EINVAL with
 * *fault; a word there is counted from argument `arg` on, -1 is the argument
 * before.
 */
typedef int (*app_change_t)(struct stream *s, void *what,
			    struct fields_fault *fault);
enum call_result app_change(struct call *c, const struct subjects *on,
			    app_change_t change, void *what, int arg);

/* The words of a repeated argument, from `arg` on; returns how many. */
unsigned app_words(const struct call *c, int arg,
		   const char *words[CMD_ARGS_MAX]);

/*
 * Sets a field by its name to the words from argument `arg` on; `second` is
 * another name where the headers have not the first, or NULL. Without words it
 * shows what is set.
 */
enum call_result app_set_field(struct call *c, const struct subjects *on,
			       const char *name, const char *second, int arg);

/* Replies with lines that set these fields, where the headers have them. */
enum call_result app_show_fields(struct call *c, const struct subjects *on,
				 const char *const names[]);

/* Replies with lines that set the payload; with the headers of each stream. */
enum call_result app_show_payload(struct call *c, const struct subjects *on);
enum call_result app_show_headers(struct call *c, const struct subjects *on);

/*
 * The i-th field of a stream's headers, as it is in its frame 0; then those
 * bits at an offset that are set. False: there are not as many.
 */
struct traffic_field {
	char name[FIELDS_NAME_MAX];
	char value[FIELDS_VALUE_MAX];
	/* "set", "headers", "default", "capture"; NULL: the frame lacks it */
	const char *from;
};
bool traffic_field(const struct pktgen_stream *s, const struct stack *st,
		   const uint8_t *frame, unsigned i, struct traffic_field *f);

/* Frame `n` of a stream, as it is sent; returns its length without FCS. */
uint16_t traffic_frame(const struct pktgen_stream *s, uint64_t n,
		       uint8_t frame[STREAM_SIZE_MAX]);

/* The headers of such a frame: len 0 of those that it has not. */
void traffic_stack(const struct pktgen_stream *s, const uint8_t *frame,
		   uint16_t len, struct stack *st);

/* Whether a word can be the name of a field, or a stack: arg.fits. */
bool traffic_is_name(const char *word);

/* Whether a word can be a value, and is no stream's name: arg.fits. */
bool traffic_is_value(const char *word);

/* Whether these headers have the field: that the part of it is there. */
bool traffic_has(const struct stack *st, unsigned layer, unsigned field);

/* The value of a field of `st` in a frame, as text; "" of an empty tail. */
void traffic_value(const struct stack *st, unsigned layer, unsigned field,
		   const uint8_t *frame, char *buf, size_t size);

/* That of a field of up to 64 bits, or of none (NULL): a plain number. */
void traffic_print(const struct proto_field *f, uint64_t value, char *buf,
		   size_t size);

/*
 * The i-th line of what makes frames of a stream other than they are at first:
 * "headers" and "eth/vlan/ipv4/udp size 64", with room for ports between;
 * false: there are not as many.
 */
#define TRAFFIC_REST_MAX (FIELDS_NAME_MAX + FIELDS_VALUE_MAX + 96)
bool traffic_line(const struct stream *s, unsigned i, const char **cmd,
		  char rest[TRAFFIC_REST_MAX]);

/* "0", or of a port with several streams "0.3", as lines name it. */
#define TRAFFIC_SUBJECT_MAX 16
const char *traffic_subject(const struct app *app, struct subject of,
			    char buf[TRAFFIC_SUBJECT_MAX]);

/* What `play` takes behind the ports; "off" of frames that are made. */
#define TRAFFIC_PLAY_MAX (VALUE_NAME_MAX + 96)
void traffic_print_play(const struct stream *s, char buf[TRAFFIC_PLAY_MAX]);

/* "increment", "hex 00ff". */
#define TRAFFIC_PAYLOAD_MAX (2 * STREAM_PATTERN_MAX + 8)
void traffic_payload(const struct stream *s, char buf[TRAFFIC_PAYLOAD_MAX]);

/* Whether a line of it says the sizes. */
bool traffic_has_sizes(const struct stream *s);

/* Puts headers and payload of a stream into the reply, as keys of a map. */
void traffic_show(const struct stream *s, struct reply *r);

#endif /* APP_TRAFFIC_H */
