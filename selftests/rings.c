// SPDX-License-Identifier: GPL-2.0
/*
 * Rings: which entries are refused and how, when an entry is taken, and what a
 * hostile program can do.
 */
#include <pthread.h>

#include "queue_fixture.h"

static int doorbell(struct vsn_queue *q, struct vsn_doorbell *bell)
{
	bell->size = sizeof(*bell);
	return ioctl(vsn_queue_fd(q), VSN_IOC_DOORBELL, bell) ? -errno : 0;
}

static int ring(struct vsn_queue *q)
{
	struct vsn_doorbell bell = {};
	int err = doorbell(q, &bell);

	return err ? err : (int)bell.taken;
}

/* Each case breaks one thing of a good entry, or two to see which is looked at first. */
struct bad_case {
	const char *what;
	int err;
	void (*spoil)(struct vsn_sqe *sqe);
};

static void spoil_opcode(struct vsn_sqe *sqe)
{
	sqe->opcode = VSN_OP_DISCARD + 1;
}

static void spoil_opcode_max(struct vsn_sqe *sqe)
{
	sqe->opcode = 255;
}

static void spoil_flags(struct vsn_sqe *sqe)
{
	sqe->flags = 0x80;
}

static void spoil_nodata(struct vsn_sqe *sqe)
{
	vsn_prep_fadd(sqe, 0, 0, sqe->dst, 1);
	sqe->flags = VSN_OP_F_NODATA;
}

static void spoil_both_halves(struct vsn_sqe *sqe)
{
	sqe->flags = VSN_OP_F_TO_SWITCH | VSN_OP_F_FROM_SWITCH;
}

static void spoil_half_fill(struct vsn_sqe *sqe)
{
	vsn_prep_fill(sqe, 0, 0, sqe->dst, sqe->len, 0);
	sqe->flags = VSN_OP_F_TO_SWITCH;
}

static void spoil_reserved(struct vsn_sqe *sqe)
{
	sqe->reserved = 1;
}

static void spoil_network(struct vsn_sqe *sqe)
{
	sqe->network = 2;
}

static void spoil_initiator(struct vsn_sqe *sqe)
{
	sqe->initiator = TEST_ENDPOINTS;
}

static void spoil_initiator_max(struct vsn_sqe *sqe)
{
	sqe->initiator = UINT32_MAX;
}

static void spoil_initiator_kind(struct vsn_sqe *sqe)
{
	sqe->initiator = TEST_ACCELERATORS;
}

static void spoil_unused_arg(struct vsn_sqe *sqe)
{
	sqe->arg1 = 1;
}

static void spoil_len_zero(struct vsn_sqe *sqe)
{
	sqe->len = 0;
}

static void spoil_len_long(struct vsn_sqe *sqe)
{
	sqe->len = VSN_OP_MAX_LEN + 1;
}

static void spoil_len_wrap(struct vsn_sqe *sqe)
{
	sqe->len = UINT64_MAX;
}

static void spoil_align(struct vsn_sqe *sqe)
{
	vsn_prep_fadd(sqe, 0, 0, sqe->dst + 4, 1);
}

static void spoil_dst_window(struct vsn_sqe *sqe)
{
	sqe->dst = 4096;
}

static void spoil_src_window(struct vsn_sqe *sqe)
{
	sqe->src = 0;
}

static void spoil_dst_none(struct vsn_sqe *sqe)
{
	sqe->dst = VSN_UA_POOL | 1ULL << 55;
}

static void spoil_dst_wild(struct vsn_sqe *sqe)
{
	sqe->dst = UINT64_MAX;
}

static void spoil_src_none(struct vsn_sqe *sqe)
{
	sqe->src = VSN_UA_POOL | 1ULL << 55;
}

static void spoil_dst_range(struct vsn_sqe *sqe)
{
	sqe->dst += SIZE - 63;
}

static void spoil_src_range(struct vsn_sqe *sqe)
{
	sqe->src += SIZE - 63;
}

