// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps that take several rounds: wherever a buffer ends, each object comes once,
 * whole and in order.
 */
#include "kselftest_harness.h"

#include "nl_fabric.h"
#include "nl_fixture.h"
#include "vsn_test.h"

/* The kernel fills the largest buffer that a socket ever read into: so a small one. */
#define SMALL	8192

FIXTURE(dump)
{
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_SETUP(dump)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	del_fabric(&self->s, "d");
}

FIXTURE_TEARDOWN(dump)
{
	del_fabric(&self->s, "d");
	nl_close(&self->s);
}

/**
 * struct seen - what a dump brought
 * @id: attribute that is the object's id
 * @last: attribute that is put last
 * @count: objects
 * @rounds: buffers
 * @bad: objects that are not whole, or not in order
 * @max: the largest id
 */
struct seen {
	uint16_t id;
	uint16_t last;
	uint32_t count;
	uint32_t rounds;
	uint32_t bad;
	uint32_t max;
};

static void see(struct seen *seen, const struct nlmsghdr *h)
{
	const char *data = (const char *)h + NLMSG_HDRLEN + GENL_HDRLEN;
	size_t len = h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	const struct nlattr *id = nl_find(data, len, seen->id, 0);
	uint32_t value;

	if (!id || !nl_find(data, len, seen->last, 0)) {
		seen->bad++;
		return;
	}
	value = nl_get(data, len, seen->id);
	seen->bad += seen->count++ && value <= seen->max;
	seen->max = value;
}

/* Dump to a socket of its own, with little buffers. Returns the error at the end. */
static int dump_small(struct nl_sock *s, struct nl_msg *m, struct seen *seen)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 10 };
	struct nl_sock small = *s;
	struct nlmsghdr *h;
	char buf[SMALL];
	int err = 1;
	ssize_t n;

	seen->count = 0;
	seen->rounds = 0;
	seen->bad = 0;
	small.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (small.fd < 0)
		return -errno;
	if (bind(small.fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(small.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		err = -errno;
	m->hdr.nlmsg_flags |= NLM_F_DUMP;
	if (err > 0 && nl_send(&small, m))
		err = -errno;
	while (err > 0) {
		n = recv(small.fd, buf, sizeof(buf), 0);
		if (n <= 0) {
			err = -errno;
			break;
		}
		seen->rounds++;
		for (h = (void *)buf; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
				memcpy(&err, NLMSG_DATA(h), sizeof(err));
			else
				see(seen, h);
		}
	}
	nl_close(&small);
	return err;
}

/* @nr endpoints "npu0", "npu1"...: names of several lengths. */
static void put_endpoints(struct nl_msg *m, uint32_t nr)
{
	struct nlattr *nest;

	put_dim(m, "npu", NULL, nr);
	nest = nl_nest(m, VSN_A_FABRIC_KIND);
	nl_u32(m, VSN_A_KIND_KIND, VSN_ENDPOINT_KIND_ACCELERATOR);
	nl_str(m, VSN_A_KIND_DIM, "npu");
	put_kind_figures(m);
	nl_end(m, nest);
}

TEST_F(dump, endpoints)
{
	struct seen seen = { .id = VSN_A_ENDPOINT_ID, .last = VSN_A_ENDPOINT_FAULT_BYTES };

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "d");
	put_endpoints(&self->m, 1200);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	nl_fabric(&self->s, &self->m, VSN_CMD_ENDPOINT_GET, "d");
	ASSERT_EQ(0, dump_small(&self->s, &self->m, &seen));
	EXPECT_EQ(1200, seen.count);
	EXPECT_EQ(0, seen.bad);
	EXPECT_LT(20, seen.rounds);
}

/* Regions of 1 to 20 homes, of which 16 are listed. */
TEST_F(dump, regions)
{
	struct seen seen = { .id = VSN_A_REGION_ID, .last = VSN_A_REGION_RESIDENT };
	uint32_t i, home;

	ASSERT_EQ(0, new_fabric(&self->s, "d"));
	for (i = 0; i < 600; i++) {
		nl_fabric(&self->s, &self->m, VSN_CMD_REGION_NEW, "d");
		nl_u64(&self->m, VSN_A_REGION_SIZE, 4096);
		nl_u64(&self->m, VSN_A_REGION_GRANULE, 4096);
		for (home = 0; home <= i % NR_ENDPOINTS; home++)
			nl_u32(&self->m, VSN_A_REGION_HOME, home);
		ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	}
	nl_fabric(&self->s, &self->m, VSN_CMD_REGION_GET, "d");
	ASSERT_EQ(0, dump_small(&self->s, &self->m, &seen));
	EXPECT_EQ(600, seen.count);
	EXPECT_EQ(0, seen.bad);
	EXPECT_LT(12, seen.rounds);
}

/* Ids of links are by endpoint: where the hosts have no ports there are none. */
TEST_F(dump, links_with_gaps)
{
	struct seen seen = { .id = VSN_A_LINK_ID, .last = VSN_A_LINK_BUSY };
	struct nlattr *net, *tier;

	nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, "d");
	put_dims(&self->m);
	put_hosts(&self->m);
	put_accelerators(&self->m);
	net = nl_nest(&self->m, VSN_A_FABRIC_NETWORK);
	nl_str(&self->m, VSN_A_NETWORK_NAME, "ub");
	nl_u32(&self->m, VSN_A_NETWORK_PACKET, 4096);
	tier = nl_nest(&self->m, VSN_A_NETWORK_TIER);
	nl_str(&self->m, VSN_A_TIER_NAME, "l1");
	nl_str(&self->m, VSN_A_TIER_OVER, "board");
	nl_str(&self->m, VSN_A_TIER_OVER, "cpu");
	nl_u32(&self->m, VSN_A_TIER_ATTACH, VSN_ATTACH_ENDPOINT);
	nl_u32(&self->m, VSN_A_TIER_PLANES, 3);
	put_port(&self->m, VSN_ENDPOINT_KIND_HOST);
	nl_end(&self->m, tier);
	nl_end(&self->m, net);
	nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	nl_fabric(&self->s, &self->m, VSN_CMD_LINK_GET, "d");
	ASSERT_EQ(0, dump_small(&self->s, &self->m, &seen));
	EXPECT_EQ(NR_HOSTS * 3 * 2, seen.count);
	EXPECT_EQ(0, seen.bad);
	/* They come after those that the accelerators would have. */
	EXPECT_EQ(NR_ENDPOINTS * 3 * 2 - 1, seen.max);
	nl_fabric(&self->s, &self->m, VSN_CMD_LINK_GET, "d");
	nl_u32(&self->m, VSN_A_LINK_ID, 0);
	EXPECT_EQ(-ENOENT, ask());
}

