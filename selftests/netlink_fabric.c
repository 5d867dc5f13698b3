// SPDX-License-Identifier: GPL-2.0
/*
 * Fabrics over netlink: drafts over several messages, commit, what is refused and
 * what the kernel says then.  A refusal changes nothing.
 */
#include "kselftest_harness.h"
#include "nl_fabric.h"
#include "nl_fixture.h"
#include "vsn_test.h"

FIXTURE(fabric) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_SETUP(fabric)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	del_fabric(&self->s, "t");
}

FIXTURE_TEARDOWN(fabric)
{
	del_fabric(&self->s, "t");
	nl_close(&self->s);
}

#define get_fabric()							\
	({								\
		nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_GET, "t");	\
		nl_ask(&self->s, &self->m, &self->r);			\
	})

TEST_F(fabric, one_message)
{
	const struct nlattr *net, *tier;

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	nl_str(&self->m, VSN_A_FABRIC_SYSTEM, "small one");
	put_whole(&self->m);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);

	/* The reply to new is the object, the same that get returns. */
	EXPECT_EQ(VSN_CMD_FABRIC_NEW, self->r.cmd);
	EXPECT_EQ(VSN_FABRIC_STATE_READY, value(VSN_A_FABRIC_STATE));
	ASSERT_EQ(0, get_fabric());
	EXPECT_EQ(VSN_CMD_FABRIC_GET, self->r.cmd);
	EXPECT_EQ(1, self->r.count);
	EXPECT_STREQ("t", string(VSN_A_FABRIC_NAME));
	EXPECT_STREQ("small one", string(VSN_A_FABRIC_SYSTEM));
	EXPECT_EQ(VSN_FABRIC_STATE_READY, value(VSN_A_FABRIC_STATE));
	EXPECT_EQ(NR_ENDPOINTS, value(VSN_A_FABRIC_ENDPOINTS));
	EXPECT_EQ(NR_PACKAGES, value(VSN_A_FABRIC_PACKAGES));
	EXPECT_EQ(30, value(VSN_A_FABRIC_WINDOW_SHIFT));
	EXPECT_EQ(0, value(VSN_A_FABRIC_NOW));
	EXPECT_EQ(0, value(VSN_A_FABRIC_RESIDENT));
	EXPECT_EQ(0, value(VSN_A_FABRIC_REGIONS));
	EXPECT_EQ(0, value(VSN_A_FABRIC_CONTEXTS));
	EXPECT_EQ(4, number(VSN_A_FABRIC_DIM));
	EXPECT_EQ(2, number(VSN_A_FABRIC_KIND));
	ASSERT_EQ(1, number(VSN_A_FABRIC_NETWORK));

	net = nl_find(self->r.data, self->r.len, VSN_A_FABRIC_NETWORK, 0);
	EXPECT_EQ(4096, nl_get(nl_data(net), nl_len(net), VSN_A_NETWORK_PACKET));
	tier = nl_find(nl_data(net), nl_len(net), VSN_A_NETWORK_TIER, 0);
	ASSERT_NE(NULL, tier);
	EXPECT_EQ(NR_L1_LINKS, nl_get(nl_data(tier), nl_len(tier), VSN_A_TIER_LINK_COUNT));
	EXPECT_EQ(NR_L1_SWITCHES, nl_get(nl_data(tier), nl_len(tier), VSN_A_TIER_SWITCH_COUNT));
	EXPECT_EQ(3, nl_count(nl_data(tier), nl_len(tier), VSN_A_TIER_OVER));
	EXPECT_STREQ("copper", nl_get_str(nl_data(tier), nl_len(tier), VSN_A_TIER_MEDIUM));
	EXPECT_EQ(1, nl_count(nl_data(tier), nl_len(tier), VSN_A_TIER_REDUCES));
	tier = nl_find(nl_data(net), nl_len(net), VSN_A_NETWORK_TIER, 1);
	ASSERT_NE(NULL, tier);
	EXPECT_EQ(NR_L2_LINKS, nl_get(nl_data(tier), nl_len(tier), VSN_A_TIER_LINK_COUNT));
	EXPECT_EQ(NR_L2_SWITCHES, nl_get(nl_data(tier), nl_len(tier), VSN_A_TIER_SWITCH_COUNT));
	EXPECT_EQ(0, nl_count(nl_data(tier), nl_len(tier), VSN_A_TIER_REDUCES));
}