/* Regions have a gap between them. */
static void spoil_word_end(struct vsn_sqe *sqe)
{
	vsn_prep_fadd(sqe, 0, 0, sqe->dst + SIZE, 1);
}

static void spoil_align_window(struct vsn_sqe *sqe)
{
	vsn_prep_fadd(sqe, 0, 0, 4, 1);
}

static void spoil_dst_range_src_none(struct vsn_sqe *sqe)
{
	spoil_dst_range(sqe);
	spoil_src_none(sqe);
}

static const struct bad_case bad_cases[] = {
	{ "unknown opcode", -EINVAL, spoil_opcode },
	{ "opcode 255", -EINVAL, spoil_opcode_max },
	{ "unknown flag", -EINVAL, spoil_flags },
	{ "NODATA of an atomic", -EINVAL, spoil_nodata },
	{ "to a switch and from it", -EINVAL, spoil_both_halves },
	{ "FILL to a switch", -EINVAL, spoil_half_fill },
	{ "reserved", -EINVAL, spoil_reserved },
	{ "no such network", -EINVAL, spoil_network },
	{ "no such initiator", -EINVAL, spoil_initiator },
	{ "initiator 2^32-1", -EINVAL, spoil_initiator_max },
	{ "initiator that cannot initiate", -EINVAL, spoil_initiator_kind },
	{ "unused field", -EINVAL, spoil_unused_arg },
	{ "length 0", -EINVAL, spoil_len_zero },
	{ "length above 1 GiB", -EINVAL, spoil_len_long },
	{ "length that wraps", -EINVAL, spoil_len_wrap },
	{ "misaligned word", -EINVAL, spoil_align },
	{ "destination in the device window", -EPERM, spoil_dst_window },
	{ "source in the device window", -EPERM, spoil_src_window },
	{ "destination in no region", -EFAULT, spoil_dst_none },
	{ "destination past all windows", -EFAULT, spoil_dst_wild },
	{ "source in no region", -EFAULT, spoil_src_none },
	{ "destination past its region's end", -ERANGE, spoil_dst_range },
	{ "source past its region's end", -ERANGE, spoil_src_range },
	{ "word past its region's end", -EFAULT, spoil_word_end },
	{ "alignment before window", -EINVAL, spoil_align_window },
	{ "destination before source", -ERANGE, spoil_dst_range_src_none },
};

TEST_F(queue, a_bad_entry_completes_with_its_errno)
{
	struct vsn_sqe sqe;
	struct vsn_cqe cqe;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_cases); i++) {
		sqe = good_copy(self);
		bad_cases[i].spoil(&sqe);
		sqe.user_data = i;
		*vsn_queue_sqe(self->q) = sqe;
		ASSERT_EQ(1, vsn_queue_submit(self->q));
		/* At once: nothing has to run. */
		ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1))
			TH_LOG("%s: no completion", bad_cases[i].what);
		EXPECT_EQ(bad_cases[i].err, cqe.res)
			TH_LOG("%s", bad_cases[i].what);
		EXPECT_EQ(i, cqe.user_data);
		EXPECT_EQ(sqe.opcode, cqe.opcode);
		EXPECT_EQ(0, cqe.bytes);
		EXPECT_EQ(0, cqe.wire);
	}
}

TEST_F(queue, a_bad_entry_counts_as_its_initiators_error)
{
	struct vsn_ctl_endpoint before, after;
	struct vsn_sqe sqe = good_copy(self);
	struct vsn_cqe cqe;

	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 0, &before));
	sqe.len = 0;
	ASSERT_EQ(0, test_op(self->dev, self->q, &sqe, &cqe));
	EXPECT_EQ(-EINVAL, cqe.res);
	ASSERT_EQ(0, vsn_ctl_endpoint_get_id(self->ctl, self->name, 0, &after));
	EXPECT_EQ(before.ops + 1, after.ops);
	EXPECT_EQ(before.errors + 1, after.errors);
}

