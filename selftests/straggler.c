// SPDX-License-Identifier: GPL-2.0
/* Endpoints that are made slower: over netlink, and what operations say of it. */
#include "kselftest_harness.h"

#include "nl.h"
#include "nl_fixture.h"
#include "vsn_test.h"

FIXTURE(straggler) {
	struct nl_sock s;
	struct nl_msg m;
	struct nl_reply r;
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_queue *q;
};

FIXTURE_SETUP(straggler)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&self->s));
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl));
	vsn_ctl_fabric_del(self->ctl, "slow");
	ASSERT_EQ(0, test_fabric(self->ctl, "slow"));
	self->dev = test_open("slow");
	ASSERT_NE(NULL, self->dev);
	self->q = vsn_queue_create(self->dev, 8);
	ASSERT_NE(NULL, self->q);
}

FIXTURE_TEARDOWN(straggler)
{
	if (!self->ctl)
		return;
	vsn_queue_destroy(self->q);
	vsn_dev_close(self->dev);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, "slow"));
	vsn_ctl_close(self->ctl);
	nl_close(&self->s);
}

#define begin(cmd) do {							\
		nl_begin(&self->m, self->s.family, cmd);		\
		nl_str(&self->m, VSN_A_ENDPOINT_FABRIC, "slow");	\
	} while (0)

/* The answer is the object, and so is what listeners get. */
TEST_F(straggler, set_and_get)
{
	struct nl_sock listener;
	char buf[4096];

	ASSERT_EQ(0, nl_open(&listener));
	ASSERT_EQ(0, setsockopt(listener.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
				&listener.group, sizeof(listener.group)));
	begin(VSN_CMD_ENDPOINT_SET);
	nl_str(&self->m, VSN_A_ENDPOINT_NAME, "b0.npu3");
	nl_u32(&self->m, VSN_A_ENDPOINT_SLOW, 250000);
	nl_u64(&self->m, VSN_A_ENDPOINT_JITTER, 77);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	EXPECT_EQ(VSN_CMD_ENDPOINT_SET, self->r.cmd);
	EXPECT_EQ(3, value(VSN_A_ENDPOINT_ID));
	EXPECT_EQ(250000, value(VSN_A_ENDPOINT_SLOW));
	EXPECT_GT(recv(listener.fd, buf, sizeof(buf), 0), 0);
	EXPECT_EQ(VSN_CMD_ENDPOINT_NTF,
		  ((struct genlmsghdr *)NLMSG_DATA((struct nlmsghdr *)buf))->cmd);
	/* What is not named stays. */
	begin(VSN_CMD_ENDPOINT_SET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 3);
	nl_u64(&self->m, VSN_A_ENDPOINT_DELAY, 1000000);
	nl_u64(&self->m, VSN_A_ENDPOINT_SEED, 1ULL << 60);
	ASSERT_EQ(0, ask()) TH_LOG("%s", self->r.text);
	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 3);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(250000, value(VSN_A_ENDPOINT_SLOW));
	EXPECT_EQ(1000000, value(VSN_A_ENDPOINT_DELAY));
	EXPECT_EQ(77, value(VSN_A_ENDPOINT_JITTER));
	EXPECT_EQ(1ULL << 60, value(VSN_A_ENDPOINT_SEED));
	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(&self->m, VSN_A_ENDPOINT_ID, 2);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_SLOW));
	/* It is no traffic. */
	begin(VSN_CMD_ENDPOINT_GET);
	nl_flag(&self->m, VSN_A_ENDPOINT_ACTIVE);
	ASSERT_EQ(0, nl_dump(&self->s, &self->m, &self->r));
	EXPECT_EQ(0, self->r.count);
	nl_close(&listener);
}

#define REFUSED(error, words, bad_type, miss_type, ...)			\
	do {								\
		begin(VSN_CMD_ENDPOINT_SET);				\
		__VA_ARGS__;						\
		EXPECT_EQ(-(error), ask());				\
		EXPECT_STREQ(words, self->r.text);			\
		EXPECT_EQ(bad_type, self->r.bad);			\
		EXPECT_EQ(miss_type, self->r.miss);			\
	} while (0)

