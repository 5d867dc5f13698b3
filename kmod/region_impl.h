/* SPDX-License-Identifier: GPL-2.0 */
/* Between region.c (allocation, look-up) and region_del.c (how a region goes). */
#ifndef VSN_REGION_IMPL_H
#define VSN_REGION_IMPL_H

#include "fabric.h"

/* Bytes of the i-th extent. */
static inline u64 vsn_region_share(const struct vsn_region *region, u32 i)
{
	const struct vsn_place *place = &region->place;

	return vsn_place_share(place->size, place->granule_shift, place->nr_homes, i);
}

static inline u64 vsn_region_address(const struct vsn_fabric *fabric, u32 ep, u64 off)
{
	return (u64)ep << fabric->topo.window_shift | off;
}

/* Its name is free again; fabric->lock held, or the last to know it. */
void vsn_region_unname(struct vsn_region *region);
void vsn_region_count(struct vsn_region *region, bool more);
/* Give back the first @nr extents; same. */
void vsn_region_give(struct vsn_region *region, u32 nr);
/* Nothing leads to it any more; readers under RCU may look at it. */
void vsn_region_dealloc(struct vsn_region *region);

void vsn_region_reap_init(struct vsn_regions *regions);

#endif /* VSN_REGION_IMPL_H */
