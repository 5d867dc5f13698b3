// SPDX-License-Identifier: GPL-2.0
/*
 * Routes, held to a graph that is built from the names of the links.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "namegraph.h"
#include "machines.h"
#include "sim.h"

#define NS	1000ULL
#define MiB	(1ULL << 20)

/* Candidates of a pair that are looked at one by one */
#define MAX_LOOK	400U

FIXTURE(route)
{
	struct vsn_topo *t;
	struct vsn_diag diag;
	struct graph g;
	u64 seed;
};

FIXTURE_VARIANT(route)
{
	u32 machine;
};

/* One variant a machine, in the order of machines[]: a failure names it. */
FIXTURE_VARIANT_ADD(route, crossbar) { .machine = 0 };
FIXTURE_VARIANT_ADD(route, clos) { .machine = 1 };
FIXTURE_VARIANT_ADD(route, clos3) { .machine = 2 };
FIXTURE_VARIANT_ADD(route, clos3_stride) { .machine = 3 };
FIXTURE_VARIANT_ADD(route, fat_tree) { .machine = 4 };
FIXTURE_VARIANT_ADD(route, leaf_spine) { .machine = 5 };
FIXTURE_VARIANT_ADD(route, rails) { .machine = 6 };
FIXTURE_VARIANT_ADD(route, rails_only) { .machine = 7 };
FIXTURE_VARIANT_ADD(route, mesh) { .machine = 8 };
FIXTURE_VARIANT_ADD(route, mesh3) { .machine = 9 };
FIXTURE_VARIANT_ADD(route, ring6) { .machine = 10 };
FIXTURE_VARIANT_ADD(route, rings_small) { .machine = 11 };
FIXTURE_VARIANT_ADD(route, torus) { .machine = 12 };
FIXTURE_VARIANT_ADD(route, torus_one_tier) { .machine = 13 };
FIXTURE_VARIANT_ADD(route, grid3) { .machine = 14 };
FIXTURE_VARIANT_ADD(route, dragonfly) { .machine = 15 };
FIXTURE_VARIANT_ADD(route, dragonfly_dealt) { .machine = 16 };
FIXTURE_VARIANT_ADD(route, spread_free) { .machine = 17 };
FIXTURE_VARIANT_ADD(route, switch_mesh_full) { .machine = 18 };
FIXTURE_VARIANT_ADD(route, switch_mesh_stride) { .machine = 19 };
FIXTURE_VARIANT_ADD(route, switch_grid) { .machine = 20 };
FIXTURE_VARIANT_ADD(route, switch_ring) { .machine = 21 };
FIXTURE_VARIANT_ADD(route, two_level_groups) { .machine = 22 };
FIXTURE_VARIANT_ADD(route, cluster) { .machine = 23 };
FIXTURE_VARIANT_ADD(route, rails_dealt) { .machine = 24 };
FIXTURE_VARIANT_ADD(route, two_level_dealt) { .machine = 25 };
FIXTURE_VARIANT_ADD(route, switch_line) { .machine = 26 };

FIXTURE_SETUP(route)
{
	self->t = calloc(1, sizeof(*self->t));
	ASSERT_NE(NULL, self->t);
	ASSERT_LT(variant->machine, nr_machines);
	machines[variant->machine].build(self->t);
	ASSERT_EQ(0, vsn_topo_commit(self->t, &self->diag)) {
		TH_LOG("%s: %s", machines[variant->machine].name, self->diag.msg);
	}
	graph_build(&self->g, self->t);
	self->seed = 1;
}

FIXTURE_TEARDOWN(route)
{
	graph_free(&self->g);
	free(self->t);
}

static u32 rnd(u64 *seed, u32 n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*seed >> 33) % n;
}

/* As many links as there should be, each once, and each with its reverse */
TEST_F(route, links)
{
	const struct vsn_topo *t = self->t;
	const struct machine *m = &machines[variant->machine];
	char (*names)[128], reverse[128];
	u32 i, j, n = 0, count = 0;

	names = calloc(self->g.nr_links, sizeof(*names));
	ASSERT_NE(NULL, names);
	for (i = 0; i < t->networks[0].nr_tiers; i++)
		count += vsn_topo_tier_links(t, &t->networks[0].tiers[i]);
	EXPECT_EQ(m->links, count);
	ASSERT_EQ(count, self->g.nr_links);
	for (i = 0; i < t->nr_links; i++)
		if (vsn_topo_link_name(t, i, names[n], sizeof(names[n])) >= 0)
			n++;
	for (i = 0; i < n; i++) {
		char *to = strchr(names[i], '>');
		size_t end = strcspn(names[i], "@/");
		u32 found = 0, same = 0;

		snprintf(reverse, sizeof(reverse), "%.*s>%.*s%s",
			 (int)(names[i] + end - to - 1), to + 1,
			 (int)(to - names[i]), names[i], names[i] + end);
		for (j = 0; j < n; j++) {
			found += !strcmp(reverse, names[j]);
			same += !strcmp(names[i], names[j]);
		}
		ASSERT_EQ(1, found) {
			TH_LOG("%s: no %s", m->name, reverse);
		}
		ASSERT_EQ(1, same) {
			TH_LOG("%s: %s twice", m->name, names[i]);
		}
	}
	free(names);
}

