/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration, over random ones: what is saved and loaded is saved again
 * as the same bytes, whatever was set meanwhile, and what is no setting sets
 * nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "any_value.h"
#include "app/app.h"
#include "app/lists.h"
#include "pktgen/pktgen_cores.h"
#include "plat/host/host.h"

#define NB_PORTS 4

static struct app app;
static char reply[1 << 20];
static uint64_t now_ns;

static int setup(void **state)
{
	struct host_netdev *dev[2];

	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	host_loop_pair(dev, 9000);
	now_ns = 1000000000;
	app_init(&app, uk_alloc_get_default(), now_ns);
	store_add(&app.store, "ports", "7\n9\n0x77\n", 10);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pktgen_close(&app.pktgen, uk_alloc_get_default());
	lists_sweep(&app);
	app_end(&app);
	uk_free(uk_alloc_get_default(), app.store.mem);
	return 0;
}

/* Sends a request and reads its reply up to the end; whether that is OK. */
static bool request(const char *line)
{
	char text[512];
	const void *buf;
	size_t n, len = 0;

	snprintf(text, sizeof(text), "@1 %s\n", line);
	assert_int_equal(
		session_input(&app.session, text, strlen(text), now_ns),
		strlen(text));
	for (unsigned i = 0; i < 20000; i++) {
		session_poll(&app.session, now_ns);
		while ((n = session_output(&app.session, &buf)) > 0) {
			assert_true(len + n < sizeof(reply));
			memcpy(reply + len, buf, n);
			len += n;
			session_sent(&app.session, n);
		}
		reply[len] = '\0';
		if (strstr(reply, "@1 OK\r\n"))
			return true;
		if (strstr(reply, "@1 ERR "))
			return false;
		now_ns += 1000000;
		pktgen_step(&app.pktgen, now_ns);
	}
	fail_msg("'%s' does not end: %s", line, reply);
	return false;
}

static const struct store_file *file(const char *name)
{
	const struct store_file *f = store_find(&app.store, name);

	assert_non_null(f);
	return f;
}

static bool same_files(const char *a, const char *b)
{
	const struct store_file *x = file(a), *y = file(b);

	return x->size == y->size &&
	       !memcmp(store_data(&app.store, x), store_data(&app.store, y),
		       x->size);
}

/* What frames are, of one port: a line with numbers in it. */
static bool set_traffic(uint64_t *seed)
{
	static const char *const lines[] = {
		"headers %u eth/ipv4/udp",
		"headers %u eth/vlan/ipv4/udp",
		"headers %u eth/vlan/vlan/ipv6/udp size 12%u",
		"headers %u eth/ipv4/udp size 1518",
		"proto %u ipv6",
		"vlan %u %u prio 3",
		"vlan %u 100-1%u",
		"set %u vlan.2.id %u",
		"set %u udp.src 1000-100%u step 3",
		"set %u udp.src list @ports every 1%u",
		"set %u udp.dst list 4001,4005,500%u",
		"set %u ipv4.src random 10.0.0.0/%u",
		"set %u ipv4.dst 10.0.0.%u/20 shuffled",
		"set %u ipv4.src 10.0.0.0-10.0.%u.9 zipf 1.0 every 7",
		"set %u ipv6.dst 2001:2::5/9%u",
		"set %u @34.12 0-9%u",
		"set %u @60 %u",
		"set %u udp.checksum 0",
		"set %u udp.src auto",
		"set %u ipv4.options 0101010%u",
		"vary %u nested ipv4.src udp.src",
		"vary %u nested udp.dst ipv4.dst",
		"vary %u apart",
		"payload %u zeros",
		"payload %u text a%ub",
		"payload %u hex 00ff0%u",
		"src %u mac 02:00:00:00:00:0%u",
		"src %u mac device",
		"dscp %u %u",
		"ttl %u 1-1%u",
	};
	const size_t n = sizeof(lines) / sizeof(lines[0]);
	char line[CONFIG_LINE_MAX];

	snprintf(line, sizeof(line), lines[any_below(seed, n)],
		 (unsigned)any_below(seed, NB_PORTS),
		 (unsigned)any_below(seed, 10));
	return request(line);
}

