// SPDX-License-Identifier: GPL-2.0
/*
 * Closed forms of collectives, to 1 %.
 *
 * Collectives are made as a library makes them: a rank is a stream of COPY, SIGNAL
 * and WAIT.  The forms are the textbook's, of bandwidth alone; messages are so long
 * that latency hardly counts, except where a test is about it.
 */
#include "kselftest_harness.h"

#include "sim.h"

#define GB	1000000000ULL
#define NS	1000ULL
#define KiB	(1ULL << 10)
#define MiB	(1ULL << 20)
#define GiB	(1ULL << 30)

#define MAX_RANKS	64
#define HOMES		32	/* of a region */
#define BW		(50 * GB)

struct world {
	struct sim *sim;
	u64 data[MAX_RANKS];
	u64 words[MAX_RANKS];
	u64 nr_ops;
	u64 arrived[MAX_RANKS];	/* SIGNALs that a rank has to have seen so far */
};

FIXTURE(forms)
{
	struct world w;
};

FIXTURE_SETUP(forms)
{
	memset(&self->w, 0, sizeof(self->w));
	self->w.sim = calloc(1, sizeof(*self->w.sim));
	ASSERT_NE(NULL, self->w.sim);
}

FIXTURE_TEARDOWN(forms)
{
	sim_free(self->w.sim);
	EXPECT_EQ(0, self->w.sim->allocs);
	free(self->w.sim);
}

/* Groups of n under a switch a plane each; @spines switches above, or none. */
static void fabric(struct world *w, u32 groups, u32 n, u32 spines)
{
	struct vsn_topo *t = &w->sim->topo;
	u32 sizes[] = { groups, n };

	sim_topo(t, sizes, 2);
	t->networks[0].header = 16;
	t->kinds[1].overhead = 300 * NS;
	sim_tier(t, &(struct sim_tier) {
		.over = spines ? 2 : 3, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = BW,
		.latency = 10 * NS, .switch_latency = 200 * NS });
	if (spines)
		sim_tier(t, &(struct sim_tier) {
			.over = 1, .attach = VSN_ATTACH_SWITCH, .switches = spines,
			.bandwidth = BW, .latency = 10 * NS, .switch_latency = 200 * NS });
}

/* A granule for each rank: of 1 GiB for data, and of 4 KiB with a word to signal */
static void ready(struct world *w)
{
	u32 homes[HOMES], first, i, n;

	if (sim_init(w->sim))
		abort();
	n = w->sim->topo.nr_endpoints;
	for (first = 0; first < n; first += HOMES) {
		u32 nr = vsn_min(n - first, HOMES);
		u64 data, words;

		for (i = 0; i < nr; i++)
			homes[i] = first + i;
		data = sim_region_over(w->sim, nr * GiB, homes, nr, GiB, false);
		words = sim_region_over(w->sim, nr * 4 * KiB, homes, nr, 4 * KiB, true);
		for (i = 0; i < nr; i++) {
			w->data[first + i] = data + i * GiB;
			w->words[first + i] = words + i * 4 * KiB;
		}
	}
}

static void submit(struct world *w, struct vsn_sqe sqe)
{
	sqe.user_data = w->nr_ops++;
	if (sim_submit(w->sim, &sqe))
		abort();
}

static void send(struct world *w, u32 from, u32 stream, u32 to, u64 len)
{
	struct vsn_sqe sqe = sim_copy(from, stream, w->data[to],
				      w->data[from], len, 0);

	sqe.flags = VSN_OP_F_NODATA;
	submit(w, sqe);
}

/* A step of a ring: each rank sends to the next, then waits for the one before. */
static void step(struct world *w, const u32 *ranks, u32 n, u64 len)
{
	u32 i;

	for (i = 0; i < n; i++) {
		u32 from = ranks[i], to = ranks[(i + 1) % n];

		send(w, from, 0, to, len);
		submit(w, sim_word(VSN_OP_SIGNAL, from, 0, w->words[to], 1, 0));
	}
	for (i = 0; i < n; i++)
		submit(w, sim_word(VSN_OP_WAIT, ranks[i], 0, w->words[ranks[i]],
				   ++w->arrived[ranks[i]], 0));
}

/* Run all; the virtual time that it took, all of which went well */
static u64 finish(struct __test_metadata *_metadata, struct world *w)
{
	u64 end = 0;
	size_t i;

	sim_run(w->sim);
	ASSERT_EQ(w->nr_ops, w->sim->nr_done);
	for (i = 0; i < w->sim->nr_done; i++) {
		ASSERT_EQ(0, w->sim->done[i].res);
		end = vsn_max(end, w->sim->done[i].end);
	}
	return end;
}

/* Within 1 %, @form is in ps */
#define EXPECT_FORM(form, time) do {					\
	double form_ = (form), time_ = (time);				\
									\
	EXPECT_TRUE(time_ > 0.99 * form_ && time_ < 1.01 * form_) {	\
		TH_LOG("%.0f ps, expected %.0f: %+.2f %%", time_, form_,	\
		       100 * (time_ / form_ - 1));			\
	}								\
} while (0)

/* Time to send, in ps */
#define SEND(bytes)	((bytes) * 1e12 / BW)

