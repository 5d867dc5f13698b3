/* SPDX-License-Identifier: GPL-2.0 */
/* Regions: allocations from the pool. */
#ifndef VSN_REGION_H
#define VSN_REGION_H

#include <linux/maple_tree.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/xarray.h>

#include "core/addr.h"
#include "core/place.h"

struct vsn_fabric;
struct mem_cgroup;

/**
 * struct vsn_region - one allocation
 * @ref: the tables hold one; each pending operation and each mapping holds one,
 *	and a region whose count is above one is not deleted
 * @rcu: freed after a grace period, looked up under RCU
 * @fabric: its fabric
 * @id: from 1
 * @huge: use 2 MiB folios where the placement allows
 * @place: placement; the core sees only this
 * @base: by home: where its extent begins in the home's device window, bytes
 * @resident: pages in memory
 *
 * All but @ref and @resident are immutable.
 */
struct vsn_region {
	refcount_t ref;
	struct rcu_head rcu;
	struct vsn_fabric *fabric;
	u32 id;
	bool huge;
	struct vsn_place place;
	u64 *base;
	atomic_long_t resident;
};

/**
 * struct vsn_regions - the regions of a fabric
 * @by_ua: by pool address; readers under RCU, writers under the fabric's lock
 * @by_id: by id; same
 * @extents: by endpoint: struct vsn_extents; the fabric's lock
 * @pool: addresses; the fabric's lock
 * @nr: number of regions; the fabric's lock
 */
struct vsn_regions {
	struct maple_tree by_ua;
	struct xarray by_id;
	struct xarray extents;
	struct vsn_pool pool;
	u32 nr;
};

int vsn_regions_init(struct vsn_fabric *fabric);
void vsn_regions_destroy(struct vsn_fabric *fabric);

/* Both take fabric->lock. */
struct vsn_region *vsn_region_create(struct vsn_fabric *fabric, u64 size,
				     const u32 *homes, u32 nr_homes, u64 granule,
				     bool huge, struct vsn_diag *diag);
int vsn_region_delete(struct vsn_fabric *fabric, u32 id, struct vsn_diag *diag);

/* Take a reference, or NULL. */
struct vsn_region *vsn_region_get_ua(struct vsn_fabric *fabric, u64 ua);
struct vsn_region *vsn_region_get_id(struct vsn_fabric *fabric, u32 id);
struct vsn_region *vsn_region_get_next(struct vsn_fabric *fabric, u32 *id);
void vsn_region_put(struct vsn_region *region);

/* Bytes promised to regions at an endpoint. */
u64 vsn_region_allocated(struct vsn_fabric *fabric, u32 ep);

static inline struct vsn_region *vsn_place_region(const struct vsn_place *place)
{
	return container_of(place, struct vsn_region, place);
}

#endif /* VSN_REGION_H */
