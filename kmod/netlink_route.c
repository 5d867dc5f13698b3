// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: paths.
 *
 * They follow from the topology, which is immutable once committed, and from what is
 * down.  That, and the cache of paths of graphs, engine->lock protects.
 */

#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/route.h"
#include "fabric.h"
#include "netlink.h"

/* Longest name of a link: two switches of VSN_MAX_DIMS prefixes and digits */
#define LINK_NAME	768
#define ENDPOINT_NAME	256

/**
 * struct hop - a link as it is now
 * @bandwidth: bytes/s
 * @latency: with that of what is at its far end, ps
 * @down: it is
 */
struct hop {
	u64 bandwidth;
	u64 latency;
	bool down;
};

/**
 * struct route - what was asked for, and the answer
 * @src: endpoint id
 * @dst: endpoint id
 * @net: index of the network
 * @candidate: number of the path
 * @candidates: how many there are
 * @rerouted: the path is not what the policy chooses
 * @path: the path
 * @chosen: the policy's choice
 * @hops: links of @path
 * @latency: sum over these, ps
 * @name: room for one
 */
struct route {
	u32 src;
	u32 dst;
	u32 net;
	u64 candidate;
	u64 candidates;
	bool rerouted;
	struct vsn_path path;
	struct vsn_path chosen;
	struct hop hops[VSN_MAX_HOPS];
	u64 latency;
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

/* The network that was named */
static int find_network(struct vsn_fabric *fabric, struct genl_info *info, u32 *want)
{
	const struct nlattr *attr = info->attrs[VSN_A_ROUTE_NETWORK];
	const struct vsn_topo *topo = &fabric->topo;
	u32 n;

	*want = VSN_NET_ANY;
	if (!attr)
		return 0;
	for (n = 0; n < topo->nr_networks; n++) {
		if (!nla_strcmp(attr, topo->networks[n].name)) {
			*want = n + 1;
			return 0;
		}
	}
	return vsn_nl_refuse(info->extack, attr, -ENOENT, "network '%s': no such network",
			     (const char *)nla_data(attr));
}

static bool same_path(const struct vsn_path *a, const struct vsn_path *b)
{
	return a->nr_hops == b->nr_hops &&
	       !memcmp(a->hops, b->hops, a->nr_hops * sizeof(a->hops[0]));
}

/* The path of now */
static int find_live(struct vsn_fabric *fabric, struct genl_info *info, u32 want,
		     struct route *r)
{
	const struct vsn_topo *topo = &fabric->topo;
	int net;

	net = vsn_fault_look(&fabric->engine.sched, want, r->src, r->dst, &r->path);
	if (net < 0)
		return vsn_nl_refuse(info->extack, info->attrs[VSN_A_ROUTE_NETWORK], net,
				     "all that joins the two is down");
	r->net = net;
	r->candidate = vsn_route_select(topo, net, r->src, r->dst, 0, 0);
	r->candidates = vsn_route_candidates(topo, net, r->src, r->dst);
	r->rerouted = vsn_route_path(topo, net, r->src, r->dst, r->candidate, &r->chosen) ||
		      !same_path(&r->path, &r->chosen);
	return 0;
}

/* The path of a number, whether or not it is live */
static int find_candidate(struct vsn_fabric *fabric, struct genl_info *info,
			  const struct nlattr *attr, struct route *r)
{
	const struct vsn_topo *topo = &fabric->topo;
	int err;

	r->candidate = nla_get_uint(attr);
	r->candidates = vsn_route_candidates(topo, r->net, r->src, r->dst);
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

static int find_route(struct vsn_fabric *fabric, struct genl_info *info,
		      struct route *r)
{
	const struct nlattr *attr = info->attrs[VSN_A_ROUTE_CANDIDATE];
	u32 want;
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
	err = find_network(fabric, info, &want);
	if (err)
		return err;
	err = vsn_route_network(&fabric->topo, want, r->src, r->dst);
	if (err < 0)
		return vsn_nl_refuse(info->extack, info->attrs[VSN_A_ROUTE_NETWORK], err,
				     "no network joins the two");
	r->net = err;
	return attr ? find_candidate(fabric, info, attr, r) :
		      find_live(fabric, info, want, r);
}

/* How its links are */
static void look_at_hops(struct vsn_fabric *fabric, struct route *r)
{
	const struct vsn_tier *tiers = fabric->topo.networks[r->net].tiers;
	struct vsn_sched *s = &fabric->engine.sched;
	const struct vsn_link *link;
	struct vsn_site site;
	bool store_forward;
	struct hop *hop;
	u32 i;

	for (i = 0; i < r->path.nr_hops; i++) {
		hop = &r->hops[i];
		vsn_topo_link_figures(&fabric->topo, r->path.hops[i], &hop->bandwidth,
				      &hop->latency, &store_forward);
		link = vsn_links_find(&s->links, r->path.hops[i]);
		if (link) {
			hop->bandwidth = link->bandwidth;
			hop->latency = link->latency;
		}
		if (r->path.via[i])
			hop->latency += tiers[r->path.via[i] - 1].switch_latency;
		vsn_fault_link(s, r->path.hops[i], &site);
		hop->down = site.health.down;
		if (check_add_overflow(r->latency, hop->latency, &r->latency))
			r->latency = U64_MAX;
	}
}

static int put_hop(struct sk_buff *skb, const struct vsn_topo *topo, struct route *r,
		   u32 i)
{
	struct nlattr *nest = nla_nest_start(skb, VSN_A_ROUTE_HOP);
	const struct hop *hop = &r->hops[i];

	vsn_topo_link_name(topo, r->path.hops[i], r->name, sizeof(r->name));
	if (!nest ||
	    nla_put_u32(skb, VSN_A_HOP_LINK, r->path.hops[i]) ||
	    nla_put_string(skb, VSN_A_HOP_NAME, r->name) ||
	    nla_put_uint(skb, VSN_A_HOP_BANDWIDTH, hop->bandwidth) ||
	    nla_put_uint(skb, VSN_A_HOP_LATENCY, hop->latency) ||
	    (hop->down && nla_put_flag(skb, VSN_A_HOP_DOWN)))
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
	    (r->rerouted ? nla_put_flag(skb, VSN_A_ROUTE_REROUTED) :
			   nla_put_uint(skb, VSN_A_ROUTE_CANDIDATE, r->candidate)) ||
	    nla_put_uint(skb, VSN_A_ROUTE_CANDIDATES, r->candidates) ||
	    nla_put_u32(skb, VSN_A_ROUTE_PLANES,
			vsn_route_planes(topo, r->net, r->src, r->dst)) ||
	    nla_put_uint(skb, VSN_A_ROUTE_LATENCY, r->latency))
		return -EMSGSIZE;
	for (i = 0; i < r->path.nr_hops; i++)
		if (put_hop(skb, topo, r, i))
			return -EMSGSIZE;
	return 0;
}

static int reply(struct genl_info *info, struct vsn_fabric *fabric, struct route *r)
{
	size_t hop = nla_total_size(nla_total_size(LINK_NAME) +
				    4 * nla_total_size(sizeof(u64)));
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
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	vsn_engine_lock(fabric);
	err = find_route(fabric, info, r);
	if (!err)
		look_at_hops(fabric, r);
	mutex_unlock(&fabric->engine.lock);
	if (!err)
		err = reply(info, fabric, r);
	kfree(r);
	return err;
}
