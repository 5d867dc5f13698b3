// SPDX-License-Identifier: GPL-2.0
/*
 * Graphs over netlink: in one message and in many, what is refused, and that what is
 * refused leaves the draft as it was.
 */
#include "kselftest_harness.h"
#include "nl_graph.h"
#include "nl_fixture.h"
#include "vsn_test.h"

FIXTURE(graph) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_SETUP(graph)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	del_fabric(&self->s, "g");
}

FIXTURE_TEARDOWN(graph)
{
	del_fabric(&self->s, "g");
	nl_close(&self->s);
}

#define begin(cmd)	nl_fabric(&self->s, &self->m, cmd, "g")

/* A new fabric, of what a function puts into it */
#define NEW(put)							\
	({								\
		begin(VSN_CMD_FABRIC_NEW);				\
		put(&self->m);						\
		ask();							\
	})

#define COMMIT()							\
	({								\
		begin(VSN_CMD_FABRIC_SET);				\
		nl_flag(&self->m, VSN_A_FABRIC_COMMIT);			\
		ask();							\
	})

/* One of the network's tier, in the last answer */
static uint64_t of_tier(const struct nl_reply *r, uint16_t type)
{
	const struct nlattr *net = nl_find(r->data, r->len, VSN_A_FABRIC_NETWORK, 0), *tier;

	if (!net)
		return ~0ULL;
	tier = nl_find(nl_data(net), nl_len(net), VSN_A_NETWORK_TIER, 0);
	return tier ? nl_get(nl_data(tier), nl_len(tier), type) : ~0ULL;
}

TEST_F(graph, one_message)
{
	ASSERT_EQ(0, NEW(put_graph_whole)) TH_LOG("%s", self->r.text);
	EXPECT_EQ(VSN_FABRIC_STATE_READY, value(VSN_A_FABRIC_STATE));
	EXPECT_EQ(VSN_TIER_KIND_GRAPH, of_tier(&self->r, VSN_A_TIER_KIND));
	EXPECT_EQ(2, of_tier(&self->r, VSN_A_TIER_SWITCH_COUNT));
	EXPECT_EQ(GRAPH_LINKS, of_tier(&self->r, VSN_A_TIER_LINK_COUNT));

	begin(VSN_CMD_LINK_GET);
	nl_u32(&self->m, VSN_A_LINK_ID, 3);
	ASSERT_EQ(0, ask());
	EXPECT_STREQ("net.s0>a1", string(VSN_A_LINK_NAME));
	EXPECT_STREQ("net", string(VSN_A_LINK_NETWORK));
	EXPECT_STREQ("graph", string(VSN_A_LINK_TIER));
	EXPECT_EQ(50 * GB, value(VSN_A_LINK_BANDWIDTH));
	EXPECT_EQ(10000, value(VSN_A_LINK_LATENCY));

	begin(VSN_CMD_LINK_GET);
	nl_str(&self->m, VSN_A_LINK_TIER, "graph");
	ASSERT_EQ(0, nl_dump(&self->s, &self->m, &self->r));
	EXPECT_EQ(GRAPH_LINKS, self->r.count);
}

TEST_F(graph, route)
{
	const struct nlattr *hop;

	ASSERT_EQ(0, NEW(put_graph_whole));
	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "a0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "a15");
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(2, value(VSN_A_ROUTE_CANDIDATES));
	EXPECT_EQ(1, value(VSN_A_ROUTE_PLANES));
	EXPECT_EQ(430000, value(VSN_A_ROUTE_LATENCY));
	ASSERT_EQ(3, number(VSN_A_ROUTE_HOP));
	hop = nl_find(self->r.data, self->r.len, VSN_A_ROUTE_HOP, 1);
	EXPECT_STREQ("net.s0>net.s1/1",
		     nl_get_str(nl_data(hop), nl_len(hop), VSN_A_HOP_NAME));
	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "a0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "a15");
	nl_u64(&self->m, VSN_A_ROUTE_CANDIDATE, 2);
	EXPECT_EQ(-ERANGE, ask());
	EXPECT_STREQ("candidate 2: there are 0 to 1", self->r.text);
}

