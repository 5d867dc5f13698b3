// SPDX-License-Identifier: GPL-2.0
/*
 * Faults over netlink: setting links and switches, faults that are to come, what is
 * refused and why, what listeners hear; and operations that cross what is down.
 */
#include "kselftest_harness.h"

#include <poll.h>

#include "nl_fabric.h"
#include "nl_fixture.h"
#include "vsn_test.h"

#define PS_US	1000000ULL

FIXTURE(fault) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
};

FIXTURE_SETUP(fault)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	del_fabric(&self->s, "f");
	ASSERT_EQ(0, new_fabric(&self->s, "f"));
}

FIXTURE_TEARDOWN(fault)
{
	del_fabric(&self->s, "f");
	nl_close(&self->s);
}

#define begin(cmd)	nl_fabric(&self->s, &self->m, cmd, "f")

TEST_F(fault, link_set)
{
	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 3);
	nl_u32(&self->m, VSN_A_LINK_BANDWIDTH_PART, 250000);
	nl_u32(&self->m, VSN_A_LINK_EXTRA_LATENCY, 7000);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(0, self->r.count);

	/* What is not given stays. */
	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 3);
	nl_u32(&self->m, VSN_A_LINK_STATE, VSN_LINK_STATE_DOWN);
	nl_u64(&self->m, VSN_A_LINK_ERROR_RATE, 5);
	ASSERT_EQ(0, ask());
	begin(VSN_CMD_LINK_GET);
	nl_u32(&self->m, VSN_A_LINK_ID, 3);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(VSN_LINK_STATE_DOWN, value(VSN_A_LINK_STATE));
	EXPECT_EQ(250000, value(VSN_A_LINK_BANDWIDTH_PART));
	EXPECT_EQ(7000, value(VSN_A_LINK_EXTRA_LATENCY));
	EXPECT_EQ(5, value(VSN_A_LINK_ERROR_RATE));
	EXPECT_EQ(0, value(VSN_A_LINK_LOST));
	EXPECT_EQ(0, value(VSN_A_LINK_REPLAYS));
	/* The figures are the topology's. */
	EXPECT_EQ(45 * GB, value(VSN_A_LINK_BANDWIDTH));

	/* It is no fault, and others are as they were. */
	begin(VSN_CMD_FAULT_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(0, self->r.count);
	begin(VSN_CMD_LINK_GET);
	nl_u32(&self->m, VSN_A_LINK_ID, 2);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(VSN_LINK_STATE_UP, value(VSN_A_LINK_STATE));
	EXPECT_EQ(1000000, value(VSN_A_LINK_BANDWIDTH_PART));
	EXPECT_EQ(0, value(VSN_A_LINK_EXTRA_LATENCY));
	EXPECT_EQ(0, value(VSN_A_LINK_ERROR_RATE));
}

TEST_F(fault, link_set_refused)
{
	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 1);
	nl_u64(&self->m, VSN_A_LINK_EXTRA_LATENCY, 1000000000001);
	ask();
	EXPECT_REFUSED(ERANGE, "extra-latency 1000000000001: at most 1000000000000 ps",
		       VSN_A_LINK_EXTRA_LATENCY, 0);

	begin(VSN_CMD_LINK_SET);
	ask();
	EXPECT_REFUSED(EINVAL, "id is missing", 0, VSN_A_LINK_ID);

	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 1);
	ask();
	EXPECT_REFUSED(EINVAL, "state, bandwidth-part, extra-latency or error-rate is missing",
		       0, VSN_A_LINK_STATE);

	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 99999);
	nl_u32(&self->m, VSN_A_LINK_STATE, VSN_LINK_STATE_DOWN);
	ask();
	EXPECT_REFUSED(ENOENT, "id 99999: no such link", VSN_A_LINK_ID, 0);

	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 1);
	nl_u32(&self->m, VSN_A_LINK_STATE, 3);
	ask();
	EXPECT_REFUSED(ERANGE, "integer out of range", VSN_A_LINK_STATE, 0);

	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 1);
	nl_u32(&self->m, VSN_A_LINK_BANDWIDTH_PART, 0);
	ask();
	EXPECT_REFUSED(ERANGE, "integer out of range", VSN_A_LINK_BANDWIDTH_PART, 0);

	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 1);
	nl_u64(&self->m, VSN_A_LINK_ERROR_RATE, 1000000000001ULL);
	ask();
	EXPECT_REFUSED(ERANGE, "error-rate 1000000000001: at most 1000000000000, which is all",
		       VSN_A_LINK_ERROR_RATE, 0);
}