/* Switches: the names of a link's ends, and back */
TEST_F(route, switches)
{
	const struct vsn_topo *t = self->t;
	const struct graph *g = &self->g;
	char name[128];
	u32 i, end, ids[2];

	EXPECT_EQ(g->nr_vertices, t->nr_endpoints + t->nr_switches);
	for (i = 0; i < t->nr_links; i++) {
		ASSERT_EQ(g->links[i].there,
			  vsn_topo_link_switches(t, i, &ids[0], &ids[1]));
		if (!g->links[i].there)
			continue;
		for (end = 0; end < 2; end++) {
			u32 v = end ? g->links[i].to : g->links[i].from;

			if (ids[end] == VSN_NO_SWITCH) {
				EXPECT_LT(v, t->nr_endpoints);
				continue;
			}
			ASSERT_GT(vsn_topo_switch_name(t, ids[end], name, 128), 0);
			ASSERT_STREQ(g->names[v], name);
			ASSERT_EQ(ids[end], vsn_topo_switch_find(t, name));
		}
	}
	EXPECT_EQ(-ENOENT, vsn_topo_switch_name(t, t->nr_switches, name, 128));
	EXPECT_EQ(-ENOENT, vsn_topo_switch_find(t, "net.t0"));
	EXPECT_EQ(-ENOENT, vsn_topo_switch_find(t, "net.t0.p99"));
	EXPECT_EQ(-ENOENT, vsn_topo_switch_find(t, "net.t0.p0x"));
	EXPECT_EQ(-ENOENT, vsn_topo_switch_find(t, "net.t0.p0.s99"));
}

/* Candidates are paths, differ, and are the shortest, where that is claimed. */
TEST_F(route, candidates)
{
	const struct machine *m = &machines[variant->machine];
	const struct vsn_topo *t = self->t;
	struct vsn_path *paths;
	u32 src, dst, i, j, n;

	paths = calloc(MAX_LOOK, sizeof(*paths));
	ASSERT_NE(NULL, paths);
	for (src = 0; src < t->nr_endpoints; src += 1 + t->nr_endpoints / 13) {
		graph_search(&self->g, src);
		for (dst = 0; dst < t->nr_endpoints; dst++) {
			u64 count = vsn_route_candidates(t, 0, src, dst);

			if (src == dst)
				continue;
			ASSERT_GT(count, 0) {
				TH_LOG("%s: %u to %u", m->name, src, dst);
			}
			if (m->flags & ALL)
				ASSERT_EQ(self->g.ways[dst], count) {
					TH_LOG("%s: %u to %u", m->name, src, dst);
				}
			n = vsn_min(count, MAX_LOOK);
			for (i = 0; i < n; i++) {
				const char *why;

				memset(&paths[i], 0, sizeof(paths[i]));
				ASSERT_EQ(0, vsn_route_path(t, 0, src, dst, i, &paths[i])) {
					TH_LOG("%s: %u to %u, %u", m->name, src, dst, i);
				}
				why = graph_check_path(&self->g, src, dst, &paths[i]);
				ASSERT_EQ(NULL, why) {
					TH_LOG("%s: %u to %u, %u: %s", m->name, src, dst, i,
					       why);
				}
				ASSERT_LE(paths[i].nr_hops, t->max_hops);
				if (m->flags & SHORTEST)
					ASSERT_EQ(self->g.dist[dst], paths[i].nr_hops) {
						TH_LOG("%s: %u to %u", m->name, src, dst);
					}
				for (j = 0; j < i; j++)
					ASSERT_NE(0, memcmp(paths[j].hops, paths[i].hops,
							    4 * paths[i].nr_hops));
			}
		}
	}
	free(paths);
}

