// SPDX-License-Identifier: GPL-2.0
/*
 * Regions: allocations from the pool.
 *
 * Home pages.  A region has an extent at each home.  Granule g of the region is
 * at home g % nr_homes, as that extent's granule g / nr_homes.  So each page has
 * one home address, endpoint << window_shift | offset, which is also its address
 * in the device window, and the store knows pages by that alone: both windows
 * reach the same page.
 *
 * How a region goes, while others use it: region_del.c.
 *
 * A pool address is not handed out again before all others were, so a stale one
 * finds nothing.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "directory.h"
#include "extent.h"
#include "fabric.h"
#include "lease.h"
#include "rights.h"
#include "region_impl.h"

/**
 * vsn_regions_init - prepare a fabric's regions
 * @fabric: the fabric
 */
void vsn_regions_init(struct vsn_fabric *fabric)
{
	struct vsn_regions *regions = &fabric->regions;

	mt_init_flags(&regions->by_ua, MT_FLAGS_USE_RCU);
	xa_init_flags(&regions->by_id, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	xa_init_flags(&regions->windows, XA_FLAGS_ACCOUNT);
	regions->by_name = RB_ROOT;
	vsn_extents_init(fabric);
	vsn_region_reap_init(regions);
	vsn_leases_init(fabric);
}

/**
 * vsn_region_name_valid - is it a name: [a-z0-9_.-]{1,31}, and not a number?
 * @name: what to look at
 *
 * Return: true if so.
 */
bool vsn_region_name_valid(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-");

	return len && len < VSN_NAME_SIZE && !name[len] &&
	       strspn(name, "0123456789") < len;
}

static int name_cmp(const void *key, const struct rb_node *node)
{
	return strcmp(key, rb_entry(node, struct vsn_region, by_name)->name);
}

static int name_order(struct rb_node *node, const struct rb_node *other)
{
	return name_cmp(rb_entry(node, struct vsn_region, by_name)->name, other);
}

void vsn_region_unname(struct vsn_region *region)
{
	if (region->name[0])
		rb_erase(&region->by_name, &region->fabric->regions.by_name);
}

/* Give back the first @nr extents. */
void vsn_region_give(struct vsn_region *region, u32 nr)
{
	u64 share;
	u32 i;

	for (i = 0; i < nr; i++) {
		share = vsn_region_share(region, i);
		if (share)
			vsn_extent_give(region->fabric, region->place.homes[i],
					region->base[i], share);
		cond_resched();
	}
	region->fabric->regions.nr_extents -= nr;
}

/**
 * vsn_region_home - home address of an extent
 * @region: region
 * @i: which, below its number of homes
 *
 * Return: home address of its first byte.
 */
u64 vsn_region_home(const struct vsn_region *region, u32 i)
{
	return vsn_region_address(region->fabric, region->place.homes[i], region->base[i]);
}

/**
 * struct region_range - bytes of a region
 * @region: the region
 * @off: offset of the first
 * @end: one past the last
 */
struct region_range {
	const struct vsn_region *region;
	u64 off;
	u64 end;
};

/**
 * vsn_region_part - what a range of a region has at a home
 * @region: the region
 * @off: offset of the first byte
 * @end: one past the last
 * @i: number of the home
 * @len: out: bytes, which lie together there
 *
 * Return: home address of the first of them.
 */
u64 vsn_region_part(const struct vsn_region *region, u64 off, u64 end, u32 i, u64 *len)
{
	const struct vsn_place *place = &region->place;
	u64 from = vsn_place_share(off, place->granule_shift, place->nr_homes, i);

	*len = vsn_place_share(end, place->granule_shift, place->nr_homes, i) - from;
	return vsn_region_home(region, i) + from;
}

/* From one inode: at the region's own address, and at those in device windows. */
static void range_zap(struct address_space *mapping, bool windows, void *ctx)
{
	const struct region_range *r = ctx;
	const struct vsn_place *place = &r->region->place;
	u32 i, first, nr = vsn_place_homes_in(place, r->off, r->end, &first);
	u64 home, len;

	unmap_mapping_range(mapping, place->ua + r->off, r->end - r->off, 1);
	for (i = 0; windows && i < nr; i++) {
		home = vsn_region_part(r->region, r->off, r->end,
				       (first + i) % place->nr_homes, &len);
		if (len)
			unmap_mapping_range(mapping, home, len, 1);
		cond_resched();
	}
}

/**
 * vsn_region_settle - wait for faults that are about to map a range
 * @region: the region
 * @off: offset of the first byte, a multiple of the page size
 * @len: bytes, same
 */
void vsn_region_settle(struct vsn_region *region, u64 off, u64 len)
{
	const struct vsn_place *place = &region->place;
	u32 i, first, nr = vsn_place_homes_in(place, off, off + len, &first);
	u64 home, part;

	for (i = 0; i < nr; i++) {
		home = vsn_region_part(region, off, off + len, (first + i) % place->nr_homes,
				       &part);
		if (part)
			vsn_store_settle(region->fabric, home, part);
		cond_resched();
	}
}

/**
 * vsn_region_unmap - unmap a range from all mappings
 * @region: the region
 * @off: offset of the first byte, a multiple of the page size
 * @len: bytes, same
 */
void vsn_region_unmap(struct vsn_region *region, u64 off, u64 len)
{
	struct region_range r = { .region = region, .off = off, .end = off + len };

	vsn_views_zap(region->fabric, range_zap, &r);
}

/* Where its extents begin at multiples of */
static u64 region_align(bool huge)
{
	return huge ? PMD_SIZE : PAGE_SIZE;
}

static int region_take(struct vsn_region *region, struct vsn_diag *diag)
{
	const struct vsn_place *place = &region->place;
	u64 align = region_align(region->huge);
	u64 share;
	u32 i;
	int err;

	for (i = 0; i < place->nr_homes; i++) {
		share = vsn_region_share(region, i);
		/* There are fewer granules than homes. */
		if (!share)
			continue;
		err = vsn_extent_take(region->fabric, place->homes[i], share, align,
				      region, &region->base[i], diag);
		if (err) {
			region->fabric->regions.nr_extents += i;
			vsn_region_give(region, i);
			return err;
		}
		cond_resched();
	}
	region->fabric->regions.nr_extents += place->nr_homes;
	return 0;
}

/*
 * Addresses go up; once there are none left, from the bottom again, around the
 * regions that exist.
 */
static int region_address(struct vsn_regions *regions, u64 size, u64 *ua)
{
	struct vsn_region *other;
	unsigned long first;
	bool again = false;
	u64 end;
	int err;

	for (;;) {
		err = vsn_pool_take(&regions->pool, size, PAGE_SIZE, ua);
		if (err && again)
			return err;
		if (err) {
			again = true;
			regions->pool.next = 0;
			continue;
		}
		/* The one below keeps its distance, so keep it to the one above. */
		first = *ua >> PAGE_SHIFT;
		other = mt_find(&regions->by_ua, &first,
				((*ua + size + VSN_POOL_ALIGN) >> PAGE_SHIFT) - 1);
		if (!other)
			return 0;
		end = other->place.ua + other->place.size - VSN_UA_POOL;
		regions->pool.next = vsn_align_up(end, VSN_POOL_ALIGN) + VSN_POOL_ALIGN;
		cond_resched();
	}
}

/*
 * The tables lead to the region as they are filled in, but look-ups fail until
 * its count is set, last of all: one for the tables and one for the caller.
 */
static int region_publish(struct vsn_region *region, struct vsn_diag *diag)
{
	struct vsn_regions *regions = &region->fabric->regions;
	unsigned long first, last;
	u64 ua;
	u32 id;
	int err;

	err = xa_alloc_cyclic(&regions->by_id, &id, NULL,
			      XA_LIMIT(1, S32_MAX), &regions->next_id, GFP_KERNEL);
	if (err < 0)
		return vsn_refuse(diag, err, "no kernel memory for a region");
	err = region_address(regions, region->place.size, &ua);
	if (err) {
		err = vsn_refuse(diag, err, "size %llu: no addresses left in the pool window",
				 region->place.size);
		goto err_release;
	}
	region->id = id;
	region->serial = ++regions->last_serial;
	region->place.ua = ua;
	first = ua >> PAGE_SHIFT;
	last = first + (region->place.size >> PAGE_SHIFT) - 1;
	err = mtree_insert_range(&regions->by_ua, first, last, region,
				 GFP_KERNEL_ACCOUNT);
	if (err) {
		err = vsn_refuse(diag, err, "no kernel memory for a region");
		goto err_release;
	}
	/* The place is reserved: this cannot fail. */
	xa_store(&regions->by_id, id, region, GFP_KERNEL);
	WRITE_ONCE(regions->nr, regions->nr + 1);
	refcount_set(&region->ref, 2);
	return 0;

err_release:
	xa_release(&regions->by_id, id);
	return err;
}

static int region_may_create(struct vsn_fabric *fabric,
			     const struct vsn_region_spec *spec, struct vsn_diag *diag)
{
	lockdep_assert_held(&fabric->lock);
	if (fabric->dead)
		return vsn_refuse(diag, -ENODEV, "fabric '%s' was deleted", fabric->name);
	if (fabric->regions.nr + fabric->regions.nr_dying >= VSN_MAX_REGIONS)
		return vsn_refuse(diag, -ENOSPC,
				  "fabric '%s' has %u regions, and no room for more",
				  fabric->name, fabric->regions.nr + fabric->regions.nr_dying);
	if (spec->name[0] && rb_find(spec->name, &fabric->regions.by_name, name_cmp))
		return vsn_refuse(diag, -EEXIST, "name '%s': a region has it", spec->name);
	return 0;
}

/* Among whom to choose; fabric->lock is held, so what fits will still do so. */
struct room {
	struct vsn_fabric *fabric;
	const struct vsn_partition *partition;
	u64 align;
};

static bool room_may(void *ctx, u32 ep)
{
	struct room *room = ctx;

	cond_resched();
	return !room->partition || vsn_partition_has(room->partition, ep);
}

static u64 room_allocated(void *ctx, u32 ep)
{
	struct room *room = ctx;

	return vsn_extent_allocated(room->fabric, ep);
}

static bool room_fits(void *ctx, u32 ep, u64 bytes)
{
	struct room *room = ctx;

	cond_resched();
	return vsn_extent_fits(room->fabric, ep, bytes, room->align);
}

/* Paths of graphs are kept as they are found, which takes engine->lock. */
static int room_distance(void *ctx, u32 from, u32 to, u64 *ps)
{
	struct room *room = ctx;
	struct vsn_engine *engine = &room->fabric->engine;
	int err;

	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	mutex_lock(&engine->lock);
	err = vsn_place_distance(&room->fabric->topo, from, to, ps);
	mutex_unlock(&engine->lock);
	return err;
}

/* Those that are listed, or a choice of as many as there are in an array of its own. */
static int region_homes(struct vsn_fabric *fabric, const struct vsn_region_spec *spec,
			u32 **chosen, const u32 **homes, u32 *nr_homes,
			struct vsn_diag *diag)
{
	struct room ctx = {
		.fabric = fabric,
		.partition = spec->partition,
		.align = region_align(spec->huge),
	};
	struct vsn_room room = {
		.may = room_may,
		.allocated = room_allocated,
		.fits = room_fits,
		.distance = room_distance,
		.ctx = &ctx,
	};
	int err;

	*chosen = NULL;
	*homes = spec->homes;
	*nr_homes = spec->nr_homes;
	if (spec->choice.policy == VSN_PLACEMENT_LIST)
		return vsn_place_check(spec->size, *homes, *nr_homes, spec->granule,
				       fabric->topo.nr_endpoints, diag);
	err = vsn_place_choose(&fabric->topo, &spec->choice, spec->size, spec->granule,
			       &room, &vsn_engine_mem, chosen, nr_homes, diag);
	if (!err)
		*homes = *chosen;
	else
		*chosen = NULL;
	return err;
}

static struct vsn_region *region_alloc(struct vsn_fabric *fabric,
				       const struct vsn_region_spec *spec,
				       const u32 *homes, u32 nr_homes)
{
	struct vsn_region *region;
	size_t bytes;
	u32 *list;

	bytes = size_add(struct_size(region, base, nr_homes),
			 array_size(nr_homes, sizeof(*list)));
	region = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!region)
		return NULL;
	list = (u32 *)(region->base + nr_homes);
	memcpy(list, homes, array_size(nr_homes, sizeof(*list)));
	refcount_set(&region->ref, 0);
	region->fabric = fabric;
	region->huge = spec->huge;
	region->policy = spec->choice.policy;
	strscpy(region->name, spec->name, sizeof(region->name));
	region->place.size = spec->size;
	region->place.nr_homes = nr_homes;
	region->place.homes = list;
	if (nr_homes > 1)
		region->place.granule_shift = ilog2(spec->granule);
	region->memcg = get_mem_cgroup_from_mm(current->mm);
	INIT_LIST_HEAD(&region->lease);
	region->partition = spec->partition;
	if (spec->partition)
		refcount_inc(&spec->partition->ref);
	return region;
}

