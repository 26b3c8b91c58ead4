/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints docs/headers.md: each header that a frame can have, what it stands on,
 * and its fields, from the tables that make the frames.
 */
#include <stdio.h>
#include <string.h>

#include "net/proto/proto.h"
#include "units/value.h"

static const char intro[] =
	"# Headers and their fields\n"
	"\n"
	"A stream's headers are a stack, outermost first: `headers 0 "
	"eth/vlan/ipv4/udp`.\n"
	"A field has its header's name before its own, `ipv4.ttl`, and a "
	"number "
	"between\n"
	"where that header stands more than once: `vlan.2.id`. A field that "
	"*follows* has\n"
	"the value that fits the stack and the frame's size, unless it is set; "
	"what is set\n"
	"stays, right or wrong. The first `eth` goes from the port's own "
	"address "
	"to all.\n"
	"This page is made from the source: `make docs`.\n";

static void print_number(uint64_t v, bool hex)
{
	if (hex && v > 9)
		printf("%llu (0x%llx)", (unsigned long long)v,
		       (unsigned long long)v);
	else
		printf("%llu", (unsigned long long)v);
}

/* What the field is of a header that nothing was set of. */
static void print_unset(const struct stack *st, unsigned field)
{
	const struct proto_field *f = &st->layer[0].proto->field[field];
	const uint8_t *at = st->header + stack_field_at(st, 0, field) / 8;
	unsigned bit = stack_field_at(st, 0, field);
	char text[48];
	uint64_t v = 0;

	switch (f->type) {
	case PROTO_MAC:
		value_mac_print(at, text, sizeof(text));
		break;
	case PROTO_IPV4:
		value_ipv4_print(at, IPV4_BITS, text, sizeof(text));
		break;
	case PROTO_IPV6:
		value_ipv6_print(at, IPV6_BITS, text, sizeof(text));
		break;
	default:
		for (unsigned i = 0; i < f->bits; i++, bit++)
			v = v << 1 | (st->header[bit / 8] >> (7 - bit % 8) & 1);
		print_number(v, f->bits >= 16 || strstr(f->help, "0x"));
		return;
	}
	fputs(text, stdout);
}

static bool any_bit(const struct stack *st, unsigned field)
{
	const unsigned from = stack_field_at(st, 0, field);
	const unsigned bits = st->layer[0].proto->field[field].bits;
	bool any = false;

	for (unsigned bit = from; bit < from + bits; bit++)
		any |= st->header[bit / 8] >> (7 - bit % 8) & 1;
	return any;
}

static void print_on(const struct proto *p)
{
	const char *between = "";

	printf("Stands on ");
	if (p->on & IS_NOTHING) {
		printf("nothing, as the first");
		between = ", ";
	}
	for (unsigned i = 0; protos[i]; i++)
		if (p->on & protos[i]->is) {
			printf("%s`%s`", between, protos[i]->name);
			between = ", ";
		}
	puts(".");
}

static void print_tail(const struct proto *p)
{
	printf("| `%s.%s` | up to %u bytes | ", p->name, p->tail.name,
	       p->tail.max);
	printf("%s | %s |\n",
	       p->tail.least ? "as long as it has to be" : "none",
	       p->tail.help);
}

static void print_header(const struct proto *p)
{
	struct stack st = {0};

	stack_push(&st, p, 0, NULL, 0);
	printf("\n## %s: %s\n\n%s. ", p->name, p->title, p->source);
	print_on(p);
	puts("\n| field | bits | unset | |\n| --- | --- | --- | --- |");
	for (unsigned f = 0; p->field[f].name; f++) {
		const struct proto_field *field = &p->field[f];

		printf("| `%s.%s` | %u | ", p->name, field->name, field->bits);
		if (field->part)
			printf("not there");
		else if (!field->follows || any_bit(&st, f))
			print_unset(&st, f);
		if (field->follows && !field->part)
			printf("%sfollows", any_bit(&st, f) ? " or " : "");
		printf(" | %s |\n", field->help);
	}
	if (p->tail.name)
		print_tail(p);
}

int main(void)
{
	fputs(intro, stdout);
	for (unsigned i = 0; protos[i]; i++)
		print_header(protos[i]);
	return 0;
}
