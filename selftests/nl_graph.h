/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fabric whose network is a graph, in raw attributes, whole or in parts: 16
 * accelerators a0 to a15, 8 at each of two switches, and two links between these.
 */
#ifndef VSN_NL_GRAPH_H
#define VSN_NL_GRAPH_H

#include "nl_fabric.h"

#define GRAPH_ENDPOINTS	16
#define GRAPH_LINKS	(2 * GRAPH_ENDPOINTS + 4)
#define GRAPH_PARTS	4	/* dim, kind, network, tier */

static inline void put_graph_ends(struct nl_msg *m)
{
	struct nlattr *nest;

	put_dim(m, "slot", "a", GRAPH_ENDPOINTS);
	nest = nl_nest(m, VSN_A_FABRIC_KIND);
	nl_u32(m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_ACCELERATOR);
	nl_str(m, VSN_A_KIND_DIM, "slot");
	put_kind_figures(m);
	nl_end(m, nest);
}

static inline void put_graph_network(struct nl_msg *m, const char *name)
{
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_NETWORK), *tier;

	nl_str(m, VSN_A_NETWORK_NAME, name);
	nl_u32(m, VSN_A_NETWORK_HEADER, 32);
	nl_u32(m, VSN_A_NETWORK_PACKET, 4096);
	tier = nl_nest(m, VSN_A_NETWORK_TIER);
	nl_str(m, VSN_A_TIER_NAME, "graph");
	nl_u32(m, VSN_A_TIER_KIND, VSN_TIER_KIND_GRAPH);
	nl_end(m, tier);
	nl_end(m, nest);
}

/* Begin a part of the graph of a network; nl_end() ends it. */
static inline struct nlattr *nl_graph(struct nl_msg *m, const char *network)
{
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_GRAPH);

	nl_str(m, VSN_A_GRAPH_NETWORK, network);
	return nest;
}

static inline void put_switch(struct nl_msg *m, const char *name)
{
	struct nlattr *nest = nl_nest(m, VSN_A_GRAPH_SWITCH);

	nl_str(m, VSN_A_GRAPH_SWITCH_NAME, name);
	nl_u32(m, VSN_A_GRAPH_SWITCH_LATENCY, 200000);
	nl_end(m, nest);
}

/* @lanes: 0: not given; both ways */
static inline void put_link(struct nl_msg *m, const char *from, const char *to, uint32_t lanes)
{
	struct nlattr *nest = nl_nest(m, VSN_A_GRAPH_LINK);

	nl_str(m, VSN_A_GRAPH_LINK_FROM, from);
	nl_str(m, VSN_A_GRAPH_LINK_TO, to);
	nl_u64(m, VSN_A_GRAPH_LINK_BANDWIDTH, 50 * GB);
	nl_u32(m, VSN_A_GRAPH_LINK_LATENCY, 10000);
	nl_flag(m, VSN_A_GRAPH_LINK_BOTH);
	if (lanes)
		nl_u32(m, VSN_A_GRAPH_LINK_LANES, lanes);
	nl_end(m, nest);
}

static inline void put_end_links(struct nl_msg *m)
{
	char name[16];
	int i;

	for (i = 0; i < GRAPH_ENDPOINTS; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		put_link(m, name, i < GRAPH_ENDPOINTS / 2 ? "s0" : "s1", 0);
	}
}

/* Switches and links of network "net", but for what joins the switches */
static inline void put_graph_halves(struct nl_msg *m)
{
	struct nlattr *nest = nl_graph(m, "net");

	put_switch(m, "s0");
	put_switch(m, "s1");
	put_end_links(m);
	nl_end(m, nest);
}

static inline void put_graph_middle(struct nl_msg *m)
{
	struct nlattr *nest = nl_graph(m, "net");

	put_link(m, "s0", "s1", 2);
	nl_end(m, nest);
}

static inline void put_graph_draft(struct nl_msg *m)
{
	put_graph_ends(m);
	put_graph_network(m, "net");
}

static inline void put_graph_uncommitted(struct nl_msg *m)
{
	put_graph_draft(m);
	put_graph_halves(m);
	put_graph_middle(m);
}

static inline void put_graph_whole(struct nl_msg *m)
{
	put_graph_uncommitted(m);
	nl_flag(m, VSN_A_FABRIC_COMMIT);
}

#endif /* VSN_NL_GRAPH_H */
