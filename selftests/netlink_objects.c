// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints, links, regions and limits over netlink: get, dumps and their filters,
 * notifications, and who may do what.
 */
#include "kselftest_harness.h"

#include <poll.h>
#include <sched.h>
#include <sys/wait.h>

#include "nl_fabric.h"
#include "nl_fixture.h"
#include "vsn_test.h"

FIXTURE(objects) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_SETUP(objects)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	del_fabric(&self->s, "o");
	ASSERT_EQ(0, new_fabric(&self->s, "o"));
}

FIXTURE_TEARDOWN(objects)
{
	del_fabric(&self->s, "o");
	nl_close(&self->s);
}

#define begin(cmd)	nl_fabric(&self->s, &self->m, cmd, "o")

TEST_F(objects, endpoint_by_id)
{
	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 13);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(1, self->r.count);
	EXPECT_STREQ("o", string(VSN_A_ENDPOINT_FABRIC));
	EXPECT_EQ(13, value(VSN_A_ENDPOINT_ID));
	EXPECT_STREQ("b1.npu2.d1", string(VSN_A_ENDPOINT_NAME));
	EXPECT_EQ(VSN_ENDPOINT_KIND_ACCELERATOR, value(VSN_A_ENDPOINT_KIND));
	EXPECT_EQ(6, value(VSN_A_ENDPOINT_PACKAGE));
	EXPECT_EQ(CAPACITY, value(VSN_A_ENDPOINT_CAPACITY));
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_ALLOCATED));
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_OPS));
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_FAULTS));
}

TEST_F(objects, endpoint_by_name)
{
	begin(VSN_CMD_ENDPOINT_GET);
	nl_str(&self->m, VSN_A_ENDPOINT_NAME, "b1.cpu0");
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(18, value(VSN_A_ENDPOINT_ID));
	EXPECT_EQ(VSN_ENDPOINT_KIND_HOST, value(VSN_A_ENDPOINT_KIND));
	EXPECT_EQ(2, value(VSN_A_ENDPOINT_PACKAGE));
}

TEST_F(objects, endpoint_refused)
{
	begin(VSN_CMD_ENDPOINT_GET);
	ask();
	EXPECT_REFUSED(EINVAL, "id or name is missing", 0, VSN_A_ENDPOINT_ID);

	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, NR_ENDPOINTS);
	ask();
	EXPECT_REFUSED(ENOENT, "id 20: the fabric has endpoints 0 to 19", VSN_A_ENDPOINT_ID, 0);

	begin(VSN_CMD_ENDPOINT_GET);
	nl_str(&self->m, VSN_A_ENDPOINT_NAME, "b2.cpu0");
	ask();
	EXPECT_REFUSED(ENOENT, "name 'b2.cpu0': no such endpoint", VSN_A_ENDPOINT_NAME, 0);

	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 0);
	nl_str(&self->m, VSN_A_ENDPOINT_NAME, "b0.cpu0");
	ask();
	EXPECT_REFUSED(EINVAL, "id and name: give one of them", VSN_A_ENDPOINT_NAME, 0);
}

TEST_F(objects, endpoint_dump)
{
	begin(VSN_CMD_ENDPOINT_GET);
	ASSERT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(NR_ENDPOINTS, self->r.count);
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_ID));

	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_KIND, VSN_ENDPOINT_KIND_HOST);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(NR_HOSTS, self->r.count);
	EXPECT_EQ(NR_ACCELERATORS, value(VSN_A_ENDPOINT_ID));

	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_KIND, VSN_ENDPOINT_KIND_MEMORY);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(0, self->r.count);

	begin(VSN_CMD_ENDPOINT_GET);
	nl_flag(&self->m, VSN_A_ENDPOINT_ACTIVE);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(0, self->r.count);
}

TEST_F(objects, endpoint_dump_refused)
{
	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_KIND, 4);
	dump();
	EXPECT_REFUSED(ERANGE, "integer out of range", VSN_A_ENDPOINT_KIND, 0);

	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 4);
	dump();
	EXPECT_REFUSED(EINVAL, "Unsupported attribute", VSN_A_ENDPOINT_ID, 0);
}

