// SPDX-License-Identifier: GPL-2.0
/*
 * Streams and events.
 *
 * A stream is an ordered sequence of operations of one initiator.  Only its head
 * is in motion: it has one event in the heap (its start, or its end), or it is
 * active and its chunks have one event each, or it is a blocked WAIT and has none.
 * So room for (streams + chunks) events makes every push safe.
 *
 * An operation starts at the end of the one before it, or at the horizon; its
 * bytes take effect in its end event.  The heap orders events of all streams, so
 * effects happen in the order of virtual time.
 *
 * A head that a FENCE holds up has no event, nor has a FENCE that waits; fence.c has
 * the account of both.  How a chunk travels is in chunk.c, what a WAIT waits for in
 * wait.c.
 */
#include "outage.h"

#define STREAM_BUCKETS	64	/* to begin with */
#define MAX_STREAMS	(1U << 20)

/*
 * Programs choose the ids of their streams, so the multiplier is secret: whatever
 * the ids, buckets hold few each.  For that the bits from the top count.
 */
static size_t hash_stream(const struct vsn_sched *s, u64 id, size_t buckets)
{
	return id * s->stream_key >> 32 >> (32 - __builtin_ctzll(buckets));
}

int vsn_sched_reserve(struct vsn_sched *s)
{
	return vsn_heap_reserve(&s->heap, s->nr_streams + s->nr_chunks + 1, &s->mem);
}

static void push_op(struct vsn_sched *s, struct vsn_op *op, u64 time, u64 order)
{
	struct vsn_event ev = {
		.time = time,
		.stream = op->stream->id,
		.order = order,
		.what = op,
	};

	vsn_heap_push(&s->heap, &ev);
}

void vsn_sched_push_end(struct vsn_sched *s, struct vsn_op *op)
{
	push_op(s, op, op->end, VSN_ORDER_END);
}

/* Streams */

static struct vsn_stream **stream_slot(struct vsn_sched *s, u64 id)
{
	struct vsn_stream **slot = &s->streams[hash_stream(s, id, s->stream_room)];

	while (*slot && (*slot)->id != id)
		slot = &(*slot)->next;
	return slot;
}

/* More buckets, when there are as many streams; failing that, longer chains. */
static void grow_streams(struct vsn_sched *s)
{
	size_t old_room = s->stream_room, room = old_room * 2, i;
	struct vsn_stream **old = s->streams, *st, *next;
	struct vsn_stream **table;

	if (s->nr_streams < old_room)
		return;
	table = s->mem.alloc(s->mem.ctx, room * sizeof(*table));
	if (!table)
		return;
	for (i = 0; i < old_room; i++) {
		for (st = old[i]; st; st = next) {
			struct vsn_stream **slot = &table[hash_stream(s, st->id, room)];

			next = st->next;
			st->next = *slot;
			*slot = st;
		}
	}
	s->streams = table;
	s->stream_room = room;
	s->mem.free(s->mem.ctx, old, old_room * sizeof(*old));
}

static struct vsn_stream *get_stream(struct vsn_sched *s, u64 id)
{
	struct vsn_stream **slot, *st;

	slot = stream_slot(s, id);
	if (*slot) {
		if (!(*slot)->head)
			vsn_online_unpark(s, *slot);
		return *slot;
	}
	if (s->nr_streams >= MAX_STREAMS)
		return NULL;
	if (vsn_sched_reserve(s))
		return NULL;
	st = s->mem.alloc(s->mem.ctx, sizeof(*st));
	if (!st)
		return NULL;
	st->id = id;
	s->nr_streams++;
	grow_streams(s);
	slot = stream_slot(s, id);
	st->next = *slot;
	*slot = st;
	return st;
}

/*
 * An idle stream is forgotten: its last operation ended at an event that has
 * been executed, so no later one could start before the horizon anyway.  Online
 * it is kept until the clock has come to that end.
 */
static void drop_stream(struct vsn_sched *s, struct vsn_stream *st)
{
	if (!s->online || !vsn_online_park(s, st))
		vsn_stream_free(s, st);
}

void vsn_stream_free(struct vsn_sched *s, struct vsn_stream *st)
{
	struct vsn_stream **slot = stream_slot(s, st->id);

	*slot = st->next;
	s->nr_streams--;
	s->mem.free(s->mem.ctx, st, sizeof(*st));
}

