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
 * Who looks a folio up holds a reference to the region that owns it, and gets one to
 * the folio, as with a page cache: a hole may be punched meanwhile, which takes the
 * folio out of the store, and it goes when nobody uses it any more.  What is written to
 * it then is lost, as if it had been written just before.
 */
#include <linux/gfp.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
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
	xa_init_flags(&store->nodes, XA_FLAGS_ACCOUNT);
	atomic64_set(&store->host_read, 0);
	atomic64_set(&store->host_write, 0);
	atomic64_set(&store->host_faults, 0);
	vsn_poison_init(&store->poison);
	store->outage.down = NULL;
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
	xa_destroy(&store->nodes);
	xa_destroy(&store->folios);
	vsn_poison_destroy(&store->poison);
	vsn_outage_destroy(&store->outage);
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

/*
 * 0, -EEXIST there is a page in its place, -EIO the region was taken away or its endpoint
 * is down, -ENOMEM.
 * What vsn_store_settle() does not find does not come later, as both take the lock.
 */
static int store_insert(struct vsn_region *owner, struct folio *folio, u32 ep)
{
	struct vsn_store *store = &owner->fabric->store;
	XA_STATE_ORDER(xas, &store->folios, folio->index, folio_order(folio));

	do {
		xas_lock(&xas);
		if (vsn_region_dead(owner))
			xas_set_err(&xas, -EIO);
		else if (xas_find_conflict(&xas))
			xas_set_err(&xas, -EEXIST);
		else if (vsn_outage_is_down(&store->outage, ep))
			xas_set_err(&xas, -EIO);
		else
			xas_store(&xas, folio);
		xas_unlock(&xas);
	} while (xas_nomem(&xas, STORE_GFP));
	return xas_error(&xas);
}

/* From the node that was chosen for the home, if that can be, else from any. */
static struct folio *store_alloc(struct vsn_fabric *fabric, u64 home, gfp_t gfp,
				 unsigned int order)
{
	u32 node = vsn_store_node(fabric, home >> fabric->topo.window_shift);

	/* It may have gone offline since. */
	if (node != VSN_NODE_NONE && node_online(node))
		return __folio_alloc_node(gfp, order, node);
	return folio_alloc(gfp, order);
}

/* As store_insert(), with a new, zeroed folio. */
static int store_add(struct vsn_region *owner, u64 home, unsigned int order, gfp_t gfp)
{
	struct mem_cgroup *memcg;
	struct folio *folio;
	int err = -ENOMEM;

	if (!store_reserve(owner, 1L << order))
		return -ENOMEM;
	memcg = set_active_memcg(owner->memcg);
	folio = store_alloc(owner->fabric, home, gfp | __GFP_ZERO, order);
	/* Once it is in the store, others may take it out again, and count that. */
	atomic_long_add(1L << order, &owner->resident);
	if (folio) {
		folio->index = home >> PAGE_SHIFT;
		err = store_insert(owner, folio, home >> owner->fabric->topo.window_shift);
	}
	set_active_memcg(memcg);
	if (!err)
		return 0;
	if (folio)
		folio_put(folio);
	atomic_long_sub(1L << order, &owner->resident);
	store_unreserve(owner, 1L << order);
	return err;
}

/**
 * vsn_store_find - the folio that holds a page, if it exists
 * @fabric: the fabric
 * @home: home address of a byte of the page
 *
 * Return: the folio, with a reference, or NULL: the page reads as zeros.
 */
struct folio *vsn_store_find(struct vsn_fabric *fabric, u64 home)
{
	XA_STATE(xas, &fabric->store.folios, home >> PAGE_SHIFT);
	struct folio *folio;

	rcu_read_lock();
	for (;;) {
		xas_reset(&xas);
		folio = xas_load(&xas);
		if (!folio)
			break;
		if (xas_retry(&xas, folio) || !folio_try_get(folio))
			continue;
		/* It may have gone, and come again as another's, before it was taken. */
		if (likely(folio == xas_reload(&xas)))
			break;
		folio_put(folio);
	}
	rcu_read_unlock();
	return folio;
}

/**
 * vsn_store_next - the first folio of a range
 * @fabric: the fabric
 * @home: home address of a byte of the first page
 * @last: home address of a byte of the last page
 *
 * Return: the folio, with a reference, a page of which is in the range; or NULL.
 */
struct folio *vsn_store_next(struct vsn_fabric *fabric, u64 home, u64 last)
{
	XA_STATE(xas, &fabric->store.folios, home >> PAGE_SHIFT);
	struct folio *folio;

