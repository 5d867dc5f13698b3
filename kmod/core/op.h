/* SPDX-License-Identifier: GPL-2.0 */
/* Operations: from a submission entry to a checked operation. */
#ifndef VSN_CORE_OP_H
#define VSN_CORE_OP_H

#include "place.h"
#include "topo.h"

enum vsn_op_state {
	VSN_OP_QUEUED,		/* behind others of its stream */
	VSN_OP_HELD,		/* its turn has come, but a FENCE is before it */
	VSN_OP_STARTING,	/* its start event is in the heap */
	VSN_OP_ACTIVE,		/* chunks are on the way */
	VSN_OP_BLOCKED,		/* a WAIT whose value is not there, a FENCE that waits */
	VSN_OP_MOVING,		/* its end has come, its bytes are the caller's to move */
	VSN_OP_DONE,
};

struct vsn_op;
struct vsn_party;

/**
 * struct vsn_owner - on whose account operations are, the caller's
 * @first: its operations that are pending, in the order of submission
 * @last: the last of them
 * @idle: parties of it that have nothing pending (online)
 * @gone: nothing of it is kept any more, see vsn_online_forget()
 *
 * All zero to begin with; then the scheduler's.
 */
struct vsn_owner {
	struct vsn_op *first;
	struct vsn_op *last;
	struct vsn_party *idle;
	bool gone;
};

/**
 * struct vsn_op - one operation
 * @sqe: the entry, copied once; never read from shared memory again
 * @owner: whose it is; outlives it
 * @src: placement of @sqe.src, or NULL
 * @dst: placement of @sqe.dst, or NULL
 * @next: the stream's next operation
 * @prev: the stream's one before
 * @owner_next: the owner's next
 * @owner_prev: the owner's one before
 * @party: the scheduler's, of owner and initiator
 * @party_next: the party's next
 * @party_prev: the party's one before
 * @fences: FENCEs of the party that were submitted before it
 * @wait_prev: the waiter list's
 * @wait_next: the waiter list's; the caller's while it is VSN_OP_MOVING
 * @stream: the scheduler's stream
 * @seq: number within the stream, from 0
 * @state: enum vsn_op_state
 * @side: of struct vsn_sched, when it was submitted
 * @status: 0 or a negative errno
 * @net: network used, or -1
 * @start: ps; until it starts: not before this, the time of its submission
 * @end: ps
 * @value: old value (atomics), satisfying value (WAIT)
 * @bytes: payload moved
 * @wire: bytes put on links
 * @wait_latency: home to waiter, ps (WAIT)
 * @injected: offset of the first byte not yet injected
 * @pieces: number of equal pieces it is cut into
 * @nr_chunks: chunks injected so far
 * @in_flight: chunks on the way
 * @chains: chunks that may be injected side by side, one a plane
 * @plane: plane of the first chain
 * @falls: falls of endpoints that there had been when it started
 *
 * Allocated by the caller, who gets it back through complete().
 */
struct vsn_op {
	struct vsn_sqe sqe;
	struct vsn_owner *owner;
	const struct vsn_place *src;
	const struct vsn_place *dst;
	struct vsn_op *next;
	struct vsn_op *prev;
	struct vsn_op *owner_next;
	struct vsn_op *owner_prev;
	struct vsn_party *party;
	struct vsn_op *party_next;
	struct vsn_op *party_prev;
	u64 fences;
	struct vsn_op *wait_prev;
	struct vsn_op *wait_next;
	struct vsn_stream *stream;
	u64 seq;
	u8 state;
	u8 side;
	int status;
	int net;
	u64 start;
	u64 end;
	u64 value;
	u64 bytes;
	u64 wire;
	u64 wait_latency;
	u64 injected;
	u32 pieces;
	u32 nr_chunks;
	u32 in_flight;
	u32 chains;
	u32 plane;
	u64 falls;
};

/* Was a region that it names taken away? */
static inline bool vsn_op_dead(const struct vsn_op *op)
{
	return (op->dst && op->dst->dead) || (op->src && op->src->dead);
}

/**
 * struct vsn_op_env - what an entry is checked against
 * @topo: the fabric's
 * @find: placement of the region that holds @ua, or NULL; takes a reference
 *	that @put drops, so that the region outlives the operation
 * @put: drops it
 * @ctx: passed to all
 * @may: may @ep be named as initiator?  NULL: each may
 */
struct vsn_op_env {
	const struct vsn_topo *topo;
	const struct vsn_place *(*find)(void *ctx, u64 ua);
	void (*put)(void *ctx, const struct vsn_place *place);
	void *ctx;
	bool (*may)(void *ctx, u32 ep);
};

int vsn_op_check(struct vsn_op *op, const struct vsn_sqe *sqe,
		 const struct vsn_op_env *env);
void vsn_op_release(struct vsn_op *op, const struct vsn_op_env *env);

#endif /* VSN_CORE_OP_H */
