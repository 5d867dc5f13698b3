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
 * How a region goes, while others may read it, map it or fault on it:
 *
 *  1. Who reaches a page holds a reference to the region that owns it: an
 *     operation until it is complete, pread and pwrite for one call, a fault while
 *     it looks up or makes the page and locks its folio; it drops the reference
 *     before the locked folio is entered into a page table.  A mapping holds none,
 *     as the kernel merges, splits and drops VMAs without telling in all cases.
 *  2. Delete refuses where a VMA covers the region in the pool window, the count is
 *     above one, or somebody has leased or imported it.  If not, it takes the count from
 *     one, the tables' own, to zero in one step.  From then on every look-up fails, as all
 *     of them are "increment unless zero": there are no accesses, and none can begin.  A
 *     page that somebody made is in the store by now, as it was put there under a
 *     reference.
 *  3. What can be left are translations: in mappings of the device window, which
 *     cover whole endpoints and do not count in step 2, or in one of the pool window
 *     that came just after the look; and faults that dropped their reference and
 *     are about to enter a folio, locked.  Delete locks and unlocks each folio, which
 *     waits for the latter, then unmaps the range in all inodes, at both offsets,
 *     which removes both kinds.  A mapping is in its inode's tree before its first
 *     fault, so inodes without any are passed over safely.  Who touches such a
 *     mapping afterwards gets SIGBUS.
 *  4. Now nobody but the store has the folios.  They are dropped and freed.  A
 *     page that somebody pinned through a mapping stays allocated until it is
 *     unpinned, but nothing leads to it any more.
 *  5. The extents are given back.  Their next owner finds no page there and gets
 *     zeroed ones: old contents cannot be met.
 *  6. The region is freed after a grace period, for look-ups that are about to
 *     find its count zero.
 *
 * A pool address is not handed out again before all others were, so a stale one
 * finds nothing.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "extent.h"
#include "fabric.h"
#include "lease.h"
#include "rights.h"

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
	vsn_extents_init(fabric);
	vsn_leases_init(fabric);
}

/* Bytes of the i-th extent. */
static u64 region_share(const struct vsn_region *region, u32 i)
{
	const struct vsn_place *place = &region->place;

	return vsn_place_share(place->size, place->granule_shift, place->nr_homes, i);
}

static u64 home_address(const struct vsn_fabric *fabric, u32 ep, u64 off)
{
	return (u64)ep << fabric->topo.window_shift | off;
}

/* Home address of the i-th extent. */
static u64 region_home(const struct vsn_region *region, u32 i)
{
	return home_address(region->fabric, region->place.homes[i], region->base[i]);
}

/* Give back the first @nr extents. */
static void region_give(struct vsn_region *region, u32 nr)
{
	u64 share;
	u32 i;

	for (i = 0; i < nr; i++) {
		share = region_share(region, i);
		if (share)
			vsn_extent_give(region->fabric, region->place.homes[i],
					region->base[i], share);
		cond_resched();
	}
	region->fabric->regions.nr_extents -= nr;
}