TEST_F(graph, several_messages)
{
	ASSERT_EQ(0, NEW(put_graph_draft));
	EXPECT_EQ(-EINVAL, COMMIT());
	EXPECT_STREQ("network net: link is missing", self->r.text);
	begin(VSN_CMD_FABRIC_SET);
	put_graph_halves(&self->m);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(-EINVAL, COMMIT());
	EXPECT_STREQ("network net: no way from a8 to a0", self->r.text);
	begin(VSN_CMD_FABRIC_SET);
	put_graph_middle(&self->m);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(0, COMMIT()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(GRAPH_LINKS, of_tier(&self->r, VSN_A_TIER_LINK_COUNT));
}

/* What is good in a message that fails is not there either. */
TEST_F(graph, failed_message)
{
	struct nlattr *nest;
	int i;

	ASSERT_EQ(0, NEW(put_graph_draft));
	for (i = 0; i < 3; i++) {
		begin(VSN_CMD_FABRIC_SET);
		put_graph_halves(&self->m);
		nest = nl_graph(&self->m, "net");
		put_link(&self->m, "s0", "s2", 0);
		nl_end(&self->m, nest);
		EXPECT_EQ(-ENOENT, ask());
		EXPECT_STREQ("link to 's2': no such endpoint or switch", self->r.text);
		EXPECT_EQ(VSN_A_GRAPH_LINK, self->r.bad);
	}
	/* Together with the commit: that is taken back as well. */
	begin(VSN_CMD_FABRIC_SET);
	put_graph_halves(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_STREQ("network net: no way from a8 to a0", self->r.text);
	begin(VSN_CMD_FABRIC_SET);
	put_graph_halves(&self->m);
	put_graph_middle(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(GRAPH_LINKS, of_tier(&self->r, VSN_A_TIER_LINK_COUNT));
}

/* And neither is a network that was new in it. */
TEST_F(graph, failed_network)
{
	ASSERT_EQ(0, NEW(put_graph_ends));
	begin(VSN_CMD_FABRIC_SET);
	put_graph_network(&self->m, "net");
	put_graph_halves(&self->m);
	put_graph_network(&self->m, "net");
	EXPECT_EQ(-EEXIST, ask());
	EXPECT_STREQ("network net: named twice", self->r.text);
	EXPECT_EQ(0, number(VSN_A_FABRIC_NETWORK));
	begin(VSN_CMD_FABRIC_SET);
	put_graph_network(&self->m, "net");
	put_graph_halves(&self->m);
	put_graph_middle(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
}

/* Two of them in one fabric, and tiers beside */
TEST_F(graph, several_networks)
{
	struct nlattr *nest;
	int i;

	ASSERT_EQ(0, NEW(put_graph_uncommitted));
	begin(VSN_CMD_FABRIC_SET);
	put_graph_network(&self->m, "other");
	nest = nl_graph(&self->m, "other");
	put_switch(&self->m, "s0");
	for (i = 0; i < 4; i++) {
		char name[16];

		snprintf(name, sizeof(name), "a%d", 4 * i);
		put_link(&self->m, name, "s0", 1);
	}
	nl_end(&self->m, nest);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "a0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "a12");
	nl_str(&self->m, VSN_A_ROUTE_NETWORK, "other");
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(2, number(VSN_A_ROUTE_HOP));
	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "a0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "a1");
	nl_str(&self->m, VSN_A_ROUTE_NETWORK, "other");
	EXPECT_EQ(-EHOSTUNREACH, ask());
}

/* The answer is an error of this errno, text and bad or missing attribute. */
#define REFUSED(error, words, bad_type, miss_type, ...)			\
	do {								\
		struct nl_msg *m = &self->m;				\
		struct nlattr *graph;					\
									\
		begin(VSN_CMD_FABRIC_SET);				\
		graph = nl_graph(m, "net");				\
		__VA_ARGS__;						\
		nl_end(m, graph);					\
		EXPECT_EQ(-(error), ask());				\
		EXPECT_STREQ(words, self->r.text);			\
		EXPECT_EQ(bad_type, self->r.bad);			\
		EXPECT_EQ(miss_type, self->r.miss);			\
	} while (0)

#define NEST(type, ...)							\
	do {								\
		struct nlattr *nest = nl_nest(m, type);			\
		__VA_ARGS__;						\
		nl_end(m, nest);					\
	} while (0)

TEST_F(graph, refusals)
{
	ASSERT_EQ(0, NEW(put_graph_draft));
	begin(VSN_CMD_FABRIC_SET);
	put_graph_halves(&self->m);
	ASSERT_EQ(0, ask());

	REFUSED(EINVAL, "switch: name is missing", 0, VSN_A_GRAPH_SWITCH_NAME,
		NEST(VSN_A_GRAPH_SWITCH, nl_u32(m, VSN_A_GRAPH_SWITCH_LATENCY, 1)));
	REFUSED(EINVAL, "switch 'S': want 1 to 31 of a-z 0-9 _ -", VSN_A_GRAPH_SWITCH, 0,
		put_switch(m, "S"));
	REFUSED(EINVAL, "switch: 'a\\n' is not printable ASCII", VSN_A_GRAPH_SWITCH_NAME, 0,
		put_switch(m, "a\n"));
	REFUSED(EEXIST, "switch s1: named twice", VSN_A_GRAPH_SWITCH, 0, put_switch(m, "s1"));
	REFUSED(EINVAL, "link: from is missing", 0, VSN_A_GRAPH_LINK_FROM,
		NEST(VSN_A_GRAPH_LINK, nl_str(m, VSN_A_GRAPH_LINK_TO, "s0")));
	REFUSED(EINVAL, "link: to is missing", 0, VSN_A_GRAPH_LINK_TO,
		NEST(VSN_A_GRAPH_LINK, nl_str(m, VSN_A_GRAPH_LINK_FROM, "s0")));
	REFUSED(EINVAL, "link: bandwidth is missing", 0, VSN_A_GRAPH_LINK_BANDWIDTH,
		NEST(VSN_A_GRAPH_LINK, nl_str(m, VSN_A_GRAPH_LINK_FROM, "s0");
		     nl_str(m, VSN_A_GRAPH_LINK_TO, "s1")));
	REFUSED(EINVAL, "link s0>s1: bandwidth 1 is not 1000000 to 1000000000000000",
		VSN_A_GRAPH_LINK, 0,
		NEST(VSN_A_GRAPH_LINK, nl_str(m, VSN_A_GRAPH_LINK_FROM, "s0");
		     nl_str(m, VSN_A_GRAPH_LINK_TO, "s1");
		     nl_u64(m, VSN_A_GRAPH_LINK_BANDWIDTH, 1)));
	REFUSED(ENOENT, "link from 'a16': no such endpoint or switch", VSN_A_GRAPH_LINK, 0,
		put_link(m, "a16", "s0", 0));
	REFUSED(ENOENT, "link to 'net.s1': no such endpoint or switch", VSN_A_GRAPH_LINK, 0,
		put_link(m, "a1", "net.s1", 0));
	REFUSED(EINVAL, "link from 's0': leads to itself", VSN_A_GRAPH_LINK, 0,
		put_link(m, "s0", "s0", 0));
	/* A link that is there is found at commit. */
	begin(VSN_CMD_FABRIC_SET);
	put_graph_middle(&self->m);
	put_graph_middle(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_STREQ("network net: link s0>s1 is there twice", self->r.text);

	/* Which network? */
	begin(VSN_CMD_FABRIC_SET);
	nl_end(&self->m, nl_graph(&self->m, "none"));
	EXPECT_EQ(-ENOENT, ask());
	EXPECT_STREQ("graph: no network 'none'", self->r.text);
	EXPECT_EQ(VSN_A_GRAPH_NETWORK, self->r.bad);
	begin(VSN_CMD_FABRIC_SET);
	nl_end(&self->m, nl_nest(&self->m, VSN_A_FABRIC_GRAPH));
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_STREQ("graph: network is missing", self->r.text);
	EXPECT_EQ(VSN_A_GRAPH_NETWORK, self->r.miss);

	/* Nothing of all that was left behind, and the draft can be finished. */
	begin(VSN_CMD_FABRIC_SET);
	put_graph_middle(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	EXPECT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	/* What is committed no longer changes. */
	begin(VSN_CMD_FABRIC_SET);
	put_graph_middle(&self->m);
	EXPECT_EQ(-EBUSY, ask());
}

TEST_F(graph, not_of_tiers)
{
	begin(VSN_CMD_FABRIC_NEW);
	put_dims(&self->m);
	put_accelerators(&self->m);
	put_hosts(&self->m);
	put_network(&self->m);
	nl_end(&self->m, nl_graph(&self->m, "ub"));
	EXPECT_EQ(-ENOENT, ask());
	EXPECT_STREQ("graph: the tiers of network 'ub' are no graph", self->r.text);
}

/*
 * 4,096 vertices and 65,536 links, by the library, in as many messages as it takes;
 * and traffic over it.
 */
#define LARGE_ENDPOINTS	3072
#define LARGE_SWITCHES	1024
#define LARGE_LINKS	65536

TEST(large)
{
	struct vsn_ctl_dim dim = { .name = "node", .prefix = "n", .size = LARGE_ENDPOINTS };
	char dims[][VSN_CTL_NAME] = { "node" };
	struct vsn_ctl_kind kind = {
		.kind = VSN_ENDPOINT_KIND_ACCELERATOR, .nr_dims = 1, .dims = dims,
		.capacity = 1 << 20, .mem_bandwidth = 1000 * GB, .read_bandwidth = 100 * GB,
		.write_bandwidth = 100 * GB,
	};
	struct vsn_ctl_tier tier = { .name = "graph", .kind = VSN_TIER_KIND_GRAPH };
	struct vsn_ctl_network net = { .name = "net", .packet = 4096, .nr_tiers = 1,
				       .tiers = &tier };
	struct vsn_ctl_fabric spec = {
		.name = "g", .nr_dims = 1, .dims = &dim, .nr_kinds = 1, .kinds = &kind,
		.nr_networks = 1, .networks = &net,
	}, *is;
	struct vsn_ctl_graph_switch *sw = calloc(LARGE_SWITCHES, sizeof(*sw));
	struct vsn_ctl_graph_link *links = calloc(LARGE_LINKS / 2, sizeof(*links));
	char (*names)[8] = calloc(LARGE_ENDPOINTS + LARGE_SWITCHES, sizeof(*names));
	const char *why = test_ready();
	struct vsn_ctl_region *region;
	struct timespec a, b;
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct vsn_ctl *ctl;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	int i;

	if (why)
		SKIP(return, "%s", why);
	ASSERT_TRUE(sw && links && names);
	for (i = 0; i < LARGE_ENDPOINTS + LARGE_SWITCHES; i++)
		snprintf(names[i], sizeof(names[i]), i < LARGE_ENDPOINTS ? "n%d" : "s%d",
			 i < LARGE_ENDPOINTS ? i : i - LARGE_ENDPOINTS);
	for (i = 0; i < LARGE_SWITCHES; i++) {
		memcpy(sw[i].name, names[LARGE_ENDPOINTS + i], sizeof(names[0]));
		sw[i].latency = 100000;
	}
	for (i = 0; i < LARGE_LINKS / 2; i++) {
		int step = i < LARGE_ENDPOINTS ? 0 : 2 * (i / LARGE_SWITCHES) + 1;

		links[i].from = i < LARGE_ENDPOINTS ? names[i] :
				names[LARGE_ENDPOINTS + i % LARGE_SWITCHES];
		links[i].to = names[LARGE_ENDPOINTS + (i + step) % LARGE_SWITCHES];
		links[i].bandwidth = 10 * GB;
		links[i].latency = 1000;
		links[i].both = true;
	}
	net.graph = (struct vsn_ctl_graph) {
		.nr_switches = LARGE_SWITCHES, .switches = sw,
		.nr_links = LARGE_LINKS / 2, .links = links,
	};
	ASSERT_EQ(0, vsn_ctl_open(&ctl));
	vsn_ctl_fabric_del(ctl, "g");
	/* The last is wrong: all is taken back. */
	links[LARGE_LINKS / 2 - 1].to = "nowhere";
	EXPECT_EQ(-ENOENT, vsn_ctl_fabric_new(ctl, &spec, true));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(ctl), "link to 'nowhere'"));
	EXPECT_EQ(-ENOENT, vsn_ctl_fabric_get(ctl, "g", &is));
	links[LARGE_LINKS / 2 - 1].to = names[LARGE_ENDPOINTS];
	clock_gettime(CLOCK_MONOTONIC, &a);
	ASSERT_EQ(0, vsn_ctl_fabric_new(ctl, &spec, true)) TH_LOG("%s", vsn_ctl_error(ctl));
	clock_gettime(CLOCK_MONOTONIC, &b);
	TH_LOG("listed and committed in %ld ms",
	       (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000);
	ASSERT_EQ(0, vsn_ctl_fabric_get(ctl, "g", &is));
	EXPECT_EQ(LARGE_SWITCHES, is->networks[0].tiers[0].switch_count);
	EXPECT_EQ(LARGE_LINKS, is->networks[0].tiers[0].link_count);
	vsn_ctl_fabric_free(is);

	dev = test_open("g");
	ASSERT_NE(NULL, dev);
	q = vsn_queue_create(dev, 8);
	ASSERT_NE(NULL, q);
	region = test_region(ctl, "g", LARGE_ENDPOINTS - 1, 64 << 10);
	ASSERT_NE(NULL, region);
	for (i = 0; i < 20; i++) {
		vsn_prep_fill(&sqe, 100 * i, 0, region->ua, 4096, i);
		ASSERT_EQ(0, test_op(dev, q, &sqe, &cqe));
		EXPECT_EQ(0, cqe.res);
	}
	vsn_ctl_region_free(region);
	vsn_queue_destroy(q);
	vsn_dev_close(dev);
	EXPECT_EQ(0, vsn_ctl_fabric_del(ctl, "g"));
	vsn_ctl_close(ctl);
	free(sw);
	free(links);
	free(names);
}

TEST_HARNESS_MAIN