TEST_F(objects, link_by_id)
{
	/* The first link is the first endpoint's, up to plane 0. */
	begin(VSN_CMD_LINK_GET);
	nl_u32(&self->m, VSN_A_LINK_ID, 0);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_STREQ("b0.npu0.d0>ub.l1.b0.p0", string(VSN_A_LINK_NAME));
	EXPECT_STREQ("ub", string(VSN_A_LINK_NETWORK));
	EXPECT_STREQ("l1", string(VSN_A_LINK_TIER));
	EXPECT_EQ(0, value(VSN_A_LINK_PLANE));
	EXPECT_EQ(0, value(VSN_A_LINK_DIRECTION));
	EXPECT_EQ(45 * GB, value(VSN_A_LINK_BANDWIDTH));
	EXPECT_EQ(300000, value(VSN_A_LINK_LATENCY));
	EXPECT_EQ(0, value(VSN_A_LINK_WIRE));
}

TEST_F(objects, link_refused)
{
	begin(VSN_CMD_LINK_GET);
	ask();
	EXPECT_REFUSED(EINVAL, "id is missing", 0, VSN_A_LINK_ID);

	begin(VSN_CMD_LINK_GET);
	nl_u32(&self->m, VSN_A_LINK_ID, ~0U);
	ask();
	EXPECT_REFUSED(ENOENT, "id 4294967295: no such link", VSN_A_LINK_ID, 0);
}

/* A path: 2 planes, and 3 switches in each between the boards */
TEST_F(objects, route)
{
	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "b0.npu0.d0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "b1.cpu1");
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_STREQ("b0.npu0.d0", string(VSN_A_ROUTE_SOURCE));
	EXPECT_STREQ("b1.cpu1", string(VSN_A_ROUTE_DESTINATION));
	EXPECT_STREQ("ub", string(VSN_A_ROUTE_NETWORK));
	EXPECT_EQ(2 * 3, value(VSN_A_ROUTE_CANDIDATES));
	EXPECT_EQ(2, value(VSN_A_ROUTE_PLANES));
	/* four wires, and three switches, of which the one between has no latency */
	EXPECT_EQ(4 * 100000 + 2 * 200000, value(VSN_A_ROUTE_LATENCY));

	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "b0.npu0.d0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "b0.cpu1");
	nl_str(&self->m, VSN_A_ROUTE_NETWORK, "ub");
	nl_u32(&self->m, VSN_A_ROUTE_CANDIDATE, 1);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(1, value(VSN_A_ROUTE_CANDIDATE));
	EXPECT_EQ(2, value(VSN_A_ROUTE_CANDIDATES));
	EXPECT_EQ(2 * 100000 + 200000, value(VSN_A_ROUTE_LATENCY));
}

TEST_F(objects, route_refused)
{
	begin(VSN_CMD_ROUTE_GET);
	ask();
	EXPECT_REFUSED(EINVAL, "source is missing", 0, VSN_A_ROUTE_SOURCE);

	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "b0.cpu0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "b9.cpu0");
	ask();
	EXPECT_REFUSED(ENOENT, "destination 'b9.cpu0': no such endpoint",
		       VSN_A_ROUTE_DESTINATION, 0);

	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "b0.cpu0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "b0.cpu0");
	ask();
	EXPECT_REFUSED(EINVAL, "destination: the same as source",
		       VSN_A_ROUTE_DESTINATION, 0);

	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "b0.cpu0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "b0.cpu1");
	nl_str(&self->m, VSN_A_ROUTE_NETWORK, "nv");
	ask();
	EXPECT_REFUSED(ENOENT, "network 'nv': no such network", VSN_A_ROUTE_NETWORK, 0);

	begin(VSN_CMD_ROUTE_GET);
	nl_str(&self->m, VSN_A_ROUTE_SOURCE, "b0.cpu0");
	nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "b0.cpu1");
	nl_u32(&self->m, VSN_A_ROUTE_CANDIDATE, 2);
	ask();
	EXPECT_REFUSED(ERANGE, "candidate 2: there are 0 to 1", VSN_A_ROUTE_CANDIDATE, 0);
}

