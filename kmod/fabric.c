// SPDX-License-Identifier: GPL-2.0
/*
 * Fabrics: made as drafts, committed, used, deleted.
 *
 * Who holds what.  The list of fabrics holds one reference to each; a control
 * command holds one while it works; each open file (context, view, queue) holds
 * one and counts as a user.  A mapping holds its file.
 *
 * How a fabric goes.
 *
 *  1. Under vsn_fabrics_lock and the fabric's lock, users are counted: any, and
 *     the fabric stays.  None, and it is marked dead.  vsn_fabric_use() takes
 *     the same lock, so an open either came before and was counted, or finds the
 *     mark and fails with -ENODEV.  Nobody becomes a user of a dead fabric.
 *  2. Its device goes, and its partitions' devices, outside the fabric's lock, as an
 *     open that is on its way may wait for that lock.  vsn_fabrics_lock is held on:
 *     the name stays taken until the devices of that name are gone.
 *  3. It leaves the list.  Commands can no longer find it; those that found it
 *     before hold a reference and see the mark when they take the lock, or read
 *     figures of a fabric that is about to go, which is harmless: its parts
 *     are still there.
 *  4. With the last reference its parts go, the latest first.  There are no
 *     files, so there are no mappings and no waiters, and nobody to whom an
 *     operation that is still pending could complete: the engine drops those, and
 *     with them its references to regions, before regions and memory go; and before
 *     views go, in which threads may still unmap what they take away.  What
 *     readers under RCU may still look at is freed by its own part after a grace
 *     period, by the kernel's code alone: module exit need not wait for that.
 *
 * At module exit step 1 cannot fail: each open file holds the module, so there
 * are no users when exit runs, and the netlink family, gone before, holds no
 * reference either.
 *
 * A draft that fails its first commit goes the same way without step 2: its
 * device comes last, so it never had one.
 */

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fabric.h"
#include "lease.h"

/*
 * Protects the list, the number of fabrics, the last id and the generation.
 * Inside it nests fabric->lock.
 */
static DEFINE_MUTEX(vsn_fabrics_lock);
static LIST_HEAD(vsn_fabrics);
static u32 nr_fabrics;
static u32 last_id;
static u32 generation = 1;

/**
 * vsn_name_valid - is it a name: [a-z0-9_-]{1,31}?
 * @name: what to look at
 *
 * Return: true if so.
 */
bool vsn_name_valid(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return len && len < VSN_NAME_SIZE && !name[len];
}

/* Bring up the parts.  The topology is committed; the caller holds the lock. */
static int fabric_start(struct vsn_fabric *fabric, struct vsn_diag *diag)
{
	const char *part;
	int err;

	vsn_store_init(fabric);
	vsn_partitions_init(fabric);
	vsn_regions_init(fabric);
	part = "views";
	err = vsn_views_init(fabric);
	if (err)
		goto err_regions;
	part = "the engine";
	err = vsn_engine_init(fabric);
	if (err)
		goto err_views;
	part = "the clock";
	err = vsn_engine_set_clock(fabric, fabric->clock, fabric->scale, diag);
	if (err)
		goto err_engine;
	part = "the device";
	err = vsn_chardev_add(&fabric->chardev, fabric, NULL);
	if (err)
		goto err_engine;
	return 0;

err_engine:
	vsn_engine_destroy(fabric);
err_views:
	vsn_views_destroy(fabric);
err_regions:
	vsn_regions_destroy(fabric);
	vsn_store_destroy(fabric);
	return vsn_refuse(diag, err, "fabric '%s': cannot set up %s (error %d)",
			  fabric->name, part, -err);
}

static void fabric_free(struct vsn_fabric *fabric)
{
	if (fabric->state == VSN_FABRIC_STATE_READY) {
		vsn_leases_stop(fabric);
		vsn_engine_destroy(fabric);
		vsn_views_destroy(fabric);
		vsn_regions_destroy(fabric);
		vsn_partitions_destroy(fabric);
		vsn_store_destroy(fabric);
	}
	vsn_topo_free(&fabric->topo);
	mutex_destroy(&fabric->lock);
	kvfree(fabric);
}

/**
 * vsn_fabric_create - make an empty draft that nobody sees yet
 * @name: its name
 * @diag: why not
 *
 * The caller fills in the topology, then calls vsn_fabric_add(), and drops its
 * reference with vsn_fabric_put() when it is done.
 *
 * Return: the draft; -EINVAL the name is none, -ENOMEM.
 */
struct vsn_fabric *vsn_fabric_create(const char *name, struct vsn_diag *diag)
{
	struct vsn_fabric *fabric;

