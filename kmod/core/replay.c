// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of chunks when links fail.
 *
 * Lost.  A chunk is lost that comes to a link that is down, or is on it, or waits
 * for it, when it goes down.  It is sent again as it was at first, with all its
 * legs, by a way that is live as far as that is known, at the time when its
 * loss is known; or its operation ends then with -EIO.  Nothing crosses a link that
 * is down, so that costs no wire bytes there; what was on its way counts as it did.
 *
 * To see what is on a link, times at which a chunk's last byte has left each one are
 * kept beside it (vsn_chunk_tails()), and a chunk that has passed all it visits
 * remains until its last byte has arrived.
 *
 * Corrupted.  Links have retries of their own: a chunk with a packet that is
 * corrupted is sent over the link again as a whole, once word of that is back, and
 * the link waits for it.  Whether it is depends on seed, link and the number of the
 * transfer over that link only.  A link that fails at it VSN_MAX_RETRIES times gives
 * it up, and its operation ends with -EIO.
 */
#include "replay.h"
#include "rng.h"

struct cut {
	struct vsn_sched *s;
	u32 kind;
	u32 target;
	struct vsn_chunk *lost;
};

/* Is a part of the chunk still on what goes down?  Later links are left later. */
static bool is_on(const struct cut *cut, const struct vsn_chunk *c)
{
	const u64 *tails = vsn_chunk_tails(cut->s, c);
	u32 i;

	for (i = c->at; c->timed && i-- > 0; ) {
		if (!(c->visits[i].flags & VISIT_LINK))
			continue;
		if (tails[i] <= cut->s->now)
			break;
		if (vsn_site_takes(cut->s, cut->kind, cut->target, c->visits[i].res))
			return true;
	}
	return false;
}

static bool take_lost(void *ctx, const struct vsn_event *ev)
{
	struct cut *cut = ctx;
	struct vsn_chunk *c;

	cut->s->work++;
	if (!vsn_event_is_chunk(ev))
		return false;
	c = ev->what;
	if (!is_on(cut, c))
		return false;
	c->next = cut->lost;
	cut->lost = c;
	return true;
}

/* It has no event in the heap now, but there is room for one. */
static void lose(struct vsn_sched *s, struct vsn_chunk *c, struct vsn_site *site)
{
	struct vsn_op *op = c->op;
	struct vsn_site *ep = vsn_site_endpoint(s, op->sqe.initiator);
	struct vsn_event ev;
	int err = 0;
	u64 time;

	site->lost++;
	if (op->status) {
		op->end = vsn_max(op->end, s->now);
		vsn_chunk_retire(s, c);
		return;
	}
	if (__builtin_add_overflow(site->since, s->faults.policy.detect, &time))
		err = -EOVERFLOW;
	else if (!ep)
		err = -ENOMEM;
	else if (s->faults.policy.give_up)
		err = -EIO;
	/* Online, what is ahead of the clock may be lost by what happens now. */
	time = err == -EOVERFLOW ? s->now : vsn_max(vsn_max(time, op->start), s->now);
	if (err) {
		op->status = err;
		op->end = vsn_max(op->end, time);
		vsn_chunk_retire(s, c);
		return;
	}
	ep->replays++;
	if (c->at > c->gate)
		c->again |= VSN_AGAIN_FOLLOWED;
	c->again |= VSN_AGAIN_SENT;
	c->nr = 0;
	c->at = 0;
	c->bound = 0;
	c->flow = (struct vsn_flow) { .head = time, .tail = time };
	ev = vsn_chunk_event(c, time);
	vsn_heap_push(&s->heap, &ev);
}

void vsn_replay_cut(struct vsn_sched *s, u32 kind, u32 target,
		    struct vsn_site *site)
{
	struct cut cut = { .s = s, .kind = kind, .target = target };
	struct vsn_chunk *c;

	if (!s->nr_chunks)
		return;
	vsn_heap_filter(&s->heap, take_lost, &cut);
	while ((c = cut.lost)) {
		cut.lost = c->next;
		lose(s, c, site);
	}
}

/* Errors */

static u64 times(u64 a, u64 b)
{
	return (__uint128_t)a * b >> 64;
}

/*
 * @part, less than VSN_ERROR_ONE, of VSN_ERROR_ONE in units of 2^-64: a long division, of
 * 24, 24 and 16 bits, as a dividend of 40 bits leaves room for in 64.
 */
