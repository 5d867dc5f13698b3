// SPDX-License-Identifier: GPL-2.0
/*
 * Online: what is over in the model and not yet by the clock is remembered, and
 * nothing else is kept.  And the arithmetic of clocks.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "replay.h"
#include "sim.h"
#include "timebase.h"

#define GB	1000000000ULL
#define MAX_DEFERRED	256

/* Effects on memory that are left to the test */
static struct {
	struct vsn_op *ops[MAX_DEFERRED];
	size_t nr;
	bool on;
} deferred;

static bool defer(void *ctx, struct vsn_op *op)
{
	(void)ctx;
	if (!deferred.on || !op->sqe.len || op->sqe.flags & VSN_OP_F_NODATA)
		return false;
	if (deferred.nr == MAX_DEFERRED)
		abort();
	deferred.ops[deferred.nr++] = op;
	return true;
}

FIXTURE(online)
{
	struct sim *sim;
	struct vsn_sched_ops ops;
	u64 near;	/* region at endpoint 0 */
	u64 far;	/* at endpoint 1 */
	struct vsn_owner other;
};

FIXTURE_SETUP(online)
{
	memset(&deferred, 0, sizeof(deferred));
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	ASSERT_EQ(0, sim_star(self->sim, 4));
	self->ops = *self->sim->sched.ops;
	self->ops.defer = defer;
	self->sim->sched.ops = &self->ops;
	self->near = sim_region(self->sim, 1 << 20, 0, true);
	self->far = sim_region(self->sim, 1 << 20, 1, true);
	ASSERT_EQ(0, vsn_online_set(&self->sim->sched, true));
}

FIXTURE_TEARDOWN(online)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

static void at(struct sim *sim, u64 now)
{
	vsn_online_advance(&sim->sched, now);
}

static void submit(struct __test_metadata *_metadata, struct sim *sim, struct vsn_sqe sqe)
{
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	while (vsn_sched_run(&sim->sched, VSN_TIME_MAX, 3))
		;
}

static struct vsn_sqe compute(u32 initiator, u32 stream, u64 ps, u64 user_data)
{
	return sim_word(VSN_OP_COMPUTE, initiator, stream, 0, ps, user_data);
}

static struct vsn_sqe nop(u32 initiator, u32 stream, u64 user_data)
{
	return sim_word(VSN_OP_NOP, initiator, stream, 0, 0, user_data);
}

#define SUBMIT(sqe)	submit(_metadata, self->sim, sqe)
#define END(id)		(sim_find(self->sim, id)->end)
#define START(id)	(sim_find(self->sim, id)->start)

/* Executed at once, starting when it was submitted */
TEST_F(online, starts_when_submitted)
{
	at(self->sim, 5000);
	SUBMIT(compute(0, 0, 100, 1));
	EXPECT_EQ(5000, START(1));
	EXPECT_EQ(5100, END(1));
	/* The clock says no more than it did, and does not go back. */
	EXPECT_EQ(5000, self->sim->sched.clock);
	at(self->sim, 4000);
	EXPECT_EQ(5000, self->sim->sched.now);
}

/* The next of a stream starts at the end of the one before, or when it is submitted. */
TEST_F(online, a_stream_has_a_tail)
{
	at(self->sim, 1000);
	SUBMIT(compute(0, 0, 500, 1));
	at(self->sim, 1200);
	SUBMIT(nop(0, 0, 2));
	SUBMIT(nop(0, 1, 3));
	EXPECT_EQ(1500, START(2));
	EXPECT_EQ(1200, START(3));
	EXPECT_EQ(1, self->sim->sched.nr_streams);
	/* Once the clock is there, nothing is left of it. */
	at(self->sim, 1500);
	EXPECT_EQ(0, self->sim->sched.nr_streams);
	SUBMIT(nop(0, 0, 4));
	EXPECT_EQ(1500, START(4));
}