/* A line of @size, of which each end is in a mesh with two others. */
static void put_line(struct nl_msg *m, uint32_t size)
{
	static const char * const dims[] = { "line", "row", "column" };
	struct nlattr *nest, *tier;
	uint32_t i;

	for (i = 0; i < 3; i++)
		put_dim(m, dims[i], NULL, i ? 3 : size);
	nest = nl_nest(m, VSN_A_FABRIC_KIND);
	nl_u32(m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_ACCELERATOR);
	for (i = 0; i < 3; i++)
		nl_str(m, VSN_A_KIND_DIM, dims[i]);
	put_kind_figures(m);
	nl_end(m, nest);
	nest = nl_nest(m, VSN_A_FABRIC_NETWORK);
	nl_str(m, VSN_A_NETWORK_NAME, "net");
	nl_u32(m, VSN_A_NETWORK_PACKET, 256);
	nl_u32(m, VSN_A_NETWORK_POLICY, VSN_POLICY_DETOUR);
	for (i = 0; i < 3; i++) {
		tier = nl_nest(m, VSN_A_NETWORK_TIER);
		nl_str(m, VSN_A_TIER_NAME, dims[i]);
		nl_str(m, VSN_A_TIER_OVER, dims[i]);
		nl_u32(m, VSN_A_TIER_KIND, i ? VSN_TIER_KIND_MESH : VSN_TIER_KIND_GRID);
		nl_u32(m, VSN_A_TIER_ATTACH, VSN_ATTACH_ENDPOINT);
		put_port(m, VSN_ENDPOINT_KIND_ACCELERATOR);
		nl_end(m, tier);
	}
	nl_end(m, nest);
	nl_flag(m, VSN_A_FABRIC_COMMIT);
}

/* Of 128 links at most; with a detour in both meshes it is longer. */
TEST_F(objects, route_that_is_too_long)
{
	uint64_t i, nr = 1;
	char text[64];

	del_fabric(&self->s, "o");
	begin(VSN_CMD_FABRIC_NEW);
	put_line(&self->m, 127);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	for (i = 0; i < nr; i++) {
		begin(VSN_CMD_ROUTE_GET);
		nl_str(&self->m, VSN_A_ROUTE_SOURCE, "line0.row0.column0");
		nl_str(&self->m, VSN_A_ROUTE_DESTINATION, "line126.row2.column2");
		nl_u64(&self->m, VSN_A_ROUTE_CANDIDATE, i);
		if (ask())
			break;
		nr = value(VSN_A_ROUTE_CANDIDATES);
		EXPECT_GE(128, number(VSN_A_ROUTE_HOP));
	}
	ASSERT_LT(0, i);
	snprintf(text, sizeof(text), "candidate %llu: no path", (unsigned long long)i);
	EXPECT_REFUSED(EHOSTUNREACH, text, VSN_A_ROUTE_CANDIDATE, 0);
}

TEST_F(objects, link_dump)
{
	begin(VSN_CMD_LINK_GET);
	ASSERT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(NR_L1_LINKS + NR_L2_LINKS, self->r.count);

	begin(VSN_CMD_LINK_GET);
	nl_str(&self->m, VSN_A_LINK_NETWORK, "ub");
	nl_str(&self->m, VSN_A_LINK_TIER, "l2");
	ASSERT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(NR_L2_LINKS, self->r.count);
	EXPECT_STREQ("l2", string(VSN_A_LINK_TIER));

	begin(VSN_CMD_LINK_GET);
	nl_flag(&self->m, VSN_A_LINK_ACTIVE);
	ASSERT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(0, self->r.count);
}

TEST_F(objects, link_dump_refused)
{
	begin(VSN_CMD_LINK_GET);
	nl_str(&self->m, VSN_A_LINK_NETWORK, "nv");
	dump();
	EXPECT_REFUSED(ENOENT, "network 'nv': no such network", VSN_A_LINK_NETWORK, 0);

	begin(VSN_CMD_LINK_GET);
	nl_str(&self->m, VSN_A_LINK_TIER, "l3");
	dump();
	EXPECT_REFUSED(ENOENT, "tier 'l3': no such tier", VSN_A_LINK_TIER, 0);
}

