// SPDX-License-Identifier: GPL-2.0
/* Topology: ids, names, counts, routes, and what commit refuses. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "route.h"
#include "sim.h"

#define GB	1000000000ULL

enum { BOARD, NPU, DIE, CPU };

/*
 * 48 boards of 8 packages of 2 dies and of 4 hosts; 7 planes; one switch a plane
 * and board, 16 switches a plane above them.
 */
static void two_tier_clos(struct vsn_topo *t)
{
	u32 sizes[] = { 48, 8, 2, 4 };
	struct vsn_kind *host = &t->kinds[VSN_ENDPOINT_KIND_HOST];

	sim_topo(t, sizes, 4);
	t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].nr_dims = 3;
	t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].package_dims = 2;
	*host = t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR];
	host->nr_dims = 2;
	host->dims[1] = CPU;
	sim_tier(t, &(struct sim_tier) {
		.over = 1 << NPU | 1 << DIE | 1 << CPU, .attach = VSN_ATTACH_ENDPOINT,
		.planes = 7, .bandwidth = 28 * GB });
	t->networks[0].tiers[0].ports[VSN_ENDPOINT_KIND_HOST].bandwidth = 22 * GB;
	sim_tier(t, &(struct sim_tier) {
		.over = 1 << BOARD, .attach = VSN_ATTACH_SWITCH, .planes = 7,
		.switches = 16, .bandwidth = 28 * GB });
}

FIXTURE(topo)
{
	struct vsn_topo t;
	struct vsn_diag diag;
};

FIXTURE_SETUP(topo)
{
	two_tier_clos(&self->t);
}

FIXTURE_TEARDOWN(topo)
{
}

TEST_F(topo, counts)
{
	struct vsn_topo *t = &self->t;
	struct vsn_tier *tiers = t->networks[0].tiers;

	ASSERT_EQ(0, vsn_topo_commit(t, &self->diag));
	EXPECT_EQ(768 + 192, t->nr_endpoints);
	EXPECT_EQ(384 + 192, t->nr_packages);
	EXPECT_EQ(768, t->kinds[VSN_ENDPOINT_KIND_HOST].base);
	EXPECT_EQ(336, vsn_topo_tier_switches(&t->networks[0], &tiers[0]));
	EXPECT_EQ(112, vsn_topo_tier_switches(&t->networks[0], &tiers[1]));
	EXPECT_EQ(960 * 7 * 2, vsn_topo_tier_links(t, &tiers[0]));
	EXPECT_EQ(5376 * 2, vsn_topo_tier_links(t, &tiers[1]));
	EXPECT_EQ(40, t->window_shift);
	EXPECT_EQ(DIE, vsn_topo_find_dim(t, "c"));
	EXPECT_EQ(-1, vsn_topo_find_dim(t, "e"));
	/* Two dies are a package, a host is one; each kind counts its own. */
	EXPECT_EQ(383, vsn_topo_package(t, 767));
	EXPECT_EQ(0, vsn_topo_package(t, 768));
	EXPECT_EQ(191, vsn_topo_package(t, 959));
}

/* Names are found again, and no other string is. */
TEST_F(topo, endpoint_names)
{
	char name[64];
	u32 ep;

	ASSERT_EQ(0, vsn_topo_commit(&self->t, &self->diag));
	for (ep = 0; ep < self->t.nr_endpoints; ep++) {
		vsn_topo_endpoint_name(&self->t, ep, name, sizeof(name));
		ASSERT_EQ(ep, vsn_topo_endpoint_find(&self->t, name));
	}
	vsn_topo_endpoint_name(&self->t, 3 * 16 + 5 * 2 + 1, name, sizeof(name));
	EXPECT_STREQ("a3.b5.c1", name);
	vsn_topo_endpoint_name(&self->t, 768 + 3 * 4 + 2, name, sizeof(name));
	EXPECT_STREQ("a3.d2", name);
	EXPECT_EQ(2, vsn_topo_endpoint_name(&self->t, 768 + 3 * 4 + 2, name, 3));
	EXPECT_STREQ("a3", name);
	EXPECT_EQ(0, vsn_topo_endpoint_name(&self->t, 3, NULL, 0));
	EXPECT_EQ(-ENOENT, vsn_topo_endpoint_find(&self->t, "a3.b5.c2"));
	EXPECT_EQ(-ENOENT, vsn_topo_endpoint_find(&self->t, "a3.b5"));
	EXPECT_EQ(-ENOENT, vsn_topo_endpoint_find(&self->t, "a3.b5.c1.d0"));
	EXPECT_EQ(-ENOENT, vsn_topo_endpoint_find(&self->t, "a03.d2"));
	EXPECT_EQ(-ENOENT, vsn_topo_endpoint_find(&self->t, "a3.d2 "));
	EXPECT_EQ(-ENOENT, vsn_topo_endpoint_find(&self->t, "a99999999999999999999.d2"));
	EXPECT_EQ(-ENOENT, vsn_topo_endpoint_find(&self->t, ""));
}