	rcu_read_lock();
	for (;;) {
		folio = xas_find(&xas, last >> PAGE_SHIFT);
		if (!folio)
			break;
		if (xas_retry(&xas, folio))
			continue;
		if (folio_try_get(folio)) {
			if (likely(folio == xas_reload(&xas)))
				break;
			folio_put(folio);
		}
		xas_reset(&xas);
	}
	rcu_read_unlock();
	return folio;
}

/**
 * vsn_store_has - is a folio in the store?
 * @fabric: the fabric
 * @home: home address of a byte of it
 * @folio: the folio, locked: none is taken out that is
 *
 * Return: true if so.
 */
bool vsn_store_has(struct vsn_fabric *fabric, u64 home, const struct folio *folio)
{
	return xa_load(&fabric->store.folios, home >> PAGE_SHIFT) == folio;
}

/**
 * vsn_store_touch - the folio that holds a page, made if there is none
 * @owner: the region that owns the page; the caller holds a reference
 * @home: home address of a byte of the page
 *
 * Charged to the owner's memory cgroup.  May sleep.
 *
 * Return: the folio, with a reference; -ENOMEM no memory, or a limit is met; -EIO its
 * endpoint is down, or the region was taken away.
 */
struct folio *vsn_store_touch(struct vsn_region *owner, u64 home)
{
	struct vsn_fabric *fabric = owner->fabric;
	struct folio *folio;
	int err;

	for (;;) {
		folio = vsn_store_find(fabric, home);
		if (folio)
			return folio;
		/* It fails where a part exists already, in pages: go on with pages. */
		err = -ENOMEM;
		if (vsn_region_block(owner, home))
			err = store_add(owner, home & PMD_MASK, PMD_ORDER, STORE_GFP_HUGE);
		if (err)
			err = store_add(owner, home, 0, STORE_GFP);
		/* Another may have been quicker, or have punched a hole. */
		if (err && err != -EEXIST)
			return ERR_PTR(err);
	}
}

/**
 * vsn_store_settle - wait for faults that are about to map a folio
 * @fabric: the fabric
 * @home: home address of the first byte
 * @len: bytes
 *
 * Nobody can begin to: the region's count is zero, or it is marked dead or the pages are
 * poisoned, and they look at that when they have the folio's lock.
 */
void vsn_store_settle(struct vsn_fabric *fabric, u64 home, u64 len)
{
	u64 last = home + len - 1;
	struct folio *folio;

	/* Who makes a page either did before, or sees the mark: store_insert(). */
	xa_lock(&fabric->store.folios);
	xa_unlock(&fabric->store.folios);

	while (home <= last && (folio = vsn_store_next(fabric, home, last))) {
		folio_lock(folio);
		folio_unlock(folio);
		home = ((u64)folio->index << PAGE_SHIFT) + folio_size(folio);
		folio_put(folio);
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
 * vsn_store_erase - take a folio out
 * @owner: the region; the caller holds a reference
 * @folio: of the store, locked and not mapped; the caller holds a reference
 */
void vsn_store_erase(struct vsn_region *owner, struct folio *folio)
{
	XA_STATE(xas, &owner->fabric->store.folios, folio->index);
	long pages = folio_nr_pages(folio);

	xas_lock(&xas);
	xas_store(&xas, NULL);
	xas_unlock(&xas);
	folio_put(folio);
	atomic_long_sub(pages, &owner->resident);
	store_unreserve(owner, pages);
}

/**
 * vsn_store_node - where an endpoint's pages come from
 * @fabric: a committed fabric
 * @ep: endpoint
 *
 * Return: NUMA node, or VSN_NODE_NONE: any.
 */
u32 vsn_store_node(struct vsn_fabric *fabric, u32 ep)
{
	void *node = xa_load(&fabric->store.nodes, ep);

	return node ? xa_to_value(node) : VSN_NODE_NONE;
}

/**
 * vsn_store_set_node - choose where an endpoint's pages come from
 * @fabric: a committed fabric
 * @ep: endpoint
 * @node: NUMA node, or VSN_NODE_NONE: any
 * @diag: why not
 *
 * From now on; what is there stays where it is.
 *
 * Return: 0; -EINVAL it is not online; -ENOMEM, which cannot be where there was a node.
 */
int vsn_store_set_node(struct vsn_fabric *fabric, u32 ep, u32 node, struct vsn_diag *diag)
{
	struct xarray *nodes = &fabric->store.nodes;

	if (node == VSN_NODE_NONE) {
		xa_erase(nodes, ep);
		return 0;
	}
	if (node >= MAX_NUMNODES || !node_online(node))
		return vsn_refuse(diag, -EINVAL, "node %u is not online", node);
	if (xa_err(xa_store(nodes, ep, xa_mk_value(node), GFP_KERNEL)))
		return vsn_refuse(diag, -ENOMEM, "no memory to note the node");
	return 0;
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
