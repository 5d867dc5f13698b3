// SPDX-License-Identifier: GPL-2.0
/*
 * Links and switches that fail, degrade and recover: what that costs, to the
 * picosecond, and that nothing is lost by it but time.
 */
#include "kselftest_harness.h"

#include "star.h"

FIXTURE(failure)
{
	struct sim *sim;
	struct vsn_diag diag;
	u32 id;
};

FIXTURE_SETUP(failure)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
}

FIXTURE_TEARDOWN(failure)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

/* A fault that does nothing yet changes no time, nor does being able to have one. */
TEST_F(failure, armed_is_the_same)
{
	struct sim *sim = self->sim;
	struct copy a, b;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, set_policy(sim, 5 * US, false));
	a = submit_copy(sim, 0, 0, 1, 0, 4096, 1);
	b = submit_copy(sim, 2, 0, 2, 3, 4096, 2);
	sim_run(sim);
	EXPECT_EQ(push_time(4096), sim_find(sim, 1)->end);
	EXPECT_EQ(pull_time(4096), sim_find(sim, 2)->end);
	EXPECT_TRUE(has_arrived(sim, &a) && has_arrived(sim, &b));
}

/* Half and a third of the bandwidth: that link's serialisation is the longest. */
TEST_F(failure, degraded)
{
	struct vsn_health h = { .bandwidth = ALL / 2 };
	struct sim *sim = self->sim;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, false, link_of(sim, 1, 0, 1), &h,
					  &self->diag));
	submit_copy(sim, 0, 0, 1, 0, 65536, 1);
	sim_run(sim);
	EXPECT_EQ(push_time(65536) - ser(wire_of(65536), 28 * GB) + ser(wire_of(65536), 14 * GB),
		  sim_find(sim, 1)->end);
	/* The worst of several counts; then that is over. */
	h.bandwidth = ALL / 4;
	ASSERT_EQ(0, fault(sim, link_of(sim, 1, 0, 1), h, sim->sched.now, VSN_TIME_MAX));
	submit_copy(sim, 0, 0, 1, 0, 65536, 2);
	sim_run(sim);
	EXPECT_EQ(push_time(65536) - ser(wire_of(65536), 28 * GB) + ser(wire_of(65536), 7 * GB),
		  sim_find(sim, 2)->end - sim_find(sim, 2)->start);
	/* What was set is no fault to be deleted, but to be set as it was. */
	ASSERT_EQ(-ENOENT, vsn_fault_del(&sim->sched, 1, &self->diag));
	ASSERT_EQ(0, vsn_fault_del(&sim->sched, 2, &self->diag));
	h.bandwidth = ALL;
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, false, link_of(sim, 1, 0, 1), &h,
					  &self->diag));
	submit_copy(sim, 0, 0, 1, 0, 65536, 3);
	sim_run(sim);
	EXPECT_EQ(push_time(65536), sim_find(sim, 3)->end - sim_find(sim, 3)->start);
	EXPECT_EQ(0, sim->sched.faults.nr);
}

/* Latency that is added is there on the way out and on the way back. */
TEST_F(failure, latency)
{
	struct sim *sim = self->sim;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, fault(sim, link_of(sim, 0, 0, 0),
			   (struct vsn_health) { .latency = 777 * NS }, 0, VSN_TIME_MAX));
	ASSERT_EQ(0, fault(sim, link_of(sim, 0, 0, 1),
			   (struct vsn_health) { .latency = 11 * NS }, 0, VSN_TIME_MAX));
	submit_copy(sim, 0, 0, 1, 0, 4096, 1);
	sim_run(sim);
	EXPECT_EQ(push_time(4096) + 788 * NS, sim_find(sim, 1)->end);
}

/* It holds for what comes to the link from then on, up to another time. */
TEST_F(failure, at_and_until)
{
	struct sim *sim = self->sim;
	u64 end = 0, i;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, fault(sim, link_of(sim, 0, 0, 0),
			   (struct vsn_health) { .latency = US }, 10 * US, 20 * US));
	for (i = 0; end < 25 * US; i++) {
		u64 start = end;

		submit_copy(sim, 0, 0, 1, 0, 65536, i);
		sim_run(sim);
		end = sim_find(sim, i)->end;
		EXPECT_EQ(push_time(65536) + (start >= 10 * US && start < 20 * US ? US : 0),
			  end - start);
	}
	EXPECT_EQ(0, sim->sched.faults.nr);
	EXPECT_EQ(1, sim->nr_faults[VSN_FAULT_STATE_SCHEDULED]);
	EXPECT_EQ(1, sim->nr_faults[VSN_FAULT_STATE_ACTIVE]);
	EXPECT_EQ(1, sim->nr_faults[VSN_FAULT_STATE_OVER]);
}

/*
 * Before it is known, what comes to the link is lost; it is sent again when it is,
 * by the other plane.  After that the other plane is taken at once.
 */