/* What comes later finds links busy with what came before. */
TEST_F(online, later_ones_find_links_busy)
{
	u64 alone;

	at(self->sim, 0);
	SUBMIT(sim_copy(0, 0, self->far, self->near, 65536, 1));
	alone = END(1) - START(1);
	at(self->sim, 10);
	SUBMIT(sim_copy(0, 1, self->far, self->near, 65536, 2));
	EXPECT_EQ(10, START(2));
	EXPECT_LT(alone + 6000000, END(2) - START(2));
	at(self->sim, END(2));
	SUBMIT(sim_copy(0, 1, self->far, self->near, 65536, 3));
	EXPECT_EQ(alone, END(3) - START(3));
}

/* A fence counts what is complete here and not yet by the clock, of its own only. */
TEST_F(online, a_fence_has_a_tail)
{
	at(self->sim, 1000);
	SUBMIT(compute(0, 0, 500, 1));
	self->sim->owner = &self->other;
	SUBMIT(compute(0, 1, 5000, 2));
	SUBMIT(sim_word(VSN_OP_FENCE, 1, 2, 0, 0, 3));
	self->sim->owner = NULL;
	at(self->sim, 1100);
	SUBMIT(sim_word(VSN_OP_FENCE, 0, 2, 0, 0, 4));
	SUBMIT(nop(0, 3, 5));
	EXPECT_EQ(1000, END(3));
	EXPECT_EQ(1500, END(4));
	/* Nothing that comes after it starts before, either; others' do. */
	EXPECT_EQ(1500, START(5));
	self->sim->owner = &self->other;
	SUBMIT(nop(0, 3, 6));
	SUBMIT(nop(1, 3, 7));
	self->sim->owner = NULL;
	EXPECT_EQ(1500, START(6));
	EXPECT_EQ(1100, START(7));
	vsn_online_forget(&self->sim->sched, &self->other);
	EXPECT_EQ(NULL, self->other.idle);
}

/* An owner that goes while it has something pending leaves nothing behind either. */
TEST_F(online, an_owner_goes)
{
	at(self->sim, 10);
	self->sim->owner = &self->other;
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 0, self->near, 1, 1));
	self->sim->owner = NULL;
	vsn_online_forget(&self->sim->sched, &self->other);
	EXPECT_EQ(1, vsn_sched_cancel(&self->sim->sched, &self->other));
	EXPECT_EQ(NULL, self->other.idle);
	EXPECT_EQ(0, self->sim->sched.nr_parties);
}

/* A WAIT ends when its value was there, be it stored before or after in the program. */
TEST_F(online, a_wait_is_not_ahead_of_time)
{
	u64 word = self->near;
	u64 i;

	at(self->sim, 0);
	for (i = 1; i <= 3; i++) {
		SUBMIT(compute(0, 0, 1000000, 10 + i));
		SUBMIT(sim_word(VSN_OP_SIGNAL, 0, 0, word, 1, i));
	}
	at(self->sim, 500);
	for (i = 1; i <= 3; i++)
		SUBMIT(sim_word(VSN_OP_WAIT, 0, 10 + i, word, i, 20 + i));
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 20, word, 0, 30));
	for (i = 1; i <= 3; i++)
		EXPECT_EQ(END(i), END(20 + i));
	EXPECT_EQ(500, END(30));
	/* Past all of them it is just there. */
	at(self->sim, END(3) + 1);
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 21, word, 3, 31));
	EXPECT_EQ(END(3) + 1, END(31));
}

/* What satisfies it may be earlier than it starts itself: it was there already, then. */
TEST_F(online, a_wait_ends_no_earlier_than_it_starts)
{
	at(self->sim, 0);
	SUBMIT(compute(0, 0, 9000000, 1));
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 0, self->near, 1, 2));
	SUBMIT(sim_word(VSN_OP_SIGNAL, 0, 1, self->near, 1, 3));
	EXPECT_GT(9000000, END(3));
	EXPECT_EQ(9000000, START(2));
	EXPECT_EQ(9000000, END(2));
}

