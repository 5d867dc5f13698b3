// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints that are down: what ends for that.
 *
 * What is in an endpoint's memory when it goes down is lost.  Its links are down, so
 * nothing passes through it either; that is fault.c's.  What ends with -EIO is an
 * operation that it is the initiator of, or that has a byte there:
 *
 *  - at its start, if the endpoint is down then.  That is known at once: there is no
 *    need to send anything to find out.
 *  - a blocked WAIT, when the endpoint goes down;
 *  - if it goes down under way, when a chunk would set out to it, perhaps again, as it
 *    was lost; else when the operation would take effect, even if the endpoint is up
 *    by then.
 *
 * A FENCE waits for what is before it all the same, and ends with -EIO then.
 *
 * Online, events are executed ahead of the clock: a fall that has been executed so is
 * not there yet for what comes later and starts before it.
 */
#include "outage.h"

/* What it counts that an endpoint goes down, see vsn_sched_run() */
#define FALL_WORK	4096

static bool is_out(const struct vsn_sched *s, const struct vsn_op *op, u32 ep)
{
	const struct vsn_site *site = vsn_site_find_endpoint(s, ep);

	return site && ((site->nr_down && site->since <= s->now) || site->fall > op->falls);
}

/* Is any home of a range? */
static bool range_is_out(struct vsn_sched *s, const struct vsn_op *op,
			 const struct vsn_place *place, u64 off, u64 len)
{
	u64 end = off + len;
	u32 i;

	/* After as many runs it is the first home's turn again. */
	for (i = 0; off < end && i < place->nr_homes; i++) {
		s->work++;
		if (is_out(s, op, vsn_place_home(place, off)))
			return true;
		off += vsn_place_run(place, off);
	}
	return false;
}

int vsn_outage_find(struct vsn_sched *s, const struct vsn_op *op)
{
	const struct vsn_sqe *sqe = &op->sqe;
	/* A word */
	u64 len = sqe->len ? sqe->len : 8;

	if (is_out(s, op, sqe->initiator))
		return -EIO;
	if (op->dst && range_is_out(s, op, op->dst, sqe->dst - op->dst->ua, len))
		return -EIO;
	if (op->src && range_is_out(s, op, op->src, sqe->src - op->src->ua, len))
		return -EIO;
	return 0;
}

int vsn_outage_find_chunk(struct vsn_sched *s, const struct vsn_chunk *c)
{
	const struct vsn_op *op = c->op;

	if (is_out(s, op, op->sqe.initiator) || is_out(s, op, c->dst) ||
	    (c->src != ~0U && is_out(s, op, c->src)))
		return -EIO;
	return 0;
}

void vsn_outage_fall(struct vsn_sched *s, u32 ep, struct vsn_site *site)
{
	site->fall = ++s->faults.falls;
	if (s->ops->lose)
		site->lost_bytes += s->ops->lose(s->ctx, ep);
	/* However much that was: one is enough for a hold of the caller's lock. */
	s->work += FALL_WORK;
	vsn_wait_fail(s);
}
