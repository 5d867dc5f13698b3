/* SPDX-License-Identifier: GPL-2.0 */
/* Regions: allocations from the pool. */
#ifndef VSN_REGION_H
#define VSN_REGION_H

#include <linux/llist.h>
#include <linux/maple_tree.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "core/addr.h"
#include "core/place.h"
#include "core/place_choose.h"

struct vsn_directory;
struct vsn_fabric;
struct vsn_partition;
struct vsn_rights;
struct mem_cgroup;

/* Limits of one fabric. */
#define VSN_MAX_REGIONS		65536U
/* Of these, of one partition: it takes several to leave no room to others. */
#define VSN_MAX_PARTITION_REGIONS	8192U
#define VSN_MAX_EXTENTS		(4U << 20)

/* Interleave by this where nobody says; a huge page needs all of one. */
#define VSN_GRANULE_DEFAULT		(64ULL << 10)
#define VSN_GRANULE_DEFAULT_HUGE	(2ULL << 20)

/**
 * struct vsn_region - one allocation
 * @ref: the tables hold one; each pending operation and each access or fault that
 *	is on hold one, and a region whose count is above one is not deleted but by
 *	force
 * @rcu: freed after a grace period, looked up under RCU
 * @fabric: its fabric
 * @id: from 1; 0: this is an endpoint's device window, see vsn_region_get_ua()
 * @huge: use 2 MiB folios where the placement allows
 * @policy: enum vsn_placement: how its homes were chosen
 * @place: placement; the core sees only this; @place.dead is written under
 *	engine->lock
 * @memcg: pages are charged to it: the creator's; or NULL
 * @directory: who may access what; NULL: anybody anything (uncached), or a window
 * @resident: pages in memory
 * @partition: whose it is, a reference; NULL: the fabric's own
 * @serial: never used again in the fabric; 0: a device window
 * @token: what an import has to know; fabric->lock
 * @exported: there is a token; fabric->lock
 * @orphan: its context is gone, and it goes as soon as nobody needs it, see lease.c;
 *	written under fabric->lock
 * @nr_imports: contexts that have imported it; with any it is not deleted; fabric->lock
 * @lessee: the context that has leased it, or NULL; fabric->lock
 * @lease: in that one's list, or among the orphans; fabric->lock
 * @poisoned: pages that are poisoned; see poison.h for its lock
 * @name: of no other region of the fabric, or empty
 * @by_name: in struct vsn_regions.by_name, if it has one; the fabric's lock
 * @grave: in struct vsn_regions.graves
 * @base: by home: where its extent begins in the home's device window, bytes
 *
 * What is not said to change is immutable, but for @ref, @resident and @poisoned.
 * @place.homes lies behind @base.
 */
struct vsn_region {
	refcount_t ref;
	struct rcu_head rcu;
	struct vsn_fabric *fabric;
	u32 id;
	bool huge;
	u32 policy;
	struct vsn_place place;
	struct mem_cgroup *memcg;
	struct vsn_directory *directory;
	atomic_long_t resident;
	u64 poisoned;
	char name[VSN_NAME_SIZE];
	struct rb_node by_name;
	struct llist_node grave;
	struct vsn_partition *partition;
	u64 serial;
	u64 token[2];
	bool exported;
	bool orphan;
	u32 nr_imports;
	struct vsn_rights *lessee;
	struct list_head lease;
	u64 base[];
};

/**
 * struct vsn_regions - the regions of a fabric
 * @by_ua: by pool page; readers under RCU, writers under the fabric's lock
 * @by_id: by id; same
 * @by_name: those that have one; the fabric's lock
 * @extents: by endpoint: struct vsn_extents; same, see extent.h
 * @windows: by endpoint: its device window as a region, made when first used and
 *	kept until the fabric goes; no lock
 * @pool: addresses; the fabric's lock
 * @next_id: hint; the fabric's lock
 * @nr: number of regions; written under the fabric's lock
 * @nr_dying: of those that were taken away by force and still have references; the
 *	fabric's lock
 * @nr_extents: of all of both; the fabric's lock
 * @graves: struct vsn_region that have lost their last reference, and wait for @reap
 * @reap: frees them
 * @last_serial: of the region that was made last; the fabric's lock
 * @orphans: struct vsn_region whose context is gone; the fabric's lock
 * @reaper: frees them, see lease.c
 */
struct vsn_regions {
	struct maple_tree by_ua;
	struct xarray by_id;
	struct rb_root by_name;
	struct xarray extents;
	struct xarray windows;
	struct vsn_pool pool;
	u32 next_id;
	u32 nr;
	u32 nr_dying;
	u32 nr_extents;
	struct llist_head graves;
	struct work_struct reap;
	u64 last_serial;
	struct list_head orphans;
	struct work_struct reaper;
};