/* Each id that exists has a name of its own; the number of them is the count. */
TEST_F(topo, link_names)
{
	char name[128], last[128] = "";
	u32 link, n = 0;

	ASSERT_EQ(0, vsn_topo_commit(&self->t, &self->diag));
	for (link = 0; link < self->t.nr_links; link++) {
		if (vsn_topo_link_name(&self->t, link, name, sizeof(name)) < 0)
			continue;
		ASSERT_STRNE(last, name);
		strcpy(last, name);
		n++;
	}
	EXPECT_EQ(960 * 7 * 2 + 5376 * 2, n);
	EXPECT_EQ(-ENOENT, vsn_topo_link_name(&self->t, link, name, sizeof(name)));
	vsn_topo_link_name(&self->t, vsn_topo_link_id(&self->t.networks[0].tiers[0],
						      17, 3, 0, 0, 1), name, 128);
	EXPECT_STREQ("net.t0.a1.p3>a1.b0.c1", name);
	vsn_topo_link_name(&self->t, vsn_topo_link_id(&self->t.networks[0].tiers[1],
						      5, 2, 9, 0, 0), name, 128);
	EXPECT_STREQ("net.t0.a5.p2>net.t1.p2.s9", name);
}

/* Switches of a middle tier have a group; one of several links a lane. */
TEST_F(topo, three_tiers)
{
	u32 sizes[] = { 3, 4, 2 };
	struct vsn_topo *t = &self->t;
	struct vsn_link_pos pos;
	struct vsn_path path;
	char name[128];

	sim_topo(t, sizes, 3);
	sim_tier(t, &(struct sim_tier) {
		.over = 1 << 2, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = GB });
	sim_tier(t, &(struct sim_tier) {
		.over = 1 << 1, .attach = VSN_ATTACH_SWITCH, .switches = 2, .lanes = 3,
		.bandwidth = GB });
	sim_tier(t, &(struct sim_tier) {
		.over = 1 << 0, .attach = VSN_ATTACH_SWITCH, .bandwidth = GB });
	ASSERT_EQ(0, vsn_topo_commit(t, &self->diag));
	/* a2.b3 under its group's second switch, by the third lane */
	ASSERT_TRUE(vsn_topo_link_pos(t, vsn_topo_link_id(&t->networks[0].tiers[1],
							  2 * 4 + 3, 0, 1, 2, 0), &pos));
	EXPECT_EQ(2, pos.group);
	EXPECT_EQ(2, pos.lane);
	vsn_topo_link_name(t, vsn_topo_link_id(&t->networks[0].tiers[1], 2 * 4 + 3, 0, 1,
					       2, 0), name, sizeof(name));
	EXPECT_STREQ("net.t0.a2.b3.p0>net.t1.a2.p0.s1/2", name);
	/* from a0.b0.c0 to a2.b3.c1: all the way up and down */
	ASSERT_EQ(0, vsn_route_path(t, 0, 0, 23, 0, &path));
	EXPECT_EQ(6, path.nr_hops);
}

/* Every candidate is a connected path, and candidates differ. */
static void check_paths(struct __test_metadata *_metadata, const struct vsn_topo *t,
			u32 src, u32 dst, u32 hops, u64 candidates)
{
	struct vsn_link_pos a, b;
	struct vsn_path path;
	char from[128], to[128];
	u64 c;
	u32 i;

	ASSERT_EQ(candidates, vsn_route_candidates(t, 0, src, dst));
	for (c = 0; c < candidates; c++) {
		ASSERT_EQ(0, vsn_route_path(t, 0, src, dst, c, &path));
		ASSERT_EQ(hops, path.nr_hops);
		for (i = 0; i < hops; i++) {
			ASSERT_GT(vsn_topo_link_name(t, path.hops[i], to, 128), 0);
			if (i) {
				/* where one link ends the next begins */
				ASSERT_STREQ(strchr(from, '>') + 1,
					     strtok(strdup(to), ">"));
			}
			strcpy(from, to);
		}
		ASSERT_TRUE(vsn_topo_link_pos(t, path.hops[0], &a));
		ASSERT_TRUE(vsn_topo_link_pos(t, path.hops[hops - 1], &b));
		EXPECT_EQ(src, a.child);
		EXPECT_EQ(dst, b.child);
		EXPECT_EQ(0, a.down);
		EXPECT_EQ(1, b.down);
		EXPECT_EQ(c % 7, a.plane);
	}
}

