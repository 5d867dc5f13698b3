// SPDX-License-Identifier: GPL-2.0
/* Streams, effects, WAITs, bounds, cancelling, and entries that are refused. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "sched_impl.h"
#include "sim.h"

#define GB	1000000000ULL

FIXTURE(sched)
{
	struct sim *sim;
	u64 r[4];	/* a region of 1 MiB at each endpoint */
};

FIXTURE_SETUP(sched)
{
	u32 n = 4, i;

	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	sim_topo(&self->sim->topo, &n, 1);
	sim_tier(&self->sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .planes = 2,
		.bandwidth = 10 * GB, .latency = 1000, .switch_latency = 200000 });
	self->sim->topo.networks[0].header = 16;
	ASSERT_EQ(0, sim_init(self->sim));
	for (i = 0; i < n; i++)
		self->r[i] = sim_region(self->sim, 1 << 20, i, true);
}

FIXTURE_TEARDOWN(sched)
{
	u32 i;

	for (i = 0; i < self->sim->nr_regions; i++)
		EXPECT_EQ(self->sim->sched.nr_pending ? self->sim->regions[i].refs : 0,
			  self->sim->regions[i].refs);
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	for (i = 0; i < self->sim->nr_regions; i++)
		EXPECT_EQ(0, self->sim->regions[i].refs);
	free(self->sim);
}

static void submit(struct __test_metadata *_metadata, struct sim *sim, struct vsn_sqe sqe)
{
	ASSERT_EQ(0, sim_submit(sim, &sqe));
}

/* The bytes that were sent are the bytes that arrive. */
TEST_F(sched, copy_moves_bytes)
{
	u8 *src = sim_bytes(self->sim, self->r[0]);
	u8 *dst = sim_bytes(self->sim, self->r[2]);
	int i;

	for (i = 0; i < 100000; i++)
		src[i + 5] = i * 7;
	submit(_metadata, self->sim, sim_copy(1, 0, self->r[2] + 9, self->r[0] + 5, 100000, 1));
	sim_run(self->sim);
	EXPECT_EQ(0, memcmp(dst + 9, src + 5, 100000));
	EXPECT_EQ(0, dst[8]);
	EXPECT_EQ(0, dst[100009]);
	EXPECT_EQ(100000, sim_find(self->sim, 1)->bytes);
}

/* Operations of one stream run in order, each after the end of the last. */
TEST_F(sched, stream_is_ordered)
{
	u64 i;

	for (i = 0; i < 10; i++)
		submit(_metadata, self->sim,
		       sim_copy(0, 0, self->r[(i + 1) % 4], self->r[i % 4], 5000, i));
	sim_bytes(self->sim, self->r[0])[4999] = 77;
	sim_run(self->sim);
	for (i = 1; i < 10; i++)
		EXPECT_EQ(sim_find(self->sim, i - 1)->end, sim_find(self->sim, i)->start);
	/* 0 -> 1 -> 2 -> 3 -> 0 -> 1 -> 2 … the byte went all the way */
	EXPECT_EQ(77, sim_bytes(self->sim, self->r[2])[4999]);
}

TEST_F(sched, atomics)
{
	u64 *w = (u64 *)sim_bytes(self->sim, self->r[1]);
	struct vsn_sqe cas;

	*w = 10;
	submit(_metadata, self->sim, sim_word(VSN_OP_FADD, 0, 0, self->r[1], 5, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_SWAP, 0, 0, self->r[1], 99, 2));
	cas = sim_word(VSN_OP_CAS, 0, 0, self->r[1], 1, 3);
	cas.arg1 = 98;
	submit(_metadata, self->sim, cas);
	cas.arg1 = 99;
	cas.user_data = 4;
	submit(_metadata, self->sim, cas);
	sim_run(self->sim);
	EXPECT_EQ(10, sim_find(self->sim, 1)->value);
	EXPECT_EQ(15, sim_find(self->sim, 2)->value);
	EXPECT_EQ(99, sim_find(self->sim, 3)->value);
	EXPECT_EQ(99, sim_find(self->sim, 4)->value);
	EXPECT_EQ(1, *w);
}