TEST_F(fabric, clock_and_scale)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	put_whole(&self->m);
	nl_u32(&self->m, VSN_A_FABRIC_CLOCK, VSN_CLOCK_PACED);
	nl_u64(&self->m, VSN_A_FABRIC_SCALE, 12345);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	ASSERT_EQ(0, get_fabric());
	EXPECT_EQ(VSN_CLOCK_PACED, value(VSN_A_FABRIC_CLOCK));
	EXPECT_EQ(12345, value(VSN_A_FABRIC_SCALE));
}

TEST_F(fabric, several_messages)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(VSN_FABRIC_STATE_DRAFT, value(VSN_A_FABRIC_STATE));
	EXPECT_EQ(~0ULL, value(VSN_A_FABRIC_ENDPOINTS));

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	put_dims(&self->m);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(4, number(VSN_A_FABRIC_DIM));

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	put_hosts(&self->m);
	put_accelerators(&self->m);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	put_network(&self->m);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(VSN_FABRIC_STATE_DRAFT, value(VSN_A_FABRIC_STATE));

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(VSN_FABRIC_STATE_READY, value(VSN_A_FABRIC_STATE));
	EXPECT_EQ(NR_ENDPOINTS, value(VSN_A_FABRIC_ENDPOINTS));
}

TEST_F(fabric, names_may_come_before_what_they_name)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	put_network(&self->m);
	put_hosts(&self->m);
	put_accelerators(&self->m);
	put_dims(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	EXPECT_EQ(0, ask()) TH_LOG("%s", self->r.text);
}

TEST_F(fabric, failed_message_leaves_draft_as_it_was)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	put_dims(&self->m);
	ASSERT_EQ(0, ask());

	/* Its first parts are good, its last is not. */
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	nl_str(&self->m, VSN_A_FABRIC_SYSTEM, "other");
	put_dim(&self->m, "rack", "r", 2);
	put_accelerators(&self->m);
	put_network(&self->m);
	put_network(&self->m);
	EXPECT_EQ(-EEXIST, ask());
	EXPECT_STREQ("network ub: named twice", self->r.text);

	ASSERT_EQ(0, get_fabric());
	EXPECT_EQ(4, number(VSN_A_FABRIC_DIM));
	EXPECT_EQ(0, number(VSN_A_FABRIC_KIND));
	EXPECT_EQ(0, number(VSN_A_FABRIC_NETWORK));
	EXPECT_STREQ("", string(VSN_A_FABRIC_SYSTEM));
}

TEST_F(fabric, failed_commit_leaves_draft_as_it_was)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	put_dims(&self->m);
	ASSERT_EQ(0, ask());

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	put_network(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_STREQ("kind is missing: no endpoints", self->r.text);

	ASSERT_EQ(0, get_fabric());
	EXPECT_EQ(VSN_FABRIC_STATE_DRAFT, value(VSN_A_FABRIC_STATE));
	EXPECT_EQ(4, number(VSN_A_FABRIC_DIM));
	EXPECT_EQ(0, number(VSN_A_FABRIC_NETWORK));

	/* It can be mended. */
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	put_network(&self->m);
	put_accelerators(&self->m);
	put_hosts(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	EXPECT_EQ(0, ask()) TH_LOG("%s", self->r.text);
}

TEST_F(fabric, failed_new_leaves_nothing)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	put_dims(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_EQ(-ENOENT, get_fabric());
	EXPECT_STREQ("no fabric 't'", self->r.text);
	EXPECT_EQ(0, new_fabric(&self->s, "t"));
}

TEST_F(fabric, system_is_text)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	nl_str(&self->m, VSN_A_FABRIC_SYSTEM, "a\tb");
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_EQ(VSN_A_FABRIC_SYSTEM, self->r.bad);
	EXPECT_EQ(-ENOENT, get_fabric());
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	nl_str(&self->m, VSN_A_FABRIC_SYSTEM, "a b");
	ASSERT_EQ(0, ask());
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	nl_str(&self->m, VSN_A_FABRIC_SYSTEM, "\177");
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_EQ(VSN_A_FABRIC_SYSTEM, self->r.bad);
	ASSERT_EQ(0, get_fabric());
	EXPECT_STREQ("a b", nl_get_str(self->r.data, self->r.len, VSN_A_FABRIC_SYSTEM));
}

TEST_F(fabric, empty_draft_is_not_committed)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_STREQ("dim is missing", self->r.text);
}

