// SPDX-License-Identifier: GPL-2.0
/*
 * Poison: memory that has gone bad, because somebody asked for it.
 *
 * A page is poisoned by its home address, so it is bad through both windows, whether
 * it was ever touched or not.  What is in it is lost.
 *
 *  - A load or a store gets SIGBUS, BUS_MCEERR_AR.
 *  - pread and pwrite do what comes before it, and fail if that is nothing.
 *  - An operation that reads a byte of it, or writes a part of it, fails before it
 *    moves any byte.  Without data (NODATA) it touches none.
 *  - Who writes all of it makes it good again, with what was written.  So does who
 *    makes a hole of it, and who deletes the region.
 *
 * An access looks here once, before it begins; so what is under way when a page is
 * poisoned goes on, as if it had come before, and if it writes all of the page, as if
 * it had come after.  Marks go once the bytes are there, so old ones are never met.
 *
 * Faults look here with the folio locked.  Who poisons sets the marks first, locks and
 * unlocks each folio, which waits for those that have not seen the mark, and then
 * unmaps the range.  A fault that makes its folio after that walk must see the mark:
 * it puts the folio in the store and then looks at the marks, and the other side does
 * it the other way round, each with a full barrier between.  What was pinned through a
 * mapping before can be reached by who pinned it.
 */
#include <linux/mm.h>
#include <linux/sched.h>

#include "fabric.h"

/* Always charged, and never fails: VSN_MAX_POISON bounds it. */
#define POISON_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOFAIL)

/**
 * struct change - what a change of some pages comes to
 * @first: first page to be stored
 * @last: last page to be stored
 * @ranges: how many more there are then
 * @pages: how many more pages are poisoned then
 */
struct change {
	unsigned long first;
	unsigned long last;
	s64 ranges;
	s64 pages;
};

/**
 * vsn_poison_init - no page is poisoned
 * @poison: the fabric's
 */
void vsn_poison_init(struct vsn_poison *poison)
{
	mt_init_flags(&poison->ranges, MT_FLAGS_USE_RCU);
	mutex_init(&poison->lock);
	poison->nr = 0;
	poison->pages = 0;
}

/**
 * vsn_poison_destroy - the opposite
 * @poison: the fabric's, whose regions are gone
 */
void vsn_poison_destroy(struct vsn_poison *poison)
{
	WARN_ON_ONCE(poison->nr || poison->pages);
	mtree_destroy(&poison->ranges);
	mutex_destroy(&poison->lock);
}

/**
 * vsn_poison_run - how far is memory as it is here?
 * @fabric: the fabric
 * @home: home address
 * @len: bytes
 * @bad: out: @home is poisoned
 *
 * Return: bytes from @home on, @len at most, that are all poisoned or all not.
 */
u64 vsn_poison_run(const struct vsn_fabric *fabric, u64 home, u64 len, bool *bad)
{
	struct maple_tree *ranges = (struct maple_tree *)&fabric->store.poison.ranges;
	unsigned long page = home >> PAGE_SHIFT;
	unsigned long last = (home + len - 1) >> PAGE_SHIFT;
	struct ma_state mas;

	*bad = false;
	if (!vsn_poison_any(&fabric->store.poison))
		return len;
	mas_init(&mas, ranges, page);
	rcu_read_lock();
	/*
	 * Only mas_walk(), as in extent.c: the tree may become empty meanwhile.  What it
	 * tells of may end with a node, so there may be more of the same.
	 */
	*bad = mas_walk(&mas);
	while (mas.last < last) {
		page = mas.last + 1;
		mas_set(&mas, page);
		if (!!mas_walk(&mas) != *bad) {
			last = page - 1;
			break;
		}
	}
	rcu_read_unlock();
	return min(len, ((u64)(last + 1) << PAGE_SHIFT) - home);
}

/* Has an access to @region to look at its pages? */
static bool may_have(const struct vsn_region *region)
{
	if (!vsn_poison_any(&region->fabric->store.poison))
		return false;
	/* A device window is of many regions. */
	return vsn_region_is_window(region) || READ_ONCE(region->poisoned);
}

/**
 * vsn_poison_read - may bytes be read?
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes, within the region
 *
 * Return: 0, or -EHWPOISON: one of them is poisoned.
 */