TEST_F(failure, detection)
{
	struct sim *sim = self->sim;
	struct vsn_site site;
	struct copy c;
	u64 wire;

	ASSERT_EQ(0, star(sim, 4, 2));
	ASSERT_EQ(0, set_policy(sim, 50 * US, false));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 0, 0, 0), 0, VSN_TIME_MAX));
	c = submit_copy(sim, 0, 0, 1, 0, 4096, 1);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 1)->res);
	EXPECT_EQ(50 * US + push_time(4096), sim_find(sim, 1)->end);
	EXPECT_TRUE(has_arrived(sim, &c));
	vsn_fault_link(&sim->sched, link_of(sim, 0, 0, 0), &site);
	EXPECT_TRUE(site.health.down);
	EXPECT_EQ(1, site.lost);
	EXPECT_EQ(0, vsn_links_find(&sim->sched.links, link_of(sim, 0, 0, 0))->transfers);
	/* Both legs were sent again, over two links each. */
	EXPECT_EQ(1, endpoint_replays(sim, &wire));
	EXPECT_EQ(2 * (4112 + 16), wire);
	EXPECT_EQ(4, LINK_SUM(sim, replays));
	EXPECT_EQ(wire, LINK_SUM(sim, replay_wire));
	/* What a completion says is what links say. */
	EXPECT_EQ(2 * (4112 + 16), sim_find(sim, 1)->wire);

	c = submit_copy(sim, 0, 2, 1, 0, 4096, 2);
	sim_run(sim);
	EXPECT_EQ(push_time(4096), sim_find(sim, 2)->end - sim_find(sim, 2)->start);
	EXPECT_TRUE(has_arrived(sim, &c));
}

/*
 * Cut on its way: at 1 us the last byte has not left the link, though the first one
 * has arrived long ago.  A push is seen by its ack, a pull by its end.
 */
TEST_F(failure, in_flight)
{
	struct sim *sim = self->sim;
	struct copy a, b;

	ASSERT_EQ(0, star(sim, 4, 2));
	ASSERT_EQ(0, set_policy(sim, 3 * US, false));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 0, 0, 0), US, VSN_TIME_MAX));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 2, 0, 1), US, VSN_TIME_MAX));
	a = submit_copy(sim, 0, 0, 1, 0, 65536, 1);
	b = submit_copy(sim, 2, 0, 2, 3, 65536, 2);
	ASSERT_GT(push_time(65536), US + UP);
	sim_run(sim);
	EXPECT_EQ(US + 3 * US + push_time(65536), sim_find(sim, 1)->end);
	EXPECT_EQ(US + 3 * US + pull_time(65536), sim_find(sim, 2)->end);
	EXPECT_TRUE(has_arrived(sim, &a) && has_arrived(sim, &b));
	EXPECT_EQ(2, LINK_SUM(sim, lost));
}

/* The picosecond decides: it is lost if a byte is on the link when it goes down. */
TEST_F(failure, in_flight_edge)
{
	u64 left = UP + ser(wire_of(65536), 28 * GB);	/* the last byte has left the first link */
	u32 i;

	for (i = 0; i < 2; i++) {
		struct sim *sim = calloc(1, sizeof(*sim));

		ASSERT_NE(NULL, sim);
		ASSERT_EQ(0, star(sim, 4, 1));
		ASSERT_EQ(0, take_down(sim, link_of(sim, 0, 0, 0), left - i, VSN_TIME_MAX));
		submit_copy(sim, 0, 0, 1, 0, 65536, 1);
		sim_run(sim);
		EXPECT_EQ(i ? -EHOSTUNREACH : 0, sim_find(sim, 1)->res);
		EXPECT_EQ(i ? left - i : push_time(65536), sim_find(sim, 1)->end);
		sim_free(sim);
		EXPECT_EQ(0, sim->allocs);
		free(sim);
	}
}

/* By policy it ends with an error instead, when that is known. */
TEST_F(failure, give_up)
{
	struct sim *sim = self->sim;
	struct copy c;

	ASSERT_EQ(0, star(sim, 4, 2));
	ASSERT_EQ(0, set_policy(sim, 3 * US, true));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 0, 0, 0), US, VSN_TIME_MAX));
	c = submit_copy(sim, 0, 0, 1, 0, 65536, 1);
	sim_run(sim);
	EXPECT_EQ(-EIO, sim_find(sim, 1)->res);
	EXPECT_EQ(4 * US, sim_find(sim, 1)->end);
	EXPECT_FALSE(has_arrived(sim, &c));
	/* Known: the next one goes by the other plane. */
	c = submit_copy(sim, 0, 2, 1, 0, 65536, 2);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 2)->res);
	EXPECT_TRUE(has_arrived(sim, &c));
}

