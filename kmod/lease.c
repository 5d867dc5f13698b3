// SPDX-License-Identifier: GPL-2.0
/*
 * Leases: regions that belong to a context.
 *
 * A program takes one without the privileges that netlink asks for: at its
 * partition's endpoints, within its quota.  It is a region as any other, but only its
 * context can return it, and it goes by itself with the context's last file.
 *
 * How a lease ends by itself.  Somebody may have imported the region, or operations of a
 * queue that is closed may be on their way in it.  So when the rights go, each leased
 * region becomes an orphan: it has no context, and goes with the last of those.
 * Mappings do not keep it: those of the context and of importers are gone with their
 * files or hold them; whoever else has it mapped gets SIGBUS, as told in region.c.
 *
 * Who looks whether an orphan can go: who made it one, who drops the last import,
 * both by vsn_leases_reap(); and who drops a reference to an orphan,
 * vsn_region_put(), which may hold any lock and so leaves it to a work item.  The
 * mark is set before the count is looked at, and looked at after the count is
 * dropped, so one of both sees what the other did.
 *
 * The work item holds nothing.  It is stopped before the fabric's parts go, which take
 * what orphans are left with them.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "fabric.h"
#include "lease.h"
#include "netlink.h"
#include "rights.h"
#include "uarg.h"

/* Leases that a context has at most. */
#define MAX_LEASES	1024

/* Regions freed between two chances for others to take the locks. */
#define REAP_BATCH	16

static_assert(sizeof(struct vsn_lease) == 48);
static_assert(sizeof(struct vsn_return) == 16);

static void reap_work(struct work_struct *work)
{
	vsn_leases_reap(container_of(work, struct vsn_fabric, regions.reaper));
}

/**
 * vsn_leases_init - prepare a fabric's leases
 * @fabric: the fabric
 */
void vsn_leases_init(struct vsn_fabric *fabric)
{
	INIT_LIST_HEAD(&fabric->regions.orphans);
	INIT_WORK(&fabric->regions.reaper, reap_work);
}

/**
 * vsn_leases_stop - from now on orphans stay
 * @fabric: the fabric; nobody uses it
 */
void vsn_leases_stop(struct vsn_fabric *fabric)
{
	disable_work_sync(&fabric->regions.reaper);
}

/**
 * vsn_leases_reap - free the orphans that nobody needs
 * @fabric: the fabric; its lock and vsn_nl_regions_lock() are taken
 */
void vsn_leases_reap(struct vsn_fabric *fabric)
{
	struct vsn_region *region, *next;
	u32 id, freed;

	/* Others wait for both locks: let them have a turn now and then. */
	do {
		freed = 0;
		vsn_nl_regions_lock();
		mutex_lock(&fabric->lock);
		list_for_each_entry_safe(region, next, &fabric->regions.orphans, lease) {
			id = region->id;
			if (vsn_region_reap(region)) {
				vsn_nl_region_deleted(fabric, id, "");
				freed++;
			}
			if (freed == REAP_BATCH)
				break;
			cond_resched();
		}
		mutex_unlock(&fabric->lock);
		vsn_nl_regions_unlock();
	} while (freed == REAP_BATCH);
}

/* Its context is gone, or does not want it; fabric->lock held. */
static void region_orphan(struct vsn_region *region)
{
	region->lessee->nr_leases--;
	region->lessee = NULL;
	list_move_tail(&region->lease, &region->fabric->regions.orphans);
	WRITE_ONCE(region->orphan, true);
	/* Pairs with vsn_region_put(): the count is looked at from here on. */
	smp_mb();
}

/**
 * vsn_leases_end - the context is gone
 * @rights: the last reference is gone; fabric->lock and vsn_nl_regions_lock() are taken
 */
void vsn_leases_end(struct vsn_rights *rights)
{
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_region *region, *next;
	bool any;

	mutex_lock(&fabric->lock);
	any = !list_empty(&rights->leases);
	list_for_each_entry_safe(region, next, &rights->leases, lease)
		region_orphan(region);
	mutex_unlock(&fabric->lock);
	if (any)
		vsn_leases_reap(fabric);
}

/* Bytes that an endpoint has left; that may change at any time. */
static u64 room_at(struct vsn_fabric *fabric, u32 ep)
{
	const struct vsn_topo *topo = &fabric->topo;

	return (topo->kinds[vsn_topo_kind(topo, ep)].capacity & PAGE_MASK) -
	       vsn_region_allocated(fabric, ep);
}

