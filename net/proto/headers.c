/* SPDX-License-Identifier: BSD-3-Clause */
/* Stacks as they are typed, and their fields by name. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/proto/proto.h"

static char small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_word(const char *word, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++)
		if (!name[i] || small(word[i]) != name[i])
			return false;
	return !name[len];
}

static int proto_find(const char *word, size_t len)
{
	for (int i = 0; protos[i]; i++)
		if (is_word(word, len, protos[i]->name))
			return i;
	return -ENOENT;
}

int headers_take(const char *text, struct headers *h, const char **at)
{
	struct headers new = {0};
	const struct proto *below = NULL;

	for (*at = text;;) {
		const size_t len = strcspn(*at, "/");
		const int i = proto_find(*at, len);

		if (i < 0)
			return i;
		if (!(protos[i]->on & (below ? below->is : IS_NOTHING)))
			return -EPROTO;
		if (new.nb == HEADERS_MAX)
			return -E2BIG;
		below = protos[i];
		new.proto[new.nb++] = (uint8_t)i;
		if (!(*at)[len])
			break;
		*at += len + 1;
	}
	*h = new;
	return 0;
}

void headers_print(const struct headers *h, char *buf, size_t size)
{
	size_t len = 0;

	if (size)
		*buf = 0;
	for (unsigned i = 0; i < h->nb && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s",
					i ? "/" : "",
					protos[h->proto[i]]->name);
}

unsigned headers_instance(const struct headers *h, unsigned i)
{
	unsigned n = 0;

	for (unsigned k = 0; k <= i; k++)
		n += h->proto[k] == h->proto[i];
	return n;
}

static int find(const struct headers *h, const char *word, size_t len,
		unsigned n)
{
	for (unsigned i = 0; i < h->nb; i++)
		if (is_word(word, len, protos[h->proto[i]]->name) && !--n)
			return (int)i;
	return -1;
}

int headers_find(const struct headers *h, const char *name, unsigned n)
{
	return n ? find(h, name, strlen(name), n) : -1;
}

/* ".2": which of several; *end is behind it. Nothing stands for the first. */
static unsigned take_instance(const char *text, const char **end)
{
	const char *p = text + 1;
	unsigned n = 0;

	*end = text;
	if (*text != '.' || *p < '0' || *p > '9')
		return 1;
	for (; *p >= '0' && *p <= '9'; p++)
		if (n <= HEADERS_MAX)
			n = n * 10 + (unsigned)(*p - '0');
	*end = p;
	return n;
}

int headers_field(const struct headers *h, const char *name, unsigned *layer,
		  unsigned *field)
{
	const size_t len = strcspn(name, ".");
	const struct proto *proto;
	const char *word;
	const unsigned n = take_instance(name + len, &word);
	const int i = n ? find(h, name, len, n) : -1;

	*layer = i < 0 ? h->nb : (unsigned)i;
	if (i < 0 || *word++ != '.')
		return -ENOENT;
	proto = protos[h->proto[i]];
	for (*field = 0; proto->field[*field].name; ++*field)
		if (is_word(word, strlen(word), proto->field[*field].name))
			return 0;
	if (proto->tail.name && is_word(word, strlen(word), proto->tail.name))
		return 0;
	return -ENOENT;
}

void headers_field_name(const struct headers *h, unsigned layer, unsigned field,
			char *buf, size_t size)
{
	const struct proto *proto = protos[h->proto[layer]];
	const char *name = proto->field[field].name;

	if (!name)
		name = proto->tail.name;
	if (headers_find(h, proto->name, 2) < 0)
		snprintf(buf, size, "%s.%s", proto->name, name);
	else
		snprintf(buf, size, "%s.%u.%s", proto->name,
			 headers_instance(h, layer), name);
}
