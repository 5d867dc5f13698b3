/* SPDX-License-Identifier: GPL-2.0 */
/* Between ref.c (operations, events) and ref_way.c (chunks). */
#ifndef VSN_TEST_REF_IMPL_H
#define VSN_TEST_REF_IMPL_H

#include "ref.h"

#define u128		unsigned __int128
#define MAX_STEPS	128

/* Held: a fence is before it.  Fencing: a fence that waits. */
enum ref_state { REF_QUEUED, REF_HELD, REF_STARTING, REF_MOVING, REF_BLOCKED, REF_FENCING };

struct ref_op {
	struct vsn_sqe sqe;
	u32 owner;
	u64 seq;
	enum ref_state state;
	int status;
	int net;
	u64 start;
	u64 end;
	u64 value;
	u64 bytes;
	u64 wire;
	u64 wait_latency;
	u64 taken;		/* bytes given to chunks */
	u64 pieces;
	u32 chains;
	u32 plane;
	u32 numbered;		/* chunks that have a number */
	u32 moving;		/* chunks that are not done */
};

/* One resource on the way of a chunk */
struct ref_step {
	u32 resource;
	u64 payload;
	int net;		/* of a link, or -1 */
	u32 via;		/* see struct vsn_path */
	bool leg;		/* begins when all of the leg before has arrived */
	bool latency;		/* of the memory counts */
	bool paces;		/* the read engine */
};

struct ref_chunk {
	struct ref_op *op;
	u32 number;
	u32 chain;
	u32 before;		/* home that the chain's chunk before came from */
	u32 from;		/* home that is read */
	u32 to;			/* home that is written */
	u64 len;
	u64 head;
	u64 tail;
	u64 bound;
	u32 nr_steps;
	u32 hop;
	u32 gate;
	struct ref_step steps[MAX_STEPS];
};

/* Within an operation: its start, its chunks' hops, its end */
enum ref_phase { REF_START, REF_HOP, REF_END };

struct ref_event {
	u64 time;
	struct ref_op *op;
	enum ref_phase phase;
	struct ref_chunk *chunk;
};

static inline bool ref_has_source(const struct ref_op *op)
{
	return op->sqe.opcode == VSN_OP_COPY || op->sqe.opcode == VSN_OP_REDUCE;
}

/* Half of the way: to a switch, or from it */
static inline u32 ref_half(const struct ref_op *op)
{
	return op->sqe.flags & (VSN_OP_F_TO_SWITCH | VSN_OP_F_FROM_SWITCH);
}

static inline bool ref_moves_range(const struct ref_op *op)
{
	return ref_has_source(op) || op->sqe.opcode == VSN_OP_FILL;
}

void *ref_grow(void *array, size_t nr, size_t *room, size_t size);
int ref_region_of(const struct ref *r, u64 ua);
u32 ref_home_of(const struct ref *r, u64 ua, u64 *run);
void ref_add_event(struct ref *r, struct ref_op *op, u64 time, enum ref_phase phase,
		   struct ref_chunk *chunk);

int ref_start_moving(struct ref *r, struct ref_op *op);
void ref_move(struct ref *r, struct ref_chunk *c);

#endif /* VSN_TEST_REF_IMPL_H */