TEST_F(topo, paths)
{
	ASSERT_EQ(0, vsn_topo_commit(&self->t, &self->diag));
	check_paths(_metadata, &self->t, 3, 9, 2, 7);
	check_paths(_metadata, &self->t, 3, 765, 4, 7 * 16);
	check_paths(_metadata, &self->t, 768 + 7, 100, 4, 7 * 16);
	check_paths(_metadata, &self->t, 768 + 3, 0, 2, 7);
}

/* dmodk: a shift of all dies uses no uplink or downlink twice in a plane. */
TEST_F(topo, dmodk_shift_has_no_contention)
{
	const struct vsn_topo *t = &self->t;
	struct vsn_path path;
	u32 shift, src, i;
	u8 *used;

	ASSERT_EQ(0, vsn_topo_commit(&self->t, &self->diag));
	used = malloc(t->nr_links);
	ASSERT_NE(NULL, used);
	for (shift = 16; shift < 768; shift += 16) {
		memset(used, 0, t->nr_links);
		for (src = 0; src < 768; src++) {
			u32 dst = (src + shift) % 768;
			u64 c = vsn_route_select(t, 0, src, dst, 4, 0);

			ASSERT_EQ(0, vsn_route_path(t, 0, src, dst, c, &path));
			for (i = 0; i < path.nr_hops; i++) {
				ASSERT_EQ(0, used[path.hops[i]]);
				used[path.hops[i]] = 1;
			}
		}
	}
	free(used);
}

/* hash: the same input gives the same path; operations spread over the paths. */
TEST_F(topo, hash_spreads)
{
	u32 hits[16] = {}, i;

	self->t.networks[0].policy = VSN_POLICY_HASH;
	self->t.networks[0].seed = 42;
	ASSERT_EQ(0, vsn_topo_commit(&self->t, &self->diag));
	for (i = 0; i < 1600; i++) {
		u64 c = vsn_route_select(&self->t, 0, 3, 700, 2, i);

		ASSERT_EQ(c, vsn_route_select(&self->t, 0, 3, 700, 2, i));
		ASSERT_EQ(2, c % 7);
		hits[c / 7]++;
	}
	for (i = 0; i < 16; i++) {
		EXPECT_GT(hits[i], 60);
		EXPECT_LT(hits[i], 140);
	}
}

/* An endpoint without a port is not reached; the first network that does is. */
TEST_F(topo, first_network_that_reaches)
{
	struct vsn_topo *t = &self->t;
	struct vsn_link_pos pos;
	struct vsn_path path;
	u64 bandwidth, latency;
	bool sf;
	u32 link;

	/* network 0: only the two dies of a package */
	t->networks[1] = t->networks[0];
	t->networks[1].name[0] = 'x';
	t->nr_networks = 2;
	t->networks[0].nr_tiers = 0;
	sim_tier(t, &(struct sim_tier) {
		.over = 1 << DIE, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = GB });
	memset(&t->networks[0].tiers[0].ports[VSN_ENDPOINT_KIND_HOST], 0,
	       sizeof(struct vsn_port));
	ASSERT_EQ(0, vsn_topo_commit(t, &self->diag));
	EXPECT_EQ(0, vsn_route_network(t, VSN_NET_ANY, 2, 3));
	EXPECT_EQ(1, vsn_route_network(t, VSN_NET_ANY, 2, 4));
	EXPECT_EQ(1, vsn_route_network(t, VSN_NET_ANY, 2, 800));
	EXPECT_EQ(1, vsn_route_network(t, 2, 2, 3));
	EXPECT_EQ(-EHOSTUNREACH, vsn_route_network(t, 1, 2, 4));
	EXPECT_EQ(-EHOSTUNREACH, vsn_route_network(t, 1, 2, 800));
	EXPECT_EQ(1, vsn_route_find(t, VSN_NET_ANY, 2, 4, 0, 0, &path));
	EXPECT_EQ(-EHOSTUNREACH, vsn_route_find(t, 1, 2, 4, 0, 0, &path));
	EXPECT_EQ(-EHOSTUNREACH, vsn_route_path(t, 0, 2, 4, 0, &path));
	EXPECT_EQ(0, vsn_route_select(t, 0, 2, 4, 0, 0));
	EXPECT_EQ(0, vsn_route_planes(t, 0, 2, 4));
	EXPECT_EQ(0, vsn_route_candidates(t, 0, 2, 4));
	/* Link ids have a gap where the hosts are. */
	link = vsn_topo_link_id(&t->networks[0].tiers[0], 800, 0, 0, 0, 0);
	EXPECT_FALSE(vsn_topo_link_pos(t, link, &pos));
	EXPECT_FALSE(vsn_topo_link_figures(t, link, &bandwidth, &latency, &sf));
}

