// SPDX-License-Identifier: GPL-2.0
/*
 * How a region goes, while others may read it, map it or fault on it.
 *
 *  1. Who reaches a page holds a reference to the region that owns it: an
 *     operation until it is complete, pread and pwrite for one call, a fault while
 *     it looks up or makes the page and locks its folio; it drops the reference
 *     before the locked folio is entered into a page table.  A mapping holds none,
 *     as the kernel merges, splits and drops VMAs without telling in all cases.
 *  2. Delete refuses where a VMA covers the region in the pool window, the count is
 *     above one, or somebody has leased or imported it.  If not, it takes the count from
 *     one, the tables' own, to zero in one step.  From then on every look-up fails, as
 *     all of them are "increment unless zero": there are no accesses, and none can
 *     begin.  A page that somebody made is in the store by now, as it was put there
 *     under a reference.
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
 *     unpinned, but nothing leads to it any more.  (A region that stays can lose
 *     folios, too: see hole.c.)
 *  5. The extents are given back.  Their next owner finds no page there and gets
 *     zeroed ones: old contents cannot be met.
 *  6. The region is freed after a grace period, for look-ups that are about to
 *     find its count zero.
 *
 * By force.  A lease or an import is no hindrance then, nor is a mapping: step 3 removes
 * what it shows.  Where the count is above one, the region is taken away from those who
 * have the references, and what they may reach by these stays as it is until the last
 * one is gone:
 *
 *  2a. The region leaves the tables of ids and names, and is marked dead, under
 *      engine->lock.  Look-ups pass over what is marked.  It keeps its addresses and
 *      extents, so nobody else gets them.
 *  2b. Who got a reference before looks at the mark again, wherever it might touch
 *      a byte.  An operation does when it starts, when it ends, when it sends a chunk on
 *      its way, and ends with -EIO; a WAIT that is blocked has nothing to come, so those
 *      are looked for and ended.  Copies of bytes look folio by folio; an operation's that
 *      are on, outside of engine->lock, are waited for (vsn_mover_settle()).  So once
 *      removal has returned, no operation that names the region reads or writes a byte,
 *      of it or of another.  A pread or a pwrite that is on ends at the next folio; it
 *      is not waited for, as it may sleep on a program's memory, and what it touches
 *      till then is its own buffer and folios that nobody else has.
 *  2c. A fault looks when it has the folio's lock.  In step 3, which follows, either it
 *      had the lock before, and what it maps is unmapped, or it sees the mark and maps
 *      nothing.  No page is made any more once step 3 looks for folios: who makes one
 *      looks at the mark under the lock of the store, which step 3 takes first.
 *  3a. The reference of the tables is dropped.
 *  4a. The last reference may be dropped anywhere: under engine->lock, in a fault, under
 *      RCU.  So steps 4 to 6 are left to a work item, which takes the fabric's lock.
 *      It holds no fabric: a fabric that goes drops all references that are left, then
 *      waits for the work.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "extent.h"
#include "region_impl.h"
#include "rights.h"

static struct workqueue_struct *workqueue;

/* Step 3 of what stands above. */
static void region_unmap(struct vsn_region *region)
{
	vsn_region_settle(region, 0, region->place.size);
	vsn_region_unmap(region, 0, region->place.size);
}

/* Steps 4 to 6; the count is zero, and nothing is mapped. */
static void region_free(struct vsn_region *region)
{
	struct vsn_regions *regions = &region->fabric->regions;
	const struct vsn_place *place = &region->place;
	unsigned long first = place->ua >> PAGE_SHIFT;
	u64 share;
	u32 i;
	int err;

	err = mtree_store_range(&regions->by_ua, first,
				first + (place->size >> PAGE_SHIFT) - 1, NULL,
				GFP_KERNEL | __GFP_NOFAIL);
	WARN_ON_ONCE(err);
	vsn_poison_forget(region);
	for (i = 0; i < place->nr_homes; i++) {
		share = vsn_region_share(region, i);
		if (share)
			vsn_store_drop(region, vsn_region_home(region, i), share);
		cond_resched();
	}
	WARN_ON_ONCE(atomic_long_read(&region->resident));
	vsn_region_give(region, place->nr_homes);
	vsn_region_count(region, false);
	vsn_region_dealloc(region);
}

