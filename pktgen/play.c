/* SPDX-License-Identifier: BSD-3-Clause */
/* A stream that plays a capture is compiled, and its frames are made. */
#include "pktgen/play.h"

#include <errno.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/fields.h"
#include "pktgen/play_impl.h"
#include "pktgen/program_impl.h"
#include "units/vary_file.h"

void play_headers(struct headers *h)
{
	static const char *const names[PLAY_LAYERS] = {
		[PLAY_ETH] = "eth",     [PLAY_VLAN] = "vlan",
		[PLAY_VLAN_2] = "vlan", [PLAY_ARP] = "arp",
		[PLAY_IPV4] = "ipv4",   [PLAY_IPV6] = "ipv6",
		[PLAY_ICMP] = "icmp",   [PLAY_ICMPV6] = "icmpv6",
		[PLAY_UDP] = "udp",     [PLAY_TCP] = "tcp",
	};

	memset(h, 0, sizeof(*h));
	for (; h->nb < PLAY_LAYERS; h->nb++)
		while (strcmp(protos[h->proto[h->nb]]->name, names[h->nb]) != 0)
			h->proto[h->nb]++;
}

void play_stack(const uint8_t *frame, unsigned len, struct stack *st)
{
	struct play_places p;
	struct headers h;

	memset(st, 0, sizeof(*st));
	if (len < ETH_HLEN)
		return;
	play_headers(&h);
	play_find(frame, len, &p);
	st->nb = PLAY_LAYERS;
	for (unsigned i = 0; i < PLAY_LAYERS; i++) {
		struct stack_layer *l = &st->layer[i];

		l->proto = protos[h.proto[i]];
		l->at = p.at[i];
		if (p.at[i] || i == PLAY_ETH)
			l->len = l->proto->len;
	}
}

/* ---- Compiled ------------------------------------------------------------ */

/* The 8 bytes that end with the bits, or begin with the frame. */
static void put_window(struct play_edit *e, unsigned at, unsigned bits)
{
	const unsigned end = (at + bits + 7) / 8;
	const uint64_t mask = bits < 64 ? (1ull << bits) - 1 : UINT64_MAX;

	e->at = (int16_t)end - 8;
	e->shift = (uint8_t)(end * 8 - (at + bits));
	if ((e->layer == PLAY_ETH || e->layer == STREAM_AT) && e->at < 0) {
		e->at = 0;
		e->shift = (uint8_t)(64 - (at + bits));
	}
	e->mask = mask << e->shift;
	e->first = (uint16_t)(at / 8);
	e->last = (uint16_t)(end - 1);
}

static uint8_t cover_of(unsigned layer, const struct proto_field *f)
{
	const unsigned above = f->above ? PLAY_COVER_PSEUDO : 0;

	if (layer == PLAY_IPV4)
		return (uint8_t)(above | PLAY_COVER_IP);
	return (uint8_t)(layer > PLAY_IPV6 ? PLAY_COVER_TOP : above);
}

/* One more, of the low 64 bits at most; what is constant is no sequence. */
static struct play_edit *add(struct play *play, const struct stream *s,
			     const struct stream_field *f, unsigned at,
			     unsigned bits)
{
	const struct headers *h = &s->headers;
	struct play_edit *e = &play->edit[play->nb_edits++];

	e->layer = f->layer;
	if (f->layer != STREAM_AT) {
		const struct proto *p = protos[h->proto[f->layer]];

		e->csum = p->csum_at && at / 8 == p->csum_at;
		e->cover =
			e->csum ? 0 : cover_of(f->layer, &p->field[f->field]);
	}
	put_window(e, at, bits);
	return e;
}

static void put_value(struct play_edit *e, const struct vary *v)
{
	e->constant = v->kind == VARY_CONSTANT || v->kind == VARY_MAP;
	e->value = vary_low(v);
}

/* Of 64 bits from `from` on those that are above `free`. */
static uint64_t above(unsigned free, unsigned from)
{
	if (free <= from)
		return UINT64_MAX;
	return free - from < 64 ? UINT64_MAX << (free - from) : 0;
}

