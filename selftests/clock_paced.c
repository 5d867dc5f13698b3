// SPDX-License-Identifier: GPL-2.0
/*
 * The paced clock: completions are held back until wall time reaches their end.
 */
#include "clock_fixture.h"

#define SLOW	(10 * UNSCALED)	/* wall time: ten times virtual time */

/* Wall time of a virtual time, as the program can know it: ns */
struct mapping {
	uint64_t wall;
	uint64_t virt;
	uint64_t scale;
};

static struct mapping mapping_of(struct vsn_dev *dev)
{
	uint64_t before, after, best = UINT64_MAX;
	struct mapping m = { 0 };
	struct vsn_info info;
	int i;

	for (i = 0; i < 20; i++) {
		before = wall_ns();
		if (vsn_dev_info(dev, &info))
			abort();
		after = wall_ns();
		if (after - before >= best)
			continue;
		best = after - before;
		m = (struct mapping) { before, info.now, info.scale };
	}
	return m;
}

/* No later than this moment may have been when it was due. */
static uint64_t due(const struct mapping *m, uint64_t virt)
{
	return m->wall + (__uint128_t)(virt - m->virt) * m->scale / 1000000 / 1000;
}

/* Not a moment early, and bytes are there before. */
TEST_F(clock, held_until_it_is_time)
{
	struct mapping m;
	struct vsn_cqe cqe;
	uint64_t seen;
	int i;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, SLOW));
	m = mapping_of(self->dev);
	for (i = 0; i < 10; i++) {
		self->ma[0] = i + 1;
		vsn_prep_copy(sqe_of(self->q), 0, 0, self->b->ua, self->a->ua, 1 << 20);
		vsn_prep_compute(sqe_of(self->q), 0, 0, MS);
		ASSERT_EQ(2, vsn_queue_submit(self->q));
		EXPECT_EQ(i + 1, self->mb[0]);
		cqe = reap(self->q);
		cqe = reap(self->q);
		seen = wall_ns();
		EXPECT_EQ(VSN_OP_COMPUTE, cqe.opcode);
		EXPECT_LE(due(&m, cqe.end), seen);
		/* A loaded machine may be late, but not like this. */
		EXPECT_GT(due(&m, cqe.end) + 1000000000, seen);
	}
}

/* In the order of their ends, whatever the order of submission */
TEST_F(clock, posted_in_order)
{
	uint64_t last = 0;
	struct vsn_cqe cqe;
	int i;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, UNSCALED));
	for (i = 0; i < 50; i++)
		vsn_prep_compute(sqe_of(self->q), i % 8, i, MS / 8 * (1 + (i * 7) % 13));
	ASSERT_EQ(50, vsn_queue_submit(self->q));
	for (i = 0; i < 50; i++) {
		cqe = reap(self->q);
		EXPECT_LE(last, cqe.end);
		last = cqe.end;
	}
}

/* What is held back keeps its slot: there is no more room than there is. */
TEST_F(clock, slots_stay_promised)
{
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, 16, 8);
	int i;

	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, UNSCALED));
	for (i = 0; i < 16; i++)
		vsn_prep_compute(sqe_of(q), i % 8, i, 20 * MS);
	EXPECT_EQ(8, vsn_queue_submit(q));
	EXPECT_EQ(0, vsn_queue_ready(q));
	EXPECT_EQ(0, vsn_queue_submit(q));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, reap(q).res);
	EXPECT_EQ(8, vsn_queue_submit(q));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, reap(q).res);
	vsn_queue_destroy(q);
}

/* poll and eventfd wake when it is time, a bad entry is told at once. */
TEST_F(clock, wakes_on_time)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	struct mapping m;
	uint64_t count;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vsn_queue_eventfd(self->q, fd));
	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, SLOW));
	m = mapping_of(self->dev);
	vsn_prep_compute(sqe_of(self->q), 0, 0, 2 * MS);
	vsn_prep(sqe_of(self->q), 200, 0, 0);
	ASSERT_EQ(2, vsn_queue_submit(self->q));
	ASSERT_EQ(8, read(fd, &count, 8));
	EXPECT_EQ(-EINVAL, reap(self->q).res);
	if (count == 1)
		ASSERT_EQ(8, read(fd, &count, 8));
	EXPECT_LE(due(&m, reap(self->q).end), wall_ns());
	close(fd);
}

