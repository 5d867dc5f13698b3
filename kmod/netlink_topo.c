// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: a topology as nested attributes, in and out.
 *
 * What graphs are made of is in netlink_graph.c.
 *
 * Names are resolved and duplicates refused here, where the offending attribute
 * is known.  Figures, and whether all of it fits together, are for
 * vsn_topo_commit() to judge.
 */

#include <linux/kernel.h>
#include <linux/string.h>

#include "core/graph.h"
#include "fabric.h"
#include "netlink.h"
#include "netlink_graph.h"

#define SIZE_NAME	nla_total_size(VSN_NAME_SIZE)
#define SIZE_TEXT	nla_total_size(16)	/* prefix, medium */
#define SIZE_U32	nla_total_size(sizeof(u32))
#define SIZE_UINT	nla_total_size(sizeof(u64))

/* An attribute that the kernel writes and does not read. */
struct output {
	u32 type;
	const char *name;
};

static const struct output kind_outputs[] = {
	{ VSN_A_KIND_BASE, "base" },
	{ VSN_A_KIND_COUNT, "count" },
	{ VSN_A_KIND_PACKAGES, "packages" },
	{}
};

static const struct output tier_outputs[] = {
	{ VSN_A_TIER_SWITCH_COUNT, "switch-count" },
	{ VSN_A_TIER_LINK_COUNT, "link-count" },
	{}
};

static const struct output network_outputs[] = {
	{ VSN_A_NETWORK_INDEX, "index" },
	{}
};

static const char *kind_name(u32 kind)
{
	static const char * const names[VSN_NR_KINDS] = {
		"", "accelerator", "host", "memory"
	};

	return names[kind];
}

static int refuse_outputs(struct nlattr **tb, const struct output *out,
			  const char *what, struct netlink_ext_ack *extack)
{
	for (; out->name; out++)
		if (tb[out->type])
			return vsn_nl_refuse(extack, tb[out->type], -EINVAL,
					     "%s: %s is output only", what, out->name);
	return 0;
}

/* A name that others refer to. */
static int parse_name(const struct nlattr *nest, const struct nlattr *attr, u32 type,
		      const char *what, char name[VSN_NAME_SIZE],
		      struct netlink_ext_ack *extack)
{
	if (!attr) {
		NL_SET_ERR_ATTR_MISS(extack, nest, type);
		return vsn_nl_refuse(extack, NULL, -EINVAL, "%s: name is missing", what);
	}
	nla_strscpy(name, attr, VSN_NAME_SIZE);
	if (!vsn_name_valid(name))
		return vsn_nl_refuse(extack, attr, -EINVAL,
				     "%s: name '%*pE': want 1 to 31 of a-z 0-9 _ -",
				     what, (int)strlen(name), name);
	return 0;
}

static u64 get_uint(const struct nlattr *attr, u64 otherwise)
{
	return attr ? nla_get_uint(attr) : otherwise;
}

static u32 get_u32(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

static int find_dim(const struct vsn_topo *topo, const struct nlattr *attr,
		    const char *what, const char *name, const char *field,
		    struct netlink_ext_ack *extack)
{
	char dim[VSN_NAME_SIZE];
	int i;

	nla_strscpy(dim, attr, sizeof(dim));
	i = vsn_topo_find_dim(topo, dim);
	if (i < 0)
		return vsn_nl_refuse(extack, attr, -ENOENT, "%s %s: %s: no dim '%*pE'",
				     what, name, field, (int)strlen(dim), dim);
	return i;
}

static int parse_dim(struct vsn_topo *topo, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSN_A_DIM_MAX + 1];
	struct vsn_dim dim = {};
	int err;

	err = nla_parse_nested(tb, VSN_A_DIM_MAX, nest, vsn_dim_nl_policy, extack);
	if (err)
		return err;
	err = parse_name(nest, tb[VSN_A_DIM_NAME], VSN_A_DIM_NAME, "dim", dim.name,
			 extack);
	if (err)
		return err;
	if (vsn_topo_find_dim(topo, dim.name) >= 0)
		return vsn_nl_refuse(extack, tb[VSN_A_DIM_NAME], -EEXIST,
				     "dim %s: named twice", dim.name);
	if (!tb[VSN_A_DIM_SIZE]) {
		NL_SET_ERR_ATTR_MISS(extack, nest, VSN_A_DIM_SIZE);
		return vsn_nl_refuse(extack, NULL, -EINVAL, "dim %s: size is missing",
				     dim.name);
	}
	dim.size = nla_get_u32(tb[VSN_A_DIM_SIZE]);
	if (tb[VSN_A_DIM_PREFIX])
		nla_strscpy(dim.prefix, tb[VSN_A_DIM_PREFIX], sizeof(dim.prefix));
	else if (strscpy(dim.prefix, dim.name, sizeof(dim.prefix)) < 0)
		return vsn_nl_refuse(extack, tb[VSN_A_DIM_NAME], -EINVAL,
				     "dim %s: too long for a prefix, and prefix is missing",
				     dim.name);
	if (topo->nr_dims >= VSN_MAX_DIMS)
		return vsn_nl_refuse(extack, nest, -E2BIG, "dim %s: more than %u dims",
				     dim.name, VSN_MAX_DIMS);
	topo->dims[topo->nr_dims++] = dim;
	return 0;
}

