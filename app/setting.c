/* SPDX-License-Identifier: BSD-3-Clause */
/* What a command sets in a stream or in how a port sends, and its errors. */
#include "app/app.h"

enum call_result app_set_how(struct call *c, uint64_t mask,
			     void (*edit)(struct worker_how *how,
					  const void *arg),
			     const void *arg)
{
	enum call_result up = app_check_up(c, mask);

	if (up == CALL_DONE)
		pktgen_set_how(&call_app(c)->pktgen, mask, edit, arg,
			       c->now_ns);
	return up;
}

/* What makes frames of less than `min` bytes too small. */
static const char *needs(unsigned min)
{
	if (min <= STREAM_SIZE_MIN)
		return "";
	return min > STREAM_SIZE_MIN_IPV6 ? " with IPv6 and a signature"
					  : " with IPv6";
}

enum call_result app_edit(struct call *c, uint64_t mask,
			  void (*edit)(struct stream *s, const void *arg),
			  const void *arg, int arg_index)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const enum arg_type type = c->form->args[arg_index].type;
	enum call_result up = app_check_up(c, mask);
	struct pktgen_fault f;
	int rc;

	if (up != CALL_DONE)
		return up;
	rc = pktgen_edit(pg, mask, edit, arg, c->now_ns, &f);
	if (rc == -EMSGSIZE && f.size > f.max)
		return call_fail(c, type == ARG_SIZES ? E_RANGE : E_STATE,
				 arg_index,
				 "port %u takes %u..%u bytes%s, not size %u; "
				 "its MTU is %u, see 'ukpktgen run --mtu'",
				 f.port, f.min, f.max, needs(f.min), f.size,
				 pg->port[f.port].mtu);
	if (rc == -EMSGSIZE)
		return call_fail(c, type == ARG_SIZES ? E_RANGE : E_STATE,
				 arg_index,
				 "port %u takes %u..%u bytes%s, not size %u",
				 f.port, f.min, f.max, needs(f.min), f.size);
	if (rc < 0)
		return call_fail(c, type == ARG_RATE ? E_RANGE : E_STATE,
				 arg_index,
				 "for port %u that is not between a frame an "
				 "hour and a frame a nanosecond",
				 f.port);
	return CALL_DONE;
}
