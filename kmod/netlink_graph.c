// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: switches and links of graphs.
 *
 * They are too many for one nest, or one message: each adds to what the draft has.
 * What a name means, and whether a figure is one, is for the core to say.
 */

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "core/graph.h"
#include "netlink.h"
#include "netlink_graph.h"

/* What links are named by: written into messages, so it must be printable. */
#define END_NAME	256

static int parse_end(const struct nlattr *nest, const struct nlattr *attr, u32 type,
		     const char *what, char name[END_NAME], struct netlink_ext_ack *extack)
{
	if (!attr)
		return vsn_nl_missing(extack, nest, type, what);
	return vsn_nl_text(attr, what, name, END_NAME, extack);
}

static int parse_switch(struct vsn_graph *graph, const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSN_A_GRAPH_SWITCH_MAX + 1];
	struct vsn_diag diag;
	char name[VSN_NAME_SIZE];
	u64 latency = 0;
	int err;

	err = nla_parse_nested(tb, VSN_A_GRAPH_SWITCH_MAX, nest, vsn_graph_switch_nl_policy,
			       extack);
	if (err)
		return err;
	if (!tb[VSN_A_GRAPH_SWITCH_NAME])
		return vsn_nl_missing(extack, nest, VSN_A_GRAPH_SWITCH_NAME, "switch: name");
	err = vsn_nl_text(tb[VSN_A_GRAPH_SWITCH_NAME], "switch", name, sizeof(name), extack);
	if (err)
		return err;
	if (tb[VSN_A_GRAPH_SWITCH_LATENCY])
		latency = nla_get_uint(tb[VSN_A_GRAPH_SWITCH_LATENCY]);
	err = vsn_graph_add_switch(graph, name, latency, &diag);
	if (err) {
		vsn_nl_refuse_diag(extack, &diag, err);
		NL_SET_BAD_ATTR(extack, nest);
	}
	return err;
}

static int parse_link(struct vsn_graph *graph, const struct vsn_topo *topo,
		      const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSN_A_GRAPH_LINK_MAX + 1];
	struct vsn_graph_edge edge = { .lanes = 1 };
	char from[END_NAME], to[END_NAME];
	struct vsn_diag diag;
	int err;

	err = nla_parse_nested(tb, VSN_A_GRAPH_LINK_MAX, nest, vsn_graph_link_nl_policy,
			       extack);
	if (!err)
		err = parse_end(nest, tb[VSN_A_GRAPH_LINK_FROM], VSN_A_GRAPH_LINK_FROM,
				"link: from", from, extack);
	if (!err)
		err = parse_end(nest, tb[VSN_A_GRAPH_LINK_TO], VSN_A_GRAPH_LINK_TO,
				"link: to", to, extack);
	if (err)
		return err;
	if (!tb[VSN_A_GRAPH_LINK_BANDWIDTH])
		return vsn_nl_missing(extack, nest, VSN_A_GRAPH_LINK_BANDWIDTH,
				      "link: bandwidth");
	edge.from = from;
	edge.to = to;
	edge.both = nla_get_flag(tb[VSN_A_GRAPH_LINK_BOTH]);
	edge.bandwidth = nla_get_uint(tb[VSN_A_GRAPH_LINK_BANDWIDTH]);
	if (tb[VSN_A_GRAPH_LINK_LANES])
		edge.lanes = nla_get_u32(tb[VSN_A_GRAPH_LINK_LANES]);
	if (tb[VSN_A_GRAPH_LINK_LATENCY])
		edge.latency = nla_get_uint(tb[VSN_A_GRAPH_LINK_LATENCY]);
	if (tb[VSN_A_GRAPH_LINK_EFFICIENCY])
		edge.efficiency = nla_get_u32(tb[VSN_A_GRAPH_LINK_EFFICIENCY]);
	err = vsn_graph_add_link(graph, topo, &edge, &diag);
	if (err) {
		vsn_nl_refuse_diag(extack, &diag, err);
		NL_SET_BAD_ATTR(extack, nest);
	}
	return err;
}

static struct vsn_graph *find_graph(const struct vsn_topo *topo, const struct nlattr *attr,
				    struct netlink_ext_ack *extack)
{
	char name[VSN_NAME_SIZE];
	u32 n;

	nla_strscpy(name, attr, sizeof(name));
	for (n = 0; n < topo->nr_networks; n++)
		if (!strcmp(topo->networks[n].name, name))
			break;
	if (n == topo->nr_networks)
		vsn_nl_refuse(extack, attr, -ENOENT, "graph: no network '%*pE'",
			      (int)strlen(name), name);
	else if (!topo->networks[n].graph)
		vsn_nl_refuse(extack, attr, -ENOENT,
			      "graph: the tiers of network '%s' are no graph", name);
	else
		return topo->networks[n].graph;
	return NULL;
}

/**
 * vsn_nl_graph_parse - add a part to a network's graph
 * @nest: the attribute
 * @topo: what came before it is in there
 * @extack: why not
 *
 * Return: 0; -ENOENT no such network, endpoint or switch; -EINVAL, -EEXIST, -E2BIG,
 * -ENOMEM; the reason is said.
 */
int vsn_nl_graph_parse(const struct nlattr *nest, struct vsn_topo *topo,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VSN_A_GRAPH_MAX + 1];
	struct vsn_graph *graph;
	const struct nlattr *attr;
	int err, rem;

	err = nla_parse_nested(tb, VSN_A_GRAPH_MAX, nest, vsn_graph_nl_policy, extack);
	if (err)
		return err;
	if (!tb[VSN_A_GRAPH_NETWORK])
		return vsn_nl_missing(extack, nest, VSN_A_GRAPH_NETWORK, "graph: network");
	graph = find_graph(topo, tb[VSN_A_GRAPH_NETWORK], extack);
	if (!graph)
		return -ENOENT;
	nla_for_each_nested_type(attr, VSN_A_GRAPH_SWITCH, nest, rem) {
		err = parse_switch(graph, attr, extack);
		if (err)
			return err;
	}
	nla_for_each_nested_type(attr, VSN_A_GRAPH_LINK, nest, rem) {
		err = parse_link(graph, topo, attr, extack);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/**
 * vsn_nl_graphs_mark - note how far the graphs of a draft have come
 * @topo: the draft's
 * @graphs: out
 */
void vsn_nl_graphs_mark(const struct vsn_topo *topo, struct vsn_nl_graphs *graphs)
{
	u32 n;

	memset(graphs, 0, sizeof(*graphs));
	graphs->nr = topo->nr_networks;
	for (n = 0; n < topo->nr_networks; n++)
		if (topo->networks[n].graph)
			graphs->marks[n] = vsn_graph_mark(topo->networks[n].graph);
}

/**
 * vsn_nl_graphs_undo - take back what was added to them
 * @topo: the draft's, or the copy that was added to; graphs that are new are gone
 *	from it then
 * @graphs: how far they had come
 */
void vsn_nl_graphs_undo(struct vsn_topo *topo, const struct vsn_nl_graphs *graphs)
{
	u32 n;

	for (n = 0; n < topo->nr_networks; n++) {
		struct vsn_network *net = &topo->networks[n];

		if (!net->graph)
			continue;
		if (n < graphs->nr) {
			vsn_graph_truncate(net->graph, graphs->marks[n]);
		} else {
			vsn_graph_free(net->graph);
			net->graph = NULL;
		}
	}
}
