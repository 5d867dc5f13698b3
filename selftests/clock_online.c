// SPDX-License-Identifier: GPL-2.0
/*
 * The online clock: operations are executed as doorbells ring, and wall time goes by.
 */
#include "clock_fixture.h"

/* A doorbell is all it takes, and what it took has happened when it returns. */
TEST_F(clock, a_doorbell_executes)
{
	uint64_t before, after;
	struct vsn_cqe cqe;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 0));
	self->ma[0] = 0x1234;
	before = virtual_now(self->dev);
	vsn_prep_copy(sqe_of(self->q), 0, 0, self->b->ua, self->a->ua, 64);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	after = virtual_now(self->dev);
	ASSERT_EQ(1, vsn_queue_ready(self->q));
	cqe = reap(self->q);
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(64, cqe.bytes);
	EXPECT_EQ(0x1234, self->mb[0]);
	EXPECT_LE(before, cqe.start);
	EXPECT_GE(after, cqe.start);
	EXPECT_LT(cqe.start, cqe.end);
}

/* One operation takes the time that it takes in ordered execution, to the picosecond. */
TEST_F(clock, same_times_unloaded)
{
	static const uint64_t sizes[] = { 8, 4096, 65536, 1 << 20, 4 << 20 };
	uint64_t ordered[ARRAY_SIZE(sizes)];
	struct vsn_cqe cqe;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		vsn_prep_copy(sqe_of(self->q), 0, 0, self->b->ua, self->a->ua, sizes[i]);
		ASSERT_EQ(1, vsn_queue_submit(self->q));
		ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
		cqe = reap(self->q);
		ASSERT_EQ(0, cqe.res);
		ordered[i] = cqe.end - cqe.start;
	}
	/* Slow enough that each is over by the clock before the next. */
	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 1000));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		usleep(2000);
		vsn_prep_copy(sqe_of(self->q), 0, 0, self->b->ua, self->a->ua, sizes[i]);
		ASSERT_EQ(1, vsn_queue_submit(self->q));
		cqe = reap(self->q);
		ASSERT_EQ(0, cqe.res);
		EXPECT_EQ(ordered[i], cqe.end - cqe.start);
	}
}

/* Streams are in order, also in time, and by the clock their ends are still to come. */
TEST_F(clock, streams_keep_their_order)
{
	struct vsn_cqe cqe;
	uint64_t tail = 0;
	int i;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 10000 * UNSCALED));
	for (i = 0; i < 20; i++) {
		vsn_prep_compute(sqe_of(self->q), 0, 7, MS);
		ASSERT_EQ(1, vsn_queue_submit(self->q));
		cqe = reap(self->q);
		EXPECT_LE(tail, cqe.start);
		EXPECT_EQ(cqe.start + MS, cqe.end);
		tail = cqe.end;
	}
	EXPECT_GT(tail, virtual_now(self->dev));
}

/* A fence waits for the model's ends, and others' streams do not. */
TEST_F(clock, fence_covers_what_is_to_come)
{
	struct vsn_cqe compute, fence, nop;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 10000 * UNSCALED));
	vsn_prep_compute(sqe_of(self->q), 0, 1, MS);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	compute = reap(self->q);
	vsn_prep_fence(sqe_of(self->q), 0, 2);
	vsn_prep_nop(sqe_of(self->q), 1, 0);
	ASSERT_EQ(2, vsn_queue_submit(self->q));
	nop = reap(self->q);
	fence = reap(self->q);
	ASSERT_EQ(VSN_OP_FENCE, fence.opcode);
	EXPECT_EQ(compute.end, fence.end);
	EXPECT_LT(nop.end, fence.end);
}

/* A WAIT that finds its value there ends no earlier than the SIGNAL that stored it. */
TEST_F(clock, wait_is_not_ahead_of_its_signal)
{
	struct vsn_cqe signal, wait, early;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 10000 * UNSCALED));
	vsn_prep_compute(sqe_of(self->q), 0, 1, MS);
	vsn_prep_signal(sqe_of(self->q), 0, 1, self->b->ua, 1);
	vsn_prep_compute(sqe_of(self->q), 0, 1, MS);
	vsn_prep_signal(sqe_of(self->q), 0, 1, self->b->ua, 1);
	ASSERT_EQ(4, vsn_queue_submit(self->q));
	reap(self->q);
	signal = reap(self->q);
	EXPECT_EQ(2, self->mb[0]);
	vsn_prep_wait(sqe_of(self->other), 5, 0, self->b->ua, 1);
	vsn_prep_wait(sqe_of(self->other), 5, 1, self->b->ua, 0);
	ASSERT_EQ(2, vsn_queue_submit(self->other));
	early = reap(self->other);
	wait = reap(self->other);
	EXPECT_EQ(1, early.stream);
	EXPECT_GT(signal.end, early.end);
	EXPECT_EQ(0, wait.stream);
	EXPECT_EQ(signal.end, wait.end);
}

