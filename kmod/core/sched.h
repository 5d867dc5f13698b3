/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Execution of operations in the order of virtual time.
 *
 * The caller holds one lock around every call.  Nothing here sleeps; the effects
 * (ops table) may, if the caller's lock allows it.
 */
#ifndef VSN_CORE_SCHED_H
#define VSN_CORE_SCHED_H

#include "fault.h"
#include "heap.h"
#include "link.h"
#include "op.h"
#include "route.h"
#include "straggler.h"

struct vsn_sched;
struct vsn_stream;
struct vsn_party;
struct vsn_chunk;
struct vsn_history;

/**
 * struct vsn_xfer - one transfer over one link
 * @op: on whose behalf
 * @link: link id
 * @payload: bytes of payload
 * @wire: bytes on the wire
 * @start: ps, first byte enters the link
 * @end: ps, last byte has left it at the far end
 * @chunk: number of the chunk in the operation
 * @net: index of the network
 * @tier: index of the tier
 */
struct vsn_xfer {
	const struct vsn_op *op;
	u32 link;
	u64 payload;
	u64 wire;
	u64 start;
	u64 end;
	u32 chunk;
	u8 net;
	u8 tier;
};

/**
 * struct vsn_sched_ops - how effects leave the core
 * @copy: move bytes; both ranges lie within one region each
 * @fill: repeat the pattern
 * @discard: zeros, and their memory may be given back
 * @reduce: combine elements as vsn_reduce() does, to the bit
 * @atomic: FADD, CAS, SWAP, SIGNAL on an aligned word; @old: value before
 * @load: read an aligned word; -EBUSY: it is about to change, and vsn_sched_moved() tells
 *	when it has
 * @complete: the operation is done; it is the caller's again
 * @xfer: a transfer crossed a link
 * @fault: a fault was scheduled, has begun, was changed, or is over; see its state
 * @lose: what is in an endpoint's memory is lost; returns how many bytes there were.
 *	NULL: there are no bytes
 * @defer: online: will the caller see to the effect on memory, if there is one, and then call
 *	vsn_sched_moved() or vsn_sched_retry()?  NULL: never
 *
 * copy, fill, discard, reduce, atomic and load return 0 or a negative errno, which becomes the
 * operation's status.
 */
struct vsn_sched_ops {
	int (*copy)(void *ctx, const struct vsn_op *op);
	int (*fill)(void *ctx, const struct vsn_op *op);
	int (*discard)(void *ctx, const struct vsn_op *op);
	int (*reduce)(void *ctx, const struct vsn_op *op);
	int (*atomic)(void *ctx, const struct vsn_op *op, u64 *old);
	int (*load)(void *ctx, const struct vsn_op *op, u64 *value);
	void (*complete)(void *ctx, struct vsn_op *op);
	void (*xfer)(void *ctx, const struct vsn_xfer *xfer);
	void (*fault)(void *ctx, const struct vsn_fault *fault);
	bool (*defer)(void *ctx, struct vsn_op *op);
	u64 (*lose)(void *ctx, u32 ep);
};

/**
 * struct vsn_endpoint_stats - counters of an endpoint
 * @ops: operations completed, as initiator
 * @errors: of those, with an error
 * @read_bytes: payload read from other endpoints, as initiator
 * @write_bytes: payload written to other endpoints, as initiator
 * @local_bytes: payload moved within one endpoint, as initiator
 * @in_bytes: payload that arrived in its memory from another endpoint
 * @out_bytes: payload that left its memory to another endpoint
 * @atomics: atomics and signals at its memory, as home
 */
struct vsn_endpoint_stats {
	u64 ops;
	u64 errors;
	u64 read_bytes;
	u64 write_bytes;
	u64 local_bytes;
	u64 in_bytes;
	u64 out_bytes;
	u64 atomics;
};

