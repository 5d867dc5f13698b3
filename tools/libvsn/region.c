// SPDX-License-Identifier: GPL-2.0
/* Regions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char * const placements[] = {
	[VSN_PLACEMENT_LIST] = "list",
	[VSN_PLACEMENT_HOME] = "home",
	[VSN_PLACEMENT_INTERLEAVE] = "interleave",
	[VSN_PLACEMENT_LOCAL] = "local",
	[VSN_PLACEMENT_SPREAD] = "spread",
};

const char *vsn_ctl_placement_name(uint32_t policy)
{
	return policy && policy < ARRAY_SIZE(placements) ? placements[policy] : "unknown";
}

uint32_t vsn_ctl_placement_value(const char *name)
{
	uint32_t i;

	for (i = 1; i < ARRAY_SIZE(placements); i++)
		if (!strcmp(name, placements[i]))
			return i;
	return 0;
}

/* On failure, too, the caller clears it. */
int vsn_region_parse(struct vsn_ctl_region *r, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	uint32_t *home;
	int rem;

	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_REGION_FABRIC:
			vsn_get_str(r->fabric, sizeof(r->fabric), nla);
			break;
		case VSN_A_REGION_ID:
			r->id = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_SIZE:
			r->size = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_HOME:
			home = vsn_array_add(&r->homes, &r->nr_homes, sizeof(*home));
			if (!home)
				return -ENOMEM;
			*home = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_HOME_COUNT:
			r->home_count = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_GRANULE:
			r->granule = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_HUGE:
			r->huge = true;
			break;
		case VSN_A_REGION_UA:
			r->ua = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_RESIDENT:
			r->resident = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_POISONED:
			r->poisoned = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_OFFSET:
			r->offset = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_LENGTH:
			r->length = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_HEAL:
			r->heal = true;
			break;
		case VSN_A_REGION_MODE:
			r->mode = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_DIR_GRANULE:
			r->dir_granule = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_DIR_FROM_HOME:
			r->from_home = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_DIR_FROM_WRITER:
			r->from_writer = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_DIR_WRITTEN_BACK:
			r->written_back = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_DIR_INVALIDATIONS:
			r->invalidations = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_VIOLATIONS:
			r->violations = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_PINNED:
			r->pinned = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_NAME:
			vsn_get_str(r->name, sizeof(r->name), nla);
			break;
		case VSN_A_REGION_POLICY:
			r->policy = vsn_get_uint(nla);
			break;
		case VSN_A_REGION_PARTITION:
			vsn_get_str(r->partition, sizeof(r->partition), nla);
			break;
		case VSN_A_REGION_LEASED:
			r->leased = true;
			break;
		case VSN_A_REGION_EXPORTED:
			r->exported = true;
			break;
		case VSN_A_REGION_IMPORTS:
			r->imports = vsn_get_uint(nla);
			break;
		}
	}
	if (!r->home_count)
		r->home_count = r->nr_homes;
	return 0;
}

void vsn_region_clear(struct vsn_ctl_region *r)
{
	free(r->homes);
	memset(r, 0, sizeof(*r));
}

void vsn_ctl_region_free(struct vsn_ctl_region *region)
{
	if (!region)
		return;
	vsn_region_clear(region);
	free(region);
}

static int region_fill(const struct nlmsghdr *nlh, void *arg)
{
	vsn_region_clear(arg);
	return vsn_region_parse(arg, nlh);
}

/* Run a request whose reply is a region. */
static int region_do(struct vsn_request *req, struct vsn_ctl_region **region)
{
	struct vsn_ctl_region *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		req->err = -ENOMEM;
	err = vsn_request_do(req, region_fill, r);
	if (err || !region) {
		vsn_ctl_region_free(r);
		return err;
	}
	*region = r;
	return 0;
}

