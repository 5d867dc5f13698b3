// SPDX-License-Identifier: GPL-2.0
/*
 * Execution: what operations do to memory, RUN and its errors, and that what is
 * counted is what completed.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "vsn_test.h"

#define SIZE	(4UL << 20)	/* of a region */
#define NS	1000ULL

FIXTURE(run)
{
	char name[32];
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct vsn_ctl_region *a;	/* at endpoint 0 */
	struct vsn_ctl_region *b;	/* at endpoint 5 */
	uint8_t *ma;
	uint8_t *mb;
};

FIXTURE_SETUP(run)
{
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	snprintf(self->name, sizeof(self->name), "run%d", getpid());
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl));
	ASSERT_EQ(0, test_fabric(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	self->dev = test_open(self->name);
	ASSERT_NE(NULL, self->dev);
	self->a = test_region(self->ctl, self->name, 0, SIZE);
	self->b = test_region(self->ctl, self->name, 5, SIZE);
	ASSERT_NE(NULL, self->a);
	ASSERT_NE(NULL, self->b);
	self->ma = test_map(self->dev, self->a);
	self->mb = test_map(self->dev, self->b);
	ASSERT_NE(NULL, self->ma);
	ASSERT_NE(NULL, self->mb);
	self->q = vsn_queue_create_sized(self->dev, 64, 1024);
	ASSERT_NE(NULL, self->q);
}

FIXTURE_TEARDOWN(run)
{
	if (!self->ctl)
		return;
	vsn_queue_destroy(self->q);
	if (self->ma)
		munmap(self->ma, SIZE);
	munmap(self->mb, SIZE);
	vsn_dev_close(self->dev);
	vsn_ctl_region_free(self->a);
	vsn_ctl_region_free(self->b);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	vsn_ctl_close(self->ctl);
}

static void scatter(uint8_t *p, size_t len, uint32_t seed)
{
	size_t i;

	for (i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = seed >> 24;
	}
}

/* The word at @off. */
static uint64_t word(const uint8_t *map, size_t off)
{
	return __atomic_load_n((const uint64_t *)(map + off), __ATOMIC_RELAXED);
}

static void set_word(uint8_t *map, size_t off, uint64_t value)
{
	__atomic_store_n((uint64_t *)(map + off), value, __ATOMIC_RELAXED);
}

TEST_F(run, copy_moves_these_bytes_and_no_others)
{
	static const struct {
		size_t dst, src, len;
	} c[] = {
		{ 0, 0, 1 }, { 1, 2, 3 }, { 4095, 1, 2 }, { 17, 4091, 9000 },
		{ 4096, 8192, 4096 }, { 123457, 7, 2 << 20 }, { SIZE - 1, SIZE - 1, 1 },
		{ 0, 0, SIZE },
	};
	uint8_t *want = malloc(SIZE);
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	size_t i;

	ASSERT_NE(NULL, want);
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		scatter(self->ma, SIZE, i);
		scatter(self->mb, SIZE, i + 100);
		memcpy(want, self->mb, SIZE);
		memcpy(want + c[i].dst, self->ma + c[i].src, c[i].len);
		vsn_prep_copy(&sqe, 0, 0, self->b->ua + c[i].dst, self->a->ua + c[i].src,
			      c[i].len);
		ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
		EXPECT_EQ(0, cqe.res);
		EXPECT_EQ(c[i].len, cqe.bytes);
		EXPECT_EQ(1, cqe.network);
		EXPECT_LT(c[i].len, cqe.wire);
		EXPECT_LT(cqe.start, cqe.end);
		EXPECT_EQ(0, memcmp(want, self->mb, SIZE))
			TH_LOG("case %zu", i);
	}
	free(want);
}

