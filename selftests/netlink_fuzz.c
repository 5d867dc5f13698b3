// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that are almost right.  What the kernel answers does not matter, as long
 * as it answers, stays in order, and does as it is told afterwards.
 */
#include "kselftest_harness.h"

#include "nl_fabric.h"
#include "vsn_test.h"

#define ROUNDS	10000

static uint64_t state;

/* xorshift: the same messages in each run */
static uint32_t random_below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

/* A good message of each kind. */
static void make(struct nl_sock *s, struct nl_msg *m)
{
	static const uint8_t cmds[] = {
		VSN_CMD_FABRIC_GET, VSN_CMD_FABRIC_NEW, VSN_CMD_FABRIC_SET,
		VSN_CMD_FABRIC_DEL, VSN_CMD_ENDPOINT_GET, VSN_CMD_LINK_GET,
		VSN_CMD_REGION_GET, VSN_CMD_REGION_NEW, VSN_CMD_REGION_DEL,
		VSN_CMD_LIMIT_GET, VSN_CMD_LIMIT_SET, VSN_CMD_ROUTE_GET,
		VSN_CMD_LINK_SET, VSN_CMD_SWITCH_GET, VSN_CMD_SWITCH_SET,
		VSN_CMD_FAULT_GET, VSN_CMD_FAULT_NEW, VSN_CMD_FAULT_DEL,
		VSN_CMD_FAULT_POLICY_GET, VSN_CMD_FAULT_POLICY_SET,
		VSN_CMD_REGION_POISON,
	};
	uint8_t cmd = cmds[random_below(sizeof(cmds))];
	uint32_t i;

	nl_fabric(s, m, cmd, random_below(2) ? "f" : "g");
	switch (cmd) {
	case VSN_CMD_FABRIC_NEW:
		put_whole(m);
		break;
	case VSN_CMD_FABRIC_SET:
		put_network(m);
		break;
	case VSN_CMD_ENDPOINT_GET:
		nl_u32(m, VSN_A_ENDPOINT_ID, random_below(NR_ENDPOINTS));
		break;
	case VSN_CMD_LINK_GET:
		nl_str(m, VSN_A_LINK_NETWORK, "ub");
		nl_str(m, VSN_A_LINK_TIER, "l1");
		break;
	case VSN_CMD_ROUTE_GET:
		nl_str(m, VSN_A_ROUTE_SOURCE, "b0.npu0.d0");
		nl_str(m, VSN_A_ROUTE_DESTINATION, "b1.cpu1");
		nl_u64(m, VSN_A_ROUTE_CANDIDATE, random_below(10));
		break;
	case VSN_CMD_REGION_NEW:
		nl_u64(m, VSN_A_REGION_SIZE, 1 << 20);
		for (i = random_below(40); i; i--)
			nl_u32(m, VSN_A_REGION_HOME, random_below(NR_ENDPOINTS));
		nl_u32(m, VSN_A_REGION_GRANULE, 4096);
		break;
	case VSN_CMD_REGION_GET:
	case VSN_CMD_REGION_DEL:
		nl_u32(m, VSN_A_REGION_ID, random_below(10));
		break;
	case VSN_CMD_REGION_POISON:
		nl_u32(m, VSN_A_REGION_ID, random_below(10));
		nl_u64(m, VSN_A_REGION_OFFSET, 4096 * random_below(300));
		nl_u64(m, VSN_A_REGION_LENGTH, 4096 * random_below(300));
		break;
	case VSN_CMD_LIMIT_SET:
		nl_u32(m, VSN_A_LIMIT_RESIDENT, 1 << 20);
		break;
	case VSN_CMD_LINK_SET:
		nl_u32(m, VSN_A_LINK_ID, random_below(NR_L1_LINKS));
		nl_u32(m, VSN_A_LINK_STATE, 1 + random_below(2));
		nl_u32(m, VSN_A_LINK_BANDWIDTH_PART, 1 + random_below(1000000));
		break;
	case VSN_CMD_SWITCH_GET:
		nl_str(m, VSN_A_SWITCH_NAME, "ub.l1.b0.p0");
		break;
	case VSN_CMD_SWITCH_SET:
		nl_u32(m, VSN_A_SWITCH_ID, random_below(NR_L1_SWITCHES));
		nl_u32(m, VSN_A_SWITCH_STATE, 1 + random_below(2));
		break;
	case VSN_CMD_FAULT_NEW:
		nl_u32(m, VSN_A_FAULT_LINK, random_below(NR_L1_LINKS));
		nl_flag(m, VSN_A_FAULT_DOWN);
		nl_u64(m, VSN_A_FAULT_ERROR_RATE, random_below(1000));
		nl_u64(m, VSN_A_FAULT_AT, random_below(1000));
		nl_u64(m, VSN_A_FAULT_UNTIL, 1000 + random_below(1000));
		break;
	case VSN_CMD_FAULT_GET:
	case VSN_CMD_FAULT_DEL:
		nl_u32(m, VSN_A_FAULT_ID, random_below(10));
		break;
	case VSN_CMD_FAULT_POLICY_SET:
		nl_u64(m, VSN_A_FAULT_POLICY_DETECT, random_below(1000));
		nl_u32(m, VSN_A_FAULT_POLICY_LOST, 1 + random_below(2));
		break;
	}
	if (!random_below(4))
		m->hdr.nlmsg_flags |= NLM_F_DUMP;
}

