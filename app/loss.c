/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/loss.h"

#include "app/balance.h"

#define AT(member) offsetof(struct order_counts, member)

const struct loss_field loss_fields[] = {
	{"lost", "signed frames that have not come", false, AT(lost)},
	{"duplicate", "signed frames that had come before", false,
	 AT(duplicate)},
	{"reordered", "signed frames that came behind later ones", false,
	 AT(reordered)},
	{"late", "signed frames that came behind the window of order", false,
	 AT(late)},
	{"old", "signed frames of an earlier run, or from before 'stats clear'",
	 true, AT(old)},
};
const unsigned loss_nb_fields = sizeof(loss_fields) / sizeof(loss_fields[0]);

/* Without a frame nobody knows whether any was meant to come. */
bool loss_get(const struct pktgen_stream_view *v, const struct loss_field *f,
	      uint64_t *n)
{
	*n = *(const uint64_t *)(const void *)((const char *)&v->order + f->at);
	return TRAILS && v->is_signed && (f->always || (v->window && v->heard));
}

bool loss_share_milli(const struct pktgen_stream_view *v, uint64_t *milli)
{
	const uint64_t lost = v->order.lost, all = lost + v->order.unique;

	if (!TRAILS || !v->is_signed || !v->window || !v->heard || !all)
		return false;
	*milli = balance_share_milli(
		&(struct balance){.lost = lost, .sent = all});
	return true;
}

void loss_show_one(struct reply *r, const char *key, bool known, uint64_t n,
		   const char *unit)
{
	if (known)
		reply_u64(r, key, n, unit);
	else
		reply_none(r, key, unit);
}

void loss_show(struct reply *r, const struct pktgen_stream_view *v)
{
	uint64_t n;

	for (unsigned i = 0; i < loss_nb_fields; i++) {
		const bool known = loss_get(v, &loss_fields[i], &n);

		loss_show_one(r, loss_fields[i].name, known, n, NULL);
	}
	if (loss_share_milli(v, &n))
		reply_milli(r, "loss", n, "%");
	else
		reply_none(r, "loss", "%");
	reply_u64(r, "window", v->window, NULL);
}

void loss_show_quantiles(struct reply *r, const struct latency *l)
{
	static const struct {
		const char *name;
		unsigned millionths;
	} quantiles[] = {
		{"p50", 500000},  {"p90", 900000},   {"p99", 990000},
		{"p999", 999000}, {"p9999", 999900}, {"p99999", 999990},
	};

	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		uint64_t ns = 0;
		const bool known =
			l &&
			latency_quantile_ns(l, quantiles[i].millionths, &ns);

		loss_show_one(r, quantiles[i].name, known, ns, "ns");
	}
}