/* A COPY or an atomic onto the word wakes as a SIGNAL does. */
TEST_F(sched, any_store_wakes)
{
	u64 *src = (u64 *)sim_bytes(self->sim, self->r[0]);

	src[1] = 3;
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 0, self->r[1] + 8, 3, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 3, 0, self->r[1] + 8, 4, 2));
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1], self->r[0], 64, 3));
	submit(_metadata, self->sim, sim_word(VSN_OP_FADD, 0, 0, self->r[1] + 8, 1, 4));
	sim_run(self->sim);
	EXPECT_EQ(sim_find(self->sim, 3)->end + 202000, sim_find(self->sim, 1)->end);
	EXPECT_EQ(sim_find(self->sim, 4)->end + 202000, sim_find(self->sim, 2)->end);
	EXPECT_EQ(4, sim_find(self->sim, 2)->value);
}

/* A store wakes who waits on what it changed, not who waits beside it. */
TEST_F(sched, only_its_word_wakes)
{
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 0, self->r[1], 0, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 1, self->r[1], 1, 2));
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 2, self->r[1] + 8, 1, 3));
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 3, self->r[1] + 16, 1, 4));
	submit(_metadata, self->sim, sim_word(VSN_OP_SIGNAL, 0, 0, self->r[1] + 8, 1, 5));
	sim_run(self->sim);
	EXPECT_EQ(3, self->sim->nr_done);
	EXPECT_NE(NULL, sim_find(self->sim, 1));
	EXPECT_NE(NULL, sim_find(self->sim, 3));
	EXPECT_EQ(2, self->sim->sched.nr_blocked);
}

/* A range larger than the waiter table is searched as well. */
TEST_F(sched, large_fill_wakes)
{
	u64 big = sim_region(self->sim, 64 << 20, 1, true);
	struct vsn_sqe fill = { .opcode = VSN_OP_FILL, .initiator = 0, .dst = big,
				.len = 64 << 20, .arg0 = ~0ULL, .user_data = 2 };

	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 0, big + (33 << 20), 7, 1));
	submit(_metadata, self->sim, fill);
	sim_run(self->sim);
	EXPECT_EQ(2, self->sim->nr_done);
}

static bool pick_stream(void *ctx, const struct vsn_op *op)
{
	return op->sqe.stream == *(u32 *)ctx;
}

/* Of what is blocked, only what the caller picks is counted and listed. */
TEST_F(sched, blocked_of_some)
{
	struct vsn_blocked list[4];
	struct vsn_sched *s = &self->sim->sched;
	u32 stream;

	for (stream = 1; stream < 4; stream++)
		submit(_metadata, self->sim,
		       sim_word(VSN_OP_WAIT, 2, stream, self->r[1], 7, stream));
	submit(_metadata, self->sim, sim_word(VSN_OP_FENCE, 2, stream, 0, 0, stream));
	sim_run(self->sim);
	EXPECT_EQ(4, s->nr_blocked);
	for (stream = 1; stream < 6; stream++) {
		size_t nr = stream < 5;

		EXPECT_EQ(nr, vsn_sched_blocked_of(s, pick_stream, &stream, NULL, 10));
		EXPECT_EQ(nr, vsn_sched_blocked_of(s, pick_stream, &stream, list, 4));
		if (nr)
			EXPECT_EQ(stream, list[0].stream);
		EXPECT_EQ(0, vsn_sched_blocked_of(s, pick_stream, &stream, list, 0));
	}
	EXPECT_EQ(4, vsn_sched_blocked_of(s, NULL, NULL, NULL, 10));
	EXPECT_EQ(3, vsn_sched_blocked_of(s, NULL, NULL, NULL, 3));
}

static bool may_even(void *ctx, u32 ep)
{
	++*(int *)ctx;
	return ep % 2 == 0;
}

