// SPDX-License-Identifier: GPL-2.0
/*
 * No memory, at each allocation in turn; and random operations.  Whatever fails,
 * every operation completes once, nothing leaks, and the next one works.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "sim.h"

#define GB	1000000000ULL

static void shape(struct sim *sim)
{
	u32 sizes[] = { 3, 4 };

	sim_topo(&sim->topo, sizes, 2);
	sim->topo.networks[0].header = 16;
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .planes = 3,
		.bandwidth = 10 * GB, .latency = 1000, .switch_latency = 200000 });
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_SWITCH, .planes = 3, .switches = 2,
		.lanes = 2, .bandwidth = 7 * GB, .switch_latency = 100000 });
}

static u64 next(u64 *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 20;
}

#define REGION	(256ULL << 10)
#define NR	12

/* An operation that is valid, of any kind, on any endpoints. */
static struct vsn_sqe any_op(const u64 *regions, u32 nr_regions, u64 *seed, u64 user_data)
{
	struct vsn_sqe sqe = {
		.opcode = next(seed) % (VSN_OP_SIGNAL + 1),
		.initiator = next(seed) % NR,
		.stream = next(seed) % 5,
		.user_data = user_data,
	};
	u64 len = 1 + next(seed) % (REGION / 2);

	switch (sqe.opcode) {
	case VSN_OP_COPY:
		sqe.src = regions[next(seed) % nr_regions] + next(seed) % (REGION / 2);
		/* fallthrough */
	case VSN_OP_FILL:
		sqe.dst = regions[next(seed) % nr_regions] + next(seed) % (REGION / 2);
		sqe.len = len;
		break;
	case VSN_OP_CAS:
		sqe.arg1 = next(seed) % 3;
		/* fallthrough */
	case VSN_OP_FADD:
	case VSN_OP_SWAP:
	case VSN_OP_SIGNAL:
		sqe.dst = regions[next(seed) % nr_regions] + next(seed) % 64 * 8;
		break;
	}
	if (sqe.opcode != VSN_OP_COPY && sqe.opcode != VSN_OP_NOP)
		sqe.arg0 = next(seed) % 100000;
	return sqe;
}

static u32 make_regions(struct sim *sim, u64 *regions)
{
	u32 homes[] = { 1, 5, 9, 10, 1 };
	u32 i;

	for (i = 0; i < NR; i++)
		regions[i] = sim_region(sim, REGION, i, true);
	regions[i++] = sim_region_over(sim, REGION, homes, 5, 4096, true);
	regions[i++] = sim_region_over(sim, REGION, homes, 3, 65536, true);
	return i;
}

/* How many of @n operations were accepted; all of those must complete. */
static u64 load(struct sim *sim, const u64 *regions, u32 nr_regions, u64 n, u64 *seed)
{
	u64 i, accepted = 0;

	for (i = 0; i < n; i++) {
		struct vsn_sqe sqe = any_op(regions, nr_regions, seed, i);

		accepted += !sim_submit(sim, &sqe);
	}
	sim_run(sim);
	return accepted;
}

TEST(no_memory_at_each_point)
{
	u64 regions[NR + 2], seed, points = 0, failed = 0;
	size_t at, i;

	for (at = 1; ; at++) {
		struct sim *sim = calloc(1, sizeof(*sim));
		u64 accepted;
		u32 nr;

		ASSERT_NE(NULL, sim);
		shape(sim);
		sim->fail_at = at;
		sim->fail_count = 1;
		if (sim_init(sim)) {
			/* it cleaned up after itself */
			ASSERT_EQ(0, sim->allocs);
			sim_free(sim);
			free(sim);
			continue;
		}
		nr = make_regions(sim, regions);
		seed = 7;
		accepted = load(sim, regions, nr, 300, &seed);
		ASSERT_EQ(accepted, sim->nr_done);
		ASSERT_EQ(0, sim->sched.nr_pending);
		ASSERT_EQ(0, sim->sched.nr_chunks);
		for (i = 0; i < sim->nr_done; i++)
			if (sim->done[i].res) {
				ASSERT_EQ(-ENOMEM, sim->done[i].res);
				failed++;
			}
		points = sim->alloc_count;
		/* Memory is back: everything works. */
		sim->fail_at = 0;
		sim->nr_done = 0;
		ASSERT_EQ(100, load(sim, regions, nr, 100, &seed));
		for (i = 0; i < sim->nr_done; i++)
			ASSERT_EQ(0, sim->done[i].res);
		sim_free(sim);
		ASSERT_EQ(0, sim->allocs);
		free(sim);
		if (at > points)
			break;
	}
	/* The test saw something fail. */
	EXPECT_GT(failed, 20);
	TH_LOG("%llu points, %llu failed operations", (unsigned long long)at,
	       (unsigned long long)failed);
}

