// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: faults, and what a fabric does about them.
 *
 * They are the scheduler's, so engine->lock protects them and the order of their
 * notifications, of which some are of events that a RUN executes.
 */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "fabric.h"
#include "netlink.h"

/* Longest name of a link: two switches of VSN_MAX_DIMS prefixes and digits */
#define LINK_NAME	768

/* @hdr: what genlmsg_put() returned; engine->lock held */
static int put_fault(struct sk_buff *skb, void *hdr, struct vsn_fabric *fabric,
		     const struct vsn_fault *f)
{
	const struct vsn_topo *topo = &fabric->topo;
	char name[LINK_NAME];
	int type;

	if (!hdr)
		return -EMSGSIZE;
	switch (f->kind) {
	case VSN_SITE_SWITCH:
		type = VSN_A_FAULT_SWITCH;
		vsn_topo_switch_name(topo, f->target, name, sizeof(name));
		break;
	case VSN_SITE_ENDPOINT:
		type = VSN_A_FAULT_ENDPOINT;
		vsn_topo_endpoint_name(topo, f->target, name, sizeof(name));
		break;
	default:
		type = VSN_A_FAULT_LINK;
		vsn_topo_link_name(topo, f->target, name, sizeof(name));
	}
	if (nla_put_string(skb, VSN_A_FAULT_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_FAULT_ID, f->id) ||
	    nla_put_u32(skb, type, f->target) ||
	    nla_put_string(skb, VSN_A_FAULT_NAME, name) ||
	    nla_put_u32(skb, VSN_A_FAULT_STATE, f->state) ||
	    (f->what.down && nla_put_flag(skb, VSN_A_FAULT_DOWN)) ||
	    (f->what.bandwidth != VSN_BANDWIDTH_ALL &&
	     nla_put_u32(skb, VSN_A_FAULT_BANDWIDTH_PART, f->what.bandwidth)) ||
	    (f->what.latency &&
	     nla_put_uint(skb, VSN_A_FAULT_EXTRA_LATENCY, f->what.latency)) ||
	    (f->what.errors &&
	     nla_put_uint(skb, VSN_A_FAULT_ERROR_RATE, f->what.errors)) ||
	    nla_put_uint(skb, VSN_A_FAULT_AT, f->at) ||
	    (f->until != VSN_TIME_MAX &&
	     nla_put_uint(skb, VSN_A_FAULT_UNTIL, f->until))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * vsn_nl_notify_fault - tell that a fault was scheduled, has begun or is over
 * @fabric: the fabric; engine->lock held
 * @f: the fault
 */
void vsn_nl_notify_fault(struct vsn_fabric *fabric, const struct vsn_fault *f)
{
	struct sk_buff *skb;

	lockdep_assert_held(&fabric->engine.lock);
	if (f->begun)
		vsn_nl_notify_state(fabric, f->kind, f->target);
	if (f->manual)
		return;
	skb = vsn_nl_notify_new(0);
	if (!skb)
		return;
	if (put_fault(skb, genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_FAULT_NTF),
		      fabric, f))
		nlmsg_free(skb);
	else
		vsn_nl_notify(skb);
}

/* The fault of an id, or the first after it; not what link-set has set */
static const struct vsn_fault *find_fault(struct vsn_fabric *fabric, u32 from)
{
	const struct vsn_fault *f = vsn_fault_find(&fabric->engine.sched, from);

	while (f && f->manual)
		f = f->next;
	return f;
}

int vsn_nl_fault_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_FAULT_ID];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	const struct vsn_fault *f;
	struct sk_buff *msg;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attr)
		return vsn_nl_missing(info->extack, NULL, VSN_A_FAULT_ID, "id");
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	vsn_engine_lock(fabric);
	f = find_fault(fabric, nla_get_u32(attr));
	if (f && f->id == nla_get_u32(attr))
		err = put_fault(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
						       VSN_CMD_FAULT_GET),
				fabric, f);
	else
		err = vsn_nl_refuse(info->extack, attr, -ENOENT, "id %u: no such fault",
				    nla_get_u32(attr));
	mutex_unlock(&fabric->engine.lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

int vsn_nl_fault_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	const struct vsn_fault *f;
	struct vsn_fabric *fabric;
	void *hdr;
	int err = 0;

	fabric = vsn_nl_dump_begin(cb);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);
	vsn_engine_lock(fabric);
	/* 0 would be no generation at all. */
	cb->seq = fabric->engine.sched.faults.changes + 1;
	for (f = find_fault(fabric, ctx->next); f; f = f->next) {
		if (f->manual)
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vsn_nl_family, NLM_F_MULTI, VSN_CMD_FAULT_GET);
		if (hdr)
			genl_dump_check_consistent(cb, hdr);
		err = put_fault(skb, hdr, fabric, f);
		if (err)
			break;
		ctx->next = f->id + 1;
	}
	mutex_unlock(&fabric->engine.lock);
	vsn_fabric_put(fabric);
	return err;
}

