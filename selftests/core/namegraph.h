/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A topology as a graph, built from the names of its links alone: what routes
 * are held to.
 */
#ifndef VSN_TEST_NAMEGRAPH_H
#define VSN_TEST_NAMEGRAPH_H

#include "route.h"

#define GRAPH_MAX_VERTICES	4096U

struct graph_link {
	u32 from;	/* vertices */
	u32 to;
	bool there;
	bool down;
};

struct graph {
	const struct vsn_topo *t;
	u32 nr_vertices;	/* endpoints first, by id */
	char (*names)[64];
	struct graph_link *links;	/* by link id */
	u32 *next;		/* links of a vertex: lists through this, by link id + 1 */
	u32 *first;
	u32 nr_links;
	bool forward;	/* endpoints do */
	u32 *dist;		/* what graph_search() found */
	u64 *ways;
};

void graph_build(struct graph *g, const struct vsn_topo *t);
void graph_free(struct graph *g);

/* Distances and numbers of shortest ways from an endpoint, over links that are up */
void graph_search(struct graph *g, u32 src);
#define GRAPH_FAR	U32_MAX

/* Is it a path over links that are there, without a loop? Why not, or NULL */
const char *graph_check_path(const struct graph *g, u32 src, u32 dst,
			     const struct vsn_path *path);

/* Liveness as the router asks for it */
bool graph_live(void *ctx, u32 link);

#endif /* VSN_TEST_NAMEGRAPH_H */
