/* SPDX-License-Identifier: BSD-3-Clause */
/* What sets any setting, and its errors. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"

/* What makes frames of less than that too small. */
static void needs(const struct pktgen_fault *f, char *buf, size_t size)
{
	char headers[HEADERS_PRINT_MAX];

	buf[0] = '\0';
	if (f->min <= STREAM_SIZE_MIN)
		return;
	headers_print(&f->headers, headers, sizeof(headers));
	snprintf(buf, size, " with %s%s", headers,
		 f->sign ? " and a signature" : "");
}

/* Of the rate itself, or of what it comes to by another setting. */
static enum call_result refuse_rate(struct call *c, enum shell_err err,
				    const struct pktgen_fault *f, int arg)
{
	char text[40], rate[48] = "the rate";

	if (err == E_RANGE) {
		value_rate_print(&c->v[arg].rate, text, sizeof(text));
		snprintf(rate, sizeof(rate), "rate %s", text);
	}
	return call_fail(c, err, arg,
			 "%s of port %u is out of range: 1 frame an hour to "
			 "1,000 mpps",
			 rate, f->port);
}

/* Has the error point at that size, or the letter that stands for it. */
static void point_at(struct value *v, const struct pktgen_fault *f)
{
	const char *at = v->word;
	unsigned i = 0, size;

	while ((size = sizes_at(&v->sizes, i, f->z)) && size != f->size)
		i++;
	if (!size || !at)
		return;
	if (v->sizes.kind == SIZES_GENOME)
		at += i;
	else if (v->sizes.kind != SIZES_MIX && i)
		at = strchr(at, '-') + 1;
	else
		for (; i && strchr(at, ','); i--)
			at = strchr(at, ',') + 1;
	v->column = v->rest + 1 + (unsigned)(at - v->word);
}

/* A size that the port does not take. */
static enum call_result refuse_size(struct call *c, enum shell_err err,
				    const struct pktgen_fault *f, int arg)
{
	char with[HEADERS_PRINT_MAX + 24], of[24];

	needs(f, with, sizeof(with));
	app_subject_print(call_app(c), (struct subject){f->port, f->stream}, of,
			  sizeof(of));
	if (err == E_RANGE)
		point_at(&c->v[arg], f);
	if (f->min > f->max)
		return call_fail(c, err, arg,
				 "port %u takes frames of up to %u bytes, "
				 "these headers need %u",
				 f->port, f->max, f->min);
	if (f->size > f->max)
		return call_fail(c, err, arg,
				 "port %u takes %u..%u bytes%s, not size %u; "
				 "its MTU is %u, see 'ukpktgen run --mtu'",
				 f->port, f->min, f->max, with, f->size,
				 call_app(c)->pktgen.port[f->port].mtu);
	/* The size is set elsewhere. */
	if (err == E_STATE)
		return call_fail(c, err, arg,
				 "port %u takes %u..%u bytes%s, not size %u; "
				 "type 'size %s %u' first",
				 f->port, f->min, f->max, with, f->size,
				 strchr(of, ' ') + 1, f->min);
	return call_fail(c, err, arg,
			 "port %u takes %u..%u bytes%s, not size %u", f->port,
			 f->min, f->max, with, f->size);
}

enum call_result app_refuse(struct call *c, int rc,
			    const struct pktgen_fault *f, int arg)
{
	const enum arg_type type = arg < 0 ? ARG_NONE : c->form->args[arg].type;
	const enum shell_err err =
		type == (rc == -EMSGSIZE ? ARG_SIZES : ARG_RATE) ? E_RANGE
								 : E_STATE;

	switch (rc) {
	case -EMSGSIZE:
		return refuse_size(c, err, f, arg);
	case -E2BIG:
		return call_fail(c, E_RANGE, arg,
				 "the headers of port %u have more than %u "
				 "bytes, or more than %u checksums",
				 f->port, STACK_BYTES_MAX, PROGRAM_CSUMS_MAX);
	case -EBUSY:
		return call_fail(c, E_STATE, arg,
				 "fields of port %u that vary would overlap "
				 "each other, a checksum, or a length of many "
				 "sizes; type 'set' to see what is set",
				 f->port);
	case -ENOENT:
		return call_fail(c, E_NOFILE, arg, "%s; 'ls' lists them",
				 f->why);
	case -EBADMSG:
		return call_fail(c, E_STATE, arg, "%s", f->why);
	case -EDOM:
		return call_fail(c, E_RANGE, arg,
				 "a shape takes two rates other than max, one "
				 "of them above 0pps");
	case -ENOTSUP:
		return call_fail(c, E_STATE, arg,
				 "port %u has a shape, which takes 'gap even'",
				 f->port);
	case -ENOMEM:
		return app_no_memory(c, arg);
	}
	return refuse_rate(c, err, f, arg);
}

/* Without a value: what is set, as the commands that set it. */
static enum call_result show(struct call *c, const struct setting *s,
			     const struct subjects *on)
{
	const struct arg *a = s->form->args;
	unsigned i = 0;

	while (a[i].type != ARG_NONE && a[i].type != ARG_KEYWORD)
		i++;
	/* Of several, without the keyword, all. */
	config_show(call_app(c), s->cmd,
		    a[i].type == ARG_NONE || c->v[i].set ? s->arg : NULL, on,
		    c->reply);
	return CALL_DONE;
}

enum call_result app_no_memory(struct call *c, int arg)
{
	return call_fail(c, E_NOMEM, arg,
			 "not enough memory; nothing was changed, see "
			 "'ukpktgen run --memory'");
}

enum call_result app_set(struct call *c)
{
	const struct arg *args = c->form->args;
	struct subjects on = subjects_of(1);
	struct pktgen_fault fault;
	struct setting s;
	unsigned last = 0;
	int rc;

	setting_of(c->cmd, c->form, &s);
	for (; &args[last] != s.arg; last++)
		if (args[last].type == ARG_PORTS)
			on = c->v[last].subjects;
	if (s.scope != SCOPE_GLOBAL && app_check_up(c, on.ports) != CALL_DONE)
		return CALL_FAIL;
	if (!c->v[last].set)
		return show(c, &s, &on);
	rc = config_edit(call_app(c), &s, &on, &c->v[last], c->now_ns, &fault);
	return rc < 0 ? app_refuse(c, rc, &fault, (int)last) : CALL_DONE;
}