static void put_maps(struct play_edit *e, const struct stream *s,
		     const struct vary *v, unsigned bits, uint64_t **aux)
{
	struct play_map *to = (void *)*aux;
	struct vary_map m;

	e->map = to;
	for (; vary_map_pair(v, bits, &s->pool, e->nb_maps, &m);
	     e->nb_maps++, to++) {
		to->lower = (struct play_half){m.from, above(m.from_free, 0),
					       m.to, above(m.to_free, 0)};
		if (bits > 64)
			to->upper = (struct play_half){
				m.from_high, above(m.from_free, 64), m.to_high,
				above(m.to_free, 64)};
	}
	*aux = (void *)to;
}

/* What a field needs besides, in bytes. */
static size_t room_of(const struct vary *v)
{
	if (v->kind == VARY_MAP)
		return v->count / 3 * sizeof(struct play_map);
	return ALIGN_UP(sequence_room(v), sizeof(uint64_t));
}

/* The upper half of an address stays, unless those of a file differ in it. */
static void put_high(struct play_edit *e, const struct play_edit *low,
		     const struct vary *v, const struct vary_pool *pool)
{
	const struct vary_file *file = vary_file_of(v, pool);
	const struct vary high = vary_constant(v->from, VARY_BYTES - 8);

	put_value(e, &high);
	if (!file || !file->wide)
		return;
	e->constant = false;
	e->seq = low->seq;
	sequence_set_list(&e->seq, v, file->high, sizeof(uint64_t));
}

static void add_field(struct play *play, const struct stream *s, unsigned i,
		      uint64_t **aux)
{
	const struct stream_field *f = &s->field[i];
	unsigned at = f->at_bit, bits = f->nb_bits;
	struct play_edit *e, *high = NULL;

	if (f->layer != STREAM_AT) {
		const struct proto_field *of =
			&protos[s->headers.proto[f->layer]]->field[f->field];

		at = of->at;
		bits = of->bits;
	}
	if (bits > 64) {
		high = add(play, s, f, at, bits - 64);
		at += bits - 64;
	}
	e = add(play, s, f, at, MIN(bits, 64u));
	put_value(e, &f->vary);
	if (f->vary.kind == VARY_MAP)
		put_maps(e, s, &f->vary, bits, aux);
	if (!e->constant) {
		sequence_make(&e->seq, &f->vary, &s->pool, bits,
			      (uint64_t)s->seed << 32 |
				      (uint64_t)f->layer << 24 |
				      (uint64_t)f->field << 16 | f->at_bit,
			      fields_outer_every(s, i), *aux);
		*aux += (sequence_room(&f->vary) + 7) / 8;
	}
	if (!high)
		return;
	put_high(high, e, &f->vary, &s->pool);
	high->map = e->map;
	high->nb_maps = e->nb_maps;
	high->upper = e->map != NULL;
}

/* Those set by hand come last, and stay as they are. */
static void put_csums_last(struct play *play)
{
	play->nb_fields = play->nb_edits;
	for (unsigned i = 0, n = play->nb_edits; n; n--) {
		const struct play_edit e = play->edit[i];

		if (!e.csum) {
			i++;
			continue;
		}
		memmove(&play->edit[i], &play->edit[i + 1],
			(play->nb_edits - i - 1) * sizeof(e));
		play->edit[play->nb_edits - 1] = e;
		play->nb_fields--;
	}
}

static size_t edits_bytes(const struct stream *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct stream_field *f = &s->field[i];

		n += f->layer != STREAM_AT && protos[s->headers.proto[f->layer]]
							      ->field[f->field]
							      .bits > 64
			     ? 2
			     : 1;
	}
	return n * sizeof(struct play_edit);
}

/* Of one that is fed, at the stream's rate: as each frame comes. */
static struct gap gap_of(const struct stream *s, const struct played *p)
{
	struct gap gap = {0, 0};
	bool unpaced;

	if (!p->feed || s->play.speed ||
	    stream_gap_of(s, p->frames, p->bytes + p->frames * ETH_FCS_LEN,
			  &gap, &unpaced) < 0 ||
	    unpaced)
		return (struct gap){0, 0};
	return gap;
}

/* One piece of memory: program, play, edits, readers, what sequences need. */
int play_new(struct program **to, const struct stream *s, struct played *p,
	     struct uk_alloc *a)
{
	const size_t edits = edits_bytes(s);
	const unsigned nb_readers = p->plain || p->feed ? 0 : PLAY_READERS;
	size_t room = 0, size;
	struct program *prog;
	struct play *play;
	uint64_t *aux;