/* An initiator that an entry may not name is none; who that is, only a real one is asked. */
TEST_F(sched, initiators_that_may)
{
	int asked = 0;
	struct vsn_op_env env = {
		.topo = &self->sim->topo, .may = may_even, .ctx = &asked,
	};
	struct vsn_sqe sqe = { .opcode = VSN_OP_NOP, .initiator = 2 };
	struct vsn_op op;

	EXPECT_EQ(0, vsn_op_check(&op, &sqe, &env));
	EXPECT_EQ(1, asked);
	sqe.initiator = 1;
	EXPECT_EQ(-EINVAL, vsn_op_check(&op, &sqe, &env));
	EXPECT_EQ(2, asked);
	sqe.initiator = 1U << 20;
	EXPECT_EQ(-EINVAL, vsn_op_check(&op, &sqe, &env));
	EXPECT_EQ(2, asked);
	env.may = NULL;
	sqe.initiator = 1;
	EXPECT_EQ(0, vsn_op_check(&op, &sqe, &env));
}

/* What nobody signals stays, is listed, and a CPU store is noticed at RUN. */
TEST_F(sched, blocked_and_recheck)
{
	struct vsn_blocked list[2];
	struct vsn_sched *s = &self->sim->sched;

	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 5, self->r[1], 7, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 2, 5, 0, 10, 2));
	sim_run(self->sim);
	EXPECT_EQ(0, self->sim->nr_done);
	EXPECT_EQ(2, s->nr_pending);
	EXPECT_EQ(0, vsn_sched_blocked(s, NULL, 0));
	ASSERT_EQ(1, vsn_sched_blocked(s, list, 2));
	EXPECT_EQ(1, list[0].user_data);
	EXPECT_EQ(5, list[0].stream);
	EXPECT_EQ(self->r[1], list[0].ua);
	EXPECT_EQ(7, list[0].want);
	*(u64 *)sim_bytes(self->sim, self->r[1]) = 8;
	sim_run(self->sim);
	EXPECT_EQ(2, self->sim->nr_done);
	EXPECT_EQ(8, sim_find(self->sim, 1)->value);
	EXPECT_EQ(0, s->nr_blocked);
}

/* A bound stops before later events; the rest goes on as if nothing was. */
TEST_F(sched, until)
{
	struct vsn_sched *s = &self->sim->sched;

	submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 0, 0, 0, 1000, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 0, 0, 0, 1000, 2));
	EXPECT_FALSE(vsn_sched_run(s, 999, 100));
	EXPECT_EQ(0, self->sim->nr_done);
	EXPECT_EQ(999, s->now);
	EXPECT_FALSE(vsn_sched_run(s, 1000, 100));
	EXPECT_EQ(1, self->sim->nr_done);
	/* Submitted late, so it does not start in the past. */
	submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 1, 0, 0, 1, 3));
	EXPECT_FALSE(vsn_sched_run(s, VSN_TIME_MAX, 100));
	EXPECT_EQ(1000, sim_find(self->sim, 3)->start);
	EXPECT_EQ(2000, sim_find(self->sim, 2)->end);
}

/* What one call does is bounded, however many wait on one word or bytes move. */
TEST_F(sched, work_is_bounded)
{
	struct vsn_sched *s = &self->sim->sched;
	u64 i, calls;

	for (i = 0; i < 1000; i++)
		submit(_metadata, self->sim,
		       sim_word(VSN_OP_WAIT, 2, i, self->r[1], 1000, i));
	while (vsn_sched_run(s, VSN_TIME_MAX, 100))
		;
	EXPECT_EQ(1000, s->nr_blocked);
	for (i = 0; i < 50; i++)
		submit(_metadata, self->sim, sim_word(VSN_OP_FADD, 1, i, self->r[1], 1, i));
	/* 50 times 1000 are looked at, 100 or so a call and one more list. */
	for (calls = 0; vsn_sched_run(s, VSN_TIME_MAX, 100); calls++)
		ASSERT_LT(s->work, 100 + 1000 + 10);
	EXPECT_GE(calls, 49);
	EXPECT_EQ(1000, vsn_sched_cancel(s, &self->sim->all));
	for (i = 0; i < 10; i++)
		submit(_metadata, self->sim,
		       sim_copy(0, i, self->r[1], self->r[0], 1 << 20, i));
	for (calls = 0; vsn_sched_run(s, VSN_TIME_MAX, 100); calls++)
		ASSERT_LT(s->work, 100 + 256 + 10);
	EXPECT_GE(calls, 9);
}

