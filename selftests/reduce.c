// SPDX-License-Identifier: GPL-2.0
/* REDUCE gives the bits that this machine's floating point gives; FENCE is a barrier. */
#include <stdint.h>

#include "kselftest_harness.h"
#include "reduce_ref.h"
#include "vsn_test.h"

#define PAGE	4096UL
#define SIZE	(4UL << 20)	/* of a region */

FIXTURE(reduce)
{
	char name[32];
	struct vsn_ctl *ctl;
	struct vsn_dev *dev;
	struct vsn_queue *q;
	struct vsn_ctl_region *a;	/* at endpoint 0, huge pages */
	struct vsn_ctl_region *b;	/* over three endpoints, page by page */
	uint8_t *ma;
	uint8_t *mb;
	uint8_t *want;
};

FIXTURE_SETUP(reduce)
{
	static const uint32_t homes[] = { 5, 1, 9 };
	struct vsn_ctl_region_spec a = { .size = SIZE, .homes = homes + 1, .nr_homes = 1,
					 .huge = true };
	struct vsn_ctl_region_spec b = { .size = SIZE, .homes = homes, .nr_homes = 3,
					 .granule = PAGE };
	const char *why = test_ready();

	if (why)
		SKIP(return, "%s", why);
	snprintf(self->name, sizeof(self->name), "reduce%d", getpid());
	ASSERT_EQ(0, vsn_ctl_open(&self->ctl));
	ASSERT_EQ(0, test_fabric(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	self->dev = test_open(self->name);
	ASSERT_NE(NULL, self->dev);
	ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, self->name, &a, &self->a));
	ASSERT_EQ(0, vsn_ctl_region_add(self->ctl, self->name, &b, &self->b));
	self->ma = test_map(self->dev, self->a);
	self->mb = test_map(self->dev, self->b);
	self->want = malloc(SIZE);
	ASSERT_NE(NULL, self->ma);
	ASSERT_NE(NULL, self->mb);
	ASSERT_NE(NULL, self->want);
	self->q = vsn_queue_create_sized(self->dev, 64, 256);
	ASSERT_NE(NULL, self->q);
}

FIXTURE_TEARDOWN(reduce)
{
	if (!self->ctl)
		return;
	vsn_queue_destroy(self->q);
	free(self->want);
	munmap(self->ma, SIZE);
	munmap(self->mb, SIZE);
	vsn_dev_close(self->dev);
	vsn_ctl_region_free(self->a);
	vsn_ctl_region_free(self->b);
	EXPECT_EQ(0, vsn_ctl_fabric_del(self->ctl, self->name))
		TH_LOG("%s", vsn_ctl_error(self->ctl));
	vsn_ctl_close(self->ctl);
}

/* Numbers of all magnitudes, infinities and NaNs among them, pairs of like size too */
static void scatter(uint8_t *p, size_t len, uint32_t seed)
{
	uint32_t *w = (uint32_t *)p;
	uint64_t x = seed;
	size_t i;

	for (i = 0; i < len / 4; i++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		w[i] = x >> 32;
		if (i % 4 == 1)
			w[i] = (w[i] & 0x83ffffff) | 0x3c000000;
		else if (i % 64 == 2)
			w[i] |= 0x7f800000;
		else if (i % 64 == 3)
			w[i] &= 0x80000000;
	}
}

TEST_F(reduce, gives_the_bits_of_this_machine)
{
	/* Aligned to an element, over pages of 4 KiB and 2 MiB, to both sides' ends */
	static const struct {
		size_t dst, src, len;
	} c[] = {
		{ 0, 0, 8 }, { 4088, 8, 16 }, { 8, 4000, 9000 & ~7UL }, { 8192, 4096, 65536 },
		{ (2 << 20) - 4096, 1 << 20, 16384 }, { 4104, 40, SIZE - 8192 },
	};
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	unsigned int op, type;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		for (type = VSN_REDUCE_I32; type <= VSN_REDUCE_BF16; type++) {
			for (op = VSN_REDUCE_SUM; op <= VSN_REDUCE_MAX; op++) {
				bool to_a = (i + op) & 1;
				uint8_t *to = to_a ? self->ma : self->mb;
				uint8_t *from = to_a ? self->mb : self->ma;

				scatter(self->ma, SIZE, 8 * i + type);
				scatter(self->mb, SIZE, 100 + 4 * i + op);
				memcpy(self->want, to, SIZE);
				ref_reduce(self->want + c[i].dst, from + c[i].src, c[i].len, op,
					   type);
				vsn_prep_reduce(&sqe, 3, 0,
						(to_a ? self->a : self->b)->ua + c[i].dst,
						(to_a ? self->b : self->a)->ua + c[i].src,
						c[i].len, op, type);
				ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
				EXPECT_EQ(0, cqe.res);
				EXPECT_EQ(c[i].len, cqe.bytes);
				EXPECT_EQ(0, memcmp(self->want, to, SIZE))
					TH_LOG("case %zu, type %u, op %u", i, type, op);
			}
		}
	}
}