/* The same for bytes that a COPY brings, and for SWAP and CAS. */
TEST_F(online, copies_and_swaps_have_a_time_too)
{
	u64 word = self->near;
	struct vsn_sqe cas;

	at(self->sim, 0);
	*(u64 *)sim_bytes(self->sim, self->far) = 7;
	deferred.on = true;
	SUBMIT(sim_copy(0, 0, word, self->far, 4096, 1));
	ASSERT_EQ(1, deferred.nr);
	memcpy(sim_bytes(self->sim, word), sim_bytes(self->sim, self->far), 4096);
	vsn_sched_moved(&self->sim->sched, deferred.ops[0], 0);
	at(self->sim, 5);
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 1, word, 7, 2));
	EXPECT_EQ(END(1), END(2));
	at(self->sim, END(1));
	SUBMIT(compute(0, 2, 1000, 3));
	SUBMIT(sim_word(VSN_OP_SWAP, 0, 2, word, 20, 4));
	cas = sim_word(VSN_OP_CAS, 0, 2, word, 30, 5);
	cas.arg1 = 20;
	SUBMIT(compute(0, 2, 1000, 6));
	SUBMIT(cas);
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 3, word, 20, 7));
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 4, word, 21, 8));
	EXPECT_EQ(END(4), END(7));
	EXPECT_EQ(END(5), END(8));
}

/* However many atomics there were, the last ones are known, and no memory is taken. */
TEST_F(online, history_is_bounded)
{
	u64 word = self->near, i, allocs = self->sim->allocs;

	at(self->sim, 0);
	SUBMIT(compute(0, 0, 1000000, 1));
	for (i = 0; i < 20000; i++)
		SUBMIT(sim_word(VSN_OP_SIGNAL, 0, 0, word + 8 * (i % 7), 1, 2));
	SUBMIT(sim_word(VSN_OP_SIGNAL, 0, 0, word, 1, 3));
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 1, word, 20000 / 7 + 2, 4));
	EXPECT_EQ(END(3), END(4));
	at(self->sim, END(3));
	/* A party, and room that events and chunks had, are all that is left. */
	EXPECT_GE(allocs + 8, self->sim->allocs);
}

/* While its bytes are moved, what is behind an operation does not start; its time does. */
TEST_F(online, a_move_holds_its_stream)
{
	u64 end;

	deferred.on = true;
	at(self->sim, 0);
	SUBMIT(sim_copy(0, 0, self->far, self->near, 4096, 1));
	SUBMIT(sim_copy(0, 0, self->far + 4096, self->far, 4096, 2));
	SUBMIT(nop(0, 1, 3));
	ASSERT_EQ(1, deferred.nr);
	EXPECT_EQ(1, self->sim->nr_done);
	EXPECT_EQ(VSN_OP_MOVING, deferred.ops[0]->state);
	/* It is not cancelled, what is behind it is. */
	end = deferred.ops[0]->end;
	at(self->sim, 1000 * end);
	vsn_sched_moved(&self->sim->sched, deferred.ops[0], 0);
	while (vsn_sched_run(&self->sim->sched, VSN_TIME_MAX, 7))
		;
	ASSERT_EQ(2, deferred.nr);
	EXPECT_EQ(end, deferred.ops[1]->start);
	SUBMIT(nop(0, 0, 4));
	EXPECT_EQ(1, vsn_sched_cancel(&self->sim->sched, &self->sim->all));
	EXPECT_EQ(-ECANCELED, sim_find(self->sim, 4)->res);
	vsn_sched_moved(&self->sim->sched, deferred.ops[1], -ENOMEM);
	EXPECT_EQ(-ENOMEM, sim_find(self->sim, 2)->res);
	EXPECT_EQ(0, self->sim->sched.nr_pending);
}

