// SPDX-License-Identifier: GPL-2.0
/*
 * libvsn's control side: what goes in comes out, lists end where the caller says,
 * and what the kernel refuses is told with the path of the attribute at fault.
 */
#include "kselftest_harness.h"

#include <poll.h>

#include "vsn_test.h"

#define NAME	"control"

static char dim_names[2][VSN_CTL_NAME] = { "board", "slot" };
static char over_slot[1][VSN_CTL_NAME] = { "slot" };
static char over_board[1][VSN_CTL_NAME] = { "board" };

/* A fabric of 4 boards with 8 endpoints each, on two tiers, to be spoilt */
struct spec {
	struct vsn_ctl_dim dims[2];
	struct vsn_ctl_kind kinds[1];
	struct vsn_ctl_port ports[2];
	struct vsn_ctl_tier tiers[2];
	struct vsn_ctl_network networks[1];
	struct vsn_ctl_fabric fabric;
};

static void spec_init(struct spec *s)
{
	*s = (struct spec) {
		.dims = {
			{ .name = "board", .prefix = "b", .size = 4 },
			{ .name = "slot", .prefix = "s", .size = 8 },
		},
		.kinds = { {
			.kind = VSN_ENDPOINT_KIND_ACCELERATOR,
			.nr_dims = 2,
			.package = "board",
			.capacity = 1ULL << 30,
			.mem_bandwidth = 5000000000000ULL,	/* 8 bytes; others are 4 */
			.mem_latency = 100,
			.read_bandwidth = 1000000000,
			.write_bandwidth = 2000000000,
			.overhead = 300,
		} },
		.ports = {
			{ .kind = VSN_ENDPOINT_KIND_ACCELERATOR, .bandwidth = 10000000000,
			  .latency = 5, .efficiency = 900000 },
			{ .bandwidth = 20000000000 },
		},
		.tiers = {
			{ .name = "l1", .nr_over = 1, .attach = VSN_ATTACH_ENDPOINT,
			  .kind = VSN_TIER_KIND_SWITCH, .planes = 2, .switches = 1,
			  .switch_latency = 200000, .medium = "board", .nr_ports = 1 },
			{ .name = "l2", .nr_over = 1, .attach = VSN_ATTACH_SWITCH,
			  .kind = VSN_TIER_KIND_SWITCH, .planes = 2, .switches = 3,
			  .lanes = 2, .switch_latency = 200000, .nr_ports = 1 },
		},
		.networks = { {
			.name = "net", .header = 16, .packet = 256, .stripe = 4096,
			.policy = VSN_POLICY_HASH, .seed = 77, .nr_tiers = 2,
		} },
		.fabric = {
			.name = NAME, .system = "test", .nr_dims = 2, .nr_kinds = 1,
			.nr_networks = 1,
		},
	};
	s->kinds[0].dims = dim_names;
	s->tiers[0].over = over_slot;
	s->tiers[0].ports = &s->ports[0];
	s->tiers[1].over = over_board;
	s->tiers[1].ports = &s->ports[1];
	s->networks[0].tiers = s->tiers;
	s->fabric.dims = s->dims;
	s->fabric.kinds = s->kinds;
	s->fabric.networks = s->networks;
}

FIXTURE(control) {
	struct vsn_ctl *ctl;
	struct spec spec;
};

FIXTURE_SETUP(control)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl)) TH_LOG("%s", vsn_ctl_error(NULL));
	vsn_ctl_fabric_del(self->ctl, NAME);
	spec_init(&self->spec);
}

FIXTURE_TEARDOWN(control)
{
	if (self->ctl)
		vsn_ctl_fabric_del(self->ctl, NAME);
	vsn_ctl_close(self->ctl);
}

#define make()		vsn_ctl_fabric_new(self->ctl, &self->spec.fabric, true)
#define error()		vsn_ctl_error(self->ctl)

static bool says(struct __test_metadata *_metadata, const char *text, const char *words)
{
	bool found = strstr(text, words);

	if (!found)
		TH_LOG("'%s' does not say '%s'", text, words);
	return found;
}