/* What waits for a link that goes down is lost, and does not keep it from others. */
TEST_F(failure, queue_is_lost)
{
	struct sim *sim = self->sim;
	const struct vsn_link *l;
	struct copy c[4];
	u32 i;

	ASSERT_EQ(0, star(sim, 8, 1));
	ASSERT_EQ(0, set_policy(sim, 5 * US, false));
	/* Four into one: after 3 us one has passed and one is on the way. */
	for (i = 0; i < 4; i++)
		c[i] = submit_copy(sim, i, 0, 7, i, 65536, i);
	ASSERT_EQ(0, take_down(sim, link_of(sim, 7, 0, 1), 3 * US, 4 * US));
	sim_run(sim);
	l = vsn_links_find(&sim->sched.links, link_of(sim, 7, 0, 1));
	EXPECT_EQ(3, LINK_SUM(sim, lost));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, sim_find(sim, i)->res);
		EXPECT_TRUE(has_arrived(sim, &c[i]));
	}
	/* Set out again at 8 us, all three at once */
	EXPECT_EQ(8 * US + push_time(65536) + 2 * ser(wire_of(65536), 28 * GB), sim->sched.now);
	/* Up to 3 us it was busy from when the first came, and then for three. */
	EXPECT_EQ(3 * US - UP + 3 * ser(wire_of(65536), 28 * GB), l->busy_time);
}

/* It comes up before anyone has noticed: it is sent again, by the same way. */
TEST_F(failure, short_flap)
{
	struct sim *sim = self->sim;
	struct copy c;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, set_policy(sim, 9 * US, false));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 1, 0, 1), US, 2 * US));
	c = submit_copy(sim, 0, 0, 1, 0, 65536, 1);
	sim_run(sim);
	EXPECT_EQ(10 * US + push_time(65536), sim_find(sim, 1)->end);
	EXPECT_TRUE(has_arrived(sim, &c));
}

/* All that joins the two is down: an error, and at once for the next thousand. */
TEST_F(failure, unreachable)
{
	struct sim *sim = self->sim;
	u64 searched;
	u32 i;

	ASSERT_EQ(0, star(sim, 4, 8));
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, take_down(sim, link_of(sim, 0, i, i & 1), 0, VSN_TIME_MAX));
	/* Four planes out, four back: that joins nobody both ways. */
	submit_copy(sim, 0, 0, 1, 0, 4096, 1);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 1)->res);
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, take_down(sim, link_of(sim, 0, i, !(i & 1)), sim->sched.now,
				       VSN_TIME_MAX));
	submit_copy(sim, 0, 0, 1, 0, 4096, 2);
	sim_run(sim);
	EXPECT_EQ(-EHOSTUNREACH, sim_find(sim, 2)->res);
	EXPECT_EQ(sim_find(sim, 2)->start, sim_find(sim, 2)->end);
	submit_copy(sim, 0, 0, 1, 0, 4096, 3);
	vsn_sched_run(&sim->sched, VSN_TIME_MAX, U32_MAX);
	searched = sim->sched.work;
	EXPECT_LT(searched, 8);
	EXPECT_EQ(-EHOSTUNREACH, sim_find(sim, 3)->res);
	/* Others are not concerned, and neither are these two when it recovers. */
	submit_copy(sim, 2, 0, 1, 2, 4096, 4);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 4)->res);
	for (i = 1; i <= 16; i++)
		ASSERT_EQ(0, vsn_fault_del(&sim->sched, i, &self->diag));
	submit_copy(sim, 0, 0, 1, 0, 4096, 5);
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 5)->res);
}

static u64 work_of(struct sim *sim, u64 user_data)
{
	submit_copy(sim, 0, 0, 1, 0, 4096, user_data);
	vsn_sched_run(&sim->sched, VSN_TIME_MAX, U32_MAX);
	return sim_find(sim, user_data)->res ? U64_MAX : sim->sched.work;
}

/* In a graph, ways around are found once, and again when something else is down. */
TEST_F(failure, graph_is_searched_once)
{
	struct sim *sim = self->sim;
	u32 size = 4, i, k, link;
	struct vsn_graph *g;
	char ep[16], sw[16];

	sim_topo(&sim->topo, &size, 1);
	g = sim_graph(&sim->topo);
	for (k = 0; k < 32; k++) {
		snprintf(sw, sizeof(sw), "s%u", k);
		ASSERT_EQ(0, vsn_graph_add_switch(g, sw, 200 * NS, &self->diag));
		for (i = 0; i < size; i++) {
			struct vsn_graph_edge edge = {
				.from = ep, .to = sw, .bandwidth = 10 * GB, .latency = 10 * NS,
				.lanes = 1, .both = true,
			};

			snprintf(ep, sizeof(ep), "a%u", i);
			ASSERT_EQ(0, vsn_graph_add_link(g, &sim->topo, &edge, &self->diag));
		}
	}
	ASSERT_EQ(0, sim_init(sim));
	ASSERT_EQ(0, set_policy(sim, 10 * US, false));
	for (link = 0; link < 31 * 2 * size; link++)
		ASSERT_EQ(0, take_down(sim, link, US, VSN_TIME_MAX));
	vsn_sched_run(&sim->sched, 20 * US, U32_MAX);
	EXPECT_LT(64, work_of(sim, 1));
	EXPECT_GT(32, work_of(sim, 2));
	/* Endpoint 3 is cut off: nothing to these, but that is for the search to find. */
	ASSERT_EQ(0, take_down(sim, link + 6, 100 * US, VSN_TIME_MAX));
	vsn_sched_run(&sim->sched, 200 * US, U32_MAX);
	EXPECT_LT(64, work_of(sim, 3));
	EXPECT_GT(32, work_of(sim, 4));
}