/**
 * vsn_ctl_region_add() - allocate a region
 * @ctl: handle
 * @fabric: name of the fabric
 * @spec: what to allocate
 * @region: out: the region, to be freed with vsn_ctl_region_free(); may be NULL
 *
 * Return: 0, -ENOENT no such fabric, partition or dimension, or no endpoint matches, -ENOSPC a home
 * is full and the text names it, or none that matches has room, -EHOSTUNREACH none can be
 * reached, -EEXIST a region has that name, -EDQUOT the
 * partition's quota, -EINVAL the kernel refused a value, -EPERM, or
 * another negative errno.
 */
int vsn_ctl_region_add(struct vsn_ctl *ctl, const char *fabric,
		       const struct vsn_ctl_region_spec *spec,
		       struct vsn_ctl_region **region)
{
	struct vsn_request req;
	struct nlattr *nest;
	size_t i;

	vsn_request_alloc(&req, ctl, VSN_CMD_REGION_NEW,
			  256 + 8 * spec->nr_homes + 64 * spec->nr_where);
	vsn_put_str(&req, VSN_A_REGION_FABRIC, fabric);
	vsn_put_u64(&req, VSN_A_REGION_SIZE, spec->size);
	for (i = 0; i < spec->nr_homes; i++)
		vsn_put_u32(&req, VSN_A_REGION_HOME, spec->homes[i]);
	if (spec->granule)
		vsn_put_u64(&req, VSN_A_REGION_GRANULE, spec->granule);
	if (spec->huge)
		vsn_put_flag(&req, VSN_A_REGION_HUGE);
	if (spec->mode)
		vsn_put_u32(&req, VSN_A_REGION_MODE, spec->mode);
	if (spec->dir_granule)
		vsn_put_u64(&req, VSN_A_REGION_DIR_GRANULE, spec->dir_granule);
	if (spec->name)
		vsn_put_str(&req, VSN_A_REGION_NAME, spec->name);
	if (spec->policy)
		vsn_put_u32(&req, VSN_A_REGION_POLICY, spec->policy);
	if (spec->kind)
		vsn_put_u32(&req, VSN_A_REGION_KIND, spec->kind);
	for (i = 0; i < spec->nr_where; i++) {
		nest = vsn_put_nest(&req, VSN_A_REGION_WHERE);
		vsn_put_str(&req, VSN_A_WHERE_DIM, spec->where[i].dim);
		vsn_put_u32(&req, VSN_A_WHERE_DIGIT, spec->where[i].digit);
		vsn_put_nest_end(&req, nest);
	}
	if (spec->near)
		vsn_put_u32(&req, VSN_A_REGION_NEAR, *spec->near);
	if (spec->count)
		vsn_put_u32(&req, VSN_A_REGION_COUNT, spec->count);
	if (spec->partition)
		vsn_put_str(&req, VSN_A_REGION_PARTITION, spec->partition);
	return region_do(&req, region);
}

/**
 * vsn_ctl_region_get() - get a region
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: id of the region
 * @region: out: the region, to be freed with vsn_ctl_region_free()
 *
 * Return: 0, -ENOENT no such fabric or region, or another negative errno.
 */
int vsn_ctl_region_get(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		       struct vsn_ctl_region **region)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_REGION_GET, 256);
	vsn_put_str(&req, VSN_A_REGION_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_REGION_ID, id);
	return region_do(&req, region);
}

/**
 * vsn_ctl_region_get_name() - get a region by its name
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the region
 * @region: out: the region, to be freed with vsn_ctl_region_free()
 *
 * Return: as vsn_ctl_region_get().
 */
int vsn_ctl_region_get_name(struct vsn_ctl *ctl, const char *fabric, const char *name,
			    struct vsn_ctl_region **region)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_REGION_GET, 256);
	vsn_put_str(&req, VSN_A_REGION_FABRIC, fabric);
	vsn_put_str(&req, VSN_A_REGION_NAME, name);
	return region_do(&req, region);
}