	for (unsigned i = 0; i < s->nb_fields; i++)
		room += room_of(&s->field[i].vary);
	size = ALIGN_UP(sizeof(*prog), sizeof(uint64_t)) + sizeof(*play) +
	       edits + nb_readers * sizeof(struct capture_reader) +
	       s->nb_fields * sizeof(prog->file[0]);
	prog = uk_calloc(a, 1, size + room);
	if (!prog)
		return -ENOMEM;
	play = (void *)((uint8_t *)prog +
			ALIGN_UP(sizeof(*prog), sizeof(uint64_t)));
	prog->play = play;
	play->played = p;
	play->speed = s->play.speed;
	play->loops = s->play.loops;
	play->csums = s->play.csums;
	play->gap = gap_of(s, p);
	prog->file = (void *)((uint8_t *)play->edit + edits);
	if (nb_readers)
		play->reader = (void *)(prog->file + s->nb_fields);
	/* A round of sizes that has none. */
	prog->nb_order = 1;
	prog->order = &play->no_order;
	aux = (void *)((uint8_t *)prog + size);
	for (unsigned i = 0; i < s->nb_fields; i++)
		add_field(play, s, i, &aux);
	put_csums_last(play);
	program_hold_files(prog, s);
	play_begin(prog);
	*to = prog;
	return 0;
}

/* ---- Runs ---------------------------------------------------------------- */

void play_begin(const struct program *prog)
{
	struct play *play = prog->play;
	struct capture_reader *r = play->reader;

	if (play->played->feed) {
		if (!play->cursor.of)
			played_begin(&play->cursor, play->played, NULL);
		played_fed_begin(&play->times, &play->cursor, play->speed,
				 &play->gap);
		return;
	}
	played_begin(&play->cursor, play->played, r);
	if (play->speed)
		played_times_begin(&play->times, play->played, play->speed,
				   r ? r + 1 : NULL);
}

static void go_on(struct played_cursor *to, const struct played_cursor *from)
{
	struct capture_reader *const reader = to->reader;
	const struct played *const of = to->of;

	if (reader)
		memcpy(reader, from->reader, sizeof(*reader));
	*to = *from;
	to->reader = reader;
	to->of = of;
}

void play_switch(const struct program *from, const struct program *to)
{
	const struct play *f = from->play;
	struct play *t = to->play;

	if (f->played != t->played &&
	    (!f->played->feed || f->played->feed != t->played->feed))
		return;
	go_on(&t->cursor, &f->cursor);
	if (f->played->feed) {
		played_fed_go_on(&t->times, &f->times);
		return;
	}
	if (!f->speed || !t->speed)
		return;
	go_on(&t->times.cursor, &f->times.cursor);
	t->times.ns = f->times.ns;
}

uint64_t play_frames(const struct program *prog)
{
	const struct play *play = prog->play;

	/* What was played of it is gone. */
	if (play->played->feed)
		return play->played->frames - play->played->feed->played;
	if (!play->loops || play->loops > UINT64_MAX / play->played->frames)
		return UINT64_MAX;
	return play->loops * play->played->frames;
}

const struct played *play_of(const struct program *prog)
{
	return prog->play->played;
}

struct pacer_times *play_times(const struct program *prog)
{
	const struct play *play = prog->play;

	return play->speed || play->played->feed ? &prog->play->times.times
						 : NULL;
}

/* ---- One of them --------------------------------------------------------- */

bool play_frame(const struct program *prog, struct program_at *at,
		struct uk_alloc *a, uint8_t *buf, uint16_t *len)
{
	const struct played *p = prog->play->played;
	uint64_t n = at->frame % p->frames;
	struct capture_reader *reader = NULL;
	struct played_cursor c;
	struct played_frame f;

	if (p->feed)
		return false;
	if (!p->plain) {
		reader = uk_malloc(a, sizeof(*reader));
		if (!reader)
			return false;
	}
	played_begin(&c, p, reader);
	do
		played_next(&c, &f);
	while (n--);
	*len = play_make(prog, at, &f, buf);
	if (reader)
		uk_free(a, reader);
	return true;
}
