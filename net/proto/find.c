/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/find.h"

#include <errno.h>
#include <stdio.h>
#include <uk/essentials.h>

#include "net/proto/impl.h"

#define TYPE_MIN 0x600 /* less is a length */
#define SAP_SNAP 0xaaaa
#define SRH_TYPE 4
#define OFFSET_MAX 9216 /* bytes */
#define NO_SHAPE 0xffff

/* ---- By name ------------------------------------------------------------- */

/* A decimal number below 100,000; NULL when none stands there. */
static const char *take_number(const char *p, unsigned *n)
{
	const char *const from = p;

	for (*n = 0; *p >= '0' && *p <= '9' && p < from + 5; p++)
		*n = 10 * *n + (unsigned)(*p - '0');
	return p == from ? NULL : p;
}

/* "14:12", "14.4:12", "@14.12" */
static int take_bits(struct find *f, const char *text)
{
	const bool at = *text == '@';
	unsigned byte, bit = 0, bits = 8;
	const char *p = take_number(text + at, &byte);

	if (p && !at && *p == '.')
		p = take_number(p + 1, &bit);
	if (p && *p == (at ? '.' : ':'))
		p = take_number(p + 1, &bits);
	else if (!at)
		p = NULL;
	if (!p || *p)
		return -EINVAL;
	/* 64 bits that begin within a byte are in more than 8 of them. */
	if (byte >= OFFSET_MAX || bit > 7 || !bits || bits > 64u - bit)
		return -ERANGE;
	f->kind = FIND_BITS;
	f->at = (uint16_t)(byte * 8 + bit);
	f->bits = (uint8_t)bits;
	return 0;
}

/* The headers are one after the other of that name. */
static int take_field(struct find *f, const char *text)
{
	const size_t len = strcspn(text, ".");
	struct headers h = {.nb = 1};
	unsigned layer, field, n = 1;
	const char *rest = text + len;
	char name[FIND_NAME_MAX];

	if (*rest == '.' && rest[1] >= '0' && rest[1] <= '9') {
		rest = take_number(rest + 1, &n);
		if (!n || n > HEADERS_MAX)
			return -ENOENT;
	}
	snprintf(name, sizeof(name), "%.*s%.24s", (int)MIN(len, 12u), text,
		 rest);
	for (; protos[h.proto[0]]; h.proto[0]++) {
		f->proto = protos[h.proto[0]];
		if (headers_field(&h, name, &layer, &field) < 0) {
			if (layer == h.nb)
				continue;
			return -ENOENT;
		}
		if (!f->proto->field[field].name)
			return -ENOENT;
		f->field = (uint8_t)field;
		f->instance = (uint8_t)n;
		f->bits = f->proto->field[field].bits;
		return f->bits > 64 ? -ERANGE : 0;
	}
	f->proto = NULL;
	return -ENOENT;
}

int find_take(struct find *f, const char *text)
{
	*f = (struct find){.kind = FIND_FIELD};
	if (!strcmp(text, "size")) {
		f->kind = FIND_SIZE;
		f->bits = 16;
		return 0;
	}
	if (*text == '@' || (*text >= '0' && *text <= '9'))
		return take_bits(f, text);
	return take_field(f, text);
}

void find_name(const struct find *f, char *buf, size_t size)
{
	char instance[8] = "";

	if (f->kind == FIND_SIZE) {
		snprintf(buf, size, "size");
		return;
	}
	if (f->kind == FIND_FIELD) {
		if (f->instance > 1)
			snprintf(instance, sizeof(instance), "%u.",
				 f->instance);
		snprintf(buf, size, "%s.%s%s", f->proto->name, instance,
			 f->proto->field[f->field].name);
		return;
	}
	if (f->at % 8)
		snprintf(instance, sizeof(instance), ".%u", f->at % 8u);
	snprintf(buf, size, "%u%s:%u", f->at / 8u, instance, f->bits);
}

/* ---- A walk -------------------------------------------------------------- */

struct walk {
	const struct find *find;
	const uint8_t *frame;
	size_t len;
	unsigned at; /* of the header that is looked at */
	struct find_shape *shape;
};