/* What select chooses is what find takes, and below the number of candidates. */
TEST_F(route, select)
{
	const struct vsn_topo *t = self->t;
	struct vsn_path a, b;
	u32 i, policy;

	for (policy = VSN_POLICY_DMODK; policy <= VSN_POLICY_BORROW; policy++) {
		self->t->networks[0].policy = policy;
		for (i = 0; i < 500; i++) {
			u32 src = rnd(&self->seed, t->nr_endpoints);
			u32 dst = rnd(&self->seed, t->nr_endpoints);
			u64 c;

			if (src == dst)
				continue;
			c = vsn_route_select(t, 0, src, dst, i, i * 7);
			ASSERT_LT(c, vsn_route_candidates(t, 0, src, dst));
			ASSERT_EQ(0, vsn_route_path(t, 0, src, dst, c, &a));
			ASSERT_EQ(0, vsn_route_find(t, 0, src, dst, i, i * 7, &b));
			ASSERT_EQ(a.nr_hops, b.nr_hops);
			ASSERT_EQ(0, memcmp(a.hops, b.hops, 4 * a.nr_hops));
			ASSERT_EQ(0, memcmp(a.via, b.via, a.nr_hops));
			ASSERT_EQ(NULL, graph_check_path(&self->g, src, dst, &a));
		}
	}
}

/* A failure moves the flows that crossed the link, and no other. */
TEST_F(route, one_failure)
{
	const struct machine *m = &machines[variant->machine];
	struct vsn_live live = { .live = graph_live, .ctx = &self->g };
	const struct vsn_topo *t = self->t;
	struct vsn_path before, after;
	u32 i, round, lost = 0;

	for (round = 0; round < 3000; round++) {
		u32 link = rnd(&self->seed, t->nr_links);
		u32 src = rnd(&self->seed, t->nr_endpoints);
		u32 dst = rnd(&self->seed, t->nr_endpoints);
		u32 policy = VSN_POLICY_DMODK + rnd(&self->seed, VSN_POLICY_BORROW);
		bool hit = false;
		int err;

		if (src == dst || !self->g.links[link].there)
			continue;
		self->t->networks[0].policy = policy;
		err = vsn_route_find_live(t, 0, src, dst, round, round, &live, &before);
		ASSERT_EQ(0, err);
		if (round & 1)
			link = before.hops[link % before.nr_hops];
		for (i = 0; i < before.nr_hops; i++)
			hit |= before.hops[i] == link;
		self->g.links[link].down = true;
		err = vsn_route_find_live(t, 0, src, dst, round, round, &live, &after);
		graph_search(&self->g, src);
		self->g.links[link].down = false;
		if (!hit) {
			ASSERT_EQ(0, err);
			ASSERT_EQ(0, memcmp(before.hops, after.hops, 4 * before.nr_hops));
			continue;
		}
		if (self->g.dist[dst] == GRAPH_FAR || err) {
			ASSERT_EQ(-EHOSTUNREACH, err);
			ASSERT_EQ(0, m->flags & SPARE) {
				TH_LOG("%s: %u to %u without %s", m->name, src, dst,
				       self->g.names[self->g.links[link].to]);
			}
			if (!(m->flags & MORE))
				ASSERT_EQ(GRAPH_FAR, self->g.dist[dst]) {
					TH_LOG("%s: %u to %u", m->name, src, dst);
				}
			lost++;
			continue;
		}
		self->g.links[link].down = true;
		ASSERT_EQ(NULL, graph_check_path(&self->g, src, dst, &after));
		self->g.links[link].down = false;
	}
	EXPECT_EQ(!!(m->flags & SPARE), !lost);
}

/* Many failures: found is live; and if any candidate is, then one is found. */
TEST_F(route, many_failures)
{
	const struct machine *m = &machines[variant->machine];
	struct vsn_live live = { .live = graph_live, .ctx = &self->g };
	const struct vsn_topo *t = self->t;
	struct vsn_path path;
	u32 round, i, down[64], nr, most;
	u64 c, count;

	for (round = 0; round < 1000; round++) {
		u32 src = rnd(&self->seed, t->nr_endpoints);
		u32 dst = rnd(&self->seed, t->nr_endpoints);
		int err;

		if (src == dst)
			continue;
		/* Half of them where the pair's own paths go */
		count = vsn_route_candidates(t, 0, src, dst);
		most = 1 + round % ARRAY_SIZE(down);
		for (nr = 0; nr < most; nr++) {
			down[nr] = rnd(&self->seed, t->nr_links);
			if (nr & 1) {
				vsn_route_path(t, 0, src, dst,
					       rnd(&self->seed, vsn_min(count, 1 << 30)), &path);
				down[nr] = path.hops[rnd(&self->seed, path.nr_hops)];
			}
			self->g.links[down[nr]].down = true;
		}
		err = vsn_route_find_live(t, 0, src, dst, round, round, &live, &path);
		graph_search(&self->g, src);
		if (!err) {
			const char *why = graph_check_path(&self->g, src, dst, &path);

			ASSERT_EQ(NULL, why) {
				TH_LOG("%s: %u to %u: %s", m->name, src, dst, why);
			}
			ASSERT_NE(GRAPH_FAR, self->g.dist[dst]);
		} else {
			for (c = 0; c < count && count <= 4096; c++) {
				vsn_route_path(t, 0, src, dst, c, &path);
				ASSERT_NE(NULL, graph_check_path(&self->g, src, dst, &path));
			}
		}
		for (i = 0; i < nr; i++)
			self->g.links[down[i]].down = false;
	}
}

