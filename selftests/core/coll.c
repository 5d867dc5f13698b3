// SPDX-License-Identifier: GPL-2.0
/*
 * Collectives: libvsn's plans, executed by the native scheduler.  The data is right,
 * each flag is signalled as often as is waited for, and the times are those of the
 * closed forms.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "../../tools/libvsn/coll.h"
#include "sim.h"

#define GB	1000000000ULL
#define NS	1000ULL
#define MiB	(1ULL << 20)
#define MAX	(SIM_MAX_REGIONS)

/* A fabric and as many ranks as endpoints, each with a region: flags, data, out */
struct world {
	struct sim sim;
	struct vsn_coll_rank ranks[MAX];
	u8 *data[MAX];
	u8 *out[MAX];
	u8 *flags[MAX];
};

static void world_regions(struct world *w, u32 n, u64 flags, u64 bytes, bool real)
{
	u64 room = vsn_align_up(bytes, 4096);
	u32 i;

	flags = vsn_align_up(flags, 4096);
	for (i = 0; i < n; i++) {
		u64 ua = sim_region(&w->sim, flags + 2 * room, i, true);

		w->ranks[i] = (struct vsn_coll_rank) {
			.endpoint = i, .flags = ua, .data = ua + flags,
			.out = ua + flags + room,
		};
		w->flags[i] = sim_bytes(&w->sim, ua);
		w->data[i] = real ? w->flags[i] + flags : NULL;
		w->out[i] = real ? w->data[i] + room : NULL;
	}
}

static u64 element(const struct vsn_coll_spec *s, const u8 *p, u64 i)
{
	u64 v = 0;

	memcpy(&v, p + i * vsn_coll_element(s->type), vsn_coll_element(s->type));
	return v;
}

/* Small integers, different for each rank and element, so that sums are exact */
static u64 number(const struct vsn_coll_spec *s, u32 rank, u64 i)
{
	u64 v = (rank * 7 + i * 13 + i / 101) % 5;
	float f = v;
	u32 bits;

	if (s->type == VSN_REDUCE_I32 || s->type == VSN_REDUCE_I64)
		return v + 1000 * rank;
	memcpy(&bits, &f, sizeof(bits));
	return s->type == VSN_REDUCE_F32 ? bits : bits >> 16;
}

static u64 reduction(const struct vsn_coll_spec *s, u64 i)
{
	u64 v = 0, x = 0, best = 0;
	float f, sum = 0;
	u32 r, bits;

	for (r = 0; r < s->ranks; r++) {
		v = number(s, r, i);
		if (s->type == VSN_REDUCE_I32 || s->type == VSN_REDUCE_I64) {
			x += v;
		} else {
			bits = s->type == VSN_REDUCE_F32 ? v : v << 16;
			memcpy(&f, &bits, sizeof(f));
			sum += f;
		}
		/* None is negative, so their bits are in their order. */
		if (!r || (s->op == VSN_REDUCE_MAX ? v > best : v < best))
			best = v;
	}
	if (s->op != VSN_REDUCE_SUM)
		return best;
	if (s->type == VSN_REDUCE_I32 || s->type == VSN_REDUCE_I64)
		return x;
	memcpy(&bits, &sum, sizeof(bits));
	return s->type == VSN_REDUCE_F32 ? bits : bits >> 16;
}

static void fill(struct world *w, const struct vsn_coll_spec *s)
{
	u64 size = vsn_coll_element(s->type), i, v;
	u32 r;

	for (r = 0; r < s->ranks; r++) {
		for (i = 0; i < s->bytes / size; i++) {
			v = number(s, r, i);
			memcpy(w->data[r] + i * size, &v, size);
		}
		memset(w->out[r], 0xee, s->bytes);
	}
}

static u64 check(const struct world *w, const struct vsn_coll_spec *s)
{
	u64 size = vsn_coll_element(s->type), n = s->bytes / size, block = n / s->ranks;
	u64 i, wrong = 0, want = 0;
	const u8 *got;
	u32 r;

	for (r = 0; r < s->ranks; r++) {
		for (i = 0; i < n; i++) {
			got = w->data[r];
			switch (s->kind) {
			case VSN_COLL_ALL_REDUCE:
				want = reduction(s, i);
				break;
			case VSN_COLL_ALL_GATHER:
				want = number(s, i / block, i);
				break;
			case VSN_COLL_REDUCE_SCATTER:
				if (i / block != r)
					continue;
				want = reduction(s, i);
				break;
			case VSN_COLL_ALL_TO_ALL:
				got = w->out[r];
				want = number(s, i / block, r * block + i % block);
				break;
			default:
				want = number(s, s->root, i);
				break;
			}
			wrong += element(s, got, i) != want;
		}
	}
	return wrong;
}