/**
 * vsn_region_dealloc - free what describes a region
 * @region: nothing leads to it any more, but readers under RCU may look at it
 */
void vsn_region_dealloc(struct vsn_region *region)
{
	vsn_directory_free(region);
	vsn_partition_put(region->partition);
	mem_cgroup_put(region->memcg);
	kvfree_rcu(region, rcu);
}

/* May its partition have it?  The homes are known to be endpoints. */
static int region_may_join(struct vsn_fabric *fabric, const struct vsn_region_spec *spec,
			   const u32 *homes, u32 nr_homes, struct vsn_diag *diag)
{
	const struct vsn_partition *partition = spec->partition;
	char name[64];
	u32 i;

	if (!partition)
		return 0;
	if (partition->dead)
		return vsn_refuse(diag, -ENODEV, "partition '%s' was deleted",
				  partition->name);
	if (partition->quota && (partition->promised > partition->quota ||
				 spec->size > partition->quota - partition->promised))
		return vsn_refuse(diag, -EDQUOT,
				  "partition '%s': no room for %llu bytes, %llu of its quota of %llu are promised",
				  partition->name, spec->size, partition->promised,
				  partition->quota);
	if (partition->nr_regions >= VSN_MAX_PARTITION_REGIONS)
		return vsn_refuse(diag, -ENOSPC,
				  "partition '%s' has %u regions, and no room for more",
				  partition->name, partition->nr_regions);
	for (i = 0; i < nr_homes; i++) {
		cond_resched();
		if (vsn_partition_has(partition, homes[i]))
			continue;
		vsn_topo_endpoint_name(&fabric->topo, homes[i], name, sizeof(name));
		return vsn_refuse(diag, -EINVAL, "home %u (%s) is not in partition '%s'",
				  homes[i], name, partition->name);
	}
	return 0;
}

