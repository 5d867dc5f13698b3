// SPDX-License-Identifier: GPL-2.0
/*
 * Partitions: the endpoints and regions that one tenant may use.
 *
 * A partition belongs to a committed fabric.  Its endpoints are chosen when it is
 * made and never change; an endpoint is in one partition at most.  Regions are made
 * for it, at its endpoints.  Its device node, /dev/vsn/FABRIC.NAME, opens contexts
 * that reach nothing else (rights.c).
 *
 * Who holds what.  The fabric's list holds one reference; a context, a region, a
 * queue hold one each, as they look at it.  Contexts that are open and regions are
 * counted, too, under the fabric's lock: with any of them a partition is not deleted.
 *
 * How a partition goes.
 *
 *  1. Under the fabric's lock, users and regions are looked at: any, and it stays.
 *     None, and it is marked dead and leaves the list.  vsn_partition_use() and the
 *     creation of a region look at the mark under the same lock, so each came
 *     before and was counted, or fails.
 *  2. Its device goes, outside the lock, as an open that is on its way may wait
 *     for that.  Who deletes and who makes partitions holds vsn_nl_regions_lock() all
 *     the time, so the name stays taken until then.
 *  3. The list's reference is dropped.  Queues of contexts that are closed may still
 *     hold one, as long as operations are on their way.
 *
 * A fabric that is deleted has no users, so no partition has.  It takes partitions
 * along in two steps: their devices go when its own goes, while its name is still
 * taken (vsn_partitions_hide()); they themselves once its regions are gone, which hold
 * them (vsn_partitions_destroy()).
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "fabric.h"
#include "partition.h"

/**
 * vsn_partitions_init - prepare a fabric's partitions
 * @fabric: the fabric
 */
void vsn_partitions_init(struct vsn_fabric *fabric)
{
	INIT_LIST_HEAD(&fabric->partitions.list);
}

/**
 * vsn_partitions_hide - remove the device nodes of a fabric that is deleted
 * @fabric: it is marked dead, so the list does not change any more, and its lock is
 *	not held
 */
void vsn_partitions_hide(struct vsn_fabric *fabric)
{
	struct vsn_partition *partition;

	list_for_each_entry(partition, &fabric->partitions.list, node)
		vsn_chardev_del(&partition->chardev);
}

/**
 * vsn_partitions_destroy - drop the partitions
 * @fabric: the fabric; nobody uses it, and its regions are gone
 */
void vsn_partitions_destroy(struct vsn_fabric *fabric)
{
	struct vsn_partition *partition, *next;

	list_for_each_entry_safe(partition, next, &fabric->partitions.list, node) {
		WARN_ON_ONCE(partition->users || partition->nr_regions);
		list_del(&partition->node);
		vsn_partition_put(partition);
	}
}