/* Start the stream's first operation no earlier than @time, if it may start at all. */
static void start_head(struct vsn_sched *s, struct vsn_stream *st, u64 time)
{
	struct vsn_op *op = st->head;

	if (vsn_fence_holds(op)) {
		op->state = VSN_OP_HELD;
		return;
	}
	op->state = VSN_OP_STARTING;
	/* In ordered execution all of these are past, but for the horizon. */
	op->start = vsn_max(vsn_max(time, st->tail), vsn_max(op->party->fenced, op->start));
	push_op(s, op, op->start, VSN_ORDER_START);
}

static void own(struct vsn_owner *owner, struct vsn_op *op)
{
	op->owner_next = NULL;
	op->owner_prev = owner->last;
	if (owner->last)
		owner->last->owner_next = op;
	else
		owner->first = op;
	owner->last = op;
}

static void disown(struct vsn_op *op)
{
	struct vsn_owner *owner = op->owner;

	if (op->owner_prev)
		op->owner_prev->owner_next = op->owner_next;
	else
		owner->first = op->owner_next;
	if (op->owner_next)
		op->owner_next->owner_prev = op->owner_prev;
	else
		owner->last = op->owner_prev;
}

/* Count a completed operation and hand it back; its stream knows it no more. */
static void complete(struct vsn_sched *s, struct vsn_op *op)
{
	struct vsn_endpoint_stats *stats;

	disown(op);
	vsn_fence_leave(s, op);
	op->state = VSN_OP_DONE;
	s->nr_pending--;
	s->nr_of[op->side]--;
	s->nr_completed++;
	stats = vsn_sparse_find(&s->stats, op->sqe.initiator);
	stats->ops++;
	if (op->status)
		stats->errors++;
	s->ops->complete(s->ctx, op);
}

static void leave_stream(struct vsn_op *op)
{
	struct vsn_stream *st = op->stream;

	if (op->prev)
		op->prev->next = op->next;
	else
		st->head = op->next;
	if (op->next)
		op->next->prev = op->prev;
	else
		st->last = op->prev;
	op->stream = NULL;
}

/* FENCE */

static void end_fence(struct vsn_sched *s, struct vsn_op *op)
{
	op->state = VSN_OP_ACTIVE;
	op->end = vsn_max(op->start, op->party->tail);
	vsn_sched_push_end(s, op);
}

static void start_fence(struct vsn_sched *s, struct vsn_op *op)
{
	if (op->party_prev)
		vsn_fence_block(s, op);
	else
		end_fence(s, op);
}

/* A fence is gone at @time: what it held, from @op up to the next fence, may start. */
static void release(struct vsn_sched *s, struct vsn_op *op, u64 time)
{
	for (; op; op = op->party_next) {
		s->work++;
		if (op->state == VSN_OP_HELD)
			start_head(s, op->stream, time);
		if (op->sqe.opcode == VSN_OP_FENCE)
			break;
	}
}

/* The head of a stream is done, at op->end. */
static void finish_head(struct vsn_sched *s, struct vsn_op *op)
{
	bool fence = op->sqe.opcode == VSN_OP_FENCE;
	struct vsn_op *next = op->party_next;
	struct vsn_stream *st = op->stream;
	u64 time = op->end;

	st->tail = time;
	s->latest = vsn_max(s->latest, time);
	leave_stream(op);
	if (st->head)
		start_head(s, st, time);
	else
		drop_stream(s, st);
	complete(s, op);
	if (!next)
		return;
	if (fence)
		release(s, next, time);
	if (next->sqe.opcode == VSN_OP_FENCE && next->state == VSN_OP_BLOCKED &&
	    !next->party_prev) {
		vsn_fence_unblock(s, next);
		end_fence(s, next);
	}
}

static int start_compute(struct vsn_sched *s, struct vsn_op *op)
{
	u32 ep = op->sqe.initiator;
	struct vsn_link *engine;
	u64 begin, end, time;
	int err;

	engine = vsn_links_touch(&s->links,
				 vsn_link_engine_id(s->topo, ep, VSN_ENGINE_COMPUTE));
	if (!engine)
		return -ENOMEM;
	time = op->sqe.arg0;
	err = vsn_straggler_stretch(s, ep, &time);
	if (err)
		return err;
	if (__builtin_add_overflow(op->start, vsn_straggler_wait(s, ep), &begin) ||
	    __builtin_add_overflow(vsn_max(begin, engine->busy), time, &end))
		return -EOVERFLOW;
	engine->busy = end;
	engine->busy_time += time;
	engine->transfers++;
	op->end = end;
	vsn_sched_push_end(s, op);
	return 0;
}

