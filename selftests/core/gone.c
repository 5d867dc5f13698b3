// SPDX-License-Identifier: GPL-2.0
/* A region that is taken away: what names it ends with -EIO and touches nothing. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "sched_impl.h"
#include "sim.h"

#define GB	1000000000ULL
#define MIB	(1ULL << 20)

FIXTURE(gone)
{
	struct sim *sim;
	u64 a;		/* at endpoint 0; goes */
	u64 b;		/* at endpoint 1; stays */
};

FIXTURE_SETUP(gone)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	ASSERT_EQ(0, sim_star(self->sim, 4));
	self->a = sim_region(self->sim, 4 * MIB, 0, true);
	self->b = sim_region(self->sim, 4 * MIB, 1, true);
	memset(sim_bytes(self->sim, self->a), 1, 4 * MIB);
	memset(sim_bytes(self->sim, self->b), 2, 4 * MIB);
}

/* Whatever a test did, nothing holds a region any more. */
FIXTURE_TEARDOWN(gone)
{
	EXPECT_EQ(0, self->sim->sched.nr_pending);
	EXPECT_EQ(0, self->sim->sched.nr_blocked);
	EXPECT_EQ(0, self->sim->regions[0].refs);
	EXPECT_EQ(0, self->sim->regions[1].refs);
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

static void take_away(struct sim *sim)
{
	sim->regions[0].place.dead = true;
	vsn_sched_gone(&sim->sched, &sim->regions[0].place);
}

static bool is_filled(const u8 *p, u64 len, u8 with)
{
	while (len--)
		if (*p++ != with)
			return false;
	return true;
}

#define RES(id)		(sim_find(self->sim, id)->res)
#define START(id)	(sim_find(self->sim, id)->start)
#define END(id)		(sim_find(self->sim, id)->end)

static void submit(struct __test_metadata *_metadata, struct sim *sim, struct vsn_sqe sqe)
{
	ASSERT_EQ(0, sim_submit(sim, &sqe));
}

/* Each way to name it; their turn comes after something else of their stream. */
TEST_F(gone, what_has_not_started)
{
	static const u8 words[] = { VSN_OP_FADD, VSN_OP_SWAP, VSN_OP_SIGNAL, VSN_OP_WAIT };
	struct sim *sim = self->sim;
	struct vsn_sqe sqe;
	u64 i, n = 0;

	for (i = 0; i < 10; i++)
		submit(_metadata, sim, sim_word(VSN_OP_COMPUTE, 2, i, 0, 5000, 100 + i));
	submit(_metadata, sim, sim_copy(2, n, self->a, self->b, MIB, n));
	n++;
	submit(_metadata, sim, sim_copy(2, n, self->b, self->a, MIB, n));
	n++;
	sqe = sim_copy(2, n, self->b, self->a, MIB, n);
	sqe.flags = VSN_OP_F_NODATA;
	submit(_metadata, sim, sqe);
	n++;
	for (i = 0; i < ARRAY_SIZE(words); i++, n++)
		submit(_metadata, sim, sim_word(words[i], 2, n, self->a, 1, n));
	/* One that does not name it */
	submit(_metadata, sim, sim_word(VSN_OP_FADD, 2, 0, self->b, 1, 50));
	take_away(sim);
	sim_run(sim);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(-EIO, RES(i));
		/* It takes no time, when its turn has come. */
		EXPECT_EQ(END(100 + i), START(i));
		EXPECT_EQ(START(i), END(i));
	}
	EXPECT_EQ(0, RES(50));
	EXPECT_EQ(END(0), START(50));
	EXPECT_TRUE(is_filled(sim_bytes(sim, self->a), 4 * MIB, 1));
	EXPECT_TRUE(is_filled(sim_bytes(sim, self->b) + 8, 4 * MIB - 8, 2));
	EXPECT_GT(4096, sim->xfer_payload);
}

/* Half of its chunks are gone or on their way: the others do not set out. */
TEST_F(gone, what_is_on_its_way)
{
	struct sim *sim = self->sim;
	u64 whole;

	submit(_metadata, sim, sim_copy(0, 0, self->b, self->a, 4 * MIB, 1));
	sim_run(sim);
	ASSERT_EQ(0, RES(1));
	whole = END(1) - START(1);
	memset(sim_bytes(sim, self->b), 2, 4 * MIB);

	submit(_metadata, sim, sim_copy(0, 0, self->b, self->a, 4 * MIB, 2));
	while (vsn_sched_run(&sim->sched, END(1) + whole / 2, 1000))
		;
	ASSERT_EQ(1, sim->sched.nr_pending);
	take_away(sim);
	sim_run(sim);
	EXPECT_EQ(-EIO, RES(2));
	EXPECT_LT(END(2) - START(2), whole * 3 / 4);
	EXPECT_GE(END(2) - START(2), whole / 2);
	EXPECT_TRUE(is_filled(sim_bytes(sim, self->b), 4 * MIB, 2));
	EXPECT_EQ(0, sim->sched.nr_chunks);
}