TEST_F(fault, switches)
{
	begin(VSN_CMD_SWITCH_GET);
	ASSERT_EQ(0, dump()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(NR_L1_SWITCHES + NR_L2_SWITCHES, self->r.count);
	EXPECT_EQ(0, value(VSN_A_SWITCH_ID));
	EXPECT_STREQ("ub", string(VSN_A_SWITCH_NETWORK));
	EXPECT_STREQ("l1", string(VSN_A_SWITCH_TIER));

	begin(VSN_CMD_SWITCH_SET);
	nl_str(&self->m, VSN_A_SWITCH_NAME, "ub.l1.b0.p0");
	nl_u32(&self->m, VSN_A_SWITCH_STATE, VSN_LINK_STATE_DOWN);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	begin(VSN_CMD_SWITCH_GET);
	nl_flag(&self->m, VSN_A_SWITCH_DOWN);
	ASSERT_EQ(0, dump());
	ASSERT_EQ(1, self->r.count);
	EXPECT_STREQ("ub.l1.b0.p0", string(VSN_A_SWITCH_NAME));

	/* Its links are down, and cannot be up. */
	begin(VSN_CMD_LINK_GET);
	nl_u32(&self->m, VSN_A_LINK_ID, 0);
	ASSERT_EQ(0, ask());
	EXPECT_STREQ("b0.npu0.d0>ub.l1.b0.p0", string(VSN_A_LINK_NAME));
	EXPECT_EQ(VSN_LINK_STATE_DOWN, value(VSN_A_LINK_STATE));
	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 0);
	nl_u32(&self->m, VSN_A_LINK_STATE, VSN_LINK_STATE_UP);
	ask();
	EXPECT_REFUSED(EBUSY, "state: a fault, or what is at its end, keeps it down",
		       VSN_A_LINK_STATE, 0);

	begin(VSN_CMD_SWITCH_SET);
	nl_u32(&self->m, VSN_A_SWITCH_ID, 0);
	nl_u32(&self->m, VSN_A_SWITCH_STATE, VSN_LINK_STATE_UP);
	ASSERT_EQ(0, ask());
	begin(VSN_CMD_LINK_GET);
	nl_u32(&self->m, VSN_A_LINK_ID, 0);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(VSN_LINK_STATE_UP, value(VSN_A_LINK_STATE));
}

/* A fault keeps a switch down, whatever is set; what is set is no fault to be listed. */
TEST_F(fault, switch_of_a_fault)
{
	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 3);
	nl_u32(&self->m, VSN_A_LINK_BANDWIDTH_PART, 500000);
	ASSERT_EQ(0, ask());
	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_SWITCH, 1);
	nl_flag(&self->m, VSN_A_FAULT_DOWN);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	begin(VSN_CMD_SWITCH_SET);
	nl_u32(&self->m, VSN_A_SWITCH_ID, 1);
	nl_u32(&self->m, VSN_A_SWITCH_STATE, VSN_LINK_STATE_UP);
	ask();
	EXPECT_REFUSED(EBUSY, "state: a fault keeps it down", VSN_A_SWITCH_STATE, 0);
	begin(VSN_CMD_LINK_SET);
	nl_u32(&self->m, VSN_A_LINK_ID, 4);
	nl_u32(&self->m, VSN_A_LINK_BANDWIDTH_PART, 500000);
	ASSERT_EQ(0, ask());
	begin(VSN_CMD_FAULT_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(1, self->r.count);
	begin(VSN_CMD_SWITCH_SET);
	nl_u32(&self->m, VSN_A_SWITCH_ID, 1);
	nl_str(&self->m, VSN_A_SWITCH_NAME, "ub.l1.b0.p0");
	nl_u32(&self->m, VSN_A_SWITCH_STATE, VSN_LINK_STATE_UP);
	ask();
	EXPECT_REFUSED(EINVAL, "id and name: give one of them", VSN_A_SWITCH_NAME, 0);
}

