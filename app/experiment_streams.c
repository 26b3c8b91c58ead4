/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/experiment_impl.h"

#include <string.h>

#include "app/app.h"
#include "app/outlook.h"
#include "shell/arg.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull
#define SETTINGS_MAX 16384

struct experiment_stream {
	bool sign;
	struct rate rate;
	struct stream_shape shape;
	uint64_t every_ns;
	struct stream_plan plan;
	struct sizes sizes;
	struct value value; /* of a sweep's setting */
};

/* ---- Which there are ---------------------------------------------------- */

static bool next_stream(const struct pktgen *pg, unsigned port, unsigned *s)
{
	while ((*s = pktgen_next_stream(pg, port, *s)) != PKTGEN_NO_STREAM) {
		if (!pktgen_stream_use(pg, port, *s)->disabled)
			return true;
		++*s;
	}
	return false;
}

/* Frames a second in thousandths, 0: it has no rate. */
static uint64_t rate_of(const struct pktgen *pg, struct subject s)
{
	const struct flow_limit limit = {FLOW_NO_LIMIT, FLOW_NO_LIMIT};
	struct outlook o;

	outlook_look(pg, s, &limit, &o);
	return o.pps_milli;
}

/* Of one port, those from `first` on. */
static void share_out(struct experiment *e, const struct pktgen *pg,
		      unsigned first)
{
	const unsigned n = e->nb_streams - first;
	struct trial_stream *s = &e->stream[first];
	uint32_t left = SEARCH_ONE;
	uint64_t sum = 0;
	bool paced = true;

	for (unsigned i = 0; i < n; i++)
		paced &= rate_of(pg, s[i].of) &&
			 outlook_is_paced(
				 pg->set[s[i].of.port].stream[s[i].of.stream]);
	for (int pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < n; i++) {
			const uint64_t part =
				paced ? rate_of(pg, s[i].of)
				      : pktgen_stream_use(pg, s[i].of.port,
							  s[i].of.stream)
						->weight;

			if (!pass) {
				sum += part;
				continue;
			}
			s[i].part_ppb = (uint32_t)wide_div(
				(wide)part * SEARCH_ONE, sum);
			if (i == n - 1)
				s[i].part_ppb = left;
			left -= s[i].part_ppb;
		}
}

/* What it has of its own, and else what is asked for. */
static void take_service(struct experiment *e, const struct pktgen *pg,
			 unsigned i)
{
	const struct subject of = e->stream[i].of;
	const struct stream_service *all = &e->plan.service;
	struct trial_service *s = &e->service[i];
	struct stream_service *is = &s->is;

	*is = pktgen_stream_use(pg, of.port, of.stream)->service;
	s->rate = rate_of(pg, of);
	is->eir = is->eir ? is->eir : all->eir;
	is->loss = is->loss ? is->loss : all->loss;
	is->avail = is->avail ? is->avail : all->avail;
	is->delay_ns = is->delay_ns ? is->delay_ns : all->delay_ns;
	is->variation_ns =
		is->variation_ns ? is->variation_ns : all->variation_ns;
	for (unsigned k = 0; is->yellow && k < e->nb_streams; k++)
		if (e->stream[k].of.port == of.port && k != i &&
		    e->stream[k].of.stream == is->yellow) {
			s->yellow = k + 1;
			e->service[k].is_yellow = true;
		}
}

bool streams_take(struct experiment *e, struct app *app)
{
	const struct pktgen *pg = &app->pktgen;
	unsigned n = 0;

	FOR_EACH_SENDER(i, e->plan.mask)
		n += pg->set[i].nb_streams;
	e->stream = uk_calloc(pg->heap, n, sizeof(e->stream[0]));
	e->before = uk_calloc(pg->heap, n, sizeof(e->before[0]));
	if (!e->stream || !e->before)
		return false;
	FOR_EACH_SENDER(i, e->plan.mask) {
		const unsigned first = e->nb_streams;

		for (unsigned s = 0; next_stream(pg, i, &s); s++)
			e->stream[e->nb_streams++].of = (struct subject){i, s};
		share_out(e, pg, first);
	}
	if (e->plan.course->services) {
		e->service = uk_calloc(pg->heap, n, sizeof(e->service[0]));
		for (unsigned i = 0; e->service && i < e->nb_streams; i++)
			take_service(e, pg, i);
		return e->service && e->nb_streams;
	}
	/* Of one stream the bins are at hand. */
	if (e->nb_streams > 1)
		e->bins = uk_malloc(pg->heap, sizeof(*e->bins));
	if (e->plan.every_ns)
		e->sampled = uk_calloc(pg->heap, LATENCY_BUCKETS,
				       sizeof(e->sampled[0]));
	return e->nb_streams;
}

static size_t write_lines(const struct app *app, char *to)
{
	struct config_walk walk = {.fresh = true};
	char line[CONFIG_LINE_MAX];
	size_t len = 0;

	while (config_line(app, &walk, line)) {
		const size_t n = strlen(line) + 1;

		if (len + n > SETTINGS_MAX)
			break;
		if (to)
			memcpy(to + len, line, n);
		len += n;
	}
	return len;
}

