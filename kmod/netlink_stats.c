// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: endpoints and links, with their counters, stragglers, and NUMA nodes.
 *
 * Both are computed from their ids, so a dump resumes by id and holds nothing in
 * between.  A committed topology does not change: what a dump lists is consistent,
 * its counters are of the moment in which each was read.
 */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "fabric.h"
#include "netlink.h"

/* Longest names: VSN_MAX_DIMS prefixes and digits; two switches of them. */
#define ENDPOINT_NAME	256
#define LINK_NAME	768

/**
 * struct endpoint - what there is to say of one
 * @stats: as initiator and home
 * @view: faults of its view
 * @straggler: how slow it is
 * @replays: chunks sent again
 * @replay_wire: bytes sent again
 * @lost_bytes: that were in its memory when it went down
 * @down: it is down
 * @node: NUMA node of its memory, or VSN_NODE_NONE
 */
struct endpoint {
	struct vsn_endpoint_stats stats;
	struct vsn_view_stats view;
	struct vsn_straggler straggler;
	u64 replays;
	u64 replay_wire;
	u64 lost_bytes;
	bool down;
	u32 node;
};

/* Returns whether it is down, or any counter is not zero; engine->lock held. */
static bool read_endpoint(struct vsn_fabric *fabric, u32 id, struct endpoint *ep)
{
	struct vsn_sched *s = &fabric->engine.sched;
	const struct vsn_endpoint_stats *stats;
	struct vsn_site site;

	lockdep_assert_held(&fabric->engine.lock);
	memset(ep, 0, sizeof(*ep));
	stats = vsn_sparse_find(&s->stats, id);
	if (stats)
		ep->stats = *stats;
	vsn_view_stats(fabric, id, &ep->view);
	vsn_straggler_get(s, id, &ep->straggler);
	vsn_fault_endpoint(s, id, &site);
	ep->replays = site.replays;
	ep->replay_wire = site.replay_wire;
	ep->lost_bytes = site.lost_bytes;
	ep->down = site.health.down;
	ep->node = vsn_store_node(fabric, id);
	return memchr_inv(&ep->stats, 0, sizeof(ep->stats)) ||
	       memchr_inv(&ep->view, 0, sizeof(ep->view)) ||
	       ep->replays || ep->replay_wire || ep->lost_bytes || ep->down;
}

/* @hdr: what genlmsg_put() returned */
static int put_endpoint(struct sk_buff *skb, void *hdr, struct vsn_fabric *fabric,
			u32 id, const struct endpoint *ep)
{
	const struct vsn_topo *topo = &fabric->topo;
	const struct vsn_endpoint_stats *s = &ep->stats;
	u32 kind = vsn_topo_kind(topo, id);
	char name[ENDPOINT_NAME];

	if (!hdr)
		return -EMSGSIZE;
	vsn_topo_endpoint_name(topo, id, name, sizeof(name));
	if (nla_put_string(skb, VSN_A_ENDPOINT_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_ENDPOINT_ID, id) ||
	    nla_put_string(skb, VSN_A_ENDPOINT_NAME, name) ||
	    nla_put_u32(skb, VSN_A_ENDPOINT_KIND, kind) ||
	    nla_put_u32(skb, VSN_A_ENDPOINT_PACKAGE, vsn_topo_package(topo, id)) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_CAPACITY, topo->kinds[kind].capacity) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_ALLOCATED, vsn_region_allocated(fabric, id)) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_OPS, s->ops) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_ERRORS, s->errors) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_READ_BYTES, s->read_bytes) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_WRITE_BYTES, s->write_bytes) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_LOCAL_BYTES, s->local_bytes) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_IN_BYTES, s->in_bytes) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_OUT_BYTES, s->out_bytes) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_ATOMICS, s->atomics) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_FAULTS, ep->view.faults) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_FAULT_BYTES, ep->view.bytes) ||
	    nla_put_u32(skb, VSN_A_ENDPOINT_SLOW, ep->straggler.slow) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_DELAY, ep->straggler.delay) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_JITTER, ep->straggler.jitter) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_SEED, ep->straggler.seed) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_REPLAYS, ep->replays) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_REPLAY_WIRE, ep->replay_wire) ||
	    nla_put_u32(skb, VSN_A_ENDPOINT_STATE,
			ep->down ? VSN_LINK_STATE_DOWN : VSN_LINK_STATE_UP) ||
	    nla_put_uint(skb, VSN_A_ENDPOINT_LOST_BYTES, ep->lost_bytes) ||
	    (ep->node != VSN_NODE_NONE &&
	     nla_put_u32(skb, VSN_A_ENDPOINT_NODE, ep->node))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int find_endpoint(struct vsn_fabric *fabric, struct genl_info *info, u32 *id)
{
	struct nlattr *by_id = info->attrs[VSN_A_ENDPOINT_ID];
	struct nlattr *by_name = info->attrs[VSN_A_ENDPOINT_NAME];
	int ep;

	if (by_id && by_name)
		return vsn_nl_refuse(info->extack, by_name, -EINVAL,
				     "id and name: give one of them");
	if (by_id) {
		*id = nla_get_u32(by_id);
		if (*id >= fabric->topo.nr_endpoints)
			return vsn_nl_refuse(info->extack, by_id, -ENOENT,
					     "id %u: the fabric has endpoints 0 to %u",
					     *id, fabric->topo.nr_endpoints - 1);
		return 0;
	}
	if (!by_name)
		return vsn_nl_missing(info->extack, NULL, VSN_A_ENDPOINT_ID, "id or name");
	ep = vsn_topo_endpoint_find(&fabric->topo, nla_data(by_name));
	if (ep < 0)
		return vsn_nl_refuse(info->extack, by_name, -ENOENT,
				     "name '%s': no such endpoint",
				     (const char *)nla_data(by_name));
	*id = ep;
	return 0;
}