/* Most links are down: what is found is live, and no endpoint is crossed twice. */
TEST_F(route, few_links_left)
{
	const struct machine *m = &machines[variant->machine];
	struct vsn_live live = { .live = graph_live, .ctx = &self->g };
	const struct vsn_topo *t = self->t;
	struct vsn_path path;
	u32 round, pair, i;

	for (round = 0; round < 100; round++) {
		u32 left = 10 + round * 6 / 10;		/* % */

		for (i = 0; i < t->nr_links; i++)
			self->g.links[i].down = rnd(&self->seed, 100) >= left;
		for (pair = 0; pair < 20; pair++) {
			u32 src = rnd(&self->seed, t->nr_endpoints);
			u32 dst = rnd(&self->seed, t->nr_endpoints);
			const char *why;

			if (src == dst || vsn_route_find_live(t, 0, src, dst, pair, round,
							      &live, &path))
				continue;
			why = graph_check_path(&self->g, src, dst, &path);
			ASSERT_EQ(NULL, why) {
				TH_LOG("%s: %u to %u: %s", m->name, src, dst, why);
			}
		}
	}
}

FIXTURE(paths)
{
	struct sim *sim;
	struct vsn_topo *t;
	struct vsn_diag diag;
	struct vsn_path path;
};

FIXTURE_SETUP(paths)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	self->t = &self->sim->topo;
}

FIXTURE_TEARDOWN(paths)
{
	sim_free(self->sim);
	free(self->sim);
}

static void build(struct vsn_topo *t, const char *name)
{
	u32 i;

	for (i = 0; i < nr_machines; i++)
		if (!strcmp(machines[i].name, name))
			machines[i].build(t);
}

static u64 latency_of(struct vsn_topo *t, u32 src, u32 dst)
{
	struct vsn_path path;

	if (vsn_route_find(t, 1, src, dst, 0, 0, &path))
		abort();
	return vsn_route_latency(t, &path);
}

/* One copy from 0, which pushes it to @to, without an ack's bytes */
static u64 one_push(struct sim *sim, u32 to, u64 len)
{
	struct vsn_sqe sqe;

	sqe = sim_copy(0, 0, sim_region(sim, len, to, false), sim_region(sim, len, 0, false),
		       len, 1);
	sqe.flags = VSN_OP_F_NODATA;
	if (sim_submit(sim, &sqe))
		abort();
	sim_run(sim);
	return sim_find(sim, 1)->end;
}

#define ASTRA_BW	(50ULL << 30)

/*
 * ASTRA-sim's analytical network: 16 endpoints, 50 GB/s of 2^30 bytes and 500 ns a
 * link, 1 MiB as one chunk from 1 to 4, each link receives it whole before it goes
 * on.  It has no headers, engines, memories and acks, so what is compared is the
 * way of one chunk over the links of the route, on the model's own links.
 */
static u64 one_chunk(struct __test_metadata *_metadata, struct sim *sim, u32 kind)
{
	struct vsn_tier *tier;
	struct vsn_flow flow = {};
	struct vsn_path path;
	u32 i, n = 16;

	sim_topo(&sim->topo, &n, 1);
	tier = machine_tier(&sim->topo, kind, EP, A);
	tier->forwarding = VSN_FORWARDING_STORE_FORWARD;
	tier->ports[1].bandwidth = ASTRA_BW;
	tier->ports[1].latency = 500 * NS;
	EXPECT_EQ(0, sim_init(sim));
	EXPECT_EQ(0, vsn_route_find(&sim->topo, 1, 1, 4, 0, 0, &path));
	for (i = 0; i < path.nr_hops; i++) {
		struct vsn_link *link = vsn_links_touch(&sim->sched.links, path.hops[i]);

		EXPECT_EQ(0, vsn_link_pass(link, &flow, MiB, link->latency));
	}
	return flow.tail / NS;
}

TEST_F(paths, astra_ring)
{
	EXPECT_EQ(60093, one_chunk(_metadata, self->sim, RING));
}

TEST_F(paths, astra_fully_connected)
{
	EXPECT_EQ(20031, one_chunk(_metadata, self->sim, MESH));
}

TEST_F(paths, astra_switch)
{
	EXPECT_EQ(40062, one_chunk(_metadata, self->sim, SWITCH));
}