/* What a SIGNAL wakes is executed, bytes and all, though its own program is asleep. */
TEST_F(clock, who_is_woken_goes_on)
{
	struct vsn_cqe cqe;
	int i;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 0));
	self->ma[1] = 77;
	vsn_prep_wait(sqe_of(self->other), 5, 0, self->b->ua, 1);
	for (i = 0; i < 40; i++)
		vsn_prep_copy(sqe_of(self->other), 5, 0, self->b->ua + 4096 * (i + 1),
			      self->a->ua, 4096);
	ASSERT_EQ(41, vsn_queue_submit(self->other));
	EXPECT_EQ(0, vsn_queue_wait(self->other, 50));
	vsn_prep_signal(sqe_of(self->q), 0, 1, self->b->ua, 1);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	for (i = 0; i < 41; i++) {
		cqe = reap(self->other);
		EXPECT_EQ(0, cqe.res);
	}
	for (i = 0; i < 40; i++)
		EXPECT_EQ(77, self->mb[512 * (i + 1) + 1]);
}

static bool noisy;

/* Operations that come and go all the time, and bad ones */
static void *make_noise(void *arg)
{
	struct vsn_queue *q = arg;
	struct vsn_cqe cqes[64];
	int i;

	while (__atomic_load_n(&noisy, __ATOMIC_RELAXED)) {
		for (i = 0; i < 32; i++)
			vsn_prep_nop(sqe_of(q), 1, i % 4);
		for (i = 0; i < 32; i++)
			vsn_prep_nop(sqe_of(q), UINT32_MAX, 0);
		if (vsn_queue_submit(q) < 0)
			abort();
		while (vsn_queue_reap(q, cqes, ARRAY_SIZE(cqes)))
			;
	}
	return NULL;
}

/* RUN is about what was pending when it began, whatever comes and is done meanwhile. */
TEST_F(clock, run_waits_for_what_was_pending)
{
	struct vsn_queue *noise = vsn_queue_create_sized(self->dev, 64, 1024);
	struct vsn_cqe cqes[64];
	pthread_t thread;
	int round, i;

	ASSERT_NE(NULL, noise);
	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 0));
	noisy = true;
	ASSERT_EQ(0, pthread_create(&thread, NULL, make_noise, noise));
	for (round = 0; round < 3; round++) {
		vsn_prep_wait(sqe_of(self->other), 5, 0, self->b->ua, round + 1);
		for (i = 0; i < 31; i++)
			vsn_prep_copy(sqe_of(self->other), 5, 0, self->b->ua + 4096,
				      self->a->ua, SIZE - 4096);
		ASSERT_EQ(32, vsn_queue_submit(self->other));
		/* This wakes them, and leaves them to others. */
		vsn_prep_signal(sqe_of(self->q), 0, 1, self->b->ua, 1);
		ASSERT_EQ(1, vsn_queue_submit(self->q));
		ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
		EXPECT_EQ(32, vsn_queue_reap(self->other, cqes, ARRAY_SIZE(cqes)));
		reap(self->q);
	}
	__atomic_store_n(&noisy, false, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	vsn_queue_destroy(noise);
}

/* A CPU's store is noticed by the next doorbell, even one that brings nothing. */
TEST_F(clock, store_is_noticed)
{
	struct vsn_doorbell bell = { .size = sizeof(bell) };

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 0));
	vsn_prep_wait(sqe_of(self->q), 5, 0, self->b->ua + 8, 3);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	EXPECT_EQ(0, vsn_queue_ready(self->q));
	self->mb[1] = 3;
	EXPECT_EQ(0, vsn_queue_ready(self->q));
	ASSERT_EQ(0, ioctl(vsn_queue_fd(self->other), VSN_IOC_DOORBELL, &bell));
	EXPECT_EQ(1, vsn_queue_ready(self->q));
	/* and by RUN */
	vsn_prep_wait(sqe_of(self->q), 5, 0, self->b->ua + 8, 4);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	self->mb[1] = 4;
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	EXPECT_EQ(2, vsn_queue_ready(self->q));
}