/* One copy within a board: only what it crossed is active, and carries its bytes. */
TEST_F(objects, active_after_traffic)
{
	struct vsn_sqe sqe = { .opcode = VSN_OP_COPY, .len = 8192 };
	uint64_t ua[2], wire = 0;
	struct vsn_queue *q;
	struct vsn_dev *dev;
	struct vsn_cqe cqe;
	uint32_t i;

	for (i = 0; i < 2; i++) {
		begin(VSN_CMD_REGION_NEW);
		nl_u32(&self->m, VSN_A_REGION_SIZE, 8192);
		nl_u32(&self->m, VSN_A_REGION_HOME, i);
		ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
		ua[i] = value(VSN_A_REGION_UA);
	}
	dev = test_open("o");
	ASSERT_NE(NULL, dev);
	q = vsn_queue_create_sized(dev, 8, 8);
	ASSERT_NE(NULL, q);
	sqe.src = ua[0];
	sqe.dst = ua[1];
	ASSERT_EQ(0, test_op(dev, q, &sqe, &cqe));
	ASSERT_EQ(0, cqe.res);

	/* Striped over two planes, each up and down; acks take the way back. */
	begin(VSN_CMD_LINK_GET);
	nl_flag(&self->m, VSN_A_LINK_ACTIVE);
	ASSERT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(8, self->r.count);
	EXPECT_STREQ("b0.npu0.d0>ub.l1.b0.p0", string(VSN_A_LINK_NAME));
	EXPECT_EQ(4096, value(VSN_A_LINK_PAYLOAD));
	EXPECT_LT(4096, value(VSN_A_LINK_WIRE));
	for (i = 0; i < NR_L1_LINKS + NR_L2_LINKS; i++) {
		begin(VSN_CMD_LINK_GET);
		nl_u32(&self->m, VSN_A_LINK_ID, i);
		ASSERT_EQ(0, ask());
		wire += value(VSN_A_LINK_WIRE);
	}
	EXPECT_EQ(cqe.wire, wire);

	begin(VSN_CMD_ENDPOINT_GET);
	nl_flag(&self->m, VSN_A_ENDPOINT_ACTIVE);
	ASSERT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(2, self->r.count);
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_ID));
	EXPECT_EQ(1, value(VSN_A_ENDPOINT_OPS));
	EXPECT_EQ(8192, value(VSN_A_ENDPOINT_WRITE_BYTES));

	begin(VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(cqe.end, value(VSN_A_FABRIC_NOW));
	vsn_queue_destroy(q);
	vsn_dev_close(dev);
}

/* A thousand million link ids, of which none is in use: looked at in no time. */
TEST_F(objects, active_dump_skips_what_is_idle)
{
	struct nlattr *nest, *net, *tier;
	struct timespec a, b;

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "huge");
	put_dim(&self->m, "node", "n", 1 << 20);
	nest = nl_nest(&self->m, VSN_A_FABRIC_KIND);
	nl_u32(&self->m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_ACCELERATOR);
	nl_str(&self->m, VSN_A_KIND_DIM, "node");
	put_kind_figures(&self->m);
	nl_end(&self->m, nest);
	net = nl_nest(&self->m, VSN_A_FABRIC_NETWORK);
	nl_str(&self->m, VSN_A_NETWORK_NAME, "ub");
	nl_u32(&self->m, VSN_A_NETWORK_PACKET, 4096);
	tier = nl_nest(&self->m, VSN_A_NETWORK_TIER);
	nl_str(&self->m, VSN_A_TIER_NAME, "l1");
	nl_str(&self->m, VSN_A_TIER_OVER, "node");
	nl_u32(&self->m, VSN_A_TIER_ATTACH, VSN_ATTACH_ENDPOINT);
	nl_u32(&self->m, VSN_A_TIER_SWITCHES, 512);
	put_port(&self->m, VSN_ENDPOINT_KIND_ACCELERATOR);
	nl_end(&self->m, tier);
	nl_end(&self->m, net);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);

	nl_fabric(&self->s, &self->m, VSN_CMD_LINK_GET, "huge");
	nl_flag(&self->m, VSN_A_LINK_ACTIVE);
	clock_gettime(CLOCK_MONOTONIC, &a);
	EXPECT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	clock_gettime(CLOCK_MONOTONIC, &b);
	EXPECT_EQ(0, self->r.count);
	EXPECT_GT(1000, (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000);
	EXPECT_EQ(0, del_fabric(&self->s, "huge"));
}