/**
 * vsn_nl_put_endpoint_event - tell of an endpoint
 * @skb: an empty message
 * @fabric: the fabric; engine->lock held, which also orders what is told
 * @id: endpoint
 *
 * Return: 0 or -EMSGSIZE.
 */
int vsn_nl_put_endpoint_event(struct sk_buff *skb, struct vsn_fabric *fabric, u32 id)
{
	struct endpoint ep;

	read_endpoint(fabric, id, &ep);
	return put_endpoint(skb, genlmsg_put(skb, 0, 0, &vsn_nl_family, 0,
					     VSN_CMD_ENDPOINT_NTF), fabric, id, &ep);
}

static bool has_straggler(struct genl_info *info)
{
	return info->attrs[VSN_A_ENDPOINT_SLOW] || info->attrs[VSN_A_ENDPOINT_DELAY] ||
	       info->attrs[VSN_A_ENDPOINT_JITTER] || info->attrs[VSN_A_ENDPOINT_SEED];
}

/* Up or down; who listens is told by that.  engine->lock is held. */
static int set_state(struct vsn_fabric *fabric, struct genl_info *info, u32 id)
{
	struct nlattr *attr = info->attrs[VSN_A_ENDPOINT_STATE];
	struct vsn_health health = { .bandwidth = VSN_BANDWIDTH_ALL };
	struct vsn_sched *s = &fabric->engine.sched;
	struct vsn_diag diag;
	struct vsn_site site;
	int err;

	health.down = nla_get_u32(attr) == VSN_LINK_STATE_DOWN;
	vsn_fault_endpoint(s, id, &site);
	if (!health.down && vsn_nl_held_down(&site))
		return vsn_nl_refuse(info->extack, attr, -EBUSY,
				     "state: a fault keeps it down");
	err = vsn_outage_arm(fabric);
	if (err)
		return vsn_nl_refuse(info->extack, NULL, err,
				     "no memory for endpoints that are down");
	err = vsn_fault_set_health(s, VSN_SITE_ENDPOINT, id, &health, &diag);
	return err ? vsn_nl_refuse_diag(info->extack, &diag, err) : 0;
}

