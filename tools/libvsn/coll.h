/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvsn: collectives.
 *
 * A collective is planned first: a list of operations (COPY, REDUCE, SIGNAL, WAIT,
 * COMPUTE) over the ranks' buffers, which is data that can be looked at, counted and
 * checked without a kernel.  Then the plan is submitted through queues, for any
 * endpoints as ranks, as often as one likes:
 *
 *	struct vsn_coll_spec spec = { .kind = VSN_COLL_ALL_REDUCE, .ranks = 8,
 *		.bytes = 1 << 20, .type = VSN_REDUCE_F32 };
 *	struct vsn_coll_plan *plan;
 *	int err = vsn_coll_plan(&spec, &plan);
 *
 *	err = vsn_coll_submit(plan, ranks, 0, &q, 1);
 *	vsn_dev_run(dev, VSN_TIME_MAX, NULL);
 *
 * Buffers.  Each rank has @bytes of data, and all collectives but all-to-all work in
 * place, as those of NCCL do when they are told to:
 *
 *	all-reduce	data becomes the reduction of all ranks' data
 *	all-gather	block r of rank r's data becomes block r of everyone's
 *	reduce-scatter	block r of rank r's data becomes the reduction of all ranks'
 *			block r; what the other blocks then hold is undefined
 *	all-to-all	block r of rank s's out becomes block s of rank r's data
 *	broadcast	everyone's data becomes the root's
 *
 * where there are as many blocks, of the same length, as ranks.
 *
 * Algorithms.  Bytes are written by who has them (a reduction by a REDUCE onto the
 * receiver), then a SIGNAL follows; so nobody needs room for what arrives.  Each
 * channel is a stream that carries its share of the bytes, in chunks: as the
 * operations of a stream wait for each other's acks, it takes a few to keep a link
 * busy.
 *
 *	ring		each rank sends to the next
 *	halving-doubling
 *			all-reduce: half the data to a rank half the ranks away, a quarter to
 *			one a quarter away, and back; with a number of ranks that is no power
 *			of two, some hand theirs to a neighbour first
 *	hierarchical	all-reduce: rings of @group ranks each, then rings of those with
 *			the same place in their group, then the former again
 *	direct		everyone to everyone, the next rank first.  Here a channel is one of
 *			the streams that the other ranks are dealt to
 *	tree		broadcast: two children each
 *	switch		all-reduce, all-gather, reduce-scatter: the switch adds what all bring
 *			of a block, its rank takes the sum, and the switch copies that to all.
 *			It takes a tier that reduces, which joins all ranks by one switch a
 *			plane; channels are as in direct, for each of two sets of streams
 *
 * Floating-point sums: the order in which the ranks' data is added to an element is
 * fixed in rings.  Elsewhere it may depend on which contribution comes first, which
 * the ordered clock repeats, but other sizes or links may change.  All ranks always get
 * the same bits.
 *
 * Functions return 0 or a negative errno.
 */
#ifndef LIBVSN_COLL_H
#define LIBVSN_COLL_H

#include <stdbool.h>
#include <stddef.h>

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum vsn_coll_kind {
	VSN_COLL_ALL_REDUCE,
	VSN_COLL_ALL_GATHER,
	VSN_COLL_REDUCE_SCATTER,
	VSN_COLL_ALL_TO_ALL,
	VSN_COLL_BROADCAST,
	VSN_COLL_NR_KINDS,
};

enum vsn_coll_algo {
	VSN_COLL_DEFAULT,		/* ring; all-to-all: direct */
	VSN_COLL_RING,			/* all but all-to-all */
	VSN_COLL_HALVING_DOUBLING,	/* all-reduce */
	VSN_COLL_HIERARCHICAL,		/* all-reduce */
	VSN_COLL_DIRECT,		/* all but broadcast */
	VSN_COLL_TREE,			/* broadcast */
	VSN_COLL_SWITCH,		/* all but all-to-all and broadcast */
	VSN_COLL_NR_ALGOS,
};

/* Limits of a plan */
#define VSN_COLL_MAX_RANKS	65536U
#define VSN_COLL_MAX_CHANNELS	64U
#define VSN_COLL_MAX_OPS	(4U << 20)	/* as many as a fabric takes */

/**
 * struct vsn_coll_spec - what is to be planned
 * @kind: which collective
 * @algo: how
 * @ranks: number of ranks, 2 at least
 * @bytes: of each rank's data (and out); a multiple of the element, and where there
 *	are blocks, of an element for each rank
 * @type: of the elements
 * @op: of reductions
 * @root: broadcast: the rank that has the data
 * @group: hierarchical: ranks of a group, which follow each other; divides @ranks
 * @channels: 0: one for each other rank (direct, switch; no more than there are others),
 *	else 4
 * @chunk: bytes of the largest operation; 0: a ring's step in 4 at most, a broadcast or
 *	what goes to a switch in 16, of 64 KiB or more.  A switch takes a block in 64 at
 *	most
 * @launch: ps that a rank's compute engine is held before it begins
 * @step: ps that it is held before each operation that moves bytes (switch: of those
 *	of a rank's own block)
 * @nodata: time only
 * @stream: first stream id
 */
