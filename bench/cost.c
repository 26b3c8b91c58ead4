/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a frame costs in instructions, driver included, on a device that is
 * always ready: `make cost` runs it under callgrind, which counts those of
 * worker_step() alone. Arguments: CASE FRAMES [packed].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/write.h"
#include "net/csum.h"
#include "pktgen/fields.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "pktgen/pktgen_seen.h"
#include "pktgen/recorder.h"
#include "plat/host/host.h"
#include "tests/unit/edit_ports.h"
#include "tests/unit/unit.h"
#include "tests/unit/virtio_fake.h"

#define DESC 256
#define STEP_NS 1000

static struct pktgen pg;

/*
 * Of `what` streams, flat out by weight, or each at a rate, "alike" or not: all
 * together more than there is time for. The last digits are their number.
 */
static int many(const char *what, uint64_t now_ns)
{
	const unsigned n =
		(unsigned)strtoul(what + strcspn(what, "0123456789"), NULL, 10);

	for (unsigned i = 0; i < n; i++) {
		struct pktgen_fault fault;
		struct fields_fault unset;
		struct stream s;
		char port[12];

		if (i && pktgen_add_stream(&pg, 0, i, 0, now_ns) < 0)
			return -1;
		s = *pktgen_stream(&pg, 0, i);
		snprintf(port, sizeof(port), "%u", i);
		fields_set_word(&s, "udp.src", port, &unset);
		s.sign = strstr(what, "sign") != NULL;
		if (strstr(what, "paced") || strstr(what, "alike"))
			s.rate = (struct rate){RATE_PPS,
					       100000000ull / n * 1000000 +
						       (*what == 'p' ? i : 0)};
		if (pktgen_try_stream(&pg, 0, i, &s, &fault) < 0)
			return -1;
		pktgen_take_stream(&pg, 0, i, &s, now_ns);
	}
	return 0;
}

/* Cases of fields that vary: pairs of a name and a value. */
static void set_varying(struct stream *s, const char *what)
{
	static const struct {
		const char *what;
		const char *pairs[12];
	} cases[] = {
		{"field", {"udp.src", "1000-1999"}},
		{"five",
		 {"ipv4.src", "10.0.0.1-10.0.3.231", "ipv4.dst",
		  "10.1.0.1-10.1.3.231", "udp.src", "1000-1999", "udp.dst",
		  "2000-2999", "ipv4.ttl", "1-250"}},
		{"nested",
		 {"ipv4.src", "10.0.0.0/24", "ipv4.dst", "10.1.0.0/24"}},
		{"list", {"ipv4.src", "list 10.0.0.1,10.0.7.7,10.3.1.2"}},
		{"random", {"ipv4.src", "random"}},
		{"shuffled", {"ipv4.src", "10.0.0.0/8 shuffled"}},
		{"zipf", {"udp.src", "1000-1999 zipf 1.0"}},
	};
	struct fields_fault fault;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (const char *const *p = cases[i].pairs;
		     !strcmp(cases[i].what, what) && *p; p += 2) {
			char text[40], *rest = text, *word;
			const char *words[4];
			unsigned nb = 0;

			snprintf(text, sizeof(text), "%s", p[1]);
			while ((word = strtok_r(rest, " ", &rest)) != NULL)
				words[nb++] = word;
			fields_set(s, p[0], words, nb, NULL, &fault);
		}
	if (!strcmp(what, "nested"))
		fields_nest(s, (const char *const[]){"ipv4.src", "ipv4.dst"}, 2,
			    &fault);
}

/* Cases of many sizes. */
static void set_sizes(struct stream *s, const char *what)
{
	static const struct sizes_range range = {64, 1518};
	static const char *const cases[][2] = {
		{"imix", "imix"},
		{"sizes", "64-1518"},
		{"sizes-random", "random 64-1518"},
		{"sizes-signed", "64-1518"},
		{"otg", "90:58.67,92:2,594:23.66,1418:15.67"},
	};
	char why[SIZES_WHY_MAX];
	const char *fault;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strcmp(cases[i][0], what))
			value_sizes(cases[i][1], &range, &s->sizes, &fault,
				    why);
}

/* A capture of UDP in IPv4, 60 bytes each. */
static bool hold(void *arg, const char *name, struct held *h)
{
	enum { FRAMES = 1000, RECORD = CAPTURE_RECORD_BYTES + 60 };
	static unsigned char file[CAPTURE_HEADER_BYTES + FRAMES * RECORD];
	unsigned char *to = file + CAPTURE_HEADER_BYTES;

	(void)arg;
	(void)name;
	capture_write_header(file, 65535);
	for (unsigned i = 0; i < FRAMES; i++, to += RECORD) {
		capture_write_record(to, i * 1000ull, 60, 60);
		memset(to + CAPTURE_RECORD_BYTES, 2, 60);
		memcpy(to + CAPTURE_RECORD_BYTES + ETH_HLEN - 2,
		       "\x08\x00\x45\x00\x00\x2e\x00\x00\x00\x00\x40\x11", 12);
	}
	*h = (struct held){file, sizeof(file), NULL};
	return true;
}