/* Pull, push, third party, and within one endpoint: the bytes are the same. */
TEST_F(run, anybody_may_copy)
{
	static const uint32_t initiators[] = { 0, 5, 3 };
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(initiators); i++) {
		scatter(self->ma, 65536, i);
		vsn_prep_copy(&sqe, initiators[i], 0, self->b->ua, self->a->ua, 65536);
		ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
		EXPECT_EQ(0, cqe.res);
		EXPECT_EQ(initiators[i], cqe.initiator);
		EXPECT_EQ(0, memcmp(self->ma, self->mb, 65536));
	}
	vsn_prep_copy(&sqe, 0, 0, self->a->ua + 65536, self->a->ua, 65536);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(0, cqe.network);
	EXPECT_EQ(0, cqe.wire);
	EXPECT_EQ(0, memcmp(self->ma, self->ma + 65536, 65536));
}

TEST_F(run, fill_repeats_its_pattern_from_the_first_byte)
{
	static const uint8_t pattern[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	size_t i, len = 10003, at = 4091;

	memset(self->mb, 0xee, 20000);
	vsn_prep_fill(&sqe, 0, 0, self->b->ua + at, len, 0x0807060504030201);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(len, cqe.bytes);
	for (i = 0; i < len; i++)
		if (self->mb[at + i] != pattern[i % 8])
			break;
	EXPECT_EQ(len, i);
	EXPECT_EQ(0xee, self->mb[at - 1]);
	EXPECT_EQ(0xee, self->mb[at + len]);
}

TEST_F(run, atomics_return_the_old_value)
{
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	uint64_t ua = self->b->ua + 64;

	set_word(self->mb, 64, UINT64_MAX);
	vsn_prep_fadd(&sqe, 0, 0, ua, 3);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(UINT64_MAX, cqe.value);
	EXPECT_EQ(2, word(self->mb, 64));

	vsn_prep_cas(&sqe, 0, 0, ua, 1, 99);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(2, cqe.value);
	EXPECT_EQ(2, word(self->mb, 64));

	vsn_prep_cas(&sqe, 0, 0, ua, 2, 99);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(2, cqe.value);
	EXPECT_EQ(99, word(self->mb, 64));

	vsn_prep_swap(&sqe, 0, 0, ua, 7);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(99, cqe.value);
	EXPECT_EQ(7, word(self->mb, 64));

	vsn_prep_signal(&sqe, 0, 0, ua, 5);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, cqe.value);
	EXPECT_EQ(12, word(self->mb, 64));

	vsn_prep_wait(&sqe, 0, 0, ua, 12);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(12, cqe.value);
	/* The words beside it. */
	EXPECT_EQ(0, word(self->mb, 56));
	EXPECT_EQ(0, word(self->mb, 72));
}

TEST_F(run, reading_what_was_never_written_gives_zeros_and_takes_no_memory)
{
	struct vsn_ctl_region *r;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;

	memset(self->mb, 0xff, 65536);
	vsn_prep_copy(&sqe, 5, 0, self->b->ua, self->a->ua + (1 << 20), 65536);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, self->mb[0] | self->mb[65535]);
	EXPECT_EQ(0, memcmp(self->mb, self->mb + 1, 65535));
	ASSERT_EQ(0, vsn_ctl_region_get(self->ctl, self->name, self->a->id, &r));
	EXPECT_EQ(0, r->resident);
	vsn_ctl_region_free(r);
}

TEST_F(run, nodata_takes_the_same_time_and_moves_nothing)
{
	struct vsn_cqe data, nodata;
	struct vsn_sqe sqe;

	vsn_prep_copy(&sqe, 0, 0, self->b->ua, self->a->ua, 1 << 20);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &data));
	memset(self->ma, 1, 1 << 20);
	sqe.flags = VSN_OP_F_NODATA;
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &nodata));
	EXPECT_EQ(0, nodata.res);
	EXPECT_EQ(data.end - data.start, nodata.end - nodata.start);
	EXPECT_EQ(data.wire, nodata.wire);
	EXPECT_EQ(data.bytes, nodata.bytes);
	EXPECT_EQ(0, self->mb[0]);
}