TEST_F(fault, switches_refused)
{
	nl_fabric(&self->s, &self->m, VSN_CMD_SWITCH_GET, "nosuch");
	EXPECT_EQ(-ENOENT, dump());
	EXPECT_STREQ("no fabric 'nosuch'", self->r.text);

	begin(VSN_CMD_SWITCH_GET);
	ask();
	EXPECT_REFUSED(EINVAL, "id or name is missing", 0, VSN_A_SWITCH_ID);

	begin(VSN_CMD_SWITCH_GET);
	nl_str(&self->m, VSN_A_SWITCH_NAME, "ub.l9.p0");
	ask();
	EXPECT_REFUSED(ENOENT, "name 'ub.l9.p0': no such switch", VSN_A_SWITCH_NAME, 0);

	begin(VSN_CMD_SWITCH_SET);
	nl_u32(&self->m, VSN_A_SWITCH_ID, 10);
	nl_u32(&self->m, VSN_A_SWITCH_STATE, VSN_LINK_STATE_UP);
	ask();
	EXPECT_REFUSED(ENOENT, "id 10: the fabric has 10 switches, from 0 on",
		       VSN_A_SWITCH_ID, 0);

	begin(VSN_CMD_SWITCH_SET);
	nl_u32(&self->m, VSN_A_SWITCH_ID, 1);
	ask();
	EXPECT_REFUSED(EINVAL, "state is missing", 0, VSN_A_SWITCH_STATE);
}

TEST_F(fault, fault_new_get_del)
{
	uint32_t id;

	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_LINK, 1);
	nl_flag(&self->m, VSN_A_FAULT_DOWN);
	nl_u64(&self->m, VSN_A_FAULT_AT, 10 * PS_US);
	nl_u64(&self->m, VSN_A_FAULT_UNTIL, 20 * PS_US);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(1, self->r.count);
	id = value(VSN_A_FAULT_ID);
	EXPECT_EQ(VSN_FAULT_STATE_SCHEDULED, value(VSN_A_FAULT_STATE));

	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_SWITCH, 4);
	nl_flag(&self->m, VSN_A_FAULT_DOWN);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(id + 1, value(VSN_A_FAULT_ID));
	EXPECT_EQ(VSN_FAULT_STATE_ACTIVE, value(VSN_A_FAULT_STATE));
	EXPECT_EQ(0, number(VSN_A_FAULT_UNTIL));

	begin(VSN_CMD_FAULT_GET);
	nl_u32(&self->m, VSN_A_FAULT_ID, id);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(1, value(VSN_A_FAULT_LINK));
	EXPECT_EQ(0, number(VSN_A_FAULT_SWITCH));
	EXPECT_EQ(1, number(VSN_A_FAULT_DOWN));
	EXPECT_EQ(10 * PS_US, value(VSN_A_FAULT_AT));
	EXPECT_EQ(20 * PS_US, value(VSN_A_FAULT_UNTIL));
	EXPECT_STREQ("ub.l1.b0.p0>b0.npu0.d0", string(VSN_A_FAULT_NAME));
	begin(VSN_CMD_FAULT_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(2, self->r.count);

	begin(VSN_CMD_FAULT_DEL);
	nl_u32(&self->m, VSN_A_FAULT_ID, id);
	ASSERT_EQ(0, ask());
	begin(VSN_CMD_FAULT_DEL);
	nl_u32(&self->m, VSN_A_FAULT_ID, id);
	EXPECT_EQ(-ENOENT, ask());
	begin(VSN_CMD_FAULT_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(1, self->r.count);
}

TEST_F(fault, fault_new_refused)
{
	begin(VSN_CMD_FAULT_NEW);
	nl_flag(&self->m, VSN_A_FAULT_DOWN);
	ask();
	EXPECT_REFUSED(EINVAL, "link, switch or endpoint is missing", 0, VSN_A_FAULT_LINK);

	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_LINK, 1);
	nl_u32(&self->m, VSN_A_FAULT_SWITCH, 1);
	nl_flag(&self->m, VSN_A_FAULT_DOWN);
	ask();
	EXPECT_REFUSED(EINVAL, "link, switch and endpoint: give one of them",
		       VSN_A_FAULT_SWITCH, 0);

	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_LINK, 99999);
	nl_flag(&self->m, VSN_A_FAULT_DOWN);
	ask();
	EXPECT_REFUSED(ENOENT, "link 99999: no such link", VSN_A_FAULT_LINK, 0);

	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_LINK, 1);
	ask();
	EXPECT_REFUSED(EINVAL, "what it does is missing", 0, VSN_A_FAULT_DOWN);

	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_SWITCH, 1);
	nl_u32(&self->m, VSN_A_FAULT_EXTRA_LATENCY, 1);
	ask();
	EXPECT_REFUSED(EINVAL, "a switch is up or down, nothing else",
		       VSN_A_FAULT_EXTRA_LATENCY, 0);

	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_LINK, 1);
	nl_u64(&self->m, VSN_A_FAULT_EXTRA_LATENCY, UINT64_MAX);
	ask();
	EXPECT_REFUSED(ERANGE, "extra-latency 18446744073709551615: at most 1000000000000 ps",
		       VSN_A_FAULT_EXTRA_LATENCY, 0);

	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_LINK, 1);
	nl_flag(&self->m, VSN_A_FAULT_DOWN);
	nl_u32(&self->m, VSN_A_FAULT_AT, 10);
	nl_u32(&self->m, VSN_A_FAULT_UNTIL, 10);
	ask();
	EXPECT_REFUSED(EINVAL, "until 10: not after 10, when it begins", VSN_A_FAULT_UNTIL, 0);

	begin(VSN_CMD_FAULT_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(0, self->r.count);
}

