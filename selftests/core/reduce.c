// SPDX-License-Identifier: GPL-2.0
/*
 * REDUCE: the bits, held against the floating point of this machine; and the time,
 * to the picosecond.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "reduce.h"
#include "../reduce_ref.h"
#include "sim.h"

#define GB	1000000000ULL
#define NS	1000ULL
#define MiB	(1ULL << 20)
#define N	64	/* pieces of a chain */

static u64 seed = 1;

static u64 next(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 32 ^ seed;
}

static u32 reduce32(u32 a, u32 b, u64 arg0)
{
	vsn_reduce(&a, &b, 4, arg0);
	return a;
}

static u16 reduce16(u16 a, u16 b, u64 arg0)
{
	vsn_reduce(&a, &b, 2, arg0);
	return a;
}

/* Numbers around which rounding, carries and special cases lie */
static const u32 corners[] = {
	0, 1, 2, 3, 0x7fffff, 0x800000, 0x800001, 0xffffff, 0x1000000, 0x33800000,
	0x33800001, 0x33ffffff, 0x34000000, 0x3f800000, 0x3f800001, 0x3f7fffff,
	0x3fffffff, 0x40000000, 0x4b000000, 0x4b7fffff, 0x4b800000, 0x4b800001,
	0x4c000000, 0x7e800000, 0x7effffff, 0x7f000000, 0x7f7ffffe, 0x7f7fffff,
	0x72ffffff, 0x73000000, 0x73000001, 0x7f800000, 0x7f800001, 0x7fbfffff,
	0x7fc00000, 0x7fc00001, 0x7fffffff,
};

TEST(f32_corners)
{
	u32 i, j, k, a, b, n = ARRAY_SIZE(corners);
	u8 op;

	for (i = 0; i < 2 * n; i++) {
		for (j = 0; j < 2 * n; j++) {
			a = corners[i / 2] | (i & 1) << 31;
			b = corners[j / 2] | (j & 1) << 31;
			for (op = VSN_REDUCE_SUM; op <= VSN_REDUCE_MAX; op++) {
				k = reduce32(a, b, VSN_REDUCE(op, VSN_REDUCE_F32));
				ASSERT_EQ(ref_f32(a, b, op), k)
					TH_LOG("op %u: %#x, %#x", op, a, b);
			}
		}
	}
}

/* Exponents that are near, so that every shift and every cancellation comes up */
TEST(f32_at_random)
{
	u32 i, a, b, got;
	u8 op;

	for (i = 0; i < 2000000; i++) {
		a = next();
		b = next();
		if (i & 3)
			b = (b & 0x807fffff) | ((a & 0x7f800000) + ((b >> 9 & 63) - 32) * 0x800000);
		if ((i & 12) == 12)
			a &= ~0x7f000000U;
		op = i >> 4 & 1 ? VSN_REDUCE_SUM : i % 3;
		got = reduce32(a, b, VSN_REDUCE(op, VSN_REDUCE_F32));
		ASSERT_EQ(ref_f32(a, b, op), got)
			TH_LOG("op %u: %#x, %#x", op, a, b);
	}
}

/* One of two is each of the 65536. */
TEST(bf16_all)
{
	u32 a, b, i;
	u16 got;
	u8 op;

	for (a = 0; a < 65536; a++) {
		for (i = 0; i < 24; i++) {
			b = i < 8 ? a ^ i << 12 : i < 12 ? a + (i - 10) * 128 : next();
			for (op = VSN_REDUCE_SUM; op <= VSN_REDUCE_MAX; op++) {
				got = reduce16(a, b, VSN_REDUCE(op, VSN_REDUCE_BF16));
				ASSERT_EQ(ref_bf16(a, b, op), got)
					TH_LOG("op %u: %#x, %#x", op, a, b & 0xffff);
			}
		}
	}
}

/* Minimum and maximum do not depend on the order. */
TEST(f32_choice_commutes)
{
	u32 i, j, n = ARRAY_SIZE(corners);
	u8 op;

	for (i = 0; i < 2 * n; i++) {
		for (j = 0; j < 2 * n; j++) {
			u32 a = corners[i / 2] | (i & 1) << 31;
			u32 b = corners[j / 2] | (j & 1) << 31;

			for (op = VSN_REDUCE_MIN; op <= VSN_REDUCE_MAX; op++)
				EXPECT_EQ(reduce32(a, b, VSN_REDUCE(op, VSN_REDUCE_F32)),
					  reduce32(b, a, VSN_REDUCE(op, VSN_REDUCE_F32)));
		}
	}
}