void streams_note(struct experiment *e, struct app *app)
{
	const size_t len = write_lines(app, NULL);

	if (len)
		e->settings = uk_malloc(app->pktgen.heap, len);
	e->settings_len = e->settings ? write_lines(app, e->settings) : 0;
}

/* ---- Loads -------------------------------------------------------------- */

/*
 * A port that sends at `rate` alone takes a gap after each frame; of several
 * streams the mean gap is that of their shares. In 2^-32 ns.
 */
static wide gap_of(const struct app *app, const struct trial_stream *t,
		   const struct rate *rate, const struct sizes *sizes)
{
	struct stream s =
		*pktgen_stream(&app->pktgen, t->of.port, t->of.stream);
	struct gap gap;
	bool unpaced;

	s.rate = *rate;
	memset(&s.shape, 0, sizeof(s.shape));
	if (sizes)
		s.sizes = *sizes;
	if (stream_gap(&s, &gap, &unpaced) || unpaced)
		return 0;
	return (wide)gap.ns << 32 | gap.frac;
}

uint64_t stream_load(const struct experiment *e, const struct app *app,
		     const struct rate *rate, const struct sizes *sizes)
{
	uint64_t least = UINT64_MAX;
	wide sum = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < e->nb_streams; i++) {
		const struct trial_stream *s = &e->stream[i];
		const wide gap = gap_of(app, s, rate, sizes);
		const bool last = i + 1 == e->nb_streams ||
				  e->stream[i + 1].of.port != s->of.port;

		if (!gap)
			return 0;
		n++;
		sum += n == 1 && last ? gap
				      : wide_div(gap * s->part_ppb, SEARCH_ONE);
		if (!last)
			continue;
		least = MIN(least, (uint64_t)wide_div(
					   (wide)1000 * NS_PER_S << 32, sum));
		sum = n = 0;
	}
	return least == UINT64_MAX ? 0 : least;
}

void stream_frame(struct experiment *e, const struct app *app,
		  const struct sizes *sizes)
{
	const struct subject of = e->stream[0].of;
	const struct stream *s =
		pktgen_stream(&app->pktgen, of.port, of.stream);
	uint64_t frames;
	const uint64_t bytes = sizes_round(sizes ? sizes : &s->sizes,
					   stream_size_z(s), &frames);

	e->size_milli = frames ? bytes * 1000 / frames : 0;
	e->frame_ns = (uint64_t)wide_div((wide)e->size_milli * 8 * 1000000,
					 MAX(s->linkspeed_bps, 1));
}

/* ---- Settings ----------------------------------------------------------- */

/* Each trial begins with its streams: they neither wait nor follow. */
static int prepare(struct config *c, void *arg)
{
	const struct experiment_plan *p = arg;

	c->stream.sign = true;
	c->use.plan.delay_ns = 0;
	c->use.plan.after = c->use.plan.follows = 0;
	if (p->course->as_set)
		return 0;
	memset(&c->stream.shape, 0, sizeof(c->stream.shape));
	c->stream.pace.every_ns = 0;
	memset(&c->use.plan, 0, sizeof(c->use.plan));
	return 0;
}

static int set_sizes(struct config *c, void *arg)
{
	struct experiment *e = arg;

	prepare(c, &e->plan);
	c->stream.sizes = e->plan.size[e->size];
	return 0;
}

bool streams_set_size(struct experiment *e, struct app *app, uint64_t now_ns)
{
	const struct subjects on = subjects_of(e->plan.mask);
	struct pktgen_fault fault;

	if (e->plan.nb_sizes)
		return !config_change(app, &on, set_sizes, e, now_ns, &fault);
	return !config_change(app, &on, prepare, &e->plan, now_ns, &fault);
}

static void keep_settings(struct experiment *e, const struct app *app)
{
	struct config c;

	for (unsigned i = 0; i < e->nb_streams; i++) {
		struct experiment_stream *b = &e->before[i];

		config_get(app, e->stream[i].of, &c);
		*b = (struct experiment_stream){
			.sign = c.stream.sign,
			.rate = c.stream.rate,
			.shape = c.stream.shape,
			.every_ns = c.stream.pace.every_ns,
			.plan = c.use.plan,
			.sizes = c.stream.sizes,
		};
		if (e->plan.nb_values)
			e->plan.setting.arg->setting->get(&c, &b->value);
	}
}

bool streams_prepare(struct experiment *e, struct app *app, uint64_t now_ns)
{
	keep_settings(e, app);
	/* The first one comes last, and stays. */
	for (e->size = MAX(e->plan.nb_sizes, 1); e->size--;)
		if (!streams_set_size(e, app, now_ns)) {
			streams_restore(e, app, now_ns);
			e->size = 0;
			return false;
		}
	e->size = 0;
	return true;
}

