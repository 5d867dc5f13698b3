// SPDX-License-Identifier: GPL-2.0
/* Stragglers: closed forms, to the picosecond, and what is random about them. */
#include "kselftest_harness.h"

#include "sim.h"

#define GB	1000000000ULL
#define NS	1000ULL
#define MiB	(1ULL << 20)

static u64 ser(u64 bytes, u64 bw)
{
	unsigned __int128 n = (unsigned __int128)bytes * 1000000000000ULL;

	return (n + bw - 1) / bw;
}

FIXTURE(straggler)
{
	struct sim *sim;
};

/* Four endpoints at a switch of 1 PB/s, with engines of 100 GB/s and memories of 1 PB/s */
FIXTURE_SETUP(straggler)
{
	u32 size = 4;

	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	sim_topo(&self->sim->topo, &size, 1);
	self->sim->topo.kinds[1].read_bandwidth = 100 * GB;
	self->sim->topo.kinds[1].write_bandwidth = 50 * GB;
	self->sim->topo.kinds[1].overhead = 300 * NS;
	sim_tier(&self->sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 1000000 * GB,
		.latency = 10 * NS, .switch_latency = 200 * NS });
	ASSERT_EQ(0, sim_init(self->sim));
}

FIXTURE_TEARDOWN(straggler)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

#define SET(ep, ...) do {						\
	struct vsn_straggler to = { __VA_ARGS__ };			\
	struct vsn_diag diag;						\
									\
	ASSERT_EQ(0, vsn_straggler_check(&to, &diag));			\
	ASSERT_EQ(0, vsn_straggler_set(&self->sim->sched, ep, &to));	\
} while (0)

static u64 compute(struct sim *sim, u32 ep, u32 stream, u64 time)
{
	struct vsn_sqe sqe = {
		.opcode = VSN_OP_COMPUTE, .initiator = ep, .stream = stream, .arg0 = time,
		.user_data = 1000 + sim->nr_done };
	const struct vsn_cqe *cqe;

	if (sim_submit(sim, &sqe))
		abort();
	sim_run(sim);
	cqe = sim_find(sim, sqe.user_data);
	return cqe->res ? (u64)cqe->res : cqe->end - cqe->start;
}

/* Bytes from one endpoint's memory to another's; how long it took */
static u64 copy(struct sim *sim, u32 initiator, u32 to, u32 from, u64 len)
{
	struct vsn_sqe sqe;
	const struct vsn_cqe *cqe;
	u32 i;

	if (!sim->nr_regions)
		for (i = 0; i < 4; i++)
			sim_region(sim, 64 * MiB, i, false);
	sqe = sim_copy(initiator, 9, sim->regions[to].place.ua, sim->regions[from].place.ua,
		       len, 1000 + sim->nr_done);
	sqe.flags = VSN_OP_F_NODATA;
	if (sim_submit(sim, &sqe))
		abort();
	sim_run(sim);
	cqe = sim_find(sim, sqe.user_data);
	return cqe->end - cqe->start;
}

TEST_F(straggler, compute)
{
	SET(1, .slow = 250000);
	EXPECT_EQ(1000 * NS, compute(self->sim, 0, 0, 1000 * NS));
	EXPECT_EQ(1250 * NS, compute(self->sim, 1, 0, 1000 * NS));
	/* rounded up: 7 and a quarter of 7 */
	EXPECT_EQ(9, compute(self->sim, 1, 0, 7));
	EXPECT_EQ(1000001 + 250001, compute(self->sim, 1, 0, 1000001));
	SET(1, .slow = VSN_STRAGGLER_MAX_SLOW);
	EXPECT_EQ(1001 * NS, compute(self->sim, 1, 0, NS));
	EXPECT_EQ((u64)-EOVERFLOW, compute(self->sim, 1, 0, U64_MAX / 1001));
	EXPECT_EQ((u64)-EOVERFLOW, compute(self->sim, 1, 0, U64_MAX / 1000));
	SET(1, .slow = 0);
	EXPECT_EQ(1000 * NS, compute(self->sim, 1, 0, 1000 * NS));
}