static void name_of(char name[32], uint32_t i)
{
	snprintf(name, 32, "d%02u%.*s", i, (int)(i % 29), "abcdefghijklmnopqrstuvwxyzabc");
}

/* As fabrics with names of all lengths go, the end of a buffer meets each attribute. */
TEST_F(dump, fabrics)
{
	struct seen seen = { .id = VSN_A_FABRIC_ID, .last = VSN_A_FABRIC_HOST_FAULTS };
	char name[32];
	uint32_t i;

	nl_begin(&self->m, self->s.family, VSN_CMD_FABRIC_GET);
	ASSERT_EQ(0, nl_dump(&self->s, &self->m, &self->r));
	if (self->r.count)
		SKIP(return, "there are %u fabrics already", self->r.count);
	for (i = 0; i < 64; i++) {
		name_of(name, i);
		nl_fabric(&self->s, &self->m, VSN_CMD_FABRIC_NEW, name);
		nl_str(&self->m, VSN_A_FABRIC_SYSTEM, "a-name-of-thirty-one-letters-xx");
		put_endpoints(&self->m, 2);
		nl_flag(&self->m, VSN_A_FABRIC_COMMIT);
		ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	}
	for (i = 0; i < 64; i++) {
		nl_begin(&self->m, self->s.family, VSN_CMD_FABRIC_GET);
		ASSERT_EQ(0, dump_small(&self->s, &self->m, &seen));
		EXPECT_EQ(64 - i, seen.count);
		EXPECT_EQ(0, seen.bad);
		if (!i)
			EXPECT_LT(2, seen.rounds);
		name_of(name, i);
		EXPECT_EQ(0, del_fabric(&self->s, name));
	}
}

TEST_HARNESS_MAIN