static int parse_target(struct genl_info *info, struct vsn_fault *want)
{
	static const u32 types[] = {
		[VSN_SITE_LINK] = VSN_A_FAULT_LINK,
		[VSN_SITE_SWITCH] = VSN_A_FAULT_SWITCH,
		[VSN_SITE_ENDPOINT] = VSN_A_FAULT_ENDPOINT,
	};
	const struct nlattr *attr, *found = NULL;
	u8 kind;

	for (kind = 0; kind < ARRAY_SIZE(types); kind++) {
		attr = info->attrs[types[kind]];
		if (!attr)
			continue;
		if (found)
			return vsn_nl_refuse(info->extack, attr, -EINVAL,
					     "link, switch and endpoint: give one of them");
		found = attr;
		want->kind = kind;
		want->target = nla_get_u32(attr);
	}
	if (!found)
		return vsn_nl_missing(info->extack, NULL, VSN_A_FAULT_LINK,
				      "link, switch or endpoint");
	return 0;
}

static const struct vsn_nl_word words[] = {
	{ "link ", VSN_A_FAULT_LINK },
	{ "switch ", VSN_A_FAULT_SWITCH },
	{ "endpoint ", VSN_A_FAULT_ENDPOINT },
	{ "bandwidth", VSN_A_FAULT_BANDWIDTH_PART },
	{ "extra-latency", VSN_A_FAULT_EXTRA_LATENCY },
	{ "error-rate", VSN_A_FAULT_ERROR_RATE },
	{ "at", VSN_A_FAULT_AT },
	{ "until", VSN_A_FAULT_UNTIL },
	{ },
};

/* What only a link can have, or nothing at all */
static int check_what(struct genl_info *info, const struct vsn_fault *want)
{
	static const u32 of_links[] = {
		VSN_A_FAULT_BANDWIDTH_PART, VSN_A_FAULT_EXTRA_LATENCY,
		VSN_A_FAULT_ERROR_RATE,
	};
	bool any = info->attrs[VSN_A_FAULT_DOWN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of_links); i++) {
		const struct nlattr *attr = info->attrs[of_links[i]];

		if (attr && want->kind != VSN_SITE_LINK)
			return vsn_nl_refuse(info->extack, attr, -EINVAL,
					     "%s is up or down, nothing else",
					     want->kind == VSN_SITE_SWITCH ? "a switch" :
									     "an endpoint");
		any = any || attr;
	}
	if (!any)
		return vsn_nl_missing(info->extack, NULL, VSN_A_FAULT_DOWN,
				      "what it does");
	return 0;
}