/* Cancel takes one owner's unstarted operations and lets the others move up. */
TEST_F(sched, cancel)
{
	struct vsn_sched *s = &self->sim->sched;
	struct vsn_owner me = {}, other = {};

	self->sim->owner = &me;
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1], self->r[0], 1 << 20, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 0, 1, self->r[1], 7, 2));
	submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 0, 1, 0, 5, 3));
	self->sim->owner = &other;
	submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 0, 1, 0, 5, 4));
	/* The COPY is on its way, the WAIT is blocked. */
	EXPECT_FALSE(vsn_sched_run(s, 1000, 100));
	EXPECT_EQ(1, s->nr_blocked);
	EXPECT_EQ(2, vsn_sched_cancel(s, &me));
	EXPECT_EQ(-ECANCELED, sim_find(self->sim, 2)->res);
	EXPECT_EQ(-ECANCELED, sim_find(self->sim, 3)->res);
	EXPECT_EQ(0, s->nr_blocked);
	sim_run(self->sim);
	EXPECT_EQ(0, sim_find(self->sim, 1)->res);
	EXPECT_EQ(1000, sim_find(self->sim, 4)->start);
	EXPECT_EQ(0, sim_find(self->sim, 4)->res);
	EXPECT_EQ(0, s->nr_pending);
}

/* Cancelled before anything ran: start events leave the heap. */
TEST_F(sched, cancel_unstarted)
{
	struct vsn_sched *s = &self->sim->sched;
	u64 i;

	for (i = 0; i < 20; i++)
		submit(_metadata, self->sim, sim_copy(i % 4, i % 3, self->r[1], self->r[0], 99, i));
	EXPECT_EQ(20, vsn_sched_cancel(s, &self->sim->all));
	EXPECT_EQ(0, s->heap.nr);
	EXPECT_EQ(0, s->nr_streams);
	sim_run(self->sim);
	EXPECT_EQ(20, self->sim->nr_done);
	EXPECT_EQ(0, self->sim->nr_xfers);
}

/*
 * Operations of three owners in a few streams: however they are interleaved and
 * whatever has started, cancel takes one's, and the others' all complete.
 */
TEST_F(sched, cancel_interleaved)
{
	struct vsn_sched *s = &self->sim->sched;
	struct vsn_owner owner[3] = {};
	u64 i, gone, seed = 7;
	u32 round;

	for (round = 0; round < 50; round++) {
		self->sim->nr_done = 0;
		for (i = 0; i < 300; i++) {
			struct vsn_sqe sqe;

			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			self->sim->owner = &owner[(seed >> 33) % 3];
			if (seed >> 61)
				sqe = sim_copy(0, seed >> 45 & 7, self->r[1], self->r[0],
					       1 + (seed >> 40 & 0xffff), i);
			else
				sqe = sim_word(VSN_OP_WAIT, 0, seed >> 45 & 7,
					       self->r[2], 1, i);
			submit(_metadata, self->sim, sqe);
		}
		vsn_sched_run(s, VSN_TIME_MAX, round * 40);
		i = self->sim->nr_done;
		gone = vsn_sched_cancel(s, &owner[round % 3]);
		ASSERT_EQ(i + gone, self->sim->nr_done);
		for (; i < self->sim->nr_done; i++) {
			ASSERT_EQ(-ECANCELED, self->sim->done[i].res);
			if (gone-- && i + 1 < self->sim->nr_done)
				ASSERT_LT(self->sim->done[i].user_data,
					  self->sim->done[i + 1].user_data);
		}
		/* What is left of it is on the way, one a stream at most. */
		*(u64 *)sim_bytes(self->sim, self->r[2]) = 1;
		sim_run(self->sim);
		*(u64 *)sim_bytes(self->sim, self->r[2]) = 0;
		ASSERT_EQ(300, self->sim->nr_done);
		ASSERT_EQ(0, s->nr_pending);
		for (i = 0; i < 3; i++)
			ASSERT_EQ(NULL, owner[i].first);
	}
}