/* The text says this, whatever else it says. */
#define EXPECT_SAYS(words)						\
	EXPECT_TRUE(says(_metadata, error(), words))

TEST_F(control, what_goes_in_comes_out)
{
	struct vsn_ctl_fabric *f;

	ASSERT_EQ(0, make()) TH_LOG("%s", error());
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, NAME, &f));
	EXPECT_STREQ(NAME, f->name);
	EXPECT_STREQ("test", f->system);
	EXPECT_EQ(VSN_FABRIC_STATE_READY, f->state);
	EXPECT_EQ(32, f->endpoints);
	EXPECT_EQ(4, f->packages);
	ASSERT_EQ(2, f->nr_dims);
	EXPECT_STREQ("slot", f->dims[1].name);
	EXPECT_STREQ("s", f->dims[1].prefix);
	EXPECT_EQ(8, f->dims[1].size);
	ASSERT_EQ(1, f->nr_kinds);
	EXPECT_EQ(2, f->kinds[0].nr_dims);
	EXPECT_STREQ("board", f->kinds[0].dims[0]);
	EXPECT_STREQ("board", f->kinds[0].package);
	EXPECT_EQ(1ULL << 30, f->kinds[0].capacity);
	EXPECT_EQ(5000000000000ULL, f->kinds[0].mem_bandwidth);
	EXPECT_EQ(100, f->kinds[0].mem_latency);
	EXPECT_EQ(2000000000, f->kinds[0].write_bandwidth);
	EXPECT_EQ(32, f->kinds[0].count);
	ASSERT_EQ(1, f->nr_networks);
	EXPECT_EQ(VSN_POLICY_HASH, f->networks[0].policy);
	EXPECT_EQ(77, f->networks[0].seed);
	ASSERT_EQ(2, f->networks[0].nr_tiers);
	EXPECT_STREQ("board", f->networks[0].tiers[0].medium);
	EXPECT_EQ(1, f->networks[0].tiers[0].lanes);
	EXPECT_EQ(900000, f->networks[0].tiers[0].ports[0].efficiency);
	EXPECT_STREQ("board", f->networks[0].tiers[1].over[0]);
	EXPECT_EQ(2 * 3, f->networks[0].tiers[1].switch_count);
	EXPECT_EQ(2 * 4 * 2 * 3 * 2, f->networks[0].tiers[1].link_count);
	vsn_ctl_fabric_free(f);
}

/* A draft in three messages is the fabric that one makes. */
TEST_F(control, several_messages)
{
	struct vsn_ctl_fabric part = self->spec.fabric, *f;

	part.nr_kinds = 0;
	part.nr_networks = 0;
	ASSERT_EQ(0, vsn_ctl_fabric_new(self->ctl, &part, false)) TH_LOG("%s", error());
	part = (struct vsn_ctl_fabric) { .name = NAME };
	part.kinds = self->spec.kinds;
	part.nr_kinds = 1;
	ASSERT_EQ(0, vsn_ctl_fabric_set(self->ctl, &part, false)) TH_LOG("%s", error());
	part.nr_kinds = 0;
	part.networks = self->spec.networks;
	part.nr_networks = 1;
	ASSERT_EQ(0, vsn_ctl_fabric_set(self->ctl, &part, true)) TH_LOG("%s", error());
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, NAME, &f));
	EXPECT_EQ(32, f->endpoints);
	EXPECT_EQ(VSN_FABRIC_STATE_READY, f->state);
	vsn_ctl_fabric_free(f);
}

TEST_F(control, a_value_out_of_range_is_named_by_its_path)
{
	self->spec.tiers[1].planes = 65;
	EXPECT_EQ(-ERANGE, make());
	EXPECT_SAYS("network[0].tier[1].planes");
	EXPECT_SAYS("1 to 64");
	self->spec.tiers[1].planes = 2;
	self->spec.ports[1].efficiency = 1000001;
	EXPECT_EQ(-ERANGE, make());
	EXPECT_SAYS("network[0].tier[1].port[0].efficiency");
	self->spec.ports[1].efficiency = 0;
	/* Nothing of it has remained. */
	EXPECT_EQ(0, make()) TH_LOG("%s", error());
}