int vsn_nl_fault_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fault want = {
		.until = VSN_TIME_MAX,
		.what.bandwidth = VSN_BANDWIDTH_ALL,
	};
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_sched *s = &fabric->engine.sched;
	struct nlattr **attrs = info->attrs;
	struct vsn_diag diag;
	struct sk_buff *msg;
	u32 id;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (!err)
		err = parse_target(info, &want);
	if (!err)
		err = check_what(info, &want);
	if (err)
		return err;
	want.what.down = nla_get_flag(attrs[VSN_A_FAULT_DOWN]);
	if (attrs[VSN_A_FAULT_BANDWIDTH_PART])
		want.what.bandwidth = nla_get_u32(attrs[VSN_A_FAULT_BANDWIDTH_PART]);
	if (attrs[VSN_A_FAULT_EXTRA_LATENCY])
		want.what.latency = nla_get_uint(attrs[VSN_A_FAULT_EXTRA_LATENCY]);
	if (attrs[VSN_A_FAULT_ERROR_RATE])
		want.what.errors = nla_get_uint(attrs[VSN_A_FAULT_ERROR_RATE]);
	if (attrs[VSN_A_FAULT_UNTIL])
		want.until = nla_get_uint(attrs[VSN_A_FAULT_UNTIL]);
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	vsn_engine_lock(fabric);
	want.at = s->now;
	if (attrs[VSN_A_FAULT_AT])
		want.at = nla_get_uint(attrs[VSN_A_FAULT_AT]);
	err = want.kind == VSN_SITE_ENDPOINT ? vsn_outage_arm(fabric) : 0;
	if (err)
		err = vsn_refuse(&diag, err, "no memory for endpoints that are down");
	else
		err = vsn_fault_add(s, &want, &id, &diag);
	if (err)
		err = vsn_nl_refuse_word(info, words, &diag, err);
	else
		err = put_fault(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
						       VSN_CMD_FAULT_NEW),
				fabric, vsn_fault_find(s, id));
	mutex_unlock(&fabric->engine.lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

int vsn_nl_fault_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_FAULT_ID];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_diag diag;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attr)
		return vsn_nl_missing(info->extack, NULL, VSN_A_FAULT_ID, "id");
	vsn_engine_lock(fabric);
	err = vsn_fault_del(&fabric->engine.sched, nla_get_u32(attr), &diag);
	mutex_unlock(&fabric->engine.lock);
	return err ? vsn_nl_refuse(info->extack, attr, err, "%s", diag.msg) : 0;
}

/* @hdr: what genlmsg_put() returned; engine->lock held */
static int put_policy(struct sk_buff *skb, void *hdr, struct vsn_fabric *fabric)
{
	struct vsn_fault_policy policy;

	if (!hdr)
		return -EMSGSIZE;
	vsn_fault_get_policy(&fabric->engine.sched, &policy);
	if (nla_put_string(skb, VSN_A_FAULT_POLICY_FABRIC, fabric->name) ||
	    nla_put_uint(skb, VSN_A_FAULT_POLICY_DETECT, policy.detect) ||
	    nla_put_u32(skb, VSN_A_FAULT_POLICY_LOST,
			policy.give_up ? VSN_LOST_ERROR : VSN_LOST_REPLAY) ||
	    nla_put_uint(skb, VSN_A_FAULT_POLICY_SEED, policy.seed)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int vsn_nl_fault_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct sk_buff *msg;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	vsn_engine_lock(fabric);
	err = put_policy(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
						VSN_CMD_FAULT_POLICY_GET),
			 fabric);
	mutex_unlock(&fabric->engine.lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

static void notify_policy(struct vsn_fabric *fabric)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);

	if (!skb)
		return;
	if (put_policy(skb, genlmsg_put(skb, 0, 0, &vsn_nl_family, 0,
					VSN_CMD_FAULT_POLICY_NTF),
		       fabric))
		nlmsg_free(skb);
	else
		vsn_nl_notify(skb);
}

int vsn_nl_fault_policy_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_sched *s = &fabric->engine.sched;
	struct nlattr **attrs = info->attrs;
	struct vsn_fault_policy policy;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attrs[VSN_A_FAULT_POLICY_DETECT] && !attrs[VSN_A_FAULT_POLICY_LOST] &&
	    !attrs[VSN_A_FAULT_POLICY_SEED])
		return vsn_nl_missing(info->extack, NULL, VSN_A_FAULT_POLICY_DETECT,
				      "detect, lost or seed");
	vsn_engine_lock(fabric);
	vsn_fault_get_policy(s, &policy);
	if (attrs[VSN_A_FAULT_POLICY_DETECT])
		policy.detect = nla_get_uint(attrs[VSN_A_FAULT_POLICY_DETECT]);
	if (attrs[VSN_A_FAULT_POLICY_LOST])
		policy.give_up = nla_get_u32(attrs[VSN_A_FAULT_POLICY_LOST]) ==
				 VSN_LOST_ERROR;
	if (attrs[VSN_A_FAULT_POLICY_SEED])
		policy.seed = nla_get_uint(attrs[VSN_A_FAULT_POLICY_SEED]);
	err = vsn_fault_set_policy(s, &policy);
	if (!err)
		notify_policy(fabric);
	mutex_unlock(&fabric->engine.lock);
	if (err)
		NL_SET_ERR_MSG(info->extack, "no memory for faults");
	return err;
}