TEST_F(fabric, name_is_taken)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	ASSERT_EQ(0, ask());
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	EXPECT_EQ(-EEXIST, ask());
	EXPECT_STREQ("fabric 't' exists", self->r.text);
	EXPECT_EQ(VSN_A_FABRIC_NAME, self->r.bad);
}

TEST_F(fabric, committed_does_not_change)
{
	ASSERT_EQ(0, new_fabric(&self->s, "t"));
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	put_dim(&self->m, "rack", "r", 2);
	EXPECT_EQ(-EBUSY, ask());
	EXPECT_STREQ("fabric 't' is committed: it no longer changes", self->r.text);
}

TEST_F(fabric, draft_has_no_parts)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	ASSERT_EQ(0, ask());
	nl_fabric(&self->s, &self->m, VSN_CMD_ENDPOINT_GET, "t");
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 0);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_STREQ("fabric 't' is a draft: commit it first", self->r.text);
	nl_fabric(&self->s, &self->m, VSN_CMD_LINK_GET, "t");
	EXPECT_EQ(-EINVAL, nl_dump(&self->s, &self->m, &self->r));
	EXPECT_STREQ("fabric 't' is a draft: commit it first", self->r.text);
}

TEST_F(fabric, delete)
{
	ASSERT_EQ(0, new_fabric(&self->s, "t"));
	EXPECT_EQ(0, del_fabric(&self->s, "t"));
	EXPECT_EQ(-ENOENT, get_fabric());
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_DEL, "t");
	EXPECT_EQ(-ENOENT, ask());
	EXPECT_STREQ("no fabric 't'", self->r.text);
	EXPECT_EQ(VSN_A_FABRIC_NAME, self->r.bad);
}

TEST_F(fabric, delete_draft)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	ASSERT_EQ(0, ask());
	EXPECT_EQ(0, del_fabric(&self->s, "t"));
	EXPECT_EQ(-ENOENT, get_fabric());
}

TEST_F(fabric, ids_are_not_used_again)
{
	uint64_t id;

	ASSERT_EQ(0, new_fabric(&self->s, "t"));
	ASSERT_EQ(0, get_fabric());
	id = value(VSN_A_FABRIC_ID);
	ASSERT_EQ(0, del_fabric(&self->s, "t"));
	ASSERT_EQ(0, new_fabric(&self->s, "t"));
	ASSERT_EQ(0, get_fabric());
	EXPECT_LT(id, value(VSN_A_FABRIC_ID));
}

TEST_F(fabric, at_most_64)
{
	uint32_t before, i, made = 0;
	char name[32];

	nl_begin(&self->m, self->s.family, VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, nl_dump(&self->s, &self->m, &self->r));
	before = self->r.count;
	for (i = before; i < 64; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, name);
		if (ask())
			break;
		made++;
	}
	EXPECT_EQ(64 - before, made);
	nl_begin(&self->m, self->s.family, VSN_CMD_FABRIC_GET);
	EXPECT_EQ(0, nl_dump(&self->s, &self->m, &self->r));
	EXPECT_EQ(64, self->r.count);

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	EXPECT_EQ(-ENOSPC, ask());
	EXPECT_STREQ("there are 64 fabrics, and no room for more", self->r.text);
	for (i = before; i < before + made; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		EXPECT_EQ(0, del_fabric(&self->s, name));
	}
}

