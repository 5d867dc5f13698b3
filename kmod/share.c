// SPDX-License-Identifier: GPL-2.0
/*
 * Sharing: regions that one context exports and another imports.
 *
 * Export makes a token of 128 random bits for a region; who knows that and the
 * region's id may import it into a context of the same fabric, and reaches it there
 * by whatever the context's files do.  The token is asked for once: taking it back
 * keeps others from importing, and those that have imported go on.
 *
 * An import is the region's serial number in the context's rights, and one more in
 * the region's count of imports, under the fabric's lock; a region with imports is
 * not deleted.  It is no pointer, as serial numbers are never used again: what
 * goes all the same, by force, is not reached any more, and the number means nothing.
 */
#include <linux/compiler.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fabric.h"
#include "lease.h"
#include "rights.h"
#include "share.h"
#include "uarg.h"

/* Imports that a context has at most. */
#define MAX_IMPORTS	1024

static_assert(sizeof(struct vsn_export) == 40);
static_assert(sizeof(struct vsn_import) == 64);
static_assert(sizeof(struct vsn_unimport) == 16);

/* In the same time wherever they differ. */
static bool tokens_equal(const u64 *a, const u64 *b)
{
	u64 diff = (a[0] ^ b[0]) | (a[1] ^ b[1]);

	OPTIMIZER_HIDE_VAR(diff);
	return !diff;
}

/* Take back a token; fabric->lock held. */
static void region_unexport(struct vsn_region *region)
{
	region->exported = false;
	memzero_explicit(region->token, sizeof(region->token));
}

/* Whatever the context can see, but has not from others. */
static int own_region(struct vsn_rights *rights, u64 ua, struct vsn_region **out)
{
	struct vsn_region *region = vsn_rights_region_get(rights, ua);
	int err = 0;

	if (!region)
		return -EFAULT;
	if (vsn_region_is_window(region))
		err = -EFAULT;
	else if (rights->partition && region->partition != rights->partition)
		err = -EPERM;
	if (err)
		vsn_region_put(region);
	*out = region;
	return err;
}

/**
 * vsn_share_export - VSN_IOC_EXPORT
 * @rights: the context's
 * @uarg: struct vsn_export
 *
 * Return: 0; -EINVAL flags or a reserved field; -EFAULT no region of the context is
 * there; -EPERM it is imported; -ENOENT there is no token to take back.
 */
int vsn_share_export(struct vsn_rights *rights, void __user *uarg)
{
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_region *region;
	struct vsn_export arg;
	bool fresh = false;
	int err;

	err = vsn_uarg_get(&arg, sizeof(arg), sizeof(arg), uarg);
	if (err)
		return err;
	if (arg.flags & ~VSN_EXPORT_REVOKE || arg.reserved)
		return -EINVAL;
	err = own_region(rights, arg.ua, &region);
	if (err)
		return err;

	mutex_lock(&fabric->lock);
	if (arg.flags & VSN_EXPORT_REVOKE) {
		err = region->exported ? 0 : -ENOENT;
		region_unexport(region);
	} else if (!region->exported) {
		get_random_bytes(region->token, sizeof(region->token));
		region->exported = true;
		fresh = true;
	}
	memcpy(arg.token, region->token, sizeof(arg.token));
	mutex_unlock(&fabric->lock);
	if (err)
		goto out_put;
	arg.id = region->id;
	err = vsn_uarg_put(&arg, sizeof(arg), uarg);
	if (err && fresh) {
		mutex_lock(&fabric->lock);
		if (tokens_equal(region->token, arg.token))
			region_unexport(region);
		mutex_unlock(&fabric->lock);
	}
	memzero_explicit(&arg, sizeof(arg));
out_put:
	vsn_region_put(region);
	return err;
}

/* fabric->lock held.  Is somebody to look whether the region can go now? */
static bool import_drop(struct vsn_rights *rights, unsigned long serial, u32 id)
{
	struct vsn_region *region;

	lockdep_assert_held(&rights->fabric->lock);
	xa_erase(&rights->imports, serial);
	rights->nr_imports--;
	region = xa_load(&rights->fabric->regions.by_id, id);
	if (!region || region->serial != serial)
		return false;
	WRITE_ONCE(region->nr_imports, region->nr_imports - 1);
	/* Pairs with vsn_region_put(): either that sees this, or we the count. */
	smp_mb();
	return region->orphan;
}