/**
 * vsn_region_count - one region more, or less, of its partition
 * @region: the region; fabric->lock is held
 * @more: which of both
 */
void vsn_region_count(struct vsn_region *region, bool more)
{
	struct vsn_partition *partition = region->partition;

	if (!partition)
		return;
	if (more) {
		partition->nr_regions++;
		partition->promised += region->place.size;
	} else {
		partition->nr_regions--;
		partition->promised -= region->place.size;
	}
}

/* Its homes are known; fabric->lock is held. */
static struct vsn_region *region_make(struct vsn_fabric *fabric,
				      const struct vsn_region_spec *spec,
				      const u32 *homes, u32 nr_homes,
				      struct vsn_diag *diag)
{
	struct vsn_region *region;
	int err;

	if (nr_homes > VSN_MAX_EXTENTS - fabric->regions.nr_extents)
		return ERR_PTR(vsn_refuse(diag, -ENOSPC,
					  "home: regions have %u homes by now, and no room for %u more",
					  fabric->regions.nr_extents, nr_homes));
	err = region_may_join(fabric, spec, homes, nr_homes, diag);
	if (err)
		return ERR_PTR(err);
	region = region_alloc(fabric, spec, homes, nr_homes);
	if (!region)
		return ERR_PTR(vsn_refuse(diag, -ENOMEM, "no kernel memory for a region"));
	err = 0;
	if (spec->mode != VSN_REGION_MODE_UNCACHED)
		err = vsn_directory_new(region, spec->mode, spec->dir_granule, diag);
	if (!err)
		err = region_take(region, diag);
	if (err)
		goto err_dealloc;
	err = region_publish(region, diag);
	if (err)
		goto err_give;
	if (region->name[0])
		rb_find_add(&region->by_name, &fabric->regions.by_name, name_order);
	vsn_region_count(region, true);
	return region;

err_give:
	vsn_region_give(region, nr_homes);
err_dealloc:
	vsn_region_dealloc(region);
	return ERR_PTR(err);
}

