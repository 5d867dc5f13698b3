// SPDX-License-Identifier: GPL-2.0
/* FENCE: what it waits for, what it holds up, and what it leaves alone. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "sched_impl.h"
#include "sim.h"

#define GB	1000000000ULL

FIXTURE(fence)
{
	struct sim *sim;
	u64 word;
	struct vsn_owner other;
};

FIXTURE_SETUP(fence)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	ASSERT_EQ(0, sim_star(self->sim, 4));
	self->word = sim_region(self->sim, 1 << 20, 0, true);
}

FIXTURE_TEARDOWN(fence)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

static void submit(struct __test_metadata *_metadata, struct sim *sim, struct vsn_sqe sqe)
{
	ASSERT_EQ(0, sim_submit(sim, &sqe));
}

static struct vsn_sqe fence(u32 initiator, u32 stream, u64 user_data)
{
	return sim_word(VSN_OP_FENCE, initiator, stream, 0, 0, user_data);
}

static struct vsn_sqe compute(u32 initiator, u32 stream, u64 ps, u64 user_data)
{
	return sim_word(VSN_OP_COMPUTE, initiator, stream, 0, ps, user_data);
}

#define END(id)		(sim_find(self->sim, id)->end)
#define START(id)	(sim_find(self->sim, id)->start)

/* All streams of the initiator before it, and none behind it */
TEST_F(fence, is_a_barrier)
{
	struct sim *sim = self->sim;
	u64 i;

	for (i = 0; i < 5; i++)
		submit(_metadata, sim, sim_copy(1, i, self->word, self->word + 65536,
						4096 * (i + 1), i));
	submit(_metadata, sim, fence(1, 9, 10));
	for (i = 0; i < 5; i++)
		submit(_metadata, sim, sim_word(VSN_OP_NOP, 1, i + 3, 0, 0, 20 + i));
	sim_run(sim);
	ASSERT_EQ(11, sim->nr_done);
	EXPECT_EQ(0, START(10));
	EXPECT_EQ(END(4), END(10));
	for (i = 0; i < 5; i++) {
		EXPECT_GE(END(10), END(i));
		EXPECT_EQ(END(10), START(20 + i));
	}
	EXPECT_EQ(0, sim->sched.nr_parties);
}

/* Other initiators, and other owners, are none of its business. */
TEST_F(fence, of_one_initiator_and_owner)
{
	struct sim *sim = self->sim;

	submit(_metadata, sim, compute(2, 0, 5000, 1));
	sim->owner = &self->other;
	submit(_metadata, sim, compute(1, 0, 7000, 2));
	sim->owner = NULL;
	submit(_metadata, sim, compute(1, 1, 0, 3));
	submit(_metadata, sim, fence(1, 2, 4));
	submit(_metadata, sim, compute(2, 1, 0, 5));
	sim->owner = &self->other;
	submit(_metadata, sim, sim_word(VSN_OP_NOP, 1, 3, 0, 0, 6));
	sim_run(sim);
	/* It waited for the one that shares the engine, not for the other. */
	EXPECT_EQ(END(3), END(4));
	EXPECT_EQ(7000, END(4));
	EXPECT_EQ(5000, END(5));
	EXPECT_EQ(0, START(6));
}

TEST_F(fence, with_nothing_to_wait_for)
{
	submit(_metadata, self->sim, fence(1, 0, 1));
	submit(_metadata, self->sim, fence(1, 0, 2));
	submit(_metadata, self->sim, fence(1, 1, 3));
	sim_run(self->sim);
	EXPECT_EQ(0, END(3));
	EXPECT_EQ(3, self->sim->nr_done);
}

/* In its stream it comes when it comes, and only then waits. */
TEST_F(fence, many_in_a_row)
{
	struct sim *sim = self->sim;
	u64 i, t = 0;

	for (i = 0; i < 50; i++) {
		submit(_metadata, sim, compute(1, i % 7, 100, 3 * i));
		submit(_metadata, sim, compute(1, i % 5 + 10, 100, 3 * i + 1));
		submit(_metadata, sim, fence(1, i % 3, 3 * i + 2));
	}
	sim_run(sim);
	ASSERT_EQ(150, sim->nr_done);
	for (i = 0; i < 50; i++) {
		EXPECT_EQ(t, START(3 * i));
		EXPECT_EQ(t, START(3 * i + 1));
		t += 200;
		EXPECT_EQ(t, END(3 * i + 2));
	}
}