/* One defect at a time; the message names the field. */
#define REFUSED(err, text, defect) do {					\
	two_tier_clos(&self->t);					\
	defect;								\
	self->diag.msg[0] = 0;						\
	EXPECT_EQ(err, vsn_topo_commit(&self->t, &self->diag)) {	\
		TH_LOG("for: %s", #defect);				\
	}								\
	EXPECT_NE(NULL, strstr(self->diag.msg, text)) {			\
		TH_LOG("'%s' lacks '%s'", self->diag.msg, text);	\
	}								\
} while (0)

TEST_F(topo, refused)
{
	struct vsn_topo *t = &self->t;
	struct vsn_kind *k = &t->kinds[1];
	struct vsn_network *n = &t->networks[0];
	struct vsn_tier *t0 = &n->tiers[0], *t1 = &n->tiers[1];

	REFUSED(-EINVAL, "dim is missing", t->nr_dims = 0);
	REFUSED(-EINVAL, "name 'A'", t->dims[1].name[0] = 'A');
	REFUSED(-EINVAL, "prefix '3'", t->dims[1].prefix[0] = '3');
	REFUSED(-EINVAL, "named twice", t->dims[1].name[0] = 'a');
	REFUSED(-EINVAL, "prefix 'a' is taken", t->dims[1].prefix[0] = 'a');
	REFUSED(-EINVAL, "size 0", t->dims[2].size = 0);
	REFUSED(-EINVAL, "more than", t->dims[2].size = 1 << 20);
	REFUSED(-EINVAL, "more than", (t->dims[2].size = 1300, t->dims[3].size = 12000));
	REFUSED(-EINVAL, "exceed the device window",
		(k->capacity = 1ULL << 50, t->dims[0].size = 200));
	REFUSED(-EINVAL, "dim b twice", k->dims[2] = 1);
	REFUSED(-EINVAL, "no endpoints", (k->nr_dims = 0, t->kinds[2].nr_dims = 0));
	REFUSED(-EINVAL, "same dims", (k->nr_dims = 2, k->dims[1] = 3));
	REFUSED(-EINVAL, "capacity 0", k->capacity = 0);
	REFUSED(-EINVAL, "capacity 4097", k->capacity = 4097);
	REFUSED(-EINVAL, "mem-bandwidth", k->mem_bandwidth = 0);
	REFUSED(-EINVAL, "mem-latency", k->mem_latency = VSN_PS_PER_SEC + 1);
	REFUSED(-EINVAL, "write-bandwidth", k->write_bandwidth = 0);
	REFUSED(-EINVAL, "read-bandwidth", k->read_bandwidth = 5);
	REFUSED(-EINVAL, "overhead", k->overhead = U64_MAX);
	REFUSED(-EINVAL, "name ''", n->name[0] = 0);
	REFUSED(-EINVAL, "network net: named twice", (t->networks[1] = *n, t->nr_networks = 2));
	REFUSED(-EINVAL, "packet is missing", n->packet = 0);
	REFUSED(-EINVAL, "header", n->header = 8192);
	REFUSED(-EINVAL, "policy 9", n->policy = 9);
	REFUSED(-EINVAL, "tier is missing", n->nr_tiers = 0);
	REFUSED(-EINVAL, "tier name 'A1'", t1->name[0] = 'A');
	REFUSED(-EINVAL, "kind 6 is unknown", t0->kind = 6);
	REFUSED(-EINVAL, "kind 0 is unknown", t0->kind = 0);
	REFUSED(-EINVAL, "wiring 4 is unknown", t1->wiring = 4);
	REFUSED(-EINVAL, "wiring 0 is unknown", t1->wiring = 0);
	REFUSED(-EINVAL, "a mesh joins endpoints of one kind",
		t0->kind = VSN_TIER_KIND_MESH);
	REFUSED(-EINVAL, "switches 16, but a ring has none", t1->kind = VSN_TIER_KIND_RING);
	REFUSED(-EINVAL, "spread is for a mesh", t1->wiring = VSN_WIRING_SPREAD);
	REFUSED(-EINVAL, "attach 7", t0->attach = 7);
	REFUSED(-EINVAL, "forwarding 0", t0->forwarding = 0);
	REFUSED(-EINVAL, "planes 0", t0->planes = 0);
	REFUSED(-EINVAL, "planes 65", t0->planes = 65);
	REFUSED(-EINVAL, "planes 6, but tier t0 has 7", t1->planes = 6);
	REFUSED(-EINVAL, "switches 0", t1->switches = 0);
	REFUSED(-EINVAL, "tier t0: more than 1073741824 switches",
		(t0->planes = 64, t1->planes = 64, t0->switches = 1 << 20));
	REFUSED(-EINVAL, "links", (t1->switches = 1 << 20, t1->lanes = 1024));
	REFUSED(-EINVAL, "paths", (t0->switches = 1 << 14, t1->switches = 1 << 19));
	REFUSED(-EINVAL, "lanes 0", t0->lanes = 0);
	REFUSED(-EINVAL, "over is missing", t0->over = 0);
	REFUSED(-EINVAL, "joined or absent below", t1->over = 1 << NPU);
	REFUSED(-EINVAL, "switch-latency", t0->switch_latency = U64_MAX);
	REFUSED(-EINVAL, "tier t0: named twice", t1->name[1] = '0');
	REFUSED(-EINVAL, "no tier is below", t0->attach = VSN_ATTACH_SWITCH);
	REFUSED(-EINVAL, "but switches attach", t1->ports[1].bandwidth = GB);
	REFUSED(-EINVAL, "but endpoints attach", t0->ports[0].bandwidth = GB);
	REFUSED(-EINVAL, "port memory, but there is none", t0->ports[3].bandwidth = GB);
	REFUSED(-EINVAL, "port is missing",
		(t0->ports[1].bandwidth = 0, t0->ports[2].bandwidth = 0));
	REFUSED(-EINVAL, "port accelerator: bandwidth 5", t0->ports[1].bandwidth = 5);
	REFUSED(-EINVAL, "that no attached kind has", t0->ports[2].bandwidth = 0);
	REFUSED(-EINVAL, "port is missing", t1->ports[0].bandwidth = 0);
	REFUSED(-EINVAL, "bandwidth 5", t1->ports[0].bandwidth = 5);
	REFUSED(-EINVAL, "efficiency", t1->ports[0].efficiency = 1000001);
	REFUSED(-EINVAL, "tells its groups apart", t0->over = 1 << NPU);
}

/* Usable bandwidth: parts per million of the raw one, exactly. */
TEST_F(topo, efficiency)
{
	u64 bandwidth, latency;
	bool sf;

	self->t.networks[0].tiers[1].ports[0].bandwidth = 28 * GB + 1;
	self->t.networks[0].tiers[1].ports[0].efficiency = 836735;
	ASSERT_EQ(0, vsn_topo_commit(&self->t, &self->diag));
	ASSERT_TRUE(vsn_topo_link_figures(&self->t, self->t.networks[0].tiers[1].link_base,
					  &bandwidth, &latency, &sf));
	EXPECT_EQ(28000ULL * 836735, bandwidth);
}

/* What was refused can be mended and committed. */
TEST_F(topo, commit_again)
{
	self->t.networks[0].tiers[1].planes = 6;
	EXPECT_EQ(-EINVAL, vsn_topo_commit(&self->t, &self->diag));
	self->t.networks[0].tiers[1].planes = 7;
	EXPECT_EQ(0, vsn_topo_commit(&self->t, &self->diag));
	EXPECT_EQ(960, self->t.nr_endpoints);
}

TEST_HARNESS_MAIN
