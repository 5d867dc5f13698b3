// SPDX-License-Identifier: GPL-2.0
/*
 * Extents: what regions have of an endpoint's device window.
 *
 * An endpoint's memory is a range of offsets from 0 to its capacity.  A region
 * takes a contiguous piece of it at each of its homes, the first that is large
 * enough.  A tree for each endpoint, in pages, says which region has which piece;
 * it is made when the endpoint is first used.
 */
#include <linux/slab.h>

#include "extent.h"
#include "fabric.h"

/**
 * struct vsn_extents - the extents of one endpoint
 * @tree: struct vsn_region by page; readers under RCU, writers under fabric->lock
 * @allocated: bytes of them; written under fabric->lock
 */
struct vsn_extents {
	struct maple_tree tree;
	u64 allocated;
};

/**
 * vsn_extents_init - prepare a fabric's extents
 * @fabric: the fabric
 */
void vsn_extents_init(struct vsn_fabric *fabric)
{
	xa_init_flags(&fabric->regions.extents, XA_FLAGS_ACCOUNT);
}

/**
 * vsn_extents_destroy - free the trees
 * @fabric: the fabric; its regions are gone
 */
void vsn_extents_destroy(struct vsn_fabric *fabric)
{
	struct vsn_extents *extents;
	unsigned long ep;

	xa_for_each(&fabric->regions.extents, ep, extents) {
		WARN_ON_ONCE(extents->allocated);
		mtree_destroy(&extents->tree);
		kfree(extents);
	}
	xa_destroy(&fabric->regions.extents);
}

static struct vsn_extents *extents_of(struct vsn_fabric *fabric, u32 ep)
{
	struct vsn_extents *extents = xa_load(&fabric->regions.extents, ep);

	if (extents)
		return extents;
	extents = kzalloc(sizeof(*extents), GFP_KERNEL_ACCOUNT);
	if (!extents)
		return NULL;
	mt_init_flags(&extents->tree, MT_FLAGS_ALLOC_RANGE | MT_FLAGS_USE_RCU);
	if (xa_err(xa_store(&fabric->regions.extents, ep, extents, GFP_KERNEL))) {
		mtree_destroy(&extents->tree);
		kfree(extents);
		return NULL;
	}
	return extents;
}

/* The first gap for @pages at a multiple of @align; pages all. */
static int extent_find(struct vsn_extents *extents, u64 capacity, u64 pages,
		       u64 align, unsigned long *first)
{
	MA_STATE(mas, &extents->tree, 0, 0);
	u64 from = 0;
	int err = -EBUSY;

	mas_lock(&mas);
	/* Each round is at the next gap, or aligned in the gap of the last one. */
	while (from + pages <= capacity) {
		mas_reset(&mas);
		err = mas_empty_area(&mas, from, capacity - 1, pages);
		if (err || !(mas.index & (align - 1)))
			break;
		from = vsn_align_up(mas.index, align);
		err = -EBUSY;
	}
	*first = mas.index;
	mas_unlock(&mas);
	return err;
}

static u64 capacity_of(const struct vsn_fabric *fabric, u32 ep)
{
	const struct vsn_topo *topo = &fabric->topo;

	return topo->kinds[vsn_topo_kind(topo, ep)].capacity & PAGE_MASK;
}

/**
 * vsn_extent_fits - would vsn_extent_take() find room?
 * @fabric: the fabric; the caller holds its lock
 * @ep: endpoint
 * @size: bytes, a positive multiple of the page size
 * @align: a power of two, at least the page size
 *
 * Return: true if so, for as long as the lock is held.
 */
bool vsn_extent_fits(struct vsn_fabric *fabric, u32 ep, u64 size, u64 align)
{
	struct vsn_extents *extents = xa_load(&fabric->regions.extents, ep);
	u64 capacity = capacity_of(fabric, ep);
	unsigned long first;

	lockdep_assert_held(&fabric->lock);
	if (!extents)
		return size <= capacity;
	return size <= capacity - extents->allocated &&
	       !extent_find(extents, capacity >> PAGE_SHIFT, size >> PAGE_SHIFT,
			    align >> PAGE_SHIFT, &first);
}

/**
 * vsn_extent_take - take a piece of an endpoint's memory
 * @fabric: the fabric; the caller holds its lock
 * @ep: endpoint
 * @size: bytes, a positive multiple of the page size
 * @align: a power of two, at least the page size
 * @region: whose it will be
 * @base: out: offset in the device window
 * @diag: why not
 *
 * Return: 0; -ENOSPC; -ENOMEM.
 */