/* What the message names; the rest stays as it is.  engine->lock is held. */
static int set_straggler(struct vsn_fabric *fabric, struct genl_info *info, u32 id)
{
	struct nlattr **attrs = info->attrs;
	struct vsn_sched *sched = &fabric->engine.sched;
	static const struct vsn_nl_word words[] = {
		{ "slow", VSN_A_ENDPOINT_SLOW },
		{ "delay", VSN_A_ENDPOINT_DELAY },
		{ "jitter", VSN_A_ENDPOINT_JITTER },
		{ },
	};
	struct vsn_straggler to;
	struct vsn_diag diag;
	int err;

	lockdep_assert_held(&fabric->engine.lock);
	vsn_straggler_get(sched, id, &to);
	if (attrs[VSN_A_ENDPOINT_SLOW])
		to.slow = nla_get_u32(attrs[VSN_A_ENDPOINT_SLOW]);
	if (attrs[VSN_A_ENDPOINT_DELAY])
		to.delay = nla_get_uint(attrs[VSN_A_ENDPOINT_DELAY]);
	if (attrs[VSN_A_ENDPOINT_JITTER])
		to.jitter = nla_get_uint(attrs[VSN_A_ENDPOINT_JITTER]);
	if (attrs[VSN_A_ENDPOINT_SEED]) {
		to.seed = nla_get_uint(attrs[VSN_A_ENDPOINT_SEED]);
		to.issued = 0;
	}
	err = vsn_straggler_check(&to, &diag);
	if (err)
		return vsn_nl_refuse_word(info, words, &diag, err);
	err = vsn_straggler_set(sched, id, &to);
	if (err)
		NL_SET_ERR_MSG(info->extack, "no memory to note how slow it is");
	return err;
}

static int check_set(struct vsn_fabric *fabric, struct genl_info *info, u32 id)
{
	const struct vsn_topo *topo = &fabric->topo;
	const struct vsn_kind *kind = &topo->kinds[vsn_topo_kind(topo, id)];
	bool slower = has_straggler(info);

	if (!slower && !info->attrs[VSN_A_ENDPOINT_STATE] && !info->attrs[VSN_A_ENDPOINT_NODE])
		return vsn_nl_missing(info->extack, NULL, VSN_A_ENDPOINT_SLOW,
				      "slow, delay, jitter, seed, node or state");
	if (info->attrs[VSN_A_ENDPOINT_STATE] && (slower || info->attrs[VSN_A_ENDPOINT_NODE]))
		return vsn_nl_refuse(info->extack, info->attrs[VSN_A_ENDPOINT_STATE], -EINVAL,
				     "state: goes alone, not with how slow it is, or its node");
	if (slower && !kind->read_bandwidth && !kind->write_bandwidth)
		return vsn_nl_refuse(info->extack, NULL, -EINVAL,
				     "endpoint %u issues no operations that could be slow",
				     id);
	return 0;
}

/* All that the message names, or nothing; engine->lock is held. */
static int set_endpoint(struct vsn_fabric *fabric, struct genl_info *info, u32 id)
{
	const struct nlattr *attr = info->attrs[VSN_A_ENDPOINT_NODE];
	u32 old = vsn_store_node(fabric, id);
	struct vsn_diag diag;
	int err = 0;

	if (info->attrs[VSN_A_ENDPOINT_STATE])
		return set_state(fabric, info, id);
	if (attr)
		err = vsn_store_set_node(fabric, id, nla_get_u32(attr), &diag);
	if (err)
		return vsn_nl_refuse(info->extack, attr, err, "%s", diag.msg);
	if (has_straggler(info))
		err = set_straggler(fabric, info, id);
	/* The entry is there, or goes: this needs no memory. */
	if (err && attr)
		vsn_store_set_node(fabric, id, old, &diag);
	if (!err)
		vsn_nl_notify_state(fabric, VSN_SITE_ENDPOINT, id);
	return err;
}

int vsn_nl_endpoint_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct endpoint ep;
	struct sk_buff *msg;
	u32 id;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (!err)
		err = find_endpoint(fabric, info, &id);
	if (!err)
		err = check_set(fabric, info, id);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	vsn_engine_lock(fabric);
	err = set_endpoint(fabric, info, id);
	if (!err) {
		read_endpoint(fabric, id, &ep);
		err = put_endpoint(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
							  VSN_CMD_ENDPOINT_SET),
				   fabric, id, &ep);
	}
	mutex_unlock(&fabric->engine.lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

int vsn_nl_endpoint_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct endpoint ep;
	struct sk_buff *msg;
	u32 id;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	err = find_endpoint(fabric, info, &id);
	if (err)
		return err;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	vsn_engine_lock(fabric);
	read_endpoint(fabric, id, &ep);
	mutex_unlock(&fabric->engine.lock);
	err = put_endpoint(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
						  VSN_CMD_ENDPOINT_GET),
			   fabric, id, &ep);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