/* A WAIT that is satisfied from behind the fence never is: both are listed. */
TEST_F(fence, deadlock)
{
	struct vsn_sched *s = &self->sim->sched;
	struct vsn_blocked list[4];

	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 1, 5, self->word, 7, 1));
	submit(_metadata, self->sim, fence(1, 6, 2));
	submit(_metadata, self->sim, sim_word(VSN_OP_SIGNAL, 1, 7, self->word, 7, 3));
	sim_run(self->sim);
	EXPECT_EQ(0, self->sim->nr_done);
	EXPECT_EQ(2, s->nr_blocked);
	EXPECT_EQ(3, s->nr_pending);
	EXPECT_EQ(0, s->heap.nr);
	ASSERT_EQ(2, vsn_sched_blocked(s, list, 4));
	EXPECT_EQ(2, list[0].user_data);
	EXPECT_EQ(6, list[0].stream);
	EXPECT_EQ(0, list[0].ua);
	EXPECT_EQ(5, list[0].want);
	EXPECT_EQ(1, list[0].value);
	EXPECT_EQ(1, list[1].user_data);
	EXPECT_EQ(self->word, list[1].ua);
	EXPECT_EQ(1, vsn_sched_blocked(s, list, 1));
	/* Another initiator helps. */
	submit(_metadata, self->sim, sim_word(VSN_OP_SIGNAL, 2, 0, self->word, 7, 4));
	sim_run(self->sim);
	EXPECT_EQ(4, self->sim->nr_done);
	EXPECT_EQ(0, s->nr_blocked);
	EXPECT_EQ(END(1), END(2));
	EXPECT_EQ(END(2), START(3));
}

/* What is on its way goes on; a fence and all behind it goes. */
TEST_F(fence, cancel)
{
	struct vsn_sched *s = &self->sim->sched;
	u64 i;

	submit(_metadata, self->sim, sim_copy(1, 0, self->word, self->word + 65536, 65536, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 1, 1, self->word, 7, 2));
	for (i = 3; i < 20; i++)
		submit(_metadata, self->sim, i & 1 ? fence(1, i % 4, i) :
						     compute(1, i % 4, 5, i));
	vsn_sched_run(s, 1000, 1000);
	EXPECT_EQ(18, vsn_sched_cancel(s, &self->sim->all));
	for (i = 2; i < 20; i++)
		EXPECT_EQ(-ECANCELED, sim_find(self->sim, i)->res);
	EXPECT_EQ(0, s->nr_blocked);
	/* Fences work as before. */
	submit(_metadata, self->sim, fence(1, 8, 30));
	submit(_metadata, self->sim, compute(1, 9, 5, 31));
	sim_run(self->sim);
	EXPECT_EQ(0, sim_find(self->sim, 1)->res);
	EXPECT_EQ(END(1), END(30));
	EXPECT_EQ(END(30), START(31));
}

/* Cancelled between the moment it has nothing to wait for and its end */
TEST_F(fence, cancel_at_its_end)
{
	struct vsn_sched *s = &self->sim->sched;

	submit(_metadata, self->sim, compute(1, 0, 100, 1));
	submit(_metadata, self->sim, fence(1, 1, 2));
	submit(_metadata, self->sim, fence(1, 1, 3));
	submit(_metadata, self->sim, compute(1, 2, 5, 4));
	/* Events: two starts, the end of the first. */
	while (!self->sim->nr_done)
		vsn_sched_run(s, VSN_TIME_MAX, 1);
	EXPECT_EQ(1, self->sim->nr_done);
	EXPECT_EQ(2, vsn_sched_cancel(s, &self->sim->all));
	submit(_metadata, self->sim, compute(1, 2, 5, 5));
	EXPECT_EQ(2, s->nr_pending);
	sim_run(self->sim);
	EXPECT_EQ(0, sim_find(self->sim, 2)->res);
	EXPECT_EQ(105, END(5));
}

/* Someone else's cancel leaves what a fence holds to its fence. */
TEST_F(fence, cancel_of_another)
{
	struct vsn_sched *s = &self->sim->sched;

	submit(_metadata, self->sim, compute(1, 0, 100, 1));
	submit(_metadata, self->sim, fence(1, 1, 2));
	self->sim->owner = &self->other;
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 1, 2, self->word, 7, 3));
	self->sim->owner = NULL;
	submit(_metadata, self->sim, sim_word(VSN_OP_NOP, 1, 2, 0, 0, 4));
	vsn_sched_run(s, 50, 1000);
	EXPECT_EQ(1, vsn_sched_cancel(s, &self->other));
	sim_run(self->sim);
	EXPECT_EQ(100, END(2));
	EXPECT_EQ(100, START(4));
}

/* One event releases all that a fence held, and counts it as work. */
TEST_F(fence, releases_many)
{
	struct vsn_sched *s = &self->sim->sched;
	u64 i, n = 20000, most = 0;

	submit(_metadata, self->sim, compute(1, 0, 100, 1));
	submit(_metadata, self->sim, fence(1, 1, 2));
	for (i = 0; i < n; i++)
		submit(_metadata, self->sim, sim_word(VSN_OP_NOP, 1, i, 0, 0, 10 + i));
	submit(_metadata, self->sim, fence(1, 1, 3));
	while (vsn_sched_run(s, VSN_TIME_MAX, 100))
		most = vsn_max(most, s->work);
	EXPECT_GE(most, n);
	EXPECT_EQ(n + 3, self->sim->nr_done);
	EXPECT_EQ(100, START(10 + n / 2));
	EXPECT_EQ(100, END(3));
}

