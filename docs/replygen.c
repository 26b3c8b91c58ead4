/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints docs/replies.md: what the JSON of each reply holds. It runs a line or
 * more for each form that has a --json, on two ports wired to each other in
 * memory, and has reply_forms.c look at the replies as the commands build them,
 * where keys still have their types and units.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "docs/reply_forms.h"
#include "pktgen/pktgen_cores.h"
#include "plat/host/host.h"

#define STEP_NS 20000ull
/* Longer than any of the lines takes. */
#define END_NS 60000000000ull

/*
 * In their order, as some need what others did. A line without --json only
 * prepares.
 */
static const char *const lines[] = {
	/* Others would need time of their own. */
	"cores all 0",
	"version --json",
	"help --json",
	"help mode --json",
	"complete \"mode 0 t\" --json",
	"complete \"size \" --next --json",
	"color --json",
	"lease --json",
	"lease 60s",
	"lease --json",
	"lease off",
	"put a.cmds 11 d6e10d51 --json",
	"df --json",
	"chunk a.cmds 0 d6e10d51 ZWNobyBoZWxsbwo= --json",
	"put a.cmds 11 d6e10d51 --json",
	"ls --json",
	"df --json",
	"get a.cmds --json",
	"cat a.cmds --json",
	"jobs --json",
	"run a.cmds --job --json",
	"sleep 10ms",
	"jobs --json",
	"show config --json",
	"show --json",
	"headers eth/vlan/ipv4/udp",
	"headers --json",
	"set --json",
	"show frame 0 --json",
	"kv keys 10",
	"kv --json",
	"put two 4 69e17861",
	"chunk two 0 69e17861 MQoyCg==",
	"set 0 udp.src list @two",
	"show stream 0 --json",
	"set 0 udp.src random",
	"show stream 0 --json",
	"set 0 udp.src auto",
	"headers eth/ipv4/udp",
	"size 0 imix",
	"show config --json",
	"port --json",
	"size 0 64",
	"rate 100kpps",
	"port --json",
	"start 0 count 100",
	"wait idle",
	"stats --json",
	"verdict 0 --json",
	"stats balance --json",
	"stats kinds --json",
	"stats pacing --json",
	"stats 0 pacing --json",
	"stats 0 --queues --json",
	"queues 0 --json",
	"start 0",
	"stats every 10ms 2 --json",
	"sleep 2s",
	"cores 0 --json",
	"stats 1 history --json",
	"port --json",
	"stop --json",
	"bench tx 1ms --json",
	"bench tx 1ms --plan --json",
	"bench --json",
	"bench trials --json",
	"bench follow --json",
	"calibrate 1ms --json",
	"rate 0 5kpps",
	"start 0",
	"calibrate 1ms --json",
	"stop 0",
	"rate 0 100kpps",
	"address 0 10.0.0.2/24 vlan 5",
	"address 1 10.0.0.1/24 vlan 5",
	"address 0 10.9.0.2/24",
	"address 1 10.9.0.1/24",
	"sleep 1100ms",
	"address 0 --json",
	"ping 0 10.0.0.1 count 1 --json",
	"ping 0 10.9.0.1 count 1 --json",
	"neighbour 0 --json",
	"stats 0 --json",
	"address off",
	"join 1 239.1.1.1 vlan 5",
	"join 1 --json",
	"lldp 0-1 on",
	"sleep 10ms",
	"lldp 0 --json",
	"cfm 1 on level 5",
	"cfm --json",
	"refuse 0 --json",
	"learn 0 count 1 --json",
	"selftest --json",
	"clock 0 on",
	"sleep 100ms",
	"clock --json",
	"latency peers --json",
	"clock off",
	"capture --json",
	"capture 1 filter 1,6,0,0,0 snap 64 room 4096 -",
	"df --json",
	"start 0 --dry-run --json",
	"start 0 --json",
	"stop 0",
	"start 0 count 5 --json",
	"wait 0 idle",
	"start 0 for 10us --together --json",
	"wait 0 idle",
	"wait idle",
	"start 0 for 10us --json",
	"wait idle",
	"limit 0 count 7",
	"start 0 --dry-run --json",
	"limit 0 off",
	"start 0 count 5 --dry-run --json",
	"start 0 for 1s --dry-run --json",
	"start 0 count 5",
	"wait idle",
	"capture read 0 --json",
	"capture --json",
	"capture off --json",
	"channel open 5eed0001",
	"channel --json",
	"channel get two --json",
	"capture 1 count 3 -",
	"start 0 count 5",
	"wait idle",
	"channel capture 0 --json",
	"capture off",
	"capture 1 x.pcap",
	"start 0 count 5",
	"wait idle",
	"capture off --json",
	"play 0 x.pcap",
	"play --json",
	"play 0 - frames 10 bytes 1000",
	"df --json",
	"play --json",
	"play 0 off",
	"stream 1.1 add",
	"size 1.1 imix",
	"signature 1.1 on",
	"stream --json",
	"show config --json",
	"port --json",
	"stats 1.all --json",
	"stop 1.1 --json",
	"signature 0 on",
	"latency 0 --json",
	"order 0 --json",
	"order density 0 --json",
	"track 1 size",
	"start 0 count 1100k",
	"wait idle",
	"mode 1 forward learn",
	"port --json",
	"mode 1 impair 0",
	"stats 1 --json",
	"port --json",
	"verdict again 0",
	"start 0 count 10",
	"wait idle",
	"mode 1 rx",
	"latency 0 --json",
	"order 0 --json",
	"track --json",
	"verdict lag 1h",
	"verdict gap 1h",
	"results --json",
	"search to 10kpps trial 10ms warmup 1ms ndr",
	"search --json",
	/* Of few frames no time is known. */
	"search from 1kpps to 1kpps trial 10ms ndr",
	"search trials --json",
	"search to 10kpps trial 10ms ndr",
	"search trials --json",
	"search follow --json",
	"search to 10kpps trial 10ms --plan --json ndr",
	"results search-1 --json",
	"results compare search-1 search-1 --json",
	"rfc2544 throughput sizes 64,imix to 10kpps trial 10ms --plan --json",
	"rfc2544 throughput sizes 64,imix to 10kpps trial 10ms --json",
	"rfc2544 latency sizes 64 to 10kpps trial 10ms --json",
	"rfc2544 loss sizes 64 to 10kpps trial 10ms --json",
	"rfc2544 recovery sizes 64 to 10kpps trial 10ms --json",
	"rfc2544 reset sizes 64 to 10kpps trial 10ms --json",
	"rfc2544 --json",
	"rfc2544 trials --json",
	"rfc2544 follow --json",
	"soak 200ms every 100ms --json",
	"soak --json",
	"soak trials --json",
	"soak follow --json",
	"ramp 1kpps 10kpps over 100ms steps 2 --json",
	"ramp --json",
	"ramp trials --json",
	"ramp follow --json",
	"sweep trial 10ms --json size 64 128",
	"sweep --json",
	"sweep trials --json",
	"sweep follow --json",
	"rate 0 1kpps",
	"stream 0.1 add",
	"rate 0.1 1kpps",
	"service 0.0 eir 50%",
	"service 0.0 yellow 1",
	"service 0.0 ftd 1s",
	"service 0.0 fdv 1s",
	"y1564 configuration time 20ms --plan --json",
	"y1564 configuration time 20ms --json",
	"y1564 performance time 1100ms --json",
	"y1564 --json",
	"y1564 trials --json",
	"y1564 follow --json",
	"stream 0.1 delete",
	"service 0.0 yellow 0",
	"results --json",
	"mode 0 txrx",
	"mode 1 off",
	"rfc2544 latency sizes 64 to 1kpps trial 10ms settle 1ms --json",
	"search to 1kpps trial 10ms settle 1ms ndr",
	"search --json",
	"search follow --json",
	"results search-4 --json",
};