struct vsn_coll_spec {
	enum vsn_coll_kind kind;
	enum vsn_coll_algo algo;
	__u32 ranks;
	__u64 bytes;
	enum vsn_reduce_type type;
	enum vsn_reduce_op op;
	__u32 root;
	__u32 group;
	__u32 channels;
	__u64 chunk;
	__u64 launch;
	__u64 step;
	bool nodata;
	__u32 stream;
};

/* Where an operation's bytes are */
enum vsn_coll_buf {
	VSN_COLL_DATA,
	VSN_COLL_OUT,		/* all-to-all only */
	VSN_COLL_FLAGS,		/* semaphores, zero at first */
};

/**
 * struct vsn_coll_op - one operation
 * @opcode: VSN_OP_*
 * @dst_buf: enum vsn_coll_buf
 * @src_buf: same
 * @flags: VSN_OP_F_*
 * @rank: on whose behalf
 * @stream: id
 * @dst_rank: whose buffer
 * @src_rank: same
 * @dst: offset in it
 * @src: same
 * @len: bytes (COPY, REDUCE)
 * @arg: SIGNAL: added; WAIT: waited for, in the first round; COMPUTE: ps
 * @round: WAIT: how much more in each round that follows
 */
struct vsn_coll_op {
	__u8 opcode;
	__u8 dst_buf;
	__u8 src_buf;
	__u8 flags;
	__u32 rank;
	__u32 stream;
	__u32 dst_rank;
	__u32 src_rank;
	__u64 dst;
	__u64 src;
	__u64 len;
	__u64 arg;
	__u64 round;
};

/**
 * struct vsn_coll_plan - operations
 * @spec: what was planned, with defaults filled in
 * @nr_ops: number of @ops
 * @ops: rank by rank; those of a stream in their order
 * @flags: bytes of each rank's flags
 * @streams: streams of each rank: @spec.stream and those that follow
 */
struct vsn_coll_plan {
	struct vsn_coll_spec spec;
	size_t nr_ops;
	struct vsn_coll_op *ops;
	__u64 flags;
	__u32 streams;
};

/**
 * struct vsn_coll_rank - a rank
 * @endpoint: id
 * @data: unified address of its data
 * @out: of its out (all-to-all)
 * @flags: of its flags
 */
struct vsn_coll_rank {
	__u32 endpoint;
	__u64 data;
	__u64 out;
	__u64 flags;
};

/* -EINVAL: vsn_coll_why() says what is wrong.  -E2BIG: too many operations.  -ENOMEM. */
int vsn_coll_plan(const struct vsn_coll_spec *spec, struct vsn_coll_plan **plan);
void vsn_coll_plan_free(struct vsn_coll_plan *plan);

/* What vsn_coll_plan() would say -EINVAL for, or NULL. */
const char *vsn_coll_why(const struct vsn_coll_spec *spec);

/* Operation @i as an entry; its user_data is @i.  @round: of how many before */
void vsn_coll_sqe(const struct vsn_coll_plan *plan, const struct vsn_coll_rank *ranks,
		  size_t i, __u64 round, struct vsn_sqe *sqe);

/**
 * vsn_coll_submit - submit all of a plan
 * @plan: the plan
 * @ranks: @plan->spec.ranks of them
 * @round: how many times it was executed with the same flags before
 * @queues: the first is filled, then the next
 * @nr: number of @queues; together they need @plan->nr_ops free completions
 *
 * Return: 0; -ENOSPC the queues are too few, and what fitted is submitted; or as
 * vsn_queue_submit().
 */
int vsn_coll_submit(const struct vsn_coll_plan *plan, const struct vsn_coll_rank *ranks,
		    __u64 round, struct vsn_queue **queues, size_t nr);

/* Bytes of an element, or 0 */
__u32 vsn_coll_element(enum vsn_reduce_type type);

/* What VSN_COLL_DEFAULT stands for */
enum vsn_coll_algo vsn_coll_default_algo(enum vsn_coll_kind kind);

/* "all-reduce", "halving-doubling" and so on, or NULL */
const char *vsn_coll_kind_name(enum vsn_coll_kind kind);
const char *vsn_coll_algo_name(enum vsn_coll_algo algo);

#ifdef __cplusplus
}
#endif

#endif /* LIBVSN_COLL_H */