/* The largest topology that there can be comes back whole. */
TEST_F(fabric, largest_topology)
{
	uint32_t d, n, t;
	char name[32];

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	for (d = 0; d < 8; d++) {
		snprintf(name, sizeof(name), "a-dim-of-a-very-long-name-000%02u", d);
		put_dim(&self->m, name, "prefixes-------", 1);
	}
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	for (n = 0; n < 8; n++) {
		struct nlattr *net, *tier;

		nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
		net = nl_nest(&self->m, VSN_A_FABRIC_NETWORK);
		snprintf(name, sizeof(name), "a-network-of-a-very-long-name%02u", n);
		nl_str(&self->m, VSN_A_NETWORK_NAME, name);
		nl_u32(&self->m, VSN_A_NETWORK_PACKET, 1);
		nl_u64(&self->m, VSN_A_NETWORK_SEED, ~0ULL);
		for (t = 0; t < 4; t++) {
			tier = nl_nest(&self->m, VSN_A_NETWORK_TIER);
			snprintf(name, sizeof(name), "a-tier-of-a-very-long-name-00%02u", t);
			nl_str(&self->m, VSN_A_TIER_NAME, name);
			nl_u32(&self->m, VSN_A_TIER_ATTACH, VSN_ATTACH_ENDPOINT);
			nl_str(&self->m, VSN_A_TIER_MEDIUM, "a-long-medium--");
			nl_u64(&self->m, VSN_A_TIER_SWITCH_LATENCY, ~0ULL);
			for (d = 0; d < 8; d++) {
				snprintf(name, sizeof(name),
					 "a-dim-of-a-very-long-name-000%02u", d);
				nl_str(&self->m, VSN_A_TIER_OVER, name);
			}
			for (d = 0; d < 4; d++)
				put_port(&self->m, d);
			nl_end(&self->m, tier);
		}
		nl_end(&self->m, net);
		ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	}
	for (n = 1; n < 4; n++) {
		struct nlattr *kind;

		nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
		kind = nl_nest(&self->m, VSN_A_FABRIC_KIND);
		nl_u32(&self->m, VSN_A_KIND_KIND, n);
		for (d = 0; d < 8; d++) {
			snprintf(name, sizeof(name), "a-dim-of-a-very-long-name-000%02u", d);
			nl_str(&self->m, VSN_A_KIND_DIM, name);
		}
		nl_str(&self->m, VSN_A_KIND_PACKAGE, name);
		put_kind_figures(&self->m);
		nl_end(&self->m, kind);
		ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	}
	ASSERT_EQ(0, get_fabric()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(8, number(VSN_A_FABRIC_DIM));
	EXPECT_EQ(3, number(VSN_A_FABRIC_KIND));
	EXPECT_EQ(8, number(VSN_A_FABRIC_NETWORK));
}

TEST_F(fabric, without_a_name)
{
	nl_begin(&self->m, self->s.family, VSN_CMD_FABRIC_GET);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_STREQ("the fabric's name is missing", self->r.text);
	EXPECT_EQ(VSN_A_FABRIC_NAME, self->r.miss);
	nl_begin(&self->m, self->s.family, VSN_CMD_FABRIC_NEW);
	EXPECT_EQ(-EINVAL, ask());
	EXPECT_STREQ("the fabric's name is missing", self->r.text);
	nl_begin(&self->m, self->s.family, VSN_CMD_REGION_GET);
	EXPECT_EQ(-EINVAL, nl_dump(&self->s, &self->m, &self->r));
	EXPECT_STREQ("the fabric's name is missing", self->r.text);
}

/*
 * Each of these is added to a draft that has all dims, and refused with one errno
 * and one text.
 */
FIXTURE(refused) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_VARIANT(refused) {
	void (*put)(struct nl_msg *m);
	int err;
	const char *text;
	uint16_t bad;		/* type of the attribute that is bad; 0: none is named */
	uint16_t miss;		/* type of the attribute that is missing; 0: none */
};

FIXTURE_SETUP(refused)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	del_fabric(&self->s, "t");
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "t");
	put_dims(&self->m);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
}

FIXTURE_TEARDOWN(refused)
{
	del_fabric(&self->s, "t");
	nl_close(&self->s);
}

TEST_F(refused, with_a_reason)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "t");
	variant->put(&self->m);
	EXPECT_EQ(variant->err, ask());
	EXPECT_STREQ(variant->text, self->r.text);
	EXPECT_EQ(variant->bad, self->r.bad);
	EXPECT_EQ(variant->miss, self->r.miss);
	ASSERT_EQ(0, get_fabric());
	EXPECT_EQ(4, number(VSN_A_FABRIC_DIM));
	EXPECT_EQ(0, number(VSN_A_FABRIC_KIND));
	EXPECT_EQ(0, number(VSN_A_FABRIC_NETWORK));
}

/* One case: a name, what is refused, why, and how the message is made. */
#define REFUSED(name, error, words, bad_type, miss_type, body)		\
	static void refused_##name(struct nl_msg *m)			\
	body								\
	FIXTURE_VARIANT_ADD(refused, name) {				\
		.put = refused_##name,					\
		.err = -(error),					\
		.text = words,						\
		.bad = bad_type,					\
		.miss = miss_type,					\
	}

/* A kind or a tier with one more attribute. */
#define IN_KIND(put) {							\
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_KIND);		\
									\
	nl_u32(m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_HOST);		\
	put;								\
	nl_end(m, nest);						\
}

#define IN_NETWORK(put) {						\
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_NETWORK);		\
									\
	nl_str(m, VSN_A_NETWORK_NAME, "ub");				\
	nl_u32(m, VSN_A_NETWORK_PACKET, 256);				\
	put;								\
	nl_end(m, nest);						\
}