	if (!vsn_name_valid(name))
		return ERR_PTR(vsn_refuse(diag, -EINVAL,
					  "name: want 1 to 31 of a-z 0-9 _ -"));
	fabric = kvzalloc(sizeof(*fabric), GFP_KERNEL_ACCOUNT);
	if (!fabric)
		return ERR_PTR(vsn_refuse(diag, -ENOMEM, "no memory for a draft"));
	refcount_set(&fabric->ref, 1);
	INIT_LIST_HEAD(&fabric->node);
	mutex_init(&fabric->lock);
	strscpy(fabric->name, name, sizeof(fabric->name));
	fabric->state = VSN_FABRIC_STATE_DRAFT;
	fabric->clock = VSN_CLOCK_ORDERED;
	fabric->scale = VSN_SCALE_DEFAULT;
	return fabric;
}

static struct vsn_fabric *fabric_find(const char *name)
{
	struct vsn_fabric *fabric;

	lockdep_assert_held(&vsn_fabrics_lock);
	list_for_each_entry(fabric, &vsn_fabrics, node)
		if (!strcmp(fabric->name, name))
			return fabric;
	return NULL;
}

/**
 * vsn_fabric_add - put a draft on the list
 * @fabric: as vsn_fabric_create() made it
 * @diag: why not
 *
 * On success the list holds a reference of its own, and the caller holds
 * fabric->lock: others can find the draft, which takes its name, but do not get
 * at it before the caller is done.
 *
 * Return: 0; -EEXIST there is a fabric of that name, -ENOSPC there are
 * VSN_MAX_FABRICS already.
 */
int vsn_fabric_add(struct vsn_fabric *fabric, struct vsn_diag *diag)
{
	int err = 0;

	mutex_lock(&vsn_fabrics_lock);
	if (fabric_find(fabric->name)) {
		err = vsn_refuse(diag, -EEXIST, "fabric '%s' exists", fabric->name);
	} else if (nr_fabrics >= VSN_MAX_FABRICS) {
		err = vsn_refuse(diag, -ENOSPC, "there are %u fabrics, and no room for more",
				 nr_fabrics);
	} else {
		nr_fabrics++;
		generation++;
		fabric->id = ++last_id;
		refcount_inc(&fabric->ref);
		mutex_lock(&fabric->lock);
		list_add_tail(&fabric->node, &vsn_fabrics);
	}
	mutex_unlock(&vsn_fabrics_lock);
	return err;
}

/* Take a dead fabric off the list, and drop the reference of the list. */
static void fabric_unlist(struct vsn_fabric *fabric)
{
	lockdep_assert_held(&vsn_fabrics_lock);
	list_del_init(&fabric->node);
	nr_fabrics--;
	generation++;
	vsn_fabric_put(fabric);
}

/**
 * vsn_fabric_drop - take back a draft that vsn_fabric_add() has just added
 * @fabric: a draft; the caller holds fabric->lock, which is released, and keeps
 *	its own reference
 */
void vsn_fabric_drop(struct vsn_fabric *fabric)
{
	fabric->dead = true;
	mutex_unlock(&fabric->lock);

	mutex_lock(&vsn_fabrics_lock);
	fabric_unlist(fabric);
	mutex_unlock(&vsn_fabrics_lock);
}

/**
 * vsn_fabric_commit - validate a draft and bring it to life
 * @fabric: a draft; the caller holds fabric->lock
 * @diag: why not
 *
 * Where it fails, the topology may hold figures that commit had worked out: the
 * caller puts back what was there.
 *
 * Return: 0; -ENOMEM, or any error of vsn_topo_commit() and vsn_chardev_add().
 */
int vsn_fabric_commit(struct vsn_fabric *fabric, struct vsn_diag *diag)
{
	int err;

	lockdep_assert_held(&fabric->lock);
	err = vsn_topo_commit(&fabric->topo, diag);
	if (err)
		return err;
	err = fabric_start(fabric, diag);
	if (err)
		return err;
	fabric->state = VSN_FABRIC_STATE_READY;
	return 0;
}

/**
 * vsn_fabric_set_clock - choose what makes virtual time go
 * @fabric: the caller holds fabric->lock
 * @clock: enum vsn_clock
 * @scale: wall time per virtual time, parts per million, within its bounds
 * @diag: why not
 *
 * Return: 0; -EBUSY operations are pending; -ENOMEM.
 */
int vsn_fabric_set_clock(struct vsn_fabric *fabric, u32 clock, u64 scale,
			 struct vsn_diag *diag)
{
	int err = 0;

	lockdep_assert_held(&fabric->lock);
	if (fabric->state == VSN_FABRIC_STATE_READY)
		err = vsn_engine_set_clock(fabric, clock, scale, diag);
	if (err)
		return err;
	fabric->clock = clock;
	fabric->scale = scale;
	return 0;
}

/**
 * vsn_fabric_delete - delete a draft, or a fabric that nothing uses
 * @fabric: the caller holds a reference, and keeps it
 * @gone: called when it is off the list and its name not yet free, or NULL
 * @diag: why not
 *
 * Return: 0; -ENODEV it was deleted meanwhile, -EBUSY its device is open or mapped.
 */
int vsn_fabric_delete(struct vsn_fabric *fabric,
		      void (*gone)(const struct vsn_fabric *fabric),
		      struct vsn_diag *diag)
{
	bool ready;
	int err;