TEST_F(run, compute_takes_its_time_and_has_one_engine)
{
	struct vsn_cqe cqe[3];

	vsn_prep_compute(vsn_queue_sqe(self->q), 0, 1, 700 * NS);
	vsn_prep_compute(vsn_queue_sqe(self->q), 0, 2, 300 * NS);
	vsn_prep_compute(vsn_queue_sqe(self->q), 1, 1, 500 * NS);
	ASSERT_EQ(3, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(3, vsn_queue_reap(self->q, cqe, 3));
	EXPECT_EQ(500 * NS, cqe[0].end);
	EXPECT_EQ(700 * NS, cqe[1].end);
	EXPECT_EQ(1000 * NS, cqe[2].end);
}

TEST_F(run, operations_of_a_stream_follow_each_other)
{
	struct vsn_cqe cqe[4];
	int i;

	vsn_prep_copy(vsn_queue_sqe(self->q), 0, 0, self->b->ua, self->a->ua, 65536);
	vsn_prep_compute(vsn_queue_sqe(self->q), 0, 0, 100 * NS);
	vsn_prep_fadd(vsn_queue_sqe(self->q), 0, 0, self->b->ua, 1);
	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	ASSERT_EQ(4, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(4, vsn_queue_reap(self->q, cqe, 4));
	EXPECT_EQ(VSN_OP_COPY, cqe[0].opcode);
	EXPECT_EQ(VSN_OP_NOP, cqe[3].opcode);
	for (i = 1; i < 4; i++)
		EXPECT_EQ(cqe[i - 1].end, cqe[i].start);
}

TEST_F(run, what_a_signal_announces_is_there)
{
	struct vsn_cqe cqe[4];
	uint64_t sem = self->b->ua + SIZE - 8;

	scatter(self->ma, 1 << 20, 1);
	/* The consumer first: it waits, then copies on. */
	vsn_prep_wait(vsn_queue_sqe(self->q), 5, 0, sem, 1);
	vsn_prep_copy(vsn_queue_sqe(self->q), 5, 0, self->b->ua + (1 << 20), self->b->ua,
		      1 << 20);
	vsn_prep_copy(vsn_queue_sqe(self->q), 0, 0, self->b->ua, self->a->ua, 1 << 20);
	vsn_prep_signal(vsn_queue_sqe(self->q), 0, 0, sem, 1);
	ASSERT_EQ(4, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(4, vsn_queue_reap(self->q, cqe, 4));
	EXPECT_EQ(VSN_OP_COPY, cqe[0].opcode);
	EXPECT_EQ(0, cqe[0].initiator);
	EXPECT_EQ(VSN_OP_COPY, cqe[3].opcode);
	EXPECT_EQ(5, cqe[3].initiator);
	EXPECT_LT(cqe[0].end, cqe[3].start);
	EXPECT_EQ(0, memcmp(self->ma, self->mb + (1 << 20), 1 << 20));
}

TEST_F(run, until_is_where_it_stops)
{
	struct vsn_run run;
	struct vsn_cqe cqe;

	vsn_prep_compute(vsn_queue_sqe(self->q), 0, 0, 1000 * NS);
	vsn_prep_compute(vsn_queue_sqe(self->q), 0, 0, 1000 * NS);
	ASSERT_EQ(2, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, 1500 * NS, &run));
	EXPECT_EQ(1, run.completed);
	EXPECT_EQ(1, run.pending);
	EXPECT_EQ(0, run.blocked);
	EXPECT_EQ(1500 * NS, run.now);
	/* An event at the bound is not later than it. */
	ASSERT_EQ(0, vsn_dev_run(self->dev, 2000 * NS, &run));
	EXPECT_EQ(1, run.completed);
	EXPECT_EQ(0, run.pending);
	EXPECT_EQ(2, vsn_queue_ready(self->q));
	vsn_queue_advance(self->q, 2);
	/* What comes later starts no earlier. */
	ASSERT_EQ(0, vsn_dev_run(self->dev, 5000 * NS, &run));
	vsn_prep_nop(vsn_queue_sqe(self->q), 3, 0);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
	EXPECT_EQ(5000 * NS, cqe.start);
}

TEST_F(run, the_same_run_gives_the_same_times)
{
	uint64_t first[64], times[64];
	struct vsn_cqe cqe;
	struct vsn_run run;
	int round, i;

	for (round = 0; round < 2; round++) {
		ASSERT_EQ(0, vsn_dev_run(self->dev, 0, &run));
		for (i = 0; i < 64; i++) {
			vsn_prep_copy(vsn_queue_sqe(self->q), i % 8, i % 3,
				      self->b->ua + i * 4096, self->a->ua + i * 8192,
				      1000 * i + 1);
			vsn_queue_submit(self->q);
		}
		ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
		for (i = 0; i < 64; i++) {
			ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
			times[i] = cqe.end - run.now;
		}
		if (!round)
			memcpy(first, times, sizeof(first));
	}
	EXPECT_EQ(0, memcmp(first, times, sizeof(first)));
}

static int raw_run(struct vsn_dev *dev, struct vsn_run *run)
{
	run->size = sizeof(*run);
	return ioctl(vsn_dev_fd(dev), VSN_IOC_RUN, run) ? -errno : 0;
}

TEST_F(run, run_checks_its_arguments)
{
	struct vsn_run run = { .flags = 1 };

	EXPECT_EQ(-EINVAL, raw_run(self->dev, &run));
	run = (struct vsn_run){ .blocked_max = 1 };
	EXPECT_EQ(-EFAULT, raw_run(self->dev, &run));
	run = (struct vsn_run){ .until = VSN_TIME_MAX };
	EXPECT_EQ(0, raw_run(self->dev, &run));
}

TEST_F(run, a_deadlock_is_told_and_can_be_cancelled)
{
	struct vsn_blocked list[4] = {};
	struct vsn_sqe *sqe;
	struct vsn_cqe cqe[4];
	struct vsn_run run;
	__u64 n;
	int i;

	for (i = 0; i < 2; i++) {
		sqe = vsn_queue_sqe(self->q);
		vsn_prep_wait(sqe, i, 9, self->b->ua + 8 * i, 10 + i);
		sqe->user_data = 77 + i;
	}
	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 9);
	vsn_prep_fadd(vsn_queue_sqe(self->q), 3, 0, self->b->ua + 8, 5);
	ASSERT_EQ(4, vsn_queue_submit(self->q));
	EXPECT_EQ(-EDEADLK, vsn_dev_run_list(self->dev, VSN_TIME_MAX, &run, list, 4));
	EXPECT_EQ(1, run.completed);
	EXPECT_EQ(3, run.pending);
	EXPECT_EQ(2, run.blocked);
	if (list[0].initiator) {
		list[2] = list[0];
		list[0] = list[1];
		list[1] = list[2];
	}
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(77 + i, list[i].user_data);
		EXPECT_EQ(i, list[i].initiator);
		EXPECT_EQ(9, list[i].stream);
		EXPECT_EQ(self->b->ua + 8 * i, list[i].ua);
		EXPECT_EQ(10 + i, list[i].want);
		EXPECT_EQ(5 * i, list[i].value);
	}
	/* With room for fewer, the number is still told. */
	list[1].want = 0;
	EXPECT_EQ(-EDEADLK, vsn_dev_run_list(self->dev, VSN_TIME_MAX, &run, list, 1));
	EXPECT_EQ(2, run.blocked);
	EXPECT_EQ(0, list[1].want);
	EXPECT_EQ(-EFAULT, vsn_dev_run_list(self->dev, VSN_TIME_MAX, &run,
					    (struct vsn_blocked *)8, 1));

	EXPECT_EQ(0, vsn_queue_cancel(self->q, &n));
	EXPECT_EQ(3, n);
	ASSERT_EQ(4, vsn_queue_reap(self->q, cqe, 4));
	EXPECT_EQ(0, cqe[0].res);
	for (i = 1; i < 4; i++)
		EXPECT_EQ(-ECANCELED, cqe[i].res);
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(0, run.pending);
}