/* RUN says who is blocked, and on what. */
TEST_F(clock, run_lists_what_is_blocked)
{
	struct vsn_blocked list[4];
	struct vsn_run run;
	struct vsn_sqe *sqe;
	__u64 cancelled;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 0));
	sqe = sqe_of(self->q);
	vsn_prep_wait(sqe, 5, 9, self->b->ua + 16, 3);
	sqe->user_data = 42;
	vsn_prep_nop(sqe_of(self->q), 5, 9);
	ASSERT_EQ(2, vsn_queue_submit(self->q));
	ASSERT_EQ(-EDEADLK, vsn_dev_run_list(self->dev, VSN_TIME_MAX, &run, list, 4));
	EXPECT_EQ(2, run.pending);
	ASSERT_EQ(1, run.blocked);
	EXPECT_EQ(42, list[0].user_data);
	EXPECT_EQ(5, list[0].initiator);
	EXPECT_EQ(9, list[0].stream);
	EXPECT_EQ(self->b->ua + 16, list[0].ua);
	EXPECT_EQ(3, list[0].want);
	EXPECT_EQ(0, list[0].value);
	ASSERT_EQ(0, vsn_queue_cancel(self->q, &cancelled));
	EXPECT_EQ(2, cancelled);
	EXPECT_EQ(-ECANCELED, reap(self->q).res);
	EXPECT_EQ(-ECANCELED, reap(self->q).res);
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
}

/* The clock goes on at its scale, and never back. */
TEST_F(clock, virtual_time_follows_wall_time)
{
	static const uint64_t scales[] = { UNSCALED / 10, UNSCALED, 100 * UNSCALED };
	uint64_t v0, v1, w0, w1, expected, last = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scales); i++) {
		ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, scales[i]));
		w0 = wall_ns();
		v0 = virtual_now(self->dev);
		usleep(20000);
		v1 = virtual_now(self->dev);
		w1 = wall_ns();
		expected = (w1 - w0) * 1000 * UNSCALED / scales[i];
		EXPECT_LE(last, v0);
		EXPECT_GE(expected, v1 - v0);
		EXPECT_LT(expected / 2, v1 - v0);
		last = v1;
	}
}