static int region_take(struct vsn_region *region, struct vsn_diag *diag)
{
	const struct vsn_place *place = &region->place;
	u64 align = region->huge ? PMD_SIZE : PAGE_SIZE;
	u64 share;
	u32 i;
	int err;

	for (i = 0; i < place->nr_homes; i++) {
		share = region_share(region, i);
		/* There are fewer granules than homes. */
		if (!share)
			continue;
		err = vsn_extent_take(region->fabric, place->homes[i], share, align,
				      region, &region->base[i], diag);
		if (err) {
			region->fabric->regions.nr_extents += i;
			region_give(region, i);
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

static int region_may_create(struct vsn_fabric *fabric, u64 size, u32 nr_homes,
			     const struct vsn_partition *partition, struct vsn_diag *diag)
{
	lockdep_assert_held(&fabric->lock);
	if (fabric->dead)
		return vsn_refuse(diag, -ENODEV, "fabric '%s' was deleted", fabric->name);
	if (fabric->regions.nr >= VSN_MAX_REGIONS)
		return vsn_refuse(diag, -ENOSPC,
				  "fabric '%s' has %u regions, and no room for more",
				  fabric->name, fabric->regions.nr);
	if (nr_homes > VSN_MAX_EXTENTS - fabric->regions.nr_extents)
		return vsn_refuse(diag, -ENOSPC,
				  "home: regions have %u homes by now, and no room for %u more",
				  fabric->regions.nr_extents, nr_homes);
	if (!partition)
		return 0;
	if (partition->dead)
		return vsn_refuse(diag, -ENODEV, "partition '%s' was deleted",
				  partition->name);
	if (partition->quota && (partition->promised > partition->quota ||
				 size > partition->quota - partition->promised))
		return vsn_refuse(diag, -EDQUOT,
				  "partition '%s': no room for %llu bytes, %llu of its quota of %llu are promised",
				  partition->name, size, partition->promised,
				  partition->quota);
	return 0;
}

/* Are all homes the partition's?  They are known to be endpoints. */
static int region_check_homes(const struct vsn_region *region, struct vsn_diag *diag)
{
	const struct vsn_partition *partition = region->partition;
	const struct vsn_place *place = &region->place;
	char name[64];
	u32 i;

	for (i = 0; partition && i < place->nr_homes; i++) {
		if (vsn_partition_has(partition, place->homes[i]))
			continue;
		vsn_topo_endpoint_name(&region->fabric->topo, place->homes[i], name,
				       sizeof(name));
		return vsn_refuse(diag, -EINVAL, "home %u (%s) is not in partition '%s'",
				  place->homes[i], name, partition->name);
	}
	return 0;
}

/* One region more, or less, of its partition; fabric->lock held. */
static void region_count(struct vsn_region *region, bool more)
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

/**
 * vsn_region_create - allocate a region from the pool
 * @fabric: a committed fabric; its lock is taken
 * @size: bytes, a multiple of 4 KiB
 * @homes: endpoints that hold it
 * @nr_homes: how many
 * @granule: interleaving granule, bytes; ignored with one home
 * @huge: use 2 MiB folios where the placement allows: one home, or a granule of
 *	2 MiB or more
 * @partition: whose it will be, the caller holds a reference; NULL: the fabric's own
 * @diag: why not
 *
 * Its memory is charged to the caller's memory cgroup, as it is touched.
 *
 * Return: the region with a reference; -EINVAL; -ENOSPC an endpoint is full, or a
 * limit met; -EDQUOT the partition's quota; -ENODEV the fabric or the partition was
 * deleted; -ENOMEM.
 */
struct vsn_region *vsn_region_create(struct vsn_fabric *fabric, u64 size,
				     const u32 *homes, u32 nr_homes, u64 granule,
				     bool huge, struct vsn_partition *partition,
				     struct vsn_diag *diag)
{
	struct vsn_region *region;
	size_t bytes;
	u32 *list;
	int err;

	bytes = size_add(struct_size(region, base, nr_homes),
			 array_size(nr_homes, sizeof(*homes)));
	region = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!region)
		return ERR_PTR(vsn_refuse(diag, -ENOMEM, "no kernel memory for a region"));
	list = (u32 *)(region->base + nr_homes);
	memcpy(list, homes, array_size(nr_homes, sizeof(*homes)));
	refcount_set(&region->ref, 0);
	region->fabric = fabric;
	region->huge = huge;
	region->place.size = size;
	region->place.nr_homes = nr_homes;
	region->place.homes = list;
	region->memcg = get_mem_cgroup_from_mm(current->mm);
	INIT_LIST_HEAD(&region->lease);
	region->partition = partition;
	if (partition)
		refcount_inc(&partition->ref);

	mutex_lock(&fabric->lock);
	err = region_may_create(fabric, size, nr_homes, partition, diag);
	if (err)
		goto err_unlock;
	err = vsn_place_check(size, homes, nr_homes, granule,
			      fabric->topo.nr_endpoints, diag);
	if (!err)
		err = region_check_homes(region, diag);
	if (err)
		goto err_unlock;
	if (nr_homes > 1)
		region->place.granule_shift = ilog2(granule);
	err = region_take(region, diag);
	if (err)
		goto err_unlock;
	err = region_publish(region, diag);
	if (err)
		goto err_give;
	region_count(region, true);
	mutex_unlock(&fabric->lock);
	return region;

err_give:
	region_give(region, nr_homes);
err_unlock:
	mutex_unlock(&fabric->lock);
	vsn_partition_put(partition);
	mem_cgroup_put(region->memcg);
	kvfree_rcu(region, rcu);
	return ERR_PTR(err);
}

/* From one inode: at the region's own address, and at those in device windows. */
static void region_zap(struct address_space *mapping, bool windows, void *ctx)
{
	const struct vsn_region *region = ctx;
	const struct vsn_place *place = &region->place;
	u64 share;
	u32 i;

	unmap_mapping_range(mapping, place->ua, place->size, 1);
	for (i = 0; windows && i < place->nr_homes; i++) {
		share = region_share(region, i);
		if (share)
			unmap_mapping_range(mapping, region_home(region, i), share, 1);
		cond_resched();
	}
}

/* Step 3 of what stands above. */
static void region_unmap(struct vsn_region *region)
{
	const struct vsn_place *place = &region->place;
	struct vsn_fabric *fabric = region->fabric;
	u64 share;
	u32 i;

	for (i = 0; i < place->nr_homes; i++) {
		share = region_share(region, i);
		if (share)
			vsn_store_settle(fabric, region_home(region, i), share);
		cond_resched();
	}
	vsn_views_zap(fabric, region_zap, region);
}

/* Steps 3 to 6; the count is zero. */
static void region_free(struct vsn_region *region, bool mappable)
{
	struct vsn_fabric *fabric = region->fabric;
	struct vsn_regions *regions = &fabric->regions;
	const struct vsn_place *place = &region->place;
	unsigned long first = place->ua >> PAGE_SHIFT;
	u64 share;
	u32 i;
	int err;

	xa_erase(&regions->by_id, region->id);
	err = mtree_store_range(&regions->by_ua, first,
				first + (place->size >> PAGE_SHIFT) - 1, NULL,
				GFP_KERNEL | __GFP_NOFAIL);
	WARN_ON_ONCE(err);
	WRITE_ONCE(regions->nr, regions->nr - 1);
	if (region->lessee)
		region->lessee->nr_leases--;
	list_del(&region->lease);

	if (mappable && vsn_views_any(fabric))
		region_unmap(region);
	for (i = 0; i < place->nr_homes; i++) {
		share = region_share(region, i);
		if (share)
			vsn_store_drop(region, region_home(region, i), share);
		cond_resched();
	}
	WARN_ON_ONCE(atomic_long_read(&region->resident));
	region_give(region, place->nr_homes);
	region_count(region, false);
	vsn_partition_put(region->partition);
	mem_cgroup_put(region->memcg);
	kvfree_rcu(region, rcu);
}

/* Take the count from one, the tables' own, to zero: step 2 of what stands above. */
static bool region_take_last(struct vsn_region *region)
{
	if (!refcount_dec_if_one(&region->ref))
		return false;
	/*
	 * Pairs with the release in vsn_region_put(): the pages that were made, the
	 * folios that were locked and the mappings they were locked for are seen from
	 * here on.
	 */
	smp_acquire__after_ctrl_dep();
	return true;
}

/**
 * vsn_region_try_free - free a region, unless it is in use
 * @region: of a committed fabric, whose lock is held
 * @diag: why not
 *
 * Return: 0; -EBUSY it is mapped, imported, accessed or has operations pending.
 */
int vsn_region_try_free(struct vsn_region *region, struct vsn_diag *diag)
{
	struct vsn_fabric *fabric = region->fabric;

	lockdep_assert_held(&fabric->lock);
	if (vsn_views_mapped(fabric, region->place.ua, region->place.size))
		return vsn_refuse(diag, -EBUSY, "region %u is in use: it is mapped",
				  region->id);
	if (region->nr_imports)
		return vsn_refuse(diag, -EBUSY, "region %u is in use: %u contexts import it",
				  region->id, region->nr_imports);
	if (!region_take_last(region))
		return vsn_refuse(diag, -EBUSY,
				  "region %u is in use: operations are pending, or it is read or written",
				  region->id);
	region_free(region, true);
	return 0;
}

/**
 * vsn_region_reap - free an orphan, unless somebody needs it
 * @region: of a committed fabric, whose lock is held
 *
 * Who has it mapped and neither leased nor imported it gets SIGBUS.
 *
 * Return: true: it is gone.
 */
bool vsn_region_reap(struct vsn_region *region)
{
	lockdep_assert_held(&region->fabric->lock);
	if (region->nr_imports || !region_take_last(region))
		return false;
	region_free(region, true);
	return true;
}

/**
 * vsn_region_delete - free a region
 * @fabric: a committed fabric; its lock is taken
 * @id: the region's id
 * @diag: why not
 *
 * Return: 0; -ENOENT; -EBUSY it is leased, mapped, imported, accessed or has operations
 * pending.
 */
int vsn_region_delete(struct vsn_fabric *fabric, u32 id, struct vsn_diag *diag)
{
	struct vsn_region *region;
	int err = 0;

	mutex_lock(&fabric->lock);
	region = xa_load(&fabric->regions.by_id, id);
	if (!region)
		err = vsn_refuse(diag, -ENOENT, "id %u: fabric '%s' has no such region",
				 id, fabric->name);
	else if (region->lessee)
		err = vsn_refuse(diag, -EBUSY, "region %u is in use: a context has leased it",
				 id);
	else
		err = vsn_region_try_free(region, diag);
	mutex_unlock(&fabric->lock);
	return err;
}

/**
 * vsn_regions_destroy - free all regions
 * @fabric: the fabric; nobody uses it, so no region is in use
 */
void vsn_regions_destroy(struct vsn_fabric *fabric)
{
	struct vsn_regions *regions = &fabric->regions;
	struct vsn_region *region;
	unsigned long index;

	xa_for_each(&regions->by_id, index, region)
		if (!WARN_ON_ONCE(!region_take_last(region)))
			region_free(region, false);
	xa_for_each(&regions->windows, index, region) {
		WARN_ON_ONCE(refcount_read(&region->ref) != 1);
		kfree(region);
	}
	xa_destroy(&regions->windows);
	xa_destroy(&regions->by_id);
	mtree_destroy(&regions->by_ua);
	vsn_extents_destroy(fabric);
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
		window->place.ua = home_address(fabric, ep, 0);
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
		if (region && !refcount_inc_not_zero(&region->ref))
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
	if (region && !refcount_inc_not_zero(&region->ref))
		region = NULL;
	rcu_read_unlock();
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
	} while (region && !refcount_inc_not_zero(&region->ref));
	rcu_read_unlock();
	if (region)
		*id = index;
	return region;
}

/**
 * vsn_region_put - drop a reference
 * @region: the region; only who holds fabric->lock frees it
 */
void vsn_region_put(struct vsn_region *region)
{
	/* Its memory stays until it is looked at. */
	rcu_read_lock();
	refcount_dec(&region->ref);
	/* Pairs with the making of an orphan: either that sees the count, or we the mark. */
	smp_mb__after_atomic();
	if (unlikely(READ_ONCE(region->orphan)))
		queue_work(system_unbound_wq, &region->fabric->regions.reaper);
	rcu_read_unlock();
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
	span->home = home_address(region->fabric, place->homes[i], region->base[i] + off);
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

	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) || !owner->huge)
		return false;
	if (owner->place.nr_homes > 1 && owner->place.granule_shift < PMD_SHIFT)
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