/**
 * vsn_region_create - allocate a region from the pool
 * @fabric: a committed fabric; its lock is taken
 * @spec: what to allocate; its choice passed vsn_choice_check()
 * @diag: why not
 *
 * Its memory is charged to the caller's memory cgroup, as it is touched.  Homes are
 * chosen under the lock under which their memory is taken.
 *
 * Return: the region with a reference; -EINVAL; -EEXIST its name is taken; -ENOENT no
 * endpoint matches; -EHOSTUNREACH none that can be reached; -ENOSPC an endpoint is full,
 * or a limit met; -EDQUOT the partition's quota; -ENODEV the fabric or the partition was
 * deleted; -EINTR a fatal signal; -ENOMEM.
 */
struct vsn_region *vsn_region_create(struct vsn_fabric *fabric,
				     const struct vsn_region_spec *spec,
				     struct vsn_diag *diag)
{
	struct vsn_region *region;
	const u32 *homes;
	u32 *chosen, nr_homes;
	int err;

	mutex_lock(&fabric->lock);
	err = region_may_create(fabric, spec, diag);
	if (!err)
		err = region_homes(fabric, spec, &chosen, &homes, &nr_homes, diag);
	if (err) {
		region = ERR_PTR(err);
	} else {
		region = region_make(fabric, spec, homes, nr_homes, diag);
		kvfree(chosen);
	}
	mutex_unlock(&fabric->lock);
	return region;
}

