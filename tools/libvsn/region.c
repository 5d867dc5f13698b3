// SPDX-License-Identifier: GPL-2.0
/* Regions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

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
 * Return: 0, -ENOENT no such fabric or partition, -ENOSPC a home is full and the text
 * names it, -EDQUOT the partition's quota, -EINVAL the kernel refused a value, -EPERM,
 * or another negative errno.
 */
int vsn_ctl_region_add(struct vsn_ctl *ctl, const char *fabric,
		       const struct vsn_ctl_region_spec *spec,
		       struct vsn_ctl_region **region)
{
	struct vsn_request req;
	size_t i;

	vsn_request_alloc(&req, ctl, VSN_CMD_REGION_NEW, 256 + 8 * spec->nr_homes);
	vsn_put_str(&req, VSN_A_REGION_FABRIC, fabric);
	vsn_put_u64(&req, VSN_A_REGION_SIZE, spec->size);
	for (i = 0; i < spec->nr_homes; i++)
		vsn_put_u32(&req, VSN_A_REGION_HOME, spec->homes[i]);
	if (spec->granule)
		vsn_put_u64(&req, VSN_A_REGION_GRANULE, spec->granule);
	if (spec->huge)
		vsn_put_flag(&req, VSN_A_REGION_HUGE);
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
 * vsn_ctl_region_del() - free a region that nothing uses
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: id of the region
 *
 * Return: 0, -ENOENT, -EBUSY it is in use, -EPERM, or another negative errno.
 */
int vsn_ctl_region_del(struct vsn_ctl *ctl, const char *fabric, uint32_t id)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_REGION_DEL, 256);
	vsn_put_str(&req, VSN_A_REGION_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_REGION_ID, id);
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
