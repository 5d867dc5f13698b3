// SPDX-License-Identifier: GPL-2.0
/* Links with an error rate; and faults that are refused, or for which there is no memory. */
#include "kselftest_harness.h"

#include "star.h"

FIXTURE(errors)
{
	struct sim *sim;
	struct vsn_diag diag;
	u32 id;
};

FIXTURE_SETUP(errors)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
}

FIXTURE_TEARDOWN(errors)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

/*
 * One replay of the link's own: the transfer once more, after its latency there and
 * back.  Seeds are tried until one gives just that.
 */
TEST(one_replay)
{
	struct vsn_health h = { .errors = VSN_ERROR_ONE / 100 };
	u64 seed, wire, got = 0;

	for (seed = 0; seed < 2000 && got != 3; seed++) {
		struct vsn_fault_policy policy = { .seed = seed };
		struct sim *sim = calloc(1, sizeof(*sim));
		const struct vsn_cqe *cqe;
		struct copy c;

		ASSERT_NE(NULL, sim);
		ASSERT_EQ(0, star(sim, 4, 1));
		ASSERT_EQ(0, vsn_fault_set_policy(&sim->sched, &policy));
		ASSERT_EQ(0, fault(sim, link_of(sim, 0, 0, 0), h, 0, VSN_TIME_MAX));
		c = submit_copy(sim, 0, 0, 1, 0, 65536, 1);
		sim_run(sim);
		cqe = sim_find(sim, 1);
		EXPECT_EQ(0, cqe->res);
		EXPECT_TRUE(has_arrived(sim, &c));
		EXPECT_EQ(0, endpoint_replays(sim, &wire));
		EXPECT_EQ(wire, LINK_SUM(sim, replay_wire));
		EXPECT_EQ(2 * (wire_of(65536) + 16) + wire, cqe->wire);
		if (LINK_SUM(sim, replays) == 1) {
			got |= 1;
			EXPECT_EQ(wire_of(65536), wire);
			EXPECT_EQ(push_time(65536) + ser(wire_of(65536), 28 * GB) + 2 * UP,
				  cqe->end);
		} else if (!LINK_SUM(sim, replays)) {
			got |= 2;
		}
		sim_free(sim);
		EXPECT_EQ(0, sim->allocs);
		free(sim);
	}
	/* Both were there. */
	EXPECT_EQ(3, got);
}

/*
 * Of transfers of one packet, one in a hundred; of sixteen, 1 - 0.99^16 = 0.1485.
 * Each try is a transfer, so what is counted is tries that failed over tries.
 */
TEST(error_rate)
{
	static const struct {
		u64 len;
		double expect;
	} cases[] = { { 4096, 0.01 }, { 65536, 0.148542 } };
	struct vsn_health h = { .errors = VSN_ERROR_ONE / 100 };
	u32 k, i;

	for (k = 0; k < 2; k++) {
		struct sim *sim = calloc(1, sizeof(*sim));
		const struct vsn_link *l;
		struct vsn_site site;
		u64 dst, src;
		double part;

		ASSERT_NE(NULL, sim);
		ASSERT_EQ(0, star(sim, 2, 1));
		ASSERT_EQ(0, fault(sim, link_of(sim, 0, 0, 0), h, 0, VSN_TIME_MAX));
		dst = sim_region(sim, 65536, 1, false);
		src = sim_region(sim, 65536, 0, false);
		for (i = 0; i < 20000; i++) {
			struct vsn_sqe sqe = sim_copy(0, i % 64, dst, src, cases[k].len, i);

			sqe.flags = VSN_OP_F_NODATA;
			ASSERT_EQ(0, sim_submit(sim, &sqe));
		}
		sim_run(sim);
		l = vsn_links_find(&sim->sched.links, link_of(sim, 0, 0, 0));
		vsn_fault_link(&sim->sched, link_of(sim, 0, 0, 0), &site);
		EXPECT_EQ(20000 + site.replays, l->transfers);
		part = (double)site.replays / l->transfers;
		/* Four standard deviations */
		EXPECT_GT(cases[k].expect * 1.15, part);
		EXPECT_LT(cases[k].expect * 0.85, part);
		sim_free(sim);
		free(sim);
	}
}