/* Make a region; returns its id, or 0. */
static uint32_t new_region(struct nl_sock *s, const char *fabric, uint32_t home, uint64_t size)
{
	struct nl_reply r;
	struct nl_msg m;

	nl_fabric(s, &m, VSN_CMD_REGION_NEW, fabric);
	nl_u64(&m, VSN_A_REGION_SIZE, size);
	nl_u32(&m, VSN_A_REGION_HOME, home);
	return nl_ask(s, &m, &r) ? 0 : nl_get(r.data, r.len, VSN_A_REGION_ID);
}

TEST_F(objects, region)
{
	uint32_t i, id;

	begin(VSN_CMD_REGION_NEW);
	nl_u32(&self->m, VSN_A_REGION_SIZE, 20 << 20);
	for (i = 0; i < NR_ENDPOINTS; i++)
		nl_u32(&self->m, VSN_A_REGION_HOME, NR_ENDPOINTS - 1 - i);
	nl_u32(&self->m, VSN_A_REGION_GRANULE, 1 << 20);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(VSN_CMD_REGION_NEW, self->r.cmd);
	id = value(VSN_A_REGION_ID);
	EXPECT_NE(0, id);

	begin(VSN_CMD_REGION_GET);
	nl_u32(&self->m, VSN_A_REGION_ID, id);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(id, value(VSN_A_REGION_ID));
	EXPECT_EQ(20 << 20, value(VSN_A_REGION_SIZE));
	EXPECT_EQ(NR_ENDPOINTS, value(VSN_A_REGION_HOME_COUNT));
	EXPECT_EQ(16, number(VSN_A_REGION_HOME));
	EXPECT_EQ(19, value(VSN_A_REGION_HOME));
	EXPECT_EQ(1 << 20, value(VSN_A_REGION_GRANULE));
	EXPECT_EQ(1, value(VSN_A_REGION_UA) >> 61);
	EXPECT_EQ(0, value(VSN_A_REGION_RESIDENT));
	EXPECT_EQ(0, number(VSN_A_REGION_HUGE));

	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 7);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(1 << 20, value(VSN_A_ENDPOINT_ALLOCATED));

	begin(VSN_CMD_REGION_DEL);
	nl_u32(&self->m, VSN_A_REGION_ID, id);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	begin(VSN_CMD_REGION_GET);
	nl_u32(&self->m, VSN_A_REGION_ID, id);
	EXPECT_EQ(-ENOENT, ask());
	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 7);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_ALLOCATED));
}

TEST_F(objects, region_defaults)
{
	begin(VSN_CMD_REGION_NEW);
	nl_u32(&self->m, VSN_A_REGION_SIZE, 4096);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	nl_u32(&self->m, VSN_A_REGION_HOME, 1);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(64 << 10, value(VSN_A_REGION_GRANULE));

	begin(VSN_CMD_REGION_NEW);
	nl_u32(&self->m, VSN_A_REGION_SIZE, 8 << 20);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	nl_u32(&self->m, VSN_A_REGION_HOME, 1);
	nl_flag(&self->m, VSN_A_REGION_HUGE);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(2 << 20, value(VSN_A_REGION_GRANULE));
	EXPECT_EQ(1, number(VSN_A_REGION_HUGE));
}

