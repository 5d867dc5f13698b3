// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: paths.
 *
 * They follow from the topology, which is immutable once committed.  But those of
 * graphs are kept in a cache, which engine->lock protects.
 */

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/route.h"
#include "fabric.h"
#include "netlink.h"

/* Longest name of a link: two switches of VSN_MAX_DIMS prefixes and digits */
#define LINK_NAME	768
#define ENDPOINT_NAME	256

/**
 * struct route - what was asked for, and the answer
 * @src: endpoint id
 * @dst: endpoint id
 * @net: index of the network
 * @candidate: number of the path
 * @candidates: how many there are
 * @path: the path
 * @name: room for one
 */
struct route {
	u32 src;
	u32 dst;
	u32 net;
	u64 candidate;
	u64 candidates;
	struct vsn_path path;
	char name[LINK_NAME];
};

static int find_end(struct vsn_fabric *fabric, struct genl_info *info, u32 type,
		    const char *what, u32 *ep)
{
	const struct nlattr *attr = info->attrs[type];
	int id;

	if (!attr)
		return vsn_nl_missing(info->extack, NULL, type, what);
	id = vsn_topo_endpoint_find(&fabric->topo, nla_data(attr));
	if (id < 0)
		return vsn_nl_refuse(info->extack, attr, -ENOENT, "%s '%s': no such endpoint",
				     what, (const char *)nla_data(attr));
	*ep = id;
	return 0;
}

/* The network that was named, or the first that joins the two */
static int find_network(struct vsn_fabric *fabric, struct genl_info *info,
			struct route *r)
{
	const struct nlattr *attr = info->attrs[VSN_A_ROUTE_NETWORK];
	const struct vsn_topo *topo = &fabric->topo;
	u32 want = VSN_NET_ANY;
	int net;

	if (attr) {
		for (want = 1; want <= topo->nr_networks; want++)
			if (!nla_strcmp(attr, topo->networks[want - 1].name))
				break;
		if (want > topo->nr_networks)
			return vsn_nl_refuse(info->extack, attr, -ENOENT,
					     "network '%s': no such network",
					     (const char *)nla_data(attr));
	}
	net = vsn_route_network(topo, want, r->src, r->dst);
	if (net < 0)
		return vsn_nl_refuse(info->extack, attr, net, "no network joins the two");
	r->net = net;
	return 0;
}

static int find_route(struct vsn_fabric *fabric, struct genl_info *info,
		      struct route *r)
{
	const struct nlattr *attr = info->attrs[VSN_A_ROUTE_CANDIDATE];
	const struct vsn_topo *topo = &fabric->topo;
	int err;

	err = find_end(fabric, info, VSN_A_ROUTE_SOURCE, "source", &r->src);
	if (!err)
		err = find_end(fabric, info, VSN_A_ROUTE_DESTINATION, "destination",
			       &r->dst);
	if (err)
		return err;
	if (r->src == r->dst)
		return vsn_nl_refuse(info->extack, info->attrs[VSN_A_ROUTE_DESTINATION],
				     -EINVAL, "destination: the same as source");
	err = find_network(fabric, info, r);
	if (err)
		return err;
	r->candidate = vsn_route_select(topo, r->net, r->src, r->dst, 0, 0);
	r->candidates = vsn_route_candidates(topo, r->net, r->src, r->dst);
	if (attr)
		r->candidate = nla_get_uint(attr);
	if (r->candidate >= r->candidates)
		return vsn_nl_refuse(info->extack, attr, -ERANGE,
				     "candidate %llu: there are 0 to %llu", r->candidate,
				     r->candidates - 1);
	err = vsn_route_path(topo, r->net, r->src, r->dst, r->candidate, &r->path);
	if (err)
		return vsn_nl_refuse(info->extack, attr, err, "candidate %llu: no path",
				     r->candidate);
	return 0;
}

static int put_hop(struct sk_buff *skb, const struct vsn_topo *topo, struct route *r,
		   u32 i)
{
	const struct vsn_tier *tiers = topo->networks[r->net].tiers;
	struct nlattr *nest = nla_nest_start(skb, VSN_A_ROUTE_HOP);
	u64 bandwidth = 0, latency = 0;
	bool store_forward;

	vsn_topo_link_name(topo, r->path.hops[i], r->name, sizeof(r->name));
	vsn_topo_link_figures(topo, r->path.hops[i], &bandwidth, &latency,
			      &store_forward);
	if (r->path.via[i])
		latency += tiers[r->path.via[i] - 1].switch_latency;
	if (!nest ||
	    nla_put_u32(skb, VSN_A_HOP_LINK, r->path.hops[i]) ||
	    nla_put_string(skb, VSN_A_HOP_NAME, r->name) ||
	    nla_put_uint(skb, VSN_A_HOP_BANDWIDTH, bandwidth) ||
	    nla_put_uint(skb, VSN_A_HOP_LATENCY, latency))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_end(struct sk_buff *skb, const struct vsn_topo *topo, u32 type,
		   struct route *r, u32 ep)
{
	vsn_topo_endpoint_name(topo, ep, r->name, sizeof(r->name));
	return nla_put_string(skb, type, r->name);
}

static int put_route(struct sk_buff *skb, struct vsn_fabric *fabric, struct route *r)
{
	const struct vsn_topo *topo = &fabric->topo;
	u32 i;

	if (nla_put_string(skb, VSN_A_ROUTE_FABRIC, fabric->name) ||
	    put_end(skb, topo, VSN_A_ROUTE_SOURCE, r, r->src) ||
	    put_end(skb, topo, VSN_A_ROUTE_DESTINATION, r, r->dst) ||
	    nla_put_string(skb, VSN_A_ROUTE_NETWORK, topo->networks[r->net].name) ||
	    nla_put_uint(skb, VSN_A_ROUTE_CANDIDATE, r->candidate) ||
	    nla_put_uint(skb, VSN_A_ROUTE_CANDIDATES, r->candidates) ||
	    nla_put_u32(skb, VSN_A_ROUTE_PLANES,
			vsn_route_planes(topo, r->net, r->src, r->dst)) ||
	    nla_put_uint(skb, VSN_A_ROUTE_LATENCY, vsn_route_latency(topo, &r->path)))
		return -EMSGSIZE;
	for (i = 0; i < r->path.nr_hops; i++)
		if (put_hop(skb, topo, r, i))
			return -EMSGSIZE;
	return 0;
}

static int reply(struct genl_info *info, struct vsn_fabric *fabric, struct route *r)
{
	size_t hop = nla_total_size(nla_total_size(LINK_NAME) +
				    3 * nla_total_size(sizeof(u64)));
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = genlmsg_new(2 * nla_total_size(ENDPOINT_NAME) + NLMSG_GOODSIZE +
			  r->path.nr_hops * hop, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &vsn_nl_family, 0, VSN_CMD_ROUTE_GET);
	err = hdr ? put_route(msg, fabric, r) : -EMSGSIZE;
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

int vsn_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vsn_fabric *fabric = vsn_nl_fabric(info);
	struct route *r;
	int err;

	err = vsn_nl_need_ready(fabric, info->extack);
	if (err)
		return err;
	r = kmalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	mutex_lock(&fabric->engine.lock);
	err = find_route(fabric, info, r);
	mutex_unlock(&fabric->engine.lock);
	if (!err)
		err = reply(info, fabric, r);
	kfree(r);
	return err;
}
