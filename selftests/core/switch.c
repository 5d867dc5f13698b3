// SPDX-License-Identifier: GPL-2.0
/*
 * Reduction in switches: half of a way, what it takes, what it carries, what it does to
 * memory, and where there is none.
 */
#include "kselftest_harness.h"

#include "sim.h"

#define GB	1000000000ULL
#define NS	1000ULL
#define KiB	(1ULL << 10)

#define BW	(50 * GB)
#define L_UP	(10 * NS + 200 * NS)	/* wire and switch */
#define L_DOWN	(10 * NS)
#define MEMORY	(90 * NS)
#define OVERHEAD (300 * NS)
#define LEN	(64 * KiB)

FIXTURE(reduction)
{
	struct sim *sim;
	u64 ua[4];
	u32 n;
};

FIXTURE_SETUP(reduction)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	self->n = 4;
	sim_topo(&self->sim->topo, &self->n, 1);
	sim_tier(&self->sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = BW,
		.latency = 10 * NS, .switch_latency = 200 * NS });
	self->sim->topo.networks[0].tiers[0].reduces = true;
	self->sim->topo.networks[0].header = 16;
	self->sim->topo.kinds[1].overhead = OVERHEAD;
	self->sim->topo.kinds[1].mem_latency = MEMORY;
}

FIXTURE_TEARDOWN(reduction)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

static void ready(struct __test_metadata *_metadata, struct sim *sim, u64 *ua)
{
	u32 i;

	ASSERT_EQ(0, sim_init(sim));
	for (i = 0; i < 4; i++)
		ua[i] = sim_region(sim, LEN, i, true);
}

static struct vsn_sqe half(u8 opcode, u8 flag, u32 me, u64 dst, u64 src)
{
	struct vsn_sqe sqe = sim_copy(me, 0, dst, src, LEN, 0);

	sqe.opcode = opcode;
	sqe.flags = flag;
	if (opcode == VSN_OP_REDUCE)
		sqe.arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_I32);
	return sqe;
}

/* Its completion; everything before it is over. */
static const struct vsn_cqe *one(struct sim *sim, struct vsn_sqe sqe)
{
	if (sim_submit(sim, &sqe))
		return &sim->done[sim->nr_done - 1];
	sim_run(sim);
	return &sim->done[sim->nr_done - 1];
}

static u64 ser(u64 bytes)
{
	return (bytes * 1000000000000ULL + BW - 1) / BW;
}

/* Payload of @ep's link, up or down */
static u64 payload(const struct sim *sim, u32 ep, bool down)
{
	u64 id, sum = 0;

	for (id = vsn_links_next(&sim->sched.links, 0); id < sim->topo.nr_links;
	     id = vsn_links_next(&sim->sched.links, id + 1)) {
		struct vsn_link_pos pos;

		if (vsn_topo_link_pos(&sim->topo, id, &pos) && pos.child == ep &&
		    pos.down == down)
			sum += vsn_links_find(&sim->sched.links, id)->payload;
	}
	return sum;
}

/* To the switch, and an ack from it; on from it, and nothing back */
TEST_F(reduction, times)
{
	u64 wire = LEN + LEN / 4096 * 16;
	const struct vsn_cqe *c;

	ready(_metadata, self->sim, self->ua);
	c = one(self->sim, half(VSN_OP_COPY, VSN_OP_F_TO_SWITCH, 1, self->ua[0], self->ua[1]));
	EXPECT_EQ(0, c->res);
	EXPECT_EQ(OVERHEAD + MEMORY + ser(wire) + L_UP + ser(16) + L_DOWN, c->end - c->start);
	EXPECT_EQ(wire + 16, c->wire);
	c = one(self->sim, half(VSN_OP_COPY, VSN_OP_F_FROM_SWITCH, 1, self->ua[0],
				self->ua[1]));
	EXPECT_EQ(0, c->res);
	EXPECT_EQ(OVERHEAD + ser(wire) + L_DOWN, c->end - c->start);
	EXPECT_EQ(wire, c->wire);
	/* By who has the memory that it goes to, just the same */
	c = one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_FROM_SWITCH, 0, self->ua[0],
				self->ua[1]));
	EXPECT_EQ(OVERHEAD + ser(wire) + L_DOWN, c->end - c->start);
}

static u32 asked;