/* Endpoints that forward take their time, the last one does not. */
TEST_F(paths, transit)
{
	u32 n = 8;

	sim_topo(self->t, &n, 1);
	machine_tier(self->t, RING, EP, A)->switch_latency = 70 * NS;
	ASSERT_EQ(0, sim_init(self->sim));
	EXPECT_EQ(1 * NS, latency_of(self->t, 0, 1));
	EXPECT_EQ(3 * NS + 2 * 70 * NS, latency_of(self->t, 0, 3));
	EXPECT_EQ(2 * NS + 1 * 70 * NS, latency_of(self->t, 0, 6));
	/* one chunk, and its ack of no bytes: there and back */
	EXPECT_EQ(2 * (3 * NS + 2 * 70 * NS) + 409600, one_push(self->sim, 3, 4096));
}

/* Where stacks meet, the direct one that is entered or left tells how long it takes. */
TEST_F(paths, transit_between_stacks)
{
	u32 sizes[] = { 2, 2, 2 };

	sim_topo(self->t, sizes, 3);
	machine_tier(self->t, MESH, EP, C)->switch_latency = 10 * NS;
	machine_tier(self->t, SWITCH, EP, B)->switch_latency = 100 * NS;
	machine_tier(self->t, MESH, EP, A)->switch_latency = 50 * NS;
	ASSERT_EQ(0, vsn_topo_commit(self->t, &self->diag));
	/* mesh c, forward, up, switch, down, forward, mesh a */
	EXPECT_EQ(4 * NS + 10 * NS + 100 * NS + 50 * NS, latency_of(self->t, 0, 7));
	EXPECT_EQ(3 * NS + 100 * NS + 50 * NS, latency_of(self->t, 0, 6));
	EXPECT_EQ(2 * NS + 10 * NS, latency_of(self->t, 0, 5));
}

/* All paths of a mesh at once: the direct one and those by each other endpoint */
TEST_F(paths, detours_add_bandwidth)
{
	u32 n = 8;

	sim_topo(self->t, &n, 1);
	machine_tier(self->t, MESH, EP, A);
	self->t->networks[0].policy = VSN_POLICY_DETOUR;
	ASSERT_EQ(0, sim_init(self->sim));
	EXPECT_EQ(7, vsn_route_spread(self->t, 0, 0, 5));
	/* 7 x 64 pieces of 1 MiB at 10 GB/s; a last one crosses a second link */
	EXPECT_LT(one_push(self->sim, 5, 7 * 64 * MiB), 64 * 104857600ULL + 2 * 104857600ULL);
}

TEST_F(paths, shortest_has_one)
{
	u32 n = 8;

	sim_topo(self->t, &n, 1);
	machine_tier(self->t, MESH, EP, A);
	self->t->networks[0].policy = VSN_POLICY_SHORTEST;
	ASSERT_EQ(0, sim_init(self->sim));
	EXPECT_EQ(1, vsn_route_spread(self->t, 0, 0, 5));
	EXPECT_GE(one_push(self->sim, 5, 7 * 64 * MiB), 7 * 64 * 104857600ULL);
}

/* Another stack's links are used beside the mesh's. */
TEST_F(paths, borrow)
{
	u32 sizes[] = { 2, 4 };

	sim_topo(self->t, sizes, 2);
	machine_tier(self->t, MESH, EP, B);
	machine_tier(self->t, SWITCH, EP, A | B)->planes = 3;
	ASSERT_EQ(0, vsn_topo_commit(self->t, &self->diag));
	EXPECT_EQ(1, vsn_route_candidates(self->t, 0, 0, 2));
	EXPECT_EQ(3, vsn_route_candidates(self->t, 0, 0, 6));
	self->t->networks[0].policy = VSN_POLICY_BORROW;
	EXPECT_EQ(1 + 3, vsn_route_candidates(self->t, 0, 0, 2));
	EXPECT_EQ(4, vsn_route_spread(self->t, 0, 0, 2));
}

/* stripe: one after another takes all planes, then the next switch */
TEST_F(paths, stripe_takes_turns)
{
	u32 sizes[] = { 4, 2 }, i, hits[6] = {};
	struct vsn_tier *tier;

	sim_topo(self->t, sizes, 2);
	machine_tier(self->t, SWITCH, EP, B)->planes = 2;
	tier = machine_tier(self->t, SWITCH, SW, A);
	tier->planes = 2;
	tier->switches = 3;
	self->t->networks[0].policy = VSN_POLICY_STRIPE;
	ASSERT_EQ(0, vsn_topo_commit(self->t, &self->diag));
	for (i = 0; i < 60; i++) {
		u64 c = vsn_route_select(self->t, 0, 0, 7, i, 99);

		ASSERT_EQ(i % 2, c % 2);
		hits[c]++;
	}
	for (i = 0; i < 6; i++)
		EXPECT_EQ(10, hits[i]);
}