#define IN_TIER(put) {							\
	struct nlattr *net = nl_nest(m, VSN_A_FABRIC_NETWORK);		\
	struct nlattr *nest;						\
									\
	nl_str(m, VSN_A_NETWORK_NAME, "ub");				\
	nl_u32(m, VSN_A_NETWORK_PACKET, 256);				\
	nest = nl_nest(m, VSN_A_NETWORK_TIER);				\
	nl_str(m, VSN_A_TIER_NAME, "l1");				\
	nl_u32(m, VSN_A_TIER_ATTACH, VSN_ATTACH_ENDPOINT);		\
	put;								\
	nl_end(m, nest);						\
	nl_end(m, net);							\
}

/* A port with one attribute only. */
static void put_bare_port(struct nl_msg *m, uint16_t type, uint64_t bandwidth)
{
	struct nlattr *nest = nl_nest(m, VSN_A_TIER_PORT);

	nl_u32(m, VSN_A_PORT_KIND, VSN_ENDPOINT_KIND_HOST);
	if (type)
		nl_u64(m, type, bandwidth);
	nl_end(m, nest);
}

static void put_tiers(struct nl_msg *m, int nr)
{
	struct nlattr *tier;
	char name[16];
	int i;

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		tier = nl_nest(m, VSN_A_NETWORK_TIER);
		nl_str(m, VSN_A_TIER_NAME, name);
		nl_u32(m, VSN_A_TIER_ATTACH, VSN_ATTACH_ENDPOINT);
		nl_end(m, tier);
	}
}

/* All that is needed, then a tier that is not supported. */
static void put_odd_tier(struct nl_msg *m, uint16_t type, uint32_t value)
{
	struct nlattr *net, *tier;

	put_accelerators(m);
	put_hosts(m);
	net = nl_nest(m, VSN_A_FABRIC_NETWORK);
	nl_str(m, VSN_A_NETWORK_NAME, "ub");
	nl_u32(m, VSN_A_NETWORK_PACKET, 256);
	tier = nl_nest(m, VSN_A_NETWORK_TIER);
	nl_str(m, VSN_A_TIER_NAME, "l1");
	nl_str(m, VSN_A_TIER_OVER, "board");
	nl_u32(m, VSN_A_TIER_ATTACH, VSN_ATTACH_ENDPOINT);
	nl_u32(m, VSN_A_TIER_PLANES, 64);
	nl_u32(m, type, value);
	put_port(m, VSN_ENDPOINT_KIND_HOST);
	nl_end(m, tier);
	nl_end(m, net);
	nl_flag(m, VSN_A_FABRIC_COMMIT);
}

REFUSED(dim_twice, EEXIST, "dim board: named twice", VSN_A_DIM_NAME, 0, {
	put_dim(m, "board", "x", 2);
});

REFUSED(dim_twice_in_one_message, EEXIST, "dim rack: named twice", VSN_A_DIM_NAME, 0, {
	put_dim(m, "rack", "r", 2);
	put_dim(m, "rack", "x", 2);
});

REFUSED(dim_name, EINVAL, "dim: name 'Rack': want 1 to 31 of a-z 0-9 _ -", VSN_A_DIM_NAME, 0, {
	put_dim(m, "Rack", "r", 2);
});

REFUSED(dim_name_with_control_characters, EINVAL,
	"dim: name 'a\\e[1m': want 1 to 31 of a-z 0-9 _ -", VSN_A_DIM_NAME, 0, {
	put_dim(m, "a\033[1m", "r", 2);
});

REFUSED(dim_without_name, EINVAL, "dim: name is missing", 0, VSN_A_DIM_NAME, {
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_DIM);

	nl_u32(m, VSN_A_DIM_SIZE, 2);
	nl_end(m, nest);
});

REFUSED(dim_without_size, EINVAL, "dim rack: size is missing", 0, VSN_A_DIM_SIZE, {
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_DIM);

	nl_str(m, VSN_A_DIM_NAME, "rack");
	nl_end(m, nest);
});

REFUSED(dim_too_long_for_a_prefix, EINVAL,
	"dim a-rather-long-name: too long for a prefix, and prefix is missing",
	VSN_A_DIM_NAME, 0, {
	put_dim(m, "a-rather-long-name", NULL, 2);
});