TEST_F(queue, a_bad_entry_does_not_stall_the_queue)
{
	struct vsn_cqe cqe[3];
	struct vsn_sqe sqe;
	int i;

	for (i = 0; i < 3; i++) {
		sqe = good_copy(self);
		sqe.user_data = i;
		if (i != 1)
			sqe.reserved = 1;
		*vsn_queue_sqe(self->q) = sqe;
	}
	ASSERT_EQ(3, vsn_queue_submit(self->q));
	ASSERT_EQ(2, vsn_queue_reap(self->q, cqe, 3));
	EXPECT_EQ(0, cqe[0].user_data);
	EXPECT_EQ(2, cqe[1].user_data);
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(1, vsn_queue_reap(self->q, cqe, 3));
	EXPECT_EQ(1, cqe[0].user_data);
	EXPECT_EQ(0, cqe[0].res);
}

TEST_F(queue, an_entry_is_taken_only_when_its_completion_has_a_slot)
{
	struct vsn_cqe cqe;
	int i;

	for (i = 0; i < ENTRIES; i++)
		vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	EXPECT_EQ(ENTRIES, vsn_queue_submit(self->q));
	for (i = 0; i < ENTRIES; i++)
		vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	EXPECT_EQ(NULL, vsn_queue_sqe(self->q));
	/* All slots are promised. */
	EXPECT_EQ(0, vsn_queue_submit(self->q));
	EXPECT_EQ(0, events(self->q));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	/* All slots are full. */
	EXPECT_EQ(ENTRIES, vsn_queue_ready(self->q));
	EXPECT_EQ(0, vsn_queue_submit(self->q));
	EXPECT_EQ(POLLIN, events(self->q));
	EXPECT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
	EXPECT_EQ(1, vsn_queue_submit(self->q));
	EXPECT_EQ(ENTRIES - 1, vsn_queue_unsubmitted(self->q));
	EXPECT_EQ(ENTRIES, vsn_queue_outstanding(self->q));
}

TEST_F(queue, a_doorbell_takes_as_many_as_it_is_told)
{
	struct vsn_doorbell bell = { .max = 3 };
	int i;

	for (i = 0; i < ENTRIES; i++)
		vsn_prep_nop(&self->sqes[i], 0, 0);
	self->rings->sq_tail = ENTRIES;
	EXPECT_EQ(0, doorbell(self->q, &bell));
	EXPECT_EQ(3, bell.taken);
	EXPECT_EQ(3, self->rings->sq_head);
}

TEST_F(queue, work_of_one_doorbell_is_bounded)
{
	struct vsn_queue *q = vsn_queue_create_sized(self->dev, 16384, 16384);
	struct vsn_rings *rings;
	int i;

	ASSERT_NE(NULL, q);
	rings = mmap(NULL, sizeof(*rings), PROT_READ | PROT_WRITE, MAP_SHARED,
		     vsn_queue_fd(q), VSN_OFF_RINGS);
	ASSERT_NE(MAP_FAILED, rings);
	for (i = 0; i < 16384; i++)
		vsn_prep_nop(vsn_queue_sqe(q), 0, 0);
	__atomic_store_n(&rings->sq_tail, 16384, __ATOMIC_RELEASE);
	EXPECT_EQ(4096, ring(q));
	munmap(rings, sizeof(*rings));
	EXPECT_EQ(16384 - 4096, vsn_queue_submit(q));
	vsn_queue_destroy(q);
}

TEST_F(queue, a_wild_submission_tail_is_refused)
{
	self->rings->sq_tail = ENTRIES + 1;
	EXPECT_EQ(-EOVERFLOW, ring(self->q));
	EXPECT_TRUE(events(self->q) & POLLERR);
	self->rings->sq_tail = UINT32_MAX;
	EXPECT_EQ(-EOVERFLOW, ring(self->q));
	EXPECT_EQ(0, self->rings->sq_head);
	/* Nothing was taken: put right, it works. */
	self->rings->sq_tail = 0;
	EXPECT_EQ(0, ring(self->q));
	EXPECT_EQ(POLLOUT, events(self->q));
}