/* Nothing gets through at all: the link gives up, and says so. */
TEST_F(errors, hopeless)
{
	struct sim *sim = self->sim;
	struct copy c;

	ASSERT_EQ(0, star(sim, 4, 1));
	ASSERT_EQ(0, fault(sim, link_of(sim, 0, 0, 0),
			   (struct vsn_health) { .errors = VSN_ERROR_ONE }, 0, VSN_TIME_MAX));
	c = submit_copy(sim, 0, 0, 1, 0, 4096, 1);
	sim_run(sim);
	EXPECT_EQ(-EIO, sim_find(sim, 1)->res);
	EXPECT_FALSE(has_arrived(sim, &c));
	EXPECT_EQ(VSN_MAX_RETRIES, LINK_SUM(sim, replays));
	EXPECT_EQ((VSN_MAX_RETRIES + 1) * 4112, sim_find(sim, 1)->wire);
}

/* Refused, with the field's name, and nothing has changed. */
TEST_F(errors, refused)
{
	static const struct {
		struct vsn_fault want;
		int err;
		const char *word;
	} bad[] = {
		{ { .target = 99, .what.down = true }, -ENOENT, "link 99" },
		{ { .kind = VSN_SITE_SWITCH, .target = 1, .what.down = true }, -ENOENT,
		  "switch 1" },
		{ { .kind = VSN_SITE_SWITCH, .what = { true, ALL / 2 } }, -EINVAL, "switch" },
		{ { .what.bandwidth = ALL + 1 }, -ERANGE, "bandwidth" },
		{ { .what.errors = VSN_ERROR_ONE + 1 }, -ERANGE, "error-rate" },
		{ { .what.down = true, .at = 9 }, -EINVAL, "at 9" },
		{ { .what.down = true, .at = 50, .until = 50 }, -EINVAL, "until 50" },
		{ { .what.down = true, .at = VSN_TIME_MAX }, -ERANGE, "at:" },
		{ {}, -EINVAL, "missing" },
	};
	struct sim *sim = self->sim;
	u32 i;

	ASSERT_EQ(0, star(sim, 4, 1));
	vsn_sched_run(&sim->sched, 10, 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct vsn_fault want = bad[i].want;

		want.at = want.at ? want.at : 10;
		want.until = want.until ? want.until : VSN_TIME_MAX;
		want.what.bandwidth = want.what.bandwidth ? want.what.bandwidth : ALL;
		EXPECT_EQ(bad[i].err, vsn_fault_add(&sim->sched, &want, &self->id,
						    &self->diag));
		EXPECT_NE(NULL, strstr(self->diag.msg, bad[i].word)) {
			TH_LOG("%u: %s", i, self->diag.msg);
		}
	}
	EXPECT_EQ(-ENOENT, vsn_fault_del(&sim->sched, 1, &self->diag));
	EXPECT_EQ(0, sim->sched.faults.nr);
	EXPECT_FALSE(sim->sched.armed);
}

/* As many as there may be; to delete one makes room for another. */
TEST_F(errors, limit)
{
	struct sim *sim = self->sim;
	struct vsn_health h = { .down = true, .bandwidth = ALL };
	u32 i;

	ASSERT_EQ(0, star(sim, 4, 1));
	for (i = 0; i < VSN_MAX_FAULTS; i++)
		ASSERT_EQ(0, take_down(sim, i % 8, i + 1, U64_MAX - i));
	EXPECT_EQ(-ENOSPC, take_down(sim, 0, 1, 2));
	EXPECT_EQ(-ENOSPC, vsn_fault_set_health(&sim->sched, false, 0, &h, &self->diag));
	EXPECT_EQ(0, vsn_fault_del(&sim->sched, 7, &self->diag));
	EXPECT_EQ(0, take_down(sim, 0, 1, 2));
	EXPECT_EQ(VSN_MAX_FAULTS + 1, vsn_fault_find(&sim->sched, VSN_MAX_FAULTS + 1)->id);
	EXPECT_EQ(8, vsn_fault_find(&sim->sched, 7)->id);
	vsn_sched_run(&sim->sched, 2 * VSN_MAX_FAULTS, U32_MAX);
	EXPECT_EQ(8, sim->sched.faults.nr_down);
}

