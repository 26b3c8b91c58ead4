/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words that people try first who come from Pktgen, TRex and vtysh, and the
 * hints for those of others: none has a wrong answer. What somebody is told to
 * type is what was meant, and a line that this parser takes.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app_rig.h"
#include "shell/parse.h"

#define SAID_MAX 400
#define QUOTES 12

/* ---- What an answer says to type ----------------------------------------- */

struct quotes {
	char text[QUOTES][80];
	unsigned nb;
};

/* All of it that stands in quotes; one in a word is none: "it's". */
static void find_quotes(const char *said, struct quotes *q)
{
	q->nb = 0;
	while ((said = strchr(said, '\'')) && q->nb < QUOTES) {
		const char *end = strchr(said + 1, '\'');

		if (!end)
			return;
		snprintf(q->text[q->nb++], sizeof(q->text[0]), "%.*s",
			 (int)(end - said - 1), said + 1);
		said = end + 1;
	}
}

static const struct cmd *command_of(const char *line)
{
	const size_t n = strcspn(line, " ");

	for (unsigned i = 0; cmd_table[i]; i++)
		if (strlen(cmd_table[i]->name) == n &&
		    !strncasecmp(cmd_table[i]->name, line, n))
			return cmd_table[i];
	return NULL;
}

/* A word of the line, or all that stands behind one. */
static bool was_typed(const char *line, const char *quote)
{
	const char *at = strstr(line, quote);
	const size_t n = strlen(quote);

	return at && (at == line || at[-1] == ' ') && (!at[n] || at[n] == ' ');
}

/* "play FILE" as somebody types it who knows the file. */
static void fill_in(const char *quote, char *line, size_t size)
{
	static const char *const names[][2] = {{"FILE", "x"},
					       {"MAC", "02:00:00:00:00:01"},
					       {"PORT", "5"},
					       {"TIME", "1s"},
					       {"ADDRESS", "10.0.0.1"}};
	size_t used = 0;

	line[0] = '\0';
	while (*quote && used < size) {
		size_t n = strcspn(quote, " ");
		const char *word = quote;
		int len = (int)n;

		for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strlen(names[i][0]) == n &&
			    !memcmp(names[i][0], quote, n)) {
				word = names[i][1];
				len = (int)strlen(word);
			}
		used += (size_t)snprintf(line + used, size - used, "%s%.*s",
					 used ? " " : "", len, word);
		quote += n + (quote[n] == ' ');
	}
}

/* A program could type it: no beginning passes for a word. */
static void must_parse(const char *line)
{
	static struct call c;
	struct words words;
	unsigned next = 0;
	const struct parse_ports ports = session_ports(&rig.app.session, ~0ull);

	memset(&c, 0, sizeof(c));
	assert_true(
		parse_split(line, (unsigned)strlen(line), &next, &words, &c));
	if (!c.err)
		parse_call(cmd_table, &words, &ports, &c);
	/* A command that is only named may need more. */
	if (c.err && (c.err != E_MISSING || strchr(line, ' ')))
		fail_msg("'%s' is to be typed: %s", line, c.err_text);
}

/*
 * Of commands, `said` tells to type those of `right` alone, blanks between, and
 * each as it holds; `line` was typed.
 */
static void check_told(const char *line, const char *said, const char *right)
{
	struct quotes q;

	find_quotes(said, &q);
	for (unsigned i = 0; i < q.nb; i++) {
		const struct cmd *cmd = command_of(q.text[i]);
		char whole[120];

		if (!cmd || was_typed(line, q.text[i]))
			continue;
		if (right && !was_typed(right, cmd->name))
			fail_msg("'%s' is told of '%s': %s", line, cmd->name,
				 said);
		fill_in(q.text[i], whole, sizeof(whole));
		must_parse(whole);
	}
}

/* ---- The words ----------------------------------------------------------- */

/* As a person's client asks: the reply is one line, however long. */
static const char *answer_to(const char *line)
{
	static char said[SAID_MAX];
	char request[200];
	const char *at;

	snprintf(request, sizeof(request), ">999 %s", line);
	at = strstr(rig_ask(request, NULL), "@1 ERR ");
	snprintf(said, sizeof(said), "%.*s", at ? (int)strcspn(at, "\r") : 0,
		 at ? at : "");
	return said;
}

struct first_word {
	const char *line;
	const char *says;  /* stands in the error; NULL: it works */
	const char *right; /* the commands that it may tell of */
};

