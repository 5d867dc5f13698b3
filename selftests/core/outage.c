// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints that go down: what ends with an error for that and when, that nothing else
 * does, and that their memory is empty when they are back.
 */
#include "kselftest_harness.h"

#include "star.h"

#define EIO_AT(id, time)						\
	do {								\
		ASSERT_NE(NULL, sim_find(sim, id));			\
		EXPECT_EQ(-EIO, sim_find(sim, id)->res);		\
		EXPECT_EQ(time, sim_find(sim, id)->end);		\
	} while (0)

FIXTURE(outage)
{
	struct sim *sim;
	struct vsn_diag diag;
};

FIXTURE_SETUP(outage)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
}

FIXTURE_TEARDOWN(outage)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

static int outage(struct sim *sim, u32 ep, u64 at, u64 until)
{
	struct vsn_fault want = {
		.kind = VSN_SITE_ENDPOINT, .target = ep, .at = at, .until = until,
		.what = { .down = true, .bandwidth = ALL },
	};
	struct vsn_diag diag;
	u32 id;

	return vsn_fault_add(&sim->sched, &want, &id, &diag);
}

static int set_state(struct sim *sim, u32 ep, bool down)
{
	struct vsn_health h = { .down = down, .bandwidth = ALL };
	struct vsn_diag diag;

	return vsn_fault_set_health(&sim->sched, VSN_SITE_ENDPOINT, ep, &h, &diag);
}

static void submit_word(struct sim *sim, u8 opcode, u32 initiator, u32 stream, u64 ua, u64 arg0,
			u64 id)
{
	struct vsn_sqe sqe = sim_word(opcode, initiator, stream, ua, arg0, id);

	if (sim_submit(sim, &sqe))
		abort();
}

/* Whose initiator, source or destination it is ends at its start, and others do not. */
TEST_F(outage, at_the_start)
{
	struct sim *sim = self->sim;
	struct vsn_site site;
	struct copy c;
	u64 far, near;

	ASSERT_EQ(0, star(sim, 4, 1));
	far = sim_region(sim, 4096, 2, true);
	near = sim_region(sim, 4096, 1, true);
	ASSERT_EQ(0, set_state(sim, 2, true));
	submit_copy(sim, 2, 0, 1, 0, 4096, 1);
	submit_copy(sim, 0, 0, 2, 0, 4096, 2);
	submit_copy(sim, 0, 1, 0, 2, 4096, 3);
	submit_copy(sim, 1, 1, 3, 2, 4096, 4);
	submit_word(sim, VSN_OP_FADD, 0, 2, far, 1, 5);
	submit_word(sim, VSN_OP_WAIT, 0, 3, far, 1, 6);
	submit_word(sim, VSN_OP_WAIT, 2, 4, near, 1, 7);
	submit_word(sim, VSN_OP_NOP, 2, 5, 0, 0, 8);
	submit_word(sim, VSN_OP_COMPUTE, 2, 6, 0, 1000, 9);
	submit_word(sim, VSN_OP_FENCE, 2, 7, 0, 0, 10);
	c = submit_copy(sim, 0, 9, 3, 1, 4096, 20);
	sim_run(sim);
	EIO_AT(1, 0);
	EIO_AT(2, 0);
	EIO_AT(3, 0);
	EIO_AT(4, 0);
	EIO_AT(5, 0);
	EIO_AT(6, 0);
	EIO_AT(7, 0);
	EIO_AT(8, 0);
	EIO_AT(9, 0);
	EIO_AT(10, 0);
	EXPECT_EQ(0, *(u64 *)sim_bytes(sim, far));
	EXPECT_EQ(0, sim_find(sim, 20)->res);
	EXPECT_TRUE(has_arrived(sim, &c));
	vsn_fault_endpoint(&sim->sched, 2, &site);
	EXPECT_TRUE(site.health.down);
	vsn_fault_link(&sim->sched, link_of(sim, 2, 0, 0), &site);
	EXPECT_TRUE(site.health.down);
	vsn_fault_link(&sim->sched, link_of(sim, 2, 0, 1), &site);
	EXPECT_TRUE(site.health.down);

	/* Back, at the same time as it were */
	ASSERT_EQ(0, set_state(sim, 2, false));
	c = submit_copy(sim, 2, 0, 2, 0, 4096, 30);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 30)->res);
	EXPECT_TRUE(has_arrived(sim, &c));
	vsn_fault_link(&sim->sched, link_of(sim, 2, 0, 1), &site);
	EXPECT_FALSE(site.health.down);
	EXPECT_EQ(0, sim->sched.faults.nr_down);
}