/*
 * An endpoint's device window, dressed as a region, so that operations and
 * mappings need not tell them apart.  It owns no pages.
 */
static struct vsn_region *window_get(struct vsn_fabric *fabric, u32 ep)
{
	const struct vsn_topo *topo = &fabric->topo;
	struct vsn_region *window, *old;
	u32 *list;

	window = xa_load(&fabric->regions.windows, ep);
	if (!window) {
		window = kzalloc(struct_size(window, base, 2), GFP_KERNEL_ACCOUNT);
		if (!window)
			return NULL;
		refcount_set(&window->ref, 1);
		window->fabric = fabric;
		list = (u32 *)(window->base + 1);
		list[0] = ep;
		window->place.ua = vsn_region_address(fabric, ep, 0);
		window->place.size = topo->kinds[vsn_topo_kind(topo, ep)].capacity & PAGE_MASK;
		window->place.nr_homes = 1;
		window->place.homes = list;
		old = xa_cmpxchg(&fabric->regions.windows, ep, NULL, window, GFP_KERNEL);
		if (old) {
			kfree(window);
			if (xa_is_err(old))
				return NULL;
			window = old;
		}
	}
	refcount_inc(&window->ref);
	return window;
}

/**
 * vsn_region_in_window - is an address in an endpoint's device window?
 * @fabric: a committed fabric
 * @ua: unified address
 *
 * Return: true if so, and the endpoint has so much memory.
 */
bool vsn_region_in_window(const struct vsn_fabric *fabric, u64 ua)
{
	const struct vsn_topo *topo = &fabric->topo;
	u64 ep = ua >> topo->window_shift;
	u64 off = ua & ((1ULL << topo->window_shift) - 1);

	return ep < topo->nr_endpoints &&
	       off < (topo->kinds[vsn_topo_kind(topo, ep)].capacity & PAGE_MASK);
}

/**
 * vsn_region_get_ua - the region that holds an address
 * @fabric: a committed fabric; the caller is a user of it
 * @ua: unified address
 *
 * In the device window it is the endpoint's window.  May sleep.
 *
 * Return: a region with a reference, or NULL: there is none, or it is being deleted;
 * in a device window, there is no memory.
 */
struct vsn_region *vsn_region_get_ua(struct vsn_fabric *fabric, u64 ua)
{
	struct vsn_region *region;

	if (vsn_ua_is_pool(ua)) {
		rcu_read_lock();
		region = mtree_load(&fabric->regions.by_ua, ua >> PAGE_SHIFT);
		if (region && !vsn_region_try_get(region))
			region = NULL;
		rcu_read_unlock();
		return region;
	}
	if (!vsn_region_in_window(fabric, ua))
		return NULL;
	return window_get(fabric, ua >> fabric->topo.window_shift);
}