/* A switch of a graph takes its links with it, and what is on them. */
TEST_F(failure, graph_switch)
{
	struct vsn_health down = { .bandwidth = ALL, .down = true };
	struct sim *sim = self->sim;
	u32 size = 4, i, k, sw;
	struct vsn_graph *g;
	struct vsn_path path;
	struct vsn_site site;
	char ep[16], name[16];
	struct copy c;

	sim_topo(&sim->topo, &size, 1);
	g = sim_graph(&sim->topo);
	for (k = 0; k < 2; k++) {
		snprintf(name, sizeof(name), "s%u", k);
		ASSERT_EQ(0, vsn_graph_add_switch(g, name, 200 * NS, &self->diag));
		for (i = 0; i < size; i++) {
			struct vsn_graph_edge edge = {
				.from = ep, .to = name, .bandwidth = 10 * GB,
				.latency = 10 * NS, .lanes = 1, .both = true,
			};

			snprintf(ep, sizeof(ep), "a%u", i);
			ASSERT_EQ(0, vsn_graph_add_link(g, &sim->topo, &edge, &self->diag));
		}
	}
	ASSERT_EQ(0, sim_init(sim));
	ASSERT_EQ(0, set_policy(sim, US, false));
	ASSERT_EQ(0, vsn_route_find(&sim->topo, 0, 0, 1, 0, 0, &path));
	/* That of the first link's far end */
	sw = path.hops[0] / (2 * size);
	c = submit_copy(sim, 0, 0, 1, 0, MiB, 1);
	vsn_sched_run(&sim->sched, 10 * US, U32_MAX);
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, true, sw, &down, &self->diag));
	for (i = 0; i < sim->topo.nr_links; i++) {
		vsn_fault_link(&sim->sched, i, &site);
		EXPECT_EQ(i / (2 * size) == sw, site.health.down);
	}
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 1)->res);
	EXPECT_TRUE(has_arrived(sim, &c));
	vsn_fault_switch(&sim->sched, sw, &site);
	EXPECT_LT(0, site.lost);
	EXPECT_EQ(0, vsn_fault_look(&sim->sched, 0, 0, 1, &path));
	EXPECT_EQ(!sw, path.hops[0] / (2 * size));
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, true, !sw, &down, &self->diag));
	vsn_sched_run(&sim->sched, sim->sched.now + 2 * US, U32_MAX);
	EXPECT_EQ(-EHOSTUNREACH, vsn_fault_look(&sim->sched, 0, 0, 1, &path));
}

/* What is set by hand is changed as such, and ends as such. */
TEST_F(failure, set_again)
{
	struct vsn_health h = { .bandwidth = ALL / 2 }, out;
	struct vsn_fault_policy policy;
	struct sim *sim = self->sim;
	u32 link;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, set_policy(sim, 7 * US, true));
	vsn_fault_get_policy(&sim->sched, &policy);
	EXPECT_EQ(7 * US, policy.detect);
	EXPECT_TRUE(policy.give_up);
	link = link_of(sim, 1, 0, 1);
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, false, link, &h, &self->diag));
	h.latency = US;
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, false, link, &h, &self->diag));
	EXPECT_EQ(1, sim->sched.faults.nr);
	vsn_fault_manual(&sim->sched, false, link, &out);
	EXPECT_EQ(ALL / 2, out.bandwidth);
	EXPECT_EQ(US, out.latency);
	sim->fail_at = sim->alloc_count + 1;
	sim->fail_count = U32_MAX;
	h.down = true;
	EXPECT_EQ(-ENOMEM, vsn_fault_set_health(&sim->sched, false, link_of(sim, 2, 0, 1), &h,
						&self->diag));
	sim->fail_at = 0;
	EXPECT_EQ(1, sim->sched.faults.nr);
	h.down = false;
	h.latency = VSN_MAX_LATENCY + 1;
	EXPECT_EQ(-ERANGE, vsn_fault_set_health(&sim->sched, false, link, &h, &self->diag));
	EXPECT_EQ(-ENOENT, vsn_fault_set_health(&sim->sched, false, U32_MAX, &h, &self->diag));
	h = (struct vsn_health) { .bandwidth = ALL };
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, false, link, &h, &self->diag));
	EXPECT_EQ(0, sim->sched.faults.nr);
	vsn_fault_manual(&sim->sched, false, link, &out);
	EXPECT_EQ(ALL, out.bandwidth);
	EXPECT_EQ(0, out.latency);
}