/* A scheduler that goes away hands held and blocked ones back. */
TEST_F(fence, freed_in_the_middle)
{
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 1, 1, self->word, 7, 1));
	submit(_metadata, self->sim, fence(1, 2, 2));
	submit(_metadata, self->sim, fence(1, 3, 3));
	submit(_metadata, self->sim, compute(1, 4, 5, 4));
	sim_run(self->sim);
	vsn_sched_free(&self->sim->sched);
	EXPECT_EQ(4, self->sim->nr_done);
}

/* Whatever allocation fails, a fence that was refused holds nobody up. */
TEST_F(fence, no_memory)
{
	struct sim *sim = self->sim;
	struct vsn_sqe sqe;
	u64 i;

	submit(_metadata, sim, compute(1, 0, 100, 1));
	submit(_metadata, sim, fence(1, 1, 2));
	for (i = 1; i < 4; i++) {
		sim->fail_at = sim->alloc_count + i;
		sim->fail_count = 1;
		sqe = fence(1, 100 + i, 10 + i);
		sim_submit(sim, &sqe);
		sim->fail_at = 0;
	}
	submit(_metadata, sim, sim_word(VSN_OP_NOP, 1, 3, 0, 0, 5));
	sim_run(sim);
	EXPECT_EQ(100, END(2));
	EXPECT_EQ(100, START(5));
}

/* Without memory for a larger table all goes on as it would, in longer chains. */
TEST_F(fence, no_memory_for_a_larger_table)
{
	enum { NR = 200 };
	struct vsn_owner owners[NR] = {};
	struct sim *sim = self->sim;
	size_t room = 0, small = 0;
	u64 i, end;

	for (i = 0; i < NR; i++) {
		struct vsn_sqe sqe = compute(1, i, 100 + i, i);
		size_t at = 1;

		sim->owner = &owners[i];
		sim->fail_count = 1;
		do	/* What fails an operation is tried again; the table does not. */
			sim->fail_at = sim->alloc_count + at++;
		while (sim_submit(sim, &sqe));
		small += sim->alloc_count >= sim->fail_at;
		sim->fail_at = 0;
		room = room ?: sim->sched.party_room;
		submit(_metadata, sim, fence(1, NR + i, NR + i));
	}
	EXPECT_LT(0, small);
	EXPECT_LT(room, sim->sched.nr_parties);
	sim_run(sim);
	/* The endpoint computes for one after the other. */
	for (i = 0, end = 0; i < NR; i++) {
		end += 100 + i;
		EXPECT_EQ(end, END(NR + i));
	}
	EXPECT_EQ(0, sim->sched.nr_parties);
}

/*
 * Against the definition, on random operations: every fence ends at the latest end
 * before it, no one behind it starts earlier.
 */
TEST_F(fence, definition)
{
	enum { NR = 3000 };
	static u64 latest[4][2], held[4][2];
	struct vsn_owner *owners[2] = { &self->sim->all, &self->other };
	static u32 who[NR], whose[NR];
	static bool is_fence[NR];
	u64 seed = 7, i;

	for (i = 0; i < NR; i++) {
		struct vsn_sqe sqe;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		who[i] = seed >> 62;
		whose[i] = seed >> 61 & 1;
		is_fence[i] = (seed >> 40) % 10 == 0;
		/* Streams of their own, or an owner waits for the other's after all. */
		sqe = compute(who[i], whose[i] * 8 + (seed >> 50) % 8, (seed >> 30) % 1000, i);
		if (is_fence[i]) {
			sqe.opcode = VSN_OP_FENCE;
			sqe.arg0 = 0;
		} else if (seed >> 35 & 1) {
			sqe = sim_copy(who[i], sqe.stream, self->word, self->word + 4096,
				       1 + (seed >> 45) % 4096, i);
		}
		self->sim->owner = owners[whose[i]];
		submit(_metadata, self->sim, sqe);
	}
	sim_run(self->sim);
	ASSERT_EQ(NR, self->sim->nr_done);
	for (i = 0; i < NR; i++) {
		u64 *last = &latest[who[i]][whose[i]], *hold = &held[who[i]][whose[i]];

		ASSERT_LE(*hold, START(i));
		if (is_fence[i]) {
			ASSERT_EQ(vsn_max(*last, START(i)), END(i));
			*hold = END(i);
		}
		*last = vsn_max(*last, END(i));
	}
}

TEST_HARNESS_MAIN