static void run(struct __test_metadata *_metadata, struct world *w,
		const struct vsn_coll_plan *plan, u64 round)
{
	struct vsn_sqe sqe;
	size_t i;

	w->sim.nr_done = 0;
	for (i = 0; i < plan->nr_ops; i++) {
		vsn_coll_sqe(plan, w->ranks, i, round, &sqe);
		ASSERT_EQ(0, sim_submit(&w->sim, &sqe)) {
			TH_LOG("operation %zu, opcode %u", i, sqe.opcode);
		}
	}
	sim_run(&w->sim);
	EXPECT_EQ(0, w->sim.sched.nr_pending);
	EXPECT_EQ(plan->nr_ops, w->sim.nr_done);
	for (i = 0; i < w->sim.nr_done; i++)
		ASSERT_EQ(0, w->sim.done[i].res);
}

/* What is waited for at last is what was signalled: no more, and no less. */
static void check_flags(struct __test_metadata *_metadata, const struct world *w,
			const struct vsn_coll_plan *plan, u64 rounds)
{
	u64 words = plan->flags / 8, i, *most = calloc(plan->spec.ranks * words, 8);
	const struct vsn_coll_op *op;
	u32 r;

	ASSERT_NE(NULL, most);
	for (i = 0; i < plan->nr_ops; i++) {
		op = &plan->ops[i];
		if (op->opcode == VSN_OP_WAIT)
			most[op->dst_rank * words + op->dst / 8] =
				vsn_max(most[op->dst_rank * words + op->dst / 8],
					op->arg + (rounds - 1) * op->round);
	}
	for (r = 0; r < plan->spec.ranks; r++)
		for (i = 0; i < words; i++)
			EXPECT_EQ(most[r * words + i], ((u64 *)w->flags[r])[i])
				TH_LOG("rank %u, flag %llu", r, (unsigned long long)i);
	free(most);
}

/* One switch that reduces; engines that ask for no more than a link can bring */
static void star(struct sim *sim, u32 n, u64 bw)
{
	sim_topo(&sim->topo, &n, 1);
	sim_tier(&sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = bw,
		.latency = 10 * NS, .switch_latency = 200 * NS });
	sim->topo.networks[0].tiers[0].reduces = true;
	sim->topo.kinds[1].read_bandwidth = bw;
	sim->topo.kinds[1].write_bandwidth = bw;
}

static void verify(struct __test_metadata *_metadata, const struct vsn_coll_spec *spec)
{
	struct world *w = calloc(1, sizeof(*w));
	struct vsn_coll_plan *plan;
	u32 round;

	ASSERT_NE(NULL, w);
	star(&w->sim, spec->ranks, 28 * GB);
	ASSERT_EQ(0, sim_init(&w->sim));
	ASSERT_EQ(0, vsn_coll_plan(spec, &plan))
		TH_LOG("%s", vsn_coll_why(spec));
	world_regions(w, spec->ranks, plan->flags, spec->bytes, true);
	for (round = 0; round < 2; round++) {
		fill(w, spec);
		run(_metadata, w, plan, round);
		EXPECT_EQ(0, check(w, spec))
			TH_LOG("%s, %s, %u ranks, %llu bytes, %u channels, chunk %llu, round %u",
			       vsn_coll_kind_name(spec->kind), vsn_coll_algo_name(plan->spec.algo),
			       spec->ranks, spec->bytes, plan->spec.channels, spec->chunk, round);
	}
	check_flags(_metadata, w, plan, 2);
	vsn_coll_plan_free(plan);
	sim_free(&w->sim);
	free(w);
}