/**
 * vsn_ctl_region_del() - free a region that nothing uses
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: id of the region
 *
 * Return: 0, -ENOENT, -EBUSY it is in use, -EPERM, or another negative errno.
 */
int vsn_ctl_region_del(struct vsn_ctl *ctl, const char *fabric, uint32_t id)
{
	return vsn_ctl_region_remove(ctl, fabric, NULL, id, false);
}

/**
 * vsn_ctl_region_poison() - poison a range of a region, or make it good again
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: id of the region
 * @offset: of the range, a multiple of 4 KiB
 * @length: bytes, same; 0: up to the region's end
 * @heal: make it good again
 *
 * Return: 0; -ENOENT; -EINVAL no multiple of 4 KiB; -ERANGE not within the region;
 * -ENOSPC there are as many ranges as there may be; -EPERM; or another negative errno.
 */
int vsn_ctl_region_poison(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
			  uint64_t offset, uint64_t length, bool heal)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_REGION_POISON, 256);
	vsn_put_str(&req, VSN_A_REGION_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_REGION_ID, id);
	vsn_put_u64(&req, VSN_A_REGION_OFFSET, offset);
	if (length)
		vsn_put_u64(&req, VSN_A_REGION_LENGTH, length);
	if (heal)
		vsn_put_flag(&req, VSN_A_REGION_HEAL);
	return vsn_request_do(&req, NULL, NULL);
}

/**
 * vsn_ctl_region_remove() - free a region by id or name
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the region, or NULL
 * @id: without a name: its id
 * @force: even if it is in use: its mappings get SIGBUS, and operations that name it
 *	end with -EIO
 *
 * Return: as vsn_ctl_region_del().
 */
int vsn_ctl_region_remove(struct vsn_ctl *ctl, const char *fabric, const char *name,
			  uint32_t id, bool force)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_REGION_DEL, 256);
	vsn_put_str(&req, VSN_A_REGION_FABRIC, fabric);
	if (name)
		vsn_put_str(&req, VSN_A_REGION_NAME, name);
	else
		vsn_put_u32(&req, VSN_A_REGION_ID, id);
	if (force)
		vsn_put_flag(&req, VSN_A_REGION_FORCE);
	return vsn_request_do(&req, NULL, NULL);
}

struct region_list {
	struct vsn_ctl *ctl;
	vsn_ctl_region_fn fn;
	void *arg;
};

static int region_each(const struct nlmsghdr *nlh, void *arg)
{
	struct vsn_ctl_region r = { 0 };
	struct region_list *l = arg;
	int err;

	err = vsn_region_parse(&r, nlh);
	if (err)
		vsn_fail(l->ctl, err, "out of memory");
	else
		err = l->fn(&r, l->arg);
	vsn_region_clear(&r);
	return err;
}

/**
 * vsn_ctl_region_list() - list a fabric's regions
 * @ctl: handle
 * @fabric: name of the fabric
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int vsn_ctl_region_list(struct vsn_ctl *ctl, const char *fabric,
			vsn_ctl_region_fn fn, void *arg)
{
	return vsn_ctl_region_list_of(ctl, fabric, NULL, fn, arg);
}

/**
 * vsn_ctl_region_list_of() - list the regions of a partition
 * @ctl: handle
 * @fabric: name of the fabric
 * @partition: name of the partition; NULL: all of the fabric's regions
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, -ENOENT, or another negative errno.
 */
int vsn_ctl_region_list_of(struct vsn_ctl *ctl, const char *fabric, const char *partition,
			   vsn_ctl_region_fn fn, void *arg)
{
	struct region_list l = { ctl, fn, arg };
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_REGION_GET, 256);
	vsn_put_str(&req, VSN_A_REGION_FABRIC, fabric);
	if (partition)
		vsn_put_str(&req, VSN_A_REGION_PARTITION, partition);
	return vsn_request_dump(&req, region_each, &l);
}
