/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink: graphs, and how what a message added to them is taken back. */
#ifndef VSN_NETLINK_GRAPH_H
#define VSN_NETLINK_GRAPH_H

#include "core/graph.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * struct vsn_nl_graphs - how far the graphs of a draft had come
 * @nr: networks
 * @marks: by network
 */
struct vsn_nl_graphs {
	u32 nr;
	struct vsn_graph_mark marks[VSN_MAX_NETWORKS];
};

int vsn_nl_graph_parse(const struct nlattr *nest, struct vsn_topo *topo,
		       struct netlink_ext_ack *extack);
void vsn_nl_graphs_mark(const struct vsn_topo *topo, struct vsn_nl_graphs *graphs);
void vsn_nl_graphs_undo(struct vsn_topo *topo, const struct vsn_nl_graphs *graphs);

#endif /* VSN_NETLINK_GRAPH_H */
