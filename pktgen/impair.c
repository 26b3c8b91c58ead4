/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/impair.h"

#include <string.h>

#include "stats/wide.h"

#define NONE UINT32_MAX
#define CELL_BYTES 128

/* What is known of a frame that waits: the begin of its first cell. */
struct entry {
	uint64_t sent_ns; /* when the rate lets it go... */
	uint64_t due_ns;  /* ...and when it arrives */
	uint32_t behind;  /* the one that came behind it, NONE */
	uint32_t later;   /* the next of those that arrive in order, NONE */
	uint16_t len;
};

#define MORE_BYTES (CELL_BYTES - sizeof(uint64_t))
#define FIRST_BYTES (MORE_BYTES - sizeof(struct entry))

/* A piece of a frame. */
struct cell {
	uint32_t next; /* of the frame, or of those that are free */
	union {
		struct {
			struct entry entry;
			uint8_t data[FIRST_BYTES];
		} first;
		uint8_t more[MORE_BYTES];
	};
};

_Static_assert(sizeof(struct cell) == CELL_BYTES, "a cell has its size");

enum draw { DRAW_LOSS, DRAW_DUPLICATE, DRAW_REORDER, DRAW_JITTER, DRAWS };

/* A frame in the heap; of those that are due together the first came first. */
struct node {
	uint64_t due_ns;
	uint32_t order;
	uint32_t cell;
};

struct impair {
	struct impair_how how;
	uint64_t random[DRAWS]; /* each of its own, so that none moves others */
	uint64_t free_ns;       /* the rate lets nothing go before... */
	uint64_t free_frac;     /* ...and 2^-20 ns more... */
	uint64_t ns_per_byte;   /* ...which this counts in; 0: no rate */
	unsigned nb;            /* frames that wait, of these... */
	unsigned nb_queued;     /* ...for the rate, which are... */
	uint32_t queued, last; /* ...from the first one to the last that came */
	/* In order, each of them behind the one before... */
	uint32_t head, tail;
	/* ...and those that overtake others. */
	unsigned nb_heap;
	uint32_t order;
	struct node *heap;
	uint32_t free;
	unsigned nb_free, nb_cells;
	struct cell *cell;
};

struct impair *impair_new(unsigned cells, struct uk_alloc *a)
{
	struct impair *im = uk_zalloc(a, sizeof(*im));

	if (!im)
		return NULL;
	im->nb_cells = cells;
	im->cell = uk_malloc(a, cells * sizeof(im->cell[0]));
	im->heap = uk_malloc(a, cells * sizeof(im->heap[0]));
	if (!im->cell || !im->heap) {
		impair_delete(im, a);
		return NULL;
	}
	impair_drop(im);
	impair_begin(im);
	return im;
}

void impair_delete(struct impair *im, struct uk_alloc *a)
{
	if (!im)
		return;
	uk_free(a, im->heap);
	uk_free(a, im->cell);
	uk_free(a, im);
}

void impair_set(struct impair *im, const struct impair_how *how)
{
	const bool reseed = im->how.seed != how->seed;

	im->how = *how;
	im->ns_per_byte = 0;
	if (how->rate_bps)
		im->ns_per_byte = (8000000000ull << 20) / how->rate_bps;
	if (reseed)
		impair_begin(im);
}

void impair_begin(struct impair *im)
{
	for (unsigned i = 0; i < DRAWS; i++)
		im->random[i] = ((uint64_t)im->how.seed * DRAWS + i) << 32;
}

unsigned impair_room(const struct impair *im)
{
	return im->nb_cells;
}

unsigned impair_held(const struct impair *im)
{
	return im->nb;
}

unsigned impair_drop(struct impair *im)
{
	const unsigned nb = im->nb;

	for (uint32_t i = 0; i < im->nb_cells; i++)
		im->cell[i].next = i + 1;
	im->cell[im->nb_cells - 1].next = NONE;
	im->free = 0;
	im->nb_free = im->nb_cells;
	im->head = im->tail = im->queued = im->last = NONE;
	im->nb = im->nb_queued = im->nb_heap = 0;
	im->free_ns = 0;
	return nb;
}

/* ---- By chance ---------------------------------------------------------- */

