// SPDX-License-Identifier: GPL-2.0
#include "machines.h"
#include "sim.h"

#define GB	1000000000ULL

struct vsn_tier *machine_tier(struct vsn_topo *t, u32 kind, u32 attach, u32 over)
{
	struct vsn_network *net = &t->networks[0];

	sim_tier(t, &(struct sim_tier) {
		.over = over, .attach = attach, .bandwidth = 10 * GB, .latency = 1000 });
	net->tiers[net->nr_tiers - 1].kind = kind;
	return &net->tiers[net->nr_tiers - 1];
}

/* Switches that what is below is dealt to in turn */
static struct vsn_tier *dealt_tier(struct vsn_topo *t, u32 attach, u32 over, u32 switches)
{
	struct vsn_tier *tier = machine_tier(t, SWITCH, attach, over);

	tier->switches = switches;
	tier->wiring = VSN_WIRING_STRIDE;
	return tier;
}

static void dims(struct vsn_topo *t, u32 a, u32 b, u32 c)
{
	u32 sizes[] = { a, b, c };

	sim_topo(t, sizes, c ? 3 : b ? 2 : 1);
}

static void crossbar(struct vsn_topo *t)
{
	dims(t, 5, 0, 0);
	machine_tier(t, SWITCH, EP, A)->planes = 3;
}

static void clos(struct vsn_topo *t)
{
	struct vsn_tier *tier;

	dims(t, 4, 3, 0);
	tier = machine_tier(t, SWITCH, EP, B);
	tier->planes = 2;
	tier->switches = 2;
	tier->lanes = 2;
	tier = machine_tier(t, SWITCH, SW, A);
	tier->planes = 2;
	tier->switches = 3;
	tier->lanes = 2;
}

static void clos3(struct vsn_topo *t)
{
	dims(t, 3, 2, 2);
	machine_tier(t, SWITCH, EP, C)->switches = 2;
	machine_tier(t, SWITCH, SW, B)->switches = 2;
	machine_tier(t, SWITCH, SW, A)->switches = 3;
}

/* Switches of equal number in the middle, so the way down is not free there */
static void clos3_stride(struct vsn_topo *t)
{
	dims(t, 3, 2, 2);
	machine_tier(t, SWITCH, EP, C)->switches = 2;
	dealt_tier(t, SW, B, 2);
	machine_tier(t, SWITCH, SW, A)->switches = 2;
}

/* 4 pods of 2 edge and 2 aggregation switches of 4 ports each, 4 core switches */
static void fat_tree(struct vsn_topo *t)
{
	dims(t, 4, 2, 2);
	machine_tier(t, SWITCH, EP, C);
	machine_tier(t, SWITCH, SW, B)->switches = 2;
	dealt_tier(t, SW, A, 4);
}

/* The leaf switches that endpoints are dealt to, and a spine over them */
static void leaf_spine(struct vsn_topo *t)
{
	struct vsn_tier *tier;

	dims(t, 10, 0, 0);
	tier = dealt_tier(t, EP, A, 4);
	tier->planes = 2;
	tier = machine_tier(t, SWITCH, SW, 0);
	tier->switches = 2;
	tier->planes = 2;
}

/* A leaf switch for each place in a server, a spine above, links in the server */
static void rails(struct vsn_topo *t)
{
	dims(t, 4, 3, 0);
	machine_tier(t, SWITCH, EP, B);
	machine_tier(t, SWITCH, EP, A);
	machine_tier(t, SWITCH, SW, B)->switches = 2;
}

/* No spine: who is on another rail is reached through the server. */
static void rails_only(struct vsn_topo *t)
{
	dims(t, 3, 4, 0);
	machine_tier(t, MESH, EP, B);
	dealt_tier(t, EP, A | B, 4);
}

static void mesh(struct vsn_topo *t)
{
	struct vsn_tier *tier;

	dims(t, 6, 2, 0);
	tier = machine_tier(t, MESH, EP, A | B);
	tier->planes = 2;
	tier->lanes = 3;
}

static void mesh3(struct vsn_topo *t)
{
	dims(t, 4, 3, 2);
	machine_tier(t, MESH, EP, C)->planes = 2;
	machine_tier(t, MESH, EP, B);
	machine_tier(t, MESH, EP, A)->planes = 3;
}

