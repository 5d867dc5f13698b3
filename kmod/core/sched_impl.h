/* SPDX-License-Identifier: GPL-2.0 */
/* Between sched.c (streams, events), chunk.c (how a chunk travels) and their helpers. */
#ifndef VSN_CORE_SCHED_IMPL_H
#define VSN_CORE_SCHED_IMPL_H

#include "sched.h"

/**
 * struct vsn_stream - operations of one (initiator, stream) that are pending
 * @id: initiator << 32 | stream
 * @next: in the hash table
 * @head: the one in motion; NULL: the stream is idle (online)
 * @last: the last one
 * @next_seq: number of the next one
 * @tail: end of its latest operation that is over, ps
 * @idle_prev: in the list of idle ones
 * @idle_next: in the list of idle ones
 */
struct vsn_stream {
	u64 id;
	struct vsn_stream *next;
	struct vsn_op *head;
	struct vsn_op *last;
	u64 next_seq;
	u64 tail;
	struct vsn_stream *idle_prev;
	struct vsn_stream *idle_next;
};

/**
 * struct vsn_party - pending operations of one owner and initiator
 * @owner: whose
 * @initiator: endpoint id
 * @next: in the hash table, or in the list of free ones
 * @first: the oldest; NULL: the party is idle (online)
 * @last: the latest
 * @fences: FENCEs submitted
 * @gone: of those, complete
 * @tail: end of its latest operation that is over, ps
 * @fenced: end of its latest fence that is over, ps
 * @idle_prev: in the owner's list of idle ones
 * @idle_next: in the owner's list of idle ones
 */
struct vsn_party {
	struct vsn_owner *owner;
	u32 initiator;
	struct vsn_party *next;
	struct vsn_op *first;
	struct vsn_op *last;
	u64 fences;
	u64 gone;
	u64 tail;
	u64 fenced;
	struct vsn_party *idle_prev;
	struct vsn_party *idle_next;
};

/* Room for one more event than there are now. */
int vsn_sched_reserve(struct vsn_sched *s);
/* The operation's chunks are all there; it ends at op->end. */
void vsn_sched_push_end(struct vsn_sched *s, struct vsn_op *op);

/* vsn_event.order of an operation's own events; a chunk's lie between. */
#define VSN_ORDER_START	0ULL
#define VSN_ORDER_END	U64_MAX

static inline bool vsn_event_is_chunk(const struct vsn_event *ev)
{
	return ev->order != VSN_ORDER_START && ev->order != VSN_ORDER_END;
}

/* Begin an operation that moves bytes; 0, or an errno and nothing is on the way. */
int vsn_chunk_start(struct vsn_sched *s, struct vsn_op *op);
/* What a WAIT elsewhere waits for is there; 0 or -ENOMEM. */
int vsn_chunk_wake(struct vsn_sched *s, struct vsn_op *op, u64 time);
/* A chunk's event. */
void vsn_chunk_step(struct vsn_sched *s, struct vsn_chunk *chunk);
void vsn_chunk_prefetch(const struct vsn_sched *s, const struct vsn_chunk *chunk);
void vsn_chunk_free(struct vsn_sched *s, struct vsn_chunk *chunk);
void vsn_chunk_free_all(struct vsn_sched *s);

int vsn_wait_init(struct vsn_sched *s);
void vsn_wait_free(struct vsn_sched *s);
/* Begin a WAIT; 0, or an errno. */
int vsn_wait_start(struct vsn_sched *s, struct vsn_op *op);
/* It waits no longer. */
void vsn_wait_unblock(struct vsn_sched *s, struct vsn_op *op);
/* An endpoint went down: end the WAITs that have to do with it. */
void vsn_wait_fail(struct vsn_sched *s);
/* Bytes changed at @time: look at the WAITs on them. */
void vsn_wait_wake(struct vsn_sched *s, u64 ua, u64 len, u64 time);

int vsn_fence_init(struct vsn_sched *s);
void vsn_fence_free(struct vsn_sched *s);
void vsn_fence_trim(struct vsn_sched *s);
/* An operation is submitted: 0 or -ENOMEM. */
int vsn_fence_join(struct vsn_sched *s, struct vsn_op *op);
/* It was not, after all. */
void vsn_fence_undo(struct vsn_sched *s, struct vsn_op *op);
/* It is complete. */
void vsn_fence_leave(struct vsn_sched *s, struct vsn_op *op);
/* A FENCE that has something to wait for. */
void vsn_fence_block(struct vsn_sched *s, struct vsn_op *op);
void vsn_fence_unblock(struct vsn_sched *s, struct vsn_op *op);

/* Nothing is pending: every party is idle, and forgotten. */
void vsn_fence_forget_all(struct vsn_sched *s);

/* What an online clock has to remember: online.c. */
void vsn_online_free(struct vsn_sched *s);
/* A stream is idle: is it kept, and found again? */
bool vsn_online_park(struct vsn_sched *s, struct vsn_stream *st);
void vsn_online_unpark(struct vsn_sched *s, struct vsn_stream *st);
void vsn_stream_free(struct vsn_sched *s, struct vsn_stream *st);
/* A word, or the bytes of a COPY, FILL, DISCARD or REDUCE, changed at op->end. */
void vsn_online_store(struct vsn_sched *s, const struct vsn_op *op, u64 old);
void vsn_online_write(struct vsn_sched *s, const struct vsn_op *op);
/* When was a WAIT that finds its value there satisfied? */
u64 vsn_online_since(struct vsn_sched *s, const struct vsn_op *op);

/* Events were ahead of the clock; what comes next is by the clock. */
static inline void vsn_online_rewind(struct vsn_sched *s)
{
	if (s->online)
		s->now = s->clock;
}

/* Is a fence before it? */
static inline bool vsn_fence_holds(const struct vsn_op *op)
{
	return op->fences > op->party->gone;
}

#endif /* VSN_CORE_SCHED_IMPL_H */