/* Of ways that are too many to try all, the one that is left may not be found. */
TEST_F(failure, one_of_many_ways)
{
	u32 sizes[] = { 2, 2 }, switches, i, base;
	struct vsn_health down = { .bandwidth = ALL, .down = true };
	struct vsn_path path;

	for (switches = 4096; switches <= 8192; switches *= 2) {
		struct sim *sim = calloc(1, sizeof(*sim));

		ASSERT_NE(NULL, sim);
		sim_topo(&sim->topo, sizes, 2);
		sim_tier(&sim->topo, &(struct sim_tier) { .over = 2,
			 .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 28 * GB });
		sim_tier(&sim->topo, &(struct sim_tier) { .over = 1,
			 .attach = VSN_ATTACH_SWITCH, .switches = switches,
			 .bandwidth = 28 * GB });
		ASSERT_EQ(0, sim_init(sim));
		base = sim->topo.networks[0].tiers[1].switch_base;
		for (i = 0; i < switches; i++)
			if (i != 1234)
				ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, true, base + i,
								  &down, &self->diag));
		EXPECT_EQ(switches == 4096 ? 0 : -EHOSTUNREACH,
			  vsn_fault_look(&sim->sched, 0, 0, 3, &path));
		sim_free(sim);
		EXPECT_EQ(0, sim->allocs);
		free(sim);
	}
}

/* Word of what a CPU has stored needs memory, too, and time. */
TEST_F(failure, word_without_memory_or_time)
{
	struct sim *sim = self->sim;
	struct vsn_sqe sqe;
	u32 at, failed = 0;
	u64 word;

	ASSERT_EQ(0, star(sim, 4, 2));
	ASSERT_EQ(0, set_policy(sim, US, false));
	word = sim_region(sim, 4096, 0, true);
	for (at = 1; at < 8; at++) {
		*(u64 *)sim_bytes(sim, word) = at - 1;
		sqe = sim_word(VSN_OP_WAIT, 1, 0, word, at, at);
		ASSERT_EQ(0, sim_submit(sim, &sqe));
		sim_run(sim);
		*(u64 *)sim_bytes(sim, word) = at;
		sim->fail_at = sim->alloc_count + at;
		sim->fail_count = 1;
		vsn_sched_recheck(&sim->sched);
		sim_run(sim);
		sim->fail_at = 0;
		EXPECT_TRUE(!sim_find(sim, at)->res || sim_find(sim, at)->res == -ENOMEM);
		failed += sim_find(sim, at)->res != 0;
	}
	EXPECT_LT(0, failed);
	EXPECT_GT(7, failed);
	*(u64 *)sim_bytes(sim, word) = 0;
	sqe = sim_word(VSN_OP_WAIT, 1, 0, word, 1, 100);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	vsn_sched_run(&sim->sched, U64_MAX - UP, U32_MAX);
	*(u64 *)sim_bytes(sim, word) = 1;
	vsn_sched_recheck(&sim->sched);
	sim_run(sim);
	EXPECT_EQ(-EOVERFLOW, sim_find(sim, 100)->res);
}

/* What would be known, or tried again, after the end of time is an error. */
TEST_F(failure, the_end_of_time)
{
	struct sim *sim = self->sim;
	u64 left;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, set_policy(sim, U64_MAX, false));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 1, 0, 1), US, 2 * US));
	submit_copy(sim, 0, 0, 1, 0, MiB, 1);
	sim_run(sim);
	EXPECT_EQ(-EOVERFLOW, sim_find(sim, 1)->res);
	ASSERT_EQ(0, fault(sim, link_of(sim, 2, 0, 0),
			   (struct vsn_health) { .errors = VSN_ERROR_ONE },
			   sim->sched.now, VSN_TIME_MAX));
	vsn_sched_run(&sim->sched, U64_MAX - 4 * US, U32_MAX);
	for (left = 0; left < 20; left++) {
		submit_copy(sim, 2, 0, 3, 2, 64, 10 + left);
		sim_run(sim);
		EXPECT_EQ(-EOVERFLOW, sim_find(sim, 10 + left)->res);
		vsn_sched_run(&sim->sched, U64_MAX - (19 - left) * 200 * NS - 1, U32_MAX);
	}
}