TEST_F(run, a_store_of_the_cpu_is_noticed_at_the_next_run)
{
	struct vsn_run run;
	struct vsn_cqe cqe;

	vsn_prep_wait(vsn_queue_sqe(self->q), 0, 0, self->b->ua, 42);
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	EXPECT_EQ(-EDEADLK, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	set_word(self->mb, 0, 43);
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(43, cqe.value);
}

/*
 * Enough events for seconds of work: operations of 1 GiB that move no bytes, on
 * a region that takes no memory.
 */
#define LONG_OPS	1024

static int submit_long(struct _test_data_run *self, struct vsn_ctl_region **region)
{
	struct vsn_sqe *sqe;
	int i, n, taken = 0;

	*region = test_region(self->ctl, self->name, 6, 1UL << 30);
	if (!*region)
		return -ENOMEM;
	for (i = 0; i < LONG_OPS; i++) {
		sqe = vsn_queue_sqe(self->q);
		if (!sqe) {
			n = vsn_queue_submit(self->q);
			if (n <= 0)
				return n;
			taken += n;
			sqe = vsn_queue_sqe(self->q);
		}
		vsn_prep_fill(sqe, i % 8, i, (*region)->ua, 1UL << 30, 0);
		sqe->flags = VSN_OP_F_NODATA;
	}
	n = vsn_queue_submit(self->q);
	return n < 0 ? n : taken + n;
}

static void *run_all(void *dev)
{
	return (void *)(intptr_t)vsn_dev_run(dev, VSN_TIME_MAX, NULL);
}

/* A long RUN takes half a minute under kmemleak; so the next. */
TEST_F_TIMEOUT(run, there_is_one_run_at_a_time, 150)
{
	struct vsn_ctl_region *region;
	pthread_t thread;
	void *result;
	int err;

	ASSERT_EQ(LONG_OPS, submit_long(self, &region));
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_all, self->dev));
	do {
		struct vsn_run run;

		/* Until 0: takes no work from the thread. */
		err = vsn_dev_run(self->dev, 0, &run);
		if (!err && !run.pending)
			break;
	} while (err != -EBUSY);
	EXPECT_EQ(-EBUSY, err);
	/* Others still get their word in. */
	EXPECT_EQ(0, vsn_queue_submit(self->q));
	pthread_join(thread, &result);
	EXPECT_TRUE(!(intptr_t)result || (intptr_t)result == -EBUSY);
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	EXPECT_EQ(LONG_OPS, vsn_queue_ready(self->q));
	vsn_ctl_region_free(region);
}