/* Any home of a range counts, and only those of the range. */
TEST_F(outage, many_homes)
{
	struct sim *sim = self->sim;
	u32 homes[] = { 1, 2, 3 };
	struct vsn_sqe sqe;
	u64 src, dst;

	ASSERT_EQ(0, star(sim, 4, 1));
	dst = sim_region_over(sim, 12 * 4096, homes, 3, 4096, true);
	src = sim_region(sim, 12 * 4096, 0, true);
	ASSERT_EQ(0, set_state(sim, 3, true));
	memset(sim_bytes(sim, src), 1, 12 * 4096);
	sqe = sim_copy(0, 0, dst, src, 12 * 4096, 1);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sqe = sim_copy(0, 1, dst + 100, src, 2 * 4096 - 100, 2);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sqe = sim_copy(0, 2, dst + 100, src, 2 * 4096 - 99, 3);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sim_run(sim);
	EXPECT_EQ(-EIO, sim_find(sim, 1)->res);
	EXPECT_EQ(0, sim_find(sim, 2)->res);
	EXPECT_EQ(-EIO, sim_find(sim, 3)->res);
	EXPECT_EQ(0, sim_bytes(sim, dst)[0]);
	EXPECT_EQ(1, sim_bytes(sim, dst)[100]);
}

/*
 * Under way: what is on its links is lost, and found out after the delay.  What has
 * arrived by then, or has no link to cross, ends when it would take effect.
 */
TEST_F(outage, in_flight)
{
	struct sim *sim = self->sim;
	struct vsn_site site;
	struct copy a, b;
	u64 local;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, set_policy(sim, 3 * US, false));
	a = submit_copy(sim, 0, 0, 1, 0, 65536, 1);
	b = submit_copy(sim, 2, 0, 3, 2, 65536, 2);
	submit_word(sim, VSN_OP_COMPUTE, 1, 0, 0, 20 * US, 3);
	local = sim_region(sim, 4096, 1, true);
	submit_word(sim, VSN_OP_NOP, 1, 1, 0, 0, 4);
	submit_word(sim, VSN_OP_FADD, 1, 2, local, 5, 5);
	ASSERT_GT(push_time(65536), US + UP);
	/* Back before any of them would end */
	ASSERT_EQ(0, outage(sim, 1, US, US + 1000));
	sim_run(sim);
	EIO_AT(1, 4 * US);
	EXPECT_FALSE(has_arrived(sim, &a));
	EXPECT_EQ(0, sim_find(sim, 2)->res);
	EXPECT_EQ(push_time(65536), sim_find(sim, 2)->end);
	EXPECT_TRUE(has_arrived(sim, &b));
	EIO_AT(3, 20 * US);
	EXPECT_EQ(0, sim_find(sim, 4)->res);
	/* It was done, and is lost. */
	EXPECT_EQ(0, sim_find(sim, 5)->res);
	EXPECT_EQ(0, *(u64 *)sim_bytes(sim, local));
	vsn_fault_endpoint(&sim->sched, 1, &site);
	EXPECT_EQ(1, site.lost);
	EXPECT_EQ(65536 + 4096, site.lost_bytes);
	EXPECT_FALSE(site.health.down);
}

