// SPDX-License-Identifier: GPL-2.0
/*
 * FENCE: what an initiator does after it begins when all it did before is over.
 *
 * As the default stream of CUDA does among the streams of a program: a fence ends
 * when every operation that its owner submitted before it for its initiator, to
 * whichever stream, is complete, and none that is submitted after it starts before.
 * Others' operations it neither waits for nor holds up, unless they share a stream.
 * That costs no time of its own: an initiator knows what it has pending.
 *
 * The pending operations of one (owner, initiator) are a party, a list in the order
 * of submission.  A fence that is its party's first has nothing left to wait for.
 * Fences are numbered in their party; an operation may start when as many have gone
 * as there were when it was submitted.  So what a fence costs is a look at each
 * operation up to the next fence, once.
 */
#include "sched_impl.h"

#define BUCKETS	64	/* to begin with */

static size_t hash_party(const struct vsn_sched *s, const struct vsn_owner *owner,
			 u32 initiator, size_t buckets)
{
	u64 id = (u64)(uintptr_t)owner ^ (u64)initiator << 40 ^ initiator;

	/* As with streams, it takes a secret to make parties collide. */
	return id * s->stream_key >> 32 >> (32 - __builtin_ctzll(buckets));
}

static struct vsn_party **party_slot(struct vsn_sched *s, const struct vsn_owner *owner,
				     u32 initiator)
{
	struct vsn_party **slot;

	slot = &s->parties[hash_party(s, owner, initiator, s->party_room)];
	while (*slot && ((*slot)->owner != owner || (*slot)->initiator != initiator))
		slot = &(*slot)->next;
	return slot;
}

/* More buckets, when there are as many parties; failing that, longer chains. */
static void grow(struct vsn_sched *s)
{
	size_t old_room = s->party_room, room = old_room * 2, i;
	struct vsn_party **old = s->parties, **table, **slot, *p, *next;

	if (s->nr_parties < old_room)
		return;
	table = s->mem.alloc(s->mem.ctx, room * sizeof(*table));
	if (!table)
		return;
	for (i = 0; i < old_room; i++) {
		for (p = old[i]; p; p = next) {
			next = p->next;
			slot = &table[hash_party(s, p->owner, p->initiator, room)];
			p->next = *slot;
			*slot = p;
		}
	}
	s->parties = table;
	s->party_room = room;
	s->mem.free(s->mem.ctx, old, old_room * sizeof(*old));
}

/*
 * Idle parties, online: a fence that comes later must not end before what is over in
 * the model and, by the clock, is not; nor must anything start before such a fence
 * ends.  There is one for each initiator of a queue at most, and they go with it.
 */

static void park(struct vsn_party *p)
{
	p->idle_prev = NULL;
	p->idle_next = p->owner->idle;
	if (p->idle_next)
		p->idle_next->idle_prev = p;
	p->owner->idle = p;
}

static void unpark(struct vsn_party *p)
{
	if (p->idle_prev)
		p->idle_prev->idle_next = p->idle_next;
	else
		p->owner->idle = p->idle_next;
	if (p->idle_next)
		p->idle_next->idle_prev = p->idle_prev;
}

static struct vsn_party *get_party(struct vsn_sched *s, struct vsn_owner *owner,
				   u32 initiator)
{
	struct vsn_party **slot = party_slot(s, owner, initiator), *p = *slot;

	if (p) {
		if (!p->first)
			unpark(p);
		return p;
	}
	p = s->free_parties;
	if (p)
		s->free_parties = p->next;
	else
		p = s->mem.alloc(s->mem.ctx, sizeof(*p));
	if (!p)
		return NULL;
	*p = (struct vsn_party) { .owner = owner, .initiator = initiator };
	s->nr_parties++;
	grow(s);
	slot = party_slot(s, owner, initiator);
	*slot = p;
	return p;
}