TEST_F_TIMEOUT(run, a_killed_run_can_be_continued, 150)
{
	struct timespec ts = { .tv_nsec = 50 * 1000 * 1000 };
	struct vsn_ctl_region *region;
	struct vsn_run run;
	int status, i, left;
	__u32 before;
	pid_t pid;

	ASSERT_EQ(LONG_OPS, submit_long(self, &region));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(vsn_dev_run(self->dev, VSN_TIME_MAX, NULL) ? 1 : 0);
	nanosleep(&ts, NULL);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status))
		TH_LOG("the run was over before it was killed");
	before = vsn_queue_ready(self->q);
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(LONG_OPS, before + run.completed);
	EXPECT_EQ(0, run.pending);
	for (i = 0, left = LONG_OPS; i < LONG_OPS; i++) {
		const struct vsn_cqe *cqe = vsn_queue_cqe(self->q);

		if (cqe && !cqe->res && cqe->bytes == 1UL << 30)
			left--;
		vsn_queue_advance(self->q, 1);
	}
	EXPECT_EQ(0, left);
	vsn_ctl_region_free(region);
}

/*
 * Sums of what completions say, and of what counters say.  @words: operands and
 * old values of atomics that crossed a network.
 */
struct sums {
	uint64_t ops, errors, bytes, atomics, words, wire;
	uint64_t in, out, local, payload;
};

