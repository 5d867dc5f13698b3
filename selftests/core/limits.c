// SPDX-License-Identifier: GPL-2.0
/*
 * Where an operation cannot go on: memory that nothing leads to, found at any point
 * of its way, the end of time, and no memory for the state of what is touched late.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "sched_impl.h"
#include "sim.h"

#define GB	1000000000ULL
#define KiB	1024ULL

/* The endpoints of the fabric of islands, see below */
enum { ACCELERATOR0, HOST0 = 4, MEMORY0 = 6, NR_ENDPOINTS = 8 };

FIXTURE(islands)
{
	struct sim *sim;
	u64 at[NR_ENDPOINTS];	/* a region of 64 KiB at each */
	u64 both;		/* one over an accelerator and a memory */
};

/*
 * 4 accelerators, 2 hosts, 2 memories.  One network joins accelerators and hosts,
 * another hosts and memories: nothing leads from an accelerator to a memory.
 */
FIXTURE_SETUP(islands)
{
	u32 sizes[] = { 4, 2, 2 }, homes[] = { 1, MEMORY0 }, i;
	struct vsn_port *ports;
	struct vsn_topo *t;

	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	t = &self->sim->topo;
	sim_topo(t, sizes, 3);
	t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].nr_dims = 1;
	t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].overhead = 100000;
	for (i = 2; i <= 3; i++) {
		t->kinds[i] = t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR];
		t->kinds[i].dims[0] = i - 1;
	}
	t->kinds[VSN_ENDPOINT_KIND_ACCELERATOR].read_bandwidth = 1000000;
	sim_tier(t, &(struct sim_tier) {
		.over = 1 | 2, .attach = VSN_ATTACH_ENDPOINT,
		.bandwidth = 10 * GB, .latency = 1000, .switch_latency = 200000 });
	ports = t->networks[0].tiers[0].ports;
	ports[VSN_ENDPOINT_KIND_HOST] = ports[VSN_ENDPOINT_KIND_ACCELERATOR];
	memset(&ports[VSN_ENDPOINT_KIND_MEMORY], 0, sizeof(*ports));
	t->networks[1] = t->networks[0];
	memcpy(t->networks[1].name, "far", 4);
	t->nr_networks = 2;
	t->networks[1].tiers[0].over = 2 | 4;
	ports = t->networks[1].tiers[0].ports;
	ports[VSN_ENDPOINT_KIND_MEMORY] = ports[VSN_ENDPOINT_KIND_ACCELERATOR];
	memset(&ports[VSN_ENDPOINT_KIND_ACCELERATOR], 0, sizeof(*ports));
	ASSERT_EQ(0, sim_init(self->sim));
	for (i = 0; i < NR_ENDPOINTS; i++)
		self->at[i] = sim_region(self->sim, 64 * KiB, i, true);
	self->both = sim_region_over(self->sim, 64 * KiB, homes, 2, 4 * KiB, true);
}

FIXTURE_TEARDOWN(islands)
{
	u32 i;

	EXPECT_EQ(0, self->sim->sched.nr_pending);
	EXPECT_EQ(0, self->sim->sched.nr_chunks);
	for (i = 0; i < self->sim->nr_regions; i++)
		EXPECT_EQ(0, self->sim->regions[i].refs);
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

/* The result of an operation that runs alone. */
static int result(struct sim *sim, struct vsn_sqe sqe)
{
	if (sim_submit(sim, &sqe))
		abort();
	sim->nr_done = 0;
	sim_run(sim);
	return sim_find(sim, sqe.user_data)->res;
}

/* The memory that is read or written is out of reach from the first byte on. */
TEST_F(islands, unreachable)
{
	struct sim *sim = self->sim;
	u64 memory = self->at[MEMORY0];

	EXPECT_EQ(-EHOSTUNREACH, result(sim, sim_copy(0, 0, memory, self->at[0], 99, 1)));
	EXPECT_EQ(-EHOSTUNREACH, result(sim, sim_copy(0, 0, self->at[0], memory, 99, 1)));
	EXPECT_EQ(-EHOSTUNREACH, result(sim, sim_word(VSN_OP_FADD, 0, 0, memory, 1, 1)));
	EXPECT_EQ(-EHOSTUNREACH, result(sim, sim_word(VSN_OP_WAIT, 0, 0, memory, 0, 1)));
	/* What is moved is near what it moves to, but no command comes there. */
	EXPECT_EQ(-EHOSTUNREACH, result(sim, sim_copy(0, 0, memory + 4 * KiB, memory, 99, 1)));
	EXPECT_EQ(-EHOSTUNREACH, result(sim, sim_copy(0, 0, self->at[HOST0], memory, 99, 1)));
	/* It gets there, but no word of that comes back. */
	EXPECT_EQ(-EHOSTUNREACH, result(sim, sim_copy(0, 0, memory, self->at[HOST0], 99, 1)));
	EXPECT_EQ(0, result(sim, sim_copy(HOST0, 0, memory, self->at[HOST0], 99, 1)));
	EXPECT_EQ(0, result(sim, sim_copy(0, 0, self->at[HOST0], self->at[1], 99, 1)));
}

/* It is found in the middle, and nothing of the operation takes effect. */
TEST_F(islands, unreachable_in_the_middle)
{
	struct sim *sim = self->sim;

	memset(sim_bytes(sim, self->at[0]), 7, 64 * KiB);
	memset(sim_bytes(sim, self->both), 5, 64 * KiB);
	EXPECT_EQ(-EHOSTUNREACH,
		  result(sim, sim_copy(0, 0, self->both, self->at[0], 64 * KiB, 1)));
	EXPECT_EQ(5, sim_bytes(sim, self->both)[0]);
	EXPECT_EQ(-EHOSTUNREACH,
		  result(sim, sim_copy(0, 0, self->at[0], self->both, 64 * KiB, 1)));
	EXPECT_EQ(7, sim_bytes(sim, self->at[0])[0]);
	EXPECT_EQ(0, result(sim, sim_copy(0, 0, self->at[0], self->both, 4 * KiB, 1)));
	EXPECT_EQ(5, sim_bytes(sim, self->at[0])[0]);
}

/* An operation starts, or its overhead ends, at the end of time. */
/* As long as an operation may be, within one memory, which it passes three times */
TEST_F(islands, long_reduce_in_one_memory)
{
	u64 a = sim_region(self->sim, 1ULL << 30, 0, false);
	u64 b = sim_region(self->sim, 1ULL << 30, 0, false);
	struct vsn_sqe sqe = sim_copy(0, 0, a, b, 1ULL << 30, 1);

	sqe.opcode = VSN_OP_REDUCE;
	sqe.flags = VSN_OP_F_NODATA;
	sqe.arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_F32);
	EXPECT_EQ(0, result(self->sim, sqe));
	EXPECT_EQ(1ULL << 30, sim_find(self->sim, 1)->bytes);
}