/* Who only looks for a way does not have it taken for known that there is none. */
TEST_F(failure, looking_leaves_no_trace)
{
	struct sim *sim = self->sim;
	struct vsn_path path;
	u32 i;

	ASSERT_EQ(0, star(sim, 4, 8));
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, take_down(sim, link_of(sim, 0, i, 0), 0, VSN_TIME_MAX));
	EXPECT_EQ(-EHOSTUNREACH, vsn_fault_look(&sim->sched, 0, 0, 1, &path));
	EXPECT_EQ(U64_MAX, work_of(sim, 1));
	EXPECT_LT(8, sim->sched.work);
	EXPECT_EQ(0, vsn_fault_look(&sim->sched, 0, 2, 1, &path));
}

/*
 * A chunk that waits in a link's queue is lost with the link, and another plane is
 * faster: what follows it by that link comes when all is done.
 */
TEST_F(failure, time_does_not_go_back)
{
	struct sim *sim = self->sim;
	u64 a, b, last = 0, i;
	struct vsn_sqe sqe;
	bool more = true;

	ASSERT_EQ(0, star_of(sim, 4, 8, 65536));
	ASSERT_EQ(0, set_policy(sim, US, false));
	a = sim_region(sim, MiB, 0, true);
	b = sim_region(sim, MiB, 1, true);
	for (i = 1; i <= 200; i++) {
		sqe = sim_copy(0, i * 8, b, a, 65536, 1000 + i);
		ASSERT_EQ(0, sim_submit(sim, &sqe));
	}
	sqe = sim_word(VSN_OP_COMPUTE, 0, 0, 0, US, 1);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sqe = sim_copy(0, 0, b, a, MiB, 2);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sqe = sim_word(VSN_OP_FADD, 0, 0, a, 1, 3);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 0, 0, 0), 10 * US, VSN_TIME_MAX));
	while (more) {
		more = vsn_sched_run(&sim->sched, VSN_TIME_MAX, 1);
		ASSERT_LE(last, sim->sched.now);
		last = sim->sched.now;
	}
	for (i = 1; i < sim->nr_done; i++)
		ASSERT_LE(sim->done[i - 1].end, sim->done[i].end);
	EXPECT_EQ(0, sim_find(sim, 2)->res);
	EXPECT_LE(sim_find(sim, 2)->end, sim_find(sim, 3)->start);
}

/* While it waits to send again a link is not busy; that it is free again takes no more. */
TEST_F(failure, busy_is_not_below_nothing)
{
	struct sim *sim = self->sim;
	u32 link;

	ASSERT_EQ(0, star(sim, 4, 1));
	link = link_of(sim, 0, 0, 0);
	ASSERT_EQ(0, fault(sim, link, (struct vsn_health) { .errors = VSN_ERROR_ONE }, 0,
			   VSN_TIME_MAX));
	ASSERT_EQ(0, take_down(sim, link, US, VSN_TIME_MAX));
	submit_copy(sim, 0, 0, 1, 0, 4096, 1);
	sim_run(sim);
	EXPECT_GE(sim->sched.now, vsn_links_find(&sim->sched.links, link)->busy_time);
}

/* A switch that is down takes all its links with it, and only those. */
TEST_F(failure, switch_down)
{
	struct vsn_health h = { .down = true, .bandwidth = ALL };
	struct sim *sim = self->sim;
	struct vsn_site site;
	struct copy c[8];
	u32 i, from, to, n = 0;

	ASSERT_EQ(0, star(sim, 4, 2));
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, true, 1, &h, &self->diag));
	for (i = 0; i < sim->topo.nr_links; i++) {
		ASSERT_TRUE(vsn_topo_link_switches(&sim->topo, i, &from, &to));
		vsn_fault_link(&sim->sched, i, &site);
		EXPECT_EQ(from == 1 || to == 1, site.health.down);
		n += site.health.down;
	}
	EXPECT_EQ(8, n);
	for (i = 0; i < 8; i++)
		c[i] = submit_copy(sim, i % 4, i, (i + 1) % 4, i % 4, 65536, i);
	sim_run(sim);
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(0, sim_find(sim, i)->res);
		EXPECT_TRUE(has_arrived(sim, &c[i]));
	}
	for (i = 0; i < sim->topo.nr_links; i++) {
		const struct vsn_link *l = vsn_links_find(&sim->sched.links, i);

		vsn_topo_link_switches(&sim->topo, i, &from, &to);
		EXPECT_FALSE(l && l->transfers && (from == 1 || to == 1));
	}
	vsn_fault_switch(&sim->sched, 1, &site);
	EXPECT_TRUE(site.health.down);
	h.down = false;
	ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, true, 1, &h, &self->diag));
	vsn_fault_link(&sim->sched, link_of(sim, 0, 1, 0), &site);
	EXPECT_FALSE(site.health.down);
}