bool streams_set_value(struct experiment *e, struct app *app, uint64_t now_ns)
{
	const struct experiment_plan *p = &e->plan;
	const struct subjects on = subjects_of(p->mask);
	const struct parse_ports none = {0};
	struct pktgen_fault fault;
	struct value v = {0};

	if (e->st.n > p->nb_values || !p->nb_values || e->st.n - 1 == e->value)
		return true;
	e->value = e->st.n - 1;
	return !arg_take(p->setting.arg, p->value[e->value], &none, &v) &&
	       !config_edit(app, &p->setting, &on, &v, now_ns, &fault);
}

/* Whether the setting still has the value that the sweep gave it. */
static bool is_value(const struct experiment *e, const struct config *c)
{
	const struct experiment_plan *p = &e->plan;
	const struct parse_ports none = {0};
	struct value is = {0}, set = {0};

	if (e->value >= p->nb_values)
		return false;
	p->setting.arg->setting->get(c, &is);
	return !arg_take(p->setting.arg, p->value[e->value], &none, &set) &&
	       arg_equal(p->setting.arg, &is, &set);
}

static bool is_our_rate(const struct experiment *e, unsigned i,
			const struct rate *rate)
{
	const struct trial_ask *ask = &e->trial.ask;
	const uint32_t ppb = e->stream[i].part_ppb;

	if (e->service)
		return rate->unit == RATE_PPS &&
		       rate->micro == e->service[i].load * 1000;
	return rate->unit == RATE_PPS &&
	       (rate->micro == trial_part(ask->load, ppb) * 1000 ||
		(ask->then_ns &&
		 rate->micro == trial_part(ask->then_load, ppb) * 1000));
}

/* When it starts, where nobody has set that since. */
static void put_start_back(const struct stream_plan *before,
			   struct stream_plan *plan)
{
	if (plan->delay_ns || plan->follows)
		return;
	plan->delay_ns = before->delay_ns;
	plan->after = before->after;
	plan->follows = before->follows;
}

static void put_back(const struct experiment *e, unsigned i, struct config *c)
{
	static const struct stream_plan no_plan;
	const struct experiment_stream *b = &e->before[i];
	const struct experiment_plan *p = &e->plan;

	if (is_value(e, c))
		p->setting.arg->setting->set(c, &b->value);
	if (c->stream.sign)
		c->stream.sign = b->sign;
	if (p->nb_sizes &&
	    value_sizes_equal(&c->stream.sizes,
			      &p->size[MIN(e->size, p->nb_sizes - 1)]))
		c->stream.sizes = b->sizes;
	if (p->course->as_set) {
		put_start_back(&b->plan, &c->use.plan);
		return;
	}
	if (is_our_rate(e, i, &c->stream.rate))
		c->stream.rate = b->rate;
	if (!c->stream.shape.kind)
		c->stream.shape = b->shape;
	if (!c->stream.pace.every_ns)
		c->stream.pace.every_ns = b->every_ns;
	if (!memcmp(&c->use.plan, &no_plan, sizeof(no_plan)))
		c->use.plan = b->plan;
}

void streams_restore(struct experiment *e, struct app *app, uint64_t now_ns)
{
	const struct pktgen *pg = &app->pktgen;
	struct config c;

	for (unsigned i = 0; i < e->nb_streams; i++) {
		const struct subject s = e->stream[i].of;

		/* Streams may have gone since. */
		if (pktgen_next_stream(pg, s.port, s.stream) != s.stream)
			continue;
		config_get(app, s, &c);
		put_back(e, i, &c);
		config_put(app, s, &c, now_ns);
	}
	uk_free(pg->heap, e->before);
	e->before = NULL;
}

/* ---- Trials of them ----------------------------------------------------- */

static bool begin(struct experiment *e, struct app *app, uint64_t now_ns)
{
	return trial_begin(&e->trial, app, now_ns);
}

static void step(struct experiment *e, struct app *app, uint64_t now_ns)
{
	trial_step(&e->trial, app, now_ns);
}

static void abort_trial(struct experiment *e, struct app *app, uint64_t now_ns)
{
	trial_abort(&e->trial, app, now_ns);
}

const struct course_maker streams_maker = {
	.prepare = streams_prepare,
	.restore = streams_restore,
	.begin = begin,
	.step = step,
	.abort = abort_trial,
};

/* ---- Samples ------------------------------------------------------------ */

void streams_sample(struct experiment *e, const struct latency *l,
		    uint64_t time[TRIAL_TIMES])
{
	struct latency now = *l;
	unsigned first = LATENCY_BUCKETS, last = 0;

	/* The bins go on: what came since the last sample is in their place. */
	now.frames = 0;
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		const uint64_t n = l->count[i] - e->sampled[i];

		e->sampled[i] = n;
		now.frames += n;
		if (!n)
			continue;
		first = MIN(first, i);
		last = i;
	}
	now.count = e->sampled;
	if (now.frames) {
		now.min_ns = log_linear_last(first, LATENCY_BITS);
		now.max_ns =
			MIN(log_linear_last(last, LATENCY_BITS), l->max_ns);
		trial_take_times(&now, time);
		time[TRIAL_MEAN] = TRIAL_UNKNOWN;
	}
	memcpy(e->sampled, l->count, LATENCY_BUCKETS * sizeof(e->sampled[0]));
}