REFUSED(dims_too_many, E2BIG, "dim ee: more than 8 dims", VSN_A_FABRIC_DIM, 0, {
	put_dim(m, "aa", "aa", 1);
	put_dim(m, "bb", "bb", 1);
	put_dim(m, "cc", "cc", 1);
	put_dim(m, "dd", "dd", 1);
	put_dim(m, "ee", "ee", 1);
});

REFUSED(dim_size_zero, ERANGE, "integer out of range", VSN_A_DIM_SIZE, 0, {
	put_dim(m, "rack", "r", 0);
});

REFUSED(dim_size_beyond, EINVAL, "dim rack: size 4294967295 is not 1 to 1048576", 0, 0, {
	put_dim(m, "rack", "r", ~0U);
	nl_flag(m, VSN_A_FABRIC_COMMIT);
});

REFUSED(product_too_large, EINVAL, "host: more than 1048576 endpoints", 0, 0, {
	struct nlattr *nest;

	put_dim(m, "aa", "aa", 1 << 20);
	put_dim(m, "bb", "bb", 1 << 20);
	put_dim(m, "cc", "cc", 1 << 20);
	put_dim(m, "dd", "dd", 1 << 20);
	nest = nl_nest(m, VSN_A_FABRIC_KIND);
	nl_u32(m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_HOST);
	nl_str(m, VSN_A_KIND_DIM, "aa");
	nl_str(m, VSN_A_KIND_DIM, "bb");
	nl_str(m, VSN_A_KIND_DIM, "cc");
	nl_str(m, VSN_A_KIND_DIM, "dd");
	put_kind_figures(m);
	nl_end(m, nest);
	nl_flag(m, VSN_A_FABRIC_COMMIT);
});

REFUSED(kind_without_kind, EINVAL, "kind: kind is missing", 0, VSN_A_KIND_KIND, {
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_KIND);

	nl_str(m, VSN_A_KIND_DIM, "board");
	nl_end(m, nest);
});

REFUSED(kind_without_dim, EINVAL, "kind host: dim is missing", 0, VSN_A_KIND_DIM,
	IN_KIND(put_kind_figures(m)));
REFUSED(kind_unknown, ERANGE, "integer out of range", VSN_A_KIND_KIND, 0, {
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_KIND);

	nl_u32(m, VSN_A_KIND_KIND, 4);
	nl_end(m, nest);
});

REFUSED(kind_twice, EEXIST, "kind host: there already", VSN_A_KIND_KIND, 0, {
	put_hosts(m);
	put_hosts(m);
});

REFUSED(kind_dim_unknown, ENOENT, "kind host: dim: no dim 'rack'", VSN_A_KIND_DIM, 0,
	IN_KIND(nl_str(m, VSN_A_KIND_DIM, "rack")));
REFUSED(kind_dim_twice, EEXIST, "kind host: dim cpu: named twice", VSN_A_KIND_DIM, 0,
	IN_KIND(nl_str(m, VSN_A_KIND_DIM, "cpu"); nl_str(m, VSN_A_KIND_DIM, "cpu")));
REFUSED(kind_package_unknown, ENOENT, "kind host: package: no dim 'x'", VSN_A_KIND_PACKAGE, 0,
	IN_KIND(nl_str(m, VSN_A_KIND_DIM, "cpu"); nl_str(m, VSN_A_KIND_PACKAGE, "x")));
REFUSED(kind_package_elsewhere, EINVAL, "kind host: package: 'die' is not one of its dims",
	VSN_A_KIND_PACKAGE, 0,
	IN_KIND(nl_str(m, VSN_A_KIND_DIM, "cpu"); nl_str(m, VSN_A_KIND_PACKAGE, "die")));
REFUSED(kind_base, EINVAL, "kind: base is output only", VSN_A_KIND_BASE, 0,
	IN_KIND(nl_u32(m, VSN_A_KIND_BASE, 1)));
REFUSED(kind_count, EINVAL, "kind: count is output only", VSN_A_KIND_COUNT, 0,
	IN_KIND(nl_u32(m, VSN_A_KIND_COUNT, 1)));
REFUSED(kind_packages, EINVAL, "kind: packages is output only", VSN_A_KIND_PACKAGES, 0,
	IN_KIND(nl_u32(m, VSN_A_KIND_PACKAGES, 1)));
REFUSED(kind_capacity, EINVAL, "host: capacity 4097 is not a positive multiple of 4096", 0, 0, {
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_KIND);

	nl_u32(m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_HOST);
	nl_str(m, VSN_A_KIND_DIM, "cpu");
	nl_u64(m, VSN_A_KIND_CAPACITY, 4097);
	nl_end(m, nest);
	nl_flag(m, VSN_A_FABRIC_COMMIT);
});

