// SPDX-License-Identifier: GPL-2.0
/* Links and their counters. */
#include <string.h>

#include "internal.h"

static void link_parse(struct vsn_ctl_link *k, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	memset(k, 0, sizeof(*k));
	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_LINK_FABRIC:
			vsn_get_str(k->fabric, sizeof(k->fabric), nla);
			break;
		case VSN_A_LINK_ID:
			k->id = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_NAME:
			vsn_get_str(k->name, sizeof(k->name), nla);
			break;
		case VSN_A_LINK_NETWORK:
			vsn_get_str(k->network, sizeof(k->network), nla);
			break;
		case VSN_A_LINK_TIER:
			vsn_get_str(k->tier, sizeof(k->tier), nla);
			break;
		case VSN_A_LINK_PLANE:
			k->plane = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_DIRECTION:
			k->direction = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_BANDWIDTH:
			k->bandwidth = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_LATENCY:
			k->latency = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_PAYLOAD:
			k->payload = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_WIRE:
			k->wire = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_TRANSFERS:
			k->transfers = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_BUSY:
			k->busy = vsn_get_uint(nla);
			break;
		}
	}
}

static int link_fill(const struct nlmsghdr *nlh, void *arg)
{
	link_parse(arg, nlh);
	return 0;
}

/**
 * vsn_ctl_link_get() - get a link
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: id of the link
 * @link: out: the link
 *
 * Return: 0, -ENOENT no such fabric or link, or another negative errno.
 */
int vsn_ctl_link_get(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		     struct vsn_ctl_link *link)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_LINK_GET, 256);
	vsn_put_str(&req, VSN_A_LINK_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_LINK_ID, id);
	return vsn_request_do(&req, link_fill, link);
}

struct link_list {
	vsn_ctl_link_fn fn;
	void *arg;
};

static int link_each(const struct nlmsghdr *nlh, void *arg)
{
	struct link_list *l = arg;
	struct vsn_ctl_link k;

	link_parse(&k, nlh);
	return l->fn(&k, l->arg);
}

/**
 * vsn_ctl_link_list() - list a fabric's links
 * @ctl: handle
 * @fabric: name of the fabric
 * @filter: which, or NULL for all
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int vsn_ctl_link_list(struct vsn_ctl *ctl, const char *fabric,
		      const struct vsn_ctl_link_filter *filter,
		      vsn_ctl_link_fn fn, void *arg)
{
	struct link_list l = { fn, arg };
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_LINK_GET, 1024);
	vsn_put_str(&req, VSN_A_LINK_FABRIC, fabric);
	if (filter && filter->network)
		vsn_put_str(&req, VSN_A_LINK_NETWORK, filter->network);
	if (filter && filter->tier)
		vsn_put_str(&req, VSN_A_LINK_TIER, filter->tier);
	if (filter && filter->active)
		vsn_put_flag(&req, VSN_A_LINK_ACTIVE);
	return vsn_request_dump(&req, link_each, &l);
}