/**
 * struct vsn_sched - the scheduler of a fabric
 * @topo: the fabric's, immutable
 * @mem: memory
 * @ops: effects
 * @ctx: passed to @ops
 * @armed: there are faults, or were; see fault.h
 * @now: the horizon, ps: no later event is earlier than this; online: time of the
 *	event that is executed, or what the clock says
 * @until: bound of the run that is on, ps
 * @work: done in this run, see vsn_sched_run()
 * @heap: events
 * @links: resource states
 * @stats: struct vsn_endpoint_stats by endpoint id
 * @stragglers: struct vsn_straggler by endpoint id; without memory until there are any
 * @streams: streams that have pending operations
 * @nr_streams: number of them
 * @stream_room: length of @streams, a power of two
 * @stream_key: secret, odd; of the hash
 * @parties: pending operations by owner and initiator, see fence.c
 * @nr_parties: number of them
 * @party_room: length of @parties, a power of two
 * @free_parties: parties to use again
 * @waiters: blocked WAITs, hashed by the place of their word
 * @fences: blocked FENCEs
 * @nr_pending: operations submitted and not completed
 * @nr_of: of those, by @side at the time when they were submitted
 * @side: 0 or 1, the caller's to turn
 * @nr_blocked: of those, blocked WAITs and FENCEs
 * @nr_completed: operations completed
 * @nr_chunks: chunks on the way
 * @free_chunks: chunks to use again
 * @faults: of links, switches and endpoints
 * @online: time goes by itself, see online.c
 * @clock: online: what the clock says, ps
 * @latest: the latest end of an operation, ps
 * @idle_first: idle streams, online
 * @idle_last: the last of them
 * @history: online: what changed of late
 * @glance: bucket of @waiters to look at next, see vsn_sched_glance()
 */
struct vsn_sched {
	const struct vsn_topo *topo;
	struct vsn_mem mem;
	const struct vsn_sched_ops *ops;
	void *ctx;
	bool armed;
	u64 now;
	u64 until;
	u64 work;
	struct vsn_heap heap;
	struct vsn_links links;
	struct vsn_sparse stats;
	struct vsn_sparse stragglers;
	struct vsn_stream **streams;
	size_t nr_streams;
	size_t stream_room;
	u64 stream_key;
	struct vsn_party **parties;
	size_t nr_parties;
	size_t party_room;
	struct vsn_party *free_parties;
	struct vsn_op **waiters;
	struct vsn_op *fences;
	u64 nr_pending;
	u64 nr_of[2];
	u8 side;
	u64 nr_blocked;
	u64 nr_completed;
	size_t nr_chunks;
	struct vsn_chunk *free_chunks;
	struct vsn_faults faults;
	bool online;
	u64 clock;
	u64 latest;
	struct vsn_stream *idle_first;
	struct vsn_stream *idle_last;
	struct vsn_history *history;
	u32 glance;
};

/* How much later does an operation of @ep set out? */
static inline u64 vsn_straggler_wait(struct vsn_sched *s, u32 ep)
{
	return unlikely(s->stragglers.root) ? vsn_straggler_find_wait(s, ep) : 0;
}

/* How much longer does its compute engine take?  0, or -EOVERFLOW. */
static inline int vsn_straggler_stretch(const struct vsn_sched *s, u32 ep, u64 *time)
{
	return unlikely(s->stragglers.root) ? vsn_straggler_find_stretch(s, ep, time) : 0;
}

int vsn_sched_init(struct vsn_sched *s, const struct vsn_topo *topo,
		   const struct vsn_mem *mem, const struct vsn_sched_ops *ops,
		   void *ctx, u64 key);
void vsn_sched_free(struct vsn_sched *s);

int vsn_sched_submit(struct vsn_sched *s, struct vsn_op *op);
void vsn_sched_recheck(struct vsn_sched *s);
void vsn_sched_glance(struct vsn_sched *s, u32 max);
bool vsn_sched_run(struct vsn_sched *s, u64 until, u32 budget);
u64 vsn_sched_cancel(struct vsn_sched *s, struct vsn_owner *owner);
void vsn_sched_gone(struct vsn_sched *s, const struct vsn_place *place);
size_t vsn_sched_blocked(const struct vsn_sched *s, struct vsn_blocked *list,
			 size_t max);
size_t vsn_sched_blocked_of(const struct vsn_sched *s,
			    bool (*pick)(void *ctx, const struct vsn_op *op), void *ctx,
			    struct vsn_blocked *list, size_t max);

/* Online: online.c has the account of it. */
int vsn_online_set(struct vsn_sched *s, bool online);
void vsn_online_advance(struct vsn_sched *s, u64 now);
void vsn_online_forget(struct vsn_sched *s, struct vsn_owner *owner);
void vsn_sched_moved(struct vsn_sched *s, struct vsn_op *op, int err);
void vsn_sched_retry(struct vsn_sched *s, struct vsn_op *op);

#endif /* VSN_CORE_SCHED_H */
