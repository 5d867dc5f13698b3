/* SPDX-License-Identifier: GPL-2.0 */
/* Between coll.c (what is asked for, and what becomes of it) and coll_algo.c. */
#ifndef LIBVSN_COLL_PLAN_H
#define LIBVSN_COLL_PLAN_H

#include "coll.h"

/* Words of flags for each channel; what they are for is the algorithm's. */
#define COLL_SLOTS	64U
/* Of those, for a switch: one, and one for each piece that arrives and that goes on */
#define COLL_SWITCH_SETS	3U
/* In channel 0: the rank has begun. */
#define COLL_SLOT_LAUNCH	(COLL_SLOTS - 1)

/**
 * struct coll_builder - a plan being made
 * @plan: the plan
 * @room: operations that there is room for
 * @err: the first error; nothing is added after it
 * @rank: whose operations are being added
 * @channel: and of which channel
 */
struct coll_builder {
	struct vsn_coll_plan *plan;
	size_t room;
	int err;
	__u32 rank;
	__u32 channel;
};

struct vsn_coll_op *coll_add(struct coll_builder *b, __u8 opcode);

/* All of @b->rank */
void coll_plan_rank(struct coll_builder *b);

#endif /* LIBVSN_COLL_PLAN_H */