/* Every algorithm of a kind, ranks of all sorts, more ranks than elements too */
static void verify_kind(struct __test_metadata *_metadata, enum vsn_coll_kind kind)
{
	static const u32 ranks[] = { 2, 3, 6, 8, 13 };
	static const struct {
		u32 elements, channels, chunk;
	} shapes[] = { { 1, 1, 0 }, { 7, 2, 4 }, { 1009, 3, 256 }, { 40000, 0, 0 } };
	u32 i, j, algo, nr = 0;

	for (algo = VSN_COLL_DEFAULT; algo < VSN_COLL_NR_ALGOS; algo++) {
		for (i = 0; i < ARRAY_SIZE(ranks); i++) {
			for (j = 0; j < ARRAY_SIZE(shapes); j++) {
				struct vsn_coll_spec s = {
					.kind = kind, .algo = algo, .ranks = ranks[i],
					.type = 1 + (i + j) % 4, .channels = shapes[j].channels,
					.chunk = shapes[j].chunk, .root = ranks[i] / 2,
					.group = ranks[i] % 2 ? 1 : 2, .stream = 7 * j,
					.op = (i + j) % 3,
				};

				s.bytes = shapes[j].elements * vsn_coll_element(s.type);
				if (kind != VSN_COLL_ALL_REDUCE && kind != VSN_COLL_BROADCAST)
					s.bytes *= s.ranks;
				if (vsn_coll_why(&s))
					continue;
				verify(_metadata, &s);
				nr++;
			}
		}
	}
	EXPECT_LE(2 * ARRAY_SIZE(ranks) * ARRAY_SIZE(shapes), nr);
}

TEST(all_reduce)
{
	verify_kind(_metadata, VSN_COLL_ALL_REDUCE);
}

TEST(all_gather)
{
	verify_kind(_metadata, VSN_COLL_ALL_GATHER);
}

TEST(reduce_scatter)
{
	verify_kind(_metadata, VSN_COLL_REDUCE_SCATTER);
}

TEST(all_to_all)
{
	verify_kind(_metadata, VSN_COLL_ALL_TO_ALL);
}

TEST(broadcast)
{
	verify_kind(_metadata, VSN_COLL_BROADCAST);
}

/* A test that finds nothing wrong has to be able to. */
TEST(damage_is_found)
{
	struct vsn_coll_spec s = {
		.kind = VSN_COLL_ALL_REDUCE, .ranks = 3, .type = VSN_REDUCE_BF16, .bytes = 600,
	};
	struct vsn_coll_plan *plan;
	struct world *w = calloc(1, sizeof(*w));

	ASSERT_NE(NULL, w);
	star(&w->sim, s.ranks, 28 * GB);
	ASSERT_EQ(0, sim_init(&w->sim));
	ASSERT_EQ(0, vsn_coll_plan(&s, &plan));
	world_regions(w, s.ranks, plan->flags, s.bytes, true);
	fill(w, &s);
	run(_metadata, w, plan, 0);
	EXPECT_EQ(0, check(w, &s));
	w->data[1][77] ^= 1;
	w->data[2][599] ^= 0x80;
	EXPECT_EQ(2, check(w, &s));
	vsn_coll_plan_free(plan);
	sim_free(&w->sim);
	free(w);
}

/* Groups of every size that divides the ranks */
TEST(hierarchical)
{
	u32 group;

	for (group = 1; group <= 12; group++) {
		struct vsn_coll_spec s = {
			.kind = VSN_COLL_ALL_REDUCE, .algo = VSN_COLL_HIERARCHICAL, .ranks = 12,
			.type = VSN_REDUCE_F32, .bytes = 12000, .group = group, .channels = 2,
		};

		if (12 % group == 0)
			verify(_metadata, &s);
		else
			EXPECT_NE(NULL, vsn_coll_why(&s));
	}
}

/* What a kernel's launch and each step take is on the compute engine, before all else. */
TEST(launch)
{
	static const enum vsn_coll_algo algos[] = {
		VSN_COLL_RING, VSN_COLL_TREE,
	};
	struct vsn_coll_plan *plan;
	struct world *w;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(algos); i++) {
		struct vsn_coll_spec s = {
			.kind = VSN_COLL_BROADCAST, .algo = algos[i], .ranks = 5, .bytes = 4000,
			.type = VSN_REDUCE_I32, .channels = 3,
			.launch = 10000 * NS, .step = 50 * NS,
		};

		verify(_metadata, &s);
		w = calloc(1, sizeof(*w));
		ASSERT_NE(NULL, w);
		star(&w->sim, s.ranks, 28 * GB);
		ASSERT_EQ(0, sim_init(&w->sim));
		ASSERT_EQ(0, vsn_coll_plan(&s, &plan));
		world_regions(w, s.ranks, plan->flags, s.bytes, true);
		run(_metadata, w, plan, 0);
		for (j = 0; j < w->sim.nr_done; j++)
			if (w->sim.done[j].opcode == VSN_OP_COPY)
				EXPECT_LE(10050 * NS, w->sim.done[j].start);
		vsn_coll_plan_free(plan);
		sim_free(&w->sim);
		free(w);
	}
}

