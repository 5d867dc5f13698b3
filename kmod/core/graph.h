/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Graphs: networks whose switches and links are listed one by one.
 *
 * A graph is filled in part by part while its topology is a draft, and committed
 * with it: then its links get ids in the order in which they were added, and so do
 * its switches.  What is computed at commit grows with vertices and links, what is
 * kept of routes is a cache of a fixed size.
 *
 * A path is one of the shortest: by latency, that of switches and of endpoints in
 * between included, and then by its number of links, of those with max_hops of the
 * graph at most.  Where an endpoint has none of these, all paths to that destination
 * are shortest by links, and then by latency.  Endpoints are only ends, unless the tier says
 * "transit".
 *
 * Routes fill the cache: vsn_graph_candidates(), vsn_graph_select(),
 * vsn_graph_path() and vsn_graph_find() are for one caller at a time, and so are
 * those of route.h that come to them.  They need no memory: where there is none for
 * another entry, one that is there is used again.
 */
#ifndef VSN_CORE_GRAPH_H
#define VSN_CORE_GRAPH_H

#include "route.h"

/* Endpoints that have links, and switches */
#define VSN_GRAPH_MAX_VERTICES	8192U
#define VSN_GRAPH_MAX_LINKS	(1U << 17)
#define VSN_GRAPH_MAX_LANES	1024U

/**
 * struct vsn_graph_switch - a switch
 * @name: unique in the graph, and no endpoint's
 * @latency: ps
 */
struct vsn_graph_switch {
	char name[VSN_NAME_SIZE];
	u64 latency;
};

/**
 * struct vsn_graph_link - a directed link
 * @usable: bandwidth times efficiency, bytes/s
 * @latency: of the wire, ps
 * @from: where it begins, see vsn_graph_end()
 * @to: where it leads
 * @lane: number among parallel ones
 * @lanes: number of parallel ones
 */
struct vsn_graph_link {
	u64 usable;
	u64 latency;
	u32 from;
	u32 to;
	u16 lane;
	u16 lanes;
};

/**
 * struct vsn_graph_edge - links that are to be added
 * @from: name of an endpoint or a switch
 * @to: the same
 * @bandwidth: raw, bytes/s
 * @latency: of the wire, ps
 * @efficiency: usable part of the bandwidth, parts per million; 0: all
 * @lanes: parallel links
 * @both: and as many back
 */
struct vsn_graph_edge {
	const char *from;
	const char *to;
	u64 bandwidth;
	u64 latency;
	u32 efficiency;
	u32 lanes;
	bool both;
};

/**
 * struct vsn_graph_mark - how far a graph had come
 * @switches: number of switches
 * @links: number of links
 */
struct vsn_graph_mark {
	u32 switches;
	u32 links;
};

/**
 * struct vsn_graph_arc - a link as a vertex sees it
 * @peer: vertex at the other end
 * @link: index of the link
 * @latency: of the wire, and of the switch that it leads to, ps
 */
struct vsn_graph_arc {
	u32 peer;
	u32 link;
	u64 latency;
};

struct vsn_graph_tree;

/**
 * struct vsn_graph - a graph
 * @mem: memory
 * @nr_switches: number of switches
 * @switch_room: room for
 * @switches: switches, in the order of their ids
 * @name_room: length of @names, a power of two
 * @names: hash of the switches' names: index + 1
 * @nr_links: number of directed links
 * @link_room: room for
 * @links: links, in the order of their ids
 * @nr_ends: endpoints that have links; set by commit, as is all that follows
 * @ends: their ids, ascending; they are vertices 0 to @nr_ends - 1
 * @nr_vertices: these, and then the switches
 * @out: by vertex, and one more: where its arcs begin in @outs
 * @outs: arcs that lead away
 * @in: the same for @ins
 * @ins: arcs that lead there
 * @max_hops: links of the longest path that is taken
 * @transit: endpoints forward
 * @transit_latency: and take so long, ps
 * @nr_trees: entries of the cache
 * @max_trees: how many there may be
 * @trees: entries
 * @hand: the next one to be thrown out, perhaps
 * @slots: by vertex, without failures and with: index + 1 of the entry
 * @dist: room for a search: by vertex, how far it is
 * @heap: vertices
 * @place: where they are in @heap
 * @work: links looked at since vsn_graph_work()
 */
struct vsn_graph {
	struct vsn_mem mem;
	u32 nr_switches;
	u32 switch_room;
	struct vsn_graph_switch *switches;
	u32 name_room;
	u32 *names;
	u32 nr_links;
	u32 link_room;
	struct vsn_graph_link *links;
	u32 nr_ends;
	u32 *ends;
	u32 nr_vertices;
	u32 *out;
	struct vsn_graph_arc *outs;
	u32 *in;
	struct vsn_graph_arc *ins;
	u32 max_hops;
	bool transit;
	u64 transit_latency;
	u32 nr_trees;
	u32 max_trees;
	struct vsn_graph_tree **trees;
	u32 hand;
	u32 *slots[2];
	u64 *dist;
	u32 *heap;
	u32 *place;
	u64 work;
};

#define VSN_GRAPH_NO_VERTEX	U32_MAX

/*
 * An end of a link: kind of endpoint and number within the kind, or kind 0 and the
 * index of a switch.  Unlike an id it is the same before commit and after.
 */
static inline u32 vsn_graph_end(u32 kind, u32 index)
{
	return kind << 24 | index;
}

static inline u32 vsn_graph_end_kind(u32 end)
{
	return end >> 24;
}

static inline u32 vsn_graph_end_index(u32 end)
{
	return end & 0xffffff;
}

/* A draft */
struct vsn_graph *vsn_graph_create(const struct vsn_mem *mem);
void vsn_graph_free(struct vsn_graph *g);
int vsn_graph_add_switch(struct vsn_graph *g, const char *name, u64 latency,
			 struct vsn_diag *diag);
int vsn_graph_add_link(struct vsn_graph *g, const struct vsn_topo *t,
		       const struct vsn_graph_edge *edge, struct vsn_diag *diag);
struct vsn_graph_mark vsn_graph_mark(const struct vsn_graph *g);
void vsn_graph_truncate(struct vsn_graph *g, struct vsn_graph_mark mark);
u32 vsn_graph_find_switch(const struct vsn_graph *g, const char *name);

/* Commit */
int vsn_graph_commit(struct vsn_topo *t, u32 net, struct vsn_diag *diag);
void vsn_graph_uncommit(struct vsn_graph *g);
int vsn_graph_end_name(const struct vsn_topo *t, const struct vsn_graph *g, u32 end,
		       char *buf, size_t size);

/* Routes */
int vsn_graph_routes_init(struct vsn_graph *g);
void vsn_graph_routes_free(struct vsn_graph *g);
bool vsn_graph_joins(const struct vsn_graph *g, u32 src, u32 dst);
u64 vsn_graph_candidates(const struct vsn_network *net, u32 src, u32 dst);
u64 vsn_graph_select(const struct vsn_network *net, u32 src, u32 dst, u32 plane,
		     u64 salt);
int vsn_graph_path(const struct vsn_network *net, u32 src, u32 dst, u64 candidate,
		   struct vsn_path *path);
int vsn_graph_find(const struct vsn_network *net, u32 src, u32 dst, u32 plane, u64 salt,
		   const struct vsn_live *live, struct vsn_path *path);

#endif /* VSN_CORE_GRAPH_H */