static bool defer(void *ctx, struct vsn_op *op)
{
	asked++;
	return false;
}

/* Halves that do nothing to memory do nothing online either: nobody moves their bytes. */
TEST_F(reduction, online)
{
	struct vsn_sched_ops ops;
	u32 *p;

	ready(_metadata, self->sim, self->ua);
	ops = *self->sim->sched.ops;
	ops.defer = defer;
	self->sim->sched.ops = &ops;
	ASSERT_EQ(0, vsn_online_set(&self->sim->sched, true));
	p = (u32 *)sim_bytes(self->sim, self->ua[1]);
	p[7] = 10;
	EXPECT_EQ(0, one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, 1, self->ua[0],
					 self->ua[1]))->res);
	EXPECT_EQ(1, asked);
	EXPECT_EQ(0, one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_FROM_SWITCH, 0, self->ua[0],
					 self->ua[1]))->res);
	EXPECT_EQ(0, one(self->sim, half(VSN_OP_COPY, VSN_OP_F_TO_SWITCH, 0, self->ua[2],
					 self->ua[0]))->res);
	EXPECT_EQ(1, asked);
	EXPECT_EQ(0, one(self->sim, half(VSN_OP_COPY, VSN_OP_F_FROM_SWITCH, 0, self->ua[2],
					 self->ua[0]))->res);
	EXPECT_EQ(2, asked);
	p = (u32 *)sim_bytes(self->sim, self->ua[2]);
	EXPECT_EQ(10, p[7]);
	ASSERT_EQ(0, vsn_online_set(&self->sim->sched, false));
}

/* All bring, one takes, and it goes on to all: each port carries it once each way. */
TEST_F(reduction, once_up_once_down)
{
	u32 *p, i;

	ready(_metadata, self->sim, self->ua);
	for (i = 0; i < 4; i++) {
		p = (u32 *)sim_bytes(self->sim, self->ua[i]);
		p[7] = 10 + i;
	}
	for (i = 1; i < 4; i++)
		EXPECT_EQ(0, one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, i,
						 self->ua[0], self->ua[i]))->res);
	EXPECT_EQ(0, payload(self->sim, 0, true));
	EXPECT_EQ(0, one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_FROM_SWITCH, 0, self->ua[0],
					 self->ua[1]))->res);
	EXPECT_EQ(0, one(self->sim, half(VSN_OP_COPY, VSN_OP_F_TO_SWITCH, 0, self->ua[1],
					 self->ua[0]))->res);
	p = (u32 *)sim_bytes(self->sim, self->ua[0]);
	EXPECT_EQ(10 + 11 + 12 + 13, p[7]);
	p = (u32 *)sim_bytes(self->sim, self->ua[1]);
	EXPECT_EQ(11, p[7]);
	for (i = 1; i < 4; i++) {
		EXPECT_EQ(0, one(self->sim, half(VSN_OP_COPY, VSN_OP_F_FROM_SWITCH, 0,
						 self->ua[i], self->ua[0]))->res);
		p = (u32 *)sim_bytes(self->sim, self->ua[i]);
		EXPECT_EQ(46, p[7]);
	}
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(LEN, payload(self->sim, i, false));
		EXPECT_EQ(LEN, payload(self->sim, i, true));
	}
}

/* Memory at one end of half a way is not touched. */
TEST_F(reduction, counted)
{
	const struct vsn_endpoint_stats *from, *to;

	ready(_metadata, self->sim, self->ua);
	one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, 2, self->ua[3], self->ua[2]));
	from = vsn_sparse_find(&self->sim->sched.stats, 2);
	to = vsn_sparse_find(&self->sim->sched.stats, 3);
	EXPECT_EQ(LEN, from->out_bytes);
	EXPECT_EQ(LEN, from->write_bytes);
	EXPECT_EQ(0, to->in_bytes);
	one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_FROM_SWITCH, 3, self->ua[3], self->ua[2]));
	EXPECT_EQ(LEN, from->out_bytes);
	EXPECT_EQ(LEN, to->in_bytes);
	EXPECT_EQ(LEN, to->read_bytes);
}