/* RUN waits until what is over in the model is so by the clock, or until it shall. */
TEST_F(clock, run_waits)
{
	struct vsn_run run;
	struct mapping m;
	uint64_t now;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, SLOW));
	m = mapping_of(self->dev);
	vsn_prep_compute(sqe_of(self->q), 0, 0, 5 * MS);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	now = virtual_now(self->dev);
	ASSERT_EQ(0, vsn_dev_run(self->dev, now + MS, &run));
	EXPECT_LE(now + MS, run.now);
	if (!vsn_queue_ready(self->q))
		EXPECT_EQ(1, run.pending);
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(0, run.pending);
	ASSERT_EQ(1, vsn_queue_ready(self->q));
	EXPECT_LE(due(&m, reap(self->q).end), wall_ns());
}

static void on_alarm(int sig)
{
}

/* A signal ends its waiting; nothing is lost. */
TEST_F(clock, run_can_be_interrupted)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct vsn_run run;

	sigaction(SIGALRM, &sa, NULL);
	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, UNSCALED));
	vsn_prep_compute(sqe_of(self->q), 0, 0, 2000 * MS);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	alarm(1);
	ASSERT_EQ(-EINTR, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(1, run.pending);
	EXPECT_EQ(0, reap(self->q).res);
}

/* Neither clock nor scale changes while completions are held back. */
TEST_F(clock, held_is_not_idle)
{
	struct vsn_ctl_fabric *fabric;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, UNSCALED));
	vsn_prep_compute(sqe_of(self->q), 0, 0, 300 * MS);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	EXPECT_EQ(-EBUSY, set_clock(self, VSN_CLOCK_ORDERED, 0));
	EXPECT_EQ(-EBUSY, set_clock(self, 0, SLOW));
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &fabric));
	EXPECT_EQ(1, fabric->pending);
	vsn_ctl_fabric_free(fabric);
	reap(self->q);
	EXPECT_EQ(0, set_clock(self, 0, SLOW));
	EXPECT_EQ(0, set_clock(self, VSN_CLOCK_ORDERED, 0));
}

/* Cancelling is for what has not started; what is held back comes when it is time. */
TEST_F(clock, cancel_leaves_what_is_held)
{
	__u64 cancelled;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, UNSCALED));
	vsn_prep_compute(sqe_of(self->q), 0, 0, 100 * MS);
	vsn_prep_wait(sqe_of(self->q), 0, 1, self->b->ua, 1);
	ASSERT_EQ(2, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_queue_cancel(self->q, &cancelled));
	EXPECT_EQ(1, cancelled);
	EXPECT_EQ(-ECANCELED, reap(self->q).res);
	EXPECT_EQ(0, reap(self->q).res);
}

/* A WAIT's completion is not there before the SIGNAL's, though both are done. */
TEST_F(clock, cause_before_effect)
{
	struct vsn_cqe signal, wait;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, SLOW));
	vsn_prep_compute(sqe_of(self->q), 0, 0, 3 * MS);
	vsn_prep_signal(sqe_of(self->q), 0, 0, self->b->ua, 1);
	ASSERT_EQ(2, vsn_queue_submit(self->q));
	vsn_prep_wait(sqe_of(self->other), 5, 0, self->b->ua, 1);
	ASSERT_EQ(1, vsn_queue_submit(self->other));
	EXPECT_EQ(0, vsn_queue_ready(self->other));
	wait = reap(self->other);
	reap(self->q);
	signal = reap(self->q);
	EXPECT_LE(signal.end, wait.end);
}

/* Files, fabric and module go while completions are held back. */
TEST_F(clock, close_while_held)
{
	int i;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, UNSCALED));
	for (i = 0; i < 60; i++)
		vsn_prep_compute(sqe_of(self->q), i % 8, i, i % 2 ? MS : 86400000 * MS);
	ASSERT_EQ(60, vsn_queue_submit(self->q));
	vsn_queue_destroy(self->q);
	self->q = NULL;
	/* The fixture deletes the fabric, which would fail if anything kept it. */
	EXPECT_EQ(0, set_clock(self, VSN_CLOCK_ORDERED, 0));
}

/* Time has an end: what lies beyond never completes, and can still be closed. */
TEST_F(clock, beyond_the_end_of_time)
{
	struct vsn_run run;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_PACED, 10000 * UNSCALED));
	vsn_prep_compute(sqe_of(self->q), 0, 0, VSN_TIME_MAX - 1 - virtual_now(self->dev) -
			 100000 * MS);
	vsn_prep_compute(sqe_of(self->q), 0, 0, 200000 * MS);
	ASSERT_EQ(2, vsn_queue_submit(self->q));
	EXPECT_EQ(0, vsn_dev_run(self->dev, virtual_now(self->dev), &run));
	EXPECT_EQ(2, run.pending + vsn_queue_ready(self->q));
}

TEST_HARNESS_MAIN
