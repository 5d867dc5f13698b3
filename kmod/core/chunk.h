/* SPDX-License-Identifier: GPL-2.0 */
/* A chunk: between chunk.c (how it travels) and replay.c (how it is lost, and sent again). */
#ifndef VSN_CORE_CHUNK_H
#define VSN_CORE_CHUNK_H

#include "sched_impl.h"

/* Of command, data and ack legs, two engines and two memories */
#define VSN_CHUNK_LEGS		3
#define VSN_CHUNK_STOPS		4

enum vsn_visit_flags {
	VISIT_LINK	= 1 << 0,	/* a link: counted and traced */
	VISIT_TURN	= 1 << 1,	/* begins a leg */
	VISIT_LATENCY	= 1 << 2,	/* a memory whose latency counts */
	VISIT_PACE	= 1 << 3,	/* the read engine */
};

/**
 * struct vsn_visit - one resource on a chunk's way
 * @res: resource id
 * @bytes: payload that passes it
 * @net: index of the network (links)
 * @flags: enum vsn_visit_flags
 * @via: as in struct vsn_path (links)
 */
struct vsn_visit {
	u32 res;
	u32 bytes;
	u8 net;
	u8 flags;
	u8 via;
};

/**
 * struct vsn_chunk - a piece of an operation on its way
 * @op: the operation
 * @flow: where it is in time
 * @bound: no earlier end than this, ps; 0 for none
 * @stream: id of the operation's stream
 * @visit: the next visit
 * @no: number in the operation
 * @at: number of the next visit
 * @nr: number of visits; 0 until it is injected
 * @gate: number of the visit after which the chain's next chunk is injected, or
 *	VSN_NO_GATE
 * @next: in the list of free chunks
 * @len: bytes
 * @wire: bytes put on links
 * @chain: which chain it belongs to
 * @prev_src: home that the chain's previous chunk was read from, or ~0
 * @src: home that is read, or ~0
 * @dst: home that is written
 * @visits: the way; room for the longest there can be
 *
 * What is up to @gate is all that a hop needs, and lies within one cache line.
 */
struct vsn_chunk {
	struct vsn_op *op;
	struct vsn_flow flow;
	u64 bound;
	u64 stream;
	struct vsn_visit visit;
	u32 no;
	u16 at;
	u16 nr;
	u16 gate;
	struct vsn_chunk *next;
	u64 len;
	u64 wire;
	u32 chain;
	u32 prev_src;
	u32 src;
	u32 dst;
	struct vsn_visit visits[];
};

#define VSN_NO_GATE	0xffff

static_assert(offsetof(struct vsn_chunk, next) <= 64, "a hop needs one cache line");

#endif /* VSN_CORE_CHUNK_H */