/* The start event of a stream's head. */
static void start_op(struct vsn_sched *s, struct vsn_op *op)
{
	int err = 0;

	op->state = VSN_OP_ACTIVE;
	op->end = op->start;
	vsn_outage_start(s, op);
	if (vsn_op_dead(op))
		err = -EIO;
	else if (op->sqe.opcode != VSN_OP_FENCE)
		err = vsn_outage_check(s, op);
	if (err) {
		op->status = err;
		vsn_sched_push_end(s, op);
		return;
	}
	switch (op->sqe.opcode) {
	case VSN_OP_NOP:
		vsn_sched_push_end(s, op);
		break;
	case VSN_OP_COMPUTE:
		err = start_compute(s, op);
		break;
	case VSN_OP_WAIT:
		err = vsn_wait_start(s, op);
		break;
	case VSN_OP_FENCE:
		start_fence(s, op);
		break;
	default:
		err = vsn_chunk_start(s, op);
		break;
	}
	if (err) {
		op->status = err;
		vsn_sched_push_end(s, op);
	}
}

static int move_bytes(struct vsn_sched *s, const struct vsn_op *op)
{
	switch (op->sqe.opcode) {
	case VSN_OP_COPY:
		return s->ops->copy(s->ctx, op);
	case VSN_OP_FILL:
		return s->ops->fill(s->ctx, op);
	case VSN_OP_DISCARD:
		return s->ops->discard(s->ctx, op);
	default:
		return s->ops->reduce(s->ctx, op);
	}
}

/*
 * Only time passes; so it does where a switch keeps bytes that are to go on, and where it
 * sends on what was added to the destination when it came.
 */
static bool moves_nothing(const struct vsn_sqe *sqe)
{
	return sqe->flags & VSN_OP_F_NODATA ||
	       (sqe->opcode == VSN_OP_COPY && sqe->flags & VSN_OP_F_TO_SWITCH) ||
	       (sqe->opcode == VSN_OP_REDUCE && sqe->flags & VSN_OP_F_FROM_SWITCH);
}

/* What an operation does to memory, at its end. */
static void take_effect(struct vsn_sched *s, struct vsn_op *op)
{
	const struct vsn_sqe *sqe = &op->sqe;
	struct vsn_endpoint_stats *stats;
	u64 len = 0;
	int err = 0;

	switch (sqe->opcode) {
	case VSN_OP_COPY:
	case VSN_OP_FILL:
	case VSN_OP_DISCARD:
	case VSN_OP_REDUCE:
		if (moves_nothing(sqe))
			break;
		err = move_bytes(s, op);
		if (!err && s->online)
			vsn_online_write(s, op);
		len = sqe->len;
		s->work += len >> 12;
		break;
	case VSN_OP_FADD:
	case VSN_OP_CAS:
	case VSN_OP_SWAP:
	case VSN_OP_SIGNAL:
		/* First: what is done must be counted. */
		stats = vsn_sparse_touch(&s->stats,
					 vsn_place_home(op->dst, sqe->dst - op->dst->ua));
		if (!stats) {
			err = -ENOMEM;
			break;
		}
		err = s->ops->atomic(s->ctx, op, &op->value);
		if (!err && s->online)
			vsn_online_store(s, op, op->value);
		if (sqe->opcode == VSN_OP_SIGNAL)
			op->value = 0;
		len = 8;
		if (!err)
			stats->atomics++;
		break;
	}
	op->status = err;
	/* What failed may have changed a part. */
	if (len)
		vsn_wait_wake(s, sqe->dst, len, op->end);
}

/* Are its regions, and the endpoints that it needs?  0 or -EIO. */
static int still_there(struct vsn_sched *s, const struct vsn_op *op)
{
	return vsn_op_dead(op) ? -EIO : vsn_outage_check(s, op);
}

static void end_op(struct vsn_sched *s, struct vsn_op *op)
{
	if (!op->status)
		op->status = still_there(s, op);
	if (!op->status) {
		if (s->online && s->ops->defer && !moves_nothing(&op->sqe) &&
		    s->ops->defer(s->ctx, op)) {
			op->state = VSN_OP_MOVING;
			return;
		}
		take_effect(s, op);
	}
	finish_head(s, op);
}

/**
 * vsn_sched_moved - the effect of an operation has taken place
 * @s: the scheduler
 * @op: as defer() got it: a COPY, FILL, DISCARD or REDUCE
 * @err: 0, or a negative errno: not all of it; of any operation that was deferred,
 *	then
 *
 * What is behind it may start, and who waits for its bytes wakes.
 */