static void check_words(const struct first_word *w)
{
	for (; w->line; w++) {
		const char *said = answer_to(w->line);

		if (!w->says && *said)
			fail_msg("'%s' works no more: %s", w->line, said);
		if (w->says && !strstr(said, w->says))
			fail_msg("'%s' is not told \"%s\": %s", w->line,
				 w->says, *said ? said : "it works");
		check_told(w->line, said, w->right);
	}
}

static void words_of_pktgen_get_the_right_one(void **state)
{
	static const struct first_word words[] = {
		{"set 0 rate 10", "type 'rate 0 10%'", "rate"},
		{"set all rate 100", "type 'rate 0-1 100%'", "rate"},
		{"set 0 size 64", "type 'size 0 64'", "size"},
		{"set 0 count 1000", "type 'start 0 count 1000'", "start"},
		{"set 0 dst mac 02:00:00:00:00:01",
		 "type 'dst 0 mac 02:00:00:00:00:01'", "dst"},
		{"set 0 dst ip 10.0.0.2", "type 'dst 0 ip 10.0.0.2'", "dst"},
		{"set 0 src ip 10.0.0.0/24", "type 'src 0 ip 10.0.0.0/24'",
		 "src"},
		{"set 0 dport 5000", "type 'dst udp 5000'", "dst"},
		{"set 0 sport 5000", "type 'src udp 5000'", "src"},
		{"set 0 ttl 32", "type 'ttl 0 32'", "ttl"},
		{"set 0 type ipv6", "type 'proto ipv6'", "proto"},
		{"set 0 burst 64", "type 'burst 0 64'", "burst"},
		{"set 0 vlan 5", "type 'vlan 0 5'", "vlan"},
		{"set 0 proto tcp", "type 'proto 0 tcp'", "proto"},
		{"start all", NULL, ""},
		{"stop all", NULL, ""},
		{"start 0", NULL, ""},
		{"stop 0", NULL, ""},
		{"str", "type 'start'", "start"},
		{"stp", "type 'stop'", "stop"},
		{"clr", "type 'stats clear'", "stats"},
		{"page main", "type 'stats live'", "stats port"},
		{"page stats", "type 'stats live'", "stats port"},
		{"page config", "'port'", "stats port"},
		{"range", "type 'set udp.src 1000-1999'", "set src"},
		{"range 0 src ip 10.0.0.1", "'src ip 10.0.0.0/24'", "set src"},
		{"pcap x", "type 'play FILE'", "play"},
		{"count 10", "type 'start 0 count 1000'", "start"},
		{"mpls", "'headers eth/mpls/ipv4/udp'", "headers"},
		{"pkt", "type 'show frame 0'", "show headers"},
		{"latency", "type 'signature on'", "signature"},
		{"vlan 5", NULL, ""},
		{"proto tcp", NULL, ""},
		{"proto udp", NULL, ""},
		{NULL, NULL, NULL}};

	(void)state;
	check_words(words);
}

static void words_of_trex_get_the_right_one(void **state)
{
	static const struct first_word words[] = {
		{"start 0 -m 10mbps", "type 'rate 10kpps' first", "rate"},
		{"start -f x -m 10kpps -p 0", "as in 'run FILE'", "run"},
		{"start 0 10kpps", "type 'rate 10kpps' first", "rate"},
		{"start 0 rate 1mpps", "type 'rate 1mpps' first", "rate"},
		{"start 10s", "did you mean 'for 10s'?", ""},
		{"start 0 10", "did you mean 'count 10'?", ""},
		{"start --force", "type 'stop' first", "stop"},
		{"stop -p 0", "as in 'start 0'", "start"},
		{"clear", "type 'stats clear'", "stats"},
		{"clear stats", "type 'stats clear'", "stats"},
		{"tui", "type 'stats live'", "stats"},
		{"push", "type 'play FILE'", "play"},
		{"push -f x.pcap", "type 'play FILE'", "play"},
		{"streams", "type 'stream'", "stream"},
		{"update -m 20kpps", "type 'rate'", "rate"},
		{"portattr", "type 'port'", "port"},
		{"l3 -p 0", "type 'address 0 10.0.0.2/24'", "address"},
		{"arp", "type 'neighbour'", "neighbour"},
		{"acquire", "one console at a time", ""},
		{"ndr", "type 'search ndr'", "search"},
		{"ping", "'ping' needs ADDRESS", ""},
		{"tcp", "'tcp' needs 'flags'", ""},
		{"top", "type 'stats live'", "stats"},
		{"dst udp 1000-2000", NULL, ""},
		{"dst ip 10.0.0.1-10.0.0.5", NULL, ""},
		{"dst 10.0.0.1", "takes 'mac' or 'ip' or 'ip6' or", "tcp"},
		{"rate 100k", "type '100kpps' or '100kbps'", ""},
		{"rate 1g", "type '1gpps' or '1gbps'", ""},
		{"rate 10", "type '10pps', '10kpps', '10mbps' or '10%'", ""},
		{"rate 200 mbps", NULL, ""},
		{"linkspeed 10g", NULL, ""},
		{"sleep 3", "type '3s', '3ms' or '3min'", ""},
		{"stats every 1", "type '1s', '1ms' or '1min'", ""},
		{"lease 5", "type '5s', '5ms' or '5min'", ""},
		{"rfc2544", NULL, ""},
		{NULL, NULL, NULL}};

	(void)state;
	check_words(words);
}