/* The word that has the byte, or the next; NULL: there is no room. */
static struct find_word *word_of(struct walk *w, unsigned at)
{
	struct find_shape *s = w->shape;
	struct find_word *new = &s->word[s->nb];

	for (unsigned i = 0; i < s->nb; i++)
		if (at >= s->word[i].at && at < s->word[i].at + 8u)
			return &s->word[i];
	if (s->nb == FIND_WORDS)
		return NULL;
	*new = (struct find_word){.at = (uint16_t)MIN(at, w->len - 8)};
	s->nb++;
	s->need = (uint16_t)MAX(s->need, new->at + 8u);
	return new;
}

/* Bits of a byte that decide how it goes on; 0 behind the end. */
static unsigned look(struct walk *w, unsigned at, unsigned mask)
{
	struct find_word *word;

	at += w->at;
	word = at < w->len ? word_of(w, at) : NULL;
	if (!word) {
		w->shape->need = NO_SHAPE;
		return at < w->len ? w->frame[at] & mask : 0;
	}
	((uint8_t *)&word->mask)[at - word->at] |= (uint8_t)mask;
	((uint8_t *)&word->is)[at - word->at] |= (uint8_t)(w->frame[at] & mask);
	return w->frame[at] & mask;
}

static unsigned look16(struct walk *w, unsigned at)
{
	const unsigned high = look(w, at, 255);

	return high << 8 | look(w, at + 1, 255);
}

/* What has that number; the one that is looked for, if it has, too. */
static const struct proto *by_ether_type(unsigned type)
{
	for (unsigned i = 0; protos[i]; i++)
		if (protos[i]->ether_type == type)
			return protos[i];
	return NULL;
}

static const struct proto *by_ip(struct walk *w, const struct proto *p,
				 unsigned number, unsigned next)
{
	const struct proto *wanted = w->find->proto;

	for (unsigned i = 0; protos[i]; i++) {
		const struct proto *is = protos[i];

		if (!(is->on & p->is) || is->ip_proto != number ||
		    (!number && is != &proto_hopopts))
			continue;
		if (is == &proto_srh || is == &proto_routing) {
			w->at += next;
			is = look(w, 2, 255) == SRH_TYPE ? &proto_srh
							 : &proto_routing;
			w->at -= next;
			return is;
		}
		/* IGMP's versions have one number. */
		return wanted && wanted->ip_proto == number &&
				       wanted->on == is->on
			       ? wanted
			       : is;
	}
	return NULL;
}

/* Behind a label, or in a tunnel, the first half byte is IP's version. */
static const struct proto *by_version(struct walk *w, unsigned next)
{
	const unsigned version = look(w, next, 0xf0) >> 4;

	if (version == 4)
		return &proto_ipv4;
	return version == 6 ? &proto_ipv6 : NULL;
}

static const struct proto *by_port(struct walk *w)
{
	const unsigned port = look16(w, 2);

	for (unsigned i = 0; protos[i]; i++)
		if (protos[i]->udp_port == port && port)
			return protos[i];
	return NULL;
}

/* Bytes of the parts that flags say are there, up to part `end`. */
static unsigned parts_len(struct walk *w, const struct proto *p, unsigned end)
{
	unsigned len = 0;

	for (unsigned i = 0; p->part && p->part[i].len && i < end; i++)
		if (look(w, p->part[i].flag_at, p->part[i].flag))
			len += p->part[i].len;
	return len;
}

/* Those that only have a type of Ethernet behind them. */
static const struct proto *by_type_at(struct walk *w, unsigned at)
{
	const unsigned type = look16(w, at);

	return type < TYPE_MIN ? &proto_llc : by_ether_type(type);
}

static const struct proto *behind_tunnel(struct walk *w, const struct proto *p,
					 unsigned *len)
{
	if (p == &proto_geneve) {
		*len += look(w, 0, 0x3f) * 4;
		return by_type_at(w, 2);
	}
	*len += parts_len(w, p, 8);
	if (p == &proto_gre)
		return by_type_at(w, 2);
	/* GTP-U: an extension header says its own length. */
	return look(w, 0, 4) ? NULL : by_version(w, *len);
}

