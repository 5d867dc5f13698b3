// SPDX-License-Identifier: GPL-2.0
/*
 * Holes: memory of a region that stays is given back.
 *
 * How a folio goes, while others may read it, map it or fault on it:
 *
 *  1. The range is unmapped in all inodes, at both offsets.  This is most of the work,
 *     and done once for all folios; but who faults meanwhile maps them again.
 *  2. Each folio is locked.  If it is mapped by now, it is unmapped again: nobody can map
 *     it while it is locked, as a fault keeps it locked until it is entered.
 *  3. It is taken out of the store, still locked.  A fault that has looked it up before
 *     and gets the lock now sees that it is not in there, and looks again.
 *  4. It is freed when the last reference is dropped.  One that reads or writes it has
 *     one, and so has a pin.  What is written to it from here on is lost, as if it had
 *     been written just before: a hole is a store of zeros, and as with any two stores
 *     without a lock, either may come first.
 *
 * A folio of which only a part is in the hole stays, and that part is zeroed.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "fabric.h"
#include "hole.h"

/* Of whole pages */
static void hole_unmap(struct vsn_region *region, u64 off, u64 end)
{
	off = round_up(off, PAGE_SIZE);
	end = round_down(end, PAGE_SIZE);
	if (off < end)
		vsn_region_unmap(region, off, end - off);
}

/* Stands for a home that would have to be looked for */
#define SOME_HOME	U32_MAX

/* Steps 2 to 4 of what stands above.  Return: bytes that were freed. */
static u64 folio_punch(struct vsn_region *region, u32 i, struct folio *folio)
{
	u64 home = (u64)folio->index << PAGE_SHIFT, off, freed = 0;

	folio_lock(folio);
	if (vsn_store_has(region->fabric, home, folio)) {
		if (folio_mapped(folio) && i == SOME_HOME) {
			hole_unmap(region, 0, region->place.size);
		} else if (folio_mapped(folio)) {
			/* It lies within one granule. */
			off = vsn_place_offset(&region->place, i,
					       home - vsn_region_home(region, i));
			hole_unmap(region, off, off + folio_size(folio));
		}
		freed = folio_size(folio);
		vsn_store_erase(region, folio);
	}
	folio_unlock(folio);
	return freed;
}

/* A part of one; pages that have gone bad stay as they are. */
static void folio_zero_part(struct folio *folio, u64 from, u64 to)
{
	u64 n;

	for (; from < to; from += n) {
		n = min(to - from, PAGE_SIZE - offset_in_page(from));
		if (!PageHWPoison(folio_page(folio, from >> PAGE_SHIFT)))
			memset(folio_address(folio) + from, 0, n);
	}
}

/* Bytes of the i-th home.  Return: how many were freed. */
static u64 extent_punch(struct vsn_region *region, u32 i, u64 home, u64 len, bool killable)
{
	u64 end = home + len, begin, after, freed = 0;
	struct folio *folio;

	while (home < end && !vsn_region_dead(region) &&
	       !(killable && fatal_signal_pending(current))) {
		folio = vsn_store_next(region->fabric, home, end - 1);
		if (!folio)
			break;
		begin = (u64)folio->index << PAGE_SHIFT;
		after = begin + folio_size(folio);
		home = max(home, begin);
		if (home == begin && after <= end)
			freed += folio_punch(region, i, folio);
		else
			folio_zero_part(folio, home - begin, min(after, end) - begin);
		folio_put(folio);
		home = after;
		cond_resched();
	}
	return freed;
}

/**
 * vsn_hole_punch - make a hole
 * @region: region; the caller holds a reference
 * @off: offset in it
 * @len: bytes, above 0, within the region
 * @killable: a fatal signal ends it
 *
 * The bytes are zeros then, and folios of which all bytes are in the hole are freed.
 *
 * Return: 0; -EHWPOISON a poisoned page of which a part is to be zeroed, and nothing is
 * done; -ENOSPC, see vsn_poison_wrote(); -EINTR a fatal signal, -EIO the region was taken
 * away, and with these two a part may be done.
 */
int vsn_hole_punch(struct vsn_region *region, u64 off, u64 len, bool killable)
{
	const struct vsn_place *place = &region->place;
	u32 i, no, first, nr = vsn_place_homes_in(place, off, off + len, &first);
	u64 home, part;
	int err;

	err = vsn_poison_write(region, off, len);
	if (err)
		return err;
	hole_unmap(region, off, off + len);
	for (i = 0; i < nr; i++) {
		no = (first + i) % place->nr_homes;
		home = vsn_region_part(region, off, off + len, no, &part);
		extent_punch(region, no, home, part, killable);
		if (killable && fatal_signal_pending(current))
			return -EINTR;
		if (vsn_region_dead(region))
			return -EIO;
		cond_resched();
	}
	return vsn_poison_wrote(region, off, len);
}

/**
 * vsn_hole_lose - an endpoint loses an extent of a region
 * @region: region; the caller holds a reference
 * @home: home address of the first byte
 * @len: bytes
 * @unmap: unmap the region first, which for the next of its extents need not be again
 *
 * Return: bytes of memory that were freed.
 */
u64 vsn_hole_lose(struct vsn_region *region, u64 home, u64 len, bool unmap)
{
	if (unmap)
		hole_unmap(region, 0, region->place.size);
	return extent_punch(region, SOME_HOME, home, len, false);
}