/* Faults, and traffic that they hit, with each allocation failing in turn */
/* Endpoints @stride apart: if that is far, each has memory of its own for its state. */
static u32 sweep_memory(struct __test_metadata *_metadata, u32 stride)
{
	u32 at, points = 0;

	for (at = 1; ; at++) {
		struct sim *sim = calloc(1, sizeof(*sim));
		struct copy c[12];
		u64 word;
		u32 i, refused = 0;

		ASSERT_NE(NULL, sim);
		ASSERT_EQ(0, star(sim, 4 * stride + 1, 2));
		for (i = 0; i < 6; i++)
			c[i] = submit_copy(sim, i % 4 * stride, i, (i + 1) % 4 * stride,
					   i % 4 * stride, 65536, i);
		vsn_sched_run(&sim->sched, 300 * NS, U32_MAX);
		sim->fail_at = sim->alloc_count + at;
		sim->fail_count = 1;
		refused += set_policy(sim, US, false) != 0;
		for (i = 0; i < 6; i++)
			refused += take_down(sim, link_of(sim, i / 2 * stride, i % 2, 0),
					     sim->sched.now + i * 300 * NS,
					     9 * US + i * US) != 0;
		refused += fault(sim, link_of(sim, 3 * stride, 1, 0),
				 (struct vsn_health) { .errors = VSN_ERROR_ONE / 2 },
				 sim->sched.now, VSN_TIME_MAX) != 0;
		for (i = 6; i < 12; i++) {
			u64 dst = sim_region(sim, 65536, (i + 1) % 5 * stride, true);
			u64 src = sim_region(sim, 65536, i % 4 * stride, true);
			struct vsn_sqe sqe = sim_copy(i % 4 * stride, i, dst, src, 65536, i);

			c[i] = (struct copy) { dst, src, 65536 };
			memset(sim_bytes(sim, src), i, 65536);
			if (sim_submit(sim, &sqe))
				c[i].len = 0;
		}
		/* Word of a value that is far away */
		word = sim_region(sim, 4096, 0, true);
		for (i = 0; i < 2; i++) {
			struct vsn_sqe sqe = sim_word(i ? VSN_OP_SIGNAL : VSN_OP_WAIT,
						      (1 + i) * stride, 20, word, 1, 12 + i);

			refused += sim_submit(sim, &sqe) != 0;
		}
		sim_run(sim);
		vsn_sched_cancel(&sim->sched, &sim->all);
		for (i = 0; i < sim->nr_done; i++) {
			const struct vsn_cqe *cqe = &sim->done[i];

			if (cqe->res) {
				EXPECT_TRUE(cqe->res == -ENOMEM || cqe->res == -ECANCELED ||
					    cqe->res == -EHOSTUNREACH || cqe->res == -EIO);
				continue;
			}
			if (cqe->user_data < 12)
				EXPECT_TRUE(has_arrived(sim, &c[cqe->user_data]));
		}
		EXPECT_EQ(0, sim->sched.nr_pending);
		i = sim->alloc_count < sim->fail_at;
		points = at;
		sim_free(sim);
		ASSERT_EQ(0, sim->allocs);
		free(sim);
		(void)refused;
		if (i)
			break;
	}
	return points;
}

TEST(no_memory_at_each_point)
{
	u32 near = sweep_memory(_metadata, 1), far = sweep_memory(_metadata, 2000);

	TH_LOG("%u allocations, %u where endpoints are far apart", near, far);
	EXPECT_LT(15, near);
	EXPECT_LT(near, far);
}

TEST_HARNESS_MAIN