/**
 * vsn_region_get_id - a region by its id
 * @fabric: a committed fabric
 * @id: id
 *
 * Return: the region with a reference, or NULL.
 */
struct vsn_region *vsn_region_get_id(struct vsn_fabric *fabric, u32 id)
{
	struct vsn_region *region;

	rcu_read_lock();
	region = xa_load(&fabric->regions.by_id, id);
	if (region && !vsn_region_try_get(region))
		region = NULL;
	rcu_read_unlock();
	return region;
}

/**
 * vsn_region_get_name - a region by its name
 * @fabric: a committed fabric; the caller holds its lock
 * @name: name
 *
 * Return: the region with a reference, or NULL.
 */
struct vsn_region *vsn_region_get_name(struct vsn_fabric *fabric, const char *name)
{
	struct rb_node *node;
	struct vsn_region *region;

	lockdep_assert_held(&fabric->lock);
	node = rb_find(name, &fabric->regions.by_name, name_cmp);
	if (!node)
		return NULL;
	/* It is there for as long as the tables hold one. */
	region = rb_entry(node, struct vsn_region, by_name);
	refcount_inc(&region->ref);
	return region;
}

/**
 * vsn_region_get_next - walk the regions, by id
 * @fabric: a committed fabric
 * @id: in: the last one seen, 0 to begin; out: the one returned
 *
 * Return: the region with a reference, or NULL at the end.
 */
struct vsn_region *vsn_region_get_next(struct vsn_fabric *fabric, u32 *id)
{
	struct vsn_region *region;
	unsigned long index = *id;

	rcu_read_lock();
	do {
		region = xa_find_after(&fabric->regions.by_id, &index, S32_MAX, XA_PRESENT);
	} while (region && !vsn_region_try_get(region));
	rcu_read_unlock();
	if (region)
		*id = index;
	return region;
}

/**
 * vsn_region_span_get - where bytes are
 * @region: region, or an endpoint's device window; the caller holds a reference
 * @off: offset in it, below its size
 * @span: out: what lies together from there on; to be given back with
 *	vsn_region_span_put()
 */
void vsn_region_span_get(struct vsn_region *region, u64 off, struct vsn_span *span)
{
	const struct vsn_place *place = &region->place;
	u64 granule, in, first, end;
	u32 i = 0;

	span->owner = region;
	span->len = vsn_place_run(place, off);
	if (place->nr_homes > 1) {
		granule = off >> place->granule_shift;
		in = off & ((1ULL << place->granule_shift) - 1);
		i = granule % place->nr_homes;
		off = (granule / place->nr_homes) << place->granule_shift | in;
	}
	span->home = vsn_region_address(region->fabric, place->homes[i], region->base[i] + off);
	if (vsn_region_is_window(region)) {
		span->owner = vsn_extent_get(region->fabric, place->homes[0], off,
					     &first, &end);
		span->len = min(span->len, end - off);
	}
}

/**
 * vsn_region_span_put - a span is not used any more
 * @region: as for vsn_region_span_get()
 * @span: what it filled in
 */
void vsn_region_span_put(struct vsn_region *region, struct vsn_span *span)
{
	if (span->owner && span->owner != region)
		vsn_region_put(span->owner);
}

/**
 * vsn_region_block - may one folio hold the 2 MiB around a byte?
 * @owner: region that has the byte; the caller holds a reference
 * @home: its home address
 *
 * Return: true if all of them are the region's, lie together in it, and large
 * folios were asked for.
 */
bool vsn_region_block(struct vsn_region *owner, u64 home)
{
	u32 shift = owner->fabric->topo.window_shift;
	u64 block, end, first, off = home & ((1ULL << shift) - 1);
	struct vsn_region *region;

	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) || !vsn_region_is_huge(owner))
		return false;
	region = vsn_extent_get(owner->fabric, home >> shift, off, &first, &end);
	if (region)
		vsn_region_put(region);
	block = off & PMD_MASK;
	return region == owner && block >= first && block + PMD_SIZE <= end;
}

/**
 * vsn_region_allocated - bytes promised to regions at an endpoint
 * @fabric: a committed fabric
 * @ep: endpoint
 *
 * Return: bytes.
 */
u64 vsn_region_allocated(struct vsn_fabric *fabric, u32 ep)
{
	return vsn_extent_allocated(fabric, ep);
}
