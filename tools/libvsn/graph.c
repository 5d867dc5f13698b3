// SPDX-License-Identifier: GPL-2.0
/* Graphs: too large for one message, so they go in parts. */
#include <errno.h>

#include "internal.h"

/* Of a part, bytes at most: a nest ends at 64 KiB, and the last link has to fit. */
#define PART_SIZE	(48 * 1024)

static void put_switch(struct vsn_request *req, const struct vsn_ctl_graph_switch *sw)
{
	struct nlattr *nest = vsn_put_nest(req, VSN_A_GRAPH_SWITCH);

	vsn_put_str(req, VSN_A_GRAPH_SWITCH_NAME, sw->name);
	if (sw->latency)
		vsn_put_u64(req, VSN_A_GRAPH_SWITCH_LATENCY, sw->latency);
	vsn_put_nest_end(req, nest);
}

static void put_link(struct vsn_request *req, const struct vsn_ctl_graph_link *link)
{
	struct nlattr *nest = vsn_put_nest(req, VSN_A_GRAPH_LINK);

	vsn_put_str(req, VSN_A_GRAPH_LINK_FROM, link->from);
	vsn_put_str(req, VSN_A_GRAPH_LINK_TO, link->to);
	vsn_put_u64(req, VSN_A_GRAPH_LINK_BANDWIDTH, link->bandwidth);
	if (link->latency)
		vsn_put_u64(req, VSN_A_GRAPH_LINK_LATENCY, link->latency);
	if (link->efficiency)
		vsn_put_u32(req, VSN_A_GRAPH_LINK_EFFICIENCY, link->efficiency);
	if (link->lanes)
		vsn_put_u32(req, VSN_A_GRAPH_LINK_LANES, link->lanes);
	if (link->both)
		vsn_put_flag(req, VSN_A_GRAPH_LINK_BOTH);
	vsn_put_nest_end(req, nest);
}

/* Bytes that are in the message; 0 where it has failed. */
static size_t size_of(const struct vsn_request *req)
{
	return req->err ? 0 : nlmsg_hdr(req->msg)->nlmsg_len;
}

/* From the cursor on, while there is room; returns whether all of it was put. */
static bool put_graph(struct vsn_request *req, const char *network,
		      const struct vsn_ctl_graph *graph, struct vsn_graph_cursor *at)
{
	size_t begin = size_of(req);
	struct nlattr *nest;

	if (!graph->nr_switches && !graph->nr_links)
		return true;
	nest = vsn_put_nest(req, VSN_A_FABRIC_GRAPH);
	vsn_put_str(req, VSN_A_GRAPH_NETWORK, network);
	while (at->sw < graph->nr_switches && size_of(req) < begin + PART_SIZE)
		put_switch(req, &graph->switches[at->sw++]);
	while (at->sw == graph->nr_switches && at->link < graph->nr_links &&
	       size_of(req) < begin + PART_SIZE)
		put_link(req, &graph->links[at->link++]);
	vsn_put_nest_end(req, nest);
	return at->sw == graph->nr_switches && at->link == graph->nr_links;
}

bool vsn_put_graphs(struct vsn_request *req, const struct vsn_ctl_network *networks,
		    size_t count, struct vsn_graph_cursor *at)
{
	while (at->network < count) {
		const struct vsn_ctl_network *net = &networks[at->network];
		bool empty = !net->graph.nr_switches && !net->graph.nr_links;

		if (!put_graph(req, net->name, &net->graph, at))
			return req->err;
		at->network++;
		at->sw = 0;
		at->link = 0;
		/* One part a message, so that it has room. */
		if (!empty)
			break;
	}
	while (at->network < count && !networks[at->network].graph.nr_switches &&
	       !networks[at->network].graph.nr_links)
		at->network++;
	return req->err || at->network == count;
}

/**
 * vsn_ctl_fabric_graph() - add to the graph of a network
 * @ctl: handle
 * @name: name of a draft
 * @network: name of a network of it, whose tier is of kind graph
 * @graph: what to add
 *
 * Return: 0, -ENOENT there is no such draft or network, or no end of a name that a
 * link gives, -EEXIST a switch of that name is there, -E2BIG there are too many,
 * -EBUSY it is no draft any more, -EINVAL, -EPERM, or another negative errno.  What
 * takes several messages may have been added in part.
 */
int vsn_ctl_fabric_graph(struct vsn_ctl *ctl, const char *name, const char *network,
			 const struct vsn_ctl_graph *graph)
{
	struct vsn_graph_cursor at = { 0 };
	struct vsn_request req;
	bool all = false;
	int err = 0;

	while (!err && !all) {
		vsn_request_alloc(&req, ctl, VSN_CMD_FABRIC_SET, 2 * PART_SIZE);
		vsn_put_str(&req, VSN_A_FABRIC_NAME, name);
		all = put_graph(&req, network, graph, &at) || req.err;
		err = vsn_request_do(&req, NULL, NULL);
	}
	return err;
}