int vsn_nl_endpoint_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	struct vsn_fabric *fabric;
	struct endpoint ep;
	u32 id, end;
	bool active;
	void *hdr;
	int err = 0;

	fabric = vsn_nl_dump_begin(cb);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);
	cb->seq = fabric->id;

	id = ctx->next;
	end = fabric->topo.nr_endpoints;
	if (attrs[VSN_A_ENDPOINT_KIND]) {
		const struct vsn_kind *kind =
			&fabric->topo.kinds[nla_get_u32(attrs[VSN_A_ENDPOINT_KIND])];

		id = max(id, kind->base);
		end = kind->base + kind->count;
	}
	for (; id < end; id++) {
		cond_resched();
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		vsn_engine_lock(fabric);
		active = read_endpoint(fabric, id, &ep);
		mutex_unlock(&fabric->engine.lock);
		if (!active && attrs[VSN_A_ENDPOINT_ACTIVE])
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vsn_nl_family, NLM_F_MULTI, VSN_CMD_ENDPOINT_GET);
		if (hdr)
			genl_dump_check_consistent(cb, hdr);
		err = put_endpoint(skb, hdr, fabric, id, &ep);
		if (err)
			break;
	}
	ctx->next = id;
	vsn_fabric_put(fabric);
	return err;
}

/* @hdr: what genlmsg_put() returned; @pos: what the link's id means */
static int put_link(struct sk_buff *skb, void *hdr, struct vsn_fabric *fabric, u32 id,
		    const struct vsn_link_pos *pos, char name[LINK_NAME])
{
	const struct vsn_topo *topo = &fabric->topo;
	const struct vsn_network *net = &topo->networks[pos->net];
	struct vsn_link state = {};
	u64 bandwidth = 0, latency = 0;
	struct vsn_site site;
	bool store_forward;

	if (!hdr)
		return -EMSGSIZE;
	vsn_topo_link_name(topo, id, name, LINK_NAME);
	vsn_topo_link_figures(topo, id, &bandwidth, &latency, &store_forward);
	vsn_engine_link(fabric, id, &state);
	vsn_engine_lock(fabric);
	vsn_fault_link(&fabric->engine.sched, id, &site);
	mutex_unlock(&fabric->engine.lock);
	if (nla_put_string(skb, VSN_A_LINK_FABRIC, fabric->name) ||
	    nla_put_u32(skb, VSN_A_LINK_ID, id) ||
	    nla_put_string(skb, VSN_A_LINK_NAME, name) ||
	    nla_put_string(skb, VSN_A_LINK_NETWORK, net->name) ||
	    nla_put_string(skb, VSN_A_LINK_TIER, net->tiers[pos->tier].name) ||
	    nla_put_u32(skb, VSN_A_LINK_PLANE, pos->plane) ||
	    nla_put_u32(skb, VSN_A_LINK_DIRECTION, pos->down) ||
	    nla_put_uint(skb, VSN_A_LINK_BANDWIDTH, bandwidth) ||
	    nla_put_uint(skb, VSN_A_LINK_LATENCY, latency) ||
	    nla_put_uint(skb, VSN_A_LINK_PAYLOAD, state.payload) ||
	    nla_put_uint(skb, VSN_A_LINK_WIRE, state.wire) ||
	    nla_put_uint(skb, VSN_A_LINK_TRANSFERS, state.transfers) ||
	    nla_put_uint(skb, VSN_A_LINK_BUSY, state.busy_time) ||
	    vsn_nl_put_health(skb, &site) ||
	    nla_put_uint(skb, VSN_A_LINK_LOST, site.lost) ||
	    nla_put_uint(skb, VSN_A_LINK_REPLAYS, site.replays) ||
	    nla_put_uint(skb, VSN_A_LINK_REPLAY_WIRE, site.replay_wire)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int vsn_nl_link_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VSN_A_LINK_ID];
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct vsn_link_pos pos;
	char name[LINK_NAME];
	struct sk_buff *msg;
	u32 id;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	if (!attr)
		return vsn_nl_missing(info->extack, NULL, VSN_A_LINK_ID, "id");
	id = nla_get_u32(attr);
	if (!vsn_topo_link_pos(&fabric->topo, id, &pos))
		return vsn_nl_refuse(info->extack, attr, -ENOENT, "id %u: no such link", id);
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = put_link(msg, genlmsg_put_reply(msg, info, &vsn_nl_family, 0,
					      VSN_CMD_LINK_GET),
		       fabric, id, &pos, name);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/* The first link from @id on that carried something, or had a fault; @end if there is none. */
static u32 next_active(struct vsn_fabric *fabric, u32 id, u32 end)
{
	struct vsn_engine *engine = &fabric->engine;
	u64 next;

	mutex_lock(&engine->lock);
	next = vsn_links_next(&engine->sched.links, id);
	mutex_unlock(&engine->lock);
	return min_t(u64, next, end);
}

/* Dump the links of one tier, from ctx->next on. */
static int dump_tier(struct sk_buff *skb, struct netlink_callback *cb,
		     struct vsn_fabric *fabric, const struct vsn_tier *tier,
		     bool active, char name[LINK_NAME])
{
	struct vsn_nl_dump *ctx = vsn_nl_dump_ctx(cb);
	u32 end = tier->link_base + tier->nr_links;
	u32 id = max(ctx->next, tier->link_base);
	struct vsn_link_pos pos;
	void *hdr;
	int err = 0;

	for (; id < end; id++) {
		cond_resched();
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		if (active) {
			id = next_active(fabric, id, end);
			if (id == end)
				break;
		}
		/* Ids have gaps. */
		if (!vsn_topo_link_pos(&fabric->topo, id, &pos))
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vsn_nl_family, NLM_F_MULTI, VSN_CMD_LINK_GET);
		if (hdr)
			genl_dump_check_consistent(cb, hdr);
		err = put_link(skb, hdr, fabric, id, &pos, name);
		if (err)
			break;
	}
	ctx->next = max(ctx->next, id);
	return err;
}

