// SPDX-License-Identifier: GPL-2.0
/* Faults, and what a fabric does about them. */
#include <string.h>

#include "internal.h"

int vsn_fault_parse(struct vsn_ctl_fault *f, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	memset(f, 0, sizeof(*f));
	f->health.bandwidth_part = VSN_CTL_PART_ALL;
	f->until = VSN_CTL_FOREVER;
	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_FAULT_FABRIC:
			vsn_get_str(f->fabric, sizeof(f->fabric), nla);
			break;
		case VSN_A_FAULT_ID:
			f->id = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_SWITCH:
			f->is_switch = true;
			f->target = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_ENDPOINT:
			f->is_endpoint = true;
			f->target = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_LINK:
			f->target = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_NAME:
			vsn_get_str(f->name, sizeof(f->name), nla);
			break;
		case VSN_A_FAULT_STATE:
			f->state = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_DOWN:
			f->health.state = VSN_LINK_STATE_DOWN;
			break;
		case VSN_A_FAULT_BANDWIDTH_PART:
			f->health.bandwidth_part = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_EXTRA_LATENCY:
			f->health.extra_latency = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_ERROR_RATE:
			f->health.error_rate = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_AT:
			f->at = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_UNTIL:
			f->until = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

static int fault_fill(const struct nlmsghdr *nlh, void *arg)
{
	return vsn_fault_parse(arg, nlh);
}

/**
 * vsn_ctl_fault_add() - add a fault
 * @ctl: handle
 * @want: @fabric, @is_switch, @is_endpoint, @target, @health, @at (VSN_CTL_NOW: now) and @until
 * @fault: out: the fault; may be NULL
 *
 * Return: 0; -ENOENT no such fabric, link, switch or endpoint; -EINVAL it does nothing, or
 * its times are past or the wrong way round; -ERANGE; -ENOSPC there are as many as
 * there may be; or another negative errno.
 */
int vsn_ctl_fault_add(struct vsn_ctl *ctl, const struct vsn_ctl_fault *want,
		      struct vsn_ctl_fault *fault)
{
	const struct vsn_ctl_health *h = &want->health;
	struct vsn_ctl_fault ignored;
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FAULT_NEW, 256);
	vsn_put_str(&req, VSN_A_FAULT_FABRIC, want->fabric);
	if (want->is_endpoint)
		vsn_put_u32(&req, VSN_A_FAULT_ENDPOINT, want->target);
	else
		vsn_put_u32(&req, want->is_switch ? VSN_A_FAULT_SWITCH : VSN_A_FAULT_LINK,
			    want->target);
	if (h->state == VSN_LINK_STATE_DOWN)
		vsn_put_flag(&req, VSN_A_FAULT_DOWN);
	if (h->bandwidth_part != VSN_CTL_PART_ALL)
		vsn_put_u32(&req, VSN_A_FAULT_BANDWIDTH_PART, h->bandwidth_part);
	if (h->extra_latency)
		vsn_put_u64(&req, VSN_A_FAULT_EXTRA_LATENCY, h->extra_latency);
	if (h->error_rate)
		vsn_put_u64(&req, VSN_A_FAULT_ERROR_RATE, h->error_rate);
	if (want->at != VSN_CTL_NOW)
		vsn_put_u64(&req, VSN_A_FAULT_AT, want->at);
	if (want->until != VSN_CTL_FOREVER)
		vsn_put_u64(&req, VSN_A_FAULT_UNTIL, want->until);
	return vsn_request_do(&req, fault_fill, fault ? fault : &ignored);
}

/**
 * vsn_ctl_fault_get() - get a fault
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: its id
 * @fault: out: the fault
 *
 * Return: 0, -ENOENT no such fabric or fault, or another negative errno.
 */
int vsn_ctl_fault_get(struct vsn_ctl *ctl, const char *fabric, uint32_t id,
		      struct vsn_ctl_fault *fault)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FAULT_GET, 256);
	vsn_put_str(&req, VSN_A_FAULT_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_FAULT_ID, id);
	return vsn_request_do(&req, fault_fill, fault);
}