/* splitmix64 */
static uint64_t draw(struct impair *im, enum draw which)
{
	uint64_t z = im->random[which] += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static bool happens(struct impair *im, enum draw which, uint32_t share)
{
	return share &&
	       (draw(im, which) >> 32) * IMPAIR_SHARE_ALL >> 32 < share;
}

/* Of a normal distribution with deviation 1, in 2^-16: a sum of twelve. */
static int64_t draw_normal(struct impair *im)
{
	int64_t sum = -12 * 32768 + 6;

	for (unsigned i = 0; i < 3; i++)
		for (uint64_t r = draw(im, DRAW_JITTER), k = 0; k < 4;
		     k++, r >>= 16)
			sum += (uint16_t)r;
	return sum;
}

/* How long a frame is under way. */
static uint64_t under_way(struct impair *im)
{
	const uint64_t delay = im->how.delay_ns, jitter = im->how.jitter_ns;
	int64_t ns;

	if (!jitter)
		return delay;
	if (im->how.normal)
		ns = (int64_t)delay + draw_normal(im) * (int64_t)jitter / 65536;
	else
		ns = (int64_t)(delay - jitter) +
		     (int64_t)((wide)draw(im, DRAW_JITTER) * (2 * jitter + 1) >>
			       64);
	return ns > 0 ? (uint64_t)ns : 0;
}

/* ---- Who is next -------------------------------------------------------- */

static struct entry *entry(struct impair *im, uint32_t cell)
{
	return &im->cell[cell].first.entry;
}

static bool is_before(const struct node *a, const struct node *b)
{
	return a->due_ns < b->due_ns ||
	       (a->due_ns == b->due_ns && (int32_t)(a->order - b->order) < 0);
}

static void heap_add(struct impair *im, const struct node *n)
{
	struct node *const h = im->heap;
	unsigned i = im->nb_heap++;

	for (; i && is_before(n, &h[(i - 1) / 2]); i = (i - 1) / 2)
		h[i] = h[(i - 1) / 2];
	h[i] = *n;
}

static void heap_take(struct impair *im)
{
	struct node *const h = im->heap;
	const struct node n = h[--im->nb_heap];
	unsigned i = 0, k;

	for (; (k = 2 * i + 1) < im->nb_heap; i = k) {
		k += k + 1 < im->nb_heap && is_before(&h[k + 1], &h[k]);
		if (!is_before(&h[k], &n))
			break;
		h[i] = h[k];
	}
	h[i] = n;
}

/* What arrives no sooner than the last is behind it, all else in the heap. */
static void wait_in_turn(struct impair *im, uint32_t cell)
{
	struct entry *const e = entry(im, cell);

	if (im->tail == NONE) {
		im->head = im->tail = cell;
	} else if (e->due_ns >= entry(im, im->tail)->due_ns) {
		entry(im, im->tail)->later = cell;
		im->tail = cell;
	} else {
		heap_add(im, &(struct node){e->due_ns, im->order++, cell});
	}
}

/* Those that the rate has let go by now are not in the queue. */
static void leave_queue(struct impair *im, uint64_t now_ns)
{
	while (im->nb_queued && entry(im, im->queued)->sent_ns <= now_ns) {
		im->queued = entry(im, im->queued)->behind;
		im->nb_queued--;
	}
}

/* ---- In ----------------------------------------------------------------- */

static void copy_in(struct impair *im, const struct uk_netbuf *nb,
		    uint32_t cell)
{
	uint8_t *to = im->cell[cell].first.data;
	size_t room = FIRST_BYTES, off = 0;

	while (nb) {
		const size_t n = MIN(room, nb->len - off);

		if (!room) {
			cell = im->cell[cell].next;
			to = im->cell[cell].more;
			room = MORE_BYTES;
			continue;
		}
		memcpy(to, (const uint8_t *)nb->data + off, n);
		to += n;
		room -= n;
		off += n;
		if (off == nb->len) {
			nb = nb->next;
			off = 0;
		}
	}
}

static unsigned cells_of(unsigned len)
{
	return len <= FIRST_BYTES
		       ? 1
		       : 1 + (unsigned)((len - FIRST_BYTES + MORE_BYTES - 1) /
					MORE_BYTES);
}

/* Takes the cells for it, or NONE. */
static uint32_t take_cells(struct impair *im, unsigned n)
{
	const uint32_t first = im->free;
	uint32_t last = first;

	if (im->nb_free < n)
		return NONE;
	for (unsigned i = 1; i < n; i++)
		last = im->cell[last].next;
	im->free = im->cell[last].next;
	im->cell[last].next = NONE;
	im->nb_free -= n;
	return first;
}

/* When the last of its bytes is out, behind those of all that came before. */
static uint64_t take_rate(struct impair *im, unsigned bytes, uint64_t now_ns)
{
	wide frac = (wide)bytes * im->ns_per_byte;

	if (im->free_ns <= now_ns)
		im->free_ns = now_ns;
	else
		frac += im->free_frac;
	im->free_ns += (uint64_t)(frac >> 20);
	im->free_frac = (uint64_t)frac & ((1u << 20) - 1);
	return im->free_ns;
}

/* A copy of the frame waits; false: there is no place for it. */
static bool put(struct impair *im, const struct uk_netbuf *nb, unsigned len,
		uint64_t now_ns, struct stats *s)
{
	const bool overtakes =
		im->how.delay_ns && happens(im, DRAW_REORDER, im->how.reorder);
	uint64_t sent_ns = now_ns;
	uint32_t cell;

	if (im->ns_per_byte && im->nb_queued >= im->how.queue)
		return false;
	cell = take_cells(im, cells_of(len));
	if (cell == NONE)
		return false;
	if (im->ns_per_byte)
		sent_ns = take_rate(im, len + ETH_FCS_LEN, now_ns);
	s->impair_reordered += overtakes;
	*entry(im, cell) = (struct entry){
		.sent_ns = sent_ns,
		.due_ns = sent_ns + (overtakes ? 0 : under_way(im)),
		.behind = NONE,
		.later = NONE,
		.len = (uint16_t)len,
	};
	copy_in(im, nb, cell);
	im->nb++;
	if (sent_ns > now_ns) {
		if (im->nb_queued++)
			entry(im, im->last)->behind = cell;
		else
			im->queued = cell;
		im->last = cell;
	}
	wait_in_turn(im, cell);
	return true;
}

bool impair_take(struct impair *im, const struct uk_netbuf *nb, unsigned len,
		 bool passes, uint64_t now_ns, struct stats *s)
{
	bool twice;

	if (happens(im, DRAW_LOSS, im->how.loss)) {
		s->impair_lost++;
		return false;
	}
	twice = happens(im, DRAW_DUPLICATE, im->how.duplicate);
	s->impair_duplicated += twice;
	leave_queue(im, now_ns);
	passes &= !im->nb && !im->ns_per_byte && !im->how.delay_ns &&
		  !im->how.jitter_ns;
	if (!passes && !put(im, nb, len, now_ns, s))
		s->impair_queue_full++;
	if (twice && !put(im, nb, len, now_ns, s))
		s->impair_queue_full++;
	return passes;
}

/* ---- Out ---------------------------------------------------------------- */

/* The one that is due first: in order, unless one of the heap is before it. */
static uint32_t first(const struct impair *im, bool *in_heap)
{
	const struct node *top = im->heap;

	*in_heap = im->nb_heap &&
		   (im->head == NONE ||
		    top->due_ns < im->cell[im->head].first.entry.due_ns);
	return *in_heap ? top->cell : im->head;
}

unsigned impair_due(struct impair *im, uint64_t now_ns)
{
	bool in_heap;
	uint32_t cell;

	if (!im->nb)
		return 0;
	leave_queue(im, now_ns);
	cell = first(im, &in_heap);
	return entry(im, cell)->due_ns <= now_ns ? entry(im, cell)->len : 0;
}

void impair_give(struct impair *im, void *to)
{
	bool in_heap;
	uint32_t cell = first(im, &in_heap), last = cell;
	const struct entry e = *entry(im, cell);
	size_t left = e.len, n = MIN(left, FIRST_BYTES);
	unsigned nb = 1;

	if (in_heap) {
		heap_take(im);
	} else {
		im->head = e.later;
		if (im->head == NONE)
			im->tail = NONE;
	}
	im->nb--;
	memcpy(to, im->cell[cell].first.data, n);
	while (left -= n) {
		to = (uint8_t *)to + n;
		last = im->cell[last].next;
		n = MIN(left, MORE_BYTES);
		memcpy(to, im->cell[last].more, n);
		nb++;
	}
	im->cell[last].next = im->free;
	im->free = cell;
	im->nb_free += nb;
}