static uint64_t words_of(const struct vsn_cqe *cqe)
{
	if (cqe->res || !cqe->network)
		return 0;
	switch (cqe->opcode) {
	case VSN_OP_FADD:
	case VSN_OP_SWAP:
		return 16;
	case VSN_OP_CAS:
		return 24;
	case VSN_OP_SIGNAL:
		return 8;
	}
	return 0;
}

static void add_cqe(struct sums *s, const struct vsn_cqe *cqe)
{
	s->ops++;
	s->errors += cqe->res != 0;
	s->bytes += cqe->bytes;
	s->wire += cqe->wire;
	s->words += words_of(cqe);
	s->atomics += !cqe->res && cqe->opcode >= VSN_OP_FADD &&
		      cqe->opcode <= VSN_OP_SIGNAL && cqe->opcode != VSN_OP_COMPUTE;
}

static int add_endpoint(const struct vsn_ctl_endpoint *ep, void *arg)
{
	struct sums *s = arg;

	s->ops += ep->ops;
	s->errors += ep->errors;
	s->bytes += ep->read_bytes + ep->write_bytes + ep->local_bytes;
	s->local += ep->local_bytes;
	s->atomics += ep->atomics;
	s->in += ep->in_bytes;
	s->out += ep->out_bytes;
	return 0;
}

static int add_link(const struct vsn_ctl_link *link, void *arg)
{
	struct sums *s = arg;

	s->wire += link->wire;
	s->payload += link->payload;
	return 0;
}

static void mixed(struct _test_data_run *self, struct vsn_sqe *sqe, uint32_t r)
{
	uint32_t initiator = r % 8, stream = r >> 3 & 3;
	uint64_t a = self->a->ua + (r >> 4 & 0xfffff), b = self->b->ua + (r >> 8 & 0xfffff);
	uint64_t len = (r >> 6 & 0x3ffff) + 1;

	switch (r >> 16 & 15) {
	case 0:
		vsn_prep_nop(sqe, initiator, stream);
		break;
	case 1:
		vsn_prep_fill(sqe, initiator, stream, a, len, r);
		break;
	case 2:
		vsn_prep_fadd(sqe, initiator, stream, a & ~7ULL, r);
		break;
	case 3:
		vsn_prep_swap(sqe, initiator, stream, b & ~7ULL, r);
		break;
	case 4:
		vsn_prep_cas(sqe, initiator, stream, b & ~7ULL, 0, r);
		break;
	case 5:
		vsn_prep_signal(sqe, initiator, stream, a & ~7ULL, 1);
		break;
	case 6:
		vsn_prep_compute(sqe, initiator, stream, r);
		break;
	case 7:
		vsn_prep_wait(sqe, initiator, stream, a & ~7ULL, 0);
		break;
	case 8:
		vsn_prep_fadd(sqe, initiator, stream, a | 1, r);
		break;
	case 9:
		vsn_prep_copy(sqe, initiator, stream, a, b + SIZE, len);
		break;
	case 10:
		vsn_prep_copy(sqe, initiator, stream, a, a ^ 1 << 21, len);
		break;
	default:
		if (r & 1 << 20)
			vsn_prep_copy(sqe, initiator, stream, a, b, len);
		else
			vsn_prep_copy(sqe, initiator, stream, b, a, len);
		if (r & 1 << 21)
			sqe->flags = VSN_OP_F_NODATA;
		break;
	}
}

