// SPDX-License-Identifier: GPL-2.0
/* Messages of a directory: what they cost, by hand, and that all of them are counted. */
#include "kselftest_harness.h"

#include "coherence.h"
#include "star.h"

#define NR		8U
#define BYTES		4096U
#define HOME		0U

struct world {
	struct sim sim;
	struct vsn_dir dir;
	u64 lost[NR];
	u64 end;
	struct vsn_dir_step step;
};

static void lose(void *ctx, u64 granule, u32 who, enum vsn_dir_right left)
{
	struct world *w = ctx;

	w->lost[who] += 1 + (left == VSN_DIR_READ);
}

FIXTURE(coherence)
{
	struct world w;
};

FIXTURE_SETUP(coherence)
{
	ASSERT_EQ(0, star(&self->w.sim, NR, 1));
	ASSERT_EQ(0, vsn_dir_init(&self->w.dir, 64, &self->w.sim.sched.mem));
}

FIXTURE_TEARDOWN(coherence)
{
	vsn_dir_free(&self->w.dir);
	sim_free(&self->w.sim);
}

static int touch(struct world *w, u32 who, u64 granule, bool write)
{
	struct vsn_access a = {
		.ua = VSN_UA_POOL + granule * BYTES, .granule = granule, .bytes = BYTES,
		.who = who, .home = HOME, .write = write,
	};

	return vsn_coherence_access(&w->sim.sched, &w->dir, &a, lose, w, &w->step, &w->end);
}

static int recall(struct world *w, u32 who, u64 granule, bool write)
{
	struct vsn_access a = {
		.ua = VSN_UA_POOL + granule * BYTES, .granule = granule, .bytes = BYTES,
		.who = who, .home = HOME, .write = write,
	};

	return vsn_coherence_recall(&w->sim.sched, &w->dir, &a, lose, w);
}

/* Over the link up and the link down, with nobody in the way */
static u64 way(u64 payload)
{
	return ser(payload ? wire_of(payload) : 16, 28 * GB) + UP + DOWN;
}

/* Both at once: time goes on so far that links are free again. */
static void rest(struct world *w)
{
	w->sim.sched.now += 1000 * US;
}

static u64 memory_time(const struct world *w)
{
	const struct vsn_kind *kind = &w->sim.topo.kinds[VSN_ENDPOINT_KIND_ACCELERATOR];

	return kind->mem_latency + (kind->mem_bandwidth ? ser(BYTES, kind->mem_bandwidth) : 0);
}

TEST_F(coherence, closed_forms)
{
	struct world *w = &self->w;
	u64 now = w->sim.sched.now, back;

	/* A read of what nobody has: there, memory, and back */
	ASSERT_EQ(0, touch(w, 1, 0, false));
	EXPECT_EQ(now + way(0) + memory_time(w) + way(BYTES), w->end);
	/* Again: nothing to do */
	rest(w);
	ASSERT_EQ(0, touch(w, 1, 0, false));
	EXPECT_TRUE(w->step.hit);
	EXPECT_EQ(w->sim.sched.now, w->end);
	/* It wants to write: asked and answered */
	ASSERT_EQ(0, touch(w, 1, 0, true));
	EXPECT_EQ(w->sim.sched.now + 2 * way(0), w->end);
	/* Another reads: there, on to the writer; from there to both */
	rest(w);
	now = w->sim.sched.now;
	ASSERT_EQ(0, touch(w, 2, 0, false));
	EXPECT_EQ(2, w->lost[1]);
	back = ser(wire_of(BYTES), 28 * GB);
	/* The second one leaves the writer when the first has. */
	EXPECT_EQ(now + 2 * way(0) + back + way(BYTES) + memory_time(w), w->end);
	/* A third writes: the granule is at home again, and the two readers answer. */
	rest(w);
	now = w->sim.sched.now;
	ASSERT_EQ(0, touch(w, 3, 0, true));
	EXPECT_LE(now + way(0) + memory_time(w) + way(BYTES), w->end);
	EXPECT_EQ(2, w->step.invalidated);
	/* And a fourth, from the third alone */
	rest(w);
	now = w->sim.sched.now;
	ASSERT_EQ(0, touch(w, 4, 0, true));
	EXPECT_EQ(now + 2 * way(0) + way(BYTES), w->end);
}

/* The home's own CPU has no way to go. */
TEST_F(coherence, at_home)
{
	struct world *w = &self->w;
	u64 now = w->sim.sched.now;

	ASSERT_EQ(0, touch(w, HOME, 5, true));
	EXPECT_EQ(now + memory_time(w), w->end);
	EXPECT_EQ(0, w->sim.nr_xfers);
	rest(w);
	now = w->sim.sched.now;
	ASSERT_EQ(0, touch(w, 1, 5, false));
	EXPECT_EQ(now + way(0) + way(BYTES), w->end);
	EXPECT_EQ(HOME, w->step.from);
}

/* What an operation calls back */
TEST_F(coherence, recalls)
{
	struct world *w = &self->w;
	u64 wire;

	ASSERT_EQ(0, touch(w, 1, 0, true));
	wire = w->sim.xfer_wire;
	ASSERT_EQ(0, recall(w, 2, 0, false));
	EXPECT_EQ(2, w->lost[1]);
	EXPECT_EQ(wire + 2 * (16 + wire_of(BYTES)), w->sim.xfer_wire);
	EXPECT_EQ(VSN_DIR_READ, vsn_dir_right(&w->dir, 0, 1));
	/* It is at home, and may be read there. */
	wire = w->sim.xfer_wire;
	ASSERT_EQ(0, recall(w, 2, 0, false));
	EXPECT_EQ(wire, w->sim.xfer_wire);
	ASSERT_EQ(0, touch(w, 3, 0, false));
	wire = w->sim.xfer_wire;
	ASSERT_EQ(0, recall(w, 2, 0, true));
	EXPECT_EQ(wire + 2 * 2 * 2 * 16, w->sim.xfer_wire);
	EXPECT_EQ(VSN_DIR_NONE, vsn_dir_right(&w->dir, 0, 1));
	EXPECT_EQ(VSN_DIR_NONE, vsn_dir_right(&w->dir, 0, 3));
	/* What nobody has is left alone. */
	ASSERT_EQ(0, recall(w, 2, 9, true));
	EXPECT_EQ(1, w->dir.stats.written_back);
}