TEST_F(queue, a_wild_completion_head_is_refused)
{
	struct vsn_cqe cqe;

	self->rings->cq_head = 1;
	vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
	EXPECT_EQ(-EOVERFLOW, vsn_queue_submit(self->q));
	EXPECT_TRUE(events(self->q) & POLLERR);
	self->rings->cq_head = -ENTRIES - 1;
	EXPECT_EQ(-EOVERFLOW, vsn_queue_submit(self->q));
	/* As if the ring were full of completions that nobody has read. */
	self->rings->cq_head = -ENTRIES;
	EXPECT_EQ(0, vsn_queue_submit(self->q));
	self->rings->cq_head = 0;
	EXPECT_EQ(1, vsn_queue_submit(self->q));
	/* The slot is promised: a wild head now changes nothing. */
	self->rings->cq_head = 12345;
	EXPECT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	self->rings->cq_head = 0;
	EXPECT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
}

/* The kernel does not read back what it publishes. */
TEST_F(queue, indices_of_the_kernel_cannot_be_written)
{
	struct vsn_cqe cqe;
	int i;

	for (i = 0; i < 3 * ENTRIES; i++) {
		self->rings->sq_mask = 0;
		self->rings->cq_mask = UINT32_MAX;
		vsn_prep_nop(vsn_queue_sqe(self->q), 0, 0);
		self->rings->sq_head = 0xdeadbeef;
		self->rings->cq_tail = 0xdeadbeef;
		self->rings->sq_tail = i + 1;
		ASSERT_EQ(1, ring(self->q));
		EXPECT_EQ(i + 1, self->rings->sq_head);
		ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
		EXPECT_EQ(i + 1, self->rings->cq_tail);
		ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
	}
}

TEST_F(queue, an_entry_is_copied_when_it_is_taken)
{
	struct vsn_sqe sqe = good_copy(self);
	struct vsn_cqe cqe;

	*vsn_queue_sqe(self->q) = sqe;
	ASSERT_EQ(1, vsn_queue_submit(self->q));
	memset(self->sqes, 0xff, ENTRIES * sizeof(*self->sqes));
	ASSERT_EQ(0, vsn_dev_run(self->dev, VSN_TIME_MAX, NULL));
	ASSERT_EQ(1, vsn_queue_reap(self->q, &cqe, 1));
	EXPECT_EQ(0, cqe.res);
	EXPECT_EQ(sqe.len, cqe.bytes);
	EXPECT_EQ(0, cqe.user_data);
}

struct scribbler {
	struct _test_data_queue *self;
	bool stop;
};

static void *scribble(void *arg)
{
	struct scribbler *s = arg;
	uint32_t x = 1;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		uint32_t *words = (uint32_t *)s->self->sqes;

		x = x * 1664525 + 1013904223;
		words[x >> 8 & (ENTRIES * 16 - 1)] = x;
		words[(x >> 8 & (ENTRIES - 1)) * 16] = x >> 24 & 15;
		s->self->rings->cq_head = x >> 20;
		s->self->rings->sq_tail = s->self->rings->sq_head + (x >> 16 & 15);
	}
	return NULL;
}

/* Whatever the program writes, and whenever: the kernel stays whole. */
TEST_F(queue, rings_that_change_all_the_time)
{
	struct scribbler s = { .self = self };
	struct vsn_run run;
	pthread_t thread;
	int i, err;

	ASSERT_EQ(0, pthread_create(&thread, NULL, scribble, &s));
	for (i = 0; i < 20000; i++) {
		err = ring(self->q);
		if (err < 0 && err != -EOVERFLOW)
			break;
		if (i % 16 == 0)
			vsn_dev_run(self->dev, VSN_TIME_MAX, &run);
	}
	s.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(20000, i)
		TH_LOG("doorbell: %s", strerror(-err));
}

TEST_HARNESS_MAIN