TEST_F(fault, policy)
{
	begin(VSN_CMD_FAULT_POLICY_GET);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(0, value(VSN_A_FAULT_POLICY_DETECT));
	EXPECT_EQ(VSN_LOST_REPLAY, value(VSN_A_FAULT_POLICY_LOST));

	begin(VSN_CMD_FAULT_POLICY_SET);
	ask();
	EXPECT_REFUSED(EINVAL, "detect, lost or seed is missing", 0, VSN_A_FAULT_POLICY_DETECT);
	begin(VSN_CMD_FAULT_POLICY_SET);
	nl_u32(&self->m, VSN_A_FAULT_POLICY_LOST, 3);
	ask();
	EXPECT_REFUSED(ERANGE, "integer out of range", VSN_A_FAULT_POLICY_LOST, 0);

	begin(VSN_CMD_FAULT_POLICY_SET);
	nl_u64(&self->m, VSN_A_FAULT_POLICY_DETECT, 5 * PS_US);
	ASSERT_EQ(0, ask());
	begin(VSN_CMD_FAULT_POLICY_SET);
	nl_u32(&self->m, VSN_A_FAULT_POLICY_LOST, VSN_LOST_ERROR);
	ASSERT_EQ(0, ask());
	begin(VSN_CMD_FAULT_POLICY_GET);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(5 * PS_US, value(VSN_A_FAULT_POLICY_DETECT));
	EXPECT_EQ(VSN_LOST_ERROR, value(VSN_A_FAULT_POLICY_LOST));
}

/* What a listener hears next: the command and its attributes; 0 nothing in a second */
static uint8_t hear(struct nl_sock *s, char *data, uint32_t *len)
{
	static char buf[NL_ROOM];
	struct pollfd pfd = { .fd = s->fd, .events = POLLIN };
	struct nlmsghdr *h = (struct nlmsghdr *)buf;

	if (poll(&pfd, 1, 1000) != 1 || recv(s->fd, buf, sizeof(buf), 0) <= 0)
		return 0;
	*len = h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	memcpy(data, (char *)h + NLMSG_HDRLEN + GENL_HDRLEN, *len);
	return ((struct genlmsghdr *)NLMSG_DATA(h))->cmd;
}