static void drop(struct vsn_sched *s, struct vsn_party *p)
{
	struct vsn_party **slot = party_slot(s, p->owner, p->initiator);

	*slot = p->next;
	s->nr_parties--;
	p->next = s->free_parties;
	s->free_parties = p;
}

int vsn_fence_join(struct vsn_sched *s, struct vsn_op *op)
{
	struct vsn_party *p = get_party(s, op->owner, op->sqe.initiator);

	if (!p)
		return -ENOMEM;
	op->party = p;
	op->fences = p->fences;
	if (op->sqe.opcode == VSN_OP_FENCE)
		p->fences++;
	op->party_next = NULL;
	op->party_prev = p->last;
	if (p->last)
		p->last->party_next = op;
	else
		p->first = op;
	p->last = op;
	return 0;
}

void vsn_fence_leave(struct vsn_sched *s, struct vsn_op *op)
{
	struct vsn_party *p = op->party;

	if (op->sqe.opcode == VSN_OP_FENCE) {
		p->gone++;
		p->fenced = vsn_max(p->fenced, op->end);
	}
	if (op->party_prev)
		op->party_prev->party_next = op->party_next;
	else
		p->first = op->party_next;
	if (op->party_next)
		op->party_next->party_prev = op->party_prev;
	else
		p->last = op->party_prev;
	p->tail = vsn_max(p->tail, op->end);
	if (p->first)
		return;
	if (s->online && !p->owner->gone)
		park(p);
	else
		drop(s, p);
}

void vsn_fence_undo(struct vsn_sched *s, struct vsn_op *op)
{
	if (op->sqe.opcode == VSN_OP_FENCE) {
		op->party->fences--;
		op->party->gone--;
	}
	vsn_fence_leave(s, op);
}

void vsn_fence_block(struct vsn_sched *s, struct vsn_op *op)
{
	op->state = VSN_OP_BLOCKED;
	op->wait_prev = NULL;
	op->wait_next = s->fences;
	if (s->fences)
		s->fences->wait_prev = op;
	s->fences = op;
	s->nr_blocked++;
}

void vsn_fence_unblock(struct vsn_sched *s, struct vsn_op *op)
{
	if (op->wait_prev)
		op->wait_prev->wait_next = op->wait_next;
	else
		s->fences = op->wait_next;
	if (op->wait_next)
		op->wait_next->wait_prev = op->wait_prev;
	s->nr_blocked--;
}

int vsn_fence_init(struct vsn_sched *s)
{
	s->party_room = BUCKETS;
	s->parties = s->mem.alloc(s->mem.ctx, s->party_room * sizeof(*s->parties));
	return s->parties ? 0 : -ENOMEM;
}

/**
 * vsn_online_forget - an owner goes: of it nothing is kept
 * @s: the scheduler
 * @owner: may have operations pending, which are finished, but submits no more
 */
void vsn_online_forget(struct vsn_sched *s, struct vsn_owner *owner)
{
	struct vsn_party *p;

	owner->gone = true;
	while ((p = owner->idle)) {
		unpark(p);
		drop(s, p);
	}
	vsn_fence_trim(s);
}

void vsn_fence_forget_all(struct vsn_sched *s)
{
	struct vsn_party *p, *next;
	size_t i;

	for (i = 0; s->parties && i < s->party_room; i++) {
		for (p = s->parties[i]; p; p = next) {
			next = p->next;
			unpark(p);
			drop(s, p);
		}
	}
	vsn_fence_trim(s);
}

/* Parties that one burst needed are not kept for the next. */
void vsn_fence_trim(struct vsn_sched *s)
{
	struct vsn_party *p;

	while ((p = s->free_parties)) {
		s->free_parties = p->next;
		s->mem.free(s->mem.ctx, p, sizeof(*p));
	}
}

void vsn_fence_free(struct vsn_sched *s)
{
	vsn_fence_forget_all(s);
	if (s->parties)
		s->mem.free(s->mem.ctx, s->parties, s->party_room * sizeof(*s->parties));
}