/* A WAIT on a word that is about to change stays until it has. */
TEST_F(online, a_wait_on_what_is_moved)
{
	at(self->sim, 0);
	self->sim->load_error = -EBUSY;
	SUBMIT(sim_word(VSN_OP_WAIT, 0, 1, self->far, 0, 1));
	EXPECT_EQ(0, self->sim->nr_done);
	EXPECT_EQ(1, self->sim->sched.nr_blocked);
	self->sim->load_error = 0;
	deferred.on = true;
	SUBMIT(sim_copy(0, 0, self->far, self->near, 4096, 2));
	vsn_sched_moved(&self->sim->sched, deferred.ops[0], -ECANCELED);
	while (vsn_sched_run(&self->sim->sched, VSN_TIME_MAX, 7))
		;
	EXPECT_EQ(0, sim_find(self->sim, 1)->res);
	EXPECT_EQ(-ECANCELED, sim_find(self->sim, 2)->res);
}

/* A glance looks at a few, and at others the next time. */
TEST_F(online, a_glance_is_bounded)
{
	u64 i;

	at(self->sim, 0);
	for (i = 0; i < 100; i++)
		SUBMIT(sim_word(VSN_OP_WAIT, 0, i, self->near + 4096 * i, 1, i));
	for (i = 0; i < 100; i++)
		*(u64 *)sim_bytes(self->sim, self->near + 4096 * i) = 1;
	for (i = 1; i <= 10; i++) {
		vsn_sched_glance(&self->sim->sched, 10);
		while (vsn_sched_run(&self->sim->sched, VSN_TIME_MAX, 7))
			;
		EXPECT_EQ(10 * i, self->sim->nr_done);
	}
}

/* From one clock to the other and back: time goes on, and nothing is left. */
TEST_F(online, clocks_change)
{
	struct vsn_sched *s = &self->sim->sched;

	at(self->sim, 100);
	SUBMIT(compute(0, 0, 5000, 1));
	ASSERT_EQ(0, vsn_online_set(s, false));
	EXPECT_EQ(5100, s->now);
	EXPECT_EQ(0, s->nr_streams);
	EXPECT_EQ(0, s->nr_parties);
	EXPECT_EQ(NULL, s->history);
	EXPECT_EQ(NULL, self->sim->all.idle);
	SUBMIT(nop(0, 1, 2));
	EXPECT_EQ(5100, START(2));
	ASSERT_EQ(0, vsn_online_set(s, true));
	SUBMIT(nop(0, 1, 3));
	EXPECT_EQ(5100, START(3));
	ASSERT_EQ(0, vsn_online_set(s, true));
	ASSERT_EQ(0, vsn_online_set(s, false));
	self->sim->fail_at = self->sim->alloc_count + 1;
	self->sim->fail_count = 1;
	EXPECT_EQ(-ENOMEM, vsn_online_set(s, true));
	EXPECT_FALSE(s->online);
}

/* Whatever allocation fails, an operation completes or is refused, and all is given back. */
TEST_F(online, no_memory)
{
	u64 i, base = self->sim->alloc_count;
	struct vsn_sqe sqe;
	int refused = 0;

	for (i = 1; i < 40; i++) {
		self->sim->fail_at = self->sim->alloc_count + 1 + i % 5;
		self->sim->fail_count = 1 + i % 3;
		at(self->sim, i * 1000);
		sqe = sim_copy(i % 2, i, self->far, self->near, 8192 + 100000 * i, i);
		refused += sim_submit(self->sim, &sqe) == -ENOMEM;
		while (vsn_sched_run(&self->sim->sched, VSN_TIME_MAX, 7))
			;
	}
	EXPECT_LT(0, refused);
	EXPECT_LT(base, self->sim->alloc_count);
	EXPECT_EQ(0, self->sim->sched.nr_pending);
}

static u64 seed = 1;

static int take_down(struct sim *sim, u32 ep, u64 at, u64 until)
{
	struct vsn_fault want = {
		.target = vsn_topo_link_id(&sim->topo.networks[0].tiers[0], ep, 0, 0, 0, 0),
		.what = { .down = true, .bandwidth = VSN_BANDWIDTH_ALL },
		.at = at, .until = until,
	};
	struct vsn_diag diag;
	u32 id;

	return vsn_fault_add(&sim->sched, &want, &id, &diag);
}