static int parse_kind_dims(struct vsn_topo *topo, struct vsn_kind *kind,
			   const char *name, const struct nlattr *nest,
			   const struct nlattr *package,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int dim, i, rem;

	nla_for_each_nested_type(attr, VSN_A_KIND_DIM, nest, rem) {
		dim = find_dim(topo, attr, "kind", name, "dim", extack);
		if (dim < 0)
			return dim;
		for (i = 0; i < kind->nr_dims; i++)
			if (kind->dims[i] == dim)
				return vsn_nl_refuse(extack, attr, -EEXIST,
						     "kind %s: dim %s: named twice",
						     name, topo->dims[dim].name);
		/* Each at most once, so there is room. */
		kind->dims[kind->nr_dims++] = dim;
	}
	if (!package)
		return 0;
	dim = find_dim(topo, package, "kind", name, "package", extack);
	if (dim < 0)
		return dim;
	for (i = 0; i < kind->nr_dims; i++)
		if (kind->dims[i] == dim)
			kind->package_dims = i + 1;
	if (!kind->package_dims)
		return vsn_nl_refuse(extack, package, -EINVAL,
				     "kind %s: package: '%s' is not one of its dims",
				     name, topo->dims[dim].name);
	return 0;
}

static int parse_kind(struct vsn_topo *topo, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSN_A_KIND_MAX + 1];
	struct vsn_kind kind = {};
	const char *name;
	int err;
	u32 k;

	err = nla_parse_nested(tb, VSN_A_KIND_MAX, nest, vsn_kind_nl_policy, extack);
	if (err)
		return err;
	err = refuse_outputs(tb, kind_outputs, "kind", extack);
	if (err)
		return err;
	if (!tb[VSN_A_KIND_KIND])
		return vsn_nl_missing(extack, nest, VSN_A_KIND_KIND, "kind: kind");
	k = nla_get_u32(tb[VSN_A_KIND_KIND]);
	name = kind_name(k);
	if (topo->kinds[k].nr_dims)
		return vsn_nl_refuse(extack, tb[VSN_A_KIND_KIND], -EEXIST,
				     "kind %s: there already", name);
	if (!tb[VSN_A_KIND_DIM]) {
		NL_SET_ERR_ATTR_MISS(extack, nest, VSN_A_KIND_DIM);
		return vsn_nl_refuse(extack, NULL, -EINVAL, "kind %s: dim is missing",
				     name);
	}
	err = parse_kind_dims(topo, &kind, name, nest, tb[VSN_A_KIND_PACKAGE], extack);
	if (err)
		return err;
	kind.capacity = get_uint(tb[VSN_A_KIND_CAPACITY], 0);
	kind.mem_bandwidth = get_uint(tb[VSN_A_KIND_MEM_BANDWIDTH], 0);
	kind.mem_latency = get_uint(tb[VSN_A_KIND_MEM_LATENCY], 0);
	kind.read_bandwidth = get_uint(tb[VSN_A_KIND_READ_BANDWIDTH], 0);
	kind.write_bandwidth = get_uint(tb[VSN_A_KIND_WRITE_BANDWIDTH], 0);
	kind.overhead = get_uint(tb[VSN_A_KIND_OVERHEAD], 0);
	topo->kinds[k] = kind;
	return 0;
}