/* Integers wrap, and are signed when they are compared. */
TEST(integers)
{
	s32 d[] = { 5, -7, 0x7fffffff, -0x7fffffff - 1 }, s[] = { -6, 7, 1, 1 };
	s64 e[] = { 1LL << 62, -1 }, t[] = { 1LL << 62, 1 };
	s32 m[4];

	memcpy(m, d, sizeof(d));
	vsn_reduce(m, s, sizeof(m), VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_I32));
	EXPECT_EQ(-1, m[0]);
	EXPECT_EQ(0, m[1]);
	EXPECT_EQ(-0x7fffffff - 1, m[2]);
	EXPECT_EQ(-0x7fffffff, m[3]);
	memcpy(m, d, sizeof(d));
	vsn_reduce(m, s, sizeof(m), VSN_REDUCE(VSN_REDUCE_MIN, VSN_REDUCE_I32));
	EXPECT_EQ(-6, m[0]);
	EXPECT_EQ(-7, m[1]);
	EXPECT_EQ(1, m[2]);
	memcpy(m, d, sizeof(d));
	vsn_reduce(m, s, sizeof(m), VSN_REDUCE(VSN_REDUCE_MAX, VSN_REDUCE_I32));
	EXPECT_EQ(5, m[0]);
	EXPECT_EQ(7, m[1]);
	EXPECT_EQ(1, m[3]);
	vsn_reduce(e, t, sizeof(e), VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_I64));
	EXPECT_EQ((s64)(1ULL << 63), e[0]);
	EXPECT_EQ(0, e[1]);
	vsn_reduce(e, t, sizeof(e), VSN_REDUCE(VSN_REDUCE_MIN, VSN_REDUCE_I64));
	EXPECT_EQ((s64)(1ULL << 63), e[0]);
	vsn_reduce(e, t, sizeof(e), VSN_REDUCE(VSN_REDUCE_MAX, VSN_REDUCE_I64));
	EXPECT_EQ(1LL << 62, e[0]);
	EXPECT_EQ(1, e[1]);
}

FIXTURE(reduce)
{
	struct sim *sim;
};

/* Endpoints under one switch, of memories slow enough to matter */
FIXTURE_SETUP(reduce)
{
	u32 n = 4;

	self->sim = calloc(1, sizeof(*self->sim));
	ASSERT_NE(NULL, self->sim);
	sim_topo(&self->sim->topo, &n, 1);
	sim_tier(&self->sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 50 * GB,
		.latency = 10 * NS, .switch_latency = 200 * NS });
	self->sim->topo.networks[0].header = 16;
	self->sim->topo.kinds[1].overhead = 300 * NS;
	self->sim->topo.kinds[1].mem_latency = 100 * NS;
	self->sim->topo.kinds[1].mem_bandwidth = 80 * GB;
	ASSERT_EQ(0, sim_init(self->sim));
}

FIXTURE_TEARDOWN(reduce)
{
	sim_free(self->sim);
	EXPECT_EQ(0, self->sim->allocs);
	free(self->sim);
}

static u64 ser(u64 bytes, u64 bw)
{
	unsigned __int128 n = (unsigned __int128)bytes * 1000000000000ULL;

	return (n + bw - 1) / bw;
}

static struct vsn_sqe sqe_reduce(u32 initiator, u64 dst, u64 src, u64 len, u64 user_data)
{
	struct vsn_sqe sqe = sim_copy(initiator, 0, dst, src, len, user_data);

	sqe.opcode = VSN_OP_REDUCE;
	sqe.arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_F32);
	return sqe;
}

static const struct vsn_cqe *one(struct sim *sim, u32 initiator, u32 to, u32 from, u64 len)
{
	u64 dst = sim_region(sim, vsn_align_up(len, 4096), to, false);
	u64 src = sim_region(sim, vsn_align_up(len, 4096), from, false);
	struct vsn_sqe sqe = sqe_reduce(initiator, dst, src, len, 1);

	sqe.flags = VSN_OP_F_NODATA;
	if (sim_submit(sim, &sqe))
		abort();
	sim_run(sim);
	return sim_find(sim, 1);
}

/* Up to the memory as a copy; that takes twice the bytes, then the ack comes back. */
TEST_F(reduce, push)
{
	const struct vsn_cqe *cqe = one(self->sim, 0, 1, 0, 4096);

	/* Reading its own memory and the links overlap with what is slower. */
	EXPECT_EQ(300 * NS + 100 * NS + 220 * NS + ser(8192, 80 * GB) +
		  220 * NS + ser(16, 50 * GB), cqe->end);
	EXPECT_EQ(4096, cqe->bytes);
	EXPECT_EQ(2 * 4112 + 2 * 16, cqe->wire);
}

TEST_F(reduce, pull)
{
	EXPECT_EQ(300 * NS + 220 * NS + ser(16, 50 * GB) + 100 * NS + 220 * NS +
		  ser(8192, 80 * GB), one(self->sim, 0, 0, 3, 4096)->end);
}

TEST_F(reduce, third_party)
{
	EXPECT_EQ(300 * NS + 3 * 220 * NS + 2 * ser(16, 50 * GB) + 100 * NS +
		  ser(8192, 80 * GB), one(self->sim, 0, 1, 2, 4096)->end);
}