/* Its engines are slower, others' are not; its memory is as fast for them as ever. */
TEST_F(straggler, engines)
{
	struct sim *sim = self->sim;
	u64 pull = copy(sim, 0, 0, 1, 16 * MiB), push = copy(sim, 0, 1, 0, 16 * MiB);
	u64 other = copy(sim, 1, 1, 0, 16 * MiB), third = copy(sim, 2, 3, 0, 16 * MiB);

	/* Two links each way; 64 pieces of which each takes an engine's time. */
	EXPECT_GE(pull, ser(16 * MiB, 100 * GB));
	EXPECT_LT(pull, ser(16 * MiB, 100 * GB) + 2000 * NS);
	EXPECT_GE(push, ser(16 * MiB, 50 * GB));
	SET(0, .slow = 1000000);
	EXPECT_EQ(pull + ser(16 * MiB, 100 * GB), copy(sim, 0, 0, 1, 16 * MiB));
	EXPECT_EQ(push + ser(16 * MiB, 50 * GB), copy(sim, 0, 1, 0, 16 * MiB));
	EXPECT_EQ(other, copy(sim, 1, 1, 0, 16 * MiB));
	/* On behalf of a third party it is its engine, too. */
	EXPECT_EQ(third + ser(16 * MiB, 50 * GB), copy(sim, 2, 3, 0, 16 * MiB));
	SET(0, .slow = 0);
	EXPECT_EQ(pull, copy(sim, 0, 0, 1, 16 * MiB));
}

TEST_F(straggler, delay)
{
	struct sim *sim = self->sim;
	u64 pull = copy(sim, 0, 0, 1, 4096), push = copy(sim, 0, 1, 0, 4096);
	u64 other = copy(sim, 1, 0, 1, 4096);
	struct vsn_sqe nop = { .opcode = VSN_OP_NOP, .user_data = 1 };
	struct vsn_sqe word;
	u64 fadd;

	word = sim_word(VSN_OP_FADD, 0, 3, sim_region(sim, 4096, 1, true), 1, 2);
	ASSERT_EQ(0, sim_submit(sim, &word));
	sim_run(sim);
	fadd = sim_find(sim, 2)->end - sim_find(sim, 2)->start;
	SET(0, .delay = 5000 * NS);
	EXPECT_EQ(pull + 5000 * NS, copy(sim, 0, 0, 1, 4096));
	EXPECT_EQ(push + 5000 * NS, copy(sim, 0, 1, 0, 4096));
	EXPECT_EQ(other, copy(sim, 1, 0, 1, 4096));
	EXPECT_EQ(5000 * NS + 7, compute(sim, 0, 0, 7));
	word.user_data = 3;
	ASSERT_EQ(0, sim_submit(sim, &word));
	ASSERT_EQ(0, sim_submit(sim, &nop));
	sim_run(sim);
	EXPECT_EQ(fadd + 5000 * NS, sim_find(sim, 3)->end - sim_find(sim, 3)->start);
	/* What issues nothing is not late. */
	EXPECT_EQ(sim_find(sim, 1)->start, sim_find(sim, 1)->end);
}

/* An operation that waits holds no engine: the next of another stream goes first. */
TEST_F(straggler, delay_holds_nothing)
{
	struct vsn_sqe sqe = { .opcode = VSN_OP_COMPUTE, .arg0 = 10 * NS };
	u32 i;

	SET(0, .delay = 100 * NS);
	for (i = 0; i < 2; i++) {
		sqe.stream = i;
		sqe.user_data = i;
		ASSERT_EQ(0, sim_submit(self->sim, &sqe));
	}
	sim_run(self->sim);
	EXPECT_EQ(110 * NS, sim_find(self->sim, 0)->end);
	EXPECT_EQ(120 * NS, sim_find(self->sim, 1)->end);
}

#define DRAWS	20000
#define BINS	16

