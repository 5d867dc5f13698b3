// SPDX-License-Identifier: GPL-2.0
/*
 * Closed forms of the timing model, to the picosecond.
 *
 * Engines and memories run at 1 PB/s here: the k-th of P chains enters its first
 * link k engine times late, which the closed forms of striping include.
 */
#include "kselftest_harness.h"

#include "sim.h"

#define GB	1000000000ULL
#define NS	1000ULL
#define MiB	(1ULL << 20)

/* Pieces of a chain, where they are of 64 KiB to 8 MiB */
#define N	64

/* ceil(bytes / bandwidth), independent of the core's arithmetic */
static u64 ser(u64 bytes, u64 bw)
{
	unsigned __int128 n = (unsigned __int128)bytes * 1000000000000ULL;

	return (n + bw - 1) / bw;
}

#define PB	(1000000 * GB)

FIXTURE(time)
{
	struct sim *sim;
};

FIXTURE_SETUP(time)
{
	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
}

FIXTURE_TEARDOWN(time)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

/* n endpoints under one switch */
static void star(struct sim *sim, u32 n, u32 planes, u64 bw, u64 latency, u64 sw)
{
	sim_topo(&sim->topo, &n, 1);
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .planes = planes,
		.bandwidth = bw, .latency = latency, .switch_latency = sw });
}

static const struct vsn_cqe *one_copy(struct sim *sim, u32 initiator, u32 to, u32 from,
				      u64 len)
{
	u64 dst = sim_region(sim, vsn_align_up(len, 4096), to, false);
	u64 src = sim_region(sim, vsn_align_up(len, 4096), from, false);
	struct vsn_sqe sqe = sim_copy(initiator, 0, dst, src, len, 1);

	sqe.flags = VSN_OP_F_NODATA;
	if (sim_submit(sim, &sqe))
		abort();
	sim_run(sim);
	return sim_find(sim, 1);
}

/* A push crosses up and down; then an ack of the header comes back. */
TEST_F(time, push)
{
	struct sim *sim = self->sim;
	const struct vsn_cqe *cqe;

	star(sim, 4, 1, 28 * GB, 10 * NS, 200 * NS);
	sim->topo.networks[0].header = 16;
	sim->topo.kinds[1].overhead = 300 * NS;
	sim->topo.kinds[1].mem_latency = 100 * NS;
	ASSERT_EQ(0, sim_init(sim));
	cqe = one_copy(sim, 0, 1, 0, 4096);
	EXPECT_EQ(0, cqe->res);
	EXPECT_EQ(0, cqe->start);
	/* overhead, read of own memory, links out, data, links back, ack */
	EXPECT_EQ(300 * NS + 100 * NS + 220 * NS + ser(4112, 28 * GB) +
		  220 * NS + ser(16, 28 * GB), cqe->end);
	EXPECT_EQ(4096, cqe->bytes);
	EXPECT_EQ(2 * 4112 + 2 * 16, cqe->wire);
}

/* A pull sends a header out, and the data comes back. */
TEST_F(time, pull)
{
	struct sim *sim = self->sim;
	const struct vsn_cqe *cqe;

	star(sim, 4, 1, 28 * GB, 10 * NS, 200 * NS);
	sim->topo.networks[0].header = 16;
	sim->topo.kinds[1].overhead = 300 * NS;
	sim->topo.kinds[1].mem_latency = 100 * NS;
	ASSERT_EQ(0, sim_init(sim));
	cqe = one_copy(sim, 0, 0, 3, 512);
	EXPECT_EQ(300 * NS + 220 * NS + ser(16, 28 * GB) + 100 * NS + 220 * NS +
		  ser(528, 28 * GB), cqe->end);
	EXPECT_EQ(2 * 16 + 2 * 528, cqe->wire);
}

