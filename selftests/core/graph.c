// SPDX-License-Identifier: GPL-2.0
/* Graphs: what they are made of, what is refused, and how large they may be. */
#include "graph_fixture.h"

/* a0, a1 at s0; a2, a3 at s1; two lanes between the switches */
#define BARBELL()							\
	do {								\
		ASSERT_EQ(0, SWITCH_OF("s0", 100 * NS));		\
		ASSERT_EQ(0, SWITCH_OF("s1", 200 * NS));		\
		ASSERT_EQ(0, LINK("a0", "s0", 1 * NS));			\
		ASSERT_EQ(0, LINK("a1", "s0", 2 * NS));			\
		ASSERT_EQ(0, LINK("s1", "a2", 3 * NS));			\
		ASSERT_EQ(0, LINK("s1", "a3", 4 * NS));			\
		ASSERT_EQ(0, link_to(self->g, self->t, "s0", "s1", 10 * NS, 2,	\
				     &self->diag));			\
	} while (0)

TEST_F(graph, names_and_figures)
{
	static const char * const names[] = {
		"a0>net.s0", "net.s0>a0", "a1>net.s0", "net.s0>a1", "net.s1>a2",
		"a2>net.s1", "net.s1>a3", "a3>net.s1", "net.s0>net.s1/0",
		"net.s0>net.s1/1", "net.s1>net.s0/0", "net.s1>net.s0/1",
	};
	u64 bandwidth = 0, latency = 0;
	char name[64];
	bool sf;
	u32 i;

	BARBELL();
	ASSERT_EQ(0, COMMIT()) TH_LOG("%s", self->diag.msg);
	ASSERT_EQ(ARRAY_SIZE(names), self->t->nr_links);
	ASSERT_EQ(2, self->t->nr_switches);
	EXPECT_EQ(2, vsn_topo_tier_switches(&self->t->networks[0],
					    &self->t->networks[0].tiers[0]));
	EXPECT_EQ(12, vsn_topo_tier_links(self->t, &self->t->networks[0].tiers[0]));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		vsn_topo_link_name(self->t, i, name, sizeof(name));
		EXPECT_STREQ(names[i], name);
	}
	EXPECT_EQ(-ENOENT, vsn_topo_link_name(self->t, i, name, sizeof(name)));
	vsn_topo_switch_name(self->t, 1, name, sizeof(name));
	EXPECT_STREQ("net.s1", name);
	EXPECT_EQ(1, vsn_topo_switch_find(self->t, "net.s1"));
	EXPECT_EQ(-ENOENT, vsn_topo_switch_find(self->t, "net.s2"));
	/* The switch that a link leads to counts, the one it comes from does not. */
	ASSERT_TRUE(vsn_topo_link_figures(self->t, 0, &bandwidth, &latency, &sf));
	EXPECT_EQ(101 * NS, latency);
	EXPECT_EQ(10 * GB, bandwidth);
	ASSERT_TRUE(vsn_topo_link_figures(self->t, 1, &bandwidth, &latency, &sf));
	EXPECT_EQ(1 * NS, latency);
	EXPECT_FALSE(sf);
}

TEST_F(graph, paths)
{
	struct vsn_path path;
	u32 lanes = 0, c;

	BARBELL();
	ASSERT_EQ(0, COMMIT());
	EXPECT_EQ(1, vsn_route_candidates(self->t, 0, 0, 1));
	ASSERT_EQ(2, vsn_route_candidates(self->t, 0, 0, 3));
	EXPECT_EQ(1, vsn_route_planes(self->t, 0, 0, 3));
	for (c = 0; c < 2; c++) {
		ASSERT_EQ(0, vsn_route_path(self->t, 0, 0, 3, c, &path));
		ASSERT_EQ(3, path.nr_hops);
		EXPECT_EQ(0, path.hops[0]);
		EXPECT_EQ(6, path.hops[2]);
		lanes |= 1U << path.hops[1];
		EXPECT_EQ(1 + 100 + 10 + 200 + 4, vsn_route_latency(self->t, &path) / NS);
	}
	EXPECT_EQ(1U << 8 | 1U << 9, lanes);
	EXPECT_NE(0, vsn_route_path(self->t, 0, 0, 3, 2, &path));
}