TEST_F(straggler, refused)
{
	struct nl_msg *m = &self->m;

	REFUSED(EINVAL, "id or name is missing", 0, VSN_A_ENDPOINT_ID,
		nl_u32(m, VSN_A_ENDPOINT_SLOW, 1));
	REFUSED(EINVAL, "slow, delay, jitter, seed, node or state is missing", 0,
		VSN_A_ENDPOINT_SLOW,
		nl_u32(m, VSN_A_ENDPOINT_ID, 0));
	REFUSED(ENOENT, "name 'b9.npu0': no such endpoint", VSN_A_ENDPOINT_NAME, 0,
		nl_str(m, VSN_A_ENDPOINT_NAME, "b9.npu0"); nl_u32(m, VSN_A_ENDPOINT_SLOW, 1));
	REFUSED(EINVAL, "slow: 1000000001 is more than 1000000000 ppm",
		VSN_A_ENDPOINT_SLOW, 0,
		nl_u32(m, VSN_A_ENDPOINT_ID, 0);
		nl_u32(m, VSN_A_ENDPOINT_SLOW, 1000000001));
	REFUSED(EINVAL, "delay: 1000000000001 is more than 1000000000000 ps",
		VSN_A_ENDPOINT_DELAY, 0,
		nl_u32(m, VSN_A_ENDPOINT_ID, 0);
		nl_u64(m, VSN_A_ENDPOINT_DELAY, 1000000000001ULL));
	REFUSED(EINVAL, "endpoint 8 issues no operations that could be slow", 0, 0,
		nl_u32(m, VSN_A_ENDPOINT_ID, TEST_ACCELERATORS);
		nl_u32(m, VSN_A_ENDPOINT_SLOW, 1));
	begin(VSN_CMD_ENDPOINT_GET);
	nl_u32(m, VSN_A_ENDPOINT_ID, 0);
	ASSERT_EQ(0, ask());
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_SLOW));
	EXPECT_EQ(0, value(VSN_A_ENDPOINT_DELAY));
}

static uint64_t compute(struct vsn_dev *dev, struct vsn_queue *q, uint32_t ep, uint64_t time)
{
	struct vsn_sqe sqe = { .opcode = VSN_OP_COMPUTE, .initiator = ep, .arg0 = time };
	struct vsn_cqe cqe;

	return test_op(dev, q, &sqe, &cqe) || cqe.res ? 0 : cqe.end - cqe.start;
}

TEST_F(straggler, times)
{
	uint32_t slow = 500000, none = 0;
	uint64_t delay = 7000, jitter = 1000, seed = 5, zero = 0, first[20], i, t;
	struct vsn_ctl_straggler to = { .slow = &slow, .delay = &delay };

	EXPECT_EQ(1000000, compute(self->dev, self->q, 1, 1000000));
	ASSERT_EQ(0, vsn_ctl_endpoint_set(self->ctl, "slow", "b0.npu1", 0, &to));
	EXPECT_EQ(1507000, compute(self->dev, self->q, 1, 1000000));
	EXPECT_EQ(1000000, compute(self->dev, self->q, 2, 1000000));
	to = (struct vsn_ctl_straggler) { .slow = &none, .delay = &zero, .jitter = &jitter,
					  .seed = &seed };
	ASSERT_EQ(0, vsn_ctl_endpoint_set(self->ctl, "slow", NULL, 1, &to));
	for (i = 0; i < 20; i++) {
		first[i] = compute(self->dev, self->q, 1, 1000000);
		EXPECT_GE(first[i], 1000000);
		EXPECT_LE(first[i], 1001000);
	}
	/* The seed set once more: the same times once more. */
	ASSERT_EQ(0, vsn_ctl_endpoint_set(self->ctl, "slow", NULL, 1, &to));
	for (i = 0, t = 0; i < 20; i++) {
		t += first[i] != first[0];
		EXPECT_EQ(first[i], compute(self->dev, self->q, 1, 1000000));
	}
	EXPECT_GT(t, 10);
	to = (struct vsn_ctl_straggler) { .jitter = &zero };
	ASSERT_EQ(0, vsn_ctl_endpoint_set(self->ctl, "slow", NULL, 1, &to));
	EXPECT_EQ(1000000, compute(self->dev, self->q, 1, 1000000));
}

TEST_HARNESS_MAIN