static void ring6(struct vsn_topo *t)
{
	struct vsn_tier *tier;

	dims(t, 6, 0, 0);
	tier = machine_tier(t, RING, EP, A);
	tier->planes = 2;
	tier->lanes = 2;
}

static void rings_small(struct vsn_topo *t)
{
	dims(t, 2, 3, 1);
	machine_tier(t, RING, EP, A | B | C);
}

static void torus(struct vsn_topo *t)
{
	dims(t, 4, 4, 4);
	machine_tier(t, RING, EP, C);
	machine_tier(t, RING, EP, B);
	machine_tier(t, RING, EP, A);
}

static void torus_one_tier(struct vsn_topo *t)
{
	dims(t, 4, 5, 0);
	machine_tier(t, RING, EP, A | B);
}

static void grid3(struct vsn_topo *t)
{
	dims(t, 3, 4, 2);
	machine_tier(t, GRID, EP, A | B | C);
}

static void dragonfly(struct vsn_topo *t)
{
	dims(t, 5, 4, 2);
	machine_tier(t, SWITCH, EP, C)->planes = 2;
	machine_tier(t, MESH, SW, B)->planes = 2;
	machine_tier(t, MESH, SW, A)->planes = 2;
	t->networks[0].tiers[2].wiring = VSN_WIRING_SPREAD;
}

/* Groups of two levels of switches, of which the upper ones are all joined */
static void two_level_groups(struct vsn_topo *t)
{
	dims(t, 4, 2, 2);
	machine_tier(t, SWITCH, EP, C);
	machine_tier(t, SWITCH, SW, B)->switches = 2;
	machine_tier(t, MESH, SW, A);
}

/* Of which each has links to some of the other groups only */
static void two_level_dealt(struct vsn_topo *t)
{
	two_level_groups(t);
	t->networks[0].tiers[2].wiring = VSN_WIRING_SPREAD;
}

/* The same as the first, where a group's switches are not a dimension of their own */
static void dragonfly_dealt(struct vsn_topo *t)
{
	dims(t, 8, 6, 0);
	dealt_tier(t, EP, B, 3);
	machine_tier(t, MESH, SW, 0)->lanes = 2;
	machine_tier(t, MESH, SW, A)->wiring = VSN_WIRING_SPREAD;
}

/* Every endpoint is at all switches of its group: no local hop is needed. */
static void spread_free(struct vsn_topo *t)
{
	dims(t, 7, 2, 0);
	machine_tier(t, SWITCH, EP, B)->switches = 4;
	machine_tier(t, MESH, SW, A)->wiring = VSN_WIRING_SPREAD;
}

static void switch_mesh_full(struct vsn_topo *t)
{
	dims(t, 3, 4, 0);
	machine_tier(t, SWITCH, EP, B)->switches = 2;
	t->networks[0].tiers[0].wiring = VSN_WIRING_STRIDE;
	machine_tier(t, MESH, SW, A);
}

static void switch_mesh_stride(struct vsn_topo *t)
{
	dims(t, 3, 4, 2);
	machine_tier(t, SWITCH, EP, C)->switches = 2;
	machine_tier(t, MESH, SW, B)->wiring = VSN_WIRING_STRIDE;
	machine_tier(t, MESH, SW, A)->wiring = VSN_WIRING_STRIDE;
}

/* A 3D mesh of switches */
static void switch_grid(struct vsn_topo *t)
{
	u32 sizes[] = { 2, 3, 2, 2 };

	sim_topo(t, sizes, 4);
	machine_tier(t, SWITCH, EP, D)->planes = 2;
	machine_tier(t, GRID, SW, A | B | C)->planes = 2;
}

/* Switches of a group in a ring, endpoints dealt to them */
static void switch_ring(struct vsn_topo *t)
{
	dims(t, 2, 8, 0);
	dealt_tier(t, EP, B, 4);
	machine_tier(t, RING, SW, 0);
	machine_tier(t, MESH, SW, A)->wiring = VSN_WIRING_STRIDE;
}