TEST_F(control, what_only_the_whole_tells_is_named_in_words)
{
	self->spec.tiers[1].planes = 3;
	EXPECT_EQ(-EINVAL, make());
	EXPECT_SAYS("planes 3");
	EXPECT_EQ(-ENOENT, vsn_ctl_fabric_commit(self->ctl, NAME));
	self->spec.tiers[1].planes = 2;
	self->spec.tiers[0].kind = VSN_TIER_KIND_RING;
	EXPECT_EQ(-EINVAL, make());
}

TEST_F(control, a_missing_attribute_is_named)
{
	struct vsn_ctl_fabric *f;

	EXPECT_EQ(-ENOENT, vsn_ctl_fabric_get(self->ctl, "no-such-fabric", &f));
	EXPECT_EQ(NULL, f);
	EXPECT_SAYS("no-such-fabric");
	/* The tiers are sent without what the kernel requires of them. */
	self->spec.tiers[0].planes = 0;
	EXPECT_GT(0, make());
	EXPECT_SAYS("planes");
}

struct count {
	unsigned int seen;
	unsigned int stop_at;
};

static int count_endpoint(const struct vsn_ctl_endpoint *endpoint, void *arg)
{
	struct count *c = arg;

	return endpoint->id == c->seen++ && c->seen == c->stop_at ? 42 : 0;
}

TEST_F(control, a_list_ends_where_the_caller_says)
{
	struct vsn_ctl_endpoint e;
	struct count c = { 0, 0 };

	ASSERT_EQ(0, make());
	EXPECT_EQ(0, vsn_ctl_endpoint_list(self->ctl, NAME, NULL, count_endpoint, &c));
	EXPECT_EQ(32, c.seen);
	c = (struct count) { 0, 5 };
	EXPECT_EQ(42, vsn_ctl_endpoint_list(self->ctl, NAME, NULL, count_endpoint, &c));
	EXPECT_EQ(5, c.seen);
	/* And the handle serves on. */
	EXPECT_EQ(0, vsn_ctl_endpoint_get(self->ctl, NAME, "b1.s3", &e));
	EXPECT_EQ(11, e.id);
}

static int count_link(const struct vsn_ctl_link *link, void *arg)
{
	struct count *c = arg;

	c->seen++;
	return strcmp(link->tier, "l2") || link->bandwidth != 20000000000;
}

TEST_F(control, lists_of_links)
{
	struct vsn_ctl_link_filter filter = { .network = "net", .tier = "l2" };
	struct vsn_ctl_link link;
	struct count c = { 0, 0 };

	ASSERT_EQ(0, make());
	EXPECT_EQ(0, vsn_ctl_link_list(self->ctl, NAME, &filter, count_link, &c));
	EXPECT_EQ(2 * 4 * 2 * 3 * 2, c.seen);
	filter.tier = "l3";
	EXPECT_GT(0, vsn_ctl_link_list(self->ctl, NAME, &filter, count_link, &c));
	EXPECT_SAYS("l3");
	filter.tier = "l2";
	filter.active = true;
	c.seen = 0;
	EXPECT_EQ(0, vsn_ctl_link_list(self->ctl, NAME, &filter, count_link, &c));
	EXPECT_EQ(0, c.seen);
	ASSERT_EQ(0, vsn_ctl_link_get(self->ctl, NAME, 0, &link));
	EXPECT_STREQ("l1", link.tier);
	EXPECT_EQ(9000000000, link.bandwidth);
	EXPECT_EQ(200005, link.latency);
}

static int count_region(const struct vsn_ctl_region *region, void *arg)
{
	struct count *c = arg;

	c->seen += region->home_count;
	return 0;
}