/* To cancel nothing, or little, is not more work where others have much. */
TEST_F(sched, cancel_costs_its_own)
{
	struct vsn_sched *s = &self->sim->sched;
	static struct vsn_owner owner[40000];
	u64 i;

	/* All behind one WAIT: 400000 operations in one stream. */
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 0, self->r[1], 7, 0));
	sim_run(self->sim);
	for (i = 1; i <= 400000; i++) {
		self->sim->owner = &owner[i % ARRAY_SIZE(owner)];
		submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 2, 0, 0, 1, i));
	}
	for (i = 0; i < ARRAY_SIZE(owner); i++) {
		EXPECT_EQ(10, vsn_sched_cancel(s, &owner[i]));
		EXPECT_EQ(0, vsn_sched_cancel(s, &owner[i]));
	}
	EXPECT_EQ(1, s->nr_pending);
}

/* A scheduler that goes away hands everything back; see the teardown. */
TEST_F(sched, freed_in_the_middle)
{
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1], self->r[0], 1 << 20, 1));
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1], self->r[0], 1 << 20, 2));
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 0, 1, self->r[1], 7, 3));
	vsn_sched_run(&self->sim->sched, VSN_TIME_MAX, 20);
}

/* NODATA takes the same time and the same wires, and moves nothing. */
TEST_F(sched, nodata)
{
	struct vsn_sqe sqe = sim_copy(0, 0, self->r[1], self->r[0], 50000, 1);
	struct vsn_cqe first;

	memset(sim_bytes(self->sim, self->r[0]), 1, 50000);
	sqe.flags = VSN_OP_F_NODATA;
	submit(_metadata, self->sim, sqe);
	sim_run(self->sim);
	EXPECT_EQ(0, sim_bytes(self->sim, self->r[1])[0]);
	first = *sim_find(self->sim, 1);
	sqe.flags = 0;
	sqe.user_data = 2;
	submit(_metadata, self->sim, sqe);
	sim_run(self->sim);
	EXPECT_EQ(1, sim_bytes(self->sim, self->r[1])[49999]);
	EXPECT_EQ(first.end - first.start,
		  sim_find(self->sim, 2)->end - sim_find(self->sim, 2)->start);
	EXPECT_EQ(first.wire, sim_find(self->sim, 2)->wire);
}

/* Counters, transfers and completions agree. */
TEST_F(sched, accounts_agree)
{
	struct sim *sim = self->sim;
	u64 i, wire = 0, bytes = 0, link_wire = 0, link_payload = 0, moved = 0;
	u64 in = 0, out = 0, local = 0, seed = 1;

	for (i = 0; i < 500; i++) {
		u32 who, to, from;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		who = seed >> 62;
		to = seed >> 60 & 3;
		from = seed >> 58 & 3;
		submit(_metadata, sim, sim_copy(who, seed >> 55 & 7, self->r[to],
						self->r[from], 1 + (seed >> 36 & 0x7ffff), i));
	}
	submit(_metadata, sim, sim_word(VSN_OP_FADD, 0, 0, self->r[1], 1, 1000));
	sim_run(sim);
	for (i = 0; i < sim->nr_done; i++) {
		ASSERT_EQ(0, sim->done[i].res);
		wire += sim->done[i].wire;
		bytes += sim->done[i].bytes;
	}
	for (i = 0; i < sim->topo.nr_links; i++) {
		struct vsn_link *l = vsn_links_find(&sim->sched.links, i);

		link_wire += l ? l->wire : 0;
		link_payload += l ? l->payload : 0;
	}
	for (i = 0; i < 4; i++) {
		struct vsn_endpoint_stats *st = vsn_sparse_find(&sim->sched.stats, i);

		moved += st->read_bytes + st->write_bytes + st->local_bytes;
		in += st->in_bytes;
		out += st->out_bytes;
		local += st->local_bytes;
	}
	EXPECT_EQ(wire, sim->xfer_wire);
	EXPECT_EQ(wire, link_wire);
	EXPECT_EQ(sim->xfer_payload, link_payload);
	EXPECT_EQ(bytes, moved);
	EXPECT_EQ(in, out);
	EXPECT_EQ(bytes, in + local);
}

