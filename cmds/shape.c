/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/timing.h"
#include "app/traffic.h"

enum { PORTS, KIND, RATES, KEYWORD, TIME, DUTY_WORD, DUTY };

static const struct arg_word off[] = {
	{"off", "send at the constant rate that 'rate' has set"},
	{NULL},
};

static const struct arg_word waves[] = {
	{"saw", "rise or fall to the second rate, then begin again"},
	{"triangle", "go to the second rate and back"},
	{"sine", "go to the second rate and back, smoothly"},
	{"square", "keep the first rate, then the second"},
	{NULL},
};

static const struct arg off_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_ENUM, .name = "OFF", .words = off, .asked = true,
		  .help = "no shape"},
	{ARG_NONE},
};

/* Two; of one alone the error is to point at it, not at what follows. */
static bool are_rates(const char *word)
{
	return strchr(word, '-') != NULL;
}

#define RATES_ARG                                                   \
	{                                                           \
		ARG_TEXT, .name = "RATES", .fits = are_rates,       \
			  .help = "first and second rate, such as " \
				  "0pps-1mpps or 10%-50%"           \
	}

static const struct arg ramp_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_KEYWORD, .name = "ramp", .help = "change the rate once"},
	[RATES] = RATES_ARG,
	[KEYWORD] = {ARG_KEYWORD, .name = "over", .help = "within a time"},
	[TIME] = {ARG_TIME, .name = "TIME", .help = "time of the change",
		  .min = SHAPE_NS_MIN, .max = SHAPE_NS_MAX},
	{ARG_NONE},
};

static const struct arg wave_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_ENUM, .name = "WAVE", .words = waves,
		  .help = "how the rate changes"},
	[RATES] = RATES_ARG,
	[KEYWORD] = {ARG_KEYWORD, .name = "every", .help = "again and again"},
	[TIME] = {ARG_TIME, .name = "TIME", .help = "time of a round",
		  .min = SHAPE_NS_MIN, .max = SHAPE_NS_MAX},
	[DUTY_WORD] = {ARG_KEYWORD, .optional = true, .name = "duty",
		       .help = "share of time at the second rate"},
	[DUTY] = {ARG_TEXT, .optional = true, .name = "PERCENT", .unset = "50%",
		  .help = "share of time, of 'square' alone, such as 20%"},
	{ARG_NONE},
};

static int change(struct stream *s, void *arg, struct fields_fault *fault)
{
	(void)fault;
	memcpy(&s->shape, arg, sizeof(s->shape));
	return 0;
}

/* "1kpps-1mpps" */
static bool take_rates(const char *word, struct stream_shape *s)
{
	const char *dash = strchr(word, '-');
	char from[48];
	size_t n = dash ? (size_t)(dash - word) : sizeof(from);

	if (n >= sizeof(from))
		return false;
	memcpy(from, word, n);
	from[n] = '\0';
	return !value_rate(from, &s->from) && !value_rate(dash + 1, &s->to);
}

/* A share in percent, neither none nor all. */
static bool take_duty(const char *word, struct stream_shape *s)
{
	struct rate share;

	if (value_rate(word, &share) || share.unit != RATE_PERCENT ||
	    !share.micro || share.micro >= SHAPE_DUTY_ALL)
		return false;
	s->duty = (uint32_t)share.micro;
	return true;
}

static enum call_result run(struct call *c)
{
	const char *duty = c->v[DUTY_WORD].set ? c->v[DUTY].word : "50%";
	struct stream_shape s;

	memset(&s, 0, sizeof(s));
	s.kind = c->form->args == ramp_args
			 ? SHAPE_RAMP
			 : SHAPE_SAW + (uint32_t)c->v[KIND].u;
	s.ns = c->v[TIME].u;
	if (!take_rates(c->v[RATES].word, &s))
		return call_fail(c, E_SYNTAX, RATES,
				 "'shape' takes two rates such as 1kpps-1mpps, "
				 "not '%.60s'",
				 c->v[RATES].word);
	if (s.kind != SHAPE_SQUARE && c->v[DUTY_WORD].set)
		return call_fail(c, E_SURPLUS, DUTY_WORD,
				 "only 'square' has a duty");
	if (s.kind == SHAPE_SQUARE && !take_duty(duty, &s))
		return call_fail(c, E_RANGE, DUTY,
				 "a duty is such as 20%%, below 100%%, not "
				 "'%.60s'",
				 duty);
	return app_change(c, &c->v[PORTS].subjects, change, &s, RATES);
}

static enum call_result run_off(struct call *c)
{
	struct stream_shape s;

	memset(&s, 0, sizeof(s));
	if (!c->v[KIND].set)
		return timing_show(c, &c->v[PORTS].subjects);
	return app_change(c, &c->v[PORTS].subjects, change, &s, KIND);
}

const struct cmd cmd_shape = {
	.name = "shape",
	.group = GROUP_TRAFFIC,
	.summary = "Change the send rate over time",
	.forms =
		(const struct cmd_form[]){
			{off_args, run_off, "send at a constant rate"},
			{ramp_args, run,
			 "go from one rate to another, and stay there"},
			{wave_args, run, "go through rates again and again"},
			{0},
		},
	.notes = "A shape begins with its first rate when its stream begins, "
		 "and takes the place of 'rate', which ends it. Rates have the "
		 "units of 'rate', and may be 0pps. The frames sent by any "
		 "time are the integral of the rate, within one frame. 'gap' "
		 "has to be 'even'.",
	.examples =
		(const char *const[]){"shape 0 ramp 1kpps-1mpps over 10s",
				      "shape 0.1 sine 10kpps-20kpps every 1s",
				      "shape 0.2 square 0pps-1mpps every 100ms "
				      "duty 20%",
				      "shape off", NULL},
	.see = (const char *const[]){"rate", "gap", "after", NULL},
};