TEST_F(control, regions)
{
	struct vsn_ctl_region_spec spec = { .size = 32 << 20, .granule = 1 << 20, .nr_homes = 32 };
	struct vsn_ctl_region *r, *again;
	struct count c = { 0, 0 };
	uint32_t homes[32];
	unsigned int i;

	for (i = 0; i < 32; i++)
		homes[i] = 31 - i;
	spec.homes = homes;
	ASSERT_EQ(0, make());
	ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, NAME, &spec, &r)) TH_LOG("%s", error());
	EXPECT_EQ(32 << 20, r->size);
	EXPECT_EQ(32, r->home_count);
	EXPECT_EQ(1 << 20, r->granule);
	EXPECT_FALSE(r->huge);
	EXPECT_EQ(1ULL << 61, r->ua & 1ULL << 61);
	ASSERT_EQ(0, vsn_ctl_region_get(self->ctl, NAME, r->id, &again));
	EXPECT_EQ(r->ua, again->ua);
	ASSERT_GE(again->nr_homes, 16);
	EXPECT_EQ(31, again->homes[0]);
	EXPECT_EQ(16, again->homes[15]);
	EXPECT_EQ(0, vsn_ctl_region_list(self->ctl, NAME, count_region, &c));
	EXPECT_EQ(32, c.seen);
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, NAME, r->id));
	EXPECT_EQ(-ENOENT, vsn_ctl_region_del(self->ctl, NAME, r->id));
	vsn_ctl_region_free(again);
	vsn_ctl_region_free(r);
	spec.size = 64ULL << 30;
	EXPECT_EQ(-ENOSPC, vsn_ctl_region_add(self->ctl, NAME, &spec, NULL));
	EXPECT_SAYS("b");
}

TEST_F(control, limits)
{
	struct vsn_ctl_limit limit;

	ASSERT_EQ(0, make());
	EXPECT_EQ(0, vsn_ctl_limit_set(self->ctl, NAME, 1 << 20));
	EXPECT_EQ(0, vsn_ctl_limit_get(self->ctl, NAME, &limit));
	EXPECT_EQ(1 << 20, limit.resident);
	EXPECT_STREQ(NAME, limit.fabric);
	/* More than the machine has */
	EXPECT_EQ(-EINVAL, vsn_ctl_limit_set(self->ctl, NAME, 1ULL << 50));
	EXPECT_SAYS("resident");
	EXPECT_EQ(0, vsn_ctl_limit_get(self->ctl, NAME, &limit));
	EXPECT_EQ(1 << 20, limit.resident);
	EXPECT_EQ(0, vsn_ctl_limit_get(self->ctl, NULL, &limit));
	EXPECT_STREQ("", limit.fabric);
}

static int take_event(const struct vsn_ctl_event *event, void *arg)
{
	struct vsn_ctl_event *to = arg;

	to->cmd = event->cmd;
	return event->fabric && !strcmp(event->fabric->name, NAME);
}

TEST_F(control, events)
{
	struct vsn_ctl_event event = { 0 };
	struct vsn_ctl *listener;
	struct pollfd pfd;

	ASSERT_EQ(0, vsn_ctl_open(&listener));
	ASSERT_EQ(0, vsn_ctl_monitor(listener));
	pfd = (struct pollfd) { .fd = vsn_ctl_fd(listener), .events = POLLIN };
	EXPECT_EQ(0, poll(&pfd, 1, 0));
	ASSERT_EQ(0, make());
	EXPECT_EQ(1, poll(&pfd, 1, 1000));
	EXPECT_EQ(1, vsn_ctl_next(listener, take_event, &event));
	EXPECT_EQ(VSN_CMD_FABRIC_NTF, event.cmd);
	ASSERT_EQ(0, vsn_ctl_fabric_del(self->ctl, NAME));
	EXPECT_EQ(1, vsn_ctl_next(listener, take_event, &event));
	EXPECT_EQ(VSN_CMD_FABRIC_DEL_NTF, event.cmd);
	vsn_ctl_close(listener);
}

TEST_HARNESS_MAIN