REFUSED(kind_unknown_attribute, EINVAL, "Unknown attribute type", 60, 0,
	IN_KIND(nl_u32(m, 60, 1)));

REFUSED(network_twice, EEXIST, "network ub: named twice", VSN_A_NETWORK_NAME, 0, {
	put_network(m);
	put_network(m);
});

REFUSED(network_without_name, EINVAL, "network: name is missing", 0, VSN_A_NETWORK_NAME, {
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_NETWORK);

	nl_end(m, nest);
});

REFUSED(network_without_packet, EINVAL, "network ub: packet is missing", 0,
	VSN_A_NETWORK_PACKET, {
	struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_NETWORK);

	nl_str(m, VSN_A_NETWORK_NAME, "ub");
	nl_end(m, nest);
});

REFUSED(network_index, EINVAL, "network: index is output only", VSN_A_NETWORK_INDEX, 0,
	IN_NETWORK(nl_u32(m, VSN_A_NETWORK_INDEX, 1)));
REFUSED(network_policy, ERANGE, "integer out of range", VSN_A_NETWORK_POLICY, 0,
	IN_NETWORK(nl_u32(m, VSN_A_NETWORK_POLICY, VSN_POLICY_BORROW + 1)));
REFUSED(networks_too_many, E2BIG, "more than 8 networks", VSN_A_FABRIC_NETWORK, 0, {
	char name[8];
	int i;

	for (i = 0; i < 9; i++) {
		struct nlattr *nest = nl_nest(m, VSN_A_FABRIC_NETWORK);

		snprintf(name, sizeof(name), "n%d", i);
		nl_str(m, VSN_A_NETWORK_NAME, name);
		nl_u32(m, VSN_A_NETWORK_PACKET, 256);
		nl_end(m, nest);
	}
});

REFUSED(tiers_too_many, E2BIG, "network ub: more than 8 tiers", VSN_A_NETWORK_TIER, 0,
	IN_NETWORK(put_tiers(m, 9)));
REFUSED(tier_twice, EEXIST, "tier l1: named twice", VSN_A_TIER_NAME, 0,
	IN_NETWORK(put_l1(m); put_l1(m)));
REFUSED(tier_without_name, EINVAL, "tier: name is missing", 0, VSN_A_TIER_NAME,
	IN_NETWORK(nl_end(m, nl_nest(m, VSN_A_NETWORK_TIER))));
REFUSED(tier_without_attach, EINVAL, "tier l1: attach is missing", 0, VSN_A_TIER_ATTACH,
	IN_NETWORK(struct nlattr *tier = nl_nest(m, VSN_A_NETWORK_TIER);
		   nl_str(m, VSN_A_TIER_NAME, "l1");
		   nl_end(m, tier)));
REFUSED(tier_over_unknown, ENOENT, "tier l1: over: no dim 'rack'", VSN_A_TIER_OVER, 0,
	IN_TIER(nl_str(m, VSN_A_TIER_OVER, "rack")));
REFUSED(tier_over_twice, EEXIST, "tier l1: over: 'die' is named twice", VSN_A_TIER_OVER, 0,
	IN_TIER(nl_str(m, VSN_A_TIER_OVER, "die"); nl_str(m, VSN_A_TIER_OVER, "die")));
REFUSED(tier_switch_count, EINVAL, "tier: switch-count is output only",
	VSN_A_TIER_SWITCH_COUNT, 0, IN_TIER(nl_u32(m, VSN_A_TIER_SWITCH_COUNT, 1)));
REFUSED(tier_link_count, EINVAL, "tier: link-count is output only",
	VSN_A_TIER_LINK_COUNT, 0, IN_TIER(nl_u32(m, VSN_A_TIER_LINK_COUNT, 1)));
REFUSED(tier_planes, ERANGE, "integer out of range", VSN_A_TIER_PLANES, 0,
	IN_TIER(nl_u32(m, VSN_A_TIER_PLANES, 65)));
REFUSED(tier_medium, EINVAL, "medium: 'a\\a' is not printable ASCII", VSN_A_TIER_MEDIUM, 0,
	IN_TIER(nl_str(m, VSN_A_TIER_MEDIUM, "a\a")));
REFUSED(tier_kind_unknown, ERANGE, "integer out of range", VSN_A_TIER_KIND, 0,
	IN_TIER(nl_u32(m, VSN_A_TIER_KIND, VSN_TIER_KIND_GRAPH + 1)));