static void play(struct stream *s, const char *what)
{
	const struct stream_play play = {.file = "a"};
	struct fields_fault fault;

	fields_play(s, &play);
	if (strstr(what, "-set")) {
		fields_set_word(s, "ipv4.src", "10.0.0.0/8", &fault);
		fields_set_word(s, "udp.dst", "53", &fault);
	}
}

static void edit(struct stream *s, const void *arg)
{
	const char *what = arg;
	struct fields_fault fault;

	set_varying(s, what);
	if (!strncmp(what, "play", 4))
		play(s, what);
	s->sign = strstr(what, "sign") != NULL;
	set_sizes(s, what);
	if (strstr(what, "flows")) {
		fields_set_word(s, "ipv4.src", "198.18.0.1/12", &fault);
	}
}

/* A capture: "-kept" keeps all of the last frames, "-filtered" none of any. */
static void record(struct worker *w, const char *what)
{
	static const char port_7[] = /* tcpdump -ddd 'udp port 7' */
		"20,40,0,0,12,21,0,6,34525,48,0,0,20,21,0,15,17,40,0,0,54,21,"
		"12,0,7,40,0,0,56,21,10,11,7,21,0,10,2048,48,0,0,23,21,0,8,17,"
		"40,0,0,20,69,6,0,8191,177,0,0,14,72,0,0,14,21,2,0,7,72,0,0,16,"
		"21,0,1,7,6,0,0,262144,6,0,0,0";
	static unsigned char room[1 << 20];
	static struct bpf_insn insn[32];
	static struct recorder r = {.snap = UINT32_MAX,
				    .left = RECORDER_NO_LIMIT};
	const struct worker_order order = {.kind = ORDER_TAP,
					   .taps = {&r.tap, &r.tap}};
	char why[BPF_WHY_MAX];

	if (strstr(what, "-filtered")) {
		unsigned n =
			bpf_parse(port_7, sizeof(port_7) - 1, insn, 32, why);

		if (!n || !bpf_check(insn, n, why))
			abort();
		r.filter = insn;
	} else if (!strstr(what, "-kept")) {
		return;
	}
	capture_ring_begin(&r.ring, room, sizeof(room), CAPTURE_KEEP_LAST, 0);
	recorder_begin(&r);
	worker_give(w, &order);
}

/*
 * The next frame of a stream of ours, in its run 0: of several by turns, and
 * "-apart" each at a time of its own.
 */
static void sign(const char *what, uint8_t *frame, uint64_t now_ns)
{
	static uint64_t n;
	const unsigned nb = pg.set[0].nb_streams;
	const uint64_t ago_ns = strstr(what, "-apart") ? n % 700 : 300;

	signature_write(frame + 60 - SIGNATURE_LEN,
			(uint16_t)(pg.appliance * SIGNATURE_PORTS), n / nb,
			signature_stamp_at(signature_stamp(n % nb, 0),
					   now_ns - ago_ns));
	n++;
}

/* A link: "-delay" and "-jitter" keep frames for some steps. */
static void impair(const char *what, uint64_t now_ns)
{
	struct worker_how how = pg.set[0].how;

	how.impair.loss = IMPAIR_SHARE_ALL / 1000;
	if (strstr(what, "-delay") || strstr(what, "-jitter"))
		how.impair.delay_ns = 10 * STEP_NS;
	if (strstr(what, "-jitter"))
		how.impair.jitter_ns = 5 * STEP_NS;
	pktgen_set_how(&pg, 1, &how, now_ns);
}

/* A request for one of the keys, or for none. */
static void ask(uint8_t *frame, const char *what)
{
	static unsigned n;
	char text[24];

	memcpy(frame + ETH_HLEN + 20, "\x12\x34\x2b\xcb\0\x1a\xbe\xef", 8);
	snprintf(text, sizeof(text), "get %s%03u\r\n",
		 strstr(what, "-miss") ? "k" : "0", n++ % 1000);
	memcpy(frame + ETH_HLEN + 28, "\0\x01\0\0\0\x01\0\0", 8);
	memcpy(frame + ETH_HLEN + 36, text, 10);
}

/* A table of 1000 keys of 4 digits. */
static void load(uint64_t now_ns)
{
	struct kv *kv = kv_new(1000, 1000 * kv_record_bytes(4, 0, 2),
			       uk_alloc_get_default());
	char key[8];

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "%04u", i);
		kv_add(kv, key, 4, 0, key, 2);
	}
	pktgen_set_kv(&pg, kv, now_ns);
}

/* A gateway to all that comes, whose MAC address is known. */
static void route(uint64_t now_ns)
{
	static const uint8_t arp[42] =
		"\2\2\2\2\2\2\2\0\0\0\0\1\x08\6\0\1\x08\0\6\4\0\2"
		"\2\0\0\0\0\1\x0a\0\0\1\2\2\2\2\2\2\x0a\0\0\2";
	struct node *h = pktgen_node(&pg, 0);
	struct node_address a = {.bits = 96 + 24};
	uint8_t mac[ETH_ALEN];

	a.from = a.to = node_ipv4((const uint8_t *)"\x0a\0\0\2");
	a.gateway = node_ipv4((const uint8_t *)"\x0a\0\0\1");
	memcpy(h->mac, pg.port[0].mac, ETH_ALEN);
	node_add(h, &a, now_ns);
	h->own[0].state = NODE_VALID;
	pktgen_use_node(&pg, 0, now_ns);
	node_resolve(h, &h->own[0], &a.gateway, mac, now_ns);
	node_take(h, arp, sizeof(arp), now_ns);
}