/* Nobody finds it by id or name any more; fabric->lock held, or the last to know it. */
static void region_unlist(struct vsn_region *region)
{
	struct vsn_regions *regions = &region->fabric->regions;

	xa_erase(&regions->by_id, region->id);
	vsn_region_unname(region);
	WRITE_ONCE(regions->nr, regions->nr - 1);
	if (region->lessee)
		region->lessee->nr_leases--;
	region->lessee = NULL;
	list_del_init(&region->lease);
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

/* Take it away from those who use it: steps 2a to 3a. */
static void region_kill(struct vsn_region *region)
{
	struct vsn_fabric *fabric = region->fabric;
	struct vsn_engine *engine = &fabric->engine;

	lockdep_assert_held(&fabric->lock);
	region_unlist(region);
	fabric->regions.nr_dying++;
	vsn_engine_lock(fabric);
	WRITE_ONCE(region->place.dead, true);
	vsn_sched_gone(&engine->sched, &region->place);
	vsn_mover_kick(fabric);
	vsn_mover_settle(fabric, &region->place);
	mutex_unlock(&engine->lock);
	region_unmap(region);
	vsn_region_put(region);
}

/* All at once: its count is zero. */
static void region_remove(struct vsn_region *region)
{
	region_unlist(region);
	if (vsn_views_any(region->fabric))
		region_unmap(region);
	region_free(region);
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
	region_remove(region);
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
	region_remove(region);
	return true;
}

/**
 * vsn_region_delete - free a region, or take it away
 * @fabric: a committed fabric; its lock is taken
 * @id: the region's id
 * @force: even if it is in use: its memory is given back with the last reference
 * @diag: why not
 *
 * Return: 0; -ENOENT; -EBUSY it is leased, mapped, imported, accessed or has operations
 * pending, and not @force.
 */
int vsn_region_delete(struct vsn_fabric *fabric, u32 id, bool force,
		      struct vsn_diag *diag)
{
	struct vsn_region *region;
	bool killed = false;
	int err = 0;

	mutex_lock(&fabric->lock);
	region = xa_load(&fabric->regions.by_id, id);
	if (!region) {
		err = vsn_refuse(diag, -ENOENT, "id %u: fabric '%s' has no such region",
				 id, fabric->name);
	} else if (!force && region->lessee) {
		err = vsn_refuse(diag, -EBUSY, "region %u is in use: a context has leased it",
				 id);
	} else if (!force) {
		err = vsn_region_try_free(region, diag);
	} else if (region_take_last(region)) {
		region_remove(region);
	} else {
		region_kill(region);
		killed = true;
	}
	mutex_unlock(&fabric->lock);
	/* If that was the last reference, its memory is free again on return. */
	if (killed)
		flush_work(&fabric->regions.reap);
	return err;
}

/**
 * vsn_region_put - drop a reference
 * @region: the region
 *
 * Only a region that was taken away has none left by this: the tables hold one of any
 * other, which vsn_region_delete() drops.  Any context.
 */
void vsn_region_put(struct vsn_region *region)
{
	struct vsn_regions *regions = &region->fabric->regions;

	/* Its memory stays until it is looked at. */
	rcu_read_lock();
	if (refcount_dec_and_test(&region->ref)) {
		/* From here on it may be gone; the fabric is not, as the caller is at it. */
		llist_add(&region->grave, &regions->graves);
		queue_work(workqueue, &regions->reap);
	} else {
		/* Pairs with the making of an orphan: it sees the count, or we the mark. */
		smp_mb__after_atomic();
		if (unlikely(READ_ONCE(region->orphan)) && !READ_ONCE(region->nr_imports) &&
		    refcount_read(&region->ref) == 1)
			queue_work(workqueue, &regions->reaper);
	}
	rcu_read_unlock();
}

/* Step 4a */
static void regions_reap(struct work_struct *work)
{
	struct vsn_regions *regions = container_of(work, struct vsn_regions, reap);
	struct vsn_fabric *fabric = container_of(regions, struct vsn_fabric, regions);
	struct vsn_region *region, *next;

	llist_for_each_entry_safe(region, next, llist_del_all(&regions->graves), grave) {
		mutex_lock(&fabric->lock);
		regions->nr_dying--;
		region_free(region);
		mutex_unlock(&fabric->lock);
	}
}

void vsn_region_reap_init(struct vsn_regions *regions)
{
	init_llist_head(&regions->graves);
	INIT_WORK(&regions->reap, regions_reap);
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

	/* Of those that were taken away, too, the last references are gone. */
	flush_work(&regions->reap);
	WARN_ON_ONCE(regions->nr_dying);
	xa_for_each(&regions->by_id, index, region) {
		if (WARN_ON_ONCE(!region_take_last(region)))
			continue;
		region_unlist(region);
		region_free(region);
	}
	xa_for_each(&regions->windows, index, region) {
		WARN_ON_ONCE(refcount_read(&region->ref) != 1);
		kfree(region);
	}
	xa_destroy(&regions->windows);
	xa_destroy(&regions->by_id);
	mtree_destroy(&regions->by_ua);
	vsn_extents_destroy(fabric);
}

/**
 * vsn_region_init - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_region_init(void)
{
	workqueue = alloc_workqueue("vsn_region", WQ_UNBOUND, 0);
	return workqueue ? 0 : -ENOMEM;
}

/**
 * vsn_region_exit - at module exit: there are no fabrics, so nothing is left to reap
 */
void vsn_region_exit(void)
{
	destroy_workqueue(workqueue);
}