/* Endpoints forward where the tier says so, and take their time for it. */
TEST_F(graph, transit)
{
	struct vsn_path path;

	ASSERT_EQ(0, LINK("a0", "a1", NS));
	ASSERT_EQ(0, LINK("a1", "a2", NS));
	ASSERT_EQ(0, LINK("a2", "a3", NS));
	EXPECT_EQ(-EINVAL, COMMIT());
	EXPECT_STREQ("network net: no way from a2 to a0", self->diag.msg);
	self->t->networks[0].tiers[0].transit = true;
	self->t->networks[0].tiers[0].switch_latency = 50 * NS;
	ASSERT_EQ(0, COMMIT()) TH_LOG("%s", self->diag.msg);
	ASSERT_EQ(0, vsn_route_find(self->t, 1, 0, 3, 0, 0, &path));
	ASSERT_EQ(3, path.nr_hops);
	EXPECT_EQ(1, path.via[0]);
	EXPECT_EQ(1, path.via[1]);
	EXPECT_EQ(0, path.via[2]);
	EXPECT_EQ(103 * NS, vsn_route_latency(self->t, &path));
}

/* Latency comes first: three quick links are nearer than a slow one. */
TEST_F(graph, latency_before_hops)
{
	struct vsn_path path;

	self->t->networks[0].tiers[0].transit = true;
	ASSERT_EQ(0, LINK("a0", "a1", NS));
	ASSERT_EQ(0, LINK("a1", "a2", NS));
	ASSERT_EQ(0, LINK("a2", "a3", NS));
	ASSERT_EQ(0, LINK("a0", "a3", 4 * NS));
	ASSERT_EQ(0, LINK("a0", "a2", 2 * NS));
	ASSERT_EQ(0, COMMIT());
	ASSERT_EQ(0, vsn_route_find(self->t, 1, 0, 3, 0, 0, &path));
	/* by a2: as quick as by a1 and a2, and a link less */
	EXPECT_EQ(2, path.nr_hops);
	EXPECT_EQ(1, vsn_route_candidates(self->t, 0, 0, 3));
}