/* A RUN passes by a fault: listeners hear of its beginning and of its end. */
TEST_F(fault, events)
{
	static char data[NL_ROOM];
	struct nl_sock listener;
	struct vsn_dev *dev;
	struct vsn_run run;
	uint32_t len;

	ASSERT_EQ(0, nl_open(&listener));
	ASSERT_EQ(0, setsockopt(listener.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
				&listener.group, sizeof(listener.group)));
	begin(VSN_CMD_FAULT_NEW);
	nl_u32(&self->m, VSN_A_FAULT_LINK, 1);
	nl_u32(&self->m, VSN_A_FAULT_BANDWIDTH_PART, 100000);
	nl_u64(&self->m, VSN_A_FAULT_AT, 10 * PS_US);
	nl_u64(&self->m, VSN_A_FAULT_UNTIL, 20 * PS_US);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(VSN_CMD_FAULT_NTF, hear(&listener, data, &len));
	EXPECT_EQ(VSN_FAULT_STATE_SCHEDULED, nl_get(data, len, VSN_A_FAULT_STATE));

	dev = test_open("f");
	ASSERT_NE(NULL, dev);
	ASSERT_EQ(0, vsn_dev_run(dev, 15 * PS_US, &run));
	ASSERT_EQ(VSN_CMD_LINK_NTF, hear(&listener, data, &len));
	EXPECT_EQ(1, nl_get(data, len, VSN_A_LINK_ID));
	EXPECT_EQ(100000, nl_get(data, len, VSN_A_LINK_BANDWIDTH_PART));
	ASSERT_EQ(VSN_CMD_FAULT_NTF, hear(&listener, data, &len));
	EXPECT_EQ(VSN_FAULT_STATE_ACTIVE, nl_get(data, len, VSN_A_FAULT_STATE));
	ASSERT_EQ(0, vsn_dev_run(dev, 25 * PS_US, &run));
	ASSERT_EQ(VSN_CMD_LINK_NTF, hear(&listener, data, &len));
	EXPECT_EQ(1000000, nl_get(data, len, VSN_A_LINK_BANDWIDTH_PART));
	ASSERT_EQ(VSN_CMD_FAULT_NTF, hear(&listener, data, &len));
	EXPECT_EQ(VSN_FAULT_STATE_OVER, nl_get(data, len, VSN_A_FAULT_STATE));
	begin(VSN_CMD_FAULT_GET);
	ASSERT_EQ(0, dump());
	EXPECT_EQ(0, self->r.count);
	vsn_dev_close(dev);

	begin(VSN_CMD_SWITCH_SET);
	nl_u32(&self->m, VSN_A_SWITCH_ID, 2);
	nl_u32(&self->m, VSN_A_SWITCH_STATE, VSN_LINK_STATE_DOWN);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(VSN_CMD_SWITCH_NTF, hear(&listener, data, &len));
	EXPECT_EQ(VSN_LINK_STATE_DOWN, nl_get(data, len, VSN_A_SWITCH_STATE));
	begin(VSN_CMD_FAULT_POLICY_SET);
	nl_u32(&self->m, VSN_A_FAULT_POLICY_DETECT, 1);
	ASSERT_EQ(0, ask());
	ASSERT_EQ(VSN_CMD_FAULT_POLICY_NTF, hear(&listener, data, &len));
	nl_close(&listener);
}

/* Operations on a fabric of one switch */

FIXTURE(traffic) {
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct vsn_ctl_region *src;
	struct vsn_ctl_region *dst;
	unsigned char *from;
	unsigned char *to;
	uint32_t up;		/* link from endpoint 0 */
};

#define LEN	(1UL << 20)

FIXTURE_SETUP(traffic)
{
	const char *why = test_ready();
	unsigned long i;

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl));
	vsn_ctl_fabric_del(self->ctl, "ft");
	ASSERT_EQ(0, test_fabric(self->ctl, "ft"));
	self->dev = test_open("ft");
	ASSERT_NE(NULL, self->dev);
	self->q = vsn_queue_create(self->dev, 64);
	ASSERT_NE(NULL, self->q);
	self->src = test_region(self->ctl, "ft", 0, LEN);
	self->dst = test_region(self->ctl, "ft", 1, LEN);
	ASSERT_TRUE(self->src && self->dst);
	self->from = test_map(self->dev, self->src);
	self->to = test_map(self->dev, self->dst);
	ASSERT_TRUE(self->from && self->to);
	for (i = 0; i < LEN; i++)
		self->from[i] = i * 7 + (i >> 12);
	ASSERT_EQ(0, vsn_ctl_link_find(self->ctl, "ft", "b0.npu0>ub.l1.p0", &self->up))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
}