	mutex_lock(&vsn_fabrics_lock);
	mutex_lock(&fabric->lock);
	if (fabric->dead) {
		err = vsn_refuse(diag, -ENODEV, "fabric '%s' was deleted", fabric->name);
		goto err_unlock;
	}
	if (fabric->users) {
		err = vsn_refuse(diag, -EBUSY, "fabric '%s' is in use: open or mapped %u times",
				 fabric->name, fabric->users);
		goto err_unlock;
	}
	fabric->dead = true;
	ready = fabric->state == VSN_FABRIC_STATE_READY;
	mutex_unlock(&fabric->lock);

	if (ready) {
		vsn_chardev_del(&fabric->chardev);
		vsn_partitions_hide(fabric);
	}
	fabric_unlist(fabric);
	if (gone)
		gone(fabric);
	mutex_unlock(&vsn_fabrics_lock);
	return 0;

err_unlock:
	mutex_unlock(&fabric->lock);
	mutex_unlock(&vsn_fabrics_lock);
	return err;
}

/**
 * vsn_fabric_get - find a fabric by name
 * @name: its name
 *
 * It may be deleted at any time after: whoever changes it looks at its state
 * under its lock.
 *
 * Return: the fabric with a reference, or NULL.
 */
struct vsn_fabric *vsn_fabric_get(const char *name)
{
	struct vsn_fabric *fabric;

	mutex_lock(&vsn_fabrics_lock);
	fabric = fabric_find(name);
	if (fabric)
		refcount_inc(&fabric->ref);
	mutex_unlock(&vsn_fabrics_lock);
	return fabric;
}

/**
 * vsn_fabric_get_next - walk the fabrics
 * @id: id of the last one seen; 0 to begin
 *
 * Return: the next fabric with a reference, or NULL.
 */
struct vsn_fabric *vsn_fabric_get_next(u32 id)
{
	struct vsn_fabric *fabric, *next = NULL;

	mutex_lock(&vsn_fabrics_lock);
	list_for_each_entry(fabric, &vsn_fabrics, node) {
		if (fabric->id > id) {
			refcount_inc(&fabric->ref);
			next = fabric;
			break;
		}
	}
	mutex_unlock(&vsn_fabrics_lock);
	return next;
}

/**
 * vsn_fabric_put - drop a reference
 * @fabric: the fabric; its memory goes with the last one
 *
 * May sleep.
 */
void vsn_fabric_put(struct vsn_fabric *fabric)
{
	if (refcount_dec_and_test(&fabric->ref))
		fabric_free(fabric);
}

/**
 * vsn_fabric_check - is it committed and not deleted?
 * @fabric: the caller holds a reference
 *
 * If so, the parts of the fabric may be used for as long as the reference is held.
 *
 * Return: 0; -ENODEV it was deleted, -EINVAL it is a draft.
 */
int vsn_fabric_check(struct vsn_fabric *fabric)
{
	int err = 0;

	mutex_lock(&fabric->lock);
	if (fabric->dead)
		err = -ENODEV;
	else if (fabric->state != VSN_FABRIC_STATE_READY)
		err = -EINVAL;
	mutex_unlock(&fabric->lock);
	return err;
}

/**
 * vsn_fabrics_generation - count of changes of the list
 *
 * Return: a number, never zero, that differs once a fabric has come or gone.
 */
u32 vsn_fabrics_generation(void)
{
	u32 seq;

	mutex_lock(&vsn_fabrics_lock);
	seq = generation ? generation : 1;
	mutex_unlock(&vsn_fabrics_lock);
	return seq;
}

/**
 * vsn_fabric_use - become a user: a file of its device is opened
 * @fabric: the fabric, which cannot be freed meanwhile
 *
 * Takes a reference too.
 *
 * Return: 0, or -ENODEV it is deleted or no more than a draft.
 */
int vsn_fabric_use(struct vsn_fabric *fabric)
{
	int err = 0;

	mutex_lock(&fabric->lock);
	if (fabric->dead || fabric->state != VSN_FABRIC_STATE_READY) {
		err = -ENODEV;
	} else {
		fabric->users++;
		refcount_inc(&fabric->ref);
	}
	mutex_unlock(&fabric->lock);
	return err;
}

/**
 * vsn_fabric_unuse - a file of its device is released
 * @fabric: as vsn_fabric_use() got it; may be gone after
 */
void vsn_fabric_unuse(struct vsn_fabric *fabric)
{
	mutex_lock(&fabric->lock);
	fabric->users--;
	mutex_unlock(&fabric->lock);
	vsn_fabric_put(fabric);
}

/**
 * vsn_fabric_exit - delete all fabrics, at module exit
 *
 * The netlink family is gone, and nothing is open.
 */
void vsn_fabric_exit(void)
{
	struct vsn_diag diag;
	struct vsn_fabric *fabric;

	while ((fabric = vsn_fabric_get_next(0))) {
		int err = vsn_fabric_delete(fabric, NULL, &diag);

		vsn_fabric_put(fabric);
		if (WARN_ON_ONCE(err))
			break;
	}
}