int vsn_poison_read(struct vsn_region *region, u64 off, u64 len)
{
	struct vsn_span span;
	bool bad = false;
	u64 n;

	if (!may_have(region))
		return 0;
	for (; len && !bad; len -= n) {
		vsn_region_span_get(region, off, &span);
		n = min(len, span.len);
		if (span.owner && vsn_poison_run(region->fabric, span.home, n, &bad) < n)
			bad = true;
		vsn_region_span_put(region, &span);
		off += n;
		cond_resched();
	}
	return bad ? -EHWPOISON : 0;
}

/**
 * vsn_poison_write - may bytes be written?
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes, within the region
 *
 * Pages that are written as a whole may be poisoned: vsn_poison_wrote() is to follow.
 *
 * Return: 0, or -EHWPOISON: a page is poisoned of which a part is to be written.
 */
int vsn_poison_write(struct vsn_region *region, u64 off, u64 len)
{
	u64 end = off + len;
	int err = 0;

	if (!may_have(region))
		return 0;
	if (offset_in_page(off))
		err = vsn_poison_read(region, off, 1);
	if (!err && offset_in_page(end))
		err = vsn_poison_read(region, end - 1, 1);
	return err;
}

/* What would it come to if bytes that lie together were poisoned, or healed? */
static void plan(struct vsn_poison *poison, struct vsn_region *owner, u64 home, u64 len,
		 bool heal, struct change *c)
{
	unsigned long first = home >> PAGE_SHIFT, last = (home + len - 1) >> PAGE_SHIFT;
	struct vsn_region *region;
	struct ma_state mas;

	*c = (struct change) { .first = first, .last = last };
	if (!heal) {
		c->ranges = 1;
		c->pages = last - first + 1;
	}
	mas_init(&mas, &poison->ranges, first ? first - 1 : 0);
	rcu_read_lock();
	mas_for_each(&mas, region, last + 1) {
		bool apart = mas.last < first || mas.index > last;

		if (apart && (heal || region != owner))
			continue;
		c->ranges--;
		if (!apart)
			c->pages -= min(mas.last, last) - max(mas.index, first) + 1;
		if (heal) {
			c->ranges += (mas.index < first) + (mas.last > last);
		} else {
			c->first = min(c->first, mas.index);
			c->last = max(c->last, mas.last);
		}
	}
	rcu_read_unlock();
}

static void apply(struct vsn_poison *poison, struct vsn_region *owner, bool heal,
		  const struct change *c)
{
	int err;

	if (!c->pages)
		return;
	err = mtree_store_range(&poison->ranges, c->first, c->last, heal ? NULL : owner,
				POISON_GFP);
	WARN_ON_ONCE(err);
	poison->nr += c->ranges;
	WRITE_ONCE(poison->pages, poison->pages + c->pages);
	WRITE_ONCE(owner->poisoned, owner->poisoned + c->pages);
}

static bool fits(const struct vsn_poison *poison, s64 ranges)
{
	return ranges <= 0 || poison->nr + ranges <= VSN_MAX_POISON;
}

/*
 * All of a range of a region, or, where there would be too many ranges, false; @force:
 * it goes all the same.  The number is worked out for each home by itself, so where
 * homes lie side by side, it may be too large.
 */
static bool change(struct vsn_region *region, u64 off, u64 len, bool heal, bool force)
{
	struct vsn_poison *poison = &region->fabric->store.poison;
	u32 i, first, nr = vsn_place_homes_in(&region->place, off, off + len, &first);
	u64 home, part, end = off + len;
	struct change c;
	s64 ranges = 0;
	bool done;

	mutex_lock(&poison->lock);
	for (i = 0; i < nr && !force; i++) {
		home = vsn_region_part(region, off, end,
				       (first + i) % region->place.nr_homes, &part);
		if (part) {
			plan(poison, region, home, part, heal, &c);
			ranges += c.ranges;
		}
		cond_resched();
	}
	done = force || fits(poison, ranges);
	for (i = 0; i < nr && done; i++) {
		home = vsn_region_part(region, off, end,
				       (first + i) % region->place.nr_homes, &part);
		if (part) {
			plan(poison, region, home, part, heal, &c);
			apply(poison, region, heal, &c);
		}
		cond_resched();
	}
	mutex_unlock(&poison->lock);
	return done;
}

/**
 * vsn_poison_wrote - bytes were written: whole pages among them are good again
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes, within the region
 *
 * Return: 0, or -ENOSPC: a range would have to be split, and there are VSN_MAX_POISON.
 */