/* A switch that goes down under way */
TEST_F(failure, switch_cut)
{
	struct vsn_fault want = {
		.kind = VSN_SITE_SWITCH, .target = 0, .at = US, .until = VSN_TIME_MAX,
		.what = { .down = true, .bandwidth = ALL },
	};
	struct sim *sim = self->sim;
	struct vsn_site site;
	struct copy c[4];
	u32 i;

	ASSERT_EQ(0, star(sim, 4, 2));
	ASSERT_EQ(0, set_policy(sim, 2 * US, false));
	ASSERT_EQ(0, vsn_fault_add(&sim->sched, &want, &self->id, &self->diag));
	for (i = 0; i < 4; i++)
		c[i] = submit_copy(sim, i, 0, (i + 1) % 4, i, 65536, i);
	sim_run(sim);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, sim_find(sim, i)->res);
		EXPECT_TRUE(has_arrived(sim, &c[i]));
		/* Even endpoints took plane 0, and now share plane 1 with no one. */
		EXPECT_EQ(push_time(65536) + (i % 2 ? 0 : 3 * US), sim_find(sim, i)->end);
	}
	vsn_fault_switch(&sim->sched, 0, &site);
	EXPECT_EQ(2, site.lost);
}

/* The links that each operation took, as a number */
static u64 taken[256];
static u32 crossed[256];
static u32 watched;
static void (*xfer_before)(void *ctx, const struct vsn_xfer *xfer);

static void note_xfer(void *ctx, const struct vsn_xfer *x)
{
	u64 id = x->op->sqe.user_data;

	taken[id] = taken[id] * 0x100000001b3ULL + x->link + 1;
	crossed[id] += x->link == watched;
	xfer_before(ctx, x);
}

/* Sixteen endpoints, each to each other one, with one link down or none */
static void all_to_all(struct __test_metadata *_metadata, u64 *links, u32 down)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	struct vsn_sched_ops ops;
	u64 regions[16];
	u32 i;

	ASSERT_NE(NULL, sim);
	ASSERT_EQ(0, star(sim, 16, 8));
	ops = *sim->sched.ops;
	xfer_before = ops.xfer;
	ops.xfer = note_xfer;
	sim->sched.ops = &ops;
	watched = link_of(sim, 3, 5, 0);
	memset(taken, 0, sizeof(taken));
	memset(crossed, 0, sizeof(crossed));
	if (down)
		ASSERT_EQ(0, take_down(sim, watched, 0, VSN_TIME_MAX));
	for (i = 0; i < 16; i++)
		regions[i] = sim_region(sim, 4096, i, false);
	for (i = 0; i < 256; i++) {
		struct vsn_sqe sqe = sim_copy(i / 16, i % 16, regions[i % 16],
					      regions[i / 16], 4096, i);

		sqe.flags = VSN_OP_F_NODATA;
		ASSERT_EQ(0, sim_submit(sim, &sqe));
	}
	sim_run(sim);
	for (i = 0; i < 256; i++)
		EXPECT_EQ(0, sim_find(sim, i)->res);
	memcpy(links, taken, sizeof(taken));
	sim_free(sim);
	EXPECT_EQ(0, sim->allocs);
	free(sim);
}

/* Only operations whose way crossed the link take another one. */
TEST(others_stay)
{
	u64 before[256], after[256];
	u32 i, n = 0, by[256];

	all_to_all(_metadata, before, false);
	memcpy(by, crossed, sizeof(by));
	all_to_all(_metadata, after, true);
	for (i = 0; i < 256; i++) {
		EXPECT_EQ(!!by[i], before[i] != after[i]);
		EXPECT_EQ(0, crossed[i]);
		n += !!by[i];
	}
	/* One of eight planes, out or back */
	EXPECT_GE(n, 2);
	EXPECT_LE(n, 8);
}

/* WAIT: word of the value crosses links, and is lost with them. */
TEST_F(failure, wake)
{
	struct sim *sim = self->sim;
	struct vsn_sqe wait, signal;
	u64 at;

	ASSERT_EQ(0, star(sim, 4, 2));
	ASSERT_EQ(0, set_policy(sim, 3 * US, false));
	/* Signalled from beside it, at the home, at 10 us; down while word is on its way */
	at = sim_region(sim, 4096, 1, true);
	wait = sim_word(VSN_OP_WAIT, 0, 0, at, 1, 1);
	ASSERT_EQ(0, sim_submit(sim, &wait));
	signal = (struct vsn_sqe) { .opcode = VSN_OP_COMPUTE, .initiator = 1,
				    .arg0 = 10 * US, .user_data = 2 };
	ASSERT_EQ(0, sim_submit(sim, &signal));
	signal = sim_word(VSN_OP_SIGNAL, 1, 0, at, 1, 3);
	ASSERT_EQ(0, sim_submit(sim, &signal));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 1, 0, 0), 10 * US + 100 * NS, VSN_TIME_MAX));
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 1)->res);
	/* The memory takes a picosecond for 8 bytes. */
	EXPECT_EQ(10 * US + 1, sim_find(sim, 3)->end);
	EXPECT_EQ(10 * US + 100 * NS + 3 * US + UP + DOWN, sim_find(sim, 1)->end);
	EXPECT_EQ(1, sim_find(sim, 1)->value);
	EXPECT_EQ(0, sim_find(sim, 1)->wire);
	/* The value is there; nothing leads to the one that waits. */
	ASSERT_EQ(0, take_down(sim, link_of(sim, 1, 1, 0), sim->sched.now, VSN_TIME_MAX));
	sim_run(sim);
	wait.user_data = 4;
	ASSERT_EQ(0, vsn_fault_set_policy(&sim->sched, &(struct vsn_fault_policy) {}));
	ASSERT_EQ(0, sim_submit(sim, &wait));
	sim_run(sim);
	EXPECT_EQ(-EHOSTUNREACH, sim_find(sim, 4)->res);
}