void vsn_sched_moved(struct vsn_sched *s, struct vsn_op *op, int err)
{
	/* It went while the bytes moved. */
	if (!err)
		err = still_there(s, op);
	op->status = err;
	if (!err)
		vsn_online_write(s, op);
	vsn_wait_wake(s, op->sqe.dst, op->sqe.len ? op->sqe.len : 8, op->end);
	finish_head(s, op);
}

/**
 * vsn_sched_retry - let a deferred operation take effect now
 * @s: the scheduler
 * @op: as defer() got it: an atomic
 */
void vsn_sched_retry(struct vsn_sched *s, struct vsn_op *op)
{
	op->status = still_there(s, op);
	if (!op->status)
		take_effect(s, op);
	finish_head(s, op);
}

/**
 * vsn_sched_submit - accept an operation
 * @s: the scheduler
 * @op: a checked operation; @op->owner is set
 *
 * It runs after all that was submitted to its stream before.
 *
 * Return: 0, and complete() will give @op back; -ENOMEM, or -EAGAIN when there
 * are too many streams, and @op remains the caller's.
 */
int vsn_sched_submit(struct vsn_sched *s, struct vsn_op *op)
{
	u64 id = (u64)op->sqe.initiator << 32 | op->sqe.stream;
	struct vsn_stream *st;

	/* complete() counts here and must not fail. */
	if (!vsn_sparse_touch(&s->stats, op->sqe.initiator))
		return -ENOMEM;
	if (vsn_fence_join(s, op))
		return -ENOMEM;
	st = get_stream(s, id);
	if (!st) {
		vsn_fence_undo(s, op);
		return s->nr_streams >= MAX_STREAMS ? -EAGAIN : -ENOMEM;
	}
	op->stream = st;
	op->seq = st->next_seq++;
	op->next = NULL;
	op->prev = st->last;
	op->state = VSN_OP_QUEUED;
	op->start = s->now;
	op->side = s->side;
	s->nr_pending++;
	s->nr_of[op->side]++;
	own(op->owner, op);
	st->last = op;
	if (op->prev) {
		op->prev->next = op;
	} else {
		st->head = op;
		start_head(s, st, s->now);
	}
	return 0;
}

/* Execute events up to @until; true: the budget ended it. */
static bool run_events(struct vsn_sched *s, u64 until, u32 budget)
{
	const struct vsn_event *first;
	struct vsn_event ev;

	s->until = until;
	while ((first = vsn_heap_first(&s->heap)) && first->time <= until) {
		if (s->work++ >= budget)
			return true;
		vsn_heap_pop(&s->heap, &ev);
		first = vsn_heap_first(&s->heap);
		if (first && vsn_event_is_chunk(first))
			vsn_chunk_prefetch(s, first->what);
		s->now = ev.time;
		if (vsn_event_is_chunk(&ev))
			vsn_chunk_step(s, ev.what);
		else if (ev.order == VSN_ORDER_START)
			start_op(s, ev.what);
		else
			end_op(s, ev.what);
	}
	return false;
}

/**
 * vsn_sched_run - execute events
 * @s: the scheduler
 * @until: ps; later events stay; VSN_TIME_MAX for no bound
 * @budget: work after which to return: an event, a WAIT looked at, a page moved, a
 *	link that a search for a way looked at each count one; the last event may
 *	exceed it
 *
 * Faults that begin or end at a time do so before its events.  Without a bound,
 * they do as long as anything else is to come, which alone makes time pass, but for
 * an online clock.
 *
 * Return: true when the budget ended it and there is more to do; false when
 * nothing up to @until can move.
 */
bool vsn_sched_run(struct vsn_sched *s, u64 until, u32 budget)
{
	u64 due;

	s->work = 0;
	while (vsn_fault_due(s, until, &due)) {
		if (run_events(s, due - 1, budget)) {
			vsn_online_rewind(s);
			return true;
		}
		if (until == VSN_TIME_MAX && !s->heap.nr && (!s->online || due > s->clock))
			break;
		if (s->work >= budget) {
			vsn_online_rewind(s);
			return true;
		}
		/* Back from an online clock, some are due before the horizon. */
		s->now = vsn_max(s->now, due);
		vsn_fault_step(s);
	}
	if (run_events(s, until, budget)) {
		vsn_online_rewind(s);
		return true;
	}
	if (until != VSN_TIME_MAX)
		s->now = vsn_max(s->now, until);
	vsn_online_rewind(s);
	/* A burst is over: do not keep what only it needed. */
	if (!s->nr_chunks)
		vsn_chunk_free_all(s);
	vsn_fence_trim(s);
	return false;
}

/* Cancel */

static bool drops_event(void *owner, const struct vsn_event *ev)
{
	const struct vsn_op *op = ev->what;

	return ev->order == VSN_ORDER_START && op->owner == owner;
}