/* Bounds, mean and how even; a digest of all */
static u64 draw(struct sim *sim, u32 ep, u64 bound, u64 delay, u32 *bins)
{
	u64 i, t, digest = 0, sum = 0;

	memset(bins, 0, BINS * sizeof(*bins));
	for (i = 0; i < DRAWS; i++) {
		t = compute(sim, ep, i % 3, 0) - delay;
		if (t > bound)
			return 0;
		bins[t * BINS / (bound + 1)]++;
		digest = (digest ^ t) * 0x100000001b3ULL;
		sum += t;
		/* what is done is of no use any more */
		sim->nr_done = 0;
	}
	/* The mean of 20,000 is within 1 % of half the bound, but once in 10^4 */
	return sum > DRAWS * (bound / 2 - bound / 100) &&
	       sum < DRAWS * (bound / 2 + bound / 100) ? digest : 0;
}

TEST_F(straggler, jitter)
{
	u64 first, bound = 1000 * NS;
	u32 bins[BINS], i;

	SET(0, .jitter = bound, .seed = 7);
	first = draw(self->sim, 0, bound, 0, bins);
	ASSERT_NE(0, first);
	/* 1,250 each: 5 sigma are 171 */
	for (i = 0; i < BINS; i++) {
		EXPECT_GT(bins[i], 1250 - 171);
		EXPECT_LT(bins[i], 1250 + 171);
	}
	/* The same seed, the same times; another endpoint or seed, others. */
	SET(0, .jitter = bound, .seed = 7);
	EXPECT_EQ(first, draw(self->sim, 0, bound, 0, bins));
	EXPECT_NE(first, draw(self->sim, 0, bound, 0, bins));
	SET(0, .jitter = bound, .seed = 8);
	EXPECT_NE(first, draw(self->sim, 0, bound, 0, bins));
	SET(1, .jitter = bound, .seed = 7);
	EXPECT_NE(first, draw(self->sim, 1, bound, 0, bins));
	SET(0, .jitter = bound, .seed = 7, .delay = 50 * NS);
	EXPECT_EQ(first, draw(self->sim, 0, bound, 50 * NS, bins));
	/* The smallest: 0 or 1 */
	SET(0, .jitter = 1, .seed = 7);
	memset(bins, 0, sizeof(bins));
	for (i = 0; i < 100; i++)
		bins[compute(self->sim, 0, 0, 0)]++;
	EXPECT_GT(bins[0], 20);
	EXPECT_GT(bins[1], 20);
}

TEST_F(straggler, bounds)
{
	struct vsn_straggler to = { .slow = VSN_STRAGGLER_MAX_SLOW + 1 };
	struct vsn_diag diag;

	EXPECT_EQ(-EINVAL, vsn_straggler_check(&to, &diag));
	EXPECT_STREQ("slow: 1000000001 is more than 1000000000 ppm", diag.msg);
	to = (struct vsn_straggler) { .delay = VSN_PS_PER_SEC + 1 };
	EXPECT_EQ(-EINVAL, vsn_straggler_check(&to, &diag));
	EXPECT_STREQ("delay: 1000000000001 is more than 1000000000000 ps", diag.msg);
	to = (struct vsn_straggler) { .jitter = U64_MAX };
	EXPECT_EQ(-EINVAL, vsn_straggler_check(&to, &diag));
}

TEST_F(straggler, no_memory)
{
	struct vsn_straggler to = { .slow = 1000000, .delay = 5 }, is;
	size_t base, n;

	for (n = 1; ; n++) {
		base = self->sim->alloc_count;
		self->sim->fail_at = base + n;
		self->sim->fail_count = 1;
		if (!vsn_straggler_set(&self->sim->sched, 2, &to))
			break;
		vsn_straggler_get(&self->sim->sched, 2, &is);
		EXPECT_EQ(0, is.slow);
		self->sim->fail_at = 0;
		EXPECT_EQ(10, compute(self->sim, 2, 0, 10));
	}
	EXPECT_GT(n, 2);
	self->sim->fail_at = 0;
	EXPECT_EQ(25, compute(self->sim, 2, 0, 10));
	vsn_straggler_get(&self->sim->sched, 2, &is);
	EXPECT_EQ(1000000, is.slow);
	EXPECT_EQ(5, is.delay);
}

TEST_HARNESS_MAIN