static void words_of_vtysh_and_shells_get_the_right_one(void **state)
{
	static const struct first_word words[] = {
		{"write", "type 'save FILE'", "save"},
		{"export", "type 'save FILE'", "save"},
		{"rate", NULL, ""},
		{"size", NULL, ""},
		{"mode", NULL, ""},
		{"mode 0", NULL, ""},
		{"show", NULL, ""},
		{"show ports", NULL, ""},
		{"show stats", NULL, ""},
		{"show version", NULL, ""},
		{"show run", NULL, ""},
		{"sh conf", NULL, ""},
		{"stat", NULL, ""},
		{"vers", NULL, ""},
		{"exit", "in a client 'exit' alone; 'quit' powers off", "quit"},
		{"logout", "in a client 'exit' alone; 'quit' powers off",
		 "quit"},
		{"stats | grep tx", "ukpktgen exec -c 'stats' |", "stats"},
		{"history", "the keys Up and Ctrl-R find earlier lines", ""},
		{"uptime", "'stats live' shows it", "stats"},
		{"?", "'help' lists the commands", "help"},
		{"conf t", "'rate 0 10kpps', 'size 0 64'", "rate size"},
		{NULL, NULL, NULL}};

	(void)state;
	check_words(words);
}

/* Of those that stop or power off, no other word is told. */
static bool is_grave_for(const char *word)
{
	static const char *const words[] = {
		"stp",  "poweroff", "shutdown", "exit",       "logout", "bye",
		"quit", "leave",    "halt",     "disconnect", NULL};

	for (unsigned i = 0; words[i]; i++)
		if (!strcasecmp(words[i], word))
			return true;
	return false;
}

static void every_hint_is_a_line_that_holds(void **state)
{
	(void)state;
	for (const char *hint, *h = app_hints; *h;
	     h = hint + strlen(hint) + 1) {
		char words[256];
		struct quotes q;

		hint = h + strlen(h) + 1;
		check_told("", hint, NULL);
		find_quotes(hint, &q);
		snprintf(words, sizeof(words), "%s", h);
		for (char *w = strtok(words, " "); w; w = strtok(NULL, " ")) {
			if (command_of(w))
				fail_msg("'%s' is a command and has a hint", w);
			for (unsigned i = 0; i < q.nb; i++)
				if ((!strncmp(q.text[i], "quit", 4) ||
				     !strncmp(q.text[i], "stop", 4)) &&
				    !is_grave_for(w) && w[0] != '-')
					fail_msg("'%s': %s", w, hint);
		}
	}
}

/* What is nearest to a word may be none that ends something. */
static void no_slip_stops_or_powers_off(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

	(void)state;
	for (unsigned i = 0; i < 26 * 26 * 26; i++) {
		char word[4] = {letters[i / 676], letters[i / 26 % 26],
				letters[i % 26], '\0'};
		const char *said;

		if (command_of(word) || is_grave_for(word) ||
		    !strncmp("quit", word, 3) || !strncmp("stop", word, 3))
			continue;
		said = answer_to(word);
		if (strstr(said, "'quit'") || strstr(said, "mean 'stop'"))
			fail_msg("'%s': %s", word, said);
	}
}

static int setup(void **state)
{
	rig_setup(state);
	rig_must("stream 0.1 add");
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_of_pktgen_get_the_right_one),
		TEST(words_of_trex_get_the_right_one),
		TEST(words_of_vtysh_and_shells_get_the_right_one),
		TEST(every_hint_is_a_line_that_holds),
		TEST(no_slip_stops_or_powers_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