TEST_F(islands, no_time_for_the_overhead)
{
	EXPECT_EQ(0, result(self->sim, sim_word(VSN_OP_COMPUTE, 0, 0, 0, U64_MAX - 99999, 1)));
	EXPECT_EQ(-EOVERFLOW,
		  result(self->sim, sim_copy(0, 0, self->at[1], self->at[0], 99, 2)));
}

/*
 * A read is asked for in time, but the engine would be busy with it until so late
 * that its last byte cannot arrive.
 */
TEST_F(islands, no_time_for_the_read_engine)
{
	u64 busy = 64 * KiB * 1000000, now = U64_MAX - busy - 100000;

	EXPECT_EQ(0, result(self->sim, sim_word(VSN_OP_COMPUTE, 0, 0, 0, now - 100500, 1)));
	EXPECT_EQ(-EOVERFLOW,
		  result(self->sim, sim_copy(0, 0, self->at[0], self->at[1], 64 * KiB, 2)));
}

/* What the rules of a topology keep out, but the arithmetic must not trust. */
TEST(overflow)
{
	struct vsn_link link = { .bandwidth = 1 }, before = link;
	struct vsn_flow flow = { .head = 5, .tail = 7 };
	u64 ser;

	EXPECT_EQ(-EOVERFLOW, vsn_link_ser(1ULL << 25, 1, &ser));
	EXPECT_EQ(-EOVERFLOW, vsn_link_pass(&link, &flow, 1ULL << 25, 0));
	EXPECT_EQ(0, memcmp(&before, &link, sizeof(link)));
	EXPECT_EQ(5, flow.head);
	EXPECT_EQ(7, flow.tail);
}

/* 200 endpoints: state of the last is not near that of the first. */
static void wide(struct sim *sim, u64 *regions)
{
	u32 n = 200;

	sim_topo(&sim->topo, &n, 1);
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 10 * GB });
	if (sim_init(sim))
		abort();
	regions[0] = sim_region(sim, 64 * KiB, 0, true);
	regions[1] = sim_region(sim, 64 * KiB, 199, true);
}

/* No memory at each point: results, counters and what memory holds agree. */
static void no_memory_far_away(struct __test_metadata *_metadata, bool copy_first)
{
	u64 regions[2], i, points = 0, failed = 0, added, moved;
	size_t at;

	for (at = 1; at == 1 || at <= points; at++) {
		struct sim *sim = calloc(1, sizeof(*sim));
		struct vsn_endpoint_stats *stats;

		ASSERT_NE(NULL, sim);
		wide(sim, regions);
		sim->fail_at = sim->alloc_count + at;
		sim->fail_count = 1;
		points = sim->alloc_count;
		for (i = 0; i < 3; i++) {
			struct vsn_sqe copy = sim_copy(0, 0, regions[1] + 8, regions[0], 64, i);
			struct vsn_sqe add = sim_word(VSN_OP_FADD, 0, 0, regions[1], 1, 3 + i);

			/* One of each kind is the first to touch what is far away. */
			sim_submit(sim, copy_first ? &copy : &add);
			sim_submit(sim, copy_first ? &add : &copy);
		}
		sim_run(sim);
		points = sim->alloc_count - points;
		added = 0;
		moved = 0;
		for (i = 0; i < sim->nr_done; i++) {
			if (sim->done[i].res) {
				ASSERT_EQ(-ENOMEM, sim->done[i].res);
				failed++;
			} else {
				added += sim->done[i].user_data >= 3;
				moved += sim->done[i].bytes;
			}
		}
		stats = vsn_sparse_find(&sim->sched.stats, 199);
		EXPECT_EQ(added, *(u64 *)sim_bytes(sim, regions[1]));
		EXPECT_EQ(added, stats ? stats->atomics : 0);
		EXPECT_EQ(moved, stats ? stats->in_bytes : 0);
		sim_free(sim);
		ASSERT_EQ(0, sim->allocs);
		free(sim);
	}
	/* The test saw something fail. */
	EXPECT_GT(failed, 3);
}