REFUSED(tier_wiring_spread, EINVAL,
	"tier l1: wiring spread is for a mesh over groups of switches", 0, 0, {
	put_odd_tier(m, VSN_A_TIER_WIRING, VSN_WIRING_SPREAD);
});

REFUSED(tier_product_too_large, EINVAL, "tier l1: more than 1073741824 links", 0, 0, {
	put_odd_tier(m, VSN_A_TIER_SWITCHES, 1 << 20);
});

REFUSED(port_twice, EEXIST, "tier l1: port host: there already", VSN_A_TIER_PORT, 0,
	IN_TIER(put_port(m, VSN_ENDPOINT_KIND_HOST); put_port(m, VSN_ENDPOINT_KIND_HOST)));
REFUSED(port_without_bandwidth, EINVAL, "tier l1: port: bandwidth is missing", 0,
	VSN_A_PORT_BANDWIDTH, IN_TIER(put_bare_port(m, 0, 0)));
REFUSED(port_bandwidth_zero, EINVAL, "tier l1: port: bandwidth is 0", VSN_A_PORT_BANDWIDTH, 0,
	IN_TIER(put_bare_port(m, VSN_A_PORT_BANDWIDTH, 0)));
REFUSED(port_efficiency, ERANGE, "integer out of range", VSN_A_PORT_EFFICIENCY, 0,
	IN_TIER(struct nlattr *port = nl_nest(m, VSN_A_TIER_PORT);
		nl_u32(m, VSN_A_PORT_EFFICIENCY, 1000001);
		nl_end(m, port)));

REFUSED(fabric_output, EINVAL, "Unsupported attribute", VSN_A_FABRIC_STATE, 0, {
	nl_u32(m, VSN_A_FABRIC_STATE, VSN_FABRIC_STATE_READY);
});

REFUSED(fabric_unknown_attribute, EINVAL, "Unknown attribute type", 99, 0, {
	nl_u32(m, 99, 1);
});

REFUSED(nest_without_its_flag, EINVAL, "NLA_F_NESTED is missing", VSN_A_FABRIC_DIM, 0, {
	nl_put(m, VSN_A_FABRIC_DIM, NULL, 0);
});

/* Names of fabrics, each at the edge of what is allowed. */
FIXTURE(name) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_VARIANT(name) {
	const char *name;
	int err;
	const char *text;
};

FIXTURE_SETUP(name)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
}

FIXTURE_TEARDOWN(name)
{
	nl_close(&self->s);
}

TEST_F(name, of_a_fabric)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, variant->name);
	EXPECT_EQ(variant->err, ask());
	EXPECT_STREQ(variant->text, self->r.text);
	EXPECT_EQ(self->r.err ? VSN_A_FABRIC_NAME : 0, self->r.bad);
	EXPECT_EQ(!variant->err, !del_fabric(&self->s, variant->name));
}

FIXTURE_VARIANT_ADD(name, one) {
	.name = "0",
	.err = 0,
	.text = "",
};

FIXTURE_VARIANT_ADD(name, longest) {
	.name = "abcdefghijklmnopqrstuvwxyz-_012",
	.err = 0,
	.text = "",
};

FIXTURE_VARIANT_ADD(name, empty) {
	.name = "",
	.err = -EINVAL,
	.text = "name: want 1 to 31 of a-z 0-9 _ -",
};

FIXTURE_VARIANT_ADD(name, too_long) {
	.name = "abcdefghijklmnopqrstuvwxyz-_0123",
	.err = -EINVAL,
	.text = "Attribute failed policy validation",
};

FIXTURE_VARIANT_ADD(name, upper) {
	.name = "A",
	.err = -EINVAL,
	.text = "name: want 1 to 31 of a-z 0-9 _ -",
};

FIXTURE_VARIANT_ADD(name, dot) {
	.name = ".",
	.err = -EINVAL,
	.text = "name: want 1 to 31 of a-z 0-9 _ -",
};

FIXTURE_VARIANT_ADD(name, slash) {
	.name = "a/b",
	.err = -EINVAL,
	.text = "name: want 1 to 31 of a-z 0-9 _ -",
};

FIXTURE_VARIANT_ADD(name, control) {
	.name = "a\n",
	.err = -EINVAL,
	.text = "name: want 1 to 31 of a-z 0-9 _ -",
};

TEST_HARNESS_MAIN
