/* SPDX-License-Identifier: GPL-2.0 */
/* Endpoints that are down: what ends for that. */
#ifndef VSN_CORE_OUTAGE_H
#define VSN_CORE_OUTAGE_H

#include "replay.h"

/* An endpoint goes down, now. */
void vsn_outage_fall(struct vsn_sched *s, u32 ep, struct vsn_site *site);

int vsn_outage_find(struct vsn_sched *s, const struct vsn_op *op);
int vsn_outage_find_chunk(struct vsn_sched *s, const struct vsn_chunk *c);

/* An operation starts: what goes down from here on goes down under way. */
static inline void vsn_outage_start(const struct vsn_sched *s, struct vsn_op *op)
{
	op->falls = s->faults.falls;
}

/*
 * Is its initiator down, or a home of its bytes, or has one of them been since it
 * started?  0 or -EIO.
 */
static inline int vsn_outage_check(struct vsn_sched *s, const struct vsn_op *op)
{
	if (likely(!s->faults.nr_endpoints_down && s->faults.falls == op->falls))
		return 0;
	return vsn_outage_find(s, op);
}

/* The same for a chunk that is about to set out, of those that it goes to */
static inline int vsn_outage_check_chunk(struct vsn_sched *s, const struct vsn_chunk *c)
{
	if (likely(!s->faults.nr_endpoints_down && s->faults.falls == c->op->falls))
		return 0;
	return vsn_outage_find_chunk(s, c);
}

#endif /* VSN_CORE_OUTAGE_H */
