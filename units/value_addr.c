/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses: MAC, IPv4 and IPv6, with the length of a prefix or without. */
#include <stdio.h>
#include <string.h>

#include "units/value.h"

#define IPV4_BITS 32
#define IPV6_BITS 128
#define IPV6_GROUPS 8

/* -1 for none. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum shell_err value_mac(const char *word, uint8_t mac[VALUE_MAC_BYTES])
{
	const char sep = word[0] && word[1] ? word[2] : '\0';
	uint8_t bytes[VALUE_MAC_BYTES];

	if (sep != ':' && sep != '-')
		return E_SYNTAX;
	for (unsigned i = 0; i < VALUE_MAC_BYTES; i++, word += 3) {
		const int high = hex_digit(word[0]);
		const int low = high < 0 ? -1 : hex_digit(word[1]);

		if (low < 0)
			return E_SYNTAX;
		if (word[2] != (i < VALUE_MAC_BYTES - 1 ? sep : '\0'))
			return E_SYNTAX;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(mac, bytes, sizeof(bytes));
	return E_OK;
}

/*
 * Decimal without a leading 0, which some take for octal (RFC 6943, section
 * 3.1.1). Returns what follows, NULL when malformed; above `most` sets *range.
 */
static const char *take_small(const char *s, unsigned most, unsigned *v,
			      bool *range)
{
	const char *first = s;

	for (*v = 0; *s >= '0' && *s <= '9'; s++)
		if (*v <= most)
			*v = *v * 10 + (unsigned)(*s - '0');
	if (s == first || (*first == '0' && s - first > 1))
		return NULL;
	*range |= *v > most;
	return s;
}

static const char *take_ipv4(const char *s, uint8_t *addr, bool *range)
{
	unsigned v;

	for (unsigned i = 0; i < VALUE_IPV4_BYTES; i++) {
		if (i && *s++ != '.')
			return NULL;
		s = take_small(s, 255, &v, range);
		if (!s)
			return NULL;
		addr[i] = (uint8_t)v;
	}
	return s;
}

/* The end of a word: nothing, or "/PREFIX" where the caller wants one. */
static enum shell_err take_prefix(const char *s, unsigned bits, bool range,
				  unsigned *prefix)
{
	unsigned v = bits;

	if (*s == '/' && prefix) {
		s = take_small(s + 1, bits, &v, &range);
		if (!s)
			return E_SYNTAX;
	}
	if (*s)
		return E_SYNTAX;
	if (range)
		return E_RANGE;
	if (prefix)
		*prefix = v;
	return E_OK;
}

enum shell_err value_ipv4(const char *word, uint8_t addr[VALUE_IPV4_BYTES],
			  unsigned *prefix)
{
	uint8_t bytes[VALUE_IPV4_BYTES];
	bool range = false;
	enum shell_err err;

	word = take_ipv4(word, bytes, &range);
	if (!word)
		return E_SYNTAX;
	err = take_prefix(word, IPV4_BITS, range, prefix);
	if (!err)
		memcpy(addr, bytes, sizeof(bytes));
	return err;
}

/* An IPv6 address while it is read (RFC 4291, section 2.2). */
struct ipv6_text {
	uint8_t bytes[VALUE_IPV6_BYTES];
	unsigned n; /* bytes so far */
	int gap;    /* how many stand before the "::", -1: none yet */
	bool range;
};

/* One to four hexadecimal digits. NULL when there are none, or more. */
static const char *take_group(const char *s, unsigned *v)
{
	const char *first = s;

	for (*v = 0; hex_digit(*s) >= 0 && s - first < 4; s++)
		*v = *v << 4 | (unsigned)hex_digit(*s);
	return s == first || hex_digit(*s) >= 0 ? NULL : s;
}