TEST_F(objects, region_refused)
{
	uint32_t i;

	begin(VSN_CMD_REGION_NEW);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	ask();
	EXPECT_REFUSED(EINVAL, "size is missing", 0, VSN_A_REGION_SIZE);

	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, 4096);
	ask();
	EXPECT_REFUSED(EINVAL, "home is missing", 0, VSN_A_REGION_HOME);

	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, 4096);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	nl_u32(&self->m, VSN_A_REGION_HOME, NR_ENDPOINTS);
	ask();
	EXPECT_REFUSED(EINVAL, "home 20: the fabric has endpoints 0 to 19",
		       VSN_A_REGION_HOME, 0);

	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, 4096);
	for (i = 0; i <= NR_ENDPOINTS; i++)
		nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	ask();
	EXPECT_REFUSED(E2BIG, "home: more than the 20 endpoints of the fabric",
		       VSN_A_REGION_HOME, 0);

	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, 0);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	ask();
	EXPECT_REFUSED(EINVAL, "size 0 is not a positive multiple of 4096",
		       VSN_A_REGION_SIZE, 0);

	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, -4096ULL);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	ask();
	EXPECT_REFUSED(EINVAL, "size 18446744073709547520 is not below 2^60",
		       VSN_A_REGION_SIZE, 0);

	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, 1 << 20);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	nl_u32(&self->m, VSN_A_REGION_HOME, 1);
	nl_u64(&self->m, VSN_A_REGION_GRANULE, 12288);
	ask();
	EXPECT_REFUSED(EINVAL, "granule 12288 is not a power of two from 4 KiB to 1 GiB",
		       VSN_A_REGION_GRANULE, 0);

	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, 4096);
	nl_u32(&self->m, VSN_A_REGION_HOME, 0);
	nl_u64(&self->m, VSN_A_REGION_UA, 0);
	ask();
	EXPECT_REFUSED(EINVAL, "Unsupported attribute", VSN_A_REGION_UA, 0);

	begin(VSN_CMD_REGION_DEL);
	nl_u32(&self->m, VSN_A_REGION_ID, 77);
	EXPECT_EQ(-ENOENT, ask());
	EXPECT_NE(NULL, strstr(self->r.text, "77"));

	begin(VSN_CMD_REGION_GET);
	ask();
	EXPECT_REFUSED(EINVAL, "id or name is missing", 0, VSN_A_REGION_ID);

	begin(VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(0, value(VSN_A_FABRIC_REGIONS));
}

TEST_F(objects, region_beyond_capacity)
{
	begin(VSN_CMD_REGION_NEW);
	nl_u64(&self->m, VSN_A_REGION_SIZE, CAPACITY + 4096);
	nl_u32(&self->m, VSN_A_REGION_HOME, 3);
	EXPECT_EQ(-ENOSPC, ask());
	/* It says where there is no room. */
	EXPECT_NE(NULL, strstr(self->r.text, "b0.npu1.d1")) TH_LOG("%s", self->r.text);
}

TEST_F(objects, region_dump)
{
	uint32_t i;

	for (i = 0; i < 200; i++)
		ASSERT_NE(0, new_region(&self->s, "o", i % NR_ENDPOINTS, 4096));
	begin(VSN_CMD_REGION_GET);
	ASSERT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(200, self->r.count);
	EXPECT_FALSE(self->r.interrupted);
}

/* A socket that reads little at a time: a dump takes several rounds. */
#define SMALL	8192

