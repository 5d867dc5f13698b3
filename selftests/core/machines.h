/* SPDX-License-Identifier: GPL-2.0 */
/* Small machines, each a composition of tiers. */
#ifndef VSN_TEST_MACHINES_H
#define VSN_TEST_MACHINES_H

#include "topo.h"

/**
 * struct machine - a machine and what is known of its routes
 * @name: what it is
 * @build: fills in a topology of one network
 * @links: directed links that there must be
 * @flags: the following
 */
struct machine {
	const char *name;
	void (*build)(struct vsn_topo *t);
	u32 links;
	u32 flags;
};

#define SHORTEST	1U	/* candidates are as short as any way in the graph */
#define ALL		2U	/* and are all of these ways */
#define SPARE		4U	/* there is a way round each link, and routes know one */
#define MORE		8U	/* there may be ways round that routes do not know */

extern const struct machine machines[];
extern const u32 nr_machines;

/* Append a tier: bandwidth 10 GB/s, latency 1 ns, one plane, one lane. */
struct vsn_tier *machine_tier(struct vsn_topo *t, u32 kind, u32 attach, u32 over);

#define EP	VSN_ATTACH_ENDPOINT
#define SW	VSN_ATTACH_SWITCH
#define SWITCH	VSN_TIER_KIND_SWITCH
#define MESH	VSN_TIER_KIND_MESH
#define RING	VSN_TIER_KIND_RING
#define GRID	VSN_TIER_KIND_GRID
/* Masks of the dimensions named a, b, c, d */
#define A	1U
#define B	2U
#define C	4U
#define D	8U

#endif /* VSN_TEST_MACHINES_H */