/* The groups, to the first byte that is none of them. NULL when malformed. */
static const char *take_groups(const char *s, struct ipv6_text *t)
{
	bool open = false; /* a ':' wants a group behind it */

	if (*s == ':' && *++s != ':')
		return NULL;
	for (;;) {
		const char *end;
		unsigned v;

		if (*s == ':') {
			if (t->gap >= 0)
				return NULL;
			t->gap = (int)t->n;
			s++;
			open = false;
		}
		end = take_group(s, &v);
		if (!end)
			return open ? NULL : s;
		if (*end == '.') {
			if (t->n > VALUE_IPV6_BYTES - VALUE_IPV4_BYTES)
				return NULL;
			t->n += VALUE_IPV4_BYTES;
			return take_ipv4(s, t->bytes + t->n - VALUE_IPV4_BYTES,
					 &t->range);
		}
		if (t->n == VALUE_IPV6_BYTES)
			return NULL;
		t->bytes[t->n++] = (uint8_t)(v >> 8);
		t->bytes[t->n++] = (uint8_t)v;
		if (*end != ':')
			return end;
		s = end + 1;
		open = true;
	}
}

/* Puts the zeros in that "::" stands for, of which there is at least a pair. */
static bool fill_gap(struct ipv6_text *t)
{
	unsigned behind;

	if (t->gap < 0)
		return t->n == VALUE_IPV6_BYTES;
	if (t->n > VALUE_IPV6_BYTES - 2)
		return false;
	behind = t->n - (unsigned)t->gap;
	memmove(t->bytes + VALUE_IPV6_BYTES - behind, t->bytes + t->gap,
		behind);
	memset(t->bytes + t->gap, 0, VALUE_IPV6_BYTES - t->n);
	return true;
}

enum shell_err value_ipv6(const char *word, uint8_t addr[VALUE_IPV6_BYTES],
			  unsigned *prefix)
{
	struct ipv6_text t = {.gap = -1};
	enum shell_err err;

	word = take_groups(word, &t);
	if (!word || !fill_gap(&t))
		return E_SYNTAX;
	err = take_prefix(word, IPV6_BITS, t.range, prefix);
	if (!err)
		memcpy(addr, t.bytes, sizeof(t.bytes));
	return err;
}

void value_mac_print(const uint8_t mac[VALUE_MAC_BYTES], char *buf, size_t size)
{
	snprintf(buf, size, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
}

static void print_prefix(unsigned prefix, unsigned bits, char *buf, size_t size)
{
	const size_t used = strlen(buf);

	if (prefix < bits)
		snprintf(buf + used, size - used, "/%u", prefix);
}

void value_ipv4_print(const uint8_t addr[VALUE_IPV4_BYTES], unsigned prefix,
		      char *buf, size_t size)
{
	snprintf(buf, size, "%u.%u.%u.%u", addr[0], addr[1], addr[2], addr[3]);
	print_prefix(prefix, IPV4_BITS, buf, size);
}

/* The longest run of two zero groups or more, the first of several. */
static unsigned zero_run(const unsigned *group, unsigned n, unsigned *len)
{
	unsigned at = 0;

	*len = 1;
	for (unsigned i = 0, end; i < n; i = end + 1) {
		for (end = i; end < n && !group[end];)
			end++;
		if (end - i > *len) {
			*len = end - i;
			at = i;
		}
	}
	return at;
}

void value_ipv6_print(const uint8_t addr[VALUE_IPV6_BYTES], unsigned prefix,
		      char *buf, size_t size)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const bool dotted = !memcmp(addr, mapped, sizeof(mapped));
	const unsigned n = dotted ? IPV6_GROUPS - 2 : IPV6_GROUPS;
	unsigned group[IPV6_GROUPS], gap, len;
	char text[48] = "";
	size_t used = 0;

	for (unsigned i = 0; i < IPV6_GROUPS; i++)
		group[i] = (unsigned)addr[2 * i] << 8 | addr[2 * i + 1];
	gap = zero_run(group, n, &len);
	for (unsigned i = 0; i < n; i++) {
		if (len > 1 && i == gap) {
			used += (size_t)sprintf(text + used, "::");
			i += len - 1;
			continue;
		}
		if (used && text[used - 1] != ':')
			text[used++] = ':';
		used += (size_t)sprintf(text + used, "%x", group[i]);
	}
	if (dotted)
		sprintf(text + used, ":%u.%u.%u.%u", addr[12], addr[13],
			addr[14], addr[15]);
	print_prefix(prefix, IPV6_BITS, text, sizeof(text));
	snprintf(buf, size, "%s", text);
}
