/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * frames: makes the frames that are asked for on standard input, a line each:
 *
 *   STACK LEN [FIELD=VALUE]...     "eth/vlan/ipv4/udp 60 vlan.id=5"
 *
 * LEN is the bytes without FCS, 0 the least there can be. A value is a number,
 * an address, or of a tail bytes in hex or a list of addresses. Answers with
 * the frame in hex, or with "error" and what is wrong. Payload counts up from
 * 0. The line "list" asks for all fields.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/proto/proto.h"
#include "units/value.h"

#define FRAME_MAX 9018
#define LINE_MAX_BYTES 8192

struct tail {
	bool set;
	unsigned len;
	uint8_t bytes[256];
};

struct asked {
	struct headers headers;
	unsigned parts[HEADERS_MAX];
	struct tail tail[HEADERS_MAX];
	unsigned nb;
	struct {
		unsigned layer, field;
		uint8_t value[16];
	} set[STACK_BYTES_MAX];
};

static bool take_number(const char *word, uint8_t value[16])
{
	char *end;
	unsigned long long v = strtoull(word, &end, 0);

	for (unsigned i = 16; i-- > 0; v >>= 8)
		value[i] = (uint8_t)v;
	return end > word && !*end;
}

static bool take_value(const char *word, enum proto_type type,
		       uint8_t value[16])
{
	memset(value, 0, 16);
	switch (type) {
	case PROTO_MAC:
		return !value_mac(word, value + 16 - VALUE_MAC_BYTES);
	case PROTO_IPV4:
		return !value_ipv4(word, value + 16 - VALUE_IPV4_BYTES, NULL);
	case PROTO_IPV6:
		return !value_ipv6(word, value, NULL);
	default:
		return take_number(word, value);
	}
}

static bool take_hex(const char *word, struct tail *t)
{
	const size_t len = strlen(word);
	unsigned byte;

	if (len % 2 || len / 2 > UINT8_MAX)
		return false;
	for (t->len = 0; t->len < len / 2; t->bytes[t->len++] = (uint8_t)byte)
		if (sscanf(word + 2 * t->len, "%2x", &byte) != 1)
			return false;
	return true;
}

static bool take_addresses(char *word, enum proto_type type, struct tail *t)
{
	const unsigned size = type == PROTO_IPV4 ? 4 : 16;
	uint8_t value[16];
	char *rest = word;

	for (t->len = 0; (word = strsep(&rest, ",")); t->len += size) {
		if (t->len + size > sizeof(t->bytes) ||
		    !take_value(word, type, value))
			return false;
		memcpy(t->bytes + t->len, value + 16 - size, size);
	}
	return true;
}

/* "ipv4.src=10.0.0.1"; NULL, or what is wrong. */
static const char *take_field(struct asked *a, char *word)
{
	char *value = strchr(word, '=');
	const struct proto *proto;
	unsigned layer, field;
	struct tail *t;

	if (!value || a->nb == STACK_BYTES_MAX)
		return "not FIELD=VALUE";
	*value++ = 0;
	if (headers_field(&a->headers, word, &layer, &field))
		return word;
	proto = protos[a->headers.proto[layer]];
	if (!proto->field[field].name) {
		t = &a->tail[layer];
		t->set = true;
		return (proto->tail.type == PROTO_NUMBER
				? take_hex(value, t)
				: take_addresses(value, proto->tail.type, t))
			       ? NULL
			       : value;
	}
	if (!take_value(value, proto->field[field].type, a->set[a->nb].value))
		return value;
	a->parts[layer] |= proto_parts(proto, field, a->set[a->nb].value);
	a->set[a->nb].layer = layer;
	a->set[a->nb++].field = field;
	return NULL;
}

static bool make_stack(const struct asked *a, struct stack *st)
{
	memset(st, 0, sizeof(*st));
	for (unsigned i = 0; i < a->headers.nb; i++) {
		const struct tail *t = &a->tail[i];

		if (stack_push(st, protos[a->headers.proto[i]], a->parts[i],
			       t->set ? t->bytes : NULL, t->len) < 0)
			return false;
	}
	for (unsigned i = 0; i < a->nb; i++)
		stack_set(st, a->set[i].layer, a->set[i].field,
			  a->set[i].value);
	stack_done(st);
	return true;
}

static void put_frame(const struct stack *st, uint8_t *frame, size_t len)
{
	const bool zero = st->layer[st->nb - 1].proto->no_payload;

	for (size_t i = st->len; i < len; i++)
		frame[i] = zero ? 0 : (uint8_t)(i - st->len);
	stack_put(st, frame, len);
	for (unsigned i = st->nb; i-- > 0;)
		if (st->layer[i].csum)
			stack_put_csum(st, i, frame, len);
	for (size_t i = 0; i < len; i++)
		printf("%02x", frame[i]);
	putchar('\n');
}

/* All fields there are: name, bits, and whether it follows from the stack. */
static void list(void)
{
	for (unsigned i = 0; protos[i]; i++) {
		const struct proto *p = protos[i];

		for (unsigned f = 0; p->field[f].name; f++)
			printf("%s.%s %u %u\n", p->name, p->field[f].name,
			       p->field[f].bits, p->field[f].follows);
		if (p->tail.name)
			printf("%s.%s 0 0\n", p->name, p->tail.name);
	}
}

static void answer(char *line)
{
	static uint8_t frame[FRAME_MAX];
	static struct asked a;
	struct stack st;
	const char *at, *wrong;
	char *word = strsep(&line, " "), *len_word = strsep(&line, " ");
	size_t len = len_word ? strtoul(len_word, NULL, 10) : 0;
	int err;

	memset(&a, 0, sizeof(a));
	err = headers_take(word, &a.headers, &at);
	if (err) {
		printf("error %s at %s\n", strerror(-err), at);
		return;
	}
	while ((word = strsep(&line, " "))) {
		wrong = take_field(&a, word);
		if (wrong) {
			printf("error at %s\n", wrong);
			return;
		}
	}
	if (!make_stack(&a, &st) || len > FRAME_MAX || (len && len < st.len)) {
		printf("error: size\n");
		return;
	}
	put_frame(&st, frame, len ? len : st.len);
}

int main(void)
{
	static char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (strcmp(line, "list"))
			answer(line);
		else
			list();
	}
	return 0;
}