/* All is there but its end has not come. */
TEST_F(gone, before_its_end)
{
	struct sim *sim = self->sim;
	u64 end;

	submit(_metadata, sim, sim_copy(1, 0, self->b, self->a, 4096, 1));
	sim_run(sim);
	end = 2 * END(1);
	memset(sim_bytes(sim, self->b), 2, 4096);
	submit(_metadata, sim, sim_copy(1, 0, self->b, self->a, 4096, 2));
	while (vsn_sched_run(&sim->sched, end - 1, 1000))
		;
	ASSERT_EQ(1, sim->sched.nr_pending);
	take_away(sim);
	sim_run(sim);
	EXPECT_EQ(-EIO, RES(2));
	EXPECT_EQ(end, END(2));
	EXPECT_TRUE(is_filled(sim_bytes(sim, self->b), 4096, 2));
}

/* Of many, those on the region, and at the horizon */
TEST_F(gone, blocked_waits)
{
	struct sim *sim = self->sim;
	const u64 nr = 3000;
	u64 i, now;

	for (i = 0; i < nr; i++)
		submit(_metadata, sim, sim_word(VSN_OP_WAIT, i % 4, i,
						(i % 3 ? self->a : self->b) + i * 8 * 16,
						U64_MAX, i));
	submit(_metadata, sim, sim_word(VSN_OP_NOP, 1, 1, 0, 0, nr));
	sim_run(sim);
	ASSERT_EQ(nr, sim->sched.nr_blocked);
	while (vsn_sched_run(&sim->sched, 777777, 1000))
		;
	now = sim->sched.now;
	take_away(sim);
	EXPECT_EQ(nr / 3, sim->sched.nr_blocked);
	sim_run(sim);
	EXPECT_EQ(nr / 3, sim->sched.nr_pending);
	for (i = 0; i < nr; i++) {
		if (i % 3 == 0)
			continue;
		ASSERT_EQ(-EIO, RES(i));
		ASSERT_EQ(now, END(i));
	}
	EXPECT_EQ(0, RES(nr));
	/* The others end as ever. */
	for (i = 0; i < nr; i += 3)
		*(u64 *)(sim_bytes(sim, self->b) + i * 8 * 16) = U64_MAX;
	vsn_sched_recheck(&sim->sched);
	sim_run(sim);
	EXPECT_EQ(0, RES(0));
}

/* Word of the value is on its way to the waiter. */
TEST_F(gone, a_wait_that_was_satisfied)
{
	struct sim *sim = self->sim;

	submit(_metadata, sim, sim_word(VSN_OP_WAIT, 2, 0, self->a, 1, 1));
	while (vsn_sched_run(&sim->sched, 100, 1000))
		;
	ASSERT_EQ(1, sim->sched.nr_pending);
	ASSERT_EQ(0, sim->sched.nr_blocked);
	take_away(sim);
	sim_run(sim);
	EXPECT_EQ(-EIO, RES(1));
}

/* A load that has no answer yet does not keep a WAIT. */
TEST_F(gone, a_wait_on_a_busy_word)
{
	struct sim *sim = self->sim;

	submit(_metadata, sim, sim_word(VSN_OP_WAIT, 2, 0, self->a, U64_MAX, 1));
	sim_run(sim);
	ASSERT_EQ(1, sim->sched.nr_blocked);
	sim->load_error = -EBUSY;
	take_away(sim);
	sim->load_error = 0;
	EXPECT_EQ(0, sim->sched.nr_blocked);
	sim_run(sim);
	EXPECT_EQ(-EIO, RES(1));
}

static struct vsn_op *deferred[4];
static size_t nr_deferred;

static bool on_defer(void *ctx, struct vsn_op *op)
{
	(void)ctx;
	deferred[nr_deferred++] = op;
	return true;
}

/* What the caller was to move: moved or not, and an atomic that waited for that */
TEST_F(gone, what_was_deferred)
{
	struct sim *sim = self->sim;
	struct vsn_sched_ops ops = *sim->sched.ops;

	ops.defer = on_defer;
	sim->sched.ops = &ops;
	nr_deferred = 0;
	ASSERT_EQ(0, vsn_online_set(&sim->sched, true));
	submit(_metadata, sim, sim_copy(1, 0, self->b, self->a, 4096, 1));
	submit(_metadata, sim, sim_word(VSN_OP_FADD, 1, 1, self->a, 1, 2));
	submit(_metadata, sim, sim_copy(1, 2, self->b, self->b + MIB, 4096, 3));
	sim_run(sim);
	ASSERT_EQ(3, nr_deferred);
	take_away(sim);
	while (nr_deferred--) {
		if (deferred[nr_deferred]->sqe.len)
			vsn_sched_moved(&sim->sched, deferred[nr_deferred], 0);
		else
			vsn_sched_retry(&sim->sched, deferred[nr_deferred]);
	}
	EXPECT_EQ(-EIO, RES(1));
	EXPECT_EQ(-EIO, RES(2));
	EXPECT_EQ(0, RES(3));
	EXPECT_TRUE(is_filled(sim_bytes(sim, self->a), 4 * MIB, 1));
	EXPECT_EQ(0, vsn_online_set(&sim->sched, false));
}

TEST_HARNESS_MAIN