/* A token that nobody has stands in for a region that is not there. */
static struct vsn_region *import_find(struct vsn_rights *rights,
				      const struct vsn_import *arg)
{
	struct vsn_region *region;
	u64 token[2];
	bool equal;

	get_random_bytes(token, sizeof(token));
	region = xa_load(&rights->fabric->regions.by_id, arg->id);
	if (region && region->exported)
		memcpy(token, region->token, sizeof(token));
	else
		region = NULL;
	equal = tokens_equal(token, arg->token);
	memzero_explicit(token, sizeof(token));
	return equal ? region : NULL;
}

/* fabric->lock held; the region stays for as long as that is. */
static int import_add(struct vsn_rights *rights, struct vsn_region *region)
{
	int err;

	if (xa_load(&rights->imports, region->serial))
		return -EEXIST;
	if (rights->nr_imports >= MAX_IMPORTS)
		return -ENOSPC;
	err = xa_err(xa_store(&rights->imports, region->serial, xa_mk_value(region->id),
			      GFP_KERNEL));
	if (err)
		return err;
	rights->nr_imports++;
	WRITE_ONCE(region->nr_imports, region->nr_imports + 1);
	return 0;
}

/**
 * vsn_share_import - VSN_IOC_IMPORT
 * @rights: the context's
 * @uarg: struct vsn_import
 *
 * Return: 0; -EINVAL flags or a reserved field; -EACCES there is no such region, it is
 * not exported, or the token is another one; -EEXIST the context has imported it;
 * -ENOSPC it has imported too many; -EFAULT; -ENOMEM.
 */
int vsn_share_import(struct vsn_rights *rights, void __user *uarg)
{
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_region *region;
	struct vsn_import arg;
	unsigned long serial = 0;
	bool reap = false;
	int err;

	err = vsn_uarg_get(&arg, sizeof(arg), sizeof(arg), uarg);
	if (err)
		return err;
	if (arg.flags || arg.reserved || arg.reserved2)
		return -EINVAL;

	mutex_lock(&fabric->lock);
	region = import_find(rights, &arg);
	err = region ? import_add(rights, region) : -EACCES;
	if (!err) {
		serial = region->serial;
		arg.ua = region->place.ua;
		arg.length = region->place.size;
		arg.homes = region->place.nr_homes;
		arg.granule = arg.homes > 1 ? 1ULL << region->place.granule_shift : 0;
	}
	mutex_unlock(&fabric->lock);
	if (err)
		return err;
	err = vsn_uarg_put(&arg, sizeof(arg), uarg);
	if (!err)
		return 0;
	mutex_lock(&fabric->lock);
	if (xa_load(&rights->imports, serial))
		reap = import_drop(rights, serial, arg.id);
	mutex_unlock(&fabric->lock);
	if (reap)
		vsn_leases_reap(fabric);
	return err;
}

/**
 * vsn_share_unimport - VSN_IOC_UNIMPORT
 * @rights: the context's
 * @uarg: struct vsn_unimport
 *
 * What is mapped stays so until it is unmapped, as far as it was touched; what was
 * submitted is executed.
 *
 * Return: 0; -EINVAL flags or a reserved field; -ENOENT the context has not imported
 * it; -EFAULT.
 */
int vsn_share_unimport(struct vsn_rights *rights, const void __user *uarg)
{
	struct vsn_fabric *fabric = rights->fabric;
	struct vsn_unimport arg;
	unsigned long serial;
	bool reap = false;
	void *entry;
	int err;

	err = vsn_uarg_get(&arg, sizeof(arg), sizeof(arg), uarg);
	if (err)
		return err;
	if (arg.flags || arg.reserved)
		return -EINVAL;
	err = -ENOENT;
	mutex_lock(&fabric->lock);
	xa_for_each(&rights->imports, serial, entry) {
		if (xa_to_value(entry) == arg.id) {
			reap |= import_drop(rights, serial, arg.id);
			err = 0;
		}
	}
	mutex_unlock(&fabric->lock);
	if (reap)
		vsn_leases_reap(fabric);
	return err;
}

/**
 * vsn_share_end - drop all imports
 * @rights: the last reference is gone; fabric->lock is taken
 */
void vsn_share_end(struct vsn_rights *rights)
{
	struct vsn_fabric *fabric = rights->fabric;
	unsigned long serial;
	bool reap = false;
	void *entry;

	if (!xa_empty(&rights->imports)) {
		mutex_lock(&fabric->lock);
		xa_for_each(&rights->imports, serial, entry)
			reap |= import_drop(rights, serial, xa_to_value(entry));
		mutex_unlock(&fabric->lock);
	}
	if (reap)
		vsn_leases_reap(fabric);
	xa_destroy(&rights->imports);
}
