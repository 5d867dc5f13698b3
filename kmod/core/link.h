/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Resources that serialise bytes, and the table of their states.
 *
 * A resource is a link or one of an endpoint's engines.  All are served first
 * come, first served, by the rule of vsn_link_pass().  State exists only where
 * traffic has been.
 */
#ifndef VSN_CORE_LINK_H
#define VSN_CORE_LINK_H

#include "sparse.h"
#include "topo.h"

/* An endpoint's engines; their resource ids follow the links'. */
enum vsn_engine_kind {
	VSN_ENGINE_READ,	/* read engine, as initiator */
	VSN_ENGINE_WRITE,	/* write engine, as initiator */
	VSN_ENGINE_MEMORY,	/* memory, as home */
	VSN_ENGINE_COMPUTE,	/* compute engine, as initiator */
	VSN_NR_ENGINES,
};

/**
 * struct vsn_link - state of a resource
 * @bandwidth: bytes/s, usable; 0: takes no time
 * @latency: ps
 * @busy: ps; when it is free again
 * @payload: bytes of payload carried
 * @wire: bytes carried, headers included
 * @transfers: chunks, requests and acks carried
 * @busy_time: ps that it was occupied
 * @store_forward: passes a chunk on only once it has all of it
 * @present: figures are filled in
 * @net: index of the network (links only)
 * @tier: index of the tier (links only)
 *
 * The caller of the scheduler holds its lock.
 */
struct vsn_link {
	u64 bandwidth;
	u64 latency;
	u64 busy;
	u64 payload;
	u64 wire;
	u64 transfers;
	u64 busy_time;
	bool store_forward;
	bool present;
	u8 net;
	u8 tier;
};

/**
 * struct vsn_flow - a chunk on its way
 * @head: when its first byte reaches the next resource, ps
 * @tail: when its last byte does, ps
 */
struct vsn_flow {
	u64 head;
	u64 tail;
};

/**
 * struct vsn_links - states of all resources
 * @topo: figures
 * @table: struct vsn_link by resource id
 */
struct vsn_links {
	const struct vsn_topo *topo;
	struct vsn_sparse table;
};

static inline u32 vsn_link_engine_id(const struct vsn_topo *t, u32 ep,
				     enum vsn_engine_kind kind)
{
	return t->nr_links + ep * VSN_NR_ENGINES + kind;
}

/* A resource's state will be needed soon. */
static inline void vsn_links_prefetch(const struct vsn_links *l, u32 id)
{
	__builtin_prefetch(vsn_sparse_find(&l->table, id));
}

int vsn_links_init(struct vsn_links *l, const struct vsn_topo *t,
		   const struct vsn_mem *mem);
void vsn_links_free(struct vsn_links *l);
struct vsn_link *vsn_links_find(const struct vsn_links *l, u32 id);
u64 vsn_links_next(const struct vsn_links *l, u64 id);
struct vsn_link *vsn_links_touch(struct vsn_links *l, u32 id);
int vsn_link_ser(u64 bytes, u64 bandwidth, u64 *ser);
int vsn_link_pass(struct vsn_link *link, struct vsn_flow *flow, u64 bytes,
		  u64 latency);

#endif /* VSN_CORE_LINK_H */
