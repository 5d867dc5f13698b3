/* SPDX-License-Identifier: GPL-2.0 */
/* Between sched.c (streams, events), chunk.c (how a chunk travels) and their helpers. */
#ifndef VSN_CORE_SCHED_IMPL_H
#define VSN_CORE_SCHED_IMPL_H

#include "sched.h"

/**
 * struct vsn_stream - operations of one (initiator, stream) that are pending
 * @id: initiator << 32 | stream
 * @next: in the hash table
 * @head: the one in motion, never NULL
 * @last: the last one
 * @next_seq: number of the next one
 */
struct vsn_stream {
	u64 id;
	struct vsn_stream *next;
	struct vsn_op *head;
	struct vsn_op *last;
	u64 next_seq;
};

/**
 * struct vsn_party - pending operations of one owner and initiator
 * @owner: whose
 * @initiator: endpoint id
 * @next: in the hash table, or in the list of free ones
 * @first: the oldest, never NULL
 * @last: the latest
 * @fences: FENCEs submitted
 * @gone: of those, complete
 */
struct vsn_party {
	struct vsn_owner *owner;
	u32 initiator;
	struct vsn_party *next;
	struct vsn_op *first;
	struct vsn_op *last;
	u64 fences;
	u64 gone;
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

/* Is a fence before it? */
static inline bool vsn_fence_holds(const struct vsn_op *op)
{
	return op->fences > op->party->gone;
}

#endif /* VSN_CORE_SCHED_IMPL_H */