/* Executed ahead of the clock, a fault is still to come for what starts before it. */
TEST_F(online, a_fault_is_not_ahead_of_time)
{
	struct sim *sim = self->sim;
	u64 third = sim_region(sim, 1 << 20, 2, true);
	struct vsn_site site;

	ASSERT_EQ(0, take_down(sim, 2, 1000000, VSN_TIME_MAX));
	/* Takes 100 us, and meets it. */
	SUBMIT(sim_copy(0, 0, self->far, self->near, 1 << 20, 1));
	vsn_fault_link(&sim->sched, 4, &site);
	ASSERT_EQ(1000000, site.since);
	SUBMIT(sim_copy(2, 0, self->far, third, 64, 2));
	EXPECT_EQ(0, sim_find(sim, 2)->res);
	at(sim, 999999);
	EXPECT_EQ(NULL, vsn_site_down(&sim->sched, 4));
	at(sim, 1000000);
	SUBMIT(sim_copy(2, 0, self->far, third, 64, 3));
	EXPECT_EQ(-EHOSTUNREACH, sim_find(sim, 3)->res);
}

/* What was found to be out of reach later is not so before. */
TEST_F(online, nothing_is_out_of_reach_before)
{
	struct sim *sim = self->sim;
	u64 third = sim_region(sim, 1 << 20, 2, true);

	ASSERT_EQ(0, take_down(sim, 2, 1000000, VSN_TIME_MAX));
	/* What follows it starts at 50 us. */
	SUBMIT(compute(2, 0, 50000000, 1));
	SUBMIT(sim_copy(2, 0, self->far, third, 64, 2));
	EXPECT_EQ(-EHOSTUNREACH, sim_find(sim, 2)->res);
	SUBMIT(sim_copy(2, 1, self->far, third, 64, 3));
	EXPECT_EQ(0, sim_find(sim, 3)->res);
}

/* Faults begin and end by the clock, whether or not anything happens besides. */
TEST_F(online, faults_go_by_the_clock)
{
	struct vsn_sched *s = &self->sim->sched;
	u64 i;

	for (i = 0; i < 10000; i++)
		ASSERT_EQ(0, take_down(self->sim, i % 4, 1000 + i, 1002 + i));
	at(self->sim, 1001);
	EXPECT_EQ(2, s->faults.nr_down);
	EXPECT_EQ(1001, s->now);
	/* As many as there are take more than one look. */
	at(self->sim, 100000);
	EXPECT_LT(0, s->faults.nr);
	EXPECT_EQ(100000, s->now);
	for (i = 0; i < 10 && s->faults.nr; i++)
		at(self->sim, 100000);
	EXPECT_EQ(0, s->faults.nr);
	EXPECT_EQ(0, s->faults.nr_down);
}

/* Back in ordered execution nothing is left of before. */
TEST_F(online, the_horizon_does_not_go_back)
{
	struct vsn_sched *s = &self->sim->sched;

	SUBMIT(compute(0, 0, 1000000000, 1));
	at(self->sim, 10000000);
	ASSERT_EQ(0, take_down(self->sim, 2, 500000000, 2000000000));
	ASSERT_EQ(0, vsn_online_set(s, false));
	EXPECT_EQ(1000000000, s->now);
	EXPECT_FALSE(vsn_sched_run(s, 600000000, 100));
	EXPECT_EQ(1, s->faults.nr_down);
	EXPECT_EQ(1000000000, s->now);
}

/* A signal that was not enough does not hide the copy that was. */
TEST_F(online, a_wait_on_a_copy_beside_signals)
{
	struct sim *sim = self->sim;
	u64 src = sim_region(sim, 4096, 2, true);

	*(u64 *)sim_bytes(sim, src) = 100;
	SUBMIT(sim_word(VSN_OP_SIGNAL, 0, 0, self->far, 1, 1));
	SUBMIT(compute(2, 0, 1000000000, 2));
	SUBMIT(sim_copy(2, 0, self->far, src, 8, 3));
	SUBMIT(sim_word(VSN_OP_WAIT, 1, 0, self->far, 50, 4));
	EXPECT_EQ(100, sim_find(sim, 4)->value);
	EXPECT_LE(sim_find(sim, 3)->end, sim_find(sim, 4)->end);
}