static void unblock(struct vsn_sched *s, struct vsn_op *op)
{
	if (op->sqe.opcode == VSN_OP_FENCE)
		vsn_fence_unblock(s, op);
	else
		vsn_wait_unblock(s, op);
}

/* Take start events of @owner's out of the heap, if there are any. */
static void cancel_starts(struct vsn_sched *s, struct vsn_owner *owner)
{
	const struct vsn_op *op;

	for (op = owner->first; op; op = op->owner_next) {
		if (op->state == VSN_OP_STARTING) {
			vsn_heap_filter(&s->heap, drops_event, owner);
			break;
		}
	}
}

/**
 * vsn_sched_cancel - cancel what has not started
 * @s: the scheduler
 * @owner: whose operations
 *
 * Queued operations and blocked WAITs and FENCEs complete with -ECANCELED, at the
 * horizon, in the order of submission; operations whose chunks are on the way go on.
 *
 * Return: number of operations cancelled.
 */
u64 vsn_sched_cancel(struct vsn_sched *s, struct vsn_owner *owner)
{
	struct vsn_op *op, *next;
	struct vsn_stream *st;
	bool head;
	u64 n = 0;

	cancel_starts(s, owner);
	for (op = owner->first; op; op = next) {
		next = op->owner_next;
		if (op->state == VSN_OP_ACTIVE || op->state == VSN_OP_MOVING)
			continue;
		if (op->state == VSN_OP_BLOCKED)
			unblock(s, op);
		st = op->stream;
		head = st->head == op;
		leave_stream(op);
		/* If the one that moves up is this owner's too, its turn is yet to come. */
		if (!st->head)
			drop_stream(s, st);
		else if (head && st->head->owner != owner)
			start_head(s, st, s->now);
		op->status = -ECANCELED;
		op->start = s->now;
		op->end = s->now;
		complete(s, op);
		n++;
	}
	vsn_fence_trim(s);
	return n;
}

/**
 * vsn_sched_init - make a scheduler, at time 0 and with nothing to do
 * @s: to fill in
 * @topo: a committed topology; must outlive it
 * @mem: memory, copied
 * @ops: effects
 * @ctx: passed to @ops
 * @key: random bits that programs do not know; nothing that they see depends on it
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_sched_init(struct vsn_sched *s, const struct vsn_topo *topo,
		   const struct vsn_mem *mem, const struct vsn_sched_ops *ops,
		   void *ctx, u64 key)
{
	memset(s, 0, sizeof(*s));
	s->topo = topo;
	s->mem = *mem;
	s->ops = ops;
	s->ctx = ctx;
	s->stream_key = key | 1;
	s->stream_room = STREAM_BUCKETS;
	s->streams = mem->alloc(mem->ctx, s->stream_room * sizeof(*s->streams));
	if (!s->streams || vsn_wait_init(s) || vsn_fence_init(s) ||
	    vsn_links_init(&s->links, topo, &s->mem) ||
	    vsn_sparse_init(&s->stats, topo->nr_endpoints,
			    sizeof(struct vsn_endpoint_stats), &s->mem)) {
		vsn_sched_free(s);
		return -ENOMEM;
	}
	return 0;
}

/**
 * vsn_sched_free - end a scheduler
 * @s: the scheduler; may be all zero
 *
 * What is pending completes with -ECANCELED first, without taking effect.
 */
void vsn_sched_free(struct vsn_sched *s)
{
	struct vsn_event ev;
	struct vsn_op *op;
	size_t i;

	s->online = false;
	while (vsn_heap_pop(&s->heap, &ev))
		if (vsn_event_is_chunk(&ev))
			vsn_chunk_free(s, ev.what);
	for (i = 0; s->streams && i < s->stream_room; i++) {
		while (s->streams[i]) {
			struct vsn_stream *st = s->streams[i];

			while ((op = st->head)) {
				leave_stream(op);
				op->status = -ECANCELED;
				complete(s, op);
			}
			drop_stream(s, st);
		}
	}
	vsn_chunk_free_all(s);
	vsn_faults_free(s);
	vsn_online_free(s);
	vsn_fence_free(s);
	vsn_wait_free(s);
	vsn_heap_free(&s->heap, &s->mem);
	vsn_links_free(&s->links);
	vsn_sparse_free(&s->stats);
	vsn_straggler_free(s);
	if (s->streams)
		s->mem.free(s->mem.ctx, s->streams, s->stream_room * sizeof(*s->streams));
	memset(s, 0, sizeof(*s));
}