static int parse_port(struct vsn_tier *tier, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSN_A_PORT_MAX + 1];
	struct vsn_port *port;
	int err;
	u32 k;

	err = nla_parse_nested(tb, VSN_A_PORT_MAX, nest, vsn_port_nl_policy, extack);
	if (err)
		return err;
	k = get_u32(tb[VSN_A_PORT_KIND], 0);
	port = &tier->ports[k];
	if (port->bandwidth)
		return vsn_nl_refuse(extack, nest, -EEXIST, "tier %s: port %s: there already",
				     tier->name, kind_name(k));
	if (!tb[VSN_A_PORT_BANDWIDTH]) {
		NL_SET_ERR_ATTR_MISS(extack, nest, VSN_A_PORT_BANDWIDTH);
		return vsn_nl_refuse(extack, NULL, -EINVAL,
				     "tier %s: port: bandwidth is missing", tier->name);
	}
	port->bandwidth = nla_get_uint(tb[VSN_A_PORT_BANDWIDTH]);
	if (!port->bandwidth)
		return vsn_nl_refuse(extack, tb[VSN_A_PORT_BANDWIDTH], -EINVAL,
				     "tier %s: port: bandwidth is 0", tier->name);
	port->latency = get_uint(tb[VSN_A_PORT_LATENCY], 0);
	port->efficiency = get_u32(tb[VSN_A_PORT_EFFICIENCY], VSN_EFFICIENCY_ONE);
	return 0;
}

static int parse_tier(struct vsn_topo *topo, struct vsn_network *net,
		      const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct vsn_tier *tier = &net->tiers[net->nr_tiers];
	struct nlattr *tb[VSN_A_TIER_MAX + 1];
	const struct nlattr *attr;
	int dim, err, rem;
	u32 i;

	if (net->nr_tiers >= VSN_MAX_TIERS)
		return vsn_nl_refuse(extack, nest, -E2BIG, "network %s: more than %u tiers",
				     net->name, VSN_MAX_TIERS);
	err = nla_parse_nested(tb, VSN_A_TIER_MAX, nest, vsn_tier_nl_policy, extack);
	if (err)
		return err;
	err = refuse_outputs(tb, tier_outputs, "tier", extack);
	if (err)
		return err;
	err = parse_name(nest, tb[VSN_A_TIER_NAME], VSN_A_TIER_NAME, "tier", tier->name,
			 extack);
	if (err)
		return err;
	for (i = 0; i < net->nr_tiers; i++)
		if (!strcmp(net->tiers[i].name, tier->name))
			return vsn_nl_refuse(extack, tb[VSN_A_TIER_NAME], -EEXIST,
					     "tier %s: named twice", tier->name);
	tier->kind = get_u32(tb[VSN_A_TIER_KIND], VSN_TIER_KIND_SWITCH);
	if (!tb[VSN_A_TIER_ATTACH] && tier->kind != VSN_TIER_KIND_GRAPH) {
		NL_SET_ERR_ATTR_MISS(extack, nest, VSN_A_TIER_ATTACH);
		return vsn_nl_refuse(extack, NULL, -EINVAL, "tier %s: attach is missing",
				     tier->name);
	}
	nla_for_each_nested_type(attr, VSN_A_TIER_OVER, nest, rem) {
		dim = find_dim(topo, attr, "tier", tier->name, "over", extack);
		if (dim < 0)
			return dim;
		if (tier->over & BIT(dim))
			return vsn_nl_refuse(extack, attr, -EEXIST,
					     "tier %s: over: '%s' is named twice",
					     tier->name, topo->dims[dim].name);
		tier->over |= BIT(dim);
	}
	tier->attach = get_u32(tb[VSN_A_TIER_ATTACH], VSN_ATTACH_ENDPOINT);
	tier->transit = nla_get_flag(tb[VSN_A_TIER_TRANSIT]);
	tier->forwarding = get_u32(tb[VSN_A_TIER_FORWARDING], VSN_FORWARDING_CUT_THROUGH);
	tier->wiring = get_u32(tb[VSN_A_TIER_WIRING], VSN_WIRING_FULL);
	tier->planes = get_u32(tb[VSN_A_TIER_PLANES], 1);
	tier->switches = get_u32(tb[VSN_A_TIER_SWITCHES], 1);
	tier->lanes = get_u32(tb[VSN_A_TIER_LANES], 1);
	tier->switch_latency = get_uint(tb[VSN_A_TIER_SWITCH_LATENCY], 0);
	tier->reduces = nla_get_flag(tb[VSN_A_TIER_REDUCES]);
	err = vsn_nl_text(tb[VSN_A_TIER_MEDIUM], "medium", tier->medium,
			  sizeof(tier->medium), extack);
	if (err)
		return err;
	nla_for_each_nested_type(attr, VSN_A_TIER_PORT, nest, rem) {
		err = parse_port(tier, attr, extack);
		if (err)
			return err;
	}
	net->nr_tiers++;
	return 0;
}