TEST_F(graph, refusals)
{
	struct vsn_graph_edge edge = {
		.from = "a0", .to = "s0", .bandwidth = GB, .lanes = 1, .both = true };
	char name[64];

#define EDGE()	vsn_graph_add_link(self->g, self->t, &edge, &self->diag)

	REFUSED(-EINVAL, "network net: link is missing", COMMIT());
	REFUSED(-EINVAL, "switch 'S': want 1 to 31 of a-z 0-9 _ -", SWITCH_OF("S", 0));
	memset(name, 'x', 32);
	name[32] = 0;
	EXPECT_EQ(-EINVAL, SWITCH_OF(name, 0));
	REFUSED(-EINVAL, "s0: latency 1000000000001 is not 0 to 1000000000000",
		SWITCH_OF("s0", VSN_PS_PER_SEC + 1));
	ASSERT_EQ(0, SWITCH_OF("s0", 0));
	REFUSED(-EEXIST, "switch s0: named twice", SWITCH_OF("s0", 0));
	REFUSED(-ENOENT, "link from 'a4': no such endpoint or switch", LINK("a4", "s0", 0));
	REFUSED(-ENOENT, "link to 's1': no such endpoint or switch", LINK("a0", "s1", 0));
	REFUSED(-EINVAL, "link from 's0': leads to itself", LINK("s0", "s0", 0));
	REFUSED(-EINVAL, "link from 'a1': leads to itself", LINK("a1", "a1", 0));
	edge.lanes = 0;
	REFUSED(-EINVAL, "link a0>s0: lanes 0 is not 1 to 1024", EDGE());
	edge.lanes = 1;
	edge.bandwidth = 1;
	REFUSED(-EINVAL, "link a0>s0: bandwidth 1 is not 1000000 to 1000000000000000",
		EDGE());
	edge.bandwidth = GB;
	edge.efficiency = VSN_EFFICIENCY_ONE + 1;
	REFUSED(-EINVAL, "link a0>s0: efficiency 1000001 is not 0 to 1000000", EDGE());
	ASSERT_EQ(0, LINK("a0", "s0", 0));
	ASSERT_EQ(0, LINK("a1", "s0", 0));
	/* The other way round is the same. */
	ASSERT_EQ(0, LINK("s0", "a1", 0));
	REFUSED(-EINVAL, "network net: link a1>s0 is there twice", COMMIT());
	vsn_graph_truncate(self->g, (struct vsn_graph_mark) { .switches = 1, .links = 4 });
	ASSERT_EQ(0, COMMIT());
	ASSERT_EQ(0, SWITCH_OF("lonely", 0));
	REFUSED(-EINVAL, "network net: switch lonely has no link", COMMIT());
	ASSERT_EQ(0, LINK("lonely", "a2", 0));
	REFUSED(-EINVAL, "network net: no way from a2 to a0", COMMIT());
	vsn_graph_truncate(self->g, (struct vsn_graph_mark) { .switches = 1, .links = 4 });
	EXPECT_EQ(VSN_NO_SWITCH, vsn_graph_find_switch(self->g, "lonely"));
	ASSERT_EQ(0, SWITCH_OF("a3", 0));
	ASSERT_EQ(0, LINK("a3", "s0", 0));
	REFUSED(-EINVAL, "network net: switch a3: an endpoint has that name", COMMIT());
	vsn_graph_truncate(self->g, (struct vsn_graph_mark) { .switches = 1, .links = 4 });
	edge.efficiency = 0;
	edge.both = false;
	edge.from = "a2";
	ASSERT_EQ(0, EDGE());
	REFUSED(-EINVAL, "network net: no way from a0 to a2", COMMIT());
	/* A draft's dimensions may change after its links were added. */
	ASSERT_EQ(0, LINK("a3", "s0", 0));
	self->t->dims[0].size = 3;
	REFUSED(-EINVAL, "network net: link 5: an end is gone", COMMIT());
	self->t->dims[0].size = 4;
	vsn_graph_truncate(self->g, (struct vsn_graph_mark) { .switches = 1 });
	ASSERT_EQ(0, SWITCH_OF("s1", 0));
	ASSERT_EQ(0, LINK("s0", "s1", 0));
	REFUSED(-EINVAL, "network net: no endpoint has a link", COMMIT());
}

/* Fields of the tier that a graph has no use for */
TEST_F(graph, tier_fields)
{
	struct vsn_network *net = &self->t->networks[0];
	struct vsn_tier *tier = net->tiers, was;

	BARBELL();
	was = *tier;
#define FIELD(assign, text) do {					\
		assign;							\
		REFUSED(-EINVAL, text, COMMIT());			\
		*tier = was;						\
	} while (0)
	FIELD(tier->over = 1, "tier t0: over, but a graph has links of its own");
	FIELD(tier->planes = 2, "tier t0: planes, switches and lanes of a graph are 1");
	FIELD(tier->ports[1].bandwidth = GB,
	      "tier t0: port, but a graph has links of its own");
	FIELD(tier->switch_latency = 1,
	      "tier t0: switch-latency is that of transit, which is missing");
	FIELD(tier->attach = VSN_ATTACH_SWITCH,
	      "tier t0: a graph attaches endpoints, with wiring full");
	FIELD(tier->kind = VSN_TIER_KIND_SWITCH,
	      "network net: a graph, but its tier is none");
	FIELD(tier->forwarding = 3, "tier t0: forwarding 3 is unknown");
	net->policy = VSN_POLICY_DETOUR;
	REFUSED(-EINVAL, "network net: policy 5, but a graph has shortest paths only",
		COMMIT());
	net->policy = VSN_POLICY_DMODK;
	machine_tier(self->t, SWITCH, EP, A);
	REFUSED(-EINVAL, "network net: 2 tiers, but a graph stands alone", COMMIT());
	net->nr_tiers = 1;
	ASSERT_EQ(0, COMMIT()) TH_LOG("%s", self->diag.msg);
	/* And what only a graph has */
	net->graph = NULL;
	machine_tier(self->t, SWITCH, EP, A);
	net->tiers[0] = net->tiers[1];
	net->tiers[1] = was;
	REFUSED(-EINVAL, "tier t0: a graph stands alone in its network", COMMIT());
	net->nr_tiers = 1;
	net->tiers[0].transit = true;
	REFUSED(-EINVAL, "tier t1: transit is for graphs", COMMIT());
	net->tiers[0] = was;
	net->graph = self->g;
}

