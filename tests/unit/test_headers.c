/* SPDX-License-Identifier: BSD-3-Clause */
/* Stacks as they are typed, what is refused of them, fields by name. */
#include <errno.h>
#include <string.h>

#include "net/proto/proto.h"
#include "unit.h"

static struct headers h;

static void take(const char *text)
{
	const char *at;

	assert_int_equal(headers_take(text, &h, &at), 0);
}

/* Refused with that error at that place, and nothing changes. */
static void refuse(const char *text, int err, size_t place)
{
	const struct headers was = h;
	const char *at;

	assert_int_equal(headers_take(text, &h, &at), err);
	assert_int_equal(at - text, place);
	assert_memory_equal(&h, &was, sizeof(h));
}

static void what_is_taken_is_printed(void **state)
{
	static const char *const texts[] = {
		"eth",
		"raw",
		"eth/ipv4/udp",
		"eth/vlan/vlan/vlan/vlan/ipv4/udp",
		"eth/svlan/vlan/mpls/mpls/cw/eth/arp",
		"eth/ipv6/hopopts/dstopts/srh/fragment/dstopts/udp",
		"eth/ipv4/udp/vxlan/eth/ipv6/gre/mpls/ipv4/tcp",
		"eth/llc/snap/ipv4/igmp",
	};
	char text[HEADERS_PRINT_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		take(texts[i]);
		headers_print(&h, text, sizeof(text));
		assert_string_equal(text, texts[i]);
	}
	take("ETH/Vlan/IPv4");
	headers_print(&h, text, sizeof(text));
	assert_string_equal(text, "eth/vlan/ipv4");
	/* Cut where there is no room, or none at all. */
	headers_print(&h, text, 6);
	assert_string_equal(text, "eth/v");
	headers_print(&h, text, 0);
}

static void wrong_stacks_are_refused_with_the_place(void **state)
{
	(void)state;

	take("eth/ipv4/udp");
	refuse("", -ENOENT, 0);
	refuse("/", -ENOENT, 0);
	refuse("eth/", -ENOENT, 4);
	refuse("eth//ipv4", -ENOENT, 4);
	refuse("eth/ipv4/upd", -ENOENT, 9);
	refuse("eth/ip", -ENOENT, 4);
	refuse("eth/ipv4x/udp", -ENOENT, 4);
	refuse("eth ipv4", -ENOENT, 0);
	refuse("udp/eth", -EPROTO, 0);
	refuse("ipv4/vlan", -EPROTO, 0);
	refuse("eth/ipv4/vlan", -EPROTO, 9);
	refuse("eth/ipv4/icmpv6", -EPROTO, 9);
	refuse("eth/ipv6/icmp", -EPROTO, 9);
	refuse("eth/ipv4/srh", -EPROTO, 9);
	refuse("eth/ipv4/udp/eth", -EPROTO, 13);
	refuse("eth/arp/raw", -EPROTO, 8);
	refuse("eth/ipv6/dstopts/hopopts", -EPROTO, 17);
	refuse("eth/snap", -EPROTO, 4);
	refuse("eth/udp/nothing", -EPROTO, 4);
	/* The longest there is, and one more. */
	take("eth/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls"
	     "/mpls/mpls/ipv4");
	assert_int_equal(h.nb, HEADERS_MAX);
	refuse("eth/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls/mpls"
	       "/mpls/mpls/ipv4/udp",
	       -E2BIG, 79);
}

/* All stacks of any names that fit print within their room. */
static void the_longest_names_fit(void **state)
{
	size_t header = 0, field = 0;
	(void)state;

	for (unsigned i = 0; protos[i]; i++) {
		const struct proto *p = protos[i];

		header = strlen(p->name) > header ? strlen(p->name) : header;
		for (unsigned f = 0; f <= proto_fields(p); f++) {
			const char *name = p->field[f].name ? p->field[f].name
							    : p->tail.name;
			const size_t len = name ? strlen(name) : 0;

			field = len > field ? len : field;
		}
	}
	assert_true(HEADERS_MAX * (header + 1) <= HEADERS_PRINT_MAX);
	assert_true(header + strlen(".16.") + field < HEADERS_FIELD_MAX);
}

