// SPDX-License-Identifier: GPL-2.0
/* Switches. */
#include <string.h>

#include "internal.h"

int vsn_switch_parse(struct vsn_ctl_switch *sw, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	memset(sw, 0, sizeof(*sw));
	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_SWITCH_FABRIC:
			vsn_get_str(sw->fabric, sizeof(sw->fabric), nla);
			break;
		case VSN_A_SWITCH_ID:
			sw->id = vsn_get_uint(nla);
			break;
		case VSN_A_SWITCH_NAME:
			vsn_get_str(sw->name, sizeof(sw->name), nla);
			break;
		case VSN_A_SWITCH_NETWORK:
			vsn_get_str(sw->network, sizeof(sw->network), nla);
			break;
		case VSN_A_SWITCH_TIER:
			vsn_get_str(sw->tier, sizeof(sw->tier), nla);
			break;
		case VSN_A_SWITCH_STATE:
			sw->state = vsn_get_uint(nla);
			break;
		case VSN_A_SWITCH_LOST:
			sw->lost = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

static int switch_fill(const struct nlmsghdr *nlh, void *arg)
{
	return vsn_switch_parse(arg, nlh);
}

/**
 * vsn_ctl_switch_get() - get a switch by its name
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the switch
 * @sw: out: the switch
 *
 * Return: 0, -ENOENT no such fabric or switch, or another negative errno.
 */
int vsn_ctl_switch_get(struct vsn_ctl *ctl, const char *fabric, const char *name,
		       struct vsn_ctl_switch *sw)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_SWITCH_GET, 1024);
	vsn_put_str(&req, VSN_A_SWITCH_FABRIC, fabric);
	vsn_put_str(&req, VSN_A_SWITCH_NAME, name);
	return vsn_request_do(&req, switch_fill, sw);
}

struct switch_list {
	vsn_ctl_switch_fn fn;
	void *arg;
};

static int switch_each(const struct nlmsghdr *nlh, void *arg)
{
	struct switch_list *l = arg;
	struct vsn_ctl_switch sw;

	vsn_switch_parse(&sw, nlh);
	return l->fn(&sw, l->arg);
}

/**
 * vsn_ctl_switch_list() - list a fabric's switches
 * @ctl: handle
 * @fabric: name of the fabric
 * @down: only those that are down
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int vsn_ctl_switch_list(struct vsn_ctl *ctl, const char *fabric, bool down,
			vsn_ctl_switch_fn fn, void *arg)
{
	struct switch_list l = { fn, arg };
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_SWITCH_GET, 256);
	vsn_put_str(&req, VSN_A_SWITCH_FABRIC, fabric);
	if (down)
		vsn_put_flag(&req, VSN_A_SWITCH_DOWN);
	return vsn_request_dump(&req, switch_each, &l);
}

/**
 * vsn_ctl_switch_set() - set a switch, from now on
 * @ctl: handle
 * @fabric: name of the fabric
 * @name: name of the switch
 * @state: enum vsn_link_state; one that is down takes all its links down
 *
 * Return: 0; -ENOENT no such fabric or switch; -EBUSY it is to be up, and a fault
 * keeps it down; or another negative errno.
 */
int vsn_ctl_switch_set(struct vsn_ctl *ctl, const char *fabric, const char *name,
		       uint32_t state)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_SWITCH_SET, 1024);
	vsn_put_str(&req, VSN_A_SWITCH_FABRIC, fabric);
	vsn_put_str(&req, VSN_A_SWITCH_NAME, name);
	vsn_put_u32(&req, VSN_A_SWITCH_STATE, state);
	return vsn_request_do(&req, NULL, NULL);
}