int vsn_extent_take(struct vsn_fabric *fabric, u32 ep, u64 size, u64 align,
		    struct vsn_region *region, u64 *base, struct vsn_diag *diag)
{
	const struct vsn_topo *topo = &fabric->topo;
	u64 capacity = capacity_of(fabric, ep);
	struct vsn_extents *extents;
	unsigned long first;
	char name[64];
	u64 left;
	int err;

	lockdep_assert_held(&fabric->lock);
	extents = extents_of(fabric, ep);
	if (!extents)
		goto err_nomem;
	left = capacity - extents->allocated;
	if (size > left || extent_find(extents, capacity >> PAGE_SHIFT, size >> PAGE_SHIFT,
				       align >> PAGE_SHIFT, &first)) {
		vsn_topo_endpoint_name(topo, ep, name, sizeof(name));
		return vsn_refuse(diag, -ENOSPC,
				  "endpoint %s: no room for %llu bytes, %llu of %llu are free%s",
				  name, size, left, capacity,
				  size > left ? "" : " in pieces");
	}
	err = mtree_insert_range(&extents->tree, first,
				 first + (size >> PAGE_SHIFT) - 1, region,
				 GFP_KERNEL_ACCOUNT);
	if (err)
		goto err_nomem;
	WRITE_ONCE(extents->allocated, extents->allocated + size);
	*base = (u64)first << PAGE_SHIFT;
	return 0;

err_nomem:
	return vsn_refuse(diag, -ENOMEM, "no kernel memory for an extent");
}

/**
 * vsn_extent_give - give a piece back
 * @fabric: the fabric; the caller holds its lock, or is the last to know it
 * @ep: endpoint
 * @base: from vsn_extent_take()
 * @size: as it was taken
 */
void vsn_extent_give(struct vsn_fabric *fabric, u32 ep, u64 base, u64 size)
{
	struct vsn_extents *extents = xa_load(&fabric->regions.extents, ep);
	int err;

	if (WARN_ON_ONCE(!extents))
		return;
	/* Splitting a node may need another one, and there is no way back here. */
	err = mtree_store_range(&extents->tree, base >> PAGE_SHIFT,
				((base + size) >> PAGE_SHIFT) - 1, NULL,
				GFP_KERNEL | __GFP_NOFAIL);
	WARN_ON_ONCE(err);
	WRITE_ONCE(extents->allocated, extents->allocated - size);
}

/**
 * vsn_extent_get - which region has this byte of a device window?
 * @fabric: the fabric
 * @ep: endpoint
 * @off: offset in its device window
 * @first: out: where the extent begins; the page itself if there is none
 * @end: out: where the extent ends; without one, up to where there is none, at least;
 *	U64_MAX if there is none beyond
 *
 * Return: the region with a reference, or NULL: none has, or it is being deleted.
 */
struct vsn_region *vsn_extent_get(struct vsn_fabric *fabric, u32 ep, u64 off,
				  u64 *first, u64 *end)
{
	struct vsn_extents *extents = xa_load(&fabric->regions.extents, ep);
	unsigned long page = off >> PAGE_SHIFT;
	struct vsn_region *region;
	struct ma_state mas;

	*first = off & PAGE_MASK;
	*end = U64_MAX;
	if (!extents)
		return NULL;
	mas_init(&mas, &extents->tree, page);
	rcu_read_lock();
	/*
	 * Not mas_find(), which goes on from a hole to what is next: if the tree has lost
	 * its last node meanwhile, it stumbles over that (6.12).
	 */
	region = mas_walk(&mas);
	if (mas.last != ULONG_MAX)
		*end = ((u64)mas.last + 1) << PAGE_SHIFT;
	if (region) {
		*first = (u64)mas.index << PAGE_SHIFT;
		if (!vsn_region_try_get(region))
			region = NULL;
	}
	rcu_read_unlock();
	return region;
}

/**
 * vsn_extent_allocated - bytes of an endpoint that regions have
 * @fabric: the fabric
 * @ep: endpoint
 *
 * Return: bytes.
 */
u64 vsn_extent_allocated(struct vsn_fabric *fabric, u32 ep)
{
	struct vsn_extents *extents = xa_load(&fabric->regions.extents, ep);

	return extents ? READ_ONCE(extents->allocated) : 0;
}