/* dmodk: a shift of all endpoints of a k-ary fat tree uses no link twice. */
TEST_F(paths, dmodk_fat_tree_shift)
{
	u32 shift, src, i;
	u8 *used;

	build(self->t, "fat-tree");
	ASSERT_EQ(0, vsn_topo_commit(self->t, &self->diag));
	used = malloc(self->t->nr_links);
	ASSERT_NE(NULL, used);
	for (shift = 1; shift < 16; shift++) {
		memset(used, 0, self->t->nr_links);
		for (src = 0; src < 16; src++) {
			ASSERT_EQ(0, vsn_route_find(self->t, 1, src, (src + shift) % 16, 0, 0,
						    &self->path));
			for (i = 0; i < self->path.nr_hops; i++)
				ASSERT_EQ(0, used[self->path.hops[i]]++);
		}
	}
	free(used);
}

/* Hosts hang off their board's switch; between boards only accelerators have links. */
TEST_F(paths, kinds_that_differ)
{
	u32 sizes[] = { 3, 4, 2 }, src, dst, hosts, round, i;
	struct vsn_kind *host;
	struct vsn_tier *tier;
	struct graph g;
	struct vsn_live live = { .live = graph_live, .ctx = &g };
	u64 seed = 1;

	sim_topo(self->t, sizes, 3);
	host = &self->t->kinds[VSN_ENDPOINT_KIND_HOST];
	self->t->kinds[1].nr_dims = 2;
	*host = self->t->kinds[1];
	host->dims[1] = 2;
	machine_tier(self->t, MESH, EP, A);
	tier = machine_tier(self->t, SWITCH, EP, B | C);
	tier->ports[VSN_ENDPOINT_KIND_HOST] = tier->ports[1];
	ASSERT_EQ(0, vsn_topo_commit(self->t, &self->diag));
	graph_build(&g, self->t);
	hosts = self->t->kinds[VSN_ENDPOINT_KIND_HOST].base;
	for (src = 0; src < self->t->nr_endpoints; src++) {
		for (dst = 0; dst < self->t->nr_endpoints; dst++) {
			bool far = src >= hosts && dst >= hosts &&
				   (src - hosts) / 2 != (dst - hosts) / 2;

			if (src == dst)
				continue;
			ASSERT_EQ(far ? -EHOSTUNREACH : 0,
				  vsn_route_find(self->t, 1, src, dst, 0, 0, &self->path));
			if (!far)
				ASSERT_EQ(NULL, graph_check_path(&g, src, dst, &self->path));
		}
	}
	/* Half of the links are down: what is found are the ways that are left. */
	for (round = 0; round < 2000; round++) {
		for (i = 0; i < self->t->nr_links; i++)
			g.links[i].down = rnd(&seed, 2);
		src = rnd(&seed, self->t->nr_endpoints);
		dst = rnd(&seed, self->t->nr_endpoints);
		if (src != dst && !vsn_route_find_live(self->t, 1, src, dst, round, 0, &live,
						       &self->path))
			ASSERT_EQ(NULL, graph_check_path(&g, src, dst, &self->path));
	}
	graph_free(&g);
}

/* The one way that is left goes through a switch twice: it is none. */
TEST_F(paths, not_twice_through_a_switch)
{
	static const char * const cut[] = {
		"a0.b0>net.t0.a0.p0", "a0.b0>a1.b0", "net.t1.b0.p0>a1.b0",
		"net.t1.b0.p0>net.t2.p0.s1", "net.t2.p0.s0>net.t1.b1.p0",
		"net.t1.b2.p0>a1.b2", "a0.b2>net.t0.a0.p0", "a0.b2>a1.b2",
	};
	u32 sizes[] = { 2, 3 }, i, n, found = 0;
	struct graph g;
	struct vsn_live live = { .live = graph_live, .ctx = &g };
	char name[130];

	sim_topo(self->t, sizes, 2);
	machine_tier(self->t, SWITCH, EP, B);
	machine_tier(self->t, SWITCH, EP, A);
	machine_tier(self->t, SWITCH, SW, B)->switches = 2;
	machine_tier(self->t, MESH, EP, A);
	ASSERT_EQ(0, vsn_topo_commit(self->t, &self->diag));
	graph_build(&g, self->t);
	for (i = 0; i < self->t->nr_links; i++) {
		if (!g.links[i].there)
			continue;
		snprintf(name, sizeof(name), "%s>%s", g.names[g.links[i].from],
			 g.names[g.links[i].to]);
		for (n = 0; n < ARRAY_SIZE(cut); n++)
			g.links[i].down |= !strcmp(name, cut[n]);
		found += g.links[i].down;
	}
	ASSERT_EQ(ARRAY_SIZE(cut), found);
	for (i = 0; i < 100; i++)
		EXPECT_EQ(-EHOSTUNREACH, vsn_route_find_live(self->t, 1, 0, 4, i, i, &live,
							     &self->path));
	/* There is one that does not turn back at an endpoint, but it is no route either. */
	graph_search(&g, 0);
	EXPECT_EQ(6, g.dist[4]);
	graph_free(&g);
}

