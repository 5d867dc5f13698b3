// SPDX-License-Identifier: GPL-2.0
/* Links and their counters. */
#include <errno.h>
#include <string.h>

#include "internal.h"

int vsn_link_parse(struct vsn_ctl_link *k, const struct nlmsghdr *nlh)
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
		case VSN_A_LINK_STATE:
			k->health.state = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_BANDWIDTH_PART:
			k->health.bandwidth_part = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_EXTRA_LATENCY:
			k->health.extra_latency = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_ERROR_RATE:
			k->health.error_rate = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_LOST:
			k->lost = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_REPLAYS:
			k->replays = vsn_get_uint(nla);
			break;
		case VSN_A_LINK_REPLAY_WIRE:
			k->replay_wire = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

static int link_fill(const struct nlmsghdr *nlh, void *arg)
{
	return vsn_link_parse(arg, nlh);
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

	vsn_link_parse(&k, nlh);
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

struct link_search {
	const char *name;
	uint32_t id;
};

static int link_is(const struct vsn_ctl_link *link, void *arg)
{
	struct link_search *search = arg;

	if (strcmp(link->name, search->name))
		return 0;
	search->id = link->id;
	return 1;
}

/**
 * vsn_ctl_link_find() - find a link by its name
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the link; all links are looked at
 * @id: out: its id
 *
 * Return: 0, -ENOENT no such fabric or link, or another negative errno.
 */
int vsn_ctl_link_find(struct vsn_ctl *ctl, const char *fabric, const char *name,
		      uint32_t *id)
{
	struct link_search search = { name, 0 };
	int err = vsn_ctl_link_list(ctl, fabric, NULL, link_is, &search);

	if (!err)
		return vsn_fail(ctl, -ENOENT, "link '%s': no such link", name);
	*id = search.id;
	return err < 0 ? err : 0;
}

/**
 * vsn_ctl_link_set() - set a link, from now on
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: id of the link
 * @health: as it is to be; faults go on beside it
 * @mask: which fields of @health count, of enum vsn_ctl_health_mask
 *
 * Return: 0; -ENOENT no such fabric or link; -ERANGE; -EBUSY it is to be up, and a
 * fault or its switch keeps it down; or another negative errno.
 */
int vsn_ctl_link_set(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		     const struct vsn_ctl_health *health, unsigned int mask)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_LINK_SET, 256);
	vsn_put_str(&req, VSN_A_LINK_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_LINK_ID, id);
	if (mask & VSN_CTL_HEALTH_STATE)
		vsn_put_u32(&req, VSN_A_LINK_STATE, health->state);
	if (mask & VSN_CTL_HEALTH_BANDWIDTH)
		vsn_put_u32(&req, VSN_A_LINK_BANDWIDTH_PART, health->bandwidth_part);
	if (mask & VSN_CTL_HEALTH_LATENCY)
		vsn_put_u64(&req, VSN_A_LINK_EXTRA_LATENCY, health->extra_latency);
	if (mask & VSN_CTL_HEALTH_ERRORS)
		vsn_put_u64(&req, VSN_A_LINK_ERROR_RATE, health->error_rate);
	return vsn_request_do(&req, NULL, NULL);
}