static int parse_network(struct vsn_topo *topo, const struct nlattr *nest,
			 struct netlink_ext_ack *extack)
{
	struct vsn_network *net = &topo->networks[topo->nr_networks];
	struct nlattr *tb[VSN_A_NETWORK_MAX + 1];
	const struct nlattr *attr;
	int err, rem;
	u32 i;

	if (topo->nr_networks >= VSN_MAX_NETWORKS)
		return vsn_nl_refuse(extack, nest, -E2BIG, "more than %u networks",
				     VSN_MAX_NETWORKS);
	err = nla_parse_nested(tb, VSN_A_NETWORK_MAX, nest, vsn_network_nl_policy, extack);
	if (err)
		return err;
	err = refuse_outputs(tb, network_outputs, "network", extack);
	if (err)
		return err;
	err = parse_name(nest, tb[VSN_A_NETWORK_NAME], VSN_A_NETWORK_NAME, "network",
			 net->name, extack);
	if (err)
		return err;
	for (i = 0; i < topo->nr_networks; i++)
		if (!strcmp(topo->networks[i].name, net->name))
			return vsn_nl_refuse(extack, tb[VSN_A_NETWORK_NAME], -EEXIST,
					     "network %s: named twice", net->name);
	if (!tb[VSN_A_NETWORK_PACKET]) {
		NL_SET_ERR_ATTR_MISS(extack, nest, VSN_A_NETWORK_PACKET);
		return vsn_nl_refuse(extack, NULL, -EINVAL, "network %s: packet is missing",
				     net->name);
	}
	net->packet = nla_get_u32(tb[VSN_A_NETWORK_PACKET]);
	net->header = get_u32(tb[VSN_A_NETWORK_HEADER], 0);
	net->stripe = get_u32(tb[VSN_A_NETWORK_STRIPE], 0);
	net->policy = get_u32(tb[VSN_A_NETWORK_POLICY], VSN_POLICY_DMODK);
	net->seed = get_uint(tb[VSN_A_NETWORK_SEED], 0);
	nla_for_each_nested_type(attr, VSN_A_NETWORK_TIER, nest, rem) {
		err = parse_tier(topo, net, attr, extack);
		if (err)
			return err;
	}
	if (net->nr_tiers && net->tiers[0].kind == VSN_TIER_KIND_GRAPH) {
		net->graph = vsn_graph_create(&vsn_engine_mem);
		if (!net->graph)
			return vsn_nl_refuse(extack, NULL, -ENOMEM,
					     "network %s: no memory for a graph", net->name);
	}
	topo->nr_networks++;
	return 0;
}

/**
 * vsn_nl_topo_parse - add what a message says to a topology
 * @info: the message: fabric-new or fabric-set
 * @topo: a draft's topology, or a copy of one
 *
 * A name is resolved among the dims of the draft and of the whole message, in
 * whichever order its attributes come.
 *
 * Graphs are not copied with a topology, so they are added to in place: the caller
 * notes with vsn_nl_graphs_mark() how far they had come.
 *
 * Return: 0; with the reason said and @topo in no defined state, but for what
 * vsn_nl_graphs_undo() needs: -EINVAL, -ENOENT for a name that is not there, -EEXIST
 * for what is there already, -E2BIG for too many, -ENOMEM.
 */
