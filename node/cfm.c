/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Maintenance of Ethernet, answered as an end point of its level does:
 * loopback (IEEE 802.1Q, 20.2), delay and synthetic loss (ITU-T G.8013/Y.1731,
 * 9.15, 9.16, 9.22, 9.23).
 */
#include "node/impl.h"

#define LBR 2
#define LBM 3
#define DMR 46
#define DMM 47
#define SLR 54
#define SLM 55
#define HEAD 4 /* level and version, kind, flags, where TLVs begin */
#define DMM_FIXED 32
#define SLM_FIXED 16
#define LBM_FIXED 4
enum { LEVEL, KIND, FLAGS, TLVS };
enum { RECEIVED = 12, SENT = 20 };                              /* of DMR */
enum { SLM_MEP = 4, SLR_MEP = 6, SLM_TEST = 8, ANSWERED = 16 }; /* of SLR */

static const uint8_t group[] = {1, 0x80, 0xc2, 0, 0};

void node_cfm(struct node *h, bool on, unsigned level, unsigned mep)
{
	h->lab.cfm =
		(struct cfm){.level = (uint8_t)level, .mep = (uint16_t)mep};
	h->lab.on = (uint8_t)(on ? h->lab.on | LAB_CFM : h->lab.on & ~LAB_CFM);
	h->changes++;
}

static void store_time(uint8_t *p, uint64_t ns)
{
	store32(p, (uint32_t)(ns / 1000000000));
	store32(p + 4, (uint32_t)(ns % 1000000000));
}

/* The session that this is of; in place of the oldest. */
static struct cfm_session *session(struct cfm *c, const struct seen *s)
{
	struct cfm_session *is;

	for (unsigned i = 0; i < CFM_SESSIONS_MAX; i++) {
		is = &c->session[i];
		if (!memcmp(is->mac, s->src, ETH_ALEN) &&
		    !memcmp(is->id, s->p + SLM_MEP, 2) &&
		    !memcmp(is->id + 2, s->p + SLM_TEST, 4))
			return is;
	}
	is = &c->session[c->next++ % CFM_SESSIONS_MAX];
	memset(is, 0, sizeof(*is));
	memcpy(is->mac, s->src, ETH_ALEN);
	memcpy(is->id, s->p + SLM_MEP, 2);
	memcpy(is->id + 2, s->p + SLM_TEST, 4);
	return is;
}

static bool is_for_us(const struct node *h, const struct seen *s)
{
	const unsigned level = s->p[LEVEL] >> 5;

	if (h->lab.cfm.level != CFM_LEVEL_ANY && h->lab.cfm.level != level)
		return false;
	return !(s->dst[0] & 1) || (!memcmp(s->dst, group, sizeof(group)) &&
				    s->dst[5] == (0x30 | level));
}

static void answer(struct node *h, const struct seen *s, uint8_t kind)
{
	uint8_t *p = node_frame(h, s->src, s->tag, CFM_TYPE, s->len);

	if (!p)
		return;
	memcpy(p, s->p, s->len);
	p[KIND] = kind;
	if (kind == DMR) {
		store_time(p + RECEIVED, s->now_ns);
		store_time(p + SENT, s->now_ns);
	} else if (kind == SLR) {
		store16(p + SLR_MEP, h->lab.cfm.mep);
		store32(p + ANSWERED, ++session(&h->lab.cfm, s)->answered);
	}
}

bool cfm_take(struct node *h, const struct seen *s, const struct packet *m)
{
	static const struct {
		uint8_t asked, answered, fixed;
	} kinds[] = {
		{LBM, LBR, LBM_FIXED},
		{DMM, DMR, DMM_FIXED},
		{SLM, SLR, SLM_FIXED},
	};

	(void)m;
	if (!(h->lab.on & LAB_CFM) || s->len < HEAD || !is_for_us(h, s))
		return false;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const size_t fixed = kinds[i].fixed;

		if (s->p[KIND] != kinds[i].asked)
			continue;
		/* What this version has, the next ones have, too. */
		if (s->p[TLVS] < fixed || s->len < HEAD + fixed)
			h->dropped++;
		else if (node_may_answer(h, s->now_ns))
			answer(h, s, kinds[i].answered);
		return true;
	}
	return false;
}