static void sum_header(uint8_t *ip)
{
	uint16_t csum;

	memset(ip + 10, 0, sizeof(csum));
	csum = csum_end(csum_add(0, ip, 20));
	memcpy(ip + 10, &csum, sizeof(csum));
}

/* As many frames of 60 bytes, UDP in IPv4, arrive as make a burst. */
static void receive_burst(const char *what, uint64_t now_ns)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_RXQ].dev;
	struct vring_dev_buf b;

	for (unsigned i = 0; i < WORKER_BURST && vring_dev_take(d, &b); i++) {
		uint8_t *p = (uint8_t *)(uintptr_t)b.addr;

		memset(p, 0, VIRTIO_NET_HDR_LEN);
		p[VIRTIO_NET_HDR_NUM_BUFFERS] = 1;
		memset(p += VIRTIO_NET_HDR_LEN, 2, 60);
		if (pg.kv)
			ask(p, what);
		if (pg.nb_signed && !strstr(what, "-foreign"))
			sign(what, p, now_ns);
		memcpy(p + ETH_HLEN - 2, "\x08\x00\x45", 3);
		p[ETH_HLEN - 3] = 4;                     /* from another */
		memcpy(p + ETH_HLEN + 2, "\x00\x2e", 2); /* all 46 */
		memset(p + ETH_HLEN + 6, 0, 2);          /* no fragment */
		p[ETH_HLEN + 1] = (uint8_t)(i * 4);
		p[ETH_HLEN + 9] = IP_PROTO_UDP;
		sum_header(p + ETH_HLEN);
		vring_dev_use(d, b.id, VIRTIO_NET_HDR_LEN + 60);
	}
}

/* A table of what comes, by a field that is another in each frame. */
static int track(const char *what, uint64_t now_ns)
{
	struct find find;

	if (!strstr(what, "-tracked"))
		return 0;
	return find_take(&find,
			 strstr(what, "-port") ? "udp.src" : "ipv4.dscp") < 0
		       ? -1
		       : pktgen_track(&pg, 0, &find, now_ns);
}

/* Whether the frames that came were told apart: what is measured is that. */
static bool knows(void)
{
	struct pktgen_stream_view v;

	return !pktgen_look_signed(&pg, 0, &v) ||
	       (v.order.unique == v.received.packets && !v.order.old &&
		!v.order.lost);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "send";
	const uint64_t frames = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000;
	const bool reflects = !strcmp(what, "reflect");
	const bool impairs = !strncmp(what, "impair", 6);
	const bool routes = !strcmp(what, "route");
	const bool forwards = impairs || routes || !strcmp(what, "forward");
	const bool serves = !strncmp(what, "kv", 2);
	const bool receives =
		serves || reflects || forwards || !strncmp(what, "receive", 7);
	struct pktgen_fault fault;
	uint64_t now_ns = 1, done = 0;
	struct worker *w;
	void *state;

	if (argc > 3)
		virtio_fake_setup_packed(&state);
	else
		virtio_fake_setup_split(&state);
	fake.max[0] = fake.max[1] = DESC;
	fake.config[10] = 1500 & 255;
	fake.config[11] = 1500 >> 8;
	pktgen_open(&pg, 1, uk_alloc_get_default());
	pg.trails.room = 4 << 20; /* of 32 MB */
	w = pktgen_worker(&pg, 0, 0);
	pg.files.hold = hold;
	if (!w || edit_streams(&pg, 1, edit, what, now_ns, &fault) < 0 ||
	    many(what, now_ns) < 0 || track(what, now_ns) < 0)
		return 1;
	memset(pg.port[0].mac, 2, ETH_ALEN);
	pktgen_set_mode(&pg, 1,
			reflects   ? MODE_RX | MODE_REFLECT
			: serves   ? MODE_SERVE
			: impairs  ? MODE_TO(0) | MODE_IMPAIR
			: routes   ? MODE_ROUTER
			: forwards ? MODE_TO(0) /* all that it has */
			: receives ? MODE_RX
				   : MODE_TX,
			now_ns);
	if (serves)
		load(now_ns);
	if (routes)
		route(now_ns);
	if (!receives || serves || reflects || forwards)
		pktgen_start(&pg, 1, now_ns);
	record(w, what);
	if (impairs)
		impair(what, now_ns);
	while (done < frames) {
		if (receives)
			receive_burst(what, now_ns);
		pktgen_step(&pg, now_ns += STEP_NS);
		dev_send();
		done = receives ? w->stats.rx_packets : w->stats.tx_packets;
	}
	printf("%llu\n", (unsigned long long)done);
	return receives && !knows();
}
