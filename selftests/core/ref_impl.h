/* SPDX-License-Identifier: GPL-2.0 */
/* Between ref.c (operations, events), ref_way.c (chunks) and ref_fault.c. */
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
	u64 falls;		/* of endpoints, before it started */
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
	bool word;		/* of a value: takes time only */
	u64 left;		/* when the last byte had left it, if the chunk is timed */
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
	bool timed;
	bool again;
	bool followed;
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

/* What it is about: a range, or a word */
static inline bool ref_has_range(const struct ref_op *op)
{
	return ref_moves_range(op) || op->sqe.opcode == VSN_OP_DISCARD;
}

void *ref_grow(void *array, size_t nr, size_t *room, size_t size);
int ref_region_of(const struct ref *r, u64 ua);
u32 ref_home_of(const struct ref *r, u64 ua, u64 *run);
void ref_add_event(struct ref *r, struct ref_op *op, u64 time, enum ref_phase phase,
		   struct ref_chunk *chunk);

int ref_start_moving(struct ref *r, struct ref_op *op);
void ref_move(struct ref *r, struct ref_chunk *c);
/* A value is there at @time: send word of it to the WAIT. */
void ref_send_word(struct ref *r, struct ref_op *op, u64 time);
/* The chunk, which has no event, was lost at the site. */
void ref_lose(struct ref *r, struct ref_chunk *c, struct ref_site *site);

/* Is an endpoint down, or was it since the operation started?  Is any of its own? */
bool ref_gone(const struct ref *r, const struct ref_op *op, u32 ep);
bool ref_any_gone(const struct ref *r, const struct ref_op *op);
/* An endpoint went down: of WAITs that are blocked. */
void ref_fail_waits(struct ref *r);

/* When a fault begins or is over next; false: never */
bool ref_fault_due(const struct ref *r, u64 *time);
void ref_fault_step(struct ref *r);
void ref_faults_free(struct ref *r);
int ref_route(struct ref *r, u32 want, u32 from, u32 to, u32 plane, u64 salt,
	      struct vsn_path *path);
void ref_degrade(const struct ref *r, u32 link, u64 *bandwidth, u64 *latency);
bool ref_corrupts(const struct ref *r, u32 link, u64 transfer, u64 packets);

#endif /* VSN_TEST_REF_IMPL_H */