/* Ring all-reduce: reduce-scatter and all-gather, n - 1 steps of S / n each. */
TEST_F(forms, ring_all_reduce)
{
	u32 ranks[16], n = ARRAY_SIZE(ranks), i;
	u64 size = 1024 * MiB;

	fabric(&self->w, 1, n, 0);
	ready(&self->w);
	for (i = 0; i < n; i++)
		ranks[i] = i;
	for (i = 0; i < 2 * (n - 1); i++)
		step(&self->w, ranks, n, size / n);
	EXPECT_FORM(2.0 * (n - 1) / n * SEND(size), finish(_metadata, &self->w));
}

/* The same of few bytes: latency alone counts. */
TEST_F(forms, ring_all_reduce_small)
{
	u32 ranks[16], n = ARRAY_SIZE(ranks), i;

	fabric(&self->w, 1, n, 0);
	ready(&self->w);
	for (i = 0; i < n; i++)
		ranks[i] = i;
	for (i = 0; i < 2 * (n - 1); i++)
		step(&self->w, ranks, n, 64);
	/* a step: COPY and its ack, then SIGNAL; two links each time */
	EXPECT_FORM(2.0 * (n - 1) * (2 * 300 + 3 * (10 + 210)) * NS,
		    finish(_metadata, &self->w));
}

/* Each sends to each, all at once: n - 1 messages leave each link. */
static void all_to_all(struct world *w, u64 len)
{
	u32 i, k, n = w->sim->topo.nr_endpoints;

	for (i = 0; i < n; i++)
		for (k = 1; k < n; k++)
			send(w, i, k, (i + k) % n, len);
}

TEST_F(forms, all_to_all_crossbar)
{
	u64 len = 16 * MiB;
	u32 n = 24;

	fabric(&self->w, 1, n, 0);
	ready(&self->w);
	all_to_all(&self->w, len);
	EXPECT_FORM((n - 1) * SEND(len), finish(_metadata, &self->w));
}

/* On a full mesh each pair has links of its own: one message is on each. */
TEST_F(forms, all_to_all_mesh)
{
	u64 len = 64 * MiB;

	fabric(&self->w, 1, 12, 0);
	self->w.sim->topo.networks[0].tiers[0].kind = VSN_TIER_KIND_MESH;
	ready(&self->w);
	all_to_all(&self->w, len);
	EXPECT_FORM(SEND(len), finish(_metadata, &self->w));
}

/* Reduce-scatter in groups, all-reduce among those of one place, all-gather */
TEST_F(forms, hierarchical_all_reduce)
{
	u32 groups = 4, n = 8, ranks[8], g, i, k;
	u64 size = 1024 * MiB, nic = 10 * GB;
	double form;

	fabric(&self->w, groups, n, 0);
	/* Within a group by one tier; between groups each by a link of its own */
	self->w.sim->topo.networks[0].tiers[0].over = 2;
	sim_tier(&self->w.sim->topo, &(struct sim_tier) {
		.over = 1, .attach = VSN_ATTACH_ENDPOINT, .bandwidth = nic,
		.latency = 500 * NS, .switch_latency = 500 * NS });
	ready(&self->w);
	for (k = 0; k < 2 * (n - 1); k++) {
		for (g = 0; k == n - 1 && g < n; g++) {
			for (i = 0; i < groups; i++)
				ranks[i] = i * n + g;
			for (i = 0; i < 2 * (groups - 1); i++)
				step(&self->w, ranks, groups, size / n / groups);
		}
		for (g = 0; g < groups; g++) {
			for (i = 0; i < n; i++)
				ranks[i] = g * n + i;
			step(&self->w, ranks, n, size / n);
		}
	}
	form = 2.0 * (n - 1) / n * SEND(size);
	form += 2.0 * (groups - 1) / groups * (size / n) * 1e12 / nic;
	EXPECT_FORM(form, finish(_metadata, &self->w));
}

/* All send to one, from other groups, too: its link carries everything once. */
TEST_F(forms, incast)
{
	u64 len = 8 * MiB;
	u32 i, n;

	fabric(&self->w, 8, 4, 4);
	ready(&self->w);
	n = self->w.sim->topo.nr_endpoints;
	for (i = 1; i < n; i++)
		send(&self->w, i, 0, 0, len);
	EXPECT_FORM((n - 1) * SEND(len), finish(_metadata, &self->w));
}

/* Everybody sends to who is @shift further. */
static u64 shift_by(struct __test_metadata *_metadata, struct world *w, u32 shift, u64 len)
{
	u32 i, n = w->sim->topo.nr_endpoints;
	u64 before = w->sim->sched.now;

	for (i = 0; i < n; i++)
		send(w, i, 0, (i + shift) % n, len);
	return finish(_metadata, w) - before;
}

/* As many uplinks as endpoints: dmodk gives each flow links of its own. */
TEST_F(forms, shifts_full_clos)
{
	u64 len = 64 * MiB;
	u32 shift;

	fabric(&self->w, 8, 8, 8);
	ready(&self->w);
	for (shift = 1; shift < 64; shift += 5)
		EXPECT_FORM(SEND(len), shift_by(_metadata, &self->w, shift, len));
}

/* Half as many: where all flows leave their group it takes twice the time. */
TEST_F(forms, shifts_half_clos)
{
	u64 len = 64 * MiB;
	u32 shift;

	fabric(&self->w, 8, 8, 4);
	ready(&self->w);
	for (shift = 8; shift < 57; shift += 7)
		EXPECT_FORM(2 * SEND(len), shift_by(_metadata, &self->w, shift, len));
}

TEST_HARNESS_MAIN
