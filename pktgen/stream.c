/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/stream.h"

#include <errno.h>
#include <string.h>
#include <uk/essentials.h>

#include "net/port.h"
#include "pktgen/fields.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull
#define NS_PER_HOUR (3600 * NS_PER_S)
#define MICRO 1000000ull
#define DEFAULT_LINKSPEED_BPS (10 * NS_PER_S)
#define DEFAULT_SEED 1
#define DEFAULT_PORT_SIZE 1518 /* of an MTU of 1500 */

void stream_init(struct stream *s, const uint8_t src_mac[ETH_ALEN])
{
	memset(s, 0, sizeof(*s));
	s->rate = (struct rate){RATE_MAX, 0};
	s->pace = (struct pace){PACE_EVEN, PACE_CATCHUP,
				CONFIG_APPUKPKTGEN_BURST, 0};
	s->linkspeed_bps = DEFAULT_LINKSPEED_BPS;
	s->seed = DEFAULT_SEED;
	s->port_size = DEFAULT_PORT_SIZE;
	fields_reset(s);
	stream_set_size(s, STREAM_SIZE_MIN);
	memcpy(s->device_mac, src_mac, ETH_ALEN);
}

void stream_set_size(struct stream *s, uint16_t size)
{
	memset(&s->sizes, 0, sizeof(s->sizes));
	s->sizes.count = 1;
	s->sizes.entry[0] = (struct size_weight){size, 1};
}

/* ---- Headers ------------------------------------------------------------ */

unsigned stream_size_min_of(const struct stream *s, const struct stack *st)
{
	const unsigned sign = s->sign ? SIGNATURE_LEN : 0;
	const unsigned len = MAX((unsigned)st->len, fields_end(s));

	return MAX(len + sign + ETH_FCS_LEN, (unsigned)STREAM_SIZE_MIN);
}

unsigned stream_size_min(const struct stream *s)
{
	struct stack st;

	if (fields_stack(s, &st) < 0)
		return STREAM_SIZE_MAX + 1;
	return stream_size_min_of(s, &st);
}

bool stream_tagged(const struct stream *s)
{
	const unsigned type =
		s->headers.nb > 1 ? protos[s->headers.proto[1]]->ether_type : 0;

	return type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ ||
	       type == ETH_TYPE_VLAN_9100;
}

/* ---- Sizes and rate ----------------------------------------------------- */

unsigned stream_size_z(const struct stream *s)
{
	return MIN(s->port_size + (stream_tagged(s) ? PORT_VLAN_TAG_LEN : 0u),
		   (unsigned)STREAM_SIZE_MAX);
}

unsigned stream_bad_size(const struct stream *s, unsigned min, unsigned max)
{
	const unsigned z = stream_size_z(s);

	for (unsigned i = 0, size; (size = sizes_at(&s->sizes, i, z)); i++)
		if (size < min || size > max)
			return size;
	return 0;
}

/* What frames count, in the load's unit a second. */
static wide cost(enum rate_unit unit, uint64_t frames, uint64_t bytes)
{
	switch (unit) {
	case RATE_BPS_L2:
		return (wide)bytes * 8;
	case RATE_BPS_L1:
	case RATE_PERCENT:
		return ((wide)bytes + (wide)frames * ETH_L1_OVERHEAD) * 8;
	case RATE_PER_MIN:
		return (wide)frames * 60;
	default:
		return frames;
	}
}

/*
 * A rate as a fraction, frames by ns, of frames that together have those
 * bytes. Up to 2^20 frames of 72,304 bits * 1e15 are below 2^87; a rate
 * times 2^20 frames is below 2^118.
 */
static void offered_of(const struct stream *s, const struct rate *rate,
		       uint64_t count, uint64_t bytes, wide *frames, wide *ns)
{
	wide per_s = rate->micro;

	if (rate->unit == RATE_PERCENT)
		per_s = wide_div(per_s * s->linkspeed_bps, 100);
	*frames = per_s * count;
	*ns = cost(rate->unit, count, bytes) * NS_PER_S * MICRO;
}