/* Each bad field, in the order in which they are checked. */
TEST_F(sched, refused)
{
	struct vsn_sqe good = sim_copy(0, 0, self->r[1], self->r[0], 64, 1), bad;
	u64 end = self->r[1] + (1 << 20);

#define REFUSED(err, change) do {				\
	bad = good;						\
	change;							\
	EXPECT_EQ(err, sim_submit(self->sim, &bad)) {		\
		TH_LOG("for: %s", #change);			\
	}							\
} while (0)
	REFUSED(-EINVAL, bad.opcode = VSN_OP_DISCARD + 1);
	REFUSED(-EINVAL, bad.flags = 8);
	REFUSED(-EINVAL, bad.flags = VSN_OP_F_TO_SWITCH | VSN_OP_F_FROM_SWITCH);
	REFUSED(-EINVAL, bad.reserved = 1);
	REFUSED(-EINVAL, bad.network = 2);
	REFUSED(-EINVAL, bad.initiator = 4);
	REFUSED(-EINVAL, bad.arg0 = 1);
	REFUSED(-EINVAL, bad.arg1 = 1);
	REFUSED(-EINVAL, bad.len = 0);
	REFUSED(-EINVAL, bad.len = VSN_OP_MAX_LEN + 1);
	REFUSED(-EPERM, bad.dst = 0);
	REFUSED(-EPERM, bad.src = VSN_UA_POOL - 1);
	REFUSED(-EFAULT, bad.dst = 1ULL << 62);
	REFUSED(-EFAULT, bad.dst = end);
	REFUSED(-EFAULT, bad.src = VSN_UA_POOL + (1ULL << 50));
	REFUSED(-ERANGE, bad.dst = end - 63);
	REFUSED(-ERANGE, bad.len = VSN_OP_MAX_LEN);
	good = sim_word(VSN_OP_FADD, 0, 0, self->r[1], 1, 1);
	REFUSED(-EINVAL, bad.dst += 4);
	REFUSED(-EINVAL, bad.len = 8);
	REFUSED(-EINVAL, bad.flags = VSN_OP_F_NODATA);
	good = sim_word(VSN_OP_COMPUTE, 0, 0, 0, 1, 1);
	REFUSED(-EINVAL, bad.network = 1);
	REFUSED(-EINVAL, bad.dst = self->r[1]);
	EXPECT_EQ(22, self->sim->nr_done);
}

/* Past the end of time operations fail; nothing wraps. */
TEST_F(sched, end_of_time)
{
	submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 0, 0, 0, U64_MAX - 5, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_COMPUTE, 0, 0, 0, 6, 2));
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1], self->r[0], 64, 3));
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1], self->r[0], 1 << 20, 4));
	sim_run(self->sim);
	EXPECT_EQ(0, sim_find(self->sim, 1)->res);
	EXPECT_EQ(-EOVERFLOW, sim_find(self->sim, 2)->res);
	EXPECT_EQ(-EOVERFLOW, sim_find(self->sim, 3)->res);
	EXPECT_EQ(-EOVERFLOW, sim_find(self->sim, 4)->res);
	EXPECT_EQ(0, self->sim->sched.nr_pending);
}

/* Word of a store cannot reach the waiter after the end of time. */
TEST_F(sched, end_of_time_wait)
{
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 0, self->r[1], 1, 1));
	submit(_metadata, self->sim,
	       sim_word(VSN_OP_COMPUTE, 1, 0, 0, U64_MAX - 100000, 2));
	submit(_metadata, self->sim, sim_word(VSN_OP_SIGNAL, 1, 0, self->r[1], 1, 3));
	sim_run(self->sim);
	EXPECT_EQ(0, sim_find(self->sim, 3)->res);
	EXPECT_EQ(-EOVERFLOW, sim_find(self->sim, 1)->res);
	EXPECT_EQ(sim_find(self->sim, 3)->end, sim_find(self->sim, 1)->end);
	EXPECT_EQ(0, self->sim->sched.nr_pending);
}