/**
 * struct vsn_span - bytes of a region that lie together at their home
 * @owner: the region that the pages belong to, or NULL: memory of a device
 *	window that no region has; it reads as zeros and cannot be written
 * @home: home address of the first: endpoint << window_shift | offset
 * @len: bytes
 */
struct vsn_span {
	struct vsn_region *owner;
	u64 home;
	u64 len;
};

/**
 * struct vsn_region_spec - what to allocate
 * @name: a valid one, or empty
 * @size: bytes, a multiple of 4 KiB
 * @choice: how its homes are chosen
 * @homes: endpoints that hold it, if they are listed
 * @nr_homes: how many
 * @granule: interleaving granule, bytes; ignored with one home
 * @huge: use 2 MiB folios where the placement allows: one home, or a granule of
 *	2 MiB or more
 * @mode: enum vsn_region_mode
 * @dir_granule: of its directory, bytes; 0: see vsn_directory_new()
 * @partition: whose it will be, the caller holds a reference; NULL: the fabric's own
 */
struct vsn_region_spec {
	char name[VSN_NAME_SIZE];
	u64 size;
	struct vsn_choice choice;
	const u32 *homes;
	u32 nr_homes;
	u64 granule;
	bool huge;
	u32 mode;
	u64 dir_granule;
	struct vsn_partition *partition;
};

int vsn_region_init(void);
void vsn_region_exit(void);

void vsn_regions_init(struct vsn_fabric *fabric);
void vsn_regions_destroy(struct vsn_fabric *fabric);

bool vsn_region_name_valid(const char *name);

/* Both take fabric->lock. */
struct vsn_region *vsn_region_create(struct vsn_fabric *fabric,
				     const struct vsn_region_spec *spec,
				     struct vsn_diag *diag);
int vsn_region_delete(struct vsn_fabric *fabric, u32 id, bool force,
		      struct vsn_diag *diag);

/* fabric->lock is held. */
int vsn_region_try_free(struct vsn_region *region, struct vsn_diag *diag);
bool vsn_region_reap(struct vsn_region *region);

/* Take a reference, or NULL. */
struct vsn_region *vsn_region_get_ua(struct vsn_fabric *fabric, u64 ua);
struct vsn_region *vsn_region_get_id(struct vsn_fabric *fabric, u32 id);
struct vsn_region *vsn_region_get_name(struct vsn_fabric *fabric, const char *name);
struct vsn_region *vsn_region_get_next(struct vsn_fabric *fabric, u32 *id);
void vsn_region_put(struct vsn_region *region);

u64 vsn_region_home(const struct vsn_region *region, u32 i);
/* Of a range of a region, see poison.c */
u64 vsn_region_part(const struct vsn_region *region, u64 off, u64 end, u32 i, u64 *len);
void vsn_region_settle(struct vsn_region *region, u64 off, u64 len);
void vsn_region_unmap(struct vsn_region *region, u64 off, u64 len);

bool vsn_region_in_window(const struct vsn_fabric *fabric, u64 ua);
void vsn_region_span_get(struct vsn_region *region, u64 off, struct vsn_span *span);
void vsn_region_span_put(struct vsn_region *region, struct vsn_span *span);
bool vsn_region_block(struct vsn_region *owner, u64 home);

/* Bytes promised to regions at an endpoint. */
u64 vsn_region_allocated(struct vsn_fabric *fabric, u32 ep);

static inline struct vsn_region *vsn_place_region(const struct vsn_place *place)
{
	return container_of(place, struct vsn_region, place);
}

/* Can it have 2 MiB folios? */
static inline bool vsn_region_is_huge(const struct vsn_region *region)
{
	return region->huge && (region->place.nr_homes == 1 ||
				region->place.granule_shift >= PMD_SHIFT);
}

/* Was it taken away from those who use it?  Who does not hold engine->lock has to see. */
static inline bool vsn_region_dead(const struct vsn_region *region)
{
	return READ_ONCE(region->place.dead);
}

/* Take a reference, if it is still to be had; under RCU. */
static inline bool vsn_region_try_get(struct vsn_region *region)
{
	return !vsn_region_dead(region) && refcount_inc_not_zero(&region->ref);
}

/* Is it an endpoint's device window, rather than an allocation? */
static inline bool vsn_region_is_window(const struct vsn_region *region)
{
	return !region->id;
}

#endif /* VSN_REGION_H */