/* What a graph does not join another network may. */
TEST_F(graph, another_network)
{
	struct vsn_network *nets = self->t->networks, was;
	struct vsn_path path;

	ASSERT_EQ(0, SWITCH_OF("s0", 0));
	ASSERT_EQ(0, LINK("a0", "s0", 0));
	ASSERT_EQ(0, LINK("a1", "s0", 0));
	was = nets[0];
	nets[0].graph = NULL;
	nets[0].nr_tiers = 0;
	memset(nets[0].tiers, 0, sizeof(nets[0].tiers));
	machine_tier(self->t, SWITCH, EP, A);
	nets[1] = nets[0];
	memcpy(nets[1].name, "far", 4);
	nets[0] = was;
	self->t->nr_networks = 2;
	ASSERT_EQ(0, COMMIT()) TH_LOG("%s", self->diag.msg);
	EXPECT_EQ(0, vsn_route_find(self->t, VSN_NET_ANY, 0, 1, 0, 0, &path));
	EXPECT_EQ(1, vsn_route_find(self->t, VSN_NET_ANY, 2, 3, 0, 0, &path));
	EXPECT_EQ(-EHOSTUNREACH, vsn_route_find(self->t, 1, 2, 3, 0, 0, &path));
}

/* Names may come before or after; what a message added can be taken back. */
TEST_F(graph, truncate)
{
	struct vsn_graph_mark mark;
	char name[16];
	u32 i;

	BARBELL();
	mark = vsn_graph_mark(self->g);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "more%u", i);
		ASSERT_EQ(0, SWITCH_OF(name, 0));
		ASSERT_EQ(0, LINK(name, "s0", 0));
	}
	vsn_graph_truncate(self->g, mark);
	EXPECT_EQ(VSN_NO_SWITCH, vsn_graph_find_switch(self->g, "more7"));
	EXPECT_EQ(1, vsn_graph_find_switch(self->g, "s1"));
	ASSERT_EQ(0, SWITCH_OF("more7", 0));
	vsn_graph_truncate(self->g, mark);
	ASSERT_EQ(0, COMMIT());
	EXPECT_EQ(12, self->t->nr_links);
}

/* As wide as may be, and one more */
TEST_F(graph, widest)
{
	char name[2][16];
	u32 i, n;

	for (n = 127; n <= 128; n++) {
		vsn_graph_truncate(self->g, (struct vsn_graph_mark) {});
		for (i = 0; i < n; i++) {
			snprintf(name[0], sizeof(name[0]), "s%u", i);
			ASSERT_EQ(0, SWITCH_OF(name[0], 0));
			snprintf(name[1], sizeof(name[1]), "s%u", i - 1);
			ASSERT_EQ(0, LINK(i ? name[1] : "a0", name[0], NS));
		}
		ASSERT_EQ(0, LINK(name[0], "a1", NS));
		if (n == 127) {
			struct vsn_path path;

			ASSERT_EQ(0, COMMIT()) TH_LOG("%s", self->diag.msg);
			ASSERT_EQ(0, vsn_route_find(self->t, 1, 0, 1, 0, 0, &path));
			EXPECT_EQ(128, path.nr_hops);
		} else {
			REFUSED(-EINVAL,
				"network net: 129 links from a0 to a1, more than 128",
				COMMIT());
		}
	}
}

