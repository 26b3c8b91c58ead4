/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settings as the table knows them: each form whose last argument can get its
 * value. What is saved by them, restored in their order, is what was there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "plat/host/host.h"
#include "shell/arg.h"
#include "shell/parse.h"
#include "unit.h"

#define NB_PORTS 2
#define LINES_MAX 64

static struct app app;
static struct reply reply;

static void begin(void)
{
	struct host_netdev *dev[2];

	host_reset();
	host_loop_pair(dev, 9000);
	app_init(&app, uk_alloc_get_default(), 0);
}

static void end(void)
{
	struct pktgen *pg = &app.pktgen;

	pktgen_close(pg, uk_alloc_get_default());
	uk_free(uk_alloc_get_default(), app.store.mem);
}

/* Runs a line as a session would; the error's code. */
static enum shell_err run(const char *line)
{
	static struct words words;
	static struct call c;
	const struct parse_ports ports = {NB_PORTS, app.selected};
	unsigned next = 0;

	memset(&c, 0, sizeof(c));
	assert_true(
		parse_split(line, (unsigned)strlen(line), &next, &words, &c));
	parse_call(cmd_table, &words, &ports, &c);
	if (c.err)
		return c.err;
	reply_reset(&reply);
	c.app = &app;
	c.reply = &reply;
	return c.form->run(&c) == CALL_FAIL ? c.err : E_OK;
}

struct setting {
	const struct cmd *cmd;
	const struct cmd_form *form;
	const struct arg *arg; /* the last */
};

static unsigned settings(struct setting *s)
{
	unsigned n = 0;

	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		for (const struct cmd_form *f = (*cmd)->forms; f->run; f++)
			for (const struct arg *a = f->args; a->type != ARG_NONE;
			     a++)
				if (a->get) {
					assert_int_equal(a[1].type, ARG_NONE);
					assert_true(n < LINES_MAX);
					s[n++] = (struct setting){*cmd, f, a};
				}
	return n;
}

/* "src 0 ip 10.0.0.1": the line that sets what port `port` has. */
static void write_line(const struct setting *s, unsigned port, char *line,
		       size_t size)
{
	char word[ARG_PRINT_MAX];
	struct value v = {0};
	int n = snprintf(line, size, "%s", s->cmd->name);

	for (const struct arg *a = s->form->args; a != s->arg; a++)
		if (a->type == ARG_PORTS)
			n += snprintf(line + n, size - (size_t)n, " %u", port);
		else if (a->type == ARG_KEYWORD)
			n += snprintf(line + n, size - (size_t)n, " %s",
				      a->name);
	s->arg->get(&app, port, &v);
	arg_print(s->arg, &v, word, sizeof(word));
	snprintf(line + n, size - (size_t)n, " %s", word);
}

static void every_setter_is_there(void **state)
{
	static const char *const wanted[] = {
		"src mac",
		"src ip",
		"src ip6",
		"src udp",
		"dst mac",
		"dst ip",
		"dst ip6",
		"dst udp",
		"proto PROTO",
		"ttl TTL",
		"size SIZE",
		"rate RATE",
		"linkspeed SPEED",
		"mode MODE",
		"port PORTS",
		"strategy STRATEGY",
		"onfull ONFULL",
		"burst BURST",
		"signature SIGNATURE",
	};
	struct setting s[LINES_MAX];
	unsigned n = settings(s);
	(void)state;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		bool found = false;

		for (unsigned k = 0; k < n; k++) {
			const struct arg *key = s[k].arg;
			char name[64];

			if (key > s[k].form->args &&
			    key[-1].type == ARG_KEYWORD)
				key--;
			snprintf(name, sizeof(name), "%s %s", s[k].cmd->name,
				 key->name);
			found |= !strcmp(name, wanted[i]);
		}
		if (!found)
			fail_msg("'%s' has no get", wanted[i]);
	}
}

static void defaults_write_themselves(void **state)
{
	static const char *const lines[] = {
		"burst 0 64",
		"dst 0 mac ff:ff:ff:ff:ff:ff",
		"dst 0 ip 198.18.0.2",
		"dst 0 ip6 2001:2::2",
		"dst 0 udp 5001",
		"linkspeed 0 10gbps",
		"mode 0 tx",
		"onfull 0 retry",
		"port 0-1",
		"proto 0 ipv4",
		"rate 0 max",
		"signature 0 off",
		"size 0 64",
		"src 0 mac 02:00:00:00:00:00",
		"src 0 ip 198.18.0.1",
		"src 0 ip6 2001:2::1",
		"src 0 udp 5001",
		"strategy 0 shared",
		"ttl 0 64",
	};
	struct setting s[LINES_MAX];
	unsigned n, seen = 0;
	char line[256];
	(void)state;

	begin();
	n = settings(s);
	for (unsigned i = 0; i < n; i++) {
		write_line(&s[i], 0, line, sizeof(line));
		for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++)
			seen += !strcmp(line, lines[k]);
	}
	assert_int_equal(seen, sizeof(lines) / sizeof(lines[0]));
	end();
}