int vsn_poison_wrote(struct vsn_region *region, u64 off, u64 len)
{
	u64 first = PAGE_ALIGN(off), end = (off + len) & PAGE_MASK;

	if (first >= end || !may_have(region))
		return 0;
	return change(region, first, end - first, true, false) ? 0 : -ENOSPC;
}

/**
 * vsn_poison_wrote_home - the same, by home address
 * @owner: region that owns the pages; the caller holds a reference
 * @home: home address, of a page
 * @len: bytes, whole pages that lie together at their home
 *
 * Return: 0 or -ENOSPC.
 */
int vsn_poison_wrote_home(struct vsn_region *owner, u64 home, u64 len)
{
	struct vsn_poison *poison = &owner->fabric->store.poison;
	struct change c;
	int err = 0;

	mutex_lock(&poison->lock);
	plan(poison, owner, home, len, true, &c);
	if (fits(poison, c.ranges))
		apply(poison, owner, true, &c);
	else
		err = -ENOSPC;
	mutex_unlock(&poison->lock);
	return err;
}

static int refuse_range(struct vsn_diag *diag)
{
	return vsn_refuse(diag, -ENOSPC,
			  "offset: there are %u poisoned ranges at most, counted at each home",
			  VSN_MAX_POISON);
}

/**
 * vsn_poison_set - poison a range of a region
 * @region: region, not a device window; the caller holds a reference
 * @off: offset in it, of a page
 * @len: bytes, above 0, whole pages within the region
 * @diag: why not
 *
 * Context: takes folio locks and the kernel's i_mmap locks.
 *
 * Return: 0, or -ENOSPC and nothing has changed.
 */
int vsn_poison_set(struct vsn_region *region, u64 off, u64 len, struct vsn_diag *diag)
{
	if (!change(region, off, len, false, false))
		return refuse_range(diag);
	/* Pairs with the one in vsn_poison_fault(). */
	smp_mb();
	vsn_region_settle(region, off, len);
	vsn_region_unmap(region, off, len);
	return 0;
}

/**
 * vsn_poison_heal - make a range of a region good again
 * @region: region, not a device window; the caller holds a reference
 * @off: offset in it, of a page
 * @len: bytes, above 0, whole pages within the region
 * @diag: why not
 *
 * What was in it before it was poisoned is still there.
 *
 * Return: 0, or -ENOSPC and nothing has changed.
 */
int vsn_poison_heal(struct vsn_region *region, u64 off, u64 len, struct vsn_diag *diag)
{
	return change(region, off, len, true, false) ? 0 : refuse_range(diag);
}

/**
 * vsn_poison_bytes - how much of a region is poisoned
 * @region: region
 *
 * Return: bytes.
 */
u64 vsn_poison_bytes(const struct vsn_region *region)
{
	return READ_ONCE(region->poisoned) << PAGE_SHIFT;
}

/**
 * vsn_poison_forget - a region goes
 * @region: region, whose count is zero
 */
void vsn_poison_forget(struct vsn_region *region)
{
	if (region->poisoned)
		change(region, 0, region->place.size, true, true);
}

/**
 * vsn_poison_fault - may a page be mapped?
 * @owner: region that owns it; the caller holds a reference
 * @home: home address of a byte of it
 * @folio: that holds it, in the store and locked
 *
 * A folio of which another page is poisoned is marked as the kernel does it where
 * memory really fails, so that it is mapped by pages.
 *
 * Return: 0 or -EHWPOISON.
 */
int vsn_poison_fault(struct vsn_region *owner, u64 home, struct folio *folio)
{
	u64 begin = (u64)folio->index << PAGE_SHIFT, size = folio_size(folio);
	bool bad;

	/* Pairs with the one in vsn_poison_set(). */
	smp_mb();
	if (!vsn_poison_any(&owner->fabric->store.poison))
		return 0;
	vsn_poison_run(owner->fabric, home, PAGE_SIZE, &bad);
	if (bad)
		return -EHWPOISON;
	if (!folio_test_large(folio) || vsn_poison_run(owner->fabric, begin, size, &bad) == size)
		return 0;
	/* Without that mark all of it would be mapped. */
	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		return -EHWPOISON;
	folio_set_has_hwpoisoned(folio);
	return 0;
}
