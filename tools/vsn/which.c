// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "which.h"

void arg_region(struct args *a, struct which *which)
{
	which->name = NULL;
	which->id = 0;
	if (a->argc > 1 && arg_is(a, "name")) {
		which->name = arg_need(a, "name of the region");
		return;
	}
	if ((a->argc > 1 && arg_is(a, "id")) ||
	    (a->argc && a->argv[0][0] && !a->argv[0][strspn(a->argv[0], "0123456789")]))
		which->id = arg_number(a, "id", 1, UINT32_MAX);
	else
		which->name = arg_need(a, "id or name of the region");
}

int which_get(struct vsn_ctl *ctl, const char *fabric, const struct which *which,
	      struct vsn_ctl_region **region)
{
	if (which->name)
		return vsn_ctl_region_get_name(ctl, fabric, which->name, region);
	return vsn_ctl_region_get(ctl, fabric, which->id, region);
}

int which_id(struct vsn_ctl *ctl, const char *fabric, const struct which *which, uint32_t *id)
{
	struct vsn_ctl_region *region;
	int err;

	*id = which->id;
	if (!which->name)
		return 0;
	err = which_get(ctl, fabric, which, &region);
	if (err)
		return err;
	*id = region->id;
	vsn_ctl_region_free(region);
	return 0;
}

int which_failed(const struct vsn_ctl *ctl, int err, const struct which *which,
		 const char *fabric)
{
	if (which->name)
		return ctl_failed(ctl, err, "region %s of fabric %s", which->name, fabric);
	return ctl_failed(ctl, err, "region %u of fabric %s", which->id, fabric);
}
