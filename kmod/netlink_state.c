// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: what state links and switches are in, and setting it. */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "fabric.h"
#include "netlink.h"

/* Longest names of a switch, VSN_MAX_DIMS prefixes and digits; of a link, two */
#define SWITCH_NAME	384
#define LINK_NAME	768

static u32 link_state(const struct vsn_site *site)
{
	return site->health.down ? VSN_LINK_STATE_DOWN : VSN_LINK_STATE_UP;
}

/**
 * vsn_nl_put_health - say how a link is
 * @skb: the message, of which the attribute set is "link"
 * @site: its state
 *
 * Return: 0 or -EMSGSIZE.
 */
int vsn_nl_put_health(struct sk_buff *skb, const struct vsn_site *site)
{
	if (nla_put_u32(skb, VSN_A_LINK_STATE, link_state(site)) ||
	    nla_put_u32(skb, VSN_A_LINK_BANDWIDTH_PART, site->health.bandwidth) ||
	    nla_put_uint(skb, VSN_A_LINK_EXTRA_LATENCY, site->health.latency) ||
	    nla_put_uint(skb, VSN_A_LINK_ERROR_RATE, site->health.errors))
		return -EMSGSIZE;
	return 0;
}

/* engine->lock held */
static int put_link_event(struct sk_buff *skb, struct vsn_fabric *fabric, u32 id)
{
	void *hdr = genlmsg_put(skb, 0, 0, &vsn_nl_family, 0, VSN_CMD_LINK_NTF);
	struct vsn_site site;
	char name[LINK_NAME];

	if (!hdr)
		return -EMSGSIZE;
	vsn_topo_link_name(&fabric->topo, id, name, sizeof(name));
	vsn_fault_link(&fabric->engine.sched, id, &site);
	if (nla_put_string(skb, VSN_A_LINK_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_LINK_ID, id) ||
	    nla_put_string(skb, VSN_A_LINK_NAME, name) ||
	    vsn_nl_put_health(skb, &site))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

/* The network and the tier that a switch belongs to */
static bool find_tier(const struct vsn_topo *topo, u32 sw, const char **network,
		      const char **tier)
{
	u32 n, i;

	for (n = 0; n < topo->nr_networks; n++) {
		const struct vsn_network *net = &topo->networks[n];

		for (i = 0; i < net->nr_tiers; i++) {
			if (sw - net->tiers[i].switch_base >=
			    vsn_topo_tier_switches(net, &net->tiers[i]))
				continue;
			*network = net->name;
			*tier = net->tiers[i].name;
			return true;
		}
	}
	return false;
}

/* @hdr: what genlmsg_put() returned; engine->lock held */
static int put_switch(struct sk_buff *skb, void *hdr, struct vsn_fabric *fabric, u32 id,
		      const struct vsn_site *site)
{
	const char *network, *tier;
	char name[SWITCH_NAME];

	if (!hdr)
		return -EMSGSIZE;
	vsn_topo_switch_name(&fabric->topo, id, name, sizeof(name));
	if (nla_put_string(skb, VSN_A_SWITCH_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_SWITCH_ID, id) ||
	    nla_put_string(skb, VSN_A_SWITCH_NAME, name) ||
	    (find_tier(&fabric->topo, id, &network, &tier) &&
	     (nla_put_string(skb, VSN_A_SWITCH_NETWORK, network) ||
	      nla_put_string(skb, VSN_A_SWITCH_TIER, tier))) ||
	    nla_put_u32(skb, VSN_A_SWITCH_STATE, link_state(site)) ||
	    nla_put_uint(skb, VSN_A_SWITCH_LOST, site->lost)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* engine->lock held */
static int put_switch_event(struct sk_buff *skb, struct vsn_fabric *fabric, u32 id)
{
	struct vsn_site site;

	vsn_fault_switch(&fabric->engine.sched, id, &site);
	return put_switch(skb, genlmsg_put(skb, 0, 0, &vsn_nl_family, 0,
					   VSN_CMD_SWITCH_NTF),
			  fabric, id, &site);
}

/**
 * vsn_nl_notify_state - tell that a link, a switch or an endpoint is in another state
 * @fabric: the fabric; engine->lock held
 * @kind: enum vsn_site_kind
 * @target: its id
 */
void vsn_nl_notify_state(struct vsn_fabric *fabric, u32 kind, u32 target)
{
	struct sk_buff *skb = vsn_nl_notify_new(0);
	int err;

	if (!skb)
		return;
	if (kind == VSN_SITE_SWITCH)
		err = put_switch_event(skb, fabric, target);
	else if (kind == VSN_SITE_ENDPOINT)
		err = vsn_nl_put_endpoint_event(skb, fabric, target);
	else
		err = put_link_event(skb, fabric, target);
	if (err)
		nlmsg_free(skb);
	else
		vsn_nl_notify(skb);
}

/* Is it down, whatever link-set, switch-set or endpoint-set says? */
bool vsn_nl_held_down(const struct vsn_site *site)
{
	bool manual = site->manual && site->manual->what.down;

	return site->nr_down > manual || (site->health.down && !site->nr_down);
}

static int set_link(struct vsn_fabric *fabric, struct genl_info *info, u32 id,
		    struct vsn_diag *diag)
{
	struct vsn_sched *s = &fabric->engine.sched;
	struct nlattr **attrs = info->attrs;
	struct vsn_health health;
	struct vsn_site site;

	vsn_fault_manual(s, VSN_SITE_LINK, id, &health);
	if (attrs[VSN_A_LINK_STATE])
		health.down = nla_get_u32(attrs[VSN_A_LINK_STATE]) ==
			      VSN_LINK_STATE_DOWN;
	if (attrs[VSN_A_LINK_BANDWIDTH_PART])
		health.bandwidth = nla_get_u32(attrs[VSN_A_LINK_BANDWIDTH_PART]);
	if (attrs[VSN_A_LINK_EXTRA_LATENCY])
		health.latency = nla_get_uint(attrs[VSN_A_LINK_EXTRA_LATENCY]);
	if (attrs[VSN_A_LINK_ERROR_RATE])
		health.errors = nla_get_uint(attrs[VSN_A_LINK_ERROR_RATE]);
	vsn_fault_link(s, id, &site);
	if (attrs[VSN_A_LINK_STATE] && !health.down && vsn_nl_held_down(&site))
		return vsn_refuse(diag, -EBUSY,
				  "state: a fault, or what is at its end, keeps it down");
	return vsn_fault_set_health(s, VSN_SITE_LINK, id, &health, diag);
}

static const struct vsn_nl_word words[] = {
	{ "state", VSN_A_LINK_STATE },
	{ "bandwidth", VSN_A_LINK_BANDWIDTH_PART },
	{ "extra-latency", VSN_A_LINK_EXTRA_LATENCY },
	{ "error-rate", VSN_A_LINK_ERROR_RATE },
	{ },
};

int vsn_nl_link_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct nlattr **attrs = info->attrs;
	struct vsn_link_pos pos;
	struct vsn_diag diag;
	u32 id;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attrs[VSN_A_LINK_ID])
		return vsn_nl_missing(info->extack, NULL, VSN_A_LINK_ID, "id");
	id = nla_get_u32(attrs[VSN_A_LINK_ID]);
	if (!vsn_topo_link_pos(&fabric->topo, id, &pos))
		return vsn_nl_refuse(info->extack, attrs[VSN_A_LINK_ID], -ENOENT,
				     "id %u: no such link", id);
	if (!attrs[VSN_A_LINK_STATE] && !attrs[VSN_A_LINK_BANDWIDTH_PART] &&
	    !attrs[VSN_A_LINK_EXTRA_LATENCY] && !attrs[VSN_A_LINK_ERROR_RATE])
		return vsn_nl_missing(info->extack, NULL, VSN_A_LINK_STATE,
				      "state, bandwidth-part, extra-latency or error-rate");
	vsn_engine_lock(fabric);
	err = set_link(fabric, info, id, &diag);
	mutex_unlock(&fabric->engine.lock);
	return err ? vsn_nl_refuse_word(info, words, &diag, err) : 0;
}

static int find_switch(struct vsn_fabric *fabric, struct genl_info *info, u32 *id)
{
	struct nlattr *by_id = info->attrs[VSN_A_SWITCH_ID];
	struct nlattr *by_name = info->attrs[VSN_A_SWITCH_NAME];
	u32 nr = fabric->topo.nr_switches;
	int sw;

	if (by_id && by_name)
		return vsn_nl_refuse(info->extack, by_name, -EINVAL,
				     "id and name: give one of them");
	if (by_id) {
		*id = nla_get_u32(by_id);
		if (*id < nr)
			return 0;
		return vsn_nl_refuse(info->extack, by_id, -ENOENT,
				     "id %u: the fabric has %u switches, from 0 on", *id,
				     nr);
	}
	if (!by_name)
		return vsn_nl_missing(info->extack, NULL, VSN_A_SWITCH_ID, "id or name");
	sw = vsn_topo_switch_find(&fabric->topo, nla_data(by_name));
	if (sw < 0)
		return vsn_nl_refuse(info->extack, by_name, -ENOENT,
				     "name '%s': no such switch",
				     (const char *)nla_data(by_name));
	*id = sw;
	return 0;
}

int vsn_nl_switch_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_site site;
	struct sk_buff *msg;
	u32 id;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (!err)
		err = find_switch(fabric, info, &id);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	vsn_engine_lock(fabric);
	vsn_fault_switch(&fabric->engine.sched, id, &site);
	err = put_switch(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
						VSN_CMD_SWITCH_GET),
			 fabric, id, &site);
	mutex_unlock(&fabric->engine.lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

int vsn_nl_switch_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	bool down = genl_info_dump(cb)->attrs[VSN_A_SWITCH_DOWN];
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	struct vsn_fabric *fabric;
	struct vsn_site site;
	void *hdr;
	int err = 0;

	fabric = vsn_nl_dump_begin(cb);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);
	cb->seq = fabric->id;
	for (; !err && ctx->next < fabric->topo.nr_switches; ctx->next++) {
		cond_resched();
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		vsn_engine_lock(fabric);
		vsn_fault_switch(&fabric->engine.sched, ctx->next, &site);
		mutex_unlock(&fabric->engine.lock);
		if (down && !site.health.down)
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vsn_nl_family, NLM_F_MULTI, VSN_CMD_SWITCH_GET);
		if (hdr)
			genl_dump_check_consistent(cb, hdr);
		err = put_switch(skb, hdr, fabric, ctx->next, &site);
		if (err)
			break;
	}
	vsn_fabric_put(fabric);
	return err;
}

int vsn_nl_switch_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_SWITCH_STATE];
	struct vsn_health health = { .bandwidth = VSN_BANDWIDTH_ALL };
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_sched *s = &fabric->engine.sched;
	struct vsn_diag diag;
	struct vsn_site site;
	u32 id;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (!err)
		err = find_switch(fabric, info, &id);
	if (err)
		return err;
	if (!attr)
		return vsn_nl_missing(info->extack, NULL, VSN_A_SWITCH_STATE, "state");
	health.down = nla_get_u32(attr) == VSN_LINK_STATE_DOWN;
	vsn_engine_lock(fabric);
	vsn_fault_switch(s, id, &site);
	if (!health.down && vsn_nl_held_down(&site))
		err = vsn_refuse(&diag, -EBUSY, "state: a fault keeps it down");
	else
		err = vsn_fault_set_health(s, VSN_SITE_SWITCH, id, &health, &diag);
	mutex_unlock(&fabric->engine.lock);
	return err ? vsn_nl_refuse(info->extack, err == -EBUSY ? attr : NULL, err, "%s",
				   diag.msg) : 0;
}