static struct app app;
static uint64_t now = 1000000000;
static bool failed;

/* ---- Running ------------------------------------------------------------- */

/* The other end of the data channel: takes all that comes. */
static void answer_channel(void)
{
	unsigned char block[4096];
	uint32_t len;
	uint64_t pos;

	while (host_channel_get(block, CHANNEL_HEAD)) {
		memcpy(&len, block + 4, sizeof(len));
		memcpy(&pos, block + 8, sizeof(pos));
		host_channel_get(block + CHANNEL_HEAD, len);
		pos += len;
		if (block[2] == CHANNEL_DATA)
			block[2] = CHANNEL_TAKEN;
		else if (block[2] != CHANNEL_OPEN)
			continue;
		memset(block + 4, 0, sizeof(len));
		memcpy(block + 8, &pos, sizeof(pos));
		host_channel_put(block, CHANNEL_HEAD);
	}
	channel_poll(&app.channel, now, CHANNEL_WINDOW);
}

static void step(void)
{
	const void *out;
	size_t len;

	now += STEP_NS;
	pktgen_step(&app.pktgen, now);
	app_watch(&app, now);
	pktgen_let_go(&app.pktgen, now);
	session_poll(&app.session, now);
	answer_channel();
	while ((len = session_output(&app.session, &out)) > 0)
		session_sent(&app.session, len);
}