TEST_F(reduce, of_a_range_and_itself)
{
	uint32_t *w = (uint32_t *)self->mb;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	size_t i;

	for (i = 0; i < SIZE / 4; i++)
		w[i] = i;
	vsn_prep_reduce(&sqe, 0, 0, self->b->ua, self->b->ua, SIZE, VSN_REDUCE_SUM,
			VSN_REDUCE_I32);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, cqe.res);
	for (i = 0; i < SIZE / 4; i++)
		ASSERT_EQ(2 * i, w[i]);
}

static uint64_t resident(struct _test_data_reduce *self, uint32_t id)
{
	struct vsn_ctl_region *r;
	uint64_t bytes;

	if (vsn_ctl_region_get(self->ctl, self->name, id, &r))
		return ~0ULL;
	bytes = r->resident;
	vsn_ctl_region_free(r);
	return bytes;
}

/* What was never written is zeros, and stays without memory where that is the result. */
TEST_F(reduce, of_what_was_never_written)
{
	float *f = (float *)self->mb;
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;

	vsn_prep_reduce(&sqe, 0, 0, self->b->ua, self->a->ua, SIZE, VSN_REDUCE_SUM,
			VSN_REDUCE_F32);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(0, resident(self, self->a->id));
	EXPECT_EQ(0, resident(self, self->b->id));
	/* Memory with holes beside it, and the other way round */
	f[0] = -1.5;
	f[1] = -0.0;
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(PAGE, resident(self, self->b->id));
	EXPECT_EQ(0, resident(self, self->a->id));
	EXPECT_EQ(-1.5, f[0]);
	EXPECT_EQ(0, ref_bits(f[1]));
	vsn_prep_reduce(&sqe, 0, 0, self->a->ua, self->b->ua, PAGE, VSN_REDUCE_MIN,
			VSN_REDUCE_F32);
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(-1.5, *(float *)self->ma);
}

TEST_F(reduce, nodata_takes_the_same_time_and_changes_nothing)
{
	struct vsn_cqe first, cqe;
	struct vsn_sqe sqe;

	self->ma[0] = 1;
	vsn_prep_reduce(&sqe, 0, 0, self->b->ua, self->a->ua, 65536, VSN_REDUCE_SUM,
			VSN_REDUCE_I32);
	sqe.flags = VSN_OP_F_NODATA;
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &first));
	EXPECT_EQ(0, first.res);
	EXPECT_EQ(0, self->mb[0]);
	sqe.flags = 0;
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(1, self->mb[0]);
	EXPECT_EQ(first.end - first.start, cqe.end - cqe.start);
	EXPECT_EQ(first.wire, cqe.wire);
}