/* The last picosecond before the effect, and the first at which it is there */
TEST_F(outage, edge)
{
	u64 end = push_time(4096);
	u32 i;

	for (i = 0; i < 2; i++) {
		struct sim *sim = calloc(1, sizeof(*sim));
		struct copy c;

		ASSERT_NE(NULL, sim);
		ASSERT_EQ(0, star(sim, 4, 1));
		c = submit_copy(sim, 0, 0, 1, 0, 4096, 1);
		ASSERT_EQ(0, outage(sim, 3, 1, VSN_TIME_MAX));
		/* The ack has left it by then. */
		ASSERT_EQ(0, outage(sim, 1, end + i, VSN_TIME_MAX));
		submit_word(sim, VSN_OP_COMPUTE, 2, 0, 0, 2 * end, 2);
		sim_run(sim);
		EXPECT_EQ(i ? 0 : -EIO, sim_find(sim, 1)->res);
		EXPECT_EQ(end, sim_find(sim, 1)->end);
		/* Then what was written is lost in its turn. */
		EXPECT_FALSE(has_arrived(sim, &c));
		sim_free(sim);
		EXPECT_EQ(0, sim->allocs);
		free(sim);
	}
}

/* WAITs on a word there, and of who is down; none else */
TEST_F(outage, blocked)
{
	struct sim *sim = self->sim;
	u64 a, b;

	ASSERT_EQ(0, star(sim, 4, 1));
	a = sim_region(sim, 4096, 1, true);
	b = sim_region(sim, 4096, 2, true);
	submit_word(sim, VSN_OP_WAIT, 0, 0, a, 1, 1);
	submit_word(sim, VSN_OP_WAIT, 1, 0, b, 1, 2);
	submit_word(sim, VSN_OP_WAIT, 0, 1, b, 1, 3);
	submit_word(sim, VSN_OP_WAIT, 3, 0, b + 8, 1, 4);
	submit_word(sim, VSN_OP_NOP, 0, 0, 0, 0, 5);
	ASSERT_EQ(0, outage(sim, 1, US, 2 * US));
	submit_word(sim, VSN_OP_COMPUTE, 3, 1, 0, 5 * US, 6);
	sim_run(sim);
	EIO_AT(1, US);
	EIO_AT(2, US);
	EXPECT_EQ(2, sim->sched.nr_blocked);
	EXPECT_EQ(0, sim_find(sim, 5)->res);
	EXPECT_EQ(US, sim_find(sim, 5)->start);
	submit_word(sim, VSN_OP_SIGNAL, 2, 0, b, 1, 7);
	submit_word(sim, VSN_OP_SIGNAL, 2, 0, b + 8, 1, 8);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 3)->res);
	EXPECT_EQ(0, sim_find(sim, 4)->res);
	EXPECT_EQ(0, sim->sched.nr_pending);
}

/* Where endpoints forward for others, a way goes around it. */
TEST_F(outage, transit)
{
	struct sim *sim = self->sim;
	u32 n = 4, i, from, to;
	u64 hops;

	sim_topo(&sim->topo, &n, 1);
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 28 * GB,
		.latency = 10 * NS });
	sim->topo.networks[0].tiers[0].kind = VSN_TIER_KIND_RING;
	ASSERT_EQ(0, sim_init(sim));
	submit_copy(sim, 0, 0, 2, 0, 4096, 1);
	sim_run(sim);
	ASSERT_EQ(0, sim_find(sim, 1)->res);
	hops = sim->nr_xfers;
	/* Whichever way it took, it takes the other one if that is closed. */
	for (i = 1; i < 4; i += 2) {
		ASSERT_EQ(0, set_state(sim, i, true));
		submit_copy(sim, 0, 0, 2, 0, 4096, 10 + i);
		sim_run(sim);
		EXPECT_EQ(0, sim_find(sim, 10 + i)->res);
		EXPECT_EQ(hops * (i == 1 ? 2 : 3), sim->nr_xfers);
		ASSERT_EQ(0, set_state(sim, i, false));
	}
	ASSERT_EQ(0, set_state(sim, 1, true));
	ASSERT_EQ(0, set_state(sim, 3, true));
	submit_copy(sim, 0, 0, 2, 0, 4096, 20);
	sim_run(sim);
	EXPECT_EQ(-EHOSTUNREACH, sim_find(sim, 20)->res);
	for (i = 0; i < sim->topo.nr_links; i++) {
		struct vsn_site site;

		if (!vsn_topo_link_endpoints(&sim->topo, i, &from, &to))
			continue;
		ASSERT_LT(from, 4);
		ASSERT_LT(to, 4);
		vsn_fault_link(&sim->sched, i, &site);
		EXPECT_EQ(from % 2 || to % 2, site.health.down);
	}
}