TEST_F(run, counters_are_what_completed)
{
	struct sums done = {}, ends = {}, links = {};
	struct vsn_sqe *sqe;
	struct vsn_cqe cqe;
	uint32_t r = 1;
	int i, round;

	for (round = 0; round < 4; round++) {
		for (i = 0; i < 500; i++) {
			r = r * 1664525 + 1013904223;
			sqe = vsn_queue_sqe(self->q);
			if (!sqe) {
				ASSERT_LT(0, vsn_queue_submit(self->q));
				sqe = vsn_queue_sqe(self->q);
			}
			mixed(self, sqe, r ^ r >> 16);
		}
		ASSERT_LT(0, vsn_queue_submit(self->q));
		ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
		while (vsn_queue_reap(self->q, &cqe, 1))
			add_cqe(&done, &cqe);
	}
	ASSERT_EQ(0, vsn_ctl_endpoint_list(self->ctl, self->name, NULL, add_endpoint, &ends));
	ASSERT_EQ(0, vsn_ctl_link_list(self->ctl, self->name, NULL, add_link, &links));
	EXPECT_EQ(2000, done.ops);
	EXPECT_LT(0, done.errors);
	EXPECT_EQ(done.ops, ends.ops);
	EXPECT_EQ(done.errors, ends.errors);
	EXPECT_EQ(done.bytes, ends.bytes);
	EXPECT_EQ(done.atomics, ends.atomics);
	EXPECT_EQ(done.wire, links.wire);
	/* What left an endpoint arrived at another; all ways are two links long. */
	EXPECT_EQ(ends.in, ends.out);
	EXPECT_EQ(2 * (ends.in + done.words), links.payload);
	EXPECT_LT(0, ends.local);
}

struct worker {
	struct _test_data_run *self;
	uint32_t seed;
	int err;
};

static uint32_t next_random(struct worker *w)
{
	w->seed = w->seed * 1664525 + 1013904223;
	return w->seed ^ w->seed >> 16;
}

/* A queue's life: operations on streams that others use too, then whatever comes. */
static int work_once(struct worker *w)
{
	struct vsn_queue *q = vsn_queue_create_sized(w->self->dev, 32, 64);
	struct vsn_sqe *sqe;
	struct vsn_run run;
	struct vsn_cqe cqe;
	int i, err;

	if (!q)
		return -errno;
	for (i = next_random(w) % 64; i > 0; i--) {
		sqe = vsn_queue_sqe(q);
		if (!sqe) {
			err = vsn_queue_submit(q);
			if (err < 0)
				goto out;
			sqe = vsn_queue_sqe(q);
		}
		mixed(w->self, sqe, next_random(w));
		if (sqe->opcode == VSN_OP_WAIT && next_random(w) % 4 == 0)
			sqe->arg0 = UINT64_MAX;
	}
	err = vsn_queue_submit(q);
	if (err < 0)
		goto out;
	switch (next_random(w) % 4) {
	case 0:
		err = vsn_queue_cancel(q, NULL);
		break;
	case 1:
		err = vsn_dev_run(w->self->dev, next_random(w), &run);
		break;
	case 2:
		err = vsn_dev_run(w->self->dev, VSN_TIME_MAX, &run);
		break;
	default:
		err = 0;
		break;
	}
	if (err == -EBUSY || err == -EDEADLK)
		err = 0;
	while (vsn_queue_reap(q, &cqe, 1))
		;
out:
	vsn_queue_destroy(q);
	return err;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	int i;

	for (i = 0; i < 300 && !w->err; i++)
		w->err = work_once(w);
	return NULL;
}

/* Queues come and go while others run; at the end nothing is left. */
TEST_F_TIMEOUT(run, many_threads_at_once, 120)
{
	struct worker w[4] = {};
	pthread_t threads[4];
	struct vsn_ctl_fabric *f;
	struct vsn_run run;
	int i;

	for (i = 0; i < 4; i++) {
		w[i].self = self;
		w[i].seed = i + 1;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, work, &w[i]));
	}
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, w[i].err)
			TH_LOG("%s", strerror(-w[i].err));
	}
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(0, run.pending);
	ASSERT_EQ(0, vsn_ctl_fabric_get(self->ctl, self->name, &f));
	EXPECT_EQ(0, f->pending);
	vsn_ctl_fabric_free(f);
	/* No operation has kept a region; a mapping would. */
	munmap(self->ma, SIZE);
	self->ma = NULL;
	EXPECT_EQ(0, vsn_ctl_region_del(self->ctl, self->name, self->a->id));
}

TEST_HARNESS_MAIN