/* An atomic whose answer is lost is done once, as it takes effect at its end. */
TEST_F(failure, atomic)
{
	struct sim *sim = self->sim;
	struct vsn_sqe add;
	u64 at, there = UP + ser(24, 28 * GB) + DOWN;

	ASSERT_EQ(0, star(sim, 4, 2));
	ASSERT_EQ(0, set_policy(sim, 3 * US, false));
	at = sim_region(sim, 4096, 1, true);
	add = sim_word(VSN_OP_FADD, 0, 0, at, 5, 1);
	ASSERT_EQ(0, sim_submit(sim, &add));
	ASSERT_EQ(0, take_down(sim, link_of(sim, 1, 0, 0), there + 100 * NS, VSN_TIME_MAX));
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 1)->res);
	EXPECT_EQ(0, sim_find(sim, 1)->value);
	EXPECT_EQ(5, *(u64 *)sim_bytes(sim, at));
	EXPECT_EQ(there + 100 * NS + 3 * US + 2 * there + 1, sim_find(sim, 1)->end);
	EXPECT_EQ(1, LINK_SUM(sim, lost));
}

/*
 * Links that flap under traffic, some before it is known and some for longer: all
 * operations complete, and every byte is there.
 */
TEST_F(failure, flap)
{
	struct sim *sim = self->sim;
	struct copy c[30];
	u64 wire, n;
	u32 i;

	ASSERT_EQ(0, star(sim, 8, 2));
	ASSERT_EQ(0, set_policy(sim, 5 * US, false));
	for (i = 0; i < 400; i++)
		ASSERT_EQ(0, take_down(sim, link_of(sim, i % 7, i / 3 % 2, i % 2),
				       i * 2 * US + 1, i * 2 * US + 1 + i % 13 * US + US));
	for (i = 0; i < 30; i++)
		c[i] = submit_copy(sim, i % 8, i % 3, i * 5 % 8, i * 3 % 8,
				   MiB / 2 + i * 4096, i);
	sim_run(sim);
	for (i = 0; i < 30; i++) {
		EXPECT_EQ(0, sim_find(sim, i)->res);
		EXPECT_TRUE(has_arrived(sim, &c[i]));
	}
	n = endpoint_replays(sim, &wire);
	EXPECT_LT(50, n);
	EXPECT_EQ(n, LINK_SUM(sim, lost));
	EXPECT_EQ(wire, LINK_SUM(sim, replay_wire));
}

/* What was on its way when the first fault came is lost on links ahead of it only. */
TEST_F(failure, first_fault_under_way)
{
	struct sim *sim = self->sim;
	struct copy a, b;

	ASSERT_EQ(0, star(sim, 4, 1));
	a = submit_copy(sim, 0, 0, 1, 0, 65536, 1);
	while (vsn_sched_run(&sim->sched, 100 * NS, 1))
		;
	/* It is on this link, and the ack will be on that one. */
	ASSERT_EQ(0, take_down(sim, link_of(sim, 0, 0, 0), 100 * NS, 200 * NS));
	sim_run(sim);
	EXPECT_EQ(0, sim_find(sim, 1)->res);
	EXPECT_EQ(push_time(65536), sim_find(sim, 1)->end);
	EXPECT_TRUE(has_arrived(sim, &a));
	b = submit_copy(sim, 0, 0, 1, 0, 65536, 2);
	while (vsn_sched_run(&sim->sched, sim->sched.now + 100 * NS, 1))
		;
	ASSERT_EQ(0, take_down(sim, link_of(sim, 0, 0, 0), sim->sched.now,
			       sim->sched.now + 100 * NS));
	sim_run(sim);
	EXPECT_EQ(-EHOSTUNREACH, sim_find(sim, 2)->res);
	EXPECT_FALSE(has_arrived(sim, &b));
}

TEST_HARNESS_MAIN