/*
 * Those endpoints that have @share bytes left: count them, and list the first @max.
 * -EINTR: a fatal signal.
 */
static int roomy(const struct vsn_rights *rights, u64 share, u32 max, u32 *homes, u32 *nr)
{
	const struct vsn_ep_run all = { .last = rights->fabric->topo.nr_endpoints - 1 };
	const struct vsn_ep_run *run = rights->partition ? rights->partition->runs : &all;
	u32 i, ep, nr_runs = rights->partition ? rights->partition->nr_runs : 1;

	*nr = 0;
	for (i = 0; i < nr_runs; i++, run++) {
		for (ep = run->first; ep <= run->last; ep++) {
			cond_resched();
			if (room_at(rights->fabric, ep) < share)
				continue;
			if (*nr < max)
				homes[*nr] = ep;
			++*nr;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/*
 * As many homes as there are granules, or as there are endpoints with room for the
 * share of each.  The fewer there are the larger is the share.
 */
static int choose_homes(const struct vsn_rights *rights, u64 bytes, u64 granule, u32 **homes,
			u32 *nr_homes)
{
	u64 granules = DIV_ROUND_UP_ULL(bytes, granule);
	u32 want, have, nr_endpoints;
	int err;

	nr_endpoints = rights->partition ? rights->partition->nr_endpoints :
					   rights->fabric->topo.nr_endpoints;
	want = min_t(u64, granules, nr_endpoints);
	*homes = kvmalloc_array(want, sizeof(**homes), GFP_KERNEL_ACCOUNT);
	if (!*homes)
		return -ENOMEM;
	for (;;) {
		u64 share = DIV_ROUND_UP_ULL(granules, want) * granule;

		/* The last granule may be a part of one. */
		err = roomy(rights, want > 1 ? share : bytes, want, *homes, &have);
		if (!err && !have)
			err = -ENOSPC;
		if (err || have >= want)
			break;
		want = have;
	}
	*nr_homes = want;
	if (err)
		kvfree(*homes);
	return err;
}

static int copy_homes(const struct vsn_rights *rights, const struct vsn_lease *arg,
		      u32 **homes, u32 *nr_homes)
{
	u32 i;

	/* More than there are granules would only take up room. */
	if (arg->nr_homes > rights->fabric->topo.nr_endpoints ||
	    arg->nr_homes > DIV_ROUND_UP_ULL(arg->bytes, arg->granule))
		return -EINVAL;
	*homes = kvmalloc_array(arg->nr_homes, sizeof(**homes), GFP_KERNEL_ACCOUNT);
	if (!*homes)
		return -ENOMEM;
	*nr_homes = arg->nr_homes;
	if (copy_from_user(*homes, u64_to_user_ptr(arg->homes),
			   array_size(arg->nr_homes, sizeof(**homes)))) {
		kvfree(*homes);
		return -EFAULT;
	}
	/* What is not the context's, and what is not there, is the same. */
	for (i = 0; i < arg->nr_homes; i++) {
		if ((*homes)[i] >= rights->fabric->topo.nr_endpoints ||
		    !vsn_rights_initiator(rights, (*homes)[i])) {
			kvfree(*homes);
			return -EINVAL;
		}
		cond_resched();
	}
	return 0;
}

static int lease_homes(const struct vsn_rights *rights, const struct vsn_lease *arg,
		       u32 **homes, u32 *nr_homes)
{
	if (arg->nr_homes)
		return copy_homes(rights, arg, homes, nr_homes);
	if (arg->homes)
		return -EINVAL;
	return choose_homes(rights, arg->bytes, arg->granule, homes, nr_homes);
}

static int lease_count(struct vsn_rights *rights)
{
	int err = 0;

	mutex_lock(&rights->fabric->lock);
	if (rights->nr_leases < MAX_LEASES)
		rights->nr_leases++;
	else
		err = -ENOSPC;
	mutex_unlock(&rights->fabric->lock);
	return err;
}

/* The region, as the context's; its lease is counted. */
static int lease_create(struct vsn_rights *rights, struct vsn_lease *arg, const u32 *homes,
			u32 nr_homes)
{
	struct vsn_region_spec spec = {
		.size = arg->bytes,
		.choice.policy = VSN_PLACEMENT_LIST,
		.homes = homes,
		.nr_homes = nr_homes,
		.granule = arg->granule,
		.huge = arg->flags & VSN_LEASE_HUGE,
		.mode = VSN_REGION_MODE_UNCACHED,
		.partition = rights->partition,
	};
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_region *region;
	struct vsn_diag diag;

	vsn_nl_regions_lock();
	region = vsn_region_create(fabric, &spec, &diag);
	if (IS_ERR(region)) {
		mutex_lock(&fabric->lock);
		rights->nr_leases--;
		mutex_unlock(&fabric->lock);
		vsn_nl_regions_unlock();
		return PTR_ERR(region);
	}
	mutex_lock(&fabric->lock);
	region->lessee = rights;
	list_add_tail(&region->lease, &rights->leases);
	mutex_unlock(&fabric->lock);
	arg->id = region->id;
	arg->ua = region->place.ua;
	vsn_nl_region_created(fabric, region);
	vsn_region_put(region);
	vsn_nl_regions_unlock();
	return 0;
}

/* Nobody has been told of it; another thread may have guessed and returned it. */
static void lease_undo(struct vsn_rights *rights, const struct vsn_lease *arg)
{
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_region *region;

	mutex_lock(&fabric->lock);
	region = xa_load(&fabric->regions.by_id, arg->id);
	if (region && region->lessee == rights && region->place.ua == arg->ua)
		region_orphan(region);
	mutex_unlock(&fabric->lock);
	vsn_leases_reap(fabric);
}

/**
 * vsn_lease_take - VSN_IOC_LEASE
 * @rights: the context's
 * @uarg: struct vsn_lease
 *
 * Memory is charged to the caller's memory cgroup, as it is touched.
 *
 * Return: 0; -EINVAL flags, size, granule or a home; -EDQUOT the partition's quota;
 * -ENOSPC no endpoint has room, or there are too many regions or leases; -EFAULT;
 * -EINTR; -ENOMEM.
 */
int vsn_lease_take(struct vsn_rights *rights, void __user *uarg)
{
	u32 *homes, nr_homes;
	struct vsn_lease arg;
	int err;

	err = vsn_uarg_get(&arg, sizeof(arg), sizeof(arg), uarg);
	if (err)
		return err;
	if (arg.flags & ~VSN_LEASE_HUGE)
		return -EINVAL;
	if (!arg.granule)
		arg.granule = arg.flags & VSN_LEASE_HUGE ? VSN_GRANULE_DEFAULT_HUGE :
							   VSN_GRANULE_DEFAULT;
	/* What follows divides by them; the rest of what is wrong is found later. */
	if (!arg.bytes || arg.bytes >> VSN_UA_BITS || arg.granule < VSN_GRANULE_MIN ||
	    arg.granule > VSN_GRANULE_MAX)
		return -EINVAL;
	err = lease_homes(rights, &arg, &homes, &nr_homes);
	if (err)
		return err;
	err = lease_count(rights);
	if (!err)
		err = lease_create(rights, &arg, homes, nr_homes);
	kvfree(homes);
	if (err)
		return err;
	err = vsn_uarg_put(&arg, sizeof(arg), uarg);
	if (err)
		lease_undo(rights, &arg);
	return err;
}

/**
 * vsn_lease_return - VSN_IOC_RETURN
 * @rights: the context's
 * @uarg: struct vsn_return
 *
 * Return: 0; -EINVAL flags or a reserved field; -ENOENT the context has not leased it;
 * -EBUSY it is mapped, imported, accessed or has operations pending; -EFAULT.
 */
int vsn_lease_return(struct vsn_rights *rights, const void __user *uarg)
{
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_region *region;
	struct vsn_return arg;
	struct vsn_diag diag;
	int err;

	err = vsn_uarg_get(&arg, sizeof(arg), sizeof(arg), uarg);
	if (err)
		return err;
	if (arg.flags || arg.reserved)
		return -EINVAL;
	vsn_nl_regions_lock();
	mutex_lock(&fabric->lock);
	region = xa_load(&fabric->regions.by_id, arg.id);
	if (region && region->lessee == rights)
		err = vsn_region_try_free(region, &diag);
	else
		err = -ENOENT;
	mutex_unlock(&fabric->lock);
	if (!err)
		vsn_nl_region_deleted(fabric, arg.id, "");
	vsn_nl_regions_unlock();
	return err;
}