/* A third party sends a command, the data goes by, and an ack comes. */
TEST_F(time, third_party)
{
	struct sim *sim = self->sim;
	const struct vsn_cqe *cqe;

	star(sim, 4, 1, 28 * GB, 10 * NS, 200 * NS);
	sim->topo.networks[0].header = 16;
	ASSERT_EQ(0, sim_init(sim));
	cqe = one_copy(sim, 0, 1, 2, 4096);
	EXPECT_EQ(3 * 220 * NS + 2 * ser(16, 28 * GB) + ser(4112, 28 * GB), cqe->end);
	EXPECT_EQ(4 * 16 + 2 * 4112, cqe->wire);
}

/*
 * A kind without engines begins nothing, but others move its memory: it is as fast
 * as its links, and its engines take no time.
 */
TEST_F(time, no_engines)
{
	struct sim *sim = self->sim;
	struct vsn_kind *memory = &sim->topo.kinds[VSN_ENDPOINT_KIND_MEMORY];
	const struct vsn_link *engine;
	struct vsn_port *ports;
	u32 sizes[] = { 4, 2 };

	sim_topo(&sim->topo, sizes, 2);
	*memory = sim->topo.kinds[VSN_ENDPOINT_KIND_ACCELERATOR];
	sim->topo.kinds[VSN_ENDPOINT_KIND_ACCELERATOR].nr_dims = 1;
	memory->nr_dims = 1;
	memory->dims[0] = 1;
	memory->read_bandwidth = 0;
	memory->write_bandwidth = 0;
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 3, .attach = VSN_ATTACH_ENDPOINT, .planes = 1,
		.bandwidth = 28 * GB, .latency = 10 * NS, .switch_latency = 200 * NS });
	ports = sim->topo.networks[0].tiers[0].ports;
	ports[VSN_ENDPOINT_KIND_MEMORY] = ports[VSN_ENDPOINT_KIND_ACCELERATOR];
	ASSERT_EQ(0, sim_init(sim));
	/* Command, data from the first memory, ack. */
	EXPECT_EQ(3 * 220 * NS + N * ser(1 * MiB, 28 * GB),
		  one_copy(sim, 0, 1, 4, N * MiB)->end);
	engine = vsn_links_find(&sim->sched.links,
				vsn_link_engine_id(&sim->topo, 4, VSN_ENGINE_WRITE));
	ASSERT_NE(NULL, engine);
	EXPECT_EQ(0, engine->busy_time);
}

/* Many chunks through one bottleneck take the time of all their bytes, once. */
TEST_F(time, many_chunks)
{
	struct sim *sim = self->sim;
	u64 len = N * MiB;

	star(sim, 4, 1, 28 * GB, 10 * NS, 200 * NS);
	ASSERT_EQ(0, sim_init(sim));
	/* N chunks; ack of no header takes no time */
	EXPECT_EQ(440 * NS + N * ser(len / N, 28 * GB),
		  one_copy(sim, 0, 1, 0, len)->end);
}

/* More than N chunks of the largest size */
TEST_F(time, largest_op)
{
	struct sim *sim = self->sim;

	star(sim, 2, 1, 28 * GB, 10 * NS, 200 * NS);
	ASSERT_EQ(0, sim_init(sim));
	EXPECT_EQ(440 * NS + 128 * ser(8 * MiB, 28 * GB),
		  one_copy(sim, 0, 1, 0, 1024 * MiB)->end);
}

/* Two tiers of different speed; the slow one decides, wherever it is. */
static u64 two_tiers(struct sim *sim, u64 bw0, u64 bw1, u32 forwarding, u64 len)
{
	u32 sizes[] = { 2, 2 };

	sim_topo(&sim->topo, sizes, 2);
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = bw0,
		.latency = 5 * NS, .switch_latency = 100 * NS, .forwarding = forwarding });
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_SWITCH, .bandwidth = bw1,
		.latency = 7 * NS, .switch_latency = 300 * NS, .forwarding = forwarding });
	if (sim_init(sim))
		abort();
	return one_copy(sim, 0, 2, 0, len)->end;
}

/* up 5+100, up 7+300, down 7+100, down 5 */
#define TWO_TIERS_LATENCY	(524 * NS)