/* No memory at all from some point on: all fail or pass, none hangs. */
TEST(no_memory_at_all)
{
	u64 regions[NR + 2], seed = 3;
	size_t at;

	for (at = 8; at < 200; at += 5) {
		struct sim *sim = calloc(1, sizeof(*sim));
		u64 accepted;
		u32 nr;

		ASSERT_NE(NULL, sim);
		shape(sim);
		ASSERT_EQ(0, sim_init(sim));
		nr = make_regions(sim, regions);
		sim->fail_at = at;
		sim->fail_count = ~0U;
		accepted = load(sim, regions, nr, 300, &seed);
		ASSERT_EQ(accepted, sim->nr_done);
		ASSERT_EQ(0, sim->sched.nr_pending);
		sim_free(sim);
		ASSERT_EQ(0, sim->allocs);
		free(sim);
	}
}

static u64 digest_of(u64 seed, u32 budget)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	u64 regions[NR + 2], digest, i;
	u32 nr;

	if (!sim)
		abort();
	shape(sim);
	if (sim_init(sim))
		abort();
	nr = make_regions(sim, regions);
	for (i = 0; i < 2000; i++) {
		struct vsn_sqe sqe = any_op(regions, nr, &seed, i);

		if (sim_submit(sim, &sqe))
			abort();
	}
	while (vsn_sched_run(&sim->sched, VSN_TIME_MAX, budget))
		;
	digest = sim->digest;
	sim_free(sim);
	free(sim);
	return digest;
}

/* The same input gives the same bits, however the run is sliced. */
TEST(deterministic)
{
	u64 seed;

	for (seed = 1; seed < 6; seed++) {
		EXPECT_EQ(digest_of(seed, 1), digest_of(seed, 1000000));
		EXPECT_NE(digest_of(seed, 1000), digest_of(seed + 1, 1000));
	}
}

/*
 * Entries of random bits: none is accepted that the rules refuse, whatever the
 * bits; those accepted all complete.
 */
TEST(random_entries)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	u64 regions[NR + 2], seed = 99, i, accepted = 0;
	u32 nr;

	ASSERT_NE(NULL, sim);
	shape(sim);
	ASSERT_EQ(0, sim_init(sim));
	nr = make_regions(sim, regions);
	for (i = 0; i < 200000; i++) {
		struct vsn_sqe sqe = any_op(regions, nr, &seed, i);
		u64 *words = (u64 *)&sqe;
		u64 flips = next(&seed) % 3;

		while (flips--)
			words[next(&seed) % 7] ^= 1ULL << (next(&seed) % 64);
		/* Time must not run out, or all that follow fail. */
		if (sqe.opcode == VSN_OP_COMPUTE)
			sqe.arg0 &= 0xffffff;
		accepted += !sim_submit(sim, &sqe);
		if (i % 1000 == 999) {
			sim_run(sim);
			vsn_sched_cancel(&sim->sched, &sim->all);
			ASSERT_EQ(0, sim->sched.nr_pending);
		}
	}
	EXPECT_EQ(200000, sim->nr_done);
	EXPECT_GT(accepted, 20000);
	sim_free(sim);
	EXPECT_EQ(0, sim->allocs);
	free(sim);
}

TEST_HARNESS_MAIN