/* Who cannot be asked, or called, or answered: nothing has changed. */
TEST_F(coherence, unreachable)
{
	struct world *w = &self->w;
	u64 end = w->sim.sched.now + US, xfers;

	ASSERT_EQ(0, touch(w, 1, 0, true));
	ASSERT_EQ(0, touch(w, 2, 1, false));
	xfers = w->sim.nr_xfers;
	ASSERT_EQ(0, set_policy(&w->sim, 0, false));
	ASSERT_EQ(0, take_down(&w->sim, link_of(&w->sim, 1, 0, 1), w->sim.sched.now + 1, end));
	vsn_sched_run(&w->sim.sched, end - 1, 1000);
	EXPECT_EQ(-EHOSTUNREACH, touch(w, 3, 0, false));
	EXPECT_EQ(-EHOSTUNREACH, touch(w, 3, 0, true));
	EXPECT_EQ(-EHOSTUNREACH, touch(w, 1, 1, false));
	EXPECT_EQ(-EHOSTUNREACH, recall(w, 3, 0, false));
	EXPECT_EQ(-EHOSTUNREACH, recall(w, 3, 0, true));
	EXPECT_EQ(xfers, w->sim.nr_xfers);
	EXPECT_EQ(0, w->lost[1]);
	EXPECT_EQ(VSN_DIR_WRITE, vsn_dir_right(&w->dir, 0, 1));
	/* Who has it does not ask. */
	EXPECT_EQ(0, touch(w, 1, 0, true));
	/* Others have nothing to do with that. */
	EXPECT_EQ(0, touch(w, 3, 1, true));
	vsn_sched_run(&w->sim.sched, end + 1, 1000);
	EXPECT_EQ(0, touch(w, 3, 0, false));
}

/* At the end of time nobody gets anything that he had not. */
TEST_F(coherence, end_of_time)
{
	struct world *w = &self->w;

	ASSERT_EQ(0, touch(w, 1, 0, false));
	w->sim.sched.now = VSN_TIME_MAX - 100;
	EXPECT_EQ(-EOVERFLOW, touch(w, 2, 0, true));
	EXPECT_EQ(VSN_DIR_NONE, vsn_dir_right(&w->dir, 0, 2));
	EXPECT_EQ(-EOVERFLOW, touch(w, 3, 1, false));
	EXPECT_EQ(VSN_DIR_NONE, vsn_dir_right(&w->dir, 1, 3));
}

/* Without memory, the same. */
TEST_F(coherence, no_memory)
{
	struct world *w = &self->w;
	u32 i, failed = 0;

	for (i = 1; i < 50; i++) {
		w->sim.alloc_count = 0;
		w->sim.fail_at = i;
		w->sim.fail_count = 1;
		if (touch(w, 1 + i % (NR - 1), i % 64, i & 1) == -ENOMEM) {
			EXPECT_EQ(VSN_DIR_NONE, vsn_dir_right(&w->dir, i % 64, 1 + i % (NR - 1)));
			failed++;
		}
		recall(w, 2, i % 7, i & 2);
	}
	EXPECT_LT(0, failed);
}

static u64 draw(u64 *seed, u64 n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*seed >> 33) % n;
}

/* All of it is in the links' counters, and they are what the trace says. */
TEST_F(coherence, all_is_counted)
{
	struct world *w = &self->w;
	u64 seed = 7, payload = 0, wire = 0, transfers = 0, i, in = 0, out = 0;
	const struct vsn_endpoint_stats *stats;
	const struct vsn_link *link;

	for (i = 0; i < 20000; i++) {
		u32 who = draw(&seed, NR);
		u64 granule = draw(&seed, 64);
		bool write = draw(&seed, 2);

		ASSERT_EQ(0, draw(&seed, 4) ? touch(w, who, granule, write) :
					      recall(w, who, granule, write));
		w->sim.sched.now += draw(&seed, 3000) * NS;
	}
	for (i = 0; i < w->sim.topo.nr_links; i++) {
		link = vsn_links_find(&w->sim.sched.links, i);
		if (!link)
			continue;
		payload += link->payload;
		wire += link->wire;
		transfers += link->transfers;
	}
	EXPECT_EQ(w->sim.xfer_payload, payload);
	EXPECT_EQ(w->sim.xfer_wire, wire);
	EXPECT_EQ(w->sim.nr_xfers, transfers);
	EXPECT_LT(0, payload);
	/* Home traffic is what the directory counts, but for what stays at home. */
	stats = vsn_sparse_find(&w->sim.sched.stats, HOME);
	ASSERT_NE(NULL, stats);
	in = stats->in_bytes / BYTES;
	out = stats->out_bytes / BYTES;
	EXPECT_LT(0, in);
	EXPECT_LE(in, w->dir.stats.written_back);
	EXPECT_LT(w->dir.stats.written_back / 2, in);
	EXPECT_LE(out, w->dir.stats.from_home);
	EXPECT_LT(w->dir.stats.from_home / 2, out);
}

TEST_HARNESS_MAIN