static void offered(const struct stream *s, const struct rate *rate,
		    wide *frames, wide *ns)
{
	uint64_t count;
	const uint64_t bytes = sizes_round(&s->sizes, stream_size_z(s), &count);

	offered_of(s, rate, count, bytes, frames, ns);
}

/* In 2^-64 frames a ns; -ERANGE for one frame a ns and more. */
static int per_ns(const struct stream *s, const struct rate *rate, uint64_t *v)
{
	wide frames, ns;

	if (rate->unit == RATE_MAX)
		return -EDOM;
	offered(s, rate, &frames, &ns);
	/* The most there is is a bit less. */
	if (frames > ns)
		return -ERANGE;
	if (frames == ns)
		frames--;
	*v = 0;
	for (unsigned bit = 0; bit < 64; bit++) {
		frames <<= 1;
		*v = *v << 1 | (frames >= ns);
		frames -= frames >= ns ? ns : 0;
	}
	return 0;
}

int stream_curve(const struct stream *s, struct pace_curve *curve,
		 struct gap *gap)
{
	const struct stream_shape *sh = &s->shape;
	struct pace_part *one = &curve->part[0], *two = &curve->part[1];
	uint64_t from, to, ns;
	wide all;
	int rc;

	memset(curve, 0, sizeof(*curve));
	if (sh->kind == SHAPE_OFF)
		return 0;
	rc = per_ns(s, &sh->from, &from);
	if (!rc)
		rc = per_ns(s, &sh->to, &to);
	if (rc)
		return rc;
	*one = (struct pace_part){.ns = sh->ns, .from = from, .to = to};
	*two = (struct pace_part){.ns = sh->ns, .from = to, .to = to};
	curve->nb = sh->kind == SHAPE_SAW ? 1 : 2;
	if (sh->kind == SHAPE_RAMP) {
		curve->again = 1;
		two->ns = NS_PER_HOUR;
	} else if (sh->kind == SHAPE_SQUARE) {
		one->to = from;
		two->ns = (uint64_t)wide_div((wide)sh->ns * sh->duty,
					     SHAPE_DUTY_ALL);
		one->ns -= two->ns;
	} else if (sh->kind != SHAPE_SAW) {
		one->smooth = two->smooth = sh->kind == SHAPE_SINE;
		two->to = from;
		one->ns /= 2;
		two->ns -= one->ns;
	}
	all = pace_curve_round(curve, &ns);
	if (!from && !to)
		return -EDOM;
	/* Of what ends at rest there is no mean. */
	all >>= 32;
	all = wide_div((wide)ns << 64, all ? all : 1);
	all = MIN(all, (wide)NS_PER_HOUR << 32);
	*gap = (struct gap){(uint64_t)(all >> 32), (uint32_t)all};
	return 0;
}

/* That number of frames in that time. */
static int gap_of(wide frames, wide ns, struct gap *gap, bool *unpaced)
{
	if (!frames)
		return -ERANGE;
	/* In 2^-32 ns. */
	ns <<= 32;
	ns = wide_div(ns + frames - 1, frames);
	if (ns >> 32 < 1 || ns >> 32 > NS_PER_HOUR)
		return -ERANGE;
	*unpaced = false;
	gap->ns = (uint64_t)(ns >> 32);
	gap->frac = (uint32_t)ns;
	return 0;
}

int stream_gap_of(const struct stream *s, uint64_t count, uint64_t bytes,
		  struct gap *gap, bool *unpaced)
{
	wide frames, ns;

	if (s->rate.unit == RATE_MAX) {
		*unpaced = true;
		*gap = (struct gap){0, 0};
		return 0;
	}
	offered_of(s, &s->rate, count, bytes, &frames, &ns);
	return gap_of(frames, ns, gap, unpaced);
}

int stream_gap(const struct stream *s, struct gap *gap, bool *unpaced)
{
	wide frames, ns;

	if (s->rate.unit == RATE_MAX) {
		*unpaced = true;
		*gap = (struct gap){0, 0};
		return 0;
	}
	offered(s, &s->rate, &frames, &ns);
	return gap_of(frames, ns, gap, unpaced);
}