/* Sets any setting of some ports to any value; whether it was taken. */
static bool set_any(uint64_t *seed)
{
	char line[CONFIG_LINE_MAX];
	struct subjects on;
	struct setting s;
	struct value v;
	unsigned n = 0;

	if (any_below(seed, 2))
		return set_traffic(seed);
	while (setting_at(cmd_table, n, &s))
		n++;
	setting_at(cmd_table, (unsigned)any_below(seed, n), &s);
	any_value(s.arg, NB_PORTS, &v, seed);
	on = subjects_of(1 + any_below(seed, (1 << NB_PORTS) - 1));
	setting_line(&s, &on, &v, line, sizeof(line));
	return request(line);
}

static void saved_loaded_and_saved_is_the_same(void **state)
{
	unsigned taken = 0, refused = 0, differ = 0;
	uint64_t seed = 1;
	(void)state;

	for (int round = 0; round < 400; round++) {
		for (int i = 0; i < 30; i++)
			*(set_any(&seed) ? &taken : &refused) += 1;
		assert_true(request("save a"));
		for (int i = 0; i < 30; i++)
			set_any(&seed);
		assert_true(request("save b"));
		differ += !same_files("a", "b");
		assert_true(request("load a"));
		assert_true(request("save c"));
		assert_true(same_files("a", "c"));
	}
	/* Both came up, and loading had something to do. */
	assert_true(taken > 1000 && refused > 500 && differ > 390);
}

/* It says the same on an appliance that was never set, and on the screen. */
static void a_file_stands_for_itself(void **state)
{
	uint64_t seed = 2;
	char *text;
	size_t size;

	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 60; i++)
			set_any(&seed);
		assert_true(request("save a"));
		size = file("a")->size;
		text = malloc(size);
		memcpy(text, store_data(&app.store, file("a")), size);
		teardown(state);
		setup(state);
		assert_int_equal(store_add(&app.store, "a", text, size), E_OK);
		free(text);
		assert_true(request("load a"));
		assert_true(request("save b"));
		assert_true(same_files("a", "b"));
	}
}

/* A file that is wrong anywhere leaves all as it was. */
static void a_wrong_file_changes_nothing(void **state)
{
	static const char *const wrong[] = {
		"size 5",    "nonsense",        "stats", "\x01",
		"size \"64", "rate 1pps; size", "start", "src 9 udp 1",
	};
	uint64_t seed = 3;
	char text[8192];
	size_t n;
	(void)state;

	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 20; i++)
			set_any(&seed);
		assert_true(request("save a"));
		for (int i = 0; i < 20; i++)
			set_any(&seed);
		assert_true(request("save b"));
		n = file("a")->size;
		memcpy(text, store_data(&app.store, file("a")), n);
		n += (size_t)sprintf(text + n, "%s\n",
				     wrong[any_below(&seed, 8)]);
		assert_int_equal(store_add(&app.store, "w", text, n), E_OK);
		assert_false(request("load w"));
		assert_true(request("save c"));
		assert_true(same_files("b", "c"));
	}
}

/* ---- As at first -------------------------------------------------------- */

static void assert_same_config(const struct config *a, const struct config *b)
{
	const struct stream *x = &a->stream, *y = &b->stream;

	assert_int_equal(a->mode, b->mode);
	assert_memory_equal(&a->how, &b->how, sizeof(a->how));
	assert_int_equal(a->selected, b->selected);
	assert_true(value_sizes_equal(&x->sizes, &y->sizes));
	assert_int_equal(x->rate.unit, y->rate.unit);
	assert_int_equal(x->rate.micro, y->rate.micro);
	assert_int_equal(x->linkspeed_bps, y->linkspeed_bps);
	assert_int_equal(x->sign, y->sign);
	assert_memory_equal(x, y, sizeof(*x));
}

/* What the table says is at first is what the engines begin with. */
static void reset_is_as_at_boot(void **state)
{
	struct config boot[NB_PORTS], c;
	uint64_t seed = 5;
	(void)state;

	for (unsigned i = 0; i < NB_PORTS; i++)
		config_get(&app, (struct subject){i, 0}, &boot[i]);
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 60; i++)
			set_any(&seed);
		assert_true(request("reset"));
		for (unsigned i = 0; i < NB_PORTS; i++) {
			config_get(&app, (struct subject){i, 0}, &c);
			assert_same_config(&boot[i], &c);
		}
	}
}