/* Racks of a 2D mesh, a switch tier between racks, pods joined by another */
static void cluster(struct vsn_topo *t)
{
	u32 sizes[] = { 2, 2, 3, 2 };

	sim_topo(t, sizes, 4);
	machine_tier(t, MESH, EP, D);
	machine_tier(t, MESH, EP, C);
	machine_tier(t, SWITCH, EP, B)->planes = 2;
	machine_tier(t, SWITCH, EP, A);
}

/* The same places of each server have a switch in common, two of them one in it. */
static void rails_dealt(struct vsn_topo *t)
{
	dims(t, 3, 4, 0);
	machine_tier(t, MESH, EP, B);
	dealt_tier(t, EP, B, 2);
	dealt_tier(t, SW, A, 2);
}

/* Switches in a line, endpoints dealt to them */
static void switch_line(struct vsn_topo *t)
{
	dims(t, 8, 0, 0);
	dealt_tier(t, EP, A, 4);
	machine_tier(t, GRID, SW, 0);
}

const struct machine machines[] = {
	{ "crossbar", crossbar, 5 * 3 * 2, SHORTEST | ALL | SPARE },
	{ "clos", clos, 12 * 2 * 2 * 2 * 2 + 8 * 3 * 2 * 2 * 2, SHORTEST | ALL | SPARE },
	{ "clos3", clos3, 12 * 2 * 2 + 12 * 2 * 2 + 6 * 3 * 2, SHORTEST | ALL | SPARE },
	{ "clos3-stride", clos3_stride, 12 * 2 * 2 + 12 * 2 + 6 * 2 * 2, SHORTEST | ALL | SPARE },
	{ "fat-tree", fat_tree, (16 + 16 + 16) * 2, SHORTEST | ALL },
	{ "leaf-spine", leaf_spine, (10 + 4 * 2) * 2 * 2, SHORTEST | ALL | SPARE },
	{ "rails", rails, (12 + 12 + 3 * 2) * 2, SHORTEST | SPARE },
	{ "rails-only", rails_only, 12 * 3 + 12 * 2, SHORTEST | ALL | SPARE },
	{ "mesh", mesh, 12 * 11 * 6, SHORTEST | ALL | SPARE },
	{ "mesh3", mesh3, 24 * (2 * 1 + 2 + 3 * 3), SHORTEST | ALL | SPARE },
	{ "ring6", ring6, 6 * 2 * 4, SHORTEST | SPARE },
	{ "rings-small", rings_small, 6 * 1 + 6 * 2, SHORTEST | SPARE },
	{ "torus", torus, 64 * 6, SHORTEST | SPARE },
	{ "torus-one-tier", torus_one_tier, 20 * 4, SHORTEST | SPARE },
	{ "grid3", grid3, 2 * (2 * 8 + 3 * 6 + 12), SHORTEST | SPARE },
	{ "dragonfly", dragonfly, (40 * 2 + 20 * 3 + 5 * 4) * 2, SPARE },
	{ "dragonfly-dealt", dragonfly_dealt, 48 * 2 + 8 * 6 * 2 + 8 * 7, 0 },
	{ "spread-free", spread_free, 14 * 4 * 2 + 7 * 6, SHORTEST | MORE },
	{ "switch-mesh-full", switch_mesh_full, 12 * 2 + 6 * 5, SHORTEST | ALL },
	{ "switch-mesh-stride", switch_mesh_stride, 24 * 2 * 2 + 24 * (3 + 2),
	  SHORTEST | ALL | SPARE },
	{ "switch-grid", switch_grid, 2 * (24 * 2 + 2 * (6 + 8 + 6)), SHORTEST | SPARE },
	{ "switch-ring", switch_ring, 16 * 2 + 8 * 2 + 8, SHORTEST },
	{ "two-level-groups", two_level_groups, 16 * 2 + 8 * 2 * 2 + 8 * 7, 0 },
	{ "cluster", cluster, 24 + 24 * 2 + 24 * 2 * 2 + 24 * 2, SHORTEST | ALL | SPARE },
	{ "rails-dealt", rails_dealt, 12 * 3 + 12 * 2 + 6 * 2, SHORTEST | SPARE },
	{ "two-level-dealt", two_level_dealt, 16 * 2 + 8 * 2 * 2 + 4 * 3, MORE },
	{ "switch-line", switch_line, 8 * 2 + 3 * 2, SHORTEST | ALL },
};

const u32 nr_machines = ARRAY_SIZE(machines);