FIXTURE_TEARDOWN(traffic)
{
	munmap(self->from, LEN);
	munmap(self->to, LEN);
	vsn_queue_destroy(self->q);
	vsn_dev_close(self->dev);
	vsn_ctl_region_free(self->src);
	vsn_ctl_region_free(self->dst);
	vsn_ctl_region_del(self->ctl, "ft", 1);
	vsn_ctl_region_del(self->ctl, "ft", 2);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, "ft"));
	vsn_ctl_close(self->ctl);
}

/* Down: an error, and no byte; up again: all of them. */
TEST_F(traffic, unreachable)
{
	struct vsn_ctl_health h = { .state = VSN_LINK_STATE_DOWN };
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;

	ASSERT_EQ(0, vsn_ctl_link_set(self->ctl, "ft", self->up, &h, VSN_CTL_HEALTH_STATE));
	vsn_prep_copy(&sqe, 0, 0, self->dst->ua, self->src->ua, LEN);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(-EHOSTUNREACH, cqe.res);
	EXPECT_EQ(0, self->to[1]);
	h.state = VSN_LINK_STATE_UP;
	ASSERT_EQ(0, vsn_ctl_link_set(self->ctl, "ft", self->up, &h, VSN_CTL_HEALTH_STATE));
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(0, memcmp(self->from, self->to, LEN));
}

/* It flaps: the operation takes longer, and all that was on wires is accounted for. */
TEST_F(traffic, flap)
{
	struct vsn_ctl_fault want = {
		.target = self->up, .health.bandwidth_part = VSN_CTL_PART_ALL,
		.health.state = VSN_LINK_STATE_DOWN,
	};
	struct vsn_ctl_fault_policy policy = { .fabric = "ft", .detect = 2 * PS_US,
					       .lost = VSN_LOST_REPLAY };
	struct vsn_ctl_endpoint ep;
	struct vsn_ctl_link link;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	uint64_t plain;
	int i;

	vsn_prep_copy(&sqe, 0, 0, self->dst->ua, self->src->ua, LEN);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	plain = cqe.end - cqe.start;
	memset(self->to, 0, LEN);
	ASSERT_EQ(0, vsn_ctl_fault_policy_set(self->ctl, &policy));
	snprintf(want.fabric, sizeof(want.fabric), "ft");
	for (i = 0; i < 3; i++) {
		want.at = cqe.end + (1 + 4 * i) * PS_US;
		want.until = want.at + PS_US;
		ASSERT_EQ(0, vsn_ctl_fault_add(self->ctl, &want, NULL))
			TH_LOG("%s", vsn_ctl_error(self->ctl));
	}
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, cqe.res);
	EXPECT_LT(plain + 2 * PS_US, cqe.end - cqe.start);
	EXPECT_EQ(0, memcmp(self->from, self->to, LEN));
	ASSERT_EQ(0, vsn_ctl_link_get(self->ctl, "ft", self->up, &link));
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, "ft", 0, &ep));
	EXPECT_LT(0, link.lost);
	EXPECT_LT(0, link.replays);
	EXPECT_EQ(link.lost, ep.replays);
	EXPECT_LT(0, ep.replay_wire);
	EXPECT_EQ(VSN_LINK_STATE_UP, link.health.state);
}

/* By policy it is an error instead. */
TEST_F(traffic, give_up)
{
	struct vsn_ctl_fault_policy policy = { .fabric = "ft", .lost = VSN_LOST_ERROR };
	struct vsn_ctl_fault want = {
		.target = self->up, .health.bandwidth_part = VSN_CTL_PART_ALL,
		.health.state = VSN_LINK_STATE_DOWN, .at = PS_US, .until = 2 * PS_US,
	};
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;

	snprintf(want.fabric, sizeof(want.fabric), "ft");
	ASSERT_EQ(0, vsn_ctl_fault_policy_set(self->ctl, &policy));
	ASSERT_EQ(0, vsn_ctl_fault_add(self->ctl, &want, NULL));
	vsn_prep_copy(&sqe, 0, 0, self->dst->ua, self->src->ua, LEN);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(-EIO, cqe.res);
	EXPECT_EQ(0, self->to[1]);
}

TEST_HARNESS_MAIN
