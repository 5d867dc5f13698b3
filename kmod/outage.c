// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints that are down: their memory.
 *
 * The scheduler knows which are down and ends their operations.  Here is what it means
 * for those who reach memory without it, through mappings and files: what an endpoint
 * has is lost when it goes down, and nothing is there until it is up again.
 *
 * Its bit is set first, under which no folio is put in the store any more; that the
 * store's lock is taken and released once waits for who has not seen the bit.  Then all
 * its folios are taken out, as if a hole were punched (hole.c), which removes
 * translations.  So a fault finds nothing, and can make nothing: SIGBUS.  Who reads or
 * writes a folio at that time has a reference to it; what it writes goes with the
 * folio.
 *
 * Mappings of a region that has a page there are removed as a whole: who touches
 * another home's page of it faults once more.
 */
#include <linux/slab.h>

#include "extent.h"
#include "fabric.h"
#include "hole.h"

/**
 * vsn_outage_arm - an endpoint might go down
 * @fabric: committed; engine->lock held
 *
 * Return: 0 or -ENOMEM.
 */
int vsn_outage_arm(struct vsn_fabric *fabric)
{
	struct vsn_outage *outage = &fabric->store.outage;
	unsigned long *down;

	lockdep_assert_held(&fabric->engine.lock);
	if (outage->down)
		return 0;
	down = kvcalloc(BITS_TO_LONGS(fabric->topo.nr_endpoints), sizeof(*down),
			GFP_KERNEL_ACCOUNT);
	if (!down)
		return -ENOMEM;
	/* Pairs with vsn_outage_is_down(): the bits are clear. */
	smp_store_release(&outage->down, down);
	return 0;
}

/**
 * vsn_outage_destroy - free the bits
 * @outage: the fabric's, which nobody uses
 */
void vsn_outage_destroy(struct vsn_outage *outage)
{
	kvfree(outage->down);
	outage->down = NULL;
}

/**
 * vsn_outage_begin - an endpoint goes down
 * @fabric: committed, and armed; engine->lock held
 * @ep: endpoint
 *
 * Context: takes folio locks and the kernel's i_mmap locks.
 *
 * Return: bytes of memory that it had.
 */
u64 vsn_outage_begin(struct vsn_fabric *fabric, u32 ep)
{
	struct vsn_store *store = &fabric->store;
	u64 window = (u64)ep << fabric->topo.window_shift;
	u64 off = 0, first, end, lost = 0;
	struct vsn_region *region;
	u32 last = 0;

	lockdep_assert_held(&fabric->engine.lock);
	set_bit(ep, store->outage.down);
	xa_lock(&store->folios);
	xa_unlock(&store->folios);
	for (;;) {
		region = vsn_extent_get(fabric, ep, off, &first, &end);
		if (region) {
			/* Its extents lie side by side, as they were taken at once. */
			lost += vsn_hole_lose(region, window | first, end - first,
					      region->id != last);
			last = region->id;
			vsn_region_put(region);
		} else if (end == U64_MAX) {
			break;
		}
		off = end;
		cond_resched();
	}
	return lost;
}

/**
 * vsn_outage_end - an endpoint is up again, and empty
 * @fabric: committed, and armed; engine->lock held
 * @ep: endpoint
 */
void vsn_outage_end(struct vsn_fabric *fabric, u32 ep)
{
	lockdep_assert_held(&fabric->engine.lock);
	clear_bit(ep, fabric->store.outage.down);
}