/* Words that share a place in the history do not hide each other. */
TEST_F(online, many_words)
{
	u64 i;

	for (i = 0; i < 4096; i++)
		SUBMIT(sim_word(VSN_OP_SIGNAL, 0, i, self->far + 8 * i, 1, i));
	for (i = 0; i < 16; i++) {
		SUBMIT(sim_word(VSN_OP_WAIT, 1, i, self->far + 8 * i, 1, 5000 + i));
		EXPECT_EQ(END(i), END(5000 + i));
	}
}

/* What is executed ahead of the clock is lost by a link that fails now, but not before. */
TEST_F(online, nothing_is_sent_again_before_it_starts)
{
	u64 words[4], start = 1000000000000ULL;
	struct sim *sim = self->sim;
	struct vsn_health down = { .down = true, .bandwidth = VSN_BANDWIDTH_ALL };
	struct vsn_diag diag;
	struct vsn_sqe sqe;
	u32 budget, i, link;

	for (i = 0; i < 4; i++)
		words[i] = sim_region(sim, 4096, i, true);
	for (budget = 6; budget < 30; budget++) {
		for (i = 0; i < 4; i++) {
			sqe = compute(i, 0, start, 100 * budget + i);
			ASSERT_EQ(0, sim_submit(sim, &sqe));
			sqe = sim_word(VSN_OP_FADD, i, 0, words[(i + 1) % 4], 1,
				       100 * budget + 10 + i);
			ASSERT_EQ(0, sim_submit(sim, &sqe));
		}
		vsn_sched_run(&sim->sched, VSN_TIME_MAX, budget);
		for (link = 0; link < sim->topo.nr_links; link++) {
			down.down = true;
			ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, false, link, &down,
							  &diag));
			down.down = false;
			ASSERT_EQ(0, vsn_fault_set_health(&sim->sched, false, link, &down,
							  &diag));
		}
		while (vsn_sched_run(&sim->sched, VSN_TIME_MAX, 4096))
			;
		for (i = 0; i < 4; i++) {
			const struct vsn_cqe *c = sim_find(sim, 100 * budget + 10 + i);

			/* Both ways: two links, a switch each */
			ASSERT_EQ(0, c->res);
			ASSERT_LE(c->start + 2 * (2 * 1000 + 200000), c->end);
		}
	}
}

static u64 next(u64 below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 24) % below;
}

/*
 * Random traffic: streams keep their order in time, nothing starts before it was
 * submitted, fences cover what came before.  Bytes are moved whenever it pleases.
 */