struct outage_graph {
	struct vsn_topo *t;
	struct vsn_graph *g;
};

static int edge(struct outage_graph *o, const char *from, const char *to)
{
	struct vsn_graph_edge e = { .from = from, .to = to, .bandwidth = GB, .lanes = 1 };
	struct vsn_diag diag;

	return vsn_graph_add_link(o->g, o->t, &e, &diag);
}

TEST_F(outage, graph_ends)
{
	struct sim *sim = self->sim;
	struct outage_graph o = { .t = &sim->topo };
	u32 n = 2, from, to, i, at[2] = { 0 }, switches = 0;

	sim_topo(&sim->topo, &n, 1);
	o.g = sim_graph(&sim->topo);
	ASSERT_EQ(0, vsn_graph_add_switch(o.g, "s", 0, &self->diag));
	ASSERT_EQ(0, edge(&o, "a0", "s"));
	ASSERT_EQ(0, edge(&o, "s", "a0"));
	ASSERT_EQ(0, edge(&o, "a1", "s"));
	ASSERT_EQ(0, edge(&o, "s", "a1"));
	ASSERT_EQ(0, sim_init(sim));
	for (i = 0; i < sim->topo.nr_links; i++) {
		if (!vsn_topo_link_endpoints(&sim->topo, i, &from, &to))
			continue;
		switches += (from == VSN_NO_ENDPOINT) + (to == VSN_NO_ENDPOINT);
		if (from < 2)
			at[from] |= 1;
		if (to < 2)
			at[to] |= 2;
	}
	EXPECT_EQ(4, switches);
	EXPECT_EQ(3, at[0]);
	EXPECT_EQ(3, at[1]);
	EXPECT_FALSE(vsn_topo_link_endpoints(&sim->topo, sim->topo.nr_links, &from, &to));
}

/* Where time goes by itself, too; events are executed ahead of the clock. */
TEST_F(outage, online)
{
	struct sim *sim = self->sim;
	u64 far;

	ASSERT_EQ(0, star(sim, 4, 1));
	far = sim_region(sim, 4096, 1, true);
	ASSERT_EQ(0, vsn_online_set(&sim->sched, true));
	ASSERT_EQ(0, outage(sim, 1, 10 * US, 20 * US));
	submit_word(sim, VSN_OP_COMPUTE, 1, 0, 0, 30 * US, 1);
	sim_run(sim);
	EIO_AT(1, 30 * US);
	/* By the clock it is not down yet. */
	submit_word(sim, VSN_OP_NOP, 1, 1, 0, 0, 2);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 2)->res);
	vsn_online_advance(&sim->sched, 40 * US);
	ASSERT_EQ(0, set_state(sim, 1, true));
	submit_word(sim, VSN_OP_FADD, 0, 0, far, 1, 3);
	sim_run(sim);
	EIO_AT(3, 40 * US);
	ASSERT_EQ(0, set_state(sim, 1, false));
	submit_word(sim, VSN_OP_FADD, 0, 0, far, 1, 4);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 4)->res);
	EXPECT_EQ(0, sim_find(sim, 4)->value);
}

TEST_F(outage, refused)
{
	struct vsn_health h = { .down = true, .bandwidth = ALL / 2 };
	struct sim *sim = self->sim;

	ASSERT_EQ(0, star(sim, 4, 1));
	EXPECT_EQ(-ENOENT, outage(sim, 4, 0, VSN_TIME_MAX));
	EXPECT_EQ(-EINVAL, vsn_fault_set_health(&sim->sched, VSN_SITE_ENDPOINT, 0, &h,
						&self->diag));
	EXPECT_NE(NULL, strstr(self->diag.msg, "an endpoint is up or down"));
}

TEST_HARNESS_MAIN
