// SPDX-License-Identifier: GPL-2.0
/*
 * The store: a fabric's folios, keyed by home page, and how many there may be.
 *
 * A page exists once it was written, or touched through a mapping.  Folios are
 * our own: not in the page cache, not on an LRU list, never reclaimed or moved.
 * One of 2 MiB takes all its slots of the xarray.
 *
 * folio->mapping stays NULL: a folio can be mapped through several inodes (that of
 * the host, one for each initiator) and at two offsets in each (both windows), so
 * no value would be right.  Nobody needs one: what looks for a folio's mappings is
 * reclaim and migration, which do not see these folios, and NULL makes attempts to
 * split one fail.  Unmapping goes by inode and range instead, see
 * vsn_views_zap().  folio->index is the home page: it must lie below the inode's
 * size, or else 2 MiB are mapped as 512 pages.
 *
 * Who looks a folio up holds a reference to the region that owns it, and a region
 * that is referenced keeps its folios (region.c says why); so look-ups take no
 * reference to the folio and no lock.
 */
#include <linux/gfp.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/vmstat.h>

#include "fabric.h"

/* Never the OOM killer: a failure is the program's, as SIGBUS or ENOMEM. */
#define STORE_GFP	(GFP_KERNEL | __GFP_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)
/* Where small ones will do, do not work hard for a large one. */
#define STORE_GFP_HUGE	((STORE_GFP & ~__GFP_RETRY_MAYFAIL) | __GFP_NORETRY)

/* Folios freed between two chances for others to take the xarray's lock. */
#define DROP_BATCH	32

/* Pages of all fabrics, and their limit; negative: not set yet. */
static atomic_long_t module_resident = ATOMIC_LONG_INIT(0);
static long module_resident_max = -1;

static long default_max(void)
{
	return totalram_pages() / 2;
}

static long module_max(void)
{
	long max = READ_ONCE(module_resident_max);

	return max < 0 ? default_max() : max;
}

/**
 * vsn_store_init - prepare a fabric's memory
 * @fabric: the fabric
 */
void vsn_store_init(struct vsn_fabric *fabric)
{
	struct vsn_store *store = &fabric->store;

	xa_init_flags(&store->folios, XA_FLAGS_ACCOUNT);
	atomic_long_set(&store->resident, 0);
	store->resident_max = default_max();
	atomic64_set(&store->host_read, 0);
	atomic64_set(&store->host_write, 0);
	atomic64_set(&store->host_faults, 0);
}

/**
 * vsn_store_destroy - the end of a fabric's memory
 * @fabric: the fabric; its regions are gone, and their folios with them
 */
void vsn_store_destroy(struct vsn_fabric *fabric)
{
	struct vsn_store *store = &fabric->store;
	unsigned long index = 0;

	/* Nodes may be left where an insertion ran out of memory on its way down. */
	WARN_ON_ONCE(xa_find(&store->folios, &index, ULONG_MAX, XA_PRESENT));
	WARN_ON_ONCE(atomic_long_read(&store->resident));
	xa_destroy(&store->folios);
}

/* Nobody sees a count above the limit, not even for a moment. */
static bool count_reserve(atomic_long_t *count, long pages, long max)
{
	long old = atomic_long_read(count);

	do {
		if (pages > max - old)
			return false;
	} while (!atomic_long_try_cmpxchg(count, &old, old + pages));
	return true;
}

/*
 * Folios are never reclaimed, so whatever the limits say, leave the machine a part
 * of its memory: else the next one who needs a page meets the OOM killer.
 */
static bool memory_is_left(long pages)
{
	long spare = totalram_pages() / 16;

	/* The first is quick, the second counts what could be reclaimed. */
	return global_zone_page_state(NR_FREE_PAGES) > 2 * spare + pages ||
	       si_mem_available() > spare + pages;
}

static bool store_reserve(struct vsn_region *owner, long pages)
{
	struct vsn_partition *partition = owner->partition;
	struct vsn_store *store = &owner->fabric->store;

	if (!memory_is_left(pages))
		return false;
	if (!count_reserve(&module_resident, pages, module_max()))
		return false;
	if (!count_reserve(&store->resident, pages, READ_ONCE(store->resident_max)))
		goto err_module;
	if (partition && !count_reserve(&partition->resident, pages,
					READ_ONCE(partition->resident_max)))
		goto err_store;
	return true;

err_store:
	atomic_long_sub(pages, &store->resident);
err_module:
	atomic_long_sub(pages, &module_resident);
	return false;
}

static void store_unreserve(struct vsn_region *owner, long pages)
{
	if (owner->partition)
		atomic_long_sub(pages, &owner->partition->resident);
	atomic_long_sub(pages, &owner->fabric->store.resident);
	atomic_long_sub(pages, &module_resident);
}

/* 0, -EEXIST there is a page in its place, -ENOMEM. */
static int store_insert(struct vsn_store *store, struct folio *folio)
{
	XA_STATE_ORDER(xas, &store->folios, folio->index, folio_order(folio));

	do {
		xas_lock(&xas);
		if (xas_find_conflict(&xas))
			xas_set_err(&xas, -EEXIST);
		else
			xas_store(&xas, folio);
		xas_unlock(&xas);
	} while (xas_nomem(&xas, STORE_GFP));
	return xas_error(&xas);
}