/* Spoil some of its bytes, or its length. */
static void spoil(struct nl_msg *m)
{
	static const uint8_t odd[] = { 0, 1, 2, 0x7f, 0x80, 0xff };
	uint32_t from = NLMSG_HDRLEN + GENL_HDRLEN;
	uint32_t i, len = m->hdr.nlmsg_len - from;
	uint32_t cut;

	for (i = random_below(4); i; i--) {
		uint32_t at = from + random_below(len);

		switch (random_below(3)) {
		case 0:
			m->data[at] ^= 1 << random_below(8);
			break;
		case 1:
			m->data[at] = odd[random_below(sizeof(odd))];
			break;
		case 2:
			/* Part of it again, somewhere else. */
			cut = random_below(64);
			if (at + cut < from + len)
				memmove(m->data + at,
					m->data + from + random_below(len - cut), cut);
			break;
		}
	}
	if (!random_below(8))
		m->hdr.nlmsg_len = from + random_below(len + 1);
}

FIXTURE(netlink_fuzz) {};

FIXTURE_SETUP(netlink_fuzz)
{
}

FIXTURE_TEARDOWN(netlink_fuzz)
{
}

/* A debug kernel takes its time over so many messages. */
TEST_F_TIMEOUT(netlink_fuzz, almost_right, 150)
{
	uint32_t i, good = 0, bad = 0;
	const char *why = test_ready();
	struct nl_reply r;
	struct nl_sock s;
	struct nl_msg m;

	if (why)
		SKIP(return, "%s", why);
	ASSERT_EQ(0, nl_open(&s));
	state = 0x9e3779b97f4a7c15ULL;
	for (i = 0; i < ROUNDS; i++) {
		make(&s, &m);
		spoil(&m);
		nl_ask(&s, &m, &r);
		ASSERT_NE(-EAGAIN, r.err) TH_LOG("no answer to message %u", i);
		if (r.err)
			bad++;
		else
			good++;
	}
	TH_LOG("%u taken, %u refused", good, bad);
	EXPECT_LT(ROUNDS / 100, good);
	EXPECT_LT(ROUNDS / 100, bad);
	nl_close(&s);

	/* Whatever came to be goes with the module, and a new start is as any other. */
	ASSERT_EQ(0, syscall(SYS_delete_module, "vsn", O_NONBLOCK)) TH_LOG("%m");
	ASSERT_EQ(0, test_insmod());
	ASSERT_EQ(0, nl_open(&s));
	EXPECT_EQ(0, new_fabric(&s, "f"));
	EXPECT_EQ(0, del_fabric(&s, "f"));
	nl_close(&s);
}

TEST_HARNESS_MAIN