/* One defect at a time in a machine; the message names the field. */
#define REFUSED(build, text, defect) do {				\
	build;								\
	tiers = self->t->networks[0].tiers;				\
	defect;								\
	EXPECT_EQ(-EINVAL, vsn_topo_commit(self->t, &self->diag)) {	\
		TH_LOG("for: %s", text);				\
	}								\
	EXPECT_NE(NULL, strstr(self->diag.msg, text)) {			\
		TH_LOG("'%s' lacks '%s'", self->diag.msg, text);	\
	}								\
	memset(self->t, 0, sizeof(*self->t));				\
} while (0)

TEST_F(paths, refused)
{
	struct vsn_tier *tiers;
	u32 ring = 300;

	REFUSED(build(self->t, "leaf-spine"), "nothing joins a0 and a1",
		self->t->networks[0].nr_tiers = 1);
	REFUSED(build(self->t, "leaf-spine"), "wiring stride, and nothing joins",
		(tiers[1].wiring = VSN_WIRING_STRIDE, tiers[1].switches = 4));
	REFUSED(build(self->t, "fat-tree"), "tier t1: over is missing", tiers[1].over = 0);
	REFUSED(build(self->t, "leaf-spine"), "want a multiple",
		(tiers[1].wiring = VSN_WIRING_STRIDE, tiers[1].switches = 3));
	REFUSED(build(self->t, "rails-only"), "nothing joins a0.b0 and a0.b1",
		(tiers[0] = tiers[1], self->t->networks[0].nr_tiers = 1));
	REFUSED(build(self->t, "dragonfly-dealt"), "nothing joins the switches of a group",
		(tiers[1] = tiers[2], self->t->networks[0].nr_tiers = 2));
	REFUSED(build(self->t, "dragonfly-dealt"), "over nothing, so wiring must be full",
		tiers[1].wiring = VSN_WIRING_STRIDE);
	REFUSED(build(self->t, "dragonfly"), "over is missing", tiers[1].over = 0);
	REFUSED(build(self->t, "dragonfly"), "planes 3, but tier t0 has 2", tiers[2].planes = 3);
	REFUSED(build(self->t, "dragonfly"), "switch-latency is that of the tier",
		tiers[1].switch_latency = 1);
	REFUSED(build(self->t, "dragonfly"), "joined or absent below", tiers[2].over = B);
	REFUSED(build(self->t, "switch-grid"), "a ring over groups of 2 switches",
		(tiers[0].switches = 2, tiers[1].kind = RING));
	REFUSED(build(self->t, "mesh"), "switches 2, but a mesh has none", tiers[0].switches = 2);
	REFUSED(build(self->t, "mesh"), "only full wiring joins endpoints directly",
		tiers[0].wiring = VSN_WIRING_STRIDE);
	REFUSED(build(self->t, "mesh3"), "attach switch, but tier t0 has none",
		(tiers[1].attach = SW, tiers[1].ports[0] = tiers[1].ports[1],
		 tiers[1].ports[1].bandwidth = 0));
	REFUSED(sim_topo(self->t, &ring, 1), "tier t0: paths of 150 links, more than 128",
		machine_tier(self->t, RING, EP, A));
	REFUSED(build(self->t, "mesh"), "more than 1073741824 links",
		(self->t->dims[0].size = 1 << 19, tiers[0].lanes = 1));
	REFUSED(build(self->t, "clos"), "switches 1025 is not 1 to 1024 with wiring stride",
		(tiers[0].wiring = VSN_WIRING_STRIDE, tiers[0].switches = 1025));
}