static void call(struct call *c, struct reply *r)
{
	enum call_result result = CALL_AGAIN;
	const uint64_t end = now + END_NS;

	while (result == CALL_AGAIN && now < end) {
		reply_reset(r);
		c->now_ns = now;
		result = c->form->run(c);
		c->calls++;
		if (c->json && result != CALL_FAIL && !reply_empty(r))
			reply_forms_see(c, r);
		while (result == CALL_AGAIN && now < c->wake_ns)
			step();
	}
}

static void run(const char *line)
{
	static struct words words;
	static struct reply reply;
	static struct call c;
	const struct parse_ports ports =
		session_ports(&app.session, session_all_ports(&app.session));
	unsigned next = 0;

	memset(&c, 0, sizeof(c));
	parse_split(line, (unsigned)strlen(line), &next, &words, &c);
	parse_call(cmd_table, &words, &ports, &c);
	c.app = &app;
	c.session = &app.session;
	c.runner = app.session.program;
	c.reply = &reply;
	c.program = true;
	app.session.caller = c.runner;
	if (!c.err)
		call(&c, &reply);
	app.session.caller = NULL;
	if (c.err) {
		fprintf(stderr, "'%s' failed: %s %s\n", line,
			shell_err_name(c.err), c.err_text);
		failed = true;
	} else if (c.json) {
		reply_forms_line(&c, line);
	}
	step();
}

static uint64_t clock_ns(void)
{
	return now;
}

/* Another appliance, which answers probes, and sends a signed frame. */
static void answer(void *dev, const void *frame, size_t len)
{
	const struct signature s = {
		.sender = (uint16_t)(app.pktgen.appliance * SIGNATURE_PORTS ^
				     SIGNATURE_PORTS),
		.time_ns = now};
	uint8_t back[PROBE_LEN];
	struct probe p;

	if (!probe_get(frame, len, &p) || p.kind != PROBE_ASKS)
		return;
	p.kind = PROBE_ANSWERS;
	p.to = p.sender;
	p.sender ^= SIGNATURE_PORTS;
	p.heard_ns = p.sent_ns = now;
	probe_put(back, &p);
	host_loop_put(dev, back, sizeof(back));
	signature_put(back + sizeof(back) - SIGNATURE_LEN, &s);
	host_loop_put(dev, back, sizeof(back));
}

static void __noreturn run_core(void)
{
	pktgen_run_core(&app.pktgen);
}

int main(void)
{
	struct host_netdev *dev[2];

	host_cpus(2);
	host_loop_pair(dev, 1500);
	host_channel_plug();
	app_init(&app, uk_alloc_get_default(), now);
	/* While there is one core, whose load of a second is not known. */
	run("version --json");
	run("cores 0 --json");
	pktgen_start_cores(&app.pktgen, run_core);
	app.pktgen.core.clock_ns = clock_ns;
	host_netdev_tap(dev[0], answer, dev[0]);
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		run(lines[i]);
	if (!reply_forms_good() || failed)
		return 1;
	reply_forms_put();
	return 0;
}