/* ps that a plan takes on a fabric of @w, which is not yet committed */
static u64 timed(struct __test_metadata *_metadata, struct world *w,
		 struct vsn_coll_spec *spec)
{
	struct vsn_coll_plan *plan;
	u64 end = 0;
	size_t i;

	spec->nodata = true;
	spec->type = VSN_REDUCE_F32;
	ASSERT_EQ(0, sim_init(&w->sim));
	ASSERT_EQ(0, vsn_coll_plan(spec, &plan))
		TH_LOG("%s", vsn_coll_why(spec));
	world_regions(w, spec->ranks, plan->flags, spec->bytes, false);
	run(_metadata, w, plan, 0);
	for (i = 0; i < w->sim.nr_done; i++)
		end = vsn_max(end, w->sim.done[i].end);
	vsn_coll_plan_free(plan);
	sim_free(&w->sim);
	free(w);
	return end;
}

static u64 on_star(struct __test_metadata *_metadata, struct vsn_coll_spec s, u64 bw)
{
	struct world *w = calloc(1, sizeof(*w));

	ASSERT_NE(NULL, w);
	star(&w->sim, s.ranks, bw);
	return timed(_metadata, w, &s);
}

/* As long as @bytes at @bw take, within @percent */
static void expect_form(struct __test_metadata *_metadata, const char *what, u64 ps,
			double bytes, double bw, double percent)
{
	double form = bytes / bw * 1e12, off = 100 * (ps / form - 1);

	TH_LOG("%s: %.1f us, %+.3f %%", what, ps / 1e6, off);
	EXPECT_TRUE(off > -percent && off < percent);
}

/* Each link carries 2 (n - 1) / n of the data. */
TEST(closed_form_all_reduce)
{
	static const enum vsn_coll_algo algos[] = {
		VSN_COLL_RING, VSN_COLL_HALVING_DOUBLING, VSN_COLL_DIRECT,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(algos); i++) {
		struct vsn_coll_spec s = {
			.kind = VSN_COLL_ALL_REDUCE, .algo = algos[i], .ranks = 8,
			.bytes = 128 * MiB,
		};

		expect_form(_metadata, vsn_coll_algo_name(s.algo),
			    on_star(_metadata, s, 28 * GB), 2.0 * 7 / 8 * s.bytes, 28e9, 1);
	}
}

/* Half of it */
TEST(closed_form_halves)
{
	static const struct {
		enum vsn_coll_kind kind;
		enum vsn_coll_algo algo;
	} c[] = {
		{ VSN_COLL_ALL_GATHER, VSN_COLL_RING },
		{ VSN_COLL_ALL_GATHER, VSN_COLL_DIRECT },
		{ VSN_COLL_REDUCE_SCATTER, VSN_COLL_RING },
		{ VSN_COLL_REDUCE_SCATTER, VSN_COLL_DIRECT },
		{ VSN_COLL_ALL_TO_ALL, VSN_COLL_DIRECT },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		struct vsn_coll_spec s = {
			.kind = c[i].kind, .algo = c[i].algo, .ranks = 8, .bytes = 64 * MiB,
		};

		expect_form(_metadata, vsn_coll_kind_name(s.kind),
			    on_star(_metadata, s, 28 * GB), 7.0 / 8 * s.bytes, 28e9, 1);
	}
}

/*
 * In the switch: up each port goes the data once, and down comes the result once, as soon
 * as a piece is there: 64 of them, and 2 more until the first went through.  Half of that
 * suffices for reduce-scatter (up) and all-gather (down).
 */
TEST(closed_form_switch)
{
	static const enum vsn_coll_kind kinds[] = {
		VSN_COLL_ALL_REDUCE, VSN_COLL_ALL_GATHER, VSN_COLL_REDUCE_SCATTER,
	};
	u64 ps, ring;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct vsn_coll_spec s = {
			.kind = kinds[i], .algo = VSN_COLL_SWITCH, .ranks = 8,
			.bytes = 128 * MiB, .chunk = MiB / 4,
		};
		bool half = kinds[i] != VSN_COLL_ALL_REDUCE;

		ps = on_star(_metadata, s, 28 * GB);
		expect_form(_metadata, vsn_coll_kind_name(s.kind), ps,
			    half ? 7.0 / 8 * s.bytes : 66.0 / 64 * s.bytes, 28e9, 1);
		if (half)
			continue;
		/* A ring moves nearly twice as much. */
		s.algo = VSN_COLL_RING;
		s.chunk = 0;
		ring = on_star(_metadata, s, 28 * GB);
		EXPECT_TRUE(ring > 1.65 * ps && ring < 1.75 * ps);
	}
}