static int open_small(struct nl_sock *small, const struct nl_sock *s)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 5 };
	int on = 1;

	*small = *s;
	small->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (small->fd < 0 || bind(small->fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(small->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(small->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return -errno;
	return 0;
}

/* A dump of several rounds says so when a region came in between. */
TEST_F(objects, region_dump_interrupted)
{
	struct nl_sock other, small;
	uint32_t i;

	/* The kernel fills the largest buffer that a socket ever read into. */
	ASSERT_EQ(0, nl_open(&other));
	ASSERT_EQ(0, open_small(&small, &self->s));
	for (i = 0; i < 400; i++)
		ASSERT_NE(0, new_region(&self->s, "o", i % NR_ENDPOINTS, 4096));
	begin(VSN_CMD_REGION_GET);
	self->m.hdr.nlmsg_flags |= NLM_F_DUMP;
	memset(&self->r, 0, sizeof(self->r));
	ASSERT_EQ(0, nl_send(&small, &self->m));
	ASSERT_FALSE(nl_receive(&small, &self->m, &self->r, SMALL));
	EXPECT_FALSE(self->r.interrupted);
	ASSERT_NE(0, new_region(&other, "o", 0, 4096));
	while (!nl_receive(&small, &self->m, &self->r, SMALL))
		;
	EXPECT_EQ(0, self->r.err);
	EXPECT_TRUE(self->r.interrupted);
	nl_close(&small);
	nl_close(&other);
}

/* A dump does not go on in another fabric of the same name, nor in none. */
TEST_F(objects, dump_of_a_fabric_that_goes)
{
	struct nl_sock other, small;
	int again;

	ASSERT_EQ(0, nl_open(&other));
	for (again = 0; again < 2; again++) {
		ASSERT_EQ(0, open_small(&small, &self->s));
		begin(VSN_CMD_LINK_GET);
		self->m.hdr.nlmsg_flags |= NLM_F_DUMP;
		memset(&self->r, 0, sizeof(self->r));
		ASSERT_EQ(0, nl_send(&small, &self->m));
		ASSERT_FALSE(nl_receive(&small, &self->m, &self->r, SMALL));
		EXPECT_LT(self->r.count, NR_L1_LINKS);
		ASSERT_EQ(0, del_fabric(&other, "o"));
		if (again)
			ASSERT_EQ(0, new_fabric(&other, "o"));
		while (!nl_receive(&small, &self->m, &self->r, SMALL))
			;
		EXPECT_EQ(again ? -ENODEV : -ENOENT, self->r.err);
		EXPECT_LT(self->r.count, NR_L1_LINKS + NR_L2_LINKS);
		if (!again)
			ASSERT_EQ(0, new_fabric(&other, "o"));
		nl_close(&small);
	}
	nl_close(&other);
}

TEST_F(objects, limit_of_a_fabric)
{
	begin(VSN_CMD_LIMIT_SET);
	nl_u64(&self->m, VSN_A_LIMIT_RESIDENT, 333ULL << 20);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	begin(VSN_CMD_LIMIT_GET);
	ASSERT_EQ(0, ask());
	EXPECT_STREQ("o", string(VSN_A_LIMIT_FABRIC));
	EXPECT_EQ(333ULL << 20, value(VSN_A_LIMIT_RESIDENT));
	begin(VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(333ULL << 20, value(VSN_A_FABRIC_RESIDENT_MAX));

	begin(VSN_CMD_LIMIT_SET);
	ask();
	EXPECT_REFUSED(EINVAL, "resident is missing", 0, VSN_A_LIMIT_RESIDENT);
}

TEST_F(objects, limit_of_the_module)
{
	uint64_t before;

	nl_begin(&self->m, self->s.family, VSN_CMD_LIMIT_GET);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(0, number(VSN_A_LIMIT_FABRIC));
	before = value(VSN_A_LIMIT_RESIDENT);
	nl_begin(&self->m, self->s.family, VSN_CMD_LIMIT_SET);
	nl_u64(&self->m, VSN_A_LIMIT_RESIDENT, 123 << 20);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	nl_begin(&self->m, self->s.family, VSN_CMD_LIMIT_GET);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(123 << 20, value(VSN_A_LIMIT_RESIDENT));
	nl_begin(&self->m, self->s.family, VSN_CMD_LIMIT_SET);
	nl_u64(&self->m, VSN_A_LIMIT_RESIDENT, before);
	EXPECT_EQ(0, ask());
}

/* Take the next notification: its command, and its attributes in @r. */
static int next_event(struct nl_sock *s, struct nl_reply *r)
{
	struct pollfd pfd = { .fd = s->fd, .events = POLLIN };
	static char buf[NL_ROOM];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;

	if (poll(&pfd, 1, 5000) != 1 || recv(s->fd, buf, sizeof(buf), 0) <= 0)
		return -1;
	r->len = h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	memcpy(r->data, buf + NLMSG_HDRLEN + GENL_HDRLEN, r->len);
	return ((struct genlmsghdr *)(buf + NLMSG_HDRLEN))->cmd;
}

TEST_F(objects, every_change_notifies)
{
	struct nl_sock monitor;
	uint32_t id;

	ASSERT_EQ(0, nl_open(&monitor));
	ASSERT_EQ(0, setsockopt(monitor.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
				&monitor.group, sizeof(monitor.group)));

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "n");
	put_dims(&self->m);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(VSN_CMD_FABRIC_NTF, next_event(&monitor, &self->r));
	EXPECT_STREQ("n", string(VSN_A_FABRIC_NAME));
	EXPECT_EQ(VSN_FABRIC_STATE_DRAFT, value(VSN_A_FABRIC_STATE));

	/* What is refused is no change. */
	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "n");
	put_dims(&self->m);
	ASSERT_EQ(-EEXIST, ask());

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_SET, "n");
	put_accelerators(&self->m);
	put_hosts(&self->m);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(VSN_CMD_FABRIC_NTF, next_event(&monitor, &self->r));
	EXPECT_EQ(VSN_FABRIC_STATE_READY, value(VSN_A_FABRIC_STATE));

	id = new_region(&self->s, "n", 3, 8192);
	ASSERT_NE(0, id);
	ASSERT_EQ(VSN_CMD_REGION_NTF, next_event(&monitor, &self->r));
	EXPECT_STREQ("n", string(VSN_A_REGION_FABRIC));
	EXPECT_EQ(id, value(VSN_A_REGION_ID));
	EXPECT_EQ(8192, value(VSN_A_REGION_SIZE));

	nl_fabric(&self->s, &self->m, VSN_CMD_REGION_DEL, "n");
	nl_u32(&self->m, VSN_A_REGION_ID, id);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(VSN_CMD_REGION_DEL_NTF, next_event(&monitor, &self->r));
	EXPECT_EQ(id, value(VSN_A_REGION_ID));

	nl_fabric(&self->s, &self->m, VSN_CMD_LIMIT_SET, "n");
	nl_u32(&self->m, VSN_A_LIMIT_RESIDENT, 1 << 20);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(VSN_CMD_LIMIT_NTF, next_event(&monitor, &self->r));
	EXPECT_STREQ("n", string(VSN_A_LIMIT_FABRIC));
	EXPECT_EQ(1 << 20, value(VSN_A_LIMIT_RESIDENT));

	ASSERT_EQ(0, del_fabric(&self->s, "n"));
	ASSERT_EQ(VSN_CMD_FABRIC_DEL_NTF, next_event(&monitor, &self->r));
	EXPECT_STREQ("n", string(VSN_A_FABRIC_NAME));
	nl_close(&monitor);
}

TEST_F(objects, other_network_namespace)
{
	pid_t pid = fork();
	int status;

	ASSERT_GE(pid, 0);
	if (!pid) {
		struct nl_sock s;

		if (unshare(CLONE_NEWNET) || nl_open(&s))
			_exit(1);
		nl_fabric(&s, &self->m, VSN_CMD_FABRIC_GET, "o");
		if (nl_ask(&s, &self->m, &self->r) != -EOPNOTSUPP ||
		    strcmp(self->r.text, "vsn is in the initial network namespace only"))
			_exit(2);
		nl_begin(&self->m, s.family, VSN_CMD_FABRIC_GET);
		if (nl_dump(&s, &self->m, &self->r) != -EOPNOTSUPP || self->r.count)
			_exit(3);
		nl_fabric(&s, &self->m, VSN_CMD_FABRIC_NEW, "other");
		if (nl_ask(&s, &self->m, &self->r) != -EOPNOTSUPP)
			_exit(4);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* Whoever is not root reads, and changes nothing. */
TEST_F(objects, without_privilege)
{
	static const uint8_t writes[] = {
		VSN_CMD_FABRIC_NEW, VSN_CMD_FABRIC_SET, VSN_CMD_FABRIC_DEL,
		VSN_CMD_REGION_NEW, VSN_CMD_REGION_DEL, VSN_CMD_LIMIT_SET,
		VSN_CMD_REGION_POISON,
	};
	static const uint8_t reads[] = {
		VSN_CMD_FABRIC_GET, VSN_CMD_ENDPOINT_GET, VSN_CMD_LINK_GET,
		VSN_CMD_REGION_GET,
	};
	pid_t pid = fork();
	int status;
	size_t i;

	ASSERT_GE(pid, 0);
	if (!pid) {
		struct nl_sock s;

		if (setgid(65534) || setuid(65534) || nl_open(&s))
			_exit(1);
		for (i = 0; i < sizeof(writes); i++) {
			nl_fabric(&s, &self->m, writes[i], "o");
			if (nl_ask(&s, &self->m, &self->r) != -EPERM)
				_exit(10 + i);
		}
		for (i = 0; i < sizeof(reads); i++) {
			nl_begin(&self->m, s.family, reads[i]);
			if (reads[i] != VSN_CMD_FABRIC_GET)
				nl_str(&self->m, VSN_A_FABRIC_NAME, "o");
			if (nl_dump(&s, &self->m, &self->r))
				_exit(20 + i);
		}
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	begin(VSN_CMD_FABRIC_GET);
	EXPECT_EQ(0, ask());
}

TEST_HARNESS_MAIN