TEST_F(time, slow_before_fast)
{
	EXPECT_EQ(2 * TWO_TIERS_LATENCY + N * ser(1 * MiB, 10 * GB),
		  two_tiers(self->sim, 10 * GB, 100 * GB, 0, N * MiB));
}

TEST_F(time, fast_before_slow)
{
	EXPECT_EQ(2 * TWO_TIERS_LATENCY + N * ser(1 * MiB, 10 * GB),
		  two_tiers(self->sim, 100 * GB, 10 * GB, 0, N * MiB));
}

/* Store and forward: the first chunk is received whole at every hop. */
TEST_F(time, store_forward)
{
	u64 fast = ser(1 * MiB, 100 * GB), slow = ser(1 * MiB, 10 * GB);

	/* and only then does the memory begin to take it */
	EXPECT_EQ(2 * TWO_TIERS_LATENCY + 2 * fast + (N + 1) * slow + ser(1 * MiB, PB),
		  two_tiers(self->sim, 100 * GB, 10 * GB,
			    VSN_FORWARDING_STORE_FORWARD, N * MiB));
}

/* P planes carry P chunks side by side; chunk counts are multiples of P. */
TEST_F(time, striping)
{
	struct sim *sim = self->sim;
	u64 piece = 1 * MiB;
	u64 len = 7 * N * piece;

	star(sim, 4, 7, 28 * GB, 10 * NS, 200 * NS);
	ASSERT_EQ(0, sim_init(sim));
	/* The seventh chain enters 6 engine times after the first. */
	EXPECT_EQ(440 * NS + N * ser(piece, 28 * GB) + 6 * ser(piece, PB),
		  one_copy(sim, 0, 1, 0, len)->end);
}

/* The engine is slower than the planes together: then it decides. */
TEST_F(time, write_engine)
{
	struct sim *sim = self->sim;
	u64 piece = 1 * MiB, e = ser(piece, 135 * GB);

	star(sim, 4, 7, 28 * GB, 10 * NS, 200 * NS);
	sim->topo.kinds[1].write_bandwidth = 135 * GB;
	ASSERT_EQ(0, sim_init(sim));
	/* All but the last chunk leave the engine; that one crosses its link. */
	EXPECT_EQ(440 * NS + (7 * N - 1) * e + ser(piece, 28 * GB),
		  one_copy(sim, 0, 1, 0, 7 * N * piece)->end);
}

TEST_F(time, read_engine)
{
	struct sim *sim = self->sim;
	u64 piece = 1 * MiB, e = ser(piece, 167 * GB);

	star(sim, 4, 7, 28 * GB, 10 * NS, 200 * NS);
	sim->topo.kinds[1].read_bandwidth = 167 * GB;
	ASSERT_EQ(0, sim_init(sim));
	EXPECT_EQ(440 * NS + (7 * N - 1) * e + ser(piece, 28 * GB),
		  one_copy(sim, 0, 0, 1, 7 * N * piece)->end);
}

/* With one plane the read engine alone decides, exactly. */
TEST_F(time, read_engine_one_plane)
{
	struct sim *sim = self->sim;

	star(sim, 4, 1, 200 * GB, 10 * NS, 200 * NS);
	sim->topo.kinds[1].read_bandwidth = 167 * GB;
	ASSERT_EQ(0, sim_init(sim));
	EXPECT_EQ(440 * NS + N * ser(1 * MiB, 167 * GB),
		  one_copy(sim, 0, 0, 1, N * MiB)->end);
}

/* A pull with a striped short-first-access: memory latency is paid once. */
TEST_F(time, memory_latency_once)
{
	struct sim *sim = self->sim;

	star(sim, 4, 1, 28 * GB, 10 * NS, 200 * NS);
	sim->topo.kinds[1].mem_latency = 300 * NS;
	ASSERT_EQ(0, sim_init(sim));
	EXPECT_EQ(300 * NS + 440 * NS + N * ser(1 * MiB, 28 * GB),
		  one_copy(sim, 0, 1, 0, N * MiB)->end);
}