static const char *pick(uint64_t *seed)
{
	static const char *const lines[] = {
		"src %u mac 02:01:02:03:04:05",
		"dst %u mac 00:ff:00:ff:00:ff",
		"src %u ip 10.1.2.3/8",
		"dst %u ip 10.1.2.3/31",
		"dst %u ip 1.2.3.4",
		"src %u ip6 2001:2::ffff/96",
		"dst %u ip6 ::1",
		"dst %u ip6 fe80::1/127",
		"src %u udp 0",
		"dst %u udp 65535",
		"proto %u ipv6",
		"proto %u ipv4",
		"ttl %u 1",
		"ttl %u 255",
		"size %u imix",
		"size %u 64",
		"size %u 9018",
		"size %u 66",
		"size %u 70:3,1518:250,66:3",
		"rate %u 10kpps",
		"rate %u 1gpps",
		"rate %u 100%%",
		"rate %u 0.000001%%",
		"rate %u 72.3tbps",
		"rate %u 513bpsl1",
		"rate %u 0.000278pps",
		"rate %u max",
		"linkspeed %u 1mbps",
		"linkspeed %u 1tbps",
		"linkspeed %u 2.5gbps",
		"mode %u txrx",
		"mode %u off",
		"mode %u null",
		"mode %u reflect",
		"signature %u on",
		"signature %u off",
		"strategy %u create",
		"strategy %u copy",
		"strategy %u pool",
		"strategy %u shared",
		"onfull %u drop",
		"onfull %u retry",
		"burst %u 1",
		"burst %u 256",
		"port %u",
		"port all",
	};

	return lines[(unit_random(seed) >> 32) %
		     (sizeof(lines) / sizeof(lines[0]))];
}

struct saved {
	unsigned order;
	char line[256];
};

static int by_order(const void *a, const void *b)
{
	const struct saved *x = a, *y = b;

	return (int)x->order - (int)y->order;
}

static unsigned save(struct saved *out)
{
	struct setting s[LINES_MAX];
	unsigned n = settings(s), lines = 0;

	for (unsigned i = 0; i < n; i++) {
		for (unsigned port = 0; port < NB_PORTS; port++) {
			out[lines].order = s[i].arg->save_order;
			write_line(&s[i], port, out[lines].line,
				   sizeof(out[lines].line));
			lines++;
		}
	}
	return lines;
}

/*
 * Whatever is set: after a reset nothing of it is refused, in any order that
 * save_order leaves open, and all of it is back.
 */
static void restored_is_what_was_saved(void **state)
{
	static struct saved before[2 * LINES_MAX], after[2 * LINES_MAX];
	uint64_t seed = 1;
	unsigned refused = 0;
	(void)state;

	for (int round = 0; round < 300; round++) {
		unsigned n;

		begin();
		for (int i = 0; i < 60; i++) {
			char line[64];

			snprintf(line, sizeof(line), pick(&seed),
				 (unsigned)(unit_random(&seed) >> 63));
			refused += run(line) != E_OK;
		}
		n = save(before);
		end();
		begin();
		memcpy(after, before, sizeof(before));
		for (unsigned i = n - 1; i; i--) {
			unsigned k = (unsigned)((unit_random(&seed) >> 32) %
						(i + 1));
			struct saved t = after[i];

			after[i] = after[k];
			after[k] = t;
		}
		qsort(after, n, sizeof(after[0]), by_order);
		for (unsigned i = 0; i < n; i++)
			if (run(after[i].line) != E_OK)
				fail_msg("'%s' was refused", after[i].line);
		assert_int_equal(save(after), n);
		for (unsigned i = 0; i < n; i++)
			assert_string_equal(after[i].line, before[i].line);
		end();
	}
	/* Settings that limit each other did come up. */
	assert_true(refused > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setter_is_there),
		cmocka_unit_test(defaults_write_themselves),
		cmocka_unit_test(restored_is_what_was_saved),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