/* More than a graph may have of anything */
TEST_F(graph, too_many)
{
	u32 i, size = 8192;
	char name[2][16];
	int err = 0;

	sim_topo(self->t, &size, 1);
	vsn_graph_free(self->g);
	self->g = sim_graph(self->t);
	for (i = 0; !err && i <= 8192; i++) {
		snprintf(name[0], sizeof(name[0]), "s%u", i);
		err = SWITCH_OF(name[0], 0);
	}
	EXPECT_EQ(-E2BIG, err);
	EXPECT_STREQ("switch s8192: more than 8192 switches", self->diag.msg);
	for (err = 0, i = 0; !err; i++) {
		snprintf(name[0], sizeof(name[0]), "a%u", i % 8192);
		snprintf(name[1], sizeof(name[1]), "s%u", i % 8192);
		err = link_to(self->g, self->t, name[0], name[1], 0, 8, &self->diag);
	}
	EXPECT_EQ(-E2BIG, err);
	EXPECT_EQ(VSN_GRAPH_MAX_LINKS, self->g->nr_links);
	REFUSED(-EINVAL, "network net: 8192 endpoints and 8192 switches are more than 8192",
		COMMIT());
}

/* 4,096 vertices and 65,536 links: 3,072 endpoints on 1,024 switches, any wiring */
TEST_F(graph, large)
{
	u32 i, src, dst, size = 3072;
	char name[2][16];
	struct vsn_path path;

	sim_topo(self->t, &size, 1);
	vsn_graph_free(self->g);
	self->g = sim_graph(self->t);
	for (i = 0; i < 1024; i++) {
		snprintf(name[0], sizeof(name[0]), "s%u", i);
		ASSERT_EQ(0, SWITCH_OF(name[0], 100 * NS));
	}
	for (i = 0; self->g->nr_links < 65536; i++) {
		if (i < size)
			snprintf(name[0], sizeof(name[0]), "a%u", i);
		else
			snprintf(name[0], sizeof(name[0]), "s%u", i & 1023);
		/* An odd step for each round over all switches: none is there twice. */
		snprintf(name[1], sizeof(name[1]), "s%u",
			 (i + (i < size ? 0 : 2 * (i / 1024) + 1)) & 1023);
		ASSERT_EQ(0, LINK(name[0], name[1], NS)) TH_LOG("%s", self->diag.msg);
	}
	ASSERT_EQ(0, COMMIT()) TH_LOG("%s", self->diag.msg);
	for (i = 0; i < 100; i++) {
		src = rnd(&self->seed, size);
		dst = rnd(&self->seed, size);
		if (src != dst)
			ASSERT_EQ(0, vsn_route_find(self->t, 1, src, dst, 0, i, &path));
	}
}

/* Allocation failure */

struct short_mem {
	size_t tries;
	size_t fail_at;
	size_t live;
};

static void *short_alloc(void *ctx, size_t size)
{
	struct short_mem *m = ctx;

	if (++m->tries == m->fail_at)
		return NULL;
	m->live++;
	return calloc(1, size);
}

static void short_free(void *ctx, void *p, size_t size)
{
	struct short_mem *m = ctx;

	memset(p, 0xA5, size);
	m->live--;
	free(p);
}

static int build(struct vsn_topo *t, struct vsn_mem *mem, struct vsn_diag *diag)
{
	struct vsn_network *net = &t->networks[0];
	char name[16];
	u32 i;
	int err;

	net->graph = vsn_graph_create(mem);
	if (!net->graph)
		return -ENOMEM;
	for (i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		err = vsn_graph_add_switch(net->graph, name, 0, diag);
		if (!err)
			err = link_to(net->graph, t, i & 1 ? "a0" : "a1", name, 0, 1, diag);
		if (!err)
			err = link_to(net->graph, t, i & 1 ? "a2" : "a3", name, 0, 1, diag);
		if (!err && i)
			err = link_to(net->graph, t, "s0", name, 0, 2, diag);
		if (err)
			return err;
	}
	return vsn_topo_commit(t, diag);
}