TEST_F(reduce, checks_its_entry)
{
	const uint64_t a = self->a->ua, b = self->b->ua;
	struct vsn_sqe good, bad;
	struct vsn_cqe cqe;

	vsn_prep_reduce(&good, 0, 0, b, a, 4096, VSN_REDUCE_SUM, VSN_REDUCE_F32);
#define REFUSED(err, change) do {					\
	bad = good;							\
	change;								\
	ASSERT_EQ(0, test_op(self->dev, self->q, &bad, &cqe));		\
	EXPECT_EQ(err, cqe.res) {					\
		TH_LOG("for: %s", #change);				\
	}								\
} while (0)
	REFUSED(-EINVAL, bad.arg0 = 0);
	REFUSED(-EINVAL, bad.arg0 = VSN_REDUCE(VSN_REDUCE_MAX + 1, VSN_REDUCE_F32));
	REFUSED(-EINVAL, bad.arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_BF16 + 1));
	REFUSED(-EINVAL, bad.arg0 |= 1 << 16);
	REFUSED(-EINVAL, bad.arg1 = 1);
	REFUSED(-EINVAL, bad.len = 4095);
	REFUSED(-EINVAL, bad.dst += 2);
	REFUSED(-EINVAL, bad.src += 2);
	REFUSED(-EINVAL, bad.src = b + 4092);
	REFUSED(-EINVAL, bad.dst = a + 4);
	REFUSED(-ERANGE, bad.len = SIZE + 4096);
	REFUSED(-EFAULT, bad.src = VSN_UA_POOL + (1ULL << 50));
	REFUSED(-EPERM, bad.dst = 4096);
	REFUSED(-EINVAL, bad.opcode = VSN_OP_DISCARD + 1);
	vsn_prep_fence(&good, 0, 0);
	REFUSED(-EINVAL, bad.arg0 = 1);
	REFUSED(-EINVAL, bad.flags = VSN_OP_F_NODATA);
	REFUSED(-EINVAL, bad.initiator = TEST_ACCELERATORS);
	EXPECT_EQ(0, resident(self, self->b->id));
}

TEST_F(reduce, fence_is_a_barrier)
{
	struct vsn_cqe cqe[16];
	uint64_t end = 0;
	int i, n = 0;

	for (i = 0; i < 4; i++)
		vsn_prep_copy(vsn_queue_sqe(self->q), 1, i, self->b->ua, self->a->ua,
			      PAGE << i);
	vsn_prep_fence(vsn_queue_sqe(self->q), 1, 9);
	for (i = 0; i < 4; i++)
		vsn_prep_nop(vsn_queue_sqe(self->q), 1, 2 + i);
	/* It is of one initiator. */
	vsn_prep_nop(vsn_queue_sqe(self->q), 2, 0);
	ASSERT_EQ(10, vsn_queue_submit(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(10, vsn_queue_reap(self->q, cqe, 16));
	for (i = 0; i < 10; i++) {
		if (cqe[i].opcode == VSN_OP_COPY && cqe[i].end > end)
			end = cqe[i].end;
	}
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, cqe[i].res);
		if (cqe[i].opcode == VSN_OP_FENCE)
			EXPECT_EQ(end, cqe[i].end);
		if (cqe[i].opcode == VSN_OP_NOP && cqe[i].initiator == 1)
			n += cqe[i].start == end;
		if (cqe[i].initiator == 2)
			EXPECT_EQ(0, cqe[i].start);
	}
	EXPECT_EQ(4, n);
}

/* -EDEADLK lists a fence with its ua 0, and what it waits for. */
TEST_F(reduce, fence_in_a_deadlock)
{
	struct vsn_blocked list[4] = {};
	struct vsn_cqe cqe[4];
	struct vsn_sqe *sqe;
	struct vsn_run run;
	__u64 n;
	int i;

	sqe = vsn_queue_sqe(self->q);
	vsn_prep_wait(sqe, 1, 5, self->a->ua, 1);
	sqe->user_data = 70;
	sqe = vsn_queue_sqe(self->q);
	vsn_prep_fence(sqe, 1, 6);
	sqe->user_data = 71;
	vsn_prep_signal(vsn_queue_sqe(self->q), 1, 7, self->a->ua, 1);
	ASSERT_EQ(3, vsn_queue_submit(self->q));
	EXPECT_EQ(-EDEADLK, vsn_dev_run_list(self->dev, VSN_TIME_MAX, &run, list, 4));
	EXPECT_EQ(0, run.completed);
	EXPECT_EQ(3, run.pending);
	ASSERT_EQ(2, run.blocked);
	i = list[0].ua ? 1 : 0;
	EXPECT_EQ(71, list[i].user_data);
	EXPECT_EQ(1, list[i].initiator);
	EXPECT_EQ(6, list[i].stream);
	EXPECT_EQ(0, list[i].ua);
	EXPECT_EQ(5, list[i].want);
	EXPECT_EQ(70, list[i].value);
	EXPECT_EQ(self->a->ua, list[!i].ua);
	EXPECT_EQ(0, vsn_queue_cancel(self->q, &n));
	EXPECT_EQ(3, n);
	ASSERT_EQ(3, vsn_queue_reap(self->q, cqe, 4));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(-ECANCELED, cqe[i].res);
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, &run));
	EXPECT_EQ(0, run.pending);
}

TEST_HARNESS_MAIN