/* An effect that fails is the operation's result; its stream goes on. */
TEST_F(sched, effect_fails)
{
	self->sim->load_error = -ENOMEM;
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 0, 0, self->r[1], 1, 1));
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1], self->r[0], 64, 2));
	sim_run(self->sim);
	EXPECT_EQ(-ENOMEM, sim_find(self->sim, 1)->res);
	EXPECT_EQ(0, sim_find(self->sim, 2)->res);
}

/* An atomic that fails changes nothing, counts nothing and wakes nobody. */
TEST_F(sched, atomic_fails)
{
	struct vsn_endpoint_stats *stats;

	self->sim->atomic_error = -ENOMEM;
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 0, self->r[1], 5, 1));
	submit(_metadata, self->sim, sim_word(VSN_OP_FADD, 0, 0, self->r[1], 5, 2));
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1] + 8, self->r[0], 64, 3));
	sim_run(self->sim);
	EXPECT_EQ(-ENOMEM, sim_find(self->sim, 2)->res);
	EXPECT_EQ(0, sim_find(self->sim, 3)->res);
	EXPECT_EQ(1, self->sim->sched.nr_blocked);
	stats = vsn_sparse_find(&self->sim->sched.stats, 1);
	ASSERT_NE(NULL, stats);
	EXPECT_EQ(0, stats->atomics);
}

/* A COPY that runs out of memory has moved some bytes: who waits for those goes on. */
TEST_F(sched, failed_copy_wakes)
{
	self->sim->copy_error = -ENOMEM;
	*(u64 *)sim_bytes(self->sim, self->r[0]) = 7;
	submit(_metadata, self->sim, sim_word(VSN_OP_WAIT, 2, 0, self->r[1], 7, 1));
	submit(_metadata, self->sim, sim_copy(0, 0, self->r[1], self->r[0], 64, 2));
	sim_run(self->sim);
	EXPECT_EQ(-ENOMEM, sim_find(self->sim, 2)->res);
	ASSERT_EQ(2, self->sim->nr_done);
	EXPECT_EQ(0, sim_find(self->sim, 1)->res);
}

/* Whatever stream ids a program picks, a look-up has few streams to look at. */
TEST(streams_that_collide)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	u64 inverse = 0xf1de83e19937733dULL, seed = 1, id, longest = 0, len, nr = 0;
	struct vsn_sqe sqe = { .opcode = VSN_OP_NOP };
	const struct vsn_stream *st;
	u32 n = 1 << 20;
	size_t i;

	ASSERT_NE(NULL, sim);
	sim_topo(&sim->topo, &n, 1);
	sim->topo.kinds[VSN_ENDPOINT_KIND_ACCELERATOR].capacity = 1 << 21;
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = GB });
	ASSERT_EQ(0, sim_init(sim));
	ASSERT_EQ(1, 0x9e3779b97f4a7c15ULL * inverse);
	/* Times the golden ratio, 20 bits in the middle of them are zero. */
	while (nr < 2000) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		id = (seed & ~(0xfffffULL << 32)) * inverse;
		if (id >> 52)
			continue;
		sqe.initiator = id >> 32;
		sqe.stream = id;
		ASSERT_EQ(0, sim_submit(sim, &sqe));
		nr++;
	}
	for (i = 0; i < sim->sched.stream_room; i++) {
		for (len = 0, st = sim->sched.streams[i]; st; st = st->next)
			len++;
		longest = len > longest ? len : longest;
	}
	EXPECT_LT(longest, 32);
	sim_free(sim);
	EXPECT_EQ(0, sim->allocs);
	free(sim);
}

TEST_HARNESS_MAIN
