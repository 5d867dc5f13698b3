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
	VISIT_WORD	= 1 << 4,	/* a link that word of a value crosses: latency only */
};

/* What there was of a chunk before, when it is sent again */
enum vsn_again {
	VSN_AGAIN_SENT		= 1 << 0,	/* it was lost */
	VSN_AGAIN_FOLLOWED	= 1 << 1,	/* the chain's next chunk was injected */
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
 * @timed: times of its visits are kept, see vsn_chunk_tails()
 * @again: mask of enum vsn_again; 0: it is sent for the first time
 * @next: in the list of free chunks
 * @len: bytes
 * @wire: bytes put on links
 * @chain: which chain it belongs to
 * @prev_src: home that the chain's previous chunk was read from, or ~0
 * @src: home that is read, or ~0
 * @dst: home that is written
 * @visits: the way; room for the longest there can be
 *
 * What is up to @again is all that a hop needs, and lies within one cache line.
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
	bool timed;
	u8 again;
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

/* The longest way a chunk can have */
static inline size_t vsn_chunk_room(const struct vsn_sched *s)
{
	return VSN_CHUNK_LEGS * s->topo->max_hops + VSN_CHUNK_STOPS;
}

/* Bytes of a chunk, but for times of its visits */
static inline size_t vsn_chunk_size(const struct vsn_sched *s)
{
	return vsn_align_up(sizeof(struct vsn_chunk) +
			    vsn_chunk_room(s) * sizeof(struct vsn_visit), sizeof(u64));
}

/*
 * Of a timed chunk, by the number of a visit that it has made, when its last byte has
 * left that link, ps.  It stands behind the visits.
 */
static inline u64 *vsn_chunk_tails(const struct vsn_sched *s, const struct vsn_chunk *c)
{
	return (u64 *)((char *)c + vsn_chunk_size(s));
}

static inline struct vsn_event vsn_chunk_event(const struct vsn_chunk *c, u64 time)
{
	return (struct vsn_event) {
		.time = time,
		.stream = c->stream,
		.order = (u64)(c->no + 1) << 32 | c->at,
		.what = (void *)c,
	};
}

static inline u64 vsn_visit_latency(const struct vsn_sched *s, const struct vsn_visit *v,
				    const struct vsn_link *link)
{
	u64 latency = v->flags & (VISIT_LINK | VISIT_LATENCY) ? link->latency : 0;

	if (v->via)
		latency += s->topo->networks[v->net].tiers[v->via - 1].switch_latency;
	return latency;
}

/* Bytes that occupy the resource */
static inline u64 vsn_visit_wire(const struct vsn_sched *s, const struct vsn_visit *v)
{
	const struct vsn_network *net = &s->topo->networks[v->net];
	u64 packets;

	if (!(v->flags & VISIT_LINK))
		return v->bytes;
	packets = v->bytes ? ((u64)v->bytes + net->packet - 1) / net->packet : 1;
	return v->bytes + packets * net->header;
}

/* Pass one resource: 0, or an errno and nothing has changed. */
int vsn_chunk_pass(struct vsn_sched *s, struct vsn_chunk *c, const struct vsn_visit *v);
/* The chunk is over; if it was the last of its operation, that ends at op->end. */
void vsn_chunk_retire(struct vsn_sched *s, struct vsn_chunk *c);

#endif /* VSN_CORE_CHUNK_H */