static const struct proto *behind_ip(struct walk *w, const struct proto *p,
				     unsigned *len)
{
	if (p == &proto_ipv4) {
		*len = look(w, 0, 0x0f) * 4;
		if (*len < p->len || look(w, 6, 0x1f) | look(w, 7, 255))
			return NULL;
		return by_ip(w, p, look(w, 9, 255), *len);
	}
	if (p == &proto_ipv6)
		return by_ip(w, p, look(w, 6, 255), *len);
	if (p == &proto_fragment) {
		if (look(w, 2, 255) | look(w, 3, 0xf8))
			return NULL;
	} else {
		*len = (look(w, 1, 255) + 1) * 8;
	}
	return by_ip(w, p, look(w, 0, 255), *len);
}

static const struct proto *behind_ppp(struct walk *w)
{
	switch (look16(w, 6)) {
	case 0x0021:
		return &proto_ipv4;
	case 0x0057:
		return &proto_ipv6;
	default:
		return NULL;
	}
}

/* What stands behind the header of `p`, and where; NULL: nothing known. */
static const struct proto *behind(struct walk *w, const struct proto *p,
				  unsigned *len)
{
	*len = p->len;
	switch (p->is) {
	case IS_ETH:
		return by_type_at(w, p->len - 2u);
	case IS_LLC:
		return look16(w, 0) == SAP_SNAP ? &proto_snap : NULL;
	case IS_SNAP:
		return by_type_at(w, 3);
	case IS_PPPOE:
		return behind_ppp(w);
	case IS_MPLS:
		if (!look(w, 2, 1))
			return &proto_mpls;
		return look(w, 4, 0xf0) ? by_version(w, 4) : &proto_cw;
	case IS_IPV4:
	case IS_IPV6:
	case IS_IPV6_EXT:
		return behind_ip(w, p, len);
	case IS_UDP:
		return by_port(w);
	case IS_GRE:
	case IS_GENEVE:
	case IS_GTPU:
		return behind_tunnel(w, p, len);
	case IS_ETH_ALONE:
		return &proto_eth;
	default:
		return NULL;
	}
}

/* Where the field is, in bits from the frame's start; -1: it is not there. */
static int place(struct walk *w)
{
	const struct find *f = w->find;
	const struct proto_field *field;
	unsigned at;

	if (f->kind == FIND_BITS)
		return f->at;
	field = &f->proto->field[f->field];
	at = w->at * 8 + field->at;
	if (field->part) {
		const struct proto_part *part =
			&f->proto->part[field->part - 1];

		if (!look(w, part->flag_at, part->flag))
			return -1;
		at += (f->proto->len +
		       parts_len(w, f->proto, field->part - 1u)) *
		      8;
	}
	return (int)at;
}

static bool walk_to(struct walk *w)
{
	const struct proto *p = &proto_eth;
	unsigned left = w->find->instance, len;

	if (w->find->kind == FIND_BITS)
		return true;
	/* No frame has more headers than it has bytes. */
	while (p) {
		if (p == w->find->proto && !--left)
			return true;
		if (w->at + p->len > w->len) {
			w->shape->need = NO_SHAPE;
			return false;
		}
		p = behind(w, p, &len);
		w->at += len;
	}
	return false;
}

bool find_in(const struct find *f, const uint8_t *frame, size_t len,
	     struct find_shape *s)
{
	struct walk w = {f, frame, len, 0, s};
	unsigned at, end;
	int bit;

	*s = (struct find_shape){.need = NO_SHAPE};
	if (len < ETH_HLEN)
		return false;
	s->need = 0;
	if (f->kind == FIND_SIZE || !walk_to(&w))
		return false;
	bit = place(&w);
	if (bit < 0)
		return false;
	at = (unsigned)bit / 8;
	end = ((unsigned)bit + f->bits + 7) / 8;
	if (end > len) {
		s->need = NO_SHAPE;
		return false;
	}
	s->has = true;
	s->at = (uint16_t)MIN(at, len - 8);
	s->need = (uint16_t)MAX(s->need, s->at + 8u);
	s->shift = (uint8_t)((s->at + 8u) * 8 - ((unsigned)bit + f->bits));
	s->value = f->bits < 64 ? (1ull << f->bits) - 1 : UINT64_MAX;
	return true;
}