/* Clocks change while nothing is pending, with queues open; time goes on. */
TEST_F(clock, changes_only_when_idle)
{
	struct vsn_ctl_fabric *fabric;
	uint64_t now;

	EXPECT_EQ(VSN_CLOCK_ORDERED, clock_of(self));
	vsn_prep_nop(sqe_of(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	EXPECT_EQ(-EBUSY, set_clock(self, VSN_CLOCK_ONLINE, 0));
	EXPECT_NE(NULL, strstr(vsn_ctl_error(self->ctl), "pending"))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	EXPECT_EQ(VSN_CLOCK_ORDERED, clock_of(self));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 5 * UNSCALED));
	EXPECT_EQ(VSN_CLOCK_ONLINE, clock_of(self));
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &fabric));
	EXPECT_EQ(VSN_CLOCK_ONLINE, fabric->clock);
	EXPECT_EQ(5 * UNSCALED, fabric->scale);
	vsn_ctl_fabric_free(fabric);
	vsn_prep_compute(sqe_of(self->q), 0, 0, 1000 * MS);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	reap(self->q);
	now = reap(self->q).end;
	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ORDERED, 0));
	/* No operation starts before another has ended in the time before. */
	EXPECT_EQ(now, virtual_now(self->dev));
	vsn_prep_nop(sqe_of(self->q), 0, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	EXPECT_EQ(0, vsn_queue_ready(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	EXPECT_EQ(now, reap(self->q).start);
}

/* Values that make no sense, and what a committed fabric does not take. */
TEST_F(clock, refuses)
{
	struct vsn_ctl_fabric spec = { .clock = VSN_CLOCK_ONLINE, .system = "other" };

	EXPECT_GT(0, set_clock(self, 4, 0));
	EXPECT_GT(0, set_clock(self, 0, 999));
	EXPECT_GT(0, set_clock(self, 0, 10000000001ULL));
	EXPECT_EQ(-EBUSY, set_clock(self, 0, 0));
	memcpy(spec.name, self->name, sizeof(spec.name));
	EXPECT_EQ(-EBUSY, vsn_ctl_fabric_set(self->ctl, &spec, false));
	EXPECT_EQ(VSN_CLOCK_ORDERED, clock_of(self));
}

struct worker {
	struct vsn_dev *dev;
	struct vsn_queue *q;
	uint64_t dst;
	uint64_t src;
	int rounds;
	uint32_t initiator;
};

static void *reduce_many(void *arg)
{
	struct worker *w = arg;
	int i, done = 0;

	for (i = 0; i < w->rounds; i++) {
		vsn_prep_reduce(sqe_of(w->q), w->initiator, i % 4, w->dst, w->src, 65536,
				VSN_REDUCE_SUM, VSN_REDUCE_I64);
		vsn_prep_fadd(sqe_of(w->q), w->initiator, 5, w->dst, 1);
		if (vsn_queue_submit(w->q) != 2)
			abort();
		while (vsn_queue_outstanding(w->q) > 60) {
			if (reap(w->q).res)
				abort();
			done++;
		}
	}
	while (done++ < 2 * w->rounds)
		if (reap(w->q).res)
			abort();
	return NULL;
}

/* Each operation does to memory what it does as one, also where several come at once. */
TEST_F(clock, effects_are_whole)
{
	struct worker w[2] = {
		{ self->dev, self->q, self->b->ua, self->a->ua, 200, 0 },
		{ self->dev, self->other, self->b->ua, self->a->ua, 200, 1 },
	};
	pthread_t threads[2];
	uint64_t i;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 0));
	for (i = 0; i < 8192; i++)
		self->ma[i] = i;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, reduce_many, &w[i]));
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(400, self->mb[0]);
	for (i = 1; i < 8192; i++)
		ASSERT_EQ(400 * i, self->mb[i]);
}

/* A COPY that carries its own flag: whoever waits for the flag finds the rest. */
TEST_F(clock, wait_sees_the_whole_copy)
{
	uint64_t *page = self->ma, len = 1 << 20, last = len / 8 - 1;
	int i, round;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 0));
	for (round = 1; round <= 20; round++) {
		page[0] = round;
		page[last] = round;
		vsn_prep_wait(sqe_of(self->other), 5, 0, self->b->ua, round);
		vsn_prep_copy(sqe_of(self->other), 5, 0, self->b->ua + 2 * len,
			      self->b->ua + last * 8, 8);
		if (round % 2)
			ASSERT_EQ(2, vsn_queue_submit(self->other));
		vsn_prep_copy(sqe_of(self->q), 0, 0, self->b->ua, self->a->ua, len);
		ASSERT_EQ(1, vsn_queue_submit(self->q));
		if (!(round % 2))
			ASSERT_EQ(2, vsn_queue_submit(self->other));
		EXPECT_EQ(0, reap(self->q).res);
		for (i = 0; i < 2; i++)
			EXPECT_EQ(0, reap(self->other).res);
		EXPECT_EQ(round, self->mb[2 * len / 8]);
	}
}

/* A queue that goes leaves nothing that keeps its regions. */
TEST_F(clock, close_lets_go)
{
	int i, err;

	ASSERT_EQ(0, set_clock(self, VSN_CLOCK_ONLINE, 0));
	vsn_prep_wait(sqe_of(self->other), 5, 0, self->b->ua, 1);
	for (i = 0; i < 30; i++)
		vsn_prep_copy(sqe_of(self->other), 5, 0, self->b->ua + 8, self->a->ua, 1 << 20);
	ASSERT_EQ(31, vsn_queue_submit(self->other));
	vsn_prep_signal(sqe_of(self->q), 0, 0, self->b->ua, 1);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	vsn_queue_destroy(self->other);
	self->other = NULL;
	munmap(self->ma, SIZE);
	self->ma = NULL;
	/* What was being moved ends by itself. */
	for (i = 0; i < 1000; i++) {
		err = vsn_ctl_region_del(self->ctl, self->name, self->a->id);
		if (err != -EBUSY)
			break;
		usleep(10000);
	}
	EXPECT_EQ(0, err) TH_LOG("%s", vsn_ctl_error(self->ctl));
}

TEST_HARNESS_MAIN