/*
 * Source and destination are read and the result is written, by one memory, which
 * answers the first chunk while it works for the next.
 */
TEST_F(reduce, local)
{
	const struct vsn_cqe *cqe = one(self->sim, 0, 0, 0, N * MiB);

	EXPECT_EQ(300 * NS + N * ser(3 * MiB, 80 * GB), cqe->end);
	EXPECT_EQ(0, cqe->wire);
}

/* The memory is what is slow: of all chunks, only the first has to get there. */
TEST_F(reduce, many_chunks)
{
	EXPECT_EQ(300 * NS + 100 * NS + 220 * NS + N * ser(2 * MiB, 80 * GB) +
		  220 * NS + ser(16, 50 * GB), one(self->sim, 0, 1, 0, N * MiB)->end);
}

/* dst has the result and src is as it was; counters are a copy's. */
TEST_F(reduce, bytes)
{
	u64 dst = sim_region(self->sim, 4096, 1, true), src = sim_region(self->sim, 4096, 0, true);
	float *d = (float *)sim_bytes(self->sim, dst), *s = (float *)sim_bytes(self->sim, src);
	struct vsn_endpoint_stats *stats;
	struct vsn_sqe sqe;
	u32 i;

	for (i = 0; i < 1024; i++) {
		d[i] = i;
		s[i] = 0.5;
	}
	sqe = sqe_reduce(0, dst + 4, src, 4000, 1);
	ASSERT_EQ(0, sim_submit(self->sim, &sqe));
	sim_run(self->sim);
	EXPECT_EQ(0, d[0]);
	EXPECT_EQ(1001, d[1001]);
	for (i = 1; i < 1001; i++)
		ASSERT_EQ(i + 0.5, d[i]);
	EXPECT_EQ(0.5, s[7]);
	stats = vsn_sparse_find(&self->sim->sched.stats, 0);
	EXPECT_EQ(4000, stats->write_bytes);
	EXPECT_EQ(4000, stats->out_bytes);
	/* Of a range and itself: twice of it */
	sqe = sqe_reduce(1, dst, dst, 4096, 2);
	ASSERT_EQ(0, sim_submit(self->sim, &sqe));
	sim_run(self->sim);
	EXPECT_EQ(3, d[1]);
	EXPECT_EQ(2046, d[1023]);
}

/* What it changes, WAITs see. */
TEST_F(reduce, wakes)
{
	u64 dst = sim_region(self->sim, 4096, 1, true), src = sim_region(self->sim, 4096, 0, true);
	struct vsn_sqe sqe = sim_word(VSN_OP_WAIT, 1, 0, dst + 8, 3, 1);

	((u64 *)sim_bytes(self->sim, src))[1] = 3;
	ASSERT_EQ(0, sim_submit(self->sim, &sqe));
	sqe = sqe_reduce(0, dst, src, 64, 2);
	sqe.arg0 = VSN_REDUCE(VSN_REDUCE_MAX, VSN_REDUCE_I64);
	ASSERT_EQ(0, sim_submit(self->sim, &sqe));
	sim_run(self->sim);
	EXPECT_EQ(3, sim_find(self->sim, 1)->value);
}

TEST_F(reduce, refused)
{
	u64 r = sim_region(self->sim, 1 << 20, 0, true);
	struct vsn_sqe good = sqe_reduce(0, r, r + 4096, 4096, 1), bad;

#define REFUSED(change) do {						\
	bad = good;							\
	change;								\
	EXPECT_EQ(-EINVAL, sim_submit(self->sim, &bad)) {		\
		TH_LOG("for: %s", #change);				\
	}								\
} while (0)
	REFUSED(bad.arg0 = 0);
	REFUSED(bad.arg0 = VSN_REDUCE(VSN_REDUCE_MAX + 1, VSN_REDUCE_I32));
	REFUSED(bad.arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_BF16 + 1));
	REFUSED(bad.arg0 |= 1 << 16);
	REFUSED(bad.arg0 |= 1ULL << 63);
	REFUSED(bad.arg1 = 1);
	REFUSED(bad.len = 4094);
	REFUSED(bad.dst += 2);
	REFUSED(bad.src += 1);
	REFUSED(bad.src -= 4);
	REFUSED(bad.src = r + 4; bad.dst = r + 8);
	REFUSED(bad.arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_I64); bad.len = 4092);
	REFUSED(bad.opcode = VSN_OP_DISCARD + 1);
	/* Elements of two bytes need no more than that. */
	bad = good;
	bad.arg0 = VSN_REDUCE(VSN_REDUCE_SUM, VSN_REDUCE_BF16);
	bad.len = 4094;
	bad.dst += 2;
	EXPECT_EQ(0, sim_submit(self->sim, &bad));
	sim_run(self->sim);
}

TEST_HARNESS_MAIN