TEST_F(online, random_traffic)
{
	static const u8 opcodes[] = {
		VSN_OP_NOP, VSN_OP_COPY, VSN_OP_FADD, VSN_OP_COMPUTE, VSN_OP_FENCE,
	};
	u64 submitted[4000], tail[4][4] = {}, latest[4] = {}, fenced[4] = {}, now = 0, i;
	struct vsn_sched *s = &self->sim->sched;
	const struct vsn_cqe *c;
	struct vsn_sqe sqe;
	size_t pick;

	deferred.on = true;
	for (i = 0; i < ARRAY_SIZE(submitted); i++) {
		now += next(4) ? next(1000) : next(10000000);
		at(self->sim, now);
		submitted[i] = now;
		sqe = sim_word(opcodes[next(ARRAY_SIZE(opcodes))], next(4), next(4), 0, 0, i);
		if (sqe.opcode == VSN_OP_COPY)
			sqe = sim_copy(sqe.initiator, sqe.stream, self->far + next(1000),
				       self->near + next(1000), 1 + next(200000), i);
		else if (sqe.opcode == VSN_OP_FADD)
			sqe.dst = self->far + 8 * next(4);
		else if (sqe.opcode == VSN_OP_COMPUTE)
			sqe.arg0 = next(1000000);
		ASSERT_EQ(0, sim_submit(self->sim, &sqe));
		vsn_sched_run(s, VSN_TIME_MAX, next(50));
		while (deferred.nr && (deferred.nr > 8 || next(2))) {
			struct vsn_op *op;

			pick = next(deferred.nr);
			op = deferred.ops[pick];
			deferred.ops[pick] = deferred.ops[--deferred.nr];
			vsn_sched_moved(s, op, 0);
		}
	}
	while (vsn_sched_run(s, VSN_TIME_MAX, 50) || deferred.nr)
		if (deferred.nr)
			vsn_sched_moved(s, deferred.ops[--deferred.nr], 0);
	ASSERT_EQ(ARRAY_SIZE(submitted), self->sim->nr_done);
	for (i = 0; i < ARRAY_SIZE(submitted); i++) {
		c = sim_find(self->sim, i);
		ASSERT_EQ(0, c->res);
		ASSERT_LE(submitted[i], c->start);
		ASSERT_LE(c->start, c->end);
		ASSERT_LE(tail[c->initiator][c->stream], c->start);
		tail[c->initiator][c->stream] = c->end;
		ASSERT_LE(fenced[c->initiator], c->start);
		if (c->opcode == VSN_OP_FENCE) {
			ASSERT_LE(latest[c->initiator], c->end);
			fenced[c->initiator] = c->end;
		}
		latest[c->initiator] = vsn_max(latest[c->initiator], c->end);
	}
	at(self->sim, s->latest);
	while (s->nr_streams)
		at(self->sim, s->latest);
	EXPECT_EQ(0, s->nr_pending);
}

TEST(timebase_is_exact)
{
	struct vsn_timebase t = { .scale = VSN_SCALE_DEFAULT, .wall = 1000, .virt = 77 };
	u64 i, wall, virt;

	EXPECT_EQ(77, vsn_timebase_virt(&t, 0));
	EXPECT_EQ(77, vsn_timebase_virt(&t, 1000));
	EXPECT_EQ(1077, vsn_timebase_virt(&t, 1001));
	EXPECT_EQ(1000, vsn_timebase_wall(&t, 0));
	EXPECT_EQ(1001, vsn_timebase_wall(&t, 78));
	EXPECT_EQ(1001, vsn_timebase_wall(&t, 1077));
	EXPECT_EQ(1002, vsn_timebase_wall(&t, 1078));
	EXPECT_EQ(U64_MAX, vsn_timebase_virt(&t, U64_MAX));
	for (i = 0; i < 100000; i++) {
		t.scale = VSN_SCALE_MIN + next(i % 2 ? VSN_SCALE_MAX - VSN_SCALE_MIN + 1 : 2000000);
		t.wall = next(1ULL << 40);
		t.virt = next(1ULL << 40);
		wall = t.wall + next(i % 3 ? 1000000 : 1ULL << 40);
		virt = vsn_timebase_virt(&t, wall);
		ASSERT_EQ((u64)((__uint128_t)(wall - t.wall) * 1000000000 / t.scale) + t.virt,
			  virt);
		/* The first moment that is not before it: no later than where it came from */
		ASSERT_GE(wall, vsn_timebase_wall(&t, virt));
		ASSERT_LE(virt, vsn_timebase_virt(&t, vsn_timebase_wall(&t, virt)));
		ASSERT_GE(vsn_timebase_virt(&t, wall + 1), virt);
	}
	t = (struct vsn_timebase) { .scale = VSN_SCALE_MAX };
	EXPECT_EQ(U64_MAX, vsn_timebase_wall(&t, U64_MAX - 1));
	t.scale = VSN_SCALE_MIN;
	EXPECT_EQ(U64_MAX, vsn_timebase_virt(&t, 1ULL << 50));
}

TEST_HARNESS_MAIN