TEST(no_memory_for_a_copy_far_away)
{
	no_memory_far_away(_metadata, true);
}

TEST(no_memory_for_an_atomic_far_away)
{
	no_memory_far_away(_metadata, false);
}

/* A walk over what was used passes over the rest, near and far. */
TEST(walk_over_what_was_used)
{
	struct vsn_sparse sp;
	struct sim *sim = calloc(1, sizeof(*sim));
	u64 regions[2], id, last = 0, n = 0;
	struct vsn_sqe sqe;

	ASSERT_NE(NULL, sim);
	wide(sim, regions);
	EXPECT_EQ(sim->sched.links.table.length, vsn_links_next(&sim->sched.links, 0));
	sqe = sim_copy(0, 0, regions[1], regions[0], 64, 1);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sim_run(sim);
	for (id = vsn_links_next(&sim->sched.links, 0); id < sim->sched.links.table.length;
	     id = vsn_links_next(&sim->sched.links, id + 1)) {
		EXPECT_NE(NULL, vsn_links_find(&sim->sched.links, id));
		EXPECT_TRUE(!n || id > last);
		last = id;
		n++;
	}
	/* Two links there, two for the ack, a write engine and two memories */
	EXPECT_EQ(7, n);

	/* An array of several tables */
	ASSERT_EQ(0, vsn_sparse_init(&sp, 1 << 20, 8, &sim->sched.mem));
	EXPECT_EQ(1 << 20, vsn_sparse_next(&sp, 0));
	ASSERT_NE(NULL, vsn_sparse_touch(&sp, 700000));
	EXPECT_EQ(700000 & ~63, vsn_sparse_next(&sp, 0));
	EXPECT_EQ(700001, vsn_sparse_next(&sp, 700001));
	EXPECT_EQ(1 << 20, vsn_sparse_next(&sp, 700064));
	vsn_sparse_free(&sp);
	sim_free(sim);
	EXPECT_EQ(0, sim->allocs);
	free(sim);
}

/*
 * More streams than the table has buckets, and no memory for a larger one: look-ups
 * take longer, nothing else.
 */
TEST(no_memory_for_streams)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	struct vsn_sqe sqe = { .opcode = VSN_OP_NOP };
	u64 regions[2];
	size_t room;

	ASSERT_NE(NULL, sim);
	wide(sim, regions);
	room = sim->sched.stream_room;
	for (; sim->sched.nr_streams + 1 < room; sqe.stream++)
		ASSERT_EQ(0, sim_submit(sim, &sqe));
	/* The stream itself is the next allocation, the table the one after it. */
	sim->fail_at = sim->alloc_count + 2;
	sim->fail_count = 1;
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	EXPECT_EQ(room, sim->sched.nr_streams);
	EXPECT_EQ(room, sim->sched.stream_room);
	sqe.stream++;
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	EXPECT_EQ(2 * room, sim->sched.stream_room);
	sim_run(sim);
	EXPECT_EQ(room + 1, sim->nr_done);
	EXPECT_EQ(0, sim->sched.nr_streams);
	sim_free(sim);
	EXPECT_EQ(0, sim->allocs);
	free(sim);
}

/* A stream more than there may be is refused, and is not for ever. */
TEST(too_many_streams)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	struct vsn_sqe sqe = { .opcode = VSN_OP_NOP };
	u64 regions[2];

	ASSERT_NE(NULL, sim);
	wide(sim, regions);
	for (; sqe.stream < 1U << 20; sqe.stream++)
		ASSERT_EQ(0, sim_submit(sim, &sqe));
	EXPECT_EQ(-EAGAIN, sim_submit(sim, &sqe));
	/* Those that are there may go on. */
	sqe.stream = 5;
	EXPECT_EQ(0, sim_submit(sim, &sqe));
	sim_run(sim);
	sqe.stream = 1U << 20;
	EXPECT_EQ(0, sim_submit(sim, &sqe));
	sim_run(sim);
	EXPECT_EQ((1U << 20) + 2, sim->nr_done);
	sim_free(sim);
	EXPECT_EQ(0, sim->allocs);
	free(sim);
}

TEST_HARNESS_MAIN
