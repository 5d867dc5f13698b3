// SPDX-License-Identifier: GPL-2.0
/*
 * Routes, held to a graph that is built from the names of the links.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "graph.h"
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
FIXTURE_VARIANT_ADD(route, fat_tree) { .machine = 3 };
FIXTURE_VARIANT_ADD(route, leaf_spine) { .machine = 4 };
FIXTURE_VARIANT_ADD(route, rails) { .machine = 5 };
FIXTURE_VARIANT_ADD(route, rails_only) { .machine = 6 };
FIXTURE_VARIANT_ADD(route, mesh) { .machine = 7 };
FIXTURE_VARIANT_ADD(route, mesh3) { .machine = 8 };
FIXTURE_VARIANT_ADD(route, ring6) { .machine = 9 };
FIXTURE_VARIANT_ADD(route, rings_small) { .machine = 10 };
FIXTURE_VARIANT_ADD(route, torus) { .machine = 11 };
FIXTURE_VARIANT_ADD(route, torus_one_tier) { .machine = 12 };
FIXTURE_VARIANT_ADD(route, grid3) { .machine = 13 };
FIXTURE_VARIANT_ADD(route, dragonfly) { .machine = 14 };
FIXTURE_VARIANT_ADD(route, dragonfly_dealt) { .machine = 15 };
FIXTURE_VARIANT_ADD(route, spread_free) { .machine = 16 };
FIXTURE_VARIANT_ADD(route, switch_mesh_full) { .machine = 17 };
FIXTURE_VARIANT_ADD(route, switch_mesh_stride) { .machine = 18 };
FIXTURE_VARIANT_ADD(route, switch_grid) { .machine = 19 };
FIXTURE_VARIANT_ADD(route, switch_ring) { .machine = 20 };
FIXTURE_VARIANT_ADD(route, cluster) { .machine = 21 };

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
	u32 round, i, down[16], nr;
	u64 c, count;

	for (round = 0; round < 400; round++) {
		u32 src = rnd(&self->seed, t->nr_endpoints);
		u32 dst = rnd(&self->seed, t->nr_endpoints);
		int err;

		if (src == dst)
			continue;
		/* Half of them where the pair's own paths go */
		count = vsn_route_candidates(t, 0, src, dst);
		for (nr = 0; nr < ARRAY_SIZE(down); nr++) {
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

TEST_HARNESS_MAIN