/* A chain is filled, then drained: K chunks and n - 2 more on a link. */
TEST(closed_form_broadcast)
{
	struct vsn_coll_spec s = {
		.kind = VSN_COLL_BROADCAST, .algo = VSN_COLL_RING, .ranks = 8,
		.bytes = 256 * MiB, .chunk = 4 * MiB, .channels = 1,
	};

	expect_form(_metadata, "ring", on_star(_metadata, s, 28 * GB), (64 + 6) * 4 * MiB,
		    28e9, 1);
	/* Twice through the root's link, and filled, too */
	s.algo = VSN_COLL_TREE;
	s.channels = 4;
	s.chunk = MiB;
	expect_form(_metadata, "tree", on_star(_metadata, s, 28 * GB), 2 * s.bytes, 28e9, 3);
}

/*
 * Two tiers: inside of a group each rank's own link carries 2 (g - 1) / g of the data;
 * the uplinks of a group carry all its ranks' rings of 1 / g each at a time.
 */
TEST(closed_form_hierarchical)
{
	const u32 sizes[] = { 4, 8 }, g = 8, m = 4;
	struct world *w = calloc(1, sizeof(*w));
	struct vsn_coll_spec s = {
		.kind = VSN_COLL_ALL_REDUCE, .algo = VSN_COLL_HIERARCHICAL, .ranks = 32,
		.group = 8, .bytes = 256 * MiB,
	};
	double inner = 2.0 * (g - 1) / g / 100e9, outer = 2.0 * (m - 1) / m / 50e9;
	u64 ps;

	ASSERT_NE(NULL, w);
	sim_topo(&w->sim.topo, sizes, 2);
	sim_tier(&w->sim.topo, &(struct sim_tier) {
		.over = 2, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = 100 * GB,
		.latency = 5 * NS, .switch_latency = 100 * NS });
	/* One uplink of half a rank's bandwidth for eight ranks */
	sim_tier(&w->sim.topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_SWITCH, .bandwidth = 50 * GB,
		.latency = 5 * NS, .switch_latency = 100 * NS });
	ps = timed(_metadata, w, &s);
	expect_form(_metadata, "hierarchical", ps, s.bytes * (inner + outer), 1, 1);
	/* That is what the other way around would have had to put through the uplinks. */
	EXPECT_GT(2.0 * (32 - 1) / 32 / 50e9 * 8 * s.bytes * 1e12, ps);
}

TEST(refused)
{
	struct vsn_coll_spec good = {
		.kind = VSN_COLL_ALL_GATHER, .ranks = 6, .bytes = 240, .type = VSN_REDUCE_I64,
	}, bad;
	struct vsn_coll_plan *plan;

#define REFUSED(change) do {						\
	bad = good;							\
	change;								\
	EXPECT_NE(NULL, vsn_coll_why(&bad)) {				\
		TH_LOG("for: %s", #change);				\
	}								\
	EXPECT_EQ(-EINVAL, vsn_coll_plan(&bad, &plan));			\
} while (0)
	EXPECT_EQ(NULL, vsn_coll_why(&good));
	REFUSED(bad.kind = VSN_COLL_NR_KINDS);
	REFUSED(bad.algo = VSN_COLL_NR_ALGOS);
	REFUSED(bad.algo = VSN_COLL_TREE);
	REFUSED(bad.type = VSN_REDUCE_BF16 + 1);
	REFUSED(bad.type = 0);
	REFUSED(bad.op = VSN_REDUCE_MAX + 1);
	REFUSED(bad.ranks = 1);
	REFUSED(bad.ranks = VSN_COLL_MAX_RANKS + 1);
	REFUSED(bad.bytes = 0);
	REFUSED(bad.bytes = 8);
	REFUSED(bad.kind = VSN_COLL_BROADCAST; bad.root = 6);
	REFUSED(bad.kind = VSN_COLL_ALL_REDUCE; bad.algo = VSN_COLL_HIERARCHICAL);
	REFUSED(bad.channels = VSN_COLL_MAX_CHANNELS + 1);
	/* A plan that no fabric would take */
	bad = good;
	bad.kind = VSN_COLL_ALL_REDUCE;
	bad.ranks = 1000;
	bad.bytes = 8000000;
	EXPECT_EQ(-E2BIG, vsn_coll_plan(&bad, &plan));
}

TEST_HARNESS_MAIN