/* N to 1: the receiver's link carries everything once, without a gap. */
TEST_F(time, incast)
{
	struct sim *sim = self->sim;
	u64 dst, len = N * MiB, last = 0;
	u32 i, n = 7;

	star(sim, 8, 1, 28 * GB, 10 * NS, 200 * NS);
	ASSERT_EQ(0, sim_init(sim));
	dst = sim_region(sim, n * len, 0, false);
	for (i = 1; i <= n; i++) {
		u64 src = sim_region(sim, len, i, false);
		struct vsn_sqe sqe = sim_copy(i, 0, dst + (i - 1) * len, src, len, i);

		sqe.flags = VSN_OP_F_NODATA;
		ASSERT_EQ(0, sim_submit(sim, &sqe));
	}
	sim_run(sim);
	for (i = 1; i <= n; i++)
		last = vsn_max(last, sim_find(sim, i)->end);
	EXPECT_EQ(440 * NS + n * N * ser(len / N, 28 * GB), last);
}

/* Two streams share a link fairly: neither is done at half time. */
TEST_F(time, streams_take_turns)
{
	struct sim *sim = self->sim;
	u64 len = N * MiB, dst, src, all = 2 * N * ser(1 * MiB, 28 * GB);
	u32 i;

	star(sim, 2, 1, 28 * GB, 0, 0);
	ASSERT_EQ(0, sim_init(sim));
	dst = sim_region(sim, 2 * len, 1, false);
	src = sim_region(sim, 2 * len, 0, false);
	for (i = 0; i < 2; i++) {
		struct vsn_sqe sqe = sim_copy(0, i, dst + i * len, src, len, i);

		sqe.flags = VSN_OP_F_NODATA;
		ASSERT_EQ(0, sim_submit(sim, &sqe));
	}
	sim_run(sim);
	EXPECT_EQ(all - ser(1 * MiB, 28 * GB), sim_find(sim, 0)->end);
	EXPECT_EQ(all, sim_find(sim, 1)->end);
}

/* Atomics: operand out, old value back; CAS carries two operands. */
TEST_F(time, atomics)
{
	struct sim *sim = self->sim;
	struct vsn_sqe sqe;
	u64 word, a;

	star(sim, 2, 1, 1 * GB, 10 * NS, 200 * NS);
	sim->topo.networks[0].header = 24;
	sim->topo.kinds[1].mem_latency = 50 * NS;
	ASSERT_EQ(0, sim_init(sim));
	word = sim_region(sim, 4096, 1, true);
	sqe = sim_word(VSN_OP_FADD, 0, 0, word, 5, 1);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sqe = sim_word(VSN_OP_CAS, 0, 0, word, 6, 2);
	sqe.arg1 = 5;
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sim_run(sim);
	a = sim_find(sim, 1)->end;
	EXPECT_EQ(440 * NS + 50 * NS + 2 * ser(32, 1 * GB) + 1, a);
	EXPECT_EQ(a, sim_find(sim, 2)->start);
	EXPECT_EQ(a + 440 * NS + 50 * NS + ser(40, 1 * GB) + ser(32, 1 * GB) + 1,
		  sim_find(sim, 2)->end);
}

/* SIGNAL is posted; WAIT ends one latency after the value is there. */
TEST_F(time, signal_wait)
{
	struct sim *sim = self->sim;
	struct vsn_sqe sqe;
	u64 word, at;

	star(sim, 4, 1, 1 * GB, 10 * NS, 200 * NS);
	ASSERT_EQ(0, sim_init(sim));
	word = sim_region(sim, 4096, 1, true);
	sqe = sim_word(VSN_OP_WAIT, 3, 0, word, 2, 1);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sqe = sim_word(VSN_OP_SIGNAL, 0, 0, word, 2, 2);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	/* Already satisfied when it starts */
	sqe = sim_word(VSN_OP_COMPUTE, 2, 0, 0, 50000 * NS, 3);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sqe = sim_word(VSN_OP_WAIT, 2, 0, word, 1, 4);
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sim_run(sim);
	at = 220 * NS + ser(8, 1 * GB) + 1;
	EXPECT_EQ(at, sim_find(sim, 2)->end);
	EXPECT_EQ(at + 220 * NS, sim_find(sim, 1)->end);
	EXPECT_EQ(2, sim_find(sim, 1)->value);
	EXPECT_EQ(50000 * NS + 220 * NS, sim_find(sim, 4)->end);
}