static int run_cmp(const void *a, const void *b)
{
	const struct vsn_ep_run *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Sort, check and join; @nr_runs: how many are left. */
static int runs_check(const struct vsn_fabric *fabric, struct vsn_ep_run *runs,
		      u32 *nr_runs, struct vsn_diag *diag)
{
	u32 i, n = 0, nr_endpoints = fabric->topo.nr_endpoints;

	if (!*nr_runs)
		return vsn_refuse(diag, -EINVAL, "endpoints: there are none");
	sort(runs, *nr_runs, sizeof(*runs), run_cmp, NULL);
	for (i = 0; i < *nr_runs; i++) {
		if (runs[i].first > runs[i].last)
			return vsn_refuse(diag, -EINVAL, "endpoints: %u to %u is no run",
					  runs[i].first, runs[i].last);
		if (runs[i].last >= nr_endpoints)
			return vsn_refuse(diag, -EINVAL,
					  "endpoints: %u: the fabric has endpoints 0 to %u",
					  runs[i].last, nr_endpoints - 1);
		if (n && runs[i].first <= runs[n - 1].last)
			return vsn_refuse(diag, -EINVAL, "endpoints: %u is there twice",
					  runs[i].first);
		if (n && runs[i].first == runs[n - 1].last + 1)
			runs[n - 1].last = runs[i].last;
		else
			runs[n++] = runs[i];
	}
	*nr_runs = n;
	return 0;
}

/* The first run that ends at @ep or above, or @nr_runs. */
static u32 run_search(const struct vsn_partition *partition, u32 ep)
{
	u32 low = 0, high = partition->nr_runs, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (partition->runs[mid].last < ep)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * vsn_partition_has - is an endpoint of a partition?
 * @partition: the partition
 * @ep: any number
 *
 * Return: true if it is one, and of this partition.
 */
bool vsn_partition_has(const struct vsn_partition *partition, u32 ep)
{
	u32 i = run_search(partition, ep);

	return i < partition->nr_runs && partition->runs[i].first <= ep;
}

/* Is an endpoint of @partition in another one already? */
static int check_taken(struct vsn_fabric *fabric, const struct vsn_partition *partition,
		       struct vsn_diag *diag)
{
	const struct vsn_ep_run *run;
	struct vsn_partition *other;
	char name[64];
	u32 i, j, ep;

	list_for_each_entry(other, &fabric->partitions.list, node) {
		for (i = 0; i < partition->nr_runs; i++) {
			run = &partition->runs[i];
			j = run_search(other, run->first);
			if (j == other->nr_runs || other->runs[j].first > run->last)
				continue;
			ep = max(run->first, other->runs[j].first);
			vsn_topo_endpoint_name(&fabric->topo, ep, name, sizeof(name));
			return vsn_refuse(diag, -EBUSY,
					  "endpoints: %u (%s) is in partition '%s'", ep, name,
					  other->name);
		}
		cond_resched();
	}
	return 0;
}

static int may_create(struct vsn_fabric *fabric, const struct vsn_partition *partition,
		      struct vsn_diag *diag)
{
	if (fabric->dead)
		return vsn_refuse(diag, -ENODEV, "fabric '%s' was deleted", fabric->name);
	if (vsn_partition_find(fabric, partition->name))
		return vsn_refuse(diag, -EEXIST, "name: fabric '%s' has a partition '%s'",
				  fabric->name, partition->name);
	if (fabric->partitions.nr >= VSN_MAX_PARTITIONS)
		return vsn_refuse(diag, -ENOSPC,
				  "fabric '%s' has %u partitions, and no room for more",
				  fabric->name, fabric->partitions.nr);
	return check_taken(fabric, partition, diag);
}

/**
 * vsn_partition_create - make a partition
 * @fabric: a committed fabric; its lock is taken
 * @name: its name
 * @runs: its endpoints, in any order; sorted
 * @nr_runs: length of @runs
 * @quota: bytes that its regions may promise, 0: any
 * @resident_max: bytes that they may have in memory, 0: any
 * @diag: why not; begins with the field that is meant
 *
 * The caller holds vsn_nl_regions_lock().
 *
 * Return: the partition with a reference; -EINVAL; -EEXIST its name is taken; -EBUSY
 * an endpoint is; -ENOSPC there are too many; -ENODEV the fabric was deleted; -ENOMEM.
 */
struct vsn_partition *vsn_partition_create(struct vsn_fabric *fabric, const char *name,
					   struct vsn_ep_run *runs, u32 nr_runs,
					   u64 quota, u64 resident_max,
					   struct vsn_diag *diag)
{
	struct vsn_partition *partition;
	u32 i;
	int err;

	if (!vsn_name_valid(name))
		return ERR_PTR(vsn_refuse(diag, -EINVAL,
					  "name: want 1 to 31 of a-z 0-9 _ -"));
	err = runs_check(fabric, runs, &nr_runs, diag);
	if (err)
		return ERR_PTR(err);
	partition = kvzalloc(struct_size(partition, runs, nr_runs), GFP_KERNEL_ACCOUNT);
	if (!partition)
		return ERR_PTR(vsn_refuse(diag, -ENOMEM, "no kernel memory for a partition"));
	refcount_set(&partition->ref, 1);
	strscpy(partition->name, name, sizeof(partition->name));
	partition->quota = quota;
	partition->nr_runs = nr_runs;
	memcpy(partition->runs, runs, array_size(nr_runs, sizeof(*runs)));
	for (i = 0; i < nr_runs; i++)
		partition->nr_endpoints += runs[i].last - runs[i].first + 1;
	err = vsn_partition_set_resident(partition, resident_max, diag);
	if (err)
		goto err_put;

	mutex_lock(&fabric->lock);
	err = may_create(fabric, partition, diag);
	if (err)
		goto err_unlock;
	partition->id = ++fabric->partitions.last_id;
	/* Who finds the device now waits for the lock. */
	err = vsn_chardev_add(&partition->chardev, fabric, partition);
	if (err) {
		err = vsn_refuse(diag, err, "cannot set up a device node (error %d)", -err);
		goto err_unlock;
	}
	list_add_tail(&partition->node, &fabric->partitions.list);
	fabric->partitions.nr++;
	refcount_inc(&partition->ref);
	mutex_unlock(&fabric->lock);
	return partition;

err_unlock:
	partition->dead = true;
	mutex_unlock(&fabric->lock);
err_put:
	vsn_partition_put(partition);
	return ERR_PTR(err);
}

/**
 * vsn_partition_delete - delete a partition that nothing uses
 * @fabric: a committed fabric; its lock is taken
 * @name: the partition's name
 * @id: out: what its id was
 * @diag: why not
 *
 * The caller holds vsn_nl_regions_lock().
 *
 * Return: 0; -ENOENT; -EBUSY it is open, or has regions; -ENODEV the fabric was
 * deleted.
 */
int vsn_partition_delete(struct vsn_fabric *fabric, const char *name, u32 *id,
			 struct vsn_diag *diag)
{
	struct vsn_partition *partition;
	int err = 0;

	mutex_lock(&fabric->lock);
	partition = vsn_partition_find(fabric, name);
	if (fabric->dead)
		err = vsn_refuse(diag, -ENODEV, "fabric '%s' was deleted", fabric->name);
	else if (!partition)
		err = vsn_refuse(diag, -ENOENT, "name: fabric '%s' has no partition '%s'",
				 fabric->name, name);
	else if (partition->users)
		err = vsn_refuse(diag, -EBUSY, "partition '%s' is in use: %u contexts are open",
				 name, partition->users);
	else if (partition->nr_regions)
		err = vsn_refuse(diag, -EBUSY, "partition '%s' is in use: it has %u regions",
				 name, partition->nr_regions);
	if (err) {
		mutex_unlock(&fabric->lock);
		return err;
	}
	partition->dead = true;
	list_del(&partition->node);
	fabric->partitions.nr--;
	mutex_unlock(&fabric->lock);

	*id = partition->id;
	vsn_chardev_del(&partition->chardev);
	vsn_partition_put(partition);
	return 0;
}

/**
 * vsn_partition_find - a partition by its name
 * @fabric: committed; its lock is held
 * @name: the name
 *
 * Return: the partition, or NULL.
 */
struct vsn_partition *vsn_partition_find(struct vsn_fabric *fabric, const char *name)
{
	struct vsn_partition *partition;

	lockdep_assert_held(&fabric->lock);
	list_for_each_entry(partition, &fabric->partitions.list, node)
		if (!strcmp(partition->name, name))
			return partition;
	return NULL;
}

/**
 * vsn_partition_next - walk the partitions
 * @fabric: committed; its lock is held
 * @id: id of the last one seen; 0 to begin
 *
 * Return: the next one, or NULL.
 */
struct vsn_partition *vsn_partition_next(struct vsn_fabric *fabric, u32 id)
{
	struct vsn_partition *partition;

	lockdep_assert_held(&fabric->lock);
	list_for_each_entry(partition, &fabric->partitions.list, node)
		if (partition->id > id)
			return partition;
	return NULL;
}

/**
 * vsn_partition_get - a partition by its name
 * @fabric: committed; its lock is taken
 * @name: the name
 *
 * It may be deleted at any time after.
 *
 * Return: the partition with a reference, or NULL.
 */
struct vsn_partition *vsn_partition_get(struct vsn_fabric *fabric, const char *name)
{
	struct vsn_partition *partition;

	mutex_lock(&fabric->lock);
	partition = vsn_partition_find(fabric, name);
	if (partition)
		refcount_inc(&partition->ref);
	mutex_unlock(&fabric->lock);
	return partition;
}

/**
 * vsn_partition_put - drop a reference
 * @partition: the partition, or NULL; its memory goes with the last one
 */
void vsn_partition_put(struct vsn_partition *partition)
{
	if (partition && refcount_dec_and_test(&partition->ref))
		kvfree(partition);
}

/**
 * vsn_partition_use - become a user: a context is opened
 * @fabric: its fabric; the lock is taken
 * @partition: the caller holds a reference, and needs it no longer than this
 *
 * Takes a reference too.
 *
 * Return: 0, or -ENODEV it is deleted.
 */
int vsn_partition_use(struct vsn_fabric *fabric, struct vsn_partition *partition)
{
	int err = 0;

	mutex_lock(&fabric->lock);
	if (partition->dead) {
		err = -ENODEV;
	} else {
		partition->users++;
		refcount_inc(&partition->ref);
	}
	mutex_unlock(&fabric->lock);
	return err;
}

/**
 * vsn_partition_unuse - a context is gone
 * @fabric: its fabric; the lock is taken
 * @partition: as vsn_partition_use() got it; may be gone after
 */
void vsn_partition_unuse(struct vsn_fabric *fabric, struct vsn_partition *partition)
{
	mutex_lock(&fabric->lock);
	partition->users--;
	mutex_unlock(&fabric->lock);
	vsn_partition_put(partition);
}

/**
 * vsn_partition_set_resident - set the limit of a partition's resident memory
 * @partition: the fabric's lock is held, or nobody knows it yet
 * @bytes: rounded down to a multiple of the page size; 0: no limit
 * @diag: why not
 *
 * What is resident stays; if that is more, nothing is added until it is less.
 *
 * Return: 0, or -EINVAL: less than a page, or the machine has less.
 */
int vsn_partition_set_resident(struct vsn_partition *partition, u64 bytes,
			       struct vsn_diag *diag)
{
	u64 pages = bytes >> PAGE_SHIFT;

	if (bytes && !pages)
		return vsn_refuse(diag, -EINVAL, "resident: %llu is less than a page", bytes);
	if (pages > totalram_pages())
		return vsn_refuse(diag, -EINVAL,
				  "resident: %llu is more than this machine's memory, %llu bytes",
				  bytes, (u64)totalram_pages() << PAGE_SHIFT);
	WRITE_ONCE(partition->resident_max, bytes ? (long)pages : LONG_MAX);
	return 0;
}

/**
 * vsn_partition_resident_max - the limit of a partition's resident memory
 * @partition: the partition
 *
 * Return: bytes; 0: there is none.
 */
u64 vsn_partition_resident_max(const struct vsn_partition *partition)
{
	long max = READ_ONCE(partition->resident_max);

	return max == LONG_MAX ? 0 : (u64)max << PAGE_SHIFT;
}

/**
 * vsn_partition_info - what a context is told of its partition
 * @fabric: its fabric; the lock is taken
 * @partition: of the context, or NULL: it has none
 * @info: to fill in
 */
void vsn_partition_info(struct vsn_fabric *fabric, const struct vsn_partition *partition,
			struct vsn_info *info)
{
	info->partition = 0;
	info->partition_endpoints = 0;
	info->quota = 0;
	info->promised = 0;
	if (!partition)
		return;
	info->partition = partition->id;
	info->partition_endpoints = partition->nr_endpoints;
	mutex_lock(&fabric->lock);
	info->quota = partition->quota;
	info->promised = partition->promised;
	mutex_unlock(&fabric->lock);
}
