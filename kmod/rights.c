// SPDX-License-Identifier: GPL-2.0
/*
 * Rights: what the files of one context may reach.
 *
 * A context opened by a partition's device reaches the partition's endpoints and
 * regions, and those regions that it has imported (share.c).  What else there is does
 * not exist for it: each way to an endpoint or an address gives the error that it gives
 * where there is none, so that nothing is told.  A context of the fabric's own device
 * reaches all.
 *
 * One object is made when the device is opened, and shared by the context's file and
 * all views and queues made from it, wherever their descriptors went.  An access asks
 * it each time: a read or write, a mapping when it is made, a fault, an operation when
 * it is submitted.  It goes with the last of the files, a mapping's included, and
 * then imports are dropped and leases (lease.c) end.
 *
 * Looking takes no reference to what is not to be seen: a region whose references
 * are above the tables' own is not deleted, and its owner's business.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "fabric.h"
#include "lease.h"
#include "rights.h"
#include "share.h"

/**
 * vsn_rights_new - the rights of a context that is opened
 * @fabric: the caller is a user of it
 * @partition: of that fabric, the caller holds a reference; or NULL: all
 *
 * Return: rights with a reference; -ENODEV the partition is deleted; -ENOMEM.
 */
struct vsn_rights *vsn_rights_new(struct vsn_fabric *fabric,
				  struct vsn_partition *partition)
{
	struct vsn_rights *rights;
	int err = 0;

	rights = kzalloc(sizeof(*rights), GFP_KERNEL_ACCOUNT);
	if (!rights)
		return ERR_PTR(-ENOMEM);
	if (partition)
		err = vsn_partition_use(fabric, partition);
	if (err) {
		kfree(rights);
		return ERR_PTR(err);
	}
	refcount_set(&rights->ref, 1);
	rights->fabric = fabric;
	rights->partition = partition;
	xa_init_flags(&rights->imports, XA_FLAGS_ACCOUNT);
	INIT_LIST_HEAD(&rights->leases);
	return rights;
}

/**
 * vsn_rights_get - take a reference
 * @rights: the caller holds one
 *
 * Return: @rights.
 */
struct vsn_rights *vsn_rights_get(struct vsn_rights *rights)
{
	refcount_inc(&rights->ref);
	return rights;
}

/**
 * vsn_rights_put - drop a reference
 * @rights: the caller is still a user of the fabric
 *
 * May sleep; takes fabric->lock and vsn_nl_regions_lock().
 */
void vsn_rights_put(struct vsn_rights *rights)
{
	if (!refcount_dec_and_test(&rights->ref))
		return;
	vsn_leases_end(rights);
	vsn_share_end(rights);
	if (rights->partition)
		vsn_partition_unuse(rights->fabric, rights->partition);
	kfree(rights);
}

/**
 * vsn_rights_windows - are there device windows?
 * @rights: of whoever asks
 *
 * Return: true if so, for those who have the privilege.
 */
bool vsn_rights_windows(const struct vsn_rights *rights)
{
	return !rights->partition;
}

/**
 * vsn_rights_initiator - may one act on behalf of an endpoint?
 * @rights: of whoever would
 * @ep: any number
 *
 * Return: true if so, and if there is such an endpoint.
 */
bool vsn_rights_initiator(const struct vsn_rights *rights, u32 ep)
{
	return !rights->partition || vsn_partition_has(rights->partition, ep);
}

/* Under RCU, or with a reference to the region. */
static bool rights_reach(struct vsn_rights *rights, const struct vsn_region *region)
{
	return region->partition == rights->partition ||
	       xa_load(&rights->imports, region->serial);
}

/**
 * vsn_rights_region_get - the region that holds an address, if it can be reached
 * @rights: of whoever asks
 * @ua: unified address
 *
 * As vsn_region_get_ua(); a device window only where there are such.
 *
 * Return: a region with a reference, or NULL.
 */
struct vsn_region *vsn_rights_region_get(struct vsn_rights *rights, u64 ua)
{
	struct vsn_region *region;

	if (!rights->partition)
		return vsn_region_get_ua(rights->fabric, ua);
	if (!vsn_ua_is_pool(ua))
		return NULL;
	rcu_read_lock();
	region = mtree_load(&rights->fabric->regions.by_ua, ua >> PAGE_SHIFT);
	if (region && (!rights_reach(rights, region) ||
		       !vsn_region_try_get(region)))
		region = NULL;
	rcu_read_unlock();
	return region;
}

/* Entries are checked without a lock: regions are looked up under RCU. */
static const struct vsn_place *env_find(void *ctx, u64 ua)
{
	struct vsn_region *region = vsn_rights_region_get(ctx, ua);

	return region ? &region->place : NULL;
}

static void env_put(void *ctx, const struct vsn_place *place)
{
	vsn_region_put(vsn_place_region(place));
}

static bool env_may(void *ctx, u32 ep)
{
	return vsn_rights_initiator(ctx, ep);
}

/**
 * vsn_rights_env - what entries of a queue are checked against
 * @rights: of the queue
 * @env: to fill in; good for as long as the rights are
 */
void vsn_rights_env(struct vsn_rights *rights, struct vsn_op_env *env)
{
	*env = (struct vsn_op_env) {
		.topo = &rights->fabric->topo,
		.find = env_find,
		.put = env_put,
		.may = rights->partition ? env_may : NULL,
		.ctx = rights,
	};
}