static bool wanted(const struct nlattr *attr, const char *name)
{
	return !attr || !nla_strcmp(attr, name);
}

/* Is there anything that the filters let through? */
static int check_filters(const struct vsn_topo *topo, const struct nlattr *network,
			 const struct nlattr *tier, struct netlink_ext_ack *extack)
{
	bool found = !network;
	u32 n, i;

	for (n = 0; n < topo->nr_networks; n++) {
		if (!wanted(network, topo->networks[n].name))
			continue;
		found = true;
		for (i = 0; i < topo->networks[n].nr_tiers; i++)
			if (wanted(tier, topo->networks[n].tiers[i].name))
				return 0;
	}
	if (!found)
		return vsn_nl_refuse(extack, network, -ENOENT, "network '%s': no such network",
				     (const char *)nla_data(network));
	if (!tier)
		return 0;
	return vsn_nl_refuse(extack, tier, -ENOENT, "tier '%s': no such tier",
			     (const char *)nla_data(tier));
}

int vsn_nl_link_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct nlattr *network = attrs[VSN_A_LINK_NETWORK];
	struct nlattr *tier = attrs[VSN_A_LINK_TIER];
	struct vsn_fabric *fabric;
	char name[LINK_NAME];
	u32 n, i;
	int err;

	fabric = vsn_nl_dump_begin(cb);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);
	cb->seq = fabric->id;
	err = check_filters(&fabric->topo, network, tier, cb->extack);
	for (n = 0; !err && n < fabric->topo.nr_networks; n++) {
		const struct vsn_network *net = &fabric->topo.networks[n];

		if (!wanted(network, net->name))
			continue;
		for (i = 0; !err && i < net->nr_tiers; i++)
			if (wanted(tier, net->tiers[i].name))
				err = dump_tier(skb, cb, fabric, &net->tiers[i],
						!!attrs[VSN_A_LINK_ACTIVE], name);
	}
	vsn_fabric_put(fabric);
	return err;
}
