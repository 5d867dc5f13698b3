/* SPDX-License-Identifier: GPL-2.0 */
/* Routes over tiers, computed and never stored. */
#ifndef VSN_CORE_ROUTE_H
#define VSN_CORE_ROUTE_H

#include "topo.h"

/* Up and down through every tier. */
#define VSN_MAX_HOPS	(2 * VSN_MAX_TIERS)

/**
 * struct vsn_path - links from one endpoint to another
 * @nr_hops: number of links
 * @hops: link ids, in the order of travel
 */
struct vsn_path {
	u32 nr_hops;
	u32 hops[VSN_MAX_HOPS];
};

int vsn_route_reach(const struct vsn_topo *t, u32 net, u32 src, u32 dst);
int vsn_route_network(const struct vsn_topo *t, u32 want, u32 src, u32 dst);
u32 vsn_route_planes(const struct vsn_topo *t, u32 net, u32 src, u32 dst);
u64 vsn_route_candidates(const struct vsn_topo *t, u32 net, u32 src, u32 dst);
u64 vsn_route_select(const struct vsn_topo *t, u32 net, u32 src, u32 dst,
		     u32 plane, u64 salt);
int vsn_route_path(const struct vsn_topo *t, u32 net, u32 src, u32 dst,
		   u64 candidate, struct vsn_path *path);
int vsn_route_find(const struct vsn_topo *t, u32 want, u32 src, u32 dst, u32 plane,
		   u64 salt, struct vsn_path *path);
u64 vsn_route_latency(const struct vsn_topo *t, const struct vsn_path *path);

#endif /* VSN_CORE_ROUTE_H */