/* One compute engine an initiator: two streams of it share it. */
TEST_F(time, compute)
{
	struct sim *sim = self->sim;
	struct vsn_sqe sqe;
	u32 i;

	star(sim, 2, 1, 1 * GB, 0, 0);
	ASSERT_EQ(0, sim_init(sim));
	for (i = 0; i < 3; i++) {
		sqe = sim_word(VSN_OP_COMPUTE, i / 2, i, 0, 100, i);
		ASSERT_EQ(0, sim_submit(sim, &sqe));
	}
	sim_run(sim);
	EXPECT_EQ(100, sim_find(sim, 0)->end);
	EXPECT_EQ(200, sim_find(sim, 1)->end);
	EXPECT_EQ(100, sim_find(sim, 2)->end);
}

/* Within one memory bytes go out and in, and no link is used. */
TEST_F(time, local_copy)
{
	struct sim *sim = self->sim;
	const struct vsn_cqe *cqe;

	star(sim, 2, 1, 1 * GB, 0, 0);
	sim->topo.kinds[1].mem_bandwidth = 1000 * GB;
	ASSERT_EQ(0, sim_init(sim));
	cqe = one_copy(sim, 0, 0, 0, N * MiB);
	EXPECT_EQ(N * ser(2 * MiB, 1000 * GB), cqe->end);
	EXPECT_EQ(0, cqe->wire);
	EXPECT_EQ(0, cqe->network);
}

/* FILL reads no memory, so however long it is no chunk waits for one to answer. */
TEST_F(time, local_fill)
{
	struct vsn_sqe sqe = { .opcode = VSN_OP_FILL, .flags = VSN_OP_F_NODATA };
	struct sim *sim = self->sim;
	u64 i, end = 0;

	star(sim, 2, 1, 1 * GB, 0, 0);
	sim->topo.kinds[1].mem_bandwidth = 1000 * GB;
	sim->topo.kinds[1].mem_latency = 100 * NS;
	ASSERT_EQ(0, sim_init(sim));
	sqe.dst = sim_region(sim, N * MiB, 0, false);
	for (i = 1; i <= N; i *= 4) {
		sqe.len = i * MiB;
		sqe.user_data = i;
		ASSERT_EQ(0, sim_submit(sim, &sqe));
		sim_run(sim);
		end += N * ser(sqe.len / N, 1000 * GB);
		EXPECT_EQ(end, sim_find(sim, i)->end);
	}
}

/* Interleaved over all homes, every home's link works; it is not slower. */
TEST_F(time, interleaved_pull)
{
	struct sim *sim = self->sim;
	u32 homes[] = { 1, 2, 3, 4 };
	u64 dst, src, len = 64 * MiB;
	struct vsn_sqe sqe;

	star(sim, 5, 1, 28 * GB, 10 * NS, 200 * NS);
	ASSERT_EQ(0, sim_init(sim));
	dst = sim_region(sim, len, 0, false);
	src = sim_region_over(sim, len, homes, 4, 64 << 10, false);
	sqe = sim_copy(0, 0, dst, src, len, 1);
	sqe.flags = VSN_OP_F_NODATA;
	ASSERT_EQ(0, sim_submit(sim, &sqe));
	sim_run(sim);
	/* The puller's own link down is the bottleneck, and it is never idle. */
	EXPECT_EQ(440 * NS + 1024 * ser(64 << 10, 28 * GB),
		  sim_find(sim, 1)->end);
}

TEST_HARNESS_MAIN