/* Time only is the same time. */
TEST_F(reduction, nodata)
{
	struct vsn_sqe sqe;
	u64 time;
	u32 *p;

	ready(_metadata, self->sim, self->ua);
	sqe = half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, 1, self->ua[0], self->ua[1]);
	p = (u32 *)sim_bytes(self->sim, self->ua[1]);
	p[0] = 5;
	time = one(self->sim, sqe)->end - self->sim->done[0].start;
	sqe.flags |= VSN_OP_F_NODATA;
	one(self->sim, sqe);
	EXPECT_EQ(time, self->sim->done[1].end - self->sim->done[1].start);
	p = (u32 *)sim_bytes(self->sim, self->ua[0]);
	EXPECT_EQ(5, p[0]);
}

TEST_F(reduction, refused)
{
	struct vsn_sqe sqe;

	ready(_metadata, self->sim, self->ua);
	sqe = half(VSN_OP_COPY, VSN_OP_F_TO_SWITCH | VSN_OP_F_FROM_SWITCH, 1, self->ua[0],
		   self->ua[1]);
	EXPECT_EQ(-EINVAL, one(self->sim, sqe)->res);
	sqe = half(VSN_OP_FILL, VSN_OP_F_TO_SWITCH, 1, self->ua[0], 0);
	EXPECT_EQ(-EINVAL, one(self->sim, sqe)->res);
	/* Not its own memory, not either's, nothing to travel */
	sqe = half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, 0, self->ua[0], self->ua[1]);
	EXPECT_EQ(-EOPNOTSUPP, one(self->sim, sqe)->res);
	sqe = half(VSN_OP_COPY, VSN_OP_F_FROM_SWITCH, 2, self->ua[0], self->ua[1]);
	EXPECT_EQ(-EOPNOTSUPP, one(self->sim, sqe)->res);
	sqe = half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, 0, self->ua[0], self->ua[0]);
	EXPECT_EQ(-EOPNOTSUPP, one(self->sim, sqe)->res);
	EXPECT_EQ(0, self->sim->sched.nr_pending);
}

TEST_F(reduction, not_here)
{
	self->sim->topo.networks[0].tiers[0].reduces = false;
	ready(_metadata, self->sim, self->ua);
	EXPECT_EQ(-EOPNOTSUPP, one(self->sim, half(VSN_OP_COPY, VSN_OP_F_FROM_SWITCH, 1,
						   self->ua[0], self->ua[1]))->res);
	EXPECT_EQ(-EOPNOTSUPP, one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, 1,
						   self->ua[0], self->ua[1]))->res);
	EXPECT_EQ(0, self->sim->sched.nr_chunks);
}

/* Two levels of switches: the tier may reduce, but not on a way that leaves it. */
TEST_F(reduction, one_switch_only)
{
	u32 sizes[] = { 2, 2 };

	sim_topo(&self->sim->topo, sizes, 2);
	sim_tier(&self->sim->topo, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = BW });
	sim_tier(&self->sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_SWITCH, .bandwidth = BW });
	self->sim->topo.networks[0].tiers[0].reduces = true;
	ready(_metadata, self->sim, self->ua);
	EXPECT_EQ(0, one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, 1, self->ua[0],
					 self->ua[1]))->res);
	EXPECT_EQ(-EOPNOTSUPP, one(self->sim, half(VSN_OP_REDUCE, VSN_OP_F_TO_SWITCH, 1,
						   self->ua[2], self->ua[1]))->res);
}

TEST_F(reduction, only_switches_of_endpoints)
{
	u32 sizes[] = { 2, 2 };
	struct vsn_diag diag;

	self->sim->topo.networks[0].tiers[0].kind = VSN_TIER_KIND_MESH;
	EXPECT_EQ(-EINVAL, vsn_topo_commit(&self->sim->topo, &diag));
	EXPECT_STREQ("tier t0: reduces: only switches that attach endpoints can", diag.msg);
	sim_topo(&self->sim->topo, sizes, 2);
	sim_tier(&self->sim->topo, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = BW });
	sim_tier(&self->sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_SWITCH, .bandwidth = BW });
	self->sim->topo.networks[0].tiers[1].reduces = true;
	EXPECT_EQ(-EINVAL, vsn_topo_commit(&self->sim->topo, &diag));
	EXPECT_STREQ("tier t1: reduces: only switches that attach endpoints can", diag.msg);
	/* Teardown frees a fabric. */
	self->sim->topo.networks[0].tiers[1].reduces = false;
	ASSERT_EQ(0, sim_init(self->sim));
}

TEST_HARNESS_MAIN