/* Each knows its default, gets back what it sets, and touches nothing else. */
static void a_setting_gets_what_it_sets(void **state)
{
	static const struct subject on = {1, 0};
	struct value v, back, other;
	struct config before, c;
	struct setting s, t;
	uint64_t seed = 6;
	(void)state;

	for (unsigned i = 0; setting_at(cmd_table, i, &s); i++) {
		assert_true(config_initial(&app, &s, on, &v));
		for (int round = 0; round < 200; round++) {
			set_any(&seed);
			config_get(&app, on, &before);
			c = before;
			s.arg->setting->set(&c, &v);
			memset(&back, 0, sizeof(back));
			s.arg->setting->get(&c, &back);
			assert_true(arg_equal(s.arg, &v, &back));
			for (unsigned k = 0; setting_at(cmd_table, k, &t);
			     k++) {
				/* `gap burst` sets the shape, too. */
				if (t.cmd == s.cmd &&
				    !strcmp(t.cmd->name, "gap"))
					continue;
				memset(&back, 0, sizeof(back));
				memset(&other, 0, sizeof(other));
				t.arg->setting->get(&before, &back);
				t.arg->setting->get(&c, &other);
				assert_true(k == i ||
					    arg_equal(t.arg, &back, &other));
			}
			any_value(s.arg, NB_PORTS, &v, &seed);
		}
	}
}

/* ---- What is no setting ------------------------------------------------ */

struct shot {
	struct stream stream[PKTGEN_MAX_PORTS];
	unsigned mode[NB_PORTS];
	uint64_t selected;
};

static void take_shot(struct shot *s)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < NB_PORTS; i++) {
		memcpy(&s->stream[i], pktgen_stream(&app.pktgen, i, 0),
		       sizeof(s->stream[i]));
		s->mode[i] = pktgen_worker(&app.pktgen, i, 0)->mode;
	}
	s->selected = session_selected(&app.session);
}

/* Those whose purpose it is, that run others, end all, or go on for long. */
static bool is_exempt(const struct cmd *cmd)
{
	static const char *const names[] = {
		"reset",   "load", "run",  "repeat", "quit",  "learn", "search",
		"rfc2544", "soak", "ramp", "sweep",  "y1564", "bench",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(cmd->name, names[i]))
			return true;
	return false;
}

/* A line of that form with any arguments; few are long. */
static void any_line(const struct cmd *cmd, const struct cmd_form *form,
		     char *line, size_t size, uint64_t *seed)
{
	size_t n = (size_t)snprintf(line, size, "%s", cmd->name);
	char word[ARG_PRINT_MAX];
	struct value v;

	for (const struct arg *a = form->args; a->type != ARG_NONE; a++) {
		if ((a->optional || a->type == ARG_FLAG) && any_below(seed, 2))
			continue;
		any_value(a, NB_PORTS, &v, seed);
		/* No waiting for hours. */
		if (a->type == ARG_TIME)
			v.u = a->min + any_below(seed, 20000000);
		arg_print(a, &v, word, sizeof(word));
		if (a->type == ARG_KEYWORD || a->type == ARG_FLAG)
			snprintf(word, sizeof(word), "%s%s",
				 a->type == ARG_FLAG ? "--" : "", a->name);
		n += (size_t)snprintf(line + n, size - n, " %s",
				      *word ? word : "x");
	}
}

/* So a command that sets something without a get() is found out. */
static void what_is_no_setting_sets_nothing(void **state)
{
	static struct shot before, after;
	uint64_t seed = 4;
	char line[400];
	struct setting s;
	(void)state;

	for (unsigned i = 0; cmd_table[i]; i++) {
		const struct cmd *cmd = cmd_table[i];

		for (const struct cmd_form *f = cmd->forms;
		     f->run && !is_exempt(cmd); f++) {
			bool setting = false;

			for (unsigned k = 0; setting_at(cmd_table, k, &s); k++)
				setting |= s.form == f;
			for (const struct arg *a = f->args; a->type != ARG_NONE;
			     a++)
				setting |= a->sets;
			for (int round = 0; round < 20 && !setting; round++) {
				take_shot(&before);
				any_line(cmd, f, line, sizeof(line), &seed);
				/* What takes for ever does not matter here. */
				if (!strncmp(line, "wait", 4) ||
				    !strncmp(line, "kv keys", 7) ||
				    strstr(line, " every "))
					break;
				request(line);
				take_shot(&after);
				if (memcmp(&before, &after, sizeof(before)))
					fail_msg("'%s' set something", line);
				request("stop");
			}
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(saved_loaded_and_saved_is_the_same),
		TEST(a_file_stands_for_itself),
		TEST(a_wrong_file_changes_nothing),
		TEST(reset_is_as_at_boot),
		TEST(a_setting_gets_what_it_sets),
		TEST(what_is_no_setting_sets_nothing),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