static void find(const char *name, unsigned layer, unsigned field)
{
	char printed[HEADERS_FIELD_MAX];
	unsigned l, f;

	assert_int_equal(headers_field(&h, name, &l, &f), 0);
	assert_int_equal(l, layer);
	assert_int_equal(f, field);
	headers_field_name(&h, l, f, printed, sizeof(printed));
	assert_int_equal(headers_field(&h, printed, &l, &f), 0);
	assert_int_equal(l, layer);
	assert_int_equal(f, field);
}

static void lack(const char *name, unsigned layer)
{
	unsigned l, f;

	assert_int_equal(headers_field(&h, name, &l, &f), -ENOENT);
	assert_int_equal(l, layer);
}

static void fields_are_found_by_name(void **state)
{
	char name[HEADERS_FIELD_MAX];
	(void)state;

	take("eth/vlan/vlan/ipv4/udp/vxlan/eth/ipv4/udp");
	find("vlan.id", 1, VLAN_ID);
	find("vlan.1.id", 1, VLAN_ID);
	find("vlan.2.id", 2, VLAN_ID);
	find("VLAN.2.ID", 2, VLAN_ID);
	find("ipv4.src", 3, IPV4_SRC);
	find("ipv4.2.src", 7, IPV4_SRC);
	find("ipv4.2.options", 7, proto_fields(&proto_ipv4));
	lack("vlan.3.id", h.nb);
	lack("vlan.0.id", h.nb);
	lack("vlan.99999999999999999999.id", h.nb);
	lack("ipv6.src", h.nb);
	lack("", h.nb);
	lack(".", h.nb);
	lack("vlan.2.src", 2);
	lack("vlan.2", 2);
	lack("vlan.2.", 2);
	lack("vlan", 1);
	lack("vlan.", 1);
	lack("vlan.2id", 2);
	lack("udp.options", 4);
	headers_field_name(&h, 2, VLAN_ID, name, sizeof(name));
	assert_string_equal(name, "vlan.2.id");
	headers_field_name(&h, 1, VLAN_ID, name, sizeof(name));
	assert_string_equal(name, "vlan.1.id");
	headers_field_name(&h, 5, 2, name, sizeof(name));
	assert_string_equal(name, "vxlan.vni");
	assert_int_equal(headers_instance(&h, 7), 2);
	assert_int_equal(headers_find(&h, "ipv4", 2), 7);
	assert_int_equal(headers_find(&h, "ipv4", 3), -1);
	assert_int_equal(headers_find(&h, "ipv4", 0), -1);
	assert_int_equal(headers_find(&h, "ipv", 1), -1);
}

/* One header has no two fields, nor a field and a tail, of one name. */
static void names_are_one_fields_each(void **state)
{
	(void)state;
	for (unsigned i = 0; protos[i]; i++) {
		const struct proto *p = protos[i];
		const unsigned nb = proto_fields(p);

		for (unsigned k = i + 1; protos[k]; k++)
			assert_string_not_equal(p->name, protos[k]->name);
		for (unsigned f = 0; f < nb; f++) {
			const char *name = p->field[f].name;

			/* A number there would be which of several. */
			assert_false(name[0] >= '0' && name[0] <= '9');
			for (unsigned g = f + 1; g < nb; g++)
				assert_string_not_equal(name, p->field[g].name);
			if (p->tail.name)
				assert_string_not_equal(name, p->tail.name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_is_printed),
		cmocka_unit_test(wrong_stacks_are_refused_with_the_place),
		cmocka_unit_test(the_longest_names_fit),
		cmocka_unit_test(fields_are_found_by_name),
		cmocka_unit_test(names_are_one_fields_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