/* As store_insert(), with a new, zeroed folio. */
static int store_add(struct vsn_region *owner, u64 home, unsigned int order, gfp_t gfp)
{
	struct vsn_store *store = &owner->fabric->store;
	struct mem_cgroup *memcg;
	struct folio *folio;
	int err = -ENOMEM;

	if (!store_reserve(owner, 1L << order))
		return -ENOMEM;
	memcg = set_active_memcg(owner->memcg);
	folio = folio_alloc(gfp | __GFP_ZERO, order);
	if (folio) {
		folio->index = home >> PAGE_SHIFT;
		err = store_insert(store, folio);
	}
	set_active_memcg(memcg);
	if (!err) {
		atomic_long_add(1L << order, &owner->resident);
		return 0;
	}
	if (folio)
		folio_put(folio);
	store_unreserve(owner, 1L << order);
	return err;
}

/**
 * vsn_store_find - the folio that holds a page, if it exists
 * @fabric: the fabric
 * @home: home address of a byte of the page
 *
 * Return: the folio, which stays for as long as the caller's reference to the
 * region, or NULL: the page reads as zeros.
 */
struct folio *vsn_store_find(struct vsn_fabric *fabric, u64 home)
{
	return xa_load(&fabric->store.folios, home >> PAGE_SHIFT);
}

/**
 * vsn_store_touch - the folio that holds a page, made if there is none
 * @owner: the region that owns the page; the caller holds a reference
 * @home: home address of a byte of the page
 *
 * Charged to the owner's memory cgroup.  May sleep.
 *
 * Return: the folio, which stays for as long as the reference; -ENOMEM no memory,
 * or a limit is met.
 */
struct folio *vsn_store_touch(struct vsn_region *owner, u64 home)
{
	struct vsn_fabric *fabric = owner->fabric;
	struct folio *folio;
	int err;

	folio = vsn_store_find(fabric, home);
	if (folio)
		return folio;
	/* It fails where a part exists already, in pages: go on with pages. */
	err = -ENOMEM;
	if (vsn_region_block(owner, home))
		err = store_add(owner, home & PMD_MASK, PMD_ORDER, STORE_GFP_HUGE);
	if (err)
		err = store_add(owner, home, 0, STORE_GFP);
	/* Another may have been quicker. */
	if (err && err != -EEXIST)
		return ERR_PTR(err);
	return vsn_store_find(fabric, home);
}

/**
 * vsn_store_settle - wait for faults that are about to map a folio
 * @fabric: the fabric
 * @home: home address of the first byte
 * @len: bytes
 *
 * Nobody can begin to: the region's count is zero.
 */
void vsn_store_settle(struct vsn_fabric *fabric, u64 home, u64 len)
{
	unsigned long index, last = (home + len - 1) >> PAGE_SHIFT;
	struct folio *folio;

	xa_for_each_range(&fabric->store.folios, index, folio, home >> PAGE_SHIFT, last) {
		folio_lock(folio);
		folio_unlock(folio);
		cond_resched();
	}
}

/**
 * vsn_store_drop - free the folios of an extent
 * @owner: the region; its count is zero and nothing is mapped
 * @home: home address of the first byte
 * @len: bytes
 */
void vsn_store_drop(struct vsn_region *owner, u64 home, u64 len)
{
	struct vsn_store *store = &owner->fabric->store;
	unsigned long first = home >> PAGE_SHIFT;
	unsigned long last = (home + len - 1) >> PAGE_SHIFT;
	struct folio *batch[DROP_BATCH], *folio;
	XA_STATE(xas, &store->folios, first);
	long pages;
	u32 i, nr;

	do {
		nr = 0;
		pages = 0;
		xas_lock(&xas);
		xas_set(&xas, first);
		xas_for_each(&xas, folio, last) {
			xas_store(&xas, NULL);
			pages += folio_nr_pages(folio);
			first = folio->index + folio_nr_pages(folio);
			batch[nr++] = folio;
			if (nr == DROP_BATCH)
				break;
		}
		xas_unlock(&xas);
		for (i = 0; i < nr; i++)
			folio_put(batch[i]);
		atomic_long_sub(pages, &owner->resident);
		store_unreserve(owner, pages);
		cond_resched();
	} while (nr == DROP_BATCH);
}

/**
 * vsn_store_limit - the limit of resident memory
 * @fabric: a fabric, or NULL for the module
 *
 * Return: bytes.
 */
u64 vsn_store_limit(struct vsn_fabric *fabric)
{
	long max = fabric ? READ_ONCE(fabric->store.resident_max) : module_max();

	return (u64)max << PAGE_SHIFT;
}

/**
 * vsn_store_set_limit - set the limit of resident memory
 * @fabric: a fabric, or NULL for the module
 * @bytes: rounded down to a multiple of the page size
 * @diag: why not
 *
 * What is resident stays; if that is more, nothing is added until it is less.
 *
 * Return: 0, or -EINVAL: the machine has less than @bytes.
 */
int vsn_store_set_limit(struct vsn_fabric *fabric, u64 bytes, struct vsn_diag *diag)
{
	u64 pages = bytes >> PAGE_SHIFT;

	if (pages > totalram_pages())
		return vsn_refuse(diag, -EINVAL,
				  "resident: %llu is more than this machine's memory, %llu bytes",
				  bytes, (u64)totalram_pages() << PAGE_SHIFT);
	if (fabric)
		WRITE_ONCE(fabric->store.resident_max, pages);
	else
		WRITE_ONCE(module_resident_max, pages);
	return 0;
}

/**
 * vsn_store_resident - resident memory
 * @fabric: a fabric, or NULL for the module
 *
 * Return: bytes.
 */
u64 vsn_store_resident(struct vsn_fabric *fabric)
{
	atomic_long_t *count = fabric ? &fabric->store.resident : &module_resident;

	return (u64)atomic_long_read(count) << PAGE_SHIFT;
}