int vsn_nl_topo_parse(const struct genl_info *info, struct vsn_topo *topo)
{
	const struct nlattr *attr;
	int err, rem;

	nlmsg_for_each_attr_type(attr, VSN_A_FABRIC_DIM, info->nlhdr, GENL_HDRLEN, rem) {
		err = parse_dim(topo, attr, info->extack);
		if (err)
			return err;
	}
	nlmsg_for_each_attr_type(attr, VSN_A_FABRIC_KIND, info->nlhdr, GENL_HDRLEN, rem) {
		err = parse_kind(topo, attr, info->extack);
		if (err)
			return err;
	}
	nlmsg_for_each_attr_type(attr, VSN_A_FABRIC_NETWORK, info->nlhdr, GENL_HDRLEN, rem) {
		err = parse_network(topo, attr, info->extack);
		if (err)
			return err;
	}
	nlmsg_for_each_attr_type(attr, VSN_A_FABRIC_GRAPH, info->nlhdr, GENL_HDRLEN, rem) {
		err = vsn_nl_graph_parse(attr, topo, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * vsn_nl_topo_size - room that a topology takes
 * @topo: the topology
 *
 * Return: bytes of attributes, at most, for vsn_nl_topo_put().
 */
size_t vsn_nl_topo_size(const struct vsn_topo *topo)
{
	size_t dims = topo->nr_dims * SIZE_NAME;
	size_t dim = nla_total_size(SIZE_NAME + SIZE_TEXT + SIZE_U32);
	size_t kind = nla_total_size(dims + 4 * SIZE_U32 + SIZE_NAME + 6 * SIZE_UINT);
	size_t port = nla_total_size(2 * SIZE_U32 + 2 * SIZE_UINT);
	size_t tier = nla_total_size(SIZE_NAME + dims + 10 * SIZE_U32 + SIZE_UINT +
				     SIZE_TEXT + VSN_NR_KINDS * port);
	size_t size = topo->nr_dims * dim + VSN_NR_KINDS * kind;
	u32 n;

	for (n = 0; n < topo->nr_networks; n++)
		size += nla_total_size(SIZE_NAME + 5 * SIZE_U32 + SIZE_UINT +
				       topo->networks[n].nr_tiers * tier);
	return size;
}

static int put_dim(struct sk_buff *skb, const struct vsn_dim *dim)
{
	struct nlattr *nest = nla_nest_start(skb, VSN_A_FABRIC_DIM);

	if (!nest ||
	    nla_put_string(skb, VSN_A_DIM_NAME, dim->name) ||
	    nla_put_string(skb, VSN_A_DIM_PREFIX, dim->prefix) ||
	    nla_put_u32(skb, VSN_A_DIM_SIZE, dim->size))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_kind(struct sk_buff *skb, const struct vsn_topo *topo, u32 k,
		    bool committed)
{
	const struct vsn_kind *kind = &topo->kinds[k];
	struct nlattr *nest;
	u32 i;

	nest = nla_nest_start(skb, VSN_A_FABRIC_KIND);
	if (!nest || nla_put_u32(skb, VSN_A_KIND_KIND, k))
		return -EMSGSIZE;
	for (i = 0; i < kind->nr_dims; i++)
		if (nla_put_string(skb, VSN_A_KIND_DIM, topo->dims[kind->dims[i]].name))
			return -EMSGSIZE;
	if (kind->package_dims &&
	    nla_put_string(skb, VSN_A_KIND_PACKAGE,
			   topo->dims[kind->dims[kind->package_dims - 1]].name))
		return -EMSGSIZE;
	if (nla_put_uint(skb, VSN_A_KIND_CAPACITY, kind->capacity) ||
	    nla_put_uint(skb, VSN_A_KIND_MEM_BANDWIDTH, kind->mem_bandwidth) ||
	    nla_put_uint(skb, VSN_A_KIND_MEM_LATENCY, kind->mem_latency) ||
	    nla_put_uint(skb, VSN_A_KIND_READ_BANDWIDTH, kind->read_bandwidth) ||
	    nla_put_uint(skb, VSN_A_KIND_WRITE_BANDWIDTH, kind->write_bandwidth) ||
	    nla_put_uint(skb, VSN_A_KIND_OVERHEAD, kind->overhead))
		return -EMSGSIZE;
	if (committed &&
	    (nla_put_u32(skb, VSN_A_KIND_BASE, kind->base) ||
	     nla_put_u32(skb, VSN_A_KIND_COUNT, kind->count) ||
	     nla_put_u32(skb, VSN_A_KIND_PACKAGES, kind->packages)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_port(struct sk_buff *skb, const struct vsn_port *port, u32 k)
{
	struct nlattr *nest = nla_nest_start(skb, VSN_A_TIER_PORT);

	if (!nest ||
	    (k && nla_put_u32(skb, VSN_A_PORT_KIND, k)) ||
	    nla_put_uint(skb, VSN_A_PORT_BANDWIDTH, port->bandwidth) ||
	    nla_put_uint(skb, VSN_A_PORT_LATENCY, port->latency) ||
	    nla_put_u32(skb, VSN_A_PORT_EFFICIENCY, port->efficiency))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_tier(struct sk_buff *skb, const struct vsn_topo *topo,
		    const struct vsn_network *net, const struct vsn_tier *tier,
		    bool committed)
{
	struct nlattr *nest;
	u32 i;

	nest = nla_nest_start(skb, VSN_A_NETWORK_TIER);
	if (!nest || nla_put_string(skb, VSN_A_TIER_NAME, tier->name))
		return -EMSGSIZE;
	for (i = 0; i < topo->nr_dims; i++)
		if (tier->over & BIT(i) &&
		    nla_put_string(skb, VSN_A_TIER_OVER, topo->dims[i].name))
			return -EMSGSIZE;
	if (nla_put_u32(skb, VSN_A_TIER_ATTACH, tier->attach) ||
	    nla_put_u32(skb, VSN_A_TIER_KIND, tier->kind) ||
	    nla_put_u32(skb, VSN_A_TIER_FORWARDING, tier->forwarding) ||
	    nla_put_u32(skb, VSN_A_TIER_PLANES, tier->planes) ||
	    nla_put_u32(skb, VSN_A_TIER_SWITCHES, tier->switches) ||
	    nla_put_u32(skb, VSN_A_TIER_LANES, tier->lanes) ||
	    nla_put_u32(skb, VSN_A_TIER_WIRING, tier->wiring) ||
	    nla_put_uint(skb, VSN_A_TIER_SWITCH_LATENCY, tier->switch_latency))
		return -EMSGSIZE;
	if (tier->transit && nla_put_flag(skb, VSN_A_TIER_TRANSIT))
		return -EMSGSIZE;
	if (tier->medium[0] && nla_put_string(skb, VSN_A_TIER_MEDIUM, tier->medium))
		return -EMSGSIZE;
	if (tier->reduces && nla_put_flag(skb, VSN_A_TIER_REDUCES))
		return -EMSGSIZE;
	for (i = 0; i < VSN_NR_KINDS; i++)
		if (tier->ports[i].bandwidth && put_port(skb, &tier->ports[i], i))
			return -EMSGSIZE;
	if (committed &&
	    (nla_put_u32(skb, VSN_A_TIER_SWITCH_COUNT, vsn_topo_tier_switches(net, tier)) ||
	     nla_put_u32(skb, VSN_A_TIER_LINK_COUNT, vsn_topo_tier_links(topo, tier))))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_network(struct sk_buff *skb, const struct vsn_topo *topo, u32 n,
		       bool committed)
{
	const struct vsn_network *net = &topo->networks[n];
	struct nlattr *nest;
	u32 i;

	nest = nla_nest_start(skb, VSN_A_FABRIC_NETWORK);
	if (!nest ||
	    nla_put_string(skb, VSN_A_NETWORK_NAME, net->name) ||
	    nla_put_u32(skb, VSN_A_NETWORK_HEADER, net->header) ||
	    nla_put_u32(skb, VSN_A_NETWORK_PACKET, net->packet) ||
	    nla_put_u32(skb, VSN_A_NETWORK_STRIPE, net->stripe) ||
	    nla_put_u32(skb, VSN_A_NETWORK_POLICY, net->policy) ||
	    nla_put_uint(skb, VSN_A_NETWORK_SEED, net->seed) ||
	    nla_put_u32(skb, VSN_A_NETWORK_INDEX, n))
		return -EMSGSIZE;
	for (i = 0; i < net->nr_tiers; i++)
		if (put_tier(skb, topo, net, &net->tiers[i], committed))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * vsn_nl_topo_put - write a topology
 * @skb: message with room for vsn_nl_topo_size()
 * @topo: the topology; a draft's under its lock
 * @committed: what commit works out is there, and is written too
 *
 * Return: 0 or -EMSGSIZE; the caller cancels the message then.
 */
int vsn_nl_topo_put(struct sk_buff *skb, const struct vsn_topo *topo, bool committed)
{
	u32 i;

	for (i = 0; i < topo->nr_dims; i++)
		if (put_dim(skb, &topo->dims[i]))
			return -EMSGSIZE;
	for (i = 1; i < VSN_NR_KINDS; i++)
		if (topo->kinds[i].nr_dims && put_kind(skb, topo, i, committed))
			return -EMSGSIZE;
	for (i = 0; i < topo->nr_networks; i++)
		if (put_network(skb, topo, i, committed))
			return -EMSGSIZE;
	return 0;
}