/* More than can be counted */
TEST(countless)
{
	static const u32 policies[] = { VSN_POLICY_HASH, VSN_POLICY_BORROW };
	u32 sizes[] = { 2, 2, 2, 2, 2, 2, 2, 2 }, i, k;
	struct vsn_path path;
	struct vsn_diag diag;

	for (k = 0; k < ARRAY_SIZE(policies); k++) {
		struct vsn_topo *t = calloc(1, sizeof(*t));

		ASSERT_NE(NULL, t);
		sim_topo(t, sizes, ARRAY_SIZE(sizes));
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			sim_tier(t, &(struct sim_tier) { .over = 1U << i,
				 .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 1000000000 });
			t->networks[0].tiers[i].kind = VSN_TIER_KIND_MESH;
			t->networks[0].tiers[i].lanes = 1024;
		}
		t->networks[0].policy = policies[k];
		ASSERT_EQ(0, vsn_topo_commit(t, &diag)) TH_LOG("%s", diag.msg);
		EXPECT_EQ(U64_MAX, vsn_route_candidates(t, 0, 0, 255));
		EXPECT_EQ(0, vsn_route_find(t, 1, 0, 255, 3, 7, &path));
		EXPECT_EQ(8, path.nr_hops);
		vsn_topo_free(t);
		free(t);
	}
}

/* One stack has more than can be counted, and the other adds to that. */
TEST(countless_and_more)
{
	u32 sizes[] = { 2, 2, 2, 2 }, i;
	struct vsn_topo *t = calloc(1, sizeof(*t));
	struct vsn_diag diag;
	struct vsn_path path;

	ASSERT_NE(NULL, t);
	sim_topo(t, sizes, ARRAY_SIZE(sizes));
	for (i = ARRAY_SIZE(sizes); i-- > 0; ) {
		struct vsn_tier *tier = machine_tier(t, SWITCH, t->networks[0].nr_tiers ? SW : EP,
						     1U << i);

		tier->planes = 64;
		tier->lanes = 256;
	}
	machine_tier(t, SWITCH, EP, A | B | C | D);
	t->networks[0].policy = VSN_POLICY_BORROW;
	ASSERT_EQ(0, vsn_topo_commit(t, &diag)) TH_LOG("%s", diag.msg);
	EXPECT_EQ(U64_MAX, vsn_route_candidates(t, 0, 0, 15));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, vsn_route_path(t, 0, 0, 15, U64_MAX - 1 - i, &path));
	vsn_topo_free(t);
	free(t);
}

/* Planes of stacks that a path goes through: their least common multiple, or the most. */
TEST(planes_of_stacks)
{
	static const struct {
		u32 a, b, planes;
	} cases[] = { { 2, 3, 6 }, { 4, 6, 12 }, { 9, 8, 9 }, { 8, 8, 8 } };
	u32 sizes[] = { 2, 2 }, i;
	struct vsn_diag diag;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vsn_topo *t = calloc(1, sizeof(*t));

		ASSERT_NE(NULL, t);
		sim_topo(t, sizes, 2);
		sim_tier(t, &(struct sim_tier) { .over = 1, .attach = VSN_ATTACH_ENDPOINT,
			 .planes = cases[i].a, .bandwidth = 1000000000 });
		sim_tier(t, &(struct sim_tier) { .over = 2, .attach = VSN_ATTACH_ENDPOINT,
			 .planes = cases[i].b, .bandwidth = 1000000000 });
		ASSERT_EQ(0, vsn_topo_commit(t, &diag)) TH_LOG("%s", diag.msg);
		EXPECT_EQ(cases[i].planes, vsn_route_planes(t, 0, 0, 3));
		vsn_topo_free(t);
		free(t);
	}
}

/* Shortest paths are within bounds, and those with a detour are not: they do without. */
TEST(long_detours)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	u32 sizes[] = { 127, 3, 3 }, k;
	struct vsn_path path;

	ASSERT_NE(NULL, sim);
	sim_topo(&sim->topo, sizes, 3);
	for (k = 0; k < 3; k++) {
		sim_tier(&sim->topo, &(struct sim_tier) {
			.over = 1u << k, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 28000000000,
			.latency = 10000 });
		sim->topo.networks[0].tiers[k].kind = k ? VSN_TIER_KIND_MESH :
							  VSN_TIER_KIND_GRID;
	}
	sim->topo.networks[0].policy = VSN_POLICY_DETOUR;
	ASSERT_EQ(0, sim_init(sim));
	for (k = 0; k < 24; k++) {
		EXPECT_EQ(0, vsn_route_find(&sim->topo, 0, 0, sim->topo.nr_endpoints - 1, k,
					    0, &path));
		EXPECT_GE(VSN_MAX_HOPS, path.nr_hops);
		EXPECT_LE(128, path.nr_hops);
	}
	/* By their numbers, some of them cannot be taken. */
	for (k = 0; !vsn_route_path(&sim->topo, 0, 0, sim->topo.nr_endpoints - 1, k, &path); k++)
		ASSERT_GT(vsn_route_candidates(&sim->topo, 0, 0, sim->topo.nr_endpoints - 1), k);
	sim_free(sim);
	free(sim);
}

TEST_HARNESS_MAIN
