/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `show stream`, over random streams: its commands, typed into an appliance
 * that is fresh, make the same stream; what it says of repeats is so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "any_value.h"
#include "app/lists.h"
#include "app/traffic.h"
#include "app_rig.h"
#include "shell/arg.h"

static bool request(const char *line)
{
	return strstr(rig_ask(line, NULL), "@1 OK");
}

static const char *const lines[] = {
	"headers %s eth/vlan/ipv4/udp size 68",
	"headers %s eth/ipv6/udp size 9%u",
	"headers %s eth/ipv4/tcp size 64:%u,128:3",
	"set %s udp.src 1000-100%u step 2",
	"set %s udp.dst list @ports every 1%u",
	"set %s udp.dst list 4001,4005,500%u shuffled",
	"set %s ipv4.src 10.0.0.%u/30",
	"set %s ipv4.dst random 10.0.0.0/%u",
	"set %s ipv6.dst list @six down",
	"set %s ipv4.ttl 1-%u every 2",
	"set %s @50.4 %u",
	"set %s tcp.dst 1-%u zipf 1.0",
	"set %s udp.checksum 0",
	"vary %s nested ipv4.src udp.src",
	"vary %s nested udp.dst ipv4.dst",
	"payload %s text a%ub",
	"payload %s random",
	"vlan %s %u prio 3",
};

static bool any_change(const char *on, uint64_t *seed)
{
	char line[CONFIG_LINE_MAX];
	struct subjects subjects;
	struct setting s;
	struct value v;
	unsigned n = 0;

	if (any_below(seed, 2)) {
		n = (unsigned)any_below(seed, sizeof(lines) / sizeof(lines[0]));
		snprintf(line, sizeof(line), lines[n], on,
			 1 + (unsigned)any_below(seed, 9));
		return request(line);
	}
	while (setting_at(cmd_table, n, &s))
		n++;
	do
		setting_at(cmd_table, (unsigned)any_below(seed, n), &s);
	while (s.scope == SCOPE_GLOBAL);
	any_value(s.arg, 2, &v, seed);
	subjects_take(on, 2, &subjects);
	if (s.scope != SCOPE_STREAM)
		subjects = subjects_of(subjects.ports);
	setting_line(&s, &subjects, &v, line, sizeof(line));
	return request(line);
}

/* The lines under "commands:" of `text`, typed. */
static void type_commands(const char *text)
{
	const char *at = strstr(text, "commands:");
	char line[CONFIG_LINE_MAX];

	if (!at)
		return;
	for (at = strchr(at, '\n') + 1; !strncmp(at, "@1   ", 5);) {
		const size_t n = strcspn(at + 5, "\r\n");

		snprintf(line, sizeof(line), "%.*s", (int)n, at + 5);
		at = strchr(at, '\n') + 1;
		rig_must(line);
	}
}

static void its_commands_make_it(void **state)
{
	uint64_t seed = 1;
	unsigned done = 0;
	(void)state;

	store_add(&rig.app.store, "ports", "7\n9\n0x77\n", 9);
	store_add(&rig.app.store, "six", "2001:2::1\nfe80::1\n", 18);
	for (unsigned round = 0; round < 150; round++) {
		const struct subject of = {(unsigned)any_below(&seed, 2),
					   any_below(&seed, 3) ? 3 : 0};
		struct config is = {0}, again = {0}; /* compared by the byte */
		char on[16], line[64], *text;

		rig_must("reset");
		snprintf(on, sizeof(on), of.stream ? "%u.%u" : "%u", of.port,
			 of.stream);
		snprintf(line, sizeof(line), "stream %u.1-%u add", of.port,
			 of.stream ? of.stream : 1);
		if (of.stream || any_below(&seed, 2))
			rig_must(line);
		for (unsigned i = 0; i < 15; i++)
			done += any_change(on, &seed);
		if (of.stream && any_below(&seed, 4) == 0) {
			snprintf(line, sizeof(line), "stream %s disable", on);
			rig_must(line);
		}
		config_get(&rig.app, of, &is);
		fields_hold(&is.stream, 1);
		snprintf(line, sizeof(line), "show stream %u.%u", of.port,
			 of.stream);
		text = strdup(rig_ask(line, NULL));
		assert_non_null(strstr(text, "@1 OK"));
		rig_must("reset");
		type_commands(text);
		config_get(&rig.app, of, &again);
		is.selected = again.selected;
		if (memcmp(&is, &again, sizeof(is)) != 0)
			fail_msg("round %u: not made again by: %s", round,
				 text);
		fields_hold(&is.stream, -1);
		free(text);
	}
	assert_true(done > 1000);
}

/* Sizes come in turn, too, and so do the frames of a capture. */
static void it_says_when_sizes_repeat(void **state)
{
	static const struct {
		const char *line, *says;
	} t[] = {
		{"size 0 64", "\"repeats_after\":1,"},
		{"size 0 imix", "\"repeats_after\":12,"},
		{"size 0 64,128,64", "\"repeats_after\":3,"},
		{"size 0 64:58.33,594:33.33,1518:8.34",
		 "\"repeats_after\":10000,"},
		{"size 0 imix abz", "\"repeats_after\":3,"},
		{"size 0 64-128 step 3", "\"repeats_after\":22,"},
		{"size 0 128-64", "\"repeats_after\":65,"},
		{"set 0 udp.src 1-10", "\"repeats_after\":130,"},
		{"size 0 random 64-1518", "\"loop\":\"off\",\"varies\""},
		{"reset; show frame 0 0 --pcap a.pcap count 6; play 0 a.pcap",
		 "\"mix\":\"captured\""},
		{"size 0 imix", "\"repeats_after\":6,"},
		{"set 0 udp.src 1-10", "\"repeats_after\":30,"},
		{"rate 0 4pps; play 0 a.pcap speed rate",
		 "\"frame_gap\":250000000.000"},
	};
	(void)state;

	for (unsigned i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		rig_must(t[i].line);
		rig_ask("show stream 0 --json", NULL);
		if (!strstr(rig.screen, t[i].says))
			fail_msg("%s: not %s: %s", t[i].line, t[i].says,
				 rig.screen);
	}
}

static void it_says_when_frames_repeat(void **state)
{
	(void)state;

	rig_must("set 0 udp.src 1-6 every 2; set 0 udp.dst 1-9 shuffled");
	rig_ask("show stream 0 --json", NULL);
	assert_non_null(strstr(rig.screen, "\"repeats_after\":36,\"varies\""));
	rig_must("vary 0 nested udp.src udp.dst");
	rig_ask("show stream 0 --json", NULL);
	assert_non_null(strstr(rig.screen, "\"repeats_after\":108,\"varies\""));
	assert_non_null(strstr(rig.screen,
			       "\"field\":\"udp.dst\",\"values\":9,\"order\":"
			       "\"shuffled\","
			       "\"repeats_after\":108"));
	rig_must("set 0 ipv4.src random");
	rig_ask("show stream 0 --json", NULL);
	assert_non_null(strstr(rig.screen, "\"loop\":\"off\",\"varies\""));
	rig_must("reset; rate 0 3pps");
	rig_ask("show stream 0 --json", NULL);
	assert_non_null(strstr(rig.screen, "\"frame_gap\":333333333.333"));
	assert_non_null(
		strstr(rig.screen, "\"repeats_after\":1,\"varies\":[],"));
	assert_non_null(strstr(rig.screen, "\"commands\":[\"rate 0 3pps\"]"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(its_commands_make_it),
		TEST(it_says_when_sizes_repeat),
		TEST(it_says_when_frames_repeat),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