TEST_F(graph, no_memory_at_each_point)
{
	struct short_mem m = {};
	struct vsn_mem mem = { .alloc = short_alloc, .free = short_free, .ctx = &m };
	struct vsn_path path, want;
	size_t at, failed = 0;
	u32 src, dst;
	int err;

	for (at = 1; ; at++) {
		vsn_topo_free(self->t);
		m = (struct short_mem) { .fail_at = at };
		err = build(self->t, &mem, &self->diag);
		if (err) {
			ASSERT_EQ(-ENOMEM, err);
			failed++;
			/* Memory is back: what is there is mended by going on. */
			if (self->t->networks[0].graph &&
			    self->t->networks[0].graph->nr_links == 4 * 70 + 4 * 69)
				ASSERT_EQ(0, COMMIT());
		}
		if (!err) {
			/* The cache grows as it is used, or does not: routes are the same. */
			for (dst = 0; dst < 4; dst++) {
				for (src = 0; src < 4; src++) {
					if (src == dst)
						continue;
					ASSERT_EQ(0, vsn_route_find(self->t, 1, src, dst, 0,
								    0, &path));
					m.fail_at = 0;
					ASSERT_EQ(0, vsn_route_find(self->t, 1, src, dst, 0,
								    0, &want));
					m.fail_at = at;
					ASSERT_TRUE(same_path(&path, &want));
				}
			}
			if (at > m.tries)
				break;
		}
		vsn_topo_free(self->t);
		ASSERT_EQ(0, m.live);
	}
	EXPECT_GT(failed, 20);
	vsn_topo_free(self->t);
	EXPECT_EQ(0, m.live);
}

/* In motion: the same times as the same machine of a tier has, to the picosecond. */
TEST_F(graph, times)
{
	struct sim *sim[2];
	char name[16];
	u32 i, k;

	for (k = 0; k < 2; k++) {
		u32 size = 6;

		sim[k] = calloc(1, sizeof(*sim[k]));
		ASSERT_NE(NULL, sim[k]);
		sim_topo(&sim[k]->topo, &size, 1);
		sim[k]->topo.networks[0].header = 16;
		if (k) {
			struct vsn_graph *g = sim_graph(&sim[k]->topo);

			ASSERT_EQ(0, vsn_graph_add_switch(g, "s", 200 * NS, &self->diag));
			for (i = 0; i < size; i++) {
				snprintf(name, sizeof(name), "a%u", i);
				ASSERT_EQ(0, link_to(g, &sim[k]->topo, name, "s", 7 * NS, 1,
						     &self->diag));
			}
		} else {
			sim_tier(&sim[k]->topo, &(struct sim_tier) {
				.over = 1, .attach = EP, .bandwidth = 10 * GB,
				.latency = 7 * NS, .switch_latency = 200 * NS });
		}
		ASSERT_EQ(0, sim_init(sim[k]));
		for (i = 0; i < 6; i++)
			sim_region(sim[k], 64 << 20, i, false);
		for (i = 0; i < 200; i++) {
			u64 seed = i;
			u32 src = rnd(&seed, 6), dst = rnd(&seed, 6);
			struct vsn_sqe sqe = sim_copy(rnd(&seed, 6), i,
						      sim[k]->regions[dst].place.ua,
						      sim[k]->regions[src].place.ua,
						      1 + rnd(&seed, 8 << 20), i);

			sqe.flags = VSN_OP_F_NODATA;
			ASSERT_EQ(0, sim_submit(sim[k], &sqe));
		}
		sim_run(sim[k]);
	}
	ASSERT_EQ(sim[0]->nr_done, sim[1]->nr_done);
	for (i = 0; i < sim[0]->nr_done; i++)
		ASSERT_EQ(0, memcmp(&sim[0]->done[i], &sim[1]->done[i],
				    sizeof(sim[0]->done[i])));
	EXPECT_EQ(sim[0]->xfer_wire, sim[1]->xfer_wire);
	for (k = 0; k < 2; k++) {
		sim_free(sim[k]);
		EXPECT_EQ(0, sim[k]->allocs);
		free(sim[k]);
	}
}

TEST_HARNESS_MAIN