static u64 fraction(u64 part)
{
	u64 high, middle, rest;

	high = (part << 24) / VSN_ERROR_ONE;
	rest = (part << 24) % VSN_ERROR_ONE;
	middle = (rest << 24) / VSN_ERROR_ONE;
	rest = (rest << 24) % VSN_ERROR_ONE;
	return high << 40 | middle << 16 | (rest << 16) / VSN_ERROR_ONE;
}

/* Probability that all of @packets arrive well, in units of 2^-64 */
static u64 all_well(u64 errors, u64 packets)
{
	u64 all = U64_MAX, one;

	if (errors >= VSN_ERROR_ONE)
		return 0;
	for (one = -fraction(errors); packets; packets >>= 1) {
		if (packets & 1)
			all = times(all, one);
		one = times(one, one);
	}
	return all;
}

static bool is_corrupted(const struct vsn_sched *s, const struct vsn_link *link, u32 id,
			 u64 errors, u64 bytes)
{
	const struct vsn_network *net = &s->topo->networks[link->net];
	u64 packets = bytes ? (bytes + net->packet - 1) / net->packet : 1;
	u64 draw = vsn_mix(s->faults.policy.seed ^
			   vsn_mix((u64)id << 32 ^ vsn_mix(link->transfers)));

	return draw >= all_well(errors, packets);
}

/* A transfer that is not the first of its kind */
static int count_replay(struct vsn_sched *s, struct vsn_chunk *c, u64 wire)
{
	struct vsn_site *link = vsn_site_link(s, c->visit.res);
	struct vsn_site *ep = vsn_site_endpoint(s, c->op->sqe.initiator);

	if (!link || !ep)
		return -ENOMEM;
	link->replays++;
	link->replay_wire += wire;
	ep->replay_wire += wire;
	return 0;
}

/* Over a link that works, as often as it takes */
static int retry(struct vsn_sched *s, struct vsn_chunk *c, u64 errors)
{
	const struct vsn_link *link = vsn_links_find(&s->links, c->visit.res);
	struct vsn_visit v = c->visit;
	u64 bound = c->bound, latency = vsn_visit_latency(s, &v, link);
	u32 tries;
	int err;

	v.flags &= ~VISIT_TURN;
	for (tries = 0; is_corrupted(s, link, v.res, errors, v.bytes); tries++) {
		if (tries == VSN_MAX_RETRIES) {
			c->op->end = vsn_max(c->op->end, c->flow.tail);
			return -EIO;
		}
		/* It has arrived, and word of it comes back. */
		if (__builtin_add_overflow(c->flow.tail, latency, &c->flow.head))
			return -EOVERFLOW;
		c->flow.tail = c->flow.head;
		err = vsn_chunk_pass(s, c, &v);
		if (!err)
			err = count_replay(s, c, vsn_visit_wire(s, &v));
		if (err)
			return err;
		c->bound = bound;
	}
	return 0;
}

/* Word of a value that a WAIT waited for takes time, but no bandwidth. */
static int pass_word(struct vsn_sched *s, struct vsn_chunk *c)
{
	const struct vsn_link *link = vsn_links_touch(&s->links, c->visit.res);
	u64 latency;

	if (!link)
		return -ENOMEM;
	latency = vsn_visit_latency(s, &c->visit, link);
	if (__builtin_add_overflow(c->flow.tail, latency, &c->flow.tail))
		return -EOVERFLOW;
	c->flow.head = c->flow.tail;
	return 0;
}

static int pass_link(struct vsn_sched *s, struct vsn_chunk *c)
{
	u64 errors;
	int err;

	if (c->visit.flags & VISIT_WORD)
		return pass_word(s, c);
	err = vsn_chunk_pass(s, c, &c->visit);
	if (!err && c->again)
		err = count_replay(s, c, vsn_visit_wire(s, &c->visit));
	if (err || !s->faults.nr_errors)
		return err;
	errors = vsn_site_errors(s, c->visit.res);
	return errors ? retry(s, c, errors) : 0;
}

int vsn_replay_pass(struct vsn_sched *s, struct vsn_chunk *c)
{
	struct vsn_site *site;
	int err;

	if (!(c->visit.flags & VISIT_LINK))
		return vsn_chunk_pass(s, c, &c->visit);
	site = vsn_site_down(s, c->visit.res);
	if (site) {
		lose(s, c, site);
		return 1;
	}
	err = pass_link(s, c);
	if (!err && c->timed)
		vsn_chunk_tails(s, c)[c->at] = c->flow.tail;
	return err;
}
