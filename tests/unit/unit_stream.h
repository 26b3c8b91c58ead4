/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams as they are typed, for tests. */
#ifndef TESTS_UNIT_STREAM_H
#define TESTS_UNIT_STREAM_H

#include <stdio.h>
#include <string.h>

#include "pktgen/fields.h"
#include "unit.h"

/* "ipv4.src", "10.0.0.0/24 shuffled". */
static inline void set_field(struct stream *s, const char *name,
			     const char *value)
{
	struct fields_fault fault = {0};
	char text[512], *at = text, *word;
	const char *words[16];
	unsigned nb = 0;

	snprintf(text, sizeof(text), "%s", value);
	while ((word = strtok_r(at, " ", &at)) != NULL)
		words[nb++] = word;
	if (fields_set(s, name, words, nb, NULL, &fault) < 0)
		fail_msg("%s %s: %s", name, value, fault.text);
}

static inline void set_headers(struct stream *s, const char *text)
{
	struct headers h;
	const char *at;

	if (headers_take(text, &h, &at) < 0)
		fail_msg("%s: %s", text, at);
	fields_set_headers(s, &h);
}

/* As `size` takes them. */
static inline void take_sizes(struct stream *s, const char *text)
{
	static const struct sizes_range range = {64, STREAM_SIZE_MAX};
	char why[SIZES_WHY_MAX];
	const char *fault;

	assert_int_equal(value_sizes(text, &range, &s->sizes, &fault, why), 0);
}

/* UDP in one of the two. */
static inline void set_ip(struct stream *s, bool ipv6)
{
	set_headers(s, ipv6 ? "eth/ipv6/udp" : "eth/ipv4/udp");
}

/* "src" or "dst" of the IP that it has: `low` bits vary; 0: as at first. */
static inline void set_low(struct stream *s, const char *end, unsigned low,
			   const char *address)
{
	const bool ipv6 = headers_find(&s->headers, "ipv6", 1) >= 0;
	char name[16], value[64];

	snprintf(name, sizeof(name), "%s.%s", ipv6 ? "ipv6" : "ipv4", end);
	if (!address && !low) {
		set_field(s, name, FIELDS_AUTO);
		return;
	}
	if (!address)
		address = ipv6 ? !strcmp(end, "src") ? "2001:2::1" : "2001:2::2"
			  : !strcmp(end, "src") ? "198.18.0.1"
						: "198.18.0.2";
	snprintf(value, sizeof(value), "%s/%u", address,
		 (ipv6 ? 128 : 32) - low);
	set_field(s, name, value);
}

#endif /* TESTS_UNIT_STREAM_H */