struct fault_list {
	vsn_ctl_fault_fn fn;
	void *arg;
};

static int fault_each(const struct nlmsghdr *nlh, void *arg)
{
	struct fault_list *l = arg;
	struct vsn_ctl_fault f;

	vsn_fault_parse(&f, nlh);
	return l->fn(&f, l->arg);
}

/**
 * vsn_ctl_fault_list() - list a fabric's faults, those to come included
 * @ctl: handle
 * @fabric: name of the fabric
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int vsn_ctl_fault_list(struct vsn_ctl *ctl, const char *fabric, vsn_ctl_fault_fn fn,
		       void *arg)
{
	struct fault_list l = { fn, arg };
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FAULT_GET, 256);
	vsn_put_str(&req, VSN_A_FAULT_FABRIC, fabric);
	return vsn_request_dump(&req, fault_each, &l);
}

/**
 * vsn_ctl_fault_del() - delete a fault; if it is active, it is over now
 * @ctl: handle
 * @fabric: name of the fabric
 * @id: its id
 *
 * Return: 0, -ENOENT no such fabric or fault, or another negative errno.
 */
int vsn_ctl_fault_del(struct vsn_ctl *ctl, const char *fabric, uint32_t id)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FAULT_DEL, 256);
	vsn_put_str(&req, VSN_A_FAULT_FABRIC, fabric);
	vsn_put_u32(&req, VSN_A_FAULT_ID, id);
	return vsn_request_do(&req, NULL, NULL);
}

int vsn_fault_policy_parse(struct vsn_ctl_fault_policy *policy, const struct nlmsghdr *nlh)
{
	struct nlattr *nla;
	int rem;

	memset(policy, 0, sizeof(*policy));
	vsn_for_each_attr(nla, nlh, rem) {
		switch (nla_type(nla)) {
		case VSN_A_FAULT_POLICY_FABRIC:
			vsn_get_str(policy->fabric, sizeof(policy->fabric), nla);
			break;
		case VSN_A_FAULT_POLICY_DETECT:
			policy->detect = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_POLICY_LOST:
			policy->lost = vsn_get_uint(nla);
			break;
		case VSN_A_FAULT_POLICY_SEED:
			policy->seed = vsn_get_uint(nla);
			break;
		}
	}
	return 0;
}

static int policy_fill(const struct nlmsghdr *nlh, void *arg)
{
	return vsn_fault_policy_parse(arg, nlh);
}

/**
 * vsn_ctl_fault_policy_get() - get what a fabric does about faults
 * @ctl: handle
 * @fabric: name of the fabric
 * @policy: out
 *
 * Return: 0, -ENOENT no such fabric, or another negative errno.
 */
int vsn_ctl_fault_policy_get(struct vsn_ctl *ctl, const char *fabric,
			     struct vsn_ctl_fault_policy *policy)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FAULT_POLICY_GET, 256);
	vsn_put_str(&req, VSN_A_FAULT_POLICY_FABRIC, fabric);
	return vsn_request_do(&req, policy_fill, policy);
}

/**
 * vsn_ctl_fault_policy_set() - set what a fabric does about faults
 * @ctl: handle
 * @policy: all of it
 *
 * Return: 0, -ENOENT no such fabric, -EINVAL, or another negative errno.
 */
int vsn_ctl_fault_policy_set(struct vsn_ctl *ctl,
			     const struct vsn_ctl_fault_policy *policy)
{
	struct vsn_request req;

	vsn_request_alloc(&req, ctl, VSN_CMD_FAULT_POLICY_SET, 256);
	vsn_put_str(&req, VSN_A_FAULT_POLICY_FABRIC, policy->fabric);
	vsn_put_u64(&req, VSN_A_FAULT_POLICY_DETECT, policy->detect);
	vsn_put_u32(&req, VSN_A_FAULT_POLICY_LOST, policy->lost);
	vsn_put_u64(&req, VSN_A_FAULT_POLICY_SEED, policy->seed);
	return vsn_request_do(&req, NULL, NULL);
}
